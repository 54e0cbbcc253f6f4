//! What an engine is asked and what it answers.

use crate::{Certificate, PropertyId, PropertyKind, Trace, TransitionId, TransitionSystem};
use std::time::Duration;

/// What an engine looks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Goal {
    /// Any violation: the least in depth, then in the order of [`ViolationKind`]; what only all states together can violate comes after
    /// all depths. A witness for each reachable property on the way.
    ///
    /// Whether the inductive invariants are inductive is decided last, by an engine that looks at all states, reachable or not. If it says
    /// that nothing is wrong, to a depth or at all, it has looked. Others say nothing of it.
    All,
    /// A witness of this reachable property. Model errors end the search too; nothing else does.
    Reach(PropertyId),
    /// A violation of this temporal or recoverable property. Model errors end the search too; nothing else does.
    Refute(PropertyId),
    /// That this inductive invariant is not: a step from a state in which all inductive invariants are true to one in which this one is
    /// not. Nothing is asked of the states that can be reached, so nothing else ends the search.
    Induct(PropertyId),
}

impl Goal {
    /// Whether the system has a property of this number that can be reached or refuted, as the goal wants it.
    ///
    /// # Errors
    /// Why not.
    pub fn fits(self, system: &TransitionSystem) -> Result<(), Unknown> {
        let kind = |id: PropertyId| system.properties.get(id.index()).map(|property| property.kind);
        let why = match self {
            Goal::Reach(id) if kind(id).is_none_or(|kind| kind == PropertyKind::Step) => {
                "only a property of states can be reached"
            }
            Goal::Refute(id) if kind(id).is_none_or(PropertyKind::is_local) => {
                "only a temporal or recoverable property can be refuted by itself"
            }
            Goal::Induct(id)
                if system.properties.get(id.index()).is_none_or(|property| !property.inductive) =>
            {
                "only an invariant that is declared inductive can fail to be so"
            }
            Goal::All | Goal::Reach(_) | Goal::Refute(_) | Goal::Induct(_) => return Ok(()),
        };
        Err(Unknown::Incapable(why.to_owned()))
    }

    /// Whether such a violation of a single state or step ends the search: any does for [`Goal::All`], only model errors for the others.
    #[must_use]
    pub fn asks_for(self, kind: ViolationKind) -> bool {
        self == Goal::All || matches!(kind, ViolationKind::Error(_))
    }
}

/// The answer of an engine.
#[derive(Clone, PartialEq, Debug)]
pub enum Verdict {
    /// For [`Goal::All`]: every property holds, each reachable one is reached, there is no deadlock and no error. For [`Goal::Refute`]:
    /// the property holds, and there is no error. For [`Goal::Induct`]: no step from a state with all inductive invariants breaks it.
    Proved(Proof),
    /// Nothing decisive happens in runs of up to `depth` steps, lassos counted with stem and loop. A bound is never a proof.
    HoldsToDepth {
        /// The depth, all of which was searched.
        depth: u32,
    },
    /// For [`Goal::Reach`]: the shortest run to a state with the property.
    Reached(Trace),
    /// A counterexample of least depth.
    Violated(Violation),
    /// Undecided.
    Unknown(Unknown),
}

/// Why a verdict holds without a bound.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Proof {
    /// All reachable states were visited.
    Exhaustive {
        /// The greatest distance of a state from the initial ones.
        diameter: u32,
    },
    /// No run is longer than the bound that was checked.
    AllRunsEnd {
        /// The length of the longest run.
        longest: u32,
    },
    /// A state that follows `k` states without violation has none either, and no run of up to `k` states has one (k-induction).
    Induction {
        /// How many states in a row the step of the induction supposes, at least 1.
        k: u32,
    },
    /// An invariant that is inductive implies the absence of violations.
    Invariant {
        /// The number of its clauses.
        clauses: u32,
    },
}

/// A violation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Violation {
    /// What is violated.
    pub kind: ViolationKind,
    /// A shortest run to it; a short lasso for [`ViolationKind::Lasso`]; without any state for [`ViolationKind::NoInitialState`] and
    /// [`ViolationKind::Unreached`]; a single step from a state that need not be reachable for [`ViolationKind::NotInductive`].
    pub trace: Trace,
}

impl Violation {
    /// The depth: the number of steps of the run, the failing step of a model error or step property included.
    #[must_use]
    pub fn depth(&self) -> u32 {
        self.trace.depth()
    }
}

/// What is violated. The order decides among violations at the same depth, in every engine.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ViolationKind {
    /// No binding satisfies the initial condition: everything would hold vacuously.
    NoInitialState,
    /// A model error.
    Error(FailureSite),
    /// An invariant or step property is false.
    Property(PropertyId),
    /// No instance is enabled and the state is not terminal.
    Deadlock,
    /// All states were visited and none has the reachable property.
    Unreached(PropertyId),
    /// A temporal property is false of a fair lasso.
    Lasso(PropertyId),
    /// From the last state, no state with the recoverable property can be reached.
    Unrecoverable(PropertyId),
    /// A step from a state in which all inductive invariants are true leads to one in which this one is not, or cannot be evaluated. Nobody
    /// knows whether the first state can be reached: the invariant may well be true in all that can.
    NotInductive(PropertyId),
}

impl ViolationKind {
    /// Whether it shows at the end of a run of some depth, rather than in all states together.
    #[must_use]
    pub fn is_local(self) -> bool {
        !matches!(
            self,
            ViolationKind::Unreached(_)
                | ViolationKind::Lasso(_)
                | ViolationKind::Unrecoverable(_)
                | ViolationKind::NotInductive(_)
        )
    }
}

/// A failure of a transition system. The order decides among model errors at the same depth.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FailureSite {
    /// The list that it stands in.
    pub place: Place,
    /// Its position in the list.
    pub index: u32,
}

/// Where evaluation can fail.
///
/// The depth of a failure in a guard, a property or the terminal condition is that of the state in which it is evaluated; of
/// a failure in a body, or in a step property, that of the step's target.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Place {
    /// The initial values and condition.
    Init,
    /// The guard of a transition.
    Guard(TransitionId),
    /// The body of a transition.
    Body(TransitionId),
    /// A property.
    Property(PropertyId),
    /// The terminal condition. It is evaluated only where no instance is enabled.
    Terminal,
}

/// Why there is no verdict.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Unknown {
    /// The limit on distinct states was reached.
    StateLimit(u64),
    /// The limit on depth was reached, and what is asked needs all states.
    DepthLimit(u32),
    /// The limit on memory was reached, in bytes.
    MemoryLimit(u64),
    /// The time is up.
    Timeout,
    /// The user interrupted.
    Interrupted,
    /// The engine cannot do it, or its solver gave up; with the reason.
    Incapable(String),
}

/// Everything that an engine has to say about a check.
#[derive(Clone, PartialEq, Debug)]
pub struct Outcome {
    /// The verdict.
    pub verdict: Verdict,
    /// Every depth up to this one was decided completely; `None` where not even the initial states were.
    pub decided_depth: Option<u32>,
    /// For every temporal property that is asked for (of a violated one: before it), there is no lasso of stem and loop together up
    /// to this length. `None` from an engine that does not proceed by length.
    pub decided_lassos: Option<u32>,
    /// For [`Goal::All`]: a shortest run to each reachable property that was met, in order of declaration.
    pub witnesses: Vec<(PropertyId, Trace)>,
    /// The inductive invariant behind [`Proof::Invariant`] of what single states and steps show.
    pub certificate: Option<Certificate>,
    /// How much work it was.
    pub statistics: Statistics,
    /// What happened on the way; only from an engine that visits states one by one.
    pub coverage: Option<Coverage>,
}

impl Outcome {
    /// Whether the run of a violation or witness is known to be of least depth: every depth before it has been decided. A search for deep
    /// violations may find another one first. Always so where there is no such run.
    #[must_use]
    pub fn is_shortest(&self) -> bool {
        let depth = match &self.verdict {
            Verdict::Violated(violation) if violation.kind.is_local() => violation.depth(),
            Verdict::Reached(trace) => trace.depth(),
            _ => return true,
        };
        self.decided_depth.is_some_and(|decided| decided >= depth)
    }
}

/// Figures about a run of an engine; `None` where the engine has no such figure.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Statistics {
    /// Distinct states found.
    pub states: Option<u64>,
    /// Steps executed: enabled instances over all expanded states, self-loops included.
    pub transitions: Option<u64>,
    /// The number of states first reached at each depth.
    pub levels: Vec<u64>,
    /// Pairs of a state and an automaton's state that the search for lassos visited, over all temporal properties.
    pub product_states: Option<u64>,
    /// Bits in a packed state.
    pub state_bits: Option<u64>,
    /// The names of variables that are no part of the states, since nothing that was asked depends on them.
    pub left_out: Vec<String>,
    /// Memory of the engine's own data structures, in bytes.
    pub memory: Option<u64>,
    /// Queries to the solver.
    pub queries: Option<u64>,
    /// Whether steps were computed by machine code, be it for a part of the search only; if not, by an interpreter.
    pub native: Option<bool>,
    /// Wall-clock time.
    pub elapsed: Duration,
}

/// What was seen of a system while its states were visited.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Coverage {
    /// How many steps each transition made.
    pub fired: Vec<u64>,
    /// Whether each probe was true in some state.
    pub probes: Vec<bool>,
}
