//! Expressions as terms of SMT-LIB: integers and booleans, an array as its cells.
//!
//! What is compound gets a name when it is first met, so the text is about as long as the graph of expressions is large.

use musilc_ir::{Context, ExprId, Node, Type};
use rustc_hash::FxHashMap;
use std::fmt::Write;
use std::rc::Rc;

/// A name or a constant.
pub(super) type Atom = Rc<str>;

/// A value: its cells.
pub(super) type Term = Rc<[Atom]>;

/// Up to how many values an operand is split by cases, so that products and quotients stay linear.
const MOST_CASES: u64 = 64;

/// What the leaves of expressions stand for.
#[derive(Clone, Copy)]
pub(super) struct Reading<'r> {
    /// The value of each state variable before the step.
    pub(super) now: &'r [Term],
    /// And after it.
    pub(super) next: &'r [Term],
    /// Parameters, by position.
    pub(super) params: &'r [Atom],
}

/// The text so far.
#[derive(Default)]
pub(super) struct Writer {
    pub(super) text: String,
    names: usize,
    /// Whether there are products or quotients of two unknowns.
    pub(super) nonlinear: bool,
}

/// The terms of expressions under one reading of their leaves.
#[derive(Default)]
pub(super) struct Terms(FxHashMap<ExprId, Term>);

impl Terms {
    /// The term of an expression that has been written.
    pub(super) fn of(&self, expr: ExprId) -> Term {
        self.0.get(&expr).cloned().unwrap_or_default()
    }

    /// That of one without parts.
    pub(super) fn atom(&self, expr: ExprId) -> Atom {
        self.of(expr).first().cloned().unwrap_or_else(|| "false".into())
    }

    /// Writes the expressions, which stand in ascending order with all that they are built from. What has the same operands as under another
    /// reading is the same.
    pub(super) fn write(
        &mut self,
        writer: &mut Writer,
        cx: &Context,
        order: &[ExprId],
        reading: Reading<'_>,
        other: Option<&Terms>,
    ) {
        for &expr in order {
            if self.0.contains_key(&expr) {
                continue;
            }
            let node = cx.node(expr);
            let (mut leaf, mut same) = (true, true);
            node.for_each_child(|child| {
                leaf = false;
                same &= other.is_some_and(|other| other.0.get(&child) == self.0.get(&child));
            });
            let known = other.and_then(|other| other.0.get(&expr)).filter(|_| same && !leaf);
            let term = known.cloned().unwrap_or_else(|| self.term(writer, cx, expr, reading));
            self.0.insert(expr, term);
        }
    }

    fn term(&self, writer: &mut Writer, cx: &Context, expr: ExprId, reading: Reading<'_>) -> Term {
        let sort = sort(cx.type_of(expr));
        let list = |list: &[ExprId]| -> String {
            list.iter().fold(String::new(), |text, &e| text + " " + &self.atom(e))
        };
        let at = |array: &[Term], index: usize| array.get(index).cloned().unwrap_or_default();
        let text = match cx.node(expr) {
            Node::Bool(b) => return one(b.to_string()),
            Node::Int(v) => return one(integer(*v)),
            Node::Var(v) => return at(reading.now, v.index()),
            Node::Next(v) => return at(reading.next, v.index()),
            Node::Param { index, .. } => {
                return reading.params.get(*index as usize).map_or_else(|| one("0"), |atom| one(&**atom));
            }
            Node::Not(a) => format!("(not {})", self.atom(*a)),
            Node::And(operands) => format!("(and{})", list(operands)),
            Node::Or(operands) => format!("(or{})", list(operands)),
            Node::Eq(a, b) => format!("(= {} {})", self.atom(*a), self.atom(*b)),
            Node::Lt(a, b) => format!("(< {} {})", self.atom(*a), self.atom(*b)),
            Node::Le(a, b) => format!("(<= {} {})", self.atom(*a), self.atom(*b)),
            Node::Add(operands) => format!("(+{})", list(operands)),
            Node::Neg(a) => format!("(- {})", self.atom(*a)),
            Node::Mul(a, b) => self.product(writer, cx, *a, *b),
            Node::Div(a, b) => self.quotient(writer, cx, "div", *a, *b),
            Node::Rem(a, b) => self.quotient(writer, cx, "mod", *a, *b),
            Node::Narrow { value, lo, hi } => {
                let (value, lo, hi) = (self.atom(*value), integer(*lo), integer(*hi));
                format!("(ite (and (<= {lo} {value}) (<= {value} {hi})) {value} {lo})")
            }
            Node::Ite(c, t, e) => {
                let (condition, then, other) = (self.atom(*c), self.of(*t), self.of(*e));
                return then.iter().zip(&*other).map(|(t, e)| writer.ite(sort, &condition, t, e)).collect();
            }
            Node::Select(array, index) => {
                let stride = cells(cx.type_of(expr));
                return select(writer, sort, &self.of(*array), &self.atom(*index), stride);
            }
            Node::Store(array, index, value) => {
                return store(writer, sort, &self.of(*array), &self.atom(*index), &self.of(*value));
            }
            Node::Array(elements) => {
                return elements.iter().flat_map(|&e| self.of(e).to_vec()).collect();
            }
        };
        one(&*writer.define(sort, &text))
    }

    fn product(&self, writer: &mut Writer, cx: &Context, a: ExprId, b: ExprId) -> String {
        // The one with fewer values is split.
        let (a, b) = if span(cx, a) <= span(cx, b) { (a, b) } else { (b, a) };
        let (factor, other) = (self.atom(a), self.atom(b));
        self.by_cases(writer, cx, a, |value| format!("(* {value} {other})"))
            .unwrap_or_else(|| format!("(* {factor} {other})"))
    }

    /// Both are Euclidean in SMT-LIB, too. Of the divisor 0 they are 0 here, and anything there.
    fn quotient(&self, writer: &mut Writer, cx: &Context, word: &str, a: ExprId, b: ExprId) -> String {
        let (a, divisor) = (self.atom(a), self.atom(b));
        let of = |value: &str| match value {
            "0" => "0".to_owned(),
            _ => format!("({word} {a} {value})"),
        };
        self.by_cases(writer, cx, b, of)
            .unwrap_or_else(|| format!("(ite (= {divisor} 0) 0 ({word} {a} {divisor}))"))
    }

    /// A function of an operand's value, case by case; `None` where there are too many.
    fn by_cases(
        &self,
        writer: &mut Writer,
        cx: &Context,
        operand: ExprId,
        of: impl Fn(&str) -> String,
    ) -> Option<String> {
        if span(cx, operand) >= MOST_CASES {
            writer.nonlinear = true;
            return None;
        }
        let (lo, hi) = cx.bounds(operand);
        let operand = self.atom(operand);
        let mut text = of(&integer(hi));
        for value in (lo..hi).rev() {
            let value = integer(value);
            text = format!("(ite (= {operand} {value}) {} {text})", of(&value));
        }
        Some(text)
    }
}

impl Writer {
    pub(super) fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// Gives a term a name.
    pub(super) fn define(&mut self, sort: &str, term: &str) -> Atom {
        let name = format!("e{}", self.names);
        self.names += 1;
        let _ = writeln!(self.text, "(define-fun {name} () {sort} {term})");
        name.into()
    }

    fn ite(&mut self, sort: &str, condition: &str, then: &Atom, other: &Atom) -> Atom {
        match condition {
            _ if then == other => then.clone(),
            "true" => then.clone(),
            "false" => other.clone(),
            _ => self.define(sort, &format!("(ite {condition} {then} {other})")),
        }
    }
}

/// The position that a constant names.
fn position(index: &str) -> Option<usize> {
    index.parse().ok()
}

fn select(writer: &mut Writer, sort: &str, array: &Term, index: &Atom, stride: usize) -> Term {
    let elements: Vec<&[Atom]> = array.chunks(stride.max(1)).collect();
    if let Some(element) = position(index).and_then(|index| elements.get(index)) {
        return (*element).into();
    }
    let Some((last, before)) = elements.split_last() else { return Term::default() };
    let mut found: Vec<Atom> = last.to_vec();
    for (at, element) in before.iter().enumerate().rev() {
        let here = format!("(= {index} {at})");
        for (found, cell) in found.iter_mut().zip(*element) {
            *found = writer.ite(sort, &here, cell, found);
        }
    }
    found.into()
}

fn store(writer: &mut Writer, sort: &str, array: &Term, index: &Atom, value: &Term) -> Term {
    let constant = position(index);
    let stride = value.len().max(1);
    let mut cells = Vec::with_capacity(array.len());
    for (element, at) in array.chunks(stride).zip(0..) {
        let here = match constant {
            Some(constant) => (constant == at).to_string(),
            None => format!("(= {index} {at})"),
        };
        for (old, new) in element.iter().zip(&**value) {
            cells.push(writer.ite(sort, &here, new, old));
        }
    }
    cells.into()
}

fn one(text: impl Into<Atom>) -> Term {
    [text.into()].into()
}

/// How many values the bounds of an expression leave, less one.
fn span(cx: &Context, expr: ExprId) -> u64 {
    let (lo, hi) = cx.bounds(expr);
    hi.abs_diff(lo)
}

pub(super) fn integer(value: i64) -> String {
    if value < 0 { format!("(- {})", value.unsigned_abs()) } else { value.to_string() }
}

fn cells(ty: &Type) -> usize {
    usize::try_from(ty.cells()).unwrap_or(usize::MAX)
}

/// The type of the cells.
pub(super) fn scalar(ty: &Type) -> &Type {
    let mut ty = ty;
    while let Type::Array { element, .. } = ty {
        ty = element;
    }
    ty
}

/// The sort of the cells.
pub(super) fn sort(ty: &Type) -> &'static str {
    if *scalar(ty) == Type::Bool { "Bool" } else { "Int" }
}
