//! Formulas of linear temporal logic over the runs of a system (Pnueli, "The temporal logic of programs", 1977).

use crate::{Claim, Span, TransitionId};

/// A formula. It is true or false at each position of an infinite run; a run has the property if it is true at the first.
///
/// At a position there are a state, and the step that is taken from it. In a state without successor a run stutters for ever: the
/// state stays, and no instance is taken.
#[derive(Clone, PartialEq, Debug)]
pub struct Formula {
    /// Where it stands.
    pub span: Span,
    /// What it claims.
    pub kind: FormulaKind,
}

/// The kinds of formulas.
#[derive(Clone, PartialEq, Debug)]
pub enum FormulaKind {
    /// A condition on the state.
    State(Claim),
    /// The step from here executes an instance of the transition with these arguments; `None` stands for any argument.
    Taken {
        /// The transition.
        transition: TransitionId,
        /// An argument for each of its parameters.
        args: Vec<Option<u32>>,
    },
    /// The operand is false.
    Not(Box<Formula>),
    /// All parts are true.
    All(Vec<FormulaPart>),
    /// Some part is true.
    Any(Vec<FormulaPart>),
    /// The second is true if the first is.
    Implies(Box<Formula>, Box<Formula>),
    /// Both are true, or neither is.
    Iff(Box<Formula>, Box<Formula>),
    /// True at the next position.
    Next(Box<Formula>),
    /// True from here on.
    Always(Box<Formula>),
    /// True here or later.
    Eventually(Box<Formula>),
    /// The second is true here or later, and the first at every position before.
    Until(Box<Formula>, Box<Formula>),
    /// As `Until`; or the first is true from here on.
    WeakUntil(Box<Formula>, Box<Formula>),
    /// The second is true up to and including the position where the first becomes true; or from here on.
    Release(Box<Formula>, Box<Formula>),
    /// From here on: wherever the first is true, the second is true there or later.
    LeadsTo(Box<Formula>, Box<Formula>),
}

/// A conjunct or disjunct.
#[derive(Clone, PartialEq, Debug)]
pub struct FormulaPart {
    /// In an instance of a quantifier: the bound variable and its value, as text.
    pub binding: Option<(String, String)>,
    /// The formula.
    pub formula: Formula,
}

/// A position of a run, as far as formulas see it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Letter<'a> {
    /// The state.
    pub state: &'a crate::State,
    /// The instance that is executed; `None` where the run stutters.
    pub taken: Option<(TransitionId, &'a [u32])>,
}

impl Formula {
    /// Calls `visit` on each operand, in order.
    pub fn for_each_child<'f>(&'f self, visit: &mut dyn FnMut(&'f Formula)) {
        match &self.kind {
            FormulaKind::State(_) | FormulaKind::Taken { .. } => {}
            FormulaKind::Not(a)
            | FormulaKind::Next(a)
            | FormulaKind::Always(a)
            | FormulaKind::Eventually(a) => visit(a),
            FormulaKind::All(parts) | FormulaKind::Any(parts) => {
                parts.iter().for_each(|part| visit(&part.formula));
            }
            FormulaKind::Implies(a, b)
            | FormulaKind::Iff(a, b)
            | FormulaKind::Until(a, b)
            | FormulaKind::WeakUntil(a, b)
            | FormulaKind::Release(a, b)
            | FormulaKind::LeadsTo(a, b) => {
                visit(a);
                visit(b);
            }
        }
    }

    /// Calls `visit` on the formula and everything in it, each before its operands.
    pub fn for_each<'f>(&'f self, visit: &mut dyn FnMut(&'f Formula)) {
        visit(self);
        self.for_each_child(&mut |child| child.for_each(visit));
    }

    /// Calls `visit` on each condition on states, in order.
    pub fn for_each_claim<'f>(&'f self, visit: &mut dyn FnMut(&'f Claim)) {
        self.for_each(&mut |formula| {
            if let FormulaKind::State(claim) = &formula.kind {
                visit(claim);
            }
        });
    }
}

/// Whether an instance is one of those that `Taken` speaks of.
pub(crate) fn is_taken(
    transition: TransitionId,
    wanted: &[Option<u32>],
    taken: Option<(TransitionId, &[u32])>,
) -> bool {
    taken.is_some_and(|(id, args)| {
        id == transition && wanted.iter().zip(args).all(|(wanted, arg)| wanted.is_none_or(|w| w == *arg))
    })
}
