//! The filter lock.

use by_hand::{MOST_SUCCESSORS, Model, PRESENT};

/// Where the levels of the processes begin, of three bits each, after where the processes are, of two bits each.
const LEVEL: u32 = 16;
/// Where the processes that came last at the levels begin, of three bits each. There is none at level 0.
const LAST: u32 = 40;

const IDLE: u64 = 0;
const WRITING: u64 = 1;
const WAITING: u64 = 2;
const CRITICAL: u64 = 3;

pub(crate) struct FilterLock {
    size: u32,
}

impl FilterLock {
    pub(crate) fn new(size: u32) -> Self {
        assert!((2..=8).contains(&size), "2 to 8 processes");
        Self { size }
    }
}

fn at(state: u64, process: u32) -> u64 {
    state >> (2 * process) & 3
}

fn level(state: u64, process: u32) -> u64 {
    state >> (LEVEL + 3 * process) & 7
}

fn moved(state: u64, process: u32, to: u64) -> u64 {
    state & !(3 << (2 * process)) | to << (2 * process)
}

fn lifted(state: u64, process: u32, to: u64) -> u64 {
    state & !(7 << (LEVEL + 3 * process)) | to << (LEVEL + 3 * process)
}

impl Model for FilterLock {
    fn successors(&self, state: u64, out: &mut [u64; MOST_SUCCESSORS]) -> usize {
        let mut count = 0;
        for process in 0..self.size {
            let here = level(state, process);
            let last = LAST + 3 * (here as u32).wrapping_sub(1);
            let successor = match at(state, process) {
                IDLE => lifted(moved(state, process, WRITING), process, 1),
                WRITING => moved(state & !(7 << last) | u64::from(process) << last, process, WAITING),
                WAITING => {
                    let above = |other| other != process && level(state, other) >= here;
                    if state >> last & 7 == u64::from(process) && (0..self.size).any(above) {
                        continue;
                    }
                    if here == u64::from(self.size - 1) {
                        moved(state, process, CRITICAL)
                    } else {
                        lifted(moved(state, process, WRITING), process, here + 1)
                    }
                }
                _ => lifted(moved(state, process, IDLE), process, 0),
            };
            out[count] = successor;
            count += 1;
        }
        count
    }

    fn holds(&self, state: u64) -> bool {
        let critical = state & state >> 1 & 0x5555;
        critical & critical.wrapping_sub(1) == 0
    }

    fn states(&self) -> u64 {
        41_512_352 / 21_u64.pow(7_u32.saturating_sub(self.size))
    }
}

const _: () = assert!(PRESENT >> (LAST + 21) != 0);
