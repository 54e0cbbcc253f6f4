//! No input makes musilc panic, overflow the stack, hang, or take long.
//!
//! Random characters, random words, and chapters with random changes are compiled, lowered, searched a little, and reported on. Every run of
//! the tests does the same few hundred. `MUSILC_SOAK_SECONDS=600 cargo test --release --test robust -- --nocapture soak` goes on with others for
//! ten minutes; `MUSILC_SOAK_SEED` chooses which. What is being read when the process dies stands in `robust-THREAD.md` in the
//! directory for temporary files of the tests.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test fails by panicking, and a soak says what it did"
)]

#[path = "robust/input.rs"]
mod input;
#[path = "robust/large.rs"]
mod large;

use input::{Corpus, Random};
use musilc::frontend::literate::Source;
use musilc::report::{Human, Json};
use musilc::{Backend, Chapter, Error, Options, Status};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// The directory that the chapters name their tables relative to.
fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("chapters")
}

/// How far an input got.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Reached {
    /// It has errors.
    Refused,
    /// It compiles, and has no checks.
    Compiled,
    /// Some check was run.
    Checked,
}

/// Takes a text all the way, and shows whatever comes of it.
fn survive(name: &str, text: &str) -> Result<Reached, String> {
    let human = Human { stats: true, traces: true, timings: false, ..Human::default() };
    let source = Source::new(name, text);
    let chapter = match Chapter::new(source, directory(), &Options::new()) {
        Ok(chapter) => chapter,
        Err(Error::Invalid { source_text, diagnostics }) => {
            let _ = human.diagnostics(&source_text, &diagnostics);
            let error = Error::Invalid { source_text, diagnostics };
            Json::new(false).failed(&error);
            return Ok(Reached::Refused);
        }
        Err(error) => return Err(error.to_string()),
    };
    for check in chapter.checks() {
        match chapter.system(&check.name) {
            Ok(system) => musilc::ir::validate(&system).map_err(|problems| problems.join("; "))?,
            Err(Error::Invalid { .. }) => {}
            Err(error) => return Err(error.to_string()),
        }
    }
    let options = Options::new()
        .backend(Backend::Explicit)
        .max_states(2000)
        .max_memory(256 << 20)
        .timeout(Duration::from_millis(300));
    let report = chapter.check(&options).map_err(|error| error.to_string())?;
    let _ = human.chapter(&report);
    let _ = human.remarks(&report);
    Json::new(false).chapter(&report);
    for check in &report.checks {
        if let Status::Broken(problem) = &check.status {
            return Err(format!("check {}: {problem}", check.check.name));
        }
        if let Status::Disagreement(contradictions) = &check.status {
            return Err(format!("check {}: {contradictions:?}", check.check.name));
        }
    }
    Ok(if report.checks.is_empty() { Reached::Compiled } else { Reached::Checked })
}

/// What came of some inputs.
#[derive(Default, Debug)]
struct Tally {
    inputs: u64,
    compiled: u64,
    checked: u64,
    slowest: Duration,
}

/// Reads the inputs that follow from a seed until `go_on` says no.
fn run(
    thread: usize,
    seed: u64,
    corpus: &Corpus,
    started: &AtomicU64,
    mut go_on: impl FnMut(u64) -> bool,
) -> Result<Tally, String> {
    let last = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("robust-{thread}.md"));
    let mut tally = Tally::default();
    let clock = Instant::now();
    while go_on(tally.inputs) {
        let number = seed.wrapping_add(tally.inputs);
        let (name, text) = corpus.input(&mut Random::new(number));
        std::fs::write(&last, &text).map_err(|error| error.to_string())?;
        started.store(u64::try_from(clock.elapsed().as_millis()).unwrap_or(0) + 1, Ordering::Relaxed);
        let begun = Instant::now();
        let outcome = catch_unwind(AssertUnwindSafe(|| survive(name, &text)));
        let took = begun.elapsed();
        started.store(0, Ordering::Relaxed);
        let problem = match outcome {
            Ok(Ok(reached)) => {
                tally.compiled += u64::from(reached != Reached::Refused);
                tally.checked += u64::from(reached == Reached::Checked);
                (took > TOO_LONG).then(|| format!("it took {took:?}"))
            }
            Ok(Err(problem)) => Some(problem),
            Err(payload) => Some(musilc::panic_message(&*payload)),
        };
        if let Some(problem) = problem {
            let kept = last.with_file_name(format!("robust-{number}-{name}"));
            std::fs::write(&kept, &text).map_err(|error| error.to_string())?;
            return Err(format!("seed {number} ({}): {problem}\n{text}", kept.display()));
        }
        tally.slowest = tally.slowest.max(took);
        tally.inputs += 1;
    }
    Ok(tally)
}

/// The longest that an input may take. Checks may use up their time, and the tests of others the processor.
const TOO_LONG: Duration = Duration::from_secs(if cfg!(debug_assertions) { 30 } else { 10 });

/// After this long, something hangs.
const HANGS: Duration = Duration::from_secs(120);

/// Ends the process if an input takes for ever.
fn watch(started: &'static AtomicU64, thread: usize) {
    std::thread::spawn(move || {
        let clock = Instant::now();
        loop {
            std::thread::sleep(Duration::from_secs(5));
            let begun = started.load(Ordering::Relaxed);
            let age = clock.elapsed().saturating_sub(Duration::from_millis(begun));
            if begun > 0 && age > HANGS {
                eprintln!("the input in robust-{thread}.md hangs");
                std::process::abort();
            }
        }
    });
}

/// The numbers of the inputs of every run.
const SEED: u64 = 1;

#[test]
fn nothing_breaks_it() {
    static STARTED: AtomicU64 = AtomicU64::new(0);
    watch(&STARTED, 0);
    let corpus = Corpus::read();
    let tally =
        run(0, SEED, &corpus, &STARTED, |done| done < 600).unwrap_or_else(|problem| panic!("{problem}"));
    // The changes are small enough that a good part of the chapters still means something.
    assert!(tally.compiled > 100 && tally.checked > 50, "{tally:?}");
}

#[test]
fn chapters_themselves_survive() {
    for (name, text) in Corpus::read().texts() {
        assert!(survive(name, text).is_ok(), "{name}");
    }
}

#[test]
fn what_is_too_large_is_refused_or_quick() {
    for seed in 0..40 {
        let text = large::large(&mut Random::new(seed));
        let begun = Instant::now();
        let outcome = survive("a.musil", &text);
        assert!(outcome.is_ok(), "{outcome:?}\n{text}");
        assert!(begun.elapsed() < TOO_LONG, "{:?} for\n{text}", begun.elapsed());
    }
}

/// Runs for as long as the environment says, with a thread for each processor.
#[test]
fn soak() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let Some(seconds) = number("MUSILC_SOAK_SECONDS") else { return };
    let end = Instant::now() + Duration::from_secs(seconds);
    let seed = number("MUSILC_SOAK_SEED").unwrap_or(1_000_000);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let corpus = Corpus::read();
    let outcomes: Vec<Result<Tally, String>> = std::thread::scope(|scope| {
        let corpus = &corpus;
        let workers: Vec<_> = (1..=threads)
            .map(|thread| {
                let started: &'static AtomicU64 = Box::leak(Box::new(AtomicU64::new(0)));
                watch(started, thread);
                let seed = seed + (thread as u64) * 1_000_000_000;
                scope.spawn(move || run(thread, seed, corpus, started, |_| Instant::now() < end))
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).collect()
    });
    let mut total = Tally::default();
    for outcome in outcomes {
        match outcome {
            Ok(tally) => {
                total.inputs += tally.inputs;
                total.compiled += tally.compiled;
                total.checked += tally.checked;
                total.slowest = total.slowest.max(tally.slowest);
            }
            Err(problem) => panic!("{problem}"),
        }
    }
    println!("{total:?} from seed {seed} in {seconds} s");
}
