//! Well-formedness of transition systems: what engines may rely on without looking.

use crate::typing::MAX_DEPTH;
use crate::{
    Claim, DataType, ExprId, Failure, Formula, FormulaKind, Node, Param, Predicate, Property, PropertyKind,
    SourceVariable, Transition, TransitionSystem, Type,
};
use rustc_hash::FxHashSet;

/// Checks that every expression is well typed and mentions only what it may, and that the parts of the system fit together.
///
/// # Errors
/// Everything that is wrong.
pub fn validate(system: &TransitionSystem) -> Result<(), Vec<String>> {
    let mut validator = Validator {
        system,
        place: String::new(),
        checked: FxHashSet::default(),
        seen: FxHashSet::default(),
        problems: Vec::new(),
    };
    validator.system();
    if validator.problems.is_empty() { Ok(()) } else { Err(validator.problems) }
}

/// What the expressions of a place may mention.
#[derive(Clone, Copy)]
struct Scope<'a> {
    variables: bool,
    next: bool,
    params: &'a [Param],
}

impl Scope<'_> {
    const STATE: Scope<'static> = Scope { variables: true, next: false, params: &[] };
}

struct Validator<'a> {
    system: &'a TransitionSystem,
    /// Where the search for problems is.
    place: String,
    /// Expressions whose node has been checked.
    checked: FxHashSet<ExprId>,
    /// Expressions that have been found to mention only what they may in this place.
    seen: FxHashSet<ExprId>,
    problems: Vec<String>,
}

impl Validator<'_> {
    /// Goes on to another place, where expressions have one scope.
    fn enter(&mut self, place: String) {
        self.place = place;
        self.seen.clear();
    }

    fn complain(&mut self, problem: impl AsRef<str>) {
        self.problems.push(format!("{}: {}", self.place, problem.as_ref()));
    }

    fn system(&mut self) {
        let system = self.system;
        self.variables();
        self.init();
        for transition in &system.transitions {
            self.enter(format!("transition {}", transition.name));
            if crate::name::blanks(&transition.name) > transition.params.len() {
                self.complain("the name has more blanks than there are parameters");
            }
            self.transition(transition);
        }
        self.enter("terminal".to_owned());
        self.predicate(&system.terminal, Scope::STATE);
        for property in &system.properties {
            self.enter(format!("property {}", property.name));
            self.property(property);
        }
        for (number, probe) in (1..).zip(&system.probes) {
            self.enter(format!("probe {number}"));
            self.boolean(probe.expr, Scope::STATE);
        }
        self.problems.extend(system.chart.iter().flat_map(|chart| chart.problems(system)));
        self.enter("sources".to_owned());
        let mut covered = vec![false; system.variables.len()];
        for source in &system.sources {
            self.source(source, &mut covered);
        }
    }

    fn variables(&mut self) {
        let system = self.system;
        self.enter("variables".to_owned());
        if system.context.variable_count() != system.variables.len() {
            self.complain(format!(
                "{} in the context, {} in the system",
                system.context.variable_count(),
                system.variables.len()
            ));
        }
        let mut names = FxHashSet::default();
        for (index, variable) in system.variables.iter().enumerate() {
            if !names.insert(&variable.name) {
                self.complain(format!("two are named {}", variable.name));
            }
            if index < system.context.variable_count()
                && *system.context.variable_type(index.into()) != variable.ty
            {
                self.complain(format!("{} has another type in the context", variable.name));
            }
            if let Err(problem) = check_type(&variable.ty) {
                self.complain(format!("{}: {problem}", variable.name));
            }
        }
    }

    fn init(&mut self) {
        let init = &self.system.init;
        self.enter("init".to_owned());
        self.params(&init.params);
        let scope = Scope { variables: false, next: false, params: &init.params };
        self.failures(&init.failures, scope);
        for &condition in &init.conditions {
            self.boolean(condition, scope);
        }
        if init.values.len() != self.system.variables.len() {
            self.complain(format!(
                "{} values for {} variables",
                init.values.len(),
                self.system.variables.len()
            ));
        }
        for (index, &value) in init.values.iter().enumerate() {
            self.assigned(index, value, scope);
        }
    }

    fn transition(&mut self, transition: &Transition) {
        self.params(&transition.params);
        let scope = Scope { params: &transition.params, ..Scope::STATE };
        self.failures(&transition.guard_failures, scope);
        self.boolean(transition.guard, scope);
        self.failures(&transition.failures, scope);
        let mut updated = FxHashSet::default();
        for update in &transition.updates {
            if !updated.insert(update.variable) {
                self.complain(format!("variable {} is updated twice", update.variable.0));
            }
            self.assigned(update.variable.index(), update.value, scope);
        }
    }

    /// An expression whose value a variable gets.
    fn assigned(&mut self, variable: usize, value: ExprId, scope: Scope<'_>) {
        let Some(ty) = self.expr(value, scope) else { return };
        match self.system.variables.get(variable) {
            None => self.complain(format!("there is no variable number {variable}")),
            Some(v) if !v.ty.same_shape(&ty) => {
                self.complain(format!("{ty} is assigned to {} of type {}", v.name, v.ty));
            }
            Some(_) => {}
        }
    }

    fn property(&mut self, property: &Property) {
        let scope = Scope { next: property.kind == PropertyKind::Step, ..Scope::STATE };
        self.predicate(&property.predicate, scope);
        let mut claims = vec![&property.claim];
        while let Some(claim) = claims.pop() {
            self.claim(claim, scope);
            claims.extend(claim.parts.iter().map(|part| &part.claim));
        }
        if property.inductive && property.kind != PropertyKind::Invariant {
            self.complain("only an invariant can be inductive");
        }
        if property.formula.is_some() != (property.kind == PropertyKind::Temporal) {
            self.complain("a formula belongs to a temporal property, and to no other");
        }
        if let Some(formula) = &property.formula {
            formula.for_each(&mut |formula| self.formula(formula));
        }
    }

    fn formula(&mut self, formula: &Formula) {
        match &formula.kind {
            FormulaKind::State(claim) => {
                let mut claims = vec![claim];
                while let Some(claim) = claims.pop() {
                    self.claim(claim, Scope::STATE);
                    claims.extend(claim.parts.iter().map(|part| &part.claim));
                }
            }
            FormulaKind::Taken { transition, args } => {
                match self.system.transitions.get(transition.index()) {
                    None => self.complain(format!("there is no transition number {}", transition.0)),
                    Some(taken) => {
                        let fits =
                            |(param, arg): (&Param, &Option<u32>)| arg.is_none_or(|arg| arg < param.count);
                        if taken.params.len() != args.len() || !taken.params.iter().zip(args).all(fits) {
                            self.complain(format!("the arguments do not fit transition {}", taken.name));
                        }
                    }
                }
            }
            _ => {}
        }
    }

    fn claim(&mut self, claim: &Claim, scope: Scope<'_>) {
        self.boolean(claim.expr, scope);
        for shown in &claim.shown {
            let leaves = shown.ty.leaves();
            if leaves.len() != shown.leaves.len() {
                self.complain(format!("{} leaves shown of {}", shown.leaves.len(), shown.ty));
            }
            for (leaf, ty) in shown.leaves.iter().zip(leaves) {
                if let Some(actual) = self.expr(*leaf, scope)
                    && !ty.same_shape(&actual)
                {
                    self.complain(format!("{actual} shown as a leaf {ty} of {}", shown.ty));
                }
            }
        }
    }

    fn params(&mut self, params: &[Param]) {
        for param in params {
            if param.count == 0 || param.ty.cardinality() != Some(param.count.into()) {
                self.complain(format!("parameter {} has {} values of {}", param.name, param.count, param.ty));
            }
        }
    }

    fn predicate(&mut self, predicate: &Predicate, scope: Scope<'_>) {
        self.failures(&predicate.failures, scope);
        self.boolean(predicate.expr, scope);
    }

    fn failures(&mut self, failures: &[Failure], scope: Scope<'_>) {
        for failure in failures {
            self.boolean(failure.condition, scope);
            if let Some(value) = failure.value
                && let Some(ty) = self.expr(value, scope)
                && ty.bounds().is_none()
            {
                self.complain(format!("{ty} is shown as the number at fault"));
            }
        }
    }

    fn boolean(&mut self, expr: ExprId, scope: Scope<'_>) {
        if let Some(ty) = self.expr(expr, scope)
            && ty != Type::Bool
        {
            self.complain(format!("{ty} stands where bool is needed"));
        }
    }

    /// Checks an expression and everything that it is built from; its type, if it exists.
    fn expr(&mut self, root: ExprId, scope: Scope<'_>) -> Option<Type> {
        let context = &self.system.context;
        if root.index() >= context.len() {
            self.complain(format!("there is no expression number {}", root.0));
            return None;
        }
        let mut pending = vec![root];
        while let Some(expr) = pending.pop() {
            if !self.seen.insert(expr) {
                continue;
            }
            let node = context.node(expr);
            node.for_each_child(|child| pending.push(child));
            if let Err(problem) = scope.allows(node) {
                self.complain(problem);
            }
            if self.checked.insert(expr)
                && let Err(problem) = context.check_node(node)
            {
                self.complain(format!("{problem} in {node:?}"));
            }
        }
        Some(context.type_of(root).clone())
    }

    fn source(&mut self, source: &SourceVariable, covered: &mut [bool]) {
        let mut ty = &source.ty;
        for _ in 0..crate::name::blanks(&source.name) {
            match ty {
                DataType::Array { element, .. } => ty = element,
                _ => return self.complain(format!("{} has more blanks than indices", source.name)),
            }
        }
        for (leaf, index) in source.ty.leaves().into_iter().zip(source.first.index()..) {
            match self.system.variables.get(index) {
                None => self.complain(format!("{} has leaves past the last variable", source.name)),
                Some(v) if v.ty != leaf => {
                    self.complain(format!("{} has a leaf {leaf}, but {} is {}", source.name, v.name, v.ty));
                }
                Some(v) if covered[index] => self.complain(format!("{} belongs to two", v.name)),
                Some(_) => {}
            }
            if let Some(covered) = covered.get_mut(index) {
                *covered = true;
            }
        }
    }
}

impl Scope<'_> {
    fn allows(&self, node: &Node) -> Result<(), String> {
        match node {
            Node::Var(_) if !self.variables => Err("mentions a variable".to_owned()),
            Node::Next(_) if !self.next => Err("mentions a variable after the step".to_owned()),
            Node::Param { index, count } => match self.params.get(*index as usize) {
                Some(param) if param.count == *count => Ok(()),
                Some(param) => {
                    Err(format!("parameter {} with {count} values has {}", param.name, param.count))
                }
                None => Err(format!("there is no parameter number {index}")),
            },
            _ => Ok(()),
        }
    }
}

/// Whether values of the type can be counted on: ranges and arrays are not empty, numbers are far from overflow.
fn check_type(ty: &Type) -> Result<(), String> {
    const MOST: u64 = 1 << 62;
    if ty.depth() > MAX_DEPTH {
        return Err(format!("arrays are nested more than {MAX_DEPTH} deep"));
    }
    match ty {
        Type::Bool => Ok(()),
        Type::Int { lo, hi } if lo > hi => Err(format!("the range {ty} is empty")),
        Type::Int { lo, hi } if lo.unsigned_abs() >= MOST || hi.unsigned_abs() >= MOST => {
            Err(format!("the range {ty} comes too near to overflow"))
        }
        Type::Int { .. } => Ok(()),
        Type::Array { len: 0, .. } => Err("an array has no elements".to_owned()),
        Type::Array { element, .. } => check_type(element),
    }
}
