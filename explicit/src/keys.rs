//! Where states are looked for: numbers that look random.
//!
//! The key of a state is a hash, but for states of one word that are few enough as far as their types say. Those are *ranked*: the values of the
//! cells are the digits of a number with mixed bases (Knuth, *The Art of Computer Programming*, vol. 4A, section 7.2.1.1), so that no bit
//! is spent on a value that no cell can have; and the rank is mixed by steps that can be undone. So such a key *is* the state: where a part of it
//! is known from the place, the rest suffices (*quotienting*: Cleary, *Compact Hash Tables Using Bidirectional Linear Probing*, 1984).

use crate::layout::Layout;
use crate::store::{FACTOR, hash};

/// With more bits in a rank, parts of keys suffice only from millions of states on, and until then mixing costs more than it gives.
const MOST_BITS: u32 = 43;

/// Bits of a word that are ranked at a time.
const CHUNK: u32 = 9;

/// Odd numbers without a pattern.
const FACTORS: [u64; 2] = [FACTOR, 0xd6e8_feb8_6659_fd93];

/// How the keys of states come about.
#[derive(Debug)]
pub(crate) enum Keys {
    /// They are hashes.
    Hashed,
    /// They are the states, in another form.
    Mixed(Mixer),
}

impl Keys {
    /// The key of a state.
    #[inline]
    pub(crate) fn of(&self, state: &[u64]) -> u64 {
        match (self, state) {
            (Keys::Mixed(mixer), [word]) => mixer.key(*word),
            _ => hash(state),
        }
    }

    /// Appends the keys of states of so many words.
    #[inline]
    pub(crate) fn append(&self, states: &[u64], words: usize, keys: &mut Vec<u64>) {
        keys.extend(states.chunks_exact(words).map(|state| self.of(state)));
    }
}

/// Some cells beside each other, and the bits that they have for each of their values together.
#[derive(Debug)]
struct Digits {
    /// How many values there are.
    base: u64,
    /// The bits, where there are few values.
    words: Vec<u64>,
    /// Where the lowest bit lies, where there are many, which are those of a single cell.
    shift: u32,
}

/// Turns states of one word into keys, and back.
#[derive(Debug)]
pub(crate) struct Mixer {
    /// Bits of a rank. A key has them at its upper end; all others are 0.
    bits: u32,
    /// What the values of [`CHUNK`] bits of a word add to the rank; none where words are ranks.
    ranks: Vec<[u64; 1 << CHUNK]>,
    /// The least significant ones first.
    digits: Vec<Digits>,
}

impl Mixer {
    /// For the states of a layout, if they have one word and are few enough.
    pub(crate) fn new(layout: &Layout) -> Option<Self> {
        if layout.words() != 1 {
            return None;
        }
        let (mut states, mut dense) = (1u64, true);
        // What a bit of a word counts in the rank. A cell of many values has bits that count as many times as they do in the cell.
        let mut weights = [0u64; 64];
        let mut digits: Vec<Digits> = Vec::new();
        let mut cells: Vec<_> = layout.cells().filter(|cell| cell.width > 0).collect();
        cells.sort_by_key(|cell| cell.shift);
        for cell in cells {
            let place = layout.place(cell.variable)?;
            let base = u64::try_from(place.hi.checked_sub(place.lo)?.checked_add(1)?).ok()?;
            dense &= base == 1 << cell.width;
            for bit in 0..cell.width {
                weights[(cell.shift + bit) as usize] = states << bit;
            }
            states = states.checked_mul(base).filter(|&states| states <= 1 << MOST_BITS)?;
            append(&mut digits, base, cell.shift);
        }
        let used = layout.used().next().unwrap_or(0);
        let bits = (states - 1).checked_ilog2().map_or(1, |log| log + 1);
        let ranks = if dense && bits == used.max(1) { 0 } else { used.div_ceil(CHUNK) };
        let ranks = (0..ranks).map(|chunk| {
            std::array::from_fn(|value| {
                let bit = |at: u32| weights.get((chunk * CHUNK + at) as usize).copied().unwrap_or(0);
                (0..CHUNK).filter(|at| value >> at & 1 == 1).fold(0u64, |sum, at| sum.wrapping_add(bit(at)))
            })
        });
        Some(Self { bits, ranks: ranks.collect(), digits })
    }

    /// Bits of a key: the upper ones of a word.
    pub(crate) fn bits(&self) -> u32 {
        self.bits
    }

    /// The key of a state.
    #[inline(always)]
    pub(crate) fn key(&self, word: u64) -> u64 {
        self.mix(self.rank(word))
    }

    /// Appends the keys of states.
    #[inline]
    pub(crate) fn append(&self, states: &[u64], keys: &mut Vec<u64>) {
        if self.ranks.is_empty() {
            keys.extend(states.iter().map(|&word| self.mix(word)));
        } else {
            keys.extend(states.iter().map(|&word| self.key(word)));
        }
    }

    /// The state with this key.
    pub(crate) fn state(&self, key: u64) -> u64 {
        self.word(self.unmix(key))
    }

    #[inline(always)]
    fn rank(&self, word: u64) -> u64 {
        if self.ranks.is_empty() {
            return word;
        }
        let (mut rank, mut rest) = (0u64, word);
        for chunk in &self.ranks {
            rank = rank.wrapping_add(chunk[rest as usize % (1 << CHUNK)]);
            rest >>= CHUNK;
        }
        rank
    }

    fn word(&self, rank: u64) -> u64 {
        if self.ranks.is_empty() {
            return rank;
        }
        let (mut word, mut rest) = (0, rank);
        for Digits { base, words, shift } in &self.digits {
            let digit = rest % base;
            rest /= base;
            word |= words.get(digit as usize).copied().unwrap_or(digit << shift);
        }
        word
    }

    /// The upper half of the bits is folded into the lower one between two multiplications, each of which can be undone.
    #[inline(always)]
    fn mix(&self, rank: u64) -> u64 {
        self.fold((rank << (64 - self.bits)).wrapping_mul(FACTORS[0])).wrapping_mul(FACTORS[1])
    }

    fn unmix(&self, key: u64) -> u64 {
        const INVERSES: [u64; 2] = [inverse(FACTORS[0]), inverse(FACTORS[1])];
        self.fold(key.wrapping_mul(INVERSES[1])).wrapping_mul(INVERSES[0]) >> (64 - self.bits)
    }

    /// Is undone by doing it once more.
    #[inline(always)]
    fn fold(&self, bits: u64) -> u64 {
        let half = self.bits.div_ceil(2);
        bits ^ (bits >> half) & (u64::MAX << (64 - self.bits))
    }
}

/// Appends a cell of so many values.
fn append(digits: &mut Vec<Digits>, base: u64, shift: u32) {
    /// So many words there may be for the values of some cells.
    const WORDS: u64 = 1 << 9;
    let bits = |value: u64| value << shift;
    match digits.last_mut() {
        Some(last) if !last.words.is_empty() && last.base * base <= WORDS => {
            last.words =
                (0..base).flat_map(|value| last.words.iter().map(move |word| word | bits(value))).collect();
            last.base *= base;
        }
        _ => {
            let words = if base <= WORDS { (0..base).map(bits).collect() } else { Vec::new() };
            digits.push(Digits { base, words, shift });
        }
    }
}

/// The number that times an odd one is 1, modulo 2⁶⁴ (Newton's iteration: each step doubles the bits that are right).
const fn inverse(odd: u64) -> u64 {
    let mut inverse = odd;
    let mut step = 0;
    while step < 5 {
        inverse = inverse.wrapping_mul(2u64.wrapping_sub(odd.wrapping_mul(inverse)));
        step += 1;
    }
    inverse
}

/// Keys for all words of so many bits.
#[cfg(test)]
pub(crate) fn mixed(bits: u32) -> Keys {
    use musilc_ir::{Type, Variable};
    let ty = Type::Array { len: bits, element: Type::Bool.into() };
    let layout = Layout::new(&[Variable { name: "word".to_owned(), ty }]);
    Keys::Mixed(layout.ok().and_then(|layout| Mixer::new(&layout)).expect("few bits"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use musilc_ir::{Type, Variable};
    use std::collections::HashSet;

    fn layout(bases: &[i64]) -> Layout {
        let variables: Vec<Variable> = bases
            .iter()
            .enumerate()
            .map(|(number, &base)| Variable {
                name: format!("v{number}"),
                ty: Type::Int { lo: -1, hi: base - 2 },
            })
            .collect();
        Layout::new(&variables).unwrap()
    }

    /// Words of states: all of them where there are few.
    fn words(layout: &Layout, bases: &[i64], most: u64) -> Vec<u64> {
        let all: u64 = bases.iter().map(|&base| base as u64).product();
        (0..all.min(most))
            .map(|number| {
                let mut rest = number.wrapping_mul(0x1234_5678_9abc_d431) % all.max(1);
                layout.cells().zip(bases).fold(0, |word, (cell, &base)| {
                    let digit = rest % base as u64;
                    rest /= base as u64;
                    word | digit << cell.shift
                })
            })
            .collect()
    }

    #[test]
    fn keys_are_states_in_another_form() {
        let lists: [&[i64]; 8] = [
            &[2],
            &[1, 1],
            &[3, 3, 3, 3],
            &[5, 2, 7, 1, 3, 600, 4],
            &[1000, 3, 70_000],
            &[5; 18],
            &[4; 21],
            &[2, 4, 256, 65_536, 3],
        ];
        for bases in lists {
            let layout = layout(bases);
            let mixer = Mixer::new(&layout).unwrap();
            let all: u64 = bases.iter().map(|&base| base as u64).product();
            assert_eq!(mixer.bits(), all.next_power_of_two().trailing_zeros().max(1), "{bases:?}");
            let words = words(&layout, bases, 40_000);
            let mut keys = HashSet::new();
            for &word in &words {
                let key = mixer.key(word);
                assert!(mixer.rank(word) < all);
                assert_eq!(mixer.state(key), word, "{bases:?}");
                assert_eq!(key << mixer.bits().min(63) << u32::from(mixer.bits() > 63), 0);
                keys.insert(key);
            }
            assert_eq!(keys.len(), words.iter().collect::<HashSet<_>>().len());
        }
    }

    #[test]
    fn too_many_states_have_hashes() {
        assert!(Mixer::new(&layout(&[4; 22])).is_none());
        assert!(Mixer::new(&layout(&[4; 21])).is_some());
        assert!(Mixer::new(&layout(&[1000; 8])).is_none());
    }

    #[test]
    fn a_product_takes_fewer_bits_than_its_factors() {
        assert_eq!(Mixer::new(&layout(&[5; 18])).unwrap().bits(), 42);
        assert_eq!(Mixer::new(&layout(&[3; 20])).unwrap().bits(), 32);
    }

    /// Keys of states that differ in few bits go to all parts of a table.
    #[test]
    fn neighbours_are_spread() {
        for bases in [&[5; 18][..], &[2; 40], &[3; 11]] {
            let layout = layout(bases);
            let mixer = Mixer::new(&layout).unwrap();
            let words: Vec<u64> = words(&layout, bases, u64::MAX >> 44).into_iter().take(1 << 16).collect();
            let neighbours: HashSet<u64> =
                (0..1u64 << 16).map(|rank| mixer.mix(rank % (1 << mixer.bits()))).collect();
            for keys in [words.iter().map(|&word| mixer.key(word)).collect(), neighbours] {
                let homes = keys.len() / 8;
                let mut buckets = vec![0u32; homes];
                keys.iter().for_each(|key| buckets[((u128::from(*key) * homes as u128) >> 64) as usize] += 1);
                assert!(buckets.iter().all(|&count| count < 32), "{bases:?}: {:?}", buckets.iter().max());
            }
        }
    }
}
