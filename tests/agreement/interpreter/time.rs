//! Temporal formulas of the source on a run that repeats, and fairness of its actions, straight from what the words mean.

use super::{Fault, Machine, Step, V};
use musilc_frontend::ast::{BinaryOp, UnaryOp};
use musilc_frontend::hir::{Expr, Formula, FormulaKind, LocalId};
use musilc_ir::{FairUnit, Fairness, Trace, TransitionSystem};

/// A state of a run, and the step from it.
pub(crate) struct Position {
    state: Vec<V>,
    /// The action and its arguments; none where the run stutters.
    taken: Option<(usize, Vec<V>)>,
}

/// An infinite run.
pub(crate) struct Word<'m, 'c> {
    machine: &'m Machine<'c>,
    positions: Vec<Position>,
    back_to: usize,
}

type Locals = Vec<(LocalId, V)>;

impl<'m, 'c> Word<'m, 'c> {
    /// The runs of the source that a lasso of the system stands for: one for each initial state from which its steps can be taken.
    pub(crate) fn of(machine: &'m Machine<'c>, system: &TransitionSystem, trace: &Trace) -> Vec<Self> {
        let initial = machine.initial().into_iter().filter_map(Result::ok);
        initial.filter_map(|state| Self::from(machine, system, trace, state)).collect()
    }

    fn from(
        machine: &'m Machine<'c>,
        system: &TransitionSystem,
        trace: &Trace,
        mut state: Vec<V>,
    ) -> Option<Self> {
        let back_to = trace.back_to? as usize;
        let mut positions = Vec::new();
        for step in &trace.steps {
            let action = step.transition.index();
            let params = &system.transition(step.transition).params;
            let number = params.iter().zip(&step.args).fold(0, |n, (param, arg)| n * param.count + arg);
            let args = machine.bindings(&machine.model.actions[action]).into_iter().nth(number as usize)?;
            let Step::Next(after) = machine.step(&state, &machine.model.actions[action], &args) else {
                return None;
            };
            positions.push(Position { state, taken: Some((action, args)) });
            state = after;
        }
        if back_to < positions.len() {
            return (positions[back_to].state == state).then_some(Self { machine, positions, back_to });
        }
        positions.push(Position { state, taken: None });
        let word = Self { machine, positions, back_to };
        let free = (0..word.machine.model.actions.len()).any(|action| word.enabled(action, None, back_to));
        (!free).then_some(word)
    }

    /// Every position that comes after this one, this one included, in the order in which they are met first.
    fn onwards(&self, at: usize) -> impl Iterator<Item = usize> {
        let again = if at > self.back_to { self.back_to..at } else { 0..0 };
        (at..self.positions.len()).chain(again)
    }

    /// Whether the formula is true at the first position.
    pub(crate) fn satisfies(&self, formula: &Formula) -> Result<bool, Fault> {
        self.truth(formula, &Locals::new(), 0)
    }

    fn value(&self, e: &Expr, locals: &Locals, at: usize) -> Result<V, Fault> {
        let mut scope = self.machine.scope(&self.positions[at].state);
        locals.iter().for_each(|(local, v)| scope.bind(*local, v.clone()));
        scope.eval(e)
    }

    fn truth(&self, f: &Formula, locals: &Locals, at: usize) -> Result<bool, Fault> {
        let here = |f: &Formula| self.truth(f, locals, at);
        let when = |f: &Formula, at: usize| self.truth(f, locals, at);
        Ok(match &f.kind {
            FormulaKind::State(e) => self.value(e, locals, at)?.truth(),
            FormulaKind::Taken(action, wanted) => {
                let Some((taken, args)) = &self.positions[at].taken else { return Ok(false) };
                let mut same = *taken == action.0 as usize;
                for (wanted, arg) in wanted.iter().zip(args) {
                    if let Some(wanted) = wanted {
                        same &= *taken == action.0 as usize && self.value(wanted, locals, at)? == *arg;
                    }
                }
                same
            }
            FormulaKind::Unary(op, a) => match op {
                UnaryOp::Not => !here(a)?,
                UnaryOp::Next => {
                    let next = if at + 1 < self.positions.len() { at + 1 } else { self.back_to };
                    when(a, next)?
                }
                UnaryOp::Always => {
                    let mut all = true;
                    for later in self.onwards(at) {
                        all &= when(a, later)?;
                    }
                    all
                }
                UnaryOp::Eventually => {
                    let mut some = false;
                    for later in self.onwards(at) {
                        some |= when(a, later)?;
                    }
                    some
                }
                UnaryOp::Neg => panic!("a number is no formula"),
            },
            FormulaKind::Binary(op, a, b) => match op {
                BinaryOp::And => here(a)? & here(b)?,
                BinaryOp::Or => here(a)? | here(b)?,
                BinaryOp::Implies => !here(a)? | here(b)?,
                BinaryOp::Iff => here(a)? == here(b)?,
                BinaryOp::LeadsTo => {
                    let mut all = true;
                    for from in self.onwards(at) {
                        let mut answered = !when(a, from)?;
                        for later in self.onwards(from) {
                            answered |= when(b, later)?;
                        }
                        all &= answered;
                    }
                    all
                }
                BinaryOp::Until | BinaryOp::WeakUntil => {
                    for later in self.onwards(at) {
                        if when(b, later)? {
                            return Ok(true);
                        }
                        if !when(a, later)? {
                            return Ok(false);
                        }
                    }
                    *op == BinaryOp::WeakUntil
                }
                BinaryOp::Release => {
                    for later in self.onwards(at) {
                        if !when(b, later)? {
                            return Ok(false);
                        }
                        if when(a, later)? {
                            return Ok(true);
                        }
                    }
                    true
                }
                other => panic!("{other:?} joins no formulas"),
            },
            FormulaKind::If(condition, then, otherwise) => {
                if here(condition)? {
                    here(then)?
                } else {
                    here(otherwise)?
                }
            }
            FormulaKind::Quantified { all, local, domain, body, .. } => {
                let mut scope = self.machine.scope(&self.positions[at].state);
                locals.iter().for_each(|(local, v)| scope.bind(*local, v.clone()));
                let mut found = *all;
                for member in scope.members(domain)? {
                    let mut inner = locals.clone();
                    inner.push((*local, member));
                    let truth = self.truth(body, &inner, at)?;
                    found = if *all { found & truth } else { found | truth };
                }
                found
            }
            FormulaKind::Error => panic!("a chapter with errors"),
        })
    }

    /// Whether an instance of an action (with these arguments, if any are given) is enabled at a position.
    fn enabled(&self, action: usize, args: Option<&[V]>, at: usize) -> bool {
        let action = &self.machine.model.actions[action];
        let all = self.machine.bindings(action);
        let mut asked = all.iter().filter(|own| args.is_none_or(|args| args == own.as_slice()));
        asked.any(|own| self.machine.enables(&self.positions[at].state, action, own))
    }

    /// Whether the loop keeps to the fairness of every action.
    pub(crate) fn is_fair(&self) -> bool {
        let cycle = self.back_to..self.positions.len();
        let keeps = |action: usize, args: Option<&[V]>, strong: bool| {
            let taken = cycle.clone().any(|at| {
                let taken = self.positions[at].taken.as_ref();
                taken.is_some_and(|(own, with)| *own == action && args.is_none_or(|args| args == with))
            });
            let mut enabled = cycle.clone().map(|at| self.enabled(action, args, at));
            taken || if strong { !enabled.any(|e| e) } else { !enabled.all(|e| e) }
        };
        self.machine.model.actions.iter().enumerate().all(|(index, action)| match action.fairness {
            Fairness::None => true,
            Fairness::Weak(FairUnit::Whole) => keeps(index, None, false),
            Fairness::Strong(FairUnit::Whole) => keeps(index, None, true),
            Fairness::Weak(FairUnit::Instance) => {
                self.machine.bindings(action).iter().all(|args| keeps(index, Some(args), false))
            }
            Fairness::Strong(FairUnit::Instance) => {
                self.machine.bindings(action).iter().all(|args| keeps(index, Some(args), true))
            }
        })
    }
}

impl Machine<'_> {
    /// Evaluates every condition of a formula in a state: the first that fails.
    pub(crate) fn evaluates(&self, formula: &Formula, state: &[V]) -> Result<(), Fault> {
        self.conditions(formula, state, &Locals::new())
    }

    fn conditions(&self, formula: &Formula, state: &[V], locals: &Locals) -> Result<(), Fault> {
        let scope = || {
            let mut scope = self.scope(state);
            locals.iter().for_each(|(local, v)| scope.bind(*local, v.clone()));
            scope
        };
        match &formula.kind {
            FormulaKind::State(e) => scope().truth(e).map(drop),
            FormulaKind::Taken(..) | FormulaKind::Error => Ok(()),
            FormulaKind::Unary(_, a) => self.conditions(a, state, locals),
            FormulaKind::Binary(_, a, b) => {
                self.conditions(a, state, locals)?;
                self.conditions(b, state, locals)
            }
            FormulaKind::If(condition, then, otherwise) => {
                self.conditions(condition, state, locals)?;
                self.conditions(then, state, locals)?;
                self.conditions(otherwise, state, locals)
            }
            FormulaKind::Quantified { local, domain, body, .. } => {
                for member in scope().members(domain)? {
                    let mut inner = locals.clone();
                    inner.push((*local, member));
                    self.conditions(body, state, &inner)?;
                }
                Ok(())
            }
        }
    }
}
