//! Which instances commute, and a canonical order for those that do.
//!
//! Two instances that touch disjoint cells can change places in a run: it stays a run, of the same length and to the same state. So of
//! two neighbouring steps that commute, only the order with the lesser instance first needs to be searched. The least of all
//! equivalent runs keeps to this everywhere (Wang, Yang, Kahlon and Gupta, "Peephole partial order reduction", 2008), so each state
//! is still reached at each depth where it was.

use musilc_circuit::{Instance, Plan, cell_types};
use musilc_ir::{Context, ExprId, Node, VarId};
use rustc_hash::FxHashSet;

/// With more instances, comparing each with each costs more than it gains.
const MAX_INSTANCES: usize = 2000;

/// With more exceptions, the order of an instance is not worth its clause.
const MAX_EXCEPTIONS: usize = 128;

/// For each instance: the greater ones that do not commute with it, and so may come right before it. `None` where the order of
/// the instance is left open.
pub(crate) fn exceptions(plan: &Plan<'_>) -> Vec<Option<Vec<usize>>> {
    let instances = &plan.instances;
    if instances.len() > MAX_INSTANCES {
        return vec![None; instances.len()];
    }
    let cells = Cells::new(plan);
    let touched: Vec<Touched> = instances.iter().map(|instance| cells.touched_by(instance)).collect();
    let exceptions = touched.iter().enumerate().map(|(j, own)| {
        let greater = touched.iter().enumerate().skip(j + 1);
        let clashing: Vec<usize> = greater.filter(|(_, other)| own.clashes(other)).map(|(i, _)| i).collect();
        let commuting = touched.len() - 1 - j - clashing.len();
        (commuting > 0 && clashing.len() <= MAX_EXCEPTIONS).then_some(clashing)
    });
    exceptions.collect()
}

/// A set of cells.
struct Set(Vec<u64>);

impl Set {
    fn insert(&mut self, cells: std::ops::Range<usize>) {
        for cell in cells {
            if let Some(word) = self.0.get_mut(cell / 64) {
                *word |= 1 << (cell % 64);
            }
        }
    }

    fn meets(&self, other: &Set) -> bool {
        self.0.iter().zip(&other.0).any(|(a, b)| a & b != 0)
    }
}

/// The cells that an instance reads (guard, failures and body) and writes.
struct Touched {
    reads: Set,
    writes: Set,
}

impl Touched {
    fn clashes(&self, other: &Touched) -> bool {
        self.writes.meets(&other.writes) || self.writes.meets(&other.reads) || self.reads.meets(&other.writes)
    }
}

/// The cells of all state variables, numbered one after another.
struct Cells<'a> {
    cx: &'a Context,
    first: Vec<usize>,
    count: usize,
}

impl<'a> Cells<'a> {
    fn new(plan: &'a Plan<'_>) -> Self {
        let mut count = 0;
        let mut first = Vec::new();
        for variable in &plan.system.variables {
            first.push(count);
            count += cell_types(&variable.ty).len();
        }
        Self { cx: &plan.cx, first, count }
    }

    fn empty(&self) -> Set {
        Set(vec![0; self.count.div_ceil(64)])
    }

    fn touched_by(&self, instance: &Instance) -> Touched {
        let ground = &instance.ground;
        let (mut reads, mut writes) = (self.empty(), self.empty());
        let mut seen = FxHashSet::default();
        let failures = ground.guard_failures.iter().chain(&ground.failures);
        for root in failures.map(|failure| failure.condition).chain([ground.guard]) {
            self.read(root, &mut seen, &mut reads);
        }
        for update in &ground.updates {
            self.written(update.variable, update.value, &mut seen, &mut reads, &mut writes);
        }
        Touched { reads, writes }
    }

    /// The cells that an expression names, where it is a variable or a part of one at constant indices.
    fn place(&self, expr: ExprId) -> Option<std::ops::Range<usize>> {
        let mut expr = expr;
        let length = usize::try_from(self.cx.type_of(expr).cells()).ok()?;
        let mut offset = 0usize;
        loop {
            match self.cx.node(expr) {
                Node::Var(v) => {
                    let first = self.first.get(v.index())? + offset;
                    return Some(first..first + length);
                }
                Node::Select(array, index) => {
                    let index = usize::try_from(self.cx.as_int(*index)?).ok()?;
                    let stride = usize::try_from(self.cx.type_of(expr).cells()).ok()?;
                    offset += index * stride;
                    expr = *array;
                }
                _ => return None,
            }
        }
    }

    /// Adds what the evaluation of an expression reads.
    fn read(&self, root: ExprId, seen: &mut FxHashSet<ExprId>, reads: &mut Set) {
        let mut pending = vec![root];
        while let Some(expr) = pending.pop() {
            if !seen.insert(expr) {
                continue;
            }
            match self.place(expr) {
                Some(cells) => reads.insert(cells),
                None => self.cx.node(expr).for_each_child(|child| pending.push(child)),
            }
        }
    }

    /// Adds what an update reads and writes. Stores at constant indices into the variable itself leave its other cells alone.
    fn written(
        &self,
        variable: VarId,
        value: ExprId,
        seen: &mut FxHashSet<ExprId>,
        reads: &mut Set,
        writes: &mut Set,
    ) {
        let Some(&first) = self.first.get(variable.index()) else { return };
        let mut pending = vec![(value, first)];
        while let Some((value, at)) = pending.pop() {
            let length = usize::try_from(self.cx.type_of(value).cells()).unwrap_or(0);
            if self.place(value) == Some(at..at + length) {
                // The cells as they are.
                continue;
            }
            match self.cx.node(value) {
                Node::Store(array, index, element) if self.cx.as_int(*index).is_some() => {
                    let index = self.cx.as_int(*index).and_then(|i| usize::try_from(i).ok()).unwrap_or(0);
                    let stride = usize::try_from(self.cx.type_of(*element).cells()).unwrap_or(0);
                    pending.push((*array, at));
                    pending.push((*element, at + index * stride));
                }
                _ => {
                    writes.insert(at..at + length);
                    self.read(value, seen, reads);
                }
            }
        }
    }
}
