//! Temporal formulas and fairness.

use super::chapter::Action;
use super::dice::Dice;
use super::scope::Writer;

/// What stands before an action.
pub(super) fn fairness(dice: &mut Dice<'_>) -> &'static str {
    dice.among::<&str>(&["", "", "fair ", "strong fair ", "fair as one ", "strong fair as one "])
}

/// A formula of few temporal operators.
pub(super) fn formula(w: &mut Writer<'_>, actions: &[Action], depth: usize) -> String {
    if depth == 0 || w.dice.chance(12) {
        return atom(w, actions);
    }
    let operand = |w: &mut Writer<'_>| formula(w, actions, depth - 1);
    match w.dice.pick(13) {
        0 => format!("!({})", operand(w)),
        1 => {
            let op = *w.dice.among(&["&&", "||", "==>", "<==>"]);
            let (a, b) = (operand(w), operand(w));
            format!("({a}) {op} ({b})")
        }
        2 => {
            w.note("if between formulas");
            let (c, a, b) = (atom(w, actions), operand(w), operand(w));
            format!("if {c} {{ {a} }} else {{ {b} }}")
        }
        3 => {
            w.note("quantifier over formulas");
            let quantifier = *w.dice.among(&["forall", "exists"]);
            let (domain, ty) = w.full_domain();
            let name = w.fresh();
            let body = w.with(vec![(name.clone(), ty)], |w| operand(w));
            format!("({quantifier} {name} in {domain}: ({body}))")
        }
        4..=7 => {
            let op =
                *w.dice.among(&["always", "eventually", "next", "always eventually", "eventually always"]);
            w.note(op);
            format!("{op} ({})", operand(w))
        }
        8 => {
            w.note("pattern");
            let (a, b) = (operand(w), operand(w));
            let name = *w.dice.among(&["response", "precedence", "absence_before", "existence_after"]);
            format!("{name}({a}, {b})")
        }
        _ => {
            let op = *w.dice.among(&["until", "weak until", "release", "~>"]);
            w.note(op);
            let (a, b) = (operand(w), operand(w));
            format!("({a}) {op} ({b})")
        }
    }
}

fn atom(w: &mut Writer<'_>, actions: &[Action]) -> String {
    let about = match w.dice.pick(6) {
        0 => "enabled",
        1 => "taken",
        2 => return format!("({})", w.comparison(0)),
        3 => return format!("({})", w.equality(0)),
        _ => return format!("({})", w.boolean(1)),
    };
    w.note(about);
    let action = w.dice.among(actions);
    let args = action.params.iter().map(|param| match param.range {
        Some((lo, _)) if w.dice.chance(60) => lo.to_string(),
        _ => "_".to_owned(),
    });
    let args = args.collect::<Vec<_>>().join(", ");
    if w.dice.chance(40) {
        format!("{about}({})", action.name)
    } else {
        format!("{about}({}({args}))", action.name)
    }
}
