//! Fair lassos on which a formula is false, the shortest first (Biere, Cimatti, Clarke and Zhu, 1999; Biere, Heljanko, Junttila,
//! Latvala and Schuppan, "Linear encodings of bounded LTL model checking", 2006).
//!
//! For each length the unrolling has one more step, and the loop closes: the last state is the same as an earlier one, which the solver
//! may choose. What is demanded of a lasso of one length is demanded under a literal that is false from the next length on. Steps
//! are not reordered here: a formula may tell the orders apart.

use crate::formula::{Positions, taken};
use crate::question::Question;
use crate::sat::Solver;
use crate::search::no_value;
use crate::trace;
use crate::unroll::Unrolling;
use musilc_circuit::{Bit, Fair, Mutation, Plan, Valuation, exactly_one, same_state};
use musilc_ir::{ExprId, Formula, Trace, Unknown};
use rustc_hash::FxHashMap;

/// Which lassos to look for. Nothing goes wrong in runs of up to `most` steps.
#[derive(Clone, Copy)]
pub(crate) struct Range {
    /// The greatest length of stem and loop together.
    pub(crate) most: u32,
    /// Whether there may be loops of steps; none where all runs end.
    pub(crate) steps: bool,
    /// Whether there may be states without successor, which stutter.
    pub(crate) stutters: bool,
}

/// A search for one formula.
pub(crate) struct Lassos<'a> {
    plan: &'a Plan<'a>,
    formula: &'a Formula,
    question: Question<'a>,
    pub(crate) solver: Solver<'a>,
    run: Unrolling<'a>,
    /// For each state, the conditions of the formula there.
    conditions: Vec<FxHashMap<ExprId, Bit>>,
    /// For each state and fairness assumption, whether what it speaks of is enabled there.
    enabled: Vec<Vec<Bit>>,
    /// For each step and fairness assumption, whether what it speaks of is taken there.
    taken: Vec<Vec<Bit>>,
    /// All lengths up to this one have been decided.
    pub(crate) decided: u32,
}

impl<'a> Lassos<'a> {
    /// The plan is one [for lassos](Plan::for_lassos), with this formula among others.
    pub(crate) fn new(
        plan: &'a Plan<'a>,
        formula: &'a Formula,
        question: Question<'a>,
    ) -> Result<Self, Unknown> {
        let mut solver = question.solver(question.options.procedure)?;
        let most_cases = question.options.most_cases;
        let run = Unrolling::new(plan, &mut solver, question.limits, most_cases, question.mutation)?;
        let mut lassos = Self {
            plan,
            formula,
            question,
            solver,
            run,
            conditions: Vec::new(),
            enabled: Vec::new(),
            taken: Vec::new(),
            decided: 0,
        };
        lassos.look_around();
        Ok(lassos)
    }

    /// Takes down what is said of the last state.
    fn look_around(&mut self) {
        self.solver.assert(&self.run.graph, !self.run.failed);
        let mut conditions = FxHashMap::default();
        self.formula.for_each_claim(&mut |claim| {
            conditions.entry(claim.expr).or_insert_with(|| self.run.bit(claim.expr));
        });
        self.conditions.push(conditions);
        let mut enabled = Vec::with_capacity(self.plan.fairness.len());
        for fair in &self.plan.fairness {
            let guards: Vec<Bit> = fair.guards.iter().map(|&guard| self.run.bit(guard)).collect();
            enabled.push(self.run.graph.or(guards));
        }
        self.enabled.push(enabled);
    }

    /// The lasso of least length, with the shortest stem among those.
    pub(crate) fn search(&mut self, range: Range) -> Result<Option<Trace>, Unknown> {
        for length in 1..=range.most {
            self.question.report(length, self.solver.conflicts());
            self.solver.stop_if_needed()?;
            self.solver.check_memory()?;
            let stuttering = if range.stutters { self.stuttering()? } else { None };
            let goes_on = (range.steps || length < range.most) && self.extend()?;
            // Of equal length, a loop of steps has no longer stem.
            let of_steps = if range.steps && goes_on { self.of_steps()? } else { None };
            if let Some(lasso) = of_steps.or(stuttering) {
                return Ok(Some(lasso));
            }
            if !goes_on {
                break;
            }
            self.decided = length;
        }
        // No run is longer, or all lengths have been asked for.
        self.decided = range.most;
        Ok(None)
    }

    fn extend(&mut self) -> Result<bool, Unknown> {
        if !self.run.extend(&mut self.solver)? {
            return Ok(false);
        }
        if let [.., from, _] = self.run.depths.as_slice() {
            let g = &mut self.run.graph;
            let of = |fair: &Fair| {
                let constraint = &fair.constraint;
                let args: Vec<Option<u32>> = match &constraint.args {
                    Some(args) => args.iter().copied().map(Some).collect(),
                    None => Vec::new(),
                };
                taken(g, self.plan, from, constraint.transition, &args)
            };
            self.taken.push(self.plan.fairness.iter().map(of).collect());
        }
        self.look_around();
        Ok(true)
    }

    /// A run to a state without successor, which repeats. Nothing is enabled in the loop, so every assumption is kept.
    fn stuttering(&mut self) -> Result<Option<Trace>, Unknown> {
        let Some(guards) = &self.plan.guards else {
            return Err(Unknown::Incapable("too many instances to look for lassos that stutter".to_owned()));
        };
        let enabled: Vec<Bit> = guards.iter().map(|&guard| self.run.bit(guard)).collect();
        let stuck = !self.run.graph.or(enabled);
        if stuck == Bit::FALSE {
            return Ok(None);
        }
        let last = self.run.depths.len() - 1;
        let starts: Vec<Bit> = (0..=last).map(|at| Bit::constant(at == last)).collect();
        let refuted = self.refuted(&starts);
        let lasso = self.run.graph.and([stuck, refuted]);
        match self.solver.model_where(&self.run.graph, lasso)? {
            Some(mut model) => self.read(&mut model, last).map(Some),
            None => {
                self.solver.assert(&self.run.graph, !lasso);
                Ok(None)
            }
        }
    }

    /// A run whose last state is the same as an earlier one, where the loop starts.
    fn of_steps(&mut self) -> Result<Option<Trace>, Unknown> {
        let Some((last, before)) = self.run.depths.split_last() else { return Ok(None) };
        let g = &mut self.run.graph;
        let mut starts = Vec::with_capacity(before.len());
        let mut demands = Vec::with_capacity(before.len());
        for depth in before {
            let same = same_state(g, &depth.cells, &last.cells);
            let start = if same == Bit::FALSE { Bit::FALSE } else { g.input() };
            starts.push(start);
            demands.push(g.implies(start, same));
        }
        if starts.iter().all(|start| *start == Bit::FALSE) {
            return Ok(None);
        }
        demands.push(exactly_one(g, &starts));
        let mut inside = Bit::FALSE;
        let mut in_loop = Vec::with_capacity(starts.len());
        for &start in &starts {
            inside = g.or([inside, start]);
            in_loop.push(inside);
        }
        demands.push(self.refuted(&starts));
        if self.run.mutation != Mutation::IgnoreFairness {
            for fair in 0..self.plan.fairness.len() {
                demands.push(self.keeps(fair, &in_loop));
            }
        }
        let lasso = self.run.graph.and(demands);
        let Some(mut model) = self.solver.model_where(&self.run.graph, lasso)? else {
            // What is demanded of the choice of a start is gone with this; the choice itself is of no use to other lengths.
            self.solver.assert(&self.run.graph, !lasso);
            return Ok(None);
        };
        // A shorter stem, if there is one.
        let chosen = starts.iter().position(|start| model.value(&self.run.graph, *start));
        let Some(chosen) = chosen else { return Err(no_value()) };
        for (stem, &start) in starts.iter().enumerate().take(chosen) {
            if let Some(mut better) = self.solver.model_where_all(&self.run.graph, &[lasso, start])? {
                return self.read(&mut better, stem).map(Some);
            }
        }
        self.read(&mut model, chosen).map(Some)
    }

    /// Whether the formula is false of a lasso.
    fn refuted(&mut self, starts: &[Bit]) -> Bit {
        let mut positions = Positions {
            plan: self.plan,
            depths: &self.run.depths[..starts.len()],
            conditions: &self.conditions[..starts.len()],
            starts,
            graph: &mut self.run.graph,
            mutation: self.run.mutation,
        };
        !positions.truth(self.formula)[0]
    }

    /// Whether the loop keeps to a fairness assumption.
    fn keeps(&mut self, fair: usize, in_loop: &[Bit]) -> Bit {
        let g = &mut self.run.graph;
        let strong = self.plan.fairness[fair].constraint.strong;
        let mut kept = Vec::with_capacity(in_loop.len());
        let mut ever_enabled = Vec::with_capacity(in_loop.len());
        for (position, &there) in in_loop.iter().enumerate() {
            let (enabled, taken) = (self.enabled[position][fair], self.taken[position][fair]);
            if strong {
                ever_enabled.push(g.and([there, enabled]));
                kept.push(g.and([there, taken]));
            } else {
                let idle = g.or([!enabled, taken]);
                kept.push(g.and([there, idle]));
            }
        }
        if strong {
            kept.push(!g.or(ever_enabled));
        }
        g.or(kept)
    }

    fn read(&self, model: &mut Valuation, stem: usize) -> Result<Trace, Unknown> {
        let trace = trace::read(&self.run, model, false).ok_or_else(no_value)?;
        Ok(Trace { back_to: u32::try_from(stem).ok(), ..trace })
    }
}
