//! Checkers that make a program of a model: SPIN (G. J. Holzmann, "The SPIN model checker", 2004) and Rumur (M. Fernandez, a checker for the
//! language of Murphi).

use crate::model::{Counts, Model};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Generator {
    /// Breadth first.
    SpinBfs,
    /// Depth first, which is what it is known for. Without partial order reduction, so that it counts what others count.
    SpinDfs,
    Rumur,
}

impl Generator {
    /// The program that must be installed, beside `gcc`.
    pub(crate) fn program(self) -> &'static str {
        match self {
            Self::SpinBfs | Self::SpinDfs => "spin",
            Self::Rumur => "rumur",
        }
    }

    /// What of it is not installed.
    pub(crate) fn missing(self) -> Option<&'static str> {
        [self.program(), "gcc"].into_iter().find(|program| version(program).is_none())
    }

    /// Writes the model, makes a program of it, and gives that. The directory is for this model and this checker.
    pub(crate) fn build(
        self,
        model: &Model,
        size: u32,
        optimise: &str,
        directory: &Path,
    ) -> Result<PathBuf, String> {
        let failed = |error: std::io::Error| format!("{}: {error}", directory.display());
        std::fs::create_dir_all(directory).map_err(failed)?;
        let write =
            |name: &str, extension| std::fs::write(directory.join(name), model.source(extension, size));
        let mut generate = Command::new(self.program());
        let mut compile = Command::new("gcc");
        compile.args([optimise, "-w", "-o", "search"]);
        match self {
            Self::SpinBfs | Self::SpinDfs => {
                write("model.pml", "pml").map_err(failed)?;
                generate.args(["-a", "model.pml"]);
                compile.args(["-DSAFETY", "-DNOREDUCE", &format!("-DMEMLIM={}", memory_in_megabytes())]);
                if self == Self::SpinBfs {
                    compile.arg("-DBFS");
                }
                compile.arg("pan.c");
            }
            Self::Rumur => {
                write("model.m", "m").map_err(failed)?;
                generate.args([
                    "--threads",
                    "1",
                    "--symmetry-reduction",
                    "off",
                    "--deadlock-detection",
                    "off",
                ]);
                generate.args(["--counterexample-trace", "off", "--output", "model.c", "model.m"]);
                compile.args(["-std=c11", "-march=native"]);
                if cfg!(target_arch = "x86_64") {
                    compile.arg("-mcx16");
                }
                compile.args(["model.c", "-lpthread"]);
            }
        }
        run(&mut generate, directory)?;
        if self != Self::Rumur {
            print_all_digits(&directory.join("pan.c")).map_err(failed)?;
        }
        run(&mut compile, directory)?;
        Ok(directory.join("search"))
    }

    /// How the program is run, on a model of about so many states. SPIN must be told, and knows no invalid end states.
    pub(crate) fn arguments(self, states: u64) -> Vec<String> {
        if self == Self::Rumur {
            return Vec::new();
        }
        let hash = states.next_power_of_two().ilog2() + 1;
        let mut arguments = vec!["-E".to_owned(), "-n".to_owned(), format!("-w{hash}")];
        if self == Self::SpinDfs {
            arguments.push(format!("-m{}", states + 1000));
        }
        arguments
    }

    /// The counts in what the program prints, where it has found nothing wrong. SPIN takes the initial state for a transition.
    pub(crate) fn counts(self, text: &str) -> Option<Counts> {
        if self == Self::Rumur {
            let line = text.lines().rfind(|line| line.contains(" rules fired in "))?;
            let (states, transitions) = (before(line, " states")?, before(line, " rules fired")?);
            return text.contains("No error found.").then_some(Counts { states, transitions });
        }
        if !text.contains("errors: 0") || text.contains("max search depth too small") {
            return None;
        }
        let find = |what| text.lines().find(|line| line.contains(what)).and_then(|line| before(line, what));
        Some(Counts { states: find(" states, stored")?, transitions: find(" transitions (")? - 1 })
    }
}

/// SPIN's programs count exactly, and print eight digits of what they count.
fn print_all_digits(program: &Path) -> std::io::Result<()> {
    let text = std::fs::read_to_string(program)?;
    std::fs::write(program, text.replace("%9.8g", "%9.0f"))
}

/// The number before some words.
fn before(line: &str, words: &str) -> Option<u64> {
    line.split_once(words)?.0.rsplit(char::is_whitespace).next()?.parse().ok()
}

/// The first line that a program says about its version, where it is installed.
pub(crate) fn version(program: &str) -> Option<String> {
    let flag = if program == "spin" { "-V" } else { "--version" };
    let output = Command::new(program).arg(flag).stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Some(text.lines().next().unwrap_or_default().to_owned())
}

fn run(command: &mut Command, directory: &Path) -> Result<(), String> {
    let output = command.current_dir(directory).stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let (text, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    Err(format!("{command:?}: {text}{errors}"))
}

/// All that there is.
fn memory_in_megabytes() -> u64 {
    let about = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let total = about.lines().find_map(|line| line.strip_prefix("MemTotal:")?.trim().strip_suffix(" kB"));
    total.and_then(|kilobytes| kilobytes.parse().ok()).map_or(4096, |kilobytes: u64| kilobytes / 1024)
}
