//! The protocol as a protocol.

use super::sketch::{Delay, Kind, Net, Reaction, Sent, Sketch, Step, To, Value};
use std::fmt::Write;

const NAMES: [&str; 2] = ["A", "B"];

/// The chapter.
pub(super) fn text(sketch: &Sketch) -> String {
    let mut text = String::from("type Bit = 0..2;\nprotocol P {\n    message M0;\n    message M1(f: Bit);\n");
    for (at, kind) in sketch.kinds.iter().enumerate() {
        node(&mut text, sketch, at, kind);
    }
    network(&mut text, sketch);
    match sketch.horizon {
        Some(end) => {
            let _ = writeln!(text, "    {}clock until {end};", sketch.fair_clock);
        }
        None if sketch.ticks() && !sketch.fair_clock.is_empty() => {
            let _ = writeln!(text, "    {}clock;", sketch.fair_clock);
        }
        None => {}
    }
    let sum: Vec<String> = sketch
        .kinds
        .iter()
        .enumerate()
        .flat_map(|(at, kind)| (0..kind.size).map(move |index| format!("{}.v", one(kind, at, index))))
        .collect();
    let _ = writeln!(text, "    invariant bound: {} < {};", sum.join(" + "), sketch.below);
    if let Some(value) = sketch.comes_to {
        let _ =
            writeln!(text, "    property comes: eventually {}.v == {value};", one(&sketch.kinds[0], 0, 0));
    }
    text + "}\ncheck c: P expect holds;\n"
}

/// A node.
fn one(kind: &Kind, at: usize, index: u8) -> String {
    if kind.indexed { format!("{}[{index}]", NAMES[at]) } else { NAMES[at].to_owned() }
}

fn node(text: &mut String, sketch: &Sketch, at: usize, kind: &Kind) {
    let index = if kind.indexed { format!("[0..{}]", kind.size) } else { String::new() };
    let _ = writeln!(text, "    node {}{index} {{", NAMES[at]);
    let _ = writeln!(text, "        {}var v: 0..3 = 0;", if kind.stable { "stable " } else { "" });
    if let Some(reaction) = &kind.start {
        handler(text, sketch, "start", reaction);
    }
    if let Some(reaction) = &kind.timeout {
        handler(text, sketch, "timeout t", reaction);
    }
    if let Some(reaction @ Reaction { fair, body, .. }) = &kind.act {
        let _ = writeln!(text, "        {fair}action act(){} {{{} }}", when(reaction), steps(sketch, body));
    }
    for (message, reactions) in kind.on.iter().enumerate() {
        for reaction in reactions {
            let event = match (message, reaction.only) {
                (0, _) => "M0 from p".to_owned(),
                (_, None) => "M1(f) from p".to_owned(),
                (_, Some(only)) => format!("M1(f: {only}) from p"),
            };
            handler(text, sketch, &event, reaction);
        }
    }
    if let Some(body) = &kind.on_restart {
        let _ = writeln!(text, "        on restart {{{} }}", steps(sketch, body));
    }
    text.push_str("    }\n");
}

fn when(reaction: &Reaction) -> String {
    let unless = reaction.unless.map(|value| format!("v != {value}"));
    let after = reaction.after.map(|time| format!("now >= {time}"));
    let conditions: Vec<String> = unless.into_iter().chain(after).collect();
    if conditions.is_empty() { String::new() } else { format!(" when {}", conditions.join(" && ")) }
}

fn handler(text: &mut String, sketch: &Sketch, event: &str, reaction: &Reaction) {
    let Reaction { fair, body, .. } = reaction;
    let _ = writeln!(
        text,
        "        {fair}on {event}{} {{{} }}",
        when(reaction),
        steps_for(sketch, body, reaction.only)
    );
}

fn steps(sketch: &Sketch, body: &[Step]) -> String {
    steps_for(sketch, body, None)
}

/// `only` is the value of the field, where the pattern says so.
fn steps_for(sketch: &Sketch, body: &[Step], only: Option<u8>) -> String {
    let mut text = String::new();
    for step in body {
        let _ = match step {
            Step::Count => write!(text, " v = (v + 1) % 3;"),
            Step::Put(value) => write!(text, " v = {value};"),
            Step::SetTimer(None) => write!(text, " set t;"),
            Step::SetTimer(Some(Delay::In(ticks))) => write!(text, " set t in {ticks};"),
            Step::SetTimer(Some(Delay::Between(lo, hi))) if lo % 2 == 0 => {
                write!(text, " set t in {lo}..{hi} + 1;")
            }
            Step::SetTimer(Some(Delay::Between(lo, hi))) => write!(text, " set t in {lo}..={hi};"),
            Step::SetTimer(Some(Delay::From(ticks))) => write!(text, " set t in {ticks}..;"),
            Step::CancelTimer => write!(text, " cancel t;"),
            Step::If(value, inner) => {
                write!(text, " if v == {value} {{{} }}", steps_for(sketch, inner, only))
            }
            Step::Send(Sent { message, field, to }) => {
                let args = match (message, field) {
                    (0, _) => String::new(),
                    (_, Value::Literal(value)) => format!("({value})"),
                    (_, Value::Own) => "(f: v % 2)".to_owned(),
                    (_, Value::Field) => {
                        format!("({})", only.map_or("f".to_owned(), |only| only.to_string()))
                    }
                    (_, Value::Negated) => {
                        format!("(1 - {})", only.map_or("f".to_owned(), |only| only.to_string()))
                    }
                };
                match to {
                    To::Node(kind, index) => {
                        write!(
                            text,
                            " send M{message}{args} to {};",
                            one(&sketch.kinds[*kind], *kind, *index)
                        )
                    }
                    To::All(kind) => write!(text, " send M{message}{args} to all {};", NAMES[*kind]),
                    // Both ways to say so.
                    To::Sender if matches!(field, Value::Literal(1)) => {
                        write!(text, " send M{message}{args} to p;")
                    }
                    To::Sender => write!(text, " reply M{message}{args};"),
                }
            }
        };
    }
    text
}

fn network(text: &mut String, sketch: &Sketch) {
    let order = match sketch.net {
        Net::Set => "unordered".to_owned(),
        Net::Bag => format!("bag, capacity {}, when full drop", sketch.capacity),
        Net::Drop => format!("fifo, capacity {}, when full drop", sketch.capacity),
        Net::Block => format!("fifo, capacity {}, when full block", sketch.capacity),
        Net::SharedDrop => format!("fifo, shared, capacity {}, when full drop", sketch.capacity),
        Net::SharedBlock => format!("fifo, shared, capacity {}, when full block", sketch.capacity),
    };
    let lossy = if sketch.lossy { ", lossy" } else { "" };
    let duplicating = if sketch.duplicating { ", duplicating" } else { "" };
    let fair = if sketch.fair.is_empty() { String::new() } else { format!(", {}", sketch.fair.trim()) };
    let _ = writeln!(text, "    network {order}{lossy}{duplicating}{fair};");
    let mut faults = String::new();
    for (at, kind) in sketch.kinds.iter().enumerate() {
        if let Some(most) = kind.crashes {
            let restart = if kind.restart { ", restart" } else { "" };
            let _ = write!(faults, " crash {} at most {most}{restart};", NAMES[at]);
        }
    }
    if let Some(most) = sketch.losses {
        let _ = write!(faults, " lose at most {most};");
    }
    if let Some(most) = sketch.copies {
        let _ = write!(faults, " duplicate at most {most};");
    }
    if let Some((old, new)) = sketch.corrupt {
        let _ = write!(faults, " corrupt M1({old}) into M1({new}) at most 1;");
    }
    if let Some(heal) = sketch.partition {
        let _ = write!(faults, " partition {{A}} | {{B}}{};", if heal { ", heal" } else { "" });
    }
    if !faults.is_empty() {
        let _ = writeln!(text, "    faults {{{faults} }}");
    }
}
