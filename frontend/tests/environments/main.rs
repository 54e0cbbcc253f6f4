//! Environments: what checks with them are lowered to, and what is wrong with them.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use musilc_frontend::diagnostic::{Code, Diagnostic, has_errors};
use musilc_frontend::library::modules;
use musilc_frontend::literate::Source;
use musilc_frontend::{Assumption, Files, Options, Program, Standing, compile};
use musilc_ir::{Goal, Limits, PropertyKind, TransitionSystem, Verdict, ViolationKind, search};

struct NoFiles;

impl Files for NoFiles {
    fn read(&self, _: &str) -> Result<String, String> {
        Err("there are no files".to_owned())
    }
}

fn read(text: &str) -> (Option<Program>, Vec<Diagnostic>) {
    compile(&Source::new("test.musil", text), &Options::default(), &NoFiles)
}

fn compiled(text: &str) -> Program {
    let (program, diagnostics) = read(text);
    assert!(!has_errors(&diagnostics), "{diagnostics:#?}\nin:\n{text}");
    program.unwrap()
}

fn codes(text: &str) -> Vec<Code> {
    read(text).1.iter().map(|diagnostic| diagnostic.code).collect()
}

/// The system of the first check, with these assumptions.
fn assuming(text: &str, names: &[&str]) -> TransitionSystem {
    let system = compiled(text).system_assuming(0, &|name| names.contains(&name)).unwrap();
    musilc_ir::validate(&system).unwrap_or_else(|problems| panic!("{problems:?}\nin:\n{text}"));
    system
}

fn verdict(system: &TransitionSystem) -> Verdict {
    search::check(system, Goal::All, &Limits::default()).unwrap().verdict
}

/// What is violated, and after how many steps; `None` where nothing is.
fn violated(system: &TransitionSystem) -> Option<(ViolationKind, u32)> {
    match verdict(system) {
        Verdict::Violated(violation) => Some((violation.kind, violation.depth())),
        Verdict::Proved(_) => None,
        other => panic!("{other:?}"),
    }
}

const COUNTER: &str = "model Counter(most: 0..=9) {
    var x: 0..=9 = 0;
    var other: bool = false;
    action idle() { other = !other; }
    invariant small: x <= most;
}";

fn counter(environment: &str, check: &str) -> String {
    format!("{COUNTER}\nenvironment World(ref n: 0..=9) {{ {environment} }}\n{check}\n")
}

#[test]
fn actions_join_and_properties_keep_their_names() {
    let text = counter(
        "var k: bool = false; action up() when n < 3 { n = n + 1; k = true; }",
        "check c: Counter(most: 2) with World(ref x) expect violates small in 3;",
    );
    let system = assuming(&text, &[]);
    let names: Vec<&str> = system.transitions.iter().map(|transition| transition.name.as_str()).collect();
    assert_eq!(names, ["idle", "World.up"]);
    let variables: Vec<&str> = system.sources.iter().map(|source| source.name.as_str()).collect();
    assert_eq!(variables, ["x", "other", "World.k"]);
    assert_eq!(system.properties[0].name, "small");
    assert_eq!(violated(&system).unwrap().1, 3);
    let program = compiled(&text);
    let check = &program.checks()[0];
    assert_eq!(
        (check.model.as_str(), check.arguments.as_str(), check.guarantee),
        ("Counter", "most: 2", false)
    );
    assert_eq!(check.environments[0].written, "World(ref x)");
    assert!(
        check.is_of_environment("World.up")
            && !check.is_of_environment("Worldly")
            && !check.is_of_environment("idle")
    );
}

#[test]
fn environments_have_indices_and_names() {
    let text = format!(
        "{COUNTER} environment World(i: 0..3, ref n: 0..=9) {{ action up(k: 0..2) when n == i {{ n = n + 1 + k; }} }}
        check c: Counter(most: 9) with w[i: 0..3] = World(i, ref x), one = World(i: 0, n: ref x) expect holds;"
    );
    let system = assuming(&text, &[]);
    let names: Vec<&str> = system.transitions.iter().map(|transition| transition.name.as_str()).collect();
    assert_eq!(names, ["idle", "w[_].up", "one.up"]);
    assert_eq!(system.transitions[1].params.len(), 2);
    let check = &compiled(&text).checks()[0].clone();
    assert_eq!(check.environments[0].written, "w[i: 0..3] = World(i, ref x)");
    assert!(check.is_of_environment("w[_].up"));
}

#[test]
fn steps_keep_to_conditions_while_they_are_assumed() {
    let text = counter(
        "action up() when n < 9 { n = n + 1; }
         action jump() when n < 8 { n = n + 1; n = n + 1; }
         guarantee even: n' % 2 == 0;
         assume few: \"few\", unverified, source \"s\", restricts n <= 4;",
        "check c: Counter(most: 4) with World(ref x) expect holds;",
    );
    // `up` leads to odd numbers only from even ones, and `jump` from even to even ones.
    assert_eq!(violated(&assuming(&text, &["World.few"])), None);
    let free = violated(&assuming(&text, &[])).unwrap();
    assert_eq!(free.1, 3);
    let assumptions = compiled(&text).assumptions(0).to_vec();
    let [Assumption { name, status: Standing::Unverified, restricts: true, source, .. }] = &assumptions[..]
    else {
        panic!("{assumptions:?}")
    };
    assert_eq!((name.as_str(), source.as_str()), ("World.few", "s"));
}

#[test]
fn what_is_an_error_in_statements_stays_one() {
    let text = counter(
        "action up() { n = n + 1; } guarantee small: n' < 12;",
        "check c: Counter(most: 9) with World(ref x) expect error;",
    );
    let (kind, depth) = violated(&assuming(&text, &[])).unwrap();
    assert!(matches!(kind, ViolationKind::Error(_)) && depth == 10, "{kind:?} {depth}");
    // A condition that has no value is one as well, but only while it counts.
    let text = counter(
        "action up() when n < 9 { n = n + 1; }
         assume divides: \"d\", axiom, source \"s\", restricts 12 / (n' - 2) != 100;",
        "check c: Counter(most: 9) with World(ref x) expect error;",
    );
    let (kind, depth) = violated(&assuming(&text, &["World.divides"])).unwrap();
    assert!(matches!(kind, ViolationKind::Error(_)) && depth == 2, "{kind:?} {depth}");
    assert_eq!(violated(&assuming(&text, &[])), None);
}

#[test]
fn guarantees_are_claimed_of_what_environments_do() {
    let world = "var k: 0..=3 = 0; guarantee slow: n' <= n + 1; guarantee low: n + k < 5;
        action up() when n < 9 { n = n + 1; } action jump() when n == 2 && k < 3 { n = 4; k = k + 1; }";
    let text = counter(world, "check guarantee c: Counter(most: 0) with World(ref x) expect holds;");
    let system = assuming(&text, &[]);
    let names: Vec<&str> = system.properties.iter().map(|property| property.name.as_str()).collect();
    assert_eq!(names, ["World.slow", "World.low"]);
    assert!(system.properties.iter().all(|property| property.kind == PropertyKind::Invariant));
    // The properties of the model are not asked for, and nothing is a deadlock.
    let (kind, depth) = violated(&system).unwrap();
    assert!(matches!(kind, ViolationKind::Property(id) if id.index() == 0) && depth == 3, "{kind:?} {depth}");
    let kept = counter(
        &world.replace("n = 4; ", "n = 3; "),
        "check guarantee c: Counter(most: 0) with World(ref x) expect holds;",
    );
    let (kind, depth) = violated(&assuming(&kept, &[])).unwrap();
    assert!(matches!(kind, ViolationKind::Property(id) if id.index() == 1) && depth == 4, "{kind:?} {depth}");
    // Steps of the model are no steps of the environment.
    let text = "model M { var x: 0..=3 = 0; action drop() when x > 0 { x = 0; } }
        environment E(ref n: 0..=3) { action up() when n < 3 { n = n + 1; } guarantee grows: n' >= n; }
        check guarantee c: M with E(ref x) expect holds;";
    assert_eq!(violated(&assuming(text, &[])), None);
}

#[test]
fn an_initial_state_may_break_a_guarantee() {
    let broken = |start: &str, condition: &str| {
        let text = format!(
            "model M {{ var x: 0..=3 = {start}; action idle() {{ x = x; }} }}
            environment E(ref n: 0..=3) {{ action up() when n < 3 {{ n = n + 1; }} guarantee g: {condition}; }}
            check c: M with E(ref x) expect holds;"
        );
        match compiled(&text).system(0) {
            Ok(_) => vec![],
            Err(diagnostics) => diagnostics.iter().map(|diagnostic| diagnostic.code).collect(),
        }
    };
    assert_eq!(broken("0", "n > 0"), [Code::BrokenAtStart]);
    assert_eq!(broken("any", "n > 0"), [Code::BrokenAtStart]);
    assert_eq!(broken("1", "n > 0"), []);
    assert_eq!(broken("0", "n' > 0"), []);
    // Not even by its value.
    assert_eq!(broken("0", "12 / n > 0"), []);
}

#[test]
fn environments_own_what_they_are_given() {
    let wrong = |environment: &str, check: &str| codes(&counter(environment, check));
    assert_eq!(wrong("action up() { other = true; }", ""), [Code::NotGiven]);
    assert_eq!(wrong("action up() { n = if other { 1 } else { 2 }; }", ""), [Code::UnknownName]);
    assert_eq!(
        wrong("", "check c: Counter(most: 1) with World(ref other) expect holds;"),
        [Code::TypeMismatch]
    );
    assert_eq!(wrong("", "check c: Counter(most: 1) with World(x) expect holds;"), [Code::RefMismatch]);
    assert_eq!(wrong("", "check c: Counter(most: 1) with World(ref y) expect holds;"), [Code::UnknownName]);
    assert_eq!(wrong("", "check c: Counter(most: 1) with World expect holds;"), [Code::WrongArguments]);
    assert_eq!(
        wrong("", "check c: Counter(most: 1) with Wrold(ref x) expect holds;"),
        [Code::UnknownEnvironment]
    );
    assert_eq!(
        wrong("", "check c: Counter(most: 1) with Counter(2) expect holds;"),
        [Code::NotAnEnvironment]
    );
    assert_eq!(wrong("", "check c: World expect holds;"), [Code::NotAnEnvironment]);
    assert_eq!(wrong("", "model M { part w = World(ref x); }"), [Code::NotAnEnvironment]);
    assert_eq!(wrong("guarantee g: x > 0;", ""), [Code::UnknownName]);
    assert_eq!(wrong("guarantee g: n;", ""), [Code::TypeMismatch]);
    assert_eq!(wrong("assume a: \"a\", axiom, restricts n > 0;", ""), [Code::NoSource]);
    assert_eq!(wrong("assume a: \"a\", source \"s\";", ""), [Code::BadAssumption]);
}

/// Nothing that is written is passed over in silence.
#[test]
fn what_belongs_elsewhere_is_refused() {
    for item in [
        "invariant p: n > 0;",
        "terminal true;",
        "message Alarm;",
        "node N { }",
        "network fifo;",
        "action shout() { send Alarm to all Neighbours; }",
        "part p = Counter(most: 1);",
    ] {
        assert_eq!(codes(&counter(item, "")), [Code::MisplacedItem], "{item}");
    }
    for item in ["guarantee g: true;", "assume a: \"a\", axiom, source \"s\";"] {
        let model = format!("model M {{ var x: bool = false; {item} }}");
        assert_eq!(codes(&model), [Code::MisplacedItem], "{item}");
        let protocol = format!(
            "protocol P {{ message A; node N {{ on start {{ send A to M; }} }} node M {{ on A {{ }} }} {item} }}"
        );
        assert_eq!(codes(&protocol), [Code::MisplacedItem], "{item}");
        let node = format!(
            "protocol P {{ message A; node N {{ on start {{ send A to M; }} {item} }} node M {{ on A {{ }} }} }}"
        );
        assert_eq!(codes(&node), [Code::MisplacedItem], "{item}");
    }
}

/// What is wrong in a model is told once, however many checks have environments.
#[test]
fn mistakes_are_told_once() {
    let text = "model M { var x: 0..=3 = 0; action up() { y = 1; } invariant p: z; }
        environment E(ref n: 0..=3) { action up() { n = q; } }
        check a: M with E(ref x) expect holds;
        check b: M with E(ref x), e = E(ref x) expect holds;";
    assert_eq!(codes(text), [Code::UnknownName; 3]);
}

#[test]
fn words_are_names_elsewhere() {
    let text =
        "model with_source { var source: bool = false; var axiom: 0..=2 = 0; var verified: bool = false;
        var unverified: bool = true; var restricts: bool = false; var with: bool = false;
        action toggle(source: bool) when with { restricts = source; } terminal true; }
        check with: with_source expect holds;";
    assert!(codes(text).iter().all(|code| code.to_string().starts_with('W')), "{:?}", codes(text));
}

#[test]
fn the_library_reads_as_chapters_do() {
    assert!(modules().windows(2).all(|pair| pair[0].name < pair[1].name));
    for module in modules() {
        // By itself, where every mistake has a place.
        let (_, diagnostics) = read(module.text);
        assert!(diagnostics.is_empty(), "{}: {diagnostics:#?}", module.name);
        let (_, diagnostics) = read(&format!("use std::{};", module.name));
        assert!(diagnostics.is_empty(), "{}: {diagnostics:#?}", module.name);
        assert!(module.title().len() > 20, "{}", module.name);
    }
    let all: String = modules().iter().map(|module| format!("use std::{};", module.name)).collect();
    assert!(!has_errors(&read(&all).1), "modules can be used together: {:#?}", read(&all).1);
}
