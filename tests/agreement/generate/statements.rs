//! Statements.

use super::scope::Writer;
use super::types::{NUMBER, Ty};
use super::values::Fill;

impl Writer<'_> {
    /// Some statements.
    pub(crate) fn block(&mut self, indent: usize, depth: usize, most: usize) -> String {
        let mark = self.names.len();
        let n = 1 + self.dice.pick(most);
        let text = (0..n).map(|_| self.statement(indent, depth)).collect();
        self.names.truncate(mark);
        text
    }

    fn statement(&mut self, indent: usize, depth: usize) -> String {
        let pad = "    ".repeat(indent);
        let inner = depth.saturating_sub(1);
        match self.dice.pick(20) {
            8..=9 if depth > 0 => {
                let (cond, names) = self.condition(1);
                let then = self.with(names, |w| w.block(indent + 1, inner, 2));
                self.note("if statement");
                if self.dice.chance(50) {
                    return format!("{pad}if {cond} {{\n{then}{pad}}}\n");
                }
                let otherwise = self.block(indent + 1, inner, 2);
                format!("{pad}if {cond} {{\n{then}{pad}}} else {{\n{otherwise}{pad}}}\n")
            }
            10 if depth > 0 => self.match_statement(indent, inner),
            11 if depth > 0 => {
                let (domain, ty) = self.domain(1);
                let name = self.fresh();
                let body = self.with(vec![(name.clone(), ty)], |w| w.block(indent + 1, inner, 2));
                self.note("for");
                format!("{pad}for {name} in {domain} {{\n{body}{pad}}}\n")
            }
            12..=13 => {
                let name = self.fresh();
                let (text, ty) = match self.reach(&|_| true).filter(|_| self.dice.chance(60)) {
                    Some(found) => found,
                    None => (self.int(2), NUMBER),
                };
                self.bind(name.clone(), ty);
                self.note("let");
                format!("{pad}let {name} = {text};\n")
            }
            14..=19 => self.update(&pad),
            _ => self.assignment(&pad),
        }
    }

    fn match_statement(&mut self, indent: usize, depth: usize) -> String {
        let pad = "    ".repeat(indent);
        let subject = self.reach(&|ty| !matches!(ty, Ty::Array(..)) && ty.element().is_none());
        let Some((text, ty)) = subject else { return self.assignment(&pad) };
        let arms = self.arms(&ty, 2, &mut |w, names| w.with(names, |w| w.block(indent + 2, depth, 1)));
        let arms: String = arms
            .iter()
            .map(|(pattern, body)| format!("{pad}    {pattern} => {{\n{body}{pad}    }}\n"))
            .collect();
        self.note("match statement");
        format!("{pad}match {text} {{\n{arms}{pad}}}\n")
    }

    fn assignment(&mut self, pad: &str) -> String {
        let Some((place, ty)) = self.place(&|_| true) else { return String::new() };
        let value = if self.dice.chance(50) { self.another(&place, &ty) } else { None };
        let mut value = value.unwrap_or_else(|| self.value(&ty, 2, Fill::May));
        if value == place {
            value = self.another(&place, &ty).unwrap_or_else(|| self.built(&ty, 2, Fill::May));
        }
        if place.contains(['[', '.']) {
            self.note("assignment to a part");
        }
        format!("{pad}{place} = {value};\n")
    }

    /// Another value than the one that is there, so that something happens.
    fn another(&mut self, place: &str, ty: &Ty) -> Option<String> {
        match ty {
            Ty::Bool => Some(format!("!{place}")),
            Ty::Int(lo, hi) if self.dares() => {
                let by = *self.dice.among(&["1", "(-1)", "2"]);
                self.note("number that may leave its range");
                Some(format!("max({lo} - 1, min({hi} + 1, {place} + {by}))"))
            }
            Ty::Int(lo, hi) => {
                let by = 1 + self.dice.pick(2);
                Some(format!("({place} - {lo} + {by}) % {} + {lo}", hi - lo + 1))
            }
            Ty::Enum(e) => {
                let variants = self.types.enums[*e].variants.clone();
                let mut arms = Vec::new();
                for (i, (name, fields)) in variants.iter().enumerate() {
                    let (next, values) = &variants[(i + 1) % variants.len()];
                    let values: Vec<String> =
                        values.iter().map(|field| self.value(&field.ty, 0, Fill::No)).collect();
                    let next = if values.is_empty() {
                        next.clone()
                    } else {
                        format!("{next}({})", values.join(", "))
                    };
                    let rest = if fields.is_empty() { "" } else { "(..)" };
                    arms.push(format!("{name}{rest} => {next}"));
                }
                Some(format!("match {place} {{ {} }}", arms.join(", ")))
            }
            Ty::Option(inner) => {
                let value = self.value(inner, 1, Fill::No);
                Some(format!("if {place}.is_some {{ None }} else {{ Some({value}) }}"))
            }
            _ => None,
        }
    }

    /// A change of a collection; guarded, unless it is dared that it fails.
    fn update(&mut self, pad: &str) -> String {
        let Some((place, ty)) = self.place(&|ty| ty.element().is_some()) else { return self.assignment(pad) };
        let element = ty.element().cloned().unwrap_or(NUMBER);
        let guarded = !self.dares();
        let add = self.dice.chance(55);
        let v =
            if add || !matches!(ty, Ty::Seq(..)) { self.value(&element, 1, Fill::No) } else { String::new() };
        let (cond, change) = match (&ty, add) {
            (Ty::Set(_), add) => {
                self.note("set insert and remove");
                return format!("{pad}{place}.{}({v});\n", if add { "insert" } else { "remove" });
            }
            (Ty::Bag(_, n), true) => (format!("{place}.count({v}) < {n}"), format!("{place}.insert({v});")),
            (Ty::Bag(..), false) => (format!("{v} in {place}"), format!("{place}.remove({v});")),
            (_, true) => (format!("!{place}.is_full"), format!("{place}.push({v});")),
            (_, false) if !guarded && self.dice.chance(60) => {
                let name = self.fresh();
                self.bind(name.clone(), element);
                self.note("let x = q.pop()");
                return format!("{pad}let {name} = {place}.pop();\n");
            }
            (_, false) => (format!("!{place}.is_empty"), format!("{place}.pop();")),
        };
        self.note(if matches!(ty, Ty::Bag(..)) { "bag insert and remove" } else { "push and pop" });
        if guarded { format!("{pad}if {cond} {{ {change} }}\n") } else { format!("{pad}{change}\n") }
    }
}
