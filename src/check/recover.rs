//! Recoverable properties, as far as the bounded checker can be asked about them.
//!
//! That from some state nothing can be reached is no matter of one run, so the bounded checker decides no recoverable property. What it can
//! do is look for a way out of the state in which the explicit search says that there is none.

use super::budget::{CONFIRM_PROOF, DEFAULT_DEPTH};
use super::engines;
use crate::options::{Engine, Options};
use crate::report::phrase;
use crate::result::Run;
use musilc_ir::{
    Context, ExprId, Goal, Init, Outcome, PropertyId, PropertyKind, State, TransitionSystem, Unknown, Value,
    Verdict, Violation, ViolationKind,
};

/// Whether the bounded checker got as far as it was asked to, and left nothing open but what is recoverable.
pub(crate) fn is_all_that_is_open(system: &TransitionSystem, goal: Goal, bmc: &Outcome, depth: u32) -> bool {
    let asked = system.global_properties(goal);
    let asked = |kind| asked.iter().any(|id| system.property(*id).kind == kind);
    let searched = |decided: Option<u32>| decided.is_some_and(|decided| decided >= depth);
    matches!(bmc.verdict, Verdict::Unknown(Unknown::Incapable(_)))
        && asked(PropertyKind::Recoverable)
        && searched(bmc.decided_depth)
        && (!asked(PropertyKind::Temporal) || searched(bmc.decided_lassos))
}

/// A note that names the recoverable properties of which only the explicit search says that they hold; none where the bounded checker was
/// not asked about any.
pub(crate) fn undecided(
    system: &TransitionSystem,
    goal: Goal,
    explicit: Option<&Outcome>,
    bmc: &Run,
) -> Option<String> {
    let incapable = matches!(bmc.outcome.verdict, Verdict::Unknown(Unknown::Incapable(_)));
    let proved = explicit.is_some_and(|outcome| matches!(outcome.verdict, Verdict::Proved(_)));
    let asked = system.global_properties(goal);
    let asked = asked.into_iter().filter(|id| system.property(*id).kind == PropertyKind::Recoverable);
    let names: Vec<&str> = asked.map(|id| phrase::name(Some(system), id)).collect();
    (incapable && proved && !names.is_empty())
        .then(|| format!("only the explicit search decides what is recoverable: {}", names.join(", ")))
}

/// The system with a state as its only initial one.
pub(crate) fn started_in(system: &TransitionSystem, state: &State) -> TransitionSystem {
    let mut system = system.clone();
    let values = state.0.iter().map(|value| constant(&mut system.context, value)).collect();
    system.init = Init { params: vec![], failures: vec![], conditions: vec![], values };
    system
}

fn constant(context: &mut Context, value: &Value) -> ExprId {
    match value {
        Value::Bool(b) => context.bool(*b),
        Value::Int(v) => context.int(*v),
        Value::Array(elements) => {
            let elements: Vec<ExprId> = elements.iter().map(|element| constant(context, element)).collect();
            context.array(elements)
        }
    }
}

/// Lets the bounded checker look for a way out of the state from which the explicit search says that a property is out of reach. Gives a
/// contradiction, where it finds one; and a note on how far it looked.
///
/// # Errors
/// What is wrong with its answer.
pub(crate) fn confirm(
    system: &TransitionSystem,
    runs: &[Run],
    options: &Options,
) -> Result<(Option<String>, Option<String>), String> {
    let explicit = runs.iter().find(|run| run.engine == Engine::Explicit).map(|run| &run.outcome.verdict);
    let Some(Verdict::Violated(Violation { kind: ViolationKind::Unrecoverable(id), trace })) = explicit
    else {
        return Ok((None, None));
    };
    let state = trace.last_state().ok_or("a run without a last state")?;
    let depth = options.max_depth.map_or(DEFAULT_DEPTH, |most| DEFAULT_DEPTH.min(most));
    let started = started_in(system, state);
    let (run, _) = engines::bmc(&started, Goal::Reach(*id), options, depth, Some(CONFIRM_PROOF))?;
    Ok(told(system, *id, trace.depth(), &run.outcome))
}

/// What the bounded checker's answer means for the claim that a property is out of reach after `depth` steps.
fn told(
    system: &TransitionSystem,
    id: PropertyId,
    depth: u32,
    bmc: &Outcome,
) -> (Option<String>, Option<String>) {
    let name = phrase::name(Some(system), id);
    let out_of_reach = phrase::sentence(ViolationKind::Unrecoverable(id), depth, Some(system));
    let contradiction = |what: String| (Some(format!("explicit: {out_of_reach}; bmc: {what}")), None);
    let confirmed = |how: String| (None, Some(format!("bmc confirmed that {name} is out of reach {how}")));
    match &bmc.verdict {
        Verdict::Reached(way) => {
            contradiction(format!("it is reached from there by {}", phrase::steps(way.depth())))
        }
        // The explicit search visited all states and met no other violation.
        Verdict::Violated(Violation { kind, trace }) if kind.is_local() => {
            contradiction(format!("from there, {}", phrase::sentence(*kind, trace.depth(), Some(system))))
        }
        Verdict::Violated(_) | Verdict::Proved(_) => confirmed("from there".to_owned()),
        Verdict::HoldsToDepth { depth } => confirmed(format!("for {} from there", phrase::steps(*depth))),
        Verdict::Unknown(why) => match bmc.decided_depth {
            Some(depth) => {
                confirmed(format!("for {} from there, then {}", phrase::steps(depth), phrase::unknown(why)))
            }
            None => (
                None,
                Some(format!("bmc did not confirm that {name} is out of reach: {}", phrase::unknown(why))),
            ),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use musilc_ir::{Proof, Trace};

    /// A switch that breaks for good: it can be on again only as long as it is not broken.
    fn switch() -> TransitionSystem {
        let text = r#"system "switch"
            var on: bool
            var left: [0..=3; 2]
            source on: bool from on
            source left: [0..=3; 0..=1] from left
            init
              on = true
              left = [3, 1]
            transition flip
              when 0 < left[0]
              on := !on
              left := left[0 := narrow(left[0] + -1, 0..=3)]
            terminal
              holds true
            recoverable again
              holds on
              claim on
            "#;
        musilc_ir::text::parse(text).unwrap()
    }

    /// An outcome of the explicit search.
    fn explicit(verdict: Verdict) -> Run {
        let outcome = Outcome {
            verdict,
            decided_depth: Some(3),
            decided_lassos: None,
            witnesses: vec![],
            certificate: None,
            statistics: musilc_ir::Statistics::default(),
            coverage: None,
        };
        Run { engine: Engine::Explicit, outcome }
    }

    /// The run of so many steps.
    fn run(system: &TransitionSystem, steps: usize) -> Trace {
        let mut states = vec![match system.initial_state(&[]).unwrap() {
            musilc_ir::InitResult::State(state) => state,
            other => panic!("{other:?}"),
        }];
        let flip = musilc_ir::TransitionId(0);
        let mut trace = Trace { initial: states.first().cloned(), ..Trace::default() };
        for _ in 0..steps {
            let musilc_ir::StepResult::Next(next) = system.step(states.last().unwrap(), flip, &[]).unwrap()
            else {
                panic!("the step is not enabled")
            };
            states.push(next.clone());
            trace.steps.push(musilc_ir::Step { transition: flip, args: vec![], state: Some(next) });
        }
        trace
    }

    fn claimed(system: &TransitionSystem, steps: usize) -> (Option<String>, Option<String>) {
        let kind = ViolationKind::Unrecoverable(PropertyId(0));
        let runs = [explicit(Verdict::Violated(Violation { kind, trace: run(system, steps) }))];
        confirm(system, &runs, &Options::new()).unwrap()
    }

    #[test]
    fn a_system_starts_where_it_is_told_to() {
        let system = switch();
        let state = run(&system, 2).last_state().unwrap().clone();
        let started = started_in(&system, &state);
        assert_eq!(musilc_ir::validate(&started), Ok(()));
        assert_eq!(started.initial_state(&[]).unwrap(), musilc_ir::InitResult::State(state));
    }

    #[test]
    fn a_way_out_contradicts_the_claim_that_there_is_none() {
        let system = switch();
        // After three steps the switch is off and stays so.
        let (contradiction, note) = claimed(&system, 3);
        assert_eq!(contradiction, None);
        assert!(note.unwrap().starts_with("bmc confirmed that again is out of reach"));
        // After one step it can be flipped again.
        let (contradiction, note) = claimed(&system, 1);
        assert_eq!(
            contradiction.unwrap(),
            "explicit: recoverable again is out of reach after 1 step; bmc: it is reached from there by 1 step"
        );
        assert_eq!(note, None);
    }

    #[test]
    fn what_only_the_explicit_search_decides_is_named() {
        let system = switch();
        let proved = explicit(Verdict::Proved(Proof::Exhaustive { diameter: 3 }));
        let bmc = |verdict| Run { engine: Engine::Bmc, ..explicit(verdict) };
        let incapable = bmc(Verdict::Unknown(Unknown::Incapable("no".to_owned())));
        let note = |goal, run: &Run| undecided(&system, goal, Some(&proved.outcome), run);
        assert_eq!(
            note(Goal::All, &incapable).unwrap(),
            "only the explicit search decides what is recoverable: again"
        );
        assert_eq!(note(Goal::Reach(PropertyId(0)), &incapable), None);
        assert_eq!(note(Goal::All, &bmc(Verdict::Unknown(Unknown::Timeout))), None);
    }

    #[test]
    fn a_search_that_got_through_leaves_only_that_open() {
        let system = switch();
        let open = |goal, why, decided, lassos| {
            let run = explicit(Verdict::Unknown(why));
            let bmc = Outcome { decided_depth: decided, decided_lassos: lassos, ..run.outcome };
            is_all_that_is_open(&system, goal, &bmc, 4)
        };
        let incapable = || Unknown::Incapable("no".to_owned());
        assert!(open(Goal::All, incapable(), Some(4), None));
        assert!(!open(Goal::All, incapable(), Some(3), None));
        assert!(!open(Goal::All, incapable(), None, None));
        assert!(!open(Goal::All, Unknown::Timeout, Some(4), None));
        assert!(!open(Goal::Reach(PropertyId(0)), incapable(), Some(4), None));
        let mut timed = system.clone();
        let text = "system s init terminal holds true
            temporal served holds true claim true formula condition true";
        timed.properties.extend(musilc_ir::text::parse(text).unwrap().properties);
        let open = |lassos| {
            let run = explicit(Verdict::Unknown(incapable()));
            let bmc = Outcome { decided_depth: Some(4), decided_lassos: lassos, ..run.outcome };
            is_all_that_is_open(&timed, Goal::All, &bmc, 4)
        };
        assert!(open(Some(4)));
        assert!(!open(Some(3)));
        assert!(!open(None));
    }
}
