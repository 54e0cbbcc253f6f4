//! What reports look like where an invariant is not inductive.

use super::style::plain;
use super::{Human, Json, Totals, bless};
use crate::options::{Engine, Options};
use crate::result::{Exit, Report, Run};
use crate::testing::{report_of_runs, run_on, system};
use musilc_frontend::Expect;
use musilc_ir::{
    CellClaim, Certificate, FailureKind, Goal, Limits, Outcome, Proof, TransitionSystem, VarId, Verdict,
    search,
};
use snapbox::{assert_data_eq, str};
use std::time::Duration;

/// The system, with its invariant declared inductive, which it is not: both may be done early, and then one more writes.
fn claimed() -> TransitionSystem {
    let mut system = system();
    system.properties[0].inductive = true;
    system
}

/// What the bounded checker would say.
fn bmc(system: &TransitionSystem, verdict: Verdict, decided: Option<u32>) -> Run {
    let explicit = search::check(system, Goal::Refute(musilc_ir::PropertyId(0)), &Limits::default()).unwrap();
    let statistics = musilc_ir::Statistics { queries: Some(3), ..musilc_ir::Statistics::default() };
    let outcome = Outcome { verdict, decided_depth: decided, coverage: None, statistics, ..explicit };
    Run { engine: Engine::Bmc, outcome }
}

fn broken(system: &TransitionSystem, decided: Option<u32>) -> Run {
    let violation = search::counterexample_to_induction(system, 1_000).unwrap().unwrap();
    bmc(system, Verdict::Violated(violation), decided)
}

fn expected() -> Expect {
    Expect::NotInductive { property: "both_counted".to_owned() }
}

fn shown(human: &Human, report: &Report) -> String {
    plain(&Human { timings: false, ..human.clone() }.chapter(report))
}

#[test]
fn a_step_that_was_expected_is_shown() {
    let system = claimed();
    let mut report = report_of_runs(&system, expected(), vec![broken(&system, None)]);
    // The blocks are those of another expectation.
    report.checks[0].differences.clear();
    assert_data_eq!(
        shown(&Human { traces: true, ..Human::default() }, &report),
        str![[r#"
✓ lost-update.md  broken  not inductive both_counted  bmc 1 step
  0  assumed   x = 0 · read = [None, Some(0)] · done = [true, false]
  1  write(1)  x: 0 → 1 · read[1]: Some(0) → None · done[1]: false → true
  ✗  both_counted is false after the step: x == 2, where x is 1
  ·  the assumed state need not be reachable, so both_counted may be true in every state that is


"#]]
    );
}

#[test]
fn a_step_that_was_not_expected_fills_the_screen() {
    let system = claimed();
    let holds = Expect::Holds { states: None };
    let mut report = report_of_runs(&system, holds, vec![broken(&system, Some(20))]);
    report.checks[0].differences.clear();
    assert_eq!(report.exit(), Exit::Failed);
    assert_data_eq!(
        shown(&Human::default(), &report),
        str![[r#"
✗ lost-update.md  broken  expected holds, found not inductive both_counted: both_counted may be true in every reachable state all the same  bmc depth 20

error: broken: invariant both_counted is not inductive: a step breaks it, from a state that need not be reachable
  --> lost-update.md:12:62
   |
12 |     invariant both_counted: (forall a in Actor: done[a]) ==> x == 2;
   |                                                              ^^^^^^ false after the step: x is 1
13 | }
14 | check broken: Counter expect violates both_counted in 4;
   |                       --------------------------------- expected: holds

  0  assumed   x = 0 · read = [None, Some(0)] · done = [true, false]
  1  write(1)  x: 0 → 1 · read[1]: Some(0) → None · done[1]: false → true
  ✗  both_counted is false after the step: x == 2, where x is 1
  ·  the assumed state need not be reachable, so both_counted may be true in every state that is

  bmc: depth 20, 3 queries
  reproduce: musilc --check broken lost-update.md


"#]]
    );
}

#[test]
fn an_invariant_without_a_value_after_the_step() {
    let mut system = claimed();
    let (x, one) = (system.context.var(VarId(0)), system.context.int(1));
    let condition = system.context.eq(x, one);
    let span = system.properties[0].claim.span;
    let kind = FailureKind::OutOfRange { lo: 0, hi: 0, target: "y".to_owned() };
    let failure = musilc_ir::Failure { condition, kind, value: Some(x), span };
    system.properties[0].predicate.failures.push(failure);
    let mut report = report_of_runs(&system, expected(), vec![broken(&system, None)]);
    report.checks[0].differences.clear();
    assert_data_eq!(
        shown(&Human { traces: true, ..Human::default() }, &report),
        str![[r#"
✓ lost-update.md  broken  not inductive both_counted  bmc 1 step
  0  assumed   x = 0 · read = [None, Some(0)] · done = [false; 2]
  1  write(1)  x: 0 → 1 · read[1]: Some(0) → None · done[1]: false → true
  ✗  both_counted cannot be evaluated after the step: 1 leaves the range 0..=0 of y
  ·  the assumed state need not be reachable, so both_counted may be true in every state that is


"#]]
    );
}

fn json_of(report: &Report) -> serde_json::Value {
    let mut json = Json::new(false);
    json.chapter(report);
    let document = json.document(report.exit(), &Totals::default(), Duration::ZERO);
    let value: serde_json::Value = serde_json::from_str(&document).unwrap();
    value["files"][0]["checks"][0].clone()
}

#[test]
fn json_says_that_the_first_state_is_assumed() {
    let system = claimed();
    let check = json_of(&report_of_runs(&system, expected(), vec![broken(&system, None)]));
    assert_eq!(check["expected"]["verdict"], "not_inductive");
    assert_eq!(check["expected"]["property"], "both_counted");
    let mut finding = check["finding"].clone();
    finding["blame"] = serde_json::Value::Null;
    assert_data_eq!(
        format!("{finding:#}"),
        str![[r#"
{
  "verdict": "violated",
  "engine": "bmc",
  "kind": "not_inductive",
  "property": "both_counted",
  "message": "invariant both_counted is not inductive: a step breaks it, from a state that need not be reachable",
  "depth": 1,
  "blame": null,
  "trace": {
    "initial": null,
    "assumed": {
      "x": 0,
      "read": [
        [
          0,
          "None"
        ],
        [
          1,
          {
            "Some": 0
          }
        ]
      ],
      "done": [
        [
          0,
          true
        ],
        [
          1,
          false
        ]
      ]
    },
    "steps": [
      {
        "action": "write",
        "arguments": {
          "a": 1
        },
        "state": {
          "x": 1,
          "read": [
            [
              0,
              "None"
            ],
            [
              1,
              "None"
            ]
          ],
          "done": [
            [
              0,
              true
            ],
            [
              1,
              true
            ]
          ]
        }
      }
    ],
    "lasso": null
  }
}
"#]]
    );
}

#[test]
fn blocks_hold_the_verdict_and_some_step() {
    let system = claimed();
    let report = report_of_runs(&system, expected(), vec![broken(&system, None)]);
    assert_eq!(report.exit(), Exit::Failed);
    let blessed = bless(&report).unwrap().unwrap();
    assert_eq!(blessed.blocks, ["verdict broken", "trace broken"]);
    let block = |tag: &str| {
        let start = blessed.text.find(&format!("```{tag} broken\n")).unwrap();
        let block = blessed.text[start..].split("```").nth(1).unwrap();
        format!("{}\n", block.trim_end())
    };
    assert_data_eq!(
        block("verdict"),
        str![[r#"
verdict broken
not inductive: invariant both_counted

"#]]
    );
    assert_data_eq!(
        block("trace"),
        str![[r#"
trace broken
   0  assumed   x = 0 · read = [None, Some(0)] · done = [true, false]
   1  write(1)  x: 0 → 1 · read[1]: Some(0) → None · done[1]: false → true
   ✗  both_counted is false after the step: x == 2, where x is 1
   ·  the assumed state need not be reachable, so both_counted may be true in every state that is

"#]]
    );
    // Another step will do, but no run.
    let block = report.source.expected()[1].clone();
    let differs = |content: &str| {
        let text = format!("```trace broken\n{content}```\n");
        let source = musilc_frontend::literate::Source::new("t.md", text);
        super::block::difference(&source, &source.expected()[0].clone(), &report.checks[0]).is_some()
    };
    assert!(super::block::difference(&report.source, &block, &report.checks[0]).is_some());
    assert!(!differs(
        "0  assumed   x = 1 · done = [true, false]\n1  write(1)  done[1]: false → true\n✗  so\n"
    ));
    assert!(differs(
        "0  initial   x = 1 · done = [true, false]\n1  write(1)  done[1]: false → true\n✗  so\n"
    ));
    assert!(differs("0  assumed   x = 1\n1  write(1)  x: 1 → 2\n2  write(1)  x: 1 → 2\n"));
}

#[test]
fn certificates_are_told_in_json_and_on_demand() {
    let mut system = system();
    system.properties.clear();
    let mut proof = bmc(&claimed(), Verdict::Proved(Proof::Invariant { clauses: 2 }), Some(4));
    let claim = |variable, cell, values: &[(i64, i64)]| CellClaim {
        variable: VarId(variable),
        cell,
        values: values.to_vec(),
    };
    let clauses = vec![vec![claim(0, 0, &[(0, 1)])], vec![claim(3, 0, &[(0, 0)]), claim(1, 0, &[(0, 0)])]];
    proof.outcome.certificate = Some(Certificate { lemmas: vec![], clauses });
    let mut report = report_of_runs(&system, Expect::Holds { states: None }, vec![proof]);
    report.checks[0].differences.clear();
    assert_data_eq!(
        shown(&Human { stats: true, certificate: true, ..Human::default() }, &report),
        str![[r#"
✓ lost-update.md  broken  holds (an inductive invariant of 2 clauses)  bmc an inductive invariant of 2 clauses
  bmc: depth 4, 3 queries
  bmc: these are an inductive invariant together:
    x <= 1
    done[0] ==> read[0] is None

"#]]
    );
    assert_eq!(
        json_of(&report)["engines"][0]["certificate"].to_string(),
        r#"["x <= 1","done[0] ==> read[0] is None"]"#
    );
    let explicit = run_on(&system, Expect::Holds { states: None }, &Options::new().max_depth(1));
    assert!(json_of(&explicit)["engines"][0].get("certificate").is_none());
}
