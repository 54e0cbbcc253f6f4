//! A chapter in pieces, and its text.

use super::types::{Field, Ty, Types};
use std::collections::BTreeSet;
use std::fmt;

/// A variable.
#[derive(Clone, Debug)]
pub(crate) struct Var {
    pub(crate) name: String,
    pub(crate) ty: Ty,
    pub(crate) init: String,
}

/// A parameter of an action.
#[derive(Clone, Debug)]
pub(crate) struct Param {
    pub(crate) name: String,
    /// What it ranges over, with the word before.
    pub(crate) domain: String,
    /// Its bounds, where these are all.
    pub(crate) range: Option<(i64, i64)>,
}

/// An action.
#[derive(Clone, Debug)]
pub(crate) struct Action {
    /// What stands before it.
    pub(crate) fairness: &'static str,
    pub(crate) name: String,
    pub(crate) params: Vec<Param>,
    pub(crate) guard: Option<String>,
    pub(crate) body: String,
}

/// A chapter with one model and one check.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chapter {
    pub(crate) types: Types,
    /// Functions at the top level, as text.
    pub(crate) functions: Vec<String>,
    /// Parameters of the model and arguments of the check.
    pub(crate) params: Vec<(String, Ty, String)>,
    pub(crate) vars: Vec<Var>,
    /// Whether some initial value reads an earlier variable.
    pub(crate) chained: bool,
    /// Transition tables, as text.
    pub(crate) tables: Vec<String>,
    pub(crate) inits: Vec<String>,
    /// Functions that read the state, as text.
    pub(crate) readers: Vec<String>,
    pub(crate) actions: Vec<Action>,
    pub(crate) terminals: Vec<String>,
    /// Kind, name and claim.
    pub(crate) properties: Vec<(&'static str, String, String)>,
    /// Whether something in it was dared that may fail.
    pub(crate) daring: bool,
    /// What occurs in it.
    pub(crate) features: BTreeSet<&'static str>,
}

impl fmt::Display for Chapter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = |fields: &[Field]| {
            let shown = fields.iter().map(|field| format!("{}: {}", field.name, self.types.show(&field.ty)));
            shown.collect::<Vec<_>>().join(", ")
        };
        if let Some((name, value)) = &self.types.constant {
            writeln!(f, "const {name}: 1..=4 = {value};")?;
        }
        for (name, ty) in &self.types.aliases {
            let plain = Types { aliases: Vec::new(), ..self.types.clone() };
            writeln!(f, "type {name} = {};", plain.show(ty))?;
        }
        for e in &self.types.enums {
            let variants = e.variants.iter().map(|(name, own)| match own.as_slice() {
                [] => name.clone(),
                own => format!("{name}({})", fields(own)),
            });
            writeln!(f, "enum {} {{ {} }}", e.name, variants.collect::<Vec<_>>().join(", "))?;
        }
        for s in &self.types.structs {
            writeln!(f, "struct {} {{ {} }}", s.name, fields(&s.fields))?;
        }
        self.functions.iter().try_for_each(|function| writeln!(f, "{function}"))?;
        let params = self.params.iter().map(|(name, ty, _)| format!("{name}: {}", self.types.show(ty)));
        let params = params.collect::<Vec<_>>().join(", ");
        writeln!(f, "model M({params}) {{")?;
        for var in &self.vars {
            writeln!(f, "    var {}: {} = {};", var.name, self.types.show(&var.ty), var.init)?;
        }
        self.tables.iter().try_for_each(|table| writeln!(f, "    {table}"))?;
        self.inits.iter().try_for_each(|cond| writeln!(f, "    init {cond};"))?;
        self.readers.iter().try_for_each(|function| writeln!(f, "    {function}"))?;
        for action in &self.actions {
            let params = action.params.iter().map(|param| format!("{}{}", param.name, param.domain));
            write!(
                f,
                "    {}action {}({})",
                action.fairness,
                action.name,
                params.collect::<Vec<_>>().join(", ")
            )?;
            if let Some(guard) = &action.guard {
                write!(f, " when {guard}")?;
            }
            writeln!(f, " {{\n{}    }}", action.body)?;
        }
        self.terminals.iter().try_for_each(|cond| writeln!(f, "    terminal {cond};"))?;
        for (kind, name, claim) in &self.properties {
            writeln!(f, "    {kind} {name}: {claim};")?;
        }
        let args = self.params.iter().map(|(name, _, arg)| format!("{name}: {arg}"));
        writeln!(f, "}}\ncheck c: M({}) expect holds;", args.collect::<Vec<_>>().join(", "))
    }
}
