//! What there is to encode: the instances of the transitions, and the expressions of each stage in order.

use crate::mutation::Mutation;
use musilc_ir::{
    Context, ExprId, FairnessConstraint, Formula, Goal, GroundTransition, Limits, Node, Predicate,
    PropertyId, PropertyKind, TransitionId, TransitionSystem, Type, Unknown, bindings,
};
use rustc_hash::FxHashSet;

/// Integers whose bounds reach this far were saturated when they were built: their bounds mean nothing.
const SATURATED: i64 = 1 << 62;

/// The most guards that are written out to say that nothing is enabled.
const MAX_GUARDS: u64 = 1 << 18;

/// A transition as a step takes it.
#[derive(Clone, Debug)]
pub struct Instance {
    /// Its expressions, with as many parameters bound as it has arguments; those that follow are left open.
    pub ground: GroundTransition,
}

/// Which parameters are bound.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Grounding {
    /// The most instances that are written out. Where there are more, the transitions with the most leave all their parameters open.
    pub max_instances: u64,
    /// How many parameters at the end of each transition's list are left open in any case.
    pub open: usize,
}

/// A system prepared for encoding.
#[derive(Clone, Debug)]
pub struct Plan<'a> {
    /// The system.
    pub system: &'a TransitionSystem,
    /// The expressions of the system and those of the instances.
    pub cx: Context,
    /// The instances, in order of declaration and of arguments.
    pub instances: Vec<Instance>,
    /// A state has a successor unless all of these are false; the guards of every instance. `None` where they are too many.
    pub guards: Option<Vec<ExprId>>,
    /// The expressions of the initial condition.
    pub init: Vec<ExprId>,
    /// Those that speak of one state: guards, invariants, reachable properties, the terminal condition.
    pub state: Vec<ExprId>,
    /// Those of the bodies.
    pub body: Vec<ExprId>,
    /// Those of step properties.
    pub step: Vec<ExprId>,
    /// The parameters that some expression of a transition kept: position and number of values.
    pub step_params: Vec<(u32, u32)>,
    /// The fairness assumptions; only where the plan is one [for lassos](Self::for_lassos).
    pub fairness: Vec<Fair>,
}

/// A fairness assumption.
#[derive(Clone, Debug)]
pub struct Fair {
    /// The assumption.
    pub constraint: FairnessConstraint,
    /// What it speaks of is enabled where one of these is true.
    pub guards: Vec<ExprId>,
}

impl<'a> Plan<'a> {
    /// Grounds the transitions and orders the expressions.
    ///
    /// # Errors
    /// The limits, where it takes too long; [`Unknown::Incapable`] of numbers that are too large.
    pub fn new(
        system: &'a TransitionSystem,
        grounding: Grounding,
        limits: &Limits,
        mutation: Mutation,
    ) -> Result<Self, Unknown> {
        let mut cx = system.context.clone();
        let symbolic = keep_symbolic(system, grounding.max_instances);
        let mut instances = Vec::new();
        let mut guards = Some(Vec::new());
        for ((transition, index), symbolic) in system.transitions.iter().zip(0..).zip(symbolic) {
            let id = TransitionId(index);
            let bound = if symbolic { 0 } else { transition.params.len().saturating_sub(grounding.open) };
            for args in bindings(&transition.params[..bound]) {
                limits.must_stop().map_or(Ok(()), Err)?;
                let ground = transition.ground(id, &args, &mut cx);
                // A guard that is always false may still fail to be evaluated.
                if cx.as_bool(ground.guard) == Some(false) && ground.guard_failures.is_empty() {
                    continue;
                }
                guards = match (guards, guards_of(ground.guard, &mut cx, limits)?) {
                    (Some(mut all), Some(own)) => {
                        all.extend(own);
                        Some(all)
                    }
                    _ => None,
                };
                instances.push(Instance { ground });
            }
        }
        if mutation == Mutation::ForgetInstance {
            instances.pop();
            guards.as_mut().and_then(Vec::pop);
        }

        let init = &system.init;
        let init_roots = init.failures.iter().map(|failure| failure.condition);
        let init_roots = init_roots.chain(init.conditions.iter().copied()).chain(init.values.iter().copied());
        let mut state_roots: Vec<ExprId> = predicate_roots(&system.terminal).collect();
        for instance in &instances {
            state_roots.push(instance.ground.guard);
            state_roots.extend(instance.ground.guard_failures.iter().map(|failure| failure.condition));
        }
        state_roots.extend(guards.iter().flatten());
        let mut step_roots = Vec::new();
        for property in &system.properties {
            let roots = if property.kind == PropertyKind::Step { &mut step_roots } else { &mut state_roots };
            roots.extend(predicate_roots(&property.predicate));
        }
        let mut body_roots = Vec::new();
        for Instance { ground, .. } in &instances {
            body_roots.extend(ground.failures.iter().map(|failure| failure.condition));
            body_roots.extend(ground.updates.iter().map(|update| update.value));
        }

        let mut plan = Plan {
            system,
            init: cx.reachable(init_roots),
            state: cx.reachable(state_roots),
            body: cx.reachable(body_roots),
            step: cx.reachable(step_roots),
            cx,
            instances,
            guards,
            step_params: Vec::new(),
            fairness: Vec::new(),
        };
        plan.step_params = plan.params_in(plan.state.iter().chain(&plan.body));
        plan.refuse_saturated()?;
        Ok(plan)
    }

    /// Makes it a plan for lassos: of each state it encodes guards, the conditions of the formulas, and whether what a fairness assumption
    /// speaks of is enabled, but no properties or failures.
    ///
    /// # Errors
    /// As [`Self::new`], and where there are too many instances.
    pub fn for_lassos<'f>(
        &mut self,
        formulas: impl Iterator<Item = &'f Formula>,
        limits: &Limits,
    ) -> Result<(), Unknown> {
        self.fairness = fairness(self.system, &mut self.cx, limits)?;
        let mut roots: Vec<ExprId> = self.instances.iter().map(|instance| instance.ground.guard).collect();
        roots.extend(self.guards.iter().flatten());
        roots.extend(self.fairness.iter().flat_map(|fair| &fair.guards));
        for formula in formulas {
            formula.for_each_claim(&mut |claim| roots.push(claim.expr));
        }
        self.state = self.cx.reachable(roots);
        // A formula may ask for arguments that no expression mentions.
        let mut params = self.params_in(self.state.iter().chain(&self.body));
        for instance in &self.instances {
            let own = self.system.transition(instance.ground.transition).params.iter().zip(0..);
            for param in own.skip(instance.ground.args.len()).map(|(param, index)| (index, param.count)) {
                if !params.contains(&param) {
                    params.push(param);
                }
            }
        }
        self.step_params = params;
        self.refuse_saturated()
    }

    fn params_in<'e>(&self, exprs: impl Iterator<Item = &'e ExprId>) -> Vec<(u32, u32)> {
        let mut seen = FxHashSet::default();
        let params = exprs.filter_map(|&expr| match self.cx.node(expr) {
            &Node::Param { index, count } => Some((index, count)),
            _ => None,
        });
        params.filter(|param| seen.insert(*param)).collect()
    }

    /// Widths come from bounds, so bounds that do not hold must not be used.
    fn refuse_saturated(&self) -> Result<(), Unknown> {
        for &expr in self.init.iter().chain(&self.state).chain(&self.body).chain(&self.step) {
            let constant = matches!(self.cx.node(expr), Node::Int(_));
            if let Type::Int { lo, hi } = self.cx.type_of(expr)
                && !constant
                && (*lo <= -SATURATED || *hi >= SATURATED)
            {
                return Err(Unknown::Incapable("a number may be as large as 2^62".to_owned()));
            }
        }
        Ok(())
    }

    /// Whether the goal has every state without successor reported as a violation.
    #[must_use]
    pub fn stuck_is_bad(&self, goal: Goal) -> bool {
        goal == Goal::All && self.cx.as_bool(self.system.terminal.expr) == Some(false)
    }

    /// Whether a step may be wrong in itself: by a model error of a body, or by a step property.
    #[must_use]
    pub fn steps_may_fail(&self) -> bool {
        !self.step.is_empty() || self.instances.iter().any(|instance| !instance.ground.failures.is_empty())
    }

    /// Encodes these of each state, too.
    pub fn also_of_state(&mut self, exprs: impl IntoIterator<Item = ExprId>) {
        let roots: Vec<ExprId> = self.state.iter().copied().chain(exprs).collect();
        self.state = self.cx.reachable(roots);
    }

    /// The state-level properties with their ids.
    pub fn properties_of(&self, step: bool) -> impl Iterator<Item = (PropertyId, &musilc_ir::Property)> {
        let all = self.system.properties.iter().enumerate();
        all.filter(move |(_, p)| (p.kind == PropertyKind::Step) == step)
            .map(|(i, p)| (PropertyId::from(i), p))
    }
}

/// For each transition, whether its parameters stay symbolic: those with the most instances, as few as will do.
fn keep_symbolic(system: &TransitionSystem, max_instances: u64) -> Vec<bool> {
    let counts: Vec<u64> =
        system.transitions.iter().map(|t| t.instance_count().unwrap_or(u64::MAX)).collect();
    let mut order: Vec<usize> = (0..counts.len()).collect();
    order.sort_by_key(|&i| counts[i]);
    let mut symbolic = vec![false; counts.len()];
    let mut total = 0u64;
    for i in order {
        total = total.saturating_add(counts[i]);
        // A transition with one instance or none has nothing to leave open.
        symbolic[i] = total > max_instances && counts[i] > 1;
    }
    symbolic
}

/// The fairness assumptions, each with the guards of what it speaks of. Those on what is never enabled are kept anyway and left out.
fn fairness(system: &TransitionSystem, cx: &mut Context, limits: &Limits) -> Result<Vec<Fair>, Unknown> {
    let too_many = || Unknown::Incapable("too many instances to look for lassos that are fair".to_owned());
    let mut all = Vec::new();
    let mut total = 0;
    for constraint in system.fairness_constraints() {
        limits.must_stop().map_or(Ok(()), Err)?;
        let guard = system.transition(constraint.transition).guard;
        let mut guards = match &constraint.args {
            Some(args) => cx.substitute(&[guard], args),
            None => guards_of(guard, cx, limits)?.ok_or_else(too_many)?,
        };
        total += guards.len() as u64;
        if total > MAX_GUARDS {
            return Err(too_many());
        }
        guards.retain(|&guard| cx.as_bool(guard) != Some(false));
        if !guards.is_empty() {
            all.push(Fair { constraint, guards });
        }
    }
    Ok(all)
}

/// The guard under every binding of the parameters that it mentions; `None` where they are too many.
fn guards_of(guard: ExprId, cx: &mut Context, limits: &Limits) -> Result<Option<Vec<ExprId>>, Unknown> {
    let mut params: Vec<(u32, u32)> = Vec::new();
    for expr in cx.reachable([guard]) {
        if let &Node::Param { index, count } = cx.node(expr) {
            params.push((index, count));
        }
    }
    let total = params.iter().try_fold(1u64, |product, &(_, count)| product.checked_mul(count.into()));
    if total.is_none_or(|total| total > MAX_GUARDS) {
        return Ok(None);
    }
    let length = params.iter().map(|&(index, _)| index as usize + 1).max().unwrap_or(0);
    let mut args = vec![0; length];
    let mut guards = Vec::new();
    loop {
        limits.must_stop().map_or(Ok(()), Err)?;
        guards.extend(cx.substitute(&[guard], &args));
        let carry = params.iter().all(|&(index, count)| {
            let arg = &mut args[index as usize];
            *arg = (*arg + 1) % count;
            *arg == 0
        });
        if carry {
            return Ok(Some(guards));
        }
    }
}

fn predicate_roots(predicate: &Predicate) -> impl Iterator<Item = ExprId> {
    predicate.failures.iter().map(|failure| failure.condition).chain([predicate.expr])
}
