//! The driver, on a system built by hand.

use crate::options::{Backend, Engine, Fault, Options};
use crate::result::{Exit, Finding, Status};
use crate::testing::{as_declared, run, run_on, system};
use musilc_frontend::Expect;
use musilc_frontend::diagnostic::Code;
use musilc_ir::{Interrupt, Proof};

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
    assert!(matches!(report.checks[0].status, Status::Undecided(_)));
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
    let report = super::run(&check, &|| panic!("the compiler is broken"), &Options::new());
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
