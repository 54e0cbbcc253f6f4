//! Two-phase commit.

use by_hand::{MOST_SUCCESSORS, Model};

/// Where sets of resource managers begin, after their states, of two bits each.
const HEARD: u32 = 20;
const PREPARED_SENT: u32 = 30;
/// The transaction manager has decided.
const DONE: u64 = 1 << 40;
const COMMIT_SENT: u64 = 1 << 41;
const ABORT_SENT: u64 = 1 << 42;

/// The low and the high bits of the states. Working is 0.
const LOW: u64 = 0x5_5555;
const HIGH: u64 = LOW << 1;
const PREPARED: u64 = 1;
const COMMITTED: u64 = 2;
const ABORTED: u64 = 3;

pub(crate) struct TwoPhaseCommit {
    size: u32,
}

impl TwoPhaseCommit {
    pub(crate) fn new(size: u32) -> Self {
        assert!((1..=10).contains(&size), "1 to 10 resource managers");
        Self { size }
    }
}

impl Model for TwoPhaseCommit {
    fn successors(&self, state: u64, out: &mut [u64; MOST_SUCCESSORS]) -> usize {
        let mut count = 0;
        let mut add = |successor| {
            out[count] = successor;
            count += 1;
        };
        let undecided = state & DONE == 0;
        for manager in 0..self.size {
            let cleared = state & !(3 << (2 * manager));
            if state == cleared {
                add(state | PREPARED << (2 * manager) | 1 << (PREPARED_SENT + manager));
                add(state | ABORTED << (2 * manager));
            }
            if state & COMMIT_SENT != 0 {
                add(cleared | COMMITTED << (2 * manager));
            }
            if state & ABORT_SENT != 0 {
                add(cleared | ABORTED << (2 * manager));
            }
            if undecided && state >> (PREPARED_SENT + manager) & 1 != 0 {
                add(state | 1 << (HEARD + manager));
            }
        }
        if undecided {
            let all = (1 << self.size) - 1;
            if state >> HEARD & all == all {
                add(state | DONE | COMMIT_SENT);
            }
            add(state | DONE | ABORT_SENT);
        }
        count
    }

    fn holds(&self, state: u64) -> bool {
        let (low, high) = (state & LOW, (state & HIGH) >> 1);
        high & low == 0 || high & !low == 0
    }

    fn states(&self) -> u64 {
        6_u64.pow(self.size)
    }
}
