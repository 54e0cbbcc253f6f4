//! From text to tokens.
//!
//! [`lex`] never fails: what it cannot read it reports and leaves out, so the parser sees only tokens that mean
//! something. Comments disappear here; lines of documentation (`///`) stay as tokens, since they belong to what
//! follows them. Offsets are offsets into the file (see [`crate::literate`]).

use logos::Logos;
use musilc_ir::Span;

use crate::diagnostic::{Code, Diagnostic};

mod advice;
mod token;

pub(crate) use token::Token;

/// A token with the offsets of its first byte and of the byte after it.
pub(crate) type Spanned<'s> = (usize, Token<'s>, usize);

/// The greatest number that can be written, 2^40.
const GREATEST: i64 = 1 << 40;

/// The tokens of a program, and what is wrong with its characters.
pub(crate) fn lex(program: &str) -> (Vec<Spanned<'_>>, Vec<Diagnostic>) {
    let mut tokens = vec![];
    let mut diagnostics = vec![];
    // The end of the last run of characters that mean nothing: one message for the whole run.
    let mut bad_end = None;
    for (token, range) in Token::lexer(program).spanned() {
        let (start, end) = (range.start, range.end);
        let text = program.get(range).unwrap_or_default();
        let span = Span::new(start, end);
        match token {
            Ok(Token::Number(digits)) => match number(digits, span) {
                Ok(value) => tokens.push((start, Token::Int(value), end)),
                Err(error) => {
                    diagnostics.push(*error);
                    tokens.push((start, Token::BadInt, end));
                }
            },
            Ok(Token::OpenString(content)) => {
                diagnostics.push(
                    Diagnostic::error(Code::UnterminatedString, span, "this string does not end on its line")
                        .help("end it with `\"`"),
                );
                tokens.push((start, Token::Str(content), end));
            }
            Ok(Token::OpenComment) => diagnostics.push(
                Diagnostic::error(
                    Code::UnterminatedComment,
                    Span::new(start, start + 2),
                    "this comment does not end",
                )
                .primary("it begins here")
                .help("end it with `*/`, or begin each of its lines with `//`"),
            ),
            Ok(token) => tokens.push((start, token, end)),
            Err(()) => {
                if bad_end != Some(start) {
                    diagnostics.push(advice::bad_character(text, span));
                }
                bad_end = Some(end);
            }
        }
    }
    (tokens, diagnostics)
}

/// The value of a number as written.
fn number(text: &str, span: Span) -> Result<i64, Box<Diagnostic>> {
    if !text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_') {
        let error = Diagnostic::error(Code::MalformedNumber, span, format!("`{text}` is not a number"))
            .help("numbers are written in decimal digits, with `_` between them where it helps");
        return Err(Box::new(error));
    }
    let digit = |value: i64, byte: u8| value.saturating_mul(10).saturating_add(i64::from(byte - b'0'));
    let value = text.bytes().filter(u8::is_ascii_digit).fold(0, digit);
    if value > GREATEST {
        let error = Diagnostic::error(Code::NumberTooLarge, span, "this number is too large")
            .help(format!("the greatest number that can be written is 2^40 = {GREATEST}"));
        return Err(Box::new(error));
    }
    Ok(value)
}
