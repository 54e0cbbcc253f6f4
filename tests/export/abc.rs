//! ABC (Brayton and Mishchenko, "ABC: an academic industrial-strength verification tool", 2010) reads the files of all chapters, and finds
//! what the explicit search does. Where it is not installed, the test says so and does nothing.

use crate::expected::by_engine;
use musilc::export::{Aiger, Settings};
use musilc_ir::{Limits, TransitionSystem};
use std::path::Path;
use std::process::Command;

/// What Debian calls it, and what others do.
const NAMES: [&str; 2] = ["berkeley-abc", "abc"];

fn installed() -> Option<&'static str> {
    NAMES.into_iter().find(|name| Command::new(name).args(["-q", "quit"]).output().is_ok())
}

/// The frame in which a violation is found; `None` where ABC proves that there is none.
fn abc(command: &str, name: &str, system: &TransitionSystem) -> (Option<u32>, bool) {
    let settings = Settings { chapter: name.to_owned(), each: false, safety: true };
    let aiger = Aiger::new(system, &settings, &Limits::default()).unwrap();
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.aig"));
    std::fs::write(&path, aiger.binary()).unwrap();
    let script = format!("read_aiger {}; bmc3 -F 16; pdr -T 300; print_status", path.display());
    let output = Command::new(command).args(["-q", &script]).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let starts = aiger.ascii().contains(" started\n");
    if let Some((_, rest)) = text.split_once("was asserted in frame ") {
        let digits = rest.split(|c: char| !c.is_ascii_digit()).next().unwrap();
        return (Some(digits.parse().unwrap()), starts);
    }
    assert!(text.contains("Status = 1"), "{name}: {text}");
    (None, starts)
}

#[test]
fn abc_gives_the_same_verdicts_on_the_chapters() {
    let Some(command) = installed() else {
        eprintln!("`{}` is not installed: nothing was compared with ABC", NAMES[0]);
        return;
    };
    let (mut proved, mut violated) = (0, 0);
    for input in musilc::find(Path::new("chapters")).unwrap() {
        let source = musilc::read(&input.path).unwrap();
        if musilc::is_plain_markdown(&source) {
            continue;
        }
        let chapter = musilc::compile(&input.path).unwrap();
        for check in chapter.checks() {
            let system = chapter.system(&check.name).unwrap();
            let expected = by_engine(&system, &Limits::default()).unwrap();
            let (frame, starts) = abc(command, &check.name, &system);
            let frame = frame.map(|frame| frame.wrapping_sub(u32::from(starts)));
            match frame {
                None => {
                    assert!(expected.is_empty(), "{}: {expected:?}", check.name);
                    proved += 1;
                }
                Some(frame) => {
                    assert!(expected.contains(&frame), "{}: {frame} is not in {expected:?}", check.name);
                    violated += 1;
                }
            }
        }
    }
    eprintln!("{proved} proved, {violated} violated");
    assert!(proved > 10 && violated > 5);
}
