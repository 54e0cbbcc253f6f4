//! Expressions.

use musilc_ir::Span;

use super::{Context, Deep, Weight};
use crate::ast::{
    About, Arg, BinaryOp, Binder, Domain, Expr, ExprArm, ExprKind, MemberPath, Name, Path, Quantifier,
    UnaryOp,
};
use crate::diagnostic::{Code, Diagnostic};

/// The expression `kind` above parts that weigh `parts`, or an error node where that is too deep.
pub(super) fn expr(cx: &mut Context, span: Span, parts: Weight, kind: ExprKind) -> Deep<Expr> {
    let weight = parts.above();
    if cx.allows(weight, span) {
        Deep { node: Expr { span, kind }, weight }
    } else {
        Deep { node: Expr { span, kind: ExprKind::Error }, weight: Weight::default().above() }
    }
}

/// An expression without parts.
pub(crate) fn leaf(l: usize, r: usize, kind: ExprKind) -> Deep<Expr> {
    Deep { node: Expr { span: Span::new(l, r), kind }, weight: Weight::default().above() }
}

/// `op operand`
pub(crate) fn unary(cx: &mut Context, l: usize, op: UnaryOp, operand: Deep<Expr>) -> Deep<Expr> {
    let span = Span::new(l, l).to(operand.node.span);
    expr(cx, span, operand.weight, ExprKind::Unary(op, Box::new(operand.node)))
}

/// `left op right`
pub(crate) fn binary(cx: &mut Context, left: Deep<Expr>, op: BinaryOp, right: Deep<Expr>) -> Deep<Expr> {
    let span = left.node.span.to(right.node.span);
    let kind = ExprKind::Binary(op, Box::new(left.node), Box::new(right.node));
    expr(cx, span, left.weight.and(right.weight), kind)
}

/// `lo..hi`, `lo..=hi`
pub(crate) fn range(
    cx: &mut Context,
    l: usize,
    r: usize,
    lo: Deep<Expr>,
    hi: Deep<Expr>,
    closed: bool,
) -> Deep<Expr> {
    let kind = ExprKind::Range { lo: Box::new(lo.node), hi: Box::new(hi.node), closed };
    expr(cx, Span::new(l, r), lo.weight.and(hi.weight), kind)
}

/// `operand.name`
pub(crate) fn field(cx: &mut Context, operand: Deep<Expr>, name: Name) -> Deep<Expr> {
    let span = operand.node.span.to(name.span);
    expr(cx, span, operand.weight, ExprKind::Field(Box::new(operand.node), name))
}

/// `receiver.name(args)`
pub(crate) fn method(
    cx: &mut Context,
    r: usize,
    receiver: Deep<Expr>,
    name: Name,
    args: Vec<Deep<Expr>>,
) -> Deep<Expr> {
    let span = receiver.node.span.to(Span::new(r, r));
    let args = Deep::gather(args);
    let weight = receiver.weight.and(args.weight);
    expr(cx, span, weight, ExprKind::Method { receiver: Box::new(receiver.node), name, args: args.node })
}

/// `operand[index]`
pub(crate) fn index(cx: &mut Context, r: usize, operand: Deep<Expr>, index: Deep<Expr>) -> Deep<Expr> {
    let span = operand.node.span.to(Span::new(r, r));
    let weight = operand.weight.and(index.weight);
    expr(cx, span, weight, ExprKind::Index(Box::new(operand.node), Box::new(index.node)))
}

/// `operand'`
pub(crate) fn prime(cx: &mut Context, r: usize, operand: Deep<Expr>) -> Deep<Expr> {
    let span = operand.node.span.to(Span::new(r, r));
    expr(cx, span, operand.weight, ExprKind::Prime(Box::new(operand.node)))
}

/// `(inner)`
pub(crate) fn paren(cx: &mut Context, l: usize, r: usize, inner: Deep<Expr>) -> Deep<Expr> {
    expr(cx, Span::new(l, r), inner.weight, ExprKind::Paren(Box::new(inner.node)))
}

/// The arguments together.
pub(crate) fn all(args: Vec<Deep<Arg>>) -> Deep<Vec<Arg>> {
    Deep::gather(args)
}

/// `callee(args)`
pub(crate) fn call(cx: &mut Context, l: usize, r: usize, callee: Path, args: Deep<Vec<Arg>>) -> Deep<Expr> {
    expr(cx, Span::new(l, r), args.weight, ExprKind::Call { callee, args: args.node })
}

/// `enabled(action)`, `taken(action(args))`
pub(crate) fn instance(
    cx: &mut Context,
    l: usize,
    r: usize,
    about: About,
    action: Deep<MemberPath>,
    args: Option<Deep<Vec<Arg>>>,
) -> Deep<Expr> {
    let weight = args.as_ref().map_or_else(Weight::default, |args| args.weight).and(action.weight);
    let action = Box::new(action.node);
    let args = args.map(|args| args.node);
    expr(cx, Span::new(l, r), weight, ExprKind::Instance { about, action, args })
}

/// `ref place`
pub(crate) fn refers(cx: &mut Context, l: usize, place: Deep<Expr>) -> Deep<Expr> {
    let span = Span::new(l, place.node.span.range().end);
    expr(cx, span, place.weight, ExprKind::Ref(Box::new(place.node)))
}

/// A name alone, as an action or property of the model itself.
pub(crate) fn own_member(name: Name) -> Deep<MemberPath> {
    let node = MemberPath { span: name.span, parts: Vec::new(), name };
    Deep { node, weight: Weight::default() }
}

/// `path.name`, or `path[index].name`
pub(crate) fn member(path: Deep<MemberPath>, index: Option<Deep<Expr>>, name: Name) -> Deep<MemberPath> {
    let MemberPath { span, mut parts, name: last } = path.node;
    let weight = index.as_ref().map_or(path.weight, |index| path.weight.and(index.weight));
    parts.push((last, index.map(|index| index.node)));
    Deep { node: MemberPath { span: span.to(name.span), parts, name }, weight }
}

/// An expression that is a list of others.
pub(crate) fn list(
    cx: &mut Context,
    l: usize,
    r: usize,
    items: Vec<Deep<Expr>>,
    kind: fn(Vec<Expr>) -> ExprKind,
) -> Deep<Expr> {
    let items = Deep::gather(items);
    expr(cx, Span::new(l, r), items.weight, kind(items.node))
}

/// `min(args)`, `max(args)`
pub(crate) fn extremum(
    cx: &mut Context,
    l: usize,
    r: usize,
    kind: Quantifier,
    args: Vec<Deep<Expr>>,
) -> Deep<Expr> {
    let args = Deep::gather(args);
    if args.node.len() < 2 {
        let word = if kind == Quantifier::Min { "min" } else { "max" };
        cx.report(
            Diagnostic::error(
                Code::TooFewNumbers,
                Span::new(l, r),
                format!("`{word}` needs two numbers or more"),
            )
            .help(format!("over all values of a type it is written `{word} x in T: f(x)`")),
        );
        return leaf(l, r, ExprKind::Error);
    }
    expr(cx, Span::new(l, r), args.weight, ExprKind::Extremum { kind, args: args.node })
}

/// `{ name in domain if filter }`
pub(crate) fn comprehension(
    cx: &mut Context,
    l: usize,
    r: usize,
    name: Name,
    domain: Deep<Domain>,
    filter: Option<Deep<Expr>>,
) -> Deep<Expr> {
    let weight = filter.as_ref().map_or(domain.weight, |filter| domain.weight.and(filter.weight));
    let binder = Box::new(Binder { name, domain: domain.node });
    let filter = filter.map(|filter| Box::new(filter.node));
    expr(cx, Span::new(l, r), weight, ExprKind::SetComprehension { binder, filter })
}

/// `if cond { then } else { otherwise }`
pub(crate) fn if_expr(
    cx: &mut Context,
    l: usize,
    r: usize,
    cond: Deep<Expr>,
    then: Deep<Expr>,
    otherwise: Deep<Expr>,
) -> Deep<Expr> {
    let weight = cond.weight.and(then.weight).and(otherwise.weight);
    let kind = ExprKind::If {
        cond: Box::new(cond.node),
        then: Box::new(then.node),
        otherwise: Box::new(otherwise.node),
    };
    expr(cx, Span::new(l, r), weight, kind)
}

/// `match subject { arms }`
pub(crate) fn match_expr(
    cx: &mut Context,
    l: usize,
    r: usize,
    subject: Deep<Expr>,
    arms: Vec<Deep<ExprArm>>,
) -> Deep<Expr> {
    let arms = Deep::gather(arms);
    let weight = subject.weight.and(arms.weight);
    expr(cx, Span::new(l, r), weight, ExprKind::Match { subject: Box::new(subject.node), arms: arms.node })
}
