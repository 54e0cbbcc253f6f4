//! The page around the tables.

use crate::generated::{Generator, version};
use crate::measure::{Figure, Measure, Row, median};
use crate::musilc::most_states;
use crate::{crates, machine, model, table};
use std::path::Path;

/// A chapter whose checks have few states.
const CHAPTER: &str = "chapters/traffic-light.md";

/// How often it is checked.
const CHAPTER_RUNS: usize = 20;

pub(crate) struct Page<'m> {
    pub(crate) measure: &'m Measure,
    pub(crate) rows: &'m [Row],
    /// The same in two threads, where musilc has them.
    pub(crate) threads: &'m [(&'m Row, Figure)],
    pub(crate) load_before: &'m str,
}

impl Page<'_> {
    pub(crate) fn text(&self) -> String {
        let chapter = self.chapter();
        include_str!("preface.txt")
            .replace("{disagreements}", &self.disagreements())
            .replace("{command}", &command())
            .replace("{machine}", &self.about())
            .replace("{repeat}", &self.measure.repeat.to_string())
            .replace("{times}", &table::times(self.rows))
            .replace("{ratios}", &table::ratios(self.rows))
            .replace("{memory}", &table::memory(self.rows))
            .replace("{cost}", &table::cost(self.rows))
            .replace("{threads}", &self.in_threads())
            .replace("{chapter}", &chapter)
    }

    /// What the page begins with, where something is wrong.
    fn disagreements(&self) -> String {
        let all: Vec<String> =
            self.rows.iter().flat_map(Row::disagreements).map(|text| format!("- {text}\n")).collect();
        if all.is_empty() { String::new() } else { format!("**The tools disagree:**\n\n{}\n", all.concat()) }
    }

    fn about(&self) -> String {
        let installed = |generator: Generator| match generator.missing() {
            Some(missing) => format!("not installed: `apt-get install {missing}`"),
            None => version(generator.program()).unwrap_or_default(),
        };
        let built =
            |there: bool, version: String| if there { version } else { "could not be built".to_owned() };
        let programs = &self.measure.programs;
        let pinned = self.measure.manner.processor;
        machine::facts(&[
            ("processor", machine::processor()),
            ("processors", machine::processors().to_string()),
            ("load before and after", format!("{}, {}", self.load_before, machine::load())),
            (
                "kept on processor",
                pinned.map_or_else(|| "any: there is no `taskset`".to_owned(), |which| which.to_string()),
            ),
            ("runs", self.measure.repeat.to_string()),
            ("most seconds of a run", self.measure.manner.limit.as_secs().to_string()),
            (
                "musilc",
                format!(
                    "{}, commit {}",
                    version(&programs.musilc.program.to_string_lossy()).unwrap_or_default(),
                    machine::commit()
                ),
            ),
            ("SPIN", installed(Generator::SpinBfs)),
            ("Rumur", installed(Generator::Rumur)),
            (
                "Stateright",
                built(programs.stateright.is_some(), crates::stateright_version().unwrap_or_default()),
            ),
            ("by hand", built(programs.by_hand.is_some(), "as in this commit".to_owned())),
            ("gcc", version("gcc").unwrap_or_else(|| "not installed: `apt-get install gcc`".to_owned())),
            ("rustc", version("rustc").unwrap_or_default()),
        ])
    }

    fn in_threads(&self) -> String {
        if self.threads.is_empty() {
            return "This musilc has no `--threads`.".to_owned();
        }
        table::threads(self.threads)
    }

    /// A small chapter, many times.
    fn chapter(&self) -> String {
        let path = model::root().join(Path::new(CHAPTER));
        let Measure { programs, manner, .. } = self.measure;
        let (ran, times) =
            median(CHAPTER_RUNS, || programs.musilc.chapter(manner, &path).expect("musilc can be run"));
        let most = ran.text.as_deref().and_then(most_states).map_or_else(String::new, table::grouped);
        let shown = |at: usize| times.get(at).map_or_else(String::new, |time| table::seconds(*time));
        let last = times.len().saturating_sub(1);
        table::table(
            &["chapter", "most states of a check", "median", "fastest", "slowest"],
            &[vec![format!("`{CHAPTER}`"), most, table::seconds(ran.elapsed), shown(0), shown(last)]],
        )
    }
}

/// How this program was called.
fn command() -> String {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    format!("cargo run --release --example peers_table -- {}", arguments.join(" "))
        .trim_end_matches(" -- ")
        .to_owned()
}
