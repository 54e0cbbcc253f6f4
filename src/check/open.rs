//! What the verdict about an open system rests on: with which sets of assumptions the check gets a good one.
//!
//! Every set is a system of its own, and is given to the engines as the check is. Fewer assumptions allow more steps. So a run that makes an
//! invariant false with some assumptions is one with fewer, and those sets need no search. Where only invariants are asked for
//! and no state is stuck, what holds with some assumptions holds with more. Of deadlocks and of runs without end neither is true: a step that an
//! assumption rules out may be the one that led on. So there all sets are searched.

use super::lint::visits_all;
use super::{Build, agree, budget, combine, engines, goal};
use crate::options::{Backend, Engine, Options};
use crate::report::phrase;
use crate::result::{Assumed, CheckReport, Finding, Needed, Open, Sets};
use musilc_frontend::{Assumption, Check};
use musilc_ir::{
    Coverage, Goal, Outcome, PropertyKind, TransitionId, TransitionSystem, Unknown, Verdict, ViolationKind,
};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Of how many assumptions all sets are looked at.
pub(crate) const MOST_TOGGLES: usize = 10;

/// What the bounded checker may spend on a set that the explicit search has decided: it then only confirms.
const CONFIRM: Duration = Duration::from_secs(2);

/// Of how many assumptions the bounded checker confirms every set that the explicit search has decided; of more, it confirms those in which
/// at most one is missing.
const MOST_CONFIRMED: usize = 4;

/// Assumptions, by their position among those that restrict steps.
type Set = BTreeSet<usize>;

/// What was found about a set.
#[derive(Clone, Debug)]
enum Answer {
    /// A good verdict, to a depth where it is not known without bound.
    Good(Option<u32>),
    /// A bad one; without a finding where it follows from what another set has.
    Bad(Option<Finding>),
    /// None.
    Unknown(String),
}

/// What a decided check rests on; and where the engines contradict each other about a set of assumptions.
///
/// # Errors
/// What is wrong with an engine's answer.
pub(super) fn rests(
    report: &CheckReport,
    system: &TransitionSystem,
    build: Build<'_>,
    assumptions: &[Assumption],
    options: &Options,
) -> Result<(Open, Vec<String>), String> {
    let restricting: Vec<usize> = (0..assumptions.len()).filter(|at| assumptions[*at].restricts).collect();
    let mut search = Search {
        report,
        goal: goal(system, &report.check.expect)?,
        build,
        options,
        names: restricting.iter().map(|at| assumptions[*at].name.as_str()).collect(),
        answers: BTreeMap::new(),
        contradictions: Vec::new(),
        growing: false,
        idle_anyway: Vec::new(),
    };
    let full = search.full();
    let answer = search.answer(report.finding.clone());
    search.answers.insert(full.clone(), answer);
    search.growing = search.holds_with_more(system)?;
    let mut without = Vec::new();
    for toggle in 0..search.names.len() {
        without.push(search.finding(&lacking(&full, toggle))?);
    }
    let sets = if search.names.len() <= MOST_TOGGLES { search.all()? } else { search.one()? };
    let needed = |toggle: usize| needed(&sets, toggle);
    let assumed = assumptions.iter().enumerate().map(|(position, assumption)| {
        let toggle = restricting.iter().position(|at| *at == position);
        Assumed {
            assumption: assumption.clone(),
            without: toggle.and_then(|toggle| without.get(toggle).cloned()),
            needed: toggle.map_or(Needed::NotUsed, needed),
        }
    });
    let assumptions = assumed.collect();
    let idle = report.outcome(Engine::Explicit).and_then(|outcome| idle(&report.check, system, outcome));
    let idle_anyway = match search.names.is_empty() {
        true => idle.clone().unwrap_or_default(),
        false => search.idle_anyway,
    };
    let open = Open { assumptions, sets: named(sets, &restricting), idle, idle_anyway };
    Ok((open, search.contradictions))
}

/// The sets with positions among all assumptions instead of those that restrict.
fn named(mut sets: Sets, restricting: &[usize]) -> Sets {
    let rename = |set: &mut Vec<usize>| {
        set.iter_mut().for_each(|toggle| *toggle = restricting.get(*toggle).copied().unwrap_or(*toggle));
    };
    sets.minimal.iter_mut().for_each(rename);
    sets.undecided.iter_mut().for_each(|(set, _)| rename(set));
    sets.worse.iter_mut().for_each(|(set, _)| rename(set));
    sets
}

/// Whether the verdict depends on an assumption, by its position among those that restrict.
fn needed(sets: &Sets, toggle: usize) -> Needed {
    if !sets.undecided.is_empty() || sets.not_all {
        return Needed::Unknown;
    }
    match sets.minimal.iter().filter(|set| set.contains(&toggle)).count() {
        0 => Needed::Never,
        count if count == sets.minimal.len() => Needed::Always,
        _ => Needed::Sometimes,
    }
}

/// The actions of environments that never happen.
fn idle(check: &Check, system: &TransitionSystem, outcome: &Outcome) -> Option<Vec<TransitionId>> {
    let coverage = outcome.coverage.as_ref();
    let Coverage { fired, .. } = coverage.filter(|_| visits_all(&outcome.verdict))?;
    let idle = system
        .transitions
        .iter()
        .zip(fired)
        .enumerate()
        .filter(|(_, (transition, fired))| **fired == 0 && check.is_of_environment(&transition.name));
    Some(idle.map(|(index, _)| TransitionId::from(index)).collect())
}

struct Search<'s> {
    report: &'s CheckReport,
    goal: Goal,
    build: Build<'s>,
    options: &'s Options,
    /// The assumptions that restrict steps.
    names: Vec<&'s str>,
    answers: BTreeMap<Set, Answer>,
    contradictions: Vec<String>,
    /// Whether what holds with some assumptions holds with more.
    growing: bool,
    /// The actions of environments that never happen without any assumption.
    idle_anyway: Vec<TransitionId>,
}

impl Search<'_> {
    fn full(&self) -> Set {
        (0..self.names.len()).collect()
    }

    fn system(&self, set: &Set) -> Result<TransitionSystem, String> {
        let assumed = |name: &str| {
            let toggle = self.names.iter().position(|other| *other == name);
            toggle.is_none_or(|toggle| set.contains(&toggle))
        };
        (self.build)(&assumed).map_err(|diagnostics| {
            let first = diagnostics.first().map(|diagnostic| diagnostic.message.clone());
            format!("the system without some assumptions cannot be built: {}", first.unwrap_or_default())
        })
    }

    /// Whether only invariants are asked for, no state is stuck, and no assumption can fail to have a value.
    fn holds_with_more(&self, system: &TransitionSystem) -> Result<bool, String> {
        let local = |kind| matches!(kind, PropertyKind::Invariant | PropertyKind::Step);
        let invariants = system.properties.iter().all(|property| local(property.kind) && !property.inductive);
        let never_stuck = system.context.as_bool(system.terminal.expr) == Some(true);
        if self.goal != Goal::All || !invariants || !never_stuck || self.names.is_empty() {
            return Ok(false);
        }
        let free = self.system(&Set::new())?;
        let failures = |system: &TransitionSystem| -> Vec<usize> {
            system.transitions.iter().map(|transition| transition.failures.len()).collect()
        };
        Ok(failures(&free) == failures(system))
    }

    /// What is found about a set, by the engines.
    fn finding(&mut self, set: &Set) -> Result<Finding, String> {
        if let Some(Answer::Bad(Some(finding))) = self.answers.get(set) {
            return Ok(finding.clone());
        }
        let interrupted = || Finding::Undecided { why: Unknown::Interrupted, depth: None };
        if self.options.interrupt.is_raised() {
            self.answers.insert(set.clone(), Answer::Unknown(phrase::unknown(&Unknown::Interrupted)));
            return Ok(interrupted());
        }
        let system = self.system(set)?;
        let confirmed = self.names.len() <= MOST_CONFIRMED || set.len() + 1 >= self.names.len();
        let (finding, idle) = self.search(&system, confirmed)?;
        if set.is_empty() {
            self.idle_anyway = idle.unwrap_or_default();
        }
        let answer = self.answer(finding.clone());
        self.answers.insert(set.clone(), answer);
        Ok(finding)
    }

    /// Asks the engines as the check does, but the bounded checker confirms with less patience, if at all.
    fn search(
        &mut self,
        system: &TransitionSystem,
        confirmed: bool,
    ) -> Result<(Finding, Option<Vec<TransitionId>>), String> {
        let (goal, options) = (self.goal, self.options);
        let expect = &self.report.check.expect;
        let mut runs = Vec::new();
        let mut excused = false;
        if super::is_searched(&self.report.check, options.backend) {
            runs.push(engines::explicit_beside(system, goal, options)?);
        }
        let decided = runs.iter().any(|run| !matches!(run.outcome.verdict, Verdict::Unknown(_)));
        if options.backend != Backend::Explicit && !super::interrupted(&runs) && (confirmed || !decided) {
            let budget = budget::bmc(options, expect, runs.first().map(|run| &run.outcome));
            let patience = budget.patience.map(|patience| patience.min(CONFIRM));
            runs.push(engines::bmc(system, goal, options, budget.depth, patience)?.0);
            excused = patience.is_some();
        }
        let found = agree::contradictions(system, goal, &runs);
        self.contradictions.extend(found);
        let explicit = runs.iter().find(|run| run.engine == Engine::Explicit);
        let idle = explicit.and_then(|run| idle(&self.report.check, system, &run.outcome));
        Ok((combine::combine(goal, &runs, excused), idle))
    }

    fn answer(&self, finding: Finding) -> Answer {
        match (&finding, self.goal) {
            (Finding::Reached { .. }, _) => Answer::Good(None),
            (Finding::Proved(_), Goal::Reach(_)) => Answer::Bad(Some(finding)),
            (Finding::Bounded { depth }, Goal::Reach(_)) => {
                Answer::Unknown(format!("it is not reached in {}", phrase::steps(*depth)))
            }
            (Finding::Proved(_), _) => Answer::Good(None),
            (Finding::Bounded { depth }, _) => Answer::Good(Some(*depth)),
            (Finding::Violated { .. }, _) => Answer::Bad(Some(finding)),
            (Finding::Undecided { why, .. }, _) => Answer::Unknown(phrase::unknown(why)),
            (Finding::Nothing, _) => Answer::Unknown("no engine ran".to_owned()),
        }
    }

    /// Whether a run that ends in an invariant or step invariant that is false was found.
    fn is_lost(answer: &Answer) -> bool {
        matches!(answer, Answer::Bad(Some(Finding::Violated { violation, .. })) if matches!(violation.kind, ViolationKind::Property(_)))
    }

    /// What follows about a set from what is known of others.
    fn inferred(&self, set: &Set) -> Option<Answer> {
        let below = |(other, answer): (&Set, &Answer)| {
            (set.is_subset(other) && Self::is_lost(answer)).then_some(Answer::Bad(None))
        };
        let above = |(other, answer): (&Set, &Answer)| match answer {
            Answer::Good(depth) if self.growing && other.is_subset(set) => Some(Answer::Good(*depth)),
            _ => None,
        };
        self.answers.iter().find_map(below).or_else(|| self.answers.iter().find_map(above))
    }

    /// Decides a set.
    fn decide(&mut self, set: &Set) -> Result<(), String> {
        if !self.answers.contains_key(set) {
            match self.inferred(set) {
                Some(answer) => drop(self.answers.insert(set.clone(), answer)),
                None => drop(self.finding(set)?),
            }
        }
        Ok(())
    }

    /// Looks at all sets: the one that may decide most first, then large ones before small ones.
    fn all(&mut self) -> Result<Sets, String> {
        let count = self.names.len();
        let of = |bits: u32| -> Set { (0..count).filter(|toggle| bits & (1 << toggle) != 0).collect() };
        let mut order: Vec<Set> = (0..1_u32 << count).map(of).collect();
        order.sort_by_key(|set| (!set.is_empty(), Reverse(set.len())));
        for set in order {
            self.decide(&set)?;
        }
        let mut sets = Sets::default();
        let mut small: Vec<(&Set, &Answer)> = self.answers.iter().collect();
        small.sort_by_key(|(set, _)| set.len());
        let mut minimal: Vec<Set> = Vec::new();
        for (set, answer) in small {
            let covered = minimal.iter().any(|least| least.is_subset(set));
            match answer {
                Answer::Good(depth) => {
                    sets.depth = sets.depth.min(*depth).or(sets.depth).or(*depth);
                    if !covered {
                        minimal.push(set.clone());
                    }
                }
                Answer::Bad(Some(finding)) if covered && sets.worse.is_none() => {
                    sets.worse = Some((listed(set), finding.clone()));
                }
                Answer::Bad(_) => {}
                Answer::Unknown(why) => sets.undecided.push((listed(set), why.clone())),
            }
        }
        sets.minimal = minimal.iter().map(listed).collect();
        Ok(sets)
    }

    /// Drops one assumption after another while the verdict stays good.
    fn one(&mut self) -> Result<Sets, String> {
        let mut sets = Sets { not_all: true, ..Sets::default() };
        let mut set = self.full();
        if !matches!(self.answers.get(&set), Some(Answer::Good(_))) {
            return Ok(sets);
        }
        for toggle in 0..self.names.len() {
            let less = lacking(&set, toggle);
            self.decide(&less)?;
            if let Some(Answer::Good(depth)) = self.answers.get(&less) {
                sets.depth = sets.depth.min(*depth).or(sets.depth).or(*depth);
                set = less;
            }
        }
        sets.minimal.push(listed(&set));
        Ok(sets)
    }
}

/// The set without an assumption.
fn lacking(set: &Set, toggle: usize) -> Set {
    set.iter().copied().filter(|other| *other != toggle).collect()
}

fn listed(set: &Set) -> Vec<usize> {
    set.iter().copied().collect()
}
