//! What can go wrong before a check runs.

use musilc_frontend::diagnostic::Diagnostic;
use musilc_frontend::literate::Source;
use std::path::PathBuf;
use std::sync::Arc;

/// Why a chapter cannot be checked.
#[derive(thiserror::Error, Debug)]
pub enum Error {
    /// The file or directory cannot be read.
    #[error("cannot read {}: {reason}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        reason: std::io::Error,
    },
    /// The file is no text.
    #[error("{} is not UTF-8: the byte at offset {offset} (line {line}) is wrong", path.display())]
    NotUtf8 {
        /// The file.
        path: PathBuf,
        /// The first wrong byte.
        offset: usize,
        /// Its line, from 1.
        line: usize,
    },
    /// The file holds nothing but blanks.
    #[error("{} is empty", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// The directory holds no chapter.
    #[error("{} holds no chapter: no .musil file, and no .md file with a `musil` block", path.display())]
    NoChapters {
        /// The directory.
        path: PathBuf,
    },
    /// The chapter has errors.
    #[error("{} has errors: {}", source_text.name(), first_message(diagnostics))]
    Invalid {
        /// The chapter.
        source_text: Arc<Source>,
        /// The errors and whatever else there is to say.
        diagnostics: Vec<Diagnostic>,
    },
    /// No check has the name that was asked for.
    #[error("{chapter} has no check `{name}`{}", suggestion(nearest.as_deref()))]
    UnknownCheck {
        /// The chapter.
        chapter: String,
        /// The name.
        name: String,
        /// The name that was probably meant.
        nearest: Option<String>,
    },
    /// A state of a check's system is too large for the explicit search.
    #[error("check `{check}`: {problem}")]
    TooLarge {
        /// The check.
        check: String,
        /// Why.
        problem: String,
    },
    /// There is not exactly one search that a checkpoint could hold.
    #[error("a checkpoint holds the explicit search of one check, but {problem}")]
    Checkpoint {
        /// Why there is not.
        problem: String,
    },
    /// A check cannot be exported.
    #[error("check `{check}` of {chapter}: {problem}")]
    Export {
        /// The chapter.
        chapter: String,
        /// The check.
        check: String,
        /// Why not.
        problem: musilc_export::Refusal,
    },
    /// musilc failed. Please report it.
    #[error("internal error in {chapter}: {message}")]
    Internal {
        /// The chapter.
        chapter: String,
        /// What is known about it.
        message: String,
    },
}

fn first_message(diagnostics: &[Diagnostic]) -> String {
    let first = diagnostics.iter().find(|diagnostic| diagnostic.is_error());
    first.map_or_else(
        || "it cannot be compiled".to_owned(),
        |first| format!("{} [{}]", first.message, first.code),
    )
}

fn suggestion(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |nearest| format!("; did you mean `{nearest}`?"))
}

/// The candidate that differs least from `name`, if it differs little enough to be meant (Levenshtein's distance, at most a third of the letters).
#[must_use]
pub fn nearest_name<'n>(name: &str, candidates: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let limit = name.chars().count().div_ceil(3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// How many letters must be inserted, removed or replaced to get from one to the other.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cell, y) in row.iter_mut().skip(1).zip(&b) {
            let above = *cell;
            left = (diagonal + usize::from(x != *y)).min(above + 1).min(left + 1);
            diagonal = above;
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        for (a, b, expected) in [
            ("", "", 0),
            ("abc", "abc", 0),
            ("abc", "", 3),
            ("", "abc", 3),
            ("kitten", "sitting", 3),
            ("fixd", "fixed", 1),
        ] {
            assert_eq!(distance(a, b), expected, "{a} {b}");
            assert_eq!(distance(b, a), expected, "{b} {a}");
        }
    }

    #[test]
    fn the_nearest_name_is_near() {
        assert_eq!(nearest_name("brokn", ["fixed", "broken"]), Some("broken"));
        assert_eq!(nearest_name("x", ["fixed", "broken"]), None);
        assert_eq!(nearest_name("anything", []), None);
    }
}
