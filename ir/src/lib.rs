//! musilc's intermediate representation: a symbolic [transition system](TransitionSystem) over booleans, bounded integers and
//! arrays of these, with what is needed to show its runs as the chapter wrote them.
//!
//! The crate knows no syntax of chapters, no solver and no thread. Engines take a [`TransitionSystem`] and a [`Goal`] and give an
//! [`Outcome`]. The meaning of a system is what [`eval`] computes.

mod build;
mod canonical;
mod certificate;
pub mod chart;
mod claim;
mod data;
pub mod eval;
mod expr;
mod fairness;
mod formula;
mod ground;
mod id;
pub mod lasso;
mod limits;
pub mod name;
pub mod pass;
pub mod replay;
pub mod search;
mod span;
mod step;
mod system;
pub mod text;
mod trace;
mod ty;
mod typing;
mod validate;
mod value;
mod verdict;

pub use certificate::{CellClaim, Certificate, clause_expr};
pub use claim::{Claim, Part, Shown};
pub use data::{DataType, Datum, EnumType, FieldType, StructType, VariantType};
pub use eval::{Env, Evaluator, InternalError};
pub use expr::{Context, Node};
pub use fairness::FairnessConstraint;
pub use formula::{Formula, FormulaKind, FormulaPart, Letter};
pub use ground::{GroundFailure, GroundTransition, binding_count, bindings};
pub use id::{ExprId, PropertyId, TransitionId, VarId};
pub use limits::{Interrupt, Limits, Observer, Progress};
pub use span::Span;
pub use step::{GuardResult, InitResult, StateReport, StepResult, Successor, Truth};
pub use system::{
    Failure, FailureKind, FairUnit, Fairness, Init, Param, Predicate, Probe, ProbeKind, Property,
    PropertyKind, SourceVariable, Transition, TransitionSystem, Update, Variable,
};
pub use trace::{Step, Trace};
pub use ty::Type;
pub use validate::validate;
pub use value::{State, Value};
pub use verdict::{
    Coverage, FailureSite, Goal, Outcome, Place, Proof, Statistics, Unknown, Verdict, Violation,
    ViolationKind,
};
