//! Temporal and recoverable properties whose lassos are known.

use crate::builder::{Action, Builder, failure, formula, int, of, of_two, parts, state, taken};
use crate::compare::{compare_lassos, to_depth};
use crate::models;
use musilc_ir::{
    ExprId, FairUnit, Fairness, Formula, FormulaKind as F, Goal, Limits, Outcome, Proof, PropertyId,
    PropertyKind, TransitionSystem, Unknown, VarId, Verdict, ViolationKind,
};
use musilc_symbolic::{Options, check};

/// A variable `x` over so many states, from 0, and an action for each table of moves.
fn graph(moves: &[&[Vec<Option<u32>>]]) -> (Builder, ExprId) {
    let mut b = Builder::new("graph");
    let states = i64::try_from(moves[0][0].len()).unwrap();
    let zero = b.cx.int(0);
    let x: VarId = b.var("x", int(0, states - 1), zero);
    for (number, moves) in moves.iter().enumerate() {
        b.moving(&format!("t{number}"), x, moves);
    }
    let now = b.cx.var(x);
    (b, now)
}

fn is(b: &mut Builder, now: ExprId, value: i64) -> Formula {
    let value = b.cx.int(value);
    state(b.cx.eq(now, value))
}

fn refute(system: &TransitionSystem, id: PropertyId, depth: u32) -> Outcome {
    check(system, Goal::Refute(id), &Limits::default(), &to_depth(depth))
}

/// The lasso that refutes a formula, compared with all runs; written out and with parameters left to the solver.
fn lasso(b: &Builder, claim: &Formula) -> Option<(u32, u32)> {
    let mut b = Builder { cx: b.cx.clone(), system: b.system.clone() };
    let id = b.temporal(claim.clone());
    let system = b.finish();
    let found = [2_000, 0].map(|max_instances| {
        let options = Options { depth: 6, max_instances, ..Options::default() };
        let outcome = check(&system, Goal::Refute(id), &Limits::default(), &options);
        compare_lassos(&system, Goal::Refute(id), 6, &outcome).unwrap()
    });
    assert_eq!(found[0], found[1]);
    found[0]
}

/// 0 → 1 → 2 → 1 …, without a choice.
fn circle() -> (Builder, ExprId) {
    graph(&[&[vec![Some(1), Some(2), Some(1)]]])
}

#[test]
fn each_kind_of_formula_is_true_and_false_where_it_should_be() {
    let (mut b, now) = circle();
    let [at_0, at_1, at_2] = [0, 1, 2].map(|value| is(&mut b, now, value));
    let not = |a: &Formula| of(F::Not, a.clone());
    let two_of = |kind: fn(Box<Formula>, Box<Formula>) -> F, a: &Formula, b: &Formula| {
        of_two(kind, a.clone(), b.clone())
    };
    let early = formula(F::Any(parts(vec![at_0.clone(), at_1.clone()])));
    let holding = [
        at_0.clone(),
        taken(0, &[]),
        not(&at_1),
        formula(F::All(parts(vec![at_0.clone(), not(&at_1)]))),
        early.clone(),
        two_of(F::Implies, &at_1, &at_2),
        not(&two_of(F::Implies, &at_0, &at_1)),
        two_of(F::Iff, &at_1, &at_2),
        not(&two_of(F::Iff, &at_0, &at_1)),
        of(F::Next, at_1.clone()),
        of(F::Always, two_of(F::Iff, &at_1, &of(F::Next, at_2.clone()))),
        of(F::Eventually, at_2.clone()),
        of(F::Always, of(F::Eventually, at_1.clone())),
        two_of(F::Until, &early, &at_2),
        two_of(F::Until, &at_0, &two_of(F::Until, &at_1, &at_2)),
        two_of(F::WeakUntil, &not(&at_2), &at_1),
        two_of(F::WeakUntil, &taken(0, &[]), &not(&taken(0, &[]))),
        two_of(F::Release, &at_1, &early),
        two_of(F::LeadsTo, &at_1, &at_2),
    ];
    for claim in &holding {
        // One of the two, and only one, is refuted; and by the only lasso there is.
        let (itself, negation) = (lasso(&b, claim), lasso(&b, &not(claim)));
        assert_eq!((itself, negation), (None, Some((1, 2))), "{claim:?}");
    }
}

#[test]
fn an_until_that_is_never_fulfilled_is_refuted() {
    let (mut b, now) = circle();
    let at_0 = is(&mut b, now, 0);
    let elsewhere = of(F::Not, at_0.clone());
    let claim = of(F::Next, of_two(F::Until, elsewhere.clone(), at_0.clone()));
    assert_eq!(lasso(&b, &claim), Some((1, 2)));
    assert_eq!(lasso(&b, &of(F::Next, of_two(F::WeakUntil, elsewhere, at_0))), None);
}

#[test]
fn the_shortest_lasso_with_the_shortest_stem_is_found() {
    // 0 repeats, in one step or in two; a loop of one step at 1 is as long as that of two.
    let (mut b, now) = graph(&[&[vec![Some(1), Some(0), None]], &[vec![Some(2), Some(1), Some(2)]]]);
    let at_0 = is(&mut b, now, 0);
    assert_eq!(lasso(&b, &of(F::Always, at_0.clone())), Some((0, 2)));
    assert_eq!(lasso(&b, &of(F::Always, of(F::Eventually, at_0))), Some((1, 1)));
}

#[test]
fn a_state_without_successor_repeats_and_takes_no_step() {
    // Under the goal of one property, that this is a deadlock does not matter.
    for terminal in [false, true] {
        let (mut b, now) = graph(&[&[vec![Some(1), Some(2), None]]]);
        let stop = b.cx.bool(terminal);
        b.terminal(stop, Vec::new());
        let at_2 = is(&mut b, now, 2);
        let moves = of(F::Always, taken(0, &[]));
        assert_eq!(lasso(&b, &moves), Some((2, 1)));
        assert_eq!(lasso(&b, &of(F::Eventually, of(F::Always, at_2.clone()))), None);
        assert_eq!(lasso(&b, &of(F::Eventually, of(F::Next, of(F::Not, taken(0, &[]))))), None);
        let id = b.temporal(of(F::Always, of(F::Not, at_2)));
        let system = b.finish();
        let outcome = refute(&system, id, 9);
        let Verdict::Violated(found) = &outcome.verdict else { panic!("{outcome:?}") };
        assert_eq!((found.trace.depth(), found.trace.back_to), (2, Some(2)));
        let all = check(&system, Goal::All, &Limits::default(), &to_depth(9));
        let Verdict::Violated(first) = all.verdict else { panic!("{all:?}") };
        assert_eq!(first.kind, if terminal { ViolationKind::Lasso(id) } else { ViolationKind::Deadlock });
    }
}

#[test]
fn where_all_runs_end_all_lassos_are_decided_even_past_the_bound() {
    let (mut b, now) = graph(&[&[vec![Some(1), Some(2), None]]]);
    let yes = b.cx.bool(true);
    b.terminal(yes, Vec::new());
    let at_2 = is(&mut b, now, 2);
    let holds = b.temporal(of(F::Eventually, at_2.clone()));
    let fails = b.temporal(of(F::Always, of(F::Not, at_2)));
    let system = b.finish();
    let outcome = refute(&system, holds, 2);
    assert_eq!(outcome.verdict, Verdict::Proved(Proof::AllRunsEnd { longest: 2 }));
    assert_eq!((outcome.decided_depth, outcome.decided_lassos), (Some(2), Some(3)));
    let outcome = refute(&system, fails, 2);
    assert!(
        matches!(&outcome.verdict, Verdict::Violated(v) if v.trace.lasso() == Some((2, 1))),
        "{outcome:?}"
    );
    // A limit is a limit.
    let limits = Limits { max_depth: Some(2), ..Limits::default() };
    for id in [holds, fails] {
        let outcome = check(&system, Goal::Refute(id), &limits, &to_depth(9));
        assert_eq!(outcome.verdict, Verdict::HoldsToDepth { depth: 2 });
        assert_eq!(outcome.decided_lassos, Some(2));
    }
}

#[test]
fn a_bound_that_is_too_low_is_no_proof() {
    let (mut b, now) = circle();
    let at_2 = is(&mut b, now, 2);
    let id = b.temporal(of(F::Always, of(F::Not, at_2)));
    let system = b.finish();
    for depth in [0, 1, 2] {
        let outcome = refute(&system, id, depth);
        assert_eq!(outcome.verdict, Verdict::HoldsToDepth { depth });
        assert_eq!((outcome.decided_depth, outcome.decided_lassos), (Some(depth), Some(depth)));
    }
    assert_eq!(refute(&system, id, 3).decided_lassos, Some(2));
}

#[test]
fn fairness_rules_lassos_out() {
    // In 0 one may stay, or go to 1 and back; only from 1 does the last action lead to 2, for good.
    let build = |stay: u32, fairness: Fairness| {
        let (mut b, now) = graph(&[
            &[vec![Some(stay), Some(0), None]],
            &[vec![None, Some(2), None]],
            &[vec![None, None, Some(2)]],
        ]);
        b.fair(1, fairness);
        let at_2 = is(&mut b, now, 2);
        lasso(&b, &of(F::Eventually, at_2))
    };
    // Enabled now and then only: weak fairness does not help, strong fairness does.
    assert_eq!(build(1, Fairness::None), Some((0, 2)));
    assert_eq!(build(1, Fairness::Weak(FairUnit::Whole)), Some((0, 2)));
    assert_eq!(build(1, Fairness::Strong(FairUnit::Whole)), None);
    // Never enabled: neither does.
    assert_eq!(build(0, Fairness::Strong(FairUnit::Instance)), Some((0, 1)));
}

#[test]
fn fairness_to_each_instance_is_more_than_to_the_action() {
    // The first instance stays in 0, the second leads to 1, for good.
    let build = |fairness: Fairness| {
        let (mut b, now) = graph(&[&[vec![Some(0), None], vec![Some(1), Some(1)]]]);
        b.fair(0, fairness);
        let at_1 = is(&mut b, now, 1);
        lasso(&b, &of(F::Eventually, at_1))
    };
    for of_unit in [Fairness::Weak, Fairness::Strong] {
        assert_eq!(build(of_unit(FairUnit::Whole)), Some((0, 1)));
        assert_eq!(build(of_unit(FairUnit::Instance)), None);
    }
}

#[test]
fn a_step_is_told_by_its_arguments() {
    let (b, _) = graph(&[&[vec![Some(0)], vec![Some(0)]]]);
    let always_not = |args: &[Option<u32>]| of(F::Always, of(F::Not, taken(0, args)));
    assert_eq!(lasso(&b, &always_not(&[Some(1)])), Some((0, 1)));
    assert_eq!(lasso(&b, &always_not(&[None])), Some((0, 1)));
    assert_eq!(lasso(&b, &of(F::Always, taken(0, &[None]))), None);
    let alternate = of_two(F::Iff, taken(0, &[Some(0)]), of(F::Next, taken(0, &[Some(1)])));
    assert_eq!(lasso(&b, &of(F::Not, of(F::Always, alternate))), Some((0, 2)));
}

#[test]
fn model_errors_come_first() {
    let (mut b, now) = circle();
    let two = b.cx.int(2);
    let bad = b.cx.eq(now, two);
    let id = b.temporal(state(bad));
    b.system.properties[id.index()].predicate.failures.push(failure(bad));
    let invariant = b.cx.not(bad);
    b.invariant(invariant);
    let system = b.finish();
    let outcome = refute(&system, id, 5);
    assert!(matches!(&outcome.verdict, Verdict::Violated(v) if matches!(v.kind, ViolationKind::Error(_))));
    assert_eq!((outcome.decided_depth, outcome.decided_lassos), (Some(2), None));
}

#[test]
fn recoverable_properties_are_decided_only_where_all_runs_end() {
    let build = |moves: Vec<Option<u32>>, value: i64| {
        let (mut b, now) = graph(&[&[moves]]);
        let yes = b.cx.bool(true);
        b.terminal(yes, Vec::new());
        let value = b.cx.int(value);
        let at = b.cx.eq(now, value);
        let id = b.property(PropertyKind::Recoverable, at, Vec::new());
        let system = b.finish();
        [Goal::Refute(id), Goal::All].map(|goal| check(&system, goal, &Limits::default(), &to_depth(4)))
    };
    for outcome in build(vec![Some(1), Some(0)], 0).into_iter().chain(build(vec![Some(1), None], 0)) {
        let Verdict::Unknown(Unknown::Incapable(why)) = &outcome.verdict else { panic!("{outcome:?}") };
        assert!(why.starts_with("p0 "), "{why}");
        assert!(outcome.decided_depth.is_some());
    }
    for outcome in build(vec![Some(1), None], 1) {
        assert_eq!(outcome.verdict, Verdict::Proved(Proof::AllRunsEnd { longest: 1 }));
    }
}

#[test]
fn a_search_that_is_stopped_tells_what_it_decided() {
    let limits = Limits::default();
    let interrupt = limits.interrupt.clone();
    let seen = std::sync::atomic::AtomicU32::new(0);
    // The second time that depth 3 comes up, it is a length.
    let observer = move |progress: &musilc_ir::Progress| {
        if progress.depth == 3 && seen.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 1 {
            interrupt.raise();
        }
    };
    let limits = Limits { observer: Some(std::sync::Arc::new(observer)), ..limits };
    let (mut b, now) = circle();
    let at_0 = is(&mut b, now, 0);
    let id = b.temporal(at_0);
    let outcome = check(&b.finish(), Goal::Refute(id), &limits, &to_depth(6));
    assert_eq!(outcome.verdict, Verdict::Unknown(Unknown::Interrupted));
    assert_eq!((outcome.decided_depth, outcome.decided_lassos), (Some(6), Some(2)));
}

#[test]
fn each_enters_again_and_again_under_fairness() {
    let build = |fairness: Fairness| {
        let peterson = models::peterson();
        let mut b = Builder { cx: peterson.context.clone(), system: peterson };
        for action in 0..4 {
            b.fair(action, fairness);
        }
        let (three, zero) = (b.cx.int(3), b.cx.int(0));
        let pc = b.cx.var(VarId(0));
        let mine = b.cx.select(pc, zero);
        let inside = b.cx.eq(mine, three);
        let id = b.temporal(of(F::Always, of(F::Eventually, state(inside))));
        let system = b.finish();
        let outcome = refute(&system, id, 20);
        musilc_ir::replay::confirm(&system, Goal::Refute(id), &outcome).unwrap();
        outcome
    };
    // The other one goes round alone.
    let outcome = build(Fairness::None);
    assert!(
        matches!(&outcome.verdict, Verdict::Violated(v) if v.trace.lasso() == Some((0, 4))),
        "{outcome:?}"
    );
    let outcome = build(Fairness::Weak(FairUnit::Instance));
    assert_eq!(outcome.verdict, Verdict::HoldsToDepth { depth: 20 });
    assert_eq!(outcome.decided_lassos, Some(20));
}

#[test]
fn a_step_that_changes_nothing_is_a_step() {
    // A step that changes nothing is a loop of one step, not a stutter.
    let mut b = Builder::new("idle");
    b.number("x", 0, 1, 0);
    b.action("stay", Action::default());
    assert_eq!(lasso(&b, &of(F::Always, taken(0, &[]))), None);
    assert_eq!(lasso(&b, &of(F::Not, taken(0, &[]))), Some((0, 1)));
}
