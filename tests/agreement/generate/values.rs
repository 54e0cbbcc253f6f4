//! Values of any type, and taking them apart.

use super::scope::Writer;
use super::types::{Field, Ty};

/// Names with their types.
pub(crate) type Bound = Vec<(String, Ty)>;

/// Whether one value may stand for all elements of an array. Then no list can stand for one element: it would be read as one of elements.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fill {
    No,
    May,
    Must,
}

/// Whether sequences are the innermost elements of an array.
fn holds_sequences(ty: &Ty) -> bool {
    match ty {
        Ty::Array(element, _) => holds_sequences(element),
        ty => matches!(ty, Ty::Seq(..)),
    }
}

impl Writer<'_> {
    /// A value that can be stored in the type; where `fill` says so, one value may stand for all elements of an array.
    pub(crate) fn value(&mut self, ty: &Ty, depth: usize, fill: Fill) -> String {
        let less = depth.saturating_sub(1);
        if let Ty::Int(lo, hi) = ty {
            return self.int_within(*lo, *hi, depth);
        }
        if *ty == Ty::Bool {
            return self.boolean(depth);
        }
        match self.dice.pick(10) {
            1..=4 => {
                let dares = self.dares();
                let found = self.reach(&|other| ty.includes(other) || dares && ty.fits(other));
                if let Some((text, _)) = found {
                    return text;
                }
            }
            5 if depth > 0 && fill == Fill::No => {
                let (cond, names) = self.condition(less);
                let then = self.with(names, |w| w.value(ty, less, Fill::No));
                let otherwise = self.value(ty, less, Fill::No);
                self.note("if expression");
                return format!("(if {cond} {{ {then} }} else {{ {otherwise} }})");
            }
            6 if depth > 0 && fill == Fill::No => {
                return self.matching(depth, &mut |w| w.value(ty, less, Fill::No));
            }
            7 if depth > 0 => {
                if let Some(text) = self.call(&|other| ty.includes(other), depth) {
                    return text;
                }
            }
            8 if depth > 0 => {
                if let Some(text) = self.chosen(ty, less) {
                    return text;
                }
            }
            _ => {}
        }
        self.built(ty, depth, fill)
    }

    /// `choose`, where the values of the type are few.
    fn chosen(&mut self, ty: &Ty, depth: usize) -> Option<String> {
        if self.types.cardinality(ty) > 12.0 {
            return None;
        }
        let name = self.fresh();
        let domain = self.types.show(ty);
        let risk = self.risk;
        self.risk = if risk > 0 { risk.max(40) } else { 0 };
        let body = self.with(vec![(name.clone(), ty.clone())], |w| w.boolean(depth));
        self.risk = risk;
        self.note("choose");
        if self.risk > 0 && self.dice.chance(40) {
            return Some(format!("(choose {name} in {domain}: {body})"));
        }
        let otherwise = self.built(ty, 0, Fill::No);
        Some(format!("(choose {name} in {domain}: ({body}) || {name} == {otherwise})"))
    }

    /// A value built from its parts.
    pub(crate) fn built(&mut self, ty: &Ty, depth: usize, fill: Fill) -> String {
        let less = depth.saturating_sub(1);
        match ty {
            Ty::Bool | Ty::Int(..) => self.value(ty, depth, Fill::No),
            Ty::Enum(e) => {
                let e = self.types.enums[*e].clone();
                let (name, fields) = self.dice.among(&e.variants).clone();
                let name = if self.dice.chance(20) { format!("{}::{name}", e.name) } else { name };
                if fields.is_empty() { name } else { format!("{name}({})", self.fields(&fields, less)) }
            }
            Ty::Struct(s) => {
                let s = self.types.structs[*s].clone();
                format!("{}({})", s.name, self.fields(&s.fields, less))
            }
            Ty::Option(inner) => {
                if self.dice.chance(60) {
                    format!("Some({})", self.value(inner, less, Fill::No))
                } else {
                    "None".to_owned()
                }
            }
            Ty::Array(element, index) => {
                let n = self.types.cardinality(index) as usize;
                let fills = fill == Fill::Must || fill == Fill::May && self.dice.chance(60);
                if fills && !holds_sequences(element) {
                    self.note("one value fills an array");
                    return self.value(element, less, Fill::Must);
                }
                self.list(element, n, less)
            }
            Ty::Set(element) => self.set(ty, element, depth),
            Ty::Bag(..) => "{}".to_owned(),
            Ty::Seq(element, n) => {
                let n = self.dice.few(*n as usize);
                self.list(element, n, less)
            }
        }
    }

    fn list(&mut self, element: &Ty, n: usize, depth: usize) -> String {
        let list: Vec<String> = (0..n).map(|_| self.value(element, depth, Fill::No)).collect();
        self.note("list");
        format!("[{}]", list.join(", "))
    }

    fn fields(&mut self, fields: &[Field], depth: usize) -> String {
        let named = self.dice.chance(50);
        let mut list: Vec<String> = Vec::new();
        for field in fields {
            let value = self.value(&field.ty, depth, Fill::No);
            list.push(if named { format!("{}: {value}", field.name) } else { value });
        }
        if named && self.dice.chance(50) {
            list.reverse();
        }
        list.join(", ")
    }

    fn set(&mut self, ty: &Ty, element: &Ty, depth: usize) -> String {
        let less = depth.saturating_sub(1);
        match self.dice.pick(6) {
            3 if depth > 0 => {
                let op = *self.dice.among(&["|", "&", "-"]);
                let Some((a, _)) = self.reach(&|other| ty == other) else { return "{}".to_owned() };
                let b = self.value(ty, less, Fill::No);
                self.note("set algebra");
                format!("({a} {op} {b})")
            }
            4..=5 if depth > 0 => {
                let over =
                    self.reach(&|other| other.element() == Some(element)).filter(|_| self.dice.chance(50));
                let domain = over.map_or_else(|| self.types.show(element), |(text, _)| text);
                let name = self.fresh();
                let filter = self.with(vec![(name.clone(), element.clone())], |w| w.boolean(less));
                self.note("set comprehension");
                format!("{{ {name} in {domain} if {filter} }}")
            }
            _ => {
                let n = self.dice.few(3);
                let list: Vec<String> = (0..n).map(|_| self.value(element, less, Fill::No)).collect();
                self.note("set literal");
                format!("{{{}}}", list.join(", "))
            }
        }
    }

    /// A pattern, with the names that it binds.
    pub(crate) fn pattern(&mut self, ty: &Ty, binds: bool) -> (String, Vec<(String, Ty)>) {
        let choice = self.dice.pick(8);
        match (choice, ty) {
            (0, _) => ("_".to_owned(), Vec::new()),
            (1, _) if binds => {
                let name = self.fresh();
                (name.clone(), vec![(name, ty.clone())])
            }
            (2, Ty::Enum(_) | Ty::Option(_) | Ty::Int(..)) => {
                let (a, b) = (self.pattern(ty, false).0, self.pattern(ty, false).0);
                self.note("pattern with |");
                (format!("({a} | {b})"), Vec::new())
            }
            (_, Ty::Bool) => ((*self.dice.among(&["true", "false"])).to_owned(), Vec::new()),
            (_, Ty::Int(lo, hi)) => {
                let v = (*lo).max(-3)
                    + self.dice.pick(usize::try_from((hi.min(&4) - lo.max(&-3)).max(0)).unwrap_or(0) + 1)
                        as i64;
                (v.to_string(), Vec::new())
            }
            (3, Ty::Option(_)) => ("None".to_owned(), Vec::new()),
            (_, Ty::Option(inner)) => {
                let (pattern, names) = self.pattern(inner, binds);
                (format!("Some({pattern})"), names)
            }
            (_, Ty::Enum(e)) => {
                let e = self.types.enums[*e].clone();
                let (name, fields) = self.dice.among(&e.variants).clone();
                self.field_patterns(&name, &fields, binds)
            }
            (_, Ty::Struct(s)) => {
                let s = self.types.structs[*s].clone();
                self.field_patterns(&s.name, &s.fields, binds)
            }
            _ => ("_".to_owned(), Vec::new()),
        }
    }

    fn field_patterns(&mut self, name: &str, fields: &[Field], binds: bool) -> (String, Vec<(String, Ty)>) {
        if fields.is_empty() {
            return (name.to_owned(), Vec::new());
        }
        let (mut shown, mut bound) = (Vec::new(), Vec::new());
        let named = self.dice.chance(40);
        for field in fields {
            let (pattern, names) = self.pattern(&field.ty, binds);
            shown.push(if named { format!("{}: {pattern}", field.name) } else { pattern });
            bound.extend(names);
        }
        if self.dice.chance(20) {
            // The bindings of the last field go with it.
            let (last, names) = (shown.pop(), fields.last());
            drop((last, names));
            return self.shortened(name, &shown, bound);
        }
        (format!("{name}({})", shown.join(", ")), bound)
    }

    fn shortened(
        &mut self,
        name: &str,
        shown: &[String],
        bound: Vec<(String, Ty)>,
    ) -> (String, Vec<(String, Ty)>) {
        let text = shown.join(", ");
        let words =
            |name: &str| text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == name);
        let bound = bound.into_iter().filter(|(name, _)| words(name)).collect();
        self.note("pattern with ..");
        let comma = if shown.is_empty() { "" } else { ", " };
        (format!("{name}({text}{comma}..)"), bound)
    }

    /// A `match` expression whose arms are written by `arm`.
    pub(crate) fn matching(&mut self, depth: usize, arm: &mut dyn FnMut(&mut Self) -> String) -> String {
        let subject = self.reach(&|ty| !matches!(ty, Ty::Array(..)) && ty.element().is_none());
        let Some((text, ty)) = subject else { return arm(self) };
        let arms = self.arms(&ty, depth, &mut |w, names| w.with(names, |w| arm(w)));
        let shown: Vec<String> =
            arms.into_iter().map(|(pattern, body)| format!("{pattern} => {body}")).collect();
        self.note("match expression");
        format!("(match {text} {{ {} }})", shown.join(", "))
    }

    /// Arms that leave nothing out.
    pub(crate) fn arms(
        &mut self,
        ty: &Ty,
        depth: usize,
        body: &mut dyn FnMut(&mut Self, Bound) -> String,
    ) -> Vec<(String, String)> {
        let mut arms = Vec::new();
        for _ in 0..self.dice.few(depth.min(2)) {
            let (pattern, names) = self.pattern(ty, true);
            arms.push((pattern, body(self, names)));
        }
        let whole: Vec<(String, Vec<Field>)> = match ty {
            Ty::Enum(e) if self.dice.chance(50) => self.types.enums[*e].variants.clone(),
            Ty::Option(inner) if self.dice.chance(50) => {
                let field = Field { name: String::new(), ty: Ty::clone(inner) };
                vec![("None".to_owned(), Vec::new()), ("Some".to_owned(), vec![field])]
            }
            Ty::Int(lo, hi) if *lo > -9 && *hi < 9 && self.dice.chance(50) => {
                (*lo..=*hi).map(|v| (v.to_string(), Vec::new())).collect()
            }
            Ty::Bool if self.dice.chance(50) => {
                vec![("true".to_owned(), Vec::new()), ("false".to_owned(), Vec::new())]
            }
            _ => Vec::new(),
        };
        if whole.is_empty() {
            let (pattern, names) = if self.dice.chance(50) {
                let name = self.fresh();
                (name.clone(), vec![(name, ty.clone())])
            } else {
                ("_".to_owned(), Vec::new())
            };
            arms.push((pattern, body(self, names)));
        }
        for (name, fields) in whole {
            let names: Vec<(String, Ty)> =
                fields.iter().map(|field| (self.fresh(), field.ty.clone())).collect();
            let shown = names.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>().join(", ");
            let pattern = if names.is_empty() { name } else { format!("{name}({shown})") };
            arms.push((pattern, body(self, names)));
        }
        arms
    }
}
