//! Cycles that are short, though perhaps not shortest: from one thing that must be done to the nearest next one, and home.

use crate::component::{Local, LocalEdge};
use crate::cycle::{Hop, Pause};
use crate::fairness::Constraints;
use crate::machine::Stop;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::VecDeque;
use std::ops::ControlFlow;

/// What a cycle still has to do.
pub(crate) struct Errands<'c> {
    local: &'c Local,
    /// Acceptance sets of which an edge must be followed.
    sets: u64,
    /// Weak assumptions: to be taken, or not to be enabled somewhere.
    weak: FxHashSet<u32>,
    /// Strong assumptions: to be taken.
    strong: FxHashSet<u32>,
}

impl<'c> Errands<'c> {
    pub(crate) fn new(local: &'c Local, constraints: &Constraints, all: u64) -> Self {
        let enabled = (0..local.nodes.len() as u32).flat_map(|node| local.enabled_in(node)).copied();
        let (strong, weak) = enabled.partition(|&constraint| constraints.is_strong(constraint));
        Self { local, sets: all, weak, strong }
    }

    fn are_done(&self) -> bool {
        self.sets == 0 && self.weak.is_empty() && self.strong.is_empty()
    }

    /// Whether being in a node does anything.
    fn helps_to_be_in(&self, node: u32) -> bool {
        if self.weak.is_empty() || self.local.enabled_in(node).len() < self.weak.len() {
            return !self.weak.is_empty();
        }
        let idle = self.local.enabled_in(node).iter().filter(|own| self.weak.contains(own)).count();
        idle < self.weak.len()
    }

    /// Whether following an edge does anything.
    fn helps(&self, edge: &LocalEdge) -> bool {
        let taken = edge.constraint.is_some_and(|own| self.weak.contains(&own) || self.strong.contains(&own));
        taken || edge.accepting & self.sets != 0 || self.helps_to_be_in(edge.target)
    }

    fn visit(&mut self, node: u32) {
        let enabled = self.local.enabled_in(node);
        self.weak.retain(|own| enabled.binary_search(own).is_ok());
    }

    fn follow(&mut self, edge: &LocalEdge) {
        self.sets &= !edge.accepting;
        if let Some(constraint) = edge.constraint {
            self.weak.remove(&constraint);
            self.strong.remove(&constraint);
        }
        self.visit(edge.target);
    }

    /// The cycle through a node; `None` where it would have `bound` steps or more.
    pub(crate) fn cycle(
        mut self,
        start: u32,
        bound: usize,
        effort: &mut usize,
        pause: Pause<'_>,
    ) -> ControlFlow<Stop, Option<Vec<Hop>>> {
        let mut hops: Vec<Hop> = Vec::new();
        let mut node = start;
        self.visit(start);
        loop {
            let home = self.are_done();
            if home && node == start && !hops.is_empty() {
                return ControlFlow::Continue(Some(hops));
            }
            let wanted = |edge: &LocalEdge| if home { edge.target == start } else { self.helps(edge) };
            let path = nearest(self.local, node, wanted, effort, pause)?;
            for edge in &path {
                self.follow(edge);
                hops.push((edge.instance, edge.target));
                node = edge.target;
            }
            // In a component there is always a way; without one, nothing is claimed.
            if path.is_empty() || hops.len() >= bound {
                return ControlFlow::Continue(None);
            }
        }
    }
}

/// The shortest path from a node whose last edge is a wanted one; empty where there is none.
fn nearest(
    local: &Local,
    from: u32,
    wanted: impl Fn(&LocalEdge) -> bool,
    effort: &mut usize,
    pause: Pause<'_>,
) -> ControlFlow<Stop, Vec<LocalEdge>> {
    let mut came: FxHashMap<u32, (LocalEdge, u32)> = FxHashMap::default();
    let mut queue = VecDeque::from([from]);
    while let Some(node) = queue.pop_front() {
        pause()?;
        for edge in local.edges_from(node) {
            // To see what a node does takes a look at all that is enabled there.
            *effort += 1 + local.enabled_in(edge.target).len() / 8;
            if wanted(edge) {
                let mut path = vec![*edge];
                let mut at = node;
                while at != from
                    && let Some(&(edge, before)) = came.get(&at)
                {
                    path.push(edge);
                    at = before;
                }
                path.reverse();
                return ControlFlow::Continue(path);
            }
            if edge.target != from && !came.contains_key(&edge.target) {
                came.insert(edge.target, (*edge, node));
                queue.push_back(edge.target);
            }
        }
    }
    ControlFlow::Continue(Vec::new())
}
