//! That exactly one of several things is so.

use crate::scalar::Bit;
use crate::solver::Solver;

/// One of several, of which exactly one is so.
pub(crate) struct OneOf {
    /// Which.
    pub(crate) bits: Vec<Bit>,
    /// For each, whether it is this one or one before it.
    pub(crate) up_to: Vec<Bit>,
}

/// Demands that exactly one of the bits is true.
///
/// With a chain of counters, as for at most one in Sinz, "Towards an optimal CNF encoding of Boolean cardinality constraints", 2005; here
/// the counters mean what they say in both directions.
pub(crate) fn exactly_one(bits: Vec<Bit>, solver: &Solver<'_>) -> OneOf {
    solver.assert(&Bit::or(bits.iter().cloned()));
    let mut up_to: Vec<Bit> = Vec::with_capacity(bits.len());
    for (i, bit) in bits.iter().enumerate() {
        let Some(before) = up_to.last().cloned() else {
            up_to.push(bit.clone());
            continue;
        };
        solver.assert(&Bit::or([before.not(), bit.not()]));
        if i + 1 == bits.len() {
            up_to.push(Bit::TRUE);
            break;
        }
        let here = Bit::fresh("up_to");
        solver.assert(&bit.implies(&here));
        solver.assert(&before.implies(&here));
        solver.assert(&Bit::or([here.not(), before, bit.clone()]));
        up_to.push(here);
    }
    OneOf { bits, up_to }
}
