//! Patterns.

use super::Lowerer;
use super::value::{Val, field_range, variant_range};
use crate::hir::Pattern;
use musilc_ir::{DataType, ExprId, FieldType};

impl Lowerer<'_> {
    /// Whether the value matches; binds the pattern's variables to the parts that they would be.
    pub(super) fn matches(&mut self, pattern: &Pattern, ty: &DataType, val: &[ExprId]) -> ExprId {
        match (pattern, ty) {
            (Pattern::Wildcard, _) => self.cx.bool(true),
            (Pattern::Bind(local), _) => {
                self.bind(*local, val.to_vec());
                self.cx.bool(true)
            }
            (Pattern::Int(v), _) => {
                let v = self.cx.int(*v);
                self.cx.eq(val[0], v)
            }
            (Pattern::Bool(true), _) => val[0],
            (Pattern::Bool(false), _) | (Pattern::None, _) => self.cx.not(val[0]),
            (Pattern::Some(inner), DataType::Option(inner_ty)) => {
                let matches = self.matches(inner, inner_ty, &val[1..]);
                self.cx.and([val[0], matches])
            }
            (Pattern::Variant(position, fields), DataType::Enum(of)) => {
                let tag = self.cx.int(i64::try_from(*position).unwrap_or(0));
                let is = self.cx.eq(val[0], tag);
                if fields.is_empty() {
                    return is;
                }
                let own: Val = val[variant_range(of, *position)].to_vec();
                let matches = self.matches_fields(fields, &of.variants[*position].fields, &own);
                self.cx.and([is, matches])
            }
            (Pattern::Struct(fields), DataType::Struct(of)) => self.matches_fields(fields, &of.fields, val),
            (Pattern::Or(alternatives), _) => {
                let parts: Vec<ExprId> = alternatives.iter().map(|p| self.matches(p, ty, val)).collect();
                self.cx.or(parts)
            }
            // The checker lets no other pattern meet this type.
            _ => self.cx.bool(false),
        }
    }

    fn matches_fields(&mut self, patterns: &[Pattern], fields: &[FieldType], val: &[ExprId]) -> ExprId {
        let parts: Vec<ExprId> = patterns
            .iter()
            .enumerate()
            .map(|(position, pattern)| {
                self.matches(pattern, &fields[position].ty, &val[field_range(fields, position)])
            })
            .collect();
        self.cx.and(parts)
    }
}
