//! Building systems by hand, for tests and benches.

use musilc_ir::{
    Claim, Context, DataType, ExprId, Failure, FailureKind, Fairness, Formula, FormulaKind, FormulaPart,
    Init, Param, Predicate, Property, PropertyId, PropertyKind, Span, Transition, TransitionId,
    TransitionSystem, Type, Update, VarId, Variable,
};

/// A system under construction.
pub(crate) struct Builder {
    pub(crate) cx: Context,
    pub(crate) system: TransitionSystem,
}

pub(crate) fn int(lo: i64, hi: i64) -> Type {
    Type::Int { lo, hi }
}

/// The part of a transition that differs from one to the next.
#[derive(Default)]
pub(crate) struct Action {
    pub(crate) params: Vec<u32>,
    pub(crate) guard_failures: Vec<ExprId>,
    pub(crate) guard: Option<ExprId>,
    pub(crate) failures: Vec<ExprId>,
    pub(crate) updates: Vec<(VarId, ExprId)>,
}

impl Builder {
    pub(crate) fn new(name: &str) -> Self {
        let mut cx = Context::new();
        let no = cx.bool(false);
        let system = TransitionSystem {
            name: name.to_owned(),
            context: Context::new(),
            variables: Vec::new(),
            init: Init {
                params: Vec::new(),
                failures: Vec::new(),
                conditions: Vec::new(),
                values: Vec::new(),
            },
            transitions: Vec::new(),
            terminal: Predicate { failures: Vec::new(), expr: no },
            properties: Vec::new(),
            probes: Vec::new(),
            sources: Vec::new(),
            chart: None,
        };
        Self { cx, system }
    }

    /// A state variable with its initial value.
    pub(crate) fn var(&mut self, name: &str, ty: Type, initial: ExprId) -> VarId {
        self.system.variables.push(Variable { name: name.to_owned(), ty: ty.clone() });
        self.system.init.values.push(initial);
        self.cx.declare(ty)
    }

    /// An integer variable that starts with a constant, and its value.
    pub(crate) fn number(&mut self, name: &str, lo: i64, hi: i64, initial: i64) -> (VarId, ExprId) {
        let initial = self.cx.int(initial);
        let id = self.var(name, int(lo, hi), initial);
        (id, self.cx.var(id))
    }

    /// An array that starts with the same constant everywhere, and its value.
    pub(crate) fn array(&mut self, name: &str, len: u32, element: Type, initial: ExprId) -> (VarId, ExprId) {
        let initial = self.cx.array(vec![initial; len as usize]);
        let id = self.var(name, Type::array(len, element), initial);
        (id, self.cx.var(id))
    }

    pub(crate) fn init_params(&mut self, counts: &[u32]) {
        self.system.init.params = params(counts);
    }

    pub(crate) fn init_failure(&mut self, condition: ExprId) {
        self.system.init.failures.push(failure(condition));
    }

    pub(crate) fn action(&mut self, name: &str, action: Action) {
        let guard = action.guard.unwrap_or_else(|| self.cx.bool(true));
        self.system.transitions.push(Transition {
            name: name.to_owned(),
            params: params(&action.params),
            guard_failures: action.guard_failures.into_iter().map(failure).collect(),
            guard,
            failures: action.failures.into_iter().map(failure).collect(),
            updates: action.updates.into_iter().map(|(variable, value)| Update { variable, value }).collect(),
            fairness: Fairness::None,
            span: Span::default(),
        });
    }

    pub(crate) fn terminal(&mut self, expr: ExprId, failures: Vec<ExprId>) {
        self.system.terminal = Predicate { failures: failures.into_iter().map(failure).collect(), expr };
    }

    pub(crate) fn property(&mut self, kind: PropertyKind, expr: ExprId, failures: Vec<ExprId>) -> PropertyId {
        let index = self.system.properties.len();
        self.system.properties.push(Property {
            name: format!("p{index}"),
            kind,
            inductive: false,
            predicate: Predicate { failures: failures.into_iter().map(failure).collect(), expr },
            claim: Claim { span: Span::default(), expr, parts: Vec::new(), shown: Vec::new() },
            formula: None,
            span: Span::default(),
        });
        PropertyId::from(index)
    }

    pub(crate) fn invariant(&mut self, expr: ExprId) -> PropertyId {
        self.property(PropertyKind::Invariant, expr, Vec::new())
    }

    pub(crate) fn temporal(&mut self, formula: Formula) -> PropertyId {
        let yes = self.cx.bool(true);
        let id = self.property(PropertyKind::Temporal, yes, Vec::new());
        self.system.properties[id.index()].formula = Some(formula);
        id
    }

    pub(crate) fn fair(&mut self, transition: u32, fairness: Fairness) {
        self.system.transitions[transition as usize].fairness = fairness;
    }

    /// A variable over `0..states` that an action moves: `moves[p][i]` is where its instance `p` leads from `i`, if anywhere.
    pub(crate) fn moving(&mut self, name: &str, x: VarId, moves: &[Vec<Option<u32>>]) {
        let now = self.cx.var(x);
        let states = moves[0].len();
        let mut table = |value: &dyn Fn(&mut Context, Option<u32>) -> ExprId| {
            let rows: Vec<ExprId> = moves
                .iter()
                .map(|row| {
                    let cells: Vec<ExprId> = row.iter().map(|to| value(&mut self.cx, *to)).collect();
                    self.cx.array(cells)
                })
                .collect();
            let row = if rows.len() == 1 {
                rows[0]
            } else {
                let count = u32::try_from(rows.len()).expect("few rows");
                let (rows, param) = (self.cx.array(rows), self.cx.param(0, count));
                self.cx.select(rows, param)
            };
            self.cx.select(row, now)
        };
        let guard = table(&|cx, to| cx.bool(to.is_some()));
        let value = table(&|cx, to| cx.int(to.unwrap_or(0).into()));
        let value = self.cx.narrow(value, 0, i64::try_from(states).expect("few states") - 1);
        let params =
            if moves.len() == 1 { vec![] } else { vec![u32::try_from(moves.len()).expect("few moves")] };
        self.action(
            name,
            Action { params, guard: Some(guard), updates: vec![(x, value)], ..Action::default() },
        );
    }

    pub(crate) fn finish(mut self) -> TransitionSystem {
        self.system.context = self.cx;
        if let Err(problems) = musilc_ir::validate(&self.system) {
            panic!("the test's system is malformed: {problems:?}");
        }
        self.system
    }
}

pub(crate) fn params(counts: &[u32]) -> Vec<Param> {
    let name = |i: usize| format!("a{i}");
    let ty = |count: u32| DataType::Int { lo: 0, hi: i64::from(count) - 1 };
    counts.iter().enumerate().map(|(i, &count)| Param { name: name(i), ty: ty(count), count }).collect()
}

pub(crate) fn failure(condition: ExprId) -> Failure {
    Failure { condition, kind: FailureKind::DivisionByZero, value: None, span: Span::default() }
}

pub(crate) fn formula(kind: FormulaKind) -> Formula {
    Formula { span: Span::default(), kind }
}

pub(crate) fn state(expr: ExprId) -> Formula {
    formula(FormulaKind::State(Claim { span: Span::default(), expr, parts: Vec::new(), shown: Vec::new() }))
}

pub(crate) fn taken(transition: u32, args: &[Option<u32>]) -> Formula {
    formula(FormulaKind::Taken { transition: TransitionId(transition), args: args.to_vec() })
}

pub(crate) fn parts(formulas: Vec<Formula>) -> Vec<FormulaPart> {
    formulas.into_iter().map(|formula| FormulaPart { binding: None, formula }).collect()
}

/// A formula of one operand.
pub(crate) fn of(kind: fn(Box<Formula>) -> FormulaKind, a: Formula) -> Formula {
    formula(kind(Box::new(a)))
}

/// A formula of two operands.
pub(crate) fn of_two(kind: fn(Box<Formula>, Box<Formula>) -> FormulaKind, a: Formula, b: Formula) -> Formula {
    formula(kind(Box::new(a), Box::new(b)))
}
