//! What a search finds at a depth: the least violation with all states that have it, and states with properties that are to be reached.

use crate::memory::{Chunks, Memory};
use musilc_ir::{Goal, TransitionSystem, ViolationKind};

/// Where the least violation is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Site {
    /// In the choice of an initial state: the arguments of the first binding that fails.
    Init(Vec<u32>),
    /// In the states that are collected, all of the depth that is decided.
    States,
    /// In steps from the states that are collected, all of the depth before.
    Steps,
}

/// Packed states, one after the other.
pub(crate) type States = Chunks<u64>;

/// What was found.
pub(crate) struct Findings {
    goal: Goal,
    words: usize,
    /// The least violation.
    pub(crate) worst: Option<(ViolationKind, Site)>,
    /// The states that it is in. Where memory does not suffice for all, some of them.
    pub(crate) states: States,
    /// States of the depth that is decided with each property that is still to be reached.
    pub(crate) reached: Vec<States>,
}

impl Findings {
    pub(crate) fn new(system: &TransitionSystem, goal: Goal, words: usize) -> Self {
        Self {
            goal,
            words,
            worst: None,
            states: States::new(words),
            reached: system.properties.iter().map(|_| States::new(words)).collect(),
        }
    }

    /// Whether a violation of this kind would matter.
    pub(crate) fn matters(&self, kind: ViolationKind) -> bool {
        self.goal.asks_for(kind) && self.worst.as_ref().is_none_or(|(worst, _)| kind <= *worst)
    }

    /// Notes a violation in the choice of an initial state.
    pub(crate) fn offer_init(&mut self, kind: ViolationKind, args: Vec<u32>) {
        if self.matters(kind) {
            self.worst = Some((kind, Site::Init(args)));
        }
    }

    /// Notes a violation, if no lesser one is known.
    pub(crate) fn offer(&mut self, kind: ViolationKind, site: Site, state: &[u64], memory: &Memory) {
        if !self.matters(kind) {
            return;
        }
        if self.worst.as_ref().is_none_or(|(worst, _)| kind < *worst) {
            self.worst = Some((kind, site));
            self.forget_states(memory);
        }
        let last = self.states.len().checked_sub(1);
        if last.is_none_or(|last| self.states.get(last) != state) {
            // One of them is enough for a shortest run.
            let _ = self.states.push(state, memory);
        }
    }

    fn forget_states(&mut self, memory: &Memory) {
        std::mem::replace(&mut self.states, States::new(self.words)).release(memory);
    }

    /// Takes what another thread has found.
    pub(crate) fn merge(&mut self, other: &mut Findings, memory: &Memory) {
        if let Some((kind, site)) = other.worst.take() {
            match site {
                Site::Init(args) => self.offer_init(kind, args),
                site => {
                    for at in 0..other.states.len() {
                        self.offer(kind, site.clone(), other.states.get(at), memory);
                    }
                }
            }
        }
        other.forget_states(memory);
        for (all, some) in self.reached.iter_mut().zip(&mut other.reached) {
            for at in 0..some.len() {
                let _ = all.push(some.get(at), memory);
            }
            std::mem::replace(some, States::new(self.words)).release(memory);
        }
    }

    /// Takes the states with a property that is to be reached.
    pub(crate) fn take_reached(&mut self, property: usize) -> States {
        std::mem::replace(&mut self.reached[property], States::new(self.words))
    }
}
