//! How large a number can be at most, as a constant expression: the types of timers depend on it, and types are made before any value is known.
//!
//! Interval arithmetic (Moore, *Interval Analysis*, 1966) on what is written, where names stand for the bounds of their types.

use super::survey::Survey;
use super::tree::Tree;
use crate::ast::{
    BinaryOp, Chapter, Event, Expr, ExprKind, Handler, ItemKind, ModelItemKind, Name, PatternKind,
    ProtocolItem, Quantifier, TypeExpr, TypeKind, UnaryOp,
};
use crate::diagnostic::{Code, Diagnostic};
use std::collections::{HashMap, HashSet};

/// How many names of types may stand for one another.
const MOST_ALIASES: usize = 100;

/// What a chapter declares beside its models.
#[derive(Debug, Default)]
pub(super) struct Declared {
    types: HashMap<String, TypeExpr>,
    constants: HashSet<String>,
}

impl Declared {
    pub(super) fn new(chapter: &Chapter) -> Self {
        let mut declared = Self::default();
        for item in &chapter.items {
            match &item.kind {
                ItemKind::Type { name, ty } => {
                    declared.types.entry(name.text.clone()).or_insert_with(|| ty.clone());
                }
                ItemKind::Const { name, .. } => {
                    declared.constants.insert(name.text.clone());
                }
                _ => {}
            }
        }
        declared
    }

    /// The least and the greatest value of a type, if it is one of numbers.
    fn range<'t>(&'t self, mut ty: &'t TypeExpr) -> Option<Bounds> {
        for _ in 0..MOST_ALIASES {
            match &ty.kind {
                TypeKind::Named(name) => ty = self.types.get(&name.text)?,
                TypeKind::Range { lo, hi, closed } => {
                    let at = Tree(hi.span);
                    let hi = match closed {
                        true => (**hi).clone(),
                        false => at.binary((**hi).clone(), BinaryOp::Sub, at.int(1)),
                    };
                    return Some(Bounds { least: (**lo).clone(), most: hi });
                }
                _ => return None,
            }
        }
        None
    }
}

/// The least and the greatest value that there can be.
#[derive(Clone)]
struct Bounds {
    least: Expr,
    most: Expr,
}

impl Bounds {
    fn exact(value: &Expr) -> Self {
        Self { least: value.clone(), most: value.clone() }
    }
}

/// Where an expression stands.
#[derive(Clone, Copy)]
pub(super) struct Scope<'h> {
    /// The kind of nodes whose names it may have.
    pub(super) kind: Option<usize>,
    /// The handler whose names it may have.
    pub(super) handler: Option<&'h Handler>,
}

impl Survey<'_> {
    /// The greatest value of a number, as a constant expression; reported where it cannot be told.
    pub(super) fn most(&mut self, scope: Scope<'_>, expr: &Expr) -> Option<Expr> {
        match self.bounds(scope, expr) {
            Ok(bounds) => Some(bounds.most),
            Err(what) => {
                let message = "it cannot be told how long this is at most";
                let mut diagnostic = Diagnostic::error(Code::BadTimer, expr.span, message);
                if what.span != expr.span {
                    diagnostic = diagnostic.label(what.span, "because of this");
                }
                self.report(diagnostic.help(
                    "use numbers, constants, parameters, the node's index, variables and fields whose type is a range, and `+ - *`",
                ));
                None
            }
        }
    }

    /// The bounds of a number, or the part of which nothing is known.
    fn bounds<'e>(&self, scope: Scope<'_>, expr: &'e Expr) -> Result<Bounds, &'e Expr> {
        let at = Tree(expr.span);
        let of = |inner: &'e Expr| self.bounds(scope, inner);
        Ok(match &expr.kind {
            ExprKind::Int(_) | ExprKind::Error => Bounds::exact(expr),
            ExprKind::Paren(inner) => of(inner)?,
            ExprKind::Path(path) if path.qualifier.is_none() => {
                match self.type_of(scope, &path.name.text).map(|ty| self.declared.range(ty)) {
                    Some(range) => range.ok_or(expr)?,
                    None if self.declared.constants.contains(&path.name.text) => Bounds::exact(expr),
                    None => return Err(expr),
                }
            }
            ExprKind::Unary(UnaryOp::Neg, inner) => {
                let Bounds { least, most } = of(inner)?;
                let negated = |value| at.expr(ExprKind::Unary(UnaryOp::Neg, Box::new(at.paren(value))));
                Bounds { least: negated(most), most: negated(least) }
            }
            ExprKind::Binary(op, left, right) => {
                let (left, right) = (of(left)?, of(right)?);
                let both = |a: &Expr, b: &Expr| at.binary(at.paren(a.clone()), *op, at.paren(b.clone()));
                match op {
                    BinaryOp::Add => {
                        Bounds { least: both(&left.least, &right.least), most: both(&left.most, &right.most) }
                    }
                    BinaryOp::Sub => {
                        Bounds { least: both(&left.least, &right.most), most: both(&left.most, &right.least) }
                    }
                    BinaryOp::Mul => {
                        let ends = |bounds: &Bounds| [bounds.least.clone(), bounds.most.clone()];
                        let corners: Vec<Expr> =
                            ends(&left).iter().flat_map(|a| ends(&right).map(|b| both(a, &b))).collect();
                        Bounds { least: at.least(corners.clone()), most: at.greatest(corners) }
                    }
                    // Of constants alone.
                    BinaryOp::Div | BinaryOp::Rem if left.least == left.most && right.least == right.most => {
                        Bounds::exact(expr)
                    }
                    _ => return Err(expr),
                }
            }
            ExprKind::If { then, otherwise, .. } => {
                let (a, b) = (of(then)?, of(otherwise)?);
                Bounds { least: at.least(vec![a.least, b.least]), most: at.greatest(vec![a.most, b.most]) }
            }
            ExprKind::Extremum { kind, args } => {
                let all = args.iter().map(of).collect::<Result<Vec<_>, _>>()?;
                let extremum = |args| at.expr(ExprKind::Extremum { kind: *kind, args });
                debug_assert!(matches!(kind, Quantifier::Min | Quantifier::Max));
                Bounds {
                    least: extremum(all.iter().map(|bounds| bounds.least.clone()).collect()),
                    most: extremum(all.into_iter().map(|bounds| bounds.most).collect()),
                }
            }
            _ => return Err(expr),
        })
    }

    /// The type of what a name stands for, if that is no constant.
    fn type_of(&self, scope: Scope<'_>, name: &str) -> Option<&TypeExpr> {
        let is = |other: &&Name| other.text == name;
        let field = scope.handler.and_then(|handler| self.field_called(handler, name));
        let kind = scope.kind.and_then(|kind| self.kinds.get(kind));
        let index = kind.and_then(|kind| kind.index.as_ref()).filter(|(own, _)| own.text == name);
        // Where there is no node, nothing may change.
        let items = kind.map(|kind| kind.node.items.iter().chain(self.items)).into_iter().flatten();
        let variable = items.into_iter().find_map(|item| match &item.kind {
            ModelItemKind::Var { name: own, ty, .. } => Some(own).filter(is).map(|_| ty),
            ModelItemKind::Protocol(ProtocolItem::Stable(inner)) => match &**inner {
                ModelItemKind::Var { name: own, ty, .. } => Some(own).filter(is).map(|_| ty),
                _ => None,
            },
            _ => None,
        });
        let param = self.params.iter().find(|param| param.name.text == name).map(|param| &param.ty);
        field.or(index.map(|(_, ty)| *ty)).or(variable).or(param)
    }

    /// The type of the field of the message that a handler calls so.
    fn field_called(&self, handler: &Handler, called: &str) -> Option<&TypeExpr> {
        let Event::Message { name, fields, .. } = &handler.event else { return None };
        let message = self.messages.iter().find(|message| message.name.text == name.text)?;
        fields.iter().enumerate().find_map(|(position, arg)| {
            let PatternKind::Path(path) = &arg.pattern.kind else { return None };
            let field = match &arg.name {
                Some(name) => message.fields.iter().find(|field| field.name.text == name.text),
                None => message.fields.get(position),
            };
            field.filter(|_| path.qualifier.is_none() && path.name.text == called).map(|field| &field.ty)
        })
    }
}
