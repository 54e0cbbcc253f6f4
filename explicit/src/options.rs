//! How the search goes about its work. None of this changes a verdict or a run.

use crate::mutation::Mutation;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

/// How the explicit search goes about its work.
#[derive(Clone, Debug)]
pub struct Options {
    /// How successors are computed.
    pub codegen: Codegen,
    /// How many threads search. The answer is the same with any number of them.
    pub threads: NonZeroUsize,
    /// A depth of so many states is worth sharing. With fewer, waking threads takes longer than the work.
    #[doc(hidden)]
    pub share_from: usize,
    /// Where the search is saved now and then, and goes on from if it was stopped.
    pub checkpoint: Option<Checkpoint>,
    /// Leave variables out of states where nothing that is asked depends on them. There may be fewer states then, and less depth.
    pub slice: bool,
    /// A fault in the compiled code: to test tests with.
    #[doc(hidden)]
    pub mutation: Mutation,
}

/// How successors are computed.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Codegen {
    /// By the interpreter at first; by machine code as soon as the search is long enough to repay its compilation.
    #[default]
    Auto,
    /// By machine code from the start, where the machine and the system allow it.
    Native,
    /// By the interpreter of register code.
    Interpreted,
}

/// A file that a search is saved to between two depths.
#[derive(Clone, Debug)]
pub struct Checkpoint {
    /// Replaced as a whole, so that it is complete whenever the search is killed. Where it exists, the search goes on from it.
    pub file: PathBuf,
    /// The least time between two savings.
    pub every: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            codegen: Codegen::Auto,
            threads: NonZeroUsize::MIN,
            share_from: 1 << 11,
            checkpoint: None,
            slice: false,
            mutation: Mutation::None,
        }
    }
}
