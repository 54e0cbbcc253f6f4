//! One function under construction: what reads of states and masks become.

use super::known::{Field, Known};
use crate::compile::code::Masked;
use crate::compile::scalar::Sid;
use crate::layout::low_bits;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Type, Value, types};
use cranelift_codegen::packed_option::PackedOption;
use cranelift_frontend::FunctionBuilder;

/// The values of scalars that have been computed where control is. Reused from function to function.
pub(super) struct Cache {
    /// As numbers, as conditions, as conditions negated.
    of: Vec<[PackedOption<Value>; 3]>,
    log: Vec<(Sid, usize)>,
}

/// What is known at a place, to return to.
#[derive(Clone, Copy)]
pub(super) struct Mark(usize);

impl Cache {
    pub(super) fn new(scalars: usize) -> Self {
        Self { of: vec![[PackedOption::default(); 3]; scalars], log: Vec::new() }
    }
}

/// Where the state after the step is found.
pub(super) enum Next {
    /// Nowhere: there is no step.
    None,
    /// In memory, and unless it was changed only there, in these words.
    Step { address: Value, words: Option<Vec<Value>> },
}

/// A function under construction. Numbers are 64 bits wide, conditions 8: 0 or 1.
pub(super) struct Fun<'f, 'p> {
    pub(super) b: FunctionBuilder<'f>,
    pub(super) known: &'f Known<'p>,
    pub(super) next: Next,
    /// The parameters of the function: the state, and two more.
    pub(super) params: [Value; 3],
    cache: &'f mut Cache,
}

/// Of the state before the step, and of tables: nothing writes to them meanwhile.
pub(super) fn constant() -> MemFlagsData {
    MemFlagsData::trusted().with_readonly().with_can_move()
}

impl<'f, 'p> Fun<'f, 'p> {
    pub(super) fn new(mut b: FunctionBuilder<'f>, known: &'f Known<'p>, cache: &'f mut Cache) -> Self {
        let entry = b.create_block();
        b.append_block_params_for_function_params(entry);
        b.switch_to_block(entry);
        let params = [0, 1, 2].map(|at| b.block_params(entry)[at]);
        let mut fun = Fun { b, known, next: Next::None, params, cache };
        fun.forget(Mark(0));
        fun
    }

    /// The number of instructions so far.
    pub(super) fn size(&self) -> usize {
        self.b.func.dfg.num_insts()
    }

    pub(super) fn mark(&self) -> Mark {
        Mark(self.cache.log.len())
    }

    /// Forgets what has been computed since the mark: control may have come another way.
    pub(super) fn forget(&mut self, mark: Mark) {
        for (id, slot) in self.cache.log.drain(mark.0..) {
            self.cache.of[id.index()][slot] = PackedOption::default();
        }
    }

    pub(super) fn cached(&self, id: Sid, slot: usize) -> Option<Value> {
        self.cache.of[id.index()][slot].expand()
    }

    pub(super) fn remember(&mut self, id: Sid, slot: usize, value: Value) {
        self.cache.of[id.index()][slot] = value.into();
        self.cache.log.push((id, slot));
    }

    pub(super) fn number(&mut self, value: i64) -> Value {
        self.b.ins().iconst(types::I64, value)
    }

    pub(super) fn bool(&mut self, value: bool) -> Value {
        self.b.ins().iconst(types::I8, i64::from(value))
    }

    /// A condition as a number.
    pub(super) fn widen(&mut self, condition: Value) -> Value {
        self.b.ins().uextend(types::I64, condition)
    }

    pub(super) fn negate(&mut self, condition: Value) -> Value {
        self.b.ins().bxor_imm_u(condition, 1)
    }

    pub(super) fn and(&mut self, a: Option<Value>, b: Value) -> Value {
        a.map_or(b, |a| self.b.ins().band(a, b))
    }

    pub(super) fn or(&mut self, a: Option<Value>, b: Value) -> Value {
        a.map_or(b, |a| self.b.ins().bor(a, b))
    }

    /// A word of the state before the step.
    pub(super) fn word(&mut self, word: u32) -> Value {
        self.b.ins().load(types::I64, constant(), self.params[0], word as i32 * 8)
    }

    /// Where the state after the step begins in memory.
    pub(super) fn next_address(&self) -> Value {
        match self.next {
            Next::Step { address, .. } => address,
            // Nothing that reads the state after a step is compiled where there is no step.
            Next::None => self.params[0],
        }
    }

    /// A word of the state after the step.
    pub(super) fn next_word(&mut self, word: u32) -> Value {
        if let Next::Step { words: Some(words), .. } = &self.next
            && let Some(&value) = words.get(word as usize)
        {
            return value;
        }
        let address = self.next_address();
        self.b.ins().load(types::I64, MemFlagsData::trusted(), address, word as i32 * 8)
    }

    pub(super) fn shift_right(&mut self, word: Value, by: u32) -> Value {
        if by == 0 { word } else { self.b.ins().ushr_imm_u(word, i64::from(by)) }
    }

    pub(super) fn shift_left(&mut self, word: Value, by: u32) -> Value {
        if by == 0 { word } else { self.b.ins().ishl_imm_u(word, i64::from(by)) }
    }

    pub(super) fn mask(&mut self, word: Value, mask: u64) -> Value {
        match mask {
            u64::MAX => word,
            _ => self.b.ins().band_imm_s(word, mask.cast_signed()),
        }
    }

    /// The bits of a cell in its word, shifted to bit 0.
    pub(super) fn extract(&mut self, word: Value, field: Field) -> Value {
        let shifted = self.shift_right(word, field.shift);
        if field.shift + field.width == 64 {
            return shifted;
        }
        self.mask(shifted, low_bits(field.width))
    }

    pub(super) fn plus(&mut self, value: Value, constant: i64) -> Value {
        if constant == 0 { value } else { self.b.ins().iadd_imm_s(value, constant) }
    }

    /// Whether bits of the state are as given, or whether they are not.
    pub(super) fn test(&mut self, bits: Masked, wanted: bool) -> Value {
        let word = self.word(bits.word);
        self.test_in(word, bits.mask, bits.value, wanted)
    }

    fn test_in(&mut self, word: Value, mask: u64, value: u64, wanted: bool) -> Value {
        if mask == 0 {
            return self.bool(wanted);
        }
        // A shift that many tests share brings the bits to where constants are short.
        let (low, high) = (mask.trailing_zeros(), 64 - mask.leading_zeros());
        let (word, by, ty): (Value, u32, Type) = match () {
            () if high <= 32 => (self.b.ins().ireduce(types::I32, word), 0, types::I32),
            () if low >= 32 => {
                let shifted = self.shift_right(word, 32);
                (self.b.ins().ireduce(types::I32, shifted), 32, types::I32)
            }
            () if high - low <= 32 => {
                let shifted = self.shift_right(word, low);
                (self.b.ins().ireduce(types::I32, shifted), low, types::I32)
            }
            () => (word, 0, types::I64),
        };
        let (mask, value) = (mask >> by, value >> by);
        let signed = |bits: u64| if ty == types::I32 { i64::from(bits as u32 as i32) } else { bits as i64 };
        let equal = if wanted { IntCC::Equal } else { IntCC::NotEqual };
        let differ = if wanted { IntCC::NotEqual } else { IntCC::Equal };
        // Against zero there is one instruction for mask and comparison.
        if value == 0 {
            let masked = self.b.ins().band_imm_s(word, signed(mask));
            return self.b.ins().icmp_imm_s(equal, masked, 0);
        }
        if mask.is_power_of_two() {
            let masked = self.b.ins().band_imm_s(word, signed(mask));
            return self.b.ins().icmp_imm_s(differ, masked, 0);
        }
        if value == mask {
            let inverse = self.b.ins().bnot(word);
            let masked = self.b.ins().band_imm_s(inverse, signed(mask));
            return self.b.ins().icmp_imm_s(equal, masked, 0);
        }
        let masked = self.b.ins().band_imm_s(word, signed(mask));
        self.b.ins().icmp_imm_s(equal, masked, signed(value))
    }

    /// Those of the `lanes` (lowest bits of equal groups of bits in a word) at which bits are as given: `mask` and `value` are the
    /// bits of the lane at bit 0. All lanes are tested at once.
    pub(super) fn lanes(&mut self, word: u32, mask: u64, value: u64, lanes: u64) -> Value {
        let word = self.word(word);
        let mut inverse = None;
        let mut all = None;
        for bit in 0..64 - mask.leading_zeros() {
            if mask >> bit & 1 == 0 {
                continue;
            }
            let from = match value >> bit & 1 {
                1 => word,
                _ => *inverse.get_or_insert_with(|| self.b.ins().bnot(word)),
            };
            let shifted = self.shift_right(from, bit);
            all = Some(self.and(all, shifted));
        }
        match all {
            Some(all) => self.mask(all, lanes),
            None => self.number(lanes as i64),
        }
    }
}
