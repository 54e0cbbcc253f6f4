//! Proof obligations: cubes that must be shown to be out of reach, the earliest first.

use super::Ic3;
use super::cube::Cube;
use super::frames::{Found, Relative};
use crate::concrete::Choices;
use musilc_circuit::Bit;
use musilc_ir::Unknown;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A cube whose states lead to something bad.
struct Obligation {
    cube: Cube,
    /// The inputs of the step that leads on.
    inputs: Vec<(Bit, bool)>,
    /// The obligation that it leads to; `None` where the step or the state itself is bad.
    then: Option<usize>,
}

/// All obligations of a search so far, and those that are open.
#[derive(Default)]
pub(crate) struct Obligations {
    all: Vec<Obligation>,
    /// By frame, then the last one first, so that paths are followed to their end.
    open: BinaryHeap<Reverse<(usize, Reverse<usize>)>>,
}

impl Obligations {
    fn add(&mut self, found: Found, then: Option<usize>, frame: usize) {
        self.all.push(Obligation { cube: found.cube, inputs: found.inputs, then });
        self.open.push(Reverse((frame, Reverse(self.all.len() - 1))));
    }
}

impl Ic3<'_> {
    /// Shows that what was found is out of reach within `top` steps; or else how it is reached.
    pub(super) fn block(&mut self, bad: Found, top: usize) -> Result<Option<Choices>, Unknown> {
        self.obligations = Obligations::default();
        if let Some(init_args) = self.frames.initial_state(&self.problem, &bad.cube)? {
            self.obligations.add(bad, None, 0);
            return self.choices(init_args, 0).map(Some);
        }
        self.obligations.add(bad, None, top);
        while let Some(Reverse((frame, Reverse(number)))) = self.obligations.open.pop() {
            let cube = self.obligations.all[number].cube.clone();
            if self.frames.is_blocked(&cube, frame) {
                if frame < top {
                    self.obligations.open.push(Reverse((frame + 1, Reverse(number))));
                }
                continue;
            }
            match self.frames.relative(&self.problem, &cube, frame - 1, true)? {
                Relative::Inductive(core) => {
                    let (general, last) = self.generalise(core, frame)?;
                    self.frames.block(&self.problem, general, last);
                    if last < top {
                        self.obligations.open.push(Reverse((last + 1, Reverse(number))));
                    }
                }
                Relative::Predecessor(found) => {
                    let first = self.frames.initial_state(&self.problem, &found.cube)?;
                    self.obligations.open.push(Reverse((frame, Reverse(number))));
                    self.obligations.add(found, Some(number), frame.saturating_sub(1).max(1));
                    if let Some(init_args) = first {
                        let last = self.obligations.all.len() - 1;
                        return self.choices(init_args, last).map(Some);
                    }
                }
            }
        }
        Ok(None)
    }

    /// The run from an initial state through the obligations.
    fn choices(&self, init_args: Vec<u32>, first: usize) -> Result<Choices, Unknown> {
        let mut taken = Vec::new();
        let mut at = Some(first);
        while let Some(number) = at {
            let obligation = &self.obligations.all[number];
            taken.extend(self.problem.chosen(&obligation.inputs)?);
            at = obligation.then;
        }
        Ok(Choices { init_args, taken })
    }
}
