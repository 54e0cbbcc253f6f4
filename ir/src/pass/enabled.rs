//! Where transitions are enabled, as expressions on the state.

use super::Unsupported;
use crate::{Context, ExprId, Node, Transition};

/// The most instances that are told apart, of one transition.
const MOST: u64 = 1 << 14;

/// Where some instance of the transition is enabled.
pub(super) fn some_instance(cx: &mut Context, transition: &Transition) -> Result<ExprId, Unsupported> {
    let counts: Vec<u32> = transition.params.iter().map(|param| param.count).collect();
    // Other parameters make no difference.
    let mut counted = vec![false; counts.len()];
    for expr in cx.reachable([transition.guard]) {
        if let Node::Param { index, .. } = cx.node(expr)
            && let Some(counted) = counted.get_mut(*index as usize)
        {
            *counted = true;
        }
    }
    let mut product = counts.iter().zip(&counted).filter(|(_, counted)| **counted);
    let product = product.try_fold(1u64, |product, (&count, _)| product.checked_mul(count.into()));
    if product.is_none_or(|product| product > MOST) {
        return Err(Unsupported::Instances(transition.name.clone()));
    }
    let mut args = vec![0; counts.len()];
    let mut guards = Vec::new();
    loop {
        guards.push(instance(cx, transition, &args));
        let next = (0..args.len()).rev().filter(|&param| counted[param]).find(|&param| {
            args[param] = (args[param] + 1) % counts[param];
            args[param] != 0
        });
        if next.is_none() {
            return Ok(cx.or(guards));
        }
    }
}

/// Where the instance with these arguments is enabled.
pub(super) fn instance(cx: &mut Context, transition: &Transition, args: &[u32]) -> ExprId {
    cx.substitute(&[transition.guard], args)[0]
}
