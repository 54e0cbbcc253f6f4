//! Precedence, and words that are operators or names.

use crate::{property, system};
use musilc_ir::{Formula, FormulaKind};

/// A formula as an S-expression, with conditions as they are written.
fn shape(text: &str, f: &Formula) -> String {
    let each = |parts: &[&Formula]| parts.iter().map(|f| format!(" {}", shape(text, f))).collect::<String>();
    let of_parts = |word: &str, parts: &[musilc_ir::FormulaPart]| {
        let operands: Vec<&Formula> = parts.iter().map(|part| &part.formula).collect();
        format!("({word}{})", each(&operands))
    };
    match &f.kind {
        FormulaKind::State(claim) => format!("[{}]", &text[claim.span.range()]),
        FormulaKind::Taken { transition, args } => format!("(taken {} {args:?})", transition.0),
        FormulaKind::All(parts) => of_parts("all", parts),
        FormulaKind::Any(parts) => of_parts("any", parts),
        FormulaKind::Not(a) => format!("(not{})", each(&[a])),
        FormulaKind::Next(a) => format!("(X{})", each(&[a])),
        FormulaKind::Always(a) => format!("(G{})", each(&[a])),
        FormulaKind::Eventually(a) => format!("(F{})", each(&[a])),
        FormulaKind::Implies(a, b) => format!("(implies{})", each(&[a, b])),
        FormulaKind::Iff(a, b) => format!("(iff{})", each(&[a, b])),
        FormulaKind::Until(a, b) => format!("(U{})", each(&[a, b])),
        FormulaKind::WeakUntil(a, b) => format!("(W{})", each(&[a, b])),
        FormulaKind::Release(a, b) => format!("(R{})", each(&[a, b])),
        FormulaKind::LeadsTo(a, b) => format!("(leads{})", each(&[a, b])),
    }
}

#[track_caller]
fn check(formula: &str, expected: &str) {
    let text = format!(
        "type T = 0..2;
         model M {{
           var x: 0..4 = any; var a: bool = any; var b: bool = any; var c: bool = any; var d: bool = any;
           var next: [bool; T] = any; var until: bool = any; var weak: 0..4 = any;
           action go(p: T) when next[p] {{ x = 1; }} action stop() {{}}
           property f: {formula};
         }}
         check c: M expect holds;"
    );
    let system = system(&text);
    assert_eq!(shape(&text, property(&system, "f").formula.as_ref().unwrap()), expected, "{formula}");
}

#[test]
fn precedence() {
    check("always eventually x == 1 && a", "(all (G (F [x == 1])) [a])");
    check("a && b ~> c || d", "(leads [a && b] [c || d])");
    check("a ==> b ~> c <==> eventually d", "(iff (leads [a ==> b] [c]) (F [d]))");
    check("a && b until c || d", "(any (all [a] (U [b] [c])) [d])");
    check("always a until next b", "(U (G [a]) (X [b]))");
    check("a until b weak until c release d", "(U [a] (W [b] (R [c] [d])))");
    check("!always a && b", "(all (not (G [a])) [b])");
    check("a ~> b ~> c", "(leads [a] (leads [b] [c]))");
    check(
        "always forall p in T: next[p] ==> eventually a",
        "(G (all (implies [next[p]] (F [a])) (implies [next[p]] (F [a]))))",
    );
}

#[test]
fn conditions_stay_whole() {
    check(
        "always (a && (b ==> c) || forall p in T: next[p])",
        "(G [(a && (b ==> c) || forall p in T: next[p])])",
    );
    check("a && b && eventually c && d", "(all [a && b] (F [c]) [d])");
}

#[test]
fn words_that_may_be_names() {
    check("next next[0]", "(X [next[0]])");
    check("next (a) && eventually next == next", "(all (X [(a)]) (F [next == next]))");
    check("until until until", "(U [until] [until])");
    check("next until weak until until", "(W (X [until]) [until])");
    check("always weak == 3", "(G [weak == 3])");
}

#[test]
fn instances() {
    check("eventually taken(go)", "(F (taken 0 [None]))");
    check("taken(go(1)) ~> taken(stop)", "(leads (taken 0 [Some(1)]) (taken 1 []))");
    check(
        "eventually exists p in T: taken(go(p: p)) && enabled(go(_))",
        "(F (any (all (taken 0 [Some(0)]) [enabled(go(_))]) (all (taken 0 [Some(1)]) [enabled(go(_))])))",
    );
}
