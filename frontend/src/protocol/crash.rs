//! Nodes that crash, and come back.

use super::node::{Place, STARTED, UP, Writer};
use super::tree::Tree;
use crate::ast::{Action, Event, FaultKind, ModelItem, ModelItemKind, ProtocolItem, VarInit};
use crate::diagnostic::{Code, Diagnostic};
use musilc_ir::chart;

impl Writer<'_, '_> {
    /// The crash of the node, and its restart.
    pub(super) fn crash(&mut self) {
        let Some(fault) = self.of().crash else { return };
        let FaultKind::Crash { restart, .. } = fault.kind else { return };
        let at = Tree(fault.span);
        let node = self.of().node;
        let like = ModelItem { doc: None, span: fault.span, kind: ModelItemKind::Error };
        let mut body = vec![at.assign(at.var(UP), at.bool(false))];
        if self.of().has_start() {
            body.push(at.assign(at.var(STARTED), at.bool(false)));
        }
        body.extend(self.timers.keys().flat_map(|timer| self.clear(at, timer)));
        for item in &node.items {
            let ModelItemKind::Var { name, init, .. } = &item.kind else { continue };
            match init {
                VarInit::Value(init) => body.push(at.assign(at.var(name.text.clone()), init.clone())),
                VarInit::Any(span) => {
                    let diagnostic = Diagnostic::error(
                        Code::BadFault,
                        *span,
                        format!("`{}` begins anew after a crash, with which value is not clear", name.text),
                    )
                    .help("give it a value, or let it outlive a crash: `stable var`");
                    self.survey.report(diagnostic);
                }
                VarInit::Missing => {}
            }
        }
        let (left, spend) = self.survey.spend(at, fault);
        body.extend(spend);
        let guard = at.all(std::iter::once(at.var(UP)).chain(left));
        let name = at.name("crash");
        let event = chart::Event::Crash(self.kind);
        self.push(&like, event, Action { fairness: fault.fairness, name, params: Vec::new(), guard, body });
        let Some(restarts) = restart else { return };
        let handler = node.items.iter().find_map(|item| match &item.kind {
            ModelItemKind::Protocol(ProtocolItem::On(handler))
                if matches!(handler.event, Event::Restart(_)) =>
            {
                Some((item, handler))
            }
            _ => None,
        });
        let mut body = vec![at.assign(at.var(UP), at.bool(true))];
        let (mut like, mut fairness, mut guard) = (like, restarts, None);
        if let Some((item, handler)) = handler {
            if self.of().has_start() {
                body.push(at.assign(at.var(STARTED), at.bool(true)));
            }
            let place = Place { handler: None, sender: None };
            body.extend(self.statements(&handler.body, place));
            let room = self.room(at, &handler.body, place);
            guard = at.all(room.into_iter().chain(handler.guard.clone()));
            like = item.clone();
            if handler.fairness != musilc_ir::Fairness::None {
                fairness = handler.fairness;
            }
        }
        let guard = at.all(std::iter::once(at.not(at.var(UP))).chain(guard));
        let action = Action { fairness, name: at.name("restart"), params: Vec::new(), guard, body };
        self.push(&like, chart::Event::Restart(self.kind), action);
    }
}
