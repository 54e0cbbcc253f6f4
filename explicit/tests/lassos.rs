//! Random systems and formulas: what the engine says against all lassos up to some length, one by one.
//!
//! `MUSILC_LASSOS` is the number of pairs.
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test that says what it met")]

mod common;

use common::system;
use musilc_explicit::check;
use musilc_ir::lasso::Lasso;
use musilc_ir::{
    FairnessConstraint, Goal, Limits, PropertyId, StepResult, Trace, TransitionSystem, Verdict, replay,
};

/// Numbers that look random.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % n
    }

    fn one<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of[self.below(of.len())]
    }
}

/// The greatest number of states.
const MOST: usize = 6;

/// Transitions `t0`, `t1`, …, each with a parameter of two values.
const TRANSITIONS: usize = 3;

fn formula(random: &mut Random, depth: usize, out: &mut String) {
    if depth == 0 || random.below(7) == 0 {
        match random.below(5) {
            0 => {
                let transition = random.below(TRANSITIONS);
                let arg = random.one(&["any", "0", "1"]);
                out.push_str(&format!("taken t{transition} #{transition} ({arg})"));
            }
            1 => out.push_str(&format!("condition x == {}", random.below(MOST))),
            _ => out.push_str(&format!(
                "condition x mod 2 == {} || x == {}",
                random.below(2),
                random.below(MOST)
            )),
        }
        return;
    }
    let unary = ["not", "next", "always", "eventually", "always", "eventually"];
    let binary = ["implies", "iff", "until", "weak_until", "release", "leads_to", "until"];
    match random.below(3) {
        0 => {
            out.push_str(random.one(&["all {", "any {"]));
            for _ in 0..2 {
                out.push_str(" part ");
                formula(random, depth - 1, out);
            }
        }
        1 => {
            out.push_str(&format!("{} {{ ", random.one(&unary)));
            formula(random, depth - 1, out);
        }
        _ => {
            out.push_str(&format!("{} {{ ", random.one(&binary)));
            formula(random, depth - 1, out);
            out.push(' ');
            formula(random, depth - 1, out);
        }
    }
    out.push_str(" }");
}

fn pair(random: &mut Random) -> String {
    let states = 2 + random.below(MOST - 1);
    let mut transitions = String::new();
    for number in 0..TRANSITIONS {
        let fairness =
            random.one(&["", "", "weak", "strong", "weak", "strong", "weak whole", "strong whole"]);
        let mut guard = String::from("false");
        let mut target = String::from("0");
        for from in 0..states {
            if random.below(5) < 2 {
                let args = random.one(&["", " && $a == 0", " && $a == 1"]);
                guard.push_str(&format!(" || x == {from}{args}"));
                let (one, other) = (random.below(states), random.below(states));
                target = format!(
                    "if x == {from} {{ if $a == 0 {{ {one} }} else {{ {other} }} }} else {{ {target} }}"
                );
            }
        }
        transitions
            .push_str(&format!("{fairness} transition t{number}(a: 0..=1) when {guard} x := {target}\n"));
    }
    let mut claim = String::new();
    let depth = 1 + random.below(4);
    formula(random, depth, &mut claim);
    format!(
        "system s var x: 0..={} init x = 0\n{transitions}terminal holds true\n
         temporal p holds true claim true formula {claim}",
        MOST - 1
    )
}

/// The least length of a fair lasso that extends the trace, has at most `most` steps and makes the first property false.
fn shortest(
    system: &TransitionSystem,
    fair: &[FairnessConstraint],
    trace: &mut Trace,
    most: u32,
) -> Option<u32> {
    let last = trace.last_state().unwrap().clone();
    let depth = trace.depth();
    let mut best: Option<u32> = None;
    let mut consider = |trace: &Trace| {
        let lasso = Lasso::new(trace).unwrap();
        let (stem, cycle) = trace.lasso().unwrap();
        let formula = system.properties[0].formula.as_ref().unwrap();
        if !lasso.truth(system, formula).unwrap()[0]
            && fair.iter().all(|constraint| lasso.keeps(system, constraint).unwrap())
        {
            best = Some(best.map_or(stem + cycle, |best| best.min(stem + cycle)));
        }
    };
    for back_to in 0..depth {
        if trace.state_after(back_to as usize) == Some(&last) {
            trace.back_to = Some(back_to);
            consider(trace);
        }
    }
    let successors = system.successors(&last).unwrap();
    if successors.is_empty() && depth < most {
        trace.back_to = Some(depth);
        consider(trace);
    }
    trace.back_to = None;
    if depth < most {
        for successor in successors {
            let StepResult::Next(state) = successor.result else { panic!("no step fails") };
            trace.steps.push(musilc_ir::Step {
                transition: successor.transition,
                args: successor.args,
                state: Some(state),
            });
            let found = shortest(system, fair, trace, best.map_or(most, |best| best - 1));
            trace.steps.pop();
            best = found.into_iter().chain(best).min();
        }
    }
    best
}

#[test]
fn agree_with_the_engine() {
    let pairs: u64 = std::env::var("MUSILC_LASSOS").ok().map_or(3000, |n| n.parse().unwrap());
    let goal = Goal::Refute(PropertyId(0));
    let (mut proved, mut violated, mut least, mut excess) = (0, 0, 0, 0);
    for seed in 0..pairs {
        let text = pair(&mut Random(seed * 7919 + 13));
        let system = system(&text);
        let outcome = check(&system, goal, &Limits::default());
        assert_eq!(replay::confirm(&system, goal, &outcome), Ok(()), "{text}");
        let fair: Vec<FairnessConstraint> = system.fairness_constraints().collect();
        let initial = system.initial_state(&[]).unwrap();
        let musilc_ir::InitResult::State(initial) = initial else { panic!("{text}") };
        let mut trace = Trace { initial: Some(initial), ..Trace::default() };
        let shortest = shortest(&system, &fair, &mut trace, 5);
        match &outcome.verdict {
            Verdict::Proved(_) => {
                assert_eq!(shortest, None, "{text}");
                proved += 1;
            }
            Verdict::Violated(violation) => {
                let (stem, cycle) = violation.trace.lasso().unwrap();
                assert!(shortest.is_none_or(|shortest| shortest <= stem + cycle), "{text}");
                assert!(shortest.is_some() || stem + cycle > 5, "{text}");
                violated += 1;
                least += u32::from(shortest == Some(stem + cycle));
                excess += shortest.map_or(0, |shortest| stem + cycle - shortest);
            }
            other => panic!("{other:?}\n{text}"),
        }
    }
    eprintln!(
        "{proved} proved, {violated} violated, {least} of these in fewest steps, {excess} steps too many in all"
    );
    assert!(proved > pairs / 10 && violated > pairs / 10, "{proved} proved, {violated} violated");
    // Lassos are short: most are shortest.
    assert!(u64::from(least) * 10 > violated * 7, "{least} of {violated}");
}
