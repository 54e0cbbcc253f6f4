//! How far the bounded checker goes.

use crate::Options;
use musilc_frontend::Expect;
use musilc_ir::{Outcome, Proof, Trace, Verdict, ViolationKind};
use std::time::Duration;

/// The depth to which the bounded checker goes where nothing else decides it.
pub const DEFAULT_DEPTH: u32 = 20;

/// Lassos up to this length are looked for however small the diameter is: they come back to where they were, and that takes steps, too.
const SHORT_LASSOS: u32 = 8;

/// What the bounded checker may spend once the explicit search has proved that there is no violation: it then only confirms.
pub const CONFIRM_PROOF: Duration = Duration::from_secs(10);

/// What the bounded checker may spend on a violation or witness that the explicit search has found.
pub const CONFIRM_TRACE: Duration = Duration::from_secs(120);

/// What the bounded checker is to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Budget {
    /// The depth to go to.
    pub(crate) depth: u32,
    /// The time that it may take, if the user sets no shorter one; not getting to the depth in this time is no failure.
    pub(crate) patience: Option<Duration>,
}

/// The budget, given what the explicit search said if it ran.
pub(crate) fn bmc(options: &Options, expect: &Expect, explicit: Option<&Outcome>) -> Budget {
    let (depth, patience) = match explicit.map(|outcome| &outcome.verdict) {
        Some(Verdict::Violated(violation)) => match violation.kind {
            // Nothing is wrong in single states and steps, and the bounded checker only confirms that.
            ViolationKind::Unreached(_)
            | ViolationKind::Unrecoverable(_)
            | ViolationKind::NotInductive(_) => (diameter(explicit), Some(CONFIRM_PROOF)),
            ViolationKind::Lasso(_) => (whole_length(&violation.trace), Some(CONFIRM_TRACE)),
            _ => (violation.depth(), Some(CONFIRM_TRACE)),
        },
        Some(Verdict::Reached(trace)) => (trace.depth(), Some(CONFIRM_TRACE)),
        Some(Verdict::Proved(Proof::Exhaustive { diameter })) => {
            let temporal = explicit.is_some_and(|outcome| outcome.statistics.product_states.is_some());
            let least = if temporal { SHORT_LASSOS } else { 0 };
            (after(*diameter).max(least), Some(CONFIRM_PROOF))
        }
        Some(Verdict::Proved(Proof::AllRunsEnd { longest })) => (after(*longest), Some(CONFIRM_PROOF)),
        Some(Verdict::HoldsToDepth { .. } | Verdict::Unknown(_) | Verdict::Proved(_)) | None => {
            let expected = expected_depth(expect).max(expected_lasso(expect)).unwrap_or(0);
            (DEFAULT_DEPTH.max(expected), None)
        }
    };
    let depth = options.depth.unwrap_or(depth);
    Budget { depth: options.max_depth.map_or(depth, |most| depth.min(most)), patience }
}

/// One step more than the diameter: steps from the deepest states can fail too.
fn after(diameter: u32) -> u32 {
    diameter.saturating_add(1).min(DEFAULT_DEPTH)
}

fn diameter(explicit: Option<&Outcome>) -> u32 {
    let levels = explicit.map_or(0, |outcome| outcome.statistics.levels.len());
    after(u32::try_from(levels).unwrap_or(u32::MAX).saturating_sub(1))
}

/// The depth that an expectation names.
pub(crate) fn expected_depth(expect: &Expect) -> Option<u32> {
    match expect {
        Expect::Holds { .. } | Expect::NotInductive { .. } => None,
        Expect::Violates { depth, .. }
        | Expect::Deadlock { depth }
        | Expect::Error { depth }
        | Expect::Reaches { depth, .. } => *depth,
    }
}

/// The length of stem and loop together that an expectation names.
pub(crate) fn expected_lasso(expect: &Expect) -> Option<u32> {
    match expect {
        Expect::Violates { lasso: Some((stem, repeats)), .. } => Some(stem.saturating_add(*repeats)),
        _ => None,
    }
}

/// The length of a lasso, stem and loop together; of a run that is none, its depth.
pub(crate) fn whole_length(trace: &Trace) -> u32 {
    trace.lasso().map_or(trace.depth(), |(stem, repeats)| stem.saturating_add(repeats))
}

#[cfg(test)]
mod tests {
    use super::*;
    use musilc_ir::{PropertyId, Statistics, Step, TransitionId, Unknown, Violation};

    fn outcome(verdict: Verdict) -> Outcome {
        Outcome {
            verdict,
            decided_depth: None,
            decided_lassos: None,
            witnesses: vec![],
            certificate: None,
            statistics: Statistics::default(),
            coverage: None,
        }
    }

    fn trace(depth: usize) -> Trace {
        let step = Step { transition: TransitionId(0), args: vec![], state: None };
        Trace { steps: vec![step; depth], ..Trace::default() }
    }

    #[test]
    fn the_depth_follows_from_what_is_known() {
        let holds = Expect::Holds { states: None };
        let options = Options::new();
        let depth = |options: &Options, expect: &Expect, explicit: Option<Verdict>| {
            bmc(options, expect, explicit.map(outcome).as_ref()).depth
        };
        assert_eq!(depth(&options, &holds, None), DEFAULT_DEPTH);
        assert_eq!(depth(&options, &Expect::Deadlock { depth: Some(33) }, None), 33);
        assert_eq!(depth(&options, &holds, Some(Verdict::Proved(Proof::Exhaustive { diameter: 5 }))), 6);
        assert_eq!(
            depth(&options, &holds, Some(Verdict::Proved(Proof::Exhaustive { diameter: 90 }))),
            DEFAULT_DEPTH
        );
        let mut temporal = outcome(Verdict::Proved(Proof::Exhaustive { diameter: 2 }));
        temporal.statistics.product_states = Some(3);
        assert_eq!(bmc(&options, &holds, Some(&temporal)).depth, SHORT_LASSOS);
        let violation = Violation { kind: ViolationKind::Deadlock, trace: trace(31) };
        assert_eq!(depth(&options, &holds, Some(Verdict::Violated(violation.clone()))), 31);
        assert_eq!(depth(&options, &holds, Some(Verdict::Reached(trace(3)))), 3);
        assert_eq!(depth(&options, &holds, Some(Verdict::Unknown(Unknown::Timeout))), DEFAULT_DEPTH);
        let options = Options::new().depth(7);
        assert_eq!(depth(&options, &holds, Some(Verdict::Violated(violation.clone()))), 7);
        let options = Options::new().max_depth(6);
        assert_eq!(depth(&options, &holds, Some(Verdict::Violated(violation))), 6);
    }

    #[test]
    fn a_lasso_is_looked_for_up_to_its_whole_length() {
        let budget = |expect: &Expect, explicit: Option<Verdict>| {
            bmc(&Options::new(), expect, explicit.map(outcome).as_ref())
        };
        let lasso = |steps, back_to| {
            let trace = Trace { back_to: Some(back_to), ..trace(steps) };
            Some(Verdict::Violated(Violation { kind: ViolationKind::Lasso(PropertyId(0)), trace }))
        };
        let violates =
            |lasso| Expect::Violates { property: "served".to_owned(), depth: None, lasso: Some(lasso) };
        assert_eq!(
            budget(&violates((1, 2)), lasso(30, 4)),
            Budget { depth: 30, patience: Some(CONFIRM_TRACE) }
        );
        // The last state stutters: a loop of one more position.
        assert_eq!(budget(&violates((1, 2)), lasso(30, 30)).depth, 31);
        assert_eq!(budget(&violates((20, 5)), None), Budget { depth: 25, patience: None });
        assert_eq!(budget(&violates((2, 5)), None).depth, DEFAULT_DEPTH);
        let stuck = Violation { kind: ViolationKind::Unrecoverable(PropertyId(0)), trace: trace(31) };
        let mut stuck = outcome(Verdict::Violated(stuck));
        stuck.statistics.levels = vec![1, 2, 3];
        let holds = Expect::Holds { states: None };
        assert_eq!(
            bmc(&Options::new(), &holds, Some(&stuck)),
            Budget { depth: 3, patience: Some(CONFIRM_PROOF) }
        );
    }
}
