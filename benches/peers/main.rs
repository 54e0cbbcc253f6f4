//! Measures the explicit engine beside SPIN, Rumur, Stateright and searches written by hand, on the same models, and writes
//! `docs/explicit-performance.md`:
//!
//! ```sh
//! cargo run --release --example peers_table -- --out docs/explicit-performance.md
//! ```
//!
//! Everything is compiled into `target/peers`. Tools that are not installed are said to be absent. Where two tools count different states or
//! transitions, the page begins with that, and the exit status is 1.

#![allow(clippy::expect_used, reason = "it is run by developers, and fails by panicking")]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "figures and progress")]

mod crates;
mod generated;
#[path = "../machine/mod.rs"]
mod machine;
mod measure;
mod model;
mod musilc;
mod page;
mod process;
mod table;

use clap::Parser;
use generated::Generator;
use measure::{Measure, Programs, Row};
use model::MODELS;
use process::Manner;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

#[derive(Parser, Debug)]
#[command(about = "Measures the explicit engine beside other checkers")]
struct Arguments {
    /// Most seconds of a run
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    limit: u64,
    /// How often everything is run; medians count
    #[arg(long, value_name = "R", default_value_t = 3)]
    repeat: usize,
    /// Measure this model only
    #[arg(long, value_name = "MODEL", value_parser = clap::builder::PossibleValuesParser::new(MODELS.iter().map(|model| model.name)))]
    only: Option<String>,
    /// Small sizes
    #[arg(long)]
    quick: bool,
    /// Where the page is written [default: the standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Another musilc than that of this workspace
    #[arg(long, value_name = "PROGRAM")]
    musilc: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let limit = Duration::from_secs(arguments.limit);
    let manner = Manner { limit, processor: process::last_processor() };
    let measure = Measure { programs: programs(&arguments), manner, repeat: arguments.repeat };
    let load_before = machine::load();

    let rows = rows(&measure, &arguments);
    let threads = if measure.programs.musilc.threads { in_two_threads(&measure, &rows) } else { Vec::new() };
    let page = page::Page { measure: &measure, rows: &rows, threads: &threads, load_before: &load_before };
    let text = page.text();
    match &arguments.out {
        Some(path) => std::fs::write(path, text).expect("the file can be written"),
        None => println!("{text}"),
    }
    let disagreements: Vec<String> = rows.iter().flat_map(Row::disagreements).collect();
    for disagreement in &disagreements {
        eprintln!("disagreement: {disagreement}");
    }
    if disagreements.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Builds what is to be built.
fn programs(arguments: &Arguments) -> Programs {
    let musilc = arguments.musilc.clone().or_else(crates::musilc).expect("musilc can be built");
    Programs {
        musilc: musilc::Musilc::new(musilc),
        stateright: crates::build("stateright", "stateright-peers"),
        by_hand: crates::build("by-hand", "by-hand"),
        spin: Generator::SpinBfs.missing().is_none(),
        rumur: Generator::Rumur.missing().is_none(),
    }
}

/// Measures every model that is wanted at every size.
fn rows(measure: &Measure, arguments: &Arguments) -> Vec<Row> {
    let mut rows = Vec::new();
    for model in MODELS.iter().filter(|model| arguments.only.as_deref().is_none_or(|name| name == model.name))
    {
        let sizes = if arguments.quick { model.quick } else { model.sizes };
        let alone = model.alone.filter(|_| !arguments.quick);
        let sizes = sizes.iter().map(|&size| (size, false)).chain(alone.map(|size| (size, true)));
        for (size, alone) in sizes {
            let row = measure.row(model, size, alone);
            eprintln!("{}", table::times(std::slice::from_ref(&row)).lines().last().unwrap_or_default());
            rows.push(row);
        }
    }
    rows
}

/// The same by musilc in two threads, on whichever processors.
fn in_two_threads<'r>(measure: &Measure, rows: &'r [Row]) -> Vec<(&'r Row, measure::Figure)> {
    let manner = Manner { processor: None, ..measure.manner };
    rows.iter().map(|row| (row, measure.musilc(&manner, row.model, row.size, 2))).collect()
}
