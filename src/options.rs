//! What a caller may say about a run.

use musilc_explicit::Checkpoint;
pub use musilc_explicit::Codegen;
use musilc_ir::{Interrupt, Progress};
pub use musilc_symbolic::{Method, Mode, Procedure};
use std::fmt;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Which engines are asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Backend {
    /// The explicit-state search alone.
    Explicit,
    /// The bounded checker alone.
    Bmc,
    /// Both, and they must agree.
    #[default]
    Both,
}

/// An engine.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Engine {
    /// The explicit-state search.
    Explicit,
    /// The bounded checker.
    Bmc,
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Engine::Explicit => "explicit",
            Engine::Bmc => "bmc",
        })
    }
}

/// Is told how an engine gets on: the name of the check, the engine, and its figures.
pub type Watcher = Arc<dyn Fn(&str, Engine, &Progress) + Send + Sync>;

/// How a chapter is checked. The default: every check, both engines, constants as declared, as much memory as
/// [`default_max_memory`](crate::default_max_memory) says and as many threads as [`default_threads`].
///
/// ```
/// use musilc::{Backend, Options};
/// let options = Options::new().backend(Backend::Explicit).constant("N", "3").max_states(1_000_000);
/// ```
#[derive(Clone, Default)]
pub struct Options {
    pub(crate) backend: Backend,
    pub(crate) depth: Option<u32>,
    pub(crate) constants: Vec<(String, String)>,
    pub(crate) checks: Vec<String>,
    pub(crate) max_states: Option<u64>,
    pub(crate) max_memory: Option<u64>,
    pub(crate) max_depth: Option<u32>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) codegen: Codegen,
    pub(crate) slice: bool,
    pub(crate) threads: Option<NonZeroUsize>,
    pub(crate) checkpoint: Option<Checkpoint>,
    pub(crate) prove: bool,
    pub(crate) method: Method,
    pub(crate) certificate: bool,
    pub(crate) mode: Mode,
    pub(crate) solver: Option<Procedure>,
    pub(crate) why: bool,
    pub(crate) interrupt: Interrupt,
    pub(crate) watcher: Option<Watcher>,
    pub(crate) fault: Option<Fault>,
}

/// A fault in an engine: to test that the engines are held to agree.
#[doc(hidden)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// The explicit search forgets an instance of an action.
    ExplicitInstance,
    /// The bounded checker forgets an instance of an action.
    BmcInstance,
    /// The bounded checker lets a variable change that no action writes.
    BmcFrame,
}

/// More threads than this are used only if somebody asks for them. The threads of a search share one set of states, and wait for memory
/// most of the time; each also needs some memory of its own.
const MOST_THREADS_BY_DEFAULT: NonZeroUsize = NonZeroUsize::MIN.saturating_add(15);

/// The default of [`Options::threads`]: as many as the process has cores, at most 16.
#[must_use]
pub fn default_threads() -> NonZeroUsize {
    std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN).min(MOST_THREADS_BY_DEFAULT)
}

impl Options {
    /// The default.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Which engines to ask.
    #[must_use]
    pub fn backend(mut self, backend: Backend) -> Self {
        self.backend = backend;
        self
    }

    /// The depth to which the bounded checker goes; without it, see [`DEFAULT_DEPTH`](crate::DEFAULT_DEPTH).
    #[must_use]
    pub fn depth(mut self, depth: u32) -> Self {
        self.depth = Some(depth);
        self
    }

    /// Gives a constant of the chapter another value, written as in the chapter.
    #[must_use]
    pub fn constant(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.constants.push((name.into(), value.into()));
        self
    }

    /// Runs this check and others named like this, instead of all.
    #[must_use]
    pub fn check(mut self, name: impl Into<String>) -> Self {
        self.checks.push(name.into());
        self
    }

    /// The most distinct states that the explicit search visits for a check.
    #[must_use]
    pub fn max_states(mut self, states: u64) -> Self {
        self.max_states = Some(states);
        self
    }

    /// The most memory for the states of the explicit search, and for a solver of the symbolic engine, in bytes; without it, see
    /// [`default_max_memory`](crate::default_max_memory).
    #[must_use]
    pub fn max_memory(mut self, bytes: u64) -> Self {
        self.max_memory = Some(bytes);
        self
    }

    /// The depth beyond which no engine looks.
    #[must_use]
    pub fn max_depth(mut self, depth: u32) -> Self {
        self.max_depth = Some(depth);
        self
    }

    /// The time that each engine may spend on each check.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Whether the explicit search leaves variables out of states where nothing that is checked depends on them. There may be fewer states
    /// then than the model has.
    #[must_use]
    pub fn slice(mut self, slice: bool) -> Self {
        self.slice = slice;
        self
    }

    /// How the explicit search computes steps.
    #[must_use]
    pub fn codegen(mut self, codegen: Codegen) -> Self {
        self.codegen = codegen;
        self
    }

    /// How many threads the explicit search has; without it, [`default_threads`]. No answer depends on it.
    #[must_use]
    pub fn threads(mut self, threads: NonZeroUsize) -> Self {
        self.threads = Some(threads);
        self
    }

    /// Saves the explicit search to a file now and then, at most once in the given time, and goes on from the file where it exists. The
    /// file holds the search of one check, so only one may be [selected](Self::check).
    #[must_use]
    pub fn checkpoint(mut self, file: impl Into<PathBuf>, every: Duration) -> Self {
        self.checkpoint = Some(Checkpoint { file: file.into(), every });
        self
    }

    /// What the bounded checker looks for: a shortest violation, or any.
    #[must_use]
    pub fn mode(mut self, mode: Mode) -> Self {
        self.mode = mode;
        self
    }

    /// Which solver the symbolic engine uses for everything; without it, the one that was measured faster for each task.
    #[must_use]
    pub fn solver(mut self, solver: Procedure) -> Self {
        self.solver = Some(solver);
        self
    }

    /// Has the invariants behind proofs confirmed by another solver, where one is installed.
    #[must_use]
    pub fn certificate(mut self, certificate: bool) -> Self {
        self.certificate = certificate;
        self
    }

    /// How the symbolic engine looks for a proof, where one is [asked for](Self::prove).
    #[must_use]
    pub fn method(mut self, method: Method) -> Self {
        self.method = method;
        self
    }

    /// Does not accept "no violation to depth k" where a check expects that it holds; the symbolic engine looks for a proof, too.
    #[must_use]
    pub fn prove(mut self, prove: bool) -> Self {
        self.prove = prove;
        self
    }

    /// Finds out which fairness assumptions each verdict needs: see [`Why`](crate::Why).
    #[must_use]
    pub fn why(mut self, why: bool) -> Self {
        self.why = why;
        self
    }

    /// A flag that stops the run soon.
    #[must_use]
    pub fn interrupt(mut self, interrupt: Interrupt) -> Self {
        self.interrupt = interrupt;
        self
    }

    /// Who is told about progress.
    #[must_use]
    pub fn watcher(mut self, watcher: Watcher) -> Self {
        self.watcher = Some(watcher);
        self
    }

    /// Makes an engine wrong.
    #[doc(hidden)]
    #[must_use]
    pub fn fault(mut self, fault: Fault) -> Self {
        self.fault = Some(fault);
        self
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("backend", &self.backend)
            .field("depth", &self.depth)
            .field("constants", &self.constants)
            .field("checks", &self.checks)
            .field("max_states", &self.max_states)
            .field("max_memory", &self.max_memory)
            .field("max_depth", &self.max_depth)
            .field("timeout", &self.timeout)
            .field("codegen", &self.codegen)
            .field("slice", &self.slice)
            .field("threads", &self.threads)
            .field("checkpoint", &self.checkpoint)
            .field("prove", &self.prove)
            .field("method", &self.method)
            .field("certificate", &self.certificate)
            .field("mode", &self.mode)
            .field("solver", &self.solver)
            .field("why", &self.why)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_always_some_threads_and_never_too_many() {
        assert_eq!(MOST_THREADS_BY_DEFAULT.get(), 16);
        assert!(default_threads() <= MOST_THREADS_BY_DEFAULT);
    }
}
