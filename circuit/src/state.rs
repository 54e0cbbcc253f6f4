//! A state, and what is said of it.

use crate::encode::{Encoder, Leaves, Params};
use crate::graph::{Bit, Graph};
use crate::mutation::Mutation;
use crate::number::Number;
use crate::plan::Plan;
use crate::term::{Term, cell_types};
use musilc_ir::{ExprId, FailureSite, Limits, Place, Predicate, Type, Unknown};

/// What is said of a predicate: where it fails, and where it is true or false without failing.
#[derive(Clone, Debug)]
pub struct Judged {
    /// Where each failure happens; only where none before it does.
    pub failures: Vec<Bit>,
    /// Where it is true.
    pub holds: Bit,
    /// Where it is false.
    pub fails_to_hold: Bit,
}

/// A state with the circuits of all that the plan says of single states.
#[derive(Clone, Debug)]
pub struct State {
    /// The value of each state variable.
    pub cells: Vec<Term>,
    /// The parameters that are left open in the step from here.
    pub params: Params,
    /// What must be demanded of these.
    pub legal: Bit,
    pub(crate) encoder: Encoder,
}

impl State {
    /// The state of these cells.
    ///
    /// # Errors
    /// The limits, where it takes too long.
    pub fn new(
        g: &mut Graph,
        plan: &Plan<'_>,
        cells: Vec<Term>,
        limits: &Limits,
        mutation: Mutation,
    ) -> Result<Self, Unknown> {
        let mut params = Params::default();
        let mut legal = Vec::new();
        for &(index, count) in &plan.step_params {
            let (number, in_range) = Number::inputs(g, 0, i64::from(count) - 1);
            legal.push(in_range);
            params.insert((index, count), number);
        }
        let legal = g.and(legal);
        let mut encoder = Encoder::new(mutation);
        let leaves = Leaves { now: &cells, next: &[], params: &params };
        encode(&mut encoder, g, plan, &plan.state, leaves, limits)?;
        Ok(Self { cells, params, legal, encoder })
    }

    /// A state of inputs, and what must be demanded of them: that each cell has a value of its type.
    pub fn inputs(g: &mut Graph, plan: &Plan<'_>, binary: bool) -> (Vec<Term>, Bit) {
        let mut legal = Vec::new();
        let mut cell = |ty: &Type| match ty.bounds() {
            Some((lo, hi)) => {
                let (number, in_range) =
                    if binary { Number::binary_inputs(g, lo, hi) } else { Number::inputs(g, lo, hi) };
                legal.push(in_range);
                crate::term::Scalar::Number(number)
            }
            None => crate::term::Scalar::Bit(g.input()),
        };
        let cells = plan
            .system
            .variables
            .iter()
            .map(|variable| {
                let cells = cell_types(&variable.ty).into_iter().map(&mut cell).collect();
                Term::of_cells(cells, matches!(variable.ty, Type::Array { .. }))
            })
            .collect();
        let legal = g.and(legal);
        (cells, legal)
    }

    /// The value of an expression about the state.
    #[must_use]
    pub fn bit(&self, expr: ExprId) -> Bit {
        self.encoder.bit(expr)
    }

    /// What a predicate is in the state.
    pub fn judge(&self, g: &mut Graph, predicate: &Predicate) -> Judged {
        judge(g, &self.encoder, predicate)
    }
}

/// The initial states.
#[derive(Clone, Debug)]
pub struct Initial {
    /// The parameters of the initial condition.
    pub params: Params,
    /// The value of each state variable, where nothing fails.
    pub cells: Vec<Term>,
    /// What must be demanded: that the parameters have values, and that the condition holds unless something fails.
    pub demand: Bit,
    /// Whether computing the state fails, so that there is none.
    pub failed: Bit,
    /// Where it does.
    pub failures: Vec<(FailureSite, Bit)>,
}

impl Initial {
    /// The initial states of the plan's system.
    ///
    /// # Errors
    /// The limits, where it takes too long.
    pub fn new(g: &mut Graph, plan: &Plan<'_>, limits: &Limits, mutation: Mutation) -> Result<Self, Unknown> {
        let mut params = Params::default();
        let mut demands = Vec::new();
        for &expr in &plan.init {
            if let &musilc_ir::Node::Param { index, count } = plan.cx.node(expr) {
                let (number, legal) = Number::inputs(g, 0, i64::from(count) - 1);
                if mutation != Mutation::FreeInitParams {
                    demands.push(legal);
                }
                params.insert((index, count), number);
            }
        }
        let mut encoder = Encoder::new(mutation);
        encode(&mut encoder, g, plan, &plan.init, Leaves { now: &[], next: &[], params: &params }, limits)?;
        let init = &plan.system.init;
        let conditions: Vec<Bit> = init.failures.iter().map(|f| encoder.bit(f.condition)).collect();
        let failed = g.or(conditions.iter().copied());
        let sites = first_failures(g, &conditions).into_iter().zip(0..);
        let failures = sites.map(|(bit, index)| (FailureSite { place: Place::Init, index }, bit)).collect();
        for &condition in &init.conditions {
            demands.push(g.or([failed, encoder.bit(condition)]));
        }
        let values = plan.system.variables.iter().zip(&init.values);
        let cells = values
            .map(|(variable, &value)| {
                let cells = encoder.term(value).cells().iter().zip(cell_types(&variable.ty));
                let cells = cells.map(|(cell, ty)| cell.fitted(g, ty)).collect();
                Term::of_cells(cells, matches!(variable.ty, Type::Array { .. }))
            })
            .collect();
        let demand = g.and(demands);
        Ok(Self { params, cells, demand, failed, failures })
    }
}

/// Encodes expressions, unless that takes longer than the limits allow.
pub(crate) fn encode(
    encoder: &mut Encoder,
    g: &mut Graph,
    plan: &Plan<'_>,
    order: &[ExprId],
    leaves: Leaves<'_>,
    limits: &Limits,
) -> Result<(), Unknown> {
    for part in order.chunks(256) {
        limits.must_stop().map_or(Ok(()), Err)?;
        // A bit takes some tens of bytes here, and more in a solver.
        if limits.max_memory.is_some_and(|most| g.len() as u64 * 64 > most) {
            return Err(Unknown::MemoryLimit(limits.max_memory.unwrap_or(0)));
        }
        encoder.encode(g, &plan.cx, part, leaves);
    }
    Ok(())
}

pub(crate) fn judge(g: &mut Graph, encoder: &Encoder, predicate: &Predicate) -> Judged {
    let conditions: Vec<Bit> = predicate.failures.iter().map(|f| encoder.bit(f.condition)).collect();
    let expr = encoder.bit(predicate.expr);
    let sound = !g.or(conditions.iter().copied());
    Judged {
        failures: first_failures(g, &conditions),
        holds: g.and([sound, expr]),
        fails_to_hold: g.and([sound, !expr]),
    }
}

/// Of a list of failures: each where it is true and none before it is.
pub(crate) fn first_failures(g: &mut Graph, conditions: &[Bit]) -> Vec<Bit> {
    let mut none_before = Bit::TRUE;
    let mut first = Vec::with_capacity(conditions.len());
    for &condition in conditions {
        first.push(g.and([none_before, condition]));
        none_before = g.and([none_before, !condition]);
    }
    first
}
