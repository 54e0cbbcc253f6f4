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

/// How the model is a part of the one that is checked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Wrap {
    /// It is checked by itself.
    #[default]
    None,
    /// A single part.
    One,
    /// A part with an index that has one value.
    Each,
    /// A single part whose first variable belongs to the model around.
    Shared,
    /// Two instances.
    Two,
    /// Two instances whose first two actions happen together, where they can.
    Joint,
}

/// A chapter with one model, perhaps a part of another one, and one check.
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
    /// How it is a part of the model that is checked.
    pub(crate) wrap: Wrap,
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
        let shown = |(name, ty, _): &(String, Ty, String)| format!("{name}: {}", self.types.show(ty));
        let params: Vec<String> = self.params.iter().map(shown).collect();
        let shared = if self.wrap == Wrap::Shared { self.vars.first() } else { None };
        let by_ref = shared.map(|var| format!("ref {}: {}", var.name, self.types.show(&var.ty)));
        let all: Vec<String> = params.iter().cloned().chain(by_ref).collect();
        writeln!(f, "model M({}) {{", all.join(", "))?;
        for var in self.vars.iter().skip(usize::from(shared.is_some())) {
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
        let args: Vec<String> = self.params.iter().map(|(name, _, arg)| format!("{name}: {arg}")).collect();
        let args = args.join(", ");
        if self.wrap == Wrap::None {
            return writeln!(f, "}}\ncheck c: M({args}) expect holds;");
        }
        writeln!(f, "}}\nmodel Whole({}) {{", params.join(", "))?;
        let passed = self.params.iter().map(|(name, ..)| format!("{name}: {name}"));
        let shared = shared.map(|var| {
            let declared = format!("    var {}: {} = {};\n", var.name, self.types.show(&var.ty), var.init);
            (declared, format!("ref {}", var.name))
        });
        let passed: Vec<String> = passed.chain(shared.iter().map(|(_, arg)| arg.clone())).collect();
        let index = match self.wrap {
            Wrap::Each => "[only: 3..=3]",
            Wrap::Two | Wrap::Joint => "[each: bool]",
            Wrap::None | Wrap::One | Wrap::Shared => "",
        };
        let declared = shared.map_or_else(String::new, |(declared, _)| declared);
        writeln!(f, "{declared}    part part_of{index} = M({});", passed.join(", "))?;
        if let Some((first, second)) = self.joined() {
            writeln!(f, "    sync part_of.{first} with part_of.{second};")?;
        }
        writeln!(f, "}}\ncheck c: Whole({args}) expect holds;")
    }
}

impl Chapter {
    /// The first two actions, if they are to happen together.
    fn joined(&self) -> Option<(&str, &str)> {
        let [first, second, ..] = self.actions.as_slice() else { return None };
        // Parameters of one name are one parameter, of one type.
        let fits =
            |param: &Param| first.params.iter().all(|p| p.name != param.name || p.domain == param.domain);
        let joined = self.wrap == Wrap::Joint && second.params.iter().all(fits);
        joined.then_some((first.name.as_str(), second.name.as_str()))
    }
}
