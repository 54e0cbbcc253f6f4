//! The comparisons, each of one engine with what is known of a pair.

use crate::oracle::{self, Found, total};
use musilc_ir::replay::confirm;
use musilc_ir::{
    Goal, Limits, Outcome, PropertyId, PropertyKind, TransitionSystem, Verdict, ViolationKind, search,
};

/// What is known of one property of a system.
pub(crate) struct Known {
    /// What the reference checker says.
    pub(crate) reference: Outcome,
    /// What the slow oracle says.
    pub(crate) slow: Found,
}

impl Known {
    /// Whether the property is violated, by the reference checker.
    pub(crate) fn violated(&self) -> bool {
        matches!(self.reference.verdict, Verdict::Violated(_))
    }
}

/// The length of the lasso that an outcome reports, which must be of this property; `None` where it reports no violation.
fn lasso(outcome: &Outcome, id: PropertyId) -> Result<Option<u32>, String> {
    match &outcome.verdict {
        Verdict::Violated(violation) if violation.kind == ViolationKind::Lasso(id) => {
            Ok(Some(total(&violation.trace)))
        }
        Verdict::Violated(violation) => Err(format!("{:?} is no lasso", violation.kind)),
        _ => Ok(None),
    }
}

/// Holds a length that some checker found to what the slow oracle knows.
fn against_slow(slow: &Found, found: Option<u32>) -> Result<(), String> {
    match (&slow.lasso, found) {
        (Some(least), Some(found)) if found < total(least) => {
            Err(format!("a lasso of {found}, but the shortest has {}", total(least)))
        }
        (None, Some(found)) if found <= slow.length => {
            Err(format!("a lasso of {found}, but there is none up to {}", slow.length))
        }
        _ => Ok(()),
    }
}

/// The reference checker and the slow oracle.
pub(crate) fn reference(
    system: &TransitionSystem,
    id: PropertyId,
    length: u32,
    most: u64,
) -> Result<Known, String> {
    let goal = Goal::Refute(id);
    let reference = search::check(system, goal, &Limits::default()).map_err(|e| e.to_string())?;
    confirm(system, goal, &reference)?;
    let slow = oracle::refute(system, id, length, most);
    let found = lasso(&reference, id)?;
    against_slow(&slow, found)?;
    match (&reference.verdict, &slow.lasso) {
        (Verdict::Proved(_), Some(trace)) => Err(format!("proved, but false of {trace:?}")),
        (Verdict::Proved(_), None) | (Verdict::Violated(_), _) => Ok(Known { reference, slow }),
        (other, _) => Err(format!("undecided: {other:?}")),
    }
}

/// The explicit engine: the same verdict, a lasso that is confirmed and not too short. Its length.
pub(crate) fn explicit(
    system: &TransitionSystem,
    id: PropertyId,
    known: &Known,
) -> Result<Option<u32>, String> {
    let goal = Goal::Refute(id);
    let outcome = musilc_explicit::check(system, goal, &Limits::default());
    confirm(system, goal, &outcome)?;
    let found = lasso(&outcome, id)?;
    against_slow(&known.slow, found)?;
    match &outcome.verdict {
        Verdict::Proved(_) if !known.violated() => Ok(None),
        Verdict::Violated(_) if known.violated() => Ok(found),
        other => Err(format!("explicit: {other:?}, but {:?}", known.reference.verdict)),
    }
}

/// The symbolic engine to a depth: a lasso of least length, or none where there is none up to the depth. Whether the depth was enough
/// to agree on the verdict itself.
pub(crate) fn symbolic(
    system: &TransitionSystem,
    id: PropertyId,
    known: &Known,
    longest: Option<u32>,
    depth: u32,
) -> Result<bool, String> {
    let goal = Goal::Refute(id);
    let options = musilc_symbolic::Options { depth, ..musilc_symbolic::Options::default() };
    let outcome = musilc_symbolic::check(system, goal, &Limits::default(), &options);
    confirm(system, goal, &outcome)?;
    let found = lasso(&outcome, id)?;
    against_slow(&known.slow, found)?;
    let differs = |why: &str| Err(format!("symbolic: {why}: {:?}", outcome.verdict));
    // There is a lasso of this length or a lesser one.
    let reference = lasso(&known.reference, id)?;
    let at_most = [known.slow.lasso.as_ref().map(total), longest, reference].into_iter().flatten().min();
    match (&outcome.verdict, found) {
        (Verdict::Violated(_), Some(found)) => {
            if !known.violated() {
                return differs("the property holds");
            }
            if at_most.is_some_and(|most| found > most) || found > depth {
                return differs("not the shortest");
            }
            if outcome.decided_lassos.unwrap_or(0) != found - 1 {
                return differs("does not say that there is none of a lesser length");
            }
            Ok(true)
        }
        (Verdict::HoldsToDepth { depth: reached }, None) => {
            if *reached != depth || at_most.is_some_and(|most| most <= depth) {
                return differs("overlooks a lasso");
            }
            if outcome.decided_lassos != Some(depth) {
                return differs("does not say that there is none up to the depth");
            }
            Ok(!known.violated())
        }
        (Verdict::Proved(_), None) if !known.violated() => Ok(true),
        _ => differs("no verdict that fits"),
    }
}

/// All properties at once, by the reference checker: the first that is violated, in order. The properties are known one by one.
pub(crate) fn reference_all(
    system: &TransitionSystem,
    known: &[(PropertyId, bool)],
) -> Result<Option<(ViolationKind, u32)>, String> {
    let outcome = search::check(system, Goal::All, &Limits::default()).map_err(|e| e.to_string())?;
    all("reference", system, known, &outcome)
}

/// As [`reference_all`], by the explicit engine.
pub(crate) fn explicit_all(
    system: &TransitionSystem,
    known: &[(PropertyId, bool)],
) -> Result<Option<(ViolationKind, u32)>, String> {
    let outcome = musilc_explicit::check(system, Goal::All, &Limits::default());
    all("explicit", system, known, &outcome)
}

fn all(
    who: &str,
    system: &TransitionSystem,
    known: &[(PropertyId, bool)],
    outcome: &Outcome,
) -> Result<Option<(ViolationKind, u32)>, String> {
    confirm(system, Goal::All, outcome)?;
    let wanted = known.iter().find(|(_, violated)| *violated).map(|(id, _)| *id);
    let wanted = wanted.map(|id| match system.property(id).kind {
        PropertyKind::Recoverable => ViolationKind::Unrecoverable(id),
        _ => ViolationKind::Lasso(id),
    });
    let found = match &outcome.verdict {
        Verdict::Violated(violation) => Some((violation.kind, violation.depth())),
        Verdict::Proved(_) => None,
        other => return Err(format!("{who}: {other:?} of all")),
    };
    if found.map(|(kind, _)| kind) != wanted {
        return Err(format!("{who}: {found:?} of all, but {wanted:?} comes first"));
    }
    if let Some((ViolationKind::Unrecoverable(id), depth)) = found
        && oracle::lost_at(system, id) != Some(depth)
    {
        return Err(format!("{who}: lost at {depth}, but first at {:?}", oracle::lost_at(system, id)));
    }
    Ok(found)
}

/// All properties at once, by the symbolic engine: whatever it reports is confirmed, and a property that holds is not violated.
pub(crate) fn symbolic_all(
    system: &TransitionSystem,
    known: &[(PropertyId, bool)],
    depth: u32,
) -> Result<(), String> {
    let options = musilc_symbolic::Options { depth, ..musilc_symbolic::Options::default() };
    let outcome = musilc_symbolic::check(system, Goal::All, &Limits::default(), &options);
    confirm(system, Goal::All, &outcome)?;
    let is_violated = |id: PropertyId| known.iter().any(|(other, violated)| *other == id && *violated);
    match &outcome.verdict {
        Verdict::Violated(violation) => match violation.kind {
            ViolationKind::Lasso(id) | ViolationKind::Unrecoverable(id) if is_violated(id) => Ok(()),
            other => Err(format!("symbolic: {other:?} of all, but it holds")),
        },
        Verdict::Proved(_) if known.iter().any(|(_, violated)| *violated) => {
            Err("symbolic: all proved, but something is violated".to_owned())
        }
        _ => Ok(()),
    }
}

/// A recoverable property by itself: the reference checker finds the first state that is lost, and so does the explicit engine.
pub(crate) fn refute_recoverable(
    system: &TransitionSystem,
    id: PropertyId,
    lost: Option<u32>,
    explicit: bool,
) -> Result<(), String> {
    let goal = Goal::Refute(id);
    let reference = search::check(system, goal, &Limits::default()).map_err(|e| e.to_string())?;
    let explicit = explicit.then(|| musilc_explicit::check(system, goal, &Limits::default()));
    for outcome in [Some(reference), explicit].into_iter().flatten() {
        confirm(system, goal, &outcome)?;
        let found = match &outcome.verdict {
            Verdict::Violated(violation) => Some(violation.depth()),
            Verdict::Proved(_) => None,
            other => return Err(format!("recoverable: {other:?}")),
        };
        if found != lost {
            return Err(format!("lost at {found:?}, but first at {lost:?}"));
        }
    }
    Ok(())
}
