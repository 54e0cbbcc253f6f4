//! The full report of a check that is not as expected.

use super::blame::{Blame, blame};
use super::certificate;
use super::chart::chart;
use super::ending::{ending, operands, quoted, witnesses};
use super::excerpt::{self, Mark};
use super::human::Human;
use super::phrase;
use super::statistics;
use super::style::{DIM, paint};
use super::trace::{Layout, table};
use crate::check;
use crate::result::{CheckReport, Finding, Report, Run, Status};
use musilc_frontend::literate::Source;
use musilc_ir::{Proof, Unknown, Verdict};
use musilc_ir::{Violation, ViolationKind};

/// What was found instead of what was expected.
pub(crate) fn failed(style: &Human, report: &Report, check: &CheckReport) -> String {
    let expected = Mark {
        span: check.check.expect_span,
        text: format!("expected: {}", phrase::expected(&check.check.expect)),
        primary: true,
    };
    let (title, marks, notes) = match (&check.finding, &check.system) {
        (Finding::Violated { violation, .. }, Some(system)) => {
            let title = phrase::sentence(violation.kind, violation.depth(), Some(system));
            let blame = blame(system, violation);
            let notes = blame.as_ref().map(notes).unwrap_or_default();
            let marks = match blame {
                Some(blame) => {
                    let culprit = Mark {
                        span: blame.span,
                        text: label(&report.source, violation, &blame),
                        primary: true,
                    };
                    vec![culprit, Mark { primary: false, ..expected }]
                }
                None => vec![expected],
            };
            (title, marks, notes)
        }
        (finding, system) => {
            let found = phrase::found(finding, system.as_ref());
            let title = match &check.status {
                Status::Failed(reason) if !reason.is_empty() => format!("{found}, but {reason}"),
                _ => found,
            };
            (title, vec![expected], vec![])
        }
    };
    let title = format!("{}: {title}", check.check.name);
    let mut out = format!("\n{}\n\n", excerpt::finding(&report.source, &title, marks, &notes, style.width));
    out.push_str(&trace(style, &report.source, check));
    out.push_str(&figures(style, check));
    out.push_str(&reproduce(style, report, check));
    out
}

/// The remark at the place that is to blame.
fn label(source: &Source, violation: &Violation, blame: &Blame) -> String {
    match (&blame.error, violation.kind) {
        (Some(error), _) => error.clone(),
        (None, ViolationKind::Unreached(_)) => "true in no reachable state".to_owned(),
        // The last line of the trace says why.
        (None, ViolationKind::Lasso(_)) => "false of this run".to_owned(),
        (None, ViolationKind::Unrecoverable(_)) => {
            "true in no state that can be reached from there".to_owned()
        }
        (None, kind) => {
            let not_kept = matches!(kind, ViolationKind::NotInductive(_));
            let what = if not_kept { "false after the step" } else { "false" };
            match operands(&|span| quoted(source, span), blame) {
                Some(operands) => format!("{what}: {operands}"),
                None => what.to_owned(),
            }
        }
    }
}

fn notes(blame: &Blame) -> Vec<String> {
    let witnesses = witnesses(&blame.witnesses).map(|witnesses| format!("for {witnesses}"));
    let instance = blame.instance.as_ref().map(|instance| format!("in the guard of {instance}"));
    witnesses.into_iter().chain(instance).collect()
}

/// The trace of a check's finding; empty where it has none.
pub(crate) fn trace(style: &Human, source: &Source, check: &CheckReport) -> String {
    let table = table_of(style, source, check, &check.finding);
    if table.is_empty() { table } else { format!("{table}\n") }
}

fn table_of(style: &Human, source: &Source, check: &CheckReport, finding: &Finding) -> String {
    let Some(system) = &check.system else { return String::new() };
    let layout = Layout { width: style.width, indent: 2, whole: style.all_values };
    match (finding.trace(), ending(source, system, finding)) {
        (Some((trace, _)), Some(ending)) => {
            let mut out = table(system, trace, &ending, layout);
            if let Some(chart) = chart(system, trace, style.charts, layout.width, layout.indent) {
                out.push_str(&format!("\n{chart}"));
            }
            out
        }
        _ => String::new(),
    }
}

/// A line of statistics for each engine.
pub(crate) fn figures(style: &Human, check: &CheckReport) -> String {
    let mut out = String::new();
    for run in &check.runs {
        let columns = style.width.saturating_sub(2);
        let mut lines = statistics::long(run, style.timings, style.stats, columns);
        if style.stats {
            lines.extend(statistics::levels(run, columns));
        }
        for line in lines {
            out.push_str(&format!("  {}\n", paint(DIM, &line)));
        }
    }
    out
}

/// What to do about a search for which the memory did not suffice.
pub(crate) fn ways_out(check: &CheckReport) -> String {
    let full = |run: &Run| matches!(run.outcome.verdict, Verdict::Unknown(Unknown::MemoryLimit(_)));
    if !check.runs.iter().any(full) {
        return String::new();
    }
    let help = "raise `--max-memory`, give constants smaller values with `-D`, or stop at a depth with `--max-depth`";
    format!("  {}: {help}\n", paint(DIM, "help"))
}

/// The invariants behind proofs, a clause a line.
pub(crate) fn certificates(check: &CheckReport) -> String {
    let mut out = String::new();
    for run in &check.runs {
        if let (Some(system), Some(certificate)) = (&check.system, &run.outcome.certificate) {
            out.push_str(&format!("  {}: these are an inductive invariant together:\n", run.engine));
            for line in certificate::lines(system, certificate) {
                out.push_str(&format!("    {line}\n"));
            }
        } else if let Verdict::Proved(proof @ (Proof::Induction { .. } | Proof::AllRunsEnd { .. })) =
            run.outcome.verdict
        {
            let how = phrase::proof(proof, None);
            out.push_str(&format!("  {}: {how}; there is no invariant to show\n", run.engine));
        }
    }
    out
}

fn reproduce(style: &Human, report: &Report, check: &CheckReport) -> String {
    let command =
        format!("{} --check {} {}", style.command, check.check.name, shell_word(report.source.name()));
    format!("  {}\n\n", paint(DIM, &format!("reproduce: {command}")))
}

/// A word as a shell takes it.
pub(crate) fn shell_word(word: &str) -> String {
    let harmless = |c: char| c.is_alphanumeric() || "-_./=:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(harmless) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// The contradictions, and what each engine claims.
pub(crate) fn disagreement(
    style: &Human,
    report: &Report,
    check: &CheckReport,
    contradictions: &[String],
) -> String {
    let name = &check.check.name;
    let mut out = format!("\n  the engines disagree on `{name}`; one of them is wrong: please report it\n");
    for contradiction in contradictions {
        out.push_str(&format!("  - {contradiction}\n"));
    }
    if let Some(system) = &check.system
        && let Ok(goal) = check::goal(system, &check.check.expect)
    {
        for run in &check.runs {
            let finding = check::alone(goal, run);
            out.push_str(&format!("\n  {}: {}\n", run.engine, phrase::found(&finding, Some(system))));
            out.push_str(&table_of(style, &report.source, check, &finding));
        }
    }
    out.push('\n');
    out.push_str(&figures(style, check));
    out.push_str(&save(report, check));
    out.push_str(&reproduce(style, report, check));
    out
}

/// How to get at the transition system.
fn save(report: &Report, check: &CheckReport) -> String {
    let file = shell_word(report.source.name());
    let command = format!("musilc ir{} --check {} {file}", constants(report), check.check.name);
    format!("  {}\n", paint(DIM, &format!("the transition system: {command}")))
}

/// ` -D N=3`
fn constants(report: &Report) -> String {
    let option = |(name, value): &(String, String)| format!(" -D {}", shell_word(&format!("{name}={value}")));
    report.constants.iter().map(option).collect()
}

/// A fault of musilc itself.
pub(crate) fn broken(style: &Human, report: &Report, check: &CheckReport, problem: &str) -> String {
    let mut out = format!("\n  internal error, please report it with the chapter: {problem}\n");
    out.push_str(&figures(style, check));
    out.push_str(&save(report, check));
    out.push_str(&reproduce(style, report, check));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_shells() {
        assert_eq!(shell_word("chapters/lost-update.md"), "chapters/lost-update.md");
        assert_eq!(shell_word("my chapter.md"), "'my chapter.md'");
        assert_eq!(shell_word("it's"), r"'it'\''s'");
        assert_eq!(shell_word(""), "''");
    }
}
