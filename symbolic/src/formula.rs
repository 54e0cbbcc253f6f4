//! Formulas along a lasso whose loop may start anywhere.
//!
//! The value of a formula at each position follows from its value at the next, and at the last position from that where the loop starts.
//! For `until` and its kin that is known once the positions have been gone through from the last to the first: what is awaited
//! comes in the first round of the loop or never. So they are gone through twice, the first time as if nothing came after the last
//! (Latvala, Biere, Heljanko and Junttila, "Simple bounded LTL model checking", 2004). Values are exact, not only implied, so formulas
//! need no normal form; and terms are linear in the positions for each part of the formula.

use crate::unroll::Depth;
use musilc_circuit::{Bit, Graph, Mutation, Number, Plan};
use musilc_ir::{ExprId, Formula, FormulaKind, TransitionId};
use rustc_hash::FxHashMap;

/// The positions of lassos of one length.
pub(crate) struct Positions<'s> {
    pub(crate) plan: &'s Plan<'s>,
    /// The state at each position, and the step from it.
    pub(crate) depths: &'s [Depth],
    /// The conditions at each.
    pub(crate) conditions: &'s [FxHashMap<ExprId, Bit>],
    /// For each, whether the loop starts there; it does at exactly one.
    pub(crate) starts: &'s [Bit],
    pub(crate) graph: &'s mut Graph,
    pub(crate) mutation: Mutation,
}

impl Positions<'_> {
    /// Whether the formula is true, at each position.
    pub(crate) fn truth(&mut self, formula: &Formula) -> Vec<Bit> {
        match &formula.kind {
            FormulaKind::State(claim) => self
                .conditions
                .iter()
                .map(|bits| match bits.get(&claim.expr) {
                    Some(bit) => *bit,
                    None => unreachable!("the conditions of a formula are encoded in each state"),
                })
                .collect(),
            FormulaKind::Taken { transition, args } => {
                let depths = self.depths.iter();
                depths.map(|depth| taken(self.graph, self.plan, depth, *transition, args)).collect()
            }
            FormulaKind::Not(a) => self.truth(a).into_iter().map(|bit| !bit).collect(),
            FormulaKind::All(parts) => {
                let parts: Vec<Vec<Bit>> = parts.iter().map(|part| self.truth(&part.formula)).collect();
                self.each(|g, at| g.and(parts.iter().map(|part| part[at])))
            }
            FormulaKind::Any(parts) => {
                let parts: Vec<Vec<Bit>> = parts.iter().map(|part| self.truth(&part.formula)).collect();
                self.each(|g, at| g.or(parts.iter().map(|part| part[at])))
            }
            FormulaKind::Implies(a, b) => {
                let (a, b) = (self.truth(a), self.truth(b));
                self.each(|g, at| g.implies(a[at], b[at]))
            }
            FormulaKind::Iff(a, b) => {
                let (a, b) = (self.truth(a), self.truth(b));
                self.each(|g, at| g.iff(a[at], b[at]))
            }
            FormulaKind::Next(a) => {
                let a = self.truth(a);
                let after_last = self.where_loop_starts(&a);
                a.into_iter().skip(1).chain([after_last]).collect()
            }
            FormulaKind::Always(a) => {
                let a = self.truth(a);
                self.fixed_point(true, |g, at, later| g.and([a[at], later]))
            }
            FormulaKind::Eventually(a) => {
                let a = self.truth(a);
                self.fixed_point(false, |g, at, later| g.or([a[at], later]))
            }
            FormulaKind::Until(a, b) => {
                let (a, b) = (self.truth(a), self.truth(b));
                let unfulfilled = self.mutation == Mutation::Unfulfilled;
                self.fixed_point(unfulfilled, |g, at, later| holds_until(g, a[at], b[at], later))
            }
            FormulaKind::WeakUntil(a, b) => {
                let (a, b) = (self.truth(a), self.truth(b));
                self.fixed_point(true, |g, at, later| holds_until(g, a[at], b[at], later))
            }
            FormulaKind::Release(a, b) => {
                let (a, b) = (self.truth(a), self.truth(b));
                self.fixed_point(true, |g, at, later| {
                    let goes_on = g.or([a[at], later]);
                    g.and([b[at], goes_on])
                })
            }
            FormulaKind::LeadsTo(a, b) => {
                let (a, b) = (self.truth(a), self.truth(b));
                let answered = self.fixed_point(false, |g, at, later| g.or([b[at], later]));
                self.fixed_point(true, |g, at, later| {
                    let answered = g.implies(a[at], answered[at]);
                    g.and([answered, later])
                })
            }
        }
    }

    fn each(&mut self, value: impl Fn(&mut Graph, usize) -> Bit) -> Vec<Bit> {
        (0..self.starts.len()).map(|at| value(self.graph, at)).collect()
    }

    /// The least (from `false`) or greatest (from `true`) solution of `x[at] = value(at, x[after at])`.
    fn fixed_point(&mut self, from: bool, value: impl Fn(&mut Graph, usize, Bit) -> Bit) -> Vec<Bit> {
        let first = self.round(Bit::constant(from), &value);
        let there = self.where_loop_starts(&first);
        self.round(there, &value)
    }

    fn round(&mut self, after_last: Bit, value: &impl Fn(&mut Graph, usize, Bit) -> Bit) -> Vec<Bit> {
        let mut after = after_last;
        let mut values = Vec::with_capacity(self.starts.len());
        for at in (0..self.starts.len()).rev() {
            after = value(self.graph, at, after);
            values.push(after);
        }
        values.reverse();
        values
    }

    /// The value at the position where the loop starts.
    fn where_loop_starts(&mut self, values: &[Bit]) -> Bit {
        let there = self.starts.iter().zip(values);
        let there: Vec<Bit> = there.map(|(&start, &value)| self.graph.and([start, value])).collect();
        self.graph.or(there)
    }
}

fn holds_until(g: &mut Graph, a: Bit, b: Bit, later: Bit) -> Bit {
    let goes_on = g.and([a, later]);
    g.or([b, goes_on])
}

/// Whether the step from a state executes an instance of the transition with these arguments, of which `None` stands for any.
pub(crate) fn taken(
    g: &mut Graph,
    plan: &Plan<'_>,
    from: &Depth,
    transition: TransitionId,
    args: &[Option<u32>],
) -> Bit {
    let mut taken = Vec::new();
    for (instance, fire) in from.fires() {
        let ground = &plan.instances[*instance].ground;
        if ground.transition != transition {
            continue;
        }
        let params = plan.system.transition(transition).params.iter().zip(0..);
        let mut same = vec![*fire];
        for ((param, index), wanted) in params.zip(args) {
            let Some(wanted) = *wanted else { continue };
            same.push(match ground.args.get(index as usize) {
                Some(&arg) => Bit::constant(arg == wanted),
                None => {
                    let value = from.params.get(&(index, param.count)).cloned();
                    value.unwrap_or(Number::constant(0)).is(g, wanted.into())
                }
            });
        }
        taken.push(g.and(same));
    }
    g.or(taken)
}
