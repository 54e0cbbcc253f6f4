//! Why a temporal property is false of a lasso: the part of its formula that is to blame, and where in the run.
//!
//! The formula is walked from the outside in, along operands whose values make its value what it is. The walk takes the first position
//! and the first part that will do. Positions are counted as the rows of the trace are: position k is the state after step k.

use super::blame;
use musilc_ir::lasso::Lasso;
use musilc_ir::{Claim, Formula, FormulaKind, FormulaPart, PropertyId, Span, Trace, TransitionSystem};
use std::collections::HashSet;

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
    let mut nested = HashSet::new();
    formula.for_each(&mut |outer| {
        outer.for_each_child(&mut |inner| {
            if inner.span == outer.span {
                nested.insert(inner.span);
            }
        });
    });
    let mut walk = Walk { system, lasso, quote, nested, span: formula.span, witnesses: vec![] };
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
    /// Where a part of the formula stands, and a part of that.
    nested: HashSet<Span>,
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
        let (back_to, end) = (self.lasso.in_loop().start, self.lasso.letters().len());
        (at..end).chain(back_to..at.max(back_to)).collect()
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
                        let not_yet = format!("{} is not true by then", self.name(b));
                        Some(format!("{}, and {not_yet}", self.is(a, broken, false)?))
                    }
                    None => self.never(b, at),
                }
            }
            (FormulaKind::Release(a, b), false) => {
                let first = self.first(b, at, false)?;
                let not_yet = format!("{} is not true by then", self.name(a));
                Some(format!("{}, and {not_yet}", self.is(b, first, false)?))
            }
            (FormulaKind::LeadsTo(a, b), false) => {
                let (asked, answered) = (self.truth(a)?, self.truth(b)?);
                // What is answered in the loop is answered whenever it is asked.
                let again = answered[self.lasso.in_loop()].contains(&true);
                let last = answered.iter().rposition(|answered| *answered);
                let ignored =
                    |position: &usize| asked[*position] && !again && last.is_none_or(|last| last < *position);
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
            // The step from a position is told in the next row.
            (FormulaKind::Taken { .. }, _) => {
                Some(match self.lasso.letters().get(at).is_some_and(|letter| letter.taken.is_some()) {
                    true => format!("{} is {value} of step {}", self.name(formula), at + 1),
                    false => format!("{} is {value}, for no step is taken any more", self.name(formula)),
                })
            }
            (FormulaKind::State(_), _)
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
        let unnamed = || "a part of the formula".to_owned();
        // What a pattern is made of has no text of its own but that of the use, and so is written out.
        if !self.nested.contains(&formula.span) {
            return (self.quote)(formula.span).unwrap_or_else(unnamed);
        }
        let name = |formula: &Formula| match formula.kind {
            FormulaKind::State(_) | FormulaKind::Taken { .. } => self.name(formula),
            _ => format!("({})", self.name(formula)),
        };
        let joined = |parts: &[FormulaPart], sign: &str| {
            parts.iter().map(|part| name(&part.formula)).collect::<Vec<_>>().join(sign)
        };
        match &formula.kind {
            FormulaKind::State(_) | FormulaKind::Taken { .. } => unnamed(),
            FormulaKind::Not(a) => format!("!({})", self.name(a)),
            FormulaKind::All(parts) => joined(parts, " && "),
            FormulaKind::Any(parts) => joined(parts, " || "),
            FormulaKind::Implies(a, b) => format!("{} ==> {}", name(a), name(b)),
            FormulaKind::Iff(a, b) => format!("{} <==> {}", name(a), name(b)),
            FormulaKind::Next(a) => format!("next {}", name(a)),
            FormulaKind::Always(a) => format!("always {}", name(a)),
            FormulaKind::Eventually(a) => format!("eventually {}", name(a)),
            FormulaKind::Until(a, b) => format!("{} until {}", name(a), name(b)),
            FormulaKind::WeakUntil(a, b) => format!("{} weak until {}", name(a), name(b)),
            FormulaKind::Release(a, b) => format!("{} release {}", name(a), name(b)),
            FormulaKind::LeadsTo(a, b) => format!("{} ~> {}", name(a), name(b)),
        }
    }

    fn when(&self, at: usize) -> String {
        if at == 0 { "initially".to_owned() } else { format!("at step {at}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use musilc_ir::{State, Step, TransitionId, Value};
    use std::borrow::Borrow;

    /// What the parts of formulas look like in the source.
    const SOURCE: &str =
        "p, q, r, taken(go), p || q || r, p && q && r, always p, p weak until q, p release q, p ~> q";

    /// The place of a text in the source.
    fn at(text: &str) -> String {
        let start = SOURCE.find(text).unwrap();
        format!("@{start}..{}", start + text.len())
    }

    /// A condition: the boolean of this name.
    fn bit(name: &str) -> String {
        let index = ["p", "q", "r"].iter().position(|known| *known == name).unwrap();
        format!("condition {0} bits[{index}] {0}", at(name))
    }

    /// An operator over operands.
    fn of<S: Borrow<str>>(word: &str, operands: &[S]) -> String {
        format!("{word} {{ {} }}", operands.join(" "))
    }

    fn parts(word: &str, parts: &[String]) -> String {
        format!("{word} {{ part {} }}", parts.join(" part "))
    }

    fn system(formula: &str) -> TransitionSystem {
        let text = format!(
            "system s var bits: [bool; 3] init bits = [false, false, false]
             transition go when true
             transition stay when true
             terminal holds true
             temporal claimed holds true claim true formula {formula}"
        );
        musilc_ir::text::parse(&text).unwrap_or_else(|error| panic!("{error:?}: {text}"))
    }

    /// The run through states in which these bits are true. Then it goes back; from the last on, if it goes back to none, it stutters.
    fn run(word: &[&str], back_to: Option<u32>) -> Trace {
        let state = |bits: &&str| {
            let bits: Vec<Value> = ["p", "q", "r"].map(|bit| Value::Bool(bits.contains(bit))).into();
            State([Value::Array(bits.into())].into())
        };
        let mut states: Vec<State> = word.iter().map(state).collect();
        states.extend(back_to.map(|back_to| states[back_to as usize].clone()));
        let steps = states.iter().skip(1).map(|state| Step {
            transition: TransitionId(0),
            args: vec![],
            state: Some(state.clone()),
        });
        let steps: Vec<Step> = steps.collect();
        let end = u32::try_from(steps.len()).unwrap();
        Trace { initial: states.first().cloned(), steps, back_to: back_to.or(Some(end)), ..Trace::default() }
    }

    fn found(formula: &str, word: &[&str], back_to: Option<u32>) -> Option<Obligation> {
        let quote = |span: Span| SOURCE.get(span.range()).filter(|text| !text.is_empty()).map(str::to_owned);
        obligation(&system(formula), PropertyId(0), &run(word, back_to), &quote)
    }

    #[track_caller]
    fn told(formula: &str, word: &[&str], back_to: Option<u32>) -> String {
        found(formula, word, back_to).unwrap_or_else(|| panic!("nothing is to blame in {formula}")).text
    }

    #[test]
    fn conditions_steps_and_connectives() {
        let (p, q, r) = (bit("p"), bit("q"), bit("r"));
        let taken = |name: &str, id: u32| format!("taken {} {name} #{id} ()", at("taken(go)"));
        for (formula, word, expected) in [
            (p.clone(), ["", "p"], "p is false initially"),
            (of("not", &[p.as_str()]), ["p", ""], "p is true initially"),
            (taken("stay", 1), ["", ""], "taken(go) is false of step 1"),
            (of("not", &[taken("go", 0)]), ["", ""], "taken(go) is true of step 1"),
            (of("next", &[p.as_str()]), ["p", "q"], "p is false at step 1"),
            (parts("all", &[p.clone(), q.clone()]), ["p", ""], "q is false initially"),
            (
                parts("any", &[p.clone(), q.clone()]),
                ["r", ""],
                "p is false initially, and q is false initially",
            ),
            (
                parts(&format!("any {}", at("p || q || r")), &[p.clone(), q.clone(), r.clone()]),
                ["", "p"],
                "p || q || r is false initially",
            ),
            (of("not", &[parts("any", &[p.clone(), q.clone()])]), ["q", ""], "q is true initially"),
            (
                of("not", &[parts(&format!("all {}", at("p && q && r")), &[p.clone(), q.clone(), r])]),
                ["pqr", ""],
                "p && q && r is true initially",
            ),
            (
                of("implies", &[p.clone(), q.clone()]),
                ["p", "q"],
                "p is true initially, and q is false initially",
            ),
            (of("not", &[of("implies", &[p.clone(), q.clone()])]), ["q", ""], "q is true initially"),
            (of("not", &[of("implies", &[p.clone(), q.clone()])]), ["", ""], "p is false initially"),
            (of("iff", &[p.clone(), q.clone()]), ["q", ""], "p is false initially, and q is true initially"),
            (of("not", &[of("iff", &[p, q])]), ["", ""], "p is false initially, and q is false initially"),
        ] {
            assert_eq!(told(&formula, &word, Some(0)), expected, "{formula}");
        }
    }

    #[test]
    fn what_lasts_and_what_never_comes() {
        let (p, q) = (bit("p"), bit("q"));
        let one = |word: &str| of(word, &[p.as_str()]);
        let two = |word: &str| of(word, &[p.clone(), q.clone()]);
        let always = of(&format!("always {}", at("always p")), &[p.as_str()]);
        for (formula, word, back_to, expected) in [
            (one("always"), ["p", "q", ""], Some(0), "p is false at step 1"),
            (of("not", &[one("always")]), ["p", "p", "p"], Some(1), "p is always true"),
            (one("eventually"), ["q", "", ""], Some(1), "p is never true"),
            (of("not", &[one("eventually")]), ["", "", "p"], Some(0), "p is true at step 2"),
            // Once, but not for ever.
            (of("always", &[one("eventually")]), ["p", "", ""], Some(1), "p is never true from step 1 on"),
            (
                of("eventually", &[always]),
                ["", "p", ""],
                Some(1),
                "p is false at step 2, and again and again",
            ),
            (two("until"), ["p", "p", "p"], Some(0), "q is never true"),
            (two("until"), ["p", "", "q"], Some(0), "p is false at step 1, and q is not true by then"),
            (of("not", &[two("until")]), ["p", "q", ""], Some(0), "q is true at step 1"),
            (two("weak_until"), ["p", "", "q"], Some(0), "p is false at step 1, and q is not true by then"),
            (two("release"), ["q", "", "p"], Some(0), "q is false at step 1, and p is not true by then"),
            (
                two("leads_to"),
                ["q", "p", ""],
                Some(1),
                "p is true at step 1, and q is never true from then on",
            ),
        ] {
            assert_eq!(told(&formula, &word, back_to), expected, "{formula}");
        }
        // Of these there is no one point that makes them true.
        for (word, shown) in
            [("weak_until", "p weak until q"), ("release", "p release q"), ("leads_to", "p ~> q")]
        {
            let formula = of("not", &[of(&format!("{word} {}", at(shown)), &[p.clone(), q.clone()])]);
            assert_eq!(told(&formula, &["pq", "q", "q"], Some(0)), format!("{shown} is true initially"));
        }
    }

    #[test]
    fn a_state_that_stutters_is_looked_at_for_ever() {
        let leads_to = of("leads_to", &[bit("p"), bit("q")]);
        let expected = "p is true at step 1, and q is never true from then on";
        assert_eq!(told(&leads_to, &["q", "p"], None), expected);
        assert_eq!(found(&leads_to, &["p", "q"], None), None);
        assert_eq!(told(&of("next", &[bit("p")]), &["q"], None), "p is false initially");
    }

    #[test]
    fn the_first_part_and_its_witness_are_to_blame() {
        let part = |value: u32, formula: &str| format!("part i = \"{value}\": {formula}");
        let all = format!("all {{ {} {} }}", part(0, &bit("p")), part(1, &bit("q")));
        let found = found(&of("always", &[all]), &["pq", "p"], Some(0)).unwrap();
        assert_eq!(found.witnesses, [("i".to_owned(), "1".to_owned())]);
        assert_eq!(SOURCE.get(found.span.range()), Some("q"));
        assert_eq!(found.text, "q is false at step 1");
    }

    #[test]
    fn whatever_is_false_has_something_to_blame() {
        let unary = ["not", "next", "always", "eventually"];
        let binary = ["implies", "iff", "until", "weak_until", "release", "leads_to"];
        let atoms = vec![bit("p"), bit("q")];
        let level = |operands: &[String]| {
            let mut out = operands.to_vec();
            out.extend(unary.iter().flat_map(|word| operands.iter().map(|a| of(word, &[a.as_str()]))));
            for (a, b) in operands.iter().flat_map(|a| atoms.iter().map(move |b| (a.clone(), b.clone()))) {
                for pair in [[a.clone(), b.clone()], [b, a]] {
                    out.extend(binary.iter().map(|word| of(word, &pair)));
                    out.extend(["all", "any"].iter().map(|word| parts(word, &pair)));
                }
            }
            out
        };
        let letters = ["", "p", "q", "pq"];
        let mut blamed = 0;
        for formula in level(&level(&atoms)) {
            let system = system(&formula);
            for (one, other) in letters.iter().flat_map(|one| letters.iter().map(move |other| (one, other))) {
                for back_to in [Some(0), Some(1), None] {
                    let run = run(&[one, other], back_to);
                    let lasso = Lasso::new(&run).unwrap();
                    let claimed = system.properties[0].formula.as_ref().unwrap();
                    let holds = lasso.truth(&system, claimed).unwrap()[0];
                    let found = obligation(&system, PropertyId(0), &run, &|_| None);
                    assert_eq!(found.is_none(), holds, "{formula} of {one:?} {other:?} {back_to:?}");
                    blamed += usize::from(!holds);
                }
            }
        }
        assert!(blamed > 10_000, "{blamed}");
    }

    #[test]
    fn nothing_is_to_blame_where_the_formula_is_true() {
        assert_eq!(found(&bit("p"), &["p", ""], Some(0)), None);
        let no_lasso = Trace { back_to: None, ..run(&["", ""], Some(0)) };
        assert_eq!(obligation(&system(&bit("p")), PropertyId(0), &no_lasso, &|_| None), None);
    }
}
