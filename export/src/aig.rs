//! And-inverter graphs: leaves, conjunctions of two, and negation.

use rustc_hash::FxHashMap;
use std::ops::Not;

/// A signal, numbered as AIGER does: twice the number of its variable, and one more where it is negated. Variable 0 is the constant false.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct Literal(u32);

impl Literal {
    pub(crate) const FALSE: Literal = Literal(0);
    pub(crate) const TRUE: Literal = Literal(1);

    pub(crate) fn of_variable(variable: u32) -> Self {
        Literal(variable << 1)
    }

    pub(crate) fn variable(self) -> u32 {
        self.0 >> 1
    }

    pub(crate) fn code(self) -> u32 {
        self.0
    }

    pub(crate) fn negated_if(self, negated: bool) -> Self {
        Literal(self.0 ^ u32::from(negated))
    }
}

impl Not for Literal {
    type Output = Literal;

    fn not(self) -> Literal {
        Literal(self.0 ^ 1)
    }
}

/// The most variables. Their literals have 32 bits.
pub(crate) const MOST_VARIABLES: usize = 1 << 30;

/// A graph. Variables from 1 on are leaves, those after them conjunctions, each after its operands.
#[derive(Clone, Debug, Default)]
pub(crate) struct Aig {
    leaves: u32,
    ands: Vec<(Literal, Literal)>,
    known: FxHashMap<(Literal, Literal), Literal>,
}

impl Aig {
    pub(crate) fn new(leaves: u32) -> Self {
        Self { leaves, ..Self::default() }
    }

    /// How many leaves there are.
    #[cfg(test)]
    pub(crate) fn leaves(&self) -> u32 {
        self.leaves
    }

    /// How many variables there are, the constant included.
    pub(crate) fn len(&self) -> usize {
        1 + self.leaves as usize + self.ands.len()
    }

    /// Conjunction.
    pub(crate) fn and(&mut self, a: Literal, b: Literal) -> Literal {
        let (a, b) = (a.max(b), a.min(b));
        if b == Literal::FALSE || a == !b {
            return Literal::FALSE;
        }
        if b == Literal::TRUE || a == b {
            return a;
        }
        if let Some(&known) = self.known.get(&(a, b)) {
            return known;
        }
        // Callers keep to MOST_VARIABLES, so this fits.
        let made = Literal::of_variable(u32::try_from(self.len()).unwrap_or(u32::MAX >> 1));
        self.ands.push((a, b));
        self.known.insert((a, b), made);
        made
    }

    /// The conjunction of all, as a balanced tree.
    pub(crate) fn all(&mut self, literals: impl IntoIterator<Item = Literal>) -> Literal {
        let mut layer: Vec<Literal> = literals.into_iter().collect();
        while layer.len() > 1 {
            layer = layer
                .chunks(2)
                .map(|pair| match pair {
                    [a, b] => self.and(*a, *b),
                    _ => pair[0],
                })
                .collect();
        }
        layer.pop().unwrap_or(Literal::TRUE)
    }

    /// The disjunction of all.
    pub(crate) fn any(&mut self, literals: impl IntoIterator<Item = Literal>) -> Literal {
        let negated: Vec<Literal> = literals.into_iter().map(|literal| !literal).collect();
        !self.all(negated)
    }

    /// The second where the first is true, else the third: three conjunctions.
    pub(crate) fn ite(&mut self, condition: Literal, then: Literal, other: Literal) -> Literal {
        let (not_then, not_other) = (self.and(condition, !then), self.and(!condition, !other));
        self.and(!not_then, !not_other)
    }

    /// The conjunctions that the roots need, in order, with the roots numbered as if there were no others.
    pub(crate) fn compact(&self, roots: &mut [Literal]) -> Vec<(Literal, Literal)> {
        let first = self.leaves as usize + 1;
        let mut needed = vec![false; self.len()];
        for root in roots.iter() {
            needed[root.variable() as usize] = true;
        }
        for (at, (a, b)) in self.ands.iter().enumerate().rev() {
            if needed[first + at] {
                needed[a.variable() as usize] = true;
                needed[b.variable() as usize] = true;
            }
        }
        let mut number = vec![0; self.len()];
        let mut next = 0;
        for (variable, number) in number.iter_mut().enumerate() {
            if variable < first || needed[variable] {
                *number = next;
                next += 1;
            }
        }
        let renumbered = |literal: Literal| {
            let variable = number[literal.variable() as usize];
            Literal::of_variable(variable).negated_if(literal.code() & 1 == 1)
        };
        let kept = self.ands.iter().enumerate().filter(|(at, _)| needed[first + at]);
        let kept = kept.map(|(_, &(a, b))| (renumbered(a), renumbered(b))).collect();
        roots.iter_mut().for_each(|root| *root = renumbered(*root));
        kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn laws() {
        let mut aig = Aig::new(2);
        let (a, b) = (Literal::of_variable(1), Literal::of_variable(2));
        assert_eq!(aig.and(a, !a), Literal::FALSE);
        assert_eq!(aig.and(a, Literal::TRUE), a);
        assert_eq!(aig.and(a, b), aig.and(b, a));
        assert_eq!(aig.all([]), Literal::TRUE);
        assert_eq!(aig.any([]), Literal::FALSE);
        assert_eq!(aig.ite(a, Literal::TRUE, Literal::FALSE), a);
    }

    #[test]
    fn what_nobody_needs_is_left_out() {
        let mut aig = Aig::new(2);
        let (a, b) = (Literal::of_variable(1), Literal::of_variable(2));
        let _ = aig.and(a, !b);
        let mut roots = [!aig.and(a, b), a];
        assert_eq!(aig.compact(&mut roots), [(b, a)]);
        assert_eq!(roots, [!Literal::of_variable(3), a]);
    }
}
