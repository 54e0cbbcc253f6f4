//! Progress on stderr, where that is a terminal and the run takes a while.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use musilc::Watcher;
use std::io::{IsTerminal, stderr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long a run is silent.
const PATIENCE: Duration = Duration::from_millis(300);

/// A line that says how far the run is.
#[derive(Clone)]
pub(crate) struct ProgressLine(Arc<Mutex<Line>>);

struct Line {
    terminal: bool,
    chapter: String,
    /// Since when the chapter is being checked.
    since: Instant,
    bar: Option<ProgressBar>,
}

impl ProgressLine {
    /// A line that is not shown yet.
    pub(crate) fn new() -> Self {
        let terminal = stderr().is_terminal();
        Self(Arc::new(Mutex::new(Line {
            terminal,
            chapter: String::new(),
            since: Instant::now(),
            bar: None,
        })))
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins with a chapter.
    pub(crate) fn chapter(&self, name: &str) {
        let mut line = self.line();
        line.chapter = name.to_owned();
        line.since = Instant::now();
    }

    /// Takes the line away, so that something can be written.
    pub(crate) fn clear(&self) {
        if let Some(bar) = self.line().bar.take() {
            bar.finish_and_clear();
        }
    }

    /// What shows the progress of engines.
    pub(crate) fn watcher(&self) -> Watcher {
        let this = self.clone();
        Arc::new(move |check, engine, progress| {
            let mut line = this.line();
            if !line.terminal || line.since.elapsed() < PATIENCE {
                return;
            }
            let mut message = format!("{}  {check}  {engine} depth {}", line.chapter, progress.depth);
            if progress.states > 0 {
                message.push_str(&format!(", {} states, {} waiting", progress.states, progress.frontier));
            }
            if progress.conflicts > 0 {
                message.push_str(&format!(", {} conflicts", progress.conflicts));
            }
            line.bar.get_or_insert_with(bar).set_message(message);
        })
    }
}

fn bar() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed:>4}  {wide_msg}") {
        bar.set_style(style);
    }
    // The solver can be silent for long.
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}
