//! A variable that holds messages on their way, and what is done with it: the same for networks and for channels.

use super::options::{Network, Order, WhenFull};
use super::tree::Tree;
use crate::ast::{BinaryOp, Expr, Stmt, TypeExpr, TypeKind};

/// A place for messages, as it is used somewhere.
#[derive(Clone, Debug)]
pub(super) struct Store<'n> {
    /// Where it is used.
    pub(super) at: Tree,
    pub(super) network: &'n Network,
    /// The variable, with its indices.
    pub(super) place: Expr,
}

impl Store<'_> {
    fn place(&self) -> Expr {
        self.place.clone()
    }

    fn is_queue(&self) -> bool {
        self.network.is_queued()
    }

    /// Puts a message into it.
    pub(super) fn put(&self, message: Expr) -> Stmt {
        let at = self.at;
        let drops = self.network.when_full == WhenFull::Drop;
        match self.network.order {
            Order::Unordered => at.change(self.place(), "insert", vec![message]),
            Order::Bag => {
                let insert = at.change(self.place(), "insert", vec![message.clone()]);
                match &self.network.capacity {
                    Some(most) if drops => {
                        let copies = at.method(self.place(), "count", vec![message]);
                        at.if_then(at.binary(copies, BinaryOp::Lt, most.clone()), vec![insert])
                    }
                    _ => insert,
                }
            }
            Order::Fifo | Order::Shared => {
                let push = at.change(self.place(), "push", vec![message]);
                if drops { at.if_then(at.not(at.field(self.place(), "is_full")), vec![push]) } else { push }
            }
        }
    }

    /// Whether a message is in it, of a set or bag.
    pub(super) fn holds(&self, message: Expr) -> Expr {
        self.at.binary(message, BinaryOp::In, self.place())
    }

    /// Whether there is a next message, of a queue.
    pub(super) fn waits(&self) -> Expr {
        self.at.binary(self.at.field(self.place(), "len"), BinaryOp::Gt, self.at.int(0))
    }

    /// The next message of a queue.
    pub(super) fn head(&self) -> Expr {
        self.at.field(self.place(), "head")
    }

    /// Takes a message off: this one, or, of a queue, the next one.
    pub(super) fn take(&self, message: Option<Expr>) -> Stmt {
        match message.filter(|_| !self.is_queue()) {
            Some(message) => self.at.change(self.place(), "remove", vec![message]),
            None => self.at.change(self.place(), "pop", Vec::new()),
        }
    }

    /// Puts a message into the place of another one: of the given one, or, of a queue, of the next one.
    pub(super) fn replace(&self, old: Option<Expr>, new: Expr) -> Vec<Stmt> {
        if self.is_queue() {
            // It stays where it is.
            return vec![self.at.assign(self.at.index(self.place(), self.at.int(0)), new)];
        }
        vec![self.take(old), self.put(new)]
    }
}

/// The type of such a variable.
pub(super) fn store_type(at: Tree, network: &Network, message: TypeExpr) -> TypeExpr {
    let message = Box::new(message);
    let most = || Box::new(network.capacity.clone().unwrap_or_else(|| at.int(1)));
    at.ty(match network.order {
        Order::Unordered => TypeKind::Set(message),
        Order::Bag => TypeKind::Bag(message, most()),
        Order::Fifo | Order::Shared => TypeKind::Seq(message, most()),
    })
}
