//! What the symbolic engine is told.

use clap::{Args, ValueEnum};
use musilc::{Backend, Method, Mode, Options, Procedure};

/// What the symbolic engine looks for, and how.
#[derive(Args, Debug, Default)]
pub(crate) struct SymbolicArguments {
    /// What the bounded checker looks for
    #[arg(long, help_heading = "Symbolic engine", value_name = "MODE", default_value = "shortest")]
    pub(crate) bmc: BoundedMode,
    /// Ask the bounded checker only, for any violation: short for --backend bmc --bmc deep
    #[arg(long, help_heading = "Symbolic engine", conflicts_with_all = ["bmc", "backend"])]
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
    pub(super) fn reproduction(&self) -> String {
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
