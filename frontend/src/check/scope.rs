//! What a body can see, and the checker of one body.

use super::Checker;
use super::formulas::Expansion;
use super::types::unknown;
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{self, ActionId, FunctionId, LocalId, StateId};
use musilc_ir::{DataType, Span};
use std::collections::HashMap;

/// The names of a model.
#[derive(Default)]
pub(super) struct ModelScope {
    pub(super) params: Vec<(String, DataType)>,
    /// Position and type of each variable, and where it is declared.
    pub(super) vars: HashMap<String, (StateId, DataType, Span)>,
    pub(super) functions: HashMap<String, FunctionId>,
    /// The actions, with names and types of their parameters.
    pub(super) actions: HashMap<String, (ActionId, Vec<(String, DataType)>)>,
}

/// A name with its local and type.
pub(super) type Bound = (String, LocalId, DataType);

/// How far a body may look beyond the current state.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Time {
    /// It is evaluated while a step is taken or the first state is made.
    None,
    /// It is a condition on states, which may ask for what is enabled there.
    State,
    /// It is a temporal formula.
    Run,
}

/// Checks one body: of a function, an action, a property, an initial value or an argument.
pub(super) struct Body<'c, 'a> {
    pub(super) cx: &'c mut Checker<'a>,
    pub(super) model: Option<&'c ModelScope>,
    /// Which variables can be read: those before this position.
    pub(super) visible: u32,
    /// The function whose body it is.
    pub(super) function: Option<FunctionId>,
    /// Whether `x'` means something here.
    pub(super) primes: bool,
    /// Whether this is already the state after the step.
    pub(super) primed: bool,
    /// What may be said here of actions and of time.
    pub(super) time: Time,
    /// The patterns that are being written out.
    pub(super) expansion: Expansion<'a>,
    names: Vec<Bound>,
    next: u32,
}

impl<'c, 'a> Body<'c, 'a> {
    /// A body that sees the top level only.
    pub(super) fn top(cx: &'c mut Checker<'a>) -> Self {
        Body {
            cx,
            model: None,
            visible: 0,
            function: None,
            primes: false,
            primed: false,
            time: Time::None,
            expansion: Expansion::default(),
            names: Vec::new(),
            next: 0,
        }
    }

    /// A body inside a model: its first locals are the model's parameters.
    pub(super) fn of_model(cx: &'c mut Checker<'a>, model: &'c ModelScope) -> Self {
        let mut body = Body { model: Some(model), visible: u32::MAX, ..Body::top(cx) };
        for (name, ty) in &model.params {
            body.bind(name, ty.clone());
        }
        body
    }

    /// A new local that the following code can see.
    pub(super) fn bind(&mut self, name: &str, ty: DataType) -> LocalId {
        let id = LocalId(self.next);
        self.next += 1;
        self.names.push((name.to_owned(), id, ty));
        id
    }

    /// What to give [`Self::leave`] to forget the names bound from here on.
    pub(super) fn mark(&self) -> usize {
        self.names.len()
    }

    /// Forgets the names bound since the mark.
    pub(super) fn leave(&mut self, mark: usize) {
        self.names.truncate(mark);
    }

    /// Forgets the names bound since the mark for a while, until they are given to [`Self::resume`].
    pub(super) fn suspend(&mut self, mark: usize) -> Vec<Bound> {
        self.names.split_off(mark)
    }

    /// Makes names visible again.
    pub(super) fn resume(&mut self, names: Vec<Bound>) {
        self.names.extend(names);
    }

    /// The local with this name, the innermost one.
    pub(super) fn local(&self, name: &str) -> Option<(LocalId, DataType)> {
        self.names.iter().rev().find(|(n, ..)| n == name).map(|(_, id, ty)| (*id, ty.clone()))
    }

    /// The names of locals.
    pub(super) fn local_names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(|(name, ..)| name.as_str())
    }

    /// How many locals the body needs.
    pub(super) fn locals(&self) -> u32 {
        self.next
    }

    pub(super) fn error(&mut self, code: Code, span: Span, message: impl Into<String>) -> hir::Expr {
        self.cx.error(code, span, message);
        failed(span)
    }

    pub(super) fn report(&mut self, diagnostic: Diagnostic) -> hir::Expr {
        let span = diagnostic.span();
        self.cx.report(diagnostic);
        failed(span)
    }
}

/// Stands for an expression that has been reported.
pub(super) fn failed(span: Span) -> hir::Expr {
    hir::Expr { ty: DataType::Bool, span, kind: hir::ExprKind::Error }
}

impl hir::Expr {
    /// The type, as a hint for what stands beside it: literals beside something in error are in error too, silently.
    pub(super) fn hint(&self) -> DataType {
        if self.is_failed() { unknown() } else { self.ty.clone() }
    }

    /// Whether it stands for something that has been reported.
    pub(super) fn is_failed(&self) -> bool {
        matches!(self.kind, hir::ExprKind::Error)
    }
}
