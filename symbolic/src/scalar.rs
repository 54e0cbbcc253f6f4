//! Truth values of the encoding: a constant, or a term of Z3. Constants fold here, before Z3 sees them.

use crate::word::Word;
use z3::ast::Bool;

/// A truth value.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Bit {
    /// Known.
    Const(bool),
    /// A term.
    Term(Bool),
}

impl Bit {
    pub(crate) const TRUE: Bit = Bit::Const(true);
    pub(crate) const FALSE: Bit = Bit::Const(false);

    /// A new constant of the solver, true or false as it likes. Names are for the reader of a dump; two may be alike.
    pub(crate) fn fresh(prefix: &str) -> Self {
        Bit::Term(Bool::fresh_const(prefix))
    }

    pub(crate) fn is(&self, value: bool) -> bool {
        *self == Bit::Const(value)
    }

    pub(crate) fn not(&self) -> Self {
        match self {
            Bit::Const(b) => Bit::Const(!b),
            Bit::Term(term) => Bit::Term(term.not()),
        }
    }

    pub(crate) fn and(bits: impl IntoIterator<Item = Bit>) -> Self {
        Self::junction(bits, true)
    }

    pub(crate) fn or(bits: impl IntoIterator<Item = Bit>) -> Self {
        Self::junction(bits, false)
    }

    /// Conjunction where `neutral` is true, else disjunction.
    fn junction(bits: impl IntoIterator<Item = Bit>, neutral: bool) -> Self {
        let mut terms: Vec<Bool> = Vec::new();
        for bit in bits {
            match bit {
                Bit::Const(b) if b == neutral => {}
                Bit::Const(b) => return Bit::Const(b),
                Bit::Term(term) => terms.push(term),
            }
        }
        match terms.as_slice() {
            [] => Bit::Const(neutral),
            [only] => Bit::Term(only.clone()),
            _ if neutral => Bit::Term(Bool::and(&terms)),
            _ => Bit::Term(Bool::or(&terms)),
        }
    }

    pub(crate) fn implies(&self, other: &Bit) -> Self {
        Bit::or([self.not(), other.clone()])
    }

    /// Whether both are alike.
    pub(crate) fn iff(&self, other: &Bit) -> Self {
        match (self, other) {
            (Bit::Const(true), x) | (x, Bit::Const(true)) => x.clone(),
            (Bit::Const(false), x) | (x, Bit::Const(false)) => x.not(),
            (x, y) if x == y => Bit::TRUE,
            (Bit::Term(x), Bit::Term(y)) => Bit::Term(x.eq(y)),
        }
    }

    /// `then` where this is true, else `other`.
    pub(crate) fn ite(&self, then: &Bit, other: &Bit) -> Self {
        match (self, then, other) {
            (Bit::Const(true), ..) => then.clone(),
            (Bit::Const(false), ..) => other.clone(),
            (_, t, e) if t == e => t.clone(),
            (c, Bit::Const(true), e) => Bit::or([c.clone(), e.clone()]),
            (c, Bit::Const(false), e) => Bit::and([c.not(), e.clone()]),
            (c, t, Bit::Const(true)) => Bit::or([c.not(), t.clone()]),
            (c, t, Bit::Const(false)) => Bit::and([c.clone(), t.clone()]),
            (Bit::Term(c), Bit::Term(t), Bit::Term(e)) => Bit::Term(c.ite(t, e)),
        }
    }
}

/// A value without parts.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Scalar {
    /// A truth value.
    Bit(Bit),
    /// An integer.
    Word(Word),
}

impl Scalar {
    /// The truth value; `false` of an integer, which well-typed systems never ask for.
    pub(crate) fn bit(&self) -> Bit {
        match self {
            Scalar::Bit(bit) => bit.clone(),
            Scalar::Word(_) => Bit::FALSE,
        }
    }

    /// The integer; 0 or 1 of a truth value that is known, 0 of any other.
    pub(crate) fn word(&self) -> Word {
        match self {
            Scalar::Bit(bit) => Word::constant(i64::from(bit.is(true))),
            Scalar::Word(word) => word.clone(),
        }
    }

    pub(crate) fn equals(&self, other: &Scalar) -> Bit {
        match (self, other) {
            (Scalar::Bit(x), Scalar::Bit(y)) => x.iff(y),
            (x, y) => x.word().equals(&y.word()),
        }
    }

    pub(crate) fn ite(condition: &Bit, then: &Scalar, other: &Scalar) -> Self {
        match (then, other) {
            (Scalar::Bit(t), Scalar::Bit(e)) => Scalar::Bit(condition.ite(t, e)),
            (t, e) => Scalar::Word(Word::ite(condition, &t.word(), &e.word())),
        }
    }
}
