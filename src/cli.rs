//! The command line: a thin client of the library.

mod args;
mod bless;
mod check;
mod completions;
mod explain;
mod export;
mod inputs;
mod ir;
mod library;
mod output;
mod progress;
mod signals;

use args::{Arguments, Verb};
use musilc::Exit;
use std::process::ExitCode;

/// Reads the command line and does what it says.
pub(crate) fn main() -> ExitCode {
    musilc::keep_panics_quiet();
    let arguments = match Arguments::read(std::env::args_os()) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and the version are no errors, and clap writes them to stdout.
            let code = u8::try_from(error.exit_code()).unwrap_or(Exit::BadInput.code());
            return match error.print() {
                Err(problem) => output::unwritable(&problem),
                Ok(()) => ExitCode::from(code),
            };
        }
    };
    output::choose_colour(arguments.color);
    match std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run(&arguments))) {
        Ok(Ok(exit)) => ExitCode::from(exit.code()),
        Ok(Err(problem)) => output::unwritable(&problem),
        Err(payload) => {
            let message = musilc::panic_message(&*payload);
            output::error(format_args!("internal error: {message}; please report it"));
            ExitCode::from(Exit::Internal.code())
        }
    }
}

fn run(arguments: &Arguments) -> std::io::Result<Exit> {
    match &arguments.verb {
        None => check::run(&arguments.check),
        Some(Verb::Ir(ir)) => ir::run(ir),
        Some(Verb::Bless(bless)) => bless::run(bless),
        Some(Verb::Export(export)) => export::run(export),
        Some(Verb::Explain { code }) => explain::run(code.as_deref()),
        Some(Verb::Std { module }) => library::run(module.as_deref()),
        Some(Verb::Completions { shell }) => completions::run(*shell),
    }
}
