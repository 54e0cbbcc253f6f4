//! Liveness to safety on systems small enough to see what becomes of them.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

mod systems;

use musilc_ir::pass::{Liveness, Unsupported, liveness_to_safety};
use musilc_ir::replay::{confirm, confirm_violation};
use musilc_ir::search::check;
use musilc_ir::{
    FairUnit, Fairness, Formula, FormulaKind, Goal, Limits, PropertyId, PropertyKind, TransitionSystem,
    Verdict, Violation, ViolationKind, text, validate,
};
use systems::{one, state};

/// `x` goes round in 0 to 2, and may rest at 1.
const CIRCLE: &str = "system circle var x: 0..=2 var n: 0..=3 init x = 0 n = 0
    transition go when true x := narrow((x + 1) mod 3, 0..=2) n := narrow((n + 1) mod 4, 0..=3)
    transition rest when x == 1 x := x";
/// 0, 1, 2, and there it ends.
const ENDS: &str = "system ends var x: 0..=2 init x = 0 transition go when x < 2 x := x + 1";

fn with(system: &str, formula: &str) -> TransitionSystem {
    let source = format!("{system} terminal holds true temporal f holds true claim true formula {formula}");
    text::parse(&source).unwrap_or_else(|error| panic!("{error}: {source}"))
}

fn turned(system: &TransitionSystem) -> Liveness {
    let new = liveness_to_safety(system, PropertyId(0)).unwrap();
    assert_eq!(validate(&new.system), Ok(()), "{}", text::print(&new.system));
    // It is all in the text form, too.
    assert_eq!(text::print(&text::parse(&text::print(&new.system)).unwrap()), text::print(&new.system));
    new
}

/// Stem and loop of the lasso that refutes the property; `None` where it holds.
fn refuted(system: &TransitionSystem) -> Option<(u32, u32)> {
    let new = turned(system);
    let outcome = check(&new.system, Goal::All, &Limits::default()).unwrap();
    assert_eq!(confirm(&new.system, Goal::All, &outcome), Ok(()));
    match outcome.verdict {
        Verdict::Proved(_) => None,
        Verdict::Violated(violation) => {
            assert_eq!(violation.kind, ViolationKind::Property(new.invariant));
            let trace = new.lasso(system, &violation.trace).unwrap();
            let lasso = Violation { kind: ViolationKind::Lasso(PropertyId(0)), trace };
            assert_eq!(confirm_violation(system, &lasso), Ok(()));
            lasso.trace.lasso()
        }
        other => panic!("{other:?}"),
    }
}

/// The variables that are added, by name.
fn added(system: &TransitionSystem) -> Vec<String> {
    let new = turned(system);
    new.system.variables[system.variables.len()..].iter().map(|variable| variable.name.clone()).collect()
}

#[test]
fn common_shapes_need_no_guess_but_when_to_save() {
    for (formula, variables) in [
        ("always { condition x < 2 }", &["once0"][..]),
        ("eventually { condition x == 2 }", &[]),
        ("always { eventually { condition x == 2 } }", &[]),
        ("eventually { always { condition x == 2 } }", &["seen.recurs0"]),
        ("leads_to { condition x == 1 condition x == 2 }", &["since0"]),
        ("always { implies { condition x == 1 eventually { condition x == 2 } } }", &["since0"]),
        ("weak_until { condition x < 2 condition x == 2 }", &["promise0"]),
        (
            "implies { always { eventually { condition x == 1 } } always { eventually { condition x == 2 } } }",
            &["seen.recurs0"],
        ),
        (
            "all { part leads_to { condition x == 1 condition x == 2 } part leads_to { condition x == 2 condition x == 0 } }",
            &["since0", "seen.breaks0", "since1", "seen.breaks1"],
        ),
    ] {
        let system = with(CIRCLE, formula);
        assert_eq!(turned(&system).guess_bits, 1, "{formula}");
        let mut expected = vec!["saved"];
        expected.extend(variables);
        expected.push("saved.x");
        let (mut found, mut expected) = (added(&system), expected);
        found.sort();
        expected.sort_unstable();
        assert_eq!(found, expected, "{formula}");
    }
    // Whether there is a time after which x is 1 and later 2 is no matter of watching.
    let formula = "always { implies { condition x == 1 next { condition x == 2 } } }";
    assert_eq!(turned(&with(CIRCLE, formula)).guess_bits, 2);
}

#[test]
fn lassos_are_found_where_there_are_some() {
    // What counts steps does not matter, but comes back too: four times round, where the loop is once round.
    assert_eq!(refuted(&with(CIRCLE, "eventually { always { condition x < 2 } }")), Some((0, 12)));
    assert_eq!(refuted(&with(CIRCLE, "always { eventually { condition x == 2 } }")), Some((1, 1)));
    assert_eq!(refuted(&with(CIRCLE, "leads_to { condition x == 1 condition x == 0 }")), Some((1, 1)));
    assert_eq!(refuted(&with(CIRCLE, "leads_to { condition x == 0 condition x == 1 }")), None);
    assert_eq!(refuted(&with(CIRCLE, "always { condition x < 3 }")), None);
    let fair = CIRCLE.replace("transition go", "weak transition go");
    assert_eq!(refuted(&with(&fair, "always { eventually { condition x == 2 } }")), None);
}

#[test]
fn runs_that_end_stutter() {
    assert_eq!(refuted(&with(ENDS, "always { condition x < 2 }")), Some((2, 1)));
    assert_eq!(refuted(&with(ENDS, "always { eventually { taken go #0 () } }")), Some((2, 1)));
    assert_eq!(refuted(&with(ENDS, "eventually { always { condition x == 2 } }")), None);
    let fair = ENDS.replace("transition go", "strong transition go");
    assert_eq!(refuted(&with(&fair, "eventually { always { condition x < 2 } }")), Some((2, 1)));
    assert!(turned(&with(ENDS, "any { }")).stutter.is_some());
    assert_eq!(turned(&with(CIRCLE, "any { }")).stutter, None);
}

#[test]
fn what_does_not_matter_is_left_alone() {
    let system = with(CIRCLE, "eventually { condition x == 2 }");
    let new = turned(&system);
    assert_eq!(new.system.properties.len(), 1);
    assert_eq!(new.system.property(new.invariant).kind, PropertyKind::Invariant);
    for (transition, old) in new.system.transitions.iter().zip(&system.transitions) {
        assert_eq!(transition.params.len(), old.params.len() + 1);
        assert_eq!(transition.fairness, Fairness::None);
        assert!(transition.updates.iter().all(|update| update.variable.index() != 1));
    }
    assert_eq!(new.guess(0.into()), 0);
    assert!(!new.system.variables.iter().any(|variable| variable.name == "saved.n"));
}

#[test]
fn names_are_not_taken_twice() {
    let source = CIRCLE.replace("n:", "saved.x:").replace("n =", "saved.x =").replace("n :=", "saved.x :=");
    let system = with(&source.replace("(n", "(saved.x"), "eventually { condition x == 2 }");
    assert!(added(&system).contains(&"saved.x'".to_owned()));
}

/// The value that is pushed past its range by a failing step is kept from the variable in every state, not only in those that are reached.
#[test]
fn bodies_that_may_fail_are_not_executed_where_they_do() {
    let source = "system s var x: 0..=2 init x = 0
        transition go when true fail no_value if x == 2 x := x + 1
        transition back when x == 1 x := 0";
    let system = with(source, "always { eventually { condition x == 0 } }");
    let new = turned(&system);
    let state = |x: i64| {
        let values = new.system.variables.iter().map(|variable| musilc_ir::Value::zero(&variable.ty));
        let mut state = musilc_ir::State(values.collect());
        state.0[0] = musilc_ir::Value::Int(x);
        state
    };
    let go = |x| new.system.step(&state(x), 0.into(), &[0]).unwrap();
    assert_eq!(go(2), musilc_ir::StepResult::Disabled);
    assert!(matches!(go(1), musilc_ir::StepResult::Next(_)));
}

#[test]
fn what_is_too_large_is_refused() {
    let system = with(CIRCLE, "eventually { condition x == 2 }");
    assert_eq!(liveness_to_safety(&system, PropertyId(1)).err(), Some(Unsupported::NotTemporal));
    let mut b = systems::Builder { system: systems::counter(3) };
    let x = b.cx().var(0.into());
    let mut deep = Vec::new();
    for value in 0..20 {
        let value = b.cx().int(value % 3);
        let at = b.cx().eq(x, value);
        deep.push(one(FormulaKind::Next, &state(at)));
    }
    // Each is true at some time, whatever that is.
    let deep = deep.into_iter().reduce(|a, b| {
        let later = one(FormulaKind::Eventually, &systems::many(FormulaKind::All, &[&a, &b]));
        Formula { span: later.span, kind: FormulaKind::Next(Box::new(later)) }
    });
    let id = b.temporal("deep", one(FormulaKind::Not, &deep.unwrap()));
    assert_eq!(liveness_to_safety(&b.system, id).err(), Some(Unsupported::Guess(20)));
    assert_eq!(liveness_to_safety(&b.system, PropertyId(0)).err(), Some(Unsupported::NotTemporal));
    let id = b.temporal("all", systems::formula(FormulaKind::All(Vec::new())));
    let at = b.cx().param(0, 20_000);
    let guard = b.cx().lt(at, x);
    let many = b.transition("many", guard, &[]);
    many.params = vec![systems::range_param("p", 20_000)];
    assert_eq!(liveness_to_safety(&b.system, id).err(), Some(Unsupported::Instances("many".to_owned())));
    let always = b.cx().bool(true);
    let many = b.system.transitions.last_mut().unwrap();
    many.guard = always;
    assert!(liveness_to_safety(&b.system, id).is_ok());
    let many = b.system.transitions.last_mut().unwrap();
    many.fairness = Fairness::Weak(FairUnit::Instance);
    assert_eq!(liveness_to_safety(&b.system, id).err(), Some(Unsupported::Assumptions));
}
