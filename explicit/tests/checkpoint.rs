//! A search that goes on from a checkpoint gives the answer of one that was never stopped.

mod common;

use common::generate::{choices, generate};
use common::{philosophers, system};
use musilc_explicit::{Checkpoint, Options, check_with};
use musilc_ir::{Goal, Limits, Outcome, Statistics, TransitionSystem, Unknown, Verdict};
use proptest::prelude::*;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A file that is gone when the test is over.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        Self(std::env::temp_dir().join(format!("musilc-checkpoint-{}-{name}", std::process::id())))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn options(file: Option<&Path>, threads: usize) -> Options {
    Options {
        threads: NonZeroUsize::new(threads).unwrap_or(NonZeroUsize::MIN),
        share_from: 1,
        checkpoint: file.map(|file| Checkpoint { file: file.to_owned(), every: Duration::ZERO }),
        ..Options::default()
    }
}

/// All of the answer but time and memory.
fn essence(outcome: &Outcome) -> Outcome {
    let statistics = Statistics { elapsed: Duration::ZERO, memory: None, ..outcome.statistics.clone() };
    Outcome { statistics, ..outcome.clone() }
}

/// Stops at one number of states after the other and goes on each time; the answer must be that of a search in one go.
fn assert_resumable(system: &TransitionSystem, threads: &[usize], name: &str, stops: &[u64]) -> usize {
    let file = Scratch::new(name);
    // Each time with another number of threads.
    let mut threads = threads.iter().copied().cycle();
    let mut next = move || threads.next().unwrap_or(1);
    let whole = check_with(system, Goal::All, &Limits::default(), &options(None, next()));
    let mut resumed = 0;
    for &most in stops {
        let limits = Limits { max_states: Some(most), ..Limits::default() };
        let before = file.0.exists();
        let stopped = check_with(system, Goal::All, &limits, &options(Some(&file.0), next()));
        resumed += usize::from(before);
        match stopped.verdict {
            Verdict::Unknown(Unknown::StateLimit(_)) => {}
            _ => {
                assert_eq!(essence(&stopped), essence(&whole));
                assert!(!file.0.exists(), "an answer makes the checkpoint useless");
            }
        }
    }
    let last = check_with(system, Goal::All, &Limits::default(), &options(Some(&file.0), next()));
    assert_eq!(essence(&last), essence(&whole), "{name}");
    assert!(!file.0.exists());
    resumed
}

#[test]
fn states_of_every_width_are_kept() {
    for (n, name) in [(7, "one word"), (40, "two words"), (100, "many words")] {
        // Of many philosophers, those behind the first few never sit down.
        let mut system = philosophers(n, true);
        system.transitions.retain(|transition| {
            transition.name.trim_start_matches(char::is_alphabetic).parse::<u32>().is_ok_and(|seat| seat < 7)
        });
        // States of many words are kept otherwise by several threads than by one.
        let threads: &[&[usize]] = if n < 100 { &[&[1], &[3], &[2, 1, 3]] } else { &[&[1], &[3], &[2, 3]] };
        for threads in threads {
            let resumed = assert_resumable(&system, threads, name, &[50, 200, 300]);
            assert!(resumed >= 2, "{name}: {resumed}");
        }
    }
}

#[test]
fn violations_and_witnesses_are_found_after_it() {
    let source = |least: u32| {
        format!(
            "system counters var x: [0..=20; 3] init x = [0; 3]
             transition up(i: 0..=2) when x[$i] < 20 x := x[$i := x[$i] + 1]
             terminal holds true
             invariant low holds x[0] + x[1] + x[2] < {least} claim true
             reachable early holds x[1] == 2 claim true
             reachable late holds x[0] == 5 && x[1] == 5 && x[2] == 5 claim true"
        )
    };
    for least in [17, 1000] {
        let system = system(&source(least));
        for threads in [[1, 1], [2, 2], [1, 2]] {
            assert!(assert_resumable(&system, &threads, "counters", &[10, 100, 400]) >= 2);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, max_shrink_iters: 500, ..ProptestConfig::default() })]

    #[test]
    fn on_generated_systems(choices in choices(), threads in prop::collection::vec(1..=3usize, 1..4)) {
        assert_resumable(&generate(&choices), &threads, "generated", &[3, 20]);
    }
}

#[test]
fn a_file_that_does_not_fit_is_refused_with_the_reason() {
    let file = Scratch::new("refused");
    let limits = Limits { max_states: Some(100), ..Limits::default() };
    let save = || check_with(&philosophers(7, true), Goal::All, &limits, &options(Some(&file.0), 2));
    let refused = |system: &TransitionSystem, threads: usize, expected: &str| {
        let outcome = check_with(system, Goal::All, &Limits::default(), &options(Some(&file.0), threads));
        let Verdict::Unknown(Unknown::Incapable(why)) = outcome.verdict else {
            panic!("{:?}", outcome.verdict)
        };
        assert!(why.contains(expected), "{why}");
        assert!(file.0.exists(), "nothing that was saved is lost");
    };
    save();
    refused(&philosophers(8, true), 2, "another check");
    let whole = std::fs::read(&file.0).unwrap();
    // Every kind of damage: cut off anywhere, or one bit.
    for cut in [0, 10, 21, 100, whole.len() / 2, whole.len() - 1] {
        std::fs::write(&file.0, &whole[..cut]).unwrap();
        refused(&philosophers(7, true), 2, "");
    }
    for at in (0..whole.len()).step_by(whole.len() / 60) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x40;
        std::fs::write(&file.0, &damaged).unwrap();
        refused(&philosophers(7, true), 2, "");
    }
    std::fs::write(&file.0, "# A chapter\n").unwrap();
    refused(&philosophers(7, true), 2, "not a checkpoint");
}

#[test]
fn a_file_that_cannot_be_written_ends_the_search() {
    let nowhere = std::env::temp_dir().join("musilc-no-such-directory").join("file");
    let outcome =
        check_with(&philosophers(5, true), Goal::All, &Limits::default(), &options(Some(&nowhere), 1));
    let Verdict::Unknown(Unknown::Incapable(why)) = outcome.verdict else { panic!("{:?}", outcome.verdict) };
    assert!(why.contains("cannot be written"), "{why}");
}
