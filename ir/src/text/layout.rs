//! Which expressions the text form gives a name, so that what is shared is printed once and no line is too deep or too wide.

use super::sections::sections;
use crate::{Context, ExprId, Node, TransitionSystem};
use rustc_hash::{FxHashMap, FxHashSet};

/// An expression of no more nodes than this (counted as a tree) is never named: it is read faster than looked up.
const SMALL: u32 = 7;
/// An expression that nests deeper than this inside another is named.
const DEEP: u32 = 6;
/// An expression of about more characters than this inside another is named.
const WIDE: u32 = 72;

/// Expressions with names.
#[derive(Default)]
pub(super) struct Lets {
    /// In the order in which they are printed: each after those that it mentions.
    pub(super) order: Vec<ExprId>,
    /// Their numbers.
    pub(super) names: FxHashMap<ExprId, u32>,
}

/// The names of a system's expressions.
pub(super) struct Layout {
    /// What several sections use.
    pub(super) shared: Lets,
    /// What each section uses more than once; in the order of [`sections`].
    pub(super) sections: Vec<Lets>,
}

/// Properties of all expressions of a context.
struct Facts<'a> {
    system: &'a TransitionSystem,
    /// Whether it is small.
    small: Vec<bool>,
    /// Whether it mentions a parameter: then it means something else in each section.
    bound: Vec<bool>,
}

impl Layout {
    pub(super) fn new(system: &TransitionSystem) -> Self {
        let context = &system.context;
        let facts = Facts::new(system);
        let sections = sections(system);
        let mut seen_in: FxHashMap<ExprId, u32> = FxHashMap::default();
        for roots in &sections {
            for expr in context.reachable(roots.iter().copied()) {
                *seen_in.entry(expr).or_default() += 1;
            }
        }
        let is_shared = |e: ExprId| {
            !facts.small[e.index()] && !facts.bound[e.index()] && seen_in.get(&e).is_some_and(|&n| n > 1)
        };

        // What sections mention of the shared expressions, in order.
        let mut entries = Vec::new();
        for roots in &sections {
            let mut own = FxHashSet::default();
            let mut pending: Vec<ExprId> = roots.iter().rev().copied().collect();
            while let Some(expr) = pending.pop() {
                if is_shared(expr) {
                    entries.push(expr);
                } else if own.insert(expr) {
                    let from = pending.len();
                    context.node(expr).for_each_child(|child| pending.push(child));
                    pending[from..].reverse();
                }
            }
        }
        let named: FxHashSet<ExprId> = entries.iter().copied().collect();
        let shared = facts.lets(&entries, &|_| false, &named, 1);
        let first = 1 + u32::try_from(shared.order.len()).unwrap_or(u32::MAX);
        let none = FxHashSet::default();
        let own = |roots: &Vec<ExprId>| facts.lets(roots, &is_shared, &none, first);
        let sections = sections.iter().map(own).collect();
        Self { shared, sections }
    }
}

impl<'a> Facts<'a> {
    fn new(system: &'a TransitionSystem) -> Self {
        let context = &system.context;
        let mut sizes: Vec<u32> = Vec::with_capacity(context.len());
        let mut bound: Vec<bool> = Vec::with_capacity(context.len());
        for index in 0..context.len() {
            let node = context.node(ExprId::from(index));
            let (mut size, mut mentions) = (1u32, matches!(node, Node::Param { .. }));
            node.for_each_child(|child| {
                size = size.saturating_add(sizes[child.index()]);
                mentions |= bound[child.index()];
            });
            sizes.push(size);
            bound.push(mentions);
        }
        Self { system, small: sizes.into_iter().map(|size| size <= SMALL).collect(), bound }
    }

    /// Names for what the roots are built from, up to expressions that are named elsewhere; those in `named` get one in any case.
    fn lets(
        &self,
        roots: &[ExprId],
        elsewhere: &dyn Fn(ExprId) -> bool,
        named: &FxHashSet<ExprId>,
        first: u32,
    ) -> Lets {
        let context = &self.system.context;
        let order = postorder(context, roots, elsewhere);
        let mut as_root: FxHashMap<ExprId, u32> = FxHashMap::default();
        let mut inside: FxHashMap<ExprId, u32> = FxHashMap::default();
        for &root in roots {
            *as_root.entry(root).or_default() += 1;
        }
        for &expr in &order {
            context.node(expr).for_each_child(|child| *inside.entry(child).or_default() += 1);
        }

        let mut out = Lets::default();
        let mut extents: FxHashMap<ExprId, (u32, u32)> = FxHashMap::default();
        for expr in order {
            let (mut depth, mut width) = (0, self.own_width(context.node(expr)));
            context.node(expr).for_each_child(|child| {
                // What is named elsewhere has no extent here: it is a name.
                let (d, w) = extents.get(&child).copied().unwrap_or((0, 3));
                depth = depth.max(d + 1);
                width = w.saturating_add(width);
            });
            let nested = inside.get(&expr).copied().unwrap_or(0);
            let uses = nested + as_root.get(&expr).copied().unwrap_or(0);
            let unwieldy = nested > 0 && (depth > DEEP || width > WIDE);
            if named.contains(&expr) || !self.small[expr.index()] && (uses > 1 || unwieldy) {
                out.order.push(expr);
                out.names
                    .insert(expr, first.saturating_add(u32::try_from(out.names.len()).unwrap_or(u32::MAX)));
                (depth, width) = (0, 3);
            }
            extents.insert(expr, (depth, width));
        }
        out
    }

    /// About how many characters a node takes beside its children.
    fn own_width(&self, node: &Node) -> u32 {
        let length = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        match node {
            Node::Bool(_) | Node::Param { .. } | Node::Int(_) => 4,
            Node::Var(v) | Node::Next(v) => {
                self.system.variables.get(v.index()).map_or(4, |variable| length(variable.name.len()))
            }
            Node::Not(_) | Node::Neg(_) => 1,
            Node::And(list) | Node::Or(list) | Node::Add(list) | Node::Array(list) => {
                length(list.len()).saturating_mul(4)
            }
            Node::Eq(..) | Node::Lt(..) | Node::Le(..) | Node::Mul(..) => 4,
            Node::Div(..) | Node::Rem(..) => 5,
            Node::Ite(..) => 17,
            Node::Narrow { .. } => 16,
            Node::Select(..) => 2,
            Node::Store(..) => 6,
        }
    }
}

/// Everything that the roots are built from, children before parents, in an order that depends on the structure alone (ids differ between
/// a system and its parsed text).
fn postorder(context: &Context, roots: &[ExprId], stop: &dyn Fn(ExprId) -> bool) -> Vec<ExprId> {
    let mut out = Vec::new();
    let mut seen = FxHashSet::default();
    let mut pending: Vec<(ExprId, bool)> = roots.iter().rev().map(|&root| (root, false)).collect();
    while let Some((expr, left)) = pending.pop() {
        if left {
            out.push(expr);
        } else if !stop(expr) && seen.insert(expr) {
            pending.push((expr, true));
            let from = pending.len();
            context.node(expr).for_each_child(|child| pending.push((child, false)));
            pending[from..].reverse();
        }
    }
    out
}
