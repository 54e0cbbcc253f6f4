//! Short cycles within a component that keep to every fairness assumption and accept.

use crate::component::{Local, LocalEdge};
use crate::fairness::Constraints;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::VecDeque;

/// A step of a cycle: the instance, and the position of the node that it leads to.
pub(crate) type Hop = (u32, u32);

/// So many pairs of a node and what is done so far are visited to find a shortest cycle; then one that is merely short will do.
const MOST_VISITED: usize = 200_000;

/// What a cycle has to do, as bits: each acceptance set and each weak assumption (taken, or not enabled somewhere); of each strong
/// assumption, whether it was taken, and whether it was enabled.
pub(crate) struct Chores<'c> {
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
    pub(crate) fn new(local: &'c Local, constraints: &Constraints, all: u64) -> Option<Self> {
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

    /// A shortest cycle through a node, by breadth-first search over nodes and what is done so far; `None` where that takes too long, or
    /// no cycle is shorter than `bound`.
    fn shortest(&self, start: u32, bound: usize) -> Result<Option<Vec<Hop>>, ()> {
        // Node, what is done, from where, and by which instance.
        let mut visited: Vec<(u32, u128, usize, u32)> = vec![(start, self.of_node[start as usize], 0, 0)];
        let mut known: FxHashSet<(u32, u128)> = FxHashSet::default();
        let (mut at, mut level_end, mut length) = (0, 1, 1);
        while at < visited.len() && length < bound {
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
                    return Ok(Some(hops));
                }
                if known.insert((edge.target, after)) {
                    visited.push((edge.target, after, at, edge.instance));
                }
            }
            if visited.len() > MOST_VISITED {
                return Err(());
            }
            at += 1;
            if at == level_end {
                (level_end, length) = (visited.len(), length + 1);
            }
        }
        Ok(None)
    }

    /// A cycle through a node that is short, though perhaps not shortest: from one chore to the nearest next one, and home. `None` where
    /// none is shorter than `bound`.
    fn greedy(&self, start: u32, bound: usize) -> Option<Vec<Hop>> {
        let all = self.needed | self.strong;
        let seen: u128 = self.of_node.iter().fold(0, |all, bits| all | bits) >> self.strong_shift;
        let all = all & (self.needed | seen);
        let mut hops: Vec<Hop> = Vec::new();
        let (mut node, mut done) = (start, self.of_node[start as usize]);
        while hops.len() < bound {
            let owed = all & !done;
            let target = |edge: &LocalEdge| match owed {
                0 => edge.target == start,
                _ => self.of_edge(edge) & owed != 0,
            };
            let path = nearest(self.local, node, target)?;
            for (edge, _) in &path {
                done |= self.of_edge(edge);
                hops.push((edge.instance, edge.target));
                node = edge.target;
            }
            if owed == 0 {
                return (hops.len() < bound).then_some(hops);
            }
        }
        None
    }

    /// A short cycle through a node, if there is one of fewer steps than `bound`.
    pub(crate) fn cycle(&self, start: u32, bound: usize) -> Option<Vec<Hop>> {
        match self.shortest(start, bound) {
            Ok(cycle) => cycle,
            Err(()) => self.greedy(start, bound),
        }
    }
}

/// A cycle through a node that goes through every edge-related chore there can be: for components with more assumptions than
/// [`Chores`] can hold. It visits every node and edge.
pub(crate) fn grand_tour(local: &Local, start: u32) -> Option<Vec<Hop>> {
    let mut left: FxHashSet<(u32, usize)> = (0..local.nodes.len() as u32)
        .flat_map(|node| (0..local.edges_from(node).len()).map(move |at| (node, at)))
        .collect();
    let mut hops = Vec::new();
    let mut node = start;
    loop {
        let mut path = Vec::new();
        if let Some(at) = (0..local.edges_from(node).len()).find(|at| left.contains(&(node, *at))) {
            left.remove(&(node, at));
            path.push(local.edges_from(node)[at]);
        } else if left.is_empty() {
            if node == start {
                return Some(hops);
            }
            path.extend(nearest(local, node, |edge| edge.target == start)?.into_iter().map(|(edge, _)| edge));
        } else {
            let has_left = |to: u32| (0..local.edges_from(to).len()).any(|at| left.contains(&(to, at)));
            let way = nearest(local, node, |edge| has_left(edge.target))?;
            path.extend(way.into_iter().map(|(edge, _)| edge));
        }
        for edge in path {
            hops.push((edge.instance, edge.target));
            node = edge.target;
        }
    }
}

/// The shortest path from a node whose last edge is a wanted one.
fn nearest(local: &Local, from: u32, wanted: impl Fn(&LocalEdge) -> bool) -> Option<Vec<(LocalEdge, u32)>> {
    let mut came: FxHashMap<u32, (LocalEdge, u32)> = FxHashMap::default();
    let mut queue = VecDeque::from([from]);
    while let Some(node) = queue.pop_front() {
        for edge in local.edges_from(node) {
            if wanted(edge) {
                let mut path = vec![(*edge, node)];
                let mut at = node;
                while at != from {
                    let &(edge, before) = came.get(&at)?;
                    path.push((edge, before));
                    at = before;
                }
                path.reverse();
                return Some(path);
            }
            if edge.target != from && !came.contains_key(&edge.target) {
                came.insert(edge.target, (*edge, node));
                queue.push_back(edge.target);
            }
        }
    }
    None
}
