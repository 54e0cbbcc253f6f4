//! Open systems: what their verdicts rest on is what a search of all sets of assumptions finds, with models that are written without
//! environments.
//!
//! `MUSILC_OPEN_SYSTEMS=1000 cargo test --release --test environments -- --nocapture` compares so many generated systems.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "they are tests")]

#[path = "environments/generate.rs"]
mod generate;

use generate::OpenSystem;
use musilc::frontend::diagnostic::Code;
use musilc::ir::ViolationKind;
use musilc::{Backend, Chapter, Finding, Needed, Open, Options};
use std::collections::BTreeSet;

fn setting(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// A finding, apart from runs of which there are several.
fn essence(finding: &Finding) -> String {
    match finding {
        Finding::Proved(_) => "holds".to_owned(),
        Finding::Violated { violation, .. } => match violation.kind {
            // Which state of the source failed has other numbers where the actions are written in another way.
            ViolationKind::Error(_) => format!("error after {}", violation.depth()),
            ViolationKind::Lasso(id) => format!("lasso {}", id.index()),
            kind => format!("{kind:?} after {}", violation.depth()),
        },
        other => panic!("not decided: {other:?}"),
    }
}

fn found(text: &str, options: &Options) -> Finding {
    let report = Chapter::from_text("plain.musil", text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let report = report.check(options).unwrap();
    report.checks[0].finding.clone()
}

/// What a check in environments rests on; `None` where it is refused, because an initial state breaks a condition.
fn open(text: &str, options: &Options) -> Option<(Finding, Open)> {
    let report = Chapter::from_text("open.musil", text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let report = report.check(options).unwrap();
    let check = &report.checks[0];
    match (&check.status, &check.open) {
        (musilc::Status::Refused(_), _) => None,
        (_, Some(open)) => Some((check.finding.clone(), open.clone())),
        (status, None) => panic!("{status:?}\n{text}"),
    }
}

/// Compares a generated system; what was found with each set of assumptions.
fn compare(system: &OpenSystem, options: &Options) -> Option<BTreeSet<String>> {
    let text = system.open();
    let (finding, open) = open(&text, options)?;
    let explicit = Options::new().backend(Backend::Explicit);
    let count = system.assumptions();
    let brute: Vec<String> =
        (0..1_u32 << count).map(|set| essence(&found(&system.plain(set), &explicit))).collect();
    let full = brute.len() - 1;
    assert_eq!(essence(&finding), brute[full], "{text}");
    let good: Vec<usize> = (0..brute.len()).filter(|set| brute[*set] == "holds").collect();
    let is_least = |set: &&usize| !good.iter().any(|less| less != *set && less & **set == *less);
    let least: BTreeSet<Vec<usize>> = good
        .iter()
        .filter(is_least)
        .map(|set| (0..count).filter(|at| set & (1 << at) != 0).collect())
        .collect();
    let told: BTreeSet<Vec<usize>> = open.sets.minimal.iter().cloned().collect();
    assert_eq!(told, least, "{text}");
    assert!(open.sets.undecided.is_empty() && !open.sets.not_all && open.sets.depth.is_none());
    // More assumptions are worse exactly where some set above a least one is.
    let worse =
        (0..brute.len()).any(|set| brute[set] != "holds" && good.iter().any(|less| less & set == *less));
    assert_eq!(open.sets.worse.is_some(), worse, "{text}");
    for (position, assumed) in open.assumptions.iter().enumerate() {
        let without = assumed.without.as_ref().unwrap();
        assert_eq!(essence(without), brute[full & !(1 << position)], "{text}");
        let needed = match least.iter().filter(|set| set.contains(&position)).count() {
            0 => Needed::Never,
            all if all == least.len() => Needed::Always,
            _ => Needed::Sometimes,
        };
        assert_eq!(assumed.needed, needed, "{text}");
    }
    Some(brute.into_iter().collect())
}

#[test]
fn minimal_sets_are_those_of_all_sets() {
    let models = setting("MUSILC_OPEN_SYSTEMS", 120);
    let (mut compared, mut kinds, mut several) = (0_u64, BTreeSet::new(), 0_u64);
    for seed in 0..models {
        let system = OpenSystem::new(seed);
        // Cross-checks take longer.
        let backend = if seed % 3 == 0 { Backend::Both } else { Backend::Explicit };
        let Some(found) = compare(&system, &Options::new().backend(backend)) else { continue };
        compared += 1;
        several += u64::from(found.len() > 1);
        kinds.extend(found.iter().map(|essence| essence.split_whitespace().next().unwrap().to_owned()));
    }
    println!("{compared} of {models} compared; {several} with several verdicts; {kinds:?}");
    assert!(compared > models / 2 && several > compared / 8);
    if models >= 100 {
        for kind in ["holds", "error", "lasso", "Deadlock", "Property(PropertyId(0))"] {
            assert!(kinds.contains(kind), "{kind} is missing");
        }
    }
}

/// Each environment of the library can do something, its assumptions matter, and it keeps to its guarantees.
#[test]
fn every_environment_of_the_library_can_be_used() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/environments/library.musil");
    let text = std::fs::read_to_string(path).unwrap();
    let report = musilc::compile(path).unwrap().check(&Options::new()).unwrap();
    assert!(report.passed());
    let idle = report.warnings.iter().filter(|warning| warning.code == Code::IdleEnvironment).count();
    assert_eq!(idle, 0, "{:#?}", report.warnings);
    let needed = |name: &str| {
        let all =
            report.checks.iter().filter_map(|check| check.open.as_ref()).flat_map(|open| &open.assumptions);
        all.filter(|assumed| assumed.assumption.name.ends_with(&format!(".{name}")))
            .any(|assumed| assumed.needed == Needed::Always)
    };
    for module in musilc::frontend::library::modules() {
        for line in module.text.lines() {
            if let Some(environment) = line.strip_prefix("environment ") {
                let name = environment.split('(').next().unwrap();
                assert!(text.contains(&format!(" {name}(")), "{name} is not used");
            }
            let Some(assumption) = line.trim().strip_prefix("assume ") else { continue };
            let name = assumption.split(':').next().unwrap();
            // These restrict nothing, or nothing that a model here minds.
            assert!(needed(name) || ["capacity", "room"].contains(&name), "{name} makes no difference");
        }
    }
}

/// Of many assumptions not all sets are looked at, and that is told.
#[test]
fn of_many_assumptions_one_set_is_found() {
    let assumptions = |count: usize| -> String {
        let one = |at: usize| {
            // Only the last two are needed: the walker must stop at some place.
            let condition = if at + 2 < count {
                format!("at' != {}", at + 20)
            } else {
                format!("at' != {}", at + 5 - count)
            };
            format!("assume a{at}: \"so\", unverified, source \"here\", restricts {condition};")
        };
        (0..count).map(one).collect()
    };
    let chapter = |count: usize| {
        format!(
            "model Road {{ var at: 0..=9 = 0; terminal true; invariant near: at < 5; }}
            environment Walker(ref at: 0..=9) {{
                action one() when at < 9 {{ at = at + 1; }}
                action two() when at < 8 {{ at = at + 2; }}
                {}
            }}
            check c: Road with Walker(ref at) expect holds;",
            assumptions(count)
        )
    };
    for backend in [Backend::Explicit, Backend::Both] {
        let options = Options::new().backend(backend);
        let (_, few) = open(&chapter(10), &options).unwrap();
        assert_eq!((few.sets.minimal, few.sets.not_all), (vec![vec![8, 9]], false));
        assert_eq!(few.assumptions[9].needed, Needed::Always);
        let (_, many) = open(&chapter(40), &options).unwrap();
        assert_eq!((many.sets.minimal, many.sets.not_all), (vec![vec![38, 39]], true));
        assert!(many.assumptions.iter().all(|assumed| assumed.needed == Needed::Unknown));
        assert_eq!(essence(many.assumptions[0].without.as_ref().unwrap()), "holds");
        assert!(essence(many.assumptions[39].without.as_ref().unwrap()).starts_with("Property"));
    }
}

/// What the engines do not decide is told as that.
#[test]
fn limits_leave_sets_undecided() {
    let text = "model Road { var at: 0..=99 = 0; terminal true; invariant near: at < 50; }
        environment Walker(ref at: 0..=99) {
            action one() when at < 99 { at = at + 1; }
            assume stops: \"so\", unverified, source \"here\", restricts at' < 10;
        }
        check c: Road with Walker(ref at) expect holds;";
    let options = Options::new().backend(Backend::Explicit).max_states(20);
    let (_, limited) = open(text, &options).unwrap();
    assert_eq!(limited.sets.minimal, [[0]]);
    assert_eq!(limited.sets.undecided.len(), 1);
    assert_eq!(limited.assumptions[0].needed, Needed::Unknown);
    let bounded = Options::new().backend(Backend::Bmc).depth(20);
    let (_, bounded) = open(text, &bounded).unwrap();
    // A bound is no proof: to this depth nothing is wrong without the assumption either.
    assert_eq!((bounded.sets.minimal, bounded.sets.depth), (vec![vec![]], Some(20)));
}

/// The bounded checker alone says the same where it proves or refutes.
#[test]
fn the_bounded_checker_alone_finds_the_same_sets() {
    let models = setting("MUSILC_OPEN_SYSTEMS", 120) / 4;
    let mut compared = 0;
    for seed in 10_000..10_000 + models {
        let system = OpenSystem::new(seed);
        let text = system.open();
        let alone = Options::new().backend(Backend::Bmc).prove(true);
        let Some((_, bounded)) = open(&text, &alone) else { continue };
        if !bounded.sets.undecided.is_empty() || bounded.sets.depth.is_some() {
            continue;
        }
        let (_, explicit) = open(&text, &Options::new().backend(Backend::Explicit)).unwrap();
        assert_eq!(bounded.sets.minimal, explicit.sets.minimal, "{text}");
        compared += 1;
    }
    assert!(compared > models / 3, "{compared} of {models}");
}
