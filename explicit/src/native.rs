//! Machine code for systems: what the interpreter does in states, some ten times as fast.
//!
//! A [`Plan`] is compiled by Cranelift, once a search is long enough to repay that. The code answers what is asked of nearly every
//! state: where its steps lead, and whether it needs a closer look. What is seldom, and what comes first or in which words it is to be
//! reported, is left to the interpreter, to which the code points wherever anything is out of the ordinary.
//!
//! [`known`] simplifies scalars, [`instance`] steps, and [`group`] finds those that are enabled together, before any code is made.
//! [`condition`], [`int`], [`chain`], [`lanes`] and [`next`] make code of them in a [`function`]; [`expand`] and [`examine`] are the
//! functions; [`library`] keeps and calls them.

mod chain;
mod condition;
mod examine;
mod expand;
mod function;
mod group;
mod instance;
mod int;
mod known;
mod lanes;
mod library;
mod next;

use crate::compile::plan::{Plan, TransitionPlan};
use crate::compile::scalar::{Scalars, Sid};
use crate::layout::Layout;
use expand::{Expander, StepProperty};
use function::Cache;
use known::Known;
use library::{Library, Maker, Shape};
use musilc_ir::{Goal, PropertyKind, TransitionSystem};
use std::collections::BTreeSet;
use std::ops::Range;

/// Systems with more scalars than this are left to the interpreter.
const MOST_SCALARS: usize = 1 << 20;

/// And those with more instructions of intermediate code: compiling these takes a second or two.
const MOST_INSTRUCTIONS: usize = 1 << 20;

/// A system in machine code. Any number of threads may use it at once.
pub(crate) struct Native {
    library: Library,
    steps: Shape,
    /// The functions of these, by position in the library.
    suspects: Range<usize>,
    enabled: Range<usize>,
    probes: Range<usize>,
    properties: Vec<Option<usize>>,
    conditions: Range<usize>,
    instructions: usize,
}

/// The steps of a system in machine code, with the instance that makes each.
pub(crate) struct NativeSteps {
    library: Library,
    steps: Shape,
}

/// What an expansion did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Expanded {
    /// Words written.
    pub(crate) words: usize,
    /// A body failed, a value left its type, or a step violates a step property: the interpreter knows more. Of these steps only the
    /// last kind was written and counted.
    pub(crate) odd: bool,
}

/// What there is to see in a state.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Findings {
    /// A guard fails, or a property fails or is violated: the interpreter knows more.
    pub(crate) suspect: bool,
    /// An instance is enabled.
    pub(crate) enabled: bool,
}

/// A condition on states, by its position in the plan.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Condition {
    /// A probe.
    Probe(usize),
    /// A property without `next`: that it does not fail and is true.
    Property(usize),
    /// A condition of temporal properties.
    Temporal(usize),
}

/// An instance: its transition, and its number among the bindings of that.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Numbered(u64);

impl Numbered {
    /// From what [`Native::expand_numbered`] wrote.
    pub(crate) fn new(code: u64) -> Self {
        Numbered(code)
    }

    pub(crate) fn transition(self) -> u32 {
        self.0 as u32
    }

    pub(crate) fn number(self) -> u32 {
        (self.0 >> 32) as u32
    }
}

impl Native {
    /// Compiles a system.
    ///
    /// # Errors
    /// Where there is no machine code for this machine or this system, with the reason.
    pub(crate) fn new(
        system: &TransitionSystem,
        layout: &Layout,
        scalars: &Scalars,
        plan: &Plan,
        goal: Goal,
    ) -> Result<Self, String> {
        check(scalars, plan)?;
        let tables = scalars.tables().to_vec();
        let known = Known::new(scalars, layout, &tables);
        let mut cache = Cache::new(scalars.nodes().len());
        let mut maker = Maker::new()?;
        let of_steps = system.properties.iter().zip(&plan.properties);
        let of_steps = of_steps.filter(|(property, _)| property.kind == PropertyKind::Step);
        let properties = of_steps.map(|(_, predicate)| StepProperty {
            failures: predicate.failures.iter().map(|&(_, id)| id).collect(),
            expr: predicate.expr,
        });
        let properties: Vec<StepProperty> = properties.collect();
        let expander = Expander { known: &known, properties: &properties, numbered: false };
        let (functions, instances) = expander.functions(plan, &mut maker, &mut cache, MOST_INSTRUCTIONS)?;
        let words = layout.words();
        let steps = Shape {
            functions,
            words,
            room: (instances + 1) * words,
            beside: plan.transitions.len(),
            moving: false,
        };

        let mut suspects: BTreeSet<(Sid, bool)> = BTreeSet::new();
        for transition in &plan.transitions {
            let TransitionPlan::Bound(steps) = transition else { continue };
            let failures = steps.iter().flat_map(|step| &step.guard_failures);
            suspects.extend(failures.map(|&(_, id)| (id, true)));
        }
        for (property, predicate) in system.properties.iter().zip(&plan.properties) {
            if property.kind == PropertyKind::Step {
                continue;
            }
            suspects.extend(predicate.failures.iter().map(|&(_, id)| (id, true)));
            if goal == Goal::All && property.kind == PropertyKind::Invariant {
                suspects.insert((predicate.expr, false));
            }
        }
        let suspects = examine::suspects(&known, &suspects, &mut maker, &mut cache)?;
        let enabled = examine::enabled(&known, plan, &mut maker, &mut cache)?;

        let first = maker.len();
        for &id in &plan.probes {
            examine::condition(&known, &[(id, true)], &mut maker, &mut cache)?;
        }
        let probes = first..maker.len();
        let mut properties = Vec::with_capacity(plan.properties.len());
        for (property, predicate) in system.properties.iter().zip(&plan.properties) {
            if property.kind == PropertyKind::Step {
                properties.push(None);
                continue;
            }
            let mut literals: Vec<(Sid, bool)> =
                predicate.failures.iter().map(|&(_, id)| (id, false)).collect();
            literals.push((predicate.expr, true));
            properties.push(Some(examine::condition(&known, &literals, &mut maker, &mut cache)?));
        }
        let first = maker.len();
        for &(_, id) in &plan.conditions {
            examine::condition(&known, &[(id, true)], &mut maker, &mut cache)?;
        }
        let conditions = first..maker.len();
        let instructions = maker.instructions();
        let library = maker.finish(tables)?;
        Ok(Native { library, steps, suspects, enabled, probes, properties, conditions, instructions })
    }

    /// The most words that an expansion writes, those included that it writes in vain: past the last state.
    pub(crate) fn room(&self) -> usize {
        self.steps.room
    }

    /// The number of instructions of intermediate code.
    pub(crate) fn instructions(&self) -> usize {
        self.instructions
    }

    /// Writes the states that the steps from a state lead to, one after the other in the interpreter's order, into `out`, which has
    /// [`Self::room`]; adds the number of steps to `fired`, for each transition.
    #[inline]
    pub(crate) fn expand(&self, state: &[u64], out: &mut [u64], fired: &mut [u64]) -> Expanded {
        let (words, odd) = self.library.write(&self.steps, state, out, fired);
        Expanded { words, odd }
    }

    /// Looks at one state.
    #[inline]
    pub(crate) fn examine(&self, state: &[u64]) -> Findings {
        let words = self.steps.words;
        Findings {
            suspect: self.library.look(self.suspects.clone(), words, state) != 0,
            enabled: self.library.look(self.enabled.clone(), words, state) != 0,
        }
    }

    /// Whether a condition is true in a state; `false` for one that there is not.
    #[inline]
    pub(crate) fn holds(&self, what: Condition, state: &[u64]) -> bool {
        let function = match what {
            Condition::Probe(at) => self.probes.clone().nth(at),
            Condition::Property(at) => self.properties.get(at).copied().flatten(),
            Condition::Temporal(at) => self.conditions.clone().nth(at),
        };
        function.is_some_and(|at| self.library.look(at..at + 1, self.steps.words, state) != 0)
    }
}

impl NativeSteps {
    /// Compiles the steps of a system. Step properties are not looked at.
    ///
    /// # Errors
    /// Where there is no machine code for this machine or this system, with the reason.
    pub(crate) fn new(layout: &Layout, scalars: &Scalars, plan: &Plan) -> Result<Self, String> {
        check(scalars, plan)?;
        let tables = scalars.tables().to_vec();
        let known = Known::new(scalars, layout, &tables);
        let mut cache = Cache::new(scalars.nodes().len());
        let mut maker = Maker::new()?;
        let expander = Expander { known: &known, properties: &[], numbered: true };
        let (functions, instances) = expander.functions(plan, &mut maker, &mut cache, MOST_INSTRUCTIONS)?;
        let words = layout.words();
        let steps =
            Shape { functions, words, room: (instances + 1) * words, beside: instances + 1, moving: true };
        Ok(Self { library: maker.finish(tables)?, steps })
    }

    /// The most states that an expansion writes, the one included that it writes in vain.
    pub(crate) fn most_states(&self) -> usize {
        self.steps.beside
    }

    /// As [`Native::expand`], with the instance that makes each step in place of the counts: transitions in order, instances in
    /// order, as [`Numbered`].
    pub(crate) fn expand(&self, state: &[u64], out: &mut [u64], numbers: &mut [u64]) -> Expanded {
        let (words, odd) = self.library.write(&self.steps, state, out, numbers);
        Expanded { words, odd }
    }
}

/// Whether there can be machine code for a system.
fn check(scalars: &Scalars, plan: &Plan) -> Result<(), String> {
    if plan.transitions.iter().any(|plan| matches!(plan, TransitionPlan::Free(_))) {
        return Err("there are too many instances".to_owned());
    }
    if scalars.nodes().len() > MOST_SCALARS {
        return Err("there are too many expressions".to_owned());
    }
    Ok(())
}
