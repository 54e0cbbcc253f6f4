//! Where senders are blocked: on which condition there is room for all that an action may send.

use super::super::options::WhenFull;
use super::super::tree::Tree;
use super::{Target, Writer, mistakes};
use crate::ast::{
    BinaryOp, Communication, Domain, Expr, ExprKind, Pattern, PatternKind, Quantifier, Stmt, StmtKind,
};
use std::collections::HashSet;

/// What statements may send to the channels of one name.
#[derive(Clone)]
enum Sent {
    /// A message to this one. Its indices are the same before the step.
    One(Vec<Expr>),
    /// A message to one that is known only when it is sent, or to each.
    Somewhere,
    /// One after another.
    All(Vec<Sent>),
    /// One of these.
    Either(Vec<Sent>),
}

/// What an action may send to a channel that blocks.
pub(super) struct Load {
    channel: usize,
    sent: Sent,
}

/// How many messages: a number, and numbers that depend on indices.
#[derive(Default)]
struct Amount {
    known: i64,
    more: Vec<Expr>,
}

impl Amount {
    fn is_known(&self, value: i64) -> bool {
        self.more.is_empty() && self.known == value
    }

    fn expr(self, at: Tree) -> Expr {
        let known = (self.known > 0 || self.more.is_empty()).then(|| at.int(self.known));
        let sum = known.into_iter().chain(self.more).reduce(|a, b| at.binary(a, BinaryOp::Add, b));
        sum.unwrap_or_else(|| at.int(0))
    }
}

impl Writer<'_, '_> {
    /// What statements may send to channels that block.
    pub(super) fn loads(&mut self, stmts: &[Stmt]) -> Vec<Load> {
        let mut bound = HashSet::new();
        names(stmts, &mut bound);
        let blocks = |at: &usize| {
            let network = &self.channels[*at].network;
            network.is_queued() && network.when_full == WhenFull::Block
        };
        let blocking: Vec<usize> = (0..self.channels.len()).filter(blocks).collect();
        let load = |channel| Load { channel, sent: self.sent(stmts, channel, &bound, &mut Vec::new()) };
        blocking.into_iter().map(load).collect()
    }

    fn sent(
        &mut self,
        stmts: &[Stmt],
        channel: usize,
        bound: &HashSet<String>,
        loops: &mut Vec<String>,
    ) -> Sent {
        let mut all = Vec::new();
        for stmt in stmts {
            match &stmt.kind {
                StmtKind::Communicate(Communication::Send { to, .. }) => {
                    let Ok(to) = self.target(to) else { continue };
                    if to.channel != channel {
                        continue;
                    }
                    let own = |name: &String| to.indices.iter().any(|index| is_name(index, name));
                    if !loops.iter().all(own) {
                        self.report(mistakes::unknown_load(stmt.span, self.channels[channel].name));
                    }
                    let steady = to.indices.iter().all(|index| self.is_steady(index, bound));
                    all.push(if steady { Sent::One(to.indices) } else { Sent::Somewhere });
                }
                StmtKind::Communicate(Communication::Broadcast { to, .. })
                    if to.text == self.channels[channel].name.text =>
                {
                    if !loops.is_empty() {
                        self.report(mistakes::unknown_load(stmt.span, self.channels[channel].name));
                    }
                    all.push(Sent::Somewhere);
                }
                StmtKind::If { then, otherwise, .. } => all.push(Sent::Either(vec![
                    self.sent(then, channel, bound, loops),
                    self.sent(otherwise, channel, bound, loops),
                ])),
                StmtKind::Match { arms, .. } => {
                    let arms = arms.iter().map(|arm| self.sent(&arm.body, channel, bound, loops));
                    all.push(Sent::Either(arms.collect()));
                }
                StmtKind::For { name, body, .. } => {
                    loops.push(name.text.clone());
                    all.push(self.sent(body, channel, bound, loops));
                    loops.pop();
                }
                StmtKind::Communicate(_)
                | StmtKind::Let { .. }
                | StmtKind::Assign { .. }
                | StmtKind::Call(_)
                | StmtKind::Error => {}
            }
        }
        Sent::All(all)
    }

    /// Whether an index has one value, in the guard and wherever it stands in the body: it is made of constants and parameters.
    fn is_steady(&self, index: &Expr, bound: &HashSet<String>) -> bool {
        let steady = |e: &Expr| self.is_steady(e, bound);
        match &index.kind {
            ExprKind::Bool(_) | ExprKind::Int(_) => true,
            ExprKind::Path(path) => {
                path.qualifier.is_some()
                    || !self.changing.contains(path.name.text.as_str()) && !bound.contains(&path.name.text)
            }
            ExprKind::Call { callee, args } => {
                !self.changing.contains(callee.name.text.as_str())
                    && args.iter().all(|arg| steady(&arg.value))
            }
            ExprKind::Paren(inner) | ExprKind::Unary(_, inner) | ExprKind::Field(inner, _) => steady(inner),
            ExprKind::Binary(_, a, b) | ExprKind::Index(a, b) => steady(a) && steady(b),
            _ => false,
        }
    }

    /// That there is room for all of this, after what has been `taken`.
    pub(super) fn room(&self, at: Tree, loads: &[Load], taken: Option<&Target>) -> Option<Expr> {
        let conditions: Vec<Expr> = loads.iter().filter_map(|load| self.room_for(at, load, taken)).collect();
        at.all(conditions)
    }

    fn room_for(&self, at: Tree, load: &Load, taken: Option<&Target>) -> Option<Expr> {
        let taken = taken.filter(|taken| taken.channel == load.channel);
        let mut ones: Vec<&Vec<Expr>> = Vec::new();
        if load.sent.ones(&mut ones) {
            let free = ones.into_iter().filter_map(|one| self.free(at, load, one, taken));
            return at.all(free.collect::<Vec<_>>());
        }
        // Which of them is not known, so there is room in each.
        let indices = &self.channels[load.channel].indices;
        let name = |position: usize| format!("room.{position}");
        let any: Vec<Expr> = (0..indices.len()).map(|position| at.var(name(position))).collect();
        let free = self.free(at, load, &any, taken)?;
        Some(indices.iter().enumerate().rev().fold(free, |body, (position, (_, ty))| {
            at.forall(&name(position), Domain::Type(ty.clone()), body)
        }))
    }

    /// That one channel has room.
    fn free(&self, at: Tree, load: &Load, one: &[Expr], taken: Option<&Target>) -> Option<Expr> {
        let channel = &self.channels[load.channel];
        let needed = load.sent.amount(at, one);
        let taken = taken.map(|taken| Sent::One(taken.indices.clone()).amount(at, one)).unwrap_or_default();
        let place = channel.store(at, one).place;
        if needed.is_known(0) || needed.is_known(1) && taken.is_known(1) {
            return None;
        }
        if needed.is_known(1) && taken.is_known(0) {
            return Some(at.not(at.field(place, "is_full")));
        }
        let most = channel.network.capacity.clone()?;
        let length = at.binary(at.field(place, "len"), BinaryOp::Add, needed.expr(at));
        let most = if taken.is_known(0) { most } else { at.binary(most, BinaryOp::Add, taken.expr(at)) };
        Some(at.binary(length, BinaryOp::Le, most))
    }
}

impl Sent {
    /// Collects the channels that something is sent to, each once; whether they are all known.
    fn ones<'s>(&'s self, ones: &mut Vec<&'s Vec<Expr>>) -> bool {
        match self {
            Self::One(indices) => {
                if !ones.iter().any(|other| compare(other, indices) == Some(true)) {
                    ones.push(indices);
                }
                true
            }
            Self::Somewhere => false,
            Self::All(parts) | Self::Either(parts) => {
                let mut known = true;
                for part in parts {
                    known &= part.ones(ones);
                }
                known
            }
        }
    }

    /// How many of these messages may go to one channel.
    fn amount(&self, at: Tree, one: &[Expr]) -> Amount {
        match self {
            Self::One(indices) => match compare(indices, one) {
                Some(same) => Amount { known: i64::from(same), more: Vec::new() },
                None => {
                    let pairs = indices.iter().zip(one);
                    let equal = pairs.map(|(a, b)| at.binary(a.clone(), BinaryOp::Eq, b.clone()));
                    let count = at.all(equal).map(|same| {
                        at.expr(ExprKind::If {
                            cond: Box::new(same),
                            then: Box::new(at.int(1)),
                            otherwise: Box::new(at.int(0)),
                        })
                    });
                    Amount { known: 0, more: count.into_iter().collect() }
                }
            },
            Self::Somewhere => Amount { known: 1, more: Vec::new() },
            Self::All(parts) => parts.iter().fold(Amount::default(), |mut sum, part| {
                let amount = part.amount(at, one);
                sum.known += amount.known;
                sum.more.extend(amount.more);
                sum
            }),
            Self::Either(parts) => {
                let amounts = parts.iter().map(|part| part.amount(at, one));
                let (known, open): (Vec<Amount>, Vec<Amount>) =
                    amounts.partition(|amount| amount.more.is_empty());
                let most = known.iter().map(|amount| amount.known).max().unwrap_or(0);
                if open.is_empty() {
                    return Amount { known: most, more: Vec::new() };
                }
                let args: Vec<Expr> =
                    open.into_iter().map(|amount| amount.expr(at)).chain([at.int(most)]).collect();
                let kind = ExprKind::Extremum { kind: Quantifier::Max, args };
                Amount { known: 0, more: vec![at.expr(kind)] }
            }
        }
    }
}

/// Whether two lists of indices are the same, where that can be seen.
fn compare(a: &[Expr], b: &[Expr]) -> Option<bool> {
    let mut all = Some(true);
    for (a, b) in a.iter().zip(b) {
        match (same(a, b), all) {
            (Some(false), _) => return Some(false),
            (None, _) => all = None,
            (Some(true), _) => {}
        }
    }
    all
}

/// Whether two indices are the same, where that can be seen.
fn same(a: &Expr, b: &Expr) -> Option<bool> {
    match (&a.kind, &b.kind) {
        (ExprKind::Paren(a), _) => same(a, b),
        (_, ExprKind::Paren(b)) => same(a, b),
        (ExprKind::Int(a), ExprKind::Int(b)) => Some(a == b),
        (ExprKind::Bool(a), ExprKind::Bool(b)) => Some(a == b),
        (ExprKind::Path(a), ExprKind::Path(b)) => {
            let text = |path: &crate::ast::Path| path.qualifier.as_ref().map(|name| name.text.clone());
            (a.name.text == b.name.text && text(a) == text(b)).then_some(true)
        }
        (ExprKind::Field(a, one), ExprKind::Field(b, other)) => {
            same(a, b).filter(|same| *same && one.text == other.text)
        }
        _ => None,
    }
}

fn is_name(e: &Expr, name: &str) -> bool {
    match &e.kind {
        ExprKind::Paren(inner) => is_name(inner, name),
        ExprKind::Path(path) => path.qualifier.is_none() && path.name.text == name,
        _ => false,
    }
}

/// The names that statements bind, wherever.
fn names(stmts: &[Stmt], bound: &mut HashSet<String>) {
    for stmt in stmts {
        match &stmt.kind {
            StmtKind::Let { name, .. } => drop(bound.insert(name.text.clone())),
            StmtKind::If { cond, then, otherwise } => {
                tested(cond, bound);
                names(then, bound);
                names(otherwise, bound);
            }
            StmtKind::Match { arms, .. } => {
                for arm in arms {
                    of_pattern(&arm.pattern, bound);
                    names(&arm.body, bound);
                }
            }
            StmtKind::For { name, body, .. } => {
                bound.insert(name.text.clone());
                names(body, bound);
            }
            StmtKind::Communicate(_) | StmtKind::Assign { .. } | StmtKind::Call(_) | StmtKind::Error => {}
        }
    }
}

/// The names that a condition binds.
fn tested(cond: &Expr, bound: &mut HashSet<String>) {
    match &cond.kind {
        ExprKind::Is(_, pattern) => of_pattern(pattern, bound),
        ExprKind::Paren(inner) => tested(inner, bound),
        ExprKind::Binary(_, a, b) => {
            tested(a, bound);
            tested(b, bound);
        }
        _ => {}
    }
}

fn of_pattern(pattern: &Pattern, bound: &mut HashSet<String>) {
    match &pattern.kind {
        PatternKind::Path(path) => drop(bound.insert(path.name.text.clone())),
        PatternKind::Call { args, .. } => args.iter().for_each(|arg| of_pattern(&arg.pattern, bound)),
        PatternKind::Or(alternatives) => alternatives.iter().for_each(|p| of_pattern(p, bound)),
        PatternKind::Wildcard | PatternKind::Int(_) | PatternKind::Bool(_) | PatternKind::Error => {}
    }
}
