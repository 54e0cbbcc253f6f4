//! How a finding compares with what the check expects.

use super::budget::{expected_depth, expected_lasso, whole_length};
use crate::options::{Engine, Options};
use crate::report::phrase;
use crate::result::{Finding, Run, Status};
use musilc_frontend::Expect;
use musilc_ir::{Outcome, Proof, TransitionSystem, Unknown, Verdict, Violation, ViolationKind};
use std::cmp::Ordering;

/// The status of a check and what the reader should know about it.
pub(crate) fn judge(
    expect: &Expect,
    system: &TransitionSystem,
    finding: &Finding,
    runs: &[Run],
    options: &Options,
) -> (Status, Vec<String>) {
    let excluded = |depth: Option<u32>| excluded(expect, system, runs, depth);
    match finding {
        Finding::Violated { violation, engine } => violated(expect, system, violation, *engine, runs),
        Finding::Reached { property, trace, engine } => {
            let name = phrase::name(Some(system), *property);
            let met = matches!(expect, Expect::Reaches { property, .. } if property == name);
            let status = right_depth(met, expected_depth(expect), trace.depth());
            perhaps_later(status, expect, trace.depth(), *engine, runs)
        }
        Finding::Proved(proof) => match expect {
            Expect::NotInductive { property } => {
                (Status::Failed(format!("no step breaks {property}")), vec![])
            }
            Expect::Holds { states: None } => (Status::Passed, vec![]),
            Expect::Holds { states: Some(expected) } => {
                states(*expected, *proof, outcome(runs, Engine::Explicit))
            }
            _ => (Status::Failed(String::new()), vec![]),
        },
        Finding::Bounded { depth } => {
            let excluded = excluded(Some(*depth));
            (bounded(expect, *depth, excluded, options), uncounted(expect))
        }
        Finding::Undecided { why: Unknown::Interrupted, .. } => (Status::Interrupted, vec![]),
        Finding::Undecided { why, depth } => match excluded(*depth) {
            Some(extent) => (Status::Failed(extent), vec![]),
            None => (Status::Undecided(stopped(why, *depth)), vec![]),
        },
        Finding::Nothing => (Status::Broken("no engine ran".to_owned()), vec![]),
    }
}

fn outcome(runs: &[Run], engine: Engine) -> Option<&Outcome> {
    runs.iter().find(|run| run.engine == engine).map(|run| &run.outcome)
}

fn violated(
    expect: &Expect,
    system: &TransitionSystem,
    violation: &Violation,
    engine: Engine,
    runs: &[Run],
) -> (Status, Vec<String>) {
    let depth = violation.depth();
    let named = |id| matches!(expect, Expect::Violates { property, .. } if property == phrase::name(Some(system), id));
    let status = match (expect, violation.kind) {
        (Expect::Violates { lasso, .. }, ViolationKind::Lasso(id)) if named(id) => {
            return right_lasso(*lasso, violation, engine);
        }
        (Expect::Violates { .. }, ViolationKind::Property(id) | ViolationKind::Unrecoverable(id)) => {
            right_depth(named(id), expected_depth(expect), depth)
        }
        (Expect::NotInductive { property }, ViolationKind::NotInductive(id)) => {
            right_depth(property == phrase::name(Some(system), id), None, depth)
        }
        (Expect::Holds { .. }, ViolationKind::NotInductive(id)) => {
            let name = phrase::name(Some(system), id);
            let known = if visited_all(runs) { "is" } else { "may be" };
            Status::Failed(format!("{name} {known} true in every reachable state all the same"))
        }
        (Expect::Deadlock { .. }, ViolationKind::Deadlock)
        | (Expect::Error { .. }, ViolationKind::Error(_)) => right_depth(true, expected_depth(expect), depth),
        // The bounded checker comes upon lassos on its way, and looks at induction when it has come to its bound. What is expected may lie
        // deeper, unless the explicit search has visited all states.
        (
            Expect::Violates { .. } | Expect::Deadlock { .. } | Expect::Error { .. },
            ViolationKind::Lasso(_) | ViolationKind::NotInductive(_),
        ) if engine == Engine::Bmc && !visited_all(runs) => {
            let decided = outcome(runs, Engine::Bmc).and_then(|outcome| outcome.decided_depth);
            match excluded(expect, system, runs, decided) {
                Some(extent) => Status::Failed(extent),
                None => Status::Undecided(format!(
                    "{}, but depths beyond {} were not searched",
                    phrase::sentence(violation.kind, depth, Some(system)),
                    decided.unwrap_or(0)
                )),
            }
        }
        _ => Status::Failed(String::new()),
    };
    if violation.kind.is_local() {
        perhaps_later(status, expect, depth, engine, runs)
    } else {
        (status, vec![])
    }
}

/// The status where the run that was found need not be a shortest one, so that what it differs in may be owed to that.
fn perhaps_later(
    status: Status,
    expect: &Expect,
    depth: u32,
    engine: Engine,
    runs: &[Run],
) -> (Status, Vec<String>) {
    let shortest = runs.iter().filter(|run| run.engine == engine).all(Run::is_shortest);
    // What was expected may be no deeper, and still come first.
    let perhaps = expected_depth(expect).is_none_or(|expected| expected <= depth);
    match status {
        Status::Failed(reason) if !shortest && perhaps && !matches!(expect, Expect::Holds { .. }) => {
            if reason == LATER {
                let note =
                    format!("the depth was not checked; {engine} looked for any run, not for a shortest one");
                return (Status::Passed, vec![note]);
            }
            let why = format!("{engine} looked for any violation, and this one need not be the first");
            (Status::Undecided(why), vec![])
        }
        status => (status, vec![]),
    }
}

const LATER: &str = "it happens later";

/// Whether the explicit search visited all states and found nothing wrong.
fn visited_all(runs: &[Run]) -> bool {
    outcome(runs, Engine::Explicit).is_some_and(|outcome| matches!(outcome.verdict, Verdict::Proved(_)))
}

/// Compares the lengths of the lasso with the expected ones, which are those of the explicit search. The bounded checker finds a
/// shortest lasso, and that may be another one.
fn right_lasso(expected: Option<(u32, u32)>, violation: &Violation, engine: Engine) -> (Status, Vec<String>) {
    let found = violation.trace.lasso();
    let (Some((stem, repeats)), Some((found_stem, found_loop))) = (expected, found) else {
        return (Status::Passed, vec![]);
    };
    if (stem, repeats) == (found_stem, found_loop) {
        return (Status::Passed, vec![]);
    }
    let shorter = whole_length(&violation.trace) <= stem.saturating_add(repeats);
    if engine == Engine::Bmc && shorter {
        let note = format!(
            "the lengths of stem and loop were not checked; bmc found stem {found_stem} loop {found_loop}, \
             and only the explicit search tells which lasso is shown"
        );
        return (Status::Passed, vec![note]);
    }
    let differs = [("stem", found_stem.cmp(&stem)), ("loop", found_loop.cmp(&repeats))];
    let told = differs.into_iter().filter_map(|(part, order)| match order {
        Ordering::Less => Some(format!("the {part} is shorter")),
        Ordering::Equal => None,
        Ordering::Greater => Some(format!("the {part} is longer")),
    });
    (Status::Failed(told.collect::<Vec<_>>().join(" and ")), vec![])
}

fn right_depth(met: bool, expected: Option<u32>, depth: u32) -> Status {
    match (met, expected) {
        (true, None) => Status::Passed,
        (true, Some(expected)) if expected == depth => Status::Passed,
        (true, Some(expected)) if depth < expected => Status::Failed("it happens earlier".to_owned()),
        (true, Some(_)) => Status::Failed(LATER.to_owned()),
        (false, _) => Status::Failed(String::new()),
    }
}

fn states(expected: u64, proof: Proof, explicit: Option<&Outcome>) -> (Status, Vec<String>) {
    let counted = match proof {
        Proof::Exhaustive { .. } => explicit.and_then(|outcome| outcome.statistics.states),
        Proof::AllRunsEnd { .. } | Proof::Induction { .. } | Proof::Invariant { .. } => None,
    };
    match counted {
        Some(counted) if counted == expected => (Status::Passed, vec![]),
        Some(counted) => (Status::Failed(format!("there are {counted} states")), vec![]),
        None => (Status::Passed, vec![UNCOUNTED.to_owned()]),
    }
}

const UNCOUNTED: &str =
    "the number of states was not checked; only an exhaustive explicit search counts them";

fn uncounted(expect: &Expect) -> Vec<String> {
    match expect {
        Expect::Holds { states: Some(_) } => vec![UNCOUNTED.to_owned()],
        _ => vec![],
    }
}

fn bounded(expect: &Expect, depth: u32, excluded: Option<String>, options: &Options) -> Status {
    match (expect, excluded) {
        (Expect::Holds { .. }, _) if options.prove => {
            Status::Undecided(format!("holds to depth {depth}, which is no proof"))
        }
        (Expect::Holds { .. }, _) => Status::Passed,
        (_, Some(extent)) => Status::Failed(extent),
        (_, None) => Status::Undecided(format!("nothing to depth {depth}, which is as far as was searched")),
    }
}

/// Why an engine stopped, and what it had established.
fn stopped(why: &Unknown, depth: Option<u32>) -> String {
    match depth {
        Some(depth) => format!("{}; nothing wrong to depth {depth}", phrase::unknown(why)),
        None => phrase::unknown(why),
    }
}

/// How far a search got that excludes what is expected; `depth` is the depth up to which it found nothing. Lassos have a length of
/// their own, and that a property can be recovered is a matter of all states.
fn excluded(expect: &Expect, system: &TransitionSystem, runs: &[Run], depth: Option<u32>) -> Option<String> {
    let global = match expect {
        Expect::Violates { property, .. } => {
            system.property_named(property).is_some_and(|id| !system.property(id).kind.is_local())
        }
        _ => false,
    };
    if global {
        let expected = expected_lasso(expect)?;
        let decided = runs.iter().filter_map(|run| run.outcome.decided_lassos).max()?;
        return (expected <= decided).then(|| format!("there is no lasso of length up to {decided}"));
    }
    let (expected, depth) = (expected_depth(expect)?, depth?);
    (expected <= depth).then(|| format!("there is none up to depth {depth}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use musilc_ir::{PropertyId, Statistics, Step, Trace, TransitionId};

    /// An invariant, a temporal and a recoverable property, and an inductive invariant.
    fn system() -> TransitionSystem {
        let text = "system s init terminal holds true
            invariant safe holds true claim true
            temporal served holds true claim true formula condition true
            recoverable empty holds true claim true
            inductive invariant kept holds true claim true";
        musilc_ir::text::parse(text).unwrap()
    }

    const SERVED: ViolationKind = ViolationKind::Lasso(PropertyId(1));

    const EMPTY: ViolationKind = ViolationKind::Unrecoverable(PropertyId(2));

    const NOT_KEPT: ViolationKind = ViolationKind::NotInductive(PropertyId(3));

    fn trace(steps: u32, back_to: Option<u32>) -> Trace {
        let step = Step { transition: TransitionId(0), args: vec![], state: None };
        Trace { steps: vec![step; steps as usize], back_to, ..Trace::default() }
    }

    fn violates(property: &str, depth: Option<u32>, lasso: Option<(u32, u32)>) -> Expect {
        Expect::Violates { property: property.to_owned(), depth, lasso }
    }

    /// A run of the bounded checker that decided so many steps, and lassos of this length.
    fn bounded(decided: u32, lassos: Option<u32>) -> Run {
        let outcome = Outcome {
            verdict: Verdict::HoldsToDepth { depth: decided },
            decided_depth: Some(decided),
            decided_lassos: lassos,
            witnesses: vec![],
            certificate: None,
            statistics: Statistics::default(),
            coverage: None,
        };
        Run { engine: Engine::Bmc, outcome }
    }

    fn judged(expect: &Expect, finding: &Finding, runs: &[Run]) -> (Status, Vec<String>) {
        judge(expect, &system(), finding, runs, &Options::new())
    }

    fn found(kind: ViolationKind, trace: Trace, engine: Engine) -> Finding {
        Finding::Violated { violation: Violation { kind, trace }, engine }
    }

    fn failed(reason: &str) -> Status {
        Status::Failed(reason.to_owned())
    }

    #[test]
    fn the_lengths_of_a_lasso_are_those_of_the_explicit_search() {
        let lasso = found(SERVED, trace(5, Some(2)), Engine::Explicit);
        let status = |lengths| judged(&violates("served", None, lengths), &lasso, &[]).0;
        assert_eq!(status(None), Status::Passed);
        assert_eq!(status(Some((2, 3))), Status::Passed);
        assert_eq!(status(Some((2, 4))), failed("the loop is shorter"));
        assert_eq!(status(Some((1, 3))), failed("the stem is longer"));
        assert_eq!(status(Some((3, 2))), failed("the stem is shorter and the loop is longer"));
        let stutters = found(SERVED, trace(5, Some(5)), Engine::Explicit);
        assert_eq!(judged(&violates("served", None, Some((5, 1))), &stutters, &[]).0, Status::Passed);
        // Another property.
        assert_eq!(judged(&violates("empty", None, None), &lasso, &[]).0, failed(""));
        assert_eq!(judged(&Expect::Holds { states: None }, &lasso, &[]).0, failed(""));
    }

    #[test]
    fn a_shorter_lasso_of_the_bounded_checker_leaves_the_lengths_open() {
        let expect = violates("served", None, Some((2, 3)));
        let status =
            |steps, back_to| judged(&expect, &found(SERVED, trace(steps, Some(back_to)), Engine::Bmc), &[]);
        assert_eq!(status(5, 2), (Status::Passed, vec![]));
        for (steps, back_to) in [(4, 2), (5, 1), (4, 4)] {
            let (status, notes) = status(steps, back_to);
            assert_eq!((status, notes.len()), (Status::Passed, 1));
        }
        // It is a shortest one, so there is none of the expected length.
        assert_eq!(status(6, 2), (failed("the loop is longer"), vec![]));
    }

    #[test]
    fn a_lasso_on_the_way_does_not_decide_what_lies_deeper() {
        let lasso = found(SERVED, trace(3, Some(1)), Engine::Bmc);
        let at = |depth| violates("safe", Some(depth), None);
        let runs = [bounded(4, Some(2))];
        assert_eq!(judged(&at(4), &lasso, &runs).0, failed("there is none up to depth 4"));
        let Status::Undecided(reason) = judged(&at(5), &lasso, &runs).0 else { panic!("decided") };
        assert_eq!(
            reason,
            "property served is false of a run that never ends, but depths beyond 4 were not searched"
        );
        let deadlock = Expect::Deadlock { depth: None };
        assert!(matches!(judged(&deadlock, &lasso, &runs).0, Status::Undecided(_)));
        // The explicit search has visited all states by then.
        let lasso = found(SERVED, trace(3, Some(1)), Engine::Explicit);
        assert_eq!(judged(&at(5), &lasso, &runs).0, failed(""));
        assert_eq!(judged(&deadlock, &lasso, &runs).0, failed(""));
    }

    #[test]
    fn an_invariant_that_is_not_inductive_fails_what_holds() {
        let broken = found(NOT_KEPT, trace(1, None), Engine::Bmc);
        let proved = Run {
            engine: Engine::Explicit,
            outcome: Outcome {
                verdict: Verdict::Proved(Proof::Exhaustive { diameter: 3 }),
                ..bounded(3, None).outcome
            },
        };
        let runs = [proved, bounded(4, None)];
        let holds = Expect::Holds { states: None };
        let status = |expect: &Expect, runs: &[Run]| judged(expect, &broken, runs).0;
        assert_eq!(status(&holds, &runs), failed("kept is true in every reachable state all the same"));
        assert_eq!(
            status(&holds, &runs[1..]),
            failed("kept may be true in every reachable state all the same")
        );
        let expected = |name: &str| Expect::NotInductive { property: name.to_owned() };
        assert_eq!(status(&expected("kept"), &[]), Status::Passed);
        assert_eq!(status(&expected("other"), &[]), failed(""));
        // What else is expected is decided by the states that can be reached.
        let safe = |depth| violates("safe", Some(depth), None);
        assert_eq!(status(&safe(5), &runs), failed(""));
        assert_eq!(status(&safe(4), &runs[1..]), failed("there is none up to depth 4"));
        assert!(matches!(status(&safe(5), &runs[1..]), Status::Undecided(_)));
        let inductive = Finding::Proved(Proof::Induction { k: 1 });
        assert_eq!(judged(&expected("kept"), &inductive, &[]).0, failed("no step breaks kept"));
        let open = Finding::Undecided { why: Unknown::Timeout, depth: None };
        assert!(matches!(judged(&expected("kept"), &open, &[]).0, Status::Undecided(_)));
        let violation = found(ViolationKind::Property(PropertyId(3)), trace(2, None), Engine::Explicit);
        assert_eq!(judged(&expected("kept"), &violation, &[]).0, failed(""));
    }

    #[test]
    fn a_recoverable_property_is_lost_at_a_depth() {
        let lost = found(EMPTY, trace(3, None), Engine::Explicit);
        let status = |depth| judged(&violates("empty", depth, None), &lost, &[]).0;
        assert_eq!(status(None), Status::Passed);
        assert_eq!(status(Some(3)), Status::Passed);
        assert_eq!(status(Some(2)), failed("it happens later"));
        assert_eq!(status(Some(4)), failed("it happens earlier"));
    }

    #[test]
    fn only_lengths_that_were_decided_exclude_a_lasso() {
        let bound = Finding::Bounded { depth: 9 };
        let status = |expect: &Expect, lassos| judged(expect, &bound, &[bounded(9, lassos)]).0;
        let served = violates("served", None, Some((2, 3)));
        assert_eq!(status(&served, Some(5)), failed("there is no lasso of length up to 5"));
        assert!(matches!(status(&served, Some(4)), Status::Undecided(_)));
        assert!(matches!(status(&served, None), Status::Undecided(_)));
        assert!(matches!(status(&violates("served", None, None), Some(9)), Status::Undecided(_)));
        // That something can always be recovered is no matter of depth.
        assert!(matches!(status(&violates("empty", Some(3), None), None), Status::Undecided(_)));
        assert_eq!(status(&violates("safe", Some(3), None), None), failed("there is none up to depth 9"));
        let stopped = Finding::Undecided { why: Unknown::DepthLimit(9), depth: Some(9) };
        let expect = violates("empty", Some(3), None);
        assert!(matches!(judged(&expect, &stopped, &[]).0, Status::Undecided(_)));
    }
}
