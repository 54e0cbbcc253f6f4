//! How much work a run was, in a line.

use super::figures::{bytes, count, counted, duration, rate};
use crate::check::whole_length;
use crate::options::Engine;
use crate::report::phrase;
use crate::result::Run;
use musilc_ir::{Outcome, Proof, Verdict, ViolationKind};

/// `explicit 19 states, 3 ms`, `bmc depth 4, 40 ms`
pub(crate) fn short(run: &Run, timings: bool) -> String {
    let outcome = &run.outcome;
    let mut out = format!("{} {}", run.engine, extent(run.engine, outcome));
    if timings {
        out.push_str(&format!(", {}", duration(outcome.statistics.elapsed)));
    }
    out
}

fn extent(engine: Engine, outcome: &Outcome) -> String {
    if let (Engine::Explicit, Some(states)) = (engine, outcome.statistics.states) {
        return counted(states, "state");
    }
    if let Verdict::Proved(Proof::AllRunsEnd { longest }) = outcome.verdict {
        return format!("all runs end within {longest}");
    }
    if let Verdict::Proved(proof @ (Proof::Induction { .. } | Proof::Invariant { .. })) = outcome.verdict {
        return phrase::proof(proof, None);
    }
    match depth(outcome) {
        Some(depth) => format!("depth {depth}"),
        None if is_step(outcome) => "1 step".to_owned(),
        None if matches!(&outcome.verdict, Verdict::Violated(violation) if matches!(violation.kind, ViolationKind::Unreached(_))) => {
            "all depths".to_owned()
        }
        None => "nothing decided".to_owned(),
    }
}

/// Whether the run found a counterexample to induction, whose depth says nothing of how far it got.
fn is_step(outcome: &Outcome) -> bool {
    matches!(&outcome.verdict, Verdict::Violated(violation) if matches!(violation.kind, ViolationKind::NotInductive(_)))
}

/// The greatest depth that a run got to.
pub(crate) fn depth(outcome: &Outcome) -> Option<u32> {
    match &outcome.verdict {
        _ if is_step(outcome) => outcome.decided_depth,
        // The lengths of a lasso are told with the verdict; the bounded checker goes by both together.
        Verdict::Violated(violation) if violation.trace.back_to.is_some() => {
            outcome.decided_lassos.map(|_| whole_length(&violation.trace)).or(outcome.decided_depth)
        }
        Verdict::Violated(violation) if violation.trace.initial.is_some() || violation.depth() > 0 => {
            Some(violation.depth())
        }
        Verdict::Reached(trace) => Some(trace.depth()),
        Verdict::HoldsToDepth { depth } => Some(*depth),
        _ => outcome.decided_depth,
    }
}

/// Everything that is known about the work of a run.
pub(crate) fn long(run: &Run, timings: bool) -> String {
    let statistics = &run.outcome.statistics;
    let mut parts = Vec::new();
    if let Some(states) = statistics.states {
        parts.push(counted(states, "state"));
    }
    if let Some(transitions) = statistics.transitions {
        parts.push(counted(transitions, "transition"));
    }
    if let Some(pairs) = statistics.product_states {
        parts.push(counted(pairs, "product state"));
    }
    let levels = u32::try_from(statistics.levels.len()).ok().and_then(|levels| levels.checked_sub(1));
    if let Some(depth) = levels.or(depth(&run.outcome)) {
        parts.push(format!("depth {depth}"));
    }
    if let Some(length) = run.outcome.decided_lassos {
        parts.push(format!("no lasso to length {length}"));
    }
    if let Some(queries) = statistics.queries {
        parts.push(format!("{} {}", count(queries), if queries == 1 { "query" } else { "queries" }));
    }
    if timings && let Some(states) = statistics.states {
        parts.push(rate(states, statistics.elapsed));
    }
    if let Some(bits) = statistics.state_bits {
        parts.push(format!("{} per state", counted(bits, "bit")));
    }
    if timings {
        parts.extend(statistics.memory.map(bytes));
        parts.push(duration(statistics.elapsed));
    }
    if parts.is_empty() {
        parts.push("nothing decided".to_owned());
    }
    format!("{}: {}", run.engine, parts.join(", "))
}

/// The number of states first reached at each depth, if the engine counts them.
pub(crate) fn levels(run: &Run) -> Option<String> {
    let levels: Vec<String> = run.outcome.statistics.levels.iter().map(u64::to_string).collect();
    (!levels.is_empty()).then(|| format!("{} states at each depth: {}", run.engine, levels.join(" ")))
}
