//! `musilc completions`

use super::args::Arguments;
use super::output;
use clap::CommandFactory;
use musilc::Exit;
use std::io;

/// Prints the completion script of a shell.
pub(crate) fn run(shell: clap_complete::Shell) -> io::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "musilc", &mut script);
    output::out(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Passed)
}
