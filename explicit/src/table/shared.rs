//! Entering states while other threads do the same.
//!
//! Nothing that has been entered ever changes or goes, and the lanes of a bucket are taken in order. So a state that has been seen is there, and
//! one that is not in the lanes before a free one was nowhere as long as that one is free: who takes it by a compare-and-swap has entered a new
//! state, and who comes late looks again (after Laarman, van de Pol and Weber, *Boosting Multi-Core Reachability Performance with Shared Hash
//! Tables*, 2010). A lane for two words is
//! [held](super::shape::Wide) until both have been written.

use super::probe::{Entered, MOST};
use super::shape::{Shape, home};
use super::simd::{Lanes, by_processor};
use crate::prefetch::prefetch;
use std::hint::spin_loop;

by_processor! {
    /// As [`enter`](super::probe::enter), while others enter states too.
    pub(super) fn enter_shared[S](
        shape: S,
        buckets: &[S::Shared],
        states: &[S::State],
        keys: &[u64],
        ahead: &[u64],
        fresh: &mut [S::State],
    ) -> Entered = enter_with;
}

#[inline(always)]
fn enter_with<L: Lanes, S: Shape>(
    shape: S,
    buckets: &[S::Shared],
    states: &[S::State],
    keys: &[u64],
    ahead: &[u64],
    fresh: &mut [S::State],
) -> Entered {
    let count = states.len().min(keys.len()).min(MOST);
    let (states, keys) = (&states[..count], &keys[..count]);
    let (beside, after) = ahead.split_at(count.min(ahead.len()));
    // First, those that are there already are sorted out, which are most; without a branch, and without writing.
    let (mut absent, mut missing) = ([0u16; MOST], 0);
    for number in 0..count {
        if let Some(&key) = beside.get(number) {
            prefetch(buckets, home(key, shape.homes()));
        }
        let (at, slot) = shape.seek(&states[number], keys[number]);
        let Some(bucket) = buckets.get(at) else { break };
        let words = L::load_shared::<S>(bucket);
        let (hits, taken) = (shape.hits::<L>(words, slot, 0), shape.taken::<L>(words));
        // If it is full, the next one is looked at.
        prefetch(buckets, at + usize::from(taken == S::ALL));
        absent[missing % MOST] = number as u16;
        missing += usize::from(hits == 0);
    }
    for &key in after {
        prefetch(buckets, home(key, shape.homes()));
    }
    let (mut new, mut complete) = (0, true);
    for &number in &absent[..missing] {
        let (state, key) = (&states[usize::from(number)], keys[usize::from(number)]);
        match insert::<L, S>(shape, buckets, state, key) {
            Inserted::New => {
                fresh[new] = *state;
                new += 1;
            }
            Inserted::Old => {}
            Inserted::NoRoom => complete = false,
        }
    }
    Entered { new, all: complete }
}

enum Inserted {
    New,
    Old,
    NoRoom,
}

#[inline(always)]
fn insert<L: Lanes, S: Shape>(shape: S, buckets: &[S::Shared], state: &S::State, key: u64) -> Inserted {
    let (home, slot) = shape.seek(state, key);
    let mut far = 0;
    loop {
        let Some(bucket) = buckets.get(home + far).filter(|_| far <= S::FAR) else { return Inserted::NoRoom };
        let words = L::load_shared::<S>(bucket);
        if shape.hits::<L>(words, slot, far) != 0 {
            return Inserted::Old;
        }
        let lane = shape.taken::<L>(words).trailing_ones() as usize;
        if lane >= S::LANES {
            far += 1;
        } else if shape.claim(bucket, lane, slot, far) {
            return Inserted::New;
        } else {
            // Somebody was faster. It may have been this very state.
            spin_loop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::narrow::{Division, Narrow};
    use super::super::shape::Wide;
    use super::super::simd::Portable;
    #[cfg(target_arch = "x86_64")]
    use super::super::simd::{Avx2, Avx512};
    use super::*;
    use crate::keys::{Keys, mixed};
    use crate::level::Hand;
    use crate::memory::Memory;
    use crate::store::{Cursor, Entry, Share, Short, Store, hash};
    use crate::table::{SPARE, Table, Tag};
    use bytemuck::cast_slice;
    use rayon::prelude::*;
    use std::collections::HashSet;
    use std::ops::ControlFlow;

    /// As the search does, but with one kind of instructions.
    fn new_once_with<L: Lanes, S: Shape>(shape: S, keys: &Keys, state: fn(u64) -> S::State)
    where
        S::Shared: Default,
    {
        const THREADS: usize = 3;
        let words = size_of::<S::State>() / 8;
        let buckets: Vec<S::Shared> = (0..shape.homes() + SPARE).map(|_| S::Shared::default()).collect();
        let entered: usize = std::thread::scope(|scope| {
            let enter = |thread: u64| {
                let (buckets, mut new) = (&buckets, 0);
                move || {
                    for batch in 0..20u64 {
                        let step = 2 * (thread + batch) + 1;
                        let all: Vec<S::State> = (0..256).map(|at| state(at * step % 251)).collect();
                        let mut of_all = Vec::new();
                        keys.append(cast_slice(&all), words, &mut of_all);
                        let mut fresh = all.clone();
                        let entered = enter_with::<L, S>(shape, buckets, &all, &of_all, &[], &mut fresh);
                        assert!(entered.all);
                        new += entered.new;
                    }
                    new
                }
            };
            let threads: Vec<_> = (0..THREADS as u64).map(|thread| scope.spawn(enter(thread))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(entered, 251);
    }

    #[test]
    fn each_state_is_new_once_on_every_processor() {
        fn on<L: Lanes>() {
            let tag = Tag::new(40).unwrap();
            let keys = &Keys::Hashed;
            new_once_with::<L, _>(Wide::<1> { homes: 200, tag, depth: tag.at(1), keys }, keys, |at| [at]);
            new_once_with::<L, _>(Wide::<2> { homes: 200, tag, depth: tag.at(1), keys }, keys, |at| [at; 2]);
            // Few buckets, so that states are far from where they belong.
            let division = Division::new(30, 300).unwrap();
            new_once_with::<L, _>(Narrow::new(18, division, 1), &mixed(30), |at| [at]);
        }
        for _ in 0..20 {
            on::<Portable>();
            #[cfg(target_arch = "x86_64")]
            if is_x86_feature_detected!("avx2") {
                on::<Avx2>();
            }
            #[cfg(target_arch = "x86_64")]
            if is_x86_feature_detected!("avx512f") {
                on::<Avx512>();
            }
        }
    }

    /// Threads that enter the same states at the same time, in other orders, in a table that has to grow: each state is new to one of them.
    fn each_state_is_new_once<const W: usize>(bits: u32, states: u64, keys: Keys) {
        const THREADS: usize = 4;
        let pool = rayon::ThreadPoolBuilder::new().num_threads(THREADS).build().unwrap();
        let memory = Memory::new(None);
        let mut table = Table::<W>::new(Tag::new(bits).unwrap(), keys, None, &memory).unwrap();
        let mut hands: Vec<Hand> = (0..THREADS).map(|_| Hand::default()).collect();
        // First words that are all alike make second words decide.
        let state = |at: u64| -> [u64; W] {
            std::array::from_fn(|word| {
                if word + 1 == W { (hash(&[at]) % states) & ((1 << bits) - 1) } else { at % 3 }
            })
        };
        for round in 0..40u64 {
            assert!(table.make_room(4 * 512 * THREADS as u64, &pool, &memory));
            let at = |thread: usize| {
                (0..512u64).map(move |step| round * 300 + (step * (2 * thread as u64 + 1)) % 512)
            };
            let entered: Vec<Result<(), Short>> = pool.install(|| {
                hands
                    .par_iter_mut()
                    .with_max_len(1)
                    .enumerate()
                    .map(|(thread, hand)| {
                        let all: Vec<[u64; W]> = at(thread).map(state).collect();
                        let keys: Vec<u64> = all.iter().map(|state| table.keys().of(state)).collect();
                        let batch = Entry { states: all.as_flattened(), keys: &keys, ahead: &[] };
                        table.enter_together(hand, batch, u64::MAX, &memory)
                    })
                    .collect()
            });
            assert!(entered.iter().all(Result::is_ok));
        }
        let expected: HashSet<[u64; W]> = (0..40 * 300 + 212).map(state).collect();
        assert_eq!(table.len(), expected.len() as u64);
        table.advance(hands.iter_mut(), &memory, true);
        let (mut found, mut cursor) = (Vec::new(), Cursor::default());
        while {
            let before = found.len();
            table.take(&mut cursor, 1000, &mut found);
            found.len() > before
        } {}
        assert_eq!(found.len(), expected.len() * W);
        assert_eq!(found.as_chunks::<W>().0.iter().copied().collect::<HashSet<_>>(), expected);
        assert!(expected.iter().all(|state| table.contains(state, table.keys().of(state))));
        let mut scanned: Vec<[u64; W]> = Vec::new();
        for number in 0..3 {
            let _ = table.scan(0, Share { number, of: 3 }, &mut |states| {
                scanned.extend(states.as_chunks::<W>().0);
                ControlFlow::Continue(())
            });
        }
        assert_eq!(scanned.len(), expected.len());
        assert_eq!(scanned.into_iter().collect::<HashSet<_>>(), expected);
    }

    #[test]
    fn each_state_is_new_to_one_thread() {
        for _ in 0..5 {
            for states in [100, 3000, u64::MAX] {
                each_state_is_new_once::<1>(40, states, Keys::Hashed);
                each_state_is_new_once::<1>(63, states, Keys::Hashed);
                each_state_is_new_once::<2>(40, states, Keys::Hashed);
                each_state_is_new_once::<2>(1, states, Keys::Hashed);
                each_state_is_new_once::<2>(63, states, Keys::Hashed);
                for bits in [12, 13, 20, 32, 43] {
                    each_state_is_new_once::<1>(bits, states, mixed(bits));
                }
            }
        }
    }
}
