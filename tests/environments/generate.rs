//! Random open systems, and the same systems written without environments.

use std::fmt::Write;

/// Random numbers (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }
}

/// The variables with the greatest value of each; the last one is the environment's own.
const VARIABLES: [(&str, u64); 3] = [("x", 3), ("y", 2), ("e", 2)];

/// An action: its guard, and what it assigns, in terms of the state before.
struct Action {
    name: String,
    fair: bool,
    guard: String,
    assigned: Vec<(usize, String)>,
}

impl Action {
    fn of(random: &mut Random, name: String, fair: bool, variables: &[usize]) -> Self {
        let mut assigned = Vec::new();
        for variable in variables {
            if assigned.is_empty() || random.one_in(2) {
                assigned.push((*variable, value(random, *variable)));
            }
        }
        let guard = if random.one_in(5) { "true".to_owned() } else { atom(random, variables, &[]) };
        Action { name, fair, guard, assigned }
    }

    fn written(&self, extra: &str) -> String {
        let fair = if self.fair { "fair " } else { "" };
        let mut out = format!("    {fair}action {}() when ({}){extra} {{ ", self.name, self.guard);
        // All of them read the state before.
        for (variable, value) in &self.assigned {
            write!(out, "let new_{0} = {value}; ", VARIABLES[*variable].0).unwrap();
        }
        for (variable, _) in &self.assigned {
            write!(out, "{0} = new_{0}; ", VARIABLES[*variable].0).unwrap();
        }
        out + "}\n"
    }

    /// A condition on the step, as one on the state before it.
    fn before(&self, condition: &str) -> String {
        let mut out = condition.to_owned();
        for (variable, (name, _)) in VARIABLES.iter().enumerate() {
            let value = self.assigned.iter().find(|(assigned, _)| *assigned == variable);
            let value = value.map_or((*name).to_owned(), |(_, value)| format!("({value})"));
            out = out.replace(&format!("@{name}"), &value);
        }
        out
    }

    /// Whether executing it is a model error.
    fn fails(&self) -> String {
        let outside =
            |(variable, value): &(usize, String)| format!("!(({value}) in 0..={})", VARIABLES[*variable].1);
        self.assigned.iter().map(outside).collect::<Vec<_>>().join(" || ")
    }
}

/// A value to assign, mostly in range.
fn value(random: &mut Random, variable: usize) -> String {
    let (name, most) = VARIABLES[variable];
    let step = 1 + random.below(most);
    match random.below(12) {
        0 => format!("{name} + {step}"),
        1..=4 => random.below(most + 1).to_string(),
        _ => format!("({name} + {step}) % {}", most + 1),
    }
}

/// A comparison of variables before and, as `@x`, after a step.
fn atom(random: &mut Random, before: &[usize], after: &[usize]) -> String {
    let count = (before.len() + after.len()) as u64;
    let term = |random: &mut Random| {
        let at = usize::try_from(random.below(count)).unwrap();
        match before.get(at) {
            Some(variable) => VARIABLES[*variable].0.to_owned(),
            None => format!("@{}", VARIABLES[after[at - before.len()]].0),
        }
    };
    let left = term(random);
    let right = if random.one_in(3) { term(random) } else { random.below(4).to_string() };
    let op = ["==", "!=", "<=", ">=", "!="][usize::try_from(random.below(5)).unwrap()];
    format!("{left} {op} {right}")
}

/// A condition on steps, or one on states: then it has `@x` only.
struct Condition {
    text: String,
    of_states: bool,
}

impl Condition {
    fn new(random: &mut Random) -> Self {
        let of_states = random.one_in(3);
        let all = [0, 1, 2];
        let before: &[usize] = if of_states { &[] } else { &all };
        let mut text = atom(random, before, &all);
        if random.one_in(2) {
            text = format!("({text}) || ({})", atom(random, before, &all));
        }
        // One on steps mentions the state after.
        if !of_states && !text.contains('@') {
            text = format!("({text}) || @x == x");
        }
        Condition { text, of_states }
    }

    fn written(&self) -> String {
        VARIABLES.iter().fold(self.text.clone(), |text, (name, _)| {
            text.replace(
                &format!("@{name}"),
                &if self.of_states { (*name).to_owned() } else { format!("{name}'") },
            )
        })
    }
}

pub(crate) struct OpenSystem {
    own: Vec<Action>,
    foreign: Vec<Action>,
    guarantees: Vec<Condition>,
    restrictions: Vec<Condition>,
    claims: String,
}

impl OpenSystem {
    pub(crate) fn new(seed: u64) -> Self {
        let mut random = Random(seed.wrapping_mul(0x2545_f491_4f6c_dd1d) ^ 0x5851_f42d);
        let actions = |random: &mut Random, prefix: &str, most: u64, variables: &[usize]| {
            (0..1 + random.below(most))
                .map(|at| {
                    let fair = random.one_in(3);
                    Action::of(random, format!("{prefix}{at}"), fair, variables)
                })
                .collect::<Vec<Action>>()
        };
        let own = actions(&mut random, "go", 2, &[0, 1]);
        let foreign = actions(&mut random, "do", 3, &[0, 1, 2]);
        let guarantees = (0..random.below(2)).map(|_| Condition::new(&mut random)).collect();
        let restrictions = (0..1 + random.below(4)).map(|_| Condition::new(&mut random)).collect();
        let mut claims = String::new();
        let (a, b) = (1 + random.below(3), random.below(3));
        writeln!(claims, "    invariant apart: !(x == {a} && y == {b});").unwrap();
        match random.below(4) {
            0 => writeln!(claims, "    property comes: always eventually x == {};", random.below(4)).unwrap(),
            1 => writeln!(claims, "    reachable there: x == {};", random.below(4)).unwrap(),
            _ => {}
        }
        match random.below(4) {
            0 => {}
            1 => writeln!(claims, "    terminal x == {};", random.below(4)).unwrap(),
            _ => writeln!(claims, "    terminal true;").unwrap(),
        }
        OpenSystem { own, foreign, guarantees, restrictions, claims }
    }

    pub(crate) fn assumptions(&self) -> usize {
        self.restrictions.len()
    }

    fn model(&self, variables: usize) -> String {
        let mut out = String::from("model System {\n");
        for (name, most) in &VARIABLES[..variables] {
            writeln!(out, "    var {name}: 0..={most} = 0;").unwrap();
        }
        self.own.iter().for_each(|action| out.push_str(&action.written("")));
        out + &self.claims
    }

    /// With an environment.
    pub(crate) fn open(&self) -> String {
        let mut out =
            self.model(2) + "}\nenvironment World(ref x: 0..=3, ref y: 0..=2) {\n    var e: 0..=2 = 0;\n";
        for (at, condition) in self.restrictions.iter().enumerate() {
            let condition = condition.written();
            writeln!(out, "    assume a{at}: \"so\", unverified, source \"here\", restricts {condition};")
                .unwrap();
        }
        self.foreign.iter().for_each(|action| out.push_str(&action.written("")));
        for (at, condition) in self.guarantees.iter().enumerate() {
            writeln!(out, "    guarantee g{at}: {};", condition.written()).unwrap();
        }
        out + "}\ncheck open: System with World(ref x, ref y) expect holds;\n"
    }

    /// The same in one model, with the assumptions of a set.
    pub(crate) fn plain(&self, set: u32) -> String {
        let mut out = self.model(3);
        let assumed = self.restrictions.iter().enumerate().filter(|(at, _)| set & (1 << at) != 0);
        let kept: Vec<&Condition> = self.guarantees.iter().chain(assumed.map(|(_, one)| one)).collect();
        for action in &self.foreign {
            let mut extra = String::new();
            for condition in &kept {
                let before = action.before(&condition.text);
                write!(extra, " && ({} || ({before}))", action.fails()).unwrap();
            }
            out.push_str(&action.written(&extra));
        }
        out + "}\ncheck plain: System expect holds;\n"
    }
}
