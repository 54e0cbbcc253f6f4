//! Environments of checks.

use super::Deep;
use crate::ast::{Arg, Field, Name, Part, PartRole};

/// An environment after `with`.
pub(crate) fn environment(
    name: Name,
    index: Option<Field>,
    model: Name,
    args: Option<Deep<Vec<Arg>>>,
) -> Part {
    let args = args.map(|args| args.node).unwrap_or_default();
    Part { name, index, model, args, role: PartRole::Environment }
}
