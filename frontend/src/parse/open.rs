//! Words of open systems, which are names wherever a name can stand.

use crate::lexer::{Spanned, Token};

/// The words that an assumption may go on with after a comma.
const CLAUSES: &[&str] = &["axiom", "verified", "unverified", "source", "restricts"];

/// `with` before the environments of a check: between the model, perhaps with its arguments, and `expect`.
pub(super) fn with(tokens: &mut [Spanned<'_>]) {
    let mut depth = 0_usize;
    for at in 1..tokens.len() {
        let before = tokens[at - 1].1;
        match tokens[at].1 {
            Token::Expect => return,
            // The name of a check or of its model may be the same word.
            Token::Ident("with") if depth == 0 && before != Token::Colon && at > 3 => {
                tokens[at].1 = Token::With;
                return;
            }
            token if token.opens() => depth += 1,
            token if token.closes() => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
}

/// What stands after the commas of an assumption, up to `restricts`, which a condition follows.
pub(super) fn assumption(tokens: &mut [Spanned<'_>]) {
    for at in 1..tokens.len() {
        if let (Token::Comma, Token::Ident(name)) = (tokens[at - 1].1, tokens[at].1)
            && let Some(word) = CLAUSES.iter().find(|word| **word == name)
        {
            tokens[at].1 = Token::Word(word);
            if *word == "restricts" {
                return;
            }
        }
    }
}
