//! The same condition at several places of a state, evaluated for all of them at once.
//!
//! A loop over the elements of an array does the same to each of them. Where an element is changed if something is true of the bits
//! at a certain distance from it, and the elements lie at equal distances from those, a handful of operations on whole words
//! does what would otherwise take that many for each.

use super::function::Fun;
use super::known::{Field, Known, Set};
use crate::compile::code::Masked;
use crate::compile::scalar::{Scalar, Sid};
use crate::layout::low_bits;
use cranelift_codegen::ir::{InstBuilder, Value};

/// A condition on bits, by their distance from its lowest one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) enum Shape {
    /// The bits of a word from there on, as far as they are in the mask, have this value; or unless `wanted` they have another.
    Bits {
        word: u32,
        at: u32,
        mask: u64,
        value: u64,
        wanted: bool,
    },
    All(Vec<Shape>),
    Any(Vec<Shape>),
}

/// A cell that gets the value `raw` if a condition is true, and is left alone otherwise.
pub(super) struct Conditional {
    pub(super) field: Field,
    pub(super) shape: Shape,
    /// Where the lowest bit of the condition is.
    pub(super) base: u32,
    pub(super) raw: u64,
    /// The same as a value of the cell.
    pub(super) value: Sid,
}

/// Conditions of more parts than this are not worth comparing.
const MOST_PARTS: usize = 12;

/// What is done to a cell: the condition with its base, and the value then.
type Found = (Shape, u32, u64);

impl Known<'_> {
    /// Whether a value is that of the cell `own`, but for a constant under some condition. The cell has one of these raw values.
    pub(super) fn conditional(
        &self,
        own: Sid,
        field: Field,
        domain: Option<Set>,
        value: Sid,
    ) -> Option<Found> {
        let raw = |value: i64| value.wrapping_sub(field.lo).cast_unsigned() & low_bits(field.width);
        if let Some((cell, values)) = self.single(value) {
            let all = domain?;
            let pairs = (0..).zip(values).map(|(old, &value)| (old, raw(value)));
            let pairs = pairs.filter(|&(old, _)| cell == own && all >> old & 1 != 0);
            let mut changed = pairs.filter(|(old, new)| old != new);
            let (first, new) = changed.next()?;
            let mut set = 1u64 << first;
            for (old, other) in changed {
                if other != new {
                    return None;
                }
                set |= 1 << old;
            }
            let complete = self.all(own)?;
            // With the new value nothing changes either way; so it is for values that it never has.
            let sets = [set, set | 1 << new, set | complete & !all].into_iter();
            let (bits, wanted) = sets
                .flat_map(|set| [(set, true), (complete & !set, false)])
                .find_map(|(set, wanted)| Some((self.as_masked(own, set)?, wanted)))?;
            let (shape, base) = place(Shape::bits(bits, wanted))?;
            return Some((shape, base, new));
        }
        let constant = |id: Sid| self.scalars.as_const(id).map(raw);
        let (shape, new) = match self.scalars.node(value) {
            &Scalar::Ite(c, t, e) if e == own => (self.shape(c, true, 4)?, constant(t)?),
            &Scalar::Ite(c, t, e) if t == own => (self.shape(c, false, 4)?, constant(e)?),
            Scalar::And(list) if list.contains(&own) => (self.others(list, own, false)?, 0),
            Scalar::Or(list) if list.contains(&own) => (self.others(list, own, true)?, 1),
            _ => return None,
        };
        let (shape, base) = place(shape)?;
        Some((shape, base, new))
    }

    /// One of a list, `own` aside, is as wanted.
    fn others(&self, list: &[Sid], own: Sid, wanted: bool) -> Option<Shape> {
        let others = list.iter().filter(|&&id| id != own);
        Some(Shape::Any(others.map(|&id| self.shape(id, wanted, 4)).collect::<Option<_>>()?))
    }

    /// The condition, at distances from bit 0.
    fn shape(&self, id: Sid, wanted: bool, depth: u32) -> Option<Shape> {
        if let Some(bits) = self.masked(id, wanted) {
            return Some(Shape::bits(bits, true));
        }
        if let Some(bits) = self.masked(id, !wanted) {
            return Some(Shape::bits(bits, false));
        }
        let depth = depth.checked_sub(1)?;
        let parts = |list: &[Sid]| -> Option<Vec<Shape>> {
            list.iter().map(|&id| self.shape(id, wanted, depth)).collect()
        };
        Some(match self.scalars.node(id) {
            Scalar::Not(inner) => self.shape(*inner, !wanted, depth)?,
            Scalar::And(list) if list.len() <= MOST_PARTS && wanted => Shape::All(parts(list)?),
            Scalar::And(list) if list.len() <= MOST_PARTS => Shape::Any(parts(list)?),
            Scalar::Or(list) if list.len() <= MOST_PARTS && wanted => Shape::Any(parts(list)?),
            Scalar::Or(list) if list.len() <= MOST_PARTS => Shape::All(parts(list)?),
            _ => return None,
        })
    }
}

impl Shape {
    fn bits(Masked { word, mask, value }: Masked, wanted: bool) -> Shape {
        let at = mask.trailing_zeros() % 64;
        Shape::Bits { word, at, mask: mask >> at, value: value >> at, wanted }
    }

    fn visit(&mut self, visit: &mut impl FnMut(&mut Shape)) {
        if let Shape::All(list) | Shape::Any(list) = self {
            list.iter_mut().for_each(|shape| shape.visit(visit));
        }
        visit(self);
    }

    /// The number of tests in it.
    pub(super) fn parts(&self) -> usize {
        match self {
            Shape::Bits { mask, .. } => mask.count_ones() as usize,
            Shape::All(list) | Shape::Any(list) => list.iter().map(Shape::parts).sum(),
        }
    }
}

/// The shape by distances from its lowest bit, and where that is.
fn place(mut shape: Shape) -> Option<(Shape, u32)> {
    if shape.parts() == 0 || shape.parts() > MOST_PARTS {
        return None;
    }
    let mut lowest: Option<(u32, u32)> = None;
    shape.visit(&mut |part| {
        if let Shape::Bits { word, at, .. } = *part {
            lowest = lowest.into_iter().chain([(word, at)]).min();
        }
    });
    let (_, base) = lowest?;
    shape.visit(&mut |part| match part {
        Shape::Bits { at, .. } => *at = at.wrapping_sub(base) % 64,
        // The order of the parts is a matter of chance.
        Shape::All(list) | Shape::Any(list) => list.sort_unstable(),
    });
    Some((shape, base))
}

impl Fun<'_, '_> {
    /// Does what these do to a word of which they are cells, all with the same shape and value.
    pub(super) fn change_lanes(&mut self, word: Value, all: &[Conditional]) -> Value {
        let Some(first) = all.first() else { return word };
        let held = self.everywhere(&first.shape);
        // From where the conditions are to where the cells are.
        let mut moves: Vec<(u32, u64)> = Vec::new();
        for one in all {
            let by = one.field.shift.wrapping_sub(one.base) % 64;
            match moves.iter_mut().find(|found| found.0 == by) {
                Some(found) => found.1 |= 1 << one.field.shift,
                None => moves.push((by, 1 << one.field.shift)),
            }
        }
        let mut cells = None;
        for (by, places) in moves {
            let moved = if by == 0 { held } else { self.b.ins().rotl_imm_u(held, i64::from(by)) };
            let taken = self.mask(moved, places);
            cells = Some(self.or(cells, taken));
        }
        let Some(cells) = cells else { return word };
        let full = low_bits(first.field.width);
        let mut word = word;
        if first.raw != full {
            let written = self.b.ins().imul_imm_s(cells, full.cast_signed());
            word = self.b.ins().band_not(word, written);
        }
        if first.raw != 0 {
            let new = self.b.ins().imul_imm_s(cells, first.raw.cast_signed());
            word = self.b.ins().bor(word, new);
        }
        word
    }

    /// A word in which each bit says whether the condition is true from there on.
    fn everywhere(&mut self, shape: &Shape) -> Value {
        match *shape {
            Shape::Bits { word, at, mask, value, wanted } => {
                let word = self.word(word);
                let mut all = None;
                for bit in (0..64).filter(|bit| mask >> bit & 1 != 0) {
                    let from = if value >> bit & 1 != 0 { word } else { self.b.ins().bnot(word) };
                    let by = (at + bit) % 64;
                    let moved = if by == 0 { from } else { self.b.ins().rotr_imm_u(from, i64::from(by)) };
                    all = Some(self.and(all, moved));
                }
                let all = all.unwrap_or_else(|| self.number(-1));
                if wanted { all } else { self.b.ins().bnot(all) }
            }
            Shape::All(ref list) => {
                let mut all = None;
                for shape in list {
                    let part = self.everywhere(shape);
                    all = Some(self.and(all, part));
                }
                all.unwrap_or_else(|| self.number(-1))
            }
            Shape::Any(ref list) => {
                let mut any = None;
                for shape in list {
                    let part = self.everywhere(shape);
                    any = Some(self.or(any, part));
                }
                any.unwrap_or_else(|| self.number(0))
            }
        }
    }
}
