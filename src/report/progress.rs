//! How a search gets on, in a line of the terminal.

use super::figures::{bytes, bytes_each, rough};
use super::trace::width;
use crate::options::Engine;
use musilc_ir::Progress;
use std::time::Duration;

/// How many states a second an engine finds, smoothed so that the figure can be read while it changes.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Pace {
    before: Option<(Duration, u64)>,
    rate: Option<f64>,
}

/// The past counts less by a factor of e after so many seconds.
const MEMORY: f64 = 3.0;

impl Pace {
    /// Takes a report into account. One that is older than the last begins anew: another search has started.
    pub fn update(&mut self, now: &Progress) {
        let sample = (now.elapsed, now.states);
        let (since, states) = match self.before {
            Some((then, before)) if then <= now.elapsed && before <= now.states => {
                (now.elapsed - then, now.states - before)
            }
            _ => {
                self.rate = None;
                sample
            }
        };
        let seconds = since.as_secs_f64();
        if seconds < 1e-3 {
            return;
        }
        let rate = states as f64 / seconds;
        let weight = 1.0 - (-seconds / MEMORY).exp();
        self.rate = Some(self.rate.map_or(rate, |old| old + (rate - old) * weight));
        self.before = Some(sample);
    }

    /// States a second; `None` before the first report.
    #[must_use]
    pub fn states_per_second(&self) -> Option<f64> {
        self.rate
    }
}

/// A part of the line, and how long it is kept where there is no room for all.
type Part = (u8, String);

/// How an engine gets on with a check of a chapter, in at most so many columns. Where not everything fits, what matters least is left out.
#[must_use]
pub fn progress(
    chapter: &str,
    check: &str,
    engine: Engine,
    now: &Progress,
    pace: &Pace,
    columns: usize,
) -> String {
    let mut parts = parts(chapter, check, engine, now, pace);
    let length =
        |parts: &[Part]| parts.iter().map(|(_, text)| width(text)).sum::<usize>() + 2 * (parts.len() - 1);
    while parts.len() > 1 && length(&parts) > columns {
        let least = parts.iter().enumerate().min_by_key(|(_, (weight, _))| *weight).map(|(index, _)| index);
        parts.remove(least.unwrap_or(0));
    }
    let texts: Vec<&str> = parts.iter().map(|(_, text)| text.as_str()).collect();
    cut(&texts.join("  "), columns)
}

fn parts(chapter: &str, check: &str, engine: Engine, now: &Progress, pace: &Pace) -> Vec<Part> {
    let number = |number: u64| rough(number as f64);
    let mut out =
        vec![(4, visible(chapter)), (9, visible(check)), (10, format!("{engine} depth {}", now.depth))];
    if now.states > 0 {
        out.push((8, format!("{} states", number(now.states))));
        out.push((2, format!("{} steps", number(now.transitions))));
        out.push((3, format!("{} waiting", number(now.frontier))));
        out.extend(pace.states_per_second().map(|rate| (6, format!("{} states/s", rough(rate)))));
    }
    if now.conflicts > 0 {
        out.push((5, format!("{} conflicts", number(now.conflicts))));
    }
    if now.memory > 0 {
        if now.states > 0 {
            out.push((1, format!("{} bytes/state", bytes_each(now.memory, now.states))));
        }
        let most = if now.max_memory > 0 { format!(" of {}", bytes(now.max_memory)) } else { String::new() };
        out.push((7, format!("{}{most}", bytes(now.memory))));
    }
    out
}

/// A name without what would move the cursor.
fn visible(name: &str) -> String {
    name.chars().map(|c| if c.is_control() { '?' } else { c }).collect()
}

/// A text, cut where it is longer than so many columns.
fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut out: String = text.chars().take(columns.saturating_sub(1)).collect();
    if columns > 0 {
        out.push('…');
    }
    out
}

/// The time since a check was begun, as clocks show it: `0:12`, `2:05`, `3:07:45`.
#[must_use]
pub fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds % 3600 / 60, seconds % 60);
    match hours {
        0 => format!("{minutes}:{seconds:02}"),
        _ => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(seconds: u64, states: u64) -> Progress {
        Progress {
            depth: 12,
            states,
            transitions: 3 * states,
            frontier: 45_210,
            memory: 12 * states,
            max_memory: 4 << 30,
            elapsed: Duration::from_secs(seconds),
            ..Progress::default()
        }
    }

    fn line(now: &Progress, columns: usize) -> String {
        let mut pace = Pace::default();
        pace.update(now);
        progress("docs/till.md", "hurried", Engine::Explicit, now, &pace, columns)
    }

    #[test]
    fn a_wide_terminal_shows_everything() {
        assert_eq!(
            line(&sample(10, 1_234_567), 200),
            "docs/till.md  hurried  explicit depth 12  1.23 M states  3.70 M steps  45.2 k waiting  123 k states/s  \
             12.0 bytes/state  14.1 MiB of 4.0 GiB"
        );
    }

    #[test]
    fn what_matters_least_goes_first() {
        let now = sample(10, 1_234_567);
        for (columns, expected) in [
            (
                120,
                "docs/till.md  hurried  explicit depth 12  1.23 M states  45.2 k waiting  123 k states/s  14.1 MiB of 4.0 GiB",
            ),
            (
                100,
                "docs/till.md  hurried  explicit depth 12  1.23 M states  123 k states/s  14.1 MiB of 4.0 GiB",
            ),
            (80, "hurried  explicit depth 12  1.23 M states  123 k states/s  14.1 MiB of 4.0 GiB"),
            (70, "hurried  explicit depth 12  1.23 M states  14.1 MiB of 4.0 GiB"),
            (50, "hurried  explicit depth 12  1.23 M states"),
            (30, "hurried  explicit depth 12"),
            (20, "explicit depth 12"),
            (10, "explicit …"),
            (1, "…"),
            (0, ""),
        ] {
            assert_eq!(line(&now, columns), expected, "{columns}");
        }
        for columns in 0..200 {
            assert!(width(&line(&now, columns)) <= columns, "{columns}");
        }
    }

    #[test]
    fn an_engine_shows_what_it_counts() {
        let pace = Pace::default();
        let now = Progress { depth: 7, conflicts: 12_345, ..Progress::default() };
        let text = progress("a\nb.md", "fixed", Engine::Bmc, &now, &pace, 80);
        assert_eq!(text, "a?b.md  fixed  bmc depth 7  12.3 k conflicts");
        let now = Progress { states: 10, memory: 2048, ..Progress::default() };
        let text = progress("a.md", "fixed", Engine::Explicit, &now, &pace, 120);
        assert_eq!(
            text,
            "a.md  fixed  explicit depth 0  10 states  0 steps  0 waiting  205 bytes/state  2.0 KiB"
        );
    }

    #[test]
    fn the_pace_is_smooth() {
        let mut pace = Pace::default();
        assert_eq!(pace.states_per_second(), None);
        pace.update(&sample(10, 1_000));
        assert_eq!(pace.states_per_second(), Some(100.0));
        // Twice as fast for a second: between the old and the new, nearer to the old.
        pace.update(&sample(11, 1_200));
        let rate = pace.states_per_second().unwrap();
        assert!(100.0 < rate && rate < 150.0, "{rate}");
        // After a long time the new one.
        pace.update(&sample(111, 21_200));
        let rate = pace.states_per_second().unwrap();
        assert!((199.0..=200.0).contains(&rate), "{rate}");
        // Nothing new, and no division by nothing.
        pace.update(&sample(111, 21_200));
        assert_eq!(pace.states_per_second(), Some(rate));
        // Another search.
        pace.update(&sample(1, 50));
        assert_eq!(pace.states_per_second(), Some(50.0));
    }

    #[test]
    fn times() {
        for (seconds, expected) in [(0, "0:00"), (59, "0:59"), (125, "2:05"), (11_265, "3:07:45")] {
            assert_eq!(clock(Duration::from_secs(seconds)), expected);
        }
    }
}
