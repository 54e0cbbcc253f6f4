//! Runs as diagrams for Mermaid (<https://mermaid.js.org>): protocols as sequence diagrams, other models as states and what leads from one to
//! the next.

use super::sequence::{Fate, Row, Sequence, What};
use crate::report::changes::changes;
use crate::report::trace::{Ending, all_values};
use crate::report::value::instance;
use musilc_ir::{Trace, TransitionSystem};

/// A text where Mermaid expects one: what has a meaning there is written by its number.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for sign in text.chars() {
        match sign {
            '#' | ';' | '%' | '<' | '>' | '&' | '"' | '`' | '\\' => {
                out.push_str(&format!("#{};", u32::from(sign)));
            }
            sign if sign.is_control() => out.push(' '),
            sign => out.push(sign),
        }
    }
    out
}

/// The same in a state diagram, where a colon has a meaning, too.
fn escape_state(text: &str) -> String {
    escape(text).replace(':', "#58;")
}

/// The diagram of a run; every line ends with a line end.
pub(crate) fn diagram(system: &TransitionSystem, trace: &Trace, ending: &Ending) -> String {
    match Sequence::of(system, trace) {
        Some(Ok(sequence)) => of_protocol(&sequence, trace, ending),
        _ => of_states(system, trace, ending),
    }
}

fn mark(ending: &Ending) -> String {
    format!("{} {}", if ending.good { "✓" } else { "✗" }, ending.text)
}

fn of_protocol(sequence: &Sequence, trace: &Trace, ending: &Ending) -> String {
    let mut lines = vec!["sequenceDiagram".to_owned()];
    for (lane, title) in sequence.lanes.iter().enumerate() {
        lines.push(format!("  participant N{lane} as {}", escape(title)));
    }
    let last = sequence.lanes.len().saturating_sub(1);
    let all = if last == 0 { "N0".to_owned() } else { format!("N0,N{last}") };
    let stutters = trace.back_to == Some(trace.depth());
    let back_to = trace.back_to.map(|step| step as usize).filter(|_| !stutters);
    for (number, row) in sequence.rows.iter().enumerate() {
        if back_to == Some(number) {
            lines.push("  loop for ever".to_owned());
        }
        let indent = if back_to.is_some_and(|first| number >= first) { "    " } else { "  " };
        lines.push(format!("{indent}{}", step(row, &all)));
    }
    if back_to.is_some() {
        lines.push("  end".to_owned());
    }
    if stutters {
        lines.push(format!("  Note over {all}: no action is enabled, for ever"));
    }
    lines.push(format!("  Note over {all}: {}", escape(&mark(ending))));
    lines.push(String::new());
    lines.join("\n")
}

fn step(row: &Row, all: &str) -> String {
    // The same mark as in the terminal: this node sends something.
    let sends = |lane: &usize| if row.senders.contains(lane) { " ○" } else { "" };
    match &row.what {
        What::Message { from, to, text, fate } => {
            let text = escape(text);
            match fate {
                Fate::Delivered => format!("N{from}->>N{to}: {text}{}", sends(to)),
                Fate::Lost => format!("N{from}-xN{to}: {text}"),
                Fate::Corrupted if from == to => format!("Note over N{from}: corrupted {text}"),
                Fate::Corrupted => {
                    format!("Note over N{},N{}: corrupted {text}", from.min(to), from.max(to))
                }
            }
        }
        What::At { lane, text, .. } => format!("Note over N{lane}: {}{}", escape(text), sends(lane)),
        What::Across { text } => format!("Note over {all}: {}", escape(text)),
    }
}

fn of_states(system: &TransitionSystem, trace: &Trace, ending: &Ending) -> String {
    let mut lines = vec!["stateDiagram-v2".to_owned(), "  [*] --> s0".to_owned()];
    let state = |lines: &mut Vec<String>, number: usize, title: &str, items: &[String]| {
        for line in std::iter::once(title).chain(items.iter().map(String::as_str)) {
            lines.push(format!("  s{number}: {}", escape_state(line)));
        }
    };
    let first = if ending.assumed { crate::report::trace::ASSUMED } else { "initial" };
    let values = trace.initial.as_ref().map(|state| all_values(system, state)).unwrap_or_default();
    state(&mut lines, 0, first, &values);
    let last = trace.steps.len();
    let back_to = trace.back_to.map(|step| step as usize);
    let mut before = trace.initial.as_ref();
    for (number, step) in (1..).zip(&trace.steps) {
        let action = escape_state(&instance(system, step));
        match back_to {
            // The last state is the one that the loop begins with.
            Some(first) if number == last && first < last => {
                lines.push(format!("  s{} --> s{first}: {action}", number - 1));
            }
            _ => {
                let changed = match (before, &step.state) {
                    (Some(before), Some(after)) => changes(system, before, after),
                    _ => Vec::new(),
                };
                let items: Vec<String> =
                    changed.into_iter().map(|change| format!("{}: {}", change.place, change.what)).collect();
                lines.push(format!("  s{} --> s{number}: {action}", number - 1));
                state(&mut lines, number, &format!("step {number}"), &items);
            }
        }
        before = step.state.as_ref();
    }
    if back_to == Some(last) {
        lines.push(format!("  s{last} --> s{last}: stutter"));
    }
    let shown = if back_to.is_some_and(|first| first < last) { last.saturating_sub(1) } else { last };
    lines.push(format!("  note right of s{shown}: {}", escape_state(&mark(ending))));
    lines.push(String::new());
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::{escape, escape_state};

    #[test]
    fn what_has_a_meaning_is_written_by_its_number() {
        assert_eq!(escape("Vote(yes: true)"), "Vote(yes: true)");
        assert_eq!(escape_state("Vote(yes: true)"), "Vote(yes#58; true)");
        assert_eq!(escape("a;b#c%%{d}"), "a#59;b#35;c#37;#37;{d}");
        assert_eq!(escape("x <= \"y\"\n"), "x #60;= #34;y#34; ");
        assert_eq!(escape("0 → 1, [M; 2]"), "0 → 1, [M#59; 2]");
    }
}
