//! How a finding compares with what the check expects.

use super::budget::expected_depth;
use crate::options::Options;
use crate::report::phrase;
use crate::result::{Finding, Status};
use musilc_frontend::Expect;
use musilc_ir::{Outcome, Proof, TransitionSystem, Unknown, ViolationKind};

/// The status of a check and what the reader should know about it.
pub(crate) fn judge(
    expect: &Expect,
    system: &TransitionSystem,
    finding: &Finding,
    explicit: Option<&Outcome>,
    options: &Options,
) -> (Status, Vec<String>) {
    match finding {
        Finding::Violated { violation, .. } => {
            (violated(expect, system, violation.kind, violation.depth()), vec![])
        }
        Finding::Reached { property, trace, .. } => {
            let name = phrase::name(Some(system), *property);
            let met = matches!(expect, Expect::Reaches { property, .. } if property == name);
            (right_depth(met, expected_depth(expect), trace.depth()), vec![])
        }
        Finding::Proved(proof) => match expect {
            Expect::Holds { states: None } => (Status::Passed, vec![]),
            Expect::Holds { states: Some(expected) } => states(*expected, *proof, explicit),
            _ => (Status::Failed(String::new()), vec![]),
        },
        Finding::Bounded { depth } => (bounded(expect, *depth, options), uncounted(expect)),
        Finding::Undecided { why: Unknown::Interrupted, .. } => (Status::Interrupted, vec![]),
        Finding::Undecided { why, depth } => match depth.filter(|depth| excluded(expect, *depth)) {
            Some(depth) => (Status::Failed(format!("there is none up to depth {depth}")), vec![]),
            None => (Status::Undecided(stopped(why, *depth)), vec![]),
        },
        Finding::Nothing => (Status::Broken("no engine ran".to_owned()), vec![]),
    }
}

fn violated(expect: &Expect, system: &TransitionSystem, kind: ViolationKind, depth: u32) -> Status {
    let met = match (expect, kind) {
        (Expect::Violates { property, .. }, ViolationKind::Property(id)) => {
            property == phrase::name(Some(system), id)
        }
        (Expect::Deadlock { .. }, ViolationKind::Deadlock)
        | (Expect::Error { .. }, ViolationKind::Error(_)) => true,
        _ => false,
    };
    right_depth(met, expected_depth(expect), depth)
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

fn bounded(expect: &Expect, depth: u32, options: &Options) -> Status {
    match expect {
        Expect::Holds { .. } if options.prove => {
            Status::Undecided(format!("holds to depth {depth}, which is no proof"))
        }
        Expect::Holds { .. } => Status::Passed,
        _ if excluded(expect, depth) => Status::Failed(format!("there is none up to depth {depth}")),
        _ => Status::Undecided(format!("nothing to depth {depth}, which is as far as was searched")),
    }
}

/// Why an engine stopped, and what it had established.
fn stopped(why: &Unknown, depth: Option<u32>) -> String {
    match depth {
        Some(depth) => format!("{}; nothing wrong to depth {depth}", phrase::unknown(why)),
        None => phrase::unknown(why),
    }
}

/// Whether a search that found nothing up to `depth` excludes what is expected.
fn excluded(expect: &Expect, depth: u32) -> bool {
    expected_depth(expect).is_some_and(|expected| expected <= depth)
}
