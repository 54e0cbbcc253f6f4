//! Types as written, resolved to data types.

use super::{Checker, globals::Resolution, suggest};
use crate::ast::{Expr, Field, ItemKind, Name, TypeExpr, TypeKind, Variant};
use crate::diagnostic::{Code, Diagnostic};
use musilc_ir::{DataType, EnumType, FieldType, Span, StructType, VariantType};
use std::collections::HashMap;
use std::sync::Arc;

/// The most booleans and numbers that a type may consist of.
pub(super) const CELL_LIMIT: u64 = 1 << 16;

/// The most fields, tags and options that a value may have; elements of arrays count once.
const LEAF_LIMIT: usize = 1 << 12;

/// How deep types may be nested.
const NESTING_LIMIT: usize = 100;

impl<'a> Checker<'a> {
    /// The type that a name declares; reports where it declares none.
    pub(super) fn named_type(&mut self, name: &Name) -> Option<DataType> {
        let Some((declared, kind)) = self.globals.items.get(name.text.as_str()).copied() else {
            let types: Vec<&str> = self
                .globals
                .items
                .iter()
                .filter(|(_, (_, kind))| {
                    matches!(kind, ItemKind::Type { .. } | ItemKind::Enum { .. } | ItemKind::Struct { .. })
                })
                .map(|(name, _)| *name)
                .chain(["bool", "Option", "Set", "Bag", "Seq"])
                .collect();
            let diagnostic =
                Diagnostic::error(Code::UnknownType, name.span, format!("there is no type `{}`", name.text));
            self.report(suggest(diagnostic, &name.text, types));
            return None;
        };
        match self.globals.types.get(name.text.as_str()) {
            Some(Resolution::Done(ty)) => return ty.clone(),
            Some(Resolution::Running) => {
                self.cyclic(declared);
                return None;
            }
            None => {}
        }
        let key = declared.text.as_str();
        self.globals.types.insert(key, Resolution::Running);
        let ty = self.resolve(declared, |checker| checker.declared_type(name, declared, kind));
        self.globals.types.insert(key, Resolution::Done(ty.clone()));
        ty
    }

    fn declared_type(&mut self, name: &Name, declared: &Name, kind: &'a ItemKind) -> Option<DataType> {
        match kind {
            ItemKind::Type { ty, .. } => self.data_type(ty),
            ItemKind::Enum { name, variants } => self.enum_type(name, variants),
            ItemKind::Struct { name, fields } => self
                .field_types(fields)
                .map(|fields| DataType::Struct(Arc::new(StructType { name: name.text.clone(), fields }))),
            _ => {
                let message = format!("`{}` is not a type", name.text);
                let diagnostic = Diagnostic::error(Code::UnknownType, name.span, message)
                    .label(declared.span, "declared here");
                self.report(match kind {
                    ItemKind::Const { .. } => {
                        diagnostic.help(format!("the type of the numbers below `{0}` is `0..{0}`", name.text))
                    }
                    _ => diagnostic,
                });
                None
            }
        }
    }

    fn enum_type(&mut self, name: &Name, variants: &'a [Variant]) -> Option<DataType> {
        if variants.is_empty() {
            self.error(Code::EmptyType, name.span, format!("the enum `{}` has no variants", name.text));
            return None;
        }
        let mut resolved: Vec<VariantType> = Vec::new();
        let mut first: HashMap<&str, Span> = HashMap::new();
        for variant in variants {
            match first.get(variant.name.text.as_str()) {
                Some(&span) => self.duplicate(&variant.name, span),
                None => drop(first.insert(&variant.name.text, variant.name.span)),
            }
            let fields = self.field_types(&variant.fields)?;
            resolved.push(VariantType { name: variant.name.text.clone(), fields });
        }
        Some(DataType::Enum(Arc::new(EnumType { name: name.text.clone(), variants: resolved })))
    }

    fn field_types(&mut self, fields: &'a [Field]) -> Option<Vec<FieldType>> {
        let mut resolved = Vec::new();
        let mut first: HashMap<&str, Span> = HashMap::new();
        for field in fields {
            match first.get(field.name.text.as_str()) {
                Some(&span) => self.duplicate(&field.name, span),
                None => drop(first.insert(&field.name.text, field.name.span)),
            }
            resolved.push(FieldType { name: field.name.text.clone(), ty: self.data_type(&field.ty)? });
        }
        Some(resolved)
    }

    /// The data type that a type expression means; reports and gives `None` where it means none.
    pub(super) fn data_type(&mut self, ty: &'a TypeExpr) -> Option<DataType> {
        let resolved = match &ty.kind {
            TypeKind::Bool => DataType::Bool,
            TypeKind::Range { lo, hi, closed } => self.range_type(ty.span, lo, hi, *closed)?,
            TypeKind::Named(name) => self.named_type(name)?,
            TypeKind::Length(expr) => {
                self.report(
                    Diagnostic::error(
                        Code::UnknownType,
                        expr.span,
                        "a number stands where a type was expected",
                    )
                    .help("the type of the numbers below n is `0..n`"),
                );
                return None;
            }
            TypeKind::Option(inner) => DataType::Option(Arc::new(self.data_type(inner)?)),
            TypeKind::Array { element, index } => {
                let element = self.data_type(element);
                let index = self.index_type(index);
                DataType::Array { index: Arc::new(index?), element: Arc::new(element?) }
            }
            TypeKind::Set(inner) => {
                let element = self.data_type(inner)?;
                self.check_countable(inner.span, &element)?;
                DataType::Set(Arc::new(element))
            }
            TypeKind::Bag(inner, n) => {
                let element = self.data_type(inner)?;
                self.check_countable(inner.span, &element)?;
                DataType::Bag(Arc::new(element), self.capacity(n)?)
            }
            TypeKind::Seq(inner, n) => {
                let element = self.data_type(inner)?;
                DataType::Seq(Arc::new(element), self.capacity(n)?)
            }
            // Channels are put into other words before anything is checked.
            TypeKind::Channel(..) | TypeKind::Error => return None,
        };
        // One level is looked at beyond the limit, so what is checked here is never deep.
        if nesting(&resolved) > NESTING_LIMIT {
            let message = format!("the parts of this type are nested more than {NESTING_LIMIT} deep");
            self.error(Code::TooLarge, ty.span, message);
            return None;
        }
        let leaves = resolved.leaf_count();
        if leaves > LEAF_LIMIT {
            let message =
                format!("a value of this type has {leaves} fields and options, those of its parts included");
            let help = format!("up to {LEAF_LIMIT} are possible; arrays may have more elements");
            self.report(Diagnostic::error(Code::TooLarge, ty.span, message).help(help));
            return None;
        }
        let cells = cells(&resolved);
        if cells > CELL_LIMIT {
            self.report(
                Diagnostic::error(Code::TooLarge, ty.span, format!("a value of this type has {cells} parts"))
                    .help(format!("types may have up to {CELL_LIMIT}; a smaller range or capacity usually shows the same bugs")),
            );
            return None;
        }
        Some(resolved)
    }

    fn range_type(&mut self, span: Span, lo: &'a Expr, hi: &'a Expr, closed: bool) -> Option<DataType> {
        let lo = self.constant_int(lo);
        let hi = self.constant_int(hi);
        let (lo, hi) = (lo?, hi?);
        let last = if closed { hi } else { hi - 1 };
        if last < lo {
            self.report(
                Diagnostic::error(Code::EmptyType, span, "this range has no values")
                    .help("`lo..hi` ends before hi, `lo..=hi` includes it"),
            );
            return None;
        }
        Some(DataType::Int { lo, hi: last })
    }

    /// The index of an array: a type, or a length n, which stands for `0..n`.
    fn index_type(&mut self, ty: &'a TypeExpr) -> Option<DataType> {
        let length = match &ty.kind {
            TypeKind::Length(expr) => Some(self.constant_int(expr)?),
            TypeKind::Named(name) => match self.globals.items.get(name.text.as_str()) {
                Some((_, ItemKind::Const { .. })) => match self.constant(name)? {
                    super::constants::Constant::Int(n) => Some(n),
                    _ => {
                        self.error(Code::TypeMismatch, ty.span, "the length of an array is a number");
                        return None;
                    }
                },
                _ => None,
            },
            _ => None,
        };
        match length {
            Some(n) if n < 1 => {
                self.report(
                    Diagnostic::error(Code::EmptyType, ty.span, "an array has at least one element")
                        .primary(format!("the length is {n}")),
                );
                None
            }
            Some(n) => {
                let index = DataType::Int { lo: 0, hi: n - 1 };
                self.check_countable(ty.span, &index)?;
                Some(index)
            }
            None => {
                let index = self.data_type(ty)?;
                self.check_countable(ty.span, &index)?;
                Some(index)
            }
        }
    }

    /// A type that is counted through: the index of an array, the elements of a set, what a quantifier ranges over.
    pub(super) fn check_countable(&mut self, span: Span, ty: &DataType) -> Option<()> {
        match ty.cardinality() {
            Some(count) if count <= CELL_LIMIT => Some(()),
            count => {
                let many = count.map_or_else(|| "more than 2^64".to_owned(), |count| count.to_string());
                self.report(
                    Diagnostic::error(
                        Code::TooLarge,
                        span,
                        format!("`{ty}` has {many} values, too many to count through"),
                    )
                    .help(format!("up to {CELL_LIMIT} are possible")),
                );
                None
            }
        }
    }

    fn capacity(&mut self, n: &Expr) -> Option<u32> {
        let value = self.constant_int(n)?;
        match u32::try_from(value) {
            Ok(capacity) if (1..=CELL_LIMIT).contains(&u64::from(capacity)) => Some(capacity),
            _ => {
                let code = if value < 1 { Code::EmptyType } else { Code::TooLarge };
                self.error(code, n.span, format!("a capacity is from 1 to {CELL_LIMIT}, not {value}"));
                None
            }
        }
    }
}

/// The booleans and numbers that a type consists of.
pub(super) fn cells(ty: &DataType) -> u64 {
    ty.leaves().iter().fold(0u64, |sum, leaf| sum.saturating_add(leaf.cells()))
}

/// Whether a value of `from` can be stored in `to`, the ranges of integers aside.
pub(crate) fn fits(from: &DataType, to: &DataType) -> bool {
    match (from, to) {
        (DataType::Int { .. }, DataType::Int { .. }) => true,
        (DataType::Option(a), DataType::Option(b)) => fits(a, b),
        (DataType::Array { index: i, element: a }, DataType::Array { index: j, element: b }) => {
            i == j && fits(a, b)
        }
        (DataType::Seq(a, m), DataType::Seq(b, n)) => m == n && fits(a, b),
        _ => from == to,
    }
}

/// Whether one value of `from` can fill the array `to`, at some depth.
pub(super) fn fills(from: &DataType, to: &DataType) -> bool {
    match to {
        DataType::Array { element, .. } => fits(from, element) || fills(from, element),
        _ => false,
    }
}

/// The type of a conditional whose branches have these types.
pub(super) fn join(a: &DataType, b: &DataType) -> Option<DataType> {
    match (a, b) {
        (DataType::Int { lo: a, hi: b }, DataType::Int { lo: c, hi: d }) => {
            Some(DataType::Int { lo: *a.min(c), hi: *b.max(d) })
        }
        (DataType::Option(a), DataType::Option(b)) => Some(DataType::Option(Arc::new(join(a, b)?))),
        (DataType::Array { index, element: a }, DataType::Array { index: other, element: b })
            if index == other =>
        {
            Some(DataType::Array { index: index.clone(), element: Arc::new(join(a, b)?) })
        }
        (DataType::Seq(a, m), DataType::Seq(b, n)) if m == n => {
            Some(DataType::Seq(Arc::new(join(a, b)?), *m))
        }
        _ => (a == b).then(|| a.clone()),
    }
}

/// How deep the parts of a type are nested.
fn nesting(ty: &DataType) -> usize {
    let fields = |fields: &[FieldType]| fields.iter().map(|field| nesting(&field.ty)).max().unwrap_or(0);
    1 + match ty {
        DataType::Bool | DataType::Int { .. } => 0,
        DataType::Enum(of) => of.variants.iter().map(|variant| fields(&variant.fields)).max().unwrap_or(0),
        DataType::Struct(of) => fields(&of.fields),
        DataType::Option(inner)
        | DataType::Set(inner)
        | DataType::Bag(inner, _)
        | DataType::Seq(inner, _) => nesting(inner),
        DataType::Array { index, element } => nesting(index).max(nesting(element)),
    }
}

/// The type of something whose own type is in error: whatever mentions it is in error too, silently.
pub(super) fn unknown() -> DataType {
    DataType::Enum(Arc::new(EnumType { name: String::new(), variants: Vec::new() }))
}

/// Whether a type is [`unknown`].
pub(super) fn is_unknown(ty: &DataType) -> bool {
    matches!(ty, DataType::Enum(of) if of.variants.is_empty())
}
