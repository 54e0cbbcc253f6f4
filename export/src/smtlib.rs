//! Proof obligations in SMT-LIB 2 (Barrett, Fontaine and Tinelli, "The SMT-LIB standard"): that an invariant is inductive, and that nothing is
//! wrong where it is true.
//!
//! They are written straight from the expressions of the system, in words and not in bits. So they share nothing with circuits.

mod term;

use crate::names;
use crate::refusal::Refusal;
use musilc_ir::{
    Context, ExprId, Goal, GroundTransition, Limits, Node, Predicate, PropertyId, PropertyKind, TransitionId,
    TransitionSystem, Type, Unknown, bindings,
};
use std::fmt::Write;
use term::{Atom, Reading, Term, Terms, Writer, integer, scalar, sort};

/// The most instances.
const MAX_INSTANCES: u64 = 20_000;
/// The longest text, in bytes.
const MAX_LENGTH: usize = 1 << 28;

/// A text for a solver.
#[derive(Clone, Debug)]
pub struct Script {
    /// The text. Each `(check-sat)` asks for a counterexample to one obligation, and should be answered with `unsat`.
    pub text: String,
    /// The obligations, in words, in the order in which they are asked.
    pub obligations: Vec<String>,
}

/// The obligations of a proof by an invariant, an expression of the context over the state variables. The context is that of the system, or a
/// copy with more expressions.
///
/// What they say, taken together, for values of the variables' types:
/// 1. Every initial state is of its types and satisfies the invariant, and no error occurs in it.
/// 2. Each instance of a transition leads from states that satisfy the invariant to such states.
/// 3. Nothing that the goal asks for is found where the invariant is true: model errors in any case; for [`Goal::All`] false invariants, steps
///    that violate step properties, deadlocks; for [`Goal::Reach`] a state with the property.
///
/// # Errors
/// Where there are too many instances or too large arrays, or it takes too long.
pub fn obligations(
    system: &TransitionSystem,
    context: &Context,
    invariant: ExprId,
    goal: Goal,
    limits: &Limits,
) -> Result<Script, Refusal> {
    let total = system.transitions.iter().map(|t| t.instance_count().unwrap_or(u64::MAX));
    if total.fold(0, u64::saturating_add) > MAX_INSTANCES {
        return Err(Refusal::Unknown(Unknown::Incapable("there are too many instances".to_owned())));
    }
    let mut cx = context.clone();
    let mut instances = Vec::new();
    for (transition, index) in system.transitions.iter().zip(0..) {
        for args in bindings(&transition.params) {
            limits.must_stop().map_or(Ok(()), Err)?;
            instances.push(transition.ground(TransitionId(index), &args, &mut cx));
        }
    }
    let conjuncts = match cx.node(invariant) {
        Node::And(list) => list.to_vec(),
        _ => vec![invariant],
    };
    let order = cx.reachable(conjuncts.iter().copied());
    let mut asker = Asker {
        system,
        cx: &cx,
        goal,
        limits,
        conjuncts,
        order,
        cells: Vec::new(),
        now: Terms::default(),
        writer: Writer::default(),
        obligations: Vec::new(),
    };
    asker.declare();
    asker.initial()?;
    asker.suppose(&instances);
    asker.of_states(&instances)?;
    for instance in &instances {
        asker.of_instance(instance)?;
    }
    asker.writer.line("(exit)");
    let logic = if asker.writer.nonlinear { "QF_NIA" } else { "QF_LIA" };
    let text = format!("(set-logic {logic})\n{}", asker.writer.text);
    Ok(Script { text, obligations: asker.obligations })
}

/// The obligations while they are written.
struct Asker<'a> {
    system: &'a TransitionSystem,
    cx: &'a Context,
    goal: Goal,
    limits: &'a Limits,
    /// The parts of the invariant.
    conjuncts: Vec<ExprId>,
    /// They and all that they are built from.
    order: Vec<ExprId>,
    /// The value of each state variable.
    cells: Vec<Term>,
    /// Expressions about the present state.
    now: Terms,
    writer: Writer,
    obligations: Vec<String>,
}

impl Asker<'_> {
    fn declare(&mut self) {
        for (variable, index) in self.system.variables.iter().zip(0..) {
            let sort = sort(&variable.ty);
            let mut cells: Vec<Atom> = Vec::new();
            for cell in 0..u32::try_from(variable.ty.cells()).unwrap_or(u32::MAX) {
                let name: Atom = format!("v{index}_{cell}").into();
                let comment = names::one_line(&names::cell(self.system, musilc_ir::VarId(index), cell));
                let _ = writeln!(self.writer.text, "(declare-const {name} {sort}) ; {comment}");
                cells.push(name);
            }
            self.cells.push(cells.into());
        }
    }

    /// Whether there is a counterexample: an assignment with all of these.
    fn ask(&mut self, obligation: String, conditions: &[String]) -> Result<(), Unknown> {
        self.limits.must_stop().map_or(Ok(()), Err)?;
        if self.writer.text.len() > MAX_LENGTH {
            return Err(Unknown::Incapable("the obligations are too long".to_owned()));
        }
        let obligation = names::one_line(&obligation);
        self.writer.line(&format!("; {obligation}"));
        self.writer.line("(push 1)");
        for condition in conditions {
            self.writer.line(&format!("(assert {condition})"));
        }
        self.writer.line("(check-sat)");
        self.writer.line("(pop 1)");
        self.obligations.push(obligation);
        Ok(())
    }

    fn initial(&mut self) -> Result<(), Unknown> {
        let init = &self.system.init;
        let mut params: Vec<Atom> = Vec::new();
        let mut legal = Vec::new();
        for (param, index) in init.params.iter().zip(0..) {
            let name = format!("p{index}");
            self.writer.line(&format!("(declare-const {name} Int)"));
            legal.push(format!("(<= 0 {name})"));
            legal.push(format!("(< {name} {})", param.count));
            params.push(name.into());
        }
        let roots = init.failures.iter().map(|failure| failure.condition);
        let roots = roots.chain(init.conditions.iter().copied()).chain(init.values.iter().copied());
        let order = self.cx.reachable(roots);
        let mut terms = Terms::default();
        let reading = Reading { now: &[], next: &[], params: &params };
        terms.write(&mut self.writer, self.cx, &order, reading, None);
        let fails = any(init.failures.iter().map(|failure| terms.atom(failure.condition)));
        let mut error = legal.clone();
        error.push(fails.clone());
        self.ask("no error occurs in the initial state".to_owned(), &error)?;

        let values: Vec<Term> = init.values.iter().map(|&value| terms.of(value)).collect();
        let reading = Reading { now: &values, next: &[], params: &[] };
        let mut first = Terms::default();
        first.write(&mut self.writer, self.cx, &self.order, reading, None);
        let mut good = self.typed(&values);
        good.extend(self.conjuncts.iter().map(|&part| first.atom(part).to_string()));
        let mut outside = legal;
        outside.push(not(&fails));
        outside.extend(init.conditions.iter().map(|&condition| terms.atom(condition).to_string()));
        outside.push(not(&all(good)));
        self.ask("the initial states satisfy the invariant".to_owned(), &outside)
    }

    /// That values have the types of the variables, as far as that is not so anyway.
    fn typed(&self, values: &[Term]) -> Vec<String> {
        let mut out = Vec::new();
        for (values, variable) in values.iter().zip(&self.system.variables) {
            if let Type::Int { lo, hi } = scalar(&variable.ty) {
                let (lo, hi) = (integer(*lo), integer(*hi));
                out.extend(values.iter().map(|value| format!("(and (<= {lo} {value}) (<= {value} {hi}))")));
            }
        }
        out
    }

    /// Writes all that is said of the present state, and supposes that it has its types and satisfies the invariant.
    fn suppose(&mut self, instances: &[GroundTransition]) {
        let mut roots: Vec<ExprId> = self.conjuncts.clone();
        for instance in instances {
            roots.push(instance.guard);
            let failures = instance.guard_failures.iter().chain(&instance.failures);
            roots.extend(failures.map(|failure| failure.condition));
            roots.extend(instance.updates.iter().map(|update| update.value));
        }
        roots.extend(predicate_roots(&self.system.terminal));
        let of_states = self.system.properties.iter().filter(|property| property.kind != PropertyKind::Step);
        roots.extend(of_states.flat_map(|property| predicate_roots(&property.predicate)));
        let order = self.cx.reachable(roots);
        let reading = Reading { now: &self.cells, next: &[], params: &[] };
        self.now.write(&mut self.writer, self.cx, &order, reading, None);
        let mut supposed = self.typed(&self.cells);
        supposed.extend(self.conjuncts.iter().map(|&part| self.now.atom(part).to_string()));
        for condition in supposed {
            self.writer.line(&format!("(assert {condition})"));
        }
    }

    /// What must not be true of a predicate, given that it must not fail.
    fn wrong(&self, terms: &Terms, predicate: &Predicate, may_be_false: bool) -> String {
        let failures = predicate.failures.iter().map(|failure| terms.atom(failure.condition).to_string());
        let falsity = not(&terms.atom(predicate.expr));
        any(failures.chain((!may_be_false).then_some(falsity)))
    }

    fn of_states(&mut self, instances: &[GroundTransition]) -> Result<(), Unknown> {
        let of_guards = instances.iter().flat_map(|instance| &instance.guard_failures);
        let fails = any(of_guards.map(|failure| self.now.atom(failure.condition)));
        self.ask("no guard fails".to_owned(), std::slice::from_ref(&fails))?;
        for (property, index) in self.system.properties.iter().zip(0..) {
            let claimed = property.kind == PropertyKind::Invariant && self.goal == Goal::All;
            if property.kind != PropertyKind::Step {
                let wrong = self.wrong(&self.now, &property.predicate, !claimed);
                let what = if claimed { "is true" } else { "can be evaluated" };
                self.ask(format!("`{}` {what}", property.name), &[wrong])?;
            }
            if self.goal == Goal::Reach(PropertyId(index)) {
                let holds = self.now.atom(property.predicate.expr).to_string();
                self.ask(format!("`{}` is not reached", property.name), &[holds])?;
            }
        }
        let may_be_stuck = self.goal != Goal::All;
        let wrong = self.wrong(&self.now, &self.system.terminal, may_be_stuck);
        let mut stuck: Vec<String> =
            instances.iter().map(|instance| not(&self.now.atom(instance.guard))).collect();
        // Where a guard fails, nobody knows what is enabled.
        stuck.extend([not(&fails), wrong]);
        self.ask("there is no deadlock".to_owned(), &stuck)
    }

    fn of_instance(&mut self, instance: &GroundTransition) -> Result<(), Unknown> {
        let name = names::call(self.system, instance);
        let of_guard = any(instance.guard_failures.iter().map(|failure| self.now.atom(failure.condition)));
        let enabled = all([not(&of_guard), self.now.atom(instance.guard).to_string()]);
        let fails = any(instance.failures.iter().map(|failure| self.now.atom(failure.condition)));
        if !instance.failures.is_empty() {
            self.ask(format!("{name} does not fail"), &[enabled.clone(), fails.clone()])?;
        }
        let mut next = self.cells.clone();
        for update in &instance.updates {
            if let Some(cells) = next.get_mut(update.variable.index()) {
                *cells = self.now.of(update.value);
            }
        }
        let reading = Reading { now: &next, next: &[], params: &[] };
        let mut after = Terms::default();
        after.write(&mut self.writer, self.cx, &self.order, reading, Some(&self.now));
        // What is as it was is supposed already.
        let kept = self.typed(&self.cells);
        let mut good: Vec<String> = self
            .typed(&next)
            .into_iter()
            .zip(kept)
            .filter(|(new, old)| new != old)
            .map(|(new, _)| new)
            .collect();
        let changed = self.conjuncts.iter().filter(|&&part| after.of(part) != self.now.of(part));
        good.extend(changed.map(|&part| after.atom(part).to_string()));
        let taken = [enabled, not(&fails)];
        let mut leaves = taken.to_vec();
        leaves.push(not(&all(good)));
        self.ask(format!("{name} keeps the invariant"), &leaves)?;
        self.step_properties(&name, &taken, &next)
    }

    fn step_properties(&mut self, name: &str, taken: &[String], next: &[Term]) -> Result<(), Unknown> {
        let claimed = self.goal == Goal::All;
        for property in self.system.properties.iter().filter(|property| property.kind == PropertyKind::Step) {
            let order = self.cx.reachable(predicate_roots(&property.predicate));
            let reading = Reading { now: &self.cells, next, params: &[] };
            let mut terms = Terms::default();
            terms.write(&mut self.writer, self.cx, &order, reading, Some(&self.now));
            let mut wrong = taken.to_vec();
            wrong.push(self.wrong(&terms, &property.predicate, !claimed));
            self.ask(format!("{name} satisfies `{}`", property.name), &wrong)?;
        }
        Ok(())
    }
}

fn predicate_roots(predicate: &Predicate) -> impl Iterator<Item = ExprId> {
    predicate.failures.iter().map(|failure| failure.condition).chain([predicate.expr])
}

fn not(term: &str) -> String {
    format!("(not {term})")
}

fn junction(word: &str, neutral: &str, terms: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let mut text = String::new();
    let mut count = 0;
    for term in terms {
        text.push(' ');
        text.push_str(term.as_ref());
        count += 1;
    }
    match count {
        0 => neutral.to_owned(),
        1 => text.trim_start().to_owned(),
        _ => format!("({word}{text})"),
    }
}

fn all(terms: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    junction("and", "true", terms)
}

fn any(terms: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    junction("or", "false", terms)
}
