//! How inputs, latches and outputs are called, and what numbers mean.

use musilc_circuit::Meaning;
use musilc_ir::{GroundTransition, TransitionSystem, Type, VarId};

/// The name of a cell of a state variable: `total`, `seen.value[1]`. Elements are counted from 0.
pub(crate) fn cell(system: &TransitionSystem, variable: VarId, cell: u32) -> String {
    let Some(variable) = system.variables.get(variable.index()) else { return String::new() };
    let mut name = variable.name.clone();
    let (mut ty, mut rest) = (&variable.ty, u64::from(cell));
    while let Type::Array { element, .. } = ty {
        let stride = element.cells().max(1);
        name.push_str(&format!("[{}]", rest / stride));
        rest %= stride;
        ty = element;
    }
    name
}

/// The name of a latch: the cell's, and the number of the bit where it has several.
pub(crate) fn latch(system: &TransitionSystem, latch: &musilc_circuit::Latch) -> String {
    let name = cell(system, latch.variable, latch.cell);
    match latch.meaning {
        Meaning::True => name,
        Meaning::Is(value) => format!("{name}={value}"),
        Meaning::Bit(bit) => format!("{name}#{bit}"),
    }
}

/// An instance as the chapter would write it; a parameter that is left open is `_`.
pub(crate) fn call(system: &TransitionSystem, instance: &GroundTransition) -> String {
    let transition = system.transition(instance.transition);
    let args = transition.params.iter().enumerate().map(|(at, param)| {
        let arg = instance.args.get(at).and_then(|&arg| param.ty.nth(arg.into()));
        arg.map_or_else(|| "_".to_owned(), |value| value.to_string())
    });
    let args: Vec<String> = args.collect();
    one_line(&format!("{}({})", transition.name, args.join(", ")))
}

/// Names end with the line.
pub(crate) fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
