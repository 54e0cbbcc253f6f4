//! Packing and unpacking states through `bitvec`, and reading the same cells by shift and mask as compiled code does.
//!
//! The first is used at the edges of the explicit engine (initial states, traces), the second in its hot loop; this is why.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use musilc_explicit::Layout;
use musilc_ir::{State, Type, Value, Variable};
use std::hint::black_box;

/// An array of counters and one of flags.
fn variables(n: u32) -> Vec<Variable> {
    let counter = Type::Int { lo: 0, hi: 5 };
    let variable = |name: &str, element| Variable { name: name.to_owned(), ty: Type::array(n, element) };
    vec![variable("counter", counter), variable("flag", Type::Bool)]
}

fn state(n: u32, seed: u32) -> State {
    let counters = (0..n).map(|i| Value::Int(i64::from((i * 7 + seed) % 6)));
    let flags = (0..n).map(|i| Value::Bool((i + seed).is_multiple_of(3)));
    State(vec![Value::Array(counters.collect()), Value::Array(flags.collect())])
}

fn packing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("packing");
    for n in [8, 16, 32, 128] {
        let layout = Layout::new(&variables(n)).expect("so few cells fit");
        let states: Vec<State> = (0..64).map(|seed| state(n, seed)).collect();
        let packed: Vec<Vec<u64>> = states.iter().filter_map(|state| layout.pack(state)).collect();
        let cells: Vec<_> = layout.cells().collect();
        let id = |what: &str| BenchmarkId::new(what, format!("{} bits", layout.bits()));
        group.throughput(Throughput::Elements(states.len() as u64));
        group.bench_function(id("pack, bitvec"), |bencher| {
            bencher.iter(|| states.iter().filter_map(|state| layout.pack(black_box(state))).count());
        });
        group.bench_function(id("unpack, bitvec"), |bencher| {
            bencher.iter(|| packed.iter().filter_map(|words| layout.unpack(black_box(words))).count());
        });
        group.bench_function(id("read all cells, shift and mask"), |bencher| {
            bencher.iter(|| {
                let mut sum = 0u64;
                for words in &packed {
                    for cell in &cells {
                        let raw = black_box(words)[cell.word as usize] >> cell.shift;
                        sum = sum.wrapping_add(raw & (u64::MAX >> (64 - cell.width)));
                    }
                }
                sum
            });
        });
    }
    group.finish();
}

criterion_group!(benches, packing);
criterion_main!(benches);
