//! What bound variables range over, one possible member at a time.

use super::Lowerer;
use super::value::Val;
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::Domain;
use musilc_ir::{DataType, ExprId};

/// The most values that a range with bounds that are not constant may have.
const RANGE_LIMIT: i64 = 1 << 16;

/// A possible member.
pub(super) struct Member {
    /// Whether it is one.
    pub(super) present: ExprId,
    /// Its value.
    pub(super) value: Val,
    /// The value as text, or a description of it.
    pub(super) label: String,
}

impl Lowerer<'_> {
    /// The possible members of a domain, in order.
    pub(super) fn members(&mut self, domain: &Domain) -> Vec<Member> {
        match domain {
            Domain::Type(ty) => self.all_of(ty),
            Domain::Range { lo, hi, closed } => {
                let span = lo.span.to(hi.span);
                let (lo, hi) = (self.scalar(lo), self.scalar(hi));
                let (first, last) = (self.cx.bounds(lo).0, self.cx.bounds(hi).1);
                if last.saturating_sub(first) > RANGE_LIMIT {
                    let message = format!("this range could have {} values", last.saturating_sub(first));
                    let diagnostic = Diagnostic::error(Code::TooLarge, span, message)
                        .help(format!("up to {RANGE_LIMIT} are possible"));
                    self.complain(diagnostic);
                    return Vec::new();
                }
                let mut members = Vec::new();
                for v in first..=last {
                    let value = self.cx.int(v);
                    let above = self.cx.le(lo, value);
                    let below = if *closed { self.cx.le(value, hi) } else { self.cx.lt(value, hi) };
                    let present = self.cx.and([above, below]);
                    if self.cx.as_bool(present) != Some(false) {
                        members.push(Member { present, value: vec![value], label: v.to_string() });
                    }
                }
                members
            }
            Domain::Members(collection) => {
                let val = self.expr(collection);
                match &collection.ty {
                    DataType::Set(element) => {
                        let mut members = self.all_of(element);
                        for (i, member) in members.iter_mut().enumerate() {
                            member.present = self.element_at(&val, u32::try_from(i).unwrap_or(0))[0];
                        }
                        self.possible(members)
                    }
                    DataType::Bag(element, _) => {
                        let zero = self.cx.int(0);
                        let mut members = self.all_of(element);
                        for (i, member) in members.iter_mut().enumerate() {
                            let copies = self.element_at(&val, u32::try_from(i).unwrap_or(0))[0];
                            member.present = self.cx.lt(zero, copies);
                        }
                        self.possible(members)
                    }
                    DataType::Seq(_, n) => {
                        let mut members = Vec::new();
                        for i in 0..*n {
                            let position = self.cx.int(i64::from(i));
                            let present = self.cx.lt(position, val[0]);
                            let value = self.element(&val[1..], position);
                            members.push(Member { present, value, label: format!("element {i}") });
                        }
                        self.possible(members)
                    }
                    // The checker lets nothing else be ranged over.
                    _ => Vec::new(),
                }
            }
            Domain::List(list, ty) => {
                // It is written as a set: a value that equals an earlier one is not there again.
                let mut values: Vec<Val> = Vec::new();
                let mut members = Vec::new();
                for (i, e) in list.iter().enumerate() {
                    let value = self.expr(e);
                    let value = self.widen(&e.ty, value, ty);
                    let earlier: Vec<ExprId> =
                        values.iter().map(|other| self.equal(ty, &value, ty, other)).collect();
                    let repeated = self.cx.or(earlier);
                    let label = match value.first().and_then(|&leaf| self.cx.as_int(leaf)) {
                        Some(v) if matches!(e.ty, DataType::Int { .. }) => v.to_string(),
                        _ => format!("element {i}"),
                    };
                    values.push(value.clone());
                    members.push(Member { present: self.cx.not(repeated), value, label });
                }
                self.possible(members)
            }
        }
    }

    fn all_of(&mut self, ty: &DataType) -> Vec<Member> {
        let present = self.cx.bool(true);
        // Each has a label, which takes longer than an expression.
        self.charge(ty.leaf_count().saturating_mul(ty.length() as usize).saturating_mul(4));
        let data: Vec<_> = (0..u64::from(ty.length())).map_while(|i| ty.nth(i)).collect();
        data.iter()
            .map(|datum| Member { present, value: self.literal(ty, datum), label: datum.to_string() })
            .collect()
    }

    /// All values of a type.
    pub(super) fn values_of(&mut self, ty: &DataType) -> Vec<Val> {
        if i64::from(ty.length()) > RANGE_LIMIT {
            // Too many for a parameter, which has been reported.
            return Vec::new();
        }
        self.charge(ty.leaf_count().saturating_mul(ty.length() as usize));
        let data: Vec<_> = (0..u64::from(ty.length())).map_while(|i| ty.nth(i)).collect();
        data.iter().map(|datum| self.literal(ty, datum)).collect()
    }

    fn possible(&self, members: Vec<Member>) -> Vec<Member> {
        members.into_iter().filter(|member| self.cx.as_bool(member.present) != Some(false)).collect()
    }
}
