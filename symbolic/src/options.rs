//! What may be chosen about a check.

pub use musilc_circuit::Mutation;

/// Settings of the symbolic engine.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Options {
    /// The bound: runs of up to so many steps are searched.
    pub depth: u32,
    /// What the bounded search looks for.
    pub mode: Mode,
    /// Whether to look for a proof too, and how.
    pub prove: Option<Method>,
    /// The most instances that are written out one by one. Where there are more, the transitions with the most instances leave their
    /// parameters to the solver. Written out, instances make longer formulas and easier queries.
    pub max_instances: u64,
    /// Whether neighbouring steps that commute are searched in one order only. The verdict is the same; the run may be another of
    /// the same length.
    pub reduce: bool,
    /// Who decides the bounded search.
    pub procedure: Procedure,
    /// Who decides the many small questions of a proof.
    pub proof_procedure: Procedure,
    /// Whether a search for an invariant goes by [sweeps](musilc_circuit::Sweep) and not by steps, where they do not make the circuit much
    /// larger.
    pub sweep_proofs: bool,
    /// Up to how many values an integer is written by cases (one-hot), and not in binary.
    pub most_cases: usize,
    /// Whether the search for violations and that for a proof may run side by side.
    pub parallel: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            depth: 20,
            mode: Mode::default(),
            prove: None,
            max_instances: 2_000,
            reduce: true,
            procedure: Procedure::Z3,
            proof_procedure: Procedure::Sat,
            sweep_proofs: true,
            most_cases: musilc_circuit::MOST_CASES,
            parallel: true,
        }
    }
}

/// What a bounded search looks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Mode {
    /// A violation of least depth, as a search through all states finds it.
    #[default]
    Shortest,
    /// Any violation: many steps are made at once, so deep ones are found early.
    Deep,
}

/// How a proof is looked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Method {
    /// By k-induction, and by an inductive invariant that the engine finds.
    #[default]
    Any,
    /// By k-induction only.
    Induction,
    /// By an inductive invariant only (IC3).
    Invariant,
}

/// Who decides whether a formula can be true.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Procedure {
    /// Z3's solver for finite domains.
    Z3,
    /// A propositional solver, `BatSat`.
    Sat,
}
