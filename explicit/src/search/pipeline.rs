//! States on their way into the set.
//!
//! Looking up one state after the other would wait for memory each time. So they come in batches: the memory for a batch is asked for when it
//! arrives, and needed only when the next one does.

use crate::memory::{Full, Memory};
use crate::store::{Store, hash};

/// States of a batch.
pub(crate) const BATCH: usize = 256;

/// A batch that waits for its memory.
#[derive(Debug)]
pub(crate) struct Pipeline {
    words: usize,
    states: Vec<u64>,
    keys: Vec<u64>,
    /// The keys of the batch after it.
    next: Vec<u64>,
}

/// Why states could not be entered.
pub(crate) enum Stuck {
    /// No memory.
    Memory,
    /// As many states as are allowed.
    States,
}

impl From<Full> for Stuck {
    fn from(_: Full) -> Self {
        Stuck::Memory
    }
}

impl Pipeline {
    pub(crate) fn new(words: usize) -> Self {
        Self { words, states: Vec::new(), keys: Vec::new(), next: Vec::new() }
    }

    /// The number of states that wait.
    pub(crate) fn waiting(&self) -> usize {
        self.keys.len()
    }

    /// Takes a batch, and enters the one before. `most` is the greatest number of states allowed in the set.
    #[inline]
    pub(crate) fn feed<S: Store>(
        &mut self,
        store: &mut S,
        states: &[u64],
        most: u64,
        memory: &Memory,
    ) -> Result<(), Stuck> {
        self.next.clear();
        match self.words {
            1 => self.next.extend(states.iter().map(|&state| hash(&[state]))),
            words => self.next.extend(states.chunks_exact(words).map(hash)),
        }
        self.enter(store, most, memory)?;
        self.states.extend_from_slice(states);
        std::mem::swap(&mut self.keys, &mut self.next);
        Ok(())
    }

    /// Enters what waits.
    pub(crate) fn flush<S: Store>(&mut self, store: &mut S, most: u64, memory: &Memory) -> Result<(), Stuck> {
        self.next.clear();
        self.enter(store, most, memory)
    }

    /// Enters what waits, and asks for the memory that the next batch needs.
    #[inline]
    fn enter<S: Store>(&mut self, store: &mut S, most: u64, memory: &Memory) -> Result<(), Stuck> {
        if store.len() + self.keys.len() as u64 <= most {
            store.enter(&self.states, &self.keys, &self.next, memory)?;
        } else {
            for (state, key) in self.states.chunks_exact(self.words).zip(&self.keys) {
                if store.len() == most {
                    if store.contains(state, *key) {
                        continue;
                    }
                    return Err(Stuck::States);
                }
                store.enter(state, std::slice::from_ref(key), &[], memory)?;
            }
        }
        self.states.clear();
        self.keys.clear();
        Ok(())
    }
}
