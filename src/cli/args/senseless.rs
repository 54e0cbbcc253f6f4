//! Options that are each in order and make no sense together.

use super::Arguments;
use super::selection::Engines;
use clap::parser::ValueSource;
use clap::{ArgMatches, Command};

/// What only the explicit search is told.
const EXPLICIT: [&str; 6] = ["engine", "threads", "slice", "checkpoint", "checkpoint_every", "max_states"];

/// What only the symbolic engine is told.
const SYMBOLIC: [&str; 6] = ["bmc", "deep", "proof", "certificate", "solver", "depth"];

/// What is wrong with a command line for the main job: an engine is told something and is not asked.
pub(super) fn combination(command: &Command, matches: &ArgMatches, arguments: &Arguments) -> Option<String> {
    if arguments.verb.is_some() {
        return None;
    }
    let check = &arguments.check;
    let (which, told) = match check.selection.backend {
        _ if check.symbolic.deep => ("--deep", &EXPLICIT[..]),
        Engines::Bmc => ("--backend bmc", &EXPLICIT[..]),
        Engines::Explicit => ("--backend explicit", &SYMBOLIC[..]),
        Engines::Both => return None,
    };
    let given = |id: &&&str| matches.value_source(id) == Some(ValueSource::CommandLine);
    let id = told.iter().find(given)?;
    let option = command.get_arguments().find(|argument| argument.get_id() == id)?;
    let engine = if told == EXPLICIT { "explicit search" } else { "symbolic engine" };
    Some(format!("the argument '{option}' is for the {engine}, which '{which}' does not ask"))
}
