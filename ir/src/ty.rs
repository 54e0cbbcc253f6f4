//! The types of the intermediate representation: booleans, bounded integers and fixed-length arrays.

use std::fmt;
use std::sync::Arc;

/// The type of an expression or a state variable.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Type {
    /// `false` or `true`.
    Bool,
    /// An integer from `lo` to `hi`, both included. Of an expression: bounds that its value never leaves.
    Int {
        /// The least value.
        lo: i64,
        /// The greatest value.
        hi: i64,
    },
    /// A total map from `0..len` to the element type.
    Array {
        /// The number of elements.
        len: u32,
        /// The type of each element.
        element: Arc<Type>,
    },
}

impl Type {
    /// The array of `len` such elements.
    #[must_use]
    pub fn array(len: u32, element: Type) -> Self {
        Type::Array { len, element: Arc::new(element) }
    }

    /// The bounds of an integer type; `None` for the others.
    #[must_use]
    pub fn bounds(&self) -> Option<(i64, i64)> {
        match self {
            Type::Int { lo, hi } => Some((*lo, *hi)),
            Type::Bool | Type::Array { .. } => None,
        }
    }

    /// How many bits a value takes when packed: 1 for a boolean, ⌈log2(hi − lo + 1)⌉ for an integer, and the sum over an array.
    #[must_use]
    pub fn bits(&self) -> u64 {
        match self {
            Type::Bool => 1,
            Type::Int { lo, hi } => u64::from(u64::BITS - hi.abs_diff(*lo).leading_zeros()),
            Type::Array { len, element } => u64::from(*len).saturating_mul(element.bits()),
        }
    }

    /// How many booleans and integers a value consists of.
    #[must_use]
    pub fn cells(&self) -> u64 {
        match self {
            Type::Bool | Type::Int { .. } => 1,
            Type::Array { len, element } => u64::from(*len).saturating_mul(element.cells()),
        }
    }

    /// How deep arrays are nested; 0 of a type without.
    #[must_use]
    pub fn depth(&self) -> u32 {
        match self {
            Type::Bool | Type::Int { .. } => 0,
            Type::Array { element, .. } => element.depth().saturating_add(1),
        }
    }

    /// The least type that contains both; `None` where their shapes differ.
    #[must_use]
    pub fn join(&self, other: &Type) -> Option<Type> {
        match (self, other) {
            (Type::Bool, Type::Bool) => Some(Type::Bool),
            (Type::Int { lo: a, hi: b }, Type::Int { lo: c, hi: d }) => {
                Some(Type::Int { lo: *a.min(c), hi: *b.max(d) })
            }
            (Type::Array { len: m, element: s }, Type::Array { len: n, element: t }) if m == n => {
                Some(Type::Array { len: *m, element: Arc::new(s.join(t)?) })
            }
            _ => None,
        }
    }

    /// Whether the shapes are the same, integer bounds aside.
    #[must_use]
    pub fn same_shape(&self, other: &Type) -> bool {
        match (self, other) {
            (Type::Bool, Type::Bool) | (Type::Int { .. }, Type::Int { .. }) => true,
            (Type::Array { len: m, element: s }, Type::Array { len: n, element: t }) => {
                m == n && s.same_shape(t)
            }
            _ => false,
        }
    }

    /// Whether every value of `other` is a value of this type.
    #[must_use]
    pub fn contains(&self, other: &Type) -> bool {
        self.same_shape(other) && self.join(other).as_ref() == Some(self)
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Bool => write!(f, "bool"),
            Type::Int { lo, hi } => write!(f, "{lo}..={hi}"),
            Type::Array { len, element } => write!(f, "[{element}; {len}]"),
        }
    }
}
