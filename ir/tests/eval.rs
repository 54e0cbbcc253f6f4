//! The reference evaluator, node by node, against values worked out by hand.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

use musilc_ir::{Context, Env, ExprId, State, Type, Value, VarId, eval::eval};

/// Two integers, a boolean, an array and a matrix, before and after a step.
struct World {
    cx: Context,
    before: State,
    after: State,
}

const X: VarId = VarId(0);
const Y: VarId = VarId(1);
const B: VarId = VarId(2);
const A: VarId = VarId(3);
const M: VarId = VarId(4);

fn ints(values: &[i64]) -> Value {
    Value::Array(values.iter().map(|&v| Value::Int(v)).collect())
}

fn matrix(rows: &[&[i64]]) -> Value {
    Value::Array(rows.iter().map(|row| ints(row)).collect())
}

impl World {
    fn new(x: i64, y: i64) -> Self {
        let mut cx = Context::new();
        let number = Type::Int { lo: -100, hi: 100 };
        cx.declare(number.clone());
        cx.declare(number.clone());
        cx.declare(Type::Bool);
        cx.declare(Type::array(3, number.clone()));
        cx.declare(Type::array(2, Type::array(3, number)));
        let rows = matrix(&[&[1, 2, 3], &[4, 5, 6]]);
        let before =
            State(vec![Value::Int(x), Value::Int(y), Value::Bool(true), ints(&[7, 8, 9]), rows.clone()]);
        let after = State(vec![Value::Int(-x), Value::Int(y), Value::Bool(false), ints(&[0, 0, 0]), rows]);
        Self { cx, before, after }
    }

    fn value(&self, expr: ExprId) -> Value {
        let env = Env { state: &self.before, next: Some(&self.after), args: &[2, 0] };
        eval(&self.cx, expr, env).unwrap()
    }

    fn int(&self, expr: ExprId) -> i64 {
        match self.value(expr) {
            Value::Int(v) => v,
            other => panic!("{other}"),
        }
    }

    fn bool(&self, expr: ExprId) -> bool {
        self.value(expr) == Value::Bool(true)
    }
}

#[test]
fn leaves() {
    let mut w = World::new(5, 6);
    let (x, next, p, q) = (w.cx.var(X), w.cx.next(X), w.cx.param(0, 3), w.cx.param(1, 2));
    assert_eq!((w.int(x), w.int(next), w.int(p), w.int(q)), (5, -5, 2, 0));
    let (t, k) = (w.cx.bool(true), w.cx.int(-3));
    assert_eq!((w.bool(t), w.int(k)), (true, -3));
}

#[test]
fn arithmetic() {
    let mut w = World::new(5, -7);
    let (x, y, two) = (w.cx.var(X), w.cx.var(Y), w.cx.int(2));
    let sum = w.cx.add([x, y, two]);
    let difference = w.cx.sub(x, y);
    let product = w.cx.mul(x, y);
    let negative = w.cx.neg(y);
    assert_eq!((w.int(sum), w.int(difference), w.int(product), w.int(negative)), (0, 12, -35, 7));
}

#[test]
fn division_is_euclidean() {
    // a, b, a / b, a mod b: the remainder is never negative, whatever the signs.
    for (a, b, quotient, remainder) in [
        (7, 2, 3, 1),
        (-7, 2, -4, 1),
        (7, -2, -3, 1),
        (-7, -2, 4, 1),
        (6, 3, 2, 0),
        (-6, 3, -2, 0),
        (6, -3, -2, 0),
        (-6, -3, 2, 0),
        (1, 5, 0, 1),
        (-1, 5, -1, 4),
        (-1, -5, 1, 4),
        (7, 0, 0, 0),
        (-7, 0, 0, 0),
        (0, 0, 0, 0),
    ] {
        let mut w = World::new(a, b);
        let (x, y) = (w.cx.var(X), w.cx.var(Y));
        let (div, rem) = (w.cx.div(x, y), w.cx.rem(x, y));
        assert_eq!((w.int(div), w.int(rem)), (quotient, remainder), "{a} by {b}");
    }
}

#[test]
fn comparisons() {
    for (a, b) in [(1, 2), (2, 2), (3, 2), (-4, 4)] {
        let mut w = World::new(a, b);
        let (x, y) = (w.cx.var(X), w.cx.var(Y));
        let (eq, lt, le) = (w.cx.eq(x, y), w.cx.lt(x, y), w.cx.le(x, y));
        assert_eq!((w.bool(eq), w.bool(lt), w.bool(le)), (a == b, a < b, a <= b));
    }
}

#[test]
fn boolean_operators() {
    let mut w = World::new(1, 2);
    let (b, x, y) = (w.cx.var(B), w.cx.var(X), w.cx.var(Y));
    let (less, more) = (w.cx.lt(x, y), w.cx.lt(y, x));
    let (not, and, or) = (w.cx.not(b), w.cx.and([b, less, more]), w.cx.or([more, b]));
    assert_eq!((w.bool(not), w.bool(and), w.bool(or)), (false, false, true));
    let (all, none, same, other) =
        (w.cx.and([b, less]), w.cx.or([more, not]), w.cx.eq(b, less), w.cx.eq(b, more));
    assert_eq!((w.bool(all), w.bool(none), w.bool(same), w.bool(other)), (true, false, true, false));
    let implication = w.cx.implies(b, more);
    assert!(!w.bool(implication));
}

#[test]
fn conditionals() {
    let mut w = World::new(1, 2);
    let (b, x, y, a) = (w.cx.var(B), w.cx.var(X), w.cx.var(Y), w.cx.var(A));
    let less = w.cx.lt(y, x);
    let (first, second) = (w.cx.ite(b, x, y), w.cx.ite(less, x, y));
    assert_eq!((w.int(first), w.int(second)), (1, 2));
    let zeroes = w.cx.int(0);
    let zeroes = w.cx.array(vec![zeroes; 3]);
    let array = w.cx.ite(less, a, zeroes);
    assert_eq!(w.value(array), ints(&[0, 0, 0]));
}

#[test]
fn narrow_keeps_what_fits_and_gives_the_least_value_otherwise() {
    for (x, narrowed) in [(-3, 0), (-1, 0), (0, 0), (2, 2), (4, 4), (5, 0), (99, 0)] {
        let mut w = World::new(x, 0);
        let v = w.cx.var(X);
        let narrow = w.cx.narrow(v, 0, 4);
        assert_eq!(w.int(narrow), narrowed);
    }
}

#[test]
fn arrays() {
    let mut w = World::new(1, 2);
    let (a, p, x, zero) = (w.cx.var(A), w.cx.param(0, 3), w.cx.var(X), w.cx.int(0));
    let (element, stored) = (w.cx.select(a, p), w.cx.store(a, p, x));
    assert_eq!((w.int(element), w.value(stored)), (9, ints(&[7, 8, 1])));
    let (first, made) = (w.cx.select(stored, zero), w.cx.array([x, zero, x]));
    assert_eq!((w.int(first), w.value(made)), (7, ints(&[1, 0, 1])));
}

#[test]
fn nested_arrays() {
    let mut w = World::new(1, 2);
    let (m, row, column, x) = (w.cx.var(M), w.cx.param(1, 2), w.cx.param(0, 3), w.cx.var(X));
    let this_row = w.cx.select(m, row);
    let element = w.cx.select(this_row, column);
    assert_eq!((w.value(this_row), w.int(element)), (ints(&[1, 2, 3]), 3));
    let new_row = w.cx.store(this_row, column, x);
    let new = w.cx.store(m, row, new_row);
    assert_eq!(w.value(new), matrix(&[&[1, 2, 1], &[4, 5, 6]]));
    let same = w.cx.eq(m, new);
    assert!(!w.bool(same));
}

#[test]
fn faults_are_errors_and_not_values() {
    let mut w = World::new(1, 2);
    let (next, p, x) = (w.cx.next(X), w.cx.param(5, 3), w.cx.var(X));
    fn fails(w: &World, expr: ExprId, env: Env<'_>) -> String {
        eval(&w.cx, expr, env).unwrap_err().to_string()
    }
    assert!(fails(&w, next, Env::of_state(&w.before)).contains("outside of a step"));
    assert!(fails(&w, p, Env::of_state(&w.before)).contains("no argument"));
    assert!(fails(&w, x, Env::of_state(&State::default())).contains("no variable"));
    assert!(fails(&w, ExprId(1000), Env::of_state(&w.before)).contains("no expression"));
    let q = w.cx.param(0, 3);
    assert!(fails(&w, q, Env::of_instance(&w.before, &[3])).contains("argument 3"));
    // A state outside of the types breaks the bounds that expressions claim.
    let wild = State(vec![Value::Int(101)]);
    assert!(fails(&w, x, Env::of_state(&wild)).contains("101"));
    let mut big = x;
    for _ in 0..20 {
        big = w.cx.mul(big, big);
    }
    let two = World::new(2, 2).before;
    assert!(fails(&w, big, Env::of_state(&two)).contains("overflows"));
}

#[test]
fn long_chains_need_no_stack() {
    const LONG: i64 = 100_000;
    let mut w = World::new(1, 2);
    let (x, b) = (w.cx.var(X), w.cx.var(B));
    let (a, zero, one) = (w.cx.var(A), w.cx.int(0), w.cx.int(1));
    let (mut stores, mut choices, mut sums) = (a, a, x);
    for k in 0..LONG {
        let value = w.cx.int(k % 100);
        let index = if k % 2 == 0 { zero } else { one };
        stores = w.cx.store(stores, index, value);
        let other = w.cx.store(a, zero, value);
        let condition = w.cx.eq(x, value);
        choices = w.cx.ite(condition, other, choices);
        let sum = w.cx.add([sums, x]);
        sums = w.cx.narrow(sum, -100, 100);
    }
    let two = w.cx.int(2);
    let (stored, chosen) = (w.cx.select(stores, two), w.cx.select(choices, zero));
    assert_eq!((w.int(stored), w.int(chosen)), (9, 1));
    assert!(w.int(sums) >= -100);
    let condition = w.cx.eq(stored, sums);
    let all = w.cx.and([condition, b]);
    // Rebuilding goes through the chains as well.
    let rebuilt = w.cx.rebuild(&[all, chosen, stores, choices], |_, _, _| None);
    assert_eq!(rebuilt, [all, chosen, stores, choices]);
    let five = w.cx.int(5);
    let replaced = w.cx.rebuild(&[sums, choices], |_, expr, _| (expr == x).then_some(five));
    assert_eq!(w.value(replaced[1]), ints(&[5, 8, 9]));
}
