//! What reports look like, on a chapter compiled by hand.

use super::style::plain;
use super::{Human, Json, Totals, bless};
use crate::options::{Backend, Options};
use crate::result::{Exit, Report};
use crate::testing::{as_declared, run, run_on, system};
use musilc_frontend::Expect;
use snapbox::{assert_data_eq, str};
use std::time::Duration;

fn human() -> Human {
    Human { timings: false, ..Human::default() }
}

fn shown(human: &Human, report: &Report) -> String {
    plain(&human.chapter(report))
}

#[test]
fn a_check_that_passes_takes_a_line() {
    let report = run(as_declared(), &Options::new());
    assert_data_eq!(
        shown(&human(), &report),
        str![[r#"
✓ lost-update.md  broken  violates both_counted in 4  explicit 12 states · bmc depth 4

"#]]
    );
    assert_eq!(shown(&Human { quiet: true, ..human() }, &report), "");
}

#[test]
fn a_violation_fills_the_screen() {
    let report = run(Expect::Holds { states: None }, &Options::new().backend(Backend::Explicit));
    assert_data_eq!(
        shown(&human(), &report),
        str![[r#"
✗ lost-update.md  broken  expected holds, found violates both_counted in 4  explicit 12 states

error: broken: invariant both_counted is false after 4 steps
  --> lost-update.md:12:62
   |
12 |     invariant both_counted: (forall a in Actor: done[a]) ==> x == 2;
   |                                                              ^^^^^^ false: x is 1
13 | }
14 | check broken: Counter expect violates both_counted in 4;
   |                       --------------------------------- expected: holds

  0  initial   x = 0 · read = [None; 2] · done = [false; 2]
  1  read(0)   read[0]: None → Some(0)
  2  read(1)   read[1]: None → Some(0)
  3  write(0)  x: 0 → 1 · read[0]: Some(0) → None · done[0]: false → true
  4  write(1)  read[1]: Some(0) → None · done[1]: false → true
  ✗  both_counted is false: x == 2, where x is 1

  explicit: 12 states, 14 transitions, depth 4, 10 bits per state
  reproduce: musilc --check broken lost-update.md


"#]]
    );
}

#[test]
fn a_model_error_names_the_value() {
    let mut system = system();
    let two = system.context.int(2);
    system.transitions[0].updates[1].value = {
        let value = system.transitions[0].updates[1].value;
        let index = system.context.param(0, 2);
        system.context.store(value, index, two)
    };
    let options = Options::new().backend(Backend::Explicit);
    let report = run_on(&system, Expect::Deadlock { depth: None }, &options);
    assert_data_eq!(
        shown(&human(), &report),
        str![[r#"
✗ lost-update.md  broken  expected deadlock, found error in 2  explicit 4 states

error: broken: model error in action write after 2 steps
  --> lost-update.md:9:58
   |
 9 | ...ite(a: Actor) when read[a] is Some(v) { x = v + 1; read[a] = None; done[a] = true; }
   |                                                ^^^^^ 3 leaves the range 0..=2 of x
...
14 | ... Counter expect violates both_counted in 4;
   |             --------------------------------- expected: deadlock

  0  initial   x = 0 · read = [None; 2] · done = [false; 2]
  1  read(0)   read[0]: None → Some(2)
  2  write(0)
  ✗  error in action write: 3 leaves the range 0..=2 of x

  explicit: 4 states, 6 transitions, depth 2, 10 bits per state
  reproduce: musilc --check broken lost-update.md


"#]]
    );
}

#[test]
fn narrow_terminals_wrap_and_whole_states_show() {
    let report = run(as_declared(), &Options::new().backend(Backend::Explicit));
    let narrow = Human { width: 48, traces: true, stats: true, ..human() };
    assert_data_eq!(
        shown(&narrow, &report),
        str![[r#"
✓ lost-update.md  broken  violates both_counted in 4  explicit 12 states
  0  initial   x = 0 · read = [None; 2] ·
               done = [false; 2]
  1  read(0)   read[0]: None → Some(0)
  2  read(1)   read[1]: None → Some(0)
  3  write(0)  x: 0 → 1 ·
               read[0]: Some(0) → None ·
               done[0]: false → true
  4  write(1)  read[1]: Some(0) → None ·
               done[1]: false → true
  ✗  both_counted is false: x == 2, where x is 1

  explicit: 12 states, 14 transitions, depth 4,
    10 bits per state
  explicit states at each depth: 1 2 3 4 2

"#]]
    );
    let whole = Human { all_values: true, traces: true, ..human() };
    assert_data_eq!(
        shown(&whole, &report),
        str![[r#"
✓ lost-update.md  broken  violates both_counted in 4  explicit 12 states
  0  initial   x = 0 · read = [None; 2] · done = [false; 2]
  1  read(0)   x = 0 · read = [Some(0), None] · done = [false; 2]
  2  read(1)   x = 0 · read = [Some(0); 2] · done = [false; 2]
  3  write(0)  x = 1 · read = [None, Some(0)] · done = [true, false]
  4  write(1)  x = 1 · read = [None; 2] · done = [true; 2]
  ✗  both_counted is false: x == 2, where x is 1


"#]]
    );
}

#[test]
fn blocks_that_are_out_of_date_are_shown_and_blessed() {
    let options = Options::new().backend(Backend::Explicit);
    let mut system = system();
    system.transitions[1].name = "store".to_owned();
    let report = run_on(&system, as_declared(), &options);
    assert_eq!(report.exit(), Exit::Failed);
    assert_data_eq!(
        shown(&human(), &report),
        str![[r#"
✗ lost-update.md  broken  violates both_counted in 4  explicit 12 states
  the `trace broken` block at lost-update.md:21 is out of date; run `musilc bless lost-update.md`
      0  initial   x = 0 · read = [None; 2] · done = [false; 2]
      1  read(0)   read[0]: None → Some(0)
      2  read(1)   read[1]: None → Some(0)
    - 3  write(0)  x: 0 → 1 · read[0]: Some(0) → None · done[0]: false → true
    - 4  write(1)  read[1]: Some(0) → None · done[1]: false → true
    + 3  store(0)  x: 0 → 1 · read[0]: Some(0) → None · done[0]: false → true
    + 4  store(1)  read[1]: Some(0) → None · done[1]: false → true
      ✗  both_counted is false: x == 2, where x is 1

"#]]
    );
    let blessed = bless(&report).unwrap().unwrap();
    assert_eq!(blessed.blocks, ["trace broken"]);
    assert!(blessed.text.contains("\n   4  store(1)  read[1]: Some(0) → None · done[1]: false → true\n"));
    assert_eq!(bless(&run(as_declared(), &options)), Ok(None));
    assert!(bless(&run(Expect::Deadlock { depth: None }, &options)).is_err());
}

#[test]
fn json_has_everything() {
    let mut json = Json::new(false);
    let report = run(Expect::Holds { states: None }, &Options::new().backend(Backend::Explicit));
    json.chapter(&report);
    let mut totals = Totals::default();
    totals.add(&report);
    let document = json.document(report.exit(), &totals, Duration::ZERO);
    assert_eq!(document.lines().count(), 1);
    let value: serde_json::Value = serde_json::from_str(&document).unwrap();
    let check = &value["files"][0]["checks"][0];
    assert_eq!(value["schema"], super::SCHEMA);
    assert_eq!(value["exit_code"], 1);
    assert_eq!(check["expected"]["verdict"], "holds");
    let finding = &check["finding"];
    assert_data_eq!(
        format!("{:#}", finding["blame"]),
        str![[r#"
{
  "place": {
    "line": 12,
    "column": 62,
    "end_line": 12,
    "end_column": 68,
    "start": 480,
    "end": 486
  },
  "error": null,
  "instance": null,
  "witnesses": {},
  "operands": [
    {
      "text": "x",
      "value": "1",
      "place": {
        "line": 12,
        "column": 62,
        "end_line": 12,
        "end_column": 63,
        "start": 480,
        "end": 481
      }
    },
    {
      "text": "2",
      "value": "2",
      "place": {
        "line": 12,
        "column": 67,
        "end_line": 12,
        "end_column": 68,
        "start": 485,
        "end": 486
      }
    }
  ]
}
"#]]
    );
    assert_eq!(finding["trace"]["steps"].as_array().unwrap().len(), 4);
    assert_data_eq!(
        format!("{}", finding["trace"]["steps"][2]),
        str![[
            r#"{"action":"write","arguments":{"a":0},"state":{"x":1,"read":[[0,"None"],[1,{"Some":0}]],"done":[[0,true],[1,false]]}}"#
        ]]
    );
    let keys: Vec<&String> = value.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["schema", "musilc", "exit_code", "totals", "errors", "files"]);
}

#[test]
fn the_summary_counts() {
    let totals = Totals { files: 2, bad_files: 1, passed: 3, failed: 1, ..Totals::default() };
    let line = plain(&human().summary(&totals, Duration::ZERO));
    assert_eq!(line, "4 checks in 2 files: 3 passed, 1 failed, 1 file not checked\n");
}
