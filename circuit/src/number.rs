//! Integers in bits, in one of two representations.
//!
//! *By cases*: the values that the number may have, each with the bit that is true where it has it. Exactly one of these is. Operators
//! compute with the values themselves, so this is exact and folds whatever is known: a counter that cannot have come far has few cases.
//! A number of one case is a constant.
//!
//! *In binary*, where there are too many values: bits of the least width that holds both ends of an interval, unsigned where it has no
//! negative number, else in two's complement. Operators first extend their operands to the width of the interval that their result lies in,
//! so nothing ever wraps.

use crate::binary::{self, width};
use crate::count::exactly_one;
use crate::graph::{Bit, Graph};
use std::collections::BTreeMap;
use std::rc::Rc;

/// An integer.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Number {
    /// The values that it may have, ascending, at least one, and where it has each.
    Cases(Rc<[(i64, Bit)]>),
    /// Bits, the least significant first.
    Binary {
        /// No value is less.
        lo: i64,
        /// No value is greater.
        hi: i64,
        /// As many as the [`width`] of the interval.
        bits: Rc<[Bit]>,
    },
}

pub(crate) fn clamp(value: i128, lo: i64, hi: i64) -> i64 {
    i64::try_from(value.clamp(lo.into(), hi.into())).unwrap_or(lo)
}

impl Number {
    /// A constant.
    #[must_use]
    pub fn constant(value: i64) -> Self {
        Number::Cases([(value, Bit::TRUE)].into())
    }

    /// The value, where it is known.
    #[must_use]
    pub fn as_constant(&self) -> Option<i64> {
        match self {
            Number::Cases(cases) => match &**cases {
                [(value, _)] => Some(*value),
                _ => None,
            },
            Number::Binary { .. } => None,
        }
    }

    /// An interval that holds every value.
    #[must_use]
    pub fn bounds(&self) -> (i64, i64) {
        match self {
            Number::Cases(cases) => match (cases.first(), cases.last()) {
                (Some((lo, _)), Some((hi, _))) => (*lo, *hi),
                _ => (0, 0),
            },
            Number::Binary { lo, hi, .. } => (*lo, *hi),
        }
    }

    /// Cases that were gathered by value: each value with the alternatives under which the number has it. Those that never happen are left
    /// out; where too many are left, in binary.
    pub(crate) fn gather(g: &mut Graph, by_value: BTreeMap<i64, Vec<Bit>>) -> Self {
        let cases: Vec<(i64, Bit)> = by_value
            .into_iter()
            .map(|(value, bits)| (value, g.or(bits)))
            .filter(|(_, bit)| *bit != Bit::FALSE)
            .collect();
        Self::of_cases(g, cases)
    }

    fn of_cases(g: &mut Graph, cases: Vec<(i64, Bit)>) -> Self {
        if let Some((value, _)) = cases.iter().find(|(_, bit)| *bit == Bit::TRUE) {
            return Number::constant(*value);
        }
        match cases.as_slice() {
            // Nothing can be: whatever stands here is never looked at.
            [] => Number::constant(0),
            [(value, _)] => Number::constant(*value),
            _ if cases.len() <= g.most_cases() => Number::Cases(cases.into()),
            [(lo, _), .., (hi, _)] => {
                let (lo, hi) = (*lo, *hi);
                Number::Cases(cases.into()).to_binary(g, lo, hi)
            }
        }
    }

    /// A number of the interval made of bits that are inputs, and what must be demanded of them: that they mean a number of the interval.
    pub fn inputs(g: &mut Graph, lo: i64, hi: i64) -> (Self, Bit) {
        let count = hi.abs_diff(lo).saturating_add(1);
        if count == 1 {
            return (Number::constant(lo), Bit::TRUE);
        }
        if count <= g.most_cases() as u64 {
            let cases: Vec<(i64, Bit)> = (lo..=hi).map(|value| (value, g.input())).collect();
            let bits: Vec<Bit> = cases.iter().map(|(_, bit)| *bit).collect();
            return (Number::Cases(cases.into()), exactly_one(g, &bits));
        }
        Self::binary_inputs(g, lo, hi)
    }

    /// [`Self::inputs`] in binary whatever the interval.
    pub fn binary_inputs(g: &mut Graph, lo: i64, hi: i64) -> (Self, Bit) {
        if lo == hi {
            return (Number::constant(lo), Bit::TRUE);
        }
        let bits: Vec<Bit> = (0..width(lo, hi)).map(|_| g.input()).collect();
        let number = Number::Binary { lo, hi, bits: bits.into() };
        let legal = number.in_bounds(g);
        (number, legal)
    }

    /// That the bits mean a number within the bounds, which the representation alone may not ensure.
    fn in_bounds(&self, g: &mut Graph) -> Bit {
        let Number::Binary { lo, hi, bits } = self else { return Bit::TRUE };
        let size = bits.len() as u32;
        let signed = *lo < 0;
        let (low, high) = (binary::constant(*lo, size), binary::constant(*hi, size));
        let below = binary::less(g, bits, &low, signed);
        let above = binary::less(g, &high, bits, signed);
        g.and([!below, !above])
    }

    /// The value modulo two to the width.
    pub(crate) fn resized(&self, g: &mut Graph, size: u32) -> Vec<Bit> {
        match self {
            Number::Cases(cases) => (0..size)
                .map(|bit| {
                    let set = cases.iter().filter(|(value, _)| value >> bit.min(63) & 1 == 1);
                    let set: Vec<Bit> = set.map(|(_, bit)| *bit).collect();
                    if set.len() == cases.len() { Bit::TRUE } else { g.or(set) }
                })
                .collect(),
            Number::Binary { lo, bits, .. } => {
                let sign = if *lo < 0 { bits.last().copied().unwrap_or(Bit::FALSE) } else { Bit::FALSE };
                (0..size as usize).map(|at| bits.get(at).copied().unwrap_or(sign)).collect()
            }
        }
    }

    /// The value in the representation of an interval that holds it.
    fn to_binary(&self, g: &mut Graph, lo: i64, hi: i64) -> Self {
        let bits = self.resized(g, width(lo, hi));
        Self::of_bits(bits, lo, hi)
    }

    pub(crate) fn of_bits(bits: Vec<Bit>, lo: i64, hi: i64) -> Self {
        if lo == hi { Number::constant(lo) } else { Number::Binary { lo, hi, bits: bits.into() } }
    }

    /// Where the number has the value.
    pub fn is(&self, g: &mut Graph, value: i64) -> Bit {
        match self {
            Number::Cases(cases) => {
                let case = cases.iter().find(|(v, _)| *v == value);
                case.map_or(Bit::FALSE, |(_, bit)| *bit)
            }
            Number::Binary { lo, hi, .. } if value < *lo || value > *hi => Bit::FALSE,
            Number::Binary { bits, .. } => {
                let wanted = binary::constant(value, bits.len() as u32);
                binary::equal(g, bits, &wanted)
            }
        }
    }

    /// Where it has each of its values, if these can be listed.
    pub(crate) fn listed(&self, g: &mut Graph) -> Option<Rc<[(i64, Bit)]>> {
        match self {
            Number::Cases(cases) => Some(cases.clone()),
            Number::Binary { lo, hi, .. } if hi.abs_diff(*lo) < g.most_cases() as u64 => {
                Some((*lo..=*hi).map(|value| (value, self.is(g, value))).collect())
            }
            Number::Binary { .. } => None,
        }
    }

    /// The value as a number of the interval: as it is where it lies there, else anything.
    #[must_use]
    pub fn within(&self, g: &mut Graph, lo: i64, hi: i64) -> Self {
        let (own_lo, own_hi) = self.bounds();
        if lo <= own_lo && own_hi <= hi {
            return self.clone();
        }
        match self {
            Number::Cases(cases) => {
                let kept = cases.iter().copied().filter(|(value, _)| (lo..=hi).contains(value));
                let kept: Vec<(i64, Bit)> = kept.collect();
                match kept.as_slice() {
                    [] => Number::constant(lo),
                    [(only, _)] => Number::constant(*only),
                    _ => Number::Cases(kept.into()),
                }
            }
            Number::Binary { .. } => {
                let (lo, hi) = (own_lo.max(lo), own_hi.min(hi));
                if lo > hi { Number::constant(lo) } else { self.to_binary(g, lo, hi) }
            }
        }
    }

    /// Whether both are equal.
    pub fn equals(&self, other: &Number, g: &mut Graph) -> Bit {
        if let Some(value) = other.as_constant() {
            return self.is(g, value);
        }
        if let Some(value) = self.as_constant() {
            return other.is(g, value);
        }
        if self == other {
            return Bit::TRUE;
        }
        let ((al, ah), (bl, bh)) = (self.bounds(), other.bounds());
        if ah < bl || bh < al {
            return Bit::FALSE;
        }
        if let (Number::Cases(a), Number::Cases(_)) = (self, other) {
            let both: Vec<Bit> = a
                .iter()
                .map(|&(value, bit)| {
                    let there = other.is(g, value);
                    g.and([bit, there])
                })
                .collect();
            return g.or(both);
        }
        let size = width(al.min(bl), ah.max(bh));
        let (a, b) = (self.resized(g, size), other.resized(g, size));
        binary::equal(g, &a, &b)
    }

    /// Whether this is less than the other.
    pub fn less(&self, other: &Number, g: &mut Graph) -> Bit {
        let ((al, ah), (bl, bh)) = (self.bounds(), other.bounds());
        if ah < bl {
            return Bit::TRUE;
        }
        if al >= bh {
            return Bit::FALSE;
        }
        if let (Number::Cases(a), Number::Cases(b)) = (self, other) {
            let mut alternatives = Vec::new();
            for &(value, bit) in &**a {
                let greater: Vec<Bit> = b.iter().filter(|(v, _)| *v > value).map(|(_, bit)| *bit).collect();
                let all = greater.len() == b.len();
                let greater = if all { Bit::TRUE } else { g.or(greater) };
                alternatives.push(g.and([bit, greater]));
            }
            return g.or(alternatives);
        }
        let (lo, hi) = (al.min(bl), ah.max(bh));
        let size = width(lo, hi);
        let (a, b) = (self.resized(g, size), other.resized(g, size));
        binary::less(g, &a, &b, lo < 0)
    }

    /// Whether this is at most the other.
    pub fn at_most(&self, other: &Number, g: &mut Graph) -> Bit {
        !other.less(self, g)
    }

    /// `then` where the condition is true, else `other`.
    pub fn ite(g: &mut Graph, condition: Bit, then: &Number, other: &Number) -> Self {
        if condition == Bit::TRUE || then == other {
            return then.clone();
        }
        if condition == Bit::FALSE {
            return other.clone();
        }
        Self::choose(g, &[(condition, then.clone()), (!condition, other.clone())])
    }

    /// The number whose condition is true, as exactly one is.
    pub fn choose(g: &mut Graph, options: &[(Bit, Number)]) -> Self {
        let options: Vec<&(Bit, Number)> = options.iter().filter(|(bit, _)| *bit != Bit::FALSE).collect();
        match options.as_slice() {
            [] => return Number::constant(0),
            [(_, only)] => return only.clone(),
            _ => {}
        }
        let listed: usize = options
            .iter()
            .map(|(_, number)| match number {
                Number::Cases(cases) => cases.len(),
                Number::Binary { .. } => usize::MAX / 1024,
            })
            .sum();
        if listed <= g.most_cases() * options.len() {
            let mut by_value: BTreeMap<i64, Vec<Bit>> = BTreeMap::new();
            for (condition, number) in &options {
                let Number::Cases(cases) = number else { continue };
                for &(value, bit) in &**cases {
                    let both = g.and([*condition, bit]);
                    by_value.entry(value).or_default().push(both);
                }
            }
            // Two complementary conditions are a multiplexer, which is less than two conjunctions.
            if let [(c, a), (d, b)] = options.as_slice()
                && *c == !*d
                && let (Number::Cases(_), Number::Cases(_)) = (a, b)
            {
                let mut cases = Vec::with_capacity(by_value.len());
                for value in by_value.into_keys() {
                    let (a, b) = (a.is(g, value), b.is(g, value));
                    let bit = g.ite(*c, a, b);
                    if bit != Bit::FALSE {
                        cases.push((value, bit));
                    }
                }
                return Self::of_cases(g, cases);
            }
            return Self::gather(g, by_value);
        }
        let hull = options.iter().map(|(_, number)| number.bounds());
        let (lo, hi) = hull.reduce(|(l, h), (m, i)| (l.min(m), h.max(i))).unwrap_or((0, 0));
        let size = width(lo, hi);
        let rows: Vec<(Bit, Vec<Bit>)> =
            options.iter().map(|(condition, number)| (*condition, number.resized(g, size))).collect();
        let bits = (0..size as usize)
            .map(|at| choose_bit(g, &rows.iter().map(|(c, row)| (*c, row[at])).collect::<Vec<_>>()))
            .collect();
        Self::of_bits(bits, lo, hi)
    }
}

/// The bit whose condition is true, as exactly one is.
pub(crate) fn choose_bit(g: &mut Graph, options: &[(Bit, Bit)]) -> Bit {
    if let [(c, a), (d, b)] = options
        && *c == !*d
    {
        return g.ite(*c, *a, *b);
    }
    if options.iter().all(|(_, bit)| *bit == Bit::TRUE) {
        return Bit::TRUE;
    }
    let both: Vec<Bit> = options.iter().map(|&(condition, bit)| g.and([condition, bit])).collect();
    g.or(both)
}
