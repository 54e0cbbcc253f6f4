//! Steps of environments, which keep to conditions.

use super::Lowerer;
use super::value::Val;
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{Action, Model, Origin};
use musilc_ir::eval::{Env, eval};
use musilc_ir::{ExprId, InitResult, Span, TransitionSystem, Value, bindings};

/// In how many initial states guarantees are evaluated.
const MOST_STATES: usize = 1 << 16;

/// A condition on states that must be true initially: what it is called, where it stands, whether it is that of an assumption.
pub(super) struct AtStart {
    name: String,
    span: Span,
    assumed: bool,
    condition: ExprId,
}

impl Lowerer<'_> {
    /// The guard of an action after whose statements these are the values of the variables, with the conditions that its steps keep to.
    ///
    /// What cannot be executed is a model error, whatever the conditions say; and so is a condition that has no value. There the guard
    /// stays as it was, and the failure is found where the statements are executed.
    pub(super) fn keep(&mut self, action: &Action, current: &[Val], guard: ExprId) -> ExprId {
        if action.keeps.is_empty() || self.cx.as_bool(guard) == Some(false) {
            return guard;
        }
        let failed = self.failed();
        let sound = self.cx.not(failed);
        let mut after = self.vars.clone();
        self.vars = current.to_vec();
        let next = std::mem::replace(&mut self.next, after.clone());
        let mut kept = Vec::new();
        for keep in &action.keeps {
            match &keep.origin {
                Origin::Assumption(name) if !(self.assumed)(name) => {}
                Origin::Guarantee | Origin::Assumption(_) => {
                    kept.push(self.under(sound, |l| l.scalar(&keep.condition)));
                }
                Origin::Claim(_) => {}
            }
        }
        let claims: Vec<_> = action
            .keeps
            .iter()
            .filter_map(|keep| match &keep.origin {
                Origin::Claim(place) => Some((place, self.under(sound, |l| l.scalar(&keep.condition)))),
                _ => None,
            })
            .collect();
        self.next = next;
        std::mem::swap(&mut self.vars, &mut after);
        for (place, holds) in claims {
            self.set(place, holds);
        }
        let failed = self.failed();
        let kept = self.cx.and(kept);
        let goes = self.cx.or([failed, kept]);
        self.cx.and([guard, goes])
    }

    /// Whether anything has failed so far.
    fn failed(&mut self) -> ExprId {
        let conditions: Vec<ExprId> = self.failures.iter().map(|failure| failure.condition).collect();
        self.cx.or(conditions)
    }

    /// What the environments guarantee of states, and so of the initial ones.
    pub(super) fn guarantees(&mut self, model: &Model) -> Vec<AtStart> {
        let mut out = Vec::new();
        for guarantee in &model.guarantees {
            if guarantee.assumption.as_ref().is_some_and(|name| !(self.assumed)(name)) {
                continue;
            }
            self.begin(guarantee.condition.locals);
            let condition = self.scalar(&guarantee.condition.expr);
            // Where it has no value, the first step finds that out.
            let failed = self.failed();
            self.failures.clear();
            out.push(AtStart {
                name: guarantee.name.clone(),
                span: guarantee.condition.expr.span,
                assumed: guarantee.assumption.is_some(),
                condition: self.cx.or([failed, condition]),
            });
        }
        out
    }

    /// Reports guarantees that some initial state breaks: an environment that keeps to them would never be in it.
    pub(super) fn check_start(&mut self, system: &TransitionSystem, guarantees: &[AtStart]) {
        let mut open: Vec<&AtStart> = guarantees.iter().collect();
        for args in bindings(&system.init.params).take(MOST_STATES) {
            if open.is_empty() {
                return;
            }
            let Ok(InitResult::State(state)) = system.initial_state(&args) else { continue };
            let broken = |at: &&AtStart| {
                eval(&system.context, at.condition, Env::of_state(&state)) == Ok(Value::Bool(false))
            };
            let found: Vec<&AtStart> = open.iter().copied().filter(|at| broken(at)).collect();
            open.retain(|at| !broken(at));
            found.into_iter().for_each(|at| self.broken_at_start(at));
        }
    }

    fn broken_at_start(&mut self, at: &AtStart) {
        let what = if at.assumed { "restriction" } else { "guarantee" };
        let message = format!("an initial state breaks the {what} `{}`", at.name);
        self.complain(
            Diagnostic::error(Code::BrokenAtStart, at.span, message)
                .primary("false in an initial state")
                .help(
                    "a condition without `'` is true of the first state and after every step of the environment; \
                     one on steps alone mentions `x'`",
                ),
        );
    }
}
