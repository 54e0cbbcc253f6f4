//! Which variables a search needs in its states.
//!
//! A variable is left out where nothing that is asked depends on it: no guard, property or failure reads it, and nothing that they read is ever
//! computed from it (the cone of influence: Clarke, Grumberg and Peled, *Model Checking*, 1999, section 13.1). States that differ in nothing else
//! become one, so there may be fewer of them; they lead to the same violations by the same instances. A variable that never changes is
//! left out, too: its value is known.
//!
//! Runs are shown with all variables: they are executed anew by the reference evaluator.

use crate::options::Options;
use musilc_ir::eval::eval;
use musilc_ir::{
    Env, ExprId, Failure, Goal, InitResult, Node, Predicate, State, StepResult, Trace, TransitionSystem,
    Value,
};

/// How a search knows a variable.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Presence {
    /// It is part of states.
    Stored,
    /// It always has this value.
    Fixed(Value),
    /// Nothing that is asked depends on it.
    Irrelevant,
}

/// How to know each variable of a system in a search for a goal.
pub(crate) fn presence(system: &TransitionSystem, goal: Goal, options: &Options) -> Vec<Presence> {
    let lassos = !system.global_properties(goal).is_empty();
    // The states of a lasso must repeat in all variables. A counter that is only written to keeps them from it.
    let relevant = match options.slice && !lassos {
        true => relevant(system, goal),
        false => vec![true; system.variables.len()],
    };
    let mut written = vec![false; system.variables.len()];
    for update in system.transitions.iter().flat_map(|transition| &transition.updates) {
        if let Some(written) = written.get_mut(update.variable.index()) {
            *written = true;
        }
    }
    let only_value = |index: usize| {
        let expr = *system.init.values.get(index)?;
        let nodes = system.context.reachable([expr]);
        let chosen =
            |expr| matches!(system.context.node(expr), Node::Param { .. } | Node::Var(_) | Node::Next(_));
        if nodes.into_iter().any(chosen) {
            return None;
        }
        let nowhere = State::default();
        let value = eval(&system.context, expr, Env::of_state(&nowhere)).ok()?;
        value.has_type(&system.variables[index].ty).then_some(value)
    };
    let presence = relevant.into_iter().zip(written).enumerate().map(|(index, known)| match known {
        (false, _) => Presence::Irrelevant,
        (true, false) => only_value(index).map_or(Presence::Stored, Presence::Fixed),
        (true, true) => Presence::Stored,
    });
    presence.collect()
}

/// Which variables something that is asked depends on.
fn relevant(system: &TransitionSystem, goal: Goal) -> Vec<bool> {
    let mut roots: Vec<ExprId> = Vec::new();
    let add_failures = |roots: &mut Vec<ExprId>, failures: &[Failure]| {
        roots.extend(failures.iter().map(|failure| failure.condition));
    };
    let add_predicate = |roots: &mut Vec<ExprId>, predicate: &Predicate| {
        add_failures(roots, &predicate.failures);
        roots.push(predicate.expr);
    };
    for transition in &system.transitions {
        add_failures(&mut roots, &transition.guard_failures);
        add_failures(&mut roots, &transition.failures);
        roots.push(transition.guard);
    }
    for (index, property) in system.properties.iter().enumerate() {
        let asked = match goal {
            Goal::All => true,
            Goal::Reach(id) | Goal::Refute(id) | Goal::Induct(id) => id.index() == index,
        };
        if asked {
            add_predicate(&mut roots, &property.predicate);
        } else {
            add_failures(&mut roots, &property.predicate.failures);
        }
    }
    add_predicate(&mut roots, &system.terminal);
    roots.extend(system.probes.iter().map(|probe| probe.expr));

    let mut relevant = vec![false; system.variables.len()];
    let mut done = vec![false; system.context.len()];
    while !roots.is_empty() {
        let mut stack = std::mem::take(&mut roots);
        while let Some(expr) = stack.pop() {
            if std::mem::replace(&mut done[expr.index()], true) {
                continue;
            }
            let node = system.context.node(expr);
            if let Node::Var(id) | Node::Next(id) = node
                && !std::mem::replace(&mut relevant[id.index()], true)
            {
                let updates = system.transitions.iter().flat_map(|transition| &transition.updates);
                roots.extend(updates.filter(|update| update.variable == *id).map(|update| update.value));
            }
            node.for_each_child(|child| stack.push(child));
        }
    }
    relevant
}

/// The run with the values of all variables.
pub(crate) fn complete(system: &TransitionSystem, trace: &mut Trace) {
    let Ok(InitResult::State(initial)) = system.initial_state(&trace.init_args) else { return };
    let mut state: Option<State> = Some(initial);
    if trace.initial.is_some() {
        trace.initial.clone_from(&state);
    }
    for step in &mut trace.steps {
        let after = state.as_ref().map(|state| system.step(state, step.transition, &step.args));
        state = match after {
            Some(Ok(StepResult::Next(after))) => Some(after),
            _ => None,
        };
        if step.state.is_some() {
            step.state.clone_from(&state);
        }
    }
}

/// The names of the variables that are left out because they do not matter.
pub(crate) fn left_out(system: &TransitionSystem, presence: &[Presence]) -> Vec<String> {
    let all = system.variables.iter().zip(presence);
    all.filter(|(_, presence)| **presence == Presence::Irrelevant)
        .map(|(variable, _)| variable.name.clone())
        .collect()
}
