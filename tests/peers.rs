//! Other checkers count what musilc counts: the models of `benches/peers`, at small sizes. Where `spin`, `rumur` or `gcc` is not installed, the
//! tests say so and do nothing.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "they are tests")]
#![allow(clippy::print_stderr, reason = "says what was not tested")]
#![allow(dead_code, reason = "the table uses more of the modules")]

#[path = "../benches/peers/generated.rs"]
mod generated;
#[path = "../benches/peers/model.rs"]
mod model;

use generated::Generator;
use model::{Counts, MODELS, Model};
use musilc_ir::{Goal, Limits, Verdict};
use std::path::Path;
use std::process::Command;

/// What the explicit engine counts.
fn counted(model: &Model, size: u32) -> Counts {
    let options = musilc::Options::new().constant(model.constant, size.to_string());
    let system = musilc::compile_with(model.path(), &options).unwrap().system(model.check).unwrap();
    let outcome = musilc_explicit::check(&system, Goal::All, &Limits::default());
    assert!(matches!(outcome.verdict, Verdict::Proved(_)), "{}: {:?}", model.name, outcome.verdict);
    let statistics = &outcome.statistics;
    Counts { states: statistics.states.unwrap(), transitions: statistics.transitions.unwrap() }
}

#[track_caller]
fn count_the_same(generator: Generator) {
    if let Some(missing) = generator.missing() {
        eprintln!("`{missing}` is not installed: nothing was compared with {generator:?}");
        return;
    }
    for model in MODELS {
        let size = model.quick[0];
        let known = counted(model, size);
        let name = format!("peers-{generator:?}-{}", model.name);
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let program = generator.build(model, size, "-O1", &directory).unwrap();
        let output = Command::new(program)
            .args(generator.arguments(known.states))
            .current_dir(directory)
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert_eq!(generator.counts(&text), Some(known), "{} {}: {text}", model.name, size);
    }
}

#[test]
fn spin_counts_the_same() {
    count_the_same(Generator::SpinBfs);
}

#[test]
fn spin_counts_the_same_depth_first() {
    count_the_same(Generator::SpinDfs);
}

#[test]
fn rumur_counts_the_same() {
    count_the_same(Generator::Rumur);
}

#[test]
fn what_is_wrong_is_not_counted() {
    let failed = "State-vector 44 byte, depth reached 3, errors: 1\n 12 states, stored\n 13 transitions (= stored+matched)\n";
    assert_eq!(Generator::SpinBfs.counts(failed), None);
    let rounded = " errors: 0\n 10340352 states, stored\n1.235584e+08 transitions (= stored+matched)\n";
    assert_eq!(Generator::SpinBfs.counts(rounded), None);
    assert_eq!(Generator::Rumur.counts("\t12 states, 13 rules fired in 0s.\n"), None);
    let progress = "\t 10000 states explored in 0s, with 46070 rules fired and 5516 states in the queue.\n";
    assert_eq!(Generator::Rumur.counts(&format!("{progress}\tNo error found.\n")), None);
}
