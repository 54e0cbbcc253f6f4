//! The whole system as a sequential circuit: latches, inputs, and a transition function that is total.
//!
//! An input that chooses an instance which is not enabled, or fails, leaves the state as it is. Staying adds no state and no violation, and
//! without it a state without successor would satisfy every demand on its successors.

use crate::findings::{Findings, Violations, of_step};
use crate::graph::{Bit, Graph};
use crate::mutation::Mutation;
use crate::number::Number;
use crate::plan::Plan;
use crate::state::{Initial, State};
use crate::step::{Choice, Step};
use crate::sweep::Sweep;
use crate::term::{Scalar, Term, same_state};
use musilc_ir::{Goal, Limits, PropertyId, Unknown, VarId};

/// What a latch says of its cell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Meaning {
    /// It is true.
    True,
    /// It has this value.
    Is(i64),
    /// Its representation has this bit set.
    Bit(u32),
}

/// A latch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Latch {
    /// The state variable.
    pub variable: VarId,
    /// Which of its cells.
    pub cell: u32,
    /// What is true where the latch is.
    pub meaning: Meaning,
    /// Its value in the present state, an input of the circuit.
    pub now: Bit,
    /// Its value in the next state.
    pub next: Bit,
}

/// How much larger sweeps may make a circuit, in tenths. Proofs by invariants were measured up to seven times faster where they make it
/// twice as large, and many times slower where they make it four times as large.
const MOST_GROWTH: usize = 25;

/// A system as a sequential circuit.
#[derive(Clone, Debug)]
pub struct Machine {
    /// The circuit.
    pub graph: Graph,
    /// The latches, in order of their variables and cells.
    pub latches: Vec<Latch>,
    /// The present state, of latches.
    pub state: State,
    /// The step from it.
    pub step: Step,
    /// Where the next state is that after a sweep: the sweep.
    pub sweep: Option<Sweep>,
    /// That the latches mean values of the types. True of every initial state, and kept by every step.
    pub typed: Bit,
    /// What must be demanded of the inputs; some inputs satisfy it, in every state.
    pub legal: Bit,
    /// The initial states, over inputs of their own: `demand` is for the caller to make.
    pub initial: Initial,
    /// That the present state is the initial one with those inputs.
    pub starts: Bit,
    /// What is wrong with the present state.
    pub of_state: Violations,
    /// What is wrong with the step from it.
    pub of_step: Violations,
    /// Where reachable properties are true of the present state.
    pub reached: Vec<(PropertyId, Bit)>,
}

impl Machine {
    /// The circuit of a plan's system. In `binary`, all integers are; otherwise as the graph has it.
    ///
    /// # Errors
    /// The limits, where it takes too long; what [`Findings::of_state`] says.
    pub fn new(
        plan: &Plan<'_>,
        graph: Graph,
        binary: bool,
        goal: Goal,
        limits: &Limits,
        mutation: Mutation,
    ) -> Result<Self, Unknown> {
        Self::with(plan, graph, binary, None, goal, limits, mutation)
    }

    /// The circuit in which the next state is that after a sweep over the instances in the sequence. A set of states that no sweep leaves is
    /// one that no step leaves: a step is a sweep that executes one instance. Where sweeps make the circuit much larger, the next state is
    /// that after a step.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn sweeping(
        plan: &Plan<'_>,
        graph: Graph,
        sequence: &[usize],
        goal: Goal,
        limits: &Limits,
        mutation: Mutation,
    ) -> Result<Self, Unknown> {
        Self::with(plan, graph, false, Some(sequence), goal, limits, mutation)
    }

    fn with(
        plan: &Plan<'_>,
        mut graph: Graph,
        binary: bool,
        sequence: Option<&[usize]>,
        goal: Goal,
        limits: &Limits,
        mutation: Mutation,
    ) -> Result<Self, Unknown> {
        let g = &mut graph;
        let (cells, typed) = State::inputs(g, plan, binary);
        let mut state = State::new(g, plan, cells, limits, mutation)?;
        let Some(step) = Step::new(g, plan, &mut state, Choice::Total, limits, mutation)? else {
            return Err(Unknown::Incapable("no step can be encoded".to_owned()));
        };
        let findings = Findings::of_state(g, plan, &state, goal)?;
        let of_step = of_step(g, &step, goal);
        let initial = Initial::new(g, plan, limits, mutation)?;
        let same = same_state(g, &state.cells, &initial.cells);
        let starts = g.and([initial.demand, !initial.failed, same]);
        let base = g.len();
        let sweep = match sequence {
            Some(sequence) => {
                let order = Sweep::order(plan);
                let sweep = Sweep::new(g, plan, &state.cells, sequence, &order, Choice::Total, limits)?;
                (g.len() <= base * MOST_GROWTH / 10).then_some(sweep)
            }
            None => None,
        };
        let after = sweep.as_ref().map_or(&step.cells, |sweep| &sweep.cells);
        let mut latches = Vec::new();
        for ((now, next), variable) in state.cells.iter().zip(after).zip(0..) {
            for ((now, next), cell) in now.cells().iter().zip(next.cells()).zip(0..) {
                latches.extend(latches_of(g, now, next).into_iter().map(|(meaning, now, next)| Latch {
                    variable: VarId(variable),
                    cell,
                    meaning,
                    now,
                    next,
                }));
            }
        }
        let swept = sweep.as_ref().map_or(Bit::TRUE, |sweep| sweep.demand);
        let legal = g.and([step.demand, state.legal, swept]);
        Ok(Self {
            latches,
            typed,
            legal,
            starts,
            initial,
            of_state: findings.violations,
            of_step,
            reached: findings.reached,
            state,
            step,
            sweep,
            graph,
        })
    }

    /// Where anything is wrong, with the state or the step.
    pub fn bad(&mut self) -> Bit {
        let all = self.of_state.iter().chain(&self.of_step).map(|(_, bit)| *bit);
        let all: Vec<Bit> = all.collect();
        self.graph.or(all)
    }

    /// The cells of the initial state, one for each latch: whether it is set.
    pub fn initially(&mut self) -> Vec<Bit> {
        let Self { graph, latches, initial, .. } = self;
        latches
            .iter()
            .map(|latch| {
                let cells = initial.cells.get(latch.variable.index()).map(Term::cells).unwrap_or_default();
                match (cells.get(latch.cell as usize), latch.meaning) {
                    (Some(Scalar::Bit(bit)), _) => *bit,
                    (Some(Scalar::Number(number)), Meaning::Is(value)) => number.is(graph, value),
                    (Some(Scalar::Number(number)), Meaning::Bit(at)) => {
                        let bits = number.resized(graph, at + 1);
                        bits.last().copied().unwrap_or(Bit::FALSE)
                    }
                    _ => Bit::FALSE,
                }
            })
            .collect()
    }
}

/// The latches of a cell: what each means, its present and its next value.
fn latches_of(g: &mut Graph, now: &Scalar, next: &Scalar) -> Vec<(Meaning, Bit, Bit)> {
    match (now, next) {
        (Scalar::Bit(now), next) => vec![(Meaning::True, *now, next.bit())],
        (Scalar::Number(Number::Cases(cases)), next) => {
            let next = next.number();
            if cases.len() < 2 {
                return Vec::new();
            }
            cases.iter().map(|&(value, now)| (Meaning::Is(value), now, next.is(g, value))).collect()
        }
        (Scalar::Number(Number::Binary { bits, .. }), next) => {
            let next = next.number().resized(g, bits.len() as u32);
            let bits = bits.iter().zip(next).zip(0..);
            bits.map(|((now, next), at)| (Meaning::Bit(at), *now, next)).collect()
        }
    }
}
