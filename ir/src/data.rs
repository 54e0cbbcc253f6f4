//! The language's own types and values, as far as they are needed to lay values out in state variables and to show them again.
//!
//! A type becomes a list of *leaves*, each a [`Type`]: an option its tag and its payload, a struct its fields one after the
//! other, an array its element's leaves each wrapped in an array. Every value has one representation: the payload of `None`, the
//! fields of the variants that a value is not, and the slots past the end of a sequence are [zero](Value::zero).

use crate::{Type, Value};
use std::fmt;
use std::sync::Arc;

/// A type of the language.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum DataType {
    /// `bool`
    Bool,
    /// `lo..=hi`; with [`DataType::NUMBER`]'s bounds: any number, which only an expression can have.
    Int {
        /// The least value.
        lo: i64,
        /// The greatest value.
        hi: i64,
    },
    /// An enum.
    Enum(Arc<EnumType>),
    /// A struct.
    Struct(Arc<StructType>),
    /// `Option<T>`
    Option(Arc<DataType>),
    /// `[T; K]`
    Array {
        /// The type of the index.
        index: Arc<DataType>,
        /// The type of the elements.
        element: Arc<DataType>,
    },
    /// `Set<T>`
    Set(Arc<DataType>),
    /// `Bag<T, n>`
    Bag(Arc<DataType>, u32),
    /// `Seq<T, n>`
    Seq(Arc<DataType>, u32),
}

/// An enum.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct EnumType {
    /// Its name.
    pub name: String,
    /// Its variants, in order; the tag counts from 0.
    pub variants: Vec<VariantType>,
}

/// A variant of an enum.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct VariantType {
    /// Its name.
    pub name: String,
    /// Its fields, in order.
    pub fields: Vec<FieldType>,
}

/// A struct.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct StructType {
    /// Its name.
    pub name: String,
    /// Its fields, in order.
    pub fields: Vec<FieldType>,
}

/// A field of a struct or variant.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct FieldType {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: DataType,
}

/// A value of the language, to be shown.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Datum {
    /// A boolean.
    Bool(bool),
    /// A number.
    Int(i64),
    /// A variant or struct, with its fields (none where it was declared without).
    Record {
        /// The name of the variant or struct.
        name: String,
        /// Names and values of its fields.
        fields: Vec<(String, Datum)>,
    },
    /// An option.
    Option(Option<Box<Datum>>),
    /// Index and element, in ascending order of the index.
    Array(Vec<(Datum, Datum)>),
    /// The members, ascending.
    Set(Vec<Datum>),
    /// The members with their numbers of copies, ascending.
    Bag(Vec<(Datum, u64)>),
    /// The elements, first to last.
    Seq(Vec<Datum>),
}

fn product(factors: impl IntoIterator<Item = Option<u64>>) -> Option<u64> {
    factors.into_iter().try_fold(1u64, |acc, factor| acc.checked_mul(factor?))
}

fn sum(terms: impl IntoIterator<Item = Option<u64>>) -> Option<u64> {
    terms.into_iter().try_fold(0u64, |acc, term| acc.checked_add(term?))
}

impl DataType {
    /// The type of an arithmetic expression: any number.
    pub const NUMBER: DataType = DataType::Int { lo: i64::MIN, hi: i64::MAX };

    /// The number of values; `None` where it does not fit 64 bits.
    #[must_use]
    pub fn cardinality(&self) -> Option<u64> {
        match self {
            DataType::Bool => Some(2),
            DataType::Int { lo, hi } => {
                hi.checked_sub(*lo)?.checked_add(1).and_then(|n| u64::try_from(n).ok())
            }
            DataType::Enum(e) => {
                sum(e.variants.iter().map(|v| product(v.fields.iter().map(|f| f.ty.cardinality()))))
            }
            DataType::Struct(s) => product(s.fields.iter().map(|f| f.ty.cardinality())),
            DataType::Option(inner) => inner.cardinality()?.checked_add(1),
            DataType::Array { index, element } => {
                element.cardinality()?.checked_pow(u32::try_from(index.cardinality()?).ok()?)
            }
            DataType::Set(inner) => 2u64.checked_pow(u32::try_from(inner.cardinality()?).ok()?),
            DataType::Bag(inner, n) => {
                (u64::from(*n) + 1).checked_pow(u32::try_from(inner.cardinality()?).ok()?)
            }
            DataType::Seq(inner, n) => {
                let base = inner.cardinality()?;
                // A base below 2 never overflows, which is what ends the sum early for a great capacity.
                match base {
                    0 => Some(1),
                    1 => Some(u64::from(*n) + 1),
                    _ => sum((0..=*n).map(|len| base.checked_pow(len))),
                }
            }
        }
    }

    /// The types of the leaves. Lengths that do not fit 32 bits saturate; whoever declares types refuses those.
    #[must_use]
    pub fn leaves(&self) -> Vec<Type> {
        let mut out = Vec::new();
        self.push_leaves(&mut out);
        out
    }

    fn push_leaves(&self, out: &mut Vec<Type>) {
        match self {
            DataType::Bool => out.push(Type::Bool),
            DataType::Int { lo, hi } => out.push(Type::Int { lo: *lo, hi: *hi }),
            DataType::Enum(e) => {
                out.push(e.tag_type());
                for field in e.variants.iter().flat_map(|v| &v.fields) {
                    field.ty.push_leaves(out);
                }
            }
            DataType::Struct(s) => s.fields.iter().for_each(|f| f.ty.push_leaves(out)),
            DataType::Option(inner) => {
                out.push(Type::Bool);
                inner.push_leaves(out);
            }
            DataType::Array { index, element } => {
                let len = index.length();
                out.extend(element.leaves().into_iter().map(|leaf| Type::array(len, leaf)));
            }
            DataType::Set(inner) => out.push(Type::array(inner.length(), Type::Bool)),
            DataType::Bag(inner, n) => {
                out.push(Type::array(inner.length(), Type::Int { lo: 0, hi: i64::from(*n) }));
            }
            DataType::Seq(inner, n) => {
                out.push(Type::Int { lo: 0, hi: i64::from(*n) });
                out.extend(inner.leaves().into_iter().map(|leaf| Type::array(*n, leaf)));
            }
        }
    }

    /// The number of leaves.
    #[must_use]
    pub fn leaf_count(&self) -> usize {
        match self {
            DataType::Bool | DataType::Int { .. } | DataType::Set(_) | DataType::Bag(..) => 1,
            DataType::Enum(e) => {
                1 + e.variants.iter().flat_map(|v| &v.fields).map(|f| f.ty.leaf_count()).sum::<usize>()
            }
            DataType::Struct(s) => s.fields.iter().map(|f| f.ty.leaf_count()).sum(),
            DataType::Option(inner) | DataType::Seq(inner, _) => 1 + inner.leaf_count(),
            DataType::Array { element, .. } => element.leaf_count(),
        }
    }

    /// The number of values as the length of an array, saturating.
    #[must_use]
    pub fn length(&self) -> u32 {
        self.cardinality().and_then(|n| u32::try_from(n).ok()).unwrap_or(u32::MAX)
    }

    /// The value with this number, counting from 0 in ascending order; `None` past the last or for a type that is too large.
    ///
    /// Numbers order values as follows: integers and tags ascending, fields of an earlier declaration weighing more, `None` before `Some`, index 0 of
    /// an array weighing most, sets as binary numbers whose bit `i` is element `i`, sequences by length first.
    #[must_use]
    pub fn nth(&self, number: u64) -> Option<Datum> {
        if number >= self.cardinality()? {
            return None;
        }
        Some(match self {
            DataType::Bool => Datum::Bool(number == 1),
            DataType::Int { lo, .. } => Datum::Int(lo.checked_add_unsigned(number)?),
            DataType::Enum(e) => {
                let mut rest = number;
                for variant in &e.variants {
                    let count = product(variant.fields.iter().map(|f| f.ty.cardinality()))?;
                    if rest < count {
                        return Some(Datum::Record {
                            name: variant.name.clone(),
                            fields: nth_fields(&variant.fields, rest)?,
                        });
                    }
                    rest -= count;
                }
                return None;
            }
            DataType::Struct(s) => {
                Datum::Record { name: s.name.clone(), fields: nth_fields(&s.fields, number)? }
            }
            DataType::Option(inner) => match number.checked_sub(1) {
                None => Datum::Option(None),
                Some(rest) => Datum::Option(Some(Box::new(inner.nth(rest)?))),
            },
            DataType::Array { index, element } => {
                let elements = digits(number, element.cardinality()?, u64::from(index.length()));
                let pairs = elements.into_iter().enumerate();
                Datum::Array(
                    pairs
                        .map(|(i, e)| Some((index.nth(i as u64)?, element.nth(e)?)))
                        .collect::<Option<_>>()?,
                )
            }
            DataType::Set(inner) => Datum::Set(
                (0..u64::from(inner.length()))
                    .filter(|i| number >> i & 1 == 1)
                    .map(|i| inner.nth(i))
                    .collect::<Option<_>>()?,
            ),
            DataType::Bag(inner, n) => {
                let copies = digits(number, u64::from(*n) + 1, u64::from(inner.length()));
                let present = copies.into_iter().enumerate().filter(|(_, copies)| *copies > 0);
                Datum::Bag(
                    present.map(|(i, copies)| Some((inner.nth(i as u64)?, copies))).collect::<Option<_>>()?,
                )
            }
            DataType::Seq(inner, n) => {
                let base = inner.cardinality()?;
                let mut rest = number;
                for len in 0..=*n {
                    let count = base.checked_pow(len)?;
                    if rest < count {
                        let elements = digits(rest, base, u64::from(len));
                        return Some(Datum::Seq(
                            elements.into_iter().map(|e| inner.nth(e)).collect::<Option<_>>()?,
                        ));
                    }
                    rest -= count;
                }
                return None;
            }
        })
    }

    /// The value that these leaves represent; `None` where they are not leaves of this type.
    #[must_use]
    pub fn decode(&self, leaves: &[&Value]) -> Option<Datum> {
        match self {
            DataType::Bool => match leaves {
                [Value::Bool(b)] => Some(Datum::Bool(*b)),
                _ => None,
            },
            DataType::Int { .. } => match leaves {
                [Value::Int(v)] => Some(Datum::Int(*v)),
                _ => None,
            },
            DataType::Enum(e) => {
                let (Value::Int(tag), mut rest) = leaves.split_first()? else { return None };
                let tag = usize::try_from(*tag).ok()?;
                for (number, variant) in e.variants.iter().enumerate() {
                    let count: usize = variant.fields.iter().map(|f| f.ty.leaf_count()).sum();
                    if number == tag {
                        let fields = decode_fields(&variant.fields, rest)?;
                        return Some(Datum::Record { name: variant.name.clone(), fields });
                    }
                    rest = rest.get(count..)?;
                }
                None
            }
            DataType::Struct(s) => {
                Some(Datum::Record { name: s.name.clone(), fields: decode_fields(&s.fields, leaves)? })
            }
            DataType::Option(inner) => match leaves.split_first()? {
                (Value::Bool(false), _) => Some(Datum::Option(None)),
                (Value::Bool(true), payload) => Some(Datum::Option(Some(Box::new(inner.decode(payload)?)))),
                _ => None,
            },
            DataType::Array { index, element } => {
                let elements = (0..index.length())
                    .map(|i| Some((index.nth(i.into())?, element.decode(&slots(leaves, i)?)?)));
                Some(Datum::Array(elements.collect::<Option<_>>()?))
            }
            DataType::Set(inner) => {
                let [Value::Array(members)] = leaves else { return None };
                let present = members.iter().enumerate().filter(|(_, m)| **m == Value::Bool(true));
                Some(Datum::Set(present.map(|(i, _)| inner.nth(i as u64)).collect::<Option<_>>()?))
            }
            DataType::Bag(inner, _) => {
                let [Value::Array(copies)] = leaves else { return None };
                let mut members = Vec::new();
                for (i, copies) in copies.iter().enumerate() {
                    match copies {
                        Value::Int(n) if *n > 0 => members.push((inner.nth(i as u64)?, n.unsigned_abs())),
                        Value::Int(_) => {}
                        _ => return None,
                    }
                }
                Some(Datum::Bag(members))
            }
            DataType::Seq(inner, _) => {
                let (Value::Int(len), elements) = leaves.split_first()? else { return None };
                let len = u32::try_from(*len).ok()?;
                Some(Datum::Seq((0..len).map(|i| inner.decode(&slots(elements, i)?)).collect::<Option<_>>()?))
            }
        }
    }
}

/// The `count` digits of a number in a base, most significant first.
fn digits(mut number: u64, base: u64, count: u64) -> Vec<u64> {
    let mut out: Vec<u64> = (0..count)
        .map(|_| {
            let digit = number % base;
            number /= base;
            digit
        })
        .collect();
    out.reverse();
    out
}

fn nth_fields(fields: &[FieldType], mut number: u64) -> Option<Vec<(String, Datum)>> {
    let mut out = Vec::new();
    for field in fields.iter().rev() {
        let count = field.ty.cardinality()?;
        out.push((field.name.clone(), field.ty.nth(number % count)?));
        number /= count;
    }
    out.reverse();
    Some(out)
}

fn decode_fields(fields: &[FieldType], mut leaves: &[&Value]) -> Option<Vec<(String, Datum)>> {
    let mut out = Vec::new();
    for field in fields {
        let (own, rest) = leaves.split_at_checked(field.ty.leaf_count())?;
        out.push((field.name.clone(), field.ty.decode(own)?));
        leaves = rest;
    }
    Some(out)
}

/// Slot `i` of each leaf.
fn slots<'v>(leaves: &[&'v Value], i: u32) -> Option<Vec<&'v Value>> {
    let slot = |leaf: &&'v Value| match leaf {
        Value::Array(elements) => elements.get(i as usize),
        _ => None,
    };
    leaves.iter().map(slot).collect()
}

impl EnumType {
    /// The type of the tag.
    #[must_use]
    pub fn tag_type(&self) -> Type {
        Type::Int { lo: 0, hi: i64::try_from(self.variants.len()).unwrap_or(i64::MAX) - 1 }
    }
}

impl fmt::Display for DataType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DataType::Bool => write!(f, "bool"),
            ty if *ty == DataType::NUMBER => write!(f, "number"),
            DataType::Int { lo, hi } => write!(f, "{lo}..={hi}"),
            DataType::Enum(e) => write!(f, "{}", e.name),
            DataType::Struct(s) => write!(f, "{}", s.name),
            DataType::Option(inner) => write!(f, "Option<{inner}>"),
            DataType::Array { index, element } => write!(f, "[{element}; {index}]"),
            DataType::Set(inner) => write!(f, "Set<{inner}>"),
            DataType::Bag(inner, n) => write!(f, "Bag<{inner}, {n}>"),
            DataType::Seq(inner, n) => write!(f, "Seq<{inner}, {n}>"),
        }
    }
}

impl fmt::Display for Datum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn list<T>(
            f: &mut fmt::Formatter<'_>,
            items: &[T],
            mut show: impl FnMut(&mut fmt::Formatter<'_>, &T) -> fmt::Result,
        ) -> fmt::Result {
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    write!(f, ", ")?;
                }
                show(f, item)?;
            }
            Ok(())
        }
        match self {
            Datum::Bool(b) => write!(f, "{b}"),
            Datum::Int(v) => write!(f, "{v}"),
            Datum::Record { name, fields } if fields.is_empty() => write!(f, "{name}"),
            Datum::Record { name, fields } => {
                write!(f, "{name}(")?;
                list(f, fields, |f, (name, value)| write!(f, "{name}: {value}"))?;
                write!(f, ")")
            }
            Datum::Option(None) => write!(f, "None"),
            Datum::Option(Some(value)) => write!(f, "Some({value})"),
            Datum::Array(pairs) => {
                write!(f, "[")?;
                list(f, pairs, |f, (_, value)| write!(f, "{value}"))?;
                write!(f, "]")
            }
            Datum::Set(members) => {
                write!(f, "{{")?;
                list(f, members, |f, member| write!(f, "{member}"))?;
                write!(f, "}}")
            }
            Datum::Bag(members) => {
                write!(f, "{{")?;
                list(f, members, |f, (member, copies)| match copies {
                    1 => write!(f, "{member}"),
                    n => write!(f, "{member} ×{n}"),
                })?;
                write!(f, "}}")
            }
            Datum::Seq(elements) => {
                write!(f, "[")?;
                list(f, elements, |f, element| write!(f, "{element}"))?;
                write!(f, "]")
            }
        }
    }
}
