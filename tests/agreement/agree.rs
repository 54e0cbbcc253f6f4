//! Generated chapters through everything that gives them a meaning.

use crate::compare::{Agreed, Extent, compare, compile};
use crate::generate::{Chapter, Recipe, Style, chapter, recipes};
use crate::on_large_stack;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// The number in an environment variable.
pub(crate) fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name)
        .ok()
        .map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

/// Whether a chapter means the same to everybody.
pub(crate) fn verdict(chapter: &Chapter, extent: &Extent) -> Result<Agreed, String> {
    let program = compile("generated.musil", &chapter.to_string(), &[], Path::new("."))?;
    compare(&program, 0, extent)
}

/// The randomness of one chapter: its number is all that it depends on.
fn runner(number: u64) -> TestRunner {
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&number.to_le_bytes());
    let config = Config { max_shrink_iters: 3000, failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed))
}

/// The recipe with this number.
pub(crate) fn recipe(number: u64) -> Recipe {
    recipes().new_tree(&mut runner(number)).expect("every list of numbers is a recipe").current()
}

/// The recipe with this number as small as it can be while the test still fails, and how it fails.
fn smallest(number: u64, test: impl Fn(&Recipe) -> Result<(), String>) -> (Recipe, String) {
    let mut runner = runner(number);
    let tree = recipes().new_tree(&mut runner).expect("every list of numbers is a recipe");
    match runner.run_one(tree, |recipe| test(&recipe).map_err(TestCaseError::fail)) {
        Err(TestError::Fail(why, recipe)) => (recipe, why.to_string()),
        other => panic!("it failed once, and does no more: {other:?}"),
    }
}

/// What was met.
#[derive(Default)]
struct Tally {
    verdicts: BTreeMap<String, u64>,
    discarded: BTreeMap<&'static str, u64>,
    features: BTreeMap<&'static str, u64>,
    depths: Vec<u32>,
    states: Vec<u64>,
    transitions: u64,
}

impl Tally {
    fn add(&mut self, chapter: &Chapter, agreed: Agreed) {
        match agreed {
            Agreed::On(shape) => {
                *self.verdicts.entry(shape.verdict).or_default() += 1;
                chapter.features.iter().for_each(|feature| *self.features.entry(feature).or_default() += 1);
                self.depths.push(shape.depth);
                self.states.push(shape.states);
                self.transitions += shape.transitions;
            }
            Agreed::Discarded(why) => *self.discarded.entry(why).or_default() += 1,
        }
    }

    fn print(&mut self, models: u64) {
        println!("{models} models generated, {} compared", self.depths.len());
        self.verdicts.iter().for_each(|(what, n)| println!("  {n:6} {what}"));
        self.discarded.iter().for_each(|(why, n)| println!("  {n:6} discarded: {why}"));
        self.depths.sort_unstable();
        self.states.sort_unstable();
        let tenths = [1, 5, 9, 10].map(|tenth| self.depths.len() * tenth / 10);
        let at = |i: usize| i.min(self.depths.len().saturating_sub(1));
        let depths = tenths.map(|i| self.depths.get(at(i)).copied().unwrap_or(0));
        let states = tenths.map(|i| self.states.get(at(i)).copied().unwrap_or(0));
        println!(
            "  depth {depths:?} and states {states:?} at 10 %, 50 %, 90 % and most; {} steps in all",
            self.transitions
        );
        let features: Vec<String> = self.features.iter().map(|(what, n)| format!("{what} {n}")).collect();
        println!("  constructs, by number of models: {}", features.join(" · "));
    }

    fn of(&self, what: &str) -> u64 {
        self.verdicts.get(what).copied().unwrap_or(0)
    }
}

/// Interpreter, reference checker, explicit search and bounded checker agree on generated chapters.
///
/// `MUSILC_AGREEMENT_MODELS` says how many, `MUSILC_AGREEMENT_FIRST` the number of the first.
#[test]
fn generated_chapters_mean_the_same_to_everybody() {
    let (first, models) = (setting("MUSILC_AGREEMENT_FIRST", 0), setting("MUSILC_AGREEMENT_MODELS", 1000));
    let next = AtomicU64::new(first);
    let tally = Mutex::new(Tally::default());
    let failure = Mutex::new(None::<(u64, String)>);
    let work = || {
        while failure.lock().unwrap().is_none() {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= first + models {
                return;
            }
            let made = chapter(&recipe(number), Style::default());
            let judged = std::panic::catch_unwind(|| verdict(&made, &Extent::SMALL));
            match judged.unwrap_or_else(|_| Err("panic".to_owned())) {
                Ok(agreed) => tally.lock().unwrap().add(&made, agreed),
                Err(why) => *failure.lock().unwrap() = Some((number, why)),
            }
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(|| on_large_stack(work)))));
    if let Some((number, why)) = failure.into_inner().unwrap() {
        println!(
            "model {number}: {why}\nreplay: MUSILC_AGREEMENT_FIRST={number} MUSILC_AGREEMENT_MODELS=1\n{}",
            chapter(&recipe(number), Style::default())
        );
        let fails = |recipe: &Recipe| verdict(&chapter(recipe, Style::default()), &Extent::SMALL).map(drop);
        let (small, why) = on_large_stack(|| smallest(number, fails));
        panic!("model {number}, made smaller: {why}\n{}", chapter(&small, Style::default()));
    }
    let mut tally = tally.into_inner().unwrap();
    tally.print(models);
    if models >= 300 {
        assert!(tally.of("lasso") > models / 40, "too few models have lassos");
        assert!(tally.of("holds") > models / 20, "too few models hold");
        let errors: u64 = crate::compare::ERRORS.iter().map(|kind| tally.of(kind)).sum();
        assert!(errors > models / 20, "too few models have errors");
    }
}

/// Prints the chapter whose number `MUSILC_AGREEMENT_FIRST` says.
#[test]
#[ignore = "prints a chapter"]
fn print_one() {
    let chapter = chapter(&recipe(setting("MUSILC_AGREEMENT_FIRST", 0)), Style::default());
    println!("{chapter}\n{:?}", on_large_stack(|| verdict(&chapter, &Extent::SMALL)));
}
