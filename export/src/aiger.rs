//! The format AIGER (Biere, Heljanko and Wieringa, "AIGER 1.9 and beyond", 2011), as text and binary.

use crate::aig::Literal;
use crate::circuit;
use crate::refusal::Refusal;
use musilc_ir::{Limits, TransitionSystem};
use std::fmt::Write;

/// What is wanted of a file.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Where the system comes from, for the comments: the chapter's name.
    pub chapter: String,
    /// One signal for each kind of violation, not one for all.
    pub each: bool,
    /// Leave out what is more than safety, and say so in the comments.
    pub safety: bool,
}

/// A latch of a file.
#[derive(Clone, Debug)]
pub struct Latch {
    pub(crate) name: String,
    pub(crate) next: Literal,
    pub(crate) reset: bool,
}

/// Where the signals stand that tell of violations.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Section {
    /// Among the outputs, as in AIGER 1.0.
    Outputs,
    /// Among the bad states, as in AIGER 1.9.
    Bad,
}

/// An and-inverter circuit with latches: a system whose runs it goes through, one step a frame, and tells of local violations.
///
/// Inputs choose the initial state and the steps. Each combination of them is a choice, so there are no constraints.
#[derive(Clone, Debug)]
pub struct Aiger {
    pub(crate) inputs: Vec<String>,
    pub(crate) latches: Vec<Latch>,
    pub(crate) signals: Vec<(String, Literal)>,
    pub(crate) section: Section,
    pub(crate) ands: Vec<(Literal, Literal)>,
    pub(crate) comments: Vec<String>,
    pub(crate) warnings: Vec<String>,
}

impl Aiger {
    /// The safety of a system: model errors, invariants, step properties, deadlocks.
    ///
    /// # Errors
    /// Where the system claims more than that and [`Settings::safety`] is not set; where it has no initial state; where it is too large
    /// or takes too long.
    pub fn new(system: &TransitionSystem, settings: &Settings, limits: &Limits) -> Result<Self, Refusal> {
        circuit::build(system, settings, limits)
    }

    /// What a reader of the file should know; it stands in the comments too.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// How many inputs, latches and conjunctions there are.
    #[must_use]
    pub fn sizes(&self) -> (usize, usize, usize) {
        (self.inputs.len(), self.latches.len(), self.ands.len())
    }

    fn leaves(&self) -> usize {
        self.inputs.len() + self.latches.len()
    }

    fn header(&self, format: &str) -> String {
        let (inputs, latches, ands) = self.sizes();
        let signals = self.signals.len();
        let most = self.leaves() + ands;
        match self.section {
            Section::Outputs => format!("{format} {most} {inputs} {latches} {signals} {ands}\n"),
            Section::Bad => format!("{format} {most} {inputs} {latches} 0 {ands} {signals}\n"),
        }
    }

    /// The file as text (`aag`).
    #[must_use]
    pub fn ascii(&self) -> String {
        let mut out = self.header("aag");
        let first_latch = self.inputs.len() + 1;
        let first_and = self.leaves() + 1;
        for variable in 1..first_latch {
            let _ = writeln!(out, "{}", variable * 2);
        }
        for (latch, variable) in self.latches.iter().zip(first_latch..) {
            let _ = writeln!(out, "{} {}", variable * 2, latch.rest());
        }
        self.write_signals(&mut out);
        for (&(a, b), variable) in self.ands.iter().zip(first_and..) {
            let _ = writeln!(out, "{} {} {}", variable * 2, a.code(), b.code());
        }
        self.write_end(&mut out);
        out
    }

    /// The file in binary (`aig`).
    #[must_use]
    pub fn binary(&self) -> Vec<u8> {
        let mut head = self.header("aig");
        for latch in &self.latches {
            let _ = writeln!(head, "{}", latch.rest());
        }
        self.write_signals(&mut head);
        let mut out = head.into_bytes();
        let first_and = self.leaves() + 1;
        for (&(a, b), variable) in self.ands.iter().zip(first_and..) {
            // A conjunction comes after its operands, and the greater operand is the first: no difference is negative.
            write_number(&mut out, variable as u64 * 2 - u64::from(a.code()));
            write_number(&mut out, u64::from(a.code() - b.code()));
        }
        let mut tail = String::new();
        self.write_end(&mut tail);
        out.extend(tail.into_bytes());
        out
    }

    fn write_signals(&self, out: &mut String) {
        for (_, literal) in &self.signals {
            let _ = writeln!(out, "{}", literal.code());
        }
    }

    /// Symbols and comments.
    fn write_end(&self, out: &mut String) {
        for (at, name) in self.inputs.iter().enumerate() {
            let _ = writeln!(out, "i{at} {name}");
        }
        for (at, latch) in self.latches.iter().enumerate() {
            let _ = writeln!(out, "l{at} {}", latch.name);
        }
        let letter = match self.section {
            Section::Outputs => 'o',
            Section::Bad => 'b',
        };
        for (at, (name, _)) in self.signals.iter().enumerate() {
            let _ = writeln!(out, "{letter}{at} {name}");
        }
        out.push_str("c\n");
        for comment in &self.comments {
            let _ = writeln!(out, "{comment}");
        }
    }
}

impl Latch {
    /// What follows its own literal. A reset to 0 is left out, as older tools know no other.
    fn rest(&self) -> String {
        format!("{}{}", self.next.code(), if self.reset { " 1" } else { "" })
    }
}

/// Seven bits a byte, the least significant first; the eighth says that more follow.
fn write_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_the_binary_form() {
        for (number, bytes) in
            [(0, &[0][..]), (1, &[1]), (127, &[0x7f]), (128, &[0x80, 1]), (16387, &[0x83, 0x80, 1])]
        {
            let mut out = Vec::new();
            write_number(&mut out, number);
            assert_eq!(out, bytes);
        }
    }
}
