//! Inductive invariants: which states there are, the reference decision, certification, and the text form.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

use musilc_ir::replay::{confirm, confirm_violation};
use musilc_ir::search::{check, counterexample_to_induction, counterexamples_to_induction};
use musilc_ir::{
    Env, Goal, Limits, Outcome, PropertyId, State, Step, Trace, TransitionId, TransitionSystem, Type,
    Unknown, Value, Verdict, Violation, ViolationKind, eval, text,
};

/// Counts 0, 2, 4, 6, and would count 1, 3, 5, 7, 9; with a guard that fails at 8.
const MODEL: &str = "system s var x: 0..=9 source x: 0..=9 from x
    init x = 0
    transition reset when x == 9 x := 0
    transition by(n: 0..=1)
      fail no_value if x == 8
      when x < 6 || x == 7
      fail out_of_range(0..=9, x) if x + 1 + $n > 9
      x := narrow(x + 1 + $n, 0..=9)
    terminal holds x == 6
    invariant even holds x mod 2 == 0 claim x mod 2 == 0
    inductive invariant low holds x < 6 || x == 9 claim x < 6 || x == 9
    inductive invariant fits fail division_by_zero if x == 6 holds x != 4 claim x != 4";

const LOW: PropertyId = PropertyId(1);
const FITS: PropertyId = PropertyId(2);

fn system() -> TransitionSystem {
    text::parse(MODEL).unwrap()
}

fn at(x: i64) -> State {
    State(vec![Value::Int(x)])
}

/// The counterexample that leads from one number to the other by this transition.
fn step(from: i64, transition: u32, args: &[u32], to: i64) -> Trace {
    let step = Step { transition: TransitionId(transition), args: args.to_vec(), state: Some(at(to)) };
    Trace { initial: Some(at(from)), steps: vec![step], ..Trace::default() }
}

fn not_inductive(id: PropertyId, trace: Trace) -> Violation {
    Violation { kind: ViolationKind::NotInductive(id), trace }
}

#[test]
fn the_mark_is_kept_as_text() {
    let s = system();
    assert_eq!(s.inductive_properties().collect::<Vec<_>>(), [LOW, FITS]);
    let printed = text::print(&s);
    assert!(printed.contains("\ninductive invariant low\n"), "{printed}");
    assert_eq!(text::print(&text::parse(&printed).unwrap()), printed);
    // The word is a name where it stands in quotes, and printed so.
    let named = MODEL.replace("invariant even", "invariant \"inductive\"");
    let named = text::parse(&named).unwrap();
    assert_eq!(named.properties[0].name, "inductive");
    assert!(text::print(&named).contains("invariant \"inductive\""));
    let step = MODEL.replace("inductive invariant low", "inductive step invariant low");
    assert!(text::parse(&step).is_err());
    let mut reachable = system();
    reachable.properties[1].kind = musilc_ir::PropertyKind::Reachable;
    assert!(musilc_ir::validate(&reachable).unwrap_err()[0].contains("only an invariant can be inductive"));
}

#[test]
fn every_state_is_tried() {
    // From 5, `low` and `fits` are true; `by(0)` leads to 6, where `low` is false and `fits` fails. From 2, `by(1)` leads to 4, where `fits`
    // is false: that is the first step from any state that breaks it.
    let found = counterexamples_to_induction(&system(), 100).unwrap();
    assert_eq!(found, [not_inductive(LOW, step(5, 1, &[0], 6)), not_inductive(FITS, step(2, 1, &[1], 4))]);
    assert_eq!(counterexample_to_induction(&system(), 10).unwrap(), found.first().cloned());
    assert!(counterexample_to_induction(&system(), 9).is_err());
}

#[test]
fn only_the_conjunction_needs_to_be_inductive() {
    // Both count together, and neither is inductive by itself.
    let system = |second: &str| {
        text::parse(&format!(
            "system s var x: 0..=3 var y: 0..=3 init x = 0 y = 0
             transition swap when true x := y y := x
             terminal holds false
             inductive invariant one holds x < 3 claim x < 3
             {second} holds y < 3 claim y < 3"
        ))
        .unwrap()
    };
    assert_eq!(counterexample_to_induction(&system("inductive invariant other"), 16).unwrap(), None);
    let broken = counterexample_to_induction(&system("invariant other"), 16).unwrap().unwrap();
    assert_eq!(broken.kind, ViolationKind::NotInductive(PropertyId(0)));
    assert_eq!(broken.trace.initial, Some(State(vec![Value::Int(0), Value::Int(3)])));
    // Nothing is claimed.
    let none = text::parse("system s var x: 0..=3 init x = 0 terminal holds true").unwrap();
    assert_eq!(counterexample_to_induction(&none, 16).unwrap(), None);
}

#[test]
fn errors_are_no_counterexamples() {
    let system = |guard: &str, body: &str| {
        text::parse(&format!(
            "system s var x: 0..=3 init x = 0
             transition go {guard} when x == 2 {body} x := 3
             terminal holds true
             inductive invariant low holds x < 3 claim x < 3"
        ))
        .unwrap()
    };
    let broken = |guard, body| counterexample_to_induction(&system(guard, body), 4).unwrap().is_some();
    assert!(broken("", ""));
    assert!(!broken("fail no_value if x == 2", ""));
    assert!(!broken("", "fail no_value if x == 2"));
    assert!(broken("fail no_value if x == 1", "fail no_value if x == 1"));
}

fn confirmed(trace: Trace, id: PropertyId) -> Result<(), String> {
    confirm_violation(&system(), &not_inductive(id, trace))
}

#[test]
fn true_counterexamples_are_confirmed() {
    assert_eq!(confirmed(step(5, 1, &[0], 6), LOW), Ok(()));
    // The invariant cannot be evaluated after the step.
    assert_eq!(confirmed(step(5, 1, &[0], 6), FITS), Ok(()));
    assert_eq!(confirmed(step(2, 1, &[1], 4), FITS), Ok(()));
}

#[test]
fn false_counterexamples_are_refuted() {
    let refuted = |trace: Trace, id, message: &str| {
        let why = confirmed(trace, id).unwrap_err();
        assert!(why.contains(message), "{why}");
    };
    refuted(step(5, 1, &[0], 6), PropertyId(0), "property 0 is not claimed to be inductive");
    refuted(step(5, 1, &[0], 6), PropertyId(9), "property 9 is not claimed");
    refuted(step(5, 1, &[0], 7), LOW, "x becomes 6, not 7");
    refuted(step(5, 1, &[2], 7), LOW, "argument 2");
    refuted(step(5, 0, &[], 0), LOW, "not enabled");
    refuted(step(2, 1, &[0], 3), LOW, "property 1 is True after the step");
    refuted(step(7, 1, &[0], 8), LOW, "property 1 is False in the first state");
    refuted(step(4, 1, &[1], 6), LOW, "property 2 is False in the first state");
    refuted(step(12, 1, &[0], 13), LOW, "none of the system");
    refuted(step(8, 1, &[0], 9), LOW, "fails in the first state");
    refuted(Trace { init_args: vec![0], ..step(5, 1, &[0], 6) }, LOW, "begins anywhere");
    refuted(Trace { back_to: Some(1), ..step(5, 1, &[0], 6) }, LOW, "does not repeat");
    refuted(Trace { initial: Some(at(5)), ..Trace::default() }, LOW, "one step from a state");
    let mut two = step(5, 1, &[0], 6);
    two.steps.extend(two.steps.clone());
    refuted(two, LOW, "one step from a state");
    refuted(Trace { initial: None, ..step(5, 1, &[0], 6) }, LOW, "one step from a state");
    let mut failing = step(5, 1, &[0], 6);
    failing.steps[0].state = None;
    refuted(failing, LOW, "no model error happens");
}

#[test]
fn goals_say_which_invariant_is_asked_for() {
    let s = system();
    let answer = |violation: Violation| {
        let outcome = check(&s, Goal::Reach(LOW), &Limits::default()).unwrap();
        Outcome { verdict: Verdict::Violated(violation), witnesses: vec![], ..outcome }
    };
    let low = answer(not_inductive(LOW, step(5, 1, &[0], 6)));
    assert_eq!(confirm(&s, Goal::All, &low), Ok(()));
    assert_eq!(confirm(&s, Goal::Induct(LOW), &low), Ok(()));
    assert!(confirm(&s, Goal::Induct(FITS), &low).is_err());
    assert!(confirm(&s, Goal::Reach(LOW), &low).is_err());
    assert!(confirm(&s, Goal::Refute(LOW), &low).is_err());
    assert!(confirm(&s, Goal::Induct(LOW), &answer(not_inductive(LOW, step(2, 1, &[1], 4)))).is_err());
    assert_eq!(Goal::Induct(LOW).fits(&s), Ok(()));
    assert!(Goal::Induct(PropertyId(0)).fits(&s).is_err());
    assert!(Goal::Induct(PropertyId(9)).fits(&s).is_err());
    // A search of reachable states does not decide it.
    let verdict = check(&s, Goal::Induct(LOW), &Limits::default()).unwrap().verdict;
    assert!(matches!(verdict, Verdict::Unknown(Unknown::Incapable(_))));
    assert!(ViolationKind::NotInductive(PropertyId(0)) > ViolationKind::Unrecoverable(PropertyId(9)));
    assert!(!ViolationKind::NotInductive(LOW).is_local());
}

fn values(ty: &Type) -> Vec<Value> {
    match ty {
        Type::Bool => vec![Value::Bool(false), Value::Bool(true)],
        Type::Int { lo, hi } => (*lo..=*hi).map(Value::Int).collect(),
        Type::Array { len, element } => {
            let one = values(element);
            let mut all: Vec<Vec<Value>> = vec![vec![]];
            for _ in 0..*len {
                all = all
                    .iter()
                    .flat_map(|a| one.iter().map(|e| [&a[..], std::slice::from_ref(e)].concat()))
                    .collect();
            }
            all.into_iter().map(|elements| Value::Array(elements.into())).collect()
        }
    }
}

/// Of all values of the state variables, as many are states as the types of the language have values; and the condition tells which.
#[test]
fn states_are_what_represents_a_value() {
    for (declared, leaves) in [
        ("bool", "bool"),
        ("Option<0..=2>", "bool, 0..=2"),
        ("Option<Option<-1..=0>>", "bool, bool, -1..=0"),
        ("Msg", "0..=2, 1..=2, bool, -1..=0"),
        ("Option<Msg>", "bool, 0..=2, 1..=2, bool, -1..=0"),
        ("Pair", "bool, 0..=2, 0..=1, [bool; 1]"),
        ("[Option<0..=1>; 0..=1]", "[bool; 2], [0..=1; 2]"),
        ("Seq<-1..=1, 2>", "0..=2, [-1..=1; 2]"),
        ("Seq<Option<bool>, 2>", "0..=2, [bool; 2], [bool; 2]"),
        ("Seq<Set<bool>, 2>", "0..=2, [[bool; 2]; 2]"),
        ("[Seq<bool, 1>; bool]", "[0..=1; 2], [[bool; 1]; 2]"),
        ("Bag<bool, 2>", "[0..=2; 2]"),
        ("Option<Bag<bool, 1>>", "bool, [0..=1; 2]"),
    ] {
        let vars: String = leaves.split(", ").zip(0..).map(|(ty, i)| format!("var v{i}: {ty}\n")).collect();
        let zeros: Vec<&str> = leaves.split(", ").collect();
        let mut s = text::parse(&format!(
            "system s
             enum Msg {{ Vote(rm: 1..=2, yes: bool), Commit, Abort(why: -1..=0) }}
             struct Pair {{ left: Option<0..=2>, right: Seq<bool, 1> }}
             {}source v: {declared} from v0 init {} terminal holds true",
            vars,
            zeros.iter().zip(0..).map(|(ty, i)| format!("v{i} = {} ", zero(ty))).collect::<String>(),
        ))
        .unwrap_or_else(|error| panic!("{declared}: {error}"));
        let mut context = s.context.clone();
        let condition = s.state_condition(&mut context);
        s.context = context;
        let mut all = vec![State::default()];
        for variable in &s.variables {
            let one = values(&variable.ty);
            all = all
                .iter()
                .flat_map(|s| one.iter().map(|v| State([&s.0[..], std::slice::from_ref(v)].concat())))
                .collect();
        }
        let mut count = 0;
        for state in &all {
            let is_state = s.is_state(state);
            let told = eval::eval(&s.context, condition, Env::of_state(state)).unwrap();
            assert_eq!(told, Value::Bool(is_state), "{declared} {state:?}");
            count += u64::from(is_state);
        }
        assert_eq!(Some(count), s.sources[0].ty.cardinality(), "{declared}");
    }
}

/// The zero of a type of the text form.
fn zero(ty: &str) -> String {
    if ty == "bool" {
        return "false".to_owned();
    }
    match ty.strip_prefix('[').and_then(|ty| ty.rsplit_once("; ")) {
        Some((element, len)) => format!("[{}; {len}", zero(element)),
        None => ty.split("..").next().unwrap_or_default().to_owned(),
    }
}
