//! What a chapter may declare in the parts that could not be read.

use crate::ast::{Chapter, ItemKind, ModelItemKind, Stmt, StmtKind};
use crate::diagnostic::{Code, Diagnostic};
use musilc_ir::Span;
use std::collections::HashSet;

/// The words of the parts of a chapter that could not be read. A name among them may be declared there, so that an error about its absence
/// may be no error.
pub(crate) struct Unread<'p> {
    program: &'p str,
    words: HashSet<&'p str>,
    /// Whether anything could not be read.
    any: bool,
}

impl<'p> Unread<'p> {
    /// Collects the words; `mistakes` is what the parser found wrong.
    pub(crate) fn new(program: &'p str, chapter: &Chapter, mistakes: &[Diagnostic]) -> Self {
        let any = mistakes.iter().any(Diagnostic::is_error);
        let mut unread = Self { program, words: HashSet::new(), any };
        if any {
            unread.chapter(chapter);
        }
        // A comment without an end swallows the rest of the program.
        for open in mistakes.iter().filter(|mistake| mistake.code == Code::UnterminatedComment) {
            unread.add(Span::new(open.span().range().start, program.len()));
        }
        unread
    }

    /// Whether a diagnostic may be owed to what could not be read alone.
    pub(crate) fn explains(&self, diagnostic: &Diagnostic) -> bool {
        let name = || self.program.get(diagnostic.span().range()).unwrap_or_default();
        match diagnostic.code {
            Code::UnknownName
            | Code::UnknownType
            | Code::UnknownField
            | Code::UnknownModel
            | Code::UnknownEnvironment
            | Code::NotGiven
            | Code::UnknownAction
            | Code::UnknownPart
            | Code::UnknownProperty
            | Code::NotConstant
            | Code::TableState => self.words.contains(name()),
            // The command line names the constant, not the chapter.
            Code::UnknownConstant => self.any,
            _ => false,
        }
    }

    fn add(&mut self, span: Span) {
        let text = self.program.get(span.range()).unwrap_or_default();
        self.words
            .extend(text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()));
    }

    fn chapter(&mut self, chapter: &Chapter) {
        for item in &chapter.items {
            match &item.kind {
                ItemKind::Error => self.add(item.span),
                ItemKind::Model { items, .. }
                | ItemKind::Protocol { items, .. }
                | ItemKind::Environment { items, .. } => {
                    for item in items {
                        match &item.kind {
                            ModelItemKind::Error => self.add(item.span),
                            ModelItemKind::Action(action) => self.statements(&action.body),
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn statements(&mut self, stmts: &[Stmt]) {
        for stmt in stmts {
            match &stmt.kind {
                StmtKind::Error => self.add(stmt.span),
                StmtKind::If { then, otherwise, .. } => {
                    self.statements(then);
                    self.statements(otherwise);
                }
                StmtKind::Match { arms, .. } => arms.iter().for_each(|arm| self.statements(&arm.body)),
                StmtKind::For { body, .. } => self.statements(body),
                StmtKind::Let { .. }
                | StmtKind::Assign { .. }
                | StmtKind::Call(_)
                | StmtKind::Communicate(_) => {}
            }
        }
    }
}
