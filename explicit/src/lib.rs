//! Explicit-state search: every reachable state of a transition system, packed into a few words, breadth first.
//!
//! [`check`] compiles the system to code on packed states ([`Layout`] says where each cell lies), and searches one depth after
//! the other, so that counterexamples are shortest and do not depend on anything but the system.

mod automaton;
mod checkpoint;
mod clock;
mod compile;
mod component;
mod cycle;
mod errands;
mod fairness;
mod graph;
#[doc(hidden)]
pub mod internals;
mod keys;
mod lasso;
pub mod layout;
mod level;
mod machine;
mod memory;
mod mutation;
mod native;
mod numbering;
mod options;
mod path;
mod prefetch;
mod product;
mod scc;
mod search;
mod seen;
mod shards;
mod shorten;
mod slice;
mod store;
mod table;
mod temporal;

pub use layout::Layout;
#[doc(hidden)]
pub use mutation::Mutation;
pub use options::{Checkpoint, Codegen, Options};

use clock::Clock;
use keys::{Keys, Mixer};
use memory::Full;
use musilc_ir::{Goal, Limits, Outcome, Statistics, TransitionSystem, Unknown, Verdict};
use search::{Global, Search, Task};
use seen::Seen;
use shards::Shards;
use std::time::Instant;
use table::{Table, Tag};

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
    let presence = slice::presence(system, goal, options);
    let layout =
        Layout::of_present(&system.variables, &presence).map_err(|why| incapable(&why.to_string()))?;
    let program = compile::compile(system, &layout, limits, options.mutation)?;
    let task = Task::new(system, goal, limits, options, &program, &layout);
    search(&task, clock)
}

/// Searches with the set that fits the states.
fn search(task: &Task<'_>, clock: Clock<'_>) -> Result<Outcome, Unknown> {
    let global = !task.system.global_properties(task.goal).is_empty();
    let words = task.layout.words();
    if global {
        // Graphs need numbers for states, which a single thread gives them in order.
        return match words {
            1 => numbered::<1>(task, clock, Some(temporal::decide::<1>)),
            2 => numbered::<2>(task, clock, Some(temporal::decide::<2>)),
            _ => numbered::<0>(task, clock, Some(temporal::decide::<0>)),
        };
    }
    match (words, Tag::new(task.layout.used().last().unwrap_or(0))) {
        (1, Some(tag)) => compact::<1>(task, clock, tag),
        (2, Some(tag)) => compact::<2>(task, clock, tag),
        (1, None) => numbered::<1>(task, clock, None),
        (2, None) => numbered::<2>(task, clock, None),
        _ => numbered::<0>(task, clock, None),
    }
}

fn compact<'s, const W: usize>(task: &'s Task<'s>, clock: Clock<'s>, tag: Tag) -> Result<Outcome, Unknown> {
    let keys = Mixer::new(task.layout).map_or(Keys::Hashed, Keys::Mixed);
    let table = Table::<W>::new(tag, keys, task.limits.max_memory, &task.memory);
    let table = table.map_err(|Full| task.out_of_memory())?;
    Ok(Search::new(task, clock, table, task.options.threads.get(), None).run())
}

fn numbered<'s, const W: usize>(
    task: &'s Task<'s>,
    clock: Clock<'s>,
    global: Option<Global<'s, Seen<W>>>,
) -> Result<Outcome, Unknown> {
    let (words, threads) = (task.program.words, task.options.threads.get());
    if threads == 1 || global.is_some() {
        return Ok(Search::new(task, clock, Seen::new(words), 1, global).run());
    }
    Ok(Search::new(task, clock, Shards::<W>::new(words), threads, None).run())
}
