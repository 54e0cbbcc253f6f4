//! The same protocol as a model in which everything is done by hand.

use super::sketch::{Delay, Kind, Net, Reaction, Sketch, Step, To, Value, collect};
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
    tick(&mut text, sketch);
    let over = sketch.horizon.map_or_else(String::new, |end| format!(" || n == {end}"));
    let _ = writeln!(text, "    terminal {}{over};", at_rest(sketch));
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

fn shared(sketch: &Sketch) -> bool {
    matches!(sketch.net, Net::SharedDrop | Net::SharedBlock)
}

fn queued(sketch: &Sketch) -> bool {
    matches!(sketch.net, Net::Drop | Net::Block) || shared(sketch)
}

/// The queue from one node to another.
fn queue(sketch: &Sketch, (from, sender): (usize, &str), (to, receiver): (usize, &str)) -> String {
    if shared(sketch) { "q".to_owned() } else { format!("q{from}{to}[{sender}][{receiver}]") }
}

/// What is added to a message's number in a queue for all, so that it says where the message comes from and where it goes to.
fn address(sketch: &Sketch, (from, sender): (usize, &str), (to, receiver): (usize, &str)) -> String {
    if shared(sketch) {
        format!("3 * ({} + 4 * ({sender}) + 2 * ({receiver}))", 8 * from + to)
    } else {
        "0".to_owned()
    }
}

/// Time passes, unless a timer that is due keeps it from that.
fn tick(text: &mut String, sketch: &Sketch) {
    if !sketch.ticks() {
        return;
    }
    let (mut counting, mut held, mut body) = (Vec::new(), Vec::new(), String::new());
    if let Some(end) = sketch.horizon {
        counting.push(format!("n < {end}"));
        body += " n = n + 1;";
    }
    for (at, kind) in sketch.kinds.iter().enumerate() {
        let (Some(urgent), Some(timeout)) = (kind.counts(), &kind.timeout) else { continue };
        let nodes = format!("i in 0..{}", kind.size);
        if sketch.horizon.is_none() {
            counting.push(format!("(exists {nodes}: t{at}[i] > 1 || w{at}[i] > 0)"));
        }
        if urgent {
            let place = Place { sketch, kind: at, sender: None };
            let mut due = awake(kind, at);
            due.extend([format!("t{at}[i] == 1"), format!("w{at}[i] == 0")]);
            due.extend(conditions_of(timeout, place));
            held.push(format!("!(exists {nodes}: {})", due.join(" && ")));
        }
        let _ = write!(
            body,
            " for {nodes} {{ if t{at}[i] > 1 {{ t{at}[i] = t{at}[i] - 1; }} if w{at}[i] > 0 {{ w{at}[i] = w{at}[i] - 1; }} }}"
        );
    }
    let conditions = [vec![format!("({})", counting.join(" || "))], held].concat();
    let _ = writeln!(text, "    {}action tick(){} {{{body} }}", sketch.fair_clock, written(&conditions));
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
            (kind.timeout.is_some() && kind.counts().is_none(), "t", false),
        ] {
            if there {
                let _ = writeln!(text, "    var {name}{at}: [bool; 0..{all}] = {init};");
            }
        }
        if kind.counts().is_some() {
            // One more than is left until it has to fire, and what is left until it may.
            let _ = writeln!(text, "    var t{at}: [0..9; 0..{all}] = 0;");
            let _ = writeln!(text, "    var w{at}: [0..9; 0..{all}] = 0;");
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
    if let Some(end) = sketch.horizon {
        let _ = writeln!(text, "    var n: 0..={end} = 0;");
    }
    if shared(sketch) {
        if !sketch.routes().is_empty() {
            let _ = writeln!(text, "    var q: Seq<0..48, {}> = [];", sketch.capacity);
        }
        return;
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
    conditions.extend(conditions_of(reaction, place));
    written(&conditions)
}

fn conditions_of(reaction: &Reaction, place: Place<'_>) -> Vec<String> {
    let own = own_conditions(reaction, place);
    own.into_iter().chain(room(&reaction.body, place)).collect()
}

/// But for the room for what is sent.
fn own_conditions(reaction: &Reaction, place: Place<'_>) -> Vec<String> {
    let unless = reaction.unless.map(|value| format!("v{}[i] != {value}", place.kind));
    let after = reaction.after.map(|time| format!("n >= {time}"));
    unless.into_iter().chain(after).collect()
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
    if place.sketch.net == Net::SharedBlock && !receivers.is_empty() {
        return vec![format!("q.len < {}", place.sketch.capacity)];
    }
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
        let fires = match kind.counts() {
            None => vec![format!("t{at}[i]")],
            Some(_) => vec![format!("t{at}[i] > 0"), format!("w{at}[i] == 0")],
        };
        let conditions = awake(kind, at).into_iter().chain(fires).collect();
        let _ = writeln!(
            text,
            "    {}action timeout{at}({i}){} {{{}{} }}",
            reaction.fair,
            guard(conditions, reaction, place),
            clear(kind, at),
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

/// Clears the timer.
fn clear(kind: &Kind, at: usize) -> String {
    match (&kind.timeout, kind.counts()) {
        (None, _) => String::new(),
        (_, None) => format!(" t{at}[i] = false;"),
        (_, Some(_)) => format!(" t{at}[i] = 0; w{at}[i] = 0;"),
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
        let ends = ((sender, "p"), (at, "i"));
        let (queue, base) = (queue(sketch, ends.0, ends.1), address(sketch, ends.0, ends.1));
        conditions.push(format!("{queue}.len > 0"));
        conditions.push(match (message, reaction.only) {
            (0, _) => format!("{queue}.head == {base}"),
            (_, None) => format!("({queue}.head == {base} + 1 || {queue}.head == {base} + 2)"),
            (_, Some(only)) => format!("{queue}.head == {base} + {}", only + 1),
        });
        (
            format!(" {queue}.pop();"),
            format!(" let f = if {queue}.head % 3 > 0 {{ {queue}.head % 3 - 1 }} else {{ 0 }};"),
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
    let guard = if shared(sketch) {
        // What is taken makes room.
        conditions.extend(own_conditions(reaction, place));
        written(&conditions)
    } else {
        guard(conditions, reaction, place)
    };
    let _ = writeln!(text, "    {fair}action {name}({params}){guard} {{{before}{take}{body} }}");
}

fn crash(text: &mut String, sketch: &Sketch, at: usize, kind: &Kind) {
    if kind.crashes.is_none() {
        return;
    }
    let i = format!("i: 0..{}", kind.size);
    let started = if kind.start.is_some() { format!(" st{at}[i] = false;") } else { String::new() };
    let timer = clear(kind, at);
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
            Step::SetTimer(None) => write!(text, " t{kind}[i] = true;"),
            Step::SetTimer(Some(delay)) => {
                let (may, must) = match delay {
                    Delay::In(ticks) => (ticks, 1 + ticks),
                    Delay::Between(lo, hi) => (lo, 1 + hi),
                    Delay::From(ticks) => (ticks, 1),
                };
                write!(text, " t{kind}[i] = {must}; w{kind}[i] = {may};")
            }
            Step::CancelTimer => write!(text, "{}", clear(&sketch.kinds[kind], kind)),
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
                    let ends = ((kind, "i"), (to, receiver));
                    let queue = queue(sketch, ends.0, ends.1);
                    let code = if sent.message == 0 { "0".to_owned() } else { format!("1 + {field}") };
                    let code = format!("{} + {code}", address(sketch, ends.0, ends.1));
                    match sketch.net {
                        Net::Drop | Net::SharedDrop => {
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
    if loses && shared(sketch) && !sketch.routes().is_empty() {
        let _ = writeln!(text, "    action lose() when q.len > 0{left} {{ q.pop();{spend} }}");
    } else if loses && queued(sketch) {
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
                let (queue, base) =
                    (queue(sketch, (from, "i"), (to, "j")), address(sketch, (from, "i"), (to, "j")));
                writeln!(
                    text,
                    "    action corrupt{from}{to}({ends}) when co > 0 && {queue}.len > 0 && {queue}.head == {base} + {} {{ {queue}[0] = {base} + {}; co = co - 1; }}",
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
            let base = address(sketch, (from, "i"), (to, "j"));
            let nothing = if shared(sketch) {
                format!("(forall m in q: m / 3 != ({base}) / 3)")
            } else {
                format!("q{from}{to}[i][j].len == 0")
            };
            conditions.push(format!(
                "(forall i in 0..{}, j in 0..{}: {nothing}{})",
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
