//! Runs every tool on a model, one after another and several times, and keeps the medians.

use crate::crates;
use crate::generated::Generator;
use crate::model::{Counts, Model};
use crate::musilc::{Musilc, reported};
use crate::process::{Manner, Ran};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Who searches.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Tool {
    Musilc,
    Spin,
    Rumur,
    Stateright,
    ByHand,
}

/// The programs that are there.
#[derive(Debug)]
pub(crate) struct Programs {
    pub(crate) musilc: Musilc,
    pub(crate) stateright: Option<PathBuf>,
    pub(crate) by_hand: Option<PathBuf>,
    pub(crate) spin: bool,
    pub(crate) rumur: bool,
}

/// What a tool took. The median of some runs.
#[derive(Clone, Debug)]
pub(crate) struct Figure {
    /// `None` where it came to the limit, or said that something is wrong.
    pub(crate) counts: Option<Counts>,
    pub(crate) stopped: bool,
    pub(crate) elapsed: Duration,
    pub(crate) memory: u64,
    /// To generate a program and to compile it.
    pub(crate) preparation: Option<Duration>,
    /// What the engine itself says that it took.
    pub(crate) engine: Option<f64>,
    /// What is to be said of it.
    pub(crate) remark: &'static str,
}

/// A model at a size, by everyone.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) model: &'static Model,
    pub(crate) size: u32,
    pub(crate) figures: Vec<(Tool, Figure)>,
}

impl Row {
    pub(crate) fn figure(&self, tool: Tool) -> Option<&Figure> {
        self.figures.iter().find(|(by, _)| *by == tool).map(|(_, figure)| figure)
    }

    /// What musilc counts.
    pub(crate) fn counts(&self) -> Option<Counts> {
        self.figure(Tool::Musilc)?.counts
    }

    /// Whether somebody counts something else than musilc, or says that something is wrong.
    pub(crate) fn differs(&self, figure: &Figure) -> bool {
        let known = self.counts();
        !figure.stopped && (figure.counts.is_none() || known.is_some() && figure.counts != known)
    }

    /// Who does.
    pub(crate) fn disagreements(&self) -> Vec<String> {
        let known = self.counts();
        let wrong = self.figures.iter().filter(|(_, figure)| self.differs(figure));
        let said = wrong.map(|(tool, figure)| {
            let (tool, found) = (tool.name(), shown(figure.counts));
            format!("{}, {}: {tool} says {found}, musilc {}", self.model.name, self.size, shown(known))
        });
        said.collect()
    }
}

fn shown(counts: Option<Counts>) -> String {
    match counts {
        Some(Counts { states, transitions }) => format!("{states} states, {transitions} transitions"),
        None => "nothing that it should".to_owned(),
    }
}

impl Tool {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Tool::Musilc => "musilc",
            Tool::Spin => "SPIN",
            Tool::Rumur => "Rumur",
            Tool::Stateright => "Stateright",
            Tool::ByHand => "by hand",
        }
    }
}

/// How everything is measured.
#[derive(Debug)]
pub(crate) struct Measure {
    pub(crate) programs: Programs,
    pub(crate) manner: Manner,
    pub(crate) repeat: usize,
}

impl Measure {
    /// A model at a size, by musilc alone or by everyone.
    pub(crate) fn row(&self, model: &'static Model, size: u32, alone: bool) -> Row {
        let mut row = Row { model, size, figures: Vec::new() };
        row.figures.push((Tool::Musilc, self.musilc(&self.manner, model, size, 1)));
        if !alone {
            // Where musilc came to the limit, SPIN's table is as large as for a model that is large.
            let states = row.counts().map_or(1 << 24, |counts| counts.states);
            if self.programs.spin {
                row.figures.push((Tool::Spin, self.spin(model, size, states)));
            }
            if self.programs.rumur {
                row.figures
                    .push((Tool::Rumur, self.generated(Generator::Rumur, model, size, states, self.repeat)));
            }
            row.figures.extend(
                self.compiled(&self.programs.stateright, model, size)
                    .map(|figure| (Tool::Stateright, figure)),
            );
            if model.by_hand {
                row.figures.extend(
                    self.compiled(&self.programs.by_hand, model, size).map(|figure| (Tool::ByHand, figure)),
                );
            }
        }
        row
    }

    /// musilc, in so many threads.
    pub(crate) fn musilc(&self, manner: &Manner, model: &Model, size: u32, threads: u32) -> Figure {
        let run = || self.programs.musilc.check(manner, model, size, threads).expect("musilc can be run");
        let (ran, _) = median(self.repeat, run);
        let said = ran.text.as_deref().and_then(reported);
        Figure { engine: said.map(|said| said.seconds), ..figure(&ran, said.map(|said| said.counts)) }
    }

    /// The faster one of SPIN's ways.
    fn spin(&self, model: &Model, size: u32, states: u64) -> Figure {
        let ways = [(Generator::SpinBfs, "breadth first"), (Generator::SpinDfs, "depth first")];
        let once =
            ways.map(|(way, remark)| (way, Figure { remark, ..self.generated(way, model, size, states, 1) }));
        let wrong = once.iter().find(|(_, figure)| figure.counts.is_none() && !figure.stopped);
        if let Some((_, figure)) = wrong {
            return figure.clone();
        }
        let [first, second] = &once;
        let slower = |figure: &Figure| (figure.stopped, figure.elapsed);
        let (way, better) = if slower(&first.1) <= slower(&second.1) { first } else { second };
        if better.stopped {
            return better.clone();
        }
        Figure { remark: better.remark, ..self.generated(*way, model, size, states, self.repeat) }
    }

    fn generated(
        &self,
        generator: Generator,
        model: &Model,
        size: u32,
        states: u64,
        repeat: usize,
    ) -> Figure {
        let directory = crates::directory().join(format!("{generator:?}-{}-{size}", model.name));
        let started = Instant::now();
        let program =
            generator.build(model, size, "-O3", &directory).unwrap_or_else(|error| panic!("{error}"));
        let preparation = Some(started.elapsed());
        let (program, arguments) = (program.to_string_lossy(), generator.arguments(states));
        let run = || self.manner.run(&program, &arguments).expect("what was compiled can be run");
        let (ran, _) = median(repeat, run);
        Figure { preparation, ..figure(&ran, ran.text.as_deref().and_then(|text| generator.counts(text))) }
    }

    fn compiled(&self, program: &Option<PathBuf>, model: &Model, size: u32) -> Option<Figure> {
        let program = program.as_ref()?.to_string_lossy();
        let arguments = [model.name.to_owned(), size.to_string()];
        let run = || self.manner.run(&program, &arguments).expect("what was compiled can be run");
        let (ran, _) = median(self.repeat, run);
        Some(figure(&ran, ran.text.as_deref().and_then(crates::counts)))
    }
}

fn figure(ran: &Ran, counts: Option<Counts>) -> Figure {
    Figure {
        counts,
        stopped: ran.text.is_none(),
        elapsed: ran.elapsed,
        memory: ran.memory,
        preparation: None,
        engine: None,
        remark: "",
    }
}

/// The run of median time, and all times in ascending order. Whoever comes to the limit is not run again.
pub(crate) fn median(repeat: usize, mut run: impl FnMut() -> Ran) -> (Ran, Vec<Duration>) {
    let mut runs: Vec<Ran> = Vec::new();
    for _ in 0..repeat.max(1) {
        let ran = run();
        if ran.text.is_none() {
            return (ran, Vec::new());
        }
        runs.push(ran);
    }
    runs.sort_by_key(|ran| ran.elapsed);
    let times = runs.iter().map(|ran| ran.elapsed).collect();
    (runs.swap_remove(runs.len() / 2), times)
}
