//! Environments: what acts beside a system, and is not trusted.
//!
//! An environment becomes a model, and an environment of a check a part of a model that has all that the checked one declares. So the rest
//! of the compiler knows of environments what it knows of parts, and no more than two things besides: the steps of an environment keep to
//! conditions, and it changes nothing that it has not been given.

use crate::ast::{
    Assume, AssumeClause, Chapter, Expr, ExprKind, Item, ItemKind, ModelItem, ModelItemKind, Name, Part,
    PartRole,
};
use crate::diagnostic::{Code, Diagnostic};
use musilc_ir::Span;
use std::collections::HashSet;

/// The name of the model that a check with environments is about. No name of a chapter has blanks.
pub(crate) fn composed_name(model: &str, check: &str) -> String {
    format!("{model} in {check}")
}

/// Puts the environments of a chapter, and its checks with environments, into the words of models.
pub(crate) fn expand(chapter: Chapter) -> (Chapter, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let mut composed = Vec::new();
    let mut seen = HashSet::new();
    for item in &chapter.items {
        match &item.kind {
            ItemKind::Environment { items, .. } => {
                items.iter().for_each(|item| in_environment(item, &mut diagnostics));
            }
            ItemKind::Model { items, .. } => {
                items.iter().for_each(|item| outside(item, &mut diagnostics));
            }
            ItemKind::Check { guarantee, name, model, with, .. } => {
                if *guarantee && !guarantees_anything(&chapter, with) {
                    diagnostics.push(nothing_guaranteed(name, with));
                }
                // Of several checks of a name the first counts.
                if !with.is_empty() && seen.insert(&name.text) {
                    composed.extend(compose(&chapter, item.span, name, model, with, *guarantee));
                }
            }
            _ => {}
        }
    }
    let mut chapter = chapter;
    chapter.items.extend(composed);
    (chapter, diagnostics)
}

/// The model of a check: the system, and its environments as parts; `None` where there is no such system.
fn compose(
    chapter: &Chapter,
    span: Span,
    check: &Name,
    model: &Name,
    with: &[Part],
    claimed: bool,
) -> Option<Item> {
    let (params, items) = chapter.items.iter().find_map(|item| match &item.kind {
        ItemKind::Model { name, params, items } if name.text == model.text => Some((params, items)),
        _ => None,
    })?;
    let role = if claimed { PartRole::Claimed } else { PartRole::Environment };
    let environments = with.iter().map(|environment| ModelItem {
        doc: None,
        span: environment.name.span,
        kind: ModelItemKind::Part(Part { role, ..environment.clone() }),
    });
    let items = items.iter().cloned().chain(environments).collect();
    let name = Name { text: composed_name(&model.text, &check.text), span: model.span };
    Some(Item { doc: None, span, kind: ItemKind::Model { name, params: params.clone(), items } })
}

/// Whether some of these environments guarantees something, as far as they exist.
fn guarantees_anything(chapter: &Chapter, with: &[Part]) -> bool {
    let items = |name: &str| {
        chapter.items.iter().find_map(|item| match &item.kind {
            ItemKind::Environment { name: own, items, .. } if own.text == name => Some(items),
            _ => None,
        })
    };
    let guarantee =
        |item: &ModelItem| matches!(item.kind, ModelItemKind::Guarantee(_) | ModelItemKind::Error);
    // What does not exist is reported elsewhere.
    with.iter().any(|part| items(&part.model.text).is_none_or(|items| items.iter().any(guarantee)))
}

fn nothing_guaranteed(check: &Name, with: &[Part]) -> Diagnostic {
    let message = if with.is_empty() {
        format!("`{}` claims guarantees, and there is no environment", check.text)
    } else {
        format!("`{}` claims guarantees, and its environments have none", check.text)
    };
    Diagnostic::error(Code::NothingGuaranteed, check.span, message).help(if with.is_empty() {
        "say which environment is meant: `with NAME(…)` before `expect`"
    } else {
        "leave out `guarantee` after `check`, or declare `guarantee NAME: …;` in an environment"
    })
}

/// What an environment does with channels.
pub(crate) const CHANGE_WHAT_IS_GIVEN: &str =
    "change what it is given by `ref`: a channel of the model is a set, a bag or a sequence";

/// Reports what only environments may have.
fn outside(item: &ModelItem, diagnostics: &mut Vec<Diagnostic>) {
    let what = match &item.kind {
        ModelItemKind::Guarantee(_) => "a guarantee",
        ModelItemKind::Assume(_) => "an assumption",
        _ => return,
    };
    let message = format!("{what} cannot stand in a model");
    diagnostics.push(
        Diagnostic::error(Code::MisplacedItem, item.span, message)
            .help("it is about what acts beside the model: `environment NAME(…) { … }`"),
    );
}

/// Reports what an environment may not have, and what is wrong with its assumptions.
fn in_environment(item: &ModelItem, diagnostics: &mut Vec<Diagnostic>) {
    let (what, help) = match &item.kind {
        ModelItemKind::Assume(assume) => return assumption(assume, diagnostics),
        ModelItemKind::Property { .. } => (
            "a property",
            "what is wanted belongs in the model; what an environment keeps to is a `guarantee`",
        ),
        ModelItemKind::Terminal(_) => {
            ("`terminal`", "whether nothing has to happen any more is up to the model")
        }
        ModelItemKind::Part(_) => ("a part", "a check may have several environments: `with A(…), B(…)`"),
        ModelItemKind::Channel(_) => {
            ("a channel", "declare it in the model, and give it to the environment by `ref`")
        }
        ModelItemKind::Sync(_) => ("`sync`", "the actions of an environment are steps of their own"),
        _ => return,
    };
    let message = format!("{what} cannot stand in an environment");
    diagnostics.push(Diagnostic::error(Code::MisplacedItem, item.span, message).help(help));
}

fn assumption(assume: &Assume, diagnostics: &mut Vec<Diagnostic>) {
    let name = &assume.name;
    let mut first: [Option<Span>; 3] = [None; 3];
    for clause in &assume.clauses {
        let (kind, what, span) = match clause {
            AssumeClause::Status(_, span) => (0, "whether it is verified", *span),
            AssumeClause::Source(_, span) => (1, "its source", *span),
            AssumeClause::Restricts(_, span) => (2, "what it restricts", *span),
        };
        match first[kind] {
            Some(before) => diagnostics.push(
                Diagnostic::error(Code::BadAssumption, span, format!("`{}` says twice {what}", name.text))
                    .label(before, "said first here")
                    .help("leave out one of them"),
            ),
            None => first[kind] = Some(span),
        }
    }
    if first[0].is_none() {
        let message = format!("`{}` does not say whether it is verified", name.text);
        diagnostics.push(
            Diagnostic::error(Code::BadAssumption, name.span, message)
                .help("write `axiom`, `verified` or `unverified` after its text"),
        );
    }
    let sourced = assume
        .clauses
        .iter()
        .any(|clause| matches!(clause, AssumeClause::Source(text, _) if !text.trim().is_empty()));
    if !sourced {
        let message = format!("`{}` has no source", name.text);
        diagnostics.push(
            Diagnostic::error(Code::NoSource, name.span, message)
                .help("say where it is written, measured or decided: `source \"title, section\"`"),
        );
    }
    if assume.text.trim().is_empty() {
        let message = format!("`{}` does not say what is assumed", name.text);
        diagnostics.push(
            Diagnostic::error(Code::BadAssumption, name.span, message)
                .help("say it in words: reports show them"),
        );
    }
}

/// The condition that an assumption restricts steps to.
pub(crate) fn restriction(assume: &Assume) -> Option<&Expr> {
    assume.clauses.iter().find_map(|clause| match clause {
        AssumeClause::Restricts(condition, _) => Some(condition),
        _ => None,
    })
}

/// As a check has it: `Kubernetes(ref pods)`, `k8s[p: Pod] = Kubernetes(ref pods[p])`, with the text of the chapter.
pub(crate) fn written(part: &Part, text: &str) -> String {
    let of = |span: Span| text.get(span.range()).unwrap_or_default().to_owned();
    let args: Vec<String> = part
        .args
        .iter()
        .map(|arg| {
            let value = match &arg.value.kind {
                ExprKind::Ref(place) => format!("ref {}", of(place.span)),
                _ => of(arg.value.span),
            };
            arg.name.as_ref().map_or(value.clone(), |name| format!("{}: {value}", name.text))
        })
        .collect();
    let args = if args.is_empty() { String::new() } else { format!("({})", args.join(", ")) };
    let index = part.index.as_ref();
    let index =
        index.map_or_else(String::new, |index| format!("[{}: {}]", index.name.text, of(index.ty.span)));
    if part.name == part.model {
        format!("{}{args}", part.model.text)
    } else {
        format!("{}{index} = {}{args}", part.name.text, part.model.text)
    }
}
