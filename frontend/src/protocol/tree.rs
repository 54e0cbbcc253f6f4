//! Pieces of syntax trees, for what nobody has written. Each has the position of what it stands for.

use crate::ast::{
    Arg, BinaryOp, Binder, Domain, Expr, ExprKind, Name, Path, Pattern, PatternArg, PatternKind, Quantifier,
    Stmt, StmtKind, TypeExpr, TypeKind, UnaryOp,
};
use musilc_ir::Span;

/// Builds pieces that stand at one place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tree(pub(super) Span);

impl Tree {
    pub(super) fn name(self, text: impl Into<String>) -> Name {
        Name { text: text.into(), span: self.0 }
    }

    pub(super) fn expr(self, kind: ExprKind) -> Expr {
        Expr { span: self.0, kind }
    }

    /// A name as a value.
    pub(super) fn var(self, name: impl Into<String>) -> Expr {
        self.expr(ExprKind::Path(self.path(name)))
    }

    fn path(self, name: impl Into<String>) -> Path {
        Path { qualifier: None, name: self.name(name) }
    }

    pub(super) fn bool(self, value: bool) -> Expr {
        self.expr(ExprKind::Bool(value))
    }

    pub(super) fn int(self, value: i64) -> Expr {
        self.expr(ExprKind::Int(value))
    }

    pub(super) fn not(self, operand: Expr) -> Expr {
        self.expr(ExprKind::Unary(UnaryOp::Not, Box::new(self.paren(operand))))
    }

    pub(super) fn paren(self, inner: Expr) -> Expr {
        self.expr(ExprKind::Paren(Box::new(inner)))
    }

    pub(super) fn binary(self, left: Expr, op: BinaryOp, right: Expr) -> Expr {
        self.expr(ExprKind::Binary(op, Box::new(left), Box::new(right)))
    }

    /// All of these; nothing where there is none.
    pub(super) fn all(self, conditions: impl IntoIterator<Item = Expr>) -> Option<Expr> {
        conditions.into_iter().reduce(|left, right| self.binary(left, BinaryOp::And, right))
    }

    /// Any of these; nothing where there is none.
    pub(super) fn any(self, conditions: impl IntoIterator<Item = Expr>) -> Option<Expr> {
        conditions.into_iter().reduce(|left, right| self.binary(left, BinaryOp::Or, right))
    }

    pub(super) fn index(self, array: Expr, index: Expr) -> Expr {
        self.expr(ExprKind::Index(Box::new(array), Box::new(index)))
    }

    pub(super) fn field(self, value: Expr, name: &str) -> Expr {
        self.expr(ExprKind::Field(Box::new(value), self.name(name)))
    }

    pub(super) fn method(self, receiver: Expr, name: &str, args: Vec<Expr>) -> Expr {
        self.expr(ExprKind::Method { receiver: Box::new(receiver), name: self.name(name), args })
    }

    /// A value of a variant of an enum.
    pub(super) fn variant(self, of: &str, name: Name, args: Vec<Arg>) -> Expr {
        let callee = Path { qualifier: Some(self.name(of)), name };
        self.expr(if args.is_empty() { ExprKind::Path(callee) } else { ExprKind::Call { callee, args } })
    }

    /// Whether a value is of a variant, with such fields.
    pub(super) fn is(self, value: Expr, of: &str, name: Name, args: Vec<PatternArg>, rest: bool) -> Expr {
        self.expr(ExprKind::Is(Box::new(value), Box::new(self.pattern(of, name, args, rest))))
    }

    pub(super) fn pattern(self, of: &str, name: Name, args: Vec<PatternArg>, rest: bool) -> Pattern {
        let path = Path { qualifier: Some(self.name(of)), name };
        let kind = match args.is_empty() && !rest {
            true => PatternKind::Path(path),
            false => PatternKind::Call { path, args, rest },
        };
        Pattern { span: self.0, kind }
    }

    /// A field of a pattern that gets a name.
    pub(super) fn binding(self, field: &str, name: &str) -> PatternArg {
        let pattern = Pattern { span: self.0, kind: PatternKind::Path(self.path(name)) };
        PatternArg { name: Some(self.name(field)), pattern }
    }

    pub(super) fn arg(self, name: &str, value: Expr) -> Arg {
        Arg { name: Some(self.name(name)), value }
    }

    pub(super) fn forall(self, name: &str, domain: Domain, body: Expr) -> Expr {
        let binders = vec![Binder { name: self.name(name), domain }];
        self.expr(ExprKind::Quantified { kind: Quantifier::Forall, binders, body: Box::new(body) })
    }

    pub(super) fn exists(self, name: &str, domain: Domain, body: Expr) -> Expr {
        let binders = vec![Binder { name: self.name(name), domain }];
        self.expr(ExprKind::Quantified { kind: Quantifier::Exists, binders, body: Box::new(body) })
    }

    pub(super) fn none(self) -> Expr {
        self.var("None")
    }

    pub(super) fn some(self, value: Expr) -> Expr {
        self.expr(ExprKind::Call { callee: self.path("Some"), args: vec![Arg { name: None, value }] })
    }

    /// Whether there is a value, which has this name then.
    pub(super) fn is_some(self, value: Expr, name: &str) -> Expr {
        let inner = Pattern { span: self.0, kind: PatternKind::Path(self.path(name)) };
        let args = vec![PatternArg { name: None, pattern: inner }];
        let kind = PatternKind::Call { path: self.path("Some"), args, rest: false };
        self.expr(ExprKind::Is(Box::new(value), Box::new(Pattern { span: self.0, kind })))
    }

    pub(super) fn if_else(self, cond: Expr, then: Expr, otherwise: Expr) -> Expr {
        let (cond, then, otherwise) = (Box::new(cond), Box::new(then), Box::new(otherwise));
        self.expr(ExprKind::If { cond, then, otherwise })
    }

    /// The least of some numbers.
    pub(super) fn least(self, args: Vec<Expr>) -> Expr {
        self.extremum(Quantifier::Min, args)
    }

    /// The greatest of some numbers.
    pub(super) fn greatest(self, args: Vec<Expr>) -> Expr {
        self.extremum(Quantifier::Max, args)
    }

    fn extremum(self, kind: Quantifier, mut args: Vec<Expr>) -> Expr {
        match args.pop() {
            Some(only) if args.is_empty() => only,
            last => {
                args.extend(last);
                self.expr(ExprKind::Extremum { kind, args })
            }
        }
    }

    /// The numbers from 0 up to this one.
    pub(super) fn up_to(self, most: Expr) -> TypeExpr {
        self.ty(TypeKind::Range { lo: Box::new(self.int(0)), hi: Box::new(most), closed: true })
    }

    pub(super) fn stmt(self, kind: StmtKind) -> Stmt {
        Stmt { span: self.0, kind }
    }

    pub(super) fn assign(self, place: Expr, value: Expr) -> Stmt {
        self.stmt(StmtKind::Assign { place, value })
    }

    /// A statement that calls a method.
    pub(super) fn change(self, receiver: Expr, name: &str, args: Vec<Expr>) -> Stmt {
        self.stmt(StmtKind::Call(self.method(receiver, name, args)))
    }

    pub(super) fn if_then(self, cond: Expr, then: Vec<Stmt>) -> Stmt {
        self.stmt(StmtKind::If { cond, then, otherwise: Vec::new() })
    }

    pub(super) fn ty(self, kind: TypeKind) -> TypeExpr {
        TypeExpr { span: self.0, kind }
    }

    pub(super) fn named(self, name: &str) -> TypeExpr {
        self.ty(TypeKind::Named(self.name(name)))
    }

    pub(super) fn array(self, element: TypeExpr, index: TypeExpr) -> TypeExpr {
        self.ty(TypeKind::Array { element: Box::new(element), index: Box::new(index) })
    }
}
