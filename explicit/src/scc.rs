//! Strongly connected components of graphs whose edges are computed when they are needed.

use crate::machine::Stop;
use crate::memory::{Full, Memory};
use std::ops::ControlFlow;

/// A graph with dense node numbers.
pub(crate) trait Space {
    /// Appends the nodes that edges lead to, perhaps some of them more than once.
    fn successors(&mut self, node: u64, out: &mut Vec<u64>) -> ControlFlow<Stop>;
}

/// What is known of a node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Known {
    /// Not visited.
    Nothing,
    /// In a component that is not complete.
    Open,
    /// In a complete component of this class.
    Class(u32),
}

/// Classes are marked by this bit; other values but zero are ranks.
const CLASS: u32 = 1 << 31;

/// A search for components (Tarjan, "Depth-first search and linear graph algorithms", 1972; with one number a node, as in Pearce, "A
/// space-efficient algorithm for finding strongly connected components", 2016).
#[derive(Debug)]
pub(crate) struct Components {
    /// 0, the rank of an open node (counted from 1), or a class.
    marks: Vec<u32>,
    ranks: u32,
    /// Nodes whose component is not complete, in the order of their ranks.
    open: Vec<u64>,
    /// Successors that are still to be visited, those of each node on the path together.
    pending: Vec<u64>,
    path: Vec<Frame>,
    visited: u64,
    /// What the lists below took at most, as charged.
    charged: u64,
}

#[derive(Debug)]
struct Frame {
    rank: u32,
    low: u32,
    /// Where its successors begin in `pending`.
    pending: usize,
    /// An edge leads back to the node itself.
    loops: bool,
}

/// A complete component.
pub(crate) struct Component<'c> {
    /// Its nodes.
    pub(crate) nodes: &'c [u64],
    /// Whether some path leads from a node back to it.
    pub(crate) cyclic: bool,
    marks: &'c [u32],
    least: u32,
}

impl Component<'_> {
    /// Whether a node belongs to the component.
    #[inline]
    pub(crate) fn contains(&self, node: u64) -> bool {
        let mark = self.marks[node as usize];
        mark & CLASS == 0 && mark >= self.least
    }

    /// The class of a node outside, which has one if an edge leads there from the component.
    pub(crate) fn class_of(&self, node: u64) -> Option<u32> {
        let mark = self.marks[node as usize];
        (mark & CLASS != 0).then_some(mark & !CLASS)
    }
}

/// There is no memory for it.
fn no_memory(_: Full, memory: &Memory) -> Stop {
    Box::new(musilc_ir::Unknown::MemoryLimit(memory.limit()))
}

impl Components {
    /// A search that has visited nothing, in a graph of so many nodes.
    pub(crate) fn new(nodes: u64, memory: &Memory) -> ControlFlow<Stop, Self> {
        let marks = memory.charge(nodes.saturating_mul(4)).and_then(|()| {
            let length = usize::try_from(nodes).map_err(|_| Full)?;
            let mut marks: Vec<u32> = Vec::new();
            marks.try_reserve_exact(length).map_err(|_| Full)?;
            marks.resize(length, 0);
            Ok(marks)
        });
        match marks {
            Ok(marks) => ControlFlow::Continue(Self {
                marks,
                ranks: 0,
                open: Vec::new(),
                pending: Vec::new(),
                path: Vec::new(),
                visited: 0,
                charged: nodes.saturating_mul(4),
            }),
            Err(full) => ControlFlow::Break(no_memory(full, memory)),
        }
    }

    /// Gives its memory back.
    pub(crate) fn release(self, memory: &Memory) {
        memory.release(self.charged);
    }

    /// The number of nodes visited.
    pub(crate) fn visited(&self) -> u64 {
        self.visited
    }

    /// What is known of a node.
    #[inline]
    pub(crate) fn known(&self, node: u64) -> Known {
        match self.marks[node as usize] {
            0 => Known::Nothing,
            mark if mark & CLASS != 0 => Known::Class(mark & !CLASS),
            _ => Known::Open,
        }
    }

    /// Gives a node of a complete component another class.
    pub(crate) fn reclassify(&mut self, node: u64, class: u32) {
        self.marks[node as usize] = CLASS | class;
    }

    /// Visits everything that can be reached from a node and has not been visited. Each component, those that it leads to first, is handed
    /// to `classify`, which gives it a class.
    pub(crate) fn visit<S: Space>(
        &mut self,
        root: u64,
        space: &mut S,
        memory: &Memory,
        mut classify: impl FnMut(&mut S, &Component<'_>, &Memory) -> ControlFlow<Stop, u32>,
    ) -> ControlFlow<Stop> {
        if self.marks[root as usize] != 0 {
            return ControlFlow::Continue(());
        }
        self.enter(root, space, memory)?;
        while let Some(frame) = self.path.last_mut() {
            if self.pending.len() > frame.pending {
                let Some(next) = self.pending.pop() else { break };
                let mark = self.marks[next as usize];
                if mark == 0 {
                    self.enter(next, space, memory)?;
                } else if mark & CLASS == 0 {
                    frame.low = frame.low.min(mark);
                }
                continue;
            }
            let (low, rank, loops) = (frame.low, frame.rank, frame.loops);
            self.path.pop();
            if let Some(parent) = self.path.last_mut() {
                parent.low = parent.low.min(low);
            }
            if low < rank {
                continue;
            }
            let first = self.open.partition_point(|&node| self.marks[node as usize] < rank);
            let nodes = &self.open[first..];
            let cyclic = nodes.len() > 1 || loops;
            let component = Component { nodes, cyclic, marks: &self.marks, least: rank };
            let class = classify(space, &component, memory)?;
            for node in self.open.drain(first..) {
                self.marks[node as usize] = CLASS | class;
            }
        }
        ControlFlow::Continue(())
    }

    /// Puts a node on the path.
    fn enter<S: Space>(&mut self, node: u64, space: &mut S, memory: &Memory) -> ControlFlow<Stop> {
        self.ranks += 1;
        if self.ranks >= CLASS {
            let why = format!("the product with the automaton has more than {CLASS} nodes");
            return ControlFlow::Break(Box::new(musilc_ir::Unknown::Incapable(why)));
        }
        self.visited += 1;
        let rank = self.ranks;
        self.marks[node as usize] = rank;
        self.open.push(node);
        let pending = self.pending.len();
        space.successors(node, &mut self.pending)?;
        let (mut low, mut loops, mut kept) = (rank, false, pending);
        // What has been visited already needs no visit, so the list stays short.
        for at in pending..self.pending.len() {
            let next = self.pending[at];
            loops |= next == node;
            let mark = self.marks[next as usize];
            if mark == 0 {
                self.pending[kept] = next;
                kept += 1;
            } else if mark & CLASS == 0 {
                low = low.min(mark);
            }
        }
        self.pending.truncate(kept);
        self.path.push(Frame { rank, low, pending, loops });
        if self.ranks.is_multiple_of(4096) { self.account(memory) } else { ControlFlow::Continue(()) }
    }

    /// Charges what the lists have grown by.
    fn account(&mut self, memory: &Memory) -> ControlFlow<Stop> {
        let lists = self.open.capacity() * 8
            + self.pending.capacity() * 8
            + self.path.capacity() * size_of::<Frame>();
        let now = self.marks.len() as u64 * 4 + lists as u64;
        let more = now.saturating_sub(self.charged);
        match memory.charge(more) {
            Ok(()) => {
                self.charged += more;
                ControlFlow::Continue(())
            }
            Err(full) => ControlFlow::Break(no_memory(full, memory)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Lists(Vec<Vec<u64>>);

    impl Space for Lists {
        fn successors(&mut self, node: u64, out: &mut Vec<u64>) -> ControlFlow<Stop> {
            out.extend(&self.0[node as usize]);
            ControlFlow::Continue(())
        }
    }

    /// Whether there is a path of at least one edge, by Warshall's algorithm.
    fn closure(lists: &[Vec<u64>]) -> Vec<Vec<bool>> {
        let n = lists.len();
        let mut reach = vec![vec![false; n]; n];
        for (from, list) in lists.iter().enumerate() {
            list.iter().for_each(|&to| reach[from][to as usize] = true);
        }
        for via in 0..n {
            for from in 0..n {
                if reach[from][via] {
                    let row = reach[via].clone();
                    reach[from].iter_mut().zip(row).for_each(|(to, more)| *to |= more);
                }
            }
        }
        reach
    }

    #[test]
    fn components_are_those_of_mutual_reachability() {
        let mut seed = 1u64;
        let mut below = |n: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % n
        };
        for _ in 0..2000 {
            let n = 1 + below(9);
            let lists: Vec<Vec<u64>> = (0..n).map(|_| (0..below(4)).map(|_| below(n)).collect()).collect();
            let reach = closure(&lists);
            let memory = Memory::new(None);
            let ControlFlow::Continue(mut components) = Components::new(n, &memory) else { panic!() };
            let (mut space, mut found) = (Lists(lists.clone()), Vec::new());
            for root in 0..n {
                let flow = components.visit(root, &mut space, &memory, |_, component, _| {
                    for node in 0..n {
                        assert_eq!(component.contains(node), component.nodes.contains(&node));
                    }
                    // Those that it leads to are complete.
                    for &node in component.nodes {
                        for &next in &lists[node as usize] {
                            assert!(component.contains(next) || component.class_of(next).is_some());
                        }
                    }
                    found.push((component.nodes.to_vec(), component.cyclic));
                    ControlFlow::Continue(found.len() as u32)
                });
                assert!(flow.is_continue());
            }
            assert_eq!(found.iter().map(|(nodes, _)| nodes.len() as u64).sum::<u64>(), n);
            for (index, (nodes, cyclic)) in found.iter().enumerate() {
                for &a in nodes {
                    assert_eq!(components.known(a), Known::Class(index as u32 + 1));
                    assert_eq!(*cyclic, reach[a as usize][a as usize]);
                    for b in 0..n {
                        let mutual = reach[a as usize][b as usize] && reach[b as usize][a as usize];
                        assert_eq!(nodes.contains(&b), a == b || mutual, "{lists:?}");
                    }
                }
            }
        }
    }
}
