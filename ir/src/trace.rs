//! Finite runs.

use crate::{State, TransitionId};

/// A run from an initial state.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Trace {
    /// The parameters of the initial condition that give the first state.
    pub init_args: Vec<u32>,
    /// The first state; `None` where computing it is a model error.
    pub initial: Option<State>,
    /// The steps, in order.
    pub steps: Vec<Step>,
}

/// A step of a run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// The transition.
    pub transition: TransitionId,
    /// The values of its parameters.
    pub args: Vec<u32>,
    /// The state after the step; `None` where the step ends in a model error (then it is the last).
    pub state: Option<State>,
}

impl Trace {
    /// The number of steps, a failing last one included.
    #[must_use]
    pub fn depth(&self) -> u32 {
        u32::try_from(self.steps.len()).unwrap_or(u32::MAX)
    }

    /// The last state that the run gets to.
    #[must_use]
    pub fn last_state(&self) -> Option<&State> {
        self.steps.iter().rev().find_map(|step| step.state.as_ref()).or(self.initial.as_ref())
    }
}
