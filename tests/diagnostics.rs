//! What authors are told about their mistakes.
//!
//! Each `tests/diagnostics/CODE-subject.musil` (or `.md`) is a chapter with mistakes of one kind; what musilc prints for it stands beside it, in
//! `CODE-subject.out`. `SNAPSHOTS=overwrite cargo test --test diagnostics` rewrites these files. A first line `// musilc OPTIONS`
//! (`<!-- musilc OPTIONS -->` in Markdown) gives the options of the command.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "diagnostics/explain.rs"]
mod explain;
#[path = "diagnostics/recover.rs"]
mod recover;

use musilc::frontend::diagnostic::Code;
use snapbox::assert::Assert;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

const DIRECTORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/diagnostics");

/// A chapter with mistakes.
struct Fixture {
    path: PathBuf,
    code: Code,
}

/// The chapters whose names begin with a code, in order.
fn fixtures() -> Vec<Fixture> {
    let mut fixtures: Vec<Fixture> = std::fs::read_dir(DIRECTORY)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "musil" || extension == "md"))
        .filter_map(|path| {
            let name = path.file_stem()?.to_str()?;
            let (code, _) = name.split_once('-')?;
            // Other chapters belong to other tests.
            let is_code = code.len() == 5 && code.bytes().skip(1).all(|byte| byte.is_ascii_digit());
            let code = is_code.then(|| code.parse())?;
            let code = code.unwrap_or_else(|_| panic!("{name} begins with a code that does not exist"));
            Some(Fixture { path, code })
        })
        .collect();
    fixtures.sort_by(|a, b| a.path.cmp(&b.path));
    fixtures
}

/// The options that the first line of a chapter gives.
fn options(text: &str) -> Vec<&str> {
    let first = text.lines().next().unwrap_or_default();
    let options = first.strip_prefix("// musilc ").or_else(|| first.strip_prefix("<!-- musilc "));
    options.map(|options| options.trim_end_matches("-->").split_whitespace().collect()).unwrap_or_default()
}

/// What musilc prints for a chapter beside its summary, and its exit code.
fn run(path: &Path) -> (String, i32) {
    let text = std::fs::read_to_string(path).unwrap();
    let output = Command::new(snapbox::cmd::cargo_bin!("musilc"))
        .args(["--backend", "explicit"])
        .args(options(&text))
        .arg(path.file_name().unwrap())
        .current_dir(path.parent().unwrap())
        .env("NO_COLOR", "1")
        .env("MUSILC_NO_TIMINGS", "1")
        .output()
        .unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    let results = stdout.trim_end().rsplit_once('\n').map_or("", |(results, _summary)| results);
    let stderr = String::from_utf8(output.stderr).unwrap();
    let printed = [results.trim_end(), stderr.trim_end()].join("\n").trim_start().to_owned() + "\n";
    (printed, output.status.code().unwrap_or(-1))
}

/// The codes of the diagnostics that have been printed, in order.
fn codes(printed: &str) -> Vec<&str> {
    let headings = printed.lines().filter_map(|line| line.split_once(']').map(|(heading, _)| heading));
    headings
        .filter_map(|heading| heading.strip_prefix("error[").or_else(|| heading.strip_prefix("warning[")))
        .collect()
}

/// Compares what was printed with the file beside the chapter.
fn compare(path: &Path, printed: &str) -> Result<(), String> {
    let expected =
        snapbox::Data::read_from(&path.with_extension("out"), Some(snapbox::data::DataFormat::Text));
    let printed = snapbox::Data::text(printed).raw();
    let assert = Assert::new().action_env(snapbox::assert::DEFAULT_ACTION_ENV);
    assert.try_eq(Some(&path.display()), printed, expected.raw()).map_err(|error| error.to_string())
}

#[test]
fn authors_are_told_what_is_wrong() {
    let mut problems = String::new();
    for Fixture { path, code } in fixtures() {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let (printed, exit) = run(&path);
        let code = code.to_string();
        let found = codes(&printed);
        let others = found.iter().filter(|other| **other != code).count();
        if others > 0 || found.is_empty() {
            let _ = writeln!(problems, "{name}: expected only {code}, found {found:?}");
        }
        let expected = if code.starts_with('W') { 0 } else { 2 };
        if exit != expected {
            let _ = writeln!(problems, "{name}: expected the exit code {expected}, found {exit}");
        }
        if let Err(difference) = compare(&path, &printed) {
            let _ = writeln!(problems, "{name}: {difference}");
        }
    }
    assert!(problems.is_empty(), "\n{problems}");
}

#[test]
fn every_code_has_a_fixture() {
    let fixtures = fixtures();
    let without: Vec<String> = Code::all()
        .iter()
        .filter(|code| !fixtures.iter().any(|fixture| fixture.code == **code))
        .map(Code::to_string)
        .collect();
    assert!(without.is_empty(), "no fixture for {without:?}");
}

#[test]
fn every_snapshot_has_a_fixture() {
    for entry in std::fs::read_dir(DIRECTORY).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "out") {
            let chapter = ["musil", "md"].iter().any(|extension| path.with_extension(extension).exists());
            assert!(chapter, "{} belongs to no chapter", path.display());
        }
    }
}
