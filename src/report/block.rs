//! The `trace CHECK`, `chart CHECK`, `assumptions CHECK` and `verdict CHECK` blocks of a chapter: what musilc prints there.
//!
//! A `verdict` block is made of facts that do not depend on the engine, except that only the explicit search counts states; a
//! `trace` block holds the trace of the explicit search, and a `chart` block its chart. So with the bounded checker alone, of a `holds` only this word is
//! compared, and of a trace only its length. Where a run does not decide, or constants have other values, nothing is compared.

use super::chart::{Charts, chart};
use super::ending::ending;
use super::phrase;
use super::style::plain;
use super::trace::{ASSUMED, Layout, table};
use crate::options::Engine;
use crate::result::{BlockDifference, CheckReport, Finding};
use musilc_frontend::literate::{Expected, ExpectedKind, Source};
use musilc_ir::{Proof, ViolationKind};

/// The columns that a `trace` or `chart` block may take.
pub(crate) const WIDTH: usize = 100;

/// What a block should hold, as far as a run tells.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Printed {
    /// Exactly these lines.
    Exactly(String),
    /// Something that begins like this.
    Beginning(String),
    /// A trace of this many steps.
    Steps(u32),
    /// A counterexample to induction such as this one: which of several is shown, the solver decides.
    Step(String),
    /// The run does not tell.
    Unknown,
}

/// What a block of this kind should hold for a check.
pub(crate) fn printed(source: &Source, kind: ExpectedKind, report: &CheckReport) -> Printed {
    match kind {
        ExpectedKind::Trace => trace(source, report),
        ExpectedKind::Chart => drawn(report),
        ExpectedKind::Assumptions => assumptions(report),
        ExpectedKind::Verdict => verdict(report),
    }
}

fn trace(source: &Source, report: &CheckReport) -> Printed {
    let Some(system) = &report.system else { return Printed::Unknown };
    match (report.finding.trace(), ending(source, system, &report.finding)) {
        (Some((trace, Engine::Explicit)), Some(ending)) => {
            let layout = Layout { width: WIDTH, indent: 0, whole: false };
            Printed::Exactly(plain(&table(system, trace, &ending, layout)))
        }
        (Some((trace, Engine::Bmc)), Some(ending)) if ending.assumed => {
            let layout = Layout { width: WIDTH, indent: 0, whole: false };
            Printed::Step(plain(&table(system, trace, &ending, layout)))
        }
        // The bounded checker finds a shortest lasso, which may be another one.
        (Some((trace, Engine::Bmc)), _) if trace.back_to.is_some() => Printed::Unknown,
        (Some((trace, Engine::Bmc)), _) if report.outcome(Engine::Explicit).is_none() => {
            Printed::Steps(trace.depth())
        }
        (Some(_), _) => Printed::Unknown,
        (None, _) => match report.finding {
            Finding::Proved(_) | Finding::Violated { .. } => Printed::Exactly("no trace\n".to_owned()),
            _ => Printed::Unknown,
        },
    }
}

/// What the verdict rests on. Only the explicit search finds the same counterexamples each time.
fn assumptions(report: &CheckReport) -> Printed {
    if report.outcome(Engine::Explicit).is_none() {
        return Printed::Unknown;
    }
    match &report.open {
        Some(open) if open.sets.undecided.is_empty() => {
            let lines = super::open::lines(report, false);
            Printed::Exactly(lines.iter().map(|line| format!("{line}\n")).collect())
        }
        Some(_) => Printed::Unknown,
        None => Printed::Exactly("no environments\n".to_owned()),
    }
}

fn drawn(report: &CheckReport) -> Printed {
    let Some(system) = &report.system else { return Printed::Unknown };
    let none = || Printed::Exactly("no chart\n".to_owned());
    match report.finding.trace() {
        Some((trace, Engine::Explicit)) => {
            let drawn = chart(system, trace, Charts::Always, WIDTH, 0);
            drawn.map_or_else(none, |text| Printed::Exactly(plain(&text)))
        }
        Some(_) => Printed::Unknown,
        None => match report.finding {
            Finding::Proved(_) | Finding::Violated { .. } => none(),
            _ => Printed::Unknown,
        },
    }
}

fn verdict(report: &CheckReport) -> Printed {
    let system = report.system.as_ref();
    match &report.finding {
        Finding::Violated { violation, engine } => {
            if *engine == Engine::Bmc && report.outcome(Engine::Explicit).is_some() {
                return Printed::Unknown;
            }
            let after = phrase::after(violation.depth());
            let property = |id| phrase::property(system, id);
            Printed::Exactly(match violation.kind {
                ViolationKind::NoInitialState => "violated: there is no initial state\n".to_owned(),
                ViolationKind::Error(site) => {
                    format!("error: in {}, {after}\n", phrase::place(system, site.place))
                }
                ViolationKind::Property(id) => {
                    format!("violated: {}, {after}\n", phrase::property(system, id))
                }
                ViolationKind::Deadlock => format!("deadlock: {after}\n"),
                ViolationKind::Unreached(id) => {
                    format!("violated: {} is never reached\n", phrase::property(system, id))
                }
                ViolationKind::Lasso(id) => match (engine, violation.trace.lasso()) {
                    (Engine::Explicit, Some((stem, repeats))) => {
                        format!("violated: {}, stem {stem} loop {repeats}\n", property(id))
                    }
                    _ => return Printed::Beginning(format!("violated: {}", property(id))),
                },
                ViolationKind::Unrecoverable(id) => {
                    format!("violated: {} is out of reach, {after}\n", property(id))
                }
                ViolationKind::NotInductive(id) => format!("not inductive: {}\n", property(id)),
            })
        }
        Finding::Reached { property, trace, .. } => {
            let name = phrase::name(system, *property);
            Printed::Exactly(format!("reached: {name}, {}\n", phrase::after(trace.depth())))
        }
        Finding::Proved(proof @ Proof::Exhaustive { .. }) => match report.outcome(Engine::Explicit) {
            Some(outcome) => {
                let mut out = format!("holds: {}\n", phrase::proof(*proof, outcome.statistics.states));
                for (id, trace) in &outcome.witnesses {
                    let (name, after) = (phrase::name(system, *id), phrase::after(trace.depth()));
                    out.push_str(&format!("reached: {name}, {after}\n"));
                }
                Printed::Exactly(out)
            }
            None => Printed::Beginning("holds".to_owned()),
        },
        Finding::Proved(_) | Finding::Bounded { .. } => match report.outcome(Engine::Explicit) {
            Some(_) => Printed::Unknown,
            None => Printed::Beginning("holds".to_owned()),
        },
        Finding::Undecided { .. } | Finding::Nothing => Printed::Unknown,
    }
}

/// The difference between a block and what it should hold; `None` where there is none, or nobody knows.
pub(crate) fn difference(source: &Source, block: &Expected, report: &CheckReport) -> Option<BlockDifference> {
    let written = written(source, block);
    let printed = match printed(source, block.kind, report) {
        Printed::Exactly(text) if !same(&text, &written) => text,
        Printed::Beginning(start) if !written.starts_with(&start) => format!("{start}\n"),
        Printed::Steps(steps) if last_row(&written) != Some(steps) => {
            format!("(a trace of {})\n", phrase::steps(steps))
        }
        Printed::Step(text) if !is_step(&written) => text,
        Printed::Exactly(_)
        | Printed::Beginning(_)
        | Printed::Steps(_)
        | Printed::Step(_)
        | Printed::Unknown => return None,
    };
    Some(BlockDifference { block: block.clone(), written, printed })
}

/// Whether a block holds a counterexample to induction.
fn is_step(written: &str) -> bool {
    last_row(written) == Some(1) && written.starts_with(&format!("0  {ASSUMED}"))
}

fn same(a: &str, b: &str) -> bool {
    a.lines().map(str::trim_end).eq(b.lines().map(str::trim_end))
}

/// What a block holds, without the indentation that its fence has too.
pub(crate) fn written(source: &Source, block: &Expected) -> String {
    let content = source.text().get(block.content.clone()).unwrap_or_default();
    let mut out = String::new();
    for line in content.lines() {
        let blank = line.bytes().take(block.indent).take_while(|byte| *byte == b' ').count();
        out.push_str(line.get(blank..).unwrap_or_default().trim_end());
        out.push('\n');
    }
    out
}

/// The number of the last row of a trace. Numbers end where that of the first row does, so that those in wrapped lines do not count.
fn last_row(text: &str) -> Option<u32> {
    let width = text.lines().next()?.find('0')? + 1;
    text.lines().rev().find_map(|line| {
        let (number, rest) = line.split_at_checked(width)?;
        rest.starts_with(' ').then(|| number.trim_start().parse().ok())?
    })
}

/// The lines of two texts: `-` only in the first, `+` only in the second, a blank in both.
pub(crate) fn line_difference(old: &str, new: &str) -> Vec<(char, String)> {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let common = common_lines(&old, &new);
    let mut out = Vec::new();
    let (mut i, mut j) = (0, 0);
    let mut push = |sign, line: &&str| out.push((sign, (*line).to_owned()));
    for &(at_old, at_new) in common.iter().chain([&(old.len(), new.len())]) {
        old.iter().take(at_old).skip(i).for_each(|line| push('-', line));
        new.iter().take(at_new).skip(j).for_each(|line| push('+', line));
        if let Some(line) = old.get(at_old) {
            push(' ', line);
        }
        (i, j) = (at_old + 1, at_new + 1);
    }
    out
}

/// The most pairs of lines that are compared; larger texts are shown one after the other.
const MOST_PAIRS: usize = 4_000_000;

/// The positions of a longest common subsequence of lines (Wagner and Fischer, 1974).
fn common_lines(old: &[&str], new: &[&str]) -> Vec<(usize, usize)> {
    if old.len().saturating_mul(new.len()) > MOST_PAIRS {
        return vec![];
    }
    let columns = new.len() + 1;
    let mut length = vec![0u32; (old.len() + 1) * columns];
    let at = |length: &[u32], i: usize, j: usize| length.get(i * columns + j).copied().unwrap_or(0);
    for (i, a) in old.iter().enumerate().rev() {
        for (j, b) in new.iter().enumerate().rev() {
            let best = match a == b {
                true => at(&length, i + 1, j + 1) + 1,
                false => at(&length, i + 1, j).max(at(&length, i, j + 1)),
            };
            if let Some(cell) = length.get_mut(i * columns + j) {
                *cell = best;
            }
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut out = Vec::new();
    while let (Some(a), Some(b)) = (old.get(i), new.get(j)) {
        if a == b {
            out.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if at(&length, i + 1, j) >= at(&length, i, j + 1) {
            i += 1;
        } else {
            j += 1;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(old: &str, new: &str) -> Vec<String> {
        line_difference(old, new).into_iter().map(|(sign, line)| format!("{sign}{line}")).collect()
    }

    #[test]
    fn lines_are_compared() {
        assert_eq!(shown("a\nb\nc\n", "a\nc\nd\n"), [" a", "-b", " c", "+d"]);
        assert_eq!(shown("", "x\n"), ["+x"]);
        assert_eq!(shown("x\n", ""), ["-x"]);
        assert_eq!(shown("x\ny", "y\nx"), ["-x", " y", "+x"]);
        assert_eq!(shown("x", "x"), [" x"]);
    }

    proptest::proptest! {
        #[test]
        fn both_texts_stand_in_their_difference(
            old in proptest::collection::vec("[ab]{0,2}", 0..8),
            new in proptest::collection::vec("[ab]{0,2}", 0..8),
        ) {
            let text = |lines: &[String]| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
            let difference = line_difference(&text(&old), &text(&new));
            let side = |sign: char| -> Vec<String> {
                let own = difference.iter().filter(|(s, _)| *s == ' ' || *s == sign);
                own.map(|(_, line)| line.clone()).collect()
            };
            proptest::prop_assert_eq!(side('-'), old);
            proptest::prop_assert_eq!(side('+'), new);
        }
    }

    #[test]
    fn blocks_lose_the_indentation_of_their_fence() {
        let text = "1. item\n\n   ```trace broken\n   0  initial\n     deeper  \n\n   1  a\n   ```\n";
        let source = Source::new("t.md", text);
        let block = source.expected().first().unwrap();
        assert_eq!(written(&source, block), "0  initial\n  deeper\n\n1  a\n");
        assert_eq!(last_row(&written(&source, block)), Some(1));
    }

    #[test]
    fn a_number_in_a_wrapped_line_is_no_row() {
        assert_eq!(last_row(" 0  initial\n 9  a\n10  b  x is\n      2\n"), Some(10));
        assert_eq!(last_row("nothing"), None);
    }
}
