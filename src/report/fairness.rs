//! Fairness assumptions in words: which of them would rule a lasso out, how a lasso keeps to those that there are, and what a
//! verdict needs.

use super::phrase;
use super::value::instance;
use crate::result::{CheckReport, Finding, Why, WhyHolds};
use musilc_ir::lasso::Lasso;
use musilc_ir::{
    FairUnit, Fairness, FairnessConstraint, GuardResult, State, Step, StepResult, Trace, TransitionId,
    TransitionSystem, Violation, ViolationKind,
};

/// The most instances of an action that are looked at; the report does without them where there are more.
const MOST_INSTANCES: usize = 10_000;

/// The most guards that are evaluated.
const MOST_GUARDS: usize = 200_000;

/// The most instances that a line names.
const MOST_NAMES: usize = 3;

/// What would rule a lasso out: the instances that are never taken in the loop though they are enabled throughout, or again and again. A
/// few lines; none where the run is no lasso.
pub(crate) fn would_rule_out(system: &TransitionSystem, trace: &Trace) -> Vec<String> {
    let Some(lasso) = Lasso::new(trace) else { return vec![] };
    let letters = lasso.letters().get(lasso.in_loop()).unwrap_or_default();
    if letters.iter().all(|letter| letter.taken.is_none()) {
        return vec!["no fairness rules this run out: no action is enabled at its end".to_owned()];
    }
    let (mut throughout, mut again) = (Vec::new(), Vec::new());
    let (mut complete, mut idle) = (true, false);
    let most = MOST_INSTANCES.min(MOST_GUARDS / letters.len().max(1) / system.transitions.len().max(1));
    for (index, transition) in system.transitions.iter().enumerate() {
        let id = TransitionId::from(index);
        let mut instances = transition.instances();
        for args in instances.by_ref().take(most) {
            if letters.iter().any(|letter| letter.taken == Some((id, args.as_slice()))) {
                continue;
            }
            let enabled = letters.iter().filter(|letter| is_enabled(system, letter.state, id, &args)).count();
            let name = || named(system, id, &args);
            match enabled {
                0 => {}
                // To take it now and then would make another run, but one that is no better.
                _ if letters.iter().all(|letter| changes_nothing(system, letter.state, id, &args)) => {
                    idle = true;
                }
                count if count == letters.len() => throughout.push(name()),
                _ => again.push(name()),
            }
        }
        complete &= instances.next().is_none();
    }
    let mut out = Vec::new();
    for (strength, names) in [("weak", throughout), ("strong", again)] {
        if let Some(list) = listed(&names) {
            out.push(format!("{strength} fairness of {list} would rule this run out"));
        }
    }
    if out.is_empty() && complete {
        let idle = match idle {
            false => "no fairness rules this run out: whatever is enabled in the loop is taken there",
            true => "what is enabled in the loop and not taken there changes nothing",
        };
        out.push(idle.to_owned());
    }
    out
}

fn is_enabled(system: &TransitionSystem, state: &State, id: TransitionId, args: &[u32]) -> bool {
    system.enabled(state, id, args) == Ok(GuardResult::Enabled)
}

/// Whether an instance is not enabled, or leads back to the same state.
fn changes_nothing(system: &TransitionSystem, state: &State, id: TransitionId, args: &[u32]) -> bool {
    match system.step(state, id, args) {
        Ok(StepResult::Next(after)) => after == *state,
        _ => true,
    }
}

fn named(system: &TransitionSystem, transition: TransitionId, args: &[u32]) -> String {
    instance(system, &Step { transition, args: args.to_vec(), state: None })
}

/// `a(0)`, `a(0) or a(1)`, `a(0), a(1), a(2) or 4 more`
fn listed(names: &[String]) -> Option<String> {
    let (shown, more) = names.split_at_checked(MOST_NAMES).unwrap_or((names, &[]));
    match (shown, more) {
        ([], _) => None,
        (shown, []) => Some(joined(shown, "or")),
        (shown, more) => Some(format!("{} or {} more", shown.join(", "), more.len())),
    }
}

/// `a`, `a or b`, `a, b or c`
fn joined(names: &[String], word: &str) -> String {
    match names {
        [first @ .., last] if !first.is_empty() => format!("{} {word} {last}", first.join(", ")),
        names => names.concat(),
    }
}

/// `weak fairness of stop_read`, `strong fairness of start_write as one`
pub(crate) fn assumption(system: &TransitionSystem, id: TransitionId, fairness: Fairness) -> String {
    let name = system.transitions.get(id.index()).map_or("?", |transition| &transition.name);
    match fairness.unit() {
        None => format!("no fairness of {name}"),
        Some((unit, strong)) => {
            let strength = if strong { "strong" } else { "weak" };
            let whole = if unit == FairUnit::Whole { " as one" } else { "" };
            format!("{strength} fairness of {name}{whole}")
        }
    }
}

/// How a lasso keeps to each fairness assumption of the system, an action a line.
pub(crate) fn kept(system: &TransitionSystem, trace: &Trace) -> Vec<String> {
    let Some(lasso) = Lasso::new(trace) else { return vec![] };
    let mut out = Vec::new();
    for (index, transition) in system.transitions.iter().enumerate() {
        if transition.fairness == Fairness::None {
            continue;
        }
        let id = TransitionId::from(index);
        // Instances that keep to it in the same way stand together.
        let mut ways: Vec<(String, Vec<String>)> = Vec::new();
        for constraint in system.fairness_of(id).take(MOST_INSTANCES) {
            let way = way(system, &lasso, &constraint);
            let name =
                constraint.args.as_deref().map_or(transition.name.clone(), |args| named(system, id, args));
            match ways.iter_mut().find(|(known, _)| *known == way) {
                Some((_, names)) => names.push(name),
                None => ways.push((way, vec![name])),
            }
        }
        let told: Vec<String> = ways
            .into_iter()
            .map(|(way, names)| {
                let (shown, more) = names.split_at_checked(MOST_NAMES).unwrap_or((&names, &[]));
                let more = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
                format!("{}{more} {way}", shown.join(", "))
            })
            .collect();
        out.push(format!("{}: {}", assumption(system, id, transition.fairness), told.join("; ")));
    }
    out
}

/// How a loop keeps to an assumption.
fn way(system: &TransitionSystem, lasso: &Lasso<'_>, constraint: &FairnessConstraint) -> String {
    let letters = lasso.letters();
    let taken = |position: &usize| letters.get(*position).is_some_and(|letter| constraint.is_taken(letter));
    if let Some(position) = lasso.in_loop().find(taken) {
        // The step from a position is told in the next row.
        return format!("taken at step {}", position + 1);
    }
    let disabled = |position: &usize| {
        letters.get(*position).is_none_or(|letter| constraint.is_enabled(system, letter.state) != Ok(true))
    };
    if constraint.strong {
        return "never enabled in the loop".to_owned();
    }
    match lasso.in_loop().find(disabled) {
        _ if lasso.in_loop().all(|position| disabled(&position)) => "never enabled in the loop".to_owned(),
        Some(0) => "not enabled initially".to_owned(),
        Some(position) => format!("not enabled at step {position}"),
        None => "not kept".to_owned(),
    }
}

/// `start_write(0), then [stop_read(0), start_read(0)] for ever`
pub(crate) fn in_short(system: &TransitionSystem, trace: &Trace) -> String {
    let names: Vec<String> = trace.steps.iter().map(|step| instance(system, step)).collect();
    let back_to = trace.back_to.map_or(names.len(), |back_to| back_to as usize);
    let (stem, repeated) = names.split_at_checked(back_to).unwrap_or((&names, &[]));
    let repeated = match repeated {
        [] => "[stutter]".to_owned(),
        steps => format!("[{}]", steps.join(", ")),
    };
    match stem {
        [] => format!("{repeated} for ever"),
        stem => format!("{}, then {repeated} for ever", stem.join(", ")),
    }
}

/// Which fairness assumptions a verdict needs, in lines; none where that was not asked.
pub(crate) fn why(check: &CheckReport) -> Vec<String> {
    let (Some(why), Some(system)) = (&check.why, &check.system) else { return vec![] };
    match why {
        Why::NoFairness => vec![format!("why {}: needs no fairness assumption", check.check.name)],
        Why::Unknown => {
            vec![format!("why {}: what an undecided verdict needs is not known", check.check.name)]
        }
        Why::Holds(properties) => properties.iter().flat_map(|holds| needs(system, holds)).collect(),
        Why::Violated => match &check.finding {
            Finding::Violated { violation: Violation { kind: ViolationKind::Lasso(id), trace }, .. } => {
                let name = phrase::name(Some(system), *id);
                let kept = kept(system, trace);
                if kept.is_empty() {
                    return vec![format!("why {name}: there is no fairness assumption to keep to")];
                }
                let title = format!("why {name}: the loop keeps to every fairness assumption");
                std::iter::once(title).chain(kept.into_iter().map(|line| format!("  {line}"))).collect()
            }
            _ => vec![],
        },
    }
}

fn needs(system: &TransitionSystem, holds: &WhyHolds) -> Vec<String> {
    let name = phrase::name(Some(system), holds.property);
    let bound = holds.depth.map(|depth| format!("to depth {depth} (bounded)"));
    if holds.needs.is_empty() {
        let bound = bound.map(|bound| format!(" to hold {bound}")).unwrap_or_default();
        return vec![format!("why {name}: needs no fairness assumption{bound}")];
    }
    let bound = bound.map(|bound| format!(", with which it holds {bound}")).unwrap_or_default();
    let of = |need: &crate::result::Need| assumption(system, need.transition, need.fairness);
    let all: Vec<String> = holds.needs.iter().map(of).collect();
    let mut out = vec![format!("why {name}: rests on {}{bound}", joined(&all, "and"))];
    for (need, assumption) in holds.needs.iter().zip(&all) {
        out.push(match &need.without {
            Ok(run) => format!("  without {assumption}: {}", in_short(system, run)),
            Err(unknown) => {
                format!("  whether it holds without {assumption} is not known: {}", phrase::unknown(unknown))
            }
        });
        debug_assert!(need.fairness != Fairness::None);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use musilc_ir::{InitResult, PropertyId, StepResult};

    /// A token goes round, and may get lost where it is at 1. `rest` is possible at 0 only, `pick` always; `pick(3)` changes nothing.
    const TEXT: &str = "system s var x: 0..=2 var y: bool init x = 0 y = false
        FAIR transition up when x == 0 x := 1
        FAIR transition down when x == 1 x := 0
        FAIR transition rest when x == 0 y := true
        FAIR transition lose(i: 0..=1) when x == 1 && $i == 1 x := 2
        FAIR transition pick(i: 0..=4) when x < 2 y := !($i == 3)
        terminal holds true";

    fn system(fairness: &str) -> TransitionSystem {
        musilc_ir::text::parse(&TEXT.replace("FAIR", fairness)).unwrap()
    }

    /// The run of these steps, and where it goes back to.
    fn run(system: &TransitionSystem, steps: &[(u32, &[u32])], back_to: u32) -> Trace {
        let InitResult::State(initial) = system.initial_state(&[]).unwrap() else {
            panic!("no initial state")
        };
        let mut state = initial.clone();
        let mut trace = Trace { initial: Some(initial), back_to: Some(back_to), ..Trace::default() };
        for (transition, args) in steps {
            let transition = TransitionId(*transition);
            let StepResult::Next(next) = system.step(&state, transition, args).unwrap() else {
                panic!("the step is not enabled")
            };
            state = next.clone();
            trace.steps.push(Step { transition, args: args.to_vec(), state: Some(next) });
        }
        trace
    }

    #[test]
    fn what_would_rule_a_run_out_is_what_it_does_not_keep_to() {
        let unfair = system("");
        let round: [(u32, &[u32]); 2] = [(0, &[]), (1, &[])];
        let lasso = run(&unfair, &round, 0);
        assert_eq!(
            would_rule_out(&unfair, &lasso),
            [
                "weak fairness of pick(0), pick(1), pick(2) or 1 more would rule this run out",
                "strong fairness of rest or lose(1) would rule this run out",
            ]
        );
        let at_1 = run(&unfair, &[(0, &[]), (4, &[3])], 1);
        assert_eq!(
            would_rule_out(&unfair, &at_1),
            ["weak fairness of down, lose(1), pick(0) or 3 more would rule this run out"]
        );
        // What is said is what the reference evaluator says of the assumptions.
        for (strength, strong) in [("weak", false), ("strong", true)] {
            let fair = system(strength);
            for lasso in [&lasso, &at_1] {
                let word = Lasso::new(lasso).unwrap();
                let broken = fair.fairness_constraints().filter(|one| !word.keeps(&fair, one).unwrap());
                let broken: Vec<FairnessConstraint> = broken.collect();
                let told = would_rule_out(&unfair, lasso).concat();
                assert!(broken.iter().all(|one| one.strong == strong) && !broken.is_empty());
                for one in broken.iter().take(2) {
                    let name = named(&fair, one.transition, one.args.as_deref().unwrap());
                    assert!(told.contains(&name), "{strength} {name}: {told}");
                }
            }
        }
    }

    #[test]
    fn some_runs_no_fairness_rules_out() {
        let system = system("");
        let lost = run(&system, &[(0, &[]), (3, &[1])], 2);
        assert_eq!(
            would_rule_out(&system, &lost),
            ["no fairness rules this run out: no action is enabled at its end"]
        );
        let text = "system s var x: 0..=1 init x = 0
            transition up when x == 0 x := 1
            transition down when x == 1 x := 0
            terminal holds true";
        let only = musilc_ir::text::parse(text).unwrap();
        assert_eq!(
            would_rule_out(&only, &run(&only, &[(0, &[]), (1, &[])], 0)),
            ["no fairness rules this run out: whatever is enabled in the loop is taken there"]
        );
        let no_lasso = Trace { back_to: None, ..lost };
        assert_eq!(would_rule_out(&system, &no_lasso), Vec::<String>::new());
    }

    #[test]
    fn a_loop_keeps_to_each_assumption_in_its_way() {
        let weak = system("weak");
        let picked: [(u32, &[u32]); 3] = [(0, &[]), (4, &[2]), (1, &[])];
        let told = kept(&weak, &run(&weak, &picked, 0));
        assert_eq!(
            told,
            [
                "weak fairness of up: up taken at step 1",
                "weak fairness of down: down taken at step 3",
                "weak fairness of rest: rest not enabled at step 1",
                "weak fairness of lose: lose(0) never enabled in the loop; lose(1) not enabled initially",
                "weak fairness of pick: pick(0), pick(1), pick(3) and 1 more not kept; pick(2) taken at step 2",
            ]
        );
        let whole = system("strong whole");
        let told = kept(&whole, &run(&whole, &picked, 0));
        assert_eq!(told[4], "strong fairness of pick as one: pick taken at step 2");
        let lost = kept(&whole, &run(&whole, &[(0, &[]), (3, &[1])], 2));
        assert_eq!(lost[3], "strong fairness of lose as one: lose never enabled in the loop");
        assert_eq!(kept(&system(""), &run(&weak, &picked, 0)), Vec::<String>::new());
    }

    #[test]
    fn runs_in_short() {
        let system = system("");
        assert_eq!(in_short(&system, &run(&system, &[(0, &[]), (1, &[])], 0)), "[up, down] for ever");
        assert_eq!(
            in_short(&system, &run(&system, &[(0, &[]), (4, &[2])], 1)),
            "up, then [pick(2)] for ever"
        );
        assert_eq!(
            in_short(&system, &run(&system, &[(0, &[]), (3, &[1])], 2)),
            "up, lose(1), then [stutter] for ever"
        );
    }

    #[test]
    fn needs_are_listed() {
        let mut system = system("weak");
        let text = "system s init terminal holds true
            temporal served holds true claim true formula condition true";
        system.properties = musilc_ir::text::parse(text).unwrap().properties;
        let need = |transition, without| crate::result::Need {
            transition: TransitionId(transition),
            fairness: Fairness::Weak(FairUnit::Whole),
            without,
        };
        let told = |list, depth| needs(&system, &WhyHolds { property: PropertyId(0), needs: list, depth });
        assert_eq!(told(vec![], None), ["why served: needs no fairness assumption"]);
        assert_eq!(
            told(vec![], Some(3)),
            ["why served: needs no fairness assumption to hold to depth 3 (bounded)"]
        );
        let unknown = Err(musilc_ir::Unknown::Timeout);
        let lasso = run(&system, &[(0, &[]), (1, &[])], 0);
        assert_eq!(
            told(vec![need(0, unknown), need(1, Ok(lasso))], Some(7)),
            [
                "why served: rests on weak fairness of up as one and weak fairness of down as one, \
                 with which it holds to depth 7 (bounded)",
                "  whether it holds without weak fairness of up as one is not known: the time is up",
                "  without weak fairness of down as one: [up, down] for ever",
            ]
        );
    }

    #[test]
    fn names_are_joined() {
        let names = |count: usize| (0..count).map(|i| format!("a({i})")).collect::<Vec<_>>();
        assert_eq!(joined(&names(1), "or"), "a(0)");
        assert_eq!(joined(&names(2), "or"), "a(0) or a(1)");
        assert_eq!(joined(&names(3), "and"), "a(0), a(1) and a(2)");
        assert_eq!(listed(&names(0)), None);
        assert_eq!(listed(&names(3)).unwrap(), "a(0), a(1) or a(2)");
        assert_eq!(listed(&names(9)).unwrap(), "a(0), a(1), a(2) or 6 more");
    }
}
