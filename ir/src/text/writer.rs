//! Expressions as text. They nest no deeper than the [layout](super::layout) lets them, so recursion is safe.

use super::layout::Lets;
use super::lexer::is_word;
use super::{KEYWORDS, parser::MAX_REPEATED};
use crate::{ExprId, Node, Param, TransitionSystem, VarId};
use std::fmt::Write;

/// A line longer than this is broken at the operators of its expression.
const LINE: usize = 100;

/// How tight an expression binds.
mod tightness {
    pub(super) const IF: u8 = 0;
    pub(super) const OR: u8 = 1;
    pub(super) const AND: u8 = 2;
    pub(super) const COMPARISON: u8 = 3;
    pub(super) const SUM: u8 = 4;
    pub(super) const PRODUCT: u8 = 5;
    pub(super) const UNARY: u8 = 6;
    pub(super) const POSTFIX: u8 = 7;
}
use tightness::{AND, COMPARISON, IF, OR, POSTFIX, PRODUCT, SUM, UNARY};

/// A name as it stands in the text.
pub(super) fn name(text: &str) -> String {
    if is_word(text) && !KEYWORDS.contains(&text) { text.to_owned() } else { format!("{text:?}") }
}

/// Writes the expressions of a section.
pub(super) struct Writer<'a> {
    pub(super) system: &'a TransitionSystem,
    pub(super) shared: &'a Lets,
    pub(super) own: &'a Lets,
    pub(super) params: &'a [Param],
}

impl Writer<'_> {
    /// The expression, by name if it has one, broken into lines where it is long; lines after the first are indented by `indent`.
    pub(super) fn root(&self, expr: ExprId, indent: usize) -> String {
        match self.number(expr) {
            Some(number) => format!("%{number}"),
            None => self.definition(expr, indent),
        }
    }

    /// As [`root`](Self::root), but never by its own name.
    pub(super) fn definition(&self, expr: ExprId, indent: usize) -> String {
        let mut line = String::new();
        self.node(expr, IF, &mut line);
        if line.len() <= LINE {
            return line;
        }
        let (operands, operator, tightness) = match self.system.context.node(expr) {
            Node::And(list) => (list, "&&", AND),
            Node::Or(list) => (list, "||", OR),
            _ => return line,
        };
        let mut out = String::new();
        for (i, &operand) in operands.iter().enumerate() {
            if i > 0 {
                let _ = write!(out, "\n{:indent$}{operator} ", "");
            }
            self.expr(operand, tightness + 1, &mut out);
        }
        out
    }

    fn number(&self, expr: ExprId) -> Option<u32> {
        self.own.names.get(&expr).or_else(|| self.shared.names.get(&expr)).copied()
    }

    /// An expression in a place that asks for at least this tightness.
    fn expr(&self, expr: ExprId, tightness: u8, out: &mut String) {
        match self.number(expr) {
            Some(number) => {
                let _ = write!(out, "%{number}");
            }
            None => self.node(expr, tightness, out),
        }
    }

    fn node(&self, expr: ExprId, least: u8, out: &mut String) {
        let node = self.system.context.node(expr);
        let own = self.tightness(node);
        if own < least {
            out.push('(');
        }
        match node {
            Node::Bool(b) => {
                let _ = write!(out, "{b}");
            }
            Node::Int(v) => {
                let _ = write!(out, "{v}");
            }
            Node::Var(v) => out.push_str(&self.variable(*v)),
            Node::Next(v) => {
                out.push_str(&self.variable(*v));
                out.push('\'');
            }
            Node::Param { index, .. } => out.push_str(&self.param(*index)),
            Node::Not(a) => match (self.negated(*a), self.system.context.node(*a)) {
                (Some(operator), Node::Eq(a, b) | Node::Lt(a, b) | Node::Le(a, b)) => {
                    self.binary(*a, operator, *b, SUM, SUM, out);
                }
                _ => {
                    out.push('!');
                    self.expr(*a, UNARY, out);
                }
            },
            Node::And(list) => self.list(list, " && ", AND + 1, out),
            Node::Or(list) => self.list(list, " || ", OR + 1, out),
            Node::Ite(c, t, e) => self.conditional(*c, *t, *e, out),
            Node::Eq(a, b) => self.binary(*a, "==", *b, SUM, SUM, out),
            Node::Lt(a, b) => self.binary(*a, "<", *b, SUM, SUM, out),
            Node::Le(a, b) => self.binary(*a, "<=", *b, SUM, SUM, out),
            Node::Add(list) => self.sum(list, out),
            Node::Neg(a) => {
                out.push('-');
                // `-3` is one number.
                let tightness = if self.system.context.as_int(*a).is_some() { u8::MAX } else { UNARY };
                self.expr(*a, tightness, out);
            }
            Node::Mul(a, b) => self.binary(*a, "*", *b, PRODUCT, UNARY, out),
            Node::Div(a, b) => self.binary(*a, "div", *b, PRODUCT, UNARY, out),
            Node::Rem(a, b) => self.binary(*a, "mod", *b, PRODUCT, UNARY, out),
            Node::Narrow { value, lo, hi } => {
                out.push_str("narrow(");
                self.expr(*value, IF, out);
                let _ = write!(out, ", {lo}..={hi})");
            }
            Node::Select(a, i) => {
                self.expr(*a, POSTFIX, out);
                out.push('[');
                self.expr(*i, IF, out);
                out.push(']');
            }
            Node::Store(a, i, v) => {
                self.expr(*a, POSTFIX, out);
                out.push('[');
                self.expr(*i, IF, out);
                out.push_str(" := ");
                self.expr(*v, IF, out);
                out.push(']');
            }
            Node::Array(list) => {
                out.push('[');
                if (4..=MAX_REPEATED).contains(&list.len()) && list.iter().all(|e| *e == list[0]) {
                    self.expr(list[0], IF, out);
                    let _ = write!(out, "; {}", list.len());
                } else {
                    self.list(list, ", ", IF, out);
                }
                out.push(']');
            }
        }
        if own < least {
            out.push(')');
        }
    }

    fn tightness(&self, node: &Node) -> u8 {
        match node {
            Node::Ite(..) => IF,
            Node::Or(_) => OR,
            Node::And(_) => AND,
            Node::Eq(..) | Node::Lt(..) | Node::Le(..) => COMPARISON,
            Node::Not(a) if self.negated(*a).is_some() => COMPARISON,
            Node::Add(_) => SUM,
            Node::Mul(..) | Node::Div(..) | Node::Rem(..) => PRODUCT,
            Node::Not(_) | Node::Neg(_) => UNARY,
            Node::Int(v) if *v < 0 => UNARY,
            _ => POSTFIX,
        }
    }

    /// The operator of a comparison's negation, unless the comparison has a name.
    fn negated(&self, comparison: ExprId) -> Option<&'static str> {
        if self.number(comparison).is_some() {
            return None;
        }
        match self.system.context.node(comparison) {
            Node::Eq(..) => Some("!="),
            Node::Lt(..) => Some(">="),
            Node::Le(..) => Some(">"),
            _ => None,
        }
    }

    fn binary(&self, a: ExprId, operator: &str, b: ExprId, left: u8, right: u8, out: &mut String) {
        self.expr(a, left, out);
        let _ = write!(out, " {operator} ");
        self.expr(b, right, out);
    }

    fn list(&self, list: &[ExprId], separator: &str, tightness: u8, out: &mut String) {
        for (i, &operand) in list.iter().enumerate() {
            if i > 0 {
                out.push_str(separator);
            }
            self.expr(operand, tightness, out);
        }
    }

    fn sum(&self, list: &[ExprId], out: &mut String) {
        let context = &self.system.context;
        for (i, &term) in list.iter().enumerate() {
            match context.node(term) {
                // The number without its sign is read first, and must be one.
                Node::Int(v) if i > 0 && *v < 0 && *v > i64::MIN => {
                    let _ = write!(out, " - {}", v.unsigned_abs());
                }
                Node::Neg(a) if i > 0 && self.number(term).is_none() && context.as_int(*a).is_none() => {
                    out.push_str(" - ");
                    self.expr(*a, PRODUCT, out);
                }
                _ => {
                    out.push_str(if i > 0 { " + " } else { "" });
                    self.expr(term, PRODUCT, out);
                }
            }
        }
    }

    fn conditional(&self, c: ExprId, t: ExprId, e: ExprId, out: &mut String) {
        out.push_str("if ");
        self.expr(c, IF, out);
        out.push_str(" { ");
        self.expr(t, IF, out);
        out.push_str(" } else ");
        match self.system.context.node(e) {
            Node::Ite(..) if self.number(e).is_none() => self.expr(e, IF, out),
            _ => {
                out.push_str("{ ");
                self.expr(e, IF, out);
                out.push_str(" }");
            }
        }
    }

    /// The name of a variable as it stands in the text.
    pub(super) fn variable(&self, id: VarId) -> String {
        self.system
            .variables
            .get(id.index())
            .map_or_else(|| format!("#{}", id.0), |variable| name(&variable.name))
    }

    fn param(&self, index: u32) -> String {
        let unique = |wanted: &&Param| {
            is_word(&wanted.name) && self.params.iter().filter(|param| param.name == wanted.name).count() == 1
        };
        let param = self.params.get(index as usize).filter(unique);
        param.map_or_else(|| format!("${index}"), |param| format!("${}", param.name))
    }
}
