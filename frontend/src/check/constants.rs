//! Constants and constant expressions: integers, booleans and variants without fields.

use super::{Checker, globals::Resolution, listed, nearest};
use crate::ast::{self, BinaryOp, Expr, ExprKind, ItemKind, Name, Quantifier, TypeExpr, UnaryOp};
use crate::diagnostic::{Code, Diagnostic};
use musilc_ir::{DataType, Span};

/// Numbers in a chapter stay within plus or minus this bound, so that arithmetic on them cannot overflow.
pub(crate) const NUMBER_LIMIT: i64 = 1 << 40;

/// The value of a constant.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Constant {
    Int(i64),
    Bool(bool),
    /// A variant without fields, by position.
    Variant(DataType, usize),
}

impl Constant {
    fn belongs_to(&self, ty: &DataType) -> bool {
        match (self, ty) {
            (Constant::Int(v), DataType::Int { lo, hi }) => (lo..=hi).contains(&v),
            (Constant::Bool(_), DataType::Bool) => true,
            (Constant::Variant(of, _), ty) => of == ty,
            _ => false,
        }
    }

    pub(super) fn show(&self) -> String {
        match self {
            Constant::Int(v) => v.to_string(),
            Constant::Bool(b) => b.to_string(),
            Constant::Variant(ty, position) => {
                ty.nth(*position as u64).map_or_else(|| ty.to_string(), |datum| datum.to_string())
            }
        }
    }
}

impl<'a> Checker<'a> {
    /// The value of the constant with this name, and `None` where that is none or in error (which is reported).
    pub(super) fn constant(&mut self, name: &Name) -> Option<Constant> {
        let (declared, kind) = *self.globals.items.get(name.text.as_str())?;
        let ItemKind::Const { ty, value, .. } = kind else { return None };
        match self.globals.constants.get(name.text.as_str()) {
            Some(Resolution::Done(value)) => return value.clone(),
            Some(Resolution::Running) => {
                self.cyclic(declared);
                return None;
            }
            None => {}
        }
        let key = declared.text.as_str();
        self.globals.constants.insert(key, Resolution::Running);
        let result = self.resolve(declared, |checker| checker.evaluate_constant(declared, ty, value));
        self.globals.constants.insert(key, Resolution::Done(result.clone()));
        result
    }

    fn evaluate_constant(&mut self, name: &Name, ty: &'a TypeExpr, value: &'a Expr) -> Option<Constant> {
        let ty_span = ty.span;
        let ty = self.data_type(ty)?;
        let plain = match &ty {
            DataType::Bool | DataType::Int { .. } => true,
            DataType::Enum(e) => e.variants.iter().all(|variant| variant.fields.is_empty()),
            _ => false,
        };
        if !plain {
            self.report(
                Diagnostic::error(
                    Code::NotConstant,
                    ty_span,
                    format!("a constant cannot have the type `{ty}`"),
                )
                .help("constants are numbers, booleans, or variants of an enum without fields"),
            );
            return None;
        }
        let default = self.constant_expr_of(value, &ty)?;
        if !default.belongs_to(&ty) {
            let shown = default.show();
            self.report(
                Diagnostic::error(
                    Code::ConstantOutOfRange,
                    value.span,
                    format!("{shown} does not belong to `{ty}`"),
                )
                .label(ty_span, "the constant's type"),
            );
            return None;
        }
        let Some(text) = self.globals.overrides.get(&name.text).cloned() else { return Some(default) };
        let given = self.read_override(&text, &ty);
        match given {
            Some(given) if given.belongs_to(&ty) => Some(given),
            _ => {
                let message = format!("`-D {}={text}`: {text} does not belong to `{ty}`", name.text);
                let diagnostic = Diagnostic::error(Code::ConstantOutOfRange, ty_span, message)
                    .primary("the values that the chapter allows")
                    .help(format!("choose {}; the default is {}", choices(&ty), default.show()));
                self.report(diagnostic);
                // The rest of the chapter is checked as if nothing had been given.
                Some(default)
            }
        }
    }

    fn read_override(&self, text: &str, ty: &DataType) -> Option<Constant> {
        match ty {
            DataType::Bool => text.parse().ok().map(Constant::Bool),
            DataType::Int { .. } => text.parse().ok().map(Constant::Int),
            DataType::Enum(e) => {
                let name = text.strip_prefix(&format!("{}::", e.name)).unwrap_or(text);
                let position = e.variants.iter().position(|variant| variant.name == name)?;
                Some(Constant::Variant(ty.clone(), position))
            }
            _ => None,
        }
    }

    pub(super) fn constant_expr_of(&mut self, expr: &Expr, ty: &DataType) -> Option<Constant> {
        if let (DataType::Enum(e), ExprKind::Path(path)) = (ty, &expr.kind)
            && path.qualifier.as_ref().is_none_or(|qualifier| qualifier.text == e.name)
            && let Some(position) = e.variants.iter().position(|variant| variant.name == path.name.text)
        {
            return Some(Constant::Variant(ty.clone(), position));
        }
        self.constant_expr(expr)
    }

    /// The value of a constant expression that must be a number.
    pub(super) fn constant_int(&mut self, expr: &Expr) -> Option<i64> {
        match self.constant_expr(expr)? {
            Constant::Int(v) => Some(v),
            other => {
                let message = format!("expected a number, found `{}`", other.show());
                self.error(Code::TypeMismatch, expr.span, message);
                None
            }
        }
    }

    /// The value of a constant expression, computed now; reports and gives `None` where it is not one.
    pub(super) fn constant_expr(&mut self, expr: &Expr) -> Option<Constant> {
        use Constant::{Bool, Int};
        let value = match &expr.kind {
            ExprKind::Bool(b) => Bool(*b),
            ExprKind::Int(v) => Int(*v),
            ExprKind::Paren(inner) => self.constant_expr(inner)?,
            ExprKind::Path(path) => self.constant_path(path)?,
            ExprKind::Unary(op, inner) => match (op, self.constant_expr(inner)?) {
                (UnaryOp::Not, Bool(b)) => Bool(!b),
                (UnaryOp::Neg, Int(v)) => Int(-v),
                _ => return self.not_constant(expr.span),
            },
            ExprKind::Binary(op, a, b) => {
                let (a, b) = (self.constant_expr(a)?, self.constant_expr(b)?);
                self.constant_binary(expr.span, *op, &a, &b)?
            }
            ExprKind::If { cond, then, otherwise } => match self.constant_expr(cond)? {
                Bool(true) => self.constant_expr(then)?,
                Bool(false) => self.constant_expr(otherwise)?,
                _ => return self.not_constant(cond.span),
            },
            ExprKind::Extremum { kind, args } => {
                let args = args.iter().map(|arg| self.constant_int(arg)).collect::<Option<Vec<i64>>>()?;
                let extremum = if *kind == Quantifier::Min { args.iter().min() } else { args.iter().max() };
                Int(*extremum?)
            }
            ExprKind::Error => return None,
            _ => return self.not_constant(expr.span),
        };
        match value {
            Int(v) if v.abs() > NUMBER_LIMIT => {
                self.error(Code::ConstantArithmetic, expr.span, format!("{v} is beyond ±2^40"));
                None
            }
            value => Some(value),
        }
    }

    fn constant_path(&mut self, path: &ast::Path) -> Option<Constant> {
        let name = &path.name;
        if path.qualifier.is_none()
            && let Some((_, ItemKind::Const { .. })) = self.globals.items.get(name.text.as_str())
        {
            return self.constant(name);
        }
        if let Some(enums) = self.globals.variants.get(name.text.as_str()).cloned()
            && let [(of, position)] = enums.as_slice()
        {
            let ty = self.named_type(of)?;
            return Some(Constant::Variant(ty, *position));
        }
        let items = &self.globals.items;
        let constants = items.iter().filter(|(_, (_, kind))| matches!(kind, ItemKind::Const { .. }));
        let mut constants: Vec<&str> = constants.map(|(name, _)| *name).collect();
        constants.sort_unstable();
        let message = match items.get(name.text.as_str()) {
            Some(_) => format!("`{}` is not a constant", name.text),
            None => format!("there is no constant `{}`", name.text),
        };
        let diagnostic = Diagnostic::error(Code::NotConstant, name.span, message);
        self.report(match nearest(&name.text, constants) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None => {
                diagnostic.help("only constants may stand here: this must be known before the search begins")
            }
        });
        None
    }

    fn not_constant(&mut self, span: Span) -> Option<Constant> {
        self.report(
            Diagnostic::error(Code::NotConstant, span, "this is not a constant expression")
                .help("numbers, booleans, constants, arithmetic and comparisons of these may stand here"),
        );
        None
    }

    fn constant_binary(&mut self, span: Span, op: BinaryOp, a: &Constant, b: &Constant) -> Option<Constant> {
        use Constant::{Bool, Int};
        Some(match (op, a, b) {
            (BinaryOp::Eq | BinaryOp::Iff, a, b) => Bool(a == b),
            (BinaryOp::Ne, a, b) => Bool(a != b),
            (BinaryOp::And, Bool(a), Bool(b)) => Bool(*a && *b),
            (BinaryOp::Or, Bool(a), Bool(b)) => Bool(*a || *b),
            (BinaryOp::Implies, Bool(a), Bool(b)) => Bool(!a || *b),
            (BinaryOp::Lt, Int(a), Int(b)) => Bool(a < b),
            (BinaryOp::Le, Int(a), Int(b)) => Bool(a <= b),
            (BinaryOp::Gt, Int(a), Int(b)) => Bool(a > b),
            (BinaryOp::Ge, Int(a), Int(b)) => Bool(a >= b),
            (BinaryOp::Add, Int(a), Int(b)) => Int(a + b),
            (BinaryOp::Sub, Int(a), Int(b)) => Int(a - b),
            (BinaryOp::Mul, Int(a), Int(b)) => match a.checked_mul(*b).filter(|v| v.abs() <= NUMBER_LIMIT) {
                Some(product) => Int(product),
                None => {
                    self.error(Code::ConstantArithmetic, span, "the product is beyond ±2^40");
                    return None;
                }
            },
            (BinaryOp::Div | BinaryOp::Rem, Int(_), Int(0)) => {
                self.error(Code::ConstantArithmetic, span, "division by zero in a constant");
                return None;
            }
            (BinaryOp::Div, Int(a), Int(b)) => Int(a.div_euclid(*b)),
            (BinaryOp::Rem, Int(a), Int(b)) => Int(a.rem_euclid(*b)),
            _ => return self.not_constant(span),
        })
    }
}

/// The values of a constant's type, as advice.
fn choices(ty: &DataType) -> String {
    match ty {
        DataType::Bool => "`true` or `false`".to_owned(),
        DataType::Enum(of) if of.variants.len() <= 8 => {
            format!("one of {}", listed(of.variants.iter().map(|variant| variant.name.as_str())))
        }
        DataType::Int { lo, hi } => format!("a number from {lo} to {hi}"),
        ty => format!("a value of `{ty}`"),
    }
}
