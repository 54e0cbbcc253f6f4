//! Passes: from a transition system to another one.

mod anchor;
mod cone;
mod enabled;
mod lasso;
mod letter;
mod liveness;
mod monitor;
mod normal;
mod obligations;

pub use liveness::{Liveness, Unsupported, liveness_to_safety};
