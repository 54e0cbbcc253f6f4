//! The comparison with the reference checker notices faults: each of the seeded ones shows on some generated system.

mod common;

use common::first_disagreement;
use common::generate::{choices, generate};
use musilc_explicit::Mutation;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

#[test]
fn every_seeded_fault_is_noticed() {
    let mut runner = TestRunner::deterministic();
    let mut unnoticed = Mutation::FAULTS.to_vec();
    for _ in 0..2000 {
        let choices = choices().new_tree(&mut runner).unwrap().current();
        let system = generate(&choices);
        unnoticed.retain(|&mutation| first_disagreement(&system, mutation).is_none());
        if unnoticed.is_empty() {
            return;
        }
    }
    panic!("nothing shows {unnoticed:?}");
}

#[test]
fn generated_systems_are_of_all_kinds() {
    use musilc_ir::{Goal, Limits, Place, Verdict, ViolationKind};
    let mut runner = TestRunner::deterministic();
    let mut found = std::collections::BTreeMap::<&str, usize>::new();
    let mut large = 0;
    for _ in 0..2000 {
        let system = generate(&choices().new_tree(&mut runner).unwrap().current());
        let limits = Limits { max_states: Some(400), ..Limits::default() };
        let outcome = musilc_explicit::check(&system, Goal::All, &limits);
        large += usize::from(outcome.statistics.states > Some(20));
        let kind = match &outcome.verdict {
            Verdict::Proved(_) => "proved",
            Verdict::Unknown(_) => "unknown",
            Verdict::HoldsToDepth { .. } | Verdict::Reached(_) => "other",
            Verdict::Violated(violation) => match violation.kind {
                ViolationKind::NoInitialState => "no initial state",
                ViolationKind::Property(_) if violation.depth() > 0 => "property, not at once",
                ViolationKind::Property(_) => "property",
                ViolationKind::Deadlock => "deadlock",
                ViolationKind::Unreached(_) => "unreached",
                ViolationKind::Lasso(_)
                | ViolationKind::Unrecoverable(_)
                | ViolationKind::NotInductive(_) => "of all states",
                ViolationKind::Error(site) => match site.place {
                    Place::Init => "error: init",
                    Place::Guard(_) => "error: guard",
                    Place::Body(_) => "error: body",
                    Place::Property(_) => "error: property",
                    Place::Terminal => "error: terminal",
                },
            },
        };
        *found.entry(kind).or_default() += 1;
    }
    found.remove("unknown");
    assert!(found.len() == 11 && found.values().all(|&count| count >= 10), "{found:?}");
    assert!(large > 60, "{large} {found:?}");
}
