//! Transition systems as boolean circuits: what every back end that works on bits starts from.
//!
//! * [`Graph`]: circuits, hash-consed. [`Bit`] is a signal.
//! * `number`, `arithmetic`, `binary`, `divide`, `count`, `term`: values. Small integers are written by cases (one-hot), larger ones in binary; arrays are sequences
//!   of cells.
//! * `encode`: expressions as values, given what their leaves stand for.
//! * [`Plan`]: the instances of the transitions, written out unless they are too many; then their parameters are left open.
//! * [`State`], [`Initial`], [`Step`]: what is said of a state, of the first one, and of a step to the next.
//! * [`Findings`]: what can be wrong with them.
//! * [`Sweep`]: many steps at once, one after the other.
//! * [`Machine`]: the whole system as a sequential circuit, with a total transition function.
//!
//! Values fold while they are made. So a counter that cannot have come far yet takes few bits, and what cannot have happened yet is not
//! asked for.

mod arithmetic;
mod binary;
mod count;
mod divide;
mod encode;
mod findings;
mod graph;
mod machine;
mod mutation;
mod number;
mod plan;
mod state;
mod step;
mod sweep;
mod term;

pub use binary::width;
pub use count::{at_most_one, exactly_one};
pub use encode::{Encoder, Leaves, Params};
pub use findings::{Findings, Violations, of_step, sorted};
pub use graph::{Bit, Gate, Graph, MOST_CASES, Valuation};
pub use machine::{Latch, Machine, Meaning};
#[doc(hidden)]
pub use mutation::Mutation;
pub use number::Number;
pub use plan::{Fair, Grounding, Instance, Plan};
pub use state::{Initial, Judged, State};
pub use step::{Choice, Step};
pub use sweep::{Order, Sweep};
pub use term::{Scalar, Term, cell_types, same_state};
