//! Patterns, `match` and `is`.

use super::exhaustive::{TooComplicated, missing};
use super::expressions::{describe, needs_context};
use super::scope::{Body, failed};
use super::types::{join, unknown};
use super::{listed, suggest};
use crate::ast::{self, PatternArg, PatternKind};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{Expr, ExprKind, Pattern};
use musilc_ir::{DataType, FieldType, Span};

impl<'a> Body<'_, 'a> {
    /// Checks a pattern against the type of what it takes apart, and binds its variables.
    pub(super) fn pattern(&mut self, p: &'a ast::Pattern, ty: &DataType, inside_or: bool) -> Option<Pattern> {
        match &p.kind {
            PatternKind::Wildcard => Some(Pattern::Wildcard),
            PatternKind::Int(v) => match ty {
                DataType::Int { .. } => Some(Pattern::Int(*v)),
                _ => self.wrong_pattern(p.span, "a number", ty),
            },
            PatternKind::Bool(b) => match ty {
                DataType::Bool => Some(Pattern::Bool(*b)),
                _ => self.wrong_pattern(p.span, "a boolean", ty),
            },
            PatternKind::Path(path) => {
                if path.qualifier.is_none() && !self.is_unit_variant(&path.name, ty) {
                    return self.binding(&path.name, ty, inside_or);
                }
                if matches!(ty, DataType::Option(_)) && path.qualifier.is_none() {
                    return Some(Pattern::None);
                }
                self.variant_pattern(p.span, path, &[], false, ty, inside_or)
            }
            PatternKind::Call { path, args, rest } => {
                if path.qualifier.is_none() && path.name.text == "Some" {
                    return self.some_pattern(p.span, args, ty, inside_or);
                }
                if let DataType::Struct(s) = ty
                    && path.qualifier.is_none()
                    && s.name == path.name.text
                {
                    let fields = self.field_patterns(p.span, &s.name, &s.fields, args, *rest, inside_or)?;
                    return Some(Pattern::Struct(fields));
                }
                self.variant_pattern(p.span, path, args, *rest, ty, inside_or)
            }
            PatternKind::Or(alternatives) => {
                let alternatives: Option<Vec<Pattern>> =
                    alternatives.iter().map(|alternative| self.pattern(alternative, ty, true)).collect();
                alternatives.map(Pattern::Or)
            }
            PatternKind::Error => None,
        }
    }

    fn binding(&mut self, name: &ast::Name, ty: &DataType, inside_or: bool) -> Option<Pattern> {
        if inside_or {
            let diagnostic =
                Diagnostic::error(Code::BindingInOr, name.span, "a pattern with `|` binds no variables")
                    .help(format!(
                        "write `_` instead of `{}`, or take the alternatives apart separately",
                        name.text
                    ));
            self.cx.report(diagnostic);
            return None;
        }
        if let Some(enums) = self.cx.globals.variants.get(name.text.as_str()) {
            let enums = listed(enums.iter().map(|(of, _)| of.text.as_str()));
            let message =
                format!("`{}` is a variant of {enums}, and the value is {}", name.text, describe(ty));
            self.cx.error(Code::TypeMismatch, name.span, message);
            return None;
        }
        Some(Pattern::Bind(self.bind(&name.text, ty.clone())))
    }

    fn some_pattern(
        &mut self,
        span: Span,
        args: &'a [PatternArg],
        ty: &DataType,
        inside_or: bool,
    ) -> Option<Pattern> {
        let DataType::Option(inner) = ty else { return self.wrong_pattern(span, "an option", ty) };
        let [PatternArg { name: None, pattern }] = args else {
            self.cx.error(Code::WrongArguments, span, "`Some` takes one pattern");
            return None;
        };
        let inner = self.pattern(pattern, inner, inside_or)?;
        Some(Pattern::Some(Box::new(inner)))
    }

    fn variant_pattern(
        &mut self,
        span: Span,
        path: &'a ast::Path,
        args: &'a [PatternArg],
        rest: bool,
        ty: &DataType,
        inside_or: bool,
    ) -> Option<Pattern> {
        let DataType::Enum(expected) = ty else {
            return self.wrong_pattern(span, &format!("`{}`", path.name.text), ty);
        };
        let (of, position) = self.variant(path, Some(ty))?;
        if of != *expected {
            return self.wrong_pattern(span, &format!("`{}`", of.name), ty);
        }
        let variant = &of.variants[position];
        let fields = self.field_patterns(span, &variant.name, &variant.fields, args, rest, inside_or)?;
        Some(Pattern::Variant(position, fields))
    }

    fn field_patterns(
        &mut self,
        span: Span,
        what: &str,
        fields: &[FieldType],
        args: &'a [PatternArg],
        rest: bool,
        inside_or: bool,
    ) -> Option<Vec<Pattern>> {
        let mut slots: Vec<Option<Pattern>> = vec![None; fields.len()];
        let mut sound = true;
        for (position, arg) in args.iter().enumerate() {
            let slot = match &arg.name {
                Some(name) => fields.iter().position(|field| field.name == name.text),
                None => Some(position).filter(|position| *position < fields.len()),
            };
            let Some(slot) = slot else {
                let named = || fields.iter().map(|field| field.name.as_str());
                let mut diagnostic = match &arg.name {
                    Some(name) => {
                        let message = format!("`{what}` has no field `{}`", name.text);
                        let diagnostic = Diagnostic::error(Code::WrongArguments, name.span, message);
                        suggest(diagnostic, &name.text, named())
                    }
                    None => {
                        let message = match fields.len() {
                            0 => format!("`{what}` has no fields"),
                            1 => format!("`{what}` has one field, and this is one more"),
                            n => format!("`{what}` has {n} fields, and this is one more"),
                        };
                        Diagnostic::error(Code::WrongArguments, arg.pattern.span, message)
                    }
                };
                if !fields.is_empty() {
                    diagnostic = diagnostic.note(format!("it has {}", listed(named())));
                }
                self.cx.report(diagnostic);
                self.bind_all(&arg.pattern);
                sound = false;
                continue;
            };
            match self.pattern(&arg.pattern, &fields[slot].ty, inside_or) {
                Some(pattern) if slots[slot].is_none() => slots[slot] = Some(pattern),
                Some(_) => {
                    let message = format!("`{}` is matched twice", fields[slot].name);
                    self.cx.error(Code::WrongArguments, arg.pattern.span, message);
                    sound = false;
                }
                None => sound = false,
            }
        }
        let missing: Vec<&str> = fields
            .iter()
            .zip(&slots)
            .filter(|(_, slot)| slot.is_none())
            .map(|(field, _)| field.name.as_str())
            .collect();
        if !missing.is_empty() && !rest && sound {
            let message = format!("the pattern says nothing of {}", listed(missing));
            let diagnostic = Diagnostic::error(Code::WrongArguments, span, message);
            self.cx.report(match args {
                [] => diagnostic.help(format!("`{what}(..)` leaves all fields open")),
                _ => diagnostic.help("`..` at the end leaves the other fields open"),
            });
            sound = false;
        }
        sound.then(|| slots.into_iter().map(|slot| slot.unwrap_or(Pattern::Wildcard)).collect())
    }

    fn wrong_pattern(&mut self, span: Span, found: &str, ty: &DataType) -> Option<Pattern> {
        let message = format!("this pattern matches {found}, and the value is {}", describe(ty));
        self.cx.error(Code::TypeMismatch, span, message);
        None
    }

    /// Binds every name of a pattern whose subject is in error, so that its uses are not reported as unknown.
    pub(super) fn bind_all(&mut self, p: &'a ast::Pattern) {
        match &p.kind {
            PatternKind::Path(path)
                if path.qualifier.is_none()
                    && path.name.text != "None"
                    && !self.cx.globals.variants.contains_key(path.name.text.as_str()) =>
            {
                self.bind(&path.name.text, unknown());
            }
            PatternKind::Call { args, .. } => args.iter().for_each(|arg| self.bind_all(&arg.pattern)),
            PatternKind::Or(alternatives) => alternatives.iter().for_each(|p| self.bind_all(p)),
            _ => {}
        }
    }

    /// The pattern of an arm; where it is in error, its variables are bound all the same.
    pub(super) fn arm_pattern(&mut self, subject: &Expr, p: &'a ast::Pattern) -> Option<Pattern> {
        let pattern = if subject.is_failed() { None } else { self.pattern(p, &subject.ty, false) };
        if pattern.is_none() {
            self.bind_all(p);
        }
        pattern
    }

    pub(super) fn match_expr(
        &mut self,
        span: Span,
        subject: &'a ast::Expr,
        arms: &'a [ast::ExprArm],
        expected: Option<&DataType>,
    ) -> Expr {
        let subject = self.expr(subject, None);
        let mut checked: Vec<(usize, (Pattern, Expr))> = Vec::new();
        let mut sound = !subject.is_failed();
        let mut hint = expected.cloned();
        // Arms without a type of their own wait for one that has one.
        let mut order: Vec<(usize, &ast::ExprArm)> = arms.iter().enumerate().collect();
        order.sort_by_key(|(_, arm)| expected.is_none() && needs_context(&arm.value));
        for (position, arm) in order {
            let mark = self.mark();
            let pattern = self.arm_pattern(&subject, &arm.pattern);
            let value = self.expr(&arm.value, hint.as_ref());
            self.leave(mark);
            hint = hint.or_else(|| Some(value.hint()));
            match pattern {
                Some(pattern) if !value.is_failed() => checked.push((position, (pattern, value))),
                _ => sound = false,
            }
        }
        if !sound {
            return failed(span);
        }
        checked.sort_by_key(|(position, _)| *position);
        let checked: Vec<(Pattern, Expr)> = checked.into_iter().map(|(_, arm)| arm).collect();
        let patterns: Vec<&Pattern> = checked.iter().map(|(pattern, _)| pattern).collect();
        if !self.check_exhaustive(subject.span, &subject.ty, &patterns) {
            return failed(span);
        }
        let Some((_, first)) = checked.first() else { return failed(span) };
        let (first, mut ty) = (first.clone(), first.ty.clone());
        for (_, value) in &checked {
            match join(&ty, &value.ty) {
                Some(joined) => ty = joined,
                None => return self.branches_differ(&first, &value.clone()),
            }
        }
        Expr { ty, span, kind: ExprKind::Match(Box::new(subject), checked) }
    }

    /// Reports a `match` that does not cover every value.
    pub(super) fn check_exhaustive(&mut self, span: Span, ty: &DataType, patterns: &[&Pattern]) -> bool {
        match missing(ty, patterns) {
            Ok(None) => true,
            Err(TooComplicated) => {
                let message = "whether these patterns match every value is too hard to find out";
                let diagnostic = Diagnostic::error(Code::TooLarge, span, message)
                    .help("match one thing after the other, or write an arm `_`");
                self.cx.report(diagnostic);
                false
            }
            Ok(Some(example)) => {
                let diagnostic =
                    Diagnostic::error(Code::NotExhaustive, span, format!("no arm matches `{example}`"))
                        .help(format!("add an arm for `{example}`, or `_ => …` for everything else"));
                self.cx.report(diagnostic);
                false
            }
        }
    }
}
