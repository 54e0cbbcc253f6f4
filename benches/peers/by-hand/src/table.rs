//! A set of words in memory that the system is asked for in huge pages: buckets of a cache line, each of eight words. No word may be 0.

use memmap2::{Advice, MmapMut};

/// Words in a bucket.
const SLOTS: usize = 8;

/// Anonymous memory, all zero, in huge pages where the system has them.
pub(crate) struct Words {
    map: MmapMut,
}

impl Words {
    pub(crate) fn new(count: usize) -> Self {
        let map = MmapMut::map_anon(count * size_of::<u64>()).expect("memory for the model");
        // Without them it is slower and no less right.
        let _ = map.advise(Advice::HugePage);
        Self { map }
    }

    pub(crate) fn as_mut_ptr(&mut self) -> *mut u64 {
        self.map.as_mut_ptr().cast()
    }

    fn as_ptr(&self) -> *const u64 {
        self.map.as_ptr().cast()
    }
}

/// How many buckets a table for so many states has: a bit more than half of it will be used.
pub(crate) fn buckets_for(states: u64) -> u64 {
    (states * 7 / 4).div_ceil(SLOTS as u64) + 128
}

/// Which slots of a bucket hold a word, and which hold anything, as bits.
pub(crate) trait Look {
    fn look(slots: &[u64; SLOTS], word: u64) -> (u32, u32);
}

/// As the compiler does it.
pub(crate) struct Portable;

impl Look for Portable {
    #[inline(always)]
    fn look(slots: &[u64; SLOTS], word: u64) -> (u32, u32) {
        let (mut same, mut full) = (0, 0);
        for (at, slot) in slots.iter().enumerate() {
            same |= u32::from(*slot == word) << at;
            full |= u32::from(*slot != 0) << at;
        }
        (same, full)
    }
}

/// With one instruction each. Only for processors that have AVX-512.
#[cfg(target_arch = "x86_64")]
pub(crate) struct Avx512;

#[cfg(target_arch = "x86_64")]
impl Look for Avx512 {
    #[inline(always)]
    fn look(slots: &[u64; SLOTS], word: u64) -> (u32, u32) {
        use std::arch::x86_64::{
            _mm512_cmpeq_epi64_mask, _mm512_loadu_si512, _mm512_set1_epi64, _mm512_test_epi64_mask,
        };
        // SAFETY: the slots are as long as a register, and whoever names this type has asked the processor.
        unsafe {
            let slots = _mm512_loadu_si512(slots.as_ptr().cast());
            let same = _mm512_cmpeq_epi64_mask(slots, _mm512_set1_epi64(word as i64));
            (u32::from(same), u32::from(_mm512_test_epi64_mask(slots, slots)))
        }
    }
}

pub(crate) struct Table {
    words: Words,
    buckets: u64,
}

impl Table {
    pub(crate) fn new(buckets: u64) -> Self {
        assert!((1..=u64::from(u32::MAX)).contains(&buckets), "buckets are numbered by 32 bits");
        Self { words: Words::new(SLOTS * buckets as usize), buckets }
    }

    /// How many words fit.
    pub(crate) fn capacity(&self) -> usize {
        SLOTS * self.buckets as usize
    }

    /// The bucket of a word. It is asked for, so that it is near when [`Table::insert`] looks at it.
    #[inline(always)]
    pub(crate) fn bucket(&self, word: u64) -> u32 {
        let mixed = word.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let bucket = ((u128::from(mixed ^ (mixed >> 32)) * u128::from(self.buckets)) >> 64) as usize;
        #[cfg(target_arch = "x86_64")]
        {
            use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
            // SAFETY: a bucket lies in the map, and asking for memory has no effect that a program can see.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(self.words.as_ptr().add(bucket * SLOTS).cast()) };
        }
        bucket as u32
    }

    /// Puts a word, which is not 0, into the set. Whether it is new. Some place must be left.
    #[inline(always)]
    pub(crate) fn insert<L: Look>(&mut self, word: u64, bucket: u32) -> bool {
        let mut bucket = bucket as usize;
        // Where an old word goes: nowhere. A bucket is written to only for a new one.
        let mut nowhere = 0;
        loop {
            // SAFETY: a bucket lies in the map, which is aligned to pages, and nobody else refers into it.
            let slots = unsafe { &mut *self.words.as_mut_ptr().add(bucket * SLOTS).cast::<[u64; SLOTS]>() };
            let (same, full) = L::look(slots, word);
            // Buckets fill from the front, and nothing is ever taken out.
            let free = full.trailing_ones() as usize;
            if (same != 0) | (free < SLOTS) {
                let new = same == 0;
                *(if new { &mut slots[free % SLOTS] } else { &mut nowhere }) = word;
                return new;
            }
            bucket = if bucket + 1 == self.buckets as usize { 0 } else { bucket + 1 };
        }
    }
}
