//! Steps that are enabled together.
//!
//! Often one guard decides about several steps: a choice of values, a choice between actions. It is evaluated once for them, and
//! then all of their states are written.

use super::instance::Step;
use super::known::{Known, Set};
use crate::compile::plan::{Plan, TransitionPlan};
use crate::compile::scalar::Sid;
use rustc_hash::FxHashMap;

/// So many steps at most are taken together.
const MOST_TOGETHER: usize = 16;

/// Steps with one guard, with the numbers of their transitions. Where there are several, none of them can fail.
pub(super) struct Group {
    pub(super) steps: Vec<(u32, Step)>,
}

impl Group {
    /// The transition of each step, in order.
    pub(super) fn transitions(&self) -> impl Iterator<Item = u32> {
        self.steps.iter().map(|&(transition, _)| transition)
    }
}

/// What makes guards equal.
type Key = (Vec<(u32, u64, u64)>, Vec<(Sid, Set)>, Vec<Sid>);

fn key(step: &Step) -> Option<Key> {
    let guard = &step.guard;
    let tests = guard.tests.iter().map(|bits| (bits.word, bits.mask, bits.value));
    let alone = !step.failures.is_empty() || !step.ranges.is_empty();
    (!alone).then(|| (tests.collect(), guard.sets.clone(), guard.rest.clone()))
}

/// The steps of a plan. With `ordered`, only neighbours come together; else groups of the same transitions become neighbours.
pub(super) fn groups(known: &Known<'_>, plan: &Plan, ordered: bool) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut open: FxHashMap<Key, usize> = FxHashMap::default();
    for (transition, number) in plan.transitions.iter().zip(0u32..) {
        let TransitionPlan::Bound(steps) = transition else { continue };
        for step in steps.iter().filter_map(|step| Step::new(known, step)) {
            let key = key(&step);
            let last = groups.len().saturating_sub(1);
            let found =
                key.as_ref().and_then(|key| open.get(key).copied()).filter(|&at| !ordered || at == last);
            match found.and_then(|at| groups.get_mut(at)) {
                Some(group) if group.steps.len() < MOST_TOGETHER => group.steps.push((number, step)),
                _ => {
                    if let Some(key) = key {
                        open.insert(key, groups.len());
                    }
                    groups.push(Group { steps: vec![(number, step)] });
                }
            }
        }
    }
    if !ordered {
        groups.sort_by_cached_key(|group| group.transitions().collect::<Vec<u32>>());
    }
    groups
}
