//! How long bounded checks take, Z3 included: deadlock, an invariant and the end of all runs, each where steps commute a lot; and a
//! lock, where they do not.
//!
//! `written out` is the usual encoding, `either order` does without the canonical order of steps that commute, and `parameters` leaves
//! the choice of the instance's parameters to the solver.

#[expect(dead_code, reason = "tests use more of it")]
#[path = "../symbolic/tests/agreement/builder.rs"]
mod builder;
#[path = "../symbolic/tests/agreement/models.rs"]
mod models;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use musilc_ir::{Goal, Limits, Proof, TransitionSystem, Verdict, ViolationKind};
use musilc_symbolic::{Options, check};
use std::time::Duration;

/// A system, the bound, and whether a verdict is the right one.
type Case = (&'static str, TransitionSystem, u32, fn(&Verdict) -> bool);

fn cases() -> Vec<Case> {
    let deadlock: fn(&Verdict) -> bool =
        |v| matches!(v, Verdict::Violated(v) if v.kind == ViolationKind::Deadlock && v.depth() == 6);
    let violated: fn(&Verdict) -> bool = |v| matches!(v, Verdict::Violated(v) if v.depth() == 10);
    vec![
        ("philosophers 6", models::philosophers(6), 8, deadlock),
        ("counters 4", models::counters(4, 6, 9), 12, violated),
        ("two-phase commit 4", models::two_phase_commit(4), 12, |v| {
            *v == Verdict::Proved(Proof::AllRunsEnd { longest: 9 })
        }),
        ("peterson", models::peterson(), 40, |v| *v == Verdict::HoldsToDepth { depth: 40 }),
    ]
}

fn unroll(c: &mut Criterion) {
    let mut group = c.benchmark_group("unroll");
    group.sample_size(10).measurement_time(Duration::from_secs(5));
    for (name, system, depth, expected) in cases() {
        let usual = Options { depth, ..Options::default() };
        let variants = [
            ("written out", usual.clone()),
            ("either order", Options { reduce: false, ..usual.clone() }),
            ("parameters", Options { max_instances: 0, ..usual }),
        ];
        for (variant, options) in variants {
            group.bench_with_input(BenchmarkId::new(variant, name), &system, |b, system| {
                b.iter(|| {
                    let outcome = check(system, Goal::All, &Limits::default(), &options);
                    assert!(expected(&outcome.verdict), "{:?}", outcome.verdict);
                    outcome
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, unroll);
criterion_main!(benches);
