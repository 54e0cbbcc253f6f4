//! Two models whose states are words, and a search for such models.

mod mesi;
mod philosophers;
mod search;
mod table;

pub use mesi::Mesi;
pub use philosophers::Philosophers;
pub use search::{Found, MOST_SUCCESSORS, Model, PRESENT, search};
