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

/// The engines agree where the symbolic one looks for proofs, too: on lassos as on everything else.
#[test]
fn engines_agree_where_proofs_are_looked_for() {
    for name in chapters() {
        let chapter = musilc::compile(Path::new("chapters").join(&name)).unwrap_or_else(|e| panic!("{e}"));
        let report = chapter.check(&Options::new().prove(true)).unwrap_or_else(|e| panic!("{e}"));
        for check in &report.checks {
            assert_eq!(check.status, Status::Passed, "{name}, {}", check.check.name);
        }
    }
}

/// A deep search that comes upon another violation leaves open which one comes first.
#[test]
fn a_deep_search_does_not_say_what_comes_first() {
    let chapter = musilc::Chapter::from_text(
        "two.musil",
        "model Two {
            var a: 0..=3 = 0;
            var b: 0..=3 = 0;
            action more_b() when b < 3 { b = b + 1; }
            action more_a() when a < 3 { a = a + 1; }
            action back() { a = 0; b = 0; }
            invariant p: a < 2;
            invariant q: b < 2;
        }
        check first: Two expect violates p in 2;
        check second: Two expect violates p in 4;",
    )
    .unwrap();
    let deep = Options::new().backend(Backend::Bmc).mode(musilc::Mode::Deep);
    let report = chapter.check(&deep.clone().check("first")).unwrap();
    let status = &report.checks[0].status;
    assert!(matches!(status, Status::Passed | Status::Undecided(_)), "{status:?}");
    // That something is wrong earlier is sure.
    let report = chapter.check(&deep.check("second")).unwrap();
    assert!(matches!(&report.checks[0].status, Status::Failed(_)), "{:?}", report.checks[0].status);
}
