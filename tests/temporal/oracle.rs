//! The slow oracle: all lassos up to a length, one after the other, each judged by `ir::lasso`. It shares nothing with any engine but the
//! reference evaluator.

use musilc_ir::lasso::Lasso;
use musilc_ir::{
    InitResult, PropertyId, State, Step, StepResult, Successor, Trace, TransitionSystem, Truth, bindings,
};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// What was found.
pub(crate) struct Found {
    /// A fair lasso of least length on which the formula is false.
    pub(crate) lasso: Option<Trace>,
    /// All lassos of up to this length were looked at.
    pub(crate) length: u32,
    /// How many lassos were looked at.
    pub(crate) looked_at: u64,
}

/// Stem and loop together.
pub(crate) fn total(trace: &Trace) -> u32 {
    trace.lasso().map(|(stem, cycle)| stem + cycle).unwrap()
}

struct Oracle<'a> {
    system: &'a TransitionSystem,
    property: PropertyId,
    successors: BTreeMap<State, Vec<Successor>>,
    looked_at: u64,
    most: u64,
}

/// Looks at all lassos of up to `length` steps; at fewer lengths if there are more than `most` lassos.
pub(crate) fn refute(system: &TransitionSystem, property: PropertyId, length: u32, most: u64) -> Found {
    let mut oracle = Oracle { system, property, successors: BTreeMap::new(), looked_at: 0, most };
    let mut found = Found { lasso: None, length: 0, looked_at: 0 };
    for length in 1..=length {
        for trace in initial(system) {
            found.lasso = oracle.extend(trace, length).or(found.lasso);
            if found.lasso.is_some() {
                break;
            }
        }
        found.looked_at = oracle.looked_at;
        if oracle.looked_at > most && found.lasso.is_none() {
            break;
        }
        found.length = length;
        if found.lasso.is_some() {
            break;
        }
    }
    found
}

fn initial(system: &TransitionSystem) -> Vec<Trace> {
    let runs = bindings(&system.init.params).filter_map(|args| match system.initial_state(&args).unwrap() {
        InitResult::State(state) => Some(Trace { init_args: args, initial: Some(state), ..Trace::default() }),
        InitResult::Failed(_) | InitResult::Rejected => None,
    });
    runs.collect()
}

impl Oracle<'_> {
    /// A lasso of exactly this length that begins like the run, is fair, and makes the formula false.
    fn extend(&mut self, mut run: Trace, length: u32) -> Option<Trace> {
        let last = run.last_state().unwrap().clone();
        let system = self.system;
        let successors =
            self.successors.entry(last.clone()).or_insert_with(|| system.successors(&last).unwrap());
        let stutters = successors.is_empty();
        if run.depth() == length {
            for back_to in 0..length {
                if run.state_after(back_to as usize) == Some(&last) {
                    run.back_to = Some(back_to);
                    if self.refutes(&run) {
                        return Some(run);
                    }
                }
            }
            return None;
        }
        if stutters && run.depth() + 1 == length {
            run.back_to = Some(run.depth());
            return self.refutes(&run).then_some(run);
        }
        for Successor { transition, args, result } in successors.clone() {
            let StepResult::Next(state) = result else { panic!("a model error") };
            let mut longer = run.clone();
            longer.steps.push(Step { transition, args, state: Some(state) });
            if let Some(found) = self.extend(longer, length) {
                return Some(found);
            }
            if self.looked_at > self.most {
                return None;
            }
        }
        None
    }

    fn refutes(&mut self, run: &Trace) -> bool {
        self.looked_at += 1;
        let lasso = Lasso::new(run).unwrap();
        let formula = self.system.property(self.property).formula.as_ref().unwrap();
        !lasso.truth(self.system, formula).unwrap()[0]
            && self.system.fairness_constraints().all(|fair| lasso.keeps(self.system, &fair).unwrap())
    }
}

/// The least depth of a state from which no state with a recoverable property can be reached, by a search from each state.
pub(crate) fn lost_at(system: &TransitionSystem, property: PropertyId) -> Option<u32> {
    let has = |state: &State| {
        system.property_truth(property, musilc_ir::Env::of_state(state)).unwrap() == Truth::True
    };
    let from = |starts: Vec<State>| {
        let mut depths: BTreeMap<State, u32> = BTreeMap::new();
        let mut pending: VecDeque<(State, u32)> = starts.into_iter().map(|state| (state, 0)).collect();
        while let Some((state, depth)) = pending.pop_front() {
            if depths.contains_key(&state) {
                continue;
            }
            for successor in system.successors(&state).unwrap() {
                if let StepResult::Next(after) = successor.result {
                    pending.push_back((after, depth + 1));
                }
            }
            depths.insert(state, depth);
        }
        depths
    };
    let starts: BTreeSet<State> = initial(system).into_iter().filter_map(|run| run.initial).collect();
    let reachable = from(starts.into_iter().collect());
    let lost = reachable.iter().filter(|(state, _)| !from(vec![(*state).clone()]).keys().any(has));
    lost.map(|(_, depth)| *depth).min()
}
