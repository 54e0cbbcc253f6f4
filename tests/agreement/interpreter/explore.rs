//! Breadth-first search, one depth after the other, with the contract of the engines: the least depth, then model errors, then properties
//! in order of declaration, then deadlock.

use super::{Fault, Machine, Step, V};
use musilc_frontend::ast::PropertyKind;
use musilc_ir::{Place, PropertyId, TransitionId};
use std::collections::HashSet;

/// What is found at the depth where the search ends.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Finding {
    /// Nothing is wrong, and each reachable property is reached.
    Holds,
    /// No initial state.
    NoInitialState,
    /// Model errors, all of the least place.
    Errors(Place, Vec<Fault>),
    /// A false property.
    Property(PropertyId),
    /// A deadlock.
    Deadlock,
    /// A reachable property is met in no state.
    Unreached(PropertyId),
}

/// What a search of all states has to say.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Answer {
    pub(crate) finding: Finding,
    /// The depth of a violation; else the greatest depth of a state.
    pub(crate) depth: u32,
    /// The number of states first reached at each depth.
    pub(crate) levels: Vec<u64>,
    /// How many steps each action made.
    pub(crate) fired: Vec<u64>,
    /// The depth at which each reachable property is first true.
    pub(crate) witnesses: Vec<(PropertyId, u32)>,
}

#[derive(Default)]
struct Found {
    errors: Vec<(Place, Fault)>,
    properties: Vec<PropertyId>,
    deadlock: bool,
}

impl Found {
    /// What counts most of what was found.
    fn worst(self) -> Option<Finding> {
        if let Some(least) = self.errors.iter().map(|(place, _)| *place).min() {
            let faults = self.errors.into_iter().filter(|(place, _)| *place == least).map(|(_, fault)| fault);
            return Some(Finding::Errors(least, faults.collect()));
        }
        let property = self.properties.into_iter().min().map(Finding::Property);
        property.or(self.deadlock.then_some(Finding::Deadlock))
    }
}

/// Searches all states; `None` where there are more than `most`.
pub(crate) fn explore(machine: &Machine<'_>, most: usize) -> Option<Answer> {
    let model = machine.model;
    let bindings: Vec<Vec<Vec<V>>> = model.actions.iter().map(|action| machine.bindings(action)).collect();
    let mut found = Found::default();
    let mut seen: HashSet<Vec<V>> = HashSet::new();
    let mut level: Vec<Vec<V>> = Vec::new();
    for state in machine.initial() {
        match state {
            Err(fault) => found.errors.push((Place::Init, fault)),
            Ok(state) if seen.insert(state.clone()) => level.push(state),
            Ok(_) => {}
        }
    }
    let mut answer = Answer {
        finding: Finding::Holds,
        depth: 0,
        levels: Vec::new(),
        fired: vec![0; model.actions.len()],
        witnesses: Vec::new(),
    };
    if level.is_empty() && found.errors.is_empty() {
        return Some(Answer { finding: Finding::NoInitialState, ..answer });
    }
    loop {
        if !level.is_empty() {
            answer.levels.push(level.len() as u64);
        }
        if seen.len() > most {
            return None;
        }
        for state in &level {
            examine(machine, &bindings, state, &mut found, &mut answer);
        }
        if let Some(finding) = found.worst() {
            return Some(Answer { finding, ..answer });
        }
        found = Found::default();
        let mut next = Vec::new();
        for state in &level {
            expand(machine, &bindings, state, &mut found, &mut answer, |after| {
                if seen.insert(after.clone()) {
                    next.push(after);
                }
            });
        }
        level = next;
        if level.is_empty() && found.errors.is_empty() && found.properties.is_empty() {
            let reached = |id: &PropertyId| answer.witnesses.iter().any(|(other, _)| other == id);
            if let Some(id) = of_kind(machine, PropertyKind::Reachable).find(|id| !reached(id)) {
                answer.finding = Finding::Unreached(id);
            }
            return Some(answer);
        }
        answer.depth += 1;
    }
}

fn of_kind(machine: &Machine<'_>, kind: PropertyKind) -> impl Iterator<Item = PropertyId> {
    let properties = machine.model.properties.iter().enumerate();
    properties.filter(move |(_, property)| property.kind == kind).map(|(index, _)| PropertyId::from(index))
}

/// What is wrong in a state.
fn examine(
    machine: &Machine<'_>,
    bindings: &[Vec<Vec<V>>],
    state: &[V],
    found: &mut Found,
    answer: &mut Answer,
) {
    let mut free = false;
    let mut unknown = false;
    for (index, action) in machine.model.actions.iter().enumerate() {
        for args in &bindings[index] {
            match machine.step(state, action, args) {
                Step::GuardFailed(fault) => {
                    unknown = true;
                    found.errors.push((Place::Guard(TransitionId::from(index)), fault));
                }
                Step::Disabled => {}
                Step::Failed(_) | Step::Next(_) => free = true,
            }
        }
    }
    for (index, property) in machine.model.properties.iter().enumerate() {
        let id = PropertyId::from(index);
        if property.kind == PropertyKind::StepInvariant {
            continue;
        }
        if let Some(formula) = &property.formula {
            if let Err(fault) = machine.evaluates(formula, state) {
                found.errors.push((Place::Property(id), fault));
            }
            continue;
        }
        match (property.kind, machine.truth(&property.claim.expr, state, None)) {
            (_, Err(fault)) => found.errors.push((Place::Property(id), fault)),
            (PropertyKind::Invariant, Ok(false)) => found.properties.push(id),
            (PropertyKind::Reachable, Ok(true)) if answer.witnesses.iter().all(|(other, _)| *other != id) => {
                answer.witnesses.push((id, answer.depth));
            }
            _ => {}
        }
    }
    if !free && !unknown {
        match machine.terminal(state) {
            Err(fault) => found.errors.push((Place::Terminal, fault)),
            Ok(terminal) => found.deadlock |= !terminal,
        }
    }
}

/// The steps from a state, and what is wrong with them.
fn expand(
    machine: &Machine<'_>,
    bindings: &[Vec<Vec<V>>],
    state: &[V],
    found: &mut Found,
    answer: &mut Answer,
    mut enter: impl FnMut(Vec<V>),
) {
    for (index, action) in machine.model.actions.iter().enumerate() {
        for args in &bindings[index] {
            match machine.step(state, action, args) {
                Step::GuardFailed(_) | Step::Disabled => {}
                Step::Failed(fault) => {
                    answer.fired[index] += 1;
                    found.errors.push((Place::Body(TransitionId::from(index)), fault));
                }
                Step::Next(after) => {
                    answer.fired[index] += 1;
                    for id in of_kind(machine, PropertyKind::StepInvariant) {
                        let claim = &machine.model.properties[id.index()].claim.expr;
                        match machine.truth(claim, state, Some(&after)) {
                            Err(fault) => found.errors.push((Place::Property(id), fault)),
                            Ok(true) => {}
                            Ok(false) => found.properties.push(id),
                        }
                    }
                    enter(after);
                }
            }
        }
    }
}
