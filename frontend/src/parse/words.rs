//! Words: which come with a later version, and which one was meant by a word that is none.

use musilc_ir::Span;

use crate::diagnostic::{Code, Diagnostic};

/// The words that begin declarations at the top of a chapter.
pub(super) const TOP: &[&str] = &[
    "const",
    "type",
    "enum",
    "struct",
    "fn",
    "property",
    "model",
    "protocol",
    "environment",
    "use",
    "check",
];

/// The words that begin declarations in a model.
pub(super) const IN_MODEL: &[&str] = &[
    "var",
    "init",
    "fn",
    "action",
    "fair",
    "strong",
    "table",
    "terminal",
    "invariant",
    "step",
    "reachable",
    "recoverable",
    "property",
    "part",
    "sync",
    "channel",
];

/// Words of other languages, and what they are here.
const FOREIGN: &[(&str, &str)] = &[
    ("alias", "type"),
    ("assert", "invariant"),
    ("constant", "const"),
    ("def", "fn"),
    ("define", "const"),
    ("final", "terminal"),
    ("func", "fn"),
    ("function", "fn"),
    ("inv", "invariant"),
    ("liveness", "property"),
    ("ltl", "property"),
    ("machine", "model"),
    ("module", "model"),
    ("proc", "action"),
    ("record", "struct"),
    ("rule", "action"),
    ("spec", "model"),
    ("state", "var"),
    ("temporal", "property"),
    ("test", "check"),
    ("transition", "action"),
    ("typedef", "type"),
    ("variable", "var"),
    ("import", "use"),
    ("verify", "check"),
    ("weak", "fair"),
];

/// The error about a word that has no meaning yet.
pub(super) fn reserved(word: &str, span: Span) -> Diagnostic {
    let topic = topic(word);
    let message = format!("`{word}` is reserved: {topic} with a later version");
    Diagnostic::error(Code::ReservedWord, span, message).help(match word {
        "symmetric" => "without it the type means the same and every state is searched",
        _ => "use another name here, or leave this out for now",
    })
}

/// What the word is for, with a verb.
fn topic(word: &str) -> &'static str {
    match word {
        "refine" | "implements" => "refinement comes",
        "simulate" => "simulation comes",
        _ => "symmetric types come",
    }
}

/// The temporal operator that was probably meant by a word before an operand.
pub(super) fn operator(word: &str) -> Option<&'static str> {
    match word {
        "G" | "globally" | "Always" => Some("always"),
        "F" | "finally" | "Eventually" => Some("eventually"),
        "X" => Some("next"),
        _ => suggestion(word, &["always", "eventually", "next"]),
    }
}

/// The word among `words` that was probably meant.
pub(super) fn suggestion(word: &str, words: &[&'static str]) -> Option<&'static str> {
    let lower = word.to_ascii_lowercase();
    let foreign = FOREIGN.iter().find(|(foreign, _)| *foreign == lower).map(|(_, own)| *own);
    if let Some(own) = foreign.filter(|own| words.contains(own)) {
        return Some(own);
    }
    let allowed = if lower.len() <= 4 { 1 } else { 2 };
    let near = words.iter().map(|own| (distance(&lower, own), *own)).min();
    near.filter(|(distance, _)| *distance <= allowed).map(|(_, own)| own)
}

/// The number of characters to insert, delete, replace, or swap with their neighbour to turn one word into the other
/// (optimal string alignment).
fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() > 40 {
        return usize::MAX;
    }
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let replace = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                let best = replace.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
                let swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
                if swapped { best.min(rows[i - 2][j - 2] + 1) } else { best }
            };
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_found() {
        assert_eq!(suggestion("modle", TOP), Some("model"));
        assert_eq!(suggestion("cosnt", TOP), Some("const"));
        assert_eq!(suggestion("Invarient", IN_MODEL), Some("invariant"));
        assert_eq!(suggestion("function", TOP), Some("fn"));
        assert_eq!(suggestion("state", TOP), None);
        assert_eq!(suggestion("banana", TOP), None);
        assert_eq!(suggestion(&"a".repeat(1000), TOP), None);
    }

    #[test]
    fn distances() {
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", "abc"), 0);
        assert_eq!(distance("abc", "acb"), 1);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
