//! Automata against the formulas that they come from, on random words.

use super::{Atom, Automaton};
use crate::machine::Stop;
use crate::memory::Memory;
use crate::scc::{Components, Space};
use musilc_ir::{
    Claim, Context, ExprId, Formula, FormulaKind, FormulaPart, Span, State, Step, Trace, TransitionId,
    TransitionSystem, Type, Value,
};
use std::ops::ControlFlow;

/// Numbers that look random.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % n
    }
}

/// So many conditions, each a variable.
const CONDITIONS: usize = 3;

fn go_on() -> ControlFlow<Stop> {
    ControlFlow::Continue(())
}

fn system() -> (TransitionSystem, Vec<ExprId>) {
    let text = "system \"s\"\nvar a: bool\nvar b: bool\nvar c: bool\ninit\n a = false\n b = false\n c = false\n\
                terminal\n holds false\n";
    let mut system = musilc_ir::text::parse(text).unwrap();
    let vars = (0..CONDITIONS).map(|i| system.context.var(i.into())).collect();
    (system, vars)
}

fn formula(kind: FormulaKind) -> Formula {
    Formula { span: Span::default(), kind }
}

fn condition(expr: ExprId) -> Formula {
    formula(FormulaKind::State(Claim { span: Span::default(), expr, parts: Vec::new(), shown: Vec::new() }))
}

fn random_formula(random: &mut Random, vars: &[ExprId], depth: usize) -> Formula {
    if depth == 0 || random.below(8) == 0 {
        return match random.below(5) {
            0 => {
                let arg = if random.below(2) == 0 { None } else { Some(random.below(2) as u32) };
                formula(FormulaKind::Taken { transition: TransitionId(0), args: vec![arg] })
            }
            n => condition(vars[n % vars.len()]),
        };
    }
    let mut one = || Box::new(random_formula(random, vars, depth - 1));
    let (a, b) = (one(), one());
    let parts = |a: Box<Formula>, b: Box<Formula>| {
        vec![FormulaPart { binding: None, formula: *a }, FormulaPart { binding: None, formula: *b }]
    };
    formula(match random.below(12) {
        0 => FormulaKind::Not(a),
        1 => FormulaKind::All(parts(a, b)),
        2 => FormulaKind::Any(parts(a, b)),
        3 => FormulaKind::Implies(a, b),
        4 => FormulaKind::Iff(a, b),
        5 => FormulaKind::Next(a),
        6 => FormulaKind::Always(a),
        7 => FormulaKind::Eventually(a),
        8 => FormulaKind::Until(a, b),
        9 => FormulaKind::WeakUntil(a, b),
        10 => FormulaKind::Release(a, b),
        _ => FormulaKind::LeadsTo(a, b),
    })
}

/// A lasso through arbitrary states: formulas do not ask whether it is a run.
fn random_word(random: &mut Random) -> Trace {
    let mut state = || State((0..CONDITIONS).map(|_| Value::Bool(random.below(2) == 0)).collect());
    let initial = Some(state());
    let states: Vec<State> = (0..6).map(|_| state()).collect();
    let length = random.below(7);
    let steps = states.into_iter().take(length).map(|state| {
        let (transition, args) = (TransitionId(random.below(2) as u32), vec![random.below(2) as u32]);
        Step { transition, args, state: Some(state) }
    });
    let steps: Vec<Step> = steps.collect();
    let back_to = Some(random.below(length + 1) as u32);
    Trace { init_args: Vec::new(), initial, steps, back_to }
}

/// Pairs of a position of the word and a state of the automaton.
struct Run<'r> {
    automaton: &'r Automaton,
    letters: Vec<Vec<u64>>,
    back_to: usize,
}

impl Run<'_> {
    fn edges(&self, node: u64) -> Vec<(u64, u64)> {
        let width = self.automaton.edges.len() as u64;
        let (position, state) = ((node / width) as usize, (node % width) as usize);
        let next = if position + 1 < self.letters.len() { position + 1 } else { self.back_to } as u64;
        let own = self.automaton.edges[state].iter();
        let read = own.filter(|edge| edge.label.reads(&self.letters[position]));
        read.map(|edge| (next * width + edge.target as u64, edge.accepting)).collect()
    }
}

impl Space for &Run<'_> {
    fn successors(&mut self, node: u64, out: &mut Vec<u64>) -> ControlFlow<Stop> {
        out.extend(self.edges(node).into_iter().map(|edge| edge.0));
        ControlFlow::Continue(())
    }
}

fn accepts(automaton: &Automaton, system: &TransitionSystem, word: &Trace) -> bool {
    if automaton.edges.is_empty() {
        return false;
    }
    let lasso = musilc_ir::lasso::Lasso::new(word).unwrap();
    let letter = |letter: &musilc_ir::Letter<'_>| {
        let mut bits = vec![0u64; automaton.atoms.len().div_ceil(64)];
        for (at, atom) in automaton.atoms.iter().enumerate() {
            let holds = match atom {
                Atom::State(expr) => {
                    let env = musilc_ir::Env::of_state(letter.state);
                    musilc_ir::eval::eval(&system.context, *expr, env) == Ok(Value::Bool(true))
                }
                Atom::Taken(transition, wanted) => letter.taken.is_some_and(|(id, args)| {
                    id == *transition && wanted.iter().zip(args).all(|(w, a)| w.is_none_or(|w| w == *a))
                }),
            };
            bits[at / 64] |= u64::from(holds) << (at % 64);
        }
        bits
    };
    let letters: Vec<Vec<u64>> = lasso.letters().iter().map(letter).collect();
    let run = Run { automaton, letters, back_to: lasso.in_loop().start };
    let memory = Memory::new(None);
    let nodes = (run.letters.len() * automaton.edges.len()) as u64;
    let ControlFlow::Continue(mut components) = Components::new(nodes, &memory) else { return false };
    let mut found = false;
    let flow = components.visit(0, &mut &run, &memory, |run, component, _| {
        let inside = component.nodes.iter().flat_map(|&node| run.edges(node));
        let sets = inside.filter(|edge| component.contains(edge.0)).fold(0, |all, edge| all | edge.1);
        found |= component.cyclic && sets & automaton.all == automaton.all;
        ControlFlow::Continue(0)
    });
    assert!(flow.is_continue());
    found
}

#[test]
fn automata_accept_what_formulas_exclude() {
    let (system, vars) = system();
    let mut random = Random(11);
    let (mut accepted, mut total) = (0, 0);
    for round in 0..3000 {
        let formula = random_formula(&mut random, &vars, 1 + round % 4);
        let Ok(automaton) = Automaton::of_negation(&system.context, &formula, &mut go_on) else { continue };
        for _ in 0..12 {
            let word = random_word(&mut random);
            let lasso = musilc_ir::lasso::Lasso::new(&word).unwrap();
            let holds = lasso.truth(&system, &formula).unwrap()[0];
            assert_eq!(
                accepts(&automaton, &system, &word),
                !holds,
                "{formula:#?}\n{word:#?}\n{automaton:#?}"
            );
            accepted += usize::from(!holds);
            total += 1;
        }
    }
    assert!(total > 30_000 && accepted > total / 5 && accepted < total * 4 / 5, "{accepted} of {total}");
}

/// The number of states and transitions of the automaton of a formula's negation.
fn size(context: &Context, formula: Formula) -> (usize, usize) {
    let automaton = Automaton::of_negation(context, &formula, &mut go_on).unwrap();
    (automaton.edges.len(), automaton.edges.iter().map(Vec::len).sum())
}

#[test]
fn automata_are_small() {
    let mut context = Context::new();
    let mut bit = || {
        let variable = context.declare(Type::Bool);
        context.var(variable)
    };
    let bits: Vec<ExprId> = (0..82).map(|_| bit()).collect();
    let known = [context.bool(true), context.bool(false)];
    let (p, q) = (bits[0], bits[1]);
    let boxed = |formula: Formula| Box::new(formula);
    let leads_to = || formula(FormulaKind::LeadsTo(boxed(condition(p)), boxed(condition(q))));
    assert_eq!(size(&context, leads_to()), (2, 3));
    let recurs = |of: ExprId| {
        formula(FormulaKind::Always(boxed(formula(FormulaKind::Eventually(boxed(condition(of)))))))
    };
    assert_eq!(size(&context, recurs(p)), (2, 3));
    // The negation of "not always eventually" is one state that accepts by transition.
    assert_eq!(size(&context, formula(FormulaKind::Not(boxed(recurs(p))))), (1, 2));
    let both = [recurs(p), recurs(q)].map(|formula| FormulaPart { binding: None, formula });
    assert_eq!(size(&context, formula(FormulaKind::Not(boxed(formula(FormulaKind::All(both.into())))))).0, 1);
    // Forty instances share their waiting.
    let forty = bits[2..].chunks(2).map(|pair| {
        let (p, q) = (pair[0], pair[1]);
        let each = formula(FormulaKind::LeadsTo(boxed(condition(p)), boxed(condition(q))));
        FormulaPart { binding: None, formula: each }
    });
    assert_eq!(size(&context, formula(FormulaKind::All(forty.collect()))), (41, 81));
    // What is known is not asked for, and what cannot be violated needs no state.
    let (yes, no) = (condition(known[0]), condition(known[1]));
    let trivial = FormulaKind::Implies(boxed(yes), boxed(leads_to()));
    assert_eq!(size(&context, formula(trivial)), (2, 3));
    assert_eq!(size(&context, formula(FormulaKind::Implies(boxed(no), boxed(leads_to())))), (0, 0));
    let tautology = FormulaKind::Implies(boxed(condition(p)), boxed(condition(p)));
    assert_eq!(size(&context, formula(tautology)), (0, 0));
}

#[test]
fn what_would_be_absurdly_large_is_refused() {
    let mut context = Context::new();
    let mut recurs = || {
        let variable = context.declare(Type::Bool);
        let inner = formula(FormulaKind::Eventually(Box::new(condition(context.var(variable)))));
        FormulaPart { binding: None, formula: formula(FormulaKind::Always(Box::new(inner))) }
    };
    let many: Vec<FormulaPart> = (0..70).map(|_| recurs()).collect();
    let all = formula(FormulaKind::Not(Box::new(formula(FormulaKind::All(many)))));
    assert!(Automaton::of_negation(&context, &all, &mut go_on).is_err());
}

#[test]
fn nesting_and_many_promises_are_bearable() {
    let mut context = Context::new();
    let bits: Vec<ExprId> = (0..30)
        .map(|_| {
            let variable = context.declare(Type::Bool);
            context.var(variable)
        })
        .collect();
    let boxed = |formula: Formula| Box::new(formula);
    // Each operand of `<==>` is asked for twice.
    let mut chain = formula(FormulaKind::Eventually(boxed(condition(bits[0]))));
    for &bit in &bits[1..] {
        chain = formula(FormulaKind::Iff(boxed(condition(bit)), boxed(chain)));
    }
    let _ = Automaton::of_negation(&context, &chain, &mut go_on);
    // Six responses at once: what each promises is part of what all of them say.
    let responses = bits.chunks(2).take(6).map(|pair| {
        let each = FormulaKind::LeadsTo(boxed(condition(pair[0])), boxed(condition(pair[1])));
        FormulaPart { binding: None, formula: formula(each) }
    });
    let all = formula(FormulaKind::All(responses.collect()));
    let recurs =
        formula(FormulaKind::Always(boxed(formula(FormulaKind::Eventually(boxed(condition(bits[29])))))));
    assert!(size(&context, formula(FormulaKind::Implies(boxed(all), boxed(recurs)))).0 < 200);
}
