//! Channels that a model gives to its parts.

use super::super::options::{Network, Order, WhenFull};
use super::super::tree::Tree;
use super::declared::{Copies, Declared};
use super::{Names, Writer};
use crate::ast::{
    Arg, Chapter, Communication, Domain, Expr, ExprKind, ItemKind, ModelItem, ModelItemKind, Name, Part,
    communications,
};
use crate::diagnostic::{Code, Diagnostic};
use std::collections::{HashMap, HashSet};

/// A parameter of a model.
struct Param {
    name: Name,
    /// What the model expects, if it is a channel.
    channel: Option<Expected>,
}

/// A channel that a model expects.
struct Expected {
    network: Network,
    /// Whether it sends to it, or gives it to a part.
    sends: bool,
    /// Whether it receives from it, or gives it to a part.
    receives: bool,
}

/// The parameters of the models.
pub(super) struct Interfaces {
    models: HashMap<String, Vec<Param>>,
}

impl Interfaces {
    pub(super) fn new(chapter: &Chapter, names: &Names) -> Self {
        let mut models: HashMap<String, Vec<Param>> = HashMap::new();
        for item in &chapter.items {
            let ItemKind::Model { name, params, items } = &item.kind else { continue };
            let (sends, receives) = used(items);
            let params = params.iter().map(|param| {
                // What is wrong is reported where the model is put into other words.
                let declared = Declared::of_param(param, &names.constants, &mut Vec::new());
                let channel = declared.map(|declared| Expected {
                    network: declared.network,
                    sends: sends.contains(&param.name.text),
                    receives: receives.contains(&param.name.text),
                });
                Param { name: param.name.clone(), channel }
            });
            models.entry(name.text.clone()).or_insert_with(|| params.collect());
        }
        Self { models }
    }
}

/// The names of what a model sends to, and of what it receives from; what it gives to parts is both.
fn used(items: &[ModelItem]) -> (HashSet<String>, HashSet<String>) {
    let (mut sends, mut receives) = (HashSet::new(), HashSet::new());
    for item in items {
        match &item.kind {
            ModelItemKind::Action(action) => {
                communications(&action.body, &mut |_, communication| match communication {
                    Communication::Send { to, .. } => sends.extend(root(to).map(|name| name.text.clone())),
                    Communication::Broadcast { to, .. } => drop(sends.insert(to.text.clone())),
                    Communication::Reply { .. } | Communication::Set(..) | Communication::Cancel(_) => {}
                });
                for param in &action.params {
                    if let Domain::Channel(place) = &param.domain {
                        receives.extend(root(place).map(|name| name.text.clone()));
                    }
                }
            }
            ModelItemKind::Part(part) => {
                for arg in &part.args {
                    if let ExprKind::Ref(place) = &arg.value.kind
                        && let Some(name) = root(place)
                    {
                        sends.insert(name.text.clone());
                        receives.insert(name.text.clone());
                    }
                }
            }
            _ => {}
        }
    }
    (sends, receives)
}

/// The variable that a place belongs to.
fn root(place: &Expr) -> Option<&Name> {
    match &place.kind {
        ExprKind::Path(path) => path.qualifier.is_none().then_some(&path.name),
        ExprKind::Paren(inner) | ExprKind::Index(inner, _) => root(inner),
        _ => None,
    }
}

impl Writer<'_, '_> {
    /// A part, with the channels among its arguments looked at. One that is wrong is reported here and nowhere else.
    pub(super) fn part(&mut self, part: &Part) -> Part {
        let interfaces = self.interfaces;
        let Some(params) = interfaces.models.get(&part.model.text) else { return part.clone() };
        let args = part.args.iter().enumerate().map(|(position, arg)| {
            let param = match &arg.name {
                Some(name) => params.iter().find(|param| param.name.text == name.text),
                None => params.get(position),
            };
            let expected = param.and_then(|param| Some((param, param.channel.as_ref()?)));
            let (Some((param, expected)), ExprKind::Ref(place)) = (expected, &arg.value.kind) else {
                return arg.clone();
            };
            match self.passed(place, &param.name, expected) {
                Some(diagnostic) => {
                    self.report(diagnostic);
                    let at = Tree(arg.value.span);
                    let value = at.expr(ExprKind::Ref(Box::new(at.expr(ExprKind::Error))));
                    Arg { value, ..arg.clone() }
                }
                None => arg.clone(),
            }
        });
        Part { args: args.collect(), ..part.clone() }
    }

    /// What is wrong with giving this to a part.
    fn passed(&self, place: &Expr, param: &Name, expected: &Expected) -> Option<Diagnostic> {
        let name = root(place)?;
        let Some(channel) = self.channels.iter().position(|channel| channel.name.text == name.text) else {
            return Some(self.no_channel(name));
        };
        let given = &self.channels[channel];
        let mismatch = |message: String, help: String| {
            let diagnostic = Diagnostic::error(Code::ChannelMismatch, place.span, message);
            Some(diagnostic.label(param.span, "declared here").help(help))
        };
        let (own, wanted) = (given.network.order, expected.network.order);
        if own != wanted {
            let (own, wanted) = (order(own), order(wanted));
            return mismatch(
                format!("the channel `{}` is `{own}`, and `{}` is to be `{wanted}`", name.text, param.text),
                format!("write `{own}` in the type of the parameter"),
            );
        }
        if expected.sends && given.network.when_full != expected.network.when_full {
            let (own, wanted) = (full(given.network.when_full), full(expected.network.when_full));
            return mismatch(
                format!(
                    "the channel `{}` is `when full {own}`, and `{}` is to be `when full {wanted}`",
                    name.text, param.text
                ),
                format!("write `when full {own}` in the type of the parameter"),
            );
        }
        if !expected.receives {
            return None;
        }
        match (given.copies(), expected.network.duplicating) {
            (Copies::Never, false) | (Copies::Always, true) => None,
            (Copies::Never, true) => mismatch(
                format!("the channel `{}` duplicates no messages, and `{}` is to do so", name.text, param.text),
                "leave `duplicating` out, or write it where the channel is declared".to_owned(),
            ),
            (Copies::Always, false) => mismatch(
                format!("the channel `{}` duplicates messages, and whoever receives has to know", name.text),
                "write `duplicating` in the type of the parameter".to_owned(),
            ),
            (Copies::Limited(_), _) => mismatch(
                format!("the part cannot know which messages of `{}` are duplicated, and how often", name.text),
                "receive them in an action of this model; or let the channel be `duplicating`, here and in the part"
                    .to_owned(),
            ),
        }
    }
}

fn order(order: Order) -> &'static str {
    match order {
        Order::Unordered => "unordered",
        Order::Bag => "bag",
        Order::Fifo | Order::Shared => "fifo",
    }
}

fn full(full: WhenFull) -> &'static str {
    match full {
        WhenFull::Error => "error",
        WhenFull::Drop => "drop",
        WhenFull::Block => "block",
    }
}
