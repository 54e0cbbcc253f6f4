//! What can happen at a position of a run.

use super::normal::{Formulas, Id, Node};
use crate::{Context, ExprId, Transition, TransitionId, Update};
use rustc_hash::FxHashMap;

/// What can happen at a position: an instance of a transition, or stuttering. Expressions are on the state and the parameters.
pub(super) struct Letter<'a> {
    /// `None` where the run stutters.
    pub(super) of: Option<(TransitionId, &'a Transition)>,
    pub(super) guess: ExprId,
    /// In the loop: the state was saved before, or is now.
    pub(super) in_loop: ExprId,
    /// What must be true for the step to be taken.
    pub(super) guard: Vec<ExprId>,
    pub(super) updates: Vec<Update>,
    /// The truth of formulas that are about the position by itself.
    known: FxHashMap<Id, ExprId>,
}

impl<'a> Letter<'a> {
    pub(super) fn new(
        of: Option<(TransitionId, &'a Transition)>,
        guess: ExprId,
        in_loop: ExprId,
        guard: Vec<ExprId>,
        updates: Vec<Update>,
    ) -> Self {
        Self { of, guess, in_loop, guard, updates, known: FxHashMap::default() }
    }

    /// The truth of a formula that is about the position by itself.
    pub(super) fn truth(&mut self, formulas: &Formulas, cx: &mut Context, id: Id) -> ExprId {
        if let Some(&value) = self.known.get(&id) {
            return value;
        }
        let value = match formulas.node(id) {
            Node::True => cx.bool(true),
            &Node::State(expr) => expr,
            Node::Taken(wanted, args, positive) => {
                let taken = self.takes(cx, *wanted, args.iter().copied());
                if *positive { taken } else { cx.not(taken) }
            }
            Node::And(list) => {
                let list: Vec<ExprId> = list.iter().map(|&id| self.truth(formulas, cx, id)).collect();
                cx.and(list)
            }
            Node::Or(list) => {
                let list: Vec<ExprId> = list.iter().map(|&id| self.truth(formulas, cx, id)).collect();
                cx.or(list)
            }
            // The others are about more than a position.
            _ => cx.bool(false),
        };
        self.known.insert(id, value);
        value
    }

    /// Whether it executes an instance of the transition with these arguments; `None` stands for any, and so do missing ones.
    pub(super) fn takes(
        &self,
        cx: &mut Context,
        wanted: TransitionId,
        args: impl IntoIterator<Item = Option<u32>>,
    ) -> ExprId {
        let Some((_, transition)) = self.of.filter(|(id, _)| *id == wanted) else { return cx.bool(false) };
        let mut same = Vec::new();
        for ((index, param), arg) in (0..).zip(&transition.params).zip(args) {
            if let Some(arg) = arg {
                let (own, arg) = (cx.param(index, param.count), cx.int(arg.into()));
                same.push(cx.eq(own, arg));
            }
        }
        cx.and(same)
    }
}
