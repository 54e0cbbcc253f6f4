//! From a system to the circuit of a file.

use crate::aig::{Aig, Literal, MOST_VARIABLES};
use crate::aiger::{Aiger, Latch, Section, Settings};
use crate::inputs::{bits_for, bits_of, tie};
use crate::names;
use crate::refusal::{Refusal, unsaid};
use musilc_circuit::{Bit, Gate, Graph, Grounding, Machine, Mutation, Number, Params, Plan};
use musilc_ir::{
    Goal, InitResult, Limits, Place, PropertyKind, TransitionSystem, Unknown, ViolationKind, bindings,
};
use rustc_hash::FxHashMap;

/// The most instances that are written out.
const MAX_INSTANCES: u64 = 4_096;

/// How many bindings are tried in search of an initial state.
const MAX_BINDINGS: usize = 1 << 14;

/// What has to be made for a file.
struct Builder<'a> {
    system: &'a TransitionSystem,
    plan: Plan<'a>,
    machine: Machine,
    /// The initial value of each latch, where there is one initial state that is known.
    resets: Option<Vec<bool>>,
    aig: Aig,
    inputs: Vec<String>,
    /// The literal of each gate that has one already.
    literals: FxHashMap<u32, Literal>,
}

/// The circuit of a file.
pub(crate) fn build(
    system: &TransitionSystem,
    settings: &Settings,
    limits: &Limits,
) -> Result<Aiger, Refusal> {
    let unsaid = unsaid(system);
    if !settings.safety && !unsaid.is_empty() {
        return Err(Refusal::Unsaid(unsaid));
    }
    let grounding = Grounding { max_instances: MAX_INSTANCES, open: 0 };
    let plan = Plan::new(system, grounding, limits, Mutation::None)?;
    // All integers in binary: latches are few, and tools find what else they need.
    let mut machine = Machine::new(&plan, Graph::new(1), true, Goal::All, limits, Mutation::None)?;
    let initially = machine.initially();
    let resets: Option<Vec<bool>> = initially.iter().map(|bit| bit.as_constant()).collect();
    let sure = machine.initial.demand == Bit::TRUE && machine.initial.failed == Bit::FALSE;
    let resets = resets.filter(|_| sure);
    let mut warnings = Vec::new();
    if !unsaid.is_empty() {
        warnings.push(format!("left out: {}", unsaid.join(", ")));
    }
    if resets.is_none() {
        match has_initial_state(system, limits)? {
            Some(true) => {}
            Some(false) => return Err(Refusal::NoInitialState),
            None => warnings.push("whether there is an initial state was not found out".to_owned()),
        }
    }
    let inputs = input_names(system, &machine, resets.is_none());
    let latches = machine.latches.len() + usize::from(resets.is_none());
    let leaves = u32::try_from(inputs.len() + latches).unwrap_or(u32::MAX);
    if leaves as usize > MOST_VARIABLES / 2 {
        return Err(Refusal::Unknown(Unknown::Incapable("a state has too many bits".to_owned())));
    }
    let aig = Aig::new(leaves);
    let literals = FxHashMap::default();
    let builder = Builder { system, plan, machine, resets, aig, inputs, literals };
    builder.build(settings, warnings, &initially, limits)
}

/// Whether some binding gives an initial state, or fails to; `None` where there are too many to try.
fn has_initial_state(system: &TransitionSystem, limits: &Limits) -> Result<Option<bool>, Refusal> {
    for (count, args) in bindings(&system.init.params).enumerate() {
        limits.must_stop().map_or(Ok(()), Err)?;
        if count >= MAX_BINDINGS {
            return Ok(None);
        }
        match system.initial_state(&args) {
            Ok(InitResult::Rejected) => {}
            Ok(InitResult::State(_) | InitResult::Failed(_)) => return Ok(Some(true)),
            Err(problem) => return Err(Refusal::Unknown(Unknown::Incapable(problem.to_string()))),
        }
    }
    Ok(Some(false))
}

/// Open parameters in one order.
fn ordered(params: &Params) -> Vec<((u32, u32), &Number)> {
    let mut all: Vec<((u32, u32), &Number)> = params.iter().map(|(&key, number)| (key, number)).collect();
    all.sort_unstable_by_key(|(key, _)| *key);
    all
}

/// The inputs: which instance is chosen, the parameters that it leaves open, those of the initial state if that is chosen, too.
fn input_names(system: &TransitionSystem, machine: &Machine, starting: bool) -> Vec<String> {
    let mut out = Vec::new();
    let mut several = |name: String, bits: u32| out.extend((0..bits).map(|bit| format!("{name}#{bit}")));
    several("choice".to_owned(), bits_for(machine.step.chosen.len() + 1));
    for ((index, count), number) in ordered(&machine.state.params) {
        several(format!("argument {index} of {count}"), bits_of(number));
    }
    if starting {
        for ((index, _), number) in ordered(&machine.initial.params) {
            let index = index as usize;
            let name = |at: usize| system.init.params.get(at).map_or("", |param| &param.name);
            // Each instance of a part has its own, of one name.
            let before = (0..index).filter(|&at| name(at) == name(index)).count();
            let which = if before > 0 { format!(" ({})", before + 1) } else { String::new() };
            several(format!("initially {}{which}", names::one_line(name(index))), bits_of(number));
        }
    }
    out
}

impl Builder<'_> {
    fn build(
        mut self,
        settings: &Settings,
        warnings: Vec<String>,
        initially: &[Bit],
        limits: &Limits,
    ) -> Result<Aiger, Refusal> {
        self.tie_inputs();
        let groups = self.groups(settings.each);
        let latches: Vec<Bit> = self.machine.latches.iter().map(|latch| latch.next).collect();
        let mut roots: Vec<Bit> = latches.clone();
        roots.extend(groups.iter().map(|(_, bit)| *bit));
        if self.resets.is_none() {
            roots.extend(initially);
            roots.extend([self.machine.initial.demand, self.machine.initial.failed]);
        }
        self.translate(&roots, limits)?;

        let mut nexts: Vec<Literal> = latches.iter().map(|&bit| self.literal(bit)).collect();
        let mut signals: Vec<Literal> = groups.iter().map(|(_, bit)| self.literal(*bit)).collect();
        if self.resets.is_none() {
            self.start(&mut nexts, &mut signals, initially);
        }
        let mut roots: Vec<Literal> = nexts.iter().chain(&signals).copied().collect();
        let ands = self.aig.compact(&mut roots);
        let signals = roots.split_off(nexts.len());
        let mut latch_names: Vec<String> =
            self.machine.latches.iter().map(|latch| names::latch(self.system, latch)).collect();
        if self.resets.is_none() {
            latch_names.push("started".to_owned());
        }
        let resets = self.resets.clone().unwrap_or_default();
        let latches = latch_names.into_iter().zip(roots).enumerate().map(|(at, (name, next))| Latch {
            name: names::one_line(&name),
            next,
            reset: resets.get(at).copied().unwrap_or(false),
        });
        Ok(Aiger {
            latches: latches.collect(),
            signals: groups.into_iter().map(|(name, _)| names::one_line(&name)).zip(signals).collect(),
            section: if settings.each { Section::Bad } else { Section::Outputs },
            ands,
            comments: self.comments(settings, &warnings),
            warnings,
            inputs: self.inputs,
        })
    }

    fn latch_literal(&self, at: usize) -> Literal {
        // Leaves are few enough for their literals.
        Literal::of_variable(u32::try_from(1 + self.inputs.len() + at).unwrap_or_default())
    }

    /// Gives the inputs of the circuit their literals: latches are latches, and what is chosen is decoded from inputs of the file.
    fn tie_inputs(&mut self) {
        let Self { machine, aig, literals, .. } = self;
        literals.insert(0, Literal::FALSE);
        let mut next = 1;
        let mut take = |count: u32| {
            let taken: Vec<Literal> = (next..next + count).map(Literal::of_variable).collect();
            next += count;
            taken
        };
        let chosen = &machine.step.chosen;
        let bits = take(bits_for(chosen.len() + 1));
        for (bit, literal) in chosen.iter().zip(crate::inputs::decoder(aig, &bits, chosen.len())) {
            literals.insert(bit.gate(), literal.negated_if(bit.is_negated()));
        }
        for (_, number) in ordered(&machine.state.params) {
            tie(aig, number, &take(bits_of(number)), literals);
        }
        if self.resets.is_none() {
            for (_, number) in ordered(&machine.initial.params) {
                tie(aig, number, &take(bits_of(number)), literals);
            }
        }
        for at in 0..self.machine.latches.len() {
            let now = self.machine.latches[at].now;
            let literal = self.latch_literal(at).negated_if(now.is_negated());
            self.literals.insert(now.gate(), literal);
        }
    }

    /// What is told of: the name of each kind of violation, and where there is one; or of all of them as one.
    fn groups(&mut self, each: bool) -> Vec<(String, Bit)> {
        if !each {
            return vec![("bad".to_owned(), self.machine.bad())];
        }
        let machine = &mut self.machine;
        let g = &mut machine.graph;
        let all: Vec<(ViolationKind, Bit)> =
            machine.of_state.iter().chain(&machine.of_step).copied().collect();
        let mut any = |wanted: &dyn Fn(ViolationKind) -> bool| {
            g.or(all.iter().filter(|(kind, _)| wanted(*kind)).map(|(_, bit)| *bit))
        };
        let mut groups = vec![("model error".to_owned(), any(&|k| matches!(k, ViolationKind::Error(_))))];
        for (property, id) in self.system.properties.iter().zip(0..) {
            let word = match property.kind {
                PropertyKind::Invariant => "invariant",
                PropertyKind::Step => "step invariant",
                PropertyKind::Reachable | PropertyKind::Temporal | PropertyKind::Recoverable => continue,
            };
            let violated = any(&|kind| kind == ViolationKind::Property(musilc_ir::PropertyId(id)));
            groups.push((format!("{word} {}", property.name), violated));
        }
        // Where a guard cannot be evaluated, nobody knows what is enabled.
        let of_guard =
            |kind| matches!(kind, ViolationKind::Error(site) if matches!(site.place, Place::Guard(_)));
        let (stuck, unknown) = (any(&|kind| kind == ViolationKind::Deadlock), any(&of_guard));
        groups.push(("deadlock".to_owned(), g.and([stuck, !unknown])));
        groups
    }

    fn literal(&self, bit: Bit) -> Literal {
        // Whatever is asked for has been translated.
        self.literals.get(&bit.gate()).copied().unwrap_or(Literal::FALSE).negated_if(bit.is_negated())
    }

    fn translate(&mut self, roots: &[Bit], limits: &Limits) -> Result<(), Unknown> {
        for (count, gate) in self.machine.graph.cone(roots.iter().copied()).into_iter().enumerate() {
            if count % 4096 == 0 {
                limits.must_stop().map_or(Ok(()), Err)?;
            }
            if self.literals.contains_key(&gate) {
                continue;
            }
            let literal = match self.machine.graph.gate(gate) {
                Gate::False => Literal::FALSE,
                Gate::Input => return Err(Unknown::Incapable("an input has no meaning".to_owned())),
                Gate::And(bits) => {
                    let literals: Vec<Literal> = bits.iter().map(|&bit| self.literal(bit)).collect();
                    if self.aig.len() + literals.len() >= MOST_VARIABLES {
                        return Err(Unknown::Incapable("the circuit is too large".to_owned()));
                    }
                    self.aig.all(literals)
                }
                &Gate::Ite(c, t, e) => {
                    let (c, t, e) = (self.literal(c), self.literal(t), self.literal(e));
                    self.aig.ite(c, t, e)
                }
            };
            self.literals.insert(gate, literal);
        }
        Ok(())
    }

    /// Puts a frame before the first: it leads to the initial state that the inputs choose, if they choose one, and stays otherwise.
    fn start(&mut self, nexts: &mut Vec<Literal>, signals: &mut [Literal], initially: &[Bit]) {
        let started = self.latch_literal(nexts.len());
        let (demand, failed) = (self.machine.initial.demand, self.machine.initial.failed);
        let (demand, failed) = (self.literal(demand), self.literal(failed));
        for (next, &first) in nexts.iter_mut().zip(initially) {
            let first = self.literal(first);
            *next = self.aig.ite(started, *next, first);
        }
        let possible = self.aig.and(demand, !failed);
        nexts.push(self.aig.any([started, possible]));
        for (at, signal) in signals.iter_mut().enumerate() {
            // Model errors come first, and are all that there can be.
            let before = if at == 0 { failed } else { Literal::FALSE };
            *signal = self.aig.ite(started, *signal, before);
        }
    }

    fn comments(&self, settings: &Settings, warnings: &[String]) -> Vec<String> {
        let mut out = vec![names::one_line(&format!(
            "written by musilc from {}, check {}",
            settings.chapter, self.system.name
        ))];
        let (frame, last) = match self.resets {
            Some(_) => ("Frame k is the state after k steps.", ""),
            None => (
                "Frame 0 chooses the initial state, and frame k + 1 is the state after k steps.",
                "An error in the initial state itself shows in frame 0.",
            ),
        };
        out.push(frame.to_owned());
        out.push(
            "What is wrong with a state shows in its frame; what is wrong with a step (an error".to_owned(),
        );
        out.push(
            "in an action, a step invariant) shows in the frame before it, one less than its depth."
                .to_owned(),
        );
        if !last.is_empty() {
            out.push(last.to_owned());
        }
        out.extend(warnings.iter().map(|warning| names::one_line(warning)));
        for ((position, _), number) in self.machine.step.fires.iter().zip(0..) {
            let Some(instance) = self.plan.instances.get(*position) else { continue };
            out.push(format!("choice {number}: {}", names::call(self.system, &instance.ground)));
        }
        out.push("any other choice, and one that is not enabled or fails: the state stays".to_owned());
        out
    }
}
