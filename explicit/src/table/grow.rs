//! Growing in place.
//!
//! Scaling hashes keeps their order, so states only move towards the end, but for those that had found their bucket full. Going from
//! the end to the beginning, what has been passed is free to be filled anew.

use super::shape::Shape;
use super::simd::{Lanes, Portable, by_processor};
use super::{Bucket, SPARE};
use crate::memory::Full;
use rayon::ThreadPool;
use rayon::prelude::*;

/// With fewer buckets, sharing the work takes longer than doing it.
const FEW: usize = 1 << 13;

/// Moves the states of a table, which has the shape `from`, to where they belong in a larger one.
pub(super) fn all<S: Shape>(
    buckets: &mut [Bucket],
    from: S,
    into: S,
    pool: Option<&ThreadPool>,
) -> Result<(), Full> {
    match pool {
        None => spread(buckets, from.homes() + SPARE, from, into),
        Some(pool) => spread_together(buckets, from, into, pool),
    }
}

by_processor! {
    /// Moves the states of the first `old` buckets of a table, which has the shape `from`, to where they belong in a larger one.
    fn spread[S](buckets: &mut [Bucket], old: usize, from: S, into: S) -> Result<(), Full> = spread_with;
}

by_processor! {
    /// Moves the states of some buckets, the first of which has the number `at`, to those of `to`, the first of which has the number `first`, and which
    /// are no others than those that these states belong to; gives those that do not belong there, or find no place.
    fn pour[S](buckets: &mut [Bucket], at: usize, to: &mut [Bucket], first: usize, from: S, into: S) -> Vec<S::Carried> = pour_with;
}

/// As [`spread`], with several threads, of all buckets.
///
/// A part at the end, so short that what is in it belongs behind it, is poured there in as many shares as there are threads; then the part before
/// it, and so on. What crosses the borders of a share is put aside until the part is done.
fn spread_together<S: Shape>(
    buckets: &mut [Bucket],
    from: S,
    into: S,
    pool: &ThreadPool,
) -> Result<(), Full> {
    let (old, homes) = (from.homes(), into.homes());
    let scaled = |at: usize| (at as u128 * homes as u128 / old.max(1) as u128) as usize;
    let shares = pool.current_num_threads();
    // What has found the last buckets full.
    let mut aside = pour::<S>(&mut buckets[old..old + SPARE], old, &mut [], 0, from, into);
    let mut end = old;
    while end > FEW {
        // Bucket `begin` belongs at `end` or behind it.
        let begin = (end as u128 * old as u128).div_ceil(homes as u128) as usize;
        if begin >= end {
            break;
        }
        let (sources, targets) = buckets.split_at_mut(end);
        let (mut sources, mut targets, mut filled) = (&mut sources[begin..], targets, end);
        let mut work = Vec::with_capacity(shares);
        let mut at = begin;
        for share in 1..=shares {
            let border = begin + (end - begin) * share / shares;
            let (mine, others) = sources.split_at_mut(border - at);
            sources = others;
            let upto = if share == shares { scaled(end).min(homes) } else { scaled(border) }.max(filled);
            let (target, rest) = targets.split_at_mut(upto - filled);
            targets = rest;
            work.push((mine, at, target, filled));
            (at, filled) = (border, upto);
        }
        let poured: Vec<Vec<S::Carried>> = pool.install(|| {
            work.into_par_iter()
                .with_max_len(1)
                .map(|(mine, at, target, first)| pour::<S>(mine, at, target, first, from, into))
                .collect()
        });
        aside.extend(poured.into_iter().flatten());
        // Some wait until the place that they belong to has been emptied.
        let mut left = Vec::new();
        for carried in aside {
            let home = into.home_of(carried);
            if home < begin {
                left.push(carried);
            } else if !into.place::<Portable>(buckets, home, carried) {
                return Err(Full);
            }
        }
        aside = left;
        end = begin;
    }
    spread::<S>(buckets, end, from, into)?;
    let all_placed =
        aside.into_iter().all(|carried| into.place::<Portable>(buckets, into.home_of(carried), carried));
    if all_placed { Ok(()) } else { Err(Full) }
}

#[inline(always)]
fn pour_with<L: Lanes, S: Shape>(
    buckets: &mut [Bucket],
    at: usize,
    to: &mut [Bucket],
    first: usize,
    from: S,
    into: S,
) -> Vec<S::Carried> {
    let mut aside = Vec::new();
    for (number, bucket) in buckets.iter_mut().enumerate() {
        let bucket = std::mem::take(bucket);
        let taken = from.taken::<L>(L::load(&bucket)).trailing_ones() as usize;
        for lane in 0..taken.min(S::LANES) {
            let carried = from.lift(&bucket, lane, at + number);
            let home = into.home_of(carried).wrapping_sub(first);
            if home >= to.len() || !into.place::<L>(to, home, carried) {
                aside.push(carried);
            }
        }
    }
    aside
}

#[inline(always)]
fn spread_with<L: Lanes, S: Shape>(buckets: &mut [Bucket], old: usize, from: S, into: S) -> Result<(), Full> {
    // States that belong before the bucket that they were found in.
    let mut waiting: Vec<(S::Carried, usize)> = Vec::new();
    let mut complete = true;
    for at in (0..old).rev() {
        let bucket = std::mem::take(&mut buckets[at]);
        let taken = from.taken::<L>(L::load(&bucket)).trailing_ones() as usize;
        for lane in 0..taken.min(S::LANES) {
            let carried = from.lift(&bucket, lane, at);
            let home = into.home_of(carried);
            if home >= at {
                complete &= into.place::<L>(buckets, home, carried);
            } else {
                waiting.push((carried, home));
            }
        }
        if !waiting.is_empty() {
            waiting.retain(|&(carried, home)| {
                let ready = home >= at;
                if ready {
                    complete &= into.place::<L>(buckets, home, carried);
                }
                !ready
            });
        }
    }
    if complete { Ok(()) } else { Err(Full) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{Keys, mixed};
    use crate::memory::Memory;
    use crate::store::{Entry, Share, Store, hash};
    use crate::table::{Table, Tag};
    use std::collections::HashSet;
    use std::ops::ControlFlow;

    /// A table grows by the same states to the same contents, whoever does it.
    fn keeps_all<const W: usize>(keys: Keys, homes: usize, factor: f64, threads: usize) {
        const BITS: u32 = 36;
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let memory = Memory::new(None);
        let mut table = Table::<W>::new(Tag::new(BITS).unwrap(), keys, None, &memory).unwrap();
        table.resize(homes, None, &memory).unwrap();
        let narrow = table.become_narrow().unwrap();
        assert_eq!(narrow, matches!(table.keys, Keys::Mixed(_)));
        let count = table.soft_room(homes);
        let states: Vec<[u64; W]> = (0..count).map(|at| [hash(&[at]) >> (64 - BITS); W]).collect();
        let keys: Vec<u64> = states.iter().map(|state| table.keys.of(state)).collect();
        table.room = u64::MAX;
        table.entering = 5;
        let batch = Entry { states: states.as_flattened(), keys: &keys, ahead: &[] };
        table.enter(&mut crate::level::Hand::default(), batch, &memory).unwrap();
        let (before, homes) = (table.len(), table.homes);
        table.resize((homes as f64 * factor) as usize, Some(&pool), &memory).unwrap();
        assert!(states.iter().zip(&keys).all(|(state, &key)| table.contains(state, key)));
        let mut found: Vec<[u64; W]> = Vec::new();
        let _ = table.scan(5, Share::WHOLE, &mut |states| {
            found.extend(states.as_chunks::<W>().0);
            ControlFlow::Continue(())
        });
        assert_eq!(found.len() as u64, before);
        let (found, states): (HashSet<_>, HashSet<_>) = (found.iter().collect(), states.iter().collect());
        assert_eq!(found, states);
    }

    #[test]
    fn no_state_is_lost_where_threads_grow_it() {
        for threads in [1, 2, 5] {
            for factor in [1.1, 1.25, 1.5, 2.0, 3.3] {
                keeps_all::<1>(Keys::Hashed, 2 * FEW + 777, factor, threads);
                keeps_all::<2>(Keys::Hashed, 3 * FEW, factor, threads);
                keeps_all::<1>(Keys::Hashed, 100, factor, threads);
                keeps_all::<1>(mixed(36), 2 * FEW, factor, threads);
                keeps_all::<1>(mixed(36), 2 * FEW + 777, factor, threads);
            }
        }
    }

    /// Slots become narrow while there are states of several depths (three, since narrow slots may tell only four apart), some of which have found their bucket full.
    #[test]
    fn no_state_is_lost_where_slots_become_narrow() {
        for homes in [256, 1000, 5000] {
            let memory = Memory::new(None);
            let mut table = Table::<1>::new(Tag::new(32).unwrap(), mixed(32), None, &memory).unwrap();
            table.resize(homes, None, &memory).unwrap();
            let count = table.soft_room(homes);
            let states: Vec<u64> = (0..count).map(|at| hash(&[at]) >> 32).collect();
            let mut keys = Vec::new();
            table.keys.append(&states, 1, &mut keys);
            let depth_of = |number: usize| 1000 + number * 3 / states.len();
            for (number, (state, key)) in states.iter().zip(&keys).enumerate() {
                table.entering = depth_of(number);
                let batch = Entry { states: &[*state], keys: &[*key], ahead: &[] };
                table.enter(&mut crate::level::Hand::default(), batch, &memory).unwrap();
            }
            assert!(table.narrow.is_none());
            let before = table.len();
            assert!(table.become_narrow().unwrap());
            let all = |table: &Table<1>| {
                assert!(states.iter().zip(&keys).all(|(state, &key)| table.contains(&[*state], key)));
                let mut found = 0;
                for depth in 1000..1003 {
                    let mut here = HashSet::new();
                    let _ = table.scan(depth, Share::WHOLE, &mut |states| {
                        here.extend(states.to_vec());
                        ControlFlow::Continue(())
                    });
                    let of_depth = states.iter().enumerate().filter(|&(number, _)| depth_of(number) == depth);
                    assert!(
                        of_depth.map(|(_, state)| state).all(|state| here.contains(state) || before < count)
                    );
                    found += here.len() as u64;
                }
                assert_eq!(found, before);
            };
            all(&table);
            table.resize(homes * 3 / 2, None, &memory).unwrap();
            all(&table);
        }
    }
}
