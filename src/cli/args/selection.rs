//! Which checks are run, by which engines.

use super::values::constant;
use clap::{Args, ValueEnum};
use musilc::{Backend, Fault, Options};

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

    /// As they are written on the command line, each with a blank before it, without the names of checks.
    pub(super) fn reproduction(&self) -> String {
        let mut out = String::new();
        match self.backend {
            Engines::Both => {}
            Engines::Explicit => out.push_str(" --backend explicit"),
            Engines::Bmc => out.push_str(" --backend bmc"),
        }
        for (name, value) in &self.constants {
            out.push_str(&format!(" -D {name}={value}"));
        }
        out
    }
}
