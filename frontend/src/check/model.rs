//! Functions and models.

use super::Checker;
use super::frame::{Binder, array_of, combinations, filled, for_all, for_some, local, tabulate};
use super::globals::Signature;
use super::open::{is_claimed, is_environment};
use super::part::Numbering;
use super::scope::{Body, ModelScope, ScopeId, Time, failed};
use super::table::Rows;
use super::types::unknown;
use crate::ast::{self, ItemKind, ModelItemKind, PropertyKind, VarInit};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{self, FunctionId, Operator, StateId};
use musilc_ir::{DataType, Span};

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
    pub(super) fn declare_function(&mut self, function: &'a ast::Function) -> FunctionId {
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
            if let ItemKind::Model { name, params, items } | ItemKind::Environment { name, params, items } =
                &item.kind
            {
                let environment = matches!(item.kind, ItemKind::Environment { .. });
                // What a system has is checked without its environments too.
                let quiet = items.iter().any(is_environment);
                let before = std::mem::replace(&mut self.quiet, quiet);
                let model = self.check_model(name, params, items, environment);
                self.quiet = before;
                self.chapter.models.push(model);
            }
        }
    }

    fn check_model(
        &mut self,
        name: &'a ast::Name,
        params: &'a [ast::ModelParam],
        items: &'a [ast::ModelItem],
        environment: bool,
    ) -> hir::Model {
        self.scopes.clear();
        self.models.clear();
        self.substituted = 0;
        let mut types = Vec::new();
        for (position, param) in params.iter().enumerate() {
            if let Some(first) = params[..position].iter().find(|p| p.name.text == param.name.text) {
                self.duplicate(&param.name, first.name.span);
            }
            types.push(self.data_type(&param.ty).unwrap_or_else(unknown));
        }
        let declared = || params.iter().zip(&types).map(|(param, ty)| (param, ty.clone()));
        let values = declared().filter(|(param, _)| !param.by_ref);
        let values: Vec<(String, DataType)> =
            values.map(|(param, ty)| (param.name.text.clone(), ty)).collect();
        let role = environment.then_some(ast::PartRole::Environment);
        let scope = ModelScope { items, params: values.clone(), environment: role, ..ModelScope::default() };
        let root = self.new_scope(scope, &name.text);
        let mut numbers = Numbering::default();
        let mut refs = Vec::new();
        // Checked by itself, a model sees variables of its own in the place of those around it.
        for (param, ty) in declared().filter(|(param, _)| param.by_ref) {
            self.declare_variable(root, &param.name, ty, &mut numbers);
            refs.push(param.name.text.clone());
        }
        self.declare_scope(root, &mut numbers);
        self.declare_actions(root, &mut numbers);
        self.number_actions(root, numbers.slots());
        let model = hir::Model {
            name: name.text.clone(),
            refs,
            params: values,
            vars: Vec::new(),
            inits: Vec::new(),
            actions: Vec::new(),
            terminals: Vec::new(),
            horizons: Vec::new(),
            properties: Vec::new(),
            tables: Vec::new(),
            constants: Vec::new(),
            environment,
            guarantees: Vec::new(),
            assumptions: Vec::new(),
        };
        let claims = items.iter().any(is_claimed);
        let mut builder = ModelChecker { cx: self, model, claims };
        builder.scope(root);
        builder.terminal(root);
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

/// Checks what a model declares, in order, and all that its parts bring along.
pub(super) struct ModelChecker<'c, 'a> {
    pub(super) cx: &'c mut Checker<'a>,
    pub(super) model: hir::Model,
    /// Whether guarantees are claimed, and nothing else.
    claims: bool,
}

impl<'a> ModelChecker<'_, 'a> {
    fn scope(&mut self, scope: ScopeId) {
        let items = self.cx.scope(scope).items;
        for (position, item) in items.iter().enumerate() {
            self.item(scope, position, item);
        }
        // They may need variables of their own, which come after all others of the scope.
        self.guarantees(scope);
    }

    fn item(&mut self, scope: ScopeId, position: usize, item: &'a ast::ModelItem) {
        match &item.kind {
            ModelItemKind::Var { name, init, .. } => self.var(scope, name, init, item.span),
            ModelItemKind::Init(cond) => {
                let (mut body, indices) = Body::of_scope(self.cx, scope);
                let expr = for_all(&indices, body.boolean(cond));
                let locals = body.locals();
                self.model.inits.push(hir::Body { locals, expr });
            }
            ModelItemKind::Fn(function) => self.function(scope, function),
            ModelItemKind::Action(action) => {
                let actions = self.cx.own_actions(scope, &action.name.text, item);
                self.model.actions.extend(actions);
            }
            // Where a state is terminal the scopes of a model decide together.
            ModelItemKind::Terminal(_)
            | ModelItemKind::Group { .. }
            | ModelItemKind::Guarantee(_)
            | ModelItemKind::Protocol(_)
            | ModelItemKind::Channel(_)
            | ModelItemKind::Error => {}
            ModelItemKind::Horizon(over) => self.horizon(scope, over, item.span),
            ModelItemKind::Property { kind, inductive, name, claim } => {
                self.property(scope, *kind, *inductive, name, claim, item);
            }
            ModelItemKind::Table(table) => {
                let rows = self.cx.table_rows(table);
                self.table(scope, table, rows, item);
            }
            ModelItemKind::Part(part) => {
                let owner = self.cx.models.get(&scope).copied().unwrap_or_default();
                let constants = match part.role {
                    ast::PartRole::Own => self.cx.check_part(scope, owner, part),
                    ast::PartRole::Environment | ast::PartRole::Claimed => {
                        self.cx.loudly(|checker| checker.check_part(scope, owner, part))
                    }
                };
                self.model.constants.extend(constants);
                if let Some(inner) = self.cx.own_part(scope, part) {
                    let quiet = std::mem::replace(&mut self.cx.quiet, true);
                    self.scope(inner);
                    self.cx.quiet = quiet;
                }
            }
            ModelItemKind::Assume(assume) => self.assumption(scope, assume, item),
            ModelItemKind::Sync(_) => {
                let actions = self.cx.joint_actions(scope, position);
                self.model.actions.extend(actions);
            }
        }
    }

    fn function(&mut self, scope: ScopeId, function: &'a ast::Function) {
        let Some(&id) = self.cx.scope(scope).functions.get(&function.name.text) else { return };
        if self.cx.globals.signatures[id.0 as usize].span != function.name.span {
            return;
        }
        let (mut body, indices) = Body::of_scope(self.cx, scope);
        body.function = Some(id);
        let mut checked = check_function(&mut body, id, function, true);
        // The instance comes first.
        checked.params.splice(..0, indices.into_iter().map(|(name, local, ty)| (local, name, ty)));
        self.cx.chapter.functions[id.0 as usize] = checked;
    }

    /// A property of a part is claimed of all its instances; what some state must satisfy, of each by itself.
    fn property(
        &mut self,
        scope: ScopeId,
        kind: PropertyKind,
        inductive: bool,
        name: &ast::Name,
        claim: &'a ast::Expr,
        item: &ast::ModelItem,
    ) {
        if self.claims {
            return;
        }
        let found = self.cx.scope(scope);
        let title = format!("{}{}", found.title, name.text);
        let each = matches!(kind, PropertyKind::Reachable | PropertyKind::Recoverable);
        let instances = if each { combinations(&found.indices) } else { vec![Vec::new()] };
        let path = format!("{}{}", found.path, name.text);
        for instance in instances {
            let (mut body, mut indices) = Body::of_scope(self.cx, scope);
            if each {
                indices.clear();
                body.indices = instance.iter().map(|(value, _)| value.clone()).collect();
            }
            body.primes = kind == PropertyKind::StepInvariant;
            let (expr, formula) = if kind == PropertyKind::Temporal {
                let trivial = hir::ExprKind::Bool(true);
                let expr = hir::Expr { ty: DataType::Bool, span: claim.span, kind: trivial };
                (expr, Some(for_all_formula(&indices, body.property(claim))))
            } else {
                body.time = Time::State;
                (for_all(&indices, body.boolean(claim)), None)
            };
            let claim = hir::Body { locals: body.locals(), expr };
            let name = if each { filled(&title, &instance) } else { path.clone() };
            let (span, doc) = (item.span, item.doc.clone());
            self.model.properties.push(hir::Property { name, kind, inductive, claim, formula, span, doc });
        }
    }

    fn var(&mut self, scope: ScopeId, name: &'a ast::Name, init: &'a VarInit, span: Span) {
        let Some((id, ty, declared)) = self.cx.scope(scope).vars.get(&name.text).cloned() else { return };
        if declared != name.span {
            return;
        }
        let init =
            match init {
                VarInit::Value(value) => Some(self.initial(scope, id, |body| {
                    body.stored_or_filled(value, &ty, &format!("`{}`", name.text))
                })),
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
        self.declare(scope, name, &ty, init, span);
    }

    /// The initial value of a variable: of a part, one for each instance.
    pub(super) fn initial(
        &mut self,
        scope: ScopeId,
        id: StateId,
        value: impl FnOnce(&mut Body<'_, 'a>) -> hir::Expr,
    ) -> hir::Body {
        let (mut body, indices) = Body::of_scope(self.cx, scope);
        body.visible = id.0;
        let expr = tabulate(&indices, value(&mut body));
        hir::Body { locals: body.locals(), expr }
    }

    pub(super) fn declare(
        &mut self,
        scope: ScopeId,
        name: &ast::Name,
        ty: &DataType,
        init: Option<hir::Body>,
        span: Span,
    ) {
        let scope = self.cx.scope(scope);
        self.model.vars.push(hir::Var {
            name: format!("{}{}", scope.path, name.text),
            title: format!("{}{}", scope.title, name.text),
            ty: array_of(&scope.indices, ty),
            init,
            span,
        });
    }

    fn table(&mut self, scope: ScopeId, table: &'a ast::Table, rows: Option<Rows>, item: &'a ast::ModelItem) {
        let Some((state, ty, declared)) = self.cx.scope(scope).vars.get(&table.variable.text).cloned() else {
            return;
        };
        if declared != table.variable.span {
            return;
        }
        let DataType::Enum(of) = &ty else { return };
        let span = item.span;
        let Some(rows) = rows else {
            self.declare(scope, &table.variable, &ty, None, span);
            return;
        };
        let init = match &table.init {
            VarInit::Value(value) => Some(self.initial(scope, state, |body| {
                body.stored(value, &ty, &format!("`{}`", table.variable.text))
            })),
            VarInit::Any(_) => None,
            VarInit::Missing => {
                let kind = hir::ExprKind::Variant(rows.initial, Vec::new());
                let first = hir::Expr { ty: ty.clone(), span, kind };
                Some(self.initial(scope, state, |_| first))
            }
        };
        self.declare(scope, &table.variable, &ty, init, span);
        self.model.tables.push(hir::Table {
            name: format!("{}{}", self.cx.scope(scope).path, table.name.text),
            state,
            states: of
                .variants
                .iter()
                .zip(&rows.mentioned)
                .map(|(v, span)| (v.name.clone(), *span))
                .collect(),
        });
        let actions = self.cx.own_actions(scope, &table.name.text, item);
        self.model.actions.extend(actions);
    }

    /// Where the time of a model, or of one of its parts, is over.
    fn horizon(&mut self, scope: ScopeId, over: &'a ast::Expr, span: Span) {
        let (mut body, indices) = Body::of_scope(self.cx, scope);
        let expr = for_some(&indices, body.boolean(over));
        let locals = body.locals();
        self.model.horizons.push((hir::Body { locals, expr }, span));
    }

    /// A state is terminal where the model says so, and all its parts that say anything do so too; where the model says nothing, where
    /// all its parts say so.
    fn terminal(&mut self, root: ScopeId) {
        if self.claims {
            let kind = hir::ExprKind::Bool(true);
            let expr = hir::Expr { ty: DataType::Bool, span: Span::default(), kind };
            self.model.terminals.push(hir::Body { locals: 0, expr });
        } else if !self.cx.has_parts(root) {
            for item in self.cx.scope(root).items {
                let ModelItemKind::Terminal(cond) = &item.kind else { continue };
                let (mut body, _) = Body::of_scope(self.cx, root);
                let expr = body.boolean(cond);
                let locals = body.locals();
                self.model.terminals.push(hir::Body { locals, expr });
            }
        } else if self.cx.says_terminal(root) {
            let (mut body, _) = Body::of_scope(self.cx, root);
            let expr = body.terminal(root);
            let locals = body.locals();
            self.model.terminals.extend(expr.map(|expr| hir::Body { locals, expr }));
        }
    }
}

impl<'a> Checker<'a> {
    /// The parts that a scope declares.
    fn parts_of(&self, scope: ScopeId) -> Vec<ScopeId> {
        let parts = self.scope(scope).items.iter().filter_map(|item| match &item.kind {
            // Whether anything has to happen any more is not for environments to say.
            ModelItemKind::Part(part) if part.role == ast::PartRole::Own => self.own_part(scope, part),
            _ => None,
        });
        parts.collect()
    }

    fn has_parts(&self, scope: ScopeId) -> bool {
        !self.scope(scope).parts.is_empty()
    }

    /// Whether it is said where the scope is terminal.
    fn says_terminal(&self, scope: ScopeId) -> bool {
        let own = self.scope(scope).items.iter().any(|item| matches!(item.kind, ModelItemKind::Terminal(_)));
        let parts = self.parts_of(scope);
        own || (!parts.is_empty() && parts.into_iter().all(|part| self.says_terminal(part)))
    }
}

impl<'a> Body<'_, 'a> {
    /// Where the scope of this frame is terminal.
    fn terminal(&mut self, scope: ScopeId) -> Option<hir::Expr> {
        let joined = |op, a: hir::Expr, b| {
            let span = a.span;
            let kind = hir::ExprKind::Binary(op, Box::new(a), Box::new(b));
            hir::Expr { ty: DataType::Bool, span, kind }
        };
        let mut own: Option<hir::Expr> = None;
        for item in self.cx.scope(scope).items {
            let ModelItemKind::Terminal(cond) = &item.kind else { continue };
            let cond = self.boolean(cond);
            own = Some(match own {
                Some(before) => joined(Operator::Or, before, cond),
                None => cond,
            });
        }
        let depth = self.indices.len();
        for part in self.cx.parts_of(scope) {
            if !self.cx.says_terminal(part) {
                continue;
            }
            let binders = self.binders(part, depth);
            let frame = self.indices.iter().cloned().chain(binders.iter().map(local)).collect();
            let quiet = std::mem::replace(&mut self.cx.quiet, true);
            let of_part = self.within(part, frame, |body| body.terminal(part));
            self.cx.quiet = quiet;
            let of_part = of_part.map(|expr| for_all(&binders, expr));
            own = match (own, of_part) {
                (Some(before), Some(of_part)) => Some(joined(Operator::And, before, of_part)),
                (before, of_part) => before.or(of_part),
            };
        }
        own
    }
}

/// That a formula is true for all values of the indices.
fn for_all_formula(binders: &[Binder], formula: hir::Formula) -> hir::Formula {
    binders.iter().rev().fold(formula, |body, (name, local, ty)| {
        let span = body.span;
        let domain = Box::new(hir::Domain::Type(ty.clone()));
        let (name, local, body) = (name.clone(), *local, Box::new(body));
        hir::Formula { span, kind: hir::FormulaKind::Quantified { all: true, name, local, domain, body } }
    })
}

impl<'a> Body<'_, 'a> {
    /// The type that a parameter of an action ranges over, and the collection that it must be a member of.
    pub(super) fn parameter(&mut self, param: &'a ast::ActionParam) -> Option<(DataType, Option<hir::Expr>)> {
        let (domain, ty) = self.domain(&param.domain)?;
        let span = match &param.domain {
            ast::Domain::Type(ty) => ty.span,
            ast::Domain::Expr(expr) | ast::Domain::Channel(expr) => expr.span,
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
