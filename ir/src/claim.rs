//! How a property is put together, so that a report can say which part of it is false, for which witnesses.

use crate::{DataType, ExprId, Span};

/// A boolean expression, as a tree of the parts that may be to blame for its being false.
#[derive(Clone, PartialEq, Debug)]
pub struct Claim {
    /// Where it stands.
    pub span: Span,
    /// Its value.
    pub expr: ExprId,
    /// Whenever `expr` is false, some part is: the conjuncts of a conjunction, the instances of a `forall`, the right side of an implication.
    /// Empty where the expression is to blame as a whole.
    pub parts: Vec<Part>,
    /// Where there are no parts: the operands worth showing, such as both sides of a comparison.
    pub shown: Vec<Shown>,
}

/// A part of a claim.
#[derive(Clone, PartialEq, Debug)]
pub struct Part {
    /// In an instance of a quantifier: the bound variable and its value, as text.
    pub binding: Option<(String, String)>,
    /// The part itself.
    pub claim: Claim,
}

/// An operand whose value makes a violation understood.
#[derive(Clone, PartialEq, Debug)]
pub struct Shown {
    /// Where it stands.
    pub span: Span,
    /// Its type.
    pub ty: DataType,
    /// Its leaves.
    pub leaves: Vec<ExprId>,
}
