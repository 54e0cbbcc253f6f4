//! Symbolic transition systems: the contract between the frontend and the engines.

use crate::chart::Chart;
use crate::{Claim, Context, DataType, ExprId, Formula, Goal, PropertyId, Span, TransitionId, Type, VarId};

/// A finite symbolic transition system with its properties, and what is needed to show its states as the chapter would.
#[derive(Clone, Debug)]
pub struct TransitionSystem {
    /// The name of the check that it was built for.
    pub name: String,
    /// Owns every expression below.
    pub context: Context,
    /// The state variables; position `i` is [`VarId`] `i` of the context.
    pub variables: Vec<Variable>,
    /// The initial states.
    pub init: Init,
    /// The transitions, in order of declaration.
    pub transitions: Vec<Transition>,
    /// Where a state without successor is no deadlock.
    pub terminal: Predicate,
    /// The properties, in order of declaration.
    pub properties: Vec<Property>,
    /// What should be true in some reachable state, or else the model is likely not what was meant.
    pub probes: Vec<Probe>,
    /// The chapter's own variables, each a run of state variables.
    pub sources: Vec<SourceVariable>,
    /// The protocol that it was made of, if it was.
    pub chart: Option<Chart>,
}

/// A state variable.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Variable {
    /// A unique name: that of the chapter's variable, with a suffix where that has several parts.
    pub name: String,
    /// Its type; the same as the context has.
    pub ty: Type,
}

/// A variable as the chapter declares it.
#[derive(Clone, PartialEq, Debug)]
pub struct SourceVariable {
    /// Its name; [blanks](crate::name) in it stand for the indices of its outermost arrays.
    pub name: String,
    /// Its type; its [leaves](DataType::leaves) are the state variables from `first` on.
    pub ty: DataType,
    /// The first of its state variables.
    pub first: VarId,
    /// Its declaration.
    pub span: Span,
}

/// A parameter: it ranges over `0..ty.cardinality()`, and [`DataType::nth`] gives the value that each number stands for.
#[derive(Clone, PartialEq, Debug)]
pub struct Param {
    /// Its name.
    pub name: String,
    /// The type of the values shown for it.
    pub ty: DataType,
    /// The number of its values, at least 1.
    pub count: u32,
}

/// The initial states: for each binding of the parameters that satisfies the guard, the state with the values.
///
/// Expressions here mention parameters and no variables. Distinct bindings may give the same state.
#[derive(Clone, Debug)]
pub struct Init {
    /// What `= any` ranges over.
    pub params: Vec<Param>,
    /// What goes wrong while the values and the condition are computed, in order of evaluation.
    pub failures: Vec<Failure>,
    /// The initial condition, as conjuncts (all must hold), so that a search over the parameters can prune.
    pub conditions: Vec<ExprId>,
    /// The value of each state variable.
    pub values: Vec<ExprId>,
}

/// A guarded transition. Each binding of its parameters is an *instance*, and one step executes one instance atomically.
///
/// In a state: the first guard failure whose condition is true is a model error of that state. Otherwise, if the guard is
/// true, the first failure whose condition is true is a model error of the step; otherwise the step leads to the state in which
/// every updated variable has its new value (all read the old state) and the others keep theirs.
#[derive(Clone, Debug)]
pub struct Transition {
    /// The action's name; [blanks](crate::name) in it stand for the first parameters.
    pub name: String,
    /// Its parameters.
    pub params: Vec<Param>,
    /// What goes wrong while the guard is evaluated, in order of evaluation.
    pub guard_failures: Vec<Failure>,
    /// Whether the instance is enabled.
    pub guard: ExprId,
    /// What goes wrong while the body is executed, in order of evaluation.
    pub failures: Vec<Failure>,
    /// The new values; each variable at most once.
    pub updates: Vec<Update>,
    /// Which infinite runs the action rules out.
    pub fairness: Fairness,
    /// Its declaration.
    pub span: Span,
}

/// The new value of a variable.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Update {
    /// The variable.
    pub variable: VarId,
    /// Its value after the step. Wherever no failure is true, it belongs to the variable's type.
    pub value: ExprId,
}

/// A fairness assumption on a transition. It speaks of infinite runs, and matters to temporal properties only.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Fairness {
    /// None.
    #[default]
    None,
    /// Not: eventually always enabled and never taken.
    Weak(FairUnit),
    /// Infinitely often enabled implies infinitely often taken.
    Strong(FairUnit),
}

/// What a fairness assumption is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FairUnit {
    /// Each instance by itself.
    Instance,
    /// The transition as a whole: enabled where some instance is, taken where some instance is.
    Whole,
}

/// A condition under which evaluation is a model error.
#[derive(Clone, PartialEq, Debug)]
pub struct Failure {
    /// True where evaluation gets here and fails here, provided that no earlier failure of the same list is true.
    pub condition: ExprId,
    /// What goes wrong.
    pub kind: FailureKind,
    /// The number that is at fault, to be shown; an integer expression.
    pub value: Option<ExprId>,
    /// The part of the source that fails.
    pub span: Span,
}

/// What goes wrong in a model error.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FailureKind {
    /// A number is stored where only `lo..=hi` fit.
    OutOfRange {
        /// The least number that fits.
        lo: i64,
        /// The greatest number that fits.
        hi: i64,
        /// What it is stored in, as the message names it: `x`, `parameter n`.
        target: String,
    },
    /// An array or sequence is indexed outside.
    BadIndex {
        /// The least index.
        lo: i64,
        /// The greatest index.
        hi: i64,
    },
    /// A division or remainder by zero.
    DivisionByZero,
    /// A head, pop or index of a sequence that has no such element.
    EmptySequence,
    /// A push to a full sequence.
    FullSequence {
        /// How many elements fit.
        capacity: u32,
    },
    /// One more copy than the bag can hold.
    FullBag {
        /// How many copies fit.
        capacity: u32,
    },
    /// A copy is taken from a bag that holds none.
    NotInBag,
    /// The value of an option that is `None`.
    NoValue,
    /// `choose`, `min` or `max` over nothing.
    NothingToChoose,
    /// A field of a variant that the value is not.
    OtherVariant {
        /// The variant whose field is read.
        variant: String,
    },
}

impl FailureKind {
    /// The message, given the number at fault.
    #[must_use]
    pub fn describe(&self, value: Option<i64>) -> String {
        let value = value.map_or_else(|| "the value".to_owned(), |v| v.to_string());
        match self {
            FailureKind::OutOfRange { lo, hi, target } => {
                format!("{value} leaves the range {lo}..={hi} of {target}")
            }
            FailureKind::BadIndex { lo, hi } => format!("index {value} lies outside {lo}..={hi}"),
            FailureKind::DivisionByZero => "division by zero".to_owned(),
            FailureKind::EmptySequence => "the sequence has no such element".to_owned(),
            FailureKind::FullSequence { capacity } => {
                format!("push to a full sequence (capacity {capacity})")
            }
            FailureKind::FullBag { capacity } => {
                format!("the bag already holds {capacity} of this element, as many as it can")
            }
            FailureKind::NotInBag => "the bag does not hold this element".to_owned(),
            FailureKind::NoValue => "the option is None".to_owned(),
            FailureKind::NothingToChoose => "there is nothing to choose from".to_owned(),
            FailureKind::OtherVariant { variant } => format!("the value is not `{variant}`"),
        }
    }
}

/// A boolean expression with what may go wrong while it is evaluated.
#[derive(Clone, Debug)]
pub struct Predicate {
    /// What goes wrong, in order of evaluation.
    pub failures: Vec<Failure>,
    /// The expression.
    pub expr: ExprId,
}

/// A property.
#[derive(Clone, Debug)]
pub struct Property {
    /// Its name.
    pub name: String,
    /// What it claims the expression to be.
    pub kind: PropertyKind,
    /// Of an invariant: that it is claimed to be inductive, together with all others that are. Such invariants are true initially, and
    /// every step from any state, reachable or not, in which they are all true leads to one in which they are.
    pub inductive: bool,
    /// The expression; in a step property it mentions [next](crate::Node::Next) values too.
    ///
    /// In a temporal property it is `true`, and its failures are those of the conditions of the formula: each of them is evaluated in
    /// every reachable state.
    pub predicate: Predicate,
    /// How the expression is put together, for the report of a violation.
    pub claim: Claim,
    /// What a temporal property claims; `None` in properties of other kinds.
    pub formula: Option<Formula>,
    /// Its declaration.
    pub span: Span,
}

/// The kinds of properties.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum PropertyKind {
    /// True in every reachable state.
    Invariant,
    /// True of every step from a reachable state.
    Step,
    /// True in some reachable state.
    Reachable,
    /// The formula is true of every fair infinite run; in a state without successor a run stutters for ever.
    Temporal,
    /// From every reachable state, some state in which it is true can be reached (AG EF, whatever is fair).
    Recoverable,
}

impl PropertyKind {
    /// Whether it is decided by single states and steps, and not by how they hang together.
    #[must_use]
    pub fn is_local(self) -> bool {
        !matches!(self, PropertyKind::Temporal | PropertyKind::Recoverable)
    }
}

/// Something of which it matters whether it is true in some reachable state; engines that see all states report which ones were.
#[derive(Clone, Debug)]
pub struct Probe {
    /// What it means if it is, or never is.
    pub kind: ProbeKind,
    /// The condition. It has a value in every state; where evaluation would fail it counts as whatever it is.
    pub expr: ExprId,
    /// The part of the source that it speaks of.
    pub span: Span,
}

/// The kinds of probes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ProbeKind {
    /// The left side of an implication in a property: the property would hold vacuously.
    Antecedent {
        /// The property.
        property: String,
    },
    /// A state that a table declares.
    DeclaredState {
        /// The table.
        table: String,
        /// The state.
        state: String,
    },
    /// The clock has come to its end: nothing is said of what would happen later.
    Horizon,
}

impl TransitionSystem {
    /// A transition.
    #[must_use]
    pub fn transition(&self, id: TransitionId) -> &Transition {
        &self.transitions[id.index()]
    }

    /// A property.
    #[must_use]
    pub fn property(&self, id: PropertyId) -> &Property {
        &self.properties[id.index()]
    }

    /// The ids of all properties of a kind, in order of declaration.
    pub fn properties_of(&self, kind: PropertyKind) -> impl Iterator<Item = PropertyId> {
        self.properties
            .iter()
            .enumerate()
            .filter(move |(_, property)| property.kind == kind)
            .map(|(index, _)| PropertyId::from(index))
    }

    /// The ids of the invariants whose conjunction is claimed to be inductive, in order of declaration.
    pub fn inductive_properties(&self) -> impl Iterator<Item = PropertyId> {
        let marked = self.properties.iter().enumerate().filter(|(_, property)| property.inductive);
        marked.map(|(index, _)| PropertyId::from(index))
    }

    /// What a goal asks beyond single states and steps: temporal properties in order of declaration, then recoverable ones.
    #[must_use]
    pub fn global_properties(&self, goal: Goal) -> Vec<PropertyId> {
        let temporal = self.properties_of(PropertyKind::Temporal);
        let all = temporal.chain(self.properties_of(PropertyKind::Recoverable));
        match goal {
            Goal::All => all.collect(),
            Goal::Refute(id) => all.filter(|global| *global == id).collect(),
            Goal::Reach(_) | Goal::Induct(_) => Vec::new(),
        }
    }

    /// The property with this name.
    #[must_use]
    pub fn property_named(&self, name: &str) -> Option<PropertyId> {
        self.properties.iter().position(|property| property.name == name).map(PropertyId::from)
    }
}
