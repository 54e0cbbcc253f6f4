//! Translations of one function for several processors.

/// Defines a function that runs the widest translation of another one, inlined into it, that the processor has instructions for. What it can
/// compare at once is decided when the program runs, not when it is built.
macro_rules! simd_translations {
    (
        $(#[$doc:meta])*
        $visibility:vis fn $name:ident[$words:ident]($($argument:ident: $type:ty),* $(,)?) -> $result:ty = $plain:ident;
    ) => {
        $(#[$doc])*
        #[inline]
        $visibility fn $name<const $words: usize>($($argument: $type),*) -> $result {
            #[cfg(target_arch = "x86_64")]
            #[allow(unsafe_code, reason = "what is called is translated for processors that have been asked for")]
            {
                #[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq,bmi2")]
                fn avx512<const $words: usize>($($argument: $type),*) -> $result {
                    $plain::<$words>($($argument),*)
                }
                #[target_feature(enable = "avx2,bmi2")]
                fn avx2<const $words: usize>($($argument: $type),*) -> $result {
                    $plain::<$words>($($argument),*)
                }
                if is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512vl")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("bmi2")
                {
                    // SAFETY: the processor has just said that it can.
                    return unsafe { avx512::<$words>($($argument),*) };
                }
                if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("bmi2") {
                    // SAFETY: as above.
                    return unsafe { avx2::<$words>($($argument),*) };
                }
            }
            $plain::<$words>($($argument),*)
        }
    };
}

pub(super) use simd_translations;
