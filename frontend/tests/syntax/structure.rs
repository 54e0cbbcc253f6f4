//! Declarations and statements.

use musilc_frontend::ast::*;
use musilc_ir::{FairUnit, Fairness};

use crate::show::{domain, each, expr, member, option, pattern, stmt, ty};
use crate::sound;

const FIRST_CHAPTER: &str = "
type Actor = 0..2;                       // half-open, as in Rust; 0..=1 is the closed form

model Counter(atomic: bool) {
    var x: 0..=2 = 0;
    var read: [Option<0..=2>; Actor] = None;   // an array indexed by a type; one value fills it
    var done: [bool; Actor] = false;

    /// The bug: the value read may be stale
    /// by the time it is written back.
    action read(a: Actor) when !atomic && read[a] == None && !done[a] {
        read[a] = Some(x);
    }
    action write(a: Actor) when read[a] is Some(v) {
        x = v + 1;
        read[a] = None;
        done[a] = true;
    }
    /// The fix: one atomic step.
    action increment(a: Actor) when atomic && !done[a] {
        x = x + 1;
        done[a] = true;
    }

    terminal forall a in Actor: done[a];
    invariant both_counted: (forall a in Actor: done[a]) ==> x == 2;
}

check broken: Counter(atomic: false) expect violates both_counted in 4;
check fixed:  Counter(atomic: true)  expect holds;
";

fn model(text: &str) -> Vec<ModelItem> {
    let chapter = sound(&format!("model M {{ {text} }}"));
    match chapter.items.into_iter().next().map(|item| item.kind) {
        Some(ItemKind::Model { items, .. }) => items,
        other => panic!("not a model: {other:?}"),
    }
}

fn statements(text: &str) -> String {
    let items = model(&format!("action a() {{ {text} }}"));
    match &items[0].kind {
        ModelItemKind::Action(action) => each(&action.body, stmt).trim_start().to_owned(),
        other => panic!("not an action: {other:?}"),
    }
}

#[test]
fn the_first_chapter() {
    let chapter = sound(FIRST_CHAPTER);
    assert_eq!(chapter.items.len(), 4);
    let ItemKind::Model { name, params, items } = &chapter.items[1].kind else { panic!() };
    assert_eq!((name.text.as_str(), params.len(), items.len()), ("Counter", 1, 8));
    assert_eq!(
        items[3].doc.as_deref(),
        Some("The bug: the value read may be stale\nby the time it is written back.")
    );
    assert!(FIRST_CHAPTER[items[3].span.range()].starts_with("action read"));
    assert!(FIRST_CHAPTER[items[3].span.range()].ends_with("Some(x);\n    }"));
    assert!(FIRST_CHAPTER[chapter.items[1].span.range()].ends_with("x == 2;\n}"));
    let ItemKind::Check { args, expect, .. } = &chapter.items[2].kind else { panic!() };
    assert_eq!(args[0].name.as_ref().map(|name| name.text.as_str()), Some("atomic"));
    assert_eq!(&FIRST_CHAPTER[expect.span.range()], "violates both_counted in 4");
}

#[test]
fn top_level_declarations() {
    let chapter = sound(
        "const N: 2..=16 = 5;
        /// A colour.
        enum Color { /// Stop.
            Red, /* none */ Green, }
        enum Msg { Vote(rm: Rm, yes: bool,), Commit }
        struct Line { /// its state
            state: Mesi, value: -3..=N + 1 }
        fn quorum(s: Set<Acceptor>) -> bool = 2 * s.len > N;
        model Empty { }
        model Parameters(a: bool, b: 0..3,) { var x: bool; }",
    );
    let ItemKind::Enum { variants, .. } = &chapter.items[1].kind else { panic!() };
    assert_eq!(chapter.items[1].doc.as_deref(), Some("A colour."));
    assert_eq!(variants[0].doc.as_deref(), Some("Stop."));
    assert_eq!(variants[1].doc, None);
    let ItemKind::Struct { fields, .. } = &chapter.items[3].kind else { panic!() };
    assert_eq!(ty(&fields[1].ty), "(..= (- 3) (+ N 1))");
}

#[test]
fn types() {
    let check = |written: &str, expected: &str| match &sound(&format!("type T = {written};")).items[0].kind {
        ItemKind::Type { ty: written, .. } => assert_eq!(ty(written), expected),
        other => panic!("not a type: {other:?}"),
    };
    check("[T; K]", "(array T K)");
    check("[T; 0..3]", "(array T (.. 0 3))");
    check("[T; 2 * N]", "(array T (length (* 2 N)))");
    check("[Option<bool>; bool]", "(array (Option bool) bool)");
    check("Bag<Msg, 3>", "(Bag Msg 3)");
    check("Option<Option<0..=N>>", "(Option (Option (..= 0 N)))");
    check("Seq<[bool; 2], N + 1>", "(Seq (array bool (length 2)) (+ N 1))");
}

#[test]
fn parts() {
    let chapter = sound(
        "model M(a: 0..3, ref b: bool, ref: bool) {
            /// Many.
            part p[i: 0..3] = Q(i, ref b, c: ref d[i].e);
            part single = Q;
            sync p.send with single.receive;
            sync s.p.send with receive;
            sync with.with with ref.sync;
            var sync: bool = false;
            init sync || true;
            property x: enabled(p[_].send) ~> taken(s.p[0].receive(1, _));
        }
        check c: M expect violates p.x in 3;
        check d: M expect reaches s[1].p[false].x;",
    );
    let ItemKind::Model { params, items, .. } = &chapter.items[0].kind else { panic!() };
    assert_eq!(params.iter().map(|param| param.by_ref).collect::<Vec<_>>(), [false, true, false]);
    let ModelItemKind::Part(part) = &items[0].kind else { panic!() };
    assert_eq!(items[0].doc.as_deref(), Some("Many."));
    assert_eq!(part.index.as_ref().map(|index| index.name.text.as_str()), Some("i"));
    let args: Vec<String> = part.args.iter().map(|arg| expr(&arg.value)).collect();
    assert_eq!(args, ["i", "(ref b)", "(ref (. (index d i) e))"]);
    assert!(
        matches!(&items[1].kind, ModelItemKind::Part(part) if part.args.is_empty() && part.index.is_none())
    );
    let ModelItemKind::Sync(sync) = &items[3].kind else { panic!() };
    assert_eq!((member(&sync.first), member(&sync.second)), ("s.p.send".into(), "receive".into()));
    let ModelItemKind::Property { claim, .. } = &items[7].kind else { panic!() };
    assert_eq!(expr(claim), "(~> (enabled p[_].send) (taken s.p[0].receive of 1 _))");
    let ItemKind::Check { expect, .. } = &chapter.items[2].kind else { panic!() };
    let ExpectKind::Reaches { property, .. } = &expect.kind else { panic!() };
    assert_eq!(member(property), "s[1].p[false].x");
}

#[test]
fn clocks() {
    let chapter = sound(
        "protocol P(n: 1..=2) {
            var clock: bool = false;
            node A {
                on start { set t in n; set t in 2..=n * 3; set t in 2..n; set t in 1 + n..; }
                on timeout t { if clock { set t in 1; } clock = true; cancel t; }
                action clock(until: bool) when clock { clock = until; set t in 3..; }
            }
            strong fair clock until n + 1;
        }
        protocol Q { fair clock; node clock { } }
        protocol R { clock; var until: bool = clock; clock until until; }",
    );
    let protocols = chapter.items.iter().map(|item| match &item.kind {
        ItemKind::Protocol { items, .. } => items.as_slice(),
        _ => panic!(),
    });
    let mut clocks = Vec::new();
    let mut bodies = Vec::new();
    for item in protocols.flatten() {
        match &item.kind {
            ModelItemKind::Protocol(ProtocolItem::Clock(clock)) => {
                clocks.push((clock.fairness, clock.end.as_ref().map(expr)));
            }
            ModelItemKind::Protocol(ProtocolItem::Node(node)) => {
                bodies.extend(node.items.iter().filter_map(|item| match &item.kind {
                    ModelItemKind::Protocol(ProtocolItem::On(handler)) => Some(each(&handler.body, stmt)),
                    _ => None,
                }));
            }
            _ => {}
        }
    }
    let unit = FairUnit::Instance;
    assert_eq!(
        clocks,
        [
            (Fairness::Strong(unit), Some("(+ n 1)".to_owned())),
            (Fairness::Weak(unit), None),
            (Fairness::None, None),
            (Fairness::None, Some("until".to_owned())),
        ]
    );
    assert_eq!(
        bodies,
        [
            " (set t (in n)) (set t (in (..= 2 (* n 3)))) (set t (in (.. 2 n))) (set t (in (from (+ 1 n))))",
            " (if clock (then (set t (in 1)))) (= clock true) (cancel t)",
        ]
    );
}

#[test]
fn protocols() {
    let chapter = sound(
        "protocol P(n: 0..=2) {
            /// Said.
            message Say(a: bool, b: 0..2);
            message message;
            var network: bool = false;
            node A {
                stable var x: bool = false;
                var send: bool = false;
                var set: Set<0..2> = {};
                fair on start { send Say(true, b: 1) to all B; set set; set = {1}; send = true; }
                on Say(a, b: _) from p when a && x { reply message; if a { send message to (p); } else { cancel t; } }
                strong fair as one on timeout t when x { set.insert(1); }
                on restart { }
                on timeout when x { }
                action timeout(stable: bool, to: bool) { send Say(to, 1) to to; send.to = x; }
            }
            node B[0..2] { on message { } }
            node C[i: 0..2] { on Say(..) { } }
            network bag, lossy, capacity n + 1, when full drop, strong fair;
            faults { crash A at most n, restart; lose; fair duplicate Say at most 2; corrupt Say(true, ..) into message; partition {A, B[0]} | {B[1]} at most 1, heal; }
            invariant node: !network && A.x;
        }
        model M { var message: bool = false; var node: bool = message; init node == message; action send(to: bool) { node = to; } }",
    );
    let ItemKind::Protocol { items, .. } = &chapter.items[0].kind else { panic!() };
    let own = |item: &ModelItem| match &item.kind {
        ModelItemKind::Protocol(item) => Some(item.clone()),
        _ => None,
    };
    let [says, _, a, b, c, network, faults] = &items.iter().filter_map(own).collect::<Vec<_>>()[..] else {
        panic!()
    };
    assert_eq!(items[0].doc.as_deref(), Some("Said."));
    assert!(matches!(says, ProtocolItem::Message(message) if message.fields.len() == 2));
    let ProtocolItem::Node(a) = a else { panic!() };
    let handlers: Vec<Handler> = a
        .items
        .iter()
        .filter_map(|item| match own(item) {
            Some(ProtocolItem::On(handler)) => Some(handler),
            _ => None,
        })
        .collect();
    let bodies: Vec<String> = handlers.iter().map(|handler| each(&handler.body, stmt)).collect();
    assert_eq!(
        bodies,
        [
            " (send (call Say true b: 1) (to all B)) (set set) (= set (set 1)) (= send true)",
            " (reply message) (if a (then (send message (to (paren p)))) (else (cancel t)))",
            " (method set insert 1)",
            "",
            "",
        ]
    );
    assert!(matches!(handlers[0].event, Event::Start(_)));
    assert!(
        matches!(&handlers[1].event, Event::Message { fields, rest: false, from: Some(from), .. } if fields.len() == 2 && from.text == "p")
    );
    assert!(matches!(&handlers[2].event, Event::Timeout(timer) if timer.text == "t"));
    assert!(matches!(handlers[3].event, Event::Restart(_)));
    assert!(matches!(&handlers[4].event, Event::Message { name, .. } if name.text == "timeout"));
    assert!(matches!(&a.items[8].kind, ModelItemKind::Action(action) if action.name.text == "timeout"));
    assert!(matches!(b, ProtocolItem::Node(b) if matches!(b.index, Some((None, _)))));
    assert!(matches!(c, ProtocolItem::Node(c) if matches!(c.index, Some((Some(_), _)))));
    assert!(matches!(network, ProtocolItem::Network(options) if options.len() == 5));
    let ProtocolItem::Faults(faults) = faults else { panic!() };
    let budgets: Vec<bool> = faults.iter().map(|fault| fault.budget.is_some()).collect();
    assert_eq!(budgets, [true, false, true, false, true]);
    let ItemKind::Model { items, .. } = &chapter.items[1].kind else { panic!() };
    assert_eq!(items.len(), 4);
}

#[test]
fn expectations() {
    let kind = |written: &str| match sound(&format!("check c: M expect {written};")).items.remove(0).kind {
        ItemKind::Check { expect, .. } => expect.kind,
        other => panic!("not a check: {other:?}"),
    };
    assert_eq!(kind("holds"), ExpectKind::Holds { states: None });
    assert!(matches!(kind("holds, states 2 * N"), ExpectKind::Holds { states: Some(_) }));
    assert!(matches!(kind("violates p"), ExpectKind::Violates { depth: None, .. }));
    assert!(matches!(kind("violates p in N + 1"), ExpectKind::Violates { depth: Some(_), .. }));
    assert_eq!(kind("deadlock"), ExpectKind::Deadlock { depth: None });
    assert!(matches!(kind("deadlock in 3"), ExpectKind::Deadlock { depth: Some(_) }));
    assert!(matches!(kind("error in 3"), ExpectKind::Error { depth: Some(_) }));
    assert!(matches!(kind("reaches error in 3"), ExpectKind::Reaches { depth: Some(_), .. }));
    let refuted = |written: &str| match kind(written) {
        ExpectKind::NotInductive { property } => property.name.text,
        other => panic!("{other:?}"),
    };
    assert_eq!(refuted("not inductive p"), "p");
    assert_eq!(refuted("not inductive inductive"), "inductive");
    assert_eq!(refuted("not inductive error"), "error");
    assert!(matches!(kind("violates not in inductive"), ExpectKind::Violates { depth: Some(_), .. }));
    sound("check c: M() expect holds; check d: M(1, b: 2) expect error;");
}

#[test]
fn model_declarations() {
    let items = model(
        "var a: bool; var b: T = any; var c: T = {1} | {2}; init a == b; terminal true;
        fn idle() -> bool = c.len == 0;
        invariant exclusion: count p in Proc: pc[p] == Critical <= 1;
        step invariant monotonic: term' >= term;
        reachable done: phase == Committed;
        action go(a: [T; K], m in s | {1}, n in 0..3) when a is X { }
        action tick() { }",
    );
    let kinds: Vec<_> = items.iter().map(|item| &item.kind).collect();
    assert!(matches!(kinds[0], ModelItemKind::Var { init: VarInit::Missing, .. }));
    assert!(matches!(kinds[1], ModelItemKind::Var { init: VarInit::Any(_), .. }));
    assert!(matches!(kinds[2], ModelItemKind::Var { init: VarInit::Value(_), .. }));
    assert!(matches!(kinds[7], ModelItemKind::Property { kind: PropertyKind::StepInvariant, .. }));
    assert!(matches!(kinds[8], ModelItemKind::Property { kind: PropertyKind::Reachable, .. }));
    let ModelItemKind::Action(go) = kinds[9] else { panic!() };
    let domains: Vec<_> = go.params.iter().map(|param| domain(&param.domain)).collect();
    assert_eq!(domains, ["type:(array T K)", "(| s (set 1))", "(.. 0 3)"]);
    assert_eq!(go.guard.as_ref().map(expr).as_deref(), Some("(is a X)"));
}

#[test]
fn inductive_is_a_word_before_the_name_of_an_invariant() {
    let items = model(
        "var inductive: bool; invariant inductive: inductive;
        invariant inductive small: x < 3;
        invariant inductive inductive: !inductive;
        invariant inductive error: true;
        step invariant inductive: inductive';
        reachable inductive: inductive && not;
        property inductive: always inductive;",
    );
    let read = |item: &ModelItem| match &item.kind {
        ModelItemKind::Property { kind, inductive, name, .. } => (*kind, *inductive, name.text.clone()),
        other => panic!("{other:?}"),
    };
    let found: Vec<_> = items[1..].iter().map(read).collect();
    let expected = [
        (PropertyKind::Invariant, false, "inductive"),
        (PropertyKind::Invariant, true, "small"),
        (PropertyKind::Invariant, true, "inductive"),
        (PropertyKind::Invariant, true, "error"),
        (PropertyKind::StepInvariant, false, "inductive"),
        (PropertyKind::Reachable, false, "inductive"),
        (PropertyKind::Temporal, false, "inductive"),
    ];
    assert_eq!(found, expected.map(|(kind, inductive, name)| (kind, inductive, name.to_owned())));
}

#[test]
fn tables() {
    let items = model(
        "table life on status: Status = Placed { Placed -> Starting | Deleted; Starting -> Running; Running; }
        table start on v: T = any { }
        table file on v: T from \"life.toml\";
        table full on v: T = A from \"full.json\";",
    );
    let ModelItemKind::Table(table) = &items[0].kind else { panic!() };
    let TableSource::Inline(rows) = &table.source else { panic!() };
    assert_eq!(rows.iter().map(|row| row.to.len()).collect::<Vec<_>>(), [2, 1, 0]);
    let ModelItemKind::Table(table) = &items[3].kind else { panic!() };
    assert!(matches!(&table.source, TableSource::File { path, .. } if path == "full.json"));
    assert!(matches!(&table.init, VarInit::Value(_)));
}

#[test]
fn statement_forms() {
    let check = |text: &str, expected: &str| assert_eq!(statements(text), expected, "{text}");
    check("let v = q.pop();", "(let v (method q pop))");
    check("a[i].f = x; s.insert(x);", "(= (. (index a i) f) x) (method s insert x)");
    check("if a { x = 1; }", "(if a (then (= x 1)))");
    check(
        "if a { } else if b { x = 1; } else { x = 2; } y = 3;",
        "(if a (then) (else (if b (then (= x 1)) (else (= x 2))))) (= y 3)",
    );
    check("for x in {a, b} { f = x; } for y in 0..3 { }", "(for x (set a b) (= f x)) (for y (.. 0 3))");
    check("for b in bool { f[b] = b; }", "(for b type:bool (= (index f b) b))");
    check(
        "match m { Vote(rm, yes) => { x = 1; y = 2; } Commit => x = 3; Abort => x = 4, _ => s.push(1) }",
        "(match m ((Vote rm yes) (= x 1) (= y 2)) (Commit (= x 3)) (Abort (= x 4)) (_ (method s push 1)))",
    );
    check(
        "match m { A => { }, B => if c { x = 1; }, C => for i in T { } _ => { } }",
        "(match m (A) (B (if c (then (= x 1)))) (C (for i T)) (_))",
    );
    check("x = if a { 1 } else { 2 };", "(= x (if a 1 2))");
    check("x = match m { A => 1, _ => 2 };", "(= x (match m (A 1) (_ 2)))");
    check("error = states; from.on[step] = expect;", "(= error states) (= (index (. from on) step) expect)");
}

#[test]
fn every_chapter_in_the_tree_is_read() {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/../chapters");
    let mut read = 0;
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.display().to_string();
        if path.extension().is_some_and(|extension| extension == "md") && !name.ends_with("README.md") {
            let text = std::fs::read_to_string(&path).unwrap();
            let source = musilc_frontend::literate::Source::new(name.clone(), text.clone());
            let (_, diagnostics) = musilc_frontend::parse::parse(&source);
            assert_eq!(crate::list(&text, &diagnostics), "", "{name}");
            read += 1;
        }
    }
    assert!(read > 0);
}

#[test]
fn channels() {
    let chapter = sound(
        "model M(ref to: [0..2 fifo capacity 2 when full drop; 3], ref plain: Seq<bool, 1>, capacity: bool) {
            /// Kept.
            channel channel: bool;
            channel lose[p: 0..2, q: bool]: [fifo; 2] bag, capacity 1 + 1, lossy, strong fair;
            channel at: into unordered, fair { lose; fair lose Say at most 2 when at > most; corrupt into into at; duplicate (1 | 2); }
            action a(from from from, from in from) when capacity {
                send 1 to to[0];
                send (a) to (to);
                send {} to channel;
                send send to all lose;
                send to to to;
                send !x && y to at;
                send.x = 1;
                send[1] = to;
                send = to;
            }
        }
        model N { var channel: bool = false; init channel == capacity; action lose(channel: bool) { channel = to; } }",
    );
    let ItemKind::Model { params, items, .. } = &chapter.items[0].kind else { panic!() };
    let types: Vec<String> = params.iter().map(|param| ty(&param.ty)).collect();
    assert_eq!(
        types,
        ["(array (channel (.. 0 2) fifo (capacity 2) (full drop)) (length 3))", "(Seq bool 1)", "bool"]
    );
    let channels: Vec<&Channel> = items
        .iter()
        .filter_map(|item| match &item.kind {
            ModelItemKind::Channel(channel) => Some(channel),
            _ => None,
        })
        .collect();
    let shown: Vec<String> = channels
        .iter()
        .map(|c| format!("{} {}{}", c.name.text, ty(&c.message), each(&c.options, option)))
        .collect();
    assert_eq!(
        shown,
        [
            "channel bool",
            "lose (array fifo (length 2)) bag (capacity (+ 1 1)) lossy Strong(Instance)",
            "at into unordered Weak(Instance)",
        ]
    );
    assert_eq!(items[0].doc.as_deref(), Some("Kept."));
    assert_eq!(channels[1].indices.len(), 2);
    let [all, say, corrupt, twice] = channels[2].faults.as_slice() else { panic!() };
    assert!(matches!(all.kind, ChannelFaultKind::Lose(None)));
    assert!(matches!(&say.kind, ChannelFaultKind::Lose(Some(p)) if pattern(p) == "Say"));
    assert!(say.budget.is_some());
    assert_eq!(say.guard.as_ref().map(expr).as_deref(), Some("(> at most)"));
    let ChannelFaultKind::Corrupt { pattern: old, into } = &corrupt.kind else { panic!() };
    assert_eq!((pattern(old), expr(into)), ("into".to_owned(), "at".to_owned()));
    assert!(matches!(&twice.kind, ChannelFaultKind::Duplicate(Some(_))));
    let ModelItemKind::Action(action) = &items[3].kind else { panic!() };
    let params: Vec<String> =
        action.params.iter().map(|param| format!("{} {}", param.name.text, domain(&param.domain))).collect();
    assert_eq!(params, ["from from:from", "from from"]);
    assert_eq!(
        each(&action.body, stmt),
        " (send 1 (to (index to 0))) (send (paren a) (to (paren to))) (send (set) (to channel)) (send send (to all lose)) \
         (send to (to to)) (send (&& (! x) y) (to at)) (= (. send x) 1) (= (index send 1) to) (= send to)"
    );
}
