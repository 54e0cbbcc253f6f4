//! The reachable states with the steps between them: what a question about whole runs is asked of.

use crate::eval::InternalError;
use crate::step::StepResult;
use crate::{FairnessConstraint, State, TransitionId, TransitionSystem};
use std::collections::BTreeMap;

/// All reachable states, numbered in breadth-first order, with all steps. No step ends in a model error.
pub(super) struct Graph<'a> {
    pub(super) states: Vec<&'a State>,
    /// The first so many states are the initial ones.
    pub(super) initial: usize,
    /// The letters, by state.
    pub(super) letters: Vec<Edge>,
    /// The letters of each state; at least one, since a state without successor stutters.
    pub(super) of_state: Vec<Vec<usize>>,
}

/// A letter of a run: a state, and the step that is taken from it.
pub(super) struct Edge {
    pub(super) from: usize,
    /// The instance; `None` where the run stutters.
    pub(super) taken: Option<(TransitionId, Vec<u32>)>,
    pub(super) to: usize,
}

impl<'a> Graph<'a> {
    pub(super) fn new(
        system: &TransitionSystem,
        states: Vec<&'a State>,
        initial: usize,
    ) -> Result<Self, InternalError> {
        let numbers: BTreeMap<&State, usize> = states.iter().copied().zip(0..).collect();
        let (mut letters, mut of_state) = (Vec::new(), Vec::new());
        for (from, state) in states.iter().enumerate() {
            let first = letters.len();
            for successor in system.successors(state)? {
                let StepResult::Next(after) = &successor.result else {
                    return Err(InternalError("a step fails that did not before".to_owned()));
                };
                let to = numbers.get(after);
                let to = *to.ok_or_else(|| InternalError("a state was overlooked".to_owned()))?;
                letters.push(Edge { from, taken: Some((successor.transition, successor.args)), to });
            }
            if letters.len() == first {
                letters.push(Edge { from, taken: None, to: from });
            }
            of_state.push((first..letters.len()).collect());
        }
        Ok(Self { states, initial, letters, of_state })
    }

    /// Whether a letter takes an instance that the assumption speaks of.
    pub(super) fn takes(&self, letter: usize, constraint: &FairnessConstraint) -> bool {
        let taken = &self.letters[letter].taken;
        taken.as_ref().is_some_and(|(transition, args)| constraint.covers(*transition, args))
    }

    /// Whether such an instance is enabled in the state of a letter.
    pub(super) fn enables(&self, letter: usize, constraint: &FairnessConstraint) -> bool {
        self.of_state[self.letters[letter].from].iter().any(|&other| self.takes(other, constraint))
    }
}
