//! What can be watched as a run goes on.

use super::normal::{FALSE, Formulas, Id, Kind, Node, TRUE};
use crate::Context;

impl Formulas {
    /// A formula that says of the first position of a run what this one does. Below conjunctions and disjunctions alone, what is true of
    /// a run as a whole can be watched as the run goes on, and needs no guess: the result says it by formulas of the lasso.
    ///
    /// Not where it is a conjunct that can just be demanded everywhere.
    pub(super) fn anchor(&mut self, cx: &mut Context, id: Id, conjunct: bool) -> Id {
        match self.node(id).clone() {
            Node::And(list) => {
                let list: Vec<Id> = list.iter().map(|&id| self.anchor(cx, id, conjunct)).collect();
                self.and(cx, &list)
            }
            Node::Or(list) => {
                let list: Vec<Id> = list.iter().map(|&id| self.anchor(cx, id, false)).collect();
                self.or(cx, &list)
            }
            Node::Until(TRUE, b) if self.kind(id) == Kind::Open => self.anchor_eventually(cx, b),
            Node::Release(FALSE, b) if !conjunct && self.kind(b) == Kind::Now => {
                self.intern(Node::Throughout(b))
            }
            _ => id,
        }
    }

    /// As [`anchor`](Self::anchor), of `F a`: one by one for the disjuncts of `a`.
    fn anchor_eventually(&mut self, cx: &mut Context, a: Id) -> Id {
        let (mut found, mut now, mut rest) = (Vec::new(), Vec::new(), Vec::new());
        for id in self.disjuncts(a) {
            if self.kind(id) == Kind::Now {
                now.push(id);
                continue;
            }
            let (head, tail): (Vec<Id>, Vec<Id>) =
                self.conjuncts(id).into_iter().partition(|&id| self.kind(id) == Kind::Now);
            match tail.as_slice() {
                &[tail] if self.always(tail).is_some_and(|a| self.kind(a) == Kind::Now) => {
                    let held = self.always(tail).unwrap_or(tail);
                    let head = self.and(cx, &head);
                    found.push(match head {
                        TRUE => self.until(cx, TRUE, tail),
                        _ => self.intern(Node::Response(head, held)),
                    });
                }
                _ => rest.push(id),
            }
        }
        let now = self.or(cx, &now);
        if now != FALSE {
            found.push(self.intern(Node::Once(now)));
        }
        let rest = self.or(cx, &rest);
        found.push(self.until(cx, TRUE, rest));
        self.or(cx, &found)
    }
}
