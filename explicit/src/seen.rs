//! The set of states that have been found: exact, insert-only, numbered in the order of insertion.
//!
//! The words of all states lie one after the other in an arena; a hash table holds their numbers. So the frontier of a breadth-first
//! search is a range of numbers, and a state costs its words and, by how full the table is, 6 to 12 bytes more.
//!
//! `W` is the number of words of a state where the compiler shall know it; 0 stands for a number known only at run time.

use crate::memory::{Chunks, Full, Memory};
use hashbrown::HashTable;

/// The most states: numbers are 32 bits, and the last one means none.
pub(crate) const MOST_STATES: u32 = u32::MAX - 1;

/// A set of packed states.
#[derive(Debug)]
pub(crate) struct Seen<const W: usize> {
    arena: Chunks<u64>,
    table: HashTable<u32>,
    words: usize,
    charged: u64,
}

/// Mixes the words of a state: each is folded in by a multiplication of 64 by 64 bits whose halves are combined, which spreads
/// every bit over the whole result. The table uses the lowest and the highest bits.
#[inline]
pub(crate) fn hash(state: &[u64]) -> u64 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut hash = 0x2545_f491_4f6c_dd1d_u64;
    for word in state {
        let product = u128::from(hash ^ word) * u128::from(FACTOR);
        hash = product as u64 ^ (product >> 64) as u64;
    }
    hash
}

impl<const W: usize> Seen<W> {
    /// An empty set of states of so many words.
    pub(crate) fn new(words: usize) -> Self {
        Self { arena: Chunks::new(words), table: HashTable::new(), words, charged: 0 }
    }

    /// The number of states.
    #[inline]
    pub(crate) fn len(&self) -> u32 {
        // At most `MOST_STATES` are let in.
        self.arena.len() as u32
    }

    /// The words of a state.
    #[inline]
    pub(crate) fn get(&self, number: u32) -> &[u64] {
        self.known(self.arena.get(number as usize))
    }

    /// Tells the compiler the length of a state, where it is fixed.
    #[inline]
    fn known<'w>(&self, state: &'w [u64]) -> &'w [u64] {
        if W > 0 { &state[..W] } else { state }
    }

    /// Whether the set has this state.
    #[inline]
    pub(crate) fn contains(&self, state: &[u64], hash: u64) -> bool {
        let state = self.known(state);
        self.table.find(hash, |&number| self.get(number) == state).is_some()
    }

    /// Adds a state that the set does not have, and gives its number.
    ///
    /// # Errors
    /// Where memory or numbers do not suffice.
    pub(crate) fn add(&mut self, state: &[u64], key: u64, memory: &mut Memory) -> Result<u32, Full> {
        debug_assert_eq!(state.len(), self.words);
        let number = self.len();
        if number >= MOST_STATES {
            return Err(Full);
        }
        if self.table.len() == self.table.capacity() {
            self.grow(memory)?;
        }
        self.arena.push(state, memory)?;
        let arena = &self.arena;
        self.table.insert_unique(key, number, |&number| hash(arena.get(number as usize)));
        Ok(number)
    }

    /// Makes the table twice as large. While it is copied, both tables exist.
    fn grow(&mut self, memory: &mut Memory) -> Result<(), Full> {
        let old = self.charged;
        let expected = (old * 2).max(64);
        memory.charge(expected)?;
        let arena = &self.arena;
        let grown = self.table.try_reserve(1, |&number| hash(arena.get(number as usize)));
        memory.release(expected);
        grown.map_err(|_| Full)?;
        self.charged = self.table.allocation_size() as u64;
        memory.release(old);
        memory.note(self.charged);
        Ok(())
    }
}
