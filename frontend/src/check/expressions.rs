//! Expressions: the dispatcher, names, conditionals, projections, and storing into a type.

use super::scope::{Body, Time, failed};
use super::types::{fills, fits, is_unknown, join, unknown};
use super::{constants::Constant, listed, nearest};
use crate::ast::{self, About, BinaryOp, ExprKind as Ast, ItemKind, Name, UnaryOp};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{Attribute, Expr, ExprKind, FormulaKind, Pattern};
use musilc_ir::{DataType, Span, VariantType};

impl<'a> Body<'_, 'a> {
    /// Checks an expression. `expected` is a hint for literals that have no type of their own; the result may have another type.
    /// The names that it binds end with it.
    pub(super) fn expr(&mut self, e: &'a ast::Expr, expected: Option<&DataType>) -> Expr {
        let mark = self.mark();
        let checked = self.expr_inner(e, expected);
        self.leave(mark);
        checked
    }

    /// Checks a condition. What its `is` bind, through `&&` and parentheses, stays visible, for what is evaluated only where it is true.
    pub(super) fn condition(&mut self, e: &'a ast::Expr) -> Expr {
        match &e.kind {
            Ast::Paren(inner) => Expr { span: self.place_of(e), ..self.condition(inner) },
            Ast::Is(..) | Ast::Binary(BinaryOp::And, ..) => self.expr_inner(e, Some(&DataType::Bool)),
            _ => self.boolean(e),
        }
    }

    fn expr_inner(&mut self, e: &'a ast::Expr, expected: Option<&DataType>) -> Expr {
        self.expansion.enter();
        let checked = self.expr_of(e, expected);
        self.expansion.leave();
        checked
    }

    fn expr_of(&mut self, e: &'a ast::Expr, expected: Option<&DataType>) -> Expr {
        let span = self.place_of(e);
        match &e.kind {
            Ast::Bool(b) => Expr { ty: DataType::Bool, span, kind: ExprKind::Bool(*b) },
            Ast::Int(v) => number(span, ExprKind::Int(*v)),
            Ast::Path(path) => self.path(span, path, expected),
            Ast::Call { callee, args } => self.call(span, callee, args, expected),
            Ast::Paren(inner) => {
                let inner = self.expr(inner, expected);
                Expr { span, ..inner }
            }
            Ast::Unary(UnaryOp::Not, inner) => {
                let inner = self.boolean(inner);
                if inner.is_failed() {
                    return failed(span);
                }
                boolean(span, ExprKind::Not(Box::new(inner)))
            }
            Ast::Unary(UnaryOp::Neg, inner) => {
                let inner = self.numeric(inner);
                if inner.is_failed() {
                    return failed(span);
                }
                number(span, ExprKind::Neg(Box::new(inner)))
            }
            Ast::Unary(UnaryOp::Always | UnaryOp::Eventually | UnaryOp::Next, _) => {
                self.no_formula(span, None)
            }
            Ast::Instance { about: About::Taken, .. } => self.no_formula(span, None),
            Ast::Instance { about: About::Enabled, action, args } => {
                self.enabled(span, action, args.as_deref())
            }
            Ast::Binary(op, a, b) => self.binary(span, *op, a, b, expected),
            Ast::Field(base, name) => self.field(span, base, name),
            Ast::Method { receiver, name, args } => self.method(span, receiver, name, args),
            Ast::Index(base, index) => self.index(span, base, index),
            Ast::Prime(inner) => self.prime(span, inner, expected),
            Ast::If { cond, then, otherwise } => self.conditional(span, cond, then, otherwise, expected),
            Ast::Match { subject, arms } => self.match_expr(span, subject, arms, expected),
            Ast::Is(subject, pattern) => {
                let subject = self.expr(subject, None);
                if subject.is_failed() {
                    self.bind_all(pattern);
                    return failed(span);
                }
                let ty = subject.ty.clone();
                match self.pattern(pattern, &ty, false) {
                    Some(pattern) => boolean(span, ExprKind::Is(Box::new(subject), pattern)),
                    None => {
                        self.bind_all(pattern);
                        failed(span)
                    }
                }
            }
            Ast::Quantified { kind, binders, body } => self.quantified(span, *kind, binders, body),
            Ast::Extremum { kind, args } => {
                let args: Vec<Expr> = args.iter().map(|arg| self.numeric(arg)).collect();
                if args.iter().any(Expr::is_failed) {
                    return failed(span);
                }
                number(span, ExprKind::Extremum(*kind, args))
            }
            Ast::SetLiteral(elements) => self.set_literal(span, elements, expected),
            Ast::SetComprehension { binder, filter } => {
                self.set_comprehension(span, binder, filter.as_deref())
            }
            Ast::ArrayLiteral(elements) => self.list_literal(span, elements, expected),
            Ast::Range { .. } => {
                let diagnostic = Diagnostic::error(Code::NotAValue, span, "a range is not a value")
                    .help("a range stands after `in`, or where a type is expected");
                self.report(diagnostic)
            }
            // Only arguments of actions and of parts can be written so.
            Ast::Wildcard | Ast::Ref(_) | Ast::Error => failed(span),
        }
    }

    /// Checks an expression that must be a boolean.
    pub(super) fn boolean(&mut self, e: &'a ast::Expr) -> Expr {
        self.of_type(e, &DataType::Bool)
    }

    /// Checks an expression that must be a number.
    pub(super) fn numeric(&mut self, e: &'a ast::Expr) -> Expr {
        self.of_type(e, &DataType::NUMBER)
    }

    /// Checks an expression that must have this type, ranges aside; does not convert.
    pub(super) fn of_type(&mut self, e: &'a ast::Expr, ty: &DataType) -> Expr {
        let checked = self.expr(e, Some(ty));
        if checked.is_failed() || fits(&checked.ty, ty) {
            return checked;
        }
        self.mismatch(&checked, ty)
    }

    /// Checks an expression whose value is stored in `ty`; `target` names what it is stored in.
    pub(super) fn stored(&mut self, e: &'a ast::Expr, ty: &DataType, target: &str) -> Expr {
        let checked = self.expr(e, Some(ty));
        self.store(checked, ty, target, false)
    }

    /// As [`Self::stored`], where one value may fill an array.
    pub(super) fn stored_or_filled(&mut self, e: &'a ast::Expr, ty: &DataType, target: &str) -> Expr {
        let hint = fill_hint(e, ty);
        let checked = self.expr(e, Some(&hint));
        self.store(checked, ty, target, true)
    }

    pub(super) fn store(&mut self, value: Expr, ty: &DataType, target: &str, fill: bool) -> Expr {
        if value.is_failed() || value.ty == *ty {
            return value;
        }
        if is_unknown(ty) {
            return failed(value.span);
        }
        if fits(&value.ty, ty) || (fill && fills(&value.ty, ty)) {
            let kind = ExprKind::Store { value: Box::new(value.clone()), target: target.to_owned() };
            return Expr { ty: ty.clone(), span: value.span, kind };
        }
        self.mismatch(&value, ty)
    }

    fn mismatch(&mut self, value: &Expr, ty: &DataType) -> Expr {
        if is_unknown(ty) {
            return failed(value.span);
        }
        let (found, wanted) = (describe(&value.ty), describe(ty));
        let message = format!("expected {wanted}, found {found}");
        let mut diagnostic =
            Diagnostic::error(Code::TypeMismatch, value.span, message).primary(format!("this is {found}"));
        match (&value.ty, ty) {
            (DataType::Option(inner), ty) if fits(inner, ty) => {
                diagnostic =
                    diagnostic.help("take the option apart with `is Some(v)` or `match`, or use `.value`");
            }
            (from, DataType::Option(inner)) if fits(from, inner) => {
                diagnostic = diagnostic.help("write `Some(…)`");
            }
            (DataType::Int { .. }, DataType::Bool) if matches!(value.kind, ExprKind::Int(0 | 1)) => {
                diagnostic = diagnostic.help("the booleans are `true` and `false`");
            }
            (DataType::Bool, DataType::Int { .. }) => {
                diagnostic = diagnostic.help("`if p { 1 } else { 0 }` is a number");
            }
            (DataType::Int { .. }, DataType::Bool) => {
                diagnostic = diagnostic.help("compare the number with something, as in `… == 1`");
            }
            _ => {}
        }
        self.report(diagnostic)
    }

    /// A variable of the scope; `None` where it has none of this name.
    pub(super) fn own_variable(&mut self, span: Span, text: &str) -> Option<Expr> {
        let (state, ty, declared) = self.scope().and_then(|model| model.vars.get(text)).cloned()?;
        if self.constant {
            return Some(self.depends_on_state(span, text));
        }
        if state.0 >= self.visible {
            let (message, label) = if state.0 == self.visible {
                (format!("`{text}` has no value yet where its initial value is computed"), "declared here")
            } else {
                (format!("`{text}` has no value yet where this initial value is computed"), "declared later")
            };
            let diagnostic = Diagnostic::error(Code::UsedBeforeInit, span, message)
                .label(declared, label)
                .help("variables get their initial values in order of declaration; or say it with `init`");
            return Some(self.report(diagnostic));
        }
        if is_unknown(&ty) {
            return Some(failed(span));
        }
        let scope = self.model?;
        Some(self.variable_of(scope, state, &ty, self.indices.clone(), span))
    }

    fn path(&mut self, span: Span, path: &'a ast::Path, expected: Option<&DataType>) -> Expr {
        let name = &path.name;
        let text = name.text.as_str();
        if path.qualifier.is_some() {
            return self.variant_path(span, path, expected);
        }
        if let Some((local, ty)) = self.local(text) {
            if is_unknown(&ty) {
                return failed(span);
            }
            return Expr { ty, span, kind: ExprKind::Local(local) };
        }
        if let Some(formula) = self.formula_param(text) {
            return match formula.kind {
                FormulaKind::State(condition) => condition,
                FormulaKind::Error => failed(span),
                _ => self.no_formula(span, Some(text)),
            };
        }
        if let Some((name, index)) = &self.index
            && name == text
        {
            return Expr { span, ..index.clone() };
        }
        if let Some(value) = self.argument_value(span, text) {
            return value;
        }
        if let Some(variable) = self.own_variable(span, text) {
            return variable;
        }
        if let Some(&(part, _)) = self.scope().and_then(|model| model.parts.get(text)) {
            return self.part_as_value(span, part);
        }
        if text == "None" {
            let ty = match expected {
                Some(ty @ DataType::Option(_)) => ty.clone(),
                Some(ty) if is_unknown(ty) => return failed(span),
                Some(ty) => {
                    let message = format!("expected {}, found `None`", describe(ty));
                    return self.error(Code::TypeMismatch, span, message);
                }
                None => {
                    let diagnostic = Diagnostic::error(
                        Code::CannotInfer,
                        span,
                        "which option type this `None` belongs to is unclear",
                    )
                    .help("compare it with, or assign it to, something of a known type");
                    return self.report(diagnostic);
                }
            };
            return Expr { ty, span, kind: ExprKind::None };
        }
        if let Some((_, kind)) = self.cx.globals.items.get(text).copied() {
            match kind {
                ItemKind::Const { .. } => return self.constant(span, name),
                ItemKind::Fn(_) => {
                    let diagnostic =
                        Diagnostic::error(Code::NotAValue, span, format!("`{text}` is a function"))
                            .help(format!("call it: `{text}(…)`"));
                    return self.report(diagnostic);
                }
                ItemKind::Pattern(_) => return self.no_formula(span, Some(text)),
                _ if !self.cx.globals.variants.contains_key(text) => {
                    let message = format!("`{text}` is a type, and a value is needed here");
                    let mut diagnostic = Diagnostic::error(Code::NotAValue, span, message);
                    if let ItemKind::Struct { fields, .. } = kind {
                        let fields: Vec<String> =
                            fields.iter().map(|field| format!("{}: …", field.name.text)).collect();
                        diagnostic = diagnostic.help(format!("write `{text}({})`", fields.join(", ")));
                    }
                    return self.report(diagnostic);
                }
                _ => {}
            }
        }
        if self.scope().is_some_and(|model| model.functions.contains_key(text)) {
            let diagnostic = Diagnostic::error(Code::NotAValue, span, format!("`{text}` is a function"))
                .help(format!("call it: `{text}(…)`"));
            return self.report(diagnostic);
        }
        self.variant_path(span, path, expected)
    }

    fn constant(&mut self, span: Span, name: &Name) -> Expr {
        match self.cx.constant(name) {
            Some(Constant::Int(v)) => number(span, ExprKind::Int(v)),
            Some(Constant::Bool(b)) => boolean(span, ExprKind::Bool(b)),
            Some(Constant::Variant(ty, position)) => {
                Expr { ty, span, kind: ExprKind::Variant(position, Vec::new()) }
            }
            None => failed(span),
        }
    }

    /// Reports a name that means nothing here.
    pub(super) fn unknown(&mut self, span: Span, text: &str) -> Expr {
        let mut names: Vec<&str> = self.local_names().collect();
        if let Some(model) = self.scope() {
            names.extend(model.vars.keys().map(String::as_str));
            names.extend(model.functions.keys().map(String::as_str));
            names.extend(model.parts.keys().map(String::as_str));
        }
        names.extend(self.index.iter().map(|(name, _)| name.as_str()));
        names.extend(self.cx.globals.items.keys().copied());
        names.extend(self.cx.globals.variants.keys().copied());
        names.extend(["true", "false"]);
        if self.time == Time::Run {
            names.extend(super::formulas::library().iter().map(|pattern| pattern.name.text.as_str()));
        }
        names.sort_unstable();
        // To look for what was meant takes a while.
        let few = names.len() * self.cx.diagnostics.len() < 500_000;
        let near = if few { nearest(text, names).map(str::to_owned) } else { None };
        let mut diagnostic = Diagnostic::error(Code::UnknownName, span, format!("there is no `{text}` here"))
            .primary("not found");
        let letter =
            [("G", "always"), ("F", "eventually"), ("X", "next")].into_iter().find(|(l, _)| *l == text);
        diagnostic = match (letter, near) {
            (Some((letter, word)), _) if self.time == Time::Run => {
                diagnostic.help(format!("the operator {letter} of temporal logic is written `{word}`"))
            }
            (_, Some(near)) => diagnostic.help(format!("did you mean `{near}`?")),
            _ if text == "now" => {
                diagnostic.help("a protocol with a clock that ends can read its time: `clock until 10;`")
            }
            _ => diagnostic,
        };
        self.report(diagnostic)
    }

    fn prime(&mut self, span: Span, inner: &'a ast::Expr, expected: Option<&DataType>) -> Expr {
        if !self.primes {
            let diagnostic = Diagnostic::error(Code::PrimeOutsideStep, span, "`'` means nothing here")
                .help("`x'` is the value of x after a step: only a `step invariant` speaks of steps");
            return self.report(diagnostic);
        }
        if std::mem::replace(&mut self.primed, true) {
            let diagnostic = Diagnostic::error(Code::PrimeOutsideStep, span, "`'` stands within `'`")
                .help("a step has one state before and one after it: write `'` once");
            return self.report(diagnostic);
        }
        let inner = self.expr(inner, expected);
        self.primed = false;
        self.looked_ahead = true;
        if inner.is_failed() {
            return inner;
        }
        Expr { ty: inner.ty.clone(), span, kind: ExprKind::Prime(Box::new(inner)) }
    }

    fn conditional(
        &mut self,
        span: Span,
        cond: &'a ast::Expr,
        then: &'a ast::Expr,
        otherwise: &'a ast::Expr,
        expected: Option<&DataType>,
    ) -> Expr {
        let mark = self.mark();
        let cond = self.condition(cond);
        let (then, otherwise) = if expected.is_none() && needs_context(then) {
            let bound = self.suspend(mark);
            let otherwise = self.expr(otherwise, None);
            self.resume(bound);
            let then = self.expr(then, Some(&otherwise.hint()));
            self.leave(mark);
            (then, otherwise)
        } else {
            let then = self.expr(then, expected);
            self.leave(mark);
            let hint = then.hint();
            let otherwise = self.expr(otherwise, expected.or(Some(&hint)));
            (then, otherwise)
        };
        if cond.is_failed() || then.is_failed() || otherwise.is_failed() {
            return failed(span);
        }
        let Some(ty) = join(&then.ty, &otherwise.ty) else {
            return self.branches_differ(&then, &otherwise);
        };
        Expr { ty, span, kind: ExprKind::If(Box::new(cond), Box::new(then), Box::new(otherwise)) }
    }

    pub(super) fn branches_differ(&mut self, first: &Expr, other: &Expr) -> Expr {
        let (a, b) = (describe(&first.ty), describe(&other.ty));
        let diagnostic = Diagnostic::error(
            Code::TypeMismatch,
            other.span,
            format!("the branches have different types, {a} and {b}"),
        )
        .primary(format!("this is {b}"))
        .label(first.span, format!("this is {a}"));
        self.report(diagnostic)
    }

    fn field(&mut self, span: Span, base: &'a ast::Expr, name: &'a Name) -> Expr {
        if let Some(variable) = self.channel_field(span, base, name) {
            return variable;
        }
        if let Some(variable) = self.part_field(span, base, name) {
            return variable;
        }
        let base = self.expr(base, None);
        if base.is_failed() {
            return base;
        }
        if let DataType::Struct(s) = &base.ty
            && let Some(position) = s.fields.iter().position(|field| field.name == name.text)
        {
            let ty = s.fields[position].ty.clone();
            return Expr { ty, span, kind: ExprKind::Field(Box::new(base), position) };
        }
        if let DataType::Enum(of) = base.ty.clone()
            && let Some(value) = self.common_field(span, &base, &of.variants, name)
        {
            return value;
        }
        let (attribute, ty) = match (&base.ty, name.text.as_str()) {
            (DataType::Set(_) | DataType::Bag(..) | DataType::Seq(..), "len") => {
                (Attribute::Len, DataType::NUMBER)
            }
            (DataType::Set(_) | DataType::Bag(..) | DataType::Seq(..), "is_empty") => {
                (Attribute::IsEmpty, DataType::Bool)
            }
            (DataType::Seq(..), "is_full") => (Attribute::IsFull, DataType::Bool),
            (DataType::Seq(element, _), "head") => (Attribute::Head, DataType::clone(element)),
            (DataType::Option(_), "is_some") => (Attribute::IsSome, DataType::Bool),
            (DataType::Option(_), "is_none") => (Attribute::IsNone, DataType::Bool),
            (DataType::Option(inner), "value") => (Attribute::Value, DataType::clone(inner)),
            _ => return self.unknown_field(&base.ty, name),
        };
        Expr { ty, span, kind: ExprKind::Attribute(Box::new(base), attribute) }
    }

    /// A field that all variants of an enum have, with one type.
    fn common_field(
        &mut self,
        span: Span,
        base: &Expr,
        variants: &[VariantType],
        name: &Name,
    ) -> Option<Expr> {
        let mut found: Option<DataType> = None;
        let mut arms = Vec::new();
        for (number, variant) in variants.iter().enumerate() {
            let position = variant.fields.iter().position(|field| field.name == name.text)?;
            let ty = &variant.fields[position].ty;
            if found.get_or_insert_with(|| ty.clone()) != ty {
                return None;
            }
            let local = self.fresh();
            let pattern = |at| if at == position { Pattern::Bind(local) } else { Pattern::Wildcard };
            let fields = (0..variant.fields.len()).map(pattern).collect();
            let value = Expr { ty: ty.clone(), span, kind: ExprKind::Local(local) };
            arms.push((Pattern::Variant(number, fields), value));
        }
        Some(Expr { ty: found?, span, kind: ExprKind::Match(Box::new(base.clone()), arms) })
    }

    pub(super) fn unknown_field(&mut self, ty: &DataType, name: &Name) -> Expr {
        let names: Vec<String> = match ty {
            DataType::Struct(s) => s.fields.iter().map(|field| field.name.clone()).collect(),
            DataType::Set(_) => ["len", "is_empty"].map(String::from).to_vec(),
            DataType::Bag(..) => ["len", "is_empty", "count(…)"].map(String::from).to_vec(),
            DataType::Seq(..) => ["len", "is_empty", "is_full", "head"].map(String::from).to_vec(),
            DataType::Option(_) => ["is_some", "is_none", "value"].map(String::from).to_vec(),
            _ => Vec::new(),
        };
        let message = format!("{} has no `{}`", describe(ty), name.text);
        let mut diagnostic = Diagnostic::error(Code::UnknownField, name.span, message);
        if let Some(near) = nearest(&name.text, names.iter().map(String::as_str)) {
            diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
        } else if !names.is_empty() {
            diagnostic = diagnostic.help(format!("it has {}", listed(names.iter().map(String::as_str))));
        } else if matches!(ty, DataType::Enum(_)) {
            diagnostic = diagnostic.help("take a variant apart with `is` or `match`");
        }
        self.report(diagnostic)
    }

    fn method(&mut self, span: Span, receiver: &'a ast::Expr, name: &'a Name, args: &'a [ast::Expr]) -> Expr {
        if let Some(value) = self.part_method(span, receiver, name, args) {
            return value;
        }
        let receiver = self.expr(receiver, None);
        if receiver.is_failed() {
            return receiver;
        }
        match (&receiver.ty, name.text.as_str(), args) {
            (DataType::Bag(..), "count", args) if args.len() != 1 => {
                self.error(Code::WrongArguments, span, "`count` takes one argument: the element to count")
            }
            (DataType::Bag(element, _), "count", [arg]) => {
                let element = DataType::clone(element);
                let arg = self.of_type(arg, &element);
                if arg.is_failed() {
                    return failed(span);
                }
                number(span, ExprKind::Copies(Box::new(receiver), Box::new(arg)))
            }
            (
                DataType::Set(_) | DataType::Bag(..) | DataType::Seq(..),
                "insert" | "remove" | "push" | "pop",
                _,
            ) => {
                let diagnostic = Diagnostic::error(
                    Code::NotAValue,
                    span,
                    format!("`.{}` changes its collection and has no value", name.text),
                )
                .help("write it as a statement of an action; `let m = q.pop();` names what `pop` removes");
                self.report(diagnostic)
            }
            (ty, ..) => {
                let ty = ty.clone();
                let known = ["len", "is_empty", "is_full", "head", "is_some", "is_none", "value"];
                let has = match &ty {
                    DataType::Set(_) | DataType::Bag(..) => &known[..2],
                    DataType::Seq(..) => &known[..4],
                    DataType::Option(_) => &known[4..],
                    _ => &[],
                };
                if has.contains(&name.text.as_str()) {
                    let diagnostic = Diagnostic::error(
                        Code::UnknownField,
                        name.span,
                        format!("`{}` is written without parentheses", name.text),
                    )
                    .help(format!("write `.{}`", name.text));
                    return self.report(diagnostic);
                }
                self.unknown_field(&ty, name)
            }
        }
    }

    fn index(&mut self, span: Span, base: &'a ast::Expr, index: &'a ast::Expr) -> Expr {
        match self.part(base) {
            Some((part, _)) if self.cx.scope(part).unknown => return failed(span),
            Some((part, true)) => return self.part_as_value(span, part),
            Some((_, false)) => {
                let diagnostic = Diagnostic::error(Code::PartIndex, span, "there is but one such part");
                return self.report(diagnostic.help("leave out the index"));
            }
            None => {}
        }
        let base = self.expr(base, None);
        if base.is_failed() {
            let _ = self.expr(index, Some(&unknown()));
            return failed(span);
        }
        let (key, element) = match &base.ty {
            DataType::Array { index, element } => (DataType::clone(index), DataType::clone(element)),
            DataType::Seq(element, _) => (DataType::NUMBER, DataType::clone(element)),
            ty => {
                let message = format!("{} cannot be indexed", describe(ty));
                let mut diagnostic = Diagnostic::error(Code::NotIndexable, base.span, message);
                if matches!(ty, DataType::Set(_) | DataType::Bag(..)) {
                    diagnostic = diagnostic.help("test membership with `x in s`");
                }
                return self.report(diagnostic);
            }
        };
        let index = self.of_type(index, &key);
        if index.is_failed() {
            return failed(span);
        }
        Expr { ty: element, span, kind: ExprKind::Index(Box::new(base), Box::new(index)) }
    }
}

/// The hint for a value that may fill an array: the innermost element's type, or for a list that of the array, or of the elements where
/// only they can have so many.
fn fill_hint(e: &ast::Expr, ty: &DataType) -> DataType {
    match (&e.kind, ty) {
        (Ast::Paren(inner), _) => fill_hint(inner, ty),
        (Ast::ArrayLiteral(list), DataType::Array { index, element })
            if u64::from(index.length()) != list.len() as u64 && holds_lists(element) =>
        {
            fill_hint(e, element)
        }
        (Ast::ArrayLiteral(_), _) => ty.clone(),
        (_, DataType::Array { element, .. }) => fill_hint(e, element),
        _ => ty.clone(),
    }
}

/// Whether a list can be a value of the type.
fn holds_lists(ty: &DataType) -> bool {
    matches!(ty, DataType::Array { .. } | DataType::Seq(..))
}

/// Whether an expression has no type of its own.
pub(super) fn needs_context(e: &ast::Expr) -> bool {
    match &e.kind {
        Ast::Paren(inner) => needs_context(inner),
        Ast::SetLiteral(_) | Ast::ArrayLiteral(_) => true,
        Ast::Path(path) => path.qualifier.is_none() && path.name.text == "None",
        Ast::Call { callee, args } => {
            callee.qualifier.is_none()
                && callee.name.text == "Some"
                && args.first().is_some_and(|arg| needs_context(&arg.value))
        }
        Ast::If { then, otherwise, .. } => needs_context(then) && needs_context(otherwise),
        Ast::Match { arms, .. } => arms.iter().all(|arm| needs_context(&arm.value)),
        _ => false,
    }
}

/// A boolean expression.
pub(super) fn boolean(span: Span, kind: ExprKind) -> Expr {
    Expr { ty: DataType::Bool, span, kind }
}

/// A number.
pub(super) fn number(span: Span, kind: ExprKind) -> Expr {
    Expr { ty: DataType::NUMBER, span, kind }
}

/// A type, as messages name it.
pub(super) fn describe(ty: &DataType) -> String {
    match ty {
        DataType::Bool => "a boolean".to_owned(),
        DataType::Int { .. } => "a number".to_owned(),
        other => format!("`{other}`"),
    }
}
