//! Small random systems with fairness assumptions, as text.

use musilc_ir::{Goal, Limits, TransitionSystem, Verdict, search, text};

/// Choices that follow from a seed alone.
pub(crate) struct Choices(u64);

impl Choices {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x1_0000_0001))
    }

    /// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n as u64).unwrap()
    }

    pub(crate) fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub(crate) fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}

/// What formulas may speak of.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    /// The variables: the number of values, from 0 on; `None` of a boolean.
    pub(crate) variables: Vec<(String, Option<usize>)>,
    /// The transitions: the number of values of each parameter.
    pub(crate) transitions: Vec<(String, Vec<usize>)>,
    /// The guards of transitions without parameters.
    pub(crate) guards: Vec<String>,
}

/// The text of a system without properties, with 3 to 30 reachable states, and what it is made of.
pub(crate) fn system(choices: &mut Choices) -> (String, Names) {
    loop {
        let (source, names) = attempt(choices);
        let system = parse(&source);
        let limits = Limits { max_states: Some(30), ..Limits::default() };
        let outcome = search::check(&system, Goal::All, &limits).unwrap();
        if matches!(outcome.verdict, Verdict::Proved(_)) && outcome.statistics.states >= Some(3) {
            return (source, names);
        }
    }
}

pub(crate) fn parse(source: &str) -> TransitionSystem {
    text::parse(source).unwrap_or_else(|error| panic!("{error}\n{source}"))
}

fn attempt(choices: &mut Choices) -> (String, Names) {
    let mut names = Names::default();
    let mut out = "system random\n".to_owned();
    for name in ["a", "b", "c"].iter().take(1 + choices.below(3)) {
        let size = if choices.one_in(4) { None } else { Some(2 + choices.below(4)) };
        let ty = size.map_or("bool".to_owned(), |size| format!("0..={}", size - 1));
        out += &format!("var {name}: {ty}\n");
        names.variables.push(((*name).to_owned(), size));
    }
    let free = choices.one_in(4).then(|| choices.below(names.variables.len()));
    let values = names.variables.iter().enumerate().map(|(index, (name, size))| {
        let free = free == Some(index);
        match size {
            None => format!("  {name} = {}\n", if free { "$start == 1" } else { "false" }),
            Some(_) => format!("  {name} = {}\n", if free { "$start" } else { "0" }),
        }
    });
    let values: String = values.collect();
    out += &if free.is_some() { format!("init(start: 0..=1)\n{values}") } else { format!("init\n{values}") };
    for number in 0..2 + choices.below(4) {
        out += &transition(choices, &mut names, number);
    }
    (out + "terminal holds true\n", names)
}

fn transition(choices: &mut Choices, names: &mut Names, number: usize) -> String {
    let fairness =
        *choices.pick(&["", "", "weak ", "weak ", "weak whole ", "strong ", "strong ", "strong whole "]);
    let params: Vec<usize> = match choices.below(8) {
        0..=3 => vec![],
        4..=6 => vec![1 + choices.below(3)],
        _ => vec![2, 1 + choices.below(2)],
    };
    let declared: Vec<String> =
        params.iter().enumerate().map(|(i, count)| format!("p{i}: 0..={}", count - 1)).collect();
    let atoms: Vec<String> =
        (0..*choices.pick(&[0, 1, 1, 1, 2, 2])).map(|_| condition(choices, names, params.len())).collect();
    let guard = match atoms.as_slice() {
        [] => "true".to_owned(),
        [a, b] if choices.one_in(4) => format!("({a} || {b})"),
        atoms => atoms.join(" && "),
    };
    let name = format!("t{number}");
    let mut out = format!("{fairness}transition {name}");
    if !params.is_empty() {
        out += &format!("({})", declared.join(", "));
    }
    out += &format!("\n  when {guard}\n");
    let count = if choices.one_in(3) { 2 } else { 1 };
    let first = choices.below(names.variables.len());
    for offset in 0..count.min(names.variables.len()) {
        let (variable, size) = names.variables[(first + offset) % names.variables.len()].clone();
        out += &format!("  {variable} := {}\n", value(choices, names, params.len(), &variable, size));
    }
    if params.is_empty() {
        names.guards.push(guard);
    }
    names.transitions.push((name, params));
    out
}

/// A condition on the state, and on as many parameters.
pub(crate) fn condition(choices: &mut Choices, names: &Names, params: usize) -> String {
    let (name, size) = choices.pick(&names.variables).clone();
    let Some(size) = size else {
        return if choices.one_in(2) { name } else { format!("!{name}") };
    };
    if params > 0 && choices.one_in(2) {
        let param = choices.below(params);
        return format!("{name} {} $p{param}", choices.pick(&["==", "==", "!=", "<="]));
    }
    let bound = choices.below(size);
    format!("{name} {} {bound}", choices.pick(&["==", "==", "!=", "<", ">="]))
}

/// What a variable becomes.
fn value(choices: &mut Choices, names: &Names, params: usize, variable: &str, size: Option<usize>) -> String {
    let Some(size) = size else {
        return match choices.below(4) {
            0 => "true".to_owned(),
            1 => "false".to_owned(),
            2 => format!("!{variable}"),
            _ => condition(choices, names, params),
        };
    };
    let other = names.variables.iter().filter(|(_, size)| size.is_some()).map(|(name, _)| name);
    let other: Vec<&String> = other.collect();
    let number = match choices.below(8) {
        0 => choices.below(size).to_string(),
        1..=3 => format!("{variable} + {}", 1 + choices.below(2)),
        4 => format!("{} - {variable}", size - 1),
        5 => format!("{} + 1", choices.pick(&other)),
        _ if params > 0 => format!("{variable} + $p{}", choices.below(params)),
        _ => format!("{variable} + {}", choices.below(2)),
    };
    format!("narrow(({number}) mod {size}, 0..={})", size - 1)
}
