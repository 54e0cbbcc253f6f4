//! How a finding compares with what the check expects.

use super::budget::{expected_depth, expected_lasso, whole_length};
use crate::options::{Engine, Options};
use crate::report::phrase;
use crate::result::{Finding, Run, Status};
use musilc_frontend::Expect;
use musilc_ir::{Outcome, Proof, TransitionSystem, Unknown, Violation, ViolationKind};
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
        Finding::Reached { property, trace, .. } => {
            let name = phrase::name(Some(system), *property);
            let met = matches!(expect, Expect::Reaches { property, .. } if property == name);
            (right_depth(met, expected_depth(expect), trace.depth()), vec![])
        }
        Finding::Proved(proof) => match expect {
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
        (Expect::Deadlock { .. }, ViolationKind::Deadlock)
        | (Expect::Error { .. }, ViolationKind::Error(_)) => right_depth(true, expected_depth(expect), depth),
        // The bounded checker comes upon lassos on its way, and what is expected may lie deeper.
        (
            Expect::Violates { .. } | Expect::Deadlock { .. } | Expect::Error { .. },
            ViolationKind::Lasso(_),
        ) if engine == Engine::Bmc => {
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
    (status, vec![])
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
        (true, Some(_)) => Status::Failed("it happens later".to_owned()),
        (false, _) => Status::Failed(String::new()),
    }
}

fn states(expected: u64, proof: Proof, explicit: Option<&Outcome>) -> (Status, Vec<String>) {
    let counted = match proof {
        Proof::Exhaustive { .. } => explicit.and_then(|outcome| outcome.statistics.states),
        Proof::AllRunsEnd { .. } => None,
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
        return (expected <= decided)
            .then(|| format!("there is no lasso of up to {}", phrase::steps(decided)));
    }
    let (expected, depth) = (expected_depth(expect)?, depth?);
    (expected <= depth).then(|| format!("there is none up to depth {depth}"))
}
