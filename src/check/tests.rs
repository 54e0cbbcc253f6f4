//! The driver, on a system built by hand.

use crate::options::{Backend, Engine, Fault, Options};
use crate::result::{Exit, Finding, Status};
use crate::testing::{as_declared, run, run_on, system};
use musilc_frontend::Expect;
use musilc_frontend::diagnostic::Code;
use musilc_ir::{Goal, Interrupt, Proof, PropertyId};

fn backends() -> [Options; 3] {
    [Backend::Explicit, Backend::Bmc, Backend::Both].map(|backend| Options::new().backend(backend))
}

#[test]
fn an_expected_violation_passes_with_every_backend() {
    for options in backends() {
        let report = run(as_declared(), &options);
        assert!(report.passed(), "{options:?}: {:?}", report.checks);
        assert!(report.checks[0].differences.is_empty(), "{options:?}");
        assert_eq!(report.checks[0].runs.len(), if options.backend == Backend::Both { 2 } else { 1 });
    }
}

#[test]
fn another_expectation_fails() {
    let depth =
        |depth| Expect::Violates { property: "both_counted".to_owned(), depth: Some(depth), lasso: None };
    for options in backends() {
        for expect in [
            Expect::Holds { states: None },
            Expect::Deadlock { depth: None },
            Expect::Error { depth: Some(4) },
            depth(3),
            depth(5),
            Expect::Violates { property: "other".to_owned(), depth: None, lasso: None },
        ] {
            let report = run(expect.clone(), &options);
            assert_eq!(report.exit(), Exit::Failed, "{options:?} {expect:?}");
        }
    }
}

/// A system in which nothing goes wrong: the terminal states are those in which both are done, and nothing is claimed.
fn harmless() -> musilc_ir::TransitionSystem {
    let mut system = system();
    system.properties.clear();
    system
}

#[test]
fn a_proof_a_bound_and_a_count() {
    let holds = Expect::Holds { states: None };
    let report = run_on(&harmless(), holds.clone(), &Options::new());
    assert!(matches!(report.checks[0].finding, Finding::Proved(Proof::Exhaustive { .. })));
    assert_eq!(report.checks[0].status, Status::Passed);
    let count = report.checks[0].outcome(Engine::Explicit).unwrap().statistics.states.unwrap();

    let counted = |states| run_on(&harmless(), Expect::Holds { states: Some(states) }, &Options::new());
    assert_eq!(counted(count).checks[0].status, Status::Passed);
    assert!(matches!(counted(count + 1).checks[0].status, Status::Failed(_)));

    let shallow = Options::new().backend(Backend::Bmc).depth(1);
    let report = run_on(&harmless(), Expect::Holds { states: Some(count) }, &shallow);
    assert!(matches!(report.checks[0].finding, Finding::Bounded { depth: 1 }));
    assert_eq!(report.checks[0].status, Status::Passed);
    assert_eq!(report.checks[0].notes.len(), 1);

    let report = run_on(&harmless(), holds.clone(), &shallow.prove(true));
    assert_eq!(report.checks[0].status, Status::Passed);
    assert!(matches!(
        report.checks[0].finding,
        Finding::Proved(Proof::Invariant { .. } | Proof::Induction { .. })
    ));
    assert!(run_on(&harmless(), holds, &Options::new().prove(true)).checks[0].status == Status::Passed);
}

#[test]
fn limits_leave_checks_undecided() {
    let options = Options::new().backend(Backend::Explicit).max_states(5);
    for expect in [as_declared(), Expect::Holds { states: None }] {
        let report = run(expect, &options);
        assert_eq!(report.exit(), Exit::Undecided);
        assert!(matches!(report.checks[0].finding, Finding::Undecided { depth: Some(_), .. }));
    }
    // The other engine decides.
    assert!(run(as_declared(), &Options::new().max_states(5)).passed());
    // A search that got beyond the depth of the expectation decides that it is wrong.
    let early = Expect::Violates { property: "both_counted".to_owned(), depth: Some(1), lasso: None };
    let report = run(early, &Options::new().max_depth(2));
    assert_eq!(report.exit(), Exit::Failed);
}

#[test]
fn an_interrupted_run_says_so() {
    let interrupt = Interrupt::default();
    interrupt.raise();
    let report = run(as_declared(), &Options::new().interrupt(interrupt));
    assert_eq!(report.checks[0].status, Status::Interrupted);
    assert_eq!(report.exit(), Exit::Interrupted);
}

#[test]
fn a_panic_ends_one_check() {
    let check = crate::testing::expecting(as_declared());
    let report = super::run(&check, &|_| panic!("the compiler is broken"), &[], &Options::new());
    assert!(matches!(&report.status, Status::Broken(problem) if problem.contains("the compiler is broken")));
    assert_eq!(report.exit(), Exit::Internal);
}

#[test]
fn what_never_happens_is_remarked_on() {
    let report = run_on(&harmless(), Expect::Holds { states: None }, &Options::new());
    let codes: Vec<Code> = report.warnings.iter().map(|warning| warning.code).collect();
    // `reset` waits for 2 before the first actor is done, and that never happens.
    assert_eq!(codes, [Code::DeadAction]);

    let mut system = harmless();
    let never = system.context.bool(false);
    system.probes[0].expr = never;
    let report = run_on(&system, Expect::Holds { states: None }, &Options::new());
    let codes: Vec<Code> = report.warnings.iter().map(|warning| warning.code).collect();
    assert_eq!(codes, [Code::DeadAction, Code::VacuousProperty]);
    // A search that stopped early shows nothing.
    let report = run_on(&system, Expect::Holds { states: None }, &Options::new().max_depth(3));
    assert_eq!(report.warnings, []);
}

#[test]
fn a_wrong_engine_is_found_out() {
    // Something to do in every state: without it, what an engine forgets shows as a deadlock, and that does not replay.
    let mut busy = system();
    let always = busy.context.bool(true);
    busy.transitions[2].guard = always;
    // The engines forget an instance of the first transition, or of the last.
    busy.transitions.swap(1, 2);
    for fault in [Fault::ExplicitInstance, Fault::BmcInstance] {
        let report = run_on(&busy, as_declared(), &Options::new().fault(fault).depth(9));
        assert_eq!(report.exit(), Exit::Internal, "{fault:?}");
        let status = &report.checks[0].status;
        assert!(matches!(status, Status::Disagreement(what) if what.len() == 1), "{fault:?}: {status:?}");
    }
    let report = run(as_declared(), &Options::new().fault(Fault::BmcFrame));
    assert_eq!(report.exit(), Exit::Internal);
    assert!(
        matches!(&report.checks[0].status, Status::Broken(problem) if problem.contains("does not replay"))
    );
}

/// A counter that may wait, with properties of each kind, and an action that never happens.
fn with_time() -> musilc_ir::TransitionSystem {
    let text = r#"system "broken"
        var x: 0..=2
        source x: 0..=2 from x
        init x = 0
        transition wait when true
        transition count when x < 2
          x := x + 1
        transition never when false
        terminal holds true
        invariant small
          holds x < 2
          claim x < 2
        temporal full
          holds true
          claim true
          formula eventually { condition x == 2 }
        recoverable empty
          holds x == 0
          claim x == 0
        reachable two
          holds x == 2
          claim x == 2
    "#;
    musilc_ir::text::parse(text).unwrap()
}

fn violates(property: &str) -> Expect {
    Expect::Violates { property: property.to_owned(), depth: None, lasso: None }
}

#[test]
fn what_hangs_on_all_states_is_asked_for_by_itself() {
    let system = with_time();
    let goal = |expect: &Expect| super::goal(&system, expect);
    assert_eq!(goal(&violates("small")), Ok(Goal::All));
    assert_eq!(goal(&violates("full")), Ok(Goal::Refute(PropertyId(1))));
    assert_eq!(goal(&violates("empty")), Ok(Goal::Refute(PropertyId(2))));
    let reaches = |property: &str| Expect::Reaches { property: property.to_owned(), depth: None };
    assert_eq!(goal(&reaches("two")), Ok(Goal::Reach(PropertyId(3))));
    assert!(goal(&reaches("nothing")).is_err());
    for expect in [
        Expect::Holds { states: None },
        Expect::Deadlock { depth: None },
        Expect::Error { depth: None },
        violates("nothing"),
    ] {
        assert_eq!(goal(&expect), Ok(Goal::All), "{expect:?}");
    }
}

#[test]
fn other_violations_do_not_hide_an_expected_one() {
    for options in backends() {
        // `small` is false after 2 steps, but `full` was asked for.
        let report = run_on(&with_time(), violates("full"), &options);
        assert_eq!(report.checks[0].status, Status::Passed, "{options:?}");
        assert_eq!(report.checks[0].finding.trace().unwrap().0.lasso(), Some((0, 1)), "{options:?}");
        let report = run_on(&with_time(), violates("small"), &options);
        assert_eq!(report.checks[0].status, Status::Passed, "{options:?}");
    }
    let report = run_on(&with_time(), violates("empty"), &Options::new());
    assert_eq!(report.checks[0].status, Status::Passed);
    assert_eq!(report.checks[0].notes.len(), 1, "{:?}", report.checks[0].notes);
}

/// A counter that is reset, and one invariant that is inductive and one that is not.
fn with_induction() -> musilc_ir::TransitionSystem {
    let text = r#"system "broken"
        var x: 0..=9
        source x: 0..=9 from x
        init x = 0
        transition count when x < 4
          x := x + 2
        transition reset when x == 5
          x := 9
        terminal holds x == 4
        inductive invariant low
          holds x <= 5
          claim x <= 5
        invariant even
          holds x mod 2 == 0
          claim x mod 2 == 0
    "#;
    musilc_ir::text::parse(text).unwrap()
}

#[test]
fn the_explicit_search_is_not_asked_about_induction() {
    let system = with_induction();
    let expect = Expect::NotInductive { property: "low".to_owned() };
    assert_eq!(super::goal(&system, &expect), Ok(Goal::Induct(PropertyId(0))));
    assert!(super::goal(&system, &Expect::NotInductive { property: "nothing".to_owned() }).is_err());
    for backend in [Backend::Bmc, Backend::Both] {
        let report = run_on(&system, expect.clone(), &Options::new().backend(backend));
        assert!(report.checks[0].outcome(Engine::Explicit).is_none());
        assert!(report.checks[0].outcome(Engine::Bmc).is_some());
    }
    let report = run_on(&system, expect, &Options::new().backend(Backend::Explicit));
    assert_eq!(report.exit(), Exit::Undecided);
    let Status::Undecided(reason) = &report.checks[0].status else { panic!() };
    assert_eq!(reason, "the explicit search visits reachable states only, and induction is about all states");
    assert_eq!(report.warnings, []);
}

#[test]
fn what_nobody_looked_at_is_noted() {
    let holds = |options: &Options| run_on(&with_induction(), Expect::Holds { states: None }, options);
    let report = holds(&Options::new().backend(Backend::Explicit));
    assert_eq!(report.checks[0].status, Status::Passed);
    assert_eq!(
        report.checks[0].notes,
        ["it is not known whether low is inductive; only bmc looks at states that cannot be reached"]
    );
    let mut unmarked = with_induction();
    unmarked.properties[0].inductive = false;
    let options = Options::new().backend(Backend::Explicit);
    let report = run_on(&unmarked, Expect::Holds { states: None }, &options);
    assert_eq!(report.checks[0].notes, Vec::<String>::new());
}

#[test]
fn a_search_for_lassos_visits_all_states() {
    for property in ["full", "empty"] {
        let report = run_on(&with_time(), violates(property), &Options::new());
        let codes: Vec<Code> = report.warnings.iter().map(|warning| warning.code).collect();
        assert_eq!(codes, [Code::DeadAction], "{property}");
    }
    // Here the lasso is that of the bounded checker.
    let report = run_on(&with_time(), violates("full"), &Options::new().max_states(2));
    assert_eq!(report.checks[0].status, Status::Passed);
    assert_eq!(report.warnings, []);
    // The search ends where the invariant is false.
    assert_eq!(run_on(&with_time(), violates("small"), &Options::new()).warnings, []);
}

#[test]
fn a_search_that_was_cut_off_decides_nothing_about_time() {
    for limits in [Options::new().max_states(2), Options::new().max_depth(1)] {
        let mut system = with_time();
        system.properties.remove(0);
        system.transitions[0].guard = system.context.bool(false);
        for property in ["full", "empty"] {
            let report = run_on(&system, violates(property), &limits.clone().backend(Backend::Explicit));
            assert_eq!(report.exit(), Exit::Undecided, "{property}");
        }
    }
}
