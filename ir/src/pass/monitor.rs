//! A system that watches its own runs: what is added to each transition, so that it shows where a loop closes.

use super::cone::{self, Cone};
use super::letter::Letter;
use super::normal::{Formulas, Id, Node};
use super::obligations::{Effect, Here, Obligations, bit};
use super::{Unsupported, enabled};
use crate::{
    Context, ExprId, Transition, TransitionId, TransitionSystem, Type, Update, Value, VarId, Variable,
};
use indexmap::IndexMap;
use rustc_hash::FxHashSet;

/// The new system while it is made.
pub(super) struct Monitor<'a> {
    pub(super) original: &'a TransitionSystem,
    pub(super) cone: Cone,
    pub(super) cx: Context,
    formulas: Formulas,
    obligations: Obligations,
    pub(super) letters: Vec<Letter<'a>>,
    pub(super) variables: Vec<Variable>,
    pub(super) saved: VarId,
    /// Where some instance of each transition is enabled.
    enabled: Vec<ExprId>,
    /// The initial values of the variables that are added.
    pub(super) first_values: Vec<ExprId>,
    names: FxHashSet<String>,
    /// What happens in the loop, by what it is at each letter.
    seen: IndexMap<Vec<ExprId>, VarId>,
    /// What is watched from the first position on.
    watched: IndexMap<Id, VarId>,
}

impl<'a> Monitor<'a> {
    pub(super) fn new(
        original: &'a TransitionSystem,
        cx: Context,
        cone: Cone,
        formulas: Formulas,
        obligations: Obligations,
    ) -> Result<Self, Unsupported> {
        let mut own = Self {
            original,
            cone,
            cx,
            formulas,
            obligations,
            letters: Vec::new(),
            variables: original.variables.clone(),
            saved: VarId::from(original.variables.len()),
            enabled: Vec::new(),
            first_values: Vec::new(),
            names: original.variables.iter().map(|variable| variable.name.clone()).collect(),
            seen: IndexMap::new(),
            watched: IndexMap::new(),
        };
        own.saved = own.flag("saved", false);
        own.add_letters()?;
        Ok(own)
    }

    /// The bits of a guess.
    pub(super) fn guess_bits(&self) -> u32 {
        self.obligations.guess_bits
    }

    /// Adds a variable. Its name is new.
    fn declare(&mut self, name: &str, ty: Type, first: ExprId) -> VarId {
        let mut name = name.to_owned();
        while !self.names.insert(name.clone()) {
            name.push('\'');
        }
        self.variables.push(Variable { name, ty: ty.clone() });
        self.first_values.push(first);
        self.cx.declare(ty)
    }

    fn flag(&mut self, name: &str, first: bool) -> VarId {
        let first = self.cx.bool(first);
        self.declare(name, Type::Bool, first)
    }

    /// Watches everything; the invariant.
    pub(super) fn watch_all(&mut self) -> ExprId {
        let mut closed = vec![self.cx.var(self.saved)];
        self.promise(&mut closed);
        for id in self.obligations.closing.clone() {
            closed.push(self.of_lasso(id));
        }
        for id in self.obligations.responded.clone() {
            let responded = self.watch(id);
            closed.push(self.cx.var(responded));
        }
        self.be_fair(&mut closed);
        self.come_back(&mut closed);
        for letter in &mut self.letters {
            letter.updates.push(Update { variable: self.saved, value: letter.in_loop });
        }
        let closed = self.cx.and(closed);
        self.cx.not(closed)
    }

    /// Makes the letters, with the guards that they have without the formula.
    fn add_letters(&mut self) -> Result<(), Unsupported> {
        let system = self.original;
        for transition in &system.transitions {
            self.enabled.push(enabled::some_instance(&mut self.cx, transition)?);
        }
        for (index, transition) in system.transitions.iter().enumerate() {
            let mut guard = vec![transition.guard];
            if self.cone.guarded[index] {
                // Never true in a state that the original reaches. But engines look at others, too.
                let fails: Vec<ExprId> =
                    cone::failures(transition).map(|failure| failure.condition).collect();
                let fails = self.cx.or(fails);
                guard.push(self.cx.not(fails));
            }
            let updates = transition.updates.iter();
            let updates = updates.filter(|u| self.cone.changes[u.variable.index()]).copied().collect();
            self.add_letter(Some((index.into(), transition)), guard, updates);
        }
        let some = self.cx.or(self.enabled.iter().copied());
        if self.cx.as_bool(some) != Some(true) {
            let none = self.cx.not(some);
            self.add_letter(None, vec![none], Vec::new());
        }
        Ok(())
    }

    fn add_letter(
        &mut self,
        of: Option<(TransitionId, &'a Transition)>,
        guard: Vec<ExprId>,
        updates: Vec<Update>,
    ) {
        let position = of.map_or(0, |(_, transition)| transition.params.len());
        let guess = self.cx.param(position as u32, 1 << self.guess_bits());
        let saves = bit(&mut self.cx, guess, 0);
        let saved = self.cx.var(self.saved);
        let in_loop = self.cx.or([saved, saves]);
        self.letters.push(Letter::new(of, guess, in_loop, guard, updates));
    }

    /// Adds the promises, and the conditions of the formula on each letter.
    fn promise(&mut self, closed: &mut Vec<ExprId>) {
        let promises: Vec<_> = self.obligations.promises.values().copied().collect();
        let mut variables = Vec::new();
        for (number, promise) in promises.iter().enumerate() {
            variables.push(self.flag(&format!("promise{number}"), promise.initial));
        }
        let first = (!self.obligations.start.is_empty()).then(|| self.flag("start", true));
        let claims: Vec<Id> = self.obligations.claims.iter().copied().collect();
        let claimed: Vec<VarId> =
            (0..claims.len()).map(|number| self.flag(&format!("claim{number}"), false)).collect();
        let no = self.cx.bool(false);
        let promised: Vec<ExprId> = variables.iter().map(|&variable| self.cx.var(variable)).collect();
        let is_first = first.map(|first| self.cx.var(first));
        let mut kept: Vec<Vec<ExprId>> = vec![Vec::new(); promises.len()];
        for index in 0..self.letters.len() {
            let effect = self.effect(index, is_first, &promised);
            let updates = variables.iter().zip(&effect.promised);
            let mut updates: Vec<Update> =
                updates.map(|(&variable, &value)| Update { variable, value }).collect();
            updates.extend(first.map(|variable| Update { variable, value: no }));
            for (&variable, &value) in claimed.iter().zip(&effect.claimed) {
                let before = self.cx.var(variable);
                updates.push(Update { variable, value: self.cx.or([before, value]) });
            }
            for (kept, &put_off) in kept.iter_mut().zip(&effect.put_off) {
                kept.push(self.cx.not(put_off));
            }
            let letter = &mut self.letters[index];
            letter.updates.extend(updates);
            letter.guard.extend(effect.conditions);
        }
        for (number, promise) in promises.iter().enumerate() {
            let open = promised[number];
            if !promise.again && !promise.stays {
                closed.push(self.cx.not(open));
            } else if promise.again || promise.asked {
                // With fewer promises than were saved, the same loop can be gone through again.
                let variable = self.copy(variables[number]);
                let before = self.cx.var(variable);
                closed.push(self.cx.implies(open, before));
            }
            if promise.again {
                closed.push(self.happens(std::mem::take(&mut kept[number]), &format!("promise{number}")));
            }
        }
        for (id, variable) in claims.into_iter().zip(claimed) {
            let (claim, truth) = (self.cx.var(variable), self.of_lasso(id));
            closed.push(self.cx.implies(claim, truth));
        }
    }

    /// What the formula asks of a letter, the loop included.
    fn effect(&mut self, index: usize, first: Option<ExprId>, promised: &[ExprId]) -> Effect {
        let letter = &mut self.letters[index];
        let in_loop = letter.in_loop;
        let here = Here { first, promised, guess: letter.guess };
        let formulas = &self.formulas;
        let mut now = |cx: &mut Context, id| letter.truth(formulas, cx, id);
        let mut effect = self.obligations.effect(formulas, &mut self.cx, &here, &mut now);
        for &id in &self.obligations.in_loop {
            let value = now(&mut self.cx, id);
            effect.conditions.push(self.cx.implies(in_loop, value));
        }
        effect
    }

    /// The truth of a formula at a letter that is about the position by itself.
    fn now(&mut self, index: usize, id: Id) -> ExprId {
        self.letters[index].truth(&self.formulas, &mut self.cx, id)
    }

    /// The truth at each letter.
    fn word(&mut self, id: Id) -> Vec<ExprId> {
        (0..self.letters.len()).map(|index| self.now(index, id)).collect()
    }

    /// Whether something has happened in the loop, which is `word` at each letter.
    fn happens(&mut self, word: Vec<ExprId>, name: &str) -> ExprId {
        for constant in [true, false] {
            // The loop has at least one position.
            if word.iter().all(|&value| self.cx.as_bool(value) == Some(constant)) {
                return self.cx.bool(constant);
            }
        }
        if let Some(&variable) = self.seen.get(&word) {
            return self.cx.var(variable);
        }
        let variable = self.flag(&format!("seen.{name}"), false);
        let before = self.cx.var(variable);
        for (letter, &value) in self.letters.iter_mut().zip(&word) {
            let now = self.cx.and([letter.in_loop, value]);
            let value = self.cx.or([before, now]);
            letter.updates.push(Update { variable, value });
        }
        self.seen.insert(word, variable);
        before
    }

    /// The truth of a formula of the lasso, where its loop closes.
    fn of_lasso(&mut self, id: Id) -> ExprId {
        if let Some(a) = self.formulas.recurs(id) {
            let word = self.word(a);
            return self.happens(word, &format!("recurs{}", self.seen.len()));
        }
        if let Some(a) = self.formulas.persists(id) {
            return self.holds_in_loop(a);
        }
        match self.formulas.node(id).clone() {
            Node::And(list) => {
                let list: Vec<ExprId> = list.iter().map(|&id| self.of_lasso(id)).collect();
                self.cx.and(list)
            }
            Node::Or(list) => {
                let list: Vec<ExprId> = list.iter().map(|&id| self.of_lasso(id)).collect();
                self.cx.or(list)
            }
            Node::Response(_, held) => {
                let variable = self.watch(id);
                let (responded, always) = (self.cx.var(variable), self.holds_in_loop(held));
                self.cx.and([responded, always])
            }
            _ => {
                let variable = self.watch(id);
                self.cx.var(variable)
            }
        }
    }

    /// Whether a formula about positions is true at all of the loop.
    fn holds_in_loop(&mut self, id: Id) -> ExprId {
        let word: Vec<ExprId> = self.word(id).into_iter().map(|value| self.cx.not(value)).collect();
        let broken = self.happens(word, &format!("breaks{}", self.seen.len()));
        self.cx.not(broken)
    }

    /// A variable that watches a formula from the first position on. It is known before the position is: of `Response`, whether the first
    /// operand was true, and the second has been from there on.
    fn watch(&mut self, id: Id) -> VarId {
        if let Some(&variable) = self.watched.get(&id) {
            return variable;
        }
        let number = self.watched.len();
        let (name, first) = match self.formulas.node(id) {
            Node::Throughout(_) => ("throughout", true),
            Node::Once(_) => ("once", false),
            _ => ("since", false),
        };
        let variable = self.flag(&format!("{name}{number}"), first);
        let before = self.cx.var(variable);
        for index in 0..self.letters.len() {
            let value = match *self.formulas.node(id) {
                Node::Once(a) => {
                    let now = self.now(index, a);
                    self.cx.or([before, now])
                }
                Node::Throughout(a) => {
                    let now = self.now(index, a);
                    self.cx.and([before, now])
                }
                Node::Response(a, held) => {
                    let (now, held) = (self.now(index, a), self.now(index, held));
                    let since = self.cx.or([before, now]);
                    self.cx.and([since, held])
                }
                _ => before,
            };
            self.letters[index].updates.push(Update { variable, value });
        }
        self.watched.insert(id, variable);
        variable
    }

    /// The loop keeps to every fairness assumption.
    fn be_fair(&mut self, closed: &mut Vec<ExprId>) {
        let system = self.original;
        for (number, constraint) in system.fairness_constraints().enumerate() {
            let transition = system.transition(constraint.transition);
            let possible = match &constraint.args {
                Some(args) => enabled::instance(&mut self.cx, transition, args),
                None => self.enabled[constraint.transition.index()],
            };
            let mut taken = Vec::new();
            let mut asked = Vec::new();
            for letter in &self.letters {
                let args = constraint.args.iter().flatten().map(|&arg| Some(arg));
                taken.push(letter.takes(&mut self.cx, constraint.transition, args));
                // Where a run stutters, nothing is enabled.
                asked.push(if letter.of.is_some() { possible } else { self.cx.bool(false) });
            }
            closed.push(match constraint.strong {
                true => {
                    let taken = self.happens(taken, &format!("taken{number}"));
                    let asked = self.happens(asked, &format!("enabled{number}"));
                    self.cx.implies(asked, taken)
                }
                false => {
                    let both = taken.into_iter().zip(asked);
                    let kept = both.map(|(taken, asked)| self.cx.implies(asked, taken)).collect();
                    self.happens(kept, &format!("fair{number}"))
                }
            });
        }
    }

    /// The state has come back to the saved one.
    fn come_back(&mut self, closed: &mut Vec<ExprId>) {
        for index in 0..self.original.variables.len() {
            if self.cone.changes[index] {
                let variable = VarId::from(index);
                let copy = self.copy(variable);
                let (now, then) = (self.cx.var(variable), self.cx.var(copy));
                closed.push(self.cx.eq(now, then));
            }
        }
    }

    /// A variable that has the value that another one had where the state was saved.
    fn copy(&mut self, variable: VarId) -> VarId {
        let Variable { name, ty } = self.variables[variable.index()].clone();
        let zero = constant(&mut self.cx, &Value::zero(&ty));
        let copy = self.declare(&format!("saved.{name}"), ty, zero);
        let (now, then) = (self.cx.var(variable), self.cx.var(copy));
        let saved = self.cx.var(self.saved);
        for letter in &mut self.letters {
            // In the loop, and not before this step: now is when it is saved.
            let saves = bit(&mut self.cx, letter.guess, 0);
            let not_yet = self.cx.ite(saves, now, then);
            let value = self.cx.ite(saved, then, not_yet);
            letter.updates.push(Update { variable: copy, value });
        }
        copy
    }
}

/// A value as an expression.
pub(super) fn constant(cx: &mut Context, value: &Value) -> ExprId {
    match value {
        Value::Bool(b) => cx.bool(*b),
        Value::Int(v) => cx.int(*v),
        Value::Array(elements) => {
            let elements: Vec<ExprId> = elements.iter().map(|element| constant(cx, element)).collect();
            cx.array(elements)
        }
    }
}
