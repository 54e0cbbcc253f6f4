//! Lassos by the reference evaluator: what a formula says at each position of one, and which fairness assumptions it breaks.
//!
//! A lasso has finitely many positions, of which each but the last is followed by the next, and the last by the first of the loop. On
//! such a run, `until` and its kin are fixed points (Biere, Cimatti, Clarke and Zhu, 1999), and are computed here by iteration over all
//! positions until nothing changes. There is no automaton.

use crate::eval::{Env, Evaluator, InternalError};
use crate::formula::is_taken;
use crate::{FairnessConstraint, Formula, FormulaKind, Letter, State, Trace, TransitionSystem};

/// A lasso, as a word with a loop.
#[derive(Clone, Debug)]
pub struct Lasso<'a> {
    letters: Vec<Letter<'a>>,
    /// The position that follows the last.
    back_to: usize,
}

impl<'a> Lasso<'a> {
    /// The word of a run that goes back. `None` of a run that does not, or whose loop starts past its end, or that ends in a model error.
    #[must_use]
    pub fn new(trace: &'a Trace) -> Option<Self> {
        let back_to = trace.back_to? as usize;
        let mut state: &State = trace.initial.as_ref()?;
        let mut letters = Vec::new();
        for step in &trace.steps {
            letters.push(Letter { state, taken: Some((step.transition, &step.args)) });
            state = step.state.as_ref()?;
        }
        if back_to == trace.steps.len() {
            letters.push(Letter { state, taken: None });
        }
        (back_to < letters.len()).then_some(Self { letters, back_to })
    }

    /// The positions; the last is followed by the one where the loop starts.
    #[must_use]
    pub fn letters(&self) -> &[Letter<'a>] {
        &self.letters
    }

    /// The positions of the loop.
    #[must_use]
    pub fn in_loop(&self) -> std::ops::Range<usize> {
        self.back_to..self.letters.len()
    }

    /// The position after this one.
    #[must_use]
    pub fn after(&self, position: usize) -> usize {
        if position + 1 < self.letters.len() { position + 1 } else { self.back_to }
    }

    /// Whether the formula is true, at each position.
    ///
    /// # Errors
    /// Where the formula is malformed.
    pub fn truth(&self, system: &TransitionSystem, formula: &Formula) -> Result<Vec<bool>, InternalError> {
        let of = |formula: &Formula| self.truth(system, formula);
        Ok(match &formula.kind {
            FormulaKind::State(claim) => {
                let at = |letter: &Letter<'_>| {
                    Evaluator::new(&system.context, Env::of_state(letter.state)).truth(claim.expr)
                };
                self.letters.iter().map(at).collect::<Result<_, _>>()?
            }
            FormulaKind::Taken { transition, args } => {
                self.letters.iter().map(|letter| is_taken(*transition, args, letter.taken)).collect()
            }
            FormulaKind::Not(a) => of(a)?.into_iter().map(|a| !a).collect(),
            FormulaKind::All(parts) => {
                let mut all = vec![true; self.letters.len()];
                for part in parts {
                    all = both(&all, &of(&part.formula)?, |a, b| a && b);
                }
                all
            }
            FormulaKind::Any(parts) => {
                let mut any = vec![false; self.letters.len()];
                for part in parts {
                    any = both(&any, &of(&part.formula)?, |a, b| a || b);
                }
                any
            }
            FormulaKind::Implies(a, b) => both(&of(a)?, &of(b)?, |a, b| !a || b),
            FormulaKind::Iff(a, b) => both(&of(a)?, &of(b)?, |a, b| a == b),
            FormulaKind::Next(a) => {
                let a = of(a)?;
                (0..a.len()).map(|position| a[self.after(position)]).collect()
            }
            FormulaKind::Always(a) => {
                let a = of(a)?;
                self.fixed_point(true, |at, later| a[at] && later)
            }
            FormulaKind::Eventually(a) => {
                let a = of(a)?;
                self.fixed_point(false, |at, later| a[at] || later)
            }
            FormulaKind::Until(a, b) => {
                let (a, b) = (of(a)?, of(b)?);
                self.fixed_point(false, |at, later| b[at] || a[at] && later)
            }
            FormulaKind::WeakUntil(a, b) => {
                let (a, b) = (of(a)?, of(b)?);
                self.fixed_point(true, |at, later| b[at] || a[at] && later)
            }
            FormulaKind::Release(a, b) => {
                let (a, b) = (of(a)?, of(b)?);
                self.fixed_point(true, |at, later| b[at] && (a[at] || later))
            }
            FormulaKind::LeadsTo(a, b) => {
                let (a, b) = (of(a)?, of(b)?);
                let answered = self.fixed_point(false, |at, later| b[at] || later);
                self.fixed_point(true, |at, later| (!a[at] || answered[at]) && later)
            }
        })
    }

    /// The least (from `false`) or greatest (from `true`) solution of `x[at] = value(at, x[after at])`.
    fn fixed_point(&self, from: bool, value: impl Fn(usize, bool) -> bool) -> Vec<bool> {
        let mut x = vec![from; self.letters.len()];
        loop {
            let mut changed = false;
            // From the back, since each position depends on the one after it.
            for at in (0..x.len()).rev() {
                let next = value(at, x[self.after(at)]);
                changed |= next != x[at];
                x[at] = next;
            }
            if !changed {
                return x;
            }
        }
    }

    /// Whether the run keeps to a fairness assumption: it does if something that the assumption speaks of is taken in the loop; else if
    /// nothing of it is enabled there at some position (where the assumption is strong: at any).
    ///
    /// # Errors
    /// Where the system is malformed.
    pub fn keeps(
        &self,
        system: &TransitionSystem,
        constraint: &FairnessConstraint,
    ) -> Result<bool, InternalError> {
        let letters = &self.letters[self.in_loop()];
        if letters.iter().any(|letter| constraint.is_taken(letter)) {
            return Ok(true);
        }
        for letter in letters {
            let enabled = constraint.is_enabled(system, letter.state)?;
            // One state settles it: where a strong one is enabled, or a weak one is not.
            if enabled == constraint.strong {
                return Ok(!constraint.strong);
            }
        }
        Ok(constraint.strong)
    }

    /// The first fairness assumption of the system that the run does not keep to.
    ///
    /// # Errors
    /// Where the system is malformed.
    pub fn unfair_to(&self, system: &TransitionSystem) -> Result<Option<FairnessConstraint>, InternalError> {
        for constraint in system.fairness_constraints() {
            if !self.keeps(system, &constraint)? {
                return Ok(Some(constraint));
            }
        }
        Ok(None)
    }
}

fn both(a: &[bool], b: &[bool], of: impl Fn(bool, bool) -> bool) -> Vec<bool> {
    a.iter().zip(b).map(|(a, b)| of(*a, *b)).collect()
}
