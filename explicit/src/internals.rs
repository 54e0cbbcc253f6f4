//! Parts of the engine by themselves, for benchmarks and for tests that look closer than at verdicts. No part of the interface.

use crate::compile::{Program, compile};
use crate::layout::Layout;
use crate::machine::{Machine, Sink, StepTo, Stop, Successors};
use crate::memory::Memory;
use crate::mutation::Mutation;
use crate::search::pipeline::{BATCH, Pipeline};
use crate::seen::Seen;
use crate::store::{Store, hash};
use crate::table::{Table, Tag};
use musilc_ir::{Limits, State, TransitionSystem, Unknown};
use std::ops::ControlFlow;

/// A compiled system.
#[derive(Debug)]
pub struct Engine {
    layout: Layout,
    program: Program,
}

/// Collects the states that steps lead to.
#[derive(Default)]
struct Collector {
    words: Vec<u64>,
    steps: u64,
}

impl Sink for Collector {
    fn step(&mut self, _: &[u64], step: StepTo<'_>) -> ControlFlow<Stop> {
        self.steps += 1;
        if let Ok(after) = step.result {
            self.words.extend_from_slice(after);
        }
        ControlFlow::Continue(())
    }

    fn pause(&mut self) -> ControlFlow<Stop> {
        ControlFlow::Continue(())
    }
}

impl Engine {
    /// Compiles a system.
    ///
    /// # Errors
    /// Where it is malformed or too large.
    pub fn new(system: &TransitionSystem) -> Result<Self, Unknown> {
        let layout = Layout::new(&system.variables).map_err(|why| Unknown::Incapable(why.to_string()))?;
        let program = compile(system, &layout, &Limits::default(), Mutation::None)?;
        Ok(Self { layout, program })
    }

    /// The layout of states.
    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The number of steps from these packed states, and the states that they lead to, one after the other.
    #[must_use]
    pub fn successors(&self, states: &[u64]) -> (u64, Vec<u64>) {
        let mut machine = Machine::new(&self.program);
        let mut collector = Collector::default();
        for state in states.chunks_exact(self.layout.words()) {
            if machine.expand(state, &mut collector).is_break() {
                break;
            }
        }
        (collector.steps, collector.words)
    }

    /// The packed initial states.
    #[must_use]
    pub fn initial(&self) -> Vec<u64> {
        let mut words = Vec::new();
        let mut machine = Machine::new(&self.program);
        let init = &self.program.init;
        // Nothing breaks off but a malformed system.
        let _: ControlFlow<Stop> = machine.run_nest(
            init,
            &[],
            || ControlFlow::Continue(()),
            |machine, _| {
                words.extend_from_slice(machine.initial(init)?);
                ControlFlow::Continue(())
            },
        );
        words
    }

    /// A packed state, unpacked.
    #[must_use]
    pub fn unpack(&self, words: &[u64]) -> Option<State> {
        self.layout.unpack(words)
    }
}

/// A set of packed states of `W` words, or of any fixed number for 0.
#[derive(Debug)]
pub struct StateSet<const W: usize> {
    seen: Seen<W>,
    memory: Memory,
}

impl<const W: usize> StateSet<W> {
    /// An empty set of states of so many words.
    #[must_use]
    pub fn new(words: usize) -> Self {
        Self { seen: Seen::new(words), memory: Memory::new(None) }
    }

    /// Adds a state; whether it is new.
    pub fn insert(&mut self, state: &[u64]) -> bool {
        let key = hash(state);
        !self.seen.contains(state, key) && self.seen.add(state, key, &self.memory).is_ok()
    }

    /// Whether the state is in the set.
    #[must_use]
    pub fn contains(&self, state: &[u64]) -> bool {
        self.seen.contains(state, hash(state))
    }

    /// How many of these states, one after the other, are in the set. Looks them up together, as the search does.
    #[must_use]
    pub fn count(&self, states: &[u64], words: usize) -> usize {
        let keys: Vec<u64> = states.chunks_exact(words.max(1)).map(hash).collect();
        keys.iter().for_each(|&key| self.seen.ask(key));
        let all = states.chunks_exact(words.max(1)).zip(&keys);
        all.filter(|&(state, &key)| self.seen.contains(state, key)).count()
    }

    /// The number of states.
    #[must_use]
    pub fn len(&self) -> usize {
        self.seen.len() as usize
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The set that a search keeps states of one or two words in.
pub struct BucketSet<const W: usize> {
    table: Table<W>,
    pipeline: Pipeline,
    memory: Memory,
}

impl<const W: usize> BucketSet<W> {
    /// An empty set of states that use no more than `bits` bits of their last word; nothing where there is no memory.
    #[must_use]
    pub fn new(bits: u32) -> Option<Self> {
        let memory = Memory::new(None);
        let table = Table::new(Tag::new(bits)?, None, &memory).ok()?;
        Some(Self { table, pipeline: Pipeline::new(W), memory })
    }

    /// Adds those of these states, one after the other, that are not there.
    pub fn enter(&mut self, states: &[u64]) {
        for batch in states.chunks(BATCH * W) {
            let _ = self.pipeline.feed(&mut self.table, batch, u64::MAX, &self.memory);
        }
        let _ = self.pipeline.flush(&mut self.table, u64::MAX, &self.memory);
    }

    /// Whether the state is in the set.
    #[must_use]
    pub fn contains(&self, state: &[u64]) -> bool {
        self.table.contains(state, hash(state))
    }

    /// The number of states.
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.len() as usize
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes that it takes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.memory.used()
    }
}
