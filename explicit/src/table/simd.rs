//! Comparing all words of a bucket at once.
#![allow(
    unsafe_code,
    reason = "instructions that not every processor has; which are there is asked when the program runs"
)]

use super::Bucket;
use super::shape::Shape;
use bytemuck::must_cast;
#[cfg(target_arch = "x86_64")]
use core::arch::{asm, x86_64::*};
use std::ptr::from_ref;

/// How a processor compares the words of a bucket. Bit `i` of an answer speaks of word `i`.
pub(super) trait Lanes {
    /// The words of a bucket.
    type Words: Copy;

    /// Reads a bucket.
    fn load(bucket: &Bucket) -> Self::Words;

    /// Reads a bucket while others write to it. Each word is one that was there.
    fn load_shared<S: Shape>(bucket: &S::Shared) -> Self::Words;

    /// Which words are wanted. With `W` words to a state, the first eight `W`ths of the bucket are compared with the first word, and so on.
    /// Of the last word, only the bits of `mask` count.
    fn equal<const W: usize>(words: Self::Words, wanted: [u64; W], mask: u64) -> u32;

    /// Which words have any of these bits.
    fn any(words: Self::Words, bits: u64) -> u32;

    /// Which halves of words are equal to this one in the bits below `end`, which is a power of two. Bit `i` of the answer speaks of half `i`.
    fn equal_halves(words: Self::Words, wanted: u32, end: u32) -> u32;

    /// Which halves of words have any of these bits.
    fn any_halves(words: Self::Words, bits: u32) -> u32;
}

/// For any processor.
pub(super) struct Portable;

impl Lanes for Portable {
    type Words = Bucket;

    #[inline(always)]
    fn load(bucket: &Bucket) -> Bucket {
        *bucket
    }

    #[inline(always)]
    fn load_shared<S: Shape>(bucket: &S::Shared) -> Bucket {
        S::read(bucket)
    }

    #[inline(always)]
    fn equal<const W: usize>(words: Bucket, wanted: [u64; W], mask: u64) -> u32 {
        let lanes = 8 / W;
        (0..8).fold(0, |equal, at| {
            let mask = if at / lanes + 1 == W { mask } else { u64::MAX };
            equal | u32::from(words[at] & mask == wanted[at / lanes]) << at
        })
    }

    #[inline(always)]
    fn any(words: Bucket, bits: u64) -> u32 {
        (0..8).fold(0, |any, at| any | u32::from(words[at] & bits != 0) << at)
    }

    #[inline(always)]
    fn equal_halves(words: Bucket, wanted: u32, end: u32) -> u32 {
        let halves: [u32; 16] = must_cast(words);
        (0..16).fold(0, |equal, at| equal | u32::from(halves[at] & (end - 1) == wanted) << at)
    }

    #[inline(always)]
    fn any_halves(words: Bucket, bits: u32) -> u32 {
        let halves: [u32; 16] = must_cast(words);
        (0..16).fold(0, |any, at| any | u32::from(halves[at] & bits != 0) << at)
    }
}

/// With AVX2: half a bucket at a time. Only where the processor has it.
#[cfg(target_arch = "x86_64")]
pub(super) struct Avx2;

#[cfg(target_arch = "x86_64")]
impl Lanes for Avx2 {
    type Words = [__m256i; 2];

    #[inline(always)]
    fn load(bucket: &Bucket) -> [__m256i; 2] {
        // SAFETY: half a bucket is as long as a register, and the processor has been asked.
        [0, 4].map(|at| unsafe { _mm256_loadu_si256(bucket[at..at + 4].as_ptr().cast()) })
    }

    #[inline(always)]
    fn load_shared<S: Shape>(bucket: &S::Shared) -> [__m256i; 2] {
        // SAFETY: the processor has been asked.
        unsafe { halves_in_order(from_ref(bucket).cast()) }
    }

    #[inline(always)]
    fn equal<const W: usize>(words: [__m256i; 2], wanted: [u64; W], mask: u64) -> u32 {
        let half = |words: __m256i, wanted: u64, mask: u64| {
            // SAFETY: only registers are touched, and the processor has been asked.
            let bits = unsafe {
                let words = _mm256_and_si256(words, _mm256_set1_epi64x(mask.cast_signed()));
                let equal = _mm256_cmpeq_epi64(words, _mm256_set1_epi64x(wanted.cast_signed()));
                _mm256_movemask_pd(_mm256_castsi256_pd(equal))
            };
            bits.cast_unsigned()
        };
        let first_mask = if W == 1 { mask } else { u64::MAX };
        half(words[0], wanted[0], first_mask) | half(words[1], wanted[W - 1], mask) << 4
    }

    #[inline(always)]
    fn any(words: [__m256i; 2], bits: u64) -> u32 {
        // None of the bits, where all others are left out.
        !Self::equal::<1>(words, [0], bits) & 0xff
    }

    #[inline(always)]
    fn equal_halves(words: [__m256i; 2], wanted: u32, end: u32) -> u32 {
        masked_halves(words, wanted, end - 1)
    }

    #[inline(always)]
    fn any_halves(words: [__m256i; 2], bits: u32) -> u32 {
        !masked_halves(words, 0, bits) & 0xffff
    }
}

/// Which halves of words are equal to this one in these bits.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn masked_halves(words: [__m256i; 2], wanted: u32, mask: u32) -> u32 {
    let half = |words: __m256i| {
        // SAFETY: only registers are touched, and the processor has been asked.
        let bits = unsafe {
            let words = _mm256_and_si256(words, _mm256_set1_epi32(mask.cast_signed()));
            let equal = _mm256_cmpeq_epi32(words, _mm256_set1_epi32(wanted.cast_signed()));
            _mm256_movemask_ps(_mm256_castsi256_ps(equal))
        };
        bits.cast_unsigned()
    };
    half(words[0]) | half(words[1]) << 8
}

/// Reads the second half of a bucket, then the first. Each word is read as a whole, since it is aligned.
///
/// # Safety
/// There is a bucket, and whoever else looks at it does so by atomic accesses.
#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn halves_in_order(bucket: *const u64) -> [__m256i; 2] {
    let (first, second): (__m256i, __m256i);
    // SAFETY: half a bucket is as long as a register. On x86-64, loads are not moved before earlier ones. Beside atomic accesses of other
    // threads, an instruction by itself is no less than a row of atomic loads.
    unsafe {
        asm!(
            "vmovdqu {second}, [{at} + 32]",
            "vmovdqu {first}, [{at}]",
            at = in(reg) bucket,
            first = out(ymm_reg) first,
            second = out(ymm_reg) second,
            options(readonly, nostack, preserves_flags)
        );
    }
    [first, second]
}

/// Reads a bucket at once.
///
/// # Safety
/// As for [`halves_in_order`].
#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "avx512f")]
unsafe fn whole(bucket: *const u64) -> __m512i {
    let words: __m512i;
    // SAFETY: as in `halves_in_order`.
    unsafe {
        asm!(
            "vmovdqu64 {words}, [{at}]",
            at = in(reg) bucket,
            words = out(zmm_reg) words,
            options(readonly, nostack, preserves_flags)
        );
    }
    words
}

/// With AVX-512: a whole bucket at a time. Only where the processor has it.
#[cfg(target_arch = "x86_64")]
pub(super) struct Avx512;

#[cfg(target_arch = "x86_64")]
impl Lanes for Avx512 {
    type Words = __m512i;

    #[inline(always)]
    fn load(bucket: &Bucket) -> __m512i {
        // SAFETY: a bucket is as long as a register, and the processor has been asked.
        unsafe { _mm512_loadu_si512(bucket.as_ptr().cast()) }
    }

    #[inline(always)]
    fn load_shared<S: Shape>(bucket: &S::Shared) -> __m512i {
        let bucket = from_ref(bucket).cast();
        // SAFETY: only registers are touched otherwise, and the processor has been asked.
        unsafe {
            if !S::BACKWARDS {
                return whole(bucket);
            }
            let [first, second] = halves_in_order(bucket);
            _mm512_inserti64x4::<1>(_mm512_castsi256_si512(first), second)
        }
    }

    #[inline(always)]
    fn equal<const W: usize>(words: __m512i, wanted: [u64; W], mask: u64) -> u32 {
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
        // SAFETY: only registers are touched, and the processor has been asked.
        unsafe { u32::from(_mm512_cmpeq_epi64_mask(_mm512_and_si512(words, mask), wanted)) }
    }

    #[inline(always)]
    fn any(words: __m512i, bits: u64) -> u32 {
        // SAFETY: as above.
        unsafe { u32::from(_mm512_test_epi64_mask(words, _mm512_set1_epi64(bits.cast_signed()))) }
    }

    #[inline(always)]
    fn equal_halves(words: __m512i, wanted: u32, end: u32) -> u32 {
        // SAFETY: as above.
        unsafe {
            let all = |half: u32| _mm512_set1_epi32(half.cast_signed());
            u32::from(_mm512_cmpeq_epi32_mask(_mm512_and_si512(words, all(end - 1)), all(wanted)))
        }
    }

    #[inline(always)]
    fn any_halves(words: __m512i, bits: u32) -> u32 {
        // SAFETY: as above.
        unsafe { u32::from(_mm512_test_epi32_mask(words, _mm512_set1_epi32(bits.cast_signed()))) }
    }
}

/// Defines a function that runs another one, which is generic in [`Lanes`], in the widest translation that the processor has instructions for.
macro_rules! by_processor {
    (
        $(#[$doc:meta])*
        $visibility:vis fn $name:ident[$shape:ident]($($argument:ident: $type:ty),* $(,)?) -> $result:ty = $generic:ident;
    ) => {
        $(#[$doc])*
        #[inline]
        $visibility fn $name<$shape: Shape>($($argument: $type),*) -> $result {
            #[cfg(target_arch = "x86_64")]
            #[allow(unsafe_code, reason = "what is called is translated for processors that have been asked for")]
            {
                use super::simd::{Avx2, Avx512};
                #[target_feature(enable = "avx512f,bmi2")]
                fn avx512<$shape: Shape>($($argument: $type),*) -> $result {
                    $generic::<Avx512, $shape>($($argument),*)
                }
                #[target_feature(enable = "avx2,bmi2")]
                fn avx2<$shape: Shape>($($argument: $type),*) -> $result {
                    $generic::<Avx2, $shape>($($argument),*)
                }
                if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("bmi2") {
                    // SAFETY: the processor has just said that it can.
                    return unsafe { avx512::<$shape>($($argument),*) };
                }
                if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("bmi2") {
                    // SAFETY: as above.
                    return unsafe { avx2::<$shape>($($argument),*) };
                }
            }
            $generic::<super::simd::Portable, $shape>($($argument),*)
        }
    };
}

pub(super) use by_processor;

#[cfg(test)]
mod tests {
    use super::super::narrow::Narrow;
    use super::super::shape::Wide;
    use super::*;
    use std::sync::atomic::{AtomicU32, AtomicU64};

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
            let shared = bucket.map(AtomicU64::new);
            let in_halves = must_cast::<Bucket, [u32; 16]>(bucket).map(AtomicU32::new);
            for words in [
                L::load(&bucket),
                L::load_shared::<Wide<'_, 1>>(&shared),
                L::load_shared::<Wide<'_, 2>>(&shared),
                L::load_shared::<Narrow>(&in_halves),
            ] {
                assert_eq!(L::equal(words, one, mask), Portable::equal(bucket, one, mask));
                assert_eq!(L::equal(words, two, mask), Portable::equal(bucket, two, mask));
                for bits in [u64::MAX, 1 << 62, 1] {
                    assert_eq!(L::any(words, bits), Portable::any(bucket, bits));
                    let half = (bits >> 32) as u32;
                    assert_eq!(L::any_halves(words, half), Portable::any_halves(bucket, half));
                }
                for (wanted, end) in [(1, 2), (2, 1 << 30), ((bucket[3] >> 32) as u32, 1 << 31), (0, 1 << 31)]
                {
                    let expected = Portable::equal_halves(bucket, wanted, end);
                    assert_eq!(L::equal_halves(words, wanted, end), expected);
                }
            }
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
