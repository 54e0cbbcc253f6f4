//! Measures the symbolic engine on the families of models, and ABC on the same systems, and writes the tables of
//! `docs/symbolic-performance.md`:
//!
//! ```sh
//! cargo run --release --example symbolic_table -- --limit 10 --out docs/symbolic-performance.md
//! ```
//!
//! `--limit` is in seconds, `--family NAME` measures one family only, and without `--out` the tables are printed. Where musilc takes longer
//! than it is meant to is told at the end, on the standard error output. A wrong verdict, or one that ABC does not share, is a panic.

#![allow(clippy::expect_used, reason = "it is run by developers, and fails by panicking")]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "figures and progress")]

mod abc;
#[path = "../machine/mod.rs"]
mod machine;
#[path = "../measured/mod.rs"]
mod measured;
mod record;
mod table;

use measured::{FAMILIES, Run, Task};
use musilc_symbolic::Options;
use record::{fastest, scale};
use std::time::Duration;
use table::{Table, shortfalls};

/// Up to how many values integers are written by cases, to compare.
const CASES: [usize; 4] = [1, 4, 16, 64];

struct Arguments {
    limit: Duration,
    out: Option<String>,
    family: Option<String>,
}

fn arguments() -> Arguments {
    let mut found = Arguments { limit: Duration::from_secs(10), out: None, family: None };
    let mut rest = std::env::args().skip(1);
    while let Some(name) = rest.next() {
        let value = rest.next().unwrap_or_else(|| panic!("{name} lacks its value"));
        match name.as_str() {
            "--limit" => found.limit = Duration::from_secs(value.parse().expect("a number of seconds")),
            "--out" => found.out = Some(value),
            "--family" => found.family = Some(value),
            _ => panic!("unknown argument {name}: there are --limit, --out and --family"),
        }
    }
    found
}

fn main() {
    let Arguments { limit, out, family } = arguments();
    let abc = abc::installed();
    let wanted: Vec<_> =
        FAMILIES.iter().filter(|known| family.as_ref().is_none_or(|name| name == known.name)).collect();
    let table = Table { limit };
    let load_before = machine::load();

    let mut rows: Vec<(String, Vec<Run>)> = Vec::new();
    for family in &wanted {
        let instance = family.at(family.sizes[family.moderate]);
        for (name, task) in [("shortest", Task::Shortest), ("proof", Task::Proof)] {
            let runs = CASES.map(|most_cases| {
                let options = Options { most_cases, ..task.options(&instance) };
                fastest(|| task.run(&instance, &options, Some(limit)))
            });
            rows.push((format!("{}, {}, {name}", instance.family, instance.size), runs.to_vec()));
        }
    }
    let encodings = table.encodings(&CASES, &rows);
    eprintln!("{encodings}");
    let records: Vec<_> = wanted.iter().flat_map(|family| scale(family, limit, abc)).collect();

    let text = include_str!("preface.txt")
        .replace("{machine}", &about(abc, &load_before))
        .replace("{limit}", &limit.as_secs().to_string())
        .replace("{tasks}", table.tasks(&records).trim_end())
        .replace("{encodings}", encodings.trim_end());
    match out {
        Some(path) => std::fs::write(path, text).expect("the file can be written"),
        None => println!("{text}"),
    }
    for shortfall in shortfalls(&records) {
        eprintln!("slow: {shortfall}");
    }
}

/// What it was measured on, and with what.
fn about(abc: Option<&'static str>, load_before: &str) -> String {
    let load = format!("{}; {load_before}, {}", machine::processors(), machine::load());
    machine::facts(&[
        ("processor", machine::processor()),
        ("Z3", musilc_symbolic::z3_version().to_owned()),
        ("ABC", abc.map_or_else(|| "not installed".to_owned(), abc::version)),
        ("commit", machine::commit()),
        ("processors, and load before and after", load),
    ])
}
