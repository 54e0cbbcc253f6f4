//! Progress on stderr, where that is a terminal and the run takes a while.

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use musilc::ir::Progress;
use musilc::report::{self, Pace};
use musilc::{Engine, Watcher};
use std::fmt::Write;
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
    /// The check and the engine that are being shown.
    shown: Option<(String, Engine)>,
    pace: Pace,
    bar: Option<ProgressBar>,
}

impl ProgressLine {
    /// A line that is not shown yet.
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(Line {
            terminal: stderr().is_terminal(),
            chapter: String::new(),
            since: Instant::now(),
            shown: None,
            pace: Pace::default(),
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
        line.shown = None;
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
        Arc::new(move |check, engine, progress| this.line().show(check, engine, progress))
    }
}

impl Line {
    fn show(&mut self, check: &str, engine: Engine, progress: &Progress) {
        if !self.terminal {
            return;
        }
        let new = self.shown.as_ref().is_none_or(|(name, other)| name != check || *other != engine);
        if new {
            self.shown = Some((check.to_owned(), engine));
            self.pace = Pace::default();
        }
        self.pace.update(progress);
        if self.since.elapsed() < PATIENCE {
            return;
        }
        let columns = columns().saturating_sub(usize::from(BESIDE));
        let text = report::progress(&self.chapter, check, engine, progress, &self.pace, columns);
        if new && let Some(bar) = &self.bar {
            bar.reset_elapsed();
        }
        self.bar.get_or_insert_with(|| bar(progress.elapsed)).set_message(text);
    }
}

/// The columns of the terminal.
fn columns() -> usize {
    terminal_size::terminal_size_of(stderr()).map_or(80, |(width, _)| usize::from(width.0))
}

/// The columns of what stands before the text: a sign that turns, the time, and blanks. The last column stays free, for a terminal may
/// wrap a line that fills it.
const BESIDE: u16 = 2 + 8 + 2 + 1;

fn bar(elapsed: Duration) -> ProgressBar {
    // One line is written over the other: clearing it in between would flicker. The style fills the line.
    let lines = MultiProgress::with_draw_target(ProgressDrawTarget::stderr());
    lines.set_move_cursor(true);
    let bar = lines.add(ProgressBar::no_length()).with_elapsed(elapsed);
    let time = |state: &ProgressState, out: &mut dyn Write| {
        let _ = write!(out, "{:>8}", report::clock(state.elapsed()));
    };
    if let Ok(style) = ProgressStyle::with_template("{spinner} {time}  {wide_msg}") {
        bar.set_style(style.with_key("time", time));
    }
    // The solver can be silent for long.
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}
