//! What an engine is asked and what it answers.

use crate::{PropertyId, Trace, TransitionId};
use std::time::Duration;

/// What an engine looks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Goal {
    /// Any violation: the least in depth, then in the order of [`ViolationKind`]. A witness for each reachable property on the way.
    Safety,
    /// A witness of this reachable property. Model errors end the search too; nothing else does.
    Reach(PropertyId),
}

/// The answer of an engine.
#[derive(Clone, PartialEq, Debug)]
pub enum Verdict {
    /// For [`Goal::Safety`]: every property holds in every reachable state, each reachable one is reached, there is no deadlock and no error.
    Proved(Proof),
    /// Nothing decisive happens in runs of up to `depth` steps. A bound is never a proof.
    HoldsToDepth {
        /// The depth, all of which was searched.
        depth: u32,
    },
    /// For [`Goal::Reach`]: the shortest run to a state with the property.
    Reached(Trace),
    /// A counterexample of least depth.
    Violated(Violation),
    /// Undecided.
    Unknown(Unknown),
}

/// Why a verdict holds without a bound.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Proof {
    /// All reachable states were visited.
    Exhaustive {
        /// The greatest distance of a state from the initial ones.
        diameter: u32,
    },
    /// No run is longer than the bound that was checked.
    AllRunsEnd {
        /// The length of the longest run.
        longest: u32,
    },
}

/// A violation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Violation {
    /// What is violated.
    pub kind: ViolationKind,
    /// A shortest run to it; without any state for [`ViolationKind::NoInitialState`] and [`ViolationKind::Unreached`].
    pub trace: Trace,
}

impl Violation {
    /// The depth: the number of steps of the run, the failing step of a model error or step property included.
    #[must_use]
    pub fn depth(&self) -> u32 {
        self.trace.depth()
    }
}

/// What is violated. The order decides among violations at the same depth, in every engine.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ViolationKind {
    /// No binding satisfies the initial condition: everything would hold vacuously.
    NoInitialState,
    /// A model error.
    Error(FailureSite),
    /// An invariant or step property is false.
    Property(PropertyId),
    /// No instance is enabled and the state is not terminal.
    Deadlock,
    /// All states were visited and none has the reachable property.
    Unreached(PropertyId),
}

/// A failure of a transition system. The order decides among model errors at the same depth.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FailureSite {
    /// The list that it stands in.
    pub place: Place,
    /// Its position in the list.
    pub index: u32,
}

/// Where evaluation can fail.
///
/// The depth of a failure in a guard, a property or the terminal condition is that of the state in which it is evaluated; of
/// a failure in a body, or in a step property, that of the step's target.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Place {
    /// The initial values and condition.
    Init,
    /// The guard of a transition.
    Guard(TransitionId),
    /// The body of a transition.
    Body(TransitionId),
    /// A property.
    Property(PropertyId),
    /// The terminal condition. It is evaluated only where no instance is enabled.
    Terminal,
}

/// Why there is no verdict.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Unknown {
    /// The limit on distinct states was reached.
    StateLimit(u64),
    /// The limit on memory was reached, in bytes.
    MemoryLimit(u64),
    /// The time is up.
    Timeout,
    /// The user interrupted.
    Interrupted,
    /// The engine cannot do it, or its solver gave up; with the reason.
    Incapable(String),
}

/// Everything that an engine has to say about a check.
#[derive(Clone, PartialEq, Debug)]
pub struct Outcome {
    /// The verdict.
    pub verdict: Verdict,
    /// Every depth up to this one was decided completely; `None` where not even the initial states were.
    pub decided_depth: Option<u32>,
    /// For [`Goal::Safety`]: a shortest run to each reachable property that was met, in order of declaration.
    pub witnesses: Vec<(PropertyId, Trace)>,
    /// How much work it was.
    pub statistics: Statistics,
    /// What happened on the way; only from an engine that visits states one by one.
    pub coverage: Option<Coverage>,
}

/// Figures about a run of an engine; `None` where the engine has no such figure.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Statistics {
    /// Distinct states found.
    pub states: Option<u64>,
    /// Steps executed: enabled instances over all expanded states, self-loops included.
    pub transitions: Option<u64>,
    /// The number of states first reached at each depth.
    pub levels: Vec<u64>,
    /// Bits in a packed state.
    pub state_bits: Option<u64>,
    /// Memory of the engine's own data structures, in bytes.
    pub memory: Option<u64>,
    /// Queries to the solver.
    pub queries: Option<u64>,
    /// Wall-clock time.
    pub elapsed: Duration,
}

/// What was seen of a system while its states were visited.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Coverage {
    /// How many steps each transition made.
    pub fired: Vec<u64>,
    /// Whether each probe was true in some state.
    pub probes: Vec<bool>,
}
