//! Compiled steps against the reference evaluator, state by state: the same successors in the same order.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod common;

use common::generate::{choices, generate};
use musilc_explicit::internals::Engine;
use musilc_ir::{InitResult, State, StepResult, TransitionSystem, bindings};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// Compares the initial states, and the steps of up to `most` states reachable from them.
fn compare(system: &TransitionSystem, most: usize) {
    let engine = Engine::new(system).unwrap();
    let width = engine.layout().words();
    let initial =
        bindings(&system.init.params).filter_map(|args| match system.initial_state(&args).unwrap() {
            InitResult::State(state) => Some(state),
            _ => None,
        });
    let initial: Vec<State> = initial.collect();
    let unpack = |words: Vec<u64>| -> Vec<State> {
        words.chunks_exact(width).map(|words| engine.unpack(words).unwrap()).collect()
    };
    assert_eq!(unpack(engine.initial()), initial);
    let mut pending = initial;
    let mut seen = BTreeSet::new();
    while let Some(state) = pending.pop() {
        if seen.len() >= most || !seen.insert(state.clone()) {
            continue;
        }
        let expected = system.successors(&state).unwrap();
        // Where a guard fails, the search has ended.
        if expected.iter().any(|successor| matches!(successor.result, StepResult::GuardFailed(_))) {
            continue;
        }
        let (steps, words) = engine.successors(&engine.layout().pack(&state).unwrap());
        assert_eq!(steps, expected.len() as u64);
        let states = expected.into_iter().filter_map(|successor| match successor.result {
            StepResult::Next(state) => Some(state),
            _ => None,
        });
        let states: Vec<State> = states.collect();
        assert_eq!(unpack(words), states);
        pending.extend(states);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 800, ..ProptestConfig::default() })]

    #[test]
    fn of_generated_systems_are_those_of_the_reference(choices in choices()) {
        compare(&generate(&choices), 200);
    }
}

#[test]
fn of_philosophers_are_those_of_the_reference() {
    compare(&common::philosophers(9, true), 300);
    compare(&common::philosophers_by_parameter(40, true), 100);
}
