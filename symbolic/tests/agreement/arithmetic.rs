//! Numbers, compared with tables of what they should be.

use crate::builder::{Action, Builder, int};
use crate::compare::{safety, to_depth};
use musilc_ir::{ExprId, Goal, Limits, Proof, PropertyKind, Unknown, Value, Verdict};
use musilc_symbolic::{Options, Procedure, check};

/// Numbers that must be equal wherever `a` and `b` range over the bindings of the initial condition.
fn always_equal(left: impl Fn(&mut Builder, ExprId, ExprId) -> ExprId, right: impl Fn(i64, i64) -> i64) {
    const HALF: i64 = 6;
    const SIDE: u32 = 2 * HALF as u32 + 1;
    let mut b = Builder::new("arithmetic");
    b.init_params(&[SIDE, SIDE]);
    let half = b.cx.int(HALF);
    let [a, c] = [0, 1].map(|i| {
        let param = b.cx.param(i, SIDE);
        b.cx.sub(param, half)
    });
    let x = b.var("a", int(-HALF, HALF), a);
    let y = b.var("b", int(-HALF, HALF), c);
    let (x, y) = (b.cx.var(x), b.cx.var(y));
    let actual = left(&mut b, x, y);
    let table: Vec<ExprId> = (-HALF..=HALF)
        .flat_map(|x| (-HALF..=HALF).map(move |y| (x, y)))
        .map(|(x, y)| b.cx.int(right(x, y)))
        .collect();
    let table = b.cx.array(table);
    let (width, offset) = (b.cx.int(SIDE.into()), b.cx.int(HALF * i64::from(SIDE) + HALF));
    let row = b.cx.mul(x, width);
    let position = b.cx.add([row, y, offset]);
    let position = b.cx.narrow(position, 0, i64::from(SIDE * SIDE) - 1);
    let expected = b.cx.select(table, position);
    let equal = b.cx.eq(actual, expected);
    b.invariant(equal);
    b.action("stay", Action::default());
    let system = b.finish();
    for (procedure, most_cases) in
        [(Procedure::Z3, 16), (Procedure::Sat, 16), (Procedure::Sat, 1), (Procedure::Z3, 4)]
    {
        let options = Options { depth: 1, procedure, most_cases, ..Options::default() };
        let outcome = check(&system, Goal::All, &Limits::default(), &options);
        assert_eq!(outcome.verdict, Verdict::HoldsToDepth { depth: 1 });
    }
}

fn euclid(a: i64, b: i64) -> (i64, i64) {
    if b == 0 {
        return (0, 0);
    }
    // By definition, without the operators under test.
    (-100..=100).map(|q| (q, a - q * b)).find(|(_, r)| (0..b.abs()).contains(r)).unwrap()
}

#[test]
fn division_and_remainder_are_euclidean_for_all_signs() {
    always_equal(|b, x, y| b.cx.div(x, y), |x, y| euclid(x, y).0);
    always_equal(|b, x, y| b.cx.rem(x, y), |x, y| euclid(x, y).1);
    for constant in -4..=4 {
        let divided = |b: &mut Builder, x, _| {
            let divisor = b.cx.int(constant);
            b.cx.div(x, divisor)
        };
        always_equal(divided, |x, _| euclid(x, constant).0);
        let dividing = |b: &mut Builder, _, y| {
            let dividend = b.cx.int(constant);
            b.cx.rem(dividend, y)
        };
        always_equal(dividing, |_, y| euclid(constant, y).1);
    }
}

#[test]
fn sums_products_and_narrowing_do_not_wrap() {
    let combine = |b: &mut Builder, x: ExprId, y: ExprId| {
        let product = b.cx.mul(x, y);
        let twice = b.cx.add([product, product, x]);
        let negated = b.cx.neg(twice);
        b.cx.narrow(negated, -20, 3)
    };
    let expected = |x: i64, y: i64| {
        let value = -(2 * x * y + x);
        if (-20..=3).contains(&value) { value } else { -20 }
    };
    always_equal(combine, expected);
}

#[test]
fn numbers_of_63_bits() {
    let mut b = Builder::new("wide");
    const MOST: i64 = (1 << 62) - 1;
    b.init_params(&[2]);
    let which = b.cx.param(0, 2);
    let (least, most, zero) = (b.cx.int(-MOST), b.cx.int(MOST), b.cx.int(0));
    let at_zero = b.cx.eq(which, zero);
    let value = b.cx.ite(at_zero, least, most);
    let x = b.var("x", int(-MOST, MOST), value);
    let now = b.cx.var(x);
    let negative = b.cx.lt(now, zero);
    let is_least = b.cx.eq(now, least);
    let agrees = b.cx.eq(negative, is_least);
    b.invariant(agrees);
    b.property(PropertyKind::Reachable, negative, Vec::new());
    let positive = b.cx.not(negative);
    b.property(PropertyKind::Reachable, positive, Vec::new());
    let yes = b.cx.bool(true);
    b.terminal(yes, Vec::new());
    let outcome = safety(&b.finish(), &to_depth(2));
    assert_eq!(outcome.verdict, Verdict::Proved(Proof::AllRunsEnd { longest: 0 }));
    let last: Vec<_> = outcome.witnesses.iter().map(|(_, t)| t.last_state().unwrap().0.clone()).collect();
    assert_eq!(last, [[Value::Int(-MOST)], [Value::Int(MOST)]]);
}

#[test]
fn numbers_too_large_to_bound_are_refused() {
    let mut b = Builder::new("too wide");
    let (_, x) = b.number("x", 0, i64::MAX, 0);
    let square = b.cx.mul(x, x);
    let zero = b.cx.int(0);
    let small = b.cx.eq(square, zero);
    b.invariant(small);
    b.system.context = b.cx;
    let outcome = check(&b.system, Goal::All, &Limits::default(), &to_depth(1));
    assert!(matches!(outcome.verdict, Verdict::Unknown(Unknown::Incapable(_))), "{:?}", outcome.verdict);
    assert_eq!(outcome.decided_depth, None);
}
