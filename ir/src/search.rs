//! The reference checker: a breadth-first search by the reference evaluator, as naive as can be. Engines are tested against it
//! on small models.
//!
//! It decides one depth after the other. The violations of depth `d` are those of the states first reached by `d` steps, and
//! those of steps from depth `d - 1` (failing bodies, step properties). Only when all of them are known is the least
//! reported; of equal ones, the first that the search came upon. What only all states together can violate is decided at the end.

mod graph;
mod induction;
mod recover;
mod tableau;
mod temporal;

use crate::eval::{Env, Evaluator, InternalError};
use crate::step::{InitResult, StepResult, Truth};
use crate::{
    Coverage, Goal, Limits, Outcome, Progress, Proof, PropertyId, PropertyKind, State, Statistics, Step,
    Trace, TransitionId, TransitionSystem, Unknown, Verdict, Violation, ViolationKind, bindings,
};
use graph::Graph;
use indexmap::IndexMap;
pub use induction::{counterexample_to_induction, counterexamples_to_induction};
use rustc_hash::FxBuildHasher;
use std::ops::Range;
use std::time::Instant;
use temporal::Refutation;

/// Checks a system for a goal.
///
/// # Errors
/// Where the system is malformed, or an update leaves its variable's type though no failure is true.
pub fn check(system: &TransitionSystem, goal: Goal, limits: &Limits) -> Result<Outcome, InternalError> {
    let mut search = Search::new(system, goal, limits);
    let verdict = match goal.fits(system) {
        Err(unfit) => Verdict::Unknown(unfit),
        Ok(()) if matches!(goal, Goal::Induct(_)) => {
            let why = "what is inductive is no matter of the states that can be reached";
            Verdict::Unknown(Unknown::Incapable(why.to_owned()))
        }
        Ok(()) => match search.run()? {
            Ok(verdict) | Err(verdict) => verdict,
        },
    };
    Ok(search.outcome(verdict))
}

/// How a state was first reached.
enum Origin {
    Init(Vec<u32>),
    Step { parent: usize, transition: TransitionId, args: Vec<u32> },
}

struct Search<'a> {
    system: &'a TransitionSystem,
    goal: Goal,
    limits: &'a Limits,
    started: Instant,
    /// All states, in the order in which they were found.
    states: States,
    levels: Vec<u64>,
    /// The least violation of the depth that is being decided.
    best: Option<Violation>,
    witnesses: Vec<Option<Trace>>,
    coverage: Coverage,
    decided: Option<u32>,
    bytes_per_state: u64,
}

/// A verdict that ends the search, or go on.
type Flow<T> = Result<Result<T, Verdict>, InternalError>;

/// Unwraps a [`Flow`]: both kinds of ends leave the function.
macro_rules! go {
    ($flow:expr) => {
        match $flow? {
            Ok(value) => value,
            Err(verdict) => return Ok(Err(verdict)),
        }
    };
}

impl<'a> Search<'a> {
    fn new(system: &'a TransitionSystem, goal: Goal, limits: &'a Limits) -> Self {
        let cells: u64 = system.variables.iter().map(|v| v.ty.cells()).fold(0, u64::saturating_add);
        Self {
            system,
            goal,
            limits,
            started: Instant::now(),
            states: IndexMap::default(),
            levels: Vec::new(),
            best: None,
            witnesses: vec![None; system.properties.len()],
            coverage: Coverage {
                fired: vec![0; system.transitions.len()],
                probes: vec![false; system.probes.len()],
            },
            decided: None,
            bytes_per_state: cells.saturating_add(4).saturating_mul(size_of::<crate::Value>() as u64),
        }
    }

    fn run(&mut self) -> Flow<Verdict> {
        go!(self.find_initial_states());
        let reach = matches!(self.goal, Goal::Reach(_));
        if self.states.is_empty() && self.best.is_none() && !reach {
            self.decided = Some(0);
            return Ok(Ok(violated(ViolationKind::NoInitialState)));
        }
        let mut depth = 0;
        let mut level = 0..self.states.len();
        loop {
            if !level.is_empty() {
                self.levels.push(level.len() as u64);
            }
            let enabled = go!(self.examine(level.clone(), depth));
            self.decided = Some(depth);
            if let Some(violation) = self.best.take() {
                return Ok(Ok(Verdict::Violated(violation)));
            }
            if let Goal::Reach(id) = self.goal
                && let Some(trace) = self.witnesses[id.index()].take()
            {
                return Ok(Ok(Verdict::Reached(trace)));
            }
            if !enabled {
                return self.exhausted();
            }
            if self.limits.max_depth.is_some_and(|most| depth >= most) {
                let whole = !self.system.global_properties(self.goal).is_empty();
                return Ok(Ok(match whole {
                    true => Verdict::Unknown(Unknown::DepthLimit(depth)),
                    false => Verdict::HoldsToDepth { depth },
                }));
            }
            let next = self.states.len();
            go!(self.expand(level, depth));
            level = next..self.states.len();
            if level.is_empty() && self.best.is_none() {
                return self.exhausted();
            }
            depth += 1;
        }
    }

    /// All states have been visited, and nothing is wrong in them.
    fn exhausted(&self) -> Flow<Verdict> {
        let missing = match self.goal {
            Goal::Reach(id) => Some(id),
            Goal::All => self
                .system
                .properties_of(PropertyKind::Reachable)
                .find(|id| self.witnesses[id.index()].is_none()),
            Goal::Refute(_) | Goal::Induct(_) => None,
        };
        if let Some(id) = missing {
            return Ok(Ok(violated(ViolationKind::Unreached(id))));
        }
        let proved = Verdict::Proved(Proof::Exhaustive { diameter: self.diameter() });
        let global = self.system.global_properties(self.goal);
        if global.is_empty() {
            return Ok(Ok(proved));
        }
        let states = self.states.keys().collect();
        let initial = self.states.values().filter(|origin| matches!(origin, Origin::Init(_))).count();
        let graph = Graph::new(self.system, states, initial)?;
        let mut gave_up = None;
        for id in global {
            go!(self.pause(self.diameter(), 0));
            match self.decide(&graph, id)? {
                None => {}
                Some(Verdict::Unknown(why)) => gave_up = gave_up.or(Some(Verdict::Unknown(why))),
                // What comes first is violated first: one that is undecided might be.
                Some(verdict) => return Ok(Ok(gave_up.unwrap_or(verdict))),
            }
        }
        Ok(Ok(gave_up.unwrap_or(proved)))
    }

    /// What is wrong with a temporal or recoverable property, if anything.
    fn decide(&self, graph: &Graph<'_>, id: PropertyId) -> Result<Option<Verdict>, InternalError> {
        let property = self.system.property(id);
        if property.kind == PropertyKind::Recoverable {
            let mut good = Vec::new();
            for state in &graph.states {
                good.push(self.system.property_truth(id, Env::of_state(state))? == Truth::True);
            }
            let lost = recover::first_lost(graph, &good).map(|position| Violation {
                kind: ViolationKind::Unrecoverable(id),
                trace: trace_to(&self.states, position),
            });
            return Ok(lost.map(Verdict::Violated));
        }
        let Some(formula) = &property.formula else {
            return Err(InternalError(format!("property {} has no formula", property.name)));
        };
        Ok(match temporal::refute(self.system, graph, formula)? {
            Refutation::None => None,
            Refutation::TooLarge(operators) => Some(Verdict::Unknown(Unknown::Incapable(format!(
                "property {} has {operators} temporal operators, too many for {} states",
                property.name,
                graph.states.len()
            )))),
            Refutation::Lasso(stem, cycle) => Some(Verdict::Violated(Violation {
                kind: ViolationKind::Lasso(id),
                trace: self.lasso(graph, &stem, &cycle),
            })),
        })
    }

    /// The lasso that letters spell. Where it stutters, it stutters for ever.
    fn lasso(&self, graph: &Graph<'_>, stem: &[usize], cycle: &[usize]) -> Trace {
        let mut letters = stem.iter().chain(cycle).map(|&letter| &graph.letters[letter]).peekable();
        let first = letters.peek().map_or(0, |letter| letter.from);
        let mut trace = trace_to(&self.states, first);
        trace.back_to = u32::try_from(stem.len()).ok();
        for letter in letters {
            let Some((transition, args)) = &letter.taken else {
                trace.back_to = Some(trace.depth());
                break;
            };
            let state = Some(graph.states[letter.to].clone());
            trace.steps.push(Step { transition: *transition, args: args.clone(), state });
        }
        trace
    }

    fn diameter(&self) -> u32 {
        u32::try_from(self.levels.len()).unwrap_or(u32::MAX).saturating_sub(1)
    }

    fn find_initial_states(&mut self) -> Flow<()> {
        for args in bindings(&self.system.init.params) {
            go!(self.pause(0, self.states.len()));
            match self.system.initial_state(&args)? {
                InitResult::Failed(site) => {
                    let trace = Trace { init_args: args, ..Trace::default() };
                    self.offer(ViolationKind::Error(site), || trace);
                }
                InitResult::Rejected => {}
                InitResult::State(state) => go!(self.enter(state, || Origin::Init(args.clone()))),
            }
        }
        Ok(Ok(()))
    }

    /// Looks for violations, witnesses and probes in the states of a level; whether some instance is enabled in some of them.
    fn examine(&mut self, level: Range<usize>, depth: u32) -> Flow<bool> {
        let mut enabled = false;
        for position in level.clone() {
            go!(self.pause(depth, level.end - position));
            let Some((state, _)) = self.states.get_index(position) else { continue };
            let state = state.clone();
            let report = self.system.examine_state(&state)?;
            enabled |= report.enabled;
            for kind in report.violations {
                let trace = || trace_to(&self.states, position);
                offer(&mut self.best, self.goal, kind, trace);
            }
            self.note_witnesses(&state, position)?;
            let mut evaluator = Evaluator::new(&self.system.context, Env::of_state(&state));
            for (probe, met) in self.system.probes.iter().zip(&mut self.coverage.probes) {
                *met = *met || evaluator.truth(probe.expr)?;
            }
        }
        Ok(Ok(enabled))
    }

    fn note_witnesses(&mut self, state: &State, position: usize) -> Result<(), InternalError> {
        let wanted: Vec<PropertyId> = match self.goal {
            Goal::All => self.system.properties_of(PropertyKind::Reachable).collect(),
            Goal::Reach(id) => vec![id],
            Goal::Refute(_) | Goal::Induct(_) => vec![],
        };
        for id in wanted {
            if self.witnesses[id.index()].is_none()
                && self.system.property_truth(id, Env::of_state(state))? == Truth::True
            {
                self.witnesses[id.index()] = Some(trace_to(&self.states, position));
            }
        }
        Ok(())
    }

    /// Executes every enabled instance in the states of a level.
    fn expand(&mut self, level: Range<usize>, depth: u32) -> Flow<()> {
        for parent in level.clone() {
            go!(self.pause(depth, level.end - parent));
            let Some((state, _)) = self.states.get_index(parent) else { continue };
            let state = state.clone();
            for successor in self.system.successors(&state)? {
                let (transition, args) = (successor.transition, successor.args);
                let extended = |states: &States, after: Option<&State>| {
                    let mut trace = trace_to(states, parent);
                    trace.steps.push(Step { transition, args: args.clone(), state: after.cloned() });
                    trace
                };
                match successor.result {
                    StepResult::Disabled | StepResult::GuardFailed(_) => {}
                    StepResult::Failed(site) => {
                        self.coverage.fired[transition.index()] += 1;
                        let trace = || extended(&self.states, None);
                        offer(&mut self.best, self.goal, ViolationKind::Error(site), trace);
                    }
                    StepResult::Next(after) => {
                        self.coverage.fired[transition.index()] += 1;
                        for kind in self.system.examine_step(&state, &after)? {
                            let trace = || extended(&self.states, Some(&after));
                            offer(&mut self.best, self.goal, kind, trace);
                        }
                        go!(self.enter(after, || Origin::Step { parent, transition, args: args.clone() }));
                    }
                }
            }
        }
        Ok(Ok(()))
    }

    /// Adds a state if it is new.
    fn enter(&mut self, state: State, origin: impl FnOnce() -> Origin) -> Flow<()> {
        if self.states.contains_key(&state) {
            return Ok(Ok(()));
        }
        let count = self.states.len() as u64 + 1;
        if let Some(most) = self.limits.max_states
            && count > most
        {
            return Ok(Err(Verdict::Unknown(Unknown::StateLimit(most))));
        }
        if let Some(most) = self.limits.max_memory
            && count.saturating_mul(self.bytes_per_state) > most
        {
            return Ok(Err(Verdict::Unknown(Unknown::MemoryLimit(most))));
        }
        self.states.insert(state, origin());
        Ok(Ok(()))
    }

    fn offer(&mut self, kind: ViolationKind, trace: impl FnOnce() -> Trace) {
        offer(&mut self.best, self.goal, kind, trace);
    }

    /// Reports progress, and ends the search where it must.
    fn pause(&self, depth: u32, frontier: usize) -> Flow<()> {
        if let Some(observer) = &self.limits.observer {
            observer(&Progress {
                depth,
                states: self.states.len() as u64,
                transitions: self.coverage.fired.iter().sum(),
                frontier: frontier as u64,
                elapsed: self.started.elapsed(),
                ..Progress::default()
            });
        }
        Ok(self.limits.must_stop().map_or(Ok(()), |why| Err(Verdict::Unknown(why))))
    }

    fn outcome(self, verdict: Verdict) -> Outcome {
        let witnesses = self.witnesses.into_iter().enumerate();
        let found = witnesses.filter_map(|(index, trace)| Some((PropertyId::from(index), trace?)));
        let states = self.states.len() as u64;
        Outcome {
            verdict,
            decided_depth: self.decided,
            decided_lassos: None,
            witnesses: if self.goal == Goal::All { found.collect() } else { Vec::new() },
            certificate: None,
            statistics: Statistics {
                states: Some(states),
                transitions: Some(self.coverage.fired.iter().sum()),
                levels: self.levels,
                memory: Some(states.saturating_mul(self.bytes_per_state)),
                elapsed: self.started.elapsed(),
                ..Statistics::default()
            },
            coverage: Some(self.coverage),
        }
    }
}

fn violated(kind: ViolationKind) -> Verdict {
    Verdict::Violated(Violation { kind, trace: Trace::default() })
}

/// Keeps the violation if the goal asks for it and it is less than the one kept.
fn offer(best: &mut Option<Violation>, goal: Goal, kind: ViolationKind, trace: impl FnOnce() -> Trace) {
    let asked = goal.asks_for(kind);
    if asked && best.as_ref().is_none_or(|best| kind < best.kind) {
        *best = Some(Violation { kind, trace: trace() });
    }
}

type States = IndexMap<State, Origin, FxBuildHasher>;

/// The run by which a state was first reached.
fn trace_to(states: &States, mut position: usize) -> Trace {
    let mut trace = Trace::default();
    while let Some((state, origin)) = states.get_index(position) {
        match origin {
            Origin::Init(args) => {
                trace.init_args = args.clone();
                trace.initial = Some(state.clone());
                break;
            }
            Origin::Step { parent, transition, args } => {
                let (transition, args) = (*transition, args.clone());
                trace.steps.push(Step { transition, args, state: Some(state.clone()) });
                position = *parent;
            }
        }
    }
    trace.steps.reverse();
    trace
}
