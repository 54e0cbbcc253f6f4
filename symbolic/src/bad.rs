//! What can be wrong at a depth.

use crate::plan::Plan;
use crate::scalar::Bit;
use crate::unroll::{Judged, Unrolling, first_failures};
use musilc_ir::{FailureSite, Goal, Place, PropertyId, PropertyKind, Unknown, ViolationKind};
use std::collections::BTreeMap;

/// Everything to look for at the last depth of an unrolling.
pub(crate) struct Findings {
    /// The violations, in the order in which they count, each with where it occurs.
    pub(crate) violations: Vec<(ViolationKind, Bit)>,
    /// Where the wanted properties are true of the last state.
    pub(crate) reached: Vec<(PropertyId, Bit)>,
    /// Where the last state has a successor; `None` where there are too many instances to say.
    pub(crate) enabled: Option<Bit>,
}

fn at(place: Place, judged: &Judged) -> impl Iterator<Item = (ViolationKind, Bit)> {
    let sites = judged.failures.iter().zip(0..);
    sites.map(move |(bit, index)| (ViolationKind::Error(FailureSite { place, index }), bit.clone()))
}

impl Findings {
    /// Collects them. A goal other than safety asks for model errors and its property only.
    pub(crate) fn at_last_depth(plan: &Plan<'_>, run: &Unrolling<'_>, goal: Goal) -> Result<Self, Unknown> {
        let system = plan.system;
        let safety = goal == Goal::All;
        // What is wrong in the last state; only to be counted where there is one.
        let mut of_state: Vec<(ViolationKind, Bit)> = Vec::new();
        let mut reached = Vec::new();
        for instance in &plan.instances {
            let failures = &instance.ground.guard_failures;
            let conditions: Vec<Bit> = failures.iter().map(|failure| run.bit(failure.condition)).collect();
            let first = first_failures(&conditions);
            of_state.extend(failures.iter().zip(first).map(|(f, bit)| (ViolationKind::Error(f.site), bit)));
        }
        for (id, property) in plan.properties_of(false) {
            let judged = run.judge(&property.predicate);
            of_state.extend(at(Place::Property(id), &judged));
            if property.kind == PropertyKind::Invariant {
                of_state.push((ViolationKind::Property(id), judged.fails_to_hold));
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
        for (id, judged) in &run.step_properties {
            of_state.extend(at(Place::Property(*id), judged));
            of_state.push((ViolationKind::Property(*id), judged.fails_to_hold.clone()));
        }
        let enabled = plan.guards.as_ref().map(|guards| Bit::or(guards.iter().map(|&guard| run.bit(guard))));
        let terminal = run.judge(&system.terminal);
        let mut of_stuck: Vec<(ViolationKind, Bit)> = at(Place::Terminal, &terminal).collect();
        of_stuck.push((ViolationKind::Deadlock, terminal.fails_to_hold));
        of_stuck.retain(|(kind, bit)| !bit.is(false) && asked(*kind, safety));
        match &enabled {
            Some(enabled) => {
                let stuck = enabled.not();
                of_state
                    .extend(of_stuck.into_iter().map(|(kind, bit)| (kind, Bit::and([stuck.clone(), bit]))));
            }
            None if of_stuck.is_empty() => {}
            None => return Err(Unknown::Incapable("too many instances to look for deadlocks".to_owned())),
        }

        let there = run.failed.not();
        let of_state = of_state.into_iter().map(|(kind, bit)| (kind, Bit::and([there.clone(), bit])));
        let of_step = run.step_failures.iter().map(|(site, bit)| (ViolationKind::Error(*site), bit.clone()));
        let mut by_kind: BTreeMap<ViolationKind, Vec<Bit>> = BTreeMap::new();
        for (kind, bit) in of_step.chain(of_state) {
            if !bit.is(false) && asked(kind, safety) {
                by_kind.entry(kind).or_default().push(bit);
            }
        }
        Ok(Self {
            violations: by_kind.into_iter().map(|(kind, bits)| (kind, Bit::or(bits))).collect(),
            reached: reached.into_iter().map(|(id, bit)| (id, Bit::and([there.clone(), bit]))).collect(),
            enabled: enabled.map(|enabled| Bit::and([there, enabled])),
        })
    }
}

/// Whether the goal asks for such violations.
fn asked(kind: ViolationKind, safety: bool) -> bool {
    safety || matches!(kind, ViolationKind::Error(_))
}
