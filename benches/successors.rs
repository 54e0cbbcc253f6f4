//! Steps from packed states, by machine code and by the interpreter of register code: how many per second, against the reference
//! evaluator; and how long it takes to make machine code.

mod models;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use musilc_explicit::internals::Engine;
use musilc_ir::{Goal, State, TransitionSystem};

/// The first states of a system, packed, as many as wanted.
fn some_states(engine: &Engine, most: usize) -> Vec<u64> {
    let width = engine.layout().words();
    let mut states = engine.initial();
    let mut seen: std::collections::HashSet<Vec<u64>> = states.chunks(width).map(<[u64]>::to_vec).collect();
    let mut at = 0;
    while at < states.len() && seen.len() < most {
        let (_, next) = engine.successors(&states[at..at + width]);
        for state in next.chunks(width) {
            if seen.insert(state.to_vec()) {
                states.extend_from_slice(state);
            }
        }
        at += width;
    }
    states
}

fn successors(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("successors");
    let systems: [(&str, TransitionSystem); 4] = [
        ("philosophers 12", models::philosophers(12)),
        ("philosophers 40, two words", models::philosophers(40)),
        ("bakery 4", models::bakery(4, 12)),
        ("channel 6", models::channel(6)),
    ];
    for (name, system) in systems {
        let engine = Engine::new(&system).expect("the models are well formed");
        let states = some_states(&engine, 2000);
        let (steps, _) = engine.successors(&states);
        group.throughput(Throughput::Elements(steps));
        group.bench_function(BenchmarkId::new("interpreted", name), |bencher| {
            bencher.iter(|| engine.successors(&states).0);
        });
        // There is none on some machines.
        if let Ok(native) = engine.native(&system, Goal::All) {
            group.bench_function(BenchmarkId::new("native", name), |bencher| {
                bencher.iter(|| native.count(&states));
            });
            group.throughput(Throughput::Elements(native.instructions() as u64));
            group.bench_function(BenchmarkId::new("compiling", name), |bencher| {
                bencher.iter(|| engine.native(&system, Goal::All).is_ok());
            });
        }
        let few: Vec<State> = states
            .chunks(engine.layout().words())
            .take(20)
            .filter_map(|words| engine.unpack(words))
            .collect();
        let count = |state| system.successors(state).map_or(0, |successors| successors.len());
        group.throughput(Throughput::Elements(few.iter().map(count).sum::<usize>() as u64));
        group.bench_function(BenchmarkId::new("reference", name), |bencher| {
            bencher.iter(|| few.iter().map(count).sum::<usize>());
        });
    }
    group.finish();
}

criterion_group!(benches, successors);
criterion_main!(benches);
