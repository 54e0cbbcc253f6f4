//! Proof by an inductive invariant that is found clause by clause (Bradley, "SAT-based model checking without unrolling", 2011; Eén,
//! Mishchenko and Brayton, "Efficient implementation of property directed reachability", 2011).
//!
//! A frame is a set of clauses that holds of every state within so many steps. What leads to something bad is a cube of states; it is
//! blocked, by a clause that follows from the frame before, or leads back to a cube that has to be blocked earlier, and in the end to an
//! initial state. Where two neighbouring frames are the same, their clauses are inductive.
//!
//! * `cube`: sets of states. `problem`: what is asked of the system's circuit. `frames`: the clauses, and the solver of each frame.
//! * `block`: proof obligations. `generalise`: clauses that say more. `propagate`: clauses that hold for longer.

mod block;
mod cube;
mod frames;
mod generalise;
mod problem;
mod propagate;

pub(crate) use cube::Cube;
pub(crate) use problem::Problem;

use crate::concrete::Choices;
use crate::question::Question;
use block::Obligations;
use frames::Frames;
use musilc_ir::Unknown;

/// What the search comes to.
pub(crate) enum Answer {
    /// The negations of these cubes are an inductive invariant that excludes everything bad.
    Proved(Vec<Cube>),
    /// These choices lead to something bad.
    Refuted(Choices),
}

/// A search for an invariant.
pub(crate) struct Ic3<'a> {
    problem: Problem<'a>,
    question: Question<'a>,
    frames: Frames<'a>,
    obligations: Obligations,
}

impl<'a> Ic3<'a> {
    pub(crate) fn new(problem: Problem<'a>, question: Question<'a>) -> Result<Self, Unknown> {
        let frames = Frames::new(&problem, question)?;
        Ok(Self { problem, question, frames, obligations: Obligations::default() })
    }

    /// Searches until there is an answer, or the limits end it.
    pub(crate) fn run(&mut self) -> Result<Answer, Unknown> {
        loop {
            let top = self.frames.top();
            self.question.report(u32::try_from(top).unwrap_or(u32::MAX), self.frames.conflicts());
            self.frames.check_limits()?;
            while let Some(bad) = self.frames.bad_state(&mut self.problem, top)? {
                if let Some(choices) = self.block(bad, top)? {
                    return Ok(Answer::Refuted(choices));
                }
            }
            self.frames.push(&mut self.problem)?;
            if let Some(invariant) = self.propagate()? {
                return Ok(Answer::Proved(invariant));
            }
        }
    }

    pub(crate) fn problem(&self) -> &Problem<'a> {
        &self.problem
    }

    pub(crate) fn queries(&self) -> u64 {
        self.frames.queries()
    }

    pub(crate) fn memory(&mut self) -> Option<u64> {
        self.frames.memory()
    }
}
