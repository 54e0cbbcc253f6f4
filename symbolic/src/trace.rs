//! The run that a model describes.

use crate::cells::{read_args, read_instance, read_state};
use crate::unroll::Unrolling;
use musilc_circuit::Valuation;
use musilc_ir::{Step, Trace};

/// Reads the run of an unrolling from a model; `failed` where its last step (or its initial binding) fails. `None` where the model
/// lacks a value.
pub(crate) fn read(run: &Unrolling<'_>, model: &mut Valuation, failed: bool) -> Option<Trace> {
    let (plan, g) = (run.plan, &run.graph);
    let states = run.depths.len() - usize::from(failed);
    let state_at = |model: &mut Valuation, depth: usize| {
        let types = plan.system.variables.iter().map(|variable| &variable.ty);
        read_state(g, model, types, &run.depths[depth].cells)
    };
    let initial = if states > 0 { Some(state_at(model, 0)?) } else { None };
    let mut steps = Vec::new();
    for (depth, from) in run.depths.iter().enumerate().take(run.depths.len() - 1) {
        let (instance, _) = from.fires().iter().find(|(_, fire)| model.value(g, *fire))?;
        let (transition, args) = read_instance(plan, g, model, *instance, &from.params)?;
        let state = if depth + 1 < states { Some(state_at(model, depth + 1)?) } else { None };
        steps.push(Step { transition, args, state });
    }
    let init_args = read_args(g, model, &plan.system.init.params, &[], &run.init_params)?;
    Some(Trace { init_args, initial, steps, back_to: None })
}
