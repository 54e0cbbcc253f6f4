//! Fairness assumptions, and what a set of states and steps that a run visits again and again does to them.
//!
//! Fairness is part of the search for a component, and not of the formula: the cost is one counter for each assumption, however many
//! there are, and no automaton grows (Emerson and Lei, "Modalities for model checking: branching time logic strikes back", 1987).

use crate::mutation::Mutation;
use musilc_ir::{FairUnit, TransitionSystem, Unknown};

/// The most assumptions.
const MOST: u64 = 1 << 20;

/// All fairness assumptions, numbered: transitions in order, instances in lexicographic order.
#[derive(Debug, Default)]
pub(crate) struct Constraints {
    /// For each transition: the number of its first assumption, and what each is about.
    of_transition: Vec<Option<(u32, FairUnit)>>,
    /// Whether each is strong.
    strong: Vec<bool>,
}

impl Constraints {
    pub(crate) fn new(system: &TransitionSystem, mutation: Mutation) -> Result<Self, Unknown> {
        let mut strong: Vec<bool> = Vec::new();
        let mut of_transition = Vec::with_capacity(system.transitions.len());
        for transition in &system.transitions {
            let assumption = match mutation {
                Mutation::IgnoreFairness => None,
                Mutation::WeakenFairness => transition.fairness.unit().map(|(unit, _)| (unit, false)),
                _ => transition.fairness.unit(),
            };
            let Some((unit, is_strong)) = assumption else {
                of_transition.push(None);
                continue;
            };
            of_transition.push(Some((strong.len() as u32, unit)));
            let count = match unit {
                FairUnit::Whole => 1,
                FairUnit::Instance => transition.instance_count().unwrap_or(u64::MAX),
            };
            if count > MOST - strong.len() as u64 {
                let why = format!("there are more than {MOST} fairness assumptions");
                return Err(Unknown::Incapable(why));
            }
            strong.extend(std::iter::repeat_n(is_strong, count as usize));
        }
        Ok(Self { of_transition, strong })
    }

    /// The assumption on an instance, by its transition and its number there.
    #[inline]
    pub(crate) fn of(&self, transition: u32, number: u64) -> Option<u32> {
        let (first, unit) = (*self.of_transition.get(transition as usize)?)?;
        Some(match unit {
            FairUnit::Whole => first,
            FairUnit::Instance => first + number as u32,
        })
    }

    /// Whether an assumption is strong.
    pub(crate) fn is_strong(&self, constraint: u32) -> bool {
        self.strong.get(constraint as usize).copied().unwrap_or(false)
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.strong.is_empty()
    }

    fn len(&self) -> usize {
        self.strong.len()
    }
}

/// What is seen of an assumption.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    /// In how many states something of it is enabled.
    enabled: u64,
    /// The last of these states, by its position.
    last: u64,
    /// Whether it is taken.
    taken: bool,
}

/// Counts what happens in a set of states that are visited again and again.
#[derive(Debug)]
pub(crate) struct Tally {
    counts: Vec<Count>,
    /// Assumptions of which something is enabled somewhere.
    touched: Vec<u32>,
    states: u64,
    accepting: u64,
}

/// Whether a fair and accepting run can visit a set of states again and again, all of them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Judged {
    /// Yes.
    Fair,
    /// No, nor can one that visits only some of them.
    Hopeless,
    /// Not all of them: these strong assumptions are enabled somewhere, and never taken.
    Starved(Vec<u32>),
}

impl Tally {
    pub(crate) fn new(constraints: &Constraints) -> Self {
        Self {
            counts: vec![Count::default(); constraints.len()],
            touched: Vec::new(),
            states: 0,
            accepting: 0,
        }
    }

    /// Forgets what was counted.
    pub(crate) fn clear(&mut self) {
        for constraint in self.touched.drain(..) {
            self.counts[constraint as usize] = Count::default();
        }
        (self.states, self.accepting) = (0, 0);
    }

    /// The next state.
    pub(crate) fn state(&mut self) {
        self.states += 1;
    }

    /// In the last state, something that an assumption is about is enabled.
    #[inline]
    pub(crate) fn enabled(&mut self, constraint: Option<u32>) {
        let Some(constraint) = constraint else { return };
        let count = &mut self.counts[constraint as usize];
        if count.last != self.states {
            if count.enabled == 0 {
                self.touched.push(constraint);
            }
            count.last = self.states;
            count.enabled += 1;
        }
    }

    /// A step within the set, with the acceptance sets that it belongs to.
    #[inline]
    pub(crate) fn taken(&mut self, constraint: Option<u32>, accepting: u64) {
        self.accepting |= accepting;
        if let Some(constraint) = constraint {
            self.counts[constraint as usize].taken = true;
        }
    }

    /// What the counts say. `all`: the acceptance sets.
    pub(crate) fn judge(&self, constraints: &Constraints, all: u64) -> Judged {
        if self.accepting & all != all {
            return Judged::Hopeless;
        }
        let mut starved = Vec::new();
        for &constraint in &self.touched {
            let count = self.counts[constraint as usize];
            if count.taken {
                continue;
            }
            if constraints.is_strong(constraint) {
                starved.push(constraint);
            } else if count.enabled == self.states {
                return Judged::Hopeless;
            }
        }
        if starved.is_empty() { Judged::Fair } else { Judged::Starved(starved) }
    }
}
