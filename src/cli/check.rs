//! The main job: running the checks of chapters.

use super::args::{CheckArguments, Format};
use super::inputs::{self, Loaded};
use super::output;
use super::progress::ProgressLine;
use super::signals;
use musilc::ir::Interrupt;
use musilc::report::{Human, Json, Mermaid, Totals};
use musilc::{Chapter, Error, Exit, Options};
use std::io;
use std::time::Instant;

/// The state of a run.
struct Session<'a> {
    arguments: &'a CheckArguments,
    options: Options,
    interrupt: Interrupt,
    human: Human,
    json: Json,
    progress: ProgressLine,
    totals: Totals,
    /// The names of all checks that were met.
    names: Vec<String>,
    exit: Exit,
}

/// Runs the checks of the chapters that the arguments name.
pub(crate) fn run(arguments: &CheckArguments) -> io::Result<Exit> {
    let started = Instant::now();
    let interrupt = signals::interrupt();
    let progress = ProgressLine::new();
    let mut options = Options::new().interrupt(interrupt.clone()).watcher(progress.watcher());
    options = options.prove(arguments.prove).why(arguments.why);
    options = arguments.limits.apply(arguments.selection.apply(options));
    options = arguments.symbolic.apply(arguments.explicit.apply(options));
    if let Some(fault) = arguments.inject_fault {
        options = options.fault(fault.into());
    }
    let timings = !arguments.output.no_timings && output::timings();
    let mut session = Session {
        arguments,
        options,
        interrupt,
        human: Human {
            width: output::width(),
            quiet: arguments.output.quiet,
            stats: arguments.output.stats,
            certificate: arguments.symbolic.certificate,
            traces: arguments.output.traces,
            all_values: arguments.output.all_values,
            charts: arguments.output.chart.into(),
            timings,
            command: format!("musilc{}", arguments.reproduction()),
        },
        json: Json::new(timings),
        progress,
        totals: Totals::default(),
        names: vec![],
        exit: Exit::Passed,
    };
    let options = session.options.clone();
    if arguments.explicit.checkpoint.is_some()
        && let Some(problem) = session.too_many_searches()?
    {
        session.complain(problem);
        return session.finish(started);
    }
    inputs::for_each(&arguments.paths, &options, |loaded| session.visit(loaded))?;
    session.finish(started)
}

impl Session<'_> {
    /// Why a checkpoint is not possible: it holds the search of one check, and more are selected.
    fn too_many_searches(&mut self) -> io::Result<Option<String>> {
        let wanted = &self.arguments.selection.checks;
        let mut selected: Vec<String> = vec![];
        inputs::for_each(&self.arguments.paths, &self.options, |loaded| {
            // What is wrong with the others is told when they are checked.
            if let Loaded::Chapter(_, chapter) = loaded {
                let names = chapter.checks().iter().map(|check| &check.name);
                selected.extend(names.filter(|name| wanted.is_empty() || wanted.contains(name)).cloned());
            }
            Ok(true)
        })?;
        if selected.len() < 2 {
            return Ok(None);
        }
        let same = selected.iter().all(|name| *name == selected[0]);
        let out = if same {
            "name one file".to_owned()
        } else {
            format!("add `--check NAME`: {}", selected.join(", "))
        };
        let count = selected.len();
        self.names = selected;
        Ok(Some(format!("`--checkpoint` holds the search of one check, and {count} are selected; {out}")))
    }

    /// Deals with an input; whether to go on.
    fn visit(&mut self, loaded: Loaded) -> io::Result<bool> {
        match loaded {
            Loaded::Chapter(_, chapter) => self.chapter(&chapter)?,
            Loaded::Bad(error) => self.bad(&error),
        }
        Ok(!self.interrupt.is_raised())
    }

    fn bad(&mut self, error: &Error) {
        self.totals.bad_files += 1;
        let exit = match self.arguments.output.format {
            Format::Human | Format::Mermaid => inputs::show(error, &self.human),
            Format::Json => self.json.failed(error),
        };
        self.exit = self.exit.max(exit);
    }

    fn chapter(&mut self, chapter: &Chapter) -> io::Result<()> {
        self.names.extend(chapter.checks().iter().map(|check| check.name.clone()));
        let mut options = self.options.clone();
        let wanted = &self.arguments.selection.checks;
        if !wanted.is_empty() {
            let here: Vec<&String> = wanted
                .iter()
                .filter(|name| chapter.checks().iter().any(|check| check.name == **name))
                .collect();
            if here.is_empty() {
                return Ok(());
            }
            options = here.into_iter().fold(options, |options, name| options.check(name));
        }
        self.progress.chapter(chapter.source().name());
        let result = chapter.check(&options);
        self.progress.clear();
        let report = match result {
            Ok(report) => report,
            Err(error) => {
                self.bad(&error);
                return Ok(());
            }
        };
        self.totals.add(&report);
        self.exit = self.exit.max(report.exit());
        match self.arguments.output.format {
            Format::Human => {
                output::out(&self.human.chapter(&report))?;
                output::err(&self.human.remarks(&report));
            }
            Format::Json => self.json.chapter(&report),
            Format::Mermaid => {
                output::out(&Mermaid { quiet: self.arguments.output.quiet }.chapter(&report))?;
                output::err(&self.human.remarks(&report));
            }
        }
        Ok(())
    }

    fn finish(mut self, started: Instant) -> io::Result<Exit> {
        if self.interrupt.is_raised() {
            self.exit = self.exit.max(Exit::Interrupted);
            self.tell_of_checkpoint();
        } else {
            self.look_for_unknown_checks();
            if self.exit == Exit::Passed && self.totals.checks() == 0 {
                self.complain("there is nothing to check: the chapters declare no checks".to_owned());
            }
        }
        match self.arguments.output.format {
            // Where nothing could be checked, the errors say everything.
            Format::Human if self.totals.files == 0 && self.exit == Exit::BadInput => {}
            Format::Human => output::out(&self.human.summary(&self.totals, started.elapsed()))?,
            Format::Mermaid => {}
            Format::Json => output::out(&self.json.document(self.exit, &self.totals, started.elapsed()))?,
        }
        Ok(self.exit)
    }

    /// Says that the work was not in vain, where a search was saved.
    fn tell_of_checkpoint(&self) {
        if let Some(file) = &self.arguments.explicit.checkpoint
            && self.arguments.output.format == Format::Human
            && file.exists()
        {
            output::err(&format!("note: the same command goes on from {}\n", file.display()));
        }
    }

    fn look_for_unknown_checks(&mut self) {
        for name in &self.arguments.selection.checks {
            if !self.names.contains(name) {
                let nearest = musilc::nearest_name(name, self.names.iter().map(String::as_str));
                let hint = nearest.map(|nearest| format!("; did you mean `{nearest}`?")).unwrap_or_default();
                self.complain(format!("no chapter has a check `{name}`{hint}"));
            }
        }
    }

    /// Reports something that is wrong with the command line.
    fn complain(&mut self, message: String) {
        self.exit = self.exit.max(Exit::BadInput);
        match self.arguments.output.format {
            Format::Human | Format::Mermaid => output::error(message),
            Format::Json => self.json.complaint(message),
        }
    }
}
