//! The findings of one run of the parser.

use std::collections::BTreeSet;
use std::ops::Range;

use musilc_ir::Span;

use crate::diagnostic::Diagnostic;

/// How many errors are reported; whoever makes more is helped better by the first ones.
const MAX_ERRORS: usize = 100;

/// Collects diagnostics and remembers where they are, so that one mistake is reported once.
pub(super) struct Report<'p> {
    /// The program, for the text of tokens and the lines that they stand on.
    pub(super) program: &'p str,
    diagnostics: Vec<Diagnostic>,
    /// The offsets that errors are about.
    places: BTreeSet<u32>,
    errors: usize,
}

impl<'p> Report<'p> {
    pub(super) fn new(program: &'p str) -> Self {
        Self { program, diagnostics: vec![], places: BTreeSet::new(), errors: 0 }
    }

    /// Adds a diagnostic, unless there are too many errors already.
    pub(super) fn push(&mut self, diagnostic: Diagnostic) {
        if diagnostic.is_error() {
            self.errors += 1;
            if self.errors > MAX_ERRORS {
                return;
            }
            self.mark(diagnostic.span());
        }
        self.diagnostics.push(diagnostic);
    }

    pub(super) fn extend(&mut self, diagnostics: impl IntoIterator<Item = Diagnostic>) {
        for diagnostic in diagnostics {
            self.push(diagnostic);
        }
    }

    /// Remembers that this place has been dealt with.
    pub(super) fn mark(&mut self, span: Span) {
        self.places.insert(span.start);
    }

    /// Whether no further error would be shown.
    pub(super) fn is_full(&self) -> bool {
        self.errors > MAX_ERRORS
    }

    /// Whether an error has been reported in this part of the program.
    pub(super) fn has_error_in(&self, span: Span) -> bool {
        self.places.range(span.start..=span.end).next().is_some()
    }

    /// The text of a part of the program.
    pub(super) fn text(&self, range: Range<usize>) -> &'p str {
        self.program.get(range).unwrap_or_default()
    }

    /// Whether a line ends between the two offsets.
    pub(super) fn line_ends_between(&self, start: usize, end: usize) -> bool {
        self.text(start..end).contains('\n')
    }

    /// How many blanks the line of `offset` begins with, and whether nothing else stands before `offset`.
    pub(super) fn indentation(&self, offset: usize) -> (usize, bool) {
        let before = self.text(0..offset);
        let line = before.rfind('\n').map_or(0, |end| end + 1);
        let rest = self.text(line..self.program.len());
        let indent = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        (indent, line + indent == offset)
    }

    /// The diagnostics in the order of the file.
    pub(super) fn finish(mut self) -> Vec<Diagnostic> {
        self.diagnostics.sort_by_key(|diagnostic| diagnostic.span().start);
        if self.is_full()
            && let Some(last) = self.diagnostics.pop()
        {
            let more = self.errors - MAX_ERRORS;
            self.diagnostics.push(last.note(format!("{more} or more further errors are not shown")));
        }
        self.diagnostics
    }
}
