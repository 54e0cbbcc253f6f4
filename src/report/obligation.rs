//! Why a temporal property is false of a lasso: the part of its formula that is to blame, and where in the run.
//!
//! The formula is walked from the outside in, along operands whose values make its value what it is. The walk takes the first position
//! and the first part that will do. Positions are counted as the rows of the trace are: position k is the state after step k.

use super::blame;
use musilc_ir::lasso::Lasso;
use musilc_ir::{Claim, Formula, FormulaKind, FormulaPart, PropertyId, Span, Trace, TransitionSystem};

/// What a run never fulfils.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Obligation {
    /// The part of the formula that is to blame.
    pub(crate) span: Span,
    /// The quantified variables and the values for which it happens.
    pub(crate) witnesses: Vec<(String, String)>,
    /// What happens, and what does not: `waiting[p] is true at step 2, and eating[p] is never true from then on`.
    pub(crate) text: String,
}

/// Gives the source at a place, on one line; `None` where it is too long or there is none.
pub(crate) type Quote<'a> = &'a dyn Fn(Span) -> Option<String>;

/// What a lasso never fulfils of a temporal property; `None` where it is no lasso of the system on which the property is false.
pub(crate) fn obligation(
    system: &TransitionSystem,
    id: PropertyId,
    trace: &Trace,
    quote: Quote<'_>,
) -> Option<Obligation> {
    let formula = system.properties.get(id.index())?.formula.as_ref()?;
    let lasso = Lasso::new(trace)?;
    let mut walk = Walk { system, lasso, quote, span: formula.span, witnesses: vec![] };
    if *walk.truth(formula)?.first()? {
        return None;
    }
    let text = walk.is(formula, 0, false)?;
    Some(Obligation { span: walk.span, witnesses: walk.witnesses, text })
}

struct Walk<'a> {
    system: &'a TransitionSystem,
    lasso: Lasso<'a>,
    quote: Quote<'a>,
    /// Where the walk got to.
    span: Span,
    witnesses: Vec<(String, String)>,
}

impl<'a> Walk<'a> {
    fn truth(&self, formula: &Formula) -> Option<Vec<bool>> {
        self.lasso.truth(self.system, formula).ok()
    }

    /// The positions from one on, each once, in the order in which the run comes to them.
    fn from(&self, at: usize) -> Vec<usize> {
        let mut out = vec![at];
        let mut next = self.lasso.after(at);
        while !out.contains(&next) {
            out.push(next);
            next = self.lasso.after(next);
        }
        out
    }

    /// The first position from one on where a formula has a value.
    fn first(&self, formula: &Formula, at: usize, value: bool) -> Option<usize> {
        let truth = self.truth(formula)?;
        self.from(at).into_iter().find(|position| truth.get(*position) == Some(&value))
    }

    /// Says why a formula has this value at a position, where it has it.
    fn is(&mut self, formula: &'a Formula, at: usize, value: bool) -> Option<String> {
        self.span = formula.span;
        match (&formula.kind, value) {
            (FormulaKind::State(claim), false) => Some(self.claim(claim, at)),
            (FormulaKind::Not(a), _) => self.is(a, at, !value),
            (FormulaKind::Next(a), _) => self.is(a, self.lasso.after(at), value),
            (FormulaKind::All(parts), false) | (FormulaKind::Any(parts), true) => {
                let part = self.part(parts, at, value)?;
                self.witnesses.extend(part.binding.clone());
                self.is(&part.formula, at, value)
            }
            (FormulaKind::Any(parts), false) | (FormulaKind::All(parts), true) => {
                self.every(formula, parts, at, value)
            }
            (FormulaKind::Implies(a, b), false) => {
                let left = self.is(a, at, true)?;
                Some(format!("{left}, and {}", self.is(b, at, false)?))
            }
            (FormulaKind::Always(a), false) => {
                // Where it is false in the loop, it is so again and again.
                let first = self.first(a, at, false)?;
                self.is(a, first, false)
            }
            (FormulaKind::Always(a), true) => Some(self.for_ever(a, at, true)),
            (FormulaKind::Eventually(a), true) => {
                let first = self.first(a, at, true)?;
                self.is(a, first, true)
            }
            (FormulaKind::Eventually(a), false) => self.never(a, at),
            (FormulaKind::Until(_, b), true) => {
                let first = self.first(b, at, true)?;
                self.is(b, first, true)
            }
            (FormulaKind::Until(a, b) | FormulaKind::WeakUntil(a, b), false) => {
                let (before, until) = (self.truth(a)?, self.truth(b)?);
                let broken = self.from(at).into_iter().take_while(|position| !until[*position]);
                match broken.into_iter().find(|position| !before[*position]) {
                    Some(broken) => {
                        let not_yet = format!("{} was not true before", self.name(b));
                        Some(format!("{}, and {not_yet}", self.is(a, broken, false)?))
                    }
                    None => self.never(b, at),
                }
            }
            (FormulaKind::Release(a, b), false) => {
                let first = self.first(b, at, false)?;
                let not_yet = format!("{} was not true before", self.name(a));
                Some(format!("{}, and {not_yet}", self.is(b, first, false)?))
            }
            (FormulaKind::LeadsTo(a, b), false) => {
                let (asked, answered) = (self.truth(a)?, self.truth(b)?);
                let ignored = |position: &usize| {
                    asked[*position] && self.from(*position).iter().all(|later| !answered[*later])
                };
                let position = self.from(at).into_iter().find(ignored)?;
                let question = self.is(a, position, true)?;
                Some(format!("{question}, and {} is never true from then on", self.focus(b)))
            }
            (FormulaKind::Implies(a, b), true) => match self.truth(b)?.get(at)? {
                true => self.is(b, at, true),
                false => self.is(a, at, false),
            },
            (FormulaKind::Iff(a, b), _) => {
                let (left, right) = (*self.truth(a)?.get(at)?, *self.truth(b)?.get(at)?);
                let (left, right) = (self.is(a, at, left)?, self.is(b, at, right)?);
                self.span = formula.span;
                Some(format!("{left}, and {right}"))
            }
            (FormulaKind::State(_) | FormulaKind::Taken { .. }, _)
            | (FormulaKind::WeakUntil(..) | FormulaKind::Release(..) | FormulaKind::LeadsTo(..), true) => {
                Some(format!("{} is {value} {}", self.name(formula), self.when(at)))
            }
        }
    }

    fn part(&self, parts: &'a [FormulaPart], at: usize, value: bool) -> Option<&'a FormulaPart> {
        parts.iter().find(|part| self.truth(&part.formula).is_some_and(|truth| truth.get(at) == Some(&value)))
    }

    /// Every part has the value: of two parts without bound variables both are told, of more only that it is so.
    fn every(
        &mut self,
        formula: &'a Formula,
        parts: &'a [FormulaPart],
        at: usize,
        value: bool,
    ) -> Option<String> {
        match parts {
            [only] => {
                self.witnesses.extend(only.binding.clone());
                self.is(&only.formula, at, value)
            }
            [one, other] if one.binding.is_none() && other.binding.is_none() => {
                let (left, right) = (self.is(&one.formula, at, value)?, self.is(&other.formula, at, value)?);
                self.span = formula.span;
                Some(format!("{left}, and {right}"))
            }
            _ => Some(format!("{} is {value} {}", self.name(formula), self.when(at))),
        }
    }

    /// A condition that is false: the part of it that is to blame, with the values of its operands.
    fn claim(&mut self, claim: &Claim, at: usize) -> String {
        let mut out = blame::Blame::at(claim.span);
        if let Some(letter) = self.lasso.letters().get(at) {
            out = blame::condition(self.system, claim, letter.state);
        }
        self.span = out.span;
        let name = (self.quote)(out.span).unwrap_or_else(|| "the condition".to_owned());
        let operands = super::ending::operands(self.quote, &out);
        self.witnesses.extend(out.witnesses);
        let operands = operands.map(|operands| format!(", where {operands}")).unwrap_or_default();
        format!("{name} is false {}{operands}", self.when(at))
    }

    /// A formula that is true at no position from one on. Of one that would have to stay true, where it is false again and again.
    fn never(&mut self, formula: &'a Formula, at: usize) -> Option<String> {
        if let FormulaKind::Always(a) = &formula.kind {
            let truth = self.truth(a)?;
            let again = self.lasso.in_loop().find(|position| truth.get(*position) == Some(&false))?;
            return Some(format!("{}, and again and again", self.is(a, again, false)?));
        }
        Some(self.for_ever(formula, at, false))
    }

    fn for_ever(&mut self, formula: &'a Formula, at: usize, value: bool) -> String {
        let word = if value { "always" } else { "never" };
        let from = if at == 0 { String::new() } else { format!(" from step {at} on") };
        format!("{} is {word} true{from}", self.focus(formula))
    }

    /// The name of a formula that the walk ends at.
    fn focus(&mut self, formula: &Formula) -> String {
        self.span = formula.span;
        self.name(formula)
    }

    fn name(&self, formula: &Formula) -> String {
        (self.quote)(formula.span).unwrap_or_else(|| "a part of the formula".to_owned())
    }

    fn when(&self, at: usize) -> String {
        if at == 0 { "initially".to_owned() } else { format!("at step {at}") }
    }
}
