//! The grammar of the command line.

mod explicit;
mod export;
mod limits;
mod output;
mod selection;
mod senseless;
mod symbolic;
mod values;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::path::PathBuf;
use values::constant;

pub(crate) use explicit::ExplicitArguments;
pub(crate) use export::{ExportArguments, ExportFormat};
pub(crate) use limits::LimitArguments;
pub(crate) use output::{Format, OutputArguments};
pub(crate) use selection::{InjectedFault, Selection};
pub(crate) use symbolic::SymbolicArguments;

/// Checks literate chapters with two engines that must agree.
///
/// Runs the checks of chapters: Markdown files with `musil` blocks, or .musil files. Directories are searched for them.
#[derive(Parser, Debug)]
#[command(
    name = "musilc",
    version,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    arg_required_else_help = true
)]
#[command(override_usage = "musilc [OPTIONS] FILE|DIR...\n       musilc VERB ...")]
#[command(
    after_help = "Exit codes: 0 every check as expected; 1 some not; 2 wrong input or usage; 3 the engines disagree or \
                        musilc failed; 4 undecided within the limits; 130 interrupted."
)]
#[command(subcommand_help_heading = "Verbs", subcommand_value_name = "VERB", disable_help_subcommand = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) verb: Option<Verb>,
    #[command(flatten)]
    pub(crate) check: CheckArguments,
    /// When to use colours
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true)]
    pub(crate) color: Colour,
}

impl Arguments {
    /// Reads a command line, the name of the command included.
    ///
    /// # Errors
    /// What is wrong with it; help and the version, where they are asked for.
    pub(crate) fn read(
        line: impl IntoIterator<Item = impl Into<OsString> + Clone>,
    ) -> Result<Self, clap::Error> {
        let mut command = Self::command();
        let matches = command.try_get_matches_from_mut(line)?;
        let arguments = Self::from_arg_matches(&matches).map_err(|error| error.format(&mut command))?;
        match senseless::combination(&command, &matches, &arguments) {
            Some(problem) => Err(command.error(clap::error::ErrorKind::ArgumentConflict, problem)),
            None => Ok(arguments),
        }
    }
}

/// When to use colours.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Colour {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The other verbs.
#[derive(Subcommand, Debug)]
pub(crate) enum Verb {
    /// Print the transition systems of checks
    Ir(IrArguments),
    /// Run the checks and rewrite the `trace`, `chart`, `assumptions` and `verdict` blocks of the chapters
    Bless(BlessArguments),
    /// Write a check in the format of another tool
    Export(ExportArguments),
    /// Explain a diagnostic code; without one, list them
    Explain {
        /// The code, such as E0012
        code: Option<String>,
    },
    /// Print a module of the library of environments; without one, list them
    Std {
        /// The module, such as kubernetes
        module: Option<String>,
    },
    /// Print completions for a shell
    #[command(hide = true)]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// Arguments of the main job.
#[derive(Args, Debug, Default)]
pub(crate) struct CheckArguments {
    /// Chapters, or directories of chapters
    #[arg(value_name = "FILE|DIR", required = true)]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) selection: Selection,
    #[command(flatten)]
    pub(crate) limits: LimitArguments,
    #[command(flatten)]
    pub(crate) explicit: ExplicitArguments,
    #[command(flatten)]
    pub(crate) symbolic: SymbolicArguments,
    /// Do not accept "no violation to depth k" where a check expects that it holds; look for a proof
    #[arg(long)]
    pub(crate) prove: bool,
    /// Show which fairness assumptions each verdict needs
    #[arg(long)]
    pub(crate) why: bool,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
    /// Make an engine wrong on purpose, to see that the other one tells
    #[arg(long, hide = true, value_name = "FAULT")]
    pub(crate) inject_fault: Option<InjectedFault>,
}

/// Arguments of `musilc ir`.
#[derive(Args, Debug)]
pub(crate) struct IrArguments {
    /// The chapter
    #[arg(value_name = "FILE")]
    pub(crate) path: PathBuf,
    /// Print the system of this check only; may be repeated
    #[arg(long = "check", value_name = "NAME")]
    pub(crate) checks: Vec<String>,
    /// Give a constant another value
    #[arg(short = 'D', value_name = "NAME=VALUE", value_parser = constant)]
    pub(crate) constants: Vec<(String, String)>,
    /// Print how the explicit search packs a state instead
    #[arg(long)]
    pub(crate) layout: bool,
}

/// Arguments of `musilc bless`.
#[derive(Args, Debug)]
pub(crate) struct BlessArguments {
    /// Chapters, or directories of chapters
    #[arg(value_name = "FILE|DIR", required = true)]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) limits: LimitArguments,
    /// Ask the explicit search only
    #[arg(long, conflicts_with = "depth")]
    pub(crate) explicit: bool,
}

impl CheckArguments {
    /// The options that decide a finding, as they are written on the command line, each with a blank before it.
    pub(crate) fn reproduction(&self) -> String {
        let mut out = self.selection.reproduction();
        out.push_str(&self.limits.reproduction());
        out.push_str(&self.explicit.reproduction());
        out.push_str(&self.symbolic.reproduction());
        if self.prove {
            out.push_str(" --prove");
        }
        if self.why {
            out.push_str(" --why");
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_is_consistent() {
        Arguments::command().debug_assert();
    }

    fn parse(line: &[&str]) -> Result<Arguments, clap::Error> {
        Arguments::read(std::iter::once("musilc").chain(line.iter().copied()))
    }

    #[test]
    fn verbs_and_files() {
        let arguments = parse(&["-D", "N=3", "--check", "a", "--check", "b", "x.md", "dir"]).unwrap();
        assert!(arguments.verb.is_none());
        assert_eq!(arguments.check.paths.len(), 2);
        assert_eq!(arguments.check.selection.checks, ["a", "b"]);
        assert!(matches!(parse(&["ir", "x.md"]).unwrap().verb, Some(Verb::Ir(_))));
        assert!(parse(&["./ir"]).unwrap().verb.is_none());
        assert!(parse(&["explain", "--color", "never"]).unwrap().verb.is_some());
        for wrong in [&[][..], &["--nonsense", "x.md"], &["--depth", "-1", "x.md"], &["ir"], &["--quiet"]] {
            assert_eq!(parse(wrong).unwrap_err().exit_code(), 2, "{wrong:?}");
        }
    }

    #[test]
    fn what_one_engine_is_told_is_not_asked_of_the_other() {
        for fine in [
            &["--backend", "explicit", "--threads", "2", "--engine", "native", "--prove", "x.md"][..],
            &["--backend", "both", "--threads", "2", "--bmc", "deep", "--depth", "3", "x.md"],
            &["--backend", "bmc", "--depth", "3", "--solver", "sat", "--prove", "--certificate", "x.md"],
            &["--deep", "--depth", "3", "x.md"],
            &["--checkpoint", "c", "--checkpoint-every", "0.5", "x.md"],
        ] {
            assert!(parse(fine).is_ok(), "{fine:?}");
        }
        for wrong in [
            &["--backend", "explicit", "--deep", "x.md"][..],
            &["--backend", "explicit", "--bmc", "shortest", "x.md"],
            &["--backend", "explicit", "--depth", "3", "x.md"],
            &["--backend", "explicit", "--prove", "--certificate", "x.md"],
            &["--backend", "bmc", "--engine", "auto", "x.md"],
            &["--backend", "bmc", "--max-states", "3", "x.md"],
            &["--deep", "--threads", "2", "x.md"],
            &["--deep", "--checkpoint", "c", "x.md"],
            &["--checkpoint-every", "5", "x.md"],
            &["--threads", "0", "x.md"],
            &["--engine", "fast", "x.md"],
            &["bless", "--explicit", "--depth", "3", "x.md"],
        ] {
            assert_eq!(parse(wrong).unwrap_err().exit_code(), 2, "{wrong:?}");
        }
    }
}
