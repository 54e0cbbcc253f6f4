//! Leaving variables out changes neither verdicts nor runs.

mod common;

use common::generate::{choices, generate};
use common::system;
use musilc_explicit::{Options, check_with};
use musilc_ir::replay::confirm;
use musilc_ir::{Goal, Limits, PropertyKind, TransitionSystem, Verdict};
use proptest::prelude::*;

/// Compares searches with all variables and without some; how many have been left out.
fn assert_same_answer(system: &TransitionSystem, goal: Goal) -> usize {
    let limits = Limits { max_states: Some(400), ..Limits::default() };
    let whole = check_with(system, goal, &limits, &Options::default());
    let sliced = check_with(system, goal, &limits, &Options { slice: true, ..Options::default() });
    assert!(whole.statistics.left_out.is_empty());
    assert!(sliced.statistics.states <= whole.statistics.states);
    if !matches!(whole.verdict, Verdict::Unknown(_)) {
        match (&sliced.verdict, &whole.verdict) {
            // The last states to be found may be ones that are not told apart.
            (Verdict::Proved(_), Verdict::Proved(_)) => assert!(sliced.decided_depth <= whole.decided_depth),
            (sliced, whole) => assert_eq!(sliced, whole),
        }
        assert_eq!(sliced.witnesses, whole.witnesses);
        let probes = |outcome: &musilc_ir::Outcome| outcome.coverage.as_ref().map(|c| c.probes.clone());
        assert_eq!(probes(&sliced), probes(&whole));
    }
    assert_eq!(confirm(system, goal, &sliced), Ok(()));
    sliced.statistics.left_out.len()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, max_shrink_iters: 2000, ..ProptestConfig::default() })]

    #[test]
    fn on_generated_systems(choices in choices()) {
        let system = generate(&choices);
        assert_same_answer(&system, Goal::All);
        for (index, property) in system.properties.iter().enumerate() {
            if property.kind != PropertyKind::Step {
                assert_same_answer(&system, Goal::Reach(index.into()));
                assert_same_answer(&system, Goal::Refute(index.into()));
            }
        }
    }
}

#[test]
fn what_is_only_written_to_is_left_out() {
    // `log` depends on `x` and on itself, and nothing on it. `limit` and `table` never change.
    let system = system(
        "system counters var x: 0..=9 var log: [0..=9; 4] var at: 0..=3 var limit: 0..=9 var table: [0..=9; 3]
         init (start: 0..=1) x = $start log = [0; 4] at = 0 limit = 7 table = [3, 1, 2]
         transition up(i: 0..=2) when x < limit
           x := narrow(x + table[$i], 0..=9) log := log[at := x] at := (at + 1) mod 4
         terminal holds true
         invariant low holds x < 9 claim true
         reachable seven holds x == 7 claim true",
    );
    let outcome =
        check_with(&system, Goal::All, &Limits::default(), &Options { slice: true, ..Options::default() });
    assert_eq!(outcome.statistics.left_out, ["log", "at"]);
    assert_eq!(outcome.statistics.state_bits, Some(4));
    assert!(matches!(outcome.verdict, Verdict::Violated(_)), "{:?}", outcome.verdict);
    assert_eq!(assert_same_answer(&system, Goal::All), 2);
}

#[test]
fn lassos_keep_all_variables() {
    // Without `log` there would be a lasso, whose states do not repeat.
    let system = system(
        "system once var x: bool var log: 0..=5 init x = false log = 0
         transition flip when log < 5 x := !x log := narrow(log + 1, 0..=5)
         terminal holds true
         recoverable back holds !x claim true",
    );
    assert_eq!(assert_same_answer(&system, Goal::All), 0);
}
