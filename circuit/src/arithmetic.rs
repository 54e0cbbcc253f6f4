//! Arithmetic of numbers in bits: with the values themselves by cases, else on bits.

use crate::binary::{self, width};
use crate::graph::{Bit, Graph};
use crate::number::{Number, clamp};
use std::collections::BTreeMap;

impl Number {
    /// The cases of a function of the value; `None` in binary.
    fn map(&self, g: &mut Graph, f: impl Fn(i64) -> i64) -> Option<Self> {
        let cases = self.listed(g)?;
        let mut by_value: BTreeMap<i64, Vec<Bit>> = BTreeMap::new();
        for &(value, bit) in &*cases {
            by_value.entry(f(value)).or_default().push(bit);
        }
        Some(Self::gather(g, by_value))
    }

    /// The cases of a function of two values; `None` where there are too many pairs.
    fn map_pairs(&self, other: &Number, g: &mut Graph, f: impl Fn(i64, i64) -> i64) -> Option<Self> {
        let (Number::Cases(a), Number::Cases(b)) = (self, other) else { return None };
        if a.len() * b.len() > g.most_cases() * 8 {
            return None;
        }
        let mut by_value: BTreeMap<i64, Vec<Bit>> = BTreeMap::new();
        for &(x, x_bit) in &**a {
            for &(y, y_bit) in &**b {
                let both = g.and([x_bit, y_bit]);
                by_value.entry(f(x, y)).or_default().push(both);
            }
        }
        Some(Self::gather(g, by_value))
    }

    /// The sum of all, which is known to lie in `lo..=hi`.
    pub fn sum(g: &mut Graph, numbers: &[Number], (lo, hi): (i64, i64)) -> Self {
        let total = |bound: fn(&Number) -> i64| numbers.iter().map(|n| i128::from(bound(n))).sum::<i128>();
        let lo = clamp(total(|n| n.bounds().0), lo, hi);
        let hi = clamp(total(|n| n.bounds().1), lo, hi);
        if lo == hi {
            return Number::constant(lo);
        }
        // A balanced tree: its carries are shorter than those of a chain, and its counts smaller.
        let mut layer: Vec<Number> = numbers.to_vec();
        while layer.len() > 1 {
            let mut next = Vec::with_capacity(layer.len().div_ceil(2));
            for pair in layer.chunks(2) {
                next.push(match pair {
                    [a, b] => a.plus(b, g),
                    _ => pair[0].clone(),
                });
            }
            layer = next;
        }
        match layer.pop() {
            Some(sum) => sum.within(g, lo, hi),
            None => Number::constant(0),
        }
    }

    fn plus(&self, other: &Number, g: &mut Graph) -> Self {
        if let Some(sum) = self.map_pairs(other, g, i64::saturating_add) {
            return sum;
        }
        let ((al, ah), (bl, bh)) = (self.bounds(), other.bounds());
        let (lo, hi) = (al.saturating_add(bl), ah.saturating_add(bh));
        let size = width(lo, hi);
        let (a, b) = (self.resized(g, size), other.resized(g, size));
        let bits = binary::add(g, &a, &b, Bit::FALSE);
        Self::of_bits(bits, lo, hi)
    }

    /// The number with the other sign, which is known to lie in `lo..=hi`.
    pub fn negated(&self, g: &mut Graph, (lo, hi): (i64, i64)) -> Self {
        if let Some(negated) = self.map(g, i64::saturating_neg) {
            return negated.within(g, lo, hi);
        }
        let (own_lo, own_hi) = self.bounds();
        let (lo, hi) = (clamp(-i128::from(own_hi), lo, hi), clamp(-i128::from(own_lo), lo, hi));
        let bits = self.resized(g, width(lo, hi));
        let bits = binary::negate(g, &bits);
        Self::of_bits(bits, lo, hi)
    }

    /// The product, which is known to lie in the bounds.
    pub fn product(&self, other: &Number, g: &mut Graph, bounds: (i64, i64)) -> Self {
        if let Some(product) = self.map_pairs(other, g, i64::saturating_mul) {
            return product.within(g, bounds.0, bounds.1);
        }
        let ((al, ah), (bl, bh)) = (self.bounds(), other.bounds());
        let corners = [(al, bl), (al, bh), (ah, bl), (ah, bh)].map(|(x, y)| i128::from(x) * i128::from(y));
        let (lo, hi) = corners.iter().fold((i128::MAX, i128::MIN), |(lo, hi), &c| (lo.min(c), hi.max(c)));
        let (lo, hi) = (clamp(lo, bounds.0, bounds.1), clamp(hi, bounds.0, bounds.1));
        if lo == hi {
            return Number::constant(lo);
        }
        let size = width(lo, hi);
        let (a, b) = (self.resized(g, size), other.resized(g, size));
        let bits = binary::multiply(g, &a, &b);
        Self::of_bits(bits, lo, hi)
    }

    /// The value where it lies in `lo..=hi`, else `lo`.
    pub fn narrowed(&self, g: &mut Graph, lo: i64, hi: i64) -> Self {
        let (own_lo, own_hi) = self.bounds();
        if lo <= own_lo && own_hi <= hi {
            return self.clone();
        }
        if own_hi < lo || hi < own_lo {
            return Number::constant(lo);
        }
        if let Some(narrowed) = self.map(g, |v| if (lo..=hi).contains(&v) { v } else { lo }) {
            return narrowed;
        }
        let (least, most) = (Number::constant(lo), Number::constant(hi));
        let inside = [least.at_most(self, g), self.at_most(&most, g)];
        let inside = g.and(inside);
        // The values that pass lie in the intersection; `lo` itself may be the substitute.
        let kept = self.within(g, own_lo.max(lo), own_hi.min(hi));
        Number::ite(g, inside, &kept, &least)
    }

    /// The Euclidean quotient, which is known to lie in the bounds; 0 where the divisor is.
    pub fn quotient(&self, other: &Number, g: &mut Graph, bounds: (i64, i64)) -> Self {
        let exact = |x: i64, y: i64| if y == 0 { 0 } else { x.checked_div_euclid(y).unwrap_or(i64::MAX) };
        match self.map_pairs(other, g, exact) {
            Some(quotient) => quotient.within(g, bounds.0, bounds.1),
            None => crate::divide::quotient(g, self, other, bounds),
        }
    }

    /// The Euclidean remainder, which is known to lie in the bounds; 0 where the divisor is.
    pub fn remainder(&self, other: &Number, g: &mut Graph, bounds: (i64, i64)) -> Self {
        let exact = |x: i64, y: i64| if y == 0 { 0 } else { x.checked_rem_euclid(y).unwrap_or(0) };
        match self.map_pairs(other, g, exact) {
            Some(remainder) => remainder.within(g, bounds.0, bounds.1),
            None => crate::divide::remainder(g, self, other, bounds),
        }
    }
}
