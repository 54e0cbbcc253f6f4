//! Whether the inductive invariants are inductive: every state is tried, reachable or not.

use crate::eval::{Env, InternalError};
use crate::step::{StepResult, Truth};
use crate::{PropertyId, State, Step, Trace, TransitionSystem, Type, Value, Violation, ViolationKind};

/// A counterexample to induction of the first inductive invariant that has one; none where all of them together are inductive.
///
/// # Errors
/// As [`counterexamples_to_induction`].
pub fn counterexample_to_induction(
    system: &TransitionSystem,
    limit: u64,
) -> Result<Option<Violation>, InternalError> {
    Ok(counterexamples_to_induction(system, limit)?.into_iter().next())
}

/// For each inductive invariant that has one, in order of declaration, a counterexample to induction: the first one, states in ascending order,
/// then transitions and instances in order.
///
/// # Errors
/// Where the system is malformed, or the state variables have more than `limit` values together.
pub fn counterexamples_to_induction(
    system: &TransitionSystem,
    limit: u64,
) -> Result<Vec<Violation>, InternalError> {
    let claimed: Vec<PropertyId> = system.inductive_properties().collect();
    let mut found: Vec<Option<Trace>> = vec![None; claimed.len()];
    for state in all_states(system, limit)? {
        if !system.is_state(&state) || !all_true(system, &claimed, &state)? {
            continue;
        }
        let successors = system.successors(&state)?;
        if successors.iter().any(|successor| matches!(successor.result, StepResult::GuardFailed(_))) {
            continue;
        }
        for successor in successors {
            let StepResult::Next(after) = successor.result else { continue };
            for (id, found) in claimed.iter().zip(&mut found) {
                if found.is_none() && system.property_truth(*id, Env::of_state(&after))? != Truth::True {
                    let (transition, args) = (successor.transition, successor.args.clone());
                    let step = Step { transition, args, state: Some(after.clone()) };
                    let initial = Some(state.clone());
                    *found = Some(Trace { initial, steps: vec![step], ..Trace::default() });
                }
            }
        }
    }
    let found = claimed.into_iter().zip(found);
    let broken = found
        .filter_map(|(id, trace)| Some(Violation { kind: ViolationKind::NotInductive(id), trace: trace? }));
    Ok(broken.collect())
}

fn all_true(system: &TransitionSystem, claimed: &[PropertyId], state: &State) -> Result<bool, InternalError> {
    for &id in claimed {
        if system.property_truth(id, Env::of_state(state))? != Truth::True {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Every combination of values of the state variables, in ascending order.
fn all_states(system: &TransitionSystem, limit: u64) -> Result<Vec<State>, InternalError> {
    let mut states = vec![State::default()];
    for variable in &system.variables {
        let values = values(&variable.ty, limit)?;
        if (states.len() as u64).saturating_mul(values.len() as u64) > limit {
            return Err(too_many(limit));
        }
        let extended = |state: &State| {
            let state = state.clone();
            values.iter().map(move |value| State([&state.0[..], std::slice::from_ref(value)].concat()))
        };
        states = states.iter().flat_map(extended).collect();
    }
    Ok(states)
}

fn values(ty: &Type, limit: u64) -> Result<Vec<Value>, InternalError> {
    Ok(match ty {
        Type::Bool => vec![Value::Bool(false), Value::Bool(true)],
        Type::Int { lo, hi } if hi.abs_diff(*lo) >= limit => return Err(too_many(limit)),
        Type::Int { lo, hi } => (*lo..=*hi).map(Value::Int).collect(),
        Type::Array { len, element } => {
            let elements = values(element, limit)?;
            let mut arrays: Vec<Vec<Value>> = vec![Vec::new()];
            for _ in 0..*len {
                if (arrays.len() as u64).saturating_mul(elements.len() as u64) > limit {
                    return Err(too_many(limit));
                }
                let extended = |array: &Vec<Value>| {
                    let array = array.clone();
                    elements.iter().map(move |element| [&array[..], std::slice::from_ref(element)].concat())
                };
                arrays = arrays.iter().flat_map(extended).collect();
            }
            arrays.into_iter().map(|array| Value::Array(array.into())).collect()
        }
    })
}

fn too_many(limit: u64) -> InternalError {
    InternalError(format!("there are more than {limit} states"))
}
