//! Chapters whose meaning was once got wrong, and such as are easily got wrong.

use crate::compare::{Agreed, Extent, compare, compile};
use crate::on_large_stack;
use std::path::Path;

/// Everything agrees on the chapter's only check, and what on.
fn agrees_on(text: &str, expected: &str) {
    let agreed = on_large_stack(|| {
        let program = compile("regression.musil", text, &[], Path::new("."))?;
        compare(&program, 0, &Extent::SMALL)
    });
    match agreed {
        Ok(Agreed::On(shape)) => assert_eq!(shape.verdict, expected, "{text}"),
        other => panic!("{other:?}: {text}"),
    }
}

/// A row that fills a grid is every row of it, not every column.
#[test]
fn a_row_fills_a_square_grid_row_by_row() {
    agrees_on(
        "model M {
            var row: [0..3; 2] = [1, 2];
            var grid: [[0..3; 2]; 2] = row;
            action fill() { row = [2, 0]; grid = row; }
            invariant rows: forall i, j in 0..2: grid[i][j] == row[j];
        }
        check c: M expect holds;",
        "holds",
    );
}

/// What an option that is `None` holds beside depends on its range; equal values have equal bits whatever way they come.
#[test]
fn none_is_the_same_from_options_of_different_ranges() {
    agrees_on(
        "model M {
            var low: Option<1..=3> = None;
            var high: Option<2..=5> = None;
            var both: Option<1..=5> = None;
            var queue: Seq<2..=5, 2> = [];
            var queues: Seq<1..=5, 2> = [];
            action set(b: bool) {
                both = if b { low } else { high };
                queues = if b { queues } else { queue };
            }
            action clear(b: bool) {
                both = match b { true => high, false => low };
                queues = queue;
            }
        }
        check c: M expect holds;",
        "holds",
    );
}

/// The listed values have different ranges; the variable is of a type that has them all.
#[test]
fn listed_values_of_different_ranges_are_checked_where_they_are_stored() {
    agrees_on(
        "model M {
            var low: Option<0..=1> = Some(1);
            var high: Option<0..=5> = Some(5);
            action copy() { for o in {low, high} { low = o; } }
        }
        check c: M expect holds;",
        "error OutOfRange",
    );
}

/// An initial condition is asked only of what the conditions before it have kept.
#[test]
fn initial_conditions_are_asked_in_order() {
    agrees_on(
        "model M {
            var x: 0..=3 = any;
            init x != 0;
            init 6 / x >= 3;
            terminal true;
        }
        check c: M expect holds;",
        "holds",
    );
}

/// Bounds of parameters are constants though they are computed.
#[test]
fn parameters_range_over_computed_constants() {
    agrees_on(
        "const N: 1..=3 = 2;
        model M {
            var x: -3..=3 = 0;
            action step(by in -N..N - 1, and in -1..=max(0, N / 2)) when x + by + and in -3..=3 { x = x + by + and; }
        }
        check c: M expect holds;",
        "holds",
    );
}

/// What decides ends the evaluation: nothing after it is an error.
#[test]
fn nothing_fails_after_what_decides() {
    let state = "var a: [0..=9; 3] = [0, 1, 2]; var o: Option<0..3> = None; var q: Seq<0..3, 2> = []; var zero: 0..=1 = 0;";
    for claim in [
        "exists i in 0..5: a[i] == 1",
        "!(forall i in 0..5: a[i] < 2)",
        "(choose i in 0..5: a[i] > 0) == 1",
        "o is Some(v) ==> 1 / zero == v",
        "zero == 0 || 1 / zero == 1",
        "!(zero == 1 && 1 / zero == 1)",
        "(if zero == 0 { 0 } else { 1 / zero }) == 0",
        "(match o { None => 0, Some(v) => o.value + q.head }) == 0",
        "!(exists i, j in 0..2: i == 1 && j == 1 && a[i + j + 1] == 7 && false)",
        "forall x in q: q[5] == x",
    ] {
        let holds =
            format!("model M {{ {state} terminal true; invariant p: {claim}; }} check c: M expect holds;");
        if claim.contains("i + j + 1") {
            agrees_on(&holds, "error BadIndex");
        } else {
            agrees_on(&holds, "holds");
        }
    }
    for (claim, error) in [
        ("exists i in 0..5: a[i] == 9", "error BadIndex"),
        ("forall i in 0..5: a[i] < 3", "error BadIndex"),
        ("(choose i in 0..5: a[i] > 5) == 1", "error BadIndex"),
        ("(count i in 0..5: (a[i] == 0)) == 1", "error BadIndex"),
        ("zero == 0 <==> 1 / zero == 1", "error DivisionByZero"),
        ("zero in {0, 1 / zero}", "error DivisionByZero"),
        ("(min x in q: x) == 0", "error NothingToChoose"),
        ("q[zero] == 0", "error EmptySequence"),
        ("o.value == 0", "error NoValue"),
    ] {
        let fails =
            format!("model M {{ {state} terminal true; invariant p: {claim}; }} check c: M expect error;");
        agrees_on(&fails, error);
    }
}

/// Only members count, wherever they stand among the values of the type.
#[test]
fn quantifiers_look_at_members_only() {
    agrees_on(
        "model M {
            var s: Set<-2..=3> = {1, 2};
            var b: Bag<0..4, 2> = {};
            var q: Seq<0..4, 3> = [3, 1, 3];
            terminal true;
            action fill() when b.is_empty { b.insert(1); b.insert(3); b.insert(3); }
            invariant least: (min x in s: x) == 1 && (max x in s: -x) == -1 && (sum x in s: x) == 3;
            invariant bag: b.is_empty || (min x in b: x) == 1 && (sum x in b: x) == 4 && (count x in b: true) == 2;
            invariant sequence: (sum x in q: x) == 7 && (choose x in q: x != 1) == 3 && (min x in q: x * x) == 1;
        }
        check c: M expect holds;",
        "holds",
    );
}

/// A literal without a type of its own takes that of what stands beside it, wherever that is.
#[test]
fn literals_take_the_type_of_what_stands_beside_them() {
    agrees_on(
        "model M {
            var o: Option<0..=2> = Some(2);
            var q: Seq<0..=2, 2> = [1];
            var s: Set<0..=2> = {2};
            terminal true;
            invariant arms: (match o { None => [], _ => [2] }) != q;
            invariant later: (match o { None => [], Some(v) => q }) == [1];
            invariant bound: (if o is Some(v) { {v} } else { s }) == s;
        }
        check c: M expect holds;",
        "holds",
    );
}

/// Names that a pattern binds are not visible where nothing says that it matches.
#[test]
fn names_of_patterns_stay_where_the_pattern_matches() {
    for claim in [
        "(o is Some(v)) == (v == 1)",
        "(o is Some(v)) <==> (v == 1)",
        "f(o is Some(v), v)",
        "(o is Some(v)) in {true, (v == 1)}",
        "min(if o is Some(v) { 1 } else { 0 }, v) == 0",
        "!(o is Some(v)) && v == 1",
        "(o is Some(v) || true) && v == 1",
    ] {
        let text = format!(
            "fn f(b: bool, v: 0..=5) -> bool = b || v == 0;
            model M {{ var o: Option<0..=5> = None; terminal true; invariant p: {claim}; }}
            check c: M expect holds;"
        );
        let compiled = on_large_stack(|| compile("scope.musil", &text, &[], Path::new(".")).map(drop));
        assert!(compiled.as_ref().is_err_and(|why| why.contains("UnknownName")), "{claim}: {compiled:?}");
    }
    for claim in [
        "(o is Some(v)) && v < 6",
        "((o is Some(v)) && true) ==> v < 6",
        "if (o is Some(v)) && v < 6 { v < 6 } else { true }",
    ] {
        let text = format!(
            "model M {{ var o: Option<0..=5> = None; terminal true; reachable p: !({claim}) || true; }}
            check c: M expect holds;"
        );
        agrees_on(&text, "holds");
    }
}
