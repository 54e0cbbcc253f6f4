//! Invariants that have been found, in terms of the cells of the state variables; and whether they are what they are said to be.

use crate::ic3::{Cube, Problem};
use crate::question::Question;
use crate::sat::{Literal, Solver};
use musilc_circuit::{
    Bit, Choice, Findings, Graph, Initial, Latch, Meaning, Plan, State, Step, cell_types, of_step,
};
use musilc_ir::{CellClaim, Certificate, Goal, PropertyId, TransitionSystem, Unknown, VarId};
use std::collections::BTreeMap;

/// The most values of a cell that are gone through.
const MOST_VALUES: u64 = 1 << 16;

/// The invariant that excludes the cubes; `None` where it speaks of numbers with too many values.
pub(crate) fn certificate(
    system: &TransitionSystem,
    latches: &[Latch],
    cubes: &[Cube],
    lemmas: Vec<PropertyId>,
) -> Option<Certificate> {
    let clauses = cubes.iter().map(|cube| clause(system, latches, cube)).collect::<Option<Vec<_>>>();
    let mut clauses = clauses?;
    // For the reader: short ones first, then by what they speak of.
    clauses.sort_by(|a, b| (a.len(), a).cmp(&(b.len(), b)));
    Some(Certificate { lemmas, clauses })
}

fn clause(system: &TransitionSystem, latches: &[Latch], cube: &Cube) -> Option<Vec<CellClaim>> {
    let mut by_cell: BTreeMap<(VarId, u32), Vec<(Meaning, bool)>> = BTreeMap::new();
    for atom in cube.atoms() {
        let latch = &latches[atom.latch()];
        by_cell.entry((latch.variable, latch.cell)).or_default().push((latch.meaning, atom.value()));
    }
    let claims = by_cell.into_iter().map(|((variable, cell), atoms)| {
        let ty = cell_types(&system.variables[variable.index()].ty).get(cell as usize).copied()?.clone();
        let (lo, hi) = ty.bounds().unwrap_or((0, 1));
        if hi.abs_diff(lo) >= MOST_VALUES {
            return None;
        }
        let is = |value: i64, meaning: Meaning| match meaning {
            Meaning::True => value == 1,
            Meaning::Is(wanted) => value == wanted,
            Meaning::Bit(at) => value >> at.min(63) & 1 == 1,
        };
        // What the cube does not say.
        let outside =
            (lo..=hi).filter(|&value| atoms.iter().any(|&(meaning, set)| is(value, meaning) != set));
        let mut values: Vec<(i64, i64)> = Vec::new();
        for value in outside {
            match values.last_mut() {
                Some((_, last)) if *last + 1 == value => *last = value,
                _ => values.push((value, value)),
            }
        }
        Some(CellClaim { variable, cell, values })
    });
    claims.collect()
}

/// What is wrong with a certificate of the absence of everything bad; by a fresh solver, with the steps encoded one at a time.
pub(crate) fn problem_with(
    system: &TransitionSystem,
    certificate: &Certificate,
    bad: Bad,
    open: usize,
    question: Question<'_>,
) -> Result<Option<&'static str>, Unknown> {
    let mut plan = question.plan(system, open)?;
    let invariant = certificate.expr(system, &mut plan.cx);
    plan.also_of_state([invariant]);
    let mut check = Recheck { plan: &plan, question, goal: bad.goal() };
    Ok(if check.misses_initial(invariant)? {
        Some("an initial state does not satisfy it")
    } else if check.is_left(invariant)? {
        Some("a step leads out of it")
    } else if check.allows(invariant, bad)? {
        Some("it allows what it should exclude")
    } else {
        None
    })
}

/// What a certificate excludes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Bad {
    /// Every violation of single states and steps that the goal asks for.
    Violations(Goal),
    /// That a reachable property is met.
    Met(PropertyId),
}

impl Bad {
    fn goal(self) -> Goal {
        match self {
            Bad::Violations(goal) => goal,
            Bad::Met(id) => Goal::Reach(id),
        }
    }
}

struct Recheck<'a> {
    plan: &'a Plan<'a>,
    question: Question<'a>,
    goal: Goal,
}

impl<'a> Recheck<'a> {
    fn misses_initial(&mut self, invariant: musilc_ir::ExprId) -> Result<bool, Unknown> {
        let Question { limits, mutation, options, .. } = self.question;
        let mut g = Graph::new(options.most_cases);
        let mut solver = self.question.other_solver()?;
        let initial = Initial::new(&mut g, self.plan, limits, mutation)?;
        let state = State::new(&mut g, self.plan, initial.cells, limits, mutation)?;
        solver.assert(&g, initial.demand);
        let outside = [!initial.failed, !state.bit(invariant)];
        Ok(solver.model_where_all(&g, &outside)?.is_some())
    }

    /// A state that satisfies the invariant, and a solver that knows.
    fn inside(&self, g: &mut Graph, invariant: musilc_ir::ExprId) -> Result<(State, Solver<'a>), Unknown> {
        let Question { limits, mutation, .. } = self.question;
        let mut solver = self.question.other_solver()?;
        let (cells, typed) = State::inputs(g, self.plan, false);
        let state = State::new(g, self.plan, cells, limits, mutation)?;
        solver.assert(g, typed);
        solver.assert(g, state.legal);
        solver.assert(g, state.bit(invariant));
        Ok((state, solver))
    }

    fn is_left(&mut self, invariant: musilc_ir::ExprId) -> Result<bool, Unknown> {
        let Question { limits, mutation, options, .. } = self.question;
        let mut g = Graph::new(options.most_cases);
        let (mut state, mut solver) = self.inside(&mut g, invariant)?;
        let Some(step) = Step::new(&mut g, self.plan, &mut state, Choice::One, limits, mutation)? else {
            return Ok(false);
        };
        solver.assert(&g, step.demand);
        let after = State::new(&mut g, self.plan, step.cells, limits, mutation)?;
        Ok(solver.model_where_all(&g, &[!step.failed, !after.bit(invariant)])?.is_some())
    }

    fn allows(&mut self, invariant: musilc_ir::ExprId, bad: Bad) -> Result<bool, Unknown> {
        let Question { limits, mutation, options, .. } = self.question;
        let mut g = Graph::new(options.most_cases);
        let (mut state, mut solver) = self.inside(&mut g, invariant)?;
        let findings = Findings::of_state(&mut g, self.plan, &state, self.goal)?;
        let step = Step::new(&mut g, self.plan, &mut state, Choice::One, limits, mutation)?;
        if let Bad::Met(_) = bad {
            // Violations have been excluded before.
            let met = g.or(findings.reached.iter().map(|(_, bit)| *bit));
            return Ok(solver.model_where(&g, met)?.is_some());
        }
        let of_state = g.or(findings.violations.iter().map(|(_, bit)| *bit));
        if solver.model_where(&g, of_state)?.is_some() {
            return Ok(true);
        }
        let Some(step) = step else { return Ok(false) };
        solver.assert(&g, step.demand);
        let of_step: Vec<Bit> = of_step(&mut g, &step, self.goal).iter().map(|(_, bit)| *bit).collect();
        let of_step = g.or(of_step);
        Ok(solver.model_where(&g, of_step)?.is_some())
    }
}

/// What is wrong with cubes that are said to be out of reach, asked of the circuit itself; where no certificate can be written.
pub(crate) fn problem_with_cubes(
    problem: &Problem<'_>,
    cubes: &[Cube],
    question: Question<'_>,
) -> Result<Option<&'static str>, Unknown> {
    let g = problem.graph();
    let mut solver = question.other_solver()?;
    let mut initial = question.other_solver()?;
    initial.assert(g, problem.machine.initial.demand);
    initial.assert(g, !problem.machine.initial.failed);
    solver.assert(g, problem.supposed);
    solver.assert(g, problem.machine.legal);
    for cube in cubes {
        let outside: Vec<Literal> =
            cube.atoms().iter().map(|&atom| problem.now(!atom, &mut solver)).collect();
        solver.clause(&outside);
        let first: Vec<Literal> =
            cube.atoms().iter().map(|&atom| problem.first(atom, &mut initial)).collect();
        if initial.satisfiable(&first)? {
            return Ok(Some("an initial state does not satisfy it"));
        }
    }
    if solver.model_where(g, problem.bad)?.is_some() {
        return Ok(Some("it allows what it should exclude"));
    }
    for cube in cubes {
        let next: Vec<Literal> = cube.atoms().iter().map(|&atom| problem.next(atom, &mut solver)).collect();
        if solver.satisfiable(&next)? {
            return Ok(Some("a step leads out of it"));
        }
    }
    Ok(None)
}
