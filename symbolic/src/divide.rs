//! Euclidean division of words, built from the unsigned division of magnitudes.
//!
//! With `a = q·b + r` and `0 <= r < |b|` (Boute, "The Euclidean definition of the functions div and mod", 1992): let `Q` and `R` be the
//! quotient and remainder of `|a|` by `|b|`. Where `a >= 0` or `R = 0`, the magnitude of `q` is `Q` and `r = R`; else it is `Q + 1`, and
//! `r = |b| - R`. The sign of `q` is the product of those of `a` and `b`. Both are 0 where `b` is.

use crate::scalar::Bit;
use crate::word::{Word, width};
use z3::ast::BV;

/// Magnitudes of both operands in a common width, and what they give.
struct Parts {
    quotient: BV,
    remainder: BV,
    divisor: BV,
    size: u32,
    dividend_negative: Bit,
    divisor_negative: Bit,
    divisor_zero: Bit,
}

fn magnitude(word: &Word, size: u32) -> (BV, Bit) {
    let negative = word.less(&Word::constant(0));
    let value = word.resized(size);
    let magnitude = match &negative {
        Bit::Const(false) => value,
        Bit::Const(true) => value.bvneg(),
        Bit::Term(negative) => negative.ite(&value.bvneg(), &value),
    };
    (magnitude, negative)
}

fn parts(a: &Word, b: &Word) -> Parts {
    let ((al, ah), (bl, bh)) = (a.bounds(), b.bounds());
    // One bit more than either signed representation, so that no magnitude and no `Q + 1` is cut.
    let size = width(al.min(-1), ah).max(width(bl.min(-1), bh)) + 1;
    let ((a, dividend_negative), (b_magnitude, divisor_negative)) = (magnitude(a, size), magnitude(b, size));
    Parts {
        quotient: a.bvudiv(&b_magnitude),
        remainder: a.bvurem(&b_magnitude),
        divisor: b_magnitude,
        size,
        dividend_negative,
        divisor_negative,
        divisor_zero: b.equals(&Word::constant(0)),
    }
}

fn choose(condition: &Bit, then: &BV, other: &BV) -> BV {
    match condition {
        Bit::Const(true) => then.clone(),
        Bit::Const(false) => other.clone(),
        Bit::Term(c) => c.ite(then, other),
    }
}

impl Parts {
    fn inexact_negative(&self) -> Bit {
        let exact = Bit::Term(self.remainder.eq(BV::from_u64(0, self.size)));
        Bit::and([self.dividend_negative.clone(), exact.not()])
    }

    /// The term, read as a signed number, as a word of the interval; 0 where the divisor is.
    fn finish(&self, term: BV, (lo, hi): (i64, i64)) -> Word {
        let term = choose(&self.divisor_zero, &BV::from_u64(0, self.size), &term);
        let size = width(lo, hi);
        let term =
            if size <= self.size { term.extract(size - 1, 0) } else { term.sign_ext(size - self.size) };
        Word::of_term(term, lo, hi)
    }
}

/// The quotient, which is known to lie in `bounds`.
pub(crate) fn quotient(a: &Word, b: &Word, bounds: (i64, i64)) -> Word {
    match (a.as_constant(), b.as_constant()) {
        (_, Some(0)) => return Word::constant(0),
        (Some(x), Some(y)) => return Word::constant(x.checked_div_euclid(y).unwrap_or(0)),
        _ => {}
    }
    let parts = parts(a, b);
    let up = parts.quotient.bvadd(BV::from_u64(1, parts.size));
    let size = choose(&parts.inexact_negative(), &up, &parts.quotient);
    let alike = parts.dividend_negative.iff(&parts.divisor_negative);
    parts.finish(choose(&alike, &size, &size.bvneg()), bounds)
}

/// The remainder, which is known to lie in `bounds`.
pub(crate) fn remainder(a: &Word, b: &Word, bounds: (i64, i64)) -> Word {
    match (a.as_constant(), b.as_constant()) {
        (_, Some(0)) => return Word::constant(0),
        (Some(x), Some(y)) => return Word::constant(x.checked_rem_euclid(y).unwrap_or(0)),
        _ => {}
    }
    let parts = parts(a, b);
    let up = parts.divisor.bvsub(&parts.remainder);
    parts.finish(choose(&parts.inexact_negative(), &up, &parts.remainder), bounds)
}
