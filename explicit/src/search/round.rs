//! Working through a depth, in rounds between which the clock is looked at.

use super::pipeline::Access;
use super::worker::{Round, Worker};
use super::{Flow, Search, stop_on};
use crate::memory::Memory;
use crate::store::{Cursor, Store};
use musilc_ir::{Goal, Progress, PropertyId, PropertyKind, Unknown};
use rayon::ThreadPoolBuilder;
use rayon::prelude::*;
use std::ops::ControlFlow;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

/// Steps that a worker executes in a round.
const STEPS: u64 = 1 << 16;

/// Steps that each worker executes in a round that several work in.
const STEPS_TOGETHER: u64 = 1 << 20;

/// States that a worker looks at in a round.
const STATES: usize = 1 << 16;

/// New states that each worker must have room for in the set before several enter some at a time.
const ROOM: u64 = 1 << 12;

impl<'s, S: Store> Search<'s, S> {
    /// Whether several threads can work on this depth now; if so, they are there, and have room.
    fn together(&mut self) -> Flow<bool> {
        let threads = self.workers.len();
        if threads == 1 || self.store.frontier() < self.task.options.share_from {
            return ControlFlow::Continue(false);
        }
        let room = ROOM * threads as u64;
        if self.task.limits.max_states.is_some_and(|most| self.store.len() + room > most) {
            return ControlFlow::Continue(false);
        }
        let pool = match self.pool.take() {
            Some(pool) => pool,
            None => {
                let started = ThreadPoolBuilder::new().num_threads(threads).build();
                stop_on(
                    started
                        .map_err(|why| Unknown::Incapable(format!("the threads cannot be started: {why}"))),
                )?
            }
        };
        let room = self.store.make_room(room, &pool, &self.task.memory);
        self.pool = Some(pool);
        ControlFlow::Continue(room)
    }

    /// A round of all workers at the same time, or of one of them; whether there is more to do.
    fn round(
        &mut self,
        together: bool,
        cursor: &Mutex<Cursor>,
        work: impl Fn(&mut Worker<'s, S>, &mut Round<'_, S>) -> Flow<bool> + Sync,
    ) -> Flow<bool> {
        let Self { store, workers, pool, .. } = self;
        let over = &AtomicBool::new(false);
        let results: Vec<Flow<bool>> = match pool {
            Some(pool) if together => {
                let (store, work) = (&*store, &work);
                let work =
                    |worker| work(worker, &mut Round { access: Access::Together(store), cursor, over });
                pool.install(|| workers.par_iter_mut().with_max_len(1).map(work).collect())
            }
            _ => {
                let mut round = Round { access: Access::Alone(store), cursor, over };
                // They may have been interrupted.
                let others = workers.iter_mut().skip(1).try_for_each(|worker| worker.desk.finish(&mut round));
                others?;
                workers.iter_mut().take(1).map(|worker| work(worker, &mut round)).collect()
            }
        };
        let mut more = false;
        for result in results {
            more |= result?;
        }
        ControlFlow::Continue(more)
    }

    /// Looks at the states of the frontier.
    pub(super) fn examine(&mut self, depth: u32) -> Flow {
        let awaited = self.awaited();
        let (together, cursor) = (self.together()?, Mutex::default());
        while self.round(together, &cursor, |worker, round| worker.examine(round, &awaited, STATES))? {
            self.look_at_the_clock(depth)?;
        }
        self.look_at_the_clock(depth)
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
        self.workers.iter_mut().for_each(|worker| worker.desk.expanded = 0);
        let cursor = Mutex::default();
        loop {
            self.task.compile_if_worth_it(self.steps());
            let together = self.together()?;
            let steps = if together { STEPS_TOGETHER } else { STEPS };
            let more = self.round(together, &cursor, |worker, round| worker.expand(round, steps))?;
            self.look_at_the_clock(depth)?;
            if !more {
                return ControlFlow::Continue(());
            }
        }
    }

    /// A little work has been done.
    pub(super) fn tick(&mut self, depth: u32) -> Flow {
        let Self { store, workers, task, clock, .. } = self;
        clock.tick(|| progress(store, workers, depth, &task.memory))
    }

    /// Some work has been done.
    pub(super) fn look_at_the_clock(&mut self, depth: u32) -> Flow {
        let Self { store, workers, task, clock, .. } = self;
        clock.look(|| progress(store, workers, depth, &task.memory))
    }
}

/// How far the search is.
fn progress<S: Store>(store: &S, workers: &[Worker<'_, S>], depth: u32, memory: &Memory) -> Progress {
    let desks = || workers.iter().map(|worker| &worker.desk);
    let expanded: usize = desks().map(|desk| desk.expanded).sum();
    Progress {
        depth,
        states: store.len(),
        transitions: desks().map(|desk| desk.steps()).sum(),
        frontier: store.frontier().saturating_sub(expanded) as u64,
        memory: memory.used(),
        max_memory: memory.most().unwrap_or(0),
        ..Progress::default()
    }
}
