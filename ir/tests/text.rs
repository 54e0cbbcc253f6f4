//! The text form: what is printed is read back as it was, and anything else is refused.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

mod systems;

use musilc_ir::search::check;
use musilc_ir::{
    Claim, DataType, EnumType, FailureKind, FairUnit, Fairness, FieldType, FormulaKind, Goal, Limits, Node,
    Part, PropertyKind, Shown, Span, StructType, TransitionSystem, Type, VariantType, text,
};
use proptest::prelude::*;
use systems::Builder;

/// A system with something of everything.
const KITCHEN: &str = r##"system "kitchen sink"

enum Kind { Red, Green(shade: 0..=3, deep: bool) }
enum Kind#2 { Only }
struct Nothing { }
struct "Odd name" { kind: Kind, rest: Seq<Kind#2, 3>, both: [Bag<bool, 2>; -1..=1] }

var x: -3..=12
var b: bool
var "cells[0].line": 0..=1
var grid: [[0..=3; 2]; 3]

source x: -3..=12 from x @10..20
source b: bool from b
source empty: Nothing from #4

shared
  %1 = x + x * 2 - 3 + (if b { x } else { -x }) - (x + 1) - x * 4

init(start: -3..=2, "odd param": Kind)
  fail out_of_range(-3..=12, "x \"quoted\"") if $start == 5 showing $start - 3 @1..2
  where $1 < 3
  x = $start - 3
  b = $start == 0
  "cells[0].line" = 0
  grid = [[0, 0], [1, 2], [0, 0]]

strong transition go(a: 0..=2, b: bool) @5..9
  %2 = grid[$a]
  fail bad_index(0..=2) if %1 == 4 showing %1
  fail other_variant(Green) if false
  when !b && (x < 3 || x >= 7) && (b || %2[$b] != 0)
  fail division_by_zero if x == 0
  fail full_sequence(3) if x == 1
  fail full_bag(2) if x == 2
  fail empty_sequence if x == 3
  fail not_in_bag if x == 4
  fail no_value if x == 5
  fail nothing_to_choose if x == 6
  x := narrow(%1 div 2, -3..=12)
  grid := grid[$a := %2[$b := narrow(x mod 4, 0..=3)]]
  "cells[0].line" := if x == 0 { 0 } else if x == 1 { 1 } else { 0 }

weak transition stop
  when !(b == (x > 3))

terminal
  fail no_value if x == 9
  holds true

invariant small @3..8
  %2 = x + x + x + x + x < 40 && %1 < 1000
  fail no_value if false
  holds %2
  claim %2 @3..4 {
    part a = "Green(shade: 1)": x < 12 @5..6 {
      show -3..=12: (x) @7..8
      show Kind: (x, x, b)
    }
    part %1 < 1000
  }

step invariant grows
  holds x' >= x && "cells[0].line"' == "cells[0].line"
  claim x' >= x

reachable there
  holds x == 3
  claim x == 3

probes
  antecedent small: b @1..2
  state table "St ate": x == -3
  horizon: b

chart
  lane Node: Kind up 1
  lane "odd lane": -1..=1
  lane lane
  store 0 { Vote is Vote 0 to 1, "odd variant" is "init" 1 to 0 }
  store 2 { }
  event deliver 0 1
  event timeout 1 "state"
"##;

fn assert_round_trip(system: &TransitionSystem) -> TransitionSystem {
    let printed = text::print(system);
    let parsed = text::parse(&printed).unwrap_or_else(|error| panic!("{error}\n{printed}"));
    assert_eq!(text::print(&parsed), printed);
    parsed
}

#[test]
fn everything_comes_back() {
    let system = text::parse(KITCHEN).unwrap();
    let again = assert_round_trip(&system);
    assert_eq!(again.variables, system.variables);
    assert_eq!(again.sources, system.sources);
    assert!(system.chart.as_ref().is_some_and(|chart| chart.lanes.len() == 3 && chart.stores.len() == 2));
    assert_eq!(again.chart, system.chart);
    assert_eq!(again.init.params, system.init.params);
    for (a, b) in again.transitions.iter().zip(&system.transitions) {
        assert_eq!((&a.name, &a.params, a.fairness, a.span), (&b.name, &b.params, b.fairness, b.span));
        let kinds = |failures: &[musilc_ir::Failure]| -> Vec<(FailureKind, bool, Span)> {
            failures.iter().map(|f| (f.kind.clone(), f.value.is_some(), f.span)).collect()
        };
        assert_eq!(kinds(&a.guard_failures), kinds(&b.guard_failures));
        assert_eq!(kinds(&a.failures), kinds(&b.failures));
        assert_eq!(a.updates.len(), b.updates.len());
    }
    assert_eq!(system.transitions[0].fairness, Fairness::Strong(FairUnit::Instance));
    assert_eq!(system.properties[1].kind, PropertyKind::Step);
    assert_eq!(again.properties[0].claim.parts[0].binding, system.properties[0].claim.parts[0].binding);
    let shown = |s: &TransitionSystem| -> Vec<DataType> {
        s.properties[0].claim.parts[0].claim.shown.iter().map(|s| s.ty.clone()).collect()
    };
    assert_eq!(shown(&again), shown(&system));
    assert_eq!(
        again.probes.iter().map(|p| &p.kind).collect::<Vec<_>>(),
        [
            &musilc_ir::ProbeKind::Antecedent { property: "small".to_owned() },
            &musilc_ir::ProbeKind::DeclaredState { table: "table".to_owned(), state: "St ate".to_owned() },
            &musilc_ir::ProbeKind::Horizon,
        ]
    );
}

/// Each kind of formula and of fairness, and each kind of property that speaks of whole runs.
const TEMPORAL: &str = r##"system timed

var x: 0..=3
var b: bool

init
  x = 0
  b = false

transition "go on"(n: 0..=2, b: bool) @1..2
  when x < 3
  x := x + 1

weak transition a
  when b

weak whole transition b(n: 0..=2)
  when b

strong transition c
  when x == 3

strong whole transition c(n: 0..=2) @3..4
  when x == 3
  x := 0

terminal
  holds true

temporal everything @5..6
  fail no_value if x == 1 @7..8
  holds true
  claim true
  formula all @9..10 {
    part n = "Green(shade: 1)": condition @11..12 x == 3 @11..12 {
      part x < 3
      show 0..=3: (x)
    }
    part "odd name" = "": any {
    }
    part not {
      taken @13..14 "go on" #0 (1, any)
    }
    part next @15..16 {
      taken a #1 ()
    }
    part always {
      eventually {
        taken c #4 (any)
      }
    }
    part implies {
      iff {
        condition b
        condition !b
      }
      any {
        part condition x < 2
      }
    }
    part until {
      weak_until {
        condition x == 0
        condition x == 1
      }
      release {
        leads_to {
          condition x == 2
          condition x == 3
        }
        all {
        }
      }
    }
  }

recoverable home @17..18
  fail no_value if x == 2
  holds x == 0
  claim x == 0 {
    show 0..=3: (x)
  }
"##;

#[test]
fn temporal_properties_come_back() {
    let system = text::parse(TEMPORAL).unwrap();
    assert_eq!(musilc_ir::validate(&system), Ok(()));
    let again = assert_round_trip(&system);
    let fairness: Vec<Fairness> = again.transitions.iter().map(|t| t.fairness).collect();
    assert_eq!(
        fairness,
        [
            Fairness::None,
            Fairness::Weak(FairUnit::Instance),
            Fairness::Weak(FairUnit::Whole),
            Fairness::Strong(FairUnit::Instance),
            Fairness::Strong(FairUnit::Whole),
        ]
    );
    assert_eq!(again.properties[0].kind, PropertyKind::Temporal);
    assert_eq!(again.properties[1].kind, PropertyKind::Recoverable);
    assert_eq!(again.properties[1].formula, None);
    // Every formula at its place, with its span, and what binds it.
    let shape = |system: &TransitionSystem| {
        let formula = system.properties[0].formula.clone().unwrap();
        let mut out = Vec::new();
        formula.for_each(&mut |formula| {
            out.push(match &formula.kind {
                FormulaKind::State(claim) => {
                    format!("{:?} {:?} {}", formula.span, claim.span, claim.parts.len())
                }
                FormulaKind::Taken { .. } => format!("{formula:?}"),
                FormulaKind::All(parts) | FormulaKind::Any(parts) => {
                    format!("{:?} {:?}", formula.span, parts.iter().map(|p| &p.binding).collect::<Vec<_>>())
                }
                other => format!("{:?} {:?}", formula.span, std::mem::discriminant(other)),
            });
        });
        out
    };
    assert_eq!(shape(&again), shape(&system));
    assert_eq!(shape(&system).len(), 25);
    let taken = shape(&system).into_iter().find(|line| line.contains("TransitionId(0)")).unwrap();
    assert!(taken.contains("args: [Some(1), None]") && taken.contains("13"), "{taken}");
    // What it prints is what one would write.
    let printed = text::print(&system);
    for line in TEMPORAL.lines() {
        assert!(printed.contains(line), "{line:?} is missing in\n{printed}");
    }
}

/// The words of formulas may be names of anything.
#[test]
fn words_of_formulas_are_names_too() {
    for word in
        "temporal recoverable formula condition taken not next always eventually until weak_until release \
        leads_to implies iff all any weak strong whole transition claim holds part"
            .split_whitespace()
    {
        let mut b = Builder::new(word);
        let x = b.var(word, Type::Bool, 0);
        let value = b.cx().var(x);
        let params = vec![systems::range_param(word, 2)];
        let transition = b.transition(word, value, &[(x, value)]);
        (transition.params, transition.fairness) = (params, Fairness::Weak(FairUnit::Whole));
        let inner = systems::two(FormulaKind::Until, &systems::taken(0, &[None]), &systems::state(value));
        let mut formula = systems::many(FormulaKind::Any, &[&inner, &systems::state(value)]);
        if let FormulaKind::Any(parts) = &mut formula.kind {
            parts[0].binding = Some((word.to_owned(), word.to_owned()));
        }
        b.temporal(word, formula.clone());
        b.property(word, PropertyKind::Recoverable, value);
        let again = assert_round_trip(&b.done());
        let FormulaKind::Any(parts) = &again.properties[0].formula.as_ref().unwrap().kind else {
            panic!("{word}")
        };
        assert_eq!(parts[0].binding, Some((word.to_owned(), word.to_owned())));
        assert_eq!((again.properties[0].name.as_str(), again.properties[1].name.as_str()), (word, word));
        assert_eq!(again.transitions[0].fairness, Fairness::Weak(FairUnit::Whole));
    }
}

#[test]
fn shared_expressions_of_formulas_are_named_before_use() {
    let big = "x + x * 2 + x * 3 + x * 4";
    let source = format!(
        "system s var x: 0..=9 init x = 0 transition t when true terminal holds true
         temporal f holds true claim true
         formula until {{ condition {big} < 5 always {{ condition {big} < 6 }} }}
         temporal g holds true claim true formula next {{ condition {big} < 5 }}"
    );
    let system = text::parse(&source).unwrap();
    assert_round_trip(&system);
    assert!(text::print(&system).contains("formula until {\n    condition %"), "{}", text::print(&system));
}

#[test]
fn malformed_formulas_are_refused() {
    let refused = |formula: &str, message: &str| {
        let source = format!(
            "system s var x: 0..=9 init x = 0 transition t(n: 0..=1) when true terminal holds true
             temporal f holds true claim true formula {formula}"
        );
        let error = text::parse(&source).map(|_| ()).unwrap_err();
        assert!(error.message.contains(message), "{error} of {formula}");
    };
    refused("sometimes { condition true }", "there is no formula sometimes");
    refused("always condition true", "expected `{`");
    refused("until { condition true }", "expected a name");
    refused("next { condition true condition true }", "expected `}`");
    refused("taken t (0)", "expected `#`");
    refused("condition x", "0..=9 stands where bool");
    refused("all { condition true }", "expected `}`");
    let deep = format!("{} condition true {}", "not {".repeat(100_000), "}".repeat(100_000));
    refused(&deep, "nested");
}

#[test]
fn systems_behave_as_before() {
    for system in [systems::counter(9), systems::peterson(), systems::philosophers(3)] {
        let again = assert_round_trip(&system);
        let run = |system| {
            let outcome = check(system, Goal::All, &Limits::default()).unwrap();
            (outcome.verdict, outcome.witnesses, outcome.statistics.levels, outcome.coverage)
        };
        assert_eq!(run(&again), run(&system));
    }
}

#[test]
fn peterson_is_pleasant_to_read() {
    let printed = text::print(&systems::peterson());
    let enter = "transition enter(p: 0..=1)\n  when pc[$p] == 2 && (!flag[-$p + 1] || turn == $p)\n  pc := pc[$p := 3]\n";
    assert!(printed.contains(enter), "{printed}");
}

#[test]
fn names_are_for_what_is_large_and_shared() {
    let system = text::parse(
        "system s var x: 0..=9 init x = 0
         transition a when x + x * 2 + x * 3 + x * 4 < 5 fail no_value if x + x * 2 + x * 3 + x * 4 == 4
         transition b when x + x * 2 + x * 3 + x * 4 < 6 transition c when x < 3 transition d when x < 3
         terminal holds true",
    )
    .unwrap();
    let printed = text::print(&system);
    assert!(printed.contains("shared\n  %1 = x + x * 2 + x * 3 + x * 4\n"), "{printed}");
    assert!(printed.contains("when %1 < 5\n  fail no_value if %1 == 4"), "{printed}");
    assert_eq!(printed.matches("when x < 3").count(), 2, "{printed}");
}

#[test]
fn raw_nodes_that_constructors_never_build_come_back() {
    for expr in [
        "-(3) < x",
        "-(-3) < x",
        "x + -(3) < 0",
        "--x < 0",
        "-(3 * x) < 0",
        "!(x >= 0)",
        "1 + (2 + x) < 0",
        "x * (x * x) < 0",
        "x - (x - 1) * 2 < 0",
        "(x == 0) == (x < 1)",
        "true && (false && true)",
        "[x, 1, 2][0] == 1",
        "[1; 5][1 := x][2] == 1",
        "(if x == 0 { [1, 2] } else { [3, 4] })[1] == 2",
        "-1 mod -2 div 3 < 4",
        "-3 + x - 3 == 0",
        "(if x < 0 { 1 } else { 2 }) + 1 == 2",
        "x != 1 == (x <= 3)",
    ] {
        let text = format!("system s var x: -3..=9 init x = 0 transition t when {expr} terminal holds true");
        let Ok(system) = text::parse(&text) else {
            assert_eq!(expr, "x != 1 == (x <= 3)", "comparisons do not associate");
            continue;
        };
        let again = assert_round_trip(&system);
        let printed = text::print(&again);
        assert!(printed.contains(&format!("when {expr}\n")), "{expr} becomes {printed}");
    }
}

#[test]
fn deep_expressions_are_cut_into_lines() {
    let mut b = Builder::new("deep");
    let x = b.var("x", systems::int(0, 9), 0);
    let a = b.var("a", Type::array(2, systems::int(0, 9)), 0);
    let cx = b.cx();
    let (mut number, mut array, mut truth) = (cx.var(x), cx.var(a), cx.bool(true));
    for k in 0..20_000 {
        let (one, nine) = (cx.int(k % 7), cx.int(k % 2));
        let sum = cx.add([number, number, one]);
        number = cx.narrow(sum, 0, 9);
        array = cx.store(array, nine, number);
        let low = cx.lt(number, nine);
        let unlike = cx.eq(low, truth);
        truth = cx.not(unlike);
    }
    b.transition("t", truth, &[(x, number), (a, array)]);
    let system = b.done();
    let again = assert_round_trip(&system);
    let roots = |s: &TransitionSystem| {
        let t = &s.transitions[0];
        s.context.reachable([t.guard, t.updates[0].value, t.updates[1].value]).len()
    };
    assert_eq!(roots(&again), roots(&system));
}

#[test]
fn types_of_one_name_are_told_apart() {
    let variant = |name: &str| VariantType { name: name.to_owned(), fields: Vec::new() };
    let enumeration = |variants| DataType::Enum(EnumType { name: "Bag".to_owned(), variants }.into());
    let (one, two) = (enumeration(vec![variant("A")]), enumeration(vec![variant("A"), variant("true")]));
    let fields = vec![
        FieldType { name: "0".to_owned(), ty: one },
        FieldType { name: "x y".to_owned(), ty: DataType::Option(two.into()) },
        FieldType { name: "n".to_owned(), ty: DataType::NUMBER },
    ];
    let record = DataType::Struct(StructType { name: "Bag".to_owned(), fields }.into());
    let mut b = Builder::new("types");
    let x = b.var("x", systems::int(0, 9), 0);
    let cx = b.cx();
    let (value, yes) = (cx.var(x), cx.bool(true));
    b.property("p", PropertyKind::Invariant, yes);
    let shown = Shown { span: Span::new(3, 4), ty: record, leaves: vec![value, yes, value, value] };
    let inner = Claim { span: Span::default(), expr: yes, parts: Vec::new(), shown: vec![shown] };
    b.system.properties[0].claim.parts = vec![Part { binding: None, claim: inner }];
    let system = b.done();
    let again = assert_round_trip(&system);
    let shown = |s: &TransitionSystem| s.properties[0].claim.parts[0].claim.shown[0].ty.clone();
    assert_eq!(shown(&again), shown(&system));
}

#[test]
fn parameters_of_one_name_are_told_apart() {
    let system = text::parse(
        "system s var x: 0..=9 init x = 0
         transition t(a: 0..=1, b: 0..=2, a: 0..=3) when $0 + $1 + $2 < 3 terminal holds true",
    )
    .unwrap();
    assert!(text::print(&system).contains("when $0 + $b + $2 < 3"));
    let sum = system.context.find(&Node::Param { index: 2, count: 4 });
    assert!(sum.is_some());
    assert_round_trip(&system);
}

#[test]
fn errors_tell_the_line() {
    let cases = [
        ("", 1, "expected `system`"),
        ("system s\ninit\nterminal holds", 3, "expected a name"),
        ("system s\nvar x: 0..=1\ninit", 3, "x has no initial value"),
        ("system s var x: 0..=1 init x = 0\nx = 1", 2, "two initial values"),
        ("system s init terminal\nholds 1 + true", 2, "integer is needed"),
        ("system s init terminal\n\nholds %3", 3, "%3 is not defined"),
        ("system s init terminal %1 = true\n%1 = true holds true", 2, "defined twice"),
        ("system s init terminal holds $a", 1, "no such parameter"),
        ("system s init terminal holds y", 1, "no variable y"),
        ("system s init terminal holds true\ngarbage", 2, "expected a section"),
        ("system s\nvar x: 0..=1\nvar x: bool", 3, "two variables"),
        ("system s\nvar x: ?", 2, "unexpected character"),
        ("system s\nvar \"x", 2, "without end"),
        ("system \"\\q\"", 1, "unknown escape"),
        ("system \"\\u{d800}\"", 1, "no character"),
        ("system s var x: 0..=99999999999999999999", 1, "too large"),
        ("system s var x: 0..=9223372036854775808", 1, "too large"),
        ("system s source x: Nothing from #0", 1, "no type"),
        ("system s init terminal holds [1; 9999999][0] == 1", 1, "too many"),
        ("system s init terminal holds []", 1, "at least one"),
        ("system s init terminal fail nonsense(3) if true holds true", 1, "no failure"),
        ("system s init terminal fail no_value if true @9..3 holds true", 1, "ends before"),
        ("system s init (a: number) terminal holds true", 1, "none or too many values"),
        ("system s source x: bool from #9 init terminal holds true", 1, "no variable number"),
        ("system s var x: 5..=4 init x = 5 terminal holds true", 0, "empty"),
    ];
    for (source, line, message) in cases {
        let error = text::parse(source).map(|_| ()).unwrap_err();
        assert_eq!(error.line, line, "{error} of {source}");
        assert!(error.message.contains(message), "{error} of {source}");
    }
}

#[test]
fn nesting_is_bounded() {
    let deep = |open: &str, close: &str| {
        let expr = format!("{}true{}", open.repeat(100_000), close.repeat(100_000));
        text::parse(&format!("system s init terminal holds {expr}")).map(|_| ()).unwrap_err()
    };
    for (open, close) in
        [("(", ")"), ("!", ""), ("-", ""), ("[", "]"), ("if true { true } else if ", ""), ("if ", "")]
    {
        assert!(deep(open, close).message.contains("nested"), "{open}");
    }
    let types = format!("system s var x: {}bool", "[".repeat(100_000));
    assert!(text::parse(&types).map(|_| ()).unwrap_err().message.contains("nested"));
    let data = format!("system s source x: {}bool", "Set<".repeat(100_000));
    assert!(text::parse(&data).map(|_| ()).unwrap_err().message.contains("nested"));
    let claims = "part true {".repeat(100_000);
    let claims = format!("system s init terminal holds true invariant i holds true claim true {{ {claims}");
    assert!(text::parse(&claims).map(|_| ()).unwrap_err().message.contains("nested"));
    let mut doubling = "system s struct T0 { a: bool }".to_owned();
    for i in 0..200 {
        doubling += &format!(" struct T{} {{ a: T{i}, b: T{i} }}", i + 1);
    }
    assert!(text::parse(&doubling).map(|_| ()).unwrap_err().message.contains("too large"));
    let mut arrays = "system s init terminal %0 = [true]".to_owned();
    for i in 0..10_000 {
        arrays += &format!(" %{} = [%{i}]", i + 1);
    }
    assert!(text::parse(&arrays).map(|_| ()).unwrap_err().message.contains("deep"));
}

/// Pieces of the grammar, so that junk gets past the first token.
fn piece() -> impl Strategy<Value = String> {
    let words = "system init terminal holds transition when fail if showing invariant step reachable claim part show \
        temporal recoverable formula condition taken not next always eventually until weak_until release leads_to \
        implies iff all any weak whole probes antecedent state horizon var source from shared where enum struct weak strong bool number Option Set Bag Seq \
        true false narrow div mod else x y out_of_range bad_index no_value ..= .. := == != <= >= && || = < > ! + - * ( \
        ) [ ] { } , : ; ' @ # $ % 0 1 2 9 4294967295 18446744073709551615 \"a b\" \" // \n é \\";
    let words: Vec<String> = words.split(' ').map(str::to_owned).filter(|word| !word.is_empty()).collect();
    prop::sample::select(words)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn junk_is_refused_without_panic(pieces in prop::collection::vec(piece(), 0..40)) {
        let _ = text::parse(&pieces.join(" "));
    }

    #[test]
    fn any_text_is_refused_without_panic(junk in any::<String>()) {
        prop_assert!(text::parse(&junk).is_err());
    }

    /// One change to a good text gives a good text or an error.
    #[test]
    fn damage_is_survived(at in 0..KITCHEN.len(), length in 0..12usize, new in piece()) {
        let mut damaged = KITCHEN.to_owned();
        damaged.replace_range(at..(at + length).min(KITCHEN.len()), &new);
        if let Ok(system) = text::parse(&damaged) {
            let printed = text::print(&system);
            prop_assert_eq!(text::print(&text::parse(&printed).unwrap()), printed);
        }
    }

    /// The same of a text with formulas.
    #[test]
    fn damage_to_formulas_is_survived(at in 0..TEMPORAL.len(), length in 0..12usize, new in piece()) {
        let mut damaged = TEMPORAL.to_owned();
        damaged.replace_range(at..(at + length).min(TEMPORAL.len()), &new);
        if let Ok(system) = text::parse(&damaged) {
            let printed = text::print(&system);
            prop_assert_eq!(text::print(&text::parse(&printed).unwrap()), printed);
        }
    }

    /// Names and messages of any characters come back.
    #[test]
    fn any_name_comes_back(name in any::<String>(), other in any::<String>()) {
        let mut b = Builder::new(&name);
        let x = b.var(&other, Type::Bool, 0);
        let value = b.cx().var(x);
        b.transition(&name, value, &[(x, value)]);
        b.property(&other, PropertyKind::Invariant, value);
        let system = b.done();
        let again = assert_round_trip(&system);
        prop_assert_eq!(&again.name, &name);
        prop_assert_eq!(&again.transitions[0].name, &name);
        prop_assert_eq!(&again.variables[0].name, &other);
    }
}

#[test]
fn every_event_comes_back() {
    let transition = |number: u32| format!("transition t{number}\n  when true\n\n");
    let transitions: String = (0..12).map(transition).collect();
    let head = "system s\n\nvar x: bool\n\nsource x: bool from x\n\ninit\n  x = false\n\n";
    let words = "other, start 1, timeout 0 retry, own 1 \"close it\", crash 0, restart 0, deliver 0 0, again 0 1, \
                 lose 0, corrupt 0 1, partition, heal";
    let events: String = words.split(", ").map(|event| format!("  event {event}\n")).collect();
    let chart = "chart\n  lane A up 0\n  lane B: 0..=2\n  store 0 { M is M 0 to 1, N_B_to_A is N 1 to 0 }\n";
    let whole = format!("{head}{transitions}terminal\n  holds false\n\n{chart}{events}");
    let system = text::parse(&whole).unwrap();
    assert_eq!(text::print(&system), whole);
    for wrong in ["crash 2", "deliver 0 2", "lose 1", "start 7"] {
        let text = whole.replace("event start 1", &format!("event {wrong}"));
        assert!(text::parse(&text).unwrap_err().message.contains("no such lane"), "{wrong}");
    }
    assert!(text::parse(&whole.replace("  event heal\n", "")).is_err());
}
