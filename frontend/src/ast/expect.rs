//! What checks must find.

use super::{Expr, MemberPath};
use musilc_ir::Span;

/// What a check must find. Numbers are constant expressions, so `in N` follows `-D N=7`.
#[derive(Clone, Debug, PartialEq)]
pub struct Expectation {
    /// From the word after `expect` to the end.
    pub span: Span,
    /// The verdict.
    pub kind: ExpectKind,
}

/// The kinds of expectations.
#[derive(Clone, Debug, PartialEq)]
pub enum ExpectKind {
    /// `holds`, `holds, states N`
    Holds {
        /// The exact number of reachable states.
        states: Option<Expr>,
    },
    /// `violates P in K`, `violates P in stem K loop L`
    Violates {
        /// The property.
        property: MemberPath,
        /// The length of the shortest counterexample.
        depth: Option<Expr>,
        /// The lengths of the stem and the loop of the shortest counterexample of a temporal property.
        lasso: Option<Box<(Expr, Expr)>>,
    },
    /// `deadlock in K`
    Deadlock {
        /// The length of the shortest counterexample.
        depth: Option<Expr>,
    },
    /// `error in K`
    Error {
        /// The length of the shortest counterexample.
        depth: Option<Expr>,
    },
    /// `reaches P in K`
    Reaches {
        /// The `reachable` item.
        property: MemberPath,
        /// The length of the shortest witness.
        depth: Option<Expr>,
    },
    /// `not inductive P`
    NotInductive {
        /// The inductive invariant.
        property: MemberPath,
    },
    /// The parser recovered here.
    Invalid,
}
