//! Running the engines: nothing that they say is believed before the reference evaluator has confirmed it.

use crate::options::{Backend, Engine, Fault, Options, Procedure};
use crate::result::Run;
use musilc_ir::{Goal, Limits, Outcome, TransitionSystem, Unknown, Verdict, replay};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Runs the explicit search.
///
/// # Errors
/// What is wrong with its answer.
pub(crate) fn explicit(system: &TransitionSystem, goal: Goal, options: &Options) -> Result<Run, String> {
    let limits = limits(system, options, Engine::Explicit, None);
    let fault = match options.fault {
        Some(Fault::ExplicitInstance) => musilc_explicit::Mutation::ForgetOneInstance,
        Some(Fault::BmcInstance | Fault::BmcFrame) | None => musilc_explicit::Mutation::None,
    };
    confirmed(system, goal, Engine::Explicit, musilc_explicit::check_mutated(system, goal, &limits, fault))
}

/// Runs the bounded checker to a depth, for at most `patience`; whether it was this that stopped it.
///
/// # Errors
/// What is wrong with its answer.
pub(crate) fn bmc(
    system: &TransitionSystem,
    goal: Goal,
    options: &Options,
    depth: u32,
    patience: Option<Duration>,
) -> Result<(Run, bool), String> {
    let own = patience.filter(|patience| options.timeout.is_none_or(|timeout| *patience <= timeout));
    let limits = limits(system, options, Engine::Bmc, own);
    let defaults = musilc_symbolic::Options::default();
    let settings = musilc_symbolic::Options {
        depth,
        mode: options.mode,
        prove: options.prove.then_some(options.method),
        procedure: options.solver.unwrap_or(usual(options.backend)),
        proof_procedure: options.solver.unwrap_or(defaults.proof_procedure),
        ..defaults
    };
    let fault = match options.fault {
        Some(Fault::BmcInstance) => musilc_symbolic::Mutation::ForgetInstance,
        Some(Fault::BmcFrame) => musilc_symbolic::Mutation::DropLastFrame,
        Some(Fault::ExplicitInstance) | None => musilc_symbolic::Mutation::None,
    };
    let outcome = musilc_symbolic::check_mutated(system, goal, &limits, &settings, fault);
    let run = confirmed(system, goal, Engine::Bmc, outcome)?;
    let timed_out = run.outcome.verdict == Verdict::Unknown(Unknown::Timeout);
    Ok((run, own.is_some() && timed_out))
}

/// Who decides the bounded search where nobody says. A cross-check wants a solver that shares nothing with anything else here; alone, the one
/// counts that was measured faster.
fn usual(backend: Backend) -> Procedure {
    match backend {
        Backend::Both | Backend::Explicit => Procedure::Z3,
        Backend::Bmc => Procedure::Sat,
    }
}

pub(super) fn limits(
    system: &TransitionSystem,
    options: &Options,
    engine: Engine,
    patience: Option<Duration>,
) -> Limits {
    let time = patience.or(options.timeout);
    let observer = options.watcher.clone().map(|watcher| {
        let name = system.name.clone();
        let observer: musilc_ir::Observer = Arc::new(move |progress| watcher(&name, engine, progress));
        observer
    });
    Limits {
        max_states: options.max_states,
        max_memory: options.max_memory,
        max_depth: options.max_depth,
        deadline: time.and_then(|time| Instant::now().checked_add(time)),
        interrupt: options.interrupt.clone(),
        observer,
    }
}

fn confirmed(system: &TransitionSystem, goal: Goal, engine: Engine, outcome: Outcome) -> Result<Run, String> {
    match replay::confirm(system, goal, &outcome) {
        Ok(()) => Ok(Run { engine, outcome }),
        Err(problem) => Err(format!("a run that {engine} reports does not replay: {problem}")),
    }
}
