//! Values as positions: the number of a value among all of its type, as `DataType::nth` counts them, and back.

use super::Lowerer;
use super::value::{Val, field_range, push_leaves, variant_range};
use musilc_ir::{DataType, ExprId, FailureKind, FieldType, Span};

impl Lowerer<'_> {
    /// The number of a value among those of `ty`, and whether it belongs to `ty` at all; where it does not, the number is that of some value.
    ///
    /// Only integers can lie outside: the value's type is `ty` but for their ranges.
    pub(super) fn key(&mut self, ty: &DataType, val: &[ExprId]) -> (ExprId, ExprId) {
        let yes = self.cx.bool(true);
        match ty {
            DataType::Bool => {
                let (one, zero) = (self.cx.int(1), self.cx.int(0));
                (self.cx.ite(val[0], one, zero), yes)
            }
            DataType::Int { lo, hi } => {
                let (low, high) = (self.cx.int(*lo), self.cx.int(*hi));
                let (above, below) = (self.cx.le(low, val[0]), self.cx.le(val[0], high));
                let inside = self.cx.and([above, below]);
                let narrowed = self.cx.narrow(val[0], *lo, *hi);
                (self.cx.sub(narrowed, low), inside)
            }
            DataType::Enum(of) => {
                let mut number = val[0];
                let mut inside = yes;
                if of.variants.iter().any(|variant| !variant.fields.is_empty()) {
                    let mut offset = ty.cardinality().unwrap_or(0);
                    number = self.cx.int(0);
                    for (position, variant) in of.variants.iter().enumerate().rev() {
                        let fields = variant_range(of, position);
                        let (own, own_inside) = self.key_of_fields(&variant.fields, &val[fields]);
                        offset -=
                            variant.fields.iter().map(|f| f.ty.cardinality().unwrap_or(1)).product::<u64>();
                        let base = self.cx.int(i64::try_from(offset).unwrap_or(i64::MAX));
                        let own = self.cx.add([base, own]);
                        let tag = self.cx.int(i64::try_from(position).unwrap_or(0));
                        let is = self.cx.eq(val[0], tag);
                        number = self.cx.ite(is, own, number);
                        let own_inside = self.cx.implies(is, own_inside);
                        inside = self.cx.and([inside, own_inside]);
                    }
                }
                (number, inside)
            }
            DataType::Struct(of) => self.key_of_fields(&of.fields, val),
            DataType::Option(inner) => {
                let (own, own_inside) = self.key(inner, &val[1..]);
                let (one, zero) = (self.cx.int(1), self.cx.int(0));
                let own = self.cx.add([own, one]);
                let number = self.cx.ite(val[0], own, zero);
                (number, self.cx.implies(val[0], own_inside))
            }
            DataType::Array { index, element } => {
                let slots: Vec<Val> = (0..index.length()).map(|i| self.element_at(val, i)).collect();
                self.key_of_digits(element, &slots)
            }
            DataType::Set(element) => {
                let bits: Vec<ExprId> = (0..element.length()).map(|i| self.element_at(val, i)[0]).collect();
                let zero = self.cx.int(0);
                let terms: Vec<ExprId> = bits
                    .iter()
                    .enumerate()
                    .map(|(i, &bit)| {
                        let weight =
                            self.cx.int(1i64.checked_shl(u32::try_from(i).unwrap_or(63)).unwrap_or(0));
                        self.cx.ite(bit, weight, zero)
                    })
                    .collect();
                (self.cx.add(terms), yes)
            }
            DataType::Bag(element, n) => {
                let copies = DataType::Int { lo: 0, hi: i64::from(*n) };
                let slots: Vec<Val> = (0..element.length()).map(|i| self.element_at(val, i)).collect();
                self.key_of_digits(&copies, &slots)
            }
            DataType::Seq(element, n) => {
                let base = element.cardinality().unwrap_or(1);
                let slots: Vec<Val> = (0..*n).map(|i| self.element_at(&val[1..], i)).collect();
                let (mut number, mut inside) = (self.cx.int(0), yes);
                let mut offset = 0u64;
                for length in 0..=*n {
                    let (own, own_inside) = self.key_of_digits(element, &slots[..length as usize]);
                    let start = self.cx.int(i64::try_from(offset).unwrap_or(i64::MAX));
                    let own = self.cx.add([start, own]);
                    let exact = self.cx.int(i64::from(length));
                    let is = self.cx.eq(val[0], exact);
                    number = self.cx.ite(is, own, number);
                    let own_inside = self.cx.implies(is, own_inside);
                    inside = self.cx.and([inside, own_inside]);
                    offset = offset.saturating_add(base.saturating_pow(length));
                }
                (number, inside)
            }
        }
    }

    fn key_of_fields(&mut self, fields: &[FieldType], val: &[ExprId]) -> (ExprId, ExprId) {
        let (mut number, mut inside) = (self.cx.int(0), self.cx.bool(true));
        for (position, field) in fields.iter().enumerate() {
            let (own, own_inside) = self.key(&field.ty, &val[field_range(fields, position)]);
            number = self.append_digit(number, field.ty.cardinality().unwrap_or(1), own);
            inside = self.cx.and([inside, own_inside]);
        }
        (number, inside)
    }

    fn key_of_digits(&mut self, element: &DataType, slots: &[Val]) -> (ExprId, ExprId) {
        let (mut number, mut inside) = (self.cx.int(0), self.cx.bool(true));
        for slot in slots {
            let (own, own_inside) = self.key(element, slot);
            number = self.append_digit(number, element.cardinality().unwrap_or(1), own);
            inside = self.cx.and([inside, own_inside]);
        }
        (number, inside)
    }

    fn append_digit(&mut self, number: ExprId, base: u64, digit: ExprId) -> ExprId {
        let base = self.cx.int(i64::try_from(base).unwrap_or(i64::MAX));
        let shifted = self.cx.mul(number, base);
        self.cx.add([shifted, digit])
    }

    /// The position of a value in an array indexed by `ty`; failing where the value is no index.
    pub(super) fn index(&mut self, ty: &DataType, val: &[ExprId], span: Span) -> ExprId {
        let (number, inside) = self.key(ty, val);
        let outside = self.cx.not(inside);
        let (kind, shown) = match ty {
            DataType::Int { lo, hi } => (FailureKind::BadIndex { lo: *lo, hi: *hi }, Some(val[0])),
            _ => (FailureKind::BadIndex { lo: 0, hi: i64::from(ty.length()) - 1 }, None),
        };
        self.fail(outside, kind, shown, span);
        let last = i64::from(ty.length()) - 1;
        self.cx.narrow(number, 0, last)
    }

    /// The value of `ty` with this number, which lies within the type.
    pub(super) fn value_at(&mut self, ty: &DataType, number: ExprId) -> Val {
        match ty {
            DataType::Bool => {
                let one = self.cx.int(1);
                vec![self.cx.eq(number, one)]
            }
            DataType::Int { lo, .. } => {
                let low = self.cx.int(*lo);
                vec![self.cx.add([number, low])]
            }
            DataType::Enum(of) if of.variants.iter().all(|variant| variant.fields.is_empty()) => vec![number],
            _ => {
                let rows: Vec<Val> = (0..u64::from(ty.length()))
                    .filter_map(|i| ty.nth(i))
                    .map(|datum| {
                        let mut leaves = Vec::new();
                        push_leaves(ty, &datum, &mut leaves);
                        leaves.iter().map(|leaf| super::value::constant(&mut self.cx, leaf)).collect()
                    })
                    .collect();
                let table = self.array_of(&rows);
                self.element(&table, number)
            }
        }
    }
}
