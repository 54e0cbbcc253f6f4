//! musilc as a user runs it: a process, from the text to the report.

use crate::model::{Counts, Model};
use crate::process::{Manner, Ran};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The program.
#[derive(Clone, Debug)]
pub(crate) struct Musilc {
    pub(crate) program: PathBuf,
    /// Whether it can be told how many threads to use.
    pub(crate) threads: bool,
}

/// What a report says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reported {
    pub(crate) counts: Counts,
    /// How long the engine took.
    pub(crate) seconds: f64,
}

impl Musilc {
    pub(crate) fn new(program: PathBuf) -> Self {
        let help = Command::new(&program).arg("--help").output();
        let threads = help.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains("--threads"));
        Self { program, threads }
    }

    /// Checks a model at a size, in so many threads.
    pub(crate) fn check(
        &self,
        manner: &Manner,
        model: &Model,
        size: u32,
        threads: u32,
    ) -> std::io::Result<Ran> {
        let constant = format!("{}={size}", model.constant);
        self.run(manner, &["--check", model.check, "-D", &constant], &model.path(), threads)
    }

    /// Checks a chapter.
    pub(crate) fn chapter(&self, manner: &Manner, path: &Path) -> std::io::Result<Ran> {
        self.run(manner, &[], path, 1)
    }

    fn run(&self, manner: &Manner, arguments: &[&str], path: &Path, threads: u32) -> std::io::Result<Ran> {
        let mut all = vec!["--backend", "explicit", "--format", "json"];
        let threads = threads.to_string();
        if self.threads {
            all.extend(["--threads", &threads]);
        }
        all.extend(arguments);
        let path = path.to_string_lossy();
        all.push(&path);
        let all: Vec<String> = all.into_iter().map(str::to_owned).collect();
        manner.run(&self.program.to_string_lossy(), &all)
    }
}

/// What a report of one check says, where it holds.
pub(crate) fn reported(text: &str) -> Option<Reported> {
    let report: Value = serde_json::from_str(text).ok()?;
    let check = &report["files"][0]["checks"][0];
    let engine = &check["engines"][0];
    let counts = Counts { states: engine["states"].as_u64()?, transitions: engine["transitions"].as_u64()? };
    (check["status"] == "passed").then_some(Reported { counts, seconds: engine["seconds"].as_f64()? })
}

/// The most states that a check of a report has.
pub(crate) fn most_states(text: &str) -> Option<u64> {
    let report: Value = serde_json::from_str(text).ok()?;
    let checks = report["files"][0]["checks"].as_array()?;
    checks.iter().map(|check| check["engines"][0]["states"].as_u64()).max()?
}
