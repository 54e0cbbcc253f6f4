//! Random formulas, as text: of all kinds, nested up to four operators deep, with up to six temporal ones.

use crate::model::{Choices, Names, condition};

/// How deep operators nest.
const DEPTH: usize = 4;
/// The most temporal operators; one that is defined by two others counts twice.
const OPERATORS: usize = 6;

/// A temporal property.
pub(crate) fn temporal(choices: &mut Choices, names: &Names, name: &str) -> String {
    let mut left = 1 + choices.below(OPERATORS);
    let formula = match choices.below(4) {
        0 => pattern(choices, names, &mut left),
        _ => formula(choices, names, DEPTH, &mut left),
    };
    format!("temporal {name}\n  holds true\n  claim true\n  formula {formula}\n")
}

/// A recoverable property.
pub(crate) fn recoverable(choices: &mut Choices, names: &Names, name: &str) -> String {
    let condition = state(choices, names);
    format!("recoverable {name}\n  holds {condition}\n  claim {condition}\n")
}

/// What people write: response, recurrence, persistence, recurrence under recurrence, precedence.
fn pattern(choices: &mut Choices, names: &Names, left: &mut usize) -> String {
    *left = left.saturating_sub(3);
    let (a, b) = (formula(choices, names, 1, left), formula(choices, names, 1, left));
    match choices.below(6) {
        0 => format!("always {{ implies {{ {a} eventually {{ {b} }} }} }}"),
        1 => format!("always {{ eventually {{ {a} }} }}"),
        2 => format!("eventually {{ always {{ {a} }} }}"),
        3 => format!("leads_to {{ {a} {b} }}"),
        4 => format!("implies {{ always {{ eventually {{ {a} }} }} eventually {{ {b} }} }}"),
        _ => format!("weak_until {{ not {{ {a} }} {b} }}"),
    }
}

fn formula(choices: &mut Choices, names: &Names, depth: usize, left: &mut usize) -> String {
    if depth == 0 || (depth < DEPTH && choices.one_in(4)) {
        return atom(choices, names);
    }
    let temporal = *left > 0 && !choices.one_in(3);
    if temporal {
        *left -= 1;
        if *left > 0 && choices.one_in(8) {
            *left -= 1;
            let (a, b) = (formula(choices, names, depth - 1, left), formula(choices, names, depth - 1, left));
            return format!("leads_to {{ {a} {b} }}");
        }
    }
    let kinds: &[(&str, usize)] = match temporal {
        true => &[
            ("next", 1),
            ("always", 1),
            ("always", 1),
            ("eventually", 1),
            ("eventually", 1),
            ("until", 2),
            ("until", 2),
            ("weak_until", 2),
            ("release", 2),
        ],
        false => &[("not", 1), ("implies", 2), ("iff", 2), ("all", 0), ("any", 0)],
    };
    let (kind, operands) = *choices.pick(kinds);
    let count = if operands == 0 { choices.below(4) } else { operands };
    let part = if operands == 0 { "part " } else { "" };
    let list: Vec<String> =
        (0..count).map(|_| format!("{part}{}", formula(choices, names, depth - 1, left))).collect();
    format!("{kind} {{ {} }}", list.join(" "))
}

fn atom(choices: &mut Choices, names: &Names) -> String {
    if !choices.one_in(3) {
        return format!("condition {}", state(choices, names));
    }
    let number = choices.below(names.transitions.len());
    let (name, params) = &names.transitions[number];
    let args: Vec<String> = params
        .iter()
        .map(|&count| if choices.one_in(2) { "any".to_owned() } else { choices.below(count).to_string() })
        .collect();
    format!("taken {name} #{number} ({})", args.join(", "))
}

/// A condition, or that a transition is enabled.
fn state(choices: &mut Choices, names: &Names) -> String {
    if !names.guards.is_empty() && choices.one_in(5) {
        return choices.pick(&names.guards).clone();
    }
    condition(choices, names, 0)
}
