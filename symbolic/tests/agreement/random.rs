//! The bounded checker and the reference checker agree on small random systems.

use crate::compare::agree;
use crate::random_system as random;
use musilc_symbolic::{Mutation, Options, Procedure};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn written_out(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let system = random::system(&bytes);
        let options = Options { depth: 5, ..Options::default() };
        agree(&system, &options, Mutation::None).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn parameters_left_to_the_solver(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let system = random::system(&bytes);
        let options = Options { depth: 4, max_instances: 0, ..Options::default() };
        agree(&system, &options, Mutation::None).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn another_solver_in_binary_and_either_order(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let system = random::system(&bytes);
        let options = Options { depth: 4, reduce: false, procedure: Procedure::Sat, most_cases: 1, ..Options::default() };
        agree(&system, &options, Mutation::None).map_err(TestCaseError::fail)?;
    }
}

/// The generator is worth something only if all kinds of outcomes come up.
#[test]
fn all_kinds_of_outcomes_come_up() {
    use musilc_ir::{Goal, Limits, Place, Verdict, ViolationKind};
    use std::collections::BTreeMap;
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    for number in 0..400 {
        let bytes = random::bytes(number, 300);
        let options = Options { depth: 4, ..Options::default() };
        let outcome =
            musilc_symbolic::check(&random::system(&bytes), Goal::All, &Limits::default(), &options);
        let deep = |name: &'static str, deep: &'static str, depth: u32| if depth > 0 { deep } else { name };
        let name = match outcome.verdict {
            Verdict::Proved(_) => "proved",
            Verdict::HoldsToDepth { .. } => "holds",
            Verdict::Reached(_) => "reached",
            Verdict::Unknown(_) => "unknown",
            Verdict::Violated(v) => match v.kind {
                ViolationKind::NoInitialState => "none initial",
                ViolationKind::Deadlock => deep("deadlock", "deep deadlock", v.depth()),
                ViolationKind::Unreached(_) => "unreached",
                ViolationKind::Lasso(_) => "lasso",
                ViolationKind::Unrecoverable(_) => "unrecoverable",
                ViolationKind::NotInductive(_) => "not inductive",
                ViolationKind::Property(_) => deep("property", "deep property", v.depth()),
                ViolationKind::Error(site) => match site.place {
                    Place::Init => "init",
                    Place::Guard(_) => deep("guard", "deep guard", v.depth()),
                    Place::Body(_) => deep("body", "deep body", v.depth() - 1),
                    Place::Property(_) => deep("property error", "deep property error", v.depth()),
                    Place::Terminal => "terminal",
                },
            },
        };
        *seen.entry(name).or_default() += 1;
    }
    assert!(seen.len() >= 12, "{seen:?}");
    assert!(!seen.contains_key("unknown"), "{seen:?}");
}
