//! The report for programs. `docs/json.md` describes it; a change that breaks readers changes [`SCHEMA`].

use super::blame::{Blame, blame};
use super::block::line_difference;
use super::certificate;
use super::ending::quoted;
use super::excerpt::line_and_column;
use super::fairness;
use super::figures::per_second;
use super::human::{Totals, block_name};
use super::obligation::obligation;
use super::phrase;
use super::value::{arguments, decode};
use crate::error::Error;
use crate::result::{
    BlockDifference, CheckReport, Exit, Finding, Need, Needed, Report, Run, Status, Why, WhyHolds,
};
use musilc_frontend::Expect;
use musilc_frontend::diagnostic::{Diagnostic, Severity};
use musilc_frontend::literate::Source;
use musilc_ir::{
    Datum, FairUnit, Outcome, Proof, Span, State, Trace, TransitionSystem, Unknown, Verdict, Violation,
    ViolationKind,
};
use serde_json::{Map, Value, json};
use std::time::Duration;

/// The name and version of the format.
pub const SCHEMA: &str = "musilc/1";

/// Collects the results of a run for one JSON document.
#[derive(Clone, Debug)]
pub struct Json {
    timings: bool,
    files: Vec<Value>,
    errors: Vec<Value>,
}

impl Json {
    /// An empty document; without `timings`, times and sizes in memory are left out.
    #[must_use]
    pub fn new(timings: bool) -> Self {
        Self { timings, files: vec![], errors: vec![] }
    }

    /// Adds the results of a chapter.
    pub fn chapter(&mut self, report: &Report) {
        let source = &report.source;
        let strays = report.strays.iter().map(|block| {
            json!({ "kind": block_name(block.kind), "check": block.check.text, "place": place(source, block.check.span) })
        });
        let constants: Map<String, Value> =
            report.constants.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        self.files.push(json!({
            "path": source.name(),
            "constants": constants,
            "diagnostics": diagnostics(source, &report.warnings),
            "checks": report.checks.iter().map(|check| self.check(source, check)).collect::<Vec<_>>(),
            "stray_blocks": strays.collect::<Vec<_>>(),
        }));
    }

    /// Adds a file that could not be checked; the exit that this means.
    pub fn failed(&mut self, error: &Error) -> Exit {
        if let Error::Invalid { source_text, diagnostics: found } = error {
            self.files.push(json!({
                "path": source_text.name(),
                "constants": {},
                "diagnostics": diagnostics(source_text, found),
                "checks": [],
                "stray_blocks": [],
            }));
        } else {
            self.complaint(error.to_string());
        }
        match error {
            Error::Internal { .. } => Exit::Internal,
            _ => Exit::BadInput,
        }
    }

    /// Adds an error that belongs to no chapter.
    pub fn complaint(&mut self, message: impl Into<String>) {
        self.errors.push(json!(message.into()));
    }

    /// The document, on one line.
    #[must_use]
    pub fn document(self, exit: Exit, totals: &Totals, elapsed: Duration) -> String {
        let mut out = Map::new();
        out.insert("schema".to_owned(), json!(SCHEMA));
        out.insert("musilc".to_owned(), json!(env!("CARGO_PKG_VERSION")));
        out.insert("exit_code".to_owned(), json!(exit.code()));
        out.insert(
            "totals".to_owned(),
            json!({
                "files": totals.files,
                "files_not_checked": totals.bad_files,
                "checks": totals.checks(),
                "passed": totals.passed,
                "failed": totals.failed,
                "undecided": totals.undecided,
                "refused": totals.refused,
                "internal": totals.internal,
                "interrupted": totals.interrupted,
            }),
        );
        if self.timings {
            out.insert("seconds".to_owned(), json!(elapsed.as_secs_f64()));
        }
        out.insert("errors".to_owned(), Value::Array(self.errors));
        out.insert("files".to_owned(), Value::Array(self.files));
        format!("{}\n", Value::Object(out))
    }

    fn check(&self, source: &Source, report: &CheckReport) -> Value {
        let check = &report.check;
        let system = report.system.as_ref();
        let (status, details) = status(source, &report.status);
        json!({
            "name": check.name,
            "model": check.model,
            "arguments": check.arguments,
            "guarantee": check.guarantee,
            "environments": check.environments.iter().map(|one| json!({
                "name": one.name, "written": one.written,
            })).collect::<Vec<_>>(),
            "place": place(source, check.span),
            "expected": expected(&check.expect),
            "status": status,
            "details": details,
            "finding": finding(source, system, &report.finding),
            "engines": report.runs.iter().map(|run| self.run(system, run)).collect::<Vec<_>>(),
            "notes": report.notes,
            "why": why(system, report),
            "open": open(source, system, report),
            "blocks": report.differences.iter().map(|block| difference(source, block)).collect::<Vec<_>>(),
        })
    }

    fn run(&self, system: Option<&TransitionSystem>, run: &Run) -> Value {
        let outcome = &run.outcome;
        let statistics = &outcome.statistics;
        let mut out = Map::new();
        out.insert("engine".to_owned(), json!(run.engine.to_string()));
        out.insert("verdict".to_owned(), json!(verdict(&outcome.verdict)));
        out.insert("reason".to_owned(), json!(reason(&outcome.verdict)));
        out.insert("decided_depth".to_owned(), json!(outcome.decided_depth));
        out.insert("decided_lassos".to_owned(), json!(outcome.decided_lassos));
        out.insert("states".to_owned(), json!(statistics.states));
        out.insert("transitions".to_owned(), json!(statistics.transitions));
        out.insert("left_out".to_owned(), json!(statistics.left_out));
        out.insert("levels".to_owned(), json!(statistics.levels));
        out.insert("product_states".to_owned(), json!(statistics.product_states));
        out.insert("state_bits".to_owned(), json!(statistics.state_bits));
        out.insert("queries".to_owned(), json!(statistics.queries));
        if self.timings {
            out.insert("memory_bytes".to_owned(), json!(statistics.memory));
            out.insert("seconds".to_owned(), json!(statistics.elapsed.as_secs_f64()));
            let rate = |number: Option<u64>| number.map(|number| per_second(number, statistics.elapsed));
            out.insert("states_per_second".to_owned(), json!(rate(statistics.states)));
            out.insert("transitions_per_second".to_owned(), json!(rate(statistics.transitions)));
            let each = match (statistics.memory, statistics.states) {
                (Some(memory), Some(states @ 1..)) => Some(memory as f64 / states as f64),
                _ => None,
            };
            out.insert("bytes_per_state".to_owned(), json!(each));
            out.insert("native".to_owned(), json!(statistics.native));
        }
        out.insert("witnesses".to_owned(), witnesses(system, outcome));
        if let (Some(system), Some(certificate)) = (system, &outcome.certificate) {
            out.insert("certificate".to_owned(), json!(certificate::lines(system, certificate)));
        }
        Value::Object(out)
    }
}

fn place(source: &Source, span: Span) -> Value {
    let range = span.range();
    let (line, column) = line_and_column(source.text(), range.start);
    let (end_line, end_column) = line_and_column(source.text(), range.end);
    json!({
        "line": line, "column": column, "end_line": end_line, "end_column": end_column,
        "start": range.start, "end": range.end,
    })
}

fn diagnostics(source: &Source, diagnostics: &[Diagnostic]) -> Vec<Value> {
    let one = |diagnostic: &Diagnostic| {
        let severity = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        let labels = diagnostic.labels.iter().map(|label| {
            json!({ "primary": label.primary, "text": label.text, "place": place(source, label.span) })
        });
        json!({
            "code": diagnostic.code.to_string(),
            "severity": severity,
            "message": diagnostic.message,
            "labels": labels.collect::<Vec<_>>(),
            "help": diagnostic.help,
            "notes": diagnostic.notes,
        })
    };
    diagnostics.iter().map(one).collect()
}

fn expected(expect: &Expect) -> Value {
    let (kind, property, depth, states) = match expect {
        Expect::Holds { states } => ("holds", None, None, *states),
        Expect::Violates { property, depth, .. } => ("violates", Some(property), *depth, None),
        Expect::Deadlock { depth } => ("deadlock", None, *depth, None),
        Expect::Error { depth } => ("error", None, *depth, None),
        Expect::Reaches { property, depth } => ("reaches", Some(property), *depth, None),
        Expect::NotInductive { property } => ("not_inductive", Some(property), None, None),
    };
    let lasso = match expect {
        Expect::Violates { lasso: Some((stem, repeats)), .. } => json!({ "stem": stem, "loop": repeats }),
        _ => Value::Null,
    };
    json!({ "verdict": kind, "property": property, "depth": depth, "lasso": lasso, "states": states })
}

fn status(source: &Source, status: &Status) -> (&'static str, Value) {
    match status {
        Status::Passed => ("passed", json!([])),
        Status::Failed(reason) if reason.is_empty() => ("failed", json!([])),
        Status::Failed(reason) => ("failed", json!([reason])),
        Status::Undecided(reason) => ("undecided", json!([reason])),
        Status::Interrupted => ("interrupted", json!([])),
        Status::Refused(found) => ("refused", Value::Array(diagnostics(source, found))),
        Status::Disagreement(contradictions) => ("disagreement", json!(contradictions)),
        Status::Broken(problem) => ("internal_error", json!([problem])),
    }
}

fn finding(source: &Source, system: Option<&TransitionSystem>, finding: &Finding) -> Value {
    match finding {
        Finding::Violated { violation, engine } => {
            let mut out = Map::new();
            out.insert("verdict".to_owned(), json!("violated"));
            out.insert("engine".to_owned(), json!(engine.to_string()));
            violated(&mut out, source, system, violation);
            Value::Object(out)
        }
        Finding::Reached { property, trace: run, engine } => json!({
            "verdict": "reached",
            "engine": engine.to_string(),
            "property": phrase::name(system, *property),
            "depth": run.depth(),
            "trace": trace(system, run),
        }),
        Finding::Proved(Proof::Exhaustive { diameter }) => {
            json!({ "verdict": "proved", "by": "exhaustive", "diameter": diameter })
        }
        Finding::Proved(Proof::AllRunsEnd { longest }) => {
            json!({ "verdict": "proved", "by": "all_runs_end", "longest": longest })
        }
        Finding::Proved(Proof::Induction { k }) => {
            json!({ "verdict": "proved", "by": "induction", "k": k })
        }
        Finding::Proved(Proof::Invariant { clauses }) => {
            json!({ "verdict": "proved", "by": "invariant", "clauses": clauses })
        }
        Finding::Bounded { depth } => json!({ "verdict": "bounded", "depth": depth }),
        Finding::Undecided { why, depth } => {
            json!({ "verdict": "undecided", "reason": phrase::unknown(why), "depth": depth })
        }
        Finding::Nothing => Value::Null,
    }
}

fn violated(
    out: &mut Map<String, Value>,
    source: &Source,
    system: Option<&TransitionSystem>,
    violation: &Violation,
) {
    let (kind, property) = match violation.kind {
        ViolationKind::NoInitialState => ("no_initial_state", None),
        ViolationKind::Error(_) => ("error", None),
        ViolationKind::Property(id) => ("property", Some(id)),
        ViolationKind::Deadlock => ("deadlock", None),
        ViolationKind::Unreached(id) => ("unreached", Some(id)),
        ViolationKind::Lasso(id) => ("lasso", Some(id)),
        ViolationKind::Unrecoverable(id) => ("unrecoverable", Some(id)),
        ViolationKind::NotInductive(id) => ("not_inductive", Some(id)),
    };
    out.insert("kind".to_owned(), json!(kind));
    out.insert("property".to_owned(), json!(property.map(|id| phrase::name(system, id))));
    out.insert("message".to_owned(), json!(phrase::sentence(violation.kind, violation.depth(), system)));
    out.insert("depth".to_owned(), json!(violation.depth()));
    let blame = system.and_then(|system| blame(system, violation));
    out.insert("blame".to_owned(), blame.map_or(Value::Null, |blame| blamed(source, &blame)));
    if let (ViolationKind::Lasso(id), Some(system)) = (violation.kind, system) {
        let found = obligation(system, id, &violation.trace, &|span| quoted(source, span));
        out.insert("obligation".to_owned(), json!(found.map(|found| found.text)));
        out.insert("fairness".to_owned(), json!(fairness::would_rule_out(system, &violation.trace)));
    }
    let mut run = trace(system, &violation.trace);
    if matches!(violation.kind, ViolationKind::NotInductive(_)) {
        assume_first(&mut run);
    }
    out.insert("trace".to_owned(), run);
}

/// Names the first state of a run for what it is where it need not be an initial one.
fn assume_first(run: &mut Value) {
    if let Some(fields) = run.as_object_mut()
        && let Some(first) = fields.insert("initial".to_owned(), Value::Null)
    {
        let rest = std::mem::take(fields);
        fields.insert("initial".to_owned(), Value::Null);
        fields.insert("assumed".to_owned(), first);
        fields.extend(rest);
    }
}

fn blamed(source: &Source, blame: &Blame) -> Value {
    let witnesses: Map<String, Value> =
        blame.witnesses.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    let operands = blame.operands.iter().map(|(span, value)| {
        let text = source.text().get(span.range()).unwrap_or_default();
        json!({ "text": text, "value": value, "place": place(source, *span) })
    });
    json!({
        "place": place(source, blame.span),
        "error": blame.error,
        "instance": blame.instance,
        "witnesses": witnesses,
        "operands": operands.collect::<Vec<_>>(),
    })
}

fn verdict(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Proved(_) => "proved",
        Verdict::HoldsToDepth { .. } => "bounded",
        Verdict::Reached(_) => "reached",
        Verdict::Violated(_) => "violated",
        Verdict::Unknown(_) => "undecided",
    }
}

fn reason(verdict: &Verdict) -> Option<&'static str> {
    match verdict {
        Verdict::Unknown(why) => Some(match why {
            Unknown::StateLimit(_) => "state_limit",
            Unknown::DepthLimit(_) => "depth_limit",
            Unknown::MemoryLimit(_) => "memory_limit",
            Unknown::Timeout => "timeout",
            Unknown::Interrupted => "interrupted",
            Unknown::Incapable(_) => "incapable",
        }),
        _ => None,
    }
}

fn witnesses(system: Option<&TransitionSystem>, outcome: &Outcome) -> Value {
    let one = |(id, run): &(musilc_ir::PropertyId, Trace)| json!({ "property": phrase::name(system, *id), "depth": run.depth(), "trace": trace(system, run) });
    Value::Array(outcome.witnesses.iter().map(one).collect())
}

/// A run: its first state, and each step with the state after it.
fn trace(system: Option<&TransitionSystem>, trace: &Trace) -> Value {
    let Some(system) = system else { return Value::Null };
    if trace.initial.is_none() && trace.steps.is_empty() {
        return Value::Null;
    }
    let steps = trace.steps.iter().map(|step| {
        let transition = system.transitions.get(step.transition.index());
        let params = transition.map(|transition| transition.params.as_slice()).unwrap_or_default();
        let values = arguments(params, &step.args);
        let named: Map<String, Value> =
            params.iter().zip(&values).map(|(param, value)| (param.name.clone(), datum(value))).collect();
        json!({
            "action": transition.map(|transition| &transition.name),
            "arguments": named,
            "state": step.state.as_ref().map(|after| state(system, after)),
        })
    });
    json!({
        "initial": trace.initial.as_ref().map(|initial| state(system, initial)),
        "steps": steps.collect::<Vec<_>>(),
        "lasso": trace.lasso().map(|(stem, repeats)| {
            json!({ "stem": stem, "loop": repeats, "back_to": trace.back_to })
        }),
    })
}

/// What a verdict needs of fairness.
fn why(system: Option<&TransitionSystem>, report: &CheckReport) -> Value {
    let (Some(system), Some(why)) = (system, &report.why) else { return Value::Null };
    let need = |need: &Need| {
        let (run, reason) = match &need.without {
            Ok(run) => (trace(Some(system), run), Value::Null),
            Err(unknown) => (Value::Null, json!(phrase::unknown(unknown))),
        };
        let unit = need.fairness.unit();
        json!({
            "action": system.transitions.get(need.transition.index()).map(|transition| &transition.name),
            "strong": unit.is_some_and(|(_, strong)| strong),
            "as_one": unit.is_some_and(|(unit, _)| unit == FairUnit::Whole),
            "without": run,
            "unknown": reason,
        })
    };
    let holds = |holds: &WhyHolds| {
        json!({
            "property": phrase::name(Some(system), holds.property),
            "needs": holds.needs.iter().map(need).collect::<Vec<_>>(),
            "depth": holds.depth,
        })
    };
    let (verdict, properties) = match why {
        Why::NoFairness => ("no_fairness", vec![]),
        Why::Holds(list) => ("holds", list.iter().map(holds).collect()),
        Why::Violated => ("violated", vec![]),
        Why::Unknown => ("unknown", vec![]),
    };
    let kept = match (why, report.finding.trace()) {
        (Why::Violated, Some((lasso, _))) => fairness::kept(system, lasso),
        _ => vec![],
    };
    json!({ "verdict": verdict, "properties": properties, "kept": kept })
}

/// What the verdict about an open system rests on.
fn open(source: &Source, system: Option<&TransitionSystem>, report: &CheckReport) -> Value {
    let Some(open) = &report.open else { return Value::Null };
    let name = |position: &usize| open.assumptions.get(*position).map(|assumed| &assumed.assumption.name);
    let set = |set: &Vec<usize>| json!(set.iter().filter_map(name).collect::<Vec<_>>());
    let assumptions = open.assumptions.iter().map(|assumed| {
        let assumption = &assumed.assumption;
        json!({
            "name": assumption.name,
            "text": assumption.text,
            "status": assumption.status.word(),
            "source": assumption.source,
            "restricts": assumption.restricts,
            "needed": match assumed.needed {
                Needed::Always => "always",
                Needed::Sometimes => "sometimes",
                Needed::Never => "never",
                Needed::NotUsed => "not_used",
                Needed::Unknown => "unknown",
            },
            "without": assumed.without.as_ref().map(|found| finding(source, system, found)),
        })
    });
    let idle = open.idle.as_ref().map(|idle| {
        let names = idle.iter().filter_map(|id| system?.transitions.get(id.index()));
        names.map(|transition| transition.name.clone()).collect::<Vec<_>>()
    });
    let sets = &open.sets;
    json!({
        "assumptions": assumptions.collect::<Vec<_>>(),
        "minimal": sets.minimal.iter().map(set).collect::<Vec<_>>(),
        "all_sets": !sets.not_all,
        "undecided": sets.undecided.iter().map(|(undecided, why)| json!({
            "set": set(undecided), "reason": why,
        })).collect::<Vec<_>>(),
        "worse": sets.worse.as_ref().map(|(worse, found)| json!({
            "set": set(worse), "finding": finding(source, system, found),
        })),
        "depth": sets.depth,
        "obligations": super::open::obligations(open)
            .map(|assumed| &assumed.assumption.name)
            .collect::<Vec<_>>(),
        "never_happen": idle,
    })
}

fn state(system: &TransitionSystem, state: &State) -> Value {
    let one = |variable: &musilc_ir::SourceVariable| {
        Some((variable.name.clone(), datum(&decode(variable, state)?)))
    };
    Value::Object(system.sources.iter().filter_map(one).collect())
}

/// A value: numbers and booleans as they are, names as strings, `Name(field: …)` as `{"Name": {"field": …}}`, `None` and
/// `{"Some": …}`, arrays and bags as lists of pairs, sets and sequences as lists.
pub(crate) fn datum(value: &Datum) -> Value {
    let object =
        |name: &str, value: Value| Value::Object(std::iter::once((name.to_owned(), value)).collect());
    match value {
        Datum::Bool(b) => json!(b),
        Datum::Int(v) => json!(v),
        Datum::Record { name, fields } if fields.is_empty() => json!(name),
        Datum::Record { name, fields } => {
            let fields = fields.iter().map(|(field, value)| (field.clone(), datum(value)));
            object(name, Value::Object(fields.collect()))
        }
        Datum::Option(None) => json!("None"),
        Datum::Option(Some(value)) => object("Some", datum(value)),
        Datum::Array(pairs) => {
            Value::Array(pairs.iter().map(|(index, value)| json!([datum(index), datum(value)])).collect())
        }
        Datum::Bag(members) => {
            Value::Array(members.iter().map(|(member, copies)| json!([datum(member), copies])).collect())
        }
        Datum::Set(members) | Datum::Seq(members) => Value::Array(members.iter().map(datum).collect()),
    }
}

fn difference(source: &Source, difference: &BlockDifference) -> Value {
    let lines = line_difference(&difference.written, &difference.printed);
    let lines: Vec<String> = lines.into_iter().map(|(sign, line)| format!("{sign}{line}")).collect();
    json!({
        "kind": block_name(difference.block.kind),
        "place": place(source, difference.block.fence_span),
        "written": difference.written,
        "printed": difference.printed,
        "difference": lines,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values() {
        let some = Datum::Option(Some(Box::new(Datum::Int(-1))));
        let record = Datum::Record { name: "Vote".to_owned(), fields: vec![("of".to_owned(), some)] };
        assert_eq!(datum(&record).to_string(), r#"{"Vote":{"of":{"Some":-1}}}"#);
        assert_eq!(datum(&Datum::Option(None)).to_string(), r#""None""#);
        let array = Datum::Array(vec![(Datum::Bool(false), Datum::Set(vec![Datum::Int(2)]))]);
        assert_eq!(datum(&array).to_string(), "[[false,[2]]]");
        assert_eq!(datum(&Datum::Bag(vec![(Datum::Int(1), 3)])).to_string(), "[[1,3]]");
    }
}
