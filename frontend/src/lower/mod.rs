//! From the typed form to the intermediate representation, by symbolic execution.
//!
//! A value of the language is represented by the expressions of its leaves ([`Val`]); see `musilc_ir::DataType`. Bodies are
//! executed once, symbolically: assignments replace the values of variables, branches are merged by conditionals, loops and
//! quantifiers are expanded. What may go wrong is collected on the way as failures, each under the condition that evaluation gets there.

mod claim;
mod collections;
mod domain;
mod enabled;
mod expr;
mod formula;
mod key;
mod open;
mod pattern;
mod quantifier;
mod statement;
mod store;
mod system;
mod value;

use crate::diagnostic::{Code, Diagnostic};
use crate::hir;
use musilc_ir::{Context, DataType, ExprId, Failure, FailureKind, Span};

pub(crate) use system::lower;
use value::Val;

/// The most expressions that a check may expand to.
const NODE_LIMIT: usize = 1_000_000;

/// The most steps that the expansion of a check may take: expressions that are built anew each time cost steps, those that are the same
/// again cost steps but no room.
const STEP_LIMIT: u64 = 10_000_000;

/// How many mistakes are reported.
const MAX_DIAGNOSTICS: usize = 100;

/// Bounds within which arithmetic stays exact in every engine.
const NUMBER_LIMIT: i64 = 1 << 53;

/// The state of symbolic execution.
struct Lowerer<'h> {
    cx: Context,
    chapter: &'h hir::Chapter,
    /// The actions of the model.
    actions: &'h [hir::Action],
    /// Whether the assumption of this name restricts steps.
    assumed: &'h dyn Fn(&str) -> bool,
    /// The values of the model's parameters.
    params: Vec<Val>,
    /// The types of the state variables.
    var_types: Vec<DataType>,
    /// The values of the state variables at this point.
    vars: Vec<Val>,
    /// Their values after the step, in a step invariant.
    next: Vec<Val>,
    /// The values of the locals of the current body.
    locals: Vec<Option<Val>>,
    /// The condition under which evaluation gets to this point.
    path: ExprId,
    failures: Vec<Failure>,
    diagnostics: Vec<Diagnostic>,
    /// The outermost quantifier that is being written out.
    outermost: Option<Span>,
    /// The parts of the claim that is being taken apart.
    parts: usize,
    /// What the expansion has cost so far.
    steps: u64,
    /// Set once the expansion is beyond its limit: nothing more is built.
    exhausted: bool,
}

impl<'h> Lowerer<'h> {
    fn new(chapter: &'h hir::Chapter, assumed: &'h dyn Fn(&str) -> bool) -> Self {
        let mut cx = Context::new();
        let path = cx.bool(true);
        Self {
            cx,
            chapter,
            actions: &[],
            assumed,
            params: Vec::new(),
            var_types: Vec::new(),
            vars: Vec::new(),
            next: Vec::new(),
            locals: Vec::new(),
            path,
            failures: Vec::new(),
            diagnostics: Vec::new(),
            outermost: None,
            parts: 0,
            steps: 0,
            exhausted: false,
        }
    }

    /// Begins a body: a fresh frame whose first locals are the model's parameters, and no failures.
    fn begin(&mut self, locals: u32) {
        self.locals = vec![None; locals as usize];
        let params = self.params.clone();
        for (slot, value) in self.locals.iter_mut().zip(params) {
            *slot = Some(value);
        }
        self.path = self.cx.bool(true);
        self.failures.clear();
    }

    fn bind(&mut self, local: hir::LocalId, value: Val) {
        let index = local.0 as usize;
        if index >= self.locals.len() {
            self.locals.resize(index + 1, None);
        }
        self.locals[index] = Some(value);
    }

    /// Notes that evaluation fails here where `condition` is true.
    fn fail(&mut self, condition: ExprId, kind: FailureKind, value: Option<ExprId>, span: Span) {
        let condition = self.cx.and([self.path, condition]);
        if self.cx.as_bool(condition) != Some(false) {
            self.failures.push(Failure { condition, kind, value, span });
        }
    }

    /// Evaluates something that is reached only where `condition` is true too.
    fn under<T>(&mut self, condition: ExprId, evaluate: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.path;
        self.path = self.cx.and([outer, condition]);
        let result = evaluate(self);
        self.path = outer;
        result
    }

    /// Whether nothing reaches this point, so that nothing need be evaluated.
    fn is_dead(&self) -> bool {
        self.cx.as_bool(self.path) == Some(false)
    }

    /// Reports a mistake, once however often it is met; after many, no more.
    fn complain(&mut self, diagnostic: Diagnostic) {
        if self.diagnostics.len() < MAX_DIAGNOSTICS && !self.diagnostics.contains(&diagnostic) {
            self.diagnostics.push(diagnostic);
        }
    }

    /// Notes work that no expression shows.
    fn charge(&mut self, steps: usize) {
        self.steps = self.steps.saturating_add(steps as u64);
    }

    /// Stops the expansion where it has become too large.
    fn check_size(&mut self, span: Span) -> bool {
        self.steps += 1;
        if !self.exhausted && (self.cx.len() > NODE_LIMIT || self.steps > STEP_LIMIT) {
            self.exhausted = true;
            self.diagnostics.push(
                Diagnostic::error(
                    Code::TooLarge,
                    self.outermost.unwrap_or(span),
                    "written out over all values, this check becomes too large",
                )
                .primary("the limit was reached here")
                .help("range over smaller types, or give the model smaller parameters"),
            );
        }
        self.exhausted
    }

    /// Refuses arithmetic whose result could be too large for the engines.
    fn check_bounds(&mut self, expr: ExprId, span: Span) -> ExprId {
        let (lo, hi) = self.cx.bounds(expr);
        if lo >= -NUMBER_LIMIT && hi <= NUMBER_LIMIT {
            return expr;
        }
        let message = "the value of this expression could lie beyond ±2^53";
        let diagnostic = Diagnostic::error(Code::ArithmeticTooLarge, span, message)
            .help("use smaller ranges, or store intermediate results in a range");
        self.complain(diagnostic);
        self.cx.int(0)
    }
}
