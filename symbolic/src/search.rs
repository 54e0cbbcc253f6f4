//! Bounded model checking: one depth after the other, each with the whole unrolling so far in one incremental solver (Biere, Cimatti,
//! Clarke and Zhu, "Symbolic model checking without BDDs", 1999).
//!
//! At each depth one query asks whether anything at all is wrong there. Only if something is, more queries find what counts most; if
//! nothing is, that is demanded for good and helps with the depths to come.

use crate::bad::Findings;
use crate::commute;
use crate::global;
use crate::options::{Mutation, Options};
use crate::plan::Plan;
use crate::scalar::Bit;
use crate::solver::Solver;
use crate::trace;
use crate::unroll::Unrolling;
use musilc_ir::{
    Goal, Limits, Place, Progress, Proof, PropertyId, PropertyKind, Trace, TransitionSystem, Unknown,
    Verdict, Violation, ViolationKind,
};
use std::time::Instant;
use z3::Model;

/// What a search found out so far.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) decided: Option<u32>,
    pub(crate) lassos: Option<u32>,
    pub(crate) witnesses: Vec<(PropertyId, Trace)>,
    pub(crate) queries: u64,
    pub(crate) memory: Option<u64>,
}

/// Checks the system in the thread's Z3 context.
pub(crate) fn run(
    system: &TransitionSystem,
    goal: Goal,
    limits: &Limits,
    options: &Options,
    mutation: Mutation,
    found: &mut Found,
) -> Result<Verdict, Unknown> {
    let started = Instant::now();
    let plan = Plan::new(system, options, limits, mutation)?;
    let bound = limits.max_depth.map_or(options.depth, |most| most.min(options.depth));
    let verdict = local(&plan, goal, limits, options, mutation, (bound, started), found)?;
    global::run(plan, verdict, global::Question { goal, limits, options, mutation, bound, started }, found)
}

/// Searches for what single states and steps show.
fn local(
    plan: &Plan<'_>,
    goal: Goal,
    limits: &Limits,
    options: &Options,
    mutation: Mutation,
    (bound, started): (u32, Instant),
    found: &mut Found,
) -> Result<Verdict, Unknown> {
    let solver = Solver::new(options.backend, limits)?;
    let run = Unrolling::new(plan, &solver, mutation)?;
    let exceptions = match mutation {
        _ if !options.reduce => Vec::new(),
        Mutation::CommuteAll => vec![Some(Vec::new()); plan.instances.len()],
        _ => commute::exceptions(plan),
    };
    let mut search = Search { plan, goal, limits, bound, started, solver, run, exceptions, found };
    let verdict = search.run();
    search.found.queries = search.solver.queries;
    search.found.memory = search.solver.memory;
    search.found.witnesses.sort_by_key(|(id, _)| *id);
    verdict
}

struct Search<'a> {
    plan: &'a Plan<'a>,
    goal: Goal,
    limits: &'a Limits,
    bound: u32,
    started: Instant,
    solver: Solver<'a>,
    run: Unrolling<'a>,
    /// What may not be ordered; see [`commute`].
    exceptions: Vec<Option<Vec<usize>>>,
    found: &'a mut Found,
}

impl Search<'_> {
    fn run(&mut self) -> Result<Verdict, Unknown> {
        let mut depth = 0;
        loop {
            self.report(depth);
            self.solver.stop_if_needed()?;
            self.solver.check_memory()?;
            let findings = Findings::at_last_depth(self.plan, &self.run, self.goal)?;
            let bad = Bit::or(findings.violations.iter().map(|(_, bit)| bit.clone()));
            let bad = self.solver.define(&bad, "bad");
            if let Some(model) = self.solver.model_where(&bad)? {
                let violation = self.least(findings.violations, model)?;
                self.found.decided = Some(depth);
                return Ok(Verdict::Violated(violation));
            }
            self.solver.assert(&bad.not());
            // All failures are among what is wrong.
            self.solver.assert(&self.run.failed.not());
            if let Some(trace) = self.reach(&findings.reached)? {
                self.found.decided = Some(depth);
                return Ok(Verdict::Reached(trace));
            }
            self.run.order_last_steps(&self.exceptions, &self.solver);
            let goes_on = self.goes_on(&findings, depth)?;
            self.found.decided = Some(depth);
            if let Some(ended) = goes_on {
                return Ok(ended);
            }
            if depth >= self.bound {
                return Ok(Verdict::HoldsToDepth { depth });
            }
            if !self.run.extend(&self.solver)? {
                return Ok(self.all_runs_end(depth));
            }
            depth += 1;
        }
    }

    fn report(&self, depth: u32) {
        if let Some(observer) = &self.limits.observer {
            observer(&Progress { depth, elapsed: self.started.elapsed(), ..Progress::default() });
        }
    }

    /// The verdict where no run is longer than this depth.
    fn goes_on(&mut self, findings: &Findings, depth: u32) -> Result<Option<Verdict>, Unknown> {
        if depth == 0 && self.solver.model_where(&Bit::TRUE)?.is_none() {
            return Ok(Some(match self.goal {
                Goal::All | Goal::Refute(_) | Goal::Induct(_) => violated(ViolationKind::NoInitialState),
                Goal::Reach(id) => violated(ViolationKind::Unreached(id)),
            }));
        }
        // There are runs of this length: each shorter one that can go on does so without failing. If every stuck state is a
        // deadlock, and there is none, then each of these runs can go on too.
        if self.plan.stuck_is_bad(self.goal) {
            return Ok(None);
        }
        match &findings.enabled {
            Some(enabled) => {
                let enabled = self.solver.define(enabled, "enabled");
                let model = self.solver.model_where(&enabled)?;
                Ok(if model.is_some() { None } else { Some(self.all_runs_end(depth)) })
            }
            // Not known: go on, and perhaps say less than could be said.
            None => Ok(None),
        }
    }

    fn all_runs_end(&self, longest: u32) -> Verdict {
        let unreached = match self.goal {
            Goal::Refute(_) | Goal::Induct(_) => None,
            Goal::Reach(id) => Some(id),
            Goal::All => self
                .plan
                .system
                .properties_of(PropertyKind::Reachable)
                .find(|id| self.found.witnesses.iter().all(|(met, _)| met != id)),
        };
        match unreached {
            Some(id) => violated(ViolationKind::Unreached(id)),
            None => Verdict::Proved(Proof::AllRunsEnd { longest }),
        }
    }

    /// Looks for the wanted properties: the run to the one that the goal names, or witnesses on the way.
    fn reach(&mut self, reached: &[(PropertyId, Bit)]) -> Result<Option<Trace>, Unknown> {
        for (id, bit) in reached {
            if self.found.witnesses.iter().any(|(met, _)| met == id) {
                continue;
            }
            let literal = self.solver.define(bit, "reached");
            if let Some(model) = self.solver.model_where(&literal)? {
                let trace = self.trace(&model, false)?;
                if self.goal != Goal::All {
                    return Ok(Some(trace));
                }
                self.found.witnesses.push((*id, trace));
            }
        }
        Ok(None)
    }

    /// The least violation at the last depth, given a model of some.
    fn least(
        &mut self,
        violations: Vec<(ViolationKind, Bit)>,
        mut model: Model,
    ) -> Result<Violation, Unknown> {
        // Each model names a violation, and the next query asks for a lesser one only.
        let mut lesser = violations;
        loop {
            let first = lesser.iter().position(|(_, bit)| crate::cells::read_bit(&model, bit) == Some(true));
            let Some(first) = first else { return Err(self.solver.no_value()) };
            let kind = lesser[first].0;
            lesser.truncate(first);
            let any = Bit::or(lesser.iter().map(|(_, bit)| bit.clone()));
            let any = self.solver.define(&any, "lesser");
            match self.solver.model_where(&any)? {
                Some(better) => model = better,
                None => {
                    let body =
                        matches!(kind, ViolationKind::Error(site) if matches!(site.place, Place::Body(_)));
                    let init = matches!(kind, ViolationKind::Error(site) if site.place == Place::Init);
                    let trace = self.trace(&model, body || init)?;
                    return Ok(Violation { kind, trace });
                }
            }
        }
    }

    fn trace(&self, model: &Model, failed: bool) -> Result<Trace, Unknown> {
        trace::read(self.plan, &self.run, model, failed).ok_or_else(|| self.solver.no_value())
    }
}

fn violated(kind: ViolationKind) -> Verdict {
    Verdict::Violated(Violation { kind, trace: Trace::default() })
}
