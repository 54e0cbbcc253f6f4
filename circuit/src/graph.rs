//! Boolean circuits: a hash-consed graph of gates.
//!
//! A [`Bit`] is the output of a gate or its negation, so negation costs nothing. Gates are conjunctions of any number of bits and
//! multiplexers; everything else is made of these. Constants fold, and gates of the same operands are one.

use rustc_hash::FxHashMap;
use std::ops::Not;

/// A truth value: the output of a gate, or its negation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Bit(u32);

impl Bit {
    /// What is never so.
    pub const FALSE: Bit = Bit(0);
    /// What is always so.
    pub const TRUE: Bit = Bit(1);

    /// The output of a gate.
    #[must_use]
    pub fn of_gate(gate: u32) -> Self {
        Bit(gate << 1)
    }

    /// A constant.
    #[must_use]
    pub fn constant(value: bool) -> Self {
        Bit(value.into())
    }

    /// The gate.
    #[must_use]
    pub fn gate(self) -> u32 {
        self.0 >> 1
    }

    /// Whether it is the negation of the gate's output.
    #[must_use]
    pub fn is_negated(self) -> bool {
        self.0 & 1 == 1
    }

    /// The value of a constant.
    #[must_use]
    pub fn as_constant(self) -> Option<bool> {
        (self.gate() == 0).then_some(self.is_negated())
    }

    /// Itself where `negated` is false, else its negation.
    #[must_use]
    pub fn negated_if(self, negated: bool) -> Self {
        Bit(self.0 ^ u32::from(negated))
    }
}

impl Not for Bit {
    type Output = Bit;

    fn not(self) -> Bit {
        Bit(self.0 ^ 1)
    }
}

/// A gate.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Gate {
    /// The constant false; gate 0 and no other.
    False,
    /// Free.
    Input,
    /// True where all of these are: two or more, ascending, none constant, of different gates.
    And(Box<[Bit]>),
    /// The second where the first is true, else the third. The first and the second are not negated.
    Ite(Bit, Bit, Bit),
}

impl Gate {
    /// Calls `visit` on each operand.
    pub fn for_each_operand(&self, mut visit: impl FnMut(Bit)) {
        match self {
            Gate::False | Gate::Input => {}
            Gate::And(bits) => bits.iter().copied().for_each(visit),
            Gate::Ite(c, t, e) => [*c, *t, *e].into_iter().for_each(&mut visit),
        }
    }
}

/// A circuit. Operands come before the gates that use them.
#[derive(Clone, Debug)]
pub struct Graph {
    gates: Vec<Gate>,
    known: FxHashMap<Gate, u32>,
    most_cases: usize,
}

/// The default of [`Graph::most_cases`].
pub const MOST_CASES: usize = 16;

impl Default for Graph {
    fn default() -> Self {
        Self::new(MOST_CASES)
    }
}

impl Graph {
    /// A circuit without inputs. Numbers of up to `most_cases` values are written [by cases](crate::Number::Cases), others in binary.
    #[must_use]
    pub fn new(most_cases: usize) -> Self {
        Self { gates: vec![Gate::False], known: FxHashMap::default(), most_cases: most_cases.max(1) }
    }

    /// Up to how many values a number is written by cases.
    #[must_use]
    pub fn most_cases(&self) -> usize {
        self.most_cases
    }

    /// How many gates there are, inputs and the constant included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.gates.len()
    }

    /// Whether there is nothing but the constant.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.gates.len() == 1
    }

    /// A gate.
    #[must_use]
    pub fn gate(&self, gate: u32) -> &Gate {
        &self.gates[gate as usize]
    }

    /// A new input.
    pub fn input(&mut self) -> Bit {
        self.gates.push(Gate::Input);
        Bit::of_gate(last(&self.gates))
    }

    fn make(&mut self, gate: Gate) -> Bit {
        if let Some(&known) = self.known.get(&gate) {
            return Bit::of_gate(known);
        }
        self.gates.push(gate.clone());
        let number = last(&self.gates);
        self.known.insert(gate, number);
        Bit::of_gate(number)
    }

    /// Whether all are true.
    pub fn and(&mut self, bits: impl IntoIterator<Item = Bit>) -> Bit {
        let mut operands: Vec<Bit> = Vec::new();
        for bit in bits {
            match bit.as_constant() {
                Some(true) => {}
                Some(false) => return Bit::FALSE,
                None => operands.push(bit),
            }
        }
        operands.sort_unstable();
        operands.dedup();
        // A bit and its negation stand side by side.
        if operands.windows(2).any(|pair| pair[0].gate() == pair[1].gate()) {
            return Bit::FALSE;
        }
        match operands.as_slice() {
            [] => Bit::TRUE,
            [only] => *only,
            _ => self.make(Gate::And(operands.into())),
        }
    }

    /// Whether one of them is true, at least.
    pub fn or(&mut self, bits: impl IntoIterator<Item = Bit>) -> Bit {
        !self.and(bits.into_iter().map(|bit| !bit))
    }

    /// Whether the second is true if the first is.
    pub fn implies(&mut self, a: Bit, b: Bit) -> Bit {
        self.or([!a, b])
    }

    /// `t` where `c` is true, else `e`.
    pub fn ite(&mut self, c: Bit, t: Bit, e: Bit) -> Bit {
        let (c, t, e) = if c.is_negated() { (!c, e, t) } else { (c, t, e) };
        if c == Bit::FALSE || t == e {
            return e;
        }
        if t == Bit::TRUE || t == c {
            return self.or([c, e]);
        }
        if t == Bit::FALSE || t == !c {
            return self.and([!c, e]);
        }
        if e == Bit::TRUE || e == !c {
            return self.or([!c, t]);
        }
        if e == Bit::FALSE || e == c {
            return self.and([c, t]);
        }
        if t.is_negated() { !self.make(Gate::Ite(c, !t, !e)) } else { self.make(Gate::Ite(c, t, e)) }
    }

    /// Whether both are alike.
    pub fn iff(&mut self, a: Bit, b: Bit) -> Bit {
        // One order of the operands, so that the gate is found again.
        let (a, b) = if a.gate() <= b.gate() { (a, b) } else { (b, a) };
        self.ite(a, b, !b)
    }

    /// Whether exactly one of the two is true.
    pub fn xor(&mut self, a: Bit, b: Bit) -> Bit {
        !self.iff(a, b)
    }

    /// Every gate that the bits depend on, themselves included, ascending; without the constant.
    #[must_use]
    pub fn cone(&self, bits: impl IntoIterator<Item = Bit>) -> Vec<u32> {
        self.cone_up_to(bits, |gate| gate == 0)
    }

    /// Every gate that the bits depend on, themselves included, ascending: up to those that are known, and without these.
    pub fn cone_up_to(&self, bits: impl IntoIterator<Item = Bit>, known: impl Fn(u32) -> bool) -> Vec<u32> {
        let mut seen = rustc_hash::FxHashSet::default();
        let mut pending: Vec<u32> = bits.into_iter().map(Bit::gate).collect();
        let mut cone = Vec::new();
        while let Some(gate) = pending.pop() {
            if !known(gate) && seen.insert(gate) {
                cone.push(gate);
                self.gate(gate).for_each_operand(|bit| pending.push(bit.gate()));
            }
        }
        cone.sort_unstable();
        cone
    }
}

fn last(gates: &[Gate]) -> u32 {
    // 2^31 gates take far more memory than any machine of this day has.
    u32::try_from(gates.len() - 1).unwrap_or(u32::MAX >> 1)
}

/// The values of gates, given those of inputs; computed when they are first asked for.
#[derive(Clone, Debug, Default)]
pub struct Valuation {
    values: FxHashMap<u32, bool>,
}

impl Valuation {
    /// The inputs, or other gates, that are known; the other inputs are false.
    #[must_use]
    pub fn new(values: FxHashMap<u32, bool>) -> Self {
        Self { values }
    }

    /// The value of a bit.
    pub fn value(&mut self, graph: &Graph, bit: Bit) -> bool {
        if !self.values.contains_key(&bit.gate()) {
            for gate in graph.cone_up_to([bit], |gate| self.values.contains_key(&gate)) {
                let value = self.compute(graph.gate(gate));
                self.values.insert(gate, value);
            }
        }
        self.known(bit)
    }

    fn known(&self, bit: Bit) -> bool {
        self.values.get(&bit.gate()).copied().unwrap_or(false) != bit.is_negated()
    }

    fn compute(&self, gate: &Gate) -> bool {
        match gate {
            Gate::False | Gate::Input => false,
            Gate::And(bits) => bits.iter().all(|&bit| self.known(bit)),
            Gate::Ite(c, t, e) => self.known(if self.known(*c) { *t } else { *e }),
        }
    }
}
