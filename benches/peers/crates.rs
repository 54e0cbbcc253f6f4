//! Searches that are crates of their own, outside the workspace: one for Stateright, and one written by hand.

use crate::model::{Counts, root};
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Where cargo and the generators build.
pub(crate) fn directory() -> PathBuf {
    root().join("target/peers")
}

/// Builds a crate of `benches/peers`, and gives its program. `None` where that fails, as without a registry.
pub(crate) fn build(directory_name: &str, program: &str) -> Option<PathBuf> {
    let manifest = root().join("benches/peers").join(directory_name).join("Cargo.toml");
    let target = directory().join("cargo");
    let status = cargo()
        .args(["build", "--release", "--locked", "--manifest-path"])
        .arg(manifest)
        .arg("--target-dir")
        .arg(&target)
        .status();
    status.is_ok_and(|status| status.success()).then(|| target.join("release").join(program))
}

/// Builds musilc itself.
pub(crate) fn musilc() -> Option<PathBuf> {
    let status = cargo().args(["build", "--release", "--bin", "musilc"]).current_dir(root()).status();
    status.is_ok_and(|status| status.success()).then(|| root().join("target/release/musilc"))
}

fn cargo() -> Command {
    let mut command = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()));
    command.stdin(Stdio::null());
    command
}

/// The counts in what one of the programs prints.
pub(crate) fn counts(text: &str) -> Option<Counts> {
    Some(Counts { states: number(text, "states=")?, transitions: number(text, "transitions=")? })
}

fn number(text: &str, name: &str) -> Option<u64> {
    text.split_whitespace().find_map(|word| word.strip_prefix(name)?.parse().ok())
}

/// The version of a dependency that is locked.
pub(crate) fn stateright_version() -> Option<String> {
    let lock = std::fs::read_to_string(root().join("benches/peers/stateright/Cargo.lock")).ok()?;
    let (_, after) = lock.split_once("name = \"stateright\"\nversion = \"")?;
    Some(after.split_once('"')?.0.to_owned())
}
