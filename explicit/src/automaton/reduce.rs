//! Making an automaton smaller without changing the words that it accepts.

use super::{Automaton, Edge};
use rustc_hash::FxHashMap;

/// Drops what leads to no accepting cycle, and puts states together that go on alike.
pub(super) fn reduce(automaton: Automaton) -> Automaton {
    let trimmed = trim(automaton);
    quotient(trimmed)
}

/// The strongly connected component of each state, numbered from those without successors in others (Tarjan, "Depth-first search and
/// linear graph algorithms", 1972).
pub(super) fn components(automaton: &Automaton) -> Vec<usize> {
    const NONE: usize = usize::MAX;
    let count = automaton.edges.len();
    let (mut component, mut rank, mut low) = (vec![NONE; count], vec![NONE; count], vec![0; count]);
    let (mut next_rank, mut next_component) = (0, 0);
    let (mut open, mut path): (Vec<usize>, Vec<(usize, usize)>) = (Vec::new(), Vec::new());
    for root in 0..count {
        if rank[root] != NONE {
            continue;
        }
        path.push((root, 0));
        while let Some(&mut (state, ref mut at)) = path.last_mut() {
            if *at == 0 {
                (rank[state], low[state]) = (next_rank, next_rank);
                next_rank += 1;
                open.push(state);
            }
            if let Some(edge) = automaton.edges[state].get(*at) {
                *at += 1;
                if rank[edge.target] == NONE {
                    path.push((edge.target, 0));
                } else if component[edge.target] == NONE {
                    low[state] = low[state].min(rank[edge.target]);
                }
                continue;
            }
            path.pop();
            if let Some(&(parent, _)) = path.last() {
                low[parent] = low[parent].min(low[state]);
            }
            if low[state] == rank[state] {
                while let Some(member) = open.pop() {
                    component[member] = next_component;
                    if member == state {
                        break;
                    }
                }
                next_component += 1;
            }
        }
    }
    component
}

/// Whether each component has a cycle with a transition of every acceptance set.
pub(super) fn accepting(automaton: &Automaton, component: &[usize]) -> Vec<bool> {
    let count = component.iter().max().map_or(0, |most| most + 1);
    let mut sets: Vec<Option<u64>> = vec![None; count];
    for (state, edges) in automaton.edges.iter().enumerate() {
        for edge in edges.iter().filter(|edge| component[edge.target] == component[state]) {
            *sets[component[state]].get_or_insert(0) |= edge.accepting;
        }
    }
    sets.into_iter().map(|sets| sets == Some(automaton.all)).collect()
}

/// Drops states from which no accepting cycle can be reached, and acceptance outside of accepting components.
fn trim(automaton: Automaton) -> Automaton {
    let component = components(&automaton);
    let accepting = accepting(&automaton, &component);
    let mut useful: Vec<bool> = component.iter().map(|&c| accepting[c]).collect();
    loop {
        let before = useful.clone();
        for (state, edges) in automaton.edges.iter().enumerate() {
            useful[state] |= edges.iter().any(|edge| before[edge.target]);
        }
        if useful == before {
            break;
        }
    }
    if useful.first() != Some(&true) {
        return Automaton { edges: Vec::new(), ..automaton };
    }
    let mut number = vec![0; useful.len()];
    let mut count = 0;
    for (state, &useful) in useful.iter().enumerate() {
        number[state] = count;
        count += usize::from(useful);
    }
    let edges = automaton.edges.into_iter().enumerate().filter(|(state, _)| useful[*state]);
    let edges = edges.map(|(state, own)| {
        let own = own.into_iter().filter(|edge| useful[edge.target]).map(|edge| {
            let inside = component[edge.target] == component[state] && accepting[component[state]];
            let accepting = if inside { edge.accepting } else { 0 };
            Edge { target: number[edge.target], accepting, ..edge }
        });
        own.collect()
    });
    Automaton { edges: edges.collect(), ..automaton }
}

/// Puts bisimilar states together.
fn quotient(automaton: Automaton) -> Automaton {
    let mut class = vec![0usize; automaton.edges.len()];
    let mut classes = 1;
    loop {
        let mut known: FxHashMap<(usize, Vec<Edge>), usize> = FxHashMap::default();
        let mut refined = Vec::with_capacity(class.len());
        for (state, edges) in automaton.edges.iter().enumerate() {
            let next = known.len();
            let key = (class[state], signature(edges, &class));
            refined.push(*known.entry(key).or_insert(next));
        }
        let count = known.len();
        class = refined;
        if count == classes {
            break;
        }
        classes = count;
    }
    let mut edges: Vec<Vec<Edge>> = Vec::new();
    for (state, own) in automaton.edges.iter().enumerate() {
        if class[state] == edges.len() {
            edges.push(signature(own, &class));
        }
    }
    Automaton { edges, ..automaton }
}

/// The edges by the classes of their targets, without those that another one makes superfluous.
fn signature(edges: &[Edge], class: &[usize]) -> Vec<Edge> {
    let mut own: Vec<Edge> =
        edges.iter().map(|edge| Edge { target: class[edge.target], ..edge.clone() }).collect();
    own.sort_unstable_by(|a, b| a.target.cmp(&b.target).then_with(|| a.cmp(b)));
    own.dedup();
    let mut kept = Vec::with_capacity(own.len());
    for alike in own.chunk_by(|a, b| a.target == b.target) {
        kept.extend(alike.iter().filter(|edge| {
            let better = |other: &Edge| {
                other != *edge
                    && other.accepting & edge.accepting == edge.accepting
                    && other.label.covers(&edge.label)
            };
            !alike.iter().any(better)
        }));
    }
    kept.into_iter().cloned().collect()
}
