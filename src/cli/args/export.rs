//! The grammar of `musilc export`.

use super::values::constant;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Arguments of `musilc export`.
#[derive(Args, Debug)]
pub(crate) struct ExportArguments {
    /// The chapter
    #[arg(value_name = "FILE")]
    pub(crate) path: PathBuf,
    /// The format
    #[arg(long, value_name = "FORMAT", default_value = "aiger")]
    pub(crate) format: ExportFormat,
    /// The check; needed where the chapter has several
    #[arg(long, value_name = "NAME")]
    pub(crate) check: Option<String>,
    /// Give a constant another value
    #[arg(short = 'D', value_name = "NAME=VALUE", value_parser = constant)]
    pub(crate) constants: Vec<(String, String)>,
    /// Write text, not binary
    #[arg(long)]
    pub(crate) ascii: bool,
    /// Leave out what is more than safety: reachable, temporal and recoverable properties, and that
    /// invariants are inductive
    #[arg(long)]
    pub(crate) safety: bool,
    /// One output for all violations (the default)
    #[arg(long, conflicts_with = "each")]
    pub(crate) single: bool,
    /// A bad-state signal for each invariant, for model errors and for deadlocks
    #[arg(long)]
    pub(crate) each: bool,
    /// Write to this file, not to stdout
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// A format of another tool.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum ExportFormat {
    /// A circuit, for hardware model checkers
    Aiger,
}
