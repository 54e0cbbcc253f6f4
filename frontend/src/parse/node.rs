//! What the grammar's actions build, and how deep it is.
//!
//! Later passes walk the tree by recursion, so no tree may be deeper than a stack allows. Each part is built as a
//! [`Deep`], which knows its depth; where the depth would exceed [`MAX_DEPTH`] the part is reported and replaced by an
//! error node. As no tree ever gets deeper than that, dropping one is safe too.

mod expr;
mod open;
mod quantifier;
mod stmt;
mod ty;

use musilc_ir::Span;

use crate::ast::{Doc, ItemKind, ModelItemKind, Name, Pattern, PatternKind};
use crate::diagnostic::{Code, Diagnostic};

pub(crate) use expr::{
    all, binary, call, comprehension, extremum, field, if_expr, index, instance, leaf, list, match_expr,
    member, method, own_member, paren, prime, range, refers, unary,
};
pub(crate) use open::environment;
pub(crate) use quantifier::{
    Chain, Link, Tail, binary_tail, binders, comparison, joined, number_quantifier, quantified, unary_tail,
};
pub(crate) use stmt::{
    assignment, bad_arm, block, call_statement, for_statement, if_statement, match_statement, stmt, stmt_arm,
};
pub(crate) use ty::{array_type, boxed_type, channel_type, length, limited_type, named_type, range_type, ty};

/// The greatest depth of an expression, of a type, and of statements in each other.
pub(crate) const MAX_DEPTH: u32 = 500;

/// The greatest size of what several bound variables share, in nodes, copies included.
const MAX_SHARED: u32 = 10_000;

/// What the actions of the grammar report to.
#[derive(Debug, Default)]
pub(crate) struct Context {
    /// What they found, in no particular order.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Whether an excess of depth has been reported.
    too_deep: bool,
}

impl Context {
    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Whether `weight` is allowed; reports the first that is not.
    fn allows(&mut self, weight: Weight, span: Span) -> bool {
        let allowed = weight.depth <= MAX_DEPTH;
        if !allowed && !self.too_deep {
            self.too_deep = true;
            self.report(
                Diagnostic::error(
                    Code::TooDeep,
                    span,
                    format!("this is nested more than {MAX_DEPTH} levels deep"),
                )
                .note("each operator of a chain such as `a + b + c` counts as one level")
                .help("split it into functions, or write the chain as a quantifier over a range"),
            );
        }
        allowed
    }
}

/// How deep and how large a part of the tree is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Weight {
    depth: u32,
    size: u32,
}

impl Weight {
    /// The weight of two parts beside each other.
    fn and(self, other: Self) -> Self {
        Self { depth: self.depth.max(other.depth), size: self.size.saturating_add(other.size) }
    }

    /// The weight of a node above parts of this weight.
    fn above(self) -> Self {
        Self { depth: self.depth + 1, size: self.size.saturating_add(1) }
    }
}

/// A part of the tree with its weight.
#[derive(Clone, Debug)]
pub(crate) struct Deep<T> {
    /// The part.
    pub(crate) node: T,
    weight: Weight,
}

impl<T> Deep<T> {
    /// Wraps the part without making it deeper.
    pub(crate) fn map<U>(self, wrap: impl FnOnce(T) -> U) -> Deep<U> {
        Deep { node: wrap(self.node), weight: self.weight }
    }
}

impl<T> Deep<Vec<T>> {
    fn gather(parts: Vec<Deep<T>>) -> Self {
        let weight = parts.iter().fold(Weight::default(), |weight, part| weight.and(part.weight));
        Self { node: parts.into_iter().map(|part| part.node).collect(), weight }
    }
}

/// What the grammar derives from its start symbol.
#[derive(Debug)]
pub(crate) enum Parsed {
    /// A top-level declaration.
    Item(ItemKind),
    /// A declaration inside a model.
    ModelItem(ModelItemKind),
}

/// The list with one more element.
pub(crate) fn pushed<T>(mut list: Vec<T>, item: T) -> Vec<T> {
    list.push(item);
    list
}

/// The text of lines of documentation.
pub(crate) fn doc(lines: &[&str]) -> Doc {
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// A name.
pub(crate) fn name(l: usize, r: usize, text: &str) -> Name {
    Name { text: text.to_owned(), span: Span::new(l, r) }
}

/// A pattern.
pub(crate) fn pattern(l: usize, r: usize, kind: PatternKind) -> Pattern {
    Pattern { span: Span::new(l, r), kind }
}

/// One pattern, or several with `|` between them.
pub(crate) fn alternatives(l: usize, r: usize, mut patterns: Vec<Pattern>) -> Pattern {
    match patterns.pop() {
        Some(only) if patterns.is_empty() => only,
        Some(last) => pattern(l, r, PatternKind::Or(pushed(patterns, last))),
        None => pattern(l, r, PatternKind::Error),
    }
}
