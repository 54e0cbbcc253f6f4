//! Satisfiability: the narrow seam between what the engine asks and who answers.
//!
//! The engine speaks in bits of a [`Graph`]. [`Solver`] writes the gates behind them as clauses when they are first needed (Tseitin, "On
//! the complexity of derivation in propositional calculus", 1968) and puts questions to a [`Sat`], which knows literals and clauses only.

mod batsat;
mod literal;
mod z3;

pub(crate) use literal::Literal;

use crate::options::Procedure;
use crate::watch::Stop;
use musilc_circuit::{Bit, Gate, Graph, Valuation};
use musilc_ir::{Limits, Unknown};
use rustc_hash::FxHashMap;

/// An incremental solver of propositional formulas.
pub(crate) trait Sat {
    /// A new variable. Where it follows from others what it is, it need not be decided; a solver may make use of that.
    fn fresh(&mut self, follows: bool) -> Literal;

    /// Demands for good that one of the literals is true.
    fn add(&mut self, clause: &[Literal]);

    /// Whether everything demanded can be true together with the assumptions; why not known.
    fn solve(&mut self, assumptions: &[Literal]) -> Result<bool, String>;

    /// The value of a literal where the last answer was yes; `None` where it does not matter.
    fn value(&mut self, literal: Literal) -> Option<bool>;

    /// Where the last answer was no: assumptions that cannot be true together.
    fn core(&mut self) -> Vec<Literal>;

    /// Conflicts so far, as a measure of work.
    fn conflicts(&mut self) -> u64;

    /// The memory that it holds, in bytes.
    fn memory(&mut self) -> Option<u64>;
}

/// A solver within the limits of a check.
pub(crate) struct Solver<'a> {
    sat: Box<dyn Sat>,
    limits: &'a Limits,
    /// Whether only inputs are decided, and gates follow.
    inputs_decide: bool,
    /// The literal of each gate that has been written.
    written: FxHashMap<u32, Literal>,
    /// The inputs among them.
    inputs: Vec<(u32, Literal)>,
    /// How many queries were put to it.
    pub(crate) queries: u64,
    /// The memory that it held when it was last looked at, in bytes; of Z3, that of all threads of the process.
    pub(crate) memory: Option<u64>,
}

impl<'a> Solver<'a> {
    pub(crate) fn new(procedure: Procedure, limits: &'a Limits, stop: &Stop) -> Result<Self, Unknown> {
        let sat: Box<dyn Sat> = match procedure {
            Procedure::Z3 => Box::new(z3::Z3::new(limits)?),
            Procedure::Sat => Box::new(batsat::Batsat::new(stop.clone())),
        };
        Ok(Self {
            sat,
            limits,
            inputs_decide: false,
            written: FxHashMap::default(),
            inputs: Vec::new(),
            queries: 0,
            memory: None,
        })
    }

    /// Decides inputs only, from now on. Many easy questions are answered faster, and few hard ones slower.
    pub(crate) fn decide_inputs(&mut self) {
        self.inputs_decide = true;
    }

    /// Demands something for good.
    pub(crate) fn assert(&mut self, g: &Graph, bit: Bit) {
        self.assert_unless(g, bit, None);
    }

    /// Demands something wherever the literal is false.
    pub(crate) fn assert_unless(&mut self, g: &Graph, bit: Bit, unless: Option<Literal>) {
        match (bit.as_constant(), g.gate(bit.gate())) {
            (Some(true), _) => {}
            (Some(false), _) => self.sat.add(unless.as_slice()),
            (None, Gate::And(operands)) if !bit.is_negated() && !self.written.contains_key(&bit.gate()) => {
                for &operand in operands {
                    self.assert_unless(g, operand, unless);
                }
            }
            (None, Gate::And(operands)) if bit.is_negated() && !self.written.contains_key(&bit.gate()) => {
                let mut clause: Vec<Literal> = operands.iter().map(|&bit| self.literal(g, !bit)).collect();
                clause.extend(unless);
                self.sat.add(&clause);
            }
            _ => {
                let mut clause = vec![self.literal(g, bit)];
                clause.extend(unless);
                self.sat.add(&clause);
            }
        }
    }

    /// Demands for good that one of the literals is true.
    pub(crate) fn clause(&mut self, clause: &[Literal]) {
        self.sat.add(clause);
    }

    /// A new literal that stands for nothing yet.
    pub(crate) fn fresh(&mut self) -> Literal {
        self.sat.fresh(false)
    }

    /// The literal of a bit.
    pub(crate) fn literal(&mut self, g: &Graph, bit: Bit) -> Literal {
        if !self.written.contains_key(&bit.gate()) {
            for gate in g.cone_up_to([bit], |gate| self.written.contains_key(&gate)) {
                let literal = self.write(g.gate(gate));
                if *g.gate(gate) == Gate::Input {
                    self.inputs.push((gate, literal));
                }
                self.written.insert(gate, literal);
            }
        }
        self.known(bit)
    }

    fn known(&self, bit: Bit) -> Literal {
        match self.written.get(&bit.gate()) {
            Some(literal) => literal.negated_if(bit.is_negated()),
            None => unreachable!("operands are written before the gate"),
        }
    }

    /// The clauses of a gate whose operands have been written.
    fn write(&mut self, gate: &Gate) -> Literal {
        let out = self.sat.fresh(self.inputs_decide && *gate != Gate::Input);
        match gate {
            Gate::Input => {}
            Gate::False => {
                self.sat.add(&[!out]);
            }
            Gate::And(bits) => {
                let operands: Vec<Literal> = bits.iter().map(|&bit| self.known(bit)).collect();
                for &operand in &operands {
                    self.sat.add(&[!out, operand]);
                }
                let mut all: Vec<Literal> = operands.into_iter().map(|operand| !operand).collect();
                all.push(out);
                self.sat.add(&all);
            }
            Gate::Ite(c, t, e) => {
                let (c, t, e) = (self.known(*c), self.known(*t), self.known(*e));
                for clause in [[!c, !t, out], [!c, t, !out], [c, !e, out], [c, e, !out]] {
                    self.sat.add(&clause);
                }
                // Redundant, and they let values through where the condition is not known yet.
                self.sat.add(&[!t, !e, out]);
                self.sat.add(&[t, e, !out]);
            }
        }
        out
    }

    /// Whether the assumptions can be true together with everything demanded.
    pub(crate) fn satisfiable(&mut self, assumptions: &[Literal]) -> Result<bool, Unknown> {
        self.queries += 1;
        match self.sat.solve(assumptions) {
            Ok(answer) => Ok(answer),
            Err(reason) => Err(self.why_unknown(&reason)),
        }
    }

    /// The value of a literal where the last answer was yes.
    pub(crate) fn value(&mut self, literal: Literal) -> Option<bool> {
        self.sat.value(literal)
    }

    /// Where the last answer was no: assumptions that cannot be true together.
    pub(crate) fn core(&mut self) -> Vec<Literal> {
        self.sat.core()
    }

    /// Conflicts so far.
    pub(crate) fn conflicts(&mut self) -> u64 {
        self.sat.conflicts()
    }

    /// A model of everything demanded in which the bit is true; `None` where there is none.
    pub(crate) fn model_where(&mut self, g: &Graph, bit: Bit) -> Result<Option<Valuation>, Unknown> {
        self.model_where_all(g, &[bit])
    }

    /// A model of everything demanded in which all the bits are true; `None` where there is none.
    pub(crate) fn model_where_all(&mut self, g: &Graph, bits: &[Bit]) -> Result<Option<Valuation>, Unknown> {
        self.stop_if_needed()?;
        if bits.contains(&Bit::FALSE) {
            return Ok(None);
        }
        let bits = bits.iter().filter(|bit| **bit != Bit::TRUE);
        let assumptions: Vec<Literal> = bits.map(|&bit| self.literal(g, bit)).collect();
        if !self.satisfiable(&assumptions)? {
            return Ok(None);
        }
        let mut values = FxHashMap::default();
        for &(gate, literal) in &self.inputs {
            values.insert(gate, self.sat.value(literal).unwrap_or(false));
        }
        self.stop_if_needed()?;
        Ok(Some(Valuation::new(values)))
    }

    pub(crate) fn stop_if_needed(&self) -> Result<(), Unknown> {
        self.limits.must_stop().map_or(Ok(()), Err)
    }

    /// The memory that it holds, in bytes.
    pub(crate) fn holds(&mut self) -> Option<u64> {
        self.sat.memory()
    }

    /// Looks at how much memory the solver holds, and gives up where that is more than allowed.
    pub(crate) fn check_memory(&mut self) -> Result<(), Unknown> {
        self.memory = self.sat.memory();
        match (self.limits.max_memory, self.memory) {
            (Some(most), Some(used)) if used > most => Err(Unknown::MemoryLimit(most)),
            _ => Ok(()),
        }
    }

    fn why_unknown(&self, reason: &str) -> Unknown {
        if let Some(unknown) = self.limits.must_stop() {
            return unknown;
        }
        match self.limits.max_memory {
            Some(most) if reason.contains("mem") => Unknown::MemoryLimit(most),
            _ => Unknown::Incapable(format!("the solver gave up: {reason}")),
        }
    }
}
