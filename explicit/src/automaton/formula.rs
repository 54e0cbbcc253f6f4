//! Formulas in negation normal form, hash-consed and simplified while they are built.

use indexmap::IndexSet;
use musilc_ir::{Context, ExprId, Formula, FormulaKind, TransitionId};
use rustc_hash::{FxBuildHasher, FxHashMap};

/// A formula of a [`Formulas`].
pub(super) type Id = u32;

/// What letters say: a proposition of the formula.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Atom {
    /// A condition on the state.
    State(ExprId),
    /// The step is an instance of the transition with these arguments; `None` stands for any.
    Taken(TransitionId, Vec<Option<u32>>),
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum Node {
    True,
    False,
    /// The atom; or its negation.
    Literal(u32, bool),
    /// Two or more, ascending.
    And(Box<[Id]>),
    /// Two or more, ascending.
    Or(Box<[Id]>),
    Next(Id),
    Until(Id, Id),
    Release(Id, Id),
}

/// Owns formulas.
#[derive(Debug)]
pub(super) struct Formulas {
    nodes: IndexSet<Node, FxBuildHasher>,
    pub(super) atoms: IndexSet<Atom, FxBuildHasher>,
    /// What formulas were translated to, by where they stand in memory: `<==>` asks for each of its operands twice.
    known: FxHashMap<(*const Formula, bool), Id>,
}

impl Formulas {
    pub(super) const TRUE: Id = 0;
    pub(super) const FALSE: Id = 1;

    pub(super) fn new() -> Self {
        let mut nodes = IndexSet::default();
        nodes.insert(Node::True);
        nodes.insert(Node::False);
        Self { nodes, atoms: IndexSet::default(), known: FxHashMap::default() }
    }

    pub(super) fn node(&self, id: Id) -> &Node {
        &self.nodes[id as usize]
    }

    fn intern(&mut self, node: Node) -> Id {
        self.nodes.insert_full(node).0 as Id
    }

    fn literal(&mut self, atom: Atom, positive: bool) -> Id {
        let atom = self.atoms.insert_full(atom).0 as u32;
        self.intern(Node::Literal(atom, positive))
    }

    /// The formula, or its negation; conditions are expressions of the context.
    pub(super) fn translate(&mut self, cx: &Context, formula: &Formula, positive: bool) -> Id {
        let key = (std::ptr::from_ref(formula), positive);
        if let Some(&known) = self.known.get(&key) {
            return known;
        }
        let id = self.translate_anew(cx, formula, positive);
        self.known.insert(key, id);
        id
    }

    fn translate_anew(&mut self, cx: &Context, formula: &Formula, positive: bool) -> Id {
        match (&formula.kind, positive) {
            (FormulaKind::State(claim), _) => match cx.as_bool(claim.expr) {
                Some(constant) if constant == positive => Self::TRUE,
                Some(_) => Self::FALSE,
                None => self.literal(Atom::State(claim.expr), positive),
            },
            (FormulaKind::Taken { transition, args }, _) => {
                self.literal(Atom::Taken(*transition, args.clone()), positive)
            }
            (FormulaKind::Not(a), _) => self.translate(cx, a, !positive),
            (FormulaKind::All(parts), true) | (FormulaKind::Any(parts), false) => {
                let parts = parts.iter().map(|part| self.translate(cx, &part.formula, positive)).collect();
                self.and(parts)
            }
            (FormulaKind::Any(parts), true) | (FormulaKind::All(parts), false) => {
                let parts = parts.iter().map(|part| self.translate(cx, &part.formula, positive)).collect();
                self.or(parts)
            }
            (FormulaKind::Implies(a, b), _) => {
                let (a, b) = (self.translate(cx, a, !positive), self.translate(cx, b, positive));
                if positive { self.or(vec![a, b]) } else { self.and(vec![a, b]) }
            }
            (FormulaKind::Iff(a, b), _) => {
                let (a, not_a) = (self.translate(cx, a, true), self.translate(cx, a, false));
                let (b, not_b) = (self.translate(cx, b, positive), self.translate(cx, b, !positive));
                let (both, neither) = (self.and(vec![a, b]), self.and(vec![not_a, not_b]));
                self.or(vec![both, neither])
            }
            (FormulaKind::Next(a), _) => {
                let a = self.translate(cx, a, positive);
                self.next(a)
            }
            (FormulaKind::Always(a), true) | (FormulaKind::Eventually(a), false) => {
                let a = self.translate(cx, a, positive);
                self.release(Self::FALSE, a)
            }
            (FormulaKind::Eventually(a), true) | (FormulaKind::Always(a), false) => {
                let a = self.translate(cx, a, positive);
                self.until(Self::TRUE, a)
            }
            (FormulaKind::Until(a, b), true) | (FormulaKind::Release(a, b), false) => {
                let (a, b) = (self.translate(cx, a, positive), self.translate(cx, b, positive));
                self.until(a, b)
            }
            (FormulaKind::Release(a, b), true) | (FormulaKind::Until(a, b), false) => {
                let (a, b) = (self.translate(cx, a, positive), self.translate(cx, b, positive));
                self.release(a, b)
            }
            // a W b = b R (a or b); its negation is (not b) U (not a and not b).
            (FormulaKind::WeakUntil(a, b), true) => {
                let (a, b) = (self.translate(cx, a, true), self.translate(cx, b, true));
                let either = self.or(vec![a, b]);
                self.release(b, either)
            }
            (FormulaKind::WeakUntil(a, b), false) => {
                let (a, b) = (self.translate(cx, a, false), self.translate(cx, b, false));
                let neither = self.and(vec![a, b]);
                self.until(b, neither)
            }
            (FormulaKind::LeadsTo(a, b), true) => {
                let (a, b) = (self.translate(cx, a, false), self.translate(cx, b, true));
                let answered = self.until(Self::TRUE, b);
                let claim = self.or(vec![a, answered]);
                self.release(Self::FALSE, claim)
            }
            (FormulaKind::LeadsTo(a, b), false) => {
                let (a, b) = (self.translate(cx, a, true), self.translate(cx, b, false));
                let ignored = self.release(Self::FALSE, b);
                let open = self.and(vec![a, ignored]);
                self.until(Self::TRUE, open)
            }
        }
    }

    pub(super) fn and(&mut self, operands: Vec<Id>) -> Id {
        self.join(operands, true)
    }

    pub(super) fn or(&mut self, operands: Vec<Id>) -> Id {
        self.join(operands, false)
    }

    /// The conjunction of all operands, or dually their disjunction.
    fn join(&mut self, operands: Vec<Id>, all: bool) -> Id {
        let (unit, zero) = if all { (Self::TRUE, Self::FALSE) } else { (Self::FALSE, Self::TRUE) };
        let mut flat = Vec::new();
        for id in operands {
            match self.node(id) {
                Node::And(parts) if all => flat.extend_from_slice(parts),
                Node::Or(parts) if !all => flat.extend_from_slice(parts),
                _ if id == unit => {}
                _ => flat.push(id),
            }
        }
        // G a and G b = G (a and b); F a or F b = F (a or b)
        let inner = |own: &Self, id| if all { own.always_operand(id) } else { own.eventually_operand(id) };
        let merged: Vec<Id> = flat.iter().filter_map(|&id| inner(self, id)).collect();
        if merged.len() > 1 {
            flat.retain(|&id| inner(self, id).is_none());
            let joint = self.join(merged, all);
            flat.push(if all { self.release(Self::FALSE, joint) } else { self.until(Self::TRUE, joint) });
        }
        flat.sort_unstable();
        flat.dedup();
        if flat.contains(&zero) || self.has_complements(&flat) {
            return zero;
        }
        // a and (a or b) = a; a or (a and b) = a
        let parts = flat.clone();
        flat.retain(|&id| match self.node(id) {
            Node::Or(inner) if all => !inner.iter().any(|part| parts.contains(part)),
            Node::And(inner) if !all => !inner.iter().any(|part| parts.contains(part)),
            _ => true,
        });
        match flat.as_slice() {
            [] => unit,
            [one] => *one,
            _ if all => self.intern(Node::And(flat.into())),
            _ => self.intern(Node::Or(flat.into())),
        }
    }

    fn has_complements(&self, operands: &[Id]) -> bool {
        let literals: Vec<(u32, bool)> = operands
            .iter()
            .filter_map(|&id| match self.node(id) {
                Node::Literal(atom, positive) => Some((*atom, *positive)),
                _ => None,
            })
            .collect();
        let positive: rustc_hash::FxHashSet<u32> =
            literals.iter().filter(|literal| literal.1).map(|literal| literal.0).collect();
        literals.iter().any(|literal| !literal.1 && positive.contains(&literal.0))
    }

    fn next(&mut self, a: Id) -> Id {
        if a == Self::TRUE || a == Self::FALSE { a } else { self.intern(Node::Next(a)) }
    }

    pub(super) fn until(&mut self, a: Id, b: Id) -> Id {
        // F G F a = G F a; a U F b = F b; a U (a U b) = a U b
        let idle = match self.node(b) {
            Node::True | Node::False => true,
            Node::Until(first, _) => *first == Self::TRUE || *first == a,
            Node::Release(first, inner) => {
                *first == Self::FALSE && self.eventually_operand(*inner).is_some() && a == Self::TRUE
            }
            _ => false,
        };
        if idle || a == Self::FALSE || a == b {
            return b;
        }
        self.intern(Node::Until(a, b))
    }

    pub(super) fn release(&mut self, a: Id, b: Id) -> Id {
        // G F G a = F G a; a R G b = G b; a R (a R b) = a R b
        let idle = match self.node(b) {
            Node::True | Node::False => true,
            Node::Release(first, _) => *first == Self::FALSE || *first == a,
            Node::Until(first, inner) => {
                *first == Self::TRUE && self.always_operand(*inner).is_some() && a == Self::FALSE
            }
            _ => false,
        };
        if idle || a == Self::TRUE || a == b {
            return b;
        }
        self.intern(Node::Release(a, b))
    }

    /// Of `F a`: `a`.
    fn eventually_operand(&self, id: Id) -> Option<Id> {
        match self.node(id) {
            Node::Until(a, b) if *a == Self::TRUE => Some(*b),
            _ => None,
        }
    }

    /// Of `G a`: `a`.
    fn always_operand(&self, id: Id) -> Option<Id> {
        match self.node(id) {
            Node::Release(a, b) if *a == Self::FALSE => Some(*b),
            _ => None,
        }
    }
}
