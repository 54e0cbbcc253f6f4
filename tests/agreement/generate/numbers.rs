//! Numbers.

use super::scope::Writer;
use super::types::{NUMBER, Ty};
use super::values::Fill;

impl Writer<'_> {
    /// A literal.
    pub(crate) fn literal(&mut self, lo: i64, hi: i64) -> String {
        let v = lo + self.dice.pick(usize::try_from(hi - lo + 1).unwrap_or(1)) as i64;
        match &self.types.constant {
            Some((name, value)) if *value == v && self.dice.chance(50) => name.clone(),
            _ if v < 0 => format!("({v})"),
            _ => v.to_string(),
        }
    }

    /// A number of the range. Only where it is dared may it leave it.
    pub(crate) fn int_within(&mut self, lo: i64, hi: i64, depth: usize) -> String {
        if NUMBER == Ty::Int(lo, hi) {
            return self.int(depth);
        }
        if self.dares() {
            self.note("number that may leave its range");
            return self.int(depth);
        }
        let range = Ty::Int(lo, hi);
        match self.dice.pick(6) {
            1..=3 => {
                if let Some((text, _)) = self.reach(&|ty| range.includes(ty)) {
                    return text;
                }
            }
            4 if depth > 0 => {
                let e = self.int(depth - 1);
                return format!("max({lo}, min({hi}, {e}))");
            }
            5 if depth > 0 => {
                let e = self.int(depth - 1);
                self.note("remainder");
                return format!("({e}) % {} + {lo}", hi - lo + 1);
            }
            _ => {}
        }
        self.literal(lo, hi)
    }

    /// Any number.
    pub(crate) fn int(&mut self, depth: usize) -> String {
        if depth == 0 {
            if self.dice.chance(85)
                && let Some(text) = self.number_in_scope()
            {
                return text;
            }
            return self.literal(-2, 4);
        }
        if self.primes && self.dice.chance(15) {
            return self.after_step(|w| w.int(depth - 1));
        }
        match self.dice.pick(22) {
            0..=4 => self.int(0),
            5..=7 => {
                let op = *self.dice.among(&["+", "-", "*"]);
                let (a, b) = (self.int(depth - 1), self.int(depth - 1));
                self.note("arithmetic");
                format!("({a} {op} {b})")
            }
            8 => {
                let op = *self.dice.among(&["/", "%"]);
                let a = self.int(depth - 1);
                self.note("division");
                let b = if self.risk > 0 && self.dice.chance(40) {
                    self.int(depth - 1)
                } else {
                    (*self.dice.among(&["2", "3", "(-2)", "(-3)"])).to_owned()
                };
                format!("({a} {op} {b})")
            }
            9 => format!("(-{})", self.int(depth - 1)),
            10 => {
                let word = *self.dice.among(&["min", "max"]);
                let n = 2 + self.dice.pick(2);
                let args: Vec<String> = (0..n).map(|_| self.int(depth - 1)).collect();
                self.note("min(a, b)");
                format!("{word}({})", args.join(", "))
            }
            11..=12 => {
                let (binders, names) = self.binders(depth);
                let body = self.with(names, |w| w.boolean(depth - 1));
                self.note("count");
                format!("(count {binders}: ({body}))")
            }
            13 => {
                let (binders, names) = self.binders(depth);
                let body = self.with(names, |w| w.int(depth - 1));
                self.note("sum");
                format!("(sum {binders}: ({body}))")
            }
            14 => {
                let word = *self.dice.among(&["min", "max"]);
                let collection = self.reach(&|ty| ty.element().is_some()).filter(|_| self.dice.chance(50));
                if let Some((text, ty)) = collection {
                    let name = self.fresh();
                    let element = ty.element().cloned().unwrap_or(NUMBER);
                    let body = self.with(vec![(name.clone(), element)], |w| w.int(depth - 1));
                    let otherwise = self.int(0);
                    self.note("min of what is there");
                    return format!(
                        "(if {text}.is_empty {{ {otherwise} }} else {{ ({word} {name} in {text}: ({body})) }})"
                    );
                }
                let (domain, ty) = if self.risk > 0 && self.dice.chance(40) {
                    self.domain(depth)
                } else {
                    self.full_domain()
                };
                let name = self.fresh();
                let body = self.with(vec![(name.clone(), ty)], |w| w.int(depth - 1));
                self.note("min x in T: e");
                format!("({word} {name} in {domain}: ({body}))")
            }
            15..=16 => {
                let collection = self.reach(&|ty| ty.element().is_some());
                let Some((text, ty)) = collection else { return self.int(0) };
                match ty {
                    Ty::Bag(element, _) if self.dice.chance(50) => {
                        let sought = self.value(&element, depth - 1, Fill::No);
                        self.note("bag.count");
                        format!("{text}.count({sought})")
                    }
                    _ => {
                        self.note(".len");
                        format!("{text}.len")
                    }
                }
            }
            17 => {
                let (cond, names) = self.condition(depth - 1);
                let then = self.with(names, |w| w.int(depth - 1));
                let otherwise = self.int(depth - 1);
                self.note("if expression");
                format!("(if {cond} {{ {then} }} else {{ {otherwise} }})")
            }
            18 => self.matching(depth, &mut |w| w.int(depth - 1)),
            _ => self.call(&|ty| NUMBER.fits(ty), depth).unwrap_or_else(|| self.int(0)),
        }
    }

    /// A call of a function whose result is wanted.
    pub(crate) fn call(&mut self, want: &dyn Fn(&Ty) -> bool, depth: usize) -> Option<String> {
        let fitting: Vec<_> =
            self.functions.iter().filter(|function| want(&function.result)).cloned().collect();
        if fitting.is_empty() {
            return None;
        }
        let function = self.dice.among(&fitting).clone();
        let named = self.dice.chance(30);
        let args = function.params.iter().map(|(name, ty)| {
            let value = self.value(ty, depth.saturating_sub(1), Fill::No);
            if named { format!("{name}: {value}") } else { value }
        });
        let args = args.collect::<Vec<_>>().join(", ");
        self.note("call");
        Some(format!("{}({args})", function.name))
    }
}
