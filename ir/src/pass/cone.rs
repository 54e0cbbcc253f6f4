//! Which variables matter to what runs do and to what a formula says of them.

use crate::{Context, ExprId, Failure, Node, Transition, TransitionSystem, VarId};

/// What matters of a system.
pub(super) struct Cone {
    /// Whether each variable does.
    pub(super) matters: Vec<bool>,
    /// Whether each variable matters and ever changes.
    pub(super) changes: Vec<bool>,
    /// Whether the body of each transition, as far as it matters, may only be executed where none of its failures is true.
    pub(super) guarded: Vec<bool>,
}

impl Cone {
    /// What matters where the conditions do. All guards matter: they decide where runs end.
    pub(super) fn new(system: &TransitionSystem, cx: &Context, conditions: &[ExprId]) -> Self {
        let mut own = Self {
            matters: vec![false; system.variables.len()],
            changes: vec![false; system.variables.len()],
            guarded: vec![false; system.transitions.len()],
        };
        own.add(cx, conditions.iter().copied());
        own.add(cx, system.transitions.iter().map(|transition| transition.guard));
        loop {
            let mut more = false;
            for (index, transition) in system.transitions.iter().enumerate() {
                for update in &transition.updates {
                    if own.matters[update.variable.index()] {
                        more |= own.add(cx, [update.value]);
                    }
                }
                if !own.guarded[index] && own.may_leave_its_type(system, transition) {
                    own.guarded[index] = true;
                    more |= own.add(cx, failures(transition).map(|failure| failure.condition));
                }
            }
            if !more {
                break;
            }
        }
        for update in system.transitions.iter().flat_map(|transition| &transition.updates) {
            let variable = update.variable;
            let same = cx.find(&Node::Var(variable)) == Some(update.value);
            own.changes[variable.index()] |= own.matters[variable.index()] && !same;
        }
        own
    }

    /// Adds the variables of expressions; whether one of them is new.
    fn add(&mut self, cx: &Context, exprs: impl IntoIterator<Item = ExprId>) -> bool {
        let mut new = false;
        for expr in cx.reachable(exprs) {
            if let Node::Var(VarId(variable)) = *cx.node(expr) {
                new |= !std::mem::replace(&mut self.matters[variable as usize], true);
            }
        }
        new
    }

    /// Whether the type of a new value that matters does not show by itself that it belongs to the variable's type.
    fn may_leave_its_type(&self, system: &TransitionSystem, transition: &Transition) -> bool {
        let fits = |variable: VarId, value: ExprId| {
            let ty = &system.variables[variable.index()].ty;
            ty.contains(system.context.type_of(value))
        };
        let mut updates = transition.updates.iter().filter(|update| self.matters[update.variable.index()]);
        updates.any(|update| !fits(update.variable, update.value)) && failures(transition).next().is_some()
    }
}

/// Everything that can go wrong in a transition.
pub(super) fn failures(transition: &Transition) -> impl Iterator<Item = &Failure> {
    transition.guard_failures.iter().chain(&transition.failures)
}
