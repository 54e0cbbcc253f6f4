//! Faults to seed on purpose, so that the harness that compares engines can show that it would notice.

/// A fault. Those in the compiled code are applied while compiling, so that the search pays nothing for them.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
#[non_exhaustive]
pub enum Mutation {
    /// None.
    #[default]
    None,
    /// No fault: parameters are never bound while compiling, as otherwise only in systems with very many instances.
    FreeParameters,
    /// The last update of every transition that has several is dropped.
    DropLastUpdate,
    /// `<` is compiled as `<=`.
    LessIsLessOrEqual,
    /// What is narrowed to `lo..=hi` is narrowed to `lo..=hi - 1`.
    NarrowTooTight,
    /// No state counts as terminal.
    IgnoreTerminal,
    /// The last instance of the first transition is never executed.
    ForgetOneInstance,
    /// The last conjunct of every guard that has several is dropped.
    DropLastConjunct,
    /// Lassos need not be fair.
    IgnoreFairness,
    /// Strong fairness is taken for weak.
    WeakenFairness,
    /// Whatever an automaton never rejects, it accepts.
    IgnoreAcceptance,
}

impl Mutation {
    /// Faults that only temporal properties can show.
    pub const TEMPORAL_FAULTS: [Mutation; 3] =
        [Mutation::IgnoreFairness, Mutation::WeakenFairness, Mutation::IgnoreAcceptance];

    /// All others.
    pub const FAULTS: [Mutation; 6] = [
        Mutation::DropLastUpdate,
        Mutation::LessIsLessOrEqual,
        Mutation::NarrowTooTight,
        Mutation::IgnoreTerminal,
        Mutation::ForgetOneInstance,
        Mutation::DropLastConjunct,
    ];
}
