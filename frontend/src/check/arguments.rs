//! Arguments by position or by name.

use super::{Checker, listed, suggest};
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
        self.arrange_as(span, what, names, &vec!["…"; names.len()], args)
    }

    /// As [`Self::arrange`]; `shown` is what stands for each argument in advice.
    pub(super) fn arrange_as<'e>(
        &mut self,
        span: Span,
        what: &str,
        names: &[String],
        shown: &[&str],
        args: &'e [Arg],
    ) -> Option<Vec<&'e Expr>> {
        let mut slots: Vec<Option<&'e Expr>> = vec![None; names.len()];
        let mut sound = true;
        for (position, arg) in args.iter().enumerate() {
            let slot = match &arg.name {
                None if position < names.len() => position,
                None => {
                    // Of several that are too many, the first says it all.
                    if position == names.len() {
                        let message = match names.len() {
                            0 => format!("{what} takes no arguments"),
                            n => format!("{what} takes {}, and this is one more", count(n)),
                        };
                        self.report(with_names(
                            Diagnostic::error(Code::WrongArguments, arg.value.span, message),
                            names,
                        ));
                    }
                    sound = false;
                    continue;
                }
                Some(name) => match names.iter().position(|n| *n == name.text) {
                    Some(slot) => slot,
                    None => {
                        let message = format!("{what} has no `{}`", name.text);
                        let mut diagnostic = Diagnostic::error(Code::WrongArguments, name.span, message);
                        diagnostic = suggest(diagnostic, &name.text, names.iter().map(String::as_str));
                        self.report(with_names(diagnostic, names));
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
        let missing: Vec<&str> = names
            .iter()
            .zip(&slots)
            .filter(|(_, slot)| slot.is_none())
            .map(|(name, _)| name.as_str())
            .collect();
        if !missing.is_empty() && sound {
            let also = if args.is_empty() { "" } else { "also " };
            let message = format!("{what} {also}needs {}", listed(missing));
            let places = names.iter().zip(shown).map(|(name, shown)| format!("{name}: {shown}"));
            let places: Vec<String> = places.collect();
            let callee = what.split('`').nth(1).unwrap_or_default();
            let help = format!("write `{callee}({})`, or the values alone in this order", places.join(", "));
            self.report(Diagnostic::error(Code::WrongArguments, span, message).help(help));
        }
        slots.into_iter().collect::<Option<Vec<_>>>().filter(|_| sound)
    }
}

fn with_names(diagnostic: Diagnostic, names: &[String]) -> Diagnostic {
    match names {
        [] => diagnostic,
        names => diagnostic.note(format!("it takes {}", listed(names.iter().map(String::as_str)))),
    }
}

fn count(n: usize) -> String {
    match n {
        1 => "one argument".to_owned(),
        n => format!("{n} arguments"),
    }
}
