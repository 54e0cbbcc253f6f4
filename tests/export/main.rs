//! Exported files, read by others: by a simulator that knows nothing of how they were written, and by ABC and cvc5
//! where they are installed.
#![allow(clippy::unwrap_used, reason = "a test")]
#![allow(clippy::print_stderr, reason = "says what was not tested")]

mod abc;
mod aiger;
mod by_hand;
mod expected;
#[path = "../../explicit/tests/common/generate.rs"]
mod generate;
mod random;
mod smtlib;
