//! What to say about characters that mean nothing.

use musilc_ir::Span;

use crate::diagnostic::{Code, Diagnostic};

/// The message for `text`, the beginning of a run of characters that mean nothing.
pub(super) fn bad_character(text: &str, span: Span) -> Diagnostic {
    let first = text.chars().next().unwrap_or(' ');
    let error = Diagnostic::error(
        Code::BadCharacter,
        span,
        format!("`{}` has no meaning here", first.escape_debug()),
    );
    match advice(first) {
        Some(help) => error.help(help),
        None => error,
    }
}

fn advice(first: char) -> Option<&'static str> {
    Some(match first {
        '→' => "write `->` before the result of a function and in tables, `==>` for implication",
        '↔' | '≡' => "equivalence is written `<==>`",
        '∪' => "the union of two sets is written `|`",
        '∩' => "the intersection of two sets is written `&`",
        '⊆' => "subset is written `<=`",
        '∖' => "the difference of two sets is written `-`",
        '∉' => "write `!(x in s)`",
        '∅' => "the empty set is written `{}`",
        '×' | '·' => "multiplication is written `*`",
        '÷' => "division is written `/`",
        '−' | '–' | '—' => "this is a dash, not the minus sign `-`",
        '“' | '”' | '„' => "strings stand between plain quotation marks, `\"`",
        '‘' | '’' | '′' | '´' => "the value after the step is written with a plain apostrophe: `x'`",
        '…' => "ranges are written with two dots, `0..3`",
        '\u{a0}' | '\u{2003}' | '\u{2009}' | '\u{202f}' | '\u{3000}' => {
            "this is a special blank; replace it by an ordinary one"
        }
        '\u{200b}' | '\u{200c}' | '\u{200d}' | '\u{feff}' => "this character is invisible; delete it",
        '\\' => "and is written `&&`, or is written `||`",
        '#' => "comments begin with `//`; unequal is written `!=`",
        '@' | '$' => "names consist of letters, digits and `_`",
        '?' => "a choice between two values is written `if c { a } else { b }`",
        '~' => "not is written `!`",
        '^' => "exactly one of two truth values is written `a != b`",
        '`' => {
            "names are written without quotation marks; a fence of a Markdown block stands alone on its line"
        }
        letter if letter.is_alphabetic() => "names consist of the letters a to z, A to Z, digits and `_`",
        _ => return None,
    })
}
