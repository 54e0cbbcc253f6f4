//! Deep search, induction and the search for invariants agree with the reference checker, which visits all states.

use crate::random_system as random;
use musilc_ir::eval::Env;
use musilc_ir::replay::confirm;
use musilc_ir::{Goal, Limits, Outcome, State, TransitionSystem, Unknown, Verdict, Violation, search};
use musilc_symbolic::{Method, Mode, Mutation, Options, Procedure, check, check_mutated};
use std::time::{Duration, Instant};

/// How many random systems each mode is compared on; `MUSILC_MODES` asks for more, from the number `MUSILC_MODES_FROM` on.
pub(crate) fn numbers() -> std::ops::Range<u64> {
    let variable = |name: &str| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    let first = variable("MUSILC_MODES_FROM").unwrap_or(0);
    first..first + variable("MUSILC_MODES").unwrap_or(150)
}

/// All that the reference checker says, without any bound.
fn reference(system: &TransitionSystem) -> Outcome {
    search::check(system, Goal::All, &Limits::default()).unwrap()
}

pub(crate) fn limits() -> Limits {
    Limits { deadline: Some(Instant::now() + Duration::from_secs(20)), ..Limits::default() }
}

/// A violation by the kind, and whether it is known to be the first.
fn violation(outcome: &Outcome) -> Option<&Violation> {
    match &outcome.verdict {
        Verdict::Violated(violation) => Some(violation),
        _ => None,
    }
}

#[test]
fn deep_search_finds_whatever_there_is_and_nothing_else() {
    for number in numbers() {
        let system = random::system(&random::bytes(number, 300));
        let known = reference(&system);
        let depth = 6;
        let procedure = if number % 2 == 0 { Procedure::Sat } else { Procedure::Z3 };
        let options = Options { depth, mode: Mode::Deep, procedure, ..Options::default() };
        let outcome = check(&system, Goal::All, &limits(), &options);
        confirm(&system, Goal::All, &outcome).unwrap_or_else(|why| panic!("{number}: {why}"));
        let local = violation(&known).filter(|violation| violation.kind.is_local());
        match (&outcome.verdict, local) {
            // As many steps fit in as many sweeps.
            (Verdict::Violated(found), Some(first)) if found.kind.is_local() => {
                assert!(found.depth() >= first.depth(), "{number}: {outcome:?}");
                assert!(outcome.decided_depth.is_none_or(|decided| decided < first.depth()), "{number}");
            }
            (Verdict::HoldsToDepth { depth }, Some(first)) => {
                assert!(first.depth() > *depth, "{number}: {known:?}");
            }
            (Verdict::HoldsToDepth { .. }, None) => {}
            (other, _) => panic!("{number}: {other:?} but {:?}", known.verdict),
        }
    }
}

/// Whether a proof is right: it is there only where the reference checker sees no violation, and its certificate is true of all states.
fn compare_proof(number: u64, system: &TransitionSystem, known: &Outcome, outcome: &Outcome, any: bool) {
    confirm(system, Goal::All, outcome).unwrap_or_else(|why| panic!("{number}: {why}"));
    match (&outcome.verdict, &known.verdict) {
        (Verdict::Proved(_), Verdict::Proved(_)) => {
            if let Some(certificate) = &outcome.certificate {
                let mut certified = system.clone();
                let invariant = certificate.expr(system, &mut certified.context);
                for state in reachable(system) {
                    let mut evaluator = musilc_ir::Evaluator::new(&certified.context, Env::of_state(&state));
                    assert!(evaluator.truth(invariant).unwrap(), "{number}: {state:?}");
                }
            }
            for (id, trace) in &known.witnesses {
                let own = outcome.witnesses.iter().find(|(own, _)| own == id);
                let own = own.map(|(_, own)| own.depth());
                assert_eq!(own, Some(trace.depth()), "{number}: witness of {id:?}");
            }
        }
        (Verdict::Violated(own), Verdict::Violated(first)) => {
            assert_eq!(own.kind, first.kind, "{number}");
            assert_eq!(own.depth(), first.depth(), "{number}");
        }
        (Verdict::Unknown(Unknown::Incapable(why)), _) if !any && why.contains("no induction") => {}
        (other, expected) => panic!("{number}: {other:?} but {expected:?}"),
    }
}

fn reachable(system: &TransitionSystem) -> Vec<State> {
    let mut states: Vec<State> = Vec::new();
    for args in musilc_ir::bindings(&system.init.params) {
        if let musilc_ir::InitResult::State(state) = system.initial_state(&args).unwrap()
            && !states.contains(&state)
        {
            states.push(state);
        }
    }
    let mut at = 0;
    while at < states.len() && at < 2000 {
        for successor in system.successors(&states[at].clone()).unwrap() {
            if let musilc_ir::StepResult::Next(next) = successor.result
                && !states.contains(&next)
            {
                states.push(next);
            }
        }
        at += 1;
    }
    states
}

#[test]
fn invariants_prove_what_holds_and_nothing_else() {
    let mut proved = 0;
    for number in numbers() {
        let system = random::system(&random::bytes(number, 300));
        let most_cases = if number % 3 == 0 { 1 } else { 16 };
        let options = Options {
            depth: 4,
            prove: Some(Method::Invariant),
            most_cases,
            parallel: number % 5 == 0,
            ..Options::default()
        };
        let outcome = check(&system, Goal::All, &limits(), &options);
        compare_proof(number, &system, &reference(&system), &outcome, true);
        proved += u32::from(matches!(outcome.verdict, Verdict::Proved(_)));
    }
    assert!(proved > 0);
}

#[test]
fn induction_proves_only_what_holds() {
    for number in numbers() {
        let system = random::system(&random::bytes(number, 300));
        let method = if number % 2 == 0 { Method::Induction } else { Method::Any };
        let options = Options { depth: 5, prove: Some(method), parallel: false, ..Options::default() };
        let outcome = check(&system, Goal::All, &limits(), &options);
        compare_proof(number, &system, &reference(&system), &outcome, method == Method::Any);
    }
}

/// Faults in the encoding are noticed, by the certificate's own check or by the comparison.
#[test]
fn a_forgotten_instance_is_found_out_in_each_mode() {
    for options in [
        Options { depth: 6, mode: Mode::Deep, ..Options::default() },
        Options { depth: 1, prove: Some(Method::Invariant), parallel: false, ..Options::default() },
    ] {
        let noticed = (0..400).any(|number| {
            let system = random::system(&random::bytes(number, 300));
            let known = reference(&system);
            let outcome = check_mutated(&system, Goal::All, &limits(), &options, Mutation::ForgetInstance);
            confirm(&system, Goal::All, &outcome).is_err()
                || violation(&known).map(|v| v.kind) != violation(&outcome).map(|v| v.kind)
        });
        assert!(noticed, "{options:?}");
    }
}

/// What the search for an invariant gets wrong, the check of the certificate tells: no wrong proof gets through.
#[test]
fn an_invariant_that_is_none_is_found_out() {
    let options = Options { depth: 0, prove: Some(Method::Invariant), parallel: false, ..Options::default() };
    let mut told = 0;
    for number in 0..300 {
        let system = random::system(&random::bytes(number, 300));
        let outcome = check_mutated(&system, Goal::All, &limits(), &options, Mutation::BlockTooMuch);
        match &outcome.verdict {
            Verdict::Proved(_) => {
                assert!(matches!(reference(&system).verdict, Verdict::Proved(_)), "{number}");
            }
            Verdict::Unknown(Unknown::Incapable(why)) => {
                assert!(why.contains("is none"), "{number}: {why}");
                told += 1;
            }
            _ => {}
        }
    }
    assert!(told > 0);
}
