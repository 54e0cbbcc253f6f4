//! The model with channels.

use super::sketch::{Action, Channel, Code, Fault, Full, Index, Kind, Sketch, Step, Value, Which};
use std::fmt::Write;

/// The chapter.
pub(super) fn text(sketch: &Sketch) -> String {
    let mut text = String::from("type Bit = 0..2;\nenum Msg { M0, M1(f: Bit) }\nmodel P {\n");
    text.push_str("    var v0: 0..3 = 0;\n    var v1: 0..3 = 0;\n");
    for (at, channel) in sketch.channels.iter().enumerate() {
        declaration(&mut text, at, channel);
    }
    let given: Vec<usize> = (0..sketch.channels.len()).filter(|at| sketch.part_uses(*at)).collect();
    let has_part = sketch.actions.iter().any(|action| action.in_part);
    for (at, action) in sketch.actions.iter().enumerate().filter(|(_, action)| !action.in_part) {
        self::action(&mut text, sketch, at, action);
    }
    if has_part {
        let args: String = given.iter().map(|at| format!(", ref c{at}")).collect();
        let _ = writeln!(text, "    part q = Q(ref v0, ref v1{args});");
    }
    // Where the model says nothing, its part would say it.
    let _ = writeln!(text, "    terminal {};", sketch.ends);
    let _ = writeln!(text, "    invariant bound: !(v0 == {0} && v1 == {0});", sketch.below);
    if let Some(value) = sketch.comes_to {
        let _ = writeln!(text, "    property comes: eventually v0 == {value};");
    }
    text.push_str("}\n");
    if has_part {
        let params: String =
            given.iter().map(|at| format!(", {}", param(*at, &sketch.channels[*at]))).collect();
        let _ = writeln!(text, "model Q(ref v0: 0..3, ref v1: 0..3{params}) {{");
        for (at, action) in sketch.actions.iter().enumerate().filter(|(_, action)| action.in_part) {
            self::action(&mut text, sketch, at, action);
        }
        text.push_str("    terminal true;\n}\n");
    }
    text + "check c: P expect holds;\n"
}

fn words(channel: &Channel, separator: &str) -> Vec<String> {
    let mut words = vec![
        match channel.kind {
            Kind::Set => "unordered",
            Kind::Bag => "bag",
            Kind::Queue => "fifo",
        }
        .to_owned(),
    ];
    if channel.kind != Kind::Set {
        let full = match channel.full {
            Full::Error => String::new(),
            Full::Drop => format!("{separator}when full drop"),
            Full::Block => format!("{separator}when full block"),
        };
        words.push(format!("capacity {}{full}", channel.capacity));
    }
    if channel.duplicating {
        words.push("duplicating".to_owned());
    }
    if !channel.fair.is_empty() {
        words.push(channel.fair.trim().to_owned());
    }
    words
}

fn param(at: usize, channel: &Channel) -> String {
    let ty = format!("Msg {}", words(channel, " ").join(" "));
    if channel.indexed { format!("ref c{at}: [{ty}; 2]") } else { format!("ref c{at}: {ty}") }
}

fn declaration(text: &mut String, at: usize, channel: &Channel) {
    let index = if channel.indexed { "[i: Bit]" } else { "" };
    let mut words = words(channel, ", ");
    if channel.lossy {
        words.push("lossy".to_owned());
    }
    let _ = write!(text, "    channel c{at}{index}: Msg {}", words.join(", "));
    let mut faults = String::new();
    if let Some(losses) = &channel.losses {
        let _ = write!(faults, " {}lose{}{};", losses.fair, pattern(losses.which), limits(losses));
    }
    if let Some(copies) = &channel.copies {
        let _ = write!(faults, " duplicate{}{};", pattern(copies.which), limits(copies));
    }
    if let Some((corrupt, into)) = &channel.corrupt {
        let which = if corrupt.which == Which::All { " _".to_owned() } else { pattern(corrupt.which) };
        let _ = write!(faults, " {}corrupt{which} into {}{};", corrupt.fair, message(*into), limits(corrupt));
    }
    let _ = if faults.is_empty() { writeln!(text, ";") } else { writeln!(text, " {{{faults} }}") };
}

fn message(code: Code) -> String {
    if code == 0 { "M0".to_owned() } else { format!("M1({})", code - 1) }
}

/// A name alone stands for the message with any field.
fn pattern(which: Which) -> String {
    match which {
        Which::All => String::new(),
        Which::Plain => " M0".to_owned(),
        Which::Field => " M1".to_owned(),
        Which::One(code) => format!(" {}", message(code)),
    }
}

fn limits(fault: &Fault) -> String {
    let most = fault.most.map_or(String::new(), |most| format!(" at most {most}"));
    let unless = fault.unless.map_or(String::new(), |value| format!(" when v1 != {value}"));
    most + &unless
}

fn index(index: Index) -> &'static str {
    match index {
        Index::Literal(0) => "0",
        Index::Literal(_) => "1",
        Index::Own => "i",
        Index::Other => "1 - i",
        Index::State => "v0 % 2",
    }
}

fn place(sketch: &Sketch, channel: usize, which: Index) -> String {
    if sketch.channels[channel].indexed {
        format!("c{channel}[{}]", index(which))
    } else {
        format!("c{channel}")
    }
}

fn action(text: &mut String, sketch: &Sketch, at: usize, action: &Action) {
    let mut params = "i: Bit".to_owned();
    let mut conditions: Vec<String> = Vec::new();
    if let Some((from, which, messages)) = action.from {
        let _ = write!(params, ", m from {}", place(sketch, from, which));
        conditions.extend(match messages {
            Which::All => None,
            Which::Plain => Some("m == M0".to_owned()),
            Which::Field => Some("m is M1(_)".to_owned()),
            Which::One(code) => Some(format!("m == {}", message(code))),
        });
    }
    conditions.extend(action.unless.map(|(variable, value)| format!("v{variable} != {value}")));
    let when =
        if conditions.is_empty() { String::new() } else { format!(" when {}", conditions.join(" && ")) };
    let body = steps(sketch, &action.body);
    let _ = writeln!(text, "    {}action a{at}({params}){when} {{{body} }}", action.fair);
}

fn steps(sketch: &Sketch, body: &[Step]) -> String {
    let mut text = String::new();
    let sent = |value: &Value| match value {
        Value::Literal(code) => message(*code),
        Value::State => "M1(f: v0 % 2)".to_owned(),
        Value::Same => "m".to_owned(),
    };
    for step in body {
        let _ = match step {
            Step::Count(variable) => write!(text, " v{variable} = (v{variable} + 1) % 3;"),
            Step::Put(variable, value) => write!(text, " v{variable} = {value};"),
            Step::Send(to, value, which) => {
                write!(text, " send {} to {};", sent(value), place(sketch, *to, *which))
            }
            Step::All(to, value) => write!(text, " send {} to all c{to};", sent(value)),
            Step::If(variable, value, then, otherwise) => write!(
                text,
                " if v{variable} == {value} {{{} }} else {{{} }}",
                steps(sketch, then),
                steps(sketch, otherwise)
            ),
        };
    }
    text
}
