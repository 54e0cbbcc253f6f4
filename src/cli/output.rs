//! Writing to the terminal.

use super::args::Colour;
use musilc::Exit;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

/// Decides whether colours are used; `Auto` respects NO_COLOR, CLICOLOR and CLICOLOR_FORCE.
pub(crate) fn choose_colour(colour: Colour) {
    match colour {
        Colour::Auto => anstream::ColorChoice::Auto,
        Colour::Always => anstream::ColorChoice::Always,
        Colour::Never => anstream::ColorChoice::Never,
    }
    .write_global();
}

/// Writes results.
pub(crate) fn out(text: &str) -> io::Result<()> {
    let mut stdout = anstream::stdout();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}

/// Writes remarks and errors. That they cannot be written is no reason to stop.
pub(crate) fn err(text: &str) {
    let mut stderr = anstream::stderr();
    let _ = stderr.write_all(text.as_bytes());
    let _ = stderr.flush();
}

/// An error that is not about a place in a chapter.
pub(crate) fn error(message: impl std::fmt::Display) {
    let red = anstyle::AnsiColor::Red.on_default().bold();
    err(&format!("{red}error{red:#}: {message}\n"));
}

/// The end of a run whose results cannot be written. A reader that has read enough is no error worth a word; the exit code is then that of
/// a process that SIGPIPE ended.
pub(crate) fn unwritable(problem: &io::Error) -> ExitCode {
    if problem.kind() == io::ErrorKind::BrokenPipe {
        return ExitCode::from(128 + 13);
    }
    error(format_args!("cannot write the results: {problem}"));
    ExitCode::from(Exit::BadInput.code())
}

/// Whether reports show times and sizes in memory, which differ from run to run.
pub(crate) fn timings() -> bool {
    std::env::var_os("MUSILC_NO_TIMINGS").is_none()
}

/// The columns of what the results are written to.
pub(crate) fn width() -> usize {
    let terminal = io::stdout().is_terminal().then(terminal_size::terminal_size).flatten();
    terminal.map_or(musilc::report::DEFAULT_WIDTH, |(width, _)| usize::from(width.0).max(40))
}
