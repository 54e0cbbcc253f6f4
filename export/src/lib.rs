//! Transition systems in the formats of other tools.
//!
//! * [`Aiger`]: the safety of a system as an and-inverter circuit in the format AIGER, for hardware model checkers.
//! * [`obligations`]: what makes an invariant a proof, in SMT-LIB, for solvers.
//!
//! # Parts
//!
//! * `aig`: and-inverter graphs; `inputs`: choices that are legal whatever the inputs are; `names`: how the parts of a file are called.
//! * `smtlib`: expressions and obligations as text for solvers.
//! * `circuit`: from a system to the circuit of a file; `aiger`: the file.
//! * `refusal`: what cannot be said is refused, never silently left out.

mod aig;
mod aiger;
mod circuit;
mod inputs;
mod names;
mod refusal;
mod smtlib;
#[cfg(test)]
mod testing;

pub use aiger::{Aiger, Latch, Section, Settings};
pub use refusal::{Refusal, unsaid};
pub use smtlib::{Script, obligations};
