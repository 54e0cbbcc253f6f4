//! What the verdict about an open system rests on.

use super::Finding;
use musilc_frontend::Assumption;
use musilc_ir::TransitionId;

/// What the verdict of a check with environments rests on.
#[derive(Clone, Debug)]
pub struct Open {
    /// What the environments assume, in order of declaration.
    pub assumptions: Vec<Assumed>,
    /// With which of them the check gets a good verdict.
    pub sets: Sets,
    /// The actions of environments that never happen, with all assumptions; `None` where not all states were visited.
    pub idle: Option<Vec<TransitionId>>,
    /// Those that never happen without any assumption either, as far as that is known.
    pub idle_anyway: Vec<TransitionId>,
}

/// An assumption, and what becomes of the check without it.
#[derive(Clone, Debug)]
pub struct Assumed {
    /// The assumption.
    pub assumption: Assumption,
    /// What is found where all others are assumed, and this one is not; `None` for one that restricts nothing.
    pub without: Option<Finding>,
    /// Whether the verdict depends on it.
    pub needed: Needed,
}

/// Whether a verdict depends on an assumption.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Needed {
    /// It belongs to every minimal set.
    Always,
    /// It belongs to some minimal sets.
    Sometimes,
    /// It belongs to none.
    Never,
    /// It restricts nothing, so the search knows nothing of it.
    NotUsed,
    /// Some sets are undecided, or there are too many to look at.
    Unknown,
}

/// With which sets of assumptions a check gets a good verdict: there is no violation, or what should be reached is reached. An assumption is
/// named by its position.
#[derive(Clone, Debug, Default)]
pub struct Sets {
    /// The sets with a good verdict of which no proper subset is known to have one, small ones first.
    pub minimal: Vec<Vec<usize>>,
    /// The sets about which nothing is known, each with the reason.
    pub undecided: Vec<(Vec<usize>, String)>,
    /// A set with a bad verdict that has a minimal one as a subset, and what is found there: more assumptions are not always better.
    pub worse: Option<(Vec<usize>, Finding)>,
    /// The least depth to which a good verdict is known, where it is not known without a bound.
    pub depth: Option<u32>,
    /// Whether there were too many sets to look at: then there is at most one minimal set, and only that no single one of its
    /// assumptions can be dropped is known of it.
    pub not_all: bool,
}
