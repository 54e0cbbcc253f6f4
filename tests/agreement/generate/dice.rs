//! Choices. A chapter is what a generator makes of a list of numbers, so that a shorter list, or one of smaller numbers, is a simpler chapter, and
//! valid all the same (MacIver, Donaldson, "Test-case reduction via test-case generation", ECOOP 2020).

/// The numbers that one part of a chapter is made of.
pub(crate) type Genes = Vec<u16>;

/// Reads choices off a list; where it ends, everything is as simple as can be.
pub(crate) struct Dice<'g> {
    genes: &'g [u16],
    at: usize,
}

impl<'g> Dice<'g> {
    pub(crate) fn new(genes: &'g [u16]) -> Self {
        Self { genes, at: 0 }
    }

    /// One of `0..n`; 0 is the simplest.
    pub(crate) fn pick(&mut self, n: usize) -> usize {
        let gene = self.genes.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        (usize::from(gene) * n) >> 16
    }

    /// True in so many of a hundred cases.
    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.pick(100) >= 100 - percent
    }

    /// One of several.
    pub(crate) fn among<'v, T>(&mut self, list: &'v [T]) -> &'v T {
        &list[self.pick(list.len())]
    }

    /// A number from 0, simple ones more often.
    pub(crate) fn few(&mut self, most: usize) -> usize {
        let a = self.pick(most + 1);
        a.min(self.pick(most + 1).max(1))
    }
}
