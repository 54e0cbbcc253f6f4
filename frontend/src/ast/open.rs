//! Open systems: what environments guarantee, and what that rests on.

use super::{Expr, Name};
use musilc_ir::Span;

/// `guarantee g: c;`: what every step of an environment keeps to.
#[derive(Clone, Debug, PartialEq)]
pub struct Guarantee {
    /// Its name.
    pub name: Name,
    /// A condition on steps, or one on the states that they lead to where it mentions no `x'`.
    pub condition: Expr,
}

/// `assume a: "text", unverified, source "…", restricts c;`
#[derive(Clone, Debug, PartialEq)]
pub struct Assume {
    /// Its name.
    pub name: Name,
    /// What is assumed, in words.
    pub text: String,
    /// What else is said of it, in the order in which it is said.
    pub clauses: Vec<AssumeClause>,
}

/// What is said of an assumption.
#[derive(Clone, Debug, PartialEq)]
pub enum AssumeClause {
    /// `axiom`, `verified` or `unverified`.
    Status(Standing, Span),
    /// `source "…"`
    Source(String, Span),
    /// `restricts c`, with the place of the word: the steps of the environment that there are if it is true.
    Restricts(Expr, Span),
}

/// What is known of an assumption.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It cannot be verified: a law of nature, a promise of somebody else.
    Axiom,
    /// Somebody has verified it.
    Verified,
    /// Nobody has.
    Unverified,
}

impl Standing {
    /// As it is written.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Standing::Axiom => "axiom",
            Standing::Verified => "verified",
            Standing::Unverified => "unverified",
        }
    }
}
