//! Quantifiers, comprehensions and what they range over.

use super::constants::NUMBER_LIMIT;
use super::expressions::{boolean, describe, number};
use super::scope::{Body, failed};
use super::types::{join, unknown};
use crate::ast::{self, ExprKind as Ast, Quantifier};
use crate::diagnostic::{Code, Diagnostic};
use crate::environment::CHANGE_WHAT_IS_GIVEN;
use crate::hir::{Domain, Expr, ExprKind, Operator};
use musilc_ir::{DataType, Span};
use std::sync::Arc;

impl<'a> Body<'_, 'a> {
    pub(super) fn quantified(
        &mut self,
        span: Span,
        kind: Quantifier,
        binders: &'a [ast::Binder],
        body: &'a ast::Expr,
    ) -> Expr {
        if kind == Quantifier::Choose && binders.len() > 1 {
            return self.error(Code::WrongArguments, span, "`choose` binds one variable");
        }
        let mark = self.mark();
        let mut bound = Vec::new();
        for binder in binders {
            let domain = self.domain(&binder.domain);
            let ty = domain.as_ref().map_or_else(unknown, |(_, ty)| ty.clone());
            let local = self.bind(&binder.name.text, ty.clone());
            bound.push((binder.name.text.clone(), local, domain.map(|(domain, _)| domain), ty));
        }
        let body = match kind {
            Quantifier::Forall | Quantifier::Exists | Quantifier::Count | Quantifier::Choose => {
                self.boolean(body)
            }
            Quantifier::Sum | Quantifier::Min | Quantifier::Max => self.numeric(body),
        };
        self.leave(mark);
        if body.is_failed() || bound.iter().any(|(_, _, domain, _)| domain.is_none()) {
            return failed(span);
        }
        let mut expr = body;
        for (position, (name, local, domain, ty)) in bound.into_iter().enumerate().rev() {
            let Some(domain) = domain else { return failed(span) };
            // The outer of several counted variables adds up what the inner ones count.
            let kind = if kind == Quantifier::Count && position + 1 < binders.len() {
                Quantifier::Sum
            } else {
                kind
            };
            let (domain, inner) = (Box::new(domain), Box::new(expr));
            let quantified = ExprKind::Quantified { kind, name, local, domain, body: inner };
            expr = match kind {
                Quantifier::Forall | Quantifier::Exists => boolean(span, quantified),
                Quantifier::Count | Quantifier::Sum | Quantifier::Min | Quantifier::Max => {
                    number(span, quantified)
                }
                Quantifier::Choose => Expr { ty, span, kind: quantified },
            };
        }
        expr
    }

    pub(super) fn set_comprehension(
        &mut self,
        span: Span,
        binder: &'a ast::Binder,
        filter: Option<&'a ast::Expr>,
    ) -> Expr {
        let Some((domain, element)) = self.domain(&binder.domain) else { return failed(span) };
        if element == DataType::NUMBER {
            let diagnostic = Diagnostic::error(Code::CannotInfer, span, "the set's element type is unclear")
                .help("range over a type, or over a set");
            return self.report(diagnostic);
        }
        if self.cx.check_countable(binder.name.span, &element).is_none() {
            return failed(span);
        }
        let mark = self.mark();
        let local = self.bind(&binder.name.text, element.clone());
        let filter = filter.map(|filter| self.boolean(filter));
        self.leave(mark);
        if filter.as_ref().is_some_and(Expr::is_failed) {
            return failed(span);
        }
        let kind =
            ExprKind::SetComprehension { local, domain: Box::new(domain), filter: filter.map(Box::new) };
        Expr { ty: DataType::Set(Arc::new(element)), span, kind }
    }

    /// What a bound variable ranges over, with the variable's type.
    pub(super) fn domain(&mut self, domain: &'a ast::Domain) -> Option<(Domain, DataType)> {
        let expr = match domain {
            ast::Domain::Type(ty) => {
                let resolved = self.cx.data_type(ty)?;
                self.cx.check_countable(ty.span, &resolved)?;
                return Some((Domain::Type(resolved.clone()), resolved));
            }
            ast::Domain::Expr(expr) => expr,
            // Elsewhere, put into other words, or reported, before anything is checked.
            ast::Domain::Channel(place) => {
                let message = "an environment does not receive messages";
                let diagnostic = Diagnostic::error(Code::MisplacedItem, place.span, message);
                self.report(diagnostic.help(CHANGE_WHAT_IS_GIVEN));
                return None;
            }
        };
        self.domain_expr(expr)
    }

    fn domain_expr(&mut self, expr: &'a ast::Expr) -> Option<(Domain, DataType)> {
        match &expr.kind {
            Ast::Paren(inner) => self.domain_expr(inner),
            Ast::Path(path) if self.names_type(path) => {
                let ty = self.cx.named_type(&path.name)?;
                self.cx.check_countable(expr.span, &ty)?;
                Some((Domain::Type(ty.clone()), ty))
            }
            Ast::Range { lo, hi, closed } => {
                let (lo, hi) = (self.numeric(lo), self.numeric(hi));
                if lo.is_failed() || hi.is_failed() {
                    return None;
                }
                let ty = match (constant(&lo), constant(&hi)) {
                    (Some(l), Some(h)) => {
                        let last = if *closed { h } else { h - 1 };
                        if last < l { DataType::NUMBER } else { DataType::Int { lo: l, hi: last } }
                    }
                    _ => DataType::NUMBER,
                };
                if ty != DataType::NUMBER {
                    self.cx.check_countable(expr.span, &ty)?;
                }
                Some((Domain::Range { lo, hi, closed: *closed }, ty))
            }
            Ast::SetLiteral(elements) if !elements.is_empty() => {
                let first = self.expr(&elements[0], None);
                let ty = first.hint();
                let mut list = vec![first];
                for element in &elements[1..] {
                    list.push(self.of_type(element, &ty));
                }
                if list.iter().any(Expr::is_failed) {
                    return None;
                }
                // The ranges may differ: the variable is of a type that has all of them.
                let ty = list.iter().try_fold(ty, |ty, element| join(&ty, &element.ty))?;
                let ty = if matches!(ty, DataType::Int { .. }) { DataType::NUMBER } else { ty };
                Some((Domain::List(list, ty.clone()), ty))
            }
            _ => {
                let members = self.expr(expr, None);
                if members.is_failed() {
                    return None;
                }
                let ty = match &members.ty {
                    DataType::Set(element) | DataType::Bag(element, _) | DataType::Seq(element, _) => {
                        DataType::clone(element)
                    }
                    ty => {
                        let message = format!("{} cannot be ranged over", describe(ty));
                        let diagnostic = Diagnostic::error(Code::NotIterable, expr.span, message)
                            .help("range over a type, `lo..hi`, a set, a bag or a sequence");
                        self.report(diagnostic);
                        return None;
                    }
                };
                Some((Domain::Members(members), ty))
            }
        }
    }
}

/// The value of a number that is computed from constants alone.
fn constant(e: &Expr) -> Option<i64> {
    match &e.kind {
        ExprKind::Int(v) => Some(*v),
        ExprKind::Neg(inner) => constant(inner)?.checked_neg(),
        ExprKind::Binary(op, a, b) => {
            let (a, b) = (constant(a)?, constant(b)?);
            match op {
                Operator::Add => a.checked_add(b),
                Operator::Sub => a.checked_sub(b),
                Operator::Mul => a.checked_mul(b),
                Operator::Div => a.checked_div_euclid(b),
                Operator::Rem => a.checked_rem_euclid(b),
                _ => None,
            }
        }
        ExprKind::Extremum(kind, args) => {
            let args = args.iter().map(constant).collect::<Option<Vec<i64>>>()?;
            if *kind == Quantifier::Min { args.into_iter().min() } else { args.into_iter().max() }
        }
        _ => None,
    }
    .filter(|v| v.abs() <= NUMBER_LIMIT)
}
