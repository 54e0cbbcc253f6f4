//! The state after a step.

use super::function::{Fun, Next};
use super::instance::{Change, Guard, Step};
use crate::layout::{Place, low_bits};
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Value, types};

impl Fun<'_, '_> {
    /// Whether the guard is true: its tests of bits, and the rest.
    pub(super) fn guard(&mut self, guard: &Guard) -> (Option<Value>, Option<Value>) {
        let tests = self.guard_tests(guard);
        (tests, self.guard_rest(guard))
    }

    pub(super) fn guard_tests(&mut self, guard: &Guard) -> Option<Value> {
        let mut all = None;
        for &bits in &guard.tests {
            let test = self.test(bits, true);
            all = Some(self.and(all, test));
        }
        all
    }

    pub(super) fn guard_rest(&mut self, guard: &Guard) -> Option<Value> {
        if guard.rest.is_empty() && guard.sets.is_empty() {
            return None;
        }
        let mut parts = Vec::new();
        for &(cell, set) in &guard.sets {
            parts.push(self.contains(cell, set));
        }
        if !guard.rest.is_empty() {
            let literals: Vec<_> = guard.rest.iter().map(|&id| (id, true)).collect();
            parts.push(self.junction(&literals, true));
        }
        Some(self.join(parts, true))
    }

    /// Whether the body fails or a value leaves its type; `None` where that cannot be.
    pub(super) fn goes_wrong(&mut self, step: &Step) -> Option<Value> {
        let mut any = None;
        if !step.failures.is_empty() {
            let literals: Vec<_> = step.failures.iter().map(|&id| (id, true)).collect();
            any = Some(self.junction(&literals, false));
        }
        for range in &step.ranges {
            let Some(mut leaves) = self.leaves(range.variable, range.value) else { continue };
            if let Some(condition) = range.condition {
                let condition = self.condition(condition, true);
                leaves = self.b.ins().band(condition, leaves);
            }
            any = Some(self.or(any, leaves));
        }
        any
    }

    /// Writes the state after the step. What is read of it from then on is read there.
    pub(super) fn write_next(&mut self, step: &Step, to: Value) {
        let count = self.known.layout.words() as u32;
        let mut words: Vec<Value> = Vec::with_capacity(count as usize);
        for word in 0..count {
            let old = self.word(word);
            words.push(match step.changes.get(&word) {
                Some(change) => self.changed(old, change),
                None => old,
            });
        }
        let mut far = Vec::new();
        for write in &step.indexed {
            let Some(place) = self.known.layout.place(write.variable) else { continue };
            if place.cells > place.per_word {
                far.push((place, write));
                continue;
            }
            let word = words[place.word as usize];
            let position = self.position(write.position, place.cells as usize);
            let (_, bit) = self.locate(place, position);
            let (mask, new) = self.masked_new(place, bit, write.condition, write.value);
            words[place.word as usize] = self.replace(word, mask, new);
        }
        for (word, &value) in words.iter().enumerate() {
            self.b.ins().store(MemFlagsData::trusted(), value, to, word as i32 * 8);
        }
        let in_memory = !far.is_empty();
        for (place, write) in far {
            let position = self.position(write.position, place.cells as usize);
            let (word, bit) = self.locate(place, position);
            let (mask, new) = self.masked_new(place, bit, write.condition, write.value);
            let address = match word {
                Some(word) => {
                    let offset = self.shift_left(word, 3);
                    self.b.ins().iadd(to, offset)
                }
                None => to,
            };
            let at = place.word as i32 * 8;
            let old = self.b.ins().load(types::I64, MemFlagsData::trusted(), address, at);
            let value = self.replace(old, mask, new);
            self.b.ins().store(MemFlagsData::trusted(), value, address, at);
        }
        self.next = Next::Step { address: to, words: (!in_memory).then_some(words) };
    }

    /// The mask of a cell that is written if a condition is true, else 0; and the bits that it gets.
    fn masked_new(
        &mut self,
        place: &Place,
        bit: Value,
        condition: crate::compile::scalar::Sid,
        value: crate::compile::scalar::Sid,
    ) -> (Value, Value) {
        let value = self.int(value);
        let raw = self.plus(value, place.lo.wrapping_neg());
        let new = self.b.ins().ishl(raw, bit);
        let mask = self.number(low_bits(place.width).cast_signed());
        let mut mask = self.b.ins().ishl(mask, bit);
        if self.known.scalars.as_const(condition).is_none() {
            let condition = self.condition(condition, true);
            let none = self.number(0);
            mask = self.b.ins().select(condition, mask, none);
        }
        (mask, new)
    }

    fn replace(&mut self, old: Value, mask: Value, new: Value) -> Value {
        let difference = self.b.ins().bxor(old, new);
        let changed = self.b.ins().band(difference, mask);
        self.b.ins().bxor(old, changed)
    }

    fn changed(&mut self, old: Value, change: &Change) -> Value {
        let mut word = self.mask(old, !change.mask);
        if change.value != 0 {
            word = self.b.ins().bor_imm_s(word, change.value.cast_signed());
        }
        for &(from, by, mask) in &change.copies {
            let from = self.word(from);
            let moved = if by == 0 { from } else { self.b.ins().rotl_imm_u(from, i64::from(by)) };
            let taken = self.mask(moved, mask);
            word = self.b.ins().bor(word, taken);
        }
        for &(field, value) in &change.inserts {
            let raw = self.raw(value, field);
            let moved = self.shift_left(raw, field.shift);
            word = self.b.ins().bor(word, moved);
        }
        for all in &change.lanes {
            word = self.change_lanes(word, all);
        }
        self.plus(word, change.sum.cast_signed())
    }
}
