//! Statements of actions.

use super::expressions::describe;
use super::scope::Body;
use super::types::{is_unknown, unknown};
use super::{listed, nearest};
use crate::ast::{self, ExprKind as Ast, ItemKind, Name, StmtKind};
use crate::diagnostic::{Code, Diagnostic};
use crate::environment::CHANGE_WHAT_IS_GIVEN;
use crate::hir::{Change, Expr, Pattern, Place, Projection, Stmt};
use musilc_ir::{DataType, Span};

impl<'a> Body<'_, 'a> {
    /// Checks statements; names bound among them end with them.
    pub(super) fn block(&mut self, stmts: &'a [ast::Stmt]) -> Vec<Stmt> {
        let mark = self.mark();
        let checked = stmts.iter().filter_map(|stmt| self.statement(stmt)).collect();
        self.leave(mark);
        checked
    }

    fn statement(&mut self, stmt: &'a ast::Stmt) -> Option<Stmt> {
        match &stmt.kind {
            StmtKind::Let { name, value } => self.let_statement(stmt.span, name, value),
            StmtKind::Assign { place, value } => {
                let place = self.place(place);
                let (ty, text) = match &place {
                    Some(place) => (place.ty.clone(), format!("`{}`", place.text)),
                    None => {
                        // Only to report what else is wrong.
                        self.expr(value, Some(&unknown()));
                        return None;
                    }
                };
                let value = self.stored_or_filled(value, &ty, &text);
                (!value.is_failed()).then_some(Stmt::Assign(place?, value))
            }
            StmtKind::Call(call) => self.change(stmt.span, call, None),
            StmtKind::If { cond, then, otherwise } => {
                let mark = self.mark();
                let cond = self.condition(cond);
                let then = self.block(then);
                self.leave(mark);
                let otherwise = self.block(otherwise);
                (!cond.is_failed()).then_some(Stmt::If(cond, then, otherwise))
            }
            StmtKind::Match { subject, arms } => self.match_statement(subject, arms),
            StmtKind::For { name, domain, body } => {
                let domain = self.domain(domain);
                let mark = self.mark();
                let ty = domain.as_ref().map_or_else(unknown, |(_, ty)| ty.clone());
                let local = self.bind(&name.text, ty);
                let body = self.block(body);
                self.leave(mark);
                domain.map(|(domain, _)| Stmt::For(local, domain, body))
            }
            // Elsewhere, put into other words, or reported, before anything is checked.
            StmtKind::Communicate(_) => {
                let diagnostic = Diagnostic::error(
                    Code::MisplacedItem,
                    stmt.span,
                    "an environment does not send messages",
                );
                self.report(diagnostic.help(CHANGE_WHAT_IS_GIVEN));
                None
            }
            StmtKind::Error => None,
        }
    }

    fn let_statement(&mut self, span: Span, name: &Name, value: &'a ast::Expr) -> Option<Stmt> {
        if let Ast::Method { name: method, .. } = &value.kind
            && method.text == "pop"
        {
            return self.change(span, value, Some(name));
        }
        let value = self.expr(value, None);
        let ty = value.ty.clone();
        let failed = value.is_failed();
        let local = self.bind(&name.text, if failed { unknown() } else { ty });
        (!failed).then_some(Stmt::Let(local, value))
    }

    fn match_statement(&mut self, subject: &'a ast::Expr, arms: &'a [ast::StmtArm]) -> Option<Stmt> {
        let subject = self.expr(subject, None);
        let mut checked = Vec::new();
        let mut sound = !subject.is_failed();
        for arm in arms {
            let mark = self.mark();
            let pattern = self.arm_pattern(&subject, &arm.pattern);
            let body = self.block(&arm.body);
            self.leave(mark);
            match pattern {
                Some(pattern) => checked.push((pattern, body)),
                None => sound = false,
            }
        }
        if !sound {
            return None;
        }
        let patterns: Vec<&Pattern> = checked.iter().map(|(pattern, _)| pattern).collect();
        self.check_exhaustive(subject.span, &subject.ty, &patterns).then_some(Stmt::Match(subject, checked))
    }

    /// `place.method(args);`, or `let name = place.pop();`
    fn change(&mut self, span: Span, call: &'a ast::Expr, popped: Option<&Name>) -> Option<Stmt> {
        let Ast::Method { receiver, name, args } = &call.kind else {
            self.error(Code::NotAStatement, span, "this expression does nothing as a statement");
            return None;
        };
        let place = self.place(receiver);
        let (ty, text) = match &place {
            Some(place) => (place.ty.clone(), place.text.clone()),
            None => {
                args.iter().for_each(|arg| drop(self.expr(arg, Some(&unknown()))));
                if let Some(name) = popped {
                    self.bind(&name.text, unknown());
                }
                return None;
            }
        };
        let element = match &ty {
            DataType::Set(element) | DataType::Bag(element, _) | DataType::Seq(element, _) => {
                DataType::clone(element)
            }
            _ => {
                let message = format!("{} has no method `{}`", describe(&ty), name.text);
                self.error(Code::UnknownField, name.span, message);
                return None;
            }
        };
        let is_seq = matches!(ty, DataType::Seq(..));
        let target = format!("the elements of `{text}`");
        let change = match (name.text.as_str(), args.as_slice()) {
            ("pop", []) if is_seq => Change::Pop,
            ("push", [value]) if is_seq => Change::Push(self.sound(value, &element, &target)?),
            ("insert", [value]) if !is_seq => Change::Insert(self.sound(value, &element, &target)?),
            ("remove", [value]) if !is_seq => Change::Remove(self.sound(value, &element, &target)?),
            ("push" | "pop" | "insert" | "remove", _) => {
                let (has, wants) = if is_seq {
                    ("push(x)` and `pop()", "sequence")
                } else {
                    ("insert(x)` and `remove(x)", "set or bag")
                };
                let message = format!("a {wants} has `{has}`");
                self.error(Code::WrongArguments, span, message);
                return None;
            }
            _ => {
                self.unknown_change(&ty, name);
                return None;
            }
        };
        let popped = popped.map(|name| self.bind(&name.text, element));
        Some(Stmt::Update { place: place?, change, span, popped })
    }

    /// Reports a method that changes no collection of this type.
    fn unknown_change(&mut self, ty: &DataType, name: &Name) {
        let methods = if matches!(ty, DataType::Seq(..)) { ["push", "pop"] } else { ["insert", "remove"] };
        let message = format!("{} has no method `{}`", describe(ty), name.text);
        let diagnostic = Diagnostic::error(Code::UnknownField, name.span, message);
        self.report(match nearest(&name.text, methods) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None => diagnostic.help(format!("it is changed by {}", listed(methods))),
        });
    }

    fn sound(&mut self, value: &'a ast::Expr, ty: &DataType, target: &str) -> Option<Expr> {
        let value = self.stored(value, ty, target);
        (!value.is_failed()).then_some(value)
    }

    /// What an assignment changes: a state variable with indices and fields.
    pub(super) fn place(&mut self, e: &'a ast::Expr) -> Option<Place> {
        match &e.kind {
            Ast::Paren(inner) => self.place(inner),
            Ast::Path(path) if path.qualifier.is_none() => self.variable(e.span, &path.name),
            Ast::Ref(inner) => self.part_place(inner),
            Ast::Field(base, _) | Ast::Index(base, _) if self.part(base).is_some() => {
                self.part_written(e);
                None
            }
            Ast::Field(base, name) => {
                let place = self.place(base)?;
                let position = match &place.ty {
                    DataType::Struct(s) => s.fields.iter().position(|field| field.name == name.text),
                    _ => None,
                };
                let (Some(position), DataType::Struct(s)) = (position, &place.ty) else {
                    self.unknown_field(&place.ty.clone(), name);
                    return None;
                };
                let ty = s.fields[position].ty.clone();
                let text = format!("{}.{}", place.text, name.text);
                let mut path = place.path;
                path.push(Projection::Field(position));
                Some(Place { path, ty, text, span: e.span, ..place })
            }
            Ast::Index(base, index) => {
                let place = self.place(base);
                let (key, element) = match place.as_ref().map(|place| &place.ty) {
                    Some(DataType::Array { index, element }) => {
                        (DataType::clone(index), DataType::clone(element))
                    }
                    Some(DataType::Seq(element, _)) => (DataType::NUMBER, DataType::clone(element)),
                    Some(ty) => {
                        let message = format!("{} cannot be indexed", describe(ty));
                        let mut diagnostic = Diagnostic::error(Code::NotIndexable, base.span, message);
                        if matches!(ty, DataType::Set(_) | DataType::Bag(..)) {
                            diagnostic = diagnostic.help("it is changed by `.insert(x)` and `.remove(x)`");
                        }
                        self.report(diagnostic);
                        return None;
                    }
                    None => {
                        self.expr(index, Some(&unknown()));
                        return None;
                    }
                };
                let index = self.of_type(index, &key);
                let place = place?;
                if index.is_failed() {
                    return None;
                }
                let text = format!("{}[…]", place.text);
                let mut path = place.path;
                path.push(Projection::Index(index));
                Some(Place { path, ty: element, text, span: e.span, ..place })
            }
            Ast::Error => None,
            _ => {
                let diagnostic =
                    Diagnostic::error(Code::NotAPlace, e.span, "only state variables can be changed")
                        .help("the left side is a variable, with any number of `[i]` and `.field` after it");
                self.report(diagnostic);
                None
            }
        }
    }

    /// Reports an assignment to something that is declared, but not by `var`, or not at all.
    fn not_a_variable(&mut self, span: Span, text: &str) {
        let what = match self.cx.globals.items.get(text) {
            Some((_, ItemKind::Const { .. })) => "a constant",
            Some((_, ItemKind::Fn(_))) => "a function",
            Some(_) => "a type",
            None if self.scope().is_some_and(|model| model.parts.contains_key(text)) => "a part",
            None if self.scope().is_some_and(|model| model.functions.contains_key(text)) => "a function",
            None if self.cx.globals.variants.contains_key(text) => "a variant",
            None if self.scope().is_some_and(|scope| scope.environment.is_some()) => {
                self.not_given(span, text);
                return;
            }
            None => {
                self.unknown(span, text);
                return;
            }
        };
        let message = format!("`{text}` is {what}, not a variable");
        self.report(
            Diagnostic::error(Code::NotAPlace, span, message).help("only what `var` declares can be changed"),
        );
    }

    /// Reports the change of a name that stands for a value.
    pub(super) fn not_a_place(&mut self, span: Span, text: &str) {
        let message = format!("`{text}` is a name for a value, not a variable");
        let diagnostic =
            Diagnostic::error(Code::NotAPlace, span, message).help("only what `var` declares can be changed");
        self.report(diagnostic);
    }

    fn variable(&mut self, span: Span, name: &Name) -> Option<Place> {
        let text = name.text.as_str();
        if self.local(text).is_some() || self.index.as_ref().is_some_and(|(name, _)| name == text) {
            self.not_a_place(span, text);
            return None;
        }
        if let Some(place) = self.argument_place(span, text) {
            return place;
        }
        match self.scope().and_then(|model| model.vars.get(text)).cloned() {
            Some((_, ty, _)) if is_unknown(&ty) => None,
            Some((state, ty, _)) => Some(self.place_of_variable(state, ty, text, span)),
            None => {
                self.not_a_variable(span, text);
                None
            }
        }
    }
}
