//! The one place that asks Z3 questions.

use crate::options::Backend;
use crate::scalar::Bit;
use musilc_ir::{Limits, Unknown};
use z3::ast::Bool;
use z3::{Model, Params, SatResult, StatisticsValue};

/// Z3's incremental solver within the limits of a check.
pub(crate) struct Solver<'a> {
    inner: z3::Solver,
    limits: &'a Limits,
    /// How many queries were put to it.
    pub(crate) queries: u64,
    /// The memory that Z3 held when it was last looked at, in bytes; that of all threads of the process.
    pub(crate) memory: Option<u64>,
}

const MEBIBYTE: u64 = 1 << 20;

impl<'a> Solver<'a> {
    pub(crate) fn new(backend: Backend, limits: &'a Limits) -> Result<Self, Unknown> {
        let logic = match backend {
            Backend::FiniteDomain => "QF_FD",
            Backend::BitVector => "QF_BV",
        };
        let inner = z3::Solver::new_for_logic(logic)
            .ok_or_else(|| Unknown::Incapable(format!("this Z3 has no solver for {logic}")))?;
        if let Some(bytes) = limits.max_memory {
            // The solver looks at this between its steps and gives up; the limit that Z3 keeps for the whole process
            // throws in the midst of whatever allocates, and may abort.
            let mut params = Params::new();
            params.set_u32("max_memory", u32::try_from(bytes / MEBIBYTE).unwrap_or(u32::MAX).max(1));
            inner.set_params(&params);
        }
        Ok(Self { inner, limits, queries: 0, memory: None })
    }

    /// Demands something for good.
    pub(crate) fn assert(&self, bit: &Bit) {
        match bit {
            Bit::Const(true) => {}
            Bit::Const(false) => self.inner.assert(Bool::from_bool(false)),
            Bit::Term(term) => self.inner.assert(term),
        }
    }

    /// A literal that is true exactly where the bit is; the bit itself where it is known.
    pub(crate) fn define(&self, bit: &Bit, name: &str) -> Bit {
        match bit {
            Bit::Const(_) => bit.clone(),
            Bit::Term(term) => {
                let literal = Bool::fresh_const(name);
                self.inner.assert(literal.eq(term));
                Bit::Term(literal)
            }
        }
    }

    /// A model of everything demanded in which the literal is true; `None` where there is none.
    pub(crate) fn model_where(&mut self, literal: &Bit) -> Result<Option<Model>, Unknown> {
        self.stop_if_needed()?;
        let assumptions = match literal {
            Bit::Const(false) => return Ok(None),
            Bit::Const(true) => Vec::new(),
            Bit::Term(term) => vec![term.clone()],
        };
        self.queries += 1;
        match self.inner.check_assumptions(&assumptions) {
            SatResult::Unsat => Ok(None),
            SatResult::Sat => match self.inner.get_model() {
                Some(model) => Ok(Some(model)),
                None => Err(self.no_value()),
            },
            SatResult::Unknown => Err(self.why_unknown()),
        }
    }

    /// Why a model has no value for a term: because it was interrupted, or else because of a fault.
    pub(crate) fn no_value(&self) -> Unknown {
        let fault = || Unknown::Incapable("the solver's model lacks a value".to_owned());
        self.limits.must_stop().unwrap_or_else(fault)
    }

    pub(crate) fn stop_if_needed(&self) -> Result<(), Unknown> {
        match self.limits.must_stop() {
            Some(unknown) => Err(unknown),
            None => Ok(()),
        }
    }

    /// Looks at how much memory Z3 holds, and gives up where that is more than allowed.
    pub(crate) fn check_memory(&mut self) -> Result<(), Unknown> {
        self.memory = self.inner.get_statistics().value("memory").map(|value| match value {
            // Z3 counts in mebibytes.
            StatisticsValue::Double(mib) => (mib * 1_048_576.0) as u64,
            StatisticsValue::UInt(mib) => u64::from(mib) * MEBIBYTE,
        });
        match (self.limits.max_memory, self.memory) {
            (Some(most), Some(used)) if used > most => Err(Unknown::MemoryLimit(most)),
            _ => Ok(()),
        }
    }

    fn why_unknown(&self) -> Unknown {
        if let Some(unknown) = self.limits.must_stop() {
            return unknown;
        }
        let reason = self.inner.get_reason_unknown().unwrap_or_default();
        match self.limits.max_memory {
            Some(most) if reason.contains("mem") => Unknown::MemoryLimit(most),
            _ => Unknown::Incapable(format!("the solver gave up: {reason}")),
        }
    }
}
