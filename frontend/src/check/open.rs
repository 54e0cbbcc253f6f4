//! Environments: what they guarantee and assume, and what is wrong with them.

use super::frame::for_all;
use super::model::ModelChecker;
use super::part::Numbering;
use super::scope::{Body, ScopeId};
use super::{Checker, suggest};
use crate::ast::{self, AssumeClause, ModelItem, ModelItemKind, PartRole, PropertyKind, Standing};
use crate::diagnostic::{Code, Diagnostic};
use crate::environment::restriction;
use crate::hir::{self, Expr, ExprKind, Origin, StepCondition};
use musilc_ir::{DataType, Span};

/// Whether a declaration says that the model has an environment.
pub(super) fn is_environment(item: &ModelItem) -> bool {
    matches!(&item.kind, ModelItemKind::Part(part) if part.role != PartRole::Own)
}

/// Whether it is an environment whose guarantees are claimed.
pub(super) fn is_claimed(item: &ModelItem) -> bool {
    matches!(&item.kind, ModelItemKind::Part(part) if part.role == PartRole::Claimed)
}

/// The variable that holds whether a guarantee has been kept so far, as no name can be written.
fn claim_name(guarantee: &ast::Guarantee) -> String {
    format!("{}'", guarantee.name.text)
}

impl<'a> Checker<'a> {
    /// Declares what claimed guarantees need, after all variables that they may read.
    pub(super) fn declare_claims(&mut self, id: ScopeId, numbers: &mut Numbering) {
        if self.scope(id).environment != Some(PartRole::Claimed) {
            return;
        }
        for item in self.scope(id).items {
            if let ModelItemKind::Guarantee(guarantee) = &item.kind {
                let name = ast::Name { text: claim_name(guarantee), span: guarantee.name.span };
                self.declare_variable(id, &name, DataType::Bool, numbers);
            }
        }
    }

    /// The names of models, or of environments. Those that are made for checks have none.
    pub(super) fn names_of_models(&self, environments: bool) -> Vec<&'a str> {
        let wanted = |(name, model): (&&'a str, &super::globals::ModelDeclaration<'a>)| {
            (model.environment == environments && !name.contains(' ')).then_some(*name)
        };
        self.globals.models.iter().filter_map(wanted).collect()
    }

    pub(super) fn unknown_environment(&mut self, name: &ast::Name) {
        let mut names = self.names_of_models(true);
        names.sort_unstable();
        let message = format!("there is no environment `{}`", name.text);
        let diagnostic = Diagnostic::error(Code::UnknownEnvironment, name.span, message);
        let diagnostic = match names.as_slice() {
            [] => diagnostic.help(
                "the chapter declares no environments; one begins with `environment`, or comes with `use std::…`",
            ),
            _ => suggest(diagnostic, &name.text, names),
        };
        self.report(diagnostic);
    }

    /// Reports a model after `with`, or an environment after `part`.
    pub(super) fn not_an_environment(&mut self, part: &ast::Part) {
        let name = &part.model.text;
        let (message, help) = match part.role {
            PartRole::Own => (
                format!("`{name}` is an environment, and no part of a model"),
                "a check gives it to a model: `check c: MODEL with …`".to_owned(),
            ),
            PartRole::Environment | PartRole::Claimed => (
                format!("`{name}` is a model, and no environment"),
                format!("declare it as `environment {name}`, or make it a part of the model"),
            ),
        };
        self.report(Diagnostic::error(Code::NotAnEnvironment, part.model.span, message).help(help));
    }

    /// Reports a check of an environment by itself.
    pub(super) fn checked_alone(&mut self, model: &ast::Name) {
        let message = format!("`{}` is an environment, and nothing is claimed of it by itself", model.text);
        let help = format!("check a model in it: `check c: MODEL with {}(…)`", model.text);
        self.report(Diagnostic::error(Code::NotAnEnvironment, model.span, message).help(help));
    }
}

impl<'a> ModelChecker<'_, 'a> {
    /// Checks the guarantees of a scope.
    pub(super) fn guarantees(&mut self, scope: ScopeId) {
        for item in self.cx.scope(scope).items {
            if let ModelItemKind::Guarantee(guarantee) = &item.kind {
                self.guarantee(scope, guarantee, item);
            }
        }
    }

    /// Checks a guarantee, and claims it where that is wanted.
    fn guarantee(&mut self, scope: ScopeId, guarantee: &'a ast::Guarantee, item: &ModelItem) {
        let start = self.start(scope, &guarantee.condition);
        let path = format!("{}{}", self.cx.scope(scope).path, guarantee.name.text);
        if self.cx.scope(scope).environment == Some(PartRole::Claimed) {
            self.claim(scope, guarantee, item, path);
        } else if let Some(condition) = start {
            self.model.guarantees.push(hir::Guarantee { name: path, assumption: None, condition });
        }
    }

    /// Of a condition on states, that it is true initially.
    fn start(&mut self, scope: ScopeId, condition: &'a ast::Expr) -> Option<hir::Body> {
        let (mut body, binders) = Body::of_scope(self.cx, scope);
        body.primes = true;
        let expr = body.boolean(condition);
        let of_steps = body.looked_ahead || expr.is_failed();
        let body = hir::Body { locals: body.locals(), expr: for_all(&binders, expr) };
        (!of_steps).then_some(body)
    }

    /// A variable that tells whether a guarantee has been kept, and the claim that it has.
    fn claim(&mut self, scope: ScopeId, guarantee: &'a ast::Guarantee, item: &ModelItem, path: String) {
        let key = claim_name(guarantee);
        let Some((state, ty, _)) = self.cx.scope(scope).vars.get(&key).cloned() else { return };
        let span = guarantee.name.span;
        let init = self.initial(scope, state, |body| {
            body.primes = true;
            let now = body.boolean(&guarantee.condition);
            // Of steps there is nothing to keep to yet.
            if body.looked_ahead {
                Expr { ty: DataType::Bool, span, kind: ExprKind::Bool(true) }
            } else {
                now
            }
        });
        self.declare(scope, &guarantee.name, &ty, Some(init), item.span);
        let (body, binders) = Body::of_scope(self.cx, scope);
        let kept = body.variable_of(scope, state, &ty, body.indices.clone(), guarantee.condition.span);
        let claim = hir::Body { locals: body.locals(), expr: for_all(&binders, kept) };
        self.model.properties.push(hir::Property {
            name: path,
            kind: PropertyKind::Invariant,
            inductive: false,
            claim,
            formula: None,
            span: item.span,
            doc: item.doc.clone(),
        });
    }

    /// Checks an assumption and notes it.
    pub(super) fn assumption(&mut self, scope: ScopeId, assume: &'a ast::Assume, item: &ModelItem) {
        let name = format!("{}{}", self.cx.scope(scope).path, assume.name.text);
        let restricts = restriction(assume);
        if let Some(condition) = restricts.and_then(|condition| self.start(scope, condition)) {
            let assumption = Some(name.clone());
            self.model.guarantees.push(hir::Guarantee { name: name.clone(), assumption, condition });
        }
        let mut status = Standing::Unverified;
        let mut source = String::new();
        for clause in &assume.clauses {
            match clause {
                AssumeClause::Status(own, _) => status = *own,
                AssumeClause::Source(text, _) => source.clone_from(text),
                AssumeClause::Restricts(..) => {}
            }
        }
        self.model.assumptions.push(hir::Assumption {
            name,
            text: assume.text.clone(),
            status,
            source,
            restricts: restricts.is_some(),
            span: item.span,
        });
    }
}

impl<'a> Body<'_, 'a> {
    /// What the steps of an environment keep to, for an action of it.
    pub(super) fn kept(&mut self, scope: ScopeId) -> Vec<StepCondition> {
        let Some(role) = self.cx.scope(scope).environment else { return Vec::new() };
        let indices = self.indices.clone();
        let quiet = std::mem::replace(&mut self.cx.quiet, true);
        let mut kept = Vec::new();
        for item in self.cx.scope(scope).items {
            let (condition, origin) = match &item.kind {
                ModelItemKind::Guarantee(guarantee) => {
                    (&guarantee.condition, self.origin(scope, role, guarantee))
                }
                ModelItemKind::Assume(assume) => match restriction(assume) {
                    Some(condition) => {
                        let name = format!("{}{}", self.cx.scope(scope).path, assume.name.text);
                        (condition, Origin::Assumption(name))
                    }
                    None => continue,
                },
                _ => continue,
            };
            let condition = self.within(scope, indices.clone(), |body| body.step_condition(condition));
            if !condition.is_failed() {
                kept.push(StepCondition { condition, origin });
            }
        }
        self.cx.quiet = quiet;
        kept
    }

    fn origin(&self, scope: ScopeId, role: PartRole, guarantee: &ast::Guarantee) -> Origin {
        let key = claim_name(guarantee);
        match self.cx.scope(scope).vars.get(&key) {
            Some((state, ty, _)) if role == PartRole::Claimed => {
                let span = guarantee.condition.span;
                Origin::Claim(self.place_of_variable(*state, ty.clone(), &guarantee.name.text, span))
            }
            _ => Origin::Guarantee,
        }
    }

    /// A condition on steps; one that looks at no state after the step is about that state.
    fn step_condition(&mut self, condition: &'a ast::Expr) -> Expr {
        let primes = std::mem::replace(&mut self.primes, true);
        let before = std::mem::replace(&mut self.looked_ahead, false);
        let expr = self.boolean(condition);
        let of_steps = std::mem::replace(&mut self.looked_ahead, before);
        self.primes = primes;
        if of_steps || expr.is_failed() {
            return expr;
        }
        let span = expr.span;
        Expr { ty: DataType::Bool, span, kind: ExprKind::Prime(Box::new(expr)) }
    }

    /// Reports an assignment of an environment to something that it does not know.
    pub(super) fn not_given(&mut self, span: Span, text: &str) {
        let message = format!("this environment changes `{text}`, which it was not given");
        self.report(
            Diagnostic::error(Code::NotGiven, span, message)
                .primary("neither one of its own variables nor a `ref` parameter")
                .help(format!(
                    "if it is a variable of the model, declare the parameter `ref {text}: …` and give it after `with`"
                )),
        );
    }
}
