//! What measurements were made on: for the pages that programs write.

use std::process::Command;

/// The name of the processor.
pub(crate) fn processor() -> String {
    let about = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = about.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    model.map_or("unknown", |(_, name)| name).to_owned()
}

/// How many processors there are.
pub(crate) fn processors() -> usize {
    std::thread::available_parallelism().map_or(0, usize::from)
}

/// The commit that is checked out.
pub(crate) fn commit() -> String {
    let commit = Command::new("git").args(["describe", "--always", "--dirty"]).output();
    commit.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default()
}

/// How many processes wanted a processor in the last minute: times by the wall clock are worth little where these are many.
pub(crate) fn load() -> String {
    let about = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    about.split(' ').next().unwrap_or_default().to_owned()
}

/// A table of two columns, without a head.
pub(crate) fn facts(facts: &[(&str, String)]) -> String {
    let rows: Vec<String> = facts.iter().map(|(what, which)| format!("| {what} | {which} |")).collect();
    rows.join("\n")
}
