//! Whether the end of a clock had a part in what was found.

use crate::options::Engine;
use crate::result::{Finding, Run};
use musilc_ir::eval::{Env, Evaluator};
use musilc_ir::{Probe, ProbeKind, Proof, TransitionSystem, Verdict, Violation, ViolationKind};

/// A note about a clock that came to its end, and so about what was not looked at. Where nobody has seen all states it is given to be safe.
pub(crate) fn reached(system: &TransitionSystem, finding: &Finding, runs: &[Run]) -> Option<String> {
    let horizons = || system.probes.iter().enumerate().filter(|(_, probe)| probe.kind == ProbeKind::Horizon);
    horizons().next()?;
    match finding {
        Finding::Proved(_) | Finding::Bounded { .. } => {
            // A search that visited every state knows.
            let coverage = runs.iter().find_map(|run| match run.outcome.verdict {
                Verdict::Proved(Proof::Exhaustive { .. }) if run.engine == Engine::Explicit => {
                    run.outcome.coverage.as_ref()
                }
                _ => None,
            });
            match coverage {
                Some(coverage) => horizons()
                    .any(|(at, _)| coverage.probes.get(at) == Some(&true))
                    .then(|| "the clock comes to its end: nothing is said of what happens later".to_owned()),
                None => Some("nothing is said of what happens after the end of the clock".to_owned()),
            }
        }
        Finding::Violated { violation, .. } => match violation.kind {
            ViolationKind::Lasso(_) if horizons().any(|(_, probe)| is_over(system, probe, violation)) => {
                Some(
                    "the clock is at its end in this run: with a later end it may go on in another way"
                        .to_owned(),
                )
            }
            ViolationKind::Unrecoverable(_) => {
                Some("the clock has an end: with a later one more states may be within reach".to_owned())
            }
            _ => None,
        },
        Finding::Reached { .. } | Finding::Undecided { .. } | Finding::Nothing => None,
    }
}

/// Whether the clock is at its end in the last state of a run, and so for ever.
fn is_over(system: &TransitionSystem, probe: &Probe, violation: &Violation) -> bool {
    let last = violation.trace.steps.last().and_then(|step| step.state.as_ref());
    let Some(state) = last.or(violation.trace.initial.as_ref()) else { return false };
    Evaluator::new(&system.context, Env::of_state(state)).truth(probe.expr).unwrap_or(false)
}
