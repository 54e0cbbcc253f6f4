//! Holding everything to everything on one check: the frontend's system must be well-formed and survive its text form, the explicit search must
//! answer exactly as the reference checker does, the bounded checker as far as it looks, and all of them as the interpreter of the source.

use crate::interpreter::{Answer, Finding, Machine, Word, explore};
use crate::modes;
use musilc_explicit::{Codegen, Mutation as ExplicitFault, Options, check_with};
use musilc_frontend::diagnostic::Code;
use musilc_frontend::literate::Source;
use musilc_frontend::{Files, Program};
use musilc_ir::eval::{Env, Evaluator};
use musilc_ir::replay::{confirm, number_at_fault};
use musilc_ir::{
    Claim, FailureKind, Goal, Limits, Outcome, Proof, PropertyKind, TransitionSystem, Unknown, Verdict,
    Violation, ViolationKind, search, text, validate,
};
use musilc_symbolic::Mutation as SymbolicFault;
use std::num::NonZeroUsize;
use std::path::Path;
use std::time::{Duration, Instant};

/// How far a comparison goes.
#[derive(Clone, Copy)]
pub(crate) struct Extent {
    /// Models with more states are left out.
    pub(crate) most_states: u64,
    /// The bounded checker looks at runs of at most so many steps.
    pub(crate) most_steps: u32,
    /// It gets so much time for each question.
    pub(crate) patience: Duration,
    pub(crate) explicit: ExplicitFault,
    pub(crate) symbolic: SymbolicFault,
}

impl Extent {
    pub(crate) const SMALL: Extent = Extent {
        most_states: 1200,
        most_steps: 8,
        patience: Duration::from_secs(20),
        explicit: ExplicitFault::None,
        symbolic: SymbolicFault::None,
    };
}

/// Why a comparison is discarded that took too long: another run of it may come to an end.
pub(crate) const NO_TIME: &str = "bmc had not enough time";

/// What came of a comparison without a disagreement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Agreed {
    On(Shape),
    /// There was nothing to compare.
    Discarded(&'static str),
}

/// What all agree on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Shape {
    /// The verdict, in a word or two.
    pub(crate) verdict: String,
    /// The depth of the violation, or of the farthest state.
    pub(crate) depth: u32,
    /// The states that were found.
    pub(crate) states: u64,
    /// The steps that were made.
    pub(crate) transitions: u64,
}

/// Files beside a chapter.
pub(crate) struct Beside<'p>(pub(crate) &'p Path);

impl Files for Beside<'_> {
    fn read(&self, path: &str) -> Result<String, String> {
        std::fs::read_to_string(self.0.join(path)).map_err(|error| error.to_string())
    }
}

/// Compiles a chapter that must compile.
pub(crate) fn compile(
    name: &str,
    text: &str,
    constants: &[(&str, &str)],
    directory: &Path,
) -> Result<Program, String> {
    let source = Source::new(name, text);
    let constants = constants.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let options = musilc_frontend::Options { constants };
    let (program, diagnostics) = musilc_frontend::compile(&source, &options, &Beside(directory));
    program.ok_or_else(|| {
        let shown = diagnostics.iter().map(|d| {
            let at = text.get(d.span().range()).unwrap_or_default();
            format!("{:?}: {} at `{at}`", d.code, d.message)
        });
        format!("it does not compile: {}", shown.collect::<Vec<_>>().join("; "))
    })
}

/// The system of a check; `None` where it is beyond the documented limits.
pub(crate) fn system_of(program: &Program, check: usize) -> Result<Option<TransitionSystem>, String> {
    match program.system(check) {
        Ok(system) => Ok(Some(system)),
        Err(problems)
            if problems.iter().all(|d| matches!(d.code, Code::TooLarge | Code::ArithmeticTooLarge)) =>
        {
            Ok(None)
        }
        Err(problems) => Err(format!("it cannot be lowered: {problems:?}")),
    }
}

/// Compares everything on the check at this position.
pub(crate) fn compare(program: &Program, check: usize, extent: &Extent) -> Result<Agreed, String> {
    let Some(mut system) = system_of(program, check)? else {
        return Ok(Agreed::Discarded("beyond the limits"));
    };
    well_formed(&system)?;
    // What is inductive is a matter of all states, reachable or not, and of the symbolic engine alone.
    modes::induction(&system, extent)?;
    system.properties.iter_mut().for_each(|property| property.inductive = false);
    let limits = Limits { max_states: Some(extent.most_states), ..Limits::default() };
    let reference =
        search::check(&system, Goal::All, &limits).map_err(|error| format!("reference: {error}"))?;
    if matches!(reference.verdict, Verdict::Unknown(_)) {
        return Ok(Agreed::Discarded("too many states"));
    }
    confirm(&system, Goal::All, &reference).map_err(|why| format!("reference, not confirmed: {why}"))?;
    only_states(&system, &reference).map_err(|why| format!("reference: {why}"))?;
    let machine = Machine::new(program, check).ok_or("the interpreter finds that an argument is no value")?;
    let most = usize::try_from(extent.most_states).expect("it is small");
    let answer = explore(&machine, most).ok_or("the interpreter finds more states")?;
    against_source(&system, &reference, &answer).map_err(|why| format!("interpreter: {why}"))?;
    lasso_of_source(&machine, &system, &reference).map_err(|why| format!("interpreter: {why}"))?;
    let mut goals = vec![Goal::All];
    goals.extend(system.properties_of(PropertyKind::Reachable).map(Goal::Reach));
    goals.extend(system.global_properties(Goal::All).into_iter().map(Goal::Refute));
    let mut impatient = false;
    for goal in goals {
        let reference = match goal {
            Goal::All => reference.clone(),
            Goal::Reach(_) | Goal::Refute(_) | Goal::Induct(_) => {
                search::check(&system, goal, &limits).map_err(|error| format!("reference: {error}"))?
            }
        };
        // The reference has its limits.
        if matches!(reference.verdict, Verdict::Unknown(_)) {
            continue;
        }
        let found = explicit(&system, goal, &limits, extent, &reference)
            .map_err(|why| format!("explicit, {goal:?}: {why}"))?;
        lasso_of_source(&machine, &system, &found).map_err(|why| format!("interpreter: {why}"))?;
        impatient |=
            !bounded(&system, goal, extent, &reference).map_err(|why| format!("bmc, {goal:?}: {why}"))?;
        impatient |=
            !modes::agree(&system, goal, extent, &reference).map_err(|why| format!("{goal:?}: {why}"))?;
        if let (Goal::Reach(id), Verdict::Reached(trace)) = (goal, &reference.verdict)
            && let Some((_, depth)) = answer.witnesses.iter().find(|(other, _)| *other == id)
            && trace.depth() != *depth
        {
            return Err(format!("interpreter: {id:?} is reached after {depth} steps, not {}", trace.depth()));
        }
    }
    claims(&system, &reference)?;
    if impatient {
        return Ok(Agreed::Discarded(NO_TIME));
    }
    let (states, transitions) = (answer.levels.iter().sum(), answer.fired.iter().sum());
    Ok(Agreed::On(Shape { verdict: describe(&system, &reference), depth: answer.depth, states, transitions }))
}

fn well_formed(system: &TransitionSystem) -> Result<(), String> {
    validate(system).map_err(|problems| format!("the system is malformed: {}", problems.join("; ")))?;
    let printed = text::print(system);
    let read = text::parse(&printed).map_err(|error| format!("its text does not parse: {error}"))?;
    if text::print(&read) == printed { Ok(()) } else { Err("its text changes on the way".to_owned()) }
}

/// The verdict in words.
pub(crate) fn describe(system: &TransitionSystem, outcome: &Outcome) -> String {
    match &outcome.verdict {
        Verdict::Violated(violation) => match violation.kind {
            ViolationKind::Error(site) => {
                let kind =
                    system.failure(site).map(|failure| format!("{:?}", failure.kind)).unwrap_or_default();
                let word = kind.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
                format!("error {word}")
            }
            ViolationKind::Property(id) => format!("violated {:?}", system.property(id).kind),
            ViolationKind::Deadlock => "deadlock".to_owned(),
            ViolationKind::NoInitialState => "no initial state".to_owned(),
            ViolationKind::Unreached(_) => "unreached".to_owned(),
            ViolationKind::Lasso(_) => "lasso".to_owned(),
            ViolationKind::Unrecoverable(_) => "unrecoverable".to_owned(),
            ViolationKind::NotInductive(_) => "not inductive".to_owned(),
        },
        Verdict::Proved(_) => "holds".to_owned(),
        other => format!("{other:?}"),
    }
}

/// The reference checker on the lowered system against the interpreter on the source.
fn against_source(system: &TransitionSystem, reference: &Outcome, answer: &Answer) -> Result<(), String> {
    let differ = |what: &str| Err(format!("{what}: {answer:?}, and the system {:?}", summary(reference)));
    match (&answer.finding, &reference.verdict) {
        (Finding::Holds, Verdict::Proved(Proof::Exhaustive { diameter })) => {
            if answer.depth != *diameter {
                return differ("other diameters");
            }
        }
        (finding, Verdict::Violated(violation)) => {
            let same = match (finding, violation.kind) {
                (Finding::Errors(place, faults), ViolationKind::Error(site)) => {
                    let failure = system.failure(site).ok_or("there is no such failure")?;
                    let value = number_at_fault(system, violation)?;
                    *place == site.place
                        && faults
                            .iter()
                            .any(|f| f.kind == failure.kind && f.span == failure.span && f.value == value)
                }
                (Finding::Property(a), ViolationKind::Property(b)) => *a == b,
                (Finding::Unreached(a), ViolationKind::Unreached(b)) => {
                    return if *a == b { figures(answer, reference) } else { differ("other properties") };
                }
                // The interpreter stops when it has seen all states.
                (Finding::Holds, ViolationKind::Lasso(_) | ViolationKind::Unrecoverable(_)) => {
                    return figures(answer, reference);
                }
                (Finding::Deadlock, ViolationKind::Deadlock) => true,
                (Finding::NoInitialState, ViolationKind::NoInitialState) => true,
                _ => false,
            };
            if !same || violation.depth() != answer.depth {
                return differ("other verdicts");
            }
        }
        _ => return differ("other verdicts"),
    }
    figures(answer, reference)
}

/// What is reached is what induction takes for a state.
fn only_states(system: &TransitionSystem, outcome: &Outcome) -> Result<(), String> {
    let decisive = match &outcome.verdict {
        Verdict::Violated(violation) => Some(&violation.trace),
        _ => None,
    };
    let traces = outcome.witnesses.iter().map(|(_, trace)| trace).chain(decisive);
    let mut states = traces.flat_map(|trace| {
        trace.steps.iter().map(|step| step.state.as_ref()).chain([trace.initial.as_ref()]).flatten()
    });
    match states.find(|state| !system.is_state(state)) {
        Some(state) => Err(format!("{state:?} represents no values")),
        None => Ok(()),
    }
}

/// The lasso of a verdict, if there is one, is a fair run of the source, and makes the property false there too.
fn lasso_of_source(
    machine: &Machine<'_>,
    system: &TransitionSystem,
    outcome: &Outcome,
) -> Result<(), String> {
    let Verdict::Violated(Violation { kind: ViolationKind::Lasso(id), trace }) = &outcome.verdict else {
        return Ok(());
    };
    let formula = machine.model.properties[id.index()].formula.as_ref().ok_or("a lasso of no formula")?;
    let words = Word::of(machine, system, trace);
    let refutes = |word: &Word<'_, '_>| word.is_fair() && word.satisfies(formula) == Ok(false);
    if words.iter().any(refutes) { Ok(()) } else { Err(format!("no run of the source: {trace:?}")) }
}

fn figures(answer: &Answer, reference: &Outcome) -> Result<(), String> {
    let statistics = &reference.statistics;
    let same = answer.levels == statistics.levels
        && Some(answer.levels.iter().sum()) == statistics.states
        && Some(answer.fired.iter().sum()) == statistics.transitions
        && reference.coverage.as_ref().is_some_and(|coverage| coverage.fired == answer.fired);
    let mut own = answer.witnesses.clone();
    own.sort_unstable();
    let witnesses: Vec<_> = reference.witnesses.iter().map(|(id, trace)| (*id, trace.depth())).collect();
    if same && own == witnesses {
        return Ok(());
    }
    Err(format!("other figures: {answer:?}, and the system {:?}", summary(reference)))
}

/// An outcome without its traces.
fn summary(outcome: &Outcome) -> impl std::fmt::Debug {
    let verdict = match &outcome.verdict {
        Verdict::Violated(violation) => format!("{:?} after {} steps", violation.kind, violation.depth()),
        other => format!("{other:?}"),
    };
    let witnesses: Vec<_> = outcome.witnesses.iter().map(|(id, trace)| (id.0, trace.depth())).collect();
    let statistics = &outcome.statistics;
    (
        verdict,
        outcome.decided_depth,
        witnesses,
        statistics.levels.clone(),
        statistics.transitions,
        outcome.coverage.clone(),
    )
}

/// The explicit search must answer as the reference checker does, word for word, traces included: with the interpreter, and with machine code
/// and two threads. Without variables that do not matter, it must give the same verdict.
fn explicit(
    system: &TransitionSystem,
    goal: Goal,
    limits: &Limits,
    extent: &Extent,
    reference: &Outcome,
) -> Result<Outcome, String> {
    let two = NonZeroUsize::MIN.saturating_add(1);
    let plain = Options { mutation: extent.explicit, ..Options::default() };
    explicit_with(
        system,
        goal,
        limits,
        reference,
        &Options { codegen: Codegen::Native, threads: two, share_from: 1, ..plain.clone() },
    )
    .map_err(|why| format!("native, with two threads: {why}"))?;
    let sliced = check_with(system, goal, limits, &Options { slice: true, ..plain.clone() });
    confirm(system, goal, &sliced).map_err(|why| format!("not confirmed without some variables: {why}"))?;
    let same = match (&sliced.verdict, &reference.verdict) {
        (Verdict::Proved(_), Verdict::Proved(_)) | (_, Verdict::Unknown(_)) => true,
        (Verdict::Violated(own), Verdict::Violated(other)) => {
            own.kind == other.kind && own.depth() == other.depth()
        }
        (own, other) => own == other,
    };
    // Lassos are as long as they happen to be found.
    if !same
        && !matches!(&reference.verdict, Verdict::Violated(v) if matches!(v.kind, ViolationKind::Lasso(_)))
    {
        return Err(format!(
            "without some variables {:?}, and with all {:?}",
            summary(&sliced),
            summary(reference)
        ));
    }
    explicit_with(system, goal, limits, reference, &plain)
}

fn explicit_with(
    system: &TransitionSystem,
    goal: Goal,
    limits: &Limits,
    reference: &Outcome,
    options: &Options,
) -> Result<Outcome, String> {
    let found = check_with(system, goal, limits, options);
    confirm(system, goal, &found).map_err(|why| format!("not confirmed: {why}"))?;
    // There are many lassos to choose from.
    let same_verdict = match (&found.verdict, &reference.verdict) {
        (Verdict::Violated(own), Verdict::Violated(other)) if matches!(own.kind, ViolationKind::Lasso(_)) => {
            own.kind == other.kind
        }
        (own, other) => own == other,
    };
    let same = same_verdict
        && found.decided_depth == reference.decided_depth
        && found.witnesses == reference.witnesses
        && found.statistics.states == reference.statistics.states
        && found.statistics.transitions == reference.statistics.transitions
        && found.statistics.levels == reference.statistics.levels
        && found.coverage == reference.coverage;
    if same {
        Ok(found)
    } else {
        Err(format!("{:?}, and the reference {:?}", summary(&found), summary(reference)))
    }
}

/// The bounded checker must find what the reference found, at the same depth, and nothing else; whether it had the time.
fn bounded(
    system: &TransitionSystem,
    goal: Goal,
    extent: &Extent,
    reference: &Outcome,
) -> Result<bool, String> {
    let decisive = match &reference.verdict {
        Verdict::Violated(violation) if !violation.kind.is_local() => None,
        Verdict::Violated(violation) => Some(violation.depth()),
        Verdict::Reached(trace) => Some(trace.depth()),
        _ => None,
    };
    let levels = u32::try_from(reference.statistics.levels.len()).unwrap_or(u32::MAX);
    let depth = decisive.unwrap_or(levels).min(extent.most_steps);
    let options = musilc_symbolic::Options { depth, ..musilc_symbolic::Options::default() };
    let limits = Limits { deadline: Some(Instant::now() + extent.patience), ..Limits::default() };
    let found = musilc_symbolic::check_mutated(system, goal, &limits, &options, extent.symbolic);
    confirm(system, goal, &found).map_err(|why| format!("not confirmed: {why}"))?;
    let differ =
        || Err(format!("{:?} up to {depth}, and the reference {:?}", summary(&found), summary(reference)));
    if let Some(agrees) = beyond_depths(system, goal, &found, reference) {
        return if agrees { Ok(true) } else { differ() };
    }
    let known_to = match (&found.verdict, &reference.verdict) {
        (Verdict::Violated(own), Verdict::Violated(other)) => {
            let unreached = matches!(own.kind, ViolationKind::Unreached(_));
            if own.kind != other.kind || !unreached && own.depth() != other.depth() {
                return differ();
            }
            if unreached { depth + 1 } else { own.depth() }
        }
        (Verdict::Reached(own), Verdict::Reached(other)) if own.depth() == other.depth() => depth,
        (Verdict::Proved(Proof::AllRunsEnd { longest }), Verdict::Proved(Proof::Exhaustive { diameter })) => {
            if longest < diameter || *longest > depth {
                return differ();
            }
            depth + 1
        }
        (Verdict::HoldsToDepth { depth: own }, _)
            if *own == depth && decisive.is_none_or(|at| at > depth) =>
        {
            depth + 1
        }
        (Verdict::Unknown(Unknown::Timeout), _) => {
            // What it decided before, it decided without finding anything.
            let clean = match (found.decided_depth, decisive) {
                (Some(decided), Some(at)) => decided < at,
                _ => true,
            };
            return if clean { Ok(false) } else { differ() };
        }
        _ => return differ(),
    };
    if goal == Goal::All {
        for (id, trace) in &found.witnesses {
            let known = reference.witnesses.iter().find(|(other, _)| other == id);
            if known.is_none_or(|(_, other)| other.depth() != trace.depth()) {
                return differ();
            }
        }
        let overlooked = |id| found.witnesses.iter().all(|(own, _)| *own != id);
        if reference.witnesses.iter().any(|(id, trace)| trace.depth() < known_to && overlooked(*id)) {
            return differ();
        }
    }
    Ok(true)
}

/// Whether the bounded checker's answer agrees with the reference where it is about what only all states together can violate; `None`
/// where it is not.
fn beyond_depths(
    system: &TransitionSystem,
    goal: Goal,
    found: &Outcome,
    reference: &Outcome,
) -> Option<bool> {
    let lasso = |outcome: &Outcome| match &outcome.verdict {
        Verdict::Violated(Violation { kind: ViolationKind::Lasso(id), trace }) => Some((*id, trace.lasso())),
        _ => None,
    };
    let length = |(stem, cycle): (u32, u32)| stem + cycle;
    let global = system.global_properties(goal);
    match (lasso(found), lasso(reference)) {
        // Each decides the properties in order, and the bounded one has a shortest lasso.
        (Some((own, a)), Some((other, b))) => {
            let same = own == other && a.map(length) <= b.map(length);
            let beyond = own > other && b.map(length) > found.decided_lassos;
            Some(same || beyond)
        }
        // What is never reached comes first, but only a search of all states knows it.
        (Some(_), None) => Some(matches!(
            &reference.verdict,
            Verdict::Violated(Violation { kind: ViolationKind::Unreached(_), .. })
        )),
        (None, Some((_, b))) => match &found.verdict {
            Verdict::HoldsToDepth { .. } | Verdict::Unknown(_) => Some(b.map(length) > found.decided_lassos),
            _ => Some(false),
        },
        (None, None) => {
            let recoverable =
                |id: &musilc_ir::PropertyId| system.property(*id).kind == PropertyKind::Recoverable;
            let undecided = matches!(&found.verdict, Verdict::Unknown(Unknown::Incapable(_)));
            (undecided && global.iter().any(recoverable)).then_some(true)
        }
    }
}

/// Where a property is false, its claim must be false too, and so must some part of every false claim.
fn claims(system: &TransitionSystem, outcome: &Outcome) -> Result<(), String> {
    let Verdict::Violated(Violation { kind: ViolationKind::Property(id), trace }) = &outcome.verdict else {
        return Ok(());
    };
    let property = system.property(*id);
    let states: Vec<_> =
        trace.initial.iter().chain(trace.steps.iter().filter_map(|step| step.state.as_ref())).collect();
    let env = match (property.kind, states.as_slice()) {
        (PropertyKind::Step, [.., before, after]) => Env::of_step(before, after),
        (_, [.., last]) => Env::of_state(last),
        _ => return Err("the run has no states".to_owned()),
    };
    let mut evaluator = Evaluator::new(&system.context, env);
    if to_blame(&mut evaluator, &property.claim)? {
        Ok(())
    } else {
        Err(format!("nothing is to blame for {}", property.name))
    }
}

/// Whether a claim is false, and with it one of its parts, and so on.
fn to_blame(evaluator: &mut Evaluator<'_>, claim: &Claim) -> Result<bool, String> {
    if evaluator.truth(claim.expr).map_err(|error| error.to_string())? {
        return Ok(false);
    }
    for part in &claim.parts {
        if to_blame(evaluator, &part.claim)? {
            return Ok(true);
        }
    }
    Ok(claim.parts.is_empty())
}

/// All kinds of model errors, as [`Shape`] names them.
pub(crate) const ERRORS: [&str; 9] = [
    "error OutOfRange",
    "error BadIndex",
    "error DivisionByZero",
    "error EmptySequence",
    "error FullSequence",
    "error FullBag",
    "error NotInBag",
    "error NoValue",
    "error NothingToChoose",
];

/// Every kind of model error that a chapter can have is listed in [`ERRORS`].
#[allow(dead_code, reason = "the compiler is the test")]
fn listed(kind: &FailureKind) {
    match kind {
        FailureKind::OutOfRange { .. }
        | FailureKind::BadIndex { .. }
        | FailureKind::DivisionByZero
        | FailureKind::EmptySequence
        | FailureKind::FullSequence { .. }
        | FailureKind::FullBag { .. }
        | FailureKind::NotInBag
        | FailureKind::NoValue
        | FailureKind::NothingToChoose
        // Only a chapter of a later version could have it.
        | FailureKind::OtherVariant { .. } => {}
    }
}
