//! What a temporal property costs: the same states without one, with one under weak fairness, and with one that needs strong fairness.
#![allow(clippy::print_stdout, reason = "figures for a table")]

mod models;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use musilc_ir::{Goal, Limits, TransitionSystem, Verdict};
use std::time::Instant;

/// Whoever holds the first fork eats some time.
const SERVED: &str = "leads_to { condition fork[0] == 1 condition fork[0] == 1 && fork[1] == 2 }";

fn proves(system: &TransitionSystem) -> musilc_ir::Outcome {
    let outcome = musilc_explicit::check(system, Goal::All, &Limits::default());
    assert!(matches!(outcome.verdict, Verdict::Proved(_)), "{:?}", outcome.verdict);
    outcome
}

/// One line of figures for a table: they are ratios within one run.
fn figures(n: u32) {
    let systems = [
        models::ordered_philosophers(n, "", None),
        models::ordered_philosophers(n, "weak", Some(&models::progress(n))),
        models::ordered_philosophers(n, "strong", Some(SERVED)),
    ];
    let names = ["no property", "progress, weak fairness", "no starvation, strong fairness"];
    let mut without = None;
    for (name, system) in names.into_iter().zip(systems) {
        let mut best = f64::INFINITY;
        let mut outcome = proves(&system);
        for _ in 0..5 {
            let begun = Instant::now();
            outcome = proves(&system);
            best = best.min(begun.elapsed().as_secs_f64());
        }
        let states = outcome.statistics.states.unwrap_or(0) as f64;
        let bytes = outcome.statistics.memory.unwrap_or(0) as f64 / states;
        let nodes = outcome.statistics.product_states.unwrap_or(0);
        let ratio = best / *without.get_or_insert(best);
        println!(
            "philosophers {n}, {name}: {states} states, {nodes} product nodes, {:.2} M states/s, {bytes:.0} bytes/state, {ratio:.2} times the time",
            states / best / 1e6
        );
    }
}

fn liveness(criterion: &mut Criterion) {
    for n in [10, 11, 12] {
        figures(n);
    }
    let mut group = criterion.benchmark_group("liveness");
    group.sample_size(10);
    let systems = [
        ("philosophers 10, no property", models::ordered_philosophers(10, "", None)),
        ("philosophers 10, progress", models::ordered_philosophers(10, "weak", Some(&models::progress(10)))),
        ("philosophers 10, no starvation", models::ordered_philosophers(10, "strong", Some(SERVED))),
        ("forty fair actions", models::forty_fair_actions()),
    ];
    for (name, system) in systems {
        let states = proves(&system).statistics.states.unwrap_or(0);
        group.throughput(Throughput::Elements(states));
        group.bench_function(BenchmarkId::new("explicit", name), |bencher| {
            bencher.iter(|| proves(&system).statistics.states);
        });
    }
    group.finish();
}

criterion_group!(benches, liveness);
criterion_main!(benches);
