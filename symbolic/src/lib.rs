//! Bounded checking of [transition systems](musilc_ir::TransitionSystem) with Z3.
//!
//! [`check`] unrolls the system step by step and asks Z3, depth by depth, whether anything is wrong there. The verdict is the same as
//! that of a search through all states: the least violation in depth, then in the order of [`ViolationKind`](musilc_ir::ViolationKind).
//! Where there is none up to the bound, it asks length by length for a lasso that refutes a temporal property.
//!
//! # Parts
//!
//! * `question`, `found`: what is asked, and what has been found out.
//! * `sat`, `watch`: who answers, behind a narrow trait, and how it is stopped.
//! * `unroll`, `commute`: runs, one step after another; of neighbouring steps that commute, only one order is searched.
//! * `search`, `trace`: what to look for at a depth, in what order, and the run that a model describes.
//! * `formula`, `lasso`, `global`: the truth of a formula along a lasso, the search for fair lassos of least length, and what of
//!   temporal and recoverable properties follows from it.
//!
//! What a state and a step are in bits is said in [`musilc_circuit`].
//!
//! # Limits
//!
//! A deadline or an interrupt reaches Z3 while it runs, within some hundredths of a second. The limit on memory applies to what Z3 holds
//! in the whole process, so checks in parallel count towards each other's; it is looked at between the solver's steps, and may be
//! overrun for a moment. There are no states to count, so the limit on states does not apply.
//!
//! What a recoverable property claims shows in no single run, so it is decided only where all runs end within the bound.

mod cells;
mod commute;
mod formula;
mod found;
mod global;
mod lasso;
mod options;
mod question;
mod sat;
mod search;
mod trace;
mod unroll;
mod watch;

#[doc(hidden)]
pub use options::Mutation;
pub use options::{Method, Mode, Options, Procedure};

use found::Found;
use musilc_ir::{Goal, Limits, Outcome, Statistics, TransitionSystem, Unknown, Verdict};
use question::Question;
use std::sync::mpsc;
use std::thread;
use std::time::Instant;
use watch::Stop;

/// Z3 descends into terms recursively; they are deep where a model is.
const STACK: usize = 256 << 20;

/// Searches all runs of up to `options.depth` steps (or `limits.max_depth`, where that is less) for the goal.
///
/// [`Verdict::Proved`] where no run is longer; else a run without anything wrong up to the bound is all that is claimed.
#[must_use]
pub fn check(system: &TransitionSystem, goal: Goal, limits: &Limits, options: &Options) -> Outcome {
    check_mutated(system, goal, limits, options, Mutation::None)
}

/// [`check`] with a fault in the encoding, for tests that a fault is found out.
#[doc(hidden)]
#[must_use]
pub fn check_mutated(
    system: &TransitionSystem,
    goal: Goal,
    limits: &Limits,
    options: &Options,
    mutation: Mutation,
) -> Outcome {
    let started = Instant::now();
    let mut found = Found::default();
    let verdict = match goal.fits(system) {
        Err(unfit) => Err(unfit),
        Ok(()) => in_own_context(
            |stop| {
                let bound = limits.max_depth.map_or(options.depth, |most| most.min(options.depth));
                let question = Question { goal, limits, options, mutation, bound, started, stop };
                bounded(system, question, &mut found)
            },
            limits,
        ),
    };
    Outcome {
        verdict: verdict.unwrap_or_else(Verdict::Unknown),
        decided_depth: found.decided,
        decided_lassos: found.lassos,
        witnesses: found.witnesses,
        certificate: found.certificate,
        statistics: Statistics {
            queries: Some(found.queries),
            memory: found.memory,
            elapsed: started.elapsed(),
            ..Statistics::default()
        },
        coverage: None,
    }
}

/// Searches all runs up to the bound.
fn bounded(system: &TransitionSystem, question: Question<'_>, found: &mut Found) -> Result<Verdict, Unknown> {
    let plan = question.plan(system, 0)?;
    let verdict = search::run(&plan, question, found)?;
    found.witnesses.sort_by_key(|(id, _)| *id);
    global::run(plan, verdict, question, found)
}

/// Runs a search in a thread of its own, which brings a fresh Z3 context and enough stack, and another one that stops it in time.
fn in_own_context<R: Send>(
    search: impl FnOnce(&Stop) -> Result<R, Unknown> + Send,
    limits: &Limits,
) -> Result<R, Unknown> {
    thread::scope(|scope| {
        let worker = move || {
            let context = z3::Context::thread_local();
            let handle = context.handle();
            let (running, done) = mpsc::channel();
            let stop = Stop::default();
            thread::scope(|scope| {
                let watcher = {
                    let stop = stop.clone();
                    scope.spawn(move || watch::watch(&handle, &stop, limits, &done))
                };
                let result = search(&stop);
                drop(running);
                // It has nothing to say, and the scope waits for it anyway.
                drop(watcher);
                result
            })
        };
        let spawned =
            thread::Builder::new().name("symbolic".to_owned()).stack_size(STACK).spawn_scoped(scope, worker);
        match spawned.map(thread::ScopedJoinHandle::join) {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(Unknown::Incapable("the encoding or the solver's binding panicked".to_owned())),
            Err(error) => Err(Unknown::Incapable(format!("no thread for the solver: {error}"))),
        }
    })
}
