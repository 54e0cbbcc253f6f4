//! The library: environments that chapters use, written in the language.

use crate::ast::{Chapter, ItemKind, Name};
use crate::check::suggest;
use crate::diagnostic::{Code, Diagnostic};
use crate::parse::parse_at;
use std::collections::HashMap;

/// A module of the library.
#[derive(Clone, Copy, Debug)]
pub struct Module {
    /// Its name, as in `use std::NAME;`.
    pub name: &'static str,
    /// Its source, in the language. Comments at its beginning say what it is about.
    pub text: &'static str,
}

impl Module {
    /// What it is about, in a line: its first comment.
    #[must_use]
    pub fn title(&self) -> &'static str {
        let line = self.text.lines().next().unwrap_or_default();
        line.trim_start_matches('/').trim()
    }
}

/// The modules, by name.
const MODULES: &[Module] = &[
    Module { name: "aws", text: include_str!("library/aws.musil") },
    Module { name: "byzantine", text: include_str!("library/byzantine.musil") },
    Module { name: "etcd", text: include_str!("library/etcd.musil") },
    Module { name: "kubernetes", text: include_str!("library/kubernetes.musil") },
    Module { name: "linux", text: include_str!("library/linux.musil") },
];

/// What the library is called.
const NAME: &str = "std";

/// The modules of the library, by name.
#[must_use]
pub fn modules() -> &'static [Module] {
    MODULES
}

/// Puts what modules declare in the place of `use`. All of it then stands where `use` does.
pub(crate) fn expand(chapter: Chapter) -> (Chapter, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let mut items = Vec::with_capacity(chapter.items.len());
    let mut used: HashMap<String, Name> = HashMap::new();
    for item in chapter.items {
        let ItemKind::Use { library, module } = &item.kind else {
            items.push(item);
            continue;
        };
        let known = MODULES.iter().find(|known| known.name == module.text);
        match known {
            _ if library.text != NAME => {
                let message = format!("there is no library `{}`", library.text);
                let help = format!("the library is called `{NAME}`: `use {NAME}::{};`", module.text);
                diagnostics.push(Diagnostic::error(Code::UnknownLibrary, library.span, message).help(help));
            }
            None => {
                let message = format!("`{NAME}` has no module `{}`", module.text);
                let diagnostic = Diagnostic::error(Code::UnknownLibrary, module.span, message);
                let names = || MODULES.iter().map(|module| module.name);
                let suggested = suggest(diagnostic.clone(), &module.text, names());
                diagnostics.push(if suggested == diagnostic {
                    diagnostic.help(format!("its modules are {}; see `musilc std`", listed(names())))
                } else {
                    suggested
                });
            }
            Some(known) => match used.get(&module.text) {
                Some(first) => diagnostics.push(
                    Diagnostic::error(
                        Code::DuplicateName,
                        module.span,
                        format!("`{NAME}::{}` is used twice", module.text),
                    )
                    .primary("used again here")
                    .label(first.span, "first used here")
                    .help("leave out one of them"),
                ),
                None => {
                    used.insert(module.text.clone(), module.clone());
                    items.extend(parse_at(known.text, item.span));
                }
            },
        }
    }
    (Chapter { items }, diagnostics)
}

fn listed<'n>(names: impl Iterator<Item = &'n str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
