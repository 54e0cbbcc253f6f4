//! What may be chosen about a check.

/// Settings of the bounded checker.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Options {
    /// The bound: runs of up to so many steps are searched.
    pub depth: u32,
    /// The most instances that are written out one by one. Where there are more, the transitions with the most instances leave their
    /// parameters to the solver. Written out, instances make longer formulas and easier queries.
    pub max_instances: u64,
    /// Whether neighbouring steps that commute are searched in one order only. The verdict is the same; the run may be another of
    /// the same length.
    pub reduce: bool,
    /// The decision procedure.
    pub backend: Backend,
}

impl Default for Options {
    fn default() -> Self {
        Self { depth: 20, max_instances: 2_000, reduce: true, backend: Backend::default() }
    }
}

/// The decision procedures of Z3 that the encoding suits.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Backend {
    /// The solver for finite domains: everything becomes propositional before the search.
    #[default]
    FiniteDomain,
    /// The general solver, told that there is nothing but bit-vectors.
    BitVector,
}

/// A fault that a test seeds to see whether it is found out.
#[doc(hidden)]
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Mutation {
    /// No fault.
    #[default]
    None,
    /// The last state variable may take any value in steps that do not write it.
    DropLastFrame,
    /// `<` is taken for `<=`.
    LooseLess,
    /// The last instance of the last transition is left out.
    ForgetInstance,
    /// All instances count as commuting.
    CommuteAll,
    /// Parameters of the initial condition may take any value of their representation.
    FreeInitParams,
    /// Lassos need not be fair.
    IgnoreFairness,
    /// What `until` waits for need not come.
    Unfulfilled,
}
