//! What a search keeps its states in.

use crate::checkpoint::{Reader, Unfit, Writer};
use crate::keys::Keys;
use crate::machine::Stop;
use crate::memory::{Full, Memory};
use rayon::ThreadPool;
use std::io;
use std::ops::{ControlFlow, Range};
use std::sync::atomic::{AtomicU64, Ordering};

/// A set of packed states that knows which of them were entered together, one depth after the other.
///
/// The states of the depth that is being worked on, the *frontier*, are read in blocks while those of the next depth are entered.
pub(crate) trait Store: Send + Sync + Sized {
    /// What a thread has for itself: the states that it has entered since the last depth.
    type Hand: Default + Send;

    /// What it is called in checkpoints.
    const KIND: &'static str;

    /// The number of states; while threads enter some, what it may come to be.
    fn len(&self) -> u64;

    /// The number of states in the frontier.
    fn frontier(&self) -> usize;

    /// Appends some of the next states of the frontier, at most so many; none at its end.
    fn take(&self, cursor: &mut Cursor, most: usize, states: &mut Vec<u64>);

    /// How the keys of states come about.
    fn keys(&self) -> &Keys {
        &Keys::Hashed
    }

    /// Whether the set has this state.
    fn contains(&self, state: &[u64], key: u64) -> bool;

    /// Enters those of these states that it does not have.
    ///
    /// # Errors
    /// Where memory or numbers do not suffice.
    fn enter(&mut self, hand: &mut Self::Hand, batch: Entry<'_>, memory: &Memory) -> Result<(), Full>;

    /// As [`Self::enter`], while other threads do the same. At no time are there more than `most` states.
    ///
    /// # Errors
    /// Where memory does not suffice, or it is time to make room. Some of the states may have been entered by then; that is no harm if they
    /// are entered again.
    fn enter_together(
        &self,
        hand: &mut Self::Hand,
        batch: Entry<'_>,
        most: u64,
        memory: &Memory,
    ) -> Result<(), Short>;

    /// Sees to it that threads can enter so many states more together; whether that was possible.
    fn make_room(&mut self, more: u64, pool: &ThreadPool, memory: &Memory) -> bool;

    /// The states entered since the last call become the frontier. `keep` says that all states of the old one will be asked for.
    fn advance<'h>(&mut self, hands: impl Iterator<Item = &'h mut Self::Hand>, memory: &Memory, keep: bool)
    where
        Self::Hand: 'h;

    /// Calls `visit` with blocks of states, among which are all those that were entered at this depth; the cheaper, the fewer others there are.
    fn visit_depth(
        &self,
        depth: usize,
        share: Share,
        visit: &mut dyn FnMut(&[u64]) -> ControlFlow<Stop>,
    ) -> ControlFlow<Stop>;

    /// Writes everything, between two depths.
    fn save(&self, out: &mut Writer) -> io::Result<()>;

    /// Becomes what was written. The set is empty.
    fn load(&mut self, from: &mut Reader, memory: &Memory) -> Result<(), Unfit>;
}

/// States to be entered, one after the other.
#[derive(Clone, Copy)]
pub(crate) struct Entry<'b> {
    pub(crate) states: &'b [u64],
    /// Their keys.
    pub(crate) keys: &'b [u64],
    /// The keys of states that will be entered next: the memory for them is asked for on the way.
    pub(crate) ahead: &'b [u64],
}

/// A number of states that several threads add to. Each of them claims what it may add before it does, so that there are never too many.
#[derive(Debug, Default)]
pub(crate) struct Count(AtomicU64);

impl Count {
    /// The number, with what is claimed.
    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// The number, for one who has it alone.
    pub(crate) fn alone(&mut self) -> &mut u64 {
        self.0.get_mut()
    }

    /// Claims so many states, unless there may come to be more than `most`; whether it did.
    pub(crate) fn claim(&self, states: u64, most: u64) -> bool {
        let fits = self.0.fetch_add(states, Ordering::Relaxed) + states <= most;
        if !fits {
            self.give_back(states);
        }
        fits
    }

    /// Gives back what has been claimed and was not needed.
    pub(crate) fn give_back(&self, states: u64) {
        self.0.fetch_sub(states, Ordering::Relaxed);
    }
}

/// Why threads cannot go on together.
pub(crate) enum Short {
    /// One of them has to make room.
    Room,
    /// There is no memory.
    Memory,
}

impl From<Full> for Short {
    fn from(Full: Full) -> Self {
        Short::Memory
    }
}

/// One of several equal shares of something.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Share {
    pub(crate) number: usize,
    pub(crate) of: usize,
}

impl Share {
    /// Everything.
    pub(crate) const WHOLE: Self = Self { number: 0, of: 1 };

    /// The share of so many things.
    pub(crate) fn range(self, things: usize) -> Range<usize> {
        let at = |number: usize| (things as u128 * number as u128 / self.of.max(1) as u128) as usize;
        at(self.number)..at(self.number + 1)
    }
}

/// A position in a frontier.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Cursor {
    /// For a list in chunks: which one.
    pub(crate) chunk: usize,
    /// The position of a word or a state.
    pub(crate) at: usize,
}

/// So many states are read at a time.
pub(crate) const BLOCK: usize = 64;

/// An odd number without a pattern: 2⁶⁴ divided by the golden ratio (Knuth, *The Art of Computer Programming*, vol. 3, section 6.4).
pub(crate) const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

/// Mixes the words of a state: each is folded in by a multiplication of 64 by 64 bits whose halves are combined, which spreads
/// every bit over the whole result.
#[inline(always)]
pub(crate) fn hash(state: &[u64]) -> u64 {
    let mut hash = 0x2545_f491_4f6c_dd1d_u64;
    for word in state {
        let product = u128::from(hash ^ word) * u128::from(FACTOR);
        hash = product as u64 ^ (product >> 64) as u64;
    }
    hash
}
