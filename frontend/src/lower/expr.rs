//! Expressions.

use super::Lowerer;
use super::value::{Val, field_range, variant_range};
use crate::ast::Quantifier;
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{Expr, ExprKind, FunctionId, LocalId, Operator, Pattern};
use musilc_ir::{DataType, ExprId, FailureKind, Span};

impl Lowerer<'_> {
    /// The value of a boolean or numeric expression.
    pub(super) fn scalar(&mut self, e: &Expr) -> ExprId {
        let val = self.expr(e);
        match val.first() {
            Some(&leaf) => leaf,
            None => self.cx.bool(false),
        }
    }

    /// The value of an expression.
    pub(super) fn expr(&mut self, e: &Expr) -> Val {
        if self.check_size(e.span) || self.is_dead() {
            // Its bindings are read only where it is reached.
            return self.zero(&e.ty);
        }
        match &e.kind {
            ExprKind::Bool(b) => vec![self.cx.bool(*b)],
            ExprKind::Int(v) => vec![self.cx.int(*v)],
            ExprKind::Variant(position, fields) => self.variant(&e.ty, *position, fields),
            ExprKind::Struct(fields) => fields.iter().flat_map(|field| self.expr(field)).collect(),
            ExprKind::None => {
                let mut out = self.zero(&e.ty);
                out[0] = self.cx.bool(false);
                out
            }
            ExprKind::Some(inner) => {
                let mut out = vec![self.cx.bool(true)];
                out.extend(self.expr(inner));
                out
            }
            ExprKind::Local(local) => match self.locals.get(local.0 as usize).cloned().flatten() {
                Some(val) => val,
                // Bound by a pattern in code that is not reached.
                None => self.zero(&e.ty),
            },
            ExprKind::State(state) => match self.vars.get(state.0 as usize) {
                Some(val) => val.clone(),
                None => self.not_yet_initial(e),
            },
            ExprKind::Prime(inner) => {
                std::mem::swap(&mut self.vars, &mut self.next);
                let val = self.expr(inner);
                std::mem::swap(&mut self.vars, &mut self.next);
                val
            }
            ExprKind::Call(function, args) => self.call(*function, args),
            ExprKind::Not(inner) => {
                let inner = self.scalar(inner);
                vec![self.cx.not(inner)]
            }
            ExprKind::Neg(inner) => {
                let inner = self.scalar(inner);
                let negated = self.cx.neg(inner);
                vec![self.check_bounds(negated, e.span)]
            }
            ExprKind::Binary(op, a, b) => self.binary(e.span, *op, a, b),
            ExprKind::InList(value, list) => {
                let val = self.expr(value);
                let mut parts = Vec::new();
                for other in list {
                    let other_val = self.expr(other);
                    parts.push(self.equal(&value.ty, &val, &other.ty, &other_val));
                }
                vec![self.cx.or(parts)]
            }
            ExprKind::InRange { value, lo, hi, closed } => {
                let (value, lo, hi) = (self.scalar(value), self.scalar(lo), self.scalar(hi));
                let above = self.cx.le(lo, value);
                let below = if *closed { self.cx.le(value, hi) } else { self.cx.lt(value, hi) };
                vec![self.cx.and([above, below])]
            }
            ExprKind::InCollection(value, collection) => {
                let val = self.expr(value);
                let members = self.expr(collection);
                vec![self.contains(&collection.ty, &members, &value.ty, &val)]
            }
            ExprKind::InType(value, ty) => {
                let val = self.expr(value);
                vec![self.key(ty, &val).1]
            }
            ExprKind::Field(base, position) => {
                let val = self.expr(base);
                match &base.ty {
                    DataType::Struct(of) => val[field_range(&of.fields, *position)].to_vec(),
                    _ => val,
                }
            }
            ExprKind::Index(base, index) => self.index_expr(e.span, base, index),
            ExprKind::Attribute(base, attribute) => self.attribute(e.span, base, *attribute),
            ExprKind::Copies(base, element) => self.copies(base, element),
            ExprKind::If(cond, then, otherwise) => {
                let cond = self.scalar(cond);
                self.branch(cond, &e.ty, |l| l.expr_as(then, &e.ty), |l| l.expr_as(otherwise, &e.ty))
            }
            ExprKind::Match(subject, arms) => {
                let val = self.expr(subject);
                self.match_arms(&subject.ty, &val, arms, &e.ty)
            }
            ExprKind::Is(subject, pattern) => {
                let val = self.expr(subject);
                vec![self.matches(pattern, &subject.ty, &val)]
            }
            ExprKind::Quantified { kind, local, domain, body, .. } => {
                self.quantified(e.span, *kind, *local, domain, body, &e.ty)
            }
            ExprKind::Extremum(kind, args) => {
                let args: Vec<ExprId> = args.iter().map(|arg| self.scalar(arg)).collect();
                let best = args.into_iter().reduce(|best, value| self.better(*kind, best, value));
                vec![best.unwrap_or_else(|| self.cx.int(0))]
            }
            ExprKind::SetLiteral(elements) => self.set_literal(&e.ty, elements),
            ExprKind::SetComprehension { local, domain, filter } => {
                self.set_comprehension(&e.ty, *local, domain, filter.as_deref())
            }
            ExprKind::List(elements) => self.list(&e.ty, elements),
            ExprKind::Tabulate(local, body) => self.tabulate(&e.ty, *local, body),
            ExprKind::Enabled(action, args) => vec![self.enabled(*action, args)],
            ExprKind::Store { value, target } => {
                let val = self.expr(value);
                self.store(&value.ty, val, &e.ty, target, e.span)
            }
            // Chapters with errors are not lowered.
            ExprKind::Error => self.zero(&e.ty),
        }
    }

    fn tabulate(&mut self, ty: &DataType, local: LocalId, body: &Expr) -> Val {
        let DataType::Array { index, .. } = ty else { return self.zero(ty) };
        let mut elements = Vec::new();
        for value in self.values_of(index) {
            self.bind(local, value);
            elements.push(self.expr(body));
        }
        self.array_of(&elements)
    }

    /// The value of an expression, as one of a type that has all values of its own.
    fn expr_as(&mut self, e: &Expr, ty: &DataType) -> Val {
        let val = self.expr(e);
        self.widen(&e.ty, val, ty)
    }

    /// Refuses a function that an initial value calls and that reads a variable without value. What stands in the initial value itself
    /// the checker has refused already.
    fn not_yet_initial(&mut self, variable: &Expr) -> Val {
        let message = "this variable has no value yet where an initial value is computed";
        let diagnostic = Diagnostic::error(Code::UsedBeforeInit, variable.span, message)
            .primary("read by a function that an initial value calls")
            .help("functions that are called there read variables declared before; or say it with `init`");
        self.complain(diagnostic);
        self.zero(&variable.ty)
    }

    /// The lesser or greater of two numbers.
    pub(super) fn better(&mut self, kind: Quantifier, a: ExprId, b: ExprId) -> ExprId {
        let b_wins = if kind == Quantifier::Min { self.cx.lt(b, a) } else { self.cx.lt(a, b) };
        self.cx.ite(b_wins, b, a)
    }

    /// Evaluates one of two alternatives, each under its condition.
    pub(super) fn branch(
        &mut self,
        cond: ExprId,
        ty: &DataType,
        then: impl FnOnce(&mut Self) -> Val,
        otherwise: impl FnOnce(&mut Self) -> Val,
    ) -> Val {
        match self.cx.as_bool(cond) {
            Some(true) => return then(self),
            Some(false) => return otherwise(self),
            None => {}
        }
        let t = self.under(cond, then);
        let not = self.cx.not(cond);
        let e = self.under(not, otherwise);
        debug_assert_eq!(t.len(), ty.leaf_count(), "an alternative has the type of the whole");
        self.select_val(cond, &t, &e)
    }

    fn variant(&mut self, ty: &DataType, position: usize, fields: &[Expr]) -> Val {
        let DataType::Enum(of) = ty else { return self.zero(ty) };
        let mut out = self.zero(ty);
        out[0] = self.cx.int(i64::try_from(position).unwrap_or(0));
        if fields.is_empty() {
            return out;
        }
        let values: Val = fields.iter().flat_map(|field| self.expr(field)).collect();
        out.splice(variant_range(of, position), values);
        out
    }

    fn call(&mut self, function: FunctionId, args: &[Expr]) -> Val {
        let chapter = self.chapter;
        let function = &chapter.functions[function.0 as usize];
        let args: Vec<Val> = args.iter().map(|arg| self.expr(arg)).collect();
        let mut frame = vec![None; function.locals as usize];
        if function.of_model {
            for (slot, value) in frame.iter_mut().zip(&self.params) {
                *slot = Some(value.clone());
            }
        }
        let caller = std::mem::replace(&mut self.locals, frame);
        for ((local, ..), value) in function.params.iter().zip(args) {
            self.bind(*local, value);
        }
        let val = self.expr(&function.body);
        self.locals = caller;
        val
    }

    fn binary(&mut self, span: Span, op: Operator, a: &Expr, b: &Expr) -> Val {
        let result = match op {
            Operator::And | Operator::Implies => {
                let left = self.scalar(a);
                let right = self.under(left, |l| l.scalar(b));
                if op == Operator::And { self.cx.and([left, right]) } else { self.cx.implies(left, right) }
            }
            Operator::Or => {
                let left = self.scalar(a);
                let not = self.cx.not(left);
                let right = self.under(not, |l| l.scalar(b));
                self.cx.or([left, right])
            }
            Operator::Eq | Operator::Ne => {
                let (left, right) = (self.expr(a), self.expr(b));
                let equal = self.equal(&a.ty, &left, &b.ty, &right);
                if op == Operator::Eq { equal } else { self.cx.not(equal) }
            }
            Operator::Subset
            | Operator::ProperSubset
            | Operator::Union
            | Operator::Intersection
            | Operator::Difference => {
                let (left, right) = (self.expr(a), self.expr(b));
                self.set_operator(op, &a.ty, left[0], right[0])
            }
            Operator::Lt | Operator::Le => {
                let (left, right) = (self.scalar(a), self.scalar(b));
                if op == Operator::Lt { self.cx.lt(left, right) } else { self.cx.le(left, right) }
            }
            Operator::Add | Operator::Sub | Operator::Mul | Operator::Div | Operator::Rem => {
                let (left, right) = (self.scalar(a), self.scalar(b));
                if matches!(op, Operator::Div | Operator::Rem) {
                    let zero = self.cx.int(0);
                    let by_zero = self.cx.eq(right, zero);
                    self.fail(by_zero, FailureKind::DivisionByZero, None, span);
                }
                let result = match op {
                    Operator::Add => self.cx.add([left, right]),
                    Operator::Sub => self.cx.sub(left, right),
                    Operator::Mul => self.cx.mul(left, right),
                    Operator::Div => self.cx.div(left, right),
                    _ => self.cx.rem(left, right),
                };
                self.check_bounds(result, span)
            }
        };
        vec![result]
    }

    fn match_arms(
        &mut self,
        ty: &DataType,
        subject: &[ExprId],
        arms: &[(Pattern, Expr)],
        result: &DataType,
    ) -> Val {
        let Some(((pattern, value), rest)) = arms.split_first() else { return self.zero(result) };
        if rest.is_empty() {
            self.matches(pattern, ty, subject);
            return self.expr_as(value, result);
        }
        let cond = self.matches(pattern, ty, subject);
        self.branch(cond, result, |l| l.expr_as(value, result), |l| l.match_arms(ty, subject, rest, result))
    }
}
