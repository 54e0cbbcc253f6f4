//! States on their way into the set.
//!
//! Looking up one state after the other would wait for memory each time. So they come in batches: the memory for a batch is asked for while
//! the one before is entered.

use crate::keys::Keys;
use crate::memory::{Full, Memory};
use crate::store::{Entry, Short, Store};

/// States of a batch.
pub(crate) const BATCH: usize = 256;

/// States, one after the other, and their keys.
#[derive(Default, Debug)]
pub(crate) struct Batch {
    pub(crate) states: Vec<u64>,
    pub(crate) keys: Vec<u64>,
}

impl Batch {
    /// Makes it empty.
    pub(crate) fn clear(&mut self) {
        self.states.clear();
        self.keys.clear();
    }
}

/// A batch that waits for its memory, and the next one.
#[derive(Debug)]
pub(crate) struct Pipeline {
    words: usize,
    waiting: Batch,
    next: Batch,
}

/// Why states could not be entered.
pub(crate) enum Stuck {
    /// No memory.
    Memory,
    /// As many states as are allowed.
    States,
    /// One of the threads has to make room. The states wait on.
    Room,
}

impl From<Full> for Stuck {
    fn from(Full: Full) -> Self {
        Stuck::Memory
    }
}

impl From<Short> for Stuck {
    fn from(short: Short) -> Self {
        match short {
            Short::Memory => Stuck::Memory,
            Short::Room => Stuck::Room,
        }
    }
}

/// How a thread gets at the set of states.
pub(crate) enum Access<'a, S> {
    /// Nobody else does.
    Alone(&'a mut S),
    /// Others enter states too.
    Together(&'a S),
}

impl<S> Access<'_, S> {
    /// To look at it.
    pub(crate) fn store(&self) -> &S {
        match self {
            Access::Alone(store) => store,
            Access::Together(store) => store,
        }
    }
}

impl Pipeline {
    pub(crate) fn new(words: usize) -> Self {
        Self { words, waiting: Batch::default(), next: Batch::default() }
    }

    /// The number of states that wait.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting.keys.len() + self.next.keys.len()
    }

    /// The batch to add states to.
    pub(crate) fn next(&mut self) -> &mut Batch {
        &mut self.next
    }

    /// Whether the next batch is long enough.
    pub(crate) fn is_due(&self) -> bool {
        self.next.keys.len() >= BATCH
    }

    /// Adds states.
    pub(crate) fn add(&mut self, states: &[u64], keys: &Keys) {
        self.next.states.extend_from_slice(states);
        keys.append(states, self.words, &mut self.next.keys);
    }

    /// Enters the batch that waits, and has the next one wait. `most` is the greatest number of states allowed in the set.
    #[inline]
    pub(crate) fn turn<S: Store>(
        &mut self,
        access: &mut Access<'_, S>,
        hand: &mut S::Hand,
        most: u64,
        memory: &Memory,
    ) -> Result<(), Stuck> {
        let Batch { states, keys } = &self.waiting;
        let batch = Entry { states, keys, ahead: &self.next.keys };
        match access {
            Access::Together(store) => store.enter_together(hand, batch, most, memory)?,
            Access::Alone(store) if store.len() + keys.len() as u64 <= most => {
                store.enter(hand, batch, memory)?;
            }
            Access::Alone(store) => {
                for (state, key) in states.chunks_exact(self.words).zip(keys) {
                    if store.len() == most {
                        if store.contains(state, *key) {
                            continue;
                        }
                        return Err(Stuck::States);
                    }
                    let keys = std::slice::from_ref(key);
                    store.enter(hand, Entry { states: state, keys, ahead: &[] }, memory)?;
                }
            }
        }
        self.waiting.clear();
        std::mem::swap(&mut self.waiting, &mut self.next);
        Ok(())
    }

    /// Enters everything.
    pub(crate) fn flush<S: Store>(
        &mut self,
        access: &mut Access<'_, S>,
        hand: &mut S::Hand,
        most: u64,
        memory: &Memory,
    ) -> Result<(), Stuck> {
        while self.waiting() > 0 {
            self.turn(access, hand, most, memory)?;
        }
        Ok(())
    }
}
