//! Runs by the reference evaluator: what a list of instances does, and how few of them it takes.

use musilc_ir::eval::{Env, InternalError};
use musilc_ir::{
    Goal, InitResult, Limits, PropertyId, State, Step, StepResult, Trace, TransitionId, TransitionSystem,
    Truth, Unknown, Verdict, Violation, ViolationKind,
};

/// An instance.
pub(crate) type Taken = (TransitionId, Vec<u32>);

/// A choice of the initial state and of instances.
#[derive(Clone, Debug, Default)]
pub(crate) struct Choices {
    pub(crate) init_args: Vec<u32>,
    pub(crate) taken: Vec<Taken>,
}

/// What ends a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum End {
    Violation(ViolationKind),
    Reached(PropertyId),
}

fn internal(error: InternalError) -> Unknown {
    Unknown::Incapable(error.to_string())
}

/// Executes the instances as far as they are enabled, leaving out the others, up to the first violation, or to where the property is
/// reached that the goal asks for.
pub(crate) fn execute(
    system: &TransitionSystem,
    goal: Goal,
    choices: &Choices,
) -> Result<Option<(End, Trace)>, Unknown> {
    let mut trace = Trace { init_args: choices.init_args.clone(), ..Trace::default() };
    let mut state = match system.initial_state(&choices.init_args).map_err(internal)? {
        InitResult::State(state) => state,
        InitResult::Failed(site) => return Ok(Some((End::Violation(ViolationKind::Error(site)), trace))),
        InitResult::Rejected => return Ok(None),
    };
    trace.initial = Some(state.clone());
    if let Some(end) = end_in(system, goal, &state)? {
        return Ok(Some((end, trace)));
    }
    for (transition, args) in &choices.taken {
        let step = |state| Step { transition: *transition, args: args.clone(), state };
        match system.step(&state, *transition, args).map_err(internal)? {
            StepResult::GuardFailed(_) | StepResult::Disabled => {}
            StepResult::Failed(site) => {
                trace.steps.push(step(None));
                return Ok(Some((End::Violation(ViolationKind::Error(site)), trace)));
            }
            StepResult::Next(next) => {
                trace.steps.push(step(Some(next.clone())));
                let mut found = system.examine_step(&state, &next).map_err(internal)?;
                found.retain(|kind| goal.asks_for(*kind));
                let of_state = end_in(system, goal, &next)?;
                let least =
                    found.into_iter().map(End::Violation).chain(of_state).min_by_key(|end| match end {
                        End::Violation(kind) => (0, Some(*kind)),
                        End::Reached(_) => (1, None),
                    });
                if let Some(end) = least {
                    return Ok(Some((end, trace)));
                }
                state = next;
            }
        }
    }
    Ok(None)
}

fn end_in(system: &TransitionSystem, goal: Goal, state: &State) -> Result<Option<End>, Unknown> {
    let report = system.examine_state(state).map_err(internal)?;
    if let Some(kind) = report.violations.into_iter().find(|kind| goal.asks_for(*kind)) {
        return Ok(Some(End::Violation(kind)));
    }
    let Goal::Reach(id) = goal else { return Ok(None) };
    let truth = system.property_truth(id, Env::of_state(state)).map_err(internal)?;
    Ok((truth == Truth::True).then_some(End::Reached(id)))
}

/// Leaves out what a run to a violation does without: long parts first, then single steps, as long as the end is the same (Zeller and
/// Hildebrandt, "Simplifying and isolating failure-inducing input", 2002). `None` where the choices lead to no end.
pub(crate) fn shorten(
    system: &TransitionSystem,
    goal: Goal,
    choices: &Choices,
    limits: &Limits,
) -> Result<Option<Verdict>, Unknown> {
    let Some((end, mut trace)) = execute(system, goal, choices)? else { return Ok(None) };
    let taken = |trace: &Trace| trace.steps.iter().map(|s| (s.transition, s.args.clone())).collect();
    let mut best = Choices { taken: taken(&trace), ..choices.clone() };
    let mut part = best.taken.len().div_ceil(2);
    while part > 0 && limits.must_stop().is_none() {
        let mut at = 0;
        let mut shorter = false;
        while at < best.taken.len() {
            let mut fewer = best.clone();
            fewer.taken.drain(at..(at + part).min(best.taken.len()));
            match execute(system, goal, &fewer)? {
                Some((same, found)) if same == end && found.steps.len() < best.taken.len() => {
                    best.taken = taken(&found);
                    trace = found;
                    shorter = true;
                }
                _ => at += part,
            }
        }
        if part > 1 || !shorter {
            part /= 2;
        }
    }
    Ok(Some(match end {
        End::Violation(kind) => Verdict::Violated(Violation { kind, trace }),
        End::Reached(_) => Verdict::Reached(trace),
    }))
}
