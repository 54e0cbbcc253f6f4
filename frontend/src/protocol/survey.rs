//! What a protocol consists of: its nodes, its messages, who sends which to whom, its network and its faults.

use super::bounds::Declared;
use super::countdown::Timers;
use super::mistakes;
use super::tree::Tree;
use crate::ast::{
    Clock, Communication, Event, Expr, ExprKind, Fault, FaultKind, Field, Handler, ModelItem, ModelItemKind,
    ModelParam, Name, Node, ProtocolItem, Stmt, TypeExpr, Variant, communications,
};
use crate::diagnostic::{Code, Diagnostic};
use musilc_ir::{Span, chart};
use std::collections::HashSet;

use super::options::{Carrier, Network};

/// A kind of nodes.
#[derive(Debug)]
pub(super) struct Kind<'a> {
    pub(super) node: &'a Node,
    /// What a node calls itself, and the type of that, where there are several.
    pub(super) index: Option<(Name, &'a TypeExpr)>,
    /// The fault that lets it crash.
    pub(super) crash: Option<&'a Fault>,
    pub(super) timers: Timers,
}

impl<'a> Kind<'a> {
    fn new(node: &'a Node) -> Self {
        let index = node.index.as_ref().map(|(name, ty)| {
            let own = name.clone().unwrap_or_else(|| Tree(ty.span).name("self"));
            (own, ty)
        });
        Self { node, index, crash: None, timers: Timers::new() }
    }

    /// The handlers, with where they stand.
    pub(super) fn handlers(&self) -> impl Iterator<Item = (&'a ModelItem, &'a Handler)> + use<'a> {
        self.node.items.iter().filter_map(|item| match &item.kind {
            ModelItemKind::Protocol(ProtocolItem::On(handler)) => Some((item, handler)),
            _ => None,
        })
    }

    /// Whether nodes of this kind have something to do at the start.
    pub(super) fn has_start(&self) -> bool {
        self.handlers().any(|(_, handler)| matches!(handler.event, Event::Start(_)))
    }
}

/// A message on its way from nodes of one kind to nodes of another: positions of the message and the kinds.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(super) struct Route {
    pub(super) message: usize,
    pub(super) from: usize,
    pub(super) to: usize,
}

/// Where a message goes.
#[derive(Clone, Debug)]
pub(super) struct Destination {
    pub(super) to: usize,
    /// Which of them, where there are several.
    pub(super) index: Option<Expr>,
}

/// A protocol, taken apart.
#[derive(Debug)]
pub(super) struct Survey<'a> {
    pub(super) name: &'a Name,
    pub(super) params: &'a [ModelParam],
    pub(super) items: &'a [ModelItem],
    pub(super) kinds: Vec<Kind<'a>>,
    pub(super) messages: Vec<&'a Variant>,
    /// In order of the messages.
    pub(super) routes: Vec<Route>,
    pub(super) network: Network,
    pub(super) faults: Vec<&'a Fault>,
    /// The clock, where one is written, and where that is.
    pub(super) clock: Option<(Span, &'a Clock)>,
    /// What the chapter declares.
    pub(super) declared: &'a Declared,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// What the actions that are written are, by their names in the protocol's model.
    pub(super) events: Vec<(String, chart::Event)>,
    known: HashSet<Route>,
}

impl<'a> Survey<'a> {
    pub(super) fn new(
        name: &'a Name,
        params: &'a [ModelParam],
        items: &'a [ModelItem],
        declared: &'a Declared,
    ) -> Self {
        let mut survey = Self {
            name,
            params,
            items,
            kinds: Vec::new(),
            messages: Vec::new(),
            routes: Vec::new(),
            network: Network::default(),
            faults: Vec::new(),
            clock: None,
            declared,
            diagnostics: Vec::new(),
            events: Vec::new(),
            known: HashSet::new(),
        };
        let mut network = None;
        for item in items {
            match &item.kind {
                ModelItemKind::Protocol(ProtocolItem::Message(message)) => survey.message(message),
                ModelItemKind::Protocol(ProtocolItem::Node(node)) => survey.node(node),
                ModelItemKind::Protocol(ProtocolItem::Network(options)) => {
                    if network.replace(item.span).is_some() {
                        survey.report(mistakes::second_network(item.span));
                    } else {
                        survey.network = Network::new(Carrier::Network, options, &mut survey.diagnostics);
                    }
                }
                ModelItemKind::Protocol(ProtocolItem::Faults(faults)) => survey.faults.extend(faults),
                ModelItemKind::Protocol(ProtocolItem::Clock(clock)) => match survey.clock {
                    Some((first, _)) => survey.report(mistakes::second_clock(item.span, first)),
                    None => survey.clock = Some((item.span, clock)),
                },
                ModelItemKind::Protocol(ProtocolItem::On(_) | ProtocolItem::Stable(_)) => {
                    survey.report(mistakes::only_in_node(item));
                }
                _ => {}
            }
        }
        survey.crashes();
        survey.find_routes();
        survey.check_handlers();
        survey.find_timers();
        survey
    }

    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        if !self.diagnostics.contains(&diagnostic) {
            self.diagnostics.push(diagnostic);
        }
    }

    fn message(&mut self, message: &'a Variant) {
        match self.messages.iter().find(|other| other.name.text == message.name.text) {
            Some(other) => {
                let diagnostic = mistakes::declared_twice(&message.name, &other.name);
                self.report(diagnostic);
            }
            None => self.messages.push(message),
        }
    }

    fn node(&mut self, node: &'a Node) {
        match self.kinds.iter().find(|other| other.node.name.text == node.name.text) {
            Some(other) => {
                let diagnostic = mistakes::declared_twice(&node.name, &other.node.name);
                self.report(diagnostic);
            }
            None => self.kinds.push(Kind::new(node)),
        }
    }

    fn crashes(&mut self) {
        for fault in self.faults.clone() {
            let FaultKind::Crash { node, .. } = &fault.kind else { continue };
            let Some(at) = self.kind(node) else { continue };
            if self.kinds[at].crash.replace(fault).is_some() {
                self.report(
                    Diagnostic::error(
                        Code::BadFault,
                        node.span,
                        format!("`{}` has a crash already", node.text),
                    )
                    .help("one fault says how often its nodes may crash, and whether they restart"),
                );
            }
        }
    }

    /// The position of the kind of nodes with this name, which is reported where there is none.
    pub(super) fn kind(&mut self, name: &Name) -> Option<usize> {
        let found = self.find_kind(&name.text);
        if found.is_none() {
            let names = self.kinds.iter().map(|kind| kind.node.name.text.as_str());
            let diagnostic = mistakes::unknown(Code::UnknownNode, name, "node", names);
            self.report(diagnostic);
        }
        found
    }

    pub(super) fn find_kind(&self, name: &str) -> Option<usize> {
        self.kinds.iter().position(|kind| kind.node.name.text == name)
    }

    /// The position of the message with this name, which is reported where there is none.
    pub(super) fn find_message(&mut self, name: &Name) -> Option<usize> {
        let found = self.messages.iter().position(|message| message.name.text == name.text);
        if found.is_none() {
            let names = self.messages.iter().map(|message| message.name.text.as_str());
            let diagnostic = mistakes::unknown(Code::UnknownMessage, name, "message", names);
            self.report(diagnostic);
        }
        found
    }

    /// The kinds of nodes that send a message to this one.
    pub(super) fn senders(&self, message: usize, to: usize) -> Vec<usize> {
        let routes = self.routes.iter().filter(|route| (route.message, route.to) == (message, to));
        routes.map(|route| route.from).collect()
    }

    /// The fields of a message.
    pub(super) fn fields(&self, message: usize) -> &'a [Field] {
        &self.messages[message].fields
    }

    /// Replies go to whoever sends, and what is made of a message by corruption goes the same way; so this is repeated until there is nothing new.
    fn find_routes(&mut self) {
        loop {
            let before = self.known.len();
            for from in 0..self.kinds.len() {
                let items = &self.kinds[from].node.items;
                for item in items {
                    match &item.kind {
                        ModelItemKind::Protocol(ProtocolItem::On(handler)) => {
                            self.routes_of(from, &handler.body, Some(handler));
                        }
                        ModelItemKind::Action(action) => self.routes_of(from, &action.body, None),
                        _ => {}
                    }
                }
            }
            for fault in self.faults.clone() {
                let FaultKind::Corrupt { pattern, message, .. } = &fault.kind else { continue };
                let (Some(old), Some(new)) = (
                    mistakes::message_of(pattern).and_then(|name| self.find_message(name)),
                    self.find_message(message),
                ) else {
                    continue;
                };
                let same_way: Vec<Route> =
                    self.known.iter().filter(|route| route.message == old).copied().collect();
                self.known.extend(same_way.into_iter().map(|route| Route { message: new, ..route }));
            }
            self.routes = self.known.iter().copied().collect();
            self.routes.sort_unstable();
            if self.known.len() == before {
                return;
            }
        }
    }

    fn routes_of(&mut self, from: usize, stmts: &'a [Stmt], handler: Option<&'a Handler>) {
        communications(stmts, &mut |_, communication| {
            let message = communication.message().and_then(|(name, _)| self.find_message(name));
            let Some(message) = message else { return };
            for to in self.receivers(from, communication, handler) {
                self.known.insert(Route { message, from, to });
            }
        });
    }

    /// The kinds of nodes that a statement may send to.
    fn receivers(
        &mut self,
        from: usize,
        communication: &Communication,
        handler: Option<&Handler>,
    ) -> Vec<usize> {
        let senders = |survey: &mut Self| match handler.map(|handler| &handler.event) {
            Some(Event::Message { name, .. }) => {
                survey.find_message(name).map(|message| survey.senders(message, from))
            }
            _ => None,
        };
        match communication {
            Communication::Broadcast { to, .. } => self.kind(to).into_iter().collect(),
            Communication::Reply { .. } => senders(self).unwrap_or_default(),
            Communication::Send { to, .. } => match self.destination(to, handler, None) {
                Some(destination) => vec![destination.to],
                None if sender_of(handler).is_some_and(|sender| is_name(to, &sender.text)) => {
                    senders(self).unwrap_or_default()
                }
                None => Vec::new(),
            },
            Communication::Set(..) | Communication::Cancel(_) => Vec::new(),
        }
    }

    /// Where a message to `to` goes, as far as it can be told without types. `sender` is the kind of the sender of what is being handled.
    pub(super) fn destination(
        &self,
        to: &Expr,
        handler: Option<&Handler>,
        sender: Option<usize>,
    ) -> Option<Destination> {
        match &to.kind {
            ExprKind::Paren(inner) => return self.destination(inner, handler, sender),
            ExprKind::Path(path) if path.qualifier.is_none() => {
                if sender_of(handler).is_some_and(|name| name.text == path.name.text) {
                    let index = |at: usize| self.kinds[at].index.is_some().then(|| to.clone());
                    return sender.map(|at| Destination { to: at, index: index(at) });
                }
                if let Some(at) = self.find_kind(&path.name.text) {
                    return self.kinds[at].index.is_none().then_some(Destination { to: at, index: None });
                }
            }
            ExprKind::Index(array, index) => {
                if let ExprKind::Path(path) = &array.kind
                    && path.qualifier.is_none()
                    && let Some(at) = self.find_kind(&path.name.text)
                {
                    let index = self.kinds[at].index.is_some().then(|| (**index).clone())?;
                    return Some(Destination { to: at, index: Some(index) });
                }
            }
            _ => {}
        }
        // Any other value is the index of a node, if there is but one kind that has any.
        let mut indexed = (0..self.kinds.len()).filter(|&at| self.kinds[at].index.is_some());
        match (indexed.next(), indexed.next()) {
            (Some(at), None) => Some(Destination { to: at, index: Some(to.clone()) }),
            _ => None,
        }
    }

    /// Reports that a message goes to no node.
    pub(super) fn no_destination(&mut self, to: &Expr) {
        let (name, indexed) = match &to.kind {
            ExprKind::Path(path) => (Some(&path.name), false),
            ExprKind::Index(array, _) => match &array.kind {
                ExprKind::Path(path) => (Some(&path.name), true),
                _ => (None, true),
            },
            _ => (None, false),
        };
        let kind = name.and_then(|name| self.find_kind(&name.text));
        let diagnostic = match (name, kind) {
            (Some(name), Some(_)) if indexed => Diagnostic::error(
                Code::UnknownNode,
                to.span,
                format!("there is but one node `{}`", name.text),
            )
            .help(format!("write `to {}`", name.text)),
            (Some(name), Some(_)) => Diagnostic::error(
                Code::UnknownNode,
                to.span,
                format!("there are several nodes `{}`", name.text),
            )
            .help(format!("write `to {0}[i]` for one of them, or `to all {0}` for each", name.text)),
            (Some(name), None) if indexed => {
                let names = self.kinds.iter().map(|kind| kind.node.name.text.as_str());
                mistakes::unknown(Code::UnknownNode, name, "node", names)
            }
            _ => Diagnostic::error(Code::UnknownNode, to.span, "it is not clear which node this is")
                .help("write `NODE[i]`, `NODE` or the name after `from`; `to all NODE` sends to each"),
        };
        self.report(diagnostic);
    }

    /// Messages that nobody sends, or that nobody takes.
    fn check_handlers(&mut self) {
        for to in 0..self.kinds.len() {
            let mut handled = HashSet::new();
            for (_, handler) in self.kinds[to].handlers().collect::<Vec<_>>() {
                let Event::Message { name, .. } = &handler.event else { continue };
                let Some(message) = self.find_message(name) else { continue };
                handled.insert(message);
                if self.senders(message, to).is_empty() {
                    let diagnostic = mistakes::never_sent(name, &self.kinds[to].node.name.text);
                    self.report(diagnostic);
                }
            }
            for message in 0..self.messages.len() {
                if !handled.contains(&message) && !self.senders(message, to).is_empty() {
                    let (name, node) = (&self.messages[message].name, &self.kinds[to].node.name);
                    let diagnostic = mistakes::not_handled(name, node);
                    self.report(diagnostic);
                }
            }
        }
    }
}

/// What a handler calls the sender of its message.
pub(super) fn sender_of(handler: Option<&Handler>) -> Option<&Name> {
    match handler.map(|handler| &handler.event) {
        Some(Event::Message { from, .. }) => from.as_ref(),
        _ => None,
    }
}

fn is_name(expr: &Expr, name: &str) -> bool {
    match &expr.kind {
        ExprKind::Paren(inner) => is_name(inner, name),
        ExprKind::Path(path) => path.qualifier.is_none() && path.name.text == name,
        _ => false,
    }
}
