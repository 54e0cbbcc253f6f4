//! Values of the intermediate representation's types.

use crate::{Type, VarId};
use std::fmt;

/// A value of a [`Type`].
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Value {
    /// A boolean.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// The elements of an array, in the order of the index.
    Array(Box<[Value]>),
}

impl Value {
    /// The value whose packed bits are all zero: `false`, the least integer, and arrays of these.
    #[must_use]
    pub fn zero(ty: &Type) -> Self {
        match ty {
            Type::Bool => Value::Bool(false),
            Type::Int { lo, .. } => Value::Int(*lo),
            Type::Array { len, element } => Value::Array(vec![Value::zero(element); *len as usize].into()),
        }
    }

    /// Whether the value belongs to the type.
    #[must_use]
    pub fn has_type(&self, ty: &Type) -> bool {
        match (self, ty) {
            (Value::Bool(_), Type::Bool) => true,
            (Value::Int(v), Type::Int { lo, hi }) => (lo..=hi).contains(&v),
            (Value::Array(elements), Type::Array { len, element }) => {
                elements.len() == *len as usize && elements.iter().all(|e| e.has_type(element))
            }
            _ => false,
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Bool(b) => write!(f, "{b}"),
            Value::Int(v) => write!(f, "{v}"),
            Value::Array(elements) => {
                write!(f, "[")?;
                for (i, element) in elements.iter().enumerate() {
                    write!(f, "{}{element}", if i > 0 { ", " } else { "" })?;
                }
                write!(f, "]")
            }
        }
    }
}

/// A state: the value of each state variable, in the order of [`VarId`].
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct State(pub Vec<Value>);

impl State {
    /// The value of a variable; `None` where the state has no such variable.
    #[must_use]
    pub fn get(&self, variable: VarId) -> Option<&Value> {
        self.0.get(variable.index())
    }
}
