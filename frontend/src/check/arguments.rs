//! Arguments by position or by name.

use super::{Checker, suggest};
use crate::ast::{Arg, Expr};
use crate::diagnostic::{Code, Diagnostic};
use musilc_ir::Span;

impl Checker<'_> {
    /// Brings arguments into the order of the parameters; reports missing, doubled and unknown ones. `what` is what is called, as messages
    /// name it. A parameter without argument gives `None`.
    pub(super) fn arrange<'e>(
        &mut self,
        span: Span,
        what: &str,
        names: &[String],
        args: &'e [Arg],
    ) -> Option<Vec<&'e Expr>> {
        let mut slots: Vec<Option<&'e Expr>> = vec![None; names.len()];
        let mut sound = true;
        for (position, arg) in args.iter().enumerate() {
            let slot = match &arg.name {
                None if position < names.len() => position,
                None => {
                    let message = format!("{what} takes {}, and this is one more", count(names.len()));
                    self.error(Code::WrongArguments, arg.value.span, message);
                    sound = false;
                    continue;
                }
                Some(name) => match names.iter().position(|n| *n == name.text) {
                    Some(slot) => slot,
                    None => {
                        let message = format!("{what} has no `{}`", name.text);
                        let mut diagnostic = Diagnostic::error(Code::WrongArguments, name.span, message);
                        diagnostic = suggest(diagnostic, &name.text, names.iter().map(String::as_str));
                        if !names.is_empty() {
                            diagnostic = diagnostic.note(format!("it takes {}", names.join(", ")));
                        }
                        self.report(diagnostic);
                        sound = false;
                        continue;
                    }
                },
            };
            if slots[slot].is_some() {
                let message = format!("`{}` is given twice", names[slot]);
                self.error(Code::WrongArguments, arg.value.span, message);
                sound = false;
            }
            slots[slot] = Some(&arg.value);
        }
        let missing: Vec<String> = names
            .iter()
            .zip(&slots)
            .filter(|(_, slot)| slot.is_none())
            .map(|(name, _)| format!("`{name}`"))
            .collect();
        if !missing.is_empty() && sound {
            self.error(Code::WrongArguments, span, format!("{what} also needs {}", missing.join(", ")));
        }
        slots.into_iter().collect::<Option<Vec<_>>>().filter(|_| sound)
    }
}

fn count(n: usize) -> String {
    match n {
        0 => "no arguments".to_owned(),
        1 => "one argument".to_owned(),
        n => format!("{n} arguments"),
    }
}
