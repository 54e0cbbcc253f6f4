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
                ViolationKind::NotInductive(_) => (4, 0),
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

#[cfg(test)]
mod tests {
    use super::*;
    use musilc_ir::{Proof, PropertyId, Statistics, Trace, Violation};

    fn run(engine: Engine, verdict: Verdict, decided: Option<u32>) -> Run {
        let outcome = Outcome {
            verdict,
            decided_depth: decided,
            decided_lassos: None,
            witnesses: vec![],
            certificate: None,
            statistics: Statistics::default(),
            coverage: None,
        };
        Run { engine, outcome }
    }

    fn violated(kind: ViolationKind) -> Verdict {
        Verdict::Violated(Violation { kind, trace: Trace::default() })
    }

    const PROVED: Verdict = Verdict::Proved(Proof::Exhaustive { diameter: 5 });

    /// What the first engine's verdict and the second's make together.
    fn both(explicit: Verdict, bmc: Verdict, excused: bool) -> Finding {
        let runs = [run(Engine::Explicit, explicit, Some(2)), run(Engine::Bmc, bmc, Some(4))];
        combine(Goal::All, &runs, excused)
    }

    #[test]
    fn what_shows_by_depth_comes_before_what_all_states_tell() {
        let id = PropertyId;
        let order = [
            ViolationKind::Deadlock,
            ViolationKind::Unreached(id(3)),
            ViolationKind::Lasso(id(2)),
            ViolationKind::Unrecoverable(id(0)),
            ViolationKind::NotInductive(id(1)),
        ];
        for (index, first) in order.iter().enumerate() {
            for later in order.iter().skip(index + 1) {
                for (explicit, bmc) in [(*first, *later), (*later, *first)] {
                    let found = both(violated(explicit), violated(bmc), true);
                    let Finding::Violated { violation, .. } = found else { panic!("{found:?}") };
                    assert_eq!(violation.kind, *first);
                }
            }
        }
    }

    #[test]
    fn of_two_lassos_that_of_the_explicit_search_is_shown() {
        let (one, other) = (ViolationKind::Lasso(PropertyId(1)), ViolationKind::Lasso(PropertyId(0)));
        let found = both(violated(one), violated(other), true);
        assert!(
            matches!(found, Finding::Violated { violation, engine: Engine::Explicit } if violation.kind == one)
        );
        let stopped = Verdict::Unknown(Unknown::StateLimit(9));
        let found = both(stopped, violated(other), false);
        assert!(
            matches!(found, Finding::Violated { violation, engine: Engine::Bmc } if violation.kind == other)
        );
    }

    #[test]
    fn what_is_not_inductive_counts_though_it_is_true_of_all_reachable_states() {
        let broken = ViolationKind::NotInductive(PropertyId(1));
        for explicit in [PROVED, Verdict::Unknown(Unknown::StateLimit(9))] {
            let found = both(explicit, violated(broken), true);
            assert!(
                matches!(&found, Finding::Violated { violation, engine: Engine::Bmc } if violation.kind == broken),
                "{found:?}"
            );
        }
    }

    #[test]
    fn who_only_confirms_may_stop_early() {
        let timeout = || Verdict::Unknown(Unknown::Timeout);
        assert!(matches!(both(PROVED, timeout(), true), Finding::Proved(_)));
        let bound = Verdict::HoldsToDepth { depth: 7 };
        let limit = || Verdict::Unknown(Unknown::DepthLimit(2));
        let found = both(limit(), bound, false);
        assert!(
            matches!(found, Finding::Undecided { why: Unknown::DepthLimit(2), depth: Some(7) }),
            "{found:?}"
        );
        let found = both(limit(), timeout(), true);
        assert!(
            matches!(found, Finding::Undecided { why: Unknown::DepthLimit(2), depth: Some(4) }),
            "{found:?}"
        );
        let alone = [run(Engine::Bmc, timeout(), None)];
        let found = combine(Goal::All, &alone, false);
        assert!(matches!(found, Finding::Undecided { why: Unknown::Timeout, depth: None }), "{found:?}");
        let found = combine(Goal::All, &alone, true);
        assert!(matches!(found, Finding::Undecided { why: Unknown::Incapable(_), depth: None }), "{found:?}");
    }

    #[test]
    fn a_witness_is_that_of_the_goal() {
        let reached = [run(Engine::Bmc, Verdict::Reached(Trace::default()), None)];
        let found = combine(Goal::Reach(PropertyId(2)), &reached, false);
        assert!(matches!(found, Finding::Reached { property: PropertyId(2), .. }), "{found:?}");
    }
}
