//! How far the engines go.

use super::values::{seconds, size};
use clap::Args;
use musilc::Options;
use std::time::Duration;

/// How far the engines go.
#[derive(Args, Debug, Default)]
pub(crate) struct LimitArguments {
    /// Depth of the bounded checker [default: as deep as the explicit search needed it, at most 20]
    #[arg(long, help_heading = "Limits", value_name = "N")]
    pub(crate) depth: Option<u32>,
    /// Most distinct states of the explicit search
    #[arg(long, help_heading = "Limits", value_name = "N")]
    pub(crate) max_states: Option<u64>,
    /// Most memory for the states of the explicit search, and for the solvers, such as 512M or 2G [default: 3/4 of what is available
    /// at the start]
    #[arg(long, help_heading = "Limits", value_name = "SIZE", value_parser = size)]
    pub(crate) max_memory: Option<u64>,
    /// Depth beyond which no engine searches; a proof is not bound by it
    #[arg(long, help_heading = "Limits", value_name = "N")]
    pub(crate) max_depth: Option<u32>,
    /// Most seconds of each engine for each check
    #[arg(long, help_heading = "Limits", value_name = "SECONDS", value_parser = seconds)]
    pub(crate) timeout: Option<Duration>,
}

impl LimitArguments {
    /// The options with these limits.
    pub(crate) fn apply(&self, mut options: Options) -> Options {
        if let Some(depth) = self.depth {
            options = options.depth(depth);
        }
        if let Some(states) = self.max_states {
            options = options.max_states(states);
        }
        if let Some(bytes) = self.max_memory {
            options = options.max_memory(bytes);
        }
        if let Some(depth) = self.max_depth {
            options = options.max_depth(depth);
        }
        if let Some(timeout) = self.timeout {
            options = options.timeout(timeout);
        }
        options
    }

    /// As they are written on the command line, each with a blank before it.
    pub(super) fn reproduction(&self) -> String {
        let mut out = String::new();
        for (option, value) in [
            ("depth", self.depth.map(u64::from)),
            ("max-states", self.max_states),
            ("max-memory", self.max_memory),
            ("max-depth", self.max_depth.map(u64::from)),
        ] {
            if let Some(value) = value {
                out.push_str(&format!(" --{option} {value}"));
            }
        }
        if let Some(timeout) = self.timeout {
            out.push_str(&format!(" --timeout {}", timeout.as_secs_f64()));
        }
        out
    }
}
