//! The bounded checker finds the least lasso, as does following all runs, for random formulas over small random graphs.

use crate::builder::{Builder, formula, int, of, of_two, parts, state, taken};
use crate::compare::compare_lassos;
use crate::random_system::{Choices, bytes};
use musilc_ir::{ExprId, FairUnit, Fairness, Formula, FormulaKind, Goal, Limits, TransitionSystem};
use musilc_ir::{PropertyKind, VarId};
use musilc_symbolic::{Mutation, Options, Procedure, check_mutated};
use std::collections::BTreeMap;

const BOUND: u32 = 5;

struct Generator<'a> {
    choices: Choices<'a>,
    b: Builder,
    /// The number of states.
    states: u32,
    /// How many instances each action has.
    instances: Vec<u32>,
}

/// A graph with actions as edges, some of them fair, and two temporal properties.
pub(crate) fn system(bytes: &[u8]) -> TransitionSystem {
    let mut choices = Choices { bytes: bytes.iter() };
    let states = 1 + choices.below(5);
    let mut g = Generator { choices, b: Builder::new("graph"), states, instances: Vec::new() };
    g.b.init_params(&[states]);
    let start = g.b.cx.param(0, states);
    let x = g.b.var("x", int(0, i64::from(states) - 1), start);
    let first = g.set_of(start);
    g.b.system.init.conditions.push(first);
    for action in 0..1 + g.choices.below(3) {
        g.action(action, x);
    }
    let now = g.b.cx.var(x);
    for _ in 0..2 {
        let claim = g.formula(now, 3);
        g.b.temporal(claim);
    }
    let yes = g.b.cx.bool(true);
    g.b.terminal(yes, Vec::new());
    g.b.finish()
}

impl Generator<'_> {
    /// Whether the number is one of some; 0 always is.
    fn set_of(&mut self, number: ExprId) -> ExprId {
        let cells: Vec<ExprId> =
            (0..self.states).map(|i| i == 0 || self.choices.one_in(2)).map(|b| self.b.cx.bool(b)).collect();
        let table = self.b.cx.array(cells);
        self.b.cx.select(table, number)
    }

    fn action(&mut self, action: u32, x: VarId) {
        let instances = 1 + self.choices.below(2);
        let edges = |g: &mut Self| {
            let edge = |_| if g.choices.one_in(2) { Some(g.choices.below(g.states)) } else { None };
            (0..g.states).map(edge).collect::<Vec<_>>()
        };
        let moves: Vec<_> = (0..instances).map(|_| edges(self)).collect();
        self.b.moving(&format!("t{action}"), x, &moves);
        let unit = if self.choices.one_in(2) { FairUnit::Whole } else { FairUnit::Instance };
        let fairness = match self.choices.below(3) {
            0 => Fairness::None,
            1 => Fairness::Weak(unit),
            _ => Fairness::Strong(unit),
        };
        self.b.fair(action, fairness);
        self.instances.push(instances);
    }

    fn formula(&mut self, now: ExprId, fuel: u32) -> Formula {
        use FormulaKind as F;
        let kind = if fuel == 0 { self.choices.below(4) } else { self.choices.below(15) };
        let sub = |g: &mut Self| g.formula(now, fuel - 1);
        match kind {
            0 | 1 => {
                let set = self.set_of(now);
                if self.choices.one_in(2) { state(set) } else { of(F::Not, state(set)) }
            }
            2 | 3 => {
                let action = self.choices.below(u32::try_from(self.instances.len()).unwrap());
                let args: Vec<Option<u32>> = match self.instances[action as usize] {
                    1 => vec![],
                    n => vec![if self.choices.one_in(3) { None } else { Some(self.choices.below(n)) }],
                };
                taken(action, &args)
            }
            4 => of(F::Not, sub(self)),
            5 => of(F::Next, sub(self)),
            6 => of(F::Always, sub(self)),
            7 => of(F::Eventually, sub(self)),
            8 => formula(F::All(parts(vec![sub(self), sub(self)]))),
            9 => formula(F::Any(parts(vec![sub(self), sub(self)]))),
            kind => {
                let (a, b) = (sub(self), sub(self));
                let kinds = [F::Implies, F::Until, F::WeakUntil, F::Release, F::LeadsTo];
                let kind = if self.choices.one_in(9) { F::Iff } else { kinds[kind as usize - 10] };
                of_two(kind, a, b)
            }
        }
    }
}

/// Compares each property by itself, and all of them; what was found.
fn agree(system: &TransitionSystem, options: &Options, mutation: Mutation) -> Result<Vec<String>, String> {
    let temporal = system.properties_of(PropertyKind::Temporal).map(Goal::Refute);
    let mut seen = Vec::new();
    for goal in temporal.chain([Goal::All]) {
        let outcome = check_mutated(system, goal, &Limits::default(), options, mutation);
        let found =
            compare_lassos(system, goal, options.depth, &outcome).map_err(|e| format!("{goal:?}: {e}"))?;
        seen.push(match found {
            Some((stem, turn)) => format!("{stem} and {turn}"),
            None => "none".to_owned(),
        });
    }
    Ok(seen)
}

fn compared(numbers: std::ops::Range<u64>, options: &Options) -> BTreeMap<String, u32> {
    let mut seen = BTreeMap::new();
    for number in numbers {
        let system = system(&bytes(number, 400));
        let found = agree(&system, options, Mutation::None);
        for name in found.unwrap_or_else(|e| panic!("system {number}: {e}")) {
            *seen.entry(name).or_insert(0) += 1;
        }
    }
    seen
}

#[test]
fn written_out() {
    let seen = compared(0..250, &Options { depth: BOUND, ..Options::default() });
    assert!(seen.len() >= 10, "{seen:?}");
    assert!(seen.values().sum::<u32>() - seen["none"] >= 200, "{seen:?}");
}

#[test]
fn parameters_left_to_the_solver() {
    let seen = compared(250..350, &Options { depth: BOUND, max_instances: 0, ..Options::default() });
    assert!(seen.len() >= 8, "{seen:?}");
}

#[test]
fn general_solver() {
    let options = Options { depth: 4, procedure: Procedure::Sat, most_cases: 1, ..Options::default() };
    let seen = compared(350..400, &options);
    assert!(seen.len() >= 5, "{seen:?}");
}

#[test]
fn faults_are_found_out() {
    for mutation in [Mutation::IgnoreFairness, Mutation::Unfulfilled] {
        let options = Options { depth: 4, ..Options::default() };
        let told = (0..60).filter(|&n| agree(&system(&bytes(n, 400)), &options, mutation).is_err()).count();
        assert!(told > 0, "{mutation:?}");
    }
}
