//! Scalar expressions over the cells of a state: a hash-consed graph, with constants folded and bounds computed on the way.
//!
//! This is the engine's own arithmetic: booleans are 0 and 1, everything is an `i64` that wraps. It shares nothing with the
//! constructors of `musilc_ir`, so that a mistake in one of the two shows as a disagreement.

use hashbrown::HashTable;
use musilc_ir::VarId;
use rustc_hash::{FxBuildHasher, FxHashSet};
use std::hash::BuildHasher;

/// An expression of a [`Scalars`] graph. Children have smaller ids.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) struct Sid(pub(crate) u32);

impl Sid {
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// Where a read looks.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) enum Source {
    /// The cells of a state variable; with `next`, after the step.
    State { variable: VarId, next: bool },
    /// A table of constants.
    Table(u32),
}

/// A node.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Scalar {
    Const(i64),
    /// A parameter that is bound only while the engine runs, and the number of its values.
    Param(u32, u32),
    /// One cell of a source, by its flattened position.
    Cell(Source, u32),
    /// The cell of a source at a computed position, which lies inside.
    Load(Source, Sid),
    Not(Sid),
    And(Box<[Sid]>),
    Or(Box<[Sid]>),
    Ite(Sid, Sid, Sid),
    Eq(Sid, Sid),
    Lt(Sid, Sid),
    Le(Sid, Sid),
    Add(Box<[Sid]>),
    Neg(Sid),
    Mul(Sid, Sid),
    Div(Sid, Sid),
    Rem(Sid, Sid),
    Narrow(Sid, i64, i64),
}

impl Scalar {
    pub(crate) fn for_each_child(&self, mut visit: impl FnMut(Sid)) {
        match self {
            Scalar::Const(_) | Scalar::Param(..) | Scalar::Cell(..) => {}
            Scalar::Load(_, a) | Scalar::Not(a) | Scalar::Neg(a) | Scalar::Narrow(a, ..) => visit(*a),
            Scalar::And(list) | Scalar::Or(list) | Scalar::Add(list) => list.iter().copied().for_each(visit),
            Scalar::Eq(a, b)
            | Scalar::Lt(a, b)
            | Scalar::Le(a, b)
            | Scalar::Mul(a, b)
            | Scalar::Div(a, b)
            | Scalar::Rem(a, b) => {
                visit(*a);
                visit(*b);
            }
            Scalar::Ite(a, b, c) => {
                visit(*a);
                visit(*b);
                visit(*c);
            }
        }
    }
}

/// What is known of a node without evaluating it.
#[derive(Clone, Copy, Debug)]
struct Facts {
    lo: i64,
    hi: i64,
    /// One more than the greatest parameter that it mentions; 0 of none.
    params: u32,
    /// About how many operations it takes, saturating.
    cost: u32,
}

/// Owns the graph.
#[derive(Default, Debug)]
pub(crate) struct Scalars {
    nodes: Vec<Scalar>,
    facts: Vec<Facts>,
    index: HashTable<u32>,
    tables: Vec<Box<[i64]>>,
    /// Bounds of the cells of each state variable.
    cells: Vec<(i64, i64)>,
}

fn hash(node: &Scalar) -> u64 {
    FxBuildHasher.hash_one(node)
}

/// Bounds from exact ones: all of `i64` where wrapping may set in.
fn clamp(lo: i128, hi: i128) -> (i64, i64) {
    match (i64::try_from(lo), i64::try_from(hi)) {
        (Ok(lo), Ok(hi)) => (lo, hi),
        _ => (i64::MIN, i64::MAX),
    }
}

impl Scalars {
    pub(crate) fn new(cells: Vec<(i64, i64)>) -> Self {
        Self { cells, ..Self::default() }
    }

    pub(crate) fn node(&self, id: Sid) -> &Scalar {
        &self.nodes[id.index()]
    }

    pub(crate) fn nodes(&self) -> &[Scalar] {
        &self.nodes
    }

    pub(crate) fn tables(&self) -> &[Box<[i64]>] {
        &self.tables
    }

    /// About how many bytes it takes.
    pub(crate) fn bytes(&self) -> u64 {
        let lists = self.nodes.iter().map(|node| match node {
            Scalar::And(list) | Scalar::Or(list) | Scalar::Add(list) => list.len() * size_of::<Sid>(),
            _ => 0,
        });
        let fixed = size_of::<Scalar>() + size_of::<Facts>() + size_of::<u32>();
        (lists.sum::<usize>() + self.nodes.len() * fixed) as u64
    }

    pub(crate) fn bounds(&self, id: Sid) -> (i64, i64) {
        let facts = self.facts[id.index()];
        (facts.lo, facts.hi)
    }

    /// One more than the greatest unbound parameter that it mentions; 0 of none.
    pub(crate) fn params(&self, id: Sid) -> u32 {
        self.facts[id.index()].params
    }

    pub(crate) fn cost(&self, id: Sid) -> u32 {
        self.facts[id.index()].cost
    }

    pub(crate) fn as_const(&self, id: Sid) -> Option<i64> {
        match self.node(id) {
            Scalar::Const(v) => Some(*v),
            _ => None,
        }
    }

    fn intern(&mut self, node: Scalar, (lo, hi): (i64, i64)) -> Sid {
        let node = if lo == hi { Scalar::Const(lo) } else { node };
        let key = hash(&node);
        if let Some(&found) = self.index.find(key, |&at| self.nodes[at as usize] == node) {
            return Sid(found);
        }
        let id =
            u32::try_from(self.nodes.len()).unwrap_or_else(|_| unreachable!("memory ends before 2^32 nodes"));
        let (mut params, mut cost) = (0u32, 1u32);
        if let Scalar::Param(index, _) = node {
            params = index + 1;
        }
        node.for_each_child(|child| {
            let facts = self.facts[child.index()];
            params = params.max(facts.params);
            cost = cost.saturating_add(facts.cost);
        });
        self.facts.push(Facts { lo, hi, params, cost });
        self.nodes.push(node);
        let nodes = &self.nodes;
        self.index.insert_unique(key, id, |&at| hash(&nodes[at as usize]));
        Sid(id)
    }

    pub(crate) fn constant(&mut self, value: i64) -> Sid {
        self.intern(Scalar::Const(value), (value, value))
    }

    pub(crate) fn bool(&mut self, value: bool) -> Sid {
        self.constant(value.into())
    }

    pub(crate) fn param(&mut self, index: u32, count: u32) -> Sid {
        self.intern(Scalar::Param(index, count), (0, i64::from(count.max(1)) - 1))
    }

    pub(crate) fn table(&mut self, values: Box<[i64]>) -> u32 {
        let found = self.tables.iter().position(|table| *table == values);
        let at = found.unwrap_or_else(|| {
            self.tables.push(values);
            self.tables.len() - 1
        });
        at as u32
    }

    fn source_bounds(&self, source: Source) -> (i64, i64) {
        match source {
            Source::State { variable, .. } => {
                self.cells.get(variable.index()).copied().unwrap_or((i64::MIN, i64::MAX))
            }
            Source::Table(table) => {
                let table = self.tables.get(table as usize).map_or(&[][..], |table| &table[..]);
                (table.iter().copied().min().unwrap_or(0), table.iter().copied().max().unwrap_or(0))
            }
        }
    }

    /// The cell of a source at a position, which lies inside.
    pub(crate) fn load(&mut self, source: Source, position: Sid) -> Sid {
        let Some(at) = self.as_const(position) else {
            return self.intern(Scalar::Load(source, position), self.source_bounds(source));
        };
        if let Source::Table(table) = source
            && let Some(&value) =
                self.tables.get(table as usize).and_then(|t| t.get(usize::try_from(at).ok()?))
        {
            return self.constant(value);
        }
        let at = u32::try_from(at).unwrap_or(u32::MAX);
        self.intern(Scalar::Cell(source, at), self.source_bounds(source))
    }

    pub(crate) fn not(&mut self, a: Sid) -> Sid {
        match *self.node(a) {
            Scalar::Const(v) => self.bool(v == 0),
            Scalar::Not(inner) => inner,
            Scalar::Lt(x, y) => self.le(y, x),
            Scalar::Le(x, y) => self.lt(y, x),
            _ => self.intern(Scalar::Not(a), (0, 1)),
        }
    }

    /// The conjunction (with `neutral` 1) or disjunction (with 0), flattened once.
    fn junction(&mut self, operands: impl IntoIterator<Item = Sid>, neutral: i64) -> Sid {
        let mut kept: Vec<Sid> = Vec::new();
        for operand in operands {
            let nested: Vec<Sid> = match (self.node(operand), neutral) {
                (Scalar::And(list), 1) | (Scalar::Or(list), 0) => list.to_vec(),
                _ => vec![operand],
            };
            for operand in nested {
                match self.as_const(operand) {
                    Some(v) if v == neutral => {}
                    Some(_) => return operand,
                    None => kept.push(operand),
                }
            }
        }
        kept.sort_unstable();
        kept.dedup();
        match kept.as_slice() {
            [] => self.constant(neutral),
            [only] => *only,
            _ if neutral == 1 => self.intern(Scalar::And(kept.into()), (0, 1)),
            _ => self.intern(Scalar::Or(kept.into()), (0, 1)),
        }
    }

    pub(crate) fn and(&mut self, operands: impl IntoIterator<Item = Sid>) -> Sid {
        self.junction(operands, 1)
    }

    pub(crate) fn or(&mut self, operands: impl IntoIterator<Item = Sid>) -> Sid {
        self.junction(operands, 0)
    }

    /// `if c { t } else { e }`, of two booleans or two integers.
    pub(crate) fn ite(&mut self, c: Sid, t: Sid, e: Sid) -> Sid {
        if t == e {
            return t;
        }
        match *self.node(c) {
            Scalar::Const(v) => return if v != 0 { t } else { e },
            Scalar::Not(inner) => return self.ite_plain(inner, e, t),
            _ => {}
        }
        self.ite_plain(c, t, e)
    }

    fn ite_plain(&mut self, c: Sid, t: Sid, e: Sid) -> Sid {
        let ((a, b), (x, y)) = (self.bounds(t), self.bounds(e));
        if a.min(x) >= 0 && b.max(y) <= 1 {
            match (self.as_const(t), self.as_const(e)) {
                (Some(1), _) => return self.or([c, e]),
                (_, Some(0)) => return self.and([c, t]),
                (Some(_), _) => {
                    let other = self.not(c);
                    return self.and([other, e]);
                }
                (_, Some(_)) => {
                    let other = self.not(c);
                    return self.or([other, t]);
                }
                _ => {}
            }
        }
        self.intern(Scalar::Ite(c, t, e), (a.min(x), b.max(y)))
    }

    pub(crate) fn eq(&mut self, a: Sid, b: Sid) -> Sid {
        if a == b {
            return self.bool(true);
        }
        let ((al, ah), (bl, bh)) = (self.bounds(a), self.bounds(b));
        if ah < bl || bh < al {
            return self.bool(false);
        }
        for (x, y) in [(a, b), (b, a)] {
            // Against 0 or 1 a two-valued operand is a boolean: itself or its negation.
            match (self.bounds(x), self.as_const(y)) {
                ((0, 1), Some(1)) => return x,
                ((0, 1), Some(0)) => return self.not(x),
                _ => {}
            }
        }
        self.intern(Scalar::Eq(a.min(b), a.max(b)), (0, 1))
    }

    pub(crate) fn lt(&mut self, a: Sid, b: Sid) -> Sid {
        let ((al, ah), (bl, bh)) = (self.bounds(a), self.bounds(b));
        if ah < bl {
            return self.bool(true);
        }
        if a == b || al >= bh {
            return self.bool(false);
        }
        self.intern(Scalar::Lt(a, b), (0, 1))
    }

    pub(crate) fn le(&mut self, a: Sid, b: Sid) -> Sid {
        let ((al, ah), (bl, bh)) = (self.bounds(a), self.bounds(b));
        if a == b || ah <= bl {
            return self.bool(true);
        }
        if al > bh {
            return self.bool(false);
        }
        self.intern(Scalar::Le(a, b), (0, 1))
    }

    pub(crate) fn add(&mut self, operands: impl IntoIterator<Item = Sid>) -> Sid {
        let mut constant = 0i64;
        let mut kept = Vec::new();
        let (mut lo, mut hi) = (0i128, 0i128);
        for operand in operands {
            match self.as_const(operand) {
                Some(v) => constant = constant.wrapping_add(v),
                None => {
                    let (l, h) = self.bounds(operand);
                    lo += i128::from(l);
                    hi += i128::from(h);
                    kept.push(operand);
                }
            }
        }
        if constant != 0 || kept.is_empty() {
            kept.push(self.constant(constant));
        }
        if let [only] = kept.as_slice() {
            return *only;
        }
        let constant = i128::from(constant);
        self.intern(Scalar::Add(kept.into()), clamp(lo + constant, hi + constant))
    }

    pub(crate) fn neg(&mut self, a: Sid) -> Sid {
        match *self.node(a) {
            Scalar::Const(v) => self.constant(v.wrapping_neg()),
            Scalar::Neg(inner) => inner,
            _ => {
                let (lo, hi) = self.bounds(a);
                self.intern(Scalar::Neg(a), clamp(-i128::from(hi), -i128::from(lo)))
            }
        }
    }

    pub(crate) fn mul(&mut self, a: Sid, b: Sid) -> Sid {
        match (self.as_const(a), self.as_const(b)) {
            (Some(x), Some(y)) => return self.constant(x.wrapping_mul(y)),
            (Some(0), _) | (_, Some(0)) => return self.constant(0),
            (Some(1), _) => return b,
            (_, Some(1)) => return a,
            _ => {}
        }
        let ((al, ah), (bl, bh)) = (self.bounds(a), self.bounds(b));
        let mut corners =
            [(al, bl), (al, bh), (ah, bl), (ah, bh)].map(|(x, y)| i128::from(x) * i128::from(y));
        corners.sort_unstable();
        self.intern(Scalar::Mul(a.min(b), a.max(b)), clamp(corners[0], corners[3]))
    }

    pub(crate) fn div(&mut self, a: Sid, b: Sid) -> Sid {
        if let (Some(x), Some(y)) = (self.as_const(a), self.as_const(b)) {
            return self.constant(quotient(x, y));
        }
        let ((al, ah), (bl, bh)) = (self.bounds(a), self.bounds(b));
        let bounds = if bl > 0 {
            let mut corners = [quotient(al, bl), quotient(al, bh), quotient(ah, bl), quotient(ah, bh)];
            corners.sort_unstable();
            (corners[0], corners[3])
        } else {
            let most = i128::from(al).abs().max(i128::from(ah).abs());
            clamp(-most, most)
        };
        self.intern(Scalar::Div(a, b), bounds)
    }

    pub(crate) fn rem(&mut self, a: Sid, b: Sid) -> Sid {
        if let (Some(x), Some(y)) = (self.as_const(a), self.as_const(b)) {
            return self.constant(remainder(x, y));
        }
        let ((al, ah), (bl, bh)) = (self.bounds(a), self.bounds(b));
        if al >= 0 && ah < bl {
            return a;
        }
        let most = i128::from(bl).abs().max(i128::from(bh).abs());
        let hi = (most - 1).max(0);
        let hi = if al >= 0 { hi.min(ah.into()) } else { hi };
        self.intern(Scalar::Rem(a, b), clamp(0, hi))
    }

    /// `a` where it lies in `lo..=hi`, else `lo`.
    pub(crate) fn narrow(&mut self, a: Sid, lo: i64, hi: i64) -> Sid {
        let (al, ah) = self.bounds(a);
        if lo <= al && ah <= hi {
            return a;
        }
        if ah < lo || al > hi {
            return self.constant(lo);
        }
        self.intern(Scalar::Narrow(a, lo, hi), (lo, hi))
    }

    /// The conjuncts of a condition, true ones left out.
    pub(crate) fn conjuncts(&self, condition: Sid) -> Vec<Sid> {
        let mut out = Vec::new();
        let mut stack = vec![condition];
        while let Some(id) = stack.pop() {
            match self.node(id) {
                Scalar::And(list) => stack.extend(list.iter().rev()),
                Scalar::Const(value) if *value != 0 => {}
                _ => out.push(id),
            }
        }
        out.sort_unstable();
        out.dedup();
        out
    }

    /// The unbound parameters that it mentions.
    pub(crate) fn mentioned_params(&self, root: Sid) -> FxHashSet<u32> {
        let mut out = FxHashSet::default();
        let mut seen = FxHashSet::from_iter([root]);
        let mut stack = vec![root];
        while let Some(id) = stack.pop() {
            if let Scalar::Param(index, _) = self.node(id) {
                out.insert(*index);
            }
            self.node(id).for_each_child(|child| {
                if self.params(child) > 0 && seen.insert(child) {
                    stack.push(child);
                }
            });
        }
        out
    }
}

/// The quotient whose remainder is never negative; 0 where the divisor is 0.
pub(crate) fn quotient(a: i64, b: i64) -> i64 {
    if b == 0 { 0 } else { a.wrapping_div_euclid(b) }
}

/// The remainder in `0..|b|`; 0 where the divisor is 0.
pub(crate) fn remainder(a: i64, b: i64) -> i64 {
    if b == 0 { 0 } else { a.wrapping_rem_euclid(b) }
}
