//! Numbers. They wrap as those of the interpreter do, and no operation traps.

use super::condition::is_condition;
use super::function::{Fun, constant};
use super::known::{Field, field};
use crate::compile::scalar::{Scalar, Sid, Source};
use crate::layout::{Place, low_bits};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Value, types};
use musilc_ir::VarId;

impl Fun<'_, '_> {
    /// The value of a scalar.
    pub(super) fn int(&mut self, id: Sid) -> Value {
        if let Some(value) = self.cached(id, 0) {
            return value;
        }
        self.prepare(id);
        let value = self.compute_int(id);
        self.remember(id, 0, value);
        value
    }

    fn compute_int(&mut self, id: Sid) -> Value {
        let known = self.known;
        let scalars = known.scalars;
        if let Some(value) = self.looked_up(id) {
            return value;
        }
        match *scalars.node(id) {
            Scalar::Const(value) => self.number(value),
            // Whoever has free parameters has no machine code.
            Scalar::Param(..) => self.number(0),
            Scalar::Cell(Source::State { variable, next }, element) => {
                let Some(place) = known.layout.place(variable) else { return self.number(0) };
                let field = field(place, variable, element);
                let word = if next { self.next_word(field.word) } else { self.word(field.word) };
                let raw = self.extract(word, field);
                self.plus(raw, field.lo)
            }
            Scalar::Cell(Source::Table(table), element) => {
                let table = known.tables.get(table as usize);
                let value = table.and_then(|table| table.get(element as usize)).copied();
                self.number(value.unwrap_or(0))
            }
            Scalar::Load(Source::Table(table), position) => {
                let Some(table) = known.tables.get(table as usize) else { return self.number(0) };
                let position = self.position(position, table.len());
                let start = self.number(table.as_ptr() as i64);
                let offset = self.shift_left(position, 3);
                let address = self.b.ins().iadd(start, offset);
                self.b.ins().load(types::I64, constant(), address, 0)
            }
            Scalar::Load(Source::State { variable, next }, position) => {
                let Some(place) = known.layout.place(variable) else { return self.number(0) };
                let position = self.position(position, place.cells as usize);
                self.load(place, next, position)
            }
            ref node if is_condition(node) => self.condition_as_int(id),
            Scalar::Ite(..) => self.conditional_int(id),
            Scalar::Add(ref list) => {
                let (mut sum, rest) = self.count(list);
                let mut offset = 0i64;
                for id in rest {
                    match scalars.as_const(id) {
                        Some(value) => offset = offset.wrapping_add(value),
                        None => {
                            let value = self.int(id);
                            sum = Some(sum.map_or(value, |sum| self.b.ins().iadd(sum, value)));
                        }
                    }
                }
                match sum {
                    Some(sum) => self.plus(sum, offset),
                    None => self.number(offset),
                }
            }
            Scalar::Neg(a) => {
                let a = self.int(a);
                self.b.ins().ineg(a)
            }
            Scalar::Mul(a, b) => {
                let (a, b) = (self.int(a), self.int(b));
                self.b.ins().imul(a, b)
            }
            Scalar::Div(a, b) => self.divide(a, b).0,
            Scalar::Rem(a, b) => self.divide(a, b).1,
            Scalar::Narrow(a, lo, hi) => {
                let (low, high) = scalars.bounds(a);
                let value = self.int(a);
                let inside = match (low >= lo, high <= hi) {
                    (true, _) => self.b.ins().icmp_imm_s(IntCC::SignedLessThanOrEqual, value, hi),
                    (_, true) => self.b.ins().icmp_imm_s(IntCC::SignedGreaterThanOrEqual, value, lo),
                    _ => {
                        let from = self.plus(value, lo.wrapping_neg());
                        let most = hi.wrapping_sub(lo);
                        self.b.ins().icmp_imm_s(IntCC::UnsignedLessThanOrEqual, from, most)
                    }
                };
                let lo = self.number(lo);
                self.b.ins().select(inside, value, lo)
            }
            Scalar::Not(_)
            | Scalar::And(_)
            | Scalar::Or(_)
            | Scalar::Eq(..)
            | Scalar::Lt(..)
            | Scalar::Le(..) => self.number(0),
        }
    }

    /// What one small cell decides, as a shift of a constant that holds all values, if that is less than computing it.
    fn looked_up(&mut self, id: Sid) -> Option<Value> {
        let known = self.known;
        let (cell, values) = known.single(id)?;
        if known.scalars.cost(id) < 4 {
            return None;
        }
        let (lo, hi) = (*values.iter().min()?, *values.iter().max()?);
        let width = 64 - hi.wrapping_sub(lo).cast_unsigned().leading_zeros();
        let step = width.next_power_of_two();
        if width == 0 || values.len() as u32 * step > 64 {
            return (width == 0).then(|| self.number(lo));
        }
        let all = values
            .iter()
            .zip(0..)
            .fold(0, |all, (value, at)| all | value.wrapping_sub(lo).cast_unsigned() << (at * step));
        let word = known.field(cell)?;
        let raw = self.word(word.word);
        let raw = self.extract(raw, word);
        let by = self.shift_left(raw, step.trailing_zeros());
        let all = self.number(all.cast_signed());
        let shifted = self.b.ins().ushr(all, by);
        let value = self.mask(shifted, low_bits(width));
        Some(self.plus(value, lo))
    }

    /// A position that lies inside, by its bounds if possible.
    pub(super) fn position(&mut self, id: Sid, len: usize) -> Value {
        let (lo, hi) = self.known.scalars.bounds(id);
        let last = i64::try_from(len).unwrap_or(i64::MAX).saturating_sub(1).max(0);
        let value = self.int(id);
        if lo >= 0 && hi <= last {
            return value;
        }
        let last = self.number(last);
        self.b.ins().umin(value, last)
    }

    /// The word of an array's cell at a position, counted from the array's first word, and the cell's lowest bit.
    pub(super) fn locate(&mut self, place: &Place, position: Value) -> (Option<Value>, Value) {
        let (word, element) = match place.cells <= place.per_word {
            true => (None, position),
            false => {
                let word = self.divide_small(position, place.per_word);
                let before = self.b.ins().imul_imm_s(word, i64::from(place.per_word));
                (Some(word), self.b.ins().isub(position, before))
            }
        };
        let bit = self.b.ins().imul_imm_s(element, i64::from(place.width));
        (word, self.plus(bit, i64::from(place.shift)))
    }

    /// The quotient of a position, less than 2^22, by up to 64: exact, since the error of the factor is less than the divisor.
    fn divide_small(&mut self, position: Value, by: u32) -> Value {
        if by.is_power_of_two() {
            return self.shift_right(position, by.trailing_zeros());
        }
        let factor = (1i64 << 32) / i64::from(by) + 1;
        let scaled = self.b.ins().imul_imm_s(position, factor);
        self.shift_right(scaled, 32)
    }

    fn load(&mut self, place: &Place, next: bool, position: Value) -> Value {
        if place.width == 0 {
            return self.number(place.lo);
        }
        let (word, bit) = self.locate(place, position);
        let word = match word {
            None if next => self.next_word(place.word),
            None => self.word(place.word),
            Some(word) => {
                let (from, flags) = match next {
                    false => (self.params[0], constant()),
                    true => (self.next_address(), MemFlagsData::trusted()),
                };
                let offset = self.shift_left(word, 3);
                let address = self.b.ins().iadd(from, offset);
                self.b.ins().load(types::I64, flags, address, place.word as i32 * 8)
            }
        };
        let shifted = self.b.ins().ushr(word, bit);
        let raw = self.mask(shifted, low_bits(place.width));
        self.plus(raw, place.lo)
    }

    /// Quotient and remainder, the remainder never negative; both 0 where the divisor is 0.
    fn divide(&mut self, a: Sid, b: Sid) -> (Value, Value) {
        let scalars = self.known.scalars;
        let ((a_lo, a_hi), (b_lo, b_hi)) = (scalars.bounds(a), scalars.bounds(b));
        let (x, y) = (self.int(a), self.int(b));
        if a_lo >= 0 && b_lo > 0 && a_hi.max(b_hi) <= i64::from(u32::MAX) {
            // Division is much faster on half the bits.
            let (short_x, short_y) =
                (self.b.ins().ireduce(types::I32, x), self.b.ins().ireduce(types::I32, y));
            let quotient = self.b.ins().udiv(short_x, short_y);
            let product = self.b.ins().imul(quotient, short_y);
            let remainder = self.b.ins().isub(short_x, product);
            return (self.widen(quotient), self.widen(remainder));
        }
        if a_lo >= 0 && b_lo > 0 {
            let quotient = self.b.ins().udiv(x, y);
            let product = self.b.ins().imul(quotient, y);
            return (quotient, self.b.ins().isub(x, product));
        }
        // The machine's division traps for the divisor 0, and for the least number by -1.
        let zero = (b_lo <= 0 && b_hi >= 0).then(|| self.b.ins().icmp_imm_s(IntCC::Equal, y, 0));
        let minus = (b_lo <= -1 && b_hi >= -1).then(|| self.b.ins().icmp_imm_s(IntCC::Equal, y, -1));
        let one = self.number(1);
        let mut divisor = y;
        for odd in [zero, minus].into_iter().flatten() {
            divisor = self.b.ins().select(odd, one, divisor);
        }
        let mut quotient = self.b.ins().sdiv(x, divisor);
        let product = self.b.ins().imul(quotient, divisor);
        let mut remainder = self.b.ins().isub(x, product);
        if a_lo < 0 {
            let negative = self.b.ins().icmp_imm_s(IntCC::SignedLessThan, remainder, 0);
            let opposite = self.b.ins().ineg(divisor);
            let downwards = self.b.ins().icmp_imm_s(IntCC::SignedGreaterThan, divisor, 0);
            let size = self.b.ins().select(downwards, divisor, opposite);
            let (less, more) = (self.number(-1), self.number(1));
            let correction = self.b.ins().select(downwards, less, more);
            let (corrected, moved) =
                (self.b.ins().iadd(remainder, size), self.b.ins().iadd(quotient, correction));
            remainder = self.b.ins().select(negative, corrected, remainder);
            quotient = self.b.ins().select(negative, moved, quotient);
        }
        let none = self.number(0);
        if let Some(minus) = minus {
            let opposite = self.b.ins().ineg(x);
            quotient = self.b.ins().select(minus, opposite, quotient);
            remainder = self.b.ins().select(minus, none, remainder);
        }
        if let Some(zero) = zero {
            quotient = self.b.ins().select(zero, none, quotient);
            remainder = self.b.ins().select(zero, none, remainder);
        }
        (quotient, remainder)
    }

    /// Whether a value leaves the type of a variable's cells; `None` where it certainly does not.
    pub(super) fn leaves(&mut self, variable: VarId, id: Sid) -> Option<Value> {
        let place = self.known.layout.place(variable)?;
        let (low, high) = self.known.scalars.bounds(id);
        if low >= place.lo && high <= place.hi {
            return None;
        }
        let value = self.int(id);
        let from = self.plus(value, place.lo.wrapping_neg());
        let most = place.hi.wrapping_sub(place.lo);
        Some(self.b.ins().icmp_imm_s(IntCC::UnsignedGreaterThan, from, most))
    }

    /// The bits that a cell has for a value.
    pub(super) fn raw(&mut self, id: Sid, field: Field) -> Value {
        let value = self.int(id);
        self.plus(value, field.lo.wrapping_neg())
    }
}
