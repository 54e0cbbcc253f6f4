//! A second opinion on certificates: solvers that share nothing with the engines are asked whether the invariant is inductive, and whether
//! nothing is wrong where it is true.

use crate::result::Run;
use musilc_export::{Script, obligations};
use musilc_ir::{Certificate, Goal, Limits, TransitionSystem};
use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

/// The solvers, in order of preference, with what makes them read SMT-LIB from stdin.
const SOLVERS: [Solver; 2] = [
    Solver { command: "cvc5", arguments: &["--incremental", "--lang=smt2"] },
    Solver { command: "z3", arguments: &["-smt2", "-in"] },
];

/// How often the limits are looked at.
const TICK: Duration = Duration::from_millis(20);

/// A solver that is a process of its own.
#[derive(Clone, Copy, Debug)]
struct Solver {
    command: &'static str,
    arguments: &'static [&'static str],
}

/// What another solver says of a certificate.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Opinion {
    /// None is installed.
    NoSolver,
    /// It proves all obligations.
    Confirmed {
        /// Its name.
        solver: &'static str,
    },
    /// It has a counterexample to one.
    Refuted {
        /// Its name.
        solver: &'static str,
        /// The obligation, in words.
        obligation: String,
    },
    /// It does not know.
    Undecided {
        /// Its name.
        solver: &'static str,
        /// Why not.
        why: String,
    },
}

/// What another solver says of the invariants behind the runs' proofs: contradictions, and notes.
pub(crate) fn opinions(
    system: &TransitionSystem,
    goal: Goal,
    runs: &[Run],
    limits: &Limits,
) -> (Vec<String>, Vec<String>) {
    // The invariant speaks of violations; what is to be reached is a matter of its own.
    let goal = if let Goal::Reach(id) = goal { Goal::Refute(id) } else { goal };
    let (mut contradictions, mut notes) = (vec![], vec![]);
    for run in runs {
        let Some(certificate) = &run.outcome.certificate else { continue };
        match second_opinion(system, certificate, goal, limits) {
            Opinion::NoSolver => notes.push(format!(
                "no other solver is installed that could confirm the invariant; {} would be",
                SOLVERS.map(|solver| solver.command).join(" or ")
            )),
            Opinion::Confirmed { solver } => notes.push(format!("{solver} confirmed the invariant")),
            Opinion::Undecided { solver, why } => {
                notes.push(format!("{solver} did not confirm the invariant: {why}"));
            }
            Opinion::Refuted { solver, obligation } => contradictions.push(format!(
                "{}: an invariant proves the check; {solver}: it does not, for it is not so that {obligation}",
                run.engine
            )),
        }
    }
    (contradictions, notes)
}

/// Asks a solver of those that are installed; the next one where the first does not know. The limits are those of all together.
pub(crate) fn second_opinion(
    system: &TransitionSystem,
    certificate: &Certificate,
    goal: Goal,
    limits: &Limits,
) -> Opinion {
    opinion_of(&SOLVERS, system, certificate, goal, limits)
}

fn opinion_of(
    solvers: &[Solver],
    system: &TransitionSystem,
    certificate: &Certificate,
    goal: Goal,
    limits: &Limits,
) -> Opinion {
    let mut context = system.context.clone();
    let invariant = certificate.expr(system, &mut context);
    let mut opinion = Opinion::NoSolver;
    let mut script = None;
    for solver in solvers {
        let child = match solver.start() {
            Ok(child) => child,
            Err(problem) if problem.kind() == ErrorKind::NotFound => continue,
            Err(problem) => {
                let why = format!("it cannot be started: {problem}");
                opinion = first(opinion, Opinion::Undecided { solver: solver.command, why });
                continue;
            }
        };
        let mut child = Running(child);
        // Nothing is written where there is nobody to read it.
        let script = script.get_or_insert_with(|| obligations(system, &context, invariant, goal, limits));
        let found = match script {
            Ok(script) => ask(solver.command, &mut child.0, script, limits),
            Err(refusal) => Opinion::Undecided { solver: solver.command, why: refusal.to_string() },
        };
        if !matches!(found, Opinion::Undecided { .. }) {
            return found;
        }
        opinion = first(opinion, found);
    }
    opinion
}

/// What was said first.
fn first(before: Opinion, now: Opinion) -> Opinion {
    if before == Opinion::NoSolver { now } else { before }
}

impl Solver {
    fn start(&self) -> std::io::Result<Child> {
        Command::new(self.command)
            .args(self.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
    }
}

/// A process that ends when nobody waits for it any more.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself, which is as well.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn ask(solver: &'static str, child: &mut Child, script: &Script, limits: &Limits) -> Opinion {
    let (Some(mut stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
        return Opinion::Undecided { solver, why: "it cannot be spoken to".to_owned() };
    };
    let (said, heard) = mpsc::channel();
    thread::scope(|scope| {
        // A solver that does not read on is noticed by what it does not say.
        scope.spawn(move || drop(stdin.write_all(script.text.as_bytes())));
        scope.spawn(move || {
            for line in BufReader::new(stdout).lines() {
                if line.is_ok_and(|line| said.send(line).is_err()) {
                    break;
                }
            }
        });
        let opinion = judge(solver, script, &heard, limits);
        drop(heard);
        // Lets the threads go: their pipes break.
        let _ = child.kill();
        opinion
    })
}

/// Compares the answers with what they should be.
fn judge(solver: &'static str, script: &Script, heard: &Receiver<String>, limits: &Limits) -> Opinion {
    let undecided = |why: String| Opinion::Undecided { solver, why };
    let mut open = script.obligations.iter();
    let Some(mut obligation) = open.next() else { return Opinion::Confirmed { solver } };
    loop {
        if let Some(why) = limits.must_stop() {
            return undecided(crate::report::phrase::unknown(&why));
        }
        let line = match heard.recv_timeout(TICK) {
            Ok(line) => line,
            Err(RecvTimeoutError::Timeout) => continue,
            Err(RecvTimeoutError::Disconnected) => return undecided("it ended without an answer".to_owned()),
        };
        match line.trim() {
            "unsat" => match open.next() {
                Some(next) => obligation = next,
                None => return Opinion::Confirmed { solver },
            },
            "sat" => return Opinion::Refuted { solver, obligation: obligation.clone() },
            "unknown" => return undecided(format!("it does not know whether {obligation}")),
            line if line.starts_with("(error") => return undecided(format!("it says {line}")),
            _ => {}
        }
    }
}

#[cfg(test)]
#[path = "certify/tests.rs"]
mod tests;
