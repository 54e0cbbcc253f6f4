//! Deadlines, interrupts and memory.

use crate::builder::{Action, Builder, int};
use crate::models;
use musilc_ir::{Goal, Interrupt, Limits, TransitionSystem, Unknown, Verdict};
use musilc_symbolic::{Method, Mode, Options, Procedure, check};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Whether a number of 60 bits is a product of two of 30: far beyond any solver's patience.
fn factoring() -> TransitionSystem {
    let mut b = Builder::new("factoring");
    const SIDE: u32 = 1 << 30;
    b.init_params(&[SIDE, SIDE]);
    let (p, q) = (b.cx.param(0, SIDE), b.cx.param(1, SIDE));
    let most = i64::from(SIDE) - 1;
    let x = b.var("x", int(0, most), p);
    let y = b.var("y", int(0, most), q);
    let (x, y) = (b.cx.var(x), b.cx.var(y));
    let product = b.cx.mul(x, y);
    // Both are prime, and neither is near a power of two, where a solver begins to look.
    let number = b.cx.int(768_614_351 * 902_347_211);
    let equal = b.cx.eq(product, number);
    let one = b.cx.int(1);
    let (trivial_x, trivial_y) = (b.cx.le(x, one), b.cx.le(y, one));
    let differs = b.cx.not(equal);
    let holds = b.cx.or([differs, trivial_x, trivial_y]);
    b.invariant(holds);
    b.action("stay", Action::default());
    b.finish()
}

const SOON: Duration = Duration::from_millis(1500);

#[test]
fn a_deadline_stops_the_solver() {
    for (procedure, most_cases) in
        [(Procedure::Z3, 16), (Procedure::Sat, 16), (Procedure::Sat, 1), (Procedure::Z3, 4)]
    {
        let started = Instant::now();
        let limits = Limits { deadline: Some(started + Duration::from_millis(300)), ..Limits::default() };
        let options = Options { procedure, most_cases, ..Options::default() };
        let outcome = check(&factoring(), Goal::All, &limits, &options);
        assert_eq!(outcome.verdict, Verdict::Unknown(Unknown::Timeout));
        assert_eq!(outcome.decided_depth, None);
        assert!(started.elapsed() < Duration::from_millis(300) + SOON, "{:?}", started.elapsed());
    }
}

#[test]
fn an_interrupt_stops_the_solver() {
    let interrupt = Interrupt::default();
    let limits = Limits { interrupt: interrupt.clone(), ..Limits::default() };
    let raiser = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(400));
        interrupt.raise();
        Instant::now()
    });
    let outcome = check(&factoring(), Goal::All, &limits, &Options::default());
    let raised = raiser.join().unwrap();
    assert_eq!(outcome.verdict, Verdict::Unknown(Unknown::Interrupted));
    assert!(raised.elapsed() < SOON, "{:?}", raised.elapsed());
    assert_eq!(outcome.statistics.queries, Some(1));
}

#[test]
fn an_interrupt_before_the_start_counts() {
    let limits = Limits::default();
    limits.interrupt.raise();
    let outcome = check(&models::philosophers(3), Goal::All, &limits, &Options::default());
    assert_eq!(outcome.verdict, Verdict::Unknown(Unknown::Interrupted));
    assert_eq!(outcome.decided_depth, None);
}

#[test]
fn what_was_decided_before_a_deadline_is_told() {
    // Each depth is harder than the one before; none is hopeless.
    let limits = Limits { deadline: Some(Instant::now() + Duration::from_millis(1500)), ..Limits::default() };
    let options = Options { depth: 1000, ..Options::default() };
    let outcome = check(&models::counters(8, 40, 300), Goal::All, &limits, &options);
    assert_eq!(outcome.verdict, Verdict::Unknown(Unknown::Timeout));
    assert!(outcome.decided_depth.is_some_and(|depth| depth > 1), "{:?}", outcome.decided_depth);
}

#[test]
fn too_little_memory_is_told() {
    let limits = Limits { max_memory: Some(1 << 20), ..Limits::default() };
    let outcome = check(&models::two_phase_commit(5), Goal::All, &limits, &Options::default());
    assert_eq!(outcome.verdict, Verdict::Unknown(Unknown::MemoryLimit(1 << 20)));
    let limits = Limits { max_memory: Some(4 << 30), ..Limits::default() };
    let outcome = check(&models::two_phase_commit(2), Goal::All, &limits, &Options::default());
    assert!(matches!(outcome.verdict, Verdict::Proved(_)), "{:?}", outcome.verdict);
    assert!(outcome.statistics.memory.is_some_and(|bytes| bytes > 0));
}

#[test]
fn the_observer_sees_each_depth() {
    let depths = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&depths);
    let observer = Arc::new(move |progress: &musilc_ir::Progress| seen.lock().unwrap().push(progress.depth));
    let limits = Limits { observer: Some(observer), ..Limits::default() };
    let _ = check(&models::philosophers(3), Goal::All, &limits, &Options::default());
    assert_eq!(*depths.lock().unwrap(), [0, 1, 2, 3]);
}

/// Every way to search, on what is too hard for all of them.
fn every_way() -> Vec<Options> {
    let proofs = [Method::Any, Method::Induction, Method::Invariant].into_iter().flat_map(|method| {
        [Procedure::Sat, Procedure::Z3].map(|proof_procedure| Options {
            prove: Some(method),
            proof_procedure,
            parallel: proof_procedure == Procedure::Sat,
            depth: 1000,
            ..Options::default()
        })
    });
    let deep = [Procedure::Sat, Procedure::Z3].map(|procedure| Options {
        mode: Mode::Deep,
        procedure,
        depth: 1000,
        ..Options::default()
    });
    proofs.chain(deep).collect()
}

#[test]
fn every_way_to_search_is_stopped() {
    for options in every_way() {
        for system in [factoring(), models::counters(8, 40, 300)] {
            let interrupt = Interrupt::default();
            let limits = Limits { interrupt: interrupt.clone(), ..Limits::default() };
            let raiser = std::thread::spawn(move || {
                std::thread::sleep(Duration::from_millis(150));
                interrupt.raise();
                Instant::now()
            });
            let outcome = check(&system, Goal::All, &limits, &options);
            let raised = raiser.join().unwrap();
            let stopped = outcome.verdict == Verdict::Unknown(Unknown::Interrupted);
            // Some get to the end before.
            let decisive = matches!(outcome.verdict, Verdict::Violated(_) | Verdict::Proved(_));
            let gave_up = matches!(&outcome.verdict, Verdict::Unknown(Unknown::Incapable(why)) if why.contains("no induction"));
            assert!(stopped || decisive || gave_up, "{options:?}: {:?}", outcome.verdict);
            assert!(raised.elapsed() < SOON, "{options:?}: {:?}", raised.elapsed());
        }
    }
}

#[test]
fn too_little_memory_stops_proofs_and_deep_searches() {
    for options in every_way() {
        let limits = Limits { max_memory: Some(1 << 17), ..Limits::default() };
        let outcome = check(&models::counters(8, 40, 300), Goal::All, &limits, &options);
        let stopped = outcome.verdict == Verdict::Unknown(Unknown::MemoryLimit(1 << 17));
        assert!(stopped, "{options:?}: {:?}", outcome.verdict);
    }
}
