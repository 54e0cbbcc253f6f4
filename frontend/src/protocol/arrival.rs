//! Messages that arrive: which, at which node, and with which fields.

use super::survey::{Route, Survey};
use super::tree::Tree;
use super::wire::Ends;
use crate::ast::{ActionParam, Arg, Domain, Expr, ExprKind, Name, PatternArg, PatternKind, Stmt};
use crate::diagnostic::{Code, Diagnostic};

/// What an action that a message leads to begins with.
pub(super) struct Arrival {
    /// The parameters that stand for its fields.
    pub(super) params: Vec<ActionParam>,
    /// The message is there, and is as it should be.
    pub(super) guard: Expr,
    /// Takes it off the network.
    pub(super) take: Stmt,
}

impl Survey<'_> {
    /// The arrival of a message with fields that match patterns.
    ///
    /// In a set of packets, each field is a parameter of the action: a name in the pattern is the parameter's name, and any other pattern is a
    /// condition on it. In a queue, the patterns are matched with what is at its head.
    pub(super) fn arrival(
        &mut self,
        at: Tree,
        route: Route,
        ends: &Ends,
        patterns: &[PatternArg],
        rest: bool,
    ) -> Arrival {
        if self.network.is_queued() {
            let complete = patterns.is_empty() && !self.fields(route.message).is_empty();
            let patterns = (patterns.to_vec(), rest || complete);
            return Arrival {
                params: Vec::new(),
                guard: self.arrives(at, route, ends, Vec::new(), patterns),
                take: self.take(at, route, ends, Vec::new()),
            };
        }
        let (params, values, conditions) = self.parameters(route.message, at, patterns);
        let there = self.arrives(at, route, ends, values.clone(), (Vec::new(), false));
        Arrival {
            params,
            guard: at.all(std::iter::once(there.clone()).chain(conditions)).unwrap_or(there),
            take: self.take(at, route, ends, values),
        }
    }

    fn parameters(
        &mut self,
        message: usize,
        at: Tree,
        patterns: &[PatternArg],
    ) -> (Vec<ActionParam>, Vec<Arg>, Vec<Expr>) {
        let (mut params, mut values, mut conditions) = (Vec::new(), Vec::new(), Vec::new());
        let fields = self.fields(message);
        let mut given: Vec<Option<&PatternArg>> = vec![None; fields.len()];
        for (position, pattern) in patterns.iter().enumerate() {
            let place = match &pattern.name {
                Some(name) => fields.iter().position(|field| field.name.text == name.text),
                None => Some(position),
            };
            match place.and_then(|place| given.get_mut(place)) {
                Some(place) => *place = Some(pattern),
                None => {
                    let name = &self.messages[message].name.text;
                    let has: Vec<String> =
                        fields.iter().map(|field| format!("`{}`", field.name.text)).collect();
                    let diagnostic = match &pattern.name {
                        Some(field) => Diagnostic::error(
                            Code::UnknownField,
                            field.span,
                            format!("`{name}` has no field `{}`", field.text),
                        ),
                        None => Diagnostic::error(
                            Code::WrongArguments,
                            pattern.pattern.span,
                            format!("`{name}` has no more fields"),
                        ),
                    };
                    self.report(match has.is_empty() {
                        true => diagnostic.help(format!("`{name}` has no fields")),
                        false => diagnostic.help(format!("it has {}", has.join(", "))),
                    });
                }
            }
        }
        for (field, pattern) in fields.iter().zip(given) {
            let (name, condition) = match pattern.map(|given| &given.pattern) {
                Some(pattern) => match &pattern.kind {
                    PatternKind::Path(path) if path.qualifier.is_none() && begins_small(&path.name.text) => {
                        (path.name.clone(), None)
                    }
                    PatternKind::Wildcard => (hidden(field.name.text.as_str(), at), None),
                    _ => (hidden(field.name.text.as_str(), at), Some(pattern)),
                },
                None => (hidden(field.name.text.as_str(), at), None),
            };
            let value = || Tree(name.span).var(name.text.clone());
            if let Some(pattern) = condition {
                conditions.push(at.expr(ExprKind::Is(Box::new(value()), Box::new(pattern.clone()))));
            }
            values.push(Arg { name: Some(field.name.clone()), value: value() });
            params.push(ActionParam { name, domain: Domain::Type(field.ty.clone()) });
        }
        (params, values, conditions)
    }
}

/// Whether a name is that of a variable: those of variants begin with capitals.
fn begins_small(name: &str) -> bool {
    name.starts_with(|first: char| first.is_lowercase() || first == '_')
}

/// The name of a parameter that nobody has named.
fn hidden(field: &str, at: Tree) -> Name {
    at.name(format!("the_{field}"))
}
