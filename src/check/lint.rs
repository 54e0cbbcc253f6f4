//! What the runs of a chapter's checks show to be likely mistakes: actions that never happen, claims that hold vacuously.

use crate::options::Engine;
use crate::result::{CheckReport, Finding};
use musilc_frontend::Expect;
use musilc_frontend::diagnostic::{Code, Diagnostic};
use musilc_ir::{Coverage, ProbeKind, Proof, Span, TransitionSystem, Verdict};

/// What was seen in any check of a model.
struct Seen<'c> {
    model: &'c str,
    /// Whether all states of some check were visited.
    exhaustive: bool,
    /// Each action with whether it ever happened.
    actions: Vec<(String, Span, bool)>,
    /// Each probe with whether it was ever true.
    probes: Vec<(ProbeKind, Span, bool)>,
}

/// How many warnings are given.
const MOST_WARNINGS: usize = 100;

/// The warnings about the models of a chapter, in the order of the source. `checks` are all checks of the chapter; a model of which some check
/// stopped early, or none visited all states, is passed over.
pub(crate) fn lints(checks: &[CheckReport]) -> Vec<Diagnostic> {
    let mut models: Vec<Seen<'_>> = Vec::new();
    let mut passed_over: Vec<&str> = Vec::new();
    // Induction is about more than what happens.
    let of_runs = |report: &&CheckReport| !matches!(report.check.expect, Expect::NotInductive { .. });
    for report in checks.iter().filter(of_runs) {
        let model = report.check.model.as_str();
        let conclusive = matches!(
            report.finding,
            Finding::Violated { .. } | Finding::Reached { .. } | Finding::Proved(Proof::Exhaustive { .. })
        );
        let explicit = report.outcome(Engine::Explicit);
        let coverage = explicit.and_then(|outcome| outcome.coverage.as_ref());
        match (&report.system, coverage) {
            (Some(system), Some(coverage)) if conclusive => {
                let position = models.iter().position(|seen| seen.model == model);
                let position = position.unwrap_or_else(|| {
                    models.push(Seen { model, exhaustive: false, actions: vec![], probes: vec![] });
                    models.len() - 1
                });
                if let Some(seen) = models.get_mut(position) {
                    seen.exhaustive |= explicit.is_some_and(|outcome| visits_all(&outcome.verdict));
                    seen.add(system, coverage, &|action| report.check.is_of_environment(action));
                }
            }
            _ => passed_over.push(model),
        }
    }
    let idle = checks.iter().flat_map(idle);
    let told = models.iter().filter(|seen| seen.exhaustive && !passed_over.contains(&seen.model));
    let mut out: Vec<Diagnostic> = told.flat_map(Seen::warnings).chain(idle).collect();
    out.sort_by_key(|warning| (warning.span(), warning.code));
    out.dedup();
    if out.len() > MOST_WARNINGS {
        let more = out.len() - MOST_WARNINGS;
        out.truncate(MOST_WARNINGS);
        if let Some(last) = out.last_mut() {
            last.notes.push(format!("{more} more are not shown"));
        }
    }
    out
}

/// Warnings about environments that cannot do what they might: then a check says less than it seems to.
fn idle(report: &CheckReport) -> Vec<Diagnostic> {
    let (Some(open), Some(system)) = (&report.open, &report.system) else { return vec![] };
    let transitions = open.idle_anyway.iter().filter_map(|id| system.transitions.get(id.index()));
    transitions
        .map(|transition| {
            let message = format!("`{}` of an environment never happens", transition.name);
            Diagnostic::warning(Code::IdleEnvironment, transition.span, message)
                .primary(format!("not in the check `{}`", report.check.name))
                .help(
                    "its guard or a guarantee rules it out; without any assumption it does not happen either",
                )
        })
        .collect()
}

/// Whether the explicit search visited all states: for a proof, and for what only all states together can violate. A lasso that the
/// bounded checker found after the explicit search had stopped early says nothing about coverage.
pub(super) fn visits_all(explicit: &Verdict) -> bool {
    match explicit {
        Verdict::Proved(proof) => matches!(proof, Proof::Exhaustive { .. }),
        Verdict::Violated(violation) => !violation.kind.is_local(),
        Verdict::HoldsToDepth { .. } | Verdict::Reached(_) | Verdict::Unknown(_) => false,
    }
}

impl Seen<'_> {
    /// Adds a check, but for the actions that are not those of the model.
    fn add(&mut self, system: &TransitionSystem, coverage: &Coverage, foreign: &dyn Fn(&str) -> bool) {
        let fired = system.transitions.iter().zip(&coverage.fired);
        let own = fired.filter(|(transition, _)| !foreign(&transition.name));
        if self.actions.is_empty() && self.probes.is_empty() {
            self.actions =
                own.map(|(action, fired)| (action.name.clone(), action.span, *fired > 0)).collect();
            let probes = system.probes.iter().zip(&coverage.probes);
            self.probes = probes.map(|(probe, met)| (probe.kind.clone(), probe.span, *met)).collect();
            return;
        }
        for (index, (transition, fired)) in own.enumerate() {
            let new = (transition.name.clone(), transition.span, *fired > 0);
            note(&mut self.actions, index, new, |known, new| known.0 == new.0);
        }
        for (index, (probe, met)) in system.probes.iter().zip(&coverage.probes).enumerate() {
            let new = (probe.kind.clone(), probe.span, *met);
            note(&mut self.probes, index, new, |known, new| known.1 == new.1 && known.0 == new.0);
        }
    }

    fn warnings(&self) -> Vec<Diagnostic> {
        let model = self.model;
        let actions = self.actions.iter().filter(|(_, _, seen)| !seen).map(|(name, span, _)| {
            Diagnostic::warning(Code::DeadAction, *span, format!("the action `{name}` never happens"))
                .primary(format!("not in any check of {model}"))
        });
        let probes = self.probes.iter().filter(|(_, _, seen)| !seen);
        let probes = probes.filter_map(|(kind, span, _)| {
            Some(match kind {
                ProbeKind::Antecedent { property } => {
                    let message = format!("the left side is never true, so `{property}` holds vacuously");
                    Diagnostic::warning(Code::VacuousProperty, *span, message)
                        .primary(format!("false in every state of every check of {model}"))
                }
                ProbeKind::DeclaredState { table, state } => {
                    let message = format!("`{state}`, which the table `{table}` declares, is never reached");
                    Diagnostic::warning(Code::UnreachedState, *span, message)
                        .primary(format!("not in any check of {model}"))
                }
                // A clock that never comes to its end cuts nothing off.
                ProbeKind::Horizon => return None,
            })
        });
        actions.chain(probes).collect()
    }
}

/// Something, where it stands, and whether it was seen.
type Noted<T> = (T, Span, bool);

/// Adds what was seen of something to what is known of it. The checks of a model mostly have the same actions and probes in the same order, so
/// it is looked for at its index first.
fn note<T>(known: &mut Vec<Noted<T>>, index: usize, new: Noted<T>, same: fn(&Noted<T>, &Noted<T>) -> bool) {
    let here = known.get(index).is_some_and(|known| same(known, &new)).then_some(index);
    let place = here.or_else(|| known.iter().position(|known| same(known, &new)));
    match place.and_then(|place| known.get_mut(place)) {
        Some(known) => known.2 |= new.2,
        None => known.push(new),
    }
}
