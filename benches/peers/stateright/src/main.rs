//! Searches a model with Stateright, breadth first and in one thread: `stateright-peers MODEL SIZE`.
//!
//! A state is one word, and an action is its successor, so Stateright neither allocates nor computes anything twice. It keeps fingerprints of
//! states and no states.

mod alternating_bit;
mod filter_lock;
mod two_phase_commit;

use by_hand::{MOST_SUCCESSORS, Mesi, Model, PRESENT, Philosophers};
use stateright::{Checker, Property};
use std::time::Instant;

/// A model of ours as Stateright asks for it.
struct Adapted<M>(M);

impl<M: Model> stateright::Model for Adapted<M> {
    type State = u64;
    type Action = u64;

    fn init_states(&self) -> Vec<u64> {
        vec![PRESENT]
    }

    fn actions(&self, state: &u64, actions: &mut Vec<u64>) {
        let mut successors = [0; MOST_SUCCESSORS];
        let count = self.0.successors(*state, &mut successors);
        actions.extend_from_slice(&successors[..count]);
    }

    fn next_state(&self, _: &u64, successor: u64) -> Option<u64> {
        Some(successor)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::always("holds", |model: &Self, state| model.0.holds(*state))]
    }
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [model, size] = &words[..] else { panic!("usage: stateright-peers MODEL SIZE") };
    let size = size.parse().expect("a size");
    match model.as_str() {
        "philosophers" => run(Philosophers::new(size)),
        "filter-lock" => run(filter_lock::FilterLock::new(size)),
        "two-phase-commit" => run(two_phase_commit::TwoPhaseCommit::new(size)),
        "mesi" => run(Mesi::new(size)),
        "alternating-bit" => run(alternating_bit::AlternatingBit::new(size)),
        other => panic!("no model {other}"),
    }
}

fn run(model: impl Model + Send + Sync + 'static) {
    use stateright::Model as _;
    let started = Instant::now();
    let checker = Adapted(model).checker().threads(1).spawn_bfs().join();
    let seconds = started.elapsed().as_secs_f64();
    checker.assert_properties();
    // It counts the initial state as generated, too.
    let (states, transitions) = (checker.unique_state_count(), checker.state_count() - 1);
    println!("states={states} transitions={transitions} levels={} seconds={seconds:.6}", checker.max_depth());
}
