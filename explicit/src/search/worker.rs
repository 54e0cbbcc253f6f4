//! One thread's part of a search: the states whose hashes say that they are its own.

use super::Task;
use super::findings::{Findings, Site};
use super::judge::Judge;
use super::pipeline::{BATCH, Batch, Pipeline, Stuck};
use super::recent::Recent;
use crate::compile::Stepper;
use crate::compile::code::Exit;
use crate::machine::{Machine, Sink, StepTo, Stop, Successors};
use crate::native::{Condition, Native};
use crate::store::{Cursor, Store};
use musilc_ir::{FailureSite, Place, PropertyId, PropertyKind, TransitionId, Unknown, ViolationKind};
use std::ops::ControlFlow;

type Flow<T = ()> = ControlFlow<Stop, T>;

/// A thread's part of a search.
pub(crate) struct Worker<'s, S> {
    machine: Machine<'s>,
    /// Evaluates properties.
    checker: Machine<'s>,
    /// Positions of the transitions whose guards can fail.
    guarded: Vec<usize>,
    /// States that are being worked on.
    block: Vec<u64>,
    cursor: Cursor,
    pub(crate) desk: Desk<'s, S>,
}

/// Everything of a worker but the machine that executes steps, which reports to it.
pub(crate) struct Desk<'s, S> {
    task: &'s Task<'s>,
    number: usize,
    judge: Judge<'s>,
    pub(crate) store: S,
    pub(crate) findings: Findings,
    /// How often each transition has been executed.
    pub(crate) fired: Vec<u64>,
    /// Probes that have not been met, by number.
    pub(crate) unmet: Vec<usize>,
    /// Whether an instance is enabled in some state of the frontier.
    pub(crate) some_enabled: bool,
    /// States of the frontier that have been expanded.
    pub(crate) expanded: usize,
    /// States after steps that have not been passed on.
    out: Vec<u64>,
    used: usize,
    /// For each worker, the states that belong to it. None where there is but one worker.
    pub(crate) outboxes: Vec<Outbox>,
    recent: Recent,
    /// Those of them that are not recent, on their way to the boxes.
    sifted: Batch,
    pipeline: Pipeline,
    /// Steps are only looked at for what is wrong with them: everything else has been done by native code.
    closer: bool,
}

/// States for another worker, one after the other.
#[derive(Clone, Default, Debug)]
pub(crate) struct Outbox {
    words: Vec<u64>,
    used: usize,
}

impl Outbox {
    /// The states.
    pub(crate) fn states(&self) -> &[u64] {
        &self.words[..self.used]
    }

    /// Makes it empty.
    pub(crate) fn clear(&mut self) {
        self.used = 0;
    }

    /// Sees to it that so many words more fit.
    fn make_room(&mut self, words: usize) {
        if self.words.len() < self.used + words {
            self.words.resize((self.used + words).next_power_of_two(), 0);
        }
    }

    /// Appends a state.
    #[inline]
    fn push(&mut self, state: &[u64]) {
        self.words[self.used..self.used + state.len()].copy_from_slice(state);
        self.used += state.len();
    }
}

/// The worker that a state with this hash belongs to. The bits are others than those that tables go by first.
#[inline(always)]
pub(crate) fn owner(key: u64, workers: usize) -> usize {
    ((key & 0xffff) as usize * workers) >> 16
}

impl<'s, S: Store> Worker<'s, S> {
    /// One of so many workers, by its number.
    pub(crate) fn new(task: &'s Task<'s>, store: S, number: usize, workers: usize) -> Self {
        let program = task.program;
        let may_fail = |&at: &usize| program.transitions[at].guard_may_fail();
        Self {
            machine: Machine::new(program),
            checker: Machine::new(program),
            guarded: (0..program.transitions.len()).filter(may_fail).collect(),
            block: Vec::new(),
            cursor: Cursor::default(),
            desk: Desk {
                task,
                number,
                judge: Judge::new(task.system, program),
                store,
                findings: Findings::new(task.system, task.goal, program.words),
                fired: vec![0; program.transitions.len()],
                unmet: (0..program.probes.len()).collect(),
                some_enabled: false,
                expanded: 0,
                out: Vec::new(),
                used: 0,
                outboxes: if workers > 1 { vec![Outbox::default(); workers] } else { Vec::new() },
                recent: Recent::new(program.words),
                sifted: Batch::default(),
                pipeline: Pipeline::new(program.words),
                closer: false,
            },
        }
    }

    /// Begins with the frontier anew.
    pub(crate) fn rewind(&mut self) {
        self.cursor = Cursor::default();
        self.desk.expanded = 0;
    }

    /// Takes some states of the frontier; whether there are any.
    fn take_block(&mut self) -> bool {
        self.block.clear();
        self.block.extend_from_slice(self.desk.store.block(&mut self.cursor));
        !self.block.is_empty()
    }

    /// Looks for violations, witnesses and probes in about so many states of the frontier; whether there are more.
    pub(crate) fn examine(&mut self, awaited: &[PropertyId], budget: usize) -> Flow<bool> {
        let task = self.desk.task;
        let (words, native) = (task.program.words, task.native.get());
        let mut done = 0;
        while done < budget {
            if !self.take_block() {
                return ControlFlow::Continue(false);
            }
            let block = std::mem::take(&mut self.block);
            for state in block.chunks_exact(words) {
                match native {
                    Some(native) => {
                        let found = native.examine(state);
                        self.desk.some_enabled |= found.enabled;
                        if found.suspect || !found.enabled {
                            self.examine_closely(state)?;
                        }
                    }
                    None => self.examine_closely(state)?,
                }
                self.note_conditions(native, state, awaited);
            }
            done += block.len() / words;
            self.block = block;
        }
        ControlFlow::Continue(true)
    }

    /// Looks for violations in a state.
    fn examine_closely(&mut self, state: &[u64]) -> Flow {
        let task = self.desk.task;
        let program = task.program;
        let pause = || task.pause();
        let mut unguarded = true;
        for &transition in &self.guarded {
            let stepper: &Stepper = &program.transitions[transition];
            if let Some(index) = self.machine.guard_failure(stepper, state, pause)? {
                unguarded = false;
                let place = Place::Guard(TransitionId::from(transition));
                self.desk.offer_error(place, index, state);
            }
        }
        for (index, (property, predicate)) in
            task.system.properties.iter().zip(&program.properties).enumerate()
        {
            let id = PropertyId::from(index);
            let checked = task.goal == musilc_ir::Goal::All && property.kind == PropertyKind::Invariant;
            if property.kind == PropertyKind::Step || !(checked || predicate.fallible) {
                continue;
            }
            match self.checker.test(predicate.pc, state) {
                Exit::NO if checked => self.desk.offer_state(ViolationKind::Property(id), state),
                exit => {
                    if let Some(index) = exit.as_failure() {
                        self.desk.offer_error(Place::Property(id), index, state);
                    }
                }
            }
        }
        let enabled = self.machine.enabled(state, pause)?;
        self.desk.some_enabled |= enabled;
        if !enabled && unguarded {
            match self.checker.test(program.terminal.pc, state) {
                Exit::YES => {}
                Exit::NO => self.desk.offer_state(ViolationKind::Deadlock, state),
                exit => {
                    if let Some(index) = exit.as_failure() {
                        self.desk.offer_error(Place::Terminal, index, state);
                    }
                }
            }
        }
        ControlFlow::Continue(())
    }

    /// Notes probes that a state meets, and properties that were to be reached.
    #[inline]
    fn note_conditions(&mut self, native: Option<&Native>, state: &[u64], awaited: &[PropertyId]) {
        if awaited.is_empty() && self.desk.unmet.is_empty() {
            return;
        }
        let program = self.desk.task.program;
        for &id in awaited {
            let holds = match native {
                Some(native) => native.holds(Condition::Property(id.index()), state),
                None => self.checker.test(program.properties[id.index()].pc, state) == Exit::YES,
            };
            if holds {
                // One state is enough for a witness.
                let _ = self.desk.findings.reached[id.index()].push(state, &self.desk.task.memory);
            }
        }
        let checker = &mut self.checker;
        self.desk.unmet.retain(|&probe| !match native {
            Some(native) => native.holds(Condition::Probe(probe), state),
            None => checker.test(program.probes[probe], state) == Exit::YES,
        });
    }

    /// Executes every enabled instance in some states of the frontier, until there are about so many steps; whether there are more states.
    pub(crate) fn expand(&mut self, budget: u64) -> Flow<bool> {
        let task = self.desk.task;
        let words = task.program.words;
        let native = task.native.get();
        self.desk.make_room(native.map_or(words, Native::room));
        let before = self.desk.steps();
        loop {
            if !self.take_block() {
                return ControlFlow::Continue(false);
            }
            let block = std::mem::take(&mut self.block);
            for state in block.chunks_exact(words) {
                match native {
                    Some(native) if !self.desk.near_the_limit(native.room() / words) => {
                        let desk = &mut self.desk;
                        let done = native.expand(state, &mut desk.out[desk.used..], &mut desk.fired);
                        desk.used += done.words;
                        if done.odd {
                            desk.closer = true;
                            self.machine.expand(state, desk)?;
                            desk.closer = false;
                        }
                    }
                    _ => self.machine.expand(state, &mut self.desk)?,
                }
                if self.desk.used >= BATCH * words {
                    self.desk.pass_on(state)?;
                }
            }
            self.desk.expanded += block.len() / words;
            if let Some(known) = block.get(..words) {
                self.desk.pass_on(known)?;
            }
            self.block = block;
            if self.desk.steps() - before >= budget {
                return ControlFlow::Continue(true);
            }
        }
    }
}

impl<S: Store> Desk<'_, S> {
    /// The number of steps executed.
    pub(crate) fn steps(&self) -> u64 {
        self.fired.iter().sum()
    }

    /// Sees to it that the buffer takes a batch and so many words more.
    fn make_room(&mut self, words: usize) {
        let wanted = BATCH * self.task.program.words + words;
        if self.out.len() < wanted {
            self.out.resize(wanted, 0);
        }
    }

    /// Whether the limit on states may be reached by the successors of a state, of which there are at most so many. From then on, states are
    /// entered one by one, so that not a step more is executed than is allowed.
    #[inline]
    fn near_the_limit(&self, successors: usize) -> bool {
        let Some(most) = self.task.limits.max_states else { return false };
        let words = self.task.program.words;
        let waiting = self.pipeline.waiting() + self.used / words + successors;
        self.outboxes.is_empty() && self.store.len() + waiting as u64 > most
    }

    fn offer_state(&mut self, kind: ViolationKind, state: &[u64]) {
        self.findings.offer(kind, Site::States, state, &self.task.memory);
    }

    fn offer_error(&mut self, place: Place, index: u32, state: &[u64]) {
        self.offer_state(ViolationKind::Error(FailureSite { place, index }), state);
    }

    /// Passes the states after steps on: to their owners, or into the set. `known` is a state that is there already.
    fn pass_on(&mut self, known: &[u64]) -> Flow {
        let words = self.task.program.words;
        let states = &self.out[..self.used];
        self.used = 0;
        if self.outboxes.is_empty() {
            self.recent.sift(states, known, self.pipeline.next());
            return if self.pipeline.is_due() { self.turn() } else { ControlFlow::Continue(()) };
        }
        self.sifted.clear();
        self.recent.sift(states, known, &mut self.sifted);
        for outbox in &mut self.outboxes {
            outbox.make_room(self.sifted.states.len());
        }
        let workers = self.outboxes.len();
        for (state, &key) in self.sifted.states.chunks_exact(words).zip(&self.sifted.keys) {
            self.outboxes[owner(key, workers)].push(state);
        }
        if self.task.limits.max_states.is_some() {
            // All together must not become too many, so none is entered before all are counted.
            return ControlFlow::Continue(());
        }
        let own = &mut self.outboxes[self.number];
        self.pipeline.add(own.states());
        own.clear();
        if self.pipeline.is_due() { self.turn() } else { ControlFlow::Continue(()) }
    }

    fn most_states(&self) -> u64 {
        self.task.limits.max_states.unwrap_or(u64::MAX)
    }

    /// Enters the states that have waited longest.
    fn turn(&mut self) -> Flow {
        let most = self.most_states();
        let turned = self.pipeline.turn(&mut self.store, most, &self.task.memory);
        self.task.unstuck(turned)
    }

    /// Enters all states that have been passed on.
    pub(crate) fn finish(&mut self) -> Flow {
        let most = self.most_states();
        let flushed = self.pipeline.flush(&mut self.store, most, &self.task.memory);
        self.task.unstuck(flushed)
    }

    /// Enters states of its own, until there are `most`.
    pub(crate) fn receive(&mut self, states: &[u64], most: u64) -> Flow {
        let Self { pipeline, store, task, .. } = self;
        let mut result: Result<(), Stuck> = Ok(());
        for batch in states.chunks(BATCH * task.program.words) {
            pipeline.add(batch);
            result = result.and_then(|()| pipeline.turn(store, most, &task.memory));
        }
        let done = result.and_then(|()| pipeline.flush(store, most, &task.memory));
        self.task.unstuck(done)
    }
}

impl<S: Store> Sink for Desk<'_, S> {
    #[inline]
    fn step(&mut self, state: &[u64], mut step: StepTo<'_>) -> Flow {
        let Self { findings, task, judge, .. } = self;
        judge.judge(state, &mut step, |kind| findings.offer(kind, Site::Steps, state, &task.memory));
        let after = match step.result {
            Ok(_) if self.closer => return ControlFlow::Continue(()),
            Ok(after) => after,
            Err(_) => {
                self.fired[step.transition as usize] += 1;
                return ControlFlow::Continue(());
            }
        };
        self.fired[step.transition as usize] += 1;
        let words = after.len();
        self.make_room(self.used + words);
        self.out[self.used..self.used + words].copy_from_slice(after);
        self.used += words;
        let whole = self.used >= BATCH * words;
        if whole {
            self.pause()?;
        }
        if self.near_the_limit(0) {
            self.pass_on(state)?;
            self.finish()
        } else if whole {
            self.pass_on(state)
        } else {
            ControlFlow::Continue(())
        }
    }

    fn pause(&mut self) -> Flow {
        self.task.pause()
    }
}

impl Task<'_> {
    /// Whether to stop.
    pub(crate) fn pause(&self) -> Flow {
        match self.limits.must_stop() {
            Some(why) => ControlFlow::Break(Box::new(why)),
            None => ControlFlow::Continue(()),
        }
    }

    /// Goes on, or says why not.
    fn unstuck(&self, result: Result<(), Stuck>) -> Flow {
        ControlFlow::Break(Box::new(match result {
            Ok(()) => return ControlFlow::Continue(()),
            Err(Stuck::States) => Unknown::StateLimit(self.limits.max_states.unwrap_or(u64::MAX)),
            Err(Stuck::Memory) => self.out_of_memory(),
        }))
    }
}
