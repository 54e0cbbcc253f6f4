//! Temporal and recoverable properties of random systems with weak and strong fairness: the reference checker, both engines and a slow
//! oracle agree.
//!
//! Each pair is a random system (3 to 30 states) with a random formula. The slow oracle looks at all lassos up to a length; the
//! reference checker and the explicit engine decide; the symbolic engine searches to a depth. Every lasso that anyone reports is
//! executed again. Half of the systems are also checked for all their properties at once.
//!
//! Pairs follow from seeds alone, and a failure prints the seed and the system. To run more of them than every run of the tests does:
//!
//! ```text
//! MUSILC_TEMPORAL_PAIRS=5000 cargo test --release --test temporal -- --nocapture
//! ```
//!
//! `MUSILC_TEMPORAL_SEED` chooses the first seed (each seed gives two pairs), `MUSILC_TEMPORAL_SYMBOLIC=1` gives every pair to the
//! symbolic engine, and not one of so many.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and a comparison says what it did"
)]

#[path = "temporal/compare.rs"]
mod compare;
#[path = "temporal/formula.rs"]
mod formula;
#[path = "temporal/model.rs"]
mod model;
#[path = "temporal/oracle.rs"]
mod oracle;

use model::Choices;
use musilc_ir::{Fairness, Goal, Limits, PropertyId, PropertyKind, TransitionSystem, Verdict, search, text};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// Which engines decide temporal properties.
const EXPLICIT: bool = false;
/// As [`EXPLICIT`].
const SYMBOLIC: bool = false;

/// The greatest length of lassos that the slow oracle looks at.
const LENGTH: u32 = 6;
/// How many lassos it looks at before it is content with a lesser length.
const LASSOS: u64 = 20_000;
/// The depth to which the symbolic engine searches where a property holds, and the greatest where it does not.
const DEPTH: (u32, u32) = (6, 10);
/// The formulas of a system.
const FORMULAS: u64 = 2;

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
}

/// The system of a seed, with its properties.
fn system(seed: u64) -> TransitionSystem {
    let mut choices = Choices::new(seed);
    let (mut source, names) = model::system(&mut choices);
    for number in 0..FORMULAS {
        source += &formula::temporal(&mut choices, &names, &format!("f{number}"));
    }
    if choices.one_in(2) {
        source += &formula::recoverable(&mut choices, &names, "r");
    }
    let system = model::parse(&source);
    assert_eq!(musilc_ir::validate(&system), Ok(()), "{source}");
    system
}

/// Whether a property is violated where the fairness assumptions are changed.
fn violated_with(system: &TransitionSystem, id: PropertyId, change: impl Fn(Fairness) -> Fairness) -> bool {
    let mut system = system.clone();
    for transition in &mut system.transitions {
        transition.fairness = change(transition.fairness);
    }
    let outcome = search::check(&system, Goal::Refute(id), &Limits::default()).unwrap();
    matches!(outcome.verdict, Verdict::Violated(_))
}

/// Compares everything of a seed.
fn compare_seed(seed: u64, symbolic_every: u64, tally: &mut Tally) -> Result<(), String> {
    let system = system(seed);
    let mut known = Vec::new();
    for id in system.properties_of(PropertyKind::Temporal) {
        let at = |error: String| format!("{}: {error}", system.property(id).name);
        let pair = compare::reference(&system, id, LENGTH, LASSOS).map_err(at)?;
        let violated = pair.violated();
        known.push((id, violated));
        tally.count("pairs", true);
        let strong = |strong| system.fairness_constraints().any(|constraint| constraint.strong == strong);
        tally.count("with weak fairness", strong(false));
        tally.count("with strong fairness", strong(true));
        tally.count("with weak and strong fairness", strong(false) && strong(true));
        tally.count("violated", violated);
        tally.count("refuted by the slow oracle", pair.slow.lasso.is_some());
        tally.count(
            "that the slow oracle decides up to its full length",
            pair.slow.length == LENGTH || pair.slow.lasso.is_some(),
        );
        tally.count(
            "with a shortest lasso of 4 and more",
            pair.slow.lasso.as_ref().is_some_and(|trace| oracle::total(trace) >= 4),
        );
        *tally.0.entry("lassos that the slow oracle looked at").or_default() += pair.slow.looked_at;
        tally
            .count("that hold by fairness only", !violated && violated_with(&system, id, |_| Fairness::None));
        let weakened = |fairness| match fairness {
            Fairness::Strong(unit) => Fairness::Weak(unit),
            other => other,
        };
        tally.count("that hold by strong fairness only", !violated && violated_with(&system, id, weakened));
        let whole = |fairness: Fairness| match fairness {
            Fairness::Strong(_) => Fairness::Strong(musilc_ir::FairUnit::Whole),
            Fairness::Weak(_) => Fairness::Weak(musilc_ir::FairUnit::Whole),
            Fairness::None => Fairness::None,
        };
        tally
            .count("that hold by fairness of instances only", !violated && violated_with(&system, id, whole));
        let mut shortest = None;
        if EXPLICIT {
            shortest = compare::explicit(&system, id, &pair).map_err(at)?;
            tally.count("pairs for the explicit engine", true);
        }
        if SYMBOLIC && (seed * FORMULAS + u64::from(id.0)).is_multiple_of(symbolic_every) {
            let least = pair.slow.lasso.as_ref().map(oracle::total).or(shortest);
            let depth = match violated {
                true => least.unwrap_or(DEPTH.1).min(DEPTH.1),
                false => DEPTH.0,
            };
            let agreed = compare::symbolic(&system, id, &pair, shortest, depth).map_err(at)?;
            tally.count("pairs for the symbolic engine", true);
            tally.count("pairs on which the symbolic engine goes deep enough", agreed);
        }
    }
    for id in system.properties_of(PropertyKind::Recoverable) {
        let lost = oracle::lost_at(&system, id);
        tally.count("recoverable properties", true);
        tally.count("recoverable properties that are violated", lost.is_some());
        known.push((id, lost.is_some()));
        compare::refute_recoverable(&system, id, lost, EXPLICIT)?;
    }
    if seed.is_multiple_of(2) {
        tally.count("systems with all properties at once", true);
        compare::reference_all(&system, &known)?;
        if EXPLICIT {
            compare::explicit_all(&system, &known)?;
        }
        if SYMBOLIC && (seed / 2).is_multiple_of(symbolic_every) {
            compare::symbolic_all(&system, &known, DEPTH.0)?;
        }
    }
    Ok(())
}

#[test]
fn engines_and_oracles_agree() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let pairs = number("MUSILC_TEMPORAL_PAIRS").unwrap_or(3_000);
    let first = number("MUSILC_TEMPORAL_SEED").unwrap_or(0);
    let symbolic_every = number("MUSILC_TEMPORAL_SYMBOLIC").unwrap_or(8).max(1);
    let started = Instant::now();
    let (next, total) = (AtomicU64::new(first), Mutex::new(Tally::default()));
    let failures = Mutex::new(Vec::new());
    let last = first + pairs.div_ceil(FORMULAS);
    let work = || {
        let mut tally = Tally::default();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= last {
                break;
            }
            let compared = catch_unwind(AssertUnwindSafe(|| compare_seed(seed, symbolic_every, &mut tally)));
            let failure = match compared {
                Ok(Ok(())) => continue,
                Ok(Err(failure)) => failure,
                Err(panic) => {
                    let message = panic.downcast_ref::<String>().map_or("a panic", String::as_str);
                    message.to_owned()
                }
            };
            failures.lock().unwrap().push((seed, failure));
            next.store(last, Ordering::Relaxed);
        }
        let mut total = total.lock().unwrap();
        for (what, count) in tally.0 {
            *total.0.entry(what).or_default() += count;
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(work))));
    let total = total.into_inner().unwrap();
    println!("from seed {first} in {:.1} s:", started.elapsed().as_secs_f64());
    total.0.iter().for_each(|(what, count)| println!("  {count:9} {what}"));
    let mut failures = failures.into_inner().unwrap();
    failures.sort();
    if let Some((seed, failure)) = failures.first() {
        panic!("seed {seed}: {failure}\n{}", text::print(&system(*seed)));
    }
    // The comparison is worth something only if it is about something.
    let all = total.of("pairs");
    assert!(all >= pairs);
    if pairs >= 500 {
        let share = |what: &str| total.of(what) * 100 / all;
        assert!((20..=80).contains(&share("violated")));
        assert!(share("with weak fairness") >= 50 && share("with strong fairness") >= 50);
        assert!(share("that hold by fairness only") >= 3);
        assert!(total.of("that hold by strong fairness only") > 0);
        assert!(total.of("that hold by fairness of instances only") > 0);
        assert!(share("that the slow oracle decides up to its full length") >= 50);
        assert!(total.of("refuted by the slow oracle") * 100 >= 80 * total.of("violated"));
    }
}
