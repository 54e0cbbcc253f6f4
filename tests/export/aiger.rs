//! A reader and simulator of AIGER files, written from the description of the format.

use std::collections::{BTreeMap, BTreeSet, HashSet};

/// A file.
#[derive(PartialEq, Eq, Debug)]
pub(crate) struct File {
    pub(crate) inputs: usize,
    /// The next value, and whether it is reset to 1.
    pub(crate) latches: Vec<(u64, bool)>,
    pub(crate) signals: Vec<u64>,
    pub(crate) ands: Vec<(u64, u64)>,
    pub(crate) symbols: BTreeMap<String, String>,
    pub(crate) comments: String,
}

/// Lines and bytes of a file.
struct Reader<'b>(&'b [u8]);

impl Reader<'_> {
    fn line(&mut self) -> Option<String> {
        let end = self.0.iter().position(|byte| *byte == b'\n')?;
        let line = String::from_utf8(self.0[..end].to_vec()).unwrap();
        self.0 = &self.0[end + 1..];
        Some(line)
    }

    fn numbers(&mut self) -> Vec<u64> {
        self.line().unwrap().split(' ').map(|word| word.parse().unwrap()).collect()
    }

    fn delta(&mut self) -> u64 {
        let (mut number, mut shift) = (0, 0);
        loop {
            let (byte, rest) = self.0.split_first().unwrap();
            self.0 = rest;
            number |= u64::from(byte & 0x7f) << shift;
            shift += 7;
            if byte & 0x80 == 0 {
                return number;
            }
        }
    }
}

pub(crate) fn parse(bytes: &[u8]) -> File {
    let mut reader = Reader(bytes);
    let header = reader.line().unwrap();
    let (format, sizes) = header.split_once(' ').unwrap();
    let sizes: Vec<usize> = sizes.split(' ').map(|word| word.parse().unwrap()).collect();
    let (most, inputs, latches, outputs, ands) = (sizes[0], sizes[1], sizes[2], sizes[3], sizes[4]);
    let bad = sizes.get(5).copied().unwrap_or(0);
    assert!(sizes.len() <= 6 && (outputs == 0 || bad == 0), "{header}");
    assert_eq!(most, inputs + latches + ands, "{header}");
    let ascii = match format {
        "aag" => true,
        "aig" => false,
        other => panic!("{other}"),
    };
    if ascii {
        for input in 1..=inputs as u64 {
            assert_eq!(reader.numbers(), [2 * input]);
        }
    }
    let latches = (inputs as u64 + 1..).take(latches).map(|variable| {
        let mut numbers = reader.numbers();
        if ascii {
            assert_eq!(numbers.remove(0), 2 * variable);
        }
        match numbers[..] {
            [next] => (next, false),
            [next, 1] => (next, true),
            ref other => panic!("{other:?}"),
        }
    });
    let latches: Vec<(u64, bool)> = latches.collect();
    let signals: Vec<u64> = (0..outputs + bad).map(|_| reader.numbers()[0]).collect();
    let first = (inputs + latches.len()) as u64 + 1;
    let ands = (first..).take(ands).map(|variable| {
        let left = 2 * variable;
        let (a, b) = if ascii {
            let numbers = reader.numbers();
            assert_eq!(numbers[0], left);
            (numbers[1], numbers[2])
        } else {
            let a = left - reader.delta();
            (a, a - reader.delta())
        };
        assert!(left > a && a >= b, "{left} {a} {b}");
        (a, b)
    });
    let ands: Vec<(u64, u64)> = ands.collect();
    let mut symbols = BTreeMap::new();
    let mut comments = String::new();
    while let Some(line) = reader.line() {
        if line == "c" {
            comments = String::from_utf8(reader.0.to_vec()).unwrap();
            break;
        }
        let (position, name) = line.split_once(' ').unwrap();
        assert_eq!(symbols.insert(position.to_owned(), name.to_owned()), None, "{position}");
    }
    let file = File { inputs, latches, signals, ands, symbols, comments };
    let literals = file.latches.iter().map(|latch| latch.0).chain(file.signals.iter().copied());
    assert!(literals.max().unwrap_or(0) <= 2 * most as u64 + 1);
    file
}

impl File {
    /// The name of an output or a bad state.
    pub(crate) fn signal(&self, at: usize) -> &str {
        let name = self.symbols.get(&format!("o{at}")).or(self.symbols.get(&format!("b{at}")));
        name.unwrap()
    }

    /// Whether there is a frame before the initial state.
    pub(crate) fn starts(&self) -> bool {
        (0..self.latches.len()).any(|at| self.symbols[&format!("l{at}")] == "started")
    }

    /// The first frame in which some signal can be true, and which ones can be there; `None` where none ever can. `Err` where there are too
    /// many states.
    pub(crate) fn first_bad(&self, most_states: usize) -> Result<Option<(u32, BTreeSet<String>)>, ()> {
        let mut level: Vec<Vec<bool>> = vec![self.latches.iter().map(|latch| latch.1).collect()];
        let mut seen: HashSet<Vec<bool>> = level.iter().cloned().collect();
        for frame in 0.. {
            let mut bad = BTreeSet::new();
            let mut next_level = Vec::new();
            for state in &level {
                for first in (0..1u64 << self.inputs).step_by(64) {
                    let values = self.values(state, first);
                    let of = |literal: u64| {
                        values[literal as usize / 2] ^ if literal & 1 == 1 { u64::MAX } else { 0 }
                    };
                    let signals = self.signals.iter().enumerate().filter(|(_, signal)| of(**signal) != 0);
                    bad.extend(signals.map(|(at, _)| self.signal(at).to_owned()));
                    for lane in 0..64 {
                        let next: Vec<bool> =
                            self.latches.iter().map(|latch| of(latch.0) >> lane & 1 == 1).collect();
                        if !seen.contains(&next) {
                            seen.insert(next.clone());
                            next_level.push(next);
                        }
                    }
                }
            }
            if !bad.is_empty() {
                return Ok(Some((frame, bad)));
            }
            if next_level.is_empty() {
                return Ok(None);
            }
            if seen.len() > most_states {
                return Err(());
            }
            level = next_level;
        }
        unreachable!()
    }

    /// The values of all variables in a state, for 64 combinations of inputs from the given one on.
    fn values(&self, state: &[bool], first: u64) -> Vec<u64> {
        let mut values = vec![0];
        for input in 0..self.inputs {
            // Where there are fewer than 64, they repeat.
            let lanes = (0..64).filter(|lane| (first + lane) >> input & 1 == 1);
            values.push(lanes.map(|lane| 1u64 << lane).sum());
        }
        values.extend(state.iter().map(|&bit| if bit { u64::MAX } else { 0 }));
        for &(a, b) in &self.ands {
            let of =
                |literal: u64| values[literal as usize / 2] ^ if literal & 1 == 1 { u64::MAX } else { 0 };
            values.push(of(a) & of(b));
        }
        values
    }
}
