//! What could have come next, in words.

use crate::lexer::{Spanned, Token};

use super::report::Report;

/// The set of terminals that the grammar would have accepted, by their names in the grammar.
pub(super) struct Expected {
    names: Vec<String>,
}

const OPERATORS: &[&str] = &[
    "<==>", "~>", "until", "release", "weak", "==>", "||", "&&", "==", "!=", "<", "<=", ">", ">=", "in",
    "is", "|", "&", "+", "-", "*", "/", "%", ".", "[", "'", "::",
];

const OPERANDS: &[&str] = &[
    "true",
    "false",
    "a name",
    "a number",
    "(",
    "[",
    "{",
    "if",
    "match",
    "forall",
    "exists",
    "count",
    "sum",
    "min",
    "max",
    "choose",
    "!",
    "-",
    "always",
    "eventually",
    "next",
    "enabled",
    "taken",
];

const TYPES: &[&str] = &["bool", "Option", "Set", "Bag", "Seq"];

const PATTERNS: &[&str] = &["_", "true", "false", "a number", "-", "a name", "("];

const STATEMENTS: &[&str] = &["let", "if", "match", "for", "send", "reply", "set", "cancel", "a name", "("];

/// Words that are names wherever `a name` is expected, and terminals that no author writes.
const SILENT: &[&str] = &[
    "step",
    "on",
    "from",
    "expect",
    "holds",
    "states",
    "violates",
    "deadlock",
    "error",
    "reaches",
    "documentation",
    "a bad number",
    "a bad statement",
    "start of item",
    "start of model item",
    "inductive",
    "not",
    "ref",
    "guarantee",
];

/// What a bound variable ranges over.
const DOMAIN: &str = "a type, a range or a set";

/// Terminals with a name in common.
struct Class {
    /// If all of these are accepted …
    when: &'static [&'static str],
    /// … then these are not named one by one …
    covers: &'static [&'static [&'static str]],
    /// … but by this.
    title: &'static str,
}

/// The most particular first.
const CLASSES: &[Class] = &[
    Class { when: &["let", "for"], covers: &[STATEMENTS], title: "a statement" },
    Class { when: &["bool", "a number"], covers: &[TYPES, OPERANDS], title: "a type" },
    Class { when: &["_", "a name"], covers: &[PATTERNS], title: "a pattern" },
    Class { when: &["a number", "forall"], covers: &[OPERANDS], title: "an expression" },
    Class { when: &["a number", "("], covers: &[OPERANDS], title: "a number" },
    Class { when: &["==", "&&"], covers: &[OPERATORS, &["("]], title: "an operator" },
    Class { when: &["+", "*"], covers: &[OPERATORS, &["("]], title: "an operator" },
];

impl Expected {
    /// From lalrpop's list, where each name stands in quotation marks.
    pub(super) fn new(expected: &[String]) -> Self {
        Self { names: expected.iter().map(|name| name.trim_matches('"').to_owned()).collect() }
    }

    /// Whether the grammar would have accepted this terminal.
    pub(super) fn has(&self, name: &str) -> bool {
        self.names.iter().any(|expected| expected == name)
    }

    /// The alternatives as prose: "an expression", "`;` or an operator". `before` is the token before the failure.
    pub(super) fn describe(&self, before: Option<Token<'_>>) -> String {
        let contextual = !self.has("a name");
        let silent = |name: &str| SILENT.iter().position(|silent| *silent == name);
        // Contextual words are worth naming only where no other name could stand.
        let keep = |name: &&str| silent(name).is_none_or(|at| contextual && at < 10);
        let mut names: Vec<&str> = self.names.iter().map(String::as_str).filter(keep).collect();
        // After a name among arguments: that it could be the name of one is rarely what was missing.
        if self.has("::") && self.has(")") {
            names.retain(|name| *name != ":");
        }
        let mut classes = vec![];
        for Class { when, covers, title } in CLASSES {
            if when.iter().all(|name| names.contains(name)) {
                names.retain(|name| !covers.iter().any(|cover| cover.contains(name)));
                let title = if before == Some(Token::In) && *title == "a type" { DOMAIN } else { *title };
                if !classes.contains(&title) {
                    classes.push(title);
                }
            }
        }
        let operator = classes.iter().position(|title| *title == "an operator").map(|at| classes.remove(at));
        let mut all: Vec<String> = classes.into_iter().map(|title| title.to_owned()).collect();
        all.extend(names.into_iter().map(|name| match name {
            "a name" | "a number" | "a string" => name.to_owned(),
            _ => format!("`{name}`"),
        }));
        all.extend(operator.map(str::to_owned));
        if all.len() > 5 {
            all.truncate(4);
            all.push("something similar".to_owned());
        }
        match all.pop() {
            Some(last) if all.is_empty() => last,
            Some(last) => format!("{} or {last}", all.join(", ")),
            None => "nothing more".to_owned(),
        }
    }
}

/// What was found, in words.
pub(super) fn found(token: Option<Spanned<'_>>, report: &Report<'_>) -> String {
    match token {
        None => "the end of the chapter".to_owned(),
        Some((_, Token::Doc(_), _)) => "a line of documentation".to_owned(),
        Some((_, Token::Str(_), _)) => "a string".to_owned(),
        Some((_, Token::RParen, _)) => "`)`".to_owned(),
        Some((_, Token::RBracket, _)) => "`]`".to_owned(),
        Some((_, Token::RBrace, _)) => "`}`".to_owned(),
        Some((start, _, end)) => {
            let text = report.text(start..end);
            match text.char_indices().nth(30) {
                Some((cut, _)) => format!("`{}…`", text.get(..cut).unwrap_or_default()),
                None => format!("`{text}`"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn describe(names: &[&str]) -> String {
        Expected::new(&names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>()).describe(None)
    }

    #[test]
    fn classes_collapse() {
        assert_eq!(describe(OPERANDS), "an expression");
        assert_eq!(describe(&[OPERATORS, &[";"]].concat()), "`;` or an operator");
        assert_eq!(describe(&[OPERANDS, TYPES].concat()), "a type");
        assert_eq!(describe(&["a name", "error", "on", ")"]), "a name or `)`");
        assert_eq!(describe(&["holds", "violates"]), "`holds` or `violates`");
        assert_eq!(describe(&["a", "b", "c", "d", "e"]), "`a`, `b`, `c`, `d` or `e`");
        assert_eq!(describe(&["a", "b", "c", "d", "e", "f"]), "`a`, `b`, `c`, `d` or something similar");
        assert_eq!(describe(&[]), "nothing more");
    }
}
