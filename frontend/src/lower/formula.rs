//! Temporal formulas: quantifiers are written out, and each condition becomes a claim.

use super::Lowerer;
use super::claim::{Antecedents, note};
use crate::ast::{BinaryOp, UnaryOp};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{self, ActionId, Domain, Expr, FormulaKind as Hir, LocalId};
use musilc_ir::{
    Claim, ExprId, Failure, Formula, FormulaKind, FormulaPart, Node, Predicate, Span, TransitionId,
};
use std::collections::HashSet;

/// The most formulas that a property may be written out to.
const FORMULA_LIMIT: usize = 20_000;

/// How deep they may be nested.
const FORMULA_DEPTH: usize = 60;

/// Whether what a formula claims is claimed of the whole run.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// Of its first position.
    First,
    /// Of every position.
    Every,
    /// Of some, or of none.
    Unclear,
}

/// What is collected on the way.
struct Collected {
    failures: Vec<Failure>,
    /// The conditions of the failures: of two with the same one only the first can be met.
    known: HashSet<ExprId>,
    antecedents: Antecedents,
    formulas: usize,
}

impl Lowerer<'_> {
    /// The formula of a property, what may go wrong in its conditions, and the left sides of its implications.
    pub(super) fn temporal(
        &mut self,
        formula: &hir::Formula,
        locals: u32,
    ) -> (Formula, Predicate, Antecedents) {
        self.begin(locals);
        let mut out = Collected {
            failures: Vec::new(),
            known: HashSet::new(),
            antecedents: Antecedents::new(),
            formulas: 0,
        };
        let formula = self.formula(formula, Reach::First, 0, &mut out);
        let predicate = Predicate { failures: out.failures, expr: self.cx.bool(true) };
        (formula, predicate, out.antecedents)
    }

    fn formula(&mut self, f: &hir::Formula, reach: Reach, depth: usize, out: &mut Collected) -> Formula {
        let span = f.span;
        if self.refuse(span, depth, out) {
            let expr = self.cx.bool(true);
            let claim = Claim { span, expr, parts: Vec::new(), shown: Vec::new() };
            return Formula { span, kind: FormulaKind::State(claim) };
        }
        let mut inner = |l: &mut Self, f, reach| Box::new(l.formula(f, reach, depth + 1, out));
        let unclear = Reach::Unclear;
        let kind = match &f.kind {
            Hir::State(condition) => FormulaKind::State(self.condition(condition, reach, out)),
            Hir::Taken(action, args) => self.taken(*action, args, span),
            Hir::Unary(op, a) => match op {
                UnaryOp::Always if reach == unclear => FormulaKind::Always(inner(self, a, unclear)),
                UnaryOp::Always => FormulaKind::Always(inner(self, a, Reach::Every)),
                UnaryOp::Eventually => FormulaKind::Eventually(inner(self, a, unclear)),
                UnaryOp::Next => FormulaKind::Next(inner(self, a, unclear)),
                // The checker makes formulas of no other operator.
                UnaryOp::Not | UnaryOp::Neg => FormulaKind::Not(inner(self, a, unclear)),
            },
            Hir::Binary(op @ (BinaryOp::And | BinaryOp::Or), ..) => {
                let all = *op == BinaryOp::And;
                let mut operands = Vec::new();
                flatten(f, *op, &mut operands);
                let reach = if all { reach } else { unclear };
                let part = |operand| {
                    let formula = self.formula(operand, reach, depth + 1, out);
                    FormulaPart { binding: None, formula }
                };
                of_parts(all, operands.into_iter().map(part).collect())
            }
            Hir::Binary(op, a, b) => {
                let (left, right) = match op {
                    BinaryOp::Implies => (unclear, reach),
                    _ => (unclear, unclear),
                };
                let (a, b) = (inner(self, a, left), inner(self, b, right));
                let whole = match op {
                    BinaryOp::Implies => reach == Reach::Every,
                    BinaryOp::LeadsTo => reach != unclear,
                    _ => false,
                };
                if let (true, FormulaKind::State(left)) = (whole, &a.kind) {
                    note(&mut out.antecedents, left.span, left.expr);
                }
                match op {
                    BinaryOp::Implies => FormulaKind::Implies(a, b),
                    BinaryOp::LeadsTo => FormulaKind::LeadsTo(a, b),
                    BinaryOp::Until => FormulaKind::Until(a, b),
                    BinaryOp::WeakUntil => FormulaKind::WeakUntil(a, b),
                    BinaryOp::Release => FormulaKind::Release(a, b),
                    // Nor of other operators than these.
                    _ => FormulaKind::Iff(a, b),
                }
            }
            Hir::If(cond, then, otherwise) => {
                let yes = FormulaKind::Implies(inner(self, cond, unclear), inner(self, then, unclear));
                // The condition is lowered again: so what it costs is counted.
                let not = Formula { span: cond.span, kind: FormulaKind::Not(inner(self, cond, unclear)) };
                let no = FormulaKind::Implies(Box::new(not), inner(self, otherwise, unclear));
                let part = |of: &hir::Formula, kind| FormulaPart {
                    binding: None,
                    formula: Formula { span: of.span, kind },
                };
                FormulaKind::All(vec![part(then, yes), part(otherwise, no)])
            }
            Hir::Quantified { all, name, local, domain, body } => {
                let outermost = self.outermost;
                self.outermost = outermost.or(Some(span));
                let reach = if *all { reach } else { unclear };
                let parts = self.instances_of(name, *local, domain, body, reach, depth, out);
                self.outermost = outermost;
                of_parts(*all, parts)
            }
            // Chapters with errors are not lowered.
            Hir::Error => FormulaKind::All(Vec::new()),
        };
        Formula { span, kind }
    }

    /// Stops where the property has become too large.
    fn refuse(&mut self, span: Span, depth: usize, out: &mut Collected) -> bool {
        out.formulas += 1;
        let message = if depth > FORMULA_DEPTH {
            format!("this formula is nested more than {FORMULA_DEPTH} deep")
        } else if out.formulas > FORMULA_LIMIT {
            format!("written out over all values, this property has more than {FORMULA_LIMIT} formulas")
        } else {
            return self.check_size(span);
        };
        if !self.exhausted {
            self.exhausted = true;
            let span = if depth > FORMULA_DEPTH { span } else { self.outermost.unwrap_or(span) };
            let help = "put the quantifiers inside the temporal operators, or range over smaller types";
            self.complain(Diagnostic::error(Code::TooLarge, span, message).help(help));
        }
        true
    }

    /// A condition: it is evaluated in every state, whatever the others say.
    fn condition(&mut self, e: &Expr, reach: Reach, out: &mut Collected) -> Claim {
        self.path = self.cx.bool(true);
        self.scalar(e);
        self.collect(out);
        let mut antecedents = Antecedents::new();
        let antecedents = if reach == Reach::Every { &mut out.antecedents } else { &mut antecedents };
        let claim = self.claim(e, antecedents);
        self.failures.clear();
        claim
    }

    fn collect(&mut self, out: &mut Collected) {
        for failure in std::mem::take(&mut self.failures) {
            if out.known.insert(failure.condition) {
                out.failures.push(failure);
            }
        }
    }

    #[allow(clippy::too_many_arguments, reason = "the parts of one quantifier, and where it stands")]
    fn instances_of(
        &mut self,
        name: &str,
        local: LocalId,
        domain: &Domain,
        body: &hir::Formula,
        reach: Reach,
        depth: usize,
        out: &mut Collected,
    ) -> Vec<FormulaPart> {
        self.path = self.cx.bool(true);
        let members = self.members(domain);
        self.collect(out);
        let mut parts = Vec::new();
        for member in members {
            let same = self.cx.as_bool(member.present) == Some(true)
                && member.value.iter().all(|&leaf| self.is_constant(leaf));
            if !same && !self.exhausted {
                let message = "what this ranges over changes from state to state";
                let help = "range over a type, and say in the body which values are meant: `forall p in T: always (p in s ==> …)`";
                let span = domain_span(domain).unwrap_or(body.span);
                self.complain(
                    Diagnostic::error(Code::ChangingDomain, span, message)
                        .primary("the formula would speak of other values at each position of a run")
                        .help(help),
                );
                break;
            }
            if self.exhausted {
                break;
            }
            self.bind(local, member.value);
            let formula = self.formula(body, reach, depth + 1, out);
            parts.push(FormulaPart { binding: Some((name.to_owned(), member.label)), formula });
        }
        parts
    }

    fn is_constant(&self, e: ExprId) -> bool {
        match self.cx.node(e) {
            Node::Bool(_) | Node::Int(_) => true,
            Node::Array(elements) => elements.iter().all(|&element| self.is_constant(element)),
            _ => false,
        }
    }

    fn taken(&mut self, action: ActionId, args: &[Option<Expr>], span: Span) -> FormulaKind {
        self.path = self.cx.bool(true);
        let mut values = Vec::new();
        for arg in args {
            values.push(arg.as_ref().and_then(|arg| {
                let val = self.argument(arg);
                let number = self.key(&arg.ty, &val).0;
                let number = self.cx.as_int(number).and_then(|number| u32::try_from(number).ok());
                if number.is_none() {
                    let message = "which instance of the action is meant must not depend on the state";
                    let help =
                        "an argument is a constant or the variable of a quantifier; `_` stands for any value";
                    self.complain(Diagnostic::error(Code::NotConstant, arg.span, message).help(help));
                }
                number
            }));
        }
        // Failures have been reported, or their argument is not constant, which has been.
        self.failures.clear();
        self.check_size(span);
        FormulaKind::Taken { transition: TransitionId(action.0), args: values }
    }

    /// The value of an action's argument; a constant that does not fit the parameter is refused.
    pub(super) fn argument(&mut self, arg: &Expr) -> Vec<ExprId> {
        let mark = self.failures.len();
        let val = self.expr(arg);
        let wrong = self.failures[mark..].iter().find(|f| self.cx.as_bool(f.condition) == Some(true));
        if let Some(failure) = wrong {
            let number = failure.value.and_then(|value| self.cx.as_int(value));
            let message = format!("there is no such instance: {}", failure.kind.describe(number));
            let diagnostic = Diagnostic::error(Code::ConstantOutOfRange, failure.span, message);
            self.complain(diagnostic);
        }
        val
    }
}

/// The operands of a chain of `&&` or `||`.
fn flatten<'f>(f: &'f hir::Formula, op: BinaryOp, out: &mut Vec<&'f hir::Formula>) {
    match &f.kind {
        Hir::Binary(own, a, b) if *own == op => {
            flatten(a, op, out);
            flatten(b, op, out);
        }
        _ => out.push(f),
    }
}

fn of_parts(all: bool, parts: Vec<FormulaPart>) -> FormulaKind {
    if all { FormulaKind::All(parts) } else { FormulaKind::Any(parts) }
}

fn domain_span(domain: &Domain) -> Option<Span> {
    match domain {
        Domain::Type(_) => None,
        Domain::Range { lo, hi, .. } => Some(lo.span.to(hi.span)),
        Domain::Members(members) => Some(members.span),
        Domain::List(list, _) => Some(list.first()?.span.to(list.last()?.span)),
    }
}
