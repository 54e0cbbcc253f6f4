//! Temporal formulas, and patterns of them.
//!
//! A formula is an expression in which temporal operators stand. What has none of them in it is a condition on the state, and stays one
//! expression. A pattern is written out where it is used: its parameters stand for formulas that are checked in the scope of the use, and
//! its body sees the top level and nothing of the use, so no name can be captured.

use super::Checker;
use super::scope::{Body, Bound, ScopeId, Time};
use super::types::unknown;
use crate::ast::{
    self, About, BinaryOp, ExprKind as Ast, FormulaPattern, ItemKind, Path, Quantifier, UnaryOp,
};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{Expr, ExprKind, Formula, FormulaKind, Operator};
use crate::literate::Source;
use crate::parse;
use musilc_ir::{DataType, Span};
use std::sync::LazyLock;

/// How large a property may become when its patterns are written out.
const EXPANSION_LIMIT: usize = 200_000;

/// How deep it may become.
const EXPANSION_DEPTH: usize = 1_000;

static LIBRARY: LazyLock<Vec<FormulaPattern>> = LazyLock::new(|| {
    let source = Source::new("patterns.musil", include_str!("../patterns.musil"));
    let (chapter, _) = parse::parse(&source);
    let pattern = |item: ast::Item| match item.kind {
        ItemKind::Pattern(pattern) => Some(pattern),
        _ => None,
    };
    chapter.items.into_iter().filter_map(pattern).collect()
});

/// The patterns that every chapter has.
pub(super) fn library() -> &'static [FormulaPattern] {
    &LIBRARY
}

/// What a parameter of a pattern stands for.
#[derive(Clone)]
struct Argument<'a> {
    name: &'a str,
    formula: Formula,
    /// Its size and depth.
    size: usize,
    depth: usize,
}

/// The patterns that are being written out, and how large the whole has become.
#[derive(Default)]
pub(super) struct Expansion<'a> {
    names: Vec<&'a str>,
    arguments: Vec<Argument<'a>>,
    /// In a pattern of the library: where it is used, which is where all of it stands.
    place: Option<Span>,
    size: usize,
    depth: usize,
    deepest: usize,
    /// Whether an excess has been reported.
    refused: bool,
}

impl Expansion<'_> {
    /// Notes that a node is checked.
    pub(super) fn enter(&mut self) {
        self.size = self.size.saturating_add(1);
        self.depth += 1;
        self.deepest = self.deepest.max(self.depth);
    }

    /// Notes that it has been.
    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }
}

/// What a use of a pattern hides from its body.
struct Hidden<'a> {
    names: Vec<Bound>,
    model: Option<ScopeId>,
    visible: u32,
    arguments: Vec<Argument<'a>>,
    place: Option<Span>,
}

impl<'a> Checker<'a> {
    /// Checks the patterns of the chapter by themselves, with parameters that are conditions.
    pub(super) fn check_formula_patterns(&mut self, ast: &'a ast::Chapter) {
        for item in &ast.items {
            let ItemKind::Pattern(pattern) = &item.kind else { continue };
            for (position, param) in pattern.params.iter().enumerate() {
                if let Some(first) = pattern.params[..position].iter().find(|p| p.text == param.text) {
                    self.duplicate(param, first.span);
                }
            }
            let mut body = Body::top(self);
            body.time = Time::Run;
            body.expansion.names.push(&pattern.name.text);
            let argument = |param: &'a ast::Name| {
                let kind = FormulaKind::State(truth(param.span));
                Argument { name: &param.text, formula: Formula { span: param.span, kind }, size: 1, depth: 1 }
            };
            body.expansion.arguments = pattern.params.iter().map(argument).collect();
            let _ = body.formula(&pattern.body);
        }
    }
}

impl<'c, 'a> Body<'c, 'a> {
    /// Checks the formula of a property.
    pub(super) fn property(&mut self, e: &'a ast::Expr) -> Formula {
        self.time = Time::Run;
        let formula = self.formula(e);
        if !is_error(&formula) && !speaks_of_runs(&formula) {
            let message = "this property speaks of the initial states only";
            let diagnostic = Diagnostic::warning(Code::InitialStatesOnly, e.span, message)
                .help("`always p` is true where p is from here on; or declare it `invariant`");
            self.cx.report(diagnostic);
        }
        formula
    }

    /// Where an expression stands, or what stands for it.
    pub(super) fn place_of(&self, e: &ast::Expr) -> Span {
        self.expansion.place.unwrap_or(e.span)
    }

    /// Checks a formula.
    fn formula(&mut self, e: &'a ast::Expr) -> Formula {
        self.expansion.enter();
        let mark = self.mark();
        let kind = self.formula_kind(e);
        self.leave(mark);
        self.expansion.leave();
        match kind {
            // What a parameter stands for keeps its place.
            Ok(FormulaKind::State(condition)) => {
                Formula { span: condition.span, kind: FormulaKind::State(condition) }
            }
            Ok(kind) => Formula { span: self.place_of(e), kind },
            Err(argument) => argument,
        }
    }

    /// The kind of a formula; as an error, the formula that a parameter stands for, which keeps its place.
    fn formula_kind(&mut self, e: &'a ast::Expr) -> Result<FormulaKind, Formula> {
        let span = self.place_of(e);
        // In a pattern every part is a formula by itself, so that reports can tell what each of them is.
        let splits = self.expansion.place.is_some()
            && match &e.kind {
                Ast::Paren(_) | Ast::Unary(UnaryOp::Not, _) => true,
                Ast::Binary(op, ..) => is_logical(*op),
                _ => false,
            };
        if !splits && !self.is_temporal(e) {
            let condition = self.boolean(e);
            return Ok(if condition.is_failed() {
                FormulaKind::Error
            } else {
                FormulaKind::State(condition)
            });
        }
        Ok(match &e.kind {
            Ast::Paren(inner) => return self.formula_kind(inner),
            Ast::Unary(op, inner) if *op != UnaryOp::Neg => {
                let inner = self.formula(inner);
                unary(span, *op, inner, self.expansion.place.is_none())
            }
            Ast::Binary(op, a, b) if is_logical(*op) => {
                let (a, b) = (self.formula(a), self.formula(b));
                binary(span, *op, a, b, self.expansion.place.is_none())
            }
            Ast::If { cond, then, otherwise } => {
                let (cond, then, otherwise) =
                    (self.formula(cond), self.formula(then), self.formula(otherwise));
                if [&cond, &then, &otherwise].into_iter().any(is_error) {
                    return Ok(FormulaKind::Error);
                }
                FormulaKind::If(Box::new(cond), Box::new(then), Box::new(otherwise))
            }
            Ast::Quantified { kind: kind @ (Quantifier::Forall | Quantifier::Exists), binders, body } => {
                self.quantified_formula(span, *kind == Quantifier::Forall, binders, body)
            }
            Ast::Instance { about: About::Taken, action, args } => {
                self.taken(span, action, args.as_deref()).unwrap_or(FormulaKind::Error)
            }
            Ast::Call { callee, args } if let Some((pattern, own)) = self.formula_pattern(callee) => {
                return Err(self.expand(span, callee, pattern, own, args));
            }
            Ast::Path(path) => match self.formula_param(&path.name.text) {
                Some(argument) => return Err(argument),
                None => FormulaKind::Error,
            },
            // The operator in it is where it cannot be, which is reported there.
            _ => {
                let _ = self.expr(e, Some(&DataType::Bool));
                FormulaKind::Error
            }
        })
    }

    fn quantified_formula(
        &mut self,
        span: Span,
        all: bool,
        binders: &'a [ast::Binder],
        body: &'a ast::Expr,
    ) -> FormulaKind {
        let mut bound = Vec::new();
        for binder in binders {
            let domain = self.domain(&binder.domain);
            let ty = domain.as_ref().map_or_else(unknown, |(_, ty)| ty.clone());
            let local = self.bind(&binder.name.text, ty);
            bound.push((binder.name.text.clone(), local, domain));
        }
        let mut formula = self.formula(body);
        for (name, local, domain) in bound.into_iter().rev() {
            let Some((domain, _)) = domain else { return FormulaKind::Error };
            if is_error(&formula) {
                return FormulaKind::Error;
            }
            let (domain, body) = (Box::new(domain), Box::new(formula));
            formula = Formula { span, kind: FormulaKind::Quantified { all, name, local, domain, body } };
        }
        formula.kind
    }

    /// Writes out a pattern. `own` says whether it is the chapter's.
    fn expand(
        &mut self,
        span: Span,
        callee: &'a Path,
        pattern: &'a FormulaPattern,
        own: bool,
        args: &'a [ast::Arg],
    ) -> Formula {
        let error = Formula { span, kind: FormulaKind::Error };
        let name = pattern.name.text.as_str();
        if self.expansion.names.contains(&name) {
            let message = format!("the pattern `{name}` needs itself");
            let diagnostic = Diagnostic::error(Code::RecursiveDefinition, callee.name.span, message)
                .label(pattern.name.span, "declared here")
                .help("a pattern is written out where it is used: break the cycle");
            self.report(diagnostic);
            return error;
        }
        let names: Vec<String> = pattern.params.iter().map(|param| param.text.clone()).collect();
        let Some(args) = self.cx.arrange(span, &format!("`{name}`"), &names, args) else { return error };
        let mut arguments = Vec::new();
        for (param, arg) in pattern.params.iter().zip(args) {
            let (size, depth) = (self.expansion.size, self.expansion.depth);
            let deepest = std::mem::replace(&mut self.expansion.deepest, depth);
            let formula = self.formula(arg);
            let inner = self.expansion.deepest;
            self.expansion.deepest = deepest.max(inner);
            let (size, depth) = (self.expansion.size - size, inner - depth);
            arguments.push(Argument { name: &param.text, formula, size, depth });
        }
        if arguments.iter().any(|argument| is_error(&argument.formula)) || self.is_refused(span, 0) {
            return error;
        }
        let place = if own { None } else { Some(self.expansion.place.unwrap_or(span)) };
        let hidden = Hidden {
            names: self.suspend(0),
            model: self.model.take(),
            visible: std::mem::replace(&mut self.visible, 0),
            arguments: std::mem::replace(&mut self.expansion.arguments, arguments),
            place: std::mem::replace(&mut self.expansion.place, place),
        };
        self.expansion.names.push(name);
        let formula = self.formula(&pattern.body);
        self.expansion.names.pop();
        self.resume(hidden.names);
        self.model = hidden.model;
        self.visible = hidden.visible;
        self.expansion.arguments = hidden.arguments;
        self.expansion.place = hidden.place;
        formula
    }

    /// The formula that a parameter of the pattern that is being written out stands for.
    pub(super) fn formula_param(&mut self, name: &str) -> Option<Formula> {
        let argument = self.expansion.arguments.iter().find(|argument| argument.name == name)?;
        let (formula, size, depth) = (argument.formula.clone(), argument.size, argument.depth);
        self.expansion.size = self.expansion.size.saturating_add(size);
        self.expansion.deepest = self.expansion.deepest.max(self.expansion.depth + depth);
        let span = formula.span;
        Some(if self.is_refused(span, depth) { Formula { span, kind: FormulaKind::Error } } else { formula })
    }

    /// Whether the property has become too large, or too deep with something of this depth; reports that once.
    fn is_refused(&mut self, span: Span, depth: usize) -> bool {
        let expansion = &mut self.expansion;
        let fits = expansion.size <= EXPANSION_LIMIT && expansion.depth + depth <= EXPANSION_DEPTH;
        if !fits && !expansion.refused {
            expansion.refused = true;
            let message = "with its patterns written out, this property becomes too large";
            let diagnostic = Diagnostic::error(Code::TooLarge, span, message)
                .help("use each parameter less often in patterns that use each other");
            self.report(diagnostic);
        }
        self.expansion.refused
    }

    /// The pattern that a name means, and whether it is the chapter's own.
    pub(super) fn formula_pattern(&self, path: &Path) -> Option<(&'a FormulaPattern, bool)> {
        let text = path.name.text.as_str();
        let of_library = || library().iter().find(|pattern| pattern.name.text == text);
        if path.qualifier.is_some() {
            return None;
        }
        // Patterns of the library mean each other.
        if self.expansion.place.is_some() {
            return of_library().map(|pattern| (pattern, false));
        }
        if self.scope().is_some_and(|model| model.functions.contains_key(text)) {
            return None;
        }
        match self.cx.globals.items.get(text) {
            Some((_, ItemKind::Pattern(pattern))) => Some((pattern, true)),
            Some(_) => None,
            None if self.cx.globals.variants.contains_key(text) => None,
            None => of_library().map(|pattern| (pattern, false)),
        }
    }

    /// Whether a temporal operator stands in the expression.
    fn is_temporal(&self, e: &'a ast::Expr) -> bool {
        match &e.kind {
            Ast::Unary(op, _) if op.is_temporal() => true,
            Ast::Binary(op, ..) if op.is_temporal() => true,
            Ast::Instance { about, .. } => *about == About::Taken,
            Ast::Path(path) => {
                let text = path.name.text.as_str();
                let argument = self.expansion.arguments.iter().find(|argument| argument.name == text);
                path.qualifier.is_none()
                    && self.local(text).is_none()
                    && argument
                        .is_some_and(|argument| !matches!(argument.formula.kind, FormulaKind::State(_)))
            }
            Ast::Call { callee, .. } if self.formula_pattern(callee).is_some() => true,
            _ => has_operand(e, &mut |operand| self.is_temporal(operand)),
        }
    }

    /// Reports a temporal operator, or a pattern or parameter with this name, where there can be none.
    pub(super) fn no_formula(&mut self, span: Span, name: Option<&str>) -> Expr {
        let what = match name {
            Some(name) => format!("`{name}` is a temporal formula"),
            None => "this is a temporal formula".to_owned(),
        };
        let diagnostic = if self.time == Time::Run {
            Diagnostic::error(Code::TemporalAsValue, span, format!("{what}, and a value is needed here"))
                .help(
                    "formulas are joined by `!`, `&&`, `||`, `==>`, `<==>`, `if`, `forall` and `exists` only",
                )
        } else {
            let message = format!("{what}, which only a `property` can claim");
            Diagnostic::error(Code::TemporalOutsideProperty, span, message)
                .help("declare it in a model: `property NAME: …;`")
        };
        self.report(diagnostic)
    }
}

/// Whether a formula speaks of more than its first position, or of the step from there.
fn speaks_of_runs(formula: &Formula) -> bool {
    match &formula.kind {
        FormulaKind::State(_) => false,
        FormulaKind::Taken(..) | FormulaKind::Error => true,
        FormulaKind::Unary(op, a) => op.is_temporal() || speaks_of_runs(a),
        FormulaKind::Binary(op, a, b) => op.is_temporal() || speaks_of_runs(a) || speaks_of_runs(b),
        FormulaKind::If(a, b, c) => speaks_of_runs(a) || speaks_of_runs(b) || speaks_of_runs(c),
        FormulaKind::Quantified { body, .. } => speaks_of_runs(body),
    }
}

fn is_error(formula: &Formula) -> bool {
    matches!(formula.kind, FormulaKind::Error)
}

fn is_logical(op: BinaryOp) -> bool {
    op.is_temporal() || matches!(op, BinaryOp::Iff | BinaryOp::Implies | BinaryOp::Or | BinaryOp::And)
}

/// `true`, at this place.
fn truth(span: Span) -> Expr {
    Expr { ty: DataType::Bool, span, kind: ExprKind::Bool(true) }
}

/// An operator on a formula; of a condition, `!` is one condition. Not so in a pattern: its parameters stand for formulas, and reports
/// tell what each of them is.
fn unary(span: Span, op: UnaryOp, inner: Formula, merge: bool) -> FormulaKind {
    match (op, inner.kind) {
        (_, FormulaKind::Error) => FormulaKind::Error,
        (UnaryOp::Not, FormulaKind::State(inner)) if merge => {
            let kind = ExprKind::Not(Box::new(inner));
            FormulaKind::State(Expr { ty: DataType::Bool, span, kind })
        }
        (_, kind) => FormulaKind::Unary(op, Box::new(Formula { kind, ..inner })),
    }
}

/// An operator on two formulas; where both are conditions and it is not temporal, the whole is one condition, as in [`unary`].
fn binary(span: Span, op: BinaryOp, a: Formula, b: Formula, merge: bool) -> FormulaKind {
    let joined = match op {
        _ if !merge => None,
        BinaryOp::And => Some(Operator::And),
        BinaryOp::Or => Some(Operator::Or),
        BinaryOp::Implies => Some(Operator::Implies),
        BinaryOp::Iff => Some(Operator::Eq),
        _ => None,
    };
    match (joined, a.kind, b.kind) {
        (_, FormulaKind::Error, _) | (_, _, FormulaKind::Error) => FormulaKind::Error,
        (Some(joined), FormulaKind::State(a), FormulaKind::State(b)) => {
            let kind = ExprKind::Binary(joined, Box::new(a), Box::new(b));
            FormulaKind::State(Expr { ty: DataType::Bool, span, kind })
        }
        (_, first, second) => {
            let (a, b) = (Formula { kind: first, ..a }, Formula { kind: second, ..b });
            FormulaKind::Binary(op, Box::new(a), Box::new(b))
        }
    }
}

/// Whether some operand of an expression is as `is` says; what bound variables range over is no operand.
fn has_operand<'e>(e: &'e ast::Expr, is: &mut dyn FnMut(&'e ast::Expr) -> bool) -> bool {
    match &e.kind {
        Ast::Bool(_) | Ast::Int(_) | Ast::Path(_) | Ast::Wildcard | Ast::Ref(_) | Ast::Error => false,
        Ast::Call { args, .. } => args.iter().any(|arg| is(&arg.value)),
        Ast::Instance { args, .. } => args.iter().flatten().any(|arg| is(&arg.value)),
        Ast::Unary(_, a)
        | Ast::Field(a, _)
        | Ast::Prime(a)
        | Ast::Is(a, _)
        | Ast::Paren(a)
        | Ast::Quantified { body: a, .. } => is(a),
        Ast::Binary(_, a, b) | Ast::Index(a, b) | Ast::Range { lo: a, hi: b, .. } => is(a) || is(b),
        Ast::Method { receiver, args, .. } => is(receiver) || args.iter().any(is),
        Ast::If { cond, then, otherwise } => is(cond) || is(then) || is(otherwise),
        Ast::Match { subject, arms } => is(subject) || arms.iter().any(|arm| is(&arm.value)),
        Ast::Extremum { args, .. } | Ast::SetLiteral(args) | Ast::ArrayLiteral(args) => args.iter().any(is),
        Ast::SetComprehension { filter, .. } => filter.as_deref().is_some_and(is),
    }
}
