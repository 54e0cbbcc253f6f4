//! `musilc bless`

use super::args::BlessArguments;
use super::inputs::{self, Loaded};
use super::output;
use super::progress::ProgressLine;
use super::signals;
use musilc::report::{Human, bless, replace_file};
use musilc::{Backend, Chapter, Exit, Options};
use std::io;
use std::path::Path;

/// Runs the checks of chapters and rewrites their blocks.
pub(crate) fn run(arguments: &BlessArguments) -> io::Result<Exit> {
    let interrupt = signals::interrupt();
    let progress = ProgressLine::new();
    let backend = if arguments.explicit { Backend::Explicit } else { Backend::Both };
    let options = Options::new().backend(backend).interrupt(interrupt.clone()).watcher(progress.watcher());
    let options = arguments.limits.apply(options);
    let human = Human { width: output::width(), quiet: true, timings: output::timings(), ..Human::default() };
    let mut exit = Exit::Passed;
    inputs::for_each(&arguments.paths, &options, |loaded| {
        let this = match loaded {
            Loaded::Chapter(path, chapter) => {
                progress.chapter(chapter.source().name());
                chapter_blocks(&path, &chapter, &options, &human, &progress)?
            }
            Loaded::Bad(error) => inputs::show(&error, &human),
        };
        exit = exit.max(this);
        Ok(!interrupt.is_raised())
    })?;
    Ok(exit)
}

fn chapter_blocks(
    path: &Path,
    chapter: &Chapter,
    options: &Options,
    human: &Human,
    progress: &ProgressLine,
) -> io::Result<Exit> {
    let name = chapter.source().name();
    let result = chapter.check(options);
    progress.clear();
    let mut report = match result {
        Ok(report) => report,
        Err(error) => return Ok(inputs::show(&error, human)),
    };
    let changed = match bless(&report) {
        Ok(changed) => changed,
        Err(refusal) => {
            // Blocks that are out of date are what blessing is for.
            report.checks.iter_mut().for_each(|check| check.differences.clear());
            output::out(&human.chapter(&report))?;
            output::err(&human.remarks(&report));
            output::error(format_args!("{name} is left as it is: {refusal}"));
            return Ok(report.exit().max(Exit::Failed));
        }
    };
    let Some(changed) = changed else {
        output::out(&format!("  {name}: up to date\n"))?;
        return Ok(Exit::Passed);
    };
    if let Err(problem) = replace_file(path, &changed.text) {
        output::error(format_args!("cannot write {name}: {problem}"));
        return Ok(Exit::BadInput);
    }
    for block in &changed.blocks {
        output::out(&format!("+ {name}: {block}\n"))?;
    }
    Ok(Exit::Passed)
}
