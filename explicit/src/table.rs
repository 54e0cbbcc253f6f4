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
mod simd;

use crate::checkpoint::{Reader, Unfit, Writer};
use crate::level::{Level, Pool};
use crate::machine::Stop;
use crate::memory::{Full, Memory};
use crate::store::{BLOCK, Cursor, Store};
use bytemuck::{cast_slice, cast_slice_mut};
use memmap2::{MmapMut, MmapOptions};
use std::io;
use std::ops::ControlFlow;

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
    len: u64,
    /// How many states it takes before it should grow.
    room: u64,
    tag: Tag,
    /// The depth of the states that are being entered.
    entering: usize,
    /// Those states.
    next: Level,
    front: Level,
    /// The states of the depths before, where they have been kept.
    kept: Vec<Option<Level>>,
    pool: Pool,
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
            len: 0,
            room: soft_room(FIRST, W),
            tag,
            entering: 0,
            next: Level::default(),
            front: Level::default(),
            kept: Vec::new(),
            pool: Pool::default(),
        })
    }

    fn buckets(&self) -> &[Bucket] {
        cast_slice(&self.map[..(self.homes + SPARE) * 64])
    }

    /// Makes room for so many states more, or for some of them where memory is short; for how many.
    #[cold]
    fn make_room(&mut self, more: usize, memory: &Memory) -> Result<usize, Full> {
        let needed = (self.len as usize + more) * W * 2 / 13 + 1;
        let extra = |homes: usize| (homes.saturating_sub(self.homes) * 64) as u64;
        // The lists of states to come take memory, too.
        let lists = |homes: usize| (soft_room(homes, W) - self.len) * W as u64 * 2;
        // In eighths. Growing is cheap, and what is not used yet is in the way of others.
        let steps: &[usize] = if self.homes < 1 << 17 { &[16, 12, 10, 9] } else { &[12, 10, 9] };
        let sizes = steps.iter().map(|eighths| (self.homes * eighths / 8).max(needed)).chain([needed]);
        let affordable = |&homes: &usize| homes > self.homes && memory.allows(extra(homes) + lists(homes));
        if let Some(homes) = sizes.into_iter().find(affordable) {
            self.resize(homes, memory)?;
            return Ok(more);
        }
        // Slower, but it goes on.
        self.room = hard_room(self.homes, W);
        match usize::try_from(self.room.saturating_sub(self.len)) {
            Ok(0) | Err(_) => Err(Full),
            Ok(some) => Ok(some.min(more)),
        }
    }

    /// Makes it larger.
    fn resize(&mut self, homes: usize, memory: &Memory) -> Result<(), Full> {
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
        let buckets: &mut [Bucket] = cast_slice_mut(&mut self.map[..new]);
        grow::spread::<W>(buckets, self.homes + SPARE, homes, self.tag)?;
        self.homes = homes;
        self.room = soft_room(homes, W);
        Ok(())
    }

    /// Calls `visit` with the states whose tag is that of a depth.
    fn scan(&self, depth: usize, visit: &mut dyn FnMut(&[u64]) -> ControlFlow<Stop>) -> ControlFlow<Stop> {
        let (wanted, state_bits) = (self.tag.at(depth), self.tag.mask());
        let mut found = Vec::with_capacity((BLOCK + 8) * W);
        for bucket in self.buckets() {
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
    fn len(&self) -> u64 {
        self.len
    }

    fn frontier(&self) -> usize {
        self.front.words() / W
    }

    #[inline]
    fn block(&self, cursor: &mut Cursor) -> &[u64] {
        self.front.block(cursor, BLOCK * W)
    }

    fn contains(&self, state: &[u64], key: u64) -> bool {
        let probe = probe::Probe { homes: self.homes, tag: self.tag, depth: 0 };
        state.as_array::<W>().is_some_and(|state| probe.contains(self.buckets(), state, key))
    }

    #[inline]
    fn enter(&mut self, states: &[u64], keys: &[u64], ahead: &[u64], memory: &Memory) -> Result<(), Full> {
        let (mut states, mut keys, mut ahead) = (states, keys, ahead);
        loop {
            let mut count = keys.len().min(probe::MOST);
            if self.len + count as u64 > self.room {
                count = self.make_room(count, memory)?;
            }
            let tail = self.next.tail(count * W, &mut self.pool, memory)?;
            let probe = probe::Probe { homes: self.homes, tag: self.tag, depth: self.tag.at(self.entering) };
            let buckets: &mut [Bucket] = cast_slice_mut(&mut self.map[..(self.homes + SPARE) * 64]);
            let entered =
                probe::enter::<W>(probe, buckets, &states[..count * W], &keys[..count], ahead, tail);
            self.next.commit(entered.new * W);
            self.len += entered.new as u64;
            ahead = &[];
            if entered.all {
                (states, keys) = (&states[count * W..], &keys[count..]);
                if keys.is_empty() {
                    return Ok(());
                }
            } else {
                self.resize(self.homes * 5 / 4 + 1, memory)?;
            }
        }
    }

    fn advance(&mut self, memory: &Memory, keep: bool) {
        let old = std::mem::replace(&mut self.front, std::mem::take(&mut self.next));
        if self.entering > 0 {
            let states = old.words() / W;
            let large = states >= LARGE && states as u64 * SHARE >= self.len;
            if large && !keep && self.tag.modulus() >= 4 {
                self.pool.recycle(old, memory);
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
        visit: &mut dyn FnMut(&[u64]) -> ControlFlow<Stop>,
    ) -> ControlFlow<Stop> {
        let list = match self.kept.get(depth) {
            Some(kept) => kept.as_ref(),
            None if depth + 1 == self.entering => Some(&self.front),
            None => return ControlFlow::Continue(()),
        };
        match list {
            Some(list) => list.pieces().flat_map(|piece| piece.chunks(BLOCK * W)).try_for_each(visit),
            None => self.scan(depth, visit),
        }
    }

    fn save(&self, out: &mut Writer) -> io::Result<()> {
        out.word(self.homes as u64)?;
        out.word(self.len)?;
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
            self.resize(homes, memory)?;
        }
        self.len = from.word()?;
        self.kept.clear();
        for _ in 0..from.length(8)? {
            self.kept.push(match from.word()? {
                0 => None,
                _ => Some(Level::load(from, W, &mut self.pool, memory)?),
            });
        }
        self.front = Level::load(from, W, &mut self.pool, memory)?;
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
