//! Expressions: a hash-consed directed acyclic graph of typed nodes.
//!
//! Equal ids mean structurally equal expressions, within one [`Context`]. A node is made after its children, so ids
//! ascend from the leaves to the roots: a pass over the graph is a loop over [`Context::reachable`], never a recursion.
//!
//! Expressions are *total*: they have a value of their type in every state. What is an error in the language (a
//! value out of range, a bad index, a division by zero) is a [`Failure`](crate::Failure) beside the expression.

use crate::{ExprId, Type, VarId};
use indexmap::IndexSet;
use rustc_hash::{FxBuildHasher, FxHashMap};

/// An expression node. Operands of integer operators are integers, of boolean ones booleans; see each.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Node {
    /// A boolean constant.
    Bool(bool),
    /// An integer constant.
    Int(i64),
    /// The value of a state variable; in a step property, before the step.
    Var(VarId),
    /// The value of a state variable after the step; only in step properties.
    Next(VarId),
    /// The parameter with this position of the enclosing transition (or of the initial condition), an integer in `0..count`.
    Param {
        /// Its position.
        index: u32,
        /// The number of its values.
        count: u32,
    },
    /// Negation.
    Not(ExprId),
    /// Conjunction of two or more.
    And(Box<[ExprId]>),
    /// Disjunction of two or more.
    Or(Box<[ExprId]>),
    /// The second where the first (a boolean) is true, else the third; these two have the same shape, arrays included.
    Ite(ExprId, ExprId, ExprId),
    /// Equality of two booleans or of two integers.
    Eq(ExprId, ExprId),
    /// Less than, of integers.
    Lt(ExprId, ExprId),
    /// Less than or equal, of integers.
    Le(ExprId, ExprId),
    /// Sum of two or more integers.
    Add(Box<[ExprId]>),
    /// The integer with the other sign.
    Neg(ExprId),
    /// Product of two integers.
    Mul(ExprId, ExprId),
    /// Euclidean quotient: the remainder is never negative; 0 where the divisor is 0.
    Div(ExprId, ExprId),
    /// Euclidean remainder, in `0..|divisor|`; 0 where the divisor is 0.
    Rem(ExprId, ExprId),
    /// The integer where it lies in `lo..=hi`, else `lo`.
    Narrow {
        /// The integer.
        value: ExprId,
        /// The least value.
        lo: i64,
        /// The greatest value.
        hi: i64,
    },
    /// The element of an array at an index whose type lies within the array.
    Select(ExprId, ExprId),
    /// The array with the element at the index (whose type lies within the array) replaced.
    Store(ExprId, ExprId, ExprId),
    /// The array of these elements (one or more, of one shape).
    Array(Box<[ExprId]>),
}

impl Node {
    /// Calls `visit` on each child, in order.
    pub fn for_each_child(&self, mut visit: impl FnMut(ExprId)) {
        match self {
            Node::Bool(_) | Node::Int(_) | Node::Var(_) | Node::Next(_) | Node::Param { .. } => {}
            Node::Not(a) | Node::Neg(a) | Node::Narrow { value: a, .. } => visit(*a),
            Node::And(list) | Node::Or(list) | Node::Add(list) | Node::Array(list) => {
                list.iter().copied().for_each(visit);
            }
            Node::Eq(a, b)
            | Node::Lt(a, b)
            | Node::Le(a, b)
            | Node::Mul(a, b)
            | Node::Div(a, b)
            | Node::Rem(a, b)
            | Node::Select(a, b) => {
                visit(*a);
                visit(*b);
            }
            Node::Ite(a, b, c) | Node::Store(a, b, c) => {
                visit(*a);
                visit(*b);
                visit(*c);
            }
        }
    }
}

/// Owns expressions, and the types of the state variables that they mention.
#[derive(Clone, Default, Debug)]
pub struct Context {
    nodes: IndexSet<Node, FxBuildHasher>,
    types: Vec<Type>,
    variables: Vec<Type>,
    /// What `select` answered: it descends through conditionals, and without this would visit shared ones again and again.
    selections: FxHashMap<(ExprId, ExprId), ExprId>,
}

impl Context {
    /// A context without expressions.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Declares the next state variable.
    pub fn declare(&mut self, ty: Type) -> VarId {
        self.variables.push(ty);
        VarId::from(self.variables.len() - 1)
    }

    /// The type of a state variable.
    #[must_use]
    pub fn variable_type(&self, variable: VarId) -> &Type {
        &self.variables[variable.index()]
    }

    /// The number of state variables.
    #[must_use]
    pub fn variable_count(&self) -> usize {
        self.variables.len()
    }

    /// The number of expressions.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is no expression.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The node of an expression.
    #[must_use]
    pub fn node(&self, expr: ExprId) -> &Node {
        &self.nodes[expr.index()]
    }

    /// The type of an expression; of an integer, bounds that interval arithmetic established.
    #[must_use]
    pub fn type_of(&self, expr: ExprId) -> &Type {
        &self.types[expr.index()]
    }

    /// The bounds of an integer expression; `(0, 1)` of a boolean and `(0, 0)` of an array, which have none.
    #[must_use]
    pub fn bounds(&self, expr: ExprId) -> (i64, i64) {
        match self.type_of(expr) {
            Type::Int { lo, hi } => (*lo, *hi),
            Type::Bool => (0, 1),
            Type::Array { .. } => (0, 0),
        }
    }

    /// The value of a boolean constant.
    #[must_use]
    pub fn as_bool(&self, expr: ExprId) -> Option<bool> {
        match self.node(expr) {
            Node::Bool(b) => Some(*b),
            _ => None,
        }
    }

    /// The value of an integer constant.
    #[must_use]
    pub fn as_int(&self, expr: ExprId) -> Option<i64> {
        match self.node(expr) {
            Node::Int(v) => Some(*v),
            _ => None,
        }
    }

    /// Everything that the roots are built from, roots included, children before parents.
    #[must_use]
    pub fn reachable(&self, roots: impl IntoIterator<Item = ExprId>) -> Vec<ExprId> {
        let mut seen = rustc_hash::FxHashSet::default();
        let mut stack: Vec<ExprId> = Vec::new();
        for root in roots {
            if seen.insert(root) {
                stack.push(root);
            }
        }
        let mut order = Vec::new();
        while let Some(expr) = stack.pop() {
            order.push(expr);
            self.node(expr).for_each_child(|child| {
                if seen.insert(child) {
                    stack.push(child);
                }
            });
        }
        order.sort_unstable();
        order
    }

    pub(crate) fn selection(&self, array: ExprId, index: ExprId) -> Option<ExprId> {
        self.selections.get(&(array, index)).copied()
    }

    pub(crate) fn remember_selection(&mut self, array: ExprId, index: ExprId, element: ExprId) {
        self.selections.insert((array, index), element);
    }

    /// The expression with this node, if it has been built.
    #[must_use]
    pub fn find(&self, node: &Node) -> Option<ExprId> {
        self.nodes.get_index_of(node).map(ExprId::from)
    }

    /// Enters a node as it is, whose operands [must be well typed](Context::check_node); the smart constructors are the way in.
    pub(crate) fn intern(&mut self, node: Node) -> ExprId {
        if let Some(index) = self.nodes.get_index_of(&node) {
            return ExprId::from(index);
        }
        let ty = self.node_type(&node);
        let (index, _) = self.nodes.insert_full(node);
        self.types.push(ty);
        ExprId::from(index)
    }
}
