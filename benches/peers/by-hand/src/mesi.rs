//! MESI: caches with pending requests on an atomic bus.
//!
//! A state is five sets of caches and two bits. The lines and the requests are numbers of two bits each: invalid, shared, exclusive, modified,
//! and nothing, read, read exclusive, upgrade. The set of the low bits stands before that of the high ones.

use crate::search::{MOST_SUCCESSORS, Model, PRESENT};

/// The distance of the sets in a state.
const WIDTH: u32 = 12;

const LINE_LOW: u32 = 0;
const LINE_HIGH: u32 = WIDTH;
const REQUEST_LOW: u32 = 2 * WIDTH;
const REQUEST_HIGH: u32 = 3 * WIDTH;
const DATA: u32 = 4 * WIDTH;
const MEMORY: u32 = 5 * WIDTH;
const NEWEST: u32 = 5 * WIDTH + 1;

pub struct Mesi {
    size: u32,
    all: u64,
}

impl Mesi {
    pub fn new(size: u32) -> Self {
        assert!((2..=WIDTH).contains(&size), "2 to {WIDTH} caches");
        Self { size, all: (1 << size) - 1 }
    }
}

/// A state taken apart.
#[derive(Clone, Copy)]
struct Parts {
    low: u64,
    high: u64,
    request_low: u64,
    request_high: u64,
    data: u64,
    memory: u64,
    newest: u64,
}

impl Parts {
    #[inline(always)]
    fn of(state: u64, all: u64) -> Self {
        Self {
            low: state >> LINE_LOW & all,
            high: state >> LINE_HIGH & all,
            request_low: state >> REQUEST_LOW & all,
            request_high: state >> REQUEST_HIGH & all,
            data: state >> DATA & all,
            memory: state >> MEMORY & 1,
            newest: state >> NEWEST & 1,
        }
    }

    #[inline(always)]
    fn state(self) -> u64 {
        PRESENT
            | self.low << LINE_LOW
            | self.high << LINE_HIGH
            | self.request_low << REQUEST_LOW
            | self.request_high << REQUEST_HIGH
            | self.data << DATA
            | self.memory << MEMORY
            | self.newest << NEWEST
    }

    /// The memory after these caches have written back what they have modified, the last one last.
    #[inline(always)]
    fn written_back(self, caches: u64) -> u64 {
        let modified = self.low & self.high & caches;
        if modified == 0 { self.memory } else { self.data >> modified.ilog2() & 1 }
    }

    /// The bus serves the read of a cache.
    #[inline(always)]
    fn read(self, cache: u64) -> Self {
        let others = (self.low | self.high) & !cache;
        let memory = self.written_back(others);
        let alone = if others == 0 { cache } else { 0 };
        Self {
            low: self.low & !cache | others | cache & !alone,
            high: self.high & !(others | cache) | alone,
            request_low: self.request_low & !cache,
            request_high: self.request_high & !cache,
            data: (self.data & !cache) | (cache * memory),
            memory,
            newest: self.newest,
        }
    }

    /// The bus serves the read to write, or the upgrade, of a cache.
    #[inline(always)]
    fn write(self, cache: u64) -> Self {
        let others = (self.low | self.high) & !cache;
        let memory = self.written_back(others);
        let upgrades = self.request_low & self.request_high;
        let fetched = cache & !upgrades;
        Self {
            low: self.low & !others | cache,
            high: self.high & !others | cache,
            request_low: self.request_low & !(others & upgrades | cache),
            request_high: self.request_high & !cache,
            data: (self.data & !(others | fetched)) | (fetched * memory),
            memory,
            newest: self.newest,
        }
    }
}

/// Calls with each element of a set of caches.
#[inline(always)]
fn each(mut caches: u64, mut body: impl FnMut(u64)) {
    while caches != 0 {
        body(caches & caches.wrapping_neg());
        caches &= caches - 1;
    }
}

impl Model for Mesi {
    #[inline(always)]
    fn successors(&self, state: u64, out: &mut [u64; MOST_SUCCESSORS]) -> usize {
        let now = Parts::of(state, self.all);
        let mut count = 0;
        // A cache has at most three successors.
        let mut add = |successor: u64| {
            out[count % MOST_SUCCESSORS] = successor;
            count += 1;
        };
        let valid = now.low | now.high;
        let quiet = self.all & !(now.request_low | now.request_high);
        each(quiet & !valid, |cache| {
            add(state | cache << REQUEST_LOW);
            add(state | cache << REQUEST_HIGH);
        });
        each(quiet & now.low & !now.high, |cache| {
            add(state | cache << REQUEST_LOW | cache << REQUEST_HIGH);
        });
        each(quiet & now.high, |cache| {
            let modified = state | cache << LINE_LOW;
            add(modified & !(cache << DATA | 1 << NEWEST));
            add(modified | cache << DATA | 1 << NEWEST);
        });
        each(quiet & valid, |cache| {
            let evicted = state & !(cache << LINE_LOW | cache << LINE_HIGH | cache << DATA | 1 << MEMORY);
            add(evicted | now.written_back(cache) << MEMORY);
        });
        each(now.request_low & !now.request_high, |cache| add(now.read(cache).state()));
        each(now.request_high, |cache| add(now.write(cache).state()));
        count
    }

    #[inline(always)]
    fn holds(&self, state: u64) -> bool {
        let now = Parts::of(state, self.all);
        let valid = now.low | now.high;
        // Who may write is alone, data are the newest ones, and so is the memory where nobody has modified them.
        let one_writer = now.high == 0 || valid & (valid - 1) == 0;
        let fresh = valid & (now.data ^ now.newest.wrapping_neg()) == 0;
        let written_back = now.low & now.high != 0 || now.memory == now.newest;
        one_writer & fresh & written_back
    }

    fn states(&self) -> u64 {
        // From the number for nine, by somewhat less than five a cache.
        let factor = if self.size < 9 { 4.5_f64 } else { 4.9 };
        (4_260_544.0 * factor.powi(self.size as i32 - 9)) as u64
    }
}
