//! The reference decision of temporal and recoverable properties, on systems small enough to decide by hand.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

mod systems;

use musilc_ir::replay::confirm;
use musilc_ir::search::check;
use musilc_ir::{
    FailureSite, FairUnit, Fairness, Formula, FormulaKind, Goal, Limits, Outcome, Place, Proof, PropertyId,
    Trace, TransitionId, TransitionSystem, Unknown, Verdict, ViolationKind, text,
};
use systems::{one, state, two};

fn decide(system: &TransitionSystem, goal: Goal) -> Outcome {
    let outcome = check(system, goal, &Limits::default()).unwrap();
    assert_eq!(confirm(system, goal, &outcome), Ok(()), "{}", text::print(system));
    outcome
}

/// Whether the only property of a system holds; where it does not, a lasso is confirmed.
fn holds(system: &str, formula: &str) -> bool {
    let source = format!("{system} terminal holds true temporal f holds true claim true formula {formula}");
    let system = text::parse(&source).unwrap_or_else(|error| panic!("{error}: {source}"));
    let outcome = decide(&system, Goal::Refute(PropertyId(0)));
    let violated = match outcome.verdict {
        Verdict::Proved(Proof::Exhaustive { .. }) => false,
        Verdict::Violated(violation) => {
            assert_eq!(violation.kind, ViolationKind::Lasso(PropertyId(0)));
            true
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(matches!(decide(&system, Goal::All).verdict, Verdict::Violated(_)), violated);
    !violated
}

/// The lasso that refutes the only temporal property.
fn refuted(system: &TransitionSystem) -> Trace {
    match decide(system, Goal::Refute(PropertyId(0))).verdict {
        Verdict::Violated(violation) => violation.trace,
        other => panic!("{other:?}"),
    }
}

/// 0 may stay or go on to 1, which goes on to 2, which stays.
const LINE: &str = "system line var x: 0..=2 init x = 0
    transition stay when x != 1 transition go when x != 2 x := x + 1";
/// 0, 1, 2 in a circle, with a rest at 1.
const CIRCLE: &str = "system circle var x: 0..=2 init x = 0
    transition go when true x := (x + 1) mod 3 transition rest when x == 1";
/// 0, 1, 2, and there it ends.
const ENDS: &str = "system ends var x: 0..=2 init x = 0 transition go when x < 2 x := x + 1";

#[test]
fn operators_on_a_line() {
    for (formula, expected) in [
        ("condition x == 0", true),
        ("condition x == 1", false),
        ("not { condition x == 1 }", true),
        ("eventually { condition x == 2 }", false),
        ("implies { eventually { condition x == 1 } eventually { condition x == 2 } }", true),
        ("always { implies { condition x == 1 next { condition x == 2 } } }", true),
        ("always { implies { condition x == 0 next { condition x == 1 } } }", false),
        ("weak_until { condition x == 0 condition x == 1 }", true),
        ("until { condition x == 0 condition x == 1 }", false),
        ("not { until { condition x == 0 condition x == 1 } }", false),
        ("release { condition x == 1 condition x < 2 }", true),
        ("release { condition x == 1 condition x == 0 }", false),
        ("leads_to { condition x == 1 condition x == 2 }", true),
        ("leads_to { condition x == 0 condition x == 2 }", false),
        ("always { implies { taken go #1 () next { condition x > 0 } } }", true),
        ("iff { always { taken stay #0 () } always { condition x == 0 } }", true),
        ("all { part condition x == 0 part not { condition x == 2 } }", true),
        ("all { }", true),
        ("any { }", false),
    ] {
        assert_eq!(holds(LINE, formula), expected, "{formula}");
    }
}

#[test]
fn recurrence_is_not_persistence() {
    let recurs = "always { eventually { condition x == 1 } }";
    let persists = "eventually { always { condition x == 1 } }";
    assert!(holds(CIRCLE, recurs));
    assert!(!holds(CIRCLE, persists));
    assert!(!holds(CIRCLE, "always { eventually { condition x == 0 } }"));
    assert!(!holds(CIRCLE, &format!("not {{ {persists} }}")));
    assert!(!holds(CIRCLE, &format!("not {{ {recurs} }}")));
    assert!(holds(CIRCLE, &format!("implies {{ {persists} {recurs} }}")));
    assert!(!holds(CIRCLE, &format!("implies {{ {recurs} {persists} }}")));
    assert!(holds(
        CIRCLE,
        "any { part eventually { always { condition x == 1 } } part always { eventually { condition x == 0 } } }"
    ));
}

/// Not (a implies b) is a and not b: a checker that negates the sides apart says something else.
#[test]
fn implication_under_negation() {
    let (a, b) = ("eventually { condition x == 1 }", "eventually { condition x == 2 }");
    assert!(!holds(LINE, &format!("not {{ implies {{ {a} {b} }} }}")));
    assert!(!holds(LINE, &format!("all {{ part {a} part not {{ {b} }} }}")));
    assert!(holds(LINE, "not { implies { condition x == 0 condition x == 1 } }"));
    assert!(holds(LINE, "not { iff { condition x == 0 condition x == 1 } }"));
    assert!(holds(LINE, &format!("implies {{ {b} {a} }}")));
}

#[test]
fn until_in_until() {
    // 0 stays as long as it likes, then 1, then 2 for ever.
    let inner = "until { condition x == 1 condition x == 2 }";
    assert!(!holds(LINE, &format!("until {{ condition x == 0 {inner} }}")));
    assert!(holds(LINE, &format!("weak_until {{ condition x == 0 {inner} }}")));
    assert!(holds(
        LINE,
        &format!("implies {{ eventually {{ condition x > 0 }} until {{ condition x == 0 {inner} }} }}")
    ));
    // The left side is an until itself, which must be kept anew at each position.
    let left = "until { condition x < 2 condition x == 1 }";
    assert!(holds(CIRCLE, "until { until { condition x == 0 condition x == 1 } condition x == 1 }"));
    assert!(!holds(CIRCLE, &format!("until {{ {left} condition x == 2 }}")));
    assert!(holds(CIRCLE, &format!("weak_until {{ {left} condition x == 2 }}")));
    assert!(holds(ENDS, &format!("until {{ {left} condition x == 2 }}")));
}

#[test]
fn a_run_that_ends_stutters() {
    for (formula, expected) in [
        ("eventually { always { condition x == 2 } }", true),
        ("always { eventually { condition x == 2 } }", true),
        ("always { eventually { taken go #0 () } }", false),
        ("eventually { always { not { taken go #0 () } } }", true),
        ("always { implies { condition x == 2 next { condition x == 2 } } }", true),
        ("until { taken go #0 () condition x == 2 }", true),
        ("next { next { next { next { condition x == 2 } } } }", true),
        ("eventually { condition x == 3 }", false),
    ] {
        assert_eq!(holds(ENDS, formula), expected, "{formula}");
    }
    let system = text::parse(&format!(
        "{ENDS} terminal holds true temporal f holds true claim true formula always {{ condition x < 2 }}"
    ));
    let trace = refuted(&system.unwrap());
    assert_eq!((trace.lasso(), trace.depth()), (Some((2, 1)), 2));
    // The deadlock comes first, but not where only the property is asked for.
    let source = format!("{ENDS} terminal holds false temporal f holds true claim true formula any {{ }}");
    let system = text::parse(&source).unwrap();
    assert!(
        matches!(decide(&system, Goal::All).verdict, Verdict::Violated(v) if v.kind == ViolationKind::Deadlock)
    );
    assert_eq!(refuted(&system).lasso(), Some((2, 1)));
}

/// `x` goes round; `out` is possible only where `x` is 0.
fn round(fairness: &str, more: &str) -> String {
    format!(
        "system round var x: 0..=2 var done: bool init x = 0 done = false
         transition turn when !done x := (x + 1) mod 3
         {fairness} transition out when !done && x == 0 done := true {more}"
    )
}

#[test]
fn what_is_enabled_now_and_then_needs_strong_fairness() {
    let done = "eventually { condition done }";
    for (fairness, expected) in
        [("", false), ("weak", false), ("weak whole", false), ("strong", true), ("strong whole", true)]
    {
        assert_eq!(holds(&round(fairness, ""), done), expected, "{fairness}");
        // Where the run may stay at 1, `out` is enabled only finitely often.
        assert!(!holds(&round(fairness, "transition stay when !done && x == 1"), done), "{fairness}");
        // Where it may stay at 0 only, weak fairness is against just that.
        let stays = round(fairness, "transition stay when !done && x == 0");
        assert_eq!(holds(&stays, done), expected, "{fairness}");
        let rests = "implies { eventually { always { condition x == 0 } } eventually { condition done } }";
        assert_eq!(holds(&stays, rests), !fairness.is_empty(), "{fairness}");
    }
}

/// The whole component is unfair to `out`; a part of it, without the states where `out` is enabled, is fair.
#[test]
fn a_fair_loop_in_a_part_of_a_component() {
    let system = "system confined var x: 0..=3 var done: bool init x = 0 done = false
        transition up when !done && x < 3 x := x + 1
        transition down when !done && x > 0 x := x - 1
        strong transition out when !done && x == 0 done := true
        strong transition leave when !done && x == 3 done := true";
    assert!(!holds(system, "eventually { condition done }"));
    let source = format!(
        "{system} terminal holds true temporal f holds true claim true formula eventually {{ condition done }}"
    );
    let system = text::parse(&source).unwrap();
    let trace = refuted(&system);
    let (stem, cycle) = trace.lasso().unwrap();
    // Between 1 and 2 only.
    assert!(stem >= 1 && cycle >= 2 && cycle % 2 == 0, "{trace:?}");
    // Three in a row leave no part that is fair.
    let all = source.replace(
        "strong transition out",
        "strong transition middle when !done && x == 1 done := true strong transition out",
    );
    let outcome = decide(&text::parse(&all).unwrap(), Goal::Refute(PropertyId(0)));
    assert!(matches!(outcome.verdict, Verdict::Proved(_)), "{:?}", outcome.verdict);
}

#[test]
fn instances_are_fair_one_by_one_or_as_one() {
    let system = |fairness: &str| {
        format!(
            "system doors var open: [bool; 2] init open = [false, false]
             {fairness} transition knock(n: 0..=1) when true open := open[$n := true]"
        )
    };
    let both = "all { part eventually { condition open[0] } part eventually { condition open[1] } }";
    let some = "any { part eventually { condition open[0] } part eventually { condition open[1] } }";
    for fairness in ["weak", "strong"] {
        assert!(holds(&system(fairness), both));
        assert!(holds(&system(&format!("{fairness} whole")), some));
        assert!(!holds(&system(&format!("{fairness} whole")), both));
        assert!(holds(&system(fairness), "always { eventually { taken knock #0 (1) } }"));
        assert!(!holds(
            &system(&format!("{fairness} whole")),
            "always { eventually { taken knock #0 (1) } }"
        ));
        assert!(holds(
            &system(&format!("{fairness} whole")),
            "always { eventually { taken knock #0 (any) } }"
        ));
    }
    assert!(holds(&system(""), some), "there is nothing else to do");
}

#[test]
fn conflicting_assumptions_leave_some_runs() {
    // Each of the two is disabled by the other, and both are strongly fair: both happen again and again.
    let system = "system turns var x: 0..=2 init x = 0
        strong transition left when x == 0 x := 1 strong transition right when x == 0 x := 2
        weak transition back when x != 0 x := 0 transition idle when true";
    assert!(holds(system, "always { eventually { taken left #0 () } }"));
    assert!(holds(system, "always { eventually { condition x == 2 } }"));
    assert!(!holds(system, "always { next { next { not { taken idle #3 () } } } }"));
    let weak = system.replace("strong", "weak");
    assert!(!holds(&weak, "always { eventually { taken left #0 () } }"));
    assert!(holds(&weak, "always { eventually { not { condition x == 0 } } }"));
}

#[test]
fn a_lasso_may_start_in_any_initial_state() {
    let system = "system start var x: 0..=3 init(a: 0..=3) where $a != 1 x = $a transition none when true";
    assert!(holds(system, "always { condition x != 1 }"));
    assert!(!holds(system, "always { condition x != 3 }"));
    assert!(holds(system, "iff { condition x == 2 always { condition x == 2 } }"));
}

#[test]
fn peterson_lets_in_whoever_waits() {
    let mut system = systems::peterson();
    let cx = &mut system.context;
    let (pcs, zero) = (cx.var(musilc_ir::VarId(0)), cx.int(0));
    let (place, two_, three) = (cx.select(pcs, zero), cx.int(2), cx.int(3));
    let (waits, critical) = (cx.eq(place, two_), cx.eq(place, three));
    let (waits, critical) = (state(waits), state(critical));
    let mut b = systems::Builder { system };
    let enters = b.temporal("enters", two(FormulaKind::LeadsTo, &waits, &critical));
    let again = one(FormulaKind::Always, &one(FormulaKind::Eventually, &critical));
    let again = b.temporal("again", again);
    let mut system = b.done();
    let mut violated = |transition: usize, fairness: Fairness, id: PropertyId| {
        system.transitions[transition].fairness = fairness;
        let verdict = decide(&system, Goal::Refute(id)).verdict;
        system.transitions[transition].fairness = Fairness::None;
        matches!(verdict, Verdict::Violated(_))
    };
    // The other process cannot go on for ever without the one that waits. But nobody need raise its flag.
    assert!(!violated(0, Fairness::None, enters));
    assert!(violated(0, Fairness::None, again));
    assert!(!violated(0, Fairness::Weak(FairUnit::Instance), again));
    // As one, it is enough if the other raises its own; and fairness of what comes after that is no help.
    assert!(violated(0, Fairness::Strong(FairUnit::Whole), again));
    assert!(violated(2, Fairness::Strong(FairUnit::Instance), again));
}

#[test]
fn recoverable_is_from_every_state() {
    let verdict = |model: &str, condition: &str| {
        let source = format!("{model} terminal holds true recoverable r holds {condition} claim {condition}");
        let system = text::parse(&source).unwrap();
        let all = decide(&system, Goal::All).verdict;
        assert_eq!(decide(&system, Goal::Refute(PropertyId(0))).verdict, all);
        match all {
            Verdict::Proved(_) => None,
            Verdict::Violated(violation) => {
                assert_eq!(violation.kind, ViolationKind::Unrecoverable(PropertyId(0)));
                Some(violation.depth())
            }
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(verdict(CIRCLE, "x == 0"), None);
    assert_eq!(verdict(CIRCLE, "x == 3"), Some(0));
    assert_eq!(verdict(ENDS, "x == 2"), None);
    assert_eq!(verdict(ENDS, "x == 1"), Some(2));
    assert_eq!(verdict(LINE, "x == 0"), Some(1));
    assert_eq!(verdict(LINE, "x < 2"), Some(2));
    assert_eq!(verdict(LINE, "true"), None);
    // Fairness rules out no step.
    assert_eq!(verdict(&round("strong", ""), "x == 2"), Some(1));
    assert_eq!(verdict(&round("strong", ""), "x == 0 || x == 2"), None);
}

const BOTH: &str = "reachable seen holds x == 3 claim x == 3
    recoverable back holds x == 0 claim x == 0
    temporal good holds true claim true formula always { condition x < 3 }
    temporal bad holds true claim true formula always { condition x < 2 }
    temporal worse holds true claim true formula any { }";

#[test]
fn what_is_asked_first_is_answered_first() {
    let model = |seen: &str| {
        text::parse(&format!("{ENDS} terminal holds true {}", BOTH.replace("x == 3", seen))).unwrap()
    };
    let kind = |system: &TransitionSystem, goal| match decide(system, goal).verdict {
        Verdict::Violated(violation) => Some(violation.kind),
        Verdict::Proved(_) => None,
        other => panic!("{other:?}"),
    };
    // What is never reached comes first, then what is temporal, then what is recoverable.
    assert_eq!(kind(&model("x == 3"), Goal::All), Some(ViolationKind::Unreached(PropertyId(0))));
    let mut system = model("x == 2");
    assert_eq!(kind(&system, Goal::All), Some(ViolationKind::Lasso(PropertyId(3))));
    for (id, expected) in [
        (1, Some(ViolationKind::Unrecoverable(PropertyId(1)))),
        (2, None),
        (3, Some(ViolationKind::Lasso(PropertyId(3)))),
        (4, Some(ViolationKind::Lasso(PropertyId(4)))),
    ] {
        assert_eq!(kind(&system, Goal::Refute(PropertyId(id))), expected, "{id}");
    }
    system.properties.truncate(3);
    assert_eq!(kind(&system, Goal::All), Some(ViolationKind::Unrecoverable(PropertyId(1))));
    let unfit = check(&system, Goal::Refute(PropertyId(0)), &Limits::default()).unwrap();
    assert!(matches!(unfit.verdict, Verdict::Unknown(Unknown::Incapable(_))));
}

#[test]
fn only_model_errors_come_before_a_refutation() {
    let model = |failure: &str| {
        text::parse(&format!(
            "{ENDS} terminal holds false invariant low holds x < 1 claim x < 1
             temporal f {failure} holds true claim true formula always {{ condition x < 2 }}"
        ))
        .unwrap()
    };
    let goal = Goal::Refute(PropertyId(1));
    let kind = |system: &TransitionSystem, goal| match decide(system, goal).verdict {
        Verdict::Violated(violation) => (violation.kind, violation.depth()),
        other => panic!("{other:?}"),
    };
    assert_eq!(kind(&model(""), Goal::All), (ViolationKind::Property(PropertyId(0)), 1));
    assert_eq!(kind(&model(""), goal), (ViolationKind::Lasso(PropertyId(1)), 2));
    // A condition is evaluated in every state, also where the formula is decided already.
    let error = ViolationKind::Error(FailureSite { place: Place::Property(PropertyId(1)), index: 0 });
    assert_eq!(kind(&model("fail no_value if x == 2"), goal), (error, 2));
    let body = text::parse(
        "system s var x: 0..=2 init x = 0 transition t fail no_value if false when x < 2 fail no_value if x == 1
         x := x + 1 terminal holds true temporal f holds true claim true formula any { }",
    );
    let error = ViolationKind::Error(FailureSite { place: Place::Body(TransitionId(0)), index: 0 });
    assert_eq!(kind(&body.unwrap(), Goal::Refute(PropertyId(0))), (error, 2));
}

#[test]
fn without_all_states_nothing_is_decided() {
    let source = format!("{CIRCLE} terminal holds true temporal f holds true claim true formula any {{ }}");
    let system = text::parse(&source).unwrap();
    for goal in [Goal::All, Goal::Refute(PropertyId(0))] {
        let limited = |limits: Limits| check(&system, goal, &limits).unwrap().verdict;
        let depth = limited(Limits { max_depth: Some(1), ..Limits::default() });
        assert_eq!(depth, Verdict::Unknown(Unknown::DepthLimit(1)));
        let states = limited(Limits { max_states: Some(2), ..Limits::default() });
        assert_eq!(states, Verdict::Unknown(Unknown::StateLimit(2)));
        assert!(matches!(limited(Limits { max_depth: Some(3), ..Limits::default() }), Verdict::Violated(_)));
    }
    let never = source.replace("x = 0", "where false x = 0");
    let none = check(&text::parse(&never).unwrap(), Goal::Refute(PropertyId(0)), &Limits::default()).unwrap();
    assert!(matches!(none.verdict, Verdict::Violated(v) if v.kind == ViolationKind::NoInitialState));
}

#[test]
fn a_tableau_that_is_too_large_is_refused() {
    let mut b = systems::Builder { system: systems::counter(3) };
    let value = b.cx().bool(true);
    let deep = (0..40).fold(state(value), |formula: Formula, _| one(FormulaKind::Next, &formula));
    let id = b.temporal("deep", deep);
    let outcome = decide(&b.done(), Goal::Refute(id));
    let Verdict::Unknown(Unknown::Incapable(why)) = outcome.verdict else { panic!("{:?}", outcome.verdict) };
    assert!(why.contains("40 temporal operators"), "{why}");
}
