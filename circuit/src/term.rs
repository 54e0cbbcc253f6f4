//! Values in bits. An array is the sequence of its cells, those of inner arrays in their place.

use crate::graph::{Bit, Graph};
use crate::number::{Number, choose_bit};
use musilc_ir::Type;
use std::rc::Rc;

/// A value without parts.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Scalar {
    /// A truth value.
    Bit(Bit),
    /// An integer.
    Number(Number),
}

impl Scalar {
    /// The truth value; false of an integer, which well-typed systems never ask for.
    #[must_use]
    pub fn bit(&self) -> Bit {
        match self {
            Scalar::Bit(bit) => *bit,
            Scalar::Number(_) => Bit::FALSE,
        }
    }

    /// The integer; 0 or 1 of a truth value that is known, 0 of any other.
    #[must_use]
    pub fn number(&self) -> Number {
        match self {
            Scalar::Bit(bit) => Number::constant(i64::from(*bit == Bit::TRUE)),
            Scalar::Number(number) => number.clone(),
        }
    }

    /// Whether both are equal.
    pub fn equals(&self, other: &Scalar, g: &mut Graph) -> Bit {
        match (self, other) {
            (Scalar::Bit(x), Scalar::Bit(y)) => g.iff(*x, *y),
            (x, y) => x.number().equals(&y.number(), g),
        }
    }

    /// `then` where the condition is true, else `other`.
    pub fn ite(g: &mut Graph, condition: Bit, then: &Scalar, other: &Scalar) -> Self {
        match (then, other) {
            (Scalar::Bit(t), Scalar::Bit(e)) => Scalar::Bit(g.ite(condition, *t, *e)),
            (t, e) => Scalar::Number(Number::ite(g, condition, &t.number(), &e.number())),
        }
    }

    /// The one whose condition is true, as exactly one is.
    pub fn choose(g: &mut Graph, options: &[(Bit, Scalar)]) -> Self {
        match options.first() {
            Some((_, Scalar::Bit(_))) => {
                let options: Vec<(Bit, Bit)> = options.iter().map(|(c, value)| (*c, value.bit())).collect();
                Scalar::Bit(choose_bit(g, &options))
            }
            _ => {
                let options: Vec<(Bit, Number)> =
                    options.iter().map(|(c, value)| (*c, value.number())).collect();
                Scalar::Number(Number::choose(g, &options))
            }
        }
    }

    /// The value as one of the type, which it is wherever nothing fails.
    #[must_use]
    pub fn fitted(&self, g: &mut Graph, ty: &Type) -> Self {
        match (self, ty.bounds()) {
            (Scalar::Number(number), Some((lo, hi))) => Scalar::Number(number.within(g, lo, hi)),
            _ => self.clone(),
        }
    }
}

/// A value.
#[derive(Clone, PartialEq, Debug)]
pub enum Term {
    /// Of a type without parts.
    Scalar(Scalar),
    /// All cells of an array.
    Array(Rc<[Scalar]>),
}

impl From<Bit> for Term {
    fn from(bit: Bit) -> Self {
        Term::Scalar(Scalar::Bit(bit))
    }
}

impl From<Number> for Term {
    fn from(number: Number) -> Self {
        Term::Scalar(Scalar::Number(number))
    }
}

impl Term {
    /// The cells.
    #[must_use]
    pub fn cells(&self) -> &[Scalar] {
        match self {
            Term::Scalar(scalar) => std::slice::from_ref(scalar),
            Term::Array(cells) => cells,
        }
    }

    /// A value of these cells; `array` tells the array of one cell from the cell.
    #[must_use]
    pub fn of_cells(cells: Vec<Scalar>, array: bool) -> Self {
        match cells.as_slice() {
            [only] if !array => Term::Scalar(only.clone()),
            _ => Term::Array(cells.into()),
        }
    }

    pub(crate) fn bit(&self) -> Bit {
        match self {
            Term::Scalar(scalar) => scalar.bit(),
            Term::Array(_) => Bit::FALSE,
        }
    }

    pub(crate) fn number(&self) -> Number {
        match self {
            Term::Scalar(scalar) => scalar.number(),
            Term::Array(_) => Number::constant(0),
        }
    }

    /// `then` where the condition is true, else `other`; cell by cell.
    pub(crate) fn ite(g: &mut Graph, condition: Bit, then: &Term, other: &Term) -> Self {
        match condition.as_constant() {
            Some(true) => then.clone(),
            Some(false) => other.clone(),
            None => {
                let pairs = then.cells().iter().zip(other.cells());
                let cells = pairs.map(|(t, e)| Scalar::ite(g, condition, t, e)).collect();
                Term::of_cells(cells, matches!(then, Term::Array(_)))
            }
        }
    }

    /// The element at the index, of an array of elements of `stride` cells each. Elements that the index cannot name are left out.
    pub(crate) fn select(&self, g: &mut Graph, index: &Number, stride: usize, array_element: bool) -> Self {
        let elements: Vec<&[Scalar]> = self.cells().chunks(stride.max(1)).collect();
        let (lo, hi) = index.bounds();
        let mut named: Vec<(Bit, &[Scalar])> = Vec::new();
        for (cells, at) in elements.iter().zip(0..) {
            if lo <= at && at <= hi {
                let here = index.is(g, at);
                if here != Bit::FALSE {
                    named.push((here, cells));
                }
            }
        }
        let first = named.first().map(|(_, cells)| *cells).or(elements.first().copied()).unwrap_or_default();
        let cells = match named.len() {
            0 | 1 => first.to_vec(),
            _ => (0..first.len())
                .map(|j| {
                    let options: Vec<(Bit, Scalar)> = named
                        .iter()
                        .filter_map(|(here, cells)| Some((*here, cells.get(j)?.clone())))
                        .collect();
                    Scalar::choose(g, &options)
                })
                .collect(),
        };
        Term::of_cells(cells, array_element)
    }

    /// The array with the element at the index replaced.
    pub(crate) fn store(&self, g: &mut Graph, index: &Number, value: &Term) -> Self {
        let stride = value.cells().len().max(1);
        let mut cells = Vec::with_capacity(self.cells().len());
        for (old, at) in self.cells().chunks(stride).zip(0..) {
            let here = index.is(g, at);
            for (old, new) in old.iter().zip(value.cells()) {
                cells.push(Scalar::ite(g, here, new, old));
            }
        }
        Term::Array(cells.into())
    }
}

/// Whether two states have the same values.
pub fn same_state(g: &mut Graph, a: &[Term], b: &[Term]) -> Bit {
    let cells = a.iter().zip(b).flat_map(|(a, b)| a.cells().iter().zip(b.cells()));
    let same: Vec<Bit> = cells.map(|(a, b)| a.equals(b, g)).collect();
    g.and(same)
}

/// The types of the cells of a type, in order.
#[must_use]
pub fn cell_types(ty: &Type) -> Vec<&Type> {
    let mut length = 1usize;
    let mut inner = ty;
    // All elements of an array have one type, so a nest of arrays has one type of cell.
    while let Type::Array { len, element } = inner {
        length = length.saturating_mul(*len as usize);
        inner = element;
    }
    vec![inner; length]
}
