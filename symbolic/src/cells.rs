//! The cells of a state: reading them from a model, and the types that they have.

use crate::scalar::{Bit, Scalar};
use crate::term::Term;
use crate::word::Word;
use musilc_ir::{State, Type, Value};
use z3::Model;

/// The types of the cells of a type, in order.
pub(crate) fn cell_types(ty: &Type) -> Vec<&Type> {
    let mut length = 1usize;
    let mut inner = ty;
    // All elements of an array have one type, so a nest of arrays has one type of cell.
    while let Type::Array { len, element } = inner {
        length = length.saturating_mul(*len as usize);
        inner = element;
    }
    vec![inner; length]
}

/// The value of a bit in a model.
pub(crate) fn read_bit(model: &Model, bit: &Bit) -> Option<bool> {
    match bit {
        Bit::Const(b) => Some(*b),
        Bit::Term(term) => model.eval(term, true)?.as_bool(),
    }
}

/// The value of a word in a model.
pub(crate) fn read_word(model: &Model, word: &Word) -> Option<i64> {
    let Some(term) = word.term() else { return word.as_constant() };
    let bits = model.eval(term, true)?.as_u64()?;
    let (lo, hi) = word.bounds();
    let unused = i64::BITS - crate::word::width(lo, hi);
    // Two's complement where the interval has negative numbers; else the bits above are zero already.
    let value = bits.cast_signed();
    Some(if lo < 0 { value << unused >> unused } else { value })
}

fn read_scalar(model: &Model, scalar: &Scalar) -> Option<Value> {
    Some(match scalar {
        Scalar::Bit(bit) => Value::Bool(read_bit(model, bit)?),
        Scalar::Word(word) => Value::Int(read_word(model, word)?),
    })
}

/// The values of cells, folded into a value of the type.
fn read_value(model: &Model, ty: &Type, term: &Term) -> Option<Value> {
    let mut values: Vec<Value> =
        term.cells().iter().map(|cell| read_scalar(model, cell)).collect::<Option<_>>()?;
    let mut lengths = Vec::new();
    let mut inner = ty;
    while let Type::Array { len, element } = inner {
        lengths.push(*len as usize);
        inner = element;
    }
    // The innermost arrays first.
    for length in lengths.into_iter().rev() {
        values = values.chunks(length.max(1)).map(|chunk| Value::Array(chunk.into())).collect();
    }
    values.pop().filter(|_| values.is_empty())
}

/// A state in a model.
pub(crate) fn read_state<'t>(
    model: &Model,
    types: impl Iterator<Item = &'t Type>,
    cells: &[Term],
) -> Option<State> {
    types.zip(cells).map(|(ty, term)| read_value(model, ty, term)).collect::<Option<_>>().map(State)
}
