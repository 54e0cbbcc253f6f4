//! Frames: what is known of the states within so many steps, each with a solver of its own.

use super::cube::{Atom, Cube};
use super::problem::Problem;
use crate::question::Question;
use crate::sat::{Literal, Solver};
use musilc_circuit::Bit;
use musilc_ir::Unknown;

/// After so many clauses that were needed for one question only, a solver is made anew.
const STALE: usize = 1500;

/// A predecessor of a cube, or a state with something bad.
pub(crate) struct Found {
    /// States of which each is one, with these inputs.
    pub(crate) cube: Cube,
    /// The inputs of the step.
    pub(crate) inputs: Vec<(Bit, bool)>,
}

/// What a question about a cube comes to.
pub(crate) enum Relative {
    /// The frame's states outside the cube do not lead into it; nor into this one, which has more states.
    Inductive(Cube),
    /// Some do.
    Predecessor(Found),
}

struct Frame<'a> {
    solver: Solver<'a>,
    stale: usize,
    /// The cubes that are blocked here, and not known to be blocked later.
    blocked: Vec<Cube>,
}

/// The frames, from the initial states on.
pub(crate) struct Frames<'a> {
    question: Question<'a>,
    frames: Vec<Frame<'a>>,
    initial: Solver<'a>,
    lift: Solver<'a>,
    lift_stale: usize,
    /// Of solvers that are gone.
    spent: u64,
}

impl<'a> Frames<'a> {
    pub(crate) fn new(problem: &Problem<'a>, question: Question<'a>) -> Result<Self, Unknown> {
        let mut first = Frame { solver: problem.solver(question)?, stale: 0, blocked: Vec::new() };
        first.solver.assert(problem.graph(), problem.machine.starts);
        let (initial, lift) = (problem.initial_solver(question)?, problem.solver(question)?);
        Ok(Self { question, frames: vec![first], initial, lift, lift_stale: 0, spent: 0 })
    }

    /// The number of the last frame.
    pub(crate) fn top(&self) -> usize {
        self.frames.len() - 1
    }

    /// Adds a frame of which nothing is known yet.
    pub(crate) fn push(&mut self, problem: &mut Problem<'a>) -> Result<(), Unknown> {
        let solver = problem.solver(self.question)?;
        self.frames.push(Frame { solver, stale: 0, blocked: Vec::new() });
        Ok(())
    }

    pub(crate) fn blocked(&self, frame: usize) -> &[Cube] {
        &self.frames[frame].blocked
    }

    /// Whether it is known that no state of the cube is in the frame.
    pub(crate) fn is_blocked(&self, cube: &Cube, frame: usize) -> bool {
        self.frames[frame..].iter().any(|later| later.blocked.iter().any(|known| known.includes(cube)))
    }

    /// The cube has no state in this frame and those before it.
    pub(crate) fn block(&mut self, problem: &Problem<'_>, cube: Cube, frame: usize) {
        for earlier in &mut self.frames[1..=frame] {
            earlier.blocked.retain(|known| !cube.includes(known));
            add(problem, &mut earlier.solver, &cube);
        }
        self.frames[frame].blocked.push(cube);
    }

    /// What is blocked in this frame is blocked in the next one, too.
    pub(crate) fn advance(&mut self, problem: &Problem<'_>, cube: &Cube, frame: usize) {
        self.frames[frame].blocked.retain(|known| known != cube);
        let next = &mut self.frames[frame + 1];
        if !next.blocked.iter().any(|known| known.includes(cube)) {
            next.blocked.retain(|known| !cube.includes(known));
            add(problem, &mut next.solver, cube);
            next.blocked.push(cube.clone());
        }
    }

    /// A state of the frame with something bad.
    pub(crate) fn bad_state(
        &mut self,
        problem: &mut Problem<'a>,
        frame: usize,
    ) -> Result<Option<Found>, Unknown> {
        let g = &problem.machine.graph;
        let solver = &mut self.frames[frame].solver;
        if problem.bad == Bit::FALSE {
            return Ok(None);
        }
        let bad = solver.literal(g, problem.bad);
        if !solver.satisfiable(&[bad])? {
            return Ok(None);
        }
        let (state, inputs) = (problem.state(solver), problem.inputs(solver));
        let good = self.lift.literal(g, !problem.bad);
        let cube = self.lifted(problem, &state, &inputs, &[good])?;
        Ok(Some(Found { cube, inputs }))
    }

    /// Whether the frame's states outside the cube lead into it.
    pub(crate) fn relative(
        &mut self,
        problem: &Problem<'a>,
        cube: &Cube,
        frame: usize,
        lift: bool,
    ) -> Result<Relative, Unknown> {
        self.refresh(problem, frame)?;
        let solver = &mut self.frames[frame].solver;
        let mut assumptions = Vec::with_capacity(cube.len() + 1);
        // The initial states are outside every cube that is asked for.
        if frame > 0 {
            let outside = solver.fresh();
            let mut clause: Vec<Literal> =
                cube.atoms().iter().map(|&atom| problem.now(!atom, solver)).collect();
            clause.push(!outside);
            solver.clause(&clause);
            assumptions.push(outside);
        }
        let next: Vec<Literal> = cube.atoms().iter().map(|&atom| problem.next(atom, solver)).collect();
        assumptions.extend(&next);
        let into = solver.satisfiable(&assumptions)?;
        let answer = if into {
            let (state, inputs) = (problem.state(solver), problem.inputs(solver));
            Err((state, inputs))
        } else {
            let core = solver.core();
            let kept = cube.atoms().iter().zip(&next).filter(|(_, literal)| core.contains(literal));
            Ok(Cube::new(kept.map(|(atom, _)| *atom).collect()))
        };
        if frame > 0 {
            let solver = &mut self.frames[frame].solver;
            solver.clause(&[!assumptions[0]]);
            self.frames[frame].stale += 1;
        }
        match answer {
            Ok(core) => Ok(Relative::Inductive(self.outside_initial(problem, core, cube)?)),
            Err((state, inputs)) => {
                let cube = if lift {
                    let outside: Vec<Literal> =
                        cube.atoms().iter().map(|&atom| !problem.next(atom, &mut self.lift)).collect();
                    self.lifted(problem, &state, &inputs, &outside)?
                } else {
                    state
                };
                Ok(Relative::Predecessor(Found { cube, inputs }))
            }
        }
    }

    /// States that like the given one, with the inputs, make all literals of the clause false.
    fn lifted(
        &mut self,
        problem: &Problem<'a>,
        state: &Cube,
        inputs: &[(Bit, bool)],
        clause: &[Literal],
    ) -> Result<Cube, Unknown> {
        let solver = &mut self.lift;
        let here = solver.fresh();
        let mut clause = clause.to_vec();
        clause.push(!here);
        solver.clause(&clause);
        let mut assumptions = vec![here];
        for (bit, value) in inputs {
            assumptions.push(solver.literal(problem.graph(), *bit).negated_if(!*value));
        }
        let now: Vec<Literal> = state.atoms().iter().map(|&atom| problem.now(atom, solver)).collect();
        assumptions.extend(&now);
        let cube = if solver.satisfiable(&assumptions)? {
            // The transition function is total, so this does not happen; the state itself is right in any case.
            state.clone()
        } else {
            let core = solver.core();
            let kept = state.atoms().iter().zip(&now).filter(|(_, literal)| core.contains(literal));
            Cube::new(kept.map(|(atom, _)| *atom).collect())
        };
        solver.clause(&[!here]);
        self.lift_stale += 1;
        if self.lift_stale > STALE {
            self.spent += self.lift.queries;
            self.lift = problem.solver(self.question)?;
            self.lift_stale = 0;
        }
        Ok(cube)
    }

    /// An initial state in the cube, by the parameters of the initial condition.
    pub(crate) fn initial_state(
        &mut self,
        problem: &Problem<'a>,
        cube: &Cube,
    ) -> Result<Option<Vec<u32>>, Unknown> {
        if cube.atoms().iter().any(|atom| problem.first[atom.latch()] == Some(!atom.value())) {
            return Ok(None);
        }
        let atoms = cube.atoms().iter();
        let assumptions: Vec<Literal> = atoms.map(|&atom| problem.first(atom, &mut self.initial)).collect();
        if !self.initial.satisfiable(&assumptions)? {
            return Ok(None);
        }
        problem.init_args(&mut self.initial).map(Some)
    }

    /// The cube, with atoms of the larger one (which has no initial state) put back until it has none either.
    fn outside_initial(&mut self, problem: &Problem<'a>, cube: Cube, from: &Cube) -> Result<Cube, Unknown> {
        if self.initial_state(problem, &cube)?.is_none() {
            return Ok(cube);
        }
        let differs = |atom: &&Atom| problem.first[atom.latch()] == Some(!atom.value());
        if let Some(atom) = from.atoms().iter().find(differs) {
            return Ok(Cube::new(cube.atoms().iter().copied().chain([*atom]).collect()));
        }
        let mut atoms = cube.atoms().to_vec();
        for &atom in from.atoms() {
            if !atoms.contains(&atom) {
                atoms.push(atom);
                let more = Cube::new(atoms.clone());
                if self.initial_state(problem, &more)?.is_none() {
                    return Ok(more);
                }
            }
        }
        Ok(from.clone())
    }

    /// Makes the solver of a frame anew, where too much in it is of no use any more.
    fn refresh(&mut self, problem: &Problem<'a>, frame: usize) -> Result<(), Unknown> {
        if self.frames[frame].stale < STALE {
            return Ok(());
        }
        let mut solver = problem.solver(self.question)?;
        for later in &self.frames[frame..] {
            for cube in &later.blocked {
                add(problem, &mut solver, cube);
            }
        }
        let old = std::mem::replace(&mut self.frames[frame].solver, solver);
        self.spent += old.queries;
        self.frames[frame].stale = 0;
        Ok(())
    }

    pub(crate) fn check_limits(&mut self) -> Result<(), Unknown> {
        self.lift.stop_if_needed()?;
        match (self.question.limits.max_memory, self.memory()) {
            (Some(most), Some(used)) if used > most => Err(Unknown::MemoryLimit(most)),
            _ => Ok(()),
        }
    }

    fn solvers(&mut self) -> impl Iterator<Item = &mut Solver<'a>> {
        self.frames.iter_mut().map(|frame| &mut frame.solver).chain([&mut self.initial, &mut self.lift])
    }

    pub(crate) fn conflicts(&mut self) -> u64 {
        self.solvers().map(Solver::conflicts).sum()
    }

    pub(crate) fn queries(&self) -> u64 {
        let frames: u64 = self.frames.iter().map(|frame| frame.solver.queries).sum();
        frames + self.initial.queries + self.lift.queries + self.spent
    }

    pub(crate) fn memory(&mut self) -> Option<u64> {
        self.solvers().map(|solver| solver.holds()).sum()
    }
}

/// Demands that a state is outside the cube.
fn add(problem: &Problem<'_>, solver: &mut Solver<'_>, cube: &Cube) {
    let clause: Vec<Literal> = cube.atoms().iter().map(|&atom| problem.now(!atom, solver)).collect();
    solver.clause(&clause);
}
