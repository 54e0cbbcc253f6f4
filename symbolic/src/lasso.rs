//! Fair lassos on which a formula is false, the shortest first (Biere, Cimatti, Clarke and Zhu, 1999; Biere, Heljanko, Junttila,
//! Latvala and Schuppan, "Linear encodings of bounded LTL model checking", 2006).
//!
//! For each length the unrolling has one more step, and the loop closes: the last state is the same as an earlier one, which the solver
//! may choose. What is demanded of a lasso of one length is demanded under a literal that is false from the next length on. Steps
//! are not reordered here: a formula may tell the orders apart.

use crate::formula::{Positions, taken};
use crate::options::{Mutation, Options};
use crate::plan::Plan;
use crate::scalar::Bit;
use crate::select::{OneOf, exactly_one};
use crate::solver::Solver;
use crate::trace;
use crate::unroll::Unrolling;
use musilc_ir::{ExprId, Formula, Limits, Progress, Trace, Unknown};
use rustc_hash::FxHashMap;
use std::time::Instant;

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
    limits: &'a Limits,
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
        limits: &'a Limits,
        options: &Options,
        mutation: Mutation,
    ) -> Result<Self, Unknown> {
        let solver = Solver::new(options.backend, limits)?;
        let run = Unrolling::new(plan, &solver, mutation)?;
        let mut lassos = Self {
            plan,
            formula,
            limits,
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
        self.solver.assert(&self.run.failed.not());
        let mut conditions = FxHashMap::default();
        self.formula.for_each_claim(&mut |claim| {
            conditions.entry(claim.expr).or_insert_with(|| self.run.bit(claim.expr));
        });
        self.conditions.push(conditions);
        let enabled = self.plan.fairness.iter().map(|fair| {
            let some = Bit::or(fair.guards.iter().map(|&guard| self.run.bit(guard)));
            self.solver.define(&some, "enabled")
        });
        self.enabled.push(enabled.collect());
    }

    /// The lasso of least length, with the shortest stem among those.
    pub(crate) fn search(&mut self, range: Range, started: Instant) -> Result<Option<Trace>, Unknown> {
        for length in 1..=range.most {
            if let Some(observer) = &self.limits.observer {
                observer(&Progress { depth: length, elapsed: started.elapsed(), ..Progress::default() });
            }
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
        if !self.run.extend(&self.solver)? {
            return Ok(false);
        }
        if let [.., from, _] = self.run.depths.as_slice() {
            let of = |fair: &crate::plan::Fair| {
                let constraint = &fair.constraint;
                let args: Vec<Option<u32>> = match &constraint.args {
                    Some(args) => args.iter().copied().map(Some).collect(),
                    None => Vec::new(),
                };
                let some = taken(self.plan, from, constraint.transition, &args);
                self.solver.define(&some, "taken")
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
        let stuck = Bit::or(guards.iter().map(|&guard| self.run.bit(guard))).not();
        if stuck.is(false) {
            return Ok(None);
        }
        let last = self.run.depths.len() - 1;
        let starts: Vec<Bit> = (0..=last).map(|at| Bit::Const(at == last)).collect();
        let lasso = Bit::fresh("stutters");
        self.solver.assert(&lasso.implies(&stuck));
        self.refute(&starts, &lasso);
        let model = self.solver.model_where(&lasso)?;
        self.solver.assert(&lasso.not());
        let Some(model) = model else { return Ok(None) };
        self.read(&model, last).map(Some)
    }

    /// A run whose last state is the same as an earlier one, where the loop starts.
    fn of_steps(&mut self) -> Result<Option<Trace>, Unknown> {
        let Some((last, before)) = self.run.depths.split_last() else { return Ok(None) };
        let equal: Vec<Vec<Bit>> = before
            .iter()
            .map(|depth| {
                let pairs = depth.cells.iter().zip(&last.cells);
                let cells = pairs.flat_map(|(a, b)| a.cells().iter().zip(b.cells()));
                cells.map(|(a, b)| a.equals(b)).filter(|bit| !bit.is(true)).collect()
            })
            .collect();
        let impossible = |cells: &Vec<Bit>| cells.iter().any(|bit| bit.is(false));
        if equal.iter().all(impossible) {
            return Ok(None);
        }
        let starts =
            equal.iter().map(|cells| if impossible(cells) { Bit::FALSE } else { Bit::fresh("loop") });
        let OneOf { bits: starts, up_to: in_loop } = exactly_one(starts.collect(), &self.solver);
        let lasso = Bit::fresh("lasso");
        for (start, cells) in starts.iter().zip(&equal) {
            for same in cells {
                self.solver.assert(&Bit::or([lasso.not(), start.not(), same.clone()]));
            }
        }
        self.refute(&starts, &lasso);
        if self.run.mutation != Mutation::IgnoreFairness {
            for fair in 0..self.plan.fairness.len() {
                self.solver.assert(&lasso.implies(&self.keeps(fair, &in_loop)));
            }
        }
        let Some(model) = self.solver.model_where(&lasso)? else {
            self.solver.assert(&lasso.not());
            return Ok(None);
        };
        // A shorter stem, if there is one.
        let chosen = starts.iter().position(|start| crate::cells::read_bit(&model, start) == Some(true));
        let Some(chosen) = chosen else { return Err(self.solver.no_value()) };
        for (stem, start) in starts.iter().enumerate().take(chosen) {
            let from_here = self.solver.define(&Bit::and([lasso.clone(), start.clone()]), "stem");
            if let Some(better) = self.solver.model_where(&from_here)? {
                return self.read(&better, stem).map(Some);
            }
        }
        self.read(&model, chosen).map(Some)
    }

    /// Demands of a lasso that the formula is false.
    fn refute(&self, starts: &[Bit], lasso: &Bit) {
        let positions = Positions {
            plan: self.plan,
            depths: &self.run.depths[..starts.len()],
            conditions: &self.conditions[..starts.len()],
            starts,
            solver: &self.solver,
            mutation: self.run.mutation,
        };
        let truth = positions.truth(self.formula);
        self.solver.assert(&lasso.implies(&truth[0].not()));
    }

    /// Whether the loop keeps to a fairness assumption.
    fn keeps(&self, fair: usize, in_loop: &[Bit]) -> Bit {
        let at = |position: usize| {
            (&in_loop[position], &self.enabled[position][fair], &self.taken[position][fair])
        };
        let positions = (0..in_loop.len()).map(at);
        if self.plan.fairness[fair].constraint.strong {
            let never = Bit::and(positions.clone().map(|(there, enabled, _)| there.implies(&enabled.not())));
            let taken = positions.map(|(there, _, taken)| Bit::and([there.clone(), taken.clone()]));
            return Bit::or(taken.chain([never]));
        }
        Bit::or(positions.map(|(there, enabled, taken)| {
            Bit::and([there.clone(), Bit::or([enabled.not(), taken.clone()])])
        }))
    }

    fn read(&self, model: &z3::Model, stem: usize) -> Result<Trace, Unknown> {
        let trace = trace::read(self.plan, &self.run, model, false).ok_or_else(|| self.solver.no_value())?;
        Ok(Trace { back_to: u32::try_from(stem).ok(), ..trace })
    }
}
