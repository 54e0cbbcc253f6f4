//! What the code that is being generated can see, and how it gets at parts of it.

use super::dice::{Dice, Genes};
use super::types::{NUMBER, Ty, Types};
use super::values::Fill;
use std::collections::BTreeSet;

/// Something that can be read.
#[derive(Clone, Debug)]
pub(crate) struct Name {
    pub(crate) text: String,
    pub(crate) ty: Ty,
    /// Whether it can be assigned to, and primed.
    pub(crate) var: bool,
}

/// A function: parameters, result, and whether it reads the state.
#[derive(Clone, Debug)]
pub(crate) struct Signature {
    pub(crate) name: String,
    pub(crate) params: Vec<(String, Ty)>,
    pub(crate) result: Ty,
}

/// Writes one part of a chapter.
pub(crate) struct Writer<'w> {
    pub(crate) types: &'w Types,
    pub(crate) functions: &'w [Signature],
    pub(crate) dice: Dice<'w>,
    pub(crate) names: Vec<Name>,
    /// How many of a hundred operations that may fail are not kept from failing.
    pub(crate) risk: usize,
    /// Whether `x'` means something here.
    pub(crate) primes: bool,
    pub(crate) features: BTreeSet<&'static str>,
    prefix: &'w str,
    fresh: usize,
}

impl<'w> Writer<'w> {
    pub(crate) fn new(types: &'w Types, genes: &'w Genes, risk: usize, prefix: &'w str) -> Self {
        let dice = Dice::new(genes);
        let features = BTreeSet::new();
        Self {
            types,
            functions: &[],
            dice,
            names: Vec::new(),
            risk,
            primes: false,
            features,
            prefix,
            fresh: 0,
        }
    }

    pub(crate) fn note(&mut self, feature: &'static str) {
        self.features.insert(feature);
    }

    /// Whether to let something fail.
    pub(crate) fn dares(&mut self) -> bool {
        self.risk > 0 && self.dice.chance(self.risk)
    }

    /// A name that means nothing yet.
    pub(crate) fn fresh(&mut self) -> String {
        self.fresh += 1;
        format!("{}l{}", self.prefix, self.fresh)
    }

    pub(crate) fn bind(&mut self, text: String, ty: Ty) {
        self.names.push(Name { text, ty, var: false });
    }

    /// Writes something with more names in scope.
    pub(crate) fn with<T>(&mut self, names: Vec<(String, Ty)>, write: impl FnOnce(&mut Self) -> T) -> T {
        let mark = self.names.len();
        for (text, ty) in names {
            self.bind(text, ty);
        }
        let written = write(self);
        self.names.truncate(mark);
        written
    }

    /// A part of something in scope that is wanted, with its type. Ways that may fail are taken only where that is dared.
    pub(crate) fn reach(&mut self, want: &dyn Fn(&Ty) -> bool) -> Option<(String, Ty)> {
        self.find(want, false, false)
    }

    /// A part of a variable that is wanted, as something to assign to.
    pub(crate) fn place(&mut self, want: &dyn Fn(&Ty) -> bool) -> Option<(String, Ty)> {
        self.find(want, true, true)
    }

    fn find(&mut self, want: &dyn Fn(&Ty) -> bool, vars: bool, place: bool) -> Option<(String, Ty)> {
        let daring = self.dares();
        let here = |name: &&Name| (name.var || !vars) && self.leads(&name.ty, want, daring, place, 3);
        let found: Vec<Name> = self.names.iter().rev().filter(here).cloned().collect();
        if found.is_empty() {
            return None;
        }
        let name = self.dice.among(&found).clone();
        let (mut text, mut ty) = (name.text, name.ty);
        if name.var && self.primes && self.dice.chance(45) {
            text.push('\'');
            self.note("prime");
        }
        for left in (0..3).rev() {
            let mut ways: Vec<Option<(usize, Ty)>> = if want(&ty) { vec![None] } else { Vec::new() };
            let parts = self.parts(&ty, daring, place);
            ways.extend(
                parts
                    .into_iter()
                    .enumerate()
                    .filter(|(_, ty)| self.leads(ty, want, daring, place, left))
                    .map(Some),
            );
            let Some((part, inner)) = self.dice.among(&ways).clone() else { return Some((text, ty)) };
            text = self.project(&text, &ty, part, place);
            ty = inner;
        }
        want(&ty).then_some((text, ty))
    }

    /// The types of the parts that can be got at.
    fn parts(&self, ty: &Ty, daring: bool, place: bool) -> Vec<Ty> {
        match ty {
            Ty::Struct(s) => self.types.structs[*s].fields.iter().map(|field| field.ty.clone()).collect(),
            Ty::Array(element, _) => vec![Ty::clone(element)],
            Ty::Option(inner) if daring && !place => vec![Ty::clone(inner)],
            Ty::Seq(element, _) if daring && place => vec![Ty::clone(element)],
            Ty::Seq(element, _) if daring => vec![Ty::clone(element), Ty::clone(element)],
            _ => Vec::new(),
        }
    }

    fn leads(&self, ty: &Ty, want: &dyn Fn(&Ty) -> bool, daring: bool, place: bool, left: usize) -> bool {
        want(ty)
            || left > 0
                && self.parts(ty, daring, place).iter().any(|p| self.leads(p, want, daring, place, left - 1))
    }

    fn project(&mut self, text: &str, ty: &Ty, part: usize, place: bool) -> String {
        match ty {
            Ty::Struct(s) => format!("{text}.{}", self.types.structs[*s].fields[part].name),
            Ty::Array(_, index) => {
                let index = self.key(index);
                format!("{text}[{index}]")
            }
            Ty::Option(_) => {
                self.note("option.value");
                format!("{text}.value")
            }
            Ty::Seq(..) if part == 0 && !place => {
                self.note("seq.head");
                format!("{text}.head")
            }
            _ => {
                self.note("seq[i]");
                let index = self.int(1);
                format!("{text}[{index}]")
            }
        }
    }

    /// An index of an array.
    fn key(&mut self, ty: &Ty) -> String {
        match ty {
            Ty::Int(..) if self.dares() => {
                self.note("index that may lie outside");
                self.int(1)
            }
            Ty::Int(lo, hi) => self.int_within(*lo, *hi, 1),
            ty => {
                self.note("array over another type than a range");
                self.value(ty, 1, Fill::No)
            }
        }
    }

    /// Writes something about the state after the step, as a whole.
    pub(crate) fn after_step(&mut self, write: impl FnOnce(&mut Self) -> String) -> String {
        self.primes = false;
        let text = write(self);
        self.primes = true;
        self.note("(e)'");
        format!("({text})'")
    }

    /// A number in scope.
    pub(crate) fn number_in_scope(&mut self) -> Option<String> {
        self.reach(&|ty| NUMBER.fits(ty)).map(|(text, _)| text)
    }
}
