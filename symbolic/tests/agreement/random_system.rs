//! Small valid systems made from bytes, so that proptest can shrink them.

use crate::builder::{Action, Builder, int};
use musilc_ir::{ExprId, PropertyKind, TransitionSystem, Type, VarId};

/// Choices, taken from bytes; all zero when these run out.
pub(crate) struct Choices<'a> {
    pub(crate) bytes: std::slice::Iter<'a, u8>,
}

impl Choices<'_> {
    pub(crate) fn below(&mut self, n: u32) -> u32 {
        u32::from(self.bytes.next().copied().unwrap_or(0)) % n
    }

    pub(crate) fn one_in(&mut self, n: u32) -> bool {
        self.below(n) == n - 1
    }
}

/// What expressions may mention.
#[derive(Clone, Default)]
struct Scope {
    variables: Vec<(VarId, Type)>,
    next: bool,
    params: Vec<u32>,
}

struct Generator<'a> {
    choices: Choices<'a>,
    b: Builder,
}

/// The system that the bytes describe. It is valid, and every update keeps to its variable's type or fails.
pub(crate) fn system(bytes: &[u8]) -> TransitionSystem {
    let mut g = Generator { choices: Choices { bytes: bytes.iter() }, b: Builder::new("random") };
    // Actions that touch little often commute.
    let sparse = g.choices.one_in(2);
    let init = g.init();
    let mut scope = Scope::default();
    for i in 0..1 + g.choices.below(4) + 2 * u32::from(sparse) {
        let ty = g.ty();
        let initial = g.fitting(&init, &ty, 2);
        let id = g.b.var(&format!("v{i}"), ty.clone(), initial);
        scope.variables.push((id, ty));
    }
    for i in 0..1 + g.choices.below(3) + 2 * u32::from(sparse) {
        let mut own = scope.clone();
        while sparse && own.variables.len() > 2 {
            let out = g.choices.below(u32::try_from(own.variables.len()).unwrap());
            own.variables.remove(out as usize);
        }
        g.action(&format!("t{i}"), &own);
    }
    let mut state = scope.clone();
    for _ in 0..g.choices.below(4) {
        let kind = match g.choices.below(3) {
            0 => PropertyKind::Invariant,
            1 => PropertyKind::Step,
            _ => PropertyKind::Reachable,
        };
        state.next = kind == PropertyKind::Step;
        let weak = if kind == PropertyKind::Reachable { g.truth(&state, 3) } else { g.mostly_true(&state) };
        let failures = g.failures(&state, 4);
        g.b.property(kind, weak, failures);
    }
    if g.choices.one_in(2) {
        let stop = g.truth(&scope, 2);
        let failures = g.failures(&scope, 4);
        g.b.terminal(stop, failures);
    }
    g.b.finish()
}

/// The `number`th sequence of bytes of this length.
pub(crate) fn bytes(number: u64, len: usize) -> Vec<u8> {
    let mut seed = number.wrapping_mul(0x1_0000_0000);
    let mut next = || {
        // SplitMix64 (Steele, Lea and Flood, 2014).
        seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (seed ^ (seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)).to_le_bytes()[0]
    };
    (0..len).map(|_| next()).collect()
}

impl Generator<'_> {
    fn init(&mut self) -> Scope {
        let params: Vec<u32> = (0..self.choices.below(3)).map(|_| 1 + self.choices.below(4)).collect();
        self.b.init_params(&params);
        let scope = Scope { params, ..Scope::default() };
        if self.choices.one_in(16) {
            let condition = self.truth(&scope, 2);
            self.b.init_failure(condition);
        }
        if self.choices.one_in(6) {
            let condition = self.truth(&scope, 2);
            self.b.system.init.conditions.push(condition);
        }
        scope
    }

    fn action(&mut self, name: &str, variables: &Scope) {
        let params: Vec<u32> = (0..self.choices.below(3)).map(|_| 1 + self.choices.below(3)).collect();
        let scope = Scope { params: params.clone(), ..variables.clone() };
        let guard = [self.truth(&scope, 3), self.truth(&scope, 2)];
        let guard = self.b.cx.or(guard);
        let guard_failures = self.failures(&scope, 6);
        let mut failures = self.failures(&scope, 4);
        let mut updates = Vec::new();
        for (variable, ty) in &variables.variables {
            if self.choices.one_in(3) {
                continue;
            }
            let value = match (ty, self.choices.below(3)) {
                // Raised or lowered a little, with a failure where that leaves the range.
                (Type::Int { lo, hi }, 0) if failures.is_empty() => {
                    let (old, delta) = (self.b.cx.var(*variable), self.choices.below(5));
                    let delta = self.b.cx.int(i64::from(delta) - 2);
                    let new = self.b.cx.add([old, delta]);
                    let (lo_expr, hi_expr) = (self.b.cx.int(*lo), self.b.cx.int(*hi));
                    let (below, above) = (self.b.cx.lt(new, lo_expr), self.b.cx.lt(hi_expr, new));
                    failures.push(self.b.cx.or([below, above]));
                    if self.choices.one_in(2) { new } else { self.b.cx.narrow(new, *lo, *hi) }
                }
                _ => self.fitting(&scope, ty, 2),
            };
            updates.push((*variable, value));
        }
        self.b.action(name, Action { params, guard_failures, guard: Some(guard), failures, updates });
    }

    fn failures(&mut self, scope: &Scope, rarity: u32) -> Vec<ExprId> {
        let mut failures = Vec::new();
        while failures.len() < 2 && self.choices.one_in(rarity) {
            let rare =
                [self.truth(scope, 2), self.truth(scope, 2), self.truth(scope, 2), self.truth(scope, 1)];
            failures.push(self.b.cx.and(rare));
        }
        failures
    }

    fn mostly_true(&mut self, scope: &Scope) -> ExprId {
        let any = [self.truth(scope, 3), self.truth(scope, 2), self.truth(scope, 2), self.truth(scope, 2)];
        self.b.cx.or(any)
    }

    fn ty(&mut self) -> Type {
        match self.choices.below(8) {
            0 | 1 => Type::Bool,
            2..=5 => self.range(),
            6 => {
                let element = if self.choices.one_in(2) { Type::Bool } else { self.range() };
                Type::array(1 + self.choices.below(3), element)
            }
            _ => {
                let row = Type::array(1 + self.choices.below(2), self.range());
                Type::array(1 + self.choices.below(3), row)
            }
        }
    }

    fn range(&mut self) -> Type {
        let lo = i64::from(self.choices.below(7)) - 4;
        int(lo, lo + i64::from(self.choices.below(7)))
    }

    /// A value of exactly this type.
    fn fitting(&mut self, scope: &Scope, ty: &Type, fuel: u32) -> ExprId {
        match ty {
            Type::Bool => self.truth(scope, fuel),
            Type::Int { lo, hi } => {
                let value = self.number(scope, fuel);
                self.b.cx.narrow(value, *lo, *hi)
            }
            Type::Array { len, element } => {
                let known = scope.variables.iter().find(|(_, other)| other == ty).map(|(id, _)| *id);
                match (known, self.choices.below(4)) {
                    (Some(id), 0) => self.b.cx.var(id),
                    (Some(id), 1 | 2) => {
                        let array = self.b.cx.var(id);
                        let (index, value) = (self.index(scope, *len), self.fitting(scope, element, fuel));
                        self.b.cx.store(array, index, value)
                    }
                    _ => {
                        let elements: Vec<ExprId> =
                            (0..*len).map(|_| self.fitting(scope, element, fuel.min(1))).collect();
                        self.b.cx.array(elements)
                    }
                }
            }
        }
    }

    fn index(&mut self, scope: &Scope, len: u32) -> ExprId {
        if let Some(i) = scope.params.iter().position(|&count| count > 1 && count <= len)
            && self.choices.one_in(2)
        {
            return self.b.cx.param(u32::try_from(i).unwrap(), scope.params[i]);
        }
        let index = self.number(scope, 1);
        self.b.cx.narrow(index, 0, i64::from(len) - 1)
    }

    /// A scalar that some variable holds, of the type asked for, if any.
    fn leaf(&mut self, scope: &Scope, boolean: bool) -> Option<ExprId> {
        let pick = |ty: &Type| {
            let mut ty = ty;
            while let Type::Array { element, .. } = ty {
                ty = element;
            }
            (*ty == Type::Bool) == boolean
        };
        let fit: Vec<(VarId, Type)> = scope.variables.iter().filter(|(_, ty)| pick(ty)).cloned().collect();
        if fit.is_empty() {
            return None;
        }
        let (id, mut ty) = fit[self.choices.below(u32::try_from(fit.len()).unwrap()) as usize].clone();
        let mut value =
            if scope.next && self.choices.one_in(2) { self.b.cx.next(id) } else { self.b.cx.var(id) };
        while let Type::Array { len, element } = ty {
            let index = if self.choices.one_in(2) {
                self.index(scope, len)
            } else {
                let at = self.choices.below(len);
                self.b.cx.int(at.into())
            };
            value = self.b.cx.select(value, index);
            ty = Type::clone(&element);
        }
        Some(value)
    }

    fn number(&mut self, scope: &Scope, fuel: u32) -> ExprId {
        let choice = if fuel == 0 { self.choices.below(4) } else { self.choices.below(12) };
        match choice {
            0 => {
                let v = self.choices.below(9);
                self.b.cx.int(i64::from(v) - 4)
            }
            1 if !scope.params.is_empty() => {
                let i = self.choices.below(u32::try_from(scope.params.len()).unwrap());
                self.b.cx.param(i, scope.params[i as usize])
            }
            1..=3 => match self.leaf(scope, false) {
                Some(value) => value,
                None => {
                    let v = self.choices.below(5);
                    self.b.cx.int(v.into())
                }
            },
            4 | 5 => {
                let list: Vec<ExprId> =
                    (0..2 + self.choices.below(2)).map(|_| self.number(scope, fuel - 1)).collect();
                self.b.cx.add(list)
            }
            6 => {
                let a = self.number(scope, fuel - 1);
                self.b.cx.neg(a)
            }
            7 => {
                let (a, b) = (self.number(scope, fuel - 1), self.number(scope, fuel - 1));
                self.b.cx.mul(a, b)
            }
            8 => {
                let (a, b) = (self.number(scope, fuel - 1), self.number(scope, fuel - 1));
                self.b.cx.div(a, b)
            }
            9 => {
                let (a, b) = (self.number(scope, fuel - 1), self.number(scope, fuel - 1));
                self.b.cx.rem(a, b)
            }
            10 => {
                let (c, t, e) =
                    (self.truth(scope, fuel - 1), self.number(scope, fuel - 1), self.number(scope, fuel - 1));
                self.b.cx.ite(c, t, e)
            }
            _ => {
                let (a, lo, span) =
                    (self.number(scope, fuel - 1), self.choices.below(6), self.choices.below(5));
                self.b.cx.narrow(a, i64::from(lo) - 3, i64::from(lo + span) - 3)
            }
        }
    }

    fn truth(&mut self, scope: &Scope, fuel: u32) -> ExprId {
        let choice = if fuel == 0 { self.choices.below(3) } else { self.choices.below(12) };
        match choice {
            0..=2 => match self.leaf(scope, true) {
                Some(value) => value,
                None => {
                    let (a, b) = (self.number(scope, 0), self.number(scope, 0));
                    self.b.cx.le(a, b)
                }
            },
            3 | 4 => {
                let (a, b) = (self.number(scope, fuel - 1), self.number(scope, fuel - 1));
                self.b.cx.lt(a, b)
            }
            5 => {
                let (a, b) = (self.number(scope, fuel - 1), self.number(scope, fuel - 1));
                self.b.cx.le(a, b)
            }
            6 | 7 => {
                let (a, b) = (self.number(scope, fuel - 1), self.number(scope, fuel - 1));
                self.b.cx.eq(a, b)
            }
            8 => {
                let (a, b) = (self.truth(scope, fuel - 1), self.truth(scope, fuel - 1));
                self.b.cx.eq(a, b)
            }
            9 => {
                let a = self.truth(scope, fuel - 1);
                self.b.cx.not(a)
            }
            10 => {
                let list: Vec<ExprId> =
                    (0..2 + self.choices.below(2)).map(|_| self.truth(scope, fuel - 1)).collect();
                if self.choices.one_in(2) { self.b.cx.and(list) } else { self.b.cx.or(list) }
            }
            _ => {
                let (c, t, e) =
                    (self.truth(scope, fuel - 1), self.truth(scope, fuel - 1), self.truth(scope, fuel - 1));
                self.b.cx.ite(c, t, e)
            }
        }
    }
}
