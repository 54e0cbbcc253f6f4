//! The models of the comparison, and their texts for other checkers.

use std::path::PathBuf;

/// A model that is written for musilc, SPIN, Rumur and Stateright.
#[derive(Debug)]
pub(crate) struct Model {
    pub(crate) name: &'static str,
    /// The file for musilc, and the check in it.
    pub(crate) file: &'static str,
    pub(crate) check: &'static str,
    /// The constant that is the size.
    pub(crate) constant: &'static str,
    /// Where there is a search that is written by hand.
    pub(crate) by_hand: bool,
    pub(crate) sizes: &'static [u32],
    /// A size that musilc alone is measured at.
    pub(crate) alone: Option<u32>,
    /// Sizes for a quick run, and the first one for tests.
    pub(crate) quick: &'static [u32],
}

pub(crate) const MODELS: &[Model] = &[
    Model {
        name: "philosophers",
        // In the family, the check that holds has philosophers who are ordered.
        file: "tests/models/philosophers.musil",
        check: "all",
        constant: "N",
        by_hand: true,
        sizes: &[16, 18],
        alone: None,
        quick: &[12],
    },
    Model {
        name: "filter-lock",
        file: "benches/families/filter-lock.musil",
        check: "fixed",
        constant: "N",
        by_hand: false,
        sizes: &[6],
        alone: Some(7),
        quick: &[4, 5],
    },
    Model {
        name: "two-phase-commit",
        file: "benches/families/two-phase-commit.musil",
        check: "fixed",
        constant: "N",
        by_hand: false,
        sizes: &[8, 9],
        alone: None,
        quick: &[6],
    },
    Model {
        name: "mesi",
        file: "benches/families/mesi.musil",
        check: "fixed",
        constant: "N",
        by_hand: true,
        sizes: &[9],
        alone: None,
        quick: &[6],
    },
    Model {
        name: "alternating-bit",
        file: "benches/families/alternating-bit.musil",
        check: "fixed",
        constant: "K",
        by_hand: false,
        sizes: &[3],
        alone: None,
        quick: &[1, 2],
    },
];

/// Distinct states, and transitions with those that change nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Counts {
    pub(crate) states: u64,
    pub(crate) transitions: u64,
}

impl Model {
    /// Where the file for musilc is.
    pub(crate) fn path(&self) -> PathBuf {
        root().join(self.file)
    }

    /// The text for another checker at a size; `extension` says which.
    pub(crate) fn source(&self, extension: &str, size: u32) -> String {
        let path = root().join("benches/peers/models").join(format!("{}.{extension}", self.name));
        let template = std::fs::read_to_string(path).expect("a template can be read");
        expand(&template, size)
    }
}

pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Writes the size for `@N@`, and for `@ALL text@` the conjunction of the text over all numbers `#` below it.
fn expand(template: &str, size: u32) -> String {
    let mut parts = template.split('@');
    let mut text = parts.next().unwrap_or_default().to_owned();
    while let (Some(hole), Some(after)) = (parts.next(), parts.next()) {
        text += &match hole.strip_prefix("ALL ") {
            Some(each) => conjunction(each, size),
            None => size.to_string(),
        };
        text += after;
    }
    text
}

fn conjunction(each: &str, size: u32) -> String {
    let all: Vec<String> =
        (0..size).map(|number| format!("({})", each.replace('#', &number.to_string()))).collect();
    all.join(" && ")
}
