//! Formulas along a lasso whose loop may start anywhere.
//!
//! The value of a formula at each position follows from its value at the next, and at the last position from that where the loop starts.
//! For `until` and its kin that is known once the positions have been gone through from the last to the first: what is awaited
//! comes in the first round of the loop or never. So they are gone through twice, the first time as if nothing came after the last
//! (Latvala, Biere, Heljanko and Junttila, "Simple bounded LTL model checking", 2004). Values are exact, not only implied, so formulas
//! need no normal form; and terms are linear in the positions for each part of the formula.

use crate::options::Mutation;
use crate::plan::Plan;
use crate::scalar::Bit;
use crate::solver::Solver;
use crate::unroll::Depth;
use crate::word::Word;
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
    pub(crate) solver: &'s Solver<'s>,
    pub(crate) mutation: Mutation,
}

impl Positions<'_> {
    /// Whether the formula is true, at each position.
    pub(crate) fn truth(&self, formula: &Formula) -> Vec<Bit> {
        let of = |formula: &Formula| self.truth(formula);
        match &formula.kind {
            FormulaKind::State(claim) => self
                .conditions
                .iter()
                .map(|bits| match bits.get(&claim.expr) {
                    Some(bit) => bit.clone(),
                    None => unreachable!("the conditions of a formula are encoded in each state"),
                })
                .collect(),
            FormulaKind::Taken { transition, args } => {
                self.depths.iter().map(|depth| taken(self.plan, depth, *transition, args)).collect()
            }
            FormulaKind::Not(a) => of(a).iter().map(Bit::not).collect(),
            FormulaKind::All(parts) => {
                let parts: Vec<Vec<Bit>> = parts.iter().map(|part| of(&part.formula)).collect();
                self.each(|at| Bit::and(parts.iter().map(|part| part[at].clone())))
            }
            FormulaKind::Any(parts) => {
                let parts: Vec<Vec<Bit>> = parts.iter().map(|part| of(&part.formula)).collect();
                self.each(|at| Bit::or(parts.iter().map(|part| part[at].clone())))
            }
            FormulaKind::Implies(a, b) => {
                let (a, b) = (of(a), of(b));
                self.each(|at| a[at].implies(&b[at]))
            }
            FormulaKind::Iff(a, b) => {
                let (a, b) = (of(a), of(b));
                self.each(|at| a[at].iff(&b[at]))
            }
            FormulaKind::Next(a) => {
                let a = of(a);
                let after_last = self.where_loop_starts(&a);
                a.into_iter().skip(1).chain([after_last]).collect()
            }
            FormulaKind::Always(a) => {
                let a = of(a);
                self.fixed_point(true, |at, later| Bit::and([a[at].clone(), later]))
            }
            FormulaKind::Eventually(a) => {
                let a = of(a);
                self.fixed_point(false, |at, later| Bit::or([a[at].clone(), later]))
            }
            FormulaKind::Until(a, b) => {
                let (a, b) = (of(a), of(b));
                let unfulfilled = self.mutation == Mutation::Unfulfilled;
                self.fixed_point(unfulfilled, |at, later| holds_until(&a[at], &b[at], later))
            }
            FormulaKind::WeakUntil(a, b) => {
                let (a, b) = (of(a), of(b));
                self.fixed_point(true, |at, later| holds_until(&a[at], &b[at], later))
            }
            FormulaKind::Release(a, b) => {
                let (a, b) = (of(a), of(b));
                self.fixed_point(true, |at, later| Bit::and([b[at].clone(), Bit::or([a[at].clone(), later])]))
            }
            FormulaKind::LeadsTo(a, b) => {
                let (a, b) = (of(a), of(b));
                let answered = self.fixed_point(false, |at, later| Bit::or([b[at].clone(), later]));
                self.fixed_point(true, |at, later| Bit::and([a[at].implies(&answered[at]), later]))
            }
        }
    }

    fn each(&self, value: impl Fn(usize) -> Bit) -> Vec<Bit> {
        (0..self.starts.len()).map(value).collect()
    }

    /// The least (from `false`) or greatest (from `true`) solution of `x[at] = value(at, x[after at])`.
    fn fixed_point(&self, from: bool, value: impl Fn(usize, Bit) -> Bit) -> Vec<Bit> {
        let round = |after_last: Bit| {
            let mut after = after_last;
            let mut values = Vec::with_capacity(self.starts.len());
            for at in (0..self.starts.len()).rev() {
                after = self.solver.define(&value(at, after), "later");
                values.push(after.clone());
            }
            values.reverse();
            values
        };
        let first = round(Bit::Const(from));
        round(self.where_loop_starts(&first))
    }

    /// The value at the position where the loop starts.
    fn where_loop_starts(&self, values: &[Bit]) -> Bit {
        let there = self.starts.iter().zip(values);
        let there = Bit::or(there.map(|(start, value)| Bit::and([start.clone(), value.clone()])));
        self.solver.define(&there, "start")
    }
}

fn holds_until(a: &Bit, b: &Bit, later: Bit) -> Bit {
    Bit::or([b.clone(), Bit::and([a.clone(), later])])
}

/// Whether the step from a state executes an instance of the transition with these arguments, of which `None` stands for any.
pub(crate) fn taken(plan: &Plan<'_>, from: &Depth, transition: TransitionId, args: &[Option<u32>]) -> Bit {
    let own = from.fires.iter().map(|(i, fire)| (&plan.instances[*i], fire));
    let own = own.filter(|(instance, _)| instance.ground.transition == transition);
    Bit::or(own.map(|(instance, fire)| {
        if !instance.symbolic {
            let same =
                args.iter().zip(&instance.ground.args).all(|(wanted, arg)| wanted.is_none_or(|w| w == *arg));
            return if same { fire.clone() } else { Bit::FALSE };
        }
        let params = plan.system.transition(transition).params.iter().zip(0..);
        let same = params.zip(args).filter_map(|((param, index), wanted)| {
            let value = from.params.get(&(index, param.count)).cloned().unwrap_or(Word::constant(0));
            Some(value.equals(&Word::constant((*wanted)?.into())))
        });
        Bit::and(same.chain([fire.clone()]))
    }))
}
