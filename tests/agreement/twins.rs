//! Two texts that are generated from the same data must mean the same, to everybody.

use crate::agree::setting;
use crate::compare::{Agreed, Extent, NO_TIME, compare, compile};
use crate::generate::dice::Genes;
use crate::on_large_stack;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// The genes with this number.
fn genes(number: u64) -> Genes {
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&number.to_le_bytes());
    let config = Config { failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed));
    let genes = proptest::collection::vec(proptest::prelude::any::<u16>(), 40..160);
    genes.new_tree(&mut runner).expect("every list of numbers will do").current()
}

/// Whether both texts mean the same to everybody.
fn verdict([text, by_hand]: &[String; 2]) -> Result<Agreed, String> {
    let mean =
        |text: &str| compare(&compile("generated.musil", text, &[], Path::new("."))?, 0, &Extent::SMALL);
    let (one, other) = (
        mean(text).map_err(|why| format!("the first: {why}"))?,
        mean(by_hand).map_err(|why| format!("the model by hand: {why}"))?,
    );
    // Whether there was time says nothing of the texts.
    for agreed in [&one, &other] {
        if *agreed == Agreed::Discarded(NO_TIME) {
            return Ok(agreed.clone());
        }
    }
    if plain(&one) == plain(&other) { Ok(one) } else { Err(format!("they differ: {one:?} and {other:?}")) }
}

/// Without the kind of a model error: what finds no room in a bag is a number out of range by hand.
fn plain(agreed: &Agreed) -> Agreed {
    let mut agreed = agreed.clone();
    if let Agreed::On(shape) = &mut agreed
        && shape.verdict.starts_with("error")
    {
        "error".clone_into(&mut shape.verdict);
    }
    agreed
}

/// Generates pairs of texts and compares them; `NAME` says how many, `NAME_FIRST` the number of the first. Gives how many there were, and how
/// many of each verdict.
pub(crate) fn all_agree(
    name: &str,
    usual: u64,
    texts: impl Fn(&Genes) -> [String; 2] + Sync,
) -> (u64, BTreeMap<String, u64>) {
    let (first, count) = (setting(&format!("{name}_FIRST"), 0), setting(name, usual));
    let next = AtomicU64::new(first);
    let tally = Mutex::new(BTreeMap::<String, u64>::new());
    let failure = Mutex::new(None::<(u64, String)>);
    let work = || {
        while failure.lock().unwrap().is_none() {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= first + count {
                return;
            }
            let judged =
                std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| verdict(&texts(&genes(number)))));
            match judged.unwrap_or_else(|_| Err("panic".to_owned())) {
                Ok(Agreed::On(shape)) => *tally.lock().unwrap().entry(shape.verdict).or_default() += 1,
                Ok(Agreed::Discarded(why)) => {
                    *tally.lock().unwrap().entry(format!("discarded: {why}")).or_default() += 1;
                }
                Err(why) => *failure.lock().unwrap() = Some((number, why)),
            }
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(|| on_large_stack(work)))));
    if let Some((number, why)) = failure.into_inner().unwrap() {
        let [text, by_hand] = texts(&genes(number));
        panic!("number {number}: {why}\nreplay: {name}_FIRST={number} {name}=1\n{text}\n{by_hand}");
    }
    let tally = tally.into_inner().unwrap();
    println!("{name}: {count}");
    tally.iter().for_each(|(what, n)| println!("  {n:6} {what}"));
    (count, tally)
}

/// Whether there are enough models of each of these verdicts, and few that are too large.
pub(crate) fn assert_varied((count, tally): &(u64, BTreeMap<String, u64>), verdicts: &[&str]) {
    let of = |what: &str| -> u64 {
        tally.iter().filter(|(verdict, _)| verdict.contains(what)).map(|(_, n)| n).sum()
    };
    assert!(of("discarded") < count / 2, "too many models are too large");
    for verdict in verdicts {
        assert!(of(verdict) > count / 100, "too few models end in: {verdict}");
    }
}
