//! Certification: runs that engines report are executed again by the reference evaluator, and what is claimed of them is evaluated
//! again. An outcome that is not confirmed is an internal error of the engine that gave it.

use crate::eval::{Env, Evaluator, InternalError};
use crate::lasso::Lasso;
use crate::step::{GuardResult, InitResult, StepResult, Truth};
use crate::{
    FailureSite, Goal, Outcome, Param, Place, PropertyId, PropertyKind, State, Step, Trace, TransitionSystem,
    Value, Verdict, Violation, ViolationKind,
};
use std::fmt;

/// Why a run is not one of the system.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReplayError {
    /// The position of the step that cannot be taken as claimed, counting from 1; 0 for the initial state.
    pub step: usize,
    /// What is wrong with it.
    pub message: String,
}

impl fmt::Display for ReplayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.step {
            0 => write!(f, "initial state: {}", self.message),
            step => write!(f, "step {step}: {}", self.message),
        }
    }
}

impl std::error::Error for ReplayError {}

/// Executes a run step by step and compares every state.
///
/// # Errors
/// The first step that the system cannot take, or that leads elsewhere.
pub fn replay(system: &TransitionSystem, trace: &Trace) -> Result<(), ReplayError> {
    let at = |step: usize| move |message: String| ReplayError { step, message };
    check_args(&system.init.params, &trace.init_args).map_err(at(0))?;
    let initial = system.initial_state(&trace.init_args).map_err(internal).map_err(at(0))?;
    let mut state = match (initial, &trace.initial) {
        (InitResult::State(actual), Some(claimed)) => {
            same(system, claimed, &actual).map_err(at(0))?;
            actual
        }
        (InitResult::Failed(_), None) if trace.steps.is_empty() => return Ok(()),
        (InitResult::Failed(_), None) => return Err(at(1)("the run goes on after a model error".to_owned())),
        (InitResult::Failed(site), Some(_)) => return Err(at(0)(format!("{site:?} fails"))),
        (InitResult::Rejected, _) => return Err(at(0)("the initial condition is false".to_owned())),
        (InitResult::State(_), None) => return Err(at(0)("no model error happens".to_owned())),
    };
    for (number, step) in (1..).zip(&trace.steps) {
        match take(system, &state, step).map_err(at(number))? {
            Some(after) => state = after,
            None if number == trace.steps.len() => {}
            None => return Err(at(number)("the run goes on after a model error".to_owned())),
        }
    }
    match trace.back_to {
        Some(back_to) => goes_back(system, trace, back_to).map_err(at(trace.steps.len())),
        None => Ok(()),
    }
}

/// Takes a step as claimed; none where it ends in a model error, and claims to.
fn take(system: &TransitionSystem, state: &State, step: &Step) -> Result<Option<State>, String> {
    let Some(transition) = system.transitions.get(step.transition.index()) else {
        return Err(format!("there is no transition number {}", step.transition.0));
    };
    check_args(&transition.params, &step.args)?;
    match (system.step(state, step.transition, &step.args).map_err(internal)?, &step.state) {
        (StepResult::Next(actual), Some(claimed)) => {
            same(system, claimed, &actual)?;
            Ok(Some(actual))
        }
        (StepResult::Failed(_), None) => Ok(None),
        (StepResult::Failed(site), Some(_)) => Err(format!("{site:?} fails")),
        (StepResult::GuardFailed(site), _) => Err(format!("{site:?} fails")),
        (StepResult::Disabled, _) => Err("the instance is not enabled".to_owned()),
        (StepResult::Next(_), None) => Err("no model error happens".to_owned()),
    }
}

/// Whether the run can go on from its last state as from the one where its loop begins.
fn goes_back(system: &TransitionSystem, trace: &Trace, back_to: u32) -> Result<(), String> {
    let last = end(trace)?;
    if back_to == trace.depth() {
        let report = system.examine_state(last).map_err(internal)?;
        return match report.enabled {
            true => Err("the run stutters where an instance is enabled".to_owned()),
            false => Ok(()),
        };
    }
    match trace.state_after(back_to as usize) {
        Some(first) => same(system, first, last),
        None => Err(format!("the run goes back to step {back_to}, and has {}", trace.depth())),
    }
}

fn internal(error: InternalError) -> String {
    error.to_string()
}

fn check_args(params: &[Param], args: &[u32]) -> Result<(), String> {
    if params.len() != args.len() {
        return Err(format!("{} arguments for {} parameters", args.len(), params.len()));
    }
    for (param, &arg) in params.iter().zip(args) {
        if arg >= param.count {
            return Err(format!(
                "argument {arg} of parameter {}, which has {} values",
                param.name, param.count
            ));
        }
    }
    Ok(())
}

fn same(system: &TransitionSystem, claimed: &State, actual: &State) -> Result<(), String> {
    if claimed == actual {
        return Ok(());
    }
    for ((variable, claimed), actual) in system.variables.iter().zip(&claimed.0).zip(&actual.0) {
        if claimed != actual {
            return Err(format!("{} becomes {actual}, not {claimed}", variable.name));
        }
    }
    Err(format!("a state of {} values, not {}", actual.0.len(), claimed.0.len()))
}

/// Confirms everything that an outcome claims and that can be evaluated: the run of its verdict and its witnesses.
///
/// # Errors
/// What is not so.
pub fn confirm(system: &TransitionSystem, goal: Goal, outcome: &Outcome) -> Result<(), String> {
    match (&outcome.verdict, goal) {
        (Verdict::Violated(violation), Goal::All) => confirm_violation(system, violation)?,
        (Verdict::Violated(violation), Goal::Reach(id)) => match violation.kind {
            ViolationKind::Error(_) => confirm_violation(system, violation)?,
            ViolationKind::Unreached(missing) if missing == id => confirm_violation(system, violation)?,
            other => return Err(format!("{other:?} does not answer whether property {} is reachable", id.0)),
        },
        (Verdict::Violated(violation), Goal::Refute(id)) => match violation.kind {
            ViolationKind::Error(_) | ViolationKind::NoInitialState => confirm_violation(system, violation)?,
            ViolationKind::Lasso(refuted) | ViolationKind::Unrecoverable(refuted) if refuted == id => {
                confirm_violation(system, violation)?;
            }
            other => return Err(format!("{other:?} does not refute property {}", id.0)),
        },
        (Verdict::Violated(violation), Goal::Induct(id)) => match violation.kind {
            ViolationKind::NotInductive(broken) if broken == id => confirm_violation(system, violation)?,
            other => return Err(format!("{other:?} does not show that property {} is not inductive", id.0)),
        },
        (Verdict::Reached(trace), Goal::Reach(id)) => confirm_reached(system, id, trace)?,
        (Verdict::Reached(_), Goal::All | Goal::Refute(_) | Goal::Induct(_)) => {
            return Err("nothing was to be reached".to_owned());
        }
        (Verdict::Proved(_) | Verdict::HoldsToDepth { .. } | Verdict::Unknown(_), _) => {}
    }
    for (id, trace) in &outcome.witnesses {
        confirm_reached(system, *id, trace)?;
    }
    Ok(())
}

/// Confirms that a run leads to a state with a property.
///
/// # Errors
/// What is not so.
pub fn confirm_reached(system: &TransitionSystem, id: PropertyId, trace: &Trace) -> Result<(), String> {
    replay(system, trace).map_err(|error| error.to_string())?;
    match system.property_truth(id, Env::of_state(end(trace)?)).map_err(internal)? {
        Truth::True => Ok(()),
        other => Err(format!("property {} is {other:?} in the last state", id.0)),
    }
}

/// Confirms that a run leads to a violation, and that this is what is violated. Of [`ViolationKind::Unreached`] and
/// [`ViolationKind::NoInitialState`] there is nothing to confirm but that they claim no run.
///
/// # Errors
/// What is not so.
pub fn confirm_violation(system: &TransitionSystem, violation: &Violation) -> Result<(), String> {
    let trace = &violation.trace;
    match violation.kind {
        ViolationKind::NoInitialState | ViolationKind::Unreached(_) => {
            let empty = trace.initial.is_none() && trace.steps.is_empty() && trace.back_to.is_none();
            return if empty { Ok(()) } else { Err("a run where there can be none".to_owned()) };
        }
        ViolationKind::NotInductive(id) => return confirm_not_inductive(system, id, trace),
        _ => {}
    }
    if trace.back_to.is_some() != matches!(violation.kind, ViolationKind::Lasso(_)) {
        return Err("a lasso refutes a temporal property, and nothing else".to_owned());
    }
    replay(system, trace).map_err(|error| error.to_string())?;
    match violation.kind {
        ViolationKind::Error(site) => confirm_error(system, site, trace),
        ViolationKind::Property(id) => match property_at_end(system, id, trace)? {
            Truth::False
                if matches!(system.property(id).kind, PropertyKind::Invariant | PropertyKind::Step) =>
            {
                Ok(())
            }
            other => Err(format!("property {} is {other:?}", id.0)),
        },
        ViolationKind::Lasso(id) => confirm_lasso(system, id, trace),
        // That nothing can be reached is no matter of one run; that the property is not there yet is.
        ViolationKind::Unrecoverable(id) => match property_at_end(system, id, trace)? {
            Truth::False if system.property(id).kind == PropertyKind::Recoverable => Ok(()),
            other => Err(format!("property {} is {other:?}", id.0)),
        },
        _ => {
            let report = system.examine_state(end(trace)?).map_err(internal)?;
            if report.violations.contains(&ViolationKind::Deadlock) {
                Ok(())
            } else {
                Err("the last state is no deadlock".to_owned())
            }
        }
    }
}

/// Confirms that a step leads from a state in which all inductive invariants are true to one in which this one is not. The first state
/// need not be reachable, but it must be one: a value for every variable, and no guard fails in it.
fn confirm_not_inductive(system: &TransitionSystem, id: PropertyId, trace: &Trace) -> Result<(), String> {
    if system.properties.get(id.index()).is_none_or(|property| !property.inductive) {
        return Err(format!("property {} is not claimed to be inductive", id.0));
    }
    let (Some(before), [step]) = (&trace.initial, &trace.steps[..]) else {
        return Err("a counterexample to induction is one step from a state".to_owned());
    };
    if !trace.init_args.is_empty() || trace.back_to.is_some() {
        return Err("a counterexample to induction begins anywhere and does not repeat".to_owned());
    }
    if !system.is_state(before) {
        return Err("the first state is none of the system".to_owned());
    }
    for (transition, args) in system.instances() {
        if let GuardResult::Failed(site) = system.enabled(before, transition, &args).map_err(internal)? {
            return Err(format!("{site:?} fails in the first state"));
        }
    }
    for assumed in system.inductive_properties() {
        match system.property_truth(assumed, Env::of_state(before)).map_err(internal)? {
            Truth::True => {}
            other => return Err(format!("property {} is {other:?} in the first state", assumed.0)),
        }
    }
    take(system, before, step)?;
    match property_at_end(system, id, trace)? {
        Truth::True => Err(format!("property {} is True after the step", id.0)),
        Truth::False | Truth::Failed(_) => Ok(()),
    }
}

/// Confirms that a lasso keeps to every fairness assumption, and that the formula of a temporal property is false of it.
fn confirm_lasso(system: &TransitionSystem, id: PropertyId, trace: &Trace) -> Result<(), String> {
    let formula = system.properties.get(id.index()).and_then(|property| property.formula.as_ref());
    let formula = formula.ok_or_else(|| format!("property {} is not temporal", id.0))?;
    let lasso = Lasso::new(trace).ok_or("the run is no lasso")?;
    if let Some(constraint) = lasso.unfair_to(system).map_err(internal)? {
        return Err(format!("the loop is not fair to {constraint:?}"));
    }
    match lasso.truth(system, formula).map_err(internal)?.first() {
        Some(false) => Ok(()),
        _ => Err(format!("property {} is true of the lasso", id.0)),
    }
}

fn confirm_error(system: &TransitionSystem, site: FailureSite, trace: &Trace) -> Result<(), String> {
    let found = match site.place {
        Place::Init => match system.initial_state(&trace.init_args).map_err(internal)? {
            InitResult::Failed(found) => found == site,
            InitResult::Rejected | InitResult::State(_) => false,
        },
        Place::Body(id) => match trace.steps.split_last() {
            Some((last, before)) if last.transition == id => {
                let state = before.last().map_or(trace.initial.as_ref(), |step| step.state.as_ref());
                let state = state.ok_or("the failing step has no state before it")?;
                let result = system.step(state, id, &last.args).map_err(internal)?;
                result == StepResult::Failed(site)
            }
            _ => false,
        },
        Place::Guard(id) => {
            let state = end(trace)?;
            let transition = system.transitions.get(id.index()).ok_or("there is no such transition")?;
            let mut found = false;
            for args in transition.instances() {
                found |= system.enabled(state, id, &args).map_err(internal)? == GuardResult::Failed(site);
            }
            found
        }
        Place::Property(id) => property_at_end(system, id, trace)? == Truth::Failed(site),
        Place::Terminal => {
            let report = system.examine_state(end(trace)?).map_err(internal)?;
            report.violations.contains(&ViolationKind::Error(site))
        }
    };
    if found { Ok(()) } else { Err(format!("{site:?} is not the first failure at the end of the run")) }
}

/// The value of a property in the last state, or of the last step.
fn property_at_end(system: &TransitionSystem, id: PropertyId, trace: &Trace) -> Result<Truth, String> {
    let property = system.properties.get(id.index()).ok_or("there is no such property")?;
    let last = end(trace)?;
    if property.kind != PropertyKind::Step {
        return system.property_truth(id, Env::of_state(last)).map_err(internal);
    }
    let (_, before) = trace.steps.split_last().ok_or("a step property without a step")?;
    let state = before.last().map_or(trace.initial.as_ref(), |step| step.state.as_ref());
    let state = state.ok_or("the last step has no state before it")?;
    system.property_truth(id, Env::of_step(state, last)).map_err(internal)
}

/// The state in which the run ends; none where it ends in a model error.
fn end(trace: &Trace) -> Result<&State, String> {
    let last = trace.steps.last().map_or(trace.initial.as_ref(), |step| step.state.as_ref());
    last.ok_or_else(|| "the run has no last state".to_owned())
}

/// The number at fault in a model error, where its failure names one, evaluated where it happens.
///
/// # Errors
/// Where the run is not one of the system, or does not end in this model error.
pub fn number_at_fault(system: &TransitionSystem, violation: &Violation) -> Result<Option<i64>, String> {
    let ViolationKind::Error(site) = violation.kind else { return Ok(None) };
    confirm_violation(system, violation)?;
    let Some(value) = system.failure(site).and_then(|failure| failure.value) else { return Ok(None) };
    let trace = &violation.trace;
    let nowhere = State::default();
    let last_args = trace.steps.last().map_or(&[][..], |step| &step.args);
    let before_last =
        trace.steps.iter().rev().nth(1).map_or(trace.initial.as_ref(), |step| step.state.as_ref());
    let guard_args;
    let env = match site.place {
        Place::Init => Env::of_instance(&nowhere, &trace.init_args),
        Place::Body(_) => {
            Env::of_instance(before_last.ok_or("the failing step has no state before it")?, last_args)
        }
        Place::Guard(id) => {
            let state = end(trace)?;
            let fails = |args: &Vec<u32>| system.enabled(state, id, args) == Ok(GuardResult::Failed(site));
            guard_args = system.transition(id).instances().find(fails).unwrap_or_default();
            Env::of_instance(state, &guard_args)
        }
        Place::Property(id) if system.property(id).kind == PropertyKind::Step => {
            Env::of_step(before_last.ok_or("the last step has no state before it")?, end(trace)?)
        }
        Place::Property(_) | Place::Terminal => Env::of_state(end(trace)?),
    };
    match Evaluator::new(&system.context, env).value(value).map_err(internal)? {
        Value::Int(v) => Ok(Some(v)),
        other => Err(format!("{other} is no number")),
    }
}
