//! Statements of nodes: what is sent becomes a change of the network, and timers are variables.

use super::countdown;
use super::mistakes;
use super::node::{Place, RECEIVER, SENDER, Writer};
use super::survey::Route;
use super::tree::Tree;
use super::wire::Ends;
use crate::ast::{
    Arg, BinaryOp, Communication, Delay, Domain, Expr, Function, ModelItem, ModelItemKind, Name, Stmt,
    StmtKind, TypeKind, replace_communications,
};
use crate::diagnostic::{Code, Diagnostic};

impl Writer<'_, '_> {
    pub(super) fn statements(&mut self, stmts: &[Stmt], place: Place<'_>) -> Vec<Stmt> {
        replace_communications(stmts, &mut |span, communication| {
            self.communicate(Tree(span), communication, place)
        })
    }

    fn communicate(&mut self, at: Tree, communication: &Communication, place: Place<'_>) -> Vec<Stmt> {
        match communication {
            Communication::Set(timer, delay) => self.set(at, timer, delay.as_deref()),
            Communication::Cancel(timer) if self.is_timer(timer) => self.clear(Tree(timer.span), &timer.text),
            Communication::Cancel(_) => Vec::new(),
            _ => vec![self.transmit(at, communication, place)],
        }
    }

    /// Sends something.
    fn transmit(&mut self, at: Tree, communication: &Communication, place: Place<'_>) -> Stmt {
        let failed = || at.stmt(StmtKind::Error);
        let message = communication.message();
        if let (Communication::Send { value, .. } | Communication::Broadcast { value, .. }, None) =
            (communication, message)
        {
            self.survey.report(mistakes::no_message(value.span));
            return failed();
        }
        let Some((message, args)) = message else { return failed() };
        match communication {
            Communication::Set(..) | Communication::Cancel(_) => failed(),
            Communication::Send { to, .. } => {
                let sender = place.sender.map(|(kind, _)| kind);
                match self.survey.destination(to, place.handler, sender) {
                    Some(to) => self.send(at, message, args, to.to, to.index),
                    None => {
                        self.survey.no_destination(to);
                        failed()
                    }
                }
            }
            Communication::Reply { .. } => match place.sender {
                Some((kind, name)) => {
                    let index = self.survey.kinds[kind].index.as_ref().map(|_| match name {
                        Some(name) => at.var(name.text.clone()),
                        None => at.var(SENDER),
                    });
                    self.send(at, message, args, kind, index)
                }
                None => {
                    let diagnostic =
                        Diagnostic::error(Code::UnknownNode, at.0, "there is no message to reply to").help(
                            "`reply` stands in the handler of a message; elsewhere write `send … to …`",
                        );
                    self.survey.report(diagnostic);
                    failed()
                }
            },
            Communication::Broadcast { to, .. } => {
                let Some(kind) = self.survey.kind(to) else { return failed() };
                let Some(ty) = self.survey.kinds[kind].index.as_ref().map(|(_, ty)| (*ty).clone()) else {
                    return self.send(at, message, args, kind, None);
                };
                let receiver = at.name(RECEIVER);
                let send = self.send(at, message, args, kind, Some(at.var(RECEIVER)));
                let body = match self.own(at).filter(|_| kind == self.kind) {
                    // Not to itself.
                    Some(own) => {
                        vec![at.if_then(at.binary(at.var(RECEIVER), BinaryOp::Ne, own), vec![send])]
                    }
                    None => vec![send],
                };
                at.stmt(StmtKind::For { name: receiver, domain: Domain::Type(ty), body })
            }
        }
    }

    fn send(&mut self, at: Tree, message: &Name, args: &[Arg], to: usize, index: Option<Expr>) -> Stmt {
        let Some(message) = self.survey.find_message(message) else { return at.stmt(StmtKind::Error) };
        let route = Route { message, from: self.kind, to };
        let ends = Ends { from: self.own(at), to: index };
        self.survey.send(at, route, &ends, args.to_vec())
    }

    /// Whether this is a timer, which is reported where it is not.
    fn is_timer(&mut self, timer: &Name) -> bool {
        let known = self.timers.contains_key(&timer.text);
        if !known {
            let names = self.timers.keys().map(String::as_str);
            let diagnostic = mistakes::unknown(Code::UnknownTimer, timer, "timer", names);
            self.survey.report(
                diagnostic.help(format!(
                    "a timer is what a handler waits for: `on timeout {} {{ … }}`",
                    timer.text
                )),
            );
        }
        known
    }

    fn set(&mut self, at: Tree, timer: &Name, delay: Option<&Delay>) -> Vec<Stmt> {
        if !self.is_timer(timer) {
            return Vec::new();
        }
        match (self.timers.get(&timer.text), delay) {
            (Some(Some(countdown)), Some(delay)) => countdown.set(at, timer, delay),
            (Some(None), None) => vec![at.assign(Tree(timer.span).var(timer.text.clone()), at.bool(true))],
            // Reported where the timers were found.
            _ => Vec::new(),
        }
    }

    pub(super) fn clear(&self, at: Tree, timer: &str) -> Vec<Stmt> {
        match self.timers.get(timer) {
            Some(Some(countdown)) => countdown.clear(at, timer),
            _ => vec![at.assign(at.var(timer), at.bool(false))],
        }
    }

    /// Functions that say which timers have to fire before time goes on: those that are at their end and may.
    pub(super) fn due_timers(&mut self) {
        let at = Tree(self.of().node.name.span);
        for (timer, guards) in std::mem::take(&mut self.due) {
            let over = at.binary(at.var(timer.clone()), BinaryOp::Eq, at.some(at.int(0)));
            let any = at.any(guards).map(|any| at.paren(any));
            let conditions = self.awake(at).into_iter().chain([over]).chain(any);
            let body = at.all(conditions).unwrap_or_else(|| at.bool(true));
            let function = Function {
                name: at.name(countdown::due_of(&timer)),
                params: Vec::new(),
                result: at.ty(TypeKind::Bool),
                body,
            };
            self.items.push(ModelItem { doc: None, span: at.0, kind: ModelItemKind::Fn(function) });
        }
    }
}
