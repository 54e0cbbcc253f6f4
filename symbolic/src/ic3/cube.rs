//! Sets of states.

use std::ops::Not;

/// What a latch is, or is not.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct Atom(u32);

impl Atom {
    /// That the latch with this position has the value.
    pub(crate) fn new(latch: usize, value: bool) -> Self {
        Atom(u32::try_from(latch).unwrap_or(u32::MAX >> 1) << 1 | u32::from(!value))
    }

    pub(crate) fn latch(self) -> usize {
        (self.0 >> 1) as usize
    }

    pub(crate) fn value(self) -> bool {
        self.0 & 1 == 0
    }
}

impl Not for Atom {
    type Output = Atom;

    fn not(self) -> Atom {
        Atom(self.0 ^ 1)
    }
}

/// The states of which all these atoms are true; ascending, each latch once.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Cube(Box<[Atom]>);

impl Cube {
    pub(crate) fn new(mut atoms: Vec<Atom>) -> Self {
        atoms.sort_unstable();
        atoms.dedup();
        Cube(atoms.into())
    }

    pub(crate) fn atoms(&self) -> &[Atom] {
        &self.0
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether every state of the other is one of this.
    pub(crate) fn includes(&self, other: &Cube) -> bool {
        if self.len() > other.len() {
            return false;
        }
        let mut rest = other.0.iter();
        self.0.iter().all(|atom| rest.by_ref().find(|other| *other >= atom) == Some(atom))
    }

    /// Without one atom.
    pub(crate) fn without(&self, atom: Atom) -> Cube {
        Cube(self.0.iter().copied().filter(|other| *other != atom).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cube_of_fewer_atoms_has_more_states() {
        let cube = |latches: &[usize]| Cube::new(latches.iter().map(|&l| Atom::new(l, l % 2 == 0)).collect());
        assert!(cube(&[1, 4]).includes(&cube(&[0, 1, 3, 4])));
        assert!(cube(&[]).includes(&cube(&[])));
        assert!(!cube(&[1, 4]).includes(&cube(&[0, 1, 3])));
        assert!(!cube(&[1]).includes(&cube(&[])));
        let negated = Cube::new(vec![!Atom::new(1, false)]);
        assert!(!negated.includes(&cube(&[1])));
    }
}
