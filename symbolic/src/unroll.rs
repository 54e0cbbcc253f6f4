//! The runs of a system, one step after another, as demands on the solver.
//!
//! A step that fails, like an initial binding that does, has no state after it; the formula has cells there all the same, and their
//! values mean nothing. Everything said about a state is therefore said together with [`Unrolling::failed`] being false. Once the search
//! has seen that no run of the length fails, it demands that for good.

use crate::cells::cell_types;
use crate::encode::{Encoder, Leaves, Params};
use crate::frame::Step;
use crate::options::Mutation;
use crate::plan::Plan;
use crate::scalar::{Bit, Scalar};
use crate::select::exactly_one;
use crate::solver::Solver;
use crate::term::Term;
use crate::word::Word;
use musilc_ir::{ExprId, FailureSite, Place, Predicate, PropertyId, Type, Unknown};

/// A state of the run, and the step from it.
pub(crate) struct Depth {
    /// The value of each state variable.
    pub(crate) cells: Vec<Term>,
    /// The parameters that are left to the solver.
    pub(crate) params: Params,
    /// Which instance the step from here takes, by position in the plan; empty at the last depth.
    pub(crate) fires: Vec<(usize, Bit)>,
    /// For each of these, whether it or one before it is taken.
    up_to: Vec<Bit>,
}

/// What is said of a predicate: where it fails, and where it is true without failing.
pub(crate) struct Judged {
    pub(crate) failures: Vec<Bit>,
    pub(crate) holds: Bit,
    pub(crate) fails_to_hold: Bit,
}

/// The runs up to some length.
pub(crate) struct Unrolling<'a> {
    plan: &'a Plan<'a>,
    encoder: Encoder,
    pub(crate) mutation: Mutation,
    /// The parameters of the initial condition.
    pub(crate) init_params: Params,
    /// The states, from the initial one on.
    pub(crate) depths: Vec<Depth>,
    /// Whether the last step fails (at depth 0: the initial binding), so that the last state is none.
    pub(crate) failed: Bit,
    /// Where the last step fails, in order; each only where nothing before it in its list does.
    pub(crate) step_failures: Vec<(FailureSite, Bit)>,
    /// What the last step does to the step properties.
    pub(crate) step_properties: Vec<(PropertyId, Judged)>,
}

impl<'a> Unrolling<'a> {
    /// The runs of length 0.
    pub(crate) fn new(plan: &'a Plan<'a>, solver: &Solver<'_>, mutation: Mutation) -> Result<Self, Unknown> {
        let mut encoder = Encoder::new(mutation);
        let mut init_params = Params::default();
        for &expr in &plan.init {
            if let &musilc_ir::Node::Param { index, count } = plan.cx.node(expr) {
                let word = Word::fresh("init", 0, i64::from(count) - 1);
                if mutation != Mutation::FreeInitParams {
                    solver.assert(&word.in_bounds());
                }
                init_params.insert((index, count), word);
            }
        }
        encode(&mut encoder, plan, &plan.init, Leaves { now: &[], next: &[], params: &init_params }, solver)?;
        let init = &plan.system.init;
        let conditions: Vec<Bit> =
            init.failures.iter().map(|failure| encoder.bit(failure.condition)).collect();
        let failed = Bit::or(conditions.iter().cloned());
        let sites = first_failures(&conditions).into_iter().zip(0..);
        let step_failures =
            sites.map(|(bit, index)| (FailureSite { place: Place::Init, index }, bit)).collect();
        for &condition in &init.conditions {
            solver.assert(&Bit::or([failed.clone(), encoder.bit(condition)]));
        }
        let values = plan.system.variables.iter().zip(&init.values);
        let cells = values.map(|(variable, &value)| fitted(encoder.term(value), &variable.ty)).collect();
        let mut unrolling = Self {
            plan,
            encoder,
            mutation,
            init_params,
            depths: Vec::new(),
            failed,
            step_failures,
            step_properties: Vec::new(),
        };
        unrolling.arrive(cells, solver)?;
        Ok(unrolling)
    }

    /// The last state is made of these cells.
    fn arrive(&mut self, cells: Vec<Term>, solver: &Solver<'_>) -> Result<(), Unknown> {
        let mut params = Params::default();
        for &(index, count) in &self.plan.step_params {
            let word = Word::fresh("arg", 0, i64::from(count) - 1);
            solver.assert(&word.in_bounds());
            params.insert((index, count), word);
        }
        self.encoder.clear();
        let leaves = Leaves { now: &cells, next: &[], params: &params };
        encode(&mut self.encoder, self.plan, &self.plan.state, leaves, solver)?;
        self.depths.push(Depth { cells, params, fires: Vec::new(), up_to: Vec::new() });
        Ok(())
    }

    /// The value of an expression about the last state.
    pub(crate) fn bit(&self, expr: ExprId) -> Bit {
        self.encoder.bit(expr)
    }

    /// What a predicate is in the last state.
    pub(crate) fn judge(&self, predicate: &Predicate) -> Judged {
        judge(&self.encoder, predicate)
    }

    /// Adds a step to the runs. `false` where it is plain that no run can be longer; then nothing is added.
    ///
    /// Demands that no guard fails in the last state are taken for granted.
    pub(crate) fn extend(&mut self, solver: &Solver<'_>) -> Result<bool, Unknown> {
        let plan = self.plan;
        let enabled: Vec<(usize, Bit)> = plan
            .instances
            .iter()
            .map(|instance| self.encoder.bit(instance.ground.guard))
            .enumerate()
            .filter(|(_, guard)| !guard.is(false))
            .collect();
        let Some(depth) = self.depths.last_mut() else { return Ok(false) };
        if enabled.is_empty() {
            return Ok(false);
        }
        let leaves = Leaves { now: &depth.cells, next: &[], params: &depth.params };
        encode(&mut self.encoder, plan, &plan.body, leaves, solver)?;

        let alone = enabled.len() == 1;
        let bits = enabled.iter().map(|_| if alone { Bit::TRUE } else { Bit::fresh("fire") }).collect();
        let one = exactly_one(bits, solver);
        for ((_, guard), fire) in enabled.iter().zip(&one.bits) {
            solver.assert(&fire.implies(guard));
        }
        let fires: Vec<(usize, Bit)> = enabled.into_iter().map(|(i, _)| i).zip(one.bits).collect();

        let mut failures: Vec<(FailureSite, Bit)> = Vec::new();
        for (i, fire) in &fires {
            let own = &plan.instances[*i].ground.failures;
            let conditions: Vec<Bit> =
                own.iter().map(|failure| self.encoder.bit(failure.condition)).collect();
            let first = first_failures(&conditions);
            failures.extend(own.iter().zip(first).map(|(f, bit)| (f.site, Bit::and([fire.clone(), bit]))));
        }
        self.failed = solver.define(&Bit::or(failures.iter().map(|(_, bit)| bit.clone())), "failed");
        self.step_failures = failures;

        let step = Step { plan, encoder: &self.encoder, fires: &fires, failed: &self.failed, solver };
        let cells = step.next_cells(&depth.cells, self.mutation == Mutation::DropLastFrame);
        depth.fires = fires;
        depth.up_to = one.up_to;
        let leaves = Leaves { now: &depth.cells, next: &cells, params: &depth.params };
        encode(&mut self.encoder, plan, &plan.step, leaves, solver)?;
        self.step_properties = plan
            .properties_of(true)
            .map(|(id, property)| (id, judge(&self.encoder, &property.predicate)))
            .collect();
        solver.stop_if_needed()?;
        self.arrive(cells, solver)?;
        Ok(true)
    }

    /// Demands that the last two steps stand in canonical order.
    ///
    /// To be called when everything about the last step is decided, for what comes after it: step properties compare states between
    /// steps that the order rules out.
    pub(crate) fn order_last_steps(&self, exceptions: &[Option<Vec<usize>>], solver: &Solver<'_>) {
        let [.., first, second, _] = self.depths.as_slice() else { return };
        for (j, fire) in &second.fires {
            let Some(Some(exceptions)) = exceptions.get(*j) else { continue };
            let lesser = first.fires.iter().zip(&first.up_to).rev().find(|((i, _), _)| i <= j);
            let lesser = lesser.map(|(_, up_to)| up_to.clone());
            let of = |i: &usize| first.fires.binary_search_by_key(i, |(i, _)| *i).ok();
            let clashing = exceptions.iter().filter_map(|i| Some(first.fires[of(i)?].1.clone()));
            solver.assert(&fire.implies(&Bit::or(lesser.into_iter().chain(clashing))));
        }
    }
}

/// Encodes expressions, unless that takes longer than the limits allow.
fn encode(
    encoder: &mut Encoder,
    plan: &Plan<'_>,
    order: &[ExprId],
    leaves: Leaves<'_>,
    solver: &Solver<'_>,
) -> Result<(), Unknown> {
    for part in order.chunks(4096) {
        solver.stop_if_needed()?;
        encoder.encode(&plan.cx, part, leaves);
    }
    Ok(())
}

fn judge(encoder: &Encoder, predicate: &Predicate) -> Judged {
    let conditions: Vec<Bit> =
        predicate.failures.iter().map(|failure| encoder.bit(failure.condition)).collect();
    let expr = encoder.bit(predicate.expr);
    let sound = Bit::or(conditions.iter().cloned()).not();
    Judged {
        failures: first_failures(&conditions),
        holds: Bit::and([sound.clone(), expr.clone()]),
        fails_to_hold: Bit::and([sound, expr.not()]),
    }
}

/// Of a list of failures: each where it is true and none before it is.
pub(crate) fn first_failures(conditions: &[Bit]) -> Vec<Bit> {
    let mut none_before = Bit::TRUE;
    let mut first = Vec::with_capacity(conditions.len());
    for condition in conditions {
        first.push(Bit::and([none_before.clone(), condition.clone()]));
        none_before = Bit::and([none_before, condition.not()]);
    }
    first
}

/// A value as one of the type, which it is wherever nothing fails.
fn fitted(value: &Term, ty: &Type) -> Term {
    let cells = value.cells().iter().zip(cell_types(ty)).map(|(cell, ty)| match (cell, ty.bounds()) {
        (Scalar::Word(word), Some((lo, hi))) => Scalar::Word(word.within(lo, hi)),
        _ => cell.clone(),
    });
    Term::of_cells(cells.collect(), matches!(ty, Type::Array { .. }))
}
