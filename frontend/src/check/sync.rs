//! Which actions of the whole the actions of a model and its parts are: each by itself, or two of them as one step.

use super::Checker;
use super::expressions::boolean;
use super::frame::{Binder, combinations, filled, local};
use super::scope::{ActionEntry, Body, ScopeId};
use super::types::is_unknown;
use crate::ast::{self, MemberPath, ModelItemKind};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{self, ActionId, ActionParam, Expr, ExprKind, Operator, Stmt};
use musilc_ir::{DataType, FairUnit, Fairness, Span};
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

/// One of the two actions of a `sync`.
#[derive(Clone)]
struct End<'a> {
    scope: ScopeId,
    name: &'a str,
    entry: ActionEntry<'a>,
}

/// A `sync`.
#[derive(Clone)]
pub(super) struct Joint<'a> {
    around: ScopeId,
    first: End<'a>,
    second: End<'a>,
    span: Span,
}

/// The value of each index, as an expression and as text.
type Pins = Vec<(Expr, String)>;

/// What is assumed of an action.
fn fairness(entry: &ActionEntry<'_>) -> Fairness {
    match &entry.item.kind {
        ModelItemKind::Action(action) => action.fairness,
        ModelItemKind::Table(table) => table.fairness,
        _ => Fairness::None,
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

fn strength(fairness: Fairness) -> u8 {
    match fairness {
        Fairness::None => 0,
        Fairness::Weak(_) => 1,
        Fairness::Strong(_) => 2,
    }
}

fn is_whole(fairness: Fairness) -> bool {
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

impl<'a> Joint<'a> {
    /// The end whose fairness assumption the step has: the stronger one, the first where both are the same.
    fn fair(&self) -> &End<'a> {
        let (a, b) = (fairness(&self.first.entry), fairness(&self.second.entry));
        if strength(b) > strength(a) { &self.second } else { &self.first }
    }

    /// Parameters of the second action that the first has not.
    fn rest(&self) -> impl Iterator<Item = &(String, DataType)> {
        self.second
            .entry
            .params
            .iter()
            .filter(|(name, _)| !self.first.entry.params.iter().any(|(n, _)| n == name))
    }
}

impl<'a> Checker<'a> {
    /// Resolves every `sync` of a scope and its parts, and numbers the actions.
    pub(super) fn number_actions(&mut self, root: ScopeId, slots: usize) {
        self.joints.clear();
        self.occurrences = vec![Vec::new(); slots];
        self.resolve_syncs(root);
        let joints = self.joints.values();
        let joined: HashSet<usize> =
            joints.flat_map(|joint| [joint.first.entry.slot, joint.second.entry.slot]).collect();
        self.joined = joined;
        let mut next = 0;
        self.number(root, &mut next);
    }

    fn resolve_syncs(&mut self, scope: ScopeId) {
        for (position, item) in self.scope(scope).items.iter().enumerate() {
            match &item.kind {
                ModelItemKind::Sync(sync) => {
                    if let Some(joint) = self.joint(scope, sync, item.span) {
                        self.joints.insert((scope, position), joint);
                    }
                }
                ModelItemKind::Part(part) => {
                    if let Some(inner) = self.own_part(scope, part) {
                        self.quietly(|checker| checker.resolve_syncs(inner));
                    }
                }
                _ => {}
            }
        }
    }

    fn joint(&mut self, around: ScopeId, sync: &'a ast::Sync, span: Span) -> Option<Joint<'a>> {
        let first = self.end(around, &sync.first);
        let second = self.end(around, &sync.second);
        let (first, second) = (first?, second?);
        let depth = self.scope(around).indices.len();
        let code = Code::BadSync;
        if first.entry.slot == second.entry.slot {
            let message = format!("`{}` is to happen together with itself", first.name);
            let help = "a `sync` joins two actions; an action by itself needs none";
            self.report(Diagnostic::error(code, sync.second.span, message).help(help));
            return None;
        }
        if first.scope == second.scope && self.scope(first.scope).indices.len() == depth {
            let message = format!("`{}` and `{}` belong to the same instance", first.name, second.name);
            let help =
                "a `sync` joins actions of different parts; write what one part does at once as one action";
            self.report(Diagnostic::error(code, sync.first.span.to(sync.second.span), message).help(help));
            return None;
        }
        for (name, ty) in &second.entry.params {
            let Some((_, other)) = first.entry.params.iter().find(|(n, _)| n == name) else { continue };
            if other != ty && !is_unknown(other) && !is_unknown(ty) {
                let message = format!(
                    "the parameter `{name}` has the type `{other}` in one action and `{ty}` in the other"
                );
                let diagnostic = Diagnostic::error(code, sync.second.span, message)
                    .label(sync.first.span, format!("here it is `{other}`"))
                    .help("parameters with one name have one value: give them one type, or different names");
                self.report(diagnostic);
                return None;
            }
        }
        Some(Joint { around, first, second, span })
    }

    fn end(&mut self, around: ScopeId, path: &'a MemberPath) -> Option<End<'a>> {
        let depth = self.scope(around).indices.len();
        let (mut body, _) = Body::of_scope(self, around);
        let (scope, indices) = body.action_scope(path)?;
        let Some(entry) = body.cx.scope(scope).actions.get(&path.name.text).cloned() else {
            body.unknown_action(scope, &path.name);
            return None;
        };
        if indices.iter().skip(depth).any(Option::is_some) {
            let message = "a `sync` is for all indices";
            let help = "leave out the index; a guard can say for which indices the action is enabled";
            self.report(Diagnostic::error(Code::BadSync, path.span, message).help(help));
            return None;
        }
        Some(End { scope, name: &path.name.text, entry })
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
                    let Some(joint) = self.joints.get(&(scope, position)).cloned() else { continue };
                    for pins in self.joint_pins(&joint) {
                        self.enter_joint(&joint, &pins, ActionId(*next));
                        *next += 1;
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

    /// As [`Self::pins`], of the end that says what is fair.
    fn joint_pins(&self, joint: &Joint<'_>) -> Vec<Pins> {
        let fair = joint.fair();
        let indices = &self.scope(fair.scope).indices;
        if is_whole(fairness(&fair.entry)) && !indices.is_empty() {
            combinations(indices)
        } else {
            vec![Pins::new()]
        }
    }

    /// Notes where the indices and parameters of both ends are among the parameters of the step: first the indices around, of the first
    /// part and of the second, then the parameters of the first action and what the second has beside them.
    fn enter_joint(&mut self, joint: &Joint<'_>, pins: &Pins, action: ActionId) {
        let depth = self.scope(joint.around).indices.len();
        let pinned_first = joint.fair().entry.slot == joint.first.entry.slot;
        let extra = |end: &End<'_>| self.scope(end.scope).indices.len() - depth;
        let (a, b) = (extra(&joint.first), extra(&joint.second));
        let mut arity = 0;
        let mut take = |count: usize, pins: Option<&[(Expr, String)]>| -> Vec<Result<usize, Expr>> {
            if let Some(pins) = pins {
                return pins.iter().map(|(value, _)| Err(value.clone())).collect();
            }
            arity += count;
            (arity - count..arity).map(Ok).collect()
        };
        let pins_of = |first: bool| (!pins.is_empty() && first == pinned_first).then(|| &pins[depth..]);
        let around = take(depth, (!pins.is_empty()).then(|| &pins[..depth]));
        let first_part = take(a, pins_of(true));
        let second_part = take(b, pins_of(false));
        let first_own = take(joint.first.entry.params.len(), None);
        let rest = take(joint.rest().count(), None);
        let mut rest = rest.into_iter();
        let second_own: Vec<Result<usize, Expr>> = joint
            .second
            .entry
            .params
            .iter()
            .filter_map(|(name, _)| {
                match joint.first.entry.params.iter().position(|(other, _)| other == name) {
                    Some(shared) => first_own.get(shared).cloned(),
                    None => rest.next(),
                }
            })
            .collect();
        let first = [around.clone(), first_part, first_own].concat();
        let second = [around, second_part, second_own].concat();
        for (end, positions) in [(&joint.first, first), (&joint.second, second)] {
            self.occurrences[end.entry.slot].push(Occurrence { action, arity, positions });
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
            let content = body.content(item, &[]);
            let own = content.params.len();
            params.extend(content.params);
            let fair = fairness(&entry);
            let by_itself = entry.params.is_empty() && !binders.is_empty();
            actions.push(hir::Action {
                name: filled(&title, &pins),
                params: distinct(params, own),
                locals: body.locals(),
                guard: all(content.guard),
                body: content.body,
                fairness: if by_itself { by_instance(fair) } else { fair },
                span: name_span(&entry),
            });
        }
        if self.joined.contains(&entry.slot) { Vec::new() } else { actions }
    }

    /// The actions that a `sync` declares: usually one.
    pub(super) fn joint_actions(&mut self, scope: ScopeId, position: usize) -> Vec<hir::Action> {
        let Some(joint) = self.joints.get(&(scope, position)).cloned() else { return Vec::new() };
        self.joint_pins(&joint).iter().map(|pins| self.joint_action(&joint, pins)).collect()
    }

    fn joint_action(&mut self, joint: &Joint<'a>, pins: &Pins) -> hir::Action {
        let depth = self.scope(joint.around).indices.len();
        let around_title = self.scope(joint.around).title.clone();
        let pinned_first = joint.fair().entry.slot == joint.first.entry.slot;
        let mut params = Vec::new();
        let (mut body, around) = Body::of_scope(self, joint.around);
        let mut frames: Vec<Vec<Expr>> = Vec::new();
        let mut titles: Vec<String> = Vec::new();
        let around: Vec<Expr> = if pins.is_empty() {
            params.extend(around.iter().map(index_param));
            around.iter().map(local).collect()
        } else {
            pins[..depth].iter().map(|(value, _)| value.clone()).collect()
        };
        for (end, is_first) in [(&joint.first, true), (&joint.second, false)] {
            let full = format!("{}{}", body.cx.scope(end.scope).title, end.name);
            let own = full.strip_prefix(&around_title).unwrap_or(&full).to_owned();
            let binders = body.binders(end.scope, depth);
            let mut frame = around.clone();
            if !pins.is_empty() && is_first == pinned_first {
                frame.extend(pins[depth..].iter().map(|(value, _)| value.clone()));
                titles.push(filled(&own, &pins[depth..]));
            } else {
                frame.extend(binders.iter().map(local));
                params.extend(binders.iter().map(index_param));
                titles.push(own);
            }
            frames.push(frame);
        }
        let around_title = filled(&around_title, pins.get(..depth).unwrap_or_default());
        let mut guard = Vec::new();
        if joint.first.scope == joint.second.scope
            && let [first, second] = frames.as_slice()
        {
            guard.push(differ(&first[depth..], &second[depth..], joint.span));
        }
        let mut stmts = Vec::new();
        let mut shared: Vec<ActionParam> = Vec::new();
        let indices = params.len();
        for (end, frame) in [&joint.first, &joint.second].into_iter().zip(frames) {
            let content = body.within(end.scope, frame, |body| body.content(end.entry.item, &shared));
            guard.extend(content.guard);
            stmts.extend(content.body);
            shared.clone_from(&content.params);
            params.extend(content.params);
        }
        let fair = fairness(&joint.fair().entry);
        let own = params.len() - indices;
        hir::Action {
            name: format!("{around_title}{}", titles.join(" + ")),
            locals: body.locals(),
            params: distinct(params, own),
            guard: all(guard),
            body: stmts,
            fairness: fair,
            span: joint.span,
        }
    }
}

/// What an action does in the frame of a body.
#[derive(Default)]
struct Content {
    params: Vec<ActionParam>,
    guard: Vec<Expr>,
    body: Vec<Stmt>,
}

impl<'a> Body<'_, 'a> {
    /// The parameters that are not among the shared ones, the guard and the statements of an action.
    fn content(&mut self, item: &'a ast::ModelItem, shared: &[ActionParam]) -> Content {
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
fn index_param((name, local, ty): &Binder) -> ActionParam {
    ActionParam { local: *local, name: name.clone(), ty: ty.clone(), members: None }
}

/// The conjunction; `None` for none.
fn all(guard: Vec<Expr>) -> Option<Expr> {
    guard.into_iter().reduce(|a, b| {
        let span = a.span;
        boolean(span, ExprKind::Binary(Operator::And, Box::new(a), Box::new(b)))
    })
}

/// That two instances are not the same one.
fn differ(first: &[Expr], second: &[Expr], span: Span) -> Expr {
    let pairs = first.iter().zip(second);
    let unequal = pairs.map(|(a, b)| {
        boolean(span, ExprKind::Binary(Operator::Ne, Box::new(a.clone()), Box::new(b.clone())))
    });
    let either = |a, b| boolean(span, ExprKind::Binary(Operator::Or, Box::new(a), Box::new(b)));
    unequal.reduce(either).unwrap_or_else(|| boolean(span, ExprKind::Bool(false)))
}

/// The parameters with different names: an index gives way to what is written in the action, and to the indices before it.
fn distinct(mut params: Vec<ActionParam>, own: usize) -> Vec<ActionParam> {
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
