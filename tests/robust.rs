//! No input makes musilc panic, hang or blow up: random bytes, random words, and chapters with random damage.
//!
//! A few hundred inputs run each time, always the same. A soak takes as long as it is told:
//! `MUSILC_SOAK_SECONDS=600 cargo test --release --test robust -- --nocapture`.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and a soak says what it did"
)]

use musilc::{Backend, Chapter, Error, Options, Status};
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

/// Inputs of an ordinary run.
const INPUTS: u64 = 300;

/// No input of a few kilobytes may take longer than this. It is far more than any should take: a busy machine is no failure.
const PATIENCE: Duration = Duration::from_secs(60);

/// The generator of Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (OOPSLA 2014).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n.max(1) as u64).unwrap()
    }

    fn pick<'t, T>(&mut self, list: &'t [T]) -> &'t T {
        &list[self.below(list.len())]
    }
}

/// The texts to damage: chapters, models and the fixtures of diagnostics.
fn corpus() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut texts = Vec::new();
    for folder in ["chapters", "tests/models", "tests/diagnostics"] {
        for entry in fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let kind = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
            if matches!(kind, "md" | "musil")
                && let Ok(text) = fs::read_to_string(&path)
            {
                texts.push((format!("t.{kind}"), text));
            }
        }
    }
    texts.sort();
    assert!(texts.len() > 20, "the corpus is there");
    texts
}

/// Pieces of a text: words, numbers, single other characters, and the blanks between them.
fn pieces(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let word = |c: char| c.is_alphanumeric() || c == '_';
        let end = if word(first) { rest.find(|c| !word(c)).unwrap_or(rest.len()) } else { first.len_utf8() };
        let (piece, tail) = rest.split_at(end);
        out.push(piece);
        rest = tail;
    }
    out
}

/// The input with this number.
fn input(number: u64, corpus: &[(String, String)]) -> (String, String) {
    let mut dice = Dice(number);
    let (name, text) = dice.pick(corpus).clone();
    match number % 8 {
        0 => {
            let bytes: Vec<u8> = (0..dice.below(2000)).map(|_| dice.next().to_le_bytes()[0]).collect();
            ("t.musil".to_owned(), String::from_utf8_lossy(&bytes).into_owned())
        }
        1 => {
            let words = pieces(&text);
            let soup: Vec<&str> = (0..dice.below(400)).map(|_| *dice.pick(&words)).collect();
            ("t.musil".to_owned(), soup.join(if dice.below(2) == 0 { " " } else { "" }))
        }
        2 => {
            let (_, other) = dice.pick(corpus).clone();
            let (a, b) = (pieces(&text), pieces(&other));
            let (i, j) = (dice.below(a.len() + 1), dice.below(b.len() + 1));
            (name, a[..i].concat() + &b[j..].concat())
        }
        _ => {
            let mut words: Vec<String> = pieces(&text).into_iter().map(str::to_owned).collect();
            for _ in 0..=dice.below(4) {
                let i = dice.below(words.len());
                let j = dice.below(words.len());
                match dice.below(6) {
                    0 => drop(words.remove(i)),
                    1 => words.insert(i, words[j].clone()),
                    2 => words.swap(i, j),
                    3 => {
                        words[i] = dice
                            .pick(&["0", "-1", "1099511627776", "None", "{}", "[", "x'", "..", "in", "=="])
                            .to_string()
                    }
                    4 => words[i] = words[j].clone(),
                    _ => words[i] = dice.below(100).to_string(),
                }
                if words.is_empty() {
                    break;
                }
            }
            (name, words.concat())
        }
    }
}

/// What came of an input: 0 refused, 1 checked.
fn run(number: u64, corpus: &[(String, String)]) -> usize {
    let (name, text) = input(number, corpus);
    let started = Instant::now();
    let limits = Options::new()
        .backend(if number % 16 == 3 { Backend::Both } else { Backend::Explicit })
        .depth(2)
        .max_states(2_000)
        .max_memory(256 << 20)
        .timeout(Duration::from_secs(2));
    let result = Chapter::from_text(&name, &text).and_then(|chapter| chapter.check(&limits));
    let outcome = match result {
        Ok(report) => {
            for check in &report.checks {
                if let Status::Broken(why) = &check.status {
                    panic!("input {number} broke musilc: {why}\n{text}");
                }
                if let Status::Disagreement(why) = &check.status {
                    panic!("input {number} made the engines disagree: {why:?}\n{text}");
                }
            }
            1
        }
        Err(error @ Error::Internal { .. }) => panic!("input {number} broke musilc: {error}\n{text}"),
        Err(_) => 0,
    };
    assert!(started.elapsed() < PATIENCE, "input {number} took {:?}\n{text}", started.elapsed());
    outcome
}

#[test]
fn no_input_breaks_musilc() {
    let corpus = corpus();
    let soak = std::env::var("MUSILC_SOAK_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    let mut counts = [0u64; 2];
    let mut slowest = (Duration::ZERO, 0);
    let started = Instant::now();
    let mut number = 0;
    while match soak {
        Some(seconds) => started.elapsed() < Duration::from_secs(seconds),
        None => number < INPUTS,
    } {
        let before = Instant::now();
        counts[run(number, &corpus)] += 1;
        slowest = slowest.max((before.elapsed(), number));
        number += 1;
    }
    println!(
        "{number} inputs: {} refused, {} checked; the slowest, {}, took {:?}",
        counts[0], counts[1], slowest.1, slowest.0
    );
    assert!(counts.iter().all(|count| *count > 0), "both kinds of inputs occur: {counts:?}");
}
