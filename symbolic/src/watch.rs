//! Stopping the solver while it runs.

use musilc_ir::Limits;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;
use z3::ContextHandle;

/// How often the limits are looked at.
const PERIOD: Duration = Duration::from_millis(20);

/// Interrupts the solver once the limits say so. Returns when it has, or when the other end of the channel is gone.
///
/// An interrupted context stays interrupted: a query that starts a moment later gives up at once.
pub(crate) fn watch(solver: &ContextHandle<'_>, limits: &Limits, done: &Receiver<()>) {
    while let Err(RecvTimeoutError::Timeout) = done.recv_timeout(PERIOD) {
        if limits.must_stop().is_some() {
            solver.interrupt();
            return;
        }
    }
}
