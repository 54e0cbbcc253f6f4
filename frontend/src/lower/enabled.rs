//! `enabled(a)`: the guards of the instances that are meant.

use super::Lowerer;
use super::value::Val;
use crate::hir::{Action, ActionId, Expr};
use musilc_ir::ExprId;

impl<'h> Lowerer<'h> {
    /// Whether an instance of the action is enabled. Where a guard cannot be evaluated the state is in error anyway, so what goes wrong
    /// in guards is not collected again.
    pub(super) fn enabled(&mut self, action: ActionId, args: &[Option<Expr>]) -> ExprId {
        let values: Vec<Option<Val>> =
            args.iter().map(|arg| arg.as_ref().map(|arg| self.argument(arg))).collect();
        let Some(action) = self.actions.get(action.0 as usize) else { return self.cx.bool(false) };
        let mut frame = vec![None; action.locals as usize];
        for (slot, value) in frame.iter_mut().zip(&self.params) {
            *slot = Some(value.clone());
        }
        let caller = std::mem::replace(&mut self.locals, frame);
        let mark = self.failures.len();
        let mut instances = Vec::new();
        let here = self.cx.bool(true);
        self.instances(action, &values, here, &mut instances);
        self.failures.truncate(mark);
        self.locals = caller;
        self.cx.or(instances)
    }

    /// The guards of the instances with these arguments; those of the parameters before are bound, and are members where `member` is true.
    fn instances(
        &mut self,
        action: &'h Action,
        values: &[Option<Val>],
        member: ExprId,
        out: &mut Vec<ExprId>,
    ) {
        let bound = action.params.len() - values.len();
        let Some((value, rest)) = values.split_first() else {
            let guard = action.guard.as_ref().map(|guard| self.under(member, |l| l.scalar(guard)));
            out.push(self.cx.and([member].into_iter().chain(guard)));
            return;
        };
        let param = &action.params[bound];
        let candidates = match value {
            Some(value) => vec![value.clone()],
            None => self.values_of(&param.ty),
        };
        for candidate in candidates {
            if self.check_size(action.span) {
                return;
            }
            let mut member = member;
            if let Some(members) = &param.members {
                let inside = self.under(member, |l| {
                    let collection = l.expr(members);
                    l.contains(&members.ty, &collection, &param.ty, &candidate)
                });
                member = self.cx.and([member, inside]);
            }
            if self.cx.as_bool(member) != Some(false) {
                self.bind(param.local, candidate);
                self.instances(action, rest, member, out);
            }
        }
    }
}
