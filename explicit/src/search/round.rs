//! Working through a depth, in rounds between which the clock is looked at.

use super::worker::{Outbox, Worker};
use super::{Flow, Search, stop_on};
use crate::store::Store;
use musilc_ir::{Goal, Progress, PropertyId, PropertyKind, Unknown};
use rayon::ThreadPoolBuilder;
use rayon::prelude::*;
use std::ops::ControlFlow;

/// Steps that a worker executes in a round; what it hands over stays in the cache of the processor.
const STEPS: u64 = 1 << 14;

/// States that a worker looks at in a round.
const STATES: usize = 1 << 14;

/// With fewer states at a depth, waking threads takes longer than the work.
const FEW: usize = 1 << 11;

impl<'s, S: Store> Search<'s, S> {
    /// Has each worker do something, at the same time where there is enough to do.
    fn each<R: Send>(
        &mut self,
        little: bool,
        work: impl Fn(usize, &mut Worker<'s, S>) -> Flow<R> + Sync,
    ) -> Flow<Vec<R>> {
        if !little && self.pool.is_none() && self.workers.len() > 1 {
            let started = ThreadPoolBuilder::new().num_threads(self.workers.len()).build();
            let started =
                started.map_err(|why| Unknown::Incapable(format!("the threads cannot be started: {why}")));
            self.pool = Some(stop_on(started)?);
        }
        let results: Vec<Flow<R>> = match &self.pool {
            Some(pool) if !little => pool.install(|| {
                self.workers.par_iter_mut().enumerate().map(|(at, worker)| work(at, worker)).collect()
            }),
            _ => self.workers.iter_mut().enumerate().map(|(at, worker)| work(at, worker)).collect(),
        };
        let mut all = Vec::with_capacity(results.len());
        for result in results {
            all.push(result?);
        }
        ControlFlow::Continue(all)
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
            let more = self.each(little, |_, worker| worker.examine(&awaited, STATES))?;
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
            let more = self.each(little, |_, worker| worker.expand(STEPS))?;
            let done = !more.contains(&true);
            if self.workers.len() == 1 {
                if done {
                    self.workers[0].desk.finish()?;
                }
            } else {
                self.exchange(little)?;
            }
            self.look_at_the_clock(depth)?;
            if done {
                return ControlFlow::Continue(());
            }
        }
    }

    /// Has each worker enter the states that all of them have found for it.
    fn exchange(&mut self, little: bool) -> Flow {
        let count = self.workers.len();
        // `inboxes[to][from]`
        let mut inboxes: Vec<Vec<Outbox>> = (0..count)
            .map(|to| {
                self.workers.iter_mut().map(|worker| std::mem::take(&mut worker.desk.outboxes[to])).collect()
            })
            .collect();
        let words = self.task.program.words;
        let arriving: usize = inboxes.iter().flatten().map(|sent| sent.states().len() / words).sum();
        let most = self.task.limits.max_states.unwrap_or(u64::MAX);
        let received = if self.states() + arriving as u64 <= most {
            let receive = |at: usize, worker: &mut Worker<'s, S>| {
                inboxes[at].iter().try_for_each(|sent| worker.desk.receive(sent.states(), u64::MAX))
            };
            self.each(little, receive).map_continue(|_| ())
        } else {
            // One after the other, to stop at the limit.
            (0..count).try_for_each(|at| {
                let others = self.states() - self.workers[at].desk.store.len();
                let desk = &mut self.workers[at].desk;
                inboxes[at].iter().try_for_each(|sent| desk.receive(sent.states(), most - others))
            })
        };
        for (to, boxes) in inboxes.iter_mut().enumerate() {
            for (worker, sent) in self.workers.iter_mut().zip(boxes) {
                sent.clear();
                worker.desk.outboxes[to] = std::mem::take(sent);
            }
        }
        received
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
