//! The comparison notices: with a fault in one of the engines, it finds a disagreement soon.

use crate::agree::{recipe, verdict};
use crate::compare::Extent;
use crate::generate::{Style, chapter};
use crate::on_large_stack;
use musilc_explicit::Mutation as ExplicitFault;
use musilc_symbolic::Mutation as SymbolicFault;

/// How many chapters a fault may survive.
const PATIENCE: u64 = 1500;

/// The number of chapters that it takes until one disagrees.
fn noticed_after(extent: &Extent) -> Option<u64> {
    let notices = |number: &u64| verdict(&chapter(&recipe(*number), Style::default()), extent).is_err();
    on_large_stack(|| (0..PATIENCE).find(notices)).map(|number| number + 1)
}

#[test]
fn faults_in_the_explicit_search_are_noticed() {
    for fault in ExplicitFault::FAULTS.into_iter().chain(ExplicitFault::TEMPORAL_FAULTS) {
        let after = noticed_after(&Extent { explicit: fault, ..Extent::SMALL });
        println!("explicit {fault:?}: after {after:?} models");
        assert!(after.is_some(), "{fault:?} survives {PATIENCE} models");
    }
}

#[test]
fn faults_in_the_bounded_checker_are_noticed() {
    for fault in [
        SymbolicFault::DropLastFrame,
        SymbolicFault::LooseLess,
        SymbolicFault::ForgetInstance,
        SymbolicFault::CommuteAll,
        SymbolicFault::FreeInitParams,
        SymbolicFault::IgnoreFairness,
        SymbolicFault::Unfulfilled,
    ] {
        let after = noticed_after(&Extent { symbolic: fault, ..Extent::SMALL });
        println!("bmc {fault:?}: after {after:?} models");
        assert!(after.is_some(), "{fault:?} survives {PATIENCE} models");
    }
}

/// What is no fault is not noticed.
#[test]
fn parameters_that_stay_free_change_nothing() {
    let extent = Extent { explicit: ExplicitFault::FreeParameters, ..Extent::SMALL };
    for number in 0..60 {
        let judged = on_large_stack(|| verdict(&chapter(&recipe(number), Style::default()), &extent));
        assert!(judged.is_ok(), "model {number}: {judged:?}");
    }
}
