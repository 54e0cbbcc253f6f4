//! Channels: variables of a model that hold messages on their way, in the same words as the networks of protocols.
//!
//! A channel is put into the words of models: a set, a bag or a queue. `send` becomes a statement that changes it, an action with a
//! message `from` a channel takes it off, and what may go wrong becomes actions whose names begin with that of the channel, `c.lose`.
//! Nothing after this knows of channels.

mod action;
mod declared;
mod faults;
mod mistakes;
mod passing;
mod room;

use super::tree::Tree;
use crate::ast::{
    Chapter, Expr, ExprKind, Item, ItemKind, ModelItem, ModelItemKind, ModelParam, Name, ProtocolItem,
    TypeKind, VarInit,
};
use crate::diagnostic::{Code, Diagnostic};
use declared::Declared;
use passing::Interfaces;
use std::collections::HashSet;

/// Puts the channels of a chapter into the words of models.
pub(super) fn expand(chapter: Chapter, diagnostics: &mut Vec<Diagnostic>) -> Chapter {
    let names = Names::new(&chapter);
    let interfaces = Interfaces::new(&chapter, &names);
    let expanded = chapter.items.into_iter().map(|item| match &item.kind {
        ItemKind::Model { name, params, items } => {
            let (params, items) = Writer::new(&names, &interfaces, params, items, diagnostics).write(items);
            Item { kind: ItemKind::Model { name: name.clone(), params, items }, ..item }
        }
        _ => item,
    });
    Chapter { items: expanded.collect() }
}

/// Reports channels in a protocol, which has a network instead.
pub(super) fn misplaced(params: &[ModelParam], items: &[ModelItem], diagnostics: &mut Vec<Diagnostic>) {
    let mut report = |span| {
        diagnostics.push(
            Diagnostic::error(Code::MisplacedItem, span, "a channel cannot stand inside a protocol")
                .help("what its nodes send goes over its network: `network unordered;`"),
        );
    };
    for param in params {
        if matches!(param.ty.kind, TypeKind::Channel(..)) {
            report(param.ty.span);
        }
    }
    let mut inner = |items: &[ModelItem]| {
        let channels = items.iter().filter(|item| matches!(item.kind, ModelItemKind::Channel(_)));
        channels.for_each(|item| report(item.span));
    };
    inner(items);
    for item in items {
        if let ModelItemKind::Protocol(ProtocolItem::Node(node)) = &item.kind {
            inner(&node.items);
        }
    }
}

/// Names of the chapter that matter here.
struct Names {
    constants: HashSet<String>,
    variants: HashSet<String>,
}

impl Names {
    fn new(chapter: &Chapter) -> Self {
        let (mut constants, mut variants) = (HashSet::new(), HashSet::from(["None".to_owned()]));
        for item in &chapter.items {
            match &item.kind {
                ItemKind::Const { name, .. } => drop(constants.insert(name.text.clone())),
                ItemKind::Enum { variants: of, .. } => {
                    variants.extend(of.iter().map(|variant| variant.name.text.clone()));
                }
                _ => {}
            }
        }
        Self { constants, variants }
    }
}

/// A channel, or one of several, as somebody writes it.
struct Target {
    /// Its position among those that the model knows.
    channel: usize,
    indices: Vec<Expr>,
}

/// A model whose channels are being put into other words.
struct Writer<'w, 'a> {
    names: &'w Names,
    interfaces: &'w Interfaces,
    params: &'a [ModelParam],
    /// What it declares, and what it is given.
    channels: Vec<Declared<'a>>,
    /// The names of what may be different in the next state.
    changing: HashSet<&'a str>,
    diagnostics: &'w mut Vec<Diagnostic>,
}

impl<'w, 'a> Writer<'w, 'a> {
    fn new(
        names: &'w Names,
        interfaces: &'w Interfaces,
        params: &'a [ModelParam],
        items: &'a [ModelItem],
        diagnostics: &'w mut Vec<Diagnostic>,
    ) -> Self {
        let mut channels = Vec::new();
        let mut changing: HashSet<&str> = HashSet::new();
        for param in params {
            channels.extend(Declared::of_param(param, &names.constants, diagnostics));
            if param.by_ref {
                changing.insert(&param.name.text);
            }
        }
        for item in items {
            match &item.kind {
                ModelItemKind::Channel(channel) => {
                    channels.push(Declared::of_item(channel, diagnostics));
                    changing.insert(&channel.name.text);
                }
                ModelItemKind::Var { name, .. } => drop(changing.insert(&name.text)),
                ModelItemKind::Fn(function) => drop(changing.insert(&function.name.text)),
                ModelItemKind::Part(part) => drop(changing.insert(&part.name.text)),
                ModelItemKind::Table(table) => drop(changing.insert(&table.variable.text)),
                _ => {}
            }
        }
        Self { names, interfaces, params, channels, changing, diagnostics }
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        if !self.diagnostics.contains(&diagnostic) {
            self.diagnostics.push(diagnostic);
        }
    }

    /// The parameters and items of the model.
    fn write(mut self, items: &[ModelItem]) -> (Vec<ModelParam>, Vec<ModelItem>) {
        let params = self.params.iter().map(|param| self.param(param)).collect();
        let mut written = Vec::with_capacity(items.len());
        let mut declared = 0;
        let given = self.channels.iter().filter(|channel| channel.given).count();
        for item in items {
            match &item.kind {
                ModelItemKind::Channel(_) => {
                    self.variables(given + declared, item, &mut written);
                    declared += 1;
                }
                ModelItemKind::Action(action) => self.action(item, action, &mut written),
                ModelItemKind::Part(part) => {
                    let kind = ModelItemKind::Part(self.part(part));
                    written.push(ModelItem { kind, ..item.clone() });
                }
                _ => written.push(item.clone()),
            }
        }
        for channel in given..self.channels.len() {
            self.faults(channel, &mut written);
        }
        (params, written)
    }

    fn param(&mut self, param: &ModelParam) -> ModelParam {
        let Some(channel) = self.channels.iter().find(|channel| channel.given && channel.name == &param.name)
        else {
            return param.clone();
        };
        let ty = channel.ty();
        if !param.by_ref {
            let message = format!("the channel `{}` belongs to the model around", param.name.text);
            let help = format!("write `ref {}: …`", param.name.text);
            self.report(Diagnostic::error(Code::RefMismatch, param.name.span, message).help(help));
        }
        ModelParam { by_ref: true, ty, ..param.clone() }
    }

    /// The variable of a channel, and those of its faults.
    fn variables(&mut self, channel: usize, item: &ModelItem, written: &mut Vec<ModelItem>) {
        let declared = &self.channels[channel];
        let kind = ModelItemKind::Var {
            name: declared.name.clone(),
            ty: declared.ty(),
            init: VarInit::Value(declared.empty()),
        };
        written.push(ModelItem { kind, ..item.clone() });
        for left in self.budgets(channel) {
            let at = Tree(declared.name.span);
            let kind =
                ModelItemKind::Var { name: at.name(left.name), ty: left.ty, init: VarInit::Value(left.init) };
            written.push(ModelItem { doc: None, span: item.span, kind });
        }
        written.extend(self.may_be_copied(channel));
    }

    /// The channel that an expression means.
    fn target(&self, place: &Expr) -> Result<Target, Diagnostic> {
        let (mut root, mut indices) = (place, Vec::new());
        let name = loop {
            match &root.kind {
                ExprKind::Paren(inner) => root = inner,
                ExprKind::Index(array, index) => {
                    indices.insert(0, (**index).clone());
                    root = array;
                }
                ExprKind::Path(path) if path.qualifier.is_none() => break &path.name,
                _ => return Err(mistakes::not_a_channel(root)),
            }
        };
        let Some(channel) = self.channels.iter().position(|channel| channel.name.text == name.text) else {
            return Err(self.no_channel(name));
        };
        if indices.len() != self.channels[channel].indices.len() {
            return Err(mistakes::wrong_indices(place, &self.channels[channel], indices.len()));
        }
        Ok(Target { channel, indices })
    }

    fn no_channel(&self, name: &Name) -> Diagnostic {
        mistakes::no_channel(name, &self.channels, self.changing.contains(name.text.as_str()))
    }

    /// The same, reported where there is none.
    fn found(&mut self, place: &Expr) -> Option<Target> {
        let target = self.target(place);
        target
            .map_err(|diagnostic| {
                if !matches!(place.kind, ExprKind::Error) {
                    self.report(diagnostic)
                }
            })
            .ok()
    }
}
