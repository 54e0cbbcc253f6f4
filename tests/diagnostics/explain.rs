//! The explanations tell the truth: each wrong example gets the code that it stands for, and each right one does not.
//!
//! The examples are whole chapters: a block tagged `musil` is a `.musil` file, one tagged `markdown` a `.md` file. Its first line may give
//! options of the command, as in the other chapters here. A block tagged `toml NAME` is a file beside the examples.

use super::options;
use musilc::frontend::diagnostic::{Code, Diagnostic};
use musilc::{Backend, Error, Options};
use std::fmt::Write;
use std::path::PathBuf;

/// A fenced block of an explanation.
#[derive(Debug)]
struct Block<'e> {
    /// The words after the fence.
    info: &'e str,
    text: String,
    /// Whether the last line before it that ends with a colon begins with `Wrong` or `Right`.
    wrong: Option<bool>,
}

fn blocks(explanation: &str) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    let mut wrong = None;
    let mut open: Option<(usize, Block<'_>)> = None;
    for line in explanation.lines() {
        let ticks = line.len() - line.trim_start_matches('`').len();
        match &mut open {
            Some((fence, _)) if ticks >= *fence && line.len() == ticks => {
                blocks.extend(open.take().map(|(_, block)| block));
            }
            Some((_, block)) => block.text.push_str(&format!("{line}\n")),
            None if ticks >= 3 => {
                open = Some((ticks, Block { info: &line[ticks..], text: String::new(), wrong }));
            }
            None if line.starts_with("Wrong:") => wrong = Some(true),
            None if line.starts_with("Right:") => wrong = Some(false),
            None => {}
        }
    }
    assert!(open.is_none(), "a block does not end: {open:?}");
    blocks
}

/// Everything that musilc remarks on a chapter.
fn remarks(directory: &std::path::Path, block: &Block<'_>) -> Vec<Diagnostic> {
    let name = if block.info == "markdown" { "example.md" } else { "example.musil" };
    std::fs::write(directory.join(name), &block.text).unwrap();
    let mut given = Options::new().backend(Backend::Explicit);
    let words = options(&block.text);
    for pair in words.chunks(2) {
        let [flag, constant] = pair else { panic!("{words:?}") };
        let (name, value) = constant.split_once('=').unwrap();
        assert_eq!(*flag, "-D");
        given = given.constant(name, value);
    }
    let checked = musilc::compile_with(directory.join(name), &given).and_then(|chapter| {
        let report = chapter.check(&given)?;
        let refused = report.checks.into_iter().flat_map(|check| match check.status {
            musilc::Status::Refused(diagnostics) => diagnostics,
            status => {
                assert_eq!(status, musilc::Status::Passed, "{}", block.text);
                Vec::new()
            }
        });
        Ok(report.warnings.into_iter().chain(refused).collect())
    });
    match checked {
        Ok(diagnostics) | Err(Error::Invalid { diagnostics, .. }) => diagnostics,
        Err(error) => panic!("{error}\n{}", block.text),
    }
}

#[test]
fn examples_are_as_they_say() {
    let mut problems = String::new();
    for code in Code::all() {
        let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("explain-{code}"));
        std::fs::create_dir_all(&directory).unwrap();
        let blocks = blocks(code.explanation());
        for file in blocks.iter().filter_map(|block| Some((block.info.strip_prefix("toml ")?, &block.text))) {
            std::fs::write(directory.join(file.0), file.1).unwrap();
        }
        let (mut wrong, mut right) = (0, 0);
        for block in blocks.iter().filter(|block| ["musil", "markdown"].contains(&block.info)) {
            let found: Vec<String> =
                remarks(&directory, block).iter().map(|diagnostic| diagnostic.code.to_string()).collect();
            match block.wrong {
                Some(true) => {
                    wrong += 1;
                    if found.is_empty() || found.iter().any(|other| *other != code.to_string()) {
                        let _ = writeln!(problems, "{code}: this gives {found:?}:\n{}", block.text);
                    }
                }
                Some(false) => {
                    right += 1;
                    if !found.is_empty() {
                        let _ = writeln!(problems, "{code}: this gives {found:?}:\n{}", block.text);
                    }
                }
                None => {
                    let _ = writeln!(problems, "{code}: neither wrong nor right:\n{}", block.text);
                }
            }
        }
        // An example of what is too deep would be too long.
        if right == 0 || (wrong == 0 && *code != Code::TooDeep) {
            let _ = writeln!(problems, "{code}: {wrong} wrong examples, {right} right ones");
        }
        for block in &blocks {
            if !["musil", "markdown"].contains(&block.info) && !block.info.starts_with("toml ") {
                let _ = writeln!(problems, "{code}: a block is tagged `{}`", block.info);
            }
        }
    }
    assert!(problems.is_empty(), "\n{problems}");
}

#[test]
fn prose_is_wrapped() {
    for code in Code::all() {
        let too_long = code.explanation().lines().find(|line| line.chars().count() > 140);
        assert_eq!(too_long, None, "{code}");
    }
}

#[test]
fn blocks_are_found() {
    let found = blocks("A\n\nWrong:\n\n```musil\na\n```\n\nRight:\n\n````markdown\n```musil\nb\n```\n````\n");
    let shown: Vec<(&str, &str, Option<bool>)> =
        found.iter().map(|block| (block.info, block.text.as_str(), block.wrong)).collect();
    assert_eq!(shown, [("musil", "a\n", Some(true)), ("markdown", "```musil\nb\n```\n", Some(false))]);
}
