//! The graph of all reachable states, whose edges are computed anew whenever they are needed, or stored.
//!
//! There are several times as many edges as states, so they are stored only where they are gone through several times, and where there
//! is room.

use crate::clock::Clock;
use crate::compile::Program;
use crate::fairness::Constraints;
use crate::machine::{Machine, Sink, StepTo, Stop, Successors};
use crate::memory::Memory;
use crate::native::{NativeSteps, Numbered};
use crate::numbering::Numbering;
use crate::search::Task;
use crate::seen::Seen;
use crate::store::hash;
use musilc_ir::{Progress, Unknown};
use std::ops::ControlFlow;

/// In place of an instance: none is enabled, and the state repeats.
pub(crate) const STUTTER: u32 = u32::MAX;

/// A step.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Arc {
    /// The instance, or [`STUTTER`].
    pub(crate) instance: u32,
    /// The state after the step.
    pub(crate) target: u32,
    /// The fairness assumption on the instance.
    pub(crate) constraint: Option<u32>,
}

/// The most bytes for stored edges.
const MOST_STORED: u64 = 1 << 30;

/// Stored steps.
struct Stored {
    /// Where the steps of each state begin.
    from: Vec<u32>,
    /// Instance and target.
    steps: Vec<(u32, u32)>,
    bytes: u64,
}

/// The reachable states with their steps.
pub(crate) struct Graph<'g, 'l, const W: usize> {
    pub(crate) seen: &'g Seen<W>,
    pub(crate) constraints: &'g Constraints,
    numbering: &'g Numbering,
    machine: Machine<'g>,
    /// Does the same in machine code, where the search for the states was long enough for that.
    native: Option<NativeSteps>,
    /// The instances of the steps that it has written.
    instances: Vec<u64>,
    clock: &'g mut Clock<'l>,
    arcs: Vec<Arc>,
    /// The state whose steps `arcs` are.
    expanded: Option<u32>,
    /// The states after these steps, one after the other, until their numbers are known.
    words: Vec<u64>,
    keys: Vec<u64>,
    stored: Option<Stored>,
}

impl<'g, 'l, const W: usize> Graph<'g, 'l, W> {
    /// The graph of the states in `seen`, which are all there are.
    pub(crate) fn new(
        task: &'g Task<'_>,
        numbering: &'g Numbering,
        seen: &'g Seen<W>,
        constraints: &'g Constraints,
        clock: &'g mut Clock<'l>,
    ) -> Self {
        let Program { plan, scalars, .. } = task.program;
        let worth_it = task.native.get().is_some();
        let native = worth_it.then(|| NativeSteps::new(task.layout, scalars, plan).ok()).flatten();
        Self {
            seen,
            constraints,
            numbering,
            machine: Machine::new(task.program),
            native,
            instances: Vec::new(),
            clock,
            arcs: Vec::new(),
            expanded: None,
            words: Vec::new(),
            keys: Vec::new(),
            stored: None,
        }
    }

    /// Computes all steps, of which there are `count`, and keeps them; unless they would take too much memory.
    pub(crate) fn store(&mut self, count: u64, memory: &Memory) -> ControlFlow<Stop> {
        let states = u64::from(self.seen.len());
        // Where nothing is enabled there is a stuttering step more.
        let most = count + states;
        let bytes = most * 8 + (states + 1) * 4;
        if bytes > MOST_STORED || most > u64::from(u32::MAX) || memory.charge(bytes).is_err() {
            return ControlFlow::Continue(());
        }
        let (mut from, mut steps): (Vec<u32>, Vec<(u32, u32)>) = (Vec::new(), Vec::new());
        if from.try_reserve_exact(states as usize + 1).is_err()
            || steps.try_reserve_exact(most as usize).is_err()
        {
            memory.release(bytes);
            return ControlFlow::Continue(());
        }
        from.push(0);
        for state in 0..self.seen.len() {
            steps.extend(self.steps_from(state)?.iter().map(|arc| (arc.instance, arc.target)));
            from.push(steps.len() as u32);
        }
        self.stored = Some(Stored { from, steps, bytes });
        ControlFlow::Continue(())
    }

    /// Forgets stored steps.
    pub(crate) fn release(&mut self, memory: &Memory) {
        if let Some(stored) = self.stored.take() {
            memory.release(stored.bytes);
        }
    }

    /// The steps from a state, in order; a stuttering one where no instance is enabled.
    pub(crate) fn steps_from(&mut self, state: u32) -> ControlFlow<Stop, &[Arc]> {
        if self.expanded != Some(state) {
            self.expanded = None;
            self.expand(state)?;
            self.expanded = Some(state);
        }
        ControlFlow::Continue(&self.arcs)
    }

    fn expand(&mut self, state: u32) -> ControlFlow<Stop> {
        self.arcs.clear();
        if let Some(stored) = &self.stored {
            let range = stored.from[state as usize] as usize..stored.from[state as usize + 1] as usize;
            let (numbering, constraints) = (self.numbering, self.constraints);
            self.arcs.extend(stored.steps[range].iter().map(|&(instance, target)| {
                let constraint = match instance {
                    STUTTER => None,
                    _ if constraints.is_empty() => None,
                    _ => {
                        let (transition, number) = numbering.locate(instance);
                        constraints.of(transition, number)
                    }
                };
                Arc { instance, target, constraint }
            }));
            return self.tick();
        }
        self.words.clear();
        self.keys.clear();
        let seen = self.seen;
        match &self.native {
            Some(_) => self.expand_natively(seen.get(state))?,
            None => {
                let mut collector = Collector {
                    numbering: self.numbering,
                    constraints: self.constraints,
                    clock: self.clock,
                    states: u64::from(seen.len()),
                    arcs: &mut self.arcs,
                    words: &mut self.words,
                    keys: &mut self.keys,
                };
                self.machine.expand(seen.get(state), &mut collector)?;
            }
        }
        // As in the search for the states: the waits for memory overlap.
        self.keys.iter().for_each(|&key| seen.ask(key));
        let width = self.words.len() / self.keys.len().max(1);
        for ((arc, &key), words) in
            self.arcs.iter_mut().zip(&self.keys).zip(self.words.chunks_exact(width.max(1)))
        {
            match seen.find(words, key) {
                Some(number) => arc.target = number,
                None => return ControlFlow::Break(fault("a step leads to a state that was not found")),
            }
        }
        if self.arcs.is_empty() {
            self.arcs.push(Arc { instance: STUTTER, target: state, constraint: None });
        }
        ControlFlow::Continue(())
    }

    /// Computes the steps from a state by machine code; their targets are not numbers yet.
    fn expand_natively(&mut self, state: &[u64]) -> ControlFlow<Stop> {
        let Some(native) = &self.native else { return ControlFlow::Continue(()) };
        let width = state.len();
        self.words.resize(native.most_states() * width, 0);
        self.instances.resize(native.most_states(), 0);
        let done = native.expand(state, &mut self.words, &mut self.instances);
        if done.odd {
            return ControlFlow::Break(fault("a step fails in a system without model errors"));
        }
        self.words.truncate(done.words);
        self.keys.extend(self.words.chunks_exact(width).map(hash));
        let (numbering, constraints) = (self.numbering, self.constraints);
        self.arcs.extend(self.instances[..done.words / width].iter().map(|&code| {
            let code = Numbered::new(code);
            let (transition, number) = (code.transition(), u64::from(code.number()));
            let constraint = constraints.of(transition, number);
            Arc { instance: numbering.instance(transition, number), target: 0, constraint }
        }));
        self.tick()
    }

    /// A little work has been done.
    pub(crate) fn tick(&mut self) -> ControlFlow<Stop> {
        let states = u64::from(self.seen.len());
        self.clock.tick(|| Progress { states, ..Progress::default() })
    }
}

/// Something that the search for states has excluded.
fn fault(why: &str) -> Stop {
    Box::new(Unknown::Incapable(format!("internal error of the explicit engine: {why}")))
}

/// Notes the steps from a state.
struct Collector<'c, 'l> {
    numbering: &'c Numbering,
    constraints: &'c Constraints,
    clock: &'c mut Clock<'l>,
    states: u64,
    arcs: &'c mut Vec<Arc>,
    words: &'c mut Vec<u64>,
    keys: &'c mut Vec<u64>,
}

impl Sink for Collector<'_, '_> {
    #[inline]
    fn step(&mut self, _: &[u64], step: StepTo<'_>) -> ControlFlow<Stop> {
        self.pause()?;
        let Ok(after) = step.result else {
            return ControlFlow::Break(fault("a step fails in a system without model errors"));
        };
        self.keys.push(hash(after));
        self.words.extend_from_slice(after);
        let instance = self.numbering.instance(step.transition, step.number);
        let constraint = self.constraints.of(step.transition, step.number);
        self.arcs.push(Arc { instance, target: 0, constraint });
        ControlFlow::Continue(())
    }

    fn pause(&mut self) -> ControlFlow<Stop> {
        let states = self.states;
        self.clock.tick(|| Progress { states, ..Progress::default() })
    }
}
