//! Whether somebody looked at what is claimed to be inductive.

use crate::options::Engine;
use crate::report::phrase;
use crate::result::{Finding, Run};
use musilc_ir::{Goal, TransitionSystem, Verdict};

/// A note that names the invariants of which nobody knows whether they are inductive, though nothing else is wrong. The bounded checker has
/// looked at them if it got through; the explicit search never does.
pub(crate) fn unchecked(
    system: &TransitionSystem,
    goal: Goal,
    finding: &Finding,
    runs: &[Run],
) -> Option<String> {
    let holds = matches!(finding, Finding::Proved(_) | Finding::Bounded { .. });
    let through = runs.iter().any(|run| {
        let verdict = &run.outcome.verdict;
        run.engine == Engine::Bmc && matches!(verdict, Verdict::Proved(_) | Verdict::HoldsToDepth { .. })
    });
    let names: Vec<&str> = system.inductive_properties().map(|id| phrase::name(Some(system), id)).collect();
    (goal == Goal::All && holds && !through && !names.is_empty()).then(|| {
        let (verb, names) = (if names.len() == 1 { "is" } else { "are" }, names.join(", "));
        format!("it is not known whether {names} {verb} inductive; only bmc looks at states that cannot be reached")
    })
}
