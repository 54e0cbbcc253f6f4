//! Whether the engines agree.
//!
//! Each engine decides an initial part of the depths. What one decided, the other may not contradict:
//! - a violation (or, where a property is to be reached, its witness) at depth `d` in one excludes that the other decided depth `d` as clean or
//!   found something at another depth or of another kind;
//! - a shortest run to a reachable property in one excludes that the other found a longer or shorter one, or decided its depth without one;
//! - a search of all states that found diameter `d` excludes that all runs end before `d` steps.

use crate::options::Engine;
use crate::report::phrase;
use crate::result::Run;
use musilc_ir::{Goal, Outcome, Proof, PropertyId, Trace, TransitionSystem, Verdict, ViolationKind};

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
        }
    }
    out
}

fn claims(goal: Goal, run: &Run) -> Claims {
    let claims = |event, clean| Claims { engine: run.engine, event, clean };
    match &run.outcome.verdict {
        Verdict::Proved(_) => claims(None, Some(u32::MAX)),
        Verdict::HoldsToDepth { depth } => claims(None, Some(*depth)),
        Verdict::Unknown(_) => claims(None, run.outcome.decided_depth),
        Verdict::Violated(violation) => match violation.kind {
            // The search was complete and met nothing else.
            kind if !kind.is_local() => claims(None, Some(u32::MAX)),
            kind => {
                let depth = violation.depth();
                claims(Some((depth, Event::Violation(kind))), depth.checked_sub(1))
            }
        },
        Verdict::Reached(trace) => {
            let event = match goal {
                Goal::Reach(id) => Some((trace.depth(), Event::Witness(id))),
                Goal::All | Goal::Refute(_) => None,
            };
            claims(event, trace.depth().checked_sub(1))
        }
    }
}

fn compare_events(system: &TransitionSystem, one: &Claims, other: &Claims, out: &mut Vec<String>) {
    let describe = |(depth, event): (u32, Event)| match event {
        Event::Violation(kind) => phrase::sentence(kind, depth, Some(system)),
        Event::Witness(id) => {
            format!("{} is reached {}", phrase::property(Some(system), id), phrase::after(depth))
        }
    };
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
fn witnessed_depth(outcome: &Outcome) -> Option<u32> {
    match &outcome.verdict {
        Verdict::Proved(_) => Some(u32::MAX),
        Verdict::HoldsToDepth { depth } => Some(*depth),
        Verdict::Violated(violation) => match violation.kind {
            kind if !kind.is_local() => Some(u32::MAX),
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
            Some(another) if another > depth => out.push(format!(
                "{}: {name} is reached {}; {}: {}",
                one.engine,
                phrase::after(depth),
                other.engine,
                phrase::after(another)
            )),
            Some(_) => {}
            None if witnessed_depth(&other.outcome).is_some_and(|searched| searched >= depth) => {
                out.push(format!(
                    "{}: {name} is reached {}; {}: not reached",
                    one.engine,
                    phrase::after(depth),
                    other.engine
                ))
            }
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
        Context, Init, Predicate, Statistics, Step, TransitionId, TransitionSystem, Unknown, Violation,
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
        let runs = [run(Engine::Explicit, explicit, None, None), run(Engine::Bmc, bmc, None, None)];
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

    #[test]
    fn runs_may_not_end_before_the_diameter() {
        let ends = |longest| Verdict::Proved(Proof::AllRunsEnd { longest });
        assert_eq!(compare(Goal::All, PROVED, ends(5)), 0);
        assert_eq!(compare(Goal::All, PROVED, ends(4)), 1);
    }
}
