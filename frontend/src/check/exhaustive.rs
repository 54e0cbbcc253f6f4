//! Exhaustiveness of pattern matching, after Maranget, "Warnings for pattern matching" (Journal of Functional
//! Programming 17(3), 2007): a row of wildcards is useful exactly where the patterns leave something out.

use crate::hir::Pattern;
use musilc_ir::{DataType, FieldType};

/// Ranges of numbers up to this size are taken apart value by value.
const RANGE_LIMIT: u64 = 256;

/// What begins a value.
#[derive(Clone)]
enum Constructor {
    /// A value without parts, or one of the parts listed; the pattern that it stands for is shown by `show`.
    Int(i64),
    Bool(bool),
    None,
    Some,
    Variant(usize),
    Struct,
}

/// A value, as a pattern, that none of the patterns matches.
pub(super) fn missing(ty: &DataType, patterns: &[&Pattern]) -> Option<String> {
    let rows: Vec<Vec<Pattern>> = patterns.iter().map(|pattern| vec![Pattern::clone(pattern)]).collect();
    uncovered(&rows, std::slice::from_ref(ty))
        .map(|mut witness| witness.pop().unwrap_or_else(|| "_".to_owned()))
}

/// One text a column of a row of values that no row of patterns matches.
fn uncovered(rows: &[Vec<Pattern>], types: &[DataType]) -> Option<Vec<String>> {
    let Some((first, rest)) = types.split_first() else {
        return rows.is_empty().then(Vec::new);
    };
    let rows = expand_alternatives(rows);
    let all_wild = rows.iter().all(|row| matches!(row[0], Pattern::Wildcard | Pattern::Bind(_)));
    if let Some(constructors) = constructors(first).filter(|_| !all_wild) {
        for constructor in constructors {
            let fields = fields(first, &constructor);
            let specialised: Vec<Vec<Pattern>> =
                rows.iter().filter_map(|row| specialise(row, &constructor, fields.len())).collect();
            let mut types = fields.clone();
            types.extend_from_slice(rest);
            if let Some(witness) = uncovered(&specialised, &types) {
                let (own, others) = witness.split_at(fields.len());
                let mut out = vec![show(first, &constructor, own)];
                out.extend_from_slice(others);
                return Some(out);
            }
        }
        return None;
    }
    // Nothing distinguishes the values of this column, or there are too many: only rows with a wildcard count.
    let defaults: Vec<Vec<Pattern>> = rows
        .iter()
        .filter(|row| matches!(row[0], Pattern::Wildcard | Pattern::Bind(_)))
        .map(|row| row[1..].to_vec())
        .collect();
    let mut witness = uncovered(&defaults, rest)?;
    witness.insert(0, "_".to_owned());
    Some(witness)
}

fn expand_alternatives(rows: &[Vec<Pattern>]) -> Vec<Vec<Pattern>> {
    let mut out = Vec::new();
    for row in rows {
        match &row[0] {
            Pattern::Or(alternatives) => {
                let expanded: Vec<Vec<Pattern>> = alternatives
                    .iter()
                    .map(|alternative| {
                        let mut row = row.clone();
                        row[0] = alternative.clone();
                        row
                    })
                    .collect();
                out.extend(expand_alternatives(&expanded));
            }
            _ => out.push(row.clone()),
        }
    }
    out
}

/// All ways in which a value of the type can begin; `None` where there are too many to list.
fn constructors(ty: &DataType) -> Option<Vec<Constructor>> {
    match ty {
        DataType::Bool => Some(vec![Constructor::Bool(false), Constructor::Bool(true)]),
        DataType::Int { lo, hi } if ty.cardinality().is_some_and(|n| n <= RANGE_LIMIT) => {
            Some((*lo..=*hi).map(Constructor::Int).collect())
        }
        DataType::Option(_) => Some(vec![Constructor::None, Constructor::Some]),
        DataType::Enum(e) => Some((0..e.variants.len()).map(Constructor::Variant).collect()),
        DataType::Struct(_) => Some(vec![Constructor::Struct]),
        _ => None,
    }
}

fn field_types(fields: &[FieldType]) -> Vec<DataType> {
    fields.iter().map(|field| field.ty.clone()).collect()
}

fn fields(ty: &DataType, constructor: &Constructor) -> Vec<DataType> {
    match (ty, constructor) {
        (DataType::Option(inner), Constructor::Some) => vec![DataType::clone(inner)],
        (DataType::Enum(e), Constructor::Variant(position)) => field_types(&e.variants[*position].fields),
        (DataType::Struct(s), Constructor::Struct) => field_types(&s.fields),
        _ => Vec::new(),
    }
}

/// The row for values that begin with the constructor; `None` where the row matches none of them.
fn specialise(row: &[Pattern], constructor: &Constructor, arity: usize) -> Option<Vec<Pattern>> {
    let fields: Vec<Pattern> = match (&row[0], constructor) {
        (Pattern::Wildcard | Pattern::Bind(_), _) => vec![Pattern::Wildcard; arity],
        (Pattern::Int(a), Constructor::Int(b)) if a == b => Vec::new(),
        (Pattern::Bool(a), Constructor::Bool(b)) if a == b => Vec::new(),
        (Pattern::None, Constructor::None) => Vec::new(),
        (Pattern::Some(inner), Constructor::Some) => vec![Pattern::clone(inner)],
        (Pattern::Variant(a, fields), Constructor::Variant(b)) if a == b => fields.clone(),
        (Pattern::Struct(fields), Constructor::Struct) => fields.clone(),
        _ => return None,
    };
    Some(fields.into_iter().chain(row[1..].iter().cloned()).collect())
}

fn show(ty: &DataType, constructor: &Constructor, fields: &[String]) -> String {
    let name = match (ty, constructor) {
        (_, Constructor::Int(v)) => return v.to_string(),
        (_, Constructor::Bool(b)) => return b.to_string(),
        (_, Constructor::None) => return "None".to_owned(),
        (_, Constructor::Some) => "Some",
        (DataType::Enum(e), Constructor::Variant(position)) => &e.variants[*position].name,
        (DataType::Struct(s), _) => &s.name,
        _ => "_",
    };
    if fields.is_empty() { name.to_owned() } else { format!("{name}({})", fields.join(", ")) }
}
