//! What is read of parts from outside.

use super::scope::{Body, ScopeId, failed};
use super::types::is_unknown;
use super::{listed, nearest};
use crate::ast::{self, ExprKind as Ast, Name};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{Expr, Place, Projection};
use musilc_ir::Span;

impl<'a> Body<'_, 'a> {
    /// The part that an expression means, and whether an index is still missing.
    pub(super) fn part(&self, e: &ast::Expr) -> Option<(ScopeId, bool)> {
        let inner = |from: ScopeId, name: &str| {
            let (part, _) = self.cx.scope(from).parts.get(name)?;
            Some((*part, self.cx.scope(*part).indices.len() > self.cx.scope(from).indices.len()))
        };
        match &e.kind {
            Ast::Paren(part) => self.part(part),
            Ast::Path(path) if path.qualifier.is_none() && self.local(&path.name.text).is_none() => {
                inner(self.model?, &path.name.text)
            }
            Ast::Index(base, _) | Ast::Field(base, _) => {
                let (part, open) = self.part(base)?;
                match &e.kind {
                    _ if self.cx.scope(part).unknown => Some((part, open)),
                    Ast::Field(_, name) if !open => inner(part, &name.text),
                    Ast::Index(..) if open => Some((part, false)),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// Whether an expression means a part of which nothing is known, after an error.
    pub(super) fn is_unknown_part(&self, e: &ast::Expr) -> bool {
        self.part(e).is_some_and(|(part, _)| self.cx.scope(part).unknown)
    }

    /// The indices of the part that an expression means.
    fn part_indices(&mut self, e: &'a ast::Expr) -> Option<Vec<Expr>> {
        match &e.kind {
            Ast::Paren(part) | Ast::Field(part, _) => self.part_indices(part),
            Ast::Index(base, index) => {
                let (part, _) = self.part(base)?;
                let mut indices = self.part_indices(base)?;
                let (_, ty) = self.cx.scope(part).indices.last()?.clone();
                let index = self.of_type(index, &ty);
                indices.push((!index.is_failed()).then_some(index)?);
                Some(indices)
            }
            _ => Some(self.indices.clone()),
        }
    }

    /// A variable of a part, read from outside.
    pub(super) fn part_field(&mut self, span: Span, base: &'a ast::Expr, name: &'a Name) -> Option<Expr> {
        let (part, open) = self.part(base)?;
        if self.is_unknown_part(base) {
            return Some(failed(span));
        }
        if open {
            return Some(self.index_missing(base));
        }
        let scope = self.cx.scope(part);
        if !scope.vars.contains_key(&name.text) {
            if let Some(&(inner, _)) = scope.parts.get(&name.text) {
                return Some(self.part_as_value(span, inner));
            }
            return Some(self.unknown_member(part, name));
        }
        self.part_variable(span, part, base, &name.text)
    }

    /// A variable of a part that is there; `base` means the part.
    fn part_variable(&mut self, span: Span, part: ScopeId, base: &'a ast::Expr, text: &str) -> Option<Expr> {
        let (state, ty, _) = self.cx.scope(part).vars.get(text).cloned()?;
        let Some(indices) = self.part_indices(base) else { return Some(failed(span)) };
        if self.constant {
            return Some(self.depends_on_state(span, text));
        }
        if state.0 >= self.visible {
            let message = format!("`{text}` has no value yet where this initial value is computed");
            let help = "variables get their initial values in order of declaration; or say it with `init`";
            return Some(self.report(Diagnostic::error(Code::UsedBeforeInit, span, message).help(help)));
        }
        Some(self.variable_of(part, state, &ty, indices, span))
    }

    /// What belongs to a channel and is no part of its value, as `c.losses_left`; the variable is called so.
    pub(super) fn channel_field(&mut self, span: Span, base: &'a ast::Expr, name: &Name) -> Option<Expr> {
        match &base.kind {
            Ast::Paren(inner) => self.channel_field(span, inner, name),
            Ast::Path(path) if path.qualifier.is_none() && self.local(&path.name.text).is_none() => {
                self.own_variable(span, &format!("{}.{}", path.name.text, name.text))
            }
            Ast::Field(part, channel) => match self.part(part)? {
                (scope, false) => {
                    self.part_variable(span, scope, part, &format!("{}.{}", channel.text, name.text))
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// A function of a part, called from outside.
    pub(super) fn part_method(
        &mut self,
        span: Span,
        base: &'a ast::Expr,
        name: &'a Name,
        args: &'a [ast::Expr],
    ) -> Option<Expr> {
        let (part, open) = self.part(base)?;
        if self.cx.scope(part).unknown {
            return Some(failed(span));
        }
        if open {
            return Some(self.index_missing(base));
        }
        let Some(function) = self.cx.scope(part).functions.get(&name.text).copied() else {
            return Some(self.unknown_member(part, name));
        };
        let Some(indices) = self.part_indices(base) else { return Some(failed(span)) };
        if self.constant {
            return Some(self.depends_on_state(span, &name.text));
        }
        Some(self.call_by_position(span, name, function, indices, args))
    }

    fn unknown_member(&mut self, part: ScopeId, name: &Name) -> Expr {
        let scope = self.cx.scope(part);
        let mut names: Vec<&str> = scope.vars.keys().map(String::as_str).collect();
        names.extend(scope.parts.keys().map(String::as_str));
        names.sort_unstable();
        let title = scope.title.trim_end_matches('.');
        let message = format!("the part `{title}` has no variable `{}`", name.text);
        let mut diagnostic = Diagnostic::error(Code::UnknownField, name.span, message);
        if let Some(near) = nearest(&name.text, names.iter().copied()) {
            diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
        } else if !names.is_empty() {
            diagnostic = diagnostic.help(format!("it has {}", listed(names)));
        }
        self.report(diagnostic)
    }

    fn index_missing(&mut self, base: &ast::Expr) -> Expr {
        let written = self.cx.text.get(base.span.range()).unwrap_or("…").to_owned();
        let message = format!("there is a part `{written}` for each index: say which one is meant");
        let diagnostic =
            Diagnostic::error(Code::PartIndex, base.span, message).help(format!("write `{written}[i]`"));
        self.report(diagnostic)
    }

    /// Reports a part where a value is needed.
    pub(super) fn part_as_value(&mut self, span: Span, part: ScopeId) -> Expr {
        let scope = self.cx.scope(part);
        if scope.unknown {
            return failed(span);
        }
        let title = scope.title.trim_end_matches('.').to_owned();
        let example = scope.vars.keys().min().map_or("variable", String::as_str);
        let help = format!("read one of its variables: `{title}.{example}`");
        let message = format!("`{title}` is a part, and a value is needed here");
        self.report(Diagnostic::error(Code::NotAValue, span, message).help(help))
    }

    /// A variable of a part as a place, for what the part has agreed to: nobody can write this.
    pub(super) fn part_place(&mut self, e: &'a ast::Expr) -> Option<Place> {
        let Ast::Field(base, name) = &e.kind else { return None };
        let (part, _) = self.part(base)?;
        let (state, ty, _) = self.cx.scope(part).vars.get(&name.text).cloned()?;
        let path = self.part_indices(base)?.into_iter().map(Projection::Index).collect();
        (!is_unknown(&ty)).then(|| Place { state, path, ty, text: name.text.clone(), span: e.span })
    }

    /// Reports an assignment to a part's variable, or to a part.
    pub(super) fn part_written(&mut self, e: &ast::Expr) -> Expr {
        if self.is_unknown_part(e) {
            return failed(e.span);
        }
        let message = "only a part itself changes its variables";
        let diagnostic = Diagnostic::error(Code::PartWritten, e.span, message)
            .primary("this belongs to a part")
            .help("declare the variable in this model, and give it to the part with `ref`");
        self.report(diagnostic)
    }
}
