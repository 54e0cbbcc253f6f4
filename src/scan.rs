//! Finding chapters.

use crate::Error;
use std::path::{Path, PathBuf};

/// A file to check, and whether the user named it: a Markdown file without program is only an error then.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Input {
    /// Where it is.
    pub path: PathBuf,
    /// Whether it was named itself, not a directory that it is in.
    pub named: bool,
}

/// The file at `path`, or the `.md`, `.markdown` and `.musil` files in the directory at `path` and below it, sorted. Hidden entries are passed
/// over, and symbolic links to directories are not followed.
///
/// # Errors
/// Where something cannot be read.
pub fn find(path: &Path) -> Result<Vec<Input>, Error> {
    let unreadable = |reason| Error::Read { path: path.to_owned(), reason };
    if !std::fs::metadata(path).map_err(unreadable)?.is_dir() {
        return Ok(vec![Input { path: path.to_owned(), named: true }]);
    }
    let mut out = Vec::new();
    let mut pending = vec![path.to_owned()];
    while let Some(directory) = pending.pop() {
        let unreadable = |reason| Error::Read { path: directory.clone(), reason };
        for entry in std::fs::read_dir(&directory).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            if entry.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            let path = entry.path();
            if entry.file_type().map_err(unreadable)?.is_dir() {
                pending.push(path);
            } else if is_chapter(&path) && path.is_file() {
                out.push(Input { path, named: false });
            }
        }
    }
    out.sort();
    Ok(out)
}

fn is_chapter(path: &Path) -> bool {
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase());
    matches!(extension.as_deref(), Some("md" | "markdown" | "musil"))
}
