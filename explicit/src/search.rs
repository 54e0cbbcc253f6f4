//! Breadth-first search, one depth after the other.
//!
//! The violations of depth `d` are those of the states first reached by `d` steps, and those of steps from depth `d - 1` (failing
//! bodies, step properties). All of them are looked at before the least is reported, so the answer depends on the system alone:
//! of equally bad ones it is the first in the order of discovery.

use crate::clock::Clock;
use crate::compile::code::Exit;
use crate::compile::{Program, Stepper};
use crate::layout::Layout;
use crate::machine::{Machine, Sink, StepTo, Stop, Successors};
use crate::memory::{Full, Memory};
use crate::seen::{self, MOST_STATES, Seen};
use crate::temporal::Reached;
use crate::trace::{Numbering, Origins, Rebuild};
use musilc_ir::{
    Coverage, FailureSite, Goal, Limits, Outcome, Place, Progress, Proof, PropertyId, PropertyKind,
    Statistics, Trace, TransitionId, TransitionSystem, Unknown, Verdict, Violation, ViolationKind,
};
use std::ops::{ControlFlow, Range};

/// What traces are rebuilt with; a macro, so that the other fields stay free to be borrowed.
macro_rules! rebuild {
    ($search:expr) => {
        Rebuild {
            system: $search.system,
            layout: $search.layout,
            numbering: $search.numbering,
            seen: &$search.seen,
            origins: &$search.origins,
        }
    };
}

/// A search under way. `W` as in [`Seen`].
pub(crate) struct Search<'s, const W: usize> {
    system: &'s TransitionSystem,
    goal: Goal,
    limits: &'s Limits,
    program: &'s Program,
    layout: &'s Layout,
    numbering: &'s Numbering,
    clock: Clock<'s>,
    /// Evaluates properties. Steps are executed by another machine, which waits meanwhile.
    checker: Machine<'s>,
    step_properties: Vec<PropertyId>,
    memory: Memory,
    seen: Seen<W>,
    origins: Origins,
    batch: Batch,
    /// The state that is being expanded.
    parent: u32,
    depth: u32,
    /// One past the last state of the level that is being worked on.
    level_end: u32,
    levels: Vec<u64>,
    transitions: u64,
    /// Nodes of products with automata.
    product_states: Option<u64>,
    /// The least violation of the depth that is being decided.
    best: Option<Violation>,
    witnesses: Vec<Option<Trace>>,
    coverage: Coverage,
    decided: Option<u32>,
}

/// So many steps are collected before the states that they lead to are looked up.
const BATCH: usize = 128;

/// Steps whose states have not been looked up yet: parallel lists.
#[derive(Default)]
struct Batch {
    entries: Vec<Entry>,
    keys: Vec<u64>,
    /// Their states, one after the other.
    states: Vec<u64>,
}

struct Entry {
    parent: u32,
    instance: u32,
    transition: u32,
    /// Ends in a model error: there is no state.
    failed: bool,
    /// The state is an old one.
    known: bool,
}

impl Batch {
    fn clear(&mut self) {
        self.entries.clear();
        self.keys.clear();
        self.states.clear();
    }
}

/// Goes on, or stops without a verdict.
type Flow<T = ()> = ControlFlow<Stop, T>;

impl<'s, const W: usize> Search<'s, W> {
    pub(crate) fn new(
        system: &'s TransitionSystem,
        goal: Goal,
        limits: &'s Limits,
        program: &'s Program,
        layout: &'s Layout,
        numbering: &'s Numbering,
        clock: Clock<'s>,
    ) -> Self {
        let mut memory = Memory::new(limits.max_memory);
        memory.note(program.bytes());
        Self {
            system,
            goal,
            limits,
            program,
            layout,
            numbering,
            clock,
            checker: Machine::new(program),
            step_properties: system.properties_of(PropertyKind::Step).collect(),
            memory,
            seen: Seen::new(program.words),
            origins: Origins::new(system),
            batch: Batch::default(),
            parent: 0,
            depth: 0,
            level_end: 0,
            levels: Vec::new(),
            transitions: 0,
            product_states: None,
            best: None,
            witnesses: vec![None; system.properties.len()],
            coverage: Coverage {
                fired: vec![0; system.transitions.len()],
                probes: vec![false; system.probes.len()],
            },
            decided: None,
        }
    }

    /// Searches.
    pub(crate) fn run(mut self) -> Outcome {
        let verdict = match self.decide() {
            ControlFlow::Continue(verdict) => verdict,
            ControlFlow::Break(why) => Verdict::Unknown(*why),
        };
        let witnesses = std::mem::take(&mut self.witnesses).into_iter().enumerate();
        let found = witnesses.filter_map(|(index, trace)| Some((PropertyId::from(index), trace?)));
        Outcome {
            verdict,
            decided_depth: self.decided,
            decided_lassos: None,
            certificate: None,
            witnesses: if self.goal == Goal::All { found.collect() } else { Vec::new() },
            statistics: Statistics {
                states: Some(self.seen.len().into()),
                transitions: Some(self.transitions),
                levels: self.levels,
                product_states: self.product_states,
                state_bits: Some(self.layout.bits()),
                memory: Some(self.memory.peak()),
                queries: None,
                native: None,
                elapsed: self.clock.elapsed(),
            },
            coverage: Some(self.coverage),
        }
    }

    fn decide(&mut self) -> Flow<Verdict> {
        let mut machine = Machine::new(self.program);
        self.find_initial_states(&mut machine)?;
        let reach = matches!(self.goal, Goal::Reach(_));
        if self.seen.len() == 0 && self.best.is_none() && !reach {
            self.decided = Some(0);
            return ControlFlow::Continue(violated(ViolationKind::NoInitialState));
        }
        let mut level = 0..self.seen.len();
        loop {
            self.level_end = level.end;
            if !level.is_empty() {
                self.levels.push(level.len() as u64);
            }
            let enabled = self.examine(&mut machine, level.clone())?;
            self.decided = Some(self.depth);
            if let Some(violation) = self.best.take() {
                return ControlFlow::Continue(Verdict::Violated(violation));
            }
            if let Goal::Reach(id) = self.goal
                && let Some(trace) = self.witnesses.get_mut(id.index()).and_then(Option::take)
            {
                return ControlFlow::Continue(Verdict::Reached(trace));
            }
            if !enabled {
                return self.exhausted();
            }
            if self.limits.max_depth.is_some_and(|most| self.depth >= most) {
                return match self.system.global_properties(self.goal).is_empty() {
                    true => ControlFlow::Continue(Verdict::HoldsToDepth { depth: self.depth }),
                    false => ControlFlow::Break(Box::new(Unknown::DepthLimit(self.depth))),
                };
            }
            self.expand(&mut machine, level.clone())?;
            level = level.end..self.seen.len();
            if level.is_empty() && self.best.is_none() {
                return self.exhausted();
            }
            self.depth += 1;
        }
    }

    /// All states have been visited, and nothing is wrong in any one of them.
    fn exhausted(&mut self) -> Flow<Verdict> {
        let unmet = |id: &PropertyId| self.witnesses.get(id.index()).is_none_or(Option::is_none);
        let missing = match self.goal {
            Goal::Reach(id) => Some(id),
            Goal::All => self.system.properties_of(PropertyKind::Reachable).find(unmet),
            Goal::Refute(_) | Goal::Induct(_) => None,
        };
        if let Some(id) = missing {
            return ControlFlow::Continue(violated(ViolationKind::Unreached(id)));
        }
        for id in self.system.global_properties(self.goal) {
            let temporal = self.system.property(id).kind == PropertyKind::Temporal;
            let mut reached = Reached {
                program: self.program,
                rebuild: rebuild!(self),
                steps: self.transitions,
                levels: &self.levels,
                memory: &mut self.memory,
                clock: &mut self.clock,
                product_states: 0,
            };
            let trace = if temporal { reached.lasso(id)? } else { reached.out_of_reach(id)? };
            let visited = reached.product_states;
            if temporal {
                *self.product_states.get_or_insert(0) += visited;
            }
            if let Some(trace) = trace {
                let kind = if temporal { ViolationKind::Lasso(id) } else { ViolationKind::Unrecoverable(id) };
                return ControlFlow::Continue(Verdict::Violated(Violation { kind, trace }));
            }
        }
        let diameter = u32::try_from(self.levels.len()).unwrap_or(u32::MAX).saturating_sub(1);
        ControlFlow::Continue(Verdict::Proved(Proof::Exhaustive { diameter }))
    }

    fn find_initial_states(&mut self, machine: &mut Machine<'s>) -> Flow {
        let program = self.program;
        // The first failure that some binding makes true: no binding makes an earlier one true.
        for (index, nest) in &program.init_failures {
            let mut failing = None;
            let found = machine.run_nest(
                nest,
                &[],
                || self.tick().map_break(Some),
                |_, args| {
                    failing = Some(args.to_vec());
                    ControlFlow::Break(None)
                },
            );
            if let ControlFlow::Break(Some(stop)) = found {
                return ControlFlow::Break(stop);
            }
            if let Some(init_args) = failing {
                let kind = ViolationKind::Error(FailureSite { place: Place::Init, index: *index });
                self.offer(kind, |_| Trace { init_args, ..Trace::default() });
                break;
            }
        }
        let search = std::cell::RefCell::new(self);
        machine.run_nest(
            &program.init,
            &[],
            || search.borrow_mut().tick(),
            |machine, args| {
                let mut search = search.borrow_mut();
                search.tick()?;
                let state = machine.initial(&program.init)?;
                let key = seen::hash(state);
                if search.seen.contains(state, key) {
                    return ControlFlow::Continue(());
                }
                search.make_room()?;
                let Search { seen, origins, memory, .. } = &mut **search;
                let added = seen.add(state, key, memory).and_then(|_| origins.push_initial(args, memory));
                added.map_or_else(|full| ControlFlow::Break(search.full(full)), ControlFlow::Continue)
            },
        )
    }

    /// Looks for violations, witnesses and probes in the states of a level; whether an instance is enabled in some of them.
    fn examine(&mut self, machine: &mut Machine<'s>, level: Range<u32>) -> Flow<bool> {
        let program = self.program;
        let guarded: Vec<(usize, &Stepper)> =
            program.transitions.iter().enumerate().filter(|(_, stepper)| stepper.guard_may_fail()).collect();
        let mut probes: Vec<usize> =
            (0..program.probes.len()).filter(|&at| !self.coverage.probes[at]).collect();
        let mut state = vec![0; program.words];
        let mut some_enabled = false;
        for number in level {
            self.tick()?;
            state.copy_from_slice(self.seen.get(number));
            let mut unguarded = true;
            for &(transition, stepper) in &guarded {
                if let Some(index) = machine.guard_failure(stepper, &state, || self.tick())? {
                    unguarded = false;
                    let place = Place::Guard(TransitionId::from(transition));
                    self.offer_state(ViolationKind::Error(FailureSite { place, index }), number);
                }
            }
            self.examine_properties(&state, number);
            let enabled = machine.enabled(&state, || self.tick())?;
            some_enabled |= enabled;
            if !enabled && unguarded {
                match self.checker.test(program.terminal.pc, &state) {
                    Exit::YES => {}
                    Exit::NO => self.offer_state(ViolationKind::Deadlock, number),
                    exit => self.offer_failure(exit, Place::Terminal, number),
                }
            }
            if !probes.is_empty() {
                probes.retain(|&at| {
                    let met = self.checker.test(program.probes[at], &state) == Exit::YES;
                    self.coverage.probes[at] |= met;
                    !met
                });
            }
        }
        ControlFlow::Continue(some_enabled)
    }

    fn examine_properties(&mut self, state: &[u64], number: u32) {
        let program = self.program;
        for (index, (property, predicate)) in
            self.system.properties.iter().zip(&program.properties).enumerate()
        {
            let id = PropertyId::from(index);
            let awaited = match self.goal {
                Goal::All => property.kind == PropertyKind::Reachable,
                Goal::Reach(wanted) => wanted == id,
                Goal::Refute(_) | Goal::Induct(_) => false,
            } && self.witnesses[index].is_none();
            let checked = self.goal == Goal::All && property.kind == PropertyKind::Invariant;
            if property.kind == PropertyKind::Step || !(awaited || checked || predicate.fallible) {
                continue;
            }
            match self.checker.test(predicate.pc, state) {
                Exit::YES if awaited => self.witnesses[index] = Some(self.rebuild().trace_to(number)),
                Exit::YES => {}
                Exit::NO if checked => self.offer_state(ViolationKind::Property(id), number),
                Exit::NO => {}
                exit => self.offer_failure(exit, Place::Property(id), number),
            }
        }
    }

    /// Executes every enabled instance in the states of a level.
    fn expand(&mut self, machine: &mut Machine<'s>, level: Range<u32>) -> Flow {
        let mut state = vec![0; self.program.words];
        for number in level {
            state.copy_from_slice(self.seen.get(number));
            self.parent = number;
            machine.expand(&state, self)?;
        }
        self.settle()
    }

    /// Enters the states of the batch into the set.
    ///
    /// The first two passes only bring what the third one needs into the cache: looking up one state after the other would wait for
    /// memory twice each time. Here the waits of many states overlap.
    fn settle(&mut self) -> Flow {
        let mut batch = std::mem::take(&mut self.batch);
        let mut touched = 0;
        for &key in &batch.keys {
            touched ^= self.seen.touch(key);
        }
        std::hint::black_box(touched);
        let width = self.program.words;
        for (entry, (state, &key)) in
            batch.entries.iter_mut().zip(batch.states.chunks_exact(width).zip(&batch.keys))
        {
            entry.known = self.seen.contains(state, key);
        }
        for (entry, (state, &key)) in
            batch.entries.iter().zip(batch.states.chunks_exact(width).zip(&batch.keys))
        {
            self.transitions += 1;
            self.coverage.fired[entry.transition as usize] += 1;
            // One that was unknown may have been entered by an earlier step of the same batch.
            if entry.failed || entry.known || self.seen.contains(state, key) {
                continue;
            }
            self.make_room()?;
            let added = self
                .seen
                .add(state, key, &mut self.memory)
                .and_then(|_| self.origins.push_step(entry.parent, entry.instance, &mut self.memory));
            if let Err(full) = added {
                return ControlFlow::Break(self.full(full));
            }
        }
        batch.clear();
        self.batch = batch;
        ControlFlow::Continue(())
    }

    fn rebuild(&self) -> Rebuild<'_, W> {
        rebuild!(self)
    }

    /// Keeps the violation if the goal asks for it and it is less than the one kept.
    fn offer(&mut self, kind: ViolationKind, trace: impl FnOnce(&Self) -> Trace) {
        let asked = self.goal.asks_for(kind);
        if asked && self.best.as_ref().is_none_or(|best| kind < best.kind) {
            self.best = Some(Violation { kind, trace: trace(self) });
        }
    }

    fn offer_state(&mut self, kind: ViolationKind, number: u32) {
        self.offer(kind, |search| search.rebuild().trace_to(number));
    }

    fn offer_failure(&mut self, exit: Exit, place: Place, number: u32) {
        if let Some(index) = exit.as_failure() {
            self.offer_state(ViolationKind::Error(FailureSite { place, index }), number);
        }
    }

    /// A violation of a step from the state that is being expanded.
    fn offer_step(&mut self, kind: ViolationKind, instance: u32, after: Option<&[u64]>) {
        self.offer(kind, |search| search.rebuild().trace_through(search.parent, instance, after));
    }

    /// Evaluates the step properties.
    #[inline]
    fn check_step(&mut self, state: &[u64], after: &mut [u64], instance: u32) {
        for at in 0..self.step_properties.len() {
            let id = self.step_properties[at];
            let kind = match self.checker.test_step(self.program.properties[id.index()].pc, state, after) {
                Exit::YES => continue,
                exit => match exit.as_failure() {
                    Some(index) => ViolationKind::Error(FailureSite { place: Place::Property(id), index }),
                    None => ViolationKind::Property(id),
                },
            };
            self.offer_step(kind, instance, Some(after));
        }
    }

    /// Whether one more state is allowed.
    #[inline]
    fn make_room(&self) -> Flow {
        match self.limits.max_states {
            Some(most) if u64::from(self.seen.len()) >= most => {
                ControlFlow::Break(Box::new(Unknown::StateLimit(most)))
            }
            _ => ControlFlow::Continue(()),
        }
    }

    fn full(&self, _: Full) -> Stop {
        Box::new(if self.seen.len() >= MOST_STATES {
            Unknown::StateLimit(MOST_STATES.into())
        } else {
            // Without a limit, it is the machine that has no more.
            Unknown::MemoryLimit(self.memory.limit())
        })
    }

    #[inline]
    fn tick(&mut self) -> Flow {
        let (depth, level_end) = (self.depth, self.level_end);
        let (states, transitions, parent) = (u64::from(self.seen.len()), self.transitions, self.parent);
        self.clock.tick(|| Progress {
            depth,
            states,
            transitions,
            frontier: states.saturating_sub(parent.min(level_end).into()),
            ..Progress::default()
        })
    }
}

impl<const W: usize> Sink for Search<'_, W> {
    #[inline]
    fn step(&mut self, state: &[u64], step: StepTo<'_>) -> Flow {
        self.tick()?;
        let (transition, parent) = (step.transition, self.parent);
        let instance = self.numbering.instance(transition, step.number);
        let failed = step.result.is_err();
        match step.result {
            Err(index) => {
                let place = Place::Body(TransitionId(transition));
                self.offer_step(ViolationKind::Error(FailureSite { place, index }), instance, None);
                // Counted with the others, in order.
                self.batch.states.extend_from_slice(state);
                self.batch.keys.push(0);
            }
            Ok(after) => {
                self.check_step(state, after, instance);
                self.batch.keys.push(seen::hash(after));
                self.batch.states.extend_from_slice(after);
            }
        }
        self.batch.entries.push(Entry { parent, instance, transition, failed, known: false });
        if self.batch.entries.len() < BATCH { ControlFlow::Continue(()) } else { self.settle() }
    }

    fn pause(&mut self) -> Flow {
        self.tick()
    }
}

fn violated(kind: ViolationKind) -> Verdict {
    Verdict::Violated(Violation { kind, trace: Trace::default() })
}
