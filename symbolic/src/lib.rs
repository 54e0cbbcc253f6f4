//! Symbolic checking of [transition systems](musilc_ir::TransitionSystem): bounded searches, and proofs without a bound, with Z3 and BatSat.
//!
//! [`check`] unrolls the system step by step and asks a solver, depth by depth, whether anything is wrong there. The verdict is the same as
//! that of a search through all states: the least violation in depth, then in the order of [`ViolationKind`](musilc_ir::ViolationKind).
//! Where there is none up to the bound, it asks length by length for a lasso that refutes a temporal property. [`Mode::Deep`] makes many
//! steps at once and finds any violation. With [`Options::prove`], a proof is looked for beside that.
//!
//! # Parts
//!
//! * `question`, `found`: what is asked, and what has been found out. `context`, `watch`: a thread for it, and how it is stopped.
//! * `sat`: who answers, behind a narrow trait.
//! * `unroll`, `commute`: runs, one step after another; of neighbouring steps that commute, only one order is searched.
//! * `search`, `trace`, `cells`: what to look for at a depth, in what order, and the run that a model describes.
//! * `deep`, `walk`, `concrete`: many steps at once, in orders that random walks suggest; and runs by the reference evaluator.
//! * `formula`, `lasso`, `global`: the truth of a formula along a lasso, the search for fair lassos of least length, and what of
//!   temporal and recoverable properties follows from it.
//! * `induction`, `ic3`, `certificate`: proofs, and whether they are some. `prove`, `portfolio`: what is proved in what order, and beside what.
//!
//! What a state and a step are in bits is said in [`musilc_circuit`].
//!
//! # Limits
//!
//! A deadline or an interrupt reaches a solver while it runs, within some hundredths of a second. The limit on memory applies to what
//! each solver holds; Z3 counts what it holds in the whole process, so checks in parallel count towards each other's. It is looked at
//! between a solver's steps, and may be overrun for a moment. There are no states to count, so the limit on states does not apply.
//!
//! What a recoverable property claims shows in no single run, so it is decided only where all runs end within the bound.

mod cells;
mod certificate;
mod commute;
mod concrete;
mod context;
mod deep;
mod formula;
mod found;
mod global;
mod ic3;
mod induction;
mod lasso;
mod options;
mod portfolio;
mod prove;
mod question;
mod sat;
mod search;
mod trace;
mod unroll;
mod walk;
mod watch;

#[doc(hidden)]
pub use options::Mutation;
pub use options::{Method, Mode, Options, Procedure};

use found::Found;
use musilc_ir::{Goal, Limits, Outcome, Proof, Statistics, TransitionSystem, Unknown, Verdict};
use question::Question;
use std::time::Instant;

/// The version of Z3 that is linked.
#[must_use]
pub fn z3_version() -> &'static str {
    z3::full_version()
}

/// Searches all runs of up to `options.depth` steps (or `limits.max_depth`, where that is less) for the goal.
///
/// [`Verdict::Proved`] where no run is longer, or where a proof was [asked for](Options::prove) and found; else a run without anything wrong
/// up to the bound is all that is claimed.
#[must_use]
pub fn check(system: &TransitionSystem, goal: Goal, limits: &Limits, options: &Options) -> Outcome {
    check_mutated(system, goal, limits, options, Mutation::None)
}

/// [`check`] with a fault in the encoding, for tests that a fault is found out.
#[doc(hidden)]
#[must_use]
pub fn check_mutated(
    system: &TransitionSystem,
    goal: Goal,
    limits: &Limits,
    options: &Options,
    mutation: Mutation,
) -> Outcome {
    let started = Instant::now();
    let mut found = Found::default();
    let verdict = match goal.fits(system) {
        Err(unfit) => Err(unfit),
        Ok(()) => answer(system, goal, limits, options, mutation, started, &mut found),
    };
    Outcome {
        verdict: verdict.unwrap_or_else(Verdict::Unknown),
        decided_depth: found.decided,
        decided_lassos: found.lassos,
        witnesses: found.witnesses,
        certificate: found.certificate,
        statistics: Statistics {
            queries: Some(found.queries),
            memory: found.memory,
            elapsed: started.elapsed(),
            ..Statistics::default()
        },
        coverage: None,
    }
}

fn answer(
    system: &TransitionSystem,
    goal: Goal,
    limits: &Limits,
    options: &Options,
    mutation: Mutation,
    started: Instant,
    found: &mut Found,
) -> Result<Verdict, Unknown> {
    let bound = limits.max_depth.map_or(options.depth, |most| most.min(options.depth));
    let idle = watch::Stop::default();
    let question = Question { goal, limits, options, mutation, bound, started, stop: &idle };
    if let Goal::Induct(id) = goal {
        return context::run(
            |stop| {
                let violation = induction::counterexample(system, Some(id), Question { stop, ..question })?;
                Ok(violation.map_or(Verdict::Proved(Proof::Induction { k: 1 }), Verdict::Violated))
            },
            limits,
        );
    }
    let verdict = match options.prove {
        None => context::run(|stop| bounded(system, Question { stop, ..question }, found), limits),
        Some(_) if options.parallel => portfolio::parallel(system, question, found),
        Some(_) => {
            context::run(|stop| portfolio::in_turn(system, Question { stop, ..question }, found), limits)
        }
    };
    // A claim of induction is refuted only where nothing worse is found.
    let nothing =
        matches!(verdict, Ok(Verdict::HoldsToDepth { .. } | Verdict::Proved(_)) | Err(Unknown::Incapable(_)));
    if goal == Goal::All && nothing && system.inductive_properties().next().is_some() {
        let refuted = context::run(
            |stop| induction::counterexample(system, None, Question { stop, ..question }),
            limits,
        )?;
        if let Some(violation) = refuted {
            return Ok(Verdict::Violated(violation));
        }
    }
    verdict
}

/// Searches all runs up to the bound.
fn bounded(system: &TransitionSystem, question: Question<'_>, found: &mut Found) -> Result<Verdict, Unknown> {
    let plan = question.plan(system, 0)?;
    let verdict = match question.options.mode {
        Mode::Shortest => search::run(&plan, question, found)?,
        Mode::Deep => deep::run(&plan, question, found)?,
    };
    found.witnesses.sort_by_key(|(id, _)| *id);
    // Where a proof is looked for, lassos are a matter of that, and of the order in which it looks at properties.
    if question.options.prove.is_some() && !matches!(verdict, Verdict::Proved(Proof::AllRunsEnd { .. })) {
        return Ok(verdict);
    }
    global::run(plan, verdict, question, found)
}
