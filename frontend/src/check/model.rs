//! Functions and models.

use super::Checker;
use super::globals::Signature;
use super::scope::{Body, ModelScope, Time, failed};
use super::table::Rows;
use super::types::unknown;
use crate::ast::{self, ItemKind, ModelItemKind, VarInit};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{self, FunctionId, StateId};
use musilc_ir::{DataType, Span};
use std::collections::HashMap;

impl<'a> Checker<'a> {
    /// Declares and checks the functions at the top level.
    pub(super) fn check_functions(&mut self) {
        let mut functions: Vec<&'a ast::Function> = self
            .globals
            .items
            .values()
            .filter_map(|(_, kind)| match kind {
                ItemKind::Fn(function) => Some(function),
                _ => None,
            })
            .collect();
        functions.sort_by_key(|function| function.name.span);
        for function in &functions {
            let id = self.declare_function(function);
            self.globals.functions.insert(&function.name.text, id);
        }
        for function in functions {
            let id = self.globals.functions[function.name.text.as_str()];
            let mut body = Body::top(self);
            body.function = Some(id);
            let checked = check_function(&mut body, id, function, false);
            self.chapter.functions[id.0 as usize] = checked;
        }
    }

    /// Enters a function's signature, with a body to be filled in.
    fn declare_function(&mut self, function: &'a ast::Function) -> FunctionId {
        let params = self.parameters(&function.params);
        let result = self.data_type(&function.result).unwrap_or_else(unknown);
        let id = FunctionId(u32::try_from(self.chapter.functions.len()).unwrap_or(u32::MAX));
        let name = function.name.text.clone();
        self.globals.signatures.push(Signature {
            name: name.clone(),
            params,
            result,
            span: function.name.span,
        });
        let body = failed(function.body.span);
        self.chapter.functions.push(hir::Function {
            name,
            params: Vec::new(),
            of_model: false,
            locals: 0,
            body,
        });
        id
    }

    /// Names and types of parameters.
    fn parameters(&mut self, params: &'a [ast::Field]) -> Vec<(String, DataType)> {
        let mut out: Vec<(String, DataType)> = Vec::new();
        for (position, param) in params.iter().enumerate() {
            if let Some(first) = params[..position].iter().find(|p| p.name.text == param.name.text) {
                self.duplicate(&param.name, first.name.span);
            }
            let ty = self.data_type(&param.ty).unwrap_or_else(unknown);
            out.push((param.name.text.clone(), ty));
        }
        out
    }

    /// Checks every model.
    pub(super) fn check_models(&mut self, ast: &'a ast::Chapter) {
        for item in &ast.items {
            if let ItemKind::Model { name, params, items } = &item.kind {
                let model = self.check_model(name, params, items);
                self.chapter.models.push(model);
            }
        }
    }

    fn check_model(
        &mut self,
        name: &'a ast::Name,
        params: &'a [ast::Field],
        items: &'a [ast::ModelItem],
    ) -> hir::Model {
        let mut scope = ModelScope { params: self.parameters(params), ..ModelScope::default() };
        let mut tables = Vec::new();
        let mut first: HashMap<&str, Span> =
            params.iter().map(|p| (p.name.text.as_str(), p.name.span)).collect();
        let mut vars = 0u32;
        for item in items {
            let (declared, ty) = match &item.kind {
                ModelItemKind::Var { name, ty, .. } => (vec![name], Some((name, ty))),
                ModelItemKind::Table(table) => {
                    (vec![&table.name, &table.variable], Some((&table.variable, &table.ty)))
                }
                ModelItemKind::Fn(function) => (vec![&function.name], None),
                ModelItemKind::Action(action) => (vec![&action.name], None),
                ModelItemKind::Property { name, .. } => (vec![name], None),
                ModelItemKind::Init(_) | ModelItemKind::Terminal(_) | ModelItemKind::Error => continue,
            };
            for name in declared {
                match first.get(name.text.as_str()) {
                    Some(&span) => self.duplicate(name, span),
                    None => drop(first.insert(&name.text, name.span)),
                }
            }
            if let Some((name, ty)) = ty {
                let ty = self.data_type(ty).unwrap_or_else(unknown);
                // Of several declarations the first counts.
                scope.vars.entry(name.text.clone()).or_insert((StateId(vars), ty, name.span));
                vars += 1;
            }
            match &item.kind {
                ModelItemKind::Fn(function) => {
                    let id = self.declare_function(function);
                    scope.functions.entry(function.name.text.clone()).or_insert(id);
                }
                ModelItemKind::Table(table) => tables.push(self.table_rows(table)),
                _ => {}
            }
        }
        self.declare_actions(items, &mut scope);
        let model = hir::Model {
            name: name.text.clone(),
            params: scope.params.clone(),
            vars: Vec::new(),
            inits: Vec::new(),
            actions: Vec::new(),
            terminals: Vec::new(),
            properties: Vec::new(),
            tables: Vec::new(),
        };
        let mut builder = ModelChecker { cx: self, scope: &scope, model };
        let mut tables = tables.into_iter();
        for item in items {
            builder.item(item, &mut tables);
        }
        builder.model
    }
}

fn check_function<'a>(
    body: &mut Body<'_, 'a>,
    id: FunctionId,
    function: &'a ast::Function,
    of_model: bool,
) -> hir::Function {
    let signature = body.cx.globals.signatures[id.0 as usize].clone();
    let params = signature
        .params
        .iter()
        .map(|(name, ty)| (body.bind(name, ty.clone()), name.clone(), ty.clone()))
        .collect();
    let target = format!("the result of `{}`", signature.name);
    let value = body.stored(&function.body, &signature.result, &target);
    hir::Function { name: signature.name, params, of_model, locals: body.locals(), body: value }
}

/// Checks the items of one model, in order.
struct ModelChecker<'c, 'a> {
    cx: &'c mut Checker<'a>,
    scope: &'c ModelScope,
    model: hir::Model,
}

impl<'a> ModelChecker<'_, 'a> {
    fn body<'b>(&'b mut self) -> Body<'b, 'a> {
        Body::of_model(self.cx, self.scope)
    }

    fn item(&mut self, item: &'a ast::ModelItem, tables: &mut impl Iterator<Item = Option<Rows>>) {
        match &item.kind {
            ModelItemKind::Var { name, init, .. } => self.var(name, init, item.span),
            ModelItemKind::Init(cond) => {
                let mut body = self.body();
                let expr = body.boolean(cond);
                let locals = body.locals();
                self.model.inits.push(hir::Body { locals, expr });
            }
            ModelItemKind::Fn(function) => {
                let Some(&id) = self.scope.functions.get(&function.name.text) else { return };
                if self.cx.globals.signatures[id.0 as usize].span != function.name.span {
                    return;
                }
                let mut body = self.body();
                body.function = Some(id);
                let checked = check_function(&mut body, id, function, true);
                self.cx.chapter.functions[id.0 as usize] = checked;
            }
            ModelItemKind::Action(action) => self.action(action),
            ModelItemKind::Terminal(cond) => {
                let mut body = self.body();
                let expr = body.boolean(cond);
                let locals = body.locals();
                self.model.terminals.push(hir::Body { locals, expr });
            }
            ModelItemKind::Property { kind, inductive, name, claim } => {
                let mut body = self.body();
                body.primes = *kind == ast::PropertyKind::StepInvariant;
                let (expr, formula) = if *kind == ast::PropertyKind::Temporal {
                    let trivial = hir::ExprKind::Bool(true);
                    let expr = hir::Expr { ty: DataType::Bool, span: claim.span, kind: trivial };
                    (expr, Some(body.property(claim)))
                } else {
                    body.time = Time::State;
                    (body.boolean(claim), None)
                };
                let claim = hir::Body { locals: body.locals(), expr };
                self.model.properties.push(hir::Property {
                    name: name.text.clone(),
                    kind: *kind,
                    inductive: *inductive,
                    claim,
                    formula,
                    span: item.span,
                    doc: item.doc.clone(),
                });
            }
            ModelItemKind::Table(table) => {
                let rows = tables.next().flatten();
                self.table(table, rows, item.span);
            }
            ModelItemKind::Error => {}
        }
    }

    fn var(&mut self, name: &'a ast::Name, init: &'a VarInit, span: Span) {
        let Some((id, ty, declared)) = self.scope.vars.get(&name.text).cloned() else { return };
        if declared != name.span {
            return;
        }
        let init = match init {
            VarInit::Value(value) => {
                let mut body = self.body();
                body.visible = id.0;
                let expr = body.stored_or_filled(value, &ty, &format!("`{}`", name.text));
                Some(hir::Body { locals: body.locals(), expr })
            }
            VarInit::Any(_) => None,
            VarInit::Missing => {
                let message = format!("the variable `{}` has no initial value", name.text);
                self.cx.report(
                    Diagnostic::error(Code::MissingInit, name.span, message)
                        .help("write `= value`, or `= any` for every value of its type"),
                );
                None
            }
        };
        self.model.vars.push(hir::Var { name: name.text.clone(), ty, init, span });
    }

    fn action(&mut self, action: &'a ast::Action) {
        let mut body = self.body();
        let mut params: Vec<hir::ActionParam> = Vec::new();
        for (position, param) in action.params.iter().enumerate() {
            if let Some(first) = action.params[..position].iter().find(|p| p.name.text == param.name.text) {
                body.cx.duplicate(&param.name, first.name.span);
            }
            let Some((ty, members)) = body.parameter(param) else {
                body.bind(&param.name.text, unknown());
                continue;
            };
            let local = body.bind(&param.name.text, ty.clone());
            params.push(hir::ActionParam { local, name: param.name.text.clone(), ty, members });
        }
        let guard = action.guard.as_ref().map(|guard| body.condition(guard));
        let stmts = body.block(&action.body);
        let locals = body.locals();
        self.model.actions.push(hir::Action {
            name: action.name.text.clone(),
            params,
            locals,
            guard,
            body: stmts,
            fairness: action.fairness,
            span: action.name.span,
        });
    }

    fn table(&mut self, table: &'a ast::Table, rows: Option<Rows>, span: Span) {
        let Some((state, ty, declared)) = self.scope.vars.get(&table.variable.text).cloned() else { return };
        if declared != table.variable.span {
            return;
        }
        let DataType::Enum(of) = &ty else { return };
        let Some(rows) = rows else {
            let init = None;
            self.model.vars.push(hir::Var { name: table.variable.text.clone(), ty: ty.clone(), init, span });
            return;
        };
        let init = match &table.init {
            VarInit::Value(value) => {
                let mut body = self.body();
                body.visible = state.0;
                let expr = body.stored(value, &ty, &format!("`{}`", table.variable.text));
                Some(hir::Body { locals: body.locals(), expr })
            }
            VarInit::Any(_) => None,
            VarInit::Missing => {
                let kind = hir::ExprKind::Variant(rows.initial, Vec::new());
                let locals = u32::try_from(self.scope.params.len()).unwrap_or(u32::MAX);
                Some(hir::Body { locals, expr: hir::Expr { ty: ty.clone(), span, kind } })
            }
        };
        self.model.vars.push(hir::Var { name: table.variable.text.clone(), ty: ty.clone(), init, span });
        self.model.tables.push(hir::Table {
            name: table.name.text.clone(),
            state,
            states: of
                .variants
                .iter()
                .zip(&rows.mentioned)
                .map(|(v, span)| (v.name.clone(), *span))
                .collect(),
        });
        let locals = u32::try_from(self.scope.params.len()).unwrap_or(u32::MAX);
        let action = rows.action(table, state, &ty, locals);
        self.model.actions.push(action);
    }
}

impl<'a> Body<'_, 'a> {
    /// The type that a parameter of an action ranges over, and the collection that it must be a member of.
    pub(super) fn parameter(&mut self, param: &'a ast::ActionParam) -> Option<(DataType, Option<hir::Expr>)> {
        let (domain, ty) = self.domain(&param.domain)?;
        let span = match &param.domain {
            ast::Domain::Type(ty) => ty.span,
            ast::Domain::Expr(expr) => expr.span,
        };
        match domain {
            hir::Domain::Type(ty) => Some((ty, None)),
            hir::Domain::Members(members) => {
                self.cx.check_countable(span, &ty)?;
                Some((ty, Some(members)))
            }
            hir::Domain::Range { .. } if ty != DataType::NUMBER => Some((ty, None)),
            hir::Domain::Range { .. } | hir::Domain::List(..) => {
                let diagnostic = Diagnostic::error(
                    Code::NotConstant,
                    span,
                    "what a parameter ranges over must be known beforehand",
                )
                .help("range over a type or a constant range, and put the rest into `when`");
                self.cx.report(diagnostic);
                None
            }
        }
    }
}
