//! Booleans, and what can stand in a condition.

use super::scope::Writer;
use super::types::{NUMBER, Ty};
use super::values::Fill;

impl Writer<'_> {
    /// Any boolean.
    pub(crate) fn boolean(&mut self, depth: usize) -> String {
        if depth == 0 {
            return match self.dice.pick(8) {
                0 => "true".to_owned(),
                1 => "false".to_owned(),
                2..=3 => match self.reach(&|ty| *ty == Ty::Bool) {
                    Some((text, _)) => text,
                    None => self.comparison(0),
                },
                4 => self.equality(0),
                _ => self.comparison(0),
            };
        }
        let less = depth - 1;
        if self.primes && self.dice.chance(15) {
            return self.after_step(|w| w.boolean(less));
        }
        match self.dice.pick(28) {
            0..=1 => self.boolean(0),
            2..=5 => self.comparison(less),
            6..=8 => self.equality(less),
            9 => format!("!({})", self.boolean(less)),
            10..=13 => {
                let op = *self.dice.among(&["&&", "||", "==>", "<==>"]);
                let (a, b) = (self.boolean(less), self.boolean(less));
                self.note(op);
                format!("({a} {op} {b})")
            }
            14..=16 => {
                let word = *self.dice.among(&["forall", "exists"]);
                let (binders, names) = self.binders(depth);
                // What is not reached because an earlier member decides may well fail.
                let risk = self.risk;
                self.risk = if risk > 0 { risk.max(40) } else { 0 };
                let body = self.with(names, |w| w.boolean(less));
                self.risk = risk;
                self.note(word);
                format!("({word} {binders}: {body})")
            }
            17..=18 => self.membership(less),
            19 => {
                let Some((text, names)) = self.is() else { return self.boolean(0) };
                let joint = *self.dice.among(&["&&", "==>"]);
                let body = self.with(names, |w| w.boolean(less));
                format!("({text} {joint} {body})")
            }
            20 => self.is().map_or_else(|| "true".to_owned(), |(text, _)| format!("({text})")),
            21 => self.inclusion(less),
            22 => self.attribute(),
            23 => {
                let (cond, names) = self.condition(less);
                let then = self.with(names, |w| w.boolean(less));
                let otherwise = self.boolean(less);
                self.note("if expression");
                format!("(if {cond} {{ {then} }} else {{ {otherwise} }})")
            }
            24 => self.matching(depth, &mut |w| w.boolean(less)),
            _ => self.call(&|ty| *ty == Ty::Bool, depth).unwrap_or_else(|| self.boolean(0)),
        }
    }

    pub(crate) fn comparison(&mut self, depth: usize) -> String {
        let op = *self.dice.among(&["==", "!=", "<", "<=", ">", ">="]);
        let (a, b) = (self.int(depth), self.int(depth));
        format!("({a} {op} {b})")
    }

    /// Two values of one type, compared.
    pub(crate) fn equality(&mut self, depth: usize) -> String {
        let Some((text, ty)) = self.reach(&|ty| !matches!(ty, Ty::Int(..))) else {
            return self.comparison(depth);
        };
        let op = *self.dice.among(&["==", "!="]);
        let other = self.reach(&|other| ty.fits(other)).filter(|_| self.dice.chance(35));
        let other = match other {
            Some((other, _)) => other,
            None if matches!(ty, Ty::Bag(..)) => "{}".to_owned(),
            None => self.value(&ty, depth, Fill::No),
        };
        self.note("== of any type");
        if self.dice.chance(25) { format!("({other} {op} {text})") } else { format!("({text} {op} {other})") }
    }

    fn membership(&mut self, depth: usize) -> String {
        self.note("in");
        match self.dice.pick(5) {
            0 => {
                let (v, lo) = (self.int(depth), self.int(0));
                let (dots, hi) = (*self.dice.among(&["..", "..="]), self.int(0));
                format!("({v} in {lo}{dots}{hi})")
            }
            1 => {
                let Some((text, ty)) = self.reach(&|_| true) else { return "true".to_owned() };
                if ty.element().is_some() || matches!(ty, Ty::Array(..)) {
                    return self.attribute();
                }
                let list: Vec<String> =
                    (0..1 + self.dice.pick(3)).map(|_| self.value(&ty, 0, Fill::No)).collect();
                format!("({text} in {{{}}})", list.join(", "))
            }
            2 if !self.types.aliases.is_empty() => {
                let (name, _) = self.dice.among(&self.types.aliases).clone();
                format!("({} in {name})", self.int(depth))
            }
            _ => {
                let Some((text, ty)) = self.reach(&|ty| ty.element().is_some()) else {
                    return self.boolean(0);
                };
                let element = ty.element().cloned().unwrap_or(NUMBER);
                let v = match element {
                    Ty::Int(..) => self.int(depth),
                    element => self.value(&element, depth, Fill::No),
                };
                format!("({v} in {text})")
            }
        }
    }

    /// Sets, ordered by inclusion.
    fn inclusion(&mut self, depth: usize) -> String {
        let Some((text, ty)) = self.reach(&|ty| matches!(ty, Ty::Set(_))) else { return self.boolean(0) };
        let op = *self.dice.among(&["<=", "<", ">=", ">"]);
        let other = self.value(&ty, depth, Fill::No);
        self.note("subset");
        format!("({text} {op} {other})")
    }

    fn attribute(&mut self) -> String {
        let some = self.reach(&|ty| ty.element().is_some() || matches!(ty, Ty::Option(_)));
        let Some((text, ty)) = some else { return self.boolean(0) };
        let words: &[&'static str] = match ty {
            Ty::Option(_) => &[".is_some", ".is_none"],
            Ty::Seq(..) => &[".is_empty", ".is_full"],
            _ => &[".is_empty"],
        };
        let word = *self.dice.among(words);
        self.note(word);
        format!("{text}{word}")
    }

    /// `x is P`, with the names that it binds.
    pub(crate) fn is(&mut self) -> Option<(String, Vec<(String, Ty)>)> {
        let apart = |ty: &Ty| matches!(ty, Ty::Option(_) | Ty::Enum(_) | Ty::Struct(_));
        let (text, ty) = self.reach(&apart)?;
        let (pattern, names) = self.pattern(&ty, true);
        self.note("is");
        Some((format!("{text} is {pattern}"), names))
    }

    /// A condition of an `if` or a guard, with the names that it binds where it is true.
    pub(crate) fn condition(&mut self, depth: usize) -> (String, Vec<(String, Ty)>) {
        if self.dice.chance(35)
            && let Some((text, names)) = self.is()
        {
            if self.dice.chance(40) {
                let and = self.with(names.clone(), |w| w.boolean(depth));
                return (format!("{text} && {and}"), names);
            }
            return (text, names);
        }
        (self.boolean(depth), Vec::new())
    }

    /// `x in D` or `x, y in D, z in E`, with the names that it binds.
    pub(crate) fn binders(&mut self, depth: usize) -> (String, Vec<(String, Ty)>) {
        let (domain, ty) = self.domain(depth);
        let name = self.fresh();
        match self.dice.pick(10) {
            8 => {
                let second = self.fresh();
                self.note("several binders");
                (format!("{name}, {second} in {domain}"), vec![(name, ty.clone()), (second, ty)])
            }
            9 => {
                let names = vec![(name.clone(), ty)];
                let (other, inner) = self.with(names.clone(), |w| w.domain(0));
                let second = self.fresh();
                self.note("several binders");
                let text = format!("{name} in {domain}, {second} in {other}");
                (text, names.into_iter().chain([(second, inner)]).collect())
            }
            _ => (format!("{name} in {domain}"), vec![(name, ty)]),
        }
    }

    /// What a variable can range over, with its type.
    pub(crate) fn domain(&mut self, depth: usize) -> (String, Ty) {
        match self.dice.pick(8) {
            0..=2 => self.full_domain(),
            3 => {
                let (lo, dots) = (self.literal(-1, 2), *self.dice.among(&["..", "..="]));
                let hi = self.int(0);
                self.note("range with bounds of the state");
                (format!("{lo}{dots}{hi}"), NUMBER)
            }
            4 => {
                self.note("listed domain");
                let first = self.reach(&|ty| !matches!(ty, Ty::Int(..))).filter(|_| self.dice.chance(40));
                let Some((first, mut ty)) = first else {
                    let list: Vec<String> = (0..1 + self.dice.pick(3)).map(|_| self.int(0)).collect();
                    return (format!("{{{}}}", list.join(", ")), NUMBER);
                };
                let mut list = vec![first];
                for _ in 0..self.dice.pick(3) {
                    if let Some((text, other)) = self.reach(&|other| ty.fits(other)) {
                        ty = ty.join(&other);
                        list.push(text);
                    }
                }
                (format!("{{{}}}", list.join(", ")), ty)
            }
            5 if depth > 0 => {
                let Some((text, ty)) = self.reach(&|ty| matches!(ty, Ty::Set(_))) else {
                    return self.full_domain();
                };
                let other = self.value(&ty, depth - 1, Fill::No);
                let op = *self.dice.among(&["|", "&", "-"]);
                (format!("({text} {op} {other})"), ty.element().cloned().unwrap_or(NUMBER))
            }
            _ => {
                let Some((text, ty)) = self.reach(&|ty| ty.element().is_some()) else {
                    return self.full_domain();
                };
                self.note(match ty {
                    Ty::Set(_) => "over a set",
                    Ty::Bag(..) => "over a bag",
                    _ => "over a sequence",
                });
                (text, ty.element().cloned().unwrap_or(NUMBER))
            }
        }
    }

    /// A domain that is never empty: all values of a type.
    pub(crate) fn full_domain(&mut self) -> (String, Ty) {
        let ty = if self.dice.chance(80) {
            self.types.small(&mut self.dice, 6.0)
        } else {
            self.types.any(&mut self.dice, 8.0)
        };
        self.note("over a type");
        (self.types.show(&ty), ty)
    }
}
