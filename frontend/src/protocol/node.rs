//! A node, as a model that is a part of the protocol: its handlers become actions.

use super::countdown::{self, Timers};
use super::mistakes;
use super::options::{Order, WhenFull};
use super::survey::{Kind, Route, Survey};
use super::tree::Tree;
use super::wire::{Ends, NETWORK};
use crate::ast::{
    Action, ActionParam, Communication, Domain, Event, Expr, FaultKind, Handler, ModelItem, ModelItemKind,
    Name, ProtocolItem, Stmt, TypeKind, VarInit, communications,
};
use crate::diagnostic::{Code, Diagnostic};
use musilc_ir::chart;
use std::collections::{BTreeMap, BTreeSet};

/// Whether a node that may crash is up.
pub(super) const UP: &str = "up";

/// Whether a node that has something to do at the start has done so.
pub(super) const STARTED: &str = "started";

/// What the sender of a message is called where its handler does not say.
pub(super) const SENDER: &str = "the_sender";

/// What the receiver of a message to all is called: nothing that can be written, so that it hides no name in the message.
pub(super) const RECEIVER: &str = "all.to";

/// A node whose items are being written.
pub(super) struct Writer<'s, 'a> {
    pub(super) survey: &'s mut Survey<'a>,
    pub(super) kind: usize,
    /// Its timers.
    pub(super) timers: Timers,
    /// On which conditions each timer that has to fire does so, those of all its handlers.
    pub(super) due: BTreeMap<String, Vec<Expr>>,
    /// The actions that a name stands for: those that differ in their numbers, or in who sends the message.
    groups: BTreeMap<String, Vec<String>>,
    pub(super) items: Vec<ModelItem>,
}

/// What statements are written for.
#[derive(Clone, Copy)]
pub(super) struct Place<'h> {
    pub(super) handler: Option<&'h Handler>,
    /// The kind of the sender of the message that is being handled, and what the sender is called.
    pub(super) sender: Option<(usize, Option<&'h Name>)>,
}

impl<'s, 'a> Writer<'s, 'a> {
    pub(super) fn new(survey: &'s mut Survey<'a>, kind: usize) -> Self {
        let timers = survey.kinds[kind].timers.clone();
        Self { survey, kind, timers, due: BTreeMap::new(), groups: BTreeMap::new(), items: Vec::new() }
    }

    pub(super) fn of(&self) -> &Kind<'a> {
        &self.survey.kinds[self.kind]
    }

    /// The node itself, as one end of a link.
    pub(super) fn own(&self, at: Tree) -> Option<Expr> {
        self.of().index.as_ref().map(|(name, _)| at.var(name.text.clone()))
    }

    /// The items of the model.
    pub(super) fn write(mut self) -> Vec<ModelItem> {
        let node = self.of().node;
        self.variables();
        for item in &node.items {
            match &item.kind {
                ModelItemKind::Protocol(ProtocolItem::On(handler)) => self.handler(item, handler),
                ModelItemKind::Protocol(ProtocolItem::Stable(variable)) => {
                    self.items.push(ModelItem { kind: (**variable).clone(), ..item.clone() });
                }
                ModelItemKind::Protocol(_) => self.survey.report(mistakes::not_in_node(item)),
                ModelItemKind::Action(action) => {
                    let at = Tree(item.span);
                    let body = self.statements(&action.body, Place { handler: None, sender: None });
                    let room = self.room(at, &action.body, Place { handler: None, sender: None });
                    let guard = at.all(self.awake(at).into_iter().chain(room).chain(action.guard.clone()));
                    let action = Action { guard, body, ..action.clone() };
                    self.items.push(ModelItem { kind: ModelItemKind::Action(action), ..item.clone() });
                }
                _ => self.items.push(item.clone()),
            }
        }
        self.crash();
        self.due_timers();
        self.named_groups();
        self.items
    }

    /// The variables that the node has without being told.
    fn variables(&mut self) {
        let at = Tree(self.of().node.name.span);
        let mut variables = Vec::new();
        let flag = |name: &str, init| (name.to_owned(), at.ty(TypeKind::Bool), at.bool(init));
        if self.of().crash.is_some() {
            variables.push(flag(UP, true));
        }
        if self.of().has_start() {
            variables.push(flag(STARTED, false));
        }
        for (name, countdown) in &self.timers {
            match countdown {
                None => variables.push(flag(name, false)),
                Some(countdown) => {
                    variables.push((name.clone(), countdown.ty(at), at.none()));
                    if let Some(wait) = &countdown.wait {
                        variables.push((countdown::wait_of(name), at.up_to(wait.clone()), at.int(0)));
                    }
                }
            }
        }
        for (name, ty, init) in variables {
            let kind = ModelItemKind::Var { name: at.name(name), ty, init: VarInit::Value(init) };
            self.items.push(ModelItem { doc: None, span: at.0, kind });
        }
    }

    /// On which conditions the node does anything.
    pub(super) fn awake(&self, at: Tree) -> Vec<Expr> {
        let up = self.of().crash.is_some().then(|| at.var(UP));
        let started = self.of().has_start().then(|| at.var(STARTED));
        up.into_iter().chain(started).collect()
    }

    /// Writes an action, and gives the name that it gets.
    pub(super) fn push(&mut self, like: &ModelItem, event: chart::Event, mut action: Action) -> String {
        let group = self.groups.entry(action.name.text.clone()).or_default();
        if !group.is_empty() {
            action.name.text = format!("{}_{}", action.name.text, group.len() + 1);
        }
        group.push(action.name.text.clone());
        self.survey.note_of(self.kind, &action.name.text, event);
        let name = action.name.text.clone();
        self.items.push(ModelItem { kind: ModelItemKind::Action(action), ..like.clone() });
        name
    }

    /// Names for all handlers of a message or timer together. The first of several is called by its number where it alone is meant.
    fn named_groups(&mut self) {
        let at = self.of().node.name.span;
        let groups = std::mem::take(&mut self.groups);
        let first = |(name, members): (&String, &Vec<String>)| {
            let alone = members.iter().find(|member| *member == name).filter(|_| members.len() > 1)?;
            Some((format!("{name}_1"), vec![alone.clone()]))
        };
        let firsts: Vec<_> = groups.iter().filter_map(first).collect();
        let several = groups.into_iter().filter(|(name, members)| members.len() > 1 || members[0] != *name);
        for (name, members) in several.chain(firsts) {
            let kind = ModelItemKind::Group { name, members };
            self.items.push(ModelItem { doc: None, span: at, kind });
        }
    }

    fn handler(&mut self, item: &ModelItem, handler: &'a Handler) {
        match &handler.event {
            Event::Start(span) => {
                let at = Tree(*span);
                let up = self.of().crash.is_some().then(|| at.var(UP));
                let conditions = up.into_iter().chain([at.not(at.var(STARTED))]).collect();
                let first = vec![at.assign(at.var(STARTED), at.bool(true))];
                let event = chart::Event::Start(self.kind);
                self.reaction(item, handler, event, at.name("start"), conditions, first);
            }
            Event::Restart(span) => {
                // Written together with the crash.
                let restarts = self
                    .of()
                    .crash
                    .is_some_and(|fault| matches!(fault.kind, FaultKind::Crash { restart: Some(_), .. }));
                if !restarts {
                    let name = &self.of().node.name.text;
                    let diagnostic =
                        Diagnostic::error(Code::BadFault, *span, format!("`{name}` never restarts"))
                            .help(format!("write `faults {{ crash {name}, restart; }}` in the protocol"));
                    self.survey.report(diagnostic);
                }
            }
            Event::Timeout(timer) => {
                let at = Tree(timer.span);
                let countdown = self.timers.get(&timer.text).cloned().flatten();
                let fires = match &countdown {
                    Some(countdown) => countdown.may_fire(at, &timer.text),
                    None => at.var(timer.text.clone()),
                };
                if countdown.is_some_and(|countdown| countdown.urgent) {
                    let place = Place { handler: None, sender: None };
                    let room = self.room(at, &handler.body, place);
                    let guard = at.all(room.into_iter().chain(handler.guard.clone()));
                    let guard = guard.unwrap_or_else(|| at.bool(true));
                    self.due.entry(timer.text.clone()).or_default().push(guard);
                }
                let conditions = self.awake(at).into_iter().chain([fires]).collect();
                let first = self.clear(at, &timer.text);
                let name = at.name(format!("timeout_{}", timer.text));
                let event = chart::Event::Timeout(self.kind, timer.text.clone());
                self.reaction(item, handler, event, name, conditions, first);
            }
            Event::Message { .. } => self.delivery(item, handler),
        }
    }

    /// An action for something that is no message.
    fn reaction(
        &mut self,
        item: &ModelItem,
        handler: &'a Handler,
        event: chart::Event,
        name: Name,
        conditions: Vec<Expr>,
        first: Vec<Stmt>,
    ) {
        let at = Tree(name.span);
        let place = Place { handler: None, sender: None };
        let room = self.room(at, &handler.body, place);
        let guard = at.all(conditions.into_iter().chain(room).chain(handler.guard.clone()));
        let body = first.into_iter().chain(self.statements(&handler.body, place)).collect();
        let action = Action { fairness: handler.fairness, name, params: Vec::new(), guard, body };
        self.push(item, event, action);
    }

    /// Actions for a message: one for each kind of nodes that sends it.
    fn delivery(&mut self, item: &ModelItem, handler: &'a Handler) {
        let Event::Message { name, fields, rest, from } = &handler.event else { return };
        let Some(message) = self.survey.find_message(name) else { return };
        let senders = self.survey.senders(message, self.kind);
        for &sender in &senders {
            let at = Tree(name.span);
            let mut params = Vec::new();
            let from_index = self.survey.kinds[sender].index.as_ref().map(|(_, ty)| {
                let name = from.clone().unwrap_or_else(|| at.name(SENDER));
                params.push(ActionParam { name: name.clone(), domain: Domain::Type((*ty).clone()) });
                Tree(name.span).var(name.text)
            });
            let ends = Ends { from: from_index, to: self.own(at) };
            let route = Route { message, from: sender, to: self.kind };
            let arrival = self.survey.arrival(at, route, &ends, fields, *rest);
            params.extend(arrival.params);
            // Without a name of its own a sender can still be replied to.
            let place = Place { handler: Some(handler), sender: Some((sender, from.as_ref())) };
            let cut = self.survey.cut(at, (sender, self.kind), &ends).map(|cut| at.not(cut));
            let room = self.room(at, &handler.body, place);
            let conditions: Vec<Expr> = self
                .awake(at)
                .into_iter()
                .chain(cut)
                .chain([arrival.guard])
                .chain(handler.guard.clone())
                .collect();
            let own = handler.fairness;
            let fairness = match (own, self.survey.network.fairness) {
                (musilc_ir::Fairness::None, Some(network)) => network,
                _ => own,
            };
            let title = match senders.len() {
                1 => name.clone(),
                _ => at.name(format!("{}_from_{}", name.text, self.survey.kinds[sender].node.name.text)),
            };
            let body = self.statements(&handler.body, place);
            let packet = self.survey.packet_of(route);
            if let Some(fault) = self.survey.duplicated(message) {
                let (left, spend) = fault.map_or((None, None), |fault| self.survey.spend(at, fault));
                let action = Action {
                    fairness: musilc_ir::Fairness::None,
                    name: Name { text: format!("{}_again", title.text), ..title.clone() },
                    params: params.clone(),
                    guard: at.all(conditions.clone().into_iter().chain(room.clone()).chain(left)),
                    body: spend.into_iter().chain(body.clone()).collect(),
                };
                let written = self.push(item, chart::Event::Again(packet), action);
                if senders.len() > 1 {
                    self.groups.entry(format!("{}_again", name.text)).or_default().push(written);
                }
            }
            let body = std::iter::once(arrival.take).chain(body).collect();
            // What is taken off a queue for all leaves its place to what is sent.
            let room = room.filter(|_| self.survey.network.order != Order::Shared);
            let guard = at.all(conditions.into_iter().chain(room));
            let action = Action { fairness, name: title, params, guard, body };
            let written = self.push(item, chart::Event::Deliver(packet), action);
            if senders.len() > 1 {
                self.groups.entry(name.text.clone()).or_default().push(written);
            }
        }
    }

    /// Where senders are blocked: there is room on every link that these statements may send on.
    pub(super) fn room(&mut self, at: Tree, stmts: &[Stmt], place: Place<'_>) -> Option<Expr> {
        if !self.survey.network.is_queued() || self.survey.network.when_full != WhenFull::Block {
            return None;
        }
        let receivers = self.receivers(stmts, place);
        if self.survey.network.order == Order::Shared {
            return (!receivers.is_empty()).then(|| at.not(at.field(at.var(NETWORK), "is_full")));
        }
        let own = self.own(at);
        let conditions = receivers.into_iter().map(|to| {
            let free = |survey: &Survey<'_>, to_index| {
                let ends = Ends { from: own.clone(), to: to_index };
                at.not(at.field(survey.queue(at, (self.kind, to), &ends), "is_full"))
            };
            match &self.survey.kinds[to].index {
                Some((_, ty)) => at.forall(
                    RECEIVER,
                    Domain::Type((*ty).clone()),
                    free(self.survey, Some(at.var(RECEIVER))),
                ),
                None => free(self.survey, None),
            }
        });
        let all = at.all(conditions)?;
        Some(at.expr(crate::ast::ExprKind::Paren(Box::new(all))))
    }

    fn receivers(&self, stmts: &[Stmt], place: Place<'_>) -> BTreeSet<usize> {
        let sender = place.sender.map(|(kind, _)| kind);
        let mut found = BTreeSet::new();
        communications(stmts, &mut |_, communication| {
            found.extend(match communication {
                Communication::Send { to, .. } => {
                    self.survey.destination(to, place.handler, sender).map(|to| to.to)
                }
                Communication::Broadcast { to, .. } => self.survey.find_kind(&to.text),
                Communication::Reply { .. } => sender,
                Communication::Set(..) | Communication::Cancel(_) => None,
            });
        });
        found
    }
}
