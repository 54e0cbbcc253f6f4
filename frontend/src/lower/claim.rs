//! Properties as claims: which part of them may be to blame, and which parts ought to be true somewhere.

use super::Lowerer;
use crate::ast::Quantifier;
use crate::hir::{Expr, ExprKind, Operator};
use musilc_ir::{Claim, ExprId, Part, Shown, Span};

/// Beyond this many instances a quantifier is not taken apart.
const INSTANCE_LIMIT: usize = 4096;

/// Beyond this many parts a claim is not taken apart further.
const PART_LIMIT: usize = 20_000;

/// Left sides of implications, by where they stand.
pub(super) type Antecedents = Vec<(Span, Vec<ExprId>)>;

impl Lowerer<'_> {
    /// The claim that an expression makes; evaluating it again costs nothing, as equal expressions are built once. Failures are dropped:
    /// whoever calls has collected them already.
    pub(super) fn claim(&mut self, e: &Expr, antecedents: &mut Antecedents) -> Claim {
        self.parts += 1;
        let parts = match &e.kind {
            _ if self.parts > PART_LIMIT || self.exhausted => Vec::new(),
            ExprKind::Binary(Operator::And, a, b) => {
                let mut parts = Vec::new();
                for (side, path) in [(a, None), (b, Some(a))] {
                    let outer = self.path;
                    if let Some(left) = path {
                        let left = self.scalar(left);
                        self.path = self.cx.and([outer, left]);
                    }
                    let claim = self.claim(side, antecedents);
                    self.path = outer;
                    // `a && b && c` has three conjuncts, however it nests.
                    match &side.kind {
                        ExprKind::Binary(Operator::And, ..) => parts.extend(claim.parts),
                        _ => parts.push(Part { binding: None, claim }),
                    }
                }
                parts
            }
            ExprKind::Binary(Operator::Implies, a, b) => {
                let left = self.scalar(a);
                note(antecedents, a.span, left);
                let claim = self.under(left, |l| l.claim(b, antecedents));
                vec![Part { binding: None, claim }]
            }
            ExprKind::Quantified { kind: Quantifier::Forall, name, local, domain, body } => {
                let members = self.members(domain);
                if members.len() > INSTANCE_LIMIT {
                    Vec::new()
                } else {
                    let mut parts = Vec::new();
                    for member in members {
                        self.bind(*local, member.value.clone());
                        let mut claim = self.under(member.present, |l| l.claim(body, antecedents));
                        // Nothing is claimed of what is not a member.
                        claim.expr = self.cx.implies(member.present, claim.expr);
                        parts.push(Part { binding: Some((name.clone(), member.label)), claim });
                    }
                    parts
                }
            }
            _ => Vec::new(),
        };
        let expr = self.scalar(e);
        let shown = if parts.is_empty() { self.shown(e) } else { Vec::new() };
        Claim { span: e.span, expr, parts, shown }
    }

    /// The operands of a comparison, and the like: what one would want to know where the expression is false.
    fn shown(&mut self, e: &Expr) -> Vec<Shown> {
        let mut operands: Vec<&Expr> = match &e.kind {
            ExprKind::Binary(op, a, b) if !matches!(op, Operator::And | Operator::Or | Operator::Implies) => {
                vec![a, b]
            }
            ExprKind::InCollection(a, b) => vec![a, b],
            ExprKind::InList(a, _) | ExprKind::InType(a, _) | ExprKind::Is(a, _) => vec![a],
            ExprKind::InRange { value, .. } => vec![value],
            ExprKind::Not(inner) => return self.shown(inner),
            _ => Vec::new(),
        };
        operands.retain(|operand| !is_literal(operand));
        operands
            .into_iter()
            .map(|operand| Shown { span: operand.span, ty: operand.ty.clone(), leaves: self.expr(operand) })
            .collect()
    }
}

fn is_literal(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Bool(_) | ExprKind::Int(_) | ExprKind::None => true,
        ExprKind::Variant(_, fields) | ExprKind::SetLiteral(fields) => fields.iter().all(is_literal),
        ExprKind::Some(inner) => is_literal(inner),
        ExprKind::Store { value, .. } => is_literal(value),
        _ => false,
    }
}

pub(super) fn note(antecedents: &mut Antecedents, span: Span, expr: ExprId) {
    match antecedents.iter_mut().find(|(at, _)| *at == span) {
        Some((_, exprs)) => exprs.push(expr),
        None => antecedents.push((span, vec![expr])),
    }
}
