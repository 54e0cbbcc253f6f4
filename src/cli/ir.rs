//! `musilc ir`

use super::args::IrArguments;
use super::{inputs, output};
use musilc::report::Human;
use musilc::{Error, Exit, Options};
use std::io;

/// Prints the transition systems of a chapter's checks, or how the explicit search packs their states.
pub(crate) fn run(arguments: &IrArguments) -> io::Result<Exit> {
    let human = Human { width: output::width(), ..Human::default() };
    let options = arguments
        .constants
        .iter()
        .fold(Options::new(), |options, (name, value)| options.constant(name, value));
    let texts = match texts(arguments, &options) {
        Ok(texts) => texts,
        Err(error) => return Ok(inputs::show(&error, &human)),
    };
    if texts.is_empty() {
        output::error(format_args!("{} declares no checks", arguments.path.display()));
        return Ok(Exit::BadInput);
    }
    output::out(&texts.join("\n"))?;
    Ok(Exit::Passed)
}

fn texts(arguments: &IrArguments, options: &Options) -> Result<Vec<String>, Error> {
    let chapter = musilc::compile_with(&arguments.path, options)?;
    let names: Vec<String> = match arguments.checks.is_empty() {
        true => chapter.checks().iter().map(|check| check.name.clone()).collect(),
        false => arguments.checks.clone(),
    };
    names.iter().map(|name| if arguments.layout { chapter.layout(name) } else { chapter.ir(name) }).collect()
}
