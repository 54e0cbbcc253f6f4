//! Dining philosophers who all take the left fork first; being stuck is no fault.
//!
//! A state is three sets of seats: who has one fork, who eats, and which forks are taken.

use crate::search::{MOST_SUCCESSORS, Model};

/// The distance of the sets in a state.
const WIDTH: u32 = 21;

pub struct Philosophers {
    size: u32,
    all: u64,
    /// What an action changes, by the action (taking the first fork, the second, putting them back) and the seat.
    changes: [u64; 64],
}

impl Philosophers {
    pub fn new(size: u32) -> Self {
        assert!((2..=WIDTH).contains(&size), "2 to {WIDTH} philosophers");
        let mut changes = [0; 64];
        for seat in 0..size {
            let (one, eating, fork) = (1 << seat, 1 << (WIDTH + seat), 1 << (2 * WIDTH + seat));
            let right = 1 << (2 * WIDTH + (seat + 1) % size);
            changes[seat as usize] = one | fork;
            changes[(WIDTH + seat) as usize] = one | eating | right;
            changes[(2 * WIDTH + seat) as usize] = eating | fork | right;
        }
        Self { size, all: (1 << size) - 1, changes }
    }

    /// For each seat, what is true of the next one.
    #[inline(always)]
    fn of_next(&self, seats: u64) -> u64 {
        seats >> 1 | (seats & 1) << (self.size - 1)
    }
}

impl Model for Philosophers {
    #[inline(always)]
    fn successors(&self, state: u64, out: &mut [u64; MOST_SUCCESSORS]) -> usize {
        let one = state & self.all;
        let eating = state >> WIDTH & self.all;
        let taken = state >> (2 * WIDTH) & self.all;
        let first = !(one | eating | taken) & self.all;
        let second = one & !self.of_next(taken);
        let mut enabled = first | second << WIDTH | eating << (2 * WIDTH);
        let count = enabled.count_ones() as usize;
        for successor in &mut out[..count] {
            *successor = state ^ self.changes[enabled.trailing_zeros() as usize];
            enabled &= enabled - 1;
        }
        count
    }

    #[inline(always)]
    fn holds(&self, state: u64) -> bool {
        let eating = state >> WIDTH & self.all;
        eating & self.of_next(eating) == 0
    }

    fn states(&self) -> u64 {
        ((1.0 + f64::sqrt(2.0)).powi(self.size as i32) + 1.0) as u64
    }
}
