//! Smart constructors: they fold constants and apply the cheap laws.

use crate::expr::{Context, Node};
use crate::{ExprId, Type, VarId};

impl Context {
    /// A boolean constant.
    pub fn bool(&mut self, value: bool) -> ExprId {
        self.intern(Node::Bool(value))
    }

    /// An integer constant.
    pub fn int(&mut self, value: i64) -> ExprId {
        self.intern(Node::Int(value))
    }

    /// The value of a state variable (before the step).
    pub fn var(&mut self, variable: VarId) -> ExprId {
        self.intern(Node::Var(variable))
    }

    /// The value of a state variable after the step.
    pub fn next(&mut self, variable: VarId) -> ExprId {
        self.intern(Node::Next(variable))
    }

    /// The parameter at this position, with `count` values; a constant where there is but one.
    pub fn param(&mut self, index: u32, count: u32) -> ExprId {
        if count <= 1 {
            return self.int(0);
        }
        self.intern(Node::Param { index, count })
    }

    /// `!a`
    pub fn not(&mut self, a: ExprId) -> ExprId {
        match self.node(a) {
            Node::Bool(b) => {
                let b = !*b;
                self.bool(b)
            }
            Node::Not(inner) => *inner,
            _ => self.intern(Node::Not(a)),
        }
    }

    /// The conjunction of all; `true` of none.
    pub fn and(&mut self, operands: impl IntoIterator<Item = ExprId>) -> ExprId {
        self.junction(operands, true)
    }

    /// The disjunction of all; `false` of none.
    pub fn or(&mut self, operands: impl IntoIterator<Item = ExprId>) -> ExprId {
        self.junction(operands, false)
    }

    /// Conjunction where `neutral` is true, else disjunction: drops neutral operands and repetitions, and collapses where an operand
    /// absorbs or two contradict each other.
    fn junction(&mut self, operands: impl IntoIterator<Item = ExprId>, neutral: bool) -> ExprId {
        let mut kept: Vec<ExprId> = Vec::new();
        let mut seen = rustc_hash::FxHashSet::default();
        for operand in operands {
            match self.as_bool(operand) {
                Some(b) if b == neutral => continue,
                Some(_) => return operand,
                None => {}
            }
            if !seen.insert(operand) {
                continue;
            }
            let negation = match self.node(operand) {
                Node::Not(inner) => Some(*inner),
                _ => self.nodes_not(operand),
            };
            if negation.is_some_and(|n| seen.contains(&n)) {
                return self.bool(!neutral);
            }
            kept.push(operand);
        }
        match kept.as_slice() {
            [] => self.bool(neutral),
            [only] => *only,
            _ if neutral => self.intern(Node::And(kept.into())),
            _ => self.intern(Node::Or(kept.into())),
        }
    }

    /// `a ==> b`
    pub fn implies(&mut self, a: ExprId, b: ExprId) -> ExprId {
        let not_a = self.not(a);
        self.or([not_a, b])
    }

    /// `if c { t } else { e }`; `t` and `e` have the same shape.
    pub fn ite(&mut self, c: ExprId, t: ExprId, e: ExprId) -> ExprId {
        if t == e {
            return t;
        }
        match self.node(c) {
            Node::Bool(true) => return t,
            Node::Bool(false) => return e,
            Node::Not(inner) => {
                let inner = *inner;
                return self.ite(inner, e, t);
            }
            _ => {}
        }
        if *self.type_of(t) == Type::Bool {
            match (self.as_bool(t), self.as_bool(e)) {
                (Some(true), _) => return self.or([c, e]),
                (Some(false), _) => {
                    let not_c = self.not(c);
                    return self.and([not_c, e]);
                }
                (_, Some(true)) => {
                    let not_c = self.not(c);
                    return self.or([not_c, t]);
                }
                (_, Some(false)) => return self.and([c, t]),
                _ => {}
            }
        }
        self.intern(Node::Ite(c, t, e))
    }

    /// Equality; of arrays, of all their elements.
    pub fn eq(&mut self, a: ExprId, b: ExprId) -> ExprId {
        if a == b {
            return self.bool(true);
        }
        match (self.type_of(a), self.type_of(b)) {
            (Type::Array { len, .. }, Type::Array { .. }) => {
                let cells: Vec<ExprId> = (0..i64::from(*len))
                    .map(|i| {
                        let i = self.int(i);
                        let (x, y) = (self.select(a, i), self.select(b, i));
                        self.eq(x, y)
                    })
                    .collect();
                self.and(cells)
            }
            (Type::Bool, _) => self.eq_bool(a, b),
            _ => self.eq_int(a, b),
        }
    }

    fn eq_bool(&mut self, a: ExprId, b: ExprId) -> ExprId {
        match (self.as_bool(a), self.as_bool(b)) {
            (Some(true), _) => b,
            (Some(false), _) => self.not(b),
            (_, Some(true)) => a,
            (_, Some(false)) => self.not(a),
            _ => {
                if self.negates(a, b) {
                    return self.bool(false);
                }
                self.intern(Node::Eq(a.min(b), a.max(b)))
            }
        }
    }

    fn eq_int(&mut self, a: ExprId, b: ExprId) -> ExprId {
        let ((al, ah), (bl, bh)) = (self.bounds(a), self.bounds(b));
        if ah < bl || bh < al {
            return self.bool(false);
        }
        if al == ah && bl == bh && al == bl {
            return self.bool(true);
        }
        // (if c { k } else { m }) == n decides c, where k, m and n are constants.
        for (x, y) in [(a, b), (b, a)] {
            if let (Some(n), &Node::Ite(c, t, e)) = (self.as_int(y), self.node(x))
                && let (Some(k), Some(m)) = (self.as_int(t), self.as_int(e))
            {
                let (is_k, is_m) = (self.bool(k == n), self.bool(m == n));
                return self.ite(c, is_k, is_m);
            }
        }
        let (a, b) = self.ordered(a, b);
        self.intern(Node::Eq(a, b))
    }

    /// The operands of a commutative operator in one order: a constant last.
    fn ordered(&self, a: ExprId, b: ExprId) -> (ExprId, ExprId) {
        match (self.as_int(a), self.as_int(b)) {
            (Some(_), None) => (b, a),
            (None, Some(_)) => (a, b),
            _ => (a.min(b), a.max(b)),
        }
    }

    fn negates(&self, a: ExprId, b: ExprId) -> bool {
        *self.node(a) == Node::Not(b) || *self.node(b) == Node::Not(a)
    }

    /// `a < b`
    pub fn lt(&mut self, a: ExprId, b: ExprId) -> ExprId {
        let ((al, ah), (bl, bh)) = (self.bounds(a), self.bounds(b));
        if ah < bl {
            return self.bool(true);
        }
        if al >= bh || a == b {
            return self.bool(false);
        }
        self.intern(Node::Lt(a, b))
    }

    /// `a <= b`
    pub fn le(&mut self, a: ExprId, b: ExprId) -> ExprId {
        let ((al, ah), (bl, bh)) = (self.bounds(a), self.bounds(b));
        if ah <= bl || a == b {
            return self.bool(true);
        }
        if al > bh {
            return self.bool(false);
        }
        self.intern(Node::Le(a, b))
    }

    /// The sum of all; 0 of none.
    pub fn add(&mut self, operands: impl IntoIterator<Item = ExprId>) -> ExprId {
        let mut constant: i64 = 0;
        let mut kept = Vec::new();
        let mut stack: Vec<ExprId> = operands.into_iter().collect();
        stack.reverse();
        while let Some(operand) = stack.pop() {
            match self.node(operand) {
                Node::Int(v) => constant = constant.saturating_add(*v),
                // Only a sum with a constant is opened: it makes `x + 1 + 1` one node and cannot grow the graph.
                Node::Add(list) if list.len() == 2 && list.iter().any(|&e| self.as_int(e).is_some()) => {
                    stack.extend(list.iter().rev());
                }
                _ => kept.push(operand),
            }
        }
        if constant != 0 || kept.is_empty() {
            kept.push(self.int(constant));
        }
        if let [only] = kept.as_slice() {
            return *only;
        }
        self.intern(Node::Add(kept.into()))
    }

    /// `-a`
    pub fn neg(&mut self, a: ExprId) -> ExprId {
        match self.node(a) {
            Node::Int(v) => {
                let v = v.saturating_neg();
                self.int(v)
            }
            Node::Neg(inner) => *inner,
            _ => self.intern(Node::Neg(a)),
        }
    }

    /// `a - b`
    pub fn sub(&mut self, a: ExprId, b: ExprId) -> ExprId {
        if a == b {
            return self.int(0);
        }
        let minus_b = self.neg(b);
        self.add([a, minus_b])
    }

    /// `a * b`
    pub fn mul(&mut self, a: ExprId, b: ExprId) -> ExprId {
        let (a, b) = self.ordered(a, b);
        match (self.as_int(a), self.as_int(b)) {
            (Some(x), Some(y)) => {
                let product = x.saturating_mul(y);
                return self.int(product);
            }
            (_, Some(0)) => return self.int(0),
            (_, Some(1)) => return a,
            _ => {}
        }
        self.intern(Node::Mul(a, b))
    }

    /// The Euclidean quotient; 0 where `b` is 0.
    pub fn div(&mut self, a: ExprId, b: ExprId) -> ExprId {
        match (self.as_int(a), self.as_int(b)) {
            (Some(x), Some(y)) => {
                let quotient = x.checked_div_euclid(y).unwrap_or(0);
                return self.int(quotient);
            }
            (_, Some(1)) => return a,
            _ => {}
        }
        self.intern(Node::Div(a, b))
    }

    /// The Euclidean remainder; 0 where `b` is 0.
    pub fn rem(&mut self, a: ExprId, b: ExprId) -> ExprId {
        if let (Some(x), Some(y)) = (self.as_int(a), self.as_int(b)) {
            let remainder = x.checked_rem_euclid(y).unwrap_or(0);
            return self.int(remainder);
        }
        let ((al, ah), (bl, _)) = (self.bounds(a), self.bounds(b));
        if al >= 0 && ah < bl {
            return a;
        }
        self.intern(Node::Rem(a, b))
    }

    /// `a` where it lies in `lo..=hi`, else `lo`.
    pub fn narrow(&mut self, a: ExprId, lo: i64, hi: i64) -> ExprId {
        let (al, ah) = self.bounds(a);
        if lo <= al && ah <= hi {
            return a;
        }
        if ah < lo || al > hi || lo == hi {
            return self.int(lo);
        }
        self.intern(Node::Narrow { value: a, lo, hi })
    }

    /// `array[index]`; the bounds of `index` lie within the array.
    ///
    /// A chain of stores and conditionals may be long, so the descent keeps its own stack.
    pub fn select(&mut self, array: ExprId, index: ExprId) -> ExprId {
        let mut pending = vec![array];
        while let Some(&top) = pending.last() {
            if self.selection(top, index).is_some() {
                pending.pop();
                continue;
            }
            let known = match *self.node(top) {
                Node::Store(inner, at, _) if at != index && self.disjoint(at, index) => {
                    self.selection_or_wait(inner, index, &mut pending)
                }
                Node::Ite(c, t, e) => {
                    let t = self.selection_or_wait(t, index, &mut pending);
                    let e = self.selection_or_wait(e, index, &mut pending);
                    match (t, e) {
                        (Some(t), Some(e)) => Some(self.ite(c, t, e)),
                        _ => None,
                    }
                }
                _ => Some(self.select_here(top, index)),
            };
            if let Some(element) = known {
                self.remember_selection(top, index, element);
            }
        }
        self.selection(array, index).unwrap_or(array)
    }

    /// What selecting from the array gave; where it has not been done, puts it on the stack.
    fn selection_or_wait(&self, array: ExprId, index: ExprId, pending: &mut Vec<ExprId>) -> Option<ExprId> {
        let known = self.selection(array, index);
        if known.is_none() {
            pending.push(array);
        }
        known
    }

    /// Selection without a descent.
    fn select_here(&mut self, array: ExprId, index: ExprId) -> ExprId {
        match self.node(array) {
            Node::Array(elements) => {
                let constant = self.as_int(index).and_then(|i| usize::try_from(i).ok());
                if let Some(&element) = constant.and_then(|i| elements.get(i)) {
                    return element;
                }
                if elements.iter().all(|&e| e == elements[0]) {
                    return elements[0];
                }
            }
            &Node::Store(_, at, value) if at == index => return value,
            _ => {}
        }
        self.intern(Node::Select(array, index))
    }

    fn disjoint(&self, a: ExprId, b: ExprId) -> bool {
        let ((al, ah), (bl, bh)) = (self.bounds(a), self.bounds(b));
        ah < bl || bh < al
    }

    /// The array with one element replaced; the bounds of `index` lie within the array.
    pub fn store(&mut self, array: ExprId, index: ExprId, value: ExprId) -> ExprId {
        if *self.node(value) == Node::Select(array, index) {
            return array;
        }
        match (self.node(array), self.as_int(index)) {
            (Node::Array(elements), Some(i)) => {
                let mut elements = elements.clone();
                if let Some(element) = usize::try_from(i).ok().and_then(|i| elements.get_mut(i)) {
                    *element = value;
                }
                return self.array(elements);
            }
            (&Node::Store(inner, at, _), _) if at == index => return self.store(inner, index, value),
            _ => {}
        }
        self.intern(Node::Store(array, index, value))
    }

    /// The array of these elements, which have one shape.
    ///
    /// # Panics
    /// Where there is no element: the type of the elements would be unknown.
    pub fn array(&mut self, elements: impl Into<Box<[ExprId]>>) -> ExprId {
        let elements = elements.into();
        assert!(!elements.is_empty(), "an array has at least one element");
        self.intern(Node::Array(elements))
    }

    /// The negation of an expression, if it has already been built.
    fn nodes_not(&self, a: ExprId) -> Option<ExprId> {
        self.find(&Node::Not(a))
    }
}
