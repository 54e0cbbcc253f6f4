//! Short cycles within a component that keep to every fairness assumption and accept.

use crate::component::{Local, LocalEdge};
use crate::errands::Errands;
use crate::fairness::Constraints;
use crate::machine::Stop;
use rustc_hash::{FxHashMap, FxHashSet};
use std::ops::ControlFlow;

/// A step of a cycle: the instance, and the position of the node that it leads to.
pub(crate) type Hop = (u32, u32);

/// So many pairs of a node and what is done so far are visited to find a shortest cycle; then one that is merely short will do.
const MOST_VISITED: usize = 200_000;

/// Called now and then in a long search.
pub(crate) type Pause<'p> = &'p mut dyn FnMut() -> ControlFlow<Stop>;

/// A short cycle through a node of a part in which fair and accepting runs can stay, if there is one of fewer steps than `bound`: a
/// shortest one, unless it takes too long to find.
pub(crate) fn cycle(
    local: &Local,
    constraints: &Constraints,
    all: u64,
    start: u32,
    bound: usize,
    pause: Pause<'_>,
) -> ControlFlow<Stop, Option<Vec<Hop>>> {
    if let Some(chores) = Chores::new(local, constraints, all)
        && let Ok(cycle) = chores.shortest(start, bound, pause)?
    {
        return ControlFlow::Continue(cycle);
    }
    Errands::new(local, constraints, all).cycle(start, bound, pause)
}

/// What a cycle has to do, as bits: each acceptance set and each weak assumption (taken, or not enabled somewhere); of each strong
/// assumption, whether it was taken, and whether it was enabled.
struct Chores<'c> {
    local: &'c Local,
    /// The bits of each node.
    of_node: Vec<u128>,
    /// The bit of being taken, for each assumption.
    of_constraint: FxHashMap<u32, u128>,
    /// The acceptance sets and what bit each has.
    sets: Vec<(u64, u128)>,
    /// What must be done in any case.
    needed: u128,
    /// The bits that say that a strong assumption was taken; those that it was enabled lie `strong_shift` higher.
    strong: u128,
    strong_shift: u32,
}

impl<'c> Chores<'c> {
    /// `None` where there are too many for one word.
    fn new(local: &'c Local, constraints: &Constraints, all: u64) -> Option<Self> {
        let nodes = 0..local.nodes.len() as u32;
        let mut enabled: Vec<u32> = nodes
            .clone()
            .flat_map(|node| local.enabled_in(node))
            .copied()
            .collect::<FxHashSet<_>>()
            .into_iter()
            .collect();
        enabled.sort_unstable();
        let (strong, weak): (Vec<u32>, Vec<u32>) =
            enabled.into_iter().partition(|&c| constraints.is_strong(c));
        let sets: Vec<u64> = (0..64).map(|bit| 1u64 << bit).filter(|set| all & set != 0).collect();
        if sets.len() + weak.len() + 2 * strong.len() > 128 {
            return None;
        }
        let mut next = 0u32;
        let mut bit = || {
            next += 1;
            1u128 << (next - 1)
        };
        let sets: Vec<(u64, u128)> = sets.into_iter().map(|set| (set, bit())).collect();
        let weak: Vec<(u32, u128)> = weak.into_iter().map(|constraint| (constraint, bit())).collect();
        let strong: Vec<(u32, u128)> = strong.into_iter().map(|constraint| (constraint, bit())).collect();
        let mut chores = Self {
            local,
            of_node: Vec::new(),
            of_constraint: weak.iter().chain(&strong).copied().collect(),
            needed: sets
                .iter()
                .map(|(_, bit)| bit)
                .chain(weak.iter().map(|(_, bit)| bit))
                .fold(0, |a, b| a | b),
            sets,
            strong: strong.iter().fold(0, |all, (_, bit)| all | bit),
            strong_shift: strong.len() as u32,
        };
        chores.of_node = nodes
            .map(|node| {
                let enabled = local.enabled_in(node);
                let is_enabled = |constraint: &u32| enabled.binary_search(constraint).is_ok();
                let idle = weak.iter().filter(|(constraint, _)| !is_enabled(constraint)).map(|(_, bit)| *bit);
                let seen = strong.iter().filter(|(constraint, _)| is_enabled(constraint));
                idle.chain(seen.map(|(_, bit)| bit << chores.strong_shift)).fold(0, |all, bit| all | bit)
            })
            .collect();
        Some(chores)
    }

    /// What following an edge does.
    fn of_edge(&self, edge: &LocalEdge) -> u128 {
        let taken = edge.constraint.and_then(|constraint| self.of_constraint.get(&constraint)).copied();
        let sets = self.sets.iter().filter(|(set, _)| edge.accepting & set != 0);
        sets.fold(taken.unwrap_or(0), |all, (_, bit)| all | bit) | self.of_node[edge.target as usize]
    }

    /// Whether a cycle that did this has done all.
    fn are_done(&self, done: u128) -> bool {
        let owed = (done >> self.strong_shift) & self.strong & !done;
        done & self.needed == self.needed && owed == 0
    }

    /// A shortest cycle through a node, by breadth-first search over nodes and what is done so far; none where no cycle is shorter
    /// than `bound`. An error where it takes too long.
    fn shortest(
        &self,
        start: u32,
        bound: usize,
        pause: Pause<'_>,
    ) -> ControlFlow<Stop, Result<Option<Vec<Hop>>, TooLong>> {
        // Node, what is done, from where, and by which instance.
        let mut visited: Vec<(u32, u128, usize, u32)> = vec![(start, self.of_node[start as usize], 0, 0)];
        let mut known: FxHashSet<(u32, u128)> = FxHashSet::default();
        let (mut at, mut level_end, mut length) = (0, 1, 1);
        while at < visited.len() && length < bound {
            pause()?;
            let (node, done, _, _) = visited[at];
            for edge in self.local.edges_from(node) {
                let after = done | self.of_edge(edge);
                if edge.target == start && self.are_done(after) {
                    let mut hops = vec![(edge.instance, start)];
                    while at > 0 {
                        hops.push((visited[at].3, visited[at].0));
                        at = visited[at].2;
                    }
                    hops.reverse();
                    return ControlFlow::Continue(Ok(Some(hops)));
                }
                if known.insert((edge.target, after)) {
                    visited.push((edge.target, after, at, edge.instance));
                }
            }
            if visited.len() > MOST_VISITED {
                return ControlFlow::Continue(Err(TooLong));
            }
            at += 1;
            if at == level_end {
                (level_end, length) = (visited.len(), length + 1);
            }
        }
        ControlFlow::Continue(Ok(None))
    }
}

/// The search for a shortest cycle was given up.
#[derive(Debug)]
struct TooLong;
