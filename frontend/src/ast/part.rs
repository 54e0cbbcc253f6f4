//! Parts of models.

use super::{Arg, Expr, Field, Name, TypeExpr};
use musilc_ir::Span;

/// `name: T` or `ref name: T`: a parameter of a model.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelParam {
    /// Whether it stands for a variable of the model around, and not for a value.
    pub by_ref: bool,
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: TypeExpr,
}

/// A part: a model inside another one, or one for each value of a type.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Its name.
    pub name: Name,
    /// The name of the index and what it ranges over, where there is a part for each.
    pub index: Option<Field>,
    /// The model that it is made of.
    pub model: Name,
    /// The model's arguments; `ref place` is an [`Ref`](super::ExprKind::Ref).
    pub args: Vec<Arg>,
    /// What it is to the model around it.
    pub role: PartRole,
}

/// What a part is to the model around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartRole {
    /// A piece of it, as declared by `part`.
    Own,
    /// An environment of it, as given after `with`, which keeps to its guarantees.
    Environment,
    /// An environment that need not keep to its guarantees, and of which it is claimed that it does.
    Claimed,
}

/// Two actions that happen as one step, and no longer by themselves.
#[derive(Clone, Debug, PartialEq)]
pub struct Sync {
    /// The action whose statements are executed first.
    pub first: MemberPath,
    /// The other one.
    pub second: MemberPath,
}

/// `name`, `part.name`, `part[i].name`: an action or a property, of the model itself or of a part of it.
#[derive(Clone, Debug, PartialEq)]
pub struct MemberPath {
    /// Where it stands.
    pub span: Span,
    /// The parts on the way, each with the index that is given.
    pub parts: Vec<(Name, Option<Expr>)>,
    /// The name in the last of them.
    pub name: Name,
}
