//! A step from a state: which instance is executed, what fails, and the state after it.

use crate::count::counters;
use crate::encode::Leaves;
use crate::graph::{Bit, Graph};
use crate::mutation::Mutation;
use crate::plan::Plan;
use crate::state::{Judged, State, encode, first_failures, judge};
use crate::term::{Scalar, Term, cell_types};
use musilc_ir::{FailureSite, Limits, PropertyId, Type, Unknown};
use rustc_hash::FxHashMap;

/// How the instance of a step is chosen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Choice {
    /// Exactly one instance is executed, and is enabled; steps that fail are among them.
    One,
    /// One at most: an input that chooses an instance which is not enabled, or fails, chooses nothing, and the state stays. So every choice
    /// is possible in every state.
    Total,
}

/// A step.
#[derive(Clone, Debug)]
pub struct Step {
    /// Which instance is executed, by position in the plan.
    pub fires: Vec<(usize, Bit)>,
    /// The inputs that choose them, in the same order.
    pub chosen: Vec<Bit>,
    /// For each, whether this one or one before it is chosen.
    pub up_to: Vec<Bit>,
    /// What must be demanded of the inputs.
    pub demand: Bit,
    /// Whether the step fails. Always false of a total choice: then [`failures`](Self::failures) happen where the choice is made.
    pub failed: Bit,
    /// Where it does, in order; each only where nothing before it in its list does.
    pub failures: Vec<(FailureSite, Bit)>,
    /// What the step does to the step properties, where it does not fail.
    pub properties: Vec<(PropertyId, Judged)>,
    /// The state after it; anything where it fails.
    pub cells: Vec<Term>,
}

impl Step {
    /// The steps from a state; `None` where none can be enabled. The bodies are added to the state's circuits.
    ///
    /// # Errors
    /// The limits, where it takes too long.
    pub fn new(
        g: &mut Graph,
        plan: &Plan<'_>,
        state: &mut State,
        choice: Choice,
        limits: &Limits,
        mutation: Mutation,
    ) -> Result<Option<Self>, Unknown> {
        let enabled: Vec<(usize, Bit)> = plan
            .instances
            .iter()
            .map(|instance| state.bit(instance.ground.guard))
            .enumerate()
            .filter(|(_, guard)| *guard != Bit::FALSE)
            .collect();
        if enabled.is_empty() && choice == Choice::One {
            return Ok(None);
        }
        let leaves = Leaves { now: &state.cells, next: &[], params: &state.params };
        encode(&mut state.encoder, g, plan, &plan.body, leaves, limits)?;

        let alone = enabled.len() == 1 && choice == Choice::One;
        let chosen: Vec<Bit> = enabled.iter().map(|_| if alone { Bit::TRUE } else { g.input() }).collect();
        let (up_to, most) = counters(g, &chosen);
        let mut demands = vec![most];
        if choice == Choice::One {
            demands.push(up_to.last().copied().unwrap_or(Bit::FALSE));
            for (&(_, guard), &fire) in enabled.iter().zip(&chosen) {
                demands.push(g.implies(fire, guard));
            }
        }
        let mut fires: Vec<(usize, Bit)> = Vec::with_capacity(enabled.len());
        let mut failures: Vec<(FailureSite, Bit)> = Vec::new();
        for (&(i, guard), &choose) in enabled.iter().zip(&chosen) {
            let own = &plan.instances[i].ground.failures;
            let conditions: Vec<Bit> = own.iter().map(|f| state.bit(f.condition)).collect();
            let attempt = if choice == Choice::One { choose } else { g.and([choose, guard]) };
            for (failure, bit) in own.iter().zip(first_failures(g, &conditions)) {
                failures.push((failure.site, g.and([attempt, bit])));
            }
            let fire = if choice == Choice::One {
                attempt
            } else {
                let fails = g.or(conditions);
                g.and([attempt, !fails])
            };
            fires.push((i, fire));
        }
        let failed = match choice {
            Choice::One => g.or(failures.iter().map(|(_, bit)| *bit)),
            Choice::Total => Bit::FALSE,
        };
        let writing = Writing { plan, state, fires: &fires, exact: choice == Choice::One, mutation };
        let cells = writing.next_cells(g);
        let leaves = Leaves { now: &state.cells, next: &cells, params: &state.params };
        encode(&mut state.encoder, g, plan, &plan.step, leaves, limits)?;
        let some = g.or(fires.iter().map(|(_, fire)| *fire));
        let properties = plan.properties_of(true).map(|(id, property)| {
            let mut judged = judge(g, &state.encoder, &property.predicate);
            if choice == Choice::Total {
                // Staying is no step.
                for bit in judged.failures.iter_mut().chain([&mut judged.holds, &mut judged.fails_to_hold]) {
                    *bit = g.and([some, *bit]);
                }
            }
            (id, judged)
        });
        let properties = properties.collect();
        let demand = g.and(demands);
        Ok(Some(Self { fires, chosen, up_to, demand, failed, failures, properties, cells }))
    }
}

/// What a step writes.
struct Writing<'s> {
    plan: &'s Plan<'s>,
    state: &'s State,
    fires: &'s [(usize, Bit)],
    /// Whether exactly one instance is executed, and not none.
    exact: bool,
    mutation: Mutation,
}

impl Writing<'_> {
    /// The state variables after the step.
    fn next_cells(&self, g: &mut Graph) -> Vec<Term> {
        let now = &self.state.cells;
        let mut writers: Vec<Vec<(Bit, &Term)>> = vec![Vec::new(); now.len()];
        for (instance, fire) in self.fires {
            for update in &self.plan.instances[*instance].ground.updates {
                if let Some(writers) = writers.get_mut(update.variable.index()) {
                    writers.push((*fire, self.state.encoder.term(update.value)));
                }
            }
        }
        let variables = self.plan.system.variables.iter().zip(now).zip(&writers).enumerate();
        let after = variables.map(|(index, ((variable, before), writers))| {
            let framed = self.mutation != Mutation::DropLastFrame || index + 1 < now.len();
            let cells = before.cells().iter().zip(cell_types(&variable.ty)).enumerate();
            let cells = cells.map(|(j, (before, ty))| {
                let writes = writers.iter().filter_map(|(fire, value)| Some((*fire, value.cells().get(j)?)));
                let writes: Vec<(Bit, &Scalar)> = writes.collect();
                self.next_cell(g, before, ty, &writes, framed)
            });
            Term::of_cells(cells.collect(), matches!(variable.ty, Type::Array { .. }))
        });
        after.collect()
    }

    fn next_cell(
        &self,
        g: &mut Graph,
        before: &Scalar,
        ty: &Type,
        writes: &[(Bit, &Scalar)],
        framed: bool,
    ) -> Scalar {
        // Steps that write the same value are one case, and writing what is there already is no case at all.
        let mut cases: Vec<(Scalar, Vec<Bit>)> = Vec::new();
        let mut positions: FxHashMap<&Scalar, usize> = FxHashMap::default();
        for &(fire, value) in writes {
            if value == before {
                continue;
            }
            let position = *positions.entry(value).or_insert_with(|| {
                cases.push((value.clone(), Vec::new()));
                cases.len() - 1
            });
            cases[position].1.push(fire);
        }
        if cases.is_empty() && framed {
            return before.clone();
        }
        let changing: usize = cases.iter().map(|(_, fires)| fires.len()).sum();
        let mut options: Vec<(Bit, Scalar)> = Vec::with_capacity(cases.len() + 1);
        for (value, fires) in cases {
            options.push((g.or(fires), value.fitted(g, ty)));
        }
        if !self.exact || changing < self.fires.len() {
            let changed = g.or(options.iter().map(|(bit, _)| *bit));
            let kept = if framed { before.clone() } else { anything(g, ty) };
            options.push((!changed, kept));
        }
        Scalar::choose(g, &options)
    }
}

/// Any value of a type.
fn anything(g: &mut Graph, ty: &Type) -> Scalar {
    match ty.bounds() {
        Some((lo, hi)) => Scalar::Number(crate::number::Number::inputs(g, lo, hi).0),
        None => Scalar::Bit(g.input()),
    }
}
