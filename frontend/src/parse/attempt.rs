//! Runs the grammar on one declaration; where that fails, says why, mends the tokens, and runs it again.

use std::cell::Cell;
use std::convert::Infallible;

use lalrpop_util::ParseError;
use musilc_ir::Span;

use super::expected::{Expected, found};
use super::grammar::StartParser;
use super::mistake::{Mend, mistake, reserved};
use super::node::{Context, Parsed};
use super::region::Regions;
use super::report::Report;
use crate::diagnostic::{Code, Diagnostic};
use crate::lexer::{Spanned, Token};

/// How often one declaration is mended.
const MAX_ATTEMPTS: usize = 40;

/// The same for declarations of more than [`LARGE`] tokens, so that a huge file takes no minutes.
const MAX_ATTEMPTS_LARGE: usize = 5;
const LARGE: usize = 50_000;

/// Where and why the grammar rejects the tokens.
pub(super) struct Failure<'t, 's> {
    pub(super) tokens: &'t [Spanned<'s>],
    /// The index of the token that does not fit; the number of tokens where more were needed.
    pub(super) at: usize,
    pub(super) expected: Expected,
    /// What follows the last token.
    pub(super) next: Option<Spanned<'s>>,
}

impl<'s> Failure<'_, 's> {
    /// The token that does not fit, or the one after the declaration.
    pub(super) fn found(&self) -> Option<Spanned<'s>> {
        self.tokens.get(self.at).copied().or(self.next)
    }

    /// The token `steps` places after the one that does not fit (before it, if negative).
    pub(super) fn token(&self, steps: isize) -> Option<Spanned<'s>> {
        self.at.checked_add_signed(steps).and_then(|at| self.tokens.get(at)).copied()
    }
}

/// Reads one declaration; `start` says of which kind and `next` what follows it. Nothing where it cannot be read, which
/// then has been reported.
pub(super) fn attempt<'s>(
    start: Token<'s>,
    mut tokens: Vec<Spanned<'s>>,
    next: Option<Spanned<'s>>,
    report: &mut Report<'_>,
) -> Option<Parsed> {
    let attempts = if tokens.len() > LARGE { MAX_ATTEMPTS_LARGE } else { MAX_ATTEMPTS };
    for _ in 0..attempts {
        let mut context = Context::default();
        let (at, expected) = match run(start, &tokens, &mut context) {
            Ok(parsed) => {
                report.extend(context.diagnostics);
                return Some(parsed);
            }
            Err(failure) => failure,
        };
        if report.is_full() {
            return None;
        }
        let failure = Failure { tokens: &tokens, at, expected, next };
        let mend = mistake(&failure, report).unwrap_or_else(|| give_up(&failure, report));
        match mend {
            Mend::Replace(range, replacement) => {
                tokens.splice(range, replacement);
            }
            Mend::Nothing => {
                report.extend(context.diagnostics);
                return None;
            }
        }
    }
    None
}

/// Runs the grammar; on failure, the index of the token that does not fit and what would have fitted.
fn run(start: Token<'_>, tokens: &[Spanned<'_>], context: &mut Context) -> Result<Parsed, (usize, Expected)> {
    let read = Cell::new(0_usize);
    let offset = tokens.first().map_or(0, |token| token.0);
    let rest = tokens.iter().map(|token| {
        read.set(read.get() + 1);
        Ok::<_, Infallible>(*token)
    });
    let input = std::iter::once(Ok((offset, start, offset))).chain(rest);
    let error = match StartParser::new().parse(context, input) {
        Ok(parsed) => return Ok(parsed),
        Err(error) => error,
    };
    Err(match error {
        ParseError::UnrecognizedToken { expected, .. } => {
            (read.get().saturating_sub(1), Expected::new(&expected))
        }
        ParseError::UnrecognizedEof { expected, .. } => (tokens.len(), Expected::new(&expected)),
        _ => (read.get().saturating_sub(1), Expected::new(&[])),
    })
}

/// Replaces the statement around the failure by one that says that it has been reported; outside of actions nothing can be
/// saved.
fn give_up<'s>(failure: &Failure<'_, 's>, report: &mut Report<'_>) -> Mend<'s> {
    let region = Regions::new(failure.tokens).statement(failure.at);
    let range = region.clone().unwrap_or(0..failure.tokens.len());
    let lost = failure.tokens.get(range.clone()).unwrap_or_default();
    let span = match (lost.first(), lost.last()) {
        (Some(first), Some(last)) => Span::new(first.0, last.2),
        _ => Span::default(),
    };
    // What follows directly on something that has been given up is no news.
    let follows =
        failure.token(-1).is_some_and(|before| before.1 == Token::BadStmt) && range.start == failure.at;
    let given_up = failure.token(0).is_some_and(|token| token.1 == Token::BadStmt);
    if !follows && !given_up && !report.has_error_in(span) {
        report.push(reserved(failure).unwrap_or_else(|| unexpected(failure, report)));
    }
    match region {
        Some(range) => Mend::Replace(range, vec![(span.range().start, Token::BadStmt, span.range().end)]),
        None => Mend::Nothing,
    }
}

/// The general message.
fn unexpected(failure: &Failure<'_, '_>, report: &Report<'_>) -> Diagnostic {
    let end = failure.token(-1).map_or(0, |before| before.2);
    let span = failure.token(0).map_or(Span::new(end, end), |token| Span::new(token.0, token.2));
    let what = found(failure.found(), report);
    let before = failure.token(-1).map(|token| token.1);
    let expected = failure.expected.describe(before);
    let error = Diagnostic::error(Code::UnexpectedToken, span, format!("expected {expected}, found {what}"))
        .primary(format!("expected {expected}"));
    match advice(failure, report) {
        Some(help) => error.help(help),
        None => error,
    }
}

/// What may help with a failure that has no message of its own.
fn advice(failure: &Failure<'_, '_>, report: &Report<'_>) -> Option<String> {
    let (start, token, end) = failure.token(0)?;
    let expected = &failure.expected;
    let head = failure.tokens.first().map(|token| token.1);
    let text = report.text(start..end);
    let help = match token {
        Token::Bar if expected.has("is") => "after `is`, alternatives stand in parentheses: `x is (A | B)`",
        Token::LBrace if head == Some(Token::Fn) && expected.has("=") => {
            "the value of a function follows `=`: `fn f(x: T) -> U = x + 1;`"
        }
        Token::Colon if expected.has("=") => "the type of a name follows from its value: `let x = 3;`",
        Token::Always | Token::Eventually | Token::Next if expected.has("a number") => {
            return Some(format!(
                "`{text}` stands before a whole comparison, `{text} x == 3`; elsewhere its formula stands in parentheses"
            ));
        }
        _ if expected.has("else") => "an `if` that gives a value has both branches: `if c { a } else { b }`",
        Token::Ident(_) | Token::Reserved(_) => return None,
        _ if expected.has("a name") && text.starts_with(|first: char| first.is_ascii_alphabetic()) => {
            return Some(format!("`{text}` is a word of the language and cannot be a name"));
        }
        _ => return None,
    };
    Some(help.to_owned())
}
