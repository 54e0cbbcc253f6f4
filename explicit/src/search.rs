//! Breadth-first search, one depth after the other.
//!
//! The violations of depth `d` are those of the states first reached by `d` steps, and those of steps from depth `d - 1` (failing
//! bodies, step properties). All of them are looked at before the least is reported, and of the runs to it the least ([`crate::path`]), so the
//! answer depends on the system alone.
//!
//! With several threads, each takes some states of the frontier, computes the steps from them, and enters the states after them into the set,
//! while the others do the same ([`worker`]). They come together when the set must grow, and now and then so that the clock is looked at
//! ([`round`]).

pub(crate) mod findings;
pub(crate) mod judge;
pub(crate) mod pipeline;
mod recent;
mod round;
mod worker;

use crate::clock::Clock;
use crate::compile::Program;
use crate::layout::Layout;
use crate::machine::{Machine, Stop};
use crate::memory::{Full, Memory};
use crate::native::Native;
use crate::options::{Codegen, Options};
use crate::path::Paths;
use crate::slice::{Presence, complete, left_out};
use crate::store::{Entry, Store};
use findings::Site;
use musilc_ir::{
    Coverage, FailureSite, Goal, Limits, Outcome, Place, Proof, PropertyId, PropertyKind, Statistics, Trace,
    TransitionSystem, Unknown, Verdict, Violation, ViolationKind,
};
use rayon::ThreadPool;
use std::cell::RefCell;
use std::ops::ControlFlow;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;
use worker::Worker;

/// What is searched, and for what.
pub(crate) struct Task<'s> {
    pub(crate) system: &'s TransitionSystem,
    pub(crate) goal: Goal,
    pub(crate) limits: &'s Limits,
    pub(crate) options: &'s Options,
    pub(crate) program: &'s Program,
    pub(crate) layout: &'s Layout,
    pub(crate) memory: Memory,
    /// Machine code, once it has been worth compiling.
    pub(crate) native: OnceLock<Native>,
    /// There is no machine code for this.
    interpreted: AtomicBool,
}

impl<'s> Task<'s> {
    pub(crate) fn new(
        system: &'s TransitionSystem,
        goal: Goal,
        limits: &'s Limits,
        options: &'s Options,
        program: &'s Program,
        layout: &'s Layout,
    ) -> Self {
        let memory = Memory::new(limits.max_memory);
        memory.note(program.bytes());
        Self {
            system,
            goal,
            limits,
            options,
            program,
            layout,
            memory,
            native: OnceLock::new(),
            interpreted: AtomicBool::new(false),
        }
    }

    /// Turns to machine code, if so many steps have taken the interpreter as long as compiling will take: so neither is ever regretted by more
    /// than the other.
    pub(crate) fn compile_if_worth_it(&self, steps: u64) {
        let after = match self.options.codegen {
            Codegen::Interpreted => return,
            Codegen::Native => 0,
            Codegen::Auto => self.program.size() * STEPS_PER_OPERATION,
        };
        if steps < after || self.native.get().is_some() || self.interpreted.load(Ordering::Relaxed) {
            return;
        }
        let Program { plan, scalars, .. } = self.program;
        match Native::new(self.system, self.layout, scalars, plan, self.goal) {
            Ok(native) => {
                let _ = self.native.set(native);
            }
            Err(_) => self.interpreted.store(true, Ordering::Relaxed),
        }
    }

    /// Memory does not suffice.
    pub(crate) fn out_of_memory(&self) -> Unknown {
        Unknown::MemoryLimit(self.memory.limit())
    }
}

/// Interpreting so many steps takes as long as compiling one operation.
const STEPS_PER_OPERATION: u64 = 20;

/// Goes on, or stops without a verdict.
type Flow<T = ()> = ControlFlow<Stop, T>;

/// Decides a temporal or recoverable property when all states are known: a run that violates it.
pub(crate) type Global<'s, S> = fn(&mut Search<'s, S>, PropertyId) -> Flow<Option<Trace>>;

/// A search under way.
pub(crate) struct Search<'s, S: Store> {
    pub(crate) task: &'s Task<'s>,
    pub(crate) clock: Clock<'s>,
    pub(crate) store: S,
    /// One for each thread.
    pub(crate) workers: Vec<Worker<'s, S>>,
    /// Threads, from the first time on that there is enough to do for them.
    pool: Option<ThreadPool>,
    global: Option<Global<'s, S>>,
    pub(crate) levels: Vec<u64>,
    /// Nodes of products with automata.
    pub(crate) product_states: Option<u64>,
    pub(crate) witnesses: Vec<Option<Trace>>,
    pub(crate) decided: Option<u32>,
    /// When the search was saved last, or began.
    saved: Instant,
}

impl<'s, S: Store> Search<'s, S> {
    /// A search with so many threads. `global` decides the properties that need all states.
    pub(crate) fn new(
        task: &'s Task<'s>,
        clock: Clock<'s>,
        store: S,
        threads: usize,
        global: Option<Global<'s, S>>,
    ) -> Self {
        Self {
            task,
            clock,
            store,
            workers: (0..threads.max(1)).map(|_| Worker::new(task)).collect(),
            pool: None,
            global,
            levels: Vec::new(),
            product_states: None,
            witnesses: vec![None; task.system.properties.len()],
            decided: None,
            saved: Instant::now(),
        }
    }

    /// Searches.
    pub(crate) fn run(mut self) -> Outcome {
        let mut verdict = match self.decide() {
            ControlFlow::Continue(verdict) => verdict,
            ControlFlow::Break(why) => Verdict::Unknown(*why),
        };
        let presence = self.task.layout.presence();
        if presence.contains(&Presence::Irrelevant) {
            let in_verdict = match &mut verdict {
                Verdict::Violated(violation) => Some(&mut violation.trace),
                Verdict::Reached(trace) => Some(trace),
                _ => None,
            };
            for trace in self.witnesses.iter_mut().flatten().chain(in_verdict) {
                complete(self.task.system, trace);
            }
        }
        let fired = self.fired();
        let mut probes = vec![true; self.task.program.probes.len()];
        self.unmet().for_each(|probe| probes[probe] = false);
        let states = self.store.len();
        let witnesses = std::mem::take(&mut self.witnesses).into_iter().enumerate();
        let found = witnesses.filter_map(|(index, trace)| Some((PropertyId::from(index), trace?)));
        Outcome {
            verdict,
            decided_depth: self.decided,
            decided_lassos: None,
            certificate: None,
            witnesses: if self.task.goal == Goal::All { found.collect() } else { Vec::new() },
            statistics: Statistics {
                states: Some(states),
                transitions: Some(fired.iter().sum()),
                levels: self.levels,
                product_states: self.product_states,
                state_bits: Some(self.task.layout.bits()),
                left_out: left_out(self.task.system, presence),
                memory: Some(self.task.memory.peak()),
                queries: None,
                native: Some(self.task.native.get().is_some()),
                elapsed: self.clock.elapsed(),
            },
            coverage: Some(Coverage { fired, probes }),
        }
    }

    /// The probes that no state meets, by number.
    pub(crate) fn unmet(&self) -> impl Iterator<Item = usize> {
        let (first, others) = self
            .workers
            .split_first()
            .map_or((&[][..], &[][..]), |(first, others)| (first.desk.unmet.as_slice(), others));
        let of_all = |probe: &usize| others.iter().all(|worker| worker.desk.unmet.contains(probe));
        first.iter().copied().filter(of_all)
    }

    /// How often each transition has been executed.
    pub(crate) fn fired(&self) -> Vec<u64> {
        let mut sum = vec![0; self.task.program.transitions.len()];
        for worker in &self.workers {
            sum.iter_mut().zip(&worker.desk.fired).for_each(|(sum, fired)| *sum += fired);
        }
        sum
    }

    /// The number of steps that have been executed.
    pub(crate) fn steps(&self) -> u64 {
        self.workers.iter().map(|worker| worker.desk.steps()).sum()
    }

    /// Finds runs through the states found so far.
    pub(crate) fn paths(&self) -> Paths<'_, 's, S> {
        Paths { task: self.task, store: &self.store, pool: self.pool.as_ref() }
    }

    fn decide(&mut self) -> Flow<Verdict> {
        let verdict = self.decide_from_checkpoint();
        if let (ControlFlow::Continue(_), Some(checkpoint)) = (&verdict, &self.task.options.checkpoint) {
            checkpoint.remove();
        }
        verdict
    }

    /// Goes on from where an earlier search was saved, or begins.
    fn decide_from_checkpoint(&mut self) -> Flow<Verdict> {
        let saved = match &self.task.options.checkpoint {
            Some(checkpoint) => stop_on(checkpoint.load(self))?,
            None => None,
        };
        if let Some(depth) = saved {
            return self.decide_from(depth, true);
        }
        self.find_initial_states()?;
        let reach = matches!(self.task.goal, Goal::Reach(_));
        if self.store.len() == 0 && self.workers[0].desk.findings.worst.is_none() && !reach {
            self.decided = Some(0);
            let kind = ViolationKind::NoInitialState;
            return ControlFlow::Continue(Verdict::Violated(Violation { kind, trace: Trace::default() }));
        }
        self.decide_from(0, false)
    }

    /// Saves the search, if it has been long enough since the last time.
    fn save(&mut self, depth: u32) -> Flow {
        if let Some(checkpoint) = &self.task.options.checkpoint
            && self.saved.elapsed() >= checkpoint.every
        {
            stop_on(checkpoint.save(self, depth))?;
            self.saved = Instant::now();
        }
        ControlFlow::Continue(())
    }

    /// Goes through the depths from one on, whose states have been found, and have become the frontier if the search was saved then.
    fn decide_from(&mut self, mut depth: u32, mut resumed: bool) -> Flow<Verdict> {
        let keep = self.global.is_some();
        loop {
            self.task.compile_if_worth_it(self.steps());
            if !resumed {
                let hands = self.workers.iter_mut().map(|worker| &mut worker.desk.hand);
                self.store.advance(hands, &self.task.memory, keep);
            }
            self.workers.iter_mut().for_each(|worker| worker.desk.some_enabled = false);
            let frontier = self.store.frontier() as u64;
            let violated = |search: &Self| search.workers.iter().any(|w| w.desk.findings.worst.is_some());
            if frontier == 0 && depth > 0 && !violated(self) {
                return self.exhausted();
            }
            if !resumed && !violated(self) {
                self.save(depth)?;
            }
            resumed = false;
            if frontier > 0 {
                self.levels.push(frontier);
            }
            self.examine(depth)?;
            self.decided = Some(depth);
            if let Some(verdict) = self.verdict_of_depth(depth)? {
                return ControlFlow::Continue(verdict);
            }
            if !self.workers.iter().any(|worker| worker.desk.some_enabled) {
                return self.exhausted();
            }
            if self.task.limits.max_depth.is_some_and(|most| depth >= most) {
                return match self.task.system.global_properties(self.task.goal).is_empty() {
                    true => ControlFlow::Continue(Verdict::HoldsToDepth { depth }),
                    false => ControlFlow::Break(Box::new(Unknown::DepthLimit(depth))),
                };
            }
            self.expand(depth)?;
            depth += 1;
        }
    }

    /// What is to be said when all states of a depth have been looked at: a violation, or a witness that was asked for. Notes other witnesses.
    fn verdict_of_depth(&mut self, depth: u32) -> Flow<Option<Verdict>> {
        let memory = &self.task.memory;
        let Some((first, others)) = self.workers.split_first_mut() else {
            return ControlFlow::Continue(None);
        };
        for worker in others {
            first.desk.findings.merge(&mut worker.desk.findings, memory);
        }
        let depth = depth as usize;
        for at in 0..self.witnesses.len() {
            let states = self.workers[0].desk.findings.take_reached(at);
            if states.len() > 0 && self.witnesses[at].is_none() {
                let trace = self.paths().find(depth, &states, None)?;
                self.witnesses[at] = Some(trace);
            }
            states.release(memory);
        }
        let findings = &self.workers[0].desk.findings;
        if let Some((kind, site)) = &findings.worst {
            let trace = match site {
                Site::Init(args) => Trace { init_args: args.clone(), ..Trace::default() },
                Site::States => self.paths().find(depth, &findings.states, None)?,
                Site::Steps => self.paths().find(depth.saturating_sub(1), &findings.states, Some(*kind))?,
            };
            return ControlFlow::Continue(Some(Verdict::Violated(Violation { kind: *kind, trace })));
        }
        if let Goal::Reach(id) = self.task.goal
            && let Some(trace) = self.witnesses.get_mut(id.index()).and_then(Option::take)
        {
            return ControlFlow::Continue(Some(Verdict::Reached(trace)));
        }
        ControlFlow::Continue(None)
    }

    /// All states have been visited, and nothing is wrong in any one of them.
    fn exhausted(&mut self) -> Flow<Verdict> {
        let system = self.task.system;
        let unmet = |id: &PropertyId| self.witnesses.get(id.index()).is_none_or(Option::is_none);
        let missing = match self.task.goal {
            Goal::Reach(id) => Some(id),
            Goal::All => system.properties_of(PropertyKind::Reachable).find(unmet),
            Goal::Refute(_) | Goal::Induct(_) => None,
        };
        let violated = |kind, trace| ControlFlow::Continue(Verdict::Violated(Violation { kind, trace }));
        if let Some(id) = missing {
            return violated(ViolationKind::Unreached(id), Trace::default());
        }
        for id in system.global_properties(self.task.goal) {
            let Some(global) = self.global else { continue };
            if let Some(trace) = global(self, id)? {
                return match system.property(id).kind {
                    PropertyKind::Temporal => violated(ViolationKind::Lasso(id), trace),
                    _ => violated(ViolationKind::Unrecoverable(id), trace),
                };
            }
        }
        let diameter = u32::try_from(self.levels.len()).unwrap_or(u32::MAX).saturating_sub(1);
        ControlFlow::Continue(Verdict::Proved(Proof::Exhaustive { diameter }))
    }

    fn find_initial_states(&mut self) -> Flow {
        let (task, program) = (self.task, self.task.program);
        let mut machine = Machine::new(program);
        // The first failure that some binding makes true: no binding makes an earlier one true.
        for (index, nest) in &program.init_failures {
            let mut failing = None;
            let found = machine.run_nest(
                nest,
                &[],
                || task.pause().map_break(Some),
                |_, args| {
                    failing = Some(args.to_vec());
                    ControlFlow::Break(None)
                },
            );
            if let ControlFlow::Break(Some(stop)) = found {
                return ControlFlow::Break(stop);
            }
            if let Some(args) = failing {
                let kind = ViolationKind::Error(FailureSite { place: Place::Init, index: *index });
                self.workers[0].desk.findings.offer_init(kind, args);
                break;
            }
        }
        let search = RefCell::new(self);
        machine.run_nest(
            &program.init,
            &[],
            || {
                let search = &mut **search.borrow_mut();
                search.look_at_the_clock(0)
            },
            |machine, _| {
                let search: &mut Self = &mut search.borrow_mut();
                let state = machine.initial(&program.init)?;
                let Self { store, workers, .. } = search;
                let key = store.keys().of(state);
                let total = store.len();
                if task.limits.max_states.is_some_and(|most| total >= most) {
                    return match store.contains(state, key) {
                        true => ControlFlow::Continue(()),
                        false => ControlFlow::Break(Box::new(Unknown::StateLimit(total))),
                    };
                }
                let batch = Entry { states: state, keys: &[key], ahead: &[] };
                match store.enter(&mut workers[0].desk.hand, batch, &task.memory) {
                    Ok(()) => search.tick(0),
                    Err(Full) => ControlFlow::Break(Box::new(task.out_of_memory())),
                }
            },
        )
    }
}

/// Goes on with a value, or stops without a verdict.
fn stop_on<T>(result: Result<T, Unknown>) -> Flow<T> {
    match result {
        Ok(value) => ControlFlow::Continue(value),
        Err(why) => ControlFlow::Break(Box::new(why)),
    }
}
