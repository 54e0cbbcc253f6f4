//! Limits are obeyed, and say what was established.

mod common;

use common::{disagreement, philosophers, system};
use musilc_explicit::{Mutation, check};
use musilc_ir::{Goal, Interrupt, Limits, Unknown, Verdict};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

#[test]
fn the_limit_on_states_is_exact() {
    let system = philosophers(6, true);
    for most in [0, 1, 2, 50, 197, 198, 199] {
        let limits = Limits { max_states: Some(most), ..Limits::default() };
        assert_eq!(disagreement(&system, Goal::All, &limits, Mutation::None), None);
        let outcome = check(&system, Goal::All, &limits);
        assert_eq!(outcome.statistics.states, Some(most.min(198)));
        if most < 198 {
            assert_eq!(outcome.verdict, Verdict::Unknown(Unknown::StateLimit(most)));
        }
    }
}

#[test]
fn the_limit_on_memory_is_obeyed_closely() {
    let system = philosophers(12, true);
    let whole = check(&system, Goal::All, &Limits::default()).statistics.memory.unwrap();
    let mut last = 0;
    for most in [1 << 12, 1 << 16, 1 << 17, 1 << 18, whole / 3] {
        let limits = Limits { max_memory: Some(most), ..Limits::default() };
        let outcome = check(&system, Goal::All, &limits);
        assert_eq!(outcome.verdict, Verdict::Unknown(Unknown::MemoryLimit(most)));
        let states = outcome.statistics.states.unwrap();
        assert!(outcome.statistics.memory.unwrap() <= most.max(1 << 15));
        assert!(states >= last);
        last = states;
        if most >= 1 << 16 {
            // At worst, a doubled table was refused beside the old one.
            assert!(states * 100 > most, "{states} states in {most} bytes");
            assert!(outcome.decided_depth.is_some());
        }
    }
    let limits = Limits { max_memory: Some(whole), ..Limits::default() };
    assert!(matches!(check(&system, Goal::All, &limits).verdict, Verdict::Proved(_)));
}

#[test]
fn a_bound_on_the_depth_is_no_proof() {
    let system = philosophers(5, true);
    for max_depth in 0..7 {
        let limits = Limits { max_depth: Some(max_depth), ..Limits::default() };
        assert_eq!(disagreement(&system, Goal::All, &limits, Mutation::None), None);
        let outcome = check(&system, Goal::All, &limits);
        let holds = Verdict::HoldsToDepth { depth: max_depth };
        assert_eq!(outcome.verdict == holds, max_depth <= 5, "{:?}", outcome.verdict);
    }
}

#[test]
fn no_time_means_no_verdict() {
    for source in [
        "system s var x: bool init x = false transition t when true x := !x terminal holds true",
        // Neither loop has an end worth waiting for.
        "system s var x: 0..=1 init (a: 0..=999999, b: 0..=999999, c: 0..=999999) where ($a + $b + $c) * 2 == 4999 x = 0
         transition t when true terminal holds true",
        "system s var x: 0..=1 init x = 0
         transition t(a: 0..=1999, b: 0..=1999, c: 0..=999) when ($a + $b + $c + x + x) * 2 == 4999 terminal holds true",
        "system s var x: 0..=1 init x = 0
         transition t(a: 0..=1999, b: 0..=1999, c: 0..=999) fail division_by_zero if ($a + $b + $c + x + x) * 2 == 4999
           when false terminal holds true",
    ] {
        let system = system(source);
        let started = Instant::now();
        let limits = Limits { deadline: Some(started), ..Limits::default() };
        let outcome = check(&system, Goal::All, &limits);
        assert_eq!(outcome.verdict, Verdict::Unknown(Unknown::Timeout), "{source}");
        let interrupt = Interrupt::default();
        let limits = Limits { interrupt: interrupt.clone(), ..Limits::default() };
        let raised = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(20));
            interrupt.raise();
        });
        let outcome = check(&system, Goal::All, &limits);
        assert!(matches!(outcome.verdict, Verdict::Unknown(Unknown::Interrupted) | Verdict::Proved(_)), "{source} {:?}", outcome.verdict);
        raised.join().unwrap();
        assert!(started.elapsed() < Duration::from_secs(20), "{source}");
    }
}

#[test]
fn progress_is_told_now_and_then() {
    let calls = Arc::new(AtomicU64::new(0));
    let last = Arc::new(Mutex::new(None));
    let (count, seen) = (calls.clone(), last.clone());
    let limits = Limits {
        observer: Some(Arc::new(move |progress| {
            count.fetch_add(1, Ordering::Relaxed);
            *seen.lock().unwrap() = Some(*progress);
        })),
        ..Limits::default()
    };
    let started = Instant::now();
    let outcome = check(&philosophers(14, true), Goal::All, &limits);
    let most = started.elapsed().as_millis() / 100;
    assert!(u128::from(calls.load(Ordering::Relaxed)) <= most);
    if let Some(progress) = *last.lock().unwrap() {
        let states = outcome.statistics.states.unwrap();
        assert!(progress.states > 0 && progress.states <= states && progress.frontier <= progress.states);
        assert!(progress.depth <= 14 && progress.transitions > 0);
    }
}
