//! Liveness to safety, of random systems with weak and strong fairness: the invariant of the new system holds where the reference checker
//! says that the temporal property does, and every run to a violation becomes a lasso that is confirmed.
//!
//! Pairs of a system and a formula follow from seeds alone. To run more of them than every run of the tests does:
//!
//! ```text
//! MUSILC_LIVENESS_PAIRS=20000 cargo test --release -p musilc-explicit --test liveness -- --nocapture
//! ```
//!
//! `MUSILC_LIVENESS_SEED` chooses the first seed (each seed gives two pairs).

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and a comparison says what it did"
)]

mod common;
#[path = "../../tests/temporal/formula.rs"]
#[allow(dead_code, reason = "recoverable properties are not compared")]
mod formula;
#[path = "../../tests/temporal/model.rs"]
mod model;

use common::generate::{choices, generate};
use model::Choices;
use musilc_ir::pass::{Liveness, liveness_to_safety};
use musilc_ir::replay::{confirm, confirm_violation};
use musilc_ir::{
    Claim, ExprId, FairUnit, Fairness, Formula, FormulaKind, FormulaPart, Goal, Limits, Predicate, Property,
    PropertyId, PropertyKind, Span, TransitionId, TransitionSystem, Verdict, Violation, ViolationKind,
    search, text,
};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use std::collections::BTreeMap;

/// The most states of a new system.
const MOST_STATES: u64 = 200_000;

/// How often something happened.
#[derive(Default)]
struct Tally(BTreeMap<&'static str, u64>);

impl Tally {
    fn count(&mut self, what: &'static str, happens: bool) {
        *self.0.entry(what).or_default() += u64::from(happens);
    }

    fn of(&self, what: &str) -> u64 {
        self.0.get(what).copied().unwrap_or(0)
    }

    fn print(&self) {
        self.0.iter().for_each(|(what, count)| println!("  {count:9} {what}"));
    }
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Whether the reference checker says that the property is violated; `None` where it does not know, or a model error comes first.
fn reference(system: &TransitionSystem, id: PropertyId) -> Option<(bool, Option<u32>)> {
    let limits = Limits { max_states: Some(60), ..Limits::default() };
    match search::check(system, Goal::Refute(id), &limits).unwrap().verdict {
        Verdict::Proved(_) => Some((false, None)),
        Verdict::Violated(violation) if violation.kind == ViolationKind::Lasso(id) => {
            Some((true, violation.trace.lasso().map(|(stem, cycle)| stem + cycle)))
        }
        _ => None,
    }
}

/// The lasso of the original system that shows the violation that was found in the new one.
fn confirmed(
    system: &TransitionSystem,
    id: PropertyId,
    new: &Liveness,
    violation: &Violation,
) -> Result<Violation, String> {
    if violation.kind != ViolationKind::Property(new.invariant) {
        return Err(format!("violated by {:?}", violation.kind));
    }
    let lasso = Violation { kind: ViolationKind::Lasso(id), trace: new.lasso(system, &violation.trace)? };
    confirm_violation(system, &lasso).map_err(|why| format!("{why}: {lasso:?}"))?;
    Ok(lasso)
}

/// Compares the new system with what the reference checker says.
fn compare(system: &TransitionSystem, id: PropertyId, tally: &mut Tally) -> Result<(), String> {
    let Some((violated, length)) = reference(system, id) else {
        tally.count("that the reference checker does not decide", true);
        return Ok(());
    };
    let new = liveness_to_safety(system, id).map_err(|why| why.to_string())?;
    musilc_ir::validate(&new.system).map_err(|problems| problems.join("\n"))?;
    let limits = Limits { max_states: Some(MOST_STATES), ..Limits::default() };
    let outcome = musilc_explicit::check(&new.system, Goal::All, &limits);
    confirm(&new.system, Goal::All, &outcome)?;
    tally.count("pairs", true);
    tally.count("violated", violated);
    tally.count("with a guess of more than one bit", new.guess_bits > 1);
    tally.count("with a guess of more than three bits", new.guess_bits > 3);
    tally.count("that may stutter", new.stutter.is_some());
    tally.count("with weak fairness", system.fairness_constraints().any(|constraint| !constraint.strong));
    tally.count("with strong fairness", system.fairness_constraints().any(|constraint| constraint.strong));
    tally.count("with promises", new.system.variables.iter().any(|v| v.name.starts_with("promise")));
    tally.count("with claims", new.system.variables.iter().any(|v| v.name.starts_with("claim")));
    tally.count("with watched responses", new.system.variables.iter().any(|v| v.name.starts_with("since")));
    let copies = new.system.variables.iter().filter(|v| v.name.starts_with("saved."));
    tally.count("where some variable is not saved", copies.count() < system.variables.len());
    match &outcome.verdict {
        Verdict::Proved(_) if !violated => Ok(()),
        Verdict::Violated(violation) if violated => {
            let lasso = confirmed(system, id, &new, violation)?;
            let (stem, cycle) = lasso.trace.lasso().unwrap();
            tally.count("with a lasso no longer than that of the reference", length >= Some(stem + cycle));
            tally.count("with a lasso that stutters", lasso.trace.back_to == Some(lasso.trace.depth()));
            Ok(())
        }
        Verdict::Unknown(_) => {
            tally.count("with too many states", true);
            Ok(())
        }
        other => Err(format!("violated: {violated}, but {other:?}\n{}", text::print(&new.system))),
    }
}

/// A system with two temporal properties.
fn random(seed: u64) -> TransitionSystem {
    let mut choices = Choices::new(seed);
    let (mut source, names) = model::system(&mut choices);
    for name in ["f0", "f1"] {
        source += &formula::temporal(&mut choices, &names, name);
    }
    model::parse(&source)
}

#[test]
fn invariants_hold_where_temporal_properties_do() {
    let pairs = number("MUSILC_LIVENESS_PAIRS").unwrap_or(800);
    let first = number("MUSILC_LIVENESS_SEED").unwrap_or(0);
    let mut tally = Tally::default();
    for seed in first..first + pairs.div_ceil(2) {
        let system = random(seed);
        for id in system.properties_of(PropertyKind::Temporal) {
            if let Err(why) = compare(&system, id, &mut tally) {
                let name = &system.property(id).name;
                panic!("seed {seed}, {name}: {why}\n{}", text::print(&system));
            }
        }
    }
    tally.print();
    // The comparison is worth something only if it is about something.
    let all = tally.of("pairs");
    assert!(tally.of("with too many states") * 100 <= 2 * all);
    if pairs >= 500 {
        let share = |what: &str| tally.of(what) * 100 / all;
        assert!((20..=80).contains(&share("violated")));
        assert!(share("with weak fairness") >= 50 && share("with strong fairness") >= 50);
        assert!(share("with a guess of more than one bit") >= 10);
        assert!(share("with promises") >= 30);
        for what in [
            "with claims",
            "with watched responses",
            "with a lasso that stutters",
            "with a guess of more than three bits",
        ] {
            assert!(tally.of(what) > 0, "{what}");
        }
    }
}

/// A formula over some conditions, and over what the transitions of a system do.
fn over(choices: &mut Choices, conditions: &[ExprId], system: &TransitionSystem, depth: usize) -> Formula {
    let of = |kind| Formula { span: Span::default(), kind };
    if depth == 0 || choices.one_in(5) {
        if choices.one_in(4) {
            let transition = choices.below(system.transitions.len());
            let params = &system.transitions[transition].params;
            let args = params
                .iter()
                .map(|param| choices.one_in(2).then(|| choices.below(param.count as usize) as u32));
            let args = args.collect();
            return of(FormulaKind::Taken { transition: TransitionId::from(transition), args });
        }
        let expr = *choices.pick(conditions);
        let claim = Claim { span: Span::default(), expr, parts: Vec::new(), shown: Vec::new() };
        return of(FormulaKind::State(claim));
    }
    let kind = choices.below(11);
    let mut next = || Box::new(over(choices, conditions, system, depth - 1));
    let part = |formula: Box<Formula>| FormulaPart { binding: None, formula: *formula };
    of(match kind {
        0 | 1 => FormulaKind::Always(next()),
        2 | 3 => FormulaKind::Eventually(next()),
        4 => FormulaKind::LeadsTo(next(), next()),
        5 => FormulaKind::Until(next(), next()),
        6 => FormulaKind::Release(next(), next()),
        7 => FormulaKind::Not(next()),
        8 => FormulaKind::Any(vec![part(next()), part(next())]),
        9 => FormulaKind::All(vec![part(next()), part(next())]),
        _ => FormulaKind::Next(next()),
    })
}

/// Arrays, initial conditions, failures that do not happen, variables that do not matter.
#[test]
fn systems_of_all_kinds_are_turned() {
    let mut runner = TestRunner::deterministic();
    let mut tally = Tally::default();
    let wanted = number("MUSILC_LIVENESS_PAIRS").unwrap_or(800) / 4;
    let mut seed = 0;
    while tally.of("pairs") < wanted {
        seed += 1;
        let mut system = generate(&choices().new_tree(&mut runner).unwrap().current());
        let mut choices = Choices::new(seed);
        for transition in &mut system.transitions {
            let unit = if choices.one_in(3) { FairUnit::Whole } else { FairUnit::Instance };
            transition.fairness = *choices.pick(&[
                Fairness::None,
                Fairness::None,
                Fairness::Weak(unit),
                Fairness::Strong(unit),
            ]);
        }
        let mut conditions: Vec<ExprId> = system.probes.iter().map(|probe| probe.expr).collect();
        let local = system.properties.iter().filter(|property| property.kind != PropertyKind::Step);
        conditions.extend(local.map(|property| property.predicate.expr));
        conditions.retain(|&expr| system.context.as_bool(expr).is_none());
        if conditions.is_empty() {
            continue;
        }
        let formula = over(&mut choices, &conditions, &system, 3);
        let truth = system.context.bool(true);
        let claim = Claim { span: Span::default(), expr: truth, parts: Vec::new(), shown: Vec::new() };
        system.properties = vec![Property {
            name: "f".to_owned(),
            kind: PropertyKind::Temporal,
            predicate: Predicate { failures: Vec::new(), expr: truth },
            claim,
            formula: Some(formula),
            span: Span::default(),
            inductive: false,
        }];
        if let Err(why) = compare(&system, PropertyId(0), &mut tally) {
            panic!("seed {seed}: {why}\n{}", text::print(&system));
        }
    }
    tally.print();
    assert!(tally.of("with too many states") * 20 <= wanted);
    assert!(tally.of("violated") * 10 >= wanted && tally.of("violated") * 10 <= 9 * wanted);
    assert!(tally.of("where some variable is not saved") > 0);
}
