//! What the engines together established.

use crate::options::Engine;
use crate::result::{Finding, Run};
use musilc_ir::{Goal, Outcome, Unknown, Verdict, ViolationKind};

/// Combines what the engines said, supposing that they agree. `excused`: the bounded checker was only to confirm, so that
/// its stopping early does not count.
pub(crate) fn combine(goal: Goal, runs: &[Run], excused: bool) -> Finding {
    if let Some(decisive) = runs.iter().filter_map(|run| decisive(goal, run)).min_by_key(|(depth, _)| *depth)
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

/// A run's violation or witness with its depth; what only a complete search tells comes after everything with a depth.
fn decisive(goal: Goal, run: &Run) -> Option<(u64, Finding)> {
    let engine = run.engine;
    match &run.outcome.verdict {
        Verdict::Violated(violation) => {
            let depth = match violation.kind {
                ViolationKind::Unreached(_) => u64::MAX,
                _ => u64::from(violation.depth()),
            };
            Some((depth, Finding::Violated { violation: violation.clone(), engine }))
        }
        Verdict::Reached(trace) => {
            let Goal::Reach(property) = goal else { return None };
            Some((u64::from(trace.depth()), Finding::Reached { property, trace: trace.clone(), engine }))
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
