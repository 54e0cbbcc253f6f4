//! Types.

use musilc_ir::Span;

use super::{Context, Deep, Weight};
use crate::ast::{Expr, ExprKind, NetworkOption, TypeExpr, TypeKind};
use crate::diagnostic::{Code, Diagnostic};

/// The type `kind` above parts that weigh `parts`, or an error node where that is too deep.
fn above(cx: &mut Context, l: usize, r: usize, parts: Weight, kind: TypeKind) -> Deep<TypeExpr> {
    let (span, weight) = (Span::new(l, r), parts.above());
    if cx.allows(weight, span) {
        Deep { node: TypeExpr { span, kind }, weight }
    } else {
        ty(l, r, TypeKind::Error)
    }
}

/// A type without parts.
pub(crate) fn ty(l: usize, r: usize, kind: TypeKind) -> Deep<TypeExpr> {
    Deep { node: TypeExpr { span: Span::new(l, r), kind }, weight: Weight::default().above() }
}

/// `lo..hi`, `lo..=hi`
pub(crate) fn range_type(
    cx: &mut Context,
    l: usize,
    r: usize,
    lo: Deep<Expr>,
    hi: Deep<Expr>,
    closed: bool,
) -> Deep<TypeExpr> {
    let kind = TypeKind::Range { lo: Box::new(lo.node), hi: Box::new(hi.node), closed };
    above(cx, l, r, lo.weight.and(hi.weight), kind)
}

/// `Option<inner>`, `Set<inner>`
pub(crate) fn boxed_type(
    cx: &mut Context,
    l: usize,
    r: usize,
    inner: Deep<TypeExpr>,
    kind: fn(Box<TypeExpr>) -> TypeKind,
) -> Deep<TypeExpr> {
    above(cx, l, r, inner.weight, kind(Box::new(inner.node)))
}

/// `Bag<inner, limit>`, `Seq<inner, limit>`
pub(crate) fn limited_type(
    cx: &mut Context,
    l: usize,
    r: usize,
    inner: Deep<TypeExpr>,
    limit: Deep<Expr>,
    kind: fn(Box<TypeExpr>, Box<Expr>) -> TypeKind,
) -> Deep<TypeExpr> {
    let weight = inner.weight.and(limit.weight);
    above(cx, l, r, weight, kind(Box::new(inner.node), Box::new(limit.node)))
}

/// `message fifo capacity n`
pub(crate) fn channel_type(
    cx: &mut Context,
    l: usize,
    r: usize,
    message: Deep<TypeExpr>,
    options: Vec<NetworkOption>,
) -> Deep<TypeExpr> {
    above(cx, l, r, message.weight, TypeKind::Channel(Box::new(message.node), options))
}

/// `[element; index]`
pub(crate) fn array_type(
    cx: &mut Context,
    l: usize,
    r: usize,
    element: Deep<TypeExpr>,
    index: Deep<TypeExpr>,
) -> Deep<TypeExpr> {
    let weight = element.weight.and(index.weight);
    let kind = TypeKind::Array { element: Box::new(element.node), index: Box::new(index.node) };
    above(cx, l, r, weight, kind)
}

/// A type that was read as an expression: it can only be a name.
pub(crate) fn named_type(cx: &mut Context, written: Deep<Expr>) -> Deep<TypeExpr> {
    let span = written.node.span;
    let kind = match written.node.kind {
        ExprKind::Path(path) if path.qualifier.is_none() => TypeKind::Named(path.name),
        ExprKind::Error => TypeKind::Error,
        kind => {
            let error = Diagnostic::error(Code::NotAType, span, "this is not a type");
            cx.report(match kind {
                ExprKind::Int(upper) => error.help(format!(
                    "the numbers below {upper} are written `0..{upper}`, those up to {upper} `0..={upper}`"
                )),
                ExprKind::Path(_) | ExprKind::Call { .. } => error.help("a type is named by one word"),
                _ => error.help(
                    "a type is `bool`, a range such as `0..3`, a name, `Option<T>`, `[T; K]`, `Set<T>`, `Bag<T, n>` or \
                     `Seq<T, n>`",
                ),
            });
            TypeKind::Error
        }
    };
    Deep { node: TypeExpr { span, kind }, weight: written.weight }
}

/// The index of an array that was read as an expression: a name, or the length.
pub(crate) fn length(cx: &mut Context, written: Deep<Expr>) -> Deep<TypeExpr> {
    let range = written.node.span.range();
    match written.node.kind {
        ExprKind::Path(path) if path.qualifier.is_none() => {
            ty(range.start, range.end, TypeKind::Named(path.name))
        }
        _ => above(cx, range.start, range.end, written.weight, TypeKind::Length(Box::new(written.node))),
    }
}
