//! Frames: what the names of a model mean in the body that is being checked.
//!
//! A model is checked by itself, and once more for each part that is made of it. What differs is the frame: a scope, and which instance of
//! the parts on the way to that scope is meant. In the frame of a part
//!
//! - a variable stands for an element of the model's variable, an array by the indices of the frame;
//! - a parameter stands for an argument, which is checked anew in the frame around, where it was written;
//! - a function takes the indices as its first arguments;
//! - an action is one or several actions of the whole, among whose parameters are the indices.
//!
//! Whatever is declared in several instances and sees its own names can be checked in this way.

use super::Checker;
use super::scope::{Body, ModelScope, ScopeId, Stand, failed};
use super::types::is_unknown;
use crate::ast;
use crate::ast::Quantifier;
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{Domain, Expr, ExprKind, LocalId, Place, Projection, StateId};
use musilc_ir::{DataType, Datum, Span};
use std::sync::Arc;

/// How much text arguments may come to in all the places where parameters stand for them.
const ARGUMENT_LIMIT: usize = 400_000;

/// An index of a frame that is bound by whoever uses the frame: its name, local and type.
pub(super) type Binder = (String, LocalId, DataType);

impl<'a> Checker<'a> {
    /// A scope.
    pub(super) fn scope(&self, id: ScopeId) -> &ModelScope<'a> {
        &self.scopes[id.0]
    }

    /// The model that a scope belongs to.
    fn root(&self, mut id: ScopeId) -> ScopeId {
        while let Some(parent) = self.scope(id).parent {
            id = parent;
        }
        id
    }

    /// Whether the scope is that of a part.
    pub(super) fn is_part(&self, id: ScopeId) -> bool {
        self.scope(id).parent.is_some()
    }
}

impl<'c, 'a> Body<'c, 'a> {
    /// A body of a model or of a part: its first locals are the parameters of the model, and indices that have no meaning yet.
    pub(super) fn of_scope(cx: &'c mut Checker<'a>, scope: ScopeId) -> (Self, Vec<Binder>) {
        let root = cx.root(scope);
        let params = cx.scope(root).params.clone();
        let mut body = Body::top(cx);
        body.visible = u32::MAX;
        for (name, ty) in params {
            body.bind(&name, ty);
        }
        if root != scope {
            body.suspend(0);
        }
        body.model = Some(scope);
        let binders = body.binders(scope, 0);
        body.indices = binders.iter().map(local).collect();
        (body, binders)
    }

    /// Locals for the indices of a scope from this position on.
    pub(super) fn binders(&mut self, scope: ScopeId, from: usize) -> Vec<Binder> {
        let indices: Vec<(String, DataType)> = self.cx.scope(scope).indices[from..].to_vec();
        indices.into_iter().map(|(name, ty)| (name, self.fresh(), ty)).collect()
    }

    /// The scope whose names the body sees.
    pub(super) fn scope(&self) -> Option<&ModelScope<'a>> {
        self.model.map(|id| self.cx.scope(id))
    }

    /// Checks something in another frame of the same model.
    pub(super) fn within<T>(
        &mut self,
        scope: ScopeId,
        indices: Vec<Expr>,
        check: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let names = self.suspend(0);
        let model = self.model.replace(scope);
        let indices = std::mem::replace(&mut self.indices, indices);
        let index = self.index.take();
        // A part has no parameters of this kind.
        for (id, (name, ty)) in (0..).map(LocalId).zip(self.cx.scope(scope).params.clone()) {
            self.alias(&name, id, ty);
        }
        let result = check(self);
        self.suspend(0);
        self.resume(names);
        self.model = model;
        self.indices = indices;
        self.index = index;
        result
    }

    /// Checks an argument of the part whose frame this is: in the frame around, with the part's own index.
    fn around<T>(&mut self, check: impl FnOnce(&mut Self) -> T) -> Option<T> {
        let scope = self.scope()?;
        let parent = scope.parent?;
        let depth = self.cx.scope(parent).indices.len();
        let index =
            scope.indices.get(depth).map(|(name, _)| name.clone()).zip(self.indices.get(depth).cloned());
        let indices = self.indices.get(..depth)?.to_vec();
        Some(self.within(parent, indices, |body| {
            if let Some((name, value)) = index {
                body.set_index(name, value);
            }
            check(body)
        }))
    }

    /// Says what the index of a part means in its arguments, where it hides parameters of the model around.
    pub(super) fn set_index(&mut self, name: String, value: Expr) {
        self.hide(&name);
        self.index = Some((name, value));
    }

    /// What a parameter of a part stands for, as a value.
    pub(super) fn argument_value(&mut self, span: Span, text: &str) -> Option<Expr> {
        let stand = self.scope()?.stands.get(text)?.clone();
        let value = match stand {
            Stand::Value(value, ty) if self.affords(value) => {
                self.around(|body| body.stored_or_filled(value, &ty, &format!("the parameter `{text}`")))
            }
            Stand::Place(place) if self.affords(place) => self.around(|body| body.expr(place, None)),
            _ => None,
        };
        // What is said of it is said of the parameter.
        Some(value.map_or_else(|| failed(span), |value| Expr { span, ..value }))
    }

    /// What a parameter of a part stands for, as a place; `None` where it is no such parameter.
    pub(super) fn argument_place(&mut self, span: Span, text: &str) -> Option<Option<Place>> {
        let stand = self.scope()?.stands.get(text)?.clone();
        Some(match stand {
            Stand::Place(place) if self.affords(place) => self
                .around(|body| body.place(place))
                .flatten()
                .map(|place| Place { text: text.to_owned(), span, ..place }),
            Stand::Value(..) => {
                self.not_a_place(span, text);
                None
            }
            _ => None,
        })
    }

    /// Counts the text that a parameter stands for; whether there is not too much of it.
    fn affords(&mut self, argument: &ast::Expr) -> bool {
        let range = argument.span.range();
        let cost = range.end.saturating_sub(range.start).max(1);
        let before = self.cx.substituted;
        self.cx.substituted = before.saturating_add(cost);
        let affords = self.cx.substituted <= ARGUMENT_LIMIT;
        if !affords && before <= ARGUMENT_LIMIT {
            let message = "with the arguments of its parts written out, this model becomes too large";
            let help = "give parts that are nested shorter arguments";
            let diagnostic = Diagnostic::error(Code::TooLarge, argument.span, message).help(help);
            self.cx.report_always(diagnostic);
        }
        affords
    }

    /// A variable of a scope, for these instances.
    pub(super) fn variable_of(
        &self,
        scope: ScopeId,
        state: StateId,
        ty: &DataType,
        indices: Vec<Expr>,
        span: Span,
    ) -> Expr {
        if is_unknown(ty) {
            return failed(span);
        }
        let keys = &self.cx.scope(scope).indices;
        let array = array_of(keys, ty);
        let mut expr = Expr { ty: array, span, kind: ExprKind::State(state) };
        for index in indices {
            let DataType::Array { element, .. } = &expr.ty else { return failed(span) };
            let (ty, index) = (DataType::clone(element), Expr { span, ..index });
            expr = Expr { ty, span, kind: ExprKind::Index(Box::new(expr), Box::new(index)) };
        }
        expr
    }

    /// A variable of the frame, as a place.
    pub(super) fn place_of_variable(&self, state: StateId, ty: DataType, text: &str, span: Span) -> Place {
        let indices = self.indices.iter().cloned();
        let path = indices.map(|index| Projection::Index(Expr { span, ..index })).collect();
        Place { state, path, ty, text: text.to_owned(), span }
    }
}

/// The index as an expression.
pub(super) fn local((_, id, ty): &Binder) -> Expr {
    Expr { ty: ty.clone(), span: Span::default(), kind: ExprKind::Local(*id) }
}

/// The type of a variable that there is once for each combination of the indices.
pub(super) fn array_of(indices: &[(String, DataType)], ty: &DataType) -> DataType {
    indices.iter().rev().fold(ty.clone(), |element, (_, index)| DataType::Array {
        index: Arc::new(index.clone()),
        element: Arc::new(element),
    })
}

/// That a condition is true for all values of the indices.
pub(super) fn for_all(binders: &[Binder], condition: Expr) -> Expr {
    quantified(Quantifier::Forall, binders, condition)
}

/// That a condition is true for some value of the indices.
pub(super) fn for_some(binders: &[Binder], condition: Expr) -> Expr {
    quantified(Quantifier::Exists, binders, condition)
}

fn quantified(kind: Quantifier, binders: &[Binder], condition: Expr) -> Expr {
    binders.iter().rev().fold(condition, |body, (name, local, ty)| {
        let span = body.span;
        let (name, domain, body) = (name.clone(), Box::new(Domain::Type(ty.clone())), Box::new(body));
        let kind = ExprKind::Quantified { kind, name, local: *local, domain, body };
        Expr { ty: DataType::Bool, span, kind }
    })
}

/// The array of the values for all values of the indices.
pub(super) fn tabulate(binders: &[Binder], value: Expr) -> Expr {
    binders.iter().rev().fold(value, |body, (_, local, ty)| {
        let (index, element) = (Arc::new(ty.clone()), Arc::new(body.ty.clone()));
        let span = body.span;
        Expr {
            ty: DataType::Array { index, element },
            span,
            kind: ExprKind::Tabulate(*local, Box::new(body)),
        }
    })
}

/// Whether the values of a type can be written as literals, and so name instances.
pub(super) fn has_literals(ty: &DataType) -> bool {
    match ty {
        DataType::Bool | DataType::Int { .. } => true,
        DataType::Enum(of) => {
            of.variants.iter().flat_map(|variant| &variant.fields).all(|f| has_literals(&f.ty))
        }
        DataType::Struct(of) => of.fields.iter().all(|field| has_literals(&field.ty)),
        DataType::Option(inner) => has_literals(inner),
        DataType::Array { .. } | DataType::Set(_) | DataType::Bag(..) | DataType::Seq(..) => false,
    }
}

/// A value of such a type as an expression.
fn literal(ty: &DataType, value: &Datum) -> Option<Expr> {
    let kind = match (ty, value) {
        (DataType::Bool, Datum::Bool(b)) => ExprKind::Bool(*b),
        (DataType::Int { .. }, Datum::Int(v)) => ExprKind::Int(*v),
        (DataType::Enum(of), Datum::Record { name, fields }) => {
            let position = of.variants.iter().position(|variant| variant.name == *name)?;
            let own = of.variants[position].fields.iter().zip(fields);
            let fields = own.map(|(field, (_, value))| literal(&field.ty, value)).collect::<Option<_>>()?;
            ExprKind::Variant(position, fields)
        }
        (DataType::Struct(of), Datum::Record { fields, .. }) => {
            let own = of.fields.iter().zip(fields);
            ExprKind::Struct(own.map(|(field, (_, value))| literal(&field.ty, value)).collect::<Option<_>>()?)
        }
        (DataType::Option(_), Datum::Option(None)) => ExprKind::None,
        (DataType::Option(inner), Datum::Option(Some(value))) => {
            ExprKind::Some(Box::new(literal(inner, value)?))
        }
        _ => return None,
    };
    Some(Expr { ty: ty.clone(), span: Span::default(), kind })
}

/// Every combination of values of these types: as expressions, and as text.
pub(super) fn combinations(types: &[(String, DataType)]) -> Vec<Vec<(Expr, String)>> {
    types.iter().fold(vec![Vec::new()], |before, (_, ty)| {
        let values: Vec<(Expr, String)> = (0..u64::from(ty.length()))
            .map_while(|i| ty.nth(i))
            .filter_map(|datum| Some((literal(ty, &datum)?, datum.to_string())))
            .collect();
        let extended = |start: &Vec<(Expr, String)>| -> Vec<Vec<(Expr, String)>> {
            values.iter().map(|value| start.iter().chain([value]).cloned().collect()).collect()
        };
        before.iter().flat_map(extended).collect()
    })
}

/// A title with its first blanks filled in: `cache[_].` as `cache[1].`.
pub(super) fn filled(title: &str, values: &[(Expr, String)]) -> String {
    values.iter().fold(title.to_owned(), |title, (_, text)| title.replacen("[_]", &format!("[{text}]"), 1))
}
