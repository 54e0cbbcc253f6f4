//! What is measured on the families of models: the same tasks in benches and in the table.

use musilc_frontend::Expect;
use musilc_ir::{Goal, Limits, Outcome, Proof, TransitionSystem, Unknown, Verdict};
use musilc_symbolic::{Method, Mode, Options, check};
use std::time::{Duration, Instant};

/// The least bound to which correct variants are searched.
const LEAST_BOUND: u32 = 16;

/// More than this ends a run.
const MAX_MEMORY: u64 = 4 << 30;

/// A family of models, and the sizes that it is measured at, in ascending order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Family {
    pub(crate) name: &'static str,
    pub(crate) constants: &'static [&'static str],
    pub(crate) sizes: &'static [&'static [u32]],
    /// The position of a moderate size.
    pub(crate) moderate: usize,
}

/// All of them.
pub(crate) const FAMILIES: &[Family] = &[
    Family {
        name: "philosophers",
        constants: &["N"],
        sizes: &[&[4], &[6], &[8], &[12], &[16], &[20]],
        moderate: 2,
    },
    Family {
        name: "two-phase-commit",
        constants: &["N"],
        sizes: &[&[2], &[3], &[4], &[5], &[6], &[8], &[10]],
        moderate: 2,
    },
    Family {
        name: "ticket-lock",
        constants: &["N", "M"],
        sizes: &[&[2, 4], &[3, 4], &[3, 8], &[4, 8], &[4, 16], &[8, 16], &[8, 32], &[8, 64]],
        moderate: 1,
    },
    Family {
        name: "paxos",
        constants: &["A", "V", "B"],
        sizes: &[
            &[2, 2, 2],
            &[3, 2, 2],
            &[3, 3, 2],
            &[3, 2, 3],
            &[4, 2, 2],
            &[5, 2, 2],
            &[5, 3, 3],
            &[5, 4, 4],
        ],
        moderate: 1,
    },
    Family {
        name: "filter-lock",
        constants: &["N"],
        sizes: &[&[3], &[4], &[5], &[6], &[7], &[8]],
        moderate: 0,
    },
    Family {
        name: "alternating-bit",
        constants: &["K"],
        sizes: &[&[1], &[2], &[3], &[4], &[6], &[8]],
        moderate: 1,
    },
    Family {
        name: "mesi",
        constants: &["N"],
        sizes: &[&[2], &[3], &[4], &[5], &[6], &[8], &[10]],
        moderate: 2,
    },
    Family {
        name: "bakery",
        constants: &["N", "M"],
        sizes: &[&[2, 2], &[2, 8], &[3, 2], &[3, 8], &[4, 4], &[5, 4], &[5, 8]],
        moderate: 2,
    },
];

/// A family at one size.
#[derive(Debug)]
pub(crate) struct Instance {
    pub(crate) family: &'static str,
    /// The constants, as they are shown.
    pub(crate) size: String,
    /// The variant with a fault, and the depth of that.
    pub(crate) broken: TransitionSystem,
    pub(crate) depth: u32,
    /// The correct one.
    pub(crate) fixed: TransitionSystem,
}

impl Family {
    /// Compiles the models of this size.
    pub(crate) fn at(&self, size: &[u32]) -> Instance {
        let path = format!("{}/benches/families/{}.musil", env!("CARGO_MANIFEST_DIR"), self.name);
        let named = self.constants.iter().zip(size);
        let options = named.fold(musilc::Options::new(), |options, (name, value)| {
            options.constant(*name, value.to_string())
        });
        let chapter = musilc::compile_with(&path, &options).expect("a family compiles");
        let expect = chapter.checks().iter().find(|check| check.name == "broken").map(|check| &check.expect);
        let Some(&(Expect::Violates { depth: Some(depth), .. } | Expect::Deadlock { depth: Some(depth) })) =
            expect
        else {
            panic!("{path} does not say how deep the fault is");
        };
        let system = |check| chapter.system(check).expect("a family compiles");
        let named = self.constants.iter().zip(size);
        let size: Vec<String> = named.map(|(name, value)| format!("{name} = {value}")).collect();
        let (broken, fixed) = (system("broken"), system("fixed"));
        Instance { family: self.name, size: size.join(", "), broken, depth, fixed }
    }
}

/// A task.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Task {
    /// A violation of least depth.
    Shortest,
    /// Any violation.
    Any,
    /// That there is none within a bound.
    Bound,
    /// That there is none.
    Proof,
}

/// What came of a task.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Answer {
    /// A violation at this depth.
    Violated(u32),
    /// None up to this depth.
    Holds(u32),
    /// None at all, by an invariant of so many clauses; `None` where it was seen otherwise.
    Proved(Option<u32>),
    /// The limit on time or memory ended it.
    Stopped,
}

/// What a task took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    pub(crate) answer: Answer,
    pub(crate) elapsed: Duration,
    /// In bytes, where it is known.
    pub(crate) memory: Option<u64>,
}

impl Task {
    /// How the engine is asked for it, in one thread.
    pub(crate) fn options(self, instance: &Instance) -> Options {
        let usual = Options { parallel: false, ..Options::default() };
        match self {
            Task::Shortest => Options { depth: instance.depth, ..usual },
            Task::Any => Options { depth: instance.depth, mode: Mode::Deep, ..usual },
            Task::Bound => Options { depth: instance.bound(), ..usual },
            // What a search finds on the way to a bound is another task.
            Task::Proof => Options { depth: 0, prove: Some(Method::Invariant), ..usual },
        }
    }

    /// Runs it once.
    ///
    /// # Panics
    /// Where the answer is wrong.
    pub(crate) fn run(self, instance: &Instance, options: &Options, limit: Option<Duration>) -> Run {
        let system = match self {
            Task::Shortest | Task::Any => &instance.broken,
            Task::Bound | Task::Proof => &instance.fixed,
        };
        let deadline = limit.map(|limit| Instant::now() + limit);
        let limits = Limits { deadline, max_memory: Some(MAX_MEMORY), ..Limits::default() };
        let outcome = check(system, Goal::All, &limits, options);
        let answer = self.answer(instance, &outcome);
        Run { answer, elapsed: outcome.statistics.elapsed, memory: outcome.statistics.memory }
    }

    fn answer(self, instance: &Instance, outcome: &Outcome) -> Answer {
        match (self, &outcome.verdict) {
            (_, Verdict::Unknown(Unknown::Timeout | Unknown::MemoryLimit(_)))
            | (Task::Proof, Verdict::HoldsToDepth { .. }) => Answer::Stopped,
            (Task::Shortest, Verdict::Violated(violation)) if violation.depth() == instance.depth => {
                Answer::Violated(violation.depth())
            }
            (Task::Any, Verdict::Violated(violation)) if violation.depth() >= instance.depth => {
                Answer::Violated(violation.depth())
            }
            (Task::Bound, &Verdict::HoldsToDepth { depth }) if depth == instance.bound() => {
                Answer::Holds(depth)
            }
            (Task::Bound, Verdict::Proved(Proof::AllRunsEnd { .. })) => Answer::Holds(instance.bound()),
            (Task::Proof, &Verdict::Proved(Proof::Invariant { clauses })) => Answer::Proved(Some(clauses)),
            (Task::Proof, Verdict::Proved(_)) => Answer::Proved(None),
            (_, wrong) => panic!("{}, {}, {self:?}: {wrong:?}", instance.family, instance.size),
        }
    }
}

impl Instance {
    /// The depth to which the correct variant is searched.
    pub(crate) fn bound(&self) -> u32 {
        self.depth.max(LEAST_BOUND)
    }
}
