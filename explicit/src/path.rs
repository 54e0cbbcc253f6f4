//! Shortest runs to states, found backwards.
//!
//! No state has a pointer to the one that it was reached from. Instead, the states of each depth that lead to a target are found from the
//! depth before the target's back to the first; then the run is followed forwards, by the first instance that stays among them. So the run
//! is the least of all shortest ones, by the order of bindings and instances: it does not depend on the order in which states were found.

use crate::machine::{Machine, Sink, StepTo, Stop, Successors, binding};
use crate::memory::{Full, Memory};
use crate::search::Task;
use crate::search::findings::States;
use crate::search::judge::Judge;
use crate::seen::Seen;
use crate::store::{Share, Store, hash};
use musilc_ir::{Step, Trace, TransitionId, Unknown, ViolationKind};
use rayon::ThreadPool;
use rayon::prelude::*;
use std::ops::ControlFlow;

type Flow<T = ()> = ControlFlow<Stop, T>;

/// Finds runs through states that have been found.
pub(crate) struct Paths<'a, 's, S> {
    pub(crate) task: &'a Task<'s>,
    pub(crate) store: &'a S,
    pub(crate) pool: Option<&'a ThreadPool>,
}

/// States to be reached.
struct Targets {
    set: Seen<0>,
    /// One bit for many hashes: most states that are no targets are known by it.
    filter: Vec<u64>,
    shift: u32,
}

impl Targets {
    fn new<'w>(
        words: usize,
        states: impl ExactSizeIterator<Item = &'w [u64]>,
        memory: &Memory,
    ) -> Result<Self, Full> {
        let bits = (states.len() * 16).next_power_of_two().clamp(1 << 10, 1 << 23);
        let shift = 64 - bits.ilog2();
        let (mut set, mut filter) = (Seen::new(words), vec![0u64; bits / 64]);
        for state in states {
            let key = hash(state);
            if !set.contains(state, key) {
                set.add(state, key, memory)?;
                let bit = key >> shift;
                filter[(bit / 64) as usize] |= 1 << (bit % 64);
            }
        }
        Ok(Self { set, filter, shift })
    }

    #[inline]
    fn contains(&self, state: &[u64]) -> bool {
        let key = hash(state);
        let bit = key >> self.shift;
        self.filter[(bit / 64) as usize] >> (bit % 64) & 1 != 0 && self.set.contains(state, key)
    }
}

/// Stops at the first step that is wanted.
struct Pick<F> {
    wanted: F,
    found: Option<(u32, u64, Option<Vec<u64>>)>,
}

impl<F: FnMut(&[u64], &mut StepTo<'_>) -> bool> Sink for Pick<F> {
    fn step(&mut self, state: &[u64], mut step: StepTo<'_>) -> Flow {
        if !(self.wanted)(state, &mut step) {
            return ControlFlow::Continue(());
        }
        let after = step.result.ok().map(|after| after.to_vec());
        self.found = Some((step.transition, step.number, after));
        // The reason is not looked at.
        ControlFlow::Break(Box::new(Unknown::Interrupted))
    }

    fn pause(&mut self) -> Flow {
        ControlFlow::Continue(())
    }
}

impl<S: Store> Paths<'_, '_, S> {
    /// The least of the shortest runs to any of these states, which were all first reached at this depth. With a kind of violation, the run
    /// goes on by the first step that is one.
    pub(crate) fn find(&self, depth: usize, states: &States, step: Option<ViolationKind>) -> Flow<Trace> {
        let memory = &self.task.memory;
        let before = memory.used();
        let mut result = self.try_find(depth, (0..states.len()).map(|at| states.get(at)), step);
        if let Ok(None) = result {
            memory.release(memory.used() - before);
            // There is no room for all. To one there is a run as short.
            result = self.try_find(depth, (0..states.len().min(1)).map(|at| states.get(at)), step);
        }
        memory.release(memory.used() - before);
        match result {
            Ok(Some(trace)) => ControlFlow::Continue(trace),
            Ok(None) => ControlFlow::Break(Box::new(self.task.out_of_memory())),
            Err(stop) => ControlFlow::Break(stop),
        }
    }

    /// As [`Self::find`]; nothing where memory does not suffice.
    fn try_find<'w>(
        &self,
        depth: usize,
        states: impl ExactSizeIterator<Item = &'w [u64]>,
        step: Option<ViolationKind>,
    ) -> Result<Option<Trace>, Stop> {
        let (words, memory) = (self.task.program.words, &self.task.memory);
        // From the last depth to the first.
        let mut targets = Vec::new();
        let Ok(last) = Targets::new(words, states, memory) else { return Ok(None) };
        targets.push(last);
        for depth in (0..depth).rev() {
            let Some(ahead) = targets.last() else { return Ok(None) };
            let found: Result<Vec<Vec<u64>>, Stop> = match self.pool {
                None => self.ancestors(depth, Share::WHOLE, ahead).map(|found| vec![found]),
                Some(pool) => {
                    let of = pool.current_num_threads();
                    let shares = (0..of).into_par_iter().map(|number| Share { number, of });
                    pool.install(|| shares.map(|share| self.ancestors(depth, share, ahead)).collect())
                }
            };
            let found = found?.concat();
            let Ok(next) = Targets::new(words, found.chunks_exact(words), memory) else { return Ok(None) };
            targets.push(next);
        }
        targets.reverse();
        self.follow(&targets, step).map(Some)
    }

    /// Those of a share of the states at a depth from which a step leads to a target.
    fn ancestors(&self, depth: usize, share: Share, targets: &Targets) -> Result<Vec<u64>, Stop> {
        let program = self.task.program;
        let (words, native) = (program.words, self.task.native.get());
        let mut machine = Machine::new(program);
        let mut fired = vec![0; program.transitions.len()];
        let mut after = vec![0; native.map_or(0, |native| native.room())];
        let mut found = Vec::new();
        let flow = self.store.visit_depth(depth, share, &mut |block| {
            self.task.pause()?;
            for state in block.chunks_exact(words) {
                let leads = match native {
                    Some(native) => {
                        let done = native.expand(state, &mut after, &mut fired);
                        after[..done.words].chunks_exact(words).any(|after| targets.contains(after))
                    }
                    None => {
                        let wanted = |_: &[u64], step: &mut StepTo<'_>| {
                            step.result.as_ref().is_ok_and(|after| targets.contains(after))
                        };
                        pick(&mut machine, state, wanted).is_some()
                    }
                };
                if leads {
                    found.extend_from_slice(state);
                }
            }
            ControlFlow::Continue(())
        });
        match flow {
            ControlFlow::Continue(()) => Ok(found),
            ControlFlow::Break(stop) => Err(stop),
        }
    }

    /// The first run through these targets, one of each.
    fn follow(&self, targets: &[Targets], step: Option<ViolationKind>) -> Result<Trace, Stop> {
        let lost = || -> Stop {
            Box::new(Unknown::Incapable(
                "internal error of the explicit engine: a state that was found is not found again".to_owned(),
            ))
        };
        let Task { system, program, layout, .. } = self.task;
        let mut machine = Machine::new(program);
        let Some((first, rest)) = targets.split_first() else { return Err(lost()) };
        let (mut trace, mut state) = (Trace::default(), None);
        let flow = machine.run_nest(
            &program.init,
            &[],
            || self.task.pause().map_break(Some),
            |machine, args| {
                let initial = match machine.initial(&program.init) {
                    ControlFlow::Continue(initial) => initial,
                    ControlFlow::Break(stop) => return ControlFlow::Break(Some(stop)),
                };
                if !first.contains(initial) {
                    return ControlFlow::Continue(());
                }
                trace.init_args = args.to_vec();
                state = Some(initial.to_vec());
                ControlFlow::Break(None)
            },
        );
        if let ControlFlow::Break(Some(stop)) = flow {
            return Err(stop);
        }
        let mut state = state.ok_or_else(lost)?;
        trace.initial = layout.unpack(&state);
        let args_of = |transition: u32, number: u64| {
            let params = system.transitions[transition as usize].params.iter();
            binding(params.map(|param| param.count), number)
        };
        for targets in rest {
            let wanted = |_: &[u64], step: &mut StepTo<'_>| {
                step.result.as_ref().is_ok_and(|after| targets.contains(after))
            };
            let (transition, number, after) = pick(&mut machine, &state, wanted).ok_or_else(lost)?;
            state = after.ok_or_else(lost)?;
            trace.steps.push(Step {
                transition: TransitionId(transition),
                args: args_of(transition, number),
                state: layout.unpack(&state),
            });
        }
        if let Some(kind) = step {
            let mut judge = Judge::new(system, program);
            let wanted = |state: &[u64], step: &mut StepTo<'_>| {
                let mut is_it = false;
                judge.judge(state, step, |found| is_it |= found == kind);
                is_it
            };
            let (transition, number, after) = pick(&mut machine, &state, wanted).ok_or_else(lost)?;
            trace.steps.push(Step {
                transition: TransitionId(transition),
                args: args_of(transition, number),
                state: after.and_then(|after| layout.unpack(&after)),
            });
        }
        Ok(trace)
    }
}

/// The first step from a state that is wanted: its transition, its number there, and the state after it.
fn pick(
    machine: &mut Machine<'_>,
    state: &[u64],
    wanted: impl FnMut(&[u64], &mut StepTo<'_>) -> bool,
) -> Option<(u32, u64, Option<Vec<u64>>)> {
    let mut pick = Pick { wanted, found: None };
    let _ = machine.expand(state, &mut pick);
    pick.found
}
