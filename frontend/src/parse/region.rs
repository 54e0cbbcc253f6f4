//! Which tokens to give up when a statement cannot be read.

use std::ops::Range;

use super::chunk::{after_group, starts_something};
use crate::lexer::{Spanned, Token};

/// The brackets of one declaration.
pub(super) struct Regions<'t, 's> {
    tokens: &'t [Spanned<'s>],
    /// The index of the innermost bracket around each token; a closing bracket has the same one as its partner.
    around: Vec<Option<usize>>,
    /// The index of the brace that holds the statements, if the declaration is an action with a body.
    body: Option<usize>,
}

impl<'t, 's> Regions<'t, 's> {
    pub(super) fn new(tokens: &'t [Spanned<'s>]) -> Self {
        let mut stack = vec![];
        let mut around = Vec::with_capacity(tokens.len());
        for (index, (_, token, _)) in tokens.iter().enumerate() {
            if token.closes() {
                stack.pop();
            }
            around.push(stack.last().copied());
            if token.opens() {
                stack.push(index);
            }
        }
        let mut regions = Self { tokens, around, body: None };
        let fairness =
            |token: &&Spanned<'_>| matches!(token.1, Token::Fair | Token::Strong | Token::As | Token::One);
        let head = tokens.iter().take_while(fairness).count();
        if matches!(regions.token(head), Some(Token::Action | Token::On)) {
            let is_body = |&at: &usize| {
                regions.token(at) == Some(Token::LBrace)
                    && regions.around(at).is_none()
                    && after_group(tokens, at) == tokens.len()
            };
            regions.body = (0..tokens.len()).rev().find(is_body);
        }
        regions
    }

    fn token(&self, at: usize) -> Option<Token<'s>> {
        self.tokens.get(at).map(|token| token.1)
    }

    fn around(&self, at: usize) -> Option<usize> {
        self.around.get(at).copied().flatten()
    }

    /// The statement around the token at `at`; an empty range if there is none that could be given up.
    ///
    /// Where the token already stands for a statement that has been given up, the region grows: whatever stands there, it
    /// was no statement.
    pub(super) fn statement(&self, at: usize) -> Option<Range<usize>> {
        let body = self.body.filter(|&body| at > body && at < self.tokens.len())?;
        let mut at = at;
        // A closing bracket belongs to what it closes.
        let mut group = if self.token(at)?.closes() { self.opening(at)? } else { self.around(at)? };
        loop {
            if self.token(group) == Some(Token::LBrace) && (group == body || self.has_statements(group)) {
                let region = self.region(group, at);
                if region.len() > usize::from(self.token(region.start) == Some(Token::BadStmt)) {
                    return Some(region);
                }
            }
            if group == body {
                return None;
            }
            at = group;
            group = self.around(group)?;
        }
    }

    /// The partner of the closing bracket at `at`.
    fn opening(&self, at: usize) -> Option<usize> {
        let outer = self.around(at);
        (0..at).rev().find(|&open| self.around(open) == outer && self.token(open).is_some_and(Token::opens))
    }

    /// Whether a semicolon stands directly between the braces.
    fn has_statements(&self, group: usize) -> bool {
        let inside =
            (group + 1..self.tokens.len()).take_while(|&at| self.around(at).is_some_and(|g| g >= group));
        inside
            .filter(|&at| self.around(at) == Some(group))
            .any(|at| matches!(self.token(at), Some(Token::Semi | Token::BadStmt)))
    }

    /// The statement in the braces at `group` that the token at `at` stands in.
    fn region(&self, group: usize, at: usize) -> Range<usize> {
        let direct = |index: usize| self.around(index) == Some(group);
        // What has been given up before grows to the front.
        let grown = self.token(at) == Some(Token::BadStmt);
        let mut start = if grown { at.saturating_sub(1).max(group + 1) } else { at };
        while start > group + 1 {
            let before = start - 1;
            let ends = match self.token(before) {
                Some(Token::Semi | Token::BadStmt) => direct(before),
                Some(Token::RBrace) => direct(before) && self.token(start).is_some_and(starts_something),
                _ => false,
            };
            if ends {
                break;
            }
            start = before;
        }
        let mut end = at;
        while let Some(token) = self.token(end) {
            if token.closes() && self.around(end) == self.around(group) && end > group {
                break;
            }
            end += 1;
            if !direct(end - 1) {
                continue;
            }
            let stops = match token {
                Token::Semi | Token::BadStmt => true,
                Token::RBrace => self.token(end).is_none_or(|next| starts_something(next) || next.closes()),
                _ => false,
            };
            if stops {
                break;
            }
        }
        start..end
    }
}
