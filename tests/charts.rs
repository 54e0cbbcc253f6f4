//! Charts of runs of protocols: what a system keeps for them survives the text form, and they fit where they are shown.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use musilc::ir::{chart, text};
use musilc::report::{Charts, Human};
use musilc::{Backend, Options, Report};

const PROTOCOLS: &str = "tests/cli/charts.in/charts.musil";

fn report() -> Report {
    let options = Options::new().backend(Backend::Explicit);
    musilc::compile_with(PROTOCOLS, &options).unwrap().check(&options).unwrap()
}

fn shown(report: &Report, width: usize, charts: Charts) -> String {
    let human = Human { width, charts, traces: true, timings: false, ..Human::default() };
    anstream::adapter::strip_str(&human.chapter(report)).to_string()
}

#[test]
fn charts_come_back_from_the_text_form() {
    let mut events = Vec::new();
    for check in report().checks {
        let system = check.system.unwrap();
        let again = text::parse(&text::print(&system)).unwrap();
        assert_eq!(again.chart, system.chart, "{}", check.check.name);
        assert_eq!(system.chart.is_some(), check.check.model != "Counter");
        let Some(chart) = system.chart else { continue };
        assert_eq!(chart.events.len(), system.transitions.len());
        assert!(!chart.events.contains(&chart::Event::Other), "{:?}", chart.events);
        events.extend(chart.events);
    }
    // Something of everything.
    use chart::Event::{
        Again, Corrupt, Crash, Deliver, Heal, Lose, Other, Own, Partition, Restart, Start, Timeout,
    };
    let number = |event: &chart::Event| match event {
        Other => None,
        Start(_) => Some(0),
        Timeout(..) => Some(1),
        Own(..) => Some(2),
        Crash(_) => Some(3),
        Restart(_) => Some(4),
        Deliver(_) => Some(5),
        Again(_) => Some(6),
        Lose(_) => Some(7),
        Corrupt(_) => Some(8),
        Partition => Some(9),
        Heal => Some(10),
    };
    let mut met: Vec<i32> = events.iter().filter_map(number).collect();
    met.sort_unstable();
    met.dedup();
    assert_eq!(met, Vec::from_iter(0..=10));
}

#[test]
fn charts_fit_or_say_that_they_do_not() {
    let report = report();
    for width in 40..130 {
        let text = shown(&report, width, Charts::Always);
        for line in text.lines().filter(|line| line.contains(['▸', '◂', '×', '┊', '╪'])) {
            assert!(line.chars().count() <= width, "{width}: {line}");
        }
    }
    let narrow = shown(&report, 30, Charts::Always);
    assert!(narrow.contains("the chart of 3 nodes needs "), "{narrow}");
    // Of the three stations, one does nothing in the run that is shown.
    assert!((40..60).any(|width| shown(&report, width, Charts::Auto).contains("left out: 1 node at which")));
    assert!(!shown(&report, 30, Charts::Auto).contains("the chart of"), "said only where it is asked for");
    assert!(!shown(&report, 100, Charts::Never).contains('▸'));
}
