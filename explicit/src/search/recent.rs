//! States that have been passed on a short while ago.
//!
//! Steps that do not depend on each other lead to the same state in any order, and states that are found together are expanded together. So most
//! states that are old have been found shortly before, and a small table that stays in the cache of the processor knows them: one place for each
//! hash, which the last state with that hash has. What it says is exact; what it has forgotten is looked up in the set.

use super::pipeline::Batch;
use crate::keys::{Keys, Mixer};
use crate::store::{FACTOR, hash};

/// Bytes of the table.
const BYTES: usize = 1 << 18;

/// Remembers states.
#[derive(Debug)]
pub(crate) struct Recent {
    width: usize,
    /// One state after the other; empty at first.
    words: Vec<u64>,
    mask: usize,
}

impl Recent {
    /// A table for states of so many words.
    pub(crate) fn new(width: usize) -> Self {
        let places = (BYTES / 8 / width.max(1)).max(1);
        let mask = (places + 1).next_power_of_two() / 2 - 1;
        Self { width, words: Vec::new(), mask }
    }

    /// Appends those of these states to the batch that are not among the last ones. `known` is a state that the search has.
    #[inline]
    pub(crate) fn sift(&mut self, states: &[u64], known: &[u64], keys: &Keys, batch: &mut Batch) {
        if self.words.is_empty() {
            // A place without a state would be taken for one that is all zero. With one that is known it is right from the start.
            self.words = known.repeat(self.mask + 1);
        }
        match (self.width, keys) {
            (1, Keys::Mixed(mixer)) => self.sift_ranked(states, mixer, batch),
            (1, Keys::Hashed) => self.sift_words::<1>(states, batch),
            (2, _) => self.sift_words::<2>(states, batch),
            _ => self.sift_wide(states, batch),
        }
    }

    // A function of its own: what the processor has registers for in one loop, it does not have for all of them.
    #[inline(never)]
    fn sift_words<const W: usize>(&mut self, states: &[u64], batch: &mut Batch) {
        let (states, recent) = (states.as_chunks::<W>().0, self.words.as_chunks_mut::<W>().0);
        let mut len = batch.keys.len();
        batch.keys.resize(len + states.len(), 0);
        batch.states.resize((len + states.len()) * W, 0);
        let out = batch.states.as_chunks_mut::<W>().0;
        // Without a branch: what is not wanted is overwritten by what follows.
        for state in states {
            let key = hash(state);
            let place = &mut recent[place(key) & self.mask];
            let fresh = place != state;
            *place = *state;
            out[len] = *state;
            batch.keys[len] = key;
            len += usize::from(fresh);
        }
        batch.keys.truncate(len);
        batch.states.truncate(len * W);
    }

    /// Keys that are ranks take longer than what is needed here, so only the states that are let through get one.
    #[inline(never)]
    fn sift_ranked(&mut self, states: &[u64], mixer: &Mixer, batch: &mut Batch) {
        let before = batch.states.len();
        let mut len = before;
        batch.states.resize(len + states.len(), 0);
        for &state in states {
            let place = &mut self.words[place(state.wrapping_mul(FACTOR) >> 28) & self.mask];
            let fresh = *place != state;
            *place = state;
            batch.states[len] = state;
            len += usize::from(fresh);
        }
        batch.states.truncate(len);
        mixer.append(&batch.states[before..], &mut batch.keys);
    }

    fn sift_wide(&mut self, states: &[u64], batch: &mut Batch) {
        for state in states.chunks_exact(self.width) {
            let key = hash(state);
            let at = (place(key) & self.mask) * self.width;
            let place = &mut self.words[at..at + self.width];
            if place != state {
                place.copy_from_slice(state);
                batch.states.extend_from_slice(state);
                batch.keys.push(key);
            }
        }
    }
}

/// Other bits of a hash than those that sets go by first.
#[inline(always)]
fn place(key: u64) -> usize {
    (key >> 16) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    /// Every state gets through at least once, and not much more often.
    fn lets_each_through(width: usize) {
        let mut recent = Recent::new(width);
        let known = vec![0; width];
        let mut passed = HashSet::from([known.clone()]);
        let mut count = 0;
        for round in 0..60u64 {
            let states: Vec<u64> = (0..500).flat_map(|at| vec![(at * 7 + round) % 700; width]).collect();
            let mut batch = Batch::default();
            recent.sift(&states, &known, &Keys::Hashed, &mut batch);
            assert_eq!(batch.states.len(), batch.keys.len() * width);
            for (state, key) in batch.states.chunks_exact(width).zip(&batch.keys) {
                assert_eq!(*key, hash(state));
                passed.insert(state.to_vec());
                count += 1;
            }
            for state in states.chunks_exact(width) {
                assert!(passed.contains(state), "{state:?} has been lost");
            }
        }
        assert_eq!(passed.len(), 700);
        assert!(count < 60 * 500 / 4, "{count}");
    }

    #[test]
    fn no_state_is_lost() {
        for width in [1, 2, 3, 20] {
            lets_each_through(width);
        }
    }
}
