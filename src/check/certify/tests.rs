#![allow(clippy::print_stderr, reason = "says what was not tested")]

use super::*;
use musilc_ir::{CellClaim, Proof, VarId, Verdict, text};
use std::time::Instant;

/// Goes up by two from 0, to 8, and round; 9 is never reached.
const EVEN: &str = "system even var x: 0..=9 var on: [bool; 2] init x = 0 on = [true, false]
    transition up(i: 0..=1) when on[$i] x := if x == 8 { 0 } else { x + 2 } on := [!on[0], !on[1]]
    terminal holds false
    invariant small holds x < 9 claim x < 9
    step invariant moves holds x' != x claim x' != x";

fn system() -> TransitionSystem {
    text::parse(EVEN).unwrap_or_else(|error| panic!("{error}"))
}

fn claim(variable: u32, cell: u32, values: &[(i64, i64)]) -> CellClaim {
    CellClaim { variable: VarId(variable), cell, values: values.to_vec() }
}

fn certificate(clauses: Vec<Vec<CellClaim>>) -> Certificate {
    Certificate { clauses, ..Certificate::default() }
}

/// That `x` is even, and that one of both is on.
fn right() -> Vec<Vec<CellClaim>> {
    vec![
        vec![claim(0, 0, &[(0, 0), (2, 2), (4, 4), (6, 6), (8, 8)])],
        vec![claim(1, 0, &[(1, 1)]), claim(1, 1, &[(1, 1)])],
        vec![claim(1, 0, &[(0, 0)]), claim(1, 1, &[(0, 0)])],
    ]
}

fn opinion(certificate: &Certificate, goal: Goal, limits: &Limits) -> Option<Opinion> {
    match second_opinion(&system(), certificate, goal, limits) {
        Opinion::NoSolver => {
            eprintln!("neither cvc5 nor z3 is installed: no certificate was given to it");
            None
        }
        opinion => Some(opinion),
    }
}

fn refuted(clauses: Vec<Vec<CellClaim>>) -> Option<String> {
    match opinion(&certificate(clauses), Goal::All, &Limits::default())? {
        Opinion::Refuted { obligation, .. } => Some(obligation),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_right_certificate_is_confirmed() {
    if let Some(opinion) = opinion(&certificate(right()), Goal::All, &Limits::default()) {
        assert!(matches!(opinion, Opinion::Confirmed { .. }), "{opinion:?}");
    }
}

#[test]
fn wrong_certificates_are_refuted() {
    let mut excludes_initial = right();
    excludes_initial.push(vec![claim(0, 0, &[(1, 9)])]);
    let mut not_inductive = right();
    not_inductive.push(vec![claim(0, 0, &[(0, 6)])]);
    let mut too_weak = right();
    too_weak.remove(0);
    let mut may_be_stuck = right();
    may_be_stuck.remove(1);
    let mut nothing = right();
    nothing.push(Vec::new());
    for (clauses, obligation) in [
        (excludes_initial, "the initial states satisfy the invariant"),
        (not_inductive, "up(0) keeps the invariant"),
        (too_weak, "`small` is true"),
        (may_be_stuck, "there is no deadlock"),
        // What is never true implies everything.
        (nothing, "the initial states satisfy the invariant"),
    ] {
        if let Some(found) = refuted(clauses) {
            assert_eq!(found, obligation);
        }
    }
}

#[test]
fn a_goal_asks_for_less() {
    let mut may_be_stuck = right();
    may_be_stuck.remove(1);
    let id = system().property_named("small").unwrap();
    let wanted = opinion(&certificate(may_be_stuck), Goal::Reach(id), &Limits::default());
    if let Some(found) = wanted {
        let Opinion::Refuted { obligation, .. } = found else { panic!("{found:?}") };
        assert_eq!(obligation, "`small` is not reached");
    }
}

#[test]
fn solvers_that_misbehave_decide_nothing() {
    let solver = |command, arguments| Solver { command, arguments };
    let ask = |solver: Solver, seconds: f64| {
        let deadline = Instant::now().checked_add(Duration::from_secs_f64(seconds));
        let limits = Limits { deadline, ..Limits::default() };
        // A text that no pipe holds at once, for a solver that does not read.
        let clauses = (0..5_000).map(|n| vec![claim(0, 0, &[(n % 9, n % 9 + 1)])]);
        opinion_of(&[solver], &system(), &certificate(clauses.collect()), Goal::All, &limits)
    };
    let why = |opinion: Opinion| match opinion {
        Opinion::Undecided { why, .. } => why,
        other => panic!("{other:?}"),
    };
    assert_eq!(ask(solver("there-is-no-such-solver", &[]), 60.0), Opinion::NoSolver);
    assert_eq!(why(ask(solver("true", &[]), 60.0)), "it ended without an answer");
    assert_eq!(why(ask(solver("sleep", &["600"]), 0.3)), "the time is up");
    assert_eq!(why(ask(solver("echo", &["(error \"no\")"]), 60.0)), "it says (error \"no\")");
    let unknown = "it does not know whether no error occurs in the initial state";
    assert_eq!(why(ask(solver("echo", &["unknown"]), 60.0)), unknown);
}

#[test]
fn certificates_of_the_engine_are_confirmed() {
    let options = musilc_symbolic::Options {
        prove: Some(musilc_symbolic::Method::Invariant),
        ..musilc_symbolic::Options::default()
    };
    let mut confirmed = 0;
    for name in ["mutual-exclusion", "traffic-light", "readers-writers"] {
        let chapter = crate::compile(format!("chapters/{name}.md")).unwrap();
        for check in chapter.checks() {
            let system = chapter.system(&check.name).unwrap();
            let limits =
                Limits { deadline: Instant::now().checked_add(Duration::from_secs(20)), ..Limits::default() };
            let outcome = musilc_symbolic::check(&system, Goal::All, &limits, &options);
            let (Some(certificate), Verdict::Proved(Proof::Invariant { .. })) =
                (&outcome.certificate, &outcome.verdict)
            else {
                continue;
            };
            match second_opinion(&system, certificate, Goal::All, &Limits::default()) {
                Opinion::NoSolver => return,
                Opinion::Confirmed { .. } => confirmed += 1,
                other => panic!("{}: {other:?}", check.name),
            }
        }
    }
    assert!(confirmed >= 8, "{confirmed}");
}
