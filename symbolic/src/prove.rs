//! Proofs without a bound, and what is found when there is none.
//!
//! First what single states and steps may violate, by k-induction or by an inductive invariant; then each reachable property, which is met or
//! out of reach; then each temporal property, as an invariant of the [system that watches itself](pass::liveness_to_safety). An invariant
//! counts when a fresh solver has confirmed it.

use crate::certificate::{Bad, certificate, problem_with, problem_with_cubes};
use crate::concrete::{Choices, shorten};
use crate::found::Found;
use crate::global;
use crate::ic3::{Answer, Ic3, Problem};
use crate::induction;
use crate::options::{Method, Mode, Options};
use crate::question::Question;
use crate::search;
use musilc_circuit::{Graph, Machine, Plan};
use musilc_ir::{
    Certificate, Goal, Proof, PropertyId, PropertyKind, Trace, TransitionSystem, Unknown, Verdict, Violation,
    ViolationKind, pass,
};

/// Up to how many states in a row an induction supposes where other methods may do better.
const SHORT_INDUCTION: u32 = 2;

/// Up to this length lassos are looked for before an invariant is that excludes them.
const SHORT_LASSO: u32 = 6;

/// A verdict that needs no bound.
///
/// # Errors
/// Why there is none.
pub(crate) fn run(
    system: &TransitionSystem,
    question: Question<'_>,
    found: &mut Found,
) -> Result<Verdict, Unknown> {
    let plan = question.plan(system, 0)?;
    let mut prover = Prover { system, question, found, lemmas: Vec::new(), clauses: 0, k: 0 };
    prover.run(&plan)
}

struct Prover<'a, 'f> {
    system: &'a TransitionSystem,
    question: Question<'a>,
    found: &'f mut Found,
    /// Invariants that are inductive together, and hold initially.
    lemmas: Vec<PropertyId>,
    /// How many clauses the proofs so far took.
    clauses: usize,
    /// The longest induction.
    k: u32,
}

/// What becomes of the attempt to exclude something.
enum Excluded {
    Proved(Option<Certificate>),
    Refuted(Choices),
}

impl Prover<'_, '_> {
    fn run(&mut self, plan: &Plan<'_>) -> Result<Verdict, Unknown> {
        let goal = self.question.goal;
        // Whatever is wrong at the very start is found by a search, which is also the base of each induction.
        if let Some(verdict) = self.shortest(plan, goal, 1)? {
            return Ok(verdict);
        }
        self.find_lemmas()?;
        match self.exclude_violations(plan, goal)? {
            Excluded::Refuted(choices) => return self.violated(plan, goal, &choices),
            Excluded::Proved(certificate) => self.found.certificate = certificate,
        }
        let wanted: Vec<PropertyId> = match goal {
            Goal::Reach(id) => vec![id],
            Goal::All => self.system.properties_of(PropertyKind::Reachable).collect(),
            Goal::Refute(_) | Goal::Induct(_) => Vec::new(),
        };
        for id in wanted {
            let met = self.meet(plan, id)?;
            match met {
                None => {
                    let kind = ViolationKind::Unreached(id);
                    return Ok(Verdict::Violated(Violation { kind, trace: Trace::default() }));
                }
                Some(trace) if goal == Goal::All => self.found.witnesses.push((id, trace)),
                Some(trace) => return Ok(Verdict::Reached(trace)),
            }
        }
        self.found.witnesses.sort_by_key(|(id, _)| *id);
        self.found.witnesses.dedup_by_key(|(id, _)| *id);
        for id in self.system.global_properties(goal) {
            if self.system.property(id).kind == PropertyKind::Recoverable {
                let name = &self.system.property(id).name;
                return Err(Unknown::Incapable(format!(
                    "{name} claims that something can always be reached again, which no invariant of single states shows"
                )));
            }
            if let Some(violation) = self.refute(plan, id)? {
                return Ok(Verdict::Violated(violation));
            }
        }
        Ok(Verdict::Proved(self.proof()))
    }

    /// How the proofs were made, together.
    fn proof(&self) -> Proof {
        match (self.clauses, self.k) {
            (0, k) if k > 0 => Proof::Induction { k },
            (clauses, _) => Proof::Invariant { clauses: u32::try_from(clauses).unwrap_or(u32::MAX) },
        }
    }

    /// A search for the least violation, or the shortest run to what the goal asks for, up to a bound.
    fn shortest(&mut self, plan: &Plan<'_>, goal: Goal, bound: u32) -> Result<Option<Verdict>, Unknown> {
        let options = Options { mode: Mode::Shortest, ..self.question.options.clone() };
        let question = Question { goal, bound, options: &options, ..self.question };
        let mut found = Found::default();
        let verdict = search::run(plan, question, &mut found);
        self.found.queries += found.queries;
        let verdict = verdict?;
        Ok(match verdict {
            Verdict::HoldsToDepth { .. } => None,
            Verdict::Proved(_) if !self.system.global_properties(self.question.goal).is_empty() => None,
            decisive => {
                self.found.decided = self.found.decided.max(found.decided);
                self.found.witnesses.extend(found.witnesses);
                Some(decisive)
            }
        })
    }

    /// The conjunction of all invariants that are claimed to be inductive, where it is. That it holds at the start has been seen.
    fn find_lemmas(&mut self) -> Result<(), Unknown> {
        if self.question.goal == Goal::All
            && induction::counterexample(self.system, None, self.question)?.is_none()
        {
            self.lemmas = self.system.inductive_properties().collect();
        }
        Ok(())
    }

    fn exclude_violations(&mut self, plan: &Plan<'_>, goal: Goal) -> Result<Excluded, Unknown> {
        let question = self.question;
        let method = question.options.prove.unwrap_or_default();
        if method != Method::Invariant {
            let most = if method == Method::Induction { question.bound } else { SHORT_INDUCTION };
            let lemmas = self.lemmas.clone();
            if let Some(k) = induction::step_holds(plan, goal, &lemmas, most, question)? {
                self.k = self.k.max(k);
                // The base of the induction: nothing is wrong in short runs.
                let base = if k > 1 { self.shortest(plan, goal, k)? } else { None };
                return Ok(match base {
                    Some(Verdict::Violated(violation)) if violation.kind.is_local() => {
                        Excluded::Refuted(choices_of(&violation.trace))
                    }
                    _ => Excluded::Proved(None),
                });
            }
            if method == Method::Induction {
                return Err(Unknown::Incapable(format!("no induction over up to {most} states shows it")));
            }
        }
        let problem = Problem::new(plan, question, goal)?;
        self.exclude(self.system, plan, problem, Bad::Violations(goal), 0)
    }

    /// Looks for an invariant that excludes what is bad.
    fn exclude(
        &mut self,
        system: &TransitionSystem,
        plan: &Plan<'_>,
        mut problem: Problem<'_>,
        bad: Bad,
        open: usize,
    ) -> Result<Excluded, Unknown> {
        let question = self.question;
        let lemmas = if open == 0 { self.lemmas.clone() } else { Vec::new() };
        for &lemma in &lemmas {
            let Machine { graph, state, .. } = &mut problem.machine;
            let holds = state.judge(graph, &plan.system.property(lemma).predicate).holds;
            problem.supposed = graph.and([problem.supposed, holds]);
        }
        let mut search = Ic3::new(problem, question)?;
        let answer = search.run();
        self.found.queries += search.queries();
        self.found.memory = self.found.memory.max(search.memory());
        let cubes = match answer? {
            Answer::Refuted(choices) => return Ok(Excluded::Refuted(choices)),
            Answer::Proved(cubes) => cubes,
        };
        self.clauses += cubes.len();
        let certificate = certificate(system, search.problem().latches(), &cubes, lemmas);
        let wrong = match &certificate {
            Some(certificate) => problem_with(system, certificate, bad, open, question)?,
            None => problem_with_cubes(search.problem(), &cubes, question)?,
        };
        match wrong {
            None => Ok(Excluded::Proved(certificate)),
            Some(wrong) => Err(Unknown::Incapable(format!("the invariant that was found is none: {wrong}"))),
        }
    }

    /// The verdict where choices lead to a violation: of the shortest run, if that is found in time.
    fn violated(&mut self, plan: &Plan<'_>, goal: Goal, choices: &Choices) -> Result<Verdict, Unknown> {
        let Some(some) = shorten(self.system, goal, choices, self.question.limits)? else {
            return Err(Unknown::Incapable("a run that was found does not replay".to_owned()));
        };
        let length = match &some {
            Verdict::Violated(violation) => violation.depth(),
            Verdict::Reached(trace) => trace.depth(),
            _ => return Ok(some),
        };
        if self.question.options.mode == Mode::Deep {
            return Ok(some);
        }
        match self.shortest(plan, goal, length) {
            Ok(Some(shortest)) => Ok(shortest),
            Ok(None) => Err(Unknown::Incapable("a run that was found is not found again".to_owned())),
            Err(Unknown::Interrupted) => Err(Unknown::Interrupted),
            Err(_) => Ok(some),
        }
    }

    /// The shortest run to a reachable property; `None` where it is out of reach.
    fn meet(&mut self, plan: &Plan<'_>, id: PropertyId) -> Result<Option<Trace>, Unknown> {
        let question = Question { goal: Goal::Reach(id), ..self.question };
        let graph = Graph::new(question.options.most_cases);
        let mut machine =
            Machine::new(plan, graph, false, question.goal, question.limits, question.mutation)?;
        let reached: Vec<musilc_circuit::Bit> = machine.reached.iter().map(|(_, bit)| *bit).collect();
        let bad = machine.graph.or(reached);
        let problem = Problem::excluding(plan, machine, bad);
        match self.exclude(self.system, plan, problem, Bad::Met(id), 0)? {
            Excluded::Proved(_) => Ok(None),
            Excluded::Refuted(choices) => match self.violated(plan, question.goal, &choices)? {
                Verdict::Reached(trace) => Ok(Some(trace)),
                _ => Err(Unknown::Incapable("a run that was found leads elsewhere".to_owned())),
            },
        }
    }

    /// A lasso that refutes a temporal property; `None` where there is none.
    fn refute(&mut self, original: &Plan<'_>, id: PropertyId) -> Result<Option<Violation>, Unknown> {
        if let Some(violation) = self.shortest_lasso(original, id, SHORT_LASSO)? {
            return Ok(Some(violation));
        }
        let name = &self.system.property(id).name;
        let watching = pass::liveness_to_safety(self.system, id)
            .map_err(|why| Unknown::Incapable(format!("{name} is not proved: {why}")))?;
        let question = Question { goal: Goal::All, ..self.question };
        let plan = question.plan(&watching.system, 1)?;
        let problem = Problem::new(&plan, question, Goal::All)?;
        let refuted = self.exclude(&watching.system, &plan, problem, Bad::Violations(Goal::All), 1)?;
        let Excluded::Refuted(choices) = refuted else { return Ok(None) };
        let some = shorten(&watching.system, Goal::All, &choices, question.limits)?;
        let Some(Verdict::Violated(violation)) = some else {
            return Err(Unknown::Incapable("a run that was found does not replay".to_owned()));
        };
        let trace = watching.lasso(self.system, &violation.trace).map_err(Unknown::Incapable)?;
        let (stem, turn) = trace.lasso().unwrap_or_default();
        match self.shortest_lasso(original, id, stem.saturating_add(turn)) {
            Ok(Some(shortest)) => Ok(Some(shortest)),
            Ok(None) => Err(Unknown::Incapable("a lasso that was found is not found again".to_owned())),
            Err(Unknown::Interrupted) => Err(Unknown::Interrupted),
            Err(_) => Ok(Some(Violation { kind: ViolationKind::Lasso(id), trace })),
        }
    }

    fn shortest_lasso(
        &mut self,
        plan: &Plan<'_>,
        id: PropertyId,
        most: u32,
    ) -> Result<Option<Violation>, Unknown> {
        let Some(trace) = global::shortest_lasso(plan, id, most, self.question)? else { return Ok(None) };
        // All lengths before this one have been decided.
        self.found.lassos = trace.lasso().map(|(stem, turn)| stem.saturating_add(turn).saturating_sub(1));
        Ok(Some(Violation { kind: ViolationKind::Lasso(id), trace }))
    }
}

fn choices_of(trace: &Trace) -> Choices {
    let taken = trace.steps.iter().map(|step| (step.transition, step.args.clone())).collect();
    Choices { init_args: trace.init_args.clone(), taken }
}
