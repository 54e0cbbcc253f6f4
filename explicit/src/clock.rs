//! Time: when to stop, and when to tell how far it got.

use crate::machine::Stop;
use musilc_ir::{Limits, Progress};
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

/// So many ticks pass between two looks at the clock.
const TICKS: u32 = 2048;

/// The least time between two reports.
const REPORT: Duration = Duration::from_millis(100);

/// Watches the limits and reports progress.
pub(crate) struct Clock<'l> {
    limits: &'l Limits,
    started: Instant,
    reported: Instant,
    ticks: u32,
}

impl<'l> Clock<'l> {
    pub(crate) fn new(limits: &'l Limits) -> Self {
        let now = Instant::now();
        // The first tick looks at the clock, so that a limit of no time at all is seen even by a short search.
        Self { limits, started: now, reported: now, ticks: TICKS - 1 }
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// A little work has been done.
    #[inline]
    pub(crate) fn tick(&mut self, progress: impl FnOnce() -> Progress) -> ControlFlow<Stop> {
        self.ticks += 1;
        if self.ticks < TICKS { ControlFlow::Continue(()) } else { self.look(progress) }
    }

    /// Looks at the clock now.
    #[cold]
    pub(crate) fn look(&mut self, progress: impl FnOnce() -> Progress) -> ControlFlow<Stop> {
        self.ticks = 0;
        if let Some(why) = self.limits.must_stop() {
            return ControlFlow::Break(Box::new(why));
        }
        if let Some(observer) = &self.limits.observer
            && self.reported.elapsed() >= REPORT
        {
            self.reported = Instant::now();
            observer(&Progress { elapsed: self.elapsed(), ..progress() });
        }
        ControlFlow::Continue(())
    }
}
