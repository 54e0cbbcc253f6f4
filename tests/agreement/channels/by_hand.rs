//! The same model with everything done by hand.

use super::sketch::{Action, Channel, Code, Fault, Full, Index, Kind, Sketch, Step, Value, Which};
use std::fmt::Write;

/// The chapter.
pub(super) fn text(sketch: &Sketch) -> String {
    let mut text = String::from("model P {\n    var v0: 0..3 = 0;\n    var v1: 0..3 = 0;\n");
    for (at, channel) in sketch.channels.iter().enumerate() {
        variables(&mut text, at, channel);
    }
    for (at, action) in sketch.actions.iter().enumerate() {
        actions(&mut text, sketch, at, action);
    }
    for (at, channel) in sketch.channels.iter().enumerate() {
        faults(&mut text, at, channel);
    }
    if sketch.ends {
        text.push_str("    terminal true;\n");
    }
    let _ = writeln!(text, "    invariant bound: v0 != {0} || v1 != {0};", sketch.below);
    if let Some(value) = sketch.comes_to {
        let _ = writeln!(text, "    property comes: eventually v0 == {value};");
    }
    text + "}\ncheck c: P expect holds;\n"
}

fn size(channel: &Channel) -> u8 {
    if channel.indexed { 2 } else { 1 }
}

fn variables(text: &mut String, at: usize, channel: &Channel) {
    let (one, empty) = match channel.kind {
        Kind::Set => ("[bool; 3]".to_owned(), "false"),
        Kind::Bag => (format!("[0..={}; 3]", channel.capacity), "0"),
        Kind::Queue => (format!("Seq<0..3, {}>", channel.capacity), "[]"),
    };
    let _ = writeln!(text, "    var c{at}: [{one}; {}] = {empty};", size(channel));
    let budgets = [
        ("l", channel.losses.and_then(|fault| fault.most)),
        ("d", channel.copies.and_then(|fault| fault.most)),
        ("k", channel.corrupt.and_then(|(fault, _)| fault.most)),
    ];
    for (name, most) in budgets {
        if let Some(most) = most {
            let _ = writeln!(text, "    var {name}{at}: 0..={most} = {most};");
        }
    }
}

fn is(which: Which, message: &str) -> Option<String> {
    match which {
        Which::All => None,
        Which::Plain => Some(format!("{message} < 1")),
        Which::Field => Some(format!("{message} >= 1")),
        Which::One(code) => Some(format!("{message} == {code}")),
    }
}

/// The conditions of a fault on a message, and what is done when it happens.
fn limits(fault: &Fault, budget: &str, message: &str) -> (Vec<String>, String) {
    let mut conditions: Vec<String> = is(fault.which, message).into_iter().collect();
    conditions.extend(fault.unless.map(|value| format!("!(v1 == {value})")));
    let mut spend = String::new();
    if fault.most.is_some() {
        conditions.push(format!("{budget} >= 1"));
        spend = format!(" {budget} = {budget} - 1;");
    }
    (conditions, spend)
}

/// Where a message with a code is, of what is no queue.
fn there(channel: &Channel, place: &str, code: &str) -> String {
    if channel.kind == Kind::Set { format!("{place}[{code}]") } else { format!("{place}[{code}] >= 1") }
}

fn remove(channel: &Channel, place: &str, code: &str) -> String {
    match channel.kind {
        Kind::Set => format!(" {place}[{code}] = false;"),
        Kind::Bag => format!(" {place}[{code}] = {place}[{code}] - 1;"),
        Kind::Queue => format!(" {place}.pop();"),
    }
}

fn add(channel: &Channel, place: &str, code: &str) -> String {
    match (channel.kind, channel.full) {
        (Kind::Set, _) => format!(" {place}[{code}] = true;"),
        (Kind::Bag, Full::Drop) => {
            format!(" {place}[{code}] = min({place}[{code}] + 1, {});", channel.capacity)
        }
        (Kind::Bag, _) => format!(" {place}[{code}] = {place}[{code}] + 1;"),
        (Kind::Queue, Full::Drop) => {
            format!(" if {place}.len < {} {{ {place}.push({code}); }}", channel.capacity)
        }
        (Kind::Queue, _) => format!(" {place}.push({code});"),
    }
}

fn index(channel: &Channel, which: Index) -> &'static str {
    if !channel.indexed {
        return "0";
    }
    match which {
        Index::Literal(0) => "0",
        Index::Literal(_) => "1",
        Index::Own => "i",
        Index::Other => "(if i == 0 { 1 } else { 0 })",
        Index::State => "(v0 % 2)",
    }
}

fn when(conditions: &[String]) -> String {
    if conditions.is_empty() { String::new() } else { format!(" when {}", conditions.join(" && ")) }
}

fn actions(text: &mut String, sketch: &Sketch, at: usize, action: &Action) {
    let body = steps(sketch, &action.body);
    let unless = action.unless.map(|(variable, value)| format!("!(v{variable} == {value})"));
    let Some((from, which, messages)) = action.from else {
        let conditions: Vec<String> = unless.into_iter().chain(room(sketch, action, None)).collect();
        let _ = writeln!(text, "    {}action a{at}(i: 0..2){} {{{body} }}", action.fair, when(&conditions));
        return;
    };
    let channel = &sketch.channels[from];
    let place = format!("c{from}[{}]", index(channel, which));
    let queue = channel.kind == Kind::Queue;
    // The place may change in the body, so the message is taken off first, and named before that.
    let (param, there, name) = if queue {
        ("", format!("{place}.len >= 1"), format!(" let m = {place}.head;"))
    } else {
        (", m: 0..3", there(channel, &place, "m"), String::new())
    };
    let message = if queue { format!("{place}.head") } else { "m".to_owned() };
    let take = remove(channel, &place, "m");
    let mut conditions = vec![there];
    conditions.extend(is(messages, &message));
    conditions.extend(unless);
    let fair = if action.fair.is_empty() { channel.fair } else { action.fair };
    let all: Vec<String> =
        conditions.iter().cloned().chain(room(sketch, action, Some((from, which)))).collect();
    let _ = writeln!(text, "    {fair}action a{at}(i: 0..2{param}){} {{{name}{take}{body} }}", when(&all));
    let again = match (&channel.copies, channel.duplicating) {
        (Some(fault), _) => Some(limits(fault, &format!("d{from}"), &message)),
        (None, true) => Some((Vec::new(), String::new())),
        (None, false) => None,
    };
    if let Some((limits, spend)) = again {
        let all: Vec<String> =
            conditions.into_iter().chain(limits).chain(room(sketch, action, None)).collect();
        let _ = writeln!(text, "    action again{at}(i: 0..2{param}){} {{{name}{spend}{body} }}", when(&all));
    }
}

fn steps(sketch: &Sketch, body: &[Step]) -> String {
    let mut text = String::new();
    let code = |value: &Value| match value {
        Value::Literal(code) => code.to_string(),
        Value::State => "(1 + v0 % 2)".to_owned(),
        Value::Same => "m".to_owned(),
    };
    for step in body {
        let _ = match step {
            Step::Count(variable) => {
                write!(text, " v{variable} = if v{variable} == 2 {{ 0 }} else {{ v{variable} + 1 }};")
            }
            Step::Put(variable, value) => write!(text, " v{variable} = {value};"),
            Step::Send(to, value, which) => {
                let channel = &sketch.channels[*to];
                let place = format!("c{to}[{}]", index(channel, *which));
                write!(text, "{}", add(channel, &place, &code(value)))
            }
            Step::All(to, value) => {
                let channel = &sketch.channels[*to];
                let each = (0..size(channel)).map(|i| add(channel, &format!("c{to}[{i}]"), &code(value)));
                write!(text, "{}", each.collect::<String>())
            }
            Step::If(variable, value, then, otherwise) => {
                let (then, otherwise) = (steps(sketch, then), steps(sketch, otherwise));
                write!(text, " if v{variable} != {value} {{{otherwise} }} else {{{then} }}")
            }
        };
    }
    text
}

/// The ways through statements, as what is sent on each.
fn ways(body: &[Step]) -> Vec<Vec<(usize, Option<Index>)>> {
    let mut ways = vec![Vec::new()];
    for step in body {
        let branches: Vec<Vec<(usize, Option<Index>)>> = match step {
            Step::Count(_) | Step::Put(..) => continue,
            Step::Send(to, _, which) => vec![vec![(*to, Some(*which))]],
            Step::All(to, _) => vec![vec![(*to, None)]],
            Step::If(_, _, then, otherwise) => [ways_of(then), ways_of(otherwise)].concat(),
        };
        ways = ways
            .iter()
            .flat_map(|way| branches.iter().map(move |branch| [way.clone(), branch.clone()].concat()))
            .collect();
    }
    ways
}

fn ways_of(body: &[Step]) -> Vec<Vec<(usize, Option<Index>)>> {
    ways(body)
}

/// Where senders are blocked: on each way, each channel has room for all that may be sent to it.
fn room(sketch: &Sketch, action: &Action, taken: Option<(usize, Index)>) -> Vec<String> {
    let mut conditions: Vec<String> = Vec::new();
    for way in ways(&action.body) {
        for (at, channel) in sketch.channels.iter().enumerate() {
            if channel.kind != Kind::Queue || channel.full != Full::Block {
                continue;
            }
            for one in 0..size(channel) {
                let sent: Vec<String> = way
                    .iter()
                    .filter(|(to, _)| *to == at)
                    .map(|(_, which)| match which {
                        // Which one it is may change before it is sent.
                        None | Some(Index::State) => "1".to_owned(),
                        Some(which) => {
                            format!("(if {} == {one} {{ 1 }} else {{ 0 }})", index(channel, *which))
                        }
                    })
                    .collect();
                if sent.is_empty() {
                    continue;
                }
                let freed = taken.filter(|(from, _)| *from == at).map_or("0".to_owned(), |(_, which)| {
                    format!("(if {} == {one} {{ 1 }} else {{ 0 }})", index(channel, which))
                });
                conditions.push(format!(
                    "c{at}[{one}].len - {freed} + {} <= {}",
                    sent.join(" + "),
                    channel.capacity
                ));
            }
        }
    }
    conditions.dedup();
    conditions
}

fn faults(text: &mut String, at: usize, channel: &Channel) {
    let size = size(channel);
    let place = format!("c{at}[j]");
    let queue = channel.kind == Kind::Queue;
    let mut fault = |name: &str, fault: &Fault, budget: &str, happens: &dyn Fn(&str) -> String| {
        let message = if queue { format!("{place}.head") } else { "m".to_owned() };
        let (limits, spend) = limits(fault, budget, &message);
        let there = if queue { format!("{place}.len >= 1") } else { there(channel, &place, "m") };
        let conditions: Vec<String> = std::iter::once(there).chain(limits).collect();
        let param = if queue { "" } else { ", m: 0..3" };
        let _ = writeln!(
            text,
            "    {}action {name}{at}(j: 0..{size}{param}){} {{{}{spend} }}",
            fault.fair,
            when(&conditions),
            happens("m")
        );
    };
    let always = Fault { which: Which::All, most: None, unless: None, fair: "" };
    if channel.lossy {
        fault("lose", &always, "", &|code| remove(channel, &place, code));
    }
    if let Some(losses) = &channel.losses {
        fault("lose", losses, &format!("l{at}"), &|code| remove(channel, &place, code));
    }
    if let Some((corrupt, into)) = &channel.corrupt {
        fault("corrupt", corrupt, &format!("k{at}"), &|code| replace(channel, &place, code, *into));
    }
}

fn replace(channel: &Channel, place: &str, code: &str, into: Code) -> String {
    match channel.kind {
        Kind::Queue => format!(" {place}[0] = {into};"),
        _ => remove(channel, place, code) + &add(channel, place, &into.to_string()),
    }
}
