//! How long the symbolic engine takes on families of models, each at a moderate size: to the shortest violation, to any, to a bound of the
//! correct variant, and to a proof.

#![allow(clippy::expect_used, reason = "a bench fails by panicking")]
#[expect(dead_code, reason = "the table uses more of it")]
mod measured;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use measured::{Answer, FAMILIES, Task};
use std::time::Duration;

fn symbolic(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("symbolic");
    group.sample_size(10).measurement_time(Duration::from_secs(5));
    let tasks =
        [("shortest", Task::Shortest), ("any", Task::Any), ("bound", Task::Bound), ("proof", Task::Proof)];
    for family in FAMILIES {
        let instance = family.at(family.sizes[family.moderate]);
        for (name, task) in tasks {
            let options = task.options(&instance);
            let id = BenchmarkId::new(name, format!("{}, {}", instance.family, instance.size));
            group.bench_with_input(id, &instance, |bencher, instance| {
                bencher.iter(|| {
                    let run = task.run(instance, &options, None);
                    assert_ne!(run.answer, Answer::Stopped);
                    run
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, symbolic);
criterion_main!(benches);
