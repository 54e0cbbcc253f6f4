//! Whether the engines agree.
//!
//! Each engine decides an initial part of the depths. What one decided, the other may not contradict:
//! - a violation (or, where a property is to be reached, its witness) at depth `d` in one excludes that the other decided depth `d` as clean or
//!   found something at another depth or of another kind;
//! - a shortest run to a reachable property in one excludes that the other found a longer or shorter one, or decided its depth without one;
//! - a search of all states that found diameter `d` excludes that all runs end before `d` steps;
//! - a lasso excludes that the other decided its length without one, or decided that its property holds.
//!
//! That an invariant is not inductive is about states that need not be reachable. Nothing that is known of reachable states contradicts it.
//!
//! The explicit search decides temporal properties completely, in their order, but its lasso need not be the shortest. The bounded checker
//! goes by length, and knows nothing of longer runs. So they may find lassos of different properties, and one may find a lasso where
//! the other found something that its bound, or its order, puts first.

use super::budget::whole_length;
use crate::options::Engine;
use crate::report::phrase;
use crate::result::Run;
use musilc_ir::{Goal, Proof, PropertyId, Trace, TransitionSystem, Verdict, Violation, ViolationKind};

/// What ends a search.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Event {
    Violation(ViolationKind),
    Witness(PropertyId),
}

/// What a run claims about violations, or about the witness that was asked for.
struct Claims {
    engine: Engine,
    /// The first event and its depth.
    event: Option<(u32, Event)>,
    /// An event that need not be the first: something ends the search at this depth or before.
    some: Option<(u32, Event)>,
    /// Every depth up to this one has no event.
    clean: Option<u32>,
}

/// Every contradiction between two runs, as sentences; none if they agree.
pub(crate) fn contradictions(system: &TransitionSystem, goal: Goal, runs: &[Run]) -> Vec<String> {
    let mut out = Vec::new();
    for (i, one) in runs.iter().enumerate() {
        for other in runs.iter().skip(i + 1) {
            compare_events(system, &claims(goal, one), &claims(goal, other), &mut out);
            if goal == Goal::All {
                compare_witnesses(system, one, other, &mut out);
                compare_witnesses(system, other, one, &mut out);
            }
            compare_lengths(one, other, &mut out);
            compare_lengths(other, one, &mut out);
            let (lasso, another) = (lasso(one), lasso(other));
            match (lasso, another) {
                (Some(lasso), Some(another)) if lasso.0 == another.0 => {
                    compare_lassos(system, (one, lasso), (other, another), &mut out);
                }
                _ => {
                    missed_lasso(system, one, other, &mut out);
                    missed_lasso(system, other, one, &mut out);
                }
            }
        }
    }
    out
}

fn claims(goal: Goal, run: &Run) -> Claims {
    let claims = |event, clean| Claims { engine: run.engine, event, some: None, clean };
    if !run.is_shortest() {
        let some = match &run.outcome.verdict {
            Verdict::Violated(violation) => Some((violation.depth(), Event::Violation(violation.kind))),
            Verdict::Reached(trace) => match goal {
                Goal::Reach(id) => Some((trace.depth(), Event::Witness(id))),
                _ => None,
            },
            _ => None,
        };
        return Claims { engine: run.engine, event: None, some, clean: run.outcome.decided_depth };
    }
    match &run.outcome.verdict {
        Verdict::Proved(_) => claims(None, Some(u32::MAX)),
        Verdict::HoldsToDepth { depth } => claims(None, Some(*depth)),
        Verdict::Unknown(_) => claims(None, run.outcome.decided_depth),
        Verdict::Violated(violation) => match violation.kind {
            kind if !kind.is_local() => claims(None, searched(run)),
            kind => {
                let depth = violation.depth();
                claims(Some((depth, Event::Violation(kind))), depth.checked_sub(1))
            }
        },
        Verdict::Reached(trace) => {
            let event = match goal {
                Goal::Reach(id) => Some((trace.depth(), Event::Witness(id))),
                Goal::All | Goal::Refute(_) | Goal::Induct(_) => None,
            };
            claims(event, trace.depth().checked_sub(1))
        }
    }
}

/// The depth up to which a run that found what all states together violate met nothing else: the bounded checker comes upon lassos on its
/// way; the explicit search looks for them when it has visited all states. A step that shows that an invariant is not inductive says nothing of
/// what can be reached.
fn searched(run: &Run) -> Option<u32> {
    match &run.outcome.verdict {
        Verdict::Violated(Violation { kind: ViolationKind::NotInductive(_), .. }) => {
            run.outcome.decided_depth
        }
        Verdict::Violated(Violation { kind: ViolationKind::Lasso(_), .. }) if run.engine == Engine::Bmc => {
            run.outcome.decided_depth
        }
        _ => Some(u32::MAX),
    }
}

/// The lasso that a run found: its property, and the length of stem and loop together.
fn lasso(run: &Run) -> Option<(PropertyId, u32)> {
    match &run.outcome.verdict {
        Verdict::Violated(violation) => match violation.kind {
            ViolationKind::Lasso(id) => Some((id, whole_length(&violation.trace))),
            _ => None,
        },
        _ => None,
    }
}

/// Two lassos of one property: that of the bounded checker is a shortest one.
fn compare_lassos(
    system: &TransitionSystem,
    (one, lasso): (&Run, (PropertyId, u32)),
    (other, another): (&Run, (PropertyId, u32)),
    out: &mut Vec<String>,
) {
    let too_long = |(run, (_, own)): (&Run, (PropertyId, u32)), (_, other): (PropertyId, u32)| {
        let decided = run.outcome.decided_lassos.is_some_and(|decided| decided >= other);
        run.engine == Engine::Bmc && run.outcome.decided_lassos.is_some() && own > other || decided
    };
    if too_long((one, lasso), another) || too_long((other, another), lasso) {
        let tell = |run: &Run, (id, length)| format!("{}: {}", run.engine, lasso_told(system, id, length));
        out.push(format!("{}; {}", tell(one, lasso), tell(other, another)));
    }
}

/// What a run found, and the other says is not there.
fn missed_lasso(system: &TransitionSystem, finder: &Run, other: &Run, out: &mut Vec<String>) {
    let Some((id, length)) = lasso(finder) else { return };
    let name = || phrase::property(Some(system), id);
    let decided = match other.outcome.verdict {
        Verdict::HoldsToDepth { depth } => Some(other.outcome.decided_lassos.unwrap_or(depth)),
        _ => other.outcome.decided_lassos,
    };
    let claim = match &other.outcome.verdict {
        Verdict::Proved(_) => format!("{} holds", name()),
        Verdict::Violated(Violation { kind: kind @ ViolationKind::Unrecoverable(_), trace }) => {
            format!("{} holds, and {}", name(), phrase::sentence(*kind, trace.depth(), Some(system)))
        }
        Verdict::Violated(Violation { kind: kind @ ViolationKind::Lasso(later), trace })
            if other.engine == Engine::Explicit && *later > id =>
        {
            format!("{} holds, and {}", name(), phrase::sentence(*kind, trace.depth(), Some(system)))
        }
        _ => match decided.filter(|decided| *decided >= length) {
            Some(decided) => format!("no lasso of length up to {decided}"),
            None => return,
        },
    };
    out.push(format!("{}: {}; {}: {claim}", finder.engine, lasso_told(system, id, length), other.engine));
}

fn lasso_told(system: &TransitionSystem, id: PropertyId, length: u32) -> String {
    let name = phrase::property(Some(system), id);
    format!("{name} is false of a lasso of length {length}")
}

fn compare_events(system: &TransitionSystem, one: &Claims, other: &Claims, out: &mut Vec<String>) {
    let describe = |(depth, event): (u32, Event)| match event {
        Event::Violation(kind) => phrase::sentence(kind, depth, Some(system)),
        Event::Witness(id) => {
            format!("{} is reached {}", phrase::property(Some(system), id), phrase::after(depth))
        }
    };
    for (finder, other) in [(one, other), (other, one)] {
        let Some(some) = finder.some else { continue };
        missed(finder, describe(some), some.0, other, out);
    }
    match (one.event, other.event) {
        (Some(event), Some(another)) if event != another => {
            out.push(format!("{}: {}; {}: {}", one.engine, describe(event), other.engine, describe(another)));
        }
        (Some(_), Some(_)) | (None, None) => {}
        (Some(event), None) => missed(one, describe(event), event.0, other, out),
        (None, Some(event)) => missed(other, describe(event), event.0, one, out),
    }
}

fn missed(finder: &Claims, what: String, depth: u32, other: &Claims, out: &mut Vec<String>) {
    if let Some(clean) = other.clean.filter(|clean| *clean >= depth) {
        let extent = match clean {
            u32::MAX => "in no state at all".to_owned(),
            clean => format!("nothing up to depth {clean}"),
        };
        out.push(format!("{}: {what}; {}: {extent}", finder.engine, other.engine));
    }
}

/// The depth up to which a run has found every reachable property that can be reached.
fn witnessed_depth(run: &Run) -> Option<u32> {
    let outcome = &run.outcome;
    match &outcome.verdict {
        Verdict::Proved(_) => Some(u32::MAX),
        Verdict::HoldsToDepth { depth } => Some(*depth),
        Verdict::Violated(violation) => match violation.kind {
            kind if !kind.is_local() => searched(run),
            _ if !run.is_shortest() => None,
            _ => violation.depth().checked_sub(1),
        },
        Verdict::Reached(trace) => trace.depth().checked_sub(1),
        Verdict::Unknown(_) => outcome.decided_depth,
    }
}

/// Compares the witnesses of one with what the other has.
fn compare_witnesses(system: &TransitionSystem, one: &Run, other: &Run, out: &mut Vec<String>) {
    for (id, trace) in &one.outcome.witnesses {
        let depth = trace.depth();
        let found = other.outcome.witnesses.iter().find(|(other, _)| other == id).map(|(_, trace)| trace);
        let name = phrase::property(Some(system), *id);
        match found.map(Trace::depth) {
            // Each pair of witnesses is met twice; one sentence is enough.
            // Only a search that goes by depth knows that a run is a shortest one.
            Some(another)
                if another > depth && witnessed_depth(other).is_some_and(|searched| searched >= depth) =>
            {
                out.push(format!(
                    "{}: {name} is reached {}; {}: {}",
                    one.engine,
                    phrase::after(depth),
                    other.engine,
                    phrase::after(another)
                ));
            }
            Some(_) => {}
            None if witnessed_depth(other).is_some_and(|searched| searched >= depth) => out.push(format!(
                "{}: {name} is reached {}; {}: not reached",
                one.engine,
                phrase::after(depth),
                other.engine
            )),
            None => {}
        }
    }
}

fn compare_lengths(one: &Run, other: &Run, out: &mut Vec<String>) {
    if let (Verdict::Proved(Proof::Exhaustive { diameter }), Verdict::Proved(Proof::AllRunsEnd { longest })) =
        (&one.outcome.verdict, &other.outcome.verdict)
        && longest < diameter
    {
        out.push(format!(
            "{}: the diameter is {diameter}; {}: no run is longer than {}",
            one.engine,
            other.engine,
            phrase::steps(*longest)
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use musilc_ir::{
        Context, FailureSite, Init, Outcome, Place, Predicate, Statistics, Step, TransitionId,
        TransitionSystem, Unknown,
    };

    fn empty_system() -> TransitionSystem {
        let mut context = Context::new();
        let no = context.bool(false);
        TransitionSystem {
            name: "empty".to_owned(),
            context,
            variables: vec![],
            init: Init { params: vec![], failures: vec![], conditions: vec![], values: vec![] },
            transitions: vec![],
            terminal: Predicate { failures: vec![], expr: no },
            properties: vec![],
            probes: vec![],
            sources: vec![],
            chart: None,
        }
    }

    fn trace(depth: u32) -> Trace {
        let step = Step { transition: TransitionId(0), args: vec![], state: None };
        Trace { steps: vec![step; depth as usize], ..Trace::default() }
    }

    fn run(engine: Engine, verdict: Verdict, decided: Option<u32>, witness: Option<u32>) -> Run {
        let witnesses = witness.map(|depth| (PropertyId(0), trace(depth))).into_iter().collect();
        let statistics = Statistics::default();
        Run {
            engine,
            outcome: Outcome {
                verdict,
                decided_depth: decided,
                decided_lassos: None,
                witnesses,
                certificate: None,
                statistics,
                coverage: None,
            },
        }
    }

    fn violated(kind: ViolationKind, depth: u32) -> Verdict {
        Verdict::Violated(Violation { kind, trace: trace(depth) })
    }

    /// The number of contradictions.
    fn compare(goal: Goal, explicit: Verdict, bmc: Verdict) -> usize {
        let depth = match &bmc {
            Verdict::Violated(violation) => Some(violation.depth()),
            Verdict::Reached(trace) => Some(trace.depth()),
            _ => None,
        };
        let runs = [run(Engine::Explicit, explicit, None, None), run(Engine::Bmc, bmc, depth, None)];
        contradictions(&empty_system(), goal, &runs).len()
    }

    const PROVED: Verdict = Verdict::Proved(Proof::Exhaustive { diameter: 5 });

    #[test]
    fn violations_must_be_equal_where_both_looked() {
        let deadlock = |depth| violated(ViolationKind::Deadlock, depth);
        let property = |depth| violated(ViolationKind::Property(PropertyId(0)), depth);
        let clean = |depth| Verdict::HoldsToDepth { depth };
        for (explicit, bmc, expected) in [
            (deadlock(3), deadlock(3), 0),
            (deadlock(3), deadlock(4), 1),
            (deadlock(3), property(3), 1),
            (deadlock(3), clean(2), 0),
            (deadlock(3), clean(3), 1),
            (clean(2), deadlock(3), 0),
            (clean(4), deadlock(3), 1),
            (PROVED, deadlock(90), 1),
            (PROVED, clean(20), 0),
            (deadlock(3), Verdict::Unknown(Unknown::Timeout), 0),
            (violated(ViolationKind::Unreached(PropertyId(0)), 0), clean(20), 0),
            (violated(ViolationKind::Unreached(PropertyId(0)), 0), deadlock(2), 1),
        ] {
            let shown = format!("{explicit:?} {bmc:?}");
            assert_eq!(compare(Goal::All, explicit.clone(), bmc.clone()), expected, "{shown}");
            assert_eq!(compare(Goal::All, bmc, explicit), expected, "{shown} the other way round");
        }
    }

    #[test]
    fn a_violation_that_need_not_be_the_first_is_one_all_the_same() {
        let deadlock = |depth| violated(ViolationKind::Deadlock, depth);
        let property = |depth| violated(ViolationKind::Property(PropertyId(0)), depth);
        for (explicit, deep, decided, expected) in [
            (deadlock(3), deadlock(7), Some(1), 0),
            (deadlock(3), property(7), Some(1), 0),
            (deadlock(3), deadlock(7), Some(3), 1),
            (deadlock(9), deadlock(7), Some(1), 1),
            (PROVED, deadlock(7), None, 1),
            (Verdict::HoldsToDepth { depth: 6 }, deadlock(7), None, 0),
            (Verdict::HoldsToDepth { depth: 7 }, deadlock(7), None, 1),
        ] {
            let shown = format!("{explicit:?} {deep:?} {decided:?}");
            let runs = [run(Engine::Explicit, explicit, None, None), run(Engine::Bmc, deep, decided, None)];
            assert_eq!(contradictions(&empty_system(), Goal::All, &runs).len(), expected, "{shown}");
        }
    }

    #[test]
    fn witnesses_that_were_asked_for_must_be_equally_long() {
        let goal = Goal::Reach(PropertyId(0));
        assert_eq!(compare(goal, Verdict::Reached(trace(3)), Verdict::Reached(trace(3))), 0);
        assert_eq!(compare(goal, Verdict::Reached(trace(3)), Verdict::Reached(trace(4))), 1);
        assert_eq!(compare(goal, Verdict::Reached(trace(3)), Verdict::HoldsToDepth { depth: 3 }), 1);
        let unreached = violated(ViolationKind::Unreached(PropertyId(0)), 0);
        assert_eq!(compare(goal, unreached.clone(), Verdict::Reached(trace(3))), 1);
        assert_eq!(compare(goal, unreached, Verdict::HoldsToDepth { depth: 9 }), 0);
    }

    #[test]
    fn witnesses_on_the_way_must_be_equally_long() {
        let system = empty_system();
        let compare = |one: Option<u32>, other: Option<u32>, searched: u32| {
            let clean = Verdict::HoldsToDepth { depth: searched };
            let runs = [run(Engine::Explicit, PROVED, None, one), run(Engine::Bmc, clean, None, other)];
            contradictions(&system, Goal::All, &runs).len()
        };
        assert_eq!(compare(Some(3), Some(3), 9), 0);
        assert_eq!(compare(Some(3), Some(4), 9), 1);
        assert_eq!(compare(Some(4), Some(3), 9), 1);
        assert_eq!(compare(Some(3), None, 9), 1);
        assert_eq!(compare(Some(3), None, 2), 0);
        assert_eq!(compare(None, Some(3), 9), 1);
    }

    #[test]
    fn decided_depths_count_where_an_engine_stopped_early() {
        let system = empty_system();
        let compare = |decided| {
            let stopped = run(Engine::Explicit, Verdict::Unknown(Unknown::StateLimit(9)), decided, None);
            let runs = [stopped, run(Engine::Bmc, violated(ViolationKind::Deadlock, 3), None, None)];
            contradictions(&system, Goal::All, &runs).len()
        };
        assert_eq!(compare(None), 0);
        assert_eq!(compare(Some(2)), 0);
        assert_eq!(compare(Some(3)), 1);
    }

    /// A lasso of a property, of this length as a whole.
    fn lasso(id: u32, length: u32) -> Verdict {
        let trace = Trace { back_to: Some(0), ..trace(length) };
        Verdict::Violated(Violation { kind: ViolationKind::Lasso(PropertyId(id)), trace })
    }

    /// The number of contradictions, where the bounded checker decided all depths and lassos up to these.
    fn compare_lassos(goal: Goal, explicit: Verdict, bmc: Verdict, decided: Option<u32>) -> usize {
        let mut bmc = run(Engine::Bmc, bmc, decided, None);
        bmc.outcome.decided_lassos = decided;
        let explicit = run(Engine::Explicit, explicit, None, None);
        let count = |runs: &[Run]| contradictions(&empty_system(), goal, runs).len();
        let contradictions = count(&[explicit.clone(), bmc.clone()]);
        assert_eq!(count(&[bmc, explicit]), contradictions, "the other way round");
        contradictions
    }

    #[test]
    fn a_lasso_contradicts_that_its_property_holds() {
        let unreached = violated(ViolationKind::Unreached(PropertyId(2)), 0);
        let stuck = violated(ViolationKind::Unrecoverable(PropertyId(2)), 1);
        for (explicit, bmc, expected) in [
            (PROVED, lasso(1, 3), 1),
            (lasso(1, 3), Verdict::Proved(Proof::AllRunsEnd { longest: 9 }), 1),
            // The explicit search found what comes later in the order, so the property holds.
            (lasso(2, 3), lasso(1, 3), 1),
            (stuck, lasso(1, 3), 1),
            // What comes earlier in its order says nothing about the property.
            (lasso(0, 9), lasso(1, 3), 0),
            (unreached, lasso(1, 3), 0),
            (Verdict::Unknown(Unknown::StateLimit(9)), lasso(1, 3), 0),
        ] {
            let shown = format!("{explicit:?} {bmc:?}");
            assert_eq!(compare_lassos(Goal::All, explicit, bmc, Some(2)), expected, "{shown}");
        }
    }

    #[test]
    fn the_bounded_checker_finds_a_shortest_lasso() {
        let goal = Goal::Refute(PropertyId(1));
        assert_eq!(compare_lassos(goal, lasso(1, 5), lasso(1, 5), Some(4)), 0);
        assert_eq!(compare_lassos(goal, lasso(1, 5), lasso(1, 3), Some(2)), 0);
        assert_eq!(compare_lassos(goal, lasso(1, 3), lasso(1, 5), Some(2)), 1);
        assert_eq!(compare_lassos(goal, lasso(1, 3), lasso(1, 5), Some(4)), 1);
        // It finds a lasso of a later property first, as long as it is shorter.
        assert_eq!(compare_lassos(Goal::All, lasso(0, 9), lasso(1, 3), Some(2)), 0);
        assert_eq!(compare_lassos(Goal::All, lasso(0, 2), lasso(1, 3), Some(2)), 1);
    }

    #[test]
    fn a_length_that_was_decided_has_no_lasso() {
        let goal = Goal::Refute(PropertyId(1));
        let clean = |depth| Verdict::HoldsToDepth { depth };
        assert_eq!(compare_lassos(goal, lasso(1, 5), clean(4), Some(4)), 0);
        assert_eq!(compare_lassos(goal, lasso(1, 5), clean(5), Some(5)), 1);
        assert_eq!(compare_lassos(goal, lasso(1, 5), clean(5), None), 1);
        let stopped = Verdict::Unknown(Unknown::Timeout);
        assert_eq!(compare_lassos(goal, lasso(1, 5), stopped.clone(), Some(4)), 0);
        assert_eq!(compare_lassos(goal, lasso(1, 5), stopped, Some(5)), 1);
        // A last state that stutters is a position more than the steps.
        let trace = Trace { back_to: Some(4), ..trace(4) };
        let stutters = Verdict::Violated(Violation { kind: ViolationKind::Lasso(PropertyId(1)), trace });
        assert_eq!(compare_lassos(goal, stutters.clone(), clean(4), Some(4)), 0);
        assert_eq!(compare_lassos(goal, stutters, clean(5), Some(5)), 1);
    }

    #[test]
    fn a_lasso_may_be_met_before_a_deeper_violation() {
        let deadlock = |depth| violated(ViolationKind::Deadlock, depth);
        assert_eq!(compare_lassos(Goal::All, deadlock(9), lasso(1, 3), Some(3)), 0);
        assert_eq!(compare_lassos(Goal::All, deadlock(3), lasso(1, 3), Some(3)), 1);
        // The explicit search visits all states before it looks for lassos.
        assert_eq!(compare_lassos(Goal::All, lasso(1, 3), deadlock(9), Some(2)), 1);
        let error = FailureSite { place: Place::Terminal, index: 0 };
        let error = violated(ViolationKind::Error(error), 2);
        assert_eq!(compare_lassos(Goal::Refute(PropertyId(1)), lasso(1, 3), error, Some(1)), 1);
    }

    #[test]
    fn what_is_not_inductive_may_be_true_of_all_reachable_states() {
        let broken = violated(ViolationKind::NotInductive(PropertyId(1)), 1);
        let deadlock = |depth| violated(ViolationKind::Deadlock, depth);
        for (explicit, expected) in [
            (PROVED, 0),
            (Verdict::Unknown(Unknown::StateLimit(9)), 0),
            (lasso(0, 5), 0),
            (violated(ViolationKind::Unreached(PropertyId(2)), 0), 0),
            // The bounded checker found nothing to depth 4, and no lasso to length 4, before it looked at induction.
            (deadlock(4), 1),
            (deadlock(5), 0),
            (lasso(0, 4), 1),
        ] {
            let shown = format!("{explicit:?}");
            assert_eq!(compare_lassos(Goal::All, explicit, broken.clone(), Some(4)), expected, "{shown}");
        }
        // Nor does it say that a reachable property was looked for in all states.
        let witness = run(Engine::Explicit, PROVED, None, Some(3));
        let looked = |depth| run(Engine::Bmc, broken.clone(), Some(depth), None);
        let contradictions =
            |depth| contradictions(&empty_system(), Goal::All, &[witness.clone(), looked(depth)]).len();
        assert_eq!((contradictions(2), contradictions(3)), (0, 1));
    }

    #[test]
    fn runs_may_not_end_before_the_diameter() {
        let ends = |longest| Verdict::Proved(Proof::AllRunsEnd { longest });
        assert_eq!(compare(Goal::All, PROVED, ends(5)), 0);
        assert_eq!(compare(Goal::All, PROVED, ends(4)), 1);
    }
}
