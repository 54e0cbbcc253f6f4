//! Euclidean division of numbers in binary, built from the division of magnitudes.
//!
//! With `a = q·b + r` and `0 <= r < |b|` (Boute, "The Euclidean definition of the functions div and mod", 1992): let `Q` and `R` be the
//! quotient and remainder of `|a|` by `|b|`. Where `a >= 0` or `R = 0`, the magnitude of `q` is `Q` and `r = R`; else it is `Q + 1`, and
//! `r = |b| - R`. The sign of `q` is the product of those of `a` and `b`. Both are 0 where `b` is.

use crate::binary::{self, width};
use crate::graph::{Bit, Graph};
use crate::number::Number;

/// What the division of magnitudes gives.
struct Parts {
    quotient: Vec<Bit>,
    remainder: Vec<Bit>,
    divisor: Vec<Bit>,
    size: u32,
    dividend_negative: Bit,
    divisor_negative: Bit,
    divisor_zero: Bit,
}

fn magnitude(g: &mut Graph, number: &Number, size: u32) -> (Vec<Bit>, Bit) {
    let negative = number.less(&Number::constant(0), g);
    let value = number.resized(g, size);
    if negative == Bit::FALSE {
        return (value, negative);
    }
    let negated = binary::negate(g, &value);
    (binary::choose(g, negative, &negated, &value), negative)
}

fn parts(g: &mut Graph, a: &Number, b: &Number) -> Parts {
    let ((al, ah), (bl, bh)) = (a.bounds(), b.bounds());
    // One bit more than either signed representation, so that no magnitude and no `Q + 1` is cut.
    let size = width(al.min(-1), ah).max(width(bl.min(-1), bh)) + 1;
    let (dividend, dividend_negative) = magnitude(g, a, size);
    let (divisor, divisor_negative) = magnitude(g, b, size);
    let (quotient, remainder) = binary::divide(g, &dividend, &divisor);
    let divisor_zero = b.is(g, 0);
    Parts { quotient, remainder, divisor, size, dividend_negative, divisor_negative, divisor_zero }
}

impl Parts {
    fn inexact_negative(&self, g: &mut Graph) -> Bit {
        let inexact = g.or(self.remainder.iter().copied());
        g.and([self.dividend_negative, inexact])
    }

    /// The bits, read as a signed number, as a number of the interval; 0 where the divisor is.
    fn finish(&self, g: &mut Graph, bits: &[Bit], (lo, hi): (i64, i64)) -> Number {
        let zero = vec![Bit::FALSE; self.size as usize];
        let mut bits = binary::choose(g, self.divisor_zero, &zero, bits);
        let sign = bits.last().copied().unwrap_or(Bit::FALSE);
        bits.resize(width(lo, hi) as usize, sign);
        Number::of_bits(bits, lo, hi)
    }
}

/// The quotient, which is known to lie in `bounds`.
pub(crate) fn quotient(g: &mut Graph, a: &Number, b: &Number, bounds: (i64, i64)) -> Number {
    if b.as_constant() == Some(0) {
        return Number::constant(0);
    }
    let parts = parts(g, a, b);
    let one = binary::constant(1, parts.size);
    let up = binary::add(g, &parts.quotient, &one, Bit::FALSE);
    let inexact = parts.inexact_negative(g);
    let size = binary::choose(g, inexact, &up, &parts.quotient);
    let negated = binary::negate(g, &size);
    let alike = g.iff(parts.dividend_negative, parts.divisor_negative);
    let signed = binary::choose(g, alike, &size, &negated);
    parts.finish(g, &signed, bounds)
}

/// The remainder, which is known to lie in `bounds`.
pub(crate) fn remainder(g: &mut Graph, a: &Number, b: &Number, bounds: (i64, i64)) -> Number {
    if b.as_constant() == Some(0) {
        return Number::constant(0);
    }
    let parts = parts(g, a, b);
    let negated = binary::negate(g, &parts.remainder);
    let up = binary::add(g, &parts.divisor, &negated, Bit::FALSE);
    let inexact = parts.inexact_negative(g);
    let bits = binary::choose(g, inexact, &up, &parts.remainder);
    parts.finish(g, &bits, bounds)
}
