//! What a file should tell, found out with the reference evaluator.

use musilc_explicit::check;
use musilc_ir::{
    Goal, InitResult, Limits, Place, State, StepResult, TransitionSystem, Verdict, ViolationKind, bindings,
};
use std::collections::{BTreeSet, HashSet};

/// A frame with what is told in it, or that nothing ever is.
pub(crate) type Bad = Option<(u32, BTreeSet<String>)>;

fn name(system: &TransitionSystem, kind: ViolationKind) -> String {
    match kind {
        ViolationKind::Error(_) => "model error".to_owned(),
        ViolationKind::Deadlock => "deadlock".to_owned(),
        ViolationKind::Property(id) => {
            let property = system.property(id);
            let word = match property.kind {
                musilc_ir::PropertyKind::Step => "step invariant",
                _ => "invariant",
            };
            format!("{word} {}", property.name)
        }
        other => panic!("{other:?} is not local"),
    }
}

/// The first frame in which something is wrong, counted from the initial states on, and what.
pub(crate) fn first_bad(system: &TransitionSystem) -> Bad {
    let mut bad = BTreeSet::new();
    let mut level = Vec::new();
    for args in bindings(&system.init.params) {
        match system.initial_state(&args).unwrap() {
            InitResult::State(state) => level.push(state),
            InitResult::Failed(_) => drop(bad.insert("model error".to_owned())),
            InitResult::Rejected => {}
        }
    }
    if !bad.is_empty() {
        // Before the initial state.
        return Some((u32::MAX, bad));
    }
    let mut seen: HashSet<State> = level.iter().cloned().collect();
    for frame in 0.. {
        let mut next_level = Vec::new();
        for state in &level {
            let found = system.examine_state(state).unwrap().violations;
            bad.extend(found.into_iter().map(|kind| name(system, kind)));
            for successor in system.successors(state).unwrap() {
                match successor.result {
                    StepResult::Failed(_) => drop(bad.insert("model error".to_owned())),
                    StepResult::Next(next) => {
                        let found = system.examine_step(state, &next).unwrap();
                        bad.extend(found.into_iter().map(|kind| name(system, kind)));
                        if seen.insert(next.clone()) {
                            next_level.push(next);
                        }
                    }
                    StepResult::GuardFailed(_) | StepResult::Disabled => {}
                }
            }
        }
        if !bad.is_empty() {
            return Some((frame, bad));
        }
        if next_level.is_empty() {
            return None;
        }
        level = next_level;
    }
    unreachable!()
}

/// The frames, counted from the initial states on, in which a first violation may be told according to the explicit search; none where there is
/// none. `Err` where it does not know, or knows of no initial state.
pub(crate) fn by_engine(system: &TransitionSystem, limits: &Limits) -> Result<Vec<u32>, Verdict> {
    let outcome = check(system, Goal::All, limits);
    let violation = match &outcome.verdict {
        Verdict::Proved(_) => return Ok(Vec::new()),
        Verdict::Violated(violation) if !violation.kind.is_local() => return Ok(Vec::new()),
        Verdict::Violated(violation) => violation,
        other => return Err(other.clone()),
    };
    let depth = violation.depth();
    match violation.kind {
        ViolationKind::NoInitialState => Err(outcome.verdict),
        ViolationKind::Error(site) if site.place == Place::Init => Ok(vec![u32::MAX]),
        ViolationKind::Error(site) if matches!(site.place, Place::Body(_)) => Ok(vec![depth - 1]),
        ViolationKind::Error(site) if is_of_step(system, site.place) => Ok(vec![depth - 1]),
        ViolationKind::Property(id) if is_of_step(system, Place::Property(id)) => Ok(vec![depth - 1]),
        // A step of the same depth may be wrong too, and is told of one frame earlier.
        _ if depth > 0 => Ok(vec![depth - 1, depth]),
        _ => Ok(vec![depth]),
    }
}

fn is_of_step(system: &TransitionSystem, place: Place) -> bool {
    matches!(place, Place::Property(id) if system.property(id).kind == musilc_ir::PropertyKind::Step)
}
