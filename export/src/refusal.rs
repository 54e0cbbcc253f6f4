//! What cannot be exported.

use musilc_ir::{PropertyKind, TransitionSystem, Unknown};
use std::fmt;

/// Why there is no file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// The format cannot say all that the check claims. What it cannot say, as [`unsaid`] has it.
    Unsaid(Vec<String>),
    /// There is no initial state. Nothing bad would ever happen, and a tool would say that all is well.
    NoInitialState,
    /// It cannot be encoded.
    Unknown(Unknown),
}

impl From<Unknown> for Refusal {
    fn from(why: Unknown) -> Self {
        Refusal::Unknown(why)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Unsaid(claims) => write!(f, "the format cannot say {}", claims.join(", ")),
            Refusal::NoInitialState => write!(f, "there is no initial state"),
            Refusal::Unknown(Unknown::Incapable(reason)) => write!(f, "{reason}"),
            Refusal::Unknown(Unknown::Timeout) => write!(f, "the time is up"),
            Refusal::Unknown(Unknown::Interrupted) => write!(f, "interrupted"),
            Refusal::Unknown(Unknown::MemoryLimit(bytes)) => {
                write!(f, "the limit of {bytes} bytes of memory was reached")
            }
            Refusal::Unknown(why) => write!(f, "{why:?}"),
        }
    }
}

impl std::error::Error for Refusal {}

/// What a system claims that is more than safety, in order of declaration: that something can be reached, temporal and recoverable properties,
/// and that invariants are inductive.
#[must_use]
pub fn unsaid(system: &TransitionSystem) -> Vec<String> {
    let mut claims = Vec::new();
    for property in &system.properties {
        let name = &property.name;
        match property.kind {
            PropertyKind::Invariant if property.inductive => {
                claims.push(format!("that invariant `{name}` is inductive"));
            }
            PropertyKind::Invariant | PropertyKind::Step => {}
            PropertyKind::Reachable => claims.push(format!("reachable `{name}`")),
            PropertyKind::Temporal => claims.push(format!("property `{name}`")),
            PropertyKind::Recoverable => claims.push(format!("recoverable `{name}`")),
        }
    }
    claims
}
