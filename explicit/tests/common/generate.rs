//! Random small systems, valid by construction, made from a list of choices: shrinking the list shrinks the system, and where
//! it has run out every choice is the first, simplest one.

use musilc_ir::{
    Claim, Context, DataType, ExprId, Failure, FailureKind, Fairness, Init, Param, Predicate, Probe,
    ProbeKind, Property, PropertyKind, Span, Transition, TransitionSystem, Type, Update, VarId, Variable,
};
use proptest::prelude::*;

/// Choices to make a system from.
pub(crate) fn choices() -> impl Strategy<Value = Vec<u16>> {
    proptest::collection::vec(any::<u16>(), 1..1500)
}

/// What an expression may mention.
#[derive(Clone, Default)]
struct Scope {
    variables: bool,
    next: bool,
    params: Vec<u32>,
}

struct Generator<'c> {
    choices: std::slice::Iter<'c, u16>,
    cx: Context,
    variables: Vec<Type>,
}

/// The system that the choices make.
pub(crate) fn generate(choices: &[u16]) -> TransitionSystem {
    let mut g = Generator { choices: choices.iter(), cx: Context::new(), variables: Vec::new() };
    for _ in 0..1 + g.below(5) {
        let ty = g.ty();
        g.cx.declare(ty.clone());
        g.variables.push(ty);
    }
    let init = g.init();
    let transitions = (0..1 + g.below(4)).map(|_| g.transition()).collect();
    let states = Scope { variables: true, ..Scope::default() };
    let terminal = g.predicate(&states, 1);
    let properties = (0..g.below(4)).map(|number| g.property(number)).collect();
    let probes = (0..g.below(3)).map(|number| g.probe(number, &states)).collect();
    let named = g.variables.iter().enumerate();
    let variables =
        named.map(|(number, ty)| Variable { name: format!("v{number}"), ty: ty.clone() }).collect();
    let system = TransitionSystem {
        name: "generated".to_owned(),
        context: g.cx,
        variables,
        init,
        transitions,
        terminal,
        properties,
        probes,
        sources: Vec::new(),
        chart: None,
    };
    assert_eq!(musilc_ir::validate(&system), Ok(()));
    system
}

impl Generator<'_> {
    fn below(&mut self, n: usize) -> usize {
        self.choices.next().map_or(0, |&choice| usize::from(choice) % n)
    }

    fn int(&mut self, lo: i64, hi: i64) -> i64 {
        lo + self.below((hi - lo + 1) as usize) as i64
    }

    fn scalar_ty(&mut self) -> Type {
        match self.below(4) {
            0 => Type::Bool,
            1 => Type::Int { lo: 0, hi: 6 },
            2 => Type::Int { lo: -1, hi: 1 },
            _ => {
                let lo = self.int(-2, 5);
                Type::Int { lo, hi: lo + self.int(0, 3) }
            }
        }
    }

    fn ty(&mut self) -> Type {
        let scalar = self.scalar_ty();
        match self.below(6) {
            0..=2 => scalar,
            3 | 4 => Type::array(1 + self.below(3) as u32, scalar),
            _ => Type::array(2, Type::array(1 + self.below(2) as u32, scalar)),
        }
    }

    fn params(&mut self) -> (Vec<Param>, Vec<u32>) {
        let counts: Vec<u32> = (0..self.below(3)).map(|_| 1 + self.below(3) as u32).collect();
        let params = counts.iter().enumerate().map(|(number, &count)| Param {
            name: format!("p{number}"),
            ty: DataType::Int { lo: 0, hi: i64::from(count) - 1 },
            count,
        });
        (params.collect(), counts)
    }

    fn init(&mut self) -> Init {
        let (params, counts) = self.params();
        let scope = Scope { params: counts, ..Scope::default() };
        let failures = self.failures(&scope, 12);
        let conditions = (0..self.below(3).saturating_sub(1)).map(|_| self.likely(&scope)).collect();
        let types = self.variables.clone();
        let values = types.iter().map(|ty| self.expr(ty, 2, &scope)).collect();
        Init { params, failures, conditions, values }
    }

    fn transition(&mut self) -> Transition {
        let (params, counts) = self.params();
        let scope = Scope { variables: true, params: counts, ..Scope::default() };
        let guard_failures = self.failures(&scope, 12);
        let guard = match self.below(3) {
            0 => self.expr(&Type::Bool, 3, &scope),
            _ => self.likely(&scope),
        };
        let mut failures = self.failures(&scope, 8);
        let mut updates = Vec::new();
        let types = self.variables.clone();
        for (number, ty) in types.iter().enumerate() {
            let variable = VarId::from(number);
            let value = match (self.below(8), ty) {
                (0, _) => continue,
                // A counter that goes round.
                (1..=4, &Type::Int { lo, hi }) => {
                    let (old, step) = (self.cx.var(variable), self.int(1, 3));
                    let (step, low, count) =
                        (self.cx.int(step - lo), self.cx.int(lo), self.cx.int(hi - lo + 1));
                    let sum = self.cx.add([old, step]);
                    let round = self.cx.rem(sum, count);
                    let value = self.cx.add([round, low]);
                    self.cx.narrow(value, lo, hi)
                }
                // One element changes.
                (1..=4, &Type::Array { len, ref element }) if !matches!(**element, Type::Array { .. }) => {
                    let old = self.cx.var(variable);
                    let (index, value) = (self.index(len, 1, &scope), self.expr(element, 3, &scope));
                    self.cx.store(old, index, value)
                }
                // A number that may leave its range, as the language has it.
                (5, &Type::Int { lo, hi }) => {
                    let (old, step) = (self.cx.var(variable), self.int(-2, 2));
                    let step = self.cx.int(step);
                    let value = self.cx.add([old, step]);
                    let (low, high) = (self.cx.int(lo), self.cx.int(hi));
                    let (below, above) = (self.cx.lt(value, low), self.cx.lt(high, value));
                    let condition = self.cx.or([below, above]);
                    failures.push(Failure {
                        condition,
                        kind: FailureKind::OutOfRange { lo, hi, target: "x".to_owned() },
                        value: Some(value),
                        span: Span::default(),
                    });
                    self.cx.narrow(value, lo, hi)
                }
                _ => self.expr(ty, 4, &scope),
            };
            updates.push(Update { variable, value });
        }
        Transition {
            name: "t".to_owned(),
            params,
            guard_failures,
            guard,
            failures,
            updates,
            fairness: Fairness::None,
            span: Span::default(),
        }
    }

    fn property(&mut self, number: usize) -> Property {
        let kind = [PropertyKind::Invariant, PropertyKind::Reachable, PropertyKind::Step][self.below(3)];
        let scope = Scope { variables: true, next: kind == PropertyKind::Step, ..Scope::default() };
        let failures = self.failures(&scope, 10);
        let expr = match kind {
            PropertyKind::Reachable => self.expr(&Type::Bool, 3, &scope),
            _ => {
                let (a, b) = (self.likely(&scope), self.likely(&scope));
                self.cx.or([a, b])
            }
        };
        Property {
            name: format!("property{number}"),
            kind,
            inductive: false,
            predicate: Predicate { failures, expr },
            claim: Claim { span: Span::default(), expr, parts: Vec::new(), shown: Vec::new() },
            formula: None,
            span: Span::default(),
        }
    }

    fn probe(&mut self, number: usize, scope: &Scope) -> Probe {
        let expr = self.expr(&Type::Bool, 3, scope);
        Probe {
            kind: ProbeKind::Antecedent { property: format!("property{number}") },
            expr,
            span: Span::default(),
        }
    }

    fn predicate(&mut self, scope: &Scope, depth: u32) -> Predicate {
        let failures = self.failures(scope, 6);
        let stuck_is_fine = self.below(3) > 0;
        let expr = if stuck_is_fine { self.cx.bool(true) } else { self.expr(&Type::Bool, depth, scope) };
        Predicate { failures, expr }
    }

    /// Most often none: one in `rarity` is not empty.
    fn failures(&mut self, scope: &Scope, rarity: usize) -> Vec<Failure> {
        let count = if self.below(rarity) + 1 == rarity { 1 + self.below(2) } else { 0 };
        let mut out = Vec::new();
        for _ in 0..count {
            let likely = self.likely(scope);
            let condition = self.cx.not(likely);
            let kind = FailureKind::DivisionByZero;
            out.push(Failure { condition, kind, value: None, span: Span::default() });
        }
        out
    }

    /// A condition that is true more often than not.
    fn likely(&mut self, scope: &Scope) -> ExprId {
        let (a, b) = (self.expr(&Type::Bool, 3, scope), self.expr(&Type::Bool, 3, scope));
        self.cx.or([a, b])
    }

    /// An expression whose value belongs to the type.
    fn expr(&mut self, ty: &Type, depth: u32, scope: &Scope) -> ExprId {
        match ty {
            Type::Bool => self.boolean(depth, scope),
            Type::Int { lo, hi } => {
                let value = self.integer(depth, scope);
                self.cx.narrow(value, *lo, *hi)
            }
            Type::Array { len, element } => self.array(ty, *len, element, depth, scope),
        }
    }

    /// A variable of this shape, if there is one.
    fn variable(&mut self, fits: impl Fn(&Type) -> bool, scope: &Scope) -> Option<ExprId> {
        if !scope.variables {
            return None;
        }
        let found: Vec<usize> =
            self.variables.iter().enumerate().filter(|(_, ty)| fits(ty)).map(|(number, _)| number).collect();
        if found.is_empty() {
            return None;
        }
        let variable = VarId::from(found[self.below(found.len())]);
        let next = scope.next && self.below(2) == 1;
        Some(if next { self.cx.next(variable) } else { self.cx.var(variable) })
    }

    /// An element of an array variable with such elements, or of an element of one.
    fn element(&mut self, fits: impl Fn(&Type) -> bool, depth: u32, scope: &Scope) -> Option<ExprId> {
        let holds = |ty: &Type| match ty {
            Type::Array { element, .. } => match &**element {
                Type::Array { element, .. } => fits(element),
                other => fits(other),
            },
            _ => false,
        };
        let mut value = self.variable(holds, scope)?;
        while let Type::Array { len, .. } = *self.cx.type_of(value) {
            let index = self.index(len, depth, scope);
            value = self.cx.select(value, index);
        }
        Some(value)
    }

    fn index(&mut self, len: u32, depth: u32, scope: &Scope) -> ExprId {
        let value = self.integer(depth.saturating_sub(1), scope);
        self.cx.narrow(value, 0, i64::from(len) - 1)
    }

    fn boolean(&mut self, depth: u32, scope: &Scope) -> ExprId {
        let choice = self.below(if depth == 0 { 3 } else { 11 });
        let less = depth.saturating_sub(1);
        match choice {
            0 => self.cx.bool(true),
            1 => self.variable(|ty| *ty == Type::Bool, scope).unwrap_or_else(|| self.cx.bool(false)),
            2 => {
                let found = self.element(|ty| *ty == Type::Bool, depth, scope);
                found.unwrap_or_else(|| self.cx.bool(false))
            }
            3 => {
                let a = self.boolean(less, scope);
                self.cx.not(a)
            }
            4 | 5 => {
                let list: Vec<ExprId> = (0..2 + self.below(2)).map(|_| self.boolean(less, scope)).collect();
                if choice == 4 { self.cx.and(list) } else { self.cx.or(list) }
            }
            6 => {
                let (c, t, e) =
                    (self.boolean(less, scope), self.boolean(less, scope), self.boolean(less, scope));
                self.cx.ite(c, t, e)
            }
            7 => {
                let (a, b) = (self.boolean(less, scope), self.boolean(less, scope));
                self.cx.eq(a, b)
            }
            _ => {
                let (a, b) = (self.integer(less, scope), self.integer(less, scope));
                match choice {
                    8 => self.cx.eq(a, b),
                    9 => self.cx.lt(a, b),
                    _ => self.cx.le(a, b),
                }
            }
        }
    }

    fn integer(&mut self, depth: u32, scope: &Scope) -> ExprId {
        let is_int = |ty: &Type| matches!(ty, Type::Int { .. });
        let choice = self.below(if depth == 0 { 4 } else { 11 });
        let less = depth.saturating_sub(1);
        let value = match choice {
            0 => {
                let value = self.int(-3, 5);
                self.cx.int(value)
            }
            1 => self.variable(is_int, scope).unwrap_or_else(|| self.cx.int(1)),
            2 => self.element(is_int, depth, scope).unwrap_or_else(|| self.cx.int(2)),
            3 if scope.params.is_empty() => self.cx.int(1),
            3 => {
                let index = self.below(scope.params.len());
                self.cx.param(index as u32, scope.params[index])
            }
            4 => {
                let a = self.integer(less, scope);
                self.cx.neg(a)
            }
            5 => {
                let (c, t, e) =
                    (self.boolean(less, scope), self.integer(less, scope), self.integer(less, scope));
                self.cx.ite(c, t, e)
            }
            6 => {
                let list: Vec<ExprId> = (0..2 + self.below(2)).map(|_| self.integer(less, scope)).collect();
                self.cx.add(list)
            }
            7 => {
                let a = self.integer(less, scope);
                let lo = self.int(-2, 2);
                let hi = lo + self.int(0, 3);
                self.cx.narrow(a, lo, hi)
            }
            _ => {
                let (a, b) = (self.integer(less, scope), self.integer(less, scope));
                match choice {
                    8 => self.cx.mul(a, b),
                    9 => self.cx.div(a, b),
                    _ => self.cx.rem(a, b),
                }
            }
        };
        // Bounds stay far from those of 64 bits.
        self.cx.narrow(value, -1000, 1000)
    }

    fn array(&mut self, ty: &Type, len: u32, element: &Type, depth: u32, scope: &Scope) -> ExprId {
        let choice = self.below(if depth == 0 { 2 } else { 6 });
        let less = depth.saturating_sub(1);
        let known = match choice {
            0 => None,
            1 => self.variable(|other| other == ty, scope),
            // A row of an array of arrays.
            2 => {
                let holds = |other: &Type| matches!(other, Type::Array { element, .. } if **element == *ty);
                self.variable(holds, scope).map(|rows| {
                    let Type::Array { len, .. } = *self.cx.type_of(rows) else { unreachable!() };
                    let index = self.index(len, depth, scope);
                    self.cx.select(rows, index)
                })
            }
            3 => {
                let c = self.boolean(less, scope);
                let (t, e) = (self.expr(ty, less, scope), self.expr(ty, less, scope));
                Some(self.cx.ite(c, t, e))
            }
            _ => {
                let old = self.variable(|other| other == ty, scope);
                let old = old.unwrap_or_else(|| self.expr(ty, less, scope));
                let mut new = old;
                for _ in 0..1 + self.below(2) {
                    let (index, value) = (self.index(len, depth, scope), self.expr(element, less, scope));
                    new = self.cx.store(new, index, value);
                }
                Some(new)
            }
        };
        known.unwrap_or_else(|| {
            let elements: Vec<ExprId> = (0..len).map(|_| self.expr(element, less.min(1), scope)).collect();
            self.cx.array(elements)
        })
    }
}
