//! The sections of the text form, as far as expressions go.

use crate::{Claim, ExprId, Failure, Predicate, Property, Transition, TransitionSystem};

/// The expressions of each section, in the order in which they are printed: the initial condition, each transition, the terminal
/// condition, each property, the probes.
pub(super) fn sections(system: &TransitionSystem) -> Vec<Vec<ExprId>> {
    let mut out = vec![init(system)];
    out.extend(system.transitions.iter().map(transition));
    out.push(predicate(&system.terminal));
    out.extend(system.properties.iter().map(property));
    out.push(system.probes.iter().map(|probe| probe.expr).collect());
    out
}

fn init(system: &TransitionSystem) -> Vec<ExprId> {
    let mut roots = failures(&system.init.failures);
    roots.extend(&system.init.conditions);
    roots.extend(&system.init.values);
    roots
}

fn transition(transition: &Transition) -> Vec<ExprId> {
    let mut roots = failures(&transition.guard_failures);
    roots.push(transition.guard);
    roots.extend(failures(&transition.failures));
    roots.extend(transition.updates.iter().map(|update| update.value));
    roots
}

fn failures(failures: &[Failure]) -> Vec<ExprId> {
    failures.iter().flat_map(|failure| [Some(failure.condition), failure.value]).flatten().collect()
}

fn predicate(predicate: &Predicate) -> Vec<ExprId> {
    let mut roots = failures(&predicate.failures);
    roots.push(predicate.expr);
    roots
}

fn property(property: &Property) -> Vec<ExprId> {
    let mut roots = predicate(&property.predicate);
    let mut pending = Vec::new();
    if let Some(formula) = &property.formula {
        formula.for_each_claim(&mut |claim| pending.push(claim));
        pending.reverse();
    }
    pending.push(&property.claim);
    while let Some(claim) = pending.pop() {
        roots.push(claim.expr);
        roots.extend(claim.shown.iter().flat_map(|shown| &shown.leaves));
        pending.extend(parts(claim).rev());
    }
    roots
}

fn parts(claim: &Claim) -> impl DoubleEndedIterator<Item = &Claim> {
    claim.parts.iter().map(|part| &part.claim)
}
