//! x
#[path = "../tests/agreement/builder.rs"]
mod builder;
#[path = "../tests/agreement/models.rs"]
mod models;
use musilc_ir::*;
use musilc_symbolic::*;
fn main() {
    let jobs: Vec<(&str, TransitionSystem, u32)> = vec![
        ("phil 13", models::philosophers(13), 14),
        ("2pc 12", models::two_phase_commit(12), 26),
        ("peterson", models::peterson(), 150),
        ("counters", models::counters(6, 9, 17), 19),
        ("counterb", models::counters(12, 3, 12), 14),
    ];
    let pick = std::env::args().nth(1);
    for (name, system, depth) in &jobs {
        if pick.as_ref().is_some_and(|p| !name.contains(p.as_str())) { continue }
        for backend in [Backend::FiniteDomain, Backend::BitVector] { if std::env::var("BV").is_ok() != (backend == Backend::BitVector) { continue }
            let started = std::time::Instant::now();
            let limits = Limits { deadline: Some(started + std::time::Duration::from_secs(90)), ..Limits::default() };
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
