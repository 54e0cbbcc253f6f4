//! The report as diagrams for Mermaid.

use super::chart::diagram;
use super::ending::ending;
use super::human::result;
use crate::result::{CheckReport, Exit, Report};

/// The report as diagrams for Mermaid, one for each check that has a trace. What else there is to say stands in comments.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mermaid {
    /// Shows only what is not as expected.
    pub quiet: bool,
}

impl Mermaid {
    /// The diagrams of a chapter.
    #[must_use]
    pub fn chapter(self, report: &Report) -> String {
        let shown = report.checks.iter().filter(|check| !self.quiet || check.exit() != Exit::Passed);
        shown.map(|check| of_check(report, check)).collect()
    }
}

fn of_check(report: &Report, check: &CheckReport) -> String {
    let title = format!("{} {}: {}", report.source.name(), check.check.name, result(check));
    // Nothing in a comment may look like a directive.
    let mut out = format!("%% {}\n", title.replace(char::is_control, " ").replace("%%", "% %"));
    let Some(system) = &check.system else { return out };
    if let (Some((trace, _)), Some(ending)) =
        (check.finding.trace(), ending(&report.source, system, &check.finding))
    {
        out.push_str(&diagram(system, trace, &ending));
        out.push('\n');
    }
    out
}
