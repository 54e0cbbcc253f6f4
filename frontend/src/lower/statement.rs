//! Statements: they replace the values of state variables.

use super::Lowerer;
use super::value::{Val, field_range};
use crate::hir::{Change, Expr, Pattern, Place, Projection, Stmt};
use musilc_ir::{DataType, ExprId, FailureKind, Span};

/// A step of a place's path, evaluated.
enum Step {
    Field(usize),
    Position(ExprId),
}

impl Lowerer<'_> {
    pub(super) fn block(&mut self, stmts: &[Stmt]) {
        for stmt in stmts {
            if self.is_dead() || self.exhausted {
                return;
            }
            self.statement(stmt);
        }
    }

    fn statement(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::Let(local, value) => {
                let val = self.expr(value);
                self.bind(*local, val);
            }
            Stmt::Assign(place, value) => {
                let steps = self.steps(place);
                let val = self.expr(value);
                self.assign(place, &steps, val);
            }
            Stmt::Update { place, change, span, popped } => {
                let steps = self.steps(place);
                let before = self.read(place, &steps);
                if let (Some(local), DataType::Seq(..)) = (popped, &place.ty) {
                    let zero = self.cx.int(0);
                    let head = self.element(&before[1..], zero);
                    self.bind(*local, head);
                }
                let after = self.changed(&place.ty, before, change, *span);
                self.assign(place, &steps, after);
            }
            Stmt::If(cond, then, otherwise) => {
                let cond = self.scalar(cond);
                self.either(cond, |l| l.block(then), |l| l.block(otherwise));
            }
            Stmt::Match(subject, arms) => {
                let val = self.expr(subject);
                self.match_block(&subject.ty, &val, arms);
            }
            Stmt::For(local, domain, body) => {
                for member in self.members(domain) {
                    if self.exhausted {
                        return;
                    }
                    self.bind(*local, member.value);
                    self.either(member.present, |l| l.block(body), |_| {});
                }
            }
        }
    }

    /// Executes one of two alternatives and merges what they did.
    fn either(&mut self, cond: ExprId, then: impl FnOnce(&mut Self), otherwise: impl FnOnce(&mut Self)) {
        match self.cx.as_bool(cond) {
            Some(true) => return then(self),
            Some(false) => return otherwise(self),
            None => {}
        }
        let before = self.vars.clone();
        self.under(cond, then);
        let after_then = std::mem::replace(&mut self.vars, before);
        let not = self.cx.not(cond);
        self.under(not, otherwise);
        for (index, then) in after_then.into_iter().enumerate() {
            if self.vars[index] != then {
                let otherwise = std::mem::take(&mut self.vars[index]);
                self.vars[index] = self.select_val(cond, &then, &otherwise);
            }
        }
    }

    fn match_block(&mut self, ty: &DataType, subject: &[ExprId], arms: &[(Pattern, Vec<Stmt>)]) {
        let Some(((pattern, body), rest)) = arms.split_first() else { return };
        let cond = self.matches(pattern, ty, subject);
        if rest.is_empty() {
            return self.block(body);
        }
        self.either(cond, |l| l.block(body), |l| l.match_block(ty, subject, rest));
    }

    /// Evaluates the indices of a place, left to right.
    fn steps(&mut self, place: &Place) -> Vec<Step> {
        let mut ty = self.var_type(place);
        let mut val = self.vars[place.state.0 as usize].clone();
        let mut steps = Vec::new();
        for projection in &place.path {
            let (step, inner) = match (projection, &ty) {
                (Projection::Field(position), DataType::Struct(of)) => {
                    val = val[field_range(&of.fields, *position)].to_vec();
                    (Step::Field(*position), of.fields[*position].ty.clone())
                }
                (Projection::Index(index), DataType::Array { index: key, element }) => {
                    let own = self.expr(index);
                    let position = self.index(key, &own, index.span);
                    val = self.element(&val, position);
                    (Step::Position(position), DataType::clone(element))
                }
                (Projection::Index(index), DataType::Seq(element, n)) => {
                    let own = self.scalar(index);
                    let position = self.slot(*n, val[0], own, index.span);
                    val = self.element(&val[1..], position);
                    (Step::Position(position), DataType::clone(element))
                }
                // The checker builds no other paths.
                _ => break,
            };
            steps.push(step);
            ty = inner;
        }
        steps
    }

    /// The type of the variable that a place is a part of.
    fn var_type(&self, place: &Place) -> DataType {
        self.var_types[place.state.0 as usize].clone()
    }

    fn read(&mut self, place: &Place, steps: &[Step]) -> Val {
        let mut ty = self.var_type(place);
        let mut val = self.vars[place.state.0 as usize].clone();
        for step in steps {
            (val, ty) = self.part(&ty, &val, step);
        }
        val
    }

    fn part(&mut self, ty: &DataType, val: &[ExprId], step: &Step) -> (Val, DataType) {
        match (step, ty) {
            (Step::Field(position), DataType::Struct(of)) => {
                (val[field_range(&of.fields, *position)].to_vec(), of.fields[*position].ty.clone())
            }
            (Step::Position(position), DataType::Array { element, .. }) => {
                (self.element(val, *position), DataType::clone(element))
            }
            (Step::Position(position), DataType::Seq(element, _)) => {
                (self.element(&val[1..], *position), DataType::clone(element))
            }
            _ => (val.to_vec(), ty.clone()),
        }
    }

    /// Stores a value that needs no checks.
    pub(super) fn set(&mut self, place: &Place, value: ExprId) {
        let steps = self.steps(place);
        self.assign(place, &steps, vec![value]);
    }

    fn assign(&mut self, place: &Place, steps: &[Step], new: Val) {
        let index = place.state.0 as usize;
        let ty = self.var_type(place);
        let old = self.vars[index].clone();
        self.vars[index] = self.replaced(&ty, old, steps, new);
    }

    /// The value with the part at the end of the steps replaced.
    fn replaced(&mut self, ty: &DataType, mut val: Val, steps: &[Step], new: Val) -> Val {
        let Some((step, rest)) = steps.split_first() else { return new };
        let (inner, inner_ty) = self.part(ty, &val, step);
        let inner = self.replaced(&inner_ty, inner, rest, new);
        match (step, ty) {
            (Step::Field(position), DataType::Struct(of)) => {
                val.splice(field_range(&of.fields, *position), inner);
            }
            (Step::Position(position), _) => {
                let first = usize::from(matches!(ty, DataType::Seq(..)));
                for (leaf, value) in val[first..].iter_mut().zip(inner) {
                    *leaf = self.store_at(*leaf, *position, value);
                }
            }
            (Step::Field(_), _) => {}
        }
        val
    }

    /// A collection after a change.
    fn changed(&mut self, ty: &DataType, mut val: Val, change: &Change, span: Span) -> Val {
        match (change, ty) {
            (Change::Insert(e) | Change::Remove(e), DataType::Set(element)) => {
                let own = self.expr(e);
                let position = self.index(element, &own, span);
                let member = self.cx.bool(matches!(change, Change::Insert(_)));
                val[0] = self.store_at(val[0], position, member);
            }
            (Change::Insert(e) | Change::Remove(e), DataType::Bag(element, n)) => {
                let own = self.expr(e);
                let position = self.index(element, &own, span);
                let copies = self.cx.select(val[0], position);
                let (limit, kind, delta) = if matches!(change, Change::Insert(_)) {
                    (i64::from(*n), FailureKind::FullBag { capacity: *n }, 1)
                } else {
                    (0, FailureKind::NotInBag, -1)
                };
                let limit = self.cx.int(limit);
                let at_limit = self.cx.eq(copies, limit);
                self.fail(at_limit, kind, None, span);
                let delta = self.cx.int(delta);
                let copies = self.cx.add([copies, delta]);
                let copies = self.cx.narrow(copies, 0, i64::from(*n));
                val[0] = self.store_at(val[0], position, copies);
            }
            (Change::Push(e), DataType::Seq(_, n)) => self.push(&mut val, e, *n, span),
            (Change::Pop, DataType::Seq(element, n)) => {
                let zero = self.cx.int(0);
                let empty = self.cx.eq(val[0], zero);
                self.fail(empty, FailureKind::EmptySequence, None, span);
                let mut slots: Vec<Val> = (1..*n).map(|i| self.element_at(&val[1..], i)).collect();
                slots.push(self.zero(element));
                let minus_one = self.cx.int(-1);
                let length = self.cx.add([val[0], minus_one]);
                val = vec![self.cx.narrow(length, 0, i64::from(*n))];
                val.extend(self.array_of(&slots));
            }
            // The checker builds no other changes.
            _ => {}
        }
        val
    }

    fn push(&mut self, val: &mut Val, e: &Expr, capacity: u32, span: Span) {
        let own = self.expr(e);
        let full = self.cx.int(i64::from(capacity));
        let is_full = self.cx.eq(val[0], full);
        self.fail(is_full, FailureKind::FullSequence { capacity }, None, span);
        let position = self.cx.narrow(val[0], 0, i64::from(capacity) - 1);
        for (leaf, value) in val[1..].iter_mut().zip(own) {
            *leaf = self.store_at(*leaf, position, value);
        }
        let one = self.cx.int(1);
        let length = self.cx.add([val[0], one]);
        val[0] = self.cx.narrow(length, 0, i64::from(capacity));
    }
}
