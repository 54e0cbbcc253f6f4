//! Many steps at once: every instance is executed or not, in a fixed order, each in the state that those before it have left.
//!
//! A run of `n` steps fits in at most `n` sweeps, and what a sweep executes is a run. So sweeps reach the same states as single steps, in
//! fewer rounds (the ∃-step semantics of Rintanen, Heljanko and Niemelä, "Planning as satisfiability: parallel plans and algorithms for plan
//! search", 2006, with the state flowing through).

use crate::encode::{Encoder, Leaves, Params};
use crate::graph::{Bit, Graph};
use crate::mutation::Mutation;
use crate::number::Number;
use crate::plan::Plan;
use crate::state::encode;
use crate::step::Choice;
use crate::term::{Scalar, Term, cell_types};
use musilc_ir::{ExprId, Limits, Type, Unknown};

/// A sweep over all instances.
#[derive(Clone, Debug)]
pub struct Sweep {
    /// In order of execution: the instance, the input that chooses it, and the parameters that it leaves open.
    pub fires: Vec<(usize, Bit, Params)>,
    /// What must be demanded: of each instance that is [one](Choice::One) to be executed that it is enabled and does not fail. With a
    /// [total](Choice::Total) choice, an instance that is not is passed over.
    pub demand: Bit,
    /// The state after it.
    pub cells: Vec<Term>,
}

/// The expressions of an instance, in ascending order with all that they are built from.
pub type Order = Vec<Vec<ExprId>>;

impl Sweep {
    /// For each instance of a plan, what has to be encoded before it can be executed.
    #[must_use]
    pub fn order(plan: &Plan<'_>) -> Order {
        let of = |instance: &crate::plan::Instance| plan.cx.reachable(instance.ground.roots());
        plan.instances.iter().map(of).collect()
    }

    /// A sweep from a state, over the instances in the sequence.
    ///
    /// # Errors
    /// The limits, where it takes too long.
    pub fn new(
        g: &mut Graph,
        plan: &Plan<'_>,
        start: &[Term],
        sequence: &[usize],
        order: &Order,
        choice: Choice,
        limits: &Limits,
    ) -> Result<Self, Unknown> {
        let mut cells: Vec<Term> = start.to_vec();
        let mut fires = Vec::with_capacity(sequence.len());
        let mut demands = Vec::new();
        for &index in sequence {
            let ground = &plan.instances[index].ground;
            let mut params = Params::default();
            let own = plan.system.transition(ground.transition).params.iter().zip(0..);
            for (param, position) in own.skip(ground.args.len()) {
                let (number, legal) = Number::inputs(g, 0, i64::from(param.count) - 1);
                demands.push(legal);
                params.insert((position, param.count), number);
            }
            let mut encoder = Encoder::new(Mutation::None);
            let leaves = Leaves { now: &cells, next: &[], params: &params };
            encode(&mut encoder, g, plan, &order[index], leaves, limits)?;
            let guard = encoder.bit(ground.guard);
            let failures = ground.guard_failures.iter().chain(&ground.failures);
            let fails = g.or(failures.map(|failure| encoder.bit(failure.condition)));
            let possible = g.and([guard, !fails]);
            if possible == Bit::FALSE {
                continue;
            }
            let fire = g.input();
            let chosen = fire;
            let fire = match choice {
                Choice::One => {
                    demands.push(g.implies(fire, possible));
                    fire
                }
                Choice::Total => g.and([fire, possible]),
            };
            for update in &ground.updates {
                let Some(before) = cells.get(update.variable.index()) else { continue };
                let ty = &plan.system.variables[update.variable.index()].ty;
                let pairs = before.cells().iter().zip(encoder.term(update.value).cells()).zip(cell_types(ty));
                let after: Vec<Scalar> = pairs
                    .map(|((before, value), ty)| {
                        if before == value {
                            return before.clone();
                        }
                        let value = value.fitted(g, ty);
                        Scalar::ite(g, fire, &value, before)
                    })
                    .collect();
                cells[update.variable.index()] = Term::of_cells(after, matches!(ty, Type::Array { .. }));
            }
            fires.push((index, chosen, params));
        }
        let demand = g.and(demands);
        Ok(Self { fires, demand, cells })
    }
}
