//! Types of generated chapters.

use super::dice::Dice;

/// A type. Enums and structs are positions in [`Types`].
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Ty {
    Bool,
    Int(i64, i64),
    Enum(usize),
    Struct(usize),
    Option(Box<Ty>),
    /// Element and index.
    Array(Box<Ty>, Box<Ty>),
    Set(Box<Ty>),
    Bag(Box<Ty>, u32),
    Seq(Box<Ty>, u32),
}

/// The type of numbers that are not stored.
pub(crate) const NUMBER: Ty = Ty::Int(i64::MIN, i64::MAX);

/// A named field.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) ty: Ty,
}

/// An enum.
#[derive(Clone, Debug)]
pub(crate) struct Enum {
    pub(crate) name: String,
    pub(crate) variants: Vec<(String, Vec<Field>)>,
}

/// A struct.
#[derive(Clone, Debug)]
pub(crate) struct Struct {
    pub(crate) name: String,
    pub(crate) fields: Vec<Field>,
}

/// The declared types.
#[derive(Clone, Debug, Default)]
pub(crate) struct Types {
    pub(crate) enums: Vec<Enum>,
    pub(crate) structs: Vec<Struct>,
    /// Names for ranges.
    pub(crate) aliases: Vec<(String, Ty)>,
    /// A constant and its value, for bounds.
    pub(crate) constant: Option<(String, i64)>,
}

const RANGES: [(i64, i64); 10] =
    [(0, 2), (0, 1), (-1, 1), (1, 3), (0, 3), (-2, 1), (2, 4), (-3, -1), (-1, 3), (2, 2)];

impl Types {
    /// The number of values, as nearly as is needed.
    pub(crate) fn cardinality(&self, ty: &Ty) -> f64 {
        let fields =
            |fields: &[Field]| fields.iter().map(|field| self.cardinality(&field.ty)).product::<f64>();
        match ty {
            Ty::Bool => 2.0,
            Ty::Int(lo, hi) => (*hi as f64) - (*lo as f64) + 1.0,
            Ty::Enum(e) => self.enums[*e].variants.iter().map(|(_, own)| fields(own)).sum(),
            Ty::Struct(s) => fields(&self.structs[*s].fields),
            Ty::Option(inner) => 1.0 + self.cardinality(inner),
            Ty::Array(element, index) => self.cardinality(element).powf(self.cardinality(index)),
            Ty::Set(inner) => 2f64.powf(self.cardinality(inner)),
            Ty::Bag(inner, n) => f64::from(n + 1).powf(self.cardinality(inner)),
            Ty::Seq(inner, n) => {
                let base = self.cardinality(inner);
                (0..=*n).map(|len| base.powf(f64::from(len))).sum()
            }
        }
    }

    /// A type of at most so many values.
    pub(crate) fn any(&self, dice: &mut Dice<'_>, most: f64) -> Ty {
        let ty = self.compound(dice, most);
        if self.cardinality(&ty) <= most { ty } else { self.small(dice, most) }
    }

    fn compound(&self, dice: &mut Dice<'_>, most: f64) -> Ty {
        match dice.pick(19) {
            0..=7 => self.small(dice, most),
            8 => Ty::Option(Box::new(self.small(dice, most - 1.0))),
            9 => Ty::Option(Box::new(self.any(dice, most.min(12.0)))),
            10..=12 => {
                let index = self.small(dice, 4.0);
                let element = if dice.chance(60) { self.small(dice, 5.0) } else { self.any(dice, 16.0) };
                Ty::Array(Box::new(element), Box::new(index))
            }
            13..=14 => {
                Ty::Set(Box::new(if dice.chance(70) { self.small(dice, 5.0) } else { self.any(dice, 6.0) }))
            }
            15 => Ty::Bag(Box::new(self.small(dice, 4.0)), 1 + dice.pick(2) as u32),
            _ => {
                let element = if dice.chance(70) { self.small(dice, 5.0) } else { self.any(dice, 8.0) };
                Ty::Seq(Box::new(element), 1 + dice.pick(3) as u32)
            }
        }
    }

    /// A type of few values without collections.
    pub(crate) fn small(&self, dice: &mut Dice<'_>, most: f64) -> Ty {
        let ty = match dice.pick(10) {
            0..=4 => self.range(dice),
            5 => Ty::Bool,
            6 | 7 if !self.enums.is_empty() => Ty::Enum(dice.pick(self.enums.len())),
            8 if !self.structs.is_empty() => Ty::Struct(dice.pick(self.structs.len())),
            9 => Ty::Option(Box::new(self.range(dice))),
            _ => Ty::Bool,
        };
        if self.cardinality(&ty) <= most { ty } else { Ty::Bool }
    }

    fn range(&self, dice: &mut Dice<'_>) -> Ty {
        let (lo, hi) = *dice.among(&RANGES);
        Ty::Int(lo, hi)
    }

    /// The type as text.
    pub(crate) fn show(&self, ty: &Ty) -> String {
        if let Some((name, _)) = self.aliases.iter().find(|(_, other)| other == ty) {
            return name.clone();
        }
        match ty {
            Ty::Bool => "bool".to_owned(),
            Ty::Int(lo, hi) => self.show_range(*lo, *hi),
            Ty::Enum(e) => self.enums[*e].name.clone(),
            Ty::Struct(s) => self.structs[*s].name.clone(),
            Ty::Option(inner) => format!("Option<{}>", self.show(inner)),
            Ty::Array(element, index) => {
                let index = match &**index {
                    Ty::Int(0, hi) if *hi > 1 => (hi + 1).to_string(),
                    index => self.show(index),
                };
                format!("[{}; {index}]", self.show(element))
            }
            Ty::Set(inner) => format!("Set<{}>", self.show(inner)),
            Ty::Bag(inner, n) => format!("Bag<{}, {n}>", self.show(inner)),
            Ty::Seq(inner, n) => format!("Seq<{}, {n}>", self.show(inner)),
        }
    }

    /// A range, closed or half-open by its bounds, with the constant where it fits.
    pub(crate) fn show_range(&self, lo: i64, hi: i64) -> String {
        match &self.constant {
            Some((name, value)) if *value == hi => format!("{lo}..={name}"),
            Some((name, value)) if *value == hi + 1 => format!("{lo}..{name}"),
            _ if hi % 2 == 0 => format!("{lo}..={hi}"),
            _ => format!("{lo}..{}", hi + 1),
        }
    }
}

impl Ty {
    /// Whether a value of the other type can be stored in this one, or compared with it, ranges aside.
    pub(crate) fn fits(&self, other: &Ty) -> bool {
        match (self, other) {
            (Ty::Int(..), Ty::Int(..)) => true,
            (Ty::Option(a), Ty::Option(b)) => a.fits(b),
            (Ty::Array(a, i), Ty::Array(b, j)) => i == j && a.fits(b),
            (Ty::Seq(a, m), Ty::Seq(b, n)) => m == n && a.fits(b),
            (a, b) => a == b,
        }
    }

    /// Whether every value of the other type is one of this.
    pub(crate) fn includes(&self, other: &Ty) -> bool {
        match (self, other) {
            (Ty::Int(a, b), Ty::Int(c, d)) => a <= c && d <= b,
            (Ty::Option(a), Ty::Option(b)) => a.includes(b),
            (Ty::Array(a, i), Ty::Array(b, j)) => i == j && a.includes(b),
            (Ty::Seq(a, m), Ty::Seq(b, n)) => m == n && a.includes(b),
            (a, b) => a == b,
        }
    }

    /// The least type that includes both, of types that fit each other.
    pub(crate) fn join(&self, other: &Ty) -> Ty {
        match (self, other) {
            (Ty::Int(a, b), Ty::Int(c, d)) => Ty::Int(*a.min(c), *b.max(d)),
            (Ty::Option(a), Ty::Option(b)) => Ty::Option(Box::new(a.join(b))),
            (Ty::Array(a, index), Ty::Array(b, _)) => Ty::Array(Box::new(a.join(b)), index.clone()),
            (Ty::Seq(a, n), Ty::Seq(b, _)) => Ty::Seq(Box::new(a.join(b)), *n),
            (a, _) => a.clone(),
        }
    }

    /// Members of a collection.
    pub(crate) fn element(&self) -> Option<&Ty> {
        match self {
            Ty::Set(element) | Ty::Bag(element, _) | Ty::Seq(element, _) => Some(element),
            _ => None,
        }
    }
}
