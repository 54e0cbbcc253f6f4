//! What means nothing changes nothing: names, the order of variables and variants, what is always true, ranges in two parts.

use crate::agree::recipe;
use crate::compare::{compile, describe, system_of};
use crate::generate::{Chapter, Param, Style, Var, Wrap, chapter};
use crate::on_large_stack;
use musilc_ir::{Goal, Limits, Outcome, TransitionSystem, Verdict, search};
use std::path::Path;

/// How many chapters are changed.
const MODELS: u64 = 250;

/// A check's system and what is true of it; `None` where it is too large.
fn outcome(chapter: &Chapter) -> Option<(TransitionSystem, Outcome)> {
    let text = chapter.to_string();
    let program =
        compile("changed.musil", &text, &[], Path::new(".")).unwrap_or_else(|why| panic!("{why}\n{text}"));
    let system = system_of(&program, 0).unwrap_or_else(|why| panic!("{why}\n{text}"))?;
    let limits = Limits { max_states: Some(400), ..Limits::default() };
    let outcome = search::check(&system, Goal::All, &limits).expect("the system is sound");
    (!matches!(outcome.verdict, Verdict::Unknown(_))).then_some((system, outcome))
}

/// What must stay as it is: the verdict in words, the depths that were decided, the states of each depth, the steps, the depths of witnesses.
type Essence = (String, Option<u32>, Vec<u64>, Option<u64>, Vec<(String, u32)>);

/// What errors come first depends on the order of things; that there are some does not.
fn essence(system: &TransitionSystem, outcome: &Outcome) -> Essence {
    let verdict = match &outcome.verdict {
        Verdict::Violated(violation) => {
            let word = describe(system, outcome);
            let word = word.split(' ').next().unwrap_or_default();
            // There are many lassos to choose from.
            let depth = if word == "lasso" { 0 } else { violation.depth() };
            format!("{word} after {depth} steps")
        }
        other => format!("{other:?}"),
    };
    let name = |id: musilc_ir::PropertyId| {
        let name = system.property(id).name.as_str();
        name.rsplit('.').next().unwrap_or(name).trim_start_matches("renamed_").to_owned()
    };
    let witnesses = outcome.witnesses.iter().map(|(id, trace)| (name(*id), trace.depth())).collect();
    (
        verdict,
        outcome.decided_depth,
        outcome.statistics.levels.clone(),
        outcome.statistics.transitions,
        witnesses,
    )
}

/// Changes chapters, and compares what they mean. A change gives `None` for a chapter that it would change the meaning of.
fn unchanged_by(change: impl Fn(u64, Chapter) -> Option<Chapter> + Sync) {
    on_large_stack(|| {
        let mut compared = 0;
        for number in 0..MODELS {
            let original = Chapter { wrap: Wrap::None, ..chapter(&recipe(number), Style::default()) };
            let Some(changed) = change(number, original.clone()) else { continue };
            let (Some((system, own)), Some((other_system, other))) = (outcome(&original), outcome(&changed))
            else {
                continue;
            };
            assert_eq!(
                essence(&system, &own),
                essence(&other_system, &other),
                "model {number}:\n{original}\n{changed}"
            );
            compared += 1;
        }
        println!("{compared} of {MODELS} compared");
        assert!(compared > MODELS / 20, "only {compared} were compared");
    });
}

#[test]
fn names_mean_nothing() {
    unchanged_by(|number, _| {
        Some(Chapter { wrap: Wrap::None, ..chapter(&recipe(number), Style { prefix: "renamed_" }) })
    });
}

#[test]
fn the_order_of_variables_means_nothing() {
    unchanged_by(|_, mut chapter| {
        chapter.vars.reverse();
        (!chapter.chained && chapter.vars.len() > 1).then_some(chapter)
    });
}

#[test]
fn the_order_of_actions_means_nothing() {
    unchanged_by(|_, mut chapter| {
        chapter.actions.reverse();
        Some(chapter)
    });
}

/// Where nothing goes through them in order.
#[test]
fn the_order_of_variants_means_nothing() {
    unchanged_by(|_, mut chapter| {
        let text = chapter.to_string();
        let ordered = ["choose", "for"].iter().any(|feature| chapter.features.contains(feature));
        let listed = chapter.types.enums.iter().any(|e| text.contains(&format!("; {}]", e.name)));
        // A table without an initial state begins in the first.
        let first = chapter.tables.iter().any(|table| !table.contains(" = "));
        // Which of several errors is met first may depend on the order, and whether one is met at all.
        if ordered || listed || first || chapter.daring || chapter.types.enums.is_empty() {
            return None;
        }
        chapter.types.enums.iter_mut().for_each(|e| e.variants.reverse());
        Some(chapter)
    });
}

/// Whether some property names an action with its arguments.
fn speaks_of_instances(chapter: &Chapter) -> bool {
    ["enabled", "taken"].iter().any(|feature| chapter.features.contains(feature))
}

#[test]
fn to_be_a_part_means_nothing() {
    for wrap in [Wrap::One, Wrap::Each, Wrap::Shared] {
        unchanged_by(|_, chapter| {
            (wrap != Wrap::Shared || chapter.vars.len() > 1).then_some(Chapter { wrap, ..chapter })
        });
    }
}

#[test]
fn a_parameter_of_one_value_means_nothing() {
    unchanged_by(|_, mut chapter| {
        if speaks_of_instances(&chapter) {
            return None;
        }
        for action in &mut chapter.actions {
            action.params.push(Param { name: "only".to_owned(), domain: ": 3..=3".to_owned(), range: None });
        }
        Some(chapter)
    });
}

#[test]
fn a_range_may_be_split_in_two() {
    unchanged_by(|_, mut chapter| {
        let as_one = chapter.actions.iter().any(|action| action.fairness.contains("as one"));
        if as_one || speaks_of_instances(&chapter) {
            return None;
        }
        let split = |param: &Param| param.range.filter(|(lo, hi)| lo < hi);
        let action =
            chapter.actions.iter().position(|action| action.params.iter().any(|p| split(p).is_some()))?;
        let mut other = chapter.actions[action].clone();
        other.name.push_str("_more");
        let param = other.params.iter().position(|param| split(param).is_some())?;
        let (lo, hi) = split(&other.params[param])?;
        other.params[param].domain = format!(": {}..={hi}", lo + 1);
        chapter.actions[action].params[param].domain = format!(": {lo}..={lo}");
        chapter.actions.insert(action + 1, other);
        Some(chapter)
    });
}

#[test]
fn a_variable_that_never_changes_means_nothing() {
    unchanged_by(|_, mut chapter| {
        let ty = chapter.vars[0].ty.clone();
        let unused = Var { name: "unused".to_owned(), init: chapter.vars[0].init.clone(), ty };
        if unused.init == "any" {
            return None;
        }
        chapter.vars.push(unused);
        Some(chapter)
    });
}

#[test]
fn what_is_always_true_means_nothing() {
    unchanged_by(|_, mut chapter| {
        for action in &mut chapter.actions {
            action.guard = action.guard.take().map(|guard| format!("({guard}) && true"));
            action.body =
                format!("        for once in 0..1 {{ if once == 0 {{\n{}        }} }}\n", action.body);
        }
        for (kind, _, claim) in &mut chapter.properties {
            *claim = match (*kind, claim.strip_prefix("always possible ")) {
                ("reachable", _) => format!("!(!({claim})) && true"),
                (_, Some(possible)) => format!("always possible (!(!{possible}) <==> true)"),
                _ => format!("!(!({claim})) <==> true"),
            };
        }
        chapter.terminals.iter_mut().for_each(|cond| *cond = format!("({cond}) || false"));
        Some(chapter)
    });
}
