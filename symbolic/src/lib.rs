//! Bounded checking of [transition systems](musilc_ir::TransitionSystem) with Z3.
//!
//! [`check`] unrolls the system step by step and asks Z3, depth by depth, whether anything is wrong there. The verdict is the same as
//! that of a search through all states: the least violation in depth, then in the order of [`ViolationKind`](musilc_ir::ViolationKind).
//! Where there is none up to the bound, it asks length by length for a lasso that refutes a temporal property.
//!
//! # Encoding
//!
//! Booleans and bit-vectors only, in modules with one task each:
//!
//! * `scalar`, `word`, `divide`, `term`: values. An integer is a bit-vector together with the interval that it lies in, unsigned where the
//!   interval has no negative number, else in two's complement, of the least width; arrays are sequences of cells.
//! * `encode`: expressions as such values, given what their leaves stand for.
//! * `plan`: the instances of the transitions, written out unless they are too many; then their parameters are the solver's to choose.
//! * `select`, `frame`, `unroll`: exactly one instance a step, and the state that it leads to.
//! * `commute`: of neighbouring steps that commute, only one order is searched.
//! * `bad`, `search`, `trace`: what to look for at a depth, in what order, and the run that a model describes.
//! * `formula`, `lasso`, `global`: the truth of a formula along a lasso, the search for fair lassos of least length, and what of
//!   temporal and recoverable properties follows from it.
//!
//! Values fold while they are made, and the interval of a cell is found anew at each depth from what the steps can write there. So a
//! counter that cannot have come far yet takes few bits, and what cannot have happened yet is not asked for.
//!
//! No term is ever asked for its declaration, only for its value under a model: some versions of Z3 crash otherwise.
//!
//! # Limits
//!
//! A deadline or an interrupt reaches Z3 while it runs, within some hundredths of a second. The limit on memory applies to what Z3 holds
//! in the whole process, so checks in parallel count towards each other's; it is looked at between the solver's steps, and may be
//! overrun for a moment. There are no states to count, so the limit on states does not apply.
//!
//! What a recoverable property claims shows in no single run, so it is decided only where all runs end within the bound.

mod bad;
mod cells;
mod commute;
mod divide;
mod encode;
mod formula;
mod frame;
mod global;
mod lasso;
mod options;
mod plan;
mod scalar;
mod search;
mod select;
mod solver;
mod term;
mod trace;
mod unroll;
mod watch;
mod word;

#[doc(hidden)]
pub use options::Mutation;
pub use options::{Backend, Options};

use musilc_ir::{Goal, Limits, Outcome, Statistics, TransitionSystem, Unknown, Verdict};
use search::Found;
use std::sync::mpsc;
use std::thread;
use std::time::Instant;

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
        Ok(()) if matches!(goal, Goal::Induct(_)) => {
            Err(Unknown::Incapable("induction is not looked at yet".to_owned()))
        }
        Ok(()) => in_own_context(|| search::run(system, goal, limits, options, mutation, &mut found), limits),
    };
    Outcome {
        verdict: verdict.unwrap_or_else(Verdict::Unknown),
        decided_depth: found.decided,
        decided_lassos: found.lassos,
        witnesses: found.witnesses,
        certificate: None,
        statistics: Statistics {
            queries: Some(found.queries),
            memory: found.memory,
            elapsed: started.elapsed(),
            ..Statistics::default()
        },
        coverage: None,
    }
}

/// Runs a search in a thread of its own, which brings a fresh Z3 context and enough stack, and another one that stops it in time.
fn in_own_context<R: Send>(
    search: impl FnOnce() -> Result<R, Unknown> + Send,
    limits: &Limits,
) -> Result<R, Unknown> {
    thread::scope(|scope| {
        let worker = move || {
            let context = z3::Context::thread_local();
            let handle = context.handle();
            let (running, done) = mpsc::channel();
            thread::scope(|scope| {
                let watcher = scope.spawn(move || watch::watch(&handle, limits, &done));
                let result = search();
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
