//! States, transitions and levels of models whose counts are known from elsewhere: from SPIN, Murphi, Stateright and TLC on the same models, and
//! for the philosophers from closed formulas. Self-loops count as transitions; levels include the initial one.
#![allow(clippy::unwrap_used, reason = "they are tests")]

use musilc::{Backend, Engine, Options, Report};

/// Checks a model of `tests/models`.
fn check(model: &str, constants: &[(&str, &str)], options: Options) -> Report {
    let options = constants.iter().fold(options, |options, (name, value)| options.constant(*name, *value));
    let path = format!("{}/tests/models/{model}.musil", env!("CARGO_MANIFEST_DIR"));
    let report = musilc::compile_with(path, &options).unwrap().check(&options).unwrap();
    assert!(report.passed(), "{model} {constants:?}");
    report
}

/// States, transitions and levels of a model, as the explicit engine counts them.
fn counted(model: &str, constants: &[(&str, &str)]) -> (u64, u64, usize) {
    let report = check(model, constants, Options::new().backend(Backend::Explicit));
    let statistics = &report.check("all").unwrap().outcome(Engine::Explicit).unwrap().statistics;
    (statistics.states.unwrap(), statistics.transitions.unwrap(), statistics.levels.len())
}

#[test]
fn philosophers_follow_the_formula() {
    // Q(n) = (1 + √2)^n + (1 − √2)^n, so Q(n) = 2 Q(n − 1) + Q(n − 2).
    let (mut before, mut now) = (2, 6);
    for n in 2..=11 {
        let (states, _, levels) = counted("philosophers", &[("N", &n.to_string())]);
        assert_eq!((states, levels), (now, n + 1), "N = {n}");
        (before, now) = (now, 2 * now + before);
    }
}

#[test]
fn ordered_philosophers_follow_the_pell_numbers() {
    let (mut before, mut now) = (2, 5);
    for n in 2..=11 {
        let (states, ..) = counted("philosophers", &[("N", &n.to_string()), ("ORDERED", "true")]);
        assert_eq!(states, now, "N = {n}");
        (before, now) = (now, 2 * now + before);
    }
}

#[test]
fn filter_lock() {
    assert_eq!(counted("filter", &[("N", "5")]), (88_560, 286_985, 37));
}

#[test]
fn two_phase_commit() {
    for (n, known) in [(1, 12), (2, 56), (3, 288), (4, 1_568), (5, 8_832), (6, 50_816)] {
        let (states, _, levels) = counted("two-phase-commit", &[("N", &n.to_string())]);
        assert_eq!((states, levels), (known, 3 * n + 2), "N = {n}");
    }
}

#[test]
fn alternating_bit() {
    assert_eq!(counted("alternating-bit", &[("N", "2")]), (473_344, 3_522_560, 31));
}

/// Counted by a plain search in another language, written from the same Murphi texts.
#[test]
fn small_sizes() {
    for (model, n, known) in [
        ("philosophers", "3", (14, 27, 4)),
        ("philosophers", "4", (34, 88, 5)),
        ("philosophers", "5", (82, 265, 6)),
        ("filter", "2", (20, 34, 7)),
        ("filter", "3", (288, 651, 15)),
        ("filter", "4", (4_752, 13_080, 25)),
        ("two-phase-commit", "1", (12, 19, 5)),
        ("two-phase-commit", "2", (56, 153, 8)),
        ("two-phase-commit", "3", (288, 1_145, 11)),
        ("two-phase-commit", "4", (1_568, 8_257, 14)),
        ("mesi", "2", (86, 296, 9)),
        ("mesi", "3", (412, 1_968, 11)),
        ("mesi", "4", (1_898, 11_536, 14)),
        ("alternating-bit", "1", (43_264, 236_288, 25)),
    ] {
        assert_eq!(counted(model, &[("N", n)]), known, "{model} {n}");
    }
    for (n, known) in [("3", (12, 22, 4)), ("4", (29, 72, 5)), ("5", (70, 219, 6))] {
        assert_eq!(counted("philosophers", &[("N", n), ("ORDERED", "true")]), known, "ordered {n}");
    }
}

#[test]
fn at_full_size() {
    assert_eq!(counted("philosophers", &[("N", "16")]), (1_331_714, 13_774_112, 17));
    assert_eq!(counted("philosophers", &[("N", "16"), ("ORDERED", "true")]), (1_136_689, 11_639_232, 17));
    assert_eq!(counted("filter", &[("N", "6")]), (1_827_936, 6_803_688, 51));
    assert_eq!(counted("two-phase-commit", &[("N", "8")]), (1_745_408, 18_507_777, 26));
    assert_eq!(counted("mesi", &[("N", "8")]), (886_226, 10_044_704, 26));
    assert_eq!(counted("alternating-bit", &[("N", "3")]), (2_458_624, 20_220_928, 39));
}

#[test]
fn models_hold_in_both_engines_when_small() {
    let small = [
        ("philosophers", "3"),
        ("filter", "2"),
        ("two-phase-commit", "2"),
        ("mesi", "2"),
        ("alternating-bit", "1"),
    ];
    for (model, n) in small {
        check(model, &[("N", n)], Options::new());
    }
}
