//! musilc compiles literate chapters to symbolic transition systems and checks them with an explicit-state search and a
//! Z3-backed bounded checker, which are held to agree.
//!
//! ```
//! let chapter = musilc::Chapter::from_text(
//!     "lamp.musil",
//!     "model Lamp { var on: bool = false; action toggle() { on = !on; } invariant off: !on; }
//!      check stays_off: Lamp expect violates off in 1;",
//! )?;
//! let report = chapter.check(&musilc::Options::new())?;
//! assert!(report.passed());
//! # Ok::<(), musilc::Error>(())
//! ```
//!
//! [`compile`] reads a chapter from a file. [`Options`] say which engines are asked and how far they go. A [`Report`] has what
//! they found and how that compares with the chapter's expectations; [`report`] shows it to people and programs.

mod chapter;
mod check;
mod error;
mod exporting;
mod memory;
mod options;
pub mod report;
mod result;
mod scan;
mod stack;
#[cfg(test)]
mod testing;

pub use chapter::{Chapter, compile, compile_with, is_plain_markdown, read};
pub use check::{CONFIRM_PROOF, CONFIRM_TRACE, DEFAULT_DEPTH};
pub use error::{Error, nearest_name};
pub use exporting::AigerOptions;
pub use memory::default_max_memory;
pub use musilc_export as export;
pub use musilc_frontend as frontend;
pub use musilc_ir as ir;
#[doc(hidden)]
pub use options::Fault;
pub use options::{Backend, Codegen, Engine, Method, Mode, Options, Procedure, Watcher, default_threads};
pub use result::{
    Assumed, BlockDifference, CheckReport, Exit, Finding, Need, Needed, Open, Report, Run, Sets, Status, Why,
    WhyHolds,
};
pub use scan::{Input, find};
pub use stack::{keep_panics_quiet, panic_message};
