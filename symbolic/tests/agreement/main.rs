//! The bounded checker against hand-built systems with known verdicts, and against the reference checker.

#![allow(clippy::unwrap_used, reason = "in a test, what cannot be had fails the test")]

mod arithmetic;
mod builder;
mod cases;
mod compare;
mod lassos;
mod limits;
mod models;
mod modes;
mod mutations;
mod proofs;
mod random;
mod random_lassos;
mod random_system;
