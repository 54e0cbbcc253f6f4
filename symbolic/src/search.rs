//! Bounded model checking: one depth after the other, each with the whole unrolling so far in one incremental solver (Biere, Cimatti,
//! Clarke and Zhu, "Symbolic model checking without BDDs", 1999).
//!
//! At each depth one query asks whether anything at all is wrong there. Only if something is, more queries find what counts most; if
//! nothing is, that is demanded for good and helps with the depths to come.

use crate::commute;
use crate::found::Found;
use crate::question::Question;
use crate::sat::Solver;
use crate::trace;
use crate::unroll::Unrolling;
use musilc_circuit::{Bit, Findings, Mutation, Plan, Valuation, Violations, of_step, sorted};
use musilc_ir::{
    Goal, Place, Proof, PropertyId, PropertyKind, Trace, Unknown, Verdict, Violation, ViolationKind,
};

/// Searches for what single states and steps show, the least violation first.
pub(crate) fn run(plan: &Plan<'_>, question: Question<'_>, found: &mut Found) -> Result<Verdict, Unknown> {
    let mut solver = question.solver(question.options.procedure)?;
    let (limits, mutation) = (question.limits, question.mutation);
    let run = Unrolling::new(plan, &mut solver, limits, question.options.most_cases, mutation)?;
    let exceptions = match mutation {
        _ if !question.options.reduce => Vec::new(),
        Mutation::CommuteAll => vec![Some(Vec::new()); plan.instances.len()],
        _ => commute::exceptions(plan),
    };
    let mut search = Search { plan, question, solver, run, exceptions, found };
    let verdict = search.run();
    search.found.count(&search.solver);
    verdict
}

struct Search<'a> {
    plan: &'a Plan<'a>,
    question: Question<'a>,
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
            self.question.report(depth, self.solver.conflicts());
            self.solver.stop_if_needed()?;
            self.solver.check_memory()?;
            let (violations, findings) = self.look()?;
            let bad = self.run.graph.or(violations.iter().map(|(_, bit)| *bit));
            if let Some(model) = self.solver.model_where(&self.run.graph, bad)? {
                let violation = self.least(violations, model)?;
                self.found.decided = Some(depth);
                return Ok(Verdict::Violated(violation));
            }
            self.solver.assert(&self.run.graph, !bad);
            // All failures are among what is wrong.
            self.solver.assert(&self.run.graph, !self.run.failed);
            if let Some(trace) = self.reach(&findings.reached)? {
                self.found.decided = Some(depth);
                return Ok(Verdict::Reached(trace));
            }
            self.run.order_last_steps(&self.exceptions, &mut self.solver);
            let goes_on = self.goes_on(&findings, depth)?;
            self.found.decide(depth);
            if let Some(ended) = goes_on {
                return Ok(ended);
            }
            if depth >= self.question.bound {
                return Ok(Verdict::HoldsToDepth { depth });
            }
            if !self.run.extend(&mut self.solver)? {
                return Ok(self.all_runs_end(depth));
            }
            depth += 1;
        }
    }

    /// What there is to find at the last depth: what is wrong with the step that leads there and with the state, and what may be wanted.
    fn look(&mut self) -> Result<(Violations, Findings), Unknown> {
        let goal = self.question.goal;
        let step = self.run.last_step().cloned();
        let g = &mut self.run.graph;
        let there = !self.run.failed;
        let mut findings = Findings::of_state(g, self.plan, &self.run.state, goal)?;
        let mut all: Violations = match &step {
            Some(step) => of_step(g, step, goal),
            None => {
                let failures = self.run.init_failures.iter();
                failures.map(|(site, bit)| (ViolationKind::Error(*site), *bit)).collect()
            }
        };
        for (kind, bit) in &findings.violations {
            all.push((*kind, g.and([there, *bit])));
        }
        for (_, bit) in &mut findings.reached {
            *bit = g.and([there, *bit]);
        }
        findings.enabled = findings.enabled.map(|enabled| g.and([there, enabled]));
        Ok((sorted(g, all, goal), findings))
    }

    /// The verdict where no run is longer than this depth.
    fn goes_on(&mut self, findings: &Findings, depth: u32) -> Result<Option<Verdict>, Unknown> {
        if depth == 0 && self.solver.model_where(&self.run.graph, Bit::TRUE)?.is_none() {
            return Ok(Some(no_initial_state(self.question.goal)));
        }
        // There are runs of this length: each shorter one that can go on does so without failing. If every stuck state is a
        // deadlock, and there is none, then each of these runs can go on too.
        if self.plan.stuck_is_bad(self.question.goal) {
            return Ok(None);
        }
        match findings.enabled {
            Some(enabled) => {
                let model = self.solver.model_where(&self.run.graph, enabled)?;
                Ok(if model.is_some() { None } else { Some(self.all_runs_end(depth)) })
            }
            // Not known: go on, and perhaps say less than could be said.
            None => Ok(None),
        }
    }

    fn all_runs_end(&self, longest: u32) -> Verdict {
        let unreached = match self.question.goal {
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
            if let Some(mut model) = self.solver.model_where(&self.run.graph, *bit)? {
                let trace = self.trace(&mut model, false)?;
                if self.question.goal != Goal::All {
                    return Ok(Some(trace));
                }
                self.found.witnesses.push((*id, trace));
            }
        }
        Ok(None)
    }

    /// The least violation at the last depth, given a model of some.
    fn least(&mut self, violations: Violations, mut model: Valuation) -> Result<Violation, Unknown> {
        // Each model names a violation, and the next query asks for a lesser one only.
        let mut lesser = violations;
        loop {
            let first = lesser.iter().position(|(_, bit)| model.value(&self.run.graph, *bit));
            let Some(first) = first else { return Err(no_value()) };
            let kind = lesser[first].0;
            lesser.truncate(first);
            let any = self.run.graph.or(lesser.iter().map(|(_, bit)| *bit));
            match self.solver.model_where(&self.run.graph, any)? {
                Some(better) => model = better,
                None => {
                    let trace = self.trace(&mut model, ends_without_state(kind))?;
                    return Ok(Violation { kind, trace });
                }
            }
        }
    }

    fn trace(&self, model: &mut Valuation, failed: bool) -> Result<Trace, Unknown> {
        trace::read(&self.run, model, failed).ok_or_else(no_value)
    }
}

/// Whether a run to such a violation has no last state.
pub(crate) fn ends_without_state(kind: ViolationKind) -> bool {
    matches!(kind, ViolationKind::Error(site) if matches!(site.place, Place::Body(_) | Place::Init))
}

/// What a model lacks only by a fault.
pub(crate) fn no_value() -> Unknown {
    Unknown::Incapable("the solver's model lacks a value".to_owned())
}

fn violated(kind: ViolationKind) -> Verdict {
    Verdict::Violated(Violation { kind, trace: Trace::default() })
}

/// The verdict where no state is initial.
pub(crate) fn no_initial_state(goal: Goal) -> Verdict {
    violated(match goal {
        Goal::Reach(id) => ViolationKind::Unreached(id),
        Goal::All | Goal::Refute(_) | Goal::Induct(_) => ViolationKind::NoInitialState,
    })
}
