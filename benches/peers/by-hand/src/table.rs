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

pub(crate) struct Table {
    words: Words,
    /// By how much a hash is shifted to the right to give a bucket.
    shift: u32,
}

/// As many bits as give a table for so many states that is at most about half full, but for large ones.
pub(crate) fn bits_for(states: u64) -> u32 {
    (states * 10 / 9).div_ceil(SLOTS as u64).next_power_of_two().trailing_zeros() + 1
}

impl Table {
    pub(crate) fn new(bits: u32) -> Self {
        assert!((1..40).contains(&bits), "a table of 2^{bits} buckets");
        Self { words: Words::new(SLOTS << bits), shift: 64 - bits }
    }

    /// How many words fit.
    pub(crate) fn capacity(&self) -> usize {
        SLOTS << (64 - self.shift)
    }

    /// The bucket of a word. It is asked for, so that it is near when [`Table::insert`] looks at it.
    #[inline(always)]
    pub(crate) fn bucket(&self, word: u64) -> usize {
        let mixed = word.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mixed = (mixed ^ (mixed >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
        let bucket = (mixed >> self.shift) as usize;
        #[cfg(target_arch = "x86_64")]
        {
            use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
            // SAFETY: a bucket lies in the map, and asking for memory has no effect that a program can see.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(self.words.as_ptr().add(bucket * SLOTS).cast()) };
        }
        bucket
    }

    /// Puts a word, which is not 0, into the set. Whether it is new. Some place must be left.
    #[inline(always)]
    pub(crate) fn insert(&mut self, word: u64, mut bucket: usize) -> bool {
        let last = (1_usize << (64 - self.shift)) - 1;
        // Where an old word goes: nowhere. A bucket is written to only for a new one.
        let mut nowhere = 0;
        loop {
            // SAFETY: a bucket lies in the map, which is aligned to pages, and nobody else refers into it.
            let slots = unsafe { &mut *self.words.as_mut_ptr().add(bucket * SLOTS).cast::<[u64; SLOTS]>() };
            let (mut same, mut full) = (0_u32, 0_u32);
            for (at, slot) in slots.iter().enumerate() {
                same |= u32::from(*slot == word) << at;
                full |= u32::from(*slot != 0) << at;
            }
            // Buckets fill from the front, and nothing is ever taken out.
            let free = full.count_ones() as usize;
            if same | (free < SLOTS) as u32 != 0 {
                let new = same == 0;
                *(if new { &mut slots[free % SLOTS] } else { &mut nowhere }) = word;
                return new;
            }
            bucket = (bucket + 1) & last;
        }
    }
}
