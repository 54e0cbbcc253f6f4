//! Deep bugs: sweeps instead of steps, so that a run of many steps shows after few rounds. See [`Sweep`].
//!
//! What a sweep can do in one round hangs on the order of the instances. Several orders are tried side by side, round by round. Runs are not
//! the shortest; what they do without is left out before they are reported.

use crate::cells::{read_args, read_instance};
use crate::concrete::{Choices, shorten};
use crate::found::Found;
use crate::question::Question;
use crate::sat::Solver;
use crate::search::{no_initial_state, no_value};
use crate::walk;
use musilc_circuit::{
    Bit, Choice, Findings, Graph, Initial, Mutation, Order, Params, Plan, State, Step, Sweep, Valuation,
    Violations, of_step, sorted,
};
use musilc_ir::{Goal, PropertyId, Unknown, Verdict, ViolationKind};

/// Searches for any violation of single states and steps, or for any run to what the goal asks for.
pub(crate) fn run(plan: &Plan<'_>, question: Question<'_>, found: &mut Found) -> Result<Verdict, Unknown> {
    let order = Sweep::order(plan);
    let mut searches = Vec::new();
    for sequence in walk::orders(plan, question.limits)? {
        searches.push(Deep::new(plan, question, &order, sequence)?);
    }
    let verdict = rounds(&mut searches, question, found);
    for search in &searches {
        found.count(&search.solver);
    }
    verdict
}

fn rounds(searches: &mut [Deep<'_>], question: Question<'_>, found: &mut Found) -> Result<Verdict, Unknown> {
    let mut depth = 0;
    loop {
        for search in searches.iter_mut() {
            question.report(depth, search.solver.conflicts());
            search.solver.stop_if_needed()?;
            search.solver.check_memory()?;
            if let Some(verdict) = search.look(found, depth)? {
                return Ok(verdict);
            }
        }
        // As many steps fit in as many sweeps.
        found.decide(depth);
        if depth >= question.bound {
            return Ok(Verdict::HoldsToDepth { depth });
        }
        for search in searches.iter_mut() {
            search.sweep()?;
        }
        depth += 1;
    }
}

/// A search with one order.
struct Deep<'a> {
    plan: &'a Plan<'a>,
    question: Question<'a>,
    solver: Solver<'a>,
    graph: Graph,
    init_params: Params,
    init_failures: Violations,
    init_failed: Bit,
    order: &'a Order,
    sequence: Vec<usize>,
    sweeps: Vec<Vec<(usize, Bit, Params)>>,
    state: State,
}

impl<'a> Deep<'a> {
    fn new(
        plan: &'a Plan<'a>,
        question: Question<'a>,
        order: &'a Order,
        sequence: Vec<usize>,
    ) -> Result<Self, Unknown> {
        let mut graph = Graph::new(question.options.most_cases);
        let mut solver = question.solver(question.options.procedure)?;
        let initial = Initial::new(&mut graph, plan, question.limits, question.mutation)?;
        solver.assert(&graph, initial.demand);
        let failures = initial.failures.iter().map(|(site, bit)| (ViolationKind::Error(*site), *bit));
        let init_failures = failures.collect();
        let state = State::new(&mut graph, plan, initial.cells, question.limits, question.mutation)?;
        Ok(Self {
            plan,
            question,
            solver,
            graph,
            init_params: initial.params,
            init_failures,
            init_failed: initial.failed,
            order,
            sequence,
            sweeps: Vec::new(),
            state,
        })
    }

    /// What is wrong after the last sweep, or with a step from there; or what is to be reached.
    fn look(&mut self, found: &mut Found, depth: u32) -> Result<Option<Verdict>, Unknown> {
        let Question { goal, limits, mutation, .. } = self.question;
        self.solver.assert(&self.graph, self.state.legal);
        let g = &mut self.graph;
        let findings = Findings::of_state(g, self.plan, &self.state, goal)?;
        let mut all: Violations = findings.violations;
        // A step that fails, or that a step property forbids, is one more.
        let mut last = None;
        if self.plan.steps_may_fail() {
            let step = Step::new(g, self.plan, &mut self.state, Choice::Total, limits, mutation)?;
            if let Some(step) = step {
                self.solver.assert(&self.graph, step.demand);
                all.extend(of_step(&mut self.graph, &step, goal));
                last = Some(step);
            }
        }
        let g = &mut self.graph;
        if self.sweeps.is_empty() {
            for (_, bit) in &mut all {
                *bit = g.and([!self.init_failed, *bit]);
            }
            all.extend(self.init_failures.iter().copied());
        }
        let all = sorted(g, all, goal);
        let bad = g.or(all.iter().map(|(_, bit)| *bit));
        if depth == 0 && self.solver.model_where(&self.graph, Bit::TRUE)?.is_none() {
            return Ok(Some(no_initial_state(goal)));
        }
        if let Some(mut model) = self.solver.model_where(&self.graph, bad)? {
            return self.shown(&mut model, last.as_ref()).map(Some);
        }
        self.solver.assert(&self.graph, !bad);
        if self.sweeps.is_empty() {
            self.solver.assert(&self.graph, !self.init_failed);
        }
        self.reach(&findings.reached, found)
    }

    fn reach(
        &mut self,
        reached: &[(PropertyId, Bit)],
        found: &mut Found,
    ) -> Result<Option<Verdict>, Unknown> {
        let goal = self.question.goal;
        for (id, bit) in reached {
            if found.witnesses.iter().any(|(met, _)| met == id) {
                continue;
            }
            let Some(mut model) = self.solver.model_where(&self.graph, *bit)? else { continue };
            let choices = self.choices(&mut model, None)?;
            let verdict = shorten(self.plan.system, Goal::Reach(*id), &choices, self.question.limits)?;
            match verdict {
                Some(verdict) if goal != Goal::All => return Ok(Some(verdict)),
                Some(Verdict::Reached(trace)) => found.witnesses.push((*id, trace)),
                _ => return Err(no_value()),
            }
        }
        Ok(None)
    }

    fn shown(&self, model: &mut Valuation, last: Option<&Step>) -> Result<Verdict, Unknown> {
        let choices = self.choices(model, last)?;
        let verdict = shorten(self.plan.system, self.question.goal, &choices, self.question.limits)?;
        verdict.ok_or_else(no_value)
    }

    /// The instances that a model executes, one after another.
    fn choices(&self, model: &mut Valuation, last: Option<&Step>) -> Result<Choices, Unknown> {
        let (plan, g) = (self.plan, &self.graph);
        let mut taken = Vec::new();
        let mut take = |index: usize, params: &Params, model: &mut Valuation| {
            taken.push(read_instance(plan, g, model, index, params).ok_or_else(no_value)?);
            Ok(())
        };
        for sweep in &self.sweeps {
            for (index, fire, params) in sweep {
                if model.value(g, *fire) {
                    take(*index, params, model)?;
                }
            }
        }
        if let Some(last) = last {
            for ((index, _), chosen) in last.fires.iter().zip(&last.chosen) {
                if model.value(g, *chosen) {
                    take(*index, &self.state.params, model)?;
                }
            }
        }
        let init_args = read_args(g, model, &plan.system.init.params, &[], &self.init_params);
        Ok(Choices { init_args: init_args.ok_or_else(no_value)?, taken })
    }

    fn sweep(&mut self) -> Result<(), Unknown> {
        let limits = self.question.limits;
        let g = &mut self.graph;
        let (cells, sequence) = (&self.state.cells, &self.sequence);
        let sweep = Sweep::new(g, self.plan, cells, sequence, self.order, Choice::One, limits)?;
        self.solver.assert(&self.graph, sweep.demand);
        self.sweeps.push(sweep.fires);
        self.state = State::new(&mut self.graph, self.plan, sweep.cells, limits, Mutation::None)?;
        Ok(())
    }
}
