//! How many of some bits are true.

use crate::graph::{Bit, Graph};

/// Up to so many bits, each pair is written out.
const PAIRWISE: usize = 6;

/// Whether at most one of the bits is true.
///
/// Written out for few; else with a chain that tells whether one before is (Sinz, "Towards an optimal CNF encoding of Boolean cardinality
/// constraints", 2005).
pub fn at_most_one(g: &mut Graph, bits: &[Bit]) -> Bit {
    if bits.len() <= PAIRWISE {
        let mut demands = Vec::new();
        for (at, &bit) in bits.iter().enumerate() {
            for &other in &bits[at + 1..] {
                let both = g.and([bit, other]);
                demands.push(!both);
            }
        }
        return g.and(demands);
    }
    counters(g, bits).1
}

/// For each bit, whether it or one before it is true; and whether at most one of all is.
pub(crate) fn counters(g: &mut Graph, bits: &[Bit]) -> (Vec<Bit>, Bit) {
    let mut up_to = Vec::with_capacity(bits.len());
    let mut before = Bit::FALSE;
    let mut demands = Vec::new();
    for &bit in bits {
        let both = g.and([before, bit]);
        demands.push(!both);
        before = g.or([before, bit]);
        up_to.push(before);
    }
    (up_to, g.and(demands))
}

/// Whether exactly one of the bits is true.
pub fn exactly_one(g: &mut Graph, bits: &[Bit]) -> Bit {
    let some = g.or(bits.iter().copied());
    let most = at_most_one(g, bits);
    g.and([some, most])
}
