//! Diagnostics and violations with the lines of the chapter that they are about.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use musilc_frontend::diagnostic::{Diagnostic, Severity};
use musilc_frontend::literate::Source;
use musilc_ir::Span;
use std::ops::Range;

/// A diagnostic, with colours.
pub(crate) fn diagnostic(source: &Source, diagnostic: &Diagnostic, width: usize) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let title = level.primary_title(&diagnostic.message).id(diagnostic.code.to_string());
    let marks = diagnostic.labels.iter().map(|label| Mark {
        span: label.span,
        text: label.text.clone(),
        primary: label.primary,
    });
    let mut group = Group::with_title(title);
    // A file without text has no line to show.
    group = match source.text().is_empty() {
        true => group.element(annotate_snippets::Origin::path(source.name())),
        false => group.element(snippet(source, marks)),
    };
    group = group.elements(diagnostic.notes.iter().map(|note| Level::NOTE.message(note)));
    group = group.elements(diagnostic.help.iter().map(|help| Level::HELP.message(help)));
    Renderer::styled().term_width(width).render(&[group])
}

/// A place in the chapter with a remark.
#[derive(Clone, Debug)]
pub(crate) struct Mark {
    pub(crate) span: Span,
    pub(crate) text: String,
    pub(crate) primary: bool,
}

/// Something about a check, with the lines that it is about.
pub(crate) fn finding(
    source: &Source,
    title: &str,
    marks: Vec<Mark>,
    notes: &[String],
    width: usize,
) -> String {
    let group = Group::with_title(Level::ERROR.primary_title(title))
        .element(snippet(source, marks))
        .elements(notes.iter().map(|note| Level::NOTE.message(note)));
    Renderer::styled().term_width(width).render(&[group])
}

fn snippet<'s>(
    source: &'s Source,
    marks: impl IntoIterator<Item = Mark>,
) -> Snippet<'s, annotate_snippets::Annotation<'s>> {
    let annotations = marks.into_iter().map(|mark| {
        let kind = if mark.primary { AnnotationKind::Primary } else { AnnotationKind::Context };
        let annotation = kind.span(within(source.text(), mark.span));
        if mark.text.is_empty() { annotation } else { annotation.label(mark.text) }
    });
    Snippet::source(source.text()).path(source.name()).annotations(annotations)
}

/// The span as a range of the text on character boundaries, whatever the span says.
fn within(text: &str, span: Span) -> Range<usize> {
    let Range { start, end } = span.range();
    let start = floor(text, start);
    start..floor(text, end).max(start)
}

fn floor(text: &str, offset: usize) -> usize {
    let offset = offset.min(text.len());
    (0..=offset).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

/// The line and column of an offset, both from 1; columns count characters.
pub(crate) fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..floor(text, offset)).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}

#[cfg(test)]
mod tests {
    use super::super::style::plain;
    use super::*;
    use musilc_frontend::diagnostic::Code;

    #[test]
    fn a_diagnostic_points_into_the_markdown_file() {
        let text = "# Title\n\n```musil\nvar x = é;\n```\n";
        let source = Source::new("t.md", text);
        let start = text.find('é').unwrap();
        let error =
            Diagnostic::error(Code::BadCharacter, Span::new(start, start + 2), "`é` has no meaning here")
                .primary("this one")
                .help("write a number");
        let shown = plain(&diagnostic(&source, &error, 100));
        snapbox::assert_data_eq!(
            shown,
            snapbox::str![[r#"
error[E0001]: `é` has no meaning here
 --> t.md:4:9
  |
4 | var x = é;
  |         ^ this one
  |
  = help: write a number
"#]]
        );
    }

    #[test]
    fn wild_spans_do_no_harm() {
        let source = Source::new("t.md", "é");
        for (start, end) in [(0, 0), (1, 1), (1, 2), (5, 9), (0, 900)] {
            let error = Diagnostic::error(Code::BadCharacter, Span::new(start, end), "m");
            assert!(diagnostic(&source, &error, 100).contains("t.md"), "{start}..{end}");
        }
        let empty = Source::new("e.md", "");
        let error = Diagnostic::error(Code::NoProgram, Span::new(0, 0), "m");
        assert!(plain(&diagnostic(&empty, &error, 100)).contains("e.md"));
    }

    #[test]
    fn lines_and_columns() {
        assert_eq!(line_and_column("ab\né\nc", 0), (1, 1));
        assert_eq!(line_and_column("ab\né\nc", 3), (2, 1));
        assert_eq!(line_and_column("ab\né\nc", 4), (2, 1));
        assert_eq!(line_and_column("ab\né\nc", 6), (3, 1));
        assert_eq!(line_and_column("ab", 99), (1, 3));
    }
}
