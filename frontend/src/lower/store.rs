//! Storing a value into a type: ranges are checked, dead parts are zeroed, one value fills an array. And equality.

use super::Lowerer;
use super::value::{Val, field_range, variant_range};
use crate::check::fits;
use musilc_ir::{DataType, ExprId, FailureKind, Span};

impl Lowerer<'_> {
    /// The value as one of the type `to`; `target` is what it is stored in, as messages name it.
    pub(super) fn store(
        &mut self,
        from: &DataType,
        val: Val,
        to: &DataType,
        target: &str,
        span: Span,
    ) -> Val {
        if from == to {
            return val;
        }
        match (from, to) {
            (DataType::Int { .. }, DataType::Int { lo, hi }) => {
                vec![self.store_int(val[0], *lo, *hi, target, span)]
            }
            (DataType::Option(inner), DataType::Option(wanted)) => {
                let some = val[0];
                let payload = val[1..].to_vec();
                let payload = self.under(some, |l| l.store(inner, payload, wanted, target, span));
                let zero = self.zero(wanted);
                let mut out = vec![some];
                out.extend(self.select_val(some, &payload, &zero));
                out
            }
            (DataType::Array { index, element }, DataType::Array { element: wanted, .. })
                if fits(from, to) =>
            {
                let elements: Vec<Val> = (0..index.length())
                    .map(|i| {
                        let own = self.element_at(&val, i);
                        self.store(element, own, wanted, target, span)
                    })
                    .collect();
                self.array_of(&elements)
            }
            (DataType::Seq(element, n), DataType::Seq(wanted, _)) => {
                let zero = self.zero(wanted);
                let elements: Vec<Val> = (0..*n)
                    .map(|i| {
                        let position = self.cx.int(i64::from(i));
                        let present = self.cx.lt(position, val[0]);
                        let own = self.element(&val[1..], position);
                        let own = self.under(present, |l| l.store(element, own, wanted, target, span));
                        self.select_val(present, &own, &zero)
                    })
                    .collect();
                let mut out = vec![val[0]];
                out.extend(self.array_of(&elements));
                out
            }
            (from, DataType::Array { index, element }) => {
                let own = self.store(from, val, element, target, span);
                let elements = vec![own; index.length() as usize];
                self.array_of(&elements)
            }
            _ => val,
        }
    }

    /// The value as one of a type that has all the values of its own. Only what stands beside the parts that are not there differs.
    pub(super) fn widen(&mut self, from: &DataType, val: Val, to: &DataType) -> Val {
        if from == to || !has_absent_parts(from) {
            return val;
        }
        match (from, to) {
            (DataType::Option(inner), DataType::Option(wanted)) => {
                let payload = self.widen(inner, val[1..].to_vec(), wanted);
                let zero = self.zero(wanted);
                let mut out = vec![val[0]];
                out.extend(self.select_val(val[0], &payload, &zero));
                out
            }
            (DataType::Array { index, element }, DataType::Array { element: wanted, .. }) => {
                let elements: Vec<Val> = (0..index.length())
                    .map(|i| {
                        let own = self.element_at(&val, i);
                        self.widen(element, own, wanted)
                    })
                    .collect();
                self.array_of(&elements)
            }
            (DataType::Seq(element, n), DataType::Seq(wanted, _)) => {
                let zero = self.zero(wanted);
                let elements: Vec<Val> = (0..*n)
                    .map(|i| {
                        let position = self.cx.int(i64::from(i));
                        let present = self.cx.lt(position, val[0]);
                        let own = self.element(&val[1..], position);
                        let own = self.widen(element, own, wanted);
                        self.select_val(present, &own, &zero)
                    })
                    .collect();
                let mut out = vec![val[0]];
                out.extend(self.array_of(&elements));
                out
            }
            _ => val,
        }
    }

    fn store_int(&mut self, value: ExprId, lo: i64, hi: i64, target: &str, span: Span) -> ExprId {
        let (low, high) = (self.cx.int(lo), self.cx.int(hi));
        let (below, above) = (self.cx.lt(value, low), self.cx.lt(high, value));
        let outside = self.cx.or([below, above]);
        self.fail(outside, FailureKind::OutOfRange { lo, hi, target: target.to_owned() }, Some(value), span);
        self.cx.narrow(value, lo, hi)
    }

    /// Whether two values, of one type but for the ranges of integers, are equal.
    pub(super) fn equal(&mut self, a_ty: &DataType, a: &[ExprId], b_ty: &DataType, b: &[ExprId]) -> ExprId {
        match (a_ty, b_ty) {
            (DataType::Bool | DataType::Int { .. } | DataType::Set(_) | DataType::Bag(..), _) => {
                self.cx.eq(a[0], b[0])
            }
            (DataType::Enum(of), _) => {
                let mut parts = vec![self.cx.eq(a[0], b[0])];
                for (position, variant) in
                    of.variants.iter().enumerate().filter(|(_, v)| !v.fields.is_empty())
                {
                    let tag = self.cx.int(i64::try_from(position).unwrap_or(0));
                    let is = self.cx.eq(a[0], tag);
                    let start = variant_range(of, position).start;
                    for index in 0..variant.fields.len() {
                        let own = field_range(&variant.fields, index);
                        let own = start + own.start..start + own.end;
                        let ty = &variant.fields[index].ty;
                        let same = self.equal(ty, &a[own.clone()], ty, &b[own]);
                        parts.push(self.cx.implies(is, same));
                    }
                }
                self.cx.and(parts)
            }
            (DataType::Struct(of), _) => {
                let mut parts = Vec::new();
                for (position, field) in of.fields.iter().enumerate() {
                    let own = field_range(&of.fields, position);
                    parts.push(self.equal(&field.ty, &a[own.clone()], &field.ty, &b[own]));
                }
                self.cx.and(parts)
            }
            (DataType::Option(x), DataType::Option(y)) => {
                let tags = self.cx.eq(a[0], b[0]);
                let payloads = self.equal(x, &a[1..], y, &b[1..]);
                let payloads = self.cx.implies(a[0], payloads);
                self.cx.and([tags, payloads])
            }
            (DataType::Array { index, element: x }, DataType::Array { element: y, .. }) => {
                let parts: Vec<ExprId> = (0..index.length())
                    .map(|i| {
                        let (own, other) = (self.element_at(a, i), self.element_at(b, i));
                        self.equal(x, &own, y, &other)
                    })
                    .collect();
                self.cx.and(parts)
            }
            (DataType::Seq(x, n), DataType::Seq(y, _)) => {
                let mut parts = vec![self.cx.eq(a[0], b[0])];
                for i in 0..*n {
                    let position = self.cx.int(i64::from(i));
                    let present = self.cx.lt(position, a[0]);
                    let (own, other) = (self.element(&a[1..], position), self.element(&b[1..], position));
                    let same = self.equal(x, &own, y, &other);
                    parts.push(self.cx.implies(present, same));
                }
                self.cx.and(parts)
            }
            // The checker compares nothing else.
            _ => self.cx.bool(false),
        }
    }
}

/// Whether values of the type may lack parts, in whose place zero stands.
fn has_absent_parts(ty: &DataType) -> bool {
    match ty {
        DataType::Option(_) | DataType::Seq(..) => true,
        DataType::Array { element, .. } => has_absent_parts(element),
        // Other types are equal where they are joined.
        _ => false,
    }
}
