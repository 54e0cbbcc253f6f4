//! Finite runs, and infinite ones that repeat.

use crate::{State, TransitionId};

/// A run from an initial state; an infinite one where it goes back.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Trace {
    /// The parameters of the initial condition that give the first state.
    pub init_args: Vec<u32>,
    /// The first state; `None` where computing it is a model error.
    pub initial: Option<State>,
    /// The steps, in order.
    pub steps: Vec<Step>,
    /// Where the run is a lasso: after so many steps its loop begins. The last state is the same as the one there, and the steps in
    /// between repeat for ever. After all steps: no instance is enabled in the last state, which repeats by itself.
    pub back_to: Option<u32>,
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

    /// Of a lasso: the lengths of its stem and of its loop, which is at least one.
    #[must_use]
    pub fn lasso(&self) -> Option<(u32, u32)> {
        self.back_to.map(|stem| (stem, self.depth().saturating_sub(stem).max(1)))
    }

    /// The state after so many steps.
    #[must_use]
    pub fn state_after(&self, steps: usize) -> Option<&State> {
        match steps.checked_sub(1) {
            None => self.initial.as_ref(),
            Some(last) => self.steps.get(last).and_then(|step| step.state.as_ref()),
        }
    }

    /// The last state that the run gets to.
    #[must_use]
    pub fn last_state(&self) -> Option<&State> {
        self.steps.iter().rev().find_map(|step| step.state.as_ref()).or(self.initial.as_ref())
    }
}
