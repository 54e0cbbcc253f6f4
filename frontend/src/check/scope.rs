//! What a body can see, and the checker of one body.

use super::Checker;
use super::formulas::Expansion;
use super::types::unknown;
use crate::ast;
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{self, FunctionId, LocalId, StateId};
use musilc_ir::{DataType, Span};
use std::collections::HashMap;

/// The names of a model, or of a part of one; see [`super::frame`].
#[derive(Default)]
pub(super) struct ModelScope<'a> {
    /// Of a part: the scope that its declaration stands in.
    pub(super) parent: Option<ScopeId>,
    /// Whether nothing is known of it, after an error: whatever mentions it is in error too, silently.
    pub(super) unknown: bool,
    /// The names of the parts on the way to it, each with a dot after it: `cache.`.
    pub(super) path: String,
    /// The same with `[_]` where an index belongs: `cache[_].`.
    pub(super) title: String,
    /// The indices of the parts on the way to it, outermost first.
    pub(super) indices: Vec<(String, DataType)>,
    /// What it is to the model around, if it is an environment; of an environment by itself, an environment.
    pub(super) environment: Option<ast::PartRole>,
    /// What it declares.
    pub(super) items: &'a [ast::ModelItem],
    /// The parameters of a model that is no part: the first locals of all bodies in it, those of its parts too.
    pub(super) params: Vec<(String, DataType)>,
    /// What the parameters of a part stand for.
    pub(super) stands: HashMap<String, Stand<'a>>,
    /// Position and type of each variable, and where it is declared. The type is the one that the scope sees, of a single instance.
    pub(super) vars: HashMap<String, (StateId, DataType, Span)>,
    pub(super) functions: HashMap<String, FunctionId>,
    pub(super) actions: HashMap<String, ActionEntry<'a>>,
    /// The parts, and where each is declared.
    pub(super) parts: HashMap<String, (ScopeId, Span)>,
}

/// A scope in [`Checker::scopes`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct ScopeId(pub(super) usize);

/// What a parameter of a part stands for: an argument, which means something in the scope around the part.
#[derive(Clone)]
pub(super) enum Stand<'a> {
    /// A value of the type.
    Value(&'a ast::Expr, DataType),
    /// A place.
    Place(&'a ast::Expr),
    /// Nothing, after an error.
    Unknown,
}

/// An action as its scope declares it.
#[derive(Clone)]
pub(super) struct ActionEntry<'a> {
    /// Where its [occurrences](super::actions::Occurrence) are kept.
    pub(super) slot: usize,
    /// Names and types of its own parameters.
    pub(super) params: Vec<(String, DataType)>,
    /// Its declaration.
    pub(super) item: &'a ast::ModelItem,
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
    /// The scope whose names it sees.
    pub(super) model: Option<ScopeId>,
    /// Which instance it is of the parts on the way to the scope.
    pub(super) indices: Vec<hir::Expr>,
    /// The index of the part whose arguments are being checked.
    pub(super) index: Option<(String, hir::Expr)>,
    /// Whether nothing may depend on the state.
    pub(super) constant: bool,
    /// Which variables can be read: those before this position.
    pub(super) visible: u32,
    /// The function whose body it is.
    pub(super) function: Option<FunctionId>,
    /// Whether `x'` means something here.
    pub(super) primes: bool,
    /// Whether this is already the state after the step.
    pub(super) primed: bool,
    /// Whether anything was read in the state after a step.
    pub(super) looked_ahead: bool,
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
            indices: Vec::new(),
            index: None,
            constant: false,
            visible: 0,
            function: None,
            primes: false,
            primed: false,
            looked_ahead: false,
            time: Time::None,
            expansion: Expansion::default(),
            names: Vec::new(),
            next: 0,
        }
    }

    /// A new local that the following code can see.
    pub(super) fn bind(&mut self, name: &str, ty: DataType) -> LocalId {
        let id = self.fresh();
        self.names.push((name.to_owned(), id, ty));
        id
    }

    /// A new local without a name.
    pub(super) fn fresh(&mut self) -> LocalId {
        let id = LocalId(self.next);
        self.next += 1;
        id
    }

    /// Another name for a local.
    pub(super) fn alias(&mut self, name: &str, id: LocalId, ty: DataType) {
        self.names.push((name.to_owned(), id, ty));
    }

    /// Forgets a name.
    pub(super) fn hide(&mut self, name: &str) {
        self.names.retain(|(known, ..)| known != name);
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
