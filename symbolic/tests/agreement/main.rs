//! The bounded checker against hand-built systems with known verdicts, and against the reference checker.

mod builder;
mod cases;
mod compare;
mod limits;
mod models;
mod mutations;
mod random;
mod random_system;
