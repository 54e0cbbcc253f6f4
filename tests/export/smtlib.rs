//! Proof obligations: cvc5 (Barbosa et al., "cvc5: a versatile and industrial-strength SMT solver", 2022) refutes those that a look at all
//! values of the state variables refutes, and no others. Where it is not installed, the test says so and does nothing.

use crate::generate::{choices, generate};
use musilc::export::obligations;
use musilc_ir::{
    Context, Env, Evaluator, ExprId, Goal, InitResult, Limits, Place, PropertyKind, State, StepResult,
    TransitionSystem, Type, Value, VarId, ViolationKind, bindings, text,
};
use proptest::prelude::*;
use std::cell::Cell;
use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};

/// The obligations that cvc5 refutes; an `Err` with what it says where it does not answer.
fn refuted_by_solver(text: &str, names: &[String]) -> Result<BTreeSet<String>, String> {
    let mut child = Command::new("cvc5")
        .args(["--incremental", "--lang=smt2"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let text = text.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()));
    let output = child.wait_with_output().unwrap();
    let _ = writer.join().unwrap();
    let answers = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> = answers.lines().collect();
    if lines.len() != names.len() || lines.iter().any(|line| !["sat", "unsat"].contains(line)) {
        return Err(answers);
    }
    let refuted = names.iter().zip(lines).filter(|(_, line)| *line == "sat");
    Ok(refuted.map(|(name, _)| name.clone()).collect())
}

/// All values of a type; `None` where they are many.
fn values(ty: &Type) -> Option<Vec<Value>> {
    match ty {
        Type::Bool => Some(vec![Value::Bool(false), Value::Bool(true)]),
        Type::Int { lo, hi } => Some((*lo..=*hi).map(Value::Int).collect()),
        Type::Array { len, element } => {
            let element = values(element)?;
            let mut all: Vec<Vec<Value>> = vec![vec![]];
            for _ in 0..*len {
                all = product(&all, &element)?;
            }
            Some(all.into_iter().map(|elements| Value::Array(elements.into())).collect())
        }
    }
}

fn product(all: &[Vec<Value>], values: &[Value]) -> Option<Vec<Vec<Value>>> {
    if all.len() * values.len() > 1_500 {
        return None;
    }
    let longer = |first: &Vec<Value>, value: &Value| first.iter().chain([value]).cloned().collect();
    Some(all.iter().flat_map(|first| values.iter().map(move |value| longer(first, value))).collect())
}

fn states(system: &TransitionSystem) -> Option<Vec<State>> {
    let mut all: Vec<Vec<Value>> = vec![vec![]];
    for variable in &system.variables {
        all = product(&all, &values(&variable.ty)?)?;
    }
    Some(all.into_iter().map(State).collect())
}

/// The kinds of obligations, by what is refuted: instances of a transition are not told apart.
fn refuted_by_all_states(
    system: &TransitionSystem,
    context: &Context,
    invariant: ExprId,
    states: &[State],
) -> BTreeSet<String> {
    let satisfies = |state: &State| Evaluator::new(context, Env::of_state(state)).truth(invariant).unwrap();
    let mut refuted = BTreeSet::new();
    for args in bindings(&system.init.params) {
        match system.initial_state(&args).unwrap() {
            InitResult::Failed(_) => drop(refuted.insert("no error occurs in the initial state".to_owned())),
            InitResult::State(state) if !satisfies(&state) => {
                refuted.insert("the initial states satisfy the invariant".to_owned());
            }
            InitResult::State(_) | InitResult::Rejected => {}
        }
    }
    for state in states.iter().filter(|state| satisfies(state)) {
        for kind in system.examine_state(state).unwrap().violations {
            refuted.insert(match kind {
                ViolationKind::Error(site) => match site.place {
                    Place::Guard(_) => "no guard fails".to_owned(),
                    Place::Terminal => "there is no deadlock".to_owned(),
                    Place::Property(id) if system.property(id).kind != PropertyKind::Invariant => {
                        format!("`{}` can be evaluated", system.property(id).name)
                    }
                    Place::Property(id) => format!("`{}` is true", system.property(id).name),
                    other => panic!("{other:?}"),
                },
                ViolationKind::Property(id) => format!("`{}` is true", system.property(id).name),
                ViolationKind::Deadlock => "there is no deadlock".to_owned(),
                other => panic!("{other:?}"),
            });
        }
        for (id, args) in system.instances() {
            let transition = system.transition(id);
            let shown: Vec<String> = args.iter().map(u32::to_string).collect();
            let name = format!("{}({})", transition.name, shown.join(", "));
            match system.step(state, id, &args).unwrap() {
                StepResult::Failed(_) => drop(refuted.insert(format!("{name} does not fail"))),
                StepResult::Next(next) => {
                    if !satisfies(&next) {
                        refuted.insert(format!("{name} keeps the invariant"));
                    }
                    for kind in system.examine_step(state, &next).unwrap() {
                        let (ViolationKind::Property(id)
                        | ViolationKind::Error(musilc_ir::FailureSite {
                            place: Place::Property(id), ..
                        })) = kind
                        else {
                            panic!("{kind:?}")
                        };
                        refuted.insert(format!("{name} satisfies `{}`", system.property(id).name));
                    }
                }
                StepResult::GuardFailed(_) | StepResult::Disabled => {}
            }
        }
    }
    refuted
}

/// An invariant over the cells of the first variable, as the choices have it; often the states of a run.
fn some_invariant(system: &TransitionSystem, cx: &mut Context, choices: &[u16]) -> ExprId {
    let mut claims = Vec::new();
    for (variable, &choice) in system.variables.iter().zip(choices.iter().rev()) {
        let id = VarId::from(claims.len());
        let mut value = cx.var(id);
        let mut ty = variable.ty.clone();
        while let Type::Array { element, .. } = ty {
            let zero = cx.int(0);
            value = cx.select(value, zero);
            ty = element.as_ref().clone();
        }
        claims.push(match ty {
            Type::Int { lo, hi } if choice % 3 == 0 => {
                let bound = cx.int(lo + i64::from(choice / 3) % (hi - lo + 1));
                cx.le(value, bound)
            }
            Type::Bool if choice % 3 == 0 => value,
            _ => cx.bool(true),
        });
    }
    match choices.first() {
        Some(first) if first % 4 == 0 => cx.or(claims),
        _ => cx.and(claims),
    }
}

#[test]
fn obligations_are_refuted_where_a_look_at_all_states_refutes_them() {
    if Command::new("cvc5").arg("--version").output().is_err() {
        eprintln!("`cvc5` is not installed: no obligation was given to it");
        return;
    }
    let counts = Cell::new((0, 0, 0));
    let config = ProptestConfig {
        cases: 150,
        max_shrink_iters: 300,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let mut runner = proptest::test_runner::TestRunner::new_with_rng(
        config,
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    );
    let result = runner.run(&choices(), |choices| {
        let system = generate(&choices);
        let Some(states) = states(&system) else { return Ok(()) };
        let mut cx = system.context.clone();
        let invariant = some_invariant(&system, &mut cx, &choices);
        let script = obligations(&system, &cx, invariant, Goal::All, &Limits::default()).unwrap();
        let found = refuted_by_solver(&script.text, &script.obligations);
        let expected = refuted_by_all_states(&system, &cx, invariant, &states);
        let found = found.unwrap_or_else(|answers| panic!("{answers}\n{}", script.text));
        assert_eq!(found, expected, "{}\n{}\n{:?}", text::print(&system), script.text, cx.node(invariant));
        let (compared, proved, refuted) = counts.get();
        let all = usize::from(found.is_empty());
        counts.set((compared + 1, proved + all, refuted + found.len()));
        Ok(())
    });
    if let Err(failure) = result {
        panic!("{failure}");
    }
    let (compared, proved, refuted) = counts.get();
    eprintln!("{compared} compared, {proved} proved, {refuted} obligations refuted");
    assert!(compared > 50 && proved > 5 && refuted > 50);
}
