//! What makes a proof checkable by others: an inductive invariant, in terms of the cells of the state variables.

use crate::{Context, ExprId, PropertyId, TransitionSystem, Type, VarId};

/// A conjunction of clauses that every initial state satisfies and every step preserves.
///
/// A clause says of some cells that at least one of them has one of the values that it names. Values outside the types of the variables
/// are not spoken of: that no variable leaves its type is known without it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Certificate {
    /// Invariants of the system that are inductive together, and part of this one.
    pub lemmas: Vec<PropertyId>,
    /// The clauses; with none, the types (and the lemmas) suffice.
    pub clauses: Vec<Vec<CellClaim>>,
}

/// That a cell has one of some values.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct CellClaim {
    /// The state variable.
    pub variable: VarId,
    /// Which of its [cells](Type::cells), those of inner arrays in their place.
    pub cell: u32,
    /// The values, as intervals with both ends included, ascending and apart; 0 and 1 of a boolean.
    pub values: Vec<(i64, i64)>,
}

impl Certificate {
    /// The conjunction of all lemmas and clauses. The context is that of the system, or a copy with more expressions.
    pub fn expr(&self, system: &TransitionSystem, context: &mut Context) -> ExprId {
        let mut all: Vec<ExprId> = Vec::new();
        for &lemma in &self.lemmas {
            let predicate = &system.property(lemma).predicate;
            for failure in &predicate.failures {
                all.push(context.not(failure.condition));
            }
            all.push(predicate.expr);
        }
        all.extend(self.clauses.iter().map(|clause| clause_expr(clause, context)));
        context.and(all)
    }
}

/// The disjunction of what a clause claims.
pub fn clause_expr(clause: &[CellClaim], context: &mut Context) -> ExprId {
    let claims: Vec<ExprId> = clause.iter().map(|claim| claim.expr(context)).collect();
    context.or(claims)
}

impl CellClaim {
    /// That the cell has one of the values.
    pub fn expr(&self, context: &mut Context) -> ExprId {
        let mut value = context.var(self.variable);
        let mut ty = context.variable_type(self.variable).clone();
        let mut rest = u64::from(self.cell);
        while let Type::Array { element, .. } = ty {
            let stride = element.cells().max(1);
            let index = context.int(i64::try_from(rest / stride).unwrap_or(i64::MAX));
            value = context.select(value, index);
            rest %= stride;
            ty = element.as_ref().clone();
        }
        if ty == Type::Bool {
            let may_be = |wanted: i64| self.values.iter().any(|&(lo, hi)| lo <= wanted && wanted <= hi);
            return match (may_be(0), may_be(1)) {
                (true, true) => context.bool(true),
                (false, false) => context.bool(false),
                (false, true) => value,
                (true, false) => context.not(value),
            };
        }
        let intervals: Vec<ExprId> = self
            .values
            .iter()
            .map(|&(lo, hi)| {
                let (least, most) = (context.int(lo), context.int(hi));
                if lo == hi {
                    return context.eq(value, least);
                }
                let parts = [context.le(least, value), context.le(value, most)];
                context.and(parts)
            })
            .collect();
        context.or(intervals)
    }
}
