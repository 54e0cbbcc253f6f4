//! Expressions as terms of Z3.

use crate::divide;
use crate::options::Mutation;
use crate::scalar::Bit;
use crate::term::Term;
use crate::word::Word;
use musilc_ir::{Context, ExprId, Node, Type};
use rustc_hash::FxHashMap;

/// The values of parameters, by position and number of values.
pub(crate) type Params = FxHashMap<(u32, u32), Word>;

/// What the leaves of expressions stand for.
#[derive(Clone, Copy)]
pub(crate) struct Leaves<'a> {
    /// The value of each state variable, before the step; empty where there is no state yet.
    pub(crate) now: &'a [Term],
    /// The value of each state variable after the step, as far as it is known.
    pub(crate) next: &'a [Term],
    /// The values of the parameters.
    pub(crate) params: &'a Params,
}

/// The terms of expressions under one reading of their leaves.
pub(crate) struct Encoder {
    terms: FxHashMap<ExprId, Term>,
    mutation: Mutation,
}

impl Encoder {
    pub(crate) fn new(mutation: Mutation) -> Self {
        Self { terms: FxHashMap::default(), mutation }
    }

    /// Forgets all terms, so that the leaves may stand for something else.
    pub(crate) fn clear(&mut self) {
        self.terms.clear();
    }

    /// Makes a term of each expression that has none. The expressions stand in ascending order of their ids, complete with all
    /// that they are built from.
    pub(crate) fn encode(&mut self, cx: &Context, order: &[ExprId], leaves: Leaves<'_>) {
        for &expr in order {
            if !self.terms.contains_key(&expr) {
                let term = self.encode_node(cx, expr, leaves);
                self.terms.insert(expr, term);
            }
        }
    }

    /// The term of an expression that has been encoded.
    pub(crate) fn term(&self, expr: ExprId) -> &Term {
        match self.terms.get(&expr) {
            Some(term) => term,
            None => unreachable!("an expression is encoded before it is used"),
        }
    }

    pub(crate) fn bit(&self, expr: ExprId) -> Bit {
        self.term(expr).bit()
    }

    fn word(&self, expr: ExprId) -> Word {
        self.term(expr).word()
    }

    fn encode_node(&self, cx: &Context, expr: ExprId, leaves: Leaves<'_>) -> Term {
        let bits = |list: &[ExprId]| list.iter().map(|&e| self.bit(e)).collect::<Vec<_>>();
        let bounds = cx.bounds(expr);
        match cx.node(expr) {
            Node::Bool(b) => Bit::Const(*b).into(),
            Node::Int(v) => Word::constant(*v).into(),
            Node::Var(v) => known(leaves.now.get(v.index())),
            Node::Next(v) => known(leaves.next.get(v.index())),
            &Node::Param { index, count } => {
                leaves.params.get(&(index, count)).cloned().unwrap_or(Word::constant(0)).into()
            }
            Node::Not(a) => self.bit(*a).not().into(),
            Node::And(list) => Bit::and(bits(list)).into(),
            Node::Or(list) => Bit::or(bits(list)).into(),
            Node::Ite(c, t, e) => Term::ite(&self.bit(*c), self.term(*t), self.term(*e)),
            Node::Eq(a, b) => match (self.term(*a), self.term(*b)) {
                (Term::Scalar(a), Term::Scalar(b)) => a.equals(b).into(),
                _ => Bit::FALSE.into(),
            },
            Node::Lt(a, b) if self.mutation == Mutation::LooseLess => {
                self.word(*a).at_most(&self.word(*b)).into()
            }
            Node::Lt(a, b) => self.word(*a).less(&self.word(*b)).into(),
            Node::Le(a, b) => self.word(*a).at_most(&self.word(*b)).into(),
            Node::Add(list) => {
                let words: Vec<Word> = list.iter().map(|&e| self.word(e)).collect();
                Word::sum(&words, bounds).into()
            }
            Node::Neg(a) => self.word(*a).negated(bounds).into(),
            Node::Mul(a, b) => self.word(*a).product(&self.word(*b), bounds).into(),
            Node::Div(a, b) => divide::quotient(&self.word(*a), &self.word(*b), bounds).into(),
            Node::Rem(a, b) => divide::remainder(&self.word(*a), &self.word(*b), bounds).into(),
            Node::Narrow { value, lo, hi } => self.word(*value).narrowed(*lo, *hi).into(),
            Node::Select(array, index) => {
                let ty = cx.type_of(expr);
                let stride = usize::try_from(ty.cells()).unwrap_or(usize::MAX);
                self.term(*array).select(&self.word(*index), stride, matches!(ty, Type::Array { .. }))
            }
            Node::Store(array, index, value) => {
                self.term(*array).store(&self.word(*index), self.term(*value))
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
