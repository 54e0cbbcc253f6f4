//! Parts of the engine by themselves, for benchmarks and for tests that look closer than at verdicts. No part of the interface.

use crate::compile::code::Exit;
use crate::compile::{Program, compile};
use crate::keys::Keys;
use crate::layout::Layout;
use crate::level::Hand;
use crate::machine::{Machine, Sink, StepTo, Stop, Successors};
use crate::memory::Memory;
use crate::mutation::Mutation;
use crate::native::{Condition, Findings, Native, NativeSteps, Numbered};
use crate::search::pipeline::{Access, BATCH, Pipeline};
use crate::seen::Seen;
use crate::store::{Store, hash};
use crate::table::{Table, Tag};
use musilc_ir::{Goal, Limits, PropertyKind, State, TransitionSystem, Unknown};
use std::ops::ControlFlow;
use std::sync::OnceLock;

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
        Self::mutated(system, Mutation::None)
    }

    /// As [`Self::new`], with a fault in the code.
    ///
    /// # Errors
    /// As there.
    pub fn mutated(system: &TransitionSystem, mutation: Mutation) -> Result<Self, Unknown> {
        let layout = Layout::new(&system.variables).map_err(|why| Unknown::Incapable(why.to_string()))?;
        let program = compile(system, &layout, &Limits::default(), mutation)?;
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

    /// Machine code for the same system, which must be the one that the engine was made of.
    ///
    /// # Errors
    /// Where there is none.
    pub fn native<'e>(
        &'e self,
        system: &'e TransitionSystem,
        goal: Goal,
    ) -> Result<NativeEngine<'e>, String> {
        let Program { scalars, plan, .. } = &self.program;
        let native = Native::new(system, &self.layout, scalars, plan, goal)?;
        Ok(NativeEngine { system, engine: self, native, steps: OnceLock::new() })
    }

    /// What the interpreter makes of a packed state; `None` where a value leaves its type.
    #[must_use]
    pub fn view(&self, system: &TransitionSystem, goal: Goal, state: &[u64]) -> Option<View> {
        let mut machine = Machine::new(&self.program);
        let mut observer = Observer::default();
        machine.expand(state, &mut observer).continue_value()?;
        let mut view =
            View { fired: vec![0; system.transitions.len()], failed: observer.failed, ..View::default() };
        let properties = || system.properties.iter().zip(&self.program.properties);
        view.odd = view.failed;
        for (transition, number, mut after) in observer.steps {
            view.fired[transition as usize] += 1;
            for (_, predicate) in properties().filter(|(property, _)| property.kind == PropertyKind::Step) {
                view.odd |= machine.test_step(predicate.pc, state, &mut after) != Exit::YES;
            }
            view.successors.push(after.clone());
            view.numbered.push((transition, number, after));
        }
        view.successors.sort_unstable();
        let never_pause = || ControlFlow::<Stop>::Continue(());
        for stepper in &self.program.transitions {
            view.suspect |= machine.guard_failure(stepper, state, never_pause).continue_value()?.is_some();
        }
        view.enabled = machine.enabled(state, never_pause).continue_value()?;
        view.holds.extend(self.program.probes.iter().map(|&pc| machine.test(pc, state) == Exit::YES));
        for (property, predicate) in properties() {
            if property.kind == PropertyKind::Step {
                view.holds.push(false);
                continue;
            }
            let exit = machine.test(predicate.pc, state);
            let checked = goal == Goal::All && property.kind == PropertyKind::Invariant;
            view.suspect |= exit.as_failure().is_some() || checked && exit != Exit::YES;
            view.holds.push(exit == Exit::YES);
        }
        for (expr, _) in &self.program.plan.conditions {
            let pc = self.program.conditions.get(expr).copied()?;
            view.holds.push(machine.test(pc, state) == Exit::YES);
        }
        Some(view)
    }

    /// A packed state, unpacked.
    #[must_use]
    pub fn unpack(&self, words: &[u64]) -> Option<State> {
        self.layout.unpack(words)
    }
}

/// Collects steps with their instances.
#[derive(Default)]
struct Observer {
    steps: Vec<(u32, u64, Vec<u64>)>,
    failed: bool,
}

impl Sink for Observer {
    fn step(&mut self, _: &[u64], step: StepTo<'_>) -> ControlFlow<Stop> {
        match step.result {
            Ok(after) => self.steps.push((step.transition, step.number, after.to_vec())),
            Err(_) => self.failed = true,
        }
        ControlFlow::Continue(())
    }

    fn pause(&mut self) -> ControlFlow<Stop> {
        ControlFlow::Continue(())
    }
}

/// All that is to be known of a state.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct View {
    /// The states that its steps lead to, sorted.
    pub successors: Vec<Vec<u64>>,
    /// The number of steps of each transition, those that fail aside.
    pub fired: Vec<u64>,
    /// Whether a step fails.
    pub failed: bool,
    /// Whether a step fails or violates a step property.
    pub odd: bool,
    /// Transition, instance and state of each step that does not fail, in order.
    pub numbered: Vec<(u32, u64, Vec<u64>)>,
    /// Whether something is wrong in the state itself.
    pub suspect: bool,
    /// Whether an instance is enabled.
    pub enabled: bool,
    /// Whether each probe, each property and each condition of temporal properties is true.
    pub holds: Vec<bool>,
}

/// A system in machine code.
pub struct NativeEngine<'e> {
    system: &'e TransitionSystem,
    engine: &'e Engine,
    native: Native,
    /// Compiled when it is first needed.
    steps: OnceLock<Option<NativeSteps>>,
}

impl NativeEngine<'_> {
    /// The number of instructions of intermediate code.
    #[must_use]
    pub fn instructions(&self) -> usize {
        self.native.instructions()
    }

    /// The number of steps from these packed states. The states that they lead to are written one over the other.
    #[must_use]
    pub fn count(&self, states: &[u64]) -> u64 {
        let width = self.engine.program.words;
        let mut out = vec![0; self.native.room()];
        let mut fired = vec![0; self.system.transitions.len()];
        for state in states.chunks_exact(width) {
            std::hint::black_box(self.native.expand(state, &mut out, &mut fired));
        }
        std::hint::black_box(&mut out);
        fired.iter().sum()
    }

    /// How many of these packed states have nothing wrong in them and an instance that is enabled.
    #[must_use]
    pub fn unsuspicious(&self, states: &[u64]) -> usize {
        let fine = |&state: &&[u64]| self.native.examine(state) == Findings { suspect: false, enabled: true };
        states.chunks_exact(self.engine.program.words).filter(fine).count()
    }

    /// What the machine code makes of a packed state.
    #[must_use]
    pub fn view(&self, state: &[u64]) -> Option<View> {
        let width = self.engine.program.words;
        let mut out = vec![0; self.native.room()];
        let mut view = View { fired: vec![0; self.system.transitions.len()], ..View::default() };
        let expanded = self.native.expand(state, &mut out, &mut view.fired);
        let states = |out: &[u64], words: usize| -> Vec<Vec<u64>> {
            out[..words].chunks_exact(width).map(<[u64]>::to_vec).collect()
        };
        view.odd = expanded.odd;
        view.successors = states(&out, expanded.words);
        view.successors.sort_unstable();
        let Engine { layout, program } = self.engine;
        let compile = || NativeSteps::new(layout, &program.scalars, &program.plan).ok();
        let steps = self.steps.get_or_init(compile).as_ref()?;
        let mut numbers = vec![0; steps.most_states()];
        let expanded = steps.expand(state, &mut out, &mut numbers);
        view.failed = expanded.odd;
        let numbers = numbers.into_iter().map(Numbered::new);
        let numbered = numbers.zip(states(&out, expanded.words));
        view.numbered =
            numbered.map(|(code, state)| (code.transition(), code.number().into(), state)).collect();
        let Findings { suspect, enabled } = self.native.examine(state);
        (view.suspect, view.enabled) = (suspect, enabled);
        let plan = &self.engine.program.plan;
        let probes = (0..plan.probes.len()).map(Condition::Probe);
        let properties = (0..plan.properties.len()).map(Condition::Property);
        let temporal = (0..plan.conditions.len()).map(Condition::Temporal);
        view.holds =
            probes.chain(properties).chain(temporal).map(|what| self.native.holds(what, state)).collect();
        Some(view)
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
    hand: Hand,
    pipeline: Pipeline,
    memory: Memory,
}

impl<const W: usize> BucketSet<W> {
    /// An empty set of states that use no more than `bits` bits of their last word; nothing where there is no memory.
    #[must_use]
    pub fn new(bits: u32) -> Option<Self> {
        let memory = Memory::new(None);
        let table = Table::new(Tag::new(bits)?, Keys::Hashed, None, &memory).ok()?;
        Some(Self { table, hand: Hand::default(), pipeline: Pipeline::new(W), memory })
    }

    /// Adds those of these states, one after the other, that are not there.
    pub fn enter(&mut self, states: &[u64]) {
        let Self { table, hand, pipeline, memory } = self;
        for batch in states.chunks(BATCH * W) {
            pipeline.add(batch, table.keys());
            let _ = pipeline.turn(&mut Access::Alone(table), hand, u64::MAX, memory);
        }
        let _ = pipeline.flush(&mut Access::Alone(table), hand, u64::MAX, memory);
    }

    /// Whether the state is in the set.
    #[must_use]
    pub fn contains(&self, state: &[u64]) -> bool {
        self.table.contains(state, self.table.keys().of(state))
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
