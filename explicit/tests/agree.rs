//! The engine and the reference checker give the same answers: verdicts, traces, witnesses, levels, transitions, coverage.

mod common;

use common::generate::{choices, generate};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, max_shrink_iters: 4000, ..ProptestConfig::default() })]

    #[test]
    fn on_generated_systems(choices in choices()) {
        common::assert_agreement(&generate(&choices));
    }
}
