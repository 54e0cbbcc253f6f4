//! Random systems: the file tells of the violations that the reference evaluator and the explicit search find, in the frames where it should.

use crate::aiger::{File, parse};
use crate::expected::{by_engine, first_bad};
use crate::generate::{choices, generate};
use musilc::export::{Aiger, Refusal, Settings};
use musilc_ir::{Limits, TransitionSystem, text};
use proptest::prelude::*;
use std::cell::Cell;

/// What was met.
#[derive(Clone, Copy, Default, Debug)]
struct Met {
    holds: u32,
    violated: u32,
    started: u32,
    deep: u32,
    no_initial_state: u32,
}

fn settings(each: bool) -> Settings {
    Settings { chapter: "generated".to_owned(), each, safety: true }
}

/// Both forms of a file are the same circuit.
fn file(system: &TransitionSystem, each: bool) -> Result<File, Refusal> {
    let aiger = Aiger::new(system, &settings(each), &Limits::default())?;
    let (ascii, binary) = (parse(aiger.ascii().as_bytes()), parse(&aiger.binary()));
    assert_eq!(ascii, binary);
    Ok(ascii)
}

fn compare(system: &TransitionSystem, met: &Cell<Met>) {
    let limits = Limits { max_states: Some(300), ..Limits::default() };
    let mut counts = met.get();
    let expected = match by_engine(system, &limits) {
        Ok(frames) => frames,
        Err(musilc_ir::Verdict::Violated(_)) => {
            // A single binding that is rejected is one that is known.
            assert_eq!(file(system, false).unwrap_err(), Refusal::NoInitialState);
            counts.no_initial_state += 1;
            met.set(counts);
            return;
        }
        Err(_) => return,
    };
    let each = file(system, true).unwrap();
    let Ok(found) = each.first_bad(3_000) else { return };
    let reference = first_bad(system);
    let shift = u32::from(each.starts());
    // An error before the initial states shows in frame 0 of a file that starts there.
    let reference = reference.map(|(frame, kinds)| (frame.wrapping_add(shift), kinds));
    match (&found, &reference) {
        // An instance whose guard fails is none for the reference. In the file it may be chosen all the same, as if it did not.
        (Some((frame, told)), Some((expected, kinds))) if kinds.contains("model error") => {
            assert_eq!(frame, expected, "{}", text::print(system));
            assert!(told.is_superset(kinds), "{told:?} {kinds:?}");
        }
        _ => assert_eq!(found, reference, "{}", text::print(system)),
    }
    let frames: Vec<u32> = expected.iter().map(|frame| frame.wrapping_add(shift)).collect();
    match &found {
        None => assert_eq!(frames, [0; 0]),
        Some((frame, _)) => assert!(frames.contains(frame), "{frame} {frames:?}\n{}", text::print(system)),
    }
    let single = file(system, false).unwrap();
    assert_eq!(single.signals.len(), 1);
    let single = single.first_bad(3_000).unwrap();
    assert_eq!(single.map(|(frame, _)| frame), found.as_ref().map(|(frame, _)| *frame));
    counts.started += shift;
    match found {
        None => counts.holds += 1,
        Some((frame, _)) => {
            counts.violated += 1;
            counts.deep += u32::from(frame > shift + 1);
        }
    }
    met.set(counts);
}

#[test]
fn files_tell_of_the_violations_that_there_are() {
    let met = Cell::new(Met::default());
    let config = ProptestConfig {
        cases: 1000,
        max_shrink_iters: 2000,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let mut runner = proptest::test_runner::TestRunner::new_with_rng(
        config,
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    );
    let result = runner.run(&choices(), |choices| {
        compare(&generate(&choices), &met);
        Ok(())
    });
    if let Err(failure) = result {
        panic!("{failure}");
    }
    let Met { holds, violated, started, deep, no_initial_state } = met.get();
    eprintln!("{:?}", met.get());
    assert!(holds > 50 && violated > 200 && started > 100 && deep > 8 && no_initial_state > 3);
}
