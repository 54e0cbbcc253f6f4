//! Why a violation is one: the part of a property that is false, or the evaluation that failed.

use super::obligation::obligation;
use super::value::{instance, show};
use musilc_ir::eval::{Env, Evaluator};
use musilc_ir::{
    Claim, FailureSite, Place, PropertyId, PropertyKind, Span, State, Step, Trace, TransitionId,
    TransitionSystem, Truth, Value, Violation, ViolationKind, bindings, replay,
};

/// What is to blame for a violation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Blame {
    /// Where it stands in the chapter.
    pub(crate) span: Span,
    /// The quantified variables and the values for which it happens.
    pub(crate) witnesses: Vec<(String, String)>,
    /// The operands that explain it, and their values.
    pub(crate) operands: Vec<(Span, String)>,
    /// For a model error: what went wrong.
    pub(crate) error: Option<String>,
    /// For a model error in a guard: the arguments of the action.
    pub(crate) instance: Option<String>,
}

impl Blame {
    /// Something to blame as a whole.
    pub(crate) fn at(span: Span) -> Self {
        Self { span, witnesses: vec![], operands: vec![], error: None, instance: None }
    }
}

/// What is to blame; `None` where nothing in the source is (a deadlock, a property that is never reached).
pub(crate) fn blame(system: &TransitionSystem, violation: &Violation) -> Option<Blame> {
    match violation.kind {
        ViolationKind::Property(id) | ViolationKind::Unrecoverable(id) => {
            property(system, id, &violation.trace)
        }
        ViolationKind::NotInductive(id) => not_kept(system, id, &violation.trace),
        ViolationKind::Error(site) => model_error(system, site, violation),
        ViolationKind::Unreached(id) => system.properties.get(id.index()).map(|p| Blame::at(p.claim.span)),
        ViolationKind::Lasso(id) => match obligation(system, id, &violation.trace, &|_| None) {
            Some(obligation) => Some(Blame { witnesses: obligation.witnesses, ..Blame::at(obligation.span) }),
            None => system.properties.get(id.index()).map(|p| Blame::at(p.claim.span)),
        },
        ViolationKind::NoInitialState | ViolationKind::Deadlock => None,
    }
}

/// The last two states of a run.
fn last_two(trace: &Trace) -> Option<(&State, &State)> {
    let mut states = trace.steps.iter().rev().map(|step| step.state.as_ref()).chain([trace.initial.as_ref()]);
    let (after, before) = (states.next()??, states.next()??);
    Some((before, after))
}

/// The environment in which the property is false at the end of the run.
fn property_env<'t>(kind: PropertyKind, trace: &'t Trace) -> Option<Env<'t>> {
    match kind {
        PropertyKind::Invariant
        | PropertyKind::Reachable
        | PropertyKind::Recoverable
        | PropertyKind::Temporal => trace.last_state().map(Env::of_state),
        PropertyKind::Step => last_two(trace).map(|(before, after)| Env::of_step(before, after)),
    }
}

fn property(system: &TransitionSystem, id: PropertyId, trace: &Trace) -> Option<Blame> {
    let property = system.properties.get(id.index())?;
    let mut out = Blame::at(property.claim.span);
    if let Some(env) = property_env(property.kind, trace) {
        descend(&mut out, &property.claim, &mut Evaluator::new(&system.context, env));
    }
    Some(out)
}

/// What is to blame for an invariant that is false, or has no value, in the last state.
fn not_kept(system: &TransitionSystem, id: PropertyId, trace: &Trace) -> Option<Blame> {
    let env = Env::of_state(trace.last_state()?);
    let Ok(Truth::Failed(site)) = system.property_truth(id, env) else {
        return property(system, id, trace);
    };
    let failure = system.failure(site)?;
    let number = failure.value.and_then(|value| match Evaluator::new(&system.context, env).value(value) {
        Ok(Value::Int(number)) => Some(number),
        _ => None,
    });
    Some(Blame { error: Some(failure.kind.describe(number)), ..Blame::at(failure.span) })
}

/// What is to blame for a condition that is false in a state.
pub(crate) fn condition(system: &TransitionSystem, claim: &Claim, state: &State) -> Blame {
    let mut out = Blame::at(claim.span);
    descend(&mut out, claim, &mut Evaluator::new(&system.context, Env::of_state(state)));
    out
}

/// Follows the first false part, down to an expression that is to blame as a whole.
fn descend(out: &mut Blame, claim: &Claim, evaluator: &mut Evaluator<'_>) {
    let mut claim = claim;
    loop {
        out.span = claim.span;
        let Some(part) = claim.parts.iter().find(|part| evaluator.truth(part.claim.expr) == Ok(false)) else {
            break;
        };
        out.witnesses.extend(part.binding.clone());
        claim = &part.claim;
    }
    for shown in &claim.shown {
        let leaves: Option<Vec<Value>> =
            shown.leaves.iter().map(|leaf| evaluator.value(*leaf).ok()).collect();
        let Some(leaves) = leaves else { continue };
        if let Some(value) = shown.ty.decode(&leaves.iter().collect::<Vec<_>>()) {
            out.operands.push((shown.span, show(&value)));
        }
    }
}

fn model_error(system: &TransitionSystem, site: FailureSite, violation: &Violation) -> Option<Blame> {
    let failure = system.failure(site)?;
    let number = replay::number_at_fault(system, violation).ok().flatten();
    let instance = match site.place {
        Place::Guard(id) => failing_instance(system, id, site.index, violation.trace.last_state()?),
        Place::Init | Place::Body(_) | Place::Property(_) | Place::Terminal => None,
    };
    Some(Blame { error: Some(failure.kind.describe(number)), instance, ..Blame::at(failure.span) })
}

/// How many bindings are tried to find the one that a failing guard belongs to; the report does without it where there are more.
const MOST_BINDINGS: usize = 100_000;

/// The first instance of an action for which this failure of the guard is the first that is true.
fn failing_instance(
    system: &TransitionSystem,
    id: TransitionId,
    index: u32,
    state: &State,
) -> Option<String> {
    let transition = system.transitions.get(id.index())?;
    let fails = |args: &Vec<u32>| {
        let mut evaluator = Evaluator::new(&system.context, Env::of_instance(state, args));
        let first = transition.guard_failures.iter().position(|f| evaluator.truth(f.condition) == Ok(true));
        first == Some(index as usize)
    };
    let args = bindings(&transition.params).take(MOST_BINDINGS).find(fails)?;
    Some(instance(system, &Step { transition: id, args, state: None }))
}
