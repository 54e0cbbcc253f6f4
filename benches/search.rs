//! Whole searches, to the end.

mod models;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use musilc_ir::{Goal, Limits, TransitionSystem, Verdict};

fn search(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("search");
    group.sample_size(10);
    let systems: [(&str, TransitionSystem); 4] = [
        ("philosophers 10", models::philosophers(10)),
        ("philosophers 13", models::philosophers(13)),
        ("bakery 3", models::bakery(3, 12)),
        ("channel 6", models::channel(6)),
    ];
    for (name, system) in systems {
        let outcome = musilc_explicit::check(&system, Goal::All, &Limits::default());
        assert!(matches!(outcome.verdict, Verdict::Proved(_)), "{name}: {:?}", outcome.verdict);
        group.throughput(Throughput::Elements(outcome.statistics.transitions.unwrap_or(0)));
        group.bench_function(BenchmarkId::new("explicit", name), |bencher| {
            bencher.iter(|| musilc_explicit::check(&system, Goal::All, &Limits::default()).statistics.states);
        });
    }
    let small = models::philosophers(6);
    let outcome = musilc_explicit::check(&small, Goal::All, &Limits::default());
    group.throughput(Throughput::Elements(outcome.statistics.transitions.unwrap_or(0)));
    group.bench_function(BenchmarkId::new("reference", "philosophers 6"), |bencher| {
        bencher.iter(|| {
            musilc_ir::search::check(&small, Goal::All, &Limits::default()).map(|o| o.statistics.states)
        });
    });
    group.finish();
}

criterion_group!(benches, search);
criterion_main!(benches);
