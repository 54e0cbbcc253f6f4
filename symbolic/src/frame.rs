//! The values after a step: what the step that is taken writes, and what it leaves as it is.

use crate::cells::cell_types;
use crate::encode::Encoder;
use crate::plan::Plan;
use crate::scalar::{Bit, Scalar};
use crate::solver::Solver;
use crate::term::Term;
use crate::word::Word;
use musilc_ir::Type;
use rustc_hash::FxHashMap;

/// A step from a state whose expressions are encoded.
pub(crate) struct Step<'s> {
    pub(crate) plan: &'s Plan<'s>,
    pub(crate) encoder: &'s Encoder,
    /// Which instance is executed, by position in the plan; exactly one is.
    pub(crate) fires: &'s [(usize, Bit)],
    /// Whether the step fails; then what follows means nothing.
    pub(crate) failed: &'s Bit,
    pub(crate) solver: &'s Solver<'s>,
}

/// What a step writes to a cell: the value, and that it is this step.
type Write<'s> = (&'s Bit, &'s Scalar);

impl Step<'_> {
    /// The state variables after the step. With `drop_last`, a fault: the last one is left as it likes where nothing writes it.
    pub(crate) fn next_cells(&self, now: &[Term], drop_last: bool) -> Vec<Term> {
        let mut writers: Vec<Vec<(&Bit, &Term)>> = vec![Vec::new(); now.len()];
        for (instance, fire) in self.fires {
            for update in &self.plan.instances[*instance].ground.updates {
                if let Some(writers) = writers.get_mut(update.variable.index()) {
                    writers.push((fire, self.encoder.term(update.value)));
                }
            }
        }
        let variables = self.plan.system.variables.iter().zip(now).zip(&writers).enumerate();
        let after = variables.map(|(index, ((variable, before), writers))| {
            let framed = !(drop_last && index + 1 == now.len());
            let cells = before.cells().iter().zip(cell_types(&variable.ty)).enumerate();
            let cells = cells.map(|(j, (before, ty))| {
                let writes = writers.iter().filter_map(|(fire, value)| Some((*fire, value.cells().get(j)?)));
                self.next_cell(before, ty, &writes.collect::<Vec<_>>(), framed)
            });
            Term::of_cells(cells.collect(), matches!(variable.ty, Type::Array { .. }))
        });
        after.collect()
    }

    fn next_cell(&self, before: &Scalar, ty: &Type, writes: &[Write<'_>], framed: bool) -> Scalar {
        // Steps that write the same value are one case, and writing what is there already is no case at all.
        let mut cases: Vec<(Scalar, Vec<Bit>)> = Vec::new();
        let mut positions: FxHashMap<Scalar, usize> = FxHashMap::default();
        for (fire, value) in writes {
            if *value == before {
                continue;
            }
            let position = *positions.entry((*value).clone()).or_insert_with(|| {
                cases.push(((*value).clone(), Vec::new()));
                cases.len() - 1
            });
            cases[position].1.push((*fire).clone());
        }
        let changing: usize = cases.iter().map(|(_, fires)| fires.len()).sum();
        let kept = changing < self.fires.len();
        if cases.is_empty() && framed {
            return before.clone();
        }
        let cases: Vec<(Scalar, Bit)> =
            cases.into_iter().map(|(value, fires)| (value, Bit::or(fires))).collect();
        match (before, ty) {
            (Scalar::Word(before), &Type::Int { lo, hi }) => {
                Scalar::Word(self.next_word(before, (lo, hi), &cases, kept, framed))
            }
            _ => Scalar::Bit(self.next_bit(&before.bit(), &cases, kept && framed)),
        }
    }

    /// A clause a case: shorter than a chain of conditionals, and measured faster.
    fn next_bit(&self, before: &Bit, cases: &[(Scalar, Bit)], kept: bool) -> Bit {
        let after = Bit::fresh("b");
        for (value, condition) in cases {
            self.solver.assert(&condition.implies(&after.iff(&value.bit())));
        }
        if kept {
            let changed = Bit::or(cases.iter().map(|(_, condition)| condition.clone()));
            self.solver.assert(&Bit::or([changed, after.iff(before)]));
        }
        after
    }

    /// A chain of conditionals: it shares the bits that the values have in common, and was measured faster than a clause a case.
    fn next_word(
        &self,
        before: &Word,
        (lo, hi): (i64, i64),
        cases: &[(Scalar, Bit)],
        kept: bool,
        framed: bool,
    ) -> Word {
        let values = cases.iter().map(|(value, _)| value.word().bounds());
        let (lo, hi) = match (kept, framed) {
            (true, true) => hull(values.chain([before.bounds()]), lo, hi),
            (true, false) => (lo, hi),
            (false, _) => hull(values, lo, hi),
        };
        let otherwise = match cases {
            _ if kept && framed => before.within(lo, hi),
            [(first, _), ..] if !kept => first.word().within(lo, hi),
            _ => Word::fresh("w", lo, hi),
        };
        let value = cases.iter().fold(otherwise, |rest, (value, condition)| {
            Word::ite(condition, &value.word().within(lo, hi), &rest)
        });
        if value.as_constant().is_some() {
            return value;
        }
        let after = Word::fresh("w", lo, hi);
        self.solver.assert(&after.equals(&value));
        self.solver.assert(&Bit::or([self.failed.clone(), after.in_bounds()]));
        after
    }
}

/// The least interval within `lo..=hi` that holds what the values have of it; all of it where they have nothing.
fn hull(values: impl Iterator<Item = (i64, i64)>, lo: i64, hi: i64) -> (i64, i64) {
    let inside = values.map(|(l, h)| (l.max(lo), h.min(hi))).filter(|(l, h)| l <= h);
    inside.reduce(|(l, h), (m, i)| (l.min(m), h.max(i))).unwrap_or((lo, hi))
}
