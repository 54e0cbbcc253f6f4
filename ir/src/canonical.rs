//! Which values of the state variables are states: those that represent a value of the chapter's variables.
//!
//! Every value has one representation. What it does not use is [zero](Value::zero): the payload of `None`, the fields of the variants that it is
//! not, the slots past the end of a sequence. Reachable states are of this form by themselves. Whoever speaks of all states, reachable or
//! not, must ask for it: other values of the state variables are no states, and comparisons would be wrong in them.

use crate::{Context, DataType, EnumType, ExprId, State, TransitionSystem, Type, Value, VarId};

impl TransitionSystem {
    /// Whether it is a state: each variable has a value of its type, and what the values of the chapter's variables do not use is zero.
    #[must_use]
    pub fn is_state(&self, state: &State) -> bool {
        let typed = state.0.len() == self.variables.len()
            && state.0.iter().zip(&self.variables).all(|(value, variable)| value.has_type(&variable.ty));
        typed
            && self.sources.iter().all(|source| {
                let leaves = state.0.iter().skip(source.first.index()).take(source.ty.leaf_count());
                source.ty.is_canonical(&leaves.collect::<Vec<_>>())
            })
    }

    /// The condition that the values of the state variables, each of its type, are a state.
    pub fn state_condition(&self, context: &mut Context) -> ExprId {
        let mut conditions = Vec::new();
        for source in &self.sources {
            let first = source.first.index();
            let leaves: Vec<ExprId> = (first..first + source.ty.leaf_count())
                .map(|index| context.var(VarId::from(index)))
                .collect();
            canonical(&source.ty, &leaves, context, &mut conditions);
        }
        context.and(conditions)
    }
}

impl DataType {
    /// Whether these leaves, each of its type, represent a value: what that does not use is zero.
    #[must_use]
    pub fn is_canonical(&self, leaves: &[&Value]) -> bool {
        if self.uses_everything() {
            return true;
        }
        match self {
            DataType::Enum(e) => {
                let Some((Value::Int(tag), fields)) = leaves.split_first() else { return false };
                let used = usize::try_from(*tag).unwrap_or(usize::MAX);
                used < e.variants.len()
                    && parts(&e.fields(), fields).all(|((variant, ty), leaves)| match variant == used {
                        true => ty.is_canonical(leaves),
                        false => ty.is_zero(leaves),
                    })
            }
            DataType::Struct(s) => {
                let fields: Vec<(usize, &DataType)> = s.fields.iter().map(|field| (0, &field.ty)).collect();
                parts(&fields, leaves).all(|((_, ty), leaves)| ty.is_canonical(leaves))
            }
            DataType::Option(inner) => match leaves.split_first() {
                Some((Value::Bool(true), payload)) => inner.is_canonical(payload),
                Some((Value::Bool(false), payload)) => inner.is_zero(payload),
                _ => false,
            },
            DataType::Array { index, element } => (0..index.length())
                .all(|i| slots(leaves, i).is_some_and(|slots| element.is_canonical(&slots))),
            DataType::Seq(inner, capacity) => {
                let Some((Value::Int(len), elements)) = leaves.split_first() else { return false };
                (0..*capacity).all(|i| {
                    slots(elements, i).is_some_and(|slots| match i64::from(i) < *len {
                        true => inner.is_canonical(&slots),
                        false => inner.is_zero(&slots),
                    })
                })
            }
            DataType::Bool | DataType::Int { .. } | DataType::Set(_) | DataType::Bag(..) => true,
        }
    }

    fn is_zero(&self, leaves: &[&Value]) -> bool {
        self.leaves().iter().zip(leaves).all(|(ty, value)| **value == Value::zero(ty))
    }

    /// Whether all leaves of all values are used, so that any leaves of their types represent one.
    fn uses_everything(&self) -> bool {
        match self {
            DataType::Bool | DataType::Int { .. } | DataType::Set(_) | DataType::Bag(..) => true,
            DataType::Enum(e) => e.variants.iter().all(|variant| variant.fields.is_empty()),
            DataType::Struct(s) => s.fields.iter().all(|field| field.ty.uses_everything()),
            DataType::Array { element, .. } => element.uses_everything(),
            DataType::Option(_) | DataType::Seq(..) => false,
        }
    }
}

impl EnumType {
    /// All fields in the order of their leaves, each with the position of its variant.
    fn fields(&self) -> Vec<(usize, &DataType)> {
        let variants = self.variants.iter().enumerate();
        variants.flat_map(|(position, v)| v.fields.iter().map(move |field| (position, &field.ty))).collect()
    }
}

/// Each field with its own leaves.
fn parts<'p, T>(
    fields: &'p [(usize, &'p DataType)],
    mut leaves: &'p [T],
) -> impl Iterator<Item = ((usize, &'p DataType), &'p [T])> {
    fields.iter().map(move |field| {
        let (own, rest) = leaves.split_at(field.1.leaf_count().min(leaves.len()));
        leaves = rest;
        (*field, own)
    })
}

/// Slot `i` of each leaf.
fn slots<'v>(leaves: &[&'v Value], i: u32) -> Option<Vec<&'v Value>> {
    let slot = |leaf: &&'v Value| match leaf {
        Value::Array(elements) => elements.get(i as usize),
        _ => None,
    };
    leaves.iter().map(slot).collect()
}

/// Collects what makes leaves represent a value of a type; the same as [`DataType::is_canonical`], as expressions.
fn canonical(ty: &DataType, leaves: &[ExprId], context: &mut Context, out: &mut Vec<ExprId>) {
    if ty.uses_everything() {
        return;
    }
    match ty {
        DataType::Enum(e) => {
            let Some((&tag, fields)) = leaves.split_first() else { return };
            for ((variant, ty), leaves) in parts(&e.fields(), fields) {
                let number = context.int(i64::try_from(variant).unwrap_or(i64::MAX));
                let used = context.eq(tag, number);
                zero_unless(used, leaves, context, out);
                canonical(ty, leaves, context, out);
            }
        }
        DataType::Struct(s) => {
            let fields: Vec<(usize, &DataType)> = s.fields.iter().map(|field| (0, &field.ty)).collect();
            for ((_, ty), leaves) in parts(&fields, leaves) {
                canonical(ty, leaves, context, out);
            }
        }
        DataType::Option(inner) => {
            let Some((&some, payload)) = leaves.split_first() else { return };
            zero_unless(some, payload, context, out);
            // Zero is canonical, so that this says nothing more where there is no value.
            canonical(inner, payload, context, out);
        }
        DataType::Array { index, element } => {
            for i in 0..index.length() {
                let slots = elements(leaves, i, context);
                canonical(element, &slots, context, out);
            }
        }
        DataType::Seq(inner, capacity) => {
            let Some((&len, slots)) = leaves.split_first() else { return };
            for i in 0..*capacity {
                let own = elements(slots, i, context);
                let position = context.int(i64::from(i));
                let used = context.lt(position, len);
                zero_unless(used, &own, context, out);
                canonical(inner, &own, context, out);
            }
        }
        DataType::Bool | DataType::Int { .. } | DataType::Set(_) | DataType::Bag(..) => {}
    }
}

/// Slot `i` of each leaf.
fn elements(leaves: &[ExprId], i: u32, context: &mut Context) -> Vec<ExprId> {
    let index = context.int(i64::from(i));
    leaves.iter().map(|&leaf| context.select(leaf, index)).collect()
}

fn zero_unless(used: ExprId, leaves: &[ExprId], context: &mut Context, out: &mut Vec<ExprId>) {
    for &leaf in leaves {
        if let Type::Array { len, .. } = *context.type_of(leaf) {
            for i in 0..len {
                let element = elements(&[leaf], i, context);
                zero_unless(used, &element, context, out);
            }
            continue;
        }
        let zero = match *context.type_of(leaf) {
            Type::Int { lo, .. } => {
                let lo = context.int(lo);
                context.eq(leaf, lo)
            }
            _ => context.not(leaf),
        };
        out.push(context.or([used, zero]));
    }
}
