//! A third opinion on temporal properties under weak fairness: models written twice, for musilc and for Spin (Holzmann, *The Spin Model
//! Checker*, 2004), get the same verdicts.
//!
//! The pairs stand in `tests/spin`. Spin's weak fairness is that of processes: one that can always move does so at last. In these models
//! each process has at most one action that can move, so it is the same as weak fairness of each action. Where `spin` or `cc` is not
//! installed, the test says so and does nothing.
#![allow(clippy::unwrap_used, reason = "a test")]
#![allow(clippy::print_stderr, reason = "says what was not tested")]

use musilc_ir::{Goal, Limits, Verdict};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A model with its counterpart: files, how Spin's is to be preprocessed, the check, and the properties.
const PAIRS: [(&str, &[&str], &str, &[&str]); 3] = [
    ("peterson", &[], "peterson", &["served", "recurs", "alternates"]),
    ("readers_writers", &[], "to_nobody", &["written", "read"]),
    ("readers_writers", &["-DTO_WRITER=true"], "to_writer", &["written", "read"]),
];

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/spin").join(name)
}

fn is_installed(command: &str) -> bool {
    Command::new(command).arg(if command == "spin" { "-V" } else { "--version" }).output().is_ok()
}

/// Runs a command in a directory and gives what it prints.
fn output(command: &mut Command, directory: &Path) -> String {
    let output = command.current_dir(directory).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{command:?}: {text}{}", String::from_utf8_lossy(&output.stderr));
    text
}

/// Whether Spin finds each property to hold under weak fairness.
fn spin(name: &str, defines: &[&str], properties: &[&str]) -> Vec<bool> {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("spin-{name}-{}", defines.len()));
    std::fs::create_dir_all(&directory).unwrap();
    output(Command::new("spin").args(defines).arg("-a").arg(file(&format!("{name}.pml"))), &directory);
    output(Command::new("cc").args(["-O1", "-w", "-DNFAIR=3", "-o", "pan", "pan.c"]), &directory);
    let holds = properties.iter().map(|property| {
        let printed = output(Command::new("./pan").args(["-a", "-f", "-N", property]), &directory);
        assert!(!printed.contains("max search depth too small"), "{printed}");
        printed.contains("errors: 0")
    });
    holds.collect()
}

#[test]
fn spin_gives_the_same_verdicts() {
    if let Some(missing) = ["spin", "cc"].iter().find(|command| !is_installed(command)) {
        eprintln!("`{missing}` is not installed: nothing was compared with Spin");
        return;
    }
    let (mut held, mut violated) = (0, 0);
    for (name, defines, check, properties) in PAIRS {
        let chapter = musilc::compile(file(&format!("{name}.musil"))).unwrap();
        let system = chapter.system(check).unwrap();
        for (property, holds) in properties.iter().zip(spin(name, defines, properties)) {
            let goal = Goal::Refute(system.property_named(property).unwrap());
            let explicit = musilc_explicit::check(&system, goal, &Limits::default());
            let symbolic = musilc_symbolic::check(
                &system,
                goal,
                &Limits::default(),
                &musilc_symbolic::Options::default(),
            );
            for outcome in [&explicit, &symbolic] {
                assert_eq!(musilc_ir::replay::confirm(&system, goal, outcome), Ok(()));
            }
            match (&explicit.verdict, &symbolic.verdict) {
                (Verdict::Proved(_), Verdict::HoldsToDepth { .. }) if holds => held += 1,
                (Verdict::Violated(_), Verdict::Violated(_)) if !holds => violated += 1,
                other => panic!("{name}, {property}: Spin says {holds}, and musilc {other:?}"),
            }
        }
    }
    assert_eq!((held, violated), (3, 4));
}
