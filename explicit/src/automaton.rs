//! Büchi automata for formulas: generalised, with acceptance on transitions.

mod formula;
mod reduce;
mod tableau;
#[cfg(test)]
mod tests;

pub(crate) use formula::Atom;

use crate::cycle::Pause;
use crate::machine::Stop;
use formula::Formulas;
use musilc_ir::{Context, Formula};

/// Why there is no automaton.
#[derive(Debug)]
pub(crate) enum Halt {
    /// It would be absurdly large.
    TooLarge,
    /// There is no time for it.
    Stop(Stop),
}

/// An automaton. It accepts a word if it has a run on it, from state 0, that takes transitions of every acceptance set again and again.
#[derive(Clone, Debug)]
pub(crate) struct Automaton {
    /// The transitions of each state; no state at all accepts nothing.
    pub(crate) edges: Vec<Vec<Edge>>,
    /// All acceptance sets.
    pub(crate) all: u64,
    /// What labels speak of.
    pub(crate) atoms: Vec<Atom>,
}

/// A transition.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct Edge {
    /// The letters that it reads.
    pub(crate) label: Label,
    /// The state that it leads to.
    pub(crate) target: usize,
    /// The acceptance sets that it belongs to.
    pub(crate) accepting: u64,
}

/// A set of letters: those with these atoms and without those. A letter is a bit for each atom, in words.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub(crate) struct Label {
    /// Word, what must be one there, and what must be zero.
    words: Vec<(u32, u64, u64)>,
}

impl Label {
    /// Of ascending literals: twice the atom, and one more for its negation.
    fn new(literals: &[u32]) -> Self {
        let mut words: Vec<(u32, u64, u64)> = Vec::new();
        for &literal in literals {
            let (word, bit) = (literal / 128, 1 << (literal / 2 % 64));
            if words.last().is_none_or(|last| last.0 != word) {
                words.push((word, 0, 0));
            }
            if let Some((_, ones, zeros)) = words.last_mut() {
                *(if literal % 2 == 0 { ones } else { zeros }) |= bit;
            }
        }
        Self { words }
    }

    /// Whether every letter is read.
    pub(crate) fn is_any(&self) -> bool {
        self.words.is_empty()
    }

    /// Whether a letter is read.
    #[inline]
    pub(crate) fn reads(&self, letter: &[u64]) -> bool {
        self.words.iter().all(|&(word, ones, zeros)| {
            let bits = letter[word as usize];
            bits & ones == ones && bits & zeros == 0
        })
    }

    /// Whether a letter is read if only the atoms in `known` are looked at.
    #[inline]
    pub(crate) fn may_read(&self, letter: &[u64], known: &[u64]) -> bool {
        self.words.iter().all(|&(word, ones, zeros)| {
            let (bits, known) = (letter[word as usize], known[word as usize]);
            bits & ones & known == ones & known && bits & zeros & known == 0
        })
    }

    /// Whether every letter that the other one reads is read.
    fn covers(&self, other: &Label) -> bool {
        self.words.iter().all(|&(word, ones, zeros)| {
            let theirs = other.words.iter().find(|theirs| theirs.0 == word);
            theirs.is_some_and(|theirs| theirs.1 & ones == ones && theirs.2 & zeros == zeros)
        })
    }
}

impl Automaton {
    /// The automaton that accepts just the words on which the formula is false.
    pub(crate) fn of_negation(cx: &Context, formula: &Formula, pause: Pause<'_>) -> Result<Self, Halt> {
        let mut formulas = Formulas::new();
        let root = formulas.translate(cx, formula, false);
        Ok(reduce::reduce(tableau::automaton(&mut formulas, root, pause)?))
    }

    /// Whether each state lies on a cycle with a transition of every acceptance set.
    pub(crate) fn recurrent(&self) -> Vec<bool> {
        let component = reduce::components(self);
        let accepting = reduce::accepting(self, &component);
        component.into_iter().map(|component| accepting[component]).collect()
    }

    /// Whether the first state reads anything and stays, without ever accepting there: it waits for the right moment to go on. Given
    /// which states are [recurrent](Self::recurrent).
    pub(crate) fn starts_waiting(&self, recurrent: &[bool]) -> bool {
        let first = self.edges.first();
        let stays = first.is_some_and(|edges| edges.iter().any(|e| e.target == 0 && e.label.is_any()));
        let comes_back = self.edges.iter().skip(1).flatten().any(|edge| edge.target == 0);
        stays && !comes_back && recurrent.first() == Some(&false)
    }
}
