//! Shorter lassos from one that is longer than it must be.
//!
//! A lasso that is shortest in the product need not be shortest as a run: the automaton may want to be in a state at which the run has
//! long begun to repeat itself. So detours of the run (from a state back to the same state) are left out, or gone round for ever, as long
//! as what results keeps to every fairness assumption and still makes the formula false, by the reference evaluator.

use crate::machine::Stop;
use musilc_ir::lasso::Lasso;
use musilc_ir::{Formula, Step, Trace, TransitionSystem};
use std::ops::ControlFlow;

/// Longer lassos are left as they are.
const MOST_STEPS: usize = 80;

/// So many conditions and assumptions are evaluated, over all lassos that are tried; the reference evaluator is slow.
const MOST_EVALUATED: usize = 100_000;

/// The lasso without such detours.
pub(crate) fn shorten(
    system: &TransitionSystem,
    formula: &Formula,
    mut trace: Trace,
    pause: &mut dyn FnMut() -> ControlFlow<Stop>,
) -> Trace {
    let mut size = system.fairness_constraints().count() + 1;
    formula.for_each(&mut |_| size += 1);
    let mut evaluated = 0;
    while trace.steps.len() <= MOST_STEPS {
        let mut shorter = without_detours(&trace);
        // What leaves out most comes first, and of these what leaves it out earliest.
        let length = |trace: &Trace| trace.lasso().map(|(stem, cycle)| (stem + cycle, stem));
        shorter.retain(|candidate| length(candidate) < length(&trace));
        shorter.sort_by_key(length);
        let mut found = None;
        for candidate in shorter {
            evaluated += size * (candidate.steps.len() + 1);
            // The lasso is right as it is, so a lack of time is no harm.
            if evaluated > MOST_EVALUATED || pause().is_break() {
                return trace;
            }
            if refutes(system, formula, &candidate) {
                found = Some(candidate);
                break;
            }
        }
        match found {
            Some(better) => trace = better,
            None => break,
        }
    }
    trace
}

/// Whether the run keeps to every fairness assumption and makes the formula false.
fn refutes(system: &TransitionSystem, formula: &Formula, trace: &Trace) -> bool {
    let Some(lasso) = Lasso::new(trace) else { return false };
    let falsified = lasso.truth(system, formula).is_ok_and(|truth| truth.first() == Some(&false));
    falsified && lasso.unfair_to(system) == Ok(None)
}

/// The lassos that are left when the steps between two equal states are left out, and those of which these are the loop.
fn without_detours(trace: &Trace) -> Vec<Trace> {
    let Some(back_to) = trace.back_to.map(|back_to| back_to as usize) else { return Vec::new() };
    let end = trace.steps.len();
    let mut out = Vec::new();
    for from in 0..end {
        for to in from + 1..=end {
            if trace.state_after(from) != trace.state_after(to) {
                continue;
            }
            // The detour may be a loop by itself.
            if (from, to) != (back_to, end) {
                let steps = trace.steps[..to].to_vec();
                out.push(Trace { steps, back_to: Some(from as u32), ..trace.clone() });
            }
            let (steps, back_to) = if to <= back_to || from >= back_to {
                let steps: Vec<&Step> = trace.steps[..from].iter().chain(&trace.steps[to..]).collect();
                (steps, if to <= back_to { back_to - (to - from) } else { back_to })
            } else {
                // The loop is entered where the detour ended.
                let cycle = trace.steps[to..].iter().chain(&trace.steps[back_to..to]);
                (trace.steps[..from].iter().chain(cycle).collect(), from)
            };
            let stutters = trace.back_to == Some(trace.depth());
            // A loop has at least a step.
            if !stutters && back_to >= steps.len() {
                continue;
            }
            out.push(Trace {
                steps: steps.into_iter().cloned().collect(),
                back_to: Some(back_to as u32),
                ..trace.clone()
            });
        }
    }
    out
}
