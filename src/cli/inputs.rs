//! The chapters that the command line names.

use super::output;
use musilc::{Chapter, Error, Exit, Input, Options};
use std::path::{Path, PathBuf};

/// What became of an input.
pub(crate) enum Loaded {
    /// A chapter.
    Chapter(PathBuf, Box<Chapter>),
    /// It cannot be checked.
    Bad(Error),
}

/// Goes through the chapters that the paths stand for, each once, until `visit` returns false. Markdown files in directories
/// that have no program are passed over.
pub(crate) fn for_each(
    paths: &[PathBuf],
    options: &Options,
    mut visit: impl FnMut(Loaded) -> std::io::Result<bool>,
) -> std::io::Result<()> {
    let mut met: Vec<PathBuf> = Vec::new();
    for path in paths {
        let inputs = match musilc::find(path) {
            Ok(inputs) => inputs,
            Err(error) => {
                if visit(Loaded::Bad(error))? {
                    continue;
                }
                return Ok(());
            }
        };
        let mut found = false;
        for input in inputs {
            if met.contains(&input.path) {
                found = true;
                continue;
            }
            let Some(loaded) = load(&input, options) else { continue };
            found = true;
            met.push(input.path);
            if !visit(loaded)? {
                return Ok(());
            }
        }
        if !found && !visit(Loaded::Bad(Error::NoChapters { path: path.clone() }))? {
            return Ok(());
        }
    }
    Ok(())
}

fn load(input: &Input, options: &Options) -> Option<Loaded> {
    let directory = input.path.parent().map(Path::to_owned).unwrap_or_default();
    let source = match musilc::read(&input.path) {
        Ok(source) => source,
        // Among the files of a directory, an empty one means nothing.
        Err(Error::Empty { .. }) if !input.named => return None,
        Err(error) => return Some(Loaded::Bad(error)),
    };
    if !input.named && musilc::is_plain_markdown(&source) {
        return None;
    }
    Some(match Chapter::new(source, directory, options) {
        Ok(chapter) => Loaded::Chapter(input.path.clone(), Box::new(chapter)),
        Err(error) => Loaded::Bad(error),
    })
}

/// Shows an error, with its diagnostics if it has some.
pub(crate) fn show(error: &Error, human: &musilc::report::Human) -> Exit {
    match error {
        Error::Invalid { source_text, diagnostics } => {
            output::err(&human.diagnostics(source_text, diagnostics));
            Exit::BadInput
        }
        Error::Internal { .. } => {
            output::error(format_args!("{error}; please report it"));
            Exit::Internal
        }
        _ => {
            output::error(error);
            Exit::BadInput
        }
    }
}
