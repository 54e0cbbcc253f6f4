//! Findings and expectations in words: those of `expect` where there is one for it.

use crate::result::Finding;
use musilc_frontend::Expect;
use musilc_ir::{Place, Proof, PropertyId, PropertyKind, TransitionSystem, Unknown, ViolationKind};

/// What a check expects, as the chapter writes it.
pub(crate) fn expected(expect: &Expect) -> String {
    let within = |what: String, depth: &Option<u32>| match depth {
        Some(depth) => format!("{what} in {depth}"),
        None => what,
    };
    match expect {
        Expect::Holds { states: None } => "holds".to_owned(),
        Expect::Holds { states: Some(states) } => format!("holds, states {states}"),
        Expect::Violates { property, lasso: Some((stem, repeats)), .. } => {
            format!("violates {property} in stem {stem} loop {repeats}")
        }
        Expect::Violates { property, depth, lasso: None } => within(format!("violates {property}"), depth),
        Expect::Deadlock { depth } => within("deadlock".to_owned(), depth),
        Expect::Error { depth } => within("error".to_owned(), depth),
        Expect::Reaches { property, depth } => within(format!("reaches {property}"), depth),
        Expect::NotInductive { property } => format!("not inductive {property}"),
    }
}

/// What was found, in the words of `expect`.
pub(crate) fn found(finding: &Finding, system: Option<&TransitionSystem>) -> String {
    match finding {
        Finding::Violated { violation, .. } => {
            let depth = violation.depth();
            match violation.kind {
                ViolationKind::NoInitialState => "no initial state".to_owned(),
                ViolationKind::Error(_) => format!("error in {depth}"),
                ViolationKind::Property(id) => format!("violates {} in {depth}", name(system, id)),
                ViolationKind::Deadlock => format!("deadlock in {depth}"),
                ViolationKind::Unreached(id) => format!("never reaches {}", name(system, id)),
                ViolationKind::Lasso(id) => {
                    let (stem, repeats) = violation.trace.lasso().unwrap_or((depth, 1));
                    format!("violates {} in stem {stem} loop {repeats}", name(system, id))
                }
                ViolationKind::Unrecoverable(id) => format!("violates {} in {depth}", name(system, id)),
                ViolationKind::NotInductive(id) => format!("not inductive {}", name(system, id)),
            }
        }
        Finding::Reached { property, trace, .. } => {
            format!("reaches {} in {}", name(system, *property), trace.depth())
        }
        Finding::Proved(_) => "holds".to_owned(),
        Finding::Bounded { depth } => format!("holds to depth {depth} (bounded)"),
        Finding::Undecided { depth: Some(depth), .. } => format!("undecided, nothing wrong to depth {depth}"),
        Finding::Undecided { depth: None, .. } => "undecided".to_owned(),
        Finding::Nothing => "no verdict".to_owned(),
    }
}

/// The name of a property.
pub(crate) fn name(system: Option<&TransitionSystem>, id: PropertyId) -> &str {
    system.and_then(|system| system.properties.get(id.index())).map_or("?", |property| &property.name)
}

/// A property with its kind: `invariant both_counted`.
pub(crate) fn property(system: Option<&TransitionSystem>, id: PropertyId) -> String {
    let property = system.and_then(|system| system.properties.get(id.index()));
    property.map_or_else(|| "property ?".to_owned(), |p| format!("{} {}", kind(p.kind), p.name))
}

/// The keyword of a kind of property.
pub(crate) fn kind(kind: PropertyKind) -> &'static str {
    match kind {
        PropertyKind::Invariant => "invariant",
        PropertyKind::Step => "step invariant",
        PropertyKind::Temporal => "property",
        PropertyKind::Recoverable => "recoverable",
        PropertyKind::Reachable => "reachable",
    }
}

/// `1 step`, `4 steps`.
pub(crate) fn steps(depth: u32) -> String {
    match depth {
        1 => "1 step".to_owned(),
        _ => format!("{depth} steps"),
    }
}

/// `initially`, `after 4 steps`.
pub(crate) fn after(depth: u32) -> String {
    match depth {
        0 => "initially".to_owned(),
        _ => format!("after {}", steps(depth)),
    }
}

/// Where evaluation failed: `action write`, `invariant both_counted`.
pub(crate) fn place(system: Option<&TransitionSystem>, place: Place) -> String {
    let action = |id: musilc_ir::TransitionId| {
        system
            .and_then(|system| system.transitions.get(id.index()))
            .map_or("?", |transition| &transition.name)
    };
    match place {
        Place::Init => "the initial values".to_owned(),
        Place::Guard(id) => format!("the guard of action {}", action(id)),
        Place::Body(id) => format!("action {}", action(id)),
        Place::Property(id) => property(system, id),
        Place::Terminal => "terminal".to_owned(),
    }
}

/// The violation as a sentence: `invariant both_counted is false after 4 steps`.
pub(crate) fn sentence(kind: ViolationKind, depth: u32, system: Option<&TransitionSystem>) -> String {
    match kind {
        ViolationKind::NoInitialState => {
            "there is no initial state, so everything would hold vacuously".to_owned()
        }
        ViolationKind::Error(site) => {
            format!("model error in {} {}", place(system, site.place), after(depth))
        }
        ViolationKind::Property(id) => format!("{} is false {}", property(system, id), after(depth)),
        ViolationKind::Deadlock => format!("deadlock {}: no action is enabled", after(depth)),
        ViolationKind::Unreached(id) => format!("{} is never reached", property(system, id)),
        ViolationKind::Lasso(id) => format!("{} is false of a run that never ends", property(system, id)),
        ViolationKind::Unrecoverable(id) => {
            format!("{} is out of reach {}", property(system, id), after(depth))
        }
        ViolationKind::NotInductive(id) => {
            let name = property(system, id);
            format!("{name} is not inductive: a step breaks it, from a state that need not be reachable")
        }
    }
}

/// Why an engine stopped early.
pub(crate) fn unknown(why: &Unknown) -> String {
    match why {
        Unknown::StateLimit(states) => format!("the limit of {states} states was reached"),
        Unknown::DepthLimit(depth) => {
            format!(
                "the limit of {} was reached, and temporal and recoverable properties need all states",
                steps(*depth)
            )
        }
        Unknown::MemoryLimit(bytes) => {
            format!("the limit of {} of memory was reached", super::figures::bytes(*bytes))
        }
        Unknown::Timeout => "the time is up".to_owned(),
        Unknown::Interrupted => "interrupted".to_owned(),
        Unknown::Incapable(reason) => reason.clone(),
    }
}

/// How a proof was found: `19 states, diameter 5`.
pub(crate) fn proof(proof: Proof, states: Option<u64>) -> String {
    match (proof, states) {
        (Proof::Exhaustive { diameter }, Some(1)) => format!("1 state, diameter {diameter}"),
        (Proof::Exhaustive { diameter }, Some(states)) => format!("{states} states, diameter {diameter}"),
        (Proof::Exhaustive { diameter }, None) => format!("diameter {diameter}"),
        (Proof::AllRunsEnd { longest }, _) => format!("no run is longer than {}", steps(longest)),
        (Proof::Induction { k: 1 }, _) => "by induction".to_owned(),
        (Proof::Induction { k }, _) => format!("by {k}-induction"),
        (Proof::Invariant { clauses: 0 }, _) => "the types alone are inductive".to_owned(),
        (Proof::Invariant { clauses: 1 }, _) => "an inductive invariant of 1 clause".to_owned(),
        (Proof::Invariant { clauses }, _) => format!("an inductive invariant of {clauses} clauses"),
    }
}
