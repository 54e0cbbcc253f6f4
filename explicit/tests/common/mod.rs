//! Systems to check, and how the engine is held to the reference checker.
#![allow(dead_code, reason = "no test uses all of them")]

pub(crate) mod generate;

use musilc_explicit::{Mutation, Options, check_with};
use musilc_ir::replay::confirm;
use musilc_ir::{Goal, Limits, Outcome, PropertyKind, TransitionSystem, Unknown, Verdict, text};
use std::fmt::Write;

/// A system from its text.
pub(crate) fn system(source: &str) -> TransitionSystem {
    text::parse(source).unwrap_or_else(|error| panic!("{error}\n{source}"))
}

/// `n` dining philosophers (Dijkstra, EWD310) who take the left fork, then the right, then put both back: a fork is 0 on the table, 1 in the left
/// hand of its philosopher, 2 in the right hand of the one before. `terminal` says whether being stuck is right.
pub(crate) fn philosophers(n: u32, terminal: bool) -> TransitionSystem {
    let mut source = format!("system philosophers var fork: [0..=2; {n}] init fork = [0; {n}]\n");
    for left in 0..n {
        let right = (left + 1) % n;
        let _ = write!(
            source,
            "transition left{left} when fork[{left}] == 0 fork := fork[{left} := 1]
             transition right{left} when fork[{left}] == 1 && fork[{right}] == 0 fork := fork[{right} := 2]
             transition put{left} when fork[{left}] == 1 && fork[{right}] == 2
               fork := fork[{left} := 0][{right} := 0]\n"
        );
    }
    let _ = write!(source, "terminal holds {terminal}");
    system(&source)
}

/// As [`philosophers`], with the philosopher as a parameter and the fork to the right by arithmetic.
pub(crate) fn philosophers_by_parameter(n: u32, terminal: bool) -> TransitionSystem {
    let last = n - 1;
    system(&format!(
        "system philosophers var fork: [0..=2; {n}] init fork = [0; {n}]
         transition left(p: 0..={last}) when fork[$p] == 0 fork := fork[$p := 1]
         transition right(p: 0..={last}) when fork[$p] == 1 && fork[($p + 1) mod {n}] == 0
           fork := fork[($p + 1) mod {n} := 2]
         transition put(p: 0..={last}) when fork[$p] == 1 && fork[($p + 1) mod {n}] == 2
           fork := fork[$p := 0][($p + 1) mod {n} := 0]
         terminal holds {terminal}"
    ))
}

/// What both checkers must say alike.
#[derive(PartialEq, Debug)]
struct Essence {
    verdict: Verdict,
    decided: Option<u32>,
    witnesses: Vec<(musilc_ir::PropertyId, musilc_ir::Trace)>,
    states: Option<u64>,
    transitions: Option<u64>,
    levels: Vec<u64>,
    coverage: Option<musilc_ir::Coverage>,
}

impl Essence {
    fn of(mut outcome: Outcome) -> Self {
        if matches!(outcome.verdict, Verdict::Unknown(Unknown::StateLimit(_))) {
            // The order in which the states of one depth are found is free. Which steps come before the last state that is allowed depends on it.
            outcome.statistics.transitions = None;
            outcome.coverage.iter_mut().for_each(|coverage| coverage.fired.clear());
        }
        Self {
            verdict: outcome.verdict,
            decided: outcome.decided_depth,
            witnesses: outcome.witnesses,
            states: outcome.statistics.states,
            transitions: outcome.statistics.transitions,
            levels: outcome.statistics.levels,
            coverage: outcome.coverage,
        }
    }
}

/// Compares the engine with the reference checker: the whole answer, traces included.
pub(crate) fn disagreement(
    system: &TransitionSystem,
    goal: Goal,
    limits: &Limits,
    mutation: Mutation,
) -> Option<String> {
    disagreement_with(system, goal, limits, &Options { mutation, ..Options::default() })
}

/// As [`disagreement`], with the engine going about its work in a certain way.
pub(crate) fn disagreement_with(
    system: &TransitionSystem,
    goal: Goal,
    limits: &Limits,
    options: &Options,
) -> Option<String> {
    let found = check_with(system, goal, limits, options);
    if let Err(why) = confirm(system, goal, &found) {
        return Some(format!("not confirmed: {why}\n{found:#?}"));
    }
    let expected = match musilc_ir::search::check(system, goal, limits) {
        Ok(outcome) => Essence::of(outcome),
        Err(error) => return Some(format!("the reference checker gives up: {error}")),
    };
    let found = Essence::of(found);
    (found != expected).then(|| format!("found {found:#?}\nexpected {expected:#?}\n{}", text::print(system)))
}

/// Checks that engine and reference agree, for every goal, without and with a bound on the depth.
pub(crate) fn assert_agreement(system: &TransitionSystem) {
    for mode in [Mutation::None, Mutation::FreeParameters] {
        if let Some(why) = first_disagreement(system, mode) {
            panic!("{mode:?}: {why}");
        }
    }
}

pub(crate) fn first_disagreement(system: &TransitionSystem, mutation: Mutation) -> Option<String> {
    let reach =
        system.properties.iter().enumerate().filter(|(_, property)| property.kind != PropertyKind::Step);
    let goals = reach.map(|(index, _)| Goal::Reach(index.into())).chain([Goal::All]);
    for goal in goals {
        for max_depth in [None, Some(0), Some(2)] {
            let limits = Limits { max_depth, max_states: Some(400), ..Limits::default() };
            let why = disagreement(system, goal, &limits, mutation);
            if why.is_some() {
                return why;
            }
        }
    }
    None
}
