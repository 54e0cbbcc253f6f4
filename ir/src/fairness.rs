//! The fairness assumptions of a system, one by one.

use crate::eval::InternalError;
use crate::step::GuardResult;
use crate::{FairUnit, Fairness, Letter, State, TransitionId, TransitionSystem};

/// A fairness assumption on one instance of a transition, or on a transition as a whole.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FairnessConstraint {
    /// The transition.
    pub transition: TransitionId,
    /// The arguments of the instance; `None` for the transition as a whole.
    pub args: Option<Vec<u32>>,
    /// Infinitely often enabled implies infinitely often taken. Otherwise: not eventually always enabled and never taken.
    pub strong: bool,
}

impl FairnessConstraint {
    /// Whether an instance is one that the assumption speaks of.
    #[must_use]
    pub fn covers(&self, transition: TransitionId, args: &[u32]) -> bool {
        self.transition == transition && self.args.as_ref().is_none_or(|own| own == args)
    }

    /// Whether the step from a position executes such an instance.
    #[must_use]
    pub fn is_taken(&self, letter: &Letter<'_>) -> bool {
        letter.taken.is_some_and(|(transition, args)| self.covers(transition, args))
    }

    /// Whether such an instance is enabled in a state.
    ///
    /// # Errors
    /// Where the system is malformed.
    pub fn is_enabled(&self, system: &TransitionSystem, state: &State) -> Result<bool, InternalError> {
        let enabled = |args: &[u32]| system.enabled(state, self.transition, args);
        if let Some(args) = &self.args {
            return Ok(enabled(args)? == GuardResult::Enabled);
        }
        for args in system.transition(self.transition).instances() {
            if enabled(&args)? == GuardResult::Enabled {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl Fairness {
    /// What it is about, and whether it is strong.
    #[must_use]
    pub fn unit(self) -> Option<(FairUnit, bool)> {
        match self {
            Fairness::None => None,
            Fairness::Weak(unit) => Some((unit, false)),
            Fairness::Strong(unit) => Some((unit, true)),
        }
    }
}

impl TransitionSystem {
    /// The fairness assumptions: transitions in order, instances in lexicographic order.
    pub fn fairness_constraints(&self) -> impl Iterator<Item = FairnessConstraint> {
        (0..self.transitions.len()).flat_map(|index| self.fairness_of(TransitionId::from(index)))
    }

    /// The fairness assumptions on a transition, in the order of its instances.
    pub fn fairness_of(&self, id: TransitionId) -> impl Iterator<Item = FairnessConstraint> {
        let transition = self.transition(id);
        let of = move |args, strong| FairnessConstraint { transition: id, args, strong };
        let (whole, instances) = match transition.fairness.unit() {
            None => (None, None),
            Some((FairUnit::Whole, strong)) => (Some(of(None, strong)), None),
            Some((FairUnit::Instance, strong)) => {
                (None, Some(transition.instances().map(move |args| of(Some(args), strong))))
            }
        };
        whole.into_iter().chain(instances.into_iter().flatten())
    }
}
