//! `musilc export`

use super::args::{ExportArguments, ExportFormat};
use super::{inputs, output};
use musilc::report::Human;
use musilc::{AigerOptions, Chapter, Error, Exit, Options};
use std::io::{self, IsTerminal, Write};

/// Writes a check in the format of another tool.
pub(crate) fn run(arguments: &ExportArguments) -> io::Result<Exit> {
    if arguments.output.is_none() && !arguments.ascii && io::stdout().is_terminal() {
        output::error("binary is not written to a terminal: use `--ascii`, or `--output FILE`");
        return Ok(Exit::BadInput);
    }
    let human = Human { width: output::width(), ..Human::default() };
    let options = arguments
        .constants
        .iter()
        .fold(Options::new(), |options, (name, value)| options.constant(name, value));
    let chapter = match musilc::compile_with(&arguments.path, &options) {
        Ok(chapter) => chapter,
        Err(error) => return Ok(inputs::show(&error, &human)),
    };
    let check = match the_check(&chapter, arguments) {
        Ok(check) => check,
        Err(message) => {
            output::error(message);
            return Ok(Exit::BadInput);
        }
    };
    match arguments.format {
        ExportFormat::Aiger => aiger(&chapter, &check, arguments, &human),
    }
}

/// The check that is meant.
fn the_check(chapter: &Chapter, arguments: &ExportArguments) -> Result<String, String> {
    if let Some(name) = &arguments.check {
        return Ok(name.clone());
    }
    let path = arguments.path.display();
    match chapter.checks() {
        [] => Err(format!("{path} declares no checks")),
        [only] => Ok(only.name.clone()),
        several => {
            let names: Vec<&str> = several.iter().map(|check| check.name.as_str()).collect();
            Err(format!("{path} has several checks; name one with `--check`: {}", names.join(", ")))
        }
    }
}

fn aiger(chapter: &Chapter, check: &str, arguments: &ExportArguments, human: &Human) -> io::Result<Exit> {
    let options = AigerOptions { safety: arguments.safety, each: arguments.each };
    let file = match chapter.aiger(check, options) {
        Ok(file) => file,
        Err(error) => {
            let exit = inputs::show(&error, human);
            if matches!(error, Error::Export { problem: musilc::export::Refusal::Unsaid(_), .. }) {
                output::err("  `--safety` exports the rest\n");
            }
            return Ok(exit);
        }
    };
    for warning in file.warnings() {
        output::err(&format!("note: {warning}\n"));
    }
    let bytes = if arguments.ascii { file.ascii().into_bytes() } else { file.binary() };
    write(&bytes, arguments)
}

fn write(bytes: &[u8], arguments: &ExportArguments) -> io::Result<Exit> {
    let Some(path) = &arguments.output else {
        let mut stdout = io::stdout().lock();
        stdout.write_all(bytes)?;
        stdout.flush()?;
        return Ok(Exit::Passed);
    };
    if let Err(problem) = std::fs::write(path, bytes) {
        output::error(format_args!("cannot write {}: {problem}", path.display()));
        return Ok(Exit::BadInput);
    }
    Ok(Exit::Passed)
}
