//! Protocols: nodes that send messages to each other over a network, and what may go wrong.
//!
//! A protocol is a model in other words, and here it is put into the words of models: each kind of nodes becomes a model that is a part of
//! the protocol's, messages become values in variables that they share, and handlers and faults become actions. Nothing after this knows
//! of protocols. Channels of models are put into other words here too, see [`channel`]. What is written in a node keeps its position, so that the rest of the compiler speaks of what was written.

mod arrival;
mod bounds;
mod channel;
mod clock;
mod countdown;
mod crash;
mod faults;
mod mistakes;
mod node;
mod options;
mod sketch;
mod statements;
mod store;
mod survey;
mod tree;
mod wire;

use crate::ast::{
    Action, Arg, Chapter, Domain, Expr, ExprKind, Field, Item, ItemKind, ModelItem, ModelItemKind,
    ModelParam, Part, PartRole, ProtocolItem, Stmt, StmtKind, VarInit, communications,
    replace_communications,
};
use crate::diagnostic::{Code, Diagnostic};
use bounds::Declared;
use node::Writer;
pub(crate) use sketch::Sketch;
use survey::Survey;
use tree::Tree;
use wire::{Ends, Hidden};

/// Puts the protocols and channels of a chapter into the words of models, and says what can be seen of protocols there.
pub(crate) fn expand(chapter: Chapter) -> (Chapter, Vec<Sketch>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let mut sketches = Vec::new();
    let declared = Declared::new(&chapter);
    let mut items = Vec::with_capacity(chapter.items.len());
    for item in chapter.items {
        match &item.kind {
            ItemKind::Protocol { name, params, items: inner } => {
                channel::misplaced(params, inner, &mut diagnostics);
                let mut survey = Survey::new(name, params, inner, &declared);
                items.extend(survey.models(&item));
                sketches.push(survey.sketch());
                // Who sends what to whom is not known where a name is wrong.
                let wrong = |code| matches!(code, Code::UnknownMessage | Code::UnknownNode);
                if survey.diagnostics.iter().any(|diagnostic| wrong(diagnostic.code)) {
                    survey
                        .diagnostics
                        .retain(|diagnostic| !matches!(diagnostic.code, Code::NeverSent | Code::NotHandled));
                }
                diagnostics.append(&mut survey.diagnostics);
            }
            ItemKind::Model { items: inner, .. } | ItemKind::Environment { items: inner, .. } => {
                inner.iter().for_each(|item| misplaced(item, &mut diagnostics));
                items.push(item);
            }
            _ => items.push(item),
        }
    }
    (channel::expand(Chapter { items }, &mut diagnostics), sketches, diagnostics)
}

/// Reports what only protocols may have.
fn misplaced(item: &ModelItem, diagnostics: &mut Vec<Diagnostic>) {
    match &item.kind {
        ModelItemKind::Protocol(ProtocolItem::On(_) | ProtocolItem::Stable(_)) => {
            diagnostics.push(mistakes::only_in_node(item));
        }
        ModelItemKind::Protocol(_) => diagnostics.push(mistakes::only_in_protocol(item)),
        _ => {}
    }
}

/// Reports statements that only nodes may have.
fn communicating(stmts: &[Stmt], diagnostics: &mut Vec<Diagnostic>) {
    communications(stmts, &mut |span, _| {
        diagnostics.push(
            Diagnostic::error(Code::MisplacedItem, span, "only nodes of protocols do this")
                .help("send in a node: `node NAME { … }`"),
        );
    });
}

impl Survey<'_> {
    /// The protocol in the words of models: what its messages are, its nodes, and the whole.
    fn models(&mut self, item: &Item) -> Vec<Item> {
        self.check_faults();
        let like = |kind| Item { doc: None, span: item.span, kind };
        let mut models: Vec<Item> = self.enums().into_iter().map(like).collect();
        let mut hidden: Vec<Hidden> = self.stores().into_iter().chain(self.fault_variables()).collect();
        hidden.extend(self.time());
        let shared = self.shared(&hidden);
        let mut parts = Vec::new();
        for kind in 0..self.kinds.len() {
            let (params, part) = self.part(kind, &shared);
            parts.push(part);
            let name = Tree(self.kinds[kind].node.name.span).name(self.model_of(kind));
            let items = Writer::new(self, kind).write();
            models.push(like(ItemKind::Model { name, params, items }));
        }
        let items = self.whole(hidden, parts);
        let kind = ItemKind::Model { name: self.name.clone(), params: self.params.to_vec(), items };
        models.push(Item { kind, ..item.clone() });
        models
    }

    /// What the model of a kind of nodes is called.
    fn model_of(&self, kind: usize) -> String {
        format!("{}.{}", self.name.text, self.kinds[kind].node.name.text)
    }

    /// The variables that nodes share: those of the protocol, and those that it has without being told.
    fn shared(&self, hidden: &[Hidden]) -> Vec<ModelParam> {
        let by_ref = |name: &str, ty: &crate::ast::TypeExpr| ModelParam {
            by_ref: true,
            name: Tree(ty.span).name(name),
            ty: ty.clone(),
        };
        let own = self.items.iter().filter_map(|item| match &item.kind {
            ModelItemKind::Var { name, ty, .. } => Some(by_ref(&name.text, ty)),
            _ => None,
        });
        own.chain(hidden.iter().map(|variable| by_ref(&variable.name, &variable.ty))).collect()
    }

    /// The parameters of the model of a kind of nodes, and the part of the protocol that is made of it.
    fn part(&self, kind: usize, shared: &[ModelParam]) -> (Vec<ModelParam>, ModelItem) {
        let of = &self.kinds[kind];
        let at = Tree(of.node.name.span);
        let index = of.index.as_ref().map(|(name, ty)| Field { name: name.clone(), ty: (*ty).clone() });
        let own = index.iter().map(|index| ModelParam {
            by_ref: false,
            name: index.name.clone(),
            ty: index.ty.clone(),
        });
        let params: Vec<ModelParam> =
            own.chain(self.params.iter().cloned()).chain(shared.iter().cloned()).collect();
        let args = params.iter().map(|param| {
            let value = at.var(param.name.text.clone());
            let value = if param.by_ref { at.expr(ExprKind::Ref(Box::new(value))) } else { value };
            Arg { name: Some(at.name(param.name.text.clone())), value }
        });
        let part = Part {
            name: of.node.name.clone(),
            index,
            model: at.name(self.model_of(kind)),
            args: args.collect(),
            role: PartRole::Own,
        };
        (params, ModelItem { doc: None, span: of.node.name.span, kind: ModelItemKind::Part(part) })
    }

    /// The items of the protocol's model.
    fn whole(&mut self, hidden: Vec<Hidden>, parts: Vec<ModelItem>) -> Vec<ModelItem> {
        let like = |span, kind| ModelItem { doc: None, span, kind };
        let at = Tree(self.name.span);
        let mut items: Vec<ModelItem> = Vec::new();
        let mut parts = parts.into_iter();
        for item in self.items {
            match &item.kind {
                // Where a node stands, so do its variables.
                ModelItemKind::Protocol(ProtocolItem::Node(_)) => {
                    items.extend(parts.next().map(|part| ModelItem { doc: item.doc.clone(), ..part }));
                }
                ModelItemKind::Protocol(_) => {}
                ModelItemKind::Action(action) => {
                    communicating(&action.body, &mut self.diagnostics);
                    let mut none = |span, _: &_| vec![Stmt { span, kind: StmtKind::Error }];
                    let body = replace_communications(&action.body, &mut none);
                    let kind = ModelItemKind::Action(Action { body, ..action.clone() });
                    items.push(ModelItem { kind, ..item.clone() });
                }
                _ => items.push(item.clone()),
            }
        }
        items.extend(parts);
        let variables = hidden.into_iter().map(|Hidden { name, ty, init }| {
            let kind = ModelItemKind::Var { name: at.name(name), ty, init: VarInit::Value(init) };
            like(at.0, kind)
        });
        // Before the parts, which refer to them.
        items.splice(0..0, variables);
        for action in self.fault_actions().into_iter().chain(self.tick()) {
            items.push(like(action.name.span, ModelItemKind::Action(action)));
        }
        items.push(like(at.0, ModelItemKind::Terminal(self.at_rest())));
        if let Some(over) = self.time_is_over() {
            let span = over.span;
            items.push(like(span, ModelItemKind::Terminal(over.clone())));
            items.push(like(span, ModelItemKind::Horizon(over)));
        }
        items
    }

    /// A protocol has come to rest where no message is on its way to a node that could take it.
    fn at_rest(&self) -> Expr {
        let at = Tree(self.name.span);
        let conditions = self.links().into_iter().map(|link| {
            self.for_both_ends(at, link, |ends| {
                let routes = self.routes.iter().filter(|route| (route.from, route.to) == link);
                let nothing = at.all(routes.map(|&route| self.nothing_on(at, route, ends)));
                let nothing = nothing.unwrap_or_else(|| at.bool(true));
                let down = self.kinds[link.1].crash.map(|_| {
                    let node = at.var(self.kinds[link.1].node.name.text.clone());
                    let node = match &ends.to {
                        Some(index) => at.index(node, index.clone()),
                        None => node,
                    };
                    at.not(at.field(node, "up"))
                });
                let held = down.into_iter().chain(self.cut(at, link, ends));
                at.any(held.chain([nothing.clone()])).unwrap_or(nothing)
            })
        });
        at.all(conditions).unwrap_or_else(|| at.bool(true))
    }

    /// No such message is on its way between these nodes.
    fn nothing_on(&self, at: Tree, route: survey::Route, ends: &Ends) -> Expr {
        if self.network.order == options::Order::Fifo {
            return at.field(self.queue(at, (route.from, route.to), ends), "is_empty");
        }
        let fields = self.fields(route.message);
        let names: Vec<String> = fields.iter().map(|field| format!("the_{}", field.name.text)).collect();
        let args =
            fields.iter().zip(&names).map(|(field, name)| at.arg(&field.name.text, at.var(name.clone())));
        let packet = self.packet(at, route, ends, args.collect());
        let there = at.binary(packet, crate::ast::BinaryOp::In, at.var(wire::NETWORK));
        fields
            .iter()
            .zip(&names)
            .fold(at.not(there), |body, (field, name)| at.forall(name, Domain::Type(field.ty.clone()), body))
    }
}
