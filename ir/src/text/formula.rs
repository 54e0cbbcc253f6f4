//! Temporal formulas, read.

use super::TextError;
use super::parser::Parser;
use crate::{Formula, FormulaKind, FormulaPart, TransitionId};

impl Parser {
    pub(super) fn formula(&mut self) -> Result<Formula, TextError> {
        self.nested(|parser| {
            let word = parser.name()?;
            let span = parser.span()?;
            let kind = parser.formula_kind(&word)?;
            Ok(Formula { span, kind })
        })
    }

    fn formula_kind(&mut self, word: &str) -> Result<FormulaKind, TextError> {
        Ok(match word {
            "condition" => return Ok(FormulaKind::State(self.claim()?)),
            "taken" => return self.taken(),
            "all" => FormulaKind::All(self.formula_parts()?),
            "any" => FormulaKind::Any(self.formula_parts()?),
            "not" | "next" | "always" | "eventually" => {
                self.sign("{")?;
                let operand = Box::new(self.formula()?);
                self.sign("}")?;
                match word {
                    "not" => FormulaKind::Not(operand),
                    "next" => FormulaKind::Next(operand),
                    "always" => FormulaKind::Always(operand),
                    _ => FormulaKind::Eventually(operand),
                }
            }
            "implies" | "iff" | "until" | "weak_until" | "release" | "leads_to" => {
                self.sign("{")?;
                let (left, right) = (Box::new(self.formula()?), Box::new(self.formula()?));
                self.sign("}")?;
                match word {
                    "implies" => FormulaKind::Implies(left, right),
                    "iff" => FormulaKind::Iff(left, right),
                    "until" => FormulaKind::Until(left, right),
                    "weak_until" => FormulaKind::WeakUntil(left, right),
                    "release" => FormulaKind::Release(left, right),
                    _ => FormulaKind::LeadsTo(left, right),
                }
            }
            other => return Err(self.error(format!("there is no formula {other}"))),
        })
    }

    /// The name of the transition is for readers; its number tells transitions of one name apart.
    fn taken(&mut self) -> Result<FormulaKind, TextError> {
        self.name()?;
        self.sign("#")?;
        let transition = TransitionId(self.small()?);
        self.sign("(")?;
        let args = self
            .list(")", |parser| if parser.take_word("any") { Ok(None) } else { parser.small().map(Some) })?;
        Ok(FormulaKind::Taken { transition, args })
    }

    fn formula_parts(&mut self) -> Result<Vec<FormulaPart>, TextError> {
        self.sign("{")?;
        let mut parts = Vec::new();
        while self.take_word("part") {
            parts.push(FormulaPart { binding: self.binding()?, formula: self.formula()? });
        }
        self.sign("}")?;
        Ok(parts)
    }
}
