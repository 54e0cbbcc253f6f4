//! Words of channels, which are names wherever a name can stand. As with those of protocols, what stands beside a word decides.

use super::chunk::after_group;
use super::time::{ends_operand, is_name};
use crate::lexer::{Spanned, Token};

/// Whether a word followed by this token begins the declaration of a channel.
pub(super) fn begins_item(word: &str, next: Option<Token<'_>>) -> bool {
    word == "channel" && next.is_some_and(is_name)
}

fn kind<'s>(tokens: &[Spanned<'s>], at: usize) -> Option<Token<'s>> {
    tokens.get(at).map(|token| token.1)
}

/// Turns a name into a word.
fn become_word(tokens: &mut [Spanned<'_>], at: usize, word: &'static str) {
    if let Some(token) = tokens.get_mut(at)
        && token.1 == Token::Ident(word)
    {
        token.1 = Token::Word(word);
    }
}

/// `channel c: M fifo, capacity n { … }`
pub(super) fn item(tokens: &mut [Spanned<'_>]) {
    become_word(tokens, 0, "channel");
    let open = tokens.iter().position(|token| token.1 == Token::LBrace).unwrap_or(tokens.len());
    options(&mut tokens[..open]);
    faults(&mut tokens[open..]);
}

/// `ref c: M fifo capacity n`
pub(super) fn params(tokens: &mut [Spanned<'_>]) {
    options(tokens);
}

/// `capacity n`, `when full w`
fn options(tokens: &mut [Spanned<'_>]) {
    for at in 2..tokens.len() {
        let before = kind(tokens, at - 1);
        let after = kind(tokens, at + 1);
        let operand = after.is_some_and(|after| !matches!(after, Token::Colon | Token::Comma | Token::Semi));
        if operand && (before == Some(Token::Comma) || before.is_some_and(ends_type)) {
            become_word(tokens, at, "capacity");
        }
        if before == Some(Token::When) {
            become_word(tokens, at, "full");
        }
    }
}

/// Whether a type may end with this token.
fn ends_type(token: Token<'_>) -> bool {
    ends_operand(token) || matches!(token, Token::Bool | Token::Gt)
}

/// `lose p at most n when g;`, `corrupt p into e;`
fn faults(tokens: &mut [Spanned<'_>]) {
    for at in 1..tokens.len() {
        let before = kind(tokens, at - 1);
        if matches!(before, Some(Token::LBrace | Token::Semi | Token::Fair)) {
            ["lose", "duplicate", "corrupt"].into_iter().for_each(|word| become_word(tokens, at, word));
        }
        if before.is_some_and(ends_operand) {
            become_word(tokens, at, "into");
        }
        let budget =
            matches!(before, Some(Token::Word("lose" | "duplicate"))) || before.is_some_and(ends_operand);
        if budget
            && (kind(tokens, at), kind(tokens, at + 1))
                == (Some(Token::Ident("at")), Some(Token::Ident("most")))
        {
            become_word(tokens, at, "at");
            become_word(tokens, at + 1, "most");
        }
    }
}

/// The position of the `to` of the sending that begins at `at`, if there is one: no two names stand beside each other otherwise.
pub(super) fn receiver(tokens: &[Spanned<'_>], at: usize) -> Option<usize> {
    let mut to = at + 1;
    while let Some(token) = kind(tokens, to) {
        if to > at + 1 && token == Token::Ident("to") && kind(tokens, to - 1).is_some_and(ends_operand) {
            return Some(to);
        }
        if matches!(token, Token::Semi | Token::Eq) || token.closes() {
            return None;
        }
        to = after_group(tokens, to);
    }
    None
}
