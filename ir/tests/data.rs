//! The language's values: numbering, leaves and text agree.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

use musilc_ir::{DataType, Datum, EnumType, FieldType, StructType, Type, Value, VariantType};
use proptest::prelude::*;
use std::collections::BTreeSet;

fn field(name: &str, ty: DataType) -> FieldType {
    FieldType { name: name.to_owned(), ty }
}

fn variant(name: &str, fields: Vec<FieldType>) -> VariantType {
    VariantType { name: name.to_owned(), fields }
}

fn range(lo: i64, hi: i64) -> DataType {
    DataType::Int { lo, hi }
}

fn array(index: DataType, element: DataType) -> DataType {
    DataType::Array { index: index.into(), element: element.into() }
}

fn message() -> DataType {
    let vote = variant("Vote", vec![field("rm", range(1, 3)), field("yes", DataType::Bool)]);
    let variants =
        vec![vote, variant("Commit", Vec::new()), variant("Abort", vec![field("why", range(-1, 0))])];
    DataType::Enum(EnumType { name: "Msg".to_owned(), variants }.into())
}

/// The leaves of a value, written from the documentation of the module alone.
fn encode(ty: &DataType, datum: &Datum) -> Vec<Value> {
    let zeroes = |ty: &DataType| -> Vec<Value> { ty.leaves().iter().map(Value::zero).collect() };
    match (ty, datum) {
        (DataType::Bool, Datum::Bool(b)) => vec![Value::Bool(*b)],
        (DataType::Int { .. }, Datum::Int(v)) => vec![Value::Int(*v)],
        (DataType::Enum(e), Datum::Record { name, fields }) => {
            let tag = e.variants.iter().position(|v| v.name == *name).unwrap();
            let mut out = vec![Value::Int(i64::try_from(tag).unwrap())];
            for (number, variant) in e.variants.iter().enumerate() {
                for (i, f) in variant.fields.iter().enumerate() {
                    out.extend(if number == tag { encode(&f.ty, &fields[i].1) } else { zeroes(&f.ty) });
                }
            }
            out
        }
        (DataType::Struct(s), Datum::Record { fields, .. }) => {
            s.fields.iter().zip(fields).flat_map(|(f, (_, datum))| encode(&f.ty, datum)).collect()
        }
        (DataType::Option(inner), Datum::Option(value)) => {
            let mut out = vec![Value::Bool(value.is_some())];
            out.extend(value.as_ref().map_or_else(|| zeroes(inner), |value| encode(inner, value)));
            out
        }
        (DataType::Array { element, .. }, Datum::Array(pairs)) => {
            columns(element, pairs.iter().map(|(_, value)| encode(element, value)).collect())
        }
        (DataType::Set(inner), Datum::Set(members)) => {
            let all = (0..inner.cardinality().unwrap()).map(|i| inner.nth(i).unwrap());
            vec![Value::Array(all.map(|value| Value::Bool(members.contains(&value))).collect())]
        }
        (DataType::Bag(inner, _), Datum::Bag(members)) => {
            let all = (0..inner.cardinality().unwrap()).map(|i| inner.nth(i).unwrap());
            let copies = |value| members.iter().find(|(member, _)| *member == value).map_or(0, |(_, n)| *n);
            vec![Value::Array(all.map(|value| Value::Int(i64::try_from(copies(value)).unwrap())).collect())]
        }
        (DataType::Seq(inner, n), Datum::Seq(elements)) => {
            let mut rows: Vec<Vec<Value>> = elements.iter().map(|value| encode(inner, value)).collect();
            rows.resize(*n as usize, zeroes(inner));
            let mut out = vec![Value::Int(i64::try_from(elements.len()).unwrap())];
            out.extend(columns(inner, rows));
            out
        }
        other => panic!("{other:?}"),
    }
}

/// Rows of leaves as leaves of rows.
fn columns(element: &DataType, rows: Vec<Vec<Value>>) -> Vec<Value> {
    let column = |leaf: usize| Value::Array(rows.iter().map(|row| row[leaf].clone()).collect());
    (0..element.leaf_count()).map(column).collect()
}

fn data_type() -> impl Strategy<Value = DataType> {
    let leaf = prop_oneof![
        Just(DataType::Bool),
        (-3..3i64, 0..3i64).prop_map(|(lo, extent)| range(lo, lo + extent)),
        Just(message()),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|t| DataType::Option(t.into())),
            inner.clone().prop_map(|t| DataType::Set(t.into())),
            (inner.clone(), 0..3u32).prop_map(|(t, n)| DataType::Bag(t.into(), n)),
            (inner.clone(), 1..3u32).prop_map(|(t, n)| DataType::Seq(t.into(), n)),
            (inner.clone(), inner.clone()).prop_map(|(i, e)| array(i, e)),
            prop::collection::vec(inner, 0..3).prop_map(|types| {
                let fields =
                    types.into_iter().enumerate().map(|(i, ty)| field(&format!("f{i}"), ty)).collect();
                DataType::Struct(StructType { name: "S".to_owned(), fields }.into())
            }),
        ]
    })
}

proptest! {
    #[test]
    fn numbers_leaves_and_values_agree(ty in data_type(), pick in any::<u64>()) {
        let leaves = ty.leaves();
        prop_assert_eq!(leaves.len(), ty.leaf_count());
        let Some(count) = ty.cardinality() else { return Ok(()) };
        prop_assume!(leaves.iter().map(Type::cells).sum::<u64>() < 100_000);
        prop_assert!(ty.nth(count).is_none());
        prop_assert!(count > 0);
        let all: Vec<u64> = if count <= 300 { (0..count).collect() } else { vec![0, pick % count, count - 1] };
        let mut seen = BTreeSet::new();
        for number in all {
            let datum = ty.nth(number).unwrap();
            let encoded = encode(&ty, &datum);
            for (value, leaf) in encoded.iter().zip(&leaves) {
                prop_assert!(value.has_type(leaf), "{} is no {} of {:?}", value, leaf, ty);
            }
            let borrowed: Vec<&Value> = encoded.iter().collect();
            prop_assert_eq!(ty.decode(&borrowed), Some(datum.clone()));
            // Distinct values have distinct leaves.
            prop_assert!(seen.insert(encoded));
        }
    }
}

#[test]
fn numbering_by_hand() {
    let show = |ty: &DataType| -> Vec<String> {
        (0..ty.cardinality().unwrap()).map(|i| ty.nth(i).unwrap().to_string()).collect()
    };
    assert_eq!(show(&DataType::Bool), ["false", "true"]);
    assert_eq!(show(&range(-1, 1)), ["-1", "0", "1"]);
    assert_eq!(show(&DataType::Option(range(0, 1).into())), ["None", "Some(0)", "Some(1)"]);
    assert_eq!(
        show(&message()),
        [
            "Vote(rm: 1, yes: false)",
            "Vote(rm: 1, yes: true)",
            "Vote(rm: 2, yes: false)",
            "Vote(rm: 2, yes: true)",
            "Vote(rm: 3, yes: false)",
            "Vote(rm: 3, yes: true)",
            "Commit",
            "Abort(why: -1)",
            "Abort(why: 0)"
        ]
    );
    assert_eq!(show(&DataType::Set(range(1, 2).into())), ["{}", "{1}", "{2}", "{1, 2}"]);
    assert_eq!(show(&array(DataType::Bool, range(0, 1))), ["[0, 0]", "[0, 1]", "[1, 0]", "[1, 1]"]);
    assert_eq!(show(&DataType::Bag(range(5, 5).into(), 2)), ["{}", "{5}", "{5 ×2}"]);
    let sequences = DataType::Seq(DataType::Bool.into(), 2);
    assert_eq!(show(&sequences)[..4], ["[]", "[false]", "[true]", "[false, false]"]);
    assert_eq!(sequences.cardinality(), Some(7));
}

#[test]
fn what_is_too_large_has_no_number() {
    assert_eq!(DataType::NUMBER.cardinality(), None);
    assert_eq!(DataType::Set(range(0, 63).into()).cardinality(), None);
    assert_eq!(DataType::Set(range(0, 62).into()).cardinality(), Some(1 << 63));
    assert_eq!(DataType::Seq(range(0, 1).into(), u32::MAX).cardinality(), None);
    assert_eq!(DataType::Seq(range(0, 0).into(), u32::MAX).cardinality(), Some(1 << 32));
    assert_eq!(array(range(0, 40), range(0, 3)).nth(0), None);
}

#[test]
fn leaves_that_are_none_of_the_type_are_refused() {
    let (yes, one) = (Value::Bool(true), Value::Int(1));
    assert_eq!(DataType::Bool.decode(&[&one]), None);
    assert_eq!(DataType::Bool.decode(&[&yes, &yes]), None);
    assert_eq!(range(0, 3).decode(&[&yes]), None);
    assert_eq!(message().decode(&[]), None);
    assert_eq!(message().decode(&[&Value::Int(3), &one, &yes, &one]), None);
    assert_eq!(message().decode(&[&Value::Int(-1), &one, &yes, &one]), None);
    assert_eq!(DataType::Option(range(0, 3).into()).decode(&[&yes, &yes]), None);
    assert_eq!(DataType::Set(DataType::Bool.into()).decode(&[&one]), None);
    assert_eq!(DataType::Seq(DataType::Bool.into(), 2).decode(&[&Value::Int(1), &yes]), None);
}
