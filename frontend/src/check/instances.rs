//! `enabled(a)` and `taken(a)`: which instances of which action are meant.

use super::scope::{Body, ModelScope, Time, failed};
use super::types::unknown;
use super::{Checker, listed, nearest};
use crate::ast::{self, About, Arg, ExprKind as Ast, ModelItemKind, Name};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{ActionId, Expr, ExprKind};
use musilc_ir::{DataType, Span};

impl<'a> Checker<'a> {
    /// Enters the actions of a model, once its variables are known.
    pub(super) fn declare_actions(&mut self, items: &'a [ast::ModelItem], scope: &mut ModelScope) {
        let mut declared = Vec::new();
        for item in items {
            let params = match &item.kind {
                ModelItemKind::Action(action) => {
                    let mut body = Body::of_model(self, scope);
                    let mut params = Vec::new();
                    for param in &action.params {
                        let ty = body.parameter(param).map_or_else(unknown, |(ty, _)| ty);
                        body.bind(&param.name.text, ty.clone());
                        params.push((param.name.text.clone(), ty));
                    }
                    (&action.name, params)
                }
                ModelItemKind::Table(table) => {
                    let ty =
                        scope.vars.get(&table.variable.text).map_or_else(unknown, |(_, ty, _)| ty.clone());
                    (&table.name, vec![("to".to_owned(), ty)])
                }
                _ => continue,
            };
            declared.push(params);
        }
        for (position, (name, params)) in declared.into_iter().enumerate() {
            let id = ActionId(u32::try_from(position).unwrap_or(u32::MAX));
            scope.actions.entry(name.text.clone()).or_insert((id, params));
        }
    }
}

impl<'a> Body<'_, 'a> {
    /// `enabled(action)`, `enabled(action(args))`
    pub(super) fn enabled(&mut self, span: Span, action: &'a Name, args: Option<&'a [Arg]>) -> Expr {
        if self.time == Time::None {
            let message = "what is enabled is not known here";
            let diagnostic = Diagnostic::error(Code::TemporalOutsideProperty, span, message)
                .help("`enabled` stands in `property`, `invariant`, `reachable` and `recoverable`");
            return self.report(diagnostic);
        }
        match self.instance(span, About::Enabled, action, args) {
            Some((action, args)) => Expr { ty: DataType::Bool, span, kind: ExprKind::Enabled(action, args) },
            None => failed(span),
        }
    }

    /// An action, and its arguments as values of the parameters' types, where they are given.
    pub(super) fn instance(
        &mut self,
        span: Span,
        about: About,
        action: &'a Name,
        args: Option<&'a [Arg]>,
    ) -> Option<(ActionId, Vec<Option<Expr>>)> {
        let word = if about == About::Enabled { "enabled" } else { "taken" };
        let text = action.text.as_str();
        let Some(model) = self.model else {
            let message = format!("there is no action `{text}` here");
            let help =
                format!("actions belong to models: give `{word}({text})` to the pattern where it is used");
            self.report(Diagnostic::error(Code::UnknownAction, action.span, message).help(help));
            return None;
        };
        let Some((id, params)) = model.actions.get(text).cloned() else {
            let mut names: Vec<&str> = model.actions.keys().map(String::as_str).collect();
            names.sort_unstable();
            let message = format!("there is no action `{text}` in this model");
            let diagnostic = Diagnostic::error(Code::UnknownAction, action.span, message);
            let diagnostic = match nearest(text, names.iter().copied()) {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                None if names.is_empty() => diagnostic.note("it has no actions"),
                None if names.len() > 10 => diagnostic,
                None => diagnostic.note(format!("its actions are {}", listed(names))),
            };
            self.report(diagnostic);
            return None;
        };
        let Some(args) = args else { return Some((id, vec![None; params.len()])) };
        let names: Vec<String> = params.iter().map(|(name, _)| name.clone()).collect();
        let args = self.cx.arrange(span, &format!("`{text}`"), &names, args)?;
        let mut values = Vec::new();
        for (arg, (name, ty)) in args.into_iter().zip(&params) {
            values.push(match arg.kind {
                Ast::Wildcard => None,
                _ => Some(self.stored(arg, ty, &format!("the parameter `{name}` of `{text}`"))),
            });
        }
        let sound = values.iter().flatten().all(|value| !value.is_failed());
        sound.then_some((id, values))
    }
}
