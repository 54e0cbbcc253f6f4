//! What has been found out so far.

use crate::sat::Solver;
use musilc_ir::{Certificate, PropertyId, Trace};

/// What a search found out so far, beside its verdict.
#[derive(Clone, Default, Debug)]
pub(crate) struct Found {
    pub(crate) decided: Option<u32>,
    pub(crate) lassos: Option<u32>,
    pub(crate) witnesses: Vec<(PropertyId, Trace)>,
    pub(crate) certificate: Option<Certificate>,
    pub(crate) queries: u64,
    pub(crate) memory: Option<u64>,
}

impl Found {
    /// Every depth up to this one is decided.
    pub(crate) fn decide(&mut self, depth: u32) {
        self.decided = self.decided.max(Some(depth));
    }

    /// Counts the work of a solver.
    pub(crate) fn count(&mut self, solver: &Solver<'_>) {
        self.queries += solver.queries;
        self.memory = self.memory.max(solver.memory);
    }
}
