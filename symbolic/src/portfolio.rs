//! The search for violations and that for a proof, side by side. What ends with an answer first stops the other.
//!
//! The verdict does not hang on which one that is: a violation is always a shortest one (or, in deep mode, whatever it is), and nobody
//! proves what the other refutes. Where both prove, the proof that needs no bound is told: it gets some time more to end.

use crate::found::Found;
use crate::question::Question;
use crate::{bounded, context, prove};
use musilc_ir::{Goal, Limits, TransitionSystem, Unknown, Verdict};
use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant};

type Answer = Result<Verdict, Unknown>;

/// Whether an answer is final: everything but a bound, or a reason.
fn decisive(answer: &Answer) -> bool {
    !matches!(answer, Ok(Verdict::HoldsToDepth { .. } | Verdict::Unknown(_)) | Err(_))
}

/// Runs both on two threads, each with a solver context of its own.
pub(crate) fn parallel(system: &TransitionSystem, question: Question<'_>, found: &mut Found) -> Answer {
    let (to_search, to_prove) = (question.limits.interrupt.child(), question.limits.interrupt.child());
    let mut proving = Found::default();
    let (searched, proved) = thread::scope(|scope| {
        let prover = scope.spawn(|| {
            let limits = Limits { interrupt: to_prove.clone(), ..question.limits.clone() };
            let answer = context::run(
                |stop| prove::run(system, Question { limits: &limits, stop, ..question }, &mut proving),
                &limits,
            );
            if decisive(&answer) {
                to_search.raise();
            }
            answer
        });
        let limits = Limits { interrupt: to_search.clone(), ..question.limits.clone() };
        let answer = context::run(
            |stop| bounded(system, Question { limits: &limits, stop, ..question }, found),
            &limits,
        );
        if decisive(&answer) {
            if matches!(answer, Ok(Verdict::Proved(_))) {
                wait(&prover, question.started.elapsed().max(GRACE), question.limits);
            }
            to_prove.raise();
        }
        let crashed = || Err(Unknown::Incapable("the search for a proof panicked".to_owned()));
        (answer, prover.join().unwrap_or_else(|_| crashed()))
    });
    combined(question, searched, proved, found, proving)
}

/// How long a proof may still take, at least, when the search has come to the end of all runs.
const GRACE: Duration = Duration::from_secs(1);

/// Waits until a thread has ended, or the time is up.
fn wait<T>(thread: &ScopedJoinHandle<'_, T>, most: Duration, limits: &Limits) {
    let until = Instant::now() + most;
    while !thread.is_finished() && Instant::now() < until && limits.must_stop().is_none() {
        thread::sleep(Duration::from_millis(1));
    }
}

/// Runs one after the other.
pub(crate) fn in_turn(system: &TransitionSystem, question: Question<'_>, found: &mut Found) -> Answer {
    let searched = bounded(system, question, found);
    if decisive(&searched) || matches!(searched, Err(Unknown::Interrupted)) {
        return searched;
    }
    let mut proving = Found::default();
    let proved = prove::run(system, question, &mut proving);
    combined(question, searched, proved, found, proving)
}

fn combined(
    question: Question<'_>,
    searched: Answer,
    proved: Answer,
    found: &mut Found,
    proving: Found,
) -> Answer {
    found.queries += proving.queries;
    found.memory = found.memory.max(proving.memory);
    let both = matches!((&searched, &proved), (Ok(Verdict::Proved(_)), Ok(Verdict::Proved(_))));
    if decisive(&searched) && !both {
        return searched;
    }
    found.certificate = proving.certificate;
    if decisive(&proved) {
        // How far the search got when it was stopped is chance.
        found.decided = proving.decided;
        found.lassos = proving.lassos;
        if question.goal == Goal::All {
            found.witnesses = proving.witnesses;
        }
        return proved;
    }
    // Whoever asks for a proof wants to know why there is none; the bound is told with it.
    match (searched, proved) {
        (Err(Unknown::Interrupted), _) | (_, Err(Unknown::Interrupted)) => Err(Unknown::Interrupted),
        (Ok(bound), Err(Unknown::Timeout)) => Ok(bound),
        (_, why) => why,
    }
}
