//! From scalars to code.
//!
//! Values are computed when a test or a write first needs them and stay in their register as long as control cannot have come another
//! way: inside a conditional part, what is computed is forgotten at its end. Conditions become jumps, so that evaluation stops
//! where the outcome is known.

use super::code::{Code, Exit, Indexed, Masked, Op, Pc, Reg};
use super::scalar::{Scalar, Scalars, Sid, Source};
use crate::layout::{Layout, Place};
use musilc_ir::VarId;
use rustc_hash::{FxHashMap, FxHashSet};

/// Conditions nested deeper than this are computed as values: the emitter's own recursion stays shallow.
const DEEPEST: u32 = 64;

/// A place that jumps lead to before it is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Label(u32);

/// Writes code.
pub(crate) struct Emitter<'a> {
    scalars: &'a Scalars,
    layout: &'a Layout,
    code: Code,
    constants: FxHashMap<i64, Reg>,
    /// The first register of the free parameters.
    params: Reg,
    /// The first temporary.
    temporaries: Reg,
    next: Reg,
    /// The register of each scalar that has been computed.
    computed: Vec<Option<Reg>>,
    /// Those that have been, in order.
    log: Vec<Sid>,
    /// The jumps that lead to each label, until it is placed.
    labels: Vec<Vec<usize>>,
}

/// A state of the emitter to return to.
#[derive(Clone, Copy)]
pub(crate) struct Mark(usize);

impl<'a> Emitter<'a> {
    /// An emitter for these scalars, all of which must have been built. `params` is the greatest number of free parameters.
    pub(crate) fn new(scalars: &'a Scalars, layout: &'a Layout, params: u32) -> Self {
        let mut code = Code { tables: scalars.tables().to_vec(), ..Code::default() };
        let mut constants = FxHashMap::default();
        let mut add = |value: i64| {
            constants.entry(value).or_insert_with(|| {
                code.constants.push(value);
                (code.constants.len() - 1) as Reg
            });
        };
        [0, 1].into_iter().for_each(&mut add);
        for node in scalars.nodes() {
            match *node {
                Scalar::Const(value) => add(value),
                Scalar::Narrow(_, lo, hi) => [lo, hi].into_iter().for_each(&mut add),
                _ => {}
            }
        }
        for place in layout.places() {
            [place.lo, place.hi].into_iter().for_each(&mut add);
            let &Place { word, shift, width, per_word, cells, lo, .. } = place;
            code.arrays.push(Indexed { word, shift, width, per_word, cells, lo });
        }
        let first = code.constants.len() as Reg;
        Self {
            scalars,
            layout,
            code,
            constants,
            params: first,
            temporaries: first + params,
            next: first + params,
            computed: vec![None; scalars.nodes().len()],
            log: Vec::new(),
            labels: Vec::new(),
        }
    }

    /// The code.
    pub(crate) fn finish(mut self) -> Code {
        self.code.registers = self.code.registers.max(self.next as usize);
        self.code
    }

    /// The first of the registers that free parameters are in.
    pub(crate) fn first_param(&self) -> Reg {
        self.params
    }

    /// Begins a unit: nothing is known to be computed.
    pub(crate) fn begin(&mut self) -> Pc {
        self.forget(Mark(0));
        self.code.registers = self.code.registers.max(self.next as usize);
        self.next = self.temporaries;
        self.labels.clear();
        self.here()
    }

    /// Where the next operation will stand.
    pub(crate) fn here(&self) -> Pc {
        self.code.ops.len() as Pc
    }

    pub(crate) fn mark(&self) -> Mark {
        Mark(self.log.len())
    }

    /// Forgets what has been computed since the mark.
    pub(crate) fn forget(&mut self, mark: Mark) {
        for id in self.log.drain(mark.0..) {
            self.computed[id.index()] = None;
        }
    }

    pub(crate) fn label(&mut self) -> Label {
        self.labels.push(Vec::new());
        Label((self.labels.len() - 1) as u32)
    }

    /// Makes a label stand here, and resolves the jumps to it.
    pub(crate) fn place(&mut self, label: Label) {
        let here = self.here();
        for at in std::mem::take(&mut self.labels[label.0 as usize]) {
            if let Some(to) = self.code.ops.get_mut(at).and_then(target_of) {
                *to = here;
            }
        }
    }

    /// Appends a jump whose target is that label.
    fn jump(&mut self, to: Label, op: Op) {
        self.labels[to.0 as usize].push(self.code.ops.len());
        self.push(op);
    }

    fn push(&mut self, op: Op) {
        self.code.ops.push(op);
    }

    pub(crate) fn exit(&mut self, with: Exit) {
        self.push(Op::Exit { with });
    }

    fn constant(&self, value: i64) -> Reg {
        // Every constant of the graph has a register from the start.
        self.constants.get(&value).copied().unwrap_or(0)
    }

    fn fresh(&mut self) -> Reg {
        self.next += 1;
        self.next - 1
    }

    /// Whether the condition is that certain bits of a word have certain values: if so, which.
    pub(crate) fn as_bits(&self, condition: Sid) -> Option<Masked> {
        let (cell, value) = match *self.scalars.node(condition) {
            Scalar::Cell(..) => (condition, 1),
            Scalar::Not(inner) => (inner, 0),
            Scalar::Eq(a, b) => match (self.scalars.as_const(a), self.scalars.as_const(b)) {
                (None, Some(value)) => (a, value),
                (Some(value), None) => (b, value),
                _ => return None,
            },
            _ => return None,
        };
        let Scalar::Cell(Source::State { variable, next: false }, element) = *self.scalars.node(cell) else {
            return None;
        };
        let place = self.layout.place(variable)?;
        let cell = place.cell(variable, element);
        let raw = value.wrapping_sub(place.lo) as u64;
        // A value that the cell cannot have never gets here: its bounds decide the comparison.
        Some(Masked {
            word: cell.word,
            mask: place.mask() << cell.shift,
            value: (raw & place.mask()) << cell.shift,
        })
    }

    fn bits(&mut self, bits: Masked) -> u32 {
        self.code.bits.push(bits);
        (self.code.bits.len() - 1) as u32
    }

    /// Jumps to the label if the condition is `on`, else goes on.
    pub(crate) fn branch(&mut self, condition: Sid, on: bool, to: Label) {
        self.branch_at(condition, on, to, 0);
    }

    fn branch_at(&mut self, condition: Sid, on: bool, label: Label, depth: u32) {
        // Overwritten when the label is placed.
        let to = 0;
        if let Some(value) = self.scalars.as_const(condition) {
            if (value != 0) == on {
                self.jump(label, Op::Jump { to });
            }
            return;
        }
        if let Some(&Some(a)) = self.computed.get(condition.index()) {
            return self.jump(label, if on { Op::JumpIf { a, to } } else { Op::JumpUnless { a, to } });
        }
        if let Some(bits) = self.as_bits(condition) {
            let bits = self.bits(bits);
            return self
                .jump(label, if on { Op::JumpMatch { bits, to } } else { Op::JumpMismatch { bits, to } });
        }
        match self.scalars.node(condition).clone() {
            Scalar::Not(inner) if depth < DEEPEST => self.branch_at(inner, !on, label, depth + 1),
            Scalar::And(list) if depth < DEEPEST => self.branch_list(&list, on, false, label, depth),
            Scalar::Or(list) if depth < DEEPEST => self.branch_list(&list, on, true, label, depth),
            Scalar::Eq(a, b) => {
                let (a, b) = (self.value(a), self.value(b));
                self.jump(label, if on { Op::JumpEq { a, b, to } } else { Op::JumpNe { a, b, to } });
            }
            Scalar::Lt(a, b) => {
                let (a, b) = (self.value(a), self.value(b));
                self.jump(label, if on { Op::JumpLt { a, b, to } } else { Op::JumpLe { a: b, b: a, to } });
            }
            Scalar::Le(a, b) => {
                let (a, b) = (self.value(a), self.value(b));
                self.jump(label, if on { Op::JumpLe { a, b, to } } else { Op::JumpLt { a: b, b: a, to } });
            }
            _ => {
                let a = self.value(condition);
                self.jump(label, if on { Op::JumpIf { a, to } } else { Op::JumpUnless { a, to } });
            }
        }
    }

    /// A conjunction (which one false operand decides) or a disjunction (which one true operand decides).
    fn branch_list(&mut self, list: &[Sid], on: bool, decider: bool, to: Label, depth: u32) {
        let mut list = list.to_vec();
        self.cheap_first(&mut list);
        if on == decider {
            for operand in list {
                self.branch_at(operand, on, to, depth + 1);
            }
            return;
        }
        let Some(last) = list.pop() else { return };
        let past = self.label();
        let mark = self.mark();
        for operand in list {
            self.branch_at(operand, decider, past, depth + 1);
        }
        self.branch_at(last, on, to, depth + 1);
        self.place(past);
        self.forget(mark);
    }

    /// Orders conditions by what they cost; equal ones keep their order.
    pub(crate) fn cheap_first(&self, list: &mut [Sid]) {
        list.sort_by_key(|&id| if self.as_bits(id).is_some() { 0 } else { self.scalars.cost(id) });
    }

    /// The register with the value of a scalar; computes what is not known yet, children first.
    pub(crate) fn value(&mut self, root: Sid) -> Reg {
        let mut pending = Vec::new();
        let mut stack = vec![root];
        let mut seen = FxHashSet::default();
        while let Some(id) = stack.pop() {
            if self.computed[id.index()].is_none() && seen.insert(id) {
                pending.push(id);
                self.scalars.node(id).for_each_child(|child| stack.push(child));
            }
        }
        pending.sort_unstable();
        for id in pending {
            let register = self.compute(id);
            self.computed[id.index()] = Some(register);
            self.log.push(id);
        }
        self.reg(root)
    }

    /// The register of what has been computed.
    fn reg(&self, id: Sid) -> Reg {
        self.computed[id.index()].unwrap_or(0)
    }

    /// The cell's word and the two shifts that isolate it, and its lowest value.
    fn shifts(&self, variable: VarId, element: u32) -> (u32, u8, u8, Reg) {
        let Some(place) = self.layout.place(variable) else { return (0, 0, 0, 0) };
        let cell = place.cell(variable, element);
        let left = 64 - cell.shift - cell.width;
        (cell.word, left as u8, (64 - cell.width) as u8, self.constant(place.lo))
    }

    fn compute(&mut self, id: Sid) -> Reg {
        let scalars = self.scalars;
        let node = scalars.node(id);
        let dst = match *node {
            Scalar::Const(value) => return self.constant(value),
            Scalar::Param(index, _) => return self.params + index,
            _ => self.fresh(),
        };
        match *node {
            Scalar::Const(_) | Scalar::Param(..) => {}
            Scalar::Cell(Source::State { variable, next }, element) => {
                let (word, left, right, lo) = self.shifts(variable, element);
                self.push(match next {
                    false => Op::Load { dst, word, left, right, lo },
                    true => Op::LoadNext { dst, word, left, right, lo },
                });
            }
            Scalar::Cell(Source::Table(table), element) => {
                let position = self.constant(element.into());
                self.push(Op::Table { dst, table, position });
            }
            Scalar::Load(source, position) => {
                let position = self.reg(position);
                self.push(match source {
                    Source::State { variable, next: false } => Op::Index { dst, array: variable.0, position },
                    Source::State { variable, next: true } => {
                        Op::IndexNext { dst, array: variable.0, position }
                    }
                    Source::Table(table) => Op::Table { dst, table, position },
                });
            }
            Scalar::Not(a) => {
                let a = self.reg(a);
                self.push(Op::Not { dst, a });
            }
            Scalar::And(ref list) => self.fold(dst, list, |dst, a, b| Op::And { dst, a, b }),
            Scalar::Or(ref list) => self.fold(dst, list, |dst, a, b| Op::Or { dst, a, b }),
            Scalar::Add(ref list) => self.fold(dst, list, |dst, a, b| Op::Add { dst, a, b }),
            Scalar::Ite(c, t, e) => {
                let (c, t, e) = (self.reg(c), self.reg(t), self.reg(e));
                self.push(Op::Ite { dst, c, t, e });
            }
            Scalar::Eq(a, b) => {
                let (a, b) = (self.reg(a), self.reg(b));
                self.push(Op::Eq { dst, a, b });
            }
            Scalar::Lt(a, b) => {
                let (a, b) = (self.reg(a), self.reg(b));
                self.push(Op::Lt { dst, a, b });
            }
            Scalar::Le(a, b) => {
                let (a, b) = (self.reg(a), self.reg(b));
                self.push(Op::Le { dst, a, b });
            }
            Scalar::Neg(a) => {
                let a = self.reg(a);
                self.push(Op::Neg { dst, a });
            }
            Scalar::Mul(a, b) => {
                let (a, b) = (self.reg(a), self.reg(b));
                self.push(Op::Mul { dst, a, b });
            }
            Scalar::Div(a, b) => {
                let (a, b) = (self.reg(a), self.reg(b));
                self.push(Op::Div { dst, a, b });
            }
            Scalar::Rem(a, b) => {
                let (a, b) = (self.reg(a), self.reg(b));
                self.push(Op::Rem { dst, a, b });
            }
            Scalar::Narrow(a, lo, hi) => {
                let (a, lo, hi) = (self.reg(a), self.constant(lo), self.constant(hi));
                self.push(Op::Narrow { dst, a, lo, hi });
            }
        }
        dst
    }

    /// An operator applied from left to right.
    fn fold(&mut self, dst: Reg, list: &[Sid], op: impl Fn(Reg, Reg, Reg) -> Op) {
        let Some((&first, rest)) = list.split_first() else { return };
        let mut left = self.reg(first);
        for &right in rest {
            let right = self.reg(right);
            self.push(op(dst, left, right));
            left = dst;
        }
    }

    /// Ends with a fault unless the value belongs to the variable's type; nothing where that is certain.
    pub(crate) fn check_range(&mut self, variable: VarId, value: Sid) {
        let Some(&Place { lo, hi, .. }) = self.layout.place(variable) else { return };
        let (low, high) = self.scalars.bounds(value);
        if low < lo || high > hi {
            let (a, lo, hi) = (self.value(value), self.constant(lo), self.constant(hi));
            self.push(Op::Check { a, lo, hi });
        }
    }

    /// Jumps to the label unless the bits are as given.
    pub(crate) fn require(&mut self, bits: Masked, label: Label) {
        let bits = self.bits(bits);
        self.jump(label, Op::JumpMismatch { bits, to: 0 });
    }

    /// Whether a value belongs to the type of a variable's cells.
    pub(crate) fn fits(&self, variable: VarId, value: i64) -> bool {
        self.layout.place(variable).is_some_and(|place| (place.lo..=place.hi).contains(&value))
    }

    /// What writing a constant to a cell changes.
    pub(crate) fn constant_write(&self, variable: VarId, element: u32, value: i64) -> Option<Masked> {
        let place = self.layout.place(variable)?;
        let cell = place.cell(variable, element);
        let raw = value.wrapping_sub(place.lo) as u64 & place.mask();
        Some(Masked { word: cell.word, mask: place.mask() << cell.shift, value: raw << cell.shift })
    }

    pub(crate) fn patch(&mut self, bits: Masked) {
        let bits = self.bits(bits);
        self.push(Op::Patch { bits });
    }

    /// Writes a cell.
    pub(crate) fn put(&mut self, variable: VarId, element: u32, value: Sid) {
        let Some(place) = self.layout.place(variable) else { return };
        let (cell, lo) = (place.cell(variable, element), self.constant(place.lo));
        if cell.width == 0 {
            return;
        }
        let a = self.value(value);
        self.push(Op::Put { word: cell.word, shift: cell.shift as u8, width: cell.width as u8, a, lo });
    }

    /// Writes the cell at a computed position.
    pub(crate) fn put_indexed(&mut self, variable: VarId, position: Sid, value: Sid) {
        if self.layout.place(variable).is_none_or(|place| place.width == 0) {
            return;
        }
        let (position, a) = (self.value(position), self.value(value));
        self.push(Op::PutIndexed { array: variable.0, position, a });
    }
}

/// The target of a jump.
fn target_of(op: &mut Op) -> Option<&mut Pc> {
    match op {
        Op::Jump { to }
        | Op::JumpIf { to, .. }
        | Op::JumpUnless { to, .. }
        | Op::JumpEq { to, .. }
        | Op::JumpNe { to, .. }
        | Op::JumpLt { to, .. }
        | Op::JumpLe { to, .. }
        | Op::JumpMatch { to, .. }
        | Op::JumpMismatch { to, .. } => Some(to),
        _ => None,
    }
}
