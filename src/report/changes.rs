//! What a step changes, at the finest granularity at which it reads well.

use super::value::{decode, element_of, show, show_copies};
use musilc_ir::{DataType, Datum, State, TransitionSystem};

/// A change of a part of the state.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Change {
    /// Which part: `line[0].state`.
    pub(crate) place: String,
    /// How it changed: `I → M`, `+ Vote(1)`.
    pub(crate) what: String,
}

/// Every part of the state that a step changed, in order of declaration.
pub(crate) fn changes(system: &TransitionSystem, old: &State, new: &State) -> Vec<Change> {
    let mut out = Vec::new();
    for variable in &system.sources {
        if let (Some(old), Some(new)) = (decode(variable, old), decode(variable, new)) {
            compare(&mut out, &variable.name, &variable.ty, &old, &new);
        }
    }
    out
}

fn compare(out: &mut Vec<Change>, place: &str, ty: &DataType, old: &Datum, new: &Datum) {
    if old == new {
        return;
    }
    match (ty, old, new) {
        (DataType::Array { element, .. }, Datum::Array(olds), Datum::Array(news)) => {
            for ((index, old), (_, new)) in olds.iter().zip(news) {
                compare(out, &element_of(place, index), element, old, new);
            }
        }
        (DataType::Struct(ty), Datum::Record { fields: olds, .. }, Datum::Record { fields: news, .. }) => {
            for ((field, (name, old)), (_, new)) in ty.fields.iter().zip(olds).zip(news) {
                compare(out, &format!("{place}.{name}"), &field.ty, old, new);
            }
        }
        (_, Datum::Set(olds), Datum::Set(news)) => {
            let gained =
                news.iter().filter(|member| !olds.contains(member)).map(|m| format!("+ {}", show(m)));
            let lost = olds.iter().filter(|member| !news.contains(member)).map(|m| format!("- {}", show(m)));
            push_members(out, place, gained.chain(lost).collect(), old, new);
        }
        (_, Datum::Bag(olds), Datum::Bag(news)) => {
            push_members(out, place, bag_changes(olds, news), old, new)
        }
        _ => out.push(replaced(place, old, new)),
    }
}

fn replaced(place: &str, old: &Datum, new: &Datum) -> Change {
    Change { place: place.to_owned(), what: format!("{} → {}", show(old), show(new)) }
}

/// Lists what came and went, unless showing the whole value is shorter.
fn push_members(out: &mut Vec<Change>, place: &str, members: Vec<String>, old: &Datum, new: &Datum) {
    let listed = Change { place: place.to_owned(), what: members.join(", ") };
    let whole = replaced(place, old, new);
    let shorter = members.len() > 2 && whole.what.chars().count() < listed.what.chars().count();
    out.push(if shorter { whole } else { listed });
}

fn bag_changes(olds: &[(Datum, u64)], news: &[(Datum, u64)]) -> Vec<String> {
    let copies =
        |bag: &[(Datum, u64)], member: &Datum| bag.iter().find(|(m, _)| m == member).map_or(0, |(_, n)| *n);
    let mut out = Vec::new();
    for (member, now) in news {
        let before = copies(olds, member);
        if *now > before {
            out.push(format!("+ {}", show_copies(member, now - before)));
        }
    }
    for (member, before) in olds {
        let now = copies(news, member);
        if now < *before {
            out.push(format!("- {}", show_copies(member, before - now)));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use musilc_ir::{FieldType, StructType};
    use std::sync::Arc;

    fn int(hi: i64) -> DataType {
        DataType::Int { lo: 0, hi }
    }

    fn lines(ty: &DataType, old: u64, new: u64) -> Vec<String> {
        let (old, new) = (ty.nth(old).unwrap(), ty.nth(new).unwrap());
        let mut out = Vec::new();
        compare(&mut out, "v", ty, &old, &new);
        out.into_iter().map(|change| format!("{}: {}", change.place, change.what)).collect()
    }

    #[test]
    fn equal_values_have_no_changes() {
        assert_eq!(lines(&int(3), 2, 2), Vec::<String>::new());
    }

    #[test]
    fn arrays_and_structs_change_in_their_parts() {
        let field = |name: &str, ty| FieldType { name: name.to_owned(), ty };
        let line = StructType {
            name: "Line".to_owned(),
            fields: vec![field("state", int(2)), field("old", DataType::Option(Arc::new(int(2))))],
        };
        let ty =
            DataType::Array { index: Arc::new(int(1)), element: Arc::new(DataType::Struct(Arc::new(line))) };
        // Each line has 3 * 4 values; number 0 is (0, None) twice.
        assert_eq!(lines(&ty, 0, 4), ["v[1].state: 0 → 1"]);
        assert_eq!(lines(&ty, 0, 12 + 3), ["v[0].old: None → Some(0)", "v[1].old: None → Some(2)"]);
    }

    #[test]
    fn sets_gain_and_lose() {
        let ty = DataType::Set(Arc::new(int(7)));
        assert_eq!(lines(&ty, 0b0011, 0b0110), ["v: + 2, - 0"]);
        assert_eq!(lines(&ty, 0, 0b1000), ["v: + 3"]);
        assert_eq!(lines(&ty, 0b1111_1111, 0), ["v: {0, 1, 2, 3, 4, 5, 6, 7} → {}"]);
    }

    #[test]
    fn bags_count() {
        let ty = DataType::Bag(Arc::new(int(1)), 3);
        // Base 4, element 0 first: 0b0100 is one 0, 0b1110 is three 0 and two 1.
        assert_eq!(lines(&ty, 4, 14), ["v: + 0 ×2, + 1 ×2"]);
        assert_eq!(lines(&ty, 14, 13), ["v: - 1"]);
    }

    #[test]
    fn sequences_are_shown_whole() {
        let ty = DataType::Seq(Arc::new(int(1)), 2);
        assert_eq!(lines(&ty, 2, 5), ["v: [1] → [1, 0]"]);
    }
}
