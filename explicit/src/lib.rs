//! Explicit-state search: every reachable state of a transition system, packed into a few words, breadth first.
//!
//! [`check`] compiles the system to code on packed states ([`Layout`] says where each cell lies), and searches one depth after
//! the other, so that counterexamples are shortest and do not depend on anything but the system.

mod automaton;
mod clock;
mod compile;
mod component;
mod cycle;
mod errands;
mod fairness;
mod graph;
#[doc(hidden)]
pub mod internals;
mod lasso;
pub mod layout;
mod machine;
mod memory;
mod mutation;
mod native;
mod options;
mod product;
mod scc;
mod search;
mod seen;
mod shorten;
mod temporal;
mod trace;

pub use layout::Layout;
#[doc(hidden)]
pub use mutation::Mutation;
pub use options::{Checkpoint, Codegen, Options};

use clock::Clock;
use musilc_ir::{Goal, Limits, Outcome, Statistics, TransitionSystem, Unknown, Verdict};
use search::Search;
use std::time::Instant;
use trace::Numbering;

/// Checks a system for a goal. Anything malformed ends in [`Unknown::Incapable`].
#[must_use]
pub fn check(system: &TransitionSystem, goal: Goal, limits: &Limits) -> Outcome {
    check_with(system, goal, limits, &Options::default())
}

/// As [`check`], with a fault in the compiled code: to test tests with.
#[doc(hidden)]
#[must_use]
pub fn check_mutated(system: &TransitionSystem, goal: Goal, limits: &Limits, mutation: Mutation) -> Outcome {
    check_with(system, goal, limits, &Options { mutation, ..Options::default() })
}

/// As [`check`], in a way of the caller's choice.
#[must_use]
pub fn check_with(system: &TransitionSystem, goal: Goal, limits: &Limits, options: &Options) -> Outcome {
    let started = Instant::now();
    attempt(system, goal, limits, options).unwrap_or_else(|why| Outcome {
        verdict: Verdict::Unknown(why),
        decided_depth: None,
        decided_lassos: None,
        witnesses: Vec::new(),
        certificate: None,
        statistics: Statistics { elapsed: started.elapsed(), ..Statistics::default() },
        coverage: None,
    })
}

fn attempt(
    system: &TransitionSystem,
    goal: Goal,
    limits: &Limits,
    options: &Options,
) -> Result<Outcome, Unknown> {
    let incapable = |why: &str| Unknown::Incapable(why.to_owned());
    goal.fits(system)?;
    if matches!(goal, Goal::Induct(_)) {
        return Err(incapable(
            "the explicit search visits reachable states only, and induction is about all states",
        ));
    }
    if let Err(problems) = musilc_ir::validate(system) {
        return Err(Unknown::Incapable(format!("the system is malformed: {}", problems.join("; "))));
    }
    let clock = Clock::new(limits);
    let layout = Layout::new(&system.variables).map_err(|why| incapable(&why.to_string()))?;
    let numbering = Numbering::new(system).ok_or_else(|| incapable("there are more than 2^32 instances"))?;
    let program = compile::compile(system, &layout, limits, options.mutation)?;
    Ok(match layout.words() {
        1 => Search::<1>::new(system, goal, limits, &program, &layout, &numbering, clock).run(),
        2 => Search::<2>::new(system, goal, limits, &program, &layout, &numbering, clock).run(),
        _ => Search::<0>::new(system, goal, limits, &program, &layout, &numbering, clock).run(),
    })
}
