//! From a transition system to code: parameters are bound, arrays dissolve into cells, and what is left are a few operations on
//! the words of a packed state for each instance.
//!
//! The stages: [`lower`] turns expressions into [`scalar`]s over cells, with [`array`]s in between; [`effect`] finds what an update
//! writes; [`plan`] collects this for a system; [`emit`] turns scalars into the register [`code`]; [`program`] puts it together.

mod array;
pub(crate) mod code;
mod effect;
mod emit;
mod lower;
pub(crate) mod plan;
mod program;
pub(crate) mod scalar;

pub(crate) use program::{Instance, Nest, Program, Stepper};

use crate::layout::Layout;
use crate::mutation::Mutation;
use lower::Lowering;
use musilc_ir::{Limits, TransitionSystem, Unknown};

/// Compiles a system.
///
/// # Errors
/// Where it is not well typed, or the time is up.
pub(crate) fn compile(
    system: &TransitionSystem,
    layout: &Layout,
    limits: &Limits,
    mutation: Mutation,
) -> Result<Program, Unknown> {
    let cells = layout.places().iter().map(|place| (place.lo, place.hi)).collect();
    let mut lowering = Lowering::new(&system.context, cells, mutation);
    let plan = plan::plan(system, layout, &mut lowering, limits, mutation).map_err(|stop| match stop {
        plan::Stop::Odd(why) => Unknown::Incapable(format!("the system is malformed: {why}")),
        plan::Stop::Limit(why) => why,
    })?;
    Ok(program::program(system, layout, lowering.scalars, plan, mutation))
}
