//! How states lie in buckets.

use super::simd::{Lanes, Portable};
use super::{Bucket, Tag};
use crate::keys::Keys;
use bytemuck::Pod;
use std::sync::atomic::{AtomicU64, Ordering};

/// How states lie in buckets, and how one is found there.
///
/// A state *belongs* to a bucket, and lies there or in one of the next, where those before are full: so and so *far* from where it belongs. The lanes
/// of a bucket are taken in order, and are never free again.
pub(super) trait Shape: Copy + Send + Sync {
    /// A state.
    type State: Pod;
    /// What is looked for, without its tag.
    type Slot: Copy;
    /// A state that is on its way to another place, with its tag.
    type Carried: Copy + Send;
    /// A bucket that several threads enter states in at the same time.
    type Shared: Sync;

    /// States of a bucket.
    const LANES: usize;
    /// A state can be this many buckets from where it belongs, but not more.
    const FAR: usize;
    /// Whether the words of a shared bucket are to be read from the last one to the first one.
    const BACKWARDS: bool;

    /// The number of buckets that states belong to.
    fn homes(self) -> usize;

    /// Where a state belongs, and what is to be looked for.
    fn seek(self, state: &Self::State, key: u64) -> (usize, Self::Slot);

    /// Which lanes hold a state that belongs to a bucket so far before.
    fn hits<L: Lanes>(self, words: L::Words, slot: Self::Slot, far: usize) -> u32;

    /// Which lanes hold any state: the first ones.
    fn taken<L: Lanes>(self, words: L::Words) -> u32;

    /// Writes a new state, with its tag, to a lane.
    fn write(self, bucket: &mut Bucket, lane: usize, slot: Self::Slot, far: usize);

    /// Writes a new state, with its tag, to a lane that is free; whether it still was.
    fn claim(self, bucket: &Self::Shared, lane: usize, slot: Self::Slot, far: usize) -> bool;

    /// The words of a bucket that others write to. Each is one that was there.
    fn read(bucket: &Self::Shared) -> Bucket;

    /// Takes a state out of a lane of a bucket.
    fn lift(self, bucket: &Bucket, lane: usize, at: usize) -> Self::Carried;

    /// Where a state that is carried belongs.
    fn home_of(self, carried: Self::Carried) -> usize;

    /// Writes a state that has been carried to a lane.
    fn drop_at(self, bucket: &mut Bucket, lane: usize, carried: Self::Carried, far: usize);

    /// The state of a lane if its tag is that of a depth.
    fn state_of_depth(
        self,
        bucket: &Bucket,
        lane: usize,
        at: usize,
        depth: usize,
        keys: &Keys,
    ) -> Option<Self::State>;

    /// All lanes.
    const ALL: u32 = (1 << Self::LANES) - 1;

    /// Enters a state that is not there, and belongs to bucket `home`; whether there was a place.
    #[inline(always)]
    fn place<L: Lanes>(self, buckets: &mut [Bucket], home: usize, carried: Self::Carried) -> bool {
        for (far, bucket) in buckets.iter_mut().skip(home).take(Self::FAR + 1).enumerate() {
            let lane = self.taken::<L>(L::load(bucket)).trailing_ones() as usize;
            if lane < Self::LANES {
                self.drop_at(bucket, lane, carried, far);
                return true;
            }
        }
        false
    }

    /// Whether the state is there.
    fn contains(self, buckets: &[Bucket], state: &Self::State, key: u64) -> bool {
        let (home, slot) = self.seek(state, key);
        for (far, bucket) in buckets.iter().skip(home).take(Self::FAR + 1).enumerate() {
            if self.hits::<Portable>(*bucket, slot, far) != 0 {
                return true;
            }
            if self.taken::<Portable>(*bucket) != Self::ALL {
                return false;
            }
        }
        false
    }
}

/// The bucket that a key belongs to: scaled to their number (Lemire, *Fast Random Integer Generation in an Interval*, 2019).
#[inline(always)]
pub(super) fn home(key: u64, homes: usize) -> usize {
    ((u128::from(key) * homes as u128) >> 64) as usize
}

/// Slots that hold whole states, of `W` words: 1 or 2.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wide<'k, const W: usize> {
    pub(super) homes: usize,
    pub(super) tag: Tag,
    /// The tag of the states that are entered.
    pub(super) depth: u64,
    pub(super) keys: &'k Keys,
}

impl<const W: usize> Wide<'_, W> {
    /// The last word of a lane that is being written to: neither free, nor taken.
    fn held(self) -> u64 {
        if self.tag.taken() == 1 { 2 } else { 1 }
    }
}

impl<const W: usize> Shape for Wide<'_, W>
where
    [u64; W]: Pod,
{
    type State = [u64; W];
    type Slot = [u64; W];
    type Carried = [u64; W];
    type Shared = [AtomicU64; 8];

    const LANES: usize = 8 / W;
    const FAR: usize = usize::MAX - 1;
    const BACKWARDS: bool = W > 1;

    #[inline(always)]
    fn homes(self) -> usize {
        self.homes
    }

    #[inline(always)]
    fn seek(self, state: &[u64; W], key: u64) -> (usize, [u64; W]) {
        (home(key, self.homes), *state)
    }

    #[inline(always)]
    fn hits<L: Lanes>(self, words: L::Words, slot: [u64; W], _: usize) -> u32 {
        let mut wanted = slot;
        wanted[W - 1] |= self.tag.taken();
        let equal = L::equal(words, wanted, self.tag.mask() | self.tag.taken());
        (0..W).fold(Self::ALL, |hits, word| hits & equal >> (word * Self::LANES))
    }

    #[inline(always)]
    fn taken<L: Lanes>(self, words: L::Words) -> u32 {
        L::any(words, self.tag.taken()) >> ((W - 1) * Self::LANES) & Self::ALL
    }

    #[inline(always)]
    fn write(self, bucket: &mut Bucket, lane: usize, mut slot: [u64; W], far: usize) {
        slot[W - 1] |= self.depth;
        self.drop_at(bucket, lane, slot, far);
    }

    #[inline(always)]
    fn claim(self, bucket: &[AtomicU64; 8], lane: usize, slot: [u64; W], _: usize) -> bool {
        let (last, word) = (&bucket[(W - 1) * Self::LANES + lane], slot[W - 1] | self.depth);
        let claim = if W == 1 { word } else { self.held() };
        if last.compare_exchange(0, claim, Ordering::AcqRel, Ordering::Relaxed).is_err() {
            return false;
        }
        if W > 1 {
            for (word, &bits) in slot[..W - 1].iter().enumerate() {
                bucket[word * Self::LANES + lane].store(bits, Ordering::Relaxed);
            }
            last.store(word, Ordering::Release);
        }
        true
    }

    #[inline(always)]
    fn read(bucket: &[AtomicU64; 8]) -> Bucket {
        let mut words = [0; 8];
        for at in (0..8).rev() {
            words[at] = bucket[at].load(Ordering::Acquire);
        }
        words
    }

    #[inline(always)]
    fn lift(self, bucket: &Bucket, lane: usize, _: usize) -> [u64; W] {
        std::array::from_fn(|word| bucket[word * Self::LANES + lane])
    }

    #[inline(always)]
    fn home_of(self, mut carried: [u64; W]) -> usize {
        carried[W - 1] &= self.tag.mask();
        home(self.keys.of(&carried), self.homes)
    }

    #[inline(always)]
    fn drop_at(self, bucket: &mut Bucket, lane: usize, carried: [u64; W], _: usize) {
        for (word, &bits) in carried.iter().enumerate() {
            bucket[word * Self::LANES + lane] = bits;
        }
    }

    #[inline]
    fn state_of_depth(
        self,
        bucket: &Bucket,
        lane: usize,
        at: usize,
        depth: usize,
        _: &Keys,
    ) -> Option<[u64; W]> {
        let mut state = self.lift(bucket, lane, at);
        let tagged = state[W - 1] & !self.tag.mask() == self.tag.at(depth);
        state[W - 1] &= self.tag.mask();
        tagged.then_some(state)
    }
}
