//! `musilc explain`

use super::output;
use musilc::Exit;
use musilc::frontend::diagnostic::Code;
use std::io;

/// Explains a diagnostic code, or lists all.
pub(crate) fn run(code: Option<&str>) -> io::Result<Exit> {
    let Some(text) = code else {
        let list: String = Code::all().iter().map(|code| format!("{code}  {}\n", code.title())).collect();
        output::out(&list)?;
        return Ok(Exit::Passed);
    };
    match text.parse::<Code>() {
        Ok(code) => {
            output::out(&format!("{code}: {}\n\n{}\n", code.title(), code.explanation().trim()))?;
            Ok(Exit::Passed)
        }
        Err(_) => {
            output::error(format_args!("there is no diagnostic code `{text}`; `musilc explain` lists them"));
            Ok(Exit::BadInput)
        }
    }
}
