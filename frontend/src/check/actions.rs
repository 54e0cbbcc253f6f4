//! What the actions of a model and its parts are in the whole: which of its actions, and with which parameters.

use super::Checker;
use super::expressions::boolean;
use super::frame::{Binder, combinations, filled};
use super::scope::{ActionEntry, Body, ScopeId};
use super::sync::Joint;
use crate::ast::{self, ModelItemKind};
use crate::hir::{self, ActionId, ActionParam, Expr, ExprKind, Operator, Stmt};
use musilc_ir::{FairUnit, Fairness, Span};
use std::collections::HashSet;

/// An action of the whole that an action of a scope is, perhaps together with another one.
#[derive(Clone)]
pub(super) struct Occurrence {
    pub(super) action: ActionId,
    /// The number of its parameters.
    pub(super) arity: usize,
    /// Where the indices of the scope and the parameters of its action are among them; an index that has this value instead is none.
    pub(super) positions: Vec<Result<usize, Expr>>,
}

/// The value of each index, as an expression and as text.
pub(super) type Pins = Vec<(Expr, String)>;

/// What is assumed of an action.
pub(super) fn fairness(entry: &ActionEntry<'_>) -> Fairness {
    match &entry.item.kind {
        ModelItemKind::Action(action) => action.fairness,
        ModelItemKind::Table(table) => table.fairness,
        _ => Fairness::None,
    }
}

/// The name of an action.
pub(super) fn name<'a>(entry: &ActionEntry<'a>) -> &'a str {
    match &entry.item.kind {
        ModelItemKind::Action(ast::Action { name, .. }) | ModelItemKind::Table(ast::Table { name, .. }) => {
            &name.text
        }
        _ => "",
    }
}

/// Where a declaration says its name.
fn name_span(entry: &ActionEntry<'_>) -> Span {
    match &entry.item.kind {
        ModelItemKind::Action(action) => action.name.span,
        ModelItemKind::Table(table) => table.name.span,
        _ => entry.item.span,
    }
}

pub(super) fn is_whole(fairness: Fairness) -> bool {
    matches!(fairness, Fairness::Weak(FairUnit::Whole) | Fairness::Strong(FairUnit::Whole))
}

/// The same assumption, on each instance by itself.
fn by_instance(fairness: Fairness) -> Fairness {
    match fairness {
        Fairness::None => Fairness::None,
        Fairness::Weak(_) => Fairness::Weak(FairUnit::Instance),
        Fairness::Strong(_) => Fairness::Strong(FairUnit::Instance),
    }
}

impl<'a> Checker<'a> {
    /// Resolves every `sync` of a scope and its parts, and numbers the actions.
    pub(super) fn number_actions(&mut self, root: ScopeId, slots: usize) {
        self.joints.clear();
        self.occurrences = vec![Vec::new(); slots];
        self.resolve_syncs(root);
        let joined: HashSet<usize> = self.joints.values().flatten().flat_map(Joint::slots).collect();
        self.apart.clear();
        let mut joints: Vec<&Joint<'_>> = self.joints.values().flatten().collect();
        joints.sort_by_key(|joint| joint.span());
        for (slot, indices) in joints.into_iter().flat_map(Joint::instances) {
            self.apart.entry(slot).or_default().push(indices);
        }
        self.joined = joined;
        let mut next = 0;
        self.number(root, &mut next);
    }

    fn number(&mut self, scope: ScopeId, next: &mut u32) {
        for (position, item) in self.scope(scope).items.iter().enumerate() {
            match &item.kind {
                ModelItemKind::Action(ast::Action { name, .. })
                | ModelItemKind::Table(ast::Table { name, .. }) => {
                    let Some(entry) = self.own_action(scope, &name.text, item) else { continue };
                    if self.joined.contains(&entry.slot) {
                        continue;
                    }
                    let indices = self.scope(scope).indices.len();
                    for pins in self.pins(scope, &entry) {
                        let own = if pins.is_empty() {
                            0..indices + entry.params.len()
                        } else {
                            0..entry.params.len()
                        };
                        let arity = own.len();
                        let pinned = pins.into_iter().map(|(value, _)| Err(value));
                        let positions = pinned.chain(own.map(Ok)).collect();
                        self.occurrences[entry.slot].push(Occurrence {
                            action: ActionId(*next),
                            arity,
                            positions,
                        });
                        *next += 1;
                    }
                }
                ModelItemKind::Sync(_) => {
                    for joint in self.joints.get(&(scope, position)).cloned().unwrap_or_default() {
                        for pins in self.joint_pins(&joint) {
                            self.enter_joint(&joint, &pins, ActionId(*next));
                            *next += 1;
                        }
                    }
                }
                ModelItemKind::Part(part) => {
                    if let Some(inner) = self.own_part(scope, part) {
                        self.number(inner, next);
                    }
                }
                _ => {}
            }
        }
    }

    /// The actions that a name stands for in a scope: one, or all of a group.
    pub(super) fn actions_called(&self, scope: ScopeId, text: &str) -> Vec<ActionEntry<'a>> {
        let scope = self.scope(scope);
        let own = scope.actions.get(text);
        let group = scope.items.iter().find_map(|item| match &item.kind {
            ModelItemKind::Group { name, members } if name == text => Some(members),
            _ => None,
        });
        match group {
            Some(members) if own.is_none() || members.iter().any(|member| member == text) => {
                members.iter().filter_map(|member| scope.actions.get(member)).cloned().collect()
            }
            _ => own.into_iter().cloned().collect(),
        }
    }

    /// The entry of an action, if this declaration is the one that counts.
    fn own_action(&self, scope: ScopeId, name: &str, item: &ast::ModelItem) -> Option<ActionEntry<'a>> {
        let entry = self.scope(scope).actions.get(name)?;
        std::ptr::eq(entry.item, item).then(|| entry.clone())
    }

    /// The indices that an action of a part is written out for: none of them, unless fairness is about all its instances *in one part*.
    fn pins(&self, scope: ScopeId, entry: &ActionEntry<'_>) -> Vec<Pins> {
        let indices = &self.scope(scope).indices;
        if is_whole(fairness(entry)) && !indices.is_empty() && !entry.params.is_empty() {
            combinations(indices)
        } else {
            vec![Pins::new()]
        }
    }

    /// The actions that an action of a scope is by itself: usually one, none where it happens in `sync` only.
    pub(super) fn own_actions(
        &mut self,
        scope: ScopeId,
        name: &str,
        item: &'a ast::ModelItem,
    ) -> Vec<hir::Action> {
        let Some(entry) = self.own_action(scope, name, item) else {
            // What is declared twice is checked all the same.
            let (mut body, _) = Body::of_scope(self, scope);
            body.content(item, &[]);
            return Vec::new();
        };
        let title = format!("{}{name}", self.scope(scope).title);
        let mut actions = Vec::new();
        for pins in self.pins(scope, &entry) {
            let (mut body, binders) = Body::of_scope(self, scope);
            let mut params = Vec::new();
            if pins.is_empty() {
                params.extend(binders.iter().map(index_param));
            } else {
                body.indices = pins.iter().map(|(value, _)| value.clone()).collect();
            }
            let mut content = body.content(item, &[]);
            let apart = body.cx.apart.get(&entry.slot).cloned().unwrap_or_default();
            let others = apart.iter().map(|indices| is_other(&body.indices, indices, item.span));
            content.guard.splice(0..0, others);
            let own = content.params.len();
            params.extend(content.params);
            let keeps = body.kept(scope);
            let fair = fairness(&entry);
            let by_itself = entry.params.is_empty() && !binders.is_empty();
            actions.push(hir::Action {
                name: filled(&title, &pins),
                params: distinct(params, own),
                locals: body.locals(),
                guard: all(content.guard),
                body: content.body,
                keeps,
                fairness: if by_itself { by_instance(fair) } else { fair },
                span: name_span(&entry),
            });
        }
        if self.joined.contains(&entry.slot) { Vec::new() } else { actions }
    }
}

/// That an instance is not the one with these indices.
fn is_other(own: &[Expr], indices: &[(usize, Expr)], span: Span) -> Expr {
    let differs = |(position, value): &(usize, Expr)| {
        let index = own.get(*position).cloned().map(Box::new)?;
        Some(boolean(span, ExprKind::Binary(Operator::Ne, index, Box::new(value.clone()))))
    };
    let either = |a, b| boolean(span, ExprKind::Binary(Operator::Or, Box::new(a), Box::new(b)));
    let differs = indices.iter().filter_map(differs).reduce(either);
    differs.unwrap_or_else(|| boolean(span, ExprKind::Bool(true)))
}

/// What an action does in the frame of a body.
#[derive(Default)]
pub(super) struct Content {
    pub(super) params: Vec<ActionParam>,
    pub(super) guard: Vec<Expr>,
    pub(super) body: Vec<Stmt>,
}

impl<'a> Body<'_, 'a> {
    /// The parameters that are not among the shared ones, the guard and the statements of an action.
    pub(super) fn content(&mut self, item: &'a ast::ModelItem, shared: &[ActionParam]) -> Content {
        match &item.kind {
            ModelItemKind::Action(action) => self.action_content(action, shared),
            ModelItemKind::Table(table) => self.table_content(table, shared),
            _ => Content::default(),
        }
    }

    fn action_content(&mut self, action: &'a ast::Action, shared: &[ActionParam]) -> Content {
        let mut content = Content::default();
        for (position, param) in action.params.iter().enumerate() {
            if let Some(first) = action.params[..position].iter().find(|p| p.name.text == param.name.text) {
                self.cx.duplicate(&param.name, first.name.span);
            }
            let name = &param.name.text;
            let Some((ty, members)) = self.parameter(param) else {
                self.bind(name, super::types::unknown());
                continue;
            };
            if let Some(same) = shared.iter().find(|other| other.name == *name) {
                self.alias(name, same.local, ty.clone());
                // Of the other action it is known already that the value is one of those that it ranges over.
                content.guard.extend(members.map(|members| {
                    let span = members.span;
                    let value = Expr { ty, span, kind: ExprKind::Local(same.local) };
                    boolean(span, ExprKind::InCollection(Box::new(value), Box::new(members)))
                }));
                continue;
            }
            let local = self.bind(name, ty.clone());
            content.params.push(ActionParam { local, name: name.clone(), ty, members });
        }
        content.guard.extend(action.guard.as_ref().map(|guard| self.condition(guard)));
        content.body = self.block(&action.body);
        content
    }

    fn table_content(&mut self, table: &'a ast::Table, shared: &[ActionParam]) -> Content {
        let quiet = std::mem::replace(&mut self.cx.quiet, true);
        let rows = self.cx.table_rows(table);
        self.cx.quiet = quiet;
        let declared = self.scope().and_then(|scope| scope.vars.get(&table.variable.text)).cloned();
        let (Some(rows), Some((state, ty, _))) = (rows, declared) else { return Content::default() };
        let Some(scope) = self.model else { return Content::default() };
        let span = table.name.span;
        let read = self.variable_of(scope, state, &ty, self.indices.clone(), span);
        let place = self.place_of_variable(state, ty.clone(), &table.variable.text, span);
        let mut content = Content::default();
        let to = match shared.iter().find(|other| other.name == "to") {
            Some(same) => same.local,
            None => {
                let local = self.fresh();
                content.params.push(ActionParam { local, name: "to".to_owned(), ty, members: None });
                local
            }
        };
        let (guard, stmt) = rows.step(&read, place, to);
        content.guard.push(guard);
        content.body.push(stmt);
        content
    }
}

/// The index of a part as a parameter.
pub(super) fn index_param((name, local, ty): &Binder) -> ActionParam {
    ActionParam { local: *local, name: name.clone(), ty: ty.clone(), members: None }
}

/// The conjunction; `None` for none.
pub(super) fn all(guard: Vec<Expr>) -> Option<Expr> {
    guard.into_iter().reduce(|a, b| {
        let span = a.span;
        boolean(span, ExprKind::Binary(Operator::And, Box::new(a), Box::new(b)))
    })
}

/// The parameters with different names: an index gives way to what is written in the action, and to the indices before it.
pub(super) fn distinct(mut params: Vec<ActionParam>, own: usize) -> Vec<ActionParam> {
    let indices = params.len() - own;
    for position in 0..indices {
        let mut name = params[position].name.clone();
        while params[..position].iter().chain(&params[indices..]).any(|other| other.name == name) {
            name.push('\'');
        }
        params[position].name = name;
    }
    params
}
