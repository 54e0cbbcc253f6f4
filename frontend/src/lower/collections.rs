//! Sets, bags, sequences, arrays and options: reading and building them.

use super::Lowerer;
use super::value::Val;
use crate::hir::{Attribute, Domain, Expr, LocalId, Operator};
use musilc_ir::{DataType, ExprId, FailureKind, Span};

impl Lowerer<'_> {
    /// Whether a set, bag or sequence contains a value.
    pub(super) fn contains(
        &mut self,
        ty: &DataType,
        collection: &[ExprId],
        of: &DataType,
        val: &[ExprId],
    ) -> ExprId {
        match ty {
            DataType::Set(element) => {
                let (position, inside) = self.position(element, val);
                let member = self.cx.select(collection[0], position);
                self.cx.and([inside, member])
            }
            DataType::Bag(element, _) => {
                let (position, inside) = self.position(element, val);
                let copies = self.cx.select(collection[0], position);
                let zero = self.cx.int(0);
                let some = self.cx.lt(zero, copies);
                self.cx.and([inside, some])
            }
            DataType::Seq(element, n) => {
                let mut parts = Vec::new();
                for i in 0..*n {
                    let position = self.cx.int(i64::from(i));
                    let present = self.cx.lt(position, collection[0]);
                    let own = self.element(&collection[1..], position);
                    let same = self.equal(element, &own, of, val);
                    parts.push(self.cx.and([present, same]));
                }
                self.cx.or(parts)
            }
            // The checker asks for the members of nothing else.
            _ => self.cx.bool(false),
        }
    }

    /// The position of a value among those of a type, made to lie within it, and whether it did.
    fn position(&mut self, ty: &DataType, val: &[ExprId]) -> (ExprId, ExprId) {
        let (number, inside) = self.key(ty, val);
        let last = i64::from(ty.length()) - 1;
        (self.cx.narrow(number, 0, last), inside)
    }

    pub(super) fn set_operator(&mut self, op: Operator, ty: &DataType, a: ExprId, b: ExprId) -> ExprId {
        let DataType::Set(element) = ty else { return a };
        let cells: Vec<(ExprId, ExprId)> = (0..element.length())
            .map(|i| (self.element_at(&[a], i)[0], self.element_at(&[b], i)[0]))
            .collect();
        let combined: Vec<ExprId> = cells
            .iter()
            .map(|&(x, y)| match op {
                Operator::Union => self.cx.or([x, y]),
                Operator::Intersection => self.cx.and([x, y]),
                Operator::Difference => {
                    let not_y = self.cx.not(y);
                    self.cx.and([x, not_y])
                }
                _ => self.cx.implies(x, y),
            })
            .collect();
        match op {
            Operator::Subset => self.cx.and(combined),
            Operator::ProperSubset => {
                let subset = self.cx.and(combined);
                let same = self.cx.eq(a, b);
                let differ = self.cx.not(same);
                self.cx.and([subset, differ])
            }
            _ => self.cx.array(combined),
        }
    }

    pub(super) fn attribute(&mut self, span: Span, base: &Expr, attribute: Attribute) -> Val {
        let val = self.expr(base);
        let zero = self.cx.int(0);
        match (attribute, &base.ty) {
            (Attribute::Len, ty) => vec![self.length(ty, &val)],
            (Attribute::IsEmpty, ty) => {
                let length = self.length(ty, &val);
                vec![self.cx.eq(length, zero)]
            }
            (Attribute::IsFull, DataType::Seq(_, n)) => {
                let capacity = self.cx.int(i64::from(*n));
                vec![self.cx.eq(val[0], capacity)]
            }
            (Attribute::Head, _) => {
                let empty = self.cx.eq(val[0], zero);
                self.fail(empty, FailureKind::EmptySequence, None, span);
                self.element(&val[1..], zero)
            }
            (Attribute::IsSome, _) => vec![val[0]],
            (Attribute::IsNone, _) => vec![self.cx.not(val[0])],
            (Attribute::Value, _) => {
                let none = self.cx.not(val[0]);
                self.fail(none, FailureKind::NoValue, None, span);
                val[1..].to_vec()
            }
            // The checker asks only sequences whether they are full.
            (Attribute::IsFull, _) => vec![self.cx.bool(false)],
        }
    }

    fn length(&mut self, ty: &DataType, val: &[ExprId]) -> ExprId {
        let (zero, one) = (self.cx.int(0), self.cx.int(1));
        match ty {
            DataType::Set(element) => {
                let ones: Vec<ExprId> = (0..element.length())
                    .map(|i| {
                        let member = self.element_at(val, i)[0];
                        self.cx.ite(member, one, zero)
                    })
                    .collect();
                self.cx.add(ones)
            }
            DataType::Bag(element, _) => {
                let copies: Vec<ExprId> = (0..element.length()).map(|i| self.element_at(val, i)[0]).collect();
                self.cx.add(copies)
            }
            _ => val[0],
        }
    }

    pub(super) fn copies(&mut self, base: &Expr, element: &Expr) -> Val {
        let val = self.expr(base);
        let sought = self.expr(element);
        let DataType::Bag(ty, _) = &base.ty else { return vec![self.cx.int(0)] };
        let (position, inside) = self.position(ty, &sought);
        let copies = self.cx.select(val[0], position);
        let zero = self.cx.int(0);
        vec![self.cx.ite(inside, copies, zero)]
    }

    pub(super) fn index_expr(&mut self, span: Span, base: &Expr, index: &Expr) -> Val {
        let val = self.expr(base);
        let key = self.expr(index);
        match &base.ty {
            DataType::Array { index: ty, .. } => {
                let position = self.index(ty, &key, index.span);
                self.element(&val, position)
            }
            DataType::Seq(_, n) => {
                let position = self.slot(*n, val[0], key[0], span);
                self.element(&val[1..], position)
            }
            // The checker lets nothing else be indexed.
            _ => val,
        }
    }

    /// The position of an element of a sequence of this length; failing where it has none.
    pub(super) fn slot(&mut self, capacity: u32, length: ExprId, index: ExprId, span: Span) -> ExprId {
        let zero = self.cx.int(0);
        let (below, above) = (self.cx.lt(index, zero), self.cx.le(length, index));
        let outside = self.cx.or([below, above]);
        self.fail(outside, FailureKind::EmptySequence, Some(index), span);
        self.cx.narrow(index, 0, i64::from(capacity) - 1)
    }

    pub(super) fn set_literal(&mut self, ty: &DataType, elements: &[Expr]) -> Val {
        let mut out = self.zero(ty);
        let DataType::Set(element_ty) = ty else { return out };
        let yes = self.cx.bool(true);
        for element in elements {
            let val = self.expr(element);
            let (position, _) = self.position(element_ty, &val);
            out[0] = self.store_at(out[0], position, yes);
        }
        out
    }

    pub(super) fn set_comprehension(
        &mut self,
        ty: &DataType,
        local: LocalId,
        domain: &Domain,
        filter: Option<&Expr>,
    ) -> Val {
        let mut out = self.zero(ty);
        let DataType::Set(element_ty) = ty else { return out };
        for member in self.members(domain) {
            if self.exhausted {
                break;
            }
            self.bind(local, member.value.clone());
            let kept = match filter {
                Some(filter) => {
                    let passes = self.under(member.present, |l| l.scalar(filter));
                    self.cx.and([member.present, passes])
                }
                None => member.present,
            };
            let (position, inside) = self.position(element_ty, &member.value);
            let before = self.cx.select(out[0], position);
            let kept = self.cx.and([inside, kept]);
            let after = self.cx.or([before, kept]);
            out[0] = self.store_at(out[0], position, after);
        }
        out
    }

    pub(super) fn list(&mut self, ty: &DataType, elements: &[Expr]) -> Val {
        let values: Vec<Val> = elements.iter().map(|element| self.expr(element)).collect();
        match ty {
            DataType::Seq(element, n) => {
                let mut slots = values;
                let length = self.cx.int(i64::try_from(slots.len()).unwrap_or(0));
                let zero = self.zero(element);
                slots.resize(*n as usize, zero);
                let mut out = vec![length];
                out.extend(self.array_of(&slots));
                out
            }
            _ => self.array_of(&values),
        }
    }
}
