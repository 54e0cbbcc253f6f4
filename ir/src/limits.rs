//! Limits on an engine's work, interruption, and reports of progress.

use crate::Unknown;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How far an engine may go. `None` is no limit.
#[derive(Clone, Default)]
pub struct Limits {
    /// The most distinct states.
    pub max_states: Option<u64>,
    /// The most bytes of the engine's own data structures.
    pub max_memory: Option<u64>,
    /// The greatest depth: no step is taken from states at this depth.
    pub max_depth: Option<u32>,
    /// When to stop.
    pub deadline: Option<Instant>,
    /// Set from outside to stop soon.
    pub interrupt: Interrupt,
    /// Called now and then.
    pub observer: Option<Observer>,
}

/// A flag that stops an engine.
#[derive(Clone, Default, Debug)]
pub struct Interrupt {
    raised: Arc<AtomicBool>,
    parent: Option<Arc<Interrupt>>,
}

impl Interrupt {
    /// Asks every holder of the flag to stop.
    pub fn raise(&self) {
        self.raised.store(true, Ordering::Relaxed);
    }

    /// Whether to stop.
    #[must_use]
    pub fn is_raised(&self) -> bool {
        self.raised.load(Ordering::Relaxed) || self.parent.as_ref().is_some_and(|parent| parent.is_raised())
    }

    /// A flag that is raised by itself, and where this one is.
    #[must_use]
    pub fn child(&self) -> Self {
        Self { raised: Arc::default(), parent: Some(Arc::new(self.clone())) }
    }
}

/// What is told of a running engine.
#[derive(Clone, Copy, Debug, Default)]
pub struct Progress {
    /// The depth that is being worked on.
    pub depth: u32,
    /// Distinct states so far; 0 from an engine that does not count them.
    pub states: u64,
    /// Steps so far.
    pub transitions: u64,
    /// Conflicts of the solver so far; 0 from an engine without one.
    pub conflicts: u64,
    /// States waiting to be expanded.
    pub frontier: u64,
    /// Bytes of the engine's own data structures; 0 from an engine that does not count them.
    pub memory: u64,
    /// The most bytes that they may take; 0 where there is no limit.
    pub max_memory: u64,
    /// Since the start.
    pub elapsed: Duration,
}

/// Receives [`Progress`].
pub type Observer = Arc<dyn Fn(&Progress) + Send + Sync>;

impl Limits {
    /// Why to stop now, by the clock or the interrupt.
    #[must_use]
    pub fn must_stop(&self) -> Option<Unknown> {
        if self.interrupt.is_raised() {
            Some(Unknown::Interrupted)
        } else if self.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            Some(Unknown::Timeout)
        } else {
            None
        }
    }
}
