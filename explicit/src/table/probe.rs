//! Looking states up and entering them, many at a time.

use super::simd::simd_translations;
use super::{Bucket, Tag};
use crate::store::hash;

/// The bucket that a state belongs to: its hash, scaled to their number (Lemire, *Fast Random Integer Generation in an Interval*, 2019).
#[inline(always)]
pub(super) fn home(key: u64, homes: usize) -> usize {
    ((u128::from(key) * homes as u128) >> 64) as usize
}

/// How to enter states.
#[derive(Clone, Copy)]
pub(super) struct Probe {
    pub(super) homes: usize,
    pub(super) tag: Tag,
    /// The tag of the states that are entered.
    pub(super) depth: u64,
}

simd_translations! {
    /// Enters those of the states that are not there and writes them to `fresh` too. How many have been dealt with (all, unless the last
    /// bucket is full), and how many of them are new.
    pub(super) fn enter[W](
        probe: Probe,
        buckets: &mut [Bucket],
        states: &[u64],
        keys: &[u64],
        fresh: &mut [u64],
    ) -> (usize, usize) = enter_plain;
}

#[inline(always)]
fn enter_plain<const W: usize>(
    probe: Probe,
    buckets: &mut [Bucket],
    states: &[u64],
    keys: &[u64],
    fresh: &mut [u64],
) -> (usize, usize) {
    let lanes = 8 / W;
    let all = (1u32 << lanes) - 1;
    let mut new = 0;
    for (done, (state, &key)) in states.chunks_exact(W).zip(keys).enumerate() {
        let mut at = home(key, probe.homes);
        loop {
            let Some(bucket) = buckets.get_mut(at) else { return (done, new) };
            let (hits, taken) = (probe.hits::<W>(bucket, state), probe.taken::<W>(bucket));
            if hits == 0 && taken == all {
                at += 1;
                continue;
            }
            // Without a branch that could be guessed wrong: an old state is written over itself, and its copy will be overwritten.
            let absent = hits == 0;
            let lane = if absent { taken.trailing_ones() } else { hits.trailing_zeros() } as usize & (lanes - 1);
            for (word, &bits) in state.iter().enumerate() {
                let slot = &mut bucket[word * lanes + lane];
                let tag = if word == probe.tag.word { probe.depth } else { 0 };
                *slot = if absent { bits | tag } else { *slot };
                fresh[new * W + word] = bits;
            }
            new += usize::from(absent);
            break;
        }
    }
    (keys.len(), new)
}

impl Probe {
    /// Whether the state is there.
    pub(super) fn contains<const W: usize>(self, buckets: &[Bucket], state: &[u64], key: u64) -> bool {
        let all = (1u32 << (8 / W)) - 1;
        for bucket in &buckets[home(key, self.homes)..] {
            if self.hits::<W>(bucket, state) != 0 {
                return true;
            }
            if self.taken::<W>(bucket) != all {
                return false;
            }
        }
        false
    }

    /// Which lanes hold the state.
    #[inline(always)]
    fn hits<const W: usize>(self, bucket: &Bucket, state: &[u64]) -> u32 {
        let lanes = 8 / W;
        let mut hits = (1u32 << lanes) - 1;
        for word in 0..W {
            let (mask, wanted) = match word == self.tag.word {
                true => (self.tag.mask() | self.tag.taken(), state[word] | self.tag.taken()),
                false => (u64::MAX, state[word]),
            };
            let mut equal = 0;
            for lane in 0..lanes {
                equal |= u32::from(bucket[word * lanes + lane] & mask == wanted) << lane;
            }
            hits &= equal;
        }
        hits
    }

    /// Which lanes hold any state: the first ones.
    #[inline(always)]
    pub(super) fn taken<const W: usize>(self, bucket: &Bucket) -> u32 {
        let lanes = 8 / W;
        let mut taken = 0;
        for lane in 0..lanes {
            taken |= u32::from(bucket[self.tag.word * lanes + lane] & self.tag.taken() != 0) << lane;
        }
        taken
    }

    /// Enters a state that is not there; whether there was a place.
    #[inline(always)]
    pub(super) fn place<const W: usize>(self, buckets: &mut [Bucket], slot: &[u64; W], home: usize) -> bool {
        let lanes = 8 / W;
        for bucket in &mut buckets[home..] {
            let lane = self.taken::<W>(bucket).trailing_ones() as usize;
            if lane < lanes {
                for (word, &bits) in slot.iter().enumerate() {
                    bucket[word * lanes + lane] = bits;
                }
                return true;
            }
        }
        false
    }

    /// Where a slot's state belongs.
    #[inline(always)]
    pub(super) fn home_of<const W: usize>(self, slot: &[u64; W]) -> usize {
        let mut state = *slot;
        state[self.tag.word] &= self.tag.mask();
        home(hash(&state), self.homes)
    }
}
