//! Entering states while other threads do the same.
//!
//! Nothing that has been entered ever changes or goes, and the lanes of a bucket are taken in order. So a state that has been seen is there, and
//! one that is not in the lanes before a free one was nowhere as long as that one is free: who takes it by a compare-and-swap has entered a new
//! state, and who comes late looks again (after Laarman, van de Pol and Weber, *Boosting Multi-Core Reachability Performance with Shared Hash
//! Tables*, 2010). A lane for two words is held by [`held`](Probe::held) until both have been written.

use super::probe::{Entered, MOST, Probe, home};
use super::simd::{Lanes, SharedBucket, by_processor};
use crate::prefetch::prefetch;
use std::hint::spin_loop;
use std::sync::atomic::Ordering;

by_processor! {
    /// As [`enter`](super::probe::enter), while others enter states too.
    pub(super) fn enter_shared[W](
        probe: Probe,
        buckets: &[SharedBucket],
        states: &[u64],
        keys: &[u64],
        ahead: &[u64],
        fresh: &mut [u64],
    ) -> Entered = enter_with;
}

#[inline(always)]
fn enter_with<L: Lanes, const W: usize>(
    probe: Probe,
    buckets: &[SharedBucket],
    states: &[u64],
    keys: &[u64],
    ahead: &[u64],
    fresh: &mut [u64],
) -> Entered {
    let lanes = 8 / W;
    let all = (1u32 << lanes) - 1;
    let (states, fresh) = (states.as_chunks::<W>().0, fresh.as_chunks_mut::<W>().0);
    let count = states.len().min(keys.len()).min(MOST);
    let (states, keys) = (&states[..count], &keys[..count]);
    let (beside, after) = ahead.split_at(count.min(ahead.len()));
    // First, those that are there already are sorted out, which are most; without a branch, and without writing.
    let (mut absent, mut missing) = ([0u16; MOST], 0);
    for number in 0..count {
        if let Some(&key) = beside.get(number) {
            prefetch(buckets, home(key, probe.homes));
        }
        let at = home(keys[number], probe.homes);
        let Some(bucket) = buckets.get(at) else { break };
        let words = L::load_shared::<W>(bucket);
        let (hits, taken) = (probe.hits::<L, W>(words, &states[number]), probe.taken::<L, W>(words));
        // If it is full, the next one is looked at.
        prefetch(buckets, at + usize::from(taken == all));
        absent[missing % MOST] = number as u16;
        missing += usize::from(hits == 0);
    }
    for &key in after {
        prefetch(buckets, home(key, probe.homes));
    }
    let (mut new, mut complete) = (0, true);
    for &number in &absent[..missing] {
        let (state, key) = (&states[usize::from(number)], keys[usize::from(number)]);
        match probe.insert::<L, W>(buckets, state, home(key, probe.homes)) {
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

impl Probe {
    /// The last word of a lane that is being written to: neither free, nor taken.
    fn held(self) -> u64 {
        if self.tag.taken() == 1 { 2 } else { 1 }
    }

    #[inline(always)]
    fn insert<L: Lanes, const W: usize>(
        self,
        buckets: &[SharedBucket],
        state: &[u64; W],
        home: usize,
    ) -> Inserted {
        let lanes = 8 / W;
        let mut at = home;
        loop {
            let Some(bucket) = buckets.get(at) else { return Inserted::NoRoom };
            let words = L::load_shared::<W>(bucket);
            if self.hits::<L, W>(words, state) != 0 {
                return Inserted::Old;
            }
            let lane = self.taken::<L, W>(words).trailing_ones() as usize;
            if lane >= lanes {
                at += 1;
                continue;
            }
            let (last, word) = (&bucket[(W - 1) * lanes + lane], state[W - 1] | self.depth);
            let claim = if W == 1 { word } else { self.held() };
            if last.compare_exchange(0, claim, Ordering::AcqRel, Ordering::Relaxed).is_err() {
                // Somebody was faster. It may have been this very state.
                spin_loop();
                continue;
            }
            if W > 1 {
                for (word, &bits) in state[..W - 1].iter().enumerate() {
                    bucket[word * lanes + lane].store(bits, Ordering::Relaxed);
                }
                last.store(word, Ordering::Release);
            }
            return Inserted::New;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::simd::Portable;
    #[cfg(target_arch = "x86_64")]
    use super::super::simd::{Avx2, Avx512};
    use super::*;
    use crate::level::Hand;
    use crate::memory::Memory;
    use crate::store::{Cursor, Entry, Share, Short, Store, hash};
    use crate::table::{Table, Tag};
    use rayon::prelude::*;
    use std::collections::HashSet;
    use std::ops::ControlFlow;

    /// As the search does, but with one kind of instructions.
    fn new_once_with<L: Lanes, const W: usize>(tag: u32, count: u64) {
        const THREADS: usize = 3;
        let probe = Probe { homes: 200, tag: Tag::new(tag).unwrap(), depth: Tag::new(tag).unwrap().at(1) };
        let buckets: Vec<SharedBucket> = (0..216).map(|_| Default::default()).collect();
        let state = |at: u64| -> [u64; W] { [at % count; W] };
        let entered: usize = std::thread::scope(|scope| {
            let enter = |thread: u64| {
                let (buckets, mut new) = (&buckets, 0);
                move || {
                    for batch in 0..20u64 {
                        let step = 2 * (thread + batch) + 1;
                        let all: Vec<[u64; W]> = (0..256).map(|at| state(at * step)).collect();
                        let keys: Vec<u64> = all.iter().map(|state| hash(state)).collect();
                        let mut fresh = vec![0; 256 * W];
                        let entered =
                            enter_with::<L, W>(probe, buckets, all.as_flattened(), &keys, &[], &mut fresh);
                        assert!(entered.all);
                        new += entered.new;
                    }
                    new
                }
            };
            let threads: Vec<_> = (0..THREADS as u64).map(|thread| scope.spawn(enter(thread))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(entered, count as usize);
    }

    #[test]
    fn each_state_is_new_once_on_every_processor() {
        for _ in 0..20 {
            new_once_with::<Portable, 1>(40, 251);
            new_once_with::<Portable, 2>(40, 251);
            #[cfg(target_arch = "x86_64")]
            if is_x86_feature_detected!("avx2") {
                new_once_with::<Avx2, 1>(40, 251);
                new_once_with::<Avx2, 2>(40, 251);
            }
            #[cfg(target_arch = "x86_64")]
            if is_x86_feature_detected!("avx512f") {
                new_once_with::<Avx512, 1>(40, 251);
                new_once_with::<Avx512, 2>(40, 251);
            }
        }
    }

    /// Threads that enter the same states at the same time, in other orders, in a table that has to grow: each state is new to one of them.
    fn each_state_is_new_once<const W: usize>(bits: u32, states: u64) {
        const THREADS: usize = 4;
        let pool = rayon::ThreadPoolBuilder::new().num_threads(THREADS).build().unwrap();
        let memory = Memory::new(None);
        let mut table = Table::<W>::new(Tag::new(bits).unwrap(), None, &memory).unwrap();
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
                        let keys: Vec<u64> = all.iter().map(|state| hash(state)).collect();
                        let states = all.as_flattened();
                        table.enter_together(
                            hand,
                            Entry { states, keys: &keys, ahead: &[] },
                            u64::MAX,
                            &memory,
                        )
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
        assert!(expected.iter().all(|state| table.contains(state, hash(state))));
        let mut scanned = 0;
        for number in 0..3 {
            let _ = table.scan(0, Share { number, of: 3 }, &mut |states| {
                scanned += states.len() / W;
                ControlFlow::Continue(())
            });
        }
        assert_eq!(scanned, expected.len());
    }

    #[test]
    fn each_state_is_new_to_one_thread() {
        for _ in 0..5 {
            for states in [100, 3000, u64::MAX] {
                each_state_is_new_once::<1>(40, states);
                each_state_is_new_once::<1>(63, states);
                each_state_is_new_once::<2>(40, states);
                each_state_is_new_once::<2>(1, states);
                each_state_is_new_once::<2>(63, states);
            }
        }
    }
}
