//! Conditions. Tests of several cells melt into one comparison where they can.

use super::function::Fun;
use super::known::{Set, elements, merge};
use crate::compile::code::Masked;
use crate::compile::scalar::{Scalar, Sid};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};
use std::collections::BTreeSet;

/// Scalars nested deeper than this are computed from the bottom up, so that recursion stays shallow.
const DEEPEST: u32 = 100;

/// The same test of several places in a word.
struct Lanes {
    word: u32,
    mask: u64,
    value: u64,
    at: u64,
}

/// Places with equal tests, together.
fn lanes_of(tests: &[Masked]) -> Vec<Lanes> {
    let mut groups: Vec<Lanes> = Vec::new();
    for &Masked { word, mask, value } in tests {
        let low = mask.trailing_zeros();
        let (mask, value, at) = (mask >> low, value >> low, 1 << low);
        let fits = |group: &&mut Lanes| {
            (group.word, group.mask, group.value) == (word, mask, value) && group.at & at == 0
        };
        match groups.iter_mut().find(fits) {
            Some(group) => group.at |= at,
            None => groups.push(Lanes { word, mask, value, at }),
        }
    }
    groups
}

impl Fun<'_, '_> {
    /// Whether the scalar, as a condition, is as wanted.
    pub(super) fn condition(&mut self, id: Sid, wanted: bool) -> Value {
        let slot = if wanted { 1 } else { 2 };
        if let Some(value) = self.cached(id, slot) {
            return value;
        }
        self.prepare(id);
        let value = match (self.cached(id, 3 - slot), self.cached(id, 0)) {
            (Some(other), _) => self.negate(other),
            (None, Some(value)) if self.known.height(id) >= DEEPEST => self.is_true(value, wanted),
            _ => self.compute_condition(id, wanted),
        };
        self.remember(id, slot, value);
        value
    }

    /// Computes what a deep scalar is made of, from the bottom up.
    pub(super) fn prepare(&mut self, id: Sid) {
        let known = self.known;
        if known.height(id) < DEEPEST {
            return;
        }
        let mut pending = BTreeSet::new();
        let mut stack = vec![id];
        while let Some(at) = stack.pop() {
            known.scalars.node(at).for_each_child(|child| {
                let cached = (0..3).any(|slot| self.cached(child, slot).is_some());
                if !cached && known.height(child) >= DEEPEST && pending.insert(child) {
                    stack.push(child);
                }
            });
        }
        for id in pending {
            if is_condition(known.scalars.node(id)) {
                self.condition(id, true)
            } else {
                self.int(id)
            };
        }
    }

    fn compute_condition(&mut self, id: Sid, wanted: bool) -> Value {
        let known = self.known;
        if let Some(value) = known.scalars.as_const(id) {
            return self.bool((value != 0) == wanted);
        }
        if let Some(bits) = known.masked(id, wanted) {
            return self.test(bits, true);
        }
        if let Some(bits) = known.masked(id, !wanted) {
            return self.test(bits, false);
        }
        if let Some((cell, set)) = known.set(id, wanted) {
            return self.contains(cell, set);
        }
        let (yes, no) = if wanted { (true, false) } else { (false, true) };
        match known.scalars.node(id) {
            &Scalar::Not(inner) => self.condition(inner, no),
            Scalar::And(list) => {
                let literals: Vec<(Sid, bool)> = list.iter().map(|&id| (id, yes)).collect();
                self.junction(&literals, wanted)
            }
            Scalar::Or(list) => {
                let literals: Vec<(Sid, bool)> = list.iter().map(|&id| (id, yes)).collect();
                self.junction(&literals, !wanted)
            }
            &Scalar::Eq(a, b) => self.compare(if wanted { IntCC::Equal } else { IntCC::NotEqual }, a, b),
            &Scalar::Lt(a, b) => self.compare(
                if wanted { IntCC::SignedLessThan } else { IntCC::SignedGreaterThanOrEqual },
                a,
                b,
            ),
            &Scalar::Le(a, b) => self.compare(
                if wanted { IntCC::SignedLessThanOrEqual } else { IntCC::SignedGreaterThan },
                a,
                b,
            ),
            &Scalar::Ite(c, t, e) => {
                let (c, t, e) =
                    (self.condition(c, true), self.condition(t, wanted), self.condition(e, wanted));
                self.b.ins().select(c, t, e)
            }
            _ => {
                let value = self.int(id);
                self.is_true(value, wanted)
            }
        }
    }

    fn is_true(&mut self, value: Value, wanted: bool) -> Value {
        self.b.ins().icmp_imm_s(if wanted { IntCC::NotEqual } else { IntCC::Equal }, value, 0)
    }

    fn compare(&mut self, code: IntCC, a: Sid, b: Sid) -> Value {
        let (a, b) = (self.int(a), self.int(b));
        self.b.ins().icmp(code, a, b)
    }

    /// Whether the value of a small cell is in the set.
    pub(super) fn contains(&mut self, cell: Sid, set: Set) -> Value {
        let Some(field) = self.known.field(cell) else { return self.bool(false) };
        let word = self.word(field.word);
        let raw = self.extract(word, field);
        let set = self.number(set.cast_signed());
        let shifted = self.b.ins().ushr(set, raw);
        let bit = self.b.ins().band_imm_u(shifted, 1);
        self.b.ins().icmp_imm_s(IntCC::NotEqual, bit, 0)
    }

    /// Whether all (or with `conjunction` false: any) of these are as wanted.
    pub(super) fn junction(&mut self, literals: &[(Sid, bool)], conjunction: bool) -> Value {
        let known = self.known;
        // Of a conjunction, those that must match; of a disjunction, those that must not.
        let mut melted: Vec<Masked> = Vec::new();
        let mut lanes: Vec<Masked> = Vec::new();
        let mut others: Vec<(Sid, bool)> = Vec::new();
        let mut stack: Vec<(Sid, bool)> = literals.iter().rev().copied().collect();
        while let Some((id, wanted)) = stack.pop() {
            if let Some(bits) = known.masked(id, wanted == conjunction) {
                if !merge(&mut melted, bits) {
                    return self.bool(!conjunction);
                }
                continue;
            }
            if let Some(bits) = known.masked(id, wanted != conjunction) {
                if bits.mask == 0 {
                    return self.bool(!conjunction);
                }
                lanes.push(bits);
                continue;
            }
            match known.scalars.node(id) {
                &Scalar::Not(inner) => stack.push((inner, !wanted)),
                Scalar::And(list) if wanted == conjunction => {
                    stack.extend(list.iter().rev().map(|&id| (id, wanted)));
                }
                Scalar::Or(list) if wanted != conjunction => {
                    stack.extend(list.iter().rev().map(|&id| (id, wanted)));
                }
                _ => others.push((id, wanted)),
            }
        }
        let mut parts = Vec::new();
        for bits in melted {
            parts.push(self.test(bits, conjunction));
        }
        for Lanes { word, mask, value, at } in lanes_of(&lanes) {
            parts.push(if at.count_ones() < 3 {
                let places = elements(at);
                let tests: Vec<Value> = places
                    .map(|by| self.test(Masked { word, mask: mask << by, value: value << by }, !conjunction))
                    .collect();
                self.join(tests, conjunction)
            } else {
                let found = self.lanes(word, mask, value, at);
                let code = if conjunction { IntCC::Equal } else { IntCC::NotEqual };
                self.b.ins().icmp_imm_s(code, found, 0)
            });
        }
        for (id, wanted) in others {
            parts.push(self.condition(id, wanted));
        }
        self.join(parts, conjunction)
    }

    /// All or any of these.
    pub(super) fn join(&mut self, parts: Vec<Value>, conjunction: bool) -> Value {
        let mut all = None;
        for part in parts {
            all = Some(if conjunction { self.and(all, part) } else { self.or(all, part) });
        }
        all.unwrap_or_else(|| self.bool(conjunction))
    }

    /// How many of the list are true, where that is a matter of counting bits; the others are left over.
    pub(super) fn count(&mut self, list: &[Sid]) -> (Option<Value>, Vec<Sid>) {
        let known = self.known;
        let is_test = |id: &Sid| known.scalars.bounds(*id) == (0, 1) && is_boolean(known.scalars.node(*id));
        let (mut tests, mut rest) = (Vec::new(), Vec::new());
        for &id in list {
            match known.masked(id, true).filter(|bits| is_test(&id) && bits.mask != 0) {
                Some(bits) => tests.push((id, bits)),
                None => rest.push(id),
            }
        }
        let bits: Vec<Masked> = tests.iter().map(|&(_, bits)| bits).collect();
        let mut sum = None;
        for Lanes { word, mask, value, at } in lanes_of(&bits) {
            let part = if at.count_ones() == 1 {
                let by = at.trailing_zeros();
                let test = self.test(Masked { word, mask: mask << by, value: value << by }, true);
                self.widen(test)
            } else {
                let found = self.lanes(word, mask, value, at);
                self.b.ins().popcnt(found)
            };
            sum = Some(sum.map_or(part, |sum| self.b.ins().iadd(sum, part)));
        }
        (sum, rest)
    }

    /// A condition that is no bit of a state, as a number.
    pub(super) fn condition_as_int(&mut self, id: Sid) -> Value {
        let condition = self.condition(id, true);
        self.b.ins().uextend(types::I64, condition)
    }
}

/// Whether the node is made by an operator that gives a condition.
pub(super) fn is_condition(node: &Scalar) -> bool {
    matches!(
        node,
        Scalar::Not(_) | Scalar::And(_) | Scalar::Or(_) | Scalar::Eq(..) | Scalar::Lt(..) | Scalar::Le(..)
    )
}

/// Whether the node is a condition, or a cell or element with values 0 and 1.
fn is_boolean(node: &Scalar) -> bool {
    is_condition(node) || matches!(node, Scalar::Cell(..))
}
