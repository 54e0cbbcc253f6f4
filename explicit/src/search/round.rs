//! Working through a depth, in rounds between which the clock is looked at.

use super::meeting::{Parted, meet};
use super::worker::Worker;
use super::{Flow, Search, stop_on};
use crate::store::Store;
use musilc_ir::{Goal, Progress, PropertyId, PropertyKind, Unknown};
use rayon::ThreadPoolBuilder;
use rayon::prelude::*;
use std::ops::ControlFlow;

/// Steps that are executed between two looks at the clock where one worker works at a time.
const STEPS: u64 = 1 << 16;

/// States that a worker looks at in a round.
const STATES: usize = 1 << 16;

/// With fewer states at a depth, waking threads takes longer than the work.
const FEW: usize = 1 << 11;

impl<'s, S: Store> Search<'s, S> {
    /// Has each worker do something, at the same time where there is enough to do.
    fn each<R: Send>(
        &mut self,
        little: bool,
        work: impl Fn(&mut Worker<'s, S>) -> Flow<R> + Send + Sync,
    ) -> Flow<Vec<R>> {
        let results: Vec<Flow<R>> = match self.pool(little)? {
            false => self.workers.iter_mut().map(work).collect(),
            true => {
                let Self { pool, workers, .. } = self;
                let all = || workers.par_iter_mut().with_max_len(1).map(work).collect();
                pool.as_ref().map_or_else(Vec::new, |pool| pool.install(all))
            }
        };
        let mut all = Vec::with_capacity(results.len());
        for result in results {
            all.push(result?);
        }
        ControlFlow::Continue(all)
    }

    /// Whether to work with several threads; if so, they are there.
    fn pool(&mut self, little: bool) -> Flow<bool> {
        if little || self.workers.len() == 1 {
            return ControlFlow::Continue(false);
        }
        if self.pool.is_none() {
            let started = ThreadPoolBuilder::new().num_threads(self.workers.len()).build();
            let started =
                started.map_err(|why| Unknown::Incapable(format!("the threads cannot be started: {why}")));
            self.pool = Some(stop_on(started)?);
        }
        ControlFlow::Continue(true)
    }

    fn rewind(&mut self) -> bool {
        self.workers.iter_mut().for_each(Worker::rewind);
        let frontier: usize = self.workers.iter().map(|worker| worker.desk.store.frontier()).sum();
        frontier < FEW
    }

    /// Looks at the states of the frontier.
    pub(super) fn examine(&mut self, depth: u32) -> Flow {
        let little = self.rewind();
        let awaited = self.awaited();
        loop {
            let more = self.each(little, |worker| worker.examine(&awaited, STATES))?;
            self.look_at_the_clock(depth)?;
            if !more.contains(&true) {
                return ControlFlow::Continue(());
            }
        }
    }

    /// The properties that states are still to be found with.
    fn awaited(&self) -> Vec<PropertyId> {
        let properties = self.task.system.properties.iter().enumerate();
        properties
            .filter(|(index, property)| {
                self.witnesses[*index].is_none()
                    && match self.task.goal {
                        Goal::All => property.kind == PropertyKind::Reachable,
                        Goal::Reach(wanted) => wanted.index() == *index,
                        Goal::Refute(_) | Goal::Induct(_) => false,
                    }
            })
            .map(|(index, _)| PropertyId::from(index))
            .collect()
    }

    /// Executes every enabled instance in the states of the frontier.
    pub(super) fn expand(&mut self, depth: u32) -> Flow {
        let little = self.rewind();
        loop {
            self.task.compile_if_worth_it(self.steps());
            let parted = match self.pool(little)? {
                true => {
                    let Self { pool, workers, task, .. } = self;
                    match pool {
                        Some(pool) => meet(pool, task, workers)?,
                        None => Parted::Over,
                    }
                }
                false => self.expand_in_turn()?,
            };
            if parted == Parted::Over {
                self.exchange()?;
            }
            self.look_at_the_clock(depth)?;
            if parted == Parted::Done {
                return ControlFlow::Continue(());
            }
        }
    }

    /// Has one worker after the other execute some steps.
    fn expand_in_turn(&mut self) -> Flow<Parted> {
        let mut parted = Parted::Done;
        for worker in &mut self.workers {
            if worker.expand(STEPS)? {
                parted = Parted::More;
            }
        }
        if self.workers.len() > 1 {
            self.exchange()?;
        } else if parted == Parted::Done {
            self.workers[0].desk.finish()?;
        }
        ControlFlow::Continue(parted)
    }

    /// Has one worker after the other enter the states that all of them have found for it, and stop at the limit.
    fn exchange(&mut self) -> Flow {
        let most = self.task.limits.max_states.unwrap_or(u64::MAX);
        for to in 0..self.workers.len() {
            for from in 0..self.workers.len() {
                let mut sent = std::mem::take(&mut self.workers[from].desk.outboxes[to]);
                let others = self.states() - self.workers[to].desk.store.len();
                self.workers[to].desk.receive(sent.states(), most.saturating_sub(others))?;
                sent.clear();
                self.workers[from].desk.outboxes[to] = sent;
            }
        }
        ControlFlow::Continue(())
    }

    /// A little work has been done.
    pub(super) fn tick(&mut self, depth: u32) -> Flow {
        let progress = progress(&self.workers, depth, &self.task.memory);
        self.clock.tick(progress)
    }

    /// Some work has been done.
    pub(super) fn look_at_the_clock(&mut self, depth: u32) -> Flow {
        let progress = progress(&self.workers, depth, &self.task.memory);
        self.clock.look(progress)
    }
}

/// How far the search is.
fn progress<'w, S: Store>(
    workers: &'w [Worker<'_, S>],
    depth: u32,
    memory: &'w crate::memory::Memory,
) -> impl Fn() -> Progress + 'w {
    move || {
        let desks = || workers.iter().map(|worker| &worker.desk);
        let states: u64 = desks().map(|desk| desk.store.len()).sum();
        let waiting = desks().map(|desk| desk.store.frontier().saturating_sub(desk.expanded) as u64);
        Progress {
            depth,
            states,
            transitions: desks().map(|desk| desk.steps()).sum(),
            frontier: waiting.sum(),
            memory: memory.used(),
            max_memory: memory.most().unwrap_or(0),
            ..Progress::default()
        }
    }
}
