//! Memory that is counted before it is taken, and taken without aborting where there is none.

use std::sync::atomic::{AtomicU64, Ordering};

/// There is no more memory, or the limit does not allow more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Full;

/// The account of a search's large structures, in bytes. Several threads may share it.
#[derive(Debug)]
pub(crate) struct Memory {
    used: AtomicU64,
    peak: AtomicU64,
    most: Option<u64>,
}

impl Memory {
    pub(crate) fn new(most: Option<u64>) -> Self {
        Self { used: AtomicU64::new(0), peak: AtomicU64::new(0), most }
    }

    /// What is used now.
    pub(crate) fn used(&self) -> u64 {
        self.used.load(Ordering::Relaxed)
    }

    /// The most that was used at a time.
    pub(crate) fn peak(&self) -> u64 {
        self.peak.load(Ordering::Relaxed)
    }

    /// The limit; without one, what is used: the machine has no more.
    pub(crate) fn limit(&self) -> u64 {
        self.most.unwrap_or(self.used())
    }

    /// The limit that was set.
    pub(crate) fn most(&self) -> Option<u64> {
        self.most
    }

    /// How much more may be taken, if there is a limit.
    pub(crate) fn free(&self) -> Option<u64> {
        self.most.map(|most| most.saturating_sub(self.used()))
    }

    /// Whether so much more may be taken.
    pub(crate) fn allows(&self, bytes: u64) -> bool {
        self.most.is_none_or(|most| self.used().saturating_add(bytes) <= most)
    }

    /// Counts memory that is about to be taken.
    pub(crate) fn charge(&self, bytes: u64) -> Result<(), Full> {
        let add = |used: u64| {
            let sum = used.saturating_add(bytes);
            self.most.is_none_or(|most| sum <= most).then_some(sum)
        };
        match self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add) {
            Ok(before) => {
                self.peak.fetch_max(before.saturating_add(bytes), Ordering::Relaxed);
                Ok(())
            }
            Err(_) => Err(Full),
        }
    }

    /// Counts memory that has been taken.
    pub(crate) fn note(&self, bytes: u64) {
        let before = self.used.fetch_add(bytes, Ordering::Relaxed);
        self.peak.fetch_max(before.saturating_add(bytes), Ordering::Relaxed);
    }

    /// Counts memory that has been given back.
    pub(crate) fn release(&self, bytes: u64) {
        self.used.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// About so many bytes are taken at a time, once there is much.
const CHUNK: usize = 1 << 18;

/// A growing list of items of equal width that never moves what it holds, so that growing costs no copy and no second
/// allocation of the same size.
#[derive(Debug)]
pub(crate) struct Chunks<T> {
    width: usize,
    /// Logarithm of the number of items in a chunk.
    shift: u32,
    chunks: Vec<Vec<T>>,
    len: usize,
}

impl<T: Copy> Chunks<T> {
    /// A list of items of so many `T`.
    pub(crate) fn new(width: usize) -> Self {
        let items = (CHUNK / (width.max(1) * size_of::<T>())).max(1);
        Self { width, shift: items.ilog2(), chunks: Vec::new(), len: 0 }
    }

    /// The number of items.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// An item.
    #[inline]
    pub(crate) fn get(&self, at: usize) -> &[T] {
        if self.width == 0 {
            return &[];
        }
        let start = (at & ((1 << self.shift) - 1)) * self.width;
        &self.chunks[at >> self.shift][start..start + self.width]
    }

    /// Gives the memory back.
    pub(crate) fn release(self, memory: &Memory) {
        let sizes = self.chunks.iter().map(|chunk| (chunk.capacity() * size_of::<T>()) as u64);
        memory.release(sizes.map(|size| size + size_of::<Vec<T>>() as u64).sum());
    }

    /// The items from the first of these positions on, one after the other: as many as lie in one chunk.
    pub(crate) fn run(&self, items: std::ops::Range<usize>) -> &[T] {
        let end = items.end.min(((items.start >> self.shift) + 1) << self.shift);
        if items.start >= end || self.width == 0 {
            return &[];
        }
        let start = (items.start & ((1 << self.shift) - 1)) * self.width;
        &self.chunks[items.start >> self.shift][start..start + (end - items.start) * self.width]
    }

    /// Appends an item.
    ///
    /// # Errors
    /// Where memory does not suffice.
    #[inline]
    pub(crate) fn push(&mut self, item: &[T], memory: &Memory) -> Result<(), Full> {
        if self.width == 0 {
            self.len += 1;
            return Ok(());
        }
        let room = self.chunks.last().is_some_and(|chunk| chunk.len() + self.width <= chunk.capacity());
        if !room || self.len & ((1 << self.shift) - 1) == 0 {
            self.grow(memory)?;
        }
        if let Some(chunk) = self.chunks.last_mut() {
            chunk.extend_from_slice(item);
        }
        self.len += 1;
        Ok(())
    }

    /// Makes room for one more item: a new chunk, or, while there is but one, a larger one.
    #[cold]
    fn grow(&mut self, memory: &Memory) -> Result<(), Full> {
        let full = self.width << self.shift;
        let size = |elements: usize| (elements * size_of::<T>()) as u64;
        if self.len & ((1 << self.shift) - 1) != 0 {
            // Only the first chunk is ever smaller than a full one.
            let Some(chunk) = self.chunks.last_mut() else { return Err(Full) };
            let capacity =
                (chunk.capacity() * 2).clamp(chunk.len() + self.width, full.max(chunk.len() + self.width));
            let more = capacity - chunk.len();
            memory.charge(size(capacity - chunk.capacity()))?;
            return chunk.try_reserve_exact(more).map_err(|_| Full);
        }
        if self.chunks.last().is_some_and(Vec::is_empty) {
            return Ok(());
        }
        let capacity = if self.chunks.is_empty() { full.min(self.width.max(1) * 64) } else { full };
        memory.charge(size(capacity) + size_of::<Vec<T>>() as u64)?;
        let mut chunk = Vec::new();
        chunk.try_reserve_exact(capacity).map_err(|_| Full)?;
        self.chunks.try_reserve(1).map_err(|_| Full)?;
        self.chunks.push(chunk);
        Ok(())
    }
}
