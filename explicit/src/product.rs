//! The product of the reachable states with an automaton, as a graph.
//!
//! A node is a state together with a state of the automaton. Nodes are numbered densely, so that what is known of a node stands in a
//! plain list. Where the automaton starts by waiting for the right moment, its first state is left out: it goes with every reachable
//! state, and lies on no accepting cycle.

use crate::automaton::{Atom, Automaton};
use crate::compile::Program;
use crate::compile::code::{Exit, Pc};
use crate::graph::{Arc, Graph};
use crate::machine::{Machine, Stop};
use crate::memory::Memory;
use crate::numbering::Numbering;
use crate::scc::Space;
use musilc_ir::{TransitionId, TransitionSystem, Unknown};
use rustc_hash::FxHashMap;
use std::ops::ControlFlow;

/// The most instances whose taking a formula may speak of.
const MOST_TAKEN: u64 = 1 << 22;

/// An edge of the product.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Edge {
    /// The step.
    pub(crate) arc: Arc,
    /// The node that it leads to.
    pub(crate) target: u64,
    /// The acceptance sets that it belongs to.
    pub(crate) accepting: u64,
}

/// The product.
pub(crate) struct Product<'p, 'g, 'l, const W: usize> {
    pub(crate) graph: Graph<'g, 'l, W>,
    automaton: &'p Automaton,
    /// Whether the automaton's first state is left out.
    waits: bool,
    /// States of the automaton that are not left out.
    width: u64,
    recurrent: Vec<bool>,
    letters: Letters<'g>,
    edges: Vec<Edge>,
}

/// Evaluates the atoms of an automaton.
struct Letters<'g> {
    machine: Machine<'g>,
    /// Position and code of each condition.
    conditions: Vec<(usize, Pc)>,
    /// The bits of those atoms that an instance makes true, of instances that make any true.
    taken: FxHashMap<u32, Vec<u64>>,
    /// The atoms that are conditions.
    known: Vec<u64>,
    /// The letter of a state, as far as conditions go.
    letter: Vec<u64>,
    state: Option<u32>,
    /// With the atoms of a step.
    whole: Vec<u64>,
    /// The letters of all states, one after the other.
    stored: Option<Vec<u64>>,
}

impl<'g> Letters<'g> {
    fn new(
        system: &TransitionSystem,
        program: &'g Program,
        numbering: &Numbering,
        automaton: &Automaton,
    ) -> Result<Self, Unknown> {
        let words = automaton.atoms.len().div_ceil(64);
        let mut letters = Self {
            machine: Machine::new(program),
            conditions: Vec::new(),
            taken: FxHashMap::default(),
            known: vec![0; words],
            letter: vec![0; words],
            state: None,
            whole: vec![0; words],
            stored: None,
        };
        for (position, atom) in automaton.atoms.iter().enumerate() {
            let (word, bit) = (position / 64, 1 << (position % 64));
            match atom {
                Atom::State(expr) => {
                    let pc = program.conditions.get(expr);
                    let pc =
                        pc.ok_or_else(|| Unknown::Incapable("a condition was not compiled".to_owned()))?;
                    letters.conditions.push((position, *pc));
                    letters.known[word] |= bit;
                }
                Atom::Taken(transition, wanted) => {
                    for instance in instances(system, numbering, *transition, wanted)? {
                        letters.taken.entry(instance).or_insert_with(|| vec![0; words])[word] |= bit;
                    }
                }
            }
        }
        Ok(letters)
    }

    /// Evaluates the conditions in a state.
    fn enter<const W: usize>(&mut self, graph: &Graph<'_, '_, W>, state: u32) {
        if self.state == Some(state) {
            return;
        }
        self.state = Some(state);
        if let Some(stored) = &self.stored {
            let words = self.letter.len();
            let first = state as usize * words;
            self.letter.copy_from_slice(&stored[first..first + words]);
            return;
        }
        self.letter.fill(0);
        let words = graph.seen.get(state);
        for &(position, pc) in &self.conditions {
            if self.machine.test(pc, words) == Exit::YES {
                self.letter[position / 64] |= 1 << (position % 64);
            }
        }
    }

    /// The letter of a step from the state.
    fn of_step(&mut self, instance: u32) -> &[u64] {
        match self.taken.get(&instance) {
            None => &self.letter,
            Some(bits) => {
                for ((whole, letter), bits) in self.whole.iter_mut().zip(&self.letter).zip(bits) {
                    *whole = letter | bits;
                }
                &self.whole
            }
        }
    }
}

/// The numbers of the instances of a transition with these arguments.
fn instances(
    system: &TransitionSystem,
    numbering: &Numbering,
    transition: TransitionId,
    wanted: &[Option<u32>],
) -> Result<Vec<u32>, Unknown> {
    let params = &system.transition(transition).params;
    let free = params.iter().zip(wanted).filter(|(_, wanted)| wanted.is_none());
    let count = free.fold(1u64, |count, (param, _)| count.saturating_mul(param.count.into()));
    if count > MOST_TAKEN {
        let name = &system.transition(transition).name;
        return Err(Unknown::Incapable(format!("`{name}` has too many instances for `taken`")));
    }
    let mut numbers: Vec<u64> = vec![0];
    for (param, wanted) in params.iter().zip(wanted) {
        let values = match wanted {
            Some(value) => *value..value + 1,
            None => 0..param.count,
        };
        let more = |number: &u64| {
            let first = number * u64::from(param.count);
            values.clone().map(move |value| first + u64::from(value))
        };
        numbers = numbers.iter().flat_map(more).collect();
    }
    Ok(numbers.into_iter().map(|number| numbering.instance(transition.0, number)).collect())
}

impl<'p, 'g, 'l, const W: usize> Product<'p, 'g, 'l, W> {
    pub(crate) fn new(
        system: &TransitionSystem,
        program: &'g Program,
        numbering: &Numbering,
        graph: Graph<'g, 'l, W>,
        automaton: &'p Automaton,
    ) -> Result<Self, Unknown> {
        let recurrent = automaton.recurrent();
        let waits = automaton.starts_waiting(&recurrent);
        Ok(Self {
            graph,
            automaton,
            waits,
            width: automaton.edges.len() as u64 - u64::from(waits),
            recurrent,
            letters: Letters::new(system, program, numbering, automaton)?,
            edges: Vec::new(),
        })
    }

    /// The number of nodes.
    pub(crate) fn nodes(&self) -> u64 {
        u64::from(self.graph.seen.len()) * self.width
    }

    /// Where states occur in several nodes, so that their steps and letters are asked for often: stores these, of which there are so
    /// many, if there is room.
    pub(crate) fn store(&mut self, steps: u64, memory: &Memory) -> ControlFlow<Stop> {
        if self.width <= 2 {
            return ControlFlow::Continue(());
        }
        self.graph.store(steps, memory)?;
        let states = self.graph.seen.len();
        let words = states as usize * self.letters.letter.len();
        let mut stored: Vec<u64> = Vec::new();
        if memory.charge(words as u64 * 8).is_err() {
            return ControlFlow::Continue(());
        }
        if stored.try_reserve_exact(words).is_err() {
            memory.release(words as u64 * 8);
            return ControlFlow::Continue(());
        }
        for state in 0..states {
            self.graph.tick()?;
            self.letters.enter(&self.graph, state);
            stored.extend_from_slice(&self.letters.letter);
        }
        self.letters.stored = Some(stored);
        ControlFlow::Continue(())
    }

    /// Forgets what was stored.
    pub(crate) fn release(&mut self, memory: &Memory) {
        self.graph.release(memory);
        if let Some(stored) = self.letters.stored.take() {
            memory.release(stored.len() as u64 * 8);
        }
    }

    /// All acceptance sets.
    pub(crate) fn all(&self) -> u64 {
        self.automaton.all
    }

    /// Whether the automaton starts by waiting: then the product starts wherever the waiting ends, at any state.
    pub(crate) fn waits(&self) -> bool {
        self.waits
    }

    fn node(&self, state: u32, of_automaton: usize) -> u64 {
        u64::from(state) * self.width + of_automaton as u64 - u64::from(self.waits)
    }

    /// The state of a node.
    pub(crate) fn state(&self, node: u64) -> u32 {
        (node / self.width) as u32
    }

    fn of_automaton(&self, node: u64) -> usize {
        (node % self.width) as usize + usize::from(self.waits)
    }

    /// Whether the node's component may have an accepting cycle.
    pub(crate) fn is_recurrent(&self, node: u64) -> bool {
        self.recurrent[self.of_automaton(node)]
    }

    /// The node at which the product starts in an initial state, unless the automaton waits.
    pub(crate) fn initial(&self, state: u32) -> u64 {
        self.node(state, 0)
    }

    /// The edges from a node.
    pub(crate) fn edges_from(&mut self, node: u64) -> ControlFlow<Stop, &[Edge]> {
        let (state, of_automaton) = (self.state(node), self.of_automaton(node));
        self.collect(state, of_automaton)
    }

    /// Where the waiting ends: the edges from a state, while the automaton waits, to nodes.
    pub(crate) fn starts_from(&mut self, state: u32) -> ControlFlow<Stop, &[Edge]> {
        self.collect(state, 0)
    }

    fn collect(&mut self, state: u32, of_automaton: usize) -> ControlFlow<Stop, &[Edge]> {
        self.edges.clear();
        self.letters.enter(&self.graph, state);
        let automaton = self.automaton;
        let own = &automaton.edges[of_automaton];
        let (letters, first) = (&mut self.letters, u64::from(self.waits));
        let matters = |edge: &&crate::automaton::Edge| {
            (edge.target as u64 >= first) && edge.label.may_read(&letters.letter, &letters.known)
        };
        if !own.iter().any(|edge| matters(&edge)) {
            // Steps need not be computed; but work is done all the same.
            self.graph.tick()?;
            return ControlFlow::Continue(&self.edges);
        }
        let width = self.width;
        for &arc in self.graph.steps_from(state)? {
            let letter = letters.of_step(arc.instance);
            for edge in own {
                if edge.target as u64 >= first && edge.label.reads(letter) {
                    let target = u64::from(arc.target) * width + edge.target as u64 - first;
                    self.edges.push(Edge { arc, target, accepting: edge.accepting });
                }
            }
        }
        ControlFlow::Continue(&self.edges)
    }
}

impl<const W: usize> Space for Product<'_, '_, '_, W> {
    fn successors(&mut self, node: u64, out: &mut Vec<u64>) -> ControlFlow<Stop> {
        out.extend(self.edges_from(node)?.iter().map(|edge| edge.target));
        ControlFlow::Continue(())
    }
}
