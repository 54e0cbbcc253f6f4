//! A check's transition system.

use super::Lowerer;
use super::claim::Antecedents;
use super::value::Val;
use crate::ast;
use crate::check::CheckedCheck;
use crate::diagnostic::{Code, Diagnostic, has_errors};
use crate::hir::{self, Action, Body, Model};
use musilc_ir::{
    DataType, ExprId, Init, Node, Param, Predicate, Probe, ProbeKind, Property, PropertyKind, SourceVariable,
    Transition, TransitionSystem, Update, Variable,
};

/// The most values of one parameter, and of one part of an `= any`.
const PARAM_LIMIT: u64 = 1 << 16;

/// Builds the transition system of a check.
pub(crate) fn lower(
    chapter: &hir::Chapter,
    check: &CheckedCheck,
    assumed: &dyn Fn(&str) -> bool,
) -> Result<TransitionSystem, Vec<Diagnostic>> {
    let model = &chapter.models[check.model];
    let mut lowerer = Lowerer::new(chapter, assumed);
    lowerer.actions = &model.actions;
    lowerer.arguments(check);
    lowerer.constants(model);
    if has_errors(&lowerer.diagnostics) {
        return Err(lowerer.diagnostics);
    }
    let system = lowerer.system(&check.check.name, model);
    if has_errors(&lowerer.diagnostics) { Err(lowerer.diagnostics) } else { Ok(system) }
}

impl Lowerer<'_> {
    /// Evaluates the model's arguments; they are constants, so whatever fails, fails now.
    fn arguments(&mut self, check: &CheckedCheck) {
        for arg in &check.args {
            self.locals = vec![None; arg.locals as usize];
            let val = self.expr(&arg.expr);
            self.params.push(val);
            self.refuse_failures();
        }
    }

    /// The arguments of parts are constants too.
    fn constants(&mut self, model: &Model) {
        for constant in &model.constants {
            self.begin(constant.locals);
            self.expr(&constant.expr);
            self.refuse_failures();
        }
    }

    fn refuse_failures(&mut self) {
        for failure in std::mem::take(&mut self.failures) {
            let number = failure.value.and_then(|value| self.cx.as_int(value));
            let message = format!("this argument is no value: {}", failure.kind.describe(number));
            self.complain(Diagnostic::error(Code::ConstantOutOfRange, failure.span, message));
        }
    }

    fn system(&mut self, name: &str, model: &Model) -> TransitionSystem {
        self.var_types = model.vars.iter().map(|var| var.ty.clone()).collect();
        let (variables, sources) = self.declare(model);
        let init = self.init(model);
        let current: Vec<Val> = sources.iter().map(|source| self.read_leaves(source, false)).collect();
        self.next = sources.iter().map(|source| self.read_leaves(source, true)).collect();
        let mut transitions = Vec::new();
        for action in &model.actions {
            self.vars.clone_from(&current);
            if let Some(transition) = self.action(action, &current, &sources) {
                transitions.push(transition);
            }
        }
        self.vars = current;
        let terminal = self.terminal(&model.terminals);
        let mut probes = Vec::new();
        let properties =
            model.properties.iter().map(|property| self.property(property, &mut probes)).collect();
        for (over, span) in &model.horizons {
            self.begin(over.locals);
            let expr = self.scalar(&over.expr);
            self.failures.clear();
            probes.push(Probe { kind: ProbeKind::Horizon, expr, span: *span });
        }
        for table in &model.tables {
            self.declared_states(table, &mut probes);
        }
        let guarantees = self.guarantees(model);
        let system = TransitionSystem {
            name: name.to_owned(),
            context: std::mem::take(&mut self.cx),
            variables,
            init,
            transitions,
            terminal,
            properties,
            probes,
            sources,
            chart: None,
        };
        self.check_start(&system, &guarantees);
        system
    }

    fn declare(&mut self, model: &Model) -> (Vec<Variable>, Vec<SourceVariable>) {
        let mut variables: Vec<Variable> = Vec::new();
        let mut sources = Vec::new();
        for var in &model.vars {
            let first = variables.len().into();
            for (suffix, ty) in leaf_names(&var.ty).into_iter().zip(var.ty.leaves()) {
                self.cx.declare(ty.clone());
                variables.push(Variable { name: format!("{}{suffix}", var.name), ty });
            }
            sources.push(SourceVariable {
                name: var.title.clone(),
                ty: var.ty.clone(),
                first,
                span: var.span,
            });
        }
        (variables, sources)
    }

    fn read_leaves(&mut self, source: &SourceVariable, next: bool) -> Val {
        (0..source.ty.leaf_count())
            .map(|offset| {
                let id = (source.first.index() + offset).into();
                if next { self.cx.next(id) } else { self.cx.var(id) }
            })
            .collect()
    }

    fn init(&mut self, model: &Model) -> Init {
        let mut params = Vec::new();
        let mut failures = Vec::new();
        self.vars.clear();
        for var in &model.vars {
            let val = match &var.init {
                Some(body) => {
                    self.begin(body.locals);
                    let val = self.expr(&body.expr);
                    failures.append(&mut self.failures);
                    val
                }
                None => self.any(var, &var.ty, &mut params),
            };
            self.vars.push(val);
        }
        let mut conditions = Vec::new();
        let mut kept = self.cx.bool(true);
        for cond in &model.inits {
            self.begin(cond.locals);
            // Only the states that the conditions before have kept are asked.
            self.path = kept;
            let expr = self.scalar(&cond.expr);
            failures.append(&mut self.failures);
            conditions.push(expr);
            kept = self.cx.and([kept, expr]);
        }
        let conditions = conditions.into_iter().flat_map(|cond| self.conjuncts(cond)).collect();
        Init { params, failures, conditions, values: self.vars.iter().flatten().copied().collect() }
    }

    fn conjuncts(&self, expr: ExprId) -> Vec<ExprId> {
        match self.cx.node(expr) {
            Node::And(parts) => parts.iter().flat_map(|&part| self.conjuncts(part)).collect(),
            Node::Bool(true) => Vec::new(),
            _ => vec![expr],
        }
    }

    /// Any value of a type: a parameter for each part that varies by itself.
    fn any(&mut self, var: &hir::Var, ty: &DataType, params: &mut Vec<Param>) -> Val {
        match ty {
            DataType::Struct(of) => {
                of.fields.iter().flat_map(|field| self.any(var, &field.ty, params)).collect()
            }
            DataType::Array { index, element } => {
                let elements: Vec<Val> =
                    (0..index.length()).map(|_| self.any(var, element, params)).collect();
                self.array_of(&elements)
            }
            DataType::Set(element) => {
                let bits: Vec<Val> =
                    (0..element.length()).map(|_| self.any(var, &DataType::Bool, params)).collect();
                self.array_of(&bits)
            }
            DataType::Bag(element, n) => {
                let copies = DataType::Int { lo: 0, hi: i64::from(*n) };
                let slots: Vec<Val> = (0..element.length()).map(|_| self.any(var, &copies, params)).collect();
                self.array_of(&slots)
            }
            ty => match self.countable(ty, var.span, &format!("`= any` for `{}`", var.name)) {
                Some(count) => {
                    let index = u32::try_from(params.len()).unwrap_or(u32::MAX);
                    params.push(Param { name: var.name.clone(), ty: ty.clone(), count });
                    let number = self.cx.param(index, count);
                    self.value_at(ty, number)
                }
                None => self.zero(ty),
            },
        }
    }

    fn countable(&mut self, ty: &DataType, span: musilc_ir::Span, what: &str) -> Option<u32> {
        match ty.cardinality() {
            Some(count) if count <= PARAM_LIMIT => u32::try_from(count).ok(),
            count => {
                let many = count.map_or_else(|| "more than 2^64".to_owned(), |count| count.to_string());
                let message = format!("{what} would range over {many} values of `{ty}`");
                self.complain(
                    Diagnostic::error(Code::TooLarge, span, message)
                        .help(format!("up to {PARAM_LIMIT} are possible")),
                );
                None
            }
        }
    }

    fn action(&mut self, action: &Action, current: &[Val], sources: &[SourceVariable]) -> Option<Transition> {
        self.begin(action.locals);
        let mut params = Vec::new();
        let mut guard = Vec::new();
        let mut sound = true;
        for param in &action.params {
            let what = format!("the parameter `{}` of `{}`", param.name, action.name);
            let Some(count) = self.countable(&param.ty, action.span, &what) else {
                sound = false;
                continue;
            };
            let index = u32::try_from(params.len()).unwrap_or(u32::MAX);
            params.push(Param { name: param.name.clone(), ty: param.ty.clone(), count });
            let number = self.cx.param(index, count);
            let val = self.value_at(&param.ty, number);
            self.bind(param.local, val.clone());
            if let Some(members) = &param.members {
                let collection = self.expr(members);
                let member = self.contains(&members.ty, &collection, &param.ty, &val);
                guard.push(member);
                self.path = self.cx.and([self.path, member]);
            }
        }
        if !sound {
            return None;
        }
        if let Some(cond) = &action.guard {
            guard.push(self.scalar(cond));
        }
        let guard = self.cx.and(guard);
        let guard_failures = std::mem::take(&mut self.failures);
        self.path = self.cx.bool(true);
        if self.cx.as_bool(guard) != Some(false) {
            self.block(&action.body);
        }
        let guard = self.keep(action, current, guard);
        let failures = std::mem::take(&mut self.failures);
        let mut updates = Vec::new();
        for (source, (before, after)) in sources.iter().zip(current.iter().zip(&self.vars)) {
            for (offset, (before, after)) in before.iter().zip(after).enumerate() {
                if before != after {
                    updates.push(Update { variable: (source.first.index() + offset).into(), value: *after });
                }
            }
        }
        let (name, span) = (action.name.clone(), action.span);
        Some(Transition {
            name,
            params,
            guard_failures,
            guard,
            failures,
            updates,
            fairness: action.fairness,
            span,
        })
    }

    fn terminal(&mut self, terminals: &[Body]) -> Predicate {
        let mut parts = Vec::new();
        let mut failures = Vec::new();
        let mut path = self.cx.bool(true);
        for terminal in terminals {
            self.begin(terminal.locals);
            self.path = path;
            let expr = self.scalar(&terminal.expr);
            failures.append(&mut self.failures);
            parts.push(expr);
            let not = self.cx.not(expr);
            path = self.cx.and([path, not]);
        }
        Predicate { failures, expr: self.cx.or(parts) }
    }

    fn property(&mut self, property: &hir::Property, probes: &mut Vec<Probe>) -> Property {
        let kind = match property.kind {
            ast::PropertyKind::Invariant => PropertyKind::Invariant,
            ast::PropertyKind::StepInvariant => PropertyKind::Step,
            ast::PropertyKind::Reachable => PropertyKind::Reachable,
            ast::PropertyKind::Recoverable => PropertyKind::Recoverable,
            ast::PropertyKind::Temporal => PropertyKind::Temporal,
        };
        self.begin(property.claim.locals);
        let expr = self.scalar(&property.claim.expr);
        let failures = std::mem::take(&mut self.failures);
        self.begin(property.claim.locals);
        let mut antecedents = Antecedents::new();
        self.parts = 0;
        let claim = self.claim(&property.claim.expr, &mut antecedents);
        self.failures.clear();
        let mut predicate = Predicate { failures, expr };
        let mut formula = None;
        if let Some(claimed) = &property.formula {
            let lowered;
            (lowered, predicate, antecedents) = self.temporal(claimed, property.claim.locals);
            formula = Some(lowered);
        }
        if matches!(kind, PropertyKind::Invariant | PropertyKind::Temporal) {
            for (span, exprs) in antecedents {
                let expr = self.cx.or(exprs);
                probes.push(Probe {
                    kind: ProbeKind::Antecedent { property: property.name.clone() },
                    expr,
                    span,
                });
            }
        }
        Property {
            name: property.name.clone(),
            kind,
            inductive: property.inductive,
            predicate,
            claim,
            formula,
            span: property.span,
        }
    }

    fn declared_states(&mut self, table: &hir::Table, probes: &mut Vec<Probe>) {
        let variable = self.vars[table.state.0 as usize].clone();
        let ty = self.var_types[table.state.0 as usize].clone();
        let tags = self.tags(&ty, variable);
        for (position, (state, span)) in table.states.iter().enumerate() {
            let number = self.cx.int(i64::try_from(position).unwrap_or(0));
            let equal: Vec<ExprId> = tags.iter().map(|&tag| self.cx.eq(tag, number)).collect();
            let expr = self.cx.or(equal);
            let kind = ProbeKind::DeclaredState { table: table.name.clone(), state: state.clone() };
            probes.push(Probe { kind, expr, span: *span });
        }
    }
}

impl Lowerer<'_> {
    /// The tags of an enum, or of those in an array.
    fn tags(&mut self, ty: &DataType, val: Val) -> Vec<ExprId> {
        match ty {
            DataType::Array { index, element } => {
                let own = |i| self.element_at(&val, i);
                let elements: Vec<Val> = (0..index.length()).map(own).collect();
                elements.into_iter().flat_map(|own| self.tags(element, own)).collect()
            }
            _ => val.first().copied().into_iter().collect(),
        }
    }
}

/// What to add to a variable's name for each of its leaves; nothing where it has but one.
fn leaf_names(ty: &DataType) -> Vec<String> {
    fn push(ty: &DataType, prefix: &str, out: &mut Vec<String>) {
        match ty {
            DataType::Bool | DataType::Int { .. } | DataType::Set(_) | DataType::Bag(..) => {
                out.push(prefix.to_owned())
            }
            DataType::Enum(of) if ty.leaf_count() == 1 => {
                debug_assert!(!of.variants.is_empty());
                out.push(prefix.to_owned());
            }
            DataType::Enum(of) => {
                out.push(format!("{prefix}.tag"));
                for variant in &of.variants {
                    for field in &variant.fields {
                        push(&field.ty, &format!("{prefix}.{}.{}", variant.name, field.name), out);
                    }
                }
            }
            DataType::Struct(of) => {
                for field in &of.fields {
                    push(&field.ty, &format!("{prefix}.{}", field.name), out);
                }
            }
            DataType::Option(inner) => {
                out.push(format!("{prefix}.some"));
                push(inner, &format!("{prefix}.value"), out);
            }
            DataType::Array { element, .. } => push(element, prefix, out),
            DataType::Seq(element, _) => {
                out.push(format!("{prefix}.len"));
                push(element, &format!("{prefix}.item"), out);
            }
        }
    }
    let mut out = Vec::new();
    push(ty, "", &mut out);
    out
}
