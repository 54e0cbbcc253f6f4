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
const MOST_VISITED: usize = 100_000;

/// So many edges are followed in all, for all the nodes that cycles are looked for through.
pub(crate) const MOST_EFFORT: usize = 4_000_000;

/// Called now and then in a long search.
pub(crate) type Pause<'p> = &'p mut dyn FnMut() -> ControlFlow<Stop>;

/// A short cycle through a node of a part in which fair and accepting runs can stay, if there is one of fewer steps than `bound`: a
/// shortest one, unless it takes too long to find. Adds to `effort` what it took.
pub(crate) fn cycle(
    local: &Local,
    chores: Option<&Chores>,
    (constraints, all): (&Constraints, u64),
    (start, bound): (u32, usize),
    effort: &mut usize,
    pause: Pause<'_>,
) -> ControlFlow<Stop, Option<Vec<Hop>>> {
    if let Some(chores) = chores
        && let Ok(cycle) = chores.shortest(local, start, bound, effort, pause)?
    {
        return ControlFlow::Continue(cycle);
    }
    Errands::new(local, constraints, all).cycle(start, bound, effort, pause)
}

/// What a cycle has to do, as bits: each acceptance set and each weak assumption (taken, or not enabled somewhere); of each strong
/// assumption, whether it was taken, and whether it was enabled.
pub(crate) struct Chores {
    /// The bit of each assumption; of a strong one, that it was taken.
    of_constraint: FxHashMap<u32, u128>,
    /// The acceptance sets and what bit each has.
    sets: Vec<(u64, u128)>,
    /// The bits of acceptance sets.
    accepting: u128,
    /// The bits of weak assumptions.
    weak: u128,
    /// The bits that say that a strong assumption was taken; those that it was enabled lie `strong_shift` higher.
    strong: u128,
    strong_shift: u32,
    /// What being in each node does.
    of_node: Vec<u128>,
}

impl Chores {
    /// What cycles within a part have to do. `None` where there is too much for one word.
    pub(crate) fn new(local: &Local, constraints: &Constraints, all: u64) -> Option<Self> {
        let nodes = 0..local.nodes.len() as u32;
        let enabled: FxHashSet<u32> = nodes.flat_map(|node| local.enabled_in(node)).copied().collect();
        let (strong, weak): (Vec<u32>, Vec<u32>) =
            enabled.into_iter().partition(|&constraint| constraints.is_strong(constraint));
        let sets: Vec<u64> = (0..64).map(|bit| 1u64 << bit).filter(|set| all & set != 0).collect();
        if sets.len() + weak.len() + 2 * strong.len() > 128 {
            return None;
        }
        let bit = |at: usize| 1u128 << at;
        let first_strong = sets.len() + weak.len();
        let sets: Vec<(u64, u128)> = sets.into_iter().zip((0..).map(bit)).collect();
        let weak: Vec<(u32, u128)> = weak.into_iter().zip((sets.len()..).map(bit)).collect();
        let strong: Vec<(u32, u128)> = strong.into_iter().zip((first_strong..).map(bit)).collect();
        let bits = |of: &[(u32, u128)]| of.iter().fold(0, |all, (_, bit)| all | bit);
        let mut chores = Self {
            of_constraint: weak.iter().chain(&strong).copied().collect(),
            accepting: sets.iter().fold(0, |all, (_, bit)| all | bit),
            sets,
            weak: bits(&weak),
            strong: bits(&strong),
            strong_shift: strong.len() as u32,
            of_node: Vec::new(),
        };
        let of_node = (0..local.nodes.len() as u32).map(|node| {
            let own = local.enabled_in(node).iter().filter_map(|own| chores.of_constraint.get(own));
            let enabled = own.fold(0, |all, bit| all | bit);
            chores.weak & !enabled | (enabled & chores.strong) << chores.strong_shift
        });
        chores.of_node = of_node.collect();
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
        let needed = self.accepting | self.weak;
        let owed = (done >> self.strong_shift) & self.strong & !done;
        done & needed == needed && owed == 0
    }

    /// A shortest cycle through a node, by breadth-first search over nodes and what is done so far; none where no cycle is shorter
    /// than `bound`. An error where it takes too long.
    fn shortest(
        &self,
        local: &Local,
        start: u32,
        bound: usize,
        effort: &mut usize,
        pause: Pause<'_>,
    ) -> ControlFlow<Stop, Result<Option<Vec<Hop>>, TooLong>> {
        // Node, what is done, from where, and by which instance.
        let mut visited: Vec<(u32, u128, usize, u32)> = vec![(start, self.of_node[start as usize], 0, 0)];
        let mut known: FxHashSet<(u32, u128)> = FxHashSet::default();
        let (mut at, mut level_end, mut length) = (0, 1, 1);
        while at < visited.len() && length < bound {
            pause()?;
            let (node, done, _, _) = visited[at];
            *effort += local.edges_from(node).len();
            for edge in local.edges_from(node) {
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
