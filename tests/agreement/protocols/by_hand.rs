//! The same protocol as a model in which everything is done by hand.

use super::sketch::{Kind, Net, Reaction, Sketch, Step, To, Value, collect};
use std::fmt::Write;

/// What statements are written for.
#[derive(Clone, Copy)]
struct Place<'s> {
    sketch: &'s Sketch,
    kind: usize,
    /// The kind of the sender of the message that is being handled.
    sender: Option<usize>,
}

/// The chapter.
pub(super) fn text(sketch: &Sketch) -> String {
    let mut text = String::from("model P {\n");
    variables(&mut text, sketch);
    for (at, kind) in sketch.kinds.iter().enumerate() {
        reactions(&mut text, sketch, at, kind);
        crash(&mut text, sketch, at, kind);
    }
    faults(&mut text, sketch);
    let _ = writeln!(text, "    terminal {};", at_rest(sketch));
    let sum: Vec<String> = sketch
        .kinds
        .iter()
        .enumerate()
        .flat_map(|(at, kind)| (0..kind.size).map(move |index| format!("v{at}[{index}]")))
        .collect();
    let _ = writeln!(text, "    invariant bound: {} < {};", sum.join(" + "), sketch.below);
    if let Some(value) = sketch.comes_to {
        let _ = writeln!(text, "    property comes: eventually v0[0] == {value};");
    }
    text + "}\ncheck c: P expect holds;\n"
}

fn queued(sketch: &Sketch) -> bool {
    matches!(sketch.net, Net::Drop | Net::Block)
}

/// The pairs of kinds with messages between them.
fn pairs(sketch: &Sketch) -> Vec<(usize, usize)> {
    let mut pairs: Vec<(usize, usize)> =
        sketch.routes().into_iter().map(|(_, from, to)| (from, to)).collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

fn variables(text: &mut String, sketch: &Sketch) {
    let size = |kind: usize| sketch.kinds[kind].size;
    for (at, kind) in sketch.kinds.iter().enumerate() {
        let all = kind.size;
        let _ = writeln!(text, "    var v{at}: [0..3; 0..{all}] = 0;");
        for (there, name, init) in [
            (kind.crashes.is_some(), "up", true),
            (kind.start.is_some(), "st", false),
            (kind.timeout.is_some(), "t", false),
        ] {
            if there {
                let _ = writeln!(text, "    var {name}{at}: [bool; 0..{all}] = {init};");
            }
        }
        if let Some(most) = kind.crashes {
            let _ = writeln!(text, "    var cr{at}: 0..={most} = {most};");
        }
    }
    for (most, name) in [(sketch.losses, "ls"), (sketch.copies, "cp"), (sketch.corrupt.map(|_| 1), "co")] {
        if let Some(most) = most {
            let _ = writeln!(text, "    var {name}: 0..={most} = {most};");
        }
    }
    if sketch.partition.is_some() {
        text.push_str("    var cut: bool = false;\n");
    }
    if queued(sketch) {
        for (from, to) in pairs(sketch) {
            let queue = format!("Seq<0..3, {}>", sketch.capacity);
            let _ =
                writeln!(text, "    var q{from}{to}: [[{queue}; 0..{}]; 0..{}] = [];", size(to), size(from));
        }
        return;
    }
    for (message, from, to) in sketch.routes() {
        let (ty, init) = match sketch.net {
            Net::Bag => (format!("0..={}", sketch.capacity), "0"),
            _ => ("bool".to_owned(), "false"),
        };
        let _ = writeln!(
            text,
            "    var n{message}{from}{to}: [[[{ty}; 0..{}]; 0..{}]; 0..{}] = {init};",
            message + 1,
            size(to),
            size(from)
        );
    }
}

/// Whether a message is there, and how it goes.
fn there(sketch: &Sketch, place: &str) -> String {
    if sketch.net == Net::Bag { format!("{place} > 0") } else { place.to_owned() }
}

fn remove(sketch: &Sketch, place: &str) -> String {
    if sketch.net == Net::Bag { format!(" {place} = {place} - 1;") } else { format!(" {place} = false;") }
}

fn add(sketch: &Sketch, place: &str) -> String {
    match sketch.net {
        Net::Bag => format!(" if {place} < {} {{ {place} = {place} + 1; }}", sketch.capacity),
        _ => format!(" {place} = true;"),
    }
}

/// On which conditions a node does anything.
fn awake(kind: &Kind, at: usize) -> Vec<String> {
    let up = kind.crashes.map(|_| format!("up{at}[i]"));
    let started = kind.start.as_ref().map(|_| format!("st{at}[i]"));
    up.into_iter().chain(started).collect()
}

fn guard(mut conditions: Vec<String>, reaction: &Reaction, place: Place<'_>) -> String {
    conditions.extend(reaction.unless.map(|value| format!("v{}[i] != {value}", place.kind)));
    conditions.extend(room(&reaction.body, place));
    written(&conditions)
}

fn written(conditions: &[String]) -> String {
    if conditions.is_empty() { String::new() } else { format!(" when {}", conditions.join(" && ")) }
}

/// Where senders are blocked.
fn room(body: &[Step], place: Place<'_>) -> Vec<String> {
    let mut receivers = Vec::new();
    collect(body, &mut |sent| {
        let to = match sent.to {
            To::Node(kind, _) | To::All(kind) => Some(kind),
            To::Sender => place.sender,
        };
        receivers.extend(to);
    });
    receivers.sort_unstable();
    receivers.dedup();
    if place.sketch.net != Net::Block {
        receivers.clear();
    }
    let free = |to: usize| {
        let size = place.sketch.kinds[to].size;
        format!("(forall j in 0..{size}: q{}{to}[i][j].len < {})", place.kind, place.sketch.capacity)
    };
    receivers.into_iter().map(free).collect()
}

fn reactions(text: &mut String, sketch: &Sketch, at: usize, kind: &Kind) {
    let place = Place { sketch, kind: at, sender: None };
    let i = format!("i: 0..{}", kind.size);
    if let Some(reaction) = &kind.start {
        let up = kind.crashes.map(|_| format!("up{at}[i]"));
        let conditions = up.into_iter().chain([format!("!st{at}[i]")]).collect();
        let _ = writeln!(
            text,
            "    {}action start{at}({i}){} {{ st{at}[i] = true;{} }}",
            reaction.fair,
            guard(conditions, reaction, place),
            steps(&reaction.body, place)
        );
    }
    if let Some(reaction) = &kind.timeout {
        let conditions = awake(kind, at).into_iter().chain([format!("t{at}[i]")]).collect();
        let _ = writeln!(
            text,
            "    {}action timeout{at}({i}){} {{ t{at}[i] = false;{} }}",
            reaction.fair,
            guard(conditions, reaction, place),
            steps(&reaction.body, place)
        );
    }
    if let Some(reaction) = &kind.act {
        let _ = writeln!(
            text,
            "    {}action act{at}({i}){} {{{} }}",
            reaction.fair,
            guard(awake(kind, at), reaction, place),
            steps(&reaction.body, place)
        );
    }
    for (message, reactions) in kind.on.iter().enumerate() {
        for (number, reaction) in reactions.iter().enumerate() {
            for sender in (0..sketch.kinds.len()).filter(|&sender| sketch.sends(message, sender, at)) {
                delivery(text, Place { sketch, kind: at, sender: Some(sender) }, message, number, reaction);
            }
        }
    }
}

fn delivery(text: &mut String, place: Place<'_>, message: usize, number: usize, reaction: &Reaction) {
    let Place { sketch, kind: at, sender } = place;
    let Some(sender) = sender else { return };
    let kind = &sketch.kinds[at];
    let mut params = format!("i: 0..{}, p: 0..{}", kind.size, sketch.kinds[sender].size);
    let mut conditions = awake(kind, at);
    if sketch.partition.is_some() && sender != at {
        conditions.push("!cut".to_owned());
    }
    let (take, before) = if queued(sketch) {
        let queue = format!("q{sender}{at}[p][i]");
        conditions.push(format!("{queue}.len > 0"));
        conditions.push(match (message, reaction.only) {
            (0, _) => format!("{queue}.head == 0"),
            (_, None) => format!("{queue}.head > 0"),
            (_, Some(only)) => format!("{queue}.head == {}", only + 1),
        });
        (
            format!(" {queue}.pop();"),
            format!(" let f = if {queue}.head > 0 {{ {queue}.head - 1 }} else {{ 0 }};"),
        )
    } else {
        let field = if message == 0 { "0" } else { "f" };
        if message == 1 {
            params.push_str(", f: 0..2");
            conditions.extend(reaction.only.map(|only| format!("f == {only}")));
        }
        let place = format!("n{message}{sender}{at}[p][i][{field}]");
        conditions.push(there(sketch, &place));
        (remove(sketch, &place), String::new())
    };
    let fair = if reaction.fair.is_empty() { sketch.fair } else { reaction.fair };
    let body = steps(&reaction.body, place);
    let name = format!("on{at}_{message}_{number}_{sender}");
    if sketch.duplicating || sketch.copies.is_some() {
        let mut conditions = conditions.clone();
        let mut spend = "";
        if sketch.copies.is_some() {
            conditions.push("cp > 0".to_owned());
            spend = " cp = cp - 1;";
        }
        let _ = writeln!(
            text,
            "    action {name}_again({params}){} {{{before}{spend}{body} }}",
            guard(conditions, reaction, place)
        );
    }
    let _ = writeln!(
        text,
        "    {fair}action {name}({params}){} {{{before}{take}{body} }}",
        guard(conditions, reaction, place)
    );
}

fn crash(text: &mut String, sketch: &Sketch, at: usize, kind: &Kind) {
    if kind.crashes.is_none() {
        return;
    }
    let i = format!("i: 0..{}", kind.size);
    let started = if kind.start.is_some() { format!(" st{at}[i] = false;") } else { String::new() };
    let timer = if kind.timeout.is_some() { format!(" t{at}[i] = false;") } else { String::new() };
    let own = if kind.stable { String::new() } else { format!(" v{at}[i] = 0;") };
    let _ = writeln!(
        text,
        "    action crash{at}({i}) when up{at}[i] && cr{at} > 0 {{ up{at}[i] = false;{started}{timer}{own} cr{at} = cr{at} - 1; }}"
    );
    if !kind.restart {
        return;
    }
    let place = Place { sketch, kind: at, sender: None };
    let (mut conditions, mut body) = (vec![format!("!up{at}[i]")], format!(" up{at}[i] = true;"));
    if let Some(restart) = &kind.on_restart {
        if kind.start.is_some() {
            let _ = write!(body, " st{at}[i] = true;");
        }
        body += &steps(restart, place);
        conditions.extend(room(restart, place));
    }
    let _ = writeln!(text, "    action restart{at}({i}){} {{{body} }}", written(&conditions));
}

fn steps(body: &[Step], place: Place<'_>) -> String {
    let Place { sketch, kind, sender } = place;
    let mut text = String::new();
    for step in body {
        let _ = match step {
            Step::Count => write!(text, " v{kind}[i] = (v{kind}[i] + 1) % 3;"),
            Step::Put(value) => write!(text, " v{kind}[i] = {value};"),
            Step::SetTimer => write!(text, " t{kind}[i] = true;"),
            Step::CancelTimer => write!(text, " t{kind}[i] = false;"),
            Step::If(value, inner) => {
                write!(text, " if v{kind}[i] == {value} {{{} }}", steps(inner, place))
            }
            Step::Send(sent) => {
                let field = match (sent.message, sent.field) {
                    (0, _) => "0".to_owned(),
                    (_, Value::Literal(value)) => value.to_string(),
                    (_, Value::Field) => "f".to_owned(),
                    (_, Value::Negated) => "(1 - f)".to_owned(),
                    (_, Value::Own) => format!("(v{kind}[i] % 2)"),
                };
                let put = |to: usize, receiver: &str| {
                    if !queued(sketch) {
                        return add(sketch, &format!("n{}{kind}{to}[i][{receiver}][{field}]", sent.message));
                    }
                    let queue = format!("q{kind}{to}[i][{receiver}]");
                    let code = if sent.message == 0 { "0".to_owned() } else { format!("1 + {field}") };
                    match sketch.net {
                        Net::Drop => {
                            format!(" if {queue}.len < {} {{ {queue}.push({code}); }}", sketch.capacity)
                        }
                        _ => format!(" {queue}.push({code});"),
                    }
                };
                match sent.to {
                    To::Node(to, index) => write!(text, "{}", put(to, &index.to_string())),
                    To::Sender => write!(text, "{}", put(sender.unwrap_or(0), "p")),
                    To::All(to) => {
                        let size = sketch.kinds[to].size;
                        let other = if to == kind { "if j != i" } else { "if true" };
                        write!(text, " for j in 0..{size} {{ {other} {{{} }} }}", put(to, "j"))
                    }
                }
            }
        };
    }
    text
}

fn faults(text: &mut String, sketch: &Sketch) {
    let size = |kind: usize| sketch.kinds[kind].size;
    let ends = |from: usize, to: usize| format!("i: 0..{}, j: 0..{}", size(from), size(to));
    let (left, spend) = if sketch.losses.is_some() { (" && ls > 0", " ls = ls - 1;") } else { ("", "") };
    let loses = sketch.lossy || sketch.losses.is_some();
    if loses && queued(sketch) {
        for (from, to) in pairs(sketch) {
            let queue = format!("q{from}{to}[i][j]");
            let _ = writeln!(
                text,
                "    action lose{from}{to}({}) when {queue}.len > 0{left} {{ {queue}.pop();{spend} }}",
                ends(from, to)
            );
        }
    }
    for (message, from, to) in sketch.routes() {
        let place = format!("n{message}{from}{to}[i][j][f]");
        if loses && !queued(sketch) {
            let _ = writeln!(
                text,
                "    action lose{message}{from}{to}({}, f: 0..{}) when {}{left} {{{}{spend} }}",
                ends(from, to),
                message + 1,
                there(sketch, &place),
                remove(sketch, &place)
            );
        }
        if let (1, Some((old, new))) = (message, sketch.corrupt) {
            let ends = ends(from, to);
            let _ = if queued(sketch) {
                let queue = format!("q{from}{to}[i][j]");
                writeln!(
                    text,
                    "    action corrupt{from}{to}({ends}) when co > 0 && {queue}.len > 0 && {queue}.head == {} {{ {queue}[0] = {}; co = co - 1; }}",
                    old + 1,
                    new + 1
                )
            } else {
                let other = format!("n1{from}{to}[i][j][{new}]");
                writeln!(
                    text,
                    "    action corrupt{from}{to}({ends}, f: 0..2) when co > 0 && f == {old} && {} {{{}{} co = co - 1; }}",
                    there(sketch, &place),
                    remove(sketch, &place),
                    add(sketch, &other)
                )
            };
        }
    }
    if let Some(heals) = sketch.partition {
        text.push_str("    action partition() when !cut { cut = true; }\n");
        if heals {
            text.push_str("    action heal() when cut { cut = false; }\n");
        }
    }
}

/// No message is on its way to a node that could take it.
fn at_rest(sketch: &Sketch) -> String {
    let size = |kind: usize| sketch.kinds[kind].size;
    let held = |from: usize, to: usize| {
        let down = sketch.kinds[to].crashes.map_or_else(String::new, |_| format!(" || !up{to}[j]"));
        let cut = if sketch.partition.is_some() && from != to { " || cut" } else { "" };
        down + cut
    };
    let mut conditions = Vec::new();
    if queued(sketch) {
        for (from, to) in pairs(sketch) {
            conditions.push(format!(
                "(forall i in 0..{}, j in 0..{}: q{from}{to}[i][j].len == 0{})",
                size(from),
                size(to),
                held(from, to)
            ));
        }
    } else {
        for (message, from, to) in sketch.routes() {
            let place = there(sketch, &format!("n{message}{from}{to}[i][j][f]"));
            conditions.push(format!(
                "(forall i in 0..{}, j in 0..{}, f in 0..{}: !({place}){})",
                size(from),
                size(to),
                message + 1,
                held(from, to)
            ));
        }
    }
    if conditions.is_empty() { "true".to_owned() } else { conditions.join(" && ") }
}
