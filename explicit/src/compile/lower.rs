//! From the expressions of a system to scalars and arrays, with parameters bound to values or left free.

use super::array::{Arrays, Odd, Val};
use super::scalar::{Scalars, Sid, Source};
use crate::mutation::Mutation;
use musilc_ir::{Context, ExprId, Node, Type, VarId};
use rustc_hash::{FxHashMap, FxHashSet};

/// Lowers the expressions of one context. What mentions no parameter is lowered once; the rest anew for each binding.
pub(crate) struct Lowering<'s> {
    context: &'s Context,
    pub(crate) scalars: Scalars,
    pub(crate) arrays: Arrays,
    /// Whether an expression mentions a parameter.
    dependent: Vec<bool>,
    known: Vec<Option<Val>>,
    /// Expressions in `known` that hold only for the present binding.
    bound: Vec<ExprId>,
    /// The present binding; `None` while parameters are free.
    args: Option<Vec<u32>>,
    /// The values of variables that never change.
    fixed: FxHashMap<VarId, Val>,
    mutation: Mutation,
}

impl<'s> Lowering<'s> {
    pub(crate) fn new(context: &'s Context, cells: Vec<(i64, i64)>, mutation: Mutation) -> Self {
        let mut dependent: Vec<bool> = Vec::with_capacity(context.len());
        for id in 0..context.len() {
            let node = context.node(ExprId::from(id));
            let mut depends = matches!(node, Node::Param { .. });
            node.for_each_child(|child| depends |= dependent.get(child.index()).copied().unwrap_or(false));
            dependent.push(depends);
        }
        let known = vec![None; context.len()];
        Self {
            context,
            scalars: Scalars::new(cells),
            arrays: Arrays::default(),
            dependent,
            known,
            bound: Vec::new(),
            args: None,
            fixed: FxHashMap::default(),
            mutation,
        }
    }

    /// A variable always has this value, which mentions no variable and no parameter.
    pub(crate) fn fix(&mut self, variable: VarId, value: ExprId) -> Result<(), Odd> {
        let value = self.lower(value)?;
        self.fixed.insert(variable, value);
        Ok(())
    }

    /// From now on the parameters have these values; with `None` they are free.
    pub(crate) fn bind(&mut self, args: Option<&[u32]>) {
        self.args = args.map(<[u32]>::to_vec);
        for expr in self.bound.drain(..) {
            self.known[expr.index()] = None;
        }
    }

    /// About how many expressions a binding lowers, for these roots.
    pub(crate) fn weight(&self, roots: impl IntoIterator<Item = ExprId>) -> u64 {
        self.context.reachable(roots).into_iter().filter(|expr| self.dependent[expr.index()]).count() as u64
    }

    /// A boolean or integer expression.
    pub(crate) fn scalar(&mut self, root: ExprId) -> Result<Sid, Odd> {
        match self.lower(root)? {
            Val::Scalar(id) => Ok(id),
            Val::Array(_) => Err("an array where a scalar was expected".to_owned()),
        }
    }

    /// Any expression. Children come before parents in the order of ids, so there is no recursion.
    pub(crate) fn lower(&mut self, root: ExprId) -> Result<Val, Odd> {
        let mut pending = Vec::new();
        let mut stack = vec![root];
        let mut seen = FxHashSet::default();
        while let Some(expr) = stack.pop() {
            if self.known[expr.index()].is_none() && seen.insert(expr) {
                pending.push(expr);
                self.context.node(expr).for_each_child(|child| stack.push(child));
            }
        }
        pending.sort_unstable();
        for expr in pending {
            let value = self.lower_node(expr)?;
            self.known[expr.index()] = Some(value);
            if self.dependent[expr.index()] {
                self.bound.push(expr);
            }
        }
        self.known[root.index()].ok_or_else(|| "an expression without a value".to_owned())
    }

    fn child(&self, expr: ExprId) -> Result<Val, Odd> {
        self.known[expr.index()].ok_or_else(|| "an operand after its operator".to_owned())
    }

    fn operand(&self, expr: ExprId) -> Result<Sid, Odd> {
        match self.child(expr)? {
            Val::Scalar(id) => Ok(id),
            Val::Array(_) => Err("an array as an operand".to_owned()),
        }
    }

    fn operands(&self, list: &[ExprId]) -> Result<Vec<Sid>, Odd> {
        list.iter().map(|&expr| self.operand(expr)).collect()
    }

    fn lower_node(&mut self, expr: ExprId) -> Result<Val, Odd> {
        let context = self.context;
        let scalar = match context.node(expr) {
            Node::Bool(b) => self.scalars.bool(*b),
            Node::Int(v) => self.scalars.constant(*v),
            Node::Var(variable) | Node::Next(variable) => {
                if let Some(&value) = self.fixed.get(variable) {
                    return Ok(value);
                }
                let next = matches!(context.node(expr), Node::Next(_));
                let source = Source::State { variable: *variable, next };
                let start = self.scalars.constant(0);
                match context.type_of(expr) {
                    ty @ Type::Array { .. } => {
                        return Ok(Val::Array(self.arrays.view(source, start, ty.clone())));
                    }
                    _ => self.scalars.load(source, start),
                }
            }
            Node::Param { index, count } => match &self.args {
                None => self.scalars.param(*index, *count),
                Some(args) => {
                    let arg = args.get(*index as usize).ok_or("a parameter without an argument")?;
                    self.scalars.constant((*arg).into())
                }
            },
            Node::Not(a) => {
                let a = self.operand(*a)?;
                self.scalars.not(a)
            }
            Node::And(list) => {
                let list = self.operands(list)?;
                self.scalars.and(list)
            }
            Node::Or(list) => {
                let list = self.operands(list)?;
                self.scalars.or(list)
            }
            Node::Ite(c, t, e) => {
                let (c, t, e) = (self.operand(*c)?, self.child(*t)?, self.child(*e)?);
                return self.arrays.ite(&mut self.scalars, c, t, e);
            }
            Node::Eq(a, b) => {
                let (a, b) = (self.operand(*a)?, self.operand(*b)?);
                self.scalars.eq(a, b)
            }
            Node::Lt(a, b) => {
                let (a, b) = (self.operand(*a)?, self.operand(*b)?);
                match self.mutation {
                    Mutation::LessIsLessOrEqual => self.scalars.le(a, b),
                    _ => self.scalars.lt(a, b),
                }
            }
            Node::Le(a, b) => {
                let (a, b) = (self.operand(*a)?, self.operand(*b)?);
                self.scalars.le(a, b)
            }
            Node::Add(list) => {
                let list = self.operands(list)?;
                self.scalars.add(list)
            }
            Node::Neg(a) => {
                let a = self.operand(*a)?;
                self.scalars.neg(a)
            }
            Node::Mul(a, b) => {
                let (a, b) = (self.operand(*a)?, self.operand(*b)?);
                self.scalars.mul(a, b)
            }
            Node::Div(a, b) => {
                let (a, b) = (self.operand(*a)?, self.operand(*b)?);
                self.scalars.div(a, b)
            }
            Node::Rem(a, b) => {
                let (a, b) = (self.operand(*a)?, self.operand(*b)?);
                self.scalars.rem(a, b)
            }
            Node::Narrow { value, lo, hi } => {
                let value = self.operand(*value)?;
                match self.mutation {
                    Mutation::NarrowTooTight if lo < hi => self.scalars.narrow(value, *lo, hi - 1),
                    _ => self.scalars.narrow(value, *lo, *hi),
                }
            }
            Node::Select(array, index) => {
                let (Val::Array(array), index) = (self.child(*array)?, self.operand(*index)?) else {
                    return Err("an element of a scalar".to_owned());
                };
                return self.arrays.select(&mut self.scalars, array, index);
            }
            Node::Store(array, index, value) => {
                let (Val::Array(array), index) = (self.child(*array)?, self.operand(*index)?) else {
                    return Err("a store into a scalar".to_owned());
                };
                let value = self.child(*value)?;
                return Ok(Val::Array(self.arrays.store(array, index, value)));
            }
            Node::Array(list) => {
                let elements: Result<Box<[Val]>, Odd> = list.iter().map(|&expr| self.child(expr)).collect();
                let ty = context.type_of(expr).clone();
                return Ok(Val::Array(self.arrays.literal(&mut self.scalars, elements?, ty)));
            }
        };
        Ok(Val::Scalar(scalar))
    }
}
