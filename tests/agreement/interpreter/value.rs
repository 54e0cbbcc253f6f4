//! Values as one would write them down, and what storing does to them.

use musilc_ir::{DataType, FailureKind, FieldType, Span};
use std::collections::{BTreeMap, BTreeSet};

/// A value of the language. Nothing here knows of leaves, slots or bits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum V {
    Bool(bool),
    Int(i64),
    Variant(usize, Vec<V>),
    Struct(Vec<V>),
    Option(Option<Box<V>>),
    Array(BTreeMap<V, V>),
    Set(BTreeSet<V>),
    /// Members with their copies; none with zero.
    Bag(BTreeMap<V, u32>),
    Seq(Vec<V>),
}

/// A model error.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Fault {
    pub(crate) kind: FailureKind,
    /// The number at fault.
    pub(crate) value: Option<i64>,
    pub(crate) span: Span,
}

pub(crate) fn fault<T>(kind: FailureKind, value: Option<i64>, span: Span) -> Result<T, Fault> {
    Err(Fault { kind, value, span })
}

impl V {
    pub(crate) fn truth(&self) -> bool {
        match self {
            V::Bool(b) => *b,
            other => panic!("{other:?} is no boolean"),
        }
    }

    pub(crate) fn number(&self) -> i64 {
        match self {
            V::Int(v) => *v,
            other => panic!("{other:?} is no number"),
        }
    }
}

/// All values of a type, in ascending order: numbers and variants ascend, `None` comes before `Some`, an earlier field or element weighs more,
/// sets count as binary numbers in which element `i` is bit `i`, and shorter sequences come first.
pub(crate) fn values(ty: &DataType) -> Vec<V> {
    match ty {
        DataType::Bool => vec![V::Bool(false), V::Bool(true)],
        DataType::Int { lo, hi } => (*lo..=*hi).map(V::Int).collect(),
        DataType::Enum(of) => {
            let variants = of.variants.iter().enumerate();
            variants
                .flat_map(|(tag, v)| rows(&v.fields).into_iter().map(move |row| V::Variant(tag, row)))
                .collect()
        }
        DataType::Struct(of) => rows(&of.fields).into_iter().map(V::Struct).collect(),
        DataType::Option(inner) => {
            let some = values(inner).into_iter().map(|v| V::Option(Some(Box::new(v))));
            std::iter::once(V::Option(None)).chain(some).collect()
        }
        DataType::Array { index, element } => {
            let keys = values(index);
            let rows = product(&vec![values(element); keys.len()]);
            rows.into_iter().map(|row| V::Array(keys.iter().cloned().zip(row).collect())).collect()
        }
        DataType::Set(element) => {
            let all = values(element);
            let member = |number: u64| move |(i, v): (usize, &V)| (number >> i & 1 == 1).then(|| v.clone());
            (0..1u64 << all.len())
                .map(|n| V::Set(all.iter().enumerate().filter_map(member(n)).collect()))
                .collect()
        }
        DataType::Bag(element, n) => {
            let all = values(element);
            let copies: Vec<V> = (0..=i64::from(*n)).map(V::Int).collect();
            let rows = product(&vec![copies; all.len()]);
            rows.iter().map(|row| V::Bag(bag(&all, row))).collect()
        }
        DataType::Seq(element, n) => {
            let all = values(element);
            (0..=*n as usize).flat_map(|len| product(&vec![all.clone(); len])).map(V::Seq).collect()
        }
    }
}

fn bag(members: &[V], copies: &[V]) -> BTreeMap<V, u32> {
    let copies = copies.iter().map(|copies| u32::try_from(copies.number()).expect("copies are few"));
    members.iter().cloned().zip(copies).filter(|(_, copies)| *copies > 0).collect()
}

fn rows(fields: &[FieldType]) -> Vec<Vec<V>> {
    product(&fields.iter().map(|field| values(&field.ty)).collect::<Vec<_>>())
}

/// One of each, in lexicographic order.
pub(crate) fn product(choices: &[Vec<V>]) -> Vec<Vec<V>> {
    choices.iter().fold(vec![Vec::new()], |rows, column| {
        let extended = |row: &Vec<V>, v: &V| row.iter().chain([v]).cloned().collect();
        rows.iter().flat_map(|row| column.iter().map(|v| extended(row, v)).collect::<Vec<_>>()).collect()
    })
}

/// Whether a value belongs to a type.
pub(crate) fn belongs(v: &V, ty: &DataType) -> bool {
    let all = |fields: &[V], types: &[FieldType]| {
        fields.len() == types.len() && fields.iter().zip(types).all(|(v, field)| belongs(v, &field.ty))
    };
    match (v, ty) {
        (V::Bool(_), DataType::Bool) | (V::Option(None), DataType::Option(_)) => true,
        (V::Int(v), DataType::Int { lo, hi }) => lo <= v && v <= hi,
        (V::Variant(tag, fields), DataType::Enum(of)) => all(fields, &of.variants[*tag].fields),
        (V::Struct(fields), DataType::Struct(of)) => all(fields, &of.fields),
        (V::Option(Some(v)), DataType::Option(inner)) => belongs(v, inner),
        (V::Array(map), DataType::Array { index, element }) => {
            map.keys().cloned().collect::<BTreeSet<V>>() == values(index).into_iter().collect()
                && map.values().all(|v| belongs(v, element))
        }
        (V::Set(set), DataType::Set(element)) => set.iter().all(|v| belongs(v, element)),
        (V::Bag(bag), DataType::Bag(element, n)) => {
            bag.iter().all(|(v, k)| belongs(v, element) && 0 < *k && k <= n)
        }
        (V::Seq(seq), DataType::Seq(element, n)) => {
            seq.len() <= *n as usize && seq.iter().all(|v| belongs(v, element))
        }
        _ => false,
    }
}

/// Whether a value of one type is of the other, but for the ranges of numbers.
fn same_shape(from: &DataType, to: &DataType) -> bool {
    match (from, to) {
        (DataType::Int { .. }, DataType::Int { .. }) => true,
        (DataType::Option(a), DataType::Option(b)) => same_shape(a, b),
        (DataType::Seq(a, m), DataType::Seq(b, n)) => m == n && same_shape(a, b),
        (DataType::Array { index: i, element: a }, DataType::Array { index: j, element: b }) => {
            i == j && same_shape(a, b)
        }
        _ => from == to,
    }
}

/// The value (of type `from`) as one of type `to`. One value fills an array.
pub(crate) fn store(v: V, from: &DataType, to: &DataType, target: &str, span: Span) -> Result<V, Fault> {
    let again = |v: V, from: &DataType, to: &DataType| store(v, from, to, target, span);
    match (v, from, to) {
        (v, from, DataType::Array { index, element }) if !same_shape(from, to) => {
            let v = again(v, from, element)?;
            Ok(V::Array(values(index).into_iter().map(|key| (key, v.clone())).collect()))
        }
        (V::Int(v), _, DataType::Int { lo, hi }) => {
            if (lo..=hi).contains(&&v) {
                return Ok(V::Int(v));
            }
            fault(FailureKind::OutOfRange { lo: *lo, hi: *hi, target: target.to_owned() }, Some(v), span)
        }
        (V::Option(Some(v)), DataType::Option(from), DataType::Option(to)) => {
            Ok(V::Option(Some(Box::new(again(*v, from, to)?))))
        }
        (V::Array(map), DataType::Array { element: from, .. }, DataType::Array { index, element: to }) => {
            let stored = values(index).into_iter().map(|key| {
                let v = again(map[&key].clone(), from, to)?;
                Ok((key, v))
            });
            Ok(V::Array(stored.collect::<Result<_, Fault>>()?))
        }
        (V::Seq(seq), DataType::Seq(from, _), DataType::Seq(to, _)) => {
            Ok(V::Seq(seq.into_iter().map(|v| again(v, from, to)).collect::<Result<_, Fault>>()?))
        }
        (v, ..) => Ok(v),
    }
}
