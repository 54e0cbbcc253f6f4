//! What a search for an invariant asks of a system's circuit.

use super::cube::{Atom, Cube};
use crate::cells::{read_args, read_instance};
use crate::concrete::Taken;
use crate::question::Question;
use crate::sat::{Literal, Solver};
use crate::search::no_value;
use musilc_circuit::{Bit, Graph, Latch, Machine, Meaning, Number, Params, Plan, Valuation};
use musilc_ir::{Goal, Unknown};

/// A system, and what is bad about it.
pub(crate) struct Problem<'a> {
    pub(crate) plan: &'a Plan<'a>,
    pub(crate) machine: Machine,
    /// What has to be excluded: of states, and of steps.
    pub(crate) bad: Bit,
    /// What every state that is looked at satisfies: the types, and lemmas.
    pub(crate) supposed: Bit,
    /// The value of each latch in the initial state, where all initial states agree.
    pub(crate) first: Vec<Option<bool>>,
    /// The same as bits over the parameters of the initial condition.
    initially: Vec<Bit>,
    /// For each latch, whether it says that a cell has a value: then it is enough to say of a state which of these are true.
    pub(crate) one_hot: Vec<bool>,
}

impl<'a> Problem<'a> {
    /// The problem to exclude every violation that the goal asks for.
    pub(crate) fn new(plan: &'a Plan<'a>, question: Question<'a>, goal: Goal) -> Result<Self, Unknown> {
        let graph = Graph::new(question.options.most_cases);
        let (limits, mutation) = (question.limits, question.mutation);
        let mut machine = if question.options.sweep_proofs {
            let sequence = crate::walk::orders(plan, limits)?.swap_remove(0);
            Machine::sweeping(plan, graph, &sequence, goal, limits, mutation)?
        } else {
            Machine::new(plan, graph, false, goal, limits, mutation)?
        };
        let bad = machine.bad();
        Ok(Self::excluding(plan, machine, bad))
    }

    /// The problem to exclude this.
    pub(crate) fn excluding(plan: &'a Plan<'a>, mut machine: Machine, bad: Bit) -> Self {
        let initially = machine.initially();
        let first = initially.iter().map(|bit| bit.as_constant()).collect();
        let one_hot = machine.latches.iter().map(|latch| matches!(latch.meaning, Meaning::Is(_))).collect();
        let supposed = machine.typed;
        Self { plan, bad, supposed, first, initially, one_hot, machine }
    }

    pub(crate) fn graph(&self) -> &Graph {
        &self.machine.graph
    }

    pub(crate) fn latches(&self) -> &[Latch] {
        &self.machine.latches
    }

    /// The other latches of the same cell.
    pub(crate) fn siblings(&self, latch: usize) -> Vec<usize> {
        let place = |latch: &Latch| (latch.variable, latch.cell);
        let own = place(&self.machine.latches[latch]);
        let all = self.machine.latches.iter().enumerate();
        all.filter(|(other, it)| *other != latch && place(it) == own).map(|(other, _)| other).collect()
    }

    /// A solver that knows what is supposed of the present state, and of the inputs.
    pub(crate) fn solver(&self, question: Question<'a>) -> Result<Solver<'a>, Unknown> {
        let mut solver = question.solver(question.options.proof_procedure)?;
        solver.decide_inputs();
        solver.assert(self.graph(), self.supposed);
        solver.assert(self.graph(), self.machine.legal);
        Ok(solver)
    }

    /// A solver in which the atoms of a state speak of the initial ones.
    pub(crate) fn initial_solver(&self, question: Question<'a>) -> Result<Solver<'a>, Unknown> {
        let mut solver = question.solver(question.options.proof_procedure)?;
        solver.assert(self.graph(), self.machine.initial.demand);
        solver.assert(self.graph(), !self.machine.initial.failed);
        Ok(solver)
    }

    fn of(&self, bit: Bit, atom: Atom, solver: &mut Solver<'_>) -> Literal {
        solver.literal(self.graph(), bit).negated_if(!atom.value())
    }

    /// The atom in the present state.
    pub(crate) fn now(&self, atom: Atom, solver: &mut Solver<'_>) -> Literal {
        self.of(self.machine.latches[atom.latch()].now, atom, solver)
    }

    /// The atom in the next state.
    pub(crate) fn next(&self, atom: Atom, solver: &mut Solver<'_>) -> Literal {
        self.of(self.machine.latches[atom.latch()].next, atom, solver)
    }

    /// The atom in an initial state.
    pub(crate) fn first(&self, atom: Atom, solver: &mut Solver<'_>) -> Literal {
        self.of(self.initially[atom.latch()], atom, solver)
    }

    /// The present state in a model, by as few atoms as determine it.
    pub(crate) fn state(&self, solver: &mut Solver<'_>) -> Cube {
        let mut atoms = Vec::new();
        for (position, latch) in self.machine.latches.iter().enumerate() {
            let literal = solver.literal(&self.machine.graph, latch.now);
            match solver.value(literal) {
                Some(value) if value || !self.one_hot[position] => atoms.push(Atom::new(position, value)),
                _ => {}
            }
        }
        Cube::new(atoms)
    }

    /// The inputs of the step in a model, and their values.
    pub(crate) fn inputs(&self, solver: &mut Solver<'_>) -> Vec<(Bit, bool)> {
        let Machine { step, sweep, state, graph, .. } = &self.machine;
        let mut bits: Vec<Bit> = step.chosen.clone();
        bits.extend(bits_of(&state.params));
        for (_, chosen, params) in sweep.iter().flat_map(|sweep| &sweep.fires) {
            bits.push(*chosen);
            bits.extend(bits_of(params));
        }
        bits.retain(|bit| bit.as_constant().is_none());
        let mut inputs = Vec::with_capacity(bits.len());
        for bit in bits {
            let literal = solver.literal(graph, bit);
            inputs.push((bit, solver.value(literal).unwrap_or(false)));
        }
        inputs
    }

    /// The instances that inputs choose, in the order in which they are executed: those of the way to the next state, or of the single step
    /// that is bad, or bad in whose first state something is.
    pub(crate) fn chosen(&self, inputs: &[(Bit, bool)], last: bool) -> Result<Vec<Taken>, Unknown> {
        let g = self.graph();
        let values = inputs.iter().map(|(bit, value)| (bit.gate(), *value != bit.is_negated()));
        let mut model = Valuation::new(values.collect());
        let Machine { step, sweep, state, .. } = &self.machine;
        let candidates: Vec<(usize, Bit, &Params)> = match sweep {
            Some(sweep) if !last => sweep.fires.iter().map(|(i, bit, params)| (*i, *bit, params)).collect(),
            _ => {
                let steps = step.fires.iter().zip(&step.chosen);
                steps.map(|((i, _), bit)| (*i, *bit, &state.params)).collect()
            }
        };
        let mut taken = Vec::new();
        for (index, bit, open) in candidates {
            if model.value(g, bit) {
                taken.push(read_instance(self.plan, g, &mut model, index, open).ok_or_else(no_value)?);
            }
        }
        Ok(taken)
    }

    /// The parameters of the initial condition in a model.
    pub(crate) fn init_args(&self, solver: &mut Solver<'_>) -> Result<Vec<u32>, Unknown> {
        let params = &self.machine.initial.params;
        let mut values = rustc_hash::FxHashMap::default();
        let g = self.graph();
        for bit in bits_of(params) {
            let literal = solver.literal(g, bit);
            values.insert(bit.gate(), solver.value(literal).unwrap_or(false) != bit.is_negated());
        }
        let mut model = Valuation::new(values);
        read_args(g, &mut model, &self.plan.system.init.params, &[], params).ok_or_else(no_value)
    }
}

/// The bits of the numbers.
fn bits_of(params: &Params) -> Vec<Bit> {
    let of = |number: &Number| match number {
        Number::Cases(cases) => cases.iter().map(|(_, bit)| *bit).collect::<Vec<_>>(),
        Number::Binary { bits, .. } => bits.to_vec(),
    };
    params.values().flat_map(of).collect()
}
