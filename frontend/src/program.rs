//! The compiled chapter: what the checks are, and the transition system of each.

use crate::check::{self, Checked};
use crate::diagnostic::{Diagnostic, has_errors};
use crate::hir::Assumption;
use crate::literate::Source;
use crate::protocol::{self, Sketch};
use crate::unread::Unread;
use crate::{environment, hir, library, lower, parse};
use musilc_ir::{Span, TransitionSystem};

/// What the command line says about a chapter.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Values for constants, `NAME` and value as text, the last of a name wins.
    pub constants: Vec<(String, String)>,
}

/// Reads the files that a chapter names.
pub trait Files {
    /// The text of the file at this path, relative to the chapter.
    ///
    /// # Errors
    /// Why it cannot be read, as a sentence without its full stop.
    fn read(&self, path: &str) -> Result<String, String>;
}

/// A check, as declared.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// Its name, unique in the chapter.
    pub name: String,
    /// Its documentation.
    pub doc: Option<String>,
    /// The whole item.
    pub span: Span,
    /// The name of the model.
    pub model: String,
    /// Whether it claims what its environments guarantee, and not the properties of the model.
    pub guarantee: bool,
    /// The environments that the model runs in.
    pub environments: Vec<Environment>,
    /// The model's arguments as written, such as `atomic: false`.
    pub arguments: String,
    /// The verdict that it must get.
    pub expect: Expect,
    /// Where the expectation stands.
    pub expect_span: Span,
}

impl Check {
    /// Whether an action of this name, as the transition system has it, is one of an environment of the check.
    #[must_use]
    pub fn is_of_environment(&self, action: &str) -> bool {
        self.environments.iter().any(|environment| {
            action.strip_prefix(environment.name.as_str()).is_some_and(|rest| rest.starts_with(['.', '[']))
        })
    }
}

/// An environment of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment {
    /// What it is called in the check; its actions and assumptions are named after it.
    pub name: String,
    /// As the check has it: `Kubernetes(ref pods)`.
    pub written: String,
}

/// The verdict that a check must get.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expect {
    /// No violation.
    Holds {
        /// The exact number of reachable states.
        states: Option<u64>,
    },
    /// This invariant or step invariant is the first violation; or this temporal or recoverable property is violated.
    Violates {
        /// Its name; it exists in the model and is no `reachable`.
        property: String,
        /// The length of the shortest counterexample; never of a temporal property.
        depth: Option<u32>,
        /// Of a temporal property: the lengths of the counterexample's stem and loop.
        lasso: Option<(u32, u32)>,
    },
    /// A deadlock is the first violation.
    Deadlock {
        /// The length of the shortest counterexample.
        depth: Option<u32>,
    },
    /// A model error is the first violation.
    Error {
        /// The length of the shortest counterexample.
        depth: Option<u32>,
    },
    /// This `reachable` property is reached.
    Reaches {
        /// Its name; it exists in the model and is a `reachable`.
        property: String,
        /// The length of the shortest witness.
        depth: Option<u32>,
    },
    /// The invariants that are declared inductive do not imply that this one stays true in a step.
    NotInductive {
        /// Its name; it exists in the model and is declared inductive.
        property: String,
    },
}

/// A chapter without errors.
#[derive(Debug)]
pub struct Program {
    checked: Checked,
    checks: Vec<Check>,
    /// What can be seen of protocols.
    sketches: Vec<Sketch>,
}

impl Program {
    /// The checks, in order of declaration.
    #[must_use]
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// The typed chapter, for tests that execute it as it stands.
    #[doc(hidden)]
    #[must_use]
    pub fn chapter(&self) -> &hir::Chapter {
        &self.checked.chapter
    }

    /// The position of the model of the check at this position, and the values of the model's parameters; for tests too.
    #[doc(hidden)]
    #[must_use]
    pub fn instance(&self, check: usize) -> Option<(usize, &[hir::Body])> {
        self.checked.checks.get(check).map(|check| (check.model, check.args.as_slice()))
    }

    /// Builds the transition system of the check at this position.
    ///
    /// # Errors
    /// What keeps the system from being built: an argument that is no value, or sizes beyond the limits. An empty list stands for a
    /// position that is none.
    pub fn system(&self, check: usize) -> Result<TransitionSystem, Vec<Diagnostic>> {
        self.system_assuming(check, &|_| true)
    }

    /// What the environments of the check at this position rest on, in order of declaration.
    #[must_use]
    pub fn assumptions(&self, check: usize) -> &[Assumption] {
        let model =
            self.checked.checks.get(check).and_then(|check| self.checked.chapter.models.get(check.model));
        model.map(|model| model.assumptions.as_slice()).unwrap_or_default()
    }

    /// Builds the transition system of the check at this position, where `assumed` says which of its assumptions, by name, restrict
    /// steps. Its variables, and its actions but for their guards, are the same whatever is assumed.
    ///
    /// # Errors
    /// As those of [`Program::system`].
    pub fn system_assuming(
        &self,
        check: usize,
        assumed: &dyn Fn(&str) -> bool,
    ) -> Result<TransitionSystem, Vec<Diagnostic>> {
        let Some(check) = self.checked.checks.get(check) else { return Err(Vec::new()) };
        let mut system = lower::lower(&self.checked.chapter, check, assumed)?;
        let sketch = self.sketches.iter().find(|sketch| sketch.protocol == check.check.model);
        system.chart = sketch.and_then(|sketch| sketch.chart(&system));
        Ok(system)
    }
}

/// How many diagnostics are shown; whoever makes more mistakes is helped better by the first ones.
const MAX_DIAGNOSTICS: usize = 100;

/// Compiles a chapter; there is a program exactly where no diagnostic is an error.
///
/// Recursion goes as deep as expressions nest, which the parser limits: run it on a thread with some tens of megabytes of stack.
#[must_use]
pub fn compile(source: &Source, options: &Options, files: &dyn Files) -> (Option<Program>, Vec<Diagnostic>) {
    let (ast, mut diagnostics) = parse::parse(source);
    let unread = Unread::new(source.program(), &ast, &diagnostics);
    let (ast, found) = library::expand(ast);
    diagnostics.extend(found);
    let (ast, sketches, found) = protocol::expand(ast);
    diagnostics.extend(found);
    let (ast, found) = environment::expand(ast);
    diagnostics.extend(found);
    let (checked, found) = check::check(&ast, source.text(), options, files);
    diagnostics.extend(found.into_iter().filter(|diagnostic| !unread.explains(diagnostic)));
    diagnostics.sort_by_key(|diagnostic| diagnostic.span().start);
    if diagnostics.len() > MAX_DIAGNOSTICS {
        let more = diagnostics.len() - MAX_DIAGNOSTICS;
        // Errors go before warnings where not all are shown.
        diagnostics.sort_by_key(|diagnostic| !diagnostic.is_error());
        diagnostics.truncate(MAX_DIAGNOSTICS);
        diagnostics.sort_by_key(|diagnostic| diagnostic.span().start);
        if let Some(last) = diagnostics.last_mut() {
            last.notes.push(format!("{more} more are not shown"));
        }
    }
    if has_errors(&diagnostics) {
        return (None, diagnostics);
    }
    let checks = checked.checks.iter().map(|check| check.check.clone()).collect();
    (Some(Program { checked, checks, sketches }), diagnostics)
}
