//! Values of the encoding, arrays included: an array is the sequence of its cells, those of inner arrays in their place.

use crate::scalar::{Bit, Scalar};
use crate::word::Word;
use std::rc::Rc;

/// A value.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Term {
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

impl From<Word> for Term {
    fn from(word: Word) -> Self {
        Term::Scalar(Scalar::Word(word))
    }
}

impl Term {
    pub(crate) fn cells(&self) -> &[Scalar] {
        match self {
            Term::Scalar(scalar) => std::slice::from_ref(scalar),
            Term::Array(cells) => cells,
        }
    }

    /// A value of these cells; `array` tells the array of one cell from the cell.
    pub(crate) fn of_cells(cells: Vec<Scalar>, array: bool) -> Self {
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

    pub(crate) fn word(&self) -> Word {
        match self {
            Term::Scalar(scalar) => scalar.word(),
            Term::Array(_) => Word::constant(0),
        }
    }

    /// `then` where the condition is true, else `other`; cell by cell.
    pub(crate) fn ite(condition: &Bit, then: &Term, other: &Term) -> Self {
        match condition {
            Bit::Const(true) => then.clone(),
            Bit::Const(false) => other.clone(),
            Bit::Term(_) => {
                let pairs = then.cells().iter().zip(other.cells());
                let cells = pairs.map(|(t, e)| Scalar::ite(condition, t, e)).collect();
                Term::of_cells(cells, matches!(then, Term::Array(_)))
            }
        }
    }

    /// The element at the index, of an array of elements of `stride` cells each.
    ///
    /// With an index that is not known: a balanced tree of multiplexers over the bits of the index.
    pub(crate) fn select(&self, index: &Word, stride: usize, array_element: bool) -> Self {
        let element = |cells: &[Scalar]| Term::of_cells(cells.to_vec(), array_element);
        let stride = stride.max(1);
        let elements: Vec<&[Scalar]> = self.cells().chunks(stride).collect();
        let Some(term) = index.term() else {
            let at = index.as_constant().and_then(|i| usize::try_from(i).ok());
            let cells = at.and_then(|i| elements.get(i)).or(elements.first()).copied();
            return element(cells.unwrap_or_default());
        };
        // Elements that the index cannot name are left out, and what stands in for them never matters; so bits above its width
        // are never asked for.
        let (lo, hi) = index.bounds();
        let nameable = elements.iter().zip(0..).take_while(|(_, i)| *i <= hi);
        let mut layer: Vec<Option<Term>> =
            nameable.map(|(cells, i)| (i >= lo).then(|| element(cells))).collect();
        let mut bit = 0;
        while layer.len() > 1 {
            let chosen = Bit::Term(term.extract(bit, bit).eq(z3::ast::BV::from_u64(1, 1)));
            layer = layer
                .chunks(2)
                .map(|pair| match pair {
                    [Some(low), Some(high)] => Some(Term::ite(&chosen, high, low)),
                    _ => pair.iter().flatten().next().cloned(),
                })
                .collect();
            bit += 1;
        }
        let selected = layer.pop().flatten();
        selected.unwrap_or_else(|| element(elements.first().copied().unwrap_or_default()))
    }

    /// The array with the element at the index replaced.
    pub(crate) fn store(&self, index: &Word, value: &Term) -> Self {
        let stride = value.cells().len().max(1);
        let elements = self.cells().chunks(stride).zip(0..);
        let cells = elements.flat_map(|(old, i)| {
            let here = index.equals(&Word::constant(i));
            let pairs = old.iter().zip(value.cells());
            pairs.map(|(old, new)| Scalar::ite(&here, new, old)).collect::<Vec<_>>()
        });
        Term::Array(cells.collect())
    }
}
