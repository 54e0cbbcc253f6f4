//! Clauses that say more: atoms of a cube are dropped as long as the rest is still out of reach.
//!
//! Where a state outside stands in the way of a smaller cube, it is blocked too, if it can be (a counterexample to generalisation; Hassan,
//! Bradley and Somenzi, "Better generalization in IC3", 2013).

use super::Ic3;
use super::cube::{Atom, Cube};
use super::frames::Relative;
use musilc_circuit::Mutation;
use musilc_ir::Unknown;

/// How many states that stand in the way are blocked for one atom.
const MOST_IN_THE_WAY: usize = 3;
/// How many atoms in a row may turn out to be needed.
const PATIENCE: usize = 12;

impl Ic3<'_> {
    /// A cube of more states than the core of what was asked, out of reach within `frame` steps; and the last frame where it is.
    pub(super) fn generalise(&mut self, core: Cube, frame: usize) -> Result<(Cube, usize), Unknown> {
        let cube = self.minimal(core, frame, true)?;
        let cube = self.widened(cube, frame)?;
        let mut last = frame;
        let mut best = cube;
        while last < self.frames.top() {
            match self.frames.relative(&self.problem, &best, last, false)? {
                Relative::Inductive(smaller) => {
                    best = smaller;
                    last += 1;
                }
                Relative::Predecessor(_) => break,
            }
        }
        if self.question.mutation == Mutation::BlockTooMuch
            && let [atom, _, ..] = best.atoms()
        {
            best = best.without(*atom);
        }
        Ok((best, last))
    }

    /// Drops atoms until each is needed.
    fn minimal(&mut self, cube: Cube, frame: usize, deep: bool) -> Result<Cube, Unknown> {
        let mut cube = cube;
        let mut order: Vec<Atom> = cube.atoms().to_vec();
        // Atoms that occur in few clauses are the more likely to be incidental.
        let count = |atom: &Atom| {
            let blocked = self.frames.blocked(frame).iter();
            blocked.filter(|known| known.atoms().contains(atom)).count()
        };
        order.sort_by_cached_key(count);
        let mut needed = 0;
        for atom in order {
            if !cube.atoms().contains(&atom) || cube.len() < 2 {
                continue;
            }
            if needed >= PATIENCE {
                break;
            }
            match self.without(&cube.without(atom), frame, deep)? {
                Some(smaller) => {
                    cube = smaller;
                    needed = 0;
                }
                None => needed += 1,
            }
        }
        Ok(cube)
    }

    /// A cube that includes this one and is out of reach, if this one is or can be made so.
    fn without(&mut self, cube: &Cube, frame: usize, deep: bool) -> Result<Option<Cube>, Unknown> {
        if self.frames.initial_state(&self.problem, cube)?.is_some() {
            return Ok(None);
        }
        let mut in_the_way = 0;
        loop {
            match self.frames.relative(&self.problem, cube, frame - 1, deep)? {
                Relative::Inductive(core) => return Ok(Some(core)),
                Relative::Predecessor(found) => {
                    if !deep || frame < 2 || in_the_way >= MOST_IN_THE_WAY {
                        return Ok(None);
                    }
                    in_the_way += 1;
                    if self.frames.initial_state(&self.problem, &found.cube)?.is_some() {
                        return Ok(None);
                    }
                    let Relative::Inductive(core) =
                        self.frames.relative(&self.problem, &found.cube, frame - 2, false)?
                    else {
                        return Ok(None);
                    };
                    let core = self.minimal(core, frame - 1, false)?;
                    self.frames.block(&self.problem, core, frame - 1);
                }
            }
        }
    }

    /// Says of cells which values they do not have, instead of the one that they have, and drops as many of these as it can.
    fn widened(&mut self, cube: Cube, frame: usize) -> Result<Cube, Unknown> {
        let mut cube = cube;
        for atom in cube.atoms().to_vec() {
            if !atom.value() || !self.problem.one_hot[atom.latch()] || !cube.atoms().contains(&atom) {
                continue;
            }
            let mut others = self.problem.siblings(atom.latch());
            if others.len() < 2 {
                continue;
            }
            others.sort_unstable();
            let rest = cube.without(atom);
            let mut kept: Vec<Atom> = others.iter().map(|&latch| Atom::new(latch, false)).collect();
            let mut widened = false;
            for latch in others {
                let fewer: Vec<Atom> = kept.iter().copied().filter(|other| other.latch() != latch).collect();
                if fewer.is_empty() {
                    break;
                }
                let wider = Cube::new(rest.atoms().iter().copied().chain(fewer.iter().copied()).collect());
                if self.without(&wider, frame, false)?.is_some() {
                    kept = fewer;
                    widened = true;
                }
            }
            if widened {
                cube = Cube::new(rest.atoms().iter().copied().chain(kept).collect());
            }
        }
        Ok(cube)
    }
}
