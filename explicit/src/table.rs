//! The set of states that have been found, for states of one or two words with a bit to spare: exact, insert-only.
//!
//! Slots hold the states themselves. Eight words make a bucket, one cache line: a lookup that needs one bucket, as most do, waits for memory
//! once. Where a bucket is full, its states go on in the next one (linear probing: Knuth, *The Art of Computer Programming*, vol. 3,
//! section 6.4). Buckets are found by scaling the hash to their number, which keeps their order when the table grows; so it grows in
//! place, by one pass from the end to the beginning ([`grow`]), and never needs the room of two tables.
//!
//! The bits of a slot that the state does not use say that it is taken, and at which depth: modulo what they can hold. So the states of a
//! depth are found again without a list of them, and large lists are dropped when they have been worked on. Runs need no parents:
//! [`crate::path`] finds them backwards.

mod grow;
mod probe;
mod shared;
mod simd;

use crate::checkpoint::{Reader, Unfit, Writer};
use crate::level::{Hand, Level};
use crate::machine::Stop;
use crate::memory::{Full, Memory};
use crate::store::{BLOCK, Cursor, Entry, Share, Short, Store};
use bytemuck::{cast_slice, cast_slice_mut};
use memmap2::{MmapMut, MmapOptions};
use rayon::ThreadPool;
use rayon::prelude::*;
use simd::SharedBucket;
use std::io;
use std::ops::{ControlFlow, Range};
use std::sync::atomic::{AtomicU64, Ordering};

/// Eight words: one cache line. Of states of two words, the first words come first.
pub(crate) type Bucket = [u64; 8];

/// Buckets after the last one that states are mapped to, for states that find it full.
const SPARE: usize = 16;

/// Buckets of a new table.
const FIRST: usize = 8;

/// Bytes from which on it is worth asking for huge pages.
const HUGE: usize = 4 << 20;

/// The address space that is reserved where no limit on memory is set, in bytes.
const RESERVED: u64 = 1 << 38;

/// A depth with at least so many states, and at least one in [`SHARE`] of all so far, loses its list.
const LARGE: usize = 1 << 16;

/// See [`LARGE`]. It bounds how often the table is gone through to find lists again.
const SHARE: u64 = 64;

/// Where in the last word of a slot the bits are that no state uses.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Tag {
    /// The bit that says that the slot is taken. The depth stands above it.
    shift: u32,
}

impl Tag {
    /// The tag of states that use so many low bits of their last word, if there is a bit to spare.
    pub(crate) fn new(used: u32) -> Option<Self> {
        (used < 64).then_some(Self { shift: used })
    }

    /// The bits that say that the slot is taken.
    fn taken(self) -> u64 {
        1 << self.shift
    }

    /// How many depths are told apart; 1 where there is no room.
    fn modulus(self) -> u64 {
        1 << (63 - self.shift)
    }

    /// The tag of a depth.
    fn at(self, depth: usize) -> u64 {
        let depth = depth as u64 & (self.modulus() - 1);
        self.taken() | if self.shift < 63 { depth << (self.shift + 1) } else { 0 }
    }

    /// The bits of the word that belong to the state.
    fn mask(self) -> u64 {
        self.taken() - 1
    }
}

/// A set of states of `W` words: 1 or 2.
pub(crate) struct Table<const W: usize> {
    /// The buckets, in memory that is reserved for more.
    map: MmapMut,
    /// The number of buckets that states are mapped to.
    homes: usize,
    /// The number of states. Threads that enter some together count them in beforehand.
    len: AtomicU64,
    /// How many states it takes before it should grow.
    room: u64,
    tag: Tag,
    /// The depth of the states that are being entered.
    entering: usize,
    front: Level,
    /// The states of the depths before, where they have been kept.
    kept: Vec<Option<Level>>,
}

impl<const W: usize> Table<W> {
    /// Words of one kind in a bucket.
    const LANES: usize = 8 / W;

    /// An empty set, which may come to take at most so many bytes.
    ///
    /// # Errors
    /// Where there is no memory.
    pub(crate) fn new(tag: Tag, most: Option<u64>, memory: &Memory) -> Result<Self, Full> {
        let bytes = (FIRST + SPARE) * 64;
        memory.note(bytes as u64);
        let most = usize::try_from(most.unwrap_or(RESERVED)).unwrap_or(usize::MAX / 4).max(bytes);
        Ok(Self {
            map: reserve(most, bytes)?,
            homes: FIRST,
            len: AtomicU64::new(0),
            room: soft_room(FIRST, W),
            tag,
            entering: 0,
            front: Level::default(),
            kept: Vec::new(),
        })
    }

    fn buckets(&self) -> &[Bucket] {
        cast_slice(&self.map[..(self.homes + SPARE) * 64])
    }

    /// The buckets, for threads that enter states together. They hold `&self`, so nobody has the buckets for itself meanwhile.
    #[allow(unsafe_code, reason = "memory that is shared at times")]
    fn shared_buckets(&self) -> &[SharedBucket] {
        // SAFETY: atomic words are laid out like words, and the map is as long as that, and aligned to pages. Whoever looks at it otherwise, by
        // `buckets`, does so between the times when threads enter states: the search sees to that. Whoever writes otherwise has `&mut self`.
        unsafe { std::slice::from_raw_parts(self.map.as_ptr().cast(), self.homes + SPARE) }
    }

    /// How to enter states of the depth that is being entered.
    fn probe(&self) -> probe::Probe {
        probe::Probe { homes: self.homes, tag: self.tag, depth: self.tag.at(self.entering) }
    }

    /// The number of states.
    fn count(&mut self) -> u64 {
        *self.len.get_mut()
    }

    /// Makes room for so many states more, or for some of them where memory is short; for how many.
    #[cold]
    fn grow(&mut self, more: usize, pool: Option<&ThreadPool>, memory: &Memory) -> Result<usize, Full> {
        let len = self.count();
        let needed = (len as usize + more) * W * 2 / 13 + 1;
        let extra = |homes: usize| (homes.saturating_sub(self.homes) * 64) as u64;
        // The lists of states to come take memory, too.
        let lists = |homes: usize| (soft_room(homes, W) - len) * W as u64 * 2;
        // In eighths. Growing is cheap, and what is not used yet is in the way of others.
        let steps: &[usize] = if self.homes < 1 << 17 { &[16, 12, 10, 9] } else { &[12, 10, 9] };
        let usual = steps.iter().map(|eighths| (self.homes * eighths / 8).max(needed));
        // As much as there is, but not for the sake of a few states: each time, all that are there must move.
        let last = memory.free().map(|free| {
            let taken = (self.homes * 64) as u64 + len * W as u64 * 2;
            usize::try_from(free.saturating_add(taken) / (64 + 13)).unwrap_or(usize::MAX)
        });
        let last = last.filter(|&homes| homes >= needed.max(self.homes / 64 * 65));
        let affordable = |&homes: &usize| homes > self.homes && memory.allows(extra(homes) + lists(homes));
        if let Some(homes) = usual.chain(last).find(affordable) {
            self.resize(homes, pool, memory)?;
            return Ok(more);
        }
        // Slower, but it goes on.
        self.room = hard_room(self.homes, W);
        match usize::try_from(self.room.saturating_sub(len)) {
            Ok(0) | Err(_) => Err(Full),
            Ok(some) => Ok(some.min(more)),
        }
    }

    /// Makes it larger.
    fn resize(&mut self, homes: usize, pool: Option<&ThreadPool>, memory: &Memory) -> Result<(), Full> {
        let (old, new) = ((self.homes + SPARE) * 64, (homes + SPARE) * 64);
        memory.charge((new - old) as u64)?;
        if new > self.map.len() {
            // The reservation was refused when it was made, or was too small.
            let mut map = reserve(new, new)?;
            map[..old].copy_from_slice(&self.map[..old]);
            self.map = map;
        }
        if new >= HUGE {
            ask_for_huge_pages(&self.map, new);
        }
        touch(&self.map, old..new, pool);
        let buckets: &mut [Bucket] = cast_slice_mut(&mut self.map[..new]);
        match pool {
            None => grow::spread::<W>(buckets, self.homes + SPARE, homes, self.tag)?,
            Some(pool) => grow::spread_together::<W>(buckets, self.homes, homes, self.tag, pool)?,
        }
        self.homes = homes;
        self.room = soft_room(homes, W);
        Ok(())
    }

    /// Calls `visit` with a share of the states whose tag is that of a depth.
    fn scan(
        &self,
        depth: usize,
        share: Share,
        visit: &mut dyn FnMut(&[u64]) -> ControlFlow<Stop>,
    ) -> ControlFlow<Stop> {
        let (wanted, state_bits) = (self.tag.at(depth), self.tag.mask());
        let mut found = Vec::with_capacity((BLOCK + 8) * W);
        let buckets = self.buckets();
        for bucket in &buckets[share.range(buckets.len())] {
            for lane in 0..Self::LANES {
                if bucket[(W - 1) * Self::LANES + lane] & !state_bits == wanted {
                    found.extend((0..W).map(|word| {
                        let word_bits = if word + 1 == W { state_bits } else { u64::MAX };
                        bucket[word * Self::LANES + lane] & word_bits
                    }));
                }
            }
            if found.len() >= BLOCK * W {
                visit(&found)?;
                found.clear();
            }
        }
        if found.is_empty() { ControlFlow::Continue(()) } else { visit(&found) }
    }
}

impl<const W: usize> Store for Table<W> {
    type Hand = Hand;

    const KIND: &'static str = "buckets";

    fn len(&self) -> u64 {
        self.len.load(Ordering::Relaxed)
    }

    fn frontier(&self) -> usize {
        self.front.words() / W
    }

    #[inline]
    fn take(&self, cursor: &mut Cursor, most: usize, states: &mut Vec<u64>) {
        states.extend_from_slice(self.front.block(cursor, most * W));
    }

    fn contains(&self, state: &[u64], key: u64) -> bool {
        let probe = probe::Probe { homes: self.homes, tag: self.tag, depth: 0 };
        state.as_array::<W>().is_some_and(|state| probe.contains(self.buckets(), state, key))
    }

    #[inline]
    fn enter(&mut self, hand: &mut Hand, batch: Entry<'_>, memory: &Memory) -> Result<(), Full> {
        let Entry { mut states, mut keys, mut ahead } = batch;
        loop {
            let mut count = keys.len().min(probe::MOST);
            if self.count() + count as u64 > self.room {
                count = self.grow(count, None, memory)?;
            }
            let tail = hand.tail(count * W, memory)?;
            let probe = self.probe();
            let buckets: &mut [Bucket] = cast_slice_mut(&mut self.map[..(self.homes + SPARE) * 64]);
            let entered =
                probe::enter::<W>(probe, buckets, &states[..count * W], &keys[..count], ahead, tail);
            hand.commit(entered.new * W);
            *self.len.get_mut() += entered.new as u64;
            ahead = &[];
            if entered.all {
                (states, keys) = (&states[count * W..], &keys[count..]);
                if keys.is_empty() {
                    return Ok(());
                }
            } else {
                self.resize(self.homes * 5 / 4 + 1, None, memory)?;
            }
        }
    }

    #[inline]
    fn enter_together(
        &self,
        hand: &mut Hand,
        batch: Entry<'_>,
        most: u64,
        memory: &Memory,
    ) -> Result<(), Short> {
        let (probe, buckets, mut ahead) = (self.probe(), self.shared_buckets(), batch.ahead);
        for (states, keys) in batch.states.chunks(probe::MOST * W).zip(batch.keys.chunks(probe::MOST)) {
            let tail = hand.tail(states.len(), memory)?;
            let count = keys.len() as u64;
            // As if all were new, so that there is room for all whatever the others do.
            if self.len.fetch_add(count, Ordering::Relaxed) + count > self.room.min(most) {
                self.len.fetch_sub(count, Ordering::Relaxed);
                return Err(Short::Room);
            }
            let entered = shared::enter_shared::<W>(probe, buckets, states, keys, ahead, tail);
            hand.commit(entered.new * W);
            self.len.fetch_sub(count - entered.new as u64, Ordering::Relaxed);
            if !entered.all {
                return Err(Short::Room);
            }
            ahead = &[];
        }
        Ok(())
    }

    fn make_room(&mut self, more: u64, pool: &ThreadPool, memory: &Memory) -> bool {
        self.count() + more <= self.room
            || self.grow(more as usize, Some(pool), memory).is_ok_and(|some| some as u64 == more)
    }

    fn advance<'h>(&mut self, hands: impl Iterator<Item = &'h mut Hand>, memory: &Memory, keep: bool) {
        let mut hands: Vec<&mut Hand> = hands.collect();
        let old = std::mem::replace(&mut self.front, Hand::gather(&mut hands));
        if self.entering > 0 {
            let states = old.words() / W;
            let large = states >= LARGE && states as u64 * SHARE >= self.count();
            if large && !keep && self.tag.modulus() >= 4 {
                Hand::give(&mut hands, old, memory);
                self.kept.push(None);
            } else {
                self.kept.push(Some(old));
            }
        }
        self.entering += 1;
    }

    fn visit_depth(
        &self,
        depth: usize,
        share: Share,
        visit: &mut dyn FnMut(&[u64]) -> ControlFlow<Stop>,
    ) -> ControlFlow<Stop> {
        let list = match self.kept.get(depth) {
            Some(kept) => kept.as_ref(),
            None if depth + 1 == self.entering => Some(&self.front),
            None => return ControlFlow::Continue(()),
        };
        match list {
            Some(list) => {
                let pieces = list.pieces().skip(share.number).step_by(share.of.max(1));
                pieces.flat_map(|piece| piece.chunks(BLOCK * W)).try_for_each(visit)
            }
            None => self.scan(depth, share, visit),
        }
    }

    fn save(&self, out: &mut Writer) -> io::Result<()> {
        out.word(self.homes as u64)?;
        out.word(self.len())?;
        out.word(self.kept.len() as u64)?;
        for kept in &self.kept {
            out.word(kept.is_some().into())?;
            kept.as_ref().map_or(Ok(()), |list| list.save(out))?;
        }
        self.front.save(out)?;
        out.words(self.buckets().as_flattened())
    }

    fn load(&mut self, from: &mut Reader, memory: &Memory) -> Result<(), Unfit> {
        let homes = from.length(64)?;
        if homes < self.homes {
            return Err(Unfit::Damaged);
        }
        if homes > self.homes {
            self.resize(homes, None, memory)?;
        }
        *self.len.get_mut() = from.word()?;
        self.kept.clear();
        for _ in 0..from.length(8)? {
            self.kept.push(match from.word()? {
                0 => None,
                _ => Some(Level::load(from, W, memory)?),
            });
        }
        self.front = Level::load(from, W, memory)?;
        self.entering = self.kept.len() + 1;
        from.words(cast_slice_mut(&mut self.map[..(homes + SPARE) * 64]))
    }
}

impl<const W: usize> std::fmt::Debug for Table<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Table").field("homes", &self.homes).field("len", &self.len).finish_non_exhaustive()
    }
}

/// How many states of `words` words so many buckets take before the table should grow: up to there most buckets are not full.
fn soft_room(homes: usize, words: usize) -> u64 {
    (homes * (8 / words)) as u64 * 13 / 16
}

/// How many they take where there is no memory to grow.
fn hard_room(homes: usize, words: usize) -> u64 {
    (homes * (8 / words)) as u64 * 15 / 16
}

/// Reserves addresses for `most` bytes, or as many as the system allows, but at least `least`. Memory is taken when it is written to.
fn reserve(most: usize, least: usize) -> Result<MmapMut, Full> {
    let mut bytes = most;
    loop {
        match MmapOptions::new().len(bytes).no_reserve_swap().map_anon() {
            Ok(map) => return Ok(map),
            Err(_) if bytes > least => bytes = (bytes / 2).max(least),
            Err(_) => return Err(Full),
        }
    }
}

/// Fewer and larger pages make the lookup of addresses cheaper. Where it is refused, nothing is lost but that.
fn ask_for_huge_pages(map: &MmapMut, bytes: usize) {
    #[cfg(target_os = "linux")]
    let _ = map.advise_range(memmap2::Advice::HugePage, 0, bytes);
    #[cfg(not(target_os = "linux"))]
    let _ = (map, bytes);
}

/// Takes the memory of a part of the map, before states are moved there: page after page, when each is first read and then written to, it would be
/// much slower. Where it is refused, nothing is lost but that.
fn touch(map: &MmapMut, bytes: Range<usize>, pool: Option<&ThreadPool>) {
    /// Bytes that a thread asks for at a time.
    const PIECE: usize = 8 << 20;
    #[cfg(target_os = "linux")]
    {
        let take = |at: usize| {
            let length = PIECE.min(bytes.end - at);
            let _ = map.advise_range(memmap2::Advice::PopulateWrite, at, length);
        };
        let pieces: Vec<usize> = bytes.clone().step_by(PIECE).collect();
        match pool {
            Some(pool) => pool.install(|| pieces.into_par_iter().with_max_len(1).for_each(take)),
            None => pieces.into_iter().for_each(take),
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (map, bytes, pool, PIECE);
}
