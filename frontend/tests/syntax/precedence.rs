//! Which operand belongs to which operator.

use musilc_frontend::ast::ItemKind;

use crate::{show, sound};

fn shape(text: &str) -> String {
    let chapter = sound(&format!("fn f() -> bool = {text};"));
    match &chapter.items[0].kind {
        ItemKind::Fn(function) => show::expr(&function.body),
        other => panic!("not a function: {other:?}"),
    }
}

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(shape(text), expected, "{text}");
}

#[test]
fn tiers_of_operators() {
    check("a <==> b ==> c || d && e", "(<==> a (==> b (|| c (&& d e))))");
    check("a && b == c", "(&& a (== b c))");
    check("a == b | c & d + e * f", "(== a (| b (& c (+ d (* e f)))))");
    check("a * b + c < d", "(< (+ (* a b) c) d)");
    check("!a == b", "(== (! a) b)");
    check("-a.b[c] * d", "(* (- (index (. a b) c)) d)");
    check("a' >= a", "(>= (' a) a)");
    check("!x in s", "(in (! x) s)");
    check("a != b || c > d", "(|| (!= a b) (> c d))");
}

#[test]
fn association() {
    check("a - b - c", "(- (- a b) c)");
    check("a / b % c", "(% (/ a b) c)");
    check("a ==> b ==> c", "(==> a (==> b c))");
    check("a <==> b <==> c", "(<==> (<==> a b) c)");
    check("a || b || c", "(|| (|| a b) c)");
    check("!!a", "(! (! a))");
    check("(a ==> b) ==> c", "(==> (paren (==> a b)) c)");
}

#[test]
fn long_quantifiers_reach_to_the_end() {
    check("forall x in T: p && q ==> r", "(forall [x T] (==> (&& p q) r))");
    check("a && forall x in T: p || q", "(&& a (forall [x T] (|| p q)))");
    check("a ==> exists x in T: p <==> q", "(==> a (exists [x T] (<==> p q)))");
    check("!exists x in T: p && q", "(! (exists [x T] (&& p q)))");
    check("1 + choose x in T: p && q", "(+ 1 (choose [x T] (&& p q)))");
    check("a == choose x in T: x > 1", "(== a (choose [x T] (> x 1)))");
    check("(forall x in T: p) && q", "(&& (paren (forall [x T] p)) q)");
    check("forall x in T: exists y in U: p", "(forall [x T] (exists [y U] p))");
    check("a <==> b ==> c || d && !forall x in T: p", "(<==> a (==> b (|| c (&& d (! (forall [x T] p))))))");
}

#[test]
fn number_quantifiers_get_compared() {
    check("count p in Proc: pc[p] == Critical <= 1", "(<= (count [p Proc] (== (index pc p) Critical)) 1)");
    check("count p in Proc: pc[p] == Critical", "(count [p Proc] (== (index pc p) Critical))");
    check("count p in Proc: done[p]", "(count [p Proc] (index done p))");
    check("(count p in Proc: done[p]) >= 2", "(>= (paren (count [p Proc] (index done p))) 2)");
    check("sum p in Proc: cost[p] <= 10", "(<= (sum [p Proc] (index cost p)) 10)");
    check("max p in Proc: cost[p] + 1 > 2 * n", "(> (max [p Proc] (+ (index cost p) 1)) (* 2 n))");
    check("min p in Proc: a[p] is Some(x) == 1", "(== (min [p Proc] (is (index a p) (Some x))) 1)");
    check("count x in T: p && q", "(&& (count [x T] p) q)");
    check("a && count x in T: p == q <= 1 && b", "(&& (&& a (<= (count [x T] (== p q)) 1)) b)");
    check("n == sum x in T: f[x]", "(== n (sum [x T] (index f x)))");
    check("2 * count x in T: p == q > n", "(> (* 2 (count [x T] (== p q))) n)");
    check("-sum x in T: f[x] < 0", "(< (- (sum [x T] (index f x))) 0)");
    check("count x in T: x in s", "(count [x T] (in x s))");
    check("count x in T: x in s == 2", "(== (count [x T] (in x s)) 2)");
    check("count x in T: forall y in U: p && q", "(count [x T] (forall [y U] (&& p q)))");
    check("sum x in T: count y in U: p == q", "(sum [x T] (count [y U] (== p q)))");
}

#[test]
fn bound_variables() {
    check("forall x, y in T: p", "(forall [x T] [y T] p)");
    check("forall x in T, y in U: p", "(forall [x T] [y U] p)");
    check("count x, y in T, z in 0..n + 1: p", "(count [x T] [y T] [z (.. 0 (+ n 1))] p)");
    check("exists x in s | {a, b}: p", "(exists [x (| s (set a b))] p)");
    check("exists x in bool: p", "(exists [x type:bool] p)");
    check("exists x in Option<0..=2>: p", "(exists [x type:(Option (..= 0 2))] p)");
    check("exists x in [T; K]: p", "(exists [x type:(array T K)] p)");
    check("exists x in [[bool; 2]; K]: p", "(exists [x type:(array (array bool (length 2)) K)] p)");
    check("exists x in [0..2; K]: p", "(exists [x type:(array (.. 0 2) K)] p)");
    check("exists x in Set<Seq<T, 2 * n>>: p", "(exists [x type:(Set (Seq T (* 2 n)))] p)");
}

#[test]
fn primaries() {
    check("{}", "(set)");
    check("{a, b,}", "(set a b)");
    check("{ x in T if p && q }", "(those [x T] (&& p q))");
    check("{ x in T }", "(those [x T])");
    check("{ x in 0..=3 if x > y }", "(those [x (..= 0 3)] (> x y))");
    check("[a, b]", "(array a b)");
    check("x in 0..2 && y", "(&& (in x (.. 0 2)) y)");
    check("x in {a} | {b}", "(in x (| (set a) (set b)))");
    check("min(a, b, c)", "(min-of a b c)");
    check("max(1, 2) + 1", "(+ (max-of 1 2) 1)");
    check("f(x, y: 1)", "(call f x y: 1)");
    check("Color::Red", "Color::Red");
    check("Msg::Vote(rm: 1).rm", "(. (call Msg::Vote rm: 1) rm)");
    check("q.pop().head", "(. (method q pop) head)");
    check("a[i][j].k", "(. (index (index a i) j) k)");
    check("if a {1} else if b {2} else {3} + 1", "(+ (if a 1 (if b 2 3)) 1)");
    check("if x in {1, 2} { {3} } else { {} }", "(if (in x (set 1 2)) (set 3) (set))");
    check(
        "match m { Vote(rm, ..) => rm, None | _ => {1}, }",
        "(match m ((Vote rm ..) rm) ((or None _) (set 1)))",
    );
    check("match {a} { _ => true }", "(match (set a) (_ true))");
}

#[test]
fn patterns() {
    check("a is Some(v) && v > 1", "(&& (is a (Some v)) (> v 1))");
    check("a is (Red | Green) || b", "(|| (is a (or Red Green)) b)");
    check("a is Vote(rm: Some(1), yes: -2)", "(is a (Vote rm: (Some 1) yes: -2))");
    check("a is Msg::Vote(_, true | false,)", "(is a (Msg::Vote _ (or true false)))");
    check("a is Vote(x, ..,)", "(is a (Vote x ..))");
    check("a is Vote(..)", "(is a (Vote ..))");
    check("a is Vote()", "(is a (Vote))");
}

#[test]
fn mathematical_signs() {
    check("∀ x ∈ T: ¬p ∧ q ⇒ r ∨ s", "(forall [x T] (==> (&& (! p) q) (|| r s)))");
    check("∃ x ∈ T: x ≤ 1 ⇔ x ≥ 2", "(exists [x T] (<==> (<= x 1) (>= x 2)))");
    check("a ≠ b", "(!= a b)");
}

#[test]
fn words_of_one_place_are_names_elsewhere() {
    check("states + from.on == step(error: holds)", "(== (+ states (. from on)) (call step error: holds))");
    check("next is violates(reaches)", "(is next (violates reaches))");
    check("set | to | all | node | message", "(| (| (| (| set to) all) node) message)");
}

#[test]
fn spans_cover_what_was_written() {
    let text = "fn f() -> bool = /* a */ a && // b\n  g(1) /* c */;";
    let ItemKind::Fn(function) = &sound(text).items[0].kind else { panic!() };
    assert_eq!(&text[function.body.span.range()], "a && // b\n  g(1)");
    assert_eq!(&text[function.result.span.range()], "bool");
    assert_eq!(&text[function.name.span.range()], "f");
}
