//! The reference evaluator: the meaning of expressions, slow and obviously right.
//!
//! It shares no arithmetic with the smart constructors or the engines, evaluates every operand, and checks that each value lies
//! within the bounds that its expression claims. An [`InternalError`] is a fault of whoever built the expression, not of
//! the model.

use crate::{Context, ExprId, Node, State, Value};
use rustc_hash::FxHashMap;
use std::fmt;

/// Something that well-formed systems never do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InternalError(pub String);

impl fmt::Display for InternalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "internal error: {}", self.0)
    }
}

impl std::error::Error for InternalError {}

/// What expressions are evaluated in.
#[derive(Clone, Copy, Debug)]
pub struct Env<'a> {
    /// The state; before the step, where there is one.
    pub state: &'a State,
    /// The state after the step.
    pub next: Option<&'a State>,
    /// The values of the parameters.
    pub args: &'a [u32],
}

impl<'a> Env<'a> {
    /// A state without parameters.
    #[must_use]
    pub fn of_state(state: &'a State) -> Self {
        Self { state, next: None, args: &[] }
    }

    /// A state with parameters.
    #[must_use]
    pub fn of_instance(state: &'a State, args: &'a [u32]) -> Self {
        Self { state, next: None, args }
    }

    /// The two states of a step.
    #[must_use]
    pub fn of_step(state: &'a State, next: &'a State) -> Self {
        Self { state, next: Some(next), args: &[] }
    }
}

/// The value of an expression.
///
/// # Errors
/// Where the expression is malformed, mentions what the environment lacks, overflows, or leaves its claimed bounds.
pub fn eval(context: &Context, expr: ExprId, env: Env<'_>) -> Result<Value, InternalError> {
    Evaluator::new(context, env).value(expr)
}

/// Evaluates expressions in one environment and remembers the values of those that they share.
#[derive(Debug)]
pub struct Evaluator<'a> {
    context: &'a Context,
    env: Env<'a>,
    values: FxHashMap<ExprId, Value>,
}

impl<'a> Evaluator<'a> {
    /// An evaluator that knows no value yet.
    #[must_use]
    pub fn new(context: &'a Context, env: Env<'a>) -> Self {
        Self { context, env, values: FxHashMap::default() }
    }

    /// The value of an expression.
    ///
    /// # Errors
    /// As those of [`eval`].
    pub fn value(&mut self, expr: ExprId) -> Result<Value, InternalError> {
        let mut pending = vec![expr];
        while let Some(&top) = pending.last() {
            if top.index() >= self.context.len() {
                return Err(InternalError(format!("there is no expression number {}", top.0)));
            }
            let waiting = pending.len();
            if !self.values.contains_key(&top) {
                self.context.node(top).for_each_child(|child| {
                    if !self.values.contains_key(&child) {
                        pending.push(child);
                    }
                });
            }
            if pending.len() > waiting {
                continue;
            }
            pending.pop();
            if !self.values.contains_key(&top) {
                let value = self.compute(self.context.node(top))?;
                let ty = self.context.type_of(top);
                if !value.has_type(ty) {
                    return Err(InternalError(format!("{value} of {:?} is no {ty}", self.context.node(top))));
                }
                self.values.insert(top, value);
            }
        }
        self.operand(expr).cloned()
    }

    /// The value of a boolean expression.
    ///
    /// # Errors
    /// As those of [`eval`].
    pub fn truth(&mut self, expr: ExprId) -> Result<bool, InternalError> {
        match self.value(expr)? {
            Value::Bool(b) => Ok(b),
            other => Err(InternalError(format!("{other} is no truth value"))),
        }
    }

    /// The value of an expression that has been computed.
    fn operand(&self, expr: ExprId) -> Result<&Value, InternalError> {
        self.values
            .get(&expr)
            .ok_or_else(|| InternalError(format!("expression {} comes before its operand", expr.0)))
    }

    fn bool(&self, expr: ExprId) -> Result<bool, InternalError> {
        match self.operand(expr)? {
            Value::Bool(b) => Ok(*b),
            other => Err(InternalError(format!("{other} stands where a boolean is needed"))),
        }
    }

    /// Operands are 64-bit numbers, so no sum or product of a few overflows 128 bits.
    fn int(&self, expr: ExprId) -> Result<i128, InternalError> {
        match self.operand(expr)? {
            Value::Int(v) => Ok(i128::from(*v)),
            other => Err(InternalError(format!("{other} stands where an integer is needed"))),
        }
    }

    fn array(&self, expr: ExprId) -> Result<&[Value], InternalError> {
        match self.operand(expr)? {
            Value::Array(elements) => Ok(elements),
            other => Err(InternalError(format!("{other} stands where an array is needed"))),
        }
    }

    /// The position in an array of `len` elements.
    fn position(&self, index: ExprId, len: usize) -> Result<usize, InternalError> {
        let index = self.int(index)?;
        usize::try_from(index)
            .ok()
            .filter(|&i| i < len)
            .ok_or_else(|| InternalError(format!("index {index} of an array of {len}")))
    }

    /// The value of a node whose operands have been computed.
    fn compute(&self, node: &Node) -> Result<Value, InternalError> {
        let variable = |state: &State, v: &crate::VarId| {
            state.get(*v).cloned().ok_or_else(|| InternalError(format!("the state has no variable {}", v.0)))
        };
        match node {
            Node::Bool(b) => Ok(Value::Bool(*b)),
            Node::Int(v) => Ok(Value::Int(*v)),
            Node::Var(v) => variable(self.env.state, v),
            Node::Next(v) => {
                let next = self
                    .env
                    .next
                    .ok_or_else(|| InternalError("a next value outside of a step".to_owned()))?;
                variable(next, v)
            }
            Node::Param { index, count } => match self.env.args.get(*index as usize) {
                Some(arg) if arg < count => Ok(Value::Int(i64::from(*arg))),
                Some(arg) => Err(InternalError(format!("argument {arg} of a parameter with {count} values"))),
                None => Err(InternalError(format!("parameter {index} has no argument"))),
            },
            Node::Not(a) => Ok(Value::Bool(!self.bool(*a)?)),
            Node::And(list) => {
                let mut all = true;
                for &e in list {
                    all = self.bool(e)? && all;
                }
                Ok(Value::Bool(all))
            }
            Node::Or(list) => {
                let mut any = false;
                for &e in list {
                    any = self.bool(e)? || any;
                }
                Ok(Value::Bool(any))
            }
            Node::Ite(c, t, e) => self.operand(if self.bool(*c)? { *t } else { *e }).cloned(),
            Node::Eq(a, b) => match (self.operand(*a)?, self.operand(*b)?) {
                (Value::Bool(a), Value::Bool(b)) => Ok(Value::Bool(a == b)),
                (Value::Int(a), Value::Int(b)) => Ok(Value::Bool(a == b)),
                (a, b) => Err(InternalError(format!("{a} is compared with {b}"))),
            },
            Node::Lt(a, b) => Ok(Value::Bool(self.int(*a)? < self.int(*b)?)),
            Node::Le(a, b) => Ok(Value::Bool(self.int(*a)? <= self.int(*b)?)),
            Node::Add(list) => {
                let mut sum = 0;
                for &e in list {
                    sum += self.int(e)?;
                }
                number(sum)
            }
            Node::Neg(a) => number(-self.int(*a)?),
            Node::Mul(a, b) => number(self.int(*a)? * self.int(*b)?),
            Node::Div(a, b) => number(euclid(self.int(*a)?, self.int(*b)?).0),
            Node::Rem(a, b) => number(euclid(self.int(*a)?, self.int(*b)?).1),
            Node::Narrow { value, lo, hi } => {
                let v = self.int(*value)?;
                let inside = i128::from(*lo) <= v && v <= i128::from(*hi);
                number(if inside { v } else { i128::from(*lo) })
            }
            Node::Select(a, i) => {
                let elements = self.array(*a)?;
                Ok(elements[self.position(*i, elements.len())?].clone())
            }
            Node::Store(a, i, v) => {
                let mut elements = self.array(*a)?.to_vec();
                let position = self.position(*i, elements.len())?;
                elements[position] = self.operand(*v)?.clone();
                Ok(Value::Array(elements.into()))
            }
            Node::Array(list) => {
                Ok(Value::Array(list.iter().map(|&e| self.operand(e).cloned()).collect::<Result<_, _>>()?))
            }
        }
    }
}

fn number(v: i128) -> Result<Value, InternalError> {
    i64::try_from(v).map(Value::Int).map_err(|_| InternalError(format!("{v} overflows")))
}

/// The quotient and the remainder in `0..|b|` with `a = quotient * b + remainder`; `(0, 0)` where `b` is 0.
fn euclid(a: i128, b: i128) -> (i128, i128) {
    if b == 0 {
        return (0, 0);
    }
    // The processor's division truncates, so its remainder has the sign of `a`.
    let (quotient, remainder) = (a / b, a % b);
    if remainder >= 0 {
        (quotient, remainder)
    } else if b > 0 {
        (quotient - 1, remainder + b)
    } else {
        (quotient + 1, remainder - b)
    }
}
