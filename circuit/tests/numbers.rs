//! Numbers in bits against the arithmetic of the host, in every representation and for all values of small intervals.

use musilc_circuit::{Bit, Graph, Number, Valuation, at_most_one, exactly_one};
use proptest::prelude::*;
use std::collections::HashMap;

type Interval = (i64, i64);

/// The inputs of a number, and the values that they take where it has a value.
struct Variable {
    number: Number,
    interval: Interval,
}

impl Variable {
    fn new(g: &mut Graph, interval: Interval, binary: bool) -> (Self, Bit) {
        let (lo, hi) = interval;
        let (number, legal) =
            if binary { Number::binary_inputs(g, lo, hi) } else { Number::inputs(g, lo, hi) };
        (Self { number, interval }, legal)
    }

    fn set(&self, value: i64, inputs: &mut HashMap<u32, bool>) {
        match &self.number {
            Number::Cases(cases) => {
                for (case, bit) in cases.iter().filter(|(_, bit)| bit.as_constant().is_none()) {
                    inputs.insert(bit.gate(), *case == value);
                }
            }
            Number::Binary { bits, .. } => {
                for (at, bit) in bits.iter().enumerate() {
                    inputs.insert(bit.gate(), value >> at & 1 == 1);
                }
            }
        }
    }

    fn values(&self) -> std::ops::RangeInclusive<i64> {
        self.interval.0..=self.interval.1
    }
}

fn read(g: &Graph, model: &mut Valuation, number: &Number) -> i64 {
    match number {
        Number::Cases(cases) => {
            let set: Vec<i64> =
                cases.iter().filter(|(_, bit)| model.value(g, *bit)).map(|(value, _)| *value).collect();
            assert_eq!(set.len(), 1, "exactly one case is true");
            set[0]
        }
        Number::Binary { lo, bits, .. } => {
            let value =
                bits.iter().enumerate().map(|(at, bit)| i64::from(model.value(g, *bit)) << at).sum::<i64>();
            let sign = *lo < 0 && model.value(g, bits[bits.len() - 1]);
            if sign { value - (1 << bits.len()) } else { value }
        }
    }
}

fn intervals() -> impl Strategy<Value = Interval> {
    (-9i64..9, 0i64..12).prop_map(|(lo, size)| (lo, lo + size))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 120, ..ProptestConfig::default() })]

    #[test]
    fn operators_compute_what_the_host_computes(
        a in intervals(), b in intervals(), most_cases in prop_oneof![Just(1usize), Just(4), Just(16), Just(64)],
        binary in any::<(bool, bool)>(),
    ) {
        let g = &mut Graph::new(most_cases);
        let (x, x_legal) = Variable::new(g, a, binary.0);
        let (y, y_legal) = Variable::new(g, b, binary.1);
        let wide = (-1000, 1000);
        let sum = Number::sum(g, &[x.number.clone(), y.number.clone(), Number::constant(3)], wide);
        let product = x.number.product(&y.number, g, wide);
        let negated = x.number.negated(g, wide);
        let quotient = x.number.quotient(&y.number, g, wide);
        let remainder = x.number.remainder(&y.number, g, wide);
        let narrowed = x.number.narrowed(g, -2, 5);
        let chosen = {
            let less = x.number.less(&y.number, g);
            Number::ite(g, less, &x.number, &y.number)
        };
        let bits = [
            x.number.less(&y.number, g),
            x.number.at_most(&y.number, g),
            x.number.equals(&y.number, g),
            x.number.is(g, 2),
        ];
        for v in x.values() {
            for w in y.values() {
                let mut inputs = HashMap::new();
                x.set(v, &mut inputs);
                y.set(w, &mut inputs);
                let model = &mut Valuation::new(inputs.into_iter().collect());
                prop_assert!(model.value(g, x_legal) && model.value(g, y_legal));
                let divide = |f: fn(i64, i64) -> i64| if w == 0 { 0 } else { f(v, w) };
                for (what, number, expected) in [
                    ("sum", &sum, v + w + 3),
                    ("product", &product, v * w),
                    ("negated", &negated, -v),
                    ("quotient", &quotient, divide(i64::div_euclid)),
                    ("remainder", &remainder, divide(i64::rem_euclid)),
                    ("narrowed", &narrowed, if (-2..=5).contains(&v) { v } else { -2 }),
                    ("chosen", &chosen, v.min(w)),
                ] {
                    prop_assert_eq!(read(g, model, number), expected, "{} of {} and {}", what, v, w);
                }
                let found = bits.map(|bit| model.value(g, bit));
                prop_assert_eq!(found, [v < w, v <= w, v == w, v == 2], "{} and {}", v, w);
            }
        }
    }

    #[test]
    fn counting_bits(bits in proptest::collection::vec(any::<bool>(), 0..12)) {
        let g = &mut Graph::default();
        let inputs: Vec<Bit> = bits.iter().map(|_| g.input()).collect();
        let (most, exactly) = (at_most_one(g, &inputs), exactly_one(g, &inputs));
        let values = inputs.iter().zip(&bits).map(|(input, &bit)| (input.gate(), bit)).collect();
        let model = &mut Valuation::new(values);
        let count = bits.iter().filter(|bit| **bit).count();
        prop_assert_eq!(model.value(g, most), count <= 1);
        prop_assert_eq!(model.value(g, exactly), count == 1);
    }
}

#[test]
fn what_no_number_of_the_interval_means_is_not_legal() {
    let g = &mut Graph::default();
    let (x, legal) = Variable::new(g, (-3, 4), true);
    let Number::Binary { bits, .. } = &x.number else { panic!("it is binary") };
    assert_eq!(bits.len(), 4);
    for value in -8..8 {
        let mut inputs = HashMap::new();
        x.set(value, &mut inputs);
        let model = &mut Valuation::new(inputs.into_iter().collect());
        assert_eq!(model.value(g, legal), (-3..=4).contains(&value), "{value}");
    }
}

#[test]
fn gates_fold_and_are_shared() {
    let g = &mut Graph::default();
    let (a, b) = (g.input(), g.input());
    assert_eq!(g.and([a, !a]), Bit::FALSE);
    assert_eq!(g.or([a, !a]), Bit::TRUE);
    assert_eq!(g.and([a, Bit::TRUE, a]), a);
    assert_eq!(g.and([a, b]), g.and([b, a]));
    assert_eq!(g.xor(a, b), g.xor(b, a));
    assert_eq!(g.iff(a, !b), g.xor(a, b));
    assert_eq!(g.ite(!a, b, Bit::FALSE), g.and([!a, b]));
    let before = g.len();
    let again = g.ite(a, b, !b);
    assert_eq!(again, g.iff(a, b));
    assert_eq!(g.len(), before);
    assert_eq!(g.cone([again]).len(), 3);
}
