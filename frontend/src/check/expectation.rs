//! Checks: the model that they instantiate, its arguments, and what they expect.

use super::scope::Body;
use super::{Checker, listed, nearest};
use crate::ast::{self, ExpectKind, ItemKind, PropertyKind};
use crate::diagnostic::{Code, Diagnostic};
use crate::environment::{composed_name, written};
use crate::hir;
use crate::program::{Check, Environment, Expect};

/// A check that is fit for lowering.
#[derive(Debug)]
pub(crate) struct CheckedCheck {
    /// As users see it.
    pub(crate) check: Check,
    /// The position of the model.
    pub(crate) model: usize,
    /// The values of the model's parameters.
    pub(crate) args: Vec<hir::Body>,
}

/// What makes a check one of an open system.
#[derive(Clone, Copy)]
struct Opened<'a> {
    guarantee: bool,
    with: &'a [ast::Part],
}

/// What an expectation says about a property.
#[derive(Clone, Copy)]
enum Wanted {
    Violated,
    Reached,
    NotInductive,
}

impl Wanted {
    /// Whether it can be said of this property.
    fn fits(self, property: &hir::Property) -> bool {
        match self {
            Wanted::Violated => property.kind != PropertyKind::Reachable,
            Wanted::Reached => property.kind == PropertyKind::Reachable,
            Wanted::NotInductive => property.inductive,
        }
    }
}

impl<'a> Checker<'a> {
    pub(super) fn check_checks(&mut self, ast: &'a ast::Chapter) -> Vec<CheckedCheck> {
        let mut checked = Vec::new();
        for item in &ast.items {
            if let ItemKind::Check { guarantee, name, model, args, with, expect } = &item.kind {
                let opened = Opened { guarantee: *guarantee, with };
                checked.extend(self.check_check(item, name, model, args, opened, expect));
            }
        }
        checked
    }

    fn check_check(
        &mut self,
        item: &'a ast::Item,
        name: &ast::Name,
        model: &ast::Name,
        args: &'a [ast::Arg],
        opened: Opened<'a>,
        expect: &'a ast::Expectation,
    ) -> Option<CheckedCheck> {
        let composed = composed_name(&model.text, &name.text);
        let target = if opened.with.is_empty() { &model.text } else { &composed };
        let Some(position) = self.chapter.models.iter().position(|m| m.name == *target) else {
            if self.globals.models.get(model.text.as_str()).is_some_and(|model| model.environment) {
                self.checked_alone(model);
            } else {
                self.unknown_model(model);
            }
            return None;
        };
        if self.chapter.models[position].environment {
            self.checked_alone(model);
            return None;
        }
        if !self.chapter.models[position].refs.is_empty() {
            self.open_model(model, position);
            return None;
        }
        let params = self.chapter.models[position].params.clone();
        let names: Vec<String> = params.iter().map(|(name, _)| name.clone()).collect();
        let arranged = self.arrange(model.span, &format!("the model `{}`", model.text), &names, args);
        let values: Option<Vec<hir::Body>> = arranged.map(|arranged| {
            arranged
                .into_iter()
                .zip(&params)
                .map(|(arg, (name, ty))| {
                    let mut body = Body::top(self);
                    let expr = body.stored_or_filled(arg, ty, &format!("the parameter `{name}`"));
                    hir::Body { locals: body.locals(), expr }
                })
                .collect()
        });
        let expected = self.expectation(position, expect);
        let arguments = args.iter().map(|arg| self.argument_text(arg)).collect::<Vec<_>>().join(", ");
        let values = values?;
        if values.iter().any(|value| value.expr.is_failed()) {
            return None;
        }
        let check = Check {
            name: name.text.clone(),
            doc: item.doc.clone(),
            span: item.span,
            model: model.text.clone(),
            guarantee: opened.guarantee,
            environments: opened.with.iter().map(|part| self.environment(part)).collect(),
            arguments,
            expect: expected?,
            expect_span: expect.span,
        };
        Some(CheckedCheck { check, model: position, args: values })
    }

    fn environment(&self, part: &ast::Part) -> Environment {
        Environment { name: part.name.text.clone(), written: written(part, self.text) }
    }

    fn argument_text(&self, arg: &ast::Arg) -> String {
        let value = self.text.get(arg.value.span.range()).unwrap_or_default();
        match &arg.name {
            Some(name) => format!("{}: {value}", name.text),
            None => value.to_owned(),
        }
    }

    fn expectation(&mut self, model: usize, expect: &'a ast::Expectation) -> Option<Expect> {
        Some(match &expect.kind {
            ExpectKind::Holds { states: None } => Expect::Holds { states: None },
            ExpectKind::Holds { states: Some(states) } => {
                let count = self.constant_int(states)?;
                let Ok(count) = u64::try_from(count) else {
                    self.error(
                        Code::ConstantOutOfRange,
                        states.span,
                        format!("{count} is no number of states"),
                    );
                    return None;
                };
                Expect::Holds { states: Some(count) }
            }
            ExpectKind::Violates { property, depth, lasso } => {
                let property = self.property_name(property)?;
                let kind = self.expected_property(model, &property, Wanted::Violated)?;
                self.expected_run(&property, kind, depth.as_ref(), lasso.as_deref())?;
                Expect::Violates {
                    property: property.text.clone(),
                    depth: self.depth(depth.as_ref())?,
                    lasso: match lasso.as_deref() {
                        Some((stem, looped)) => Some((self.length(stem, 0)?, self.length(looped, 1)?)),
                        None => None,
                    },
                }
            }
            ExpectKind::Deadlock { depth } => Expect::Deadlock { depth: self.depth(depth.as_ref())? },
            ExpectKind::Error { depth } => Expect::Error { depth: self.depth(depth.as_ref())? },
            ExpectKind::Reaches { property, depth } => {
                let property = self.property_name(property)?;
                self.expected_property(model, &property, Wanted::Reached)?;
                Expect::Reaches { property: property.text, depth: self.depth(depth.as_ref())? }
            }
            ExpectKind::NotInductive { property } => {
                let property = self.property_name(property)?;
                self.expected_property(model, &property, Wanted::NotInductive)?;
                Expect::NotInductive { property: property.text }
            }
            ExpectKind::Invalid => return None,
        })
    }

    /// The name of a property as the model has it: `cache[1].done`.
    fn property_name(&mut self, path: &'a ast::MemberPath) -> Option<ast::Name> {
        let mut text = String::new();
        for (part, index) in &path.parts {
            text.push_str(&part.text);
            if let Some(index) = index {
                let value = self.constant_expr(index)?;
                text.push_str(&format!("[{}]", value.show()));
            }
            text.push('.');
        }
        Some(ast::Name { text: text + &path.name.text, span: path.span })
    }

    /// Reports a check of a model that is open to variables of another one.
    fn open_model(&mut self, model: &ast::Name, position: usize) {
        let refs = &self.chapter.models[position].refs;
        let message =
            format!("`{}` needs variables of a model around it, and cannot be checked by itself", model.text);
        let help = format!(
            "declare {} in a model, and `part p = {}(…);` beside it; check that model",
            listed(refs.iter().map(String::as_str)),
            model.text
        );
        self.report(Diagnostic::error(Code::OpenModel, model.span, message).help(help));
    }

    fn depth(&mut self, depth: Option<&'a ast::Expr>) -> Option<Option<u32>> {
        match depth {
            Some(depth) => self.length(depth, 0).map(Some),
            None => Some(None),
        }
    }

    /// A number of steps, at least this one.
    fn length(&mut self, expr: &'a ast::Expr, least: u32) -> Option<u32> {
        let value = self.constant_int(expr)?;
        match u32::try_from(value) {
            Ok(length) if length >= least => Some(length),
            Ok(_) => {
                self.error(Code::ConstantOutOfRange, expr.span, "a loop is at least one step long");
                None
            }
            Err(_) => {
                self.error(Code::ConstantOutOfRange, expr.span, format!("{value} is no number of steps"));
                None
            }
        }
    }

    /// Runs that violate a temporal property have no end, so their lengths are given differently from those of other runs.
    fn expected_run(
        &mut self,
        property: &ast::Name,
        kind: PropertyKind,
        depth: Option<&ast::Expr>,
        lasso: Option<&(ast::Expr, ast::Expr)>,
    ) -> Option<()> {
        let name = &property.text;
        let (span, message, help) = match (kind, depth, lasso) {
            (PropertyKind::Temporal, Some(depth), _) => (
                depth.span,
                format!("`{name}` is violated by runs without end"),
                format!(
                    "write `violates {name} in stem K loop L`, with the lengths of what comes once and of what comes again"
                ),
            ),
            (PropertyKind::Temporal, ..) | (_, _, None) => return Some(()),
            (_, _, Some((stem, looped))) => (
                stem.span.to(looped.span),
                format!("`{name}` is violated at the end of a run, which has no loop"),
                format!("write `violates {name} in K`, with the number of steps"),
            ),
        };
        self.report(Diagnostic::error(Code::ExpectMismatch, span, message).help(help));
        None
    }

    fn expected_property(&mut self, model: usize, name: &ast::Name, wanted: Wanted) -> Option<PropertyKind> {
        let model = &self.chapter.models[model];
        match model.properties.iter().find(|property| property.name == name.text) {
            Some(property) if wanted.fits(property) => Some(property.kind),
            Some(property) => {
                let span = property.span;
                let name_text = &name.text;
                let (message, help) = match wanted {
                    Wanted::Reached => (
                        format!("`{name_text}` is not declared `reachable`"),
                        "use `violates`, or declare it `reachable`".to_owned(),
                    ),
                    Wanted::Violated => (
                        format!("`{name_text}` is declared `reachable`, and cannot be violated by a run"),
                        "use `reaches`".to_owned(),
                    ),
                    Wanted::NotInductive if property.kind == PropertyKind::Invariant => (
                        format!("`{name_text}` is not declared `inductive`"),
                        format!("declare it `invariant inductive {name_text}: …;`"),
                    ),
                    Wanted::NotInductive => (
                        format!("`{name_text}` is no invariant, and nothing else is inductive"),
                        "only an `invariant` can be declared inductive".to_owned(),
                    ),
                };
                self.report(
                    Diagnostic::error(Code::ExpectMismatch, name.span, message)
                        .label(span, "declared here")
                        .help(help),
                );
                None
            }
            None => {
                let fitting = model.properties.iter().filter(|property| wanted.fits(property));
                let names: Vec<String> = fitting.map(|property| property.name.clone()).collect();
                let names = || names.iter().map(String::as_str);
                let message = format!("the model `{}` has no property `{}`", model.name, name.text);
                let diagnostic = Diagnostic::error(Code::UnknownProperty, name.span, message);
                let kind = match wanted {
                    Wanted::Reached => "`reachable` properties",
                    Wanted::Violated => "other properties",
                    Wanted::NotInductive => "inductive invariants",
                };
                self.report(match nearest(&name.text, names()) {
                    _ if name.text == "deadlock" || name.text == "error" => {
                        diagnostic.help(format!("write `expect {}`", name.text))
                    }
                    Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                    None if names().next().is_none() => diagnostic.note(format!("it has no {kind}")),
                    None => diagnostic.note(format!("its {kind} are {}", listed(names()))),
                });
                None
            }
        }
    }
}
