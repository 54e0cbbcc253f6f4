//! Binary operators and membership.

use super::expressions::{boolean, describe, needs_context};
use super::scope::{Body, failed};
use super::types::{fits, is_unknown, join, unknown};
use crate::ast::{self, BinaryOp, ExprKind as Ast, ItemKind};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{Expr, ExprKind, Operator};
use musilc_ir::{DataType, Span};

impl<'a> Body<'_, 'a> {
    pub(super) fn binary(
        &mut self,
        span: Span,
        op: BinaryOp,
        a: &'a ast::Expr,
        b: &'a ast::Expr,
        expected: Option<&DataType>,
    ) -> Expr {
        match op {
            BinaryOp::LeadsTo | BinaryOp::Until | BinaryOp::Release | BinaryOp::WeakUntil => {
                self.no_formula(span, None)
            }
            BinaryOp::Implies | BinaryOp::And | BinaryOp::Or => {
                let a = if op == BinaryOp::Or { self.boolean(a) } else { self.condition(a) };
                let b = if op == BinaryOp::And { self.condition(b) } else { self.boolean(b) };
                let op = match op {
                    BinaryOp::Implies => Operator::Implies,
                    BinaryOp::And => Operator::And,
                    _ => Operator::Or,
                };
                self.finish(span, op, DataType::Bool, a, b)
            }
            BinaryOp::Iff => {
                let (a, b) = (self.boolean(a), self.boolean(b));
                self.finish(span, Operator::Eq, DataType::Bool, a, b)
            }
            BinaryOp::Eq | BinaryOp::Ne => {
                let Some((a, b)) = self.operands(a, b, None) else { return failed(span) };
                if join(&a.ty, &b.ty).is_none() {
                    return self.incomparable(span, "compared", &a, &b);
                }
                let op = if op == BinaryOp::Eq { Operator::Eq } else { Operator::Ne };
                self.finish(span, op, DataType::Bool, a, b)
            }
            BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge => self.ordering(span, op, a, b),
            BinaryOp::In => self.membership(span, a, b),
            BinaryOp::Union | BinaryOp::Intersection => {
                let Some((a, b)) = self.operands(a, b, expected) else { return failed(span) };
                let op = if op == BinaryOp::Union { Operator::Union } else { Operator::Intersection };
                self.of_sets(span, op, a, b)
            }
            BinaryOp::Sub => {
                let Some((a, b)) = self.operands(a, b, expected.filter(|ty| matches!(ty, DataType::Set(_))))
                else {
                    return failed(span);
                };
                if matches!(a.ty, DataType::Set(_)) {
                    return self.of_sets(span, Operator::Difference, a, b);
                }
                self.arithmetic(span, Operator::Sub, a, b)
            }
            BinaryOp::Add | BinaryOp::Mul | BinaryOp::Div | BinaryOp::Rem => {
                let (a, b) = (self.expr(a, Some(&DataType::NUMBER)), self.expr(b, Some(&DataType::NUMBER)));
                let op = match op {
                    BinaryOp::Add => Operator::Add,
                    BinaryOp::Mul => Operator::Mul,
                    BinaryOp::Div => Operator::Div,
                    _ => Operator::Rem,
                };
                self.arithmetic(span, op, a, b)
            }
        }
    }

    /// Checks both operands, each with the other's type as a hint where it has none of its own.
    fn operands(
        &mut self,
        a: &'a ast::Expr,
        b: &'a ast::Expr,
        expected: Option<&DataType>,
    ) -> Option<(Expr, Expr)> {
        let (a, b) = if needs_context(a) && !needs_context(b) {
            let b = self.expr(b, expected);
            (self.expr(a, Some(&b.hint())), b)
        } else {
            let a = self.expr(a, expected);
            let b = self.expr(b, Some(&a.hint()));
            (a, b)
        };
        (!a.is_failed() && !b.is_failed()).then_some((a, b))
    }

    fn finish(&mut self, span: Span, op: Operator, ty: DataType, a: Expr, b: Expr) -> Expr {
        if a.is_failed() || b.is_failed() {
            return failed(span);
        }
        Expr { ty, span, kind: ExprKind::Binary(op, Box::new(a), Box::new(b)) }
    }

    fn arithmetic(&mut self, span: Span, op: Operator, a: Expr, b: Expr) -> Expr {
        for operand in [&a, &b] {
            if !operand.is_failed() && !matches!(operand.ty, DataType::Int { .. }) {
                let message = format!("expected a number, found {}", describe(&operand.ty));
                let mut diagnostic = Diagnostic::error(Code::TypeMismatch, operand.span, message);
                if operand.ty == DataType::Bool {
                    diagnostic =
                        diagnostic.help("`count x in T: p` counts, and `if p { 1 } else { 0 }` is a number");
                }
                if matches!(operand.ty, DataType::Set(_)) {
                    diagnostic = diagnostic
                        .help("sets are joined by `|`, intersected by `&`, and `-` takes one from another");
                }
                return self.report(diagnostic);
            }
        }
        self.finish(span, op, DataType::NUMBER, a, b)
    }

    fn of_sets(&mut self, span: Span, op: Operator, a: Expr, b: Expr) -> Expr {
        for operand in [&a, &b] {
            if !matches!(operand.ty, DataType::Set(_)) {
                let message = format!("expected a set, found {}", describe(&operand.ty));
                let mut diagnostic = Diagnostic::error(Code::TypeMismatch, operand.span, message);
                if operand.ty == DataType::Bool {
                    diagnostic = diagnostic.help("booleans are joined by `&&` and `||`");
                }
                return self.report(diagnostic);
            }
        }
        if a.ty != b.ty {
            return self.incomparable(span, "combined", &a, &b);
        }
        let ty = a.ty.clone();
        self.finish(span, op, ty, a, b)
    }

    fn ordering(&mut self, span: Span, op: BinaryOp, a: &'a ast::Expr, b: &'a ast::Expr) -> Expr {
        let Some((a, b)) = self.operands(a, b, None) else { return failed(span) };
        let swapped = matches!(op, BinaryOp::Gt | BinaryOp::Ge);
        let (a, b) = if swapped { (b, a) } else { (a, b) };
        let strict = matches!(op, BinaryOp::Lt | BinaryOp::Gt);
        match (&a.ty, &b.ty) {
            (DataType::Int { .. }, DataType::Int { .. }) => {
                let op = if strict { Operator::Lt } else { Operator::Le };
                self.finish(span, op, DataType::Bool, a, b)
            }
            (DataType::Set(x), DataType::Set(y)) if x == y => {
                let op = if strict { Operator::ProperSubset } else { Operator::Subset };
                self.finish(span, op, DataType::Bool, a, b)
            }
            _ => {
                let (left, right) = if swapped { (&b, &a) } else { (&a, &b) };
                let ordered = |e: &Expr| matches!(e.ty, DataType::Int { .. } | DataType::Set(_));
                let wrong = if ordered(left) { right } else { left };
                let message = match (left.ty == right.ty, &left.ty) {
                    (true, DataType::Bool) => "booleans have no order".to_owned(),
                    (true, ty) => format!("values of {} have no order", describe(ty)),
                    (false, _) => format!(
                        "there is no order between {} and {}",
                        describe(&left.ty),
                        describe(&right.ty)
                    ),
                };
                let mut diagnostic = Diagnostic::error(Code::TypeMismatch, wrong.span, message)
                    .primary(format!("this is {}", describe(&wrong.ty)))
                    .help("numbers are ordered, and sets of the same type by inclusion");
                if a.ty == DataType::Bool || b.ty == DataType::Bool {
                    diagnostic = diagnostic
                        .help("where a `count` is compared, put it in parentheses: `(count x in T: p) <= 1`");
                }
                self.report(diagnostic)
            }
        }
    }

    fn incomparable(&mut self, span: Span, how: &str, a: &Expr, b: &Expr) -> Expr {
        let message = format!("{} and {} cannot be {how}", describe(&a.ty), describe(&b.ty));
        let diagnostic = Diagnostic::error(Code::TypeMismatch, span, message)
            .label(a.span, format!("this is {}", describe(&a.ty)))
            .label(b.span, format!("this is {}", describe(&b.ty)));
        self.report(match (&a.ty, &b.ty) {
            (DataType::Option(inner), other) | (other, DataType::Option(inner)) if fits(other, inner) => {
                diagnostic.help("compare the option with `Some(…)`, or take it apart with `is Some(v)`")
            }
            (DataType::Bool, DataType::Int { .. }) | (DataType::Int { .. }, DataType::Bool) => {
                diagnostic.help("a boolean needs no comparison: `p` is true, `!p` is false")
            }
            (DataType::Set(_), DataType::Set(_)) => {
                diagnostic.help("both sets must have the same element type, ranges included")
            }
            _ => diagnostic,
        })
    }

    fn membership(&mut self, span: Span, a: &'a ast::Expr, b: &'a ast::Expr) -> Expr {
        match &b.kind {
            Ast::Paren(inner) => self.membership(span, a, inner),
            Ast::Range { lo, hi, closed } => {
                let (value, lo, hi) = (self.numeric(a), self.numeric(lo), self.numeric(hi));
                if value.is_failed() || lo.is_failed() || hi.is_failed() {
                    return failed(span);
                }
                let (value, lo, hi) = (Box::new(value), Box::new(lo), Box::new(hi));
                boolean(span, ExprKind::InRange { value, lo, hi, closed: *closed })
            }
            Ast::SetLiteral(elements) => {
                let value = self.expr(a, None);
                let ty = value.hint();
                let elements: Vec<Expr> = elements.iter().map(|e| self.of_type(e, &ty)).collect();
                if value.is_failed() || elements.iter().any(Expr::is_failed) {
                    return failed(span);
                }
                boolean(span, ExprKind::InList(Box::new(value), elements))
            }
            Ast::Path(path) if self.names_type(path) => {
                let Some(ty) = self.cx.named_type(&path.name) else { return failed(span) };
                let value = self.of_type(a, &ty);
                if value.is_failed() {
                    return failed(span);
                }
                boolean(span, ExprKind::InType(Box::new(value), ty))
            }
            _ => {
                let collection = self.expr(b, None);
                if collection.is_failed() {
                    self.expr(a, Some(&unknown()));
                    return failed(span);
                }
                let element = match &collection.ty {
                    DataType::Set(element) | DataType::Bag(element, _) | DataType::Seq(element, _) => {
                        DataType::clone(element)
                    }
                    ty => {
                        let message = format!("{} has no members", describe(ty));
                        let diagnostic = Diagnostic::error(Code::NotIterable, collection.span, message)
                            .help("after `in` stands a type, `lo..hi`, a set, a bag or a sequence");
                        return self.report(diagnostic);
                    }
                };
                let value = self.of_type(a, &element);
                if value.is_failed() {
                    return failed(span);
                }
                boolean(span, ExprKind::InCollection(Box::new(value), Box::new(collection)))
            }
        }
    }

    /// Whether a path is the name of a type, and of nothing nearer.
    pub(super) fn names_type(&self, path: &ast::Path) -> bool {
        let text = path.name.text.as_str();
        path.qualifier.is_none()
            && self.local(text).is_none()
            && self.index.as_ref().is_none_or(|(name, _)| name != text)
            && !self
                .scope()
                .is_some_and(|model| model.vars.contains_key(text) || model.stands.contains_key(text))
            && matches!(
                self.cx.globals.items.get(text),
                Some((_, ItemKind::Type { .. } | ItemKind::Enum { .. } | ItemKind::Struct { .. }))
            )
    }

    /// The listed elements; where one does not fit, the others are not blamed for the same.
    fn elements(&mut self, elements: &'a [ast::Expr], ty: &DataType, target: &str) -> Option<Vec<Expr>> {
        let mut checked = Vec::with_capacity(elements.len());
        let mut sound = true;
        for element in elements {
            let element =
                if sound { self.stored(element, ty, target) } else { self.expr(element, Some(&unknown())) };
            sound &= !element.is_failed();
            checked.push(element);
        }
        sound.then_some(checked)
    }

    /// The elements of a literal whose type is in error.
    fn elements_of_unknown(&mut self, span: Span, elements: &'a [ast::Expr]) -> Expr {
        elements.iter().for_each(|element| drop(self.expr(element, Some(&unknown()))));
        failed(span)
    }

    pub(super) fn set_literal(
        &mut self,
        span: Span,
        elements: &'a [ast::Expr],
        expected: Option<&DataType>,
    ) -> Expr {
        let Some(ty @ DataType::Set(element)) = expected else {
            if let Some(DataType::Bag(..)) = expected
                && elements.is_empty()
            {
                return Expr {
                    ty: expected.cloned().unwrap_or(DataType::Bool),
                    span,
                    kind: ExprKind::SetLiteral(vec![]),
                };
            }
            return match expected {
                Some(other) if is_unknown(other) => self.elements_of_unknown(span, elements),
                Some(other) => {
                    let message = format!("expected {}, found a set", describe(other));
                    self.error(Code::TypeMismatch, span, message)
                }
                None => {
                    let diagnostic = Diagnostic::error(
                        Code::CannotInfer,
                        span,
                        "which set type this literal belongs to is unclear",
                    )
                    .help("compare it with, or assign it to, something of a known type");
                    self.report(diagnostic)
                }
            };
        };
        let (ty, element) = (ty.clone(), DataType::clone(element));
        let target = format!("the elements of `{ty}`");
        let Some(elements) = self.elements(elements, &element, &target) else { return failed(span) };
        Expr { ty, span, kind: ExprKind::SetLiteral(elements) }
    }

    pub(super) fn list_literal(
        &mut self,
        span: Span,
        elements: &'a [ast::Expr],
        expected: Option<&DataType>,
    ) -> Expr {
        let (ty, element, wrong) = match expected {
            Some(ty @ DataType::Array { index, element }) => {
                let length = u64::from(index.length());
                let wrong =
                    (length != elements.len() as u64).then(|| format!("`{ty}` has {length} elements"));
                (ty.clone(), DataType::clone(element), wrong)
            }
            Some(ty @ DataType::Seq(element, n)) => {
                let wrong =
                    (elements.len() > *n as usize).then(|| format!("`{ty}` has at most {n} elements"));
                (ty.clone(), DataType::clone(element), wrong)
            }
            Some(other) if is_unknown(other) => return self.elements_of_unknown(span, elements),
            Some(other) => {
                let message = format!("expected {}, found a list", describe(other));
                let mut diagnostic = Diagnostic::error(Code::TypeMismatch, span, message);
                if matches!(other, DataType::Set(_)) {
                    diagnostic = diagnostic.help("a set is written `{a, b}`");
                }
                return self.report(diagnostic);
            }
            None => {
                let diagnostic = Diagnostic::error(
                    Code::CannotInfer,
                    span,
                    "which array or sequence type this list belongs to is unclear",
                )
                .help("compare it with, or assign it to, something of a known type");
                return self.report(diagnostic);
            }
        };
        if let Some(wrong) = wrong {
            let message = format!("{wrong}, and this list has {}", elements.len());
            return self.error(Code::TypeMismatch, span, message);
        }
        let target = format!("the elements of `{ty}`");
        let Some(elements) = self.elements(elements, &element, &target) else { return failed(span) };
        Expr { ty, span, kind: ExprKind::List(elements) }
    }
}
