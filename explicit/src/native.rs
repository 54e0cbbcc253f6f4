//! placeholder, replaced at the merge
use crate::layout::Layout;
use musilc_ir::{Goal, PropertyId, TransitionSystem};
#[derive(Debug)]
pub(crate) enum Never {}
#[derive(Debug)]
pub(crate) struct Native(Never);
pub(crate) struct Expanded { pub(crate) words: usize, pub(crate) odd: bool }
pub(crate) struct Findings { pub(crate) suspect: bool, pub(crate) enabled: bool }
pub(crate) enum Condition { Property(PropertyId), Probe(usize) }
impl Native {
    pub(crate) fn room(&self) -> usize { match self.0 {} }
    pub(crate) fn expand(&self, _: &[u64], _: &mut [u64], _: &mut [u64]) -> Expanded { match self.0 {} }
    pub(crate) fn examine(&self, _: &[u64]) -> Findings { match self.0 {} }
    pub(crate) fn holds(&self, _: Condition, _: &[u64]) -> bool { match self.0 {} }
}
