//! Searches of single models, written by hand: how fast the explicit engine could be if it knew the model in advance.
//!
//! ```sh
//! by-hand philosophers 18
//! by-hand mesi 9 --buckets 1000000
//! ```
//!
//! A state is one word. All reachable states are visited breadth first, and the invariants are evaluated once a state. There are no parents, so a
//! violation is told without a run. `--buckets B` makes the table of `B` buckets of eight states.

use by_hand::{Mesi, Model, Philosophers, search};
use std::time::Instant;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (model, size, buckets) = match words[..] {
        [model, size] => (model, size, None),
        [model, size, "--buckets", buckets] => (model, size, Some(buckets)),
        _ => panic!("usage: by-hand philosophers|mesi SIZE [--buckets B]"),
    };
    let size = size.parse().expect("a number of philosophers or caches");
    let buckets = buckets.map(|count| count.parse().expect("a number of buckets"));
    match model {
        "philosophers" => run(&Philosophers::new(size), buckets),
        "mesi" => run(&Mesi::new(size), buckets),
        other => panic!("no model {other}"),
    }
}

fn run(model: &impl Model, buckets: Option<u64>) {
    let started = Instant::now();
    let found = search(model, buckets);
    let seconds = started.elapsed().as_secs_f64();
    println!(
        "states={} transitions={} levels={} seconds={seconds:.6}",
        found.states, found.transitions, found.levels
    );
    eprintln!("{:.2} ns a transition", seconds * 1e9 / found.transitions as f64);
}
