//! The set of states that have been found, for threads and for states of any width: many numbered sets, each of which one thread at a time uses.
//! A state belongs to one of them by its hash.

use crate::checkpoint::{Reader, Unfit, Writer};
use crate::level::{Hand, Level};
use crate::machine::Stop;
use crate::memory::{Full, Memory};
use crate::seen::Seen;
use crate::store::{Count, Cursor, Entry, Share, Short, Store};
use rayon::ThreadPool;
use std::io;
use std::ops::ControlFlow;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// So many sets that threads are seldom in each other's way.
const SHARDS: usize = 64;

/// A set of packed states that several threads enter states in.
pub(crate) struct Shards<const W: usize> {
    shards: Vec<Mutex<Seen<W>>>,
    words: usize,
    /// The number of states. Threads that enter some together count them in beforehand.
    len: Count,
    /// Where the states of the frontier are, in the order in which they were found: which set, and their number there.
    front: Level,
}

impl<const W: usize> Shards<W> {
    /// An empty set of states of so many words.
    pub(crate) fn new(words: usize) -> Self {
        let shards = (0..SHARDS).map(|_| Mutex::new(Seen::new(words))).collect();
        Self { shards, words, len: Count::default(), front: Level::default() }
    }

    /// The set that a state with this hash belongs to. The sets themselves go by other bits.
    fn shard(&self, key: u64) -> usize {
        (key >> 40) as usize % self.shards.len()
    }

    /// Enters a state; whether it is new.
    fn enter_one(&self, hand: &mut Hand, state: &[u64], key: u64, memory: &Memory) -> Result<bool, Full> {
        let shard = self.shard(key);
        let mut seen = lock(&self.shards[shard]);
        if seen.contains(state, key) {
            return Ok(false);
        }
        let number = seen.add(state, key, memory)?;
        drop(seen);
        hand.push((shard as u64) << 32 | u64::from(number), memory)?;
        Ok(true)
    }
}

fn lock<T>(shard: &Mutex<T>) -> MutexGuard<'_, T> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<const W: usize> Store for Shards<W> {
    type Hand = Hand;

    const KIND: &'static str = "shards";

    fn len(&self) -> u64 {
        self.len.get()
    }

    fn frontier(&self) -> usize {
        self.front.words()
    }

    fn take(&self, cursor: &mut Cursor, most: usize, states: &mut Vec<u64>) {
        for &place in self.front.block(cursor, most) {
            states.extend_from_slice(lock(&self.shards[(place >> 32) as usize]).get(place as u32));
        }
    }

    fn contains(&self, state: &[u64], key: u64) -> bool {
        lock(&self.shards[self.shard(key)]).contains(state, key)
    }

    fn enter(&mut self, hand: &mut Hand, batch: Entry<'_>, memory: &Memory) -> Result<(), Full> {
        self.enter_together(hand, batch, u64::MAX, memory).map_err(|_| Full)
    }

    fn enter_together(
        &self,
        hand: &mut Hand,
        batch: Entry<'_>,
        most: u64,
        memory: &Memory,
    ) -> Result<(), Short> {
        let count = batch.keys.len() as u64;
        // As if all were new: so there are never more than are allowed.
        if !self.len.claim(count, most) {
            return Err(Short::Room);
        }
        let mut new = 0;
        let mut states = batch.states.chunks_exact(self.words).zip(batch.keys);
        let entered = states.try_for_each(|(state, &key)| {
            new += u64::from(self.enter_one(hand, state, key, memory)?);
            Ok(())
        });
        self.len.give_back(count - new);
        entered
    }

    fn make_room(&mut self, _: u64, _: &ThreadPool, _: &Memory) -> bool {
        // Each set grows when it has to.
        true
    }

    fn advance<'h>(&mut self, hands: impl Iterator<Item = &'h mut Hand>, memory: &Memory, _: bool) {
        let mut hands: Vec<&mut Hand> = hands.collect();
        let old = std::mem::replace(&mut self.front, Hand::gather(&mut hands));
        Hand::give(&mut hands, old, memory);
        for shard in &mut self.shards {
            shard.get_mut().unwrap_or_else(PoisonError::into_inner).advance(std::iter::empty(), memory, true);
        }
    }

    fn visit_depth(
        &self,
        depth: usize,
        share: Share,
        visit: &mut dyn FnMut(&[u64]) -> ControlFlow<Stop>,
    ) -> ControlFlow<Stop> {
        let mine = &self.shards[share.range(self.shards.len())];
        mine.iter().try_for_each(|shard| lock(shard).visit_depth(depth, Share::WHOLE, visit))
    }

    fn save(&self, out: &mut Writer) -> io::Result<()> {
        out.word(self.len())?;
        self.front.save(out)?;
        self.shards.iter().try_for_each(|shard| lock(shard).save(out))
    }

    fn load(&mut self, from: &mut Reader, memory: &Memory) -> Result<(), Unfit> {
        *self.len.alone() = from.word()?;
        self.front = Level::load(from, 1, memory)?;
        for shard in &mut self.shards {
            shard.get_mut().unwrap_or_else(PoisonError::into_inner).load(from, memory)?;
        }
        Ok(())
    }
}
