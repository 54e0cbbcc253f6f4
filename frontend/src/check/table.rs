//! Transition tables: their rows, inline or from a file, and the action that they stand for.

use super::{Checker, listed, nearest};
use crate::ast::{Name, Table, TableRow, TableSource};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{Expr, ExprKind, LocalId, Operator, Pattern, Place, Stmt};
use musilc_ir::{DataType, EnumType, Span};
use std::collections::HashMap;

/// The rows of a table, by the positions of the variants.
pub(super) struct Rows {
    /// The state to begin with.
    pub(super) initial: usize,
    /// For each state, those that may follow.
    successors: Vec<Vec<usize>>,
    /// For each state, where the table mentions it, or the table's name.
    pub(super) mentioned: Vec<Span>,
}

/// A row as read from a file.
type FileRow = (String, Vec<String>);

impl<'a> Checker<'a> {
    /// Reads the rows of a table and resolves its states.
    pub(super) fn table_rows(&mut self, table: &'a Table) -> Option<Rows> {
        let ty = self.data_type(&table.ty)?;
        let DataType::Enum(of) = &ty else {
            let message = format!("a table's variable has an enum type, and `{ty}` is none");
            self.error(Code::TypeMismatch, table.ty.span, message);
            return None;
        };
        if let Some(variant) = of.variants.iter().find(|variant| !variant.fields.is_empty()) {
            let message = format!("the states of a table have no fields, and `{}` has", variant.name);
            self.error(Code::TypeMismatch, table.ty.span, message);
            return None;
        }
        let of = of.clone();
        let (initial, rows) = match &table.source {
            TableSource::Inline(rows) => (None, rows.clone()),
            TableSource::File { path, span } => self.read_table(path, *span)?,
        };
        self.resolve_rows(table, &of, initial, &rows)
    }

    fn resolve_rows(
        &mut self,
        table: &Table,
        of: &EnumType,
        initial: Option<Name>,
        rows: &[TableRow],
    ) -> Option<Rows> {
        let count = of.variants.len();
        let mut resolved =
            Rows { initial: 0, successors: vec![Vec::new(); count], mentioned: vec![table.name.span; count] };
        let mut seen: Vec<Option<Span>> = vec![None; count];
        let positions: HashMap<&str, usize> =
            of.variants.iter().enumerate().map(|(position, v)| (v.name.as_str(), position)).collect();
        let mut sound = true;
        let mut state = |checker: &mut Self, name: &Name| -> Option<usize> {
            let position = positions.get(name.text.as_str()).copied();
            match position {
                Some(position) => resolved.mentioned[position] = name.span,
                None => {
                    let message = format!("`{}` is no variant of `{}`", name.text, of.name);
                    let mut diagnostic = Diagnostic::error(Code::TableState, name.span, message);
                    if matches!(table.source, TableSource::File { .. }) {
                        diagnostic = diagnostic.primary("this file mentions it");
                    }
                    let names = || of.variants.iter().map(|variant| variant.name.as_str());
                    checker.report(match nearest(&name.text, names()) {
                        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                        None => diagnostic.help(format!("its variants are {}", listed(names()))),
                    });
                }
            }
            position
        };
        let mut edges: Vec<(usize, usize)> = Vec::new();
        let mut first = None;
        for row in rows {
            let Some(from) = state(self, &row.from) else {
                sound = false;
                continue;
            };
            if let Some(previous) = seen[from].replace(row.from.span)
                && previous != row.from.span
            {
                let message = format!("the table has two rows for `{}`", row.from.text);
                self.report(
                    Diagnostic::error(Code::DuplicateName, row.from.span, message)
                        .label(previous, "the first one")
                        .help("write all that may follow in one row, with `|` between"),
                );
            }
            first = first.or(Some(from));
            for to in &row.to {
                match state(self, to) {
                    Some(to) => edges.push((from, to)),
                    None => sound = false,
                }
            }
        }
        let initial = match &initial {
            Some(name) => state(self, name)?,
            None => 0,
        };
        resolved.initial = initial;
        for (from, to) in edges {
            if !resolved.successors[from].contains(&to) {
                resolved.successors[from].push(to);
            }
        }
        sound.then_some(resolved)
    }

    /// The initial state, if it is given, and the rows of a TOML or JSON file; names stand where the path does.
    fn read_table(&mut self, path: &str, span: Span) -> Option<(Option<Name>, Vec<TableRow>)> {
        let text = match self.files.read(path) {
            Ok(text) => text,
            Err(why) => {
                let message = format!("the table `{path}` cannot be read: {why}");
                let help = "the path is relative to the directory of the chapter";
                self.report(Diagnostic::error(Code::TableFile, span, message).help(help));
                return None;
            }
        };
        let json = std::path::Path::new(path).extension().is_some_and(|e| e.eq_ignore_ascii_case("json"));
        match if json { parse_json(&text) } else { parse_toml(&text) } {
            Ok((initial, rows)) => {
                let name = |text: String| Name { text, span };
                let rows = rows
                    .into_iter()
                    .map(|(from, to)| TableRow { from: name(from), to: to.into_iter().map(name).collect() })
                    .collect();
                Some((initial.map(name), rows))
            }
            Err(why) => {
                let help = if json {
                    r#"it looks like `{ "initial": "A", "transitions": { "A": ["B", "C"] } }`"#
                } else {
                    r#"it has a section `[transitions]` with lines like `A = ["B", "C"]`, and perhaps `initial = "A"` before it"#
                };
                let message = format!("the table `{path}` cannot be used: {why}");
                self.report(Diagnostic::error(Code::TableFile, span, message).help(help));
                None
            }
        }
    }
}

fn parse_toml(text: &str) -> Result<(Option<String>, Vec<FileRow>), String> {
    let value: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        let start = error.span().map_or(0, |span| span.start);
        let line = text.bytes().take(start).filter(|byte| *byte == b'\n').count() + 1;
        format!("{} in line {line}", error.message())
    })?;
    let json = serde_json::to_value(value).map_err(|e| e.to_string())?;
    rows_of(&json)
}

fn parse_json(text: &str) -> Result<(Option<String>, Vec<FileRow>), String> {
    let json = serde_json::from_str(text).map_err(|e| e.to_string())?;
    rows_of(&json)
}

fn rows_of(value: &serde_json::Value) -> Result<(Option<String>, Vec<FileRow>), String> {
    let initial = match value.get("initial") {
        None => None,
        Some(initial) => Some(initial.as_str().ok_or("`initial` is not a string")?.to_owned()),
    };
    let transitions =
        value.get("transitions").and_then(|t| t.as_object()).ok_or("it has no section `transitions`")?;
    let row = |(from, to): (&String, &serde_json::Value)| {
        let wrong = || format!("`transitions.{from}` is not a list of strings");
        let to = to.as_array().ok_or_else(wrong)?;
        let to: Option<Vec<String>> = to.iter().map(|state| state.as_str().map(str::to_owned)).collect();
        Ok((from.clone(), to.ok_or_else(wrong)?))
    };
    Ok((initial, transitions.iter().map(row).collect::<Result<_, String>>()?))
}

impl Rows {
    /// Guard and statement of the action: the edge from the variable's value, which `read` gives, to that of `to` is in the table, and the
    /// variable becomes `to`.
    pub(super) fn step(&self, read: &Expr, place: Place, to: LocalId) -> (Expr, Stmt) {
        let (ty, span) = (&read.ty, read.span);
        let next = Expr { ty: ty.clone(), span, kind: ExprKind::Local(to) };
        let boolean = |kind| Expr { ty: DataType::Bool, span, kind };
        let is =
            |e: &Expr, states: Vec<Pattern>| boolean(ExprKind::Is(Box::new(e.clone()), Pattern::Or(states)));
        let unit = |position| Pattern::Variant(position, Vec::new());
        let alternatives: Vec<Expr> = self
            .successors
            .iter()
            .enumerate()
            .filter(|(_, to)| !to.is_empty())
            .map(|(from, successors)| {
                let here = is(read, vec![unit(from)]);
                let there = is(&next, successors.iter().map(|&s| unit(s)).collect());
                boolean(ExprKind::Binary(Operator::And, Box::new(here), Box::new(there)))
            })
            .collect();
        let guard = either(alternatives, &boolean).unwrap_or_else(|| boolean(ExprKind::Bool(false)));
        (guard, Stmt::Assign(place, next))
    }
}

/// The disjunction of all, halved again and again: a chain of thousands would be deep.
fn either(mut alternatives: Vec<Expr>, boolean: &impl Fn(ExprKind) -> Expr) -> Option<Expr> {
    if alternatives.len() < 2 {
        return alternatives.pop();
    }
    let right = alternatives.split_off(alternatives.len() / 2);
    let (left, right) = (either(alternatives, boolean)?, either(right, boolean)?);
    Some(boolean(ExprKind::Binary(Operator::Or, Box::new(left), Box::new(right))))
}
