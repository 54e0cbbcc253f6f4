//! Faults that tests seed.

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
    /// The search for an invariant blocks more states than it has shown to be out of reach.
    BlockTooMuch,
}
