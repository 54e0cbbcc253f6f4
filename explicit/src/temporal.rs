//! Temporal and recoverable properties, decided on the graph of all reachable states.
//!
//! A temporal property is violated if some fair run makes its formula false: if the product of the states with the automaton of the
//! formula's negation has a component in which a run can stay that is fair and accepts (Vardi and Wolper, "An automata-theoretic approach to
//! automatic program verification", 1986).

use crate::automaton::{Automaton, Halt};
use crate::clock::Clock;
use crate::compile::Program;
use crate::compile::code::Exit;
use crate::component::{Local, judge};
use crate::fairness::{Constraints, Judged, Tally};
use crate::graph::{Graph, STUTTER};
use crate::lasso::{Finder, Lasso};
use crate::machine::{Machine, Stop};
use crate::memory::Memory;
use crate::mutation::Mutation;
use crate::product::Product;
use crate::scc::{Components, Known, Space};
use crate::shorten::shorten;
use crate::trace::Rebuild;
use musilc_ir::{Progress, PropertyId, Trace, Unknown};
use std::ops::ControlFlow;

/// All reachable states, and what is needed to go through them again.
pub(crate) struct Reached<'r, 'l, const W: usize> {
    pub(crate) program: &'r Program,
    pub(crate) rebuild: Rebuild<'r, W>,
    /// The number of steps that lead from them.
    pub(crate) steps: u64,
    /// The number of states at each depth.
    pub(crate) levels: &'r [u64],
    pub(crate) memory: &'r mut Memory,
    pub(crate) clock: &'r mut Clock<'l>,
    /// Nodes of products visited so far.
    pub(crate) product_states: u64,
}

/// Goes on with a value, or stops because of what is unknown.
fn known<T>(result: Result<T, Unknown>) -> ControlFlow<Stop, T> {
    match result {
        Ok(value) => ControlFlow::Continue(value),
        Err(why) => ControlFlow::Break(Box::new(why)),
    }
}

impl<const W: usize> Reached<'_, '_, W> {
    /// A fair lasso that makes a temporal property false.
    pub(crate) fn lasso(&mut self, id: PropertyId) -> ControlFlow<Stop, Option<Trace>> {
        let system = self.rebuild.system;
        let Some(formula) = &system.property(id).formula else { return ControlFlow::Continue(None) };
        let states = u64::from(self.rebuild.seen.len());
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
        if self.program.mutation == Mutation::IgnoreAcceptance {
            automaton.all = 0;
        }
        if automaton.edges.is_empty() {
            return ControlFlow::Continue(None);
        }
        let constraints = known(Constraints::new(system, self.program.mutation))?;
        let (numbering, seen) = (self.rebuild.numbering, self.rebuild.seen);
        let graph = Graph::new(self.program, numbering, seen, &constraints, self.clock);
        let mut product = known(Product::new(system, self.program, numbering, graph, &automaton))?;
        let mut components = Components::new(product.nodes(), self.memory)?;
        product.store(self.steps, self.memory)?;
        let mut fair = Fair { tally: Tally::new(&constraints), parts: Vec::new(), split: Vec::new() };
        let initial = self.levels.first().copied().unwrap_or(0) as u32;
        if product.waits() {
            let mut starts = Vec::new();
            for state in 0..seen.len() {
                starts.clear();
                starts.extend(product.starts_from(state)?.iter().map(|edge| edge.target));
                for &node in &starts {
                    fair.look(&mut components, node, &mut product, self.memory)?;
                }
            }
        } else {
            for state in 0..initial {
                let node = product.initial(state);
                fair.look(&mut components, node, &mut product, self.memory)?;
            }
        }
        self.product_states += components.visited();
        let lasso = match fair.parts.is_empty() {
            true => None,
            false => {
                let (levels, memory) = (self.levels, &mut *self.memory);
                let (product, components) = (&mut product, &components);
                Finder { product, components, parts: &fair.parts, levels, memory }.find()?
            }
        };
        components.release(self.memory);
        product.release(self.memory);
        self.memory.release(fair.parts.iter().map(|part| part.len() as u64 * 8).sum());
        match (lasso, fair.parts.is_empty()) {
            (Some(lasso), _) => {
                let trace = self.trace(&lasso);
                let mut pause = || self.clock.tick(|| Progress { states, ..Progress::default() });
                ControlFlow::Continue(Some(shorten(system, formula, trace, &mut pause)))
            }
            (None, true) => ControlFlow::Continue(None),
            (None, false) => known(Err(Unknown::Incapable("a fair component without a lasso".to_owned()))),
        }
    }

    fn trace(&self, lasso: &Lasso) -> Trace {
        let mut trace = self.rebuild.trace_to(lasso.from);
        for &(instance, state) in lasso.stem.iter().chain(&lasso.cycle) {
            trace.steps.push(self.rebuild.step(instance, state));
        }
        trace.back_to = Some(lasso.depth + lasso.stem.len() as u32);
        trace
    }

    /// The shortest run to a state from which no state with a recoverable property can be reached.
    pub(crate) fn out_of_reach(&mut self, id: PropertyId) -> ControlFlow<Stop, Option<Trace>> {
        /// The class of states from which the property is out of reach.
        const LOST: u32 = 1;
        // A way out need not be a fair one.
        let constraints = Constraints::default();
        let seen = self.rebuild.seen;
        let mut checker = Machine::new(self.program);
        let pc = self.program.properties[id.index()].pc;
        let mut graph = Graph::new(self.program, self.rebuild.numbering, seen, &constraints, self.clock);
        let mut components = Components::new(seen.len().into(), self.memory)?;
        let mut lost: Option<u32> = None;
        for state in 0..seen.len() {
            components.visit(state.into(), &mut graph, self.memory, |graph, component, _| {
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
        components.release(self.memory);
        ControlFlow::Continue(lost.map(|state| self.rebuild.trace_to(state)))
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
fn keep(parts: &mut Vec<Vec<u64>>, nodes: Vec<u64>, memory: &mut Memory) -> ControlFlow<Stop> {
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
        memory: &mut Memory,
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
