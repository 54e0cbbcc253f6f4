//! What was measured at each size, and what it is compared with.

use crate::abc::Circuit;
use crate::measured::{Answer, Family, Instance, Run, Task};
use musilc_symbolic::{Options, Procedure};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Runs that are shorter are repeated, and the fastest one counts.
const SHORT: Duration = Duration::from_secs(1);

/// Who does a task.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum By {
    ShortestZ3,
    ShortestSat,
    AnyZ3,
    AnySat,
    BoundZ3,
    BoundSat,
    Proof,
    BmcBroken,
    BmcFixed,
    Pdr,
    PdrSimplified,
}

/// The rows of a family, and who has come to the limit.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) family: &'static str,
    pub(crate) size: String,
    pub(crate) depth: u32,
    pub(crate) bound: u32,
    pub(crate) runs: BTreeMap<By, Run>,
}

const OURS: [By; 7] =
    [By::ShortestZ3, By::ShortestSat, By::AnyZ3, By::AnySat, By::BoundZ3, By::BoundSat, By::Proof];
const OTHERS: [By; 4] = [By::BmcBroken, By::BmcFixed, By::Pdr, By::PdrSimplified];

impl By {
    /// The task, where musilc does it.
    fn task(self) -> Option<(Task, Option<Procedure>)> {
        Some(match self {
            By::ShortestZ3 => (Task::Shortest, Some(Procedure::Z3)),
            By::ShortestSat => (Task::Shortest, Some(Procedure::Sat)),
            By::AnyZ3 => (Task::Any, Some(Procedure::Z3)),
            By::AnySat => (Task::Any, Some(Procedure::Sat)),
            By::BoundZ3 => (Task::Bound, Some(Procedure::Z3)),
            By::BoundSat => (Task::Bound, Some(Procedure::Sat)),
            By::Proof => (Task::Proof, None),
            By::BmcBroken | By::BmcFixed | By::Pdr | By::PdrSimplified => return None,
        })
    }

    /// Whose runs this is compared with; without them it is not needed.
    fn rivals(self) -> &'static [By] {
        match self {
            By::BmcBroken => &[By::ShortestZ3, By::ShortestSat, By::AnyZ3, By::AnySat],
            By::BmcFixed => &[By::BoundZ3, By::BoundSat],
            By::Pdr | By::PdrSimplified => &[By::Proof],
            _ => &[],
        }
    }
}

impl Record {
    /// The time, where there was an answer.
    pub(crate) fn time(&self, by: By) -> Option<Duration> {
        self.runs.get(&by).filter(|run| run.answer != Answer::Stopped).map(|run| run.elapsed)
    }

    /// The faster of ABC's ways to a proof.
    pub(crate) fn pdr(&self) -> Option<Run> {
        let both = [By::Pdr, By::PdrSimplified].into_iter().filter_map(|by| self.runs.get(&by));
        both.copied().min_by_key(|run| (run.answer == Answer::Stopped, run.elapsed))
    }
}

/// Measures a family at one size after another. Whoever comes to the limit is not asked again.
pub(crate) fn scale(family: &Family, limit: Duration, abc: Option<&'static str>) -> Vec<Record> {
    let mut records = Vec::new();
    let mut stopped: BTreeSet<By> = BTreeSet::new();
    for size in family.sizes {
        let instance = family.at(size);
        let mut runs = BTreeMap::new();
        for by in OURS.into_iter().filter(|by| !stopped.contains(by)) {
            let Some((task, procedure)) = by.task() else { continue };
            let usual = task.options(&instance);
            let options = Options { procedure: procedure.unwrap_or(usual.procedure), ..usual };
            runs.insert(by, fastest(|| task.run(&instance, &options, Some(limit))));
        }
        if runs.is_empty() {
            break;
        }
        if let Some(program) = abc {
            let compared = |by: &By| by.rivals().iter().any(|rival| runs.contains_key(rival));
            let wanted: Vec<By> =
                OTHERS.into_iter().filter(|by| !stopped.contains(by)).filter(compared).collect();
            let broken = Circuit::new(program, &instance.broken, "broken");
            let fixed = Circuit::new(program, &instance.fixed, "fixed");
            for by in wanted {
                let run = fastest(|| match by {
                    By::BmcBroken => broken.bmc(instance.depth, limit),
                    By::BmcFixed => fixed.bmc(instance.bound(), limit),
                    _ => fixed.pdr(by == By::PdrSimplified, limit),
                });
                agree(by, run.answer, &instance);
                runs.insert(by, run);
            }
        }
        stopped.extend(runs.iter().filter(|(_, run)| run.answer == Answer::Stopped).map(|(by, _)| *by));
        let record = Record {
            family: family.name,
            size: instance.size.clone(),
            depth: instance.depth,
            bound: instance.bound(),
            runs,
        };
        eprintln!("{}, {}: {:?}", record.family, record.size, times(&record));
        records.push(record);
    }
    records
}

fn times(record: &Record) -> Vec<(By, Option<Duration>)> {
    record.runs.keys().map(|by| (*by, record.time(*by))).collect()
}

/// Panics where ABC says something else than what is known.
fn agree(by: By, answer: Answer, instance: &Instance) {
    let right = match answer {
        Answer::Stopped => true,
        Answer::Violated(depth) => by == By::BmcBroken && depth == instance.depth,
        Answer::Holds(bound) => by == By::BmcFixed && bound == instance.bound(),
        Answer::Proved(_) => matches!(by, By::Pdr | By::PdrSimplified),
    };
    assert!(right, "ABC disagrees on {}, {}: {by:?}, {answer:?}", instance.family, instance.size);
}

/// The fastest of some runs, where they are short.
pub(crate) fn fastest(mut run: impl FnMut() -> Run) -> Run {
    let first = run();
    if first.answer == Answer::Stopped || first.elapsed > SHORT {
        return first;
    }
    [run(), run()].into_iter().fold(first, |best, run| if run.elapsed < best.elapsed { run } else { best })
}
