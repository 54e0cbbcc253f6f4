//! Calls of functions; building of variants, structs and options.

use super::scope::{Body, failed};
use super::types::{is_unknown, unknown};
use super::{nearest, suggest};
use crate::ast::{self, Arg, ItemKind, Name, Path};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{Expr, ExprKind, FunctionId};
use musilc_ir::{DataType, EnumType, FieldType, Span};
use std::sync::Arc;

impl<'a> Body<'_, 'a> {
    pub(super) fn call(
        &mut self,
        span: Span,
        callee: &'a Path,
        args: &'a [Arg],
        expected: Option<&DataType>,
    ) -> Expr {
        let text = callee.name.text.as_str();
        if callee.qualifier.is_none() {
            if text == "Some" {
                return self.some(span, args, expected);
            }
            if let Some(&function) = self.scope().and_then(|model| model.functions.get(text)) {
                if self.constant {
                    return self.depends_on_state(span, text);
                }
                return self.call_function(span, callee, function, self.indices.clone(), args);
            }
            if let Some(&function) = self.cx.globals.functions.get(text) {
                return self.call_function(span, callee, function, Vec::new(), args);
            }
            if let Some((_, ItemKind::Struct { .. })) = self.cx.globals.items.get(text) {
                return self.build_struct(span, callee, args);
            }
            if self.formula_pattern(callee).is_some() {
                return self.no_formula(span, Some(text));
            }
        }
        match self.variant(callee, expected) {
            Some((of, position)) => self.build_variant(span, &of, position, args),
            None => {
                args.iter().for_each(|arg| drop(self.expr(&arg.value, Some(&unknown()))));
                failed(span)
            }
        }
    }

    fn some(&mut self, span: Span, args: &'a [Arg], expected: Option<&DataType>) -> Expr {
        let [Arg { name: None, value }] = args else {
            return self.error(Code::WrongArguments, span, "`Some` takes one argument");
        };
        let hint = match expected {
            Some(DataType::Option(inner)) => Some(DataType::clone(inner)),
            Some(ty) if is_unknown(ty) => Some(unknown()),
            _ => None,
        };
        let value = self.expr(value, hint.as_ref());
        if value.is_failed() {
            return value;
        }
        let ty = DataType::Option(Arc::new(value.ty.clone()));
        Expr { ty, span, kind: ExprKind::Some(Box::new(value)) }
    }

    /// A call; a function of a part takes its indices first.
    fn call_function(
        &mut self,
        span: Span,
        callee: &Path,
        function: FunctionId,
        mut indices: Vec<Expr>,
        args: &'a [Arg],
    ) -> Expr {
        let signature = self.cx.globals.signatures[function.0 as usize].clone();
        // In a part the same functions call each other as in its model.
        if let Some(caller) = self.function.filter(|_| !self.cx.quiet) {
            self.cx.calls.push((caller, function, callee.name.span));
        }
        let names: Vec<String> = signature.params.iter().map(|(name, _)| name.clone()).collect();
        let Some(args) = self.cx.arrange(span, &format!("`{}`", signature.name), &names, args) else {
            return failed(span);
        };
        let args: Vec<Expr> = args
            .into_iter()
            .zip(&signature.params)
            .map(|(arg, (name, ty))| {
                self.stored(arg, ty, &format!("the parameter `{name}` of `{}`", signature.name))
            })
            .collect();
        if args.iter().any(Expr::is_failed) || is_unknown(&signature.result) {
            return failed(span);
        }
        indices.extend(args);
        Expr { ty: signature.result, span, kind: ExprKind::Call(function, indices) }
    }

    /// A call of a function of a part, whose arguments are written without names.
    pub(super) fn call_by_position(
        &mut self,
        span: Span,
        name: &Name,
        function: FunctionId,
        mut indices: Vec<Expr>,
        args: &'a [ast::Expr],
    ) -> Expr {
        let signature = self.cx.globals.signatures[function.0 as usize].clone();
        if args.len() != signature.params.len() {
            let wanted = signature.params.len();
            let message = format!("`{}` takes {wanted} arguments, not {}", name.text, args.len());
            return self.error(Code::WrongArguments, span, message);
        }
        if let Some(caller) = self.function.filter(|_| !self.cx.quiet) {
            self.cx.calls.push((caller, function, name.span));
        }
        for (arg, (param, ty)) in args.iter().zip(&signature.params) {
            let target = format!("the parameter `{param}` of `{}`", signature.name);
            indices.push(self.stored(arg, ty, &target));
        }
        if indices.iter().any(Expr::is_failed) || is_unknown(&signature.result) {
            return failed(span);
        }
        Expr { ty: signature.result, span, kind: ExprKind::Call(function, indices) }
    }

    fn build_struct(&mut self, span: Span, callee: &Path, args: &'a [Arg]) -> Expr {
        let Some(ty) = self.cx.named_type(&callee.name) else { return failed(span) };
        let DataType::Struct(s) = &ty else { return failed(span) };
        let Some(fields) = self.fields(span, &s.name, &s.fields, args) else { return failed(span) };
        Expr { ty, span, kind: ExprKind::Struct(fields) }
    }

    fn build_variant(&mut self, span: Span, of: &Arc<EnumType>, position: usize, args: &'a [Arg]) -> Expr {
        let variant = &of.variants[position];
        let Some(fields) = self.fields(span, &variant.name, &variant.fields, args) else {
            return failed(span);
        };
        Expr { ty: DataType::Enum(of.clone()), span, kind: ExprKind::Variant(position, fields) }
    }

    fn fields(&mut self, span: Span, what: &str, fields: &[FieldType], args: &'a [Arg]) -> Option<Vec<Expr>> {
        let names: Vec<String> = fields.iter().map(|field| field.name.clone()).collect();
        let args = self.cx.arrange(span, &format!("`{what}`"), &names, args)?;
        let values: Vec<Expr> = args
            .into_iter()
            .zip(fields)
            .map(|(arg, field)| {
                self.stored(arg, &field.ty, &format!("the field `{}` of `{what}`", field.name))
            })
            .collect();
        (!values.iter().any(Expr::is_failed)).then_some(values)
    }

    /// A path that should be a variant without fields.
    pub(super) fn variant_path(&mut self, span: Span, path: &Path, expected: Option<&DataType>) -> Expr {
        let Some((of, position)) = self.variant(path, expected) else { return failed(span) };
        let variant = &of.variants[position];
        if !variant.fields.is_empty() {
            let fields: Vec<String> = variant.fields.iter().map(|f| format!("{}: …", f.name)).collect();
            let message = format!("`{}` has fields", variant.name);
            let diagnostic = Diagnostic::error(Code::WrongArguments, span, message).help(format!(
                "write `{}({})`, or test it with `is {}(..)`",
                variant.name,
                fields.join(", "),
                variant.name
            ));
            return self.report(diagnostic);
        }
        Expr { ty: DataType::Enum(of), span, kind: ExprKind::Variant(position, Vec::new()) }
    }

    /// The variant that a path means; where several enums have one of this name, that of the expected type.
    pub(super) fn variant(
        &mut self,
        path: &Path,
        expected: Option<&DataType>,
    ) -> Option<(Arc<EnumType>, usize)> {
        let text = path.name.text.as_str();
        if let Some(qualifier) = &path.qualifier {
            let ty = self.cx.named_type(qualifier)?;
            let DataType::Enum(of) = ty else {
                let message = format!("`{}` is not an enum", qualifier.text);
                let diagnostic = Diagnostic::error(Code::UnknownType, qualifier.span, message)
                    .help("`A::B` is the variant `B` of the enum `A`");
                self.cx.report(diagnostic);
                return None;
            };
            let Some(position) = of.variants.iter().position(|variant| variant.name == text) else {
                let message = format!("the enum `{}` has no variant `{text}`", of.name);
                let diagnostic = Diagnostic::error(Code::UnknownName, path.name.span, message);
                let names = of.variants.iter().map(|variant| variant.name.as_str());
                self.cx.report(suggest(diagnostic, text, names));
                return None;
            };
            return Some((of, position));
        }
        if let Some(DataType::Enum(of)) = expected
            && let Some(position) = of.variants.iter().position(|variant| variant.name == text)
        {
            return Some((of.clone(), position));
        }
        let candidates = self.cx.globals.variants.get(text).cloned().unwrap_or_default();
        match candidates.as_slice() {
            [] => {
                if let Some(DataType::Enum(of)) = expected
                    && let Some(near) = nearest(text, of.variants.iter().map(|variant| variant.name.as_str()))
                {
                    let message = format!("the enum `{}` has no variant `{text}`", of.name);
                    let diagnostic = Diagnostic::error(Code::UnknownName, path.name.span, message)
                        .help(format!("did you mean `{near}`?"));
                    self.cx.report(diagnostic);
                    return None;
                }
                self.unknown(path.name.span, text);
                None
            }
            [(of, position)] => match self.cx.named_type(of)? {
                DataType::Enum(of) => Some((of, *position)),
                _ => None,
            },
            _ if expected.is_some_and(is_unknown) => None,
            several => {
                let choices: Vec<String> =
                    several.iter().map(|(of, _)| format!("`{}::{text}`", of.text)).collect();
                let diagnostic = Diagnostic::error(
                    Code::AmbiguousVariant,
                    path.name.span,
                    format!("several enums have the variant `{text}`"),
                )
                .help(format!("write {}", choices.join(" or ")));
                self.cx.report(diagnostic);
                None
            }
        }
    }

    /// Whether an unqualified name in a pattern means a variant without fields, given the type that is matched.
    pub(super) fn is_unit_variant(&self, name: &ast::Name, ty: &DataType) -> bool {
        match ty {
            DataType::Enum(of) => of.variants.iter().any(|variant| variant.name == name.text),
            DataType::Option(_) => name.text == "None",
            _ => false,
        }
    }
}
