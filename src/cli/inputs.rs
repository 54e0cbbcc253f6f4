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

/// The files that the paths stand for, each once, and the errors of those that cannot be searched.
pub(crate) fn find(paths: &[PathBuf]) -> (Vec<(usize, Input)>, Vec<Error>) {
    let mut inputs: Vec<(usize, Input)> = Vec::new();
    let mut errors = Vec::new();
    for (number, path) in paths.iter().enumerate() {
        match musilc::find(path) {
            Ok(found) => {
                for input in found {
                    if !inputs.iter().any(|(_, known)| known.path == input.path) {
                        inputs.push((number, input));
                    }
                }
            }
            Err(error) => errors.push(error),
        }
    }
    (inputs, errors)
}

/// Goes through the chapters that the paths stand for, and then through what is wrong with the paths themselves, until `visit` returns
/// false. Markdown files in directories that have no program are passed over.
pub(crate) fn for_each(
    paths: &[PathBuf],
    options: &Options,
    mut visit: impl FnMut(Loaded) -> std::io::Result<bool>,
) -> std::io::Result<()> {
    let (inputs, errors) = find(paths);
    let mut met = vec![false; paths.len()];
    for (number, input) in inputs {
        let Some(loaded) = load(&input, options) else { continue };
        if let Some(met) = met.get_mut(number) {
            *met = true;
        }
        if !visit(loaded)? {
            return Ok(());
        }
    }
    let empty = paths.iter().zip(&met).filter(|(path, met)| !**met && path.is_dir());
    let empty = empty.map(|(path, _)| Error::NoChapters { path: path.clone() });
    for error in errors.into_iter().chain(empty) {
        if !visit(Loaded::Bad(error))? {
            break;
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
