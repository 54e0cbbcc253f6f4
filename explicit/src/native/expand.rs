//! Functions that execute every enabled instance in a state.
//!
//! A cheap step is always executed: its state is written to where the next one belongs, and only if it is enabled, that place moves
//! on. Which instances are enabled is hard to foretell, and a mistaken jump costs more than a few operations in vain. Costly
//! steps are jumped over.

use super::function::{Cache, Fun, Next};
use super::instance::Step;
use super::known::Known;
use super::library::Maker;
use crate::compile::plan::{Plan, TransitionPlan};
use crate::compile::scalar::Sid;
use cranelift_codegen::ir::{BlockArg, InstBuilder, MemFlagsData, Value, types};
use cranelift_frontend::FunctionBuilder;
use std::ops::Range;

/// Steps that take up to so many instructions are always executed.
const CHEAP: u32 = 24;

/// A guard whose rest takes more than this is evaluated only if its tests of bits are true.
const CHEAP_GUARD: u32 = 12;

/// States of more words than this are never written in vain.
const MOST_WORDS_IN_VAIN: usize = 4;

/// A function ends when it has so many instructions: the time to compile it grows faster than its size.
const LARGE: usize = 4000;

/// Predicates about steps: their failures, and what must be true.
pub(super) struct StepProperty {
    pub(super) failures: Vec<Sid>,
    pub(super) expr: Sid,
}

/// What changes from step to step.
#[derive(Clone, Copy)]
struct Progress {
    /// Where the next state goes.
    to: Value,
    /// Where the number of its instance goes, if anybody asks.
    number: Option<Value>,
    odd: Value,
}

/// Makes functions that execute the steps.
pub(super) struct Expander<'k, 'p> {
    pub(super) known: &'k Known<'p>,
    pub(super) properties: &'k [StepProperty],
    /// Whether the instances are written, rather than how often each transition was taken.
    pub(super) numbered: bool,
}

impl Expander<'_, '_> {
    /// Appends the functions for all steps of a plan: which functions, and the number of instances.
    pub(super) fn functions(
        &self,
        plan: &Plan,
        maker: &mut Maker,
        cache: &mut Cache,
        most: usize,
    ) -> Result<(Range<usize>, usize), String> {
        let first = maker.len();
        let mut instances = 0;
        let mut builders = std::mem::take(&mut maker.builders);
        let steps = plan.transitions.iter().zip(0u32..).flat_map(|(transition, number)| {
            let steps = match transition {
                TransitionPlan::Bound(steps) => &steps[..],
                TransitionPlan::Free(_) => &[],
            };
            steps.iter().map(move |step| (number, step))
        });
        let mut steps =
            steps.filter_map(|(number, step)| Some((number, Step::new(self.known, step)?))).peekable();
        while steps.peek().is_some() {
            if maker.instructions() > most {
                return Err("there are too many instances".to_owned());
            }
            let mut function = maker.begin();
            let builder = FunctionBuilder::new(&mut function, &mut builders);
            let mut fun = Fun::new(builder, self.known, cache);
            let odd = fun.bool(false);
            let [_, to, beside] = fun.params;
            let mut progress = Progress { to, number: self.numbered.then_some(beside), odd };
            let mut group = (0, progress.to);
            while let Some((transition, step)) = steps.next_if(|_| fun.size() < LARGE) {
                if group.0 != transition {
                    self.count(&mut fun, group, progress.to);
                    group = (transition, progress.to);
                }
                progress = self.step(&mut fun, transition, &step, progress);
                instances += 1;
            }
            self.count(&mut fun, group, progress.to);
            let odd = fun.widen(progress.odd);
            let result = fun.b.ins().bor(progress.to, odd);
            fun.b.ins().return_(&[result]);
            fun.b.seal_all_blocks();
            fun.b.finalize(maker.target());
            maker.end(function)?;
        }
        maker.builders = builders;
        Ok((first..maker.len(), instances))
    }

    /// Counts the steps of a transition: by how far the place for the next state has moved on.
    fn count(&self, fun: &mut Fun<'_, '_>, (transition, from): (u32, Value), to: Value) {
        if self.numbered || from == to {
            return;
        }
        let words = fun.known.layout.words() as u64;
        let bytes = fun.b.ins().isub(to, from);
        let mut steps = fun.shift_right(bytes, 3 + words.trailing_zeros());
        let odd = words >> words.trailing_zeros();
        if odd != 1 {
            // Exact: the quotient by an odd number is the product with its inverse.
            let inverse = (0..6).fold(odd, |x, _| x.wrapping_mul(2u64.wrapping_sub(odd.wrapping_mul(x))));
            steps = fun.b.ins().imul_imm_s(steps, inverse.cast_signed());
        }
        let (at, fired) = (transition as i32 * 8, fun.params[2]);
        let old = fun.b.ins().load(types::I64, MemFlagsData::trusted(), fired, at);
        let sum = fun.b.ins().iadd(old, steps);
        fun.b.ins().store(MemFlagsData::trusted(), sum, fired, at);
    }

    fn step(&self, fun: &mut Fun<'_, '_>, transition: u32, step: &Step, progress: Progress) -> Progress {
        let words = fun.known.layout.words();
        let guard = step.guard.cost(fun.known);
        let whole = guard.saturating_add(step.cost(fun.known)).saturating_add(2 * words as u32);
        if whole <= CHEAP && words <= MOST_WORDS_IN_VAIN && self.properties.is_empty() {
            self.in_vain(fun, transition, step, progress)
        } else {
            self.jumped_over(fun, transition, step, progress, guard > CHEAP_GUARD)
        }
    }

    /// Moves on by a step, if the condition is true.
    fn move_on(&self, fun: &mut Fun<'_, '_>, progress: Progress, condition: Option<Value>) -> Progress {
        let bytes = fun.known.layout.words() as i64 * 8;
        let mut advance = |at: Value, by: i64| {
            let next = fun.plus(at, by);
            condition.map_or(next, |condition| fun.b.ins().select(condition, next, at))
        };
        let to = advance(progress.to, bytes);
        Progress { to, number: progress.number.map(|at| advance(at, 8)), ..progress }
    }

    fn write_number(&self, fun: &mut Fun<'_, '_>, transition: u32, step: &Step, progress: Progress) {
        if let Some(at) = progress.number {
            let code = fun.number((u64::from(transition) | step.number << 32).cast_signed());
            fun.b.ins().store(MemFlagsData::trusted(), code, at, 0);
        }
    }

    fn in_vain(&self, fun: &mut Fun<'_, '_>, transition: u32, step: &Step, progress: Progress) -> Progress {
        let (tests, rest) = fun.guard(&step.guard);
        let mut enabled = rest.map(|rest| fun.and(tests, rest)).or(tests);
        let mut odd = progress.odd;
        if let Some(wrong) = fun.goes_wrong(step) {
            let now = fun.and(enabled, wrong);
            odd = fun.b.ins().bor(odd, now);
            let right = fun.negate(wrong);
            enabled = Some(fun.and(enabled, right));
        }
        fun.write_next(step, progress.to);
        fun.next = Next::None;
        self.write_number(fun, transition, step, progress);
        self.move_on(fun, Progress { odd, ..progress }, enabled)
    }

    fn jumped_over(
        &self,
        fun: &mut Fun<'_, '_>,
        transition: u32,
        step: &Step,
        progress: Progress,
        in_two: bool,
    ) -> Progress {
        let join = fun.b.create_block();
        let mark = fun.mark();
        let tests = fun.guard_tests(&step.guard);
        if in_two && let Some(tests) = tests {
            self.unless(fun, tests, join, progress);
            if let Some(rest) = fun.guard_rest(&step.guard) {
                self.unless(fun, rest, join, progress);
            }
        } else {
            let rest = fun.guard_rest(&step.guard);
            if let Some(all) = rest.map(|rest| fun.and(tests, rest)).or(tests) {
                self.unless(fun, all, join, progress);
            }
        }
        if let Some(wrong) = fun.goes_wrong(step) {
            let (right, yes) = (fun.negate(wrong), fun.bool(true));
            self.unless(fun, right, join, Progress { odd: yes, ..progress });
        }
        fun.write_next(step, progress.to);
        let mut odd = progress.odd;
        for property in self.properties {
            let mut literals: Vec<(Sid, bool)> = property.failures.iter().map(|&id| (id, true)).collect();
            literals.push((property.expr, false));
            let violated = fun.junction(&literals, false);
            odd = fun.b.ins().bor(odd, violated);
        }
        fun.next = Next::None;
        self.write_number(fun, transition, step, progress);
        let moved = self.move_on(fun, Progress { odd, ..progress }, None);
        fun.b.ins().jump(join, &arguments(moved));
        let to = fun.b.append_block_param(join, types::I64);
        let number = progress.number.map(|_| fun.b.append_block_param(join, types::I64));
        let odd = fun.b.append_block_param(join, types::I8);
        fun.b.switch_to_block(join);
        fun.forget(mark);
        Progress { to, number, odd }
    }

    /// Leaves for the block unless the condition is true.
    fn unless(
        &self,
        fun: &mut Fun<'_, '_>,
        condition: Value,
        block: cranelift_codegen::ir::Block,
        progress: Progress,
    ) {
        let on = fun.b.create_block();
        fun.b.ins().brif(condition, on, &[], block, &arguments(progress));
        fun.b.switch_to_block(on);
    }
}

fn arguments(progress: Progress) -> Vec<BlockArg> {
    [Some(progress.to), progress.number, Some(progress.odd)]
        .into_iter()
        .flatten()
        .map(BlockArg::Value)
        .collect()
}
