//! One thread's part of a search.

use super::Task;
use super::findings::{Findings, Site};
use super::judge::Judge;
use super::pipeline::{Access, BATCH, Pipeline, Stuck};
use super::recent::Recent;
use crate::compile::Stepper;
use crate::compile::code::Exit;
use crate::machine::{Machine, Sink, StepTo, Stop, Successors};
use crate::native::{Condition, Native};
use crate::store::{BLOCK, Cursor, Store};
use musilc_ir::{FailureSite, Place, PropertyId, PropertyKind, TransitionId, Unknown, ViolationKind};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

type Flow<T = ()> = ControlFlow<Stop, T>;

/// States of the frontier that a thread takes at a time while others take some too: many, since states that were found together have successors in
/// common, and few enough that all are done at about the same time.
const PORTION: usize = 1 << 12;

/// What a thread does until all of them come together again.
pub(crate) struct Round<'a, S> {
    pub(crate) access: Access<'a, S>,
    /// Up to where the frontier has been taken.
    pub(crate) cursor: &'a Mutex<Cursor>,
    /// One of them has a reason to come together.
    pub(crate) over: &'a AtomicBool,
}

impl<S: Store> Round<'_, S> {
    /// Takes some states of the frontier.
    fn take(&self, block: &mut Vec<u64>) {
        let portion = if matches!(self.access, Access::Alone(_)) { BLOCK } else { PORTION };
        let mut cursor = self.cursor.lock().unwrap_or_else(PoisonError::into_inner);
        block.clear();
        self.access.store().take(&mut cursor, portion, block);
    }

    fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    fn end(&self) {
        self.over.store(true, Ordering::Relaxed);
    }
}

/// A thread's part of a search.
pub(crate) struct Worker<'s, S: Store> {
    machine: Machine<'s>,
    /// Evaluates properties.
    checker: Machine<'s>,
    /// Positions of the transitions whose guards can fail.
    guarded: Vec<usize>,
    /// States that are being worked on.
    block: Vec<u64>,
    pub(crate) desk: Desk<'s, S>,
}

/// Everything of a worker but the machine that executes steps, which reports to it.
pub(crate) struct Desk<'s, S: Store> {
    task: &'s Task<'s>,
    judge: Judge<'s>,
    pub(crate) hand: S::Hand,
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
    recent: Recent,
    pipeline: Pipeline,
    /// States wait that cannot be entered before there is room.
    blocked: bool,
    /// Steps are only looked at for what is wrong with them: everything else has been done by native code.
    closer: bool,
}

/// Takes the steps of a state.
struct Steps<'d, 'r, 'a, 's, S: Store> {
    desk: &'d mut Desk<'s, S>,
    round: &'r mut Round<'a, S>,
}

impl<'s, S: Store> Worker<'s, S> {
    pub(crate) fn new(task: &'s Task<'s>) -> Self {
        let program = task.program;
        let may_fail = |&at: &usize| program.transitions[at].guard_may_fail();
        Self {
            machine: Machine::new(program),
            checker: Machine::new(program),
            guarded: (0..program.transitions.len()).filter(may_fail).collect(),
            block: Vec::new(),
            desk: Desk {
                task,
                judge: Judge::new(task.system, program),
                hand: S::Hand::default(),
                findings: Findings::new(task.system, task.goal, program.words),
                fired: vec![0; program.transitions.len()],
                unmet: (0..program.probes.len()).collect(),
                some_enabled: false,
                expanded: 0,
                out: Vec::new(),
                used: 0,
                recent: Recent::new(program.words),
                pipeline: Pipeline::new(program.words),
                blocked: false,
                closer: false,
            },
        }
    }

    /// Looks for violations, witnesses and probes in about so many states of the frontier; whether there are more.
    pub(crate) fn examine(
        &mut self,
        round: &Round<'_, S>,
        awaited: &[PropertyId],
        budget: usize,
    ) -> Flow<bool> {
        let task = self.desk.task;
        let (words, native) = (task.program.words, task.native.get());
        let mut done = 0;
        while done < budget {
            round.take(&mut self.block);
            if self.block.is_empty() {
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

    /// Executes every enabled instance in some states of the frontier, until there are about so many steps, or the round is over; whether there is
    /// more to do.
    pub(crate) fn expand(&mut self, round: &mut Round<'_, S>, budget: u64) -> Flow<bool> {
        let task = self.desk.task;
        let words = task.program.words;
        let native = task.native.get();
        self.desk.make_room(native.map_or(words, Native::room));
        let before = self.desk.steps();
        self.desk.blocked = false;
        while !self.desk.blocked && !round.is_over() {
            round.take(&mut self.block);
            if self.block.is_empty() {
                self.desk.finish(round)?;
                return ControlFlow::Continue(self.desk.blocked);
            }
            let block = std::mem::take(&mut self.block);
            for state in block.chunks_exact(words) {
                match native {
                    Some(native) if !self.desk.near_the_limit(round, native.room() / words) => {
                        let desk = &mut self.desk;
                        let done = native.expand(state, &mut desk.out[desk.used..], &mut desk.fired);
                        desk.used += done.words;
                        if done.odd {
                            desk.closer = true;
                            self.machine.expand(state, &mut Steps { desk, round })?;
                            self.desk.closer = false;
                        }
                    }
                    _ => self.machine.expand(state, &mut Steps { desk: &mut self.desk, round })?,
                }
                if self.desk.used >= BATCH * words {
                    self.desk.pass_on(round, state)?;
                }
            }
            self.desk.expanded += block.len() / words;
            if let Some(known) = block.get(..words) {
                self.desk.pass_on(round, known)?;
            }
            self.block = block;
            if self.desk.blocked || self.desk.steps() - before >= budget {
                round.end();
            }
        }
        ControlFlow::Continue(true)
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
    /// entered one by one, so that not a step more is executed than is allowed. Threads come together before it gets to that.
    #[inline]
    fn near_the_limit(&self, round: &Round<'_, S>, successors: usize) -> bool {
        let (Some(most), Access::Alone(store)) = (self.task.limits.max_states, &round.access) else {
            return false;
        };
        let waiting = self.pipeline.waiting() + self.used / self.task.program.words + successors;
        store.len() + waiting as u64 > most
    }

    /// Looks for what is wrong with a step, and takes the state after it; whether there is one to be passed on.
    #[inline]
    fn take_step(&mut self, state: &[u64], mut step: StepTo<'_>) -> bool {
        let Self { findings, task, judge, .. } = self;
        judge.judge(state, &mut step, |kind| findings.offer(kind, Site::Steps, state, &task.memory));
        if self.closer && step.result.is_ok() {
            return false;
        }
        self.fired[step.transition as usize] += 1;
        let Ok(after) = step.result else { return false };
        let words = after.len();
        self.make_room(self.used + words);
        self.out[self.used..self.used + words].copy_from_slice(after);
        self.used += words;
        true
    }

    fn offer_state(&mut self, kind: ViolationKind, state: &[u64]) {
        self.findings.offer(kind, Site::States, state, &self.task.memory);
    }

    fn offer_error(&mut self, place: Place, index: u32, state: &[u64]) {
        self.offer_state(ViolationKind::Error(FailureSite { place, index }), state);
    }

    /// Passes the states after steps on, into the set. `known` is a state that is there already.
    fn pass_on(&mut self, round: &mut Round<'_, S>, known: &[u64]) -> Flow {
        let keys = round.access.store().keys();
        self.recent.sift(&self.out[..self.used], known, keys, self.pipeline.next());
        self.used = 0;
        if self.blocked || !self.pipeline.is_due() {
            return ControlFlow::Continue(());
        }
        let most = self.most_states();
        let turned = self.pipeline.turn(&mut round.access, &mut self.hand, most, &self.task.memory);
        self.go_on(turned)
    }

    fn most_states(&self) -> u64 {
        self.task.limits.max_states.unwrap_or(u64::MAX)
    }

    /// Enters all states that have been passed on, if there is room.
    pub(crate) fn finish(&mut self, round: &mut Round<'_, S>) -> Flow {
        let most = self.most_states();
        let flushed = self.pipeline.flush(&mut round.access, &mut self.hand, most, &self.task.memory);
        self.go_on(flushed)
    }

    /// Goes on, or says why not.
    fn go_on(&mut self, entered: Result<(), Stuck>) -> Flow {
        ControlFlow::Break(Box::new(match entered {
            Ok(()) => return ControlFlow::Continue(()),
            Err(Stuck::Room) => {
                self.blocked = true;
                return ControlFlow::Continue(());
            }
            Err(Stuck::States) => Unknown::StateLimit(self.most_states()),
            Err(Stuck::Memory) => self.task.out_of_memory(),
        }))
    }
}

impl<S: Store> Sink for Steps<'_, '_, '_, '_, S> {
    #[inline]
    fn step(&mut self, state: &[u64], step: StepTo<'_>) -> Flow {
        let Self { desk, round } = self;
        if !desk.take_step(state, step) {
            return ControlFlow::Continue(());
        }
        let whole = desk.used >= BATCH * state.len();
        if whole {
            desk.task.pause()?;
        }
        if desk.near_the_limit(round, 0) {
            desk.pass_on(round, state)?;
            desk.finish(round)
        } else if whole {
            desk.pass_on(round, state)
        } else {
            ControlFlow::Continue(())
        }
    }

    fn pause(&mut self) -> Flow {
        self.desk.task.pause()
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
}
