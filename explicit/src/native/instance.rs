//! One instance of a transition, simplified for the states in which it is enabled.

use super::known::{Field, Known, Set, elements, field, merge};
use super::lanes::Conditional;
use crate::compile::code::Masked;
use crate::compile::plan::{StepPlan, Write};
use crate::compile::scalar::{Scalar, Sid, Source};
use crate::layout::low_bits;
use musilc_ir::VarId;
use rustc_hash::FxHashMap;

/// From so many cells on it is worth changing them all at once.
const FEWEST_LANES: usize = 3;

/// A guard: all of this must be true.
#[derive(Default)]
pub(super) struct Guard {
    /// Bits, one test a word.
    pub(super) tests: Vec<Masked>,
    /// Small cells whose values must be in a set.
    pub(super) sets: Vec<(Sid, Set)>,
    pub(super) rest: Vec<Sid>,
    /// The values of small cells where all of this is true.
    domain: FxHashMap<Sid, Set>,
}

/// What becomes of a word of the state.
#[derive(Default)]
pub(super) struct Change {
    /// Bits that are replaced.
    pub(super) mask: u64,
    /// Their constant part.
    pub(super) value: u64,
    /// What is added to the word.
    pub(super) sum: u64,
    /// Bits of other places: the word, how far it is rotated to the left, which bits of it are taken then.
    pub(super) copies: Vec<(u32, u32, u64)>,
    /// Cells with other values.
    pub(super) inserts: Vec<(Field, Sid)>,
    /// Cells that change under some condition; those of one kind together.
    pub(super) lanes: Vec<Vec<Conditional>>,
}

/// A value that must belong to the type of a variable, if the condition is true.
pub(super) struct Range {
    pub(super) condition: Option<Sid>,
    pub(super) variable: VarId,
    pub(super) value: Sid,
}

/// A write to a computed position.
pub(super) struct Indexed {
    pub(super) variable: VarId,
    pub(super) condition: Sid,
    pub(super) position: Sid,
    pub(super) value: Sid,
}

/// An instance, prepared.
pub(super) struct Step {
    pub(super) number: u64,
    pub(super) guard: Guard,
    pub(super) failures: Vec<Sid>,
    pub(super) ranges: Vec<Range>,
    /// What changes, by word.
    pub(super) changes: FxHashMap<u32, Change>,
    /// In order, after all else.
    pub(super) indexed: Vec<Indexed>,
}

impl Guard {
    /// `None` where it is never true.
    pub(super) fn new(known: &Known<'_>, conjuncts: &[Sid]) -> Option<Self> {
        let mut guard = Guard::default();
        for &id in conjuncts {
            if known.scalars.as_const(id) == Some(0) {
                return None;
            }
            if let Some((cell, set)) = known.set(id, true) {
                let all = known.all(cell)?;
                *guard.domain.entry(cell).or_insert(all) &= set;
            } else if let Some(bits) = known.masked(id, true) {
                if !merge(&mut guard.tests, bits) {
                    return None;
                }
            } else if known.scalars.as_const(id).is_none() {
                guard.rest.push(id);
            }
        }
        let mut cells: Vec<(Sid, Set)> = guard.domain.iter().map(|(&cell, &set)| (cell, set)).collect();
        cells.sort_unstable();
        for (cell, set) in cells {
            if set == 0 {
                return None;
            }
            match known.as_masked(cell, set) {
                Some(bits) if bits.mask == 0 => {}
                Some(bits) => {
                    if !merge(&mut guard.tests, bits) {
                        return None;
                    }
                }
                None => guard.sets.push((cell, set)),
            }
        }
        guard.rest.sort_by_key(|&id| known.cost(id));
        // The word with the most tested bits first.
        guard.tests.sort_by_key(|bits| (std::cmp::Reverse(bits.mask.count_ones()), bits.word));
        Some(guard)
    }

    fn domain(&self, known: &Known<'_>, cell: Sid) -> Option<Set> {
        self.domain.get(&cell).copied().or_else(|| known.all(cell))
    }

    /// The values that a scalar of one small cell has where the guard is true, each with the raw value of the cell.
    fn values<'k>(
        &self,
        known: &'k Known<'_>,
        id: Sid,
    ) -> Option<(Sid, impl Iterator<Item = (u64, i64)> + Clone + use<'k>)> {
        let (cell, values) = known.single(id)?;
        let set = self.domain(known, cell)?;
        Some((cell, elements(set).filter_map(|raw| Some((raw, *values.get(raw as usize)?)))))
    }

    /// Whether a condition is certainly false where the guard is true.
    fn excludes(&self, known: &Known<'_>, id: Sid) -> bool {
        let never =
            |id: Sid| self.values(known, id).is_some_and(|(_, mut all)| all.all(|(_, value)| value == 0));
        match known.scalars.node(id) {
            _ if never(id) => true,
            Scalar::And(list) => list.iter().any(|&id| never(id)),
            Scalar::Or(list) => list.iter().all(|&id| never(id)),
            _ => false,
        }
    }

    /// About how many instructions it takes beyond the tests of bits.
    pub(super) fn cost(&self, known: &Known<'_>) -> u32 {
        let rest = self.rest.iter().fold(0u32, |sum, &id| sum.saturating_add(known.cost(id)));
        rest.saturating_add(5 * self.sets.len() as u32)
    }
}

impl Step {
    /// `None` where it is never enabled.
    pub(super) fn new(known: &Known<'_>, plan: &StepPlan) -> Option<Self> {
        let guard = Guard::new(known, &plan.guard)?;
        let failures = plan.failures.iter().map(|&(_, id)| id).filter(|&id| !guard.excludes(known, id));
        let failures = failures.collect();
        let mut step = Step {
            number: plan.number,
            guard,
            failures,
            ranges: Vec::new(),
            changes: FxHashMap::default(),
            indexed: Vec::new(),
        };
        let mut constants = Vec::new();
        for write in &plan.writes {
            match *write {
                Write::Cell { variable, element, value } => {
                    step.check(known, None, variable, value);
                    step.write(known, variable, element, value, &mut constants);
                }
                Write::Indexed { variable, condition, position, value } => {
                    if known.scalars.as_const(condition) == Some(0) {
                        continue;
                    }
                    step.check(known, Some(condition), variable, value);
                    if known.layout.place(variable).is_some_and(|place| place.width > 0) {
                        step.indexed.push(Indexed { variable, condition, position, value });
                    }
                }
            }
        }
        for change in step.changes.values_mut() {
            let (many, few): (Vec<_>, Vec<_>) =
                std::mem::take(&mut change.lanes).into_iter().partition(|all| all.len() >= FEWEST_LANES);
            change.lanes = many;
            for one in few.into_iter().flatten() {
                change.mask |= low_bits(one.field.width) << one.field.shift;
                change.inserts.push((one.field, one.value));
            }
        }
        // Where nothing else changes in a word, known old values become known new ones by one addition.
        for (field, raw, sum) in constants {
            let change = step.changes.entry(field.word).or_default();
            match sum {
                Some(sum) if change.mask == 0 => change.sum = change.sum.wrapping_add(sum << field.shift),
                _ => {
                    change.mask |= low_bits(field.width) << field.shift;
                    change.value |= raw << field.shift;
                }
            }
        }
        Some(step)
    }

    fn check(&mut self, known: &Known<'_>, condition: Option<Sid>, variable: VarId, value: Sid) {
        let Some(place) = known.layout.place(variable) else { return };
        let (low, high) = known.scalars.bounds(value);
        let fits = |value: i64| value >= place.lo && value <= place.hi;
        let certain = fits(low) && fits(high)
            || self.guard.values(known, value).is_some_and(|(_, mut all)| all.all(|(_, value)| fits(value)));
        if !certain {
            self.ranges.push(Range { condition, variable, value });
        }
    }

    /// Writes a cell. Constants with what they differ from the old value, where that is always the same, are left to the caller.
    fn write(
        &mut self,
        known: &Known<'_>,
        variable: VarId,
        element: u32,
        value: Sid,
        constants: &mut Vec<(Field, u64, Option<u64>)>,
    ) {
        let Some(place) = known.layout.place(variable).filter(|place| place.width > 0) else { return };
        let field = field(place, variable, element);
        let raw = |value: i64| value.wrapping_sub(field.lo).cast_unsigned() & low_bits(field.width);
        let own = known.cell(variable, element);
        if let Some(value) = known.scalars.as_const(value) {
            let old = own.and_then(|own| self.guard.domain(known, own)).filter(|set| set.count_ones() == 1);
            let sum = old.map(|set| raw(value).wrapping_sub(u64::from(set.trailing_zeros())));
            return constants.push((field, raw(value), sum));
        }
        if let Some((cell, all)) = self.guard.values(known, value) {
            let mut news = all.clone().map(|(_, value)| raw(value));
            if let Some(first) = news.next()
                && news.all(|new| new == first)
            {
                return constants.push((field, first, None));
            }
            let mut sums = all.map(|(old, value)| raw(value).wrapping_sub(old));
            if Some(cell) == own
                && let Some(first) = sums.next()
                && sums.all(|sum| sum == first)
            {
                let change = self.changes.entry(field.word).or_default();
                change.sum = change.sum.wrapping_add(first << field.shift);
                return;
            }
        }
        let domain = own.and_then(|own| self.guard.domain(known, own));
        let found = own.and_then(|own| known.conditional(own, field, domain, value));
        let change = self.changes.entry(field.word).or_default();
        if let Some((shape, base, raw)) = found {
            let one = Conditional { field, shape, base, raw, value };
            let same = |all: &&mut Vec<Conditional>| {
                all.iter().all(|other| {
                    (other.field.width, other.raw) == (field.width, raw) && other.shape == one.shape
                })
            };
            return match change.lanes.iter_mut().find(same) {
                Some(all) => all.push(one),
                None => change.lanes.push(vec![one]),
            };
        }
        let mask = low_bits(field.width) << field.shift;
        change.mask |= mask;
        if let Scalar::Cell(Source::State { next: false, .. }, _) = known.scalars.node(value)
            && let Some(from) = known.field(value)
            && (from.width, from.lo) == (field.width, field.lo)
        {
            let by = field.shift.wrapping_sub(from.shift) % 64;
            match change.copies.iter_mut().find(|copy| (copy.0, copy.1) == (from.word, by)) {
                Some(copy) => copy.2 |= mask,
                None => change.copies.push((from.word, by, mask)),
            }
            return;
        }
        change.inserts.push((field, value));
    }

    /// About how many instructions it takes to compute the state after the step.
    pub(super) fn cost(&self, known: &Known<'_>) -> u32 {
        let cost = |id: Sid| known.cost(id);
        let failures = self.failures.iter().map(|&id| cost(id) + 2);
        let ranges = self.ranges.iter().map(|range| range.condition.map_or(0, cost) + cost(range.value) + 3);
        let changes = self.changes.values().flat_map(|change| {
            let lanes = change.lanes.iter().map(|all| all.first().map_or(0, |one| 2 * one.shape.parts() + 8));
            let fixed = 3 + 3 * change.copies.len() as u32 + lanes.sum::<usize>() as u32;
            change.inserts.iter().map(|&(_, id)| cost(id).saturating_add(2)).chain([fixed])
        });
        let indexed = self.indexed.iter().map(|write| {
            (cost(write.condition) + cost(write.position)).saturating_add(cost(write.value)) + 6
        });
        let all = failures.chain(ranges).chain(changes).chain(indexed);
        all.fold(0u32, |sum, cost| sum.saturating_add(cost))
    }
}
