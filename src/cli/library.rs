//! `musilc std`

use super::output;
use musilc::Exit;
use musilc::frontend::library::modules;
use std::io;

/// Prints a module of the library, or lists all.
pub(crate) fn run(module: Option<&str>) -> io::Result<Exit> {
    let Some(name) = module else {
        let widest = modules().iter().map(|module| module.name.len()).max().unwrap_or(0);
        let list: String =
            modules().iter().map(|module| format!("{:widest$}  {}\n", module.name, module.title())).collect();
        output::out(&list)?;
        return Ok(Exit::Passed);
    };
    match modules().iter().find(|module| module.name == name) {
        Some(module) => {
            output::out(module.text)?;
            Ok(Exit::Passed)
        }
        None => {
            output::error(format_args!("the library has no module `{name}`; `musilc std` lists them"));
            Ok(Exit::BadInput)
        }
    }
}
