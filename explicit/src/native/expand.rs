//! Functions that execute every enabled instance in a state.
//!
//! A cheap step is always executed: its state is written to where the next one belongs, and only if it is enabled, that place moves
//! on. Which instances are enabled is hard to foretell, and a mistaken jump costs more than a few operations in vain. Costly
//! steps are jumped over.

use super::function::{Cache, Fun, Next};
use super::group::{Group, groups};
use super::instance::Step;
use super::known::Known;
use super::library::Maker;
use crate::compile::plan::Plan;
use crate::compile::scalar::Sid;
use cranelift_codegen::ir::{BlockArg, InstBuilder, MemFlagsData, Value, types};
use cranelift_frontend::FunctionBuilder;
use std::ops::Range;

/// Steps that take up to so many instructions are always executed, if they are often enabled.
const CHEAP: u32 = 96;

/// Those that take up to so many in any case.
const CHEAPEST: u32 = 16;

/// A guard whose rest takes more than this is evaluated only if its tests of bits are true.
const CHEAP_GUARD: u32 = 48;

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
        let groups = groups(self.known, plan, self.numbered);
        let instances = groups.iter().map(|group| group.steps.len()).sum();
        let mut groups = groups.iter().peekable();
        let mut builders = std::mem::take(&mut maker.builders);
        while groups.peek().is_some() {
            if maker.instructions() > most {
                return Err("there are too many instances".to_owned());
            }
            let mut function = maker.begin();
            let builder = FunctionBuilder::new(&mut function, &mut builders);
            let mut fun = Fun::new(builder, self.known, cache);
            let odd = fun.bool(false);
            let [_, to, beside] = fun.params;
            let mut progress = Progress { to, number: self.numbered.then_some(beside), odd };
            let (mut counted, mut transitions) = (to, Vec::new());
            while let Some(group) = groups.next_if(|_| fun.size() < LARGE) {
                if !group.transitions().eq(transitions.iter().copied()) {
                    self.count(&mut fun, &transitions, counted, progress.to);
                    (counted, transitions) = (progress.to, group.transitions().collect());
                }
                progress = self.group(&mut fun, group, progress);
            }
            self.count(&mut fun, &transitions, counted, progress.to);
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

    /// Counts steps that were taken together, one of each of these transitions: by how far the place for the next state has moved.
    fn count(&self, fun: &mut Fun<'_, '_>, transitions: &[u32], from: Value, to: Value) {
        if self.numbered || from == to {
            return;
        }
        let words = fun.known.layout.words() as u64 * transitions.len() as u64;
        let bytes = fun.b.ins().isub(to, from);
        let mut steps = fun.shift_right(bytes, 3 + words.trailing_zeros());
        let odd = words >> words.trailing_zeros();
        if odd != 1 {
            // Exact: the quotient by an odd number is the product with its inverse.
            let inverse = (0..6).fold(odd, |x, _| x.wrapping_mul(2u64.wrapping_sub(odd.wrapping_mul(x))));
            steps = fun.b.ins().imul_imm_s(steps, inverse.cast_signed());
        }
        for together in transitions.chunk_by(|a, b| a == b) {
            let (at, fired) = (together[0] as i32 * 8, fun.params[2]);
            let steps = fun.b.ins().imul_imm_s(steps, together.len() as i64);
            let old = fun.b.ins().load(types::I64, MemFlagsData::trusted(), fired, at);
            let sum = fun.b.ins().iadd(old, steps);
            fun.b.ins().store(MemFlagsData::trusted(), sum, fired, at);
        }
    }

    fn group(&self, fun: &mut Fun<'_, '_>, group: &Group, progress: Progress) -> Progress {
        let known = fun.known;
        let words = known.layout.words();
        let Some((_, first)) = group.steps.first() else { return progress };
        let guard = first.guard.cost(known);
        let bodies = group.steps.iter().map(|(_, step)| step.cost(known).saturating_add(2 * words as u32));
        let whole = bodies.fold(guard, u32::saturating_add);
        // The more bits are tested, the more seldom it is enabled, and the easier that is to foretell.
        let bits: u32 = first.guard.tests.iter().map(|bits| bits.mask.count_ones()).sum();
        let cheap = (CHEAP >> bits.saturating_sub(3).min(31)).max(CHEAPEST);
        if whole <= cheap && words <= MOST_WORDS_IN_VAIN && self.properties.is_empty() {
            self.in_vain(fun, group, first, progress)
        } else {
            self.jumped_over(fun, group, first, progress, guard > CHEAP_GUARD)
        }
    }

    /// Moves on by so many steps, if the condition is true.
    fn move_on(
        &self,
        fun: &mut Fun<'_, '_>,
        progress: Progress,
        steps: usize,
        condition: Option<Value>,
    ) -> Progress {
        let (steps, bytes) = (steps as i64, fun.known.layout.words() as i64 * 8);
        let mut advance = |at: Value, by: i64| {
            let next = fun.plus(at, by);
            condition.map_or(next, |condition| fun.b.ins().select(condition, next, at))
        };
        let to = advance(progress.to, steps * bytes);
        Progress { to, number: progress.number.map(|at| advance(at, steps * 8)), ..progress }
    }

    fn write_number(&self, fun: &mut Fun<'_, '_>, transition: u32, step: &Step, progress: Progress) {
        if let Some(at) = progress.number {
            let code = fun.number((u64::from(transition) | step.number << 32).cast_signed());
            fun.b.ins().store(MemFlagsData::trusted(), code, at, 0);
        }
    }

    fn in_vain(&self, fun: &mut Fun<'_, '_>, group: &Group, first: &Step, progress: Progress) -> Progress {
        let (tests, rest) = fun.guard(&first.guard);
        let mut enabled = rest.map(|rest| fun.and(tests, rest)).or(tests);
        let mut odd = progress.odd;
        if let Some(wrong) = fun.goes_wrong(first) {
            let now = fun.and(enabled, wrong);
            odd = fun.b.ins().bor(odd, now);
            let right = fun.negate(wrong);
            enabled = Some(fun.and(enabled, right));
        }
        for ((transition, step), before) in group.steps.iter().zip(0..) {
            let at = self.move_on(fun, progress, before, None);
            fun.write_next(step, at.to);
            self.write_number(fun, *transition, step, at);
        }
        fun.next = Next::None;
        self.move_on(fun, Progress { odd, ..progress }, group.steps.len(), enabled)
    }

    fn jumped_over(
        &self,
        fun: &mut Fun<'_, '_>,
        group: &Group,
        first: &Step,
        progress: Progress,
        in_two: bool,
    ) -> Progress {
        let join = fun.b.create_block();
        let mark = fun.mark();
        let tests = fun.guard_tests(&first.guard);
        if in_two && let Some(tests) = tests {
            self.unless(fun, tests, join, progress);
            if let Some(rest) = fun.guard_rest(&first.guard) {
                self.unless(fun, rest, join, progress);
            }
        } else {
            let rest = fun.guard_rest(&first.guard);
            if let Some(all) = rest.map(|rest| fun.and(tests, rest)).or(tests) {
                self.unless(fun, all, join, progress);
            }
        }
        if let Some(wrong) = fun.goes_wrong(first) {
            let (right, yes) = (fun.negate(wrong), fun.bool(true));
            self.unless(fun, right, join, Progress { odd: yes, ..progress });
        }
        let mut moved = progress;
        for (transition, step) in &group.steps {
            fun.write_next(step, moved.to);
            let of_step = fun.mark();
            for property in self.properties {
                let mut literals: Vec<(Sid, bool)> = property.failures.iter().map(|&id| (id, true)).collect();
                literals.push((property.expr, false));
                let violated = fun.junction(&literals, false);
                moved.odd = fun.b.ins().bor(moved.odd, violated);
            }
            // The next step leads to another state.
            fun.forget(of_step);
            self.write_number(fun, *transition, step, moved);
            moved = self.move_on(fun, moved, 1, None);
        }
        fun.next = Next::None;
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
