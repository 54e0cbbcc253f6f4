//! Checks in the formats of other tools.

use crate::chapter::{Chapter, internal};
use crate::error::Error;
use crate::stack::on_large_stack;
use musilc_export::{Aiger, Settings};
use musilc_ir::Limits;

/// What is wanted of a check in AIGER.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct AigerOptions {
    /// Leave out what is more than safety.
    pub safety: bool,
    /// One signal for each kind of violation, not one for all.
    pub each: bool,
}

impl Chapter {
    /// The safety of a check, as a circuit that hardware model checkers read.
    ///
    /// # Errors
    /// As those of [`Chapter::system`], and where the format cannot say what the check claims, or the system is too large.
    pub fn aiger(&self, check: &str, options: AigerOptions) -> Result<Aiger, Error> {
        let system = self.system(check)?;
        let AigerOptions { safety, each } = options;
        let settings = Settings { chapter: self.name_with_constants(), each, safety };
        on_large_stack(|| Aiger::new(&system, &settings, &Limits::default()))
            .map_err(|message| internal(self.source(), message))?
            .map_err(|problem| Error::Export {
                chapter: self.source().name().to_owned(),
                check: check.to_owned(),
                problem,
            })
    }

    fn name_with_constants(&self) -> String {
        let name = self.source().name();
        let constants: Vec<String> =
            self.constants().iter().map(|(name, value)| format!("{name} = {value}")).collect();
        if constants.is_empty() { name.to_owned() } else { format!("{name} with {}", constants.join(", ")) }
    }
}
