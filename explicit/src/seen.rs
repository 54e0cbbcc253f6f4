//! The set of states that have been found: exact, insert-only, numbered in the order of insertion.
//!
//! The words of all states lie one after the other in an arena. A table with open addressing and linear probing (Knuth, *The
//! Art of Computer Programming*, vol. 3, section 6.4) holds their numbers, each beside half of its hash, so that other states are
//! looked at in the arena only where they are equal, but for one in four thousand millions. Since the arena has everything, a table
//! that is full is dropped before a larger one is filled: the two never exist at the same time.
//!
//! `W` is the number of words of a state where the compiler shall know it; 0 stands for a number known only at run time.

use crate::checkpoint::{Reader, Unfit, Writer};
use crate::machine::Stop;
use crate::memory::{Chunks, Full, Memory};
use crate::prefetch::prefetch;
use crate::store::{BLOCK, Cursor, Entry, Share, Short, Store, hash};
use rayon::ThreadPool;
use std::io;
use std::ops::{ControlFlow, Range};

/// The most states: numbers are 32 bits, one of them means none, and another one is kept for an empty place.
pub(crate) const MOST_STATES: u32 = u32::MAX - 1;

/// A set of packed states.
#[derive(Debug)]
pub(crate) struct Seen<const W: usize> {
    arena: Chunks<u64>,
    /// The high half of a state's hash, and its number plus 1; 0 where there is none.
    slots: Vec<u64>,
    /// How many states the table takes before it must grow.
    room: usize,
    words: usize,
    /// The number of the first state of each depth; those of the last one are being entered.
    depths: Vec<u32>,
}

impl<const W: usize> Seen<W> {
    /// An empty set of states of so many words.
    pub(crate) fn new(words: usize) -> Self {
        Self { arena: Chunks::new(words), slots: Vec::new(), room: 0, words, depths: vec![0] }
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

    /// Where to look first: the low half of the hash, scaled to the size of the table (Lemire, *Fast Random Integer Generation in
    /// an Interval*, 2019).
    #[inline]
    fn home(&self, hash: u64) -> usize {
        (((hash & 0xffff_ffff) * self.slots.len() as u64) >> 32) as usize
    }

    /// The numbers of the states of a depth.
    pub(crate) fn numbers(&self, depth: usize) -> Range<u32> {
        let from = |depth: usize| self.depths.get(depth).copied().unwrap_or(self.len());
        from(depth)..from(depth + 1)
    }

    /// The numbers of the frontier.
    fn front(&self) -> Range<u32> {
        match self.depths.len().checked_sub(2) {
            Some(depth) => self.numbers(depth),
            None => 0..0,
        }
    }

    /// Asks for the memory where a state with this hash would be.
    #[inline]
    pub(crate) fn ask(&self, key: u64) {
        prefetch(&self.slots, self.home(key));
    }

    /// The words of the states from a number on, as many as lie together, but no more than so many states.
    fn run(&self, numbers: Range<u32>) -> &[u64] {
        self.arena.run(numbers.start as usize..numbers.end as usize)
    }

    /// Whether the set has this state.
    #[inline]
    pub(crate) fn contains(&self, state: &[u64], hash: u64) -> bool {
        self.find(state, hash).is_some()
    }

    /// The number of this state, if the set has it.
    #[inline]
    pub(crate) fn find(&self, state: &[u64], hash: u64) -> Option<u32> {
        let state = self.known(state);
        let mut at = self.home(hash);
        // There is always an empty place to stop at.
        while let Some(&slot) = self.slots.get(at)
            && slot != 0
        {
            if slot >> 32 == hash >> 32 && self.get(slot as u32 - 1) == state {
                return Some(slot as u32 - 1);
            }
            at = if at + 1 == self.slots.len() { 0 } else { at + 1 };
        }
        None
    }

    /// Adds a state that the set does not have, and gives its number.
    ///
    /// # Errors
    /// Where memory or numbers do not suffice.
    pub(crate) fn add(&mut self, state: &[u64], hash: u64, memory: &Memory) -> Result<u32, Full> {
        debug_assert_eq!(state.len(), self.words);
        let number = self.len();
        if number >= MOST_STATES {
            return Err(Full);
        }
        if self.arena.len() == self.room {
            self.grow(memory)?;
        }
        self.arena.push(state, memory)?;
        self.link(number, hash);
        Ok(number)
    }

    /// Puts a number into the first free place for its hash.
    #[inline]
    fn link(&mut self, number: u32, hash: u64) {
        let mut at = self.home(hash);
        while self.slots[at] != 0 {
            at = if at + 1 == self.slots.len() { 0 } else { at + 1 };
        }
        self.slots[at] = hash & !0xffff_ffff | u64::from(number + 1);
    }

    /// Makes the table larger: by as much as memory allows, at most doubling it.
    #[cold]
    fn grow(&mut self, memory: &Memory) -> Result<(), Full> {
        let (len, old) = (self.arena.len(), self.slots.len());
        memory.release(old as u64 * 8);
        // The states to come need room in the arena too.
        let per_state = self.words as u64 * 8 + 8;
        let affordable = |places: &usize| {
            let more = room(*places).saturating_sub(len) as u64;
            more > 0 && memory.allows(*places as u64 * 8 + more / 2 * per_state)
        };
        let sizes = [old * 2, old * 3 / 2, old * 5 / 4, old * 9 / 8];
        let Some(places) = sizes.map(|size| size.max(64)).into_iter().find(affordable) else {
            memory.note(old as u64 * 8);
            return Err(Full);
        };
        self.slots = Vec::new();
        memory.charge(places as u64 * 8)?;
        self.slots.try_reserve_exact(places).map_err(|_| Full)?;
        self.slots.resize(places, 0);
        self.room = room(places);
        for number in 0..len {
            let hash = hash(self.get(number as u32));
            self.link(number as u32, hash);
        }
        Ok(())
    }
}

impl<const W: usize> Store for Seen<W> {
    type Hand = ();

    const KIND: &'static str = "numbered";

    fn len(&self) -> u64 {
        Seen::len(self).into()
    }

    fn frontier(&self) -> usize {
        self.front().len()
    }

    fn take(&self, cursor: &mut Cursor, most: usize, states: &mut Vec<u64>) {
        let front = self.front();
        let from = front.start + cursor.at as u32;
        let block = self.run(from..front.end.min(from.saturating_add(most as u32)));
        cursor.at += block.len() / self.words;
        states.extend_from_slice(block);
    }

    fn contains(&self, state: &[u64], key: u64) -> bool {
        self.find(state, key).is_some()
    }

    fn enter(&mut self, (): &mut (), batch: Entry<'_>, memory: &Memory) -> Result<(), Full> {
        let Entry { states, keys, ahead } = batch;
        ahead.iter().for_each(|&key| self.ask(key));
        for (state, &key) in states.chunks_exact(self.words).zip(keys) {
            if !self.contains(state, key) {
                self.add(state, key, memory)?;
            }
        }
        Ok(())
    }

    fn enter_together(&self, (): &mut (), _: Entry<'_>, _: u64, _: &Memory) -> Result<(), Short> {
        // Numbers are given in order, so one thread has to do it.
        Err(Short::Room)
    }

    fn make_room(&mut self, _: u64, _: &ThreadPool, _: &Memory) -> bool {
        false
    }

    fn advance<'h>(&mut self, _: impl Iterator<Item = &'h mut ()>, _: &Memory, _: bool) {
        self.depths.push(Seen::len(self));
    }

    fn visit_depth(
        &self,
        depth: usize,
        share: Share,
        visit: &mut dyn FnMut(&[u64]) -> ControlFlow<Stop>,
    ) -> ControlFlow<Stop> {
        let numbers = self.numbers(depth);
        let Range { start, end } = share.range(numbers.len());
        let (mut start, end) = (numbers.start + start as u32, numbers.start + end as u32);
        while start < end {
            let block = self.run(start..end.min(start + BLOCK as u32));
            start += (block.len() / self.words) as u32;
            visit(block)?;
        }
        ControlFlow::Continue(())
    }

    fn save(&self, out: &mut Writer) -> io::Result<()> {
        let depths: Vec<u64> = self.depths.iter().map(|&first| first.into()).collect();
        out.list(&depths)?;
        out.word(Seen::len(self).into())?;
        let mut from = 0;
        while from < Seen::len(self) {
            let run = self.run(from..Seen::len(self));
            out.words(run)?;
            from += (run.len() / self.words) as u32;
        }
        Ok(())
    }

    fn load(&mut self, from: &mut Reader, memory: &Memory) -> Result<(), Unfit> {
        let first = |first: u64| u32::try_from(first).map_err(|_| Unfit::Damaged);
        let depths: Result<Vec<u32>, Unfit> = from.list()?.into_iter().map(first).collect();
        let count = from.length(self.words as u64 * 8)?;
        let mut state = vec![0; self.words];
        for _ in 0..count {
            from.words(&mut state)?;
            self.add(&state, hash(&state), memory)?;
        }
        self.depths = depths?;
        Ok(())
    }
}

/// How many states a table of so many places takes: four in five.
fn room(places: usize) -> usize {
    places / 5 * 4
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    /// A generator of numbers that look random (Marsaglia, *Xorshift RNGs*, 2003).
    fn numbers(mut seed: u64) -> impl Iterator<Item = u64> {
        std::iter::repeat_with(move || {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            seed
        })
    }

    fn finds_what_was_added<const W: usize>(words: usize, mask: u64) {
        let mut seen = Seen::<W>::new(words);
        let memory = Memory::new(None);
        let mut expected: HashMap<Vec<u64>, u32> = HashMap::new();
        let mut numbers = numbers(7 + words as u64);
        for _ in 0..30_000 {
            let state: Vec<u64> = numbers.by_ref().take(words).map(|number| number & mask).collect();
            let key = hash(&state);
            assert_eq!(seen.contains(&state, key), expected.contains_key(&state));
            if !expected.contains_key(&state) {
                let number = seen.add(&state, key, &memory).unwrap();
                assert_eq!(number as usize, expected.len());
                expected.insert(state, number);
            }
        }
        assert_eq!(seen.len() as usize, expected.len());
        for (state, number) in expected {
            assert_eq!(seen.get(number), state);
            assert!(seen.contains(&state, hash(&state)));
        }
    }

    #[test]
    fn states_of_any_width_are_found_again() {
        finds_what_was_added::<1>(1, 0x3fff);
        finds_what_was_added::<1>(1, u64::MAX);
        finds_what_was_added::<2>(2, 0x8000_0000_0000_003f);
        finds_what_was_added::<0>(3, 0x1f);
        finds_what_was_added::<0>(70, u64::MAX);
    }

    #[test]
    fn neighbours_are_spread() {
        // States that differ in few bits, as successors do: no probe sequence may become long.
        let mut seen = Seen::<1>::new(1);
        let memory = Memory::new(None);
        for word in 0..100_000u64 {
            let state = [word << 20];
            seen.add(&state, hash(&state), &memory).unwrap();
        }
        let (mut run, mut longest) = (0, 0);
        for slot in &seen.slots {
            run = if *slot == 0 { 0 } else { run + 1 };
            longest = longest.max(run);
        }
        assert!(longest < 400, "{longest}");
    }

    #[test]
    fn a_table_grows_as_far_as_memory_allows() {
        for most in [1 << 14, 100_000, 1 << 20] {
            let mut seen = Seen::<1>::new(1);
            let memory = Memory::new(Some(most));
            while seen.add(&[seen.len().into()], hash(&[seen.len().into()]), &memory).is_ok() {}
            assert!(memory.peak() <= most);
            // At least half of the memory is put to use, at 8 bytes a state and 10 a place in the table.
            assert!(u64::from(seen.len()) * 18 > most / 2, "{} states in {most} bytes", seen.len());
        }
    }
}
