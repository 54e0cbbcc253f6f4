//! Looking states up and entering them, many at a time.

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

impl Probe {
    /// Enters those of the states that are not there and writes them to `fresh` too. How many have been dealt with (all, unless the last
    /// bucket is full), and how many of them are new.
    ///
    /// There are several translations of one body: what the processor can compare at once differs.
    #[inline]
    pub(super) fn enter<const W: usize>(
        self,
        buckets: &mut [Bucket],
        states: &[u64],
        keys: &[u64],
        fresh: &mut [u64],
    ) -> (usize, usize) {
        #[cfg(target_arch = "x86_64")]
        #[allow(unsafe_code, reason = "what follows is translated for processors that have been asked for")]
        {
            if is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512vl")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("bmi2")
            {
                // SAFETY: the processor has just said that it can.
                return unsafe { enter_avx512::<W>(self, buckets, states, keys, fresh) };
            }
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("bmi2") {
                // SAFETY: as above.
                return unsafe { enter_avx2::<W>(self, buckets, states, keys, fresh) };
            }
        }
        self.enter_plain::<W>(buckets, states, keys, fresh)
    }

    #[inline(always)]
    fn enter_plain<const W: usize>(
        self,
        buckets: &mut [Bucket],
        states: &[u64],
        keys: &[u64],
        fresh: &mut [u64],
    ) -> (usize, usize) {
        let lanes = 8 / W;
        let all = (1u32 << lanes) - 1;
        let mut new = 0;
        for (done, (state, &key)) in states.chunks_exact(W).zip(keys).enumerate() {
            let mut at = home(key, self.homes);
            loop {
                let Some(bucket) = buckets.get_mut(at) else { return (done, new) };
                let (hits, taken) = self.compare::<W>(bucket, state);
                if hits == 0 && taken == all {
                    at += 1;
                    continue;
                }
                // Without a branch that could be guessed wrong: an old state is written over itself, and its copy will be overwritten.
                let absent = hits == 0;
                let lane = if absent { taken.trailing_ones() } else { hits.trailing_zeros() } as usize & (lanes - 1);
                for (word, &bits) in state.iter().enumerate() {
                    let slot = &mut bucket[word * lanes + lane];
                    let tag = if word == self.tag.word { self.depth } else { 0 };
                    *slot = if absent { bits | tag } else { *slot };
                    fresh[new * W + word] = bits;
                }
                new += usize::from(absent);
                break;
            }
        }
        (keys.len(), new)
    }

    /// Whether the state is there.
    pub(super) fn contains<const W: usize>(self, buckets: &[Bucket], state: &[u64], key: u64) -> bool {
        let all = (1u32 << (8 / W)) - 1;
        for bucket in &buckets[home(key, self.homes)..] {
            match self.compare::<W>(bucket, state) {
                (0, taken) if taken == all => {}
                (hits, _) => return hits != 0,
            }
        }
        false
    }

    /// Which lanes hold the state, and which hold any.
    #[inline(always)]
    fn compare<const W: usize>(self, bucket: &Bucket, state: &[u64]) -> (u32, u32) {
        let lanes = 8 / W;
        let taken_bit = self.tag.taken();
        let mask = self.tag.mask() | taken_bit;
        let (mut hits, mut taken) = ((1u32 << lanes) - 1, 0);
        for word in 0..W {
            let tagged = word == self.tag.word;
            let (mask, wanted) =
                if tagged { (mask, state[word] | taken_bit) } else { (u64::MAX, state[word]) };
            let (mut equal, mut used) = (0, 0);
            for lane in 0..lanes {
                let slot = bucket[word * lanes + lane];
                equal |= u32::from(slot & mask == wanted) << lane;
                used |= u32::from(slot & taken_bit != 0) << lane;
            }
            hits &= equal;
            taken = if tagged { used } else { taken };
        }
        (hits, taken)
    }

    /// Enters a state that is not there; whether there was a place.
    #[inline]
    pub(super) fn place<const W: usize>(self, buckets: &mut [Bucket], slot: &[u64; W], home: usize) -> bool {
        let lanes = 8 / W;
        let tags = self.tag.word * lanes;
        for bucket in &mut buckets[home..] {
            if let Some(lane) = (0..lanes).find(|lane| bucket[tags + lane] & self.tag.taken() == 0) {
                for (word, &bits) in slot.iter().enumerate() {
                    bucket[word * lanes + lane] = bits;
                }
                return true;
            }
        }
        false
    }

    /// Where a slot's state belongs.
    #[inline]
    pub(super) fn home_of<const W: usize>(self, slot: &[u64; W]) -> usize {
        let mut state = *slot;
        state[self.tag.word] &= self.tag.mask();
        home(hash(&state), self.homes)
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq,bmi2")]
fn enter_avx512<const W: usize>(
    probe: Probe,
    buckets: &mut [Bucket],
    states: &[u64],
    keys: &[u64],
    fresh: &mut [u64],
) -> (usize, usize) {
    probe.enter_plain::<W>(buckets, states, keys, fresh)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi2")]
fn enter_avx2<const W: usize>(
    probe: Probe,
    buckets: &mut [Bucket],
    states: &[u64],
    keys: &[u64],
    fresh: &mut [u64],
) -> (usize, usize) {
    probe.enter_plain::<W>(buckets, states, keys, fresh)
}
