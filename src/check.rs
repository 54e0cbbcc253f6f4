//! Running a check: the engines that are asked, whether they agree, and whether the finding is the expected one.

mod agree;
mod budget;
mod certify;
mod combine;
mod engines;
mod horizon;
mod induct;
mod judge;
pub(crate) mod lint;
mod open;
mod recover;
#[cfg(test)]
mod tests;
pub(crate) mod why;

pub(crate) use budget::whole_length;
pub use budget::{CONFIRM_PROOF, CONFIRM_TRACE, DEFAULT_DEPTH};

use crate::options::{Backend, Engine, Options};
use crate::result::{CheckReport, Finding, Run, Status};
use musilc_frontend::diagnostic::Diagnostic;
use musilc_frontend::{Assumption, Check, Expect};
use musilc_ir::{Goal, PropertyKind, TransitionSystem, Unknown, Verdict};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Builds the system of a check, where the assumptions of these names restrict steps.
type Build<'b> = &'b dyn Fn(&dyn Fn(&str) -> bool) -> Result<TransitionSystem, Vec<Diagnostic>>;

/// Runs a check, given how to build its system and what its environments assume.
pub(crate) fn run(
    check: &Check,
    build: Build<'_>,
    assumptions: &[Assumption],
    options: &Options,
) -> CheckReport {
    let mut report = CheckReport {
        check: check.clone(),
        system: None,
        runs: vec![],
        finding: Finding::Nothing,
        status: Status::Interrupted,
        notes: vec![],
        why: None,
        open: None,
        differences: vec![],
    };
    if options.interrupt.is_raised() {
        return report;
    }
    // A panic ends this check and no other.
    let outcome = catch_unwind(AssertUnwindSafe(|| run_into(&mut report, build, assumptions, options)));
    if let Err(payload) = outcome {
        report.status = Status::Broken(format!("panic: {}", crate::stack::panic_message(&*payload)));
    }
    report
}

fn run_into(report: &mut CheckReport, build: Build<'_>, assumptions: &[Assumption], options: &Options) {
    let system = match build(&|_| true) {
        Ok(system) => system,
        Err(diagnostics) => {
            report.status = Status::Refused(diagnostics);
            return;
        }
    };
    report.status = match check_system(report, &system, options) {
        Ok(status) => status,
        Err(problem) => Status::Broken(problem),
    };
    let decided = matches!(report.status, Status::Passed | Status::Failed(_) | Status::Undecided(_));
    if !report.check.environments.is_empty() && decided {
        match open::rests(report, &system, build, assumptions, options) {
            Ok((open, contradictions)) => {
                report.open = Some(open);
                if !contradictions.is_empty() {
                    report.status = Status::Disagreement(contradictions);
                }
            }
            Err(problem) => report.status = Status::Broken(problem),
        }
    }
    report.system = Some(system);
}

/// What the engines look for.
pub(crate) fn goal(system: &TransitionSystem, expect: &Expect) -> Result<Goal, String> {
    match expect {
        Expect::Reaches { property, .. } => match system.property_named(property) {
            Some(id) => Ok(Goal::Reach(id)),
            None => Err(format!("the system has no property {property}")),
        },
        // What all states together decide is asked for by itself: other violations would only stand before it.
        Expect::Violates { property, .. } => Ok(match system.property_named(property) {
            Some(id) if !system.property(id).kind.is_local() => Goal::Refute(id),
            _ => Goal::All,
        }),
        Expect::NotInductive { property } => match system.property_named(property) {
            Some(id) => Ok(Goal::Induct(id)),
            None => Err(format!("the system has no property {property}")),
        },
        Expect::Holds { .. } | Expect::Deadlock { .. } | Expect::Error { .. } => Ok(Goal::All),
    }
}

/// Whether the explicit search is asked. It is not bothered with what it knows nothing of, unless it is all that there is.
pub(crate) fn is_searched(check: &Check, backend: Backend) -> bool {
    let reachable = !matches!(check.expect, Expect::NotInductive { .. });
    backend == Backend::Explicit || backend == Backend::Both && reachable
}

fn check_system(
    report: &mut CheckReport,
    system: &TransitionSystem,
    options: &Options,
) -> Result<Status, String> {
    if cfg!(debug_assertions)
        && let Err(problems) = musilc_ir::validate(system)
    {
        return Err(format!("the transition system is ill-formed: {}", problems.join("; ")));
    }
    let goal = goal(system, &report.check.expect)?;
    let mut excused = false;
    if is_searched(&report.check, options.backend) {
        report.runs.push(engines::explicit(system, goal, options)?);
    }
    if options.backend != Backend::Explicit && !interrupted(&report.runs) {
        let explicit = report.runs.first().map(|run| &run.outcome);
        let budget = budget::bmc(options, &report.check.expect, explicit);
        let (run, impatient) = engines::bmc(system, goal, options, budget.depth, budget.patience)?;
        // Where the explicit search has decided, the bounded checker confirms as much as it can.
        excused = budget.patience.is_some();
        if excused && !interrupted(std::slice::from_ref(&run)) {
            if !recover::is_all_that_is_open(system, goal, &run.outcome, budget.depth) {
                let lassos = wants_lassos(system, goal);
                report.notes.extend(incomplete(&run, budget.depth, lassos, impatient));
            }
            report.notes.extend(recover::undecided(system, goal, explicit, &run));
        }
        report.runs.push(run);
    }
    let mut contradictions = agree::contradictions(system, goal, &report.runs);
    if contradictions.is_empty() && report.runs.len() > 1 && !interrupted(&report.runs) {
        let (contradiction, note) = recover::confirm(system, &report.runs, options)?;
        contradictions.extend(contradiction);
        report.notes.extend(note);
    }
    if options.certificate && !interrupted(&report.runs) {
        let limits = engines::limits(system, options, Engine::Bmc, options.timeout.or(Some(CONFIRM_PROOF)));
        let (refuted, notes) = certify::opinions(system, goal, &report.runs, &limits);
        contradictions.extend(refuted);
        report.notes.extend(notes);
    }
    conclude(report, system, goal, options, contradictions, excused)
}

/// What the runs establish, and how that compares with the expectation.
fn conclude(
    report: &mut CheckReport,
    system: &TransitionSystem,
    goal: Goal,
    options: &Options,
    contradictions: Vec<String>,
    excused: bool,
) -> Result<Status, String> {
    report.finding = combine::combine(goal, &report.runs, excused);
    // What is said to be decided must be so of lassos, too.
    if let Finding::Undecided { depth, .. } = &mut report.finding
        && wants_lassos(system, goal)
    {
        let lassos = report.runs.iter().filter_map(|run| run.outcome.decided_lassos).max();
        *depth = (*depth).min(lassos);
    }
    if !contradictions.is_empty() {
        return Ok(Status::Disagreement(contradictions));
    }
    if interrupted(&report.runs) {
        return Ok(Status::Interrupted);
    }
    let (status, notes) = judge::judge(&report.check.expect, system, &report.finding, &report.runs, options);
    report.notes.extend(notes);
    report.notes.extend(induct::unchecked(system, goal, &report.finding, &report.runs));
    report.notes.extend(horizon::reached(system, &report.finding, &report.runs));
    if options.why {
        report.why = Some(why::of(system, goal, &report.finding, options)?);
    }
    Ok(status)
}

/// The report of a check whose engines said this.
#[cfg(test)]
pub(crate) fn of_runs(check: &Check, system: &TransitionSystem, runs: Vec<Run>) -> CheckReport {
    let mut report = run(check, &|_| Err(vec![]), &[], &Options::new());
    report.runs = runs;
    let goal = goal(system, &check.expect).unwrap();
    for run in &report.runs {
        musilc_ir::replay::confirm(system, goal, &run.outcome).unwrap();
    }
    let contradictions = agree::contradictions(system, goal, &report.runs);
    let excused = report.runs.len() > 1;
    report.status = conclude(&mut report, system, goal, &Options::new(), contradictions, excused).unwrap();
    report.system = Some(system.clone());
    report
}

/// Whether a temporal property is asked for.
fn wants_lassos(system: &TransitionSystem, goal: Goal) -> bool {
    let global = system.global_properties(goal);
    global.iter().any(|id| system.property(*id).kind == PropertyKind::Temporal)
}

/// What an engine established alone.
pub(crate) fn alone(goal: Goal, run: &Run) -> Finding {
    combine::combine(goal, std::slice::from_ref(run), false)
}

fn interrupted(runs: &[Run]) -> bool {
    runs.iter().any(|run| run.outcome.verdict == Verdict::Unknown(Unknown::Interrupted))
}

/// What the bounded checker did not confirm, in words.
fn incomplete(run: &Run, depth: u32, lassos: bool, impatient: bool) -> Option<String> {
    let Verdict::Unknown(why) = &run.outcome.verdict else { return None };
    let why = match (impatient, why) {
        (true, _) => "it was given no more time".to_owned(),
        (false, why) => crate::report::phrase::unknown(why),
    };
    let outcome = &run.outcome;
    let decided =
        if lassos { outcome.decided_depth.min(outcome.decided_lassos) } else { outcome.decided_depth };
    Some(match decided {
        Some(decided) => format!("bmc confirmed depths up to {decided} of {depth}: {why}"),
        None => format!("bmc confirmed nothing: {why}"),
    })
}
