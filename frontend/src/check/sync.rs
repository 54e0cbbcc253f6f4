//! `sync`: two actions as one step.

use super::Checker;
use super::actions::{Occurrence, Pins, all, distinct, fairness, index_param, is_whole, name};
use super::expressions::boolean;
use super::frame::{combinations, filled, local};
use super::scope::{ActionEntry, Body, ScopeId};
use super::types::is_unknown;
use crate::ast::{self, MemberPath, ModelItemKind};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{self, ActionId, ActionParam, Expr, ExprKind, Operator};
use musilc_ir::{DataType, Fairness, Span};

/// An index that is given, as an expression and as text; `None` for any.
type Given = Option<(Expr, String)>;

/// One of the two actions of a `sync`.
#[derive(Clone)]
struct End<'a> {
    scope: ScopeId,
    name: String,
    entry: ActionEntry<'a>,
    /// The indices that are given, of the parts on the way from where the `sync` stands; `None` for any.
    given: Vec<Given>,
}

/// A `sync`.
#[derive(Clone)]
pub(super) struct Joint<'a> {
    around: ScopeId,
    first: End<'a>,
    second: End<'a>,
    /// How many indices there are around it.
    depth: usize,
    span: Span,
}

fn strength(fairness: Fairness) -> u8 {
    match fairness {
        Fairness::None => 0,
        Fairness::Weak(_) => 1,
        Fairness::Strong(_) => 2,
    }
}

impl End<'_> {
    /// Positions of the indices, with those that are given among them; pins say it all.
    fn with_given(&self, open: Vec<Result<usize, Expr>>, pinned: bool) -> Vec<Result<usize, Expr>> {
        if pinned {
            return open;
        }
        let mut open = open.into_iter();
        let position = |given: &Given| match given {
            Some((value, _)) => Some(Err(value.clone())),
            None => open.next(),
        };
        self.given.iter().filter_map(position).collect()
    }

    /// What it is called, with the given indices in their places.
    fn title(&self, own: &str) -> String {
        let mut pieces = own.split("[_]");
        let mut title = pieces.next().unwrap_or_default().to_owned();
        for (position, piece) in pieces.enumerate() {
            match self.given.get(position) {
                Some(Some((_, text))) => title.push_str(&format!("[{text}]")),
                _ => title.push_str("[_]"),
            }
            title.push_str(piece);
        }
        title
    }
}

impl<'a> Joint<'a> {
    /// Where it stands.
    pub(super) fn span(&self) -> Span {
        self.span
    }

    /// The slots of the actions that happen in this step only.
    pub(super) fn slots(&self) -> impl Iterator<Item = usize> {
        let whole = |end: &&End<'_>| end.given.iter().all(Option::is_none);
        [&self.first, &self.second].into_iter().filter(whole).map(|end| end.entry.slot)
    }

    /// The slots of the actions of which some instances happen in this step only, with the indices of those.
    pub(super) fn instances(&self) -> impl Iterator<Item = (usize, Vec<(usize, Expr)>)> {
        [&self.first, &self.second].into_iter().filter_map(|end| {
            let given = (0..).zip(&end.given).filter_map(|(at, given)| Some((at, given.as_ref()?.0.clone())));
            let given: Vec<(usize, Expr)> = given.map(|(at, value)| (at + self.depth, value)).collect();
            (!given.is_empty()).then_some((end.entry.slot, given))
        })
    }

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
    pub(super) fn resolve_syncs(&mut self, scope: ScopeId) {
        for (position, item) in self.scope(scope).items.iter().enumerate() {
            match &item.kind {
                ModelItemKind::Sync(sync) => {
                    if let Some(joints) = self.joints_of(scope, sync, item.span) {
                        self.joints.insert((scope, position), joints);
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

    /// The steps that a `sync` stands for: one for each pair of actions that its names stand for.
    fn joints_of(&mut self, around: ScopeId, sync: &'a ast::Sync, span: Span) -> Option<Vec<Joint<'a>>> {
        let first = self.ends(around, &sync.first);
        let second = self.ends(around, &sync.second);
        let (first, second) = (first?, second?);
        let pairs = first.iter().flat_map(|first| second.iter().map(move |second| (first, second)));
        pairs.map(|(first, second)| self.joint(around, sync, (first.clone(), second.clone()), span)).collect()
    }

    fn joint(
        &mut self,
        around: ScopeId,
        sync: &'a ast::Sync,
        (first, second): (End<'a>, End<'a>),
        span: Span,
    ) -> Option<Joint<'a>> {
        let depth = self.scope(around).indices.len();
        let code = Code::BadSync;
        if first.entry.slot == second.entry.slot {
            let message = format!("`{}` is to happen together with itself", first.name);
            let help = "a `sync` joins two actions; an action by itself needs none";
            self.report(Diagnostic::error(code, sync.second.span, message).help(help));
            return None;
        }
        let alike = |(a, b): (&Given, &Given)| match (a, b) {
            (Some((_, a)), Some((_, b))) => a == b,
            _ => false,
        };
        if first.scope == second.scope && first.given.iter().zip(&second.given).all(alike) {
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
        Some(Joint { around, first, second, depth, span })
    }

    fn ends(&mut self, around: ScopeId, path: &'a MemberPath) -> Option<Vec<End<'a>>> {
        let depth = self.scope(around).indices.len();
        let (mut body, _) = Body::of_scope(self, around);
        let (scope, indices, text) = body.action_scope(path)?;
        let entries = body.cx.actions_called(scope, &text);
        if entries.is_empty() {
            body.unknown_action(scope, &path.name);
            return None;
        }
        // What is received and may stay is another action, made of the same declaration.
        let has_again = |entry: &ActionEntry<'_>| {
            let again = body.cx.scope(scope).actions.get(&format!("{}_again", name(entry)));
            again.is_some_and(|again| again.item.span == entry.item.span)
        };
        if let Some(entry) = entries.iter().find(|entry| has_again(entry)) {
            let name = name(entry);
            let message = format!("`{name}` receives from a channel that duplicates, and cannot be joined");
            let help = "leave `duplicating` out; or write what both do as one action that receives";
            self.report(Diagnostic::error(Code::BadReceive, path.span, message).help(help));
            return None;
        }
        let given = self.given(scope, path, &indices[depth..])?;
        let end = |entry| End { scope, name: name(&entry).to_owned(), entry, given: given.clone() };
        Some(entries.into_iter().map(end).collect())
    }

    /// The values of the indices that a path gives.
    fn given(
        &mut self,
        scope: ScopeId,
        path: &'a MemberPath,
        indices: &[Option<Expr>],
    ) -> Option<Vec<Given>> {
        let written = path.parts.iter().filter_map(|(_, index)| index.as_ref());
        let mut written = written.filter(|index| !matches!(index.kind, ast::ExprKind::Wildcard));
        let keys = self.scope(scope).indices.clone();
        let mut given = Vec::new();
        for (index, key) in indices.iter().zip(&keys[keys.len() - indices.len()..]) {
            if index.is_none() {
                given.push(None);
                continue;
            }
            let index = written.next()?;
            let text = self.constant_expr_of(index, &key.1)?.show();
            let mut values = combinations(std::slice::from_ref(key)).into_iter().flatten();
            let Some(value) = values.find(|(_, value)| *value == text) else {
                let message = format!("there is no part with the index {text}");
                let help = format!("the index `{}` is of the type `{}`", key.0, key.1);
                self.report(Diagnostic::error(Code::ConstantOutOfRange, index.span, message).help(help));
                return None;
            };
            given.push(Some(value));
        }
        Some(given)
    }

    /// As [`Self::pins`], of the end that says what is fair.
    pub(super) fn joint_pins(&self, joint: &Joint<'_>) -> Vec<Pins> {
        let fair = joint.fair();
        let indices = &self.scope(fair.scope).indices;
        if is_whole(fairness(&fair.entry)) && !indices.is_empty() {
            let meant = |pins: &Pins| {
                let own = pins[joint.depth..].iter().zip(&fair.given);
                own.into_iter().all(|((_, pin), given)| given.as_ref().is_none_or(|(_, given)| given == pin))
            };
            combinations(indices).into_iter().filter(meant).collect()
        } else {
            vec![Pins::new()]
        }
    }

    /// Notes where the indices and parameters of both ends are among the parameters of the step: first the indices around, of the first
    /// part and of the second, then the parameters of the first action and what the second has beside them.
    pub(super) fn enter_joint(&mut self, joint: &Joint<'_>, pins: &Pins, action: ActionId) {
        let depth = self.scope(joint.around).indices.len();
        let pinned_first = joint.fair().entry.slot == joint.first.entry.slot;
        let free = |end: &End<'_>| end.given.iter().filter(|given| given.is_none()).count();
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
        let first_part = take(free(&joint.first), pins_of(true));
        let first_part = joint.first.with_given(first_part, pins_of(true).is_some());
        let second_part = take(free(&joint.second), pins_of(false));
        let second_part = joint.second.with_given(second_part, pins_of(false).is_some());
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

    /// The actions that a `sync` declares: usually one.
    pub(super) fn joint_actions(&mut self, scope: ScopeId, position: usize) -> Vec<hir::Action> {
        let joints = self.joints.get(&(scope, position)).cloned().unwrap_or_default();
        let mut actions = Vec::new();
        for joint in &joints {
            for pins in self.joint_pins(joint) {
                actions.push(self.joint_action(joint, &pins));
            }
        }
        actions
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
                for (binder, given) in binders.iter().zip(&end.given) {
                    match given {
                        Some((value, _)) => frame.push(value.clone()),
                        None => {
                            frame.push(local(binder));
                            params.push(index_param(binder));
                        }
                    }
                }
                titles.push(end.title(&own));
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
            keeps: Vec::new(),
            fairness: fair,
            span: joint.span,
        }
    }
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
