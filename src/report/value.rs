//! Values as text, shorter than [`Datum`]'s own form: an array of equal elements is `[v; n]`.

use musilc_ir::{Datum, Param, SourceVariable, State, Step, TransitionSystem, Value, name};

/// The value as the language writes it, roughly.
pub(crate) fn show(value: &Datum) -> String {
    match value {
        Datum::Array(pairs) => show_array(pairs),
        Datum::Record { name, fields } if !fields.is_empty() => {
            let fields = fields.iter().map(|(field, value)| format!("{field}: {}", show(value)));
            format!("{name}({})", join(fields))
        }
        Datum::Option(Some(value)) => format!("Some({})", show(value)),
        Datum::Set(members) => format!("{{{}}}", join(members.iter().map(show))),
        Datum::Seq(elements) => format!("[{}]", join(elements.iter().map(show))),
        Datum::Bag(members) => {
            let copies = |(member, copies): &(Datum, u64)| show_copies(member, *copies);
            format!("{{{}}}", join(members.iter().map(copies)))
        }
        Datum::Bool(_) | Datum::Int(_) | Datum::Option(None) | Datum::Record { .. } => value.to_string(),
    }
}

/// A member of a bag with its number of copies.
pub(crate) fn show_copies(member: &Datum, copies: u64) -> String {
    match copies {
        1 => show(member),
        _ => format!("{} ×{copies}", show(member)),
    }
}

fn show_array(pairs: &[(Datum, Datum)]) -> String {
    if let [(_, first), rest @ ..] = pairs
        && !rest.is_empty()
        && rest.iter().all(|(_, value)| value == first)
    {
        return format!("[{}; {}]", show(first), pairs.len());
    }
    let counted = pairs.iter().zip(0..).all(|((index, _), i)| *index == Datum::Int(i));
    let element = |(index, value): &(Datum, Datum)| match counted {
        true => show(value),
        false => format!("{}: {}", show(index), show(value)),
    };
    format!("[{}]", join(pairs.iter().map(element)))
}

fn join(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(", ")
}

/// The value of a variable of the chapter in a state; `None` where the state is not one of the system's.
pub(crate) fn decode(variable: &SourceVariable, state: &State) -> Option<Datum> {
    let first = variable.first.index();
    let leaves: Vec<&Value> = state.0.get(first..first + variable.ty.leaf_count())?.iter().collect();
    variable.ty.decode(&leaves)
}

/// The values of parameters.
pub(crate) fn arguments(params: &[Param], args: &[u32]) -> Vec<Datum> {
    let value =
        |(param, arg): (&Param, &u32)| param.ty.nth(u64::from(*arg)).unwrap_or(Datum::Int(i64::from(*arg)));
    params.iter().zip(args).map(value).collect()
}

/// An instance of an action: `write(1)`, and `cache[0].write(1)` where it is that of a part.
pub(crate) fn instance(system: &TransitionSystem, step: &Step) -> String {
    let Some(transition) = system.transitions.get(step.transition.index()) else {
        return format!("transition {}", step.transition.0);
    };
    let args = arguments(&transition.params, &step.args);
    let (indices, args) = args.split_at(name::blanks(&transition.name).min(args.len()));
    let name = name::fill(&transition.name, indices.iter().map(show));
    if args.is_empty() {
        return name;
    }
    format!("{name}({})", join(args.iter().map(show)))
}

/// The element of an array at an index: `line[0]`. While the name has blanks, it is the instance of a part: `cache[0].line`.
pub(crate) fn element_of(place: &str, index: &Datum) -> String {
    let index = show(index);
    if name::blanks(place) > 0 { name::fill(place, [index]) } else { format!("{place}[{index}]") }
}

/// A variable with its value, as the chapter sees it: one of a part with an index for each of its instances, unless all are the same.
pub(crate) fn variables(variable: &SourceVariable, value: &Datum) -> Vec<(String, Datum)> {
    let mut instances: Vec<(Vec<String>, &Datum)> = vec![(Vec::new(), value)];
    for _ in 0..name::blanks(&variable.name) {
        let mut inner = Vec::new();
        for (indices, value) in instances {
            let Datum::Array(pairs) = value else { continue };
            let own = |index| indices.iter().cloned().chain([show(index)]).collect();
            inner.extend(pairs.iter().map(|(index, value)| (own(index), value)));
        }
        instances = inner;
    }
    if let [(_, first), rest @ ..] = instances.as_slice()
        && !rest.is_empty()
        && rest.iter().all(|(_, value)| value == first)
    {
        return vec![(variable.name.clone(), Datum::clone(first))];
    }
    let named =
        |(indices, value): (Vec<String>, &Datum)| (name::fill(&variable.name, indices), value.clone());
    instances.into_iter().map(named).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(name: &str) -> Datum {
        Datum::Record { name: name.to_owned(), fields: vec![] }
    }

    #[test]
    fn arrays_are_short_where_they_can_be() {
        let int = Datum::Int;
        let equal = Datum::Array(vec![(int(0), int(7)), (int(1), int(7))]);
        assert_eq!(show(&equal), "[7; 2]");
        assert_eq!(show(&Datum::Array(vec![(int(0), int(7))])), "[7]");
        assert_eq!(show(&Datum::Array(vec![(int(0), int(7)), (int(1), int(8))])), "[7, 8]");
        assert_eq!(show(&Datum::Array(vec![(int(1), int(7)), (int(2), int(8))])), "[1: 7, 2: 8]");
        let named = Datum::Array(vec![(record("Red"), equal.clone()), (record("Green"), int(0))]);
        assert_eq!(show(&named), "[Red: [7; 2], Green: 0]");
    }

    #[test]
    fn variables_of_parts_are_shown_by_instance() {
        let ty = musilc_ir::DataType::Bool;
        let variable = |name: &str| SourceVariable {
            name: name.to_owned(),
            ty: ty.clone(),
            first: 0.into(),
            span: musilc_ir::Span::default(),
        };
        let shown = |name: &str, value: &Datum| -> Vec<String> {
            let all = variables(&variable(name), value).into_iter();
            all.map(|(name, value)| format!("{name} = {}", show(&value))).collect()
        };
        let array = |a, b| Datum::Array(vec![(Datum::Bool(false), a), (Datum::Bool(true), b)]);
        let (one, two) = (Datum::Int(1), Datum::Int(2));
        let both = array(one.clone(), two.clone());
        assert_eq!(shown("x", &both), ["x = [false: 1, true: 2]"]);
        assert_eq!(shown("p[_].x", &both), ["p[false].x = 1", "p[true].x = 2"]);
        assert_eq!(shown("p[_].x", &array(one.clone(), one)), ["p[_].x = 1"]);
        let nested = shown("p[_].q[_].x", &array(both.clone(), array(two.clone(), two)));
        assert_eq!(nested[1..3], ["p[false].q[true].x = 2", "p[true].q[false].x = 2"]);
        assert_eq!(element_of("p[_].x", &Datum::Int(1)), "p[1].x");
        assert_eq!(element_of("p[1].x", &Datum::Int(0)), "p[1].x[0]");
    }

    #[test]
    fn nested_values() {
        let some = Datum::Option(Some(Box::new(Datum::Array(vec![
            (Datum::Int(0), Datum::Bool(true)),
            (Datum::Int(1), Datum::Bool(true)),
        ]))));
        let vote = Datum::Record { name: "Vote".to_owned(), fields: vec![("of".to_owned(), some)] };
        assert_eq!(show(&vote), "Vote(of: Some([true; 2]))");
        assert_eq!(
            show(&Datum::Bag(vec![(vote, 2), (record("Stop"), 1)])),
            "{Vote(of: Some([true; 2])) ×2, Stop}"
        );
        assert_eq!(show(&Datum::Set(vec![])), "{}");
    }
}
