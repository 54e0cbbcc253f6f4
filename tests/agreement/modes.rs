//! The symbolic engine's other modes on generated chapters: deep search, and proofs without a bound.

use crate::compare::Extent;
use musilc_ir::replay::confirm;
use musilc_ir::{
    Goal, Limits, Outcome, PropertyKind, TransitionSystem, Unknown, Verdict, Violation, ViolationKind, search,
};
use musilc_symbolic::{Method, Mode, Options, Procedure};
use std::time::Instant;

/// Whether both modes say what the reference says, as far as it is theirs to say; whether they had the time.
pub(crate) fn agree(
    system: &TransitionSystem,
    goal: Goal,
    extent: &Extent,
    reference: &Outcome,
) -> Result<bool, String> {
    let deep = if goal == Goal::All { deep(system, extent, reference)? } else { true };
    Ok(proof(system, goal, extent, reference)? && deep)
}

/// Whether each invariant that is claimed to be inductive is one for the engine as for the reference, where that can try all states.
pub(crate) fn induction(system: &TransitionSystem, extent: &Extent) -> Result<(), String> {
    let Ok(known) = search::counterexamples_to_induction(system, 100_000) else { return Ok(()) };
    for id in system.inductive_properties() {
        let found = run(system, Goal::Induct(id), extent, &Options::default())?;
        let kind = ViolationKind::NotInductive(id);
        let right = match &found.verdict {
            Verdict::Violated(own) => own.kind == kind && known.iter().any(|other| other.kind == kind),
            Verdict::Proved(_) => known.iter().all(|other| other.kind != kind),
            _ => false,
        };
        if !right {
            return Err(format!("induction: {:?}, and the reference {known:?}", found.verdict));
        }
    }
    Ok(())
}

fn run(system: &TransitionSystem, goal: Goal, extent: &Extent, options: &Options) -> Result<Outcome, String> {
    let limits = Limits { deadline: Some(Instant::now() + extent.patience), ..Limits::default() };
    let found = musilc_symbolic::check_mutated(system, goal, &limits, options, extent.symbolic);
    confirm(system, goal, &found).map_err(|why| format!("not confirmed: {why}"))?;
    Ok(found)
}

fn local(outcome: &Outcome) -> Option<&Violation> {
    match &outcome.verdict {
        Verdict::Violated(violation) if violation.kind.is_local() => Some(violation),
        _ => None,
    }
}

/// A deep search finds a violation where there is one, and knows how far it has excluded any.
fn deep(system: &TransitionSystem, extent: &Extent, reference: &Outcome) -> Result<bool, String> {
    let options = Options { depth: 4, mode: Mode::Deep, procedure: Procedure::Sat, ..Options::default() };
    let found = run(system, Goal::All, extent, &options)?;
    let right = match (&found.verdict, local(reference)) {
        (Verdict::Unknown(Unknown::Timeout), _) => return Ok(false),
        (Verdict::Violated(own), Some(first)) if own.kind.is_local() => own.depth() >= first.depth(),
        (Verdict::Violated(own), first) if own.kind.is_local() => first.is_some(),
        (_, Some(first)) => found.decided_depth.is_some_and(|decided| decided < first.depth()),
        (_, None) => true,
    };
    if right {
        return Ok(true);
    }
    Err(format!("deep: {:?}, and the reference {:?}", found.verdict, reference.verdict))
}

/// A proof is there where the reference visits all states and finds nothing, and only there.
fn proof(
    system: &TransitionSystem,
    goal: Goal,
    extent: &Extent,
    reference: &Outcome,
) -> Result<bool, String> {
    let options = Options {
        depth: 3,
        prove: Some(Method::Any),
        procedure: Procedure::Sat,
        parallel: reference.statistics.levels.len().is_multiple_of(2),
        ..Options::default()
    };
    let started = Instant::now();
    let found = run(system, goal, extent, &options)?;
    let late = started.elapsed() >= extent.patience;
    let recoverable = system
        .global_properties(goal)
        .into_iter()
        .any(|id| system.property(id).kind == PropertyKind::Recoverable);
    let right = match (&found.verdict, &reference.verdict) {
        (Verdict::Unknown(Unknown::Timeout), _) => return Ok(false),
        // It had come so far when the time was over, and found nothing that is not there.
        (Verdict::HoldsToDepth { depth }, other) if late => {
            let first = match other {
                Verdict::Violated(violation) => {
                    violation.trace.lasso().map_or(violation.depth(), |(stem, turn)| stem + turn)
                }
                _ => u32::MAX,
            };
            if *depth < first {
                return Ok(false);
            }
            false
        }
        (Verdict::Proved(_), Verdict::Proved(_)) => goal != Goal::All || same_witnesses(&found, reference),
        (Verdict::Reached(own), Verdict::Reached(other)) => {
            own.depth() == other.depth() || !found.is_shortest() && own.depth() > other.depth()
        }
        (Verdict::Violated(own), Verdict::Violated(other)) => {
            let length = |v: &Violation| v.trace.lasso().map(|(stem, turn)| stem + turn);
            own.kind == other.kind
                && match own.kind {
                    // Where time runs out, a lasso or run that is not the shortest is told as such.
                    ViolationKind::Lasso(_) => found.decided_lassos.is_none() || length(own) <= length(other),
                    _ if !found.is_shortest() => own.depth() >= other.depth(),
                    _ => own.depth() == other.depth(),
                }
        }
        // No invariant of single states shows that something can be reached again.
        (Verdict::Unknown(Unknown::Incapable(_)), Verdict::Proved(_)) => recoverable,
        (Verdict::Unknown(Unknown::Incapable(_)), Verdict::Violated(other)) => {
            recoverable && matches!(other.kind, ViolationKind::Unrecoverable(_))
        }
        _ => false,
    };
    if right {
        return Ok(true);
    }
    Err(format!("proof: {:?}, and the reference {:?}", found.verdict, reference.verdict))
}

fn same_witnesses(found: &Outcome, reference: &Outcome) -> bool {
    reference.witnesses.iter().all(|(id, trace)| {
        let own = found.witnesses.iter().find(|(own, _)| own == id);
        own.is_some_and(|(_, own)| own.depth() == trace.depth())
    })
}
