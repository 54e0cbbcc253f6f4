//! Stopping a solver while it runs.

use musilc_ir::Limits;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;
use z3::ContextHandle;

/// How often the limits are looked at.
const PERIOD: Duration = Duration::from_millis(20);

/// A flag that solvers look at often, so it is cheap to look at.
#[derive(Clone, Default, Debug)]
pub(crate) struct Stop(Arc<AtomicBool>);

impl Stop {
    pub(crate) fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Interrupts the solvers of a thread once the limits say so. Returns when it has, or when the other end of the channel is gone.
///
/// An interrupted context stays interrupted: a query that starts a moment later gives up at once.
pub(crate) fn watch(z3: &ContextHandle<'_>, stop: &Stop, limits: &Limits, done: &Receiver<()>) {
    while let Err(RecvTimeoutError::Timeout) = done.recv_timeout(PERIOD) {
        if limits.must_stop().is_some() {
            stop.set();
            z3.interrupt();
            return;
        }
    }
}
