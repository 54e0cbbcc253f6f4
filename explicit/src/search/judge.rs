//! What is wrong with a step.

use crate::compile::Program;
use crate::compile::code::Exit;
use crate::machine::{Machine, StepTo};
use musilc_ir::{
    FailureSite, Place, PropertyId, PropertyKind, TransitionId, TransitionSystem, ViolationKind,
};

/// Finds out what is wrong with steps, by the interpreter.
#[derive(Debug)]
pub(crate) struct Judge<'s> {
    checker: Machine<'s>,
    program: &'s Program,
    properties: Vec<PropertyId>,
}

impl<'s> Judge<'s> {
    pub(crate) fn new(system: &TransitionSystem, program: &'s Program) -> Self {
        let properties = system.properties_of(PropertyKind::Step).collect();
        Self { checker: Machine::new(program), program, properties }
    }

    /// Calls `report` with each kind of violation that the step is.
    #[inline]
    pub(crate) fn judge(
        &mut self,
        state: &[u64],
        step: &mut StepTo<'_>,
        mut report: impl FnMut(ViolationKind),
    ) {
        let after = match &mut step.result {
            Ok(after) => &mut **after,
            Err(index) => {
                let place = Place::Body(TransitionId(step.transition));
                return report(ViolationKind::Error(FailureSite { place, index: *index }));
            }
        };
        for &id in &self.properties {
            match self.checker.test_step(self.program.properties[id.index()].pc, state, after) {
                Exit::YES => {}
                exit => report(match exit.as_failure() {
                    Some(index) => ViolationKind::Error(FailureSite { place: Place::Property(id), index }),
                    None => ViolationKind::Property(id),
                }),
            }
        }
    }
}
