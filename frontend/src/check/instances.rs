//! `enabled(a)` and `taken(a)`: which instances of which action are meant.

use super::actions::Occurrence;
use super::expressions::boolean;
use super::scope::{ActionEntry, Body, ScopeId, Time, failed};
use super::{listed, nearest};
use crate::ast::{self, About, Arg, BinaryOp, ExprKind as Ast, MemberPath, Name};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{ActionId, Expr, ExprKind, Formula, FormulaKind, Operator};
use musilc_ir::Span;

/// An instance of an action: `None` for any value of a parameter.
struct Instance {
    action: ActionId,
    args: Vec<Option<Expr>>,
    /// What must be true of the indices, if it is to be the one that is meant.
    conditions: Vec<Expr>,
}

impl<'a> Body<'_, 'a> {
    /// `enabled(action)`, `enabled(action(args))`
    pub(super) fn enabled(&mut self, span: Span, action: &'a MemberPath, args: Option<&'a [Arg]>) -> Expr {
        if self.time == Time::None {
            let message = "what is enabled is not known here";
            let diagnostic = Diagnostic::error(Code::TemporalOutsideProperty, span, message)
                .help("`enabled` stands in `property`, `invariant`, `reachable` and `recoverable`");
            return self.report(diagnostic);
        }
        let Some(instances) = self.instances(span, About::Enabled, action, args) else { return failed(span) };
        let of = |instance: Instance| {
            let enabled = boolean(span, ExprKind::Enabled(instance.action, instance.args));
            instance.conditions.into_iter().rev().fold(enabled, |all, condition| {
                boolean(span, ExprKind::Binary(Operator::And, Box::new(condition), Box::new(all)))
            })
        };
        let either = |a, b| boolean(span, ExprKind::Binary(Operator::Or, Box::new(a), Box::new(b)));
        instances.into_iter().map(of).reduce(either).unwrap_or_else(|| boolean(span, ExprKind::Bool(false)))
    }

    /// `taken(action)`, `taken(action(args))`
    pub(super) fn taken(
        &mut self,
        span: Span,
        action: &'a MemberPath,
        args: Option<&'a [Arg]>,
    ) -> Option<FormulaKind> {
        let instances = self.instances(span, About::Taken, action, args)?;
        let formula = |kind| Formula { span, kind };
        let joined = |op, a, b| FormulaKind::Binary(op, Box::new(formula(a)), Box::new(formula(b)));
        let of = |instance: Instance| {
            let taken = FormulaKind::Taken(instance.action, instance.args);
            instance
                .conditions
                .into_iter()
                .rev()
                .fold(taken, |all, condition| joined(BinaryOp::And, FormulaKind::State(condition), all))
        };
        let none = FormulaKind::State(boolean(span, ExprKind::Bool(false)));
        Some(instances.into_iter().map(of).reduce(|a, b| joined(BinaryOp::Or, a, b)).unwrap_or(none))
    }

    /// The scope of the action that a path names, the indices on the way, `None` for any, and what it is called there; reports where there is
    /// no such scope.
    pub(super) fn action_scope(
        &mut self,
        path: &'a MemberPath,
    ) -> Option<(ScopeId, Vec<Option<Expr>>, String)> {
        let mut scope = self.model?;
        let mut indices: Vec<Option<Expr>> = self.indices.iter().cloned().map(Some).collect();
        for (position, (name, index)) in path.parts.iter().enumerate() {
            let Some(&(part, _)) = self.cx.scope(scope).parts.get(&name.text) else {
                if position + 1 == path.parts.len() && self.has_faults(scope, &name.text) {
                    let fault = self.fault(scope, name, index.as_ref(), &path.name)?;
                    return Some((scope, indices, fault));
                }
                self.unknown_part(scope, name);
                return None;
            };
            if self.cx.scope(part).unknown {
                return None;
            }
            let key = self.cx.scope(part).indices.get(indices.len()).cloned();
            match (key, index) {
                (None, None) => {}
                (None, Some(index)) => {
                    let message = format!("there is but one part `{}`", name.text);
                    let diagnostic = Diagnostic::error(Code::PartIndex, index.span, message);
                    self.report(diagnostic.help("leave out the index"));
                    return None;
                }
                (Some(_), None) => indices.push(None),
                (Some(_), Some(index)) if matches!(index.kind, Ast::Wildcard) => indices.push(None),
                (Some((_, ty)), Some(index)) => {
                    let index = self.stored(index, &ty, &format!("the index of `{}`", name.text));
                    indices.push((!index.is_failed()).then_some(Some(index))?);
                }
            }
            scope = part;
        }
        Some((scope, indices, path.name.text.clone()))
    }

    /// Whether a name is that of a channel to which something may happen.
    fn has_faults(&self, scope: ScopeId, channel: &str) -> bool {
        let of = |action: &String| action.split_once('.').is_some_and(|(owner, _)| owner == channel);
        self.cx.scope(scope).actions.keys().any(of)
    }

    /// The action by which something happens to a channel; `None` where it is reported.
    fn fault(
        &mut self,
        scope: ScopeId,
        channel: &Name,
        index: Option<&ast::Expr>,
        name: &Name,
    ) -> Option<String> {
        let fault = format!("{}.{}", channel.text, name.text);
        if let Some(index) = index {
            let message =
                format!("which of the channels `{}` is meant is a parameter of its faults", channel.text);
            let diagnostic = Diagnostic::error(Code::PartIndex, index.span, message);
            self.report(diagnostic.help(format!("write `{fault}(i, …)`")));
            return None;
        }
        if !self.cx.scope(scope).actions.contains_key(&fault) {
            self.unknown_action(scope, &Name { text: fault, span: channel.span.to(name.span) });
            return None;
        }
        Some(fault)
    }

    /// The instances that are meant: of the action itself, or of all that it is a part of.
    fn instances(
        &mut self,
        span: Span,
        about: About,
        action: &'a MemberPath,
        args: Option<&'a [Arg]>,
    ) -> Option<Vec<Instance>> {
        let word = if about == About::Enabled { "enabled" } else { "taken" };
        if self.model.is_none() {
            let text = action.name.text.as_str();
            let message = format!("there is no action `{text}` here");
            let help =
                format!("actions belong to models: give `{word}({text})` to the pattern where it is used");
            self.report(Diagnostic::error(Code::UnknownAction, action.span, message).help(help));
            return None;
        }
        let (scope, indices, text) = self.action_scope(action)?;
        let entries = self.cx.actions_called(scope, &text);
        if entries.is_empty() {
            self.unknown_action(scope, &action.name);
            return None;
        }
        let mut instances = Vec::new();
        for entry in &entries {
            instances.extend(self.instances_of(span, &text, entry, indices.clone(), args)?);
        }
        Some(instances)
    }

    /// The instances of one action, given the indices on the way to it.
    fn instances_of(
        &mut self,
        span: Span,
        text: &str,
        entry: &ActionEntry<'a>,
        mut values: Vec<Option<Expr>>,
        args: Option<&'a [Arg]>,
    ) -> Option<Vec<Instance>> {
        match args {
            None => values.resize(values.len() + entry.params.len(), None),
            Some(args) => {
                let names: Vec<String> = entry.params.iter().map(|(name, _)| name.clone()).collect();
                let args = self.cx.arrange(span, &format!("`{text}`"), &names, args)?;
                for (arg, (name, ty)) in args.into_iter().zip(&entry.params) {
                    values.push(match arg.kind {
                        Ast::Wildcard => None,
                        _ => Some(self.stored(arg, ty, &format!("the parameter `{name}` of `{text}`"))),
                    });
                }
            }
        }
        if values.iter().flatten().any(Expr::is_failed) {
            return None;
        }
        let occurrences = self.cx.occurrences.get(entry.slot).cloned().unwrap_or_default();
        Some(occurrences.iter().map(|occurrence| instance(occurrence, &values)).collect())
    }

    /// Reports an action that the scope does not have.
    pub(super) fn unknown_action(&mut self, scope: ScopeId, name: &Name) {
        let found = self.cx.scope(scope);
        let mut names: Vec<&str> = found.actions.keys().map(String::as_str).collect();
        names.sort_unstable();
        let place = match self.model == Some(scope) {
            true => "this model".to_owned(),
            false => format!("the part `{}`", found.title.trim_end_matches('.')),
        };
        let message = format!("there is no action `{}` in {place}", name.text);
        let diagnostic = Diagnostic::error(Code::UnknownAction, name.span, message);
        let diagnostic = match nearest(&name.text, names.iter().copied()) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None if names.is_empty() => diagnostic.note("it has no actions"),
            None if names.len() > 10 => diagnostic,
            None => diagnostic.note(format!("its actions are {}", listed(names))),
        };
        self.report(diagnostic);
    }

    fn unknown_part(&mut self, scope: ScopeId, name: &Name) {
        let mut names: Vec<&str> = self.cx.scope(scope).parts.keys().map(String::as_str).collect();
        names.sort_unstable();
        let message = format!("there is no part `{}` here", name.text);
        let diagnostic = Diagnostic::error(Code::UnknownPart, name.span, message);
        let diagnostic = match nearest(&name.text, names.iter().copied()) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None if names.is_empty() => diagnostic.note("the model has no parts"),
            None => diagnostic.note(format!("the parts are {}", listed(names))),
        };
        self.report(diagnostic);
    }
}

/// The instance of what happens, given the values of the action's own indices and parameters.
fn instance(occurrence: &Occurrence, values: &[Option<Expr>]) -> Instance {
    let mut args = vec![None; occurrence.arity];
    let mut conditions = Vec::new();
    for (position, value) in occurrence.positions.iter().zip(values) {
        match (position, value) {
            (Ok(position), value) => {
                if let Some(arg) = args.get_mut(*position) {
                    arg.clone_from(value);
                }
            }
            (Err(fixed), Some(value)) => {
                let span = value.span;
                let kind = ExprKind::Binary(Operator::Eq, Box::new(value.clone()), Box::new(fixed.clone()));
                conditions.push(boolean(span, kind));
            }
            (Err(_), None) => {}
        }
    }
    Instance { action: occurrence.action, args, conditions }
}
