//! Expressions as circuits.

use crate::graph::{Bit, Graph};
use crate::mutation::Mutation;
use crate::number::Number;
use crate::term::Term;
use musilc_ir::{Context, ExprId, Node, Type};
use rustc_hash::FxHashMap;

/// The values of parameters, by position and number of values.
pub type Params = FxHashMap<(u32, u32), Number>;

/// What the leaves of expressions stand for.
#[derive(Clone, Copy)]
pub struct Leaves<'a> {
    /// The value of each state variable, before the step; empty where there is no state yet.
    pub now: &'a [Term],
    /// The value of each state variable after the step, as far as it is known.
    pub next: &'a [Term],
    /// The values of the parameters.
    pub params: &'a Params,
}

/// The circuits of expressions under one reading of their leaves.
#[derive(Clone, Debug)]
pub struct Encoder {
    terms: FxHashMap<ExprId, Term>,
    mutation: Mutation,
}

impl Encoder {
    /// Without any expression.
    #[must_use]
    pub fn new(mutation: Mutation) -> Self {
        Self { terms: FxHashMap::default(), mutation }
    }

    /// Makes a circuit of each expression that has none. The expressions stand in ascending order of their ids, complete with all
    /// that they are built from.
    pub fn encode(&mut self, g: &mut Graph, cx: &Context, order: &[ExprId], leaves: Leaves<'_>) {
        for &expr in order {
            if !self.terms.contains_key(&expr) {
                let term = self.encode_node(g, cx, expr, leaves);
                self.terms.insert(expr, term);
            }
        }
    }

    /// The circuit of an expression that has been encoded.
    #[must_use]
    pub fn term(&self, expr: ExprId) -> &Term {
        match self.terms.get(&expr) {
            Some(term) => term,
            None => unreachable!("an expression is encoded before it is used"),
        }
    }

    /// That of a boolean one.
    #[must_use]
    pub fn bit(&self, expr: ExprId) -> Bit {
        self.term(expr).bit()
    }

    fn number(&self, expr: ExprId) -> Number {
        self.term(expr).number()
    }

    fn encode_node(&self, g: &mut Graph, cx: &Context, expr: ExprId, leaves: Leaves<'_>) -> Term {
        let bits = |list: &[ExprId]| list.iter().map(|&e| self.bit(e)).collect::<Vec<_>>();
        let bounds = cx.bounds(expr);
        match cx.node(expr) {
            Node::Bool(b) => Bit::constant(*b).into(),
            Node::Int(v) => Number::constant(*v).into(),
            Node::Var(v) => known(leaves.now.get(v.index())),
            Node::Next(v) => known(leaves.next.get(v.index())),
            &Node::Param { index, count } => {
                leaves.params.get(&(index, count)).cloned().unwrap_or(Number::constant(0)).into()
            }
            Node::Not(a) => (!self.bit(*a)).into(),
            Node::And(list) => g.and(bits(list)).into(),
            Node::Or(list) => g.or(bits(list)).into(),
            Node::Ite(c, t, e) => Term::ite(g, self.bit(*c), self.term(*t), self.term(*e)),
            Node::Eq(a, b) => match (self.term(*a), self.term(*b)) {
                (Term::Scalar(a), Term::Scalar(b)) => a.equals(b, g).into(),
                _ => Bit::FALSE.into(),
            },
            Node::Lt(a, b) if self.mutation == Mutation::LooseLess => {
                self.number(*a).at_most(&self.number(*b), g).into()
            }
            Node::Lt(a, b) => self.number(*a).less(&self.number(*b), g).into(),
            Node::Le(a, b) => self.number(*a).at_most(&self.number(*b), g).into(),
            Node::Add(list) => {
                let numbers: Vec<Number> = list.iter().map(|&e| self.number(e)).collect();
                Number::sum(g, &numbers, bounds).into()
            }
            Node::Neg(a) => self.number(*a).negated(g, bounds).into(),
            Node::Mul(a, b) => self.number(*a).product(&self.number(*b), g, bounds).into(),
            Node::Div(a, b) => self.number(*a).quotient(&self.number(*b), g, bounds).into(),
            Node::Rem(a, b) => self.number(*a).remainder(&self.number(*b), g, bounds).into(),
            Node::Narrow { value, lo, hi } => self.number(*value).narrowed(g, *lo, *hi).into(),
            Node::Select(array, index) => {
                let ty = cx.type_of(expr);
                let stride = usize::try_from(ty.cells()).unwrap_or(usize::MAX);
                let index = self.number(*index);
                self.term(*array).select(g, &index, stride, matches!(ty, Type::Array { .. }))
            }
            Node::Store(array, index, value) => {
                let index = self.number(*index);
                self.term(*array).store(g, &index, self.term(*value))
            }
            Node::Array(list) => {
                Term::Array(list.iter().flat_map(|&e| self.term(e).cells().iter().cloned()).collect())
            }
        }
    }
}

fn known(term: Option<&Term>) -> Term {
    match term {
        Some(term) => term.clone(),
        None => unreachable!("a state variable is read where there is a state"),
    }
}
