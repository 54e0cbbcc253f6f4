//! Rebuilding expressions, and binding parameters: what turns a transition into its instances.

use crate::{
    Context, ExprId, Failure, FailureSite, Node, Param, Place, Transition, TransitionId, TransitionSystem,
    Update,
};
use rustc_hash::FxHashMap;

/// A transition with its parameters bound: no expression below mentions a parameter.
#[derive(Clone, PartialEq, Debug)]
pub struct GroundTransition {
    /// The transition.
    pub transition: TransitionId,
    /// The values of its parameters.
    pub args: Vec<u32>,
    /// What goes wrong while the guard is evaluated, in order; those that never happen are left out.
    pub guard_failures: Vec<GroundFailure>,
    /// Whether the instance is enabled.
    pub guard: ExprId,
    /// What goes wrong while the body is executed, in order; those that never happen are left out.
    pub failures: Vec<GroundFailure>,
    /// The new values; each variable at most once.
    pub updates: Vec<Update>,
}

/// A failure of an instance.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct GroundFailure {
    /// The failure of the transition that this is an instance of, by its position there.
    pub site: FailureSite,
    /// True where evaluation fails here, provided that no earlier failure of the same list is true.
    pub condition: ExprId,
    /// The number that is at fault.
    pub value: Option<ExprId>,
}

impl GroundTransition {
    /// Every expression of the instance.
    pub fn roots(&self) -> impl Iterator<Item = ExprId> {
        let failures = self.guard_failures.iter().chain(&self.failures);
        let of_failures = failures.flat_map(|failure| [Some(failure.condition), failure.value]).flatten();
        of_failures.chain([self.guard]).chain(self.updates.iter().map(|update| update.value))
    }
}

/// All bindings of parameters, in lexicographic order: the last parameter changes fastest. One, the empty one, of no parameters.
pub fn bindings(params: &[Param]) -> impl Iterator<Item = Vec<u32>> + use<> {
    let counts: Vec<u32> = params.iter().map(|param| param.count).collect();
    let first = counts.iter().all(|&count| count > 0).then(|| vec![0; counts.len()]);
    std::iter::successors(first, move |args| {
        let mut args = args.clone();
        for (arg, &count) in args.iter_mut().zip(&counts).rev() {
            *arg += 1;
            if *arg < count {
                return Some(args);
            }
            *arg = 0;
        }
        None
    })
}

/// The number of bindings of parameters; `None` where it does not fit 64 bits.
#[must_use]
pub fn binding_count(params: &[Param]) -> Option<u64> {
    params.iter().try_fold(1u64, |product, param| product.checked_mul(param.count.into()))
}

impl Transition {
    /// The arguments of each instance, in lexicographic order: the last parameter changes fastest.
    pub fn instances(&self) -> impl Iterator<Item = Vec<u32>> + use<> {
        bindings(&self.params)
    }

    /// The number of instances; `None` where it does not fit 64 bits.
    #[must_use]
    pub fn instance_count(&self) -> Option<u64> {
        binding_count(&self.params)
    }

    /// The instance with these arguments of this transition, whose id is `id` and whose expressions `context` owns.
    pub fn ground(&self, id: TransitionId, args: &[u32], context: &mut Context) -> GroundTransition {
        let guard_failures = ground_failures(&self.guard_failures, Place::Guard(id), args, context);
        let failures = ground_failures(&self.failures, Place::Body(id), args, context);
        let mut roots = vec![self.guard];
        roots.extend(self.updates.iter().map(|update| update.value));
        let bound = context.substitute(&roots, args);
        let updates = self.updates.iter().zip(&bound[1..]);
        GroundTransition {
            transition: id,
            args: args.to_vec(),
            guard_failures,
            guard: bound[0],
            failures,
            updates: updates.map(|(update, &value)| Update { variable: update.variable, value }).collect(),
        }
    }
}

impl TransitionSystem {
    /// The instance of a transition with these arguments.
    pub fn ground(&mut self, transition: TransitionId, args: &[u32]) -> GroundTransition {
        self.transitions[transition.index()].ground(transition, args, &mut self.context)
    }
}

/// The failures with their parameters bound, without those that are never true and those after one that always is.
fn ground_failures(
    failures: &[Failure],
    place: Place,
    args: &[u32],
    context: &mut Context,
) -> Vec<GroundFailure> {
    let mut roots: Vec<ExprId> = failures.iter().map(|failure| failure.condition).collect();
    roots.extend(failures.iter().filter_map(|failure| failure.value));
    let bound = context.substitute(&roots, args);
    let (conditions, values) = bound.split_at(failures.len());
    let mut values = values.iter().copied();
    let mut out = Vec::new();
    for ((failure, &condition), index) in failures.iter().zip(conditions).zip(0..) {
        let value = failure.value.and_then(|_| values.next());
        let known = context.as_bool(condition);
        if known != Some(false) {
            out.push(GroundFailure { site: FailureSite { place, index }, condition, value });
        }
        if known == Some(true) {
            break;
        }
    }
    out
}

impl Context {
    /// The roots with each parameter replaced by its argument. A parameter without an argument stays.
    pub fn substitute(&mut self, roots: &[ExprId], args: &[u32]) -> Vec<ExprId> {
        self.rebuild(roots, |context, _, node| match node {
            Node::Param { index, .. } => args.get(*index as usize).map(|&arg| context.int(arg.into())),
            _ => None,
        })
    }

    /// The roots rebuilt bottom up: what `replace` gives for an expression stands in its place; where it gives `None`, the node is
    /// made anew from its rebuilt children (or stays, if none has changed).
    pub fn rebuild(
        &mut self,
        roots: &[ExprId],
        mut replace: impl FnMut(&mut Context, ExprId, &Node) -> Option<ExprId>,
    ) -> Vec<ExprId> {
        let mut rebuilt: FxHashMap<ExprId, ExprId> = FxHashMap::default();
        for expr in self.reachable(roots.iter().copied()) {
            let node = self.node(expr).clone();
            let new = match replace(self, expr, &node) {
                Some(new) => new,
                None => {
                    let mut changed = false;
                    node.for_each_child(|child| changed |= rebuilt[&child] != child);
                    if changed { self.make(&node, |child| rebuilt[&child]) } else { expr }
                }
            };
            rebuilt.insert(expr, new);
        }
        roots.iter().map(|root| rebuilt[root]).collect()
    }

    /// The node with other children, through the smart constructors.
    fn make(&mut self, node: &Node, child: impl Fn(ExprId) -> ExprId) -> ExprId {
        let all = |list: &[ExprId]| list.iter().map(|&e| child(e)).collect::<Vec<_>>();
        match node {
            Node::Bool(b) => self.bool(*b),
            Node::Int(v) => self.int(*v),
            Node::Var(v) => self.var(*v),
            Node::Next(v) => self.next(*v),
            Node::Param { index, count } => self.param(*index, *count),
            Node::Not(a) => self.not(child(*a)),
            Node::And(list) => self.and(all(list)),
            Node::Or(list) => self.or(all(list)),
            Node::Ite(c, t, e) => self.ite(child(*c), child(*t), child(*e)),
            Node::Eq(a, b) => self.eq(child(*a), child(*b)),
            Node::Lt(a, b) => self.lt(child(*a), child(*b)),
            Node::Le(a, b) => self.le(child(*a), child(*b)),
            Node::Add(list) => self.add(all(list)),
            Node::Neg(a) => self.neg(child(*a)),
            Node::Mul(a, b) => self.mul(child(*a), child(*b)),
            Node::Div(a, b) => self.div(child(*a), child(*b)),
            Node::Rem(a, b) => self.rem(child(*a), child(*b)),
            Node::Narrow { value, lo, hi } => self.narrow(child(*value), *lo, *hi),
            Node::Select(a, i) => self.select(child(*a), child(*i)),
            Node::Store(a, i, v) => self.store(child(*a), child(*i), child(*v)),
            Node::Array(list) => self.array(all(list)),
        }
    }
}
