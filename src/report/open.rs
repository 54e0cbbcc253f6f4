//! What a verdict about an open system rests on, in words.

use super::fairness;
use super::phrase;
use super::trace::width;
use super::value::instance;
use crate::result::{Assumed, CheckReport, Finding, Needed, Open, Sets};
use musilc_frontend::{Expect, Standing};
use musilc_ir::{Trace, TransitionSystem};

/// Of how many steps a counterexample is told, unless all are asked for.
const FEW_STEPS: usize = 12;

/// The columns of the lines that tell it.
const COLUMNS: usize = 98;

/// What the verdict of a check rests on, in lines; none for a check without environments. `whole` names all steps of counterexamples.
pub(crate) fn lines(check: &CheckReport, whole: bool) -> Vec<String> {
    let (Some(open), Some(system)) = (&check.open, &check.system) else { return vec![] };
    let written: Vec<&str> =
        check.check.environments.iter().map(|environment| environment.written.as_str()).collect();
    let with = format!("with {}", written.join(", "));
    let mut out = match open.assumptions.is_empty() {
        true => vec![format!("{with}: no assumptions")],
        false => vec![format!("{with}:")],
    };
    out.extend(table(system, &open.assumptions));
    out.extend(open.assumptions.iter().flat_map(|assumed| counterexample(system, assumed, whole)));
    if !open.assumptions.is_empty() {
        out.extend(sets(check, open).into_iter().map(|line| format!("  {line}")));
        out.extend(residual(open).into_iter().map(|line| format!("  {line}")));
    }
    let idle: Vec<&str> = open
        .idle
        .iter()
        .flatten()
        .filter_map(|id| system.transitions.get(id.index()))
        .map(|transition| transition.name.as_str())
        .collect();
    if !idle.is_empty() {
        out.push(format!("  never happens: {}", idle.join(", ")));
    }
    out
}

/// The assumptions, one a row.
fn table(system: &TransitionSystem, assumptions: &[Assumed]) -> Vec<String> {
    if assumptions.is_empty() {
        return vec![];
    }
    let row = |assumed: &Assumed| {
        [
            assumed.assumption.name.clone(),
            assumed.assumption.status.word().to_owned(),
            needed(assumed.needed).to_owned(),
            without(system, assumed),
        ]
    };
    let head = ["assumption", "status", "needed", "without it alone"].map(str::to_owned);
    let rows: Vec<[String; 4]> = std::iter::once(head).chain(assumptions.iter().map(row)).collect();
    let columns: Vec<usize> =
        (0..3).map(|column| rows.iter().map(|row| width(&row[column])).max().unwrap_or(0)).collect();
    rows.iter()
        .map(|row| {
            let mut line = String::from("  ");
            for (cell, column) in row.iter().zip(&columns) {
                line.push_str(&format!("{cell}{}  ", " ".repeat(column - width(cell))));
            }
            line.push_str(&row[3]);
            line
        })
        .collect()
}

/// Whether the verdict depends on an assumption, in a word or two.
pub(crate) fn needed(needed: Needed) -> &'static str {
    match needed {
        Needed::Always => "always",
        Needed::Sometimes => "in part",
        Needed::Never => "no",
        Needed::NotUsed => "not used",
        Needed::Unknown => "unknown",
    }
}

/// What is found without an assumption.
fn without(system: &TransitionSystem, assumed: &Assumed) -> String {
    match &assumed.without {
        None => "it restricts nothing".to_owned(),
        Some(Finding::Undecided { why, .. }) => format!("unknown: {}", phrase::unknown(why)),
        Some(finding) => phrase::found(finding, Some(system)),
    }
}

/// The steps that lead to what is found without an assumption, in lines.
fn counterexample(system: &TransitionSystem, assumed: &Assumed, whole: bool) -> Vec<String> {
    let Some(Finding::Violated { violation, .. }) = &assumed.without else { return vec![] };
    let Some(steps) = steps(system, &violation.trace, whole) else { return vec![] };
    let mut lines = vec![format!("  without {}:", assumed.assumption.name)];
    for word in steps.split_inclusive(", ").map(str::trim_end) {
        match lines.last_mut() {
            Some(line) if width(line) + 1 + width(word) <= COLUMNS => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(format!("    {word}")),
        }
    }
    lines
}

/// The steps of a run, if there are few.
fn steps(system: &TransitionSystem, trace: &Trace, whole: bool) -> Option<String> {
    if trace.steps.is_empty() || (!whole && trace.steps.len() > FEW_STEPS) {
        return None;
    }
    if trace.lasso().is_some() {
        return Some(fairness::in_short(system, trace));
    }
    let names: Vec<String> = trace.steps.iter().map(|step| instance(system, step)).collect();
    Some(names.join(", "))
}

/// With which sets of assumptions the verdict is good.
fn sets(check: &CheckReport, open: &Open) -> Vec<String> {
    let good = match &check.check.expect {
        Expect::Reaches { property, .. } => format!("reaches {property}"),
        Expect::NotInductive { .. } => "inductive".to_owned(),
        Expect::Violates { .. } | Expect::Holds { .. } | Expect::Deadlock { .. } | Expect::Error { .. } => {
            "holds".to_owned()
        }
    };
    let name = |set: &[usize]| named(open, set);
    let Sets { minimal, undecided, worse, depth, not_all } = &open.sets;
    let good = match depth {
        Some(depth) => format!("{good} to depth {depth} (bounded)"),
        None => good,
    };
    let mut out = Vec::new();
    let listed: Vec<String> = minimal.iter().map(|set| name(set)).collect();
    match (minimal.as_slice(), not_all) {
        ([], true) => out.push(format!("{good}: not with all of them, and other sets were not searched")),
        ([], false) if undecided.is_empty() => out.push(format!("{good}: with no set of them")),
        ([], false) => out.push(format!("{good}: with no set of them that was decided")),
        (_, true) => out.push(format!(
            "{good}: with {}, of which none can be left out alone; other sets were not searched",
            listed.join("")
        )),
        ([only], false) if only.is_empty() => out.push(format!("{good}: without any of them")),
        (_, false) => {
            let least = if minimal.len() == 1 { "the least set" } else { "each of them least" };
            out.push(format!("{good}: with {}, {least}", listed.join(" or ")));
        }
    }
    for (set, why) in undecided {
        out.push(format!("unknown with {}: {why}", name(set)));
    }
    if let Some((set, finding)) = worse {
        let found = phrase::found(finding, check.system.as_ref());
        out.push(format!("more is not always better: {found} with {}", name(set)));
    }
    out
}

/// A set of assumptions.
fn named(open: &Open, set: &[usize]) -> String {
    let names: Vec<&str> = set
        .iter()
        .filter_map(|position| open.assumptions.get(*position))
        .map(|assumed| assumed.assumption.name.as_str())
        .collect();
    format!("{{{}}}", names.join(", "))
}

/// The assumptions that nobody has verified and that the verdict depends on, or may depend on.
pub(crate) fn obligations(open: &Open) -> impl Iterator<Item = &Assumed> {
    open.assumptions.iter().filter(|assumed| {
        let depends = matches!(assumed.needed, Needed::Always | Needed::Sometimes | Needed::Unknown);
        depends && assumed.assumption.status != Standing::Verified
    })
}

fn residual(open: &Open) -> Vec<String> {
    let mut out = Vec::new();
    for assumed in obligations(open) {
        let assumption = &assumed.assumption;
        let how = match assumed.needed {
            Needed::Always => "",
            Needed::Sometimes => ", in part",
            _ => ", perhaps",
        };
        out.push(format!(
            "rests on {} ({}{how}): {} [{}]",
            assumption.name,
            assumption.status.word(),
            assumption.text,
            assumption.source
        ));
    }
    if out.is_empty() {
        out.push("no residual obligations".to_owned());
    }
    out
}
