//! Searches that are so large that slots of four bytes suffice: what they find is known from a formula.

mod common;

use common::system;
use musilc_explicit::{Checkpoint, Options, check_with};
use musilc_ir::replay::confirm;
use musilc_ir::{Goal, Limits, Outcome, Statistics, TransitionSystem, Unknown, Verdict};
use std::num::NonZeroUsize;
use std::time::Duration;

const COUNTERS: usize = 5;

/// Counters that go up one by one, each to `most`, and are not to come to `sum` together.
fn counters(most: usize, sum: usize) -> TransitionSystem {
    system(&format!(
        "system counters var x: [0..={most}; {COUNTERS}] init x = [0; {COUNTERS}]
         transition up(i: 0..={}) when x[$i] < {most} x := x[$i := x[$i] + 1]
         terminal holds true
         invariant low holds x[0] + x[1] + x[2] + x[3] + x[4] < {sum} claim true",
        COUNTERS - 1
    ))
}

/// How many states there are at each depth: the coefficients of (1 + z + … + z^most)^5.
fn levels(most: usize) -> Vec<u64> {
    (0..COUNTERS).fold(vec![1], |levels, _| {
        let mut next = vec![0; levels.len() + most];
        for (depth, count) in levels.iter().enumerate() {
            next[depth..=depth + most].iter_mut().for_each(|sum| *sum += count);
        }
        next
    })
}

fn options(threads: usize) -> Options {
    Options {
        threads: NonZeroUsize::new(threads).unwrap_or(NonZeroUsize::MIN),
        share_from: 1000,
        ..Options::default()
    }
}

/// All of the answer but time and memory.
fn essence(outcome: Outcome) -> Outcome {
    let statistics = Statistics { elapsed: Duration::ZERO, memory: None, ..outcome.statistics };
    Outcome { statistics, ..outcome }
}

/// With values that are a power of two, and with others.
#[test]
fn all_states_are_found_once() {
    for most in [15, 19] {
        let expected = levels(most);
        for threads in [1, 2, 3] {
            let system = counters(most, 1000);
            let outcome = check_with(&system, Goal::All, &Limits::default(), &options(threads));
            assert!(matches!(outcome.verdict, Verdict::Proved(_)), "{:?}", outcome.verdict);
            assert_eq!(outcome.statistics.levels, expected, "{most}, {threads}");
            // Slots of eight bytes would take twelve for the table alone. With more threads, what each of them has counts.
            let states: u64 = expected.iter().sum();
            let memory = outcome.statistics.memory.unwrap();
            assert!(memory < states * 23 / 2 || threads > 1, "{memory} bytes for {states} states");
        }
    }
}

/// Runs are found backwards, by what slots say of depths: the large lists of states are gone.
#[test]
fn runs_are_found_through_narrow_slots() {
    for most in [15, 19] {
        let sum = COUNTERS * most - 6;
        let system = counters(most, sum);
        let [one, two] =
            [1, 2].map(|threads| check_with(&system, Goal::All, &Limits::default(), &options(threads)));
        let Verdict::Violated(violation) = &one.verdict else { panic!("{:?}", one.verdict) };
        assert_eq!(violation.trace.steps.len(), sum);
        assert_eq!(confirm(&system, Goal::All, &one), Ok(()));
        assert_eq!(essence(one.clone()), essence(two));
    }
}

#[test]
fn narrow_slots_are_kept_in_checkpoints() {
    let file = std::env::temp_dir().join(format!("musilc-narrow-{}", std::process::id()));
    let system = counters(19, 89);
    let whole = check_with(&system, Goal::All, &Limits::default(), &options(1));
    for (threads, most) in [(1, 2000), (2, 400_000), (1, 2_900_000)] {
        let checkpoint = Checkpoint { file: file.clone(), every: Duration::ZERO };
        let options = Options { checkpoint: Some(checkpoint), ..options(threads) };
        let limits = Limits { max_states: Some(most), ..Limits::default() };
        let stopped = check_with(&system, Goal::All, &limits, &options);
        assert_eq!(stopped.verdict, Verdict::Unknown(Unknown::StateLimit(most)));
        assert!(file.exists());
    }
    let checkpoint = Checkpoint { file: file.clone(), every: Duration::from_secs(3600) };
    let options = Options { checkpoint: Some(checkpoint), ..options(2) };
    let resumed = check_with(&system, Goal::All, &Limits::default(), &options);
    assert_eq!(essence(resumed), essence(whole));
    assert!(!file.exists());
}

/// The limit is that of the larger searches, too: they go on until the last state that there is room for.
#[test]
fn a_limit_on_memory_stops_them_with_the_figures() {
    let system = counters(19, 1000);
    let limits = Limits { max_memory: Some(12 << 20), ..Limits::default() };
    for threads in [1, 2] {
        let outcome = check_with(&system, Goal::All, &limits, &options(threads));
        assert_eq!(outcome.verdict, Verdict::Unknown(Unknown::MemoryLimit(12 << 20)));
        let (states, memory) = (outcome.statistics.states.unwrap(), outcome.statistics.memory.unwrap());
        assert!(memory <= 12 << 20 && states > 1_000_000, "{states} states, {memory} bytes");
    }
}
