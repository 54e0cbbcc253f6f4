//! What hangs on whole runs or on all states: temporal and recoverable properties, once nothing is wrong with single states and steps.

use crate::found::Found;
use crate::lasso::{Lassos, Range};
use crate::question::Question;
use musilc_circuit::Plan;
use musilc_ir::{
    Formula, FormulaKind, Proof, PropertyId, PropertyKind, Trace, Unknown, Verdict, Violation, ViolationKind,
};

/// The verdict, given that of the search for what single states and steps show.
pub(crate) fn run(
    mut plan: Plan<'_>,
    local: Verdict,
    question: Question<'_>,
    found: &mut Found,
) -> Result<Verdict, Unknown> {
    let asked = plan.system.global_properties(question.goal);
    if asked.is_empty() {
        return Ok(local);
    }
    let longest = match local {
        Verdict::HoldsToDepth { .. } => None,
        Verdict::Proved(Proof::AllRunsEnd { longest }) => Some(longest),
        _ => return Ok(local),
    };
    let system = plan.system;
    let (recoverable, temporal): (Vec<PropertyId>, Vec<PropertyId>) =
        asked.into_iter().partition(|id| system.property(*id).kind == PropertyKind::Recoverable);
    let of = |id: &PropertyId| system.property(*id).formula.clone().map(|formula| (*id, formula));
    let temporal: Vec<(PropertyId, Formula)> = temporal.iter().filter_map(of).collect();
    let in_the_end: Vec<(PropertyId, Formula)> =
        recoverable.iter().map(|id| (*id, true_in_the_end(&plan, *id))).collect();
    plan.for_lassos(temporal.iter().chain(&in_the_end).map(|(_, formula)| formula), question.limits)?;

    // Where all runs end, each lasso is one of them, and the state in which it ends repeats.
    let all = longest.map(|longest| longest.saturating_add(1));
    let most = match (all, question.limits.max_depth) {
        (Some(all), most) => most.map_or(all, |most| most.min(all)),
        (None, _) => question.bound,
    };
    let range = Range { most, steps: longest.is_none(), stutters: !plan.stuck_is_bad(question.goal) };
    let mut search = Search { plan: &plan, question, range, found };
    if let Some(violation) = search.temporal(&temporal)? {
        return Ok(Verdict::Violated(violation));
    }
    let everything = all == Some(most);
    for (id, formula) in &in_the_end {
        let stuck = if everything { search.lasso(formula, &mut 0)?.is_some() } else { true };
        if stuck {
            return Err(undecided(&plan, *id, everything));
        }
    }
    Ok(if everything || longest.is_none() { local } else { Verdict::HoldsToDepth { depth: most } })
}

/// The shortest lasso of up to `most` steps on which a temporal property is false.
pub(crate) fn shortest_lasso(
    plan: &Plan<'_>,
    id: PropertyId,
    most: u32,
    question: Question<'_>,
) -> Result<Option<Trace>, Unknown> {
    let Some(formula) = plan.system.property(id).formula.clone() else { return Ok(None) };
    let mut plan = plan.clone();
    plan.for_lassos(std::iter::once(&formula), question.limits)?;
    let range = Range { most, steps: true, stutters: !plan.stuck_is_bad(question.goal) };
    let mut lassos = Lassos::new(&plan, &formula, question)?;
    lassos.search(range)
}

struct Search<'a> {
    plan: &'a Plan<'a>,
    question: Question<'a>,
    range: Range,
    found: &'a mut Found,
}

impl Search<'_> {
    /// The first of the properties that some lasso refutes, in order of declaration.
    fn temporal(&mut self, properties: &[(PropertyId, Formula)]) -> Result<Option<Violation>, Unknown> {
        for (index, (id, formula)) in properties.iter().enumerate() {
            let mut decided = 0;
            let lasso = self.lasso(formula, &mut decided);
            // Unless this ends the search, the ones that follow have still to be looked at.
            let last = index + 1 == properties.len();
            self.found.lassos = match &lasso {
                Ok(None) | Err(_) if !last => None,
                _ => Some(decided),
            };
            if let Some(trace) = lasso? {
                return Ok(Some(Violation { kind: ViolationKind::Lasso(*id), trace }));
            }
        }
        Ok(None)
    }

    /// The lasso of least length on which the formula is false, and up to which length there is none.
    fn lasso(&mut self, formula: &Formula, decided: &mut u32) -> Result<Option<Trace>, Unknown> {
        let mut lassos = Lassos::new(self.plan, formula, self.question)?;
        let lasso = lassos.search(self.range);
        *decided = lassos.decided;
        self.found.count(&lassos.solver);
        lasso
    }
}

/// A formula that is false of a run that ends in a state where the property is false.
///
/// Where all runs end, such a state is one from which the property cannot be reached, and from any other such state there is a run
/// to one that has no successor: the property is recoverable if and only if there is none.
fn true_in_the_end(plan: &Plan<'_>, id: PropertyId) -> Formula {
    let property = plan.system.property(id);
    let formula = |kind| Formula { span: property.span, kind };
    let here = formula(FormulaKind::State(musilc_ir::Claim {
        expr: property.predicate.expr,
        ..property.claim.clone()
    }));
    let later = formula(FormulaKind::Eventually(Box::new(here)));
    formula(FormulaKind::Always(Box::new(later)))
}

fn undecided(plan: &Plan<'_>, id: PropertyId, all_runs_end: bool) -> Unknown {
    let name = &plan.system.property(id).name;
    Unknown::Incapable(if all_runs_end {
        format!("{name} is not recoverable, but the bounded search cannot tell from which state on")
    } else {
        format!(
            "{name} claims that something can always be reached again, which a bounded search cannot decide"
        )
    })
}
