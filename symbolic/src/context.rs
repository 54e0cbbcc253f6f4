//! A thread for a search, with a solver context of its own.

use crate::watch::{self, Stop};
use musilc_ir::{Limits, Unknown};
use std::sync::mpsc;
use std::thread;

/// Z3 descends into terms recursively; they are deep where a model is.
const STACK: usize = 256 << 20;

/// Runs a search in a thread of its own, which brings a fresh Z3 context and enough stack, and another one that stops it in time.
pub(crate) fn run<R: Send>(
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
