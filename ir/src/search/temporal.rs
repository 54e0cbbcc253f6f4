//! Whether a formula is false of some fair run, by the tableau of all valuations of its temporal operators (Lichtenstein and Pnueli,
//! "Checking that finite state concurrent programs satisfy their linear specification", 1985).
//!
//! The nodes are the letters of the system, each with every valuation. What is promised, and what is fair, are demands on strongly
//! connected components (Emerson and Lei, "Modalities for model checking: branching time logic strikes back", 1987).

use super::graph::Graph;
use super::tableau::Tableau;
use crate::eval::InternalError;
use crate::{FairnessConstraint, Formula, TransitionSystem};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The most edges of a tableau.
const MOST_EDGES: usize = 1 << 24;

/// What a search for a fair run on which a formula is false gives.
pub(super) enum Refutation {
    /// Letters of a lasso: its stem, and its loop.
    Lasso(Vec<usize>, Vec<usize>),
    /// There is none.
    None,
    /// The tableau is too large; the number of temporal operators.
    TooLarge(usize),
}

/// What happens again and again on every run that counts.
enum Demand {
    /// A node of these is visited.
    Visit(Vec<bool>),
    /// If a node of the first is visited, then one of the second.
    Answer(Vec<bool>, Vec<bool>),
}

/// Searches for a fair run on which the formula is false.
pub(super) fn refute(
    system: &TransitionSystem,
    graph: &Graph<'_>,
    formula: &Formula,
) -> Result<Refutation, InternalError> {
    let tableau = Tableau::new(system, graph, formula)?;
    let width = tableau.width();
    let pairs: usize = graph.letters.iter().map(|letter| graph.of_state[letter.to].len()).sum();
    if width >= 24 || pairs << width > MOST_EDGES {
        return Ok(Refutation::TooLarge(width));
    }
    // The node of a letter and a valuation.
    let node = |letter: usize, valuation: usize| letter << width | valuation;
    let truth: Vec<Vec<bool>> = (0..graph.letters.len() << width)
        .map(|node| tableau.truth(node >> width, node & ((1 << width) - 1)))
        .collect();
    let mut next: Vec<Vec<usize>> = vec![Vec::new(); truth.len()];
    for (number, letter) in graph.letters.iter().enumerate() {
        for &after in &graph.of_state[letter.to] {
            for valuation in 0..1 << width {
                let later = node(after, valuation);
                next[node(number, tableau.before(number, &truth[later]))].push(later);
            }
        }
    }
    let starts = (0..truth.len())
        .filter(|&node| graph.letters[node >> width].from < graph.initial && !tableau.holds(&truth[node]));
    let starts: Vec<usize> = starts.collect();
    let demands = demands(system, graph, &tableau, &truth);
    let reached = reach(&next, &starts, |_| true);
    let reached: Vec<usize> = (0..truth.len()).filter(|node| reached.contains_key(node)).collect();
    let Some(fair) = fair_component(&next, &demands, &reached) else { return Ok(Refutation::None) };
    let inside = marks(truth.len(), &fair);
    let Some(stem) = path(&next, &starts, |_| true, |node| inside[node]) else {
        return Err(InternalError("a component is not reached".to_owned()));
    };
    let round = tour(&next, &demands, &inside, stem[stem.len() - 1])
        .ok_or_else(|| InternalError("a component is not connected".to_owned()))?;
    let letters = |nodes: &[usize]| nodes.iter().map(|node| node >> width).collect();
    Ok(Refutation::Lasso(letters(&stem[..stem.len() - 1]), letters(&round)))
}

fn demands(
    system: &TransitionSystem,
    graph: &Graph<'_>,
    tableau: &Tableau,
    truth: &[Vec<bool>],
) -> Vec<Demand> {
    let mut demands = Vec::new();
    for number in 0..tableau.width() {
        demands.push(Demand::Visit(truth.iter().map(|truth| tableau.settled(number, truth)).collect()));
    }
    let everywhere = |of: &dyn Fn(usize) -> bool| -> Vec<bool> {
        let of_letter: Vec<bool> = (0..graph.letters.len()).map(of).collect();
        (0..truth.len()).map(|node| of_letter[node >> tableau.width()]).collect()
    };
    for constraint in system.fairness_constraints() {
        let constraint: &FairnessConstraint = &constraint;
        let taken = |letter| graph.takes(letter, constraint);
        let enabled = |letter| graph.enables(letter, constraint);
        demands.push(match constraint.strong {
            true => Demand::Answer(everywhere(&enabled), everywhere(&taken)),
            false => Demand::Visit(everywhere(&|letter| taken(letter) || !enabled(letter))),
        });
    }
    demands
}

/// A strongly connected set of nodes, with an edge in it, that meets every demand; within `nodes`.
fn fair_component(next: &[Vec<usize>], demands: &[Demand], nodes: &[usize]) -> Option<Vec<usize>> {
    for component in components(next, nodes) {
        let inside: BTreeSet<usize> = component.iter().copied().collect();
        if !component.iter().any(|&node| next[node].iter().any(|after| inside.contains(after))) {
            continue;
        }
        let some = |set: &[bool]| component.iter().any(|&node| set[node]);
        let mut rest = component.clone();
        let mut hopeless = false;
        for demand in demands {
            match demand {
                // No part of the component will do, either.
                Demand::Visit(set) => hopeless |= !some(set),
                Demand::Answer(asked, given) if some(asked) && !some(given) => {
                    rest.retain(|&node| !asked[node]);
                }
                Demand::Answer(..) => {}
            }
        }
        if hopeless {
            continue;
        }
        if rest.len() == component.len() {
            return Some(component);
        }
        if let Some(found) = fair_component(next, demands, &rest) {
            return Some(found);
        }
    }
    None
}

fn marks(count: usize, nodes: &[usize]) -> Vec<bool> {
    let mut marks = vec![false; count];
    nodes.iter().for_each(|&node| marks[node] = true);
    marks
}

/// The strongly connected components of the graph restricted to `nodes`, by two depth-first searches (Sharir, "A strong-connectivity
/// algorithm and its applications in data flow analysis", 1981).
fn components(next: &[Vec<usize>], nodes: &[usize]) -> Vec<Vec<usize>> {
    let inside = marks(next.len(), nodes);
    let mut back: Vec<Vec<usize>> = vec![Vec::new(); next.len()];
    for &node in nodes {
        for &after in next[node].iter().filter(|&&after| inside[after]) {
            back[after].push(node);
        }
    }
    let mut unseen = inside.clone();
    let mut finished = Vec::new();
    for &root in nodes {
        depth_first(next, root, &mut unseen, &mut finished);
    }
    let mut unseen = inside;
    let mut components = Vec::new();
    for &root in finished.iter().rev() {
        let mut component = Vec::new();
        depth_first(&back, root, &mut unseen, &mut component);
        if !component.is_empty() {
            components.push(component);
        }
    }
    components
}

/// Visits what is reachable through unseen nodes, and lists it in the order in which it is left.
fn depth_first(next: &[Vec<usize>], root: usize, unseen: &mut [bool], finished: &mut Vec<usize>) {
    if !std::mem::take(&mut unseen[root]) {
        return;
    }
    let mut stack = vec![(root, 0)];
    while let Some((node, at)) = stack.last_mut() {
        match next[*node].get(*at) {
            Some(&after) => {
                *at += 1;
                if std::mem::take(&mut unseen[after]) {
                    stack.push((after, 0));
                }
            }
            None => {
                finished.push(*node);
                stack.pop();
            }
        }
    }
}

/// What is reachable from some nodes through allowed ones, each with the node before it; breadth first.
fn reach(
    next: &[Vec<usize>],
    starts: &[usize],
    allowed: impl Fn(usize) -> bool,
) -> BTreeMap<usize, Option<usize>> {
    let mut before: BTreeMap<usize, Option<usize>> = starts.iter().map(|&start| (start, None)).collect();
    let mut pending: VecDeque<usize> = starts.iter().copied().collect();
    while let Some(node) = pending.pop_front() {
        for &after in &next[node] {
            if allowed(after) && !before.contains_key(&after) {
                before.insert(after, Some(node));
                pending.push_back(after);
            }
        }
    }
    before
}

/// A path from one of the starts, itself included, to a node that is wanted.
fn path(
    next: &[Vec<usize>],
    starts: &[usize],
    allowed: impl Fn(usize) -> bool,
    wanted: impl Fn(usize) -> bool,
) -> Option<Vec<usize>> {
    let before = reach(next, starts, allowed);
    let mut path = vec![*before.keys().find(|&&node| wanted(node))?];
    while let Some(Some(node)) = path.last().and_then(|last| before.get(last)) {
        path.push(*node);
    }
    path.reverse();
    Some(path)
}

/// A closed walk within a component that meets every demand; it starts at `start`, and the last node is followed by it.
fn tour(next: &[Vec<usize>], demands: &[Demand], inside: &[bool], start: usize) -> Option<Vec<usize>> {
    let mut walk = vec![start];
    let mut go_on = |wanted: &dyn Fn(usize) -> bool| -> Option<()> {
        let from = [*walk.last()?];
        let more = path(next, &from, |node| inside[node], wanted)?;
        walk.extend(&more[1..]);
        Some(())
    };
    for demand in demands {
        match demand {
            Demand::Visit(set) => go_on(&|node| inside[node] && set[node])?,
            Demand::Answer(_, given) if (0..inside.len()).any(|node| inside[node] && given[node]) => {
                go_on(&|node| inside[node] && given[node])?;
            }
            Demand::Answer(..) => {}
        }
    }
    // At least one step, back to where the walk began.
    go_on(&|node| inside[node] && next[node].contains(&start))?;
    Some(walk)
}
