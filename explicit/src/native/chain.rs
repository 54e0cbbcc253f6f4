//! Conditionals within conditionals, as loops over arrays leave them behind.
//!
//! A loop that keeps what it found last becomes a conditional for each element. Where the conditions are one test of equally
//! distant places, and what is kept are equally distant cells, the last place at which the test is true is found by counting
//! zeros, and the cell there by a shift.

use super::function::Fun;
use super::known::{Field, Known, merge};
use crate::compile::code::Masked;
use crate::compile::scalar::{Scalar, Sid, Source};
use crate::layout::low_bits;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value};

/// Shorter chains are left as they are.
const SHORTEST: usize = 4;

/// Scalars that must be as given.
type Literals = Vec<(Sid, bool)>;

/// `if all of these are as given { value } else …`.
struct Link {
    conditions: Literals,
    value: Sid,
}

/// Takes the outermost conditional apart: conditionals within it that have the same alternative are one with it.
fn link(known: &Known<'_>, id: Sid) -> Option<(Link, Sid)> {
    let &Scalar::Ite(condition, then, other) = known.scalars.node(id) else { return None };
    let alternative = |id: Sid| match *known.scalars.node(id) {
        Scalar::Ite(_, _, other) => Some(other),
        _ => None,
    };
    // The condition may be there negated.
    let (wanted, mut value, other) = match alternative(other) {
        Some(inner) if inner == then => (false, other, then),
        _ => (true, then, other),
    };
    let mut conditions = vec![(condition, wanted)];
    while let Scalar::Ite(condition, then, alternative) = *known.scalars.node(value)
        && alternative == other
    {
        conditions.push((condition, true));
        value = then;
    }
    Some((Link { conditions, value }, other))
}

/// The bits whose values decide that all of these are as given.
fn all_masked(known: &Known<'_>, conditions: &[(Sid, bool)]) -> Option<Masked> {
    let sets: Option<Vec<_>> = conditions.iter().map(|&(id, wanted)| known.set(id, wanted)).collect();
    if let Some(sets) = sets
        && let Some(&(cell, first)) = sets.first()
        && sets.iter().all(|set| set.0 == cell)
    {
        return known.as_masked(cell, sets.iter().fold(first, |all, set| all & set.1));
    }
    let mut all = Vec::new();
    for &(id, wanted) in conditions {
        if !merge(&mut all, known.masked(id, wanted)?) {
            return None;
        }
    }
    if let [bits] = all[..] { Some(bits) } else { None }
}

/// A test at some places of a word, and the cells that belong to these.
struct Chain {
    test: Masked,
    lanes: u64,
    /// Whether the highest place comes first.
    highest: bool,
    /// The lowest place, and the cell that belongs to it.
    lowest: u32,
    cell: Field,
    /// The distance of cells by that of places, times 2^16, rounded up.
    ratio: u64,
    /// Otherwise.
    rest: Sid,
}

fn chain(known: &Known<'_>, id: Sid) -> Option<Chain> {
    let mut found: Vec<(Masked, Field)> = Vec::new();
    let mut rest = id;
    while let Some((link, other)) = link(known, rest) {
        let Scalar::Cell(Source::State { next: false, .. }, _) = known.scalars.node(link.value) else {
            break;
        };
        let (Some(bits), Some(cell)) = (all_masked(known, &link.conditions), known.field(link.value)) else {
            break;
        };
        let fits = found.first().is_none_or(|(first, before)| {
            let same = |bits: &Masked| {
                let by = bits.mask.trailing_zeros() % 64;
                (bits.word, bits.mask >> by, bits.value >> by)
            };
            same(first) == same(&bits)
                && (before.word, before.width, before.lo) == (cell.word, cell.width, cell.lo)
        });
        if !fits || bits.mask == 0 {
            break;
        }
        found.push((bits, cell));
        rest = other;
    }
    if found.len() < SHORTEST {
        return None;
    }
    let place = |&(bits, _): &(Masked, Field)| bits.mask.trailing_zeros();
    let highest = place(&found[0]) > place(&found[1]);
    let ordered = found
        .windows(2)
        .all(|pair| place(&pair[0]) != place(&pair[1]) && highest == (place(&pair[0]) > place(&pair[1])));
    let low = if highest { found.last()? } else { found.first()? };
    let high = if highest { found.first()? } else { found.last()? };
    let (lowest, cell) = (place(low), low.1);
    let (places, cells) =
        (u64::from(place(high).checked_sub(lowest)?), u64::from(high.1.shift.checked_sub(cell.shift)?));
    let even = found.iter().all(|one| {
        let (at, to) = (u64::from(place(one).wrapping_sub(lowest)), one.1.shift.checked_sub(cell.shift));
        to.is_some_and(|to| u64::from(to) * places == at * cells)
    });
    let lanes = found.iter().fold(0, |lanes, one| lanes | 1 << place(one));
    let test = Masked { word: low.0.word, mask: low.0.mask >> lowest, value: low.0.value >> lowest };
    let ratio = (cells << 16).div_ceil(places.max(1));
    (ordered && even).then_some(Chain { test, lanes, highest, lowest, cell, ratio, rest })
}

/// About how many instructions a conditional takes, if it is such a chain.
pub(super) fn cost(known: &Known<'_>, id: Sid) -> Option<u32> {
    let chain = chain(known, id)?;
    Some(known.scalars.cost(chain.rest).saturating_add(16))
}

impl Fun<'_, '_> {
    /// The value of a conditional.
    pub(super) fn conditional_int(&mut self, id: Sid) -> Value {
        let known = self.known;
        if let Some(chain) = chain(known, id) {
            return self.last_found(&chain);
        }
        let Some((link, mut other)) = link(known, id) else { return self.number(0) };
        let mut more: Literals = Vec::new();
        // The same value under several conditions.
        while let &Scalar::Ite(condition, value, rest) = known.scalars.node(other)
            && value == link.value
        {
            more.push((condition, true));
            other = rest;
        }
        let mut condition = match link.conditions[..] {
            [(only, wanted)] if more.is_empty() => self.condition(only, wanted),
            [only] => {
                more.push(only);
                self.bool(false)
            }
            _ => self.junction(&link.conditions, true),
        };
        if !more.is_empty() {
            let others = self.junction(&more, false);
            condition = self.b.ins().bor(condition, others);
        }
        let (value, other) = (self.int(link.value), self.int(other));
        self.b.ins().select(condition, value, other)
    }

    fn last_found(&mut self, chain: &Chain) -> Value {
        let Masked { word, mask, value } = chain.test;
        let found = self.lanes(word, mask, value, chain.lanes);
        let zeros = if chain.highest { self.b.ins().clz(found) } else { self.b.ins().ctz(found) };
        let place = if chain.highest {
            let top = self.number(63 - i64::from(chain.lowest));
            self.b.ins().isub(top, zeros)
        } else {
            self.plus(zeros, -i64::from(chain.lowest))
        };
        // Exact: places lie at equal distances, and the error of the ratio is too small to show within a word.
        let scaled = self.b.ins().imul_imm_s(place, chain.ratio.cast_signed());
        let cell = self.shift_right(scaled, 16);
        let bit = self.plus(cell, chain.cell.shift.into());
        let word = self.word(chain.cell.word);
        let shifted = self.b.ins().ushr(word, bit);
        let raw = self.mask(shifted, low_bits(chain.cell.width));
        let value = self.plus(raw, chain.cell.lo);
        let rest = self.int(chain.rest);
        let any = self.b.ins().icmp_imm_s(IntCC::NotEqual, found, 0);
        self.b.ins().select(any, value, rest)
    }
}
