//! Liveness to safety: a temporal property becomes an invariant of a larger system (Biere, Artho and Schuppan, "Liveness checking as safety
//! checking", 2002).
//!
//! A run of the new system is one of the original that watches itself. Once, it may save its state. From then on it is in its loop, and
//! notes what happens there. Where the state comes back to the saved one, and what was noted shows that the loop is fair and that the
//! formula is false of the run that goes round it for ever, the *loop closes*. The invariant says that it never does.

use super::cone::Cone;
use super::monitor::{Monitor, constant};
use super::normal::Formulas;
use super::obligations::Obligations;
use crate::{
    Claim, DataType, ExprId, FairUnit, Fairness, Init, Node, Param, Predicate, Property, PropertyId,
    PropertyKind, Transition, TransitionId, TransitionSystem, Value, VarId,
};
use std::fmt;

/// The most bits of a guess.
const MOST_GUESS_BITS: u32 = 16;
/// The most fairness assumptions.
const MOST_ASSUMPTIONS: u64 = 1 << 12;

/// The system in which an invariant says that a temporal property of another one holds.
#[derive(Clone, Debug)]
pub struct Liveness {
    /// The new system. Its variables are those of the original one, in order, and more; its transitions are those of the original one, in order,
    /// and perhaps one that stutters. Each transition has one parameter more than it had, the last: a guess. The initial condition has
    /// the parameters that it had.
    ///
    /// Nothing is a model error or a deadlock. What does not matter to the property has the same value for ever.
    pub system: TransitionSystem,
    /// The only property: an invariant. Under the assumption that no run of the original system ends in a model error, it is false in some
    /// reachable state if and only if the temporal property is false of some fair run.
    pub invariant: PropertyId,
    /// A guess is a number of so many bits, at least 1. The lowest says whether to save the state, the others choose among ways to make
    /// the formula false.
    pub guess_bits: u32,
    /// The transition that is enabled where none of the others is; `None` where that shows to be nowhere.
    pub stutter: Option<TransitionId>,
    /// The variable that is true from the step on that saved the state from which it was taken.
    pub saved: VarId,
}

impl Liveness {
    /// The position of the guess among the parameters of a transition.
    #[must_use]
    pub fn guess(&self, transition: TransitionId) -> usize {
        self.system.transition(transition).params.len().saturating_sub(1)
    }
}

/// Why a property is not turned into an invariant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Unsupported {
    /// There is no such property, or it is not a temporal one.
    NotTemporal,
    /// A transition, with this name, has too many instances to say where one of them is enabled.
    Instances(String),
    /// There are too many fairness assumptions.
    Assumptions,
    /// There are too many ways to make the formula false: a guess would have so many bits.
    Guess(u32),
}

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unsupported::NotTemporal => write!(f, "it is no temporal property"),
            Unsupported::Instances(name) => write!(f, "transition {name} has too many instances"),
            Unsupported::Assumptions => {
                write!(f, "there are more than {MOST_ASSUMPTIONS} fairness assumptions")
            }
            Unsupported::Guess(bits) => {
                write!(f, "the formula needs guesses of {bits} bits, more than {MOST_GUESS_BITS}")
            }
        }
    }
}

impl std::error::Error for Unsupported {}

/// The system in which the temporal property is an invariant.
///
/// # Errors
/// Where the property is not temporal, or something is too large.
pub fn liveness_to_safety(system: &TransitionSystem, property: PropertyId) -> Result<Liveness, Unsupported> {
    let claimed = system.properties.get(property.index()).ok_or(Unsupported::NotTemporal)?;
    let formula = claimed.formula.as_ref().ok_or(Unsupported::NotTemporal)?;
    let instances = |transition: &Transition| match transition.fairness.unit() {
        None => Some(0),
        Some((FairUnit::Whole, _)) => Some(1),
        Some((FairUnit::Instance, _)) => transition.instance_count(),
    };
    let assumptions =
        system.transitions.iter().try_fold(0u64, |sum, transition| sum.checked_add(instances(transition)?));
    if assumptions.is_none_or(|count| count > MOST_ASSUMPTIONS) {
        return Err(Unsupported::Assumptions);
    }

    let mut cx = system.context.clone();
    let mut formulas = Formulas::new();
    let denied = formulas.translate(&mut cx, formula, false);
    let root = formulas.anchor(&mut cx, denied, true);
    let obligations = Obligations::new(&mut formulas, &mut cx, root);
    if obligations.guess_bits > MOST_GUESS_BITS {
        return Err(Unsupported::Guess(obligations.guess_bits));
    }
    let cone = Cone::new(system, &cx, &formulas.conditions(root));
    let mut monitor = Monitor::new(system, cx, cone, formulas, obligations)?;
    let invariant = monitor.watch_all();
    Ok(assemble(system, claimed, monitor, invariant))
}

fn assemble(
    system: &TransitionSystem,
    claimed: &Property,
    mut monitor: Monitor<'_>,
    invariant: ExprId,
) -> Liveness {
    let guess_bits = monitor.guess_bits();
    let guess = Param {
        name: "guess".to_owned(),
        ty: DataType::Int { lo: 0, hi: (1 << guess_bits) - 1 },
        count: 1 << guess_bits,
    };
    let mut transitions = Vec::new();
    let mut stutter = None;
    for letter in std::mem::take(&mut monitor.letters) {
        let of = letter.of.map(|(_, transition)| transition);
        if of.is_none() {
            stutter = Some(TransitionId::from(transitions.len()));
        }
        let mut params = of.map(|transition| transition.params.clone()).unwrap_or_default();
        params.push(guess.clone());
        let mut updates = letter.updates;
        // What keeps its value is not updated.
        updates.retain(|update| monitor.cx.find(&Node::Var(update.variable)) != Some(update.value));
        transitions.push(Transition {
            name: of.map_or("stutter", |transition| &transition.name).to_owned(),
            params,
            guard_failures: Vec::new(),
            guard: monitor.cx.and(letter.guard),
            failures: Vec::new(),
            updates,
            fairness: Fairness::None,
            span: of.map_or(claimed.span, |transition| transition.span),
        });
    }
    let terminal = monitor.cx.bool(true);
    Liveness {
        system: TransitionSystem {
            name: system.name.clone(),
            init: init(&mut monitor),
            context: monitor.cx,
            variables: monitor.variables,
            transitions,
            terminal: Predicate { failures: Vec::new(), expr: terminal },
            properties: vec![Property {
                name: claimed.name.clone(),
                kind: PropertyKind::Invariant,
                predicate: Predicate { failures: Vec::new(), expr: invariant },
                claim: Claim { span: claimed.span, expr: invariant, parts: Vec::new(), shown: Vec::new() },
                formula: None,
                inductive: false,
                span: claimed.span,
            }],
            probes: Vec::new(),
            sources: system.sources.clone(),
            chart: None,
        },
        invariant: PropertyId(0),
        guess_bits,
        stutter,
        saved: monitor.saved,
    }
}

fn init(monitor: &mut Monitor<'_>) -> Init {
    let init = &monitor.original.init;
    let mut conditions = init.conditions.clone();
    for failure in &init.failures {
        conditions.push(monitor.cx.not(failure.condition));
    }
    let mut values = init.values.clone();
    for (index, value) in values.iter_mut().enumerate() {
        // What does not matter is the same in all initial states.
        if !monitor.cone.matters[index] {
            *value = constant(&mut monitor.cx, &Value::zero(&monitor.variables[index].ty));
        }
    }
    values.extend(&monitor.first_values);
    Init { params: init.params.clone(), failures: Vec::new(), conditions, values }
}
