//! Literate chapters: which bytes of a file are the program.
//!
//! The program of a Markdown file stands in its fenced code blocks whose first word is `musil`; they are, in order, the
//! source text, so a model may span several of them. All other bytes are replaced by spaces, one for one, and line
//! ends are kept. The lexer then reads the blanked text as if it were the file, and every offset that it reports is an
//! offset into the file.
//!
//! Fences follow CommonMark 0.31, section 4.5: three or more backticks or tildes, indented by at most three columns
//! (inside a list item: beyond the item's own indentation), closed by at least as many of the same character. Fences in
//! block quotes are not looked for. A fence that nothing closes is an error here, since the rest of the file would
//! silently belong to it.

mod fence;

use std::ops::Range;

use musilc_ir::Span;

use crate::ast::Name;
use crate::diagnostic::{Code, Diagnostic};
use fence::{Block, blocks};

/// A chapter's file with the bytes that are program, and the blocks that hold what its checks should print.
#[derive(Clone, Debug)]
pub struct Source {
    name: String,
    text: String,
    program: String,
    expected: Vec<Expected>,
    diagnostics: Vec<Diagnostic>,
}

/// What an [`Expected`] block holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ExpectedKind {
    /// The counterexample or witness of a check.
    Trace,
    /// The same as messages between the nodes of a protocol.
    Chart,
    /// What the verdict about an open system rests on.
    Assumptions,
    /// What is printed about the outcome of a check.
    Verdict,
}

/// A block tagged `trace CHECK`, `chart CHECK`, `assumptions CHECK` or `verdict CHECK`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// What it holds.
    pub kind: ExpectedKind,
    /// The check that it is about, as written; nothing has looked whether there is one.
    pub check: Name,
    /// The bytes of the file between the line of the opening fence and the line of the closing one, with the line end of
    /// the last line.
    pub content: Range<usize>,
    /// The opening fence with its words.
    pub fence_span: Span,
    /// How many columns the opening fence is indented by; the lines of the content share this indentation.
    pub indent: usize,
}

impl Source {
    /// Reads the structure of a file. A name that ends in `.md` or `.markdown` makes it Markdown; every other file is
    /// program from its first to its last byte.
    ///
    /// What is wrong with the structure is kept in [`Source::diagnostics`]; [`parse`](crate::parse::parse) reports it
    /// along with its own findings.
    #[must_use]
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        let (name, text) = (name.into(), text.into());
        let lower = name.to_ascii_lowercase();
        let mut source = Self { name, text, program: String::new(), expected: vec![], diagnostics: vec![] };
        let bom = if source.text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        if lower.ends_with(".md") || lower.ends_with(".markdown") {
            source.read_markdown(bom);
        } else {
            let all = bom..source.text.len();
            source.program = blank_except(&source.text, std::iter::once(all));
        }
        source
    }

    fn read_markdown(&mut self, bom: usize) {
        let blocks = blocks(&self.text, bom);
        let mut program = vec![];
        for block in &blocks {
            if let Some(next) = block.unclosed {
                self.diagnostics.push(unclosed(block, next));
            }
            let mut words = block.info(&self.text).split_whitespace();
            match words.next() {
                Some("musil") => program.push(block.content.clone()),
                Some(word @ ("trace" | "chart" | "assumptions" | "verdict")) => {
                    let kind = match word {
                        "trace" => ExpectedKind::Trace,
                        "chart" => ExpectedKind::Chart,
                        "assumptions" => ExpectedKind::Assumptions,
                        _ => ExpectedKind::Verdict,
                    };
                    match words.next() {
                        Some(check) => self.expected.push(Expected {
                            kind,
                            check: Name { text: check.to_owned(), span: span_within(&self.text, check) },
                            content: block.content.clone(),
                            fence_span: block.fence_span,
                            indent: block.indent,
                        }),
                        None => self.diagnostics.push(unnamed(block, word)),
                    }
                }
                _ => {}
            }
        }
        if program.is_empty() {
            self.diagnostics.push(no_program(&self.text, &blocks));
        }
        self.program = blank_except(&self.text, program.into_iter());
    }

    /// The name of the file, as it is shown.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole file.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The file with everything but the program blanked; as long as [`Source::text`].
    #[must_use]
    pub fn program(&self) -> &str {
        &self.program
    }

    /// The blocks that hold what checks should print, in the order of the file.
    #[must_use]
    pub fn expected(&self) -> &[Expected] {
        &self.expected
    }

    /// What is wrong with the structure of the file.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }
}

/// `text` with every byte outside of the ranges, except line ends, replaced by a space. The ranges are ascending and lie
/// on character boundaries.
fn blank_except(text: &str, ranges: impl Iterator<Item = Range<usize>>) -> String {
    let mut out = String::with_capacity(text.len());
    let blank = |out: &mut String, part: &str| {
        out.extend(
            part.bytes().map(|byte| if matches!(byte, b'\n' | b'\r') { char::from(byte) } else { ' ' }),
        );
    };
    let mut at = 0;
    for range in ranges {
        blank(&mut out, text.get(at..range.start).unwrap_or_default());
        out.push_str(text.get(range.clone()).unwrap_or_default());
        at = range.end;
    }
    blank(&mut out, text.get(at..).unwrap_or_default());
    out
}

/// Where `part`, a slice of `text`, stands in it.
fn span_within(text: &str, part: &str) -> Span {
    let start = (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
    Span::new(start, start + part.len())
}

fn unclosed(block: &Block, next: Option<Span>) -> Diagnostic {
    let marks = block.marks();
    let error = Diagnostic::error(Code::UnclosedFence, block.fence_span, "this fenced block does not end")
        .primary("it begins here")
        .help(format!("end it with a line that holds only {marks}"));
    match next {
        Some(span) => error.label(span, "the next block begins before it ends"),
        None => error,
    }
}

fn unnamed(block: &Block, word: &str) -> Diagnostic {
    Diagnostic::error(
        Code::UnnamedExpectation,
        block.fence_span,
        format!("this `{word}` block does not say which check it belongs to"),
    )
    .help(format!("write the name of the check after it: `{word} NAME`"))
}

fn no_program(text: &str, blocks: &[Block]) -> Diagnostic {
    let near = blocks.iter().find(|block| {
        let info = block.info(text).trim_start();
        info.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("musil"))
    });
    let span = near.map_or(Span::new(0, 0), |block| block.fence_span);
    let error =
        Diagnostic::error(Code::NoProgram, span, "this chapter has no `musil` block, so it has no program");
    match near {
        Some(_) => error.help("the first word after the fence must be exactly `musil`"),
        None => error.help("put the model between a line ```musil and a line ```"),
    }
}
