//! ABC (Brayton and Mishchenko, "ABC: an academic industrial-strength verification tool", 2010) on the same systems, as it reads them from
//! musilc's own AIGER.

use crate::measured::{Answer, Run};
use musilc::export::{Aiger, Settings};
use musilc_ir::{Limits, TransitionSystem};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What Debian calls it, and what others do.
const NAMES: [&str; 2] = ["berkeley-abc", "abc"];

/// How much longer than the limit it may take before it is ended.
const GRACE: Duration = Duration::from_secs(5);

/// The program, where it is installed.
pub(crate) fn installed() -> Option<&'static str> {
    NAMES.into_iter().find(|name| Command::new(name).args(["-q", "quit"]).output().is_ok())
}

/// What it says that it is.
pub(crate) fn version(program: &str) -> String {
    let output = Command::new(program).args(["-q", "version"]).output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    text.unwrap_or_default()
}

/// The circuit of a system, in the binary format.
fn aiger(system: &TransitionSystem) -> Vec<u8> {
    let aiger = Aiger::new(system, &Settings::default(), &Limits::default()).expect("families are safety");
    assert!(!aiger.ascii().contains(" started\n"), "there is one initial state, so frames are depths");
    aiger.binary()
}

/// A system in a file.
pub(crate) struct Circuit {
    program: &'static str,
    path: PathBuf,
    /// How long it takes to start the program and read the file.
    reading: Duration,
}

impl Circuit {
    pub(crate) fn new(program: &'static str, system: &TransitionSystem, name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("musilc-{}-{name}.aig", std::process::id()));
        std::fs::write(&path, aiger(system)).expect("a temporary file can be written");
        let mut circuit = Self { program, path, reading: Duration::ZERO };
        circuit.reading = (0..3).map(|_| circuit.execute("", GRACE).1).min().unwrap_or_default();
        circuit
    }

    /// What these commands print, and how long it takes.
    fn execute(&self, commands: &str, limit: Duration) -> (String, Duration) {
        let script = format!("read_aiger {}; strash; {commands}", self.path.display());
        let started = Instant::now();
        let mut command = Command::new(self.program);
        command.args(["-q", &script]).stdout(Stdio::piped()).stderr(Stdio::null()).stdin(Stdio::null());
        let mut child = command.spawn().expect("it is installed");
        // It prints a few lines, which fit into the pipe.
        while child.try_wait().expect("it is a child").is_none() {
            if started.elapsed() > limit + GRACE {
                let _ = child.kill();
            }
            std::thread::sleep(Duration::from_micros(500));
        }
        let elapsed = started.elapsed();
        let output = child.wait_with_output().expect("it is a child");
        (String::from_utf8_lossy(&output.stdout).into_owned(), elapsed)
    }

    fn run(&self, commands: &str, limit: Duration, bound: u32) -> Run {
        let (text, elapsed) = self.execute(commands, limit);
        let elapsed = elapsed.saturating_sub(self.reading);
        let answer = if elapsed > limit { Answer::Stopped } else { answer(&text, bound) };
        Run { answer, elapsed, memory: None }
    }

    /// Bounded model checking up to a depth.
    pub(crate) fn bmc(&self, bound: u32, limit: Duration) -> Run {
        self.run(&format!("bmc3 -F {} -T {}", bound + 1, limit.as_secs().max(1)), limit, bound)
    }

    /// Property directed reachability, after simplifying the circuit if that is wanted.
    pub(crate) fn pdr(&self, simplify: bool, limit: Duration) -> Run {
        let before = if simplify { "dc2; scorr; " } else { "" };
        self.run(&format!("{before}pdr -T {}", limit.as_secs().max(1)), limit, 0)
    }
}

impl Drop for Circuit {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// The answer among what is printed.
fn answer(text: &str, bound: u32) -> Answer {
    let number = |rest: &str| rest.split(|c: char| !c.is_ascii_digit()).next().and_then(|n| n.parse().ok());
    if let Some((_, rest)) = text.split_once("was asserted in frame ") {
        return number(rest).map_or(Answer::Stopped, Answer::Violated);
    }
    if text.contains("Property proved") {
        return Answer::Proved(None);
    }
    if text.contains("Explored all reachable states") {
        return Answer::Holds(bound);
    }
    match text.split_once("No output asserted in ") {
        Some((_, rest)) if number(rest).is_some_and(|frames| frames > bound) => Answer::Holds(bound),
        _ => Answer::Stopped,
    }
}
