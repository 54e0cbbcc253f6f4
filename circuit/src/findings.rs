//! What can be wrong with a state or a step, and what it may be good for.

use crate::graph::{Bit, Graph};
use crate::plan::Plan;
use crate::state::{Judged, State, first_failures};
use crate::step::Step;
use musilc_ir::{FailureSite, Goal, Place, PropertyId, PropertyKind, Unknown, ViolationKind};
use std::collections::BTreeMap;

/// Violations, in the order in which they count, each with where it occurs.
pub type Violations = Vec<(ViolationKind, Bit)>;

/// What there is to find in a state.
#[derive(Clone, Debug)]
pub struct Findings {
    /// What is wrong with it.
    pub violations: Violations,
    /// Where the wanted properties are true.
    pub reached: Vec<(PropertyId, Bit)>,
    /// Where the state has a successor; `None` where there are too many instances to say.
    pub enabled: Option<Bit>,
}

fn at(place: Place, judged: &Judged) -> impl Iterator<Item = (ViolationKind, Bit)> {
    let sites = judged.failures.iter().zip(0..);
    sites.map(move |(bit, index)| (ViolationKind::Error(FailureSite { place, index }), *bit))
}

impl Findings {
    /// Collects them. A goal other than [`Goal::All`] asks for model errors and its property only.
    ///
    /// # Errors
    /// [`Unknown::Incapable`] where there are too many instances to look for deadlocks.
    pub fn of_state(g: &mut Graph, plan: &Plan<'_>, state: &State, goal: Goal) -> Result<Self, Unknown> {
        let system = plan.system;
        let mut all: Violations = Vec::new();
        let mut reached = Vec::new();
        for instance in &plan.instances {
            let failures = &instance.ground.guard_failures;
            let conditions: Vec<Bit> = failures.iter().map(|failure| state.bit(failure.condition)).collect();
            let first = first_failures(g, &conditions);
            all.extend(failures.iter().zip(first).map(|(f, bit)| (ViolationKind::Error(f.site), bit)));
        }
        for (id, property) in plan.properties_of(false) {
            let judged = state.judge(g, &property.predicate);
            all.extend(at(Place::Property(id), &judged));
            if property.kind == PropertyKind::Invariant {
                all.push((ViolationKind::Property(id), judged.fails_to_hold));
            }
            let wanted = match goal {
                Goal::All => property.kind == PropertyKind::Reachable,
                Goal::Reach(wanted) => wanted == id,
                Goal::Refute(_) | Goal::Induct(_) => false,
            };
            if wanted {
                reached.push((id, judged.holds));
            }
        }
        let enabled = plan.guards.as_ref().map(|guards| g.or(guards.iter().map(|&guard| state.bit(guard))));
        let terminal = state.judge(g, &system.terminal);
        let mut of_stuck: Violations = at(Place::Terminal, &terminal).collect();
        of_stuck.push((ViolationKind::Deadlock, terminal.fails_to_hold));
        of_stuck.retain(|(kind, bit)| *bit != Bit::FALSE && goal.asks_for(*kind));
        match enabled {
            Some(enabled) => {
                for (kind, bit) in of_stuck {
                    all.push((kind, g.and([!enabled, bit])));
                }
            }
            None if of_stuck.is_empty() => {}
            None => return Err(Unknown::Incapable("too many instances to look for deadlocks".to_owned())),
        }
        Ok(Self { violations: sorted(g, all, goal), reached, enabled })
    }
}

/// What is wrong with a step.
pub fn of_step(g: &mut Graph, step: &Step, goal: Goal) -> Violations {
    let failures = step.failures.iter().map(|(site, bit)| (ViolationKind::Error(*site), *bit));
    let mut all: Violations = failures.collect();
    for (id, judged) in &step.properties {
        let own =
            at(Place::Property(*id), judged).chain([(ViolationKind::Property(*id), judged.fails_to_hold)]);
        for (kind, bit) in own {
            all.push((kind, g.and([!step.failed, bit])));
        }
    }
    sorted(g, all, goal)
}

/// Violations of several origins in one order, those of a kind together, and without those that the goal does not ask for.
pub fn sorted(g: &mut Graph, all: Violations, goal: Goal) -> Violations {
    let mut by_kind: BTreeMap<ViolationKind, Vec<Bit>> = BTreeMap::new();
    for (kind, bit) in all {
        if bit != Bit::FALSE && goal.asks_for(kind) {
            by_kind.entry(kind).or_default().push(bit);
        }
    }
    by_kind.into_iter().map(|(kind, bits)| (kind, g.or(bits))).collect()
}
