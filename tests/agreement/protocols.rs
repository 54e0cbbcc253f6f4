//! Generated protocols, and the same protocols written by hand as models: both mean the same, to everybody.
//!
//! The two texts are made of the same data, and share nothing else: here messages on their way are booleans, counts or queues of codes, and
//! what a word such as `lossy` means is said once more.

mod by_hand;
mod sketch;
mod written;

use crate::agree::setting;
use crate::compare::{Agreed, Extent, IMPATIENT, compare, compile};
use crate::on_large_stack;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use sketch::Sketch;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// The protocol with this number.
fn sketch(number: u64) -> Sketch {
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&number.to_le_bytes());
    let config = Config { failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed));
    let genes = proptest::collection::vec(proptest::prelude::any::<u16>(), 40..160);
    Sketch::new(&genes.new_tree(&mut runner).expect("every list of numbers is a protocol").current())
}

/// Whether both texts mean the same to everybody.
fn verdict(sketch: &Sketch) -> Result<Agreed, String> {
    let mean =
        |text: &str| compare(&compile("generated.musil", text, &[], Path::new("."))?, 0, &Extent::SMALL);
    let (protocol, model) = (written::text(sketch), by_hand::text(sketch));
    let (one, other) = (
        mean(&protocol).map_err(|why| format!("the protocol: {why}"))?,
        mean(&model).map_err(|why| format!("the model by hand: {why}"))?,
    );
    match (one, other) {
        (one, other) if one == other => Ok(one),
        // How long something takes is no difference.
        (Agreed::Discarded(IMPATIENT), Agreed::On(_)) | (Agreed::On(_), Agreed::Discarded(IMPATIENT)) => {
            Ok(Agreed::Discarded(IMPATIENT))
        }
        (one, other) => Err(format!("they differ: {one:?} and {other:?}")),
    }
}

/// `MUSILC_PROTOCOLS` says how many, `MUSILC_PROTOCOLS_FIRST` the number of the first.
#[test]
fn generated_protocols_mean_what_they_would_by_hand() {
    let (first, count) = (setting("MUSILC_PROTOCOLS_FIRST", 0), setting("MUSILC_PROTOCOLS", 150));
    let next = AtomicU64::new(first);
    let tally = Mutex::new(BTreeMap::<String, u64>::new());
    let failure = Mutex::new(None::<(u64, String)>);
    let work = || {
        while failure.lock().unwrap().is_none() {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= first + count {
                return;
            }
            let made = sketch(number);
            let judged = std::panic::catch_unwind(|| verdict(&made));
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
        let sketch = sketch(number);
        panic!(
            "protocol {number}: {why}\nreplay: MUSILC_PROTOCOLS_FIRST={number} MUSILC_PROTOCOLS=1\n{}\n{}",
            written::text(&sketch),
            by_hand::text(&sketch)
        );
    }
    let tally = tally.into_inner().unwrap();
    println!("{count} protocols");
    tally.iter().for_each(|(what, n)| println!("  {n:6} {what}"));
    if count >= 150 {
        let of = |what: &str| {
            tally.iter().filter(|(verdict, _)| verdict.contains(what)).map(|(_, n)| n).sum::<u64>()
        };
        assert!(of("discarded") < count / 2, "too many protocols are too large");
        for verdict in ["holds", "deadlock", "lasso"] {
            assert!(of(verdict) > count / 100, "too few protocols end in: {verdict}");
        }
    }
}
