//! The tables, in Markdown.

use crate::measured::{Answer, Run};
use crate::record::{By, Record};
use std::fmt::Write;
use std::time::Duration;

/// Times of a process are not known better than this.
const LEAST: Duration = Duration::from_millis(1);

/// What ABC needed less than this for may take musilc as long, if any violation will do.
const UNNOTICED: Duration = Duration::from_millis(50);

/// Formats figures.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Table {
    pub(crate) limit: Duration,
}

impl Table {
    fn cell(self, run: Option<&Run>) -> String {
        match run {
            None => String::new(),
            Some(run) if run.answer == Answer::Stopped && run.elapsed < self.limit.mul_f64(0.9) => {
                "gave up".to_owned()
            }
            Some(run) if run.answer == Answer::Stopped => format!("> {}", time(self.limit)),
            Some(run) => time(run.elapsed),
        }
    }

    /// How many times as long as ABC's the time is.
    fn ratio(self, ours: Option<&Run>, theirs: Option<&Run>) -> String {
        let (Some(ours), Some(theirs)) = (ours, theirs) else { return String::new() };
        let seconds = |run: &Run| match run.answer {
            Answer::Stopped => self.limit.as_secs_f64(),
            _ => run.elapsed.max(LEAST).as_secs_f64(),
        };
        let sign = match (ours.answer == Answer::Stopped, theirs.answer == Answer::Stopped) {
            (true, true) => return String::new(),
            (true, false) => "> ",
            (false, true) => "< ",
            (false, false) => "",
        };
        format!("{sign}{:.2}", seconds(ours) / seconds(theirs))
    }

    /// A table of searches, one row a size.
    fn searches(self, records: &[Record], what: &str, z3: By, sat: By, bmc: By, out: &mut String) {
        let _ =
            writeln!(out, "| family | size | {what} | Z3 | BatSat | memory | ABC `bmc3` | BatSat / ABC |");
        out.push_str("|---|---|---|---|---|---|---|---|\n");
        for record in records {
            let get = |by| record.runs.get(&by);
            let Some(either) = get(z3).or(get(sat)) else { continue };
            let found = match either.answer {
                Answer::Violated(depth) => depth.to_string(),
                _ if bmc == By::BmcFixed => record.bound.to_string(),
                _ => record.depth.to_string(),
            };
            let theirs = get(bmc).map_or_else(|| "-".to_owned(), |run| self.cell(Some(run)));
            let cells = [
                record.family.to_owned(),
                record.size.clone(),
                found,
                self.cell(get(z3)),
                self.cell(get(sat)),
                memory(get(sat)),
                theirs,
                self.ratio(get(sat), get(bmc)),
            ];
            row(&cells, out);
        }
    }

    fn proofs(self, records: &[Record], out: &mut String) {
        out.push_str(
            "| family | size | clauses | musilc | memory | ABC `pdr` | `dc2; scorr; pdr` | musilc / ABC |\n",
        );
        out.push_str("|---|---|---|---|---|---|---|---|\n");
        for record in records {
            let get = |by| record.runs.get(&by);
            let Some(ours) = get(By::Proof) else { continue };
            let clauses = match ours.answer {
                Answer::Proved(Some(clauses)) => clauses.to_string(),
                _ => String::new(),
            };
            let theirs = |by| get(by).map_or_else(|| "-".to_owned(), |run| self.cell(Some(run)));
            let cells = [
                record.family.to_owned(),
                record.size.clone(),
                clauses,
                self.cell(Some(ours)),
                memory(Some(ours)),
                theirs(By::Pdr),
                theirs(By::PdrSimplified),
                self.ratio(Some(ours), record.pdr().as_ref()),
            ];
            row(&cells, out);
        }
    }

    /// The tables of all tasks.
    pub(crate) fn tasks(self, records: &[Record]) -> String {
        let mut out = String::from("## Shortest violation\n\n");
        self.searches(records, "depth", By::ShortestZ3, By::ShortestSat, By::BmcBroken, &mut out);
        out.push_str("\n## Any violation\n\n");
        self.searches(records, "steps", By::AnyZ3, By::AnySat, By::BmcBroken, &mut out);
        out.push_str("\n## No violation up to a bound\n\n");
        self.searches(records, "bound", By::BoundZ3, By::BoundSat, By::BmcFixed, &mut out);
        out.push_str("\n## Proof\n\n");
        self.proofs(records, &mut out);
        out
    }

    /// The table of encodings: families, sizes, tasks, and a run for each number of cases.
    pub(crate) fn encodings(self, cases: &[usize], rows: &[(String, Vec<Run>)]) -> String {
        let mut out = String::from("| family, size, task |");
        for most in cases {
            let _ = write!(out, " {most} |");
        }
        let _ = writeln!(out, "\n|---|{}", "---|".repeat(cases.len()));
        for (name, runs) in rows {
            let mut cells = vec![name.clone()];
            cells.extend(runs.iter().map(|run| self.cell(Some(run))));
            row(&cells, &mut out);
        }
        out
    }
}

fn row(cells: &[String], out: &mut String) {
    let _ = writeln!(out, "| {} |", cells.join(" | "));
}

fn time(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    if seconds >= 10.0 {
        format!("{seconds:.0} s")
    } else if seconds >= 1.0 {
        format!("{seconds:.1} s")
    } else {
        format!("{:.0} ms", seconds * 1e3)
    }
}

fn memory(run: Option<&Run>) -> String {
    run.and_then(|run| run.memory).map_or_else(String::new, |bytes| format!("{:.0} MB", bytes as f64 / 1e6))
}

/// Where musilc takes longer than it is meant to.
pub(crate) fn shortfalls(records: &[Record]) -> Vec<String> {
    let mut out = Vec::new();
    for record in records {
        let mut compare =
            |what: &str, ours: By, theirs: Option<Run>, allowed: &dyn Fn(Duration) -> Duration| {
                let Some(run) = record.runs.get(&ours) else { return };
                let Some(theirs) = theirs.filter(|run| run.answer != Answer::Stopped) else { return };
                let stopped = run.answer == Answer::Stopped;
                if stopped || run.elapsed > allowed(theirs.elapsed.max(LEAST)) {
                    let took = if stopped { "no answer".to_owned() } else { time(run.elapsed) };
                    out.push(format!(
                        "{}, {}, {what}: {took}, ABC {}",
                        record.family,
                        record.size,
                        time(theirs.elapsed)
                    ));
                }
            };
        let get = |by| record.runs.get(&by).copied();
        let by_half = |time: Duration| time.mul_f64(1.5);
        compare("any", By::AnySat, get(By::BmcBroken), &|time| UNNOTICED.max(time / 10));
        compare("shortest", By::ShortestSat, get(By::BmcBroken), &by_half);
        compare("bound", By::BoundSat, get(By::BmcFixed), &by_half);
        compare("proof", By::Proof, record.pdr(), &|time| time * 10);
    }
    out
}
