//! Chapters: reading, compiling and checking them.

use crate::check;
use crate::error::{Error, nearest_name};
use crate::options::Options;
use crate::report::block;
use crate::result::{CheckReport, Report, Status};
use crate::stack::on_large_stack;
use musilc_frontend::diagnostic::{Code, Diagnostic};
use musilc_frontend::literate::Source;
use musilc_frontend::{Check, Files, Program};
use musilc_ir::TransitionSystem;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A chapter that has been compiled.
#[derive(Debug)]
pub struct Chapter {
    source: Arc<Source>,
    program: Program,
    warnings: Vec<Diagnostic>,
    constants: Vec<(String, String)>,
    directory: PathBuf,
}

/// Reads and compiles a chapter: a Markdown file with `musil` blocks, or a `.musil` file.
///
/// ```no_run
/// let report = musilc::compile("chapters/lost-update.md")?.check(&musilc::Options::new())?;
/// assert!(report.passed());
/// # Ok::<(), musilc::Error>(())
/// ```
///
/// # Errors
/// Where the file cannot be read, is no text, is empty, or has errors.
pub fn compile(path: impl AsRef<Path>) -> Result<Chapter, Error> {
    compile_with(path, &Options::new())
}

/// Reads and compiles a chapter with the constants that the options give.
///
/// # Errors
/// As those of [`compile`]; also where a constant does not exist or cannot have this value.
pub fn compile_with(path: impl AsRef<Path>, options: &Options) -> Result<Chapter, Error> {
    Chapter::new(read(path.as_ref())?, directory_of(path.as_ref()), options)
}

/// Reads a chapter's file without compiling it.
///
/// # Errors
/// Where the file cannot be read, is no text, or is empty.
pub fn read(path: impl AsRef<Path>) -> Result<Source, Error> {
    let path = path.as_ref();
    let bytes = std::fs::read(path).map_err(|reason| Error::Read { path: path.to_owned(), reason })?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        let before = error.as_bytes().get(..offset).unwrap_or_default();
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        Error::NotUtf8 { path: path.to_owned(), offset, line }
    })?;
    if text.trim_start_matches('\u{feff}').trim().is_empty() {
        return Err(Error::Empty { path: path.to_owned() });
    }
    Ok(Source::new(path.display().to_string(), text))
}

/// Whether a file has nothing to do with musilc: Markdown without `musil` blocks and without blocks that name checks.
#[must_use]
pub fn is_plain_markdown(source: &Source) -> bool {
    let no_program = source.diagnostics().iter().any(|diagnostic| diagnostic.code == Code::NoProgram);
    no_program && source.expected().is_empty()
}

fn directory_of(path: &Path) -> PathBuf {
    path.parent().map(Path::to_owned).unwrap_or_default()
}

/// Files beside a chapter.
struct Beside<'d>(&'d Path);

impl Files for Beside<'_> {
    fn read(&self, path: &str) -> Result<String, String> {
        std::fs::read_to_string(self.0.join(path)).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
            std::io::ErrorKind::InvalidData => "it is not UTF-8".to_owned(),
            _ => error.to_string(),
        })
    }
}

impl Chapter {
    /// Compiles a chapter that has been read; `directory` is where the files that it names are.
    ///
    /// # Errors
    /// Where it has errors.
    pub fn new(source: Source, directory: impl Into<PathBuf>, options: &Options) -> Result<Self, Error> {
        Self::from_source(Arc::new(source), directory.into(), &options.constants)
    }

    /// Compiles a chapter's text. The name, as it is shown, tells Markdown from plain programs.
    ///
    /// ```
    /// let text = "model Lamp { var on: bool = false; action toggle() { on = !on; } }
    ///             check blinks: Lamp expect holds, states 2;";
    /// let report = musilc::Chapter::from_text("lamp.musil", text)?.check(&musilc::Options::new())?;
    /// assert!(report.passed());
    /// # Ok::<(), musilc::Error>(())
    /// ```
    ///
    /// # Errors
    /// Where it has errors.
    pub fn from_text(name: &str, text: &str) -> Result<Self, Error> {
        Self::from_source(Arc::new(Source::new(name, text)), directory_of(Path::new(name)), &[])
    }

    fn from_source(
        source: Arc<Source>,
        directory: PathBuf,
        constants: &[(String, String)],
    ) -> Result<Self, Error> {
        let options = musilc_frontend::Options { constants: constants.to_vec() };
        let compiled = on_large_stack(|| musilc_frontend::compile(&source, &options, &Beside(&directory)));
        let (program, diagnostics) = compiled.map_err(|message| internal(&source, message))?;
        match program {
            Some(program) => {
                Ok(Self { source, program, warnings: diagnostics, constants: constants.to_vec(), directory })
            }
            None => Err(Error::Invalid { source_text: source, diagnostics }),
        }
    }

    /// The chapter's file.
    #[must_use]
    pub fn source(&self) -> &Arc<Source> {
        &self.source
    }

    /// The constants that were given other values, with these.
    pub(crate) fn constants(&self) -> &[(String, String)] {
        &self.constants
    }

    /// The checks, in order of declaration.
    #[must_use]
    pub fn checks(&self) -> &[Check] {
        self.program.checks()
    }

    /// What the compiler remarks on the chapter.
    #[must_use]
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }

    /// The transition system of a check.
    ///
    /// # Errors
    /// Where there is no such check, or its sizes are beyond the limits.
    pub fn system(&self, name: &str) -> Result<TransitionSystem, Error> {
        let index = self.checks().iter().position(|check| check.name == name);
        let index = index.ok_or_else(|| self.unknown_check(name))?;
        let built = on_large_stack(|| self.program.system(index))
            .map_err(|message| internal(&self.source, message))?;
        built.map_err(|diagnostics| Error::Invalid { source_text: Arc::clone(&self.source), diagnostics })
    }

    /// The transition system of a check, in its text form.
    ///
    /// # Errors
    /// As those of [`Chapter::system`].
    pub fn ir(&self, name: &str) -> Result<String, Error> {
        let system = self.system(name)?;
        on_large_stack(|| musilc_ir::text::print(&system)).map_err(|message| internal(&self.source, message))
    }

    /// How the explicit search packs the states of a check.
    ///
    /// # Errors
    /// As those of [`Chapter::system`], and where a state is too large for the explicit search.
    pub fn layout(&self, name: &str) -> Result<String, Error> {
        let system = self.system(name)?;
        match musilc_explicit::layout::Layout::new(&system.variables) {
            Ok(layout) => Ok(format!("check {name}\n{}\n", layout.to_string().trim_end())),
            Err(problem) => Err(Error::TooLarge { check: name.to_owned(), problem: problem.to_string() }),
        }
    }

    /// Runs the checks. Where the options give constants other values than the chapter was compiled with, it is compiled again.
    ///
    /// What a check finds, or that it cannot be run, is no error here but stands in the report.
    ///
    /// # Errors
    /// Where there is no check of a name that the options ask for, or constants do not fit.
    pub fn check(&self, options: &Options) -> Result<Report, Error> {
        if !options.constants.is_empty() && options.constants != self.constants {
            let source = Arc::clone(&self.source);
            return Self::from_source(source, self.directory.clone(), &options.constants)?.check_all(options);
        }
        self.check_all(options)
    }

    fn check_all(&self, options: &Options) -> Result<Report, Error> {
        if let Some(unknown) =
            options.checks.iter().find(|name| !self.checks().iter().any(|c| c.name == **name))
        {
            return Err(self.unknown_check(unknown));
        }
        let asked = |check: &Check| options.checks.is_empty() || options.checks.contains(&check.name);
        if options.checkpoint.is_some() {
            self.one_search(asked, options)?;
        }
        let run = || -> Vec<CheckReport> {
            let all = self.checks().iter().enumerate().filter(|(_, check)| asked(check));
            let one = |(index, check)| {
                let build = |assumed: &dyn Fn(&str) -> bool| self.program.system_assuming(index, assumed);
                check::run(check, &build, self.program.assumptions(index), options)
            };
            all.map(one).collect()
        };
        let checks = on_large_stack(run).map_err(|message| internal(&self.source, message))?;
        let mut warnings = self.warnings.clone();
        if options.checks.is_empty() {
            warnings.extend(check::lint::lints(&checks));
        }
        let blocks = self.source.expected();
        let known = |name: &str| self.checks().iter().any(|check| check.name == name);
        let strays = blocks.iter().filter(|block| !known(&block.check.text)).cloned().collect();
        let mut report = Report {
            source: Arc::clone(&self.source),
            checks,
            warnings,
            strays,
            constants: self.constants.clone(),
        };
        compare_blocks(&mut report);
        Ok(report)
    }

    /// That there is exactly one check to search, for a checkpoint to hold.
    fn one_search(&self, asked: impl Fn(&Check) -> bool, options: &Options) -> Result<(), Error> {
        let checks: Vec<&Check> = self.checks().iter().filter(|check| asked(check)).collect();
        let chapter = self.source.name();
        let problem = match checks[..] {
            [only] if check::is_searched(only, options.backend) => return Ok(()),
            [only] => format!("`{}` of {chapter} is left to the symbolic engine", only.name),
            _ => {
                let names: Vec<&str> = checks.iter().map(|check| check.name.as_str()).collect();
                format!("{} checks of {chapter} are selected: {}", checks.len(), names.join(", "))
            }
        };
        Err(Error::Checkpoint { problem })
    }

    fn unknown_check(&self, name: &str) -> Error {
        let names = self.checks().iter().map(|check| check.name.as_str());
        Error::UnknownCheck {
            chapter: self.source.name().to_owned(),
            name: name.to_owned(),
            nearest: nearest_name(name, names).map(str::to_owned),
        }
    }
}

pub(crate) fn internal(source: &Source, message: String) -> Error {
    Error::Internal { chapter: source.name().to_owned(), message }
}

/// Compares each block with what the run prints for its check.
pub(crate) fn compare_blocks(report: &mut Report) {
    let source = Arc::clone(&report.source);
    for check in &mut report.checks {
        let blocks = source.expected().iter().filter(|block| block.check.text == check.check.name);
        if report.constants.is_empty() {
            // A check that is not as expected shows its findings anyway.
            if check.status == Status::Passed {
                check.differences =
                    blocks.filter_map(|block| block::difference(&source, block, check)).collect();
            }
        } else if blocks.count() > 0 {
            let note = "its blocks were not compared: they show the constants as the chapter declares them";
            check.notes.push(note.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Backend;
    use std::time::Duration;

    #[test]
    fn a_checkpoint_holds_one_search() {
        let text = "model Lamp { var on: bool = false; action toggle() { on = !on; }
                invariant inductive off: !on; }
            check first: Lamp expect violates off in 1;
            check second: Lamp expect not inductive off;";
        let chapter = Chapter::from_text("lamp.musil", text).unwrap();
        let problem = |options: &Options| match chapter.check(options) {
            Err(Error::Checkpoint { problem }) => problem,
            other => panic!("{other:?}"),
        };
        let saved = Options::new().checkpoint("lamp.save", Duration::from_secs(30));
        assert_eq!(problem(&saved), "2 checks of lamp.musil are selected: first, second");
        let left = "is left to the symbolic engine";
        assert_eq!(problem(&saved.clone().check("second")), format!("`second` of lamp.musil {left}"));
        let bmc = saved.clone().check("first").backend(Backend::Bmc);
        assert_eq!(problem(&bmc), format!("`first` of lamp.musil {left}"));
        // A name that is unknown is told first.
        let unknown = saved.check("third");
        assert!(matches!(chapter.check(&unknown), Err(Error::UnknownCheck { .. })));
    }
}
