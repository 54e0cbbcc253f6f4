//! Running the engines: nothing that they say is believed before the reference evaluator has confirmed it.

use crate::memory::default_max_memory;
use crate::options::{Backend, Engine, Fault, Options, Procedure, default_threads};
use crate::result::Run;
use musilc_explicit::Checkpoint;
use musilc_ir::{Goal, Limits, Outcome, TransitionSystem, Unknown, Verdict, replay};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Runs the explicit search of a check, which is saved where the options say so. For searches beside it, there is
/// [`explicit_beside`].
///
/// # Errors
/// What is wrong with its answer.
pub(crate) fn explicit(system: &TransitionSystem, goal: Goal, options: &Options) -> Result<Run, String> {
    search(system, goal, options, settings(options, options.checkpoint.clone()))
}

/// Runs an explicit search that is another one than that of the check: it is never saved, since a file holds one search.
///
/// # Errors
/// What is wrong with its answer.
pub(crate) fn explicit_beside(
    system: &TransitionSystem,
    goal: Goal,
    options: &Options,
) -> Result<Run, String> {
    search(system, goal, options, settings(options, None))
}

fn settings(options: &Options, checkpoint: Option<Checkpoint>) -> musilc_explicit::Options {
    musilc_explicit::Options {
        codegen: options.codegen,
        threads: options.threads.unwrap_or_else(default_threads),
        checkpoint,
        slice: options.slice,
        mutation: match options.fault {
            Some(Fault::ExplicitInstance) => musilc_explicit::Mutation::ForgetOneInstance,
            Some(Fault::BmcInstance | Fault::BmcFrame) | None => musilc_explicit::Mutation::None,
        },
        ..musilc_explicit::Options::default()
    }
}

fn search(
    system: &TransitionSystem,
    goal: Goal,
    options: &Options,
    settings: musilc_explicit::Options,
) -> Result<Run, String> {
    let limits = limits(system, options, Engine::Explicit, None);
    confirmed(system, goal, Engine::Explicit, musilc_explicit::check_with(system, goal, &limits, &settings))
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
        max_memory: Some(options.max_memory.unwrap_or_else(|| usual_memory(options, engine))),
        max_depth: options.max_depth,
        deadline: time.and_then(|time| Instant::now().checked_add(time)),
        interrupt: options.interrupt.clone(),
        observer,
    }
}

/// The most memory where nobody says. A search and a proof run side by side, each with this limit.
fn usual_memory(options: &Options, engine: Engine) -> u64 {
    let both = engine == Engine::Bmc && options.prove;
    default_max_memory() / if both { 2 } else { 1 }
}

fn confirmed(system: &TransitionSystem, goal: Goal, engine: Engine, outcome: Outcome) -> Result<Run, String> {
    match replay::confirm(system, goal, &outcome) {
        Ok(()) => Ok(Run { engine, outcome }),
        Err(problem) => Err(format!("a run that {engine} reports does not replay: {problem}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use musilc_explicit::Codegen;
    use std::num::NonZeroUsize;

    #[test]
    fn only_the_search_of_the_check_is_saved() {
        let three = NonZeroUsize::MIN.saturating_add(2);
        let options = Options::new().codegen(Codegen::Native).threads(three);
        let options = options.checkpoint("search.save", Duration::from_secs(5));
        let own = settings(&options, options.checkpoint.clone());
        assert_eq!((own.codegen, own.threads), (Codegen::Native, three));
        let checkpoint = own.checkpoint.unwrap();
        assert_eq!(
            (checkpoint.file.to_str(), checkpoint.every),
            (Some("search.save"), Duration::from_secs(5))
        );
        let beside = settings(&options, None);
        assert_eq!((beside.codegen, beside.threads), (Codegen::Native, three));
        assert!(beside.checkpoint.is_none());
    }

    #[test]
    fn two_that_run_side_by_side_share_the_memory() {
        let options = Options::new().prove(true);
        assert_eq!(usual_memory(&options, Engine::Explicit), default_max_memory());
        assert_eq!(usual_memory(&options, Engine::Bmc), default_max_memory() / 2);
        assert_eq!(usual_memory(&Options::new(), Engine::Bmc), default_max_memory());
    }
}
