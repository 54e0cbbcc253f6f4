//! Words of protocols, which are names wherever a name can stand. Two names never stand beside each other otherwise, so what follows decides.

use super::channel;
use super::chunk::after_group;
use super::time::is_name;
use crate::lexer::{Spanned, Token};

/// The words of `faults { … }`.
const FAULTS: &[&str] =
    &["crash", "restart", "partition", "heal", "lose", "duplicate", "corrupt", "into", "at", "most"];

/// The words that begin statements of nodes.
const STATEMENTS: &[&str] = &["send", "reply", "set", "cancel"];

/// The words that begin declarations of protocols and nodes.
const ITEMS: &[&str] = &["message", "node", "network", "stable", "clock"];

/// Whether a word followed by this token begins a declaration of a protocol or of a node.
pub(super) fn begins_item(word: &str, next: Option<Token<'_>>) -> bool {
    match word {
        "stable" => next == Some(Token::Var),
        "clock" => matches!(next, Some(Token::Semi | Token::Ident("until"))),
        "message" | "node" | "network" => next.is_some_and(|next| is_name(next) || next == Token::Fair),
        _ => false,
    }
}

/// Turns names of a declaration into words.
pub(super) fn words(tokens: &mut [Spanned<'_>]) {
    let prefix =
        |token: &&Spanned<'_>| matches!(token.1, Token::Fair | Token::Strong | Token::As | Token::One);
    let head = tokens.iter().take_while(prefix).count();
    let next = kind(tokens, head + 1);
    match kind(tokens, head) {
        Some(Token::Ident(word)) if begins_item(word, next) => {
            become_word(tokens, head, ITEMS);
            if word == "network" {
                network(tokens, head + 1);
            }
            if let Some((_, until @ Token::Ident("until"), _)) = tokens.get_mut(head + 1)
                && word == "clock"
            {
                *until = Token::Until;
            }
        }
        Some(Token::Ident(word)) if channel::begins_item(word, next) => channel::item(tokens),
        Some(Token::Model | Token::Protocol) => channel::params(tokens),
        Some(Token::Faults) => faults(tokens, head + 1),
        Some(Token::On) => {
            event(tokens, head + 1);
            statements(tokens, head + 1);
        }
        Some(Token::Action) => statements(tokens, head + 1),
        _ => {}
    }
}

fn kind<'s>(tokens: &[Spanned<'s>], at: usize) -> Option<Token<'s>> {
    tokens.get(at).map(|token| token.1)
}

/// Turns a name into the word that it is, if it is one of these.
fn become_word(tokens: &mut [Spanned<'_>], at: usize, words: &[&'static str]) {
    if let Some((_, token @ Token::Ident(_), _)) = tokens.get_mut(at)
        && let Token::Ident(name) = *token
        && let Some(word) = words.iter().find(|word| **word == name)
    {
        *token = Token::Word(word);
    }
}

/// `capacity n`, `when full w`
fn network(tokens: &mut [Spanned<'_>], from: usize) {
    for at in from..tokens.len() {
        match kind(tokens, at - 1) {
            Some(Token::Comma) if kind(tokens, at + 1) != Some(Token::Comma) => {
                become_word(tokens, at, &["capacity"]);
            }
            Some(Token::When) => become_word(tokens, at, &["full"]),
            _ => {}
        }
    }
}

/// All words between the braces, but for those in values.
fn faults(tokens: &mut [Spanned<'_>], from: usize) {
    let mut at = from + 1;
    while at < tokens.len() {
        become_word(tokens, at, FAULTS);
        at = if kind(tokens, at) == Some(Token::LParen) { after_group(tokens, at) } else { at + 1 };
    }
}

/// `start`, `restart`, `timeout t`
fn event(tokens: &mut [Spanned<'_>], at: usize) {
    match kind(tokens, at + 1) {
        Some(Token::LBrace | Token::When) => become_word(tokens, at, &["start", "restart"]),
        Some(next) if is_name(next) => become_word(tokens, at, &["timeout"]),
        _ => {}
    }
}

/// `send M(…) to all N`, `reply M(…)`, `set t`, `cancel t`
fn statements(tokens: &mut [Spanned<'_>], from: usize) {
    for at in from..tokens.len() {
        let begins = matches!(
            kind(tokens, at - 1),
            Some(Token::LBrace | Token::RBrace | Token::Semi | Token::FatArrow)
        );
        let receiver = match kind(tokens, at) {
            Some(Token::Ident("send")) if begins => channel::receiver(tokens, at),
            _ => None,
        };
        // After a name stands neither a name nor a literal.
        let operand = |next| {
            is_name(next) || matches!(next, Token::Int(_) | Token::BadInt | Token::True | Token::False)
        };
        if !begins || receiver.is_none() && !kind(tokens, at + 1).is_some_and(operand) {
            continue;
        }
        become_word(tokens, at, STATEMENTS);
        if let Some(to) = receiver {
            become_word(tokens, to, &["to"]);
            if kind(tokens, to + 2).is_some_and(is_name) {
                become_word(tokens, to + 1, &["all"]);
            }
        }
    }
}
