//! Instances by number.

use crate::machine::binding;
use musilc_ir::{Param, TransitionId, TransitionSystem};

/// Instances numbered throughout the system: transitions in order, the bindings of each in lexicographic order.
#[derive(Debug)]
pub(crate) struct Numbering {
    /// The number of the first instance of each transition.
    first: Vec<u32>,
}

impl Numbering {
    /// `None` where there are more instances than 32 bits can number.
    pub(crate) fn new(system: &TransitionSystem) -> Option<Self> {
        let mut next = 0u32;
        let first = system.transitions.iter().map(|transition| {
            let first = next;
            next = next.checked_add(u32::try_from(transition.instance_count()?).ok()?)?;
            Some(first)
        });
        Some(Self { first: first.collect::<Option<_>>()? })
    }

    /// The number of an instance, by its transition and its number there.
    #[inline]
    pub(crate) fn instance(&self, transition: u32, number: u64) -> u32 {
        self.first.get(transition as usize).map_or(0, |first| first.wrapping_add(number as u32))
    }

    /// The transition of an instance, and its number there.
    #[inline]
    pub(crate) fn locate(&self, instance: u32) -> (u32, u64) {
        let transition = self.first.partition_point(|&first| first <= instance).saturating_sub(1);
        // Transitions without instances share their first number with the next one that has some.
        let first = self.first.get(transition).copied().unwrap_or(0);
        (transition as u32, u64::from(instance - first))
    }

    /// The transition and the arguments of an instance.
    pub(crate) fn decode(&self, system: &TransitionSystem, instance: u32) -> (TransitionId, Vec<u32>) {
        let (transition, number) = self.locate(instance);
        let params: &[Param] = system.transitions.get(transition as usize).map_or(&[], |t| &t.params);
        (TransitionId(transition), binding(params.iter().map(|param| param.count), number))
    }
}
