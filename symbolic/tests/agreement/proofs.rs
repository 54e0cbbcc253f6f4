//! Proofs of temporal properties, and counterexamples to induction, are those of the reference checker.

use crate::modes::{limits, numbers};
use crate::random_lassos;
use crate::random_system as random;
use musilc_ir::replay::confirm;
use musilc_ir::{Goal, Limits, PropertyKind, Verdict, ViolationKind, search};
use musilc_symbolic::{Method, Options, check};

#[test]
fn temporal_properties_are_proved_or_refuted() {
    let (mut proved, mut refuted) = (0, 0);
    for number in numbers() {
        let system = random_lassos::system(&random::bytes(number, 400));
        let temporal = system.properties_of(PropertyKind::Temporal).map(Goal::Refute);
        for goal in temporal.chain([Goal::All]) {
            let known = search::check(&system, goal, &Limits::default()).unwrap();
            let options = Options { depth: 3, prove: Some(Method::Any), ..Options::default() };
            let options = Options { parallel: number % 4 == 0, ..options };
            let outcome = check(&system, goal, &limits(), &options);
            confirm(&system, goal, &outcome).unwrap_or_else(|why| panic!("{number}: {why}"));
            match (&outcome.verdict, &known.verdict) {
                (Verdict::Proved(_), Verdict::Proved(_)) => proved += 1,
                (Verdict::Violated(own), Verdict::Violated(other)) => {
                    assert_eq!(own.kind, other.kind, "{number}");
                    refuted += u32::from(matches!(own.kind, ViolationKind::Lasso(_)));
                }
                (own, other) => panic!("{number}: {own:?} but {other:?}"),
            }
        }
    }
    assert!(proved > 20 && refuted > 20, "{proved} proved, {refuted} refuted");
}

#[test]
fn counterexamples_to_induction_are_found_where_there_are_some() {
    let (mut kept, mut broken) = (0, 0);
    for number in numbers() {
        let mut system = random::system(&random::bytes(number, 300));
        for property in &mut system.properties {
            property.inductive = property.kind == PropertyKind::Invariant;
        }
        let Ok(known) = search::counterexamples_to_induction(&system, 20_000) else { continue };
        for id in system.inductive_properties() {
            let goal = Goal::Induct(id);
            let outcome = check(&system, goal, &limits(), &Options::default());
            confirm(&system, goal, &outcome).unwrap_or_else(|why| panic!("{number}: {why}"));
            let own = match &outcome.verdict {
                Verdict::Violated(violation) => Some(violation.kind),
                Verdict::Proved(_) => None,
                other => panic!("{number}: {other:?}"),
            };
            let expected = known.iter().map(|violation| violation.kind);
            let expected = expected.into_iter().find(|kind| *kind == ViolationKind::NotInductive(id));
            assert_eq!(own, expected, "{number}");
            match own {
                Some(_) => broken += 1,
                None => kept += 1,
            }
        }
    }
    assert!(kept > 5 && broken > 5, "{kept} kept, {broken} broken");
}
