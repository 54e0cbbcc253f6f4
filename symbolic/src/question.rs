//! What is asked of the engine, and how.

use crate::options::{Options, Procedure};
use crate::sat::Solver;
use crate::watch::Stop;
use musilc_circuit::{Grounding, Mutation, Plan};
use musilc_ir::{Goal, Limits, Progress, TransitionSystem, Unknown};
use std::time::Instant;

/// A question about a system, in a thread of its own.
#[derive(Clone, Copy)]
pub(crate) struct Question<'a> {
    pub(crate) goal: Goal,
    pub(crate) limits: &'a Limits,
    pub(crate) options: &'a Options,
    pub(crate) mutation: Mutation,
    pub(crate) bound: u32,
    pub(crate) started: Instant,
    pub(crate) stop: &'a Stop,
}

impl<'a> Question<'a> {
    /// The system prepared for encoding, with so many parameters at the end of each list left open.
    pub(crate) fn plan<'s>(&self, system: &'s TransitionSystem, open: usize) -> Result<Plan<'s>, Unknown> {
        let grounding = Grounding { max_instances: self.options.max_instances, open };
        Plan::new(system, grounding, self.limits, self.mutation)
    }

    /// A solver without demands.
    pub(crate) fn solver(&self, procedure: Procedure) -> Result<Solver<'a>, Unknown> {
        Solver::new(procedure, self.limits, self.stop)
    }

    /// A solver without demands, of another kind than the one that finds proofs: to check them.
    pub(crate) fn other_solver(&self) -> Result<Solver<'a>, Unknown> {
        self.solver(match self.options.proof_procedure {
            Procedure::Sat => Procedure::Z3,
            Procedure::Z3 => Procedure::Sat,
        })
    }

    /// Tells who watches how far the work has come.
    pub(crate) fn report(&self, depth: u32, conflicts: u64) {
        if let Some(observer) = &self.limits.observer {
            observer(&Progress { depth, conflicts, elapsed: self.started.elapsed(), ..Progress::default() });
        }
    }
}
