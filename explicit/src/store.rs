//! What a search keeps its states in.

use crate::checkpoint::{Reader, Unfit, Writer};
use crate::machine::Stop;
use crate::memory::{Full, Memory};
use std::io;
use std::ops::ControlFlow;

/// A set of packed states that knows which of them were entered together, one depth after the other.
///
/// The states of the depth that is being worked on, the *frontier*, are read in blocks while those of the next depth are entered.
pub(crate) trait Store: Send + Sync + Sized {
    /// The number of states.
    fn len(&self) -> u64;

    /// The number of states in the frontier.
    fn frontier(&self) -> usize;

    /// Some of the next states of the frontier, one after the other; none at its end.
    fn block(&self, cursor: &mut Cursor) -> &[u64];

    /// Whether the set has this state.
    fn contains(&self, state: &[u64], key: u64) -> bool;

    /// Enters those of these states that it does not have; `keys` are their hashes. On the way, it asks for the memory that states with the
    /// hashes `ahead` will need.
    ///
    /// # Errors
    /// Where memory or numbers do not suffice.
    fn enter(&mut self, states: &[u64], keys: &[u64], ahead: &[u64], memory: &Memory) -> Result<(), Full>;

    /// The states entered since the last call become the frontier. `keep` says that all states of the old one will be asked for.
    fn advance(&mut self, memory: &Memory, keep: bool);

    /// Calls `visit` with blocks of states, among which are all those that were entered at this depth; the cheaper, the fewer others there are.
    fn visit_depth(
        &self,
        depth: usize,
        visit: &mut dyn FnMut(&[u64]) -> ControlFlow<Stop>,
    ) -> ControlFlow<Stop>;

    /// Writes everything, between two depths.
    fn save(&self, out: &mut Writer) -> io::Result<()>;

    /// Becomes what was written. The set is empty.
    fn load(&mut self, from: &mut Reader, memory: &Memory) -> Result<(), Unfit>;
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

/// Mixes the words of a state: each is folded in by a multiplication of 64 by 64 bits whose halves are combined, which spreads
/// every bit over the whole result.
#[inline(always)]
pub(crate) fn hash(state: &[u64]) -> u64 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut hash = 0x2545_f491_4f6c_dd1d_u64;
    for word in state {
        let product = u128::from(hash ^ word) * u128::from(FACTOR);
        hash = product as u64 ^ (product >> 64) as u64;
    }
    hash
}
