//! Smart constructors, substitution, rebuilding and the text form keep the meaning of expressions: random ones are built by a small
//! stack machine, which computes their values in some states as it goes, without folding anything.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

mod systems;

use musilc_ir::{
    Context, Env, Evaluator, ExprId, Fairness, Span, State, Transition, TransitionSystem, Type, Update,
    Value, VarId, text,
};
use proptest::prelude::*;
use systems::{Builder, int, range_param};

/// What expressions are evaluated in: `x`, `y`, `b`, `a` and the argument.
type Sample = (i64, i64, bool, [i64; 3], u32);

/// An expression with its value in each sample.
type Entry<T> = (ExprId, Vec<T>);

struct Machine {
    builder: Builder,
    samples: Vec<Sample>,
    ints: Vec<Entry<i64>>,
    bools: Vec<Entry<bool>>,
    arrays: Vec<Entry<[i64; 3]>>,
}

const X: VarId = VarId(0);
const Y: VarId = VarId(1);
const B: VarId = VarId(2);
const A: VarId = VarId(3);

fn each<S, T>(values: &[S], f: impl Fn(&S) -> T) -> Vec<T> {
    values.iter().map(f).collect()
}

fn both<S: Copy, T: Copy, U>(a: &[S], b: &[T], f: impl Fn(S, T) -> U) -> Vec<U> {
    a.iter().zip(b).map(|(&a, &b)| f(a, b)).collect()
}

/// The remainder by counting, and the quotient from it.
fn divide(a: i64, b: i64) -> (i64, i64) {
    if b == 0 {
        return (0, 0);
    }
    let mut remainder = a % b;
    while remainder < 0 {
        remainder += b.abs();
    }
    ((a - remainder) / b, remainder)
}

impl Machine {
    fn new(samples: Vec<Sample>) -> Self {
        let mut builder = Builder::new("random");
        builder.var("x", int(-4, 4), 0);
        builder.var("y", int(0, 3), 0);
        builder.var("b", Type::Bool, 0);
        builder.var("a", Type::array(3, int(-4, 4)), 0);
        Self { builder, samples, ints: Vec::new(), bools: Vec::new(), arrays: Vec::new() }
    }

    fn cx(&mut self) -> &mut Context {
        self.builder.cx()
    }

    fn constant(&mut self, v: i64) -> Entry<i64> {
        (self.cx().int(v), vec![v; self.samples.len()])
    }

    fn int(&mut self) -> Entry<i64> {
        self.ints.pop().unwrap_or_else(|| (self.cx().var(X), each(&self.samples, |s| s.0)))
    }

    fn bool(&mut self) -> Entry<bool> {
        self.bools.pop().unwrap_or_else(|| (self.cx().var(B), each(&self.samples, |s| s.2)))
    }

    fn array(&mut self) -> Entry<[i64; 3]> {
        self.arrays.pop().unwrap_or_else(|| (self.cx().var(A), each(&self.samples, |s| s.3)))
    }

    /// An integer within `lo..=hi`.
    fn narrow(&mut self, lo: i64, hi: i64) -> Entry<i64> {
        let (e, v) = self.int();
        let inside = |v: &i64| if *v < lo || *v > hi { lo } else { *v };
        (self.cx().narrow(e, lo, hi), each(&v, inside))
    }

    fn push(&mut self, e: ExprId, v: Vec<i64>) {
        self.ints.push((e, v));
        let (lo, hi) = self.cx().bounds(e);
        if lo < -5000 || hi > 5000 {
            let narrowed = self.narrow(-1000, 1000);
            self.ints.push(narrowed);
        }
    }

    #[allow(clippy::too_many_lines, reason = "one arm for each operation")]
    fn step(&mut self, operation: u8, k: i64) {
        match operation {
            0 => {
                let entry = self.constant(k);
                self.ints.push(entry);
            }
            1 => {
                let y = (self.cx().var(Y), each(&self.samples, |s| s.1));
                self.ints.push(y);
            }
            2 => {
                let p = (self.cx().param(0, 3), each(&self.samples, |s| i64::from(s.4)));
                self.ints.push(p);
            }
            3 => {
                let value = k > 0;
                let entry = (self.cx().bool(value), vec![value; self.samples.len()]);
                self.bools.push(entry);
            }
            4 => {
                let (e, v) = self.bool();
                let not = self.cx().not(e);
                self.bools.push((e, v.clone()));
                self.bools.push((not, each(&v, |v| !v)));
            }
            5..=8 => {
                let ((d, u), (e, v), (f, w)) = (self.bool(), self.bool(), self.bool());
                let (result, values) = match operation {
                    5 => (self.cx().and([d, e, f]), both(&both(&u, &v, |a, b| a && b), &w, |a, b| a && b)),
                    6 => (self.cx().or([d, e, f]), both(&both(&u, &v, |a, b| a || b), &w, |a, b| a || b)),
                    7 => (self.cx().implies(d, e), both(&u, &v, |a, b| !a || b)),
                    _ => (self.cx().eq(d, e), both(&u, &v, |a, b| a == b)),
                };
                self.bools.push((f, w));
                self.bools.push((result, values));
            }
            9..=11 => {
                let (c, u) = self.bool();
                let choose = |i: usize| u[i];
                match operation {
                    9 => {
                        let ((d, v), (e, w)) = (self.int(), self.int());
                        let ite = self.cx().ite(c, d, e);
                        self.push(ite, (0..u.len()).map(|i| if choose(i) { v[i] } else { w[i] }).collect());
                    }
                    10 => {
                        let ((d, v), (e, w)) = (self.bool(), self.bool());
                        let ite = self.cx().ite(c, d, e);
                        self.bools
                            .push((ite, (0..u.len()).map(|i| if choose(i) { v[i] } else { w[i] }).collect()));
                    }
                    _ => {
                        let ((d, v), (e, w)) = (self.array(), self.array());
                        let ite = self.cx().ite(c, d, e);
                        self.arrays
                            .push((ite, (0..u.len()).map(|i| if choose(i) { v[i] } else { w[i] }).collect()));
                    }
                }
                self.bools.push((c, u));
            }
            12..=14 => {
                let ((d, v), (e, w)) = (self.int(), self.int());
                let (result, values) = match operation {
                    12 => (self.cx().eq(d, e), both(&v, &w, |a, b| a == b)),
                    13 => (self.cx().lt(d, e), both(&v, &w, |a, b| a < b)),
                    _ => (self.cx().le(d, e), both(&v, &w, |a, b| a <= b)),
                };
                self.ints.push((d, v));
                self.bools.push((result, values));
            }
            15 => {
                let ((d, u), (e, v), (f, w)) = (self.int(), self.int(), self.int());
                let sum = self.cx().add([d, e, f]);
                self.push(sum, both(&both(&u, &v, |a, b| a + b), &w, |a, b| a + b));
            }
            16 => {
                let (e, v) = self.int();
                let neg = self.cx().neg(e);
                self.push(neg, each(&v, |v| -v));
            }
            17..=20 => {
                let ((d, v), (e, w)) = (self.int(), self.int());
                let (result, values) = match operation {
                    17 => (self.cx().sub(d, e), both(&v, &w, |a, b| a - b)),
                    18 => (self.cx().mul(d, e), both(&v, &w, |a, b| a * b)),
                    19 => (self.cx().div(d, e), both(&v, &w, |a, b| divide(a, b).0)),
                    _ => (self.cx().rem(d, e), both(&v, &w, |a, b| divide(a, b).1)),
                };
                self.push(result, values);
            }
            21 => {
                let entry = self.narrow(k.min(1), k.max(1) + 2);
                self.ints.push(entry);
            }
            22 => {
                let ((i, u), (a, v)) = (self.narrow(0, 2), self.array());
                let select = self.cx().select(a, i);
                let values = both(&u, &v, |i, a| a[usize::try_from(i).unwrap()]);
                self.arrays.push((a, v));
                self.push(select, values);
            }
            23 => {
                let ((i, u), (a, v), (e, w)) = (self.narrow(0, 2), self.array(), self.int());
                let store = self.cx().store(a, i, e);
                let mut values = v;
                for ((array, &i), &new) in values.iter_mut().zip(&u).zip(&w) {
                    array[usize::try_from(i).unwrap()] = new;
                }
                self.ints.push((i, u));
                self.arrays.push((store, values));
            }
            24 => {
                let ((d, u), (e, v), (f, w)) = (self.int(), self.int(), self.int());
                let array = self.cx().array([d, e, f]);
                self.arrays.push((array, (0..u.len()).map(|i| [u[i], v[i], w[i]]).collect()));
            }
            25 => {
                let ((d, v), (e, w)) = (self.array(), self.array());
                let eq = self.cx().eq(d, e);
                self.bools.push((eq, both(&v, &w, |a, b| a == b)));
                self.arrays.push((d, v));
            }
            _ => {
                let (e, v) = self.int();
                self.ints.push((e, v.clone()));
                self.ints.push((e, v));
            }
        }
    }

    /// All expressions, and their values in sample `i`.
    fn entries(&self, i: usize) -> Vec<(ExprId, Value)> {
        let ints = self.ints.iter().map(|(e, v)| (*e, Value::Int(v[i])));
        let bools = self.bools.iter().map(|(e, v)| (*e, Value::Bool(v[i])));
        let arrays = self.arrays.iter().map(|(e, v)| (*e, Value::Array(v[i].map(Value::Int).into())));
        ints.chain(bools).chain(arrays).collect()
    }
}

fn state(sample: &Sample) -> State {
    let a = Value::Array(sample.3.map(Value::Int).into());
    State(vec![Value::Int(sample.0), Value::Int(sample.1), Value::Bool(sample.2), a])
}

/// A system in which the expressions are used, however little sense that makes.
fn used(machine: Machine) -> TransitionSystem {
    let Machine { builder, ints, bools, arrays, .. } = machine;
    let mut system = builder.system;
    let always = system.context.bool(true);
    let update = |i: usize| Update {
        variable: if i < ints.len() { X } else { A },
        value: if i < ints.len() { ints[i].0 } else { arrays[i - ints.len()].0 },
    };
    for i in 0..ints.len() + arrays.len() {
        system.transitions.push(Transition {
            name: format!("t{i}"),
            params: vec![range_param("p", 3)],
            guard_failures: Vec::new(),
            guard: bools.get(i).map_or(always, |entry| entry.0),
            failures: Vec::new(),
            updates: vec![update(i)],
            fairness: Fairness::None,
            span: Span::default(),
        });
    }
    system
}

fn sample() -> impl Strategy<Value = Sample> {
    (-4..=4i64, 0..=3i64, any::<bool>(), prop::array::uniform3(-4..=4i64), 0..3u32)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn expressions_mean_what_was_built(
        samples in prop::collection::vec(sample(), 1..5),
        program in prop::collection::vec((0..27u8, -4..=4i64), 0..60),
    ) {
        let mut machine = Machine::new(samples.clone());
        for (operation, k) in program {
            machine.step(operation, k);
        }
        for (i, sample) in samples.iter().enumerate() {
            let state = state(sample);
            let args = [sample.4];
            let entries = machine.entries(i);
            let roots: Vec<ExprId> = entries.iter().map(|entry| entry.0).collect();
            let cx = machine.cx();
            let substituted = cx.substitute(&roots, &args);
            let mut evaluator = Evaluator::new(cx, Env::of_instance(&state, &args));
            for (expr, value) in &entries {
                prop_assert_eq!(&evaluator.value(*expr).unwrap(), value);
                prop_assert_eq!(cx.check_node(cx.node(*expr)), Ok(()));
            }
            let mut evaluator = Evaluator::new(cx, Env::of_state(&state));
            for (expr, (_, value)) in substituted.iter().zip(&entries) {
                prop_assert_eq!(&evaluator.value(*expr).unwrap(), value);
            }
        }

        let values: Vec<Vec<(ExprId, Value)>> = (0..samples.len()).map(|i| machine.entries(i)).collect();
        let (ints, bools) = (machine.ints.len(), machine.bools.len());
        let system = used(machine);
        let printed = text::print(&system);
        let parsed = text::parse(&printed).map_err(|error| TestCaseError::fail(format!("{error}\n{printed}")))?;
        prop_assert_eq!(text::print(&parsed), printed);
        for (sample, values) in samples.iter().zip(values) {
            let (state, args) = (state(sample), [sample.4]);
            let mut evaluator = Evaluator::new(&parsed.context, Env::of_instance(&state, &args));
            for (i, transition) in parsed.transitions.iter().enumerate() {
                let position = if i < ints { i } else { i + bools };
                prop_assert_eq!(&evaluator.value(transition.updates[0].value).unwrap(), &values[position].1);
                if i < bools {
                    prop_assert_eq!(&evaluator.value(transition.guard).unwrap(), &values[ints + i].1);
                }
            }
        }
    }
}
