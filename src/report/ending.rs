//! What is the case at the end of a run, in one sentence.

use super::blame::{Blame, blame};
use super::fairness::would_rule_out;
use super::obligation::{Quote, obligation};
use super::phrase;
use super::trace::Ending;
use crate::result::Finding;
use musilc_frontend::literate::Source;
use musilc_ir::{Span, TransitionSystem, Violation, ViolationKind};

/// How the trace of a finding ends; `None` for a finding without trace.
pub(crate) fn ending(source: &Source, system: &TransitionSystem, finding: &Finding) -> Option<Ending> {
    match finding {
        Finding::Violated { violation, .. } => {
            let blame = blame(system, violation);
            let mut remarks = vec![];
            let assumed = matches!(violation.kind, ViolationKind::NotInductive(_));
            let text = match violation.kind {
                ViolationKind::Property(id) => {
                    let name = phrase::name(Some(system), id);
                    let reason = blame.map(|blame| reason(source, &blame)).unwrap_or_default();
                    format!("{name} is false{reason}")
                }
                ViolationKind::Error(site) => {
                    let place = phrase::place(Some(system), site.place);
                    match blame {
                        Some(Blame { error: Some(error), instance: Some(instance), .. }) => {
                            format!("error in the guard of {instance}: {error}")
                        }
                        Some(Blame { error: Some(error), .. }) => format!("error in {place}: {error}"),
                        _ => format!("error in {place}"),
                    }
                }
                ViolationKind::Deadlock => "deadlock: no action is enabled".to_owned(),
                ViolationKind::Lasso(id) => {
                    let name = phrase::name(Some(system), id);
                    let reason = unfulfilled(source, system, violation);
                    remarks = would_rule_out(system, &violation.trace);
                    match reason {
                        Some(reason) => format!("{name} is false{reason}"),
                        None => format!("{name} is false of this run"),
                    }
                }
                ViolationKind::Unrecoverable(id) => {
                    format!("{} is out of reach from here", phrase::name(Some(system), id))
                }
                ViolationKind::NotInductive(id) => {
                    let name = phrase::name(Some(system), id);
                    remarks = vec![format!(
                        "the assumed state need not be reachable, so {name} may be true in every state that is"
                    )];
                    match blame {
                        Some(Blame { error: Some(error), .. }) => {
                            format!("{name} cannot be evaluated after the step: {error}")
                        }
                        blame => {
                            let reason = blame.map(|blame| reason(source, &blame)).unwrap_or_default();
                            format!("{name} is false after the step{reason}")
                        }
                    }
                }
                ViolationKind::NoInitialState | ViolationKind::Unreached(_) => return None,
            };
            Some(Ending { good: false, text, remarks, assumed })
        }
        Finding::Reached { property, .. } => {
            let text = format!("{} is reached", phrase::name(Some(system), *property));
            Some(Ending { good: true, text, remarks: vec![], assumed: false })
        }
        Finding::Proved(_) | Finding::Bounded { .. } | Finding::Undecided { .. } | Finding::Nothing => None,
    }
}

/// ` for p = 1: waiting[p] is true at step 2, and eating[p] is never true from then on`
fn unfulfilled(source: &Source, system: &TransitionSystem, violation: &Violation) -> Option<String> {
    let ViolationKind::Lasso(id) = violation.kind else { return None };
    let found = obligation(system, id, &violation.trace, &|span| quoted(source, span))?;
    let witnesses =
        witnesses(&found.witnesses).map(|witnesses| format!(" for {witnesses}")).unwrap_or_default();
    Some(format!("{witnesses}: {}", found.text))
}

/// ` for p = 0: x == 2, where x is 1`
fn reason(source: &Source, blame: &Blame) -> String {
    let mut out =
        witnesses(&blame.witnesses).map(|witnesses| format!(" for {witnesses}")).unwrap_or_default();
    if let Some(text) = quoted(source, blame.span) {
        out.push_str(&format!(": {text}"));
    }
    if let Some(operands) = operands(&|span| quoted(source, span), blame) {
        out.push_str(&format!(", where {operands}"));
    }
    out
}

/// `p = 0, q = 1`
pub(crate) fn witnesses(witnesses: &[(String, String)]) -> Option<String> {
    let texts: Vec<String> = witnesses.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    (!texts.is_empty()).then(|| texts.join(", "))
}

/// `x is 1, y is 2`, without operands that stand in the source as they are.
pub(crate) fn operands(quote: Quote<'_>, blame: &Blame) -> Option<String> {
    let mut texts: Vec<String> = Vec::new();
    for (span, value) in &blame.operands {
        let Some(name) = quote(*span) else { continue };
        let text = format!("{name} is {value}");
        if name != *value && !texts.contains(&text) {
            texts.push(text);
        }
    }
    (!texts.is_empty()).then(|| texts.join(", "))
}

/// The longest text that is quoted, in characters.
const LONGEST_QUOTE: usize = 60;

/// The source at a place on one line; `None` where it is too long or there is none.
pub(crate) fn quoted(source: &Source, span: Span) -> Option<String> {
    let words: Vec<&str> = source.text().get(span.range())?.split_whitespace().collect();
    let text = words.join(" ");
    (!text.is_empty() && text.chars().count() <= LONGEST_QUOTE).then_some(text)
}
