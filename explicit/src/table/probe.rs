//! Looking states up and entering them, many at a time.

use super::simd::{Lanes, Portable, by_processor};
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

by_processor! {
    /// Enters those of the states that are not there and writes them to `fresh` too. How many have been dealt with (all, unless the last
    /// bucket is full), and how many of them are new.
    pub(super) fn enter[W](
        probe: Probe,
        buckets: &mut [Bucket],
        states: &[u64],
        keys: &[u64],
        fresh: &mut [u64],
    ) -> (usize, usize) = enter_with;
}

#[inline(always)]
fn enter_with<L: Lanes, const W: usize>(
    probe: Probe,
    buckets: &mut [Bucket],
    states: &[u64],
    keys: &[u64],
    fresh: &mut [u64],
) -> (usize, usize) {
    let lanes = 8 / W;
    let all = (1u32 << lanes) - 1;
    let (states, fresh) = (states.as_chunks::<W>().0, fresh.as_chunks_mut::<W>().0);
    let mut new = 0;
    // Where an old state goes: a line that is written to must go back to memory.
    let mut nowhere: Bucket = [0; 8];
    for (done, (state, &key)) in states.iter().zip(keys).enumerate() {
        let mut at = home(key, probe.homes);
        let (bucket, absent, taken) = loop {
            let Some(bucket) = buckets.get(at) else { return (done, new) };
            let (hits, taken) = (probe.hits::<L, W>(bucket, state), taken::<L, W>(bucket));
            if (hits != 0) | (taken != all) {
                break (&mut buckets[at], hits == 0, taken);
            }
            at += 1;
        };
        // From here on without a branch that could be guessed wrong.
        let lane = taken.trailing_ones() as usize & (lanes - 1);
        let bucket = if absent { bucket } else { &mut nowhere };
        for (word, &bits) in state.iter().enumerate() {
            bucket[word * lanes + lane] = if word + 1 == W { bits | probe.depth } else { bits };
        }
        // The copy of an old one will be overwritten.
        if let Some(copy) = fresh.get_mut(new) {
            *copy = *state;
        }
        new += usize::from(absent);
    }
    (keys.len(), new)
}

impl Probe {
    /// Whether the state is there.
    pub(super) fn contains<const W: usize>(self, buckets: &[Bucket], state: &[u64; W], key: u64) -> bool {
        let all = (1u32 << (8 / W)) - 1;
        for bucket in &buckets[home(key, self.homes)..] {
            if self.hits::<Portable, W>(bucket, state) != 0 {
                return true;
            }
            if taken::<Portable, W>(bucket) != all {
                return false;
            }
        }
        false
    }

    /// Which lanes hold the state.
    #[inline(always)]
    fn hits<L: Lanes, const W: usize>(self, bucket: &Bucket, state: &[u64; W]) -> u32 {
        let mut wanted = *state;
        wanted[W - 1] |= self.tag.taken();
        let equal = L::equal(bucket, wanted, self.tag.mask() | self.tag.taken());
        let lanes = 8 / W;
        (0..W).fold((1 << lanes) - 1, |hits, word| hits & equal >> (word * lanes))
    }

    /// Enters a state that is not there; whether there was a place.
    #[inline(always)]
    pub(super) fn place<L: Lanes, const W: usize>(self, buckets: &mut [Bucket], slot: &[u64; W], home: usize) -> bool {
        let lanes = 8 / W;
        for bucket in &mut buckets[home..] {
            let lane = taken::<L, W>(bucket).trailing_ones() as usize;
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
        state[W - 1] &= self.tag.mask();
        home(hash(&state), self.homes)
    }
}

/// Which lanes hold any state: the first ones. With its tag, the last word of a state is not zero.
#[inline(always)]
pub(super) fn taken<L: Lanes, const W: usize>(bucket: &Bucket) -> u32 {
    L::nonzero(bucket) >> ((W - 1) * (8 / W))
}
