//! The reference checker, on systems whose state spaces are known.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

mod systems;

use musilc_ir::replay::confirm;
use musilc_ir::search::check;
use musilc_ir::{
    FailureSite, Goal, InitResult, Interrupt, Limits, Outcome, Place, Proof, PropertyId, StepResult,
    TransitionId, TransitionSystem, Unknown, Verdict, ViolationKind, text,
};
use std::collections::BTreeSet;

fn run(system: &TransitionSystem, goal: Goal, limits: &Limits) -> Outcome {
    let outcome = check(system, goal, limits).unwrap();
    confirm(system, goal, &outcome).unwrap();
    outcome
}

fn safety(system: &TransitionSystem) -> Outcome {
    run(system, Goal::All, &Limits::default())
}

fn to_depth(depth: u32) -> Limits {
    Limits { max_depth: Some(depth), ..Limits::default() }
}

/// The kind and depth of a violation.
fn violation(outcome: &Outcome) -> (ViolationKind, u32) {
    match &outcome.verdict {
        Verdict::Violated(violation) => (violation.kind, violation.depth()),
        other => panic!("not violated but {other:?}"),
    }
}

fn error(place: Place) -> ViolationKind {
    ViolationKind::Error(FailureSite { place, index: 0 })
}

#[test]
fn a_counter_has_as_many_states_as_it_counts() {
    for n in [2, 3, 7, 100] {
        let system = systems::counter(n);
        let outcome = safety(&system);
        let diameter = u32::try_from(n).unwrap() - 1;
        assert_eq!(outcome.verdict, Verdict::Proved(Proof::Exhaustive { diameter }));
        assert_eq!(outcome.statistics.states, Some(n.unsigned_abs()));
        assert_eq!(outcome.statistics.transitions, Some(n.unsigned_abs()));
        assert_eq!(outcome.statistics.levels, vec![1; usize::try_from(n).unwrap()]);
        assert_eq!(outcome.witnesses.len(), 1);
        assert_eq!(outcome.witnesses[0].1.depth(), diameter);
        assert_eq!(outcome.coverage.unwrap().fired, [n.unsigned_abs()]);
        let reached = run(&system, Goal::Reach(PropertyId(1)), &Limits::default());
        assert!(matches!(reached.verdict, Verdict::Reached(trace) if trace.depth() == diameter));
    }
}

#[test]
fn peterson_excludes() {
    let outcome = safety(&systems::peterson());
    assert!(matches!(outcome.verdict, Verdict::Proved(Proof::Exhaustive { .. })), "{:?}", outcome.verdict);
    assert_eq!((outcome.statistics.states, outcome.statistics.transitions), (Some(20), Some(34)));
    assert_eq!(outcome.witnesses[0].1.depth(), 3);
}

#[test]
fn philosophers_starve() {
    for (n, states) in [(2, 6), (3, 14), (4, 34), (5, 82)] {
        let mut system = systems::philosophers(n);
        assert_eq!(violation(&safety(&system)), (ViolationKind::Deadlock, n));
        // Where deadlock is no violation, the search goes on to the end.
        system.terminal.expr = system.context.bool(true);
        let outcome = safety(&system);
        assert!(matches!(outcome.verdict, Verdict::Proved(_)));
        assert_eq!(outcome.statistics.states, Some(states));
        assert_eq!(outcome.statistics.levels.iter().sum::<u64>(), states);
        assert_eq!(deadlocks(&system), 1);
    }
}

/// How many reachable states have no successor.
fn deadlocks(system: &TransitionSystem) -> usize {
    let InitResult::State(initial) = system.initial_state(&[]).unwrap() else { panic!() };
    let mut seen = BTreeSet::from([initial.clone()]);
    let (mut pending, mut dead) = (vec![initial], 0);
    while let Some(state) = pending.pop() {
        let successors = system.successors(&state).unwrap();
        dead += usize::from(successors.is_empty());
        for successor in successors {
            let StepResult::Next(next) = successor.result else { panic!() };
            if seen.insert(next.clone()) {
                pending.push(next);
            }
        }
    }
    dead
}

/// A counter from 0 to 5 whose parts are to be filled in.
fn counting(when: &str, body: &str, terminal: &str, rest: &str) -> TransitionSystem {
    text::parse(&format!(
        "system counting var x: 0..=5 init x = 0
         transition up {when} {body} x := narrow(x + 1, 0..=5)
         terminal {terminal} {rest}"
    ))
    .unwrap()
}

const OVERFLOW: &str = "fail out_of_range(0..=5, x) if x >= 5 showing x + 1";

#[test]
fn a_failing_body_is_an_error_of_the_step() {
    let system = counting("when true", OVERFLOW, "holds false", "");
    let outcome = safety(&system);
    assert_eq!(violation(&outcome), (error(Place::Body(TransitionId(0))), 6));
    // The failing step has been executed, but leads nowhere.
    assert_eq!(outcome.statistics.transitions, Some(6));
    assert_eq!(outcome.statistics.levels, [1; 6]);
    assert_eq!(outcome.decided_depth, Some(6));
    let Verdict::Violated(found) = &outcome.verdict else { unreachable!() };
    assert_eq!(musilc_ir::replay::number_at_fault(&system, found), Ok(Some(6)));
    // It is not found by a search that takes no step from depth 5.
    assert_eq!(run(&system, Goal::All, &to_depth(5)).verdict, Verdict::HoldsToDepth { depth: 5 });
}

#[test]
fn a_failing_guard_is_an_error_of_the_state() {
    let system = counting("fail no_value if x == 3 when x < 3", "", "holds true", "");
    assert_eq!(violation(&safety(&system)), (error(Place::Guard(TransitionId(0))), 3));
    assert_eq!(violation(&run(&system, Goal::All, &to_depth(3))), (error(Place::Guard(TransitionId(0))), 3));
}

#[test]
fn terminal_is_evaluated_only_where_nothing_is_enabled() {
    let fails_early = counting("when x < 5", "", "fail no_value if x < 5 holds x == 5", "");
    assert_eq!(safety(&fails_early).verdict, Verdict::Proved(Proof::Exhaustive { diameter: 5 }));
    let fails_late = counting("when x < 5", "", "fail no_value if x == 5 holds x == 5", "");
    assert_eq!(violation(&safety(&fails_late)), (error(Place::Terminal), 5));
}

#[test]
fn errors_come_before_properties_and_these_before_deadlock() {
    let invariant = "invariant small holds x < 2 claim x < 2";
    let both = counting("when x < 2", "", "holds false", invariant);
    assert_eq!(violation(&safety(&both)), (ViolationKind::Property(PropertyId(0)), 2));
    let failing =
        "invariant a holds x < 2 claim x < 2  invariant b fail no_value if x == 2 holds true claim true";
    let error_too = counting("when x < 2", "", "holds false", failing);
    assert_eq!(violation(&safety(&error_too)), (error(Place::Property(PropertyId(1))), 2));
    let deadlock = counting("when x < 2", "", "holds false", "");
    assert_eq!(violation(&safety(&deadlock)), (ViolationKind::Deadlock, 2));
}

#[test]
fn step_properties_are_of_steps() {
    let goes_up = "step invariant up holds x' == x + 1 claim x' == x + 1";
    assert!(matches!(
        safety(&counting("when x < 5", "", "holds x == 5", goes_up)).verdict,
        Verdict::Proved(_)
    ));
    let stays = "step invariant low holds x' <= 3 claim x' <= 3";
    let system = counting("when x < 5", "", "holds x == 5", stays);
    assert_eq!(violation(&safety(&system)), (ViolationKind::Property(PropertyId(0)), 4));
    assert_eq!(run(&system, Goal::All, &to_depth(3)).verdict, Verdict::HoldsToDepth { depth: 3 });
}

#[test]
fn self_loops_are_steps() {
    let system = text::parse(
        "system loops var x: 0..=1 init x = 0 transition stay when true transition flip when true x := 1 - x
         terminal holds false",
    )
    .unwrap();
    let outcome = safety(&system);
    assert_eq!((outcome.statistics.states, outcome.statistics.transitions), (Some(2), Some(4)));
    assert_eq!(outcome.coverage.unwrap().fired, [2, 2]);
}

#[test]
fn what_is_never_reached_is_a_violation_only_of_an_exhaustive_search() {
    let properties = "reachable zero holds x == 0 claim x == 0  reachable never holds x == 5 claim x == 5
                      reachable nor holds x == 4 claim x == 4";
    let system = counting("when x < 3", "", "holds x == 3", properties);
    let outcome = safety(&system);
    assert_eq!(violation(&outcome), (ViolationKind::Unreached(PropertyId(1)), 0));
    assert_eq!(outcome.witnesses.len(), 1);
    assert_eq!(run(&system, Goal::All, &to_depth(2)).verdict, Verdict::HoldsToDepth { depth: 2 });
    let reach = |id| run(&system, Goal::Reach(PropertyId(id)), &Limits::default());
    assert!(matches!(reach(0).verdict, Verdict::Reached(trace) if trace.depth() == 0));
    assert_eq!(violation(&reach(2)).0, ViolationKind::Unreached(PropertyId(2)));
    assert_eq!(reach(2).witnesses, []);
}

#[test]
fn only_model_errors_keep_from_reaching() {
    let properties = "reachable four holds x == 4 claim x == 4  invariant low holds x < 2 claim x < 2";
    let deaf = counting("when x < 5", "", "holds false", properties);
    let outcome = run(&deaf, Goal::Reach(PropertyId(0)), &Limits::default());
    assert!(matches!(outcome.verdict, Verdict::Reached(trace) if trace.depth() == 4));
    // The error happens in the very state that would be reached.
    let failing = counting("fail no_value if x == 4 when x < 5", "", "holds false", properties);
    let outcome = run(&failing, Goal::Reach(PropertyId(0)), &Limits::default());
    assert_eq!(violation(&outcome), (error(Place::Guard(TransitionId(0))), 4));
    // One step later it does not matter.
    let later = counting("fail no_value if x == 5 when x < 5", "", "holds false", properties);
    let outcome = run(&later, Goal::Reach(PropertyId(0)), &Limits::default());
    assert!(matches!(outcome.verdict, Verdict::Reached(_)));
}

#[test]
fn the_depth_bound_proves_only_what_has_ended() {
    let ends = counting("when x < 3", "", "holds x == 3", "");
    assert_eq!(run(&ends, Goal::All, &to_depth(2)).verdict, Verdict::HoldsToDepth { depth: 2 });
    let exhaustive = Verdict::Proved(Proof::Exhaustive { diameter: 3 });
    assert_eq!(run(&ends, Goal::All, &to_depth(3)).verdict, exhaustive);
    assert_eq!(run(&ends, Goal::All, &to_depth(4)).verdict, exhaustive);
}

#[test]
fn initial_states_are_those_of_the_condition() {
    let start = |condition: &str, failure: &str| {
        text::parse(&format!(
            "system start var x: 0..=9 var y: 0..=9
             init (a: 0..=3, b: bool) {failure} {condition} x = $a y = $b + 1
             transition none when false terminal holds true"
        ))
        .unwrap()
    };
    let all = safety(&start("", ""));
    assert_eq!(all.statistics.levels, [8]);
    let some = safety(&start("where $a < 2 where $b == 1", ""));
    assert_eq!(some.statistics.levels, [2]);
    let none = safety(&start("where $a < 0", ""));
    assert_eq!(violation(&none), (ViolationKind::NoInitialState, 0));
    let fails = safety(&start("", "fail no_value if $a == 2"));
    assert_eq!(violation(&fails), (error(Place::Init), 0));
    let Verdict::Violated(violation) = fails.verdict else { unreachable!() };
    assert_eq!((violation.trace.init_args, violation.trace.initial), (vec![2, 0], None));
}

#[test]
fn of_equal_violations_the_first_is_shown() {
    let system = text::parse(
        "system two var x: 0..=3 var y: 0..=3 init x = 0 y = 0
         transition a(n: 0..=2) when x == 0 x := $n + 1 y := $n
         transition b when x == 0 x := 3
         terminal holds x > 0
         invariant ok holds x < 2 claim x < 2",
    )
    .unwrap();
    let Verdict::Violated(violation) = safety(&system).verdict else { panic!() };
    let step = &violation.trace.steps[0];
    assert_eq!((step.transition, step.args.as_slice()), (TransitionId(0), &[1][..]));
}

#[test]
fn limits_end_the_search_undecided() {
    let system = systems::counter(100);
    let states = Limits { max_states: Some(10), ..Limits::default() };
    let outcome = run(&system, Goal::All, &states);
    assert_eq!(outcome.verdict, Verdict::Unknown(Unknown::StateLimit(10)));
    assert_eq!((outcome.decided_depth, outcome.statistics.states), (Some(9), Some(10)));
    let memory = Limits { max_memory: Some(1), ..Limits::default() };
    assert_eq!(run(&system, Goal::All, &memory).verdict, Verdict::Unknown(Unknown::MemoryLimit(1)));
    let interrupt = Interrupt::default();
    interrupt.raise();
    let limits = Limits { interrupt, ..Limits::default() };
    let outcome = run(&system, Goal::All, &limits);
    assert_eq!((outcome.verdict, outcome.decided_depth), (Verdict::Unknown(Unknown::Interrupted), None));
    let late = Limits { deadline: Some(std::time::Instant::now()), ..Limits::default() };
    assert_eq!(run(&system, Goal::All, &late).verdict, Verdict::Unknown(Unknown::Timeout));
}

#[test]
fn probes_are_met_or_not() {
    let probes = "probes antecedent p: x == 3 state t s: x == 5";
    let outcome = safety(&counting("when x < 4", "", "holds x == 4", probes));
    assert_eq!(outcome.coverage.unwrap().probes, [true, false]);
}

#[test]
fn an_update_out_of_its_type_is_an_internal_error() {
    let system = text::parse(
        "system wrong var x: 0..=5 init x = 0 transition up when true x := x + 1 terminal holds false",
    )
    .unwrap();
    let error = check(&system, Goal::All, &Limits::default()).unwrap_err();
    assert!(error.to_string().contains("6 leaves the type 0..=5 of x"), "{error}");
}
