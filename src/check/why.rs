//! Which fairness assumptions a verdict needs.
//!
//! Of each temporal property that holds: the fairness of one action after another is dropped, in order of declaration, and stays dropped if the
//! property still holds. What cannot be dropped and is strong becomes weak, if that will do. Fewer assumptions allow more runs, so a lasso
//! that stood in the way of a drop still does when others have been dropped after it. Hence what remains is minimal: without any single one of it, the property is false. It need not be the only
//! such set, nor the smallest.

use super::budget::DEFAULT_DEPTH;
use super::engines;
use crate::options::{Backend, Options};
use crate::result::{Finding, Need, Why, WhyHolds};
use musilc_ir::{
    Fairness, Goal, Outcome, PropertyId, PropertyKind, Trace, TransitionId, TransitionSystem, Unknown,
    Verdict, ViolationKind,
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
            false => engines::explicit_beside(system, goal, options)?,
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
        let Some(without) = refuted(&system, &mut out, ask)? else { continue };
        system.transitions[index].fairness = fairness;
        if let Fairness::Strong(unit) = fairness {
            system.transitions[index].fairness = Fairness::Weak(unit);
            if refuted(&system, &mut out, ask)?.is_some() {
                system.transitions[index].fairness = fairness;
            }
        }
        let fairness = system.transitions[index].fairness;
        out.needs.push(Need { transition, fairness, without });
    }
    Ok(out)
}

/// A run that refutes the property, or why it is not known whether there is one; none where the property holds, and then the depth to
/// which it does is noted, where only that is known.
fn refuted(
    system: &TransitionSystem,
    out: &mut WhyHolds,
    ask: Ask<'_>,
) -> Result<Option<Result<Trace, Unknown>>, String> {
    Ok(match ask(system, Goal::Refute(out.property))?.verdict {
        Verdict::Proved(_) => None,
        Verdict::HoldsToDepth { depth } => {
            out.depth = Some(out.depth.map_or(depth, |other| other.min(depth)));
            None
        }
        Verdict::Violated(violation) if violation.kind == ViolationKind::Lasso(out.property) => {
            Some(Ok(violation.trace))
        }
        Verdict::Unknown(why) => Some(Err(why)),
        Verdict::Violated(_) | Verdict::Reached(_) => {
            Some(Err(Unknown::Incapable("the engine answered another question".to_owned())))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use musilc_ir::lasso::Lasso;
    use musilc_ir::{FairUnit, Proof, Violation};

    /// A system of actions, and a formula that must hold. `wait` is always possible.
    fn system(actions: &str, formula: &str) -> TransitionSystem {
        let text = format!(
            "system s var x: 0..=2 var y: bool init x = 0 y = false
             transition wait when true
             {actions}
             terminal holds true
             invariant small holds x < 3 claim x < 3
             temporal claimed holds true claim true formula {formula}"
        );
        musilc_ir::text::parse(&text).unwrap_or_else(|error| panic!("{error:?}: {text}"))
    }

    const PROPERTY: PropertyId = PropertyId(1);

    const PROVED: Finding = Finding::Proved(Proof::Exhaustive { diameter: 1 });

    const COMES: &str = "eventually { condition 0 < x }";

    fn holds(system: &TransitionSystem) -> bool {
        let outcome = musilc_explicit::check(system, Goal::Refute(PROPERTY), &musilc_ir::Limits::default());
        matches!(outcome.verdict, Verdict::Proved(_))
    }

    /// What the only temporal property needs; that this is a minimal set is looked at by itself.
    fn needed(system: &TransitionSystem) -> Vec<String> {
        assert!(holds(system));
        let why = of(system, Goal::All, &PROVED, &Options::new()).unwrap();
        let Why::Holds(list) = why else { panic!("{why:?}") };
        let [WhyHolds { property: PROPERTY, needs, depth: None }] = &list[..] else { panic!("{list:?}") };
        let with = |needs: &[&Need]| {
            let mut system = system.clone();
            for (index, transition) in system.transitions.iter_mut().enumerate() {
                let need = needs.iter().find(|need| need.transition == TransitionId::from(index));
                transition.fairness = need.map_or(Fairness::None, |need| need.fairness);
            }
            system
        };
        let all: Vec<&Need> = needs.iter().collect();
        assert!(holds(&with(&all)), "{needs:?}");
        for need in needs {
            let others: Vec<&Need> =
                all.iter().copied().filter(|other| other.transition != need.transition).collect();
            let others = with(&others);
            assert!(!holds(&others), "{need:?}");
            // The run that is shown keeps to the others.
            let lasso = Lasso::new(need.without.as_ref().unwrap()).unwrap();
            assert!(others.fairness_constraints().all(|one| lasso.keeps(&others, &one).unwrap()));
            let formula = system.property(PROPERTY).formula.as_ref().unwrap();
            assert!(!lasso.truth(system, formula).unwrap()[0]);
        }
        needs.iter().map(|need| system.transition(need.transition).name.clone()).collect()
    }

    #[test]
    fn one_of_two_is_needed() {
        let actions = "weak transition blink when true y := !y
                       weak transition start when x == 0 x := 1";
        assert_eq!(needed(&system(actions, COMES)), ["start"]);
    }

    #[test]
    fn of_two_that_suffice_the_later_one_stays() {
        let actions = "weak transition start when x == 0 x := 1
                       weak transition jump when x == 0 x := 2";
        assert_eq!(needed(&system(actions, COMES)), ["jump"]);
    }

    #[test]
    fn two_are_needed_together() {
        let actions = "weak transition start when x == 0 x := 1
                       strong whole transition go(i: 0..=1) when x == 1 && $i == 0 x := 2";
        let system = system(actions, "eventually { condition x == 2 }");
        assert_eq!(needed(&system), ["start", "go"]);
        let why = of(&system, Goal::Refute(PROPERTY), &PROVED, &Options::new()).unwrap();
        let Why::Holds(list) = why else { panic!("{why:?}") };
        // It stays enabled, so that weak fairness is enough.
        assert_eq!(list[0].needs[1].fairness, Fairness::Weak(FairUnit::Whole));
    }

    #[test]
    fn strong_fairness_stays_where_weak_does_not_do() {
        let actions = "transition up when x == 0 x := 1
                       transition down when x == 1 x := 0
                       strong transition go when x == 1 x := 2";
        let system = system(
            &format!("weak {actions}"),
            "implies { always { eventually { taken up #1 () } } eventually { condition x == 2 } }",
        );
        let why = of(&system, Goal::Refute(PROPERTY), &PROVED, &Options::new()).unwrap();
        let Why::Holds(list) = why else { panic!("{why:?}") };
        let needs: Vec<Fairness> = list[0].needs.iter().map(|need| need.fairness).collect();
        assert_eq!(needs, [Fairness::Strong(FairUnit::Instance)]);
    }

    #[test]
    fn none_is_needed() {
        let actions = "weak transition start when x == 0 x := 1";
        assert_eq!(needed(&system(actions, "always { condition x < 2 }")), Vec::<String>::new());
    }

    #[test]
    fn a_bound_stays_a_bound() {
        let actions = "weak transition start when x == 0 x := 1";
        let (system, finding) = (system(actions, COMES), Finding::Bounded { depth: 4 });
        let options = Options::new().backend(Backend::Bmc).depth(3);
        let why = of(&system, Goal::All, &finding, &options).unwrap();
        let Why::Holds(list) = why else { panic!("{why:?}") };
        // That it holds with all assumptions is known to depth 4, and no assumption was dropped.
        assert_eq!((list[0].depth, list[0].needs.len()), (Some(4), 1));
        let idle = self::system("weak transition idle when false", "always { condition x == 0 }");
        let why = of(&idle, Goal::All, &finding, &options).unwrap();
        let Why::Holds(list) = why else { panic!("{why:?}") };
        assert_eq!((list[0].depth, list[0].needs.len()), (Some(3), 0));
    }

    #[test]
    fn what_is_not_known_is_kept() {
        let actions = "weak transition start when x == 0 x := 1";
        let system = system(actions, COMES);
        let why = of(&system, Goal::All, &PROVED, &Options::new().max_states(1)).unwrap();
        let Why::Holds(list) = why else { panic!("{why:?}") };
        assert_eq!(list[0].needs[0].without, Err(Unknown::StateLimit(1)));
        assert!(explain(&system, Goal::All, &PROVED, &|_, _| Err("broken".to_owned())).is_err());
    }

    #[test]
    fn other_findings_need_no_engine() {
        let system = system("", COMES);
        let found = |finding: Finding| {
            explain(&system, Goal::All, &finding, &|_, _| panic!("nothing to ask")).unwrap()
        };
        let violated = |kind| {
            let violation = Violation { kind, trace: Trace::default() };
            Finding::Violated { violation, engine: crate::Engine::Explicit }
        };
        assert!(matches!(found(violated(ViolationKind::Lasso(PROPERTY))), Why::Violated));
        assert!(matches!(found(violated(ViolationKind::Deadlock)), Why::NoFairness));
        assert!(matches!(found(violated(ViolationKind::Unrecoverable(PROPERTY))), Why::NoFairness));
        let stopped = Finding::Undecided { why: Unknown::Timeout, depth: None };
        assert!(matches!(found(stopped), Why::Unknown));
        let mut safe = system.clone();
        safe.properties.truncate(1);
        let nothing = explain(&safe, Goal::All, &PROVED, &|_, _| panic!("nothing to ask")).unwrap();
        assert!(matches!(nothing, Why::NoFairness));
    }
}
