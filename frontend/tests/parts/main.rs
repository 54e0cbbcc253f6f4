//! Models made of parts: what they are lowered to.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use musilc_frontend::diagnostic::{Code, has_errors};
use musilc_frontend::literate::Source;
use musilc_frontend::{Files, Options, Program, compile};
use musilc_ir::{FairUnit, Fairness, Goal, Limits, PropertyKind, TransitionSystem, Verdict, search};

struct NoFiles;

impl Files for NoFiles {
    fn read(&self, _: &str) -> Result<String, String> {
        Err("there are no files".to_owned())
    }
}

fn compiled(text: &str) -> Program {
    let (program, diagnostics) = compile(&Source::new("test.musil", text), &Options::default(), &NoFiles);
    assert!(!has_errors(&diagnostics), "{diagnostics:#?}\nin:\n{text}");
    program.unwrap()
}

/// The system of the first check of a chapter; it is well formed, and its text reads back.
fn system(text: &str) -> TransitionSystem {
    let system = compiled(text).system(0).unwrap();
    musilc_ir::validate(&system).unwrap_or_else(|problems| panic!("{problems:?}\nin:\n{text}"));
    let printed = musilc_ir::text::print(&system);
    let again = musilc_ir::text::parse(&printed).unwrap_or_else(|error| panic!("{error}\n{printed}"));
    assert_eq!(musilc_ir::text::print(&again), printed);
    system
}

/// The codes of what is wrong with a chapter.
fn codes(text: &str) -> Vec<Code> {
    let (_, diagnostics) = compile(&Source::new("test.musil", text), &Options::default(), &NoFiles);
    diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).map(|diagnostic| diagnostic.code).collect()
}

fn names<'s>(names: impl Iterator<Item = &'s String>) -> Vec<&'s str> {
    names.map(String::as_str).collect()
}

const CACHES: &str = "
    type Id = 0..2;
    enum Line { Empty, Full }
    model Cache(id: Id, ref bus: Option<Id>) {
        var line: Line = Empty;
        var other: [0..3; Id] = any;
        fn idle(of: Line) -> bool = bus == None && line == of;
        init other[id] == 0 && other[1 - id] < 2;
        fair action read() when idle(Empty) { bus = Some(id); }
        action write(v: 0..3) when line == Full { other[id] = v; }
        fair as one action fill(v: bool) when bus is Some(i) && i == id { line = if v { Full } else { Empty }; bus = None; }
        fair table power on volts: Line { Empty -> Full; Full; }
        terminal line == Full;
        invariant inductive sane: line in {Empty, Full};
        step invariant kept: line == Full ==> line' == Full || bus != bus';
        reachable full: line == Full;
        recoverable again: always possible line == Empty;
        property fills: line == Empty ~> line == Full;
        invariant ready: idle(Empty) ==> enabled(read);
    }
    model Memory(ref bus: Option<Id>) { terminal bus == None; }
    model Cluster {
        var bus: Option<Id> = None;
        part cache[c: Id] = Cache(id: c, ref bus);
        part memory = Memory(ref bus);
        invariant one: count c in Id: (cache[c].line == Full && cache[c].other[c] > 0) == true <= 2;
        property served: forall c in Id: always (enabled(cache[c].read) ==> eventually taken(cache[c].fill(_)));
        property some: always eventually taken(cache[_].write(2)) || taken(cache.read);
    }
    check c: Cluster expect reaches cache[1].full in 2;
    check d: Cluster expect violates cache.kept;";

#[test]
fn everything_of_a_part_comes_along() {
    let system = system(CACHES);
    let variables: Vec<&str> = names(system.sources.iter().map(|source| &source.name));
    assert_eq!(variables, ["bus", "cache[_].line", "cache[_].other", "cache[_].volts"]);
    assert!(system.variables.iter().any(|variable| variable.name == "cache.line"));
    let actions: Vec<&str> = names(system.transitions.iter().map(|transition| &transition.name));
    assert_eq!(
        actions,
        ["cache[_].read", "cache[_].write", "cache[0].fill", "cache[1].fill", "cache[_].power"],
        "as one: all instances in one part"
    );
    let properties: Vec<&str> = names(system.properties.iter().map(|property| &property.name));
    assert_eq!(
        properties,
        [
            "cache.sane",
            "cache.kept",
            "cache[0].full",
            "cache[1].full",
            "cache[0].again",
            "cache[1].again",
            "cache.fills",
            "cache.ready",
            "one",
            "served",
            "some"
        ]
    );
    assert!(system.properties[0].inductive);
    assert_eq!(system.properties[1].kind, PropertyKind::Step);
    let params: Vec<&str> = names(system.transitions[1].params.iter().map(|param| &param.name));
    assert_eq!(params, ["c", "v"]);
}

#[test]
fn fairness_is_that_of_each_part() {
    let fairness: Vec<Fairness> = system(CACHES).transitions.iter().map(|t| t.fairness).collect();
    let (each, whole) = (Fairness::Weak(FairUnit::Instance), Fairness::Weak(FairUnit::Whole));
    assert_eq!(fairness, [each, Fairness::None, whole, whole, each]);
    let one = system(
        "model P { fair as one action a() {} }
        model M { part p[i: 0..3] = P(); }
        check c: M expect holds;",
    );
    assert_eq!(one.transitions[0].fairness, each, "the action has but one instance in a part");
}

/// What a search finds: the verdict in words, the states of each depth, the number of steps.
fn found(text: &str) -> (String, Vec<u64>, Option<u64>) {
    let system = system(text);
    let outcome = search::check(&system, Goal::All, &Limits::default()).unwrap();
    let verdict = match outcome.verdict {
        Verdict::Violated(violation) => format!("{:?} after {}", violation.kind, violation.trace.depth()),
        Verdict::Proved(_) => "holds".to_owned(),
        other => format!("{other:?}"),
    };
    (verdict, outcome.statistics.levels, outcome.statistics.transitions)
}

/// Written by hand without parts, a model means the same.
fn same(parts: &str, plain: &str) {
    assert_eq!(found(parts), found(plain), "{parts}\n{plain}");
}

#[test]
fn instances_interleave() {
    same(
        "type Id = 0..3;
        model Counter(id: Id, top: 0..9) {
            var x: 0..9 = id;
            action up(by: 1..=2) when x + by <= top { x = x + by; }
            terminal x >= top - 1;
        }
        model M(top: 0..9) { part counter[i: Id] = Counter(i, top: top + i); }
        check c: M(3) expect holds;",
        "type Id = 0..3;
        model M(top: 0..9) {
            var x: [0..9; Id] = [0, 1, 2];
            action up(i: Id, by: 1..=2) when x[i] + by <= top + i { x[i] = x[i] + by; }
            terminal forall i in Id: x[i] >= top + i - 1;
        }
        check c: M(3) expect holds;",
    );
}

#[test]
fn references_share_a_variable() {
    same(
        "struct Cell { value: 0..4, spare: bool }
        model Inner(ref x: 0..4, step: 1..3) { action up() when x + step < 4 { x = x + step; } }
        model Outer(ref cell: Cell) {
            part one = Inner(ref cell.value, step: 1);
            part two = Inner(ref cell.value, 2);
            action flip() { cell.spare = !cell.spare; }
        }
        model M {
            var cells: [Cell; bool] = Cell(value: 0, spare: false);
            part outer[b: bool] = Outer(cell: ref cells[!b]);
            terminal false;
            invariant small: cells[true].value + cells[false].value < 6;
        }
        check c: M expect violates small;",
        "struct Cell { value: 0..4, spare: bool }
        model M {
            var cells: [Cell; bool] = Cell(value: 0, spare: false);
            action one(b: bool) when cells[b].value + 1 < 4 { cells[b].value = cells[b].value + 1; }
            action two(b: bool) when cells[b].value + 2 < 4 { cells[b].value = cells[b].value + 2; }
            action flip(b: bool) { cells[b].spare = !cells[b].spare; }
            invariant small: cells[true].value + cells[false].value < 6;
        }
        check c: M expect violates small;",
    );
}

#[test]
fn two_actions_are_one_step() {
    same(
        "type Id = 0..3;
        model Sender { var sent: 0..4 = 0; action send(v: 0..3) when v == sent { sent = sent + 1; } }
        model Receiver(ref log: Set<0..3>) {
            var got: Option<0..3> = None;
            action receive(v: 0..3, keep: bool) when got == None { got = if keep { Some(v) } else { None }; log.insert(v); }
        }
        model M {
            var log: Set<0..3> = {};
            part sender[s: 0..2] = Sender();
            part receiver[r: Id] = Receiver(ref log);
            sync sender.send with receiver.receive;
            terminal true;
            invariant some: enabled(sender[0].send(0)) <==> sender[0].sent == 0 && (exists r in Id: receiver[r].got == None);
        }
        check c: M expect holds;",
        "type Id = 0..3;
        model M {
            var log: Set<0..3> = {};
            var sent: [0..4; 0..2] = 0;
            var got: [Option<0..3>; Id] = None;
            action both(s: 0..2, r: Id, v: 0..3, keep: bool) when v == sent[s] && got[r] == None {
                sent[s] = sent[s] + 1;
                got[r] = if keep { Some(v) } else { None };
                log.insert(v);
            }
            terminal true;
        }
        check c: M expect holds;",
    );
}

#[test]
fn two_instances_of_one_part_meet() {
    same(
        "model Peer(ref last: 0..3) {
            var tired: bool = false;
            fair action call(n: 0..3) when !tired && last == n { tired = true; last = 0; }
            action answer(n: 0..3) when !tired { last = if last == 0 { 1 } else { 2 }; }
        }
        model M {
            var last: 0..3 = 0;
            part peer[p: 0..3] = Peer(ref last);
            sync peer.call with peer.answer;
        }
        check c: M expect deadlock;",
        "model M {
            var last: 0..3 = 0;
            var tired: [bool; 0..3] = false;
            fair action both(p: 0..3, q: 0..3, n: 0..3) when p != q && !tired[p] && last == n && !tired[q] {
                tired[p] = true;
                last = 0;
                last = if last == 0 { 1 } else { 2 };
            }
        }
        check c: M expect deadlock;",
    );
}

#[test]
fn parts_of_parts() {
    let parts = "type K = 0..2;
        model Leaf(id: 0..9, ref total: 0..9) {
            var x: 0..3 = id % 2;
            fn near(y: 0..3) -> bool = x == y || x + 1 == y;
            fair action send(v: 0..3) when near(v) && total < 8 { x = 2 - x; total = total + v; }
            fair as one action receive(v: 0..3, w: bool) when x < 2 { x = if w { x + 1 } else { 0 }; }
            action alone() when enabled_once(total) { total = 0; }
            reachable two: x == 2;
            terminal total > 5;
        }
        fn enabled_once(n: 0..9) -> bool = n == 5;
        model Group(base: 0..4, ref sums: [0..9; K]) {
            part leaf[i: K] = Leaf(id: base + i, ref sums[i]);
            part last = Leaf(base + 2, total: ref sums[0]);
            sync leaf.send with last.receive;
            invariant some: enabled(leaf[0].send) ==> leaf[0].x <= 2 && last.x < 2;
        }
        model M {
            var sums: [[0..9; K]; K] = 0;
            part group[k: K] = Group(base: 2 * k, ref sums[1 - k]);
            sync group.leaf.receive with group.last.send;
            invariant low: forall k in K: group[k].last.x + group[k].leaf[k].x < 4 && group[k].leaf[0].near(group[k].leaf[0].x);
        }
        check c: M expect violates low;";
    let plain = "type K = 0..2;
        model M {
            var sums: [[0..9; K]; K] = 0;
            var x: [[0..3; K]; K] = 0;
            var last: [0..3; K] = 0;
            init forall k in K: x[k][1] == 1 && x[k][0] == 0 && last[k] == 0;
            action alone(k: K, i: K) when sums[1 - k][i] == 5 { sums[1 - k][i] = 0; }
            action alone_last(k: K) when sums[1 - k][0] == 5 { sums[1 - k][0] = 0; }
            action inner(k: K, i: K, v: 0..3, w: bool)
                when (x[k][i] == v || x[k][i] + 1 == v) && sums[1 - k][i] < 8 && last[k] < 2 {
                x[k][i] = 2 - x[k][i];
                sums[1 - k][i] = sums[1 - k][i] + v;
                last[k] = if w { last[k] + 1 } else { 0 };
            }
            action outer(k: K, i: K, l: K, v: 0..3, w: bool)
                when x[k][i] < 2 && (last[l] == v || last[l] + 1 == v) && sums[1 - l][0] < 8 {
                x[k][i] = if w { x[k][i] + 1 } else { 0 };
                last[l] = 2 - last[l];
                sums[1 - l][0] = sums[1 - l][0] + v;
            }
            invariant low: forall k in K: last[k] + x[k][k] < 4;
        }
        check c: M expect violates low;";
    // A leaf begins with its number; written in one piece, that is an initial condition.
    let plain = plain.replace("var x: [[0..3; K]; K] = 0;", "var x: [[0..3; K]; K] = [[0, 1], [0, 1]];");
    let (own, other) = (found(parts), found(&plain));
    assert_eq!((&own.1, own.2), (&other.1, other.2));
    assert!(own.0.contains("after") && other.0.contains("after"), "{own:?} {other:?}");
    let system = system(parts);
    let actions: Vec<&str> = names(system.transitions.iter().map(|transition| &transition.name));
    assert_eq!(
        actions,
        [
            "group[_].leaf[_].alone",
            "group[_].last.alone",
            "group[_].leaf[_].send + last.receive",
            "group[0].leaf[0].receive + group[_].last.send",
            "group[0].leaf[1].receive + group[_].last.send",
            "group[1].leaf[0].receive + group[_].last.send",
            "group[1].leaf[1].receive + group[_].last.send"
        ]
    );
    let reachable: Vec<&str> = names(system.properties.iter().map(|property| &property.name));
    assert!(
        reachable.contains(&"group[1].leaf[0].two") && reachable.contains(&"group.some"),
        "{reachable:?}"
    );
}

#[test]
fn alternatives_of_a_rendezvous() {
    let system = system(
        "model A { fair action go() {} action stay() {} property often: always eventually taken(go); }
        model B { strong fair action come() {} }
        model M {
            var x: bool = false;
            action own() { x = !x; }
            part a = A();
            part b[i: 0..2] = B();
            sync a.go with b.come;
            sync own with a.go;
            invariant e: enabled(a.go) && enabled(a.stay);
        }
        check c: M expect holds;",
    );
    let actions: Vec<&str> = names(system.transitions.iter().map(|transition| &transition.name));
    assert_eq!(actions, ["a.stay", "a.go + b[_].come", "own + a.go"]);
    let fairness: Vec<Fairness> = system.transitions.iter().map(|t| t.fairness).collect();
    let (weak, strong) = (Fairness::Weak(FairUnit::Instance), Fairness::Strong(FairUnit::Instance));
    assert_eq!(fairness, [Fairness::None, strong, weak], "the stronger assumption counts");
    let printed = musilc_ir::text::print(&system);
    assert!(printed.contains("taken") && printed.contains("\"a.go + b[_].come\""), "{printed}");
}

#[test]
fn where_all_is_done() {
    let ends = |outer: &str, parts: &str| {
        let text = format!(
            "model Done {{ var x: bool = false; action go() when !x {{ x = true; }} terminal x; }}
            model Never {{ var x: bool = false; action go() when !x {{ x = true; }} }}
            model M {{ {outer} {parts} }}
            check c: M expect holds;"
        );
        found(&text).0 == "holds"
    };
    assert!(ends("", "part a = Done();"));
    assert!(ends("", "part a[i: 0..2] = Done(); part b = Done();"));
    assert!(!ends("", "part a = Done(); part b = Never();"), "a part that says nothing is never done");
    assert!(ends("terminal true;", "part b = Never();"), "unless the model around says it");
    assert!(ends("terminal b.x;", "part a = Done(); part b = Never();"));
    assert!(!ends("terminal false;", "part a = Done();"));
    assert!(!ends(
        "terminal true;",
        "part a[i: 0..2] = Done(); action no() when a[0].x && a[1].x {} sync a.go with no;"
    ));
}

#[test]
fn names_of_a_part_are_its_own() {
    let system = system(
        "model P(c: 0..4) {
            var x: 0..9 = c;
            fn f(i: 0..4) -> 0..9 = x + i + c;
            action go(i: 0..4) when f(i) < 5 { let c1 = c; x = f(i); }
            invariant low: forall i in 0..2: f(i) <= x + c + i;
        }
        model M {
            var i: 0..3 = 1;
            part p[i: 0..2] = P(c: i + 1);
            invariant one: p[0].f(1) == p[0].x + 2;
        }
        check c: M expect holds;",
    );
    let params: Vec<&str> = names(system.transitions[0].params.iter().map(|param| &param.name));
    assert_eq!(params, ["i'", "i"]);
}

#[test]
fn an_inner_name_hides_an_outer_one() {
    same(
        "type T = 0..2;
        model P(T: Set<0..3>, n: 0..3) {
            var x: 0..3 = n;
            action go(v: 0..3) when v in T && (exists w in T: w == v) { x = v; }
        }
        model M(p: 0..3) { part a[p: 0..2] = P(T: {p + 1}, n: count p in 0..3: p == 1); part b = P({p}, p); }
        check c: M(2) expect holds;",
        "model M(p: 0..3) {
            var x: [0..3; 0..2] = 1;
            var y: 0..3 = p;
            action go(q: 0..2, v: 0..3) when v == q + 1 { x[q] = v; }
            action set(v: 0..3) when v == p { y = v; }
        }
        check c: M(2) expect holds;",
    );
}

#[test]
fn arguments_have_values_for_all_indices() {
    let text = |bound: &str| {
        format!(
            "model P(n: 0..3, ref x: bool) {{ action go() {{ x = n == 2; }} }}
            model M {{ var x: [bool; 0..3] = false; part p[i: 0..3] = P({bound}); }}
            check c: M expect holds;"
        )
    };
    assert!(compiled(&text("i, ref x[2 - i]")).system(0).is_ok());
    for wrong in ["i + 1, ref x[0]", "i, ref x[i + 1]", "6 / i, ref x[0]"] {
        let diagnostics = compiled(&text(wrong)).system(0).unwrap_err();
        assert!(diagnostics.iter().all(|found| found.code == Code::ConstantOutOfRange), "{diagnostics:?}");
    }
}

#[test]
fn mistakes_are_reported_once() {
    let around = |part: &str| {
        format!(
            "model P(id: 0..2, ref x: 0..4) {{
                var own: bool = false;
                action go(v: bool) when x < 3 {{ x = x + 1; own = v; }}
                action other(v: 0..2) {{ own = v == id; }}
            }}
            model M {{ var x: 0..4 = 0; var y: 0..5 = 0; var s: Seq<0..4, 2> = []; {part} }}"
        )
    };
    for (part, code) in [
        ("part p = Q(1);", Code::UnknownModel),
        ("part p = P(1);", Code::WrongArguments),
        ("part p = P(1, x);", Code::RefMismatch),
        ("part p = P(ref x, ref x);", Code::RefMismatch),
        ("part p = P(1, ref x + 1);", Code::RefMismatch),
        ("part p = P(1, ref s[0]);", Code::RefMismatch),
        ("part p = P(1, ref y);", Code::TypeMismatch),
        ("part p = P(x, ref x);", Code::NotConstant),
        ("part p = P(1, ref z);", Code::UnknownName),
        ("part p[i: Set<bool>] = P(1, ref x);", Code::TypeMismatch),
        ("part p = P(1, ref x); part q = P(0, ref p.own);", Code::PartWritten),
        ("part p = P(1, ref x); action a() { p.own = true; }", Code::PartWritten),
        ("part p = P(1, ref x); invariant a: p;", Code::NotAValue),
        ("part p[i: 0..2] = P(i, ref x); invariant a: p.own;", Code::PartIndex),
        ("part p = P(1, ref x); invariant a: p[0].own;", Code::PartIndex),
        ("part p = P(1, ref x); invariant a: p.owner;", Code::UnknownField),
        ("part p = P(1, ref x); invariant a: enabled(q.go);", Code::UnknownPart),
        ("part p = P(1, ref x); invariant a: enabled(p.gone);", Code::UnknownAction),
        ("part p = P(1, ref x); sync p.go with p.went;", Code::UnknownAction),
        ("part p = P(1, ref x); sync p.go with p.go;", Code::BadSync),
        ("part p = P(1, ref x); sync p.go with p.other;", Code::BadSync),
        ("part p[i: 0..2] = P(i, ref x); sync p.go with p.go;", Code::BadSync),
        ("part p[i: 0..2] = P(i, ref x); sync p.go with p.other;", Code::BadSync),
        ("part p[i: 0..2] = P(i, ref x); sync p[0].go with p[0].other;", Code::BadSync),
        (
            "part p[i: 0..2] = P(i, ref x); part q = P(0, ref x); sync p[2].go with q.go;",
            Code::ConstantOutOfRange,
        ),
        ("part p[i: 0..2] = P(i, ref x); part q = P(0, ref x); sync p[x].go with q.go;", Code::NotConstant),
        ("part p = M();", Code::RecursiveDefinition),
        (
            "part p = P(1, ref x); } model N { part m = O(); } model O { part n = N();",
            Code::RecursiveDefinition,
        ),
        ("part p[i: 0..2000] = P(0, ref x);", Code::TooLarge),
        ("} check c: P(1) expect holds; model N {", Code::OpenModel),
    ] {
        let found = codes(&around(part));
        assert!(!found.is_empty() && found.iter().all(|other| *other == code), "{part}: {found:?}");
        assert!(found.len() == 1 || code == Code::RecursiveDefinition, "{part}: {found:?}");
    }
    // What follows from a part that is in error is silent.
    for part in ["part p = Q(1);", "part p[i: 1] = P(i, ref x);", "part p[i: 0..2000] = P(0, ref x);"] {
        let uses = "invariant a: p[0].own && p[1].f(2) == 3 && enabled(p[_].go); sync p.go with p.other; action b() { x = p[0].x; }";
        assert_eq!(codes(&around(&format!("{part} {uses}"))).len(), 1, "{part}");
    }
    // What is wrong in a model is said of the model, and not of each part.
    let wrong =
        "model P { var x: bool = 1; action a() { x = y; } } model M { part p = P(); part q[i: 0..3] = P(); }";
    assert_eq!(codes(wrong), [Code::TypeMismatch, Code::UnknownName]);
}

#[test]
fn many_parts_of_parts_are_refused() {
    let mut text = "model M0 { var x: bool = false; }".to_owned();
    for i in 1..=15 {
        text.push_str(&format!("model M{i} {{ part a = M{}(); part b = M{}(); }}", i - 1, i - 1));
    }
    let found = codes(&text);
    assert!(!found.is_empty() && found.iter().all(|code| *code == Code::TooLarge), "{found:?}");
    let mut text = "model M0(n: 0..3) { var x: 0..3 = n; }".to_owned();
    for i in 1..=14 {
        let double = ["n"; 6].join(" + ");
        text.push_str(&format!("model M{i}(n: 0..3) {{ part a = M{}(({double}) % 3); }}", i - 1));
    }
    assert!(codes(&text).iter().all(|code| *code == Code::TooLarge));
}
