//! Random systems and formulas: what both engines say, against all lassos up to some length, gone through one by one by the reference
//! evaluator.
//!
//! `MUSILC_LASSOS` is the number of pairs; the bounded checker gets one in `MUSILC_LASSOS_BOUNDED` (0: none).
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test that says what it met")]

use musilc_ir::lasso::Lasso;
use musilc_ir::{
    FairnessConstraint, Goal, Limits, Outcome, Proof, PropertyId, StepResult, Trace, TransitionSystem,
    Verdict, replay, text,
};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

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

/// All lassos up to this length are gone through.
const LENGTH: u32 = 5;

const GOAL: Goal = Goal::Refute(PropertyId(0));

#[derive(Clone, Copy, Debug, Default)]
struct Met {
    proved: u64,
    violated: u64,
    /// Violated pairs where the explicit engine's lasso is as short as can be.
    least: u64,
    bounded: u64,
    bounded_violated: u64,
}

/// Stem and loop together.
fn length(outcome: &Outcome) -> Option<u32> {
    match &outcome.verdict {
        Verdict::Violated(violation) => violation.trace.lasso().map(|(stem, cycle)| stem + cycle),
        _ => None,
    }
}

fn compare(source: &str, bounded: bool, met: &mut Met) {
    let system = text::parse(source).unwrap();
    let fair: Vec<FairnessConstraint> = system.fairness_constraints().collect();
    let musilc_ir::InitResult::State(initial) = system.initial_state(&[]).unwrap() else {
        panic!("{source}")
    };
    let mut trace = Trace { initial: Some(initial), ..Trace::default() };
    let shortest = shortest(&system, &fair, &mut trace, LENGTH);

    let explicit = musilc_explicit::check(&system, GOAL, &Limits::default());
    assert_eq!(replay::confirm(&system, GOAL, &explicit), Ok(()), "{source}");
    match (&explicit.verdict, length(&explicit)) {
        (Verdict::Proved(_), _) => {
            assert_eq!(shortest, None, "{source}");
            met.proved += 1;
        }
        (_, Some(length)) => {
            assert!(shortest.is_none_or(|shortest| shortest <= length), "{source}");
            assert!(shortest.is_some() || length > LENGTH, "{source}");
            met.violated += 1;
            met.least += u64::from(shortest.is_none() || shortest == Some(length));
        }
        (other, None) => panic!("{other:?}\n{source}"),
    }
    if !bounded {
        return;
    }
    let options = musilc_symbolic::Options { depth: LENGTH, ..musilc_symbolic::Options::default() };
    let symbolic = musilc_symbolic::check(&system, GOAL, &Limits::default(), &options);
    assert_eq!(replay::confirm(&system, GOAL, &symbolic), Ok(()), "{source}");
    met.bounded += 1;
    match (&symbolic.verdict, shortest) {
        (Verdict::Violated(_), Some(shortest)) => {
            assert_eq!(length(&symbolic), Some(shortest), "{source}");
            met.bounded_violated += 1;
        }
        (Verdict::HoldsToDepth { depth: LENGTH }, None) => {}
        (Verdict::Proved(Proof::AllRunsEnd { .. }), None) => {
            assert!(matches!(explicit.verdict, Verdict::Proved(_)), "{source}");
        }
        // Runs end just there, and it looked a step further.
        (Verdict::Violated(_), None) if length(&symbolic) > Some(LENGTH) => {}
        (other, shortest) => panic!("{other:?}, and the shortest lasso has {shortest:?}\n{source}"),
    }
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().map_or(default, |text| text.parse().unwrap())
}

#[test]
fn engines_agree_with_all_short_lassos() {
    let (pairs, every) = (setting("MUSILC_LASSOS", 6000), setting("MUSILC_LASSOS_BOUNDED", 1));
    let (next, all) = (AtomicU64::new(0), Mutex::new(Met::default()));
    let work = || {
        let mut met = Met::default();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= pairs {
                break;
            }
            let source = pair(&mut Random(seed * 7919 + 13));
            compare(&source, every > 0 && seed % every == 0, &mut met);
        }
        let mut all = all.lock().unwrap();
        all.proved += met.proved;
        all.violated += met.violated;
        all.least += met.least;
        all.bounded += met.bounded;
        all.bounded_violated += met.bounded_violated;
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(work))));
    let met = all.into_inner().unwrap();
    eprintln!("{met:?}");
    assert!(met.proved > pairs / 10 && met.violated > pairs / 10, "{met:?}");
    assert!(met.bounded_violated >= met.bounded / 10, "{met:?}");
    // Lassos are short: most are shortest.
    assert!(met.least * 10 > met.violated * 7, "{met:?}");
}
