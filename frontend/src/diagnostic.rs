//! What the compiler has to say about a chapter: one [`Diagnostic`] type for errors, warnings and notes.
//!
//! Nothing here knows terminals, JSON or files: a diagnostic is plain data, and rendering happens at the edge. Each
//! has a [`Code`] that never changes its meaning; `musilc explain` prints the explanation in the registry.

mod codes;

pub use codes::{Code, UnknownCode};
use musilc_ir::Span;

/// How serious a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Probably not what was meant; the chapter is compiled all the same.
    Warning,
    /// The chapter cannot be compiled.
    Error,
}

/// A place in the chapter with a remark about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place; may be empty, such as where a semicolon is missing.
    pub span: Span,
    /// The remark; may be empty.
    pub text: String,
    /// Whether this is the place that the diagnostic is about. Exactly one label is.
    pub primary: bool,
}

/// One thing that the compiler has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which kind of problem it is.
    pub code: Code,
    /// How serious it is.
    pub severity: Severity,
    /// One sentence, without a full stop.
    pub message: String,
    /// The places that it concerns, the primary one first.
    pub labels: Vec<Label>,
    /// What the author may do about it.
    pub help: Vec<String>,
    /// Further facts.
    pub notes: Vec<String>,
}

impl Diagnostic {
    /// A diagnostic of any severity about `span`.
    #[must_use]
    pub fn new(severity: Severity, code: Code, span: Span, message: impl Into<String>) -> Self {
        let primary = Label { span, text: String::new(), primary: true };
        Self { code, severity, message: message.into(), labels: vec![primary], help: vec![], notes: vec![] }
    }

    /// An error about `span`.
    #[must_use]
    pub fn error(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, span, message)
    }

    /// A warning about `span`.
    #[must_use]
    pub fn warning(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, span, message)
    }

    /// Sets the remark at the primary place.
    #[must_use]
    pub fn primary(mut self, text: impl Into<String>) -> Self {
        if let Some(label) = self.labels.iter_mut().find(|label| label.primary) {
            label.text = text.into();
        }
        self
    }

    /// Adds a remark at another place.
    #[must_use]
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into(), primary: false });
        self
    }

    /// Adds advice.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    /// Adds a fact.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// The place that the diagnostic is about.
    #[must_use]
    pub fn span(&self) -> Span {
        self.labels.iter().find(|label| label.primary).map_or(Span::new(0, 0), |label| label.span)
    }

    /// Whether it is an error.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Whether any of the diagnostics is an error.
#[must_use]
pub fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(Diagnostic::is_error)
}
