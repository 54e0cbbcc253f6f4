//! How much work a run was, in a line.

use super::figures::{bytes, bytes_each, count, counted, duration, rate};
use super::trace::width;
use crate::check::whole_length;
use crate::options::Engine;
use crate::report::phrase;
use crate::result::Run;
use musilc_ir::{Outcome, Proof, Verdict, ViolationKind};

/// `explicit 19 states, 3 ms`, `bmc depth 4, 40 ms`
pub(crate) fn short(run: &Run, timings: bool) -> String {
    let outcome = &run.outcome;
    let mut out = format!("{} {}", run.engine, extent(run.engine, outcome));
    if timings {
        out.push_str(&format!(", {}", duration(outcome.statistics.elapsed)));
    }
    out
}

fn extent(engine: Engine, outcome: &Outcome) -> String {
    if let (Engine::Explicit, Some(states)) = (engine, outcome.statistics.states) {
        return match outcome.statistics.left_out.len() {
            0 => counted(states, "state"),
            some => format!("{} without {}", counted(states, "state"), counted(some as u64, "variable")),
        };
    }
    if let Verdict::Proved(Proof::AllRunsEnd { longest }) = outcome.verdict {
        return format!("all runs end within {longest}");
    }
    if let Verdict::Proved(proof @ (Proof::Induction { .. } | Proof::Invariant { .. })) = outcome.verdict {
        return phrase::proof(proof, None);
    }
    match depth(outcome) {
        Some(depth) => format!("depth {depth}"),
        None if is_step(outcome) => "1 step".to_owned(),
        None if matches!(&outcome.verdict, Verdict::Violated(violation) if matches!(violation.kind, ViolationKind::Unreached(_))) => {
            "all depths".to_owned()
        }
        None => "nothing decided".to_owned(),
    }
}

/// Whether the run found a counterexample to induction, whose depth says nothing of how far it got.
fn is_step(outcome: &Outcome) -> bool {
    matches!(&outcome.verdict, Verdict::Violated(violation) if matches!(violation.kind, ViolationKind::NotInductive(_)))
}

/// The greatest depth that a run got to.
pub(crate) fn depth(outcome: &Outcome) -> Option<u32> {
    match &outcome.verdict {
        _ if is_step(outcome) => outcome.decided_depth,
        // The lengths of a lasso are told with the verdict; the bounded checker goes by both together.
        Verdict::Violated(violation) if violation.trace.back_to.is_some() => {
            outcome.decided_lassos.map(|_| whole_length(&violation.trace)).or(outcome.decided_depth)
        }
        Verdict::Violated(violation) if violation.trace.initial.is_some() || violation.depth() > 0 => {
            Some(violation.depth())
        }
        Verdict::Reached(trace) => Some(trace.depth()),
        Verdict::HoldsToDepth { depth } => Some(*depth),
        _ => outcome.decided_depth,
    }
}

/// Everything that is known about the work of a run, in lines of at most so many columns where that can be. With `how`, also whether
/// steps were computed by machine code.
pub(crate) fn long(run: &Run, timings: bool, how: bool, columns: usize) -> Vec<String> {
    let mut parts = work(run, timings);
    if timings && how {
        let native = run.outcome.statistics.native;
        parts.extend(native.map(|native| if native { "native code" } else { "interpreted" }.to_owned()));
    }
    if parts.is_empty() {
        parts.push("nothing decided".to_owned());
    }
    filled(&format!("{}:", run.engine), &parts, columns)
}

fn work(run: &Run, timings: bool) -> Vec<String> {
    let statistics = &run.outcome.statistics;
    let mut parts = Vec::new();
    if let Some(states) = statistics.states {
        parts.push(counted(states, "state"));
    }
    if let Some(transitions) = statistics.transitions {
        parts.push(counted(transitions, "transition"));
    }
    if let Some(pairs) = statistics.product_states {
        parts.push(counted(pairs, "product state"));
    }
    let levels = u32::try_from(statistics.levels.len()).ok().and_then(|levels| levels.checked_sub(1));
    if let Verdict::Proved(Proof::Exhaustive { diameter }) = run.outcome.verdict {
        parts.push(format!("diameter {diameter}"));
    } else if let Some(depth) = levels.or(depth(&run.outcome)) {
        parts.push(format!("depth {depth}"));
    }
    if let Some(length) = run.outcome.decided_lassos {
        parts.push(format!("no lasso to length {length}"));
    }
    if let Some(queries) = statistics.queries {
        parts.push(format!("{} {}", count(queries), if queries == 1 { "query" } else { "queries" }));
    }
    if timings {
        let rated = [(statistics.states, "state"), (statistics.transitions, "transition")];
        let rated =
            rated.into_iter().filter_map(|(number, noun)| Some((number.filter(|&number| number > 0)?, noun)));
        parts.extend(rated.map(|(number, noun)| rate(number, noun, statistics.elapsed)));
    }
    if let Some(bits) = statistics.state_bits {
        parts.push(format!("{} per state", counted(bits, "bit")));
    }
    if !statistics.left_out.is_empty() {
        let names: Vec<String> = statistics.left_out.iter().map(|name| format!("`{name}`")).collect();
        parts.push(format!("{} left out, on which nothing depends", names.join(", ")));
    }
    if timings {
        if let (Some(memory), Some(states @ 1..)) = (statistics.memory, statistics.states) {
            parts.push(format!("{} bytes per state", bytes_each(memory, states)));
        }
        parts.extend(statistics.memory.map(|memory| format!("{} of memory", bytes(memory))));
        parts.push(duration(statistics.elapsed));
    }
    parts
}

/// Parts with commas between them, in as few lines as there may be; all but the first are indented.
fn filled(title: &str, parts: &[String], columns: usize) -> Vec<String> {
    let mut lines = vec![title.to_owned()];
    let mut fresh = true;
    for (index, part) in parts.iter().enumerate() {
        let part = if index + 1 < parts.len() { format!("{part},") } else { part.clone() };
        match lines.last_mut() {
            Some(line) if fresh || width(line) + 1 + width(&part) <= columns => {
                line.push(' ');
                line.push_str(&part);
            }
            _ => lines.push(format!("  {part}")),
        }
        fresh = false;
    }
    lines
}

/// The number of states first reached at each depth, if the engine counts them. What does not fit into a line becomes a table whose rows
/// begin with a depth.
pub(crate) fn levels(run: &Run, columns: usize) -> Vec<String> {
    let levels: Vec<String> = run.outcome.statistics.levels.iter().map(u64::to_string).collect();
    if levels.is_empty() {
        return vec![];
    }
    let title = format!("{} states at each depth:", run.engine);
    let line = format!("{title} {}", levels.join(" "));
    if width(&line) <= columns {
        return vec![line];
    }
    let margin = (levels.len() - 1).to_string().len();
    let cell = levels.iter().map(String::len).max().unwrap_or(0);
    // Rows of ten are easy to count in.
    let room = columns.saturating_sub(margin + 3) / (cell + 2);
    let row = [20, 10, 5, 2].into_iter().find(|row| *row <= room).unwrap_or(1);
    let mut lines = vec![title];
    for (index, counts) in levels.chunks(row).enumerate() {
        let cells: String = counts.iter().map(|count| format!("  {count:>cell$}")).collect();
        lines.push(format!("  {:>margin$}:{cells}", index * row));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use musilc_ir::Statistics;
    use std::time::Duration;

    fn run(statistics: Statistics, verdict: Verdict) -> Run {
        let outcome = Outcome {
            verdict,
            decided_depth: Some(2),
            decided_lassos: None,
            witnesses: vec![],
            certificate: None,
            statistics,
            coverage: None,
        };
        Run { engine: Engine::Explicit, outcome }
    }

    fn proved() -> Run {
        let statistics = Statistics {
            states: Some(1_234_567),
            transitions: Some(4_000_000),
            levels: vec![1, 2, 1_234_564],
            product_states: None,
            state_bits: Some(42),
            memory: Some(12_345_670),
            queries: None,
            native: Some(true),
            elapsed: Duration::from_secs(2),
            ..Statistics::default()
        };
        run(statistics, Verdict::Proved(Proof::Exhaustive { diameter: 2 }))
    }

    #[test]
    fn everything_is_told() {
        assert_eq!(
            long(&proved(), true, true, 100),
            [
                "explicit: 1 234 567 states, 4 000 000 transitions, diameter 2, 617 k states/s, 2.00 M transitions/s,",
                "  42 bits per state, 10.0 bytes per state, 11.8 MiB of memory, 2.00 s, native code",
            ]
        );
        assert_eq!(
            long(&proved(), true, false, usize::MAX).join("").rsplit_once(", "),
            Some((
                "explicit: 1 234 567 states, 4 000 000 transitions, diameter 2, 617 k states/s, 2.00 M transitions/s, \
                 42 bits per state, 10.0 bytes per state, 11.8 MiB of memory",
                "2.00 s"
            ))
        );
    }

    #[test]
    fn what_depends_on_the_machine_can_be_left_out() {
        let expected = "explicit: 1 234 567 states, 4 000 000 transitions, diameter 2, 42 bits per state";
        assert_eq!(long(&proved(), false, true, 100), [expected]);
        let interpreted = run(
            Statistics { native: Some(false), ..Statistics::default() },
            Verdict::HoldsToDepth { depth: 2 },
        );
        assert_eq!(long(&interpreted, true, true, 100), ["explicit: depth 2, 0 µs, interpreted"]);
        assert_eq!(long(&interpreted, false, true, 100), ["explicit: depth 2"]);
    }

    #[test]
    fn many_depths_become_a_table() {
        let with = |levels: Vec<u64>, columns| {
            let statistics = Statistics { levels, ..Statistics::default() };
            levels_of(&statistics, columns)
        };
        assert_eq!(with(vec![], 100), Vec::<String>::new());
        assert_eq!(with(vec![1, 2, 4], 100), ["explicit states at each depth: 1 2 4"]);
        assert_eq!(
            with((0..23).map(|depth| depth * 100).collect(), 70),
            [
                "explicit states at each depth:",
                "   0:     0   100   200   300   400   500   600   700   800   900",
                "  10:  1000  1100  1200  1300  1400  1500  1600  1700  1800  1900",
                "  20:  2000  2100  2200",
            ]
        );
        let many = with((0..400).map(|depth| depth * depth).collect(), 100);
        assert_eq!(many.len(), 1 + 40);
        assert!(many.iter().all(|line| width(line) <= 100), "{many:#?}");
        // However narrow it is, everything is there.
        assert_eq!(with(vec![u64::MAX; 30], 10).len(), 1 + 30);
    }

    fn levels_of(statistics: &Statistics, columns: usize) -> Vec<String> {
        levels(&run(statistics.clone(), Verdict::HoldsToDepth { depth: 2 }), columns)
    }
}
