//! What is known of scalars before any code is made of them.
//!
//! Many conditions of a model look at one small cell: a program counter, a flag, a length. For each scalar that depends on nothing
//! but one such cell, its value for each value of the cell is computed here. So a guard becomes a set of values for each cell, and
//! whatever a step does is simplified for the values that its guard lets through.

use crate::compile::code::Masked;
use crate::compile::scalar::{Scalar, Scalars, Sid, Source, quotient, remainder};
use crate::layout::{Layout, Place, low_bits};
use musilc_ir::VarId;
use rustc_hash::FxHashMap;

/// Cells of up to so many bits are small.
const SMALL: u32 = 6;

/// So many values are kept in all; scalars beyond count as unknown.
const MOST_VALUES: usize = 1 << 23;

/// A set of raw values of a small cell.
pub(super) type Set = u64;

/// Where a cell lies.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    pub(super) word: u32,
    pub(super) shift: u32,
    pub(super) width: u32,
    /// The value whose bits are zero.
    pub(super) lo: i64,
}

/// Scalars with what is known of them.
pub(super) struct Known<'p> {
    pub(super) scalars: &'p Scalars,
    pub(super) layout: &'p Layout,
    /// Copies of the tables of the scalars, which the code will refer to.
    pub(super) tables: &'p [Box<[i64]>],
    /// For each scalar that depends on one small cell: the cell, and where its values begin.
    of: Vec<Option<(Sid, u32)>>,
    values: Vec<i64>,
    heights: Vec<u32>,
    cells: FxHashMap<(VarId, u32), Sid>,
}

impl<'p> Known<'p> {
    pub(super) fn new(scalars: &'p Scalars, layout: &'p Layout, tables: &'p [Box<[i64]>]) -> Self {
        let count = scalars.nodes().len();
        let mut known = Known {
            scalars,
            layout,
            tables,
            of: Vec::with_capacity(count),
            values: Vec::new(),
            heights: Vec::with_capacity(count),
            cells: FxHashMap::default(),
        };
        for index in 0..count {
            let id = Sid(index as u32);
            let mut height = 0;
            scalars.node(id).for_each_child(|child| height = height.max(known.height(child) + 1));
            known.heights.push(height);
            let entry = known.enter(id);
            known.of.push(entry);
        }
        known
    }

    fn enter(&mut self, id: Sid) -> Option<(Sid, u32)> {
        let node = self.scalars.node(id);
        let start = self.values.len();
        if start >= MOST_VALUES {
            return None;
        }
        if let Scalar::Cell(Source::State { variable, next: false }, element) = *node {
            self.cells.insert((variable, element), id);
            let place = self.layout.place(variable)?;
            if place.width > SMALL {
                return None;
            }
            self.values.extend(place.lo..=place.hi);
            return Some((id, start as u32));
        }
        let mut cell = None;
        let mut single = !matches!(node, Scalar::Const(_) | Scalar::Param(..) | Scalar::Cell(..));
        node.for_each_child(|child| match (self.scalars.as_const(child), self.of[child.index()]) {
            (Some(_), _) => {}
            (None, Some((found, _))) if cell.is_none_or(|cell| cell == found) => cell = Some(found),
            _ => single = false,
        });
        let cell = cell.filter(|_| single)?;
        for at in 0..self.count(cell)? {
            let child = |child: Sid| match (self.scalars.as_const(child), self.of[child.index()]) {
                (None, Some((_, start))) => self.values[start as usize + at],
                (value, _) => value.unwrap_or(0),
            };
            let Some(value) = evaluate(self.scalars, node, child) else {
                self.values.truncate(start);
                return None;
            };
            self.values.push(value);
        }
        Some((cell, start as u32))
    }

    /// How deep the scalar is nested.
    pub(super) fn height(&self, id: Sid) -> u32 {
        self.heights[id.index()]
    }

    /// The scalar that is this cell before the step, if something reads it.
    pub(super) fn cell(&self, variable: VarId, element: u32) -> Option<Sid> {
        self.cells.get(&(variable, element)).copied()
    }

    /// Where the cell of this scalar lies.
    pub(super) fn field(&self, cell: Sid) -> Option<Field> {
        match *self.scalars.node(cell) {
            Scalar::Cell(Source::State { variable, .. }, element) => {
                let place = self.layout.place(variable)?;
                Some(field(place, variable, element))
            }
            _ => None,
        }
    }

    /// The number of values of a small cell.
    fn count(&self, cell: Sid) -> Option<usize> {
        let Scalar::Cell(Source::State { variable, .. }, _) = *self.scalars.node(cell) else { return None };
        let place = self.layout.place(variable)?;
        Some((place.hi - place.lo + 1) as usize)
    }

    /// All values of a small cell.
    pub(super) fn all(&self, cell: Sid) -> Option<Set> {
        Some(low_bits(self.count(cell).filter(|&count| count <= 64)? as u32))
    }

    /// The small cell that alone decides the scalar, and the scalar's value for each of the cell's.
    pub(super) fn single(&self, id: Sid) -> Option<(Sid, &[i64])> {
        let (cell, start) = self.of[id.index()]?;
        Some((cell, self.values.get(start as usize..start as usize + self.count(cell)?)?))
    }

    /// The small cell that alone decides the condition, and the values with which it is as wanted.
    pub(super) fn set(&self, id: Sid, wanted: bool) -> Option<(Sid, Set)> {
        let (cell, values) = self.single(id)?;
        let with = values.iter().zip(0..).filter(|&(&value, _)| (value != 0) == wanted);
        Some((cell, with.fold(0, |set, (_, raw)| set | 1 << raw)))
    }

    /// The bits whose values decide that a small cell is in the set; `None` where it takes more than one comparison.
    pub(super) fn as_masked(&self, cell: Sid, set: Set) -> Option<Masked> {
        let field = self.field(cell)?;
        let (mut ones, mut zeros) = (u64::MAX, 0);
        for raw in elements(set) {
            ones &= raw;
            zeros |= raw;
        }
        let fixed = !(ones ^ zeros) & low_bits(field.width);
        let others = elements(self.all(cell)? & !set);
        let exact = set != 0 && others.into_iter().all(|raw| raw & fixed != ones & fixed);
        exact.then(|| Masked {
            word: field.word,
            mask: fixed << field.shift,
            value: (ones & fixed) << field.shift,
        })
    }

    /// The bits of one word whose values decide that the condition is as wanted, if it is that simple.
    pub(super) fn masked(&self, id: Sid, wanted: bool) -> Option<Masked> {
        self.masked_at(id, wanted, 4)
    }

    fn masked_at(&self, id: Sid, wanted: bool, depth: u32) -> Option<Masked> {
        if let Some((cell, set)) = self.set(id, wanted) {
            return self.as_masked(cell, set);
        }
        match self.scalars.node(id) {
            Scalar::Not(inner) if depth > 0 => self.masked_at(*inner, !wanted, depth - 1),
            Scalar::And(list) if wanted && depth > 0 => self.melt(list, wanted, depth),
            Scalar::Or(list) if !wanted && depth > 0 => self.melt(list, wanted, depth),
            // A test of a large cell against a constant.
            Scalar::Eq(a, b) if wanted => {
                let (cell, value) = match (self.scalars.as_const(*a), self.scalars.as_const(*b)) {
                    (Some(value), None) => (*b, value),
                    (None, Some(value)) => (*a, value),
                    _ => return None,
                };
                if !matches!(self.scalars.node(cell), Scalar::Cell(Source::State { next: false, .. }, _)) {
                    return None;
                }
                let Field { word, shift, width, lo } = self.field(cell)?;
                let (mask, raw) = (low_bits(width), value.wrapping_sub(lo) as u64);
                Some(Masked { word, mask: mask << shift, value: (raw & mask) << shift })
            }
            _ => None,
        }
    }

    fn melt(&self, list: &[Sid], wanted: bool, depth: u32) -> Option<Masked> {
        let mut all: Option<Masked> = None;
        for &id in list {
            let bits = self.masked_at(id, wanted, depth - 1)?;
            match &mut all {
                None => all = Some(bits),
                Some(all) if all.word == bits.word && agree(all, &bits) => {
                    all.mask |= bits.mask;
                    all.value |= bits.value;
                }
                _ => return None,
            }
        }
        all
    }

    /// About how many machine instructions a scalar takes.
    pub(super) fn cost(&self, id: Sid) -> u32 {
        if self.scalars.as_const(id).is_some() {
            return 0;
        }
        let melts = |id: Sid| self.masked(id, true).is_some() || self.masked(id, false).is_some();
        if self.of[id.index()].is_some() {
            return self.scalars.cost(id).min(5);
        }
        if melts(id) {
            return 3;
        }
        match self.scalars.node(id) {
            Scalar::And(list) | Scalar::Or(list) if list.iter().all(|&id| melts(id)) => {
                self.scalars.cost(id).min(10)
            }
            Scalar::Ite(..) => super::chain::cost(self, id).unwrap_or_else(|| self.scalars.cost(id)),
            _ => self.scalars.cost(id),
        }
    }
}

pub(super) fn field(place: &Place, variable: VarId, element: u32) -> Field {
    let cell = place.cell(variable, element);
    Field { word: cell.word, shift: cell.shift, width: cell.width, lo: place.lo }
}

/// The elements of a set.
pub(super) fn elements(mut set: Set) -> impl Iterator<Item = u64> + Clone {
    std::iter::from_fn(move || {
        let raw = (set != 0).then(|| u64::from(set.trailing_zeros()));
        set &= set.wrapping_sub(1);
        raw
    })
}

/// Whether both tests of a word can be true.
fn agree(a: &Masked, b: &Masked) -> bool {
    (a.value ^ b.value) & a.mask & b.mask == 0
}

/// Adds a test of bits to those of the same word; whether all can be true.
pub(super) fn merge(tests: &mut Vec<Masked>, bits: Masked) -> bool {
    match tests.iter_mut().find(|test| test.word == bits.word) {
        None => tests.push(bits),
        Some(test) if agree(test, &bits) => {
            test.mask |= bits.mask;
            test.value |= bits.value;
        }
        Some(_) => return false,
    }
    true
}

/// The value of a node from those of its children; `None` where it takes more than these.
fn evaluate(scalars: &Scalars, node: &Scalar, of: impl Fn(Sid) -> i64) -> Option<i64> {
    Some(match *node {
        Scalar::Const(value) => value,
        Scalar::Param(..) | Scalar::Cell(..) | Scalar::Load(Source::State { .. }, _) => return None,
        Scalar::Load(Source::Table(table), position) => {
            let table = scalars.tables().get(table as usize)?;
            *table.get(usize::try_from(of(position)).ok()?)?
        }
        Scalar::Not(a) => of(a) ^ 1,
        Scalar::And(ref list) => list.iter().fold(1, |all, &id| all & of(id)),
        Scalar::Or(ref list) => list.iter().fold(0, |any, &id| any | of(id)),
        Scalar::Ite(c, t, e) => of(if of(c) != 0 { t } else { e }),
        Scalar::Eq(a, b) => (of(a) == of(b)).into(),
        Scalar::Lt(a, b) => (of(a) < of(b)).into(),
        Scalar::Le(a, b) => (of(a) <= of(b)).into(),
        Scalar::Add(ref list) => list.iter().fold(0, |sum, &id| sum.wrapping_add(of(id))),
        Scalar::Neg(a) => of(a).wrapping_neg(),
        Scalar::Mul(a, b) => of(a).wrapping_mul(of(b)),
        Scalar::Div(a, b) => quotient(of(a), of(b)),
        Scalar::Rem(a, b) => remainder(of(a), of(b)),
        Scalar::Narrow(a, lo, hi) => {
            let a = of(a);
            if lo <= a && a <= hi { a } else { lo }
        }
    })
}
