//! Looking states up and entering them, many at a time.

use super::simd::{Lanes, Portable, by_processor};
use super::{Bucket, Tag};
use crate::prefetch::prefetch;
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

/// What became of a batch.
pub(super) struct Entered {
    /// How many states are new.
    pub(super) new: usize,
    /// Whether all have been dealt with: else the last buckets are full, and the batch must be entered again when the table has grown.
    pub(super) all: bool,
}

by_processor! {
    /// Enters those of the states that are not there, no more than [`MOST`] of them, and writes them to `fresh` too. On the way, it asks for the
    /// memory that the states with the keys `ahead` will need.
    pub(super) fn enter[W](
        probe: Probe,
        buckets: &mut [Bucket],
        states: &[u64],
        keys: &[u64],
        ahead: &[u64],
        fresh: &mut [u64],
    ) -> Entered = enter_with;
}

/// So many states are entered at a time.
pub(super) const MOST: usize = 512;

#[inline(always)]
fn enter_with<L: Lanes, const W: usize>(
    probe: Probe,
    buckets: &mut [Bucket],
    states: &[u64],
    keys: &[u64],
    ahead: &[u64],
    fresh: &mut [u64],
) -> Entered {
    let lanes = 8 / W;
    let all = (1u32 << lanes) - 1;
    let (states, fresh) = (states.as_chunks::<W>().0, fresh.as_chunks_mut::<W>().0);
    // Where a state goes that is an old one: a line that is written to must go back to memory.
    let mut nowhere: Bucket = [0; 8];
    // States whose bucket is full of others.
    let (mut later, mut waiting) = ([0u16; MOST], 0);
    let mut new = 0;
    // No branch here could be guessed wrong. What does not count is overwritten by what follows.
    let count = states.len().min(keys.len()).min(MOST);
    let (states, keys) = (&states[..count], &keys[..count]);
    // One batch is as long as the next one, but for the last few.
    let (beside, after) = ahead.split_at(count.min(ahead.len()));
    for number in 0..count {
        let (state, key) = (&states[number], keys[number]);
        if let Some(&key) = beside.get(number) {
            prefetch(buckets, home(key, probe.homes));
        }
        let Some(bucket) = buckets.get_mut(home(key, probe.homes)) else { break };
        let words = L::load(bucket);
        let (hits, taken) = (probe.hits::<L, W>(words, state), probe.taken::<L, W>(words));
        let (absent, full) = (hits == 0, taken == all);
        let enters = absent & !full;
        let lane = taken.trailing_ones() as usize & (lanes - 1);
        probe.write(if enters { bucket } else { &mut nowhere }, lane, state);
        if let Some(copy) = fresh.get_mut(new) {
            *copy = *state;
        }
        new += usize::from(enters);
        later[waiting % MOST] = number as u16;
        waiting += usize::from(absent & full);
    }
    for &key in after {
        prefetch(buckets, home(key, probe.homes));
    }
    // These wait for memory a second time, but all at once.
    for &number in &later[..waiting] {
        prefetch(buckets, home(keys[usize::from(number)], probe.homes) + 1);
    }
    for &number in &later[..waiting] {
        let (state, key) = (&states[usize::from(number)], keys[usize::from(number)]);
        let mut at = home(key, probe.homes) + 1;
        loop {
            let Some(bucket) = buckets.get_mut(at) else { return Entered { new, all: false } };
            let words = L::load(bucket);
            if probe.hits::<L, W>(words, state) != 0 {
                break;
            }
            let taken = probe.taken::<L, W>(words);
            if taken != all {
                probe.write(bucket, taken.trailing_ones() as usize, state);
                fresh[new] = *state;
                new += 1;
                break;
            }
            at += 1;
        }
    }
    Entered { new, all: true }
}

impl Probe {
    /// Writes a state, with its tag, to a lane.
    #[inline(always)]
    fn write<const W: usize>(self, bucket: &mut Bucket, lane: usize, state: &[u64; W]) {
        let lanes = 8 / W;
        for (word, &bits) in state.iter().enumerate() {
            bucket[word * lanes + lane] = if word + 1 == W { bits | self.depth } else { bits };
        }
    }

    /// Whether the state is there.
    pub(super) fn contains<const W: usize>(self, buckets: &[Bucket], state: &[u64; W], key: u64) -> bool {
        let all = (1u32 << (8 / W)) - 1;
        for bucket in &buckets[home(key, self.homes)..] {
            if self.hits::<Portable, W>(*bucket, state) != 0 {
                return true;
            }
            if self.taken::<Portable, W>(*bucket) != all {
                return false;
            }
        }
        false
    }

    /// Which lanes hold the state.
    #[inline(always)]
    pub(super) fn hits<L: Lanes, const W: usize>(self, words: L::Words, state: &[u64; W]) -> u32 {
        let mut wanted = *state;
        wanted[W - 1] |= self.tag.taken();
        let equal = L::equal(words, wanted, self.tag.mask() | self.tag.taken());
        let lanes = 8 / W;
        (0..W).fold((1 << lanes) - 1, |hits, word| hits & equal >> (word * lanes))
    }

    /// Enters a slot, tag and all, whose state is not there; whether there was a place. `depth` is 0: the slot has its own.
    #[inline(always)]
    pub(super) fn place<L: Lanes, const W: usize>(
        self,
        buckets: &mut [Bucket],
        slot: &[u64; W],
        home: usize,
    ) -> bool {
        let lanes = 8 / W;
        for bucket in &mut buckets[home..] {
            let lane = self.taken::<L, W>(L::load(bucket)).trailing_ones() as usize;
            if lane < lanes {
                self.write(bucket, lane, slot);
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

    /// Which lanes hold any state: the first ones.
    #[inline(always)]
    pub(super) fn taken<L: Lanes, const W: usize>(self, words: L::Words) -> u32 {
        L::any(words, self.tag.taken()) >> ((W - 1) * (8 / W)) & ((1 << (8 / W)) - 1)
    }
}
