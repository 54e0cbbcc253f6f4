//! Certification: true runs are confirmed, tampered ones are not.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

mod systems;

use musilc_ir::replay::{confirm, confirm_reached, confirm_violation, number_at_fault, replay};
use musilc_ir::search::check;
use musilc_ir::{
    FailureSite, Goal, Limits, Outcome, Place, PropertyId, State, Trace, TransitionId, TransitionSystem,
    Value, Verdict, Violation, ViolationKind, text,
};

/// Counts to 9 by ones and, in two instances, by twos and threes.
const MODEL: &str = "system s var x: 0..=9 var done: bool
    init(start: 0..=2) fail no_value if $start == 5 where $start < 2 x = $start done = false
    transition by(n: 0..=2)
      fail bad_index(0..=7) if x == 8 && $n == 1 showing x + $n
      when !done
      fail out_of_range(0..=9, x) if x + $n + 1 > 9 showing x + $n + 1
      x := narrow(x + $n + 1, 0..=9)
    transition stop when x == 7 done := true
    terminal fail not_in_bag if x == 6 holds x == 5
    invariant low holds x < 4 claim x < 4
    step invariant small fail division_by_zero if x' == 9 && x == 6 showing x holds x' <= x + 2 claim x' <= x + 2
    reachable seven holds x == 7 claim x == 7";

fn system() -> TransitionSystem {
    text::parse(MODEL).unwrap()
}

/// The run from `start` by these steps, which are transition and argument.
fn run(system: &TransitionSystem, start: u32, steps: &[(u32, &[u32])]) -> Trace {
    let musilc_ir::InitResult::State(initial) = system.initial_state(&[start]).unwrap() else { panic!() };
    let mut trace =
        Trace { init_args: vec![start], initial: Some(initial.clone()), steps: Vec::new(), back_to: None };
    let mut state = initial;
    for (transition, args) in steps {
        let transition = TransitionId(*transition);
        let after = match system.step(&state, transition, args).unwrap() {
            musilc_ir::StepResult::Next(after) => Some(after),
            musilc_ir::StepResult::Failed(_) => None,
            other => panic!("{other:?}"),
        };
        trace.steps.push(musilc_ir::Step { transition, args: args.to_vec(), state: after.clone() });
        state = after.unwrap_or_default();
    }
    trace
}

fn error(place: Place, index: u32) -> ViolationKind {
    ViolationKind::Error(FailureSite { place, index })
}

fn confirmed(system: &TransitionSystem, kind: ViolationKind, trace: Trace) -> Result<(), String> {
    confirm_violation(system, &Violation { kind, trace })
}

const BY: TransitionId = TransitionId(0);
const LOW: PropertyId = PropertyId(0);
const SMALL: PropertyId = PropertyId(1);
const SEVEN: PropertyId = PropertyId(2);

#[test]
fn each_kind_of_violation_is_confirmed() {
    let s = system();
    assert_eq!(confirmed(&s, ViolationKind::Property(LOW), run(&s, 1, &[(0, &[2])])), Ok(()));
    assert_eq!(confirmed(&s, ViolationKind::Property(SMALL), run(&s, 0, &[(0, &[2])])), Ok(()));
    let body = run(&s, 1, &[(0, &[2]), (0, &[2]), (0, &[2])]);
    assert_eq!(confirmed(&s, error(Place::Body(BY), 0), body.clone()), Ok(()));
    let violation = Violation { kind: error(Place::Body(BY), 0), trace: body };
    assert_eq!(number_at_fault(&s, &violation), Ok(Some(10)));
    let guard = run(&s, 1, &[(0, &[2]), (0, &[2]), (0, &[0])]);
    assert_eq!(confirmed(&s, error(Place::Guard(BY), 0), guard.clone()), Ok(()));
    let violation = Violation { kind: error(Place::Guard(BY), 0), trace: guard };
    assert_eq!(number_at_fault(&s, &violation), Ok(Some(9)));
    let step = run(&s, 0, &[(0, &[2]), (0, &[2]), (0, &[2])]);
    assert_eq!(confirmed(&s, error(Place::Property(SMALL), 0), step.clone()), Ok(()));
    let violation = Violation { kind: error(Place::Property(SMALL), 0), trace: step };
    assert_eq!(number_at_fault(&s, &violation), Ok(Some(6)));
    let dead = run(&s, 1, &[(0, &[2]), (0, &[2]), (1, &[])]);
    assert!(confirmed(&s, ViolationKind::Deadlock, dead).unwrap_err().contains("no deadlock"));
    let reached = run(&s, 1, &[(0, &[2]), (0, &[2])]);
    assert_eq!(confirm_reached(&s, SEVEN, &reached), Ok(()));
    assert_eq!(confirmed(&s, ViolationKind::NoInitialState, Trace::default()), Ok(()));
    assert_eq!(confirmed(&s, ViolationKind::Unreached(SEVEN), Trace::default()), Ok(()));
}

#[test]
fn deadlock_and_terminal_errors_are_confirmed() {
    let stuck = |x: i64| {
        text::parse(&format!(
            "system s var x: 0..=9 init x = {x} transition t when x == 1
             terminal fail no_value if x == 2 fail no_value if x >= 2 showing x holds x == 0"
        ))
        .unwrap()
    };
    let here = |s: &TransitionSystem| Trace { init_args: Vec::new(), ..run_none(s) };
    // 0 is terminal, 1 has a successor, the terminal condition of 2 and 3 fails.
    for (x, terminal) in [(0, None), (1, None), (2, Some(0)), (3, Some(1))] {
        let s = stuck(x);
        for index in 0..2 {
            let confirmed = confirmed(&s, error(Place::Terminal, index), here(&s));
            assert_eq!(confirmed.is_ok(), terminal == Some(index), "{x} {index}");
        }
        assert!(confirmed(&s, ViolationKind::Deadlock, here(&s)).is_err());
    }
    let dead = text::parse("system s var x: 0..=9 init x = 0 transition t when x == 1 terminal holds x == 1")
        .unwrap();
    assert_eq!(confirmed(&dead, ViolationKind::Deadlock, here(&dead)), Ok(()));
}

/// The run without steps of a system without initial parameters.
fn run_none(system: &TransitionSystem) -> Trace {
    let musilc_ir::InitResult::State(initial) = system.initial_state(&[]).unwrap() else { panic!() };
    Trace { init_args: Vec::new(), initial: Some(initial), steps: Vec::new(), back_to: None }
}

#[test]
fn an_initial_error_has_no_state() {
    let s = text::parse(
        "system s var x: 0..=9 init(a: bool) fail no_value if $a == 1 showing $a + 4 x = 0
         transition t when true terminal holds true",
    )
    .unwrap();
    let trace = |arg, initial| Trace { init_args: vec![arg], initial, steps: Vec::new(), back_to: None };
    assert_eq!(confirmed(&s, error(Place::Init, 0), trace(1, None)), Ok(()));
    let violation = Violation { kind: error(Place::Init, 0), trace: trace(1, None) };
    assert_eq!(number_at_fault(&s, &violation), Ok(Some(5)));
    assert!(confirmed(&s, error(Place::Init, 0), trace(0, None)).is_err());
    assert!(confirmed(&s, error(Place::Init, 1), trace(1, None)).is_err());
    let state = Some(State(vec![Value::Int(0)]));
    assert!(confirmed(&s, error(Place::Init, 0), trace(1, state.clone())).is_err());
    assert!(confirmed(&s, error(Place::Init, 0), trace(0, state)).is_err());
}

#[test]
fn the_claim_must_be_what_happens() {
    let s = system();
    let low = || run(&s, 1, &[(0, &[2])]);
    for wrong in [
        ViolationKind::Property(SMALL),
        ViolationKind::Property(SEVEN),
        ViolationKind::Property(PropertyId(9)),
        ViolationKind::Deadlock,
        error(Place::Body(BY), 0),
        error(Place::Body(TransitionId(1)), 0),
        error(Place::Guard(BY), 0),
        error(Place::Guard(TransitionId(9)), 0),
        error(Place::Property(LOW), 0),
        error(Place::Property(PropertyId(9)), 0),
        error(Place::Terminal, 0),
        error(Place::Init, 0),
        ViolationKind::Unreached(SEVEN),
        ViolationKind::NoInitialState,
    ] {
        let wrong_one =
            if wrong == ViolationKind::Property(SMALL) { run(&s, 1, &[(0, &[1])]) } else { low() };
        assert!(confirmed(&s, wrong, wrong_one).is_err(), "{wrong:?}");
    }
    assert!(confirmed(&s, ViolationKind::Property(LOW), run(&s, 1, &[(0, &[0])])).is_err());
    // A step property is not violated where there is no step.
    assert!(confirmed(&s, ViolationKind::Property(SMALL), run(&s, 1, &[])).is_err());
    assert!(confirm_reached(&s, SEVEN, &low()).is_err());
    // Another failure of the same body would come later, if at all.
    let body = run(&s, 1, &[(0, &[2]), (0, &[2]), (0, &[2])]);
    assert!(confirmed(&s, error(Place::Body(BY), 1), body).is_err());
}

#[test]
fn tampered_runs_do_not_replay() {
    let s = system();
    let good = run(&s, 1, &[(0, &[2]), (0, &[2]), (1, &[])]);
    assert_eq!(replay(&s, &good), Ok(()));
    let refused = |change: &dyn Fn(&mut Trace), step: usize, message: &str| {
        let mut trace = good.clone();
        change(&mut trace);
        let error = replay(&s, &trace).unwrap_err();
        assert_eq!(error.step, step, "{error}");
        assert!(error.message.contains(message), "{error}");
    };
    refused(&|t| t.init_args = vec![0], 0, "x becomes 0, not 1");
    refused(&|t| t.init_args = vec![2], 0, "initial condition is false");
    refused(&|t| t.init_args = vec![], 0, "0 arguments for 1 parameters");
    refused(&|t| t.init_args = vec![4], 0, "argument 4");
    refused(&|t| t.initial = None, 0, "no model error");
    refused(&|t| t.initial = Some(State::default()), 0, "a state of 2 values, not 0");
    refused(&|t| t.steps[0].args = vec![1], 1, "x becomes 3, not 4");
    refused(&|t| t.steps[1].args = vec![3], 2, "argument 3");
    refused(&|t| t.steps[1].args = vec![], 2, "0 arguments for 1");
    refused(&|t| t.steps[1].transition = TransitionId(7), 2, "no transition");
    refused(&|t| t.steps[2].state = None, 3, "no model error");
    refused(&|t| t.steps[1].state = None, 2, "no model error");
    refused(&|t| t.steps.swap(0, 1), 1, "x becomes 4, not 7");
    refused(&|t| drop(t.steps.remove(0)), 1, "x becomes 4, not 7");
    refused(&|t| drop(t.steps.remove(1)), 2, "not enabled");
    refused(
        &|t| {
            let last = t.steps[2].clone();
            t.steps.push(musilc_ir::Step { transition: BY, args: vec![0], ..last });
        },
        4,
        "not enabled",
    );
    let mut failing = run(&s, 1, &[(0, &[2]), (0, &[2]), (0, &[2])]);
    assert_eq!(replay(&s, &failing), Ok(()));
    failing.steps[2].state = failing.steps[1].state.clone();
    assert!(replay(&s, &failing).unwrap_err().message.contains("fails"));
    failing.steps[2].state = None;
    let more = failing.steps[1].clone();
    failing.steps.push(more);
    assert!(replay(&s, &failing).unwrap_err().message.contains("goes on"));
    let mut guard = run(&s, 1, &[(0, &[2]), (0, &[2]), (0, &[0])]);
    guard.steps.push(musilc_ir::Step { transition: BY, args: vec![1], state: None });
    assert!(replay(&s, &guard).unwrap_err().to_string().starts_with("step 4: "));
}

#[test]
fn outcomes_answer_the_goal() {
    let s = system();
    let outcome = check(&s, Goal::All, &Limits::default()).unwrap();
    assert_eq!(confirm(&s, Goal::All, &outcome), Ok(()));
    assert!(confirm(&s, Goal::Reach(SEVEN), &outcome).is_err());
    let reached = check(&s, Goal::Reach(SEVEN), &Limits::default()).unwrap();
    assert!(matches!(reached.verdict, Verdict::Reached(_)), "{:?}", reached.verdict);
    assert_eq!(confirm(&s, Goal::Reach(SEVEN), &reached), Ok(()));
    assert!(confirm(&s, Goal::All, &reached).is_err());
    assert!(confirm(&s, Goal::Reach(LOW), &reached).is_err());
    let unreached = Violation { kind: ViolationKind::Unreached(SEVEN), trace: Trace::default() };
    let outcome = |verdict| Outcome { verdict, ..reached.clone() };
    assert_eq!(confirm(&s, Goal::Reach(SEVEN), &outcome(Verdict::Violated(unreached.clone()))), Ok(()));
    assert!(confirm(&s, Goal::Reach(LOW), &outcome(Verdict::Violated(unreached))).is_err());
    let witness =
        |trace| Outcome { witnesses: vec![(SEVEN, trace)], ..outcome(Verdict::HoldsToDepth { depth: 9 }) };
    assert_eq!(confirm(&s, Goal::All, &witness(run(&s, 1, &[(0, &[2]), (0, &[2])]))), Ok(()));
    assert!(confirm(&s, Goal::All, &witness(run(&s, 1, &[(0, &[2])]))).is_err());
}

/// `x` may stay as it is; `up` is weakly fair, and takes it round from 0 to 2, but not past `end`.
fn looping(end: u32) -> TransitionSystem {
    text::parse(&format!(
        "system looping var x: 0..=3 init x = 0 transition stay when x < {end}
         weak transition up(n: 0..=1) when x < {end} && ($n == 0 || x == 0) x := (x + 1) mod 3
         terminal holds true
         temporal low holds true claim true formula always {{ condition x == 0 }}
         recoverable start holds x == 0 claim x == 0
         temporal any_state holds true claim true formula always {{ condition x < 3 }}
         temporal moves holds true claim true formula eventually {{ taken up #1 (any) }}"
    ))
    .unwrap()
}

const STAY: (u32, &[u32]) = (0, &[]);
const UP: (u32, &[u32]) = (1, &[0]);
const LOOP_LOW: ViolationKind = ViolationKind::Lasso(PropertyId(0));
const ANY_STATE: ViolationKind = ViolationKind::Lasso(PropertyId(2));

#[test]
fn true_lassos_are_confirmed() {
    let s = looping(3);
    let good = |steps: &[(u32, &[u32])], back_to| {
        let trace = systems::run(&s, &[], steps, Some(back_to));
        assert_eq!(confirmed(&s, LOOP_LOW, trace), Ok(()), "{steps:?} {back_to}");
    };
    good(&[UP, UP, UP], 0);
    good(&[STAY, UP, UP, UP], 1);
    good(&[STAY, UP, UP, UP], 0);
    good(&[UP, STAY, UP, UP, UP], 1);
    // To stay where everything is always enabled is unfair; to stutter where nothing is, is not.
    let ends = looping(2);
    let trace = systems::run(&ends, &[], &[STAY, UP, UP], Some(3));
    assert_eq!(confirmed(&ends, LOOP_LOW, trace.clone()), Ok(()));
    let outcome = |kind, trace| {
        let outcome = check(&ends, Goal::All, &Limits::default()).unwrap();
        Outcome { verdict: Verdict::Violated(Violation { kind, trace }), ..outcome }
    };
    assert_eq!(confirm(&ends, Goal::All, &outcome(LOOP_LOW, trace.clone())), Ok(()));
    assert_eq!(confirm(&ends, Goal::Refute(PropertyId(0)), &outcome(LOOP_LOW, trace.clone())), Ok(()));
    assert!(confirm(&ends, Goal::Refute(PropertyId(2)), &outcome(LOOP_LOW, trace.clone())).is_err());
    assert!(confirm(&ends, Goal::Reach(PropertyId(1)), &outcome(LOOP_LOW, trace)).is_err());
}

#[test]
fn false_lassos_are_refuted() {
    let s = looping(3);
    let refuted = |kind, steps: &[(u32, &[u32])], back_to, message: &str| {
        let why = confirmed(&s, kind, systems::run(&s, &[], steps, back_to)).unwrap_err();
        assert!(why.contains(message), "{why}");
    };
    refuted(LOOP_LOW, &[UP, UP, UP], Some(1), "x becomes 0, not 1");
    refuted(LOOP_LOW, &[UP, UP], Some(0), "x becomes 2, not 0");
    refuted(LOOP_LOW, &[UP, UP, UP], Some(4), "goes back to step 4, and has 3");
    refuted(LOOP_LOW, &[UP, UP], Some(2), "stutters where an instance is enabled");
    refuted(LOOP_LOW, &[], Some(0), "stutters where an instance is enabled");
    refuted(LOOP_LOW, &[UP, STAY], Some(1), "not fair to");
    // The formula is false of it, which is not enough.
    refuted(ViolationKind::Lasso(PropertyId(3)), &[STAY], Some(0), "not fair to");
    refuted(ANY_STATE, &[UP, UP, UP], Some(0), "property 2 is true of the lasso");
    refuted(LOOP_LOW, &[UP, UP, UP], None, "and nothing else");
    refuted(ViolationKind::Unrecoverable(PropertyId(1)), &[UP, UP, UP], Some(0), "and nothing else");
    refuted(ViolationKind::Deadlock, &[UP, UP, UP], Some(0), "and nothing else");
    refuted(ViolationKind::Lasso(PropertyId(1)), &[UP, UP, UP], Some(0), "not temporal");
    refuted(ViolationKind::Lasso(PropertyId(9)), &[UP, UP, UP], Some(0), "not temporal");
    refuted(ViolationKind::Unrecoverable(PropertyId(1)), &[], None, "is True");
    refuted(ViolationKind::Unrecoverable(PropertyId(0)), &[UP], None, "property 0 is");
    let lost = systems::run(&s, &[], &[UP], None);
    assert_eq!(confirmed(&s, ViolationKind::Unrecoverable(PropertyId(1)), lost), Ok(()));
    // A step that the run does not take, in the loop.
    let mut trace = systems::run(&s, &[], &[UP, UP, UP], Some(0));
    trace.steps[1].args = vec![1];
    assert!(confirmed(&s, LOOP_LOW, trace).unwrap_err().contains("not enabled"));
    let empty = Trace { back_to: Some(0), ..Trace::default() };
    assert!(confirmed(&s, LOOP_LOW, empty.clone()).is_err());
    assert!(confirmed(&s, ViolationKind::NoInitialState, empty).unwrap_err().contains("can be none"));
}

/// The loop takes `up(0)` only, and `up(1)` is enabled at 0 on the way: weak fairness allows it, strong fairness does not.
#[test]
fn fairness_is_confirmed_by_its_strength() {
    use musilc_ir::{FairUnit, Fairness};
    let trace = |s: &TransitionSystem| systems::run(s, &[], &[UP, UP, UP], Some(0));
    for (fairness, fair) in [
        (Fairness::None, true),
        (Fairness::Weak(FairUnit::Instance), true),
        (Fairness::Weak(FairUnit::Whole), true),
        (Fairness::Strong(FairUnit::Whole), true),
        (Fairness::Strong(FairUnit::Instance), false),
    ] {
        let mut s = looping(3);
        s.transitions[1].fairness = fairness;
        let confirmed = confirmed(&s, LOOP_LOW, trace(&s));
        assert_eq!(confirmed.is_ok(), fair, "{fairness:?}: {confirmed:?}");
    }
}
