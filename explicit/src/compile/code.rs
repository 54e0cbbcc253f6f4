//! The register code that successors and checks are compiled to.
//!
//! Registers hold `i64`; the first of the file are constants, then the parameters that are bound while the engine runs, then
//! temporaries. Code reads the cells of one packed state (and, in step properties, of a second one) and writes those of another.
//! A run ends in an [`Op::Exit`].

use super::scalar::{quotient, remainder};
use crate::layout::low_bits;

/// A register.
pub(crate) type Reg = u32;

/// A position in the code.
pub(crate) type Pc = u32;

/// What a run ends with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Exit(u32);

impl Exit {
    /// True, or nothing wrong.
    pub(crate) const YES: Exit = Exit(0);
    /// False, or disabled.
    pub(crate) const NO: Exit = Exit(u32::MAX);
    /// A value does not belong to the type of its variable.
    pub(crate) const FAULT: Exit = Exit(u32::MAX - 1);

    /// The failure with this position in its list.
    pub(crate) fn failure(index: u32) -> Exit {
        Exit(index.saturating_add(1).min(u32::MAX - 2))
    }

    /// The position of the failure, if it is one.
    pub(crate) fn as_failure(self) -> Option<u32> {
        match self {
            Exit::YES | Exit::NO | Exit::FAULT => None,
            Exit(index) => Some(index - 1),
        }
    }
}

/// Bits of a word.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Masked {
    pub(crate) word: u32,
    pub(crate) mask: u64,
    pub(crate) value: u64,
}

/// The cells of a variable, as an indexed access sees them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Indexed {
    pub(crate) word: u32,
    pub(crate) shift: u32,
    pub(crate) width: u32,
    pub(crate) per_word: u32,
    pub(crate) cells: u32,
    pub(crate) lo: i64,
}

impl Indexed {
    /// The word and the lowest bit of a cell. Positions lie inside by the bounds of their expressions.
    #[inline]
    fn locate(&self, position: i64) -> (usize, u32) {
        debug_assert!(position >= 0 && position < i64::from(self.cells));
        let position = (position as u32).min(self.cells - 1);
        if self.cells <= self.per_word {
            (self.word as usize, self.shift + position * self.width)
        } else {
            (
                (self.word + position / self.per_word) as usize,
                self.shift + position % self.per_word * self.width,
            )
        }
    }

    #[inline]
    fn load(&self, words: &[u64], position: i64) -> i64 {
        let (word, shift) = self.locate(position);
        ((words[word] >> shift & low_bits(self.width)) as i64).wrapping_add(self.lo)
    }

    #[inline]
    fn store(&self, words: &mut [u64], position: i64, value: i64) {
        let (word, shift) = self.locate(position);
        let mask = low_bits(self.width);
        let raw = value.wrapping_sub(self.lo) as u64 & mask;
        words[word] = words[word] & !(mask << shift) | raw << shift;
    }
}

/// An operation. `left` and `right` are the two shifts that isolate a cell.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Op {
    Load {
        dst: Reg,
        word: u32,
        left: u8,
        right: u8,
        lo: Reg,
    },
    LoadNext {
        dst: Reg,
        word: u32,
        left: u8,
        right: u8,
        lo: Reg,
    },
    Index {
        dst: Reg,
        array: u32,
        position: Reg,
    },
    IndexNext {
        dst: Reg,
        array: u32,
        position: Reg,
    },
    Table {
        dst: Reg,
        table: u32,
        position: Reg,
    },
    Not {
        dst: Reg,
        a: Reg,
    },
    And {
        dst: Reg,
        a: Reg,
        b: Reg,
    },
    Or {
        dst: Reg,
        a: Reg,
        b: Reg,
    },
    Ite {
        dst: Reg,
        c: Reg,
        t: Reg,
        e: Reg,
    },
    Eq {
        dst: Reg,
        a: Reg,
        b: Reg,
    },
    Lt {
        dst: Reg,
        a: Reg,
        b: Reg,
    },
    Le {
        dst: Reg,
        a: Reg,
        b: Reg,
    },
    Add {
        dst: Reg,
        a: Reg,
        b: Reg,
    },
    Neg {
        dst: Reg,
        a: Reg,
    },
    Mul {
        dst: Reg,
        a: Reg,
        b: Reg,
    },
    Div {
        dst: Reg,
        a: Reg,
        b: Reg,
    },
    Rem {
        dst: Reg,
        a: Reg,
        b: Reg,
    },
    Narrow {
        dst: Reg,
        a: Reg,
        lo: Reg,
        hi: Reg,
    },
    Jump {
        to: Pc,
    },
    JumpIf {
        a: Reg,
        to: Pc,
    },
    JumpUnless {
        a: Reg,
        to: Pc,
    },
    JumpEq {
        a: Reg,
        b: Reg,
        to: Pc,
    },
    JumpNe {
        a: Reg,
        b: Reg,
        to: Pc,
    },
    JumpLt {
        a: Reg,
        b: Reg,
        to: Pc,
    },
    JumpLe {
        a: Reg,
        b: Reg,
        to: Pc,
    },
    /// Goes on if the bits are as given.
    JumpMatch {
        bits: u32,
        to: Pc,
    },
    JumpMismatch {
        bits: u32,
        to: Pc,
    },
    /// Sets bits to given values.
    Patch {
        bits: u32,
    },
    /// Writes a cell: `mask` is its width.
    Put {
        word: u32,
        shift: u8,
        width: u8,
        a: Reg,
        lo: Reg,
    },
    PutIndexed {
        array: u32,
        position: Reg,
        a: Reg,
    },
    /// Ends with a fault unless the value lies in the range.
    Check {
        a: Reg,
        lo: Reg,
        hi: Reg,
    },
    Exit {
        with: Exit,
    },
}

/// Code with its data.
#[derive(Default, Debug)]
pub(crate) struct Code {
    pub(crate) ops: Vec<Op>,
    pub(crate) bits: Vec<Masked>,
    pub(crate) arrays: Vec<Indexed>,
    pub(crate) tables: Vec<Box<[i64]>>,
    /// The first registers.
    pub(crate) constants: Vec<i64>,
    /// How many registers there are.
    pub(crate) registers: usize,
}

impl Code {
    /// A register file to run with.
    pub(crate) fn new_registers(&self) -> Vec<i64> {
        let mut registers = self.constants.clone();
        registers.resize(self.registers.max(self.constants.len()), 0);
        registers
    }

    /// Bytes that the code takes.
    pub(crate) fn bytes(&self) -> u64 {
        let tables: usize = self.tables.iter().map(|table| table.len() * 8).sum();
        let fixed = self.ops.len() * size_of::<Op>() + self.bits.len() * size_of::<Masked>();
        (tables + fixed + (self.registers + self.constants.len()) * 8) as u64
    }

    /// Runs the code from `pc` on: reads `state`, and reads or writes `next`.
    #[inline]
    pub(crate) fn run(&self, pc: Pc, registers: &mut [i64], state: &[u64], next: &mut [u64]) -> Exit {
        let ops = &self.ops[..];
        let mut pc = pc as usize;
        macro_rules! r {
            ($reg:expr) => {
                registers[$reg as usize]
            };
        }
        loop {
            let op = ops[pc];
            pc += 1;
            match op {
                Op::Load { dst, word, left, right, lo } => {
                    let raw = state[word as usize] << left >> right;
                    r!(dst) = (raw as i64).wrapping_add(r!(lo));
                }
                Op::LoadNext { dst, word, left, right, lo } => {
                    let raw = next[word as usize] << left >> right;
                    r!(dst) = (raw as i64).wrapping_add(r!(lo));
                }
                Op::Index { dst, array, position } => {
                    r!(dst) = self.arrays[array as usize].load(state, r!(position));
                }
                Op::IndexNext { dst, array, position } => {
                    r!(dst) = self.arrays[array as usize].load(next, r!(position));
                }
                Op::Table { dst, table, position } => {
                    r!(dst) = self.tables[table as usize][r!(position) as usize];
                }
                Op::Not { dst, a } => r!(dst) = r!(a) ^ 1,
                Op::And { dst, a, b } => r!(dst) = r!(a) & r!(b),
                Op::Or { dst, a, b } => r!(dst) = r!(a) | r!(b),
                Op::Ite { dst, c, t, e } => {
                    let (t, e) = (r!(t), r!(e));
                    r!(dst) = if r!(c) != 0 { t } else { e };
                }
                Op::Eq { dst, a, b } => r!(dst) = i64::from(r!(a) == r!(b)),
                Op::Lt { dst, a, b } => r!(dst) = i64::from(r!(a) < r!(b)),
                Op::Le { dst, a, b } => r!(dst) = i64::from(r!(a) <= r!(b)),
                Op::Add { dst, a, b } => r!(dst) = r!(a).wrapping_add(r!(b)),
                Op::Neg { dst, a } => r!(dst) = r!(a).wrapping_neg(),
                Op::Mul { dst, a, b } => r!(dst) = r!(a).wrapping_mul(r!(b)),
                Op::Div { dst, a, b } => r!(dst) = quotient(r!(a), r!(b)),
                Op::Rem { dst, a, b } => r!(dst) = remainder(r!(a), r!(b)),
                Op::Narrow { dst, a, lo, hi } => {
                    let (a, lo, hi) = (r!(a), r!(lo), r!(hi));
                    r!(dst) = if lo <= a && a <= hi { a } else { lo };
                }
                Op::Jump { to } => pc = to as usize,
                Op::JumpIf { a, to } => {
                    if r!(a) != 0 {
                        pc = to as usize;
                    }
                }
                Op::JumpUnless { a, to } => {
                    if r!(a) == 0 {
                        pc = to as usize;
                    }
                }
                Op::JumpEq { a, b, to } => {
                    if r!(a) == r!(b) {
                        pc = to as usize;
                    }
                }
                Op::JumpNe { a, b, to } => {
                    if r!(a) != r!(b) {
                        pc = to as usize;
                    }
                }
                Op::JumpLt { a, b, to } => {
                    if r!(a) < r!(b) {
                        pc = to as usize;
                    }
                }
                Op::JumpLe { a, b, to } => {
                    if r!(a) <= r!(b) {
                        pc = to as usize;
                    }
                }
                Op::JumpMatch { bits, to } => {
                    let bits = &self.bits[bits as usize];
                    if state[bits.word as usize] & bits.mask == bits.value {
                        pc = to as usize;
                    }
                }
                Op::JumpMismatch { bits, to } => {
                    let bits = &self.bits[bits as usize];
                    if state[bits.word as usize] & bits.mask != bits.value {
                        pc = to as usize;
                    }
                }
                Op::Patch { bits } => {
                    let bits = &self.bits[bits as usize];
                    let word = &mut next[bits.word as usize];
                    *word = *word & !bits.mask | bits.value;
                }
                Op::Put { word, shift, width, a, lo } => {
                    let mask = low_bits(width.into());
                    let raw = r!(a).wrapping_sub(r!(lo)) as u64 & mask;
                    let word = &mut next[word as usize];
                    *word = *word & !(mask << shift) | raw << shift;
                }
                Op::PutIndexed { array, position, a } => {
                    self.arrays[array as usize].store(next, r!(position), r!(a));
                }
                Op::Check { a, lo, hi } => {
                    let a = r!(a);
                    if a < r!(lo) || a > r!(hi) {
                        return Exit::FAULT;
                    }
                }
                Op::Exit { with } => return with,
            }
        }
    }
}
