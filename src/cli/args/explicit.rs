//! What the explicit search is told.

use super::values::{Threads, seconds, threads};
use clap::{Args, ValueEnum};
use musilc::{Codegen, Options};
use std::path::PathBuf;
use std::time::Duration;

/// How the explicit search goes about its work. None of this changes an answer.
#[derive(Args, Debug, Default)]
pub(crate) struct ExplicitArguments {
    /// How steps are computed
    #[arg(long, help_heading = "Explicit search", value_name = "ENGINE", default_value = "auto")]
    pub(crate) engine: StepEngine,
    /// How many threads search, or `auto`: as many as there are cores, at most 16
    #[arg(long, help_heading = "Explicit search", value_name = "N|auto", default_value = "auto", value_parser = threads)]
    pub(crate) threads: Threads,
    /// Leave variables out of the states that nothing which is checked depends on
    #[arg(long, help_heading = "Explicit search")]
    pub(crate) slice: bool,
    /// Save the search of one check to this file now and then, and go on from it where it exists
    #[arg(long, help_heading = "Explicit search", value_name = "FILE")]
    pub(crate) checkpoint: Option<PathBuf>,
    /// Least seconds between two savings
    #[arg(
        long,
        help_heading = "Explicit search",
        value_name = "SECONDS",
        default_value = "30",
        value_parser = seconds,
        requires = "checkpoint"
    )]
    pub(crate) checkpoint_every: Duration,
}

/// How steps are computed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub(crate) enum StepEngine {
    /// By machine code, once a search is long enough to repay its compilation
    #[default]
    Auto,
    /// By machine code, where the machine allows it
    Native,
    /// By an interpreter
    Interpreted,
}

impl ExplicitArguments {
    /// The options with these settings.
    pub(crate) fn apply(&self, mut options: Options) -> Options {
        options = options.codegen(match self.engine {
            StepEngine::Auto => Codegen::Auto,
            StepEngine::Native => Codegen::Native,
            StepEngine::Interpreted => Codegen::Interpreted,
        });
        if let Threads::Number(threads) = self.threads {
            options = options.threads(threads);
        }
        options = options.slice(self.slice);
        if let Some(file) = &self.checkpoint {
            options = options.checkpoint(file, self.checkpoint_every);
        }
        options
    }

    /// As they are written on the command line, each with a blank before it. A checkpoint is left out: from it, nothing would be searched
    /// again.
    pub(super) fn reproduction(&self) -> String {
        let mut out = String::new();
        match self.engine {
            StepEngine::Auto => {}
            StepEngine::Native => out.push_str(" --engine native"),
            StepEngine::Interpreted => out.push_str(" --engine interpreted"),
        }
        if let Threads::Number(threads) = self.threads {
            out.push_str(&format!(" --threads {threads}"));
        }
        if self.slice {
            out.push_str(" --slice");
        }
        out
    }
}
