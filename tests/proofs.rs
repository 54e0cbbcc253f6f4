//! What the symbolic engine proves alone: `docs/proofs.md` lists the checks of all chapters that expect `holds`, with those that it does not
//! prove and why not.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use musilc::frontend::Expect;
use musilc::ir::{PropertyKind, Unknown};
use musilc::{Backend, CheckReport, Finding, Options, Status};
use std::path::Path;

/// The chapters, by the names of their files.
fn chapters() -> Vec<String> {
    let names = std::fs::read_dir("chapters").unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
    names.retain(|name| name.ends_with(".md") && name != "README.md");
    names.sort();
    names
}

/// The names of the recoverable properties of a check.
fn recoverable(check: &CheckReport) -> Vec<String> {
    let system = check.system.as_ref().unwrap();
    let ids = system.properties_of(PropertyKind::Recoverable);
    ids.map(|id| system.property(id).name.clone()).collect()
}

/// What the table should say of a check: that it is proved, or why not.
fn told(check: &CheckReport) -> String {
    let recoverable = recoverable(check);
    match (&check.status, &check.finding) {
        (Status::Passed, Finding::Proved(_)) => "yes".to_owned(),
        (Status::Undecided(_), Finding::Undecided { why: Unknown::Incapable(why), .. })
            if !recoverable.is_empty() && why.starts_with(&recoverable[0]) =>
        {
            format!("no: `{}` is recoverable", recoverable.join("`, `"))
        }
        (status, finding) => panic!("{}: {status:?}, {finding:?}", check.check.name),
    }
}

#[test]
fn the_table_lists_what_is_proved_and_what_is_not() {
    let mut found = Vec::new();
    for name in chapters() {
        let path = Path::new("chapters").join(&name);
        let chapter = musilc::compile(&path).unwrap_or_else(|error| panic!("{error}"));
        let holds = |expect: &Expect| matches!(expect, Expect::Holds { .. });
        let checks = chapter.checks().iter().filter(|check| holds(&check.expect));
        let mut options = Options::new().backend(Backend::Bmc).prove(true);
        let mut any = false;
        for check in checks {
            options = options.check(&check.name);
            any = true;
        }
        // Without a name, all checks would be run.
        if !any {
            continue;
        }
        let report = chapter.check(&options).unwrap_or_else(|error| panic!("{error}"));
        for check in &report.checks {
            let link = format!("[{}](../chapters/{name})", name.trim_end_matches(".md"));
            found.push(format!("| {link} | {} | {} |", check.check.name, told(check)));
        }
    }
    let document = std::fs::read_to_string("docs/proofs.md").unwrap();
    let listed: Vec<&str> = document.lines().filter(|line| line.starts_with("| [")).collect();
    assert_eq!(listed, found, "docs/proofs.md should have these rows:\n{}", found.join("\n"));
    assert!(found.len() > 20, "only {} checks were found", found.len());
}
