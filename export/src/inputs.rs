//! Choices made by inputs of which every combination is legal.

use crate::aig::{Aig, Literal};
use musilc_circuit::{Bit, Number};
use rustc_hash::FxHashMap;

/// How many bits tell so many values apart.
pub(crate) fn bits_for(count: usize) -> u32 {
    usize::BITS - count.saturating_sub(1).leading_zeros()
}

/// For each number below `count`, whether the bits mean it.
///
/// Bit by bit, from the most significant on, each number so far is followed by a 0 or a 1. So there are about twice as many gates as numbers.
pub(crate) fn decoder(aig: &mut Aig, bits: &[Literal], count: usize) -> Vec<Literal> {
    let mut prefixes = vec![Literal::TRUE];
    for (at, &bit) in bits.iter().enumerate().rev() {
        let mut longer = Vec::with_capacity(prefixes.len() * 2);
        // What all numbers below `count` begin with.
        let most = count.div_ceil(1 << at.min(63));
        for prefix in prefixes {
            for bit in [!bit, bit] {
                if longer.len() < most {
                    longer.push(aig.and(prefix, bit));
                }
            }
        }
        prefixes = longer;
    }
    prefixes.truncate(count);
    prefixes
}

/// How many inputs choose a value of the number, whose bits are inputs of a circuit.
pub(crate) fn bits_of(number: &Number) -> u32 {
    match number {
        Number::Cases(cases) => bits_for(cases.len()),
        Number::Binary { bits, .. } => bits.len() as u32,
    }
}

/// Makes the bits of the number of inputs, so that they mean one of its values whatever the inputs are.
pub(crate) fn tie(aig: &mut Aig, number: &Number, inputs: &[Literal], ties: &mut FxHashMap<u32, Literal>) {
    match number {
        Number::Cases(cases) => {
            let mut decoded = decoder(aig, inputs, cases.len());
            // What means none of them means the last.
            let before = decoded.len().saturating_sub(1);
            let earlier = aig.any(decoded.iter().copied().take(before));
            if let Some(last) = decoded.last_mut() {
                *last = !earlier;
            }
            tie_all(cases.iter().map(|(_, bit)| *bit).zip(decoded), ties);
        }
        Number::Binary { hi, bits, .. } => {
            let mut inputs = inputs.to_vec();
            let within = at_most(aig, &inputs, *hi);
            // Without its highest bit a number is within the bounds, for they have no more bits than they need.
            if let Some(top) = inputs.last_mut() {
                *top = aig.and(*top, within);
            }
            tie_all(bits.iter().copied().zip(inputs), ties);
        }
    }
}

fn tie_all(pairs: impl Iterator<Item = (Bit, Literal)>, ties: &mut FxHashMap<u32, Literal>) {
    for (bit, literal) in pairs {
        ties.insert(bit.gate(), literal.negated_if(bit.is_negated()));
    }
}

/// Whether the number is at most `most`, which is not negative.
fn at_most(aig: &mut Aig, bits: &[Literal], most: i64) -> Literal {
    bits.iter().enumerate().fold(Literal::TRUE, |below, (at, &bit)| match most >> at.min(63) & 1 == 1 {
        true => aig.any([!bit, below]),
        false => aig.and(!bit, below),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::value;
    use musilc_circuit::Graph;

    #[test]
    fn exactly_the_number_that_the_bits_mean() {
        for count in 1..20usize {
            let width = bits_for(count + 1);
            let mut aig = Aig::new(width);
            let bits: Vec<Literal> = (1..=width).map(Literal::of_variable).collect();
            let decoded = decoder(&mut aig, &bits, count);
            assert_eq!(decoded.len(), count);
            for number in 0..1usize << width {
                for (at, &literal) in decoded.iter().enumerate() {
                    assert_eq!(value(&mut aig, literal, number), at == number, "{at} of {count}");
                }
            }
        }
    }

    #[test]
    fn every_choice_is_legal_and_every_value_can_be_chosen() {
        for most_cases in [1, 16] {
            for hi in 1..20 {
                let mut g = Graph::new(most_cases);
                let (number, _) = Number::inputs(&mut g, 0, hi);
                let width = bits_of(&number);
                let mut aig = Aig::new(width);
                let inputs: Vec<Literal> = (1..=width).map(Literal::of_variable).collect();
                let mut ties = FxHashMap::default();
                tie(&mut aig, &number, &inputs, &mut ties);
                let mut seen = std::collections::BTreeSet::new();
                for choice in 0..1usize << width {
                    let mut set = |bit: Bit| value(&mut aig, ties[&bit.gate()], choice);
                    let chosen: Vec<i64> = match &number {
                        Number::Cases(cases) => cases.iter().filter(|c| set(c.1)).map(|c| c.0).collect(),
                        Number::Binary { bits, .. } => {
                            vec![bits.iter().enumerate().map(|(at, bit)| i64::from(set(*bit)) << at).sum()]
                        }
                    };
                    assert_eq!(chosen.len(), 1, "{number:?}");
                    seen.extend(chosen);
                }
                assert_eq!(seen, (0..=hi).collect(), "{number:?}");
            }
        }
    }
}
