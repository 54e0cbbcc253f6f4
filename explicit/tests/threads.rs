//! The answer is the same with any number of threads: verdict, run, witnesses, levels, transitions, coverage.

mod common;

use common::generate::{choices, generate};
use common::{disagreement_with, philosophers, system};
use musilc_explicit::{Mutation, Options, check_with};
use musilc_ir::{Goal, Limits, TransitionSystem, Unknown, Verdict};
use proptest::prelude::*;
use std::num::NonZeroUsize;

fn with_threads(threads: usize) -> Options {
    Options {
        threads: NonZeroUsize::new(threads).unwrap_or(NonZeroUsize::MIN),
        share_from: 1,
        ..Options::default()
    }
}

fn assert_agreement(system: &TransitionSystem, threads: usize) {
    for max_depth in [None, Some(2)] {
        let limits = Limits { max_depth, ..Limits::default() };
        if let Some(why) = disagreement_with(system, Goal::All, &limits, &with_threads(threads)) {
            panic!("{threads} threads: {why}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, max_shrink_iters: 1000, ..ProptestConfig::default() })]

    #[test]
    fn on_generated_systems(choices in choices(), threads in 2..=5usize) {
        assert_agreement(&generate(&choices), threads);
    }
}

/// Many states at each depth, so that the threads work side by side: `n` counters up to `most`, and a violation among others of the same depth.
fn counters(n: u32, most: u32, sum: u32) -> TransitionSystem {
    let total: Vec<String> = (0..n).map(|i| format!("x[{i}]")).collect();
    system(&format!(
        "system counters var x: [0..={most}; {n}] init x = [0; {n}]
         transition up(i: 0..={}) when x[$i] < {most} x := x[$i := x[$i] + 1]
         terminal holds true
         invariant low holds {} < {sum} claim true",
        n - 1,
        total.join(" + ")
    ))
}

#[test]
fn with_much_to_do_at_each_depth() {
    for threads in [2, 3] {
        for n in [40, 100] {
            // Of many words each.
            let mut system = philosophers(n, true);
            system.transitions.retain(|transition| {
                transition
                    .name
                    .trim_start_matches(char::is_alphabetic)
                    .parse::<u32>()
                    .is_ok_and(|seat| seat < 7)
            });
            assert_agreement(&system, threads);
        }
        assert_agreement(&philosophers(11, true), threads);
        assert_agreement(&philosophers(11, false), threads);
        assert_agreement(&counters(5, 8, 18), threads);
    }
}

#[test]
fn limits_stop_all_of_them() {
    let system = counters(6, 9, 1000);
    let limits = Limits { max_states: Some(177_777), ..Limits::default() };
    let outcome = check_with(&system, Goal::All, &limits, &with_threads(3));
    assert_eq!(outcome.verdict, Verdict::Unknown(Unknown::StateLimit(177_777)));
    assert_eq!(outcome.statistics.states, Some(177_777));
    let limits = Limits { max_memory: Some(1 << 20), ..Limits::default() };
    let outcome = check_with(&system, Goal::All, &limits, &with_threads(2));
    assert_eq!(outcome.verdict, Verdict::Unknown(Unknown::MemoryLimit(1 << 20)));
    assert!(outcome.statistics.memory <= Some(1 << 20));
    assert!(outcome.statistics.states >= Some(20_000), "{:?}", outcome.statistics.states);
}

#[test]
fn a_fault_is_noticed_with_threads_too() {
    let options = Options { mutation: Mutation::ForgetOneInstance, ..with_threads(2) };
    assert!(disagreement_with(&philosophers(6, true), Goal::All, &Limits::default(), &options).is_some());
}
