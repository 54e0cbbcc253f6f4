//! Slots of four bytes, for states whose keys are the states in another form ([`Mixer`](crate::keys::Mixer)).
//!
//! The bucket that a state belongs to says what the upper bits of its key are, so that only the others are stored, beside how far from that bucket
//! the state lies (Cleary, *Compact Hash Tables Using Bidirectional Linear Probing*, 1984). Of a key, scaled to the number of buckets by a
//! multiplication, the upper half of the product is the bucket. In the lower half, two keys of one bucket differ by at least that number; so its
//! upper bits, down to the highest bit of the number, tell them apart: no division is needed.

use super::Bucket;
use super::shape::{Shape, Wide};
use super::simd::{Lanes, Portable};
use crate::keys::Keys;
use bytemuck::{must_cast_mut, must_cast_ref};
use std::sync::atomic::{AtomicU32, Ordering};

/// Bits that say how far a state lies from where it belongs.
const FAR_BITS: u32 = 5;

/// The fewest bits for depths: lists of states can be dropped where depths are told apart, and that is worth more than narrow slots.
const DEPTH_BITS: u32 = 2;

/// The most bits of a key that are stored.
const MOST_REST: u32 = 32 - FAR_BITS - DEPTH_BITS - 1;

/// Fewer buckets are not worth the change.
const FEWEST: usize = 1 << 8;

/// How slots are divided: from the lowest bit on, the rest of a key, how far it lies, whether the slot is taken, the depth.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Division {
    /// Bits of a key.
    key: u32,
    /// Bits of the part that is stored.
    rest: u32,
}

impl Division {
    /// For keys of so many bits in so many buckets, or more of them later; if there is one.
    pub(super) fn new(key: u32, homes: usize) -> Option<Self> {
        let rest = key.checked_sub(homes.checked_ilog2()?)?.max(1);
        (homes >= FEWEST && rest <= MOST_REST).then_some(Self { key, rest })
    }

    /// The one that was saved as a number, if it is one.
    pub(super) fn load(key: u32, rest: u64) -> Option<Self> {
        let rest = u32::try_from(rest).ok()?;
        (1..=MOST_REST).contains(&rest).then_some(Self { key, rest })
    }

    /// A number to be saved.
    pub(super) fn save(self) -> u64 {
        self.rest.into()
    }

    /// How many depths are told apart.
    pub(super) fn modulus(self) -> u64 {
        1 << (32 - self.depth_shift())
    }

    fn depth_shift(self) -> u32 {
        self.rest + FAR_BITS + 1
    }

    /// The tag of a depth.
    fn depth(self, depth: usize) -> u32 {
        ((depth as u64 & (self.modulus() - 1)) << self.depth_shift()) as u32
    }

    fn taken(self) -> u32 {
        1 << (self.rest + FAR_BITS)
    }
}

/// Slots of four bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Narrow {
    homes: usize,
    division: Division,
    /// How far the product of a key and the number of buckets is shifted for the rest.
    shift: u32,
    /// What the product of a key and the number of buckets is multiplied by for the number in the key, in units of the highest bit of that number:
    /// of a fixed point number, 63 bits behind the point.
    ratio: u64,
    /// The tag of the states that are entered.
    depth: u32,
}

impl Narrow {
    pub(super) fn new(homes: usize, division: Division, depth: usize) -> Self {
        // No more bits of the number than the key has: with one bit less, shifts are never too far.
        let log = homes.checked_ilog2().unwrap_or(0).min(division.key - 1);
        let ratio = ((1u128 << (63 + log)) / homes.max(1) as u128) as u64;
        Self { homes, division, shift: 64 - division.key + log, ratio, depth: division.depth(depth) }
    }

    /// Whether the rests of all keys fit.
    pub(super) fn fits(self) -> bool {
        64 - self.shift <= self.division.rest
    }

    /// The key whose product with the number of buckets has this upper half, and this rest in the lower one.
    fn key(self, home: usize, rest: u32) -> u64 {
        let bits = self.division.key;
        let log = self.shift + bits - 64;
        // Products of such keys begin there, in units of the lowest bit of `rest`. Divided by the number of buckets, this is the key, but for what has
        // been rounded down: three times less than one.
        let begin = ((home as u64) << (bits - log)) + u64::from(rest);
        let guess = ((u128::from(begin) * u128::from(self.ratio)) >> 63) as u64;
        let keys = (guess..guess + 3).map(|number| number << (64 - bits));
        keys.into_iter().find(|&key| self.split(key) == (home, rest)).unwrap_or_default()
    }

    #[inline(always)]
    fn split(self, key: u64) -> (usize, u32) {
        let product = u128::from(key) * self.homes as u128;
        ((product >> 64) as usize, (product as u64 >> self.shift) as u32)
    }

    /// What a slot holds so far from where it belongs.
    #[inline(always)]
    fn slot(self, rest: u32, far: usize) -> u32 {
        rest | (far as u32) << self.division.rest | self.division.taken()
    }
}

impl Shape for Narrow {
    type State = [u64; 1];
    type Slot = u32;
    /// The key, and the tag of the depth.
    type Carried = (u64, u32);
    type Shared = [AtomicU32; 16];

    const LANES: usize = 16;
    const FAR: usize = (1 << FAR_BITS) - 1;
    const BACKWARDS: bool = false;

    #[inline(always)]
    fn homes(self) -> usize {
        self.homes
    }

    #[inline(always)]
    fn seek(self, _: &[u64; 1], key: u64) -> (usize, u32) {
        self.split(key)
    }

    #[inline(always)]
    fn hits<L: Lanes>(self, words: L::Words, slot: u32, far: usize) -> u32 {
        L::equal_halves(words, self.slot(slot, far), self.division.taken() << 1)
    }

    #[inline(always)]
    fn taken<L: Lanes>(self, words: L::Words) -> u32 {
        L::any_halves(words, self.division.taken())
    }

    #[inline(always)]
    fn write(self, bucket: &mut Bucket, lane: usize, slot: u32, far: usize) {
        let slots: &mut [u32; 16] = must_cast_mut(bucket);
        slots[lane] = self.slot(slot, far) | self.depth;
    }

    #[inline(always)]
    fn claim(self, bucket: &[AtomicU32; 16], lane: usize, slot: u32, far: usize) -> bool {
        let slot = self.slot(slot, far) | self.depth;
        bucket[lane].compare_exchange(0, slot, Ordering::AcqRel, Ordering::Relaxed).is_ok()
    }

    #[inline(always)]
    fn read(bucket: &[AtomicU32; 16]) -> Bucket {
        let slots: [u32; 16] = std::array::from_fn(|at| bucket[at].load(Ordering::Acquire));
        bytemuck::must_cast(slots)
    }

    #[inline(always)]
    fn lift(self, bucket: &Bucket, lane: usize, at: usize) -> (u64, u32) {
        let Division { rest, .. } = self.division;
        let slots: &[u32; 16] = must_cast_ref(bucket);
        let far = slots[lane] >> rest & Self::FAR as u32;
        let key = self.key(at - far as usize, slots[lane] & ((1 << rest) - 1));
        (key, slots[lane] >> self.division.depth_shift() << self.division.depth_shift())
    }

    #[inline(always)]
    fn home_of(self, (key, _): (u64, u32)) -> usize {
        self.split(key).0
    }

    #[inline(always)]
    fn drop_at(self, bucket: &mut Bucket, lane: usize, (key, depth): (u64, u32), far: usize) {
        let slots: &mut [u32; 16] = must_cast_mut(bucket);
        slots[lane] = self.slot(self.split(key).1, far) | depth;
    }

    #[inline]
    fn state_of_depth(
        self,
        bucket: &Bucket,
        lane: usize,
        at: usize,
        depth: usize,
        keys: &Keys,
    ) -> Option<[u64; 1]> {
        let slots: &[u32; 16] = must_cast_ref(bucket);
        let wanted = self.division.depth(depth) | self.division.taken();
        let mixer = match keys {
            Keys::Mixed(mixer) if slots[lane] & !(self.division.taken() - 1) == wanted => mixer,
            _ => return None,
        };
        Some([mixer.state(self.lift(bucket, lane, at).0)])
    }
}

/// Makes the slots of a table narrow, in place; whether all states found a place. The buckets stay as many as they are, and each has room for twice
/// as many states, so a state never comes to lie behind where it was.
pub(super) fn make_narrow(buckets: &mut [Bucket], wide: Wide<'_, 1>, division: Division) -> bool {
    let narrow = Narrow::new(wide.homes, division, 0);
    let mut complete = true;
    for at in 0..buckets.len() {
        let bucket = std::mem::take(&mut buckets[at]);
        for lane in 0..wide.taken::<Portable>(bucket).count_ones() as usize {
            let [word] = wide.lift(&bucket, lane, at);
            let key = wide.keys.of(&[word & wide.tag.mask()]);
            let carried = (key, division.depth(wide.tag.depth_of(word)));
            complete &= narrow.place::<Portable>(buckets, narrow.home_of(carried), carried);
        }
    }
    complete
}
