//! Integers of the encoding: bit-vectors with the interval in which their value lies.
//!
//! An interval without negative numbers is represented unsigned, any other in two's complement, always with the least width that
//! holds both ends. Operators first extend their operands to the representation of the interval that their result lies in, so nothing
//! ever wraps; where only the low bits of the operands matter (sums, products), they may be cut to it instead.

use crate::scalar::Bit;
use z3::ast::BV;

/// An integer between two bounds, both included.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Word {
    lo: i64,
    hi: i64,
    /// `None` where the bounds are equal: then the value is known.
    term: Option<BV>,
}

/// The width of the representation of an interval, at least 1.
pub(crate) fn width(lo: i64, hi: i64) -> u32 {
    let unsigned = |v: i64| i64::BITS - v.leading_zeros();
    if lo >= 0 { unsigned(hi).max(1) } else { unsigned(!lo).max(unsigned(hi.max(0))) + 1 }
}

fn clamp(value: i128, lo: i64, hi: i64) -> i64 {
    i64::try_from(value.clamp(lo.into(), hi.into())).unwrap_or(lo)
}

impl Word {
    pub(crate) fn constant(value: i64) -> Self {
        Word { lo: value, hi: value, term: None }
    }

    /// A new constant of the solver. That its value lies within the bounds is for the caller to [assert](Self::in_bounds).
    pub(crate) fn fresh(prefix: &str, lo: i64, hi: i64) -> Self {
        if lo == hi {
            return Word::constant(lo);
        }
        Word { lo, hi, term: Some(BV::fresh_const(prefix, width(lo, hi))) }
    }

    /// A term in the representation of the interval.
    pub(crate) fn of_term(term: BV, lo: i64, hi: i64) -> Self {
        if lo == hi { Word::constant(lo) } else { Word { lo, hi, term: Some(term) } }
    }

    pub(crate) fn bounds(&self) -> (i64, i64) {
        (self.lo, self.hi)
    }

    pub(crate) fn as_constant(&self) -> Option<i64> {
        self.term.is_none().then_some(self.lo)
    }

    pub(crate) fn term(&self) -> Option<&BV> {
        self.term.as_ref()
    }

    /// That the value of the term lies within the bounds, which the representation alone may not ensure.
    pub(crate) fn in_bounds(&self) -> Bit {
        let Some(term) = &self.term else { return Bit::TRUE };
        let size = width(self.lo, self.hi);
        let (least, most) = if self.lo >= 0 {
            (0, if size >= 63 { i64::MAX } else { (1 << size) - 1 })
        } else {
            let half = if size >= 64 { i64::MAX } else { (1 << (size - 1)) - 1 };
            (-half - 1, half)
        };
        let bound = |v| BV::from_i64(v, size);
        let signed = self.lo < 0;
        let above = if self.lo == least {
            Bit::TRUE
        } else if signed {
            Bit::Term(term.bvsge(bound(self.lo)))
        } else {
            Bit::Term(term.bvuge(bound(self.lo)))
        };
        let below = if self.hi == most {
            Bit::TRUE
        } else if signed {
            Bit::Term(term.bvsle(bound(self.hi)))
        } else {
            Bit::Term(term.bvule(bound(self.hi)))
        };
        Bit::and([above, below])
    }

    /// The value modulo two to the width.
    pub(crate) fn resized(&self, size: u32) -> BV {
        let Some(term) = &self.term else { return BV::from_i64(self.lo, size) };
        let own = width(self.lo, self.hi);
        if size < own {
            term.extract(size - 1, 0)
        } else if size == own {
            term.clone()
        } else if self.lo >= 0 {
            term.zero_ext(size - own)
        } else {
            term.sign_ext(size - own)
        }
    }

    /// The value as a number of the interval: as it is where it lies there, else whatever the low bits mean.
    pub(crate) fn within(&self, lo: i64, hi: i64) -> Self {
        if (self.lo, self.hi) == (lo, hi) || lo <= self.lo && self.hi <= hi {
            return self.clone();
        }
        Word::of_term(self.resized(width(lo, hi)), lo, hi)
    }

    fn hull(&self, other: &Word) -> (i64, i64) {
        (self.lo.min(other.lo), self.hi.max(other.hi))
    }

    pub(crate) fn equals(&self, other: &Word) -> Bit {
        if self.hi < other.lo || other.hi < self.lo {
            return Bit::FALSE;
        }
        if self == other {
            return Bit::TRUE;
        }
        let (lo, hi) = self.hull(other);
        let size = width(lo, hi);
        Bit::Term(self.resized(size).eq(other.resized(size)))
    }

    pub(crate) fn less(&self, other: &Word) -> Bit {
        if self.hi < other.lo {
            return Bit::TRUE;
        }
        if self.lo >= other.hi {
            return Bit::FALSE;
        }
        let (lo, hi) = self.hull(other);
        let size = width(lo, hi);
        let (a, b) = (self.resized(size), other.resized(size));
        Bit::Term(if lo >= 0 { a.bvult(b) } else { a.bvslt(b) })
    }

    pub(crate) fn at_most(&self, other: &Word) -> Bit {
        other.less(self).not()
    }

    pub(crate) fn ite(condition: &Bit, then: &Word, other: &Word) -> Self {
        match condition {
            Bit::Const(true) => then.clone(),
            Bit::Const(false) => other.clone(),
            Bit::Term(_) if then == other => then.clone(),
            Bit::Term(c) => {
                let (lo, hi) = then.hull(other);
                let size = width(lo, hi);
                Word::of_term(c.ite(&then.resized(size), &other.resized(size)), lo, hi)
            }
        }
    }

    /// The sum of all, which is known to lie in `lo..=hi`.
    pub(crate) fn sum(words: &[Word], (lo, hi): (i64, i64)) -> Self {
        let total = |bound: fn(&Word) -> i64| words.iter().map(|w| i128::from(bound(w))).sum::<i128>();
        let (lo, hi) = (clamp(total(|w| w.lo), lo, hi), clamp(total(|w| w.hi), lo, hi));
        if lo == hi {
            return Word::constant(lo);
        }
        let size = width(lo, hi);
        // A balanced tree: its carries are shorter than those of a chain.
        let mut terms: Vec<BV> = words.iter().map(|word| word.resized(size)).collect();
        while terms.len() > 1 {
            terms = terms
                .chunks(2)
                .map(|pair| if let [a, b] = pair { a.bvadd(b) } else { pair[0].clone() })
                .collect();
        }
        match terms.pop() {
            Some(term) => Word::of_term(term, lo, hi),
            None => Word::constant(0),
        }
    }

    /// The number with the other sign, which is known to lie in `lo..=hi`.
    pub(crate) fn negated(&self, (lo, hi): (i64, i64)) -> Self {
        let (lo, hi) = (clamp(-i128::from(self.hi), lo, hi), clamp(-i128::from(self.lo), lo, hi));
        if lo == hi {
            return Word::constant(lo);
        }
        Word::of_term(self.resized(width(lo, hi)).bvneg(), lo, hi)
    }

    /// The product, which is known to lie in `lo..=hi`.
    pub(crate) fn product(&self, other: &Word, bounds: (i64, i64)) -> Self {
        let corner = |x: i64, y: i64| i128::from(x) * i128::from(y);
        let corners = [
            corner(self.lo, other.lo),
            corner(self.lo, other.hi),
            corner(self.hi, other.lo),
            corner(self.hi, other.hi),
        ];
        let (lo, hi) = corners.iter().fold((i128::MAX, i128::MIN), |(lo, hi), &c| (lo.min(c), hi.max(c)));
        let (lo, hi) = (clamp(lo, bounds.0, bounds.1), clamp(hi, bounds.0, bounds.1));
        if lo == hi {
            return Word::constant(lo);
        }
        let size = width(lo, hi);
        Word::of_term(self.resized(size).bvmul(other.resized(size)), lo, hi)
    }

    /// The value where it lies in `lo..=hi`, else `lo`.
    pub(crate) fn narrowed(&self, lo: i64, hi: i64) -> Self {
        if lo <= self.lo && self.hi <= hi {
            return self.clone();
        }
        if self.hi < lo || hi < self.lo {
            return Word::constant(lo);
        }
        let inside = Bit::and([Word::constant(lo).at_most(self), self.at_most(&Word::constant(hi))]);
        // The values that pass lie in the intersection; `lo` itself may be the substitute.
        let kept = self.within(self.lo.max(lo), self.hi.min(hi));
        Word::ite(&inside, &kept, &Word::constant(lo))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_the_least_that_hold_both_ends() {
        for (lo, hi, expected) in [
            (0, 0, 1),
            (0, 1, 1),
            (0, 2, 2),
            (5, 8, 4),
            (-1, 0, 1),
            (-1, 1, 2),
            (-2, 1, 2),
            (-3, 1, 3),
            (-4, 4, 4),
            (0, i64::MAX, 63),
            (i64::MIN, i64::MAX, 64),
        ] {
            assert_eq!(width(lo, hi), expected, "{lo}..={hi}");
        }
    }
}
