//! Exhaustiveness of pattern matching, after Maranget, "Warnings for pattern matching" (Journal of Functional
//! Programming 17(3), 2007): a row of wildcards is useful exactly where the patterns leave something out.

use crate::hir::Pattern;
use musilc_ir::{DataType, FieldType};
use std::collections::BTreeSet;

/// After how many steps the analysis gives up; it may take exponentially many (the problem is NP-complete).
const STEPS_LIMIT: u32 = 200_000;

/// The patterns are too many and too tangled to be analysed.
#[derive(Debug)]
pub(super) struct TooComplicated;

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
pub(super) fn missing(ty: &DataType, patterns: &[&Pattern]) -> Result<Option<String>, TooComplicated> {
    let rows: Vec<Vec<Pattern>> = patterns.iter().map(|pattern| vec![Pattern::clone(pattern)]).collect();
    let mut steps = 0;
    let witness = uncovered(&rows, std::slice::from_ref(ty), &mut steps)?;
    Ok(witness.map(|mut witness| witness.pop().unwrap_or_else(|| "_".to_owned())))
}

/// One text a column of a row of values that no row of patterns matches.
fn uncovered(
    rows: &[Vec<Pattern>],
    types: &[DataType],
    steps: &mut u32,
) -> Result<Option<Vec<String>>, TooComplicated> {
    let Some((first, rest)) = types.split_first() else {
        return Ok(rows.is_empty().then(Vec::new));
    };
    let mut expanded = Vec::new();
    for row in rows {
        expand_alternatives(row, &mut expanded, steps)?;
    }
    // Rows that differed only in what has been looked at are one.
    expanded.dedup();
    let rows = expanded;
    let all_wild = rows.iter().all(|row| matches!(row[0], Pattern::Wildcard | Pattern::Bind(_)));
    if let Some(constructors) = constructors(first, &rows).filter(|_| !all_wild) {
        for constructor in constructors {
            let fields = fields(first, &constructor);
            let specialised: Vec<Vec<Pattern>> =
                rows.iter().filter_map(|row| specialise(row, &constructor, fields.len())).collect();
            let mut types = fields.clone();
            types.extend_from_slice(rest);
            if let Some(witness) = uncovered(&specialised, &types, steps)? {
                let (own, others) = witness.split_at(fields.len());
                let mut out = vec![show(first, &constructor, own)];
                out.extend_from_slice(others);
                return Ok(Some(out));
            }
        }
        return Ok(None);
    }
    // Nothing distinguishes the values of this column: only rows with a wildcard count.
    let defaults: Vec<Vec<Pattern>> = rows
        .iter()
        .filter(|row| matches!(row[0], Pattern::Wildcard | Pattern::Bind(_)))
        .map(|row| row[1..].to_vec())
        .collect();
    let Some(mut witness) = uncovered(&defaults, rest, steps)? else { return Ok(None) };
    witness.insert(0, "_".to_owned());
    Ok(Some(witness))
}

/// Appends the row, or if it begins with alternatives, a row for each.
fn expand_alternatives(
    row: &[Pattern],
    out: &mut Vec<Vec<Pattern>>,
    steps: &mut u32,
) -> Result<(), TooComplicated> {
    *steps += 1;
    if *steps > STEPS_LIMIT {
        return Err(TooComplicated);
    }
    let Some((Pattern::Or(alternatives), rest)) = row.split_first() else {
        out.push(row.to_vec());
        return Ok(());
    };
    for alternative in alternatives {
        let row: Vec<Pattern> = std::iter::once(alternative).chain(rest).cloned().collect();
        expand_alternatives(&row, out, steps)?;
        // Nothing is left for those after it.
        if matches!(alternative, Pattern::Wildcard | Pattern::Bind(_)) {
            break;
        }
    }
    Ok(())
}

/// All ways in which a value of the type can begin; `None` where values of the type are not taken apart. Of the numbers that no row
/// mentions, which are all alike, one stands for all.
fn constructors(ty: &DataType, rows: &[Vec<Pattern>]) -> Option<Vec<Constructor>> {
    match ty {
        DataType::Bool => Some(vec![Constructor::Bool(false), Constructor::Bool(true)]),
        DataType::Int { lo, hi } => {
            let number = |row: &Vec<Pattern>| match row[0] {
                Pattern::Int(v) => Some(v).filter(|v| (lo..=hi).contains(&v)),
                _ => None,
            };
            let mut numbers: BTreeSet<i64> = rows.iter().filter_map(number).collect();
            let other =
                ((*lo).max(0)..=*hi).chain((*lo..=(*hi).min(-1)).rev()).find(|v| !numbers.contains(v));
            numbers.extend(other);
            Some(numbers.into_iter().map(Constructor::Int).collect())
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
