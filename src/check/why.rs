//! Which fairness assumptions a verdict needs.
//!
//! Of each temporal property that holds: the fairness of one action after another is dropped, in order of declaration, and stays dropped if the
//! property still holds. Fewer assumptions allow more runs, so a lasso that stood in the way of a drop still does when others have been
//! dropped after it. Hence what remains is minimal: without any single one of it, the property is false. It need not be the only
//! such set, nor the smallest.

use super::budget::DEFAULT_DEPTH;
use super::engines;
use crate::options::{Backend, Options};
use crate::result::{Finding, Need, Why, WhyHolds};
use musilc_ir::{
    Fairness, Goal, Outcome, PropertyId, PropertyKind, TransitionId, TransitionSystem, Unknown, Verdict,
    ViolationKind,
};

/// Asks an engine.
type Ask<'a> = &'a dyn Fn(&TransitionSystem, Goal) -> Result<Outcome, String>;

/// What a finding needs.
///
/// # Errors
/// What is wrong with an engine's answer.
pub(crate) fn of(
    system: &TransitionSystem,
    goal: Goal,
    finding: &Finding,
    options: &Options,
) -> Result<Why, String> {
    let bounded = options.backend == Backend::Bmc;
    let ask = |system: &TransitionSystem, goal: Goal| {
        let run = match bounded {
            false => engines::explicit(system, goal, options)?,
            true => {
                let depth = options.depth.unwrap_or(DEFAULT_DEPTH);
                let depth = options.max_depth.map_or(depth, |most| depth.min(most));
                engines::bmc(system, goal, options, depth, None)?.0
            }
        };
        Ok(run.outcome)
    };
    explain(system, goal, finding, &ask)
}

fn explain(system: &TransitionSystem, goal: Goal, finding: &Finding, ask: Ask<'_>) -> Result<Why, String> {
    match finding {
        Finding::Violated { violation, .. } if matches!(violation.kind, ViolationKind::Lasso(_)) => {
            return Ok(Why::Violated);
        }
        Finding::Violated { .. } | Finding::Reached { .. } => return Ok(Why::NoFairness),
        Finding::Proved(_) | Finding::Bounded { .. } => {}
        Finding::Undecided { .. } | Finding::Nothing => return Ok(Why::Unknown),
    }
    let bound = match finding {
        Finding::Bounded { depth } => Some(*depth),
        _ => None,
    };
    let asked = system.global_properties(goal);
    let asked = asked.into_iter().filter(|id| system.property(*id).kind == PropertyKind::Temporal);
    let holds: Vec<WhyHolds> = asked.map(|id| needs(system, id, bound, ask)).collect::<Result<_, _>>()?;
    Ok(if holds.is_empty() { Why::NoFairness } else { Why::Holds(holds) })
}

/// A minimal set of assumptions with which a property holds, given that it holds with all of them (to a depth, where only that is known).
fn needs(
    system: &TransitionSystem,
    property: PropertyId,
    bound: Option<u32>,
    ask: Ask<'_>,
) -> Result<WhyHolds, String> {
    let mut system = system.clone();
    let mut out = WhyHolds { property, needs: vec![], depth: bound };
    for index in 0..system.transitions.len() {
        let transition = TransitionId::from(index);
        let fairness = std::mem::take(&mut system.transitions[index].fairness);
        if fairness == Fairness::None {
            continue;
        }
        let without = match ask(&system, Goal::Refute(property))?.verdict {
            Verdict::Proved(_) => continue,
            Verdict::HoldsToDepth { depth } => {
                out.depth = Some(out.depth.map_or(depth, |other| other.min(depth)));
                continue;
            }
            Verdict::Violated(violation) if violation.kind == ViolationKind::Lasso(property) => {
                Ok(violation.trace)
            }
            Verdict::Unknown(why) => Err(why),
            Verdict::Violated(_) | Verdict::Reached(_) => {
                Err(Unknown::Incapable("the engine answered another question".to_owned()))
            }
        };
        system.transitions[index].fairness = fairness;
        out.needs.push(Need { transition, fairness, without });
    }
    Ok(out)
}
