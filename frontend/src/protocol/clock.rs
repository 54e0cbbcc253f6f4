//! The clock of a protocol: timers that count its ticks, and the time.
//!
//! Time is discrete, and relative as long as nobody reads it: a timer is the number of ticks that are left. This is how timed models are put
//! into the words of untimed ones since Lamport, "Real-time model checking is really simple" (CHARME 2005): an action `tick` lets time pass
//! for all at once, and is not enabled while something has to happen before.

use super::bounds::Scope;
use super::countdown::{Countdown, due_of, included, wait_of};
use super::survey::Survey;
use super::tree::Tree;
use super::wire::Hidden;
use crate::ast::{
    Action, BinaryOp, Communication, Delay, Domain, Event, Expr, ExprKind, Function, Handler, Latest,
    ModelItemKind, ProtocolItem, Stmt, StmtKind, TypeKind, UnaryOp, communications,
};
use crate::diagnostic::{Code, Diagnostic};
use musilc_ir::{Fairness, Span};
use std::collections::BTreeMap;

/// The variable that holds the time, where the clock has an end.
pub(super) const NOW: &str = "now";

/// The action that lets time pass.
const TICK: &str = "tick";

/// What the node at which a tick counts down is called.
const AT: &str = "tick.at";

/// What is left of a timer in a tick.
const LEFT: &str = "tick.left";

/// How a timer is set somewhere.
struct Setting<'a> {
    span: Span,
    delay: Option<&'a Delay>,
    /// The names that its delay may have.
    handler: Option<&'a Handler>,
}

impl<'a> Survey<'a> {
    /// The timers of all nodes, and how each of them counts.
    pub(super) fn find_timers(&mut self) {
        for kind in 0..self.kinds.len() {
            let mut settings: BTreeMap<&'a str, Vec<Setting<'a>>> = BTreeMap::new();
            for (_, handler) in self.kinds[kind].handlers() {
                if let Event::Timeout(timer) = &handler.event {
                    settings.entry(timer.text.as_str()).or_default();
                }
            }
            for item in &self.kinds[kind].node.items {
                let (body, handler) = match &item.kind {
                    ModelItemKind::Protocol(ProtocolItem::On(handler)) => (&handler.body, Some(handler)),
                    ModelItemKind::Action(action) => (&action.body, None),
                    _ => continue,
                };
                communications(body, &mut |span, communication| {
                    if let Communication::Set(timer, delay) = communication
                        && let Some(settings) = settings.get_mut(timer.text.as_str())
                    {
                        settings.push(Setting { span, delay: delay.as_deref(), handler });
                    }
                });
            }
            let timers = settings
                .into_iter()
                .map(|(timer, settings)| (timer.to_owned(), self.countdown(kind, timer, &settings)));
            self.kinds[kind].timers = timers.collect();
        }
        self.check_clock();
        self.check_names();
    }

    /// How a timer counts that is set in these ways.
    fn countdown(&mut self, kind: usize, timer: &str, settings: &[Setting<'a>]) -> Option<Countdown> {
        let first = settings.first()?;
        let class = |setting: &Setting<'_>| setting.delay.map(|delay| delay.latest == Latest::Never);
        if let Some(other) = settings.iter().find(|setting| class(setting) != class(first)) {
            let what = |setting: &Setting<'_>| match class(setting) {
                None => "it may fire at any time here",
                Some(true) => "it never has to fire here",
                Some(false) => "it has to fire here",
            };
            self.report(
                Diagnostic::error(
                    Code::BadTimer,
                    other.span,
                    format!("`{timer}` is set in different ways"),
                )
                .primary(what(other))
                .label(first.span, what(first))
                .help("set it with an end everywhere (`in n`, `in lo..=hi`), or everywhere without (`in lo..`), or never with a delay"),
            );
        }
        let at = Tree(first.span);
        let (mut longest, mut wait) = (Vec::new(), Vec::new());
        let mut urgent = false;
        for setting in settings {
            let Some(delay) = setting.delay else { continue };
            self.check_delay(delay);
            let scope = Scope { kind: Some(kind), handler: setting.handler };
            let least = self.most(scope, &delay.least);
            let latest = match &delay.latest {
                Latest::Same | Latest::Never => least.clone(),
                Latest::Until(latest, closed) => {
                    self.most(scope, latest).map(|latest| included(latest, *closed))
                }
            };
            wait.extend(least);
            longest.extend(latest);
            urgent |= delay.latest != Latest::Never;
        }
        // What is known of no delay has been reported.
        first.delay?;
        longest.push(at.int(1));
        wait.push(at.int(0));
        let wait = settings.iter().any(is_range).then(|| at.greatest(wait));
        Some(Countdown { longest: at.greatest(longest), wait, urgent })
    }

    /// Reports numbers that no delay can have.
    fn check_delay(&mut self, delay: &Delay) {
        let least = number(&delay.least);
        let latest = match &delay.latest {
            Latest::Until(latest, closed) => number(latest).map(|number| number - i64::from(!closed)),
            Latest::Same => least,
            Latest::Never => None,
        };
        let bad = |span, message: &str| Diagnostic::error(Code::BadTimer, span, message);
        let diagnostic = match (&delay.latest, least, latest) {
            (_, Some(..0), _) => bad(delay.least.span, "a delay is not negative"),
            (Latest::Until(..), Some(least), Some(latest)) if least > latest => {
                bad(delay.span, "there is nothing in this range")
                    .help("write the shorter delay first: `in 2..=5`")
            }
            (_, _, Some(..=0)) => bad(delay.span, "a timer that fires at once needs no timer")
                .help("do it in the step itself, or let one tick pass: `in 1`"),
            _ => return,
        };
        self.report(diagnostic);
    }

    /// Reports what is wrong with the clock.
    fn check_clock(&mut self) {
        let Some((span, clock)) = self.clock else { return };
        let counts = self.kinds.iter().flat_map(|kind| kind.timers.values()).any(Option::is_some);
        if clock.end.is_none() && !counts {
            self.report(Diagnostic::error(Code::BadTimer, span, "nothing depends on this clock").help(
                "set timers with it, `set t in 3;`, or let its time be read as `now`: `clock until 10;`",
            ));
        }
        let Some(end) = &clock.end else { return };
        if number(end).is_some_and(|end| end < 1) {
            self.report(
                Diagnostic::error(Code::BadTimer, end.span, "this clock never ticks")
                    .help("it begins at 0, and goes as far as its end: `clock until 10;`"),
            );
        }
        let nodes = self.kinds.iter().map(|kind| kind.node.items.as_slice());
        let mut written = Vec::new();
        for item in nodes.chain([self.items]).flatten() {
            match &item.kind {
                ModelItemKind::Action(action) => assignments(&action.body, &mut written),
                ModelItemKind::Protocol(ProtocolItem::On(handler)) => {
                    assignments(&handler.body, &mut written)
                }
                _ => {}
            }
        }
        for span in written {
            self.report(
                Diagnostic::error(Code::BadTimer, span, "only the clock changes `now`")
                    .help("keep a time in a variable of your own"),
            );
        }
    }

    /// Reports names that the clock has need of.
    fn check_names(&mut self) {
        let ticks = self.ticks();
        let time = self.clock.is_some_and(|(_, clock)| clock.end.is_some());
        for (name, what) in [(TICK, "the clock ticks by an action"), (NOW, "the time is a variable")] {
            let other = self.declaration(name).filter(|_| if name == TICK { ticks.is_some() } else { time });
            if let (Some(other), Some(clock)) = (other, ticks) {
                self.report(
                    Diagnostic::error(Code::DuplicateName, other, format!("`{name}` is declared twice"))
                        .label(clock, format!("{what} of this name"))
                        .help("give yours another name"),
                );
            }
        }
    }

    /// Where the protocol itself declares a name.
    fn declaration(&self, name: &str) -> Option<Span> {
        self.items.iter().find_map(|item| match &item.kind {
            ModelItemKind::Action(Action { name: own, .. })
            | ModelItemKind::Fn(Function { name: own, .. })
            | ModelItemKind::Property { name: own, .. }
            | ModelItemKind::Var { name: own, .. } => (own.text == name).then_some(own.span),
            _ => None,
        })
    }

    /// What makes the protocol one with a clock.
    fn ticks(&self) -> Option<Span> {
        let mut delays = Vec::new();
        for item in self.kinds.iter().flat_map(|kind| &kind.node.items) {
            let body = match &item.kind {
                ModelItemKind::Protocol(ProtocolItem::On(handler)) => &handler.body,
                ModelItemKind::Action(action) => &action.body,
                _ => continue,
            };
            communications(body, &mut |_, communication| {
                if let Communication::Set(_, Some(delay)) = communication {
                    delays.push(delay.span);
                }
            });
        }
        self.clock.map(|(span, _)| span).or(delays.first().copied())
    }

    /// The time, where it can be read.
    pub(super) fn time(&mut self) -> Option<Hidden> {
        let (_, clock) = self.clock?;
        let end = clock.end.as_ref().filter(|_| self.declaration(NOW).is_none())?;
        let at = Tree(end.span);
        let most = self.most(Scope { kind: None, handler: None }, end)?;
        let ty = at.ty(TypeKind::Range { lo: Box::new(at.int(0)), hi: Box::new(most), closed: true });
        Some(Hidden { name: NOW.to_owned(), ty, init: at.int(0) })
    }

    /// That the clock has come to its end, where it has one.
    pub(super) fn time_is_over(&self) -> Option<Expr> {
        let (_, clock) = self.clock?;
        let end = clock.end.as_ref()?;
        let at = Tree(end.span);
        Some(at.binary(at.var(NOW), BinaryOp::Ge, end.clone()))
    }

    /// The action that lets time pass, where anything depends on that.
    ///
    /// It is not enabled while a timer has to fire, and where nothing would change by it.
    pub(super) fn tick(&self) -> Option<Action> {
        let timed: Vec<(usize, &String, &Countdown)> = (0..self.kinds.len())
            .flat_map(|kind| self.kinds[kind].timers.iter().map(move |(name, timer)| (kind, name, timer)))
            .filter_map(|(kind, name, timer)| Some((kind, name, timer.as_ref()?)))
            .collect();
        let end = self.time_is_over();
        // A name that is taken has been reported.
        if timed.is_empty() && end.is_none() || self.declaration(TICK).is_some() {
            return None;
        }
        let at = Tree(self.ticks().unwrap_or(self.name.span));
        let mut guard = Vec::new();
        match &end {
            Some(over) => guard.push(at.not(over.clone())),
            None => {
                let counting = timed.iter().map(|&(kind, timer, _)| {
                    self.some_node(at, kind, |node| {
                        let timer = || at.field(node.clone(), timer);
                        let set = at.binary(timer(), BinaryOp::Ne, at.none());
                        at.binary(set, BinaryOp::And, at.binary(timer(), BinaryOp::Ne, at.some(at.int(0))))
                    })
                });
                guard.extend(at.any(counting).map(|counting| at.paren(counting)));
            }
        }
        for &(kind, timer, _) in timed.iter().filter(|(_, _, countdown)| countdown.urgent) {
            let due = self.some_node(at, kind, |node| at.method(node, &due_of(timer), Vec::new()));
            guard.push(at.not(due));
        }
        let mut body = Vec::new();
        if end.is_some() {
            body.push(at.assign(at.var(NOW), at.binary(at.var(NOW), BinaryOp::Add, at.int(1))));
        }
        for &(kind, timer, countdown) in &timed {
            body.push(self.each_node(at, kind, |node| count_down(at, &node, timer, countdown)));
        }
        let fairness = self.clock.map_or(Fairness::None, |(_, clock)| clock.fairness);
        Some(Action { fairness, name: at.name(TICK), params: Vec::new(), guard: at.all(guard), body })
    }

    /// That a condition is true of some node of a kind.
    fn some_node(&self, at: Tree, kind: usize, condition: impl Fn(Expr) -> Expr) -> Expr {
        let node = at.var(self.kinds[kind].node.name.text.clone());
        match &self.kinds[kind].index {
            Some((_, ty)) => {
                let found = at.exists(AT, Domain::Type((*ty).clone()), condition(at.index(node, at.var(AT))));
                at.paren(found)
            }
            None => condition(node),
        }
    }

    /// Something that is done at each node of a kind.
    fn each_node(&self, at: Tree, kind: usize, body: impl Fn(Expr) -> Vec<Stmt>) -> Stmt {
        let node = at.var(self.kinds[kind].node.name.text.clone());
        match &self.kinds[kind].index {
            Some((_, ty)) => at.stmt(StmtKind::For {
                name: at.name(AT),
                domain: Domain::Type((*ty).clone()),
                body: body(at.index(node, at.var(AT))),
            }),
            None => at.if_then(at.bool(true), body(node)),
        }
    }
}

/// One tick less for a timer of a node.
fn count_down(at: Tree, node: &Expr, timer: &str, countdown: &Countdown) -> Vec<Stmt> {
    let of = |name: &str| at.field(node.clone(), name);
    let less = |value: Expr| at.binary(value, BinaryOp::Sub, at.int(1));
    // A timer belongs to the node, which lets the clock count it down.
    let assign = |name: &str, value| at.assign(at.expr(ExprKind::Ref(Box::new(of(name)))), value);
    let left = at.is_some(of(timer), LEFT);
    let counts = at.binary(left, BinaryOp::And, at.binary(at.var(LEFT), BinaryOp::Gt, at.int(0)));
    let mut body = vec![at.if_then(counts, vec![assign(timer, at.some(less(at.var(LEFT))))])];
    if countdown.wait.is_some() {
        let wait = wait_of(timer);
        let waits = at.binary(of(&wait), BinaryOp::Gt, at.int(0));
        body.push(at.if_then(waits, vec![assign(&wait, less(of(&wait)))]));
    }
    body
}

fn is_range(setting: &Setting<'_>) -> bool {
    setting.delay.is_some_and(|delay| matches!(delay.latest, Latest::Until(..)))
}

/// The number that is written.
fn number(expr: &Expr) -> Option<i64> {
    match &expr.kind {
        ExprKind::Int(value) => Some(*value),
        ExprKind::Paren(inner) => number(inner),
        ExprKind::Unary(UnaryOp::Neg, inner) => Some(-number(inner)?),
        _ => None,
    }
}

/// Where statements give a value to `now`.
fn assignments(stmts: &[Stmt], found: &mut Vec<Span>) {
    for stmt in stmts {
        match &stmt.kind {
            StmtKind::Assign { place, .. } => {
                if matches!(&place.kind, ExprKind::Path(path) if path.qualifier.is_none() && path.name.text == NOW)
                {
                    found.push(place.span);
                }
            }
            StmtKind::If { then, otherwise, .. } => {
                assignments(then, found);
                assignments(otherwise, found);
            }
            StmtKind::Match { arms, .. } => arms.iter().for_each(|arm| assignments(&arm.body, found)),
            StmtKind::For { body, .. } => assignments(body, found),
            _ => {}
        }
    }
}
