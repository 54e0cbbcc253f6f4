//! From a product with fair components to a short lasso.
//!
//! A breadth-first search of the product finds the nodes of fair components that are nearest to the start; through each of the first of
//! them goes a short cycle. The lasso that is shortest as a run of the system is kept.

use crate::component::Local;
use crate::cycle::{Chores, MOST_EFFORT, cycle};
use crate::graph::STUTTER;
use crate::machine::Stop;
use crate::memory::Memory;
use crate::product::Product;
use crate::scc::{Components, Known};
use musilc_ir::Unknown;
use rustc_hash::FxHashMap;
use std::collections::hash_map::Entry;
use std::ops::ControlFlow;

/// About how many bytes a node of the breadth-first search takes.
const BYTES_PER_NODE: u64 = 48;

/// A step: the instance and the number of the state after it.
pub(crate) type Step = (u32, u32);

/// An infinite run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Lasso {
    /// A state that the search for states has a run to: the lasso starts with that run.
    pub(crate) from: u32,
    /// The depth of that state.
    pub(crate) depth: u32,
    /// The steps to the loop.
    pub(crate) stem: Vec<Step>,
    /// The steps of the loop; none where the last state stutters.
    pub(crate) cycle: Vec<Step>,
}

impl Lasso {
    fn length(&self) -> usize {
        self.depth as usize + self.stem.len() + self.cycle.len().max(1)
    }

    /// Of two equally long ones, the one with the shorter stem is better.
    fn is_better_than(&self, other: &Self) -> bool {
        let key = |lasso: &Self| (lasso.length(), lasso.depth as usize + lasso.stem.len());
        key(self) < key(other)
    }

    /// The same run in fewest steps: the cycle goes round once, and the stem ends where the run begins to repeat.
    fn fold(mut self) -> Self {
        let all = self.stem.iter().chain(&self.cycle);
        if let Some(stuck) = all.clone().position(|(instance, _)| *instance == STUTTER) {
            self.stem = all.take(stuck).copied().collect();
            self.cycle.clear();
            return self;
        }
        let round = |period: &usize| {
            self.cycle.len().is_multiple_of(*period)
                && self.cycle[*period..].iter().zip(&self.cycle).all(|(later, step)| later == step)
        };
        if let Some(period) = (1..self.cycle.len()).find(round) {
            self.cycle.truncate(period);
        }
        while let (Some(last), Some(back)) = (self.stem.last(), self.cycle.last())
            && last == back
        {
            let before = self.stem.iter().rev().nth(1).map_or(self.from, |step| step.1);
            let in_cycle = self.cycle.iter().rev().nth(1).map_or(back.1, |step| step.1);
            if before != in_cycle {
                break;
            }
            self.stem.pop();
            self.cycle.rotate_right(1);
        }
        self
    }
}

/// How a node was first reached.
#[derive(Clone, Copy, Debug)]
enum Came {
    /// The product starts here.
    Initial,
    /// From this state by this instance, when the automaton stopped waiting.
    Started(u32, u32),
    /// From this node by this instance.
    Step(u64, u32),
}

/// The search for a lasso.
pub(crate) struct Finder<'f, 'p, 'g, 'l, const W: usize> {
    pub(crate) product: &'f mut Product<'p, 'g, 'l, W>,
    /// The classes of the nodes: that of a fair part is its position in `parts`, plus 1.
    pub(crate) components: &'f Components,
    /// The nodes of each fair part.
    pub(crate) parts: &'f [Vec<u64>],
    /// The number of states at each depth.
    pub(crate) levels: &'f [u64],
    pub(crate) memory: &'f Memory,
}

impl<const W: usize> Finder<'_, '_, '_, '_, W> {
    /// A short lasso; `None` where no fair part can be reached, which cannot be.
    ///
    /// One that was found is given even where there is no time or memory to look for a shorter one.
    pub(crate) fn find(&mut self) -> ControlFlow<Stop, Option<Lasso>> {
        let mut best = None;
        match self.improve(&mut best) {
            ControlFlow::Break(stop) if best.is_none() => ControlFlow::Break(stop),
            _ => ControlFlow::Continue(best),
        }
    }

    fn improve(&mut self, best: &mut Option<Lasso>) -> ControlFlow<Stop> {
        let mut came: FxHashMap<u64, Came> = FxHashMap::default();
        let mut parts: FxHashMap<u32, (Local, Option<Chores>)> = FxHashMap::default();
        let mut effort = 0;
        let mut level: Vec<u64> = Vec::new();
        if !self.product.waits() {
            for state in 0..self.levels.first().copied().unwrap_or(0) as u32 {
                let node = self.product.initial(state);
                came.insert(node, Came::Initial);
                level.push(node);
            }
        }
        let (mut depth, mut charged, mut first_state) = (0u32, 0u64, 0u32);
        loop {
            for &node in &level {
                let Known::Class(class) = self.components.known(node) else { continue };
                if class == 0 || best.is_some() && effort >= MOST_EFFORT {
                    continue;
                }
                let better =
                    self.lasso_through((node, class), &came, &mut parts, best.as_ref(), &mut effort)?;
                *best = better.or(best.take());
            }
            let enough = best.as_ref().is_some_and(|best| depth as usize > best.length());
            if enough || best.is_some() && effort >= MOST_EFFORT {
                break;
            }
            let states = self.levels.get(depth as usize).copied().unwrap_or(0) as u32;
            let mut next = Vec::new();
            for &node in &level {
                for edge in self.product.edges_from(node)? {
                    came.entry(edge.target).or_insert_with(|| {
                        next.push(edge.target);
                        Came::Step(node, edge.arc.instance)
                    });
                }
            }
            if self.product.waits() {
                for state in first_state..first_state + states {
                    for edge in self.product.starts_from(state)? {
                        came.entry(edge.target).or_insert_with(|| {
                            next.push(edge.target);
                            Came::Started(state, edge.arc.instance)
                        });
                    }
                }
            }
            first_state += states;
            let more = (came.len() as u64 * BYTES_PER_NODE).saturating_sub(charged);
            if self.memory.charge(more).is_err() {
                return ControlFlow::Break(Box::new(Unknown::MemoryLimit(self.memory.limit())));
            }
            charged += more;
            if next.is_empty() && (depth as usize + 1 >= self.levels.len() || !self.product.waits()) {
                break;
            }
            (level, depth) = (next, depth + 1);
        }
        self.memory.release(charged);
        parts.into_values().for_each(|(local, _)| local.release(self.memory));
        ControlFlow::Continue(())
    }

    /// A lasso whose cycle goes through a node of a fair part, if it is shorter than the best one known.
    fn lasso_through(
        &mut self,
        (node, class): (u64, u32),
        came: &FxHashMap<u64, Came>,
        parts: &mut FxHashMap<u32, (Local, Option<Chores>)>,
        best: Option<&Lasso>,
        effort: &mut usize,
    ) -> ControlFlow<Stop, Option<Lasso>> {
        let Some(nodes) = self.parts.get(class as usize - 1) else { return ControlFlow::Continue(None) };
        let (constraints, all) = (self.product.graph.constraints, self.product.all());
        let (local, chores) = match parts.entry(class) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(vacant) => {
                let local = Local::new(self.product, nodes, self.memory)?;
                let chores = Chores::new(&local, constraints, all);
                vacant.insert((local, chores))
            }
        };
        let Some(start) = local.position(node) else { return ControlFlow::Continue(None) };
        // An equally long one may be better.
        let bound = best.map_or(usize::MAX, |best| best.length() + 1);
        let pause = &mut || self.product.graph.tick();
        let cycle = cycle(local, chores.as_ref(), (constraints, all), (start, bound), effort, pause)?;
        let Some(cycle) = cycle else { return ControlFlow::Continue(None) };
        let cycle = cycle
            .into_iter()
            .map(|(instance, position)| (instance, self.product.state(local.nodes[position as usize])));
        let cycle: Vec<Step> = cycle.collect();
        let mut stem = Vec::new();
        let mut at = node;
        let from = loop {
            match came.get(&at) {
                Some(&Came::Step(before, instance)) => {
                    stem.push((instance, self.product.state(at)));
                    at = before;
                }
                Some(&Came::Started(state, instance)) => {
                    stem.push((instance, self.product.state(at)));
                    break state;
                }
                Some(Came::Initial) | None => break self.product.state(at),
            }
        };
        stem.reverse();
        let lasso = Lasso { from, depth: self.depth_of(from), stem, cycle }.fold();
        let better = best.is_none_or(|best| lasso.is_better_than(best));
        ControlFlow::Continue(better.then_some(lasso))
    }

    fn depth_of(&self, state: u32) -> u32 {
        let mut end = 0;
        let reached = |count: &u64| {
            end += count;
            u64::from(state) < end
        };
        self.levels.iter().position(reached).unwrap_or(0) as u32
    }
}
