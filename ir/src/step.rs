//! What systems do, by the reference evaluator: their initial states, steps and violations. See [`Transition`](crate::Transition),
//! [`Init`](crate::Init) and [`Place`] for the rules that this spells out.

use crate::eval::{Env, Evaluator, InternalError};
use crate::{
    ExprId, Failure, FailureSite, Place, Predicate, PropertyId, PropertyKind, State, TransitionId,
    TransitionSystem, Value, ViolationKind, bindings,
};

/// What a binding of the initial condition's parameters gives.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum InitResult {
    /// A model error.
    Failed(FailureSite),
    /// The initial condition is false.
    Rejected,
    /// An initial state.
    State(State),
}

/// What the guard of an instance gives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GuardResult {
    /// A model error of the state; the instance is neither enabled nor disabled.
    Failed(FailureSite),
    /// False.
    Disabled,
    /// True.
    Enabled,
}

/// What executing an instance gives.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum StepResult {
    /// Evaluating the guard is a model error of the state.
    GuardFailed(FailureSite),
    /// The guard is false: there is no step.
    Disabled,
    /// Executing the body is a model error of the step.
    Failed(FailureSite),
    /// The state after the step.
    Next(State),
}

/// The value of a predicate.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Truth {
    /// Evaluating it is a model error.
    Failed(FailureSite),
    /// It is false.
    False,
    /// It is true.
    True,
}

/// An instance that is not disabled in a state.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Successor {
    /// The transition.
    pub transition: TransitionId,
    /// The values of its parameters.
    pub args: Vec<u32>,
    /// What it gives; never [`StepResult::Disabled`].
    pub result: StepResult,
}

/// Everything that is wrong in a state, and whether it has a successor.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct StateReport {
    /// The violations, in the order of [`ViolationKind`], each once.
    pub violations: Vec<ViolationKind>,
    /// Whether some instance is enabled.
    pub enabled: bool,
}

impl TransitionSystem {
    /// The failure at a site.
    #[must_use]
    pub fn failure(&self, site: FailureSite) -> Option<&Failure> {
        let list = match site.place {
            Place::Init => &self.init.failures,
            Place::Guard(id) => &self.transitions.get(id.index())?.guard_failures,
            Place::Body(id) => &self.transitions.get(id.index())?.failures,
            Place::Property(id) => &self.properties.get(id.index())?.predicate.failures,
            Place::Terminal => &self.terminal.failures,
        };
        list.get(site.index as usize)
    }

    /// The state that a binding of the initial condition's parameters gives.
    ///
    /// # Errors
    /// Where the system is malformed, or a value leaves its variable's type though no failure is true.
    pub fn initial_state(&self, args: &[u32]) -> Result<InitResult, InternalError> {
        let nowhere = State::default();
        let mut evaluator = Evaluator::new(&self.context, Env::of_instance(&nowhere, args));
        if let Some(site) = first_failure(&mut evaluator, &self.init.failures, Place::Init)? {
            return Ok(InitResult::Failed(site));
        }
        for &condition in &self.init.conditions {
            if !evaluator.truth(condition)? {
                return Ok(InitResult::Rejected);
            }
        }
        let mut state = State::default();
        for (index, &value) in self.init.values.iter().enumerate() {
            state.0.push(self.value_for(&mut evaluator, index, value)?);
        }
        if state.0.len() != self.variables.len() {
            return Err(InternalError("not every variable has an initial value".to_owned()));
        }
        Ok(InitResult::State(state))
    }

    /// Whether an instance is enabled in a state.
    ///
    /// # Errors
    /// Where the system is malformed.
    pub fn enabled(
        &self,
        state: &State,
        transition: TransitionId,
        args: &[u32],
    ) -> Result<GuardResult, InternalError> {
        self.guard(&mut Evaluator::new(&self.context, Env::of_instance(state, args)), transition)
    }

    fn guard(&self, evaluator: &mut Evaluator<'_>, id: TransitionId) -> Result<GuardResult, InternalError> {
        let Some(transition) = self.transitions.get(id.index()) else {
            return Err(InternalError(format!("there is no transition number {}", id.0)));
        };
        if let Some(site) = first_failure(evaluator, &transition.guard_failures, Place::Guard(id))? {
            return Ok(GuardResult::Failed(site));
        }
        Ok(if evaluator.truth(transition.guard)? { GuardResult::Enabled } else { GuardResult::Disabled })
    }

    /// Executes an instance in a state.
    ///
    /// # Errors
    /// Where the system is malformed, or a new value leaves its variable's type though no failure is true.
    pub fn step(
        &self,
        state: &State,
        transition: TransitionId,
        args: &[u32],
    ) -> Result<StepResult, InternalError> {
        let mut evaluator = Evaluator::new(&self.context, Env::of_instance(state, args));
        match self.guard(&mut evaluator, transition)? {
            GuardResult::Failed(site) => return Ok(StepResult::GuardFailed(site)),
            GuardResult::Disabled => return Ok(StepResult::Disabled),
            GuardResult::Enabled => {}
        }
        let body = self.transition(transition);
        if let Some(site) = first_failure(&mut evaluator, &body.failures, Place::Body(transition))? {
            return Ok(StepResult::Failed(site));
        }
        let mut next = state.clone();
        for update in &body.updates {
            let value = self.value_for(&mut evaluator, update.variable.index(), update.value)?;
            match next.0.get_mut(update.variable.index()) {
                Some(slot) => *slot = value,
                None => return Err(InternalError("the state lacks a variable".to_owned())),
            }
        }
        Ok(StepResult::Next(next))
    }

    /// What each instance that is not disabled in a state gives: transitions in order, instances in lexicographic order.
    ///
    /// # Errors
    /// As those of [`step`](Self::step).
    pub fn successors(&self, state: &State) -> Result<Vec<Successor>, InternalError> {
        let mut out = Vec::new();
        for (transition, args) in self.instances() {
            let result = self.step(state, transition, &args)?;
            if result != StepResult::Disabled {
                out.push(Successor { transition, args, result });
            }
        }
        Ok(out)
    }

    /// All instances: transitions in order, arguments in lexicographic order.
    pub fn instances(&self) -> impl Iterator<Item = (TransitionId, Vec<u32>)> {
        self.transitions.iter().enumerate().flat_map(|(index, transition)| {
            bindings(&transition.params).map(move |args| (TransitionId::from(index), args))
        })
    }

    /// The value of a property: in a state, or of a step where the environment has a next state.
    ///
    /// # Errors
    /// Where the system is malformed, or a step property is evaluated in a state alone.
    pub fn property_truth(&self, id: PropertyId, env: Env<'_>) -> Result<Truth, InternalError> {
        let Some(property) = self.properties.get(id.index()) else {
            return Err(InternalError(format!("there is no property number {}", id.0)));
        };
        self.truth(&property.predicate, Place::Property(id), env)
    }

    /// The value of the terminal condition.
    ///
    /// # Errors
    /// Where the system is malformed.
    pub fn terminal_truth(&self, state: &State) -> Result<Truth, InternalError> {
        self.truth(&self.terminal, Place::Terminal, Env::of_state(state))
    }

    fn truth(&self, predicate: &Predicate, place: Place, env: Env<'_>) -> Result<Truth, InternalError> {
        let mut evaluator = Evaluator::new(&self.context, env);
        if let Some(site) = first_failure(&mut evaluator, &predicate.failures, place)? {
            return Ok(Truth::Failed(site));
        }
        Ok(if evaluator.truth(predicate.expr)? { Truth::True } else { Truth::False })
    }

    /// Everything that is wrong in a state: failing guards, failing or false invariants, failing reachable properties, a failing
    /// terminal condition, deadlock.
    ///
    /// # Errors
    /// Where the system is malformed.
    pub fn examine_state(&self, state: &State) -> Result<StateReport, InternalError> {
        let mut report = StateReport::default();
        for (transition, args) in self.instances() {
            match self.enabled(state, transition, &args)? {
                GuardResult::Failed(site) => report.violations.push(ViolationKind::Error(site)),
                GuardResult::Enabled => report.enabled = true,
                GuardResult::Disabled => {}
            }
        }
        // A state in which a guard fails is reported for that: whether it has a successor is then unknown.
        let stuck = !report.enabled && report.violations.is_empty();
        for (index, property) in self.properties.iter().enumerate() {
            let id = PropertyId::from(index);
            if property.kind != PropertyKind::Step {
                match self.property_truth(id, Env::of_state(state))? {
                    Truth::Failed(site) => report.violations.push(ViolationKind::Error(site)),
                    Truth::False if property.kind == PropertyKind::Invariant => {
                        report.violations.push(ViolationKind::Property(id));
                    }
                    Truth::False | Truth::True => {}
                }
            }
        }
        if stuck {
            match self.terminal_truth(state)? {
                Truth::Failed(site) => report.violations.push(ViolationKind::Error(site)),
                Truth::False => report.violations.push(ViolationKind::Deadlock),
                Truth::True => {}
            }
        }
        report.violations.sort_unstable();
        report.violations.dedup();
        Ok(report)
    }

    /// The step properties that fail or are false of a step, in the order of [`ViolationKind`].
    ///
    /// # Errors
    /// Where the system is malformed.
    pub fn examine_step(&self, before: &State, after: &State) -> Result<Vec<ViolationKind>, InternalError> {
        let mut violations = Vec::new();
        for id in self.properties_of(PropertyKind::Step) {
            match self.property_truth(id, Env::of_step(before, after))? {
                Truth::Failed(site) => violations.push(ViolationKind::Error(site)),
                Truth::False => violations.push(ViolationKind::Property(id)),
                Truth::True => {}
            }
        }
        violations.sort_unstable();
        Ok(violations)
    }

    /// The value of an expression that becomes that of a variable.
    fn value_for(
        &self,
        evaluator: &mut Evaluator<'_>,
        variable: usize,
        value: ExprId,
    ) -> Result<Value, InternalError> {
        let value = evaluator.value(value)?;
        match self.variables.get(variable) {
            Some(v) if value.has_type(&v.ty) => Ok(value),
            Some(v) => Err(InternalError(format!(
                "{value} leaves the type {} of {}, and no failure says so",
                v.ty, v.name
            ))),
            None => Err(InternalError(format!("there is no variable number {variable}"))),
        }
    }
}

/// The first of the failures whose condition is true.
fn first_failure(
    evaluator: &mut Evaluator<'_>,
    failures: &[Failure],
    place: Place,
) -> Result<Option<FailureSite>, InternalError> {
    for (failure, index) in failures.iter().zip(0..) {
        if evaluator.truth(failure.condition)? {
            return Ok(Some(FailureSite { place, index }));
        }
    }
    Ok(None)
}
