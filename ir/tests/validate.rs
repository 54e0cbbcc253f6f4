//! Malformed systems, one for each kind of mistake.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

mod systems;

use musilc_ir::{
    Claim, DataType, Failure, FailureKind, Shown, Span, TransitionSystem, Type, Update, VarId, text, validate,
};
use systems::Builder;

const GOOD: &str = "system s var x: 0..=3 var y: 0..=9 var b: bool var a: [0..=3; 2]
    source x: 0..=3 from x source a: [0..=3; bool] from a
    init(p: 0..=3) fail no_value if false showing $p where $p < 3 x = $p y = 0 b = false a = [0, 0]
    transition t(i: bool, n: 0..=3)
      fail no_value if x == 9 showing x when b fail no_value if x == 1 x := $n a := a[$i := $n]
    terminal holds b
    step invariant up holds x' == x claim x' == x { show 0..=3: (x) }
    invariant low holds x < 3 claim x < 3 { part x < 3 { show Option<bool>: (b, b) } }
    probes antecedent low: x == 1";

/// What is wrong after a change to a good system.
fn broken(change: impl FnOnce(&mut TransitionSystem)) -> String {
    let mut system = text::parse(GOOD).unwrap();
    change(&mut system);
    validate(&system).unwrap_err().join("\n")
}

/// That a change is refused, with this in the message.
macro_rules! refuses {
    ($message:literal, $change:expr) => {
        let problems = broken($change);
        assert!(problems.contains($message), "{problems}");
    };
}

#[test]
fn good_systems_are_good() {
    assert_eq!(validate(&text::parse(GOOD).unwrap()), Ok(()));
    for system in [systems::counter(5), systems::peterson(), systems::philosophers(4)] {
        assert_eq!(validate(&system), Ok(()));
    }
}

#[test]
fn variables() {
    refuses!("two are named x", |s| s.variables[1].name = "x".to_owned());
    refuses!("another type in the context", |s| s.variables[1].ty = Type::Bool);
    refuses!("5 in the context, 4 in the system", |s| {
        s.context.declare(Type::Bool);
    });
    for (ty, message) in [
        (systems::int(3, 2), "the range 3..=2 is empty"),
        (systems::int(0, i64::MAX), "near to overflow"),
        (Type::array(0, Type::Bool), "no elements"),
        (Type::array(2, Type::array(0, Type::Bool)), "no elements"),
    ] {
        let mut b = Builder::new("s");
        let zero = b.cx().int(0);
        b.cx().declare(ty.clone());
        b.system.variables.push(musilc_ir::Variable { name: "v".to_owned(), ty });
        b.system.init.values.push(zero);
        let problems = validate(&b.system).unwrap_err().join("\n");
        assert!(problems.contains(message), "{problems}");
    }
}

#[test]
fn initial_values() {
    refuses!("init: 3 values for 4 variables", |s| {
        s.init.values.pop();
    });
    refuses!("init: bool is assigned to x", |s| s.init.values[0] = s.context.bool(true));
    refuses!("init: mentions a variable", |s| s.init.values[0] = s.context.var(VarId(1)));
    refuses!("init: mentions a variable after", |s| s.init.values[0] = s.context.next(VarId(1)));
    refuses!("init: there is no parameter number 1", |s| s.init.values[0] = s.context.param(1, 2));
    refuses!("init: 3..=3 stands where bool", |s| s.init.conditions[0] = s.context.int(3));
    refuses!("init: there is no expression", |s| s.init.values[0] = musilc_ir::ExprId(100_000));
}

#[test]
fn parameters() {
    refuses!("transition t: parameter i has 3 values of bool", |s| s.transitions[0].params[0].count = 3);
    refuses!("parameter i with 2 values has 3", |s| s.transitions[0].params[0].count = 3);
    refuses!("parameter i has 0 values", |s| s.transitions[0].params[0].count = 0);
    refuses!("parameter p has 4 values of number", |s| s.init.params[0].ty = DataType::NUMBER);
    refuses!("there is no parameter number 2", |s| s.transitions[0].guard = {
        let p = s.context.param(2, 3);
        s.context.eq(p, p);
        let one = s.context.int(1);
        s.context.eq(p, one)
    });
    refuses!("terminal: there is no parameter", |s| {
        let (p, one) = (s.context.param(0, 2), s.context.int(1));
        s.terminal.expr = s.context.eq(p, one);
    });
}

#[test]
fn transitions() {
    refuses!("variable 0 is updated twice", |s| {
        let update = s.transitions[0].updates[0];
        s.transitions[0].updates.push(update);
    });
    refuses!("there is no variable number 9", |s| s.transitions[0].updates[0].variable = VarId(9));
    refuses!("is assigned to a of type", |s| {
        let value = s.context.int(1);
        s.transitions[0].updates[1] = Update { variable: VarId(3), value };
    });
    refuses!("transition t: 1..=1 stands where bool", |s| s.transitions[0].guard = s.context.int(1));
    refuses!("1..=1 stands where bool", |s| s.transitions[0].failures[0].condition = s.context.int(1));
    refuses!("1..=1 stands where bool", |s| s.transitions[0].guard_failures[0].condition = s.context.int(1));
    refuses!("bool is shown as the number", |s| {
        let value = Some(s.context.bool(true));
        s.transitions[0].guard_failures[0].value = value;
    });
    refuses!("transition t: mentions a variable after", |s| {
        let (x, y) = (s.context.next(VarId(0)), s.context.var(VarId(1)));
        s.transitions[0].guard = s.context.eq(x, y);
    });
}

#[test]
fn properties() {
    let next = |s: &mut TransitionSystem| s.context.next(VarId(2));
    refuses!("property low: mentions a variable after", |s| s.properties[1].predicate.expr = next(s));
    refuses!("property low: mentions a variable after", |s| s.properties[1].claim.parts[0].claim.expr =
        next(s));
    refuses!("terminal: mentions a variable after", |s| s.terminal.expr = next(s));
    refuses!("probe 1: mentions a variable after", |s| s.probes[0].expr = next(s));
    refuses!("probe 1: 3..=3 stands where bool", |s| s.probes[0].expr = s.context.int(3));
    refuses!("property up: 3..=3 stands where bool", |s| s.properties[0].predicate.expr = s.context.int(3));
    refuses!("terminal: 3..=3 stands where bool", |s| {
        let condition = s.context.int(3);
        let failure = Failure { condition, kind: FailureKind::NoValue, value: None, span: Span::default() };
        s.terminal.failures.push(failure);
    });
    refuses!("property up: 3..=3 stands where bool", |s| {
        let expr = s.context.int(3);
        s.properties[0].claim = Claim { span: Span::default(), expr, parts: Vec::new(), shown: Vec::new() };
    });
    let shown = |ty, leaves| Shown { span: Span::default(), ty, leaves };
    refuses!("2 leaves shown of bool", |s| {
        let leaf = s.context.var(VarId(2));
        s.properties[0].claim.shown = vec![shown(DataType::Bool, vec![leaf, leaf])];
    });
    refuses!("shown as a leaf 0..=3 of 0..=3", |s| {
        let leaf = s.context.var(VarId(2));
        s.properties[0].claim.shown = vec![shown(DataType::Int { lo: 0, hi: 3 }, vec![leaf])];
    });
}

#[test]
fn nodes() {
    refuses!("integer is needed", |s| {
        let (b, x) = (s.context.var(VarId(2)), s.context.var(VarId(0)));
        s.transitions[0].guard = s.context.lt(b, x);
    });
    refuses!("bool is needed", |s| {
        let x = s.context.var(VarId(0));
        s.transitions[0].guard = s.context.not(x);
    });
    refuses!("an index in 0..=3 may lie outside an array of 2", |s| {
        let (a, x) = (s.context.var(VarId(3)), s.context.var(VarId(0)));
        s.transitions[0].updates[0].value = s.context.select(a, x);
    });
    refuses!("may lie outside", |s| {
        let (a, x) = (s.context.var(VarId(3)), s.context.var(VarId(0)));
        s.transitions[0].updates[1].value = s.context.store(a, x, x);
    });
    refuses!("bool is stored in an array of 0..=3", |s| {
        let (a, b, zero) = (s.context.var(VarId(3)), s.context.var(VarId(2)), s.context.int(0));
        s.transitions[0].updates[1].value = s.context.store(a, zero, b);
    });
    refuses!("different shapes", |s| {
        let (a, b, x) = (s.context.var(VarId(3)), s.context.var(VarId(2)), s.context.var(VarId(0)));
        s.transitions[0].updates[0].value = s.context.ite(b, x, a);
    });
    refuses!("too near to overflow", |s| {
        let mut y = s.context.var(VarId(1));
        for _ in 0..6 {
            y = s.context.mul(y, y);
        }
        s.transitions[0].updates[0].value = y;
    });
}

#[test]
fn formulas() {
    use musilc_ir::{FormulaKind, PropertyKind};
    use systems::{Builder, many, one, state, taken, two};
    /// A system with a formula that is put together from a good one, `t` with two parameters and a bad condition.
    fn refused(message: &str, change: impl FnOnce(&mut TransitionSystem)) {
        let mut b = Builder { system: text::parse(GOOD).unwrap() };
        let cx = b.cx();
        let x = (cx.var(VarId(0)), cx.int(1));
        let low = state(cx.lt(x.0, x.1));
        let t = taken(0, &[None, Some(3)]);
        let until = two(FormulaKind::Until, &low, &one(FormulaKind::Next, &t));
        b.temporal("time", many(FormulaKind::All, &[&low, &until]));
        let mut system = b.done();
        change(&mut system);
        let problems = validate(&system).map_err(|problems| problems.join("\n"));
        assert!(problems.clone().is_err_and(|problems| problems.contains(message)), "{problems:?}");
    }
    const TIME: usize = 2;
    fn within(formula: musilc_ir::Formula) -> impl FnOnce(&mut TransitionSystem) {
        move |s| s.properties[TIME].formula = Some(one(FormulaKind::Not, &one(FormulaKind::Always, &formula)))
    }
    refused("property time: a formula belongs", |s| s.properties[TIME].formula = None);
    refused("property time: a formula belongs", |s| s.properties[TIME].kind = PropertyKind::Recoverable);
    refused("property low: a formula belongs", |s| s.properties[1].kind = PropertyKind::Temporal);
    refused("property low: a formula belongs", |s| {
        s.properties[1].formula = s.properties[TIME].formula.clone()
    });
    refused("property time: there is no transition number 7", within(taken(7, &[])));
    refused("the arguments do not fit transition t", within(taken(0, &[None])));
    refused("the arguments do not fit transition t", within(taken(0, &[None, None, None])));
    refused("the arguments do not fit transition t", within(taken(0, &[Some(2), None])));
    refused("there is no expression number", within(state(musilc_ir::ExprId(100_000))));
    refused("property time: 3..=3 stands where bool", |s| {
        let three = s.context.int(3);
        within(state(three))(s);
    });
    refused("property time: mentions a variable after", |s| {
        let next = s.context.next(VarId(2));
        within(state(next))(s);
    });
    refused("property time: there is no parameter number 0", |s| {
        let (p, one) = (s.context.param(0, 2), s.context.int(1));
        let condition = s.context.eq(p, one);
        within(state(condition))(s);
    });
    refused("property time: mentions a variable after", |s| {
        let next = s.context.next(VarId(2));
        s.properties[TIME].predicate.expr = next;
    });
    // Only a step property speaks of a step.
    refused("property low: mentions a variable after", |s| {
        s.properties[1].kind = PropertyKind::Recoverable;
        s.properties[1].predicate.expr = s.context.next(VarId(2));
    });
}

#[test]
fn sources() {
    refuses!("x has leaves past the last variable", |s| s.sources[0].first = VarId(4));
    refuses!("x has a leaf 0..=3, but y is 0..=9", |s| s.sources[0].first = VarId(1));
    refuses!("x belongs to two", |s| {
        let again = s.sources[0].clone();
        s.sources.push(again);
    });
}
