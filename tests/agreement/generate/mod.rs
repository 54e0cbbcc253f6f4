//! Generated chapters: valid, small, and of every construct of the language.

mod booleans;
mod chapter;
pub(crate) mod dice;
mod numbers;
mod scope;
mod statements;
mod time;
mod types;
mod values;

pub(crate) use chapter::{Chapter, Param, Var, Wrap};

use chapter::Action;
use dice::{Dice, Genes};
use proptest::collection::vec;
use proptest::prelude::*;
use scope::{Name, Signature, Writer};
use types::{Enum, Field, NUMBER, Struct, Ty, Types};
use values::Fill;

/// What a chapter is made of; each part has numbers of its own, so that a part can go without the others changing much.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recipe {
    header: Genes,
    vars: Vec<Genes>,
    functions: Vec<Genes>,
    actions: Vec<Genes>,
    properties: Vec<Genes>,
}

/// Recipes of chapters.
pub(crate) fn recipes() -> impl Strategy<Value = Recipe> {
    let genes = |least: usize, most: usize| vec(any::<u16>(), least..most);
    let parts = (
        genes(10, 60),
        vec(genes(8, 60), 2..6),
        vec(genes(4, 80), 0..4),
        vec(genes(20, 240), 2..6),
        vec(genes(4, 90), 0..4),
    );
    parts.prop_map(|(header, vars, functions, actions, properties)| Recipe {
        header,
        vars,
        functions,
        actions,
        properties,
    })
}

/// How the names of a chapter are chosen, which means nothing.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Style {
    /// All names have this before them.
    pub(crate) prefix: &'static str,
}

/// Every variable has at most so many values.
const MOST_VALUES: f64 = 700.0;

/// The chapter that a recipe is for.
pub(crate) fn chapter(recipe: &Recipe, style: Style) -> Chapter {
    let prefix = style.prefix;
    let mut dice = Dice::new(&recipe.header);
    let risk = *dice.among(&[0, 0, 8, 20, 40]);
    let mut chapter = Chapter { types: declare(&mut dice, prefix), daring: risk > 0, ..Chapter::default() };
    let no_genes = Genes::new();
    let types = chapter.types.clone();
    for n in 0..dice.few(2) {
        let ty = if dice.chance(70) { types.small(&mut dice, 6.0) } else { types.any(&mut dice, 40.0) };
        let header: Genes = (0..8).map(|_| u16::try_from(dice.pick(1 << 16)).unwrap_or(0)).collect();
        let arg = Writer::new(&types, &header, 0, prefix).value(&ty, 1, Fill::May);
        chapter.params.push((format!("{prefix}p{n}"), ty, arg));
    }
    let params: Vec<Name> = chapter
        .params
        .iter()
        .map(|(name, ty, _)| Name { text: name.clone(), ty: ty.clone(), var: false })
        .collect();
    let constant = types.constant.iter().map(|(name, _)| Name { text: name.clone(), ty: NUMBER, var: false });
    let constants: Vec<Name> = constant.collect();
    let mut scope: Vec<Name> = constants.iter().cloned().chain(params.clone()).collect();

    for (n, genes) in recipe.vars.iter().enumerate() {
        let mut w = Writer::new(&types, genes, 0, prefix);
        w.names.clone_from(&scope);
        let ty = types.any(&mut w.dice, MOST_VALUES);
        let name = format!("{prefix}v{n}");
        let init = if types.cardinality(&ty) <= 6.0 && w.dice.chance(15) {
            w.note("= any");
            "any".to_owned()
        } else {
            w.risk = risk / 20;
            let reads = w.dice.chance(30);
            if !reads {
                w.names.truncate(constants.len() + params.len());
            }
            w.value(&ty, 1, Fill::May)
        };
        chapter.chained |= (0..n).any(|earlier| init.contains(&format!("{prefix}v{earlier}")));
        chapter.features.append(&mut w.features);
        scope.push(Name { text: name.clone(), ty: ty.clone(), var: true });
        chapter.vars.push(Var { name, ty, init });
    }

    let plain = types.enums.iter().position(|e| e.variants.iter().all(|(_, fields)| fields.is_empty()));
    if let Some(e) = plain.filter(|_| dice.chance(25)) {
        let name = format!("{prefix}state");
        chapter.tables.push(table(&mut dice, &name, &types.enums[e]));
        chapter.features.insert("table");
        scope.push(Name { text: name, ty: Ty::Enum(e), var: true });
    }

    let mut functions: Vec<Signature> = Vec::new();
    for (n, genes) in recipe.functions.iter().enumerate() {
        let mut w = Writer::new(&types, genes, risk / 4, prefix);
        let reader = w.dice.chance(50);
        let params: Vec<(String, Ty)> =
            (0..w.dice.few(2)).map(|i| (format!("{prefix}a{i}"), types.small(&mut w.dice, 6.0))).collect();
        let result =
            if w.dice.chance(50) { types.small(&mut w.dice, 6.0) } else { types.any(&mut w.dice, 40.0) };
        // A function at the top level calls only those.
        let plain = |f: &&Signature| {
            reader || chapter.functions.iter().any(|text| text.contains(&format!("fn {}(", f.name)))
        };
        let callable: Vec<Signature> = functions.iter().filter(plain).cloned().collect();
        w.functions = &callable;
        w.names = if reader { scope.clone() } else { constants.clone() };
        w.names.iter_mut().for_each(|name| name.var = false);
        let body = w.with(params.clone(), |w| w.value(&result, 2, Fill::No));
        let shown = params
            .iter()
            .map(|(name, ty)| format!("{name}: {}", types.show(ty)))
            .collect::<Vec<_>>()
            .join(", ");
        let name = format!("{prefix}f{n}");
        let text = format!("fn {name}({shown}) -> {} = {body};", types.show(&result));
        if reader {
            chapter.readers.push(text)
        } else {
            chapter.functions.push(text)
        }
        chapter.features.insert(if reader { "fn in a model" } else { "fn" });
        chapter.features.append(&mut w.features);
        functions.push(Signature { name, params, result });
    }

    // Errors are more interesting where not everything leads to one at once.
    let risky = dice.pick(recipe.actions.len());
    for (n, genes) in recipe.actions.iter().enumerate() {
        let mut w = Writer::new(&types, genes, if n == risky { risk } else { 0 }, prefix);
        w.functions = &functions;
        w.names.clone_from(&scope);
        let action = action(&mut w, format!("{prefix}act{n}"));
        chapter.features.append(&mut w.features);
        chapter.actions.push(action);
    }
    for (n, genes) in recipe.properties.iter().enumerate() {
        let mut w = Writer::new(&types, genes, risk / 4, prefix);
        w.functions = &functions;
        w.names.clone_from(&scope);
        let (kind, claim) = match w.dice.pick(10) {
            0..=2 => ("property", time::formula(&mut w, &chapter.actions, 2 + n % 2)),
            3 => ("recoverable", format!("always possible ({})", w.boolean(2))),
            _ => property(&mut w),
        };
        chapter.features.append(&mut w.features);
        chapter.features.insert(kind);
        chapter.properties.push((kind, format!("{prefix}prop{n}"), claim));
    }
    let tail: &Genes = recipe.properties.first().unwrap_or(&no_genes);
    let mut w = Writer::new(&types, tail, 0, prefix);
    w.names = scope;
    if w.dice.chance(12) {
        w.risk = risk;
        for _ in 0..1 + w.dice.pick(2) {
            let (a, b) = (w.boolean(1), w.boolean(1));
            chapter.inits.push(format!("({a} || {b})"));
        }
        w.risk = 0;
        chapter.features.insert("init");
    }
    match w.dice.pick(5) {
        0..=2 => chapter.terminals.push("true".to_owned()),
        3 => {
            let cond = w.boolean(2);
            chapter.terminals.push(cond);
            chapter.features.insert("terminal");
        }
        _ => {}
    }
    let sum = recipe.header.iter().fold(0_u16, |sum, gene| sum.wrapping_add(*gene));
    let wrap = match sum % 16 {
        0 => Wrap::One,
        1 => Wrap::Each,
        2 if chapter.vars.len() > 1 => Wrap::Shared,
        3 | 4 => Wrap::Two,
        5 | 6 => Wrap::Joint,
        _ => Wrap::None,
    };
    if wrap != Wrap::None {
        chapter.features.insert("part");
    }
    Chapter { wrap, ..chapter }
}

/// Enums, structs, names for ranges and a constant.
fn declare(dice: &mut Dice<'_>, prefix: &str) -> Types {
    let mut types = Types::default();
    if dice.chance(40) {
        types.constant = Some((format!("{prefix}N"), 1 + dice.pick(4) as i64));
    }
    if dice.chance(40) {
        let ty = *dice.among(&[(0, 2), (-1, 1), (1, 3)]);
        types.aliases.push((format!("{prefix}T"), Ty::Int(ty.0, ty.1)));
    }
    if dice.chance(70) {
        let variants = (0..2 + dice.pick(2)).map(|i| (format!("{prefix}A{i}"), Vec::new())).collect();
        types.enums.push(Enum { name: format!("{prefix}E0"), variants });
    }
    if dice.chance(50) {
        let fields = (0..1 + dice.few(2))
            .map(|i| Field {
                name: format!("{prefix}x{i}"),
                ty: if dice.chance(70) { types.small(dice, 4.0) } else { types.any(dice, 9.0) },
            })
            .collect();
        types.structs.push(Struct { name: format!("{prefix}S0"), fields });
    }
    if dice.chance(45) {
        let mut variants = Vec::new();
        for i in 0..2 + dice.pick(2) {
            let fields = (0..dice.pick(3))
                .map(|k| Field { name: format!("{prefix}y{k}"), ty: types.small(dice, 4.0) })
                .collect();
            variants.push((format!("{prefix}B{i}"), fields));
        }
        types.enums.push(Enum { name: format!("{prefix}E1"), variants });
    }
    types
}

/// A transition table on an enum whose variants have no fields.
fn table(dice: &mut Dice<'_>, variable: &str, of: &Enum) -> String {
    let names: Vec<&str> = of.variants.iter().map(|(name, _)| name.as_str()).collect();
    let mut rows = String::new();
    for (i, from) in names.iter().enumerate() {
        let mut to: Vec<&str> = names.iter().copied().filter(|_| dice.chance(40)).collect();
        if i == 0 && to.is_empty() {
            to.push(names[1]);
        }
        match (to.is_empty(), dice.chance(50)) {
            (false, _) => rows.push_str(&format!("{from} -> {}; ", to.join(" | "))),
            (true, true) => rows.push_str(&format!("{from}; ")),
            (true, false) => {}
        }
    }
    let initial = match dice.pick(4) {
        0..=1 => String::new(),
        2 => format!(" = {}", dice.among(&names)),
        _ => " = any".to_owned(),
    };
    format!("table {variable}_table on {variable}: {}{initial} {{ {rows}}}", of.name)
}

fn action(w: &mut Writer<'_>, name: String) -> Action {
    let mut params = Vec::new();
    for _ in 0..w.dice.few(2) {
        let param = w.fresh();
        let collection = if w.dice.chance(35) { w.reach(&|ty| ty.element().is_some()) } else { None };
        let (domain, ty, range) = match collection {
            Some((text, ty)) => {
                w.note("parameter in a collection");
                (format!(" in {text}"), ty.element().cloned().unwrap_or(NUMBER), None)
            }
            None => {
                let ty = w.types.small(&mut w.dice, 5.0);
                let sign = if w.dice.chance(25) && !matches!(ty, Ty::Option(_)) { " in" } else { ":" };
                w.note("parameter over a type");
                let range = if let Ty::Int(lo, hi) = ty { Some((lo, hi)) } else { None };
                (format!("{sign} {}", w.types.show(&ty)), ty, range)
            }
        };
        params.push(Param { name: param.clone(), domain, range });
        w.bind(param, ty);
    }
    let (guard, names) = if w.dice.chance(55) {
        let (guard, names) = w.condition(2);
        (Some(guard), names)
    } else {
        (None, Vec::new())
    };
    let body = w.with(names, |w| w.block(2, 2, 3));
    let fairness = time::fairness(&mut w.dice);
    Action { fairness, name, params, guard, body }
}

/// Properties that hold now and then: facts of types, things that are rarely false, and anything.
fn property(w: &mut Writer<'_>) -> (&'static str, String) {
    let kind = *w.dice.among(&["invariant", "step invariant", "reachable", "invariant"]);
    w.primes = kind == "step invariant";
    let atom = |w: &mut Writer<'_>| if w.dice.chance(50) { w.equality(0) } else { w.comparison(0) };
    // What must come together before anything is claimed, so that it takes some steps until the claim can be false.
    let together =
        |w: &mut Writer<'_>| (0..2 + w.dice.pick(2)).map(|_| atom(w)).collect::<Vec<_>>().join(" && ");
    let claim = match (kind, w.dice.pick(8)) {
        ("reachable", 0..=5) => together(w),
        (_, 0..=2) => format!("!({})", together(w)),
        (_, 3..=4) => {
            let (cond, claim) = (together(w), w.boolean(2));
            format!("{cond} ==> {claim}")
        }
        (_, 5) => {
            let (binders, names) = w.binders(1);
            let (cond, claim) = w.with(names, |w| (together(w), w.boolean(1)));
            format!("forall {binders}: {cond} ==> {claim}")
        }
        _ => w.boolean(3),
    };
    (kind, claim)
}
