//! Clauses that hold for longer: what is blocked in a frame, and stays so after one more step, is blocked in the next.

use super::Ic3;
use super::cube::Cube;
use super::frames::Relative;
use musilc_ir::Unknown;

impl Ic3<'_> {
    /// Moves clauses on. Where a frame has none left, it is the same as the next one: then what is blocked from there on makes an
    /// invariant.
    pub(super) fn propagate(&mut self) -> Result<Option<Vec<Cube>>, Unknown> {
        for frame in 1..self.frames.top() {
            for cube in self.frames.blocked(frame).to_vec() {
                // A clause that another one has made superfluous meanwhile is gone.
                if !self.frames.blocked(frame).contains(&cube) {
                    continue;
                }
                if let Relative::Inductive(_) = self.frames.relative(&self.problem, &cube, frame, false)? {
                    self.frames.advance(&self.problem, &cube, frame);
                }
            }
            if self.frames.blocked(frame).is_empty() {
                let later = frame + 1..=self.frames.top();
                let invariant = later.flat_map(|frame| self.frames.blocked(frame).to_vec());
                return Ok(Some(invariant.collect()));
            }
        }
        Ok(None)
    }
}
