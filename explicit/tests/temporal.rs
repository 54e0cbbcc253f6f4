//! Temporal and recoverable properties whose answers are known, the well-known traps among them.

mod common;

use common::system;
use musilc_explicit::check;
use musilc_ir::{
    Goal, Limits, Outcome, Proof, PropertyId, TransitionSystem, Unknown, Verdict, ViolationKind, replay,
};

/// Refutes the first property, and confirms what is claimed.
fn refute(system: &TransitionSystem) -> Outcome {
    let goal = Goal::Refute(PropertyId(0));
    let outcome = check(system, goal, &Limits::default());
    assert_eq!(replay::confirm(system, goal, &outcome), Ok(()));
    outcome
}

fn holds(system: &TransitionSystem) -> bool {
    match refute(system).verdict {
        Verdict::Proved(Proof::Exhaustive { .. }) => true,
        Verdict::Violated(_) => false,
        other => panic!("{other:?}"),
    }
}

/// Stem and loop of the counterexample to the first property.
fn lasso(system: &TransitionSystem) -> (u32, u32) {
    match refute(system).verdict {
        Verdict::Violated(violation) if violation.kind == ViolationKind::Lasso(PropertyId(0)) => {
            violation.trace.lasso().unwrap_or_default()
        }
        other => panic!("{other:?}"),
    }
}

/// A system over `x`, from 0, with these transitions and a formula.
fn over_x(most: u32, transitions: &str, formula: &str) -> TransitionSystem {
    system(&format!(
        "system s var x: 0..={most} init x = 0 {transitions} terminal holds true
         temporal p holds true claim true formula {formula}"
    ))
}

/// A ring of three states.
const RING: &str = "transition turn when true x := if x == 2 { 0 } else { narrow(x + 1, 0..=2) }";

#[test]
fn a_ring_recurs() {
    for (formula, expected) in [
        ("always { eventually { condition x == 0 } }", true),
        ("eventually { always { condition x < 2 } }", false),
        ("always { implies { condition x == 0 next { condition x == 1 } } }", true),
        ("next { next { condition x == 2 } }", true),
        ("next { next { condition x == 1 } }", false),
        ("until { condition x < 2 condition x == 2 }", true),
        ("until { condition x < 1 condition x == 2 }", false),
        ("weak_until { condition x < 3 condition x == 5 }", true),
        ("release { condition x == 5 condition x < 3 }", true),
        ("leads_to { condition x == 0 condition x == 2 }", true),
        ("always { taken turn #0 () }", true),
        // Implication under negation.
        ("not { implies { always { condition x < 3 } eventually { condition x == 5 } } }", true),
        ("not { implies { always { condition x < 2 } eventually { condition x == 5 } } }", false),
        // Nested until.
        ("until { until { condition x == 0 condition x == 1 } condition x == 2 }", true),
        ("until { until { condition x == 1 condition x == 0 } condition x == 2 }", false),
        ("until { condition x == 0 until { condition x == 1 condition x == 2 } }", true),
        ("not { until { condition x == 0 until { condition x == 1 condition x == 2 } } }", false),
    ] {
        assert_eq!(holds(&over_x(2, RING, formula)), expected, "{formula}");
    }
    assert_eq!(lasso(&over_x(2, RING, "eventually { always { condition x < 2 } }")), (0, 3));
}

/// Back and forth between 0 and 1; in 1, and only there, there is a way out to 2.
fn way_out(fairness: &str) -> TransitionSystem {
    let transitions = format!(
        "transition there when x == 0 x := 1
         transition back when x == 1 x := 0
         {fairness} transition out when x == 1 x := 2"
    );
    over_x(2, &transitions, "eventually { condition x == 2 }")
}

#[test]
fn strong_fairness_is_more_than_weak() {
    assert_eq!(lasso(&way_out("")), (0, 2));
    assert_eq!(lasso(&way_out("weak")), (0, 2));
    assert!(holds(&way_out("strong")));
    assert!(holds(&way_out("strong whole")));
}

#[test]
fn a_fair_cycle_may_be_confined_to_a_part_of_a_component() {
    // 0 and 1 and 2 are one component; in 2 the strongly fair way out is enabled. So a fair run stays in 0 and 1.
    let transitions = "transition a when x == 0 x := 1
         transition b when x == 1 x := 0
         transition c when x == 1 x := 2
         transition d when x == 2 x := 1
         strong transition out when x == 2 x := 3";
    let system = over_x(3, transitions, "eventually { condition x == 3 }");
    assert_eq!(lasso(&system), (0, 2));
    // Whoever comes by 2 again and again must leave.
    let recurs = "implies { always { eventually { condition x == 2 } } eventually { condition x == 3 } }";
    assert!(holds(&over_x(3, transitions, recurs)));
}

#[test]
fn fairness_of_instances_is_not_that_of_the_action() {
    // Each instance toggles its own bit.
    let model = |fairness: &str| {
        system(&format!(
            "system s var on: [bool; 2] init on = [false; 2]
             {fairness} transition toggle(i: 0..=1) when true on := on[$i := !on[$i]]
             terminal holds false
             temporal p holds true claim true formula always {{ eventually {{ condition on[1] }} }}"
        ))
    };
    assert!(holds(&model("weak")));
    assert_eq!(lasso(&model("weak whole")), (0, 2));
    assert_eq!(lasso(&model("strong whole")), (0, 2));
    assert_eq!(lasso(&model("")), (0, 2));
}

#[test]
fn what_is_taken_counts_with_its_arguments() {
    let model = |formula: &str| {
        system(&format!(
            "system s var x: 0..=3 init x = 0
             transition add(by: 0..=3) when x + $by <= 3 && 0 < $by x := narrow(x + $by, 0..=3)
             terminal holds x == 3
             temporal p holds true claim true formula {formula}"
        ))
    };
    assert!(holds(&model("eventually { taken add #0 (any) }")));
    assert_eq!(lasso(&model("eventually { taken add #0 (3) }")), (2, 1));
    assert!(holds(&model("implies { taken add #0 (3) next { condition x == 3 } }")));
    assert!(holds(&model("eventually { always { not { taken add #0 (any) } } }")));
}

#[test]
fn terminal_states_stutter() {
    let once = "transition go when x == 0 x := 1";
    let system = over_x(1, once, "always { eventually { condition x == 0 } }");
    assert_eq!(lasso(&system), (1, 1));
    assert!(holds(&over_x(1, &format!("weak {once}"), "eventually { always { condition x == 1 } }")));
    // Without an assumption the step that is possible is taken all the same: a run stutters only where it must.
    assert!(holds(&over_x(1, once, "eventually { condition x == 1 }")));
    assert!(holds(&over_x(1, once, "always { next { condition x == 1 } }")));
    // No step is taken for ever in an initial state.
    assert_eq!(lasso(&over_x(1, "", "eventually { condition x == 1 }")), (0, 1));
}

#[test]
fn a_search_that_was_cut_off_decides_nothing() {
    let system = over_x(2, RING, "always { eventually { condition x == 0 } }");
    for goal in [Goal::All, Goal::Refute(PropertyId(0))] {
        let verdict = |limits: &Limits| check(&system, goal, limits).verdict;
        let depth = Limits { max_depth: Some(1), ..Limits::default() };
        assert_eq!(verdict(&depth), Verdict::Unknown(Unknown::DepthLimit(1)));
        let states = Limits { max_states: Some(2), ..Limits::default() };
        assert_eq!(verdict(&states), Verdict::Unknown(Unknown::StateLimit(2)));
        let memory = Limits { max_memory: Some(10), ..Limits::default() };
        assert_eq!(verdict(&memory), Verdict::Unknown(Unknown::MemoryLimit(10)));
        // Not cut off: there is nothing beyond.
        let deep = Limits { max_depth: Some(3), ..Limits::default() };
        assert_eq!(verdict(&deep), Verdict::Proved(Proof::Exhaustive { diameter: 2 }));
    }
}

#[test]
fn local_violations_come_first_unless_one_property_is_asked_for() {
    let system = system(
        "system s var x: 0..=1 init x = 0
         transition go when x == 0 x := 1
         terminal holds false
         temporal p holds true claim true formula eventually { condition x == 0 && x == 1 }
         invariant q holds x == 0 claim x == 0",
    );
    let kind = |goal| match check(&system, goal, &Limits::default()).verdict {
        Verdict::Violated(violation) => violation.kind,
        other => panic!("{other:?}"),
    };
    assert_eq!(kind(Goal::All), ViolationKind::Property(PropertyId(1)));
    assert_eq!(kind(Goal::Refute(PropertyId(0))), ViolationKind::Lasso(PropertyId(0)));
    let unfit = check(&system, Goal::Refute(PropertyId(1)), &Limits::default()).verdict;
    assert!(matches!(unfit, Verdict::Unknown(Unknown::Incapable(_))), "{unfit:?}");
}

#[test]
fn recovery_does_not_ask_for_fairness() {
    let model = |way_back: &str| {
        system(&format!(
            "system s var x: 0..=3 init x = 0
             transition up when x < 3 x := narrow(x + 1, 0..=3)
             transition back when {way_back} x := 0
             transition rest when true x := x
             terminal holds false
             recoverable p holds x == 0 claim x == 0"
        ))
    };
    assert!(holds(&model("x == 3")));
    let lost = refute(&model("x == 1")).verdict;
    match lost {
        Verdict::Violated(violation) => {
            assert_eq!(violation.kind, ViolationKind::Unrecoverable(PropertyId(0)));
            assert_eq!(violation.depth(), 2);
        }
        other => panic!("{other:?}"),
    }
}

/// A ring of 29 states with forty weakly fair actions, and idling.
fn forty_fair_actions(formula: &str) -> TransitionSystem {
    let action = |number: usize| {
        let at = number % 29;
        format!("weak transition t{number} when x == {at} x := {} ", (at + 1) % 29)
    };
    let actions: String = (0..40).map(action).collect();
    let idle = "transition idle when true x := x";
    over_x(28, &format!("{actions} {idle}"), formula)
}

#[test]
fn forty_fair_actions_cost_no_more_than_one() {
    let outcome = refute(&forty_fair_actions("always { eventually { condition x == 0 } }"));
    assert_eq!(outcome.verdict, Verdict::Proved(Proof::Exhaustive { diameter: 28 }));
    assert_eq!(outcome.statistics.states, Some(29));
    assert!(outcome.statistics.product_states <= Some(29 * 2));
}

#[test]
fn a_lasso_keeps_to_every_assumption() {
    // All forty must be taken or be disabled in the loop: once round the ring does it, and so does nothing shorter.
    let system = forty_fair_actions("eventually { always { condition x < 28 } }");
    assert_eq!(lasso(&system), (0, 29));
}

#[test]
fn more_assumptions_than_fit_a_word_are_kept_too() {
    for fairness in ["weak", "strong", "strong whole"] {
        // Each instance turns the ring at its own place; idling is always possible.
        let transitions = format!(
            "{fairness} transition turn(i: 0..=199) when x == $i x := if x == 199 {{ 0 }} else {{ narrow(x + 1, 0..=199) }}
             transition idle when true x := x"
        );
        let system = over_x(199, &transitions, "eventually { always { condition x < 100 } }");
        // With instances, whoever stays at a place is unfair to it. As a whole, one turn now and then would do; but it leads on all the same.
        assert_eq!(lasso(&system), (0, 200), "{fairness}");
        assert!(
            holds(&over_x(199, &transitions, "always { eventually { condition x == 77 } }")),
            "{fairness}"
        );
    }
}

/// A lasso must be fair by the values of variables that are no part of the states, too.
#[test]
fn what_never_changes_has_its_value_in_lassos() {
    let system = system(
        "system steady var x: bool var limit: 0..=3 init x = false limit = 2
         weak transition spin(n: 0..=1) when limit > $n x := !x
         transition rest when true
         terminal holds true
         temporal p holds true claim true formula always { condition limit < 2 }",
    );
    let outcome = refute(&system);
    assert!(
        matches!(&outcome.verdict, Verdict::Violated(v) if v.trace.back_to.is_some()),
        "{:?}",
        outcome.verdict
    );
}
