//! Functions that look at one state: whether something is wrong in it, whether an instance is enabled, whether a condition is true.

use super::function::{Cache, Fun};
use super::instance::Guard;
use super::known::Known;
use super::library::Maker;
use crate::compile::plan::{Plan, TransitionPlan};
use crate::compile::scalar::Sid;
use cranelift_codegen::ir::{InstBuilder, Value};
use cranelift_frontend::FunctionBuilder;
use std::collections::BTreeSet;
use std::ops::Range;

/// A function ends when it has so many instructions.
const LARGE: usize = 4000;

/// So many guards are evaluated before it is asked whether one was true.
const TOGETHER: usize = 8;

/// Appends functions that give 1 if one of these is as it should not be.
pub(super) fn suspects(
    known: &Known<'_>,
    literals: &BTreeSet<(Sid, bool)>,
    maker: &mut Maker,
    cache: &mut Cache,
) -> Result<Range<usize>, String> {
    let first = maker.len();
    let literals: Vec<(Sid, bool)> = literals.iter().copied().collect();
    let mut pieces = Vec::new();
    let (mut from, mut cost) = (0, 0usize);
    for (at, &(id, _)) in literals.iter().enumerate() {
        cost += known.cost(id) as usize;
        if cost > LARGE {
            pieces.push(&literals[from..=at]);
            (from, cost) = (at + 1, 0);
        }
    }
    pieces.push(&literals[from..]);
    for piece in pieces.into_iter().filter(|piece| !piece.is_empty()) {
        single(known, maker, cache, |fun| fun.junction(piece, false))?;
    }
    Ok(first..maker.len())
}

/// Appends a function that gives whether these are all as wanted.
pub(super) fn condition(
    known: &Known<'_>,
    literals: &[(Sid, bool)],
    maker: &mut Maker,
    cache: &mut Cache,
) -> Result<usize, String> {
    single(known, maker, cache, |fun| fun.junction(literals, true))?;
    Ok(maker.len() - 1)
}

fn single(
    known: &Known<'_>,
    maker: &mut Maker,
    cache: &mut Cache,
    condition: impl FnOnce(&mut Fun<'_, '_>) -> Value,
) -> Result<(), String> {
    let mut builders = std::mem::take(&mut maker.builders);
    let mut function = maker.begin();
    let mut fun = Fun::new(FunctionBuilder::new(&mut function, &mut builders), known, cache);
    let value = condition(&mut fun);
    let result = fun.widen(value);
    fun.b.ins().return_(&[result]);
    fun.b.seal_all_blocks();
    fun.b.finalize(maker.target());
    maker.builders = builders;
    maker.end(function)
}

/// Appends functions that give 1 if an instance is enabled. They need to be called only until one does.
pub(super) fn enabled(
    known: &Known<'_>,
    plan: &Plan,
    maker: &mut Maker,
    cache: &mut Cache,
) -> Result<Range<usize>, String> {
    let first = maker.len();
    let mut guards = Vec::new();
    for transition in &plan.transitions {
        let TransitionPlan::Bound(steps) = transition else { continue };
        guards.extend(steps.iter().filter_map(|step| Guard::new(known, &step.guard)));
    }
    // Cheap ones are as likely to be true.
    guards.sort_by_cached_key(|guard| guard.cost(known).saturating_add(guard.tests.len() as u32));
    let mut builders = std::mem::take(&mut maker.builders);
    let mut pieces = guards.chunks(TOGETHER).peekable();
    while pieces.peek().is_some() {
        let mut function = maker.begin();
        let mut fun = Fun::new(FunctionBuilder::new(&mut function, &mut builders), known, cache);
        let found = fun.b.create_block();
        while let Some(piece) = pieces.next_if(|_| fun.size() < LARGE) {
            let mut any = None;
            for guard in piece {
                let (tests, rest) = fun.guard(guard);
                let all = rest.map(|rest| fun.and(tests, rest)).or(tests);
                let all = all.unwrap_or_else(|| fun.bool(true));
                any = Some(fun.or(any, all));
            }
            let Some(any) = any else { continue };
            let on = fun.b.create_block();
            fun.b.ins().brif(any, found, &[], on, &[]);
            fun.b.switch_to_block(on);
            // What was computed stays known: control comes from nowhere else.
        }
        let none = fun.number(0);
        fun.b.ins().return_(&[none]);
        fun.b.switch_to_block(found);
        let one = fun.number(1);
        fun.b.ins().return_(&[one]);
        fun.b.seal_all_blocks();
        fun.b.finalize(maker.target());
        maker.end(function)?;
    }
    maker.builders = builders;
    Ok(first..maker.len())
}
