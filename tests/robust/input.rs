//! Inputs that nobody would write.

use crate::large::large;
use musilc::frontend::literate::Source;
use std::path::{Path, PathBuf};

/// A small generator of pseudo-random numbers (xorshift64*, Vigna 2016), so that a seed gives the same input everywhere.
pub(crate) struct Random(u64);

impl Random {
    /// Neighbouring seeds give unrelated sequences (the finaliser of SplitMix64, Steele, Lea and Flood 2014).
    pub(crate) fn new(seed: u64) -> Self {
        let mut z = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        Self((z ^ (z >> 31)).max(1))
    }

    /// A number below the bound, or 0 where that is 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % bound.max(1)
    }

    fn of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}

/// Chapters to start from, and the tokens in them.
pub(crate) struct Corpus {
    texts: Vec<(&'static str, String)>,
    /// How many of them, the first, have no mistakes.
    sound: usize,
    tokens: Vec<String>,
}

/// Numbers on and beyond the edges of what is possible.
const NUMBERS: &[&str] = &[
    "0",
    "1",
    "2",
    "3",
    "7",
    "8",
    "9",
    "16",
    "63",
    "64",
    "65",
    "255",
    "256",
    "1000",
    "65535",
    "65536",
    "65537",
    "1048576",
    "4294967296",
    "1099511627776",
    "9999999999999",
    "0x",
    "1_0",
];

/// Pieces that are rare in chapters.
const RARE: &[&str] = &[
    "always",
    "eventually",
    "next",
    "until",
    "weak until",
    "release",
    "~>",
    "taken(a)",
    "taken(a(_))",
    "enabled(a(1))",
    "fair",
    "as one",
    "always possible",
    "response(x == 1, x == 2)",
    "any",
    "Bag<0..3, 2>",
    "Seq<bool, 3>",
    "Set<0..4>",
    "Option<Option<bool>>",
    "[[0..3; 2]; bool]",
    "choose",
    "min",
    "max",
    "sum",
    "count",
    "forall",
    "exists",
    "in",
    "is",
    "'",
    "None",
    "Some(1)",
    "{}",
    "[]",
    ".value",
    ".head",
    ".len",
    ".count(1)",
    ".push(1);",
    ".pop();",
    ".insert(2);",
    ".remove(0);",
    "x'",
    "-1",
    "/ 0",
    "% 0",
    "!",
    "==>",
    "<==>",
    "..",
    "..=",
    "_",
    "|",
    "&",
    "match",
    "for",
    "let",
    "/*",
    "*/",
    "///",
    "\"",
    "```",
    "```musil\n",
    "\u{feff}",
    "é",
    "∀",
    "\0",
    "\r\n",
    "\t",
    "0..1_000_000",
    "1_000_000 * 1_000_000",
    "init",
    "table",
    "from \"lifecycle.toml\";",
    "terminal",
    "reachable",
    "step invariant",
];

/// Operators that may stand for each other.
const OPERATORS: &[&[&str]] = &[
    &["==", "!=", "<", "<=", ">", ">=", "in"],
    &["&&", "||", "==>", "<==>"],
    &["+", "-", "*", "/", "%", "|", "&"],
    &["forall", "exists", "count", "sum", "min", "max", "choose"],
    &["invariant", "step invariant", "reachable"],
    &["holds", "deadlock", "error"],
];

impl Corpus {
    /// Reads the chapters and the tests' chapters.
    pub(crate) fn read() -> Self {
        let mut texts = read("chapters");
        texts.extend(read("tests/models"));
        // Without their prose, chapters are changed where it matters.
        let programs: Vec<String> = texts
            .iter()
            .filter(|(name, _)| *name == "a.md")
            .map(|(name, text)| Source::new(*name, text.as_str()).program().trim().to_owned())
            .collect();
        texts.extend(
            programs.into_iter().filter(|program| !program.is_empty()).map(|program| ("a.musil", program)),
        );
        let sound = texts.len();
        texts.extend(read("tests/diagnostics"));
        let mut tokens: Vec<String> = texts.iter().flat_map(|(_, text)| tokens(text)).collect();
        tokens.retain(|token| !token.trim().is_empty());
        tokens.sort();
        tokens.dedup();
        Self { texts, sound, tokens }
    }

    /// The chapters.
    pub(crate) fn texts(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.texts.iter().map(|(name, text)| (*name, text.as_str()))
    }

    /// Mostly a chapter without mistakes.
    fn text(&self, random: &mut Random) -> &(&'static str, String) {
        let end = if random.below(4) == 0 { self.texts.len() } else { self.sound };
        &self.texts[random.below(end)]
    }

    /// A name that says which kind of file it is, and a text.
    pub(crate) fn input(&self, random: &mut Random) -> (&'static str, String) {
        // These take long.
        if random.below(100) == 0 {
            return ("a.musil", large(random));
        }
        match random.below(20) {
            0 => (["a.md", "a.musil"][random.below(2)], bytes(random)),
            1 => ("a.musil", self.soup(random, 80)),
            2 => {
                let (declarations, statements) = (self.soup(random, 20), self.soup(random, 30));
                let text = format!(
                    "model M {{ var x: 0..4 = 0; {declarations} action a() {{ {statements} }} }} check c: M expect holds;"
                );
                ("a.musil", text)
            }
            3 => {
                let [claim, time, body] = [12, 16, 12].map(|most| self.soup(random, most).replace(';', ""));
                let text = format!(
                    "model M {{ var x: 0..4 = 0; var s: Set<0..4> = {{}}; var q: Seq<0..4, 2> = []; var o: Option<bool> = None;\n\
                     invariant p: {claim};\nproperty t: {time};\nfair action a(i: 0..3) {{ x = {body}; }} }}\ncheck c: M expect holds;"
                );
                ("a.musil", text)
            }
            4 | 5 => self.splice(random),
            _ => {
                let (name, text) = self.text(random);
                (name, self.changed(text, random))
            }
        }
    }

    /// Random tokens.
    fn soup(&self, random: &mut Random, most: usize) -> String {
        let count = random.below(most);
        (0..count).map(|_| self.token(random).to_owned() + " ").collect()
    }

    fn token(&self, random: &mut Random) -> &str {
        match random.below(10) {
            0 => random.of::<&str>(NUMBERS),
            1 | 2 => random.of::<&str>(RARE),
            _ => random.of::<String>(&self.tokens),
        }
    }

    /// The beginning of one chapter and the end of another.
    fn splice(&self, random: &mut Random) -> (&'static str, String) {
        let (name, first) = self.text(random);
        let (_, second) = self.text(random);
        let (first, second) = (tokens(first), tokens(second));
        let (end, start) = (random.below(first.len()), random.below(second.len()));
        (name, first[..end].iter().chain(&second[start..]).map(String::as_str).collect())
    }

    /// A chapter with a few tokens changed.
    fn changed(&self, text: &str, random: &mut Random) -> String {
        let mut tokens = tokens(text);
        // Mostly few, so that much of the chapter still means something.
        let changes = [1, 1, 1, 1, 2, 2, 4, 12][random.below(8)];
        for _ in 0..changes {
            if tokens.is_empty() {
                break;
            }
            let at = random.below(tokens.len());
            let end = (at + 1 + random.below(6)).min(tokens.len());
            match random.below(16) {
                0 => drop(tokens.remove(at)),
                1 => drop(tokens.drain(at..end)),
                2 => {
                    let copy = tokens[at..end].to_vec();
                    let to = random.below(tokens.len());
                    tokens.splice(to..to, copy);
                }
                3 => {
                    let other = random.below(tokens.len());
                    tokens.swap(at, other);
                }
                4 => tokens.insert(at, self.token(random).to_owned()),
                5 => flip(&mut tokens[at], random),
                6 | 7 => {
                    // A number becomes another one.
                    let numbers: Vec<usize> = (0..tokens.len())
                        .filter(|&i| tokens[i].starts_with(|c: char| c.is_ascii_digit()))
                        .collect();
                    if !numbers.is_empty() {
                        tokens[*random.of(&numbers)] = (*random.of(NUMBERS)).to_owned();
                    }
                }
                8 | 9 => {
                    // A name becomes another one of the same chapter.
                    let names: Vec<usize> =
                        (0..tokens.len()).filter(|&i| tokens[i].starts_with(char::is_alphabetic)).collect();
                    if !names.is_empty() {
                        let (from, to) = (*random.of(&names), *random.of(&names));
                        tokens[to] = tokens[from].clone();
                    }
                }
                10..=13 => {
                    // An operator becomes a similar one.
                    let class =
                        |token: &String| OPERATORS.iter().position(|class| class.contains(&token.as_str()));
                    let places: Vec<usize> =
                        (0..tokens.len()).filter(|&i| class(&tokens[i]).is_some()).collect();
                    if !places.is_empty() {
                        let place = *random.of(&places);
                        let class = OPERATORS[class(&tokens[place]).unwrap_or(0)];
                        tokens[place] = (*random.of::<&str>(class)).to_owned();
                    }
                }
                _ => tokens[at] = self.token(random).to_owned(),
            }
        }
        tokens.concat()
    }
}

/// The chapters of a directory.
fn read(directory: &str) -> Vec<(&'static str, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(directory);
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mut texts = Vec::new();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let kind = match path.extension().and_then(|extension| extension.to_str()) {
            Some("md") => "a.md",
            Some("musil") => "a.musil",
            _ => continue,
        };
        // These are slow on purpose.
        if !name.starts_with("E0303") && !name.starts_with("E0017") {
            texts.push((kind, std::fs::read_to_string(&path).unwrap()));
        }
    }
    texts
}

/// Random bytes, made text.
fn bytes(random: &mut Random) -> String {
    let length = random.below(300);
    let narrow = random.below(2) == 0;
    let byte = |random: &mut Random| if narrow { 32 + random.below(96) } else { random.below(256) };
    let bytes: Vec<u8> = (0..length).map(|_| u8::try_from(byte(random)).unwrap_or(0)).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Changes a bit of a token.
fn flip(token: &mut String, random: &mut Random) {
    let mut bytes = std::mem::take(token).into_bytes();
    if !bytes.is_empty() {
        let at = random.below(bytes.len());
        bytes[at] ^= 1 << random.below(8);
    }
    *token = String::from_utf8_lossy(&bytes).into_owned();
}

/// The text, cut into words, numbers, blanks and signs; nothing is lost.
fn tokens(text: &str) -> Vec<String> {
    #[derive(PartialEq, Clone, Copy)]
    enum Kind {
        Word,
        Blank,
        Sign,
    }
    let mut out: Vec<(Kind, String)> = Vec::new();
    for c in text.chars() {
        let kind = match c {
            _ if c.is_alphanumeric() || c == '_' => Kind::Word,
            _ if c.is_whitespace() => Kind::Blank,
            _ => Kind::Sign,
        };
        match out.last_mut() {
            Some((last, token)) if *last == kind && (kind != Kind::Sign || joins(token, c)) => token.push(c),
            _ => out.push((kind, c.to_string())),
        }
    }
    out.into_iter().map(|(_, token)| token).collect()
}

/// Whether a sign continues the operator before it.
fn joins(token: &str, c: char) -> bool {
    let longer = format!("{token}{c}");
    [
        "==", "==>", "<=", "<==", "<==>", ">=", "!=", "&&", "||", "..", "..=", "->", "=>", "//", "///", "``",
        "```", "::",
    ]
    .contains(&longer.as_str())
}
