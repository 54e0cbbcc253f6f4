//! Machine code against the interpreter, state by state.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod common;

use common::generate::{choices, generate};
use musilc_explicit::Mutation;
use musilc_explicit::internals::Engine;
use musilc_ir::{Goal, TransitionSystem, text};
use proptest::prelude::*;
use std::collections::HashSet;

/// The first difference between both in up to `most` states, those reachable from the initial ones first.
fn difference(system: &TransitionSystem, mutation: Mutation, most: usize) -> Option<String> {
    let engine = Engine::new(system).unwrap();
    let mutant = Engine::mutated(system, mutation).unwrap();
    let width = engine.layout().words();
    let goals = [Goal::All, Goal::Reach(0usize.into())];
    let goals = &goals[..if system.properties.is_empty() { 1 } else { 2 }];
    let natives: Vec<_> = goals.iter().map(|&goal| (goal, mutant.native(system, goal).unwrap())).collect();
    let mut pending: Vec<Vec<u64>> = engine.initial().chunks(width).map(<[u64]>::to_vec).collect();
    pending.reverse();
    let mut seen = HashSet::new();
    while let Some(state) = pending.pop() {
        if seen.len() >= most || !seen.insert(state.clone()) {
            continue;
        }
        for (goal, native) in &natives {
            let (expected, found) = (engine.view(system, *goal, &state), native.view(&state).unwrap());
            // Where a value leaves its type the interpreter gives up.
            let same = expected.as_ref().map_or(found.odd, |expected| *expected == found);
            if !same {
                return Some(format!(
                    "in {state:x?} expected {expected:#x?}\nfound {found:#x?}\n{}",
                    text::print(system)
                ));
            }
        }
        let (_, next) = engine.successors(&state);
        pending.extend(next.chunks(width).map(<[u64]>::to_vec));
    }
    None
}

fn compare(system: &TransitionSystem, most: usize) -> usize {
    if let Some(why) = difference(system, Mutation::None, most) {
        panic!("{why}");
    }
    most
}

/// How many systems to generate: `MUSILC_SOAK` times as many as usual.
fn cases() -> u32 {
    let times = std::env::var("MUSILC_SOAK").ok().and_then(|times| times.parse().ok()).unwrap_or(1u32);
    1200 * times
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), max_shrink_iters: 4000, ..ProptestConfig::default() })]

    #[test]
    fn agree_on_generated_systems(choices in choices()) {
        compare(&generate(&choices), 100);
    }
}

#[test]
fn agree_on_philosophers() {
    compare(&common::philosophers(9, true), 300);
    compare(&common::philosophers(40, true), 300);
    compare(&common::philosophers_by_parameter(40, true), 100);
    // Many words.
    compare(&common::philosophers(400, true), 30);
}
