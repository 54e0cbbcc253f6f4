//! Formulas in negation normal form, hash-consed and simplified while they are built.

use crate::{Context, ExprId, Formula, FormulaKind, TransitionId};
use indexmap::IndexSet;
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

/// A formula of [`Formulas`]. Operands have smaller ids than what is made of them.
pub(super) type Id = u32;

/// The kinds of formulas.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum Node {
    True,
    False,
    /// A condition on the state.
    State(ExprId),
    /// The step is an instance of the transition with these arguments; or it is none.
    Taken(TransitionId, Box<[Option<u32>]>, bool),
    /// Two or more, ascending.
    And(Box<[Id]>),
    /// Two or more, ascending.
    Or(Box<[Id]>),
    Next(Id),
    Until(Id, Id),
    Release(Id, Id),
    /// Of a whole run: the operand is true somewhere.
    Once(Id),
    /// Of a whole run: the operand is true everywhere.
    Throughout(Id),
    /// Of a whole run: somewhere the first is true, and the second from there on.
    Response(Id, Id),
}

/// What it takes to know whether a formula is true.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// A state and the step from it.
    Now,
    /// A lasso as a whole: the formula is the same at all its positions, or is asked about the first one only.
    Lasso,
    /// What comes next.
    Open,
}

/// Owns formulas.
pub(super) struct Formulas {
    nodes: IndexSet<Node, FxBuildHasher>,
    kinds: Vec<Kind>,
    /// What formulas were translated to, by where they stand in memory: `<==>` asks for each of its operands twice.
    known: FxHashMap<(*const Formula, bool), Id>,
}

pub(super) const TRUE: Id = 0;
pub(super) const FALSE: Id = 1;

impl Formulas {
    pub(super) fn new() -> Self {
        let mut own = Self { nodes: IndexSet::default(), kinds: Vec::new(), known: FxHashMap::default() };
        own.intern(Node::True);
        own.intern(Node::False);
        own
    }

    pub(super) fn node(&self, id: Id) -> &Node {
        &self.nodes[id as usize]
    }

    pub(super) fn kind(&self, id: Id) -> Kind {
        self.kinds[id as usize]
    }

    pub(super) fn intern(&mut self, node: Node) -> Id {
        let kind = self.kind_of(&node);
        let (index, new) = self.nodes.insert_full(node);
        if new {
            self.kinds.push(kind);
        }
        index as Id
    }

    fn kind_of(&self, node: &Node) -> Kind {
        match node {
            Node::True | Node::False | Node::State(_) | Node::Taken(..) => Kind::Now,
            Node::And(list) | Node::Or(list) => {
                let first = self.kind(list[0]);
                if list.iter().all(|&id| self.kind(id) == first) { first } else { Kind::Open }
            }
            Node::Next(_) => Kind::Open,
            &Node::Until(TRUE, a) if self.always(a).is_some_and(|a| self.kind(a) == Kind::Now) => Kind::Lasso,
            &Node::Release(FALSE, a) if self.eventually(a).is_some_and(|a| self.kind(a) == Kind::Now) => {
                Kind::Lasso
            }
            Node::Until(..) | Node::Release(..) => Kind::Open,
            Node::Once(_) | Node::Throughout(_) | Node::Response(..) => Kind::Lasso,
        }
    }

    /// Of `F a`: `a`.
    pub(super) fn eventually(&self, id: Id) -> Option<Id> {
        match *self.node(id) {
            Node::Until(TRUE, a) => Some(a),
            _ => None,
        }
    }

    /// Of `G a`: `a`.
    pub(super) fn always(&self, id: Id) -> Option<Id> {
        match *self.node(id) {
            Node::Release(FALSE, a) => Some(a),
            _ => None,
        }
    }

    /// Of `G F a`, where that is of the lasso: `a`.
    pub(super) fn recurs(&self, id: Id) -> Option<Id> {
        let inner = self.always(id).and_then(|inner| self.eventually(inner));
        inner.filter(|_| self.kind(id) == Kind::Lasso)
    }

    /// Of `F G a`, where that is of the lasso: `a`.
    pub(super) fn persists(&self, id: Id) -> Option<Id> {
        let inner = self.eventually(id).and_then(|inner| self.always(inner));
        inner.filter(|_| self.kind(id) == Kind::Lasso)
    }

    /// The operands of a conjunction; else the formula itself, or none where it is true.
    pub(super) fn conjuncts(&self, id: Id) -> Vec<Id> {
        match self.node(id) {
            Node::True => vec![],
            Node::And(list) => list.to_vec(),
            _ => vec![id],
        }
    }

    /// The operands of a disjunction; else the formula itself.
    pub(super) fn disjuncts(&self, id: Id) -> Vec<Id> {
        match self.node(id) {
            Node::Or(list) => list.to_vec(),
            _ => vec![id],
        }
    }

    /// The conditions on states that a formula mentions.
    pub(super) fn conditions(&self, id: Id) -> Vec<ExprId> {
        let (mut seen, mut pending, mut found) = (FxHashSet::default(), vec![id], Vec::new());
        while let Some(id) = pending.pop() {
            if !seen.insert(id) {
                continue;
            }
            match self.node(id) {
                Node::True | Node::False | Node::Taken(..) => {}
                Node::State(expr) => found.push(*expr),
                Node::And(list) | Node::Or(list) => pending.extend(list.iter()),
                Node::Next(a) | Node::Once(a) | Node::Throughout(a) => pending.push(*a),
                Node::Until(a, b) | Node::Release(a, b) | Node::Response(a, b) => pending.extend([*a, *b]),
            }
        }
        found
    }

    fn state(&mut self, cx: &Context, expr: ExprId) -> Id {
        match cx.as_bool(expr) {
            Some(true) => TRUE,
            Some(false) => FALSE,
            None => self.intern(Node::State(expr)),
        }
    }

    /// The formula, or its negation.
    pub(super) fn translate(&mut self, cx: &mut Context, formula: &Formula, positive: bool) -> Id {
        let key = (std::ptr::from_ref(formula), positive);
        if let Some(&known) = self.known.get(&key) {
            return known;
        }
        let id = self.translate_anew(cx, formula, positive);
        self.known.insert(key, id);
        id
    }

    fn translate_anew(&mut self, cx: &mut Context, formula: &Formula, positive: bool) -> Id {
        match (&formula.kind, positive) {
            (FormulaKind::State(claim), true) => self.state(cx, claim.expr),
            (FormulaKind::State(claim), false) => {
                let expr = cx.not(claim.expr);
                self.state(cx, expr)
            }
            (FormulaKind::Taken { transition, args }, _) => {
                self.intern(Node::Taken(*transition, args.as_slice().into(), positive))
            }
            (FormulaKind::Not(a), _) => self.translate(cx, a, !positive),
            (FormulaKind::All(parts) | FormulaKind::Any(parts), _) => {
                let operands: Vec<Id> =
                    parts.iter().map(|part| self.translate(cx, &part.formula, positive)).collect();
                let all = matches!(formula.kind, FormulaKind::All(_));
                self.join(cx, &operands, all == positive)
            }
            (FormulaKind::Implies(a, b), _) => {
                let operands = [self.translate(cx, a, !positive), self.translate(cx, b, positive)];
                self.join(cx, &operands, !positive)
            }
            (FormulaKind::Iff(a, b), _) => {
                let both = [self.translate(cx, a, true), self.translate(cx, b, positive)];
                let neither = [self.translate(cx, a, false), self.translate(cx, b, !positive)];
                let either = [self.and(cx, &both), self.and(cx, &neither)];
                self.or(cx, &either)
            }
            (FormulaKind::Next(a), _) => {
                let a = self.translate(cx, a, positive);
                self.next(cx, a)
            }
            (FormulaKind::Always(a), _) => {
                let a = self.translate(cx, a, positive);
                if positive { self.release(cx, FALSE, a) } else { self.until(cx, TRUE, a) }
            }
            (FormulaKind::Eventually(a), _) => {
                let a = self.translate(cx, a, positive);
                if positive { self.until(cx, TRUE, a) } else { self.release(cx, FALSE, a) }
            }
            (FormulaKind::Until(a, b), true) | (FormulaKind::Release(a, b), false) => {
                let (a, b) = (self.translate(cx, a, positive), self.translate(cx, b, positive));
                self.until(cx, a, b)
            }
            (FormulaKind::Release(a, b), true) | (FormulaKind::Until(a, b), false) => {
                let (a, b) = (self.translate(cx, a, positive), self.translate(cx, b, positive));
                self.release(cx, a, b)
            }
            // a W b = b R (a or b); its negation is (not b) U (not a and not b).
            (FormulaKind::WeakUntil(a, b), _) => {
                let (a, b) = (self.translate(cx, a, positive), self.translate(cx, b, positive));
                let joint = self.join(cx, &[a, b], !positive);
                if positive { self.release(cx, b, joint) } else { self.until(cx, b, joint) }
            }
            (FormulaKind::LeadsTo(a, b), true) => {
                let (a, b) = (self.translate(cx, a, false), self.translate(cx, b, true));
                let answered = self.until(cx, TRUE, b);
                let claim = self.or(cx, &[a, answered]);
                self.release(cx, FALSE, claim)
            }
            (FormulaKind::LeadsTo(a, b), false) => {
                let (a, b) = (self.translate(cx, a, true), self.translate(cx, b, false));
                let ignored = self.release(cx, FALSE, b);
                let open = self.and(cx, &[a, ignored]);
                self.until(cx, TRUE, open)
            }
        }
    }

    pub(super) fn and(&mut self, cx: &mut Context, operands: &[Id]) -> Id {
        self.join(cx, operands, true)
    }

    pub(super) fn or(&mut self, cx: &mut Context, operands: &[Id]) -> Id {
        self.join(cx, operands, false)
    }

    /// The conjunction of all operands, or dually their disjunction.
    fn join(&mut self, cx: &mut Context, operands: &[Id], all: bool) -> Id {
        let (unit, zero) = if all { (TRUE, FALSE) } else { (FALSE, TRUE) };
        let mut flat = Vec::new();
        for &id in operands {
            match self.node(id) {
                Node::And(parts) if all => flat.extend_from_slice(parts),
                Node::Or(parts) if !all => flat.extend_from_slice(parts),
                _ if id == unit => {}
                _ => flat.push(id),
            }
        }
        // Conditions on the state become one.
        let state = |own: &Self, id| match *own.node(id) {
            Node::State(expr) => Some(expr),
            _ => None,
        };
        let states: Vec<ExprId> = flat.iter().filter_map(|&id| state(self, id)).collect();
        if states.len() > 1 {
            flat.retain(|&id| state(self, id).is_none());
            let joint = if all { cx.and(states) } else { cx.or(states) };
            flat.push(self.state(cx, joint));
        }
        // G a and G b = G (a and b); F a or F b = F (a or b). Not where it would hide that one of them is of the lasso.
        let simple = |own: &Self, id| match own.kind(id) {
            Kind::Lasso => None,
            _ if all => own.always(id),
            _ => own.eventually(id),
        };
        let again = |own: &Self, id| if all { own.persists(id) } else { own.recurs(id) };
        for inner in [&simple as &dyn Fn(&Self, Id) -> Option<Id>, &again] {
            let merged: Vec<Id> = flat.iter().filter_map(|&id| inner(self, id)).collect();
            if merged.len() < 2 {
                continue;
            }
            let first = flat.iter().copied().find(|&id| inner(self, id).is_some());
            let of_lasso = first.is_some_and(|id| self.kind(id) == Kind::Lasso);
            flat.retain(|&id| inner(self, id).is_none());
            let joint = self.join(cx, &merged, all);
            let always = |own: &mut Self, cx: &mut Context, id| own.release(cx, FALSE, id);
            let eventually = |own: &mut Self, cx: &mut Context, id| own.until(cx, TRUE, id);
            flat.push(match (all, of_lasso) {
                (true, false) => always(self, cx, joint),
                (false, false) => eventually(self, cx, joint),
                (true, true) => {
                    let inner = always(self, cx, joint);
                    eventually(self, cx, inner)
                }
                (false, true) => {
                    let inner = eventually(self, cx, joint);
                    always(self, cx, inner)
                }
            });
        }
        flat.sort_unstable();
        flat.dedup();
        flat.retain(|&id| id != unit);
        if flat.contains(&zero) {
            return zero;
        }
        match flat.as_slice() {
            [] => unit,
            [one] => *one,
            _ if all => self.intern(Node::And(flat.into())),
            _ => self.intern(Node::Or(flat.into())),
        }
    }

    /// What is of the lasso is the same at all positions, so it need not stand below a temporal operator: `apply` is only called for the
    /// rest. `None` where nothing is, or all.
    fn factor(
        &mut self,
        cx: &mut Context,
        id: Id,
        apply: impl FnOnce(&mut Self, &mut Context, Id) -> Id,
    ) -> Option<Id> {
        let (list, all) = match self.node(id) {
            Node::And(list) => (list.to_vec(), true),
            Node::Or(list) => (list.to_vec(), false),
            _ => return None,
        };
        let (mut lasso, rest): (Vec<Id>, Vec<Id>) =
            list.into_iter().partition(|&id| self.kind(id) == Kind::Lasso);
        if lasso.is_empty() || rest.is_empty() {
            return None;
        }
        let rest = self.join(cx, &rest, all);
        lasso.push(apply(self, cx, rest));
        Some(self.join(cx, &lasso, all))
    }

    fn next(&mut self, cx: &mut Context, a: Id) -> Id {
        if a == TRUE || a == FALSE || self.kind(a) == Kind::Lasso {
            return a;
        }
        match self.factor(cx, a, |own, cx, a| own.next(cx, a)) {
            Some(factored) => factored,
            None => self.intern(Node::Next(a)),
        }
    }

    pub(super) fn until(&mut self, cx: &mut Context, a: Id, b: Id) -> Id {
        // F F a = F a; a U (a U b) = a U b
        let idle = matches!(*self.node(b), Node::Until(first, _) if first == TRUE || first == a);
        if idle || b == TRUE || b == FALSE || a == FALSE || a == b || self.kind(b) == Kind::Lasso {
            return b;
        }
        match self.factor(cx, b, |own, cx, b| own.until(cx, a, b)) {
            Some(factored) => factored,
            None => self.intern(Node::Until(a, b)),
        }
    }

    pub(super) fn release(&mut self, cx: &mut Context, a: Id, b: Id) -> Id {
        // G G a = G a; a R (a R b) = a R b
        let idle = matches!(*self.node(b), Node::Release(first, _) if first == FALSE || first == a);
        if idle || b == TRUE || b == FALSE || a == TRUE || a == b || self.kind(b) == Kind::Lasso {
            return b;
        }
        match self.factor(cx, b, |own, cx, b| own.release(cx, a, b)) {
            Some(factored) => factored,
            None => self.intern(Node::Release(a, b)),
        }
    }
}
