//! The report for people.

use super::block::line_difference;
use super::chart::Charts;
use super::details;
use super::excerpt;
use super::fairness;
use super::open;
use super::phrase;
use super::statistics;
use super::style::{BAD, DIM, GOOD, OPEN, STRONG, paint};
use super::trace::width;
use crate::result::{CheckReport, Exit, Finding, Report, Status};
use musilc_frontend::diagnostic::Diagnostic;
use musilc_frontend::literate::{ExpectedKind, Source};
use musilc_ir::Proof;
use std::time::Duration;

/// How the report for people looks. Its texts have colours; write them through `anstream`, which strips them where they do not belong.
#[derive(Clone, Debug)]
pub struct Human {
    /// The columns of the terminal.
    pub width: usize,
    /// Shows only what is not as expected, and the summary.
    pub quiet: bool,
    /// Shows statistics of every check.
    pub stats: bool,
    /// Shows the invariants behind proofs.
    pub certificate: bool,
    /// Shows the traces of checks that are as expected too.
    pub traces: bool,
    /// Shows whole states in traces, not only what changes.
    pub all_values: bool,
    /// Shows the charts of runs of protocols.
    pub charts: Charts,
    /// Shows times and memory, which differ from run to run.
    pub timings: bool,
    /// How the command was called, apart from the checks and the chapter: what reproduces a finding.
    pub command: String,
}

impl Default for Human {
    fn default() -> Self {
        Self {
            width: DEFAULT_WIDTH,
            quiet: false,
            stats: false,
            certificate: false,
            traces: false,
            all_values: false,
            charts: Charts::default(),
            timings: true,
            command: "musilc".to_owned(),
        }
    }
}

/// The columns of a report that is not written to a terminal.
pub const DEFAULT_WIDTH: usize = 100;

impl Human {
    /// The results of a chapter.
    #[must_use]
    pub fn chapter(&self, report: &Report) -> String {
        let mut out = String::new();
        let shown: Vec<&CheckReport> =
            report.checks.iter().filter(|check| !self.quiet || check.exit() != Exit::Passed).collect();
        let names = shown.iter().map(|check| width(&check.check.name)).max().unwrap_or(0);
        let results: Vec<String> = shown.iter().map(|check| result(check)).collect();
        // Results that are not as expected may be long, and stand out anyway.
        let regular = shown.iter().zip(&results).filter(|(check, _)| check.status == Status::Passed);
        let column = regular.map(|(_, result)| width(result)).max().unwrap_or(0);
        for (check, result) in shown.iter().zip(&results) {
            let (mark, style) = mark(check);
            let name = &check.check.name;
            let engines: Vec<String> =
                check.runs.iter().map(|run| statistics::short(run, self.timings)).collect();
            let line = format!(
                "{} {}  {}{}  {result}{}{}",
                paint(style, mark),
                report.source.name(),
                paint(STRONG, name),
                " ".repeat(names - width(name)),
                " ".repeat(column.saturating_sub(width(result)) + 2),
                paint(DIM, &engines.join(" · ")),
            );
            out.push_str(line.trim_end());
            out.push('\n');
            out.push_str(&self.below(report, check));
        }
        if !self.quiet && report.checks.is_empty() {
            out.push_str(&format!("{} {}  no checks\n", paint(DIM, "·"), report.source.name()));
        }
        out
    }

    /// What stands below the line of a check.
    fn below(&self, report: &Report, check: &CheckReport) -> String {
        let mut out: String =
            check.notes.iter().map(|note| format!("  {}: {note}\n", paint(DIM, "note"))).collect();
        match &check.status {
            Status::Failed(_) => out.push_str(&details::failed(self, report, check)),
            Status::Disagreement(contradictions) => {
                out.push_str(&details::disagreement(self, report, check, contradictions));
            }
            Status::Broken(problem) => out.push_str(&details::broken(self, report, check, problem)),
            Status::Refused(diagnostics) => out.push_str(&self.diagnostics(&report.source, diagnostics)),
            Status::Undecided(_) | Status::Interrupted => {
                out.push_str(&details::figures(self, check));
                out.push_str(&details::ways_out(check));
            }
            Status::Passed => {
                if self.traces {
                    out.push_str(&details::trace(self, &report.source, check));
                }
                if self.stats {
                    out.push_str(&details::figures(self, check));
                }
            }
        }
        if self.certificate {
            out.push_str(&details::certificates(check));
        }
        for line in open::lines(check, check.why.is_some()) {
            out.push_str(&format!("  {line}\n"));
        }
        for line in fairness::why(check) {
            out.push_str(&format!("  {line}\n"));
        }
        for difference in &check.differences {
            let (line, _) =
                excerpt::line_and_column(report.source.text(), difference.block.fence_span.range().start);
            let kind = block_name(difference.block.kind);
            out.push_str(&format!(
                "  the `{kind} {}` block at {}:{line} is out of date; run `musilc bless {}`\n",
                check.check.name,
                report.source.name(),
                report.source.name(),
            ));
            for (sign, line) in line_difference(&difference.written, &difference.printed) {
                let line = format!("{sign} {line}");
                let style = match sign {
                    '+' => GOOD,
                    '-' => BAD,
                    _ => DIM,
                };
                out.push_str(&format!("    {}\n", paint(style, line.trim_end())));
            }
        }
        out
    }

    /// Diagnostics, each followed by an empty line.
    #[must_use]
    pub fn diagnostics(&self, source: &Source, diagnostics: &[Diagnostic]) -> String {
        diagnostics
            .iter()
            .map(|one| format!("{}\n\n", excerpt::diagnostic(source, one, self.width)))
            .collect()
    }

    /// What there is to say about the chapter as a whole: warnings, and blocks that belong to no check.
    #[must_use]
    pub fn remarks(&self, report: &Report) -> String {
        let mut out = self.diagnostics(&report.source, &report.warnings);
        for block in &report.strays {
            let (kind, name) = (block_name(block.kind), &block.check.text);
            let title = format!("the block `{kind} {name}` belongs to no check");
            let mark = excerpt::Mark {
                span: block.check.span,
                text: "no check has this name".to_owned(),
                primary: true,
            };
            out.push_str(&excerpt::finding(&report.source, &title, vec![mark], &[], self.width));
            out.push_str("\n\n");
        }
        out
    }

    /// The last line.
    #[must_use]
    pub fn summary(&self, totals: &Totals, elapsed: Duration) -> String {
        let counted = |number: usize, noun: &str| super::figures::counted(number as u64, noun);
        let mut parts = vec![];
        for (number, word, style) in [
            (totals.passed, "passed", GOOD),
            (totals.failed, "failed", BAD),
            (totals.undecided, "undecided", OPEN),
            (totals.refused, "not compiled", BAD),
            (totals.internal, "with internal errors", BAD),
            (totals.interrupted, "interrupted", OPEN),
        ] {
            if number > 0 {
                parts.push(paint(style, &format!("{number} {word}")));
            }
        }
        if totals.bad_files > 0 {
            parts.push(paint(BAD, &format!("{} not checked", counted(totals.bad_files, "file"))));
        }
        let checks = format!("{} in {}", counted(totals.checks(), "check"), counted(totals.files, "file"));
        let time =
            if self.timings { format!(", {}", super::figures::duration(elapsed)) } else { String::new() };
        match parts.is_empty() {
            true => format!("{checks}{time}\n"),
            false => format!("{checks}: {}{time}\n", parts.join(", ")),
        }
    }
}

/// How the checks of a run ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Totals {
    /// Files with checks that were run.
    pub files: usize,
    /// Files that could not be read or compiled.
    pub bad_files: usize,
    /// Checks that are as expected.
    pub passed: usize,
    /// Checks that are not.
    pub failed: usize,
    /// Checks that are undecided.
    pub undecided: usize,
    /// Checks whose system could not be built.
    pub refused: usize,
    /// Checks where the engines disagree or musilc failed.
    pub internal: usize,
    /// Checks that were interrupted, or not begun because of an interruption.
    pub interrupted: usize,
}

impl Totals {
    /// Counts the checks of a chapter.
    pub fn add(&mut self, report: &Report) {
        self.files += 1;
        for check in &report.checks {
            *match check.exit() {
                Exit::Passed => &mut self.passed,
                Exit::Failed => &mut self.failed,
                Exit::Undecided => &mut self.undecided,
                Exit::BadInput => &mut self.refused,
                Exit::Internal => &mut self.internal,
                Exit::Interrupted => &mut self.interrupted,
            } += 1;
        }
    }

    /// The number of checks.
    #[must_use]
    pub fn checks(&self) -> usize {
        self.passed + self.failed + self.undecided + self.refused + self.internal + self.interrupted
    }
}

pub(crate) fn block_name(kind: ExpectedKind) -> &'static str {
    match kind {
        ExpectedKind::Trace => "trace",
        ExpectedKind::Chart => "chart",
        ExpectedKind::Assumptions => "assumptions",
        ExpectedKind::Verdict => "verdict",
    }
}

fn mark(check: &CheckReport) -> (&'static str, anstyle::Style) {
    match check.exit() {
        Exit::Passed => ("✓", GOOD),
        Exit::Failed | Exit::BadInput => ("✗", BAD),
        Exit::Internal => ("!", BAD),
        Exit::Undecided | Exit::Interrupted => ("?", OPEN),
    }
}

/// The result of a check, in a line.
pub(crate) fn result(check: &CheckReport) -> String {
    let expected = phrase::expected(&check.check.expect);
    let found = found(check);
    match &check.status {
        Status::Passed => found,
        Status::Failed(reason) if reason.is_empty() => format!("expected {expected}, found {found}"),
        Status::Failed(reason) => format!("expected {expected}, found {found}: {reason}"),
        Status::Undecided(reason) => format!("expected {expected}, undecided: {reason}"),
        Status::Interrupted => format!("expected {expected}, interrupted"),
        Status::Refused(_) => "cannot be compiled".to_owned(),
        Status::Disagreement(_) => "the engines disagree".to_owned(),
        Status::Broken(_) => "internal error".to_owned(),
    }
}

/// What was found, with how it is known where that is short.
fn found(check: &CheckReport) -> String {
    let found = phrase::found(&check.finding, check.system.as_ref());
    match check.finding {
        Finding::Proved(proof @ Proof::Exhaustive { .. }) => {
            let Proof::Exhaustive { diameter } = proof else { return found };
            format!("{found} (all states, diameter {diameter})")
        }
        Finding::Proved(proof) => {
            format!("{found} ({})", phrase::proof(proof, None))
        }
        _ => found,
    }
}
