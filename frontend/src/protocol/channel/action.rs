//! Actions that send and receive.

use super::super::faults::spending;
use super::super::tree::Tree;
use super::declared::{Copies, Declared};
use super::room::Load;
use super::{Target, Writer, mistakes};
use crate::ast::{
    Action, ActionParam, Communication, Domain, Expr, ExprKind, ModelItem, ModelItemKind, Name, Path,
    Pattern, PatternKind, Stmt, StmtKind, TypeKind, replace_communications,
};
use musilc_ir::{Fairness, Span};

/// What an action begins with that receives a message.
struct Arrival {
    /// Of a set or bag, the message is a parameter.
    param: Option<ActionParam>,
    /// The message is there.
    guard: Option<Expr>,
    /// Takes it off.
    take: Stmt,
    name: Name,
    target: Target,
}

impl Writer<'_, '_> {
    /// An action in the words of models; two where what it receives may stay where it is.
    pub(super) fn action(&mut self, item: &ModelItem, action: &Action, written: &mut Vec<ModelItem>) {
        let mut params = Vec::with_capacity(action.params.len());
        let mut arrival: Option<Arrival> = None;
        let mut first: Option<&Name> = None;
        for param in &action.params {
            let Domain::Channel(place) = &param.domain else {
                params.push(param.clone());
                continue;
            };
            let arrived = match first {
                Some(first) => {
                    self.report(mistakes::second_message(&param.name, first));
                    None
                }
                None => self.arrival(&param.name, place),
            };
            first = first.or(Some(&param.name));
            match arrived {
                Some(arrived) => {
                    params.extend(arrived.param.clone());
                    arrival = Some(arrived);
                }
                // Whoever uses it is in error too, silently.
                None => {
                    let ty = Tree(param.name.span).ty(TypeKind::Error);
                    params.push(ActionParam { name: param.name.clone(), domain: Domain::Type(ty) });
                }
            }
        }
        let body = replace_communications(&action.body, &mut |span, communication| {
            vec![self.communicate(span, communication)]
        });
        let at = Tree(action.name.span);
        let loads = self.loads(&action.body);
        let taken = arrival.as_ref().map(|arrival| &arrival.target);
        let room = self.room(at, &loads, taken);
        let network = taken.and_then(|taken| self.channels[taken.channel].network.fairness);
        let fairness = match action.fairness {
            Fairness::None => network.unwrap_or(Fairness::None),
            own => own,
        };
        let there = arrival.as_ref().and_then(|arrival| arrival.guard.clone());
        let guard = at.all(there.into_iter().chain(action.guard.clone()).chain(room));
        let take = arrival.iter().map(|arrival| arrival.take.clone());
        let once = Action {
            fairness,
            name: action.name.clone(),
            params: params.clone(),
            guard,
            body: take.chain(body.clone()).collect(),
        };
        written.push(ModelItem { kind: ModelItemKind::Action(once), ..item.clone() });
        if let Some(arrival) = &arrival {
            let again = self.again(action, arrival, params, body, &loads);
            written
                .extend(again.map(|again| ModelItem { kind: ModelItemKind::Action(again), ..item.clone() }));
        }
    }

    /// The action once more, for a message that stays where it is, if that may happen.
    fn again(
        &mut self,
        action: &Action,
        arrival: &Arrival,
        params: Vec<ActionParam>,
        body: Vec<Stmt>,
        loads: &[Load],
    ) -> Option<Action> {
        let at = Tree(action.name.span);
        let (channel, indices) = (arrival.target.channel, &arrival.target.indices);
        let (may, spend) = match self.channels[channel].copies() {
            Copies::Never => return None,
            Copies::Always => (None, None),
            Copies::Limited(fault) => {
                let spending = self.budget_of(channel, fault).map(|left| spending(at, &left));
                let (left, spend) = spending.unzip();
                let may = self.asks_whether_copied(at, channel, indices, at.var(arrival.name.text.clone()));
                (at.all(may.into_iter().chain(left)), spend)
            }
        };
        let room = self.room(at, loads, None);
        let guard = arrival.guard.clone().into_iter().chain(action.guard.clone()).chain(may).chain(room);
        Some(Action {
            fairness: Fairness::None,
            name: Name { text: format!("{}_again", action.name.text), ..action.name.clone() },
            params,
            guard: at.all(guard),
            body: spend.into_iter().chain(body).collect(),
        })
    }

    /// The arrival of a message called `name`.
    fn arrival(&mut self, name: &Name, place: &Expr) -> Option<Arrival> {
        let target = self.found(place)?;
        let channel = &self.channels[target.channel];
        let at = Tree(place.span);
        let store = channel.store(at, &target.indices);
        if !channel.is_queue() {
            let domain = Domain::Expr(store.place.clone());
            return Some(Arrival {
                param: Some(ActionParam { name: name.clone(), domain }),
                guard: None,
                take: store.take(Some(Tree(name.span).var(name.text.clone()))),
                name: name.clone(),
                target,
            });
        }
        // In a pattern it would be the variant.
        if self.names.variants.contains(&name.text) {
            self.report(mistakes::called_like_variant(name));
            return None;
        }
        let path = Path { qualifier: None, name: name.clone() };
        let head = Pattern { span: name.span, kind: PatternKind::Path(path) };
        let named = at.expr(ExprKind::Is(Box::new(store.head()), Box::new(head)));
        Some(Arrival {
            param: None,
            guard: at.all([store.waits(), named]),
            take: store.take(None),
            name: name.clone(),
            target,
        })
    }

    fn communicate(&mut self, span: Span, communication: &Communication) -> Stmt {
        let at = Tree(span);
        match communication {
            Communication::Send { value, to } => match self.found(to) {
                Some(to) => self.channels[to.channel].store(at, &to.indices).put((**value).clone()),
                None => at.stmt(StmtKind::Error),
            },
            Communication::Broadcast { value, to } => match self.several(to) {
                Some(channel) => for_each(at, &self.channels[channel], value),
                None => at.stmt(StmtKind::Error),
            },
            Communication::Reply { .. } | Communication::Set(..) | Communication::Cancel(_) => {
                self.report(mistakes::only_in_nodes(span));
                at.stmt(StmtKind::Error)
            }
        }
    }

    /// The channels of this name, of which there are several; reported where that is not so.
    fn several(&mut self, name: &Name) -> Option<usize> {
        let found = self.channels.iter().position(|channel| channel.name.text == name.text);
        let diagnostic = match found {
            None => self.no_channel(name),
            Some(channel) if self.channels[channel].indices.is_empty() => mistakes::only_one(name),
            Some(_) => return found,
        };
        self.report(diagnostic);
        None
    }
}

/// Sends to each of several channels.
fn for_each(at: Tree, channel: &Declared<'_>, value: &Expr) -> Stmt {
    // Names that nobody can write, so that they hide none in the value.
    let name = |position: usize| format!("to.{position}");
    let indices: Vec<Expr> = (0..channel.indices.len()).map(|position| at.var(name(position))).collect();
    let send = channel.store(at, &indices).put(value.clone());
    channel.indices.iter().enumerate().rev().fold(send, |body, (position, (_, ty))| {
        let domain = Domain::Type(ty.clone());
        at.stmt(StmtKind::For { name: at.name(name(position)), domain, body: vec![body] })
    })
}
