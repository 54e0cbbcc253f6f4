//! Temporal properties: how they are read, what they are lowered to, and what the patterns of the library mean.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod library;
mod lowering;
mod reading;

use musilc_frontend::diagnostic::has_errors;
use musilc_frontend::literate::Source;
use musilc_frontend::{Files, Options, Program, compile};
use musilc_ir::{Property, TransitionSystem};

struct NoFiles;

impl Files for NoFiles {
    fn read(&self, _: &str) -> Result<String, String> {
        Err("there are no files".to_owned())
    }
}

fn compiled(text: &str) -> Program {
    let (program, diagnostics) = compile(&Source::new("test.musil", text), &Options::default(), &NoFiles);
    assert!(!has_errors(&diagnostics), "{diagnostics:#?}\nin:\n{text}");
    program.unwrap()
}

/// The system of the only check of a chapter; its text reads back.
fn system(text: &str) -> TransitionSystem {
    let system = compiled(text).system(0).unwrap();
    let printed = musilc_ir::text::print(&system);
    let again = musilc_ir::text::parse(&printed).unwrap_or_else(|error| panic!("{error}\n{printed}"));
    assert_eq!(musilc_ir::text::print(&again), printed);
    system
}

fn property<'s>(system: &'s TransitionSystem, name: &str) -> &'s Property {
    system.property(system.property_named(name).unwrap())
}
