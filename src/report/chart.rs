//! Charts: runs of protocols as messages between nodes.

mod draw;
mod mermaid;
mod sequence;

use super::figures::counted;
use musilc_ir::{Trace, TransitionSystem};
use sequence::{Sequence, TooMany};

pub(crate) use mermaid::diagram;

/// When the chart of a run is shown beside its steps.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Charts {
    /// Where it fits.
    #[default]
    Auto,
    /// Always; where it does not fit, it says so.
    Always,
    /// Never.
    Never,
}

/// The chart of a run; `None` where there is none to show. Every line ends with a line end.
pub(crate) fn chart(
    system: &TransitionSystem,
    trace: &Trace,
    charts: Charts,
    width: usize,
    indent: usize,
) -> Option<String> {
    if charts == Charts::Never || trace.steps.is_empty() {
        return None;
    }
    let margin = " ".repeat(indent);
    let problem = match Sequence::of(system, trace)? {
        Ok(sequence) => match draw::chart(&sequence, trace, width, indent) {
            Ok(chart) => return Some(chart),
            Err(_) => {
                let (sequence, idle) = sequence.without_idle();
                let left_out = match idle {
                    0 => String::new(),
                    _ => format!(
                        "{margin}left out: {} at which nothing happens\n",
                        counted(idle as u64, "node")
                    ),
                };
                match draw::chart(&sequence, trace, width, indent) {
                    Ok(chart) => return Some(format!("{chart}{left_out}")),
                    Err(draw::TooNarrow { needed }) => {
                        let nodes = sequence.lanes.len();
                        format!("the chart of {nodes} nodes needs {needed} columns, and there are {width}")
                    }
                }
            }
        },
        Err(TooMany) => format!("there is no chart of more than {} nodes", sequence::MOST_LANES),
    };
    (charts == Charts::Always).then(|| format!("{margin}{problem}\n"))
}
