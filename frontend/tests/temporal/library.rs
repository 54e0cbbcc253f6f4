//! Each pattern of the library, on small runs.

use crate::{property, system};
use musilc_ir::lasso::Lasso;
use musilc_ir::{State, Step, Trace, TransitionId, Value};

/// A run: letters of the variables that are true, one word a position; those after `|` come again and again.
fn run(word: &str) -> Trace {
    let (stem, looped) = word.split_once('|').unwrap();
    let stem: Vec<&str> = stem.split_whitespace().collect();
    let looped: Vec<&str> = looped.split_whitespace().collect();
    let state = |letters: &str| {
        State(["p", "q", "r", "s"].iter().map(|v| Value::Bool(letters.contains(v))).collect())
    };
    let mut states: Vec<State> = stem.iter().chain(&looped).map(|letters| state(letters)).collect();
    states.push(state(looped[0]));
    let step = |state: State| Step { transition: TransitionId(0), args: vec![], state: Some(state) };
    let mut states = states.into_iter();
    Trace {
        init_args: vec![],
        initial: states.next(),
        steps: states.map(step).collect(),
        back_to: Some(u32::try_from(stem.len()).unwrap()),
    }
}

/// Whether a formula is true of a run at its start.
fn truth(formula: &str, word: &str) -> bool {
    let system = system(&format!(
        "model M {{ var p: bool = any; var q: bool = any; var r: bool = any; var s: bool = any;
           action a() {{}} property f: {formula}; }}
         check c: M expect holds;"
    ));
    let trace = run(word);
    let formula = property(&system, "f").formula.as_ref().unwrap();
    Lasso::new(&trace).unwrap().truth(&system, formula).unwrap()[0]
}

#[track_caller]
fn check(formula: &str, yes: &[&str], no: &[&str]) {
    for word in yes {
        assert!(truth(formula, word), "{formula} is false of {word}");
    }
    for word in no {
        assert!(!truth(formula, word), "{formula} is true of {word}");
    }
}

// `x` stands for a position where nothing is true.

#[test]
fn absence() {
    check("absence(p)", &["x |q"], &["x p |x", "|x p"]);
    check("absence_before(p, r)", &["x r |p", "x p |x", "|pr"], &["p r |x", "x p |x r"]);
    check("absence_after(p, q)", &["p q |x", "|p"], &["q x |x p", "|pq"]);
    check(
        "absence_between(p, q, r)",
        &["q x r p |x", "q p |x", "p q r |p", "|qpr"],
        &["q p r |x", "|q p r", "pq r |x"],
    );
}

#[test]
fn existence() {
    check("existence(p)", &["x p |x", "|x p"], &["|x q"]);
    check("existence_before(p, r)", &["p r |x", "|x"], &["x r |p", "|pr"]);
    check("existence_after(p, q)", &["q x p |x", "|x", "|pq"], &["p q |x"]);
    check("existence_between(p, q, r)", &["q p r |x", "q |x", "pq r |x"], &["q x r |p", "q p r q r |x"]);
}

#[test]
fn universality() {
    check("universality(p)", &["p |p"], &["p |p x"]);
    check("universality_before(p, r)", &["p p r |x", "x |x"], &["p x r |p"]);
    check("universality_after(p, q)", &["x pq |p", "|x"], &["pq |p x"]);
    check("universality_between(p, q, r)", &["pq p r |x", "q |x"], &["pq x r |p", "q r |p"]);
}

#[test]
fn precedence() {
    check("precedence(s, p)", &["x s p |x", "|x", "|ps"], &["p s |x"]);
    check("precedence_before(s, p, r)", &["s p r |x", "p |x", "r p |x"], &["x p s r |x"]);
    check("precedence_after(s, p, q)", &["p q s p |x", "|p"], &["s q p |s", "q p q |x"]);
    check("precedence_between(s, p, q, r)", &["q s p r |x", "q p |x", "q r p |x"], &["s q p r |x"]);
}

#[test]
fn response() {
    check("response(p, s)", &["p x |x s", "|x", "|ps"], &["s p |x"]);
    check("response_before(p, s, r)", &["p s r p |x", "p |x"], &["p r s |x"]);
    check("response_after(p, s, q)", &["p q |x", "q p s |x"], &["q p |x", "s pq |x"]);
    check("response_between(p, s, q, r)", &["q p s r |x", "q p |x", "p q r |x"], &["q p r s |x"]);
}

#[test]
fn the_chapter_s_own_definition_wins() {
    let text = "property absence(p): eventually p;
        model M { var p: bool = false; action a() {} property f: absence(p); } check c: M expect holds;";
    let printed = musilc_ir::text::print(&system(text));
    assert!(printed.contains("eventually") && !printed.contains("always"), "{printed}");
}
