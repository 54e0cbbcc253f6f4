//! Orders of the instances for sweeps, from random walks: what enables others tends to be taken before them.

use musilc_circuit::Plan;
use musilc_ir::{InitResult, Limits, State, StepResult, TransitionSystem, Unknown, bindings};
use rustc_hash::FxHashMap;

const WALKS: usize = 8;
const STEPS: usize = 60;
/// How many bindings of the initial condition are tried for a state to start from.
const BINDINGS: usize = 1000;
/// Above this many instances a walk takes longer than it gains.
const MOST_INSTANCES: usize = 3000;

/// Sequences of all instances of the plan, the most promising first, all different.
pub(crate) fn orders(plan: &Plan<'_>, limits: &Limits) -> Result<Vec<Vec<usize>>, Unknown> {
    let declared: Vec<usize> = (0..plan.instances.len()).collect();
    let walked = walked(plan, limits)?.unwrap_or(declared);
    // All that one process does, then all that the next one does: each may go through a cycle of its own.
    let mut by_arguments = walked.clone();
    by_arguments.sort_by(|&a, &b| plan.instances[a].ground.args.cmp(&plan.instances[b].ground.args));
    let reversed: Vec<usize> = walked.iter().rev().copied().collect();
    let orders = [by_arguments, walked, reversed];
    let mut distinct: Vec<Vec<usize>> = Vec::new();
    for order in orders {
        if !distinct.contains(&order) {
            distinct.push(order);
        }
    }
    Ok(distinct)
}

/// The instances by when they are first taken, on average over some walks.
fn walked(plan: &Plan<'_>, limits: &Limits) -> Result<Option<Vec<usize>>, Unknown> {
    let system = plan.system;
    let open = plan.instances.iter().any(|instance| {
        instance.ground.args.len() < system.transition(instance.ground.transition).params.len()
    });
    if open || plan.instances.len() > MOST_INSTANCES {
        return Ok(None);
    }
    let Some(start) = start(system) else { return Ok(None) };
    let mut first: FxHashMap<usize, Vec<usize>> = FxHashMap::default();
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    for _ in 0..WALKS {
        let mut state = start.clone();
        let mut seen = vec![false; plan.instances.len()];
        for at in 0..STEPS {
            limits.must_stop().map_or(Ok(()), Err)?;
            let mut enabled = Vec::new();
            for (index, instance) in plan.instances.iter().enumerate() {
                let ground = &instance.ground;
                if let Ok(StepResult::Next(next)) = system.step(&state, ground.transition, &ground.args) {
                    enabled.push((index, next));
                }
            }
            // What has not been taken yet tells more.
            let new = enabled.iter().filter(|(index, _)| !seen[*index]).count();
            if new > 0 {
                enabled.retain(|(index, _)| !seen[*index]);
            }
            if enabled.is_empty() {
                break;
            }
            let (index, next) = enabled.swap_remove(dice.below(enabled.len()));
            if !seen[index] {
                seen[index] = true;
                first.entry(index).or_default().push(at);
            }
            state = next;
        }
    }
    let mut order: Vec<usize> = (0..plan.instances.len()).collect();
    order.sort_by_key(|index| {
        let times = first.get(index).map(Vec::as_slice).unwrap_or_default();
        // What was never taken comes last.
        if times.is_empty() { usize::MAX } else { times.iter().sum::<usize>() * 1000 / times.len() }
    });
    Ok(Some(order))
}

fn start(system: &TransitionSystem) -> Option<State> {
    bindings(&system.init.params).take(BINDINGS).find_map(|args| match system.initial_state(&args) {
        Ok(InitResult::State(state)) => Some(state),
        _ => None,
    })
}

/// Marsaglia, "Xorshift RNGs", 2003.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound.max(1) as u64).unwrap_or(0)
    }
}
