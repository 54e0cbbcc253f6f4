//! Timers that count ticks, as variables of their nodes.

use super::tree::Tree;
use crate::ast::{BinaryOp, Delay, Expr, Latest, Name, Stmt, TypeExpr, TypeKind};
use std::collections::BTreeMap;

/// How a timer counts down.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Countdown {
    /// The most ticks that there may be left: until it has to fire, or, where it never has to, until it may.
    pub(super) longest: Expr,
    /// Of a timer that may fire before it has to: the most ticks until it may.
    pub(super) wait: Option<Expr>,
    /// Whether it ever has to fire.
    pub(super) urgent: bool,
}

/// The timers of a kind of nodes by their names; without a countdown one may fire whenever it is set.
pub(super) type Timers = BTreeMap<String, Option<Countdown>>;

/// The variable that says how long a timer has to wait before it may fire.
pub(super) fn wait_of(timer: &str) -> String {
    format!("{timer}_wait")
}

/// The function that says whether a timer of a node has to fire: nothing that can be written.
pub(super) fn due_of(timer: &str) -> String {
    format!("{timer}.due")
}

impl Countdown {
    /// The type of a timer's variable.
    pub(super) fn ty(&self, at: Tree) -> TypeExpr {
        at.ty(TypeKind::Option(Box::new(at.up_to(self.longest.clone()))))
    }

    /// That it may fire.
    pub(super) fn may_fire(&self, at: Tree, timer: &str) -> Expr {
        match &self.wait {
            Some(_) => {
                let set = at.binary(at.var(timer), BinaryOp::Ne, at.none());
                at.binary(set, BinaryOp::And, at.binary(at.var(wait_of(timer)), BinaryOp::Eq, at.int(0)))
            }
            None => at.binary(at.var(timer), BinaryOp::Eq, at.some(at.int(0))),
        }
    }

    /// Sets the timer.
    pub(super) fn set(&self, at: Tree, timer: &Name, delay: &Delay) -> Vec<Stmt> {
        let place = |name: String| Tree(timer.span).var(name);
        let (latest, least) = match &delay.latest {
            Latest::Until(latest, closed) => {
                let latest = included(latest.clone(), *closed);
                // Nothing is in a range that ends before it begins: that is an error in the model, and no delay.
                let fits = at.binary(delay.least.clone(), BinaryOp::Le, latest.clone());
                let never = Tree(delay.span).int(-1);
                (Tree(delay.span).if_else(fits, latest, never), delay.least.clone())
            }
            Latest::Same | Latest::Never => (delay.least.clone(), delay.least.clone()),
        };
        let mut stmts = vec![at.assign(place(timer.text.clone()), Tree(latest.span).some(latest))];
        if self.wait.is_some() {
            stmts.push(at.assign(place(wait_of(&timer.text)), least));
        }
        stmts
    }

    /// Clears the timer.
    pub(super) fn clear(&self, at: Tree, timer: &str) -> Vec<Stmt> {
        let mut stmts = vec![at.assign(at.var(timer), at.none())];
        if self.wait.is_some() {
            stmts.push(at.assign(at.var(wait_of(timer)), at.int(0)));
        }
        stmts
    }
}

/// The last number before the end of a range.
pub(super) fn included(latest: Expr, closed: bool) -> Expr {
    if closed {
        return latest;
    }
    let at = Tree(latest.span);
    at.binary(at.paren(latest), BinaryOp::Sub, at.int(1))
}
