//! Reports: the only part of musilc that knows terminals, JSON and the writing of files.

mod blame;
mod bless;
pub(crate) mod block;
mod certificate;
mod changes;
mod chart;
mod details;
mod ending;
mod excerpt;
mod fairness;
mod figures;
mod human;
mod json;
mod mermaid;
mod obligation;
mod open;
pub(crate) mod phrase;
mod progress;
mod statistics;
mod style;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_of_induction;
mod trace;
mod value;

pub use bless::{Blessed, bless, replace_file};
pub use chart::Charts;
pub use human::{DEFAULT_WIDTH, Human, Totals};
pub use json::{Json, SCHEMA};
pub use mermaid::Mermaid;
pub use progress::{Pace, clock, progress};
