//! From runs of the system that a pass made back to lassos of the one that it was made from.

use super::Liveness;
use crate::{InitResult, State, Step, StepResult, Trace, TransitionSystem, Value};

/// The most steps of a lasso.
const MOST_STEPS: usize = 1 << 20;

impl Liveness {
    /// The lasso of the original system that a run to a violation of the invariant describes. It keeps to every fairness assumption, and the
    /// formula is false of it.
    ///
    /// The run is executed again, with variables that the new system leaves alone because they do not matter. Where they do not come back
    /// with the others, the loop is gone round until they do; as often as that takes belongs to the stem.
    ///
    /// # Errors
    /// Where the run is none of the new system, or not one to a violation; or where it would be longer than a million steps.
    pub fn lasso(&self, original: &TransitionSystem, run: &Trace) -> Result<Trace, String> {
        let initial = match original.initial_state(&run.init_args).map_err(|error| error.to_string())? {
            InitResult::State(state) => state,
            other => return Err(format!("no initial state: {other:?}")),
        };
        let mut lasso = Trace {
            init_args: run.init_args.clone(),
            initial: Some(initial.clone()),
            steps: Vec::new(),
            back_to: None,
        };
        let mut state = initial;
        let mut loop_start = None;
        for step in &run.steps {
            // From a state that stutters, nothing else can be done.
            if Some(step.transition) == self.stutter {
                lasso.back_to = Some(lasso.depth());
                return Ok(lasso);
            }
            let saved = step.state.as_ref().and_then(|state| state.get(self.saved));
            if loop_start.is_none() && saved == Some(&Value::Bool(true)) {
                loop_start = Some((lasso.steps.len(), state.clone()));
            }
            let (_, args) = step.args.split_last().ok_or("a step without a guess")?;
            let step = Step { transition: step.transition, args: args.to_vec(), state: None };
            state = self.execute(original, &state, step, &mut lasso)?;
        }
        let (start, first) = loop_start.ok_or("the run saves no state")?;
        let round: Vec<Step> = lasso.steps[start..].to_vec();
        let mut rounds: Vec<(usize, State)> = vec![(start, first)];
        while !rounds.iter().any(|(_, known)| *known == state) {
            rounds.push((lasso.steps.len(), state.clone()));
            if lasso.steps.len() + round.len() > MOST_STEPS {
                return Err("the loop does not come back within a million steps".to_owned());
            }
            for step in &round {
                state = self.execute(original, &state, step.clone(), &mut lasso)?;
            }
        }
        let start = rounds.iter().find(|(_, known)| *known == state).map_or(start, |(start, _)| *start);
        lasso.back_to = u32::try_from(start).ok();
        Ok(lasso)
    }

    /// Takes a step of the original system and adds it to the run.
    fn execute(
        &self,
        original: &TransitionSystem,
        state: &State,
        mut step: Step,
        lasso: &mut Trace,
    ) -> Result<State, String> {
        match original.step(state, step.transition, &step.args).map_err(|error| error.to_string())? {
            StepResult::Next(next) => {
                step.state = Some(next.clone());
                lasso.steps.push(step);
                Ok(next)
            }
            other => Err(format!("no step {}: {other:?}", lasso.steps.len() + 1)),
        }
    }
}
