//! What is shown of the results.

use clap::{Args, ValueEnum};
use musilc::report::Charts;

/// What is shown of the results.
#[derive(Args, Debug, Default)]
pub(crate) struct OutputArguments {
    /// What the results look like
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: Format,
    /// Show only what is not as expected, and the summary
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// Show statistics of every check
    #[arg(long)]
    pub(crate) stats: bool,
    /// Show the traces of checks that are as expected too
    #[arg(long)]
    pub(crate) traces: bool,
    /// Show whole states in traces, not only what changes
    #[arg(long)]
    pub(crate) all_values: bool,
    /// When to show the run of a protocol as a chart of its messages too
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(crate) chart: ChartArgument,
    /// Leave out what differs from run to run
    #[arg(long, hide = true)]
    pub(crate) no_timings: bool,
}

/// What the results look like.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub(crate) enum Format {
    /// For people
    #[default]
    Human,
    /// For programs; docs/json.md describes it
    Json,
    /// The traces as Mermaid diagrams
    Mermaid,
}

/// When charts are shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub(crate) enum ChartArgument {
    /// Where they fit
    #[default]
    Auto,
    /// Always; where one does not fit, say so
    Always,
    /// Never
    Never,
}

impl From<ChartArgument> for Charts {
    fn from(argument: ChartArgument) -> Self {
        match argument {
            ChartArgument::Auto => Charts::Auto,
            ChartArgument::Always => Charts::Always,
            ChartArgument::Never => Charts::Never,
        }
    }
}
