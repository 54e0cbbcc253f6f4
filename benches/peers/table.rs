//! The tables of the page.

use crate::measure::{Figure, Row, Tool};
use crate::model::Counts;
use std::time::Duration;

const OTHERS: [Tool; 3] = [Tool::Spin, Tool::Rumur, Tool::Stateright];

/// A table from its head and its rows.
pub(crate) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let line = |cells: &[String]| format!("| {} |", cells.join(" | "));
    let head: Vec<String> = head.iter().map(|&cell| cell.to_owned()).collect();
    let rule = format!("|---|{}", "---:|".repeat(head.len() - 1));
    let rows = rows.iter().map(|row| line(row));
    [line(&head), rule].into_iter().chain(rows).collect::<Vec<_>>().join("\n")
}

/// The time of each tool.
pub(crate) fn times(rows: &[Row]) -> String {
    let head = ["model", "states", "transitions", "musilc", "SPIN", "Rumur", "Stateright", "by hand"];
    let rows = rows.iter().map(|row| {
        let (states, transitions) = counts(row.counts());
        let tools = [Tool::Musilc].into_iter().chain(OTHERS).chain([Tool::ByHand]);
        let cells = tools.map(|tool| match row.figure(tool) {
            None => String::new(),
            Some(figure) if row.differs(figure) => "**wrong**".to_owned(),
            Some(figure) => time(figure),
        });
        [name(row), states, transitions].into_iter().chain(cells).collect()
    });
    table(&head, &rows.collect::<Vec<Vec<String>>>())
}

/// How much longer others take than musilc, and musilc than what is written by hand.
pub(crate) fn ratios(rows: &[Row]) -> String {
    let head = ["model", "SPIN / musilc", "Rumur / musilc", "Stateright / musilc", "musilc / by hand"];
    let rows = rows.iter().filter(|row| row.figures.len() > 1).map(|row| {
        let pairs = OTHERS.map(|tool| (tool, Tool::Musilc)).into_iter().chain([(Tool::Musilc, Tool::ByHand)]);
        let cells = pairs.map(|(above, below)| {
            row.figure(above)
                .zip(row.figure(below))
                .map_or_else(String::new, |(above, below)| ratio(above, below))
        });
        [name(row)].into_iter().chain(cells).collect()
    });
    table(&head, &rows.collect::<Vec<Vec<String>>>())
}

/// Peak memory.
pub(crate) fn memory(rows: &[Row]) -> String {
    let head = ["model", "musilc", "SPIN", "Rumur", "Stateright", "by hand"];
    let rows = rows.iter().map(|row| {
        let states = row.counts().map(|counts| counts.states);
        let tools = [Tool::Musilc].into_iter().chain(OTHERS).chain([Tool::ByHand]);
        let cells = tools.map(|tool| match row.figure(tool).filter(|figure| !figure.stopped) {
            Some(figure) => bytes(figure.memory, states),
            None => String::new(),
        });
        [name(row)].into_iter().chain(cells).collect()
    });
    table(&head, &rows.collect::<Vec<Vec<String>>>())
}

/// What musilc takes for a transition, from few states to many.
pub(crate) fn cost(rows: &[Row]) -> String {
    let mut found: Vec<(u64, Vec<String>)> = Vec::new();
    for row in rows {
        let Some((figure, counts)) = row.figure(Tool::Musilc).zip(row.counts()) else { continue };
        let each = |seconds: f64| format!("{:.1} ns", seconds * 1e9 / counts.transitions.max(1) as f64);
        let search = figure.engine.map_or_else(String::new, each);
        let end_to_end = each(figure.elapsed.as_secs_f64());
        found.push((counts.states, vec![name(row), grouped(counts.states), search, end_to_end]));
    }
    found.sort();
    let rows: Vec<Vec<String>> = found.into_iter().map(|(_, row)| row).collect();
    table(&["model", "states", "search, a transition", "end to end, a transition"], &rows)
}

/// One thread beside two.
pub(crate) fn threads(pairs: &[(&Row, Figure)]) -> String {
    let rows = pairs.iter().filter_map(|(row, two)| {
        let one = row.figure(Tool::Musilc)?;
        Some(vec![name(row), time(one), time(two), ratio(one, two)])
    });
    table(&["model", "one thread", "two", "one / two"], &rows.collect::<Vec<_>>())
}

pub(crate) fn name(row: &Row) -> String {
    format!("{}, {} = {}", row.model.name, row.model.constant, row.size)
}

fn counts(counts: Option<Counts>) -> (String, String) {
    counts.map_or_else(Default::default, |counts| (grouped(counts.states), grouped(counts.transitions)))
}

fn time(figure: &Figure) -> String {
    if figure.stopped {
        return format!("> {} s", figure.elapsed.as_secs());
    }
    let remark = if figure.remark.is_empty() { String::new() } else { format!(", {}", figure.remark) };
    let preparation = figure.preparation.map_or_else(String::new, |time| format!(" ({})", seconds(time)));
    format!("{}{preparation}{remark}", seconds(figure.elapsed))
}

fn ratio(above: &Figure, below: &Figure) -> String {
    let mark = match (above.stopped, below.stopped) {
        (true, true) => return String::new(),
        (true, false) => "> ",
        (false, true) => "< ",
        (false, false) => "",
    };
    let ratio = above.elapsed.as_secs_f64() / below.elapsed.as_secs_f64();
    if ratio < 10.0 { format!("{mark}{ratio:.2}") } else { format!("{mark}{ratio:.1}") }
}

pub(crate) fn seconds(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    match seconds {
        0.0..0.1 => format!("{:.1} ms", seconds * 1e3),
        0.1..10.0 => format!("{seconds:.2} s"),
        _ => format!("{seconds:.1} s"),
    }
}

fn bytes(memory: u64, states: Option<u64>) -> String {
    let each = states.map_or_else(String::new, |states| format!(" ({:.1})", memory as f64 / states as f64));
    format!("{:.1} MiB{each}", memory as f64 / f64::from(1 << 20))
}

/// A number with commas.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
