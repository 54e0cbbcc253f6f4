//! A chart for terminals: a lane a node, a row a step.

use super::sequence::{Fate, Row, Sequence, What};
use crate::report::style::{ACTION, BAD, DIM, STRONG, paint};
use crate::report::trace::{Gutter, width};
use anstyle::Style;
use musilc_ir::Trace;

/// The fewest columns from one lane to the next.
const NARROWEST: usize = 10;

/// The most columns from one lane to the next; longer texts are cut.
const WIDEST: usize = 60;

/// The columns that a message needs beside its text: `├─ text ─▸`.
const AROUND_TEXT: usize = 6;

/// The chart does not fit.
pub(super) struct TooNarrow {
    /// The columns that it needs at least.
    pub(super) needed: usize,
}

/// The chart of a run in so many columns, of which the first are left free.
pub(super) fn chart(
    sequence: &Sequence,
    trace: &Trace,
    columns: usize,
    indent: usize,
) -> Result<String, TooNarrow> {
    let numbers = trace.steps.len().to_string().len();
    let gutter = Gutter::of(trace);
    let margin = indent + numbers + gutter.width();
    let lanes = Lanes::new(sequence, columns.saturating_sub(margin))
        .map_err(|needed| TooNarrow { needed: needed + margin })?;

    let mut out = String::new();
    let mut line = |number: usize, row: String| {
        let number_text = paint(DIM, &format!("{number:>numbers$}"));
        let row = format!("{}{number_text}{}{row}", " ".repeat(indent), gutter.beside(number));
        out.push_str(row.trim_end());
        out.push('\n');
    };
    line(0, lanes.titles(sequence));
    let mut down = &sequence.down;
    for (number, row) in (1..).zip(&sequence.rows) {
        line(number, lanes.row(row, down));
        down = &row.down;
    }
    Ok(out)
}

/// Where the lanes are.
struct Lanes {
    /// The column of each.
    centres: Vec<usize>,
    /// All columns.
    width: usize,
}

/// A row that is being drawn.
struct Canvas(Vec<(char, Option<Style>)>);

impl Canvas {
    fn put(&mut self, at: usize, text: &str, style: Option<Style>) {
        for (place, sign) in self.0.iter_mut().skip(at).zip(text.chars()) {
            *place = (sign, style);
        }
    }

    fn fill(&mut self, from: usize, to: usize, mut sign: impl FnMut(char) -> char, style: Option<Style>) {
        for place in self.0.iter_mut().take(to).skip(from) {
            *place = (sign(place.0), style);
        }
    }

    fn sign(&self, at: usize) -> char {
        self.0.get(at).map_or(' ', |(sign, _)| *sign)
    }

    /// The row without blanks at its end.
    fn finish(mut self) -> String {
        while self.0.last().is_some_and(|(sign, _)| *sign == ' ') {
            self.0.pop();
        }
        let mut out = String::new();
        for run in self.0.chunk_by(|a, b| a.1 == b.1) {
            let text: String = run.iter().map(|(sign, _)| *sign).collect();
            match run.first().and_then(|(_, style)| *style) {
                Some(style) => out.push_str(&paint(style, &text)),
                None => out.push_str(&text),
            }
        }
        out
    }
}

/// The text in so many columns, without its end where it is longer.
fn cut(text: &str, room: usize) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    text.chars().take(room.saturating_sub(1)).chain(['…']).collect()
}

/// The same for the name of a node, which keeps its index.
fn cut_title(title: &str, room: usize) -> String {
    match title.split_once('[') {
        Some((name, index)) if width(title) > room && width(index) + 3 <= room => {
            format!("{}[{index}", cut(name, room - width(index) - 1))
        }
        _ => cut(title, room),
    }
}

/// Sees to it that a text of this width has room on a lane: in the gaps beside it, or at the sides of the chart.
fn around(gaps: &mut [usize], (left, right): &mut (usize, usize), lane: usize, width: usize) {
    match lane.checked_sub(1).and_then(|before| gaps.get_mut(before)) {
        Some(gap) => *gap = (*gap).max(width.div_ceil(2) + 2),
        None => *left = (*left).max(width / 2),
    }
    match gaps.get_mut(lane) {
        Some(gap) => *gap = (*gap).max(width.div_ceil(2) + 2),
        None => *right = (*right).max(width.div_ceil(2)),
    }
}

impl Lanes {
    /// Puts lanes where there is room for what happens between them. If there is too little, the columns that are needed.
    fn new(sequence: &Sequence, columns: usize) -> Result<Self, usize> {
        let titles: Vec<usize> = sequence.lanes.iter().map(|title| width(title)).collect();
        let mut gaps: Vec<usize> = titles
            .windows(2)
            .map(|pair| pair.iter().sum::<usize>() / 2 + 3)
            .map(|gap| gap.max(NARROWEST))
            .collect();
        let mut sides =
            (titles.first().map_or(0, |title| title / 2), titles.last().map_or(0, |title| title.div_ceil(2)));
        for row in &sequence.rows {
            match &row.what {
                What::Message { from, to, text, fate } if from != to => {
                    let (first, last) = (*from.min(to), *from.max(to));
                    let needed = width(text) + AROUND_TEXT + usize::from(*fate == Fate::Lost);
                    let share = needed.div_ceil((last - first).max(1));
                    gaps.iter_mut().take(last).skip(first).for_each(|gap| *gap = (*gap).max(share));
                }
                // With the signs before and behind.
                What::Message { from: lane, text, .. } => {
                    around(&mut gaps, &mut sides, *lane, width(text) + 4)
                }
                What::At { lane, text, .. } => around(&mut gaps, &mut sides, *lane, width(text) + 2),
                What::Across { .. } => {}
            }
        }
        let (left, right) = (sides.0.min(WIDEST / 2), sides.1.min(WIDEST / 2));
        let total = |most: usize| {
            let side = |side: usize| side.min(most);
            side(left) + gaps.iter().map(|gap| (*gap).min(most)).sum::<usize>() + side(right) + 1
        };
        let most = (NARROWEST..=WIDEST).rev().find(|most| total(*most) <= columns);
        let most = most.ok_or_else(|| total(NARROWEST))?;
        let mut centres = vec![left.min(most)];
        for gap in &gaps {
            let last = centres.last().copied().unwrap_or(0);
            centres.push(last + (*gap).min(most));
        }
        // Texts that are not bound to a lane may be longer than all lanes are wide.
        let across = sequence.rows.iter().map(|row| match &row.what {
            What::Across { text } => left.min(most) + width(text) + AROUND_TEXT,
            _ => 0,
        });
        let width = total(most).max(across.max().unwrap_or(0)).min(columns);
        centres.truncate(sequence.lanes.len());
        Ok(Self { centres, width })
    }

    fn centre(&self, lane: usize) -> usize {
        self.centres.get(lane).copied().unwrap_or(0)
    }

    fn blank(&self) -> Canvas {
        Canvas(vec![(' ', None); self.width])
    }

    /// Puts a text on a lane, between its neighbours.
    fn on_lane(&self, canvas: &mut Canvas, lane: usize, text: &str, style: Option<Style>) {
        let before = lane.checked_sub(1).map_or(0, |before| self.centre(before) + 2);
        let behind = self.centres.get(lane + 1).map_or(self.width, |next| next.saturating_sub(1));
        let text = cut(text, behind.saturating_sub(before));
        let centred = self.centre(lane).saturating_sub(width(&text) / 2);
        let at = centred.min(behind.saturating_sub(width(&text))).max(before);
        canvas.put(at, &text, style);
    }

    fn titles(&self, sequence: &Sequence) -> String {
        let mut canvas = self.blank();
        for (lane, title) in sequence.lanes.iter().enumerate() {
            let here = self.centre(lane);
            let room_before = lane.checked_sub(1).map_or(usize::MAX, |before| here - self.centre(before));
            let room_behind = self.centres.get(lane + 1).map_or(usize::MAX, |next| next - here);
            let title = cut_title(title, room_before.min(room_behind).saturating_sub(1));
            canvas.put(here.saturating_sub(width(&title) / 2), &title, Some(STRONG));
        }
        canvas.finish()
    }

    fn row(&self, row: &Row, down: &[bool]) -> String {
        let mut canvas = self.blank();
        for (lane, centre) in self.centres.iter().enumerate() {
            let sign = if down.get(lane).copied().unwrap_or(false) { "┊" } else { "│" };
            canvas.put(*centre, sign, Some(DIM));
        }
        let sends = |lane: usize| row.senders.contains(&lane);
        match &row.what {
            What::At { lane, text, crash } => {
                let text = match (crash, sends(*lane)) {
                    (true, _) => format!("✗ {text}"),
                    (false, true) => format!("{text} ○"),
                    (false, false) => text.clone(),
                };
                let style = if *crash { BAD } else { ACTION };
                self.on_lane(&mut canvas, *lane, &text, Some(style));
            }
            What::Message { from, to, text, fate } if from == to => {
                let end = match fate {
                    Fate::Lost => " ×",
                    Fate::Delivered if sends(*to) => " ○",
                    Fate::Delivered | Fate::Corrupted => "",
                };
                self.on_lane(&mut canvas, *to, &format!("↻ {text}{end}"), Some(ACTION));
            }
            What::Message { from, to, text, fate } => {
                self.message(&mut canvas, (*from, *to), text, *fate);
                if *fate == Fate::Delivered && sends(*to) {
                    canvas.put(self.centre(*to), "○", Some(ACTION));
                }
            }
            What::Across { text } => {
                let cross = |sign| match sign {
                    ' ' => '═',
                    _ => '╪',
                };
                canvas.fill(0, self.width, cross, Some(DIM));
                let text = format!(" {} ", cut(text, self.width.saturating_sub(self.centre(0) + 5)));
                canvas.put(self.centre(0) + 2, &text, Some(ACTION));
            }
        }
        canvas.finish()
    }

    /// Draws a message from one lane to another.
    fn message(&self, canvas: &mut Canvas, (from, to): (usize, usize), text: &str, fate: Fate) {
        let (start, end) = (self.centre(from), self.centre(to));
        let (first, last) = (start.min(end) + 1, start.max(end));
        let forth = start < end;
        let line = if fate == Fate::Corrupted { '~' } else { '─' };
        let cross = |sign| if sign == ' ' { line } else { '┼' };
        canvas.fill(first, last, cross, None);
        // Where the sender is down by now, its lane is broken here too.
        if canvas.sign(start) != '┊' {
            canvas.put(start, if forth { "├" } else { "┤" }, None);
        }
        let head = if forth { last - 1 } else { first };
        match fate {
            Fate::Delivered => canvas.put(head, if forth { "▸" } else { "◂" }, None),
            Fate::Lost => {
                canvas.put(head, " ", None);
                canvas.put(if forth { last - 2 } else { first + 1 }, "×", Some(BAD));
            }
            Fate::Corrupted => {}
        }
        // The end of the line, and the sign and blank at each side, stay free.
        let (first, last) = if forth { (first + 1, last - 2) } else { (first + 2, last - 1) };
        let text = format!(" {} ", cut(text, (last - first).saturating_sub(2)));
        let room = (last - first).saturating_sub(width(&text));
        canvas.put(first + room / 2, &text, Some(ACTION));
    }
}
