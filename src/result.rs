//! What a run of a chapter's checks found.

mod open;

pub use open::{Assumed, Needed, Open, Sets};

use crate::options::Engine;
use musilc_frontend::Check;
use musilc_frontend::diagnostic::Diagnostic;
use musilc_frontend::literate::{Expected, Source};
use musilc_ir::{
    Fairness, Outcome, Proof, PropertyId, Trace, TransitionId, TransitionSystem, Unknown, Violation,
};
use std::sync::Arc;

/// What a run of a chapter's checks found.
#[derive(Clone, Debug)]
pub struct Report {
    /// The chapter.
    pub source: Arc<Source>,
    /// One entry for each check that was run, in order of declaration.
    pub checks: Vec<CheckReport>,
    /// What the compiler and the lints have to say.
    pub warnings: Vec<Diagnostic>,
    /// `trace`, `chart` and `verdict` blocks that name no check.
    pub strays: Vec<Expected>,
    /// Constants that were given other values for this run.
    pub constants: Vec<(String, String)>,
}

/// What became of a check.
#[derive(Clone, Debug)]
pub struct CheckReport {
    /// The check as declared.
    pub check: Check,
    /// Its transition system; `None` where it could not be built.
    pub system: Option<TransitionSystem>,
    /// What each engine said, in the order in which they ran.
    pub runs: Vec<Run>,
    /// What both together established.
    pub finding: Finding,
    /// How that compares with the expectation.
    pub status: Status,
    /// What else the reader should know, each a sentence without a full stop.
    pub notes: Vec<String>,
    /// Which fairness assumptions the verdict needs, where that was asked.
    pub why: Option<Why>,
    /// What the verdict rests on, if the model runs in environments.
    pub open: Option<Open>,
    /// Blocks of the chapter that differ from what this run would print there.
    pub differences: Vec<BlockDifference>,
}

/// Which fairness assumptions a verdict needs.
#[derive(Clone, Debug)]
pub enum Why {
    /// None: it does not depend on which infinite runs are fair.
    NoFairness,
    /// What each temporal property that holds needs, in order of declaration.
    Holds(Vec<WhyHolds>),
    /// A temporal property is violated: see how the lasso of the finding keeps to the fairness assumptions.
    Violated,
    /// The verdict is not known, so neither is what it needs.
    Unknown,
}

/// Which fairness assumptions a temporal property needs.
#[derive(Clone, Debug)]
pub struct WhyHolds {
    /// The property.
    pub property: PropertyId,
    /// A minimal set of assumptions with which it holds, in order of declaration.
    pub needs: Vec<Need>,
    /// Where only the bounded checker was asked: the depth to which the property holds with these.
    pub depth: Option<u32>,
}

/// The fairness of an action, as far as a property needs it.
#[derive(Clone, Debug)]
pub struct Need {
    /// The action.
    pub transition: TransitionId,
    /// The fairness that is needed: its own, or weak where that suffices.
    pub fairness: Fairness,
    /// A lasso on which the property is false, and which only this assumption of the set rules out; or why it is not known whether there
    /// is one.
    pub without: Result<Trace, Unknown>,
}

/// A run of an engine.
#[derive(Clone, Debug)]
pub struct Run {
    /// The engine.
    pub engine: Engine,
    /// What it said.
    pub outcome: Outcome,
}

impl Run {
    /// Whether a violation or witness is one of least depth: those of the explicit search always are.
    #[must_use]
    pub fn is_shortest(&self) -> bool {
        self.engine == Engine::Explicit || self.outcome.is_shortest()
    }
}

/// What was established about a check.
#[derive(Clone, Debug)]
pub enum Finding {
    /// The first violation.
    Violated {
        /// The violation.
        violation: Violation,
        /// Whose trace it is.
        engine: Engine,
    },
    /// A shortest run to the property that the check asks for.
    Reached {
        /// The property.
        property: PropertyId,
        /// The run.
        trace: Trace,
        /// Whose trace it is.
        engine: Engine,
    },
    /// There is no violation.
    Proved(Proof),
    /// There is no violation (or the property is not reached) in runs of up to `depth` steps, which is as far as was asked for.
    Bounded {
        /// The depth.
        depth: u32,
    },
    /// An engine stopped early.
    Undecided {
        /// Why.
        why: Unknown,
        /// The depth to which there is no violation, if any depth was searched.
        depth: Option<u32>,
    },
    /// There is no finding: see the status.
    Nothing,
}

impl Finding {
    /// The counterexample or witness, where there is one with at least a state or a step.
    #[must_use]
    pub fn trace(&self) -> Option<(&Trace, Engine)> {
        match self {
            Finding::Violated { violation, engine } => Some((&violation.trace, *engine)),
            Finding::Reached { trace, engine, .. } => Some((trace, *engine)),
            Finding::Proved(_) | Finding::Bounded { .. } | Finding::Undecided { .. } | Finding::Nothing => {
                None
            }
        }
        .filter(|(trace, _)| trace.initial.is_some() || !trace.steps.is_empty())
    }
}

/// How a finding compares with the expectation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// It is as expected.
    Passed,
    /// It is not; with the difference, where that is not plain from the two.
    Failed(String),
    /// What is known does not decide the expectation; with the reason.
    Undecided(String),
    /// The run was interrupted before the expectation was decided.
    Interrupted,
    /// The model cannot be compiled for these sizes.
    Refused(Vec<Diagnostic>),
    /// The engines contradict each other; with each contradiction.
    Disagreement(Vec<String>),
    /// musilc failed: a trace that does not replay, an ill-formed system, a panic.
    Broken(String),
}

/// A `trace`, `chart` or `verdict` block that does not hold what musilc prints.
#[derive(Clone, Debug)]
pub struct BlockDifference {
    /// The block.
    pub block: Expected,
    /// What the chapter says, without the block's indentation.
    pub written: String,
    /// What it should say.
    pub printed: String,
}

/// How a run ends, as the exit code of the command tells it. The order is that of severity, so the greatest of several decides.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Exit {
    /// Every check got the verdict that it expects.
    #[default]
    Passed,
    /// Some check is undecided within the limits.
    Undecided,
    /// Some check did not get the verdict that it expects, or a block of the chapter is out of date.
    Failed,
    /// The input or the usage is wrong.
    BadInput,
    /// The engines disagree, a trace does not replay, or musilc failed otherwise.
    Internal,
    /// The user interrupted.
    Interrupted,
}

impl Exit {
    /// The exit code.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Exit::Passed => 0,
            Exit::Failed => 1,
            Exit::BadInput => 2,
            Exit::Internal => 3,
            Exit::Undecided => 4,
            Exit::Interrupted => 130,
        }
    }
}

impl CheckReport {
    /// How the check ends.
    #[must_use]
    pub fn exit(&self) -> Exit {
        let own = match &self.status {
            Status::Passed => Exit::Passed,
            Status::Failed(_) => Exit::Failed,
            Status::Undecided(_) => Exit::Undecided,
            Status::Interrupted => Exit::Interrupted,
            Status::Refused(_) => Exit::BadInput,
            Status::Disagreement(_) | Status::Broken(_) => Exit::Internal,
        };
        own.max(if self.differences.is_empty() { Exit::Passed } else { Exit::Failed })
    }

    /// What an engine said, if it ran.
    #[must_use]
    pub fn outcome(&self, engine: Engine) -> Option<&Outcome> {
        self.runs.iter().find(|run| run.engine == engine).map(|run| &run.outcome)
    }
}

impl Report {
    /// How the chapter ends: as the worst of its checks.
    #[must_use]
    pub fn exit(&self) -> Exit {
        let strays = if self.strays.is_empty() { Exit::Passed } else { Exit::BadInput };
        self.checks.iter().map(CheckReport::exit).fold(strays, Exit::max)
    }

    /// Whether every check got the verdict that it expects.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.exit() == Exit::Passed
    }

    /// The check with this name, if it was run.
    #[must_use]
    pub fn check(&self, name: &str) -> Option<&CheckReport> {
        self.checks.iter().find(|report| report.check.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_severe_exit_wins() {
        let by_severity =
            [Exit::Interrupted, Exit::Internal, Exit::BadInput, Exit::Failed, Exit::Undecided, Exit::Passed];
        assert!(by_severity.windows(2).all(|pair| pair[0] > pair[1]));
        assert_eq!(by_severity.map(Exit::code), [130, 3, 2, 1, 4, 0]);
    }
}
