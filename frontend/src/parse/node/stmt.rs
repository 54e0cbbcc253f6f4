//! Statements.

use musilc_ir::Span;

use super::{Context, Deep, Weight, pattern};
use crate::ast::{Domain, Expr, ExprKind, Name, Pattern, PatternKind, Stmt, StmtArm, StmtKind};
use crate::diagnostic::{Code, Diagnostic};

/// The statement `kind` above statements that weigh `parts`, or an error node where that is too deep. Expressions in
/// it are measured on their own.
fn above(cx: &mut Context, l: usize, r: usize, parts: Weight, kind: StmtKind) -> Deep<Stmt> {
    let (span, weight) = (Span::new(l, r), parts.above());
    if cx.allows(weight, span) {
        Deep { node: Stmt { span, kind }, weight }
    } else {
        Deep { node: Stmt { span, kind: StmtKind::Error }, weight: Weight::default().above() }
    }
}

/// A statement that holds no other statements.
pub(crate) fn stmt(l: usize, r: usize, kind: StmtKind) -> Deep<Stmt> {
    Deep { node: Stmt { span: Span::new(l, r), kind }, weight: Weight::default().above() }
}

/// Statements in order.
pub(crate) fn block(stmts: Vec<Deep<Stmt>>) -> Deep<Vec<Stmt>> {
    Deep::gather(stmts)
}

/// `place = value`
pub(crate) fn assignment(
    cx: &mut Context,
    l: usize,
    r: usize,
    place: Deep<Expr>,
    value: Deep<Expr>,
) -> Deep<Stmt> {
    if let Some(help) = why_no_place(&place.node) {
        cx.report(
            Diagnostic::error(Code::NotAPlace, place.node.span, "this cannot be assigned to")
                .primary("not a variable, an element or a field of one")
                .help(help),
        );
        return stmt(l, r, StmtKind::Error);
    }
    stmt(l, r, StmtKind::Assign { place: place.node, value: value.node })
}

/// What to do about an expression that cannot stand on the left of `=`; nothing if it can.
fn why_no_place(place: &Expr) -> Option<&'static str> {
    match &place.kind {
        ExprKind::Path(path) if path.qualifier.is_none() => None,
        ExprKind::Index(inner, _) | ExprKind::Field(inner, _) => why_no_place(inner),
        ExprKind::Error => None,
        ExprKind::Prime(_) => {
            Some("in an action, the new value is assigned to the variable itself: `x = …;`")
        }
        ExprKind::Paren(_) => Some("write it without parentheses"),
        ExprKind::Call { .. } => Some("elements of arrays are written with square brackets: `a[i] = …;`"),
        _ => Some("on the left of `=` stands a variable with any number of `[index]` and `.field` after it"),
    }
}

/// A call for what it does.
pub(crate) fn call_statement(cx: &mut Context, l: usize, r: usize, call: Deep<Expr>) -> Deep<Stmt> {
    match call.node.kind {
        ExprKind::Method { .. } => stmt(l, r, StmtKind::Call(call.node)),
        ExprKind::Error => stmt(l, r, StmtKind::Error),
        _ => {
            cx.report(
                Diagnostic::error(Code::NotAStatement, call.node.span, "this expression alone does nothing").help(
                    "statements are assignments, `let`, `if`, `match`, `for`, and calls such as `q.push(x);`",
                ),
            );
            stmt(l, r, StmtKind::Error)
        }
    }
}

/// `if cond { then } else { otherwise }`
pub(crate) fn if_statement(
    cx: &mut Context,
    l: usize,
    r: usize,
    cond: Deep<Expr>,
    then: Deep<Vec<Stmt>>,
    otherwise: Deep<Vec<Stmt>>,
) -> Deep<Stmt> {
    let weight = then.weight.and(otherwise.weight);
    above(cx, l, r, weight, StmtKind::If { cond: cond.node, then: then.node, otherwise: otherwise.node })
}

/// `match subject { arms }`
pub(crate) fn match_statement(
    cx: &mut Context,
    l: usize,
    r: usize,
    subject: Deep<Expr>,
    arms: Vec<Deep<StmtArm>>,
) -> Deep<Stmt> {
    let arms = Deep::gather(arms);
    above(cx, l, r, arms.weight, StmtKind::Match { subject: subject.node, arms: arms.node })
}

/// `for name in domain { body }`
pub(crate) fn for_statement(
    cx: &mut Context,
    l: usize,
    r: usize,
    name: Name,
    domain: Deep<Domain>,
    body: Deep<Vec<Stmt>>,
) -> Deep<Stmt> {
    above(cx, l, r, body.weight, StmtKind::For { name, domain: domain.node, body: body.node })
}

/// `pattern => body`
pub(crate) fn stmt_arm(l: usize, r: usize, pattern: Pattern, body: Deep<Vec<Stmt>>) -> Deep<StmtArm> {
    body.map(|body| StmtArm { span: Span::new(l, r), pattern, body })
}

/// An arm that has been reported.
pub(crate) fn bad_arm(l: usize, r: usize) -> Deep<StmtArm> {
    stmt_arm(l, r, pattern(l, r, PatternKind::Error), block(vec![stmt(l, r, StmtKind::Error)]))
}
