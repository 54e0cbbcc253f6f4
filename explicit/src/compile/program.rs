//! The compiled form of a system, and how a [`Plan`] becomes one.

use super::code::{Code, Exit, Masked, Pc};
use super::emit::Emitter;
use super::plan::{Failures, Plan, PredicatePlan, StepPlan, TransitionPlan, Write};
use super::scalar::{Scalars, Sid};
use crate::layout::Layout;
use crate::mutation::Mutation;
use musilc_ir::{ExprId, Param, TransitionSystem};
use rustc_hash::FxHashMap;
use std::ops::Range;

/// A compiled system.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) code: Code,
    /// Words of a packed state.
    pub(crate) words: usize,
    pub(crate) init: Nest,
    /// Looks for bindings that make each failure of the initial condition true: its position, and the search for it.
    pub(crate) init_failures: Vec<(u32, Nest)>,
    pub(crate) transitions: Vec<Stepper>,
    /// What of an instance is looked at first: its bits must match, else it is disabled.
    pub(crate) filters: Vec<Masked>,
    /// The instances of all bound transitions, in order.
    pub(crate) instances: Vec<Instance>,
    /// The properties, in order.
    pub(crate) properties: Vec<Predicate>,
    /// The terminal condition.
    pub(crate) terminal: Predicate,
    /// Exit with whether they are true.
    pub(crate) probes: Vec<Pc>,
    /// Conditions of temporal properties: exit with whether they are true.
    pub(crate) conditions: FxHashMap<ExprId, Pc>,
    /// A fault in what is done with the program.
    pub(crate) mutation: Mutation,
    /// What it was made of: machine code is made of the same, once a search turns out to be long.
    pub(crate) plan: Plan,
    pub(crate) scalars: Scalars,
}

/// A compiled predicate.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Predicate {
    /// Exits with a failure, or whether it is true.
    pub(crate) pc: Pc,
    /// Whether it can fail.
    pub(crate) fallible: bool,
}

/// How to execute a transition.
#[derive(Debug)]
pub(crate) enum Stepper {
    /// These instances.
    Bound {
        /// Positions in [`Program::instances`].
        instances: Range<usize>,
        /// Exits with the first guard failure, for each instance that has any.
        guard_failures: Vec<Pc>,
    },
    /// All bindings, in a loop.
    Free(Nest),
}

/// An instance of a transition. Its bits in [`Program::filters`] are tested already.
#[derive(Debug)]
pub(crate) struct Instance {
    /// Its number among the bindings of the transition.
    pub(crate) number: u32,
    /// Exits with whether the rest of the guard is true.
    pub(crate) guard: Option<Pc>,
    /// Bits that the step sets.
    pub(crate) patch: Masked,
    /// Does the rest of the step, or exits with a failure. May use what the guard computed.
    pub(crate) body: Option<Pc>,
}

/// Nested loops over bindings of parameters, the first one outermost.
#[derive(Debug)]
pub(crate) struct Nest {
    /// The number of values of each parameter.
    pub(crate) counts: Vec<u32>,
    /// The register of the first.
    pub(crate) first: usize,
    /// `tests[k]` exits with whether to go on when the first `k` parameters are bound.
    pub(crate) tests: Vec<Option<Pc>>,
    /// Exits with the first guard failure; for all bindings, whatever the tests say.
    pub(crate) failures: Option<Pc>,
    /// Does the step, or exits with a failure. May use what the tests computed.
    pub(crate) body: Option<Pc>,
}

impl Stepper {
    /// Whether evaluating a guard can be a model error.
    pub(crate) fn guard_may_fail(&self) -> bool {
        match self {
            Stepper::Bound { guard_failures, .. } => !guard_failures.is_empty(),
            Stepper::Free(nest) => nest.failures.is_some(),
        }
    }
}

impl Program {
    /// About how many operations it has.
    pub(crate) fn size(&self) -> u64 {
        (self.code.ops.len() + 8 * self.instances.len()) as u64
    }

    /// About how many bytes it takes.
    pub(crate) fn bytes(&self) -> u64 {
        let instances = self.instances.len() * (size_of::<Instance>() + size_of::<Masked>());
        self.code.bytes() + instances as u64 + self.scalars.bytes()
    }
}

/// Builds the program. The plan's scalars are complete.
pub(crate) fn program(
    system: &TransitionSystem,
    layout: &Layout,
    scalars: Scalars,
    plan: Plan,
    mutation: Mutation,
) -> Program {
    let free = system.transitions.iter().zip(&plan.transitions);
    let free = free.filter(|(_, plan)| matches!(plan, TransitionPlan::Free(_))).map(|(t, _)| t.params.len());
    let most_params = free.chain([system.init.params.len()]).max().unwrap_or(0);
    let emitter = Emitter::new(&scalars, layout, u32::try_from(most_params).unwrap_or(u32::MAX));
    let mut builder = Builder { emitter, scalars: &scalars, filters: Vec::new(), instances: Vec::new() };

    let init_counts = counts(&system.init.params);
    let init = builder.nest(init_counts.clone(), &plan.init_conditions, &[], &plan.init_writes);
    let init_failures = builder.init_failures(&init_counts, &plan.init_failures);
    let mut transitions = Vec::with_capacity(plan.transitions.len());
    for (plan, transition) in plan.transitions.iter().zip(&system.transitions) {
        transitions.push(match plan {
            TransitionPlan::Bound(steps) => builder.bound(steps),
            TransitionPlan::Free(step) => {
                let failures = (!step.guard_failures.is_empty()).then(|| {
                    let pc = builder.emitter.begin();
                    builder.failures(&step.guard_failures);
                    pc
                });
                let counts = counts(&transition.params);
                let nest = builder.nest(counts, &step.guard, &step.failures, &step.writes);
                Stepper::Free(Nest { failures, ..nest })
            }
        });
    }
    let properties = plan.properties.iter().map(|plan| builder.predicate(plan)).collect();
    let terminal = builder.predicate(&plan.terminal);
    let probes = plan.probes.iter().map(|&expr| {
        builder.emitter.begin();
        builder.truth(expr)
    });
    let probes = probes.collect();
    let conditions = plan.conditions.iter().map(|&(expr, scalar)| {
        builder.emitter.begin();
        (expr, builder.truth(scalar))
    });
    let conditions = conditions.collect();
    let Builder { emitter, filters, instances, .. } = builder;
    let (code, words) = (emitter.finish(), layout.words());
    Program {
        code,
        words,
        init,
        init_failures,
        transitions,
        filters,
        instances,
        properties,
        terminal,
        probes,
        conditions,
        mutation,
        plan,
        scalars,
    }
}

fn counts(params: &[Param]) -> Vec<u32> {
    params.iter().map(|param| param.count).collect()
}

struct Builder<'a> {
    emitter: Emitter<'a>,
    scalars: &'a Scalars,
    filters: Vec<Masked>,
    instances: Vec<Instance>,
}

impl Builder<'_> {
    /// Code that exits with whether the condition is true.
    fn truth(&mut self, expr: Sid) -> Pc {
        self.all(&[expr])
    }

    /// Code that exits with whether all conditions are true. What it computes stays known where they are.
    fn all(&mut self, conditions: &[Sid]) -> Pc {
        let pc = self.emitter.here();
        let no = self.emitter.label();
        let mut conditions = conditions.to_vec();
        self.emitter.cheap_first(&mut conditions);
        for condition in conditions {
            self.emitter.branch(condition, false, no);
        }
        self.emitter.exit(Exit::YES);
        self.emitter.place(no);
        self.emitter.exit(Exit::NO);
        pc
    }

    /// Tests failures in order and exits with the first, else with [`Exit::YES`].
    fn failures(&mut self, failures: &Failures) {
        self.with_failures(failures, |builder| builder.emitter.exit(Exit::YES));
    }

    /// Tests failures in order and exits with the first; else goes on with `rest`, which must exit.
    fn with_failures(&mut self, failures: &[(u32, Sid)], rest: impl FnOnce(&mut Self)) {
        let mut exits = Vec::with_capacity(failures.len());
        for &(index, condition) in failures {
            let label = self.emitter.label();
            self.emitter.branch(condition, true, label);
            exits.push((index, label));
        }
        rest(self);
        for (index, label) in exits {
            self.emitter.place(label);
            self.emitter.exit(Exit::failure(index));
        }
    }

    fn predicate(&mut self, plan: &PredicatePlan) -> Predicate {
        let pc = self.emitter.begin();
        self.with_failures(&plan.failures, |builder| {
            builder.truth(plan.expr);
        });
        Predicate { pc, fallible: !plan.failures.is_empty() }
    }

    fn bound(&mut self, steps: &[StepPlan]) -> Stepper {
        let first = self.instances.len();
        let mut guard_failures = Vec::new();
        for step in steps {
            if !step.guard_failures.is_empty() {
                guard_failures.push(self.emitter.begin());
                self.failures(&step.guard_failures);
            }
            self.instance(step);
        }
        Stepper::Bound { instances: first..self.instances.len(), guard_failures }
    }

    fn instance(&mut self, step: &StepPlan) {
        // Tests of single cells against constants melt into one comparison a word. Contradictory ones: never enabled.
        let mut filters: Vec<Masked> = Vec::new();
        let mut rest = Vec::new();
        for &condition in &step.guard {
            if self.scalars.as_const(condition) == Some(0) {
                return;
            }
            match self.emitter.as_bits(condition) {
                None => rest.push(condition),
                Some(bits) => match merge(&mut filters, bits) {
                    true => {}
                    false => return,
                },
            }
        }
        // The word with the most tested bits goes first.
        filters.sort_by_key(|bits| std::cmp::Reverse(bits.mask.count_ones()));
        let first = filters.first().copied().unwrap_or_default();
        let others = filters.get(1..).unwrap_or_default();
        let pc = self.emitter.begin();
        let guard = (!others.is_empty() || !rest.is_empty()).then(|| {
            let no = self.emitter.label();
            for &bits in others {
                self.emitter.require(bits, no);
            }
            self.emitter.cheap_first(&mut rest);
            for &condition in &rest {
                self.emitter.branch(condition, false, no);
            }
            self.emitter.exit(Exit::YES);
            self.emitter.place(no);
            self.emitter.exit(Exit::NO);
            pc
        });
        let (patches, writes) = self.constant_writes(&step.writes);
        let patch = patches.first().copied().unwrap_or_default();
        let others = patches.get(1..).unwrap_or_default();
        let simple = step.failures.is_empty() && others.is_empty() && writes.is_empty();
        let body = (!simple).then(|| {
            let pc = self.emitter.here();
            self.body(&step.failures, others, &writes);
            pc
        });
        self.filters.push(first);
        // The number fits: bound transitions have few instances.
        self.instances.push(Instance { number: step.number as u32, guard, patch, body });
    }

    /// Writes of constants to cells that nothing else writes to, one mask a word; and the other writes.
    fn constant_writes(&self, writes: &[Write]) -> (Vec<Masked>, Vec<Write>) {
        let mut patches: Vec<Masked> = Vec::new();
        let mut rest = Vec::new();
        for &write in writes {
            // Either all writes to a variable are of this kind, each to another cell, or none is.
            let bits = match write {
                Write::Cell { variable, element, value } => self
                    .scalars
                    .as_const(value)
                    .filter(|&value| self.emitter.fits(variable, value))
                    .and_then(|value| self.emitter.constant_write(variable, element, value)),
                Write::Indexed { .. } => None,
            };
            match bits {
                None => rest.push(write),
                Some(bits) => match patches.iter_mut().find(|patch| patch.word == bits.word) {
                    Some(patch) => {
                        patch.mask |= bits.mask;
                        patch.value = patch.value & !bits.mask | bits.value;
                    }
                    None => patches.push(bits),
                },
            }
        }
        (patches, rest)
    }

    /// Code that does a step, or exits with a failure.
    fn body(&mut self, failures: &[(u32, Sid)], patches: &[Masked], writes: &[Write]) {
        self.with_failures(failures, |builder| {
            for &bits in patches {
                builder.emitter.patch(bits);
            }
            let mut at = 0;
            while let Some(&write) = writes.get(at) {
                at += 1;
                match write {
                    Write::Cell { variable, element, value } => {
                        builder.emitter.check_range(variable, value);
                        builder.emitter.put(variable, element, value);
                    }
                    Write::Indexed { condition, .. } => {
                        // Neighbours under the same condition share its test.
                        let same = |write: &&Write| matches!(write, Write::Indexed { condition: c, .. } if *c == condition);
                        let run = 1 + writes[at..].iter().take_while(same).count();
                        builder.conditional(condition, &writes[at - 1..at - 1 + run]);
                        at += run - 1;
                    }
                }
            }
            builder.emitter.exit(Exit::YES);
        });
    }

    fn conditional(&mut self, condition: Sid, writes: &[Write]) {
        let (past, mark) = (self.emitter.label(), self.emitter.mark());
        self.emitter.branch(condition, false, past);
        for &write in writes {
            if let Write::Indexed { variable, position, value, .. } = write {
                self.emitter.check_range(variable, value);
                self.emitter.put_indexed(variable, position, value);
            }
        }
        self.emitter.place(past);
        self.emitter.forget(mark);
    }

    fn nest(&mut self, counts: Vec<u32>, tests: &[Sid], failures: &[(u32, Sid)], writes: &[Write]) -> Nest {
        self.emitter.begin();
        let levels = 0..=counts.len();
        let tests = levels.map(|level| {
            let here: Vec<Sid> =
                tests.iter().copied().filter(|&id| self.scalars.params(id) as usize == level).collect();
            (!here.is_empty()).then(|| self.all(&here))
        });
        let tests: Vec<Option<Pc>> = tests.collect();
        let body = (!failures.is_empty() || !writes.is_empty()).then(|| {
            let pc = self.emitter.here();
            self.body(failures, &[], writes);
            pc
        });
        Nest { counts, first: self.emitter.first_param() as usize, tests, failures: None, body }
    }

    /// For each failure, loops over the parameters that it mentions; the others keep their first value.
    fn init_failures(&mut self, counts: &[u32], failures: &Failures) -> Vec<(u32, Nest)> {
        let mut out = Vec::new();
        for &(index, condition) in failures {
            let mentioned = self.scalars.mentioned_params(condition);
            let counts = counts.iter().zip(0..).map(|(&count, param)| match mentioned.contains(&param) {
                true => count,
                false => count.min(1),
            });
            let conjuncts = self.scalars.conjuncts(condition);
            out.push((index, self.nest(counts.collect(), &conjuncts, &[], &[])));
        }
        out
    }
}

/// Adds a test of bits to those of the same word; whether both can be true.
fn merge(filters: &mut Vec<Masked>, bits: Masked) -> bool {
    match filters.iter_mut().find(|filter| filter.word == bits.word) {
        None => filters.push(bits),
        Some(filter) => {
            let common = filter.mask & bits.mask;
            if filter.value & common != bits.value & common {
                return false;
            }
            filter.mask |= bits.mask;
            filter.value |= bits.value;
        }
    }
    true
}
