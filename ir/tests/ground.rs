//! Parameters and their arguments.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

mod systems;

use musilc_ir::{
    Context, Env, Evaluator, FailureSite, GuardResult, InitResult, Place, StepResult, TransitionId, Type,
    Value, binding_count, bindings, text,
};
use systems::range_param;

#[test]
fn bindings_are_lexicographic() {
    let params = [range_param("a", 2), range_param("b", 3)];
    let all: Vec<Vec<u32>> = bindings(&params).collect();
    assert_eq!(all, [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2]]);
    assert_eq!(binding_count(&params), Some(6));
    assert_eq!(bindings(&[]).collect::<Vec<_>>(), [vec![]]);
    assert_eq!(binding_count(&[]), Some(1));
    let many: Vec<_> = (0..9).map(|_| range_param("n", 1 << 20)).collect();
    assert_eq!(binding_count(&many), None);
    let mut none = [range_param("a", 2), range_param("b", 3)];
    none[1].count = 0;
    assert_eq!(bindings(&none).count(), 0);
}

#[test]
fn substitution_folds() {
    let mut cx = Context::new();
    let a = cx.declare(Type::array(3, Type::Bool));
    let (array, p, q) = (cx.var(a), cx.param(0, 3), cx.param(1, 4));
    let two = cx.int(2);
    let (element, is_two, sum) = (cx.select(array, p), cx.eq(p, two), cx.add([p, q]));
    let bound = cx.substitute(&[element, is_two, sum, two, p], &[2, 3]);
    let (last, yes, five) = (cx.select(array, two), cx.bool(true), cx.int(5));
    assert_eq!(bound, [last, yes, five, two, two]);
    // Without an argument, a parameter stays.
    assert_eq!(cx.substitute(&[q], &[2]), [q]);
}

#[test]
fn failures_keep_their_sites() {
    let mut system = text::parse(
        "system s var x: 0..=9 init x = 0
         transition t(a: 0..=2)
           fail no_value if $a == 0 && x == 5  fail not_in_bag if $a == 1  fail empty_sequence if x == 7
           when x < 5
           fail division_by_zero if $a == 2  fail no_value if x == $a showing x + $a
           x := narrow(x + $a, 0..=9)
         terminal holds true",
    )
    .unwrap();
    let t = TransitionId(0);
    let site = |place, index| FailureSite { place, index };
    let zero = system.ground(t, &[0]);
    assert_eq!(zero.guard_failures.iter().map(|f| f.site.index).collect::<Vec<_>>(), [0, 2]);
    assert_eq!(zero.failures.iter().map(|f| f.site).collect::<Vec<_>>(), [site(Place::Body(t), 1)]);
    assert!(zero.failures[0].value.is_some());
    // What comes after a failure that always happens never does.
    let one = system.ground(t, &[1]);
    assert_eq!(one.guard_failures.iter().map(|f| f.site).collect::<Vec<_>>(), [site(Place::Guard(t), 1)]);
    let two = system.ground(t, &[2]);
    assert_eq!(two.guard_failures.iter().map(|f| f.site.index).collect::<Vec<_>>(), [2]);
    assert_eq!(two.failures.iter().map(|f| f.site.index).collect::<Vec<_>>(), [0]);
}

#[test]
fn instances_do_what_the_transition_does() {
    let mut system = systems::peterson();
    let InitResult::State(mut state) = system.initial_state(&[]).unwrap() else { panic!() };
    for round in 0..40 {
        let mut next = None;
        for index in 0..system.transitions.len() {
            let t = TransitionId::from(index);
            for args in system.transition(t).instances() {
                let instance = system.ground(t, &args);
                assert_eq!(system.transition(t).instance_count(), Some(2));
                let mut evaluator = Evaluator::new(&system.context, Env::of_state(&state));
                let enabled = evaluator.truth(instance.guard).unwrap();
                let expected = if enabled { GuardResult::Enabled } else { GuardResult::Disabled };
                assert_eq!(system.enabled(&state, t, &args), Ok(expected));
                if !enabled {
                    continue;
                }
                let mut after = state.clone();
                for update in &instance.updates {
                    after.0[update.variable.index()] = evaluator.value(update.value).unwrap();
                }
                assert_eq!(system.step(&state, t, &args), Ok(StepResult::Next(after.clone())));
                if next.is_none() || round % 2 == 0 {
                    next = Some(after);
                }
            }
        }
        state = next.unwrap();
    }
    assert!(matches!(state.0[2], Value::Int(_)));
}
