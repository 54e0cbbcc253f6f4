//! From the new value of an array variable to what has to be written.
//!
//! A new value that is made from the old one by stores and conditionals becomes a list of conditional writes in order, so that writing
//! `a[i]` touches one cell and not each. The old value at the bottom of it is found by walking down: from a store to what it
//! changes, from a conditional to the nearest array that both its branches are made from.

use super::array::{Aid, ArrayNode, Arrays, Odd, Val, cell_count};
use super::scalar::{Scalars, Sid, Source};
use musilc_ir::VarId;
use rustc_hash::{FxHashMap, FxHashSet};

/// `if condition { variable[position] = value }`; all three read the old state.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Effect {
    /// When.
    pub(crate) condition: Sid,
    /// Which cell, flattened.
    pub(crate) position: Sid,
    /// What.
    pub(crate) value: Sid,
}

/// For each array that is made from the root: the one that it changes, and its distance from the root.
type Bases = FxHashMap<Aid, (Aid, u32)>;

/// The writes that turn the old value of `variable` into `array`; `None` where it is not made from the old value, or not simply.
pub(crate) fn effects(
    arrays: &mut Arrays,
    scalars: &mut Scalars,
    variable: VarId,
    array: Aid,
) -> Result<Option<Vec<Effect>>, Odd> {
    let start = scalars.constant(0);
    let root = ArrayNode::View(Source::State { variable, next: false }, start);
    let budget = cell_count(arrays.ty(array)).saturating_mul(8).saturating_add(256);
    let always = scalars.bool(true);
    let mut out = Vec::new();
    let done = expand(arrays, scalars, &root, array, always, start, budget, &mut out)?;
    Ok(done.then_some(out))
}

/// Appends the writes that turn the view `root` into `array`, whose first cell is at `offset`. Says whether it could.
#[allow(clippy::too_many_arguments)]
fn expand(
    arrays: &mut Arrays,
    scalars: &mut Scalars,
    root: &ArrayNode,
    array: Aid,
    condition: Sid,
    offset: Sid,
    budget: u64,
    out: &mut Vec<Effect>,
) -> Result<bool, Odd> {
    let bases = bases(arrays, root, array);
    if !bases.contains_key(&array) {
        return Ok(false);
    }
    let Some(bottom) = bases.iter().find_map(|(&id, &(_, depth))| (depth == 0).then_some(id)) else {
        return Ok(false);
    };
    enum Task {
        /// Everything from `until` up to the array.
        Walk(Aid, Aid, Sid),
        /// What the array changes in its base.
        Change(Aid, Sid),
    }
    let mut tasks = vec![Task::Walk(array, bottom, condition)];
    while let Some(task) = tasks.pop() {
        if out.len() as u64 > budget || tasks.len() as u64 > budget {
            return Ok(false);
        }
        match task {
            // The last pushed is the first done: the change nearest to the bottom.
            Task::Walk(mut at, until, condition) => {
                while at != until {
                    tasks.push(Task::Change(at, condition));
                    let Some(&(base, _)) = bases.get(&at) else { return Ok(false) };
                    at = base;
                }
            }
            Task::Change(at, condition) => match *arrays.node(at) {
                ArrayNode::Store(inner, index, value) => {
                    let size = cell_count(&arrays.element(at)?);
                    let size = scalars.constant(i64::try_from(size).unwrap_or(i64::MAX));
                    let scaled = scalars.mul(index, size);
                    let position = scalars.add([offset, scaled]);
                    match value {
                        Val::Scalar(value) => out.push(Effect { condition, position, value }),
                        Val::Array(row) => {
                            let old = root_at(root, position);
                            let plain = untouched(arrays, scalars, &bases, inner, index);
                            let before = out.len();
                            if plain && expand(arrays, scalars, &old, row, condition, position, budget, out)?
                            {
                                continue;
                            }
                            out.truncate(before);
                            for (number, value) in arrays.cells(scalars, row)?.into_iter().enumerate() {
                                let number = scalars.constant(number as i64);
                                let position = scalars.add([position, number]);
                                out.push(Effect { condition, position, value });
                            }
                        }
                    }
                }
                ArrayNode::Ite(c, t, e) => {
                    let Some(&(base, _)) = bases.get(&at) else { return Ok(false) };
                    let not_c = scalars.not(c);
                    let (yes, no) = (scalars.and([condition, c]), scalars.and([condition, not_c]));
                    tasks.push(Task::Walk(e, base, no));
                    tasks.push(Task::Walk(t, base, yes));
                }
                ArrayNode::View(..) | ArrayNode::Literal(_) => return Ok(false),
            },
        }
    }
    Ok(true)
}

fn root_at(root: &ArrayNode, position: Sid) -> ArrayNode {
    match root {
        ArrayNode::View(source, _) => ArrayNode::View(*source, position),
        other => other.clone(),
    }
}

/// Whether the element at `index` of an array certainly still is that of the root.
fn untouched(arrays: &Arrays, scalars: &mut Scalars, bases: &Bases, mut array: Aid, index: Sid) -> bool {
    while let Some(&(base, depth)) = bases.get(&array) {
        if depth == 0 {
            return true;
        }
        match *arrays.node(array) {
            ArrayNode::Store(_, at, _) => {
                let hit = scalars.eq(at, index);
                if scalars.as_const(hit) != Some(0) {
                    return false;
                }
            }
            _ => return false,
        }
        array = base;
    }
    false
}

/// Finds what each array below `array` is made from, as far as that leads to `root`.
fn bases(arrays: &Arrays, root: &ArrayNode, array: Aid) -> Bases {
    let mut seen = FxHashSet::from_iter([array]);
    let mut stack = vec![array];
    let mut order = Vec::new();
    while let Some(at) = stack.pop() {
        order.push(at);
        let below = match *arrays.node(at) {
            ArrayNode::Store(inner, ..) => [Some(inner), None],
            ArrayNode::Ite(_, t, e) => [Some(t), Some(e)],
            ArrayNode::View(..) | ArrayNode::Literal(_) => [None, None],
        };
        stack.extend(below.into_iter().flatten().filter(|&id| seen.insert(id)));
    }
    // Ids ascend from what an array is made of to itself.
    order.sort_unstable();
    let mut bases = Bases::default();
    for at in order {
        let node = arrays.node(at);
        if node == root && arrays.ty(at).same_shape(arrays.ty(array)) {
            bases.insert(at, (at, 0));
            continue;
        }
        let base = match *node {
            ArrayNode::Store(inner, ..) => bases.contains_key(&inner).then_some(inner),
            ArrayNode::Ite(_, t, e) => common(&bases, t, e),
            ArrayNode::View(..) | ArrayNode::Literal(_) => None,
        };
        if let Some(base) = base {
            let depth = bases.get(&base).map_or(0, |&(_, depth)| depth);
            bases.insert(at, (base, depth + 1));
        }
    }
    bases
}

/// The nearest array that both are made from, themselves included.
fn common(bases: &Bases, mut a: Aid, mut b: Aid) -> Option<Aid> {
    while a != b {
        let (&(below_a, depth_a), &(below_b, depth_b)) = (bases.get(&a)?, bases.get(&b)?);
        if depth_a == 0 && depth_b == 0 {
            return None;
        }
        if depth_a >= depth_b {
            a = below_a;
        }
        if depth_b >= depth_a {
            b = below_b;
        }
    }
    bases.contains_key(&a).then_some(a)
}
