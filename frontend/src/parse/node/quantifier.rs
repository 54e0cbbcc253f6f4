//! Quantifiers, and the chains of comparisons that their bodies may be.

use musilc_ir::Span;

use super::expr::{binary, expr, unary};
use super::{Context, Deep, MAX_SHARED};
use crate::ast::{BinaryOp, Binder, Domain, Expr, ExprKind, Name, Pattern, Quantifier, UnaryOp};
use crate::diagnostic::{Code, Diagnostic};

/// A comparison and its right operand, without a left one.
#[derive(Debug)]
pub(crate) enum Link {
    /// `op right`, with the place of the operator.
    Compare(Span, BinaryOp, Deep<Expr>),
    /// `is pattern`, with the place of `is`.
    Is(Span, Pattern),
}

impl Link {
    fn operator(&self) -> Span {
        match self {
            Self::Compare(span, ..) | Self::Is(span, _) => *span,
        }
    }

    fn apply(self, cx: &mut Context, left: Deep<Expr>) -> Deep<Expr> {
        match self {
            Self::Compare(_, op, right) => binary(cx, left, op, right),
            Self::Is(_, pattern) => {
                let span = left.node.span.to(pattern.span);
                expr(cx, span, left.weight, ExprKind::Is(Box::new(left.node), Box::new(pattern)))
            }
        }
    }
}

/// `a op b op c …`, before anything is known about where it stands.
#[derive(Debug)]
pub(crate) struct Chain {
    first: Deep<Expr>,
    links: Vec<Link>,
}

impl Chain {
    /// An operand alone.
    pub(crate) fn new(first: Deep<Expr>) -> Self {
        Self { first, links: vec![] }
    }

    /// The chain with one more comparison.
    pub(crate) fn then(mut self, link: Link) -> Self {
        self.links.push(link);
        self
    }

    /// The chain with a last operand that brings a comparison of its own.
    pub(crate) fn end(self, operator: Span, op: BinaryOp, last: Tail) -> Self {
        let mut chain = self.then(Link::Compare(operator, op, last.head));
        chain.links.extend(last.link);
        chain
    }
}

impl From<Tail> for Chain {
    fn from(tail: Tail) -> Self {
        Self { first: tail.head, links: tail.link.into_iter().collect() }
    }
}

/// An operand that ends in a quantifier. Where the quantifier gives a number, the last comparison in its body may be about
/// the whole operand: `2 * count x in T: p(x) == q <= 4`.
#[derive(Debug)]
pub(crate) struct Tail {
    head: Deep<Expr>,
    link: Option<Link>,
}

impl From<Deep<Expr>> for Tail {
    fn from(head: Deep<Expr>) -> Self {
        Self { head, link: None }
    }
}

/// `op operand`
pub(crate) fn unary_tail(cx: &mut Context, l: usize, op: UnaryOp, operand: Tail) -> Tail {
    Tail { head: unary(cx, l, op, operand.head), link: operand.link }
}

/// `left op right`
pub(crate) fn binary_tail(cx: &mut Context, left: Deep<Expr>, op: BinaryOp, right: Tail) -> Tail {
    Tail { head: binary(cx, left, op, right.head), link: right.link }
}

/// The comparison that a chain is; a chain of several is reported, since comparisons do not chain.
pub(crate) fn comparison(cx: &mut Context, chain: Chain) -> Deep<Expr> {
    if let [first, second, ..] = chain.links.as_slice() {
        let error = single_operator(first).unwrap_or_else(|| {
            Diagnostic::error(Code::ChainedComparison, second.operator(), "comparisons cannot be chained")
                .primary("the second comparison")
                .label(first.operator(), "the first comparison")
                .help("join them with `&&`, as in `a < b && b < c`, or put one of them in parentheses")
        });
        cx.report(error);
    }
    // Of a chain of several, which has been reported, the first is kept.
    let mut links = chain.links.into_iter();
    match links.next() {
        Some(link) => link.apply(cx, chain.first),
        None => chain.first,
    }
}

/// The error about `a == b & c == d`, where `&` or `|` was probably meant as an operator on truth values.
fn single_operator(first: &Link) -> Option<Diagnostic> {
    let Link::Compare(_, _, right) = first else { return None };
    let (meaning, word, own, left, right) = match &right.node.kind {
        ExprKind::Binary(BinaryOp::Intersection, left, right) => {
            ("`&` is the intersection of two sets", "and", "&&", left, right)
        }
        ExprKind::Binary(BinaryOp::Union, left, right) => {
            ("`|` is the union of two sets", "or", "||", left, right)
        }
        _ => return None,
    };
    let between = Span::new(left.span.range().end, right.span.range().start);
    let error = Diagnostic::error(Code::ForeignOperator, between, meaning);
    Some(error.help(format!("{word}, of truth values, is written `{own}`")))
}

/// `count binders: body` and the like; see the head of the grammar for what the comparisons in the body mean.
pub(crate) fn number_quantifier(
    cx: &mut Context,
    l: usize,
    kind: Quantifier,
    binders: Deep<Vec<Binder>>,
    mut body: Chain,
) -> Tail {
    let own = if kind == Quantifier::Count { 1 } else { 0 };
    let link = if body.links.len() > own { body.links.pop() } else { None };
    let body = comparison(cx, body);
    Tail { head: quantified(cx, l, kind, binders, body), link }
}

/// `kind binders: body`
pub(crate) fn quantified(
    cx: &mut Context,
    l: usize,
    kind: Quantifier,
    binders: Deep<Vec<Binder>>,
    body: Deep<Expr>,
) -> Deep<Expr> {
    let span = Span::new(l, l).to(body.node.span);
    let weight = binders.weight.and(body.weight);
    let kind = ExprKind::Quantified { kind, binders: binders.node, body: Box::new(body.node) };
    expr(cx, span, weight, kind)
}

/// `names in domain`: each name gets a copy of the domain.
pub(crate) fn binders(cx: &mut Context, names: Vec<Name>, domain: Deep<Domain>) -> Deep<Vec<Binder>> {
    let copies = u32::try_from(names.len()).unwrap_or(u32::MAX);
    let mut weight = domain.weight;
    weight.size = weight.size.saturating_mul(copies);
    let mut names = names.into_iter();
    if copies > 1 && weight.size > MAX_SHARED {
        let last = names.next_back();
        if let Some(name) = &last {
            cx.report(
                Diagnostic::error(Code::TooDeep, name.span, "too large a domain for so many variables")
                    .help("declare a type for the domain and give its name"),
            );
        }
        names = last.into_iter().collect::<Vec<_>>().into_iter();
    }
    let binder = |name| Binder { name, domain: domain.node.clone() };
    Deep { node: names.map(binder).collect(), weight }
}

/// Two groups of bound variables.
pub(crate) fn joined(mut list: Deep<Vec<Binder>>, group: Deep<Vec<Binder>>) -> Deep<Vec<Binder>> {
    list.weight = list.weight.and(group.weight);
    list.node.extend(group.node);
    list
}
