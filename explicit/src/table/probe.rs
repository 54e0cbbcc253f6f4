//! Looking states up and entering them, many at a time.

use super::Bucket;
use super::shape::{Shape, home};
use super::simd::{Lanes, by_processor};
use crate::prefetch::prefetch;

/// What became of a batch.
pub(super) struct Entered {
    /// How many states are new.
    pub(super) new: usize,
    /// Whether all have been dealt with: else there was no place for some, and the batch must be entered again when the table has grown.
    pub(super) all: bool,
}

by_processor! {
    /// Enters those of the states that are not there, no more than [`MOST`] of them, and writes them to `fresh` too. On the way, it asks for the
    /// memory that the states with the keys `ahead` will need.
    pub(super) fn enter[S](
        shape: S,
        buckets: &mut [Bucket],
        states: &[S::State],
        keys: &[u64],
        ahead: &[u64],
        fresh: &mut [S::State],
    ) -> Entered = enter_with;
}

/// So many states are entered at a time.
pub(super) const MOST: usize = 512;

#[inline(always)]
fn enter_with<L: Lanes, S: Shape>(
    shape: S,
    buckets: &mut [Bucket],
    states: &[S::State],
    keys: &[u64],
    ahead: &[u64],
    fresh: &mut [S::State],
) -> Entered {
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
            prefetch(buckets, home(key, shape.homes()));
        }
        let (at, slot) = shape.seek(state, key);
        let Some(bucket) = buckets.get_mut(at) else { break };
        let words = L::load(bucket);
        let (hits, taken) = (shape.hits::<L>(words, slot, 0), shape.taken::<L>(words));
        let (absent, full) = (hits == 0, taken == S::ALL);
        let enters = absent & !full;
        let lane = taken.trailing_ones() as usize & (S::LANES - 1);
        shape.write(if enters { bucket } else { &mut nowhere }, lane, slot, 0);
        if let Some(copy) = fresh.get_mut(new) {
            *copy = *state;
        }
        new += usize::from(enters);
        later[waiting % MOST] = number as u16;
        waiting += usize::from(absent & full);
    }
    for &key in after {
        prefetch(buckets, home(key, shape.homes()));
    }
    // These wait for memory a second time, but all at once.
    for &number in &later[..waiting] {
        prefetch(buckets, home(keys[usize::from(number)], shape.homes()) + 1);
    }
    let mut all = true;
    for &number in &later[..waiting] {
        let (state, key) = (&states[usize::from(number)], keys[usize::from(number)]);
        let (home, slot) = shape.seek(state, key);
        let mut far = 1;
        loop {
            let Some(bucket) = buckets.get_mut(home + far).filter(|_| far <= S::FAR) else {
                all = false;
                break;
            };
            let words = L::load(bucket);
            if shape.hits::<L>(words, slot, far) != 0 {
                break;
            }
            let taken = shape.taken::<L>(words);
            if taken != S::ALL {
                shape.write(bucket, taken.trailing_ones() as usize, slot, far);
                fresh[new] = *state;
                new += 1;
                break;
            }
            far += 1;
        }
    }
    Entered { new, all }
}
