//! What the generator of random systems does not make.

use crate::aiger::parse;
use musilc::export::{Aiger, Refusal, Settings};
use musilc_ir::{Limits, TransitionSystem, text};

fn system(source: &str) -> TransitionSystem {
    text::parse(source).unwrap_or_else(|error| panic!("{error}\n{source}"))
}

fn settings() -> Settings {
    Settings { chapter: "by hand".to_owned(), each: false, safety: false }
}

/// The first bad frame, and how many inputs the file has.
fn first_bad(source: &str) -> (Option<u32>, usize) {
    let aiger = Aiger::new(&system(source), &settings(), &Limits::default()).unwrap();
    let file = parse(&aiger.binary());
    (file.first_bad(10_000).unwrap().map(|(frame, _)| frame), file.inputs)
}

#[test]
fn parameters_that_are_left_open_keep_to_their_values() {
    // 101 * 101 instances are not written out. An argument of 101 to 127 would break the invariant.
    let pair = |most: u32| {
        format!(
            "system pair var x: 0..=200 init x = 0
             transition set(a: 0..=100, b: 0..=100) when $a == $b || x == 0 x := $a + $b
             terminal holds true
             invariant low @0..0 holds x <= {most} claim x <= {most}"
        )
    };
    assert_eq!(first_bad(&pair(200)), (None, 1 + 7 + 7));
    assert_eq!(first_bad(&pair(199)), (Some(1), 15));
}

#[test]
fn a_system_without_transitions() {
    let stuck = |terminal: bool| format!("system stuck var x: bool init x = true terminal holds {terminal}");
    assert_eq!(first_bad(&stuck(true)), (None, 0));
    assert_eq!(first_bad(&stuck(false)), (Some(0), 0));
}

#[test]
fn resets_are_the_initial_state() {
    let source = "system fixed var x: -3..=3 var y: [bool; 2] init x = -1 y = [true, false]
        transition t when true x := 0 terminal holds true";
    let aiger = Aiger::new(&system(source), &settings(), &Limits::default()).unwrap();
    let file = parse(aiger.ascii().as_bytes());
    let resets: Vec<bool> = file.latches.iter().map(|latch| latch.1).collect();
    // -1 in two's complement.
    assert_eq!(resets, [true, true, true, true, false]);
    let names: Vec<&str> = (0..5).map(|at| file.symbols[&format!("l{at}")].as_str()).collect();
    assert_eq!(names, ["x#0", "x#1", "x#2", "y[0]", "y[1]"]);
    assert!(!file.starts());
    assert!(file.comments.contains("choice 0: t()\n"), "{}", file.comments);
}

#[test]
fn no_initial_state_is_refused() {
    let source = "system none var x: 0..=3
        init (a: 0..=3) where $a == 2 where $a == 1 x = $a
        terminal holds true";
    let refusal = Aiger::new(&system(source), &settings(), &Limits::default()).unwrap_err();
    assert_eq!(refusal, Refusal::NoInitialState);
}

#[test]
fn what_is_more_than_safety_is_refused_or_noted() {
    let source = "system more var x: bool init x = true transition t when true terminal holds true
        reachable off @0..0 holds !x claim !x
        recoverable on @0..0 holds x claim x";
    let system = system(source);
    let refusal = Aiger::new(&system, &settings(), &Limits::default()).unwrap_err();
    assert_eq!(refusal.to_string(), "the format cannot say reachable `off`, recoverable `on`");
    let settings = Settings { safety: true, ..settings() };
    let aiger = Aiger::new(&system, &settings, &Limits::default()).unwrap();
    assert_eq!(aiger.warnings(), ["left out: reachable `off`, recoverable `on`"]);
    assert!(aiger.ascii().ends_with(
        "left out: reachable `off`, recoverable `on`\nchoice 0: t()\n\
         any other choice, and one that is not enabled or fails: the state stays\n"
    ));
}
