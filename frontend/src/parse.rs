//! From tokens to the tree; never fails.
//!
//! ```text
//! lex -> brackets (balance) -> chunk (cut into declarations) -> attempt (grammar, repair, retry) -> Chapter
//! ```
//!
//! The generated parser has no recovery of its own. Instead the tokens are cut into declarations first, with the help of
//! the brackets and of the words that begin declarations, so an error in one never reaches the next. Where the grammar
//! rejects a declaration, [`attempt`] reports why, mends the tokens (puts in the missing semicolon, or replaces the
//! whole statement by one error token) and tries again, so every statement of an action is looked at.

mod attempt;
mod brackets;
mod channel;
mod chunk;
mod expected;
mod item;
mod mistake;
mod network;
pub(crate) mod node;
mod open;
mod region;
mod report;
mod time;
mod words;

use std::ops::Range;

use crate::ast::{Chapter, Item};
use crate::diagnostic::{Code, Diagnostic};
use crate::lexer;
use crate::literate::Source;
use musilc_ir::Span;
use report::Report;

lalrpop_util::lalrpop_mod!(
    #[allow(clippy::all, clippy::pedantic, clippy::unwrap_used, missing_docs, unreachable_pub, unused)]
    grammar
);

/// Reads a chapter: its tree, and everything that is wrong with its syntax, in the order of the file.
///
/// Parts that could not be read are `Error` nodes, and for each of them there is at least one error among the
/// diagnostics. Expressions, types and statements are at most 500 levels deep each, patterns at most 200. At most
/// 100 errors are reported.
#[must_use]
pub fn parse(source: &Source) -> (Chapter, Vec<Diagnostic>) {
    let program = source.program();
    let mut report = Report::new(program);
    report.extend(source.diagnostics().iter().cloned());
    let (tokens, diagnostics) = lexer::lex(program);
    report.extend(diagnostics);
    let tokens = brackets::balance(tokens, &mut report);
    let items = item::items(&tokens, &mut report);
    let mut diagnostics = report.finish();
    // In a block that does not end, prose was read as program: what is wrong with it is no news.
    let prose = unclosed(source);
    // And a comment that does not end hides the partners of brackets.
    let hidden = diagnostics.iter().any(|diagnostic| diagnostic.code == Code::UnterminatedComment);
    diagnostics.retain(|diagnostic| {
        let at = diagnostic.span().range().start;
        match diagnostic.code {
            Code::UnclosedFence => true,
            Code::UnclosedBracket if hidden => false,
            _ => !prose.iter().any(|block| block.contains(&at)),
        }
    });
    (Chapter { items }, diagnostics)
}

/// Reads declarations that stand elsewhere as if all of them stood at this place; only for what is known to be right.
pub(crate) fn parse_at(program: &str, place: Span) -> Vec<Item> {
    let (tokens, _) = lexer::lex(program);
    let (start, end) = (place.range().start, place.range().end);
    let tokens: Vec<_> = tokens.into_iter().map(|(_, token, _)| (start, token, end)).collect();
    item::items(&tokens, &mut Report::new(program))
}

/// The contents of blocks that do not end.
fn unclosed(source: &Source) -> Vec<Range<usize>> {
    let open = source.diagnostics().iter().filter(|diagnostic| diagnostic.code == Code::UnclosedFence);
    let end = |diagnostic: &Diagnostic| {
        let next = diagnostic.labels.iter().find(|label| !label.primary);
        next.map_or(source.text().len() + 1, |label| label.span.range().start)
    };
    open.map(|diagnostic| diagnostic.span().range().end..end(diagnostic)).collect()
}
