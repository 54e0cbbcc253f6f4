//! Threads that work on a depth together, round after round.
//!
//! In a round, each computes the steps from some of its states, and puts the states after them into boxes for their owners; when all have, each
//! empties the boxes that are for it. One barrier a round is enough, for there are two sets of boxes: who is ahead fills one while others still
//! empty the other.

use super::worker::{Outbox, Worker};
use super::{Flow, Task};
use crate::machine::Stop;
use crate::store::Store;
use rayon::ThreadPool;
use std::hint::spin_loop;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::yield_now;
use std::time::{Duration, Instant};

/// Steps of a worker in a round: what it hands over stays in the cache of the processor.
const STEPS: u64 = 1 << 16;

/// After so long the threads part, so that the clock is looked at.
const PATIENCE: Duration = Duration::from_millis(20);

/// Why threads part.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Parted {
    /// The depth has been worked through.
    Done,
    /// There is more to do.
    More,
    /// The states in the boxes may be more than are allowed. They have been handed back.
    Over,
}

/// Threads wait here until all have come. They spin: rounds are shorter than it takes to wake a thread.
struct Barrier {
    threads: usize,
    waiting: AtomicUsize,
    round: AtomicUsize,
}

impl Barrier {
    fn wait(&self) {
        let round = self.round.load(Ordering::Acquire);
        if self.waiting.fetch_add(1, Ordering::AcqRel) + 1 == self.threads {
            self.waiting.store(0, Ordering::Relaxed);
            self.round.store(round.wrapping_add(1), Ordering::Release);
            return;
        }
        let mut spins = 0u32;
        while self.round.load(Ordering::Acquire) == round {
            spins += 1;
            // Where there are fewer processors than threads, the one that is waited for needs this one.
            if spins < 10_000 { spin_loop() } else { yield_now() }
        }
    }
}

/// What a worker tells the others, in rounds of either parity.
#[derive(Default)]
struct Notice {
    more: [AtomicBool; 2],
    part: [AtomicBool; 2],
    /// Its states, and those that it has put into boxes.
    states: [AtomicU64; 2],
}

/// Has the workers go through rounds until one of them has a reason to stop.
pub(super) fn meet<S: Store>(
    pool: &ThreadPool,
    task: &Task<'_>,
    workers: &mut [Worker<'_, S>],
) -> Flow<Parted> {
    let threads = workers.len();
    let most = task.limits.max_states.unwrap_or(u64::MAX);
    let barrier = Barrier { threads, waiting: AtomicUsize::new(0), round: AtomicUsize::new(0) };
    let notices: Vec<Notice> = (0..threads).map(|_| Notice::default()).collect();
    // `boxes[parity][to][from]`
    let boxes: [Vec<Vec<Mutex<Outbox>>>; 2] = std::array::from_fn(|_| {
        (0..threads).map(|_| (0..threads).map(|_| Mutex::default()).collect()).collect()
    });
    let desks: Vec<Mutex<&mut Worker<'_, S>>> = workers.iter_mut().map(Mutex::new).collect();
    let results: Vec<Result<Parted, Stop>> = pool.broadcast(|context| {
        let me = context.index();
        let mut worker = lock(&desks[me]);
        let (notice, started) = (&notices[me], Instant::now());
        let mut stop = None;
        for round in 0usize.. {
            let parity = round & 1;
            let more = match stop {
                None => worker.expand(STEPS),
                Some(_) => ControlFlow::Continue(false),
            };
            match more {
                ControlFlow::Continue(more) => notice.more[parity].store(more, Ordering::Relaxed),
                ControlFlow::Break(why) => stop = Some(why),
            }
            let late = me == 0 && started.elapsed() >= PATIENCE;
            notice.part[parity].store(stop.is_some() || late, Ordering::Relaxed);
            let mut states = worker.desk.store.len();
            for (to, outbox) in worker.desk.outboxes.iter_mut().enumerate() {
                states += (outbox.states().len() / task.program.words) as u64;
                std::mem::swap(outbox, &mut lock(&boxes[parity][to][me]));
            }
            notice.states[parity].store(states, Ordering::Relaxed);
            // What has been stored before is seen by all after.
            barrier.wait();
            let any = |flags: fn(&Notice) -> &[AtomicBool; 2]| {
                notices.iter().any(|notice| flags(notice)[parity].load(Ordering::Relaxed))
            };
            let total: u64 = notices.iter().map(|notice| notice.states[parity].load(Ordering::Relaxed)).sum();
            if total > most {
                for (to, outbox) in worker.desk.outboxes.iter_mut().enumerate() {
                    std::mem::swap(outbox, &mut lock(&boxes[parity][to][me]));
                }
                return stop.map_or(Ok(Parted::Over), Err);
            }
            for sent in &boxes[parity][me] {
                let mut sent = lock(sent);
                if stop.is_none()
                    && let ControlFlow::Break(why) = worker.desk.receive(sent.states(), u64::MAX)
                {
                    stop = Some(why);
                }
                sent.clear();
            }
            let more = any(|notice| &notice.more);
            if !more || any(|notice| &notice.part) {
                return stop.map_or(Ok(if more { Parted::More } else { Parted::Done }), Err);
            }
        }
        Ok(Parted::More)
    });
    let mut parted = Parted::Done;
    for result in results {
        match result {
            Ok(how) => parted = how,
            Err(stop) => return ControlFlow::Break(stop),
        }
    }
    ControlFlow::Continue(parted)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
