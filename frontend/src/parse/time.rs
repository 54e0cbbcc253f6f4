//! Words about time that are names wherever a name can stand: which of them are operators is decided by the tokens around them.
//!
//! In the conditions of properties, no name can stand after an operand; so there `until`, `release` and `weak` are operators, and
//! elsewhere names. `next` is one where an operator may stand and an operand follows: `next p`, `next (p)`, but `next[i]`,
//! `next == 3`. Likewise `stem` and `loop` in the expectation of a check, `possible` after `always`, `as` and `one` after `fair`;
//! and `inductive` before the name of an invariant, `ref` before a parameter or an argument, `sync` and `with`, which are no matter of
//! time.

use crate::lexer::{Spanned, Token};

/// The tokens of a declaration, where names that are operators have become so.
pub(super) fn words(mut tokens: Vec<Spanned<'_>>) -> Vec<Spanned<'_>> {
    match tokens.first().map(|token| token.1) {
        Some(Token::Fair | Token::Strong) => fairness(&mut tokens),
        Some(Token::Check) => {
            super::open::with(&mut tokens);
            references(&mut tokens);
            expectation(&mut tokens);
        }
        Some(Token::Assume) => super::open::assumption(&mut tokens),
        Some(Token::Model | Token::Protocol | Token::Environment | Token::Part) => references(&mut tokens),
        Some(Token::Ident("sync")) => rendezvous(&mut tokens),
        Some(
            Token::Property
            | Token::Recoverable
            | Token::Invariant
            | Token::Step
            | Token::Reachable
            | Token::Terminal
            | Token::Init,
        ) => {
            inductive(&mut tokens);
            condition(&mut tokens);
        }
        _ => {}
    }
    super::network::words(&mut tokens);
    tokens
}

/// `as one` before `action` or `table`.
fn fairness(tokens: &mut [Spanned<'_>]) {
    for token in tokens {
        match &mut token.1 {
            Token::Fair | Token::Strong => {}
            word @ Token::Ident("as") => *word = Token::As,
            word @ Token::Ident("one") => *word = Token::One,
            _ => return,
        }
    }
}

/// `ref` before a name, where a parameter or an argument begins.
fn references(tokens: &mut [Spanned<'_>]) {
    for at in 1..tokens.len() {
        let begins = matches!(token(tokens, at - 1), Some(Token::LParen | Token::Comma | Token::Colon));
        let refers = token(tokens, at + 1).is_some_and(|next| is_name(next) || next == Token::LParen);
        if begins && refers && token(tokens, at) == Some(Token::Ident("ref")) {
            tokens[at].1 = Token::Ref;
        }
    }
}

/// `sync` and `with`.
fn rendezvous(tokens: &mut [Spanned<'_>]) {
    tokens[0].1 = Token::Sync;
    // After a dot it is a name.
    let is_word = |at: &usize| tokens[*at].1 == Token::Ident("with") && tokens[*at - 1].1 != Token::Dot;
    if let Some(at) = (2..tokens.len()).find(is_word) {
        tokens[at].1 = Token::With;
    }
}

/// `inductive` before the name of a property; only that of an invariant may follow it.
fn inductive(tokens: &mut [Spanned<'_>]) {
    let at = if token(tokens, 0) == Some(Token::Step) { 2 } else { 1 };
    if token(tokens, at) == Some(Token::Ident("inductive")) && token(tokens, at + 1).is_some_and(is_name) {
        tokens[at].1 = Token::Inductive;
    }
}

/// `in stem K loop L`, `not inductive P`
fn expectation(tokens: &mut [Spanned<'_>]) {
    let Some(expect) = tokens.iter().position(|token| token.1 == Token::Expect) else { return };
    if (token(tokens, expect + 1), token(tokens, expect + 2))
        == (Some(Token::Ident("not")), Some(Token::Ident("inductive")))
    {
        tokens[expect + 1].1 = Token::Not;
        tokens[expect + 2].1 = Token::Inductive;
    }
    let mut stem = false;
    for at in expect + 1..tokens.len() {
        let before = token(tokens, at - 1);
        let becomes = match token(tokens, at) {
            Some(Token::Ident("stem")) if before == Some(Token::In) && operand_follows(tokens, at, true) => {
                stem = true;
                Token::Stem
            }
            Some(Token::Ident("loop")) if stem && before.is_some_and(ends_operand) => Token::Loop,
            _ => continue,
        };
        tokens[at].1 = becomes;
    }
}

/// The operators of formulas.
fn condition(tokens: &mut [Spanned<'_>]) {
    let head = token(tokens, 0);
    // Elsewhere `next(x)` is the call of a function.
    let calls = head != Some(Token::Property);
    // What stands before the colon are the names of the property and its parameters.
    let colon = tokens.iter().position(|token| token.1 == Token::Colon);
    let start = if matches!(head, Some(Token::Terminal | Token::Init)) { Some(0) } else { colon };
    let Some(start) = start else { return };
    for at in start + 1..tokens.len() {
        let Some(before) = token(tokens, at - 1) else { continue };
        let after = token(tokens, at + 1);
        let becomes = match token(tokens, at) {
            Some(Token::Ident("until")) if ends_operand(before) || before == Token::Weak => Token::Until,
            Some(Token::Ident("release")) if ends_operand(before) => Token::Release,
            Some(Token::Ident("weak")) if ends_operand(before) && after == Some(Token::Ident("until")) => {
                Token::Weak
            }
            Some(Token::Ident("possible"))
                if before == Token::Always && at == start + 2 && head == Some(Token::Recoverable) =>
            {
                Token::Possible
            }
            Some(Token::Ident("next")) if begins_operand(before) && operand_follows(tokens, at, !calls) => {
                Token::Next
            }
            _ => continue,
        };
        tokens[at].1 = becomes;
    }
}

fn token<'s>(tokens: &[Spanned<'s>], at: usize) -> Option<Token<'s>> {
    tokens.get(at).map(|token| token.1)
}

/// Whether an operand may end with this token; where one ends no name can follow.
pub(super) fn ends_operand(token: Token<'_>) -> bool {
    is_name(token)
        || matches!(
            token,
            Token::True
                | Token::False
                | Token::Int(_)
                | Token::BadInt
                | Token::RParen
                | Token::RBracket
                | Token::RBrace
                | Token::Prime
                | Token::Underscore
        )
}

/// Whether an operand of `next` may begin after this token, if what follows is an operator.
fn begins_operand(before: Token<'_>) -> bool {
    matches!(
        before,
        Token::Colon
            | Token::LParen
            | Token::LBrace
            | Token::Comma
            | Token::FatArrow
            | Token::If
            | Token::Init
            | Token::Terminal
            | Token::And
            | Token::Or
            | Token::Implies
            | Token::Iff
            | Token::LeadsTo
            | Token::Bang
            | Token::Always
            | Token::Eventually
            | Token::Possible
            | Token::Next
            | Token::Until
            | Token::Release
    )
}

/// Whether what follows the name at `at` can begin an operand, and cannot follow a name. `paren` says whether `(` counts.
fn operand_follows(tokens: &[Spanned<'_>], at: usize, paren: bool) -> bool {
    match token(tokens, at + 1) {
        // `next until p`: the first is the name, unless the second is.
        Some(Token::Ident("until" | "release")) => !operand_follows(tokens, at + 1, true),
        Some(Token::Ident("weak")) => token(tokens, at + 2) != Some(Token::Ident("until")),
        Some(Token::LParen) => paren,
        Some(token) => {
            is_name(token)
                || matches!(
                    token,
                    Token::Int(_)
                        | Token::BadInt
                        | Token::True
                        | Token::False
                        | Token::Bang
                        | Token::If
                        | Token::Match
                        | Token::Forall
                        | Token::Exists
                        | Token::Count
                        | Token::Sum
                        | Token::Min
                        | Token::Max
                        | Token::Choose
                        | Token::Always
                        | Token::Eventually
                        | Token::Enabled
                        | Token::Taken
                )
        }
        None => false,
    }
}

/// Whether it is a name, or a word that can be one.
pub(super) fn is_name(token: Token<'_>) -> bool {
    matches!(
        token,
        Token::Ident(_)
            | Token::Step
            | Token::On
            | Token::From
            | Token::Expect
            | Token::Holds
            | Token::States
            | Token::Violates
            | Token::Deadlock
            | Token::Error
            | Token::Reaches
    )
}
