//! A system taken apart into scalars: what each instance tests and writes, before any code is written.

use super::array::{Odd, Val};
use super::effect::effects;
use super::lower::Lowering;
use super::scalar::{Sid, Source};
use crate::layout::Layout;
use crate::mutation::Mutation;
use crate::slice::Presence;
use musilc_ir::{ExprId, Failure, Limits, Predicate, Transition, TransitionSystem, Unknown, Update, VarId};

/// Instances are compiled one by one up to this number; transitions beyond keep their parameters.
const MOST_INSTANCES: u64 = 200_000;

/// The same for expressions, summed over instances.
const MOST_EXPRESSIONS: u64 = 8_000_000;

/// A write to the state after the step; all of its parts read the state before.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Write {
    /// A cell gets a value.
    Cell { variable: VarId, element: u32, value: Sid },
    /// Where the condition is true, the cell at the position gets a value. The order among these matters.
    Indexed { variable: VarId, condition: Sid, position: Sid, value: Sid },
}

/// Failures that may happen, with their positions in their list.
pub(crate) type Failures = Vec<(u32, Sid)>;

/// A transition with its parameters bound, or free.
#[derive(Debug)]
pub(crate) struct StepPlan {
    /// Its number among the bindings of the transition.
    pub(crate) number: u64,
    pub(crate) guard_failures: Failures,
    /// Conjuncts.
    pub(crate) guard: Vec<Sid>,
    pub(crate) failures: Failures,
    pub(crate) writes: Vec<Write>,
}

/// All instances of a transition.
#[derive(Debug)]
pub(crate) enum TransitionPlan {
    /// Each by itself, in order. Those that are never enabled are left out.
    Bound(Vec<StepPlan>),
    /// One for all: parameters are bound while the engine runs.
    Free(StepPlan),
}

/// A predicate.
#[derive(Debug)]
pub(crate) struct PredicatePlan {
    pub(crate) failures: Failures,
    pub(crate) expr: Sid,
}

/// The whole system.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) init_failures: Failures,
    /// Conjuncts.
    pub(crate) init_conditions: Vec<Sid>,
    pub(crate) init_writes: Vec<Write>,
    pub(crate) transitions: Vec<TransitionPlan>,
    pub(crate) properties: Vec<PredicatePlan>,
    pub(crate) terminal: PredicatePlan,
    pub(crate) probes: Vec<Sid>,
    /// The conditions of temporal properties, each once.
    pub(crate) conditions: Vec<(ExprId, Sid)>,
}

/// Why there is no plan.
pub(crate) enum Stop {
    /// Not well typed.
    Odd(Odd),
    /// Out of time.
    Limit(Unknown),
}

impl From<Odd> for Stop {
    fn from(odd: Odd) -> Self {
        Stop::Odd(odd)
    }
}

/// Takes a system apart.
pub(crate) fn plan(
    system: &TransitionSystem,
    layout: &Layout,
    lowering: &mut Lowering<'_>,
    limits: &Limits,
    mutation: Mutation,
) -> Result<Plan, Stop> {
    for (index, presence) in layout.presence().iter().enumerate() {
        if let (Presence::Fixed(_), Some(&value)) = (presence, system.init.values.get(index)) {
            lowering.fix(VarId::from(index), value)?;
        }
    }
    let mut planner = Planner { layout, lowering, mutation };
    let properties = system.properties.iter();
    let properties: Result<Vec<_>, Odd> = properties.map(|p| planner.predicate(&p.predicate)).collect();
    let terminal = match mutation {
        Mutation::IgnoreTerminal => {
            PredicatePlan { failures: Vec::new(), expr: planner.lowering.scalars.bool(false) }
        }
        _ => planner.predicate(&system.terminal)?,
    };
    let probes: Result<Vec<_>, Odd> =
        system.probes.iter().map(|probe| planner.lowering.scalar(probe.expr)).collect();

    let mut conditions: Vec<(ExprId, Sid)> = Vec::new();
    for expr in conditions_of(system) {
        conditions.push((expr, planner.lowering.scalar(expr)?));
    }

    planner.lowering.bind(None);
    let init_failures = planner.failures(&system.init.failures)?;
    let mut init_conditions = Vec::new();
    // A binding that fails gives no state; it is reported by itself.
    for &(_, failure) in &init_failures {
        let holds = planner.lowering.scalars.not(failure);
        init_conditions.extend(planner.lowering.scalars.conjuncts(holds));
    }
    for &condition in &system.init.conditions {
        init_conditions.extend(planner.conjuncts(condition)?);
    }
    let mut init_writes = Vec::new();
    for (index, &value) in system.init.values.iter().enumerate() {
        planner.assign(VarId::from(index), value, &mut init_writes)?;
    }
    let transitions = planner.transitions(system, limits)?;
    Ok(Plan {
        init_failures,
        init_conditions,
        init_writes,
        transitions,
        properties: properties?,
        terminal,
        probes: probes?,
        conditions,
    })
}

struct Planner<'p, 's> {
    layout: &'p Layout,
    lowering: &'p mut Lowering<'s>,
    mutation: Mutation,
}

impl Planner<'_, '_> {
    fn predicate(&mut self, predicate: &Predicate) -> Result<PredicatePlan, Odd> {
        let failures = self.failures(&predicate.failures)?;
        Ok(PredicatePlan { failures, expr: self.lowering.scalar(predicate.expr)? })
    }

    /// Without those that never happen, and those after one that always does.
    fn failures(&mut self, failures: &[Failure]) -> Result<Failures, Odd> {
        let mut out = Vec::new();
        for (failure, index) in failures.iter().zip(0..) {
            let condition = self.lowering.scalar(failure.condition)?;
            match self.lowering.scalars.as_const(condition) {
                Some(0) => {}
                Some(_) => {
                    out.push((index, condition));
                    break;
                }
                None => out.push((index, condition)),
            }
        }
        Ok(out)
    }

    fn conjuncts(&mut self, condition: ExprId) -> Result<Vec<Sid>, Odd> {
        let root = self.lowering.scalar(condition)?;
        Ok(self.lowering.scalars.conjuncts(root))
    }

    fn transitions(
        &mut self,
        system: &TransitionSystem,
        limits: &Limits,
    ) -> Result<Vec<TransitionPlan>, Stop> {
        let bound = self.choose_bound(system);
        let mut plans = Vec::with_capacity(system.transitions.len());
        for (transition, bound) in system.transitions.iter().zip(bound) {
            if let Some(why) = limits.must_stop() {
                return Err(Stop::Limit(why));
            }
            if !bound {
                self.lowering.bind(None);
                plans.push(TransitionPlan::Free(self.step(transition, 0)?));
                continue;
            }
            let mut steps = Vec::new();
            for (args, number) in transition.instances().zip(0u64..) {
                if number % 1024 == 1023
                    && let Some(why) = limits.must_stop()
                {
                    return Err(Stop::Limit(why));
                }
                self.lowering.bind(Some(&args));
                let step = self.step(transition, number)?;
                let never = step.guard.iter().any(|&id| self.lowering.scalars.as_const(id) == Some(0));
                if !never || !step.guard_failures.is_empty() {
                    steps.push(step);
                }
            }
            plans.push(TransitionPlan::Bound(steps));
        }
        if self.mutation == Mutation::ForgetOneInstance
            && let Some(TransitionPlan::Bound(steps)) = plans.first_mut()
        {
            steps.pop();
        }
        Ok(plans)
    }

    /// Which transitions to compile instance by instance: those with the fewest, as long as the sum is bearable.
    fn choose_bound(&self, system: &TransitionSystem) -> Vec<bool> {
        let (mut instances, mut expressions) = match self.mutation {
            Mutation::FreeParameters => (0, 0),
            _ => (MOST_INSTANCES, MOST_EXPRESSIONS),
        };
        let mut bound = vec![false; system.transitions.len()];
        let mut order: Vec<(u64, usize)> = system
            .transitions
            .iter()
            .enumerate()
            .map(|(index, transition)| (transition.instance_count().unwrap_or(u64::MAX), index))
            .collect();
        order.sort_unstable();
        for (count, index) in order {
            let weight = count.saturating_mul(self.lowering.weight(roots(&system.transitions[index])).max(1));
            if count > instances || weight > expressions {
                break;
            }
            instances -= count;
            expressions -= weight;
            bound[index] = true;
        }
        bound
    }

    fn step(&mut self, transition: &Transition, number: u64) -> Result<StepPlan, Odd> {
        let guard_failures = self.failures(&transition.guard_failures)?;
        let mut guard = self.conjuncts(transition.guard)?;
        if self.mutation == Mutation::DropLastConjunct && guard.len() > 1 {
            guard.pop();
        }
        if guard.iter().any(|&id| self.lowering.scalars.as_const(id) == Some(0)) {
            return Ok(StepPlan { number, guard_failures, guard, failures: Vec::new(), writes: Vec::new() });
        }
        let failures = self.failures(&transition.failures)?;
        let mut updates: &[Update] = &transition.updates;
        if self.mutation == Mutation::DropLastUpdate && updates.len() > 1 {
            updates = &updates[..updates.len() - 1];
        }
        let mut writes = Vec::new();
        for update in updates {
            self.assign(update.variable, update.value, &mut writes)?;
        }
        Ok(StepPlan { number, guard_failures, guard, failures, writes })
    }

    /// The writes that give a variable a new value. In an initial condition no value mentions a variable, so each cell is written.
    fn assign(&mut self, variable: VarId, value: ExprId, out: &mut Vec<Write>) -> Result<(), Odd> {
        let cells = self.layout.place(variable).ok_or("an update of no variable")?.cells;
        if !self.layout.stores(variable) {
            return Ok(());
        }
        let value = self.lowering.lower(value)?;
        if cells == 0 {
            return Ok(());
        }
        let (scalars, arrays) = (&mut self.lowering.scalars, &mut self.lowering.arrays);
        let source = Source::State { variable, next: false };
        let mut values: Vec<(u32, Sid)> = Vec::new();
        match value {
            Val::Scalar(value) => values.push((0, value)),
            Val::Array(array) => match effects(arrays, scalars, variable, array)? {
                None => values.extend((0..).zip(arrays.cells(scalars, array)?)),
                Some(effects) => {
                    let known: Option<Vec<u32>> = effects
                        .iter()
                        .map(|effect| u32::try_from(scalars.as_const(effect.position)?).ok())
                        .collect();
                    let Some(known) = known else {
                        for effect in effects {
                            let inside = scalars.as_const(effect.position);
                            if inside.is_some_and(|at| at < 0 || at >= cells.into()) {
                                return Err("a write outside an array".to_owned());
                            }
                            let position = scalars.narrow(effect.position, 0, i64::from(cells) - 1);
                            let (condition, value) = (effect.condition, effect.value);
                            out.push(Write::Indexed { variable, condition, position, value });
                        }
                        return Ok(());
                    };
                    // All cells are known: the writes become one value for each cell, in the order of their first writes.
                    let mut at: rustc_hash::FxHashMap<u32, usize> = rustc_hash::FxHashMap::default();
                    for (element, effect) in known.into_iter().zip(effects) {
                        let slot = *at.entry(element).or_insert_with(|| {
                            let position = scalars.constant(element.into());
                            values.push((element, scalars.load(source, position)));
                            values.len() - 1
                        });
                        let old = values[slot].1;
                        values[slot].1 = scalars.ite(effect.condition, effect.value, old);
                    }
                }
            },
        }
        for (element, value) in values {
            if element >= cells {
                return Err("a write outside an array".to_owned());
            }
            let position = scalars.constant(element.into());
            if scalars.load(source, position) != value {
                out.push(Write::Cell { variable, element, value });
            }
        }
        Ok(())
    }
}

/// The conditions of temporal properties, each once.
fn conditions_of(system: &TransitionSystem) -> Vec<ExprId> {
    let mut all = Vec::new();
    for formula in system.properties.iter().filter_map(|property| property.formula.as_ref()) {
        formula.for_each_claim(&mut |claim| all.push(claim.expr));
    }
    all.sort_unstable();
    all.dedup();
    all
}

/// Every expression of a transition.
fn roots(transition: &Transition) -> impl Iterator<Item = ExprId> {
    let failures = transition.guard_failures.iter().chain(&transition.failures);
    let conditions = failures.map(|failure| failure.condition);
    conditions.chain([transition.guard]).chain(transition.updates.iter().map(|update| update.value))
}
