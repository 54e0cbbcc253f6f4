//! What the engines together established.

use crate::options::Engine;
use crate::result::{Finding, Run};
use musilc_ir::{Goal, Outcome, Unknown, Verdict, ViolationKind};

/// Combines what the engines said, supposing that they agree. `excused`: the bounded checker was only to confirm, so that
/// its stopping early does not count.
pub(crate) fn combine(goal: Goal, runs: &[Run], excused: bool) -> Finding {
    if let Some(decisive) = runs.iter().filter_map(|run| decisive(goal, run)).min_by_key(|(order, _)| *order)
    {
        return decisive.1;
    }
    let proof = runs.iter().find_map(|run| match &run.outcome.verdict {
        Verdict::Proved(proof) => Some(*proof),
        _ => None,
    });
    if let Some(proof) = proof {
        return Finding::Proved(proof);
    }
    let depth = runs.iter().filter_map(|run| clean_depth(&run.outcome)).max();
    let stopped = runs.iter().find_map(|run| match &run.outcome.verdict {
        Verdict::Unknown(why) if !(excused && run.engine == Engine::Bmc) => Some(why.clone()),
        _ => None,
    });
    match (stopped, depth) {
        (Some(why), depth) => Finding::Undecided { why, depth },
        (None, Some(depth)) => Finding::Bounded { depth },
        (None, None) => Finding::Undecided {
            why: Unknown::Incapable("no engine decided even the initial states".to_owned()),
            depth: None,
        },
    }
}

/// A run's violation or witness with its place in the order of verdicts: what shows at the end of a run by depth, then what all states
/// together tell. Of lassos that of the engine that ran first is reported; the explicit search knows which property comes first.
fn decisive(goal: Goal, run: &Run) -> Option<((u8, u32), Finding)> {
    let engine = run.engine;
    match &run.outcome.verdict {
        Verdict::Violated(violation) => {
            let order = match violation.kind {
                ViolationKind::Unreached(_) => (1, 0),
                ViolationKind::Lasso(_) => (2, 0),
                ViolationKind::Unrecoverable(_) => (3, 0),
                _ => (0, violation.depth()),
            };
            Some((order, Finding::Violated { violation: violation.clone(), engine }))
        }
        Verdict::Reached(trace) => {
            let Goal::Reach(property) = goal else { return None };
            Some(((0, trace.depth()), Finding::Reached { property, trace: trace.clone(), engine }))
        }
        Verdict::Proved(_) | Verdict::HoldsToDepth { .. } | Verdict::Unknown(_) => None,
    }
}

/// The depth up to which a run that found nothing decisive excludes it.
fn clean_depth(outcome: &Outcome) -> Option<u32> {
    match &outcome.verdict {
        Verdict::HoldsToDepth { depth } => Some(*depth),
        Verdict::Unknown(_) => outcome.decided_depth,
        Verdict::Proved(_) | Verdict::Reached(_) | Verdict::Violated(_) => None,
    }
}
