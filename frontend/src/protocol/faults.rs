//! What may go wrong: how often, and as which actions of the protocol.

use super::mistakes;
use super::options::Order;
use super::survey::{Route, Survey};
use super::tree::Tree;
use super::wire::{Ends, Hidden, NETWORK};
use crate::ast::{
    Action, ActionParam, BinaryOp, Domain, Expr, ExprKind, Fault, FaultKind, ModelParam, Name, Pattern,
    PatternArg, PatternKind, Stmt, TypeKind,
};
use crate::diagnostic::{Code, Diagnostic};
use musilc_ir::{Fairness, chart};

impl<'a> Survey<'a> {
    /// Faults of one kind have names of their own where there are several.
    fn title(&self, fault: &Fault, plain: &str) -> String {
        let of = |fault: &Fault| match &fault.kind {
            FaultKind::Crash { node, .. } => Some(node.text.clone()),
            FaultKind::Lose(message) | FaultKind::Duplicate(message) => {
                message.as_ref().map(|message| message.text.clone())
            }
            FaultKind::Corrupt { pattern, .. } => {
                mistakes::message_of(pattern).map(|message| message.text.clone())
            }
            FaultKind::Partition { .. } => None,
        };
        let same =
            |other: &&&Fault| std::mem::discriminant(&other.kind) == std::mem::discriminant(&fault.kind);
        let before = self.faults.iter().filter(same).take_while(|other| ***other != *fault).count();
        let several = self.faults.iter().filter(same).count() > 1;
        match (several, of(fault)) {
            (false, _) => plain.to_owned(),
            (true, Some(of)) => format!("{of}_{plain}"),
            (true, None) => format!("{plain}_{}", before + 1),
        }
    }

    /// The variable that counts how often a fault may still happen.
    fn budget(&self, fault: &Fault) -> Option<Hidden> {
        let most = fault.budget.as_ref()?;
        let plain = match &fault.kind {
            FaultKind::Crash { .. } => "crashes_left",
            FaultKind::Partition { .. } => "partitions_left",
            FaultKind::Lose(_) => "losses_left",
            FaultKind::Duplicate(_) => "duplicates_left",
            FaultKind::Corrupt { .. } => "corruptions_left",
        };
        Some(left(self.title(fault, plain), most, self.params))
    }

    /// Whether a fault may still happen, and what is done when it does.
    pub(super) fn spend(&self, at: Tree, fault: &Fault) -> (Option<Expr>, Option<Stmt>) {
        let Some(Hidden { name, .. }) = self.budget(fault) else { return (None, None) };
        let (left, spend) = spending(at, &name);
        (Some(left), Some(spend))
    }

    fn parted(&self, fault: &Fault) -> String {
        self.title(fault, "parted")
    }

    /// The variables that faults need.
    pub(super) fn fault_variables(&self) -> Vec<Hidden> {
        let mut variables: Vec<Hidden> = Vec::new();
        for fault in &self.faults {
            variables.extend(self.budget(fault));
            if matches!(fault.kind, FaultKind::Partition { .. }) {
                let at = Tree(fault.span);
                variables.push(Hidden {
                    name: self.parted(fault),
                    ty: at.ty(TypeKind::Bool),
                    init: at.bool(false),
                });
            }
        }
        variables
    }

    /// Whether messages from one node to another are held up, if that can be.
    pub(super) fn cut(&self, at: Tree, link: (usize, usize), ends: &Ends) -> Option<Expr> {
        let cuts = self.faults.iter().filter_map(|fault| {
            let FaultKind::Partition { groups, .. } = &fault.kind else { return None };
            let mut ways = Vec::new();
            for (one, from) in groups.iter().enumerate() {
                for to in groups.iter().enumerate().filter(|(two, _)| *two != one).map(|(_, to)| to) {
                    let (Some(from), Some(to)) = (
                        self.member(at, from, link.0, ends.from.as_ref()),
                        self.member(at, to, link.1, ends.to.as_ref()),
                    ) else {
                        continue;
                    };
                    let both = at.all(from.into_iter().chain(to));
                    ways.push(both.unwrap_or_else(|| at.bool(true)));
                }
            }
            let crosses = at.any(ways)?;
            let crosses = at.expr(ExprKind::Paren(Box::new(crosses)));
            Some(at.binary(at.var(self.parted(fault)), BinaryOp::And, crosses))
        });
        at.any(cuts)
    }

    /// On which condition a node belongs to a group: nothing where it never does, and no condition where it always does.
    fn member(&self, at: Tree, group: &[Expr], kind: usize, index: Option<&Expr>) -> Option<Option<Expr>> {
        let mut conditions = Vec::new();
        for member in group {
            let (name, which) = named(member)?;
            if self.find_kind(&name.text) != Some(kind) {
                continue;
            }
            match (which, index) {
                (Some(which), Some(index)) => {
                    conditions.push(at.binary(index.clone(), BinaryOp::Eq, which.clone()));
                }
                _ => return Some(None),
            }
        }
        let any = at.any(conditions)?;
        Some(Some(at.expr(ExprKind::Paren(Box::new(any)))))
    }

    /// Reports what is wrong with faults.
    pub(super) fn check_faults(&mut self) {
        for fault in self.faults.clone() {
            match &fault.kind {
                FaultKind::Partition { groups, .. } => {
                    if groups.len() < 2 {
                        self.report(
                            Diagnostic::error(
                                Code::BadFault,
                                fault.span,
                                "a partition has two groups or more",
                            )
                            .help("write `partition {A} | {B};`"),
                        );
                    }
                    for member in groups.iter().flatten() {
                        match named(member) {
                            Some((name, _)) => {
                                let _ = self.kind(&name.clone());
                            }
                            None => self.report(
                                Diagnostic::error(Code::BadFault, member.span, "this is no node")
                                    .help("write the name of a node, or `NODE[i]` for one of several"),
                            ),
                        }
                    }
                }
                FaultKind::Lose(Some(message)) | FaultKind::Duplicate(Some(message)) => {
                    let _ = self.find_message(message);
                }
                FaultKind::Lose(None) if self.network.lossy => self.report(
                    Diagnostic::error(Code::BadFault, fault.span, "a lossy network loses messages anyway")
                        .help("take `lossy` away where losses have a budget, or `lose` where they have none"),
                ),
                FaultKind::Duplicate(None) if self.network.duplicating => self.report(
                    Diagnostic::error(
                        Code::BadFault,
                        fault.span,
                        "a duplicating network duplicates messages anyway",
                    )
                    .help(
                        "take `duplicating` away where that has a budget, or `duplicate` where it has none",
                    ),
                ),
                FaultKind::Corrupt { pattern, .. } if mistakes::message_of(pattern).is_none() => self.report(
                    Diagnostic::error(Code::BadFault, pattern.span, "this is no message")
                        .help("write `corrupt M(x) into M(x: e);`"),
                ),
                _ => {}
            }
        }
    }

    /// The faults that are no matter of a single node, as actions.
    pub(super) fn fault_actions(&mut self) -> Vec<Action> {
        let mut actions = Vec::new();
        if self.network.lossy {
            self.losses(Tree(self.name.span), "lose", None, None, &mut actions);
        }
        for fault in self.faults.clone() {
            let at = Tree(fault.span);
            match &fault.kind {
                // Reported above.
                FaultKind::Lose(None) if self.network.lossy => {}
                FaultKind::Lose(message) => {
                    let message = message.as_ref().and_then(|name| self.find_message(name));
                    let name = self.title(fault, "lose");
                    self.losses(at, &name, message, Some(fault), &mut actions);
                }
                FaultKind::Partition { heal, .. } => {
                    let parted = self.parted(fault);
                    let parted = || at.var(parted.clone());
                    let (left, spend) = self.spend(at, fault);
                    let guard = at.all(std::iter::once(at.not(parted())).chain(left));
                    let body = std::iter::once(at.assign(parted(), at.bool(true))).chain(spend).collect();
                    let name = at.name(self.title(fault, "partition"));
                    self.note(&name.text, chart::Event::Partition);
                    actions.push(Action { fairness: fault.fairness, name, params: Vec::new(), guard, body });
                    if let Some(heals) = *heal {
                        let body = vec![at.assign(parted(), at.bool(false))];
                        let name = at.name(self.title(fault, "heal"));
                        self.note(&name.text, chart::Event::Heal);
                        let (fairness, guard) = (heals, Some(parted()));
                        actions.push(Action { fairness, name, params: Vec::new(), guard, body });
                    }
                }
                FaultKind::Corrupt { pattern, message, args } => {
                    self.corruption(fault, pattern, message, args, &mut actions);
                }
                FaultKind::Crash { .. } | FaultKind::Duplicate(_) => {}
            }
        }
        actions
    }

    /// Actions by which messages are lost: all messages, or one.
    fn losses(
        &mut self,
        at: Tree,
        name: &str,
        message: Option<usize>,
        fault: Option<&Fault>,
        actions: &mut Vec<Action>,
    ) {
        let fairness = fault.map_or(Fairness::None, |fault| fault.fairness);
        let (left, spend) = fault.map_or((None, None), |fault| self.spend(at, fault));
        let concerned: Vec<Route> = self
            .routes
            .iter()
            .filter(|route| message.is_none_or(|message| route.message == message))
            .copied()
            .collect();
        if !self.network.is_queued() {
            let patterns: Vec<Pattern> = concerned
                .iter()
                .map(|route| at.pattern(&self.packets(*route), self.variant(*route), Vec::new(), true))
                .collect();
            if patterns.is_empty() {
                return;
            }
            let which = at.var("message");
            let any = Pattern { span: at.0, kind: PatternKind::Or(patterns) };
            let concerned = message.map(|_| at.expr(ExprKind::Is(Box::new(which.clone()), Box::new(any))));
            let remove = at.change(at.var(NETWORK), "remove", vec![which]);
            self.note(name, chart::Event::Lose(0));
            actions.push(Action {
                fairness,
                name: at.name(name),
                params: vec![ActionParam { name: at.name("message"), domain: Domain::Expr(at.var(NETWORK)) }],
                guard: at.all(concerned.into_iter().chain(left)),
                body: std::iter::once(remove).chain(spend).collect(),
            });
            return;
        }
        if self.network.order == Order::Shared {
            self.first_lost(at, name, message.map(|_| concerned), fault, actions);
            return;
        }
        for link in self.links() {
            let routes: Vec<&Route> =
                concerned.iter().filter(|route| (route.from, route.to) == link).collect();
            let Some(&&first) = routes.first() else { continue };
            let (params, ends) = self.both_ends(at, link);
            let store = self.store(at, first, &ends);
            let (some, pop) = (store.waits(), store.take(None));
            let is = message
                .map(|_| at.is(store.head(), &self.packets(first), self.variant(first), Vec::new(), true));
            let name = format!("{name}_{}", self.link(link));
            self.note(&name, chart::Event::Lose(self.store_of(link)));
            actions.push(Action {
                fairness,
                name: at.name(name),
                params,
                guard: at.all(std::iter::once(some).chain(is).chain(left.clone())),
                body: std::iter::once(pop).chain(spend.clone()).collect(),
            });
        }
    }

    /// The action by which the first message in a queue for all is lost, if it is one of these.
    fn first_lost(
        &mut self,
        at: Tree,
        name: &str,
        which: Option<Vec<Route>>,
        fault: Option<&Fault>,
        actions: &mut Vec<Action>,
    ) {
        let Some(&first) =
            self.routes.first().filter(|_| which.as_ref().is_none_or(|which| !which.is_empty()))
        else {
            return;
        };
        let (left, spend) = fault.map_or((None, None), |fault| self.spend(at, fault));
        // All routes go through the same queue.
        let store = self.store(at, first, &Ends { from: None, to: None });
        let (some, pop, head) = (store.waits(), store.take(None), store.head());
        let is = which.map(|routes| {
            let patterns = routes
                .iter()
                .map(|route| at.pattern(&self.packets(*route), self.variant(*route), Vec::new(), true));
            let any = Pattern { span: at.0, kind: PatternKind::Or(patterns.collect()) };
            at.expr(ExprKind::Is(Box::new(head), Box::new(any)))
        });
        self.note(name, chart::Event::Lose(0));
        actions.push(Action {
            fairness: fault.map_or(Fairness::None, |fault| fault.fairness),
            name: at.name(name),
            params: Vec::new(),
            guard: at.all(std::iter::once(some).chain(is).chain(left)),
            body: std::iter::once(pop).chain(spend).collect(),
        });
    }

    /// Parameters for both ends of a link.
    fn both_ends(&self, at: Tree, link: (usize, usize)) -> (Vec<ActionParam>, Ends) {
        let mut params = Vec::new();
        let mut end = |kind: usize, name: &str| {
            let (_, ty) = self.kinds[kind].index.as_ref()?;
            params.push(ActionParam { name: at.name(name), domain: Domain::Type((*ty).clone()) });
            Some(at.var(name))
        };
        let ends = Ends { from: end(link.0, "from"), to: end(link.1, "to") };
        (params, ends)
    }

    fn corruption(
        &mut self,
        fault: &'a Fault,
        pattern: &'a Pattern,
        message: &Name,
        args: &[crate::ast::Arg],
        actions: &mut Vec<Action>,
    ) {
        let at = Tree(fault.span);
        let Some(old) = mistakes::message_of(pattern).and_then(|name| self.find_message(name)) else {
            return;
        };
        let Some(new) = self.find_message(message) else { return };
        let (patterns, rest): (&[PatternArg], bool) = match &pattern.kind {
            PatternKind::Call { args, rest, .. } => (args, *rest),
            _ => (&[], false),
        };
        let routes: Vec<Route> = self.routes.iter().filter(|route| route.message == old).copied().collect();
        let name = self.title(fault, "corrupt");
        for &route in &routes {
            let link = (route.from, route.to);
            let (mut params, ends) = self.both_ends(at, link);
            let arrival = self.arrival(at, route, &ends, patterns, rest);
            params.extend(arrival.params);
            let (left, spend) = self.spend(at, fault);
            let new = Route { message: new, ..route };
            let mut body = match self.network.order {
                Order::Fifo | Order::Shared => {
                    let packet = self.packet(at, new, &ends, args.to_vec());
                    self.store(at, route, &ends).replace(None, packet)
                }
                _ => vec![arrival.take, self.send(at, new, &ends, args.to_vec())],
            };
            body.extend(spend);
            let name = if routes.len() == 1 { name.clone() } else { format!("{name}_{}", self.link(link)) };
            self.note(&name, chart::Event::Corrupt(self.packet_of(route)));
            actions.push(Action {
                fairness: fault.fairness,
                name: at.name(name),
                params,
                guard: at.all(std::iter::once(arrival.guard).chain(left)),
                body,
            });
        }
    }

    /// The fault by which a message may be handled twice, if there is one.
    pub(super) fn duplicated(&self, message: usize) -> Option<Option<&'a Fault>> {
        if self.network.duplicating {
            return Some(None);
        }
        let name = &self.messages[message].name.text;
        let fault = self.faults.iter().find(|fault| match &fault.kind {
            FaultKind::Duplicate(of) => of.as_ref().is_none_or(|of| of.text == *name),
            _ => false,
        });
        fault.map(|fault| Some(*fault))
    }
}

/// The variable that counts how often something may still happen.
pub(super) fn left(name: String, most: &Expr, params: &[ModelParam]) -> Hidden {
    let at = Tree(most.span);
    // The size of a type is known before any argument, so a parameter's own type it is.
    let parameter = match &most.kind {
        ExprKind::Path(path) => params.iter().find(|param| param.name.text == path.name.text),
        _ => None,
    };
    let range =
        || at.ty(TypeKind::Range { lo: Box::new(at.int(0)), hi: Box::new(most.clone()), closed: true });
    let ty = parameter.map_or_else(range, |parameter| parameter.ty.clone());
    Hidden { name, ty, init: most.clone() }
}

/// A condition that something may still happen, and the statement that counts it.
pub(super) fn spending(at: Tree, name: &str) -> (Expr, Stmt) {
    let left = || at.var(name);
    let less = at.binary(left(), BinaryOp::Sub, at.int(1));
    (at.binary(left(), BinaryOp::Gt, at.int(0)), at.assign(left(), less))
}

/// A node in a group: its name, and which it is of several.
fn named(member: &Expr) -> Option<(&Name, Option<&Expr>)> {
    match &member.kind {
        ExprKind::Path(path) if path.qualifier.is_none() => Some((&path.name, None)),
        ExprKind::Index(array, index) => match &array.kind {
            ExprKind::Path(path) if path.qualifier.is_none() => Some((&path.name, Some(index))),
            _ => None,
        },
        _ => None,
    }
}
