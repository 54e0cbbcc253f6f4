//! Arithmetic on bits: numbers as lists of bits, the least significant first, in two's complement or unsigned as the caller knows.

use crate::graph::{Bit, Graph};

/// The width of the representation of an interval, at least 1: unsigned where it has no negative number, else two's complement.
#[must_use]
pub fn width(lo: i64, hi: i64) -> u32 {
    let unsigned = |v: i64| i64::BITS - v.leading_zeros();
    if lo >= 0 { unsigned(hi).max(1) } else { unsigned(!lo).max(unsigned(hi.max(0))) + 1 }
}

/// The low bits of a number.
pub(crate) fn constant(value: i64, width: u32) -> Vec<Bit> {
    (0..width).map(|bit| Bit::constant(value >> bit.min(63) & 1 == 1)).collect()
}

/// The sum modulo two to the width of the operands, which is the same for both.
pub(crate) fn add(g: &mut Graph, a: &[Bit], b: &[Bit], carry: Bit) -> Vec<Bit> {
    let mut carry = carry;
    let mut sum = Vec::with_capacity(a.len());
    for (&a, &b) in a.iter().zip(b) {
        let differ = g.xor(a, b);
        sum.push(g.xor(differ, carry));
        carry = g.ite(differ, carry, a);
    }
    sum
}

/// The number with the other sign.
pub(crate) fn negate(g: &mut Graph, a: &[Bit]) -> Vec<Bit> {
    let flipped: Vec<Bit> = a.iter().map(|&bit| !bit).collect();
    let zero = vec![Bit::FALSE; a.len()];
    add(g, &flipped, &zero, Bit::TRUE)
}

/// The difference modulo two to the width, and whether the first is at least the second, both read as unsigned.
fn subtract(g: &mut Graph, a: &[Bit], b: &[Bit]) -> (Vec<Bit>, Bit) {
    let mut carry = Bit::TRUE;
    let mut out = Vec::with_capacity(a.len());
    for (&a, &b) in a.iter().zip(b) {
        let differ = g.xor(a, !b);
        out.push(g.xor(differ, carry));
        carry = g.ite(differ, carry, a);
    }
    (out, carry)
}

/// The product modulo two to the width of the operands.
pub(crate) fn multiply(g: &mut Graph, a: &[Bit], b: &[Bit]) -> Vec<Bit> {
    let size = a.len();
    let mut sum = vec![Bit::FALSE; size];
    for (shift, &factor) in b.iter().enumerate() {
        if factor == Bit::FALSE {
            continue;
        }
        let row: Vec<Bit> = (0..size)
            .map(|at| if at < shift { Bit::FALSE } else { g.and([a[at - shift], factor]) })
            .collect();
        sum = add(g, &sum, &row, Bit::FALSE);
    }
    sum
}

/// Quotient and remainder of unsigned numbers, by long division; of a divisor that is 0 they mean nothing.
pub(crate) fn divide(g: &mut Graph, a: &[Bit], b: &[Bit]) -> (Vec<Bit>, Vec<Bit>) {
    let size = a.len();
    let mut quotient = vec![Bit::FALSE; size];
    // One bit more than the divisor, for what is shifted in.
    let mut rest = vec![Bit::FALSE; size + 1];
    let divisor: Vec<Bit> = b.iter().copied().chain([Bit::FALSE]).collect();
    for at in (0..size).rev() {
        rest.pop();
        rest.insert(0, a[at]);
        let (less, fits) = subtract(g, &rest, &divisor);
        quotient[at] = fits;
        rest = choose(g, fits, &less, &rest);
    }
    rest.pop();
    (quotient, rest)
}

/// `then` where the condition is true, else `other`; of the same width.
pub(crate) fn choose(g: &mut Graph, condition: Bit, then: &[Bit], other: &[Bit]) -> Vec<Bit> {
    then.iter().zip(other).map(|(&t, &e)| g.ite(condition, t, e)).collect()
}

/// Whether two numbers of the same width are equal.
pub(crate) fn equal(g: &mut Graph, a: &[Bit], b: &[Bit]) -> Bit {
    let bits: Vec<Bit> = a.iter().zip(b).map(|(&a, &b)| g.iff(a, b)).collect();
    g.and(bits)
}

/// Whether the first is less than the second; of the same width.
pub(crate) fn less(g: &mut Graph, a: &[Bit], b: &[Bit], signed: bool) -> Bit {
    let top = a.len().saturating_sub(1);
    a.iter().zip(b).enumerate().fold(Bit::FALSE, |less, (at, (&a, &b))| {
        let differ = g.xor(a, b);
        // A set sign makes a number less.
        let decides = if signed && at == top { a } else { b };
        g.ite(differ, decides, less)
    })
}
