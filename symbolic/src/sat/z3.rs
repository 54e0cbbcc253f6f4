//! Z3's incremental solver for finite domains. All that it is given are clauses over boolean constants, so no preprocessing stands between.

use super::{Literal, Sat};
use musilc_ir::{Limits, Unknown};
use z3::ast::Bool;
use z3::{Model, Params, SatResult, Solver, StatisticsValue};

/// The constants are never asked for their declaration, only for their value: some versions of Z3 crash otherwise.
pub(super) struct Z3 {
    inner: Solver,
    /// Each variable and its negation.
    constants: Vec<[Bool; 2]>,
    model: Option<Model>,
    /// The assumptions of the last question.
    assumptions: Vec<Literal>,
}

const MEBIBYTE: u64 = 1 << 20;

impl Z3 {
    pub(super) fn new(limits: &Limits) -> Result<Self, Unknown> {
        let incapable = || Unknown::Incapable("this Z3 has no solver for QF_FD".to_owned());
        let inner = Solver::new_for_logic("QF_FD").ok_or_else(incapable)?;
        let mut params = Params::new();
        // Z3 would put a handler of its own in the place of ours while it runs, and leave it there if two threads ask at once.
        params.set_bool("ctrl_c", false);
        if let Some(bytes) = limits.max_memory {
            // The solver looks at this between its steps and gives up; the limit that Z3 keeps for the whole process
            // throws in the midst of whatever allocates, and may abort.
            params.set_u32("max_memory", u32::try_from(bytes / MEBIBYTE).unwrap_or(u32::MAX).max(1));
        }
        inner.set_params(&params);
        Ok(Self { inner, constants: Vec::new(), model: None, assumptions: Vec::new() })
    }

    fn constant(&self, literal: Literal) -> &Bool {
        &self.constants[literal.variable() as usize][usize::from(literal.is_negated())]
    }

    fn statistic(&self, name: &str) -> Option<f64> {
        self.inner.get_statistics().value(name).map(|value| match value {
            StatisticsValue::Double(value) => value,
            StatisticsValue::UInt(value) => f64::from(value),
        })
    }
}

impl Sat for Z3 {
    fn fresh(&mut self, _: bool) -> Literal {
        let constant = Bool::fresh_const("b");
        let negation = constant.not();
        self.constants.push([constant, negation]);
        Literal::of_variable(u32::try_from(self.constants.len() - 1).unwrap_or(u32::MAX >> 1))
    }

    fn add(&mut self, clause: &[Literal]) {
        match clause {
            [] => self.inner.assert(Bool::from_bool(false)),
            [only] => self.inner.assert(self.constant(*only)),
            _ => {
                let constants: Vec<&Bool> = clause.iter().map(|&literal| self.constant(literal)).collect();
                self.inner.assert(Bool::or(&constants));
            }
        }
    }

    fn solve(&mut self, assumptions: &[Literal]) -> Result<bool, String> {
        self.model = None;
        assumptions.clone_into(&mut self.assumptions);
        let constants: Vec<Bool> =
            assumptions.iter().map(|&literal| self.constant(literal).clone()).collect();
        match self.inner.check_assumptions(&constants) {
            SatResult::Unsat => Ok(false),
            SatResult::Unknown => Err(self.inner.get_reason_unknown().unwrap_or_default()),
            SatResult::Sat => {
                self.model = self.inner.get_model();
                if self.model.is_some() { Ok(true) } else { Err("there is no model".to_owned()) }
            }
        }
    }

    fn value(&mut self, literal: Literal) -> Option<bool> {
        let model = self.model.as_ref()?;
        model.eval(self.constant(literal), false)?.as_bool()
    }

    fn core(&mut self) -> Vec<Literal> {
        let core = self.inner.get_unsat_core();
        let among = |literal: &Literal| core.iter().any(|constant| constant == self.constant(*literal));
        self.assumptions.iter().copied().filter(among).collect()
    }

    fn conflicts(&mut self) -> u64 {
        let names = ["sat conflicts", "conflicts"];
        names.iter().find_map(|name| self.statistic(name)).unwrap_or(0.0) as u64
    }

    fn memory(&mut self) -> Option<u64> {
        // Z3 counts in mebibytes.
        self.statistic("memory").map(|mib| (mib * 1_048_576.0) as u64)
    }
}
