//! Induction: whether what is claimed of all states is kept by every step, from whatever state of the types.
//!
//! k-induction supposes `k` states in a row without violation, all different (Sheeran, Singh and Stålmarck, "Checking safety properties using
//! induction and a SAT-solver", 2000).

use crate::cells::{read_instance, read_state};
use crate::question::Question;
use crate::search::no_value;
use musilc_circuit::{Bit, Choice, Findings, Graph, Judged, Plan, State, Step, of_step, same_state, sorted};
use musilc_ir::{Goal, PropertyId, Trace, TransitionSystem, Unknown, Violation, ViolationKind};

/// A step that leads out of the conjunction of all invariants that are claimed to be inductive; the least property that is false after
/// it. Of one property only, where it is given.
pub(crate) fn counterexample(
    system: &TransitionSystem,
    only: Option<PropertyId>,
    question: Question<'_>,
) -> Result<Option<Violation>, Unknown> {
    let claimed: Vec<PropertyId> = system.inductive_properties().collect();
    if claimed.is_empty() {
        return Ok(None);
    }
    let Question { limits, mutation, options, .. } = question;
    let mut plan = question.plan(system, 0)?;
    let canonical = system.state_condition(&mut plan.cx);
    plan.also_of_state([canonical]);
    let plan = &plan;
    let mut graph = Graph::new(options.most_cases);
    let g = &mut graph;
    let (cells, typed) = State::inputs(g, plan, false);
    let mut before = State::new(g, plan, cells, limits, mutation)?;
    let holds = |g: &mut Graph, state: &State| -> Vec<(PropertyId, Judged)> {
        claimed.iter().map(|&id| (id, state.judge(g, &system.property(id).predicate))).collect()
    };
    let mut demands = vec![typed, before.legal, before.bit(canonical)];
    demands.extend(holds(g, &before).iter().map(|(_, judged)| judged.holds));
    for instance in &plan.instances {
        demands.extend(instance.ground.guard_failures.iter().map(|failure| !before.bit(failure.condition)));
    }
    let Some(step) = Step::new(g, plan, &mut before, Choice::One, limits, mutation)? else { return Ok(None) };
    demands.extend([step.demand, !step.failed]);
    let after = State::new(g, plan, step.cells.clone(), limits, mutation)?;
    let after_holds = holds(g, &after);
    let mut solver = question.solver(options.proof_procedure)?;
    for demand in demands {
        solver.assert(&graph, demand);
    }
    for (id, judged) in after_holds {
        if only.is_some_and(|only| only != id) {
            continue;
        }
        let Some(mut model) = solver.model_where(&graph, !judged.holds)? else { continue };
        let types = || system.variables.iter().map(|variable| &variable.ty);
        let initial = read_state(&graph, &mut model, types(), &before.cells).ok_or_else(no_value)?;
        let state = read_state(&graph, &mut model, types(), &step.cells).ok_or_else(no_value)?;
        let fired = step.fires.iter().find(|(_, fire)| model.value(&graph, *fire)).ok_or_else(no_value)?;
        let taken = read_instance(plan, &graph, &mut model, fired.0, &before.params);
        let (transition, args) = taken.ok_or_else(no_value)?;
        let step = musilc_ir::Step { transition, args, state: Some(state) };
        let trace = Trace { init_args: vec![], initial: Some(initial), steps: vec![step], back_to: None };
        return Ok(Some(Violation { kind: ViolationKind::NotInductive(id), trace }));
    }
    Ok(None)
}

/// Whether each state after `k` different ones in a row without violation has none either, for the least `k` up to the given one; the lemmas
/// are invariants.
pub(crate) fn step_holds(
    plan: &Plan<'_>,
    goal: Goal,
    lemmas: &[PropertyId],
    most: u32,
    question: Question<'_>,
) -> Result<Option<u32>, Unknown> {
    let Question { limits, mutation, options, .. } = question;
    let mut graph = Graph::new(options.most_cases);
    let mut solver = question.solver(options.proof_procedure)?;
    let (cells, typed) = State::inputs(&mut graph, plan, false);
    solver.assert(&graph, typed);
    let mut state = State::new(&mut graph, plan, cells, limits, mutation)?;
    let mut path: Vec<State> = Vec::new();
    for k in 0..=most {
        question.report(k, solver.conflicts());
        solver.stop_if_needed()?;
        solver.check_memory()?;
        solver.assert(&graph, state.legal);
        for &lemma in lemmas {
            let judged = state.judge(&mut graph, &plan.system.property(lemma).predicate);
            solver.assert(&graph, judged.holds);
        }
        let g = &mut graph;
        let mut all = Findings::of_state(g, plan, &state, goal)?.violations;
        let taken = Step::new(g, plan, &mut state, Choice::Total, limits, mutation)?;
        if let Some(step) = &taken {
            solver.assert(g, step.demand);
            all.extend(of_step(g, step, goal));
        }
        let all = sorted(g, all, goal);
        let bad = g.or(all.iter().map(|(_, bit)| *bit));
        if k > 0 && solver.model_where(&graph, bad)?.is_none() {
            return Ok(Some(k));
        }
        solver.assert(&graph, !bad);
        let Some(step) = taken else { return Ok(None) };
        // All states of the path are different.
        let next = State::new(&mut graph, plan, step.cells, limits, mutation)?;
        path.push(std::mem::replace(&mut state, next));
        for earlier in &path {
            solver.stop_if_needed()?;
            let same = same_state(&mut graph, &earlier.cells, &state.cells);
            solver.assert(&graph, !same);
        }
        if solver.model_where(&graph, Bit::TRUE)?.is_none() {
            // No path is longer: whatever is wrong shows within so many steps.
            return Ok(Some(k + 1));
        }
    }
    Ok(None)
}
