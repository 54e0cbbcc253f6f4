//! Growing in place.

use super::probe::{Probe, taken};
use super::simd::{Lanes, by_processor};
use super::{Bucket, Tag};
use crate::memory::Full;

by_processor! {
    /// Moves the states of a table of `old` buckets to where they belong in a larger one, of which `homes` are mapped to.
    ///
    /// Scaling hashes keeps their order, so states only move towards the end, but for those that had found their bucket full. Going from
    /// the end to the beginning, what has been passed is free to be filled anew.
    pub(super) fn spread[W](buckets: &mut [Bucket], old: usize, homes: usize, tag: Tag) -> Result<(), Full> = spread_with;
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
        let taken = taken::<L, W>(&bucket).trailing_ones() as usize;
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
