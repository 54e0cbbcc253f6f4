//! A second meaning of the language, as plainly as can be: it executes the typed chapter on values as one would write them down, and shares
//! nothing with the compiler after the type checker. Engines that agree because they were given the same wrong system do not agree with it.

mod eval;
mod exec;
mod explore;
mod time;
mod value;

pub(crate) use explore::{Answer, Finding, explore};
pub(crate) use time::Word;
pub(crate) use value::{Fault, V};

use eval::{Scope, contains};
use musilc_frontend::Program;
use musilc_frontend::hir::{Action, Chapter, Expr, Model, Origin};
use value::values;

/// A model with its arguments.
pub(crate) struct Machine<'c> {
    chapter: &'c Chapter,
    pub(crate) model: &'c Model,
    params: Vec<V>,
}

/// A state, or a model error of the initial values.
pub(crate) type Initial = Result<Vec<V>, Fault>;

/// What executing an instance gives.
pub(crate) enum Step {
    GuardFailed(Fault),
    Disabled,
    Failed(Fault),
    Next(Vec<V>),
}

impl<'c> Machine<'c> {
    /// The machine of a check; `None` where its arguments are no values.
    pub(crate) fn new(program: &'c Program, check: usize) -> Option<Self> {
        let chapter = program.chapter();
        let (model, args) = program.instance(check)?;
        let mut params = Vec::new();
        for arg in args {
            params.push(Scope::new(chapter, &[], Vec::new()).eval(&arg.expr).ok()?);
        }
        Some(Machine { chapter, model: &chapter.models[model], params })
    }

    fn scope(&self, state: &[V]) -> Scope<'c> {
        Scope { model: Some(self.model), ..Scope::new(self.chapter, &self.params, state.to_vec()) }
    }

    /// Every initial state, and every error on the way to one.
    pub(crate) fn initial(&self) -> Vec<Initial> {
        let mut states: Vec<Initial> = vec![Ok(Vec::new())];
        for var in &self.model.vars {
            let extend = |state: Initial| -> Vec<Initial> {
                let state = match state {
                    Ok(state) => state,
                    Err(fault) => return vec![Err(fault)],
                };
                let extended = |v: V| Ok(state.iter().cloned().chain([v]).collect());
                match &var.init {
                    None => values(&var.ty).into_iter().map(extended).collect(),
                    Some(init) => vec![self.scope(&state).eval(&init.expr).and_then(extended)],
                }
            };
            states = states.into_iter().flat_map(extend).collect();
        }
        let admitted = |state: &Initial| {
            let state = state.as_ref().map_err(Fault::clone)?;
            for cond in &self.model.inits {
                if !self.scope(state).truth(&cond.expr)? {
                    return Ok(false);
                }
            }
            Ok(true)
        };
        let judged = states.into_iter().filter_map(|state| match admitted(&state) {
            Ok(true) => Some(state),
            Ok(false) => None,
            Err(fault) => Some(Err(fault)),
        });
        judged.collect()
    }

    /// All bindings of an action's parameters.
    pub(crate) fn bindings(&self, action: &Action) -> Vec<Vec<V>> {
        value::product(&action.params.iter().map(|param| values(&param.ty)).collect::<Vec<_>>())
    }

    /// Executes an instance.
    pub(crate) fn step(&self, state: &[V], action: &Action, args: &[V]) -> Step {
        let mut scope = self.scope(state);
        let mut guard = || {
            for (param, arg) in action.params.iter().zip(args) {
                scope.bind(param.local, arg.clone());
                if let Some(members) = &param.members
                    && !contains(&scope.eval(members)?, arg)
                {
                    return Ok(false);
                }
            }
            action.guard.as_ref().map_or(Ok(true), |guard| scope.truth(guard))
        };
        match guard() {
            Err(fault) => return Step::GuardFailed(fault),
            Ok(false) => return Step::Disabled,
            Ok(true) => {}
        }
        if let Err(fault) = scope.exec(&action.body) {
            return Step::Failed(fault);
        }
        // What the steps of environments keep to, with everything assumed. One without a value is an error, whatever the others say.
        let mut after = scope.state.clone();
        let mut step = Scope { state: state.to_vec(), next: Some(after.clone()), ..scope };
        let mut kept = true;
        for keep in &action.keeps {
            match (step.truth(&keep.condition), &keep.origin) {
                (Err(fault), _) => return Step::Failed(fault),
                (Ok(holds), Origin::Claim(place)) => step.put(&mut after, place, holds),
                (Ok(holds), Origin::Guarantee | Origin::Assumption(_)) => kept &= holds,
            }
        }
        if !kept {
            return Step::Disabled;
        }
        Step::Next(after)
    }

    /// Whether an instance is enabled in a state.
    pub(crate) fn enables(&self, state: &[V], action: &Action, args: &[V]) -> bool {
        matches!(self.step(state, action, args), Step::Failed(_) | Step::Next(_))
    }

    /// The value of a boolean in a state, or of a step.
    pub(crate) fn truth(&self, e: &Expr, state: &[V], next: Option<&[V]>) -> Result<bool, Fault> {
        let mut scope = self.scope(state);
        scope.next = next.map(<[V]>::to_vec);
        scope.truth(e)
    }

    /// Whether a state without successor is no deadlock.
    pub(crate) fn terminal(&self, state: &[V]) -> Result<bool, Fault> {
        for terminal in &self.model.terminals {
            if self.truth(&terminal.expr, state, None)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
