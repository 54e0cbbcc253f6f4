//! Cuts balanced tokens into declarations.

use super::time::is_name;
use crate::lexer::{Spanned, Token};

/// The tokens of one declaration.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chunk<'t, 's> {
    /// The documentation before it.
    pub(super) docs: &'t [Spanned<'s>],
    /// Its tokens; empty where documentation is followed by nothing.
    pub(super) tokens: &'t [Spanned<'s>],
    /// What comes after it.
    pub(super) next: Option<Spanned<'s>>,
}

/// Cuts `tokens` into declarations; `after` is what follows the last token.
pub(super) fn chunks<'t, 's>(tokens: &'t [Spanned<'s>], after: Option<Spanned<'s>>) -> Vec<Chunk<'t, 's>> {
    let mut chunks = vec![];
    let mut rest = tokens;
    while !rest.is_empty() {
        let count = rest.iter().take_while(|token| matches!(token.1, Token::Doc(_))).count();
        let (docs, undocumented) = rest.split_at(count);
        let (tokens, following) = undocumented.split_at(length(undocumented));
        chunks.push(Chunk { docs, tokens, next: following.first().copied().or(after) });
        rest = following;
    }
    chunks
}

/// How many tokens the declaration at the start of `tokens` has.
fn length(tokens: &[Spanned<'_>]) -> usize {
    let token = |at: usize| tokens.get(at).map(|token| token.1);
    let mut at = 0;
    // Words before a declaration, as in `strong fair as one action`.
    while matches!(token(at), Some(Token::Reserved(_) | Token::Fair | Token::Strong))
        || token(at) == Some(Token::Ident("stable")) && token(at + 1) == Some(Token::Var)
        || at > 0 && matches!(token(at), Some(Token::Ident("as" | "one")))
    {
        at += 1;
    }
    // The words of `invariant inductive` in the wrong order belong together all the same.
    if at == 0 && (token(0), token(1)) == (Some(Token::Ident("inductive")), Some(Token::Invariant)) {
        at += 1;
    }
    let Some(head) = token(at) else { return tokens.len() };
    // Declarations that end with `;` may hold blocks.
    let ends_with_semicolon = matches!(
        head,
        Token::Const
            | Token::Type
            | Token::Fn
            | Token::Check
            | Token::Var
            | Token::Init
            | Token::Terminal
            | Token::Invariant
            | Token::Step
            | Token::Reachable
            | Token::Recoverable
            | Token::Property
            | Token::Part
            | Token::Use
            | Token::Guarantee
            | Token::Assume
            | Token::Ident("sync")
    );
    if !head.opens() && head != Token::Semi {
        let two = matches!(
            (head, token(at + 1)),
            (Token::Step, Some(Token::Invariant)) | (Token::Check, Some(Token::Guarantee))
        );
        at += if two { 2 } else { 1 };
    }
    while let Some(current) = token(at) {
        if current == Token::Semi {
            return at + 1;
        }
        // Fairness can be a property of a network or of a channel.
        let own_word = matches!(head, Token::Ident("network" | "channel"))
            && matches!(current, Token::Fair | Token::Strong);
        if at > 0 && !own_word && (matches!(current, Token::Doc(_)) || current.begins_item(token(at + 1))) {
            return at;
        }
        at = after_group(tokens, at);
        if current == Token::LBrace && !ends_with_semicolon && !token(at).is_some_and(continues) {
            return at;
        }
    }
    tokens.len()
}

/// Whether a token after `}` shows that the declaration goes on.
fn continues(token: Token<'_>) -> bool {
    !(token == Token::Semi
        || starts_something(token)
        || token.begins_item(None)
        || token.closes()
        || matches!(token, Token::Doc(_) | Token::Reserved(_)))
}

/// Whether a token can begin a statement or an arm, and cannot continue an expression.
pub(super) fn starts_something(token: Token<'_>) -> bool {
    let statement = matches!(
        token,
        Token::Let
            | Token::If
            | Token::Match
            | Token::For
            | Token::Underscore
            | Token::True
            | Token::False
            | Token::Int(_)
            | Token::BadStmt
    );
    statement || is_name(token)
}

/// The index after the token at `at`, or after its partner where it is an opening bracket.
pub(super) fn after_group(tokens: &[Spanned<'_>], at: usize) -> usize {
    let mut depth = 0_usize;
    for (index, (_, token, _)) in tokens.iter().enumerate().skip(at) {
        depth += usize::from(token.opens());
        depth = depth.saturating_sub(usize::from(token.closes()));
        if depth == 0 {
            return index + 1;
        }
    }
    tokens.len()
}
