//! The chapter's top-level names: what they declare, resolved on demand.

use super::{Checker, constants::Constant, listed, nearest};
use crate::ast::{self, ItemKind, Name};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::FunctionId;
use crate::program::Options;
use musilc_ir::{DataType, Span};
use std::collections::HashMap;

/// How far the resolution of a name has come.
pub(super) enum Resolution<T> {
    /// It has begun and not ended: meeting it again is a cycle.
    Running,
    /// It has ended; `None` after an error.
    Done(Option<T>),
}

/// The top-level names of a chapter.
#[derive(Default)]
pub(super) struct Globals<'a> {
    /// Constants, types, enums, structs and functions share one name space.
    pub(super) items: HashMap<&'a str, (&'a Name, &'a ItemKind)>,
    pub(super) constants: HashMap<&'a str, Resolution<Constant>>,
    pub(super) types: HashMap<&'a str, Resolution<DataType>>,
    /// The enums that have a variant of this name, in order of declaration, with the variant's position.
    pub(super) variants: HashMap<&'a str, Vec<(&'a Name, usize)>>,
    pub(super) functions: HashMap<&'a str, FunctionId>,
    /// The models, the first of each name.
    pub(super) models: HashMap<&'a str, ModelDeclaration<'a>>,
    pub(super) signatures: Vec<Signature>,
    pub(super) overrides: HashMap<String, String>,
}

/// A model as declared.
#[derive(Clone, Copy)]
pub(super) struct ModelDeclaration<'a> {
    pub(super) environment: bool,
    pub(super) params: &'a [ast::ModelParam],
    pub(super) items: &'a [ast::ModelItem],
}

/// What a caller needs to know of a function.
#[derive(Clone)]
pub(super) struct Signature {
    pub(super) name: String,
    pub(super) params: Vec<(String, DataType)>,
    pub(super) result: DataType,
    pub(super) span: Span,
}

impl<'a> Checker<'a> {
    /// Enters every top-level name, and resolves constants and types.
    pub(super) fn declare(&mut self, ast: &'a ast::Chapter, options: &Options) {
        self.globals.overrides = options.constants.iter().cloned().collect();
        for item in &ast.items {
            let name = match &item.kind {
                ItemKind::Const { name, .. }
                | ItemKind::Type { name, .. }
                | ItemKind::Enum { name, .. }
                | ItemKind::Struct { name, .. } => name,
                ItemKind::Fn(function) => &function.name,
                ItemKind::Pattern(pattern) => &pattern.name,
                // In other words by now.
                ItemKind::Protocol { .. } => continue,
                ItemKind::Model { name, params, items } | ItemKind::Environment { name, params, items } => {
                    let environment = matches!(item.kind, ItemKind::Environment { .. });
                    let declaration = ModelDeclaration { environment, params, items };
                    self.globals.models.entry(name.text.as_str()).or_insert(declaration);
                    continue;
                }
                ItemKind::Check { .. } | ItemKind::Use { .. } | ItemKind::Error => continue,
            };
            if let Some((first, _)) = self.globals.items.get(name.text.as_str()) {
                let first = first.span;
                self.duplicate(name, first);
                continue;
            }
            self.globals.items.insert(&name.text, (name, &item.kind));
            if let ItemKind::Enum { name, variants } = &item.kind {
                for (position, variant) in variants.iter().enumerate() {
                    self.globals.variants.entry(&variant.name.text).or_default().push((name, position));
                }
            }
        }
        self.check_unique(ast);
        for item in &ast.items {
            match &item.kind {
                ItemKind::Const { name, .. } => drop(self.constant(name)),
                ItemKind::Type { name, .. } | ItemKind::Enum { name, .. } | ItemKind::Struct { name, .. } => {
                    drop(self.named_type(name));
                }
                _ => {}
            }
        }
        self.check_overrides(ast);
    }

    /// Models and checks have name spaces of their own.
    fn check_unique(&mut self, ast: &'a ast::Chapter) {
        let mut models: HashMap<&str, Span> = HashMap::new();
        let mut checks: HashMap<&str, Span> = HashMap::new();
        for item in &ast.items {
            let (seen, name) = match &item.kind {
                ItemKind::Model { name, .. } | ItemKind::Environment { name, .. } => (&mut models, name),
                ItemKind::Check { name, .. } => (&mut checks, name),
                _ => continue,
            };
            match seen.get(name.text.as_str()) {
                Some(&first) => self.duplicate(name, first),
                None => drop(seen.insert(&name.text, name.span)),
            }
        }
    }

    pub(super) fn duplicate(&mut self, name: &Name, first: Span) {
        self.report(
            Diagnostic::error(Code::DuplicateName, name.span, format!("`{}` is declared twice", name.text))
                .primary("declared again here")
                .label(first, "first declared here")
                .help("give one of them another name"),
        );
    }

    /// Every `-D` names a constant of the chapter.
    fn check_overrides(&mut self, ast: &'a ast::Chapter) {
        let constants: Vec<&Name> = ast
            .items
            .iter()
            .filter_map(|item| match &item.kind {
                ItemKind::Const { name, .. } => Some(name),
                _ => None,
            })
            .collect();
        let mut unknown: Vec<String> = self
            .globals
            .overrides
            .keys()
            .filter(|name| !constants.iter().any(|constant| constant.text == **name))
            .cloned()
            .collect();
        unknown.sort();
        for name in unknown {
            let message = format!("`-D {name}=…` names no constant of this chapter");
            let names = || constants.iter().map(|constant| constant.text.as_str());
            let near = nearest(&name, names());
            let place = constants.iter().find(|constant| near.is_none_or(|near| constant.text == near));
            let span = place.map_or(Span::new(0, 0), |constant| constant.span);
            let diagnostic = Diagnostic::error(Code::UnknownConstant, span, message);
            self.report(match (near, place) {
                (Some(near), _) => diagnostic.help(format!("did you mean `{near}`?")),
                (None, Some(_)) => diagnostic.help(format!("its constants are {}", listed(names()))),
                (None, None) => diagnostic.help("the chapter declares no constants; one begins with `const`"),
            });
        }
    }

    /// Reports that the definition of `name` needs itself.
    pub(super) fn cyclic(&mut self, name: &Name) {
        self.report(
            Diagnostic::error(
                Code::RecursiveDefinition,
                name.span,
                format!("the definition of `{}` needs itself", name.text),
            )
            .help("everything in musil is finite: break the cycle"),
        );
    }
}
