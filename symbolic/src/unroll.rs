//! The runs of a system, one step after another.
//!
//! A step that fails, like an initial binding that does, has no state after it; the circuit has cells there all the same, and their
//! values mean nothing. Everything said about a state is therefore said together with [`Unrolling::failed`] being false. Once the search
//! has seen that no run of the length fails, it demands that for good.

use crate::sat::Solver;
use musilc_circuit::{
    Bit, Choice, Graph, Initial, Mutation, Number, Params, Plan, Scalar, State, Step, Term, exactly_one,
};
use musilc_ir::{ExprId, FailureSite, Limits, Unknown};

/// A state of the run, and the step from it.
pub(crate) struct Depth {
    /// The value of each state variable.
    pub(crate) cells: Vec<Term>,
    /// The parameters that are left to the solver.
    pub(crate) params: Params,
    /// The step from here; `None` at the last depth.
    pub(crate) step: Option<Step>,
}

impl Depth {
    /// Which instance the step from here takes, by position in the plan.
    pub(crate) fn fires(&self) -> &[(usize, Bit)] {
        self.step.as_ref().map_or(&[], |step| &step.fires)
    }
}

/// The runs up to some length.
pub(crate) struct Unrolling<'a> {
    pub(crate) plan: &'a Plan<'a>,
    pub(crate) graph: Graph,
    limits: &'a Limits,
    pub(crate) mutation: Mutation,
    /// The parameters of the initial condition.
    pub(crate) init_params: Params,
    /// The states, from the initial one on.
    pub(crate) depths: Vec<Depth>,
    /// The last of them.
    pub(crate) state: State,
    /// Whether the last step fails (at depth 0: the initial binding), so that the last state is none.
    pub(crate) failed: Bit,
    /// Where the initial binding fails.
    pub(crate) init_failures: Vec<(FailureSite, Bit)>,
}

impl<'a> Unrolling<'a> {
    /// The runs of length 0.
    pub(crate) fn new(
        plan: &'a Plan<'a>,
        solver: &mut Solver<'_>,
        limits: &'a Limits,
        most_cases: usize,
        mutation: Mutation,
    ) -> Result<Self, Unknown> {
        let mut graph = Graph::new(most_cases);
        let initial = Initial::new(&mut graph, plan, limits, mutation)?;
        solver.assert(&graph, initial.demand);
        let state = State::new(&mut graph, plan, initial.cells, limits, mutation)?;
        let mut unrolling = Self {
            plan,
            graph,
            limits,
            mutation,
            init_params: initial.params,
            depths: Vec::new(),
            state,
            failed: initial.failed,
            init_failures: initial.failures,
        };
        unrolling.arrive(solver);
        Ok(unrolling)
    }

    fn arrive(&mut self, solver: &mut Solver<'_>) {
        solver.assert(&self.graph, self.state.legal);
        let (cells, params) = (self.state.cells.clone(), self.state.params.clone());
        self.depths.push(Depth { cells, params, step: None });
    }

    /// The last step.
    pub(crate) fn last_step(&self) -> Option<&Step> {
        let [.., from, _] = self.depths.as_slice() else { return None };
        from.step.as_ref()
    }

    /// The value of an expression about the last state.
    pub(crate) fn bit(&self, expr: ExprId) -> Bit {
        self.state.bit(expr)
    }

    /// Adds a step to the runs. `false` where it is plain that no run can be longer; then nothing is added.
    ///
    /// Demands that no guard fails in the last state are taken for granted.
    pub(crate) fn extend(&mut self, solver: &mut Solver<'_>) -> Result<bool, Unknown> {
        let (plan, limits) = (self.plan, self.limits);
        let step = Step::new(&mut self.graph, plan, &mut self.state, Choice::One, limits, self.mutation)?;
        let Some(step) = step else { return Ok(false) };
        solver.assert(&self.graph, step.demand);
        self.failed = step.failed;
        self.state = State::new(&mut self.graph, plan, step.cells.clone(), limits, self.mutation)?;
        if let Some(depth) = self.depths.last_mut() {
            depth.step = Some(step);
        }
        self.repeat_types(solver);
        solver.stop_if_needed()?;
        self.arrive(solver);
        Ok(true)
    }

    /// Demands what is so anyway: that each number written by cases has exactly one value. It follows from the step, but not by
    /// propagation alone, and was measured to save most of the time of deep searches.
    fn repeat_types(&mut self, solver: &mut Solver<'_>) {
        let before = self.depths.last().map(|depth| &depth.cells);
        for (at, term) in self.state.cells.iter().enumerate() {
            let old = before.and_then(|cells| cells.get(at)).map(Term::cells).unwrap_or_default();
            for (cell, old) in term.cells().iter().zip(old) {
                let Scalar::Number(Number::Cases(cases)) = cell else { continue };
                if cases.len() < 2 || cell == old {
                    continue;
                }
                let bits: Vec<Bit> = cases.iter().map(|(_, bit)| *bit).collect();
                let one = exactly_one(&mut self.graph, &bits);
                let demand = self.graph.or([self.failed, one]);
                solver.assert(&self.graph, demand);
            }
        }
    }

    /// Demands that the last two steps stand in canonical order.
    ///
    /// To be called when everything about the last step is decided, for what comes after it: step properties compare states between
    /// steps that the order rules out.
    pub(crate) fn order_last_steps(&mut self, exceptions: &[Option<Vec<usize>>], solver: &mut Solver<'_>) {
        let [.., first, second, _] = self.depths.as_slice() else { return };
        let (Some(first), Some(second)) = (&first.step, &second.step) else { return };
        for (j, fire) in &second.fires {
            let Some(Some(exceptions)) = exceptions.get(*j) else { continue };
            let lesser = first.fires.iter().zip(&first.up_to).rev().find(|((i, _), _)| i <= j);
            let lesser = lesser.map(|(_, up_to)| *up_to);
            let of = |i: &usize| first.fires.binary_search_by_key(i, |(i, _)| *i).ok();
            let clashing = exceptions.iter().filter_map(|i| Some(first.fires[of(i)?].1));
            let allowed: Vec<Bit> = lesser.into_iter().chain(clashing).chain([!*fire]).collect();
            let allowed = self.graph.or(allowed);
            solver.assert(&self.graph, allowed);
        }
    }
}
