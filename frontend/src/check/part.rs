//! Parts: their scopes, their arguments, and what is read of them from outside.

use super::expressions::describe;
use super::frame::{Binder, array_of, for_all, has_literals, local};
use super::open::is_environment;
use super::scope::{ActionEntry, Body, ModelScope, ScopeId, Stand};
use super::types::{CELL_LIMIT, cells, is_unknown, unknown};
use super::{Checker, suggest};
use crate::ast::{self, ExprKind as Ast, ModelItemKind, Name, PartRole};

use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{self, Expr, ExprKind, Operator, StateId};
use musilc_ir::{DataType, Span};
use std::collections::HashMap;

/// The most parts of a model, those of its parts included, and the most instances of one of them.
const PART_LIMIT: usize = 1_000;

/// How deep parts may be nested.
const DEPTH_LIMIT: usize = 16;

/// What has been numbered of the model that is being checked.
#[derive(Default)]
pub(super) struct Numbering {
    vars: u32,
    parts: usize,
    slots: usize,
}

impl Numbering {
    /// How many actions have been declared.
    pub(super) fn slots(&self) -> usize {
        self.slots
    }
}

impl<'a> Checker<'a> {
    /// Enters the names of a model, and those of its parts. Doubled names are reported.
    pub(super) fn declare_scope(&mut self, id: ScopeId, numbers: &mut Numbering) {
        let items = self.scope(id).items;
        let mut first: HashMap<&str, Span> = HashMap::new();
        if let Some(params) = self.declared_params(id) {
            first.extend(params.iter().map(|param| (param.name.text.as_str(), param.name.span)));
        }
        for item in items {
            let (declared, ty) = match &item.kind {
                ModelItemKind::Var { name, ty, .. } => (vec![name], Some((name, ty))),
                ModelItemKind::Table(table) => {
                    (vec![&table.name, &table.variable], Some((&table.variable, &table.ty)))
                }
                ModelItemKind::Fn(function) => (vec![&function.name], None),
                ModelItemKind::Action(action) => (vec![&action.name], None),
                ModelItemKind::Property { name, .. } => (vec![name], None),
                ModelItemKind::Part(part) => (vec![&part.name], None),
                ModelItemKind::Guarantee(guarantee) => (vec![&guarantee.name], None),
                ModelItemKind::Assume(assume) => (vec![&assume.name], None),
                ModelItemKind::Init(_)
                | ModelItemKind::Terminal(_)
                | ModelItemKind::Horizon(_)
                | ModelItemKind::Group { .. }
                | ModelItemKind::Sync(_)
                | ModelItemKind::Protocol(_)
                | ModelItemKind::Channel(_)
                | ModelItemKind::Error => continue,
            };
            for name in declared {
                match first.get(name.text.as_str()) {
                    // Of the names in a model and its environments only the check is to blame.
                    Some(&span) if is_environment(item) => {
                        self.loudly(|checker| checker.duplicate(name, span))
                    }
                    Some(&span) => self.duplicate(name, span),
                    None => drop(first.insert(&name.text, name.span)),
                }
            }
            if let Some((name, ty)) = ty {
                let ty = self.data_type(ty).unwrap_or_else(unknown);
                self.declare_variable(id, name, ty, numbers);
            }
            match &item.kind {
                ModelItemKind::Fn(function) => {
                    let function_id = self.declare_function(function);
                    self.scopes[id.0].functions.entry(function.name.text.clone()).or_insert(function_id);
                }
                ModelItemKind::Part(part) => self.declare_part(id, part, numbers),
                _ => {}
            }
        }
        self.declare_claims(id, numbers);
    }

    fn declared_params(&self, id: ScopeId) -> Option<&'a [ast::ModelParam]> {
        let model = self.models.get(&id)?;
        self.globals.models.get(model).map(|model| model.params)
    }

    pub(super) fn declare_variable(
        &mut self,
        id: ScopeId,
        name: &Name,
        ty: DataType,
        numbers: &mut Numbering,
    ) {
        let state = StateId(numbers.vars);
        numbers.vars += 1;
        // There is one for each instance, and all of them together are a value of a type.
        let parts = cells(&array_of(&self.scope(id).indices, &ty));
        if parts > CELL_LIMIT && self.is_part(id) && !is_unknown(&ty) {
            let message =
                format!("the variables `{}` of all instances together have {parts} parts", name.text);
            let help = format!(
                "up to {CELL_LIMIT} are possible; a smaller range or capacity usually shows the same bugs"
            );
            self.report_always(Diagnostic::error(Code::TooLarge, name.span, message).help(help));
        }
        // Of several declarations the first counts.
        self.scopes[id.0].vars.entry(name.text.clone()).or_insert((state, ty, name.span));
    }

    /// Enters a part with all that its model declares. Where that cannot be, its name is known and nothing else, which is silent.
    fn declare_part(&mut self, parent: ScopeId, part: &'a ast::Part, numbers: &mut Numbering) {
        let declared = self.globals.models.get(part.model.text.as_str()).copied();
        let mut known = declared.is_some_and(|model| model.environment == (part.role != PartRole::Own))
            && !self.reaches_itself(&part.model.text);
        let around = self.scope(parent);
        let depth = around.path.matches('.').count();
        let mut indices = around.indices.clone();
        let mut title = around.title.clone() + &part.name.text;
        let path = format!("{}{}.", around.path, part.name.text);
        if let Some(index) = &part.index {
            let ty = self.data_type(&index.ty);
            known &= ty.is_some();
            indices.push((index.name.text.clone(), ty.unwrap_or_else(unknown)));
            title.push_str("[_]");
        }
        title.push('.');
        numbers.parts += 1;
        let instances =
            indices.iter().fold(1u64, |n, (_, ty)| n.saturating_mul(ty.cardinality().unwrap_or(u64::MAX)));
        if known && (depth >= DEPTH_LIMIT || numbers.parts > PART_LIMIT || instances > PART_LIMIT as u64) {
            self.too_many(part, depth, instances);
            known = false;
        }
        let Some(model) = declared.filter(|_| known) else {
            let scope = ModelScope { parent: Some(parent), indices, unknown: true, ..ModelScope::default() };
            let id = self.new_scope(scope, &part.model.text);
            self.scopes[parent.0].parts.entry(part.name.text.clone()).or_insert((id, part.name.span));
            return;
        };
        let names: Vec<String> = model.params.iter().map(|param| param.name.text.clone()).collect();
        let quiet = std::mem::replace(&mut self.quiet, true);
        let arranged = self.arrange(part.model.span, "", &names, &part.args);
        let mut stands = HashMap::new();
        for (position, param) in model.params.iter().enumerate() {
            let arg = arranged.as_ref().and_then(|arranged| arranged.get(position));
            let stand = match (arg.map(|arg| (arg, &arg.kind)), param.by_ref) {
                (Some((_, Ast::Ref(place))), true) => Stand::Place(place),
                (Some((_, Ast::Ref(_))), false) | (Some(_), true) | (None, _) => Stand::Unknown,
                (Some((value, _)), false) => match self.data_type(&param.ty) {
                    Some(ty) => Stand::Value(value, ty),
                    None => Stand::Unknown,
                },
            };
            stands.insert(param.name.text.clone(), stand);
        }
        let scope = ModelScope {
            parent: Some(parent),
            path,
            title,
            indices,
            items: model.items,
            stands,
            environment: (part.role != PartRole::Own).then_some(part.role),
            ..ModelScope::default()
        };
        let id = self.new_scope(scope, &part.model.text);
        self.scopes[parent.0].parts.entry(part.name.text.clone()).or_insert((id, part.name.span));
        // What is wrong in the model has been reported, or will be, where it is checked by itself.
        self.declare_scope(id, numbers);
        self.quiet = quiet;
    }

    pub(super) fn new_scope(&mut self, scope: ModelScope<'a>, model: &'a str) -> ScopeId {
        let id = ScopeId(self.scopes.len());
        self.scopes.push(scope);
        self.models.insert(id, model);
        id
    }

    fn too_many(&mut self, part: &ast::Part, depth: usize, instances: u64) {
        let message = if depth >= DEPTH_LIMIT {
            format!("parts are nested more than {DEPTH_LIMIT} deep")
        } else if instances > PART_LIMIT as u64 {
            format!("there would be {instances} instances of this part")
        } else {
            format!("this model has more than {PART_LIMIT} parts, those of its parts included")
        };
        let diagnostic = Diagnostic::error(Code::TooLarge, part.name.span, message)
            .help(format!("up to {PART_LIMIT} are possible, nested up to {DEPTH_LIMIT} deep"));
        // Of the parts of parts only the model around knows how many there are.
        self.report_always(diagnostic);
    }

    /// Enters the actions of a scope and its parts, once all variables are known.
    pub(super) fn declare_actions(&mut self, id: ScopeId, numbers: &mut Numbering) {
        for item in self.scope(id).items {
            let (name, params) = match &item.kind {
                ModelItemKind::Action(action) => {
                    let (mut body, _) = Body::of_scope(self, id);
                    let mut params = Vec::new();
                    for param in &action.params {
                        let ty = body.parameter(param).map_or_else(unknown, |(ty, _)| ty);
                        body.bind(&param.name.text, ty.clone());
                        params.push((param.name.text.clone(), ty));
                    }
                    (&action.name, params)
                }
                ModelItemKind::Table(table) => {
                    let declared = self.scope(id).vars.get(&table.variable.text);
                    let ty = declared.map_or_else(unknown, |(_, ty, _)| ty.clone());
                    (&table.name, vec![("to".to_owned(), ty)])
                }
                ModelItemKind::Part(part) => {
                    if let Some(inner) = self.own_part(id, part) {
                        self.quietly(|checker| checker.declare_actions(inner, numbers));
                    }
                    continue;
                }
                _ => continue,
            };
            let entry = ActionEntry { slot: numbers.slots, params, item };
            numbers.slots += 1;
            self.scopes[id.0].actions.entry(name.text.clone()).or_insert(entry);
        }
    }

    /// The scope of a part; `None` where nothing is known of it, after an error.
    pub(super) fn own_part(&self, id: ScopeId, part: &ast::Part) -> Option<ScopeId> {
        let (inner, span) = self.scope(id).parts.get(&part.name.text)?;
        (*span == part.name.span && !self.scope(*inner).unknown).then_some(*inner)
    }

    /// Whether the parts of a model end up with a part that is made of this model.
    fn reaches_itself(&self, model: &str) -> bool {
        self.reaches(model, model)
    }

    /// Whether a model has a part, or a part of a part, that is made of the other one.
    fn reaches(&self, from: &str, to: &str) -> bool {
        let (mut stack, mut seen) = (vec![from], std::collections::HashSet::new());
        while let Some(model) = stack.pop() {
            let items = self.globals.models.get(model).map(|model| model.items).unwrap_or_default();
            for item in items {
                let ModelItemKind::Part(part) = &item.kind else { continue };
                if part.model.text == to {
                    return true;
                }
                if seen.insert(part.model.text.as_str()) {
                    stack.push(&part.model.text);
                }
            }
        }
        false
    }

    /// Checks the declaration of a part, in the scope where it stands. Gives what of its arguments must have a value.
    pub(super) fn check_part(&mut self, around: ScopeId, owner: &str, part: &'a ast::Part) -> Vec<hir::Body> {
        let Some(model) = self.globals.models.get(part.model.text.as_str()).copied() else {
            match part.role {
                PartRole::Own => self.unknown_model(&part.model),
                PartRole::Environment | PartRole::Claimed => self.unknown_environment(&part.model),
            }
            return Vec::new();
        };
        if model.environment != (part.role != PartRole::Own) {
            self.not_an_environment(part);
            return Vec::new();
        }
        if part.model.text == owner || self.reaches(&part.model.text, owner) {
            // Of the models of a cycle the first says it all.
            let known =
                self.looping.iter().any(|other| self.reaches(other, owner) && self.reaches(owner, other));
            if known {
                return Vec::new();
            }
            self.looping.push(owner.to_owned());
            let mut message = format!("the model `{owner}` is a part of itself");
            if part.model.text != owner {
                message.push_str(&format!(", through `{}`", part.model.text));
            }
            let diagnostic = Diagnostic::error(Code::RecursiveDefinition, part.model.span, message)
                .help("everything in musil is finite: for many of the same, give the part an index");
            self.report(diagnostic);
            return Vec::new();
        }
        let mut key = None;
        if let Some(index) = &part.index {
            let Some(ty) = self.data_type(&index.ty) else { return Vec::new() };
            if self.check_countable(index.ty.span, &ty).is_none() {
                return Vec::new();
            }
            if !has_literals(&ty) {
                let message = format!("{} cannot tell parts apart", describe(&ty));
                let help = "use a range, a boolean, an enum, a struct or an option";
                self.report(Diagnostic::error(Code::TypeMismatch, index.ty.span, message).help(help));
                return Vec::new();
            }
            key = Some((index.name.text.clone(), ty));
        }
        let names: Vec<String> = model.params.iter().map(|param| param.name.text.clone()).collect();
        let kind = if model.environment { "environment" } else { "model" };
        let what = format!("the {kind} `{}`", part.model.text);
        let shown: Vec<&str> =
            model.params.iter().map(|param| if param.by_ref { "ref …" } else { "…" }).collect();
        let Some(args) = self.arrange_as(part.model.span, &what, &names, &shown, &part.args) else {
            return Vec::new();
        };
        let mut constants = Vec::new();
        for (param, arg) in model.params.iter().zip(args) {
            let Some(ty) = self.data_type(&param.ty) else { continue };
            let place = match (&arg.kind, param.by_ref) {
                (Ast::Ref(place), true) => Some(&**place),
                (Ast::Ref(_), false) | (_, true) => {
                    self.wrong_kind(param, arg);
                    continue;
                }
                (_, false) => None,
            };
            let (mut body, mut binders) = Body::of_scope(self, around);
            if let Some((name, ty)) = &key {
                let binder = (name.clone(), body.fresh(), ty.clone());
                body.set_index(name.clone(), local(&binder));
                binders.push(binder);
            }
            body.constant = true;
            let values = match place {
                Some(place) => body.referred(place, &ty, &param.name.text),
                None => {
                    vec![body.stored_or_filled(arg, &ty, &format!("the parameter `{}`", param.name.text))]
                }
            };
            constants.extend(body.must_have_values(&binders, values));
        }
        constants
    }

    /// Reports `ref` where a value is wanted, or a value where it is missing.
    fn wrong_kind(&mut self, param: &ast::ModelParam, arg: &ast::Expr) {
        let name = &param.name.text;
        let diagnostic = if param.by_ref {
            let message = format!("the parameter `{name}` stands for a variable, and this is a value");
            let written = self.text.get(arg.span.range()).unwrap_or("…");
            let place = matches!(arg.kind, Ast::Path(_) | Ast::Field(..) | Ast::Index(..));
            let written = if place { written } else { "VARIABLE" };
            Diagnostic::error(Code::RefMismatch, arg.span, message).help(format!("write `ref {written}`"))
        } else {
            let message = format!("the parameter `{name}` is a value, and `ref` gives a variable");
            Diagnostic::error(Code::RefMismatch, arg.span, message)
                .help(format!("leave out `ref`, or declare the parameter as `ref {name}: …`"))
        };
        self.report(diagnostic.label(param.name.span, "declared here"));
    }

    /// Reports a model that does not exist.
    pub(super) fn unknown_model(&mut self, model: &Name) {
        let mut names = self.names_of_models(false);
        names.sort_unstable();
        let message = format!("there is no model `{}`", model.text);
        let diagnostic = Diagnostic::error(Code::UnknownModel, model.span, message);
        let diagnostic = match names.as_slice() {
            [] => diagnostic.help("the chapter declares no models; one begins with `model`"),
            _ => suggest(diagnostic, &model.text, names),
        };
        self.report(diagnostic);
    }
}

impl<'a> Body<'_, 'a> {
    /// Checks what `ref` gives to a parameter of this type. Gives the indices on the way to it.
    fn referred(&mut self, place: &'a ast::Expr, ty: &DataType, param: &str) -> Vec<Expr> {
        let reported = self.cx.diagnostics.len();
        if !is_place(place) {
            let message = "`ref` needs a variable";
            let help = "a variable of this model, with any number of `[i]` and `.field` after it";
            self.report(Diagnostic::error(Code::RefMismatch, place.span, message).help(help));
            return Vec::new();
        }
        let Some(found) = self.place(place) else { return Vec::new() };
        if found.ty != *ty && !is_unknown(&found.ty) && self.cx.diagnostics.len() == reported {
            let message =
                format!("`ref` needs a variable of the type `{ty}`, and this one has `{}`", found.ty);
            let help = format!("both use the same variable, so the type of `{param}` must be the same");
            self.report(Diagnostic::error(Code::TypeMismatch, place.span, message).help(help));
        }
        // Read, it says what each index belongs to.
        let constant = std::mem::replace(&mut self.constant, false);
        let read = self.expr(place, None);
        self.constant = constant;
        let mut indices = Vec::new();
        let mut rest = read;
        loop {
            match rest.kind {
                ExprKind::Index(base, index) => {
                    match &base.ty {
                        DataType::Array { index: key, .. } => {
                            indices.push(self.store(*index, key, "the index", false));
                        }
                        _ => {
                            let message = "an element of a sequence may be missing, and `ref` needs a variable that never is";
                            let help = "give the whole sequence, or use an array";
                            self.report(Diagnostic::error(Code::RefMismatch, place.span, message).help(help));
                            return Vec::new();
                        }
                    }
                    rest = *base;
                }
                ExprKind::Field(base, _) => rest = *base,
                _ => return indices,
            }
        }
    }

    /// What says of values that evaluating them does not fail, whatever the indices are.
    fn must_have_values(&mut self, binders: &[Binder], values: Vec<Expr>) -> Vec<hir::Body> {
        let sound = values.into_iter().filter(|value| !value.is_failed());
        let conditions: Vec<Expr> = sound
            .map(|value| {
                let (span, both) = (value.span, Box::new(value));
                let kind = ExprKind::Binary(Operator::Eq, both.clone(), both);
                for_all(binders, Expr { ty: DataType::Bool, span, kind })
            })
            .collect();
        let locals = self.locals();
        conditions.into_iter().map(|expr| hir::Body { locals, expr }).collect()
    }

    /// Reports what depends on the state in an argument of a part.
    pub(super) fn depends_on_state(&mut self, span: Span, text: &str) -> Expr {
        let message = format!("`{text}` depends on the state, and an argument of a part is fixed");
        let diagnostic = Diagnostic::error(Code::NotConstant, span, message)
            .help("give the part the variable itself: `ref …`, for a parameter that is declared with `ref`");
        self.report(diagnostic)
    }
}

/// Whether an expression looks like a place.
fn is_place(e: &ast::Expr) -> bool {
    match &e.kind {
        Ast::Paren(inner) => is_place(inner),
        Ast::Path(path) => path.qualifier.is_none(),
        Ast::Field(base, _) | Ast::Index(base, _) => is_place(base),
        Ast::Error => true,
        _ => false,
    }
}
