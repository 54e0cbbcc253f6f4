//! The grammar of the command line.

mod export;

use clap::{Args, Parser, Subcommand, ValueEnum};
use musilc::{Backend, Fault, Method, Mode, Options, Procedure};
use std::path::PathBuf;
use std::time::Duration;

pub(crate) use export::{ExportArguments, ExportFormat};

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
    /// Run the checks and rewrite the `trace` and `verdict` blocks of the chapters
    Bless(BlessArguments),
    /// Write a check in the format of another tool
    Export(ExportArguments),
    /// Explain a diagnostic code; without one, list them
    Explain {
        /// The code, such as E0012
        code: Option<String>,
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
    pub(crate) symbolic: SymbolicArguments,
    /// Do not accept "no violation to depth k" where a check expects that it holds; look for a proof
    #[arg(long)]
    pub(crate) prove: bool,
    /// Show which fairness assumptions each verdict needs
    #[arg(long)]
    pub(crate) why: bool,
    /// What the results look like
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: Format,
    /// Show only what is not as expected, and the summary
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// Show statistics of every check
    #[arg(long)]
    pub(crate) stats: bool,
    /// Show the traces of checks that are as expected too
    #[arg(long)]
    pub(crate) traces: bool,
    /// Show whole states in traces, not only what changes
    #[arg(long)]
    pub(crate) all_values: bool,
    /// Leave out what differs from run to run
    #[arg(long, hide = true)]
    pub(crate) no_timings: bool,
    /// Make an engine wrong on purpose, to see that the other one tells
    #[arg(long, hide = true, value_name = "FAULT")]
    pub(crate) inject_fault: Option<InjectedFault>,
}

/// Which checks are run, by which engines, with which constants.
#[derive(Args, Debug, Default)]
pub(crate) struct Selection {
    /// The engines to ask
    #[arg(long, value_name = "BACKEND", default_value = "both")]
    pub(crate) backend: Engines,
    /// Give a constant another value
    #[arg(short = 'D', value_name = "NAME=VALUE", value_parser = constant)]
    pub(crate) constants: Vec<(String, String)>,
    /// Run this check only; may be repeated
    #[arg(long = "check", value_name = "NAME")]
    pub(crate) checks: Vec<String>,
}

/// What the symbolic engine looks for, and how.
#[derive(Args, Debug, Default)]
pub(crate) struct SymbolicArguments {
    /// What the bounded checker looks for
    #[arg(long, help_heading = "Symbolic engine", value_name = "MODE", default_value = "shortest")]
    pub(crate) bmc: BoundedMode,
    /// Ask the bounded checker only, for any violation: short for --backend bmc --bmc deep
    #[arg(long, help_heading = "Symbolic engine", conflicts_with_all = ["bmc"])]
    pub(crate) deep: bool,
    /// How a proof is looked for, with --prove
    #[arg(
        long,
        help_heading = "Symbolic engine",
        value_name = "METHOD",
        default_value = "any",
        requires = "prove"
    )]
    pub(crate) proof: ProofMethod,
    /// Show the invariant behind a proof, and have cvc5 or z3 confirm it where one is installed
    #[arg(long, help_heading = "Symbolic engine", requires = "prove")]
    pub(crate) certificate: bool,
    /// Which solver decides everything [default: Z3 where engines are compared, else BatSat; BatSat for proofs]
    #[arg(long, help_heading = "Symbolic engine", value_name = "SOLVER")]
    pub(crate) solver: Option<SolverChoice>,
}

/// What the bounded checker looks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub(crate) enum BoundedMode {
    /// A violation of least depth
    #[default]
    Shortest,
    /// Any violation, many steps at once
    Deep,
}

/// How a proof is looked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub(crate) enum ProofMethod {
    /// By all of these
    #[default]
    Any,
    /// By k-induction
    Induction,
    /// By an inductive invariant that the engine finds (IC3)
    Invariant,
}

/// A solver.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum SolverChoice {
    /// Z3's solver for finite domains
    Z3,
    /// The propositional solver BatSat
    Sat,
}

impl SymbolicArguments {
    /// The options with these settings.
    pub(crate) fn apply(&self, mut options: Options) -> Options {
        if self.deep {
            options = options.backend(Backend::Bmc);
        }
        if self.deep || self.bmc == BoundedMode::Deep {
            options = options.mode(Mode::Deep);
        }
        if let Some(solver) = self.solver {
            options = options.solver(match solver {
                SolverChoice::Z3 => Procedure::Z3,
                SolverChoice::Sat => Procedure::Sat,
            });
        }
        options = options.certificate(self.certificate);
        options.method(match self.proof {
            ProofMethod::Any => Method::Any,
            ProofMethod::Induction => Method::Induction,
            ProofMethod::Invariant => Method::Invariant,
        })
    }

    /// As they are written on the command line, each with a blank before it.
    fn reproduction(&self) -> String {
        let mut out = String::new();
        if self.deep {
            out.push_str(" --deep");
        } else if self.bmc == BoundedMode::Deep {
            out.push_str(" --bmc deep");
        }
        match self.proof {
            ProofMethod::Any => {}
            ProofMethod::Induction => out.push_str(" --proof induction"),
            ProofMethod::Invariant => out.push_str(" --proof invariant"),
        }
        match self.solver {
            None => {}
            Some(SolverChoice::Z3) => out.push_str(" --solver z3"),
            Some(SolverChoice::Sat) => out.push_str(" --solver sat"),
        }
        if self.certificate {
            out.push_str(" --certificate");
        }
        out
    }
}

/// How far the engines go.
#[derive(Args, Debug, Default)]
pub(crate) struct LimitArguments {
    /// Depth of the bounded checker [default: as deep as the explicit search needed it, at most 20]
    #[arg(long, help_heading = "Limits", value_name = "N")]
    pub(crate) depth: Option<u32>,
    /// Most distinct states of the explicit search
    #[arg(long, help_heading = "Limits", value_name = "N")]
    pub(crate) max_states: Option<u64>,
    /// Most memory for the states of the explicit search, and for the solvers, such as 512M or 2G [default: 4G]
    #[arg(long, help_heading = "Limits", value_name = "SIZE", value_parser = size)]
    pub(crate) max_memory: Option<u64>,
    /// Depth beyond which no engine searches; a proof is not bound by it
    #[arg(long, help_heading = "Limits", value_name = "N")]
    pub(crate) max_depth: Option<u32>,
    /// Most seconds of each engine for each check
    #[arg(long, help_heading = "Limits", value_name = "SECONDS", value_parser = seconds)]
    pub(crate) timeout: Option<Duration>,
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
    #[arg(long)]
    pub(crate) explicit: bool,
}

/// The engines to ask.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub(crate) enum Engines {
    /// The explicit-state search
    Explicit,
    /// The bounded checker
    Bmc,
    /// Both, which must agree
    #[default]
    Both,
}

/// A fault to inject.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum InjectedFault {
    /// The explicit search forgets an instance of an action
    ExplicitInstance,
    /// The bounded checker forgets an instance of an action
    BmcInstance,
    /// The bounded checker lets a variable change that no action writes
    BmcFrame,
}

impl From<InjectedFault> for Fault {
    fn from(fault: InjectedFault) -> Self {
        match fault {
            InjectedFault::ExplicitInstance => Fault::ExplicitInstance,
            InjectedFault::BmcInstance => Fault::BmcInstance,
            InjectedFault::BmcFrame => Fault::BmcFrame,
        }
    }
}

/// What the results look like.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub(crate) enum Format {
    /// For people
    #[default]
    Human,
    /// For programs; docs/json.md describes it
    Json,
}

impl Selection {
    /// The options that they stand for, without the names of checks: those are looked up in each chapter.
    pub(crate) fn apply(&self, mut options: Options) -> Options {
        options = options.backend(match self.backend {
            Engines::Explicit => Backend::Explicit,
            Engines::Bmc => Backend::Bmc,
            Engines::Both => Backend::Both,
        });
        for (name, value) in &self.constants {
            options = options.constant(name, value);
        }
        options
    }
}

impl LimitArguments {
    /// The options with these limits.
    pub(crate) fn apply(&self, mut options: Options) -> Options {
        if let Some(depth) = self.depth {
            options = options.depth(depth);
        }
        if let Some(states) = self.max_states {
            options = options.max_states(states);
        }
        if let Some(bytes) = self.max_memory {
            options = options.max_memory(bytes);
        }
        if let Some(depth) = self.max_depth {
            options = options.max_depth(depth);
        }
        if let Some(timeout) = self.timeout {
            options = options.timeout(timeout);
        }
        options
    }
}

impl CheckArguments {
    /// The options that decide a finding, as they are written on the command line, each with a blank before it.
    pub(crate) fn reproduction(&self) -> String {
        let mut out = String::new();
        match self.selection.backend {
            Engines::Both => {}
            Engines::Explicit => out.push_str(" --backend explicit"),
            Engines::Bmc => out.push_str(" --backend bmc"),
        }
        for (name, value) in &self.selection.constants {
            out.push_str(&format!(" -D {name}={value}"));
        }
        let limits = &self.limits;
        for (option, value) in [
            ("depth", limits.depth.map(u64::from)),
            ("max-states", limits.max_states),
            ("max-memory", limits.max_memory),
            ("max-depth", limits.max_depth.map(u64::from)),
        ] {
            if let Some(value) = value {
                out.push_str(&format!(" --{option} {value}"));
            }
        }
        if let Some(timeout) = limits.timeout {
            out.push_str(&format!(" --timeout {}", timeout.as_secs_f64()));
        }
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

fn constant(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() && !value.trim().is_empty() => {
            Ok((name.trim().to_owned(), value.trim().to_owned()))
        }
        _ => Err("write NAME=VALUE".to_owned()),
    }
}

/// Bytes, with a unit of 1024 or a power of it: `512M`, `2G`, `2GiB`.
fn size(text: &str) -> Result<u64, String> {
    let wrong = || "write a number of bytes, or one with K, M, G or T, such as 512M".to_owned();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at_checked(digits).ok_or_else(wrong)?;
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let unit = unit.trim().to_ascii_lowercase();
    let power = match unit.trim_end_matches('b').trim_end_matches('i') {
        "" if unit != "i" && unit != "ib" => 0,
        "k" => 1,
        "m" => 2,
        "g" => 3,
        "t" => 4,
        _ => return Err(wrong()),
    };
    number.checked_mul(1 << (10 * power)).ok_or_else(|| "that is too large".to_owned())
}

fn seconds(text: &str) -> Result<Duration, String> {
    let wrong = || "write a number of seconds, such as 60 or 0.5".to_owned();
    let seconds: f64 = text.parse().map_err(|_| wrong())?;
    Duration::try_from_secs_f64(seconds).ok().filter(|time| !time.is_zero()).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_is_consistent() {
        use clap::CommandFactory;
        Arguments::command().debug_assert();
    }

    #[test]
    fn sizes() {
        for (text, expected) in [
            ("512", 512),
            ("1k", 1024),
            ("512M", 512 << 20),
            ("2G", 2 << 30),
            ("2GiB", 2 << 30),
            ("3MB", 3 << 20),
        ] {
            assert_eq!(size(text), Ok(expected), "{text}");
        }
        for wrong in ["", "M", "-1", "1.5G", "1X", "1i", "99999999999T", "9 9"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn constants_and_seconds() {
        assert_eq!(constant("N=3"), Ok(("N".to_owned(), "3".to_owned())));
        for wrong in ["", "N", "N=", "=3", " = "] {
            assert!(constant(wrong).is_err(), "{wrong}");
        }
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        for wrong in ["", "0", "-1", "x", "inf", "NaN", "1e300"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn verbs_and_files() {
        let parse =
            |line: &[&str]| Arguments::try_parse_from(std::iter::once("musilc").chain(line.iter().copied()));
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
}
