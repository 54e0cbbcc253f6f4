//! Comparing all words of a bucket at once.
#![allow(
    unsafe_code,
    reason = "instructions that not every processor has; which are there is asked when the program runs"
)]

use super::Bucket;

/// How a processor compares the words of a bucket. Bit `i` of an answer speaks of word `i`.
pub(super) trait Lanes {
    /// Which words are wanted. With `W` words to a state, the first eight `W`ths of the bucket are compared with the first word, and so on.
    /// Of the last word, only the bits of `mask` count.
    fn equal<const W: usize>(bucket: &Bucket, wanted: [u64; W], mask: u64) -> u32;

    /// Which words are not zero.
    fn nonzero(bucket: &Bucket) -> u32;
}

/// For any processor.
pub(super) struct Portable;

impl Lanes for Portable {
    #[inline(always)]
    fn equal<const W: usize>(bucket: &Bucket, wanted: [u64; W], mask: u64) -> u32 {
        let lanes = 8 / W;
        (0..8).fold(0, |equal, at| {
            let mask = if at / lanes + 1 == W { mask } else { u64::MAX };
            equal | u32::from(bucket[at] & mask == wanted[at / lanes]) << at
        })
    }

    #[inline(always)]
    fn nonzero(bucket: &Bucket) -> u32 {
        (0..8).fold(0, |nonzero, at| nonzero | u32::from(bucket[at] != 0) << at)
    }
}

/// With AVX2: half a bucket at a time. Only where the processor has it.
#[cfg(target_arch = "x86_64")]
pub(super) struct Avx2;

#[cfg(target_arch = "x86_64")]
impl Lanes for Avx2 {
    #[inline(always)]
    fn equal<const W: usize>(bucket: &Bucket, wanted: [u64; W], mask: u64) -> u32 {
        use core::arch::x86_64::{
            _mm256_and_si256, _mm256_castsi256_pd, _mm256_cmpeq_epi64, _mm256_loadu_si256,
            _mm256_movemask_pd, _mm256_set1_epi64x,
        };
        let half = |at: usize, wanted: u64, mask: u64| {
            // SAFETY: half a bucket is as long as a register, and the processor has been asked.
            let bits = unsafe {
                let words = _mm256_loadu_si256(bucket[at * 4..at * 4 + 4].as_ptr().cast());
                let words = _mm256_and_si256(words, _mm256_set1_epi64x(mask.cast_signed()));
                let equal = _mm256_cmpeq_epi64(words, _mm256_set1_epi64x(wanted.cast_signed()));
                _mm256_movemask_pd(_mm256_castsi256_pd(equal))
            };
            bits.cast_unsigned()
        };
        let first_mask = if W == 1 { mask } else { u64::MAX };
        half(0, wanted[0], first_mask) | half(1, wanted[W - 1], mask) << 4
    }

    #[inline(always)]
    fn nonzero(bucket: &Bucket) -> u32 {
        !Self::equal::<1>(bucket, [0], u64::MAX) & 0xff
    }
}

/// With AVX-512: a whole bucket at a time. Only where the processor has it.
#[cfg(target_arch = "x86_64")]
pub(super) struct Avx512;

#[cfg(target_arch = "x86_64")]
impl Lanes for Avx512 {
    #[inline(always)]
    fn equal<const W: usize>(bucket: &Bucket, wanted: [u64; W], mask: u64) -> u32 {
        use core::arch::x86_64::{
            _mm512_and_si512, _mm512_cmpeq_epi64_mask, _mm512_loadu_si512, _mm512_mask_set1_epi64,
            _mm512_set1_epi64,
        };
        let halves = |first: u64, last: u64| {
            // SAFETY: only registers are touched, and the processor has been asked.
            unsafe {
                let all = _mm512_set1_epi64(first.cast_signed());
                if W == 1 { all } else { _mm512_mask_set1_epi64(all, 0xf0, last.cast_signed()) }
            }
        };
        let (mask, wanted) = match W {
            1 => (halves(mask, mask), halves(wanted[0], wanted[0])),
            _ => (halves(u64::MAX, mask), halves(wanted[0], wanted[W - 1])),
        };
        // SAFETY: a bucket is as long as a register, and the processor has been asked.
        unsafe {
            let words = _mm512_and_si512(_mm512_loadu_si512(bucket.as_ptr().cast()), mask);
            u32::from(_mm512_cmpeq_epi64_mask(words, wanted))
        }
    }

    #[inline(always)]
    fn nonzero(bucket: &Bucket) -> u32 {
        use core::arch::x86_64::{_mm512_loadu_si512, _mm512_test_epi64_mask};
        // SAFETY: as above.
        unsafe {
            let words = _mm512_loadu_si512(bucket.as_ptr().cast());
            u32::from(_mm512_test_epi64_mask(words, words))
        }
    }
}

/// Defines a function that runs another one, which is generic in [`Lanes`], in the widest translation that the processor has instructions for.
macro_rules! by_processor {
    (
        $(#[$doc:meta])*
        $visibility:vis fn $name:ident[$words:ident]($($argument:ident: $type:ty),* $(,)?) -> $result:ty = $generic:ident;
    ) => {
        $(#[$doc])*
        #[inline]
        $visibility fn $name<const $words: usize>($($argument: $type),*) -> $result {
            #[cfg(target_arch = "x86_64")]
            #[allow(unsafe_code, reason = "what is called is translated for processors that have been asked for")]
            {
                use super::simd::{Avx2, Avx512};
                #[target_feature(enable = "avx512f,bmi2")]
                fn avx512<const $words: usize>($($argument: $type),*) -> $result {
                    $generic::<Avx512, $words>($($argument),*)
                }
                #[target_feature(enable = "avx2,bmi2")]
                fn avx2<const $words: usize>($($argument: $type),*) -> $result {
                    $generic::<Avx2, $words>($($argument),*)
                }
                if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("bmi2") {
                    // SAFETY: the processor has just said that it can.
                    return unsafe { avx512::<$words>($($argument),*) };
                }
                if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("bmi2") {
                    // SAFETY: as above.
                    return unsafe { avx2::<$words>($($argument),*) };
                }
            }
            $generic::<super::simd::Portable, $words>($($argument),*)
        }
    };
}

pub(super) use by_processor;

#[cfg(test)]
mod tests {
    use super::*;

    /// Compares an implementation with the plain one, on buckets of which some words are wanted.
    fn agrees<L: Lanes>() {
        let mut seed = 1u64;
        let mut next = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            seed >> 33
        };
        for _ in 0..20_000 {
            let bucket: Bucket = std::array::from_fn(|_| match next() % 4 {
                0 => 0,
                kind => (next() % 3) | (kind << 62),
            });
            let mask = u64::MAX >> (next() % 3);
            let (one, two) = ([next() % 3], [bucket[1], (next() % 3) | (1 << 62)]);
            assert_eq!(L::equal(&bucket, one, mask), Portable::equal(&bucket, one, mask));
            assert_eq!(L::equal(&bucket, two, mask), Portable::equal(&bucket, two, mask));
            assert_eq!(L::nonzero(&bucket), Portable::nonzero(&bucket));
        }
    }

    #[test]
    #[cfg(target_arch = "x86_64")]
    fn all_processors_agree() {
        if is_x86_feature_detected!("avx2") {
            agrees::<Avx2>();
        }
        if is_x86_feature_detected!("avx512f") {
            agrees::<Avx512>();
        }
    }
}
