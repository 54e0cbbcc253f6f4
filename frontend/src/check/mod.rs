//! Names and types: from the syntax tree to the typed form.
//!
//! Top-level names are resolved on demand, in any order; cycles are reported. Bodies are checked bidirectionally: an expected type
//! flows down to where a literal (`None`, `{}`, an ambiguous variant) needs it. The ranges of integers are no part of
//! this: they are checked when a value is stored, at model time.

mod actions;
mod arguments;
mod calls;
mod constants;
mod exhaustive;
mod expectation;
mod expressions;
mod formulas;
mod frame;
mod globals;
mod instances;
mod members;
mod model;
mod open;
mod operators;
mod part;
mod patterns;
mod quantifiers;
mod recursion;
mod scope;
mod statements;
mod sync;
mod table;
mod types;

pub(crate) use expectation::CheckedCheck;
pub(crate) use types::fits;

use crate::ast;
use crate::diagnostic::{Code, Diagnostic, has_errors};
use crate::hir;
use crate::program::{Files, Options};
use actions::Occurrence;
use globals::Globals;
use musilc_ir::Span;
use scope::{ModelScope, ScopeId};
use std::collections::{HashMap, HashSet};
use sync::Joint;

/// What checking a chapter gives.
#[derive(Debug)]
pub(crate) struct Checked {
    /// The typed chapter.
    pub(crate) chapter: hir::Chapter,
    /// Its checks.
    pub(crate) checks: Vec<CheckedCheck>,
}

/// Checks a chapter whose text is `text`. What comes back is fit for lowering only if no diagnostic is an error.
pub(crate) fn check(
    ast: &ast::Chapter,
    text: &str,
    options: &Options,
    files: &dyn Files,
) -> (Checked, Vec<Diagnostic>) {
    let mut checker = Checker {
        globals: Globals::default(),
        chapter: hir::Chapter::default(),
        calls: Vec::new(),
        diagnostics: Vec::new(),
        resolving: 0,
        scopes: Vec::new(),
        models: HashMap::new(),
        joints: HashMap::new(),
        joined: HashSet::new(),
        apart: HashMap::new(),
        occurrences: Vec::new(),
        substituted: 0,
        looping: Vec::new(),
        quiet: false,
        hidden: None,
        text,
        files,
    };
    checker.declare(ast, options);
    checker.check_functions();
    checker.check_formula_patterns(ast);
    checker.check_models(ast);
    checker.check_recursion();
    let checks = checker.check_checks(ast);
    checker.uncover();
    (Checked { chapter: checker.chapter, checks }, checker.diagnostics)
}

/// How many diagnostics are kept; more than anybody reads.
const MAX_DIAGNOSTICS: usize = 300;

/// How long a chain of declarations may be of which each needs the next.
const CHAIN_LIMIT: usize = 100;

/// Longer names are compared with nothing, as that takes long.
const LONGEST_NAME: usize = 64;

/// What all parts of the checker share.
struct Checker<'a> {
    globals: Globals<'a>,
    chapter: hir::Chapter,
    /// Which function calls which, and where.
    calls: Vec<(hir::FunctionId, hir::FunctionId, Span)>,
    diagnostics: Vec<Diagnostic>,
    /// How many declarations are being resolved, each because the one before needs it.
    resolving: usize,
    /// The scopes of the model that is being checked: its own, and those of its parts.
    scopes: Vec<ModelScope<'a>>,
    /// The names of the models that the scopes are of.
    models: HashMap<ScopeId, &'a str>,
    /// The `sync`s, by scope and position among its declarations.
    joints: HashMap<(ScopeId, usize), Vec<Joint<'a>>>,
    /// The slots of the actions that happen in `sync` only.
    joined: HashSet<usize>,
    /// The instances that do so, of actions of which others happen by themselves: positions and values of their indices.
    apart: HashMap<usize, Vec<Vec<(usize, hir::Expr)>>>,
    /// What each action of a scope is in the whole, by slot.
    occurrences: Vec<Vec<Occurrence>>,
    /// How much text of arguments has been checked in the place of parameters.
    substituted: usize,
    /// The models that have been reported as parts of themselves.
    looping: Vec<String>,
    /// Whether nothing is reported: what a part is made of is checked by itself too.
    quiet: bool,
    /// The first error that has not been reported for this reason.
    hidden: Option<Diagnostic>,
    text: &'a str,
    files: &'a dyn Files,
}

impl Checker<'_> {
    fn report(&mut self, diagnostic: Diagnostic) {
        if !self.quiet {
            self.report_always(diagnostic);
        } else if self.hidden.is_none() && diagnostic.is_error() {
            self.hidden = Some(diagnostic);
        }
    }

    /// Does something without reporting what is wrong.
    fn quietly<T>(&mut self, something: impl FnOnce(&mut Self) -> T) -> T {
        let quiet = std::mem::replace(&mut self.quiet, true);
        let result = something(self);
        self.quiet = quiet;
        result
    }

    /// Does something and reports what is wrong, within something that is done quietly.
    fn loudly<T>(&mut self, something: impl FnOnce(&mut Self) -> T) -> T {
        let quiet = std::mem::replace(&mut self.quiet, false);
        let result = something(self);
        self.quiet = quiet;
        result
    }

    /// Reports what is wrong in a part and not in its model, if ever anything is: better at the wrong place than not at all.
    fn uncover(&mut self) {
        if !has_errors(&self.diagnostics) {
            self.diagnostics.extend(self.hidden.take());
        }
    }

    /// Reports something that only the whole is to blame for.
    fn report_always(&mut self, diagnostic: Diagnostic) {
        if self.diagnostics.len() < MAX_DIAGNOSTICS && !self.diagnostics.contains(&diagnostic) {
            self.diagnostics.push(diagnostic);
        }
    }

    fn error(&mut self, code: Code, span: Span, message: impl Into<String>) {
        self.report(Diagnostic::error(code, span, message));
    }

    /// Resolves what declares `name`; refuses where the chain of declarations that need each other has become too long.
    fn resolve<T>(&mut self, name: &ast::Name, resolve: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        if self.resolving == CHAIN_LIMIT {
            let message = format!("`{}` ends a chain of {CHAIN_LIMIT} declarations", name.text);
            let diagnostic = Diagnostic::error(Code::TooLarge, name.span, message)
                .primary("each needs the next")
                .help("write some of these declarations into those that need them");
            self.report(diagnostic);
            return None;
        }
        self.resolving += 1;
        let resolved = resolve(self);
        self.resolving -= 1;
        resolved
    }
}

/// The name among `candidates` that `written` was likely meant to be: one with a common beginning (Jaro and Winkler's measure), or one
/// that a slip of the fingers turns into it.
fn nearest<'n>(written: &str, candidates: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    if written.len() > LONGEST_NAME {
        return None;
    }
    let score = |name: &str| {
        let slip = written.len().max(name.len()) >= 3 && strsim::osa_distance(written, name) == 1;
        strsim::jaro_winkler(written, name).max(if slip { 0.9 } else { 0.0 })
    };
    candidates
        .into_iter()
        .filter(|name| *name != written && name.len() <= LONGEST_NAME)
        .map(|name| (score(name), name))
        .filter(|(score, _)| *score > 0.84)
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))
        .map(|(_, name)| name)
}

/// Names as a list: `` `a`, `b` and `c` ``.
fn listed<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let mut names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match names.pop() {
        Some(last) if names.is_empty() => last,
        Some(last) => format!("{} and {last}", names.join(", ")),
        None => String::new(),
    }
}

/// Adds "did you mean" to a diagnostic, where some candidate is near.
pub(crate) fn suggest<'n>(
    diagnostic: Diagnostic,
    written: &str,
    candidates: impl IntoIterator<Item = &'n str>,
) -> Diagnostic {
    match nearest(written, candidates) {
        Some(name) => diagnostic.help(format!("did you mean `{name}`?")),
        None => diagnostic,
    }
}
