//! x
#[path = "../tests/agreement/builder.rs"]
mod builder;
#[path = "../tests/agreement/models.rs"]
mod models;
use musilc_ir::*;
use musilc_symbolic::*;
fn main() {
    let jobs: Vec<(&str, TransitionSystem, u32)> = vec![
        ("phil 9", models::philosophers(9), 10),
        ("phil 11", models::philosophers(11), 12),
        ("2pc 5 ", models::two_phase_commit(5), 12),
        ("2pc 6 ", models::two_phase_commit(6), 14),
        ("peterson", models::peterson(), 60),
        ("counters", models::counters(4, 6, 9), 12),
        ("counters8", models::counters(8, 3, 9), 12),
    ];
    let pick = std::env::args().nth(1);
    for (name, system, depth) in &jobs {
        if pick.as_ref().is_some_and(|p| !name.contains(p.as_str())) { continue }
        for backend in [Backend::FiniteDomain, Backend::BitVector] { if std::env::var("BV").is_ok() != (backend == Backend::BitVector) { continue }
            let started = std::time::Instant::now();
            let limits = Limits { deadline: Some(started + std::time::Duration::from_secs(25)), ..Limits::default() };
            let options = Options { depth: *depth, backend, reduce: std::env::var("NR").is_err(), ..Options::default() };
            let outcome = check(system, Goal::Safety, &limits, &options);
            replay::confirm(system, Goal::Safety, &outcome).unwrap();
            let verdict = match &outcome.verdict {
                Verdict::Violated(v) => format!("{:?} at {}", v.kind, v.depth()),
                other => format!("{other:?}"),
            };
            println!("{name:10} {backend:?} {:.2?} {verdict} {:?} {:?}", started.elapsed(), outcome.decided_depth, outcome.statistics.queries);
        }
    }
}
