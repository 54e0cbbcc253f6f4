//! Inductive invariants that engines find, in the terms of the chapter: a clause a line.
//!
//! A clause says that some cell has one of some values. Where it reads better it is shown as an implication: `pc[0] == Critical ==> flag[0]`
//! for `pc[0] != Critical || flag[0]`.

use super::value::{element_of, show};
use musilc_ir::{CellClaim, Certificate, DataType, EnumType, TransitionSystem, Type};
use std::sync::Arc;

/// The clauses of an invariant, each a condition that is true in all reachable states.
pub(crate) fn lines(system: &TransitionSystem, certificate: &Certificate) -> Vec<String> {
    let lemmas = certificate.lemmas.iter().map(|&id| format!("invariant {}", system.property(id).name));
    lemmas.chain(certificate.clauses.iter().map(|clause| line(system, clause))).collect()
}

fn line(system: &TransitionSystem, clause: &[CellClaim]) -> String {
    let claims: Vec<Claim> = clause.iter().map(|claim| Claim::new(system, claim)).collect();
    if claims.iter().any(|claim| claim.cell.complement(&claim.values).is_empty()) {
        return "true".to_owned();
    }
    let claims: Vec<&Claim> = claims.iter().filter(|claim| !claim.values.is_empty()).collect();
    let (mut weak, mut strong): (Vec<&Claim>, Vec<&Claim>) =
        claims.into_iter().partition(|claim| claim.is_weak());
    if strong.is_empty() {
        strong.extend(weak.pop());
    }
    let join = |texts: Vec<String>, sign: &str| texts.join(sign);
    let strong = join(strong.into_iter().map(Claim::text).collect(), " || ");
    match (weak.is_empty(), strong.is_empty()) {
        (true, true) => "false".to_owned(),
        (true, false) => strong,
        (false, _) => {
            format!("{} ==> {strong}", join(weak.into_iter().map(Claim::negated).collect(), " && "))
        }
    }
}

/// Intervals of values with both ends included, ascending and apart.
type Values = Vec<(i64, i64)>;

/// That a cell has one of some values.
struct Claim {
    cell: Cell,
    values: Values,
}

impl Claim {
    fn new(system: &TransitionSystem, claim: &CellClaim) -> Self {
        let cell = Cell::find(system, claim);
        let within = |&(from, to): &(i64, i64)| (from.max(cell.lo), to.min(cell.hi));
        let values = claim.values.iter().map(within).filter(|(from, to)| from <= to).collect();
        Self { cell, values }
    }

    /// Whether it excludes little, so that its negation is the simpler of the two.
    fn is_weak(&self) -> bool {
        let (own, others) = (count(&self.values), count(&self.cell.complement(&self.values)));
        match self.cell.kind {
            Kind::Truth | Kind::Option | Kind::Member(_) => self.values == [(0, 0)],
            Kind::Number | Kind::Enum(_) => own > others,
        }
    }

    fn text(&self) -> String {
        self.cell.text(&self.values)
    }

    fn negated(&self) -> String {
        self.cell.text(&self.cell.complement(&self.values))
    }
}

/// The number of values.
fn count(values: &Values) -> u64 {
    let sizes = values.iter().map(|(from, to)| to.abs_diff(*from).saturating_add(1));
    sizes.fold(0, u64::saturating_add)
}

/// What is in a cell.
enum Kind {
    /// A boolean.
    Truth,
    /// A number.
    Number,
    /// Which variant a value is.
    Enum(Arc<EnumType>),
    /// Whether there is a value.
    Option,
    /// Whether this is a member of a set.
    Member(String),
}

/// A cell of the state, as the chapter calls it.
struct Cell {
    place: String,
    kind: Kind,
    lo: i64,
    hi: i64,
}

impl Cell {
    fn find(system: &TransitionSystem, claim: &CellClaim) -> Self {
        let position = claim.variable.index();
        let declared = system.variables.get(position);
        let (indices, leaf) = declared.map_or((vec![], Type::Bool), |v| indices(&v.ty, claim.cell));
        let source = system.sources.iter().find(|source| {
            let first = source.first.index();
            (first..first + source.ty.leaf_count()).contains(&position)
        });
        let found = source.and_then(|source| {
            descend(&source.ty, source.name.clone(), position - source.first.index(), &indices)
        });
        let (place, kind) = found.unwrap_or_else(|| {
            let subscripts: String = indices.iter().map(|index| format!("[{index}]")).collect();
            let name = declared.map_or("?", |variable| &variable.name);
            let kind = if leaf == Type::Bool { Kind::Truth } else { Kind::Number };
            (format!("{name}{subscripts}"), kind)
        });
        let (lo, hi) = leaf.bounds().unwrap_or((0, 1));
        Self { place, kind, lo, hi }
    }

    /// The values that are not among these.
    fn complement(&self, values: &Values) -> Values {
        let mut out = Vec::new();
        let mut next = self.lo;
        for &(from, to) in values {
            if next < from {
                out.push((next, from - 1));
            }
            next = to.saturating_add(1);
        }
        if next <= self.hi && values.last().is_none_or(|last| last.1 < self.hi) {
            out.push((next, self.hi));
        }
        out
    }

    /// That it has one of these values, which are some and not all.
    fn text(&self, values: &Values) -> String {
        let place = &self.place;
        let truth = values != &[(0, 0)];
        match (&self.kind, truth) {
            (Kind::Truth, true) => place.clone(),
            (Kind::Truth, false) => format!("!{place}"),
            (Kind::Option, true) => format!("{place} is Some"),
            (Kind::Option, false) => format!("{place} is None"),
            (Kind::Member(member), true) => format!("{member} in {place}"),
            (Kind::Member(member), false) => format!("{member} not in {place}"),
            (Kind::Number, _) => self.number(values),
            (Kind::Enum(e), _) => self.variant(e, values),
        }
    }

    fn number(&self, values: &Values) -> String {
        let place = &self.place;
        let others = self.complement(values);
        match (&values[..], &others[..]) {
            ([(one, same)], _) if one == same => format!("{place} == {one}"),
            ([(from, to)], _) if *from == self.lo => format!("{place} <= {to}"),
            ([(from, to)], _) if *to == self.hi => format!("{place} >= {from}"),
            (_, [(one, same)]) if one == same => format!("{place} != {one}"),
            ([_], _) => format!("{place} in {}", listed(values)),
            (_, [_]) => format!("{place} not in {}", listed(&others)),
            _ if count(&others) < count(values) => format!("{place} not in {}", listed(&others)),
            _ => format!("{place} in {}", listed(values)),
        }
    }

    fn variant(&self, e: &EnumType, values: &Values) -> String {
        let place = &self.place;
        let others = self.complement(values);
        let plain = e.variants.iter().all(|variant| variant.fields.is_empty());
        let few = count(values) == 1 || count(&others) >= count(values);
        let named: Vec<String> = (0..)
            .zip(&e.variants)
            .filter(|(tag, _)| values.iter().any(|(from, to)| from <= tag && tag <= to) == few)
            .map(|(_, variant)| match variant.fields.is_empty() {
                true => variant.name.clone(),
                false => format!("{}(..)", variant.name),
            })
            .collect();
        match (&named[..], plain, few) {
            ([one], true, true) => format!("{place} == {one}"),
            ([one], true, false) => format!("{place} != {one}"),
            ([one], false, true) => format!("{place} is {one}"),
            ([one], false, false) => format!("!({place} is {one})"),
            (_, true, true) => format!("{place} in {{{}}}", named.join(", ")),
            (_, true, false) => format!("{place} not in {{{}}}", named.join(", ")),
            (_, false, true) => format!("{place} is ({})", named.join(" | ")),
            (_, false, false) => format!("!({place} is ({}))", named.join(" | ")),
        }
    }
}

/// `2..=4`, `{1, 3}`, `{0..=2, 5}`
fn listed(values: &Values) -> String {
    let interval = |&(from, to): &(i64, i64)| match to.abs_diff(from) {
        0 => from.to_string(),
        1 => format!("{from}, {to}"),
        _ => format!("{from}..={to}"),
    };
    match &values[..] {
        [one @ (from, to)] if to.abs_diff(*from) > 1 => interval(one),
        _ => format!("{{{}}}", values.iter().map(interval).collect::<Vec<_>>().join(", ")),
    }
}

/// The indices that lead to a cell, outermost first, and the type there.
fn indices(ty: &Type, cell: u32) -> (Vec<u32>, Type) {
    let (mut ty, mut rest, mut out) = (ty, u64::from(cell), vec![]);
    while let Type::Array { element, .. } = ty {
        let stride = element.cells().max(1);
        out.push(u32::try_from(rest / stride).unwrap_or(u32::MAX));
        rest %= stride;
        ty = element;
    }
    (out, ty.clone())
}

/// The part of a value that a leaf and indices into it stand for; `None` where there is none.
fn descend(ty: &DataType, place: String, leaf: usize, indices: &[u32]) -> Option<(String, Kind)> {
    Some(match ty {
        DataType::Bool => (place, Kind::Truth),
        DataType::Int { .. } => (place, Kind::Number),
        DataType::Enum(e) => {
            let Some(mut leaf) = leaf.checked_sub(1) else { return Some((place, Kind::Enum(e.clone()))) };
            for (variant, field) in e.variants.iter().flat_map(|v| v.fields.iter().map(move |f| (v, f))) {
                let count = field.ty.leaf_count();
                if leaf < count {
                    let place = format!("{place}.{}.{}", variant.name, field.name);
                    return descend(&field.ty, place, leaf, indices);
                }
                leaf -= count;
            }
            return None;
        }
        DataType::Struct(s) => {
            let mut leaf = leaf;
            for field in &s.fields {
                let count = field.ty.leaf_count();
                if leaf < count {
                    return descend(&field.ty, format!("{place}.{}", field.name), leaf, indices);
                }
                leaf -= count;
            }
            return None;
        }
        DataType::Option(inner) => match leaf.checked_sub(1) {
            None => (place, Kind::Option),
            Some(leaf) => return descend(inner, format!("{place}.value"), leaf, indices),
        },
        DataType::Array { index, element } => {
            let (first, rest) = indices.split_first()?;
            let place = element_of(&place, &index.nth(u64::from(*first))?);
            return descend(element, place, leaf, rest);
        }
        DataType::Set(inner) => (place, Kind::Member(show(&inner.nth(u64::from(*indices.first()?))?))),
        DataType::Bag(inner, _) => {
            let member = show(&inner.nth(u64::from(*indices.first()?))?);
            (format!("{place}.count({member})"), Kind::Number)
        }
        DataType::Seq(inner, _) => match leaf.checked_sub(1) {
            None => (format!("{place}.len"), Kind::Number),
            Some(leaf) => {
                let (first, rest) = indices.split_first()?;
                return descend(inner, format!("{place}[{first}]"), leaf, rest);
            }
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use musilc_ir::VarId;

    fn system() -> TransitionSystem {
        let text = r#"system s
            enum Pc { Idle, Trying, Critical, Done }
            enum Msg { Vote(rm: 1..=2, yes: bool), Commit, Abort }
            struct Line { mode: Pc, old: Option<0..=3> }
            var pc: [0..=3; 2]
            var flag: [bool; 3]
            var x: 0..=9
            var tag: 0..=2 var rm: 1..=2 var yes: bool
            var mode: [0..=3; 3] var some: [bool; 3] var value: [0..=3; 3]
            var members: [bool; 2]
            var copies: [0..=2; 2]
            var length: 0..=2 var slots: [[bool; 2]; 2]
            var grid: [[0..=3; 2]; 2]
            var hidden: [0..=3; 2]
            source pc: [Pc; 0..=1] from pc
            source flag: [bool; -1..=1] from flag
            source x: 0..=9 from x
            source msg: Msg from tag
            source line: [Line; Option<bool>] from mode
            source seen: Set<bool> from members
            source net: Bag<2..=3, 2> from copies
            source queue: Seq<Set<bool>, 2> from length
            source grid: [[0..=3; 0..=1]; bool] from grid
            init pc = [0; 2] flag = [false; 3] x = 0 tag = 0 rm = 1 yes = false
              mode = [0; 3] some = [false; 3] value = [0; 3] members = [false; 2] copies = [0; 2]
              length = 0 slots = [[false; 2]; 2] grid = [[0; 2]; 2] hidden = [0; 2]
            terminal holds true"#;
        musilc_ir::text::parse(text).unwrap()
    }

    type Cells<'c> = &'c [(&'c str, u32, &'c [(i64, i64)])];

    fn shown(clause: Cells<'_>) -> String {
        let system = system();
        let variable =
            |name: &str| VarId::from(system.variables.iter().position(|v| v.name == name).unwrap());
        let claims = clause.iter().map(|(name, cell, values)| CellClaim {
            variable: variable(name),
            cell: *cell,
            values: values.to_vec(),
        });
        let certificate = Certificate { lemmas: vec![], clauses: vec![claims.collect()] };
        lines(&system, &certificate).concat()
    }

    #[test]
    fn cells_have_the_names_of_the_chapter() {
        for (name, cell, values, expected) in [
            ("pc", 1, (2, 2), "pc[1] == Critical"),
            ("flag", 0, (1, 1), "flag[-1]"),
            ("flag", 2, (0, 0), "!flag[1]"),
            ("tag", 0, (0, 0), "msg is Vote(..)"),
            ("tag", 0, (1, 2), "!(msg is Vote(..))"),
            ("tag", 0, (0, 1), "!(msg is Abort)"),
            ("rm", 0, (2, 2), "msg.Vote.rm == 2"),
            ("yes", 0, (0, 0), "!msg.Vote.yes"),
            ("mode", 2, (0, 1), "line[Some(true)].mode in {Idle, Trying}"),
            ("some", 0, (0, 0), "line[None].old is None"),
            ("some", 1, (1, 1), "line[Some(false)].old is Some"),
            ("value", 0, (0, 2), "line[None].old.value <= 2"),
            ("members", 0, (0, 0), "false not in seen"),
            ("members", 1, (1, 1), "true in seen"),
            ("copies", 1, (1, 2), "net.count(3) >= 1"),
            ("length", 0, (0, 1), "queue.len <= 1"),
            ("slots", 3, (1, 1), "true in queue[1]"),
            ("grid", 1, (3, 3), "grid[false][1] == 3"),
            ("grid", 2, (0, 1), "grid[true][0] <= 1"),
            ("hidden", 1, (1, 1), "hidden[1] == 1"),
        ] {
            assert_eq!(shown(&[(name, cell, &[values])]), expected);
        }
    }

    #[test]
    fn values_are_told_as_shortly_as_can_be() {
        let number = |values: &[(i64, i64)]| shown(&[("x", 0, values)]);
        assert_eq!(number(&[(3, 3)]), "x == 3");
        assert_eq!(number(&[(0, 3)]), "x <= 3");
        assert_eq!(number(&[(7, 12)]), "x >= 7");
        assert_eq!(number(&[(0, 4), (6, 9)]), "x != 5");
        assert_eq!(number(&[(2, 5)]), "x in 2..=5");
        assert_eq!(number(&[(2, 3)]), "x in {2, 3}");
        assert_eq!(number(&[(1, 1), (3, 3)]), "x in {1, 3}");
        assert_eq!(number(&[(1, 3), (5, 5)]), "x in {1..=3, 5}");
        assert_eq!(number(&[(0, 1), (5, 9)]), "x not in 2..=4");
        assert_eq!(number(&[(0, 1), (3, 5), (7, 9)]), "x not in {2, 6}");
        let variant = |values: &[(i64, i64)]| shown(&[("pc", 0, values)]);
        assert_eq!(variant(&[(1, 3)]), "pc[0] != Idle");
        assert_eq!(variant(&[(0, 0), (2, 3)]), "pc[0] != Trying");
        assert_eq!(variant(&[(0, 0), (2, 2)]), "pc[0] in {Idle, Critical}");
    }

    #[test]
    fn clauses_are_implications_where_they_exclude_little() {
        let not_critical: (&str, u32, &[(i64, i64)]) = ("pc", 0, &[(0, 1), (3, 3)]);
        assert_eq!(shown(&[not_critical, ("flag", 0, &[(1, 1)])]), "pc[0] == Critical ==> flag[-1]");
        assert_eq!(shown(&[("flag", 0, &[(1, 1)]), not_critical]), "pc[0] == Critical ==> flag[-1]");
        assert_eq!(
            shown(&[not_critical, ("pc", 1, &[(0, 1), (3, 3)])]),
            "pc[0] == Critical ==> pc[1] != Critical"
        );
        assert_eq!(
            shown(&[("members", 0, &[(0, 0)]), ("some", 0, &[(0, 0)]), ("x", 0, &[(0, 7)])]),
            "false in seen && line[None].old is Some ==> x <= 7"
        );
        assert_eq!(shown(&[("x", 0, &[(3, 3)]), ("flag", 1, &[(1, 1)])]), "x == 3 || flag[0]");
        assert_eq!(
            shown(&[("x", 0, &[(3, 3)]), not_critical, ("flag", 1, &[(1, 1)])]),
            "pc[0] == Critical ==> x == 3 || flag[0]"
        );
    }

    #[test]
    fn what_is_always_or_never_true() {
        assert_eq!(shown(&[]), "false");
        assert_eq!(shown(&[("x", 0, &[])]), "false");
        assert_eq!(shown(&[("x", 0, &[(0, 9)]), ("flag", 0, &[(1, 1)])]), "true");
        assert_eq!(shown(&[("x", 0, &[]), ("flag", 0, &[(1, 1)])]), "flag[-1]");
        assert_eq!(lines(&system(), &Certificate::default()), Vec::<String>::new());
    }
}
