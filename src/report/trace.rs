//! A run as a table: a step a row, with the action and what it changes.

use super::changes::changes;
use super::style::{ACTION, BAD, DIM, GOOD, STRONG, paint};
use super::value::{decode, instance, show, variables};
use musilc_ir::{State, Trace, TransitionSystem};

/// How a table is laid out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    /// The columns that it may take.
    pub(crate) width: usize,
    /// The columns that it is indented by.
    pub(crate) indent: usize,
    /// Whether every row shows the whole state instead of the changes.
    pub(crate) whole: bool,
}

/// How a run ends.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Ending {
    /// Whether that is good.
    pub(crate) good: bool,
    /// What is the case at the end.
    pub(crate) text: String,
    /// What else there is to say about the run, each a line.
    pub(crate) remarks: Vec<String>,
    /// Whether the first state is just supposed, and not an initial one.
    pub(crate) assumed: bool,
}

/// What stands in the first row where its state is just supposed.
pub(crate) const ASSUMED: &str = "assumed";

/// The columns that an action may take before what it changes goes to the next line.
const WIDEST_ACTION: usize = 32;

/// What stands between the items of a row.
const BETWEEN: &str = " · ";

struct Row {
    action: String,
    items: Vec<String>,
}

/// The table, every line with its line end.
pub(crate) fn table(system: &TransitionSystem, trace: &Trace, ending: &Ending, layout: Layout) -> String {
    let first = if ending.assumed { ASSUMED } else { "initial" };
    let rows = rows(system, trace, first, layout.whole);
    let numbers = rows.len().saturating_sub(1).to_string().len();
    let actions =
        rows.iter().map(|row| width(&row.action)).filter(|width| *width <= WIDEST_ACTION).max().unwrap_or(0);
    let margin = " ".repeat(layout.indent);
    let gutter = Gutter::of(trace);
    let column = layout.indent + numbers + gutter.width() + actions + 2;
    let room = layout.width.saturating_sub(column).max(20);

    let mut out = String::new();
    for (number, row) in rows.iter().enumerate() {
        out.push_str(&format!(
            "{margin}{}{}{}",
            paint(DIM, &format!("{number:>numbers$}")),
            gutter.beside(number),
            paint(ACTION, &row.action)
        ));
        let mut lines = wrap(&row.items, room).into_iter();
        let mut at = width(&row.action);
        if at <= actions
            && let Some(first) = lines.next()
        {
            out.push_str(&" ".repeat(actions + 2 - at));
            out.push_str(&first);
            at = 0;
        }
        for line in lines {
            out.push_str(&format!(
                "\n{margin}{}{}{}{line}",
                " ".repeat(numbers),
                gutter.below(number),
                " ".repeat(actions + 2)
            ));
            at = 0;
        }
        let _ = at;
        out.push('\n');
    }
    let (mark, style) = if ending.good { ("✓", GOOD) } else { ("✗", BAD) };
    let room = layout.width.saturating_sub(layout.indent + numbers + 2).max(20);
    let mut remark = |mark: &str, style, text: String| {
        for (i, line) in wrap(&[text], room).iter().enumerate() {
            let mark = if i == 0 { mark } else { " " };
            out.push_str(&format!("{margin}{}  {line}\n", paint(style, &format!("{mark:>numbers$}"))));
        }
    };
    if let Some(text) = repeats(trace) {
        remark("↺", STRONG, text);
    }
    remark(mark, style, ending.text.clone());
    for text in &ending.remarks {
        remark("·", DIM, text.clone());
    }
    out
}

/// What a lasso does for ever.
fn repeats(trace: &Trace) -> Option<String> {
    let (back_to, last) = (trace.back_to?, trace.depth());
    if back_to == last {
        return Some("no action is enabled; this state repeats for ever (stutter)".to_owned());
    }
    let state = match back_to {
        0 => "the initial state again".to_owned(),
        step => format!("the state of step {step} again"),
    };
    Some(match back_to + 1 {
        only if only == last => format!("{state}: step {only} repeats for ever"),
        first => format!("{state}: steps {first} to {last} repeat for ever"),
    })
}

/// The bracket beside the rows of a loop, from the state where it begins to the step that leads back to it.
#[derive(Clone, Copy)]
pub(crate) struct Gutter(Option<(usize, usize)>);

impl Gutter {
    pub(crate) fn of(trace: &Trace) -> Self {
        let last = trace.steps.len();
        let back_to = trace.back_to.map(|back_to| back_to as usize);
        Self(back_to.filter(|back_to| *back_to < last).map(|back_to| (back_to, last)))
    }

    pub(crate) fn width(self) -> usize {
        self.beside(0).chars().count()
    }

    /// What stands before the action of a row.
    pub(crate) fn beside(self, row: usize) -> &'static str {
        match self.0 {
            None => "  ",
            Some((first, _)) if row == first => " ┌ ",
            Some((_, last)) if row == last => " └ ",
            Some((first, last)) if first < row && row < last => " │ ",
            Some(_) => "   ",
        }
    }

    /// What stands below it, where the row takes more lines.
    fn below(self, row: usize) -> &'static str {
        match self.0 {
            None => "  ",
            Some((first, last)) if first <= row && row < last => " │ ",
            Some(_) => "   ",
        }
    }
}

fn rows(system: &TransitionSystem, trace: &Trace, first: &str, whole: bool) -> Vec<Row> {
    let values = trace.initial.as_ref().map(|state| all_values(system, state)).unwrap_or_default();
    let mut rows = vec![Row { action: first.to_owned(), items: values }];
    let mut before = trace.initial.as_ref();
    for step in &trace.steps {
        let mut items = match (before, &step.state) {
            (_, None) => vec![],
            (Some(before), Some(after)) if !whole => {
                let changed = changes(system, before, after);
                changed.into_iter().map(|change| format!("{}: {}", change.place, change.what)).collect()
            }
            (_, Some(after)) => all_values(system, after),
        };
        if items.is_empty() && step.state.is_some() {
            items.push("no change".to_owned());
        }
        rows.push(Row { action: instance(system, step), items });
        before = step.state.as_ref();
    }
    rows
}

/// Every variable with its value.
pub(crate) fn all_values(system: &TransitionSystem, state: &State) -> Vec<String> {
    let values = |v: &musilc_ir::SourceVariable| Some(variables(v, &decode(v, state)?));
    let all = system.sources.iter().filter_map(values).flatten();
    all.map(|(name, value)| format!("{name} = {}", show(&value))).collect()
}

/// Puts items on lines of at most `room` characters; an item that is longer is broken at blanks where it has any.
fn wrap(items: &[String], room: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for (i, item) in items.iter().enumerate() {
        let last = i + 1 == items.len();
        let needed = width(item) + if last { 0 } else { width(BETWEEN.trim_end()) };
        if !line.is_empty() && width(&line) + 1 + needed > room {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        for (j, word) in item.split(' ').enumerate() {
            // Continuations of a broken item are indented.
            if j > 0 && width(&line) + 1 + width(word) > room {
                lines.push(std::mem::replace(&mut line, format!("  {word}")));
            } else {
                if j > 0 {
                    line.push(' ');
                }
                line.push_str(word);
            }
        }
        if !last {
            line.push_str(BETWEEN.trim_end());
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// The columns that a text takes; musil's names and musilc's signs take one a character.
pub(crate) fn width(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapped(items: &[&str], room: usize) -> Vec<String> {
        wrap(&items.iter().map(|&item| item.to_owned()).collect::<Vec<_>>(), room)
    }

    #[test]
    fn items_are_packed_into_lines() {
        assert_eq!(wrapped(&["a: 1", "b: 2", "c: 3"], 20), ["a: 1 · b: 2 · c: 3"]);
        assert_eq!(wrapped(&["a: 1", "b: 2", "c: 3"], 11), ["a: 1 ·", "b: 2 · c: 3"].map(str::to_owned));
        assert_eq!(wrapped(&["a: 1", "b: 2", "c: 3"], 4), ["a: 1 ·", "b: 2 ·", "c: 3"]);
        assert_eq!(wrapped(&[], 4), Vec::<String>::new());
    }

    #[test]
    fn long_items_are_broken_at_blanks() {
        assert_eq!(wrapped(&["x = [1, 2, 3, 4, 5]", "y = 1"], 12), ["x = [1, 2,", "  3, 4, 5] ·", "y = 1"]);
        assert_eq!(wrapped(&["abcdefghijklmnop"], 5), ["abcdefghijklmnop"]);
    }
}
