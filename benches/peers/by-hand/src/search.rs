//! The search: breadth first, successors in batches, so that the memory that one needs is on its way while others are computed.

#[cfg(target_arch = "x86_64")]
use crate::table::Avx512;
use crate::table::{Look, Portable, Table, Words, buckets_for};

/// Successors are looked up so many at a time.
const BATCH: usize = 256;

/// No state has more successors.
pub const MOST_SUCCESSORS: usize = 64;

/// This bit is set in every state, so that none is 0.
pub const PRESENT: u64 = 1 << 63;

/// A model whose states are words in which [`PRESENT`] is set.
pub trait Model {
    /// Writes the successors of a state to the front of the buffer, and gives their number: at most [`MOST_SUCCESSORS`].
    fn successors(&self, state: u64, out: &mut [u64; MOST_SUCCESSORS]) -> usize;

    /// Whether all invariants hold.
    fn holds(&self, state: u64) -> bool;

    /// About how many states there are.
    fn states(&self) -> u64;
}

/// What there was.
pub struct Found {
    pub states: u64,
    pub transitions: u64,
    pub levels: u32,
}

/// Visits all states, with a table of so many buckets, or one of the right size, with what the processor offers.
///
/// # Panics
/// Where an invariant is violated, and where the table is too small.
pub fn search(model: &impl Model, buckets: Option<u64>) -> Found {
    let buckets = buckets.unwrap_or_else(|| buckets_for(model.states()));
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("lzcnt")
            && is_x86_feature_detected!("popcnt")
        {
            // SAFETY: the processor has these features.
            return unsafe { with_avx512(model, buckets) };
        }
        if is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("lzcnt")
            && is_x86_feature_detected!("popcnt")
        {
            // SAFETY: the processor has these features.
            return unsafe { with_avx2(model, buckets) };
        }
    }
    visit::<Portable>(model, buckets)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,bmi1,bmi2,lzcnt,popcnt")]
fn with_avx512(model: &impl Model, buckets: u64) -> Found {
    visit::<Avx512>(model, buckets)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn with_avx2(model: &impl Model, buckets: u64) -> Found {
    visit::<Portable>(model, buckets)
}

/// Successors that are not looked up yet.
struct Batch {
    len: usize,
    states: [u64; BATCH + MOST_SUCCESSORS],
    buckets: [u32; BATCH + MOST_SUCCESSORS],
}

/// The set of states, and the same in the order in which they were found.
struct Seen {
    table: Table,
    queue: Words,
    len: usize,
    /// From here on there is no room for a batch.
    most: usize,
}

impl Seen {
    fn new(buckets: u64) -> Self {
        let table = Table::new(buckets);
        let most = table.capacity().saturating_sub(BATCH + MOST_SUCCESSORS);
        let queue = Words::new(table.capacity());
        Self { table, queue, len: 0, most }
    }

    #[inline(always)]
    fn get(&mut self, at: usize) -> u64 {
        debug_assert!(at < self.len);
        // SAFETY: the queue is longer than `len`, which no caller goes beyond.
        unsafe { *self.queue.as_mut_ptr().add(at) }
    }

    #[inline(always)]
    fn take<L: Look>(&mut self, batch: &mut Batch) {
        assert!(self.len < self.most, "the table is too small: give more --buckets");
        let queue = self.queue.as_mut_ptr();
        let mut len = self.len;
        for (state, bucket) in batch.states[..batch.len].iter().zip(&batch.buckets) {
            let new = self.table.insert::<L>(*state, *bucket);
            // An old state is overwritten by the next one.
            // SAFETY: there is room for a batch more than `most`.
            unsafe { queue.add(len).write(*state) };
            len += usize::from(new);
        }
        self.len = len;
        batch.len = 0;
    }
}

#[inline(always)]
fn visit<L: Look>(model: &impl Model, buckets: u64) -> Found {
    let mut seen = Seen::new(buckets);
    let mut batch =
        Batch { len: 0, states: [0; BATCH + MOST_SUCCESSORS], buckets: [0; BATCH + MOST_SUCCESSORS] };
    batch.states[0] = PRESENT;
    batch.buckets[0] = seen.table.bucket(PRESENT);
    batch.len = 1;
    seen.take::<L>(&mut batch);

    let (mut next, mut transitions, mut levels) = (0, 0, 0);
    while next < seen.len {
        let end = seen.len;
        levels += 1;
        while next < end {
            let state = seen.get(next);
            next += 1;
            assert!(model.holds(state), "an invariant is violated in {state:#x}");
            let (_, free) = batch.states.split_at_mut(batch.len);
            let count = model.successors(state, free.first_chunk_mut().expect("it is not full"));
            for at in batch.len..batch.len + count {
                batch.buckets[at] = seen.table.bucket(batch.states[at]);
            }
            batch.len += count;
            transitions += count as u64;
            if batch.len >= BATCH {
                seen.take::<L>(&mut batch);
            }
        }
        seen.take::<L>(&mut batch);
    }
    Found { states: seen.len as u64, transitions, levels }
}
