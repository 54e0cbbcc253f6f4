//! The types of nodes: what each asks of its operands, and the type that it has; of integers by interval arithmetic
//! (Moore, *Interval Analysis*, 1966).

use crate::expr::{Context, Node};
use crate::{ExprId, Type};

/// Bounds of arithmetic saturate here. An expression whose bounds come here may overflow and is not [well formed](Context::check_node).
const SATURATED: i128 = 1 << 62;

/// How deep arrays may be nested.
pub(crate) const MAX_DEPTH: u32 = 64;

fn int_type(lo: i128, hi: i128) -> Type {
    let saturate = |v: i128| i64::try_from(v.clamp(-SATURATED, SATURATED)).unwrap_or_default();
    Type::Int { lo: saturate(lo), hi: saturate(hi) }
}

impl Context {
    /// The type that a node has, given operands of the types that it asks for.
    pub(crate) fn node_type(&self, node: &Node) -> Type {
        let wide = |e: ExprId| {
            let (lo, hi) = self.bounds(e);
            (i128::from(lo), i128::from(hi))
        };
        match node {
            Node::Bool(_)
            | Node::Not(_)
            | Node::And(_)
            | Node::Or(_)
            | Node::Eq(..)
            | Node::Lt(..)
            | Node::Le(..) => Type::Bool,
            Node::Int(v) => Type::Int { lo: *v, hi: *v },
            Node::Var(v) | Node::Next(v) => self.variable_type(*v).clone(),
            Node::Param { count, .. } => Type::Int { lo: 0, hi: i64::from(*count) - 1 },
            Node::Ite(_, t, e) => join(self.type_of(*t), self.type_of(*e)),
            Node::Add(list) => {
                let bounds = list.iter().map(|&e| wide(e));
                let (lo, hi) = bounds.fold((0, 0), |(lo, hi), (l, h)| (lo + l, hi + h));
                int_type(lo, hi)
            }
            Node::Neg(a) => {
                let (lo, hi) = wide(*a);
                int_type(-hi, -lo)
            }
            Node::Mul(a, b) => {
                let ((al, ah), (bl, bh)) = (wide(*a), wide(*b));
                hull([al * bl, al * bh, ah * bl, ah * bh])
            }
            Node::Div(a, b) => {
                let ((al, ah), (bl, bh)) = (wide(*a), wide(*b));
                if bl > 0 {
                    return hull([
                        al.div_euclid(bl),
                        al.div_euclid(bh),
                        ah.div_euclid(bl),
                        ah.div_euclid(bh),
                    ]);
                }
                let most = al.abs().max(ah.abs());
                int_type(-most, most)
            }
            Node::Rem(a, b) => {
                let ((al, ah), (bl, bh)) = (wide(*a), wide(*b));
                let hi = (bl.abs().max(bh.abs()) - 1).max(0);
                int_type(0, if al >= 0 { hi.min(ah) } else { hi })
            }
            Node::Narrow { lo, hi, .. } => Type::Int { lo: *lo, hi: *hi },
            Node::Select(a, _) => match self.type_of(*a) {
                Type::Array { element, .. } => Type::clone(element),
                other => other.clone(),
            },
            Node::Store(a, _, v) => match self.type_of(*a) {
                Type::Array { len, element } => Type::array(*len, join(element, self.type_of(*v))),
                other => other.clone(),
            },
            Node::Array(list) => {
                let mut types = list.iter().map(|&e| self.type_of(e));
                let first = types.next().cloned().unwrap_or(Type::Bool);
                let element = types.fold(first, |ty, other| join(&ty, other));
                Type::array(u32::try_from(list.len()).unwrap_or(u32::MAX), element)
            }
        }
    }

    /// Whether the operands of a node have the types that it asks for, and its value cannot overflow.
    ///
    /// # Errors
    /// What is wrong, where something is.
    pub fn check_node(&self, node: &Node) -> Result<(), String> {
        match node {
            Node::Bool(_) | Node::Int(_) => {}
            Node::Var(v) | Node::Next(v) => {
                if v.index() >= self.variable_count() {
                    return Err(format!("there is no variable number {}", v.0));
                }
            }
            Node::Param { count, .. } => {
                if *count == 0 {
                    return Err("a parameter has no values".to_owned());
                }
            }
            Node::Not(a) => self.expect_bool(*a)?,
            Node::And(list) | Node::Or(list) => {
                at_least(list, 2)?;
                list.iter().try_for_each(|&e| self.expect_bool(e))?;
            }
            Node::Ite(c, t, e) => {
                self.expect_bool(*c)?;
                self.expect_shape(*t, *e)?;
            }
            Node::Eq(a, b) => {
                self.expect_shape(*a, *b)?;
                if let Type::Array { .. } = self.type_of(*a) {
                    return Err("equality compares arrays".to_owned());
                }
            }
            Node::Add(list) => {
                at_least(list, 2)?;
                list.iter().try_for_each(|&e| self.expect_int(e))?;
            }
            Node::Neg(a) => self.expect_int(*a)?,
            Node::Lt(a, b) | Node::Le(a, b) | Node::Mul(a, b) | Node::Div(a, b) | Node::Rem(a, b) => {
                self.expect_int(*a)?;
                self.expect_int(*b)?;
            }
            Node::Narrow { value, lo, hi } => {
                self.expect_int(*value)?;
                if lo > hi {
                    return Err(format!("the range {lo}..={hi} is empty"));
                }
            }
            Node::Select(a, i) => {
                self.expect_element(*a, *i)?;
            }
            Node::Store(a, i, v) => {
                let element = self.expect_element(*a, *i)?;
                if !element.same_shape(self.type_of(*v)) {
                    return Err(format!("{} is stored in an array of {element}", self.type_of(*v)));
                }
            }
            Node::Array(list) => {
                at_least(list, 1)?;
                if u32::try_from(list.len()).is_err() {
                    return Err("an array is too long".to_owned());
                }
                list[1..].iter().try_for_each(|&e| self.expect_shape(list[0], e))?;
                if self.type_of(list[0]).depth() >= MAX_DEPTH {
                    return Err(format!("arrays are nested more than {MAX_DEPTH} deep"));
                }
            }
        }
        match self.node_type(node) {
            Type::Int { lo, hi } if i128::from(lo) <= -SATURATED || i128::from(hi) >= SATURATED => {
                Err(format!("a number in {lo}..={hi} comes too near to overflow"))
            }
            _ => Ok(()),
        }
    }

    fn expect_bool(&self, e: ExprId) -> Result<(), String> {
        match self.type_of(e) {
            Type::Bool => Ok(()),
            other => Err(format!("{other} stands where bool is needed")),
        }
    }

    fn expect_int(&self, e: ExprId) -> Result<(), String> {
        match self.type_of(e) {
            Type::Int { .. } => Ok(()),
            other => Err(format!("{other} stands where an integer is needed")),
        }
    }

    fn expect_shape(&self, a: ExprId, b: ExprId) -> Result<(), String> {
        let (a, b) = (self.type_of(a), self.type_of(b));
        if a.same_shape(b) { Ok(()) } else { Err(format!("{a} and {b} have different shapes")) }
    }

    /// The type of the elements, if `array` is an array and the bounds of `index` lie within it.
    fn expect_element(&self, array: ExprId, index: ExprId) -> Result<&Type, String> {
        self.expect_int(index)?;
        let Type::Array { len, element } = self.type_of(array) else {
            return Err(format!("{} stands where an array is needed", self.type_of(array)));
        };
        let (lo, hi) = self.bounds(index);
        if lo < 0 || hi >= i64::from(*len) {
            return Err(format!("an index in {lo}..={hi} may lie outside an array of {len}"));
        }
        Ok(element)
    }
}

fn join(a: &Type, b: &Type) -> Type {
    a.join(b).unwrap_or_else(|| a.clone())
}

/// The least type that contains these numbers.
fn hull(numbers: [i128; 4]) -> Type {
    let lo = numbers.iter().copied().min().unwrap_or_default();
    let hi = numbers.iter().copied().max().unwrap_or_default();
    int_type(lo, hi)
}

fn at_least(operands: &[ExprId], least: usize) -> Result<(), String> {
    if operands.len() < least {
        return Err(format!("{} operands where at least {least} are needed", operands.len()));
    }
    Ok(())
}
