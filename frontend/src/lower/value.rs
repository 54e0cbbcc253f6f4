//! Symbolic values: the expressions of a value's leaves, and the parts of them that projections mean.

use super::Lowerer;
use musilc_ir::{Context, DataType, Datum, EnumType, ExprId, FieldType, Type, Value};
use std::ops::Range;

/// A value of the language: one expression a leaf of its type.
pub(super) type Val = Vec<ExprId>;

impl Lowerer<'_> {
    /// The value that stands where there is none: all leaves zero.
    pub(super) fn zero(&mut self, ty: &DataType) -> Val {
        let leaves = ty.leaves();
        self.charge(leaves.iter().map(|leaf| usize::try_from(leaf.cells()).unwrap_or(usize::MAX)).sum());
        leaves.iter().map(|leaf| zero_leaf(&mut self.cx, leaf)).collect()
    }

    /// The first where `condition` is true, else the second, leaf by leaf.
    pub(super) fn select_val(&mut self, condition: ExprId, then: &Val, otherwise: &Val) -> Val {
        debug_assert_eq!(then.len(), otherwise.len(), "both values have one shape");
        self.charge(then.len());
        then.iter().zip(otherwise).map(|(&t, &e)| self.cx.ite(condition, t, e)).collect()
    }

    /// The element of an array (given its leaves) at a position within it.
    pub(super) fn element(&mut self, leaves: &[ExprId], position: ExprId) -> Val {
        leaves.iter().map(|&leaf| self.cx.select(leaf, position)).collect()
    }

    /// The array (one leaf of it) with the element at a position replaced.
    pub(super) fn store_at(&mut self, leaf: ExprId, position: ExprId, value: ExprId) -> ExprId {
        // With a constant position, the array is copied.
        if let Type::Array { len, .. } = self.cx.type_of(leaf) {
            self.steps = self.steps.saturating_add(u64::from(*len));
        }
        self.cx.store(leaf, position, value)
    }

    /// The element of an array at a constant position.
    pub(super) fn element_at(&mut self, leaves: &[ExprId], position: u32) -> Val {
        let position = self.cx.int(i64::from(position));
        self.element(leaves, position)
    }

    /// The leaves of an array whose elements these are; at least one.
    pub(super) fn array_of(&mut self, elements: &[Val]) -> Val {
        let width = elements.first().map_or(0, Vec::len);
        self.charge(width * elements.len());
        (0..width)
            .map(|leaf| {
                let cells: Vec<ExprId> = elements.iter().map(|element| element[leaf]).collect();
                self.cx.array(cells)
            })
            .collect()
    }

    /// A value of the language as constants.
    pub(super) fn literal(&mut self, ty: &DataType, datum: &Datum) -> Val {
        let mut values = Vec::new();
        push_leaves(ty, datum, &mut values);
        values.iter().map(|value| constant(&mut self.cx, value)).collect()
    }
}

/// The expression of a constant.
pub(super) fn constant(cx: &mut Context, value: &Value) -> ExprId {
    match value {
        Value::Bool(b) => cx.bool(*b),
        Value::Int(v) => cx.int(*v),
        Value::Array(elements) => {
            let elements: Vec<ExprId> = elements.iter().map(|element| constant(cx, element)).collect();
            cx.array(elements)
        }
    }
}

/// Zero, as [`Value::zero`], except that among all numbers it is 0.
fn zero_leaf(cx: &mut Context, ty: &Type) -> ExprId {
    match ty {
        Type::Bool => cx.bool(false),
        Type::Int { lo: i64::MIN, .. } => cx.int(0),
        Type::Int { lo, .. } => cx.int(*lo),
        Type::Array { len, element } => {
            let element = zero_leaf(cx, element);
            cx.array(vec![element; *len as usize])
        }
    }
}

/// Which leaves of a struct belong to the field at this position.
pub(super) fn field_range(fields: &[FieldType], position: usize) -> Range<usize> {
    let start = fields[..position].iter().map(|field| field.ty.leaf_count()).sum::<usize>();
    start..start + fields[position].ty.leaf_count()
}

/// Which leaves of an enum belong to the fields of the variant at this position; the tag is leaf 0.
pub(super) fn variant_range(of: &EnumType, position: usize) -> Range<usize> {
    let width = |fields: &[FieldType]| fields.iter().map(|field| field.ty.leaf_count()).sum::<usize>();
    let start = 1 + of.variants[..position].iter().map(|variant| width(&variant.fields)).sum::<usize>();
    start..start + width(&of.variants[position].fields)
}

/// The leaves of a value of the language. The datum belongs to the type: it comes from [`DataType::nth`].
pub(super) fn push_leaves(ty: &DataType, datum: &Datum, out: &mut Vec<Value>) {
    let zeros = |ty: &DataType| ty.leaves().iter().map(Value::zero).collect::<Vec<_>>();
    match (ty, datum) {
        (DataType::Bool, Datum::Bool(b)) => out.push(Value::Bool(*b)),
        (DataType::Int { .. }, Datum::Int(v)) => out.push(Value::Int(*v)),
        (DataType::Enum(of), Datum::Record { name, fields }) => {
            let tag = of.variants.iter().position(|variant| variant.name == *name).unwrap_or(0);
            out.push(Value::Int(i64::try_from(tag).unwrap_or(0)));
            for (position, variant) in of.variants.iter().enumerate() {
                for (index, field) in variant.fields.iter().enumerate() {
                    match fields.get(index).filter(|_| position == tag) {
                        Some((_, datum)) => push_leaves(&field.ty, datum, out),
                        None => out.extend(zeros(&field.ty)),
                    }
                }
            }
        }
        (DataType::Struct(of), Datum::Record { fields, .. }) => {
            for (field, (_, datum)) in of.fields.iter().zip(fields) {
                push_leaves(&field.ty, datum, out);
            }
        }
        (DataType::Option(inner), Datum::Option(value)) => {
            out.push(Value::Bool(value.is_some()));
            match value {
                Some(datum) => push_leaves(inner, datum, out),
                None => out.extend(zeros(inner)),
            }
        }
        (DataType::Array { element, .. }, Datum::Array(pairs)) => {
            let elements: Vec<&Datum> = pairs.iter().map(|(_, datum)| datum).collect();
            push_slots(element, &elements, elements.len(), out);
        }
        (DataType::Seq(element, n), Datum::Seq(elements)) => {
            out.push(Value::Int(i64::try_from(elements.len()).unwrap_or(0)));
            push_slots(element, &elements.iter().collect::<Vec<_>>(), *n as usize, out);
        }
        (DataType::Set(element), Datum::Set(members)) => {
            let member = |i| element.nth(i).is_some_and(|datum| members.contains(&datum));
            out.push(Value::Array(
                (0..u64::from(element.length())).map(|i| Value::Bool(member(i))).collect(),
            ));
        }
        (DataType::Bag(element, _), Datum::Bag(members)) => {
            let copies = |i| {
                let datum = element.nth(i);
                let found = members.iter().find(|(member, _)| Some(member) == datum.as_ref());
                found.and_then(|(_, copies)| i64::try_from(*copies).ok()).unwrap_or(0)
            };
            out.push(Value::Array((0..u64::from(element.length())).map(|i| Value::Int(copies(i))).collect()));
        }
        // A datum of another type cannot come from `nth`.
        (ty, _) => out.extend(zeros(ty)),
    }
}

/// The leaves of `count` slots, of which the first hold the elements and the others zero.
fn push_slots(element: &DataType, elements: &[&Datum], count: usize, out: &mut Vec<Value>) {
    let rows: Vec<Vec<Value>> = (0..count)
        .map(|slot| {
            let mut row = Vec::new();
            match elements.get(slot) {
                Some(datum) => push_leaves(element, datum, &mut row),
                None => row.extend(element.leaves().iter().map(Value::zero)),
            }
            row
        })
        .collect();
    for leaf in 0..element.leaf_count() {
        out.push(Value::Array(rows.iter().map(|row| row[leaf].clone()).collect()));
    }
}
