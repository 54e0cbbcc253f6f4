//! The syntax of chapters: literate source, lexer, grammar, recovery.

mod codes;
mod lexical;
mod literate;
mod precedence;
mod recovery;
mod robustness;
mod show;
mod structure;

use musilc_frontend::ast::Chapter;
use musilc_frontend::diagnostic::Diagnostic;
use musilc_frontend::literate::Source;
use musilc_frontend::parse::parse;

/// Reads a plain program.
fn read(text: &str) -> (Chapter, Vec<Diagnostic>) {
    parse(&Source::new("test.musil", text))
}

/// What is wrong with a plain program, a line each: code, line and column, message, first help.
fn complaints(text: &str) -> String {
    list(text, &read(text).1)
}

fn list(text: &str, diagnostics: &[Diagnostic]) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        let before = &text[..diagnostic.span().range().start];
        let line = before.matches('\n').count() + 1;
        let column = before.len() - before.rfind('\n').map_or(0, |end| end + 1) + 1;
        out.push_str(&format!("{} {line}:{column} {}", diagnostic.code, diagnostic.message));
        if let Some(help) = diagnostic.help.first() {
            out.push_str(&format!(" ({help})"));
        }
        out.push('\n');
    }
    out
}

/// A program that must be read without complaint.
fn sound(text: &str) -> Chapter {
    let (chapter, diagnostics) = read(text);
    assert_eq!(list(text, &diagnostics), "", "in:\n{text}");
    chapter
}
