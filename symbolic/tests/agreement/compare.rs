//! Holding the bounded checker to the reference checker.

use musilc_ir::lasso::Lasso;
use musilc_ir::replay::confirm;
use musilc_ir::{
    Claim, Context, ExprId, Goal, InitResult, Limits, Outcome, Predicate, Proof, Property, PropertyId,
    PropertyKind, Span, State, StepResult, TransitionSystem, Value, VarId, Verdict, ViolationKind, bindings,
    search,
};
use musilc_ir::{Step, Trace};
use musilc_symbolic::{Mutation, Options, check, check_mutated};
use std::collections::BTreeSet;

/// How long runs are, by following all of them; `None` where some are longer than the bound.
pub(crate) fn longest_run(system: &TransitionSystem, bound: u32) -> Option<u32> {
    let initial = bindings(&system.init.params).map(|args| system.initial_state(&args).unwrap());
    let mut level: BTreeSet<State> = initial
        .filter_map(|result| match result {
            InitResult::State(state) => Some(state),
            InitResult::Failed(_) | InitResult::Rejected => None,
        })
        .collect();
    for depth in 0..=bound {
        let mut next = BTreeSet::new();
        for state in &level {
            for successor in system.successors(state).unwrap() {
                if let StepResult::Next(after) = successor.result {
                    next.insert(after);
                }
            }
        }
        if next.is_empty() {
            return Some(depth);
        }
        level = next;
    }
    None
}

/// Whether the outcome is what the reference checker says of runs up to the bound.
pub(crate) fn compare(
    system: &TransitionSystem,
    goal: Goal,
    bound: u32,
    outcome: &Outcome,
) -> Result<(), String> {
    let limits = Limits { max_depth: Some(bound), ..Limits::default() };
    let reference = search::check(system, goal, &limits).map_err(|e| e.to_string())?;
    let differ = |what: &str| Err(format!("{what}: {:?} but {:?}", outcome.verdict, reference.verdict));
    confirm(system, goal, outcome)?;
    match (&outcome.verdict, &reference.verdict) {
        (Verdict::Violated(own), Verdict::Violated(other)) => {
            if own.kind != other.kind {
                return differ("other kinds");
            }
            let unreached = matches!(own.kind, ViolationKind::Unreached(_));
            if !unreached && own.depth() != other.depth() {
                return differ("other depths");
            }
            if unreached && longest_run(system, bound).is_none() {
                return differ("runs go on");
            }
            if !unreached && outcome.decided_depth != reference.decided_depth {
                return differ("decided other depths");
            }
        }
        (Verdict::Reached(own), Verdict::Reached(other)) => {
            if own.depth() != other.depth() || outcome.decided_depth != reference.decided_depth {
                return differ("reached at other depths");
            }
        }
        (Verdict::HoldsToDepth { depth }, Verdict::HoldsToDepth { depth: other }) => {
            if depth != other || outcome.decided_depth != Some(*depth) {
                return differ("other bounds");
            }
        }
        // The reference sees that there are no new states where the bounded checker sees that runs go on.
        (Verdict::HoldsToDepth { depth }, Verdict::Proved(_)) => {
            if *depth != bound || longest_run(system, bound).is_some() {
                return differ("all runs end");
            }
        }
        (Verdict::HoldsToDepth { depth }, Verdict::Violated(other)) => {
            let unreached = matches!(other.kind, ViolationKind::Unreached(_));
            if !unreached || *depth != bound || longest_run(system, bound).is_some() {
                return differ("nothing found");
            }
        }
        (Verdict::Proved(Proof::AllRunsEnd { longest }), Verdict::Proved(_)) => {
            if longest_run(system, bound) != Some(*longest) {
                return differ("another longest run");
            }
        }
        _ => return differ("other verdicts"),
    }
    if goal == Goal::All {
        for (id, trace) in &outcome.witnesses {
            let known = reference.witnesses.iter().find(|(other, _)| other == id);
            if known.is_none_or(|(_, other)| other.depth() != trace.depth()) {
                return Err(format!("the witness of property {} has {} steps", id.0, trace.depth()));
            }
        }
        // Up to the violation no witness is overlooked.
        let known_to = match &outcome.verdict {
            Verdict::Violated(violation) => violation.depth(),
            _ => bound + 1,
        };
        for (id, trace) in &reference.witnesses {
            if trace.depth() < known_to && outcome.witnesses.iter().all(|(own, _)| own != id) {
                return Err(format!("no witness of property {}", id.0));
            }
        }
    }
    Ok(())
}

/// The states first reached at each depth up to the bound.
fn levels(system: &TransitionSystem, bound: u32) -> Vec<Vec<State>> {
    let mut seen = BTreeSet::new();
    let mut levels = vec![Vec::new()];
    for args in bindings(&system.init.params) {
        if let InitResult::State(state) = system.initial_state(&args).unwrap()
            && seen.insert(state.clone())
        {
            levels[0].push(state);
        }
    }
    for depth in 0..bound as usize {
        let mut next = Vec::new();
        for state in &levels[depth] {
            for successor in system.successors(state).unwrap() {
                if let StepResult::Next(after) = successor.result
                    && seen.insert(after.clone())
                {
                    next.push(after);
                }
            }
        }
        levels.push(next);
    }
    levels
}

/// Some of the states that take longest to reach, up to the bound: the system with the property of being that state, for each.
pub(crate) fn with_far_targets(
    system: &TransitionSystem,
    bound: u32,
    count: usize,
) -> Vec<(TransitionSystem, Goal)> {
    let levels = levels(system, bound);
    let far = levels.iter().rev().flatten().take(count);
    let targets = far.map(|state| {
        let mut system = system.clone();
        let mut equal = Vec::new();
        for (index, value) in state.0.iter().enumerate() {
            let cx = &mut system.context;
            let (now, value) = (cx.var(VarId::from(index)), constant(cx, value));
            equal.push(cx.eq(now, value));
        }
        let expr = system.context.and(equal);
        let id = PropertyId::from(system.properties.len());
        system.properties.push(Property {
            name: "target".to_owned(),
            kind: PropertyKind::Reachable,
            inductive: false,
            predicate: Predicate { failures: Vec::new(), expr },
            claim: Claim { span: Span::default(), expr, parts: Vec::new(), shown: Vec::new() },
            formula: None,
            span: Span::default(),
        });
        (system, Goal::Reach(id))
    });
    targets.collect()
}

fn constant(cx: &mut Context, value: &Value) -> ExprId {
    match value {
        Value::Bool(b) => cx.bool(*b),
        Value::Int(v) => cx.int(*v),
        Value::Array(elements) => {
            let elements: Vec<ExprId> = elements.iter().map(|element| constant(cx, element)).collect();
            cx.array(elements)
        }
    }
}

/// All goals that a system has.
pub(crate) fn goals(system: &TransitionSystem) -> Vec<Goal> {
    let mut goals = vec![Goal::All];
    for kind in [PropertyKind::Invariant, PropertyKind::Reachable] {
        goals.extend(system.properties_of(kind).map(Goal::Reach));
    }
    goals
}

/// Compares for all goals, and for some far states.
pub(crate) fn agree(system: &TransitionSystem, options: &Options, mutation: Mutation) -> Result<(), String> {
    for goal in goals(system) {
        let outcome = check_mutated(system, goal, &Limits::default(), options, mutation);
        compare(system, goal, options.depth, &outcome).map_err(|e| format!("{goal:?}: {e}"))?;
    }
    for (system, goal) in with_far_targets(system, options.depth, 3) {
        let outcome = check_mutated(&system, goal, &Limits::default(), options, mutation);
        compare(&system, goal, options.depth, &outcome).map_err(|e| format!("far state: {e}"))?;
    }
    Ok(())
}

/// The usual settings with a bound.
pub(crate) fn to_depth(depth: u32) -> Options {
    Options { depth, ..Options::default() }
}

/// Checks safety and compares with the reference checker.
pub(crate) fn safety(system: &TransitionSystem, options: &Options) -> Outcome {
    let outcome = check(system, Goal::All, &Limits::default(), options);
    compare(system, Goal::All, options.depth, &outcome).unwrap();
    outcome
}

/// The violation of an outcome, and its depth.
pub(crate) fn violation(outcome: &Outcome) -> (ViolationKind, u32) {
    match &outcome.verdict {
        Verdict::Violated(violation) => (violation.kind, violation.depth()),
        other => panic!("no violation: {other:?}"),
    }
}

/// Stem and loop of the least lasso (in total length, then in stem) that refutes a temporal property, by following all runs.
pub(crate) fn least_lasso(system: &TransitionSystem, id: PropertyId, most: u32) -> Option<(u32, u32)> {
    let mut best: Option<(u32, u32)> = None;
    for init_args in bindings(&system.init.params) {
        if let InitResult::State(state) = system.initial_state(&init_args).unwrap() {
            let trace = Trace { init_args, initial: Some(state), ..Trace::default() };
            follow(system, id, most, trace, &mut best);
        }
    }
    best.map(|(total, stem)| (stem, total - stem))
}

fn follow(
    system: &TransitionSystem,
    id: PropertyId,
    most: u32,
    mut trace: Trace,
    best: &mut Option<(u32, u32)>,
) {
    let successors = system.successors(trace.last_state().unwrap()).unwrap();
    let last = trace.depth();
    let stutters = successors.is_empty();
    let back = (0..last).filter(|&i| trace.state_after(i as usize) == trace.last_state());
    for stem in back.chain(stutters.then_some(last)).collect::<Vec<u32>>() {
        let total = last + u32::from(stem == last);
        if total > most || best.is_some_and(|best| best <= (total, stem)) {
            continue;
        }
        trace.back_to = Some(stem);
        let lasso = Lasso::new(&trace).unwrap();
        let fair = system.fairness_constraints().all(|fair| lasso.keeps(system, &fair).unwrap());
        let formula = system.property(id).formula.as_ref().unwrap();
        if fair && !lasso.truth(system, formula).unwrap()[0] {
            *best = Some((total, stem));
        }
    }
    trace.back_to = None;
    if last >= best.map_or(most, |(total, _)| total.min(most)) {
        return;
    }
    for successor in successors {
        let StepResult::Next(state) = successor.result else { panic!("a step fails") };
        let mut longer = trace.clone();
        longer.steps.push(Step {
            transition: successor.transition,
            args: successor.args,
            state: Some(state),
        });
        follow(system, id, most, longer, best);
    }
}

/// Whether the outcome says what all lassos up to the bound do, of properties in order.
pub(crate) fn compare_lassos(
    system: &TransitionSystem,
    goal: Goal,
    bound: u32,
    outcome: &Outcome,
) -> Result<Option<(u32, u32)>, String> {
    confirm(system, goal, outcome)?;
    let ends = longest_run(system, bound);
    let most = ends.map_or(bound, |longest| longest + 1);
    let asked = system.global_properties(goal);
    let least = asked.into_iter().find_map(|id| Some((id, least_lasso(system, id, most)?)));
    let (expected, decided) = match (least, ends) {
        (Some((id, (stem, turn))), _) => {
            let Verdict::Violated(found) = &outcome.verdict else {
                return Err(format!("no lasso of {stem} and {turn}: {:?}", outcome.verdict));
            };
            let same = found.kind == ViolationKind::Lasso(id) && found.trace.lasso() == Some((stem, turn));
            return if same && outcome.decided_lassos == Some(stem + turn - 1) {
                Ok(Some((stem, turn)))
            } else {
                Err(format!("a lasso of {stem} and {turn} for {id:?}, but {outcome:?}"))
            };
        }
        (None, Some(longest)) => (Verdict::Proved(Proof::AllRunsEnd { longest }), longest + 1),
        (None, None) => (Verdict::HoldsToDepth { depth: bound }, bound),
    };
    if outcome.verdict == expected && outcome.decided_lassos == Some(decided) {
        return Ok(None);
    }
    Err(format!("{expected:?} and {decided}, but {outcome:?}"))
}
