//! What a formula says at a position, given what its temporal operators say: the atoms of the tableau.

use super::graph::Graph;
use crate::eval::{Env, Evaluator, InternalError};
use crate::formula::is_taken;
use crate::{Formula, FormulaKind, TransitionSystem};

/// A subformula; operands are positions in the list of all, and smaller than its own.
enum Sub {
    /// Its truth at each letter.
    Letter(Vec<bool>),
    Not(usize),
    All(Vec<usize>),
    Any(Vec<usize>),
    Implies(usize, usize),
    Iff(usize, usize),
    /// The temporal operator of this number.
    Temporal(usize),
}

/// A temporal operator on subformulas.
enum Operator {
    Next(usize),
    Always(usize),
    Eventually(usize),
    Until(usize, usize),
    WeakUntil(usize, usize),
    Release(usize, usize),
}

/// The subformulas of a formula. Once it is known which of the temporal ones are true at a position (a *valuation*, as bits), so is every
/// other one.
pub(super) struct Tableau {
    subs: Vec<Sub>,
    operators: Vec<Operator>,
    /// Where the operators stand among the subformulas.
    places: Vec<usize>,
    root: usize,
}

impl Tableau {
    pub(super) fn new(
        system: &TransitionSystem,
        graph: &Graph<'_>,
        formula: &Formula,
    ) -> Result<Self, InternalError> {
        let mut tableau = Self { subs: Vec::new(), operators: Vec::new(), places: Vec::new(), root: 0 };
        tableau.root = tableau.add(system, graph, formula)?;
        Ok(tableau)
    }

    /// The number of temporal operators.
    pub(super) fn width(&self) -> usize {
        self.operators.len()
    }

    fn push(&mut self, sub: Sub) -> usize {
        self.subs.push(sub);
        self.subs.len() - 1
    }

    fn operator(&mut self, operator: Operator) -> usize {
        self.operators.push(operator);
        self.places.push(self.subs.len());
        self.push(Sub::Temporal(self.operators.len() - 1))
    }

    fn add(
        &mut self,
        system: &TransitionSystem,
        graph: &Graph<'_>,
        formula: &Formula,
    ) -> Result<usize, InternalError> {
        let mut operands = Vec::new();
        let mut children = Vec::new();
        formula.for_each_child(&mut |child| children.push(child));
        for child in children {
            operands.push(self.add(system, graph, child)?);
        }
        let one = || operands[0];
        let two = || (operands[0], operands[1]);
        Ok(match &formula.kind {
            FormulaKind::State(claim) => {
                let mut truth = Vec::new();
                for letter in &graph.letters {
                    let env = Env::of_state(graph.states[letter.from]);
                    truth.push(Evaluator::new(&system.context, env).truth(claim.expr)?);
                }
                self.push(Sub::Letter(truth))
            }
            FormulaKind::Taken { transition, args } => {
                let taken = |letter: &super::graph::Edge| {
                    is_taken(
                        *transition,
                        args,
                        letter.taken.as_ref().map(|(id, args)| (*id, args.as_slice())),
                    )
                };
                self.push(Sub::Letter(graph.letters.iter().map(taken).collect()))
            }
            FormulaKind::Not(_) => self.push(Sub::Not(one())),
            FormulaKind::All(_) => self.push(Sub::All(operands)),
            FormulaKind::Any(_) => self.push(Sub::Any(operands)),
            FormulaKind::Implies(..) => self.push(Sub::Implies(two().0, two().1)),
            FormulaKind::Iff(..) => self.push(Sub::Iff(two().0, two().1)),
            FormulaKind::Next(_) => self.operator(Operator::Next(one())),
            FormulaKind::Always(_) => self.operator(Operator::Always(one())),
            FormulaKind::Eventually(_) => self.operator(Operator::Eventually(one())),
            FormulaKind::Until(..) => self.operator(Operator::Until(two().0, two().1)),
            FormulaKind::WeakUntil(..) => self.operator(Operator::WeakUntil(two().0, two().1)),
            FormulaKind::Release(..) => self.operator(Operator::Release(two().0, two().1)),
            FormulaKind::LeadsTo(..) => {
                let (cause, effect) = two();
                let later = self.operator(Operator::Eventually(effect));
                let answered = self.push(Sub::Implies(cause, later));
                self.operator(Operator::Always(answered))
            }
        })
    }

    /// The truth of each subformula at a position with this letter and valuation.
    pub(super) fn truth(&self, letter: usize, valuation: usize) -> Vec<bool> {
        self.evaluate(letter, |number, _| valuation >> number & 1 == 1)
    }

    fn evaluate(&self, letter: usize, temporal: impl Fn(usize, &[bool]) -> bool) -> Vec<bool> {
        let mut truth: Vec<bool> = Vec::with_capacity(self.subs.len());
        for sub in &self.subs {
            let value = match sub {
                Sub::Letter(at) => at[letter],
                Sub::Not(a) => !truth[*a],
                Sub::All(list) => list.iter().all(|a| truth[*a]),
                Sub::Any(list) => list.iter().any(|a| truth[*a]),
                Sub::Implies(a, b) => !truth[*a] || truth[*b],
                Sub::Iff(a, b) => truth[*a] == truth[*b],
                Sub::Temporal(number) => temporal(*number, &truth),
            };
            truth.push(value);
        }
        truth
    }

    /// The only valuation that a position with this letter can have, where this is the truth of the subformulas at the next position:
    /// each temporal operator is what it must be by its expansion law.
    pub(super) fn before(&self, letter: usize, later: &[bool]) -> usize {
        let now = self.evaluate(letter, |number, now| {
            let again = self.said(number, later);
            match self.operators[number] {
                Operator::Next(a) => later[a],
                Operator::Always(a) => now[a] && again,
                Operator::Eventually(a) => now[a] || again,
                Operator::Until(a, b) | Operator::WeakUntil(a, b) => now[b] || now[a] && again,
                Operator::Release(a, b) => now[b] && (now[a] || again),
            }
        });
        (0..self.width()).filter(|&number| self.said(number, &now)).map(|number| 1 << number).sum()
    }

    /// The truth of the operator of this number.
    fn said(&self, number: usize, truth: &[bool]) -> bool {
        truth[self.places[number]]
    }

    /// Whether the whole formula is true.
    pub(super) fn holds(&self, truth: &[bool]) -> bool {
        truth[self.root]
    }

    /// Whether no promise of the operator of this number is open at a position. On a run this must happen again and again: what is
    /// promised to happen happens, and what is denied to go on for ever ends.
    pub(super) fn settled(&self, number: usize, truth: &[bool]) -> bool {
        let said = self.said(number, truth);
        match self.operators[number] {
            Operator::Next(_) => true,
            Operator::Eventually(a) | Operator::Until(_, a) => !said || truth[a],
            Operator::Always(a) | Operator::Release(_, a) => said || !truth[a],
            Operator::WeakUntil(a, b) => said || !truth[a] && !truth[b],
        }
    }
}
