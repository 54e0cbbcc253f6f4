//! What unit tests share.

use crate::aig::{Aig, Literal};

/// The value of a literal where leaf `n` is bit `n - 1` of the number.
pub(crate) fn value(aig: &mut Aig, literal: Literal, leaves: usize) -> bool {
    let mut roots = [literal];
    let ands = aig.compact(&mut roots);
    let count = aig.leaves() as usize;
    let mut values: Vec<bool> = (0..=count).map(|v| v > 0 && leaves >> (v - 1) & 1 == 1).collect();
    let of =
        |values: &[bool], literal: Literal| values[literal.variable() as usize] != (literal.code() & 1 == 1);
    for (a, b) in ands {
        values.push(of(&values, a) && of(&values, b));
    }
    of(&values, roots[0])
}
