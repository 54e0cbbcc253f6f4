//! Runs a compiled [`Program`] on packed states.
//!
//! [`Successors`] is the seam: native code can take the place of the interpreter behind it.

use crate::compile::code::{Exit, Pc};
use crate::compile::{Instance, Nest, Program, Stepper};
use musilc_ir::Unknown;
use std::ops::ControlFlow;

/// Why a search cannot go on.
pub(crate) type Stop = Box<Unknown>;

/// How many bindings a loop over parameters tries between two calls of [`Sink::pause`].
const PAUSE: u32 = 4096;

/// A step that an instance makes.
#[derive(Debug)]
pub(crate) struct StepTo<'w> {
    /// The transition.
    pub(crate) transition: u32,
    /// The instance, by its number among the bindings of the transition.
    pub(crate) number: u64,
    /// The state after the step, or the position of the failure that ends it.
    pub(crate) result: Result<&'w mut [u64], u32>,
}

/// Receives steps.
pub(crate) trait Sink {
    /// A step.
    fn step(&mut self, state: &[u64], step: StepTo<'_>) -> ControlFlow<Stop>;

    /// Called now and then in a long computation.
    fn pause(&mut self) -> ControlFlow<Stop>;
}

/// Computes what states lead to.
pub(crate) trait Successors {
    /// Executes every enabled instance in a state: transitions in order, instances in order.
    fn expand(&mut self, state: &[u64], sink: &mut impl Sink) -> ControlFlow<Stop>;

    /// Whether some instance is enabled in a state. Calls `pause` now and then.
    fn enabled(&mut self, state: &[u64], pause: impl FnMut() -> ControlFlow<Stop>)
    -> ControlFlow<Stop, bool>;
}

/// The interpreter.
#[derive(Debug)]
pub(crate) struct Machine<'p> {
    program: &'p Program,
    registers: Vec<i64>,
    /// The state after a step.
    next: Vec<u64>,
}

/// A value left the type of its variable though no failure said so.
fn fault() -> Stop {
    Box::new(Unknown::Incapable(
        "the system is malformed: a new value leaves the type of its variable".to_owned(),
    ))
}

impl<'p> Machine<'p> {
    pub(crate) fn new(program: &'p Program) -> Self {
        Self { program, registers: program.code.new_registers(), next: vec![0; program.words] }
    }

    /// Runs code that reads one state.
    pub(crate) fn test(&mut self, pc: Pc, state: &[u64]) -> Exit {
        self.program.code.run(pc, &mut self.registers, state, &mut self.next)
    }

    /// Runs code that reads the two states of a step.
    pub(crate) fn test_step(&mut self, pc: Pc, state: &[u64], after: &mut [u64]) -> Exit {
        self.program.code.run(pc, &mut self.registers, state, after)
    }

    /// The least position among the guard failures of a transition's instances in a state.
    pub(crate) fn guard_failure(
        &mut self,
        stepper: &Stepper,
        state: &[u64],
        mut pause: impl FnMut() -> ControlFlow<Stop>,
    ) -> ControlFlow<Stop, Option<u32>> {
        let nest = match stepper {
            Stepper::Bound { guard_failures, .. } => {
                let all = guard_failures.iter().filter_map(|&pc| self.test(pc, state).as_failure());
                return ControlFlow::Continue(all.min());
            }
            Stepper::Free(nest) => nest,
        };
        let Some(pc) = nest.failures else { return ControlFlow::Continue(None) };
        let mut least: Option<u32> = None;
        let visit = |machine: &mut Self, _: &[u32]| {
            let index = machine.test(pc, state).as_failure();
            least = least.into_iter().chain(index).min();
            ControlFlow::Continue(())
        };
        // Without tests: the failures of all bindings count.
        self.run_nest_with(nest, &[], state, &mut pause, visit)?;
        ControlFlow::Continue(least)
    }

    /// Whether an instance whose bits match is enabled.
    #[inline]
    fn guard(&mut self, instance: &Instance, state: &[u64]) -> bool {
        match instance.guard {
            None => true,
            Some(pc) => self.test(pc, state) == Exit::YES,
        }
    }

    /// Executes an instance: the state after the step is in `self.next`.
    #[inline]
    fn execute(&mut self, instance: &Instance, state: &[u64]) -> Exit {
        match (&mut self.next[..], state) {
            ([to], [from]) => *to = *from,
            (to, from) => to.copy_from_slice(from),
        }
        let patch = &instance.patch;
        let word = &mut self.next[patch.word as usize];
        *word = *word & !patch.mask | patch.value;
        match instance.body {
            None => Exit::YES,
            Some(pc) => self.test(pc, state),
        }
    }

    /// Calls `visit` for each binding of a nest that passes its tests, in order, with the binding's number, until it breaks.
    pub(crate) fn run_nest<B>(
        &mut self,
        nest: &Nest,
        state: &[u64],
        pause: impl FnMut() -> ControlFlow<B>,
        visit: impl FnMut(&mut Self, &[u32]) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        self.run_nest_with(nest, &nest.tests, state, pause, visit)
    }

    fn run_nest_with<B>(
        &mut self,
        nest: &Nest,
        tests: &[Option<Pc>],
        state: &[u64],
        mut pause: impl FnMut() -> ControlFlow<B>,
        mut visit: impl FnMut(&mut Self, &[u32]) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        let passes = |machine: &mut Self, level: usize| match tests.get(level) {
            Some(&Some(pc)) => machine.test(pc, state) == Exit::YES,
            _ => true,
        };
        if nest.counts.contains(&0) || !passes(self, 0) {
            return ControlFlow::Continue(());
        }
        let depth = nest.counts.len();
        if depth == 0 {
            return visit(self, &[]);
        }
        // The value that each parameter has now, and how many are bound.
        let mut values = vec![0u32; depth];
        let mut level = 0;
        let mut countdown = PAUSE;
        loop {
            countdown -= 1;
            if countdown == 0 {
                countdown = PAUSE;
                pause()?;
            }
            self.registers[nest.first + level] = i64::from(values[level]);
            if passes(self, level + 1) {
                if level + 1 < depth {
                    level += 1;
                    values[level] = 0;
                    continue;
                }
                visit(self, &values)?;
            }
            // The next value, of the innermost parameter that has one.
            loop {
                values[level] += 1;
                if values[level] < nest.counts[level] {
                    break;
                }
                if level == 0 {
                    return ControlFlow::Continue(());
                }
                level -= 1;
            }
        }
    }

    /// Computes the initial state of a binding that the nest has just passed.
    pub(crate) fn initial(&mut self, nest: &Nest) -> ControlFlow<Stop, &[u64]> {
        self.next.fill(0);
        if let Some(pc) = nest.body {
            // The values of an initial state mention no variable, so there is no state to read.
            match self.program.code.run(pc, &mut self.registers, &[], &mut self.next) {
                Exit::YES => {}
                _ => return ControlFlow::Break(fault()),
            }
        }
        ControlFlow::Continue(&self.next)
    }
}

impl Successors for Machine<'_> {
    fn expand(&mut self, state: &[u64], sink: &mut impl Sink) -> ControlFlow<Stop> {
        let program = self.program;
        for (transition, stepper) in (0..).zip(&program.transitions) {
            match stepper {
                Stepper::Bound { instances, .. } => {
                    let range = instances.clone();
                    let (filters, instances) = (&program.filters[range.clone()], &program.instances[range]);
                    for (filter, instance) in filters.iter().zip(instances) {
                        if state[filter.word as usize] & filter.mask != filter.value
                            || !self.guard(instance, state)
                        {
                            continue;
                        }
                        let exit = self.execute(instance, state);
                        let result = match exit.as_failure() {
                            Some(index) => Err(index),
                            None if exit == Exit::YES => Ok(&mut self.next[..]),
                            None => return ControlFlow::Break(fault()),
                        };
                        sink.step(state, StepTo { transition, number: instance.number.into(), result })?;
                    }
                }
                Stepper::Free(nest) => {
                    let sink = std::cell::RefCell::new(&mut *sink);
                    self.run_nest(
                        nest,
                        state,
                        || sink.borrow_mut().pause(),
                        |machine, args| {
                            machine.next.copy_from_slice(state);
                            let exit = nest.body.map_or(Exit::YES, |pc| machine.test(pc, state));
                            let result = match exit.as_failure() {
                                Some(index) => Err(index),
                                None if exit == Exit::YES => Ok(&mut machine.next[..]),
                                None => return ControlFlow::Break(fault()),
                            };
                            let number = number_of(&nest.counts, args);
                            sink.borrow_mut().step(state, StepTo { transition, number, result })
                        },
                    )?;
                }
            }
        }
        ControlFlow::Continue(())
    }

    fn enabled(
        &mut self,
        state: &[u64],
        mut pause: impl FnMut() -> ControlFlow<Stop>,
    ) -> ControlFlow<Stop, bool> {
        let program = self.program;
        for stepper in &program.transitions {
            let found = match stepper {
                Stepper::Bound { instances, .. } => {
                    let range = instances.clone();
                    let mut all = program.filters[range.clone()].iter().zip(&program.instances[range]);
                    all.any(|(filter, instance)| {
                        state[filter.word as usize] & filter.mask == filter.value
                            && self.guard(instance, state)
                    })
                }
                Stepper::Free(nest) => {
                    // Broken with nothing where an instance is enabled, else with the reason to stop.
                    let paused = || pause().map_break(Some);
                    match self.run_nest(nest, state, paused, |_, _| ControlFlow::Break(None)) {
                        ControlFlow::Break(Some(stop)) => return ControlFlow::Break(stop),
                        ControlFlow::Break(None) => true,
                        ControlFlow::Continue(()) => false,
                    }
                }
            };
            if found {
                return ControlFlow::Continue(true);
            }
        }
        ControlFlow::Continue(false)
    }
}

/// The number of a binding in lexicographic order.
pub(crate) fn number_of(counts: &[u32], args: &[u32]) -> u64 {
    counts
        .iter()
        .zip(args)
        .fold(0, |number, (&count, &arg)| number.wrapping_mul(count.into()).wrapping_add(arg.into()))
}

/// The binding with a number.
pub(crate) fn binding(counts: impl DoubleEndedIterator<Item = u32>, mut number: u64) -> Vec<u32> {
    let mut args: Vec<u32> = counts
        .rev()
        .map(|count| {
            let count = u64::from(count.max(1));
            let arg = number % count;
            number /= count;
            arg as u32
        })
        .collect();
    args.reverse();
    args
}
