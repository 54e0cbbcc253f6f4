//! The set of seen states: insertion and lookup, one by one and batched, against the standard library's hash set.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use musilc_explicit::internals::{BucketSet, StateSet};
use std::collections::HashSet;
use std::hint::black_box;

/// Packed states as searches have them: fields of two bits that count, most of the word unused.
fn states(count: u64, words: usize) -> Vec<u64> {
    let mut out = Vec::new();
    for number in 0..count {
        for word in 0..words as u64 {
            // Spreads the bits of the number over the even positions.
            let spread = (0..24).fold(0, |spread, bit| spread | (number >> bit & 1) << (2 * bit));
            out.push(spread.rotate_left(7 * word as u32) ^ word);
        }
    }
    out
}

/// An order that jumps about.
fn shuffled(states: &[u64], words: usize) -> Vec<u64> {
    let count = states.len() / words;
    let order = (0..count).map(|i| i.wrapping_mul(0x9e37_79b1) % count);
    order.flat_map(|at| states[at * words..(at + 1) * words].iter().copied()).collect()
}

fn run<const W: usize>(criterion: &mut Criterion, words: usize) {
    let mut group = criterion.benchmark_group(format!("seen, {words} words"));
    group.sample_size(20);
    for count in [10_000u64, 1_000_000] {
        let states = states(count, words);
        group.throughput(Throughput::Elements(count));
        group.bench_function(BenchmarkId::new("insert", count), |bencher| {
            bencher.iter(|| {
                let mut set = StateSet::<W>::new(words);
                states.chunks_exact(words).filter(|state| set.insert(state)).count()
            });
        });
        group.bench_function(BenchmarkId::new("insert, standard library", count), |bencher| {
            bencher.iter(|| {
                let mut set: HashSet<Box<[u64]>> = HashSet::new();
                states.chunks_exact(words).filter(|state| set.insert((*state).into())).count()
            });
        });
        let mut set = StateSet::<W>::new(words);
        states.chunks_exact(words).for_each(|state| {
            set.insert(state);
        });
        let order = shuffled(&states, words);
        group.bench_function(BenchmarkId::new("find, one by one", count), |bencher| {
            bencher.iter(|| order.chunks_exact(words).filter(|state| set.contains(black_box(state))).count());
        });
        group.bench_function(BenchmarkId::new("find, in batches of 128", count), |bencher| {
            bencher.iter(|| order.chunks(words * 128).map(|batch| set.count(batch, words)).sum::<usize>());
        });
    }
    group.finish();
}

/// The set of searches: entering states that are new, and states that are not.
fn buckets<const W: usize>(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group(format!("buckets, {W} words"));
    group.sample_size(10);
    for count in [10_000u64, 1_000_000, 8_000_000] {
        let states = states(count, W);
        let order = shuffled(&states, W);
        group.throughput(Throughput::Elements(count));
        let new = || BucketSet::<W>::new(60).expect("there is a bit to spare");
        group.bench_function(BenchmarkId::new("enter new ones", count), |bencher| {
            bencher.iter(|| {
                let mut set = new();
                set.enter(&order);
                set.len()
            });
        });
        let mut set = new();
        set.enter(&states);
        group.bench_function(BenchmarkId::new("enter old ones", count), |bencher| {
            bencher.iter(|| set.enter(&order));
        });
    }
    group.finish();
}

fn seen(criterion: &mut Criterion) {
    buckets::<1>(criterion);
    buckets::<2>(criterion);
    run::<1>(criterion, 1);
    run::<2>(criterion, 2);
    run::<0>(criterion, 4);
}

criterion_group!(benches, seen);
criterion_main!(benches);
