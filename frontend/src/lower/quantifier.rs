//! Quantifiers, expanded over their domains.

use super::Lowerer;
use super::domain::Member;
use super::value::Val;
use crate::ast::Quantifier;
use crate::hir::{Domain, Expr, LocalId};
use musilc_ir::{DataType, ExprId, FailureKind, Span};

impl Lowerer<'_> {
    pub(super) fn quantified(
        &mut self,
        span: Span,
        kind: Quantifier,
        local: LocalId,
        domain: &Domain,
        body: &Expr,
        ty: &DataType,
    ) -> Val {
        let outermost = self.outermost;
        self.outermost = outermost.or(Some(span));
        let members = self.members(domain);
        let val = match kind {
            Quantifier::Forall => vec![self.all(local, &members, body)],
            Quantifier::Exists => {
                let outer = self.path;
                let mut parts = Vec::new();
                for member in &members {
                    let part = self.instance(local, member, body);
                    let part = self.cx.and([member.present, part]);
                    parts.push(part);
                    let not = self.cx.not(part);
                    self.path = self.cx.and([self.path, not]);
                    if self.is_dead() || self.exhausted {
                        break;
                    }
                }
                self.path = outer;
                vec![self.cx.or(parts)]
            }
            Quantifier::Count | Quantifier::Sum => {
                let (zero, one) = (self.cx.int(0), self.cx.int(1));
                let mut terms = Vec::new();
                for member in &members {
                    if self.exhausted {
                        break;
                    }
                    let value = self.instance(local, member, body);
                    let term = if kind == Quantifier::Count { self.cx.ite(value, one, zero) } else { value };
                    terms.push(self.cx.ite(member.present, term, zero));
                }
                let sum = self.cx.add(terms);
                vec![self.check_bounds(sum, span)]
            }
            Quantifier::Min | Quantifier::Max => self.extreme(span, kind, local, &members, body),
            Quantifier::Choose => self.choose(span, local, &members, body, ty),
        };
        self.outermost = outermost;
        val
    }

    /// The body for one member, evaluated where it is one.
    fn instance(&mut self, local: LocalId, member: &Member, body: &Expr) -> ExprId {
        self.bind(local, member.value.clone());
        self.under(member.present, |l| l.scalar(body))
    }

    fn all(&mut self, local: LocalId, members: &[Member], body: &Expr) -> ExprId {
        let outer = self.path;
        let mut parts = Vec::new();
        for member in members {
            let part = self.instance(local, member, body);
            let part = self.cx.implies(member.present, part);
            parts.push(part);
            self.path = self.cx.and([self.path, part]);
            if self.is_dead() || self.exhausted {
                break;
            }
        }
        self.path = outer;
        self.cx.and(parts)
    }

    fn extreme(
        &mut self,
        span: Span,
        kind: Quantifier,
        local: LocalId,
        members: &[Member],
        body: &Expr,
    ) -> Val {
        let mut best: Option<(ExprId, ExprId)> = None;
        for member in members {
            if self.exhausted {
                break;
            }
            let value = self.instance(local, member, body);
            best = Some(match best {
                None => (member.present, value),
                Some((any, so_far)) => {
                    let better = self.better(kind, so_far, value);
                    let with = self.cx.ite(any, better, value);
                    (self.cx.or([any, member.present]), self.cx.ite(member.present, with, so_far))
                }
            });
        }
        let (any, value) = best.unwrap_or_else(|| (self.cx.bool(false), self.cx.int(0)));
        let none = self.cx.not(any);
        self.fail(none, FailureKind::NothingToChoose, None, span);
        vec![value]
    }

    fn choose(&mut self, span: Span, local: LocalId, members: &[Member], body: &Expr, ty: &DataType) -> Val {
        let outer = self.path;
        let mut found = Vec::new();
        for member in members {
            let here = self.instance(local, member, body);
            let here = self.cx.and([member.present, here]);
            found.push(here);
            let not = self.cx.not(here);
            self.path = self.cx.and([self.path, not]);
            if self.is_dead() || self.exhausted {
                break;
            }
        }
        self.path = outer;
        let any = self.cx.or(found.iter().copied());
        let none = self.cx.not(any);
        self.fail(none, FailureKind::NothingToChoose, None, span);
        let mut chosen = members.get(found.len().saturating_sub(1)).map(|member| member.value.clone());
        for (&here, member) in found.iter().zip(members).rev() {
            chosen = chosen.map(|later| self.select_val(here, &member.value, &later));
        }
        chosen.unwrap_or_else(|| self.zero(ty))
    }
}
