//! A chapter compiled by hand, for the tests of what comes after the compiler.

use crate::options::Options;
use crate::result::{CheckReport, Report, Run};
use crate::{chapter, check};
use musilc_frontend::literate::Source;
use musilc_frontend::{Check, Expect};
use musilc_ir::{Span, TransitionSystem};
use std::sync::Arc;

/// The chapter that [`system`] stands for.
pub(crate) const CHAPTER: &str = "# Lost update

```musil
model Counter {
    var x: 0..=2 = 0;
    var read: [Option<0..=2>; Actor] = None;
    var done: [bool; Actor] = false;
    action read(a: Actor) when read[a] == None && !done[a] { read[a] = Some(x); }
    action write(a: Actor) when read[a] is Some(v) { x = v + 1; read[a] = None; done[a] = true; }
    action reset() when x == 2 && !done[0] { x = 0; }
    terminal forall a in Actor: done[a];
    invariant both_counted: (forall a in Actor: done[a]) ==> x == 2;
}
check broken: Counter expect violates both_counted in 4;
```

```verdict broken
violated: invariant both_counted, after 4 steps
```

   ```trace broken
   0  initial   x = 0 · read = [None; 2] · done = [false; 2]
   1  read(0)   read[0]: None → Some(0)
   2  read(1)   read[1]: None → Some(0)
   3  write(0)  x: 0 → 1 · read[0]: Some(0) → None · done[0]: false → true
   4  write(1)  read[1]: Some(0) → None · done[1]: false → true
   ✗  both_counted is false: x == 2, where x is 1
   ```
";

/// Where the first occurrence of a text stands in [`CHAPTER`].
fn at(text: &str) -> Span {
    let start = CHAPTER.find(text).unwrap();
    Span::new(start, start + text.len())
}

/// The system of the check, as the compiler would build it.
pub(crate) fn system() -> TransitionSystem {
    let place = |text: &str| {
        let span = at(text);
        format!("@{}..{}", span.start, span.end)
    };
    let text = format!(
        r#"system "broken"
        var x: 0..=2
        var read.some: [bool; 2]
        var read.value: [0..=2; 2]
        var done: [bool; 2]
        source x: 0..=2 from x
        source read: [Option<0..=2>; 0..=1] from read.some
        source done: [bool; 0..=1] from done
        init
          x = 0
          read.some = [false, false]
          read.value = [0, 0]
          done = [false, false]
        transition read(a: 0..=1)
          when !read.some[$a] && !done[$a]
          read.some := read.some[$a := true]
          read.value := read.value[$a := x]
        transition write(a: 0..=1)
          when read.some[$a]
          fail out_of_range(0..=2, "x") if 2 < read.value[$a] + 1 showing read.value[$a] + 1 {sum}
          x := narrow(read.value[$a] + 1, 0..=2)
          read.some := read.some[$a := false]
          read.value := read.value[$a := 0]
          done := done[$a := true]
        transition reset {reset}
          when x == 2 && !done[0]
          x := 0
        terminal
          holds done[0] && done[1]
        invariant both_counted
          holds !(done[0] && done[1]) || x == 2
          claim !(done[0] && done[1]) || x == 2 {whole} {{
            part x == 2 {right} {{
              show 0..=2: (x) {x}
              show 0..=2: (2) {two}
            }}
          }}
        probes
          antecedent both_counted: done[0] && done[1] {left}
        "#,
        sum = place("v + 1"),
        reset = place("action reset() when x == 2 && !done[0] { x = 0; }"),
        whole = place("(forall a in Actor: done[a]) ==> x == 2"),
        left = place("(forall a in Actor: done[a])"),
        right = {
            let whole = at("==> x == 2");
            format!("@{}..{}", whole.start + 4, whole.end)
        },
        x = {
            let whole = at("==> x == 2");
            format!("@{}..{}", whole.start + 4, whole.start + 5)
        },
        two = {
            let whole = at("==> x == 2");
            format!("@{}..{}", whole.end - 1, whole.end)
        },
    );
    musilc_ir::text::parse(&text).unwrap()
}

/// The check with another expectation.
pub(crate) fn expecting(expect: Expect) -> Check {
    Check {
        name: "broken".to_owned(),
        doc: None,
        span: at("check broken: Counter expect violates both_counted in 4;"),
        model: "Counter".to_owned(),
        guarantee: false,
        environments: vec![],
        arguments: String::new(),
        expect,
        expect_span: at("expect violates both_counted in 4"),
    }
}

/// The check's own expectation.
pub(crate) fn as_declared() -> Expect {
    Expect::Violates { property: "both_counted".to_owned(), depth: Some(4), lasso: None }
}

/// Runs the check on a system.
pub(crate) fn run_on(system: &TransitionSystem, expect: Expect, options: &Options) -> Report {
    report_of(check::run(&expecting(expect), &|_| Ok(system.clone()), &[], options))
}

/// The report of the check, given what the engines said.
pub(crate) fn report_of_runs(system: &TransitionSystem, expect: Expect, runs: Vec<Run>) -> Report {
    report_of(check::of_runs(&expecting(expect), system, runs))
}

fn report_of(check: CheckReport) -> Report {
    let source = Arc::new(Source::new("lost-update.md", CHAPTER));
    let warnings = check::lint::lints(std::slice::from_ref(&check));
    let mut report = Report { source, checks: vec![check], warnings, strays: vec![], constants: vec![] };
    chapter::compare_blocks(&mut report);
    report
}

/// Runs the check of [`CHAPTER`] with another expectation.
pub(crate) fn run(expect: Expect, options: &Options) -> Report {
    run_on(&system(), expect, options)
}
