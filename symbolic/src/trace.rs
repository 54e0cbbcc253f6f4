//! The run that a model describes.

use crate::cells::{read_bit, read_state, read_word};
use crate::encode::Params;
use crate::plan::Plan;
use crate::unroll::Unrolling;
use musilc_ir::{Param, Step, Trace};
use z3::Model;

/// Reads the run of an unrolling from a model; `failed` where its last step (or its initial binding) fails. `None` where the model
/// lacks a value.
pub(crate) fn read(plan: &Plan<'_>, run: &Unrolling<'_>, model: &Model, failed: bool) -> Option<Trace> {
    let states = run.depths.len() - usize::from(failed);
    let state_at = |depth: usize| {
        let types = plan.system.variables.iter().map(|variable| &variable.ty);
        read_state(model, types, &run.depths[depth].cells)
    };
    let initial = if states > 0 { Some(state_at(0)?) } else { None };
    let mut steps = Vec::new();
    for (depth, from) in run.depths.iter().enumerate().take(run.depths.len() - 1) {
        let (instance, _) = from.fires.iter().find(|(_, fire)| read_bit(model, fire) == Some(true))?;
        let instance = &plan.instances[*instance];
        let args = if instance.symbolic {
            let params = &plan.system.transition(instance.ground.transition).params;
            read_args(model, params, &from.params)?
        } else {
            instance.ground.args.clone()
        };
        let state = if depth + 1 < states { Some(state_at(depth + 1)?) } else { None };
        steps.push(Step { transition: instance.ground.transition, args, state });
    }
    let init_args = read_args(model, &plan.system.init.params, &run.init_params)?;
    Some(Trace { init_args, initial, steps, back_to: None })
}

/// The values of parameters; 0 of those that no expression mentions.
fn read_args(model: &Model, params: &[Param], values: &Params) -> Option<Vec<u32>> {
    let args = params.iter().zip(0..).map(|(param, index)| match values.get(&(index, param.count)) {
        Some(word) => u32::try_from(read_word(model, word)?).ok(),
        None => Some(0),
    });
    args.collect()
}
