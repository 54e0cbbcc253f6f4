//! Small systems that the tests check.
#![allow(dead_code, reason = "no test uses all of them")]

use musilc_ir::{
    Claim, Context, DataType, ExprId, Fairness, Formula, FormulaKind, FormulaPart, Init, InitResult, Param,
    Predicate, Property, PropertyId, PropertyKind, SourceVariable, Span, State, Step, StepResult, Trace,
    Transition, TransitionId, TransitionSystem, Type, Update, VarId, Variable,
};

/// A system under construction.
pub(crate) struct Builder {
    pub(crate) system: TransitionSystem,
}

pub(crate) fn int(lo: i64, hi: i64) -> Type {
    Type::Int { lo, hi }
}

impl Builder {
    pub(crate) fn new(name: &str) -> Self {
        let mut context = Context::new();
        let never = context.bool(false);
        let system = TransitionSystem {
            name: name.to_owned(),
            context,
            variables: Vec::new(),
            init: Init {
                params: Vec::new(),
                failures: Vec::new(),
                conditions: Vec::new(),
                values: Vec::new(),
            },
            transitions: Vec::new(),
            terminal: Predicate { failures: Vec::new(), expr: never },
            properties: Vec::new(),
            probes: Vec::new(),
            sources: Vec::new(),
            chart: None,
        };
        Self { system }
    }

    pub(crate) fn cx(&mut self) -> &mut Context {
        &mut self.system.context
    }

    /// Declares a variable with a constant initial value, the same in all cells of an array.
    pub(crate) fn var(&mut self, name: &str, ty: Type, init: i64) -> VarId {
        let id = self.cx().declare(ty.clone());
        let value = self.constant(&ty, init);
        self.system.init.values.push(value);
        self.system.variables.push(Variable { name: name.to_owned(), ty: ty.clone() });
        let ty = data_type(&ty);
        self.system.sources.push(SourceVariable {
            name: name.to_owned(),
            ty,
            first: id,
            span: Span::default(),
        });
        id
    }

    fn constant(&mut self, ty: &Type, value: i64) -> ExprId {
        match ty {
            Type::Bool => self.cx().bool(value != 0),
            Type::Int { .. } => self.cx().int(value),
            Type::Array { len, element } => {
                let cell = self.constant(element, value);
                self.cx().array(vec![cell; *len as usize])
            }
        }
    }

    pub(crate) fn transition(
        &mut self,
        name: &str,
        guard: ExprId,
        updates: &[(VarId, ExprId)],
    ) -> &mut Transition {
        self.system.transitions.push(Transition {
            name: name.to_owned(),
            params: Vec::new(),
            guard_failures: Vec::new(),
            guard,
            failures: Vec::new(),
            updates: updates.iter().map(|&(variable, value)| Update { variable, value }).collect(),
            fairness: Fairness::None,
            span: Span::default(),
        });
        self.system.transitions.last_mut().unwrap()
    }

    pub(crate) fn property(&mut self, name: &str, kind: PropertyKind, expr: ExprId) -> PropertyId {
        self.system.properties.push(Property {
            name: name.to_owned(),
            kind,
            inductive: false,
            predicate: Predicate { failures: Vec::new(), expr },
            claim: Claim { span: Span::default(), expr, parts: Vec::new(), shown: Vec::new() },
            formula: None,
            span: Span::default(),
        });
        PropertyId::from(self.system.properties.len() - 1)
    }

    /// A temporal property.
    pub(crate) fn temporal(&mut self, name: &str, formula: Formula) -> PropertyId {
        let truth = self.cx().bool(true);
        let id = self.property(name, PropertyKind::Temporal, truth);
        self.system.properties[id.index()].formula = Some(formula);
        id
    }

    pub(crate) fn done(self) -> TransitionSystem {
        assert_eq!(musilc_ir::validate(&self.system), Ok(()));
        self.system
    }
}

pub(crate) fn formula(kind: FormulaKind) -> Formula {
    Formula { span: Span::default(), kind }
}

/// A condition on states.
pub(crate) fn state(expr: ExprId) -> Formula {
    formula(FormulaKind::State(Claim { span: Span::default(), expr, parts: Vec::new(), shown: Vec::new() }))
}

pub(crate) fn taken(transition: u32, args: &[Option<u32>]) -> Formula {
    formula(FormulaKind::Taken { transition: TransitionId(transition), args: args.to_vec() })
}

/// A formula with one operand, such as `one(FormulaKind::Not, a)`.
pub(crate) fn one(kind: fn(Box<Formula>) -> FormulaKind, a: &Formula) -> Formula {
    formula(kind(Box::new(a.clone())))
}

/// A formula with two operands.
pub(crate) fn two(kind: fn(Box<Formula>, Box<Formula>) -> FormulaKind, a: &Formula, b: &Formula) -> Formula {
    formula(kind(Box::new(a.clone()), Box::new(b.clone())))
}

/// A conjunction or disjunction.
pub(crate) fn many(kind: fn(Vec<FormulaPart>) -> FormulaKind, parts: &[&Formula]) -> Formula {
    let part = |formula: &&Formula| FormulaPart { binding: None, formula: (*formula).clone() };
    formula(kind(parts.iter().map(part).collect()))
}

/// The lasso (or run, where it does not go back) from an initial state by these steps, which are transition and arguments.
pub(crate) fn run(
    system: &TransitionSystem,
    init_args: &[u32],
    steps: &[(u32, &[u32])],
    back_to: Option<u32>,
) -> Trace {
    let InitResult::State(initial) = system.initial_state(init_args).unwrap() else { panic!("no state") };
    let mut state: State = initial.clone();
    let mut trace =
        Trace { init_args: init_args.to_vec(), initial: Some(initial), steps: Vec::new(), back_to };
    for (transition, args) in steps {
        let transition = TransitionId(*transition);
        let StepResult::Next(after) = system.step(&state, transition, args).unwrap() else {
            panic!("no step {transition:?}({args:?}) from {state:?}")
        };
        trace.steps.push(Step { transition, args: args.to_vec(), state: Some(after.clone()) });
        state = after;
    }
    trace
}

fn data_type(ty: &Type) -> DataType {
    match ty {
        Type::Bool => DataType::Bool,
        Type::Int { lo, hi } => DataType::Int { lo: *lo, hi: *hi },
        Type::Array { len, element } => DataType::Array {
            index: DataType::Int { lo: 0, hi: i64::from(*len) - 1 }.into(),
            element: data_type(element).into(),
        },
    }
}

pub(crate) fn range_param(name: &str, count: u32) -> Param {
    Param { name: name.to_owned(), ty: DataType::Int { lo: 0, hi: i64::from(count) - 1 }, count }
}

/// A counter that goes round: `n` states, `n` transitions, diameter `n - 1`.
pub(crate) fn counter(n: i64) -> TransitionSystem {
    let mut b = Builder::new("counter");
    let x = b.var("x", int(0, n - 1), 0);
    let cx = b.cx();
    let always = cx.bool(true);
    let (value, one, modulus) = (cx.var(x), cx.int(1), cx.int(n));
    let sum = cx.add([value, one]);
    let next = cx.rem(sum, modulus);
    let (last, zero) = (cx.int(n - 1), cx.int(0));
    let (at_last, nonnegative) = (cx.eq(value, last), cx.le(zero, value));
    b.transition("tick", always, &[(x, next)]);
    b.property("nonnegative", PropertyKind::Invariant, nonnegative);
    b.property("full", PropertyKind::Reachable, at_last);
    b.done()
}

/// Peterson's mutual exclusion of two processes (Peterson, *Myths About the Mutual Exclusion Problem*, 1981); the place 0 is outside,
/// 1 has its flag up, 2 waits, 3 is critical.
pub(crate) fn peterson() -> TransitionSystem {
    let mut b = Builder::new("peterson");
    let pc = b.var("pc", Type::array(2, int(0, 3)), 0);
    let flag = b.var("flag", Type::array(2, Type::Bool), 0);
    let turn = b.var("turn", int(0, 1), 0);
    let cx = b.cx();
    let (pcs, flags, whose) = (cx.var(pc), cx.var(flag), cx.var(turn));
    let me = cx.param(0, 2);
    let (one, yes, no) = (cx.int(1), cx.bool(true), cx.bool(false));
    let other = cx.sub(one, me);
    let here = cx.select(pcs, me);
    let at: Vec<ExprId> = (0..4)
        .map(|place| {
            let place = cx.int(place);
            cx.eq(here, place)
        })
        .collect();
    let to: Vec<ExprId> = (0..4)
        .map(|place| {
            let place = cx.int(place);
            cx.store(pcs, me, place)
        })
        .collect();
    let (up, down) = (cx.store(flags, me, yes), cx.store(flags, me, no));
    let (others_flag, my_turn) = (cx.select(flags, other), cx.eq(whose, me));
    let alone = cx.not(others_flag);
    let free = cx.or([alone, my_turn]);
    let enter = cx.and([at[2], free]);
    let three = cx.int(3);
    let critical: Vec<ExprId> = (0..2)
        .map(|p| {
            let p = cx.int(p);
            let place = cx.select(pcs, p);
            cx.eq(place, three)
        })
        .collect();
    let both = cx.and(critical.iter().copied());
    let exclusion = cx.not(both);
    b.transition("raise", at[0], &[(pc, to[1]), (flag, up)]).params = vec![range_param("p", 2)];
    b.transition("defer", at[1], &[(pc, to[2]), (turn, other)]).params = vec![range_param("p", 2)];
    b.transition("enter", enter, &[(pc, to[3])]).params = vec![range_param("p", 2)];
    b.transition("leave", at[3], &[(pc, to[0]), (flag, down)]).params = vec![range_param("p", 2)];
    b.property("exclusion", PropertyKind::Invariant, exclusion);
    b.property("critical", PropertyKind::Reachable, critical[1]);
    b.done()
}

/// `n` dining philosophers (Dijkstra, EWD310, 1971) who take the left fork, then the right, then put both back. A fork holds 0 where it lies on the table,
/// 1 in the left hand of its philosopher, 2 in the right hand of the one before.
pub(crate) fn philosophers(n: u32) -> TransitionSystem {
    let mut b = Builder::new("philosophers");
    let fork = b.var("fork", Type::array(n, int(0, 2)), 0);
    for p in 0..n {
        let cx = b.cx();
        let forks = cx.var(fork);
        let (left, right) = (cx.int(i64::from(p)), cx.int(i64::from((p + 1) % n)));
        let (zero, one, two) = (cx.int(0), cx.int(1), cx.int(2));
        let (in_left, in_right) = (cx.select(forks, left), cx.select(forks, right));
        let (left_free, right_free) = (cx.eq(in_left, zero), cx.eq(in_right, zero));
        let (has_left, has_right) = (cx.eq(in_left, one), cx.eq(in_right, two));
        let take_left = cx.store(forks, left, one);
        let take_right = cx.store(forks, right, two);
        let put_left = cx.store(forks, left, zero);
        let put_both = cx.store(put_left, right, zero);
        let may_take_right = cx.and([has_left, right_free]);
        let eats = cx.and([has_left, has_right]);
        b.transition(&format!("take_left.{p}"), left_free, &[(fork, take_left)]);
        b.transition(&format!("take_right.{p}"), may_take_right, &[(fork, take_right)]);
        b.transition(&format!("put.{p}"), eats, &[(fork, put_both)]);
    }
    b.done()
}
