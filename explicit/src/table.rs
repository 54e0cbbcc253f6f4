//! The set of states that have been found, for states of one or two words with a bit to spare: exact, insert-only.
//!
//! Slots hold the states themselves, or, from a size on, the part of them that their place does not tell ([`narrow`]). Eight words make a bucket, one
//! cache line: a lookup that needs one bucket, as most do, waits for memory once. Where a bucket is full, its states go on in the next one (linear probing: Knuth, *The Art of Computer Programming*, vol. 3,
//! section 6.4). Buckets are found by scaling the hash to their number, which keeps their order when the table grows; so it grows in
//! place, by one pass from the end to the beginning ([`grow`]), and never needs the room of two tables.
//!
//! The bits of a slot that the state does not use say that it is taken, and at which depth: modulo what they can hold. So the states of a
//! depth are found again without a list of them, and large lists are dropped when they have been worked on. Runs need no parents:
//! [`crate::path`] finds them backwards.

mod grow;
mod narrow;
mod probe;
mod shape;
mod shared;
mod simd;

use crate::checkpoint::{Reader, Unfit, Writer};
use crate::keys::Keys;
use crate::level::{Hand, Level};
use crate::machine::Stop;
use crate::memory::{Full, Memory};
use crate::store::{BLOCK, Count, Cursor, Entry, Share, Short, Store};
use bytemuck::{cast_slice, cast_slice_mut};
use memmap2::{MmapMut, MmapOptions};
use narrow::{Division, Narrow};
use rayon::ThreadPool;
use rayon::prelude::*;
use shape::{Shape, Wide};
use std::io;
use std::ops::{ControlFlow, Range};
use std::sync::atomic::{AtomicBool, Ordering};

/// Eight words: one cache line. Of states of two words, the first words come first.
pub(crate) type Bucket = [u64; 8];

/// Buckets after the last one that states are mapped to, for states that find it full.
const SPARE: usize = 16;

/// Buckets of a new table.
const FIRST: usize = 8;

/// A table with fewer buckets doubles.
const FEW: usize = 1 << 17;

/// A table with more buckets grows by no more than three eighths.
const MANY: usize = 1 << 19;

/// Bytes from which on it is worth asking for huge pages.
const HUGE: usize = 4 << 20;

/// The address space that is reserved where no limit on memory is set, in bytes.
const RESERVED: u64 = 1 << 38;

/// A depth with at least so many states, and at least one in [`SHARE`] of all so far, loses its list.
const LARGE: usize = 1 << 14;

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

    /// The depth that the last word of a slot has, modulo [`Self::modulus`].
    fn depth_of(self, word: u64) -> usize {
        (word >> self.shift >> 1) as usize
    }
}

/// A set of states of `W` words: 1 or 2.
pub(crate) struct Table<const W: usize> {
    /// The buckets, in memory that is reserved for more.
    map: MmapMut,
    /// The number of buckets that states are mapped to.
    homes: usize,
    /// The number of states. Threads that enter some together count them in beforehand.
    len: Count,
    /// How many states it takes before it should grow.
    room: u64,
    /// A thread has found no place for a state.
    cramped: AtomicBool,
    tag: Tag,
    keys: Keys,
    /// Where slots are narrow: how they are divided.
    narrow: Option<Division>,
    /// The depth of the states that are being entered.
    entering: usize,
    front: Level,
    /// The states of the depths before, where they have been kept.
    kept: Vec<Option<Level>>,
}

/// Gives the shape that the slots of a table have a name, which is of one type or another.
macro_rules! with_shape {
    ($table:ident, $shape:ident => $result:expr) => {
        match $table.narrow {
            Some(division) => {
                let $shape = Narrow::new($table.homes, division, $table.entering);
                $result
            }
            None => {
                let (homes, tag, keys) = ($table.homes, $table.tag, &$table.keys);
                let $shape = Wide::<W> { homes, tag, depth: tag.at($table.entering), keys };
                $result
            }
        }
    };
}

impl<const W: usize> Table<W> {
    /// An empty set, which may come to take at most so many bytes. Slots may become narrow where keys are states.
    ///
    /// # Errors
    /// Where there is no memory.
    pub(crate) fn new(tag: Tag, keys: Keys, most: Option<u64>, memory: &Memory) -> Result<Self, Full> {
        let bytes = (FIRST + SPARE) * 64;
        memory.note(bytes as u64);
        let most = usize::try_from(most.unwrap_or(RESERVED)).unwrap_or(usize::MAX / 4).max(bytes);
        let mut table = Self {
            map: reserve(most, bytes)?,
            homes: FIRST,
            len: Count::default(),
            room: 0,
            cramped: AtomicBool::new(false),
            tag,
            keys,
            narrow: None,
            entering: 0,
            front: Level::default(),
            kept: Vec::new(),
        };
        table.room = table.soft_room(FIRST);
        Ok(table)
    }

    fn buckets(&self) -> &[Bucket] {
        cast_slice(&self.map[..(self.homes + SPARE) * 64])
    }

    /// The buckets, for threads that enter states together. They hold `&self`, so nobody has the buckets for itself meanwhile.
    #[allow(unsafe_code, reason = "memory that is shared at times")]
    fn shared_buckets<S: Shape>(&self, _: S) -> &[S::Shared] {
        // SAFETY: shared buckets are atomic integers, laid out like the integers of a bucket, and the map is as long as that, and aligned to pages.
        // Whoever looks at it otherwise, by `buckets`, does so between the times when threads enter states: the search sees to that. Whoever writes
        // otherwise has `&mut self`. The shape, and with it the size of the integers, changes by `&mut self` only.
        unsafe { std::slice::from_raw_parts(self.map.as_ptr().cast(), self.homes + SPARE) }
    }

    /// The number of states.
    fn count(&mut self) -> u64 {
        *self.len.alone()
    }

    /// How many states so many buckets take before the table should grow: up to there most buckets are not full, and no state is far from where it
    /// belongs.
    fn soft_room(&self, homes: usize) -> u64 {
        self.sixteenths(homes, if self.narrow.is_some() { 12 } else { 13 })
    }

    /// How many they take where there is no memory to grow.
    fn hard_room(&self, homes: usize) -> u64 {
        self.sixteenths(homes, if self.narrow.is_some() { 13 } else { 15 })
    }

    fn sixteenths(&self, homes: usize, full: u64) -> u64 {
        let lanes = if self.narrow.is_some() { 16 } else { 8 / W };
        (homes * lanes) as u64 * full / 16
    }

    /// How many depths are told apart.
    fn modulus(&self) -> u64 {
        self.narrow.map_or(self.tag.modulus(), Division::modulus)
    }

    /// Makes room for so many states more, or for some of them where memory is short; for how many.
    #[cold]
    fn grow(&mut self, more: usize, pool: Option<&ThreadPool>, memory: &Memory) -> Result<usize, Full> {
        let len = self.count();
        if self.become_narrow()? && len + more as u64 <= self.room {
            return Ok(more);
        }
        // In states of 1024 buckets.
        let needed = ((len as usize + more) << 10) / self.soft_room(1 << 10) as usize + 1;
        let extra = |homes: usize| (homes.saturating_sub(self.homes) * 64) as u64;
        // The lists of states to come take memory, too.
        let lists = |homes: usize| (self.soft_room(homes).saturating_sub(len)) * W as u64 * 2;
        // In eighths. Growing is cheap, and the more there is, the more would lie idle.
        let steps: &[usize] = match self.homes {
            0..FEW => &[16, 12, 10, 9],
            FEW..MANY => &[12, 10, 9],
            MANY.. => &[11, 10, 9],
        };
        let usual = steps.iter().map(|eighths| (self.homes * eighths / 8).max(needed));
        // As much as there is, but not for the sake of a few states: each time, all that are there must move.
        let last = memory.free().map(|free| {
            let taken = (self.homes * 64) as u64 + len * W as u64 * 2;
            let each = 64 + self.soft_room(1 << 10) * W as u64 * 2 / (1 << 10);
            usize::try_from(free.saturating_add(taken) / each).unwrap_or(usize::MAX)
        });
        let last = last.filter(|&homes| homes >= needed.max(self.homes / 64 * 65));
        let affordable = |&homes: &usize| homes > self.homes && memory.allows(extra(homes) + lists(homes));
        if let Some(homes) = usual.chain(last).find(affordable) {
            self.resize(homes, pool, memory)?;
            return Ok(more);
        }
        // Slower, but it goes on.
        self.room = self.hard_room(self.homes);
        match usize::try_from(self.room.saturating_sub(len)) {
            Ok(0) | Err(_) => Err(Full),
            Ok(some) => Ok(some.min(more)),
        }
    }

    /// Makes the slots narrow, if they are not, and can be; whether it did. Then there is room for twice as many states.
    fn become_narrow(&mut self) -> Result<bool, Full> {
        let Keys::Mixed(mixer) = &self.keys else { return Ok(false) };
        let Some(division) = Division::new(mixer.bits(), self.homes) else { return Ok(false) };
        if self.narrow.is_some() {
            return Ok(false);
        }
        let wide = Wide::<1> { homes: self.homes, tag: self.tag, depth: 0, keys: &self.keys };
        let buckets: &mut [Bucket] = cast_slice_mut(&mut self.map[..(self.homes + SPARE) * 64]);
        let complete = narrow::make_narrow(buckets, wide, division);
        self.narrow = Some(division);
        self.room = self.soft_room(self.homes);
        if complete { Ok(true) } else { Err(Full) }
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
        let (tag, keys) = (self.tag, &self.keys);
        match self.narrow {
            Some(division) => {
                let shape = |homes: usize| Narrow::new(homes, division, 0);
                grow::all(buckets, shape(self.homes), shape(homes), pool)?;
            }
            None => {
                let shape = |homes: usize| Wide::<W> { homes, tag, depth: 0, keys };
                grow::all(buckets, shape(self.homes), shape(homes), pool)?;
            }
        }
        self.homes = homes;
        self.room = self.soft_room(homes);
        *self.cramped.get_mut() = false;
        Ok(())
    }

    /// Calls `visit` with a share of the states whose tag is that of a depth.
    fn scan(
        &self,
        depth: usize,
        share: Share,
        visit: &mut dyn FnMut(&[u64]) -> ControlFlow<Stop>,
    ) -> ControlFlow<Stop> {
        with_shape!(self, shape => self.scan_with(shape, depth, share, visit))
    }

    fn scan_with<S: Shape>(
        &self,
        shape: S,
        depth: usize,
        share: Share,
        visit: &mut dyn FnMut(&[u64]) -> ControlFlow<Stop>,
    ) -> ControlFlow<Stop> {
        let mut found: Vec<S::State> = Vec::with_capacity(BLOCK + S::LANES);
        let buckets = self.buckets();
        for at in share.range(buckets.len()) {
            let of_depth = |lane| shape.state_of_depth(&buckets[at], lane, at, depth, &self.keys);
            found.extend((0..S::LANES).filter_map(of_depth));
            if found.len() >= BLOCK {
                visit(cast_slice(&found))?;
                found.clear();
            }
        }
        if found.is_empty() { ControlFlow::Continue(()) } else { visit(cast_slice(&found)) }
    }
}

impl<const W: usize> Store for Table<W> {
    type Hand = Hand;

    const KIND: &'static str = "wide or narrow buckets";

    fn len(&self) -> u64 {
        self.len.get()
    }

    fn frontier(&self) -> usize {
        self.front.words() / W
    }

    #[inline]
    fn take(&self, cursor: &mut Cursor, most: usize, states: &mut Vec<u64>) {
        states.extend_from_slice(self.front.block(cursor, most * W));
    }

    fn contains(&self, state: &[u64], key: u64) -> bool {
        with_shape!(self, shape => match cast_slice(state) {
            [state] => shape.contains(self.buckets(), state, key),
            _ => false,
        })
    }

    fn keys(&self) -> &Keys {
        &self.keys
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
            let buckets: &mut [Bucket] = cast_slice_mut(&mut self.map[..(self.homes + SPARE) * 64]);
            let (some, fresh) = (&states[..count * W], &mut tail[..count * W]);
            let entered = with_shape!(self, shape => {
                probe::enter(shape, buckets, cast_slice(some), &keys[..count], ahead, cast_slice_mut(fresh))
            });
            hand.commit(entered.new * W);
            *self.len.alone() += entered.new as u64;
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
        let mut ahead = batch.ahead;
        for (states, keys) in batch.states.chunks(probe::MOST * W).zip(batch.keys.chunks(probe::MOST)) {
            let tail = hand.tail(states.len(), memory)?;
            let count = keys.len() as u64;
            // As if all were new, so that there is room for all whatever the others do.
            if !self.len.claim(count, self.room.min(most)) {
                return Err(Short::Room);
            }
            let fresh = &mut tail[..states.len()];
            let entered = with_shape!(self, shape => {
                let buckets = self.shared_buckets(shape);
                shared::enter_shared(shape, buckets, cast_slice(states), keys, ahead, cast_slice_mut(fresh))
            });
            hand.commit(entered.new * W);
            self.len.give_back(count - entered.new as u64);
            if !entered.all {
                self.cramped.store(true, Ordering::Relaxed);
                return Err(Short::Room);
            }
            ahead = &[];
        }
        Ok(())
    }

    fn make_room(&mut self, more: u64, pool: &ThreadPool, memory: &Memory) -> bool {
        if *self.cramped.get_mut() && self.resize(self.homes * 5 / 4 + 1, Some(pool), memory).is_err() {
            return false;
        }
        self.count() + more <= self.room
            || self.grow(more as usize, Some(pool), memory).is_ok_and(|some| some as u64 == more)
    }

    fn advance<'h>(&mut self, hands: impl Iterator<Item = &'h mut Hand>, memory: &Memory, keep: bool) {
        let mut hands: Vec<&mut Hand> = hands.collect();
        let old = std::mem::replace(&mut self.front, Hand::gather(&mut hands));
        if self.entering > 0 {
            let states = old.words() / W;
            let large = states >= LARGE && states as u64 * SHARE >= self.count();
            if large && !keep && self.modulus() >= 4 {
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
        out.word(self.narrow.map_or(0, Division::save))?;
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
        self.narrow = match (from.word()?, &self.keys) {
            (0, _) => None,
            (rest, Keys::Mixed(mixer)) => {
                let division = Division::load(mixer.bits(), rest);
                let fits = |&division: &Division| Narrow::new(homes, division, 0).fits();
                Some(division.filter(fits).ok_or(Unfit::Damaged)?)
            }
            (_, Keys::Hashed) => return Err(Unfit::Damaged),
        };
        self.room = self.soft_room(homes);
        *self.len.alone() = from.word()?;
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
