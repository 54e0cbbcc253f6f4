//! Systems whose verdicts are known.

use crate::builder::{Action, Builder, int};
use crate::compare::{agree, safety, to_depth, violation};
use crate::models;
use musilc_ir::{
    Goal, Limits, Proof, PropertyId, PropertyKind, TransitionSystem, Type, Unknown, Value, Verdict,
    ViolationKind,
};
use musilc_symbolic::{Mutation, Options, Procedure, check};

#[test]
fn philosophers_deadlock_when_each_has_one_fork() {
    for n in 2..=6 {
        let outcome = safety(&models::philosophers(n), &to_depth(10));
        assert_eq!(violation(&outcome), (ViolationKind::Deadlock, n));
        assert_eq!(outcome.decided_depth, Some(n));
    }
}

#[test]
fn philosophers_with_symbolic_parameters() {
    for (procedure, most_cases) in
        [(Procedure::Z3, 16), (Procedure::Sat, 16), (Procedure::Sat, 1), (Procedure::Z3, 4)]
    {
        let options = Options { depth: 10, max_instances: 0, procedure, most_cases, ..Options::default() };
        let outcome = safety(&models::philosophers(4), &options);
        assert_eq!(violation(&outcome), (ViolationKind::Deadlock, 4));
    }
}

#[test]
fn all_runs_of_two_phase_commit_end() {
    for n in 1..=3 {
        let outcome = safety(&models::two_phase_commit(n), &to_depth(20));
        assert_eq!(outcome.verdict, Verdict::Proved(Proof::AllRunsEnd { longest: 2 * n + 1 }));
        let [(_, witness)] = outcome.witnesses.as_slice() else { panic!("{:?}", outcome.witnesses) };
        assert_eq!(witness.depth(), 2 * n + 1);
    }
}

#[test]
fn a_bound_is_no_proof() {
    let outcome = safety(&models::peterson(), &to_depth(12));
    assert_eq!(outcome.verdict, Verdict::HoldsToDepth { depth: 12 });
    let limits = Limits { max_depth: Some(7), ..Limits::default() };
    let outcome = check(&models::peterson(), Goal::All, &limits, &to_depth(12));
    assert_eq!(outcome.verdict, Verdict::HoldsToDepth { depth: 7 });
    assert_eq!(outcome.decided_depth, Some(7));
}

#[test]
fn counters_exceed_their_limit() {
    let outcome = safety(&models::counters(3, 6, 7), &to_depth(12));
    assert_eq!(violation(&outcome), (ViolationKind::Property(PropertyId(0)), 8));
    // Three counters to 2 never exceed 6; their runs have 6 steps.
    let outcome = safety(&models::counters(3, 2, 6), &to_depth(12));
    assert_eq!(outcome.verdict, Verdict::Proved(Proof::AllRunsEnd { longest: 6 }));
}

/// A counter that falls from -1 to -5 and then has nowhere to go.
fn falling(failing: bool) -> TransitionSystem {
    let mut b = Builder::new("falling");
    let (x, now) = b.number("x", -5, -1, -1);
    let one = b.cx.int(1);
    let less = b.cx.sub(now, one);
    let least = b.cx.int(-5);
    let bad = b.cx.lt(less, least);
    let above = b.cx.lt(least, now);
    let action = if failing {
        Action { failures: vec![bad], updates: vec![(x, less)], ..Action::default() }
    } else {
        let value = b.cx.narrow(less, -5, -1);
        Action { guard: Some(above), updates: vec![(x, value)], ..Action::default() }
    };
    b.action("fall", action);
    b.finish()
}

#[test]
fn negative_ranges() {
    let outcome = safety(&falling(false), &to_depth(9));
    assert_eq!(violation(&outcome), (ViolationKind::Deadlock, 4));
    let Verdict::Violated(found) = &outcome.verdict else { unreachable!() };
    assert_eq!(found.trace.last_state().unwrap().0, [Value::Int(-5)]);
    // The fifth step leaves the range.
    let outcome = safety(&falling(true), &to_depth(9));
    let (kind, depth) = violation(&outcome);
    assert!(matches!(kind, ViolationKind::Error(_)), "{kind:?}");
    assert_eq!(depth, 5);
}

#[test]
fn arrays_of_arrays_are_read_and_written_at_dynamic_indices() {
    let mut b = Builder::new("matrix");
    let zero = b.cx.int(0);
    let row = b.cx.array(vec![zero; 3]);
    let (m, now) = b.array("m", 3, Type::array(3, int(0, 8)), row);
    let (i, j) = (b.cx.param(0, 3), b.cx.param(1, 3));
    let (_, at) = b.number("step", 0, 8, 0);
    let step = musilc_ir::VarId(1);
    // Writes 3·i + j at row i, column j, one cell after the other.
    let (three, eight, one) = (b.cx.int(3), b.cx.int(8), b.cx.int(1));
    let first = b.cx.mul(i, three);
    let number = b.cx.add([first, j]);
    let guard = b.cx.eq(number, at);
    let old_row = b.cx.select(now, i);
    let new_row = b.cx.store(old_row, j, number);
    let value = b.cx.store(now, i, new_row);
    let more = b.cx.add([at, one]);
    let more = b.cx.narrow(more, 0, 8);
    b.action(
        "fill",
        Action {
            params: vec![3, 3],
            guard: Some(guard),
            updates: vec![(m, value), (step, more)],
            ..Action::default()
        },
    );
    // The cell that the number names holds the number, once it has been written.
    let (quotient, remainder) = (b.cx.div(at, three), b.cx.rem(at, three));
    let selected = b.cx.select(now, quotient);
    let cell = b.cx.select(selected, remainder);
    let is_unwritten = b.cx.eq(cell, zero);
    b.invariant(is_unwritten);
    let last = b.cx.int(2);
    let last_row = b.cx.select(now, last);
    let last_cell = b.cx.select(last_row, last);
    let full = b.cx.eq(last_cell, eight);
    b.property(PropertyKind::Reachable, full, Vec::new());
    let system = b.finish();
    let outcome = safety(&system, &to_depth(10));
    // Nine steps fill the array, and then the number is 0 again; the tenth makes it 1, which stands in its cell by then.
    assert_eq!(violation(&outcome), (ViolationKind::Property(PropertyId(0)), 10));
    for max_instances in [0, 100] {
        let options = Options { depth: 10, max_instances, ..Options::default() };
        agree(&system, &options, Mutation::None).unwrap();
    }
}

#[test]
fn no_initial_state_and_unreached_properties() {
    let mut b = Builder::new("empty");
    b.init_params(&[3]);
    let (p, three) = (b.cx.param(0, 3), b.cx.int(2));
    let impossible = b.cx.lt(three, p);
    let x = b.var("x", int(0, 2), p);
    let now = b.cx.var(x);
    let reached = b.cx.eq(now, three);
    b.property(PropertyKind::Reachable, reached, Vec::new());
    b.action("stay", Action::default());
    let open = b.system.clone();
    // The condition folds to false, so it is made from an array that does not.
    let (yes, no) = (b.cx.bool(true), b.cx.bool(false));
    let table = b.cx.array(vec![yes, no, yes]);
    let looked_up = b.cx.select(table, p);
    let one = b.cx.int(1);
    let is_one = b.cx.eq(p, one);
    b.system.init.conditions = vec![looked_up, is_one];
    assert_eq!(b.cx.as_bool(impossible), Some(false));
    let system = b.finish();
    assert_eq!(violation(&safety(&system, &to_depth(3))), (ViolationKind::NoInitialState, 0));
    agree(&system, &to_depth(3), Mutation::None).unwrap();
    let open = TransitionSystem { context: system.context.clone(), ..open };
    agree(&open, &to_depth(3), Mutation::None).unwrap();
}

#[test]
fn the_least_of_many_violations_at_one_depth_is_found() {
    // Everything goes wrong in the second state.
    let mut b = Builder::new("least");
    let (x, now) = b.number("x", 0, 1, 0);
    let one = b.cx.int(1);
    let bad = b.cx.eq(now, one);
    let good = b.cx.not(bad);
    b.action("go", Action { guard: Some(good), updates: vec![(x, one)], ..Action::default() });
    let complete = |mut b: Builder, errors: u32| {
        let failures = |n: u32| if errors > n { vec![bad, bad] } else { vec![] };
        b.property(PropertyKind::Invariant, good, failures(1));
        b.invariant(good);
        b.system.transitions[0].guard_failures =
            failures(2).into_iter().map(crate::builder::failure).collect();
        let no = b.cx.bool(false);
        b.terminal(no, failures(0));
        b.finish()
    };
    let mut kinds = Vec::new();
    for errors in 0..4 {
        let b = Builder { cx: b.cx.clone(), system: b.system.clone() };
        let (kind, depth) = violation(&safety(&complete(b, errors), &to_depth(3)));
        assert_eq!(depth, 1);
        kinds.push(kind);
    }
    assert!(matches!(kinds[0], ViolationKind::Property(PropertyId(0))), "{kinds:?}");
    assert!(
        kinds[1..].iter().all(|kind| matches!(kind, ViolationKind::Error(site) if site.index == 0)),
        "{kinds:?}"
    );
    assert!(kinds[3] < kinds[2] && kinds[2] < kinds[1], "{kinds:?}");
}

#[test]
fn more_instances_than_can_be_written_out() {
    // A sum reaches its goal by the right three of 64,000 instances.
    let mut b = Builder::new("many");
    let (x, now) = b.number("x", 0, 300, 0);
    let params = [0, 1, 2].map(|i| b.cx.param(i, 40));
    let product = b.cx.mul(params[0], params[1]);
    let sum = b.cx.add([product, params[2], now]);
    let most = b.cx.int(300);
    let guard = b.cx.le(sum, most);
    let value = b.cx.narrow(sum, 0, 300);
    b.action(
        "add",
        Action { params: vec![40; 3], guard: Some(guard), updates: vec![(x, value)], ..Action::default() },
    );
    let reached = b.cx.eq(now, most);
    let goal = b.property(PropertyKind::Reachable, reached, Vec::new());
    let system = b.finish();
    let outcome = check(&system, Goal::Reach(goal), &Limits::default(), &to_depth(3));
    musilc_ir::replay::confirm(&system, Goal::Reach(goal), &outcome).unwrap();
    assert!(
        matches!(&outcome.verdict, Verdict::Reached(trace) if trace.depth() == 1),
        "{:?}",
        outcome.verdict
    );
    let outcome = check(&system, Goal::All, &Limits::default(), &to_depth(1));
    assert_eq!(outcome.verdict, Verdict::HoldsToDepth { depth: 1 });
}

#[test]
fn step_properties_cannot_be_reached() {
    let mut b = Builder::new("step");
    let (x, now) = b.number("x", 0, 3, 0);
    let next = b.cx.next(x);
    let grows = b.cx.le(now, next);
    let id = b.property(PropertyKind::Step, grows, Vec::new());
    let one = b.cx.int(1);
    let sum = b.cx.add([now, one]);
    let four = b.cx.int(4);
    let wrapped = b.cx.rem(sum, four);
    b.action("turn", Action { updates: vec![(x, wrapped)], ..Action::default() });
    let system = b.finish();
    assert_eq!(violation(&safety(&system, &to_depth(6))), (ViolationKind::Property(id), 4));
    for goal in [Goal::Reach(id), Goal::Reach(PropertyId(7))] {
        let outcome = check(&system, goal, &Limits::default(), &to_depth(6));
        assert!(matches!(outcome.verdict, Verdict::Unknown(Unknown::Incapable(_))), "{:?}", outcome.verdict);
    }
}

#[test]
fn the_same_question_has_the_same_answer() {
    let system = models::counters(3, 6, 7);
    let ask = || check(&system, Goal::All, &Limits::default(), &to_depth(12));
    let (first, second) = (ask(), ask());
    assert_eq!(first.verdict, second.verdict);
    assert_eq!(first.witnesses, second.witnesses);
}
