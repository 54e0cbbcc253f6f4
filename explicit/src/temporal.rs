//! Temporal and recoverable properties, decided on the graph of all reachable states.
//!
//! A temporal property is violated if some fair run makes its formula false: if the product of the states with the automaton of the
//! formula's negation has a component in which a run can stay that is fair and accepts (Vardi and Wolper, "An automata-theoretic approach to
//! automatic program verification", 1986).

use crate::automaton::{Automaton, Halt};
use crate::clock::Clock;
use crate::compile::code::Exit;
use crate::component::{Local, judge};
use crate::fairness::{Constraints, Judged, Tally};
use crate::graph::{Graph, STUTTER};
use crate::lasso::{Finder, Lasso};
use crate::machine::{Machine, Stop};
use crate::memory::Memory;
use crate::mutation::Mutation;
use crate::numbering::Numbering;
use crate::path::Paths;
use crate::product::Product;
use crate::scc::{Components, Known, Space};
use crate::search::findings::States;
use crate::search::{Search, Task};
use crate::seen::Seen;
use crate::shorten::shorten;
use musilc_ir::{Progress, PropertyId, PropertyKind, Step, Trace, Unknown};
use std::ops::ControlFlow;

/// All reachable states, and what is needed to go through them again.
pub(crate) struct Reached<'r, 's, 'l, const W: usize> {
    task: &'r Task<'s>,
    seen: &'r Seen<W>,
    numbering: &'r Numbering,
    /// The number of steps that lead from them.
    steps: u64,
    /// The number of states at each depth.
    levels: &'r [u64],
    clock: &'r mut Clock<'l>,
    /// Nodes of products visited so far.
    product_states: u64,
}

/// Decides a temporal or recoverable property of a search that has found all states: a run that violates it.
pub(crate) fn decide<const W: usize>(
    search: &mut Search<'_, Seen<W>>,
    id: PropertyId,
) -> ControlFlow<Stop, Option<Trace>> {
    let (steps, task) = (search.steps(), search.task);
    let numbering = Numbering::new(task.system)
        .ok_or_else(|| Unknown::Incapable("there are more than 2^32 instances".to_owned()));
    let numbering = known(numbering)?;
    let Search { store: seen, levels, clock, product_states, .. } = search;
    let mut reached = Reached { task, seen, numbering: &numbering, steps, levels, clock, product_states: 0 };
    if task.system.property(id).kind == PropertyKind::Temporal {
        let found = reached.lasso(id);
        *product_states.get_or_insert(0) += reached.product_states;
        found
    } else {
        reached.out_of_reach(id)
    }
}

/// Goes on with a value, or stops because of what is unknown.
fn known<T>(result: Result<T, Unknown>) -> ControlFlow<Stop, T> {
    match result {
        Ok(value) => ControlFlow::Continue(value),
        Err(why) => ControlFlow::Break(Box::new(why)),
    }
}

impl<const W: usize> Reached<'_, '_, '_, W> {
    /// A fair lasso that makes a temporal property false.
    pub(crate) fn lasso(&mut self, id: PropertyId) -> ControlFlow<Stop, Option<Trace>> {
        let system = self.task.system;
        let Some(formula) = &system.property(id).formula else { return ControlFlow::Continue(None) };
        let states = u64::from(self.seen.len());
        let mut pause = || self.clock.tick(|| Progress { states, ..Progress::default() });
        let mut automaton = match Automaton::of_negation(&system.context, formula, &mut pause) {
            Ok(automaton) => automaton,
            Err(Halt::Stop(stop)) => return ControlFlow::Break(stop),
            Err(Halt::TooLarge) => {
                let name = &system.property(id).name;
                let why = format!("the automaton of `{name}` would be too large; state it in parts");
                return known(Err(Unknown::Incapable(why)));
            }
        };
        if self.task.program.mutation == Mutation::IgnoreAcceptance {
            automaton.all = 0;
        }
        if automaton.edges.is_empty() {
            return ControlFlow::Continue(None);
        }
        let constraints = known(Constraints::new(system, self.task.program.mutation))?;
        let (numbering, seen) = (self.numbering, self.seen);
        let memory = &self.task.memory;
        let graph = Graph::new(self.task, numbering, seen, &constraints, self.clock);
        let mut product = known(Product::new(system, self.task.program, numbering, graph, &automaton))?;
        let mut components = Components::new(product.nodes(), memory)?;
        product.store(self.steps, memory)?;
        let mut fair = Fair { tally: Tally::new(&constraints), parts: Vec::new(), split: Vec::new() };
        let initial = self.levels.first().copied().unwrap_or(0) as u32;
        if product.waits() {
            let mut starts = Vec::new();
            for state in 0..seen.len() {
                starts.clear();
                starts.extend(product.starts_from(state)?.iter().map(|edge| edge.target));
                for &node in &starts {
                    fair.look(&mut components, node, &mut product, memory)?;
                }
            }
        } else {
            for state in 0..initial {
                let node = product.initial(state);
                fair.look(&mut components, node, &mut product, memory)?;
            }
        }
        self.product_states += components.visited();
        let lasso = match fair.parts.is_empty() {
            true => None,
            false => {
                let levels = self.levels;
                let (product, components) = (&mut product, &components);
                Finder { product, components, parts: &fair.parts, levels, memory }.find()?
            }
        };
        components.release(memory);
        product.release(memory);
        memory.release(fair.parts.iter().map(|part| part.len() as u64 * 8).sum());
        match (lasso, fair.parts.is_empty()) {
            (Some(lasso), _) => {
                let trace = self.trace(&lasso)?;
                let mut pause = || self.clock.tick(|| Progress { states, ..Progress::default() });
                ControlFlow::Continue(Some(shorten(system, formula, trace, &mut pause)))
            }
            (None, true) => ControlFlow::Continue(None),
            (None, false) => known(Err(Unknown::Incapable("a fair component without a lasso".to_owned()))),
        }
    }

    /// The run by which a state was first reached.
    fn trace_to(&self, state: u32) -> ControlFlow<Stop, Trace> {
        let depth = (0..self.levels.len()).find(|&depth| self.seen.numbers(depth).contains(&state));
        let mut target = States::new(self.task.program.words);
        if target.push(self.seen.get(state), &self.task.memory).is_err() {
            return ControlFlow::Break(Box::new(self.task.out_of_memory()));
        }
        let paths = Paths { task: self.task, store: self.seen, pool: None };
        let trace = paths.find(depth.unwrap_or(0), &target, None);
        target.release(&self.task.memory);
        trace
    }

    fn trace(&self, lasso: &Lasso) -> ControlFlow<Stop, Trace> {
        let mut trace = self.trace_to(lasso.from)?;
        for &(instance, state) in lasso.stem.iter().chain(&lasso.cycle) {
            let (transition, args) = self.numbering.decode(self.task.system, instance);
            let state = self.task.layout.unpack(self.seen.get(state));
            trace.steps.push(Step { transition, args, state });
        }
        trace.back_to = Some(lasso.depth + lasso.stem.len() as u32);
        ControlFlow::Continue(trace)
    }

    /// The shortest run to a state from which no state with a recoverable property can be reached.
    pub(crate) fn out_of_reach(&mut self, id: PropertyId) -> ControlFlow<Stop, Option<Trace>> {
        /// The class of states from which the property is out of reach.
        const LOST: u32 = 1;
        // A way out need not be a fair one.
        let constraints = Constraints::default();
        let seen = self.seen;
        let memory = &self.task.memory;
        let mut checker = Machine::new(self.task.program);
        let pc = self.task.program.properties[id.index()].pc;
        let mut graph = Graph::new(self.task, self.numbering, seen, &constraints, self.clock);
        let mut components = Components::new(seen.len().into(), memory)?;
        let mut lost: Option<u32> = None;
        for state in 0..seen.len() {
            components.visit(state.into(), &mut graph, memory, |graph, component, _| {
                for &node in component.nodes {
                    if checker.test(pc, seen.get(node as u32)) == Exit::YES {
                        return ControlFlow::Continue(0);
                    }
                    let saved = |target: u32| component.class_of(target.into()) == Some(0);
                    if graph.steps_from(node as u32)?.iter().any(|arc| saved(arc.target)) {
                        return ControlFlow::Continue(0);
                    }
                }
                ControlFlow::Continue(LOST)
            })?;
            // States are numbered breadth first.
            if components.known(state.into()) == Known::Class(LOST) {
                lost = Some(state);
                break;
            }
        }
        components.release(memory);
        match lost {
            Some(state) => self.trace_to(state).map_continue(Some),
            None => ControlFlow::Continue(None),
        }
    }
}

/// Steps of the system as a graph of states.
impl<const W: usize> Space for Graph<'_, '_, W> {
    fn successors(&mut self, node: u64, out: &mut Vec<u64>) -> ControlFlow<Stop> {
        let arcs = self.steps_from(node as u32)?.iter().filter(|arc| arc.instance != STUTTER);
        out.extend(arcs.map(|arc| u64::from(arc.target)));
        ControlFlow::Continue(())
    }
}

/// Adds the nodes of a part.
fn keep(parts: &mut Vec<Vec<u64>>, nodes: Vec<u64>, memory: &Memory) -> ControlFlow<Stop> {
    if memory.charge(nodes.len() as u64 * 8).is_err() {
        return ControlFlow::Break(Box::new(Unknown::MemoryLimit(memory.limit())));
    }
    parts.push(nodes);
    ControlFlow::Continue(())
}

/// Collects the parts of components in which fair and accepting runs can stay.
struct Fair {
    tally: Tally,
    parts: Vec<Vec<u64>>,
    /// Nodes whose class differs from that of their component.
    split: Vec<(u64, u32)>,
}

impl Fair {
    /// Visits what can be reached from a node.
    fn look<const W: usize>(
        &mut self,
        components: &mut Components,
        node: u64,
        product: &mut Product<'_, '_, '_, W>,
        memory: &Memory,
    ) -> ControlFlow<Stop> {
        let Self { tally, parts, split } = self;
        components.visit(node, product, memory, |product, component, memory| {
            match judge(product, component, tally)? {
                Judged::Hopeless => {}
                Judged::Fair => {
                    keep(parts, component.nodes.to_vec(), memory)?;
                    return ControlFlow::Continue(parts.len() as u32);
                }
                Judged::Starved(_) => {
                    let local = Local::new(product, component.nodes, memory)?;
                    for part in local.fair_parts(product, tally, memory)? {
                        let nodes: Vec<u64> = part.iter().map(|&at| local.nodes[at as usize]).collect();
                        let class = parts.len() as u32 + 1;
                        split.extend(nodes.iter().map(|&node| (node, class)));
                        keep(parts, nodes, memory)?;
                    }
                    local.release(memory);
                }
            }
            ControlFlow::Continue(0)
        })?;
        for (node, class) in split.drain(..) {
            components.reclassify(node, class);
        }
        ControlFlow::Continue(())
    }
}
