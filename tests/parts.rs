//! Models made of parts, with channels, and protocols, and the same models in one piece: both engines say the same of them, with the same states, steps and depths.
#![allow(clippy::unwrap_used, reason = "they are tests")]

use musilc::ir::{Outcome, Verdict, ViolationKind};
use musilc::{Engine, Options};

/// The verdict in words, the states of each depth, the number of steps, and the lengths of a lasso.
type Essence = (String, Vec<u64>, Option<u64>, Option<(u32, u32)>);

/// What an engine says, apart from names.
fn essence(outcome: &Outcome) -> Essence {
    let (verdict, lasso) = match &outcome.verdict {
        Verdict::Violated(violation) => {
            let kind = match violation.kind {
                ViolationKind::Property(_) => "a false property",
                ViolationKind::Lasso(_) => "a lasso",
                ViolationKind::Deadlock => "a deadlock",
                _ => "something else",
            };
            (format!("{kind} after {} steps", violation.depth()), violation.trace.lasso())
        }
        Verdict::Reached(run) => (format!("reached after {} steps", run.depth()), None),
        Verdict::Proved(_) => ("holds".to_owned(), None),
        Verdict::HoldsToDepth { .. } => ("holds to a depth".to_owned(), None),
        Verdict::Unknown(why) => (format!("{why:?}"), None),
    };
    (verdict, outcome.statistics.levels.clone(), outcome.statistics.transitions, lasso)
}

/// Compares each check of a chapter whose name begins with `prefix` with the one that begins with `plain`; how many there are.
fn pairs(chapter: &str, prefix: &str) -> usize {
    let options = Options::new();
    let path = format!("{}/tests/parts/{chapter}.musil", env!("CARGO_MANIFEST_DIR"));
    let report = musilc::compile_with(path, &options).unwrap().check(&options).unwrap();
    assert!(report.passed());
    let mut pairs = 0;
    for check in &report.checks {
        let Some(name) = check.check.name.strip_prefix(prefix) else { continue };
        let plain = report.check(&format!("plain{name}")).unwrap();
        for engine in [Engine::Explicit, Engine::Bmc] {
            let (one, other) = (check.outcome(engine).unwrap(), plain.outcome(engine).unwrap());
            assert_eq!(essence(one), essence(other), "{name}");
        }
        pairs += 1;
    }
    pairs
}

#[test]
fn parts_mean_what_they_would_in_one_piece() {
    assert_eq!(pairs("pairs", "parts"), 8);
}

#[test]
fn channels_mean_what_they_would_by_hand() {
    assert_eq!(pairs("channels", "channel"), 14);
}

#[test]
fn protocols_mean_what_they_would_by_hand() {
    assert_eq!(pairs("protocols", "protocol"), 26);
}
