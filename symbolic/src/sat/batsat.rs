//! BatSat, a solver in the tradition of MiniSat (Eén and Sörensson, "An extensible SAT-solver", 2003). It answers many small questions fast,
//! which is what proofs by induction are made of.

use super::{Literal, Sat};
use crate::watch::Stop;
use batsat::{Callbacks, Lit, Solver, SolverInterface, SolverOpts, Var, lbool};

struct Interrupted(Stop);

impl Callbacks for Interrupted {
    fn stop(&self) -> bool {
        self.0.is_set()
    }
}

pub(super) struct Batsat {
    inner: Solver<Interrupted>,
    variables: u32,
    /// The sum of the lengths of all clauses.
    literals: u64,
    clause: Vec<Lit>,
}

fn lit(literal: Literal) -> Lit {
    Lit::new(Var::unsafe_from_idx(literal.variable()), !literal.is_negated())
}

fn known(value: lbool) -> Option<bool> {
    if value == lbool::UNDEF { None } else { Some(value == lbool::TRUE) }
}

impl Batsat {
    pub(super) fn new(stop: Stop) -> Self {
        let inner = Solver::new(SolverOpts::default(), Interrupted(stop));
        Self { inner, variables: 0, literals: 0, clause: Vec::new() }
    }
}

impl Sat for Batsat {
    fn fresh(&mut self, follows: bool) -> Literal {
        self.inner.new_var(lbool::UNDEF, !follows);
        self.variables += 1;
        Literal::of_variable(self.variables - 1)
    }

    fn add(&mut self, clause: &[Literal]) {
        self.clause.clear();
        self.clause.extend(clause.iter().map(|&literal| lit(literal)));
        self.literals += clause.len() as u64;
        self.inner.add_clause_reuse(&mut self.clause);
    }

    fn solve(&mut self, assumptions: &[Literal]) -> Result<bool, String> {
        let assumptions: Vec<Lit> = assumptions.iter().map(|&literal| lit(literal)).collect();
        known(self.inner.solve_limited(&assumptions)).ok_or_else(|| "it was stopped".to_owned())
    }

    fn value(&mut self, literal: Literal) -> Option<bool> {
        known(self.inner.value_lit(lit(literal)))
    }

    fn core(&mut self) -> Vec<Literal> {
        // The final conflict is a clause: of the negations of assumptions.
        let negated = self.inner.unsat_core().iter();
        negated.map(|l| Literal::of_variable(l.var().idx()).negated_if(l.sign())).collect()
    }

    fn conflicts(&mut self) -> u64 {
        self.inner.num_conflicts()
    }

    fn memory(&mut self) -> Option<u64> {
        // What it holds a variable and a clause, with watches and what is learnt.
        let clauses = self.inner.num_clauses();
        Some(u64::from(self.variables) * 100 + (self.literals + clauses * 10) * 4 + clauses * 32)
    }
}
