//! How each state was first reached, and the runs rebuilt from that.

use crate::layout::Layout;
use crate::machine::binding;
use crate::memory::{Chunks, Full, Memory};
use crate::seen::Seen;
use musilc_ir::{Param, Step, Trace, TransitionId, TransitionSystem};

/// In place of a parent: the state is an initial one.
const NO_PARENT: u32 = u32::MAX;

/// Instances numbered throughout the system: transitions in order, the bindings of each in lexicographic order.
#[derive(Debug)]
pub(crate) struct Numbering {
    /// The number of the first instance of each transition.
    first: Vec<u32>,
}

impl Numbering {
    /// `None` where there are more instances than 32 bits can number.
    pub(crate) fn new(system: &TransitionSystem) -> Option<Self> {
        let mut next = 0u32;
        let first = system.transitions.iter().map(|transition| {
            let first = next;
            next = next.checked_add(u32::try_from(transition.instance_count()?).ok()?)?;
            Some(first)
        });
        Some(Self { first: first.collect::<Option<_>>()? })
    }

    /// The number of an instance, by its transition and its number there.
    #[inline]
    pub(crate) fn instance(&self, transition: u32, number: u64) -> u32 {
        self.first.get(transition as usize).map_or(0, |first| first.wrapping_add(number as u32))
    }

    /// The transition of an instance, and its number there.
    #[inline]
    pub(crate) fn locate(&self, instance: u32) -> (u32, u64) {
        let transition = self.first.partition_point(|&first| first <= instance).saturating_sub(1);
        // Transitions without instances share their first number with the next one that has some.
        let first = self.first.get(transition).copied().unwrap_or(0);
        (transition as u32, u64::from(instance - first))
    }

    /// The transition and the arguments of an instance.
    pub(crate) fn decode(&self, system: &TransitionSystem, instance: u32) -> (TransitionId, Vec<u32>) {
        let (transition, number) = self.locate(instance);
        let params: &[Param] = system.transitions.get(transition as usize).map_or(&[], |t| &t.params);
        (TransitionId(transition), binding(params.iter().map(|param| param.count), number))
    }
}

/// How each state was first reached, by its number.
#[derive(Debug)]
pub(crate) struct Origins {
    /// Parent and instance; or no parent, and the position of the binding in `bindings`.
    steps: Chunks<u32>,
    /// Bindings of the initial condition's parameters, for each initial state the first.
    bindings: Chunks<u32>,
}

impl Origins {
    /// None yet.
    pub(crate) fn new(system: &TransitionSystem) -> Self {
        Self { steps: Chunks::new(2), bindings: Chunks::new(system.init.params.len()) }
    }

    /// The next state is an initial one.
    pub(crate) fn push_initial(&mut self, args: &[u32], memory: &mut Memory) -> Result<(), Full> {
        let at = self.bindings.len() as u32;
        self.bindings.push(args, memory)?;
        self.steps.push(&[NO_PARENT, at], memory)
    }

    /// The next state is reached from a parent by an instance.
    #[inline]
    pub(crate) fn push_step(&mut self, parent: u32, instance: u32, memory: &mut Memory) -> Result<(), Full> {
        self.steps.push(&[parent, instance], memory)
    }
}

/// What traces are rebuilt with.
pub(crate) struct Rebuild<'a, const W: usize> {
    pub(crate) system: &'a TransitionSystem,
    pub(crate) layout: &'a Layout,
    pub(crate) numbering: &'a Numbering,
    pub(crate) seen: &'a Seen<W>,
    pub(crate) origins: &'a Origins,
}

impl<const W: usize> Rebuild<'_, W> {
    /// The run by which a state was first reached.
    pub(crate) fn trace_to(&self, number: u32) -> Trace {
        let mut trace = Trace::default();
        let mut at = number;
        loop {
            let state = self.layout.unpack(self.seen.get(at));
            let (parent, how) = match self.origins.steps.get(at as usize) {
                &[parent, how] => (parent, how),
                _ => break,
            };
            if parent == NO_PARENT {
                trace.init_args = self.origins.bindings.get(how as usize).to_vec();
                trace.initial = state;
                break;
            }
            let (transition, args) = self.numbering.decode(self.system, how);
            trace.steps.push(Step { transition, args, state });
            at = parent;
        }
        trace.steps.reverse();
        trace
    }

    /// A step, by its instance and the number of the state after it.
    pub(crate) fn step(&self, instance: u32, after: u32) -> Step {
        let (transition, args) = self.numbering.decode(self.system, instance);
        Step { transition, args, state: self.layout.unpack(self.seen.get(after)) }
    }

    /// The run to a state, and one step more.
    pub(crate) fn trace_through(&self, number: u32, instance: u32, after: Option<&[u64]>) -> Trace {
        let mut trace = self.trace_to(number);
        let (transition, args) = self.numbering.decode(self.system, instance);
        trace.steps.push(Step { transition, args, state: after.and_then(|words| self.layout.unpack(words)) });
        trace
    }
}
