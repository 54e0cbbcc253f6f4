//! Growing in place.
//!
//! Scaling hashes keeps their order, so states only move towards the end, but for those that had found their bucket full. Going from
//! the end to the beginning, what has been passed is free to be filled anew.

use super::probe::Probe;
use super::simd::{Lanes, by_processor};
use super::{Bucket, SPARE, Tag};
use crate::memory::Full;
use rayon::ThreadPool;
use rayon::prelude::*;

/// With fewer buckets, sharing the work takes longer than doing it.
const FEW: usize = 1 << 13;

by_processor! {
    /// Moves the states of a table of `old` buckets to where they belong in a larger one, of which `homes` are mapped to.
    pub(super) fn spread[W](buckets: &mut [Bucket], old: usize, homes: usize, tag: Tag) -> Result<(), Full> = spread_with;
}

by_processor! {
    /// Moves the states of some buckets to those of `to`, the first of which has the number `first`, and which are no others than those that these
    /// states belong to; gives those that do not belong there, or find no place.
    fn pour[W](from: &mut [Bucket], to: &mut [Bucket], first: usize, homes: usize, tag: Tag) -> Vec<u64> = pour_with;
}

/// As [`spread`], with several threads. `old` is the number of buckets that states were mapped to, without the spare ones.
///
/// A part at the end, so short that what is in it belongs behind it, is poured there in as many shares as there are threads; then the part before
/// it, and so on. What crosses the borders of a share is put aside until the part is done.
pub(super) fn spread_together<const W: usize>(
    buckets: &mut [Bucket],
    old: usize,
    homes: usize,
    tag: Tag,
    pool: &ThreadPool,
) -> Result<(), Full> {
    let probe = Probe { homes, tag, depth: 0 };
    let scaled = |at: usize| (at as u128 * homes as u128 / old.max(1) as u128) as usize;
    let shares = pool.current_num_threads();
    // What has found the last buckets full.
    let mut aside = pour::<W>(&mut buckets[old..old + SPARE], &mut [], 0, homes, tag);
    let mut end = old;
    while end > FEW {
        // Bucket `begin` belongs at `end` or behind it.
        let begin = (end as u128 * old as u128).div_ceil(homes as u128) as usize;
        if begin >= end {
            break;
        }
        let (from, to) = buckets.split_at_mut(end);
        let (mut from, mut to, mut filled) = (&mut from[begin..], to, end);
        let mut work = Vec::with_capacity(shares);
        for share in 1..=shares {
            let border = begin + (end - begin) * share / shares;
            let (mine, others) = from.split_at_mut(from.len() - (end - border));
            from = others;
            let upto = if share == shares { scaled(end).min(homes) } else { scaled(border) }.max(filled);
            let (target, rest) = to.split_at_mut(upto - filled);
            to = rest;
            work.push((mine, target, filled));
            filled = upto;
        }
        let poured: Vec<Vec<u64>> = pool.install(|| {
            work.into_par_iter()
                .with_max_len(1)
                .map(|(from, to, first)| pour::<W>(from, to, first, homes, tag))
                .collect()
        });
        aside.extend(poured.into_iter().flatten());
        // Some wait until the place that they belong to has been emptied.
        let mut left = Vec::new();
        for slot in aside.as_chunks::<W>().0 {
            let home = probe.home_of(slot);
            if home < begin {
                left.extend_from_slice(slot);
            } else if !probe.place::<super::simd::Portable, W>(buckets, slot, home) {
                return Err(Full);
            }
        }
        aside = left;
        end = begin;
    }
    spread::<W>(buckets, end, homes, tag)?;
    let all_placed = aside
        .as_chunks::<W>()
        .0
        .iter()
        .all(|slot| probe.place::<super::simd::Portable, W>(buckets, slot, probe.home_of(slot)));
    if all_placed { Ok(()) } else { Err(Full) }
}

#[inline(always)]
fn pour_with<L: Lanes, const W: usize>(
    from: &mut [Bucket],
    to: &mut [Bucket],
    first: usize,
    homes: usize,
    tag: Tag,
) -> Vec<u64> {
    let lanes = 8 / W;
    let probe = Probe { homes, tag, depth: 0 };
    let mut aside = Vec::new();
    for bucket in from {
        let bucket = std::mem::take(bucket);
        let taken = probe.taken::<L, W>(L::load(&bucket)).trailing_ones() as usize;
        for lane in 0..taken.min(lanes) {
            let slot: [u64; W] = std::array::from_fn(|word| bucket[word * lanes + lane]);
            let home = probe.home_of(&slot);
            let there = home.checked_sub(first).is_some_and(|at| at < to.len());
            if !there || !probe.place::<L, W>(to, &slot, home - first) {
                aside.extend_from_slice(&slot);
            }
        }
    }
    aside
}

#[inline(always)]
fn spread_with<L: Lanes, const W: usize>(
    buckets: &mut [Bucket],
    old: usize,
    homes: usize,
    tag: Tag,
) -> Result<(), Full> {
    let lanes = 8 / W;
    let probe = Probe { homes, tag, depth: 0 };
    // States that belong before the bucket that they were found in.
    let mut waiting: Vec<([u64; W], usize)> = Vec::new();
    let mut complete = true;
    for at in (0..old).rev() {
        let bucket = std::mem::take(&mut buckets[at]);
        let taken = probe.taken::<L, W>(L::load(&bucket)).trailing_ones() as usize;
        for lane in 0..taken.min(lanes) {
            let slot: [u64; W] = std::array::from_fn(|word| bucket[word * lanes + lane]);
            let home = probe.home_of(&slot);
            if home >= at {
                complete &= probe.place::<L, W>(buckets, &slot, home);
            } else {
                waiting.push((slot, home));
            }
        }
        if !waiting.is_empty() {
            waiting.retain(|(slot, home)| {
                let ready = *home >= at;
                if ready {
                    complete &= probe.place::<L, W>(buckets, slot, *home);
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
    use crate::memory::Memory;
    use crate::store::{Entry, Share, Store, hash};
    use crate::table::Table;
    use std::ops::ControlFlow;

    /// A table grows by the same states to the same contents, whoever does it.
    fn keeps_all<const W: usize>(homes: usize, factor: f64, threads: usize) {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let memory = Memory::new(None);
        let mut table = Table::<W>::new(Tag::new(50).unwrap(), None, &memory).unwrap();
        table.resize(homes, None, &memory).unwrap();
        let count = homes as u64 * (8 / W) as u64 * 7 / 8;
        let states: Vec<[u64; W]> = (0..count).map(|at| [hash(&[at]) >> 14; W]).collect();
        let keys: Vec<u64> = states.iter().map(|state| hash(state)).collect();
        table.room = u64::MAX;
        let batch = Entry { states: states.as_flattened(), keys: &keys, ahead: &[] };
        table.enter(&mut crate::level::Hand::default(), batch, &memory).unwrap();
        let (before, homes) = (table.len(), table.homes);
        table.resize((homes as f64 * factor) as usize, Some(&pool), &memory).unwrap();
        assert!(states.iter().zip(&keys).all(|(state, &key)| table.contains(state, key)));
        let mut found = 0;
        let _ = table.scan(0, Share::WHOLE, &mut |states| {
            found += (states.len() / W) as u64;
            ControlFlow::Continue(())
        });
        assert_eq!(found, before);
    }

    #[test]
    fn no_state_is_lost_where_threads_grow_it() {
        for threads in [1, 2, 5] {
            for factor in [1.1, 1.25, 1.5, 2.0, 3.3] {
                keeps_all::<1>(2 * FEW + 777, factor, threads);
                keeps_all::<2>(3 * FEW, factor, threads);
                keeps_all::<1>(100, factor, threads);
            }
        }
    }
}
