//! Reading states and parameters from a model.

use musilc_circuit::{Graph, Number, Params, Plan, Scalar, Term, Valuation};
use musilc_ir::{Param, State, TransitionId, Type, Value};

/// The value of a number in a model; `None` where the model is none.
pub(crate) fn read_number(g: &Graph, model: &mut Valuation, number: &Number) -> Option<i64> {
    match number {
        Number::Cases(cases) => {
            let case = cases.iter().find(|(_, bit)| model.value(g, *bit))?;
            Some(case.0)
        }
        Number::Binary { lo, bits, .. } => {
            let set = bits.iter().enumerate().filter(|(_, bit)| model.value(g, **bit));
            let value = set.fold(0i64, |value, (at, _)| value | 1 << at.min(63));
            let unused = i64::BITS.saturating_sub(u32::try_from(bits.len()).unwrap_or(i64::BITS));
            // Two's complement where there are negative numbers.
            Some(if *lo < 0 { value << unused >> unused } else { value })
        }
    }
}

fn read_scalar(g: &Graph, model: &mut Valuation, scalar: &Scalar) -> Option<Value> {
    Some(match scalar {
        Scalar::Bit(bit) => Value::Bool(model.value(g, *bit)),
        Scalar::Number(number) => Value::Int(read_number(g, model, number)?),
    })
}

/// The values of cells, folded into a value of the type.
fn read_value(g: &Graph, model: &mut Valuation, ty: &Type, term: &Term) -> Option<Value> {
    let cells = term.cells().iter();
    let mut values: Vec<Value> = cells.map(|cell| read_scalar(g, model, cell)).collect::<Option<_>>()?;
    let mut lengths = Vec::new();
    let mut inner = ty;
    while let Type::Array { len, element } = inner {
        lengths.push(*len as usize);
        inner = element;
    }
    // The innermost arrays first.
    for length in lengths.into_iter().rev() {
        values = values.chunks(length.max(1)).map(|chunk| Value::Array(chunk.into())).collect();
    }
    values.pop().filter(|_| values.is_empty())
}

/// A state in a model.
pub(crate) fn read_state<'t>(
    g: &Graph,
    model: &mut Valuation,
    types: impl Iterator<Item = &'t Type>,
    cells: &[Term],
) -> Option<State> {
    types.zip(cells).map(|(ty, term)| read_value(g, model, ty, term)).collect::<Option<_>>().map(State)
}

/// The values of parameters: those that are bound, then those in the model; 0 of those that no expression mentions.
pub(crate) fn read_args(
    g: &Graph,
    model: &mut Valuation,
    params: &[Param],
    bound: &[u32],
    values: &Params,
) -> Option<Vec<u32>> {
    let open = params.iter().zip(0..).skip(bound.len()).map(|(param, index)| {
        match values.get(&(index, param.count)) {
            Some(number) => u32::try_from(read_number(g, model, number)?).ok(),
            None => Some(0),
        }
    });
    bound.iter().map(|&arg| Some(arg)).chain(open).collect()
}

/// The instance at a position in the plan, with the parameters that it leaves open as in a model.
pub(crate) fn read_instance(
    plan: &Plan<'_>,
    g: &Graph,
    model: &mut Valuation,
    index: usize,
    open: &Params,
) -> Option<(TransitionId, Vec<u32>)> {
    let ground = &plan.instances[index].ground;
    let params = &plan.system.transition(ground.transition).params;
    Some((ground.transition, read_args(g, model, params, &ground.args, open)?))
}
