//! Components of the product that fair and accepting runs can stay in.

use crate::fairness::{Judged, Tally};
use crate::machine::Stop;
use crate::memory::Memory;
use crate::product::{Edge, Product};
use crate::scc::{Component, Components, Space};
use musilc_ir::Unknown;
use std::ops::ControlFlow;

/// Whether a fair and accepting run can stay in a component, visiting all of it.
pub(crate) fn judge<const W: usize>(
    product: &mut Product<'_, '_, '_, W>,
    component: &Component<'_>,
    tally: &mut Tally,
) -> ControlFlow<Stop, Judged> {
    let recurrent = component.nodes.first().is_some_and(|&node| product.is_recurrent(node));
    if !component.cyclic || !recurrent {
        return ControlFlow::Continue(Judged::Hopeless);
    }
    tally.clear();
    for &node in component.nodes {
        tally.state();
        for edge in product.edges_from(node)? {
            if component.contains(edge.target) {
                tally.taken(edge.arc.constraint, edge.accepting);
            }
        }
        // Whatever the automaton makes of it, the instance is enabled.
        let state = product.state(node);
        for arc in product.graph.steps_from(state)? {
            tally.enabled(arc.constraint);
        }
    }
    ControlFlow::Continue(tally.judge(product.graph.constraints, product.all()))
}

/// An edge within a part of the product.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LocalEdge {
    /// The position of the node that it leads to.
    pub(crate) target: u32,
    /// The instance, or a stuttering step.
    pub(crate) instance: u32,
    /// The fairness assumption on the instance.
    pub(crate) constraint: Option<u32>,
    /// The acceptance sets that it belongs to.
    pub(crate) accepting: u64,
}

/// A part of the product, whose edges are worth storing: they are gone through again and again.
#[derive(Debug)]
pub(crate) struct Local {
    /// Its nodes, ascending.
    pub(crate) nodes: Vec<u64>,
    /// Where the edges of each node begin in `edges`.
    edges_from: Vec<u32>,
    edges: Vec<LocalEdge>,
    /// Where the assumptions of each node begin in `enabled`.
    enabled_from: Vec<u32>,
    /// The assumptions of which something is enabled.
    enabled: Vec<u32>,
    bytes: u64,
}

impl Local {
    /// The part of these nodes, with the edges among them.
    pub(crate) fn new<const W: usize>(
        product: &mut Product<'_, '_, '_, W>,
        nodes: &[u64],
        memory: &Memory,
    ) -> ControlFlow<Stop, Self> {
        let mut nodes = nodes.to_vec();
        nodes.sort_unstable();
        let mut local = Self {
            nodes,
            edges_from: vec![0],
            edges: Vec::new(),
            enabled_from: vec![0],
            enabled: Vec::new(),
            bytes: 0,
        };
        for position in 0..local.nodes.len() {
            let node = local.nodes[position];
            for &Edge { arc, target, accepting } in product.edges_from(node)? {
                if let Some(target) = local.position(target) {
                    let (instance, constraint) = (arc.instance, arc.constraint);
                    local.edges.push(LocalEdge { target, instance, constraint, accepting });
                }
            }
            let first = local.enabled.len();
            let state = product.state(node);
            local.enabled.extend(product.graph.steps_from(state)?.iter().filter_map(|arc| arc.constraint));
            let mut own = local.enabled.split_off(first);
            own.sort_unstable();
            own.dedup();
            local.enabled.append(&mut own);
            local.edges_from.push(local.edges.len() as u32);
            local.enabled_from.push(local.enabled.len() as u32);
            if position % 1024 == 0 || position + 1 == local.nodes.len() {
                local.account(memory)?;
            }
        }
        ControlFlow::Continue(local)
    }

    fn account(&mut self, memory: &Memory) -> ControlFlow<Stop> {
        let now = (self.nodes.capacity() * 8
            + self.edges.capacity() * size_of::<LocalEdge>()
            + (self.edges_from.capacity() + self.enabled_from.capacity() + self.enabled.capacity()) * 4)
            as u64;
        let more = now.saturating_sub(self.bytes);
        self.bytes = now;
        let fits = self.edges.len() < u32::MAX as usize && memory.charge(more).is_ok();
        match fits {
            true => ControlFlow::Continue(()),
            false => ControlFlow::Break(Box::new(Unknown::MemoryLimit(memory.limit()))),
        }
    }

    /// Gives its memory back.
    pub(crate) fn release(self, memory: &Memory) {
        memory.release(self.bytes);
    }

    /// The position of a node.
    pub(crate) fn position(&self, node: u64) -> Option<u32> {
        self.nodes.binary_search(&node).ok().map(|position| position as u32)
    }

    /// The edges from the node at a position.
    pub(crate) fn edges_from(&self, position: u32) -> &[LocalEdge] {
        let at = position as usize;
        &self.edges[self.edges_from[at] as usize..self.edges_from[at + 1] as usize]
    }

    /// The assumptions of which something is enabled in the node at a position, ascending.
    pub(crate) fn enabled_in(&self, position: u32) -> &[u32] {
        let at = position as usize;
        &self.enabled[self.enabled_from[at] as usize..self.enabled_from[at + 1] as usize]
    }

    /// The nodes of this strongly connected part in which fair and accepting runs can stay: of each largest set of such nodes, those
    /// that it has, by their positions.
    ///
    /// Where a strong assumption is enabled somewhere but never taken, a fair run must leave for ever the nodes where it is enabled; what
    /// remains falls apart into components, and these are looked at in turn (Emerson and Lei 1987; Lichtenstein and Pnueli 1985).
    pub(crate) fn fair_parts<const W: usize>(
        &self,
        product: &mut Product<'_, '_, '_, W>,
        tally: &mut Tally,
        memory: &Memory,
    ) -> ControlFlow<Stop, Vec<Vec<u32>>> {
        let mut fair = Vec::new();
        // Which part each node belongs to; nodes that have been left belong to none.
        let mut part_of: Vec<u32> = vec![0; self.nodes.len()];
        let mut parts = 1;
        let mut pending: Vec<Vec<u32>> = vec![(0..self.nodes.len() as u32).collect()];
        while let Some(part) = pending.pop() {
            product.graph.tick()?;
            let number = parts;
            parts += 1;
            part.iter().for_each(|&position| part_of[position as usize] = number);
            let inside = |position: u32| part_of[position as usize] == number;
            tally.clear();
            for &position in &part {
                tally.state();
                for edge in self.edges_from(position).iter().filter(|edge| inside(edge.target)) {
                    tally.taken(edge.constraint, edge.accepting);
                }
                for &constraint in self.enabled_in(position) {
                    tally.enabled(Some(constraint));
                }
            }
            let starved = match tally.judge(product.graph.constraints, product.all()) {
                Judged::Fair => {
                    fair.push(part);
                    continue;
                }
                Judged::Hopeless => continue,
                Judged::Starved(mut starved) => {
                    starved.sort_unstable();
                    starved
                }
            };
            let keeps = |position: &u32| {
                self.enabled_in(*position).iter().all(|own| starved.binary_search(own).is_err())
            };
            for &position in part.iter().filter(|position| !keeps(position)) {
                part_of[position as usize] = 0;
            }
            let mut components = Components::new(self.nodes.len() as u64, memory)?;
            let mut within = Within { local: self, part_of: &part_of, number };
            for &position in part.iter().filter(|position| keeps(position)) {
                components.visit(position.into(), &mut within, memory, |_, component, _| {
                    if component.cyclic {
                        pending.push(component.nodes.iter().map(|&node| node as u32).collect());
                    }
                    ControlFlow::Continue(0)
                })?;
            }
            components.release(memory);
        }
        ControlFlow::Continue(fair)
    }
}

/// The nodes of one part.
struct Within<'w> {
    local: &'w Local,
    part_of: &'w [u32],
    number: u32,
}

impl Space for Within<'_> {
    fn successors(&mut self, node: u64, out: &mut Vec<u64>) -> ControlFlow<Stop> {
        let edges = self.local.edges_from(node as u32).iter();
        let inside = edges.filter(|edge| self.part_of[edge.target as usize] == self.number);
        out.extend(inside.map(|edge| u64::from(edge.target)));
        ControlFlow::Continue(())
    }
}
